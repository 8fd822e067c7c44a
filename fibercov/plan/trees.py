"""The compiled loops of a plan: a bound by dual ascent, and trees that grow, are trimmed and exchange paths.

A plan is a tree from the source, the last node. Each group of premises is covered by any of its nodes, and has a
prize: what covering it is worth. A tree is good if its cost, and the prizes that it misses, are low together.
"""

from __future__ import annotations

from heapq import heappop, heappush
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from fibercov.geo.loops import Bools, Floats, Ints, Shorts, compiled

SATURATED = 1e-9
LATE = 1e3  # more arcs than any cut has that may go first
LAST = 1 << 40


class Ways(NamedTuple):
    """Stretches between nodes. Those at node v are edge[begin[v]:begin[v + 1]], and lead to `to`."""

    cost: Floats
    tail: Shorts
    begin: Ints
    to: Shorts
    edge: Shorts

    @classmethod
    def of(cls, tail: Ints, head: Ints, cost: Floats, nodes: int) -> Ways:
        """List the stretches at each node."""
        ends = np.r_[tail, head]
        order = np.argsort(ends, kind="stable")
        begin = np.r_[0, np.cumsum(np.bincount(ends, minlength=nodes))]
        other = np.r_[head, tail][order].astype(np.int32)
        edge = np.tile(np.arange(len(cost), dtype=np.int32), 2)[order]
        return cls(cost, tail.astype(np.int32), begin, other, edge)


class Covers(NamedTuple):
    """The nodes that cover each group, and the groups of each node; what a group counts, and costs."""

    begin: Ints
    node: Shorts
    node_begin: Ints
    group: Shorts
    counts: Floats
    cost: Floats

    @classmethod
    def of(cls, group: Ints, node: Ints, count: Floats, cost: Floats, nodes: int) -> Covers:
        """List pairs of group and node both ways."""
        by_group, by_node = np.argsort(group, kind="stable"), np.argsort(node, kind="stable")
        begin = np.r_[0, np.cumsum(np.bincount(group, minlength=len(count)))]
        node_begin = np.r_[0, np.cumsum(np.bincount(node, minlength=nodes))]
        first = node[by_group].astype(np.int32)
        return cls(begin, first, node_begin, group[by_node].astype(np.int32), count, cost)


class Tree(NamedTuple):
    """Which nodes are built, and which stretches."""

    built: Bools
    chosen: Bools


class Paths(NamedTuple):
    """The cheapest way from a tree to each node: its cost, the node before, and the stretch from there."""

    metres: Floats
    before: Ints
    edge: Ints


@compiled
def ascend(
    ways: Ways, covers: Covers, prize: Floats, needed: int, guide: Bools
) -> tuple[float, NDArray[np.float64], Floats]:
    """Find a lower bound of the cost of any tree and the prizes that it misses (Wong's dual ascent).

    Each group pays, up to its prize, for the arcs into what can reach it over paid arcs, until the cheapest
    of them is paid. RULE: the group with the fewest such arcs goes first, and one that would pay for several
    stretches of a good tree, `guide`, goes late: the bound is tight only if each pays for one of them. The
    last `needed` groups go last. Return the bound, what is left to pay of each stretch in both directions, and what is left of each prize.
    """
    n, m = len(ways.begin) - 1, len(ways.cost)
    unpaid = np.empty((m, 2))
    unpaid[:, 0], unpaid[:, 1] = ways.cost, ways.cost
    left = prize.copy()
    bound, turn = 0.0, 0
    seen = np.full(n, -1, np.int64)
    inside, rim = np.empty(n, np.int64), np.empty(2 * m, np.int64)
    heap = [(-1.0, -1)]
    for g in range(len(prize)):
        cut_least = covers.begin[g + 1] - covers.begin[g] if g < len(prize) - needed else LAST
        heappush(heap, (float(cut_least), g))
    heappop(heap)
    while heap:
        score, g = heappop(heap)
        if left[g] <= 0.0:
            continue
        turn += 1
        size, at, rims = 0, 0, 0
        for k in range(covers.begin[g], covers.begin[g + 1]):
            seen[covers.node[k]] = turn
            inside[size] = covers.node[k]
            size += 1
        while True:
            while at < size:  # what reaches the group over paid arcs
                v = inside[at]
                at += 1
                if v == n - 1:
                    break
                for k in range(ways.begin[v], ways.begin[v + 1]):
                    u, e = ways.to[k], ways.edge[k]
                    if seen[u] != turn:
                        if unpaid[e, 0 if ways.tail[e] == u else 1] <= SATURATED:
                            seen[u] = turn
                            inside[size] = u
                            size += 1
                        else:
                            rim[rims] = k
                            rims += 1
            if seen[n - 1] == turn:
                break
            cut, step, crossed = 0, left[g], 0
            for i in range(rims):
                k = rim[i]
                u, e = ways.to[k], ways.edge[k]
                if seen[u] != turn:
                    rim[cut] = k
                    cut += 1
                    step = min(step, unpaid[e, 0 if ways.tail[e] == u else 1])
                    crossed += guide[e]
            rims = cut
            now = cut + LATE * max(0, crossed - 1)
            if now > score and len(heap) > 0 and now > heap[0][0]:
                heappush(heap, (now, g))
                break
            bound += step
            left[g] -= step
            for i in range(cut):
                u, e = ways.to[rim[i]], ways.edge[rim[i]]
                way = 0 if ways.tail[e] == u else 1
                unpaid[e, way] -= step
                if unpaid[e, way] <= SATURATED and seen[u] != turn:
                    seen[u] = turn
                    inside[size] = u
                    size += 1
            if left[g] <= 0.0:
                break
    return bound, unpaid, left


