"""`fibercov minutes`, `kolada` and `stratsys`: rows and sentences from a folder of results."""

from __future__ import annotations

import json
import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import pandas as pd
import typer
from rich.text import Text

import fibercov as fc
from fibercov import checks, texts
from fibercov.cli import console
from fibercov.cli.results import Language, asked_of
from fibercov.cli.typed import columns_of, target_of, whole_of
from fibercov.errors import ArgumentError, FileError
from fibercov.options import called
from fibercov.reports.plans import read_figures
from fibercov.reports.results import read_run
from fibercov.reports.summary import Asked
from fibercov.units import COUNTS, unit_of
from fibercov.writing import replacing

# What the commands share.
# fmt: off
_Results = Annotated[Path, typer.Argument(help="A folder that `fibercov measure` wrote.")]
_ByArea = Annotated[bool, typer.Option("--by-area", help="One row for each area of RESULTS, in place of one for the whole.")]
_Unit = Annotated[str | None, typer.Option(metavar="UNIT,...", help="What to count, if not what RESULTS counts.")]
_Out = Annotated[Path | None, typer.Option("--out", metavar="FILE", help="The file to write to, in place of the standard output.")]
# fmt: on


# fmt: off
def minutes(
    results: _Results,
    target: Annotated[str | None, typer.Option(help="The share to reach: 0.9 or 90%.", show_default="that of the plan, or of RESULTS")] = None,
    plan: Annotated[Path | None, typer.Option(metavar="DIR", help="A folder that `fibercov plan` wrote from RESULTS: say too what it would bring, and what it costs.")] = None,
    until: Annotated[str | None, typer.Option(metavar="DATE", help="Say too what is planned until this date.")] = None,
    unit: _Unit = None,
    language: Language = None,
    out: _Out = None,
) -> None:
    """Write the share and the verdict as a paragraph for the minutes of a meeting."""
    # fmt: on
    asked = asked_of(results, language)
    coverage, _ = _opened(results, asked, unit)
    planned = None if plan is None else read_figures(plan, coverage)
    goal = planned.target if planned is not None and target is None else target
    check = fc.check_target(coverage, target=target_of(str(goal or asked.target)), until=until)
    said = fc.minutes(coverage, check, language=asked.language)
    if check.planned is not None:
        said = f"{said} {texts.sentence(check.until_then(asked.language))}"
    if planned is not None:
        said = f"{said} {planned.minutes[asked.language]}"
    _hand_out([said], out, asked.language)


# fmt: off
def kolada(
    results: _Results,
    kpi: Annotated[str, typer.Option(metavar="ID", help="The indicator: N or U and five digits.")],
    municipality: Annotated[str | None, typer.Option(metavar="CODE", help="The municipality's code, four digits.")] = None,
    by_area: _ByArea = False,
    period: Annotated[str | None, typer.Option(metavar="YEAR", help="The year.", show_default="that of RESULTS")] = None,
    unit: _Unit = None,
    language: Language = None,
    out: _Out = None,
) -> None:
    """Write the share as Kolada's objects, in JSON."""
    # fmt: on
    asked = asked_of(results, language)
    coverage, areas = _opened(results, asked, unit)
    with called(by="--by-area"), _warned():
        rows = fc.kolada_rows(
            coverage, kpi=kpi, municipality=municipality, by=_areas(areas, results, asked=by_area),
            period=None if period is None else whole_of(period, "period"),
        )  # fmt: skip
    _hand_out([json.dumps(rows, indent=1, ensure_ascii=False)], out, asked.language)


# fmt: off
def stratsys(
    results: _Results,
    measure: Annotated[str, typer.Option(metavar="NAME", help="The measure's name in Stratsys; with --column, its code.")],
    organisation: Annotated[str | None, typer.Option(metavar="NAME", help="The organisational unit's name; with --column, its code.")] = None,
    by_area: _ByArea = False,
    column: Annotated[str | None, typer.Option(metavar="CODE", help="The code of the measure's column: write the integration file, not the manual import.")] = None,
    period: Annotated[str | None, typer.Option(metavar="DATE", help="Any date in the period.", show_default="that of RESULTS")] = None,
    decimals: Annotated[int, typer.Option(help="The number of decimals, 0 to 10.")] = 1,
    decimal: Annotated[str, typer.Option(metavar="SIGN", help="The decimal sign: , or .")] = ",",
    unit: _Unit = None,
    language: Language = None,
    out: _Out = None,
) -> None:
    """Write the share as lines to import into Stratsys."""
    # fmt: on
    asked = asked_of(results, language)
    coverage, areas = _opened(results, asked, unit)
    with called(by="--by-area"):
        lines = fc.stratsys_rows(
            coverage, measure=measure, organisation=organisation, column=column, period=period,
            by=_areas(areas, results, asked=by_area), decimals=decimals, decimal=decimal,
        )  # fmt: skip
    _hand_out(lines, out, asked.language)


def _opened(
    results: Path, asked: Asked, unit: str | None
) -> tuple[fc.CoverageTotals, pd.DataFrame | str | None]:
    """Open a folder of results, counted in a unit, and its areas: polygons, a column of the premises, or counts."""
    with called(folder="RESULTS"):
        if asked.in_parts:
            totals = fc.read_totals(results)
            if unit is not None and unit_of(columns_of(unit), COUNTS) != totals.unit:
                raise ArgumentError("unit", f"must be {totals.unit}, as a measurement in parts counts one.", "Measure again.")
            return totals, totals.by_area
        coverage, data = read_run(results, data=("areas",))
    counted = coverage if unit is None else coverage.of(columns_of(unit) or [])
    return counted, asked.column if data["areas"] is None else data["areas"]


def _areas(
    areas: pd.DataFrame | str | None, results: Path, *, asked: bool
) -> pd.DataFrame | str | None:
    """Return the areas if they are asked for; raise if there are none."""
    if asked and areas is None:
        raise ArgumentError("by", f": {str(results)!r} has no areas.", "Measure with `--areas` or `--by`.")
    return areas if asked else None


@contextmanager
def _warned() -> Iterator[None]:
    """Print warnings on the standard error, as sentences."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        yield
    for each in caught:
        console.err.print(Text(str(each.message)), soft_wrap=True)


def _hand_out(lines: list[str], out: Path | None, language: str) -> None:
    """Print lines as they are, without wrapping, or write them to a file."""
    text = "\n".join(lines) + "\n"
    if out is None:
        sys.stdout.write(text)
        return
    try:
        with replacing(out) as new:
            new.write_text(text, encoding="utf-8", newline="\n")
    except OSError as error:
        raise FileError("folder", f": cannot write {str(out)!r}: {checks.reason(error)}.", seen=repr(str(out))) from error
    console.say(texts.say("written", language, files=out.name, folder=str(out.parent)))
