"""The layers of a map, packed: areas, squares of the grid, premises and networks."""

from __future__ import annotations

import math
from bisect import bisect_left
from fractions import Fraction
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyproj
import shapely
from numpy.typing import NDArray

from fibercov import checks
from fibercov.follow.dates import Step, measurements, planned_years
from fibercov.geo.crs import WGS84, declared_crs, in_units, to_crs, to_lonlat
from fibercov.geo.lines import begins, nearby, thinned, vertices
from fibercov.measure.addresses import places_of, same_premises
from fibercov.measure.areas import area_of
from fibercov.measure.coverage import Coverage, CoverageTotals
from fibercov.measure.publishable import SQUARE_M
from fibercov.offline import packing
from fibercov.offline.packing import UNIT
from fibercov.plan.figures import figures_of, has_builds
from fibercov.statuses import DRAWN, STATUSES

_ABSENT = len(DRAWN)  # the status of a premises that does not exist, or has no position, at a date
_MOST_VERTICES = {"areas": 200_000, "lines": 1_000_000}


def rings_of(shapes: NDArray[np.object_]) -> dict[str, Any]:
    """Pack polygons as rings in whole steps of latitude and longitude, so that borders still match."""
    parts, part_of = shapely.get_parts(shapes, return_index=True)
    rings, ring_of = shapely.get_rings(parts, return_index=True)
    xy, vertex_of = shapely.get_coordinates(rings, return_index=True)
    unit = UNIT
    while True:
        steps = np.round(xy / unit).astype(np.int64)
        moved = np.ones(len(steps), dtype=bool)
        moved[1:] = (np.diff(steps, axis=0) != 0).any(axis=1) | (np.diff(vertex_of) != 0)
        if moved.sum() <= _MOST_VERTICES["areas"]:
            break
        unit *= 2
    size = np.bincount(vertex_of[moved], minlength=len(rings))
    area = part_of[ring_of]
    # RULE: rings smaller than a step are invisible and left out, but each area keeps its first.
    kept = (size >= 3) | (np.diff(area, prepend=-1) != 0)
    moved[moved] = kept[vertex_of[moved]]
    return {
        "unit": unit,
        "rings": packing.whole_numbers(
            np.bincount(area[kept], minlength=len(shapes)).astype(np.int64)
        ),
        **_path(steps[moved], size[kept]),
    }


def outline_of(frame: gpd.GeoDataFrame) -> dict[str, Any]:
    """Pack the outer edge of polygons together."""
    checks.of_type(frame, checks.POLYGON_TYPES, "outline")
    shapes = to_crs(frame, WGS84, "outline")
    return rings_of(np.array([shapely.union_all(shapely.make_valid(shapes))]))


def _path(steps: NDArray[np.int64], size: NDArray[np.int64]) -> dict[str, str]:
    """Pack paths: the number of vertices of each, and their coordinates in steps."""
    return {
        "sizes": packing.whole_numbers(size.astype(np.int64)),
        "lat": packing.whole_numbers(steps[:, 1]),
        "lon": packing.whole_numbers(steps[:, 0]),
    }


def lines_of(frame: gpd.GeoDataFrame, argument: str, box: tuple[float, ...]) -> dict[str, Any]:
    """Pack the nearby part of a network as lines: a polygon as its edge, a point as itself."""
    crs = declared_crs(frame, argument)
    shapes = frame.geometry.to_numpy()
    kinds = shapely.get_type_id(shapes)
    single = kinds < shapely.GeometryType.MULTIPOINT
    if not single.all():
        parts = shapely.get_parts(shapely.get_parts(shapes[~single]))
        shapes = np.concatenate([shapes[single], parts])
        kinds = shapely.get_type_id(shapes)
    polygons = kinds == shapely.GeometryType.POLYGON
    if polygons.any():
        shapes = np.concatenate([shapes[~polygons], shapely.get_rings(shapes[polygons])])
    if argument == "planned":  # a dashed line must be longer than a dash
        points = shapely.get_type_id(shapes) == shapely.GeometryType.POINT
        joined = shapely.line_merge(shapely.multilinestrings(shapes[~points]))
        shapes = np.concatenate([shapes[points], shapely.get_parts(joined)])
    xy, size = vertices(shapes)
    near = nearby(xy, size, crs, around(box))
    xy, size = thinned(
        xy[np.repeat(near, size)], size[near], in_units(1.0, crs), _MOST_VERTICES["lines"]
    )
    return packed(np.column_stack(to_lonlat(xy, crs)), size)


