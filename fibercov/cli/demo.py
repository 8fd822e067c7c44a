"""`fibercov demo`: measure a synthetic municipality."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

import fibercov as fc
from fibercov import texts
from fibercov.cli import console
from fibercov.cli.report import report
from fibercov.cli.typed import LANGUAGE, LICENCE, PUBLISH, REACH, TARGET, target_of
from fibercov.reach import as_reach


def demo(
    out: Annotated[Path, typer.Option(help="The folder to write to.")] = Path("fibercov-demo"),
    reach: Annotated[str, typer.Option(help=REACH)] = "50",
    target: Annotated[str, typer.Option(help=TARGET)] = "0.9",
    language: Annotated[str, typer.Option(help=LANGUAGE)] = "en",
    publish: Annotated[str | None, typer.Option(metavar="areas|addresses", help=PUBLISH)] = None,
    licence: Annotated[str, typer.Option(help=LICENCE, show_default="none")] = "",
) -> None:
    """Measure a synthetic municipality, and write its map, tables and data."""
    definition, goal, _ = as_reach(reach), target_of(target), texts.known(language)
    with console.step("Making a synthetic municipality"):
        made = fc.load_demo()
    report(
        lambda: fc.measure_coverage(
            made.premises, made.network, reach=definition, unit="inhabitants",
            planned=made.planned, as_of=made.as_of,
        ),
        made.network, made.planned, made.areas, context=[made.roads, made.water, made.places],
        outline=made.areas.dissolve(), target=goal, out=out,
        title="Fiberdalen (synthetic)", language=language, publish=publish, licence=licence,
    )  # fmt: skip
