"""The compiled loops of drops along roads: stretches beside the network, and the search."""

from __future__ import annotations

import heapq

import numpy as np

from fibercov.geo.loops import (
    DEEP,
    Floats,
    Index,
    Ints,
    Shorts,
    Tree,
    apart,
    compiled,
    helper,
    next_leaf,
    push_root,
    side,
)


@helper
def stretch(
    ax: float, ay: float, ux: float, uy: float, length: float,
    cx: float, cy: float, dx: float, dy: float, within: float,
) -> tuple[float, float]:  # fmt: skip
    """Find from where to where a piece from a, in the direction u, is at most `within` from c to d.

    What is so near to a straight piece is convex, so this is one interval: the outermost places over
    the circles around the two ends and the strip between. It is empty if it stops before it starts.
    """
    start, stop = np.inf, -np.inf
    for x, y in ((cx - ax, cy - ay), (dx - ax, dy - ay)):
        across = ux * y - uy * x
        half = within * within - across * across
        if half >= 0.0:
            at, half = x * ux + y * uy, np.sqrt(half)
            start, stop = min(start, at - half), max(stop, at + half)
    size = np.hypot(dx - cx, dy - cy)
    if size > 0.0:
        vx, vy = (dx - cx) / size, (dy - cy) / size
        x, y, low, high = ax - cx, ay - cy, -np.inf, np.inf
        for at, speed, least, most in (
            (x * vx + y * vy, ux * vx + uy * vy, 0.0, size),
            (vx * y - vy * x, vx * uy - vy * ux, -within, within),
        ):
            if speed == 0.0:
                if at < least or at > most:
                    high = -np.inf
            else:
                one, two = (least - at) / speed, (most - at) / speed
                low, high = max(low, min(one, two)), min(high, max(one, two))
        if low <= high:
            start, stop = min(start, low), max(stop, high)
    return max(start, 0.0), min(stop, length)


@compiled
def beside(pieces: Floats, tree: Tree, within: float, lo: int, hi: int) -> tuple[Ints, Floats]:
    """Find the stretches of each straight piece that are at most `within` from a segment of the tree.

    Stretches that overlap are joined. Return the piece of each stretch, and where it starts and stops
    on it, shape (m, 2).
    """
    seg = tree.seg
    node_of, level_of = np.empty(DEEP, np.int64), np.empty(DEEP, np.int64)
    which, ends, n = np.empty(64, np.int64), np.empty((64, 2)), 0
    start, stop = np.empty(16), np.empty(16)
    for i in range(lo, hi):
        ax, ay, bx, by = pieces[i]
        x0, x1, y0, y1 = min(ax, bx), max(ax, bx), min(ay, by), max(ay, by)
        length = np.hypot(bx - ax, by - ay)
        if length == 0.0:
            continue
        ux, uy = (bx - ax) / length, (by - ay) / length
        m = 0
        top = push_root(tree, node_of, level_of)
        while top > 0:
            k0, k1, top = next_leaf(tree, x0, y0, x1, y1, within, node_of, level_of, top)
            for k in range(k0, k1):
                cx, cy, dx, dy = seg[k, 0], seg[k, 1], seg[k, 2], seg[k, 3]
                if (
                    apart(x0, x1, cx, dx) > within
                    or apart(y0, y1, min(cy, dy), max(cy, dy)) > within
                ):
                    continue
                one, two = stretch(ax, ay, ux, uy, length, cx, cy, dx, dy, within)
                if one > two:
                    continue
                if one == 0.0 and two == length:  # the whole piece: there is no more to find
                    m = top = 0
                if m == len(start):
                    start, stop = np.concatenate((start, start)), np.concatenate((stop, stop))
                q = m  # in the order of their starts
                while q > 0 and start[q - 1] > one:
                    start[q], stop[q] = start[q - 1], stop[q - 1]
                    q -= 1
                start[q], stop[q], m = one, two, m + 1
                if one == 0.0 and two == length:
                    break
        for q in range(m):
            if q > 0 and start[q] <= ends[n - 1, 1]:
                ends[n - 1, 1] = max(ends[n - 1, 1], stop[q])
                continue
            if n == len(which):
                which, ends = np.concatenate((which, which)), np.concatenate((ends, ends))
            which[n], ends[n, 0], ends[n, 1], n = i, start[q], stop[q], n + 1
    return which[:n].copy(), ends[:n].copy()


