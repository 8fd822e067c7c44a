"""The builds of a tree in order: what gains most for its cost first, and never a build before what it hangs on."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pyproj
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from fibercov.geo.nearest import NearestIndex
from fibercov.plan import trees
from fibercov.plan.routes import Missing, Routes
from fibercov.plan.search import Growth, outwards

LEAST_BUILD_M = 200.0  # a shorter build is part of the one that it hangs on
_TIMES = 20
_NEAR_M = 1e-3

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Shapes = NDArray[np.object_]


def builds_of(
    routes: Routes, found: Growth | None, missing: Missing, reach_m: float, before: int, total: int,
    crs: pyproj.CRS,
) -> gpd.GeoDataFrame:  # fmt: skip
    """Make the table of the builds of a tree, which may be None, given what is reached before, of a total.

    RULE: what a build reaches is measured, drop by drop, as it will be when it is part of the network.
    RULE: the cost of one that is newly reached never falls: a build that gains more for its cost than the one
    before is joined to it.
    """
    edge, number = _order_of(routes, found.tree.chosen) if found else np.empty((2, 0), np.int64)
    named = np.unique(number)
    ways = [edge[number == k] for k in named]
    first = _reached_by([_line(routes, each) for each in ways], missing.shapes, reach_m)
    cost = [
        routes.ways.cost[each].sum() + missing.cost[first == k].sum() for k, each in enumerate(ways)
    ]
    gain = [int(missing.counts[first == k].sum()) for k in range(len(ways))]
    parts = _rising(cost, gain)
    ways = [np.concatenate([ways[k] for k in part]) for part in parts]
    made = gpd.GeoDataFrame(
        {
            "build": np.arange(1, len(parts) + 1),
            "trench_m": np.array([routes.length[each].sum() for each in ways]),
            "off_route_m": np.array([routes.off_route[each].sum() for each in ways]),
            "cost": np.array([sum(cost[k] for k in part) for part in parts]),
            "newly_reached": np.array([sum(gain[k] for k in part) for part in parts], np.int64),
        },
        geometry=[_line(routes, each) for each in ways],
        crs=crs,
    )
    made["cost_per_newly_reached"] = made["cost"] / made["newly_reached"]
    made["cost_after"] = made["cost"].cumsum()
    made["reached_after"] = before + made["newly_reached"].cumsum()
    made["share_after"] = made["reached_after"] / total
    return made


def _rising(cost: list[float], gain: list[int]) -> list[list[int]]:
    """Put neighbours together until none costs less for what it gains than the one before; the last gains some."""
    parts: list[tuple[float, int, list[int]]] = []
    for k in range(len(cost)):
        parts.append((cost[k], gain[k], [k]))
        while len(parts) > 1 and (
            parts[-2][1] == 0 or (parts[-1][1] > 0 and _each(parts[-1]) < _each(parts[-2]))
        ):
            (c, h, some), (more, gained, others) = parts[-2:]
            parts[-2:] = [(c + more, h + gained, some + others)]
    return [some for _, gained, some in parts if gained]


def _each(part: tuple[float, int, list[int]]) -> float:
    """Return the cost of one that a part gains."""
    return part[0] / part[1]


def _line(routes: Routes, ways: Ints) -> BaseGeometry:
    """Make one line of ways, of as many parts as need be."""
    line: BaseGeometry = shapely.line_merge(shapely.MultiLineString([*routes.shapes(ways)]))
    return line


def _reached_by(lines: list[BaseGeometry], premises: Shapes, reach_m: float) -> Ints:
    """Find the first build that each premises is within reach of; -1 if of none."""
    found = np.full(len(premises), -1, dtype=np.int64)
    who, build = shapely.STRtree(lines).query(
        premises, predicate="dwithin", distance=reach_m + _NEAR_M
    )
    order = np.argsort(build, kind="stable")
    who, begin = who[order], np.searchsorted(build[order], np.arange(len(lines) + 1))
    for k, line in enumerate(lines):
        near = who[begin[k] : begin[k + 1]]
        near = near[found[near] < 0]
        if len(near):
            drop_m, _ = NearestIndex(np.array([line], dtype=object)).query(premises[near])
            found[near[drop_m <= reach_m]] = k
    return found


def _order_of(routes: Routes, chosen: NDArray[np.bool_]) -> tuple[Ints, Ints]:
    """List the ways of a tree from the source outwards, and the number of each one's build (Horn's rule).

    RULE: a group counts where it is reached first, and that hangs on the order. So ways are put in order
    until that changes nothing, or often enough.
    """
    covers, ways = routes.covers, routes.ways
    order, parent, edge = outwards(routes, chosen)
    place = np.full(routes.nodes, -1)
    place[order] = np.arange(len(order))
    cost = np.r_[0.0, ways.cost[edge[1:]]]
    metres = np.r_[0.0, routes.length[edge[1:]]]
    at = place[covers.node]
    rank = np.arange(len(order))
    for _ in range(_TIMES):
        first = np.where(at >= 0, rank[at] * len(order) + at, 1 << 60)
        first = np.minimum.reduceat(first, covers.begin[:-1])
        here = first < 1 << 60
        node = first[here] % len(order)
        gain = np.bincount(node, covers.counts[here], minlength=len(order)).astype(np.float64)
        extra = np.bincount(node, covers.cost[here], minlength=len(order))
        build = trees.in_order(place[parent], cost + extra, gain, metres, LEAST_BUILD_M)
        if (build == rank).all():
            break
        rank = build
    return edge[1:], rank[1:]
