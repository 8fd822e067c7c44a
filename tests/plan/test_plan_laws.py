"""What must hold for every plan, as properties, on small grids of streets."""

from __future__ import annotations

import math
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from frames import cable, frame
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from searching import quickly

import fibercov as fc

pytestmark = pytest.mark.no_cover

SIDE, APART_M = 3, 80.0
COLUMNS = ["build", "trench_m", "off_route_m", "newly_reached", "reached_after", "share_after"]
few, fewer = settings(max_examples=10), settings(max_examples=5)


limited = quickly(_ROUNDS=1, _CASES=12, _PRICES=8)


@st.composite
def places(draw: st.DrawFn, *, polygons: bool = False) -> dict[str, Any]:
    """Premises, a network, routes and a plan that stands: places on a grid so that ties are common, or not."""
    rng = np.random.default_rng(draw(st.integers(0, 10_000)))
    size = (SIDE - 1) * APART_M
    spots = rng.uniform(-10, size + 10, (draw(st.integers(3, 16)), 2))
    if draw(st.booleans()):
        spots = spots.round(-1)
    xy = np.stack(np.meshgrid(*[np.arange(SIDE) * APART_M] * 2, indexing="ij"), -1)
    streets = [[xy[a, b], xy[a, b + 1]] for a in range(SIDE) for b in range(SIDE - 1)]
    streets += [[xy[b, a], xy[b + 1, a]] for a in range(SIDE) for b in range(SIDE - 1)]
    # Both diagonals of a block have the same bounds and the same length.
    streets += [[xy[0, 1], xy[1, 2]], [xy[0, 2], xy[1, 1]]]
    kept = rng.random(len(streets)) < 0.85
    kept[0] = True
    shapes = np.asarray(shapely.points(spots))
    if polygons:
        shapes = shapely.buffer(shapes, rng.uniform(1, 9, len(spots)), cap_style="square")
    premises = frame(
        list(shapes),
        households=rng.integers(0, 9, len(spots)),
        joining=rng.integers(0, 3, len(spots)) * 100.0,
        connected=rng.random(len(spots)) < 0.1,
    )
    premises.loc[rng.random(len(spots)) < 0.1, "geometry"] = None
    assume(premises["households"].sum() > 0)
    assume(premises.geometry.notna().any())
    routes = [
        shapely.LineString(street) for street, keep in zip(streets, kept, strict=True) if keep
    ]
    there = cable((60, size + 6), (90, size + 20)) if draw(st.booleans()) else None
    return {
        "premises": premises,
        "network": pd.concat([cable((0, -8), (60, -8)), cable((0, -8), (-20, -30))], ignore_index=True),
        "routes": frame(routes, rate=rng.choice([60.0, 100.0, 250.0], len(routes))),
        "planned": there,
        "reach": draw(st.sampled_from([20, 30, 45])),
        "share": draw(st.sampled_from([0.3, 0.6, 0.8, 1.0])),
    }  # fmt: skip


def plan_of(given_: dict[str, Any], **options: Any) -> fc.Plan:
    """Plan for a share of what can be had at all along the routes."""
    one = given_ | {key: options.pop(key) for key in [*options] if key in given_}
    coverage = fc.measure_coverage(one["premises"], one["network"], reach=one["reach"])
    asked = {"cost_per_m": "rate", "planned": one["planned"], "routes": one["routes"]} | options
    if "target" not in asked and "budget" not in asked:
        asked["target"] = target_of(one, coverage)
    return fc.plan_builds(coverage, one["network"], **asked)


def target_of(given_: dict[str, Any], coverage: fc.Coverage) -> float:
    """A share between what there is and the most that trenches in every street give, cut to be within it."""
    every = [given_["network"], given_["routes"][["geometry"]]]
    every += [] if given_["planned"] is None else [given_["planned"]]
    most = measured_with(given_, every).share
    found = coverage.share + (most - coverage.share) * float(given_["share"])
    return min(1.0, max(0.0, math.floor(1e6 * found) / 1e6))


