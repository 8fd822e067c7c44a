"""`fibercov measure`: measure your own files."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

import fibercov as fc
from fibercov import checks, texts
from fibercov.checks import day
from fibercov.cli import console
from fibercov.cli.report import report
from fibercov.cli.typed import LANGUAGE, PUBLIC, REACH, TARGET, columns_of, definition_of, target_of
from fibercov.errors import ArgumentError
from fibercov.follow.history import check_history
from fibercov.options import called
from fibercov.wording import Words


# fmt: off
def measure(
    premises: Annotated[Path, typer.Argument(help="Addresses or buildings: points, polygons, or a table with coordinates.")],
    network: Annotated[Path | None, typer.Argument(help="The network that is built: cables, access points, service areas, of any geometry. Not needed if REACH is measured to connected premises.", show_default=False)] = None,
    reach: Annotated[str, typer.Option(help=REACH)] = ...,  # type: ignore[assignment]  # required
    households: Annotated[str | None, typer.Option(metavar="COLUMN", help="Households at each premises.", show_default="one each")] = None,
    inhabitants: Annotated[str | None, typer.Option(metavar="COLUMN", help="Inhabitants at each premises; checked and kept, while the share is of households.")] = None,
    workplaces: Annotated[str | None, typer.Option(metavar="COLUMN", help="Workplaces at each premises, likewise.")] = None,
    counts: Annotated[Path | None, typer.Option(metavar="FILE", help="A table with these columns, if PREMISES has none.")] = None,
    on: Annotated[str | None, typer.Option(metavar="COLUMN", help="The column that PREMISES and the table of counts share; A,B if it has two names.")] = None,
    counts_layer: Annotated[str | None, typer.Option(help="Sheet (or layer) of the table of counts, if it has several.")] = None,
    sum_repeated: Annotated[bool, typer.Option("--sum-repeated", help="Add up rows of the table of counts that are about one premises.")] = False,
    empty_is_zero: Annotated[bool, typer.Option("--empty-is-zero", help="Take an empty count as none.")] = False,
    connected: Annotated[str | None, typer.Option(metavar="COLUMN", help="Whether fiber ends in the building.")] = None,
    position_error: Annotated[str | None, typer.Option(metavar="COLUMN", help="How far each position may be off: metres, or Lantmäteriet's words.")] = None,
    where: Annotated[str | None, typer.Option(metavar="EXPRESSION", help="Which premises to use: \"typ != 'fritidshus'\", \"N.notna()\"; a name with spaces in backticks. The documentation's page on `where` has the rest.")] = None,
    network_where: Annotated[str | None, typer.Option(metavar="EXPRESSION", help="Which features of NETWORK to use, such as \"status == 'built'\".")] = None,
    id_: Annotated[str | None, typer.Option("--id", metavar="COLUMN,...", help="The columns that identify premises, for `fibercov compare`.", show_default="id, if there is one")] = None,
    planned: Annotated[Path | None, typer.Option(metavar="FILE", help="The network that is planned but not built; may be the same file as NETWORK.")] = None,
    planned_where: Annotated[str | None, typer.Option(metavar="EXPRESSION", help="Which features of the planned network to use.")] = None,
    areas: Annotated[Path | None, typer.Option(metavar="FILE", help="Polygons to report by.")] = None,
    area_name: Annotated[str | None, typer.Option(metavar="COLUMN", help="The column with the areas' names.")] = None,
    area_code: Annotated[str | None, typer.Option(metavar="COLUMN", help="The column with their codes, if names repeat.")] = None,
    target: Annotated[str, typer.Option(help=TARGET)] = "0.9",
    as_of: Annotated[str | None, typer.Option(metavar="DATE", help="The date that the data describes.")] = None,
    out: Annotated[Path, typer.Option(metavar="DIR", help="The folder to write to.")] = Path("fibercov-results"),
    title: Annotated[str | None, typer.Option(help="The map's heading.", show_default="Fiber coverage")] = None,
    language: Annotated[str, typer.Option(help=LANGUAGE)] = "en",
    address: Annotated[str | None, typer.Option(metavar="COLUMN,...", help="The columns that make up an address, for searching on the map.", show_default="address or adress")] = None,
    public: Annotated[bool, typer.Option("--public", help=PUBLIC)] = False,
    history: Annotated[Path | None, typer.Option(metavar="FILE", help="A CSV file to add the share to, for `fibercov progress`.")] = None,
    premises_layer: Annotated[str | None, typer.Option(help="Layer (or sheet) of PREMISES, if it has several.")] = None,
    network_layer: Annotated[str | None, typer.Option(help="Layer of NETWORK.")] = None,
    planned_layer: Annotated[str | None, typer.Option(help="Layer of the planned network.")] = None,
    areas_layer: Annotated[str | None, typer.Option(help="Layer of the areas.")] = None,
    xy: Annotated[str | None, typer.Option(metavar="E,N", help="Coordinate columns, easting first, if PREMISES is a table.")] = None,
    crs: Annotated[str | None, typer.Option(help="CRS of PREMISES, such as EPSG:3006, if the file does not say.")] = None,
    network_crs: Annotated[str | None, typer.Option(help="CRS of NETWORK and of the planned network, likewise.")] = None,
    areas_crs: Annotated[str | None, typer.Option(help="CRS of the areas, likewise.")] = None,
    override_crs: Annotated[bool, typer.Option("--override-crs", help="Use the given CRSs where the files state wrong ones.")] = False,
) -> None:
    """Measure your own files, and write the map, tables and data."""
    # fmt: on
    definition, goal, _ = definition_of(reach), target_of(target), texts.known(language)
    if day(as_of, "as_of") is None and history is not None:
        raise ArgumentError("history", Words("needs the date that the data describes: give {as_of}."))
    if history is not None:
        check_history(history)
    if (areas is None) != (area_name is None):
        raise ArgumentError("areas", "and `--area-name` go together: a file, and its column of names.")
    if override_crs and not (crs or network_crs or areas_crs):
        raise ArgumentError("override_crs", "needs `--crs`, `--network-crs` or `--areas-crs`.")
    with console.step(f"Reading {premises.name}"), called(layer="--premises-layer"):
        homes = fc.read_premises(
            premises, households=households, inhabitants=inhabitants, workplaces=workplaces,
            counts=counts, on=_key(on), counts_layer=counts_layer, sum_repeated=sum_repeated,
            empty_counts_are_zero=empty_is_zero, connected=connected,
            id=columns_of(id_), position_error_m=position_error,
            where=where, layer=premises_layer, xy=columns_of(xy), crs=crs,
            override_crs=override_crs and crs is not None,
        )  # fmt: skip
    for column in columns_of(address) or []:
        checks.column_named(homes, column, "address")
    built = plan = polygons = None
    with console.step("Reading the network, the plan and the areas"):
        if network is not None:
            with called(where="--network-where", layer="--network-layer", crs="--network-crs"):
                built = fc.read_network(
                    network, where=network_where, layer=network_layer, crs=network_crs,
                    override_crs=override_crs and network_crs is not None,
                )  # fmt: skip
        if planned is not None:
            names = {"where": "--planned-where", "layer": "--planned-layer", "network": "--planned"}
            with called(**names, crs="--network-crs"):
                plan = fc.read_network(
                    planned, where=planned_where, layer=planned_layer, crs=network_crs,
                    override_crs=override_crs and network_crs is not None,
                )  # fmt: skip
        if areas is not None and area_name is not None:
            names = {"name": "--area-name", "code": "--area-code", "layer": "--areas-layer"}
            with called(**names, crs="--areas-crs", areas="--areas"):
                polygons = fc.read_areas(
                    areas, name=area_name, code=area_code, layer=areas_layer, crs=areas_crs,
                    override_crs=override_crs and areas_crs is not None,
                )  # fmt: skip
    report(
        lambda: fc.measure_coverage(homes, built, reach=definition, planned=plan, as_of=as_of),
        built, plan, polygons, target=goal, out=out, title=title, language=language,
        address=columns_of(address), public=public, history=history,
        keep=[file for file in (premises, counts, network, planned, areas) if file],
    )  # fmt: skip


def _key(typed: str | None) -> str | list[str] | None:
    """Take one column, or a pair of columns."""
    columns = columns_of(typed)
    return columns[0] if columns and len(columns) == 1 else columns
