"""The compiled loops: a tree of boxes over segments, and the searches in it.

They take arrays and tuples of arrays, and write to the caller's arrays. Those with `lo` and `hi` do
that slice of the work, so that threads can share it; the slices do not change the results.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple, TypeVar, cast

import numba as nb
import numpy as np
from numpy.typing import NDArray

from fibercov.geo.cache import Cache, say_once

F = TypeVar("F", bound=Callable[..., Any])
Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Shorts = NDArray[np.int32]
Keys = NDArray[np.uint64]
Bools = NDArray[np.bool_]
Index = int | np.signedinteger[Any]

BITS = 3
NODE = 1 << BITS  # children of a node
DEEP = 128  # more nodes than a search ever has on its stack: 7 a level, and 11 levels in 2^32
LOW = np.uint64(0xFFFFFFFF)  # the bits of a key that hold the segment's number
TIE = 2.0**-21  # about half a micrometre: distances are compared in whole multiples of it


class Queries(NamedTuple):
    """The geometries to search for: query i has the segments from start[i] to start[i + 1]."""

    xy: Floats  # vertices
    first: Shorts  # each segment's first vertex
    second: Shorts  # and its last; the same for a point
    edge: Bools  # whether the segment is a polygon's edge
    start: Ints


class Tree(NamedTuple):
    """Segments along a Hilbert curve, and the boxes over them, eight children to a box."""

    seg: Floats  # x0, y0, x1, y1 of each segment, the end with the lesser x first
    owns: Shorts  # the feature that each segment belongs to
    box: Floats  # low x, low y, high x, high y of each box, level by level from the segments up
    least: Shorts  # the lowest feature number in each box
    start: Ints  # the first box of each level; last, the number of boxes


class Rings(NamedTuple):
    """The rings of polygons, and boxes over the edges of each ring, eight edges to a box."""

    xy: Floats  # vertices
    begin: Ints  # the first vertex of each ring
    end: Ints  # and the one after its last
    of: Ints  # the feature whose ring it is
    polygon: Ints  # and the polygon, as a feature may have several
    alone: Bools  # whether the ring is the polygon's only one
    box: Floats
    start: Ints  # the first box of each ring


def compiled(function: F) -> F:
    """Compile `function` to machine code, kept for the next process where that is possible."""
    made: Any = nb.njit(nogil=True, error_model="numpy")(function)
    try:
        made._cache = Cache(function)  # noqa: SLF001 - as njit(cache=True) does with numba's own
    except RuntimeError:  # no folder to write to
        say_once("no folder can be written to")
    return cast(F, made)


def helper(function: F) -> F:
    """Mark `function` to be compiled into its callers."""
    return cast(F, nb.njit(error_model="numpy")(function))


@compiled
def join(
    end: Ints, of: Ints, ring: Bools, first: Shorts, second: Shorts, owner: Shorts, edge: Bools
) -> None:
    """Fill in each segment's two vertices, its geometry, and whether it is a polygon's edge.

    Part p belongs to geometry of[p] and has the vertices from end[p - 1] to end[p]. n vertices make
    n - 1 segments; a single vertex makes a segment of length zero.
    """
    n = v = 0
    for p in range(len(end)):
        if end[p] - v == 1:
            first[n], second[n], owner[n], edge[n] = v, v, of[p], False
            n += 1
        for a in range(v, end[p] - 1):
            first[n], second[n], owner[n], edge[n] = a, a + 1, of[p], ring[p]
            n += 1
        v = end[p]


@compiled
def curve(
    xy: Floats,
    first: Shorts,
    second: Shorts,
    low: Floats,
    scale: float,
    lo: int,
    hi: int,
    keys: Keys,
) -> None:
    """Compute each segment's key: the place of its middle on a Hilbert curve, then its number.

    The number in the low bits makes the order of the sorted keys unique.
    """
    for i in range(lo, hi):
        a, b = first[i], second[i]
        x = int(min(65535.0, max(0.0, ((xy[a, 0] + xy[b, 0]) / 2 - low[0]) * scale)))
        y = int(min(65535.0, max(0.0, ((xy[a, 1] + xy[b, 1]) / 2 - low[1]) * scale)))
        d = 0
        s = 1 << 15
        while s > 0:
            rx = 1 if x & s else 0
            ry = 1 if y & s else 0
            d += s * s * ((3 * rx) ^ ry)
            if ry == 0:
                if rx == 1:
                    x, y = 65535 - x, 65535 - y
                x, y = y, x
            s >>= 1
        keys[i] = np.uint64((d << 32) | i)


@compiled
def gather(
    xy: Floats,
    first: Shorts,
    second: Shorts,
    owner: Shorts,
    keys: Keys,
    lo: int,
    hi: int,
    seg: Floats,
    owns: Shorts,
) -> None:
    """Put the segments and their owners in the order of the sorted keys.

    Each segment starts at its lesser end, so that one drawn in both directions is the same to the bit.
    """
    for k in range(lo, hi):
        i = np.int64(keys[k] & LOW)
        a, b = first[i], second[i]
        if xy[b, 0] < xy[a, 0] or (xy[b, 0] == xy[a, 0] and xy[b, 1] < xy[a, 1]):
            a, b = b, a
        seg[k, 0], seg[k, 1], seg[k, 2], seg[k, 3] = xy[a, 0], xy[a, 1], xy[b, 0], xy[b, 1]
        owns[k] = owner[i]


@compiled
def pack(tree: Tree) -> None:
    """Fill in the boxes of the tree from the segments up, and the first feature in each."""
    seg, owns, box, least, start = tree
    for level in range(len(start) - 1):
        below = len(seg) if level == 0 else start[level] - start[level - 1]
        for i in range(start[level + 1] - start[level]):
            j = start[level] + i
            x0 = y0 = np.inf
            x1 = y1 = -np.inf
            least[j] = np.iinfo(np.int32).max
            for k in range(i * NODE, min(below, (i + 1) * NODE)):
                if level == 0:
                    least[j] = min(least[j], owns[k])
                    x0, x1 = min(x0, seg[k, 0], seg[k, 2]), max(x1, seg[k, 0], seg[k, 2])
                    y0, y1 = min(y0, seg[k, 1], seg[k, 3]), max(y1, seg[k, 1], seg[k, 3])
                else:
                    child = start[level - 1] + k
                    least[j] = min(least[j], least[child])
                    x0, y0 = min(x0, box[child, 0]), min(y0, box[child, 1])
                    x1, y1 = max(x1, box[child, 2]), max(y1, box[child, 3])
            box[j, 0], box[j, 1], box[j, 2], box[j, 3] = x0, y0, x1, y1


@helper
def to_segment(px: float, py: float, ax: float, ay: float, bx: float, by: float) -> float:
    """Compute the squared distance from a point to a segment.

    Beyond an end it is exactly the squared distance to that vertex, so that lines that meet there are
    equally near.
    """
    dx, dy = bx - ax, by - ay
    ex, ey = px - ax, py - ay
    along = ex * dx + ey * dy
    if along > 0.0:
        length2 = dx * dx + dy * dy
        if along >= length2:
            ex, ey = px - bx, py - by
        else:
            t = along / length2
            ex -= t * dx
            ey -= t * dy
    return ex * ex + ey * ey


@helper
def apart(a0: float, a1: float, b0: float, b1: float) -> float:
    """Compute the gap between the intervals a and b; 0 if they meet."""
    return max(a0 - b1, b0 - a1, 0.0)


@helper
def side(ax: float, ay: float, bx: float, by: float, px: float, py: float) -> float:
    """Tell the point's side of the line from a to b: above 0 is left, below 0 right."""
    return (bx - ax) * (py - ay) - (by - ay) * (px - ax)


