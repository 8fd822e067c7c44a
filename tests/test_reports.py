"""What is handed on: the paragraph for the minutes, and rows for Kolada and Stratsys."""

from __future__ import annotations

import json
import warnings
from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import shapely
from frames import cable, frame, points

import fibercov as fc
from fibercov import reports, texts
from fibercov.kolada import read_kolada
from fibercov.reports import KOLADA_KPIS, kolada_rows, minutes, stratsys_rows

NETWORK = cable((0, 0), (10, 0))
DECISION = fc.Reach(50, name="Beslut 2018/41", source="Kommunfullmäktige 2018-06-11.")


def coverage(
    passed: int, unserved: int, unplaced: int = 0, *, as_of: str | None = "2020-10-01"
) -> fc.Coverage:
    premises = points(
        (0, 0), (0, 900), None,
        households=[passed, unserved, unplaced], place=["near", "far", "nowhere"],
    )  # fmt: skip
    return fc.measure_coverage(premises, NETWORK, reach=50, as_of=as_of)


def everything() -> fc.Coverage:
    """A coverage with every status, under a definition with a name and a source."""
    premises = points(
        (0, 0), (0, 40), (0, 900), (0, 5000), None,
        households=[8000, 2294, 1072, 979, 12], connected=[True, False, False, False, False],
    )  # fmt: skip
    return fc.measure_coverage(
        premises, NETWORK, reach=DECISION, planned=cable((0, 880), (10, 880)), as_of="2020-10-01"
    )


def areas(*codes: Any, **columns: Any) -> Any:
    """Squares of 1 km from the south up, the first around the network, the second around (0, 900)."""
    boxes = [shapely.box(-500, -500 + 1000 * i, 500, 500 + 1000 * i) for i in range(len(codes))]
    columns = {"name": [f"Area {i}" for i in range(len(codes))], "code": codes} | columns
    return frame(boxes, **columns)


# The minutes.


def test_the_minutes_in_swedish() -> None:
    whole = everything()
    assert minutes(whole, fc.check_target(whole, target=0.9)) == (
        "Den 1 oktober 2020 var 83,3 % av 12\u00a0357 hushåll anslutna till fiber eller låg inom 50 m "
        "från fiber (Beslut 2018/41). Uppgifterna medger en andel från 83,3 % till 83,4 %. "
        "Definition: Kommunfullmäktige 2018-06-11. Målet om 90 % är inte nått: det saknas 828 hushåll. "
        "12 hushåll saknar användbart läge (bortfall) och räknas som utom räckhåll. I andelen ingår "
        "inte 1\u00a0072 hushåll som ligger inom räckhåll bara för det planerade nätet. Avstånden är "
        "mätta fågelvägen; andelen säger inget om pris, hastighet eller när en anslutning kan fås."
    )


def test_the_minutes_in_english() -> None:
    whole = everything()
    assert minutes(whole, fc.check_target(whole, target=0.9), language="en") == (
        "On 1 October 2020, 83.3 % of 12,357 households were connected to fiber or within 50 m of fiber "
        "(Beslut 2018/41). The data allows a share from 83.3 % to 83.4 %. Definition: "
        "Kommunfullmäktige 2018-06-11. The target of 90 % is not met: the shortfall is 828 households. "
        "No usable position is known for 12 households, counted as not within reach. The share does not "
        "include 1,072 households within reach of the planned network only. Distances are measured in "
        "straight lines; the share says nothing of price, speed or when a connection can be had."
    )


def test_minutes_without_a_date_a_range_or_anything_to_add() -> None:
    whole = coverage(91, 9, as_of=None)
    check = fc.check_target(whole, target=0.9)
    assert minutes(whole, check) == (
        "91,0 % av 100 hushåll ligger inom 50 m från fiber. Målet om 90 % är nått. Avstånden är "
        "mätta fågelvägen; andelen säger inget om pris, hastighet eller när en anslutning kan fås."
    )
    assert minutes(whole, check, language="en") == (
        "91.0 % of 100 households are within 50 m of fiber. The target of 90 % is met. Distances are "
        "measured in straight lines; the share says nothing of price, speed or when a connection can be "
        "had."
    )