@compiled
def search(begin: Ints, to: Shorts, metres: Floats, away: Floats) -> None:
    """Find each node's least distance, from those that have one (Dijkstra's algorithm).

    The links of node i are those from begin[i] to begin[i + 1]: the nodes that they lead to, and their
    metres.
    """
    heap = [(away[i], i) for i in np.flatnonzero(away < np.inf)]
    heapq.heapify(heap)
    while heap:
        here, i = heapq.heappop(heap)
        if here > away[i]:
            continue
        for k in range(begin[i], begin[i + 1]):
            there = here + metres[k]
            if there < away[to[k]]:
                away[to[k]] = there
                heapq.heappush(heap, (there, np.int64(to[k])))


@compiled
def arrive(
    road: Ints, offset: Floats, ends: Shorts, length: Floats, away: Floats,
    first: Ints, place: Floats, metres: Floats, made: Floats,
) -> None:  # fmt: skip
    """Find the least distance from each place on a road: over its ends, or a source on the road.

    Road r has the sources from first[r] to first[r + 1]: their places on it, and their metres.
    """
    for i in range(len(road)):
        r, at = road[i], offset[i]
        made[i] = min(away[ends[r, 0]] + at, away[ends[r, 1]] + length[r] - at)
        for k in range(first[r], first[r + 1]):
            made[i] = min(made[i], metres[k] + abs(place[k] - at))


@helper
def root(parent: Ints, i: Index) -> int:
    """Find the node that stands for the part that node i belongs to."""
    while parent[i] != i:
        parent[i] = parent[parent[i]]
        i = parent[i]
    return int(i)


@compiled
def joined(one: Shorts, other: Shorts, parent: Ints) -> None:
    """Join the two nodes of each link; each node's parent is then the first node of its part."""
    for k in range(len(one)):
        a, b = root(parent, one[k]), root(parent, other[k])
        parent[max(a, b)] = min(a, b)
    for i in range(len(parent)):
        parent[i] = root(parent, i)


@compiled
def add_up(size: Floats, road: Ints, before: Floats, length: Floats) -> None:
    """Add up the pieces of each road: the metres before each piece, and the whole length."""
    for i in range(len(size)):
        before[i] = length[road[i]]
        length[road[i]] += size[i]


@compiled
def crossings(pieces: Floats, tree: Tree, least: float, lo: int, hi: int) -> int:
    """Count the pairs of straight pieces that cross, each end at least so far from the other piece's line.

    The tree is over the same pieces, and knows their numbers.
    """
    seg, owns = tree.seg, tree.owns
    node_of, level_of, n = np.empty(DEEP, np.int64), np.empty(DEEP, np.int64), 0
    for i in range(lo, hi):
        ax, ay, bx, by = pieces[i]
        x0, x1, y0, y1 = min(ax, bx), max(ax, bx), min(ay, by), max(ay, by)
        top = push_root(tree, node_of, level_of)
        while top > 0:
            k0, k1, top = next_leaf(tree, x0, y0, x1, y1, 0.0, node_of, level_of, top)
            for k in range(k0, k1):
                if owns[k] > i:
                    cx, cy, dx, dy = seg[k, 0], seg[k, 1], seg[k, 2], seg[k, 3]
                    one, two = side(ax, ay, bx, by, cx, cy), side(ax, ay, bx, by, dx, dy)
                    three, four = side(cx, cy, dx, dy, ax, ay), side(cx, cy, dx, dy, bx, by)
                    size = least * np.hypot(bx - ax, by - ay)
                    other = least * np.hypot(dx - cx, dy - cy)
                    n += (
                        one * two < 0.0
                        and three * four < 0.0
                        and min(abs(one), abs(two)) > size
                        and min(abs(three), abs(four)) > other
                    )
    return n
