"""Rows for Kolada, and its answers as histories."""

from __future__ import annotations

import json
import warnings
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from frames import points
from shares import NETWORK, areas, coverage

import fibercov as fc
from fibercov.reports.kolada import KOLADA_KPIS, kolada_rows, read_kolada

FOUR = "`municipality` must be four digits as text, such as '0180', not "
SHAPE = (
    "`answer` must hold what Kolada's data interface returns: objects with kpi, municipality, period "
    "and values, not "
)


def test_a_kolada_object() -> None:
    assert kolada_rows(coverage(1, 2), kpi="U00001", municipality="0180") == [
        {
            "kpi": "U00001",
            "municipality": "0180",
            "period": 2020,
            "values": [{"count": 1, "gender": "T", "status": "", "value": 33.33333333}],
        }
    ]


@pytest.mark.parametrize(
    ("passed", "unserved", "value"),
    [
        (1, 2, 33.33333333),
        (2, 1, 66.66666667),
        (1, 0, 100.0),
        (0, 1, 0.0),
        (1, 51199, 0.00195313),  # 0.001953125 exactly: half up, not to even
        (3, 51197, 0.00585938),
        (1, 999_999_999, 0.0000001),
    ],
)
def test_percent_has_eight_exact_decimals(passed: int, unserved: int, value: float) -> None:
    (row,) = kolada_rows(coverage(passed, unserved), kpi="N00001", municipality="2039")
    assert row["values"][0]["value"] == value


def test_kolada_by_area_equals_the_summary() -> None:
    whole = coverage(90, 10, 5)
    places = areas("0180", "2039", "0020")
    summary = fc.summarize(whole, by=places)
    rows = kolada_rows(whole, kpi="U00001", by=places)
    assert rows == kolada_rows(whole, kpi="U00001", by=summary)
    assert [row["municipality"] for row in rows] == ["0180", "2039"]  # the third has no households
    values = [row["values"][0]["value"] for row in rows]
    assert values == [100 * share for share in summary["share"][:2]] == [100.0, 0.0]


def test_kolada_by_the_areas_of_the_demo_equals_the_summary() -> None:
    demo = fc.load_demo()
    whole = fc.measure_coverage(demo.premises, demo.network, reach=50, as_of=demo.as_of)
    summary = fc.summarize(whole, by=demo.areas).query("code.notna() and total > 0")
    rows = kolada_rows(whole, kpi="U00001", by=demo.areas)
    assert [row["municipality"] for row in rows] == summary["code"].tolist()
    values = [row["values"][0]["value"] for row in rows]
    np.testing.assert_allclose(values, 100 * summary["share"], rtol=0, atol=5.1e-9)


def test_kolada_by_a_summary_of_a_column_that_holds_codes() -> None:
    whole = coverage(90, 10, 5)
    summary = fc.summarize(whole, by="place").replace(
        {"name": {"near": "0180", "far": "0181", "nowhere": "2039"}}
    )
    rows = kolada_rows(whole, kpi="U00001", by=summary.assign(code=summary["name"]))
    assert {r["municipality"]: r["values"][0]["value"] for r in rows} == {
        "0181": 0.0, "0180": 100.0, "2039": 0.0,
    }  # fmt: skip


@pytest.mark.parametrize("kpi", ["N07900", "N07918", "N07919", "N07920"])
def test_the_official_indicators_come_with_a_warning(kpi: str) -> None:
    with pytest.warns(UserWarning, match="DOCSIS") as warned:
        kolada_rows(coverage(9, 1), kpi=kpi, municipality="0180")
    assert str(warned[0].message) == (
        f"{kpi} ({KOLADA_KPIS[kpi]}) counts cable TV (DOCSIS) too: do not compare a share of fiber alone "
        "with the official figure."
    )
    assert warned[0].filename == __file__


def test_an_indicator_in_another_unit_comes_with_a_warning() -> None:
    premises = points((0, 0), (0, 900), households=[1, 1], inhabitants=[3, 2])
    people = fc.measure_coverage(premises, NETWORK, reach=50, as_of="2020-10-01").of("inhabitants")
    with pytest.warns(UserWarning, match="N07918") as warned:
        (row,) = kolada_rows(people, kpi="N07918", municipality="0180")
    assert row["values"][0]["value"] == 60.0
    assert len(warned) == 2
    assert str(warned[1].message) == (
        "N07918 counts households, but this is a share of inhabitants: count the same with "
        "coverage.of('households')."
    )
    assert warned[1].filename == __file__


