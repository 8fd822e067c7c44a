"""The drop along roads: from each premises to the road, along the roads, and to the network.

In the plane of one projected CRS:

- *Leg*: a premises is joined to the nearest point of the roads by a straight line, which counts.
- *Beside*: a point of a road at most `beside_m` from the network is joined to it by a straight line, which
  counts. The network runs along such a road, on whatever side it is drawn.
- *Off the roads*: the network farther than that from every road (of lines: its vertices, and points at most
  10 m apart) is joined to the nearest point of the roads by a straight line.
- The drop is the leg, the way along the roads, and that line: the least there is. If the network is nearer to the
  premises than the road is, or at most `beside_m` away, it is the straight line itself. So it is never shorter
  than the straight drop.

The distance from a road to the network changes by at most a metre a metre. So the ways in are over the ends of each
stretch that is beside the network, where the distance is `beside_m`, and over the nodes within: these are all the
sources that are needed, and no place on a road is sampled.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from fibercov.geo import segments, ways
from fibercov.geo.loops import Floats, Ints, Shorts, Tree
from fibercov.geo.nearest import NearestIndex

_SAME_M = 1e-3  # vertices that round to the same multiples of it are one
_STEP_M = 10.0  # between the points of a cable that lies off the roads

Shapes = NDArray[np.object_]
_Tied = tuple[Ints, Floats]  # pairs of vertices, and the metres between them


class Legs(NamedTuple):
    """Each premises' way to the nearest point of the roads.

    `metres` is NaN, and `piece` -1, where a premises has no place. `road`, `offset` and `entry` are the
    road, how far along it, and the place there; `begin` is that on the premises.
    """

    metres: Floats
    piece: Ints
    road: Ints
    offset: Floats
    begin: Floats
    entry: Floats


class Along(NamedTuple):
    """Each premises' drop along roads in metres, infinite where no way leads to the network.

    `over_roads_m` is the way along the roads even where the straight line is the drop. `beside` is the
    share of the network's metres (of a network of points: of the points) that are beside a road.
    """

    drop_m: Floats
    over_roads_m: Floats
    beside: float


class _Sources(NamedTuple):
    """Where ways to the network begin: the road, how far along it, and the metres from there."""

    road: Ints
    offset: Floats
    metres: Floats


@dataclass(frozen=True, eq=False)
class RoadGraph:
    """Roads between nodes, which are the ends and the shared vertices of lines.

    Attributes
    ----------
    pieces, road, before
        The straight pieces of all roads, shape (n, 4): two places; the road of each, and the metres
        of that road before it.
    ends, length, line
        The two nodes of each road, shape (m, 2), its metres, and the line that it is part of.
    nodes
        The places of the nodes, shape (k, 2).
    ties
        Loose ends that are joined to a road nearby: pairs of nodes, and the metres between them.
    threads
        How many threads to use.
    """

    pieces: Floats
    road: Ints
    before: Floats
    ends: Shorts
    length: Floats
    line: Ints
    nodes: Floats
    ties: tuple[Shorts, Floats]
    threads: int

    @classmethod
    def of_lines(
        cls,
        lines: Shapes,
        level: NDArray[Any] | None = None,
        join_m: float = 0.0,
        threads: int | None = None,
    ) -> RoadGraph:
        """Cut lines where they share a vertex. Crossings without one, such as bridges, are not joined.

        RULE: with `level`, one for each line, inner vertices join lines of one level only; an end joins all.
        With `join_m`, a loose end that near to another road is tied to it.
        """
        parts, of = lines, np.arange(len(lines))
        if (shapely.get_type_id(lines) != shapely.GeometryType.LINESTRING).any():
            parts, of = shapely.get_parts(lines, return_index=True)
        xy, line = shapely.get_coordinates(parts, return_index=True)
        place = _numbered(*np.round(xy / _SAME_M).astype(np.int64).T)
        stays = _changes(line) | _changes(place)
        stays &= np.bincount(line[stays], minlength=len(parts))[line] > 1
        xy, line, place = xy[stays], line[stays], place[stays]
        if level is not None:
            ends = np.isin(place, place[_changes(line) | _changes(line[::-1])[::-1]])
            floor = pd.factorize(np.asarray(level)[of][line])[0] + 1
            place = _numbered(place, np.where(ends, 0, floor))
        number = segments.processors() if threads is None else threads
        tied: _Tied = np.empty((0, 2), dtype=np.int64), np.empty(0)
        if join_m:
            xy, line, place, tied = _with_ties(xy, line, place, join_m)
        made = cls._between(xy, line, place, tied, number)
        return replace(made, line=of[made.line])

    @classmethod
    def _between(cls, xy: Floats, line: Ints, place: Ints, tied: _Tied, threads: int) -> RoadGraph:
        """Make roads of the vertices of lines: each road ends at the next shared vertex."""
        first, last = _changes(line), _changes(line[::-1])[::-1]
        cut = first | last | (np.bincount(place)[place] > 1)
        cut[tied[0].ravel()] = True
        start = np.flatnonzero(~last)
        road = np.cumsum(cut[start]) - 1
        node = np.full(len(xy), -1, dtype=np.int32)
        node[cut], of_node = pd.factorize(place[cut])
        nodes = np.empty((len(of_node), 2))
        nodes[node[cut][::-1]] = xy[cut][::-1]  # the first vertex of each
        head = np.flatnonzero(cut[start])
        tail = np.r_[head[1:], len(start)] - 1 if len(head) else head
        ends = np.column_stack([node[start[head]], node[start[tail] + 1]]).astype(np.int32)
        pieces = np.column_stack([xy[start], xy[start + 1]])
        before, length = np.empty(len(start)), np.zeros(len(head))
        ways.add_up(_length(pieces), road, before, length)
        # RULE: of equally near pieces the first counts, so that they come in an order that neither
        # the order of rows nor the direction of lines changes.
        order = np.lexsort((pieces[:, 1] + pieces[:, 3], pieces[:, 0] + pieces[:, 2]))
        ties = node[tied[0]], tied[1]
        return cls(
            pieces[order], road[order], before[order], ends, length, line[start[head]], nodes, ties, threads
        )  # fmt: skip

    @cached_property
    def tree(self) -> Tree | None:
        """The pieces, to search by place; None if there are none."""
        number = np.arange(len(self.pieces), dtype=np.int32)
        return segments.tree_over(
            self.pieces.reshape(-1, 2), 2 * number, 2 * number + 1, number, self.threads
        )

    @cached_property
    def links(self) -> tuple[Ints, Shorts, Floats]:
        """The ways out of each node: the first of each node's, where they lead, and their metres."""
        pairs, tie_m = self.ties
        a, b = np.r_[self.ends, pairs].T
        metres = np.r_[self.length, tie_m]
        order = np.argsort(np.r_[a, b], kind="stable")
        begin = np.r_[0, np.cumsum(np.bincount(np.r_[a, b], minlength=len(self.nodes)))]
        return begin, np.r_[b, a][order], np.r_[metres, metres][order]

    @cached_property
    def islands_m(self) -> Floats:
        """The metres of road in each connected part, the longest first."""
        part, links = np.arange(len(self.nodes)), np.r_[self.ends, self.ties[0]]
        ways.joined(links[:, 0], links[:, 1], part)
        metres = np.bincount(part[self.ends[:, 0]], self.length)
        return np.asarray(np.sort(metres[metres > 0])[::-1], dtype=np.float64)

    def crossings(self) -> int:
        """Count the places where roads cross without a shared vertex, such as bridges."""
        if self.tree is None:
            return 0
        given = (self.pieces, self.tree, _SAME_M)
        return sum(segments.in_slices(ways.crossings, self.threads, len(self.pieces), given, ()))

    def legs(self, premises: Shapes) -> Legs:
        """Join each geometry to the nearest point of the roads."""
        queries = segments.Segments.of_geometries(premises)
        metres, piece = segments.nearest_segments(queries, self.tree, self.threads)
        there = np.flatnonzero(piece >= 0)
        a, b = np.split(self.pieces[piece[there]], 2, axis=1)
        to = shapely.get_coordinates(_nearest_places(premises[there], a, b))
        length = np.hypot(*(b - a).T)
        ahead = (b - a) / np.maximum(length, 1e-300)[:, None]
        at = np.clip(((to - a) * ahead).sum(axis=1), 0.0, length)
        begin, offset, road = np.full((len(premises), 2), np.nan), metres.copy(), piece.copy()
        entry = begin.copy()
        begin[there], entry[there] = to, a + at[:, None] * ahead
        offset[there] = self.before[piece[there]] + at
        road[there] = self.road[piece[there]]
        return Legs(metres, piece, road, offset, begin, entry)


