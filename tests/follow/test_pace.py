"""How fast a share grows, and how fast it must, against arithmetic by hand."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

import pandas as pd
import pytest

import fibercov as fc
from fibercov.follow.pace import recent_pace, required_pace


def history(*rows: tuple[date, int]) -> tuple[pd.DataFrame, list[Fraction]]:
    """Of 1,000 households each time."""
    table = pd.DataFrame(rows, columns=["as_of", "reached"]).assign(total=1000, unit="households")
    return table, [Fraction(passed, 1000) for _, passed in rows]


def test_the_pace_is_of_the_last_year_or_more() -> None:
    rows = (date(2017, 10, 1), 500), (date(2019, 10, 1), 700), (date(2020, 1, 1), 750)
    pace = recent_pace(*history(*rows))
    assert pace is not None
    assert pace.since == date(2017, 10, 1)  # the one before is not a year back
    years = 2 + 92 / 366  # from 1 October 2019 to 1 October 2020 are 366 days
    assert pace.points == pytest.approx(25 / years)
    assert pace.reached == pytest.approx(250 / years)
    assert recent_pace(*history(rows[0])) is None


@pytest.mark.parametrize(
    ("day", "by", "years"),
    [
        (date(2019, 2, 28), date(2021, 2, 28), 2),
        (date(2020, 2, 29), date(2021, 2, 28), 1),  # there is no other 29 February
        (date(2020, 10, 1), date(2021, 4, 1), 182 / 365),
    ],
)
def test_a_year_is_one_by_the_calendar(day: date, by: date, years: float) -> None:
    needed = required_pace(*history((day, 800)), Fraction(9, 10), by)
    assert needed.reached == pytest.approx(100 / years)
    assert needed.points == pytest.approx(10 / years)
    assert needed.since == day


def test_what_is_required_in_a_year_is_what_is_missing() -> None:
    table = pd.DataFrame(
        {"as_of": ["2019-10-01"], "total": 41_237, "reached": 36_041, "unit": "households"}
    )
    for year in (2019, 2020, 2021):
        table["as_of"] = f"{year}-10-01"
        tracked = fc.track_progress(table, target=0.9, by=f"{year + 1}-10-01")
        assert tracked.required_pace is not None
        assert tracked.required_pace.reached == 1_073
        assert "(1,073 households)" in tracked.sentence()
    leap = fc.track_progress(table.assign(as_of="2020-02-29"), target=0.9, by="2021-02-28")
    assert leap.required_pace is not None
    assert leap.required_pace.reached == 1_073
