"""Any town: homes, a network and crooked streets."""

from __future__ import annotations

from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

Shapes = NDArray[np.object_]


def town(seed: int) -> tuple[Shapes, Shapes, Shapes]:
    """Homes, a network of points, lines and an area, and crooked streets with some gone; and an island."""
    rng = np.random.default_rng(seed)
    side, apart = 6, 60
    xy = np.stack(np.meshgrid(*[np.arange(side) * apart] * 2, indexing="ij"), -1).astype(float)
    xy += rng.normal(0, 9, xy.shape)
    every = [xy[a, b : b + 3] for a in range(side) for b in range(0, side - 1, 2)]
    every += [xy[b : b + 3, a] for a in range(side) for b in range(0, side - 1, 2)]
    roads = [shapely.LineString(road) for road in every if rng.random() < 0.8]
    roads.append(shapely.LineString([(400, 0), (430, 90)]))
    network: list[Any] = [
        shapely.transform(roads[rng.integers(len(roads) - 1)], lambda at: at + rng.normal(0, 12, 2))
        for _ in range(3)
    ]
    corner = rng.uniform(0, 280, 2)
    network += [shapely.Point(rng.uniform(0, 300, 2)), shapely.box(*corner, *(corner + 25))]
    some = [each for each in network if rng.random() < 0.6] or network[:1]
    homes = np.r_[rng.uniform(-20, 320, (40, 2)), rng.uniform(380, 440, (5, 2))]
    return (
        np.asarray(shapely.points(homes)),
        np.array(some, dtype=object),
        np.array(roads, dtype=object),
    )


def cut(shapes: Shapes) -> Shapes:
    """Lines cut at every vertex."""
    xy, of = shapely.get_coordinates(shapes, return_index=True)
    start = np.flatnonzero(of[1:] == of[:-1])
    return np.atleast_1d(
        np.asarray(shapely.linestrings(np.stack([xy[start], xy[start + 1]], axis=1)))
    )
