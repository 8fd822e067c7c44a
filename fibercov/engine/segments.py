"""Geometries as arrays of segments, and the trees to search them by."""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import shapely

from fibercov.engine import rings, search
from fibercov.engine.compiled import NODE, Bools, Floats, Ints, Keys, Shorts

_POLYGON, _MANY = shapely.GeometryType.POLYGON, shapely.GeometryType.MULTIPOINT  # and those after
_SLICE = 8_192  # pieces of work that a thread takes at a time


@dataclass(frozen=True)
class Segments:
    """The segments of an array of geometries, in their order; a point is one of length zero.

    Attributes
    ----------
    xy
        The vertices, shape (v, 2).
    begin, end, of, ring
        Of each part (a point, a line, a ring): its first vertex and the one after its last, its
        geometry, and whether it is a polygon's ring.
    first, second, owner, edge
        Of each segment: the vertices that it joins, its geometry, and whether it is the edge of a
        polygon.
    threads
        How many threads may work on them.
    """

    xy: Floats
    begin: Ints
    end: Ints
    of: Ints
    ring: Bools
    first: Shorts
    second: Shorts
    owner: Shorts
    edge: Bools
    threads: int

    @classmethod
    def of_geometries(cls, geometries: Any, threads: int) -> Segments:
        """Take the geometries apart; None and empty ones have no segment."""
        parts, of = geometries, np.arange(len(geometries))
        kinds = shapely.get_type_id(parts)
        while (kinds >= _MANY).any():  # a collection may hold others
            parts, within = shapely.get_parts(parts, return_index=True)
            of, kinds = of[within], shapely.get_type_id(parts)
        ring = kinds == _POLYGON
        if ring.any():
            loops, within = shapely.get_rings(parts[ring], return_index=True)
            parts = np.concatenate([parts[~ring], loops])
            of = np.concatenate([of[~ring], of[ring][within]])
            ring = np.arange(len(parts)) >= len(parts) - len(loops)
            order = np.argsort(of, kind="stable")
            parts, of, ring = parts[order], of[order], ring[order]
        xy, sizes = shapely.get_coordinates(parts), shapely.get_num_coordinates(parts)
        if not sizes.all():
            of, ring, sizes = of[sizes > 0], ring[sizes > 0], sizes[sizes > 0]
        if len(xy) > np.iinfo(np.int32).max:
            raise MemoryError(f"{len(xy):,} vertices are more than can be searched at once.")
        end = np.cumsum(sizes)
        number = len(xy) - np.count_nonzero(sizes > 1)
        first, second, owner = (np.empty(number, np.int32) for _ in range(3))
        edge = np.empty(number, np.bool_)
        search.join(end, of, ring, first, second, owner, edge)
        return cls(xy, end - sizes, end, of, ring, first, second, owner, edge, threads)

    @cached_property
    def starts(self) -> Ints:
        """The first segment of each geometry that has any; and, at the end, how many there are."""
        begins = np.ones(len(self.owner) + 1, np.bool_)
        begins[1:-1] = self.owner[1:] != self.owner[:-1]
        return np.flatnonzero(begins)

    @cached_property
    def here(self) -> Shorts:
        """The geometries that have any segment."""
        return self.owner[self.starts[:-1]]

    @cached_property
    def queries(self) -> tuple[Any, ...]:
        """What the loops take of geometries to be searched for: the last says in which order."""
        lead = self.starts[:-1]
        keys = along_curve(self.xy, self.first[lead], self.second[lead], self.threads)
        return self.xy, self.first, self.second, self.edge, self.starts, keys


