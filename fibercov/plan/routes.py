"""Where trenches may run: routes in short pieces, joined to the network, and what each place comes near to."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from fibercov.geo import ways
from fibercov.geo.nearest import NearestIndex
from fibercov.geo.roads import RoadGraph
from fibercov.plan import trees
from fibercov.plan.trees import Covers, Ways

STEP_M = 10.0  # a trench may end at places at most so far apart along a route
ATTACH_M = 100.0  # from the network to a route
_SOME = 200_000  # places that are asked about at once
_LEAST = 1e-3  # the search needs a cost above 0

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Shapes = NDArray[np.object_]


class Missing(NamedTuple):
    """Premises that are not reached: their shapes, what they count, and what each costs when it is reached."""

    shapes: Shapes
    counts: Floats
    cost: Floats


class _Edges(NamedTuple):
    """Straight stretches between nodes: the nodes, the cost of a metre, and whether a route runs there."""

    tail: Ints
    head: Ints
    rate: Floats
    on_route: NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Routes:
    """The candidate graph. Its last node is the source, which stands for the whole network.

    Attributes
    ----------
    ways, covers
        Costs and neighbours; groups of premises, and the nodes from which each is within reach.
    places, metres, on_route
        The straight stretches that the ways are made of: two places each, shape (n, 2, 2), their metres,
        and whether a route runs there.
    begin, listed
        The stretches of way w are listed[begin[w]:begin[w + 1]].
    """

    ways: Ways
    covers: Covers
    places: Floats
    metres: Floats
    on_route: NDArray[np.bool_]
    begin: Ints
    listed: Ints

    @property
    def nodes(self) -> int:
        """How many nodes there are, the source too."""
        return len(self.ways.begin) - 1

    @cached_property
    def length(self) -> Floats:
        """The metres of each way."""
        return self._sum(self.metres)

    @cached_property
    def off_route(self) -> Floats:
        """The metres of each way where no route runs."""
        return self._sum(self.metres * ~self.on_route)

    def _sum(self, values: Floats) -> Floats:
        """Add up the values of the stretches of each way."""
        total = np.r_[0.0, np.cumsum(values[self.listed])]
        return np.asarray(total[self.begin[1:]] - total[self.begin[:-1]])

    def shapes(self, ways: Ints) -> Shapes:
        """Return the straight stretches of some ways."""
        parts = [self.listed[self.begin[w] : self.begin[w + 1]] for w in ways]
        return np.asarray(shapely.linestrings(self.places[np.concatenate(parts)]))


def routes_of(
    roads: RoadGraph,
    rate: Floats,
    network: NearestIndex,
    network_shapes: Shapes,
    missing: Missing,
    *,
    reach_m: float,
    detour: float,
) -> Routes:
    """Make the candidate graph of routes, each with its cost of a metre.

    RULE: a premises is within reach of a stretch if it is within reach of either end, or else of a node that
    is put at the foot between. So what is covered by the nodes of a plan is covered by its lines.
    """
    xy, edges, dear = _in_pieces(roads, rate, detour)
    away, nearest = _asked(network, xy)
    near_m, _ = _asked(NearestIndex(missing.shapes), xy)
    xy, edges, begin = _attached(xy, edges, dear, away, nearest, network_shapes)
    xy, edges, begin = _with_feet(xy, edges, begin, missing.shapes, near_m, reach_m)
    source = len(xy) - 1
    places = _ends(xy, edges, begin)
    near = np.r_[np.flatnonzero(near_m <= reach_m), np.arange(len(near_m), source)]
    return _in_chains(edges, places, _covers(xy, near, missing, reach_m), source)


class _Net(NamedTuple):
    """Ways between nodes, their costs, and the stretches that each is made of: listed[begin[w]:begin[w + 1]]."""

    tail: Ints
    head: Ints
    cost: Floats
    begin: Ints
    listed: Ints


def _in_chains(edges: _Edges, places: Floats, covers: Covers, source: int) -> Routes:
    """Make ways of stretches, and leave out those that no cheapest plan needs."""
    length = np.hypot(*(places[:, 1] - places[:, 0]).T)
    kept = np.diff(covers.node_begin) > 0
    kept[source] = True
    every = np.arange(len(length) + 1)
    net = _Net(edges.tail, edges.head, length * edges.rate, every, every[:-1])
    net = _fewer(net, kept, source)
    trees.told_apart(Ways.of(net.tail, net.head, net.cost, source + 1), covers, kept)
    for _ in range(3):
        net = _fewer(net, kept, source)
    used = np.unique(np.r_[net.tail, net.head, source])
    number = np.full(source + 1, -1)
    number[used] = np.arange(len(used))
    of_node = number[covers.node]
    rows = np.flatnonzero(of_node >= 0)
    of_group = np.repeat(np.arange(len(covers.counts)), np.diff(covers.begin))[rows]
    there = np.unique(of_group)  # a group that no way leads to is out of range
    again = np.full(len(covers.counts) + 1, -1)
    again[there] = np.arange(len(there))
    near = Covers.of(
        again[of_group], of_node[rows], covers.counts[there], covers.cost[there], len(used)
    )
    ways = Ways.of(number[net.tail], number[net.head], np.maximum(net.cost, _LEAST), len(used))
    return Routes(ways, near, places, length, edges.on_route, net.begin, net.listed)


def _fewer(net: _Net, kept: NDArray[np.bool_], source: int) -> _Net:
    """Join ways to longer ones, and leave out what no cheapest plan needs.

    RULE 1: a way that costs no less than the cheapest way from the network to either of its ends is not
    needed, unless it is part of such a way: whichever end is reached over it can be had from the network.
    RULE 2: dead ends that come near to nobody are not needed.
    RULE 3: a trench ends where it comes near to somebody, or where ways part; what lies between is one way.
    RULE 4: of several ways between two nodes, the cheapest is enough.
    """
    ways = Ways.of(net.tail, net.head, net.cost, source + 1)
    none = np.full(source + 1, -1, dtype=np.int64)
    away = trees.Paths(np.full(source + 1, np.inf), none.copy(), none)
    trees.spread(ways, np.ones(len(net.cost), dtype=bool), np.array([source]), away)
    dearest = np.maximum(away.metres[net.tail], away.metres[net.head])
    needed = net.cost < dearest
    needed[away.edge[away.edge >= 0]] = True  # the cheapest ways themselves
    some = np.flatnonzero(needed)
    ways = Ways.of(net.tail[some], net.head[some], net.cost[some], source + 1)
    one, other, listed = np.empty((3, len(some)), dtype=np.int64)
    begin = np.zeros(len(some) + 1, dtype=np.int64)
    n = trees.chains(ways, kept, np.diff(ways.begin), one, other, begin, listed)
    one, other, begin, listed = one[:n], other[:n], begin[: n + 1], listed[: begin[n]]
    cost = np.add.reduceat(ways.cost[listed], begin[:-1]) if len(one) else ways.cost[:0]
    pair = np.sort(np.column_stack([one, other]), axis=1)
    order = np.lexsort((cost, pair[:, 1], pair[:, 0]))
    order = order[pair[order, 0] != pair[order, 1]]
    new = np.r_[True, (np.diff(pair[order], axis=0) != 0).any(axis=1)][: len(order)]
    best = np.sort(order[new])
    old = some[listed]  # the ways before, and then the stretches of each
    size = np.diff(net.begin)[old]
    of = np.repeat(np.arange(len(one)), np.diff(begin))
    flat = np.repeat(net.begin[old] - np.r_[0, np.cumsum(size)[:-1]], size) + np.arange(size.sum())
    row = np.repeat(of, size)
    chosen = np.zeros(len(one), dtype=bool)
    chosen[best] = True
    stays = chosen[row]
    number = np.bincount(row, minlength=len(one))[best]
    return _Net(
        one[best], other[best], cost[best], np.r_[0, np.cumsum(number)], net.listed[flat[stays]]
    )


def _in_pieces(roads: RoadGraph, rate: Floats, detour: float) -> tuple[Floats, _Edges, Floats]:
    """Cut roads into pieces of at most `STEP_M`; loose ends that are tied to a route are joined to it.

    Return the nodes, the edges, and what a metre off the routes costs at each node.
    RULE: that is `detour` times the dearest route there, so that no trench leaves a dear route to run beside it.
    """
    order = np.lexsort((roads.before, roads.road))
    piece, road = roads.pieces[order], roads.road[order]
    size = np.hypot(piece[:, 2] - piece[:, 0], piece[:, 3] - piece[:, 1])
    number = np.maximum(1, np.ceil(size / STEP_M - 1e-9)).astype(np.int64)
    of = np.repeat(np.arange(len(piece)), number)
    part = (np.arange(len(of)) - np.repeat(np.cumsum(number) - number, number)) / number[of]
    start = piece[of, :2] + (piece[of, 2:] - piece[of, :2]) * part[:, None]
    first = np.r_[True, road[of][1:] != road[of][:-1]][: len(of)]
    last = np.r_[first[1:], True][: len(of)]
    node = np.empty(len(of), dtype=np.int64)  # where each stretch begins
    node[first] = roads.ends[road[of][first], 0]
    node[~first] = len(roads.nodes) + np.arange(np.count_nonzero(~first))
    tail, head = node, np.r_[node[1:], 0]
    head[last] = roads.ends[road[of][last], 1]
    xy = np.concatenate([roads.nodes, start[~first]])
    each = rate[roads.line[road[of]]]
    dear = np.zeros(len(xy))
    for end in (tail, head):
        np.maximum.at(dear, end, detour * each)
    ties = roads.ties[0].astype(np.int64)
    edges = _Edges(
        np.r_[tail, ties[:, 0]],
        np.r_[head, ties[:, 1]],
        np.r_[each, dear[ties].max(axis=1)],
        np.r_[np.ones(len(of), dtype=bool), np.zeros(len(ties), dtype=bool)],
    )
    return xy, _Edges(*(each[edges.tail != edges.head] for each in edges)), dear


def _attached(
    xy: Floats, edges: _Edges, dear: Floats, away: Floats, nearest: Ints, network: Shapes
) -> tuple[Floats, _Edges, Floats]:
    """Join the routes to the network, and to each other where no route does, by straight stretches.

    A node within `ATTACH_M` of the network is joined to it. Parts that are neighbours (Delaunay) are joined
    where they are nearest to each other, and so is the nearest node of all to the network. `dear` is what a metre
    off the routes costs at each node.
    """
    near = np.flatnonzero(away <= ATTACH_M)
    if len(near) == 0:
        near = np.array([np.argmin(away)])
    source = len(xy)
    whole = _parts(
        np.r_[edges.tail, np.full(len(near), source)], np.r_[edges.head, near], source + 1
    )
    one, two = _gaps(xy, whole[:-1])
    gaps, links = len(one), len(near)
    joined = _Edges(
        np.r_[edges.tail, one, np.full(links, source)],
        np.r_[edges.head, two, near],
        np.r_[edges.rate, np.maximum(dear[one], dear[two]), dear[near]],
        np.r_[edges.on_route, np.zeros(gaps + links, dtype=bool)],
    )
    begin = np.full((len(joined.tail), 2), np.nan)
    begin[len(begin) - links :] = _feet(network[nearest[near]], xy[near])
    return np.concatenate([xy, [[np.nan, np.nan]]]), joined, begin


def _feet(shapes: Shapes, xy: Floats) -> Floats:
    """Find the place on each shape that is nearest to a place, some at a time."""
    found = np.empty_like(xy)
    for at in range(0, len(xy), _SOME):
        some = slice(at, at + _SOME)
        lines = shapely.shortest_line(shapes[some], np.asarray(shapely.points(xy[some])))
        found[some] = shapely.get_coordinates(shapely.get_point(lines, 0))
    return found


def _parts(one: Ints, other: Ints, nodes: int) -> Ints:
    """Give each node the number of its connected part."""
    part = np.arange(nodes)
    ways.joined(one.astype(np.int32), other.astype(np.int32), part)
    return part


def _gaps(xy: Floats, part: Ints) -> tuple[Ints, Ints]:
    """Find the shortest straight stretch between each two parts that are neighbours.

    RULE: of the largest part, a place counts for the small part that is nearest to it; small parts are
    neighbours if Delaunay's mesh joins them.
    """
    small = np.flatnonzero(part != np.bincount(part).argmax()) if len(part) else part
    if len(small) == 0:
        return small, small
    large = np.flatnonzero(part == np.bincount(part).argmax())
    _, nearest = _asked(NearestIndex(np.asarray(shapely.points(xy[small]))), xy[large])
    mesh = shapely.delaunay_triangles(shapely.multipoints(xy[small]), only_edges=True)
    place, ends = _places(xy[small]), _places(shapely.get_coordinates(shapely.get_parts(mesh)))
    order = np.argsort(place, kind="stable")
    joined = small[order[np.searchsorted(place[order], ends)].reshape(-1, 2)]
    at = np.concatenate([np.column_stack([large, small[nearest]]), joined])
    at = at[part[at[:, 0]] != part[at[:, 1]]]
    metres = np.hypot(*(xy[at[:, 0]] - xy[at[:, 1]]).T)
    pair = np.sort(part[at], axis=1)
    order = np.lexsort((metres, pair[:, 1], pair[:, 0]))
    new = np.r_[True, (np.diff(pair[order], axis=0) != 0).any(axis=1)][: len(order)]
    chosen = at[order[new]]
    return chosen[:, 0], chosen[:, 1]


def _asked(index: NearestIndex, xy: Floats) -> tuple[Floats, Ints]:
    """Ask an index about many places, some at a time: a point takes ten times the memory of its coordinates."""
    made = [
        index.query(np.asarray(shapely.points(xy[at : at + _SOME])))
        for at in range(0, len(xy), _SOME)
    ]
    metres, which = zip(*made, strict=True) if made else ([np.empty(0)], [np.empty(0, np.int64)])
    return np.concatenate(metres), np.concatenate(which)


def _ends(xy: Floats, edges: _Edges, begin: Floats) -> Floats:
    """Return the two places that each stretch runs between."""
    return np.stack([np.where(np.isnan(begin), xy[edges.tail], begin), xy[edges.head]], axis=1)


def _places(xy: Floats) -> NDArray[np.complex128]:
    """Make one number of each place."""
    return np.asarray(xy[:, 0] + 1j * xy[:, 1])


def _middles(places: Floats, some: Ints, premises: Shapes, reach_m: float) -> tuple[Ints, Floats]:
    """Find where stretches are within reach of a premises that is within reach of neither end: how far along."""
    lines = np.asarray(shapely.linestrings(places[some]))
    who, near = shapely.STRtree(lines).query(premises, predicate="dwithin", distance=reach_m)
    for end in (0, 1):
        spots = np.asarray(shapely.points(places[some[near], end]))
        far = shapely.distance(premises[who], spots) > reach_m
        who, near = who[far], near[far]
    foot = shapely.get_point(shapely.shortest_line(premises[who], lines[near]), -1)
    size = np.maximum(shapely.length(lines[near]), 1e-300)
    return some[near], np.asarray(shapely.line_locate_point(lines[near], foot)) / size


def _with_feet(
    xy: Floats, edges: _Edges, begin: Floats, premises: Shapes, near_m: Floats, reach_m: float
) -> tuple[Floats, _Edges, Floats]:
    """Put a node on a stretch wherever a premises is within reach of its middle but of neither end.

    `near_m` is how far each node is from the nearest premises.
    """
    places = _ends(xy, edges, begin)
    start, end = places[:, 0], places[:, 1]
    some = np.flatnonzero(near_m[edges.head] <= reach_m + np.hypot(*(end - start).T))
    parts = [
        _middles(places, some[at : at + _SOME], premises, reach_m)
        for at in range(0, len(some), _SOME)
    ]
    if not parts:
        return xy, edges, begin
    on, at = (np.concatenate(each) for each in zip(*parts, strict=True))
    order = np.lexsort((at, on))
    on, at = on[order], at[order]
    again = np.r_[False, (on[1:] == on[:-1]) & (at[1:] - at[:-1] < 1e-9)][: len(on)]
    on, at = on[~again], at[~again]
    if len(on) == 0:
        return xy, edges, begin
    new = len(xy) - 1 + np.arange(len(on))  # before the source, which stays the last
    source = len(xy) - 1 + len(on)
    tail, head = (np.where(each == len(xy) - 1, source, each) for each in (edges.tail, edges.head))
    places = np.concatenate([xy[:-1], start[on] + at[:, None] * (end - start)[on], xy[-1:]])
    first = np.r_[True, on[1:] != on[:-1]][: len(on)]
    last = np.r_[first[1:], True][: len(on)]
    kept = np.ones(len(tail), dtype=bool)
    kept[on] = False
    nothing = np.full((len(on), 2), np.nan)
    tails = np.r_[tail[kept], np.where(first, tail[on], np.r_[-1, new[:-1]]), new[last]]
    heads = np.r_[head[kept], new, head[on[last]]]
    of = np.r_[np.flatnonzero(kept), on, on[last]]
    begins = np.concatenate(
        [
            begin[kept],
            np.where(first[:, None], begin[on], nothing),
            nothing[: np.count_nonzero(last)],
        ]
    )
    return places, _Edges(tails, heads, edges.rate[of], edges.on_route[of]), begins


def _covers(xy: Floats, near: Ints, missing: Missing, reach_m: float) -> Covers:
    """Find the nodes, among some, that each premises is within reach of; those with the same nodes are one group."""
    who, node = shapely.STRtree(np.asarray(shapely.points(xy[near]))).query(
        missing.shapes, predicate="dwithin", distance=reach_m
    )
    node = near[node]
    # Premises with the same nodes have the same sum of random numbers, one for each node.
    marks = np.random.default_rng(0).integers(1 << 62, size=len(xy), dtype=np.int64)
    sums = np.zeros(len(missing.shapes), dtype=np.int64)
    np.add.at(sums, who, marks[node])
    here = np.flatnonzero(np.bincount(who, minlength=len(missing.shapes)))
    code, first = pd.factorize(sums[here])
    group = np.full(len(missing.shapes), -1, dtype=np.int64)
    group[here] = code
    one = here[np.unique(code, return_index=True)[1]]  # a premises of each group
    mine = np.zeros(len(missing.shapes), dtype=bool)
    mine[one] = True
    rows = mine[who]
    counts, cost = (
        np.bincount(code, each[here], minlength=len(first)).astype(np.float64)
        for each in (missing.counts, missing.cost)
    )
    return Covers.of(group[who[rows]], node[rows], counts, cost, len(xy))