def test_minutes_of_connected_premises_without_a_date() -> None:
    premises = points((0, 0), (0, 900), connected=[True, False])
    whole = fc.measure_coverage(premises, NETWORK, reach=50)
    check = fc.check_target(whole, target=0.5)
    assert minutes(whole, check, language="en").startswith(
        "50.0 % of 2 premises (one household each) are connected to fiber or within 50 m of fiber. The"
    )
    assert minutes(whole, check).startswith(
        "50,0 % av 2 adresser (ett hushåll på varje) är anslutna till fiber eller ligger inom 50 m "
        "från fiber. Målet om 50 % är nått."
    )


def test_minutes_when_only_the_unplaced_stand_between() -> None:
    whole = coverage(880, 90, 30)
    check = fc.check_target(whole, target=0.9)
    assert minutes(whole, check).split(". ")[:3] == [
        "Den 1 oktober 2020 låg 88,0 % av 1\u00a0000 hushåll inom 50 m från fiber",
        "Uppgifterna medger en andel från 88,0 % till 91,0 %",
        (
            "Det är osäkert om målet om 90 % är nått: med den uppmätta andelen saknas 20 hushåll, med den "
            "högsta som uppgifterna medger saknas inget"
        ),
    ]
    assert minutes(whole, check, language="en").split(". ")[:3] == [
        "On 1 October 2020, 88.0 % of 1,000 households were within 50 m of fiber",
        "The data allows a share from 88.0 % to 91.0 %",
        (
            "It is uncertain whether the target of 90 % is met: at the measured share the shortfall is 20 "
            "households, at the highest that the data allows there is none"
        ),
    ]


def test_minutes_when_the_share_is_enough_but_the_lowest_is_not() -> None:
    premises = points((0, 49), (0, 900), households=[91, 9])
    whole = fc.measure_coverage(premises, NETWORK, reach=50, position_error_m=5)
    check = fc.check_target(whole, target=0.9)
    assert (check.verdict, check.shortfall) == ("uncertain", 0)
    assert (
        "Uppgifterna medger en andel från 0,0 % till 91,0 %. Det är osäkert om målet om 90 % är nått: "
        "med den uppmätta andelen är det nått, med den lägsta som uppgifterna medger är det inte nått. "
    ) in minutes(whole, check)
    assert (
        "It is uncertain whether the target of 90 % is met: at the measured share it is, at the lowest "
        "that the data allows it is not. "
    ) in minutes(whole, check, language="en")


def test_minutes_name_no_range_whose_ends_read_the_same() -> None:
    whole = coverage(85_100, 14_899, 1)
    assert "allows" not in minutes(whole, fc.check_target(whole), language="en")


def test_minutes_never_round_up_to_the_target() -> None:
    whole = coverage(8996, 1004)
    assert "89,96 % av" in minutes(whole, fc.check_target(whole, target=0.9))


def test_minutes_of_a_single_household() -> None:
    whole = coverage(89, 10, 1)
    paragraph = minutes(whole, fc.check_target(whole, target=0.95), language="en")
    assert "No usable position is known for 1 household, counted" in paragraph


@pytest.mark.parametrize("month", range(1, 13))
def test_every_month_has_its_name(month: int) -> None:
    whole = coverage(9, 1, as_of=f"2020-{month:02d}-28")
    check = fc.check_target(whole)
    english = date(2020, month, 28).strftime("%B")
    assert minutes(whole, check, language="en").startswith(f"On 28 {english} 2020, ")
    swedish = texts.say("minutes_months", "sv").split()[month - 1]
    assert minutes(whole, check).startswith(f"Den 28 {swedish} 2020 låg ")


def test_both_languages_have_twelve_months() -> None:
    for language in texts.LANGUAGES:
        assert len(texts.say("minutes_months", language).split()) == 12


