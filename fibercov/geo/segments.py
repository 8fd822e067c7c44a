"""Geometries as arrays of segments, and the trees to search them by."""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
import shapely

from fibercov.errors import ArgumentError
from fibercov.geo import loops, sight, ways
from fibercov.geo.loops import NODE, Bools, Floats, Ints, Keys, Shorts

_POLYGON, _MANY = shapely.GeometryType.POLYGON, shapely.GeometryType.MULTIPOINT  # and higher
_SLICE = 8_192  # geometries or segments that a thread takes at a time


@dataclass(frozen=True)
class Segments:
    """The segments of an array of geometries, in order; a point is a segment of length zero.

    Attributes
    ----------
    count
        How many geometries there are, including None and empty ones.
    xy
        The vertices, shape (v, 2).
    begin, end, of, polygon
        For each part (a point, a line, a ring): its first vertex, the one after its last, its
        geometry, and the number of the polygon that it is a ring of, -1 if it is not a ring.
    first, second, owner, edge
        For each segment: the two vertices that it joins, its geometry, and whether it is a polygon's
        edge.
    """

    count: int
    xy: Floats
    begin: Ints
    end: Ints
    of: Ints
    polygon: Ints
    first: Shorts
    second: Shorts
    owner: Shorts
    edge: Bools
    _keys: list[Keys] = field(default_factory=list, repr=False, compare=False)

    @classmethod
    def of_geometries(cls, geometries: Any) -> Segments:
        """Take geometries apart into segments; None and empty ones have none. Segments stay as they are."""
        if isinstance(geometries, cls):
            return geometries
        parts, of = geometries, np.arange(len(geometries))
        kinds = shapely.get_type_id(parts)
        while (kinds >= _MANY).any():  # a collection may hold collections
            parts, within = shapely.get_parts(parts, return_index=True)
            of, kinds = of[within], shapely.get_type_id(parts)
        polygon = np.full(len(parts), -1)
        areal = kinds == _POLYGON
        if areal.any():
            rings, within = shapely.get_rings(parts[areal], return_index=True)
            parts = np.concatenate([parts[~areal], rings])
            of = np.concatenate([of[~areal], of[areal][within]])
            polygon = np.concatenate([polygon[~areal], within])
            order = np.argsort(of, kind="stable")
            parts, of, polygon = parts[order], of[order], polygon[order]
        xy, sizes = shapely.get_coordinates(parts), shapely.get_num_coordinates(parts)
        if len(xy) > np.iinfo(np.int32).max:
            raise ArgumentError(
                None,
                f"There are {len(xy):,} vertices, and at most 2,147,483,647 can be searched at "
                "once.",
                "Measure in parts, by municipality or region.",
            )
        if not sizes.all():
            of, polygon, sizes = of[sizes > 0], polygon[sizes > 0], sizes[sizes > 0]
        end = np.cumsum(sizes)
        number = len(xy) - np.count_nonzero(sizes > 1)
        first, second, owner = (np.empty(number, np.int32) for _ in range(3))
        edge = np.empty(number, np.bool_)
        loops.join(end, of, polygon >= 0, first, second, owner, edge)
        return cls(len(geometries), xy, end - sizes, end, of, polygon, first, second, owner, edge)

    @property
    def has_polygons(self) -> bool:
        """Whether any part is a ring of a polygon."""
        return bool((self.polygon >= 0).any())

    @cached_property
    def queries(self) -> loops.Queries:
        """The queries to search for, one for each geometry that has a segment."""
        begins = np.ones(len(self.owner) + 1, np.bool_)
        begins[1:-1] = self.owner[1:] != self.owner[:-1]
        return loops.Queries(self.xy, self.first, self.second, self.edge, np.flatnonzero(begins))

    def keys(self, threads: int) -> Keys:
        """Compute the keys that order the queries along the Hilbert curve, once for all who ask."""
        if not self._keys:
            lead = self.queries.start[:-1]
            self._keys.append(_along_curve(self.xy, self.first[lead], self.second[lead], threads))
        return self._keys[0]

    def by_geometry(self, values: Any, missing: Any) -> Any:
        """Spread values of the queries over the geometries; `missing` where there is no query."""
        here = self.owner[self.queries.start[:-1]]
        if len(here) == self.count:
            return values
        spread = np.full(self.count, missing, values.dtype)
        spread[here] = values
        return spread


def nearest_segments(
    queries: Segments, tree: loops.Tree | None, threads: int
) -> tuple[Floats, Ints]:
    """Find each geometry's distance to the nearest segment and its feature; NaN and -1 if none."""
    n = len(queries.queries.start) - 1
    distance, which = np.full(n, np.nan), np.full(n, -1)
    if n and tree is not None:
        given = (queries.queries, queries.keys(threads), tree)
        in_slices(loops.search, threads, n, given, (distance, which))
    return queries.by_geometry(distance, np.nan), queries.by_geometry(which, -1)


def seen_segments(
    queries: Segments, tree: loops.Tree, walls: loops.Tree, drop: Floats, most: float, threads: int
) -> Floats:
    """Find each geometry's least distance to a segment over a line that crosses no wall: `sight.look`."""
    n = len(queries.queries.start) - 1
    made = np.full(n, np.nan)
    if n:
        here = drop[queries.owner[queries.queries.start[:-1]]]
        given = (queries.queries, queries.keys(threads), tree, walls, here, float(most))
        in_slices(sight.look, threads, n, given, (made,))
    return np.asarray(queries.by_geometry(made, np.nan))