@compiled
def spread(ways: Ways, allowed: Bools, starts: Ints, paths: Paths) -> None:
    """Find the cheapest ways from `starts` too, and shorten what is known."""
    heap = [(0.0, starts[0])]
    for v in starts:
        paths.metres[v], paths.before[v], paths.edge[v] = 0.0, v, -1
        heap.append((0.0, v))
    while heap:
        here, v = heappop(heap)
        if here > paths.metres[v]:
            continue
        for k in range(ways.begin[v], ways.begin[v + 1]):
            e, u = ways.edge[k], np.int64(ways.to[k])
            if allowed[e]:
                there = here + ways.cost[e]
                if there < paths.metres[u] - 1e-9:
                    paths.metres[u], paths.before[u], paths.edge[u] = there, v, e
                    heappush(heap, (there, u))


@compiled
def branches(
    ways: Ways, covers: Covers, prize: Floats, tree: Tree, paths: Paths, left: Bools, ratio: float,
    order: Ints, new: Ints,
) -> int:  # fmt: skip
    """Build branches of the tree of cheapest ways that are worth their cost; return how many nodes are new.

    RULE: those are built that are worth at least `ratio` times as much for their cost as the best. `left` has
    the groups that are not covered, and `order` the nodes by their cost from the tree. The nodes that are
    built are put into `new`.
    """
    n, size = len(order), 0
    gain, value, worth, spent = np.zeros(n), np.zeros(n), np.zeros(n), np.zeros(n)
    for g in range(len(left)):
        if left[g]:
            nearest = covers.node[covers.begin[g]]
            for k in range(covers.begin[g] + 1, covers.begin[g + 1]):
                if paths.metres[covers.node[k]] < paths.metres[nearest]:
                    nearest = covers.node[k]
            gain[nearest] += prize[g]
    best = 0.0
    for i in range(n - 1, -1, -1):
        v = order[i]
        if tree.built[v] or paths.metres[v] == np.inf:
            continue
        worth[v] += gain[v]
        value[v] += gain[v] - ways.cost[paths.edge[v]]
        spent[v] += ways.cost[paths.edge[v]]
        up = paths.before[v]
        if value[v] > 0.0:
            if tree.built[up]:
                best = max(best, worth[v] / max(spent[v], 1e-9))
            else:
                value[up] += value[v]
                worth[up] += worth[v]
                spent[up] += spent[v]
    if best == 0.0:
        return 0
    inside = np.zeros(n, np.bool_)
    for i in range(n):  # from the tree outwards: a node is built if its branch is
        v = order[i]
        if paths.metres[v] == np.inf:
            break
        up = paths.before[v]
        if tree.built[v] or value[v] <= 0.0:
            continue
        if tree.built[up]:
            inside[v] = worth[v] / max(spent[v], 1e-9) >= ratio * best
        else:
            inside[v] = inside[up]
        if inside[v]:
            new[size] = v
            size += 1
    for i in range(size):
        v = new[i]
        tree.built[v] = True
        tree.chosen[paths.edge[v]] = True
        for k in range(covers.node_begin[v], covers.node_begin[v + 1]):
            left[covers.group[k]] = False
    return size


