"""The paragraph for the minutes, to the letter."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from frames import cable, points
from shares import NETWORK, coverage

import fibercov as fc
from fibercov import texts
from fibercov.reports.minutes import minutes

DECISION = fc.Reach(50, name="Beslut 2018/41", source="Kommunfullmäktige 2018-06-11.")


def everything() -> fc.Coverage:
    """A coverage with every status, under a definition with a name and a source."""
    premises = points(
        (0, 0), (0, 40), (0, 900), (0, 5000), None,
        households=[8000, 2294, 1072, 979, 12], connected=[True, False, False, False, False],
    )  # fmt: skip
    return fc.measure_coverage(
        premises, NETWORK, reach=DECISION, planned=cable((0, 880), (10, 880)), as_of="2020-10-01"
    )


def test_the_minutes_in_swedish() -> None:
    whole = everything()
    assert minutes(whole, fc.check_target(whole, target=0.9)) == (
        "Den 1 oktober 2020 var 83,3 % av 12\u00a0357 hushåll anslutna till fiber eller fanns inom 50 m "
        "från fiber (Beslut 2018/41). Med hänsyn till osäkra och saknade lägen ligger andelen mellan 83,3 % och 83,4 %. "
        "Definition: Kommunfullmäktige 2018-06-11. Målet om 90 % är inte nått; 828 hushåll återstår. "
        "För 12 hushåll saknas användbart läge (bortfall); de räknas som utom räckhåll. I andelen ingår "
        "inte 1\u00a0072 hushåll som bara nås av det planerade nätet. Avstånden är mätta fågelvägen. "
        "Andelen säger inget om pris, hastighet eller när det går att ansluta sig."
    )


def test_the_minutes_in_english() -> None:
    whole = everything()
    assert minutes(whole, fc.check_target(whole, target=0.9), language="en") == (
        "On 1 October 2020, 83.3 % of 12,357 households were connected to fiber or within 50 m of fiber "
        "(Beslut 2018/41). Given uncertain and missing positions, the share lies between 83.3 % and 83.4 %. Definition: "
        "Kommunfullmäktige 2018-06-11. The target of 90 % is not met; the shortfall is 828 households. "
        "The share counts 12 households without a usable position as not within reach. The share leaves out "
        "1,072 households that only the planned network will reach. Distances are straight lines; the "
        "share says nothing about price, speed or when a connection can be ordered."
    )


def test_minutes_without_a_date_a_range_or_anything_to_add() -> None:
    whole = coverage(91, 9, as_of=None)
    check = fc.check_target(whole, target=0.9)
    assert minutes(whole, check) == (
        "91,0 % av 100 hushåll finns inom 50 m från fiber. Målet om 90 % är nått. Avstånden är "
        "mätta fågelvägen. Andelen säger inget om pris, hastighet eller när det går att ansluta sig."
    )
    assert minutes(whole, check, language="en") == (
        "91.0 % of 100 households are within 50 m of fiber. The target of 90 % is met. Distances are "
        "straight lines; the share says nothing about price, speed or when a connection can be ordered."
    )


def test_minutes_of_connected_premises_without_a_date() -> None:
    premises = points((0, 0), (0, 900), connected=[True, False])
    whole = fc.measure_coverage(premises, NETWORK, reach=50)
    check = fc.check_target(whole, target=0.5)
    assert minutes(whole, check, language="en").startswith(
        "50.0 % of 2 premises (one household each) are connected to fiber or within 50 m of fiber. The"
    )
    assert minutes(whole, check).startswith(
        "50,0 % av 2 adresser (ett hushåll per adress) är anslutna till fiber eller finns inom 50 m "
        "från fiber. Målet om 50 % är nått."
    )


def test_minutes_when_only_the_unplaced_stand_between() -> None:
    whole = coverage(880, 90, 30)
    check = fc.check_target(whole, target=0.9)
    assert minutes(whole, check).split(". ")[:3] == [
        "Den 1 oktober 2020 fanns 88,0 % av 1\u00a0000 hushåll inom 50 m från fiber",
        "Med hänsyn till osäkra och saknade lägen ligger andelen mellan 88,0 % och 91,0 %",
        (
            "Det är osäkert om målet om 90 % är nått: med den uppmätta andelen återstår 20 hushåll, "
            "med den högsta möjliga inga"
        ),
    ]
    assert minutes(whole, check, language="en").split(". ")[:3] == [
        "On 1 October 2020, 88.0 % of 1,000 households were within 50 m of fiber",
        "Given uncertain and missing positions, the share lies between 88.0 % and 91.0 %",
        (
            "It is uncertain whether the target of 90 % is met: the shortfall is 20 households at the "
            "measured share, and none at the highest share that the data allows"
        ),
    ]


def test_minutes_when_the_share_is_enough_but_the_lowest_is_not() -> None:
    premises = points((0, 49), (0, 900), households=[91, 9])
    whole = fc.measure_coverage(premises, NETWORK, reach=50, position_error_m=5)
    check = fc.check_target(whole, target=0.9)
    assert (check.verdict, check.shortfall) == ("uncertain", 0)
    assert (
        "Med hänsyn till osäkra och saknade lägen ligger andelen mellan 0,0 % och 91,0 %. Det är osäkert om målet om 90 % är nått: "
        "det är nått med den uppmätta andelen, men inte med den lägsta möjliga. "
    ) in minutes(whole, check)
    assert (
        "It is uncertain whether the target of 90 % is met: it is met at the measured share, but not at the "
        "lowest share that the data allows. "
    ) in minutes(whole, check, language="en")


def test_minutes_name_no_range_whose_ends_read_the_same() -> None:
    whole = coverage(85_100, 14_899, 1)
    assert "between" not in minutes(whole, fc.check_target(whole), language="en")


def test_minutes_never_round_up_to_the_target() -> None:
    whole = coverage(8996, 1004)
    assert "89,96 % av" in minutes(whole, fc.check_target(whole, target=0.9))


def test_minutes_of_a_single_household() -> None:
    whole = coverage(89, 10, 1)
    paragraph = minutes(whole, fc.check_target(whole, target=0.95), language="en")
    assert "The share counts 1 household without a usable position as" in paragraph


@pytest.mark.parametrize("month", range(1, 13))
def test_every_month_has_its_name(month: int) -> None:
    whole = coverage(9, 1, as_of=f"2020-{month:02d}-28")
    check = fc.check_target(whole)
    english = date(2020, month, 28).strftime("%B")
    assert minutes(whole, check, language="en").startswith(f"On 28 {english} 2020, ")
    swedish = texts.say("minutes_months", "sv").split()[month - 1]
    assert minutes(whole, check).startswith(f"Den 28 {swedish} 2020 fanns ")


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
        (
            (check, check),
            "sv",
            "`coverage` must be what measure_coverage returns, not fibercov.TargetCheck.",
        ),
        ((whole, 0.9), "sv", "`check` must be what check_target returns, not float."),
        ((whole, check), "fi", "`language` must be 'en' or 'sv', not 'fi'."),
        ((whole, check), ["sv"], "`language` must be 'en' or 'sv', not ['sv']."),
    ):
        with pytest.raises(fc.ArgumentError) as error:
            minutes(*arguments, language=language)  # type: ignore[arg-type]  # what is tested
        assert str(error.value) == message
