"""`fibercov measure`: measure your own files."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import geopandas as gpd
import typer

import fibercov as fc
from fibercov import checks, texts
from fibercov.checks import day
from fibercov.cli import console
from fibercov.cli.ground import CONTEXT, CREDIT, OUTLINE, REPORT_URL, Ground, ground_of
from fibercov.cli.kept import Kept
from fibercov.cli.parts import measure_parts
from fibercov.cli.report import report
from fibercov.cli.typed import (
    LANGUAGE,
    LICENCE,
    PUBLISH,
    REACH,
    TARGET,
    along_of,
    columns_of,
    layer_of,
    layers_of,
    rows_of,
    target_of,
    whole_of,
)
from fibercov.errors import ArgumentError
from fibercov.follow.history import check_history
from fibercov.options import called
from fibercov.reach import as_reach
from fibercov.read.addresses import local_files, name_of
from fibercov.reports.summary import main_figures
from fibercov.wording import Words

NOT_MET = 3  # the exit code; 1 is an error, 2 a wrong way to call


# fmt: off
def measure(
    job: typer.Context,
    premises: Annotated[str, typer.Argument(help="Addresses or buildings: points, polygons, or a table with coordinates. A file, one at https:// or s3://, or a database: postgresql://HOST/DATABASE.")],
    network: Annotated[str | None, typer.Argument(help="The network that is built: cables, access points, service areas, of any geometry. Not needed if REACH is measured to connected premises.", show_default=False)] = None,
    reach: Annotated[str, typer.Option(help=REACH)] = ...,  # type: ignore[assignment]  # required
    households: Annotated[str | None, typer.Option(metavar="COLUMN", help="Households at each premises.", show_default="one each")] = None,
    inhabitants: Annotated[str | None, typer.Option(metavar="COLUMN", help="Inhabitants at each premises.")] = None,
    workplaces: Annotated[str | None, typer.Option(metavar="COLUMN", help="Workplaces at each premises.")] = None,
    unit: Annotated[str | None, typer.Option(metavar="UNIT,...", help="What to count and to hold against the target: households, inhabitants, workplaces, several of these together, or premises.", show_default="households, or the only count there is")] = None,
    counts: Annotated[str | None, typer.Option(metavar="FILE", help="A table with these columns, if PREMISES has none.")] = None,
    on: Annotated[str | None, typer.Option(metavar="COLUMN", help="The column that PREMISES and the table of counts share; A,B if it has two names.")] = None,
    counts_layer: Annotated[str | None, typer.Option(help="Sheet (or layer) of the table of counts, if it has several.")] = None,
    sum_repeated: Annotated[bool, typer.Option("--sum-repeated", help="Add up rows of the table of counts that are about one premises.")] = False,
    empty_is_zero: Annotated[bool, typer.Option("--empty-is-zero", help="Take an empty count as none.")] = False,
    connected: Annotated[str | None, typer.Option(metavar="COLUMN", help="Whether fiber ends in the building; or an expression that says so, such as \"teknik == 'Fiber'\".")] = None,
    position_error: Annotated[str | None, typer.Option(metavar="COLUMN", help="How far each position may be off: metres, or Lantmäteriet's words.")] = None,
    where: Annotated[str | None, typer.Option(metavar="EXPRESSION", help="Which premises to use: \"typ != 'fritidshus'\", \"N.notna()\"; a name with spaces in backticks. The documentation's page on `where` has the rest.")] = None,
    network_where: Annotated[str | None, typer.Option(metavar="EXPRESSION", help="Which features of NETWORK to use, such as \"status == 'built'\".")] = None,
    id_: Annotated[str | None, typer.Option("--id", metavar="COLUMN,...", help="The columns that identify premises, for `fibercov compare`.", show_default="id, if there is one")] = None,
    planned: Annotated[str | None, typer.Option(metavar="FILE", help="The network that is planned but not built; may be the same file as NETWORK.")] = None,
    planned_where: Annotated[str | None, typer.Option(metavar="EXPRESSION", help="Which features of the planned network to use.")] = None,
    planned_date: Annotated[str | None, typer.Option(metavar="COLUMN", help="The date or year when each feature of the planned network will be built.")] = None,
    until: Annotated[str | None, typer.Option(metavar="DATE", help="Check the target too with what is planned until this date.")] = None,
    along: Annotated[str | None, typer.Option(metavar="roads", help="`roads`: measure along roads, instead of straight.")] = None,
    roads: Annotated[str | None, typer.Option(metavar="FILE", help="The roads to measure along: lines that share a vertex where they meet.")] = None,
    roads_where: Annotated[str | None, typer.Option(metavar="EXPRESSION", help="Which roads to use.")] = None,
    roads_level: Annotated[str | None, typer.Option(metavar="COLUMN", help="The level that each road lies on, such as OSM's layer, to keep bridges apart.")] = None,
    roads_as_of: Annotated[str | None, typer.Option(metavar="DATE", help="The date that the roads describe.")] = None,
    roads_credit: Annotated[str | None, typer.Option(metavar="TEXT", help="The credit line that the owner of the roads requires, such as © OpenStreetMap contributors.")] = None,
    beside: Annotated[str | None, typer.Option(metavar="METRES", help="How far the network may be from a road and still count as lying along it.", show_default="25")] = None,
    join: Annotated[str | None, typer.Option(metavar="METRES", help="Join loose road ends that are at most this far from another road.", show_default="0")] = None,
    barriers: Annotated[list[str] | None, typer.Option(metavar="FILE[:LAYER]", help="Water, railways or motorways that a straight drop should not cross. Repeat the option for several files.", show_default=False)] = None,
    barriers_credit: Annotated[str | None, typer.Option(metavar="TEXT", help="The credit line that the owner of the barriers requires.")] = None,
    expected_total: Annotated[str | None, typer.Option(metavar="NUMBER", help="What the total should be, such as the official population.")] = None,
    areas: Annotated[str | None, typer.Option(metavar="FILE", help="Polygons to report by.")] = None,
    area_name: Annotated[str | None, typer.Option(metavar="COLUMN", help="The column with the areas' names.")] = None,
    area_code: Annotated[str | None, typer.Option(metavar="COLUMN", help="The column with their codes, if names repeat.")] = None,
    by: Annotated[str | None, typer.Option(metavar="COLUMN", help="Report by the values of a column of PREMISES instead.")] = None,
    rest: Annotated[str | None, typer.Option(metavar="NAME", help="A name for what lies in no area, or has no value, to hold it against the target too.")] = None,
    context: Annotated[list[str] | None, typer.Option(metavar="FILE[:LAYER]", help=CONTEXT, show_default=False)] = None,
    context_credit: Annotated[str | None, typer.Option(metavar="TEXT", help=CREDIT)] = None,
    outline: Annotated[str | None, typer.Option(metavar="FILE[:LAYER]", help=OUTLINE)] = None,
    target: Annotated[str, typer.Option(help=TARGET)] = "0.9",
    as_of: Annotated[str | None, typer.Option(metavar="DATE", help="The date that the data describes.")] = None,
    out: Annotated[Path, typer.Option(metavar="DIR", help="The folder to write to.")] = Path("fibercov-results"),
    title: Annotated[str | None, typer.Option(help="The map's heading.", show_default="Fiber coverage")] = None,
    language: Annotated[str, typer.Option(help=LANGUAGE)] = "en",
    address: Annotated[str | None, typer.Option(metavar="COLUMN,...", help="The columns that make up an address, for searching on the map.", show_default="address or adress")] = None,
    report_url: Annotated[str | None, typer.Option(metavar="URL", help=REPORT_URL)] = None,
    publish: Annotated[str | None, typer.Option(metavar="areas|addresses", help=PUBLISH)] = None,
    licence: Annotated[str, typer.Option(help=LICENCE, show_default="none")] = "",
    history: Annotated[Path | None, typer.Option(metavar="FILE", help="A CSV file to add the share to, for `fibercov progress`.")] = None,
    sql: Annotated[str | None, typer.Option(metavar="QUERY", help="Which rows to read, if PREMISES is a database: 'SELECT * FROM addresses'.")] = None,
    network_sql: Annotated[str | None, typer.Option(metavar="QUERY", help="The same of NETWORK.")] = None,
    planned_sql: Annotated[str | None, typer.Option(metavar="QUERY", help="The same of the planned network.")] = None,
    roads_sql: Annotated[str | None, typer.Option(metavar="QUERY", help="The same of the roads.")] = None,
    areas_sql: Annotated[str | None, typer.Option(metavar="QUERY", help="The same of the areas.")] = None,
    premises_layer: Annotated[str | None, typer.Option(help="Layer (or sheet) of PREMISES, if it has several.")] = None,
    network_layer: Annotated[str | None, typer.Option(metavar="NAME,...", help="Layer of NETWORK; several, or * for all, to use them as one network.")] = None,
    roads_layer: Annotated[str | None, typer.Option(help="Layer of the roads.")] = None,
    planned_layer: Annotated[str | None, typer.Option(help="Layer of the planned network.")] = None,
    areas_layer: Annotated[str | None, typer.Option(help="Layer of the areas.")] = None,
    header: Annotated[str | None, typer.Option(metavar="ROW[,ROW]", help="The row with the columns' names, if PREMISES is a table; two if names span several columns.", show_default="found")] = None,
    counts_header: Annotated[str | None, typer.Option(metavar="ROW[,ROW]", help="The same of the table of counts.", show_default="found")] = None,
    xy: Annotated[str | None, typer.Option(metavar="E,N", help="Coordinate columns, easting first, if PREMISES is a table; or one column with WKT, or with pairs.")] = None,
    network_xy: Annotated[str | None, typer.Option(metavar="E,N", help="The same of NETWORK and the planned network, if they are tables.")] = None,
    areas_xy: Annotated[str | None, typer.Option(metavar="COLUMN", help="The column with WKT, if the areas are a table.")] = None,
    crs: Annotated[str | None, typer.Option(help="CRS of PREMISES, such as EPSG:3006, if the file does not say.")] = None,
    network_crs: Annotated[str | None, typer.Option(help="CRS of NETWORK and of the planned network, likewise.")] = None,
    roads_crs: Annotated[str | None, typer.Option(help="CRS of the roads and of the barriers, likewise.")] = None,
    areas_crs: Annotated[str | None, typer.Option(help="CRS of the areas, of the outline and of the context, likewise.")] = None,
    override_crs: Annotated[bool, typer.Option("--override-crs", help="Use the given CRSs where the files state wrong ones.")] = False,
    fail_unless_met: Annotated[bool, typer.Option("--fail-unless-met", help="Exit with code 3 if the target is not surely met; the results are written all the same.")] = False,
    workers: Annotated[str | None, typer.Option(metavar="NUMBER", help="For data that is larger than memory: measure in parts, by so many processes. PREMISES and NETWORK are then GeoParquet: files, folders, or folders at s3://. A run that was stopped goes on where it was.")] = None,
    quiet: Annotated[bool, typer.Option("--quiet", help="Print nothing but errors.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the main figures as one JSON object, and nothing else on the standard output.")] = False,
) -> None:
    """Measure your own files, and write the map, tables and data."""
    # fmt: on
    given = dict(locals())
    console.hush(out_too=quiet or as_json, err_too=quiet)
    kept = Kept.of(job)
    definition, goal, _ = along_of(as_reach(reach), along, beside, join), target_of(target), texts.known(language)
    _check_together(given)

    def read_areas() -> gpd.GeoDataFrame | str | None:
        """Read the polygons to report by, if there are any."""
        if areas is None or area_name is None:
            return by
        names = {"name": "--area-name", "code": "--area-code", "sql": "--areas-sql", "layer": "--areas-layer"}
        with called(**names, crs="--areas-crs", areas="--areas"):
            return kept.once(
                fc.read_areas, areas, name=area_name, code=area_code, sql=areas_sql, layer=areas_layer, xy=columns_of(areas_xy), crs=areas_crs,
                override_crs=override_crs and areas_crs is not None,
            )  # fmt: skip

    def read_ground() -> Ground:
        """Read the ground of the maps, and the outline on them."""
        return kept.once(ground_of, context, outline, credit=context_credit, crs=areas_crs, override_crs=override_crs)

    if workers is not None:
        in_parts = measure_parts(
            given, whole_of(workers, "workers"), premises=premises, network=network, reach=definition, unit=columns_of(unit),
            areas=read_areas(), rest=rest, households=households, inhabitants=inhabitants, workplaces=workplaces,
            empty_counts_are_zero=empty_is_zero, connected=connected, id=columns_of(id_), position_error_m=position_error,
            where=where, network_where=network_where, as_of=as_of, target=goal, title=title, language=language, out=out,
            ground=read_ground(), report_url=report_url, publish=publish, licence=licence, history=history,
        )  # fmt: skip
        _end(out, in_parts, as_json=as_json, fail_unless_met=fail_unless_met)
        return
    with console.step(f"Reading {name_of(premises)}"), called(layer="--premises-layer"):
        homes = kept.once(
            fc.read_premises, premises, households=households, inhabitants=inhabitants, workplaces=workplaces,
            counts=counts, on=_key(on), counts_layer=counts_layer, sum_repeated=sum_repeated,
            empty_counts_are_zero=empty_is_zero, connected=connected,
            id=columns_of(id_), position_error_m=position_error,
            where=where, sql=sql, layer=premises_layer, header=rows_of(header), counts_header=rows_of(counts_header),
            xy=columns_of(xy), crs=crs,
            override_crs=override_crs and crs is not None,
        )  # fmt: skip
    for column in columns_of(address) or []:
        checks.column_named(homes, column, "address")
    built = plan = streets = None
    walls, in_the_way = [], [layer_of(text) for text in barriers or ()]
    with console.step("Reading the network, the plan and the areas"):
        if network is not None:
            with called(where="--network-where", sql="--network-sql", layer="--network-layer", crs="--network-crs"):
                built = kept.once(
                    fc.read_network, network, where=network_where, sql=network_sql, layer=layers_of(network_layer), xy=columns_of(network_xy), crs=network_crs,
                    override_crs=override_crs and network_crs is not None,
                )  # fmt: skip
        if planned is not None:
            names = {"where": "--planned-where", "sql": "--planned-sql", "layer": "--planned-layer", "network": "--planned"}
            with called(**names, crs="--network-crs"):
                plan = kept.once(
                    fc.read_network, planned, where=planned_where, sql=planned_sql, layer=layers_of(planned_layer), xy=columns_of(network_xy), crs=network_crs,
                    override_crs=override_crs and network_crs is not None,
                )  # fmt: skip
        if roads is not None:
            names = {"as_of": "--roads-as-of", "where": "--roads-where", "sql": "--roads-sql", "layer": "--roads-layer", "level_column": "--roads-level"}
            with called(**names, crs="--roads-crs"):
                streets = kept.once(
                    fc.read_roads, roads, where=roads_where, level_column=roads_level, as_of=roads_as_of, credit=roads_credit or "",
                    sql=roads_sql, layer=roads_layer, crs=roads_crs, override_crs=override_crs and roads_crs is not None,
                )  # fmt: skip
        for file, of in in_the_way:
            with called(layer="--barriers FILE:LAYER", crs="--roads-crs"):
                walls.append(
                    kept.once(
                        fc.read_barriers, file, layer=of, credit=barriers_credit or "", crs=roads_crs, override_crs=override_crs and roads_crs is not None
                    )
                )
        ground, reported_by = read_ground(), read_areas()
    made = report(
        lambda: kept.coverage(
            homes, built, plan, streets, *walls, planned_date, as_of, reach=definition, unit=columns_of(unit),
            measure=lambda: fc.measure_coverage(
                homes, built, reach=definition, unit=columns_of(unit), planned=plan,
                planned_date=planned_date, roads=streets, barriers=walls or None, as_of=as_of,
            ),
        ),
        built, plan, reported_by, rest=rest, until=until,
        roads=streets, barriers=walls or None, context=ground.context or None, outline=ground.outline, report_url=report_url,
        expected_total=None if expected_total is None else whole_of(expected_total, "expected_total"),
        target=goal, out=out, title=title, language=language,
        address=columns_of(address), publish=publish, licence=licence, history=history,
        keep=local_files(
            [premises, counts, network, planned, roads, areas, *(file for file, _ in in_the_way), *ground.files]
        ),
    )  # fmt: skip
    _end(out, made.check, as_json=as_json, fail_unless_met=fail_unless_met)


def _check_together(given: Mapping[str, Any]) -> None:
    """Raise if an option is given without what it needs, or beside what it excludes."""
    dated = day(given["as_of"], "as_of") is not None
    history = given["history"]
    _needs("history", history, dated, Words("needs the date that the data describes: give {as_of}."))
    if history is not None:
        check_history(history)
    if (given["areas"] is None) != (given["area_name"] is None):
        raise ArgumentError("areas", "and `--area-name` go together: a file, and its column of names.")
    _needs("by", given["by"], given["areas"] is None, "and `--areas` exclude each other: a column, or polygons.")
    _needs("rest", given["rest"], given["areas"] or given["by"], "needs `--areas` or `--by`.")
    _needs("planned_date", given["planned_date"], given["planned"], "needs `--planned`.")
    _needs("along", given["along"], given["roads"], "needs `--roads`.")
    _needs("roads", given["roads"], given["along"], "needs `--along roads`.")
    _needs("network_sql", given["network_sql"], given["network"], "needs NETWORK.")
    _needs("planned_sql", given["planned_sql"], given["planned"], "needs `--planned`.")
    _needs("areas_sql", given["areas_sql"], given["areas"], "needs `--areas`.")
    for name in ("roads_where", "roads_sql", "roads_level", "roads_as_of", "roads_credit"):
        _needs(name, given[name], given["roads"], "needs `--roads`.")
    _needs("barriers_credit", given["barriers_credit"], given["barriers"], "needs `--barriers`.")
    some_crs = any(given[name] for name in ("crs", "network_crs", "roads_crs", "areas_crs"))
    _needs("override_crs", given["override_crs"] or None, some_crs, "needs `--crs`, `--network-crs`, `--roads-crs` or `--areas-crs`.")


def _end(folder: Path, check: fc.TargetCheck, *, as_json: bool, fail_unless_met: bool) -> None:
    """Print what a program reads, and say by the exit code whether the target is met."""
    if as_json:
        sys.stdout.write(json.dumps(main_figures(folder), ensure_ascii=False) + "\n")
    if fail_unless_met and check.verdict != "met":
        raise typer.Exit(NOT_MET)


def _needs(argument: str, given: object, needed: object, words: str | Words) -> None:
    """Raise if an option is given without what it needs."""
    if given is not None and not needed:
        raise ArgumentError(argument, words)


def _key(typed: str | None) -> str | list[str] | None:
    """Take one column, or a pair of columns."""
    columns = columns_of(typed)
    return columns[0] if columns and len(columns) == 1 else columns