def around(box: tuple[float, ...]) -> tuple[float, float, float, float]:
    """Return a box three times as wide and as high, around the same middle."""
    west, south, east, north = box
    return 2 * west - east, 2 * south - north, 2 * east - west, 2 * north - south


def packed(xy: NDArray[np.float64], size: NDArray[np.int64]) -> dict[str, str]:
    """Pack lines in degrees in an order in which neighbours are mostly close together."""
    steps, begin = np.round(xy / UNIT).astype(np.int64), begins(size)
    order = packing.along_a_curve(*np.minimum.reduceat(steps, begin).T) if len(xy) else begin
    # The vertices of the lines in that order: each is as far from the first of its line as before.
    moved = np.repeat(begin[order] - begins(size[order]), size[order])
    return _path(steps[moved + np.arange(len(steps))], size[order])


def builds_of(
    planned: gpd.GeoDataFrame | None, now: CoverageTotals, target: Fraction | None
) -> dict[str, Any] | None:
    """Pack the builds of a plan in their order: lines, places of numbers, figures; None if there are none."""
    if planned is None or not has_builds(planned):
        return None
    planned = planned[checks.usable(planned, "planned")]
    shapes = to_crs(planned, WGS84, "planned")
    # RULE: a number stands on the build's line, as near its middle as the line comes.
    middle = shapely.get_point(shapely.shortest_line(shapes, shapely.centroid(shapes)), 0)
    return {
        **figures_of(planned, now, target),
        "lines": [
            [_latlon(part) for part in shapely.get_parts(shape)]
            for shape in shapely.simplify(shapes, UNIT)
        ],
        "label": _latlon(middle),
    }


def _latlon(shapes: Any) -> list[list[float]]:
    """List the coordinates of shapes in degrees as Leaflet takes them."""
    coordinates: list[list[float]] = shapely.get_coordinates(shapes)[:, ::-1].round(5).tolist()
    return coordinates


def squares_of(cells: gpd.GeoDataFrame, tables: list[pd.DataFrame]) -> dict[str, Any]:
    """Pack the squares of the grid, with what is counted and reached in each; -1 is not shown."""
    masked = [
        ~table["shown"].to_numpy() if "shown" in table.columns else np.zeros(len(cells), dtype=bool)
        for table in tables
    ]
    reached, total = (
        np.array([t[column].fillna(0).to_numpy(dtype=np.int64) for t in tables])
        for column in ("reached", "total")
    )
    used = np.any([*masked, *(total > 0), *(_premises(t) > 0 for t in tables)], axis=0)
    order, shown = _middles(cells, used)
    for date, hidden in enumerate(masked):
        counted = np.where(hidden, -1, total[date])
        shown[f"total{date}"] = packing.whole_numbers(counted[order])
        shown[f"reached{date}"] = packing.whole_numbers(reached[date][order])
    return shown


def _premises(table: pd.DataFrame) -> NDArray[np.int64]:
    """Count the premises in each row; a publication does not tell."""
    if "premises" not in table.columns:
        return np.zeros(len(table), dtype=np.int64)
    return table["premises"].to_numpy(dtype=np.int64)


def _middles(
    cells: gpd.GeoDataFrame, used: NDArray[np.bool_]
) -> tuple[NDArray[np.int64], dict[str, Any]]:
    """Order the squares for packing; return the order, their middles, and the turn of the grid."""
    middle = shapely.get_coordinates(shapely.centroid(cells.geometry.to_numpy()))
    lon, lat = to_lonlat(middle, cells.crs)
    north, east = (np.round(degrees / UNIT).astype(np.int64) for degrees in (lat, lon))
    order = packing.along_a_curve(east, north)
    order = order[used[order]]
    turn = pyproj.Proj(cells.crs).get_factors(lon, lat).meridian_convergence
    return order, {
        "side_m": SQUARE_M,
        "lat": packing.whole_numbers(north[order]),
        "lon": packing.whole_numbers(east[order]),
        # the angle from north to the grid's north here, in hundredths of a degree
        "turn": packing.whole_numbers(np.round(100 * np.asarray(turn)).astype(np.int64)[order]),
    }


