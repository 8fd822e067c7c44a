"""Counts by area: every premises is in exactly one row, so the rows sum to the whole."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Sequence
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyproj
import shapely
from numpy.typing import NDArray

from fibercov import checks, texts
from fibercov.errors import ArgumentError, ColumnError, GeometryError
from fibercov.geo.crs import check_places, declared_crs, in_units, national_crs, to_crs
from fibercov.geo.nearest import NearestIndex
from fibercov.geo.zones import cause, unknown
from fibercov.measure.coverage import Coverage, CoverageTotals, measured
from fibercov.statuses import STATUSES

_COUNTS = ("total", *STATUSES, "reached")
_BOUNDS = ("reached_low", "reached_high")
FIGURES = ("premises", *_COUNTS, *_BOUNDS)  # of a row of a summary
BORDER_M = 0.1  # premises this near to a border are on it: polygons seldom fit exactly
_DIGITS = 9  # the most in a square's row or column: two such numbers fit in 64 bits
_HALF = 1 << 31  # added to a column, which may be negative
_COUNTED = {"total": STATUSES, "reached": ("connected", "passed")}


def summarize(
    coverage: Coverage, *, by: gpd.GeoDataFrame | str, rest: str | None = None
) -> pd.DataFrame:
    """Count what is reached in each area, and everything by status, in the unit of the coverage.

    Parameters
    ----------
    coverage
        A measurement.
    by
        Polygons, as `read_areas` returns them, or the name of a column of the premises. A building
        polygon is where its representative point is. A premises on a border that areas share, or
        within 0.1 m of it, belongs to the area whose code (without codes: name) comes first.
    rest
        A name for what lies outside all areas (of a column: has no value), such as "Rural". It is
        then an area too, that `check_target` holds against the target.

    Returns
    -------
    pandas.DataFrame
        One row per area, in the order of the areas (of a column: sorted), and two last rows: for
        premises outside all areas (of a column: without a value), and for those of them that are
        unplaced and so cannot be told to be in an area. With polygons it is a GeoDataFrame. Columns: `name`,
        `code` if the areas have codes, `premises` (rows), then counts in the unit: `total`, one
        column per status, `reached`, and the lowest and highest number that the data allows
        (`reached_low`, `reached_high`); then `share` and `connected_share` of the area's total
        (0-1; NaN where it is 0), and the `unit`. The counts sum to those of `coverage`.

    Raises
    ------
    ColumnError
        If the column does not exist, or area names or codes repeat.
    ArgumentError
        If `rest` is the name of an area.
    GeometryError
        If areas are not valid polygons, a premises lies inside more than one of them, or all
        premises lie outside. Areas may overlap where there are no premises.
    CRSError
        If the areas' CRS is missing or contradicted by their coordinates.

    Examples
    --------
    >>> import fibercov as fc
    >>> demo = fc.load_demo()
    >>> coverage = fc.measure_coverage(demo.premises, demo.network, reach=50)
    >>> table = fc.summarize(coverage, by=demo.areas)
    >>> int(table["total"].sum()) == coverage.total
    True
    """
    measured(coverage)
    return _summary(coverage, by, "by", rest)


def _summary(
    coverage: Coverage, by: object, argument: str, rest: str | None = None
) -> pd.DataFrame:
    """Summarize by polygons or by a column."""
    labels, (row,) = rows_by([coverage], by, argument, rest)
    table = pd.concat([labels, count_rows(coverage, row, len(labels))], axis=1)
    if not isinstance(by, gpd.GeoDataFrame):
        return table
    shapes = np.append(by.geometry.to_numpy(), np.array([None, None]))
    summary: pd.DataFrame = gpd.GeoDataFrame(table, geometry=shapes, crs=by.crs)
    return summary


def rows_by(
    coverages: Sequence[Coverage], by: object, argument: str, rest: str | None = None
) -> tuple[pd.DataFrame, list[NDArray[np.int64]]]:
    """Label the rows of a summary, and find the row of each premises of each measurement.

    RULE: the last two rows are for premises in no area: those that have a position, and those without.
    """
    if isinstance(by, str):
        names, found = by_value([each.premises for each in coverages], by, argument)
        labels = pd.DataFrame({"name": names}, dtype=object)
    else:
        areas = checks.area_frame(by, argument)
        labels = labels_of(areas)
        found = [area_of(each, areas, argument) for each in coverages]
    named = with_rest(labels, rest, of_column=isinstance(by, str))
    rows = []
    for coverage, which in zip(coverages, found, strict=True):
        placed = coverage.drops_m.notna().to_numpy()
        rows.append(np.where(which >= 0, which, len(labels) + ~placed))
    return named, rows


def labels_of(areas: gpd.GeoDataFrame) -> pd.DataFrame:
    """Return the names of areas, and their codes if they have some, as the rows of a summary."""
    kept = [column for column in ("name", "code") if column in areas.columns]
    labels: pd.DataFrame = areas[kept].astype("string").astype(object).reset_index(drop=True)
    return pd.DataFrame(labels)


def with_rest(labels: pd.DataFrame, rest: str | None, *, of_column: bool) -> pd.DataFrame:
    """Add the two rows for premises in no area: those that have a position, and those without."""
    if rest is not None and (not isinstance(rest, str) or not rest or rest in {*labels["name"]}):
        raise checks.refusal("rest", "must be a name that no area has", rest)
    outside = texts.NO_VALUE if of_column else texts.OUTSIDE
    last = pd.DataFrame({"name": [rest or outside, texts.UNPLACED]}).reindex(columns=labels.columns)
    last = last.astype(object).where(last.notna(), None)
    return pd.concat([labels, last], ignore_index=True)


def square_grid(coverage: Coverage, *, cell_m: float = 250) -> gpd.GeoDataFrame:
    """Make the squares of a grid that contain premises, as areas to count by.

    The grid lines are at whole multiples of `cell_m` metres in the national CRS: SWEREF 99 TM
    (EPSG:3006) if the coverage was measured in a Swedish CRS, else the CRS it was measured in.

    Parameters
    ----------
    coverage
        A measurement.
    cell_m
        The side of a square, in metres. PTS and Statistics Sweden publish squares of 250 m.

    Returns
    -------
    geopandas.GeoDataFrame
        One row per square with premises, sorted by the northing and easting of its lower left
        corner, which make its `name`: `"250mN6740000E470250"`. `summarize` and `map_coverage` take
        the squares as areas.

    Raises
    ------
    ArgumentError
        If `cell_m` is not metres above 0, or so small that the squares cannot be counted.

    Examples
    --------
    >>> import fibercov as fc
    >>> demo = fc.load_demo()
    >>> coverage = fc.measure_coverage(demo.premises, demo.network, reach=50)
    >>> squares = fc.summarize(coverage, by=fc.square_grid(coverage, cell_m=1000))
    >>> int(squares["total"].sum()) == coverage.total
    True
    """
    side = checks.metres(cell_m, "cell_m")
    placed = coverage.premises[measured(coverage).drops_m.notna().to_numpy()]
    return squares(placed, national_crs(coverage.crs), side)


def squares(premises: gpd.GeoDataFrame, crs: pyproj.CRS, side: float) -> gpd.GeoDataFrame:
    """Make the squares of a CRS's grid that contain premises, sorted by northing and easting."""
    return cells_named(*_apart(np.unique(_cells_in(premises, crs, side))), side, crs)


