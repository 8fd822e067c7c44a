"""What rows for follow-up systems have in common, whichever system they are for."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pandas as pd
import pytest
from frames import points
from shares import NETWORK, areas, coverage

import fibercov as fc
from fibercov.reports.kolada import kolada_rows
from fibercov.reports.shares import in_percent
from fibercov.reports.stratsys import stratsys_rows


def test_a_half_is_rounded_up_where_no_float_can_tell() -> None:
    for share, decimals, text in (
        (Fraction(1, 64), 3, "1.563"),
        (Fraction(3, 64), 3, "4.688"),
        (Fraction(1, 1280), 5, "0.07813"),
        (Fraction(145, 10000), 1, "1.5"),
        (Fraction(1005, 100000), 2, "1.01"),  # the float 1.005 is below its half
        (Fraction(10**30 + 1, 2 * 10**31), 0, "5"),
        (Fraction(1, 3), 10, "33.3333333333"),
        (Fraction(0), 2, "0.00"),
        (Fraction(1), 0, "100"),
    ):
        assert f"{in_percent(share, decimals):f}" == text


def test_a_coverage_without_a_date_needs_a_period() -> None:
    undated = coverage(9, 1, as_of=None)
    message = "`period` is needed: the coverage has no date. Give it, or measure with `as_of`."
    with pytest.raises(fc.ArgumentError) as error:
        kolada_rows(undated, kpi="U00001", municipality="0180")
    assert str(error.value) == message
    with pytest.raises(fc.ArgumentError) as error:
        stratsys_rows(undated, organisation="A", measure="B")
    assert str(error.value) == message


def test_areas_without_households_and_other_measurements_are_errors() -> None:
    premises = points((0, 0), None, households=[0, 5])
    whole = fc.measure_coverage(premises, NETWORK, reach=50, as_of="2020-10-01")
    with pytest.raises(fc.ArgumentError, match="^`by` has no area with anything counted in it.$"):
        kolada_rows(whole, kpi="U00001", by=areas("0180"))
    other = fc.summarize(coverage(90, 10), by=areas("0180", "0181"))
    with pytest.raises(fc.ArgumentError, match="^`by` is the summary of another measurement"):
        kolada_rows(coverage(91, 9), kpi="U00001", by=other)


def test_rows_are_of_a_measurement() -> None:
    nothing: Any = pd.DataFrame()
    for made in (
        lambda: kolada_rows(nothing, kpi="U00001", municipality="0180"),
        lambda: stratsys_rows(nothing, organisation="A", measure="B"),
    ):
        with pytest.raises(
            fc.ArgumentError, match="^`coverage` must be what measure_coverage returns"
        ):
            made()


def test_what_lies_in_no_area_is_none_of_them_whatever_it_is_called() -> None:
    both = points((0, 0), (9000, 9000), households=[5, 7])
    whole = fc.measure_coverage(both, NETWORK, reach=50, as_of="2020-10-01")
    named = fc.summarize(whole, by=areas("0180"), rest="Landsbygd")
    assert named["name"].tolist()[-2] == "Landsbygd"
    rows = kolada_rows(whole, kpi="U00001", by=named)
    assert rows == kolada_rows(whole, kpi="U00001", by=areas("0180"))
    assert [row["municipality"] for row in rows] == ["0180"]
