"""Numbers in text: one grammar, wherever text is read."""

from __future__ import annotations

import re
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from frames import E0, N0, points
from hypothesis import given
from hypothesis import strategies as st

import fibercov as fc
from fibercov.cli import typed
from fibercov.follow.history import history_frame, read_history
from fibercov.numerals import number_in, numbers_in
from fibercov.reach import as_reach

NUMBERS = {
    "81": 81, " 81\t": 81, "007": 7, "+3": 3, "-3": -3, "\u22125,5": -5.5, ".5": 0.5, ",5": 0.5,
    "448451,25": 448451.25, "448451.250": 448451.25, "0,500": 0.5, "1000,000": 1000,
    "1 072": 1072, "1\u00a0072": 1072, "1\u202f072": 1072, "1\u2009072": 1072,
    "6 741 781,80": 6741781.8,
}  # fmt: skip
NONE = [
    "3 4", "12 34", "1 07", "1 0720", "0 500", "1  072", "1 072 5", "1 072\u00a0500", "1\u2003072",
    "1e2", "345E001", "4,5E+05", "1,000,000", "1.000,5", "1 072.5.5", "5.", "5,", "- 5", "--5", "+",
    "-", ".", "", " ", "x", "nan", "inf", "0x10", "1_000", "٣", "1/2", "5 m",
]  # fmt: skip


@pytest.mark.parametrize("text", NUMBERS)
def test_a_number_is_read_whoever_reads_it(text: str) -> None:
    assert number_in(text) == Decimal(str(NUMBERS[text]))
    assert numbers_in(pd.Series([text, None])).tolist()[0] == NUMBERS[text]


@pytest.mark.parametrize("text", NONE)
def test_what_is_no_number_is_none_whoever_reads_it(text: str) -> None:
    assert number_in(text) is None
    assert np.isnan(numbers_in(pd.Series([text, "x"], dtype=object))).all()


@given(st.text(alphabet="0123456789 ,.+-\u2212\u00a0\u202f\u2009eE", max_size=12))
def test_one_text_and_a_column_of_texts_are_read_alike(text: str) -> None:
    one, column = number_in(text), numbers_in(pd.Series([text]))[0]
    assert np.isnan(column) if one is None else column == float(one)


def test_numbers_among_texts_are_as_they_are() -> None:
    values = pd.Series([1e-7, 1e20, Decimal("0.5"), True, b"1", None, "1 072"], dtype=object)
    np.testing.assert_array_equal(
        numbers_in(values), [1e-7, 1e20, 0.5, np.nan, np.nan, np.nan, 1072]
    )


@pytest.mark.parametrize("text", ["3 4", "1e2", "345E001", "1,000", "1.000", "1,000,000"])
def test_a_count_or_a_length_of_text_is_sure_or_an_error_that_names_the_row(text: str) -> None:
    given = points((0, 0), (1, 1), n=["1", text])
    with pytest.raises(fc.ColumnError, match=rf"`households`.* holds '{text}' \(row 1\)"):
        fc.read_premises(given, households="n")
    with pytest.raises(fc.ColumnError, match=rf"`position_error_m`.* holds '{text}' \(row 1\)"):
        fc.read_premises(given, position_error_m="n")
    with pytest.raises(fc.ColumnError, match=rf"`position_error_m`.* holds '{text}' \(row 1\)"):
        fc.measure_coverage(given.rename(columns={"n": "position_error_m"}), given, reach=50)


@pytest.mark.parametrize("text", ["47 0000", "4,7E+05", "470,000", "470.000", "470,000.5"])
def test_a_coordinate_in_metres_is_sure_or_an_error(text: str) -> None:
    table = pd.DataFrame({"E": [f"{E0}", text], "N": [f"{N0}", f"{N0}"]})
    with pytest.raises(fc.ColumnError, match=rf"`xy`.* holds '{re.escape(text)}' \(row 1\)"):
        fc.read_premises(table, xy=("E", "N"), crs=3006)


def test_three_decimals_are_decimals_in_coordinates_that_are_sure_and_in_degrees() -> None:
    table = pd.DataFrame({"E": ["470000,500"], "N": ["6 740 000.125"]})
    place = fc.read_premises(table, xy=("E", "N"), crs=3006).geometry.iloc[0]
    assert (place.x, place.y) == (470000.5, 6740000.125)
    degrees = pd.DataFrame({"lon": ["14,125"], "lat": ["60.500"]})
    place = fc.read_premises(degrees, xy=("lon", "lat"), crs=4326).geometry.iloc[0]
    assert (place.x, place.y) == (14.125, 60.5)


def test_a_history_is_read_by_the_same_grammar(tmp_path: Path) -> None:
    file = tmp_path / "history.csv"
    text = "as_of;total;reached\n2018-10-01;1 000;{}\n2019-10-01;1000;834\n"
    for wrong in ("1e2", "83 4", "1,000"):
        file.write_text(text.format(wrong), "utf-8")
        with pytest.raises(fc.ColumnError, match=f"reached.* holds '{wrong}'"):
            history_frame(read_history(file))
    file.write_text(text.format("817"), "utf-8")
    assert history_frame(read_history(file))["share"].tolist() == [0.817, 0.834]
    file.write_text("as_of;share\n2018-10-01;5e-1\n", "utf-8")
    with pytest.raises(
        fc.ColumnError, match="`history` must be numbers, but column 'share' holds '5e-1'"
    ):
        history_frame(read_history(file))
    file.write_text("as_of;share\n2018-10-01;0,834\n2019-10-01;1,000\n", "utf-8")
    assert history_frame(read_history(file))["share"].tolist() == [0.834, 1.0]


def test_the_command_line_reads_lengths_and_shares_by_the_same_grammar() -> None:
    assert as_reach("1 000").metres == 1000
    assert as_reach(" 62,5 ").metres == 62.5
    assert [typed.target_of(text) for text in ("0,9", ".9", "90%", "90,0 % ")] == [
        Fraction(9, 10)
    ] * 4
    assert typed.target_of("33.3%") == Fraction(333, 1000)