def count_by_square(
    coverages: Sequence[Coverage], side: float
) -> tuple[gpd.GeoDataFrame, list[pd.DataFrame]]:
    """Make the squares of the national grid that contain premises of any measurement, and count each by them.

    RULE: a premises on a border is in the square to the north and east of it, as in a publication.
    """
    crs = national_crs(coverages[-1].crs)
    placed = [coverage.drops_m.notna().to_numpy() for coverage in coverages]
    cells = [
        _cells_in(coverage.premises[there], crs, side)
        for coverage, there in zip(coverages, placed, strict=True)
    ]
    which, every = pd.factorize(np.concatenate(cells), sort=True)
    parts = np.split(which, np.cumsum([len(each) for each in cells])[:-1])
    tables = []
    for coverage, there, part in zip(coverages, placed, parts, strict=True):
        row = np.full(len(there), len(every))  # those without a position come last
        row[there] = part
        tables.append(count_rows(coverage, row, len(every) + 1).iloc[:-1])
    boxes = _boxes(*_apart(every), side)
    return gpd.GeoDataFrame(geometry=boxes, crs=crs), tables


def _cells_in(premises: gpd.GeoDataFrame, crs: pyproj.CRS, side: float) -> NDArray[np.int64]:
    """Find the row and column of each premises' square, as one number: it sorts faster than two."""
    column, row = cells_of(to_crs(premises, crs, "premises"), side)
    return (row << 32) + column + _HALF


