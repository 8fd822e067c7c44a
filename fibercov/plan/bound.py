"""A cost that no plan can be below.

For a price of one that is counted, dual ascent bounds the cost of any tree less what it counts is worth (Lagrange).
Where a village lies across the target, all or nothing, that is far below what any plan costs: then the two cases,
that nobody in the village is counted and that somebody is, are bounded apart, and so on for the next village.
"""

from __future__ import annotations

import heapq
import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fibercov.plan import trees
from fibercov.plan.routes import Routes
from fibercov.plan.trees import Covers

_LITTLE, _MUCH = 0.01, 3.0

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Case:
    """Plans that count none of some groups, and some of others.

    Attributes
    ----------
    routes, wanted
        The candidate graph, and how much must be counted.
    out
        Which groups are not counted.
    needed
        Sets of groups, of each of which at least one is counted.
    """

    routes: Routes
    wanted: float
    out: Bools
    needed: tuple[Ints, ...] = ()

    @property
    def possible(self) -> bool:
        """Whether enough is left to be counted."""
        return float(self.routes.covers.counts[~self.out].sum()) >= self.wanted

    def _covers(self) -> Covers:
        """Add a group for each set of which one is needed: what covers any of it covers that."""
        covers = self.routes.covers
        if not self.needed:
            return covers
        group = np.repeat(np.arange(len(covers.counts)), np.diff(covers.begin))
        groups, nodes = [group], [covers.node.astype(np.int64)]
        for k, some in enumerate(self.needed):
            node = np.unique(covers.node[np.isin(group, some)]).astype(np.int64)
            groups.append(np.full(len(node), len(covers.counts) + k))
            nodes.append(node)
        more = np.zeros(len(self.needed))
        return Covers.of(
            np.concatenate(groups), np.concatenate(nodes), np.r_[covers.counts, more],
            np.r_[covers.cost, more], self.routes.nodes,
        )  # fmt: skip

    @property
    def liking(self) -> Floats:
        """How much more or less each group is worth where a tree is to fit the case."""
        much = np.where(self.out, _LITTLE, 1.0)
        for some in self.needed:
            much[some] = _MUCH
        return much

    def at(
        self, price: float, guide: Bools | None = None, covers: Covers | None = None
    ) -> tuple[float, Bools, float]:
        """Return a bound, the stretches that are paid for, and what is worth its cost at a price.

        RULE: any tree that counts enough costs at least the dual, and the price of what is wanted, less the
        prizes of all.
        """
        own = self.routes.covers
        prize = np.maximum(price * own.counts - own.cost, 0.0)
        prize[self.out] = 0.0
        must = np.full(len(self.needed), 1e3 * self.routes.ways.cost.sum() + prize.sum())
        some = self._covers() if covers is None else covers
        dual, unpaid, left = trees.ascend(
            self.routes.ways, some, np.r_[prize, must], len(must),
            _none(self.routes) if guide is None else guide,
        )  # fmt: skip
        worth = (left[: len(prize)] > 0) & (prize > 0)
        bound = dual + price * self.wanted - float(prize.sum())
        return bound, unpaid.min(axis=1) <= trees.SATURATED, float(own.counts[worth].sum())

    def best(self, price: float | None = None, guide: Bools | None = None) -> tuple[float, float]:
        """Return the best bound, and the price that gives it; near `price` if that is given."""
        if not self.possible:
            return math.inf, price or 0.0
        covers = self._covers()
        found: list[tuple[float, float]] = []
        if price is None:
            total = float(self.routes.covers.counts.sum())
            scale = (self.routes.ways.cost.sum() + self.routes.covers.cost.sum()) / total
            low, high = 1e-3 * scale, 1e2 * scale
            for _ in range(16):  # the dual says cheaply which price it is about
                price = math.sqrt(low * high)
                bound, _, worth = self.at(price, guide, covers)
                found.append((bound, price))
                low, high = (low, price) if worth >= self.wanted else (price, high)
            price = max(found)[1]
        found.append((self.at(price, guide, covers)[0], price))
        for step in (1.6, 1.25, 1.1, 1.04):  # the bound is nearly concave in the price
            for way in (step, 1 / step):
                while True:
                    there = max(found)[1] * way
                    bound = self.at(there, guide, covers)[0]
                    better = bound > max(found)[0]
                    found.append((bound, there))
                    if not better:
                        break
        return max(found)


def _none(routes: Routes) -> Bools:
    """Mark no stretch."""
    return np.zeros(len(routes.ways.cost), dtype=bool)


def bound_of(
    whole: Case, root: tuple[float, float], lumps: list[Ints], cost: float, guide: Bools, most: int,
    each: Callable[[Callable[[Any], Any], Iterable[Any]], list[Any]],
) -> tuple[float, list[tuple[Case, float]]]:  # fmt: skip
    """Find a cost that no plan can be below, given one of `cost`, in up to `most` cases; return these with their prices, too.

    `root` is a bound of the whole, and its price. `guide` has the ways of a good plan. `lumps` are the sets
    of groups to tell cases apart by, the largest first. `each` applies a function to many.
    """
    bound, price = max(root, whole.best(root[1], guide))
    number = 0
    cases = [(bound, number, price, 0, whole)]
    proven = math.inf  # of cases that need no more telling apart
    told: list[tuple[Case, float]] = []
    for _ in range(most):
        bound, _, price, depth, case = heapq.heappop(cases)
        if depth == len(lumps) or bound >= min(cost, proven):
            proven = min(proven, bound)
            if not cases or cases[0][0] >= min(proven, cost):
                break
            continue
        lump = lumps[depth]
        outside = case.out.copy()
        outside[lump] = True
        apart = [replace(case, out=outside), replace(case, needed=(*case.needed, lump))]
        bests = each(partial(Case.best, price=price, guide=guide), apart)
        for one, (least, at) in zip(apart, bests, strict=True):
            number += 1
            if math.isfinite(least):
                told.append((one, at))
                heapq.heappush(cases, (max(least, bound), number, at, depth + 1, one))
        if not cases:
            break
    return min([proven, *(case[0] for case in cases)]), told
