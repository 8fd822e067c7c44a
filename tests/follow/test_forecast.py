"""The forecast: what it must say, what it must not, and the record that the documentation tells."""

from __future__ import annotations

import sys
from datetime import date, timedelta
from fractions import Fraction
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from running import ROOT

import fibercov as fc
from fibercov.follow.forecast import CALIBRATED, HORIZON


def history(*shares: float, start: int = 2017, **columns: Any) -> pd.DataFrame:
    days = [f"{start + k}-10-01" for k in range(len(shares))]
    return pd.DataFrame({"as_of": days, "share": shares, **columns})


def percent(forecast: fc.Forecast | None) -> tuple[float, float, float]:
    assert forecast is not None
    low, central, high = (
        round(100 * share, 1) for share in (forecast.low, forecast.central, forecast.high)
    )
    return low, central, high


def test_three_years_of_a_rising_share() -> None:
    tracked = fc.track_progress(history(0.75, 0.805, 0.862), target=0.90, by="2020-10-01")
    assert percent(tracked.forecast) == (82.8, 89.1, 97.0)
    assert tracked.expected == fc.ExpectedDate(
        date(2019, 11, 26), date(2021, 2, 9), date(2023, 3, 21), ""
    )
    assert repr(tracked.forecast) == (
        "89.1 % on 2020-10-01 (82.8-97.0; four times of five 86.3-94.2), calibrated on 6,534 outcomes "
        "of 858 published series, 2010-2024"
    )
    assert "90 % is expected by 2021-02; four times of five between 2019-11 and 2023-03." in (
        tracked.sentence()
    )
    assert tracked.sentence("sv").endswith(
        "Prognosen för 2020-10-01 är 89,1 % (82,8–97,0). 90 % väntas till 2021-02; fyra gånger av fem "
        "mellan 2019-11 och 2023-03."
    )


@pytest.fixture
def national(shared: Path) -> pd.DataFrame:
    """Swedish shares as PTS published them."""
    return pd.read_csv(shared / "published" / "pts_national_series.csv").rename(
        columns={"ref_date": "as_of"}
    )


def published(table: pd.DataFrame, column: str) -> pd.DataFrame:
    return table.assign(share=(table[column] / 100).round(4))[["as_of", "share"]].dropna()


@pytest.mark.parametrize(
    ("column", "to", "by", "ceiling", "figures"),
    [
        ("mbit100_hh_and_workplaces_pct", 2016, "2020-10-01", 1, (73.0, 84.8, 96.5)),
        ("mbit100_hh_and_workplaces_pct", 2017, "2020-10-01", 1, (79.1, 86.9, 96.1)),
        ("fibre_access_pct", 2018, "2022-10-01", 1, (79.6, 89.4, 98.5)),
    ],
)
def test_the_swedish_record_in_the_docs(
    national: pd.DataFrame,
    column: str,
    to: int,
    by: str,
    ceiling: float,
    figures: tuple[float, ...],
) -> None:
    table = published(national, column)
    known = table[table["as_of"] < str(to + 1)]
    said = fc.track_progress(known, target=0.9, by=by, ceiling=ceiling)
    assert percent(said.forecast) == figures
    docs = (ROOT / "docs" / "forecasts.md").read_text("utf-8")
    assert "{1} ({0}-{2})".format(*figures) in docs
    if to == 2017:
        assert said.expected.central == date(2022, 3, 2)
        assert (said.expected.latest, said.expected.reason) == (None, "no_latest")
        assert "no latest date can be given: it may take more than five years, or not come" in (
            said.sentence()
        )


