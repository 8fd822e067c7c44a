"""Search the cheapest tree that covers enough, and a cost that none can be below.

The price of one that is counted is varied (Lagrange): for each price, dual ascent gives a bound, and the ways
among which good trees lie. A tree that covers too much or too little at that price is then brought to the number
that is wanted.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fibercov.plan import trees
from fibercov.plan.bound import Case, bound_of
from fibercov.plan.routes import Routes
from fibercov.plan.trees import Paths, Tree

_MOST_NODES = 300  # that hang on a path which is exchanged
_MOST_CELLS = 50_000_000  # of a knapsack: 200 MB
_PASSES, _FEW = 3, 4
_EFFORT = 40_000  # nodes times rounds
_ROUNDS, _LUMPS, _CASES = 8, 12, 60
_PRICES, _TRIES = 32, 4
_FACTORS = (1.0, 1.2, 0.85, 1.5, 0.7, 2.0, 3.0, 5.0, 1.05, 8.0, 0.95)  # the most useful first

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]


@dataclass(eq=False)
class Growth:
    """A tree in the candidate graph, and what it takes to go on with it."""

    routes: Routes
    allowed: Bools
    tree: Tree
    liking: Floats | float = 1.0
    paths: Paths = field(init=False)
    left: Bools = field(init=False)

    def __post_init__(self) -> None:
        n = self.routes.nodes
        self.left = ~self.covered
        self.paths = Paths(
            np.full(n, np.inf), np.full(n, -1, dtype=np.int64), np.full(n, -1, dtype=np.int64)
        )
        starts = np.flatnonzero(self.tree.built)
        trees.spread(self.routes.ways, self.allowed, starts, self.paths)

    @classmethod
    def of(
        cls, routes: Routes, allowed: Bools | None = None, liking: Floats | float = 1.0
    ) -> Growth:
        """Begin with nothing but the source."""
        built = np.zeros(routes.nodes, dtype=bool)
        built[-1] = True
        edges = np.ones(len(routes.ways.cost), dtype=bool) if allowed is None else allowed
        return cls(routes, edges, Tree(built, np.zeros(len(routes.ways.cost), dtype=bool)), liking)

    def done(self) -> Growth:
        """Let go of what it takes to go on: much, for many trees."""
        none = np.empty(0, dtype=np.int64)
        self.paths, self.left = Paths(np.empty(0), none, none), np.empty(0, dtype=bool)
        return self

    def again(self, *, everywhere: bool = True) -> Growth:
        """Go on with a copy of the tree, over all ways or those that were allowed."""
        edges = np.ones_like(self.allowed) if everywhere else self.allowed
        tree = Tree(self.tree.built.copy(), self.tree.chosen.copy())
        return Growth(self.routes, edges, tree, self.liking)

    @property
    def covered(self) -> Bools:
        """Which groups the tree covers."""
        covers = self.routes.covers
        if len(covers.counts) == 0:
            return np.zeros(0, dtype=bool)
        return np.logical_or.reduceat(self.tree.built[covers.node], covers.begin[:-1])

    @property
    def counted(self) -> float:
        """What the groups count that the tree covers."""
        return float(self.routes.covers.counts[self.covered].sum())

    @property
    def cost(self) -> float:
        """What the tree costs, and the premises that it covers."""
        trench = self.routes.ways.cost[self.tree.chosen].sum()
        return float(trench + self.routes.covers.cost[self.covered].sum())

    def prize(self, price: float) -> Floats:
        """Return what it is worth to cover each group if one that is counted is worth `price`."""
        covers = self.routes.covers
        return np.maximum(price * covers.counts * self.liking - covers.cost, 0.0)

    def grow(self, price: float, ratio: float = 0.3, quota: float = np.inf) -> Growth:
        """Build branches that are worth it at a price, the best first, until `quota` more are counted.

        RULE: after those that are nearly as good as the best, ways are found anew.
        """
        routes, quota = self.routes, quota + self.counted
        new = np.empty(routes.nodes, dtype=np.int64)
        while True:
            order = np.argsort(self.paths.metres)
            size = trees.branches(
                routes.ways, routes.covers, self.prize(price), self.tree, self.paths, self.left,
                ratio, order, new,
            )  # fmt: skip
            if size == 0 or self.counted >= quota:
                return self
            trees.spread(routes.ways, self.allowed, new[:size], self.paths)

    def trim(self, price: float, floor: float = 0.0) -> Growth:
        """Take away what is not worth it at a price, as long as `floor` stays counted."""
        routes = self.routes
        trees.trim(routes.ways, routes.covers, self.prize(price), self.tree, float(floor))
        return self

    def exchange(self, price: float) -> Growth:
        """Replace paths by cheaper ones."""
        routes = self.routes
        trees.exchange(routes.ways, routes.covers, self.prize(price), self.tree, _MOST_NODES)
        return self


@dataclass(frozen=True, eq=False)
class Search:
    """A search of cheap trees in a candidate graph, and of costs that none can be below.

    Attributes
    ----------
    routes
        The candidate graph.
    threads
        How many threads to use; the result does not depend on it.
    progress
        Called with the share of the search that is done.
    """

    routes: Routes
    threads: int = 1
    progress: Callable[[float], None] = field(default=lambda _: None)

    def cheapest(self, wanted: float) -> tuple[Growth, float]:
        """Find a cheap tree that counts `wanted`, and a cost that no tree can be below.

        Trees are searched for many prices, and then among the ways of the best, and beside them.
        """
        nodes, groups = self.routes.nodes, len(self.routes.covers.counts)
        whole = Case(self.routes, wanted, np.zeros(groups, dtype=bool))
        root = whole.best()
        price = root[1]
        rounds = min(_ROUNDS, _EFFORT // nodes)
        factors = _FACTORS[: max(5, 10 * _EFFORT // nodes)]
        step = 1.0 / (2 * rounds + 4)
        steps = itertools.count()
        work: list[tuple[Any, ...]] = [(whole, price * factor, wanted) for factor in factors]
        found = self._all(self._from_dual, work, next(steps) * step, step)
        if rounds:  # the best for its cost, one after the other
            found += _brought(Growth.of(self.routes), price / 20, wanted)
        rng = np.random.default_rng(0)
        for number in range(rounds + 1):
            # What one of them leaves out, another has.
            few = sorted(found, key=_cost)[:_FEW]
            together = np.any([one.tree.chosen for one in few], axis=0)
            work = [(together, price * factor, wanted) for factor in factors]
            found += self._all(self._among, work, next(steps) * step, step)
            if number == rounds:
                break
            # Trees that like some groups more than they are worth, by chance, find what others do not.
            work = []
            for factor in (0.9, 1.1, 1.5):
                near = price * factor * math.exp(rng.normal(0.0, 0.1))
                work += [(whole, near, wanted, together, one.tree.chosen, 1.0) for one in few[:2]]
                liking = np.exp(rng.normal(0.0, 0.4, groups))
                work.append((whole, near, wanted, together, few[0].tree.chosen, liking))
            found += self._all(self._from_dual, work, next(steps) * step, step)
        best = min(found, key=_cost)
        cases = _CASES * rounds // _ROUNDS
        lumps = _lumps(self.routes, price) if cases else []
        bound, told = bound_of(whole, root, lumps, best.cost, best.tree.chosen, cases, self._each)
        # A tree that fits one of the cases may be cheaper.
        chosen = best.tree.chosen
        work = [(case, price, wanted, chosen, chosen, case.liking) for case, price in told]
        best = min([best, *self._all(self._from_dual, work, 1.0 - step, step)], key=_cost)
        self.progress(1.0)
        return best, max(0.0, min(bound, best.cost))

    def ladder(self, wanted: Sequence[float]) -> tuple[Floats, Floats]:
        """Find the cost of a cheap tree for each of several numbers, rising, and what none can be below."""
        trees_, line = self._sweep()
        costs = np.array(
            self._each(lambda h: min(map(_cost, self._near(trees_, h))), [float(h) for h in wanted])
        )
        bounds = np.array([_least(line, h) for h in wanted])
        return np.minimum.accumulate(costs[::-1])[::-1], bounds

    def within(self, budget: float) -> tuple[Growth, float] | None:
        """Find a tree that counts much for at most `budget`, and a cost that none that counts as much can be below.

        None if nothing can be had for it.
        """
        trees_, line = self._sweep()
        best = None
        most = float(self.routes.covers.counts.sum())
        low, high = 0.0, most
        while high - low >= 1.0:  # RULE: what is counted is whole numbers
            wanted = math.ceil((low + high) / 2)
            some = min(self._near(trees_, wanted), key=_cost, default=None)
            if some is not None and some.cost <= budget:
                best, low = some, max(wanted, some.counted)
            else:
                high = wanted - 1
        if best is None:
            return None
        more = 0.0
        for _ in range(_TRIES):  # a thorough search gets more for the same
            found, least = self.cheapest(min(best.counted + more, most))
            if found.cost <= budget:
                best, line = found, [*line, (0.0, least)]
                more = max(1.0, best.counted * (budget / best.cost - 1) // 2)
            elif more <= 1.0:
                break
            else:
                more = max(1.0, more // 2)
            if best.counted >= most:
                break
        return best, _least(line, best.counted)

    def _sweep(self) -> tuple[list[tuple[Growth, float]], list[tuple[float, float]]]:
        """Search a tree for each of many prices, and a bound: cost >= price x counted + the second number."""
        none = np.zeros(len(self.routes.covers.counts), dtype=bool)
        whole = Case(self.routes, 0.0, none)
        covers = self.routes.covers
        scale = (self.routes.ways.cost.sum() + covers.cost.sum()) / covers.counts.sum()
        prices = np.geomspace(1e-3 * scale, 1e2 * scale, _PRICES)

        def at(price: float) -> tuple[Growth, float]:
            least, paid, _ = whole.at(price)
            return _worth_building(self.routes, price, paid).done(), least

        made = self._each(at, prices)
        return (
            [(tree, price) for (tree, _), price in zip(made, prices, strict=True)],
            [(price, least) for (_, least), price in zip(made, prices, strict=True)],
        )

    def _near(self, found: list[tuple[Growth, float]], wanted: float) -> list[Growth]:
        """Bring those trees to what is wanted that count a little less and a little more."""
        above = [k for k, (tree, _) in enumerate(found) if tree.counted >= wanted][:1]
        some = range(max(0, above[0] - 1), above[0] + 2) if above else [len(found) - 1]
        return [each for k in some if k < len(found) for each in _brought(*found[k], wanted)]

    def _each(self, function: Callable[[Any], Any], work: Iterable[Any]) -> list[Any]:
        """Apply a function to each of many, in order, on several threads."""
        with ThreadPoolExecutor(self.threads) as pool:
            return list(pool.map(function, work))

    def _all(
        self,
        search: Callable[..., list[Growth]],
        work: list[tuple[Any, ...]],
        done: float,
        step: float,
    ) -> list[Growth]:
        """Search many times, and keep what counts enough: a step of the whole search, of which so much is done."""
        found: list[Growth] = []
        with ThreadPoolExecutor(self.threads) as pool:
            for k, some in enumerate(pool.map(lambda given: search(*given), work), start=1):
                found += some
                self.progress(done + step * k / len(work))
        return found

    def _from_dual(
        self, whole: Case, price: float, wanted: float, together: Bools | None = None,
        guide: Bools | None = None, liking: Floats | float = 1.0,
    ) -> list[Growth]:  # fmt: skip
        """Grow trees among the ways that dual ascent has paid for."""
        _, paid, _ = whole.at(price, guide)
        allowed = paid if together is None else paid | together
        return _brought(_worth_building(self.routes, price, allowed, liking), price, wanted)

    def _among(self, together: Bools, price: float, wanted: float) -> list[Growth]:
        """Grow trees among some ways."""
        return _brought(Growth.of(self.routes, together).grow(price), price, wanted)


def _least(line: list[tuple[float, float]], counted: float) -> float:
    """Return a cost that no tree can be below that counts so much."""
    return max(0.0, *(price * counted + at for price, at in line))


def _brought(grown: Growth, price: float, wanted: float) -> list[Growth]:
    """Bring a tree to what is wanted in several ways."""
    made = []
    for start in (_part_of(grown, wanted), grown.again(everywhere=False)):
        if start is not None:
            brought = _brought_to(start, price, wanted)
            made += [brought, _part_of(brought, wanted)]
    return [one.done() for one in made if one is not None and one.counted >= wanted]


def outwards(routes: Routes, chosen: Bools) -> tuple[Ints, Ints, Ints]:
    """List the nodes of a tree from the source, depth first, each with its parent and the way from it."""
    order, parent, edge = np.empty((3, routes.nodes), dtype=np.int64)
    size = trees.outwards(routes.ways, chosen, order, parent, edge)
    return order[:size], parent[:size], edge[:size]


def _cost(tree: Growth) -> float:
    """Return what a tree costs."""
    return tree.cost


def _lumps(routes: Routes, price: float) -> list[NDArray[np.int64]]:
    """List the sets of groups that lie behind a long stretch without any, the most decisive first.

    RULE: whether to go there at all decides about as much as the stretch costs, or as what lies behind is worth,
    whichever is less.
    """
    every = Growth.of(routes).grow(1e12)
    order, parent, edge = outwards(routes, every.tree.chosen)
    place, first = _first_of(routes, order)
    here = first < len(order)
    gain = np.bincount(first[here], routes.covers.counts[here], minlength=len(order))
    up, after = place[parent], trees.ends_of_branches(place[parent])
    children = np.bincount(up[1:], minlength=len(order))
    stem = np.r_[0.0, routes.ways.cost[edge[1:]]]
    for v in range(1, len(order)):
        if gain[up[v]] == 0 and children[up[v]] == 1 and up[v] > 0:
            stem[v] += stem[up[v]]
    total = np.r_[0.0, np.cumsum(gain)]
    behind = total[after] - total[:-1]
    ends = (gain > 0) | (children != 1)  # of stretches without any
    score = np.where(ends, np.minimum(stem, price * behind), 0.0)
    score[0] = 0.0
    chosen: list[int] = []
    for v in np.argsort(-score, kind="stable")[:200]:
        if score[v] <= 0 or len(chosen) == _LUMPS:
            break
        # RULE: what is nearly the same as a set that is chosen decides nothing more.
        inner = [(max(v, u), min(after[v], after[u]), max(behind[v], behind[u])) for u in chosen]
        if all(total[max(a, b)] - total[a] < 0.8 * most for a, b, most in inner):
            chosen.append(int(v))
    return [np.flatnonzero((first >= v) & (first < after[v])) for v in chosen]


def _worth_building(
    routes: Routes, price: float, paid: Bools, liking: Floats | float = 1.0
) -> Growth:
    """Grow a tree that is as good as can quickly be had at a price."""
    tree = Growth.of(routes, paid, liking).grow(price)
    for _ in range(_PASSES):
        before = tree.cost - price * tree.counted
        tree.trim(price).exchange(price).trim(price)
        tree = tree.again().grow(price)
        after = tree.cost - price * tree.counted
        if after > before - 1e-5 * abs(before):
            break
    return tree.trim(price)


def _brought_to(tree: Growth, price: float, wanted: float) -> Growth:
    """Bring a tree to what is wanted, or a little more: add the best, leave out the worst."""
    lowest = price
    if tree.counted < wanted:
        tree = tree.again()
    while tree.counted < wanted:
        price *= 1.1
        tree.grow(price, 0.95, wanted - tree.counted)
    for _ in range(2):
        for worst in np.geomspace(price, lowest / 50, 25):
            tree.trim(worst, wanted)
        tree.exchange(1e15)
    for worst in np.geomspace(price, lowest / 50, 25):
        tree.trim(worst, wanted)
    return tree


def _first_of(routes: Routes, order: Ints) -> tuple[Ints, Ints]:
    """Give each node its place in an order, and each group the first place that covers it; if none, what is after the last."""
    place = np.full(routes.nodes, len(order))
    place[order] = np.arange(len(order))
    covers = routes.covers
    return place, np.minimum.reduceat(place[covers.node], covers.begin[:-1])


def _part_of(tree: Growth, wanted: float) -> Growth | None:
    """Return the cheapest part of a tree that counts what is wanted; None if no knapsack finds it quickly."""
    routes, covers = tree.routes, tree.routes.covers
    order, parent, edge = outwards(routes, tree.tree.chosen)
    if tree.counted < wanted or len(order) * (wanted + 1) > _MOST_CELLS:
        return None
    part = tree.again(everywhere=False)
    place, first = _first_of(routes, order)
    here = first < len(order)
    gain = np.bincount(first[here], covers.counts[here], minlength=len(order)).astype(np.int64)
    cost = np.r_[0.0, routes.ways.cost[edge[1:]]]
    cost += np.bincount(first[here], covers.cost[here], minlength=len(order))
    after = trees.ends_of_branches(place[parent])
    least = np.empty((len(order) + 1, int(wanted) + 1), dtype=np.float32)
    trees.least_costs(after, cost, gain, least)
    kept = trees.kept_of(after, gain, least, int(wanted))
    part.tree.built[order[~kept]] = False
    part.tree.chosen[edge[~kept]] = False
    return part