def drops_along(
    legs: Legs, straight_m: Floats, network: NearestIndex, roads: RoadGraph, *, beside_m: float
) -> Along:
    """Measure each premises' drop along the roads, given its leg and its straight drop to the network."""
    stretches, share, off_roads = _meet(network, roads, float(beside_m))
    piece, places = stretches
    road = roads.road[piece]
    ends = roads.before[piece][:, None] + places
    at_ends = _Sources(np.repeat(road, 2), ends.ravel(), np.full(ends.size, beside_m))
    sources = _Sources(*(np.concatenate(each) for each in zip(at_ends, off_roads, strict=True)))
    away = np.full(len(roads.nodes), np.inf)
    # A node, or the end of a leg, that is beside the network is on a road with a stretch.
    some = np.unique(roads.ends[road])
    away[some] = _if_near(network, roads.nodes[some], beside_m)
    for end, offset in enumerate((sources.offset, roads.length[sources.road] - sources.offset)):
        np.minimum.at(away, roads.ends[sources.road, end], sources.metres + offset)
    ways.search(*roads.links, away)
    there = np.flatnonzero(legs.piece >= 0)
    metres = np.empty(len(there))
    order = np.argsort(sources.road, kind="stable")
    first = np.r_[0, np.cumsum(np.bincount(sources.road, minlength=len(roads.length)))]
    ways.arrive(
        legs.road[there], legs.offset[there], roads.ends, roads.length, away, first,
        sources.offset[order], sources.metres[order], metres,
    )  # fmt: skip
    near = np.flatnonzero(np.isin(legs.piece[there], piece))
    metres[near] = np.minimum(metres[near], _if_near(network, legs.entry[there[near]], beside_m))
    over_roads_m = np.full(len(straight_m), np.nan)
    over_roads_m[there] = legs.metres[there] + metres
    direct = straight_m <= np.fmax(legs.metres, beside_m)
    return Along(np.where(direct, straight_m, over_roads_m), over_roads_m, share)


