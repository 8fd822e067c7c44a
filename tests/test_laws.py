"""What must hold for every input: the laws of measuring, as properties."""

from __future__ import annotations

import math
from fractions import Fraction
from random import Random
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from frames import CRS, E0, N0, moved
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from shapely.geometry.base import BaseGeometry

import fibercov as fc

pytestmark = pytest.mark.no_cover

# Coordinates on a 5 m lattice, so that ties, borders and drops equal to the reach are common.
lattice = st.integers(0, 60).map(lambda step: 5.0 * step)
xy = st.tuples(lattice, lattice)
reaches = st.integers(1, 40).map(lambda step: 5.0 * step)
features: st.SearchStrategy[BaseGeometry] = st.one_of(
    st.builds(shapely.Point, xy),
    st.lists(xy, min_size=2, max_size=4).map(shapely.LineString),
    st.tuples(xy, st.integers(1, 20)).map(
        lambda b: shapely.box(*b[0], b[0][0] + 5 * b[1], b[0][1] + 35)
    ),
)


def as_network(geometries: list[BaseGeometry]) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(geometry=[moved(g) for g in geometries], crs=CRS)


networks = st.lists(features, min_size=1, max_size=5).map(as_network)
rows = st.tuples(st.one_of(st.none(), xy), st.integers(0, 40), st.booleans())


def as_premises(made: list[tuple[tuple[float, float] | None, int, bool]]) -> gpd.GeoDataFrame:
    places, households, connected = zip(*made, strict=True)
    shapes = [None if p is None else moved(shapely.Point(p)) for p in places]
    return gpd.GeoDataFrame(
        {"households": households, "connected": connected}, geometry=shapes, crs=CRS
    )


premises_frames = (
    st.lists(rows, min_size=1, max_size=12)
    .filter(lambda made: any(p is not None for p, _, _ in made) and sum(h for _, h, _ in made) > 0)
    .map(as_premises)
)


@given(premises_frames, networks, reaches, reaches)
def test_1_the_share_never_falls_when_the_reach_grows(
    premises: gpd.GeoDataFrame, network: gpd.GeoDataFrame, one: float, other: float
) -> None:
    coverage = fc.measure_coverage(premises, network, reach=min(one, other))
    assert coverage.at(max(one, other)).reached >= coverage.reached


@given(premises_frames, networks, networks, reaches)
def test_1_the_share_never_falls_when_the_network_gains_features(
    premises: gpd.GeoDataFrame, network: gpd.GeoDataFrame, more: gpd.GeoDataFrame, reach: float
) -> None:
    before = fc.measure_coverage(premises, network, reach=reach)
    both = pd.concat([network, more], ignore_index=True)
    assert fc.measure_coverage(premises, both, reach=reach).reached >= before.reached


