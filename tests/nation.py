"""A synthetic nation: villages far apart, some without any cable near, as frames and as GeoParquet folders."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import shapely

CRS = "EPSG:3006"
MIDDLE = (560_000.0, 6_620_000.0)
COUNTED: dict[str, Any] = {
    "households": "hushall", "connected": "ansluten", "position_error_m": "fel", "id": "nr",
}  # fmt: skip


def nation(
    seed: int = 1, homes: int = 1500, villages: int = 12, wide_m: float = 60_000
) -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame]:
    """Premises, some without a position, and a network of lines, points and areas, both sorted by place."""
    rng = np.random.default_rng(seed)
    middles = np.array(MIDDLE) + rng.uniform(-wide_m / 2, wide_m / 2, (villages, 2))
    village = rng.integers(villages, size=homes)
    xy = middles[village] + rng.normal(0, 400, (homes, 2))
    points = np.asarray(shapely.points(xy), dtype=object)
    wide = rng.random(homes) < 0.05
    points[wide] = shapely.buffer(points[wide], 8, cap_style="square")  # buildings
    points[rng.random(homes) < 0.02] = None
    points[1::97] = points[::97][: len(points[1::97])]  # at the place of another
    premises = gpd.GeoDataFrame(
        {
            "nr": np.arange(homes) + 10_000,
            "hushall": rng.poisson(1.5, homes),
            "ansluten": np.where(rng.random(homes) < 0.3, "ja", "nej"),
            "fel": rng.choice([0.0, 5.0, 25.0], homes),
            "kommun": np.char.add("K", (village % 5).astype(str)),
            "typ": rng.choice(["hus", "fritidshus"], homes, p=[0.9, 0.1]),
        },
        geometry=points,
        crs=CRS,
    )
    lit = middles[: villages - 3]  # three villages have no cable
    cables: list[Any] = []
    for middle in lit:
        starts = middle + rng.normal(0, 400, (12, 2))
        cables += [shapely.LineString([at, at + rng.normal(0, 150, 2)]) for at in starts]
        cables.append(shapely.Point(middle + rng.normal(0, 300, 2)))
        cables.append(shapely.Point(middle + rng.normal(0, 300, 2)).buffer(40))
    cables += cables[:3]  # drawn twice
    network = gpd.GeoDataFrame(
        {"status": rng.choice(["byggd", "planerad"], len(cables), p=[0.8, 0.2])},
        geometry=np.array(cables, dtype=object),
        crs=CRS,
    )
    return by_place(premises), by_place(network)


def by_place(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Sort rows along a curve, those without a position first."""
    there = frame.geometry.notna()
    curve = frame[there].hilbert_distance().sort_values(kind="stable").index
    sorted_: gpd.GeoDataFrame = frame.loc[[*frame.index[~there], *curve]]
    return sorted_.reset_index(drop=True)


def save(frame: gpd.GeoDataFrame, folder: Path, rows: int, files: int = 1) -> Path:
    """Write a frame as files of a folder, in row groups of so many rows."""
    folder.mkdir(parents=True)
    for number, part in enumerate(np.array_split(np.arange(len(frame)), files)):
        frame.iloc[part].to_parquet(
            folder / f"{number:04d}.parquet", index=False, row_group_size=rows,
            write_covering_bbox=True,
        )  # fmt: skip
    return folder


def rows_of(results: Path) -> gpd.GeoDataFrame:
    """Read the measured premises of a folder of results, ordered by their id."""
    every: gpd.GeoDataFrame = gpd.read_parquet(results / "internal" / "premises")
    return by_id(every)


def by_id(premises: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Order premises by their id."""
    ordered: gpd.GeoDataFrame = premises.sort_values("id").reset_index(drop=True)
    return ordered


def same_bits(a: gpd.GeoDataFrame, b: gpd.GeoDataFrame) -> bool:
    """Tell whether drops, statuses and features are the same, to the last bit."""
    drops = [frame["drop_m"].to_numpy(dtype=np.float64).view(np.int64) for frame in (a, b)]
    others = [
        frame["network_index"].astype("Int64").fillna(-1).tolist() + frame["status"].tolist()
        for frame in (a, b)
    ]
    return bool((drops[0] == drops[1]).all()) and others[0] == others[1]