@pytest.mark.parametrize(
    ("other", "seen"),
    [
        (coverage(90, 10, 1), "90 of 101 within 50 m of fiber"),
        (coverage(91, 9), "91 of 100 within 50 m of fiber"),
        (coverage(90, 10).at(60), "90 of 100 within 60 m of fiber"),
        (coverage(90, 10).at(fc.Reach(50, source="A")), "90 of 100 within 50 m of fiber"),
    ],
)
def test_minutes_with_the_check_of_another_measurement_are_an_error(
    other: fc.Coverage, seen: str
) -> None:
    with pytest.raises(fc.ArgumentError) as error:
        minutes(coverage(90, 10), fc.check_target(other))
    assert str(error.value) == (
        f"`check` is of another measurement: {seen} instead of 90 of 100 within 50 m of fiber. Check "
        "this one: check_target(coverage, target=...)."
    )


def test_minutes_of_what_is_none() -> None:
    whole: Any = coverage(90, 10)
    check: Any = fc.check_target(whole)
    for arguments, language, message in (
        ((check, check), "sv", "`coverage` must be what measure_coverage gives, not TargetCheck."),
        ((whole, 0.9), "sv", "`check` must be what check_target gives, not float."),
        ((whole, check), "fi", "`language` must be 'en' or 'sv', not 'fi'."),
        ((whole, check), ["sv"], "`language` must be 'en' or 'sv', not ['sv']."),
    ):
        with pytest.raises(fc.ArgumentError) as error:
            minutes(*arguments, language=language)  # type: ignore[arg-type]
        assert str(error.value) == message


# Kolada.


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
        assert f"{reports._in_percent(share, decimals):f}" == text


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
    summary = fc.summarize(whole, by=demo.areas).query("code.notna() and households > 0")
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


@pytest.mark.parametrize("kpi", ["N07918", "N07919", "N07920"])
def test_the_official_indicators_come_with_a_warning(kpi: str) -> None:
    with pytest.warns(UserWarning, match="DOCSIS") as warned:
        kolada_rows(coverage(9, 1), kpi=kpi, municipality="0180")
    assert str(warned[0].message) == (
        f"{kpi} ({KOLADA_KPIS[kpi]}) counts cable TV (DOCSIS) too: a share of fiber alone must not be "
        "compared with the official figure."
    )
    assert warned[0].filename == __file__


def test_other_indicators_come_without() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        kolada_rows(coverage(9, 1), kpi="N07900", municipality="0180")


def test_a_period_may_be_given() -> None:
    undated = coverage(9, 1, as_of=None)
    (row,) = kolada_rows(undated, kpi="U00001", municipality="0180", period=2019)
    assert row["period"] == 2019
    json.dumps(kolada_rows(undated, kpi="U00001", municipality="0180", period=np.int64(2019)))  # type: ignore[arg-type]


