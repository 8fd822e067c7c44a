"""Plans and their bounds against the exact optimum of an integer program, in small towns."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pytest
import shapely
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import coo_array

from fibercov.geo.nearest import NearestIndex
from fibercov.geo.roads import RoadGraph
from fibercov.plan.routes import Missing, Routes, routes_of
from fibercov.plan.search import Search

pytestmark = pytest.mark.no_cover

TOWNS = range(9_000, 9_020)  # chosen before anything was tuned
Floats = NDArray[np.float64]


def town(seed: int) -> tuple[Routes, float]:
    """A small town's candidate graph, and how much is wanted."""
    rng = np.random.default_rng(seed)
    side = 4
    xy = np.stack(np.meshgrid(*[np.arange(side) * 60] * 2, indexing="ij"), -1).astype(float)
    xy += rng.normal(0, 9, xy.shape)
    ends = [(xy[i, j], xy[i + 1, j]) for i in range(side - 1) for j in range(side)]
    ends += [(xy[i, j], xy[i, j + 1]) for i in range(side) for j in range(side - 1)]
    roads = np.array([shapely.LineString(e) for e in ends if rng.random() < 0.8])
    length = shapely.length(roads)
    on = rng.choice(len(roads), 18, p=length / length.sum())
    at = shapely.line_interpolate_point(roads[on], rng.uniform(0, 1, 18) * length[on])
    homes = shapely.get_coordinates(at) + rng.normal(0, 12, (18, 2))
    count = rng.choice([1.0, 1.0, 2.0, 3.0, 8.0, 25.0], 18)
    network = np.array([shapely.LineString([(-30, -30), (-5, -5)])])
    index = NearestIndex(network)
    far = index.query(np.asarray(shapely.points(homes)))[0] > 25
    missing = Missing(np.asarray(shapely.points(homes[far])), count[far], np.zeros(far.sum()))
    routes = routes_of(
        RoadGraph.of_lines(roads, None, 1.0), rng.uniform(0.5, 2, len(roads)), index, network, missing,
        reach_m=25, detour=1.3,
    )  # fmt: skip
    return routes, float(np.ceil(routes.covers.counts.sum() * rng.uniform(0.3, 0.9)))


class Rows:
    """The rows of an integer program, in blocks."""

    def __init__(self) -> None:
        self.parts: list[tuple[Floats, Floats, Floats]] = []
        self.low: list[Floats] = []
        self.high: list[Floats] = []
        self.size = 0

    def add(self, row: ArrayLike, column: ArrayLike, value: ArrayLike) -> None:
        """Put values into the block that is added next."""
        at = self.size + np.asarray(row)
        value, column = (np.broadcast_to(np.asarray(each), at.shape) for each in (value, column))
        self.parts.append((value, at, column))

    def close(self, number: int, low: float, high: float) -> None:
        """End a block of so many rows."""
        self.size += number
        self.low.append(np.full(number, low))
        self.high.append(np.full(number, high))

    def constraint(self, columns: int) -> LinearConstraint:
        """Put all together."""
        value, row, column = (np.concatenate(each) for each in zip(*self.parts, strict=True))
        matrix = coo_array((value, (row, column)), shape=(self.size, columns)).tocsr()
        return LinearConstraint(matrix, np.concatenate(self.low), np.concatenate(self.high))


