"""What is odd about the data, and what it does to the share."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from frames import cable, frame, points

import fibercov as fc

NETWORK = cable((0, 0), (100, 0))


def found(table: pd.DataFrame) -> dict[str, tuple[int, int, float]]:
    rows = table[table["rows"] > 0].set_index("problem")[["rows", "total", "points"]]
    return {str(name): (int(r), int(h), round(float(p), 6)) for name, r, h, p in rows.itertuples()}


def problems(
    premises: gpd.GeoDataFrame,
    network: gpd.GeoDataFrame | None = None,
    *,
    reach: float | fc.Reach = 50,
    areas: gpd.GeoDataFrame | None = None,
) -> pd.DataFrame:
    coverage = fc.measure_coverage(premises, network, reach=reach)
    return fc.check_data(coverage, network=network, areas=areas)


def test_a_sound_input_has_no_problems_and_says_what_was_looked_for() -> None:
    table = problems(points((0, 10), (50, 90)), NETWORK, reach=50)
    assert found(table) == {}
    assert len(table) == 15
    assert table["meaning"].notna().all()


def test_each_problem_is_counted_with_its_effect_on_the_share() -> None:
    premises = points(
        (0, 10), (0, 10), (50, 900), (90, 20), None, None, (40_000, 0),
        households=[4, 1, 3, 0, 1, 1, 10],
        connected=[False, False, True, False, False, True, False],
    )  # fmt: skip
    areas = frame([shapely.box(-10, -10, 110, 1000)], name=["Here"])
    table = problems(premises, NETWORK, reach=50, areas=areas)
    share = 8 / 20  # 4 + 1 passed, 3 connected; of 20
    assert found(table) == {
        "unplaced": (2, 2, round(100 * (8 / 18 - share), 6)),
        "connected_unplaced": (1, 1, round(100 * (8 / 19 - share), 6)),
        "connected_far": (1, 3, round(100 * (5 / 20 - share), 6)),
        "no_count": (1, 0, 0.0),
        "same_place": (1, 1, round(100 * (7 / 19 - share), 6)),
        "isolated": (1, 10, round(100 * (8 / 10 - share), 6)),
        "outside_areas": (1, 10, round(100 * (8 / 10 - share), 6)),
    }


def test_positions_too_unsure_to_tell() -> None:
    premises = points((0, 45), (0, 56), (0, 80), position_error_m=[6, 6, 6])
    assert found(problems(premises, NETWORK, reach=50)) == {
        "unsure_position": (2, 2, round(100 * (0 / 1 - 1 / 3), 6))
    }


def test_features_of_the_network_that_repeat_are_nowhere_or_are_broken() -> None:
    bow_tie = shapely.Polygon([(0, 0), (9, 9), (9, 0), (0, 9)])
    network = frame([shapely.Point(0, 0), shapely.Point(0, 0), None, bow_tie])
    assert found(problems(points((0, 0)), network, reach=50)) == {
        "network_twice": (1, 0, 0.0),
        "network_nowhere": (1, 0, 0.0),
        "network_broken_polygon": (1, 0, 0.0),
    }


def test_features_with_the_same_bounds_are_not_the_same() -> None:
    one, other = [(0, 0), (9, 9)], [(0, 9), (9, 0)]
    network = frame([shapely.LineString(each) for each in (one, other, one[::-1])])
    assert found(problems(points((0, 0)), network, reach=50)) == {"network_twice": (1, 0, 0.0)}


def test_premises_in_one_place_are_told_apart_from_those_near_it_whatever_their_shape() -> None:
    homes = [shapely.Point(0, 9), shapely.box(0, 0, 9, 9), None, shapely.Point(0, 9), shapely.Point(9, 0), shapely.box(0, 0, 9, 9), None]  # fmt: skip
    table = problems(frame(homes), NETWORK, reach=50)
    assert found(table)["same_place"][0] == 2


def test_a_connected_premises_without_a_position_may_be_near_any() -> None:
    premises = points((0, 0), (900, 0), None, connected=[True, False, True])
    near = found(problems(premises, reach=fc.PTS_2015))
    assert near["near_unplaced"][:2] == (1, 1)
    assert "unsure_position" not in near
    cable = found(problems(premises, NETWORK, reach=50))
    assert "near_unplaced" not in cable


def test_a_broken_building_is_measured_as_make_valid_makes_it_and_reported() -> None:
    bow_tie = shapely.Polygon([(0, 0), (10, 10), (10, 0), (0, 10)])
    premises = frame([bow_tie, shapely.box(50, 50, 60, 60)])
    network = frame([shapely.Point(2, 5), shapely.Point(5, 9)])
    table = problems(premises, network, reach=3)
    assert found(table)["broken_polygon"][0] == 1
    drop_m = fc.measure_coverage(premises, network, reach=3).premises["drop_m"][0]
    assert drop_m == pytest.approx(min(network.distance(shapely.make_valid(premises.geometry[0]))))


def test_one_place_at_two_heights_is_one_place() -> None:
    table = problems(frame([shapely.Point(0, 0, 1), shapely.Point(0, 0, 2)]), NETWORK, reach=50)
    assert found(table)["same_place"][0] == 1


def test_nobody_left_is_no_share() -> None:
    table = problems(points((0, 10), None, households=[0, 2]), NETWORK, reach=50)
    row = table.set_index("problem").loc["unplaced"]
    assert np.isnan(row["points"])


def isolated(premises: gpd.GeoDataFrame) -> int:
    table = problems(premises, NETWORK, reach=50)
    return int(table.loc[table["problem"] == "isolated", "rows"].sum())


def test_isolated_is_farther_than_10_km_from_the_next_place() -> None:
    rng = np.random.default_rng(12)
    for seed in range(20):
        centres = np.random.default_rng(seed).uniform(-40_000, 40_000, (12, 2))
        spots = np.repeat(centres, rng.integers(1, 3, 12), axis=0)
        shapes = [
            shapely.box(x, y, x + 300, y + 1) if k % 3 else shapely.Point(x, y)
            for k, (x, y) in enumerate(spots)
        ]
        apart = shapely.distance(np.array(shapes)[:, None], np.array(shapes)[None, :])
        same = shapely.equals(np.array(shapes)[:, None], np.array(shapes)[None, :])
        alone = np.where(same, np.inf, apart).min(axis=1) > 10_000
        assert isolated(frame(shapes)) == alone.sum()


def test_thousands_on_one_spot_far_from_all_others_are_isolated() -> None:
    assert isolated(points(*[(0, 0)] * 20_000, (50_000, 0))) == 20_001
    assert isolated(points(*[(0, 0)] * 20_000)) == 20_000


def test_corners_that_are_near_do_not_make_shapes_near() -> None:
    far = shapely.MultiPolygon(
        [shapely.box(0, 15_000, 9, 15_009), shapely.box(15_000, 0, 15_009, 9)]
    )
    assert isolated(frame([shapely.box(10, 10, 11, 11), far])) == 2