@helper
def to_query(
    queries: Queries, e0: Index, e1: Index, ax: float, ay: float, bx: float, by: float
) -> float:
    """Compute the squared distance from a segment to a query with the segments e0 to e1.

    It is 0 if they cross, or if the segment lies inside the query's polygon.
    """
    xy, first, second, edge, _ = queries
    best = np.inf
    inside = False
    for e in range(e0, e1):
        cx, cy = xy[first[e], 0], xy[first[e], 1]
        dx, dy = xy[second[e], 0], xy[second[e], 1]
        if edge[e] and (cy > ay) != (dy > ay):
            inside ^= (side(cx, cy, dx, dy, ax, ay) > 0.0) == (dy > cy)
        x = apart(min(ax, bx), max(ax, bx), min(cx, dx), max(cx, dx))
        y = apart(min(ay, by), max(ay, by), min(cy, dy), max(cy, dy))
        if x * x + y * y > best:
            continue
        if x + y == 0.0 and (
            (side(ax, ay, bx, by, cx, cy) > 0.0) != (side(ax, ay, bx, by, dx, dy) > 0.0)
            and (side(cx, cy, dx, dy, ax, ay) > 0.0) != (side(cx, cy, dx, dy, bx, by) > 0.0)
        ):  # segments whose boxes are apart do not cross, whatever rounding makes of the signs
            return 0.0
        best = min(
            best,
            to_segment(ax, ay, cx, cy, dx, dy),
            to_segment(bx, by, cx, cy, dx, dy),
            to_segment(cx, cy, ax, ay, bx, by),
            to_segment(dx, dy, ax, ay, bx, by),
        )
    return 0.0 if inside else best


