"""Synthetic premises, cables and areas of any size, the same for the same seed.

Towns of unequal size hold 88 % of the premises, as one cloud each; the others are strewn over the
whole. Cables start as premises do and wander. Areas tile the whole, with borders that wander too.
None of it is anyone's data. How dense the towns are (a median of 400 premises per square kilometre
within 500 m of a premises), and how far the vertices of a cable are apart, are about as in Westbrook,
Maine, where a town's addresses and cables are published: 360, and 69 m.
"""

from __future__ import annotations

import hashlib
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray

CRS = "EPSG:3006"
SEED = 2126
RURAL = 0.12
STEP_M = 60.0  # from one vertex of a cable to the next, on average
ORIGIN = np.array([250_000.0, 6_200_000.0])  # so that a nation lies where EPSG:3006 is good


@dataclass(frozen=True)
class Workload:
    """The numbers of everything, and the size of the square that it is on, in metres."""

    premises: int
    cables: int
    side_m: float
    vertices: tuple[int, int] = (2, 40)  # of a cable: from the first, to less than the second
    areas: int = 0
    area_vertices: int = 0
    rural: float = RURAL


WORKLOADS = {
    "municipality": Workload(10_000, 3_000, 40_000, areas=12, area_vertices=400),
    "region": Workload(300_000, 50_000, 150_000, areas=30, area_vertices=2_000),
    "simple lines": Workload(1_000_000, 100_000, 300_000, vertices=(2, 3)),
    "nation": Workload(3_000_000, 400_000, 600_000, areas=300, area_vertices=5_000),
}


def make(name: str, folder: Path) -> Path:
    """Return the folder of a workload's files, writing them unless they exist.

    Its name includes a digest of what they are made from, so that a change makes new files.
    """
    size = WORKLOADS[name]
    made_from = hashlib.sha256(Path(__file__).read_bytes()).hexdigest()[:8]
    done = folder / f"{name.replace(' ', '-')}-{made_from}"
    if done.exists():
        return done
    here = Path(tempfile.mkdtemp(dir=folder))
    rng = np.random.default_rng([SEED, size.premises, size.cables])
    towns = _towns(rng, size)
    if size.areas:
        _areas(rng, size).to_parquet(here / "areas.parquet")
    premises = gpd.GeoDataFrame(
        {
            "id": np.arange(size.premises),
            "households": np.where(rng.random(size.premises) < 0.1, 12, 1),
        },
        geometry=shapely.points(_places(rng, size.premises, size, towns)),
        crs=CRS,
    )
    premises.to_parquet(here / "premises.parquet")
    network = gpd.GeoDataFrame(geometry=_cables(rng, size, towns), crs=CRS)
    network.to_parquet(here / "network.parquet")
    return here.rename(done)


def _towns(rng: np.random.Generator, size: Workload) -> tuple[NDArray[Any], ...]:
    """Place the towns: where each is, how wide, and its part of the premises."""
    number = max(3, size.premises // 3_000)
    weight = 1 / np.arange(1, number + 1)  # Zipf's law
    weight /= weight.sum()
    centre = size.side_m * (0.05 + 0.9 * rng.random((number, 2)))
    return centre, 12.0 * np.sqrt(size.premises * weight), weight


def _places(
    rng: np.random.Generator, n: int, size: Workload, towns: tuple[NDArray[Any], ...]
) -> NDArray[np.float64]:
    """Draw the places of premises."""
    centre, spread, weight = towns
    town = rng.choice(len(weight), n, p=weight)
    xy = centre[town] + rng.normal(size=(n, 2)) * spread[town, None]
    rural = rng.random(n) < size.rural
    xy[rural] = rng.random((int(rural.sum()), 2)) * size.side_m
    return np.asarray(ORIGIN + np.clip(xy, 1, size.side_m - 1))


def _cables(
    rng: np.random.Generator, size: Workload, towns: tuple[NDArray[Any], ...]
) -> NDArray[np.object_]:
    """Draw polylines that wander, each from a place of its own."""
    vertices = rng.integers(*size.vertices, size.cables)
    which = np.repeat(np.arange(size.cables), vertices)
    begins = np.flatnonzero(np.diff(which, prepend=-1))
    turn = rng.normal(0, 0.35, len(which))
    turn[begins] = rng.uniform(0, 2 * np.pi, size.cables)
    heading = np.cumsum(turn)
    step = STEP_M * rng.exponential(size=len(which))
    xy = np.cumsum(np.column_stack([np.cos(heading), np.sin(heading)]) * step[:, None], axis=0)
    xy += np.repeat(_places(rng, size.cables, size, towns) - xy[begins], vertices, axis=0)
    return np.asarray(shapely.linestrings(xy, indices=which))


def _areas(rng: np.random.Generator, size: Workload) -> gpd.GeoDataFrame:
    """Draw polygons that tile the whole and share their borders, vertex by vertex."""
    rows = int(np.sqrt(size.areas))
    while size.areas % rows:
        rows -= 1
    columns, edge = size.areas // rows, size.area_vertices // 4
    x, y = np.meshgrid(np.linspace(0, 1, columns + 1), np.linspace(0, 1, rows + 1))
    corner = np.stack([x, y], axis=-1) * size.side_m
    inner = (slice(1, -1), slice(1, -1))
    corner[inner] += rng.uniform(-0.2, 0.2, corner[inner].shape) * size.side_m / columns

    def border(a: NDArray[Any], b: NDArray[Any], *, wander: bool) -> NDArray[np.float64]:
        t = np.linspace(0, 1, edge, endpoint=False)
        line = a + t[:, None] * (b - a)
        if wander:  # across, and back to nothing at both ends
            off = np.cumsum(rng.normal(size=edge)) * np.hypot(*(b - a)) / edge
            off = (off - np.linspace(off[0], off[-1], edge)) * np.sin(np.pi * t)
            line += off[:, None] * np.array([-(b - a)[1], (b - a)[0]]) / np.hypot(*(b - a))
        return np.asarray(line)

    along = {
        (r, c): border(corner[r, c], corner[r, c + 1], wander=0 < r < rows)
        for r in range(rows + 1)
        for c in range(columns)
    }
    up = {
        (r, c): border(corner[r, c], corner[r + 1, c], wander=0 < c < columns)
        for r in range(rows)
        for c in range(columns + 1)
    }
    shapes, names = [], []
    for r in range(rows):
        for c in range(columns):
            back = corner[[r + 1, r], [c + 1, c]]
            ring = [
                along[r, c],
                up[r, c + 1],
                back[:1],
                along[r + 1, c][:0:-1],
                corner[r + 1, c][None],
                up[r, c][:0:-1],
            ]
            shapes.append(shapely.Polygon(ORIGIN + np.vstack(ring)))
            names.append(f"Area {r + 1}-{c + 1}")
    return gpd.GeoDataFrame({"name": names}, geometry=shapes, crs=CRS)
