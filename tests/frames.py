"""Small frames in SWEREF 99 TM, placed around a point in Dalarna, for tests."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import geopandas as gpd
import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

import fibercov as fc

E0, N0 = 470_000.0, 6_740_000.0
CRS = "EPSG:3006"


def moved(geometry: BaseGeometry | None) -> BaseGeometry | None:
    """The geometry, drawn around (0, 0), moved to where the CRS is used."""
    return (
        None if geometry is None else shapely.transform(geometry, lambda xy: np.add(xy, (E0, N0)))
    )


def frame(geometries: Iterable[BaseGeometry | None], **columns: Any) -> gpd.GeoDataFrame:
    """A frame of geometries drawn around (0, 0)."""
    return gpd.GeoDataFrame(columns, geometry=[moved(g) for g in geometries], crs=CRS)


def points(*xy: tuple[float, float] | None, **columns: Any) -> gpd.GeoDataFrame:
    """Premises at these places; None is one without a position."""
    return frame([None if p is None else shapely.Point(p) for p in xy], **columns)


def cable(*xy: tuple[float, float]) -> gpd.GeoDataFrame:
    """A network of one cable."""
    return frame([shapely.LineString(xy)])


PLACES = [(0, 0), (40, 10), (80, 20)]


def addresses() -> gpd.GeoDataFrame:
    return points(
        *PLACES, nr=["0181", "0684", "2039"], hushall=[81, 1, 0], ansluten=["Ja", "nej", "ja"]
    )


def read_addresses(source: Any, **options: Any) -> gpd.GeoDataFrame:
    return fc.read_premises(source, households="Hushall", connected="ANSLUTEN", id="nr", **options)


def check_addresses(premises: gpd.GeoDataFrame) -> None:
    premises = premises.sort_values("id")  # FlatGeobuf stores rows in an order of its own
    assert premises["households"].tolist() == [81, 1, 0]
    assert premises["households"].dtype == np.int64
    assert premises["connected"].tolist() == [True, False, True]
    assert premises["id"].tolist() == ["0181", "0684", "2039"]
    np.testing.assert_allclose(
        shapely.get_coordinates(premises.to_crs(CRS).geometry), np.add(PLACES, [E0, N0]), atol=0.02
    )