@helper
def box_of(queries: Queries, e0: Index, e1: Index) -> tuple[float, float, float, float]:
    """Compute the box around a query with the segments e0 to e1."""
    xy, first, second, _, _ = queries
    x0 = y0 = np.inf
    x1 = y1 = -np.inf
    for e in range(e0, e1):
        for v in (first[e], second[e]):
            x0, x1 = min(x0, xy[v, 0]), max(x1, xy[v, 0])
            y0, y1 = min(y0, xy[v, 1]), max(y1, xy[v, 1])
    return x0, y0, x1, y1


@helper
def open_node(
    box: Floats,
    base: int,
    lo: int,
    hi: int,
    x0: float,
    y0: float,
    x1: float,
    y1: float,
    far: float,
    level: int,
    top: int,
    node_of: Ints,
    level_of: Ints,
    bound_of: Floats,
) -> int:
    """Push the nodes lo to hi of a level on the stack, the nearest on top; return its new height.

    Of equally near nodes the first is on top: it is likelier to hold the first feature of a tie.
    """
    bottom = top
    for k in range(lo, hi):
        dx = apart(x0, x1, box[base + k, 0], box[base + k, 2])
        dy = apart(y0, y1, box[base + k, 1], box[base + k, 3])
        at = dx * dx + dy * dy
        if at <= far:
            m = top
            while m > bottom and bound_of[m - 1] <= at:
                bound_of[m], node_of[m] = bound_of[m - 1], node_of[m - 1]
                level_of[m] = level_of[m - 1]
                m -= 1
            bound_of[m], node_of[m], level_of[m] = at, k, level
            top += 1
    return top


@helper
def next_leaf(
    tree: Tree, x0: float, y0: float, x1: float, y1: float, far: float, node_of: Ints, level_of: Ints, top: int
) -> tuple[int, int, int]:  # fmt: skip
    """Take nodes from the stack until one holds segments and its box is at most `far` from a box.

    Return the first of its segments, the one after its last, and the stack's new height. There are no
    more if both are 0. The stack begins with the root: `push_root`.
    """
    seg, _, box, _, level_start = tree
    while top > 0:
        top -= 1
        level, node = level_of[top], node_of[top]
        j = level_start[level] + node
        dx, dy = apart(x0, x1, box[j, 0], box[j, 2]), apart(y0, y1, box[j, 1], box[j, 3])
        if dx * dx + dy * dy > far * far:
            continue
        if level == 0:
            return node * NODE, min(len(seg), (node + 1) * NODE), top
        below = level_start[level] - level_start[level - 1]
        for k in range(node * NODE, min(below, (node + 1) * NODE)):
            node_of[top], level_of[top] = k, level - 1
            top += 1
    return 0, 0, 0


@helper
def push_root(tree: Tree, node_of: Ints, level_of: Ints) -> int:
    """Begin a stack with the root of a tree; return its height."""
    node_of[0], level_of[0] = 0, len(tree.start) - 2
    return 1