def optimum(routes: Routes, wanted: float) -> float:
    """The cost of the cheapest plan: a flow of its own from the source to each group that counts, by HiGHS.

    Variables are the arcs, both ways, the groups, the flow to each group over each arc, and the flow to it
    from each of its nodes.
    """
    ways, covers, source = routes.ways, routes.covers, routes.nodes - 1
    at = np.repeat(np.arange(routes.nodes), np.diff(ways.begin))
    begins = ways.tail[ways.edge] == at
    one, other = ways.tail.astype(np.int64), np.empty(len(ways.cost), dtype=np.int64)
    other[ways.edge[begins]] = ways.to[begins]
    tail, head = np.r_[one, other], np.r_[other, one]
    arc_cost = np.r_[ways.cost, ways.cost]
    some = np.flatnonzero(head != source)  # nothing flows back
    tail, head, arc_cost = tail[some], head[some], arc_cost[some]
    arcs, groups = len(tail), len(covers.counts)
    group = np.repeat(np.arange(groups), np.diff(covers.begin))
    flow, last = arcs + groups, arcs + groups + groups * arcs
    rows, most = Rows(), np.ones(last + len(group))
    for g in range(groups):
        own = flow + g * arcs + np.arange(arcs)
        out = tail != source
        there = np.flatnonzero(group == g)
        most[own[np.isin(tail, covers.node[there])]] = 0.0  # who is there need not flow on
        rows.add(head, own, 1.0)  # what flows into a node flows out of it, or to the group
        rows.add(tail[out], own[out], -1.0)
        rows.add(covers.node[there].astype(np.int64), last + there, -1.0)
        rows.close(source, 0.0, 0.0)
        rows.add(np.zeros(len(there), dtype=np.int64), last + there, 1.0)
        rows.add([0], arcs + g, -1.0)
        rows.close(1, 0.0, 0.0)
        rows.add(np.arange(arcs), own, 1.0)  # and only over what is built
        rows.add(np.arange(arcs), np.arange(arcs), -1.0)
        rows.close(arcs, -np.inf, 0.0)
    rows.add(np.zeros(groups, dtype=np.int64), arcs + np.arange(groups), covers.counts)
    rows.close(1, wanted, np.inf)
    columns = last + len(group)
    cost, whole = np.zeros(columns), np.zeros(columns)
    cost[:arcs], cost[arcs:flow], whole[arcs:flow] = arc_cost, covers.cost, 1
    rule = rows.constraint(columns)
    for _ in range(2):
        # Where the groups are whole, the arcs are too, as a rule: only if they are not, all must be.
        found = milp(
            cost,
            constraints=rule,
            bounds=Bounds(0, most),
            integrality=whole,
            options={"mip_rel_gap": 1e-7},
        )
        assert found.status == 0, found.message
        if np.abs(found.x[:flow] - found.x[:flow].round()).max() < 1e-6:
            break
        whole[:flow] = 1
    return float(cost[:flow] @ found.x[:flow].round())


class Case(NamedTuple):
    """What was found for each town, and what is true."""

    wanted: Floats
    counted: Floats
    cost: Floats
    bound: Floats
    optimum: Floats


@pytest.fixture(scope="module")
def cases() -> Case:
    made = []
    for seed in TOWNS:
        routes, wanted = town(seed)
        found, bound = Search(routes).cheapest(wanted)
        made.append([wanted, found.counted, found.cost, bound, optimum(routes, wanted)])
    return Case(*np.array(made).T)


def test_a_plan_counts_what_is_wanted(cases: Case) -> None:
    assert (cases.counted >= cases.wanted).all()


def test_the_bound_is_not_above_the_optimum_and_no_plan_is_below_it(cases: Case) -> None:
    assert (cases.bound <= cases.optimum * (1 + 1e-6)).all()
    assert (cases.optimum <= cases.cost * (1 + 1e-6)).all()


def test_plans_are_near_the_optimum(cases: Case) -> None:
    ratio = cases.cost / cases.optimum
    assert ratio.max() <= 1.10
    assert ratio.mean() <= 1.01


def test_the_bound_says_much(cases: Case) -> None:
    # A bound of 0 would pass the other tests.
    assert (cases.bound / cases.optimum).mean() >= 0.95


def test_the_optimum_is_that_of_a_town_worked_out_by_hand() -> None:
    """The program itself: two homes a street apart cost 2 x 40 m, or one of them 40 m."""
    lines = np.array([
        shapely.LineString([(0, 0), (0, 60)]),
        shapely.LineString([(100, 0), (100, 60)]),
    ])  # fmt: skip
    network = np.array([shapely.LineString([(0, 0), (100, 0)])])
    homes = np.asarray(shapely.points([(0, 60), (100, 60)]))
    routes = routes_of(
        RoadGraph.of_lines(lines, None, 1.0), np.array([1.0, 3.0]), NearestIndex(network), network,
        Missing(homes, np.array([1.0, 2.0]), np.zeros(2)), reach_m=20, detour=100.0,
    )  # fmt: skip
    assert optimum(routes, 1) == pytest.approx(40, abs=0.01)
    assert optimum(routes, 2) == pytest.approx(120, abs=0.01)
    assert optimum(routes, 3) == pytest.approx(160, abs=0.01)