def measured_with(given_: dict[str, Any], networks: list[gpd.GeoDataFrame]) -> fc.Coverage:
    """Measure to several networks as one."""
    whole = pd.concat([each[["geometry"]] for each in networks], ignore_index=True)
    return fc.measure_coverage(given_["premises"], whole, reach=given_["reach"])


def check_13(given_: dict[str, Any], plan: fc.Plan) -> None:
    """Measure again with what is planned, and the builds, and compare with what the plan says."""
    decided = [] if given_["planned"] is None else [given_["planned"]]
    begun = measured_with(given_, [given_["network"], *decided])
    again = measured_with(given_, [given_["network"], *decided, plan.builds])
    assert plan.reached_before == begun.reached
    assert plan.after.reached == again.reached
    assert plan.after.reached_range == again.reached_range
    assert plan.exact_target is not None
    assert again.reached >= plan.exact_target * again.total
    assert plan.builds.empty == (begun.reached >= plan.exact_target * begun.total)
    if len(plan.builds):
        builds = plan.builds
        assert again.reached == builds["reached_after"].iloc[-1]
        assert again.share == builds["share_after"].iloc[-1]
        assert (builds["newly_reached"] > 0).all()
        assert (builds["cost"] > 0).all()
        each = builds["cost_per_newly_reached"].to_numpy()
        assert (np.diff(each) >= -1e-9 * each[1:]).all()
    assert 0 <= plan.cost_lower_bound <= plan.cost
    # Each build touches what is there before it, and reaches by itself what it is said to reach.
    there = [given_["network"], *decided]
    reached = begun.reached
    for k, build in enumerate(plan.builds.itertuples()):
        before = shapely.union_all([shape for each in there for shape in each.geometry])
        assert shapely.distance(build.geometry, before) < 1e-6
        there.append(plan.builds.iloc[[k]])
        now = measured_with(given_, there).reached
        assert now - reached == build.newly_reached
        assert now == build.reached_after
        reached = now


@few
@given(places())
def test_13_measured_with_the_builds_what_the_plan_says(given_: dict[str, Any]) -> None:
    frames = {name: given_[name] for name in ("premises", "network", "routes", "planned")}
    copies = {name: each.copy(deep=True) for name, each in frames.items() if each is not None}
    plan = plan_of(given_)
    check_13(given_, plan)
    for name, copy in copies.items():  # and no input has changed
        pd.testing.assert_frame_equal(frames[name], copy)
    measured = fc.measure_coverage(
        given_["premises"], given_["network"], reach=given_["reach"]
    ).premises
    pd.testing.assert_frame_equal(plan.coverage.premises, measured)


@few
@given(places(polygons=True))
def test_13_holds_for_buildings_and_for_what_each_premises_costs(given_: dict[str, Any]) -> None:
    plan = plan_of(given_, cost_per_premises="joining")
    check_13(given_, plan)
    # A build costs its metres and, of the premises that it is the first to reach, what each costs.
    nothing = measured_with(given_, [given_["network"]]) if given_["planned"] is None else (
        measured_with(given_, [given_["network"], given_["planned"]])
    )  # fmt: skip
    new = plan.after.premises["status"].isin(["passed", "connected"]) & ~nothing.premises[
        "status"
    ].isin(["passed", "connected"])
    new &= given_["premises"]["households"] > 0
    joining = float(given_["premises"].loc[new, "joining"].sum())
    least, most = 60 * plan.trench_m, 250 * 1.3 * plan.trench_m
    assert joining + least - 1 <= plan.cost <= joining + most + 1


