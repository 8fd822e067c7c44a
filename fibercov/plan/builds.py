"""The plan: which builds bring the share to a target at least cost, in which order, and how far from the cheapest."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from fibercov import checks, texts
from fibercov.checks import exact_target
from fibercov.errors import ArgumentError
from fibercov.garbage import without_garbage_collection
from fibercov.geo.crs import to_crs
from fibercov.geo.nearest import NearestIndex
from fibercov.measure.columns import PLANNED, free
from fibercov.measure.coverage import Coverage, counted, measured
from fibercov.measure.ends import Ends, mended, road_graph
from fibercov.measure.target import shortfall
from fibercov.reach import Reach
from fibercov.wording import Words

if TYPE_CHECKING:  # they bring the compiler with them
    from fibercov.plan.routes import Missing
    from fibercov.plan.search import Search

DETOUR = 1.3
JOIN_M = 1.0  # a loose end of a route this near to another meets it
_SAME_M = 1e-3
_NOTHING = 1e-9

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Shapes = NDArray[np.object_]


@dataclass(frozen=True, eq=False, repr=False)
class Plan:
    """Builds in order, made by `plan_builds`.

    Attributes
    ----------
    coverage
        The measurement that the plan starts from.
    planned
        The same measurement with the builds, and what was planned already, as its planned network.
    builds
        One row for each build, in order: `build` (from 1), `trench_m`, `off_route_m` (of it, where
        no route runs), `cost`, `newly_reached`, `cost_per_newly_reached`, and running `cost_after`,
        `reached_after` and `share_after`; the geometry in the CRS of the measurement.
    exact_target
        The target, as the exact fraction that was meant; None if a budget was given.
    budget
        What the builds may cost together; None if a target was given.
    reached_before
        What is within reach before the first build, with what was planned already.
    cost_lower_bound
        A proven limit: no plan along these routes that reaches the target (with a budget, as many) costs less.
    out_of_range
        How many no trench along the routes can reach, in the unit.
    currency
        The currency of the costs, for texts.
    """

    coverage: Coverage
    planned: Coverage
    builds: gpd.GeoDataFrame
    exact_target: Fraction | None
    budget: float | None
    reached_before: int
    cost_lower_bound: float
    out_of_range: int
    currency: str
    _search: Search = field(repr=False)

    @cached_property
    def after(self) -> Coverage:
        """The same measurement with everything built: share, range, and each premises."""
        return self.planned if self.planned is self.coverage else self.planned.with_plan()

    @property
    def cost(self) -> float:
        """The cost of all builds."""
        return float(self.builds["cost"].sum())

    @property
    def trench_m(self) -> float:
        """The metres of trench of all builds."""
        return float(self.builds["trench_m"].sum())

    @property
    def optimality_gap(self) -> float:
        """The most that the plan can be above the cheapest, as a fraction: `cost / cost_lower_bound - 1`."""
        if self.cost_lower_bound == 0:
            return math.inf if self.cost else 0.0
        return self.cost / self.cost_lower_bound - 1

    def curve(self) -> pd.DataFrame:
        """Return what each share costs, at most and at least, up to the most that can be had along the routes.

        Each row is a plan of its own, not a part of this one: the cheapest for 90 % need not begin as
        the cheapest for 80 % does. The first call takes about as long as planning.

        Returns
        -------
        pandas.DataFrame
            One row for each whole percent, and for the plan's target and the most: `share`, `reached` (what that
            share needs), `cost`, and `cost_lower_bound`, which no plan can cost less than.
        """
        return self._curve.copy()

    @cached_property
    def _curve(self) -> pd.DataFrame:
        total, before = self.coverage.total, self.reached_before
        most = before + int(self._search.routes.covers.counts.sum())
        goals = {Fraction(k, 100) for k in range(101)} | {Fraction(most, total)}
        goals |= {self.after.exact_share if self.exact_target is None else self.exact_target}
        goals = {goal for goal in goals if Fraction(before, total) < goal <= Fraction(most, total)}
        shares = [Fraction(before, total), *sorted(goals)]
        wanted = np.array([float(shortfall(before, total, share)) for share in shares])
        cost, least = np.zeros(len(wanted)), np.zeros(len(wanted))
        if len(wanted) > 1:
            cost[1:], least[1:] = self._search.ladder(wanted[1:].tolist())
        # RULE: a plan for more is a plan for less, so neither the cost nor the bound falls.
        own = float(self.after.reached - before)
        needed = (
            own if self.exact_target is None else float(shortfall(before, total, self.exact_target))
        )
        cost[wanted <= own] = np.minimum(cost[wanted <= own], self.cost)
        later = wanted >= max(needed, 1.0)
        least[later] = np.maximum(least[later], self.cost_lower_bound)
        return pd.DataFrame(
            {
                "share": [float(share) for share in shares],
                "reached": before + wanted.astype(np.int64),
                "cost": cost,
                "cost_lower_bound": np.minimum(np.maximum.accumulate(least), cost),
            }
        )

    def sentence(self, language: str = "en") -> str:
        """Say what the builds cost and bring, and how far from the cheapest they can be.

        Parameters
        ----------
        language
            `"en"` or `"sv"`.
        """
        said = self.words(texts.known(language))
        goal = self.exact_target
        if len(self.builds):
            key = "builds_say" if len(self.builds) > 1 else "builds_say_one"
        elif goal is not None:
            key, said["target"] = "builds_met", texts.target_percent(goal, language)
        else:
            key = "builds_nothing"
        return texts.say(key, language, **said)

    def words(self, language: str = "en") -> dict[str, str]:
        """Write the figures of the plan, for sentences."""
        total, goal, number = self.coverage.total, self.exact_target, len(self.builds)
        shares = {
            name: texts.percent(Fraction(reached, total), goal, language)
            for name, reached in (
                ("share", self.coverage.reached),
                ("decided", self.reached_before),
                ("after", self.after.reached),
            )
        }
        if self.reached_before != self.coverage.reached:
            shares["share"] = texts.say("builds_share", language, **shares)
        last = float(self.builds["cost_per_newly_reached"].iloc[-1]) if number else 0.0
        sums = {"cost": self.cost, "last": last, "budget": self.budget or 0.0}
        bound = texts.money(self.cost_lower_bound, self.currency, language, at_least=True)
        said = {
            **shares,
            **{name: texts.money(sum_, self.currency, language) for name, sum_ in sums.items()},
            "builds": texts.counted("builds", number, language),
            "km": texts.number(f"{self.trench_m / 1000:,.1f}", language),
            "between": texts.in_brackets(self.after.exact_range, goal, language),
            "each": texts.each(self.coverage.unit, language),
            "newly": texts.amount(
                self.after.reached - self.reached_before, self.coverage.unit, language
            ),
            "bound": bound,
            "gap": self._gap_words(language),
            **texts.in_unit(self.coverage.unit, language),
        }
        key = "builds_title" if number > 1 else "builds_title_one"
        return said | {"title": texts.say(key, language, **said)}

    def _gap_words(self, language: str) -> str:
        """Say how far from the cheapest the plan can be, rounded up."""
        gap = self.optimality_gap
        if gap < _NOTHING or math.isinf(gap):
            return texts.say("builds_unknown" if math.isinf(gap) else "builds_cheapest", language)
        percent = texts.number(f"{math.ceil(1000 * gap - _NOTHING) / 10:,.1f}", language)
        return texts.say("builds_gap", language, gap=percent)

    def __repr__(self) -> str:
        return self.sentence()

    def _repr_html_(self) -> str:
        table = pd.DataFrame(self.builds.drop(columns="geometry"))
        return texts.notebook(
            repr(self), table.to_html(index=False, border=0, float_format="{:,.2f}".format)
        )


def plan_builds(
    coverage: Coverage,
    network: gpd.GeoDataFrame,
    *,
    routes: gpd.GeoDataFrame | None = None,
    target: float | Decimal | Fraction | None = None,
    budget: float | None = None,
    cost_per_m: float | str,
    cost_per_premises: float | str = 0,
    detour: float = DETOUR,
    planned: gpd.GeoDataFrame | None = None,
    currency: str = "",
    threads: int | None = None,
    progress: Callable[[float], None] | None = None,
) -> Plan:
    """Find builds along routes that reach a target at close to the least cost, the best value first.

    A build is a trench along routes that starts at the network, or at an earlier build. A premises is
    newly reached when a build comes within reach of it.

    How far the plan can be from the cheapest is known: `cost_lower_bound` is what no plan along
    these routes can cost less than, where trenches end at junctions or at places at most 10 m apart, and start
    within 100 m of the network, or at the nearest place.

    What a plan is not: the costs are yours; it is not a design (no ducts, splitters, capacity, permits,
    land); connecting a building from the trench is not included; and straight stretches off the routes
    may cross water.

    Parameters
    ----------
    coverage
        A measurement, straight to the network, in any unit.
    network
        The network that it was measured to.
    routes
        Lines along which a trench may be dug, such as roads: joined where they share a vertex, and where
        a loose end is within 1 m of another route. Parts that no route joins are joined by straight stretches.
    target
        The share to reach, 0-1; it is held against the share, not against its range.
    budget
        What the builds may cost together, in place of a target: as many are reached as the search can find.
    cost_per_m
        What a metre of trench costs, or the column of `routes` that says so.
    cost_per_premises
        What each newly reached premises adds to the cost, or the column of the premises that says so.
    detour
        How many times as much a metre costs where no route runs as on the dearest route that it joins.
    planned
        A network that is already decided: taken as built, at no cost. Give it even if the coverage was
        measured with it.
    currency
        The currency of the costs, for texts.
    threads
        As in `measure_coverage`.
    progress
        Called now and then with the share of the search that is done, 0-1.

    Returns
    -------
    Plan
        The builds, which are a network: measured with them (and `planned`) added to `network`, `reached`
        is the `reached_after` of the last build. No builds if the target is met, or none was found for
        the budget.

    Raises
    ------
    ArgumentError
        If the routes come within reach of too few, `coverage` is measured along roads or to connected
        premises, `network` is another than it was measured to, there are no routes, or a number cannot be right.
    ColumnError
        If a column does not exist, or has values that cannot be costs.
    GeometryError, CRSError
        If a frame cannot be right, as in `measure_coverage`.

    Notes
    -----
    The problem is a Steiner tree with groups, prizes and a quota. The quota is priced (Lagrange); at each
    price dual ascent gives a lower bound (Wong 1984; Leitner, Ljubic, Luipersbeck, Sinnl 2018, INFORMS J.
    Comput. 30(2)); where a village decides, cases are bounded separately. The order of builds is Horn's (1972).

    Examples
    --------
    >>> import fibercov as fc
    >>> demo = fc.load_demo(as_of="2018-10-01")
    >>> coverage = fc.measure_coverage(demo.premises, demo.network, reach=50)
    >>> plan = fc.plan_builds(coverage, demo.network, routes=demo.roads, target=0.75, cost_per_m=250)
    >>> plan.after.share >= 0.75
    True
    """
    from fibercov.geo.segments import processors
    from fibercov.plan.order import builds_of
    from fibercov.plan.routes import routes_of
    from fibercov.plan.search import Search

    goal, reach = _goal(target, budget), _straight(coverage)
    lines = _routes(routes)
    roads = road_graph(lines, coverage.crs, JOIN_M, threads, "routes")
    rate = _costs(lines, cost_per_m, "cost_per_m")
    times = checks.metres(detour, "detour", "must be a number above 0")
    built = Ends.of(network, "network", coverage.crs, threads)
    decided = None if planned is None else Ends.of(planned, "planned", coverage.crs, threads)
    missing = _missing(coverage, built, decided, cost_per_premises)
    starts = built.shapes
    if decided is not None:
        starts = np.concatenate([starts, decided.shapes])
    with without_garbage_collection():
        graph = routes_of(
            roads, rate, NearestIndex(starts, threads=threads), starts, missing,
            reach_m=reach.metres, detour=times,
        )  # fmt: skip
    search = Search(graph, threads or processors(), progress or (lambda _: None))
    total, unplaced = coverage.total, coverage.counts_by_status["unplaced"]
    before = total - unplaced - int(missing.counts.sum())
    coverable = int(graph.covers.counts.sum())
    wanted = 0 if goal is None else shortfall(before, total, goal)
    found, bound = None, 0.0
    if coverable < wanted:
        raise _out_of_reach(wanted, coverable, coverage.unit)
    if budget is not None and coverable:
        found, bound = search.within(budget) or (None, 0.0)
    elif wanted:
        found, bound = search.cheapest(float(wanted))
    builds = builds_of(graph, found, missing, reach.metres, before, total, coverage.crs)
    while found and (short := wanted - int(builds["newly_reached"].sum())) > 0:
        # RULE: what counts is what is measured: a premises just at the reach may be on its other side.
        if found.counted >= coverable:
            raise _out_of_reach(wanted, wanted - short, coverage.unit)
        found, _ = search.cheapest(min(float(coverable), found.counted + short))
        builds = builds_of(graph, found, missing, reach.metres, before, total, coverage.crs)
    builds.attrs["currency"] = currency
    return Plan(
        coverage, _with_builds(coverage, builds, decided), builds, goal, budget, before,
        min(bound, float(builds["cost"].sum())), int(missing.counts.sum()) - coverable, currency, search,
    )  # fmt: skip


def _out_of_reach(wanted: int, coverable: int, unit: str) -> ArgumentError:
    """Make the error that says that the routes come near to too few."""
    return ArgumentError(
        "target",
        f"needs {texts.amount(wanted, unit)} more, and the routes come within reach of only "
        f"{texts.amount(coverable, unit)}.",
        Words("Give more {routes}, or a lower target."),
    )


def _goal(target: object, budget: object) -> Fraction | None:
    """Return the target as a fraction, or None if a budget is given instead."""
    if budget is None:
        if target is None:
            raise ArgumentError("target", Words("is needed, or {budget}."))
        return exact_target(target)
    if target is not None:
        raise ArgumentError("budget", Words("and {target} exclude each other: give one."))
    checks.metres(budget, "budget", "must be a sum above 0")
    return None


def _straight(coverage: object) -> Reach:
    """Return the definition of a coverage that builds can change."""
    reach = measured(coverage).reach
    if reach.along or reach.to != "network":
        raise ArgumentError(
            "coverage",
            f"must be measured straight to the network, not {reach}: a build is planned to come within reach.",
            f"Use coverage.at(Reach({reach.metres:g})).",
        )
    return reach


def _routes(routes: object) -> gpd.GeoDataFrame:
    """Return the routes that have a geometry, in an order that is the same for any order of rows."""
    if routes is None:
        raise ArgumentError(
            "routes",
            "are needed: lines along which a trench may be dug, such as roads.",
            "Read them with read_roads, from a national road database or OpenStreetMap.",
        )
    frame = checks.geo_frame(routes, "routes")
    frame = frame[checks.usable(frame, "routes")]
    shapes = frame.geometry.to_numpy()
    xy, row = shapely.get_coordinates(shapes, return_index=True)
    # Both diagonals of a square have its bounds, and the same length.
    apart = np.bincount(row, xy.prod(axis=1), minlength=len(shapes))
    return frame.iloc[np.lexsort([apart, shapely.length(shapes), *shapely.bounds(shapes).T])]


def _costs(
    frame: gpd.GeoDataFrame, cost: float | str, argument: str, *, none: bool = False
) -> Floats:
    """Return what each row costs: a number above 0 (with `none`, or 0), or what a column says."""
    if isinstance(cost, str):
        column = frame[checks.column_named(frame, cost, argument)]
        return checks.lengths(column, argument, "must be costs")
    if none and cost == 0:
        return np.zeros(len(frame))
    must = "must be a cost, 0 or more" if none else "must be a cost above 0"
    return np.full(len(frame), checks.metres(cost, argument, must))


def _missing(coverage: Coverage, built: Ends, decided: Ends | None, cost: float | str) -> Missing:
    """Collect the premises that are not within reach, in an order that is the same for any order of rows."""
    from fibercov.plan.routes import Missing

    premises, reach = coverage.premises, coverage.reach
    each = _costs(premises, cost, "cost_per_premises", none=True)
    rows = np.flatnonzero(
        premises["status"].isin(("unserved", "planned")).to_numpy() & (coverage.count_each > 0)
    )
    shapes = mended(
        to_crs(premises, coverage.crs, "coverage")[rows], premises.index[rows], "coverage"
    )
    drop_m = coverage.drops_m.to_numpy()[rows]
    if not np.allclose(built.index.query(shapes)[0], drop_m, rtol=0, atol=_SAME_M):
        raise ArgumentError(
            "network", "is not the one that the coverage was measured to: its drops are others."
        )
    if decided is not None:
        far = decided.index.query(shapes)[0] > reach.metres
        rows, shapes = rows[far], shapes[far]
    count, extra = coverage.count_each[rows].astype(np.float64), each[rows]
    order = np.lexsort([extra, count, *shapely.bounds(shapes).T])
    return Missing(shapes[order], count[order], extra[order])


def _with_builds(coverage: Coverage, builds: gpd.GeoDataFrame, decided: Ends | None) -> Coverage:
    """Count the coverage with the builds, and what is decided, as the planned network.

    RULE: with barriers, nobody knows what the new drops cross: they are not in the low of the range.
    """
    more = [builds.geometry.to_numpy(), *([] if decided is None else [decided.shapes])]
    if sum(map(len, more)) == 0:
        return coverage
    shapes = to_crs(coverage.premises, coverage.crs, "coverage")
    shapes[(coverage.premises["status"] == "unplaced").to_numpy()] = None
    drop_m, _ = NearestIndex(np.concatenate(more)).query(
        mended(shapes, coverage.premises.index, "coverage")
    )
    names = [name for name in coverage.premises.columns if str(name).startswith(PLANNED)]
    premises = coverage.premises.drop(columns=names)
    premises[f"{PLANNED}drop_m"] = drop_m
    if coverage.drop_columns.free_to_m is not None:
        premises[free(f"{PLANNED}drop_m")] = np.where(np.isnan(drop_m), np.nan, np.inf)
    columns = replace(coverage.drop_columns, planned=f"{PLANNED}drop_m", along=None)
    return replace(
        coverage, **counted(premises, columns, coverage.reach, coverage.unit), planned_by_date={}
    )
