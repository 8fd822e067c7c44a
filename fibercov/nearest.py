"""The exact distance from each geometry to the nearest of many: arrays in, arrays out."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from fibercov import checks


def nearest(
    geometries: NDArray[np.object_], features: NDArray[np.object_], *, threads: int | None = None
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Measure each geometry's distance to the nearest feature, and find which one that is.

    The distance is `shapely.distance`, in the plane: heights do not count, a geometry inside a
    polygon or touching a feature is at 0. All geometries share one projected CRS.

    Parameters
    ----------
    geometries
        Points or valid polygons, shape (n,), or what make_valid makes of one. None and empty
        geometries have no distance.
    features
        Points, lines, valid polygons, multi-parts or collections, shape (m,). None and empty
        features are never the nearest. All coordinates are finite numbers.
    threads
        How many threads may work, by default one a processor that the process may use. It changes
        nothing in the result.

    Returns
    -------
    tuple of numpy.ndarray
        The distances, float64 in the unit of the CRS, NaN where there is none; and the positions
        in `features`, int64, -1 where there is none. Of several that are equally near, the first;
        to that end, distances are rounded to multiples of 2**-21 (half a micrometre).

    Raises
    ------
    ArgumentError
        If `threads` is no number of threads, or there are more than 2**31 vertices.

    Examples
    --------
    >>> import shapely
    >>> points = shapely.points([[0, 3], [9, 4]])
    >>> lines = shapely.linestrings([[[0, 0], [5, 0]], [[5, 0], [9, 0]]])
    >>> nearest(points, lines)
    (array([3., 4.]), array([0, 1]))
    """
    from fibercov.engine.loops import TIE
    from fibercov.engine.segments import (
        Segments,
        holding_polygons,
        nearest_segments,
        processors,
    )

    threads = processors() if threads is None else checks.whole_number(threads, "threads", 1)
    queries, network = Segments.of_geometries(geometries), Segments.of_geometries(features)
    distance, which = nearest_segments(queries, network, threads)
    if network.has_polygons:
        holder, times, _ = holding_polygons(queries, network, 0.0, threads)
        held = times > 0
        # What touches and what holds are a tie at 0.
        first = np.where(distance < TIE / 2, np.minimum(which, holder), holder)
        which[held], distance[held] = first[held], 0.0
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
        The position of the first polygon that holds each point, -1 if none does; how many do, the
        parts of one counted as several; and whether an edge of any is at most `near` away. Of a
        point on an edge it may be either.

    Examples
    --------
    >>> import shapely
    >>> points, squares = shapely.points([[1, 1], [3, 1], [9, 9]]), shapely.box(0, 0, [2, 4], 2)
    >>> locate(points, squares, near=0.1)
    (array([ 0,  1, -1]), array([2, 1, 0]), array([False, False, False]))
    """
    from fibercov.engine.segments import Segments, holding_polygons, processors

    queries, areas = Segments.of_geometries(points), Segments.of_geometries(polygons)
    return holding_polygons(queries, areas, near, processors())
