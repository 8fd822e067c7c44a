"""Measuring along roads, and across barriers: the definition, the share and its range, what is told."""

from __future__ import annotations

import warnings
from datetime import date
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from frames import CRS, cable, frame, points
from hypothesis import given, settings
from hypothesis import strategies as st
from towns import town

import fibercov as fc

ALONG = fc.Reach(100, along="roads")
# The cable of research by hand: 40.7 m to where the road is 25 m from its end, and so on.
HOMES = [(40, -20), (200, -20), (200, 50), (40, 3), None]
ROAD = frame([shapely.LineString([(0, 0), (300, 0)])])
CABLE = cable((100, 6), (300, 6))
TURN = 60 - np.sqrt(625 - 36)


def measured(reach: Any = ALONG, homes: Any = HOMES, **options: Any) -> fc.Coverage:
    given = {"network": CABLE, "roads": ROAD} | options
    return fc.measure_coverage(points(*homes), reach=reach, **given)


def test_the_drop_along_roads_stands_beside_the_straight_one() -> None:
    premises = measured().premises
    assert premises["road_m"].tolist() == pytest.approx(
        [45 + TURN, 26, 44, 28 + TURN, np.nan], nan_ok=True
    )
    assert premises["drop_m"][:2].tolist() == pytest.approx([np.hypot(60, 26), 26])
    assert premises["leg_m"][:4].tolist() == pytest.approx([20, 20, 50, 3])
    assert premises["status"].tolist() == ["passed"] * 4 + ["unplaced"]


def test_the_definition_says_all_that_decides_the_figure() -> None:
    assert str(measured()).startswith(
        "80.0 % of 5 premises (one household each) within 100 m of fiber, measured along roads with 25 m side tolerance"
    )
    joined = fc.Reach(100, along="roads", beside_m=6, join_m=0.5)
    assert str(joined) == (
        "within 100 m of fiber, measured along roads with 6 m side tolerance and road ends joined within 0.5 m"
    )
    said = measured(joined).headline(language="sv")
    assert "mätt längs vägar med 6 m sidotolerans och vägändar förbundna inom 0,5 m" in said


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"along": "rail"}, "`along` of a Reach must be 'roads' or left out, not 'rail'."),
        ({"along": "roads", "to": "connected"}, "`along` of a Reach cannot be 'roads' where drops end at connected premises."),
        ({"along": "roads", "beside_m": 26}, "`reach` along roads must be at least twice beside_m (52 m), because drops of up to beside_m are straight lines, not 50"),
        ({"along": "roads", "beside_m": 0}, "`beside_m` must be metres above 0, not 0."),
        ({"along": "roads", "join_m": -1}, "`join_m` must be metres, 0 or more"),
        ({"beside_m": 10}, "`beside_m` and join_m of a Reach need along='roads'."),
    ],
)  # fmt: skip
def test_what_no_definition_can_be(fields: dict[str, Any], said: str) -> None:
    with pytest.raises(fc.ArgumentError) as error:
        fc.Reach(50, **fields)
    assert said in str(error.value)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"roads": None}, "`roads` are needed to measure what is within 100 m of fiber, measured along roads with 25 m side tolerance. Read them with read_roads, and give `roads`."),
        ({"reach": 100}, "`roads` are given, but the definition measures straight. To follow them, use reach=Reach(100, along='roads')."),
        ({"roads": frame([shapely.Point(0, 0)])}, "Roads are lines: leave out the rest."),
        ({"barriers": frame([shapely.Point(0, 0)])}, "Barriers are lines or polygons: leave out the rest."),
        ({"barriers": 7}, "`barriers` must be a GeoDataFrame, or several"),
        ({"barriers": [7]}, "`barriers` must be a GeoDataFrame"),
        ({"roads": gpd.GeoDataFrame(geometry=[], crs=CRS)}, "`roads`"),
    ],
)  # fmt: skip
def test_roads_and_barriers_that_cannot_be_right(options: dict[str, Any], said: str) -> None:
    with pytest.raises(fc.FibercovError) as error:
        measured(**options)
    assert said in str(error.value)


def test_other_definitions_of_the_same_measurement() -> None:
    coverage = measured()
    assert coverage.at(60).reach == fc.Reach(60, along="roads")
    assert coverage.at(60).share == measured(fc.Reach(60, along="roads")).share == 2 / 5
    straight = measured(fc.Reach(60), roads=None)
    assert coverage.at(fc.Reach(60)).share == straight.share
    assert coverage.at(fc.BNETZA).share == measured(fc.BNETZA, roads=None).share
    with pytest.raises(fc.ArgumentError, match="at least twice beside_m"):
        coverage.at(49)
    with pytest.raises(fc.ArgumentError, match="another beside_m or join_m than the 25 and 0 m"):
        coverage.at(fc.Reach(60, along="roads", beside_m=20))
    with pytest.raises(fc.ArgumentError, match="needs drops along roads, and none were measured"):
        straight.at(ALONG)