@pytest.mark.parametrize(
    ("shares", "options", "reason"),
    [
        ([0.5, 0.6], {}, "too_few"),
        ([0.8, 0.85, 0.84], {}, "falling"),
        ([0.5, 0.6, 0.8, 0.79], {"ceiling": 0.85}, "falling"),
        ([0.8, 0.8, 0.8], {}, "not_rising"),
        ([0.8, 0.6, 0.6], {}, "not_rising"),
        ([0.5, 0.95, 0.92], {}, "met"),
        ([0.0, 0.0, 0.0], {}, "at_the_edge"),
        ([0.0, 0.0, 0.02, 0.05], {}, "too_far"),
        ([0.5, 0.6, 0.7], {"ceiling": 0.85}, "above_ceiling"),
        ([0.66, 0.71, 0.77], {}, "no_latest"),
    ],
)  # fmt: skip
def test_where_no_date_can_be_said_the_reason_is(
    shares: list[float], options: dict[str, Any], reason: str
) -> None:
    tracked = fc.track_progress(history(*shares), target=0.90, by="2021-10-01", **options)
    assert tracked.expected.reason == reason
    without = reason in {"too_few", "falling", "at_the_edge"} or shares[-1] == 0.92  # 0.95 before
    assert (tracked.forecast is None) == without
    for language in ("en", "sv"):
        assert tracked.sentence(language).endswith(".")
    if reason in {"met", "no_latest"}:
        assert tracked.expected.central is not None
    else:
        assert tracked.expected.central is tracked.expected.latest is None


shares = st.lists(st.integers(0, 1000), min_size=3, max_size=9)


@given(shares, st.integers(1, 2000), st.sampled_from([1.0, 0.95, 0.8]))
def test_a_forecast_keeps_its_order_and_its_bounds(
    found: list[int], ahead: int, ceiling: float
) -> None:
    table = history(*[min(share / 1000, 0.79) for share in found])
    last = date(2017 + len(found) - 1, 10, 1)
    tracked = fc.track_progress(table, target=0.9, by=last + timedelta(days=ahead), ceiling=ceiling)
    said = tracked.forecast
    if tracked.path is None or ahead > HORIZON * 365.25 + 1:
        assert said is None
        return
    assert said is not None
    order = [0, said.low, said.low_80, said.central, said.high_80, said.high, ceiling]
    assert order == sorted(order)
    expected = tracked.expected
    dates = [day for day in (expected.earliest, expected.central, expected.latest) if day]
    assert dates == sorted(dates)


def test_nothing_is_said_of_more_than_five_years_ahead() -> None:
    table = history(0.5, 0.55, 0.6)
    at_most = fc.track_progress(table, target=0.9, by="2024-10-01")
    assert at_most.forecast is not None
    beyond = fc.track_progress(table, target=0.9, by="2024-10-03")
    assert beyond.forecast is None
    assert beyond.required_pace is not None
    assert "No forecast for 2024-10-03: it is more than five years ahead." in beyond.sentence()
    assert "Ingen prognos för 2024-10-03: det är mer än fem år dit." in beyond.sentence("sv")


def test_nine_quarterly_dates_are_three_years() -> None:
    days = [f"{2017 + k // 4}-{1 + k % 4 * 3:02}-01" for k in range(9)]
    quarters = pd.DataFrame({"as_of": days, "share": [0.5 + 0.02 * k for k in range(9)]})
    every = fc.track_progress(quarters, target=0.9, by="2020-01-01")
    years = fc.track_progress(quarters.iloc[::4], target=0.9, by="2020-01-01")
    assert every.forecast == years.forecast
    assert fc.track_progress(quarters.iloc[:8], by="2020-01-01").expected.reason == "too_few"


def test_a_history_is_taken_after_its_last_accepted_break() -> None:
    table = history(0.3, 0.35, 0.4, 0.75, 0.8, 0.85, definition=["a"] * 3 + ["b"] * 3)
    tracked = fc.track_progress(table, target=0.95, by="2023-10-01", accept_breaks=["2020-10-01"])
    after = fc.track_progress(table.iloc[3:], target=0.95, by="2023-10-01")
    assert tracked.forecast == after.forecast
    short = fc.track_progress(table.iloc[:5], accept_breaks=["2020-10-01"])
    assert short.expected.reason == "too_few"
    assert (
        len(
            fc.backtest(
                history(*[0.1] * 2, 0.4, 0.5, 0.6, 0.7, definition=["a"] * 2 + ["b"] * 4),
                hidden=1,
                accept_breaks=["2019-10-01"],
            )
        )
        == 1
    )


