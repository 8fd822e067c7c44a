"""Definitions at work: what drops are measured to, and how sure the share is."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from frames import CRS, cable, frame, points

import fibercov as fc

NETWORK = cable((0, 0), (1000, 0))


def street(**columns: Any) -> Any:
    """Five premises 40 m apart; the first is connected."""
    columns = {"connected": [True, False, False, False, False], **columns}
    return points((0, 10), (40, 10), (80, 10), (0, 70), None, **columns)


def test_pts_2015_is_measured_from_the_connected_premises_and_needs_no_network() -> None:
    coverage = fc.measure_coverage(street(), reach=fc.PTS_2015)
    assert coverage.premises["drop_m"].tolist()[:4] == [0, 40, 80, 60]
    assert coverage.premises["network_index"].tolist()[:4] == [0, 0, 0, 0]
    assert coverage.premises["status"].tolist() == [
        "connected", "passed", "unserved", "unserved", "unplaced",
    ]  # fmt: skip
    assert repr(coverage) == (
        "40.0 % of 5 premises (one household each) within 50 m of a fiber-connected building "
        "(PTS 2015) (40.0-60.0)"
    )


def test_one_measurement_serves_definitions_by_network_and_by_connected_building() -> None:
    coverage = fc.measure_coverage(street(), NETWORK, reach=fc.PTS_2015)
    assert coverage.reached == 2
    assert coverage.at(fc.RTR).reached == 3
    assert coverage.at(fc.RTR).at(fc.PTS_2015).reached == 2
    assert coverage.at(60).reached == 3  # 60 m to a connected building, still
    assert fc.coverage_curve(coverage, reaches_m=[39, 40, 60]).tolist() == [0.2, 0.4, 0.6]


def test_definitions_stand_side_by_side() -> None:
    coverage = fc.measure_coverage(street(), NETWORK, reach=10)
    table = fc.compare_reaches(coverage, reaches=[10, fc.PTS_2015, fc.PTS_GRID])
    assert table["reached"].tolist() == [3, 2, 4]
    assert table["share"].tolist() == [0.6, 0.4, 0.8]
    assert table["share_high"].tolist() == [0.8, 0.6, 1.0]
    assert table["metres"].tolist() == [10, 50, 354]
    assert table["source"].tolist() == ["", fc.PTS_2015.source, fc.PTS_GRID.source]
    with pytest.raises(fc.ArgumentError, match="`reaches` must name at least one definition"):
        fc.compare_reaches(coverage, reaches=[])


def test_a_network_of_lit_buildings_serves_where_no_premises_is_said_to_be_connected() -> None:
    lit = frame([shapely.box(-5, 0, 5, 20)])
    coverage = fc.measure_coverage(points((45, 10), (60, 10)), lit, reach=fc.PTS_2015)
    assert coverage.reached == 1
    assert coverage.drop_columns.connected == coverage.drop_columns.network == "drop_m"
    with pytest.raises(fc.GeometryError, match="No premises is connected.*or give buildings"):
        fc.measure_coverage(points((45, 10)), NETWORK, reach=fc.PTS_2015)


def test_a_definition_that_no_drops_were_measured_for_is_an_error() -> None:
    with pytest.raises(
        fc.ArgumentError, match="`network` is needed to measure what is within 50 m"
    ):
        fc.measure_coverage(street(), reach=50)
    with pytest.raises(fc.ArgumentError, match=r"no premises with a position is connected"):
        fc.measure_coverage(points((0, 0)), reach=fc.PTS_2015)
    with pytest.raises(fc.ArgumentError, match="needs drops to a network"):
        fc.measure_coverage(street(), reach=fc.PTS_2015).at(fc.BNETZA)
    with pytest.raises(fc.ArgumentError, match="needs drops to connected premises"):
        fc.measure_coverage(points((0, 0)), NETWORK, reach=50).at(fc.PTS_2015)


@pytest.mark.parametrize(
    ("reach", "metres"),
    [(fc.PTS_2015, 50), (fc.PTS_GRID, 354), (fc.BNETZA, 20), (fc.RTR, 50), (fc.FCC_DROP, 152.4)],
)
def test_the_named_definitions_have_their_metres_and_a_source(
    reach: fc.Reach, metres: float
) -> None:
    assert reach.metres == metres
    assert reach.name
    assert len(reach.source) > 20


def test_the_metres_of_the_definitions_follow_from_their_sources() -> None:
    assert round(250 * np.sqrt(2)) == fc.PTS_GRID.metres  # the diagonal of a 250 m square
    assert fc.FCC_DROP.metres == pytest.approx(500 * 0.3048)  # 500 feet


def test_the_range_comes_from_position_errors_and_unplaced_households() -> None:
    premises = points((0, 30), (0, 45), (0, 55), (0, 90), None, households=[1, 2, 4, 8, 16])
    coverage = fc.measure_coverage(premises, NETWORK, reach=50, position_error_m=10)
    assert coverage.share == 3 / 31
    assert coverage.share_range == (1 / 31, (1 + 2 + 4 + 16) / 31)
    assert coverage.at(80).share_range == (7 / 31, (1 + 2 + 4 + 8 + 16) / 31)
    assert coverage.surely_reached.tolist() == [True, False, False, False, False]
    assert coverage.possibly_reached.tolist() == [True, True, True, False, True]


def test_each_premises_may_have_an_error_of_its_own() -> None:
    premises = points((0, 45), (0, 45), (0, 60), position_error_m=[0, 6, 10], connected=[0, 1, 0])
    coverage = fc.measure_coverage(premises, NETWORK, reach=50)
    assert coverage.share_range == (2 / 3, 1)  # the connected one is sure, wherever it is


def test_the_verdict_is_uncertain_where_the_range_holds_the_target() -> None:
    premises = points((0, 10), (0, 49), (0, 90), households=[80, 11, 9], place=["a", "a", "b"])
    sure = fc.measure_coverage(premises, NETWORK, reach=50)
    unsure = fc.measure_coverage(premises, NETWORK, reach=50, position_error_m=5)
    assert fc.check_target(sure, target=0.9).verdict == "met"
    check = fc.check_target(unsure, target=0.9, by="place")
    assert (check.verdict, check.met, check.shortfall) == ("uncertain", True, 0)
    assert repr(check) == (
        "91.0 % within 50 m of fiber (80.0 % to 91.0 %): it is uncertain whether the 90 % target is met"
    )
    assert check.areas["verdict"].tolist()[:2] == ["uncertain", "not met"]
    assert check.areas["reached_low"].tolist()[:2] == [80, 0]
    assert check.areas["reached_high"].tolist()[:2] == [91, 0]


@pytest.mark.parametrize("error_m", [-1, float("nan"), float("inf")])
def test_an_error_that_is_no_length_is_an_error(error_m: float) -> None:
    with pytest.raises(fc.ArgumentError, match="`position_error_m` must be metres, 0 or more, not"):
        fc.measure_coverage(street(), NETWORK, reach=50, position_error_m=error_m)
    with pytest.raises(fc.ColumnError, match=r"metres, 0 or more, but column .*\(row 1\)"):
        fc.measure_coverage(
            points((0, 0), (1, 1), position_error_m=[1, error_m]), NETWORK, reach=50
        )


def test_an_error_given_twice_is_an_error() -> None:
    with pytest.raises(fc.ArgumentError, match="`position_error_m` is given twice"):
        fc.measure_coverage(
            points((0, 0), position_error_m=[1]), NETWORK, reach=50, position_error_m=1
        )


def test_premises_in_several_places_are_an_error() -> None:
    premises = frame([shapely.MultiPoint([(0, 0), (9, 9)]), shapely.MultiPoint([(1, 1)])])
    with pytest.raises(fc.GeometryError, match=r"1 have several points \(row 0\).*\.explode\(\)"):
        fc.measure_coverage(premises, NETWORK, reach=50)
    assert fc.measure_coverage(premises.iloc[1:], NETWORK, reach=50).reached == 1


def test_the_error_of_the_connected_premises_counts_where_drops_end_at_them() -> None:
    premises = points((0, 0), (45, 0), connected=[True, False], position_error_m=[250, 0])
    coverage = fc.measure_coverage(premises, reach=fc.PTS_2015)
    assert (coverage.share, coverage.share_range) == (1.0, (0.5, 1.0))
    assert fc.check_target(coverage, target=1).verdict == "uncertain"


def test_a_connected_premises_without_a_position_may_be_near_to_any() -> None:
    premises = points(None, (45, 0), (1000, 0), connected=[True, False, True])
    coverage = fc.measure_coverage(premises, reach=fc.PTS_2015)
    assert coverage.share_range == (1 / 3, 1.0)


def test_a_network_is_not_taken_for_something_else() -> None:
    coverage = fc.measure_coverage(street(), NETWORK, reach=50)
    with pytest.raises(fc.ArgumentError, match="needs drops to a cabinet, but these .* to fiber"):
        coverage.at(fc.Reach(50, feature="a cabinet"))
    cabinets = fc.measure_coverage(street(), NETWORK, reach=fc.Reach(50, feature="a cabinet"))
    assert cabinets.at(fc.BNETZA).reach == fc.BNETZA
    lit = frame([shapely.box(-5, 0, 5, 20)])
    unknown = points((45, 10), (60, 10))
    again = fc.measure_coverage(unknown, lit, reach=50).reached
    assert fc.measure_coverage(unknown, lit, reach=fc.PTS_2015).at(fc.Reach(50)).reached == again


def test_the_provenance_says_what_was_measured() -> None:
    given = fc.read_premises(points((0, 0), (1, 1), typ=["a", "b"]), where="typ == 'a'")
    coverage = fc.measure_coverage(given.iloc[:1].to_crs(3857), NETWORK, reach=50)
    made = coverage.provenance["premises"]
    assert (made["rows"], made["rows_used"], made["rows_measured"]) == (2, 1, 1)
    assert made["crs"] == "EPSG:3857"
    assert fc.read_premises(given).attrs["provenance"]["source"]["where"] == "typ == 'a'"


def test_a_point_that_is_no_number_is_unplaced_and_one_that_is_infinite_an_error() -> None:
    shapes = [*points((0, 0), (9, 9)).geometry]
    cables = cable((0, 0), (9, 0))
    premises = gpd.GeoDataFrame(geometry=[*shapes, shapely.Point(np.nan, 6_740_000)], crs=CRS)
    measured = fc.measure_coverage(premises, cables, reach=5)
    assert measured.premises["status"].tolist() == ["passed", "unserved", "unplaced"]
    premises = gpd.GeoDataFrame(geometry=[*shapes, shapely.Point(np.inf, 6_740_000)], crs=CRS)
    with pytest.raises(fc.GeometryError, match="not finite numbers in row 2"):
        fc.measure_coverage(premises, cables, reach=5)


def test_a_network_of_collections_whose_polygons_overlap_or_are_broken() -> None:
    both = [shapely.box(0, 0, 100, 100), shapely.box(10, 10, 120, 120)]
    bow = shapely.Polygon([(0, 0), (10, 10), (10, 0), (0, 10)])
    inside = points((50, 50), (9, 5))
    for network in (frame([shapely.GeometryCollection(both)]), frame([shapely.union_all(both)])):
        assert fc.measure_coverage(inside, network, reach=5).premises["drop_m"].tolist() == [0, 0]
    broken = frame([shapely.GeometryCollection([bow, shapely.Point(900, 900)])])
    assert fc.measure_coverage(inside, broken, reach=5).premises["drop_m"].iloc[1] == 0


def test_polygons_without_area_among_others_are_measured() -> None:
    dot, square = shapely.Polygon([(2, 0)] * 4), shapely.box(50, 0, 60, 10)
    shape = shapely.GeometryCollection([shapely.MultiPolygon([dot, square]), shapely.Point(0, 90)])
    coverage = fc.measure_coverage(points((2, 7), (55, 5), (0, 95)), frame([shape]), reach=5)
    assert coverage.premises["drop_m"].tolist() == [7, 0, 5]


def test_a_polygon_of_which_nothing_valid_can_be_made_is_an_error(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def give_up(_: Any) -> Any:
        raise shapely.errors.GEOSException("mixed-dimension")

    monkeypatch.setattr(shapely, "make_valid", give_up)
    bow = shapely.Polygon([(0, 0), (10, 10), (10, 0), (0, 10)])
    network = frame([shapely.Point(0, 0), shapely.MultiPolygon([bow])])
    with pytest.raises(fc.GeometryError) as error:
        fc.measure_coverage(points((50, 50)), network.set_index([["a", "b"]]), reach=5)
    assert str(error.value) == (
        "`network` has a polygon that cannot be made valid, in row 'b': mixed-dimension. "
        "Correct it, or leave that row out."
    )


def test_threads_change_nothing_and_must_be_a_number(demo: fc.Demo) -> None:
    alone, together = (
        fc.measure_coverage(demo.premises, demo.network, reach=50, threads=threads)
        for threads in (1, 3)
    )
    pd.testing.assert_frame_equal(alone.premises, together.premises)
    with pytest.raises(fc.ArgumentError, match="`threads` must be a whole number from 1, not 0"):
        fc.measure_coverage(demo.premises, demo.network, reach=50, threads=0)


def test_an_empty_point_is_unplaced() -> None:
    premises = frame([shapely.Point(), shapely.Point(0, 3)])
    assert fc.measure_coverage(premises, cable((0, 0), (9, 0)), reach=5).counts["unplaced"] == 1


def test_what_lies_in_two_parts_of_a_service_area_lies_in_it() -> None:
    parts = [shapely.box(0, 0, 60, 60), shapely.box(40, 40, 100, 100)]
    network = frame([shapely.MultiPolygon(parts)])
    coverage = fc.measure_coverage(points((50, 50), (50, 30), (70, 30)), network, reach=5)
    assert coverage.premises["drop_m"].tolist() == [0, 0, 10]
