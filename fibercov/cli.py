"""The command line: a thin shell over the public functions."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import Annotated

import geopandas as gpd
import typer
from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

import fibercov as fc
from fibercov import texts
from fibercov.checks import day, exact_target
from fibercov.errors import ArgumentError, FibercovError
from fibercov.reach import as_reach
from fibercov.results import write_results

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="The share of households within reach of fiber: measured, mapped, checked against a target.",
)
_out, _err = Console(highlight=False), Console(stderr=True, highlight=False)


def main() -> None:
    """Run the command line: for a wrong input, one line that says what is wrong, and exit code 1."""
    try:
        app()
    except FibercovError as error:
        _err.print(Text(f"Error: {error}"), soft_wrap=True)
        sys.exit(1)


def _version(wanted: bool) -> None:
    if wanted:
        _out.print(fc.__version__)
        raise typer.Exit


@app.callback()
def _common(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version.")
    ] = False,
) -> None:
    pass


@app.command()
def demo(
    out: Annotated[Path, typer.Option(help="The folder to write to.")] = Path("fibercov-demo"),
    reach: Annotated[float, typer.Option(help="Longest drop that counts, in metres.")] = 50,
    target: Annotated[float, typer.Option(help="The share to reach, 0-1.")] = 0.9,
) -> None:
    """Measure a synthetic municipality, and write its map, tables and data."""
    exact_target(target)
    with _step("Making a synthetic municipality"):
        made = fc.load_demo()
    _report(
        made.premises,
        made.network,
        made.planned,
        made.areas,
        reach=reach,
        as_of=made.as_of,
        target=target,
        out=out,
        title="Fiberdalen (synthetic)",
    )


@app.command()
def measure(
    addresses: Annotated[
        Path, typer.Argument(help="Premises: points or building polygons, or a table.")
    ],
    network: Annotated[
        Path, typer.Argument(help="Cables, access points, service areas: any geometry.")
    ],
    reach: Annotated[
        float, typer.Option(help="Longest drop that counts, in metres.", show_default=False)
    ],
    households: Annotated[
        str | None, typer.Option(metavar="COLUMN", help="Households at each premises [one each].")
    ] = None,
    connected: Annotated[
        str | None, typer.Option(metavar="COLUMN", help="Whether fiber ends in the building.")
    ] = None,
    planned: Annotated[
        Path | None, typer.Option(metavar="FILE", help="The network that is planned, not built.")
    ] = None,
    areas: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Polygons to report by.")
    ] = None,
    area_name: Annotated[str | None, typer.Option(metavar="COLUMN", help="Their names.")] = None,
    target: Annotated[float, typer.Option(help="The share to reach, 0-1.")] = 0.9,
    as_of: Annotated[
        str | None, typer.Option(metavar="DATE", help="The date that the data describes.")
    ] = None,
    out: Annotated[Path, typer.Option(metavar="DIR", help="The folder to write to.")] = Path(
        "fibercov-results"
    ),
    title: Annotated[str, typer.Option(help="The map's heading.")] = "Fiber coverage",
    addresses_layer: Annotated[
        str | None, typer.Option(help="Layer of ADDRESSES, if it has several.")
    ] = None,
    network_layer: Annotated[str | None, typer.Option(help="Layer of NETWORK.")] = None,
    planned_layer: Annotated[str | None, typer.Option(help="Layer of the planned network.")] = None,
    areas_layer: Annotated[str | None, typer.Option(help="Layer of the areas.")] = None,
    xy: Annotated[
        str | None, typer.Option(metavar="E,N", help="Coordinate columns, if ADDRESSES is a table.")
    ] = None,
    crs: Annotated[
        str | None, typer.Option(help="CRS of ADDRESSES, if the file does not say it.")
    ] = None,
) -> None:
    """Measure your own files, and write the map, tables and data."""
    as_reach(reach)
    exact_target(target)
    day(as_of, "as_of")
    if (areas is None) != (area_name is None):
        raise ArgumentError(
            "`--areas` and `--area-name` go together: a file, and its column of names."
        )
    with _step(f"Reading {addresses.name}"):
        premises = fc.read_premises(
            addresses,
            households=households,
            connected=connected,
            layer=addresses_layer,
            xy=None if xy is None else xy.split(","),
            crs=crs,
        )
    with _step(f"Reading {network.name}"):
        built = fc.read_network(network, layer=network_layer)
    with _step("Reading the plan and the areas"):
        plan = None if planned is None else fc.read_network(planned, layer=planned_layer)
        polygons = (
            None
            if areas is None or area_name is None
            else fc.read_areas(areas, name=area_name, layer=areas_layer)
        )
    _report(
        premises,
        built,
        plan,
        polygons,
        reach=reach,
        as_of=as_of,
        target=target,
        out=out,
        title=title,
        keep=[p for p in (addresses, network, planned, areas) if p],
    )


def _report(
    premises: gpd.GeoDataFrame,
    network: gpd.GeoDataFrame,
    planned: gpd.GeoDataFrame | None,
    areas: gpd.GeoDataFrame | None,
    *,
    reach: float,
    as_of: date | str | None,
    target: float,
    out: Path,
    title: str,
    keep: Iterable[Path] = (),
) -> None:
    """Measure, print the verdict, and write the results."""
    with _step(f"Measuring {len(premises):,} premises to {len(network):,} network features"):
        coverage = fc.measure_coverage(premises, network, reach=reach, planned=planned, as_of=as_of)
    with _step("Counting by area and checking the target"):
        check = fc.check_target(coverage, target=target, by=areas)
    with _step("Drawing the map and writing the files"):
        files = write_results(
            out, coverage, check, network=network, planned=planned, title=title, keep=keep
        )
    _out.print(Text(repr(coverage), style="bold"))
    _out.print(Text(texts.sentence(check.goal), style="green" if check.met else "red"))
    _out.print(_status_table(coverage))
    if not check.areas.empty:
        _out.print(_area_table(check))
    _out.print(Text(f"Written: {', '.join(file.name for file in files)} in {out}"), soft_wrap=True)


@contextmanager
def _step(words: str) -> Iterator[None]:
    """Show that a step is under way, and then how long it took."""
    start = time.perf_counter()
    with _err.status(Text(words)):
        yield
    _err.print(Text(f"{words}: {time.perf_counter() - start:.1f} s", style="dim"), soft_wrap=True)


def _table(first: str, *numbers: str) -> Table:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column(first, overflow="fold")
    for column in numbers:
        table.add_column(column, justify="right")
    return table


def _status_table(coverage: fc.Coverage) -> Table:
    table = _table(texts.STATUS_TITLE, texts.HOUSEHOLDS, texts.SHARE)
    for status, households in coverage.counts.items():
        share = texts.percent(Fraction(int(households), coverage.households))
        name = f"{texts.STATUS[str(status)]} ({texts.MEANING[str(status)]})"
        table.add_row(Text(name), texts.count(int(households)), share)
    return table


def _area_table(check: fc.TargetCheck) -> Table:
    table = _table(texts.AREA, texts.HOUSEHOLDS, texts.WITHIN, texts.SHORTFALL, texts.VERDICT)
    for area in check.areas.to_dict("records"):
        if area["premises"]:
            homes, shortfall = int(area["households"]), int(area["shortfall"])
            share = Fraction(int(area["homes_passed"]), homes or 1)
            table.add_row(
                Text(str(area["name"])),
                texts.count(homes),
                texts.percent(share, check.exact_target) if homes else texts.NONE,
                texts.count(shortfall),
                str(area["verdict"]) if homes else texts.NONE,
            )
    return table