def test_the_curve_starts_at_twice_beside_m() -> None:
    coverage = measured()
    curve = fc.coverage_curve(coverage, reaches_m=[50, 60, 85])
    assert curve.tolist() == [coverage.at(reach).share for reach in (50, 60, 85)]
    with pytest.raises(fc.ArgumentError, match="along roads must be at least twice beside_m, 50 m"):
        fc.coverage_curve(coverage, reaches_m=[10, 60])
    ax = fc.plot_curve(coverage)
    assert np.asarray(ax.lines[0].get_xdata()).min() == 50
    assert "along roads" in ax.get_xlabel() + ax.get_title(loc="left")


def test_premises_on_an_island_are_placed_and_not_reached_but_possibly() -> None:
    roads = frame([shapely.LineString(xy) for xy in ([(0, 0), (300, 0)], [(0, -90), (300, -90)])])
    coverage = measured(homes=[(200, -20), (200, -80), (0, -99)], roads=roads)
    assert coverage.premises["road_m"].tolist() == [26, np.inf, np.inf]
    assert coverage.premises["status"].tolist() == ["passed", "unserved", "unserved"]
    assert coverage.share_range == (1 / 3, 2 / 3)  # 86 m away, and 145 m
    assert coverage.provenance["roads"]["islands"] == 1
    assert coverage.provenance["roads"]["km_on_islands"] == 0.3
    assert (
        "0.6 km of roads (0.3 km of them not connected to the largest connected part)"
        in coverage.method()[-1]
    )


def test_levels_keep_a_bridge_apart_whatever_their_type() -> None:
    lines = [
        shapely.LineString(xy)
        for xy in ([(0, 0), (50, 0), (300, 0)], [(50, -80), (50, 0), (50, 80)])
    ]
    at = cable((50, 70), (50, 79))
    apart: list[Any] = [["1", None], [1.0, np.nan], ["1", "0"]]
    for levels in apart:
        roads = fc.read_roads(frame(lines, layer=levels), level_column="layer")
        coverage = measured(homes=[(10, 1)], network=at, roads=roads)
        assert np.isinf(coverage.premises["road_m"][0])
    alike: list[Any] = [[0, None], ["1", "1"], [2, 2]]
    for levels in alike:
        roads = fc.read_roads(frame(lines, layer=levels), level_column="layer")
        coverage = measured(homes=[(10, 1)], network=at, roads=roads)
        # A leg of 1 m, 40 m to the crossing, and up to 45 m, from where the cable is 25 m away.
        assert coverage.premises["road_m"][0] == pytest.approx(1 + 40 + 45 + 25)


def test_a_schematic_network_is_warned_of_and_comes_first_among_the_problems() -> None:
    far = cable((100, 60), (300, 60))
    with pytest.warns(
        UserWarning, match="Only 0.0% of the network's metres lie within 25 m of a road"
    ):
        coverage = measured(network=far)
    table = fc.check_data(coverage, network=far, roads=ROAD).set_index("problem")
    assert table.loc["schematic", "rows"] == 1
    assert coverage.method()[-1].startswith("That is too little")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert measured().provenance["roads"]["network_beside"] == 1


def test_what_is_odd_about_roads() -> None:
    lines: list[Any] = [
        [(0, 0), (300, 0)],
        [(50, 1.5), (50, 90)],  # a loose end 1.5 m from the first
        [(100, -50), (100, 50)],  # crosses the first, and shares no vertex with it
        [(300, 0), (300, 50)],
    ]
    roads = frame([shapely.LineString(xy) for xy in lines])
    coverage = measured(homes=[(200, -20), (200, -150), (50, 80)], roads=roads)
    rows = fc.check_data(coverage, roads=roads).set_index("problem")["rows"]
    names = ["far_from_roads", "no_way", "schematic", "loose_ends", "crossings"]
    assert rows[names].tolist() == [1, 1, 0, 1, 1]
    joined = fc.Reach(100, along="roads", join_m=2)
    again = fc.check_data(measured(joined, roads=roads), roads=roads).set_index("problem")["rows"]
    assert again[names].tolist() == [0, 0, 0, 0, 1]
    with pytest.raises(fc.ArgumentError, match="the definition measures straight"):
        fc.check_data(measured(100, roads=None), roads=roads)


RIVER = frame([shapely.LineString([(0, -10), (300, -10)])])


def test_a_drop_across_a_barrier_is_not_in_the_low_of_the_range() -> None:
    homes = [(200, -20), (200, -20), (290, -20), (150, 20), None]
    coverage = fc.measure_coverage(
        points(*homes, connected=[False, True, False, False, False]),
        CABLE,
        reach=100,
        barriers=RIVER,
    )
    premises = coverage.premises
    assert premises["crosses"].tolist() == [True, True, True, False, False]
    # Around the river's end at (300, -10), the cable is seen 16 m farther on, but it ends there.
    assert premises["free_drop_m"][:4].tolist() == pytest.approx([np.inf] * 3 + [14])
    assert coverage.share == 4 / 5
    assert coverage.share_range == (2 / 5, 1)
    rows = fc.check_data(coverage).set_index("problem")
    assert rows.loc[["crosses", "only_across"], "rows"].tolist() == [2, 2]
    assert rows.loc["unsure_position", "rows"] == 0
    assert rows.loc["only_across", "points"] == pytest.approx(-40)
    assert coverage.method()[-1].startswith("The lowest share leaves out premises that are")