FOUR = "`municipality` must be four digits as text, such as '0180', not "


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
        ({}, "Give either `municipality` (for the whole) or `by` (for each area)."),
        (
            {"municipality": "0180", "by": "place"},
            "Give either `municipality` (for the whole) or `by` (for each area).",
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


def test_a_coverage_without_a_date_needs_a_period() -> None:
    undated = coverage(9, 1, as_of=None)
    message = "Give `period`, or measure with `as_of`: the coverage has no date."
    with pytest.raises(fc.ArgumentError) as error:
        kolada_rows(undated, kpi="U00001", municipality="0180")
    assert str(error.value) == message
    with pytest.raises(fc.ArgumentError) as error:
        stratsys_rows(undated, unit="A", measure="B")
    assert str(error.value) == message


def test_areas_need_codes_that_kolada_knows() -> None:
    whole = coverage(90, 10)
    summary = fc.summarize(whole, by="place")
    for by, kind, message in (
        (
            areas("0180", "181"), fc.ArgumentError,
            ("A code of `by` must be four digits as text, such as '0180', not '181'. With its leading "
            "zeros: '0181'."),
        ),
        (
            summary.assign(code=[180, 181, 182, 0]), fc.ArgumentError,
            ("A code of `by` must be four digits as text, such as '0180', not 180. With its leading "
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


def test_areas_without_households_and_other_measurements_are_errors() -> None:
    premises = points((0, 0), None, households=[0, 5])
    whole = fc.measure_coverage(premises, NETWORK, reach=50, as_of="2020-10-01")
    with pytest.raises(fc.ArgumentError, match="^`by` has no area with households in it.$"):
        kolada_rows(whole, kpi="U00001", by=areas("0180"))
    other = fc.summarize(coverage(90, 10), by=areas("0180", "0181"))
    with pytest.raises(fc.ArgumentError, match="^`by` is the summary of another measurement"):
        kolada_rows(coverage(91, 9), kpi="U00001", by=other)


# An answer of Kolada.


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


SHAPE = (
    "`answer` must hold what Kolada's data interface gives, objects with kpi, municipality, period "
    "and values, not "
)


@pytest.mark.parametrize(
    ("answer", "options", "message"),
    [
        (
            {"values": [row(2020, 90)], "next_url": "page 2"}, {},
            ("`answer` is not all of it: its next page is 'page 2'. Fetch all pages, and give the list of "
            "all their values."),
        ),
        (
            {"values": [row(2020, 90)], "next_page": "page 2"}, {},
            ("`answer` is not all of it: its next page is 'page 2'. Fetch all pages, and give the list of "
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
            "`kpi` must be one that `answer` has, 'N07900', not 'N07918'.",
        ),
        (
            [row(2020, 90)], {"municipality": "0180"},
            "`municipality` must be one that `answer` has, '2039', not '0180'.",
        ),
        ([row(2020, 90)], {"municipality": 180}, FOUR + "180. With its leading zeros: '0180'."),
        ([row(2020, 90)], {"day": (2, 29)}, "`day` must be a month and day such as (10, 1), not (2, 29)."),
        ([row(2020, 90)], {"day": 1}, "`day` must be a month and day such as (10, 1), not 1."),
        (
            [row(2020, 90), row(2020, 91)], {},
            "`answer` has several values for 2020. Keep one a year.",
        ),
        (
            [row(2020, None), row(2019, None)], {},
            "`answer` has no value: those for 2019, 2020 are missing or deleted.",
        ),
        (
            [row("2020", 90)], {},
            "A period of `answer` must be a year such as 2020, not '2020'.",
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
            "`answer` is not JSON: Expecting value: line 1 column 12 (char 11). Save it as it came.",
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
        with pytest.raises(fc.FileError, match="^`answer` is neither JSON nor a file to read: "):
            read_kolada(path)
    file = tmp_path / "answer.json"
    file.write_bytes("å".encode("latin-1"))
    with pytest.raises(fc.FileError, match="^`answer` is neither JSON nor a file to read: "):
        read_kolada(file)
    file.write_text("kpi;value", "utf-8")
    with pytest.raises(fc.ArgumentError, match="^`answer` is not JSON: "):
        read_kolada(file)


# Stratsys.


def test_the_manual_import_to_the_letter() -> None:
    whole = coverage(8345, 1655)
    assert stratsys_rows(whole, unit="Älvdalens kommun", measure="Andel med fiber") == (
        "Älvdalens kommun\t2020-10-01\tAndel med fiber\t83,5\n"  # half up
    )


def test_the_integration_file_to_the_letter() -> None:
    whole = coverage(2, 1)
    assert (
        stratsys_rows(
            whole, unit="2039", measure="FIBER", column="UTFALL", decimals=2, decimal=".",
            period="2021-01-01",
        )
        == "2021-01-01;2039;FIBER;UTFALL;66.67\n"
    )  # fmt: skip


def test_stratsys_by_area_names_or_codes() -> None:
    whole = coverage(90, 10, 5)
    places = areas("A1", "A2", "A3", name=["Byn", "Skogen", "Fjället"])
    assert stratsys_rows(whole, by=places, measure="Fiber") == (
        "Byn\t2020-10-01\tFiber\t100,0\nSkogen\t2020-10-01\tFiber\t0,0\n"
    )
    summary = fc.summarize(whole, by=places)
    assert stratsys_rows(whole, by=summary, measure="F", column="U", decimals=0) == (
        "2020-10-01;A1;F;U;100\n2020-10-01;A2;F;U;0\n"
    )
    assert stratsys_rows(whole, by="place", measure="F", decimals=0) == (
        "far\t2020-10-01\tF\t0\nnear\t2020-10-01\tF\t100\nnowhere\t2020-10-01\tF\t0\n"
    )


def test_a_name_may_hold_what_does_not_separate_its_form() -> None:
    whole = coverage(1, 0)
    assert stratsys_rows(whole, unit="A;B", measure="C") == "A;B\t2020-10-01\tC\t100,0\n"
    assert (
        stratsys_rows(whole, unit="A\tB", measure="C", column="D")
        == "2020-10-01;A\tB;C;D;100,0\n"
    )  # fmt: skip


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"unit": ""}, "`unit` must be a text that is not empty, not ''."),
        ({"unit": " "}, "`unit` must be a text that is not empty, not ' '."),
        ({"unit": 2039}, "`unit` must be a text that is not empty, not 2039."),
        ({"measure": None}, "`measure` must be a text that is not empty, not None."),
        (
            {"unit": "A\tB"},
            "`unit` must have no tab or line break, not 'A\\tB'. Rename it.",
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
            {"column": "U", "unit": "A\rB"},
            "`unit` must have no semicolon or line break, not 'A\\rB'. Rename it.",
        ),
        (
            {"unit": "A\u00a0"},
            "`unit` must not have spaces at its ends: 'A\\xa0'. Leave them out.",
        ),
        ({"unit": "A\n"}, "`unit` must not have spaces at its ends: 'A\\n'. Leave them out."),
        ({"column": ""}, "`column` must be a text that is not empty, not ''."),
        ({"unit": None}, "Give either `unit` (for the whole) or `by` (for each area)."),
        ({"by": "place"}, "Give either `unit` (for the whole) or `by` (for each area)."),
        ({"decimals": -1}, "`decimals` must be a whole number from 0 to 10, not -1."),
        ({"decimals": 1.0}, "`decimals` must be a whole number from 0 to 10, not 1.0."),
        ({"decimals": True}, "`decimals` must be a whole number from 0 to 10, not True."),
        ({"decimal": ";"}, "`decimal` must be ',' or '.', not ';'."),
        ({"decimal": ""}, "`decimal` must be ',' or '.', not ''."),
        ({"period": "2020"}, "`period` must be a date such as 2019-10-01, not '2020'."),
    ],
)
def test_what_stratsys_could_not_match_is_an_error(arguments: dict[str, Any], message: str) -> None:
    with pytest.raises(fc.ArgumentError) as error:
        stratsys_rows(coverage(9, 1), **({"unit": "A", "measure": "B"} | arguments))
    assert str(error.value) == message


def test_areas_that_stratsys_could_not_match_are_errors() -> None:
    whole = coverage(90, 10)
    for places, column, kind, message in (
        (
            areas("1", "2", name=["A ", "B"]), None, fc.ArgumentError,
            "A name of `by` must not have spaces at its ends: 'A '. Leave them out.",
        ),
        (
            areas("1", "2;3"), "U", fc.ArgumentError,
            "A code of `by` must have no semicolon or line break, not '2;3'. Rename it.",
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


def test_rows_are_of_a_measurement() -> None:
    nothing: Any = pd.DataFrame()
    for made in (
        lambda: kolada_rows(nothing, kpi="U00001", municipality="0180"),
        lambda: stratsys_rows(nothing, unit="A", measure="B"),
    ):
        with pytest.raises(
            fc.ArgumentError, match="^`coverage` must be what measure_coverage gives"
        ):
            made()