@compiled
def trim(ways: Ways, covers: Covers, prize: Floats, tree: Tree, floor: float) -> float:
    """Take away twigs that cost more than what they alone cover is worth, as long as `floor` stays counted.

    A twig runs from a leaf towards the source as far as taking it away saves the most. Return what is counted.
    """
    n = len(ways.begin) - 1
    times = np.zeros(len(prize), np.int64)
    degree = np.zeros(n, np.int64)
    for v in range(n):
        if tree.built[v]:
            for k in range(covers.node_begin[v], covers.node_begin[v + 1]):
                times[covers.group[k]] += 1
            for k in range(ways.begin[v], ways.begin[v + 1]):
                degree[v] += tree.chosen[ways.edge[k]]
    held = 0.0
    for g in range(len(prize)):
        if times[g] > 0:
            held += covers.counts[g]
    path, along = np.empty(n, np.int64), np.empty(n, np.int64)
    for start in range(n - 1):
        leaf = np.int64(start)
        while leaf != n - 1 and tree.built[leaf] and degree[leaf] == 1:
            saved = lost = best = count = count_then = 0.0
            size, length, at, came = 0, 0, leaf, np.int64(-1)
            while at != n - 1 and (at == leaf or degree[at] == 2):
                for k in range(covers.node_begin[at], covers.node_begin[at + 1]):
                    g = covers.group[k]
                    times[g] -= 1
                    if times[g] == 0:
                        lost += prize[g]
                        count += covers.counts[g]
                path[size] = at
                for k in range(ways.begin[at], ways.begin[at + 1]):
                    e = ways.edge[k]
                    if tree.chosen[e] and e != came:
                        at, along[size] = np.int64(ways.to[k]), e
                        break
                came = along[size]
                saved += ways.cost[came]
                size += 1
                if saved - lost > best + 1e-9 and held - count >= floor:
                    best, length, count_then = saved - lost, size, count
            up = at if length == size else path[length]
            for i in range(size):
                if i < length:
                    tree.built[path[i]] = False
                    tree.chosen[along[i]] = False
                else:
                    for k in range(covers.node_begin[path[i]], covers.node_begin[path[i] + 1]):
                        times[covers.group[k]] += 1
            if length == 0:
                break
            held -= count_then
            degree[up] -= 1
            leaf = up
    return held


