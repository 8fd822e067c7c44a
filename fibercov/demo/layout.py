"""The cables of all years, and the areas that tile the municipality."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from shapely.geometry.base import BaseGeometry

from fibercov.demo.lines import along_line, as_points, from_km, smooth, walk
from fibercov.demo.place import CRS, NEVER, OUTLINE, RURAL, SOUTH_WEST, TRUNKS, Array, Place, Street
from fibercov.demo.streets import area_of


def lay_cables(
    streets: list[Street], roads: dict[str, Array], homes: pd.DataFrame
) -> gpd.GeoDataFrame:
    """Lay trunk cables along the roads, access cables along the streets and up some drives."""
    rows: list[tuple[str, int, shapely.LineString]] = []
    for name, first, last, built in TRUNKS:
        rows += [("trunk", built, piece) for piece in _lay(roads[name], first, last, 5.0)]
    for street in streets:
        pieces = _lay(street.line, 0.0, street.cabled, -4.0)
        rows += [("access", street.built, piece) for piece in pieces if street.built != NEVER]
    spurs = homes[homes["spur_in"] != NEVER]
    feet, doors = spurs[["foot_x", "foot_y"]].to_numpy(), spurs[["x", "y"]].to_numpy()
    for year, foot, drive in zip(spurs["spur_in"].tolist(), feet, doors - feet, strict=True):
        bend = drive[::-1] * (-0.08, 0.08)
        spur = smooth(np.array([foot, foot + 0.45 * drive + bend, foot + 0.9 * drive]), 2)
        rows.append(("access", year, shapely.LineString(spur.round(1))))
    kinds, years, lines = zip(*rows, strict=True)
    frame = pd.DataFrame({"kind": kinds, "built": np.array(years, dtype=np.int64)})
    return gpd.GeoDataFrame(frame, geometry=list(lines), crs=CRS)


def _lay(road: Array, first: float, last: float, left_m: float) -> list[shapely.LineString]:
    """Lay cables beside a part of a road (shares of its length), in pieces of at most 400 m."""
    start, stop = np.array([first, last]) * along_line(road)[-1]
    count = int(np.ceil((stop - start) / 400.0))
    step = max(2, round((stop - start) / count / 12.0))
    xy, left = walk(road, np.linspace(start, stop, count * step + 1))
    xy = (xy + left * left_m).round(1)
    pieces = [shapely.LineString(xy[k * step : (k + 1) * step + 1]) for k in range(count)]
    return [shapely.simplify(piece, 0.4) for piece in pieces]


def divide_areas(
    places: list[Place], main: Array, homes: Array, rng: np.random.Generator
) -> gpd.GeoDataFrame:
    """Divide the municipality into areas whose borders run midway between homes.

    Each area is a union of small Voronoi cells, around the homes and around points scattered over
    the countryside, so neighbours share the very same border vertices.
    """
    x, y = np.meshgrid(np.arange(-2e3, 29e3, 420.0), np.arange(-2e3, 23e3, 420.0))
    scattered = np.column_stack([x.ravel(), y.ravel()]) + SOUTH_WEST
    scattered += rng.uniform(-170, 170, scattered.shape)
    seeds = np.vstack([homes, scattered])
    inside = shapely.contains_xy(shapely.Polygon(from_km(OUTLINE)), *seeds.T)
    label = np.where(inside, area_of(seeds, places, main), -1)
    cells = shapely.get_parts(shapely.voronoi_polygons(shapely.MultiPoint(seeds)))
    cell, seed = shapely.STRtree(as_points(seeds)).query(cells, predicate="contains")
    names = [place.name for place in places] + list(RURAL)
    rough = [shapely.coverage_union_all(cells[cell[label[seed] == k]]) for k in range(len(names))]
    codes = [f"{900 + k:04d}" for k in range(1, len(names) + 1)]
    return gpd.GeoDataFrame({"name": names, "code": codes}, geometry=_straighten(rough), crs=CRS)


def _straighten(polygons: list[BaseGeometry]) -> list[BaseGeometry]:
    """Simplify borders, each once for both its sides, so that the polygons still tile."""
    borders = shapely.union_all([polygon.boundary for polygon in polygons])
    arcs = shapely.get_parts(shapely.line_merge(borders))
    arcs = shapely.simplify(arcs, np.clip(shapely.length(arcs) / 30, 15, 240))
    faces = shapely.get_parts(shapely.polygonize(arcs))
    return [max(faces, key=lambda face: face.intersection(polygon).area) for polygon in polygons]