def _meet(
    network: NearestIndex, roads: RoadGraph, beside_m: float
) -> tuple[tuple[Ints, Floats], float, _Sources]:
    """Find where roads and network run beside each other, and join the rest of the network to roads.

    Return the stretches of the roads' pieces, the share of the network that is beside a road, and the
    sources that are off the roads.
    """
    nothing = np.empty(0, dtype=np.int64), np.empty(0)
    if network.tree is None or roads.tree is None:
        return (nothing[0], np.empty((0, 2))), np.nan, _Sources(*nothing, nothing[1])
    owns = roads.tree.owns
    which, places = segments.stretches(roads.pieces[owns], network.tree, beside_m, roads.threads)
    cables = network.tree.seg
    covered, ends = segments.stretches(cables, roads.tree, beside_m, roads.threads)
    size = _length(cables)
    metres = np.bincount(covered, ends[:, 1] - ends[:, 0], minlength=len(cables))
    left = np.flatnonzero(metres < size * (1 - 1e-12) + (size == 0))
    number = np.maximum(1, np.ceil(size[left] / _STEP_M)).astype(np.int64) + 1
    i = np.repeat(left, number)
    k = np.arange(len(i)) - np.repeat(np.cumsum(number) - number, number)
    part = k / np.repeat(number - 1, number)
    spots = cables[i, :2] + (cables[i, 2:] - cables[i, :2]) * part[:, None]
    legs = roads.legs(np.asarray(shapely.points(spots)))
    far = legs.metres > beside_m
    share = metres.sum() / size.sum() if size.any() else 1 - far.mean() if len(far) else 1.0
    off_roads = _Sources(legs.road[far], legs.offset[far], legs.metres[far])
    return (owns[which].astype(np.int64), places), float(share), off_roads


