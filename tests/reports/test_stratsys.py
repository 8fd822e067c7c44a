"""Lines for Stratsys, to the letter."""

from __future__ import annotations

from typing import Any

import pytest
from shares import areas, coverage

import fibercov as fc
from fibercov.reports.stratsys import stratsys_rows


def test_the_manual_import_to_the_letter() -> None:
    whole = coverage(8345, 1655)
    assert stratsys_rows(whole, organisation="Älvdalens kommun", measure="Andel med fiber") == [
        "Älvdalens kommun\t2020-10-01\tAndel med fiber\t83,5"  # half up
    ]


def test_the_integration_file_to_the_letter() -> None:
    whole = coverage(2, 1)
    assert stratsys_rows(
        whole, organisation="2039", measure="FIBER", column="UTFALL", decimals=2, decimal=".",
        period="2021-01-01",
    ) == ["2021-01-01;2039;FIBER;UTFALL;66.67"]  # fmt: skip


def test_stratsys_by_area_names_or_codes() -> None:
    whole = coverage(90, 10, 5)
    places = areas("A1", "A2", "A3", name=["Byn", "Skogen", "Fjället"])
    assert stratsys_rows(whole, by=places, measure="Fiber") == [
        "Byn\t2020-10-01\tFiber\t100,0",
        "Skogen\t2020-10-01\tFiber\t0,0",
    ]
    summary = fc.summarize(whole, by=places)
    assert stratsys_rows(whole, by=summary, measure="F", column="U", decimals=0) == [
        "2020-10-01;A1;F;U;100",
        "2020-10-01;A2;F;U;0",
    ]
    assert stratsys_rows(whole, by="place", measure="F", decimals=0) == [
        "far\t2020-10-01\tF\t0",
        "near\t2020-10-01\tF\t100",
        "nowhere\t2020-10-01\tF\t0",
    ]


def test_a_name_may_hold_what_does_not_separate_its_form() -> None:
    whole = coverage(1, 0)
    assert stratsys_rows(whole, organisation="A;B", measure="C") == ["A;B\t2020-10-01\tC\t100,0"]
    assert stratsys_rows(whole, organisation="A\tB", measure="C", column="D") == [
        "2020-10-01;A\tB;C;D;100,0"
    ]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"organisation": ""}, "`organisation` must be a text that is not empty, not ''."),
        ({"organisation": " "}, "`organisation` must be a text that is not empty, not ' '."),
        ({"organisation": 2039}, "`organisation` must be a text that is not empty, not 2039."),
        ({"measure": None}, "`measure` must be a text that is not empty, not None."),
        (
            {"organisation": "A\tB"},
            "`organisation` must have no tab or line break, not 'A\\tB'. Rename it.",
        ),
        (
            {"measure": "A\nB"},
            "`measure` must have no tab or line break, not 'A\\nB'. Rename it.",
        ),
        (
            {"column": "A;B"},
            "`column` must have no semicolon or line break, not 'A;B'. Rename it.",
        ),
        (
            {"column": "U", "organisation": "A\rB"},
            "`organisation` must have no semicolon or line break, not 'A\\rB'. Rename it.",
        ),
        (
            {"organisation": "A\u00a0"},
            "`organisation` must not have spaces at its ends: 'A\\xa0'. Remove them.",
        ),
        (
            {"organisation": "A\n"},
            "`organisation` must not have spaces at its ends: 'A\\n'. Remove them.",
        ),
        ({"column": ""}, "`column` must be a text that is not empty, not ''."),
        (
            {"organisation": None},
            "`organisation` (for the whole) or `by` (for each area) must be given, not both.",
        ),
        (
            {"by": "place"},
            "`organisation` (for the whole) or `by` (for each area) must be given, not both.",
        ),
        ({"decimals": -1}, "`decimals` must be a whole number from 0 to 10, not -1."),
        ({"decimals": 1.0}, "`decimals` must be a whole number from 0 to 10, not 1.0."),
        ({"decimals": True}, "`decimals` must be a whole number from 0 to 10, not True."),
        ({"decimal": ";"}, "`decimal` must be ',' or '.', not ';'."),
        ({"decimal": ""}, "`decimal` must be ',' or '.', not ''."),
        ({"decimal": []}, "`decimal` must be ',' or '.', not []."),
        ({"period": "2020"}, "`period` must be a date such as 2019-10-01, not '2020'."),
    ],
)
def test_what_stratsys_could_not_match_is_an_error(arguments: dict[str, Any], message: str) -> None:
    with pytest.raises(fc.ArgumentError) as error:
        stratsys_rows(coverage(9, 1), **({"organisation": "A", "measure": "B"} | arguments))
    assert str(error.value) == message


def test_areas_that_stratsys_could_not_match_are_errors() -> None:
    whole = coverage(90, 10)
    for places, column, kind, message in (
        (
            areas("1", "2", name=["A ", "B"]), None, fc.ArgumentError,
            "`by`: a name must not have spaces at its ends: 'A '. Remove them.",
        ),
        (
            areas("1", "2;3"), "U", fc.ArgumentError,
            "`by`: a code must have no semicolon or line break, not '2;3'. Rename it.",
        ),
        (
            areas("1", "2", name=["A", "A"]), None, fc.ColumnError,
            ("`by` must be different in every row, but column 'name' repeats 1 of its values: 'A'. Remove "
            "or merge those rows, or name another column."),
        ),
        (
            areas("1", "2").drop(columns="code"), "U", fc.ColumnError,
            ("`by` needs a column 'code': read_areas(..., code=COLUMN) makes it. If the names of a summary "
            "are codes: summary.assign(code=summary['name'])."),
        ),
    ):  # fmt: skip
        with pytest.raises(kind) as error:
            stratsys_rows(whole, by=places, measure="F", column=column)
        assert str(error.value) == message
