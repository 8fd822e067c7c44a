"""The compiled loops that pack segments into a tree of boxes, and search it.

A tree is five arrays: `seg`, segments along a Hilbert curve, shape (n, 4), each from (x0, y0) to
(x1, y1), a point as one of length zero; `owns`, the feature of each; `box`, the boxes of the nodes,
shape (m, 4), level by level from the segments up, eight children a node; `least`, the first feature
in each; `start`, where each level begins.

Loops over slices (`lo` to `hi`) write to arrays that the caller gives, so that threads share the
work. What they find does not depend on who does which part.
"""

from __future__ import annotations

import numpy as np

from fibercov.engine.compiled import (
    DEEP,
    LOW,
    NODE,
    Bools,
    Floats,
    Index,
    Ints,
    Keys,
    Shorts,
    compiled,
    part,
)

TIE = 2.0**-21  # half a micrometre: of features that are equally near to that, the first is taken


@compiled
def join(
    end: Ints, of: Ints, ring: Bools, first: Shorts, second: Shorts, owner: Shorts, edge: Bools
) -> None:
    """Fill in the vertices that each segment joins, its geometry, and if it is a polygon's edge.

    Part p, of geometry of[p], has the vertices before end[p]. A single one is joined to itself.
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
    """Where along a Hilbert curve the middle of each segment is, and, in the low bits, its number.

    So that sorted keys give the order, and equal places have one too.
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
    owner: Ints,
    keys: Keys,
    lo: int,
    hi: int,
    seg: Floats,
    owns: Shorts,
) -> None:
    """Put the segments and their owners in the order of the sorted keys.

    Each segment from its lesser end: one that is drawn both ways is the same twice, to the bit.
    """
    for k in range(lo, hi):
        i = np.int64(keys[k] & LOW)
        a, b = first[i], second[i]
        if xy[b, 0] < xy[a, 0] or (xy[b, 0] == xy[a, 0] and xy[b, 1] < xy[a, 1]):
            a, b = b, a
        seg[k, 0], seg[k, 1], seg[k, 2], seg[k, 3] = xy[a, 0], xy[a, 1], xy[b, 0], xy[b, 1]
        owns[k] = owner[i]


@compiled
def pack(seg: Floats, owns: Shorts, start: Ints, box: Floats, least: Shorts) -> None:
    """Fill in the boxes of the tree from the segments up, and the first feature in each."""
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


@part
def to_segment(px: float, py: float, ax: float, ay: float, bx: float, by: float) -> float:
    """The square of the distance from a point to a segment.

    At its ends it is the distance to the vertex, to the bit: lines that meet there are equally near.
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


@part
def apart(a0: float, a1: float, b0: float, b1: float) -> float:
    """How far the intervals a and b are apart; 0 if they meet."""
    return max(a0 - b1, b0 - a1, 0.0)


@part
def side(ax: float, ay: float, bx: float, by: float, px: float, py: float) -> float:
    """Above 0 if the point is to the left of the line from a to b, below 0 if to the right."""
    return (bx - ax) * (py - ay) - (by - ay) * (px - ax)


@compiled
def to_query(
    xy: Floats,
    first: Shorts,
    second: Shorts,
    edge: Bools,
    e0: Index,
    e1: Index,
    ax: float,
    ay: float,
    bx: float,
    by: float,
) -> float:
    """The square of the distance from a segment to a query, its segments from e0 to e1.

    0 if they cross, or the segment lies inside a polygon.
    """
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
        ):  # boxes that are apart are never taken to cross, however the signs are rounded
            return 0.0
        best = min(
            best,
            to_segment(ax, ay, cx, cy, dx, dy),
            to_segment(bx, by, cx, cy, dx, dy),
            to_segment(cx, cy, ax, ay, bx, by),
            to_segment(dx, dy, ax, ay, bx, by),
        )
    return 0.0 if inside else best


@part
def box_of(
    xy: Floats, first: Shorts, second: Shorts, e0: Index, e1: Index
) -> tuple[float, float, float, float]:
    """The box around the segments from e0 to e1."""
    x0 = y0 = np.inf
    x1 = y1 = -np.inf
    for e in range(e0, e1):
        for v in (first[e], second[e]):
            x0, x1 = min(x0, xy[v, 0]), max(x1, xy[v, 0])
            y0, y1 = min(y0, xy[v, 1]), max(y1, xy[v, 1])
    return x0, y0, x1, y1


@part
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
    """Put the nodes from lo to hi of a level on the stack, the nearest on top; the new height.

    Of equally near ones the first, which are likelier to have the first feature of a tie.
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


@compiled
def search(
    xy: Floats,
    first: Shorts,
    second: Shorts,
    edge: Bools,
    query: Ints,
    keys: Keys,
    seg: Floats,
    owns: Shorts,
    box: Floats,
    least: Shorts,
    start: Ints,
    lo: int,
    hi: int,
    distance: Floats,
    which: Ints,
) -> None:
    """Find each query's distance to the nearest segment, and which feature owns that.

    Query i is the segments from query[i] to query[i + 1]: a point is one of length zero. They come
    along the curve, so that each starts with a bound from its neighbour's find. A box is passed
    over only if nothing in it could change the answer, and no segment is taken to be nearer than
    its own box is: by whatever way it is found, the answer is the same.
    """
    node_of, level_of = np.empty(DEEP, np.int64), np.empty(DEEP, np.int64)
    bound_of = np.empty(DEEP)
    root, warm = len(start) - 2, 0
    lone = len(query) - 1 == len(xy)  # points only: query i is vertex i, and need not be looked up
    for q in range(lo, hi):
        i = np.int64(keys[q] & LOW)
        e0, e1 = (i, i + 1) if lone else (query[i], query[i + 1])
        x0, y0, x1, y1 = (
            (xy[i, 0], xy[i, 1], xy[i, 0], xy[i, 1]) if lone else box_of(xy, first, second, e0, e1)
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
                dx = apart(x0, x1, ax, bx)  # the lesser end in x comes first
                dy = apart(y0, y1, min(ay, by), max(ay, by))
                at = max(at, dx * dx + dy * dy)
                if at <= far and not point:
                    at = max(at, to_query(xy, first, second, edge, e0, e1, ax, ay, bx, by))
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
                if at > far or (at >= best and least[start[level] + node] >= found):
                    continue
                if level == 0:
                    s0, s1 = node * NODE, min(len(seg), (node + 1) * NODE)
                else:
                    base = start[level - 1]
                    k1 = min(start[level] - base, (node + 1) * NODE)
                    top = open_node(
                        box, base, node * NODE, k1, x0, y0, x1, y1, far, level - 1, top,
                        node_of, level_of, bound_of,
                    )  # fmt: skip
            if s0 == s1:
                break
        distance[i], which[i] = np.sqrt(best), found
