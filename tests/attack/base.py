"""The sound data that the attacks begin with, around a point in Dalarna."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import numpy as np
import shapely

E0, N0, CRS = 470_000, 6_740_000, "EPSG:3006"
KINDS = ("småhus", "flerbostadshus", "fritidshus", "övrigt", "lokal")
_SIDE = 8


def homes() -> gpd.GeoDataFrame:
    """Addresses in a square, 40 m apart."""
    n = np.arange(_SIDE**2)
    return gpd.GeoDataFrame(
        {
            "nr": [f"0{k:03}" for k in n],
            "typ": [KINDS[k % 5] for k in n],
            "hushall": n * 7 % 12 + 1,
            "ansluten": np.where(n % 3 == 0, "ja", "nej"),
        },
        geometry=shapely.points(E0 + n % _SIDE * 40, N0 + n // _SIDE * 40),
        crs=CRS,
    )


def cables() -> gpd.GeoDataFrame:
    """A cable along each street between them."""
    n = np.arange(_SIDE)
    x, y = E0 + 20 + 0 * n, N0 + 20 + n * 40
    ends = np.stack([np.stack([x, y], 1), np.stack([x + 150, y + n], 1)], 1)
    return gpd.GeoDataFrame(
        {"sort": [f"kabel {k}" for k in n], "year": 2010 + n},
        geometry=shapely.linestrings(ends),
        crs=CRS,
    )


def parishes() -> gpd.GeoDataFrame:
    """Areas of four blocks each."""
    n = np.arange(4)
    x, y = E0 - 20 + n % 2 * 160, N0 - 20 + n // 2 * 160
    return gpd.GeoDataFrame(
        {"namn": ["Åsen", "Älvdalen", "Ön", "Byn"], "kod": [f"018{k}" for k in n]},
        geometry=shapely.box(x, y, x + 160, y + 160),
        crs=CRS,
    )


FRAMES: dict[str, Callable[[], gpd.GeoDataFrame]] = {
    "premises": homes,
    "network": cables,
    "areas": parishes,
}


def made_once(folder: Path, name: str, make: Callable[[Path], object]) -> Path:
    """What `make` puts into a folder beside that of the cases, made by the first that asks for it."""
    path = folder.with_name("base") / name
    if not path.exists():
        aside = path.with_name(f"{name}-being-made")
        shutil.rmtree(aside, ignore_errors=True)
        aside.mkdir(parents=True)
        make(aside)
        aside.rename(path)
    return path