def test_another_stretch_of_the_same_cable_may_be_free() -> None:
    wall = frame([shapely.LineString([(-10, 20), (10, 20)])])
    coverage = fc.measure_coverage(
        points((0, 0)), cable((-100, 30), (100, 30)), reach=32, barriers=[wall, RIVER]
    )
    free_m = np.hypot(15, 30)
    assert coverage.premises["free_drop_m"][0] == pytest.approx(free_m)
    assert coverage.reached_range == (0, 1)
    assert coverage.at(free_m + 1e-6).reached_range == (1, 1)
    assert [*coverage.provenance] == ["premises", "network", "barriers", "barriers_1"]
    with pytest.raises(
        fc.ArgumentError, match="farther than drops that cross no barrier were looked for, 1000 m"
    ):
        coverage.at(1001)


def test_along_roads_only_the_leg_is_held_against_barriers() -> None:
    # The first one's leg crosses; the second's road crosses on a bridge, and its leg does not.
    water = frame(
        [shapely.LineString([(150, -10), (250, -10)]), shapely.LineString([(90, -50), (90, 50)])]
    )
    coverage = measured(homes=[(200, -20), (40, -20)], barriers=water)
    assert coverage.premises["free_road_m"].tolist() == pytest.approx([np.inf, 45 + TURN])
    assert coverage.share_range == (1 / 2, 1)
    rows = fc.check_data(coverage).set_index("problem")["rows"]
    assert "crosses" not in rows
    assert rows["only_across"] == 1


# Laws -------------------------------------------------------------------------------------------


def someplace(
    seed: int,
) -> tuple[gpd.GeoDataFrame, ...]:
    """Premises, some connected, a network and a plan, roads, and barriers."""
    rng = np.random.default_rng(seed)
    homes, network, roads = town(seed)
    more = [shapely.LineString(rng.uniform(0, 300, (3, 2))) for _ in range(2)]
    walls: list[Any] = [shapely.LineString(rng.uniform(0, 300, (3, 2))) for _ in range(4)]
    walls.append(shapely.box(*(corner := rng.uniform(0, 250, 2)), *(corner + 40)))
    connected = rng.random(len(homes)) < 0.2
    households = rng.integers(0, 9, len(homes))
    made = frame([*homes], connected=connected, households=households, inhabitants=households + 1)
    plan = frame(more, built=[2026, 2028])
    return made, frame([*network]), plan, frame([*roads]), frame(walls)


def same(one: fc.Coverage, other: fc.Coverage) -> None:
    assert one.reached_range == other.reached_range
    assert one.counts.to_dict() == other.counts.to_dict()


@pytest.mark.no_cover
@settings(max_examples=settings().max_examples // 2)  # each measures a dozen times
@given(st.integers(0, 100_000), st.floats(30, 900))
def test_9_11_13_and_1_along_roads_and_with_barriers(seed: int, metres: float) -> None:
    homes, network, plan, roads, walls = someplace(seed)
    own, other = (
        fc.Reach(100, along="roads", beside_m=12),
        fc.Reach(metres, along="roads", beside_m=12),
    )
    both = {"roads": roads, "barriers": walls}

    def measure(reach: Any, **options: Any) -> fc.Coverage:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # towns are crooked
            return fc.measure_coverage(
                homes, reach=reach, **({"network": network} | both | options)
            )

    coverage = measure(own, planned=plan, planned_date="built")
    same(coverage.at(other), measure(other, planned=plan))
    same(coverage.at(metres).of("inhabitants"), measure(other, planned=plan, unit="inhabitants"))
    same(coverage.at(fc.Reach(metres)), measure(metres, planned=plan, roads=None))
    same(coverage.at(fc.PTS_2015), measure(fc.PTS_2015, planned=plan, roads=None))
    # Law 13: with what is planned built, as if measured with it.
    for until, rows in (
        (None, slice(None)),
        (date(2026, 12, 31), slice(1)),
        (date(2025, 1, 1), slice(0)),
    ):
        built = pd.concat([network, plan[rows]], ignore_index=True)
        again = measure(own, network=built)
        said = coverage.with_plan(until=until)
        same(said, again)
        for column in ("drop_m", "road_m", "free_drop_m", "free_road_m"):
            one, two = (c.premises[column].to_numpy() for c in (said, again))
            finite = np.isfinite(one)
            assert (finite == np.isfinite(two)).all()
            assert np.abs(one[finite] - two[finite]).max(initial=0) <= 1e-6
        assert (said.premises["crosses"] == again.premises["crosses"]).all()
    # Law 1, of the low too, and what a barrier can do.
    assert coverage.with_plan().reached_range[0] >= coverage.reached_range[0]
    assert coverage.at(max(metres, 100)).reached_range >= coverage.reached_range
    without = measure(own, barriers=None)
    assert without.counts["unserved"] == measure(own).counts["unserved"]
    assert without.reached_range[0] >= coverage.reached_range[0]
    assert without.reached_range[1] == coverage.reached_range[1]
