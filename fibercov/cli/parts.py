"""`fibercov measure --workers`: measure in parts, by several processes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from fractions import Fraction
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

import fibercov as fc
from fibercov import texts
from fibercov.cli import console
from fibercov.cli.ground import Ground
from fibercov.cli.report import show
from fibercov.errors import ArgumentError
from fibercov.options import called
from fibercov.reports.summary import load_summary

# What measurements in parts have no use for, or cannot do.
NOT_IN_PARTS = (
    "counts", "on", "counts_layer", "sum_repeated", "planned", "planned_where", "planned_date", "until", "along",
    "roads", "barriers", "expected_total", "premises_layer", "network_layer", "planned_layer", "header",
    "counts_header", "xy", "network_xy", "crs", "network_crs", "roads_crs", "address", "sql",
    "network_sql", "planned_sql", "roads_sql",
)  # fmt: skip


def measure_parts(
    given: Mapping[str, Any],
    workers: int,
    *,
    out: Path,
    areas: gpd.GeoDataFrame | str | None,
    rest: str | None,
    target: Fraction,
    title: str | None,
    language: str,
    publish: str | None,
    history: Path | None,
    ground: Ground,
    report_url: str | None,
    licence: str,
    **measured: Any,
) -> fc.TargetCheck:
    """Measure, print the verdict, and write the results, and what is published of them if asked for."""
    for name in NOT_IN_PARTS:
        if given[name]:
            raise ArgumentError(
                name,
                "is not for measurements in parts.",
                "Leave it out, or leave out `--workers`.",
            )
    if publish not in (None, "areas"):
        raise ArgumentError(
            "publish", "can only be areas for measurements in parts, which show no premises."
        )
    option = "--by" if isinstance(areas, str) else "--areas"
    pool = ProcessPoolExecutor(workers, mp_context=get_context("spawn"))
    with pool as executor, _progress() as told, called(by=option, executor="--workers"):
        totals = fc.measure_partitions(
            folder=out, by=areas, rest=rest, target=target, title=title, language=language,
            executor=executor, progress=told, **measured,
        )  # fmt: skip
    check = fc.check_target(totals, target=target, by=totals.by_area)
    if publish is not None:
        fc.write_publication(
            out, fc.publishable(totals), target=target, title=title, language=language, licence=licence,
            context=ground.context or None, outline=ground.outline, report_url=report_url,
        )  # fmt: skip
    again = history is not None and fc.append_history(history, totals)
    summary = load_summary(out)
    problems = pd.DataFrame(summary["problems"], columns=["problem", "rows", "total", "points"])
    show(totals, check, problems.assign(crs=""), language)
    if history is not None:
        console.say(texts.say("added_again" if again else "added", language, file=str(history)))
    parts = texts.say(
        "parts", language, count=texts.count(len(summary["measured"]["parts"]), language)
    )
    names = ", ".join([*summary["files"], parts])
    console.say(texts.say("written", language, files=names, folder=str(out)))
    return check


@contextmanager
def _progress() -> Iterator[Any]:
    """Show how many parts are done, and the share so far."""
    columns = (
        TextColumn("Measuring"), BarColumn(), MofNCompleteColumn(), TextColumn("{task.description}"),
        TimeRemainingColumn(),
    )  # fmt: skip
    with Progress(*columns, console=console.err, transient=True) as bar:
        task = bar.add_task("", total=None)

        def told(done: int, parts: int, share: Fraction) -> None:
            bar.update(task, completed=done, total=parts, description=f"{float(share):.1%} so far")

        yield told
