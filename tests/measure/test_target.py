"""The verdict on a target."""

from __future__ import annotations

import re
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
import pandas as pd
import pytest
import shapely
from frames import cable, frame, points

import fibercov as fc

NETWORK = cable((0, 0), (10, 0))


def coverage(passed: int, unserved: int, unplaced: int = 0) -> fc.Coverage:
    premises = points(
        (0, 0), (0, 900), None,
        households=[passed, unserved, unplaced], place=["near", "far", "nowhere"],
    )  # fmt: skip
    return fc.measure_coverage(premises, NETWORK, reach=50)


def test_met_with_nothing_missing() -> None:
    check = fc.check_target(coverage(90, 10), target=0.9)
    assert (check.met, check.verdict, check.shortfall, check.share) == (True, "met", 0, 0.9)


def test_not_met_by_one_household() -> None:
    check = fc.check_target(coverage(899, 101), target=0.9)
    assert (check.met, check.verdict, check.shortfall) == (False, "not met", 1)


def test_the_target_is_the_number_that_was_written_not_the_float_near_it() -> None:
    check = fc.check_target(coverage(55, 45), target=0.55)  # ceil(0.55 * 100) is 56
    assert (check.met, check.shortfall) == (True, 0)


@pytest.mark.parametrize("target", [0.9, Decimal("0.9"), Fraction(9, 10), np.float64(0.9)])
def test_a_target_may_be_a_float_a_decimal_or_a_fraction(target: Any) -> None:
    check = fc.check_target(coverage(90, 10), target=target)
    assert check.exact_target == Fraction(9, 10)
    assert check.target == 0.9


def test_uncertain_when_only_the_unplaced_stand_between() -> None:
    check = fc.check_target(coverage(880, 90, 30), target=0.9)
    assert (check.met, check.verdict, check.shortfall) == (False, "uncertain", 20)
    assert repr(check) == (
        "88.0 % within 50 m of fiber (88.0 % to 91.0 %): it is uncertain whether the 90 % target is met; at the measured share, 20 households to go"
    )


def test_reads_as_one_line_and_never_rounds_up_to_the_target() -> None:
    assert (
        repr(fc.check_target(coverage(912, 88)))
        == "91.2 % within 50 m of fiber: the 90 % target is met"
    )
    assert repr(fc.check_target(coverage(8996, 1004))) == (
        "89.96 % within 50 m of fiber: the 90 % target is not met, 4 households to go"
    )


def test_by_area_with_the_same_arithmetic() -> None:
    check = fc.check_target(coverage(880, 90, 30), target=0.9, by="place")
    table = check.areas.set_index("name")
    assert table["shortfall"].astype(object).replace({pd.NA: None}).to_dict() == {
        "far": 81, "near": 0, "nowhere": 27, "(no value)": None, "(unplaced)": None,
    }  # fmt: skip
    assert table["verdict"].to_dict() == {
        "far": "not met", "near": "met", "nowhere": "uncertain", "(no value)": None, "(unplaced)": None,
    }  # fmt: skip
    assert table["met"].isna().tolist() == [False, False, False, True, True]
    assert table.loc["near", "met"]


def test_what_lies_in_no_area_is_held_against_no_target() -> None:
    measured = coverage(880, 90, 30)  # those that are unplaced are in no polygon
    areas = frame([shapely.box(-5, -5, 5, 5), shapely.box(50, 0, 60, 9)], name=["near", "empty"])
    for by in (areas, fc.summarize(measured, by=areas).iloc[::-1]):
        table = fc.check_target(measured, by=by).areas.set_index("name")
        for row, total in (("(outside all areas)", 90), ("(unplaced)", 30)):
            rest = table.loc[row]
            assert rest["total"] == total
            assert pd.isna([rest["shortfall"], rest["met"], rest["verdict"]]).all()
        assert [*table.loc["near", ["shortfall", "met", "verdict"]]] == [0, True, "met"]
        assert table.loc["empty", "shortfall"] == 0
        assert pd.isna([*table.loc["empty", ["met", "verdict"]]]).all()
        assert (str(table["shortfall"].dtype), str(table["met"].dtype)) == ("Int64", "boolean")


def test_by_a_summary_that_is_there_already() -> None:
    measured = coverage(880, 90, 30)
    summary = fc.summarize(measured, by="place")
    check = fc.check_target(measured, by=summary)
    assert check.areas["shortfall"].tolist() == [81, 0, 27, pd.NA, pd.NA]
    assert "shortfall" not in summary


def test_the_summary_of_another_measurement_is_an_error() -> None:
    summary = fc.summarize(coverage(880, 90, 30), by="place")
    with pytest.raises(
        fc.ArgumentError,
        match="summary of another measurement: its passed sum to 880, but those of this one sum to 870",
    ):
        fc.check_target(coverage(870, 100, 30), by=summary)


def test_shows_in_a_notebook() -> None:
    assert "the 90 % target is met" in fc.check_target(coverage(90, 10))._repr_html_()
    assert "<td>near</td>" in fc.check_target(coverage(90, 10), by="place")._repr_html_()


def test_what_a_notebook_shows_has_no_geometry_in_it(
    demo: fc.Demo, demo_coverage: fc.Coverage
) -> None:
    by_area = fc.check_target(demo_coverage, by=demo.areas)
    assert "Solbacken" in by_area._repr_html_()
    areas = fc.summarize(demo_coverage, by=demo.areas.rename_geometry("shape"))
    again = fc.check_target(demo_coverage, by=areas.assign(middle=demo.areas.centroid))
    changed = fc.explain_change(demo_coverage, demo_coverage, by=demo.areas)
    for shown in (by_area, again, changed, demo_coverage):
        assert not re.search("POLYGON|POINT|LINESTRING", shown._repr_html_())


@pytest.mark.parametrize(
    ("target", "message"),
    [
        (90, "`target` must be a share from 0 to 1, not 90. For 90 percent, write 0.9."),
        (99.9, "`target` must be a share from 0 to 1, not 99.9. For 99.9 percent, write 0.999."),
        (-0.1, "`target` must be a share from 0 to 1, not -0.1."),
        (101, "`target` must be a share from 0 to 1, not 101."),
        (float("nan"), "`target` must be a share from 0 to 1, not nan."),
        ("90 %", "`target` must be a share from 0 to 1, not '90 %'."),
        (True, "`target` must be a share from 0 to 1, not True."),
    ],
)
def test_a_target_that_is_no_share_is_an_error(target: Any, message: str) -> None:
    with pytest.raises(fc.ArgumentError) as error:
        fc.check_target(coverage(90, 10), target=target)
    assert str(error.value) == message