def premises_of(
    steps: list[Step],
    areas: gpd.GeoDataFrame | None,
    address: list[str],
    told: list[gpd.GeoDataFrame] | None,
) -> dict[str, Any]:
    """Pack every premises with a position at any date: place, status, area, address; of a measurement, its drop."""
    exact = told is None
    measured = (
        [_rows(coverage, areas, address) for coverage in measurements(steps)]
        if told is None
        else [_told(each) for each in told]
    )
    rows = pd.concat(measured, keys=range(len(measured)))
    rows["step"] = rows.index.get_level_values(0)
    rows["one"] = same_premises(rows)
    last = rows.drop_duplicates("one", keep="last").sort_values("one")
    status = np.full((len(last), len(steps)), _ABSENT)
    status[rows["one"], rows["step"]] = rows["status"]
    if steps[-1].with_plan:
        status[:, -1] = status[:, -2]
        status[status[:, -1] == STATUSES.index("planned"), -1] = STATUSES.index("passed")
    north, east = (last[axis].to_numpy() for axis in ("north", "east"))
    order = packing.along_a_curve(east, north)
    change = np.diff(status, axis=1, prepend=0) % (_ABSENT + 1)
    shown: dict[str, Any] = {
        "from_zoom": _zoom_where_apart(north * UNIT, east * UNIT),
        "lat": packing.whole_numbers(north[order]),
        "lon": packing.whole_numbers(east[order]),
        **(_more_of_drops(last.iloc[order]) if exact else {}),
    }
    for step in range(len(steps)):
        shown[f"status{step}"] = packing.small_numbers(change[order, step])
    if areas is not None:
        shown["area"] = packing.whole_numbers(last["area"].to_numpy()[order])
    if last["address"].any():
        shown["address"] = packing.addresses(last["address"].to_numpy()[order])
    return shown


def _told(premises: gpd.GeoDataFrame) -> pd.DataFrame:
    """List the premises of one measurement of a publication."""
    east, north = np.round(shapely.get_coordinates(premises.geometry) / UNIT).astype(np.int64).T
    status = pd.Categorical(premises["status"], categories=STATUSES).codes.astype(np.int64)
    said = pd.DataFrame(premises[["address", "area"]])
    return said.assign(north=north, east=east, status=status)


def _rows(coverage: Coverage, areas: gpd.GeoDataFrame | None, address: list[str]) -> pd.DataFrame:
    """List the premises of one measurement that have a position."""
    here = coverage.drops_m.notna().to_numpy()  # what has a position
    premises = coverage.premises[here]
    status = pd.Categorical(premises["status"], categories=STATUSES).codes.astype(np.int64)
    columns, reach = coverage.drop_columns, coverage.reach
    straight = columns.straight(reach)
    crosses = straight == "drop_m" and columns.free_to_m is not None
    return places_of(coverage, address).assign(
        status=status,
        drop=_drops(premises[straight].to_numpy(dtype=np.float64), status),
        along=_drops(coverage.drops_m[here].to_numpy(), status) if reach.along else 0,
        crosses=premises["crosses"].to_numpy() if crosses else 0,
        year=planned_years(coverage)[here],
        area=0 if areas is None else area_of(coverage, areas, "areas")[here],
    )


def _more_of_drops(rows: pd.DataFrame) -> dict[str, Any]:
    """Pack the drops, those along roads, which straight ones cross a barrier, and years of a plan, if any."""
    found = {key: rows[key].to_numpy(dtype=np.int64) for key in ("along", "crosses", "year")}
    there = {"drop": rows["drop"].to_numpy(dtype=np.int64)}
    there |= {key: values for key, values in found.items() if values.any()}
    return {key: packing.whole_numbers(values) for key, values in there.items()}


def _drops(drop_m: NDArray[np.floating[Any]], status: NDArray[np.int64]) -> NDArray[np.int64]:
    """Round drops to metres, down within reach and else up, so that none changes sides; -1 is infinite."""
    down = status <= STATUSES.index("passed")
    rounded = np.where(down, np.floor(drop_m + 1e-6), np.ceil(drop_m - 1e-6))
    return np.where(np.isinf(drop_m), -1, rounded).astype(np.int64)


def _zoom_where_apart(lat: NDArray[np.float64], lon: NDArray[np.float64]) -> int:
    """Find the first zoom at which half of the marks have 4 x 4 pixels to themselves."""
    x = (lon + 180) / 360
    y = 0.5 - np.arcsinh(np.tan(np.radians(lat))) / (2 * math.pi)

    def spots_at(zoom: int) -> int:
        """Count the spots of 4 x 4 pixels with a mark, which are never fewer at a higher zoom."""
        spot = np.floor(np.column_stack([x, y]) * 64 * 2**zoom).astype(np.int64)
        return len(pd.unique(spot[:, 0] << 32 | spot[:, 1]))

    return 8 + bisect_left(range(8, 17), len(x) / 2, key=spots_at)
