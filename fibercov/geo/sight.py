"""The compiled loops of barriers: which straight lines cross one, and the nearest place that is seen past them.

A wall is a straight piece of a barrier. To touch one is not to cross it: a cable may lie on the bank, and
a premises beside it. So the last micrometre at either end of a line does not count, and neither does a
line that runs along a wall.
"""

from __future__ import annotations

import numpy as np

from fibercov.geo.loops import (
    DEEP,
    LOW,
    NODE,
    Bools,
    Floats,
    Index,
    Ints,
    Keys,
    Queries,
    Tree,
    apart,
    box_of,
    compiled,
    helper,
    next_leaf,
    open_node,
    push_root,
    side,
    to_segment,
)

TOUCH_M = 1e-6


@helper
def meets(
    px: float, py: float, qx: float, qy: float, walls: Tree, node_of: Ints, level_of: Ints
) -> bool:
    """Tell whether the line from p to q crosses a wall; the stack of nodes is scratch space."""
    seg = walls.seg
    length = np.hypot(qx - px, qy - py)
    if length <= 2 * TOUCH_M:
        return False
    dx, dy = (qx - px) * TOUCH_M / length, (qy - py) * TOUCH_M / length
    px, py, qx, qy = px + dx, py + dy, qx - dx, qy - dy
    x0, x1, y0, y1 = min(px, qx), max(px, qx), min(py, qy), max(py, qy)
    top = push_root(walls, node_of, level_of)
    while top > 0:
        k0, k1, top = next_leaf(walls, x0, y0, x1, y1, 0.0, node_of, level_of, top)
        for k in range(k0, k1):
            ax, ay, bx, by = seg[k, 0], seg[k, 1], seg[k, 2], seg[k, 3]
            if apart(x0, x1, ax, bx) + apart(y0, y1, min(ay, by), max(ay, by)) > 0.0:
                continue
            one, two = side(px, py, qx, qy, ax, ay), side(px, py, qx, qy, bx, by)
            three, four = side(ax, ay, bx, by, px, py), side(ax, ay, bx, by, qx, qy)
            if one * two <= 0.0 and three * four <= 0.0 and not (one == 0.0 and two == 0.0):
                return True
    return False


@helper
def near_walls(
    x0: float,
    y0: float,
    x1: float,
    y1: float,
    far: float,
    walls: Tree,
    node_of: Ints,
    level_of: Ints,
) -> Ints:
    """List the walls that are at most `far` from a box."""
    found, n = np.empty(64, np.int64), 0
    top = push_root(walls, node_of, level_of)
    while top > 0:
        k0, k1, top = next_leaf(walls, x0, y0, x1, y1, far, node_of, level_of, top)
        for k in range(k0, k1):
            if n == len(found):
                found = np.concatenate((found, found))
            found[n] = k
            n += 1
    return found[:n]


@helper
def seen(
    x: float, y: float, cx: float, cy: float, sx: float, sy: float,
    seg: Floats, walls: Ints, low: Floats, high: Floats,
) -> float:  # fmt: skip
    """Find the distance from (x, y) to the nearest place on c + t s, t from 0 to 1, that no wall hides.

    RULE: a wall hides what lies beyond it between the rays through its ends: of a straight piece, one
    interval. It is infinite if all is hidden. `low` and `high` are scratch space.
    """
    cx, cy = cx - x, cy - y
    x0, x1 = min(0.0, cx, cx + sx), max(0.0, cx, cx + sx)
    y0, y1 = min(0.0, cy, cy + sy), max(0.0, cy, cy + sy)
    n = 0
    for w in walls:
        ax, ay, bx, by = seg[w, 0] - x, seg[w, 1] - y, seg[w, 2] - x, seg[w, 3] - y
        if apart(x0, x1, ax, bx) + apart(y0, y1, min(ay, by), max(ay, by)) > 0.0:
            continue
        turn = ax * by - ay * bx
        size = np.hypot(bx - ax, by - ay)
        if abs(turn) <= TOUCH_M * size:  # seen end on, or touched
            continue
        if turn < 0.0:
            ax, ay, bx, by = bx, by, ax, ay
        t0, t1 = 0.0, 1.0
        for k in range(3):  # hidden where u + t v > 0
            if k == 0:
                u, v = ax * cy - ay * cx, ax * sy - ay * sx
            elif k == 1:
                u, v = by * cx - bx * cy, by * sx - bx * sy
            else:
                u = (by - ay) * (cx - ax) - (bx - ax) * (cy - ay) - TOUCH_M * size
                v = (by - ay) * sx - (bx - ax) * sy
            if v > 0.0:
                t0 = max(t0, -u / v)
            elif v < 0.0:
                t1 = min(t1, -u / v)
            elif u <= 0.0:
                t1 = -1.0
        if t0 <= t1:
            m = n  # in the order of their starts
            while m > 0 and low[m - 1] > t0:
                low[m], high[m] = low[m - 1], high[m - 1]
                m -= 1
            low[m], high[m], n = t0, t1, n + 1
    size2 = sx * sx + sy * sy
    if size2 == 0.0:
        return np.inf if n > 0 else np.hypot(cx, cy)
    best, nearest = np.inf, min(1.0, max(0.0, -(cx * sx + cy * sy) / size2))
    hidden = 0.0
    for k in range(n + 1):  # what is seen between one hidden interval and the next
        upto = low[k] if k < n else 1.0
        if upto > hidden + 1e-9 or (k == 0 and upto >= 0.0 and n == 0):
            t = min(max(nearest, hidden), upto)
            best = min(best, np.hypot(cx + t * sx, cy + t * sy))
        if k < n:
            hidden = max(hidden, high[k])
    return best


