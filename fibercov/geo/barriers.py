"""The nearest straight drop that crosses no barrier: water, railways, motorways.

A place is hidden from a premises if the line between them crosses a barrier: it then lies behind it, between
the rays from the premises through the ends of a straight piece of that barrier. Of a straight piece of network,
each piece of a barrier hides one interval; the drop is the least distance to what is left. To touch a barrier
is not to cross it. What lies inside a polygon crosses it whatever it is joined to.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from fibercov.geo import segments, sight
from fibercov.geo.loops import Bools, Floats
from fibercov.geo.nearest import NearestIndex

Shapes = NDArray[np.object_]


class Barriers:
    """Lines and polygons that a straight drop should not cross, to be asked many times.

    Parameters
    ----------
    shapes
        Lines and valid polygons, in one projected CRS.
    threads
        How many threads to use.
    """

    def __init__(self, shapes: Shapes, *, threads: int | None = None) -> None:
        self._index = NearestIndex(shapes, threads=threads)
        self._threads = segments.processors() if threads is None else threads

    def free_drops(
        self,
        premises: Shapes | segments.Segments,
        drop_m: Floats,
        network: NearestIndex,
        *,
        most_m: float,
    ) -> Floats:
        """Measure each geometry's nearest straight drop that crosses no barrier.

        It is `drop_m` where that does not cross one; else it is looked for up to `most_m`, and infinite
        if there is none. NaN where `drop_m` is.
        """
        if self._index.tree is None or network.tree is None:
            return drop_m.copy()
        free = segments.seen_segments(
            segments.Segments.of_geometries(premises), network.tree, self._index.tree, drop_m, most_m,
            self._threads,
        )  # fmt: skip
        free[self._inside(premises) & (drop_m > 0)] = np.inf
        return free

    def crossed(self, premises: Shapes | segments.Segments, begin: Floats, end: Floats) -> Bools:
        """Tell which lines, from a place of each premises to another place, cross a barrier."""
        made = np.zeros(len(begin), np.bool_)
        if self._index.tree is not None:
            lines = np.column_stack([begin, end])
            segments.in_slices(
                sight.cross, self._threads, len(lines), (lines, self._index.tree), (made,)
            )
            made |= self._inside(premises) & (begin != end).any(axis=1)
        return made

    def _inside(self, premises: Shapes | segments.Segments) -> Bools:
        """Tell which geometries lie inside a barrier, and not on its edge."""
        holder, _, on_edge = self._index.locate(premises, near=sight.TOUCH_M)
        return (holder >= 0) & ~on_edge