def _if_near(network: NearestIndex, places: Floats, beside_m: float) -> Floats:
    """Measure the distance from each place to the network; infinite if it is above `beside_m`."""
    metres, _ = network.query(np.asarray(shapely.points(places)))
    return np.where(metres <= beside_m, metres, np.inf)


def _with_ties(
    xy: Floats, line: Ints, place: Ints, join_m: float
) -> tuple[Floats, Ints, Ints, _Tied]:
    """Tie each loose end to the nearest other road, if it is near enough.

    Return the vertices with those where ends are tied among them, and the ties.
    """
    first, last = _changes(line), _changes(line[::-1])[::-1]
    shared = np.bincount(place)[place] > 1
    loose = np.flatnonzero((first | last) & ~shared)
    start = np.flatnonzero(~last)
    road = np.cumsum((first | shared)[start]) - 1
    of_vertex = np.empty(len(xy), dtype=np.int64)
    of_vertex[start + 1], of_vertex[start] = road, road  # of an end: its only one
    shapes = np.asarray(shapely.linestrings(np.stack([xy[start], xy[start + 1]], axis=1)))
    spots = np.asarray(shapely.points(xy[loose]))
    end, near = shapely.STRtree(shapes).query(spots, predicate="dwithin", distance=join_m)
    other = road[near] != of_vertex[loose[end]]
    end, near = end[other], near[other]
    metres = np.asarray(shapely.distance(spots[end], shapes[near]), dtype=np.float64)
    middle = (xy[start] + xy[start + 1])[near]
    order = np.lexsort((*middle.T, metres, end))
    best = order[np.unique(end[order], return_index=True)[1]]
    on, from_ = start[near[best]], loose[end[best]]
    at = np.asarray(shapely.line_locate_point(shapes[near[best]], spots[end[best]]))
    order = np.lexsort((at, on))
    on, at, from_, metres = on[order], at[order], from_[order], metres[best][order]
    ahead = xy[on + 1] - xy[on]
    new = xy[on] + ahead * (at / np.hypot(*ahead.T))[:, None]
    moved = np.arange(len(xy)) + np.searchsorted(on, np.arange(len(xy)), side="left")
    number = place.max(initial=0) + 1 + np.arange(len(on))
    tied = np.column_stack([moved[from_], on + 1 + np.arange(len(on))])
    return (
        np.insert(xy, on + 1, new, axis=0),
        np.insert(line, on + 1, line[on]),
        np.insert(place, on + 1, number),
        (tied, metres),
    )


def _nearest_places(shapes: Shapes, a: Floats, b: Floats) -> Shapes:
    """Find the place of each shape that is nearest to the straight piece from a to b; a point is its own."""
    found = shapes.copy()
    wide = np.flatnonzero(shapely.get_type_id(shapes) != shapely.GeometryType.POINT)
    pieces = shapely.linestrings(np.stack([a[wide], b[wide]], axis=1))
    found[wide] = shapely.get_point(shapely.shortest_line(shapes[wide], pieces), 0)
    return found


def _length(pieces: Floats) -> Floats:
    """Measure straight pieces, shape (n, 4)."""
    return np.hypot(pieces[:, 2] - pieces[:, 0], pieces[:, 3] - pieces[:, 1])


def _changes(values: Ints) -> NDArray[np.bool_]:
    """Tell where a value differs from the one before; the first does."""
    changes: NDArray[np.bool_] = np.r_[True, values[1:] != values[:-1]][: len(values)]
    return changes


def _numbered(*columns: Ints) -> Ints:
    """Give rows of these columns numbers that are equal where the rows are."""
    one, *others = (pd.factorize(column)[0].astype(np.int64) for column in columns)
    for other in others:
        one = pd.factorize(one * (other.max(initial=0) + 1) + other)[0].astype(np.int64)
    return one