@compiled
def exchange(ways: Ways, covers: Covers, prize: Floats, tree: Tree, most: int) -> float:
    """Replace paths of the tree by cheaper ones, also where that misses prizes; return what is saved.

    What hangs on a path may have up to `most` nodes.
    """
    n = len(ways.begin) - 1
    times = np.zeros(len(prize), np.int64)
    degree = np.zeros(n, np.int64)
    parent, pedge = np.full(n, -1), np.full(n, -1)
    parent[n - 1] = n - 1
    tops = [np.int64(n - 1)]
    for v in tops:  # the tree from the source outwards
        for k in range(covers.node_begin[v], covers.node_begin[v + 1]):
            times[covers.group[k]] += 1
        for k in range(ways.begin[v], ways.begin[v + 1]):
            if tree.chosen[ways.edge[k]]:
                degree[v] += 1
                u = np.int64(ways.to[k])
                if parent[u] < 0:
                    parent[u], pedge[u] = v, ways.edge[k]
                    tops.append(u)
    away, back, bedge = np.full(n, np.inf), np.full(n, -1), np.full(n, -1)
    stem = np.zeros(n, np.bool_)
    won = 0.0
    for low in tops:
        if low == n - 1 or not tree.built[low]:
            continue
        below = [low]  # what hangs on low
        i = 0
        while i < len(below) and len(below) <= most:
            v = below[i]
            i += 1
            for k in range(ways.begin[v], ways.begin[v + 1]):
                u = np.int64(ways.to[k])
                if tree.chosen[ways.edge[k]] and parent[u] == v:
                    below.append(u)
        if len(below) > most:
            continue
        path = [low]  # from low towards the source for as long as taking it away saves more
        worth, top = ways.cost[pedge[low]], parent[low]
        while top != n - 1 and degree[top] == 2:
            lost = 0.0
            for k in range(covers.node_begin[top], covers.node_begin[top + 1]):
                g = covers.group[k]
                times[g] -= 1
                if times[g] == 0:
                    lost += prize[g]
            if ways.cost[pedge[top]] <= lost:
                for k in range(covers.node_begin[top], covers.node_begin[top + 1]):
                    times[covers.group[k]] += 1
                break
            worth += ways.cost[pedge[top]] - lost
            stem[top] = True
            path.append(top)
            top = parent[top]
        heap = [(0.0, low)]
        for v in below:
            away[v] = 0.0
            heap.append((0.0, v))
        found = np.int64(-1)
        while heap:  # the cheapest way to the rest of the tree
            here, v = heappop(heap)
            if here > away[v]:
                continue
            if here >= worth - 1e-6:
                break
            if here > 0.0 and tree.built[v] and not stem[v]:
                found = v
                break
            for k in range(ways.begin[v], ways.begin[v + 1]):
                u, e = np.int64(ways.to[k]), np.int64(ways.edge[k])
                there = here + ways.cost[e]
                if e != pedge[low] and there < away[u] - 1e-9:
                    if away[u] == np.inf:
                        below.append(u)
                    away[u], back[u], bedge[u] = there, v, e
                    heappush(heap, (there, u))
        for v in path[1:]:
            stem[v] = False
        if found < 0:
            for v in path[1:]:
                for k in range(covers.node_begin[v], covers.node_begin[v + 1]):
                    times[covers.group[k]] += 1
        else:
            won += worth - away[found]
            for v in path:
                tree.chosen[pedge[v]] = False
            for v in path[1:]:
                tree.built[v] = False
                parent[v], degree[v] = -1, 0
            degree[top] -= 1
            degree[low] -= 1
            v = found
            while away[v] > 0.0:
                u, e = back[v], bedge[v]
                tree.chosen[e] = True
                degree[v] += 1
                degree[u] += 1
                if not tree.built[u]:
                    tree.built[u] = True
                    tops.append(u)
                    for k in range(covers.node_begin[u], covers.node_begin[u + 1]):
                        times[covers.group[k]] += 1
                if away[u] > 0.0:
                    parent[u], pedge[u] = v, e
                    v = u
                    continue
                up, upe = v, e  # turn the way from here to low around
                while True:
                    after, aftere = parent[u], pedge[u]
                    parent[u], pedge[u] = up, upe
                    if u == low:
                        break
                    up, upe, u = u, aftere, after
                break
        for v in below:
            away[v] = np.inf
    return won


@compiled
def outwards(ways: Ways, chosen: Bools, order: Ints, parent: Ints, edge: Ints) -> int:
    """List the nodes of a tree from the source, depth first, each with its parent and the way from it.

    Return how many they are.
    """
    n, size, top = len(order), 0, 1
    stack, before, over = np.empty(n, np.int64), np.empty(n, np.int64), np.empty(n, np.int64)
    stack[0], before[0], over[0] = n - 1, n - 1, -1
    while top:
        top -= 1
        v, e = stack[top], over[top]
        order[size], parent[size], edge[size] = v, before[top], e
        size += 1
        for k in range(ways.begin[v], ways.begin[v + 1]):
            if chosen[ways.edge[k]] and ways.edge[k] != e:
                stack[top], before[top], over[top] = ways.to[k], v, ways.edge[k]
                top += 1
    return size


@compiled
def least_costs(after: Ints, cost: Floats, gain: Ints, least: NDArray[np.float32]) -> None:
    """Fill in the least cost of nodes v and later, given all before, that gain at least h: a knapsack.

    Nodes are numbered depth first; without node v, the next is after[v]. `least` has shape (n + 1, h + 1).
    """
    n = len(after)
    least[n, :] = np.inf
    least[n, 0] = 0.0
    for v in range(n - 1, 0, -1):
        for h in range(least.shape[1]):
            take = np.float32(cost[v]) + least[v + 1, max(0, h - gain[v])]
            least[v, h] = min(least[after[v], h], take)


@compiled
def kept_of(after: Ints, gain: Ints, least: NDArray[np.float32], wanted: int) -> Bools:
    """Tell which nodes the cheapest part keeps that gains `wanted`."""
    n = len(after)
    kept = np.zeros(n, np.bool_)
    kept[0] = True
    v, h = 1, wanted
    while v < n:
        if least[v, h] < least[after[v], h]:
            kept[v] = True
            h = max(0, h - gain[v])
            v += 1
        else:
            v = after[v]
    return kept


