"""Measuring: statuses, counts, the share, and what cannot be measured."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from frames import CRS, cable, frame, points

import fibercov as fc

NETWORK = cable((0, 0), (1000, 0))
PLANNED = cable((0, 500), (1000, 500))


def five() -> gpd.GeoDataFrame:
    """One premises of each status, for a reach of 50 m."""
    return points(
        (100, 200),
        (200, 30),
        (300, 470),
        (400, 200),
        None,
        households=[8, 4, 2, 1, 5],
        connected=[True, False, False, False, False],
        address=list("abcde"),
    )


def test_every_premises_has_exactly_one_status() -> None:
    coverage = fc.measure_coverage(five(), NETWORK, reach=50, planned=PLANNED)
    assert coverage.premises["status"].tolist() == [
        "connected", "passed", "planned", "unserved", "unplaced",
    ]  # fmt: skip
    assert coverage.counts.to_dict() == {
        "connected": 8, "passed": 4, "planned": 2, "unserved": 1, "unplaced": 5,
    }  # fmt: skip


def test_homes_passed_include_the_connected_and_the_unplaced_stay_in_the_denominator() -> None:
    coverage = fc.measure_coverage(five(), NETWORK, reach=50, planned=PLANNED)
    assert (coverage.reached, coverage.total) == (12, 20)
    assert coverage.share == 12 / 20
    assert coverage.connected_share == 8 / 20
    assert coverage.share_range == (12 / 20, 17 / 20)


def test_the_table_has_premises_households_and_shares_by_status() -> None:
    table = fc.measure_coverage(five(), NETWORK, reach=50, planned=PLANNED).table
    assert table.index.tolist() == ["connected", "passed", "planned", "unserved", "unplaced"]
    assert table["premises"].tolist() == [1, 1, 1, 1, 1]
    assert table["total"].tolist() == [8, 4, 2, 1, 5]
    assert table["share"].tolist() == [0.4, 0.2, 0.1, 0.05, 0.25]


def test_drops_are_metres_and_point_at_the_feature_they_end_at() -> None:
    network = frame(
        [shapely.LineString([(0, 0), (1000, 0)]), shapely.Point(400, 203)], owner=["a", "b"]
    ).set_index("owner")
    premises = fc.measure_coverage(five(), network, reach=50, planned=PLANNED).premises
    np.testing.assert_allclose(
        premises["drop_m"], [200, 30, np.hypot(100, 267), 3, np.nan], atol=1e-6
    )
    np.testing.assert_allclose(premises["planned_drop_m"], [300, 470, 30, 300, np.nan], atol=1e-6)
    assert premises["network_index"].isna().tolist() == [False] * 4 + [True]
    assert premises["network_index"].tolist()[:4] == ["a", "a", "b", "b"]


def test_a_drop_of_exactly_the_reach_counts() -> None:
    premises = points((0, 50), (10, 50.001))
    assert fc.measure_coverage(premises, NETWORK, reach=50).reached == 1


def test_a_premises_in_a_service_area_has_a_drop_of_0() -> None:
    area = frame([shapely.box(0, 0, 100, 100)])
    coverage = fc.measure_coverage(points((50, 50), (100, 130)), area, reach=20)
    assert coverage.premises["drop_m"].tolist() == [0, 30]
    assert coverage.reached == 1


def test_a_building_is_measured_from_its_edge() -> None:
    building = frame([shapely.box(0, 10, 20, 30)])
    assert fc.measure_coverage(building, NETWORK, reach=10).premises["drop_m"].item() == 10


def test_an_unplaced_premises_is_unplaced_even_if_it_is_said_to_be_connected() -> None:
    premises = points((0, 0), None, connected=[False, True])
    coverage = fc.measure_coverage(premises, NETWORK, reach=50)
    assert coverage.counts["unplaced"] == 1
    assert coverage.share_range == (0.5, 1.0)


def test_rows_columns_and_index_of_the_input_are_kept_and_the_input_is_not_changed() -> None:
    premises = five().set_index(pd.Index([10, 20, 30, 20, 50], name="row"))
    before = premises.copy()
    coverage = fc.measure_coverage(premises, NETWORK, reach=50)
    pd.testing.assert_frame_equal(premises, before)
    pd.testing.assert_index_equal(coverage.premises.index, before.index)
    assert coverage.premises["address"].tolist() == list("abcde")
    assert "planned_drop_m" not in coverage.premises


def test_a_column_that_the_result_needs_is_kept_under_another_name() -> None:
    premises = points((0, 0), Status=["valid"], drop_m=["?"])
    measured = fc.measure_coverage(premises, NETWORK, reach=50).premises
    assert measured["Status_original"].tolist() == ["valid"]
    assert measured["drop_m_original"].tolist() == ["?"]
    assert measured["status"].tolist() == ["passed"]


def test_columns_that_would_get_one_name_get_two() -> None:
    premises = points((0, 0), status=["a"], status_original=["b"])
    measured = fc.measure_coverage(premises, NETWORK, reach=50).premises
    assert measured["status_original"].tolist() == ["b"]
    assert measured["status_original_"].tolist() == ["a"]


def test_two_columns_of_one_name_are_an_error() -> None:
    premises = points((0, 0), households=[1])
    premises.insert(0, "households", [2], allow_duplicates=True)
    with pytest.raises(fc.ColumnError, match="`premises` has several columns called 'households'"):
        fc.measure_coverage(premises, NETWORK, reach=50)


def test_a_geometry_column_may_have_a_name_that_the_result_needs() -> None:
    premises = points((0, 10)).rename_geometry("status")
    measured = fc.measure_coverage(premises, NETWORK, reach=50)
    assert measured.premises["status"].tolist() == ["passed"]
    assert measured.at(5).reached == 0


def test_without_counts_each_premises_is_one_household_and_the_result_says_so() -> None:
    coverage = fc.measure_coverage(points((0, 0), (0, 90)), NETWORK, reach=50)
    assert coverage.one_household_each
    assert repr(coverage) == "50.0 % of 2 premises (one household each) within 50 m of fiber"


def test_reads_as_one_line_with_definition_range_and_date() -> None:
    coverage = fc.measure_coverage(
        five(), NETWORK, reach=fc.Reach(50, name="Ours"), as_of="2019-10-01"
    )
    assert repr(coverage) == (
        "60.0 % of 20 households within 50 m of fiber (Ours) (60.0-85.0), 2019-10-01"
    )


def test_shows_as_a_table_in_a_notebook_with_its_words_escaped() -> None:
    coverage = fc.measure_coverage(five(), NETWORK, reach=fc.Reach(50, name="<b>Ours</b>"))
    shown = coverage._repr_html_()
    assert "&lt;b&gt;Ours" in shown
    assert "<td>40.0%</td>" in shown


def test_beside_a_target_the_headline_is_not_rounded_up_to_it() -> None:
    premises = points((0, 0), (0, 90), households=[8996, 1004])
    coverage = fc.measure_coverage(premises, NETWORK, reach=50)
    assert coverage.headline().startswith("90.0 % of 10,000")
    assert coverage.headline(Fraction(9, 10)).startswith("89.96 % of 10,000")


def test_who_is_connected_may_not_be_known() -> None:
    coverage = fc.measure_coverage(points((0, 0)), NETWORK, reach=50)
    assert not coverage.connected_given
    assert np.isnan(coverage.connected_share)


def test_counts_are_a_copy() -> None:
    coverage = fc.measure_coverage(five(), NETWORK, reach=50)
    counts = coverage.counts
    counts["passed"] = 999
    assert coverage.counts["passed"] == 4


def test_is_frozen() -> None:
    coverage = fc.measure_coverage(five(), NETWORK, reach=50)
    with pytest.raises(dataclasses.FrozenInstanceError):
        coverage.reach = fc.Reach(60)  # type: ignore[misc]  # what is tested


@pytest.mark.parametrize(
    "as_of",
    [
        dt.date(2019, 10, 1),
        dt.datetime(2019, 10, 1, 12, tzinfo=dt.UTC),
        pd.Timestamp("2019-10-01"),
        "2019-10-01",
    ],
)
def test_the_date_may_be_a_date_a_time_or_text(as_of: Any) -> None:
    coverage = fc.measure_coverage(five(), NETWORK, reach=50, as_of=as_of)
    assert coverage.as_of == dt.date(2019, 10, 1)


@pytest.mark.parametrize("as_of", ["1/10 2019", 2019, pd.NaT])
def test_another_date_is_an_error(as_of: Any) -> None:
    with pytest.raises(fc.ArgumentError, match="`as_of` must be a date such as 2019-10-01, not"):
        fc.measure_coverage(five(), NETWORK, reach=50, as_of=as_of)


def test_at_gives_what_measuring_again_would() -> None:
    coverage = fc.measure_coverage(five(), NETWORK, reach=50, planned=PLANNED)
    assert coverage.at(30).counts["passed"] == 4
    assert coverage.at(29.9).counts["passed"] == 0
    assert coverage.at(29.9).counts["planned"] == 0
    assert coverage.at(fc.Reach(200, name="Far")).reach.name == "Far"
    assert coverage.at(200).reached == 13
    assert coverage.reached == 12


def test_with_the_plan_built_each_drop_is_to_the_nearest_of_both() -> None:
    coverage = fc.measure_coverage(
        five().assign(position_error_m=[0, 0, 30, 0, 0]),
        NETWORK.set_index(pd.Index(["A7"])), reach=50, planned=PLANNED,
    )  # fmt: skip
    built = coverage.with_plan()
    assert built.counts.to_dict() == {
        "connected": 8, "passed": 6, "planned": 0, "unserved": 1, "unplaced": 5,
    }  # fmt: skip
    assert built.reached_range == (12, 19)  # c is 30 m from the plan, and may be off by 30 m
    np.testing.assert_allclose(built.premises["drop_m"], [200, 30, 30, 200, np.nan])
    assert built.premises["network_index"].tolist() == ["A7", "A7", pd.NA, "A7", pd.NA]
    assert list(built.premises) == [c for c in coverage.premises if c != "planned_drop_m"]
    assert coverage.counts["planned"] == 2  # it itself is unchanged
    with pytest.raises(fc.ArgumentError, match="`coverage` was measured without a planned network"):
        built.with_plan()


@pytest.mark.parametrize("network", [NETWORK, None], ids=["a network", "none"])
def test_a_plan_shortens_no_drop_to_connected_premises(network: gpd.GeoDataFrame | None) -> None:
    # a is connected; c is within 50 m of the planned cable, which connects nobody by itself.
    coverage = fc.measure_coverage(five(), network, reach=fc.PTS_2015, planned=PLANNED)
    assert coverage.counts["planned"] == 0
    both = PLANNED if network is None else pd.concat([network, PLANNED], ignore_index=True)
    again = fc.measure_coverage(five(), both, reach=fc.PTS_2015)
    assert repr(coverage.with_plan()) == repr(coverage) == repr(again)
    if network is not None:  # whose drops are known too
        to_fiber = coverage.at(fc.Reach(50))
        assert to_fiber.counts["planned"] == 2
        assert repr(to_fiber.with_plan()) == repr(again.at(fc.Reach(50)))


def test_planned_cables_are_not_taken_for_connected_buildings() -> None:
    premises = points((0, 0), (100, 0))
    given = {"premises": premises, "network": points((0, 30)), "reach": fc.PTS_2015}
    planned = fc.measure_coverage(**given, planned=points((100, 30)))
    assert planned.counts["planned"] == 1
    with pytest.raises(fc.GeometryError, match="`planned` must be the buildings that within 50 m"):
        fc.measure_coverage(**given, planned=PLANNED)


def test_the_curve_is_the_share_at_each_reach() -> None:
    coverage = fc.measure_coverage(five(), NETWORK, reach=50)
    reaches = [500, 0, 29, 30, 200, 470]
    curve = fc.coverage_curve(coverage, reaches_m=reaches)
    assert curve.index.tolist() == reaches
    assert (curve * 20).round(9).tolist() == [15, 8, 8, 12, 13, 15]


@pytest.mark.parametrize(
    "reaches", [[], [50, -1], [np.nan], ["50"], [True], [[50]], 50, "50", None]
)
def test_a_curve_needs_reaches_of_0_or_more(reaches: Any) -> None:
    coverage = fc.measure_coverage(five(), NETWORK, reach=50)
    with pytest.raises(fc.ArgumentError, match="`reaches_m` must be (metres, 0 or more|a list)"):
        fc.coverage_curve(coverage, reaches_m=reaches)


@pytest.mark.parametrize(
    ("households", "problem"),
    [
        (["1,000", "2"], "holds '1,000' (row 0), which may mean thousands or decimals"),
        ([1, -2], "is negative in row 1 (-2)"),
        ([1, np.nan], "is empty in row 1. Correct"),
        ([1, 1.5], "is not a whole number in row 1 (1.5)"),
        ([1, 1e10], "is larger than any building in row 1"),
    ],
)
def test_households_that_cannot_be_right_are_an_error(households: Any, problem: str) -> None:
    with pytest.raises(fc.ColumnError) as error:
        fc.measure_coverage(points((0, 0), (1, 1), households=households), NETWORK, reach=50)
    assert problem in str(error.value)


def test_households_that_are_words_are_an_error() -> None:
    premises = points((0, 0), (1, 1), (2, 2), households=["1", "many", ".."])
    with pytest.raises(fc.ColumnError, match=r"holds 'many', '\.\.' \(rows 1, 2\)"):
        fc.measure_coverage(premises, NETWORK, reach=50)


def test_no_household_at_all_is_an_error() -> None:
    with pytest.raises(fc.ColumnError, match="`households` sums to 0"):
        fc.measure_coverage(points((0, 0), households=[0]), NETWORK, reach=50)


def test_premises_that_are_lines_are_an_error_that_asks_for_the_order() -> None:
    with pytest.raises(fc.GeometryError, match=r"'LineString'.*`premises` and `network` swapped\?"):
        fc.measure_coverage(NETWORK, five(), reach=50)


@pytest.mark.parametrize("argument", ["premises", "network", "planned"])
def test_empty_frames_frames_without_geometry_and_other_things_are_errors(argument: str) -> None:
    given: dict[str, Any] = {"premises": five(), "network": NETWORK, "planned": PLANNED}
    for bad, kind, message in (
        (NETWORK.iloc[:0], fc.GeometryError, f"`{argument}` is empty: it has no rows."),
        (
            points(None, None),
            fc.GeometryError,
            f"`{argument}` has no geometry in any of its 2 rows",
        ),
        (points((0, 0)).set_crs(None, allow_override=True), fc.CRSError, "does not say which CRS"),
        (pd.DataFrame({"a": [1]}), fc.ArgumentError, "must be a GeoDataFrame"),
    ):
        with pytest.raises(kind, match=message):
            fc.measure_coverage(**{**given, argument: bad}, reach=50)


def test_a_coordinate_that_is_not_a_number_is_an_error_that_names_the_row() -> None:
    network = frame([shapely.LineString([(0, 0), (1, 1)])])
    network.loc[1, "geometry"] = shapely.LineString([(470_000, 6_740_000), (np.inf, 0)])
    with pytest.raises(fc.GeometryError, match="not finite numbers in row 1"):
        fc.measure_coverage(five(), network, reach=50)


def test_a_point_of_nans_is_an_unplaced_premises() -> None:
    premises = gpd.GeoDataFrame(
        geometry=gpd.points_from_xy([470_000, np.nan], [6_740_000, np.nan]), crs=CRS
    )
    assert fc.measure_coverage(premises, NETWORK, reach=50).counts["unplaced"] == 1


def test_labels_of_the_network_that_cannot_be_ordered_are_an_error() -> None:
    network = frame([shapely.Point(0, 0)] * 2).set_index(pd.Index(["a", 1], dtype=object))
    with pytest.raises(fc.ArgumentError, match="`network` has an index whose labels"):
        fc.measure_coverage(five(), network, reach=50)


def test_what_is_no_measurement_is_an_error() -> None:
    uses: list[Callable[[Any], object]] = [
        lambda it: fc.coverage_curve(it, reaches_m=[50]),
        lambda it: fc.compare_reaches(it, reaches=[50]),
        lambda it: fc.summarize(it, by="place"),
        fc.check_target,
        fc.map_coverage,
    ]
    for use in uses:
        with pytest.raises(
            fc.ArgumentError, match="must be what measure_coverage returns, not float"
        ):
            use(0.9)
    with pytest.raises(fc.ArgumentError, match="`reaches` must be a list of definitions, not 50"):
        fc.compare_reaches(fc.measure_coverage(five(), NETWORK, reach=50), reaches=50)  # type: ignore[arg-type]  # tested
