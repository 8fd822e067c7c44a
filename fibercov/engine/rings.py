"""The compiled loops that find which polygons hold a point."""

from __future__ import annotations

import numpy as np

from fibercov.engine.compiled import (
    DEEP,
    LOW,
    NODE,
    Bools,
    Floats,
    Ints,
    Keys,
    Shorts,
    compiled,
    part,
)
from fibercov.engine.search import apart, to_segment


@compiled
def pack_rings(xy: Floats, begin: Ints, end: Ints, start: Ints, box: Floats) -> None:
    """Fill in the boxes over each ring's edges: eight edges a box, eight boxes a box above.

    Ring r has the vertices from begin[r] to end[r], and its boxes begin at start[r].
    """
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


@part
def in_ring(
    px: float,
    py: float,
    xy: Floats,
    vertex: int,
    end: int,
    box: Floats,
    base: int,
    near: float,
    at: Ints,
) -> tuple[bool, bool]:
    """Whether the point is inside the ring, and whether an edge of it is at most `near` away.

    It is inside if a ray from it to the right crosses an odd number of edges. A run of edges that
    is to the right as a whole is crossed as often as the straight line between its ends, or an even
    number of times more: only boxes that hold the point, or nearly, are opened. `at` is scratch:
    where the boxes of each level begin.
    """
    edges = end - vertex - 1
    at[0], top, size = base, 0, (edges + NODE - 1) // NODE
    while size > 1:
        at[top + 1] = at[top] + size
        top += 1
        size = (size + NODE - 1) // NODE
    inside = close = False
    edge, level = 0, top
    while edge < edges:
        span = NODE << (3 * level)
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
                    if (
                        near > 0.0
                        and max(
                            apart(px, px, min(ax, bx), max(ax, bx)),
                            apart(py, py, min(ay, by), max(ay, by)),
                        )
                        <= near
                    ):
                        close |= to_segment(px, py, ax, ay, bx, by) <= near * near
        edge = after
        while level < top and edge % (span * NODE) == 0:
            span *= NODE
            level += 1
    return inside, close


@compiled
def cover(
    xy: Floats,
    first: Shorts,
    second: Shorts,
    edge: Bools,  # noqa: ARG001 - a query is the same to all loops
    query: Ints,
    keys: Keys,
    seg: Floats,
    owns: Shorts,
    box: Floats,
    least: Shorts,  # noqa: ARG001 - a tree is the same to all loops
    start: Ints,
    vertices: Floats,
    begin: Ints,
    end: Ints,
    of: Ints,
    ring_box: Floats,
    ring_start: Ints,
    near: float,
    lo: int,
    hi: int,
    which: Ints,
    times: Ints,
    close: Bools,
) -> None:
    """Find the polygons that hold each query: the first of them, how many, and if an edge is near.

    A query is what `search` says; of polygons, it is the first vertex of each ring that is looked
    at. The tree is over the diagonals of the rings' boxes. A polygon holds what is inside an odd
    number of its rings.
    """
    node_of = np.empty(DEEP, np.int64)
    level_of = np.empty(DEEP, np.int64)
    scratch = np.empty(16, np.int64)
    holds = np.empty(16, np.int64)
    for q in range(lo, hi):
        i = np.int64(keys[q] & LOW)
        which[i], times[i], close[i] = -1, 0, False
        for e in range(query[i], query[i + 1]):
            if e > query[i] and second[e - 1] == first[e]:
                continue  # the same ring goes on
            px, py = xy[first[e], 0], xy[first[e], 1]
            n = 0
            node_of[0], level_of[0], top = 0, len(start) - 2, 1
            while top > 0:
                top -= 1
                level, node = level_of[top], node_of[top]
                j = start[level] + node
                if (
                    max(
                        apart(px, px, box[j, 0], box[j, 2]),
                        apart(py, py, box[j, 1], box[j, 3]),
                    )
                    > near
                ):
                    continue
                below = len(seg) if level == 0 else start[level] - start[level - 1]
                for k in range(node * NODE, min(below, (node + 1) * NODE)):
                    if level > 0:
                        node_of[top], level_of[top] = k, level - 1
                        top += 1
                        continue
                    r = owns[k]
                    inside, here = in_ring(
                        px, py, vertices, begin[r], end[r], ring_box, ring_start[r], near, scratch
                    )
                    close[i] |= here
                    if not inside:
                        continue
                    m = 0
                    while m < n and holds[m] != of[r]:
                        m += 1
                    if m < n:  # in a hole of it
                        n -= 1
                        holds[m] = holds[n]
                        continue
                    if n == len(holds):
                        holds = np.concatenate((holds, holds))
                    holds[n] = of[r]
                    n += 1
            times[i] += n
            for m in range(n):
                if which[i] < 0 or holds[m] < which[i]:
                    which[i] = holds[m]
