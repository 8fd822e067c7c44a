"""Exact distances from geometries to the nearest of many features: arrays in, arrays out."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from fibercov import checks

if TYPE_CHECKING:  # it brings the compiler with it
    from fibercov.geo.segments import Segments


class NearestIndex:
    """An index of features, built once, that finds the nearest one or the polygon that holds a point.

    Distances are planar, as `shapely.distance` computes them: heights are ignored, and a geometry
    inside a polygon or touching a feature is at 0. Everything is in one projected CRS.

    Parameters
    ----------
    features
        Points, lines, valid polygons, multi-parts or collections, shape (m,). None and empty
        features are never the nearest. Coordinates must be finite.
    threads
        How many threads to use, by default one for each processor that the process may use. The
        results do not depend on it.

    Raises
    ------
    ArgumentError
        If `threads` is not a whole number from 1, or there are more than 2**31 vertices.

    Examples
    --------
    >>> import shapely
    >>> index = NearestIndex(shapely.linestrings([[[0, 0], [5, 0]], [[5, 0], [9, 0]]]))
    >>> index.query(shapely.points([[0, 3], [9, 4]]))
    (array([3., 4.]), array([0, 1]))
    """

    def __init__(self, features: NDArray[np.object_], *, threads: int | None = None) -> None:
        from fibercov.geo import segments

        self._engine = segments
        self._threads = (
            segments.processors() if threads is None else checks.whole_number(threads, "threads", 1)
        )
        self._features = segments.Segments.of_geometries(features)

    @cached_property
    def tree(self) -> Any:
        """The features' segments, to search by place; None if there are none."""
        return self._engine.tree_of(self._features, self._threads)

    @cached_property
    def _rings(self) -> Any:
        return self._engine.rings_of(self._features, self._threads)

    def query(
        self, geometries: NDArray[np.object_] | Segments
    ) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
        """Measure each geometry's distance to the nearest feature, and find that feature.

        Parameters
        ----------
        geometries
            Points or valid polygons, shape (n,), or what `make_valid` returns for one. None and empty
            geometries have no distance. Or `Segments` of them, to make and sort these once for several
            indexes.

        Returns
        -------
        tuple of numpy.ndarray
            The distances, float64 in the CRS's unit, NaN where there is none; and the positions in
            `features`, int64, -1 where there is none. Of several equally near features the first
            counts: distances are compared as multiples of 2**-21 (half a micrometre).
        """
        from fibercov.geo.loops import TIE

        queries = self._engine.Segments.of_geometries(geometries)
        distance, which = self._engine.nearest_segments(queries, self.tree, self._threads)
        if self._features.has_polygons:
            holder, times, _ = self._engine.holding_polygons(
                queries, self._rings, 0.0, self._threads
            )
            held = times > 0
            # RULE: a feature that touches and a polygon that holds tie at 0; the first feature wins.
            first = np.where(distance < TIE / 2, np.minimum(which, holder), holder)
            which[held], distance[held] = first[held], 0.0
        return distance, which

    def locate(
        self, points: NDArray[np.object_] | Segments, *, near: float
    ) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.bool_]]:
        """Find the polygon that holds each point, how many do, and which points are near an edge.

        Parameters
        ----------
        points
            Points, shape (n,), or `Segments` of them. None and empty ones are in no polygon.
        near
            The distance up to which a polygon's edge counts as near, in the CRS's unit.

        Returns
        -------
        tuple of numpy.ndarray
            The position of the first polygon that holds each point, -1 if none does; how many do,
            counting the parts of a multipolygon separately; and whether any edge is at most `near`
            away. A point on an edge may be inside or outside.

        Examples
        --------
        >>> import shapely
        >>> index = NearestIndex(shapely.box(0, 0, [2, 4], 2))
        >>> index.locate(shapely.points([[1, 1], [3, 1], [9, 9]]), near=0.1)
        (array([ 0,  1, -1]), array([2, 1, 0]), array([False, False, False]))
        """
        queries = self._engine.Segments.of_geometries(points)
        return self._engine.holding_polygons(queries, self._rings, near, self._threads)