def _apart(cells: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Tell the column and the row of each square from its number."""
    return (cells & (2 * _HALF - 1)) - _HALF, cells >> 32


def cells_of(
    geometry: NDArray[np.object_], side: float
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Find the column and the row of the square that each premises is in."""
    xy = shapely.get_coordinates(spots(geometry))
    least = 10.0 ** math.ceil(math.log10(np.abs(xy).max(initial=1)) - _DIGITS)
    if side < least:
        raise checks.refusal("cell_m", f"must be at least {least:g} here", side)
    column, row = np.floor(xy / side).astype(np.int64).T
    return column, row


def cells_named(
    column: NDArray[np.int64], row: NDArray[np.int64], side: float, crs: pyproj.CRS
) -> gpd.GeoDataFrame:
    """Make squares by their column and row, named by their lower left corner."""
    north, east = row * side, column * side
    names = [f"{side:g}mN{n:.10g}E{e:.10g}" for n, e in zip(north, east, strict=True)]
    return gpd.GeoDataFrame({"name": names}, geometry=_boxes(column, row, side), crs=crs)


def _boxes(column: NDArray[np.int64], row: NDArray[np.int64], side: float) -> NDArray[np.object_]:
    """Draw squares by their column and row."""
    north, east = row * side, column * side
    return np.asarray(shapely.box(east, north, east + side, north + side))


def summary_of(
    coverage: CoverageTotals, by: pd.DataFrame | str, argument: str, rest: str | None = None
) -> pd.DataFrame:
    """Return `by` if it is already a summary of this coverage, else summarize by it."""
    low, high = coverage.reached_range
    everything = {
        "premises": sum(coverage.premises_by_status.values()),
        "total": coverage.total,
        **coverage.counts_by_status,
        "reached": coverage.reached,
        "reached_low": low,
        "reached_high": high,
    }
    if not isinstance(by, pd.DataFrame) or not {"name", *everything} <= set(by.columns):
        if not isinstance(coverage, Coverage):
            raise ArgumentError(
                argument, "must be a summary by area: totals have no premises to count."
            )
        return _summary(coverage, by, argument, rest)
    for column, whole in everything.items():
        here = int(by[column].sum())
        if here != whole:
            raise ArgumentError(
                argument,
                f"is the summary of another measurement: its {column} sum to {here:,}, but those "
                f"of this one sum to {whole:,}.",
                "Summarize this one.",
            )
    return by


def rest_last(summary: pd.DataFrame, argument: str) -> pd.DataFrame:
    """Return a summary by polygons, in any order, with its rows for what lies in none of them last."""
    if not isinstance(summary, gpd.GeoDataFrame):
        return summary
    nowhere = summary.geometry.isna().to_numpy()
    unplaced = nowhere & (summary["name"] == texts.UNPLACED).to_numpy()
    if nowhere.sum() != 2 or unplaced.sum() != 1:
        raise ArgumentError(
            argument,
            "must be polygons, or a summary with its two rows for what lies in none of them; "
            f"{int(nowhere.sum())} of its rows have no polygon.",
        )
    ordered: pd.DataFrame = summary.iloc[np.argsort(1 * nowhere + unplaced, kind="stable")]
    return ordered


def rest_of(summary: pd.DataFrame) -> str | None:
    """Return the name that a summary gives, last but one, to what lies in no area; None if it has none."""
    name = str(summary["name"].iloc[-2])
    return None if name in texts.IN_NO_AREA else name


def by_value(
    frames: Sequence[pd.DataFrame], by: str, argument: str
) -> tuple[list[str], list[NDArray[np.int64]]]:
    """List a column's values as sorted names, and give each row's position among them or -1.

    Values that read the same are the same, whatever their type in each frame: 1, 1.0 and "1".
    """
    columns = [frame[checks.column_named(frame, by, argument)].convert_dtypes() for frame in frames]
    every = columns[0] if len(columns) == 1 else pd.concat(columns)
    try:
        which, values = pd.factorize(every, sort=True)
    except TypeError as error:
        raise ColumnError(
            argument, f": column {by!r} cannot be counted by: {error}.", seen=repr(by)
        ) from error
    same, names = pd.factorize(np.array([checks.text_of(value) for value in values], dtype=object))
    which = np.append(same, -1)[which]
    ends = np.cumsum([len(column) for column in columns])
    return list(names), np.split(which, ends[:-1])


def count_rows(coverage: Coverage, row: NDArray[Any], rows: int) -> pd.DataFrame:
    """Count premises, and what they have of the unit, in each row."""
    premises = coverage.premises
    counted = {
        name: premises["status"].isin(_COUNTED.get(name, (name,))).to_numpy() for name in _COUNTS
    } | dict(zip(_BOUNDS, (coverage.surely_reached, coverage.possibly_reached), strict=True))
    table = pd.DataFrame({"premises": np.bincount(row, minlength=rows)})
    for name, among in counted.items():
        each = coverage.count_each * among
        # Floats sum whole numbers exactly up to 2^53, more than any nation has.
        table[name] = np.bincount(row, weights=each, minlength=rows).astype(np.int64)
    return with_shares(table, coverage.unit, connected_given=coverage.connected_given)


def with_shares(table: pd.DataFrame, unit: str, *, connected_given: bool) -> pd.DataFrame:
    """Add the shares of the total, and the unit, to the counts of a summary."""
    some = table["total"].where(table["total"] > 0)
    table["share"] = table["reached"] / some
    table["connected_share"] = table["connected"] / some if connected_given else np.nan
    return table.assign(unit=unit)


def area_of(coverage: Coverage, areas: gpd.GeoDataFrame, argument: str = "by") -> NDArray[np.int64]:
    """Find the position of each premises' area, or -1; the same areas are searched only once."""
    columns = [column for column in ("name", "code") if column in areas.columns]
    key = hashlib.sha256(str(areas.crs).encode())
    key.update(repr(areas[columns].astype(str).to_numpy().tolist()).encode())
    for shape in shapely.to_wkb(areas.geometry.to_numpy()):
        key.update(shape or b"none")
    found = coverage.located.get(key.digest())
    if found is None:
        found = coverage.located[key.digest()] = locate(coverage.premises, areas, argument)
        if (found < 0).all():
            raise in_no_area(len(found), coverage.premises, areas, argument)
        found.flags.writeable = False
    return found


def locate(premises: gpd.GeoDataFrame, areas: gpd.GeoDataFrame, argument: str) -> NDArray[np.int64]:
    """Find the position of each premises' area, or -1."""
    check_places(areas, argument)
    crs = declared_crs(areas, argument)
    points = spots(to_crs(premises, crs, "premises"))
    near = in_units(BORDER_M, crs)
    which, times, close = NearestIndex(areas.geometry.to_numpy()).locate(points, near=near)
    unsure = np.flatnonzero(close | (times > 1))
    which[unsure] = _on_border(points[unsure], areas, near, premises.index[unsure], argument)
    return which


def in_no_area(
    number: int, some: gpd.GeoDataFrame, areas: gpd.GeoDataFrame, argument: str
) -> GeometryError:
    """Say that none of so many premises lies in any area, and what may be the cause, judged by some."""
    both = {"premises": some, argument: areas}
    likely = cause(both, within_m=BORDER_M) or unknown(*both)
    return GeometryError(
        argument,
        f": none of the {number:,} premises lies in any of the {len(areas):,} areas.",
        [*likely, "If both are right, the areas are of another place."],
    )


def spots(geometry: NDArray[np.object_]) -> NDArray[np.object_]:
    """Return each premises' position as a point: for a building polygon, a point inside it."""
    wide = ~np.isin(shapely.get_type_id(geometry), (shapely.GeometryType.POINT, -1))
    points = geometry.copy()
    points[wide] = shapely.point_on_surface(points[wide])
    return points


def _on_border(
    points: NDArray[np.object_],
    areas: gpd.GeoDataFrame,
    near: float,
    index: pd.Index,
    argument: str,
) -> NDArray[np.int64]:
    """Find the area of each point that is near a border or in several areas, or -1."""
    polygons = areas.geometry.to_numpy()
    shapely.prepare(polygons)
    area, row = shapely.STRtree(points).query(polygons, predicate="dwithin", distance=near)
    deep = shapely.contains_properly(polygons[area], points[row])
    deep &= shapely.distance(shapely.boundary(polygons[area]), points[row]) > near
    _check_overlap(area[deep], row[deep], index, areas, argument)
    key = areas["code" if "code" in areas.columns else "name"].astype(str).to_numpy()
    rank = np.argsort(np.argsort(key, kind="stable"))
    which = np.full(len(points), -1, dtype=np.int64)
    # RULE: an area that the point is deep inside comes before one whose border it is on, and then
    # the first by code or name. The one written last stays.
    order = np.lexsort((-rank[area], deep))
    which[row[order]] = area[order]
    return which


def _check_overlap(
    area: NDArray[np.int64],
    row: NDArray[np.int64],
    index: pd.Index,
    areas: gpd.GeoDataFrame,
    argument: str,
) -> None:
    """Raise if premises are deep inside two polygons, not just on a shared border."""
    times = np.bincount(row, minlength=len(index)) > 1
    if times.any():
        names = areas["name"].iloc[np.unique(area[times[row]])]
        raise GeometryError(
            argument,
            f": areas overlap: {int(times.sum()):,} premises ({checks.rows_named(index, times)}) "
            f"lie inside more than one of {checks.listed(names)}.",
            "Use areas that share only borders.",
        )
