"""The exact distance from each geometry to the nearest of many: arrays in, arrays out."""

from __future__ import annotations

import numpy as np
import shapely
from numpy.typing import NDArray


def nearest(
    geometries: NDArray[np.object_], features: NDArray[np.object_]
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Measure each geometry's distance to the nearest feature, and find which one that is.

    The distance is `shapely.distance`, in the plane: heights do not count, a geometry inside a
    polygon or touching a feature is at 0. All geometries share one projected CRS.

    Parameters
    ----------
    geometries
        Points or polygons, shape (n,). None and empty geometries have no distance.
    features
        Points, lines, polygons, multi-parts or collections, shape (m,). None and empty features
        are never the nearest.

    Returns
    -------
    tuple of numpy.ndarray
        The distances, float64 in the unit of the CRS, NaN where there is none; and the positions
        in `features`, int64, -1 where there is none. Of several equally near, the first.

    Examples
    --------
    >>> points = shapely.points([[0, 3], [9, 4]])
    >>> lines = shapely.linestrings([[[0, 0], [5, 0]], [[5, 0], [9, 0]]])
    >>> nearest(points, lines)
    (array([3., 4.]), array([0, 1]))
    """
    distance = np.full(len(geometries), np.nan)
    which = np.full(len(geometries), -1, dtype=np.int64)
    tree = shapely.STRtree(features)
    (row, found), apart = tree.query_nearest(geometries, return_distance=True, all_matches=True)
    distance[row] = apart
    # Ties come in no promised order: written from the last to the first, the first one stays.
    backward = np.argsort(-found, kind="stable")
    which[row[backward]] = found[backward]
    return distance, which