def test_planned_builds_lift_the_middle_and_never_narrow_the_range() -> None:
    table = history(0.70, 0.75, 0.81).assign(total=1000, reached=[700, 750, 810], unit="households")
    plain = fc.track_progress(table, target=0.95, by="2021-10-01")
    builds = pd.DataFrame({"as_of": ["2020-06-01", "2021-06-01"], "newly_reached": [40, 120]})
    planned = fc.track_progress(table, target=0.95, by="2021-10-01", builds=builds)
    assert plain.forecast is not None
    assert planned.forecast is not None
    assert planned.forecast.central == 0.97 > plain.forecast.central
    assert planned.forecast.low == plain.forecast.low
    assert planned.forecast.high >= max(plain.forecast.high, 0.97)
    assert planned.expected.central == date(2021, 6, 1)
    assert planned.expected.latest == plain.expected.latest
    small = builds.assign(newly_reached=1)
    assert (
        fc.track_progress(table, target=0.95, by="2021-10-01", builds=small).forecast
        == plain.forecast
    )
    # What stands still and has a plan that reaches the target has a date.
    still = table.assign(reached=810, share=0.81)
    assert fc.track_progress(still, target=0.95).expected.reason == "not_rising"
    assert fc.track_progress(still, target=0.95, builds=builds).expected.central == date(2021, 6, 1)


def test_the_expected_date_is_the_first_on_which_the_forecast_is_there() -> None:
    table = history(0.75, 0.805, 0.862)
    expected = fc.track_progress(table, target=0.90).expected
    for day, name in (
        (expected.earliest, "high_80"), (expected.central, "central"), (expected.latest, "low_80"),
    ):  # fmt: skip
        assert day is not None
        before, then = (
            getattr(fc.track_progress(table, by=day - timedelta(days=k)).forecast, name)
            for k in (1, 0)
        )
        assert before < 0.90 <= then


def test_the_scale_is_that_of_the_documentation() -> None:
    """The path by hand: 2 artanh of the root, half of the usual 0.2 a year, and the two-point allowance."""
    import math  # noqa: PLC0415 - for this one

    z = [2 * math.atanh(math.sqrt(share)) for share in (0.75, 0.805, 0.862)]
    days = [(date(2019, 10, 1) - date(year, 10, 1)).days / 365.25 for year in (2017, 2018, 2019)]
    own = (z[2] - z[0]) / days[0]
    pace = (own * days[0] + 0.2 * 3) / (days[0] + 3)
    steps = [(z[1] - z[0]) / (days[0] - days[1]), (z[2] - z[1]) / days[1]]
    mean = sum(steps) / 2
    spread = math.sqrt((0.6**2 + sum((step - mean) ** 2 for step in steps)) / 2)
    ahead = (date(2020, 10, 1) - date(2019, 10, 1)).days / 365.25
    walk = spread * math.sqrt(ahead + ahead**2 / (days[0] + 3))
    central = math.tanh((z[2] + pace * ahead) / 2) ** 2
    low = math.tanh((z[2] + pace * ahead - walk) / 2) ** 2
    said = fc.track_progress(history(0.75, 0.805, 0.862), by="2020-10-01").forecast
    assert said is not None
    assert said.central == pytest.approx(central)
    assert said.low == pytest.approx(central - math.hypot(central - low, 0.02))


def test_the_record_is_that_of_the_docs(shared: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A part of the published series: what the ranges held is what the page says of them all."""
    monkeypatch.setattr(sys, "path", [str(ROOT / "benchmarks"), *sys.path])
    import forecast as record  # noqa: PLC0415 - a script, and no part of the package

    series = pd.read_csv(shared / "series" / "series.csv")
    series["as_of"] = pd.to_datetime(series["date"]).dt.date
    first, last = (f(day.year for day in series["as_of"]) for f in (min, max))
    assert (first, last) == CALIBRATED[1:3]
    some = series[series["series"].str.startswith(("bce_nga:", "se_", "no_", "no:"))]
    table = pd.DataFrame(record.outcomes(some))
    own = table[table["method"] == "fibercov"]
    of_panel = own.groupby("panel")[["in_80", "in_95", "error"]].mean()
    assert (of_panel["in_95"] >= 0.95).all()
    assert (own.groupby(["panel", "years"])["in_95"].mean() >= 0.90).all()
    first_edition = table[table["method"] == "first edition"].groupby("panel")["in_95"].mean()
    assert (of_panel["in_95"] > first_edition).all()


def test_the_exact_share_is_what_is_forecast() -> None:
    tracked = fc.track_progress(history(0.75, 0.805, 0.862), target=Fraction(862, 1000))
    assert tracked.expected.reason == "met"
