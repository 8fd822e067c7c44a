"""Geometries of every kind, sound and not: each drop is shapely's distance in the plane."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pyproj
import shapely
from numpy.typing import NDArray

import fibercov as fc

from .base import CRS, E0, N0
from .judged import REFUSED, RIGHT, WrongResult, expect

_REACH_M, _EDGE_M = 50.0, 0.2
_SYSTEMS = (3006, 3006, 3006, 4326, 3008, 3857, 5845, 32633)  # the place is in all of them
_FAR = (np.nan, np.inf, -np.inf, 1e300, 1e9, -1e7, 0.0)
_EMPTY = tuple(
    shapely.from_wkt(f"{kind} EMPTY")
    for kind in ("POINT", "LINESTRING", "POLYGON", "MULTIPOINT", "MULTIPOLYGON", "GEOMETRYCOLLECTION")
)  # fmt: skip
_DISC = shapely.Point(E0, N0).buffer(300)
_MANY: dict[str, Any] = {
    "Point": shapely.MultiPoint,
    "LineString": shapely.MultiLineString,
    "Polygon": shapely.MultiPolygon,
}


class _Pen:
    """Draws geometries, with heights or without, and a share `odd` of its vertices far off."""

    def __init__(self, rng: random.Random, odd: float) -> None:
        self._rng, self._odd, self._heights = rng, odd, rng.random() < 0.3
        self._used: list[tuple[float, float]] = []

    def vertex(self) -> list[float]:
        """A place near the others, or one that was used before, so that rings degenerate."""
        rng = self._rng
        if rng.random() < 0.2 and self._used:
            place = rng.choice(self._used)
        elif rng.random() < 0.5:
            place = (E0 + 10.0 * rng.randint(-9, 9), N0 + 10.0 * rng.randint(-9, 9))
        else:
            place = (rng.gauss(E0, 400), rng.gauss(N0, 400))
        self._used.append(place)
        made = [*place, *([rng.choice([0.0, 900.0, np.nan, np.inf])] if self._heights else [])]
        if rng.random() < self._odd:
            made[rng.randrange(2)] = rng.choice(_FAR)
        return made

    def vertices(self, least: int) -> list[list[float]]:
        return [self.vertex() for _ in range(self._rng.randint(least, least + 3))]

    def shape(self, kinds: str, depth: int = 0) -> Any:
        """A geometry of one of the kinds, by letter; None where shapely itself refuses."""
        makers: dict[str, Callable[[], Any]] = {
            "0": lambda: self._rng.choice([None, *_EMPTY]),
            "P": lambda: shapely.Point(self.vertex()),
            "L": lambda: shapely.LineString(self.vertices(2)),
            "A": lambda: shapely.Polygon(self.vertices(3)),
            "H": lambda: _DISC - shapely.Polygon(self.vertices(3)).buffer(0),
            "M": lambda: self._several(kinds, depth + 1),
        }
        try:
            return makers[self._rng.choice(kinds if depth < 3 else "PLA")]()
        except (ValueError, shapely.errors.ShapelyError):
            return None

    def _several(self, kinds: str, depth: int) -> Any:
        """Up to three as one, of their own kind if that is one."""
        parts = [self.shape(kinds, depth) for _ in range(self._rng.randint(0, 3))]
        there = [part for part in parts if part is not None]
        alike = {part.geom_type for part in there}
        if len(alike) == 1 and alike <= {*_MANY} and self._rng.random() < 0.7:
            return _MANY[alike.pop()](there)
        return shapely.GeometryCollection(there)


def shapes(rng: random.Random, folder: Path) -> str:
    """Measure geometries, of which some may be no place at all."""
    odd = rng.choice([0.0, 0.0, 0.02, 0.3])
    pen = _Pen(rng, odd)
    kinds = rng.choice(["A", "P", "PAH0", "PALHM0"])
    drawn = [pen.shape(rng.choice(["P", "P0", "PAH", kinds])) for _ in range(rng.randint(1, 6))]
    lines = [pen.shape(rng.choice(["L", "PLAHM0", "LM"])) for _ in range(rng.randint(1, 6))]
    premises, network = _frame(rng, drawn), _frame(rng, lines)
    given = _carried(rng, premises, folder / "p"), _carried(rng, network, folder / "n")
    try:
        coverage = fc.measure_coverage(
            fc.read_premises(given[0]), fc.read_network(given[1]), reach=_REACH_M
        )
    except fc.FibercovError as error:
        if not odd and _sound(premises, network):
            raise WrongResult(f"sound, but: {error}") from error
        return REFUSED
    finite = _finite(premises, given[0]) and _finite(network, given[1])
    expect(finite, "coordinates that are no numbers were measured")
    expected = _distances(_plane(premises, coverage.crs), _plane(network, coverage.crs))
    found = coverage.premises["drop_m"].to_numpy()
    expect(
        np.allclose(found, expected, rtol=1e-9, atol=1e-5, equal_nan=True),
        f"drops {found} are truly {expected}",
    )
    passed = coverage.premises["status"].eq("passed").to_numpy()
    sure = np.abs(expected - _REACH_M) > 1e-4
    expect((passed == (expected <= _REACH_M))[sure].all(), f"statuses of {expected}: {passed}")
    expect(coverage.total == len(premises), f"{coverage.total} of {len(premises)}")
    return RIGHT


def areas(rng: random.Random, folder: Path) -> str:
    """Count premises by areas, of which some may overlap or be no polygons."""
    pen = _Pen(rng, rng.choice([0.0, 0.0, 0.02]))
    corners = [(E0 + x, N0 + y) for x in (-400, 0, 400) for y in (-400, 0)]
    drawn = [shapely.box(x, y, x + 400, y + 400) for x, y in rng.sample(corners, 4)]
    if rng.random() < 0.5:
        drawn[rng.randrange(4)] = pen.shape("AHM0")
    premises, polygons = _frame(rng, [pen.shape("P") for _ in range(9)]), _frame(rng, drawn)
    cable = gpd.GeoDataFrame(geometry=[shapely.Point(E0, N0)], crs=CRS)
    coverage = fc.measure_coverage(premises, cable, reach=_REACH_M)
    named = polygons.assign(name=[f"område {k}" for k in polygons["k"]])
    carried = _carried(rng, named, folder / "a")
    read = fc.read_areas(carried, name="name")
    table = fc.summarize(coverage, by=read).set_index("name")["total"]
    expect(_finite(polygons, carried), "coordinates that are no numbers were counted by")
    expect(table.sum() == coverage.total, f"{table.sum()} of {coverage.total}")
    places = [shapely.union_all(parts) for parts in _plane(premises, coverage.crs)]
    for name, parts in zip(named["name"], _plane(named, coverage.crs), strict=True):
        near = [
            min((shapely.distance(place, part) for part in parts), default=1e9) for place in places
        ]
        inside = [
            min((shapely.distance(place, part.boundary) for part in parts), default=0)
            for place in places
        ]
        least = sum(d == 0 and edge > _EDGE_M for d, edge in zip(near, inside, strict=True))
        most = sum(d < _EDGE_M for d in near)
        expect(least <= table[name] <= most, f"{name} has {table[name]}, not {least} to {most}")
    return RIGHT


def _frame(rng: random.Random, drawn: list[Any]) -> gpd.GeoDataFrame:
    """The geometries in one of the systems: x and y moved by pyproj, heights as they are."""
    crs = rng.choice(_SYSTEMS)
    move = pyproj.Transformer.from_crs(CRS, crs, always_xy=True).transform

    def moved(vertices: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.column_stack([*move(vertices[:, 0], vertices[:, 1]), vertices[:, 2:]])

    made = []
    for shape in drawn:
        try:
            made.append(shapely.transform(shape, moved, include_z=shapely.has_z(shape)))
        except shapely.errors.GEOSException:  # a ring with a vertex that is no number
            made.append(None)
    return gpd.GeoDataFrame({"k": range(len(made))}, geometry=made, crs=crs)


def _carried(rng: random.Random, frame: gpd.GeoDataFrame, path: Path) -> gpd.GeoDataFrame | Path:
    """The frame, or a file of it if one can be written."""
    kind = rng.choice(["", "", "gpkg", "parquet"])
    made = path.with_name(f"{path.name}.{kind}")
    try:
        if kind == "gpkg":
            frame.to_file(made)
        elif kind == "parquet":
            frame.to_parquet(made)
    except Exception:  # noqa: BLE001 - what no file can hold
        return frame
    return made if kind else frame


def _plane(frame: gpd.GeoDataFrame, crs: pyproj.CRS) -> list[list[Any]]:
    """The parts of each geometry, in the plane of the CRS: valid, without heights, not empty."""
    move = pyproj.Transformer.from_crs(frame.crs, crs, always_xy=True).transform
    found = []
    for shape in shapely.force_2d(frame.geometry.to_numpy()):
        there = [part for part in _parts(shape) if not np.isnan(part.bounds).any()]
        moved = [shapely.transform(part, lambda xy: np.column_stack(move(*xy.T))) for part in there]
        found.append([shapely.make_valid(part) for part in moved])
    return found


def _distances(premises: list[list[Any]], network: list[list[Any]]) -> NDArray[np.float64]:
    """Shapely's distance from each to the nearest part, NaN from those without a place."""
    features = [part for parts in network for part in parts]
    return np.array([
        min((float(shapely.distance(a, b)) for a in parts for b in features), default=np.nan)
        for parts in premises
    ])  # fmt: skip