@compiled
def search(
    queries: Queries, keys: Keys, tree: Tree, lo: int, hi: int, distance: Floats, which: Ints
) -> None:
    """Find each query's distance to the nearest segment, and the feature of that segment.

    Queries come along the curve, so that each starts with a bound from the one before. A box is
    skipped only if nothing in it could change the answer, and no segment counts as nearer than its
    own box: the answer does not depend on the way to it.

    RULE: distances are compared as multiples of TIE; the first feature with the least multiple wins.
    The distance returned is the least, unrounded.
    """
    xy, start = queries.xy, queries.start
    seg, owns, box, least, level_start = tree
    node_of, level_of = np.empty(DEEP, np.int64), np.empty(DEEP, np.int64)
    bound_of = np.empty(DEEP)
    root, warm = len(level_start) - 2, 0
    points_only = len(start) - 1 == len(xy)  # then query i is vertex i
    for q in range(lo, hi):
        i = np.int64(keys[q] & LOW)
        e0, e1 = (i, i + 1) if points_only else (start[i], start[i + 1])
        x0, y0, x1, y1 = (
            (xy[i, 0], xy[i, 1], xy[i, 0], xy[i, 1]) if points_only else box_of(queries, e0, e1)
        )
        if not np.isfinite(x0 - x1 + y0 - y1):
            distance[i], which[i] = np.nan, -1
            continue
        point = x0 == x1 and y0 == y1
        # `best` is the least square so far, `rank` its distance in units of TIE, and `far` bounds
        # the squares of that rank: nothing beyond it is as near.
        best, rank, far, found = np.inf, np.inf, np.inf, -1
        s0, s1, top = warm, warm + 1, 1
        node_of[0], level_of[0], bound_of[0] = 0, root, 0.0
        while True:
            for s in range(s0, s1):
                ax, ay, bx, by = seg[s, 0], seg[s, 1], seg[s, 2], seg[s, 3]
                at = to_segment(x0, y0, ax, ay, bx, by) if point else 0.0
                if at > far:
                    continue
                dx = apart(x0, x1, ax, bx)  # the end with the lesser x comes first
                dy = apart(y0, y1, min(ay, by), max(ay, by))
                at = max(at, dx * dx + dy * dy)
                if at <= far and not point:
                    at = max(at, to_query(queries, e0, e1, ax, ay, bx, by))
                if at <= far:
                    here = np.floor(np.sqrt(at) / TIE + 0.5)
                    if here < rank:
                        rank, far, found, warm = here, ((here + 1) * TIE) ** 2, owns[s], s
                    elif here == rank and owns[s] < found:
                        found, warm = owns[s], s
                    best = min(best, at)
            s0 = s1 = 0
            while top > 0 and s0 == s1:
                top -= 1
                level, node, at = level_of[top], node_of[top], bound_of[top]
                if at > far or (at >= best and least[level_start[level] + node] >= found):
                    continue
                if level == 0:
                    s0, s1 = node * NODE, min(len(seg), (node + 1) * NODE)
                else:
                    base = level_start[level - 1]
                    k1 = min(level_start[level] - base, (node + 1) * NODE)
                    top = open_node(
                        box, base, node * NODE, k1, x0, y0, x1, y1, far, level - 1, top,
                        node_of, level_of, bound_of,
                    )  # fmt: skip
            if s0 == s1:
                break
        distance[i], which[i] = np.sqrt(best), found


@compiled
def pack_rings(rings: Rings) -> None:
    """Fill in the boxes over each ring: over its edges, then over those boxes, up to a single one."""
    xy, begin, end, _, _, _, box, start = rings
    for r in range(len(begin)):
        n, j, below = end[r] - begin[r] - 1, start[r], -1
        while below < 0 or n > 1:
            first = j
            for i in range(0, n, NODE):
                x0 = y0 = np.inf
                x1 = y1 = -np.inf
                if below < 0:
                    for v in range(begin[r] + i, begin[r] + min(n, i + NODE) + 1):
                        x0, x1 = min(x0, xy[v, 0]), max(x1, xy[v, 0])
                        y0, y1 = min(y0, xy[v, 1]), max(y1, xy[v, 1])
                else:
                    for k in range(below + i, below + min(n, i + NODE)):
                        x0, x1 = min(x0, box[k, 0]), max(x1, box[k, 2])
                        y0, y1 = min(y0, box[k, 1]), max(y1, box[k, 3])
                box[j, 0], box[j, 1], box[j, 2], box[j, 3] = x0, y0, x1, y1
                j += 1
            below, n = first, j - first


@helper
def beside(px: float, py: float, x0: float, y0: float, x1: float, y1: float) -> float:
    """Compute how far a point is from a box in x or in y, whichever is more."""
    return max(apart(px, px, x0, x1), apart(py, py, y0, y1))