@helper
def nearest_pair(
    queries: Queries, e0: Index, e1: Index, ax: float, ay: float, bx: float, by: float
) -> tuple[float, float, float, float]:
    """Find the nearest places of a query and a segment that are apart."""
    xy, first, second, _, _ = queries
    best, px, py, qx, qy = np.inf, 0.0, 0.0, 0.0, 0.0
    for e in range(e0, e1):
        cx, cy, dx, dy = xy[first[e], 0], xy[first[e], 1], xy[second[e], 0], xy[second[e], 1]
        for k in range(4):  # an end of one, and a place on the other
            if k == 0:
                x, y, ux, uy, vx, vy = cx, cy, ax, ay, bx, by
            elif k == 1:
                x, y, ux, uy, vx, vy = dx, dy, ax, ay, bx, by
            elif k == 2:
                x, y, ux, uy, vx, vy = ax, ay, cx, cy, dx, dy
            else:
                x, y, ux, uy, vx, vy = bx, by, cx, cy, dx, dy
            at = to_segment(x, y, ux, uy, vx, vy)
            if at < best:
                best, wx, wy = at, vx - ux, vy - uy
                size2 = wx * wx + wy * wy
                t = 0.0 if size2 == 0.0 else ((x - ux) * wx + (y - uy) * wy) / size2
                t = min(1.0, max(0.0, t))
                zx, zy = ux + t * wx, uy + t * wy
                px, py, qx, qy = (x, y, zx, zy) if k < 2 else (zx, zy, x, y)
    return px, py, qx, qy


@compiled
def look(
    queries: Queries, keys: Keys, tree: Tree, walls: Tree, drop: Floats, most: float,
    lo: int, hi: int, made: Floats,
) -> None:  # fmt: skip
    """Find each query's least distance to a segment over a line that crosses no wall.

    `drop` is the least over any line. Beyond `most` nothing is looked for but a line of that length.

    RULE: of a point it is exact. Of a polygon, where the nearest line to a straight piece is hidden, lines
    from its corners count.
    """
    xy, first, _, _, start = queries
    seg, _, box, _, level_start = tree
    node_of, level_of = np.empty(DEEP, np.int64), np.empty(DEEP, np.int64)
    bound_of = np.empty(DEEP)
    stack, levels = np.empty(DEEP, np.int64), np.empty(DEEP, np.int64)
    low, high = np.empty(64), np.empty(64)
    root = len(level_start) - 2
    for s in range(lo, hi):
        i = np.int64(keys[s] & LOW)
        if not drop[i] > 0.0:
            made[i] = drop[i]
            continue
        e0, e1 = start[i], start[i + 1]
        x0, y0, x1, y1 = box_of(queries, e0, e1)
        best, far, gathered = np.inf, max(most, drop[i] + TOUCH_M), False
        around = np.empty(0, np.int64)
        node_of[0], level_of[0], bound_of[0], top = 0, root, 0.0, 1
        while top > 0:
            top -= 1
            level, node, at = level_of[top], node_of[top], bound_of[top]
            far2 = min(best, far) ** 2
            if at > far2:
                continue
            if level > 0:
                base = level_start[level - 1]
                k1 = min(level_start[level] - base, (node + 1) * NODE)
                top = open_node(
                    box, base, node * NODE, k1, x0, y0, x1, y1, far2, level - 1, top,
                    node_of, level_of, bound_of,
                )  # fmt: skip
                continue
            for k in range(node * NODE, min(len(seg), (node + 1) * NODE)):
                ax, ay, bx, by = seg[k, 0], seg[k, 1], seg[k, 2], seg[k, 3]
                dx, dy = apart(x0, x1, ax, bx), apart(y0, y1, min(ay, by), max(ay, by))
                if dx * dx + dy * dy > min(best, far) ** 2:
                    continue
                px, py, qx, qy = nearest_pair(queries, e0, e1, ax, ay, bx, by)
                here = np.hypot(qx - px, qy - py)
                if here >= best or here > far:
                    continue
                if not meets(px, py, qx, qy, walls, stack, levels):
                    best = here
                    continue
                if here > most:
                    continue
                if not gathered:
                    around = near_walls(x0, y0, x1, y1, min(best, most), walls, stack, levels)
                    gathered = True
                    if len(around) > len(low):
                        low, high = np.empty(len(around)), np.empty(len(around))
                for e in range(e0, e1):
                    x, y = xy[first[e], 0], xy[first[e], 1]
                    there = seen(
                        x,
                        y,
                        ax,
                        ay,
                        bx - ax,
                        by - ay,
                        seg=walls.seg,
                        walls=around,
                        low=low,
                        high=high,
                    )
                    if there <= most:
                        best = min(best, there)
        made[i] = drop[i] if best <= drop[i] + TOUCH_M else best


@compiled
def cross(lines: Floats, walls: Tree, lo: int, hi: int, made: Bools) -> None:
    """Tell which straight lines, shape (n, 4), cross a wall."""
    stack, levels = np.empty(DEEP, np.int64), np.empty(DEEP, np.int64)
    for i in range(lo, hi):
        made[i] = meets(lines[i, 0], lines[i, 1], lines[i, 2], lines[i, 3], walls, stack, levels)