def holding_polygons(
    queries: Segments,
    rings: tuple[loops.Rings, loops.Tree] | None,
    near: float,
    threads: int,
) -> tuple[Ints, Ints, Bools]:
    """Find for each geometry the first polygon that holds it, how many do, and whether an edge is near.

    A geometry is placed by the first vertex of each of its parts. The first polygon is -1 if none does.
    """
    n = len(queries.queries.start) - 1
    which, times, close = np.full(n, -1), np.zeros(n, np.int64), np.zeros(n, np.bool_)
    if n and rings is not None:
        given = (queries.queries, queries.keys(threads), rings[1], rings[0], near)
        in_slices(loops.cover, threads, n, given, (which, times, close))
    return tuple(
        queries.by_geometry(values, missing)
        for values, missing in ((which, -1), (times, 0), (close, False))
    )


def tree_of(features: Segments, threads: int) -> loops.Tree | None:
    """Build the tree over the segments of the features; None if there are none."""
    return tree_over(features.xy, features.first, features.second, features.owner, threads)


def tree_over(
    xy: Floats, first: Shorts, second: Shorts, owner: Shorts, threads: int
) -> loops.Tree | None:
    """Build the tree over segments that join these vertices; None if there are none."""
    return _tree(xy, first, second, owner, threads) if len(owner) else None


def stretches(pieces: Floats, tree: loops.Tree, within: float, threads: int) -> tuple[Ints, Floats]:
    """Find the stretches of straight pieces that are at most `within` from a segment: `ways.beside`."""
    found = in_slices(ways.beside, threads, len(pieces), (pieces, tree, within), ())
    which, ends = zip(*found, strict=True)
    return np.concatenate(which), np.concatenate(ends)


def _tree(xy: Floats, first: Shorts, second: Shorts, owner: Shorts, threads: int) -> loops.Tree:
    """Build the tree over segments that join these vertices, at least one."""
    keys = _along_curve(xy, first, second, threads)
    seg, owns = np.empty((len(keys), 4)), np.empty(len(keys), np.int32)
    in_slices(loops.gather, threads, len(keys), (xy, first, second, owner, keys), (seg, owns))
    start = np.concatenate([[0], np.cumsum(_levels(np.array([len(keys)])))])
    box, least = np.empty((start[-1], 4)), np.empty(start[-1], np.int32)
    tree = loops.Tree(seg, owns, box, least, start)
    loops.pack(tree)
    return tree


def rings_of(segments: Segments, threads: int) -> tuple[loops.Rings, loops.Tree] | None:
    """Build a tree over the diagonals of the boxes of all rings; None if there are none."""
    if not segments.has_polygons:
        return None
    some = segments.polygon >= 0
    begin, end, of, polygon = (
        a[some] for a in (segments.begin, segments.end, segments.of, segments.polygon)
    )
    alone = np.bincount(polygon)[polygon] == 1
    after = np.cumsum(_levels(end - begin - 1).sum(axis=0))
    start = np.concatenate([[0], after[:-1]])
    rings = loops.Rings(
        segments.xy, begin, end, of, polygon, alone, np.empty((after[-1], 4)), start
    )
    loops.pack_rings(rings)
    corners = rings.box[after - 1].reshape(-1, 2)
    number = np.arange(len(begin), dtype=np.int32)
    return rings, _tree(corners, 2 * number, 2 * number + 1, number, threads)


def _levels(n: Ints) -> Ints:
    """Count the boxes of each level over n items, up to the one on top; shape (levels, *n.shape)."""
    sizes = [-(-n // NODE)]
    while (sizes[-1] > 1).any():
        sizes.append(np.where(sizes[-1] > 1, -(-sizes[-1] // NODE), 0))
    return np.array(sizes)


def _along_curve(xy: Floats, first: Shorts, second: Shorts, threads: int) -> Keys:
    """Sort the segments along a Hilbert curve; return their keys, which hold their numbers."""
    # RULE: the curve fills a square around most vertices. Were outliers inside, all others could
    # fall into one cell.
    sample = xy[:: len(xy) // 10_000 + 1]
    low, high = np.quantile(sample, [0.01, 0.99], axis=0)
    low, high = low - (high - low), high + (high - low)
    scale = 65_535 / max(*(high - low), 1e-300)
    keys = np.empty(len(first), np.uint64)
    in_slices(loops.curve, threads, len(keys), (xy, first, second, low, scale), (keys,))
    keys.sort()
    return keys


def in_slices(
    loop: Callable[..., Any], threads: int, n: int, given: tuple[Any, ...], made: tuple[Any, ...]
) -> list[Any]:
    """Run a loop over n items in slices, on `threads` threads; return what each slice returned."""
    if threads == 1 or n <= _SLICE:
        return [loop(*given, 0, n, *made)]
    with ThreadPoolExecutor(threads) as pool:
        slices = range(0, n, _SLICE)
        work = [pool.submit(loop, *given, lo, min(n, lo + _SLICE), *made) for lo in slices]
        try:
            return [done.result() for done in work]
        except BaseException:  # an interrupt, too: slices that have not begun never do
            pool.shutdown(cancel_futures=True)
            raise


def processors() -> int:
    """Count the processors that this process may use."""
    if hasattr(os, "sched_getaffinity"):  # not on every system
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