def test_other_indicators_come_without() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        kolada_rows(coverage(9, 1), kpi="N00900", municipality="0180")


def test_a_period_may_be_given() -> None:
    undated = coverage(9, 1, as_of=None)
    (row,) = kolada_rows(undated, kpi="U00001", municipality="0180", period=2019)
    assert row["period"] == 2019
    json.dumps(kolada_rows(undated, kpi="U00001", municipality="0180", period=np.int64(2019)))  # type: ignore[arg-type]  # what is tested


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"municipality": 180}, FOUR + "180. With its leading zeros: '0180'."),
        ({"municipality": np.int64(180)}, FOUR + "180. With its leading zeros: '0180'."),
        ({"municipality": 2039}, FOUR + "2039. With its leading zeros: '2039'."),
        ({"municipality": "180"}, FOUR + "'180'. With its leading zeros: '0180'."),
        ({"municipality": 180.0}, FOUR + "180.0."),
        ({"municipality": True}, FOUR + "True."),
        ({"municipality": "Falun"}, FOUR + "'Falun'."),
        ({"municipality": "0180\n"}, FOUR + "'0180\\n'."),
        ({"municipality": "\u0661\u0662\u0663\u0664"}, FOUR + "'\u0661\u0662\u0663\u0664'."),
        ({"municipality": "01800"}, FOUR + "'01800'."),
        ({}, "`municipality` (for the whole) or `by` (for each area) must be given, not both."),
        (
            {"municipality": "0180", "by": "place"},
            "`municipality` (for the whole) or `by` (for each area) must be given, not both.",
        ),
        (
            {"kpi": "n07918", "municipality": "0180"},
            "`kpi` must be N or U and five digits, such as 'N07918', not 'n07918'.",
        ),
        (
            {"kpi": 7918, "municipality": "0180"},
            "`kpi` must be N or U and five digits, such as 'N07918', not 7918.",
        ),
        (
            {"period": "2020", "municipality": "0180"},
            "`period` must be a year such as 2020, not '2020'.",
        ),
        (
            {"period": 20201001, "municipality": "0180"},
            "`period` must be a year such as 2020, not 20201001.",
        ),
        (
            {"period": True, "municipality": "0180"},
            "`period` must be a year such as 2020, not True.",
        ),
    ],
)
def test_what_kolada_could_not_take_is_an_error(arguments: dict[str, Any], message: str) -> None:
    with pytest.raises(fc.ArgumentError) as error:
        kolada_rows(coverage(9, 1), **({"kpi": "U00001"} | arguments))
    assert str(error.value) == message


def test_areas_need_codes_that_kolada_knows() -> None:
    whole = coverage(90, 10)
    summary = fc.summarize(whole, by="place")
    for by, kind, message in (
        (
            areas("0180", "181"), fc.ArgumentError,
            ("`by`: a code must be four digits as text, such as '0180', not '181'. With its leading "
            "zeros: '0181'."),
        ),
        (
            summary.assign(code=[180, 181, 182, 0, 0]), fc.ArgumentError,
            ("`by`: a code must be four digits as text, such as '0180', not 180. With its leading "
            "zeros: '0180'."),
        ),
        (
            summary.assign(code="0180"), fc.ColumnError,
            ("`by` must be different in every row, but column 'code' repeats 1 of its values: '0180'. "
            "Remove or merge those rows, or name another column."),
        ),
        (
            summary, fc.ColumnError,
            ("`by` needs a column 'code': read_areas(..., code=COLUMN) makes it. If the names of a summary "
            "are codes: summary.assign(code=summary['name'])."),
        ),
    ):  # fmt: skip
        with pytest.raises(kind) as error:
            kolada_rows(whole, kpi="U00001", by=by)
        assert str(error.value) == message


def row(year: Any, value: Any, *, kpi: str = "N07900", of: str = "2039", **more: Any) -> Any:
    values = [
        {"count": 1, "gender": "K", "status": "", "value": 1.0},
        {"count": 1, "gender": "T", "status": "", "value": value, **more},
    ]
    return {"kpi": kpi, "municipality": of, "period": year, "values": values}


