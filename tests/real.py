"""Real data, read as several tests need it."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray


def munich(shared: Path) -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame]:
    """Addresses and roads of a part of Munich, from OpenStreetMap."""
    file = shared / "roads" / "munich_osm.gpkg"
    roads = gpd.read_file(file, layer="roads").to_crs(25832)
    roads = roads[~roads["highway"].isin(["construction", "platform", "razed", "elevator"])]
    return gpd.read_file(file, layer="addresses").to_crs(25832), roads


def streets(roads: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """The streets of Munich that cables may follow."""
    return roads[roads["highway"].isin(["residential", "secondary", "tertiary"])]


def maine(shared: Path) -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame]:
    """Roads of two counties of Maine, and the published cables there."""
    roads = gpd.read_file(shared / "roads" / "maine_lincoln_waldo.gpkg").to_crs(26919)
    cables = gpd.read_file(shared / "westbrook" / "fiber.gpkg", layer="cables").to_crs(26919)
    return roads, cables[cables.intersects(shapely.box(*roads.total_bounds))]


def along(roads: gpd.GeoDataFrame, number: int, rng: np.random.Generator) -> NDArray[np.float64]:
    """Places on roads, the longer a road the more."""
    length = roads.length.to_numpy()
    which = rng.choice(len(roads), number, p=length / length.sum())
    at = rng.uniform(0, 1, number) * length[which]
    return shapely.get_coordinates(
        shapely.line_interpolate_point(roads.geometry.to_numpy()[which], at)
    )
