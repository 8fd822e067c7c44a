"""Plans by hand: what is chosen and in which order, what it costs, and what a plan says."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from itertools import chain, combinations
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from frames import CRS, cable, frame, points
from searching import quickly

import fibercov as fc

NETWORK = cable((0, 0), (100, 0))
# A road goes on from the cable's end; another leads away from its middle.
ROADS = [[(0, 0), (50, 0), (100, 0), (500, 0)], [(50, 0), (50, 500)]]
NEAR, EAST, NORTH = (50, 10), (300, 0), (50, 200)  # within reach; and 180 m of trench each


limited = quickly(_ROUNDS=1, _CASES=12, _PRICES=16)  # that finds the cheapest of so few


def lines(roads: Any, **columns: Any) -> gpd.GeoDataFrame:
    return frame([shapely.LineString(xy) for xy in roads], **columns)


def planned(homes: Any, roads: Any = ROADS, households: Any = 1, **options: Any) -> fc.Plan:
    """A plan for homes that are within reach at 20 m, at 10 a metre unless something else is given."""
    if isinstance(homes, list):
        homes = points(*homes, households=np.broadcast_to(households, len(homes)))
    if isinstance(roads, list):
        roads = lines(roads)
    coverage = fc.measure_coverage(homes, NETWORK, reach=20, unit=options.pop("unit", None))
    given: dict[str, Any] = {"cost_per_m": 10.0} | options
    return fc.plan_builds(coverage, NETWORK, routes=roads, **given)


def plain(text: str) -> str:
    return text.replace("\N{NO-BREAK SPACE}", " ")


def reached_by(plan: fc.Plan, *place: float) -> bool:
    """Whether a place, drawn around (0, 0), is within reach of the builds."""
    spot = points((place[0], place[1])).geometry.iloc[0]
    return bool(len(plan.builds)) and plan.builds.distance(spot).min() <= 20 + 1e-6


# What is chosen ---------------------------------------------------------------------------------


def test_the_cheaper_of_two_roads_is_built_as_far_as_it_is_needed() -> None:
    plan = planned([NEAR, (320, 0), NORTH], target=0.6)
    build = plan.builds.iloc[0]
    assert len(plan.builds) == 1
    assert reached_by(plan, *NORTH)
    # 200 m from the cable, less the 20 m that a drop may be long; 20 m less than to the east.
    assert build["trench_m"] == pytest.approx(180)
    assert build["off_route_m"] == 0
    assert build["cost"] == pytest.approx(1800)
    assert build["newly_reached"] == 1
    assert build["share_after"] == 2 / 3
    assert plan.cost_lower_bound == pytest.approx(1800)
    assert plan.out_of_range == 0


def test_builds_come_in_the_order_of_what_they_reach_for_their_cost() -> None:
    plan = planned([NEAR, EAST, NORTH], households=[1, 2, 9], target=1.0)
    builds = plan.builds
    assert builds["build"].tolist() == [1, 2]
    assert builds["newly_reached"].tolist() == [9, 2]
    assert builds["reached_after"].tolist() == [10, 12]
    np.testing.assert_allclose(builds["cost_per_newly_reached"], [200, 900], rtol=1e-5)
    np.testing.assert_allclose(builds["cost_after"], [1800, 3600], rtol=1e-5)
    assert plan.trench_m == pytest.approx(360)
    assert builds.crs == plan.coverage.crs
    assert plain(str(plan)) == (
        "2 builds, 0.4 km of trench, 3,600, raise the share of households from 8.3 % to 100.0 %; "
        "the last build costs 900 per household. No plan along these routes is cheaper."
    )


def test_a_build_comes_after_the_one_that_it_hangs_on() -> None:
    # Far out are many, but the way there leads past the few; 260 and 250 m of trench.
    homes = [NEAR, (380, 0), (630, 0)]
    road = [[(0, 0), (100, 0), (700, 0)]]
    few_first = planned(homes, road, households=[1, 10, 5], target=1.0)
    assert few_first.builds["newly_reached"].tolist() == [10, 5]
    np.testing.assert_allclose(few_first.builds["trench_m"], [260, 250])
    # Where the far ones gain more for their cost, both are one build.
    together = planned(homes, road, households=[1, 5, 10], target=1.0)
    assert together.builds["newly_reached"].tolist() == [15]


def test_a_trench_ends_at_most_10_m_too_late() -> None:
    plan = planned([NEAR, (306, 0)], [[(0, 0), (100, 0), (500, 0)]], target=1.0)
    assert 186 <= plan.trench_m <= 196  # it need not end where a piece of the road does


def test_a_met_target_is_a_plan_without_builds() -> None:
    plan = planned([NEAR, EAST], target=0.5)
    assert plan.builds.empty
    assert plan.builds["cost"].dtype == np.float64
    assert (plan.cost, plan.trench_m, plan.cost_lower_bound, plan.optimality_gap) == (0, 0, 0, 0)
    assert plan.after is plan.coverage
    assert str(plan) == "50.0 %: no further build is needed for the 50 % target."
    assert (
        plain(plan.sentence("sv")) == "50,0 %: ingen ytterligare utbyggnad behövs för målet 50 %."
    )


def test_where_all_are_reached_there_is_nothing_to_build() -> None:
    plan = planned([NEAR, (60, 5)], target=1.0)
    assert plan.builds.empty
    assert plan.curve().to_dict("list") == {
        "share": [1.0], "reached": [2], "cost": [0.0], "cost_lower_bound": [0.0]
    }  # fmt: skip


def test_the_target_is_the_exact_fraction_that_was_meant() -> None:
    # 0.55 x 100 is 55.00000000000001 in floats, and would need one more.
    homes = points(NEAR, EAST, (50, 400), households=[50, 5, 45])
    plan = planned(homes, target=0.55)
    assert plan.exact_target == Fraction(55, 100)
    assert plan.after.reached == 55


def test_unplaced_households_stay_in_the_total() -> None:
    plan = planned([NEAR, EAST, None], households=[1, 2, 1], target=0.75)
    assert plan.builds["share_after"].tolist() == [0.75]
    with pytest.raises(fc.ArgumentError, match="needs 3 households more, .* of only 2 households"):
        planned([NEAR, EAST, None], households=[1, 2, 1], target=1.0)


# What it costs ----------------------------------------------------------------------------------


def test_a_column_has_the_cost_of_a_metre() -> None:
    roads = lines(ROADS, asphalt=[100.0, 10.0])
    plan = planned([NEAR, (250, 0), NORTH], roads, target=0.6, cost_per_m="asphalt")
    assert reached_by(plan, *NORTH)
    assert plan.cost == pytest.approx(1800)
    assert planned([NEAR, (250, 0), NORTH], roads, target=0.6).cost == pytest.approx(1300)


def test_a_cost_for_each_premises_changes_what_is_chosen() -> None:
    # Ten houses to the east, one block of flats farther to the north.
    homes = points(NEAR, *[EAST] * 10, (50, 220), households=[1] * 11 + [10])
    without = planned(homes, target=0.5)
    assert reached_by(without, *EAST)
    assert without.cost == pytest.approx(1800)
    plan = planned(homes, target=0.5, cost_per_premises=100)
    assert reached_by(plan, 50, 220)
    assert plan.cost == pytest.approx(2000 + 100)
    assert plan.cost_lower_bound <= 2100 + 0.01


def test_a_column_has_what_each_premises_costs() -> None:
    homes = points(NEAR, EAST, (50, 220), joining=[1e6, 500.0, 100.0])
    plan = planned(homes, target=0.6, cost_per_premises="joining")
    assert reached_by(plan, 50, 220)
    assert plan.cost == pytest.approx(2000 + 100)  # what is reached already costs nothing more
    both = planned(homes, target=1.0, cost_per_premises="joining")
    assert both.builds["cost"].tolist() == pytest.approx([2100, 2300])


@pytest.mark.parametrize(("detour", "cost"), [(None, 1.3), (2, 2), (0.5, 0.5)])
def test_a_part_that_no_road_joins_is_bridged_at_the_detour(
    detour: float | None, cost: float
) -> None:
    given = {} if detour is None else {"detour": detour}
    roads = [[(0, 0), (100, 0)], [(250, 0), (350, 0)]]
    plan = planned([NEAR, EAST], roads, target=1.0, **given)
    # 150 m without a road, and 30 m of the road behind.
    assert plan.builds["off_route_m"].tolist() == pytest.approx([150])
    assert plan.trench_m == pytest.approx(180)
    assert plan.cost == pytest.approx(10 * (150 * cost + 30))


def test_a_metre_off_the_roads_costs_what_the_dearest_road_there_does() -> None:
    roads = lines([[(0, 0), (100, 0)], [(250, 0), (550, 0)]], rate=[10.0, 50.0])
    plan = planned([NEAR, EAST], roads, target=1.0, cost_per_m="rate", detour=2)
    assert plan.builds["off_route_m"].tolist() == pytest.approx([150])
    assert plan.cost == pytest.approx(150 * 50 * 2 + 30 * 50)


def test_no_trench_runs_beside_a_dear_road() -> None:
    # Straight across from the cable's end, and along a road that costs 60 a metre: not 180 m on the grass.
    roads = lines([[(0, 0), (100, 0)], [(100, 0), (500, 0)]], rate=[1.0, 60.0])
    plan = planned([NEAR, (170, 0)], roads, target=1.0, cost_per_m="rate")
    assert plan.builds["off_route_m"].tolist() == [0]
    assert plan.cost == pytest.approx(50 * 60)


def test_a_road_beside_the_network_is_joined_to_it() -> None:
    # 40 m straight across from the cable's end, so dear is a metre there, and 180 m along the road.
    plan = planned([NEAR, (300, 40)], [[(0, 40), (500, 40)]], target=1.0, detour=10)
    assert plan.cost == pytest.approx(40 * 10 * 10 + 180 * 10)
    assert plan.builds["off_route_m"].sum() == pytest.approx(40)
    assert plan.trench_m == pytest.approx(220)
    assert plan.builds.distance(NETWORK.geometry.iloc[0]).max() < 1e-6


# What is planned, and budgets -------------------------------------------------------------------


def test_what_is_planned_is_free_and_first() -> None:
    ahead = cable((100, 0), (290, 0))
    homes = [NEAR, EAST, (450, 0), NORTH]
    plan = planned(homes, households=[1, 2, 4, 4], target=0.6, planned=ahead)
    assert (plan.coverage.reached, plan.reached_before) == (1, 3)
    # From the end of what is planned it is 140 m to the east, from the cable 180 m to the north.
    assert plan.trench_m == pytest.approx(140)
    assert plan.builds["reached_after"].tolist() == [7]
    assert plan.builds.distance(ahead.geometry.iloc[0]).max() < 1e-6
    assert plan.after.reached == 7
    assert plan.after.premises["status"].tolist() == ["passed", "passed", "passed", "unserved"]
    assert plain(str(plan)).startswith(
        "1 build, 0.1 km of trench, 1,400, raises the share of households from 9.1 % (27.3 % with what is "
        "already decided) to 63.6 %, at 350 per household."
    )
    alone = planned(homes, households=[1, 2, 4, 4], target=0.6)
    assert alone.cost > plan.cost


def test_what_is_planned_may_meet_the_target() -> None:
    plan = planned([NEAR, EAST], target=1.0, planned=cable((300, -5), (310, -5)))
    assert plan.builds.empty
    assert (plan.reached_before, plan.after.reached, plan.cost) == (2, 2, 0)
    assert plain(str(plan)) == (
        "50.0 % (100.0 % with what is already decided): no further build is needed for the 100 % target."
    )


def test_a_plan_that_was_measured_counts_only_if_it_is_given() -> None:
    homes, ahead = points(NEAR, EAST), cable((300, -5), (310, -5))
    coverage = fc.measure_coverage(homes, NETWORK, reach=20, planned=ahead)
    assert coverage.premises["status"].tolist() == ["passed", "planned"]
    plan = fc.plan_builds(coverage, NETWORK, routes=lines(ROADS), target=1.0, cost_per_m=10)
    assert plan.reached_before == 1
    assert plan.trench_m == pytest.approx(180)


SPURS = [
    (0, 90),
    (100, 120),
    (200, 160),
    (300, 230),
]  # where a road leads off, and how far to build
COUNTS = [3, 5, 4, 9]


@pytest.mark.parametrize("budget", [500, 900, 1_000, 1_300, 2_200, 2_600, 3_700, 4_500, 9_000])
def test_a_budget_reaches_as_many_as_it_can(budget: float) -> None:
    homes = points(*[(x, y + 20) for x, y in SPURS], (0, 0), households=[*COUNTS, 1])
    network = cable((0, 0), (300, 0))
    roads = lines([[(x, 0), (x, 300)] for x, _ in SPURS])
    coverage = fc.measure_coverage(homes, network, reach=20)
    budget += 0.01  # nobody counts in thousandths
    plan = fc.plan_builds(coverage, network, routes=roads, budget=budget, cost_per_m=10)
    sets = chain.from_iterable(combinations(range(4), k) for k in range(5))
    most = max(
        sum(COUNTS[k] for k in some)
        for some in sets
        if sum(10 * SPURS[k][1] for k in some) <= budget
    )
    assert plan.after.reached == 1 + most
    assert plan.cost <= budget
    assert plan.cost_lower_bound <= plan.cost
    assert (plan.exact_target, plan.budget) == (None, budget)


def test_too_little_money_is_a_plan_without_builds() -> None:
    plan = planned([NEAR, EAST], budget=1_700, currency="SEK")
    assert plan.builds.empty
    assert (plan.cost, plan.cost_lower_bound, plan.optimality_gap) == (0, 0, 0)
    assert plain(str(plan)) == "50.0 %: no build was found for 1,700 SEK or less."
    assert plain(plan.sentence("sv")) == "50,0 %: ingen utbyggnad hittades som ryms inom 1 700 SEK."


def test_a_budget_where_roads_lead_to_nobody_builds_nothing() -> None:
    plan = planned([NEAR, (300, 300)], budget=1e6)
    assert plan.builds.empty
    assert plan.out_of_range == 1
    assert plan.curve()["cost"].tolist() == [0]


# What is counted, and what is said --------------------------------------------------------------


def test_the_unit_decides_what_is_worth_reaching() -> None:
    homes = points(
        NEAR, EAST, NORTH, households=[1, 9, 1], inhabitants=[1, 1, 9], workplaces=[1, 0, 0]
    )
    east = planned(homes, target=0.9, unit="households")
    north = planned(homes, target=0.9, unit="inhabitants")
    assert (reached_by(east, *EAST), reached_by(east, *NORTH)) == (True, False)
    assert (reached_by(north, *EAST), reached_by(north, *NORTH)) == (False, True)
    assert north.after.unit == "inhabitants"
    assert "at 200 per inhabitant." in plain(str(north))
    both = planned(homes, target=0.9, unit=["households", "workplaces"])
    assert both.builds["newly_reached"].tolist() == [9]
    assert "at 200 each." in plain(str(both))
    assert planned(homes, target=0.5, unit="workplaces").builds.empty


def test_the_sentence_has_the_currency_and_is_swedish_too() -> None:
    plan = planned([NEAR, EAST, NORTH], households=[1, 2, 9], target=1.0, currency="kr")
    assert "3,600 kr, raise" in plain(plan.sentence())
    assert plain(plan.sentence("sv")) == (
        "2 utbyggnader, 0,4 km schakt, 3 600 kr, höjer andelen hushåll från 8,3 % till 100,0 %; "
        "den sista kostar 900 kr per hushåll. Ingen plan längs dessa sträckningar är billigare."
    )
    one = planned([NEAR, EAST, NORTH], households=[1, 2, 9], target=0.8, currency="kr")
    assert plain(one.sentence("sv")).startswith(
        "1 utbyggnad, 0,2 km schakt, 1 800 kr, höjer andelen hushåll från 8,3 % till 83,3 %, "
        "för 200 kr per hushåll."
    )
    millions = planned([NEAR, EAST], target=1.0, cost_per_m=10_000, currency="kr")
    assert "1.80 million kr, raises" in plain(str(millions))


def test_the_sentence_has_the_range_that_the_positions_allow() -> None:
    homes = points(NEAR, EAST, NORTH, None, position_error_m=[0.0, 30.0, 0.0, 0.0])
    plan = planned(homes, target=0.75)
    # Surely: two. Possibly: also the one of which nobody knows where it is.
    assert plan.after.share_range == (0.5, 1.0)
    assert "from 25.0 % to 75.0 % (50.0-100.0);" in plain(str(plan))


def test_what_new_drops_cross_is_not_known() -> None:
    stream = frame([shapely.LineString([(0, 250), (400, 250)])])
    coverage = fc.measure_coverage(points(NEAR, EAST), NETWORK, reach=20, barriers=stream)
    plan = fc.plan_builds(coverage, NETWORK, routes=lines(ROADS), target=1.0, cost_per_m=10)
    assert plan.after.share == 1
    assert plan.after.share_range == (0.5, 1.0)


def test_the_gap_is_said_if_there_is_one() -> None:
    plan = planned([NEAR, EAST], target=1.0)
    object.__setattr__(plan, "cost_lower_bound", plan.cost / 1.25)
    assert plan.optimality_gap == pytest.approx(0.25)
    assert str(plan).endswith(" At most 25.0 % above the cheapest plan along these routes.")
    assert plain(plan.sentence("sv")).endswith(
        " Högst 25,0 % dyrare än den billigaste planen längs dessa sträckningar."
    )
    object.__setattr__(
        plan, "cost_lower_bound", plan.cost / 1.00001
    )  # rounded up: more would be false
    assert "At most 0.1 % above" in str(plan)
    object.__setattr__(plan, "cost_lower_bound", 0.0)
    assert plan.optimality_gap == np.inf
    assert str(plan).endswith(" How far it is from the cheapest is not known.")


def test_a_notebook_shows_the_sentence_and_the_builds_without_geometry() -> None:
    shown = planned([NEAR, EAST], target=1.0)._repr_html_()
    assert "1 build, 0.2 km of trench" in shown
    assert "newly_reached" in shown
    assert "LINESTRING" not in shown


def test_the_curve_has_what_each_share_costs() -> None:
    plan = planned([NEAR, (200, 0), (50, 300)], households=[1, 1, 2], target=0.7)
    curve = plan.curve().set_index("share")
    shares = [0.25, 0.5, 0.51, 0.7, 0.75, 1.0]
    # 80 m bring one, 280 m two, and both are 360 m.
    assert curve.index[0] == 0.25
    assert curve["reached"][shares].tolist() == [1, 2, 3, 3, 3, 4]
    np.testing.assert_allclose(curve["cost"][shares], [0, 800, 2800, 2800, 2800, 3600], rtol=1e-5)
    assert curve["cost"][0.7] == plan.cost
    assert curve["cost_lower_bound"][0.7] == plan.cost_lower_bound


def test_a_curve_of_a_budget_has_what_it_reaches() -> None:
    plan = planned([NEAR, EAST, (50, 300)], budget=2_000)
    curve = plan.curve().set_index("share")
    assert curve["cost"][2 / 3] == plan.cost
    assert curve.index[-1] == 1


def test_data_in_degrees_is_planned_in_metres() -> None:
    def far(rows: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
        return rows.to_crs(4326)

    homes, network, roads = far(points(NEAR, EAST)), far(NETWORK), far(lines(ROADS))
    coverage = fc.measure_coverage(homes, network, reach=20)
    plan = fc.plan_builds(coverage, network, routes=roads, target=1.0, cost_per_m=10)
    assert plan.builds.crs == coverage.crs == CRS
    assert plan.trench_m == pytest.approx(
        180, abs=10.01
    )  # a premises just at the reach may be beyond it


def test_progress_is_told_up_to_the_end() -> None:
    told: list[float] = []
    planned([NEAR, EAST], target=1.0, progress=told.append)
    assert told == sorted(told)
    assert told[-1] == 1.0
    assert 0 < told[0] < 1


def test_the_number_of_threads_changes_nothing() -> None:
    homes = [NEAR, EAST, NORTH, (400, 10), (60, 450)]
    one, two = (planned(homes, target=0.9, threads=threads) for threads in (1, 2))
    pd.testing.assert_frame_equal(one.builds, two.builds)
    assert one.cost_lower_bound == two.cost_lower_bound


# Errors -----------------------------------------------------------------------------------------

HOMES = [NEAR, EAST]
BAD = points(NEAR, EAST, joining=[1.0, -5.0])


@pytest.mark.parametrize(
    ("run", "argument", "said"),
    [
        (
            lambda: planned(HOMES, None, target=1.0), "routes",
            ("`routes` are needed: lines along which a trench may be dug, such as roads. "
            "Read them with read_roads, from a national road database or OpenStreetMap."),
        ),
        (lambda: planned(HOMES, 7, target=1.0), "routes", "`routes` must be a GeoDataFrame, not int."),
        (
            lambda: planned(HOMES, points(NEAR), target=1.0), "routes",
            ("`routes` must be LineString or MultiLineString geometries, but there are 1 of type 'Point' "
            "(row 0). Roads are lines: leave out the rest."),
        ),
        (
            lambda: planned(HOMES, lines(ROADS).set_crs(None, allow_override=True), target=1.0), "routes",
            "`routes` does not say which CRS its coordinates are in",
        ),
        (lambda: planned(HOMES), "target", "`target` is needed, or `budget`."),
        (
            lambda: planned(HOMES, target=0.9, budget=9), "budget",
            "`budget` and `target` exclude each other: give one.",
        ),
        (lambda: planned(HOMES, budget=0), "budget", "`budget` must be a sum above 0, not 0."),
        (
            lambda: planned(HOMES, target=90), "target",
            "`target` must be a share from 0 to 1, not 90. For 90 percent, write 0.9.",
        ),
        (
            lambda: planned([NEAR, EAST, (300, 200), (350, 250)], households=[1, 1, 1, 2], target=1.0), "target",
            ("`target` needs 4 households more, and the routes come within reach of only 1 household. "
            "Give more `routes`, or a lower target."),
        ),
        (
            lambda: planned(HOMES, target=1.0, cost_per_m=-10), "cost_per_m",
            "`cost_per_m` must be a cost above 0, not -10.",
        ),
        (
            lambda: planned(HOMES, target=1.0, cost_per_m=0), "cost_per_m",
            "`cost_per_m` must be a cost above 0, not 0.",
        ),
        (
            lambda: planned(HOMES, target=1.0, cost_per_m="asphalt"), "cost_per_m",
            "`cost_per_m` names the column 'asphalt', which the data does not have. Its columns are: none.",
        ),
        (
            lambda: planned(HOMES, lines(ROADS, rate=[1.0, -2.0]), target=1.0, cost_per_m="rate"), "cost_per_m",
            "`cost_per_m` must be costs, 0 or more, but column 'rate' ",
        ),
        (
            lambda: planned(HOMES, target=1.0, cost_per_premises=-1), "cost_per_premises",
            "`cost_per_premises` must be a cost, 0 or more, not -1.",
        ),
        (
            lambda: planned(HOMES, target=1.0, cost_per_premises="joining"), "cost_per_premises",
            "`cost_per_premises` names the column 'joining', which the data does not have.",
        ),
        (
            lambda: planned(BAD, target=1.0, cost_per_premises="joining"), "cost_per_premises",
            "`cost_per_premises` must be costs, 0 or more, but column 'joining' ",
        ),
        (
            lambda: planned(HOMES, target=1.0, detour=0), "detour",
            "`detour` must be a number above 0, not 0.",
        ),
        (
            lambda: planned(HOMES, target=1.0, planned="plan.gpkg"), "planned",
            "`planned` must be a GeoDataFrame, not str.",
        ),
    ],
)  # fmt: skip
def test_an_error_names_the_argument_what_was_seen_and_the_way_out(
    run: Callable[[], object], argument: str, said: str
) -> None:
    with pytest.raises(fc.FibercovError) as error:
        run()
    assert error.value.argument == argument
    assert str(error.value).startswith(said)


@pytest.mark.parametrize("reach", [fc.Reach(20, to="connected"), fc.Reach(60, along="roads")])
def test_a_coverage_that_no_build_can_change_is_an_error(reach: fc.Reach) -> None:
    routes = lines(ROADS)
    premises = points(NEAR, EAST, connected=[True, False])
    roads = {"roads": routes} if reach.along else {}
    coverage = fc.measure_coverage(premises, NETWORK, reach=reach, **roads)
    with pytest.raises(fc.ArgumentError) as error:
        fc.plan_builds(coverage, NETWORK, routes=routes, target=1.0, cost_per_m=1.0)
    assert error.value.argument == "coverage"
    assert str(error.value).startswith("`coverage` must be measured straight to the network, not ")
    assert str(error.value).endswith(f"Use coverage.at(Reach({reach.metres:g})).")
    straight = coverage.at(fc.Reach(reach.metres))  # and that helps
    plan = fc.plan_builds(straight, NETWORK, routes=routes, target=1.0, cost_per_m=1.0)
    assert plan.after.share == 1


def test_a_coverage_of_something_else_is_an_error() -> None:
    with pytest.raises(fc.ArgumentError, match="`coverage` must be what measure_coverage returns"):
        fc.plan_builds(0.7, NETWORK, routes=lines(ROADS), target=1.0, cost_per_m=1.0)  # type: ignore[arg-type]  # the mistake


def test_another_network_than_was_measured_to_is_an_error() -> None:
    coverage = fc.measure_coverage(points(*HOMES), NETWORK, reach=20)
    for other in (cable((0, 0), (90, 0)), cable((0, 0), (110, 0))):
        with pytest.raises(
            fc.ArgumentError, match="`network` is not the one that the coverage was"
        ):
            fc.plan_builds(coverage, other, routes=lines(ROADS), target=1.0, cost_per_m=1.0)


def test_a_language_that_nobody_wrote_is_an_error() -> None:
    with pytest.raises(fc.ArgumentError, match="`language` must be"):
        planned(HOMES, target=1.0).sentence("de")
