"""What else a map of the municipality shows: roads, water and the names of places."""

from __future__ import annotations

from itertools import pairwise

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray

from fibercov.demo.lines import along_line, as_points, from_km, smooth, walk
from fibercov.demo.place import (
    CRS,
    DISTRICTS,
    LAKE,
    MAIN_ROAD,
    RIVER,
    RIVER_M,
    SHORE,
    SIDE_ROAD,
    TOWN,
    Array,
    Place,
    Street,
)
from fibercov.demo.streets import draw_river, in_town

Lines = NDArray[np.object_]
JOIN_M = 25.0  # a street that ends this close to another line meets it; other ends are dead ends


def join_roads(roads: dict[str, Array], streets: list[Street]) -> gpd.GeoDataFrame:
    """Join roads and streets into one network: a line from each junction to the next."""
    rows: list[tuple[str, str, shapely.LineString]] = []
    for name, road in roads.items():
        kind = "main" if name in {MAIN_ROAD.name, SIDE_ROAD.name} else "lane"
        through = [street for street in streets if kind == "main" and _is_on(street.line, road)]
        rows += [(kind, *stretch) for stretch in _stretches(name, road, through)]
        streets = [street for street in streets if street not in through]
    rows += [("street", street.name, shapely.LineString(street.line)) for street in streets]
    kinds, names, lines = (np.array(column, dtype=object) for column in zip(*rows, strict=True))
    lines = np.where(kinds == "street", _meet(lines), lines)
    # RULE: all is snapped to 0.1 m, so that lines that meet share the vertex to the last bit.
    pieces = shapely.get_parts(shapely.union_all(lines, grid_size=0.1))
    middles = shapely.line_interpolate_point(pieces, 0.5, normalized=True)
    source = shapely.STRtree(lines).nearest(middles)
    order = np.lexsort([*shapely.get_coordinates(middles).T, source])
    pieces, source = shapely.simplify(pieces[order], 0.4), source[order]
    return gpd.GeoDataFrame(
        {"kind": kinds[source], "name": names[source]}, geometry=pieces, crs=CRS
    )


def _is_on(street: Array, road: Array) -> bool:
    """Tell whether a street is a stretch of a road: its ends and its middle are on it."""
    points = as_points(street[[0, len(street) // 2, -1]])
    return bool(shapely.dwithin(points, shapely.LineString(road), 0.1).all())


def _stretches(
    name: str, road: Array, through: list[Street]
) -> list[tuple[str, shapely.LineString]]:
    """Cut a road where it is a street of the town or of a village, which has its own name."""
    at, line = along_line(road), shapely.LineString(road)
    ends = [line.project(shapely.Point(street.line[end])) for street in through for end in (0, -1)]
    called = [name] + [each for street in through for each in (street.name, name)]
    starts = np.array([0.0, *ends])
    parts = []
    for start, stop in pairwise([*np.sort(starts), at[-1]]):
        first, last = walk(road, np.array([start, stop]))[0]
        inner = road[(start < at) & (at < stop)]
        parts.append(shapely.LineString(np.vstack([first, inner, last])))
    return [(called[k], part) for k, part in zip(np.argsort(starts), parts, strict=True)]


def _meet(lines: Lines) -> Lines:
    """Move the ends of lines that stop just short of another line, or just beyond it, onto it."""
    tree = shapely.STRtree(lines)
    moved = lines.copy()
    for end in (0, -1):
        for k, point in enumerate(shapely.get_point(lines, end)):
            near = tree.query(point, predicate="dwithin", distance=JOIN_M)
            others = lines[near[near != k]]
            if len(others):
                nearest = others[shapely.distance(others, point).argmin()]
                xy = shapely.get_coordinates(moved[k])
                xy[end] = shapely.get_coordinates(shapely.shortest_line(nearest, point))[0]
                moved[k] = shapely.LineString(xy)
    return moved


def draw_water(main: Array, areas: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Draw the river, which widens downstream to the municipality's border, and the lake."""
    line = draw_river(main)
    line = np.vstack([2 * line[0] - line[25], line, 2 * line[-1] - line[-26]])
    xy, left = walk(line, along_line(line), 40.0)
    half_m = np.linspace(*RIVER_M, len(xy))[:, None] / 2
    banks = np.vstack([xy + left * half_m, (xy - left * half_m)[::-1]]).round(1)
    river = shapely.Polygon(banks).intersection(areas.union_all())
    shore = smooth(from_km([*SHORE, SHORE[0]]))
    shapes = [shapely.simplify(river, 1.0), shapely.Polygon(shore.round(1))]
    return gpd.GeoDataFrame(
        {"kind": ["river", "lake"], "name": [RIVER, LAKE]}, geometry=shapes, crs=CRS
    )


def name_places(places: list[Place], main: Array) -> gpd.GeoDataFrame:
    """Name the town, its districts and the villages."""
    town = in_town(main, np.zeros((1, 2)))
    kinds = ["town"] + ["district"] * len(DISTRICTS)
    kinds += ["village"] * (len(places) - len(DISTRICTS))
    names = [TOWN, *(place.name for place in places)]
    points = as_points(np.vstack([town, *(place.xy for place in places)]).round(1))
    return gpd.GeoDataFrame({"kind": kinds, "name": names}, geometry=points, crs=CRS)
