"""The exact distance from each geometry to the nearest of many: arrays in, arrays out."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def nearest(
    geometries: NDArray[np.object_], features: NDArray[np.object_], *, threads: int | None = None
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Measure each geometry's distance to the nearest feature, and find which one that is.

    The distance is `shapely.distance`, in the plane: heights do not count, a geometry inside a
    polygon or touching a feature is at 0. All geometries share one projected CRS.

    Parameters
    ----------
    geometries
        Points or valid polygons, shape (n,). None and empty geometries have no distance.
    features
        Points, lines, valid polygons, multi-parts or collections, shape (m,). None and empty
        features are never the nearest.
    threads
        How many threads may work, by default one a processor. It changes nothing in the result.

    Returns
    -------
    tuple of numpy.ndarray
        The distances, float64 in the unit of the CRS, NaN where there is none; and the positions
        in `features`, int64, -1 where there is none. Of several that are equally near, to half a
        millionth of the unit, the first.

    Examples
    --------
    >>> import shapely
    >>> points = shapely.points([[0, 3], [9, 4]])
    >>> lines = shapely.linestrings([[[0, 0], [5, 0]], [[5, 0], [9, 0]]])
    >>> nearest(points, lines)
    (array([3., 4.]), array([0, 1]))
    """
    from fibercov.engine.search import TIE
    from fibercov.engine.segments import Rings, Segments, Tree, processors

    threads = processors() if threads is None else threads
    queries, network = (Segments.of_geometries(g, threads) for g in (geometries, features))
    if len(queries.here) == 0 or len(network.owner) == 0:
        return np.full(len(geometries), np.nan), np.full(len(geometries), -1)
    tree = Tree.over(network.xy, network.first, network.second, network.owner, threads)
    apart, found = tree.nearest(queries)
    rings = Rings.among(network)
    if rings is not None:
        first, times, _ = rings.holding(queries, 0.0)
        touching = apart < TIE / 2
        found = np.where(times > 0, np.where(touching, np.minimum(found, first), first), found)
        apart[times > 0] = 0
    if len(queries.here) == len(geometries):
        return apart, found
    distance = np.full(len(geometries), np.nan)
    which = np.full(len(geometries), -1, dtype=np.int64)
    distance[queries.here], which[queries.here] = apart, found
    return distance, which


def locate(
    points: NDArray[np.object_], polygons: NDArray[np.object_], *, near: float
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.bool_]]:
    """Find the polygon that holds each point, how many do, and which points are near an edge.

    Parameters
    ----------
    points
        Points, shape (n,). None and empty ones are in no polygon.
    polygons
        Valid polygons or multi-parts of them, at least one, in the CRS of the points.
    near
        How near to an edge of a polygon is near, in the unit of the CRS.

    Returns
    -------
    tuple of numpy.ndarray
        The position of the first polygon that holds each point, -1 if none does; how many do; and
        whether an edge of any is at most `near` away. Of a point on an edge it may be either.

    Examples
    --------
    >>> import shapely
    >>> points, squares = shapely.points([[1, 1], [3, 1], [9, 9]]), shapely.box(0, 0, [2, 4], 2)
    >>> locate(points, squares, near=0.1)
    (array([ 0,  1, -1]), array([2, 1, 0]), array([False, False, False]))
    """
    from fibercov.engine.segments import Rings, Segments, processors

    which = np.full(len(points), -1, dtype=np.int64)
    times, close = np.zeros(len(points), dtype=np.int64), np.zeros(len(points), dtype=np.bool_)
    threads = processors()
    queries = Segments.of_geometries(points, threads)
    rings = Rings.among(Segments.of_geometries(polygons, threads))
    if rings is not None:
        here = queries.here
        which[here], times[here], close[here] = rings.holding(queries, near)
    return which, times, close
