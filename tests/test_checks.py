"""The judge of inputs."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd
import pytest

import fibercov as fc
from fibercov import checks


def test_an_empty_cell_is_a_missing_number() -> None:
    read = checks.as_numbers(pd.Series(["1", None, pd.NA], name="n", dtype=object), "n")
    np.testing.assert_array_equal(read, [1, np.nan, np.nan])


def test_a_word_is_not_a_number() -> None:
    with pytest.raises(fc.ColumnError) as error:
        checks.as_numbers(pd.Series(["1", "-", "..", "-"], name="hushall"), "households")
    assert str(error.value) == (
        "`households` must be numbers, but column 'hushall' holds '-', '..' (rows 1, 2, 3). "
        "Correct them, with all digits (1234.5, 1 234,5), or leave those rows out."
    )


def test_true_and_false_are_not_numbers() -> None:
    with pytest.raises(fc.ColumnError, match="must be numbers, but column 'n' is true/false"):
        checks.as_numbers(pd.Series([True], name="n"), "households")


@pytest.mark.parametrize(
    "values",
    [
        [True, False],
        [1, 0],
        [1.0, 0.0],
        ["Ja", "nej "],
        ["yes", "NO"],
        ["J", "n"],
        ["TRUE", "false"],
        pd.array([True, False], dtype="boolean"),
    ],
)
def test_yes_and_no_in_the_ways_that_tables_write_them(values: Any) -> None:
    assert checks.yes_or_no(pd.Series(values, name="c"), "connected").tolist() == [True, False]


@pytest.mark.parametrize("other", [None, "", "kanske", 2, np.nan])
def test_anything_else_is_neither_yes_nor_no(other: Any) -> None:
    with pytest.raises(fc.ColumnError, match=r"`connected` must be true or false .*\(row 1\)"):
        checks.yes_or_no(pd.Series(["ja", other], name="ansluten", dtype=object), "connected")


def test_a_column_is_found_whatever_its_case_if_that_leaves_one() -> None:
    frame = pd.DataFrame(columns=["Hushall", "A", "a"])
    assert checks.column_named(frame, "HUSHALL", "households") == "Hushall"
    assert checks.column_named(frame, "a", "households") == "a"
    with pytest.raises(fc.ColumnError) as error:
        checks.column_named(frame, "hus", "households")
    assert str(error.value) == (
        "`households` names the column 'hus', which the data does not have. "
        "Its columns are: 'Hushall', 'A', 'a'."
    )


def test_ids_must_be_there_and_differ() -> None:
    checks.unique(pd.Series(["a", "b"], name="nr"), "id")
    with pytest.raises(fc.ColumnError, match="'nr' repeats 1 of its values: 'a'"):
        checks.unique(pd.Series(["a", "b", "a", "a"], name="nr"), "id")
    with pytest.raises(fc.ColumnError, match="'nr' is empty in row 1"):
        checks.unique(pd.Series(["a", None], name="nr"), "id")


def test_long_lists_are_cut() -> None:
    assert checks.listed(range(7)) == "0, 1, 2, 3, 4 and 2 more"
    assert checks.listed([np.int64(1)]) == "1"


def test_numbers_too_large_for_any_use_are_errors_that_stay_short() -> None:
    for bad in (10**400, Decimal("sNaN"), 1j):
        with pytest.raises(fc.ArgumentError) as error:
            fc.Reach(bad)  # type: ignore[arg-type]  # what is tested
        assert len(str(error.value)) < 120
    with pytest.raises(fc.ArgumentError, match="`target` must be a share from 0 to 1"):
        checks.exact_target(10**400)


@pytest.mark.parametrize("target", [Decimal("1e-9999999"), Decimal("0." + 31 * "3")])
def test_a_target_of_more_decimals_than_anyone_means_is_an_error(target: Decimal) -> None:
    with pytest.raises(fc.ArgumentError, match="`target` must have at most 30 decimals, not") as e:
        checks.exact_target(target)
    assert len(str(e.value)) < 120


def test_a_date_that_is_an_array_or_a_table_is_an_error_of_one_line() -> None:
    wrong: Any
    for wrong in (np.array(["2019-10-01"]), np.array([[1], [2]]), pd.DataFrame({"a": [1, 2]}), []):
        with pytest.raises(fc.ArgumentError, match="`as_of` must be a date such as") as error:
            checks.day(wrong, "as_of")
        assert "\n" not in str(error.value)


def test_ids_may_be_anything_that_reads_differently() -> None:
    checks.unique(pd.Series([[1], [2]], name="nr"), "id")
    with pytest.raises(fc.ColumnError, match=r"'nr' repeats 1 of its values: \[1\]"):
        checks.unique(pd.Series([[1], [1]], name="nr"), "id")