@given(premises_frames, networks, networks, reaches, st.randoms(use_true_random=False))
def test_2_the_order_of_rows_changes_nothing(
    premises: gpd.GeoDataFrame,
    network: gpd.GeoDataFrame,
    planned: gpd.GeoDataFrame,
    reach: float,
    random: Random,
) -> None:
    def shuffled(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
        return frame.loc[random.sample(list(frame.index), len(frame))]

    before = fc.measure_coverage(premises, network, reach=reach, planned=planned)
    after = fc.measure_coverage(
        shuffled(premises), shuffled(network), reach=reach, planned=shuffled(planned)
    )
    pd.testing.assert_frame_equal(after.premises.sort_index(), before.premises)


@given(premises_frames, networks, reaches, st.data())
def test_3_splitting_a_premises_in_two_at_the_same_place_changes_no_count(
    premises: gpd.GeoDataFrame, network: gpd.GeoDataFrame, reach: float, data: st.DataObject
) -> None:
    whole = fc.measure_coverage(premises, network, reach=reach)
    row = data.draw(st.sampled_from(premises.index.tolist()))
    one = data.draw(st.integers(0, int(premises.loc[row, "households"])))
    split = pd.concat([premises, premises.loc[[row]]], ignore_index=True)
    split.loc[row, "households"] -= one
    split.loc[len(split) - 1, "households"] = one
    assert fc.measure_coverage(split, network, reach=reach).counts.equals(whole.counts)


@given(premises_frames, networks, reaches, st.integers(1, 4))
def test_4_a_duplicate_feature_counts_once(
    premises: gpd.GeoDataFrame, network: gpd.GeoDataFrame, reach: float, times: int
) -> None:
    once = fc.measure_coverage(premises, network, reach=reach)
    again = pd.concat([network] * (1 + times), ignore_index=True)
    more = fc.measure_coverage(premises, again, reach=reach)
    pd.testing.assert_frame_equal(more.premises, once.premises)


@given(premises_frames, networks, st.tuples(*[st.floats(-50_000, 50_000)] * 2))
def test_4_moving_everything_changes_no_drop(
    premises: gpd.GeoDataFrame, network: gpd.GeoDataFrame, by: tuple[float, float]
) -> None:
    here = fc.measure_coverage(premises, network, reach=50).premises["drop_m"]
    there = fc.measure_coverage(
        premises.set_geometry(premises.translate(*by)),
        network.set_geometry(network.translate(*by)),
        reach=50,
    ).premises["drop_m"]
    np.testing.assert_allclose(there, here, atol=1e-6, rtol=0)


cuts = st.lists(lattice.filter(lambda x: 0 < x < 300), max_size=3, unique=True).map(sorted)


@given(premises_frames, networks, cuts, cuts, st.randoms(use_true_random=False))
def test_5_areas_that_tile_the_map_sum_to_the_whole_and_share_no_premises(
    premises: gpd.GeoDataFrame,
    network: gpd.GeoDataFrame,
    x_cuts: list[float],
    y_cuts: list[float],
    random: Random,
) -> None:
    xs, ys = [0.0, *x_cuts, 300.0], [0.0, *y_cuts, 300.0]
    tiles = [
        shapely.box(xs[i] + E0, ys[j] + N0, xs[i + 1] + E0, ys[j + 1] + N0)
        for i in range(len(xs) - 1)
        for j in range(len(ys) - 1)
    ]
    areas = gpd.GeoDataFrame(
        {"name": [f"{n:02}" for n in range(len(tiles))]}, geometry=tiles, crs=CRS
    )
    coverage = fc.measure_coverage(premises, network, reach=50)
    table = fc.summarize(coverage, by=areas).set_index("name")
    assert table["premises"].sum() == len(premises)
    assert table["total"].sum() == coverage.total
    for status, households in coverage.counts.items():
        assert table[str(status)].sum() == households
    assert table["premises"].iloc[-2] == 0  # the tiles hold every place
    assert table["premises"].iloc[-1] == premises.geometry.isna().sum()
    order = random.sample(range(len(areas)), len(areas))
    again = fc.summarize(coverage, by=areas.iloc[order]).set_index("name").loc[table.index]
    pd.testing.assert_frame_equal(again, table)


@given(premises_frames, networks, reaches)
def test_6_drops_equal_shapely_distance(
    premises: gpd.GeoDataFrame, network: gpd.GeoDataFrame, reach: float
) -> None:
    coverage = fc.measure_coverage(premises, network, reach=reach)
    for place, drop_m in zip(premises.geometry, coverage.premises["drop_m"], strict=True):
        if place is None:
            assert math.isnan(drop_m)
        else:
            assert abs(drop_m - network.distance(place).min()) <= 1e-6


@given(
    st.integers(1, 10_000),
    st.fractions(0, 1, max_denominator=1000),
    st.one_of(
        st.integers(0, 100).map(lambda percent: percent / 100),
        st.floats(0, 1),
        st.fractions(0, 1, max_denominator=10_000),
        st.decimals(0, 1, places=4),
    ),
)
def test_7_the_shortfall_is_0_exactly_when_the_target_is_met(
    households: int, passed: Fraction, target: float | Fraction
) -> None:
    reached = int(passed * households)
    assume(reached < households or households > 1)
    premises = gpd.GeoDataFrame(
        {"households": [reached, households - reached]},
        geometry=[shapely.Point(E0, N0), shapely.Point(E0, N0 + 999)],
        crs=CRS,
    )
    coverage = fc.measure_coverage(premises, as_network([shapely.Point(0, 0)]), reach=50)
    check = fc.check_target(coverage, target=target)
    exact = Fraction(str(target))
    assert check.met == (Fraction(reached, households) >= exact)
    assert (check.shortfall == 0) == check.met
    assert Fraction(reached + check.shortfall, households) >= exact
    if check.shortfall:
        assert Fraction(reached + check.shortfall - 1, households) < exact


@given(premises_frames, networks, networks, reaches, reaches)
def test_9_at_equals_measuring_again(
    premises: gpd.GeoDataFrame,
    network: gpd.GeoDataFrame,
    planned: gpd.GeoDataFrame,
    first: float,
    then: float,
) -> None:
    measured = fc.measure_coverage(premises, network, reach=first, planned=planned).at(then)
    again = fc.measure_coverage(premises, network, reach=then, planned=planned)
    pd.testing.assert_frame_equal(measured.premises, again.premises)
    assert repr(measured) == repr(again)
    curve = fc.coverage_curve(measured, reaches_m=[first, then])
    assert curve.iloc[1] == again.share


@given(premises_frames, networks, reaches)
def test_10_no_premises_disappears(
    premises: gpd.GeoDataFrame, network: gpd.GeoDataFrame, reach: float
) -> None:
    coverage = fc.measure_coverage(premises, network, reach=reach)
    pd.testing.assert_index_equal(coverage.premises.index, premises.index)
    assert coverage.premises["status"].isin(coverage.counts.index).all()
    assert coverage.counts.sum() == premises["households"].sum() == coverage.total
    assert (coverage.premises["status"] == "unplaced").equals(premises.geometry.isna())


@settings(max_examples=settings().max_examples // 2)  # each measures twice, and by area
@given(
    premises_frames,
    networks,
    networks,
    reaches,
    st.sampled_from([{}, {"to": "connected"}, {"feature": "a cabinet"}]),
    st.sampled_from([0.5, 0.9, 1]),
    st.data(),
)
def test_13_what_is_said_of_a_plan_equals_measuring_with_it_added_to_the_network(
    premises: gpd.GeoDataFrame,
    network: gpd.GeoDataFrame,
    planned: gpd.GeoDataFrame,
    reach_m: float,
    to: dict[str, Any],
    target: float,
    data: st.DataObject,
) -> None:
    lit = premises["connected"] & premises.geometry.notna()
    if "to" in to and not lit.any():  # then the networks are such buildings
        buildings = network.geom_type != "LineString"
        assume(buildings.any() and (planned.geom_type != "LineString").any())
        network = network[buildings].reset_index(drop=True)
        planned = planned[planned.geom_type != "LineString"]
    count = len(premises)
    errors = data.draw(st.lists(st.sampled_from([0.0, 5.0, 40.0]), min_size=count, max_size=count))
    premises = premises.assign(position_error_m=errors, area=["AB"[k % 2] for k in range(count)])
    reach = fc.Reach(reach_m, **to)
    measured = fc.measure_coverage(premises, network, reach=reach, planned=planned)
    said = measured.with_plan()
    both = pd.concat([network, planned], ignore_index=True)
    again = fc.measure_coverage(premises, both, reach=reach)
    assert repr(said) == repr(again)
    assert said.reached_range == again.reached_range
    pd.testing.assert_frame_equal(
        said.premises.drop(columns="network_index"),
        again.premises.drop(columns="network_index"),
        check_exact=True,
    )
    known = said.premises["network_index"].notna()  # of what is planned it is not
    assert (said.premises["network_index"] == again.premises["network_index"])[known].all()
    assert said.reached == measured.reached + measured.counts["planned"]
    one, other = (fc.check_target(each, target=target, by="area") for each in (said, again))
    assert (one.verdict, one.shortfall) == (other.verdict, other.shortfall)
    pd.testing.assert_frame_equal(one.areas, other.areas)


counts_of_all = st.tuples(*[st.integers(0, 9)] * 3)
units = st.sampled_from(
    ["households", "inhabitants", "workplaces", "premises", "households+workplaces"]
)


@given(
    premises_frames,
    networks,
    reaches,
    st.lists(counts_of_all, min_size=12, max_size=12),
    units,
    units,
)
def test_11_in_another_unit_as_if_measured_in_it(
    premises: gpd.GeoDataFrame,
    network: gpd.GeoDataFrame,
    reach: float,
    counts: list[tuple[int, int, int]],
    one: str,
    other: str,
) -> None:
    names = ["households", "inhabitants", "workplaces"]
    counted = premises.copy()
    counted[names] = counts[: len(premises)]
    assume(counted[names].any().all())
    first = fc.measure_coverage(counted, network, reach=reach, unit=one)
    again = fc.measure_coverage(counted, network, reach=reach, unit=other)
    then = first.of(other)
    assert (then.unit, then.reached_range) == (again.unit, again.reached_range)
    pd.testing.assert_frame_equal(then.table, again.table)
    pd.testing.assert_frame_equal(then.premises, again.premises)  # drops do not depend on the unit
    assert then.counts.sum() == then.total
    by_status = fc.summarize(then, by="status").set_index("name")["total"]
    for status, number in then.counts.items():
        assert by_status.get(str(status), 0) == number
    ones = fc.measure_coverage(premises.assign(households=1), network, reach=reach)
    assert first.of("premises").counts.tolist() == ones.counts.tolist()