@dataclass(frozen=True)
class Tree:
    """A tree of boxes over segments along a Hilbert curve, as `search` says."""

    seg: Floats
    owns: Shorts
    box: Floats
    least: Shorts
    start: Ints

    @classmethod
    def over(cls, xy: Floats, first: Shorts, second: Shorts, owner: Shorts, threads: int) -> Tree:
        """The tree over the segments that join these vertices, at least one."""
        keys = along_curve(xy, first, second, threads)
        seg, owns = np.empty((len(keys), 4)), np.empty(len(keys), np.int32)
        in_slices(search.gather, threads, len(keys), (xy, first, second, owner, keys), (seg, owns))
        start = np.concatenate([[0], np.cumsum(_levels(np.array([len(keys)])))])
        box, least = np.empty((start[-1], 4)), np.empty(start[-1], np.int32)
        search.pack(seg, owns, start, box, least)
        return cls(seg, owns, box, least, start)

    @property
    def arrays(self) -> tuple[Any, ...]:
        """What the loops take of it."""
        return self.seg, self.owns, self.box, self.least, self.start

    def nearest(self, of: Segments) -> tuple[Floats, Ints]:
        """The distance of each geometry that has segments, and the feature that it is to."""
        distance, which = np.empty(len(of.here)), np.empty(len(of.here), np.int64)
        given = (*of.queries, *self.arrays)
        in_slices(search.search, of.threads, len(of.here), given, (distance, which))
        return distance, which


@dataclass(frozen=True)
class Rings:
    """Rings of polygons with boxes over their edges, and a tree over the rings."""

    segments: Segments
    begin: Ints
    end: Ints
    of: Ints
    box: Floats
    start: Ints
    tree: Tree

    @classmethod
    def among(cls, segments: Segments) -> Rings | None:
        """Those of the segments' polygons; None if there are none."""
        if not segments.ring.any():
            return None
        begin, end, of = (a[segments.ring] for a in (segments.begin, segments.end, segments.of))
        after = np.cumsum(_levels(end - begin - 1).sum(axis=0))
        start = np.concatenate([[0], after[:-1]])
        box = np.empty((after[-1], 4))
        rings.pack_rings(segments.xy, begin, end, start, box)
        corners = box[after - 1].reshape(-1, 2)
        number = np.arange(len(begin), dtype=np.int32)
        tree = Tree.over(corners, 2 * number, 2 * number + 1, number, segments.threads)
        return cls(segments, begin, end, of, box, start, tree)

    @property
    def arrays(self) -> tuple[Any, ...]:
        """What the loops take of it."""
        of_rings = (self.segments.xy, self.begin, self.end, self.of, self.box, self.start)
        return (*self.tree.arrays, *of_rings)

    def holding(self, of: Segments, near: float) -> tuple[Ints, Ints, Bools]:
        """The first polygon that holds each geometry, how many do, if an edge is at most `near` away.

        Of those that have segments; -1 where no polygon does.
        """
        n = len(of.here)
        which, times, close = np.empty(n, np.int64), np.empty(n, np.int64), np.empty(n, np.bool_)
        given = (*of.queries, *self.arrays, near)
        in_slices(rings.cover, of.threads, n, given, (which, times, close))
        return which, times, close


def _levels(n: Ints) -> Ints:
    """How many boxes each level has over n things: the last has one; shape (levels, *n.shape)."""
    sizes = [-(-n // NODE)]
    while (sizes[-1] > 1).any():
        sizes.append(np.where(sizes[-1] > 1, -(-sizes[-1] // NODE), 0))
    return np.array(sizes)


def along_curve(xy: Floats, first: Shorts, second: Shorts, threads: int) -> Keys:
    """The segments in the order of a Hilbert curve: keys, which hold each one's number."""
    low = np.array([xy[:, 0].min(), xy[:, 1].min()])  # by column: along axis 0 it is slow
    scale = 65_535 / max(xy[:, 0].max() - low[0], xy[:, 1].max() - low[1], 1e-300)
    keys = np.empty(len(first), np.uint64)
    in_slices(search.curve, threads, len(keys), (xy, first, second, low, scale), (keys,))
    keys.sort()
    return keys


def in_slices(
    loop: Callable[..., None], threads: int, n: int, given: tuple[Any, ...], made: tuple[Any, ...]
) -> None:
    """Run a loop over n pieces of work, a slice at a time, on so many threads."""
    if threads == 1 or n <= _SLICE:
        loop(*given, 0, n, *made)
        return
    with ThreadPoolExecutor(threads) as pool:
        work = [
            pool.submit(loop, *given, lo, min(n, lo + _SLICE), *made) for lo in range(0, n, _SLICE)
        ]
    for done in work:
        done.result()


def processors() -> int:
    """How many processors this process may use."""
    if hasattr(os, "sched_getaffinity"):  # not on every system
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
