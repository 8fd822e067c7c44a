"""What `fibercov measure` and `fibercov demo` do once the data is read."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from fractions import Fraction
from pathlib import Path

import geopandas as gpd
import pandas as pd
from rich.text import Text

import fibercov as fc
from fibercov import texts
from fibercov.cli import console, tables
from fibercov.maps.content import MOST_MARKS
from fibercov.measure.problems import MISPLACED
from fibercov.options import called

_FILTERS = {
    "premises": "--where",
    "network": "--network-where",
    "planned": "--planned-where",
    "roads": "--roads-where",
}


def report(
    measured: Callable[[], fc.Coverage],
    network: gpd.GeoDataFrame | None,
    planned: gpd.GeoDataFrame | None,
    areas: gpd.GeoDataFrame | str | None,
    *,
    roads: gpd.GeoDataFrame | None = None,
    barriers: list[gpd.GeoDataFrame] | None = None,
    context: list[gpd.GeoDataFrame] | None = None,
    outline: gpd.GeoDataFrame | None = None,
    report_url: str | None = None,
    rest: str | None = None,
    until: str | None = None,
    expected_total: int | None = None,
    target: Fraction,
    out: Path,
    title: str | None,
    language: str,
    publish: str | None,
    licence: str,
    address: list[str] | None = None,
    history: Path | None = None,
    keep: Iterable[Path] = (),
) -> fc.Results:
    """Measure, print the verdict, and write the results."""
    with console.step("Measuring"):
        coverage = measured()
    option = "--by" if isinstance(areas, str) else "--areas"
    with (
        console.step("Checking the data, drawing the map and writing the files"),
        called(by=option, areas=option, coverages="PREMISES"),
    ):
        made = fc.write_results(
            out, coverage,
            network=network, planned=planned, roads=roads, barriers=barriers, areas=areas, rest=rest, context=context, target=target, until=until,
            outline=outline, report_url=report_url, expected_total=expected_total, publish=publish, licence=licence,
            title=title, address=address, language=language, keep=keep,
        )  # fmt: skip
        again = history is not None and fc.append_history(history, coverage)
    show(coverage, made.check, made.problems, language)
    if len(coverage.premises) > MOST_MARKS:
        console.say(texts.say("many", language, most=texts.count(MOST_MARKS, language)))
    if history is not None:
        console.say(texts.say("added_again" if again else "added", language, file=str(history)))
    for folder in dict.fromkeys(file.parent for file in made.files):
        names = ", ".join(file.name for file in made.files if file.parent == folder)
        console.say(texts.say("written", language, files=names, folder=str(folder)))
    if publish:
        folders = {name: str(out / name) for name in ("public", "internal")}
        console.say(texts.say("public", language, **folders))
    return made


def show(
    coverage: fc.CoverageTotals, check: fc.TargetCheck, problems: pd.DataFrame, language: str
) -> None:
    """Print the share, the verdict, and the tables of statuses, areas and problems."""
    odd = problems[problems["rows"] > 0]
    misplaced = odd["problem"].isin(MISPLACED)
    if misplaced.any():  # RULE: problems that may make everything else wrong come first
        odd = pd.concat([odd[misplaced], odd[~misplaced]])
        console.out.print(tables.problems(odd, check.unit, language))
    console.out.print(Text(coverage.headline(check.exact_target, language), style="bold"))
    goal = texts.goal(check.verdict, check.exact_target, check.shortfall, check.unit, language)
    colour = {"met": "green", "uncertain": "yellow", "not met": "red"}[check.verdict]
    console.out.print(Text(texts.sentence(goal), style=colour))
    if check.planned is not None:
        console.say(texts.sentence(check.until_then(language)))
    others = [
        texts.say(
            "share_of",
            language,
            share=texts.percent(Fraction(int(reached), int(total)), None, language),
            of=texts.amount(int(total), unit, language),
        )
        for unit, total, reached in fc.compare_units(coverage)[
            ["unit", "total", "reached"]
        ].to_numpy()[1:]
    ]
    if others:
        console.say(texts.say("other_units", language, shares="; ".join(others)))
    for said in coverage.method(language):
        console.out.print(Text(said))
    _show_tables(coverage, language)
    for name, option in _FILTERS.items():
        for found in coverage.provenance.get(name, {}).get("unmatched", ()):
            held = found["holds"] or texts.say("nothing", language)
            console.say(
                texts.say("unmatched", language, **{**found, "holds": held, "option": option})
            )
    console.out.print(tables.statuses(coverage, language))
    if coverage.plan_counts is False:
        console.say(texts.say("plan_not_counted", language))
    if not check.areas.empty:
        console.out.print(tables.areas(check, language))
    if len(odd) and not misplaced.any():
        console.out.print(tables.problems(odd, check.unit, language))


def _show_tables(coverage: fc.CoverageTotals, language: str) -> None:
    """Print what was found around the tables that were read: the row of their names, and notes below."""
    sources = [of for of in coverage.provenance.values() if isinstance(of, dict)]
    for read in [*sources, *(of["counts"] for of in sources if "counts" in of)]:
        file = Path(str(read.get("source"))).name
        if read.get("header"):
            rows = ", ".join(map(str, read["header"]))
            console.say(texts.say("header_at", language, file=file, rows=rows))
        for found, word in (("sum", "sum_below"), ("notes", "note_below")):
            for row, text in read.get(found, {}).items():
                console.say(texts.say(word, language, file=file, row=row, text=text))
