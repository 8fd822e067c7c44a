"""Lines to draw: those that are nearby, with no more vertices than a drawing can carry."""

from __future__ import annotations

import numpy as np
import pyproj
import shapely
from numpy.typing import NDArray

from fibercov.geo.crs import to_lonlat
from fibercov.geo.loops import Bools, Floats, Ints, compiled, to_segment

_DEEP = 64  # the smaller half is always next, so that no more than this many larger ones wait


def vertices(shapes: NDArray[np.object_]) -> tuple[Floats, Ints]:
    """Return the vertices of points and lines, and how many each has; empty ones are left out."""
    size = shapely.get_num_coordinates(shapes).astype(np.int64)
    return shapely.get_coordinates(shapes), size[size > 0]


def begins(size: Ints) -> Ints:
    """Find the first vertex of each line from how many each has."""
    return np.cumsum(size) - size


def nearby(xy: Floats, size: Ints, crs: pyproj.CRS, box: tuple[float, ...]) -> Bools:
    """Tell which lines may reach into a box in degrees.

    RULE: it is the box around a line that must, and its corners alone are converted to degrees.
    """
    begin = begins(size)
    corners = (each.reduceat(xy, begin) if len(xy) else xy for each in (np.minimum, np.maximum))
    low, high = (np.column_stack(to_lonlat(corner, crs)) for corner in corners)
    return np.asarray(((low <= box[2:]) & (high >= box[:2])).all(axis=1))


def thinned(xy: Floats, size: Ints, step: float, most: int) -> tuple[Floats, Ints]:
    """Leave out vertices that are at most a step off, or more until so many are left, up to a thousand steps.

    `xy` are the vertices of lines and points one after the other, and `size` how many each has. This is
    Douglas and Peucker's rule: nothing moves by more than the last step, and ends stay. A closed line also
    keeps three corners or four.
    """
    begin = begins(size)
    weight = np.empty(len(xy))
    _weigh(np.ascontiguousarray(xy), begin, begin + size, step, weight)
    largest = 1000 * step
    while step < largest and np.count_nonzero(weight > step) > most:
        step *= 2
    kept = weight > step
    return xy[kept], np.add.reduceat(kept, begin, dtype=np.int64) if len(xy) else size


@compiled
def _weigh(xy: Floats, begin: Ints, end: Ints, least: float, weight: Floats) -> None:
    """Weigh each vertex: the largest tolerance up to which its line keeps it; 0 if that is `least` or less.

    Line i has the vertices from begin[i] to end[i]. RULE 1: its ends have no such tolerance. RULE 2: the
    vertex farthest from the stretch between two others weighs what it is off, but no more than those.
    RULE 3: of a closed line, the vertex farthest from its ends, and the farthest on either side of that
    one, have none either.
    """
    low, high = np.empty(_DEEP, np.int64), np.empty(_DEEP, np.int64)
    cap, kept = np.empty(_DEEP), np.empty(_DEEP, np.int64)
    for i in range(len(begin)):
        a, b = begin[i], end[i] - 1
        weight[a:b] = 0.0
        weight[a] = weight[b] = np.inf
        closed = xy[a, 0] == xy[b, 0] and xy[a, 1] == xy[b, 1]
        low[0], high[0], cap[0], kept[0] = a, b, np.inf, 2 * closed
        top = 1
        while top > 0:
            top -= 1
            lo, hi, most, keep = low[top], high[top], cap[top], kept[top]
            far, at = -1.0, -1
            for k in range(lo + 1, hi):
                off = to_segment(xy[k, 0], xy[k, 1], xy[lo, 0], xy[lo, 1], xy[hi, 0], xy[hi, 1])
                if off > far:
                    far, at = off, k
            if at < 0:
                continue
            if keep == 0:
                most = min(most, np.sqrt(far))
                if most <= least:
                    continue
            weight[at] = most
            left = at - lo < hi - at
            for first in (not left, left):  # the larger half waits
                low[top], high[top] = (lo, at) if first else (at, hi)
                cap[top], kept[top] = most, max(keep - 1, 0)
                top += 1