@few
@given(places())
def test_a_plan_shows_as_what_is_planned(given_: dict[str, Any]) -> None:
    plan = plan_of(given_, planned=None)
    if plan.builds.empty:
        assert plan.after is plan.coverage
        return
    shown = fc.measure_coverage(
        given_["premises"], given_["network"], reach=given_["reach"], planned=plan.builds
    ).with_plan()
    assert shown.reached == plan.after.reached
    assert shown.share_range == plan.after.share_range
    assert shown.counts_by_status == plan.after.counts_by_status


@fewer
@given(places())
def test_costs_scale_and_change_no_build(given_: dict[str, Any]) -> None:
    once, twice = plan_of(given_, cost_per_m=100), plan_of(given_, cost_per_m=200)
    assert twice.cost == pytest.approx(2 * once.cost, rel=1e-6)
    assert twice.cost_lower_bound == pytest.approx(2 * once.cost_lower_bound, rel=1e-6)
    pd.testing.assert_frame_equal(twice.builds[COLUMNS], once.builds[COLUMNS])
    assert [*twice.builds.geometry] == [*once.builds.geometry]


@few
@given(places(), st.randoms(use_true_random=False))
def test_2_the_order_of_rows_changes_nothing(given_: dict[str, Any], random: Any) -> None:
    def shuffled(rows: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
        return rows.iloc[random.sample(range(len(rows)), len(rows))]

    names = ("premises", "network", "routes")
    plan = plan_of(given_)
    again = plan_of(given_, **{name: shuffled(given_[name]) for name in names})
    assert again.cost == pytest.approx(plan.cost, rel=1e-9)
    assert again.cost_lower_bound == pytest.approx(plan.cost_lower_bound, rel=1e-9)
    pd.testing.assert_frame_equal(again.builds[COLUMNS], plan.builds[COLUMNS])


@few
@given(places())
def test_a_met_target_is_a_plan_without_builds(given_: dict[str, Any]) -> None:
    plan = plan_of(given_, target=0.0)
    assert plan.builds.empty
    assert (plan.cost, plan.trench_m, plan.cost_lower_bound, plan.optimality_gap) == (0, 0, 0, 0)
    now = plan_of(given_, target=plan.after.exact_share)
    assert now.builds.empty


@fewer
@given(places())
def test_a_curve_rises_and_has_the_plan_on_it(given_: dict[str, Any]) -> None:
    plan = plan_of(given_)
    curve = plan.curve()
    assert curve["share"].is_monotonic_increasing
    assert curve["share"].iloc[0] == plan.reached_before / plan.coverage.total
    assert curve["cost"].iloc[0] == 0
    assert curve["cost"].is_monotonic_increasing
    assert curve["cost_lower_bound"].is_monotonic_increasing
    assert (curve["cost_lower_bound"] <= curve["cost"]).all()
    assert (
        curve["reached"].iloc[-1]
        == plan.coverage.total - plan.out_of_range - (plan.coverage.counts_by_status["unplaced"])
    )
    if len(plan.builds) and plan.exact_target is not None:
        row = curve[curve["share"] == float(plan.exact_target)].iloc[0]
        assert row["cost"] <= plan.cost
        assert row["cost_lower_bound"] >= min(plan.cost_lower_bound, row["cost"])
    curve.loc[:, "cost"] = -1.0  # the caller's to change
    assert (plan.curve()["cost"] >= 0).all()


@fewer
@given(places(), st.sampled_from([0.02, 0.2, 0.6, 1.2]))
def test_a_budget_is_kept_and_more_money_reaches_no_fewer(
    given_: dict[str, Any], part: float
) -> None:
    whole = plan_of(given_).cost
    assume(whole > 0)
    less, more = (plan_of(given_, budget=part * whole * times) for times in (1.0, 2.0))
    for plan, times in ((less, 1.0), (more, 2.0)):
        assert plan.cost <= part * whole * times
        assert plan.cost_lower_bound <= plan.cost
        begun = plan.reached_before
        assert plan.after.reached == begun + plan.builds["newly_reached"].sum()