def test_an_answer_is_a_history_by_date() -> None:
    answer = {"values": [row(2021, 93.67341144), row(2020, 57)], "count": 2, "next_url": None}
    history = read_kolada(answer)
    assert history.to_dict("list") == {
        "as_of": [date(2020, 10, 1), date(2021, 10, 1)],
        "share": [0.57, 0.9367341144],
        "definition": ["N07900", "N07900"],
    }
    assert read_kolada([row(2020, 0.7)])["share"][0] == 0.007  # 0.7 / 100 in floats is less
    assert read_kolada(answer, day=(12, 31))["as_of"][0] == date(2020, 12, 31)


def test_an_answer_may_be_a_list_a_text_or_a_file(tmp_path: Path) -> None:
    rows = [row(2020, 28.9)]
    answer = {"values": rows, "count": 1, "next_page": None, "previous_page": None}
    file = tmp_path / "answer.json"
    file.write_text(json.dumps(answer), "utf-8-sig")
    expected = read_kolada(rows)
    text = json.dumps(answer, indent=2)
    for same in (answer, text, f"\n {text}", f"\ufeff{text}", json.dumps(rows), file, str(file)):
        pd.testing.assert_frame_equal(read_kolada(same), expected)


def test_what_was_written_for_kolada_is_read_back() -> None:
    snapshots = [coverage(899, 101, as_of="2019-10-01"), coverage(2, 1, as_of="2020-10-01")]
    rows = [
        one
        for each in snapshots
        for one in kolada_rows(each, kpi="U00001", municipality="0180")
    ]  # fmt: skip
    history = read_kolada(json.dumps(rows))
    assert history["share"].tolist() == [0.899, 0.6666666667]
    assert history["as_of"].tolist() == [each.as_of for each in snapshots]


def test_one_of_several_indicators_and_municipalities() -> None:
    rows = [
        row(2020, 90), row(2020, 80, of="0180"), row(2020, 70, kpi="N07918"), row(2021, 91),
    ]  # fmt: skip
    assert read_kolada(rows, kpi="N07900", municipality="2039")["share"].tolist() == [0.9, 0.91]
    assert read_kolada(rows, kpi="N07918")["share"].tolist() == [0.7]


@pytest.mark.parametrize(
    ("missing", "named"),
    [
        ([row(2019, None)], "2019"),
        ([row(2019, 80, isdeleted=True)], "2019"),
        ([row(2019, 80) | {"isdeleted": True}], "2019"),
        ([row(2019, 80) | {"values": []}], "2019"),
        ([row(2021, None), row(2018, None)], "2018, 2021"),
    ],
)
def test_missing_and_deleted_values_are_left_out_with_a_warning(missing: Any, named: str) -> None:
    with pytest.warns(UserWarning, match="left out") as warned:
        history = read_kolada([*missing, row(2020, 90, isdeleted=False)])
    assert str(warned[0].message) == f"Kolada has no value for {named}: left out."
    assert warned[0].filename == __file__
    assert history["as_of"].tolist() == [date(2020, 10, 1)]


def test_a_deleted_value_that_has_been_replaced_is_not_missing() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        history = read_kolada([row(2020, 80, isdeleted=True), row(2020, 90)])
    assert history["share"].tolist() == [0.9]