def _parts(shape: Any) -> list[Any]:
    """The single geometries that a shape is made of."""
    parts = [] if shape is None else [shape]
    while any(hasattr(part, "geoms") for part in parts):
        parts = [p for part in parts for p in getattr(part, "geoms", [part])]
    return parts


def _finite(frame: gpd.GeoDataFrame, carried: gpd.GeoDataFrame | Path) -> bool:
    """Whether x and y are numbers throughout, but in points that are nowhere at all.

    A point of a multipoint or a collection that has no coordinates is an empty one in a file.
    """
    for shape in frame.geometry:
        if isinstance(carried, Path):
            there = [
                part
                for part in _parts(shape)
                if part.geom_type != "Point" or not np.isnan(shapely.get_coordinates(part)).any()
            ]
            if not np.isfinite(shapely.get_coordinates(there)).all():
                return False
            continue
        xy = shapely.get_coordinates(shape)
        nowhere = np.isnan(xy).any(axis=1).all() and isinstance(
            shape, shapely.Point | shapely.MultiPoint
        )
        if not nowhere and not np.isfinite(xy).all():
            return False
    return True


def _sound(premises: gpd.GeoDataFrame, network: gpd.GeoDataFrame) -> bool:
    """Whether each premises is in one place, if in any, and there is one and a network."""
    places = [shape for shape in premises.geometry if shape is not None]
    kinds = {shape.geom_type for shape in places} <= {"Point", "Polygon", "MultiPolygon"}
    empty = [frame.geometry.isna() | frame.geometry.is_empty for frame in (premises, network)]
    return kinds and not any(each.all() for each in empty)