@compiled
def ends_of_branches(parent: Ints) -> Ints:
    """Find for each node, numbered depth first, the next that does not hang on it."""
    n = len(parent)
    size = np.ones(n, np.int64)
    for v in range(n - 1, 0, -1):
        size[parent[v]] += size[v]
    return np.arange(n) + size


@compiled
def in_order(parent: Ints, cost: Floats, gain: Floats, metres: Floats, least: float) -> Ints:
    """Order the nodes of a tree by Horn's rule: the least cost for what is gained first, parents before children.

    Nodes are numbered parents first, node 0 is the source. A block shorter than `least` joins the block
    that it hangs on. Return the number of each node's block, in order from 1.
    """
    n = len(parent)
    c, h, far = cost.copy(), gain.copy(), metres.copy()
    link = np.arange(n)
    stamp, rank, number = np.zeros(n, np.int64), np.full(n, -1, np.int64), np.zeros(n, np.int64)
    for again in range(2):
        heap = [(np.inf, 0, stamp[0])]
        for v in range(1, n):
            if link[v] == v:
                heappush(heap, (c[v] / h[v] if h[v] > 0.0 else np.inf, v, stamp[v]))
        rank[:] = -1
        rank[0], count = 0, 0
        while heap:
            _, v, s = heappop(heap)
            if v == 0 or s != stamp[v] or link[v] != v:
                continue
            p = parent[v]
            while link[p] != p:
                p = link[p]
            if rank[p] >= 0 and (p == 0 or again == 1 or far[v] >= least):
                count += 1
                rank[v] = count
            else:
                link[v] = p
                c[p] += c[v]
                h[p] += h[v]
                far[p] += far[v]
                if rank[p] < 0:
                    stamp[p] += 1
                    heappush(heap, (c[p] / h[p] if h[p] > 0.0 else np.inf, p, stamp[p]))
    for v in range(n):
        p = v
        while link[p] != p:
            p = link[p]
        number[v] = rank[p]
    return number


@compiled
def chains(
    ways: Ways, kept: Bools, degree: Ints, one: Ints, other: Ints, begin: Ints, listed: Ints
) -> int:
    """Join stretches to chains between nodes that are kept or where ways part; leave out dead ends.

    Fill in the two nodes of each chain, where its stretches begin in the list of all, and that list; return
    how many chains there are. `degree` has the number of stretches at each node, and is used up.
    """
    n, m = len(degree), len(ways.cost)
    gone = np.zeros(m, np.bool_)
    for start in range(n):
        v = np.int64(start)
        while degree[v] == 1 and not kept[v]:  # a dead end
            k = ways.begin[v]
            while gone[ways.edge[k]]:
                k += 1
            gone[ways.edge[k]] = True
            degree[v] = 0
            v = np.int64(ways.to[k])
            degree[v] -= 1
    size, count = 0, 0
    for start in range(n):
        if degree[start] == 0 or (degree[start] == 2 and not kept[start]):
            continue
        for first in range(ways.begin[start], ways.begin[start + 1]):
            if gone[ways.edge[first]]:
                continue
            v, k = np.int64(start), first
            while True:
                e = ways.edge[k]
                gone[e] = True
                listed[size] = e
                size += 1
                v = np.int64(ways.to[k])
                if degree[v] != 2 or kept[v]:
                    break
                k = ways.begin[v]
                while gone[ways.edge[k]]:
                    k += 1
            one[count], other[count], begin[count + 1] = start, v, size
            count += 1
    return count


@compiled
def told_apart(ways: Ways, covers: Covers, kept: Bools) -> None:
    """Keep no node on a way whose two neighbours each cover all that it covers: no trench need end there."""
    for v in range(len(kept) - 1):
        if not kept[v] or ways.begin[v + 1] - ways.begin[v] != 2:
            continue
        more = False
        for side_ in range(2):
            u = ways.to[ways.begin[v] + side_]
            for k in range(covers.node_begin[v], covers.node_begin[v + 1]):
                found = False
                for j in range(covers.node_begin[u], covers.node_begin[u + 1]):
                    if covers.group[j] == covers.group[k]:
                        found = True
                        break
                if not found:
                    more = True
                    break
            if more:
                break
        kept[v] = more