@pytest.mark.parametrize(
    ("answer", "options", "message"),
    [
        (
            {"values": [row(2020, 90)], "next_url": "page 2"}, {},
            ("`answer` is incomplete: its next page is 'page 2'. Fetch all pages, and give the list of "
            "all their values."),
        ),
        (
            {"values": [row(2020, 90)], "next_page": "page 2"}, {},
            ("`answer` is incomplete: its next page is 'page 2'. Fetch all pages, and give the list of "
            "all their values."),
        ),
        (
            [row(2020, 90), row(2020, 90, kpi="N07918")], {},
            "`answer` has more than one kpi: 'N07900', 'N07918'. Name one: `kpi`.",
        ),
        (
            [row(2020, 90), row(2020, 90, of="0180")], {},
            "`answer` has more than one municipality: '0180', '2039'. Name one: `municipality`.",
        ),
        (
            [row(2020, 90)], {"kpi": "N07918"},
            "`kpi` must be one of those in `answer`, 'N07900', not 'N07918'.",
        ),
        (
            [row(2020, 90)], {"municipality": "0180"},
            "`municipality` must be one of those in `answer`, '2039', not '0180'.",
        ),
        ([row(2020, 90)], {"municipality": 180}, FOUR + "180. With its leading zeros: '0180'."),
        ([row(2020, 90)], {"day": (2, 29)}, "`day` must be a month and day such as (10, 1), not (2, 29)."),
        ([row(2020, 90)], {"day": 1}, "`day` must be a month and day such as (10, 1), not 1."),
        (
            [row(2020, 90), row(2020, 91)], {},
            "`answer` has several values for 2020. Keep one per year.",
        ),
        (
            [row(2020, None), row(2019, None)], {},
            "`answer` has no value: those for 2019, 2020 are missing or deleted.",
        ),
        (
            [row("2020", 90)], {},
            "`answer`: a period must be a year such as 2020, not '2020'.",
        ),
        ([], {}, f"{SHAPE}[]."),
        ({}, {}, f"{SHAPE}{{}}."),
        ({"values": None}, {}, f"{SHAPE}{{'values': None}}."),
        (["N07900"], {}, f"{SHAPE}['N07900']."),
        ([{"kpi": "N07900"}], {}, f"{SHAPE}[{{'kpi': 'N07900'}}]."),
        ('[{"kpi": 1}]', {}, f"{SHAPE}'[{{\"kpi\": 1}}]'."),
        (None, {}, f"{SHAPE}None."),
        (
            '{"values": ', {},
            "`answer` is not JSON: Expecting value: line 1 column 12 (char 11). Save it unchanged.",
        ),
    ],
)  # fmt: skip
def test_an_answer_that_is_no_history_is_an_error(
    answer: object, options: dict[str, Any], message: str
) -> None:
    with pytest.raises(fc.ArgumentError) as error:
        read_kolada(answer, **options)
    assert str(error.value) == message


@pytest.mark.parametrize("values", [90, [90]])
def test_values_of_another_shape_are_an_error(values: object) -> None:
    with pytest.raises(fc.ArgumentError, match="^`answer` must hold what Kolada's data interface"):
        read_kolada([row(2020, 90) | {"values": values}])


@pytest.mark.parametrize("value", [100.5, -1, "90", True, float("nan"), float("inf")])
def test_a_value_that_is_no_percentage_is_an_error(value: object) -> None:
    with pytest.raises(fc.ArgumentError) as error:
        read_kolada([row(2020, value)])
    assert str(error.value) == (
        f"`answer` must hold percentages from 0 to 100, not {value!r} (for 2020)."
    )


def test_nan_in_json_is_no_percentage_either() -> None:
    with pytest.raises(fc.ArgumentError, match="not nan"):
        read_kolada(json.dumps([row(2020, float("nan"))]))


def test_a_file_that_cannot_be_read_is_an_error(tmp_path: Path) -> None:
    for path in (tmp_path / "none.json", str(tmp_path), "N07900"):
        with pytest.raises(fc.FileError, match="^`answer` is neither JSON nor a readable file: "):
            read_kolada(path)
    file = tmp_path / "answer.json"
    file.write_bytes("å".encode("latin-1"))
    with pytest.raises(fc.FileError, match="^`answer` is neither JSON nor a readable file: "):
        read_kolada(file)
    file.write_text("kpi;value", "utf-8")
    with pytest.raises(fc.ArgumentError, match="^`answer` is not JSON: "):
        read_kolada(file)


def test_an_answer_that_is_nested_without_end_is_an_error() -> None:
    with pytest.raises(
        fc.ArgumentError, match="`answer` is not an answer from Kolada: it is nested too"
    ):
        fc.read_kolada("[" * 50_000)


@pytest.mark.parametrize("key", ["kpi", "municipality"])
def test_an_answer_with_something_else_for_a_code_is_an_error(key: str) -> None:
    with pytest.raises(fc.ArgumentError, match="^`answer` must hold what Kolada's data interface"):
        fc.read_kolada(json.dumps({"values": [row(2020, 90) | {key: [[]]}]}))
