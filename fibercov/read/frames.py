"""Read files, tables and frames into checked frames."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from types import MappingProxyType
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyproj
from numpy.typing import NDArray

from fibercov import checks
from fibercov.errors import ArgumentError, ColumnError, CRSError, GeometryError
from fibercov.geo.crs import check_places, crs_name, declared_crs, user_crs
from fibercov.read.addresses import stem_of
from fibercov.read.context import KINDS, context_frame
from fibercov.read.coordinates import coordinate_columns, with_shapes
from fibercov.read.counts import Counts, counts_in, keys_in, read_counts
from fibercov.read.databases import queried
from fibercov.read.files import Readable, origin, read_source, read_together
from fibercov.read.objects import Source
from fibercov.read.selection import (
    Columns,
    expression_in,
    filtered,
    named,
    standard,
    with_truth,
)
from fibercov.units import COUNTS
from fibercov.wording import CRS, Blank, Call, Words

# Lantmäteriet's words for how an address point was placed, and how far off the point may be. The
# words are theirs; the metres are fibercov's own guess, rounded up, as no source gives any.
POSITION_ERROR_M: Mapping[str, float] = MappingProxyType({
    "ingång": 5.0,
    "byggnad": 15.0,
    "infart": 50.0,
    "tomtplats": 50.0,
    "övrigt läge": 100.0,
    "ungefärligt lägesbestämd": 250.0,
})  # fmt: skip


_NAME_XY = Words(
    "If columns hold its coordinates, name them and their CRS: {both}.",
    both=Call(xy=(Blank("EASTING"), Blank("NORTHING")), crs=CRS),
)
OTHER_ID = (
    "Remove or merge those rows, name another column, or several that together are different."
)


def read_premises(
    source: Source,
    *,
    households: str | None = None,
    inhabitants: str | None = None,
    workplaces: str | None = None,
    empty_counts_are_zero: bool = False,
    counts: Source | None = None,
    on: str | Sequence[str] | None = None,
    sum_repeated: bool = False,
    counts_layer: str | None = None,
    connected: str | None = None,
    id: str | Sequence[str] | None = None,  # noqa: A002 - the users' word for it
    position_error_m: str | None = None,
    where: str | None = None,
    columns: Sequence[str] | None = None,
    sql: str | None = None,
    layer: str | None = None,
    header: int | Sequence[int] | None = None,
    counts_header: int | Sequence[int] | None = None,
    xy: str | Sequence[str] | None = None,
    crs: Any = None,
    override_crs: bool = False,
) -> gpd.GeoDataFrame:
    """Read premises: points or building polygons, each with its households, inhabitants or workplaces.

    Parameters
    ----------
    source
        A vector file (GeoPackage, Shapefile, GeoJSON, GeoParquet and others; also in a zip archive or a
        folder) or a table with coordinates (CSV, also packed as .csv.gz, Excel, OpenDocument), on this
        machine or at an address (`https://`, `s3://`); a database with PostGIS (`postgresql://`), with `sql`;
        a frame, a GeoSeries, a list or an array of shapely geometries, or what gives an Arrow stream, such
        as a frame of polars or a relation of DuckDB.
    households, inhabitants, workplaces
        The columns with the number of each. The default is the column of that name; without
        `households`, each premises counts as one household, and the result says so.
    empty_counts_are_zero
        Whether an empty count means none. If not, it is an error: unknown is not 0. The provenance
        records how many were empty.
    counts
        A table (CSV, Excel, a vector file or a frame) that holds the counts, if the source does not.
        `households`, `inhabitants` and `workplaces` are then columns of this table, and those that it
        does not have are looked for in the source by their standard names. Premises without a row in
        it count 0. Rows in it without premises become premises without a position: unplaced, in the
        denominator, and not connected. Counts of premises that `where` leaves out are left out. The
        provenance records how many there are of each.
    on
        The column that the source and `counts` share, or two, one of each. Its values are compared as
        text: 1, 1.0 and "1" are the same, "0181" and 181 are not. Spaces at the ends do not count.
    sum_repeated
        Whether rows of `counts` with the same value of `on` are added up, as where a row is a
        household. If not, they are an error.
    counts_layer
        The layer or sheet of `counts`, if it has several.
    connected
        The column that says whether fiber ends in the building: true/false, 1/0, yes/no, ja/nej. Or an
        expression as in `where`, such as `"teknik == 'Fiber'"`, unless a column has exactly that name.
        The default is the column `connected`; without one, no premises is connected.
    id
        A column whose value is unique, or several whose values together are unique: a street address
        and its village.
    position_error_m
        A column that says how far off each position may be: in metres, or in Lantmäteriet's words
        ("byggnad", "ungefärligt lägesbestämd"), which stand for the metres in `POSITION_ERROR_M`.
    where
        Which rows to read, as an expression over the source's own columns, their names in any case:
        `"typ != 'fritidshus'"`. It means what it means in `pandas.DataFrame.query`, but never runs
        code; the page "What where takes" of the documentation lists all that is allowed. The
        values of a table are text, except the counts. The provenance records how many
        rows are left and, as `unmatched`, the values that were looked for and found in no row.
    columns
        Which columns to keep; by default all. Columns that other arguments name are kept too, and so
        are `households`, `inhabitants`, `workplaces`, `connected` and `position_error_m`. From a vector
        file, such as a GeoPackage or GeoParquet, the others are not even read.
    sql
        The query whose rows to read, if the source is a database: `"SELECT * FROM addresses"`. It runs in a
        transaction that can write nothing. The provenance records it, and of the database's address all but
        what may be secret.
    layer
        The layer, or in a workbook the sheet, if the file has several.
    header, counts_header
        The row that has the names of the columns of a table, or of `counts`, as a spreadsheet numbers it;
        `(4, 5)` for two rows, of which the upper one has names over several columns. They are found by
        themselves below a title, and the provenance says where. So it does of notes below the table,
        which are left out: texts alone in their rows, after an empty row.
    xy
        The columns with easting and northing (or longitude and latitude), in that order, if the
        source is a table. Or one column: with shapes as WKT or WKB, or with pairs of latitude and
        longitude, in degrees, or else of easting and northing. Rows without both are unplaced.
    crs
        The CRS of the coordinates, if the source does not say it.
    override_crs
        Whether `crs` replaces the CRS that the source declares, because the source is wrong. The
        coordinates stay as they are, and the provenance records both.

    Returns
    -------
    geopandas.GeoDataFrame
        The rows of the source that `where` keeps, with its `columns`. The named columns become
        `households`, `inhabitants`, `workplaces` (int64), `connected` (bool), `id` and
        `position_error_m`; a column that already had such a name is kept as `<name>_original`. Column
        names match in any case. Rows of a table in a file are labelled as in a spreadsheet: the first
        is 2. With `counts`, the column `on` and the `id` are text; rows for counts without premises
        follow at the end, with the value of `on` as their `id`, and their labels follow the last one
        of the source. Those without such a value are one row together.

    Raises
    ------
    FileError
        If the file is missing, damaged or of an unknown kind; if it does not have the layer, or has
        several and none is named; if the host or the database does not answer.
    ArgumentError
        If `where`, `columns`, `xy` or `sql` is wrong, or one column is named for two things; if `counts`
        or `on` is given without the other, or a database without `sql`.
    ColumnError
        If a column is missing or its values cannot be right; if values of `on` repeat, or none match.
    GeometryError
        If there are no rows, or no geometry.
    CRSError
        If the CRS is missing or contradicted by the coordinates.
    MissingExtraError
        If the source is a database, and the extra `postgis` is not installed.

    Examples
    --------
    >>> table = pd.DataFrame({"hushall": [" 81 ", "1"], "E": ["1", "2"], "N": ["3", "4"]})
    >>> table["E"] = ["448451,5", "448460"]; table["N"] = ["6788562", "6788570"]
    >>> premises = read_premises(table, households="hushall", xy=("E", "N"), crs="EPSG:3006")
    >>> premises["households"].tolist()
    [81, 1]
    """
    rows = queried(source, sql, "premises")
    ids = id_names(id)
    wanted = {"households": households, "inhabitants": inhabitants, "workplaces": workplaces}
    table = read_counts(
        counts, on, wanted,
        layer=counts_layer, header=counts_header, sum_repeated=sum_repeated,
        empty_is_zero=empty_counts_are_zero,
    )  # fmt: skip
    key = None
    if table is not None:
        wanted, key = {unit: None for unit in COUNTS if unit not in table.units}, table.on
    says = expression_in(connected)
    named_so = connected if says is None else None
    needed = (*wanted.values(), named_so, *ids, position_error_m, *coordinate_columns(xy), key)
    also = (connected or "connected", *(says or ()), "position_error_m")
    keep = Columns.of(columns, needed, where, *wanted, *also)
    whole = read_source(rows, "premises", layer, keep, header)
    counted = [name or unit for unit, name in wanted.items()]
    frame = _read(
        rows, whole, "premises", layer, where, xy, crs, keep, counted, override_crs=override_crs
    )
    if connected is not None and says is not None and connected not in frame.columns:
        frame = with_truth(frame, connected, "connected", counted)
    roles = {**wanted, "connected": connected}
    roles = {role: standard(frame, role) if name is None else name for role, name in roles.items()}
    roles |= {"id": ids[0] if len(ids) == 1 else None, "position_error_m": position_error_m}
    found = named(frame, roles)
    premises = _with_roles(frame, found, ids, empty_is_zero=empty_counts_are_zero)
    return premises if table is None else _joined(table, whole, frame, premises)


def _joined(
    table: Counts, whole: pd.DataFrame, frame: gpd.GeoDataFrame, premises: gpd.GeoDataFrame
) -> gpd.GeoDataFrame:
    """Add the counts of a table to premises, which are `frame` with some columns renamed."""
    column = checks.column_named(frame, table.on, "on")
    every = keys_in(whole[checks.column_named(whole, table.on, "on")])
    key = premises.columns[frame.columns.get_loc(column)]
    joined = table.join(premises, key, keys_in(frame[column]), every)
    if "id" in joined.attrs["provenance"]["columns"]:
        checks.unique(joined["id"], "id", OTHER_ID)
    return joined


def _with_roles(
    frame: gpd.GeoDataFrame, found: dict[str, str], ids: list[str], *, empty_is_zero: bool
) -> gpd.GeoDataFrame:
    """Check the columns that were found, and name them after their roles."""
    counts, empty = counts_in(frame, found, empty_is_zero=empty_is_zero)
    for unit in counts:
        checks.no_sum(frame, counts[unit], unit)
    values: dict[str, Any] = {**counts}
    # After `no_sum`: coordinates that are sums are not the CRS's fault.
    check_places(frame, "premises")
    if "connected" in found:
        values["connected"] = checks.yes_or_no(frame[found["connected"]], "connected")
    if "id" in found:
        checks.unique(frame[found["id"]], "id", OTHER_ID)
    elif ids:
        values["id"] = one_id(frame, ids)
        checks.unique(values["id"], "id", OTHER_ID)
    if "position_error_m" in found:
        values["position_error_m"] = position_errors_m(frame[found["position_error_m"]])
    premises = renamed(frame, found, values)
    said = premises.attrs["provenance"]
    if len(ids) > 1:
        said["columns"]["id"] = ids
    if empty_is_zero:
        said["empty_counts"] = empty
    return premises


def read_network(
    source: Source,
    *,
    where: str | None = None,
    columns: Sequence[str] | None = None,
    sql: str | None = None,
    layer: str | Sequence[str] | None = None,
    header: int | Sequence[int] | None = None,
    xy: str | Sequence[str] | None = None,
    crs: Any = None,
    override_crs: bool = False,
) -> gpd.GeoDataFrame:
    """Read a network: the features that a drop may start from, such as cables or service areas.

    Parameters
    ----------
    source
        A file, a database or a frame, as in `read_premises`; geometries of any kind.
        Or a list of files, such as those of several operators, to read them as one network.
    where
        Which rows to read, as in `read_premises`.
    columns
        Which columns to keep, as in `read_premises`.
    sql
        The query, if the source is a database, as in `read_premises`.
    layer
        The layer, if the file has several; a list of layers, or `"*"` for all that hold something, to
        read them as one network. The column `layer` then says which of them a feature is from.
    header, xy
        The row of the names, and the columns of the coordinates, as in `read_premises`, if it is a table.
    crs, override_crs
        The CRS of the coordinates, if the source does not say it, or is wrong, as for `read_premises`.

    Returns
    -------
    geopandas.GeoDataFrame
        The rows of the source that `where` keeps, with its `columns`.

    Raises
    ------
    FileError, ArgumentError, ColumnError, GeometryError, CRSError
        As `read_premises`.

    Examples
    --------
    >>> import fibercov as fc
    >>> network = fc.read_network(fc.load_demo().network)
    >>> set(network.geom_type)
    {'LineString'}
    """
    rows = queried(source, sql, "network")
    keep = Columns.of(columns, coordinate_columns(xy), where)
    return _read_vectors(
        rows, "network", layer, where, crs, keep,
        header=header, xy=xy, override_crs=override_crs,
    )  # fmt: skip


def read_roads(
    source: Source,
    *,
    where: str | None = None,
    level_column: str | None = None,
    as_of: date | str | None = None,
    credit: str = "",
    columns: Sequence[str] = (),
    sql: str | None = None,
    layer: str | None = None,
    crs: Any = None,
    override_crs: bool = False,
) -> gpd.GeoDataFrame:
    """Read the roads that drops or trenches follow.

    Lines are joined where they share a vertex: their ends, and vertices in between. Crossings without
    a shared vertex, such as bridges, are not joined. One-way streets are roads in both directions.

    Parameters
    ----------
    source
        A vector file, a database or a GeoDataFrame of lines, such as Trafikverket's NVDB or OpenStreetMap's highways.
    where
        Which rows to use, as in `read_premises`: leave out motorways, ferries and what is planned.
    level_column
        The column that says on which level a road lies, such as OSM's `layer`. A vertex inside a line
        joins it only to roads of the same level; the end of a line joins every road with a vertex
        there. A road without a level is on level 0.
    as_of
        The date that the data describes; it is told with how the share was measured.
    credit
        The credit line that the owner of the data requires, such as "© OpenStreetMap contributors". It
        stands wherever fibercov says how the share was measured.
    columns
        Other columns to keep, such as what a metre of trench costs along the road.
    sql
        The query, if the source is a database, as in `read_premises`.
    layer, crs, override_crs
        As in `read_premises`.

    Returns
    -------
    geopandas.GeoDataFrame
        The lines, with the column `level` if named, and `columns`.

    Raises
    ------
    FileError, ArgumentError, ColumnError, GeometryError, CRSError
        As `read_premises`; also if any geometry is not a line.

    Examples
    --------
    >>> import fibercov as fc
    >>> roads = fc.read_roads(fc.load_demo().roads)
    >>> reach = fc.Reach(200, along="roads")
    >>> demo = fc.load_demo()
    >>> coverage = fc.measure_coverage(demo.premises, demo.network, reach=reach, roads=roads)
    >>> coverage.share < fc.measure_coverage(demo.premises, demo.network, reach=200).share
    True
    """
    rows = queried(source, sql, "roads")
    others = checks.several(columns, "columns", "must be a list of columns")
    keep = Columns.of(others, [level_column], where)
    frame = _read_vectors(rows, "roads", layer, where, crs, keep, override_crs=override_crs)
    frame = _with_others(frame, named(frame, {"level": level_column}), others)
    checks.of_type(frame, checks.LINE_TYPES, "roads", checks.NO_ROAD)
    dated = checks.day(as_of, "as_of")
    frame.attrs["provenance"] |= {"as_of": dated.isoformat()} if dated else {}
    return _credited(frame, credit)


def read_barriers(
    source: Source,
    *,
    where: str | None = None,
    credit: str = "",
    sql: str | None = None,
    layer: str | None = None,
    crs: Any = None,
    override_crs: bool = False,
) -> gpd.GeoDataFrame:
    """Read barriers: what a straight drop should not cross, such as water, railways and motorways.

    Parameters
    ----------
    source
        A vector file, a database or a GeoDataFrame of lines or polygons.
    where
        Which rows to use, as in `read_premises`: leave out ditches, tunnels and disused railways.
    credit
        As in `read_roads`.
    sql
        The query, if the source is a database, as in `read_premises`.
    layer, crs, override_crs
        As in `read_premises`.

    Returns
    -------
    geopandas.GeoDataFrame
        The rows of the source that `where` keeps: their geometry.

    Raises
    ------
    FileError, ArgumentError, ColumnError, GeometryError, CRSError
        As `read_premises`; also if any geometry is neither a line nor a polygon.

    Examples
    --------
    >>> import fibercov as fc
    >>> demo = fc.load_demo()
    >>> water = fc.read_barriers(demo.water)
    >>> coverage = fc.measure_coverage(demo.premises, demo.network, reach=100, barriers=water)
    >>> int(coverage.premises["crosses"].sum()) > 0
    True
    """
    rows = queried(source, sql, "barriers")
    keep = Columns.of([], [], where)
    frame = _read_vectors(rows, "barriers", layer, where, crs, keep, override_crs=override_crs)
    checks.of_type(
        frame, (*checks.LINE_TYPES, *checks.POLYGON_TYPES), "barriers", checks.NO_BARRIER
    )
    return _credited(frame[[str(frame.active_geometry_name)]], credit)


def read_context(
    source: Source,
    *,
    kind: str | None = None,
    name: str | None = None,
    rank: str | None = None,
    where: str | None = None,
    credit: str = "",
    sql: str | None = None,
    layer: str | None = None,
    crs: Any = None,
    override_crs: bool = False,
) -> gpd.GeoDataFrame:
    """Read the ground of a map: roads, railways, water, coasts or the names of places.

    Parameters
    ----------
    source
        A vector file, a database or a GeoDataFrame of lines, polygons or points.
    kind
        What the features are: `"roads"`, `"railways"`, `"water"`, `"coast"` or `"places"`. By default
        the name of the layer or file, if it is one of these; else what the column `kind` says, where it
        does; else points are places, lines are roads and polygons are water.
    name
        The column with the names of places and lakes. The default is `name`, `namn`, or Lantmäteriet's
        `karttext` or `textstrang`.
    rank
        The column that says how important a feature is, as a number: 1 for the most important. Roads
        of rank 1 show however far the map is zoomed out, and those of 4 and more are drawn as paths. The
        default is `rank`, or Lantmäteriet's `textstorleksklass`; without them it follows from words in `kind`,
        `typ`, `objekttyp` or `highway`, such as "motorway", "Landsväg" or "village".
    where
        Which rows to use, as in `read_premises`.
    credit
        The credit line that the owner of the data requires, such as "© Lantmäteriet". It stands on the map.
    sql
        The query, if the source is a database, as in `read_premises`.
    layer, crs, override_crs
        As in `read_premises`.

    Returns
    -------
    geopandas.GeoDataFrame
        The rows that have a geometry, with `kind`, `name`, `rank` and `geometry`.

    Raises
    ------
    FileError, ArgumentError, ColumnError, GeometryError, CRSError
        As `read_premises`; also if a geometry does not fit its kind, or places have no names.

    Examples
    --------
    >>> import fibercov as fc
    >>> water = fc.read_context(fc.load_demo().water, credit="Fiberdalens kommun")
    >>> water[["kind", "name"]].to_numpy().tolist()
    [['water', 'Fiberälven'], ['water', 'Norrsjön']]
    """
    rows = queried(source, sql, "context")
    if kind is not None and kind not in KINDS:
        raise checks.refusal("kind", f"must be {' or '.join(map(repr, KINDS))}", kind)
    frame = _read_vectors(
        rows, "context", layer, where, crs, Columns.of(None, (), where), override_crs=override_crs
    )
    called = layer or (stem_of(rows) if isinstance(rows, str | Path) else "")
    if kind is None and called.casefold() in KINDS:
        kind = called.casefold()
    return _credited(context_frame(frame, kind, name, rank), credit)


def outline_in(
    source: Source, *, layer: str | None, crs: Any, override_crs: bool
) -> gpd.GeoDataFrame:
    """Read the polygons that a map draws an outline around; raise if any geometry is no polygon."""
    keep = Columns.of([], [], None)
    frame = _read_vectors(source, "outline", layer, None, crs, keep, override_crs=override_crs)
    checks.of_type(frame, checks.POLYGON_TYPES, "outline")
    return frame


def _credited(frame: gpd.GeoDataFrame, credit: object) -> gpd.GeoDataFrame:
    """Record what the owner of the data wants to be said."""
    if not isinstance(credit, str):
        raise checks.refusal("credit", "must be a text", credit)
    frame.attrs["provenance"] |= {"credit": credit} if credit else {}
    return frame


def read_areas(
    source: Source,
    *,
    name: str,
    code: str | None = None,
    columns: Sequence[str] = (),
    sql: str | None = None,
    layer: str | None = None,
    header: int | Sequence[int] | None = None,
    xy: str | Sequence[str] | None = None,
    crs: Any = None,
    override_crs: bool = False,
) -> gpd.GeoDataFrame:
    """Read reporting areas: polygons with a name.

    Parameters
    ----------
    source
        A file, a database or a frame, as in `read_premises`; of polygons.
    name
        The column with the areas' names, unique unless `code` is given.
    code
        The column with the areas' codes, all unique, such as 2039 for a municipality.
    columns
        Other columns to keep, such as the municipality that each area is in.
    sql
        The query, if the source is a database, as in `read_premises`.
    layer
        The layer, if the file has several.
    header, xy
        As in `read_network`.
    crs, override_crs
        The CRS of the coordinates, if the source does not say it, or is wrong, as for `read_premises`.

    Returns
    -------
    geopandas.GeoDataFrame
        All rows of the source, with the columns `name`, `code` if named, `columns` and `geometry`.

    Raises
    ------
    FileError, ArgumentError, ColumnError, GeometryError, CRSError
        As `read_premises`; also if an area is not a valid polygon, or a name or code repeats.

    Examples
    --------
    >>> import fibercov as fc
    >>> areas = fc.read_areas(fc.load_demo().areas, name="name", code="code")
    >>> areas["code"].is_unique
    True
    """
    rows = queried(source, sql, "areas")
    if not isinstance(name, str):
        raise checks.refusal("name", "must name the column with the areas' names", name)
    others = checks.several(columns, "columns", "must be a list of columns")
    keep = Columns.of([], [name, code, *others, *coordinate_columns(xy)], None)
    frame = _read_vectors(
        rows, "areas", layer, None, crs, keep, header=header, xy=xy, override_crs=override_crs
    )
    found = named(frame, {"name": name, "code": code})
    key = "name" if code is None else "code"
    checks.unique(frame[found[key]], key, checks.OTHER_AREA[key])
    frame = _with_others(frame, found, others)
    if frame.active_geometry_name != "geometry":
        frame = frame.rename_geometry("geometry")
    return checks.area_frame(frame, "areas")


def _with_others(
    frame: gpd.GeoDataFrame, found: dict[str, str], others: Sequence[str]
) -> gpd.GeoDataFrame:
    """Keep the columns found, named after their roles, other columns, and the geometry.

    RULE: a column that has a role is kept under its own name, too, if it is among the others.
    """
    kept = [checks.column_named(frame, each, "columns") for each in others]
    for column in {*kept} & {*found.values()}:
        frame[f"{column} "] = frame[column]
    frame = renamed(frame, found, {}).rename(columns={f"{column} ": column for column in kept})
    return frame[[*found, *kept, frame.active_geometry_name]]


def renamed(
    frame: gpd.GeoDataFrame, found: dict[str, str], values: dict[str, Any]
) -> gpd.GeoDataFrame:
    """Copy `frame`, replacing the columns found by the checked values, named after their roles."""
    aside = frame.rename(columns={column: f"\0{role}" for role, column in found.items()})
    aside = checks.make_room(aside, {**found, **values}).rename(
        columns={f"\0{role}": role for role in found}
    )
    made = aside.assign(**values)
    made.attrs["provenance"] = frame.attrs.get("provenance", {}) | {"columns": found}
    return made


def _read(
    source: Readable,
    whole: pd.DataFrame,
    argument: str,
    layer: str | Sequence[str] | None,
    where: str | None,
    xy: str | Sequence[str] | None,
    crs: Any,
    keep: Columns | None,
    counted: Sequence[str] = (),
    *,
    override_crs: bool,
) -> gpd.GeoDataFrame:
    """Make a frame with checked geometry and CRS of the rows of a source."""
    if override_crs and crs is None:
        raise ArgumentError(
            "override_crs",
            Words("needs the CRS that the coordinates are really in: {crs}.", crs=Call(crs=CRS)),
        )
    frame, unmatched = filtered(whole, where, counted)
    if keep is not None:
        frame = keep.of_frame(frame)
    given = None if crs is None else user_crs(crs)
    if xy is not None:
        frame = with_shapes(frame, coordinate_columns(xy), given)
    elif checks.geometry_name(frame) is None:
        there = f"Its columns are: {checks.listed(frame.columns, most=30)}."
        hint = _NAME_XY if argument in ("premises", "network") else ""
        raise GeometryError(argument, "has no geometry.", [hint, there])
    if argument == "premises":
        judged = checks.premises_frame(frame)
    else:
        judged = checks.geo_frame(frame, argument)
    frame = _with_crs(judged, given, argument, override=override_crs).copy()
    overridden = judged.crs is not None and judged.crs != frame.crs
    frame.attrs["provenance"] = {
        **origin(source, whole),
        "layer": layer,
        "rows": len(whole),
        "where": where,
        **({"unmatched": unmatched} if unmatched else {}),
        "rows_used": len(frame),
        "crs": crs_name(declared_crs(frame, argument)),
        **({"crs_overridden": crs_name(declared_crs(judged, argument))} if overridden else {}),
    }
    return frame


def _read_vectors(
    source: Readable,
    argument: str,
    layer: str | Sequence[str] | None,
    where: str | None,
    crs: Any,
    keep: Columns | None,
    *,
    header: int | Sequence[int] | None = None,
    xy: str | Sequence[str] | None = None,
    override_crs: bool,
) -> gpd.GeoDataFrame:
    """Read a source, and check that it lies where its CRS is used."""
    whole = read_together(source, argument, layer, keep, header)
    frame = _read(source, whole, argument, layer, where, xy, crs, keep, override_crs=override_crs)
    check_places(frame, argument)
    return frame


def _with_crs(
    frame: gpd.GeoDataFrame, given: pyproj.CRS | None, argument: str, *, override: bool
) -> gpd.GeoDataFrame:
    """Set the given CRS; raise if the frame declares another and `override` is false."""
    if given is None or frame.crs == given:
        return frame
    if frame.crs is None or override:
        return frame.set_crs(given, allow_override=True)
    raise CRSError(
        "crs",
        f"is {crs_name(given)}, but the source says that its coordinates are in "
        f"{crs_name(declared_crs(frame, argument))}.",
        Words(
            "Leave {crs} out; if the source is wrong, add `{override}`.",
            override=Call(override_crs=True),
        ),
    )


def id_names(id_: object) -> list[str]:
    """List the columns of the id: none, one or several."""
    if id_ is None or isinstance(id_, str):
        return [] if id_ is None else [id_]
    must = "must name a column, or several"
    names = checks.several(id_, "id", must)
    if not names:
        raise checks.refusal("id", must, id_)
    return names


def one_id(frame: gpd.GeoDataFrame, names: Sequence[str]) -> pd.Series[Any]:
    """Join the values of several columns to one id."""
    parts = [frame[checks.column_named(frame, name, "id")].astype("string") for name in names]
    joined: pd.Series[Any] = parts[0].str.cat(parts[1:], sep=", ").rename(", ".join(names))
    return joined


def position_errors_m(values: pd.Series[Any]) -> NDArray[np.float64]:
    """Convert a column to metres, replacing Lantmäteriet's words by the metres they stand for."""
    words = values.astype("string").str.strip().str.casefold()
    meant = words.map(POSITION_ERROR_M).to_numpy(dtype=np.float64, na_value=np.nan)
    try:
        metres = checks.sure_numbers(values.where(np.isnan(meant)), "position_error_m")
        metres = np.where(np.isnan(meant), metres, meant)
        return checks.lengths(pd.Series(metres, values.index, name=values.name), "position_error_m")
    except ColumnError as error:
        known = checks.listed(POSITION_ERROR_M, most=30)
        raise error.adding(f"The words that stand for metres are: {known}.") from error