@helper
def in_ring(
    px: float, py: float, rings: Rings, r: Index, near: float, at: Ints
) -> tuple[bool, bool]:
    """Tell whether the point is inside ring r, and whether an edge of r is at most `near` away.

    RULE: the point is inside if a ray to the right crosses an odd number of edges. A run of edges that
    lies wholly to the right is crossed as often as the straight line between its ends, or an even
    number of times more, so only boxes at the point are opened. `at` is scratch space: the first box
    of each level.
    """
    xy, box = rings.xy, rings.box
    vertex, edges = rings.begin[r], rings.end[r] - rings.begin[r] - 1
    at[0], top, size = rings.start[r], 0, (edges + NODE - 1) // NODE
    while size > 1:
        at[top + 1] = at[top] + size
        top += 1
        size = (size + NODE - 1) // NODE
    inside = close = False
    edge, level = 0, top
    while edge < edges:
        span = 1 << (BITS * (level + 1))
        j = at[level] + edge // span
        after = min(edges, edge + span)
        if box[j, 1] - near <= py <= box[j, 3] + near and px <= box[j, 2] + near:
            if px < box[j, 0] - near:
                inside ^= (xy[vertex + edge, 1] > py) != (xy[vertex + after, 1] > py)
            elif level > 0:
                level -= 1
                continue
            else:
                for v in range(vertex + edge, vertex + after):
                    ax, ay, bx, by = xy[v, 0], xy[v, 1], xy[v + 1, 0], xy[v + 1, 1]
                    if (ay > py) != (by > py):
                        across = (bx - ax) * (py - ay) - (px - ax) * (by - ay)
                        inside ^= (across > 0.0) == (by > ay)
                    x0, x1, y0, y1 = min(ax, bx), max(ax, bx), min(ay, by), max(ay, by)
                    if near > 0.0 and beside(px, py, x0, y0, x1, y1) <= near:
                        close |= to_segment(px, py, ax, ay, bx, by) <= near * near
        edge = after
        while level < top and edge % (span * NODE) == 0:
            span *= NODE
            level += 1
    return inside, close


@compiled
def cover(
    queries: Queries,
    keys: Keys,
    tree: Tree,
    rings: Rings,
    near: float,
    lo: int,
    hi: int,
    which: Ints,
    times: Ints,
    close: Bools,
) -> None:
    """Find for each query the first polygon that holds it, how many do, and whether an edge is near.

    A query is placed by the first vertex of each of its parts; `times` counts over all parts, the
    query's and the features'. The tree is over the diagonals of the rings' boxes. A polygon holds a
    point that is inside an odd number of its rings; `holds` has a ring of each polygon that holds the
    point by the rings seen so far.
    """
    xy, first, second, _, start = queries
    diagonal, ring_of, box, _, level_start = tree
    points_only = len(start) - 1 == len(xy)
    node_of, level_of = np.empty(DEEP, np.int64), np.empty(DEEP, np.int64)
    scratch, holds = np.empty(DEEP, np.int64), np.empty(16, np.int64)
    for q in range(lo, hi):
        i = np.int64(keys[q] & LOW)
        which[i], times[i], close[i] = -1, 0, False
        e0, e1 = (i, i + 1) if points_only else (start[i], start[i + 1])
        for e in range(e0, e1):
            if e > e0 and second[e - 1] == first[e]:
                continue  # still the same part
            v = i if points_only else first[e]
            px, py = xy[v, 0], xy[v, 1]
            n = 0
            node_of[0], level_of[0], top = 0, len(level_start) - 2, 1
            while top > 0:
                top -= 1
                level, node = level_of[top], node_of[top]
                j = level_start[level] + node
                if beside(px, py, box[j, 0], box[j, 1], box[j, 2], box[j, 3]) > near:
                    continue
                below = len(ring_of) if level == 0 else level_start[level] - level_start[level - 1]
                for k in range(node * NODE, min(below, (node + 1) * NODE)):
                    if level > 0:
                        node_of[top], level_of[top] = k, level - 1
                        top += 1
                        continue
                    x0, y0, x1, y1 = diagonal[k]
                    if beside(px, py, x0, y0, x1, y1) > near:
                        continue
                    r = ring_of[k]
                    inside, here = in_ring(px, py, rings, r, near, scratch)
                    close[i] |= here
                    if not inside:
                        continue
                    if rings.alone[r]:
                        times[i] += 1
                        which[i] = rings.of[r] if which[i] < 0 else min(which[i], rings.of[r])
                        continue
                    m = 0
                    while m < n and rings.polygon[holds[m]] != rings.polygon[r]:
                        m += 1
                    if m < n:  # in a hole
                        n -= 1
                        holds[m] = holds[n]
                        continue
                    if n == len(holds):
                        holds = np.concatenate((holds, holds))
                    holds[n] = r
                    n += 1
            times[i] += n
            for m in range(n):
                of = rings.of[holds[m]]
                which[i] = of if which[i] < 0 else min(which[i], of)
