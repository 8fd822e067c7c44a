"""Pace, forecast and expected date; against published series and the definitions."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import fibercov as fc


def series(*shares: float, start: int = 2010, **columns: Any) -> pd.DataFrame:
    days = [f"{start + k}-10-01" for k in range(len(shares))]
    return pd.DataFrame({"as_of": days, "share": shares, **columns})


def counts(*passed: int, of: int = 1000, start: int = 2017) -> pd.DataFrame:
    days = [f"{start + k}-10-01" for k in range(len(passed))]
    return pd.DataFrame({"as_of": days, "total": of, "reached": passed, "unit": "households"})


def test_pace_and_required_pace_are_arithmetic() -> None:
    tracked = fc.track_progress(counts(700, 750, 810), target=0.90, by="2021-10-01")
    assert tracked.pace is not None
    assert tracked.required_pace is not None
    assert tracked.pace.points == pytest.approx(6)  # from one 1 October to the next is a year
    assert tracked.pace.reached == 60
    assert tracked.required_pace.points == pytest.approx(9 / 2)
    assert tracked.required_pace.reached == 90 / 2
    assert tracked.table["points"].tolist()[1:] == [5.0, 6.0]
    assert fc.track_progress(series(0.5, 0.6, 0.7), by="2020-10-01").pace.reached is None  # type: ignore[union-attr]  # there is one


def test_the_recent_pace_looks_a_year_back() -> None:
    table = pd.DataFrame(
        {
            "as_of": ["2017-10-01", "2018-10-01", "2019-04-01", "2019-10-01"],
            "share": [0.50, 0.60, 0.62, 0.70],
        }
    )
    pace = fc.track_progress(table).pace
    assert pace is not None
    assert pace.points == pytest.approx(10)
    short = fc.track_progress(table.iloc[2:]).pace
    assert short is not None
    assert short.points == pytest.approx(8 * 366 / 183)
    assert fc.track_progress(table.iloc[:1]).pace is None


def test_where_the_share_fell_last_there_is_no_forecast() -> None:
    history = series(0.3, 0.5, 0.7, 0.9, 0.675)
    tracked = fc.track_progress(history, target=0.95, by="2020-10-01")
    assert [tracked.forecast, tracked.path, tracked.expected.central] == [None, None, None]
    assert tracked.required_pace is not None  # arithmetic
    assert tracked.pace is not None
    assert tracked.pace.points == pytest.approx(-22.5)
    assert tracked.pace.since == date(2013, 10, 1)
    assert tracked.sentence().endswith(
        "No forecast: the share has fallen since 2013-10-01, and the figures do not show whether it is a "
        "revision or a loss."
    )
    # A fall within the year that the pace looks back is none, if the year ends higher.
    history.loc[4, "as_of"] = "2014-04-01"
    year_end = pd.DataFrame({"as_of": ["2014-10-01"], "share": [0.91]})
    risen = fc.track_progress(pd.concat([history, year_end]), target=0.95, by="2018-10-01")
    assert risen.forecast is not None
    # What was met and fell is met, and has no forecast either.
    met = fc.track_progress(series(0.5, 0.95, 0.92), by="2020-10-01")
    assert (met.expected.reason, met.forecast) == ("met", None)


def test_a_slow_pace_is_not_said_to_be_none() -> None:
    said = fc.track_progress(series(0.5, 0.6, 0.6004), target=0.601, by="2022-10-01").sentence()
    assert "rising 0.04 points a year; 0.01 points a year are needed" in said
    assert "falling 0.04 points a year" in fc.track_progress(series(0.5, 0.6, 0.5996)).sentence()


def test_the_ceiling_is_the_number_that_was_written() -> None:
    tracked = fc.track_progress(series(0.5, 0.6), ceiling=0.85)
    assert (tracked.exact_ceiling, tracked.ceiling) == (Fraction(17, 20), 0.85)
    third = fc.track_progress(series(0.1, 0.2, 0.3), ceiling=Fraction(1, 3))
    assert third.exact_ceiling == Fraction(1, 3)
    assert third.exact_shares == (Fraction(1, 10), Fraction(1, 5), Fraction(3, 10))


def test_a_ceiling_bends_the_forecast_and_must_lie_above_the_history() -> None:
    history = series(0.66, 0.724, 0.772, 0.805)
    free = fc.track_progress(history, by="2018-10-01").forecast
    bent = fc.track_progress(history, by="2018-10-01", ceiling=0.85).forecast
    assert free is not None
    assert bent is not None
    assert bent.central < free.central
    assert bent.high <= 0.85
    for ceiling in (0.8, 0, 1.5):
        with pytest.raises(fc.ArgumentError, match="`ceiling` must"):
            fc.track_progress(history, ceiling=ceiling)


def test_a_date_that_has_come_has_no_forecast_and_needs_no_pace() -> None:
    for by in ("2019-10-01", "2015-10-01", None):
        tracked = fc.track_progress(counts(700, 750, 810), by=by)
        assert tracked.forecast is None
        assert tracked.required_pace is None
        assert tracked.expected.central is not None


@pytest.mark.parametrize("day", ["9999-12-31", date(1, 1, 1), "3000-01-01", "1899-12-31"])
def test_a_date_that_stands_for_none_is_an_error(day: Any) -> None:
    history = pd.DataFrame({"as_of": ["2018-10-01", "2019-10-01"], "share": [0.5, 0.6]})
    with pytest.raises(fc.ArgumentError, match="`by` must be a date from 1900 to 2999, not "):
        fc.track_progress(history, target=0.9, by=day)
    with pytest.raises(fc.ArgumentError, match="`history` must be a date from 1900 to 2999, not "):
        fc.track_progress(history.assign(as_of=["2018-10-01", day]), target=0.9)
    for last in ("2999-12-31", "1900-01-01"):
        fc.track_progress(history, target=0.9, by=last)


def test_planned_builds_are_steps_beside_the_forecast() -> None:
    builds = pd.DataFrame({"as_of": ["2021-06-01", "2020-06-01"], "newly_reached": [60, 40]})
    tracked = fc.track_progress(counts(700, 750, 810), builds=builds)
    assert tracked.builds["as_of"].tolist() == [date(2020, 6, 1), date(2021, 6, 1)]
    assert tracked.builds["reached"].tolist() == [850, 910]
    assert tracked.builds["share"].tolist() == [0.85, 0.91]
    plain = fc.track_progress(counts(700, 750, 810))
    assert plain.builds.empty


@pytest.mark.parametrize(
    ("builds", "message"),
    [
        ([5], "`builds` must be a table"),
        (
            pd.DataFrame({"as_of": ["2019-10-01"], "newly_reached": [5]}),
            "was built by then is in it",
        ),
        (
            pd.DataFrame({"as_of": ["2020-10-01"], "newly_reached": [500]}),
            "more than the total of 1,000",
        ),
        (
            pd.DataFrame({"as_of": ["2020-10-01", None], "newly_reached": [5, 5]}),
            "`builds` has a row without a date",
        ),
        (
            pd.DataFrame({"as_of": [2021], "newly_reached": [5]}),
            "`builds`: as_of must be dates, not years such as 2021: .* '2021-10-01'",
        ),
    ],
)
def test_builds_that_cannot_be_are_errors(builds: Any, message: str) -> None:
    with pytest.raises(fc.FibercovError, match=message):
        fc.track_progress(counts(700, 750, 810), builds=builds)
    with pytest.raises(fc.ArgumentError, match="the history must have counts"):
        fc.track_progress(
            series(0.5, 0.6), builds=pd.DataFrame({"as_of": ["2020-10-01"], "newly_reached": [5]})
        )


def test_the_sentence_reads_in_both_languages() -> None:
    tracked = fc.track_progress(counts(700, 750, 810, of=1072), target=0.9, by="2021-10-01")
    assert tracked.sentence() == repr(tracked)
    assert tracked.sentence().startswith(
        "75.6 % on 2019-10-01; rising 5.6 points (60 households) a year; "
        "7.2 points (78 households) a year are needed to reach 90 % by 2021-10-01. "
        "The forecast for 2021-10-01 is "
    )
    assert tracked.sentence("sv").startswith(
        "75,6 % den 2019-10-01; ökar med 5,6 procentenheter (60 hushåll) per år; "
        "det krävs 7,2 procentenheter (78 hushåll) per år för att nå 90 % senast 2021-10-01. "
        "Prognosen för 2021-10-01 är "
    )
    falling = fc.track_progress(series(0.7, 0.6, 0.5))
    assert falling.sentence() == (
        "50.0 % on 2012-10-01; falling 10.0 points a year. "
        "No forecast: the share has fallen since 2011-10-01, and the figures do not show whether it is "
        "a revision or a loss."
    )
    assert falling.sentence("sv") == (
        "50,0 % den 2012-10-01; minskar med 10,0 procentenheter per år. "
        "Ingen prognos: andelen har sjunkit sedan 2011-10-01, och siffrorna visar inte om det är en "
        "revidering eller ett bortfall."
    )
    met = fc.track_progress(counts(700, 750, 910), target=0.9, by="2021-10-01").sentence()
    assert met.endswith("The target of 90 % is met.")
    assert "needed" not in met


def test_households_that_grow_while_the_share_falls_say_so() -> None:
    table = counts(800, 1000).assign(total=[1000, 1400])
    assert "falling 8.6 points (+200 households) a year" in fc.track_progress(table).sentence()
    table = counts(400, 560).assign(total=[1000, 1400])
    assert "; unchanged (+160 households)." in fc.track_progress(table).sentence()


def test_a_pace_does_not_cross_a_break() -> None:
    table = series(0.4, 0.45, 0.5, 0.75, definition=["a", "a", "a", "b"])
    assert fc.track_progress(table, accept_breaks=["2013-10-01"]).pace is None
    longer = series(0.4, 0.45, 0.75, 0.8, definition=["a", "a", "b", "b"])
    tracked = fc.track_progress(longer, accept_breaks=["2012-10-01"])
    assert tracked.pace is not None
    assert tracked.pace.points == pytest.approx(5)
    assert tracked.table["points"].isna().tolist() == [True, False, True, False]


def test_a_wild_forecast_is_said_without_false_digits() -> None:
    said = fc.track_progress(series(0.1, 0.9, 0.2, 0.6), target=0.95, by="2018-10-01").sentence()
    assert "(<0.1-100.0)" in said or "(<0.1->99.9)" in said
    late = fc.track_progress(series(0.5, 0.6, 0.7, start=2217))
    with pytest.raises(fc.ArgumentError, match="`language` must be 'en' or 'sv', not 'de'"):
        late.sentence("de")


def test_a_backtest_hides_what_it_forecasts() -> None:
    history = series(0.44, 0.49, 0.53, 0.57, 0.61, 0.66)
    told = fc.backtest(history, hidden=2)
    other = fc.backtest(history.assign(share=[0.44, 0.49, 0.53, 0.57, 0.1, 0.2]), hidden=2)
    assert told[["low", "central", "high"]].equals(other[["low", "central", "high"]])
    assert other["outcome"].tolist() == [0.1, 0.2]
    assert not other["within"].any()
    higher = fc.backtest(
        history.assign(share=[0.44, 0.49, 0.53, 0.57, 0.8, 0.9]), hidden=2, ceiling=0.7
    )
    assert (higher["high"] < 0.7).all()  # what is hidden does not say where the ceiling may lie
    for hidden in (0, 4, 1.5, True):
        with pytest.raises(fc.ArgumentError, match="`hidden` must be a whole number from 1"):
            fc.backtest(history, hidden=hidden)  # type: ignore[arg-type]  # what is tested


@given(
    st.integers(1, 10_000).flatmap(lambda n: st.tuples(st.just(n), st.integers(0, n))),
    st.integers(0, 1000).map(lambda n: Fraction(n, 1000)),
)
def test_nothing_is_required_exactly_when_the_target_is_met(
    counted: tuple[int, int], target: Fraction
) -> None:
    homes, passed = counted  # law 7
    table = counts(passed, of=homes)
    required = fc.track_progress(table, target=target, by="2020-10-01").required_pace
    assert required is not None
    assert (required.reached == 0) == (Fraction(passed, homes) >= target)
    assert (required.points == 0) == (Fraction(passed, homes) >= target)


def test_shows_in_a_notebook() -> None:
    tracked = fc.track_progress(counts(500, 600), target=0.9)
    shown = tracked._repr_html_()
    assert repr(tracked) in shown
    assert shown.count("<tr") == 1 + len(tracked.table)
