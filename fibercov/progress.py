"""Pace, forecast and expected date of a target, from the share at several dates."""

from __future__ import annotations

import itertools
import math
from calendar import monthrange
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction

import pandas as pd

from fibercov import checks, texts
from fibercov.checks import exact_target
from fibercov.coverage import Coverage
from fibercov.errors import ArgumentError, ColumnError
from fibercov.forecast import (
    LEAST_POINTS,
    Expected,
    Forecast,
    ceiling_above,
    expected_date,
    fit,
)
from fibercov.history import exact_shares, history_frame, since_break
from fibercov.target import shortfall


@dataclass(frozen=True)
class Pace:
    """How fast a share grows: percentage points a year, and households a year if they are known."""

    points: float
    households: float | None


@dataclass(frozen=True, eq=False, repr=False)
class Progress:
    """How a share has come along towards a target; made by `track_progress`.

    Attributes
    ----------
    table
        The history by date: `as_of`, `households`, `homes_passed`, `share` (0-1), `points` (the change
        from the date before, in percentage points), and what else it was given with.
    exact_target
        The target as the exact fraction that was meant.
    by
        The date that the target is to be reached by, or None.
    ceiling
        The share that the forecast takes to be the most there can be.
    pace
        The recent pace: from the date that lies at least a year (350 days) back to the last.
    required_pace
        What it takes to be at the target on `by`; None without a date, or if it has come.
    forecast
        The share at `by`, or None (`expected.reason` says why).
    expected
        The date on which the target is expected, as the earliest, central and latest.
    builds
        The planned builds as steps: `as_of`, `homes_passed` (households, in all), `share`; empty if
        none were given.
    """

    table: pd.DataFrame
    exact_target: Fraction
    by: date | None
    ceiling: float
    pace: Pace | None
    required_pace: Pace | None
    forecast: Forecast | None
    expected: Expected
    builds: pd.DataFrame

    @property
    def target(self) -> float:
        """The target, 0-1."""
        return float(self.exact_target)

    def sentence(self, language: str = "en") -> str:
        """The pace, the required pace and the forecast in words."""
        return _sentence(self, texts.known(language))

    def __repr__(self) -> str:
        return self.sentence()

    def _repr_html_(self) -> str:
        return texts.notebook(repr(self), self.table.to_html(border=0, index=False))


def track_progress(
    history: Iterable[Coverage] | pd.DataFrame,
    *,
    target: float | Decimal | Fraction = 0.90,
    by: date | str | None = None,
    ceiling: float | Decimal | Fraction = 1.0,
    builds: pd.DataFrame | None = None,
    accept_breaks: Iterable[date | str] = (),
) -> Progress:
    """Hold the share at several dates against a target, and say when it can be expected there.

    The required pace is arithmetic: what is missing, over the time that is left. The forecast is
    apart from it: a logistic curve up to a ceiling, fitted by least squares to log(share / (ceiling -
    share)) over time. Its range is where a new measurement would lie 19 times of 20 if the history goes
    on along the curve, from the fit's own errors and Student's t. History that is revised or falls
    is taken as it is. A forecast is only of what was measured: its definition is the history's.

    Parameters
    ----------
    history
        Measurements, or a table with `as_of` and either `households` and `homes_passed` or `share`
        (0-1), so that published series serve. A table may say `definition` and `denominator`.
    target
        The share to reach, 0-1.
    by
        The date to reach it by.
    ceiling
        The most that the share can be, above every share in the history. Series of connected
        households have levelled out near 0.85 in Sweden, and series of homes passed near 0.99.
    builds
        Planned builds: a table with `as_of` and `homes_passed`, the households that each adds.
    accept_breaks
        Dates from which another definition or denominator holds, and is accepted. The pace is that
        since the last of them; the forecast takes the history as one.

    Returns
    -------
    Progress
        The table, recent and required pace, forecast and expected date.

    Raises
    ------
    ArgumentError
        If the history is empty, mixes definitions or denominators, or repeats a date; if the target or
        the ceiling is not a share, or the ceiling lies below a share of the history.
    ColumnError
        If a table lacks columns, or its numbers cannot be right.

    Examples
    --------
    >>> import pandas as pd
    >>> import fibercov as fc
    >>> history = pd.DataFrame(
    ...     {"as_of": ["2017-10-01", "2018-10-01", "2019-10-01"], "share": [0.75, 0.805, 0.862]}
    ... )
    >>> progress = fc.track_progress(history, target=0.90, by="2020-10-01")
    >>> round(progress.pace.points, 1), round(progress.required_pace.points, 1)
    (5.7, 3.8)
    >>> progress.expected.central.year
    2020
    """
    goal = exact_target(target)
    table = history_frame(history, accept_breaks=accept_breaks)
    shares = exact_shares(table)
    top = ceiling_above(ceiling, shares)
    table["points"] = [math.nan, *(float(100 * (b - a)) for a, b in itertools.pairwise(shares))]
    day = checks.day(by, "by")
    last = table["as_of"].iloc[-1]
    first = since_break(table)
    if first:
        table.loc[first, "points"] = math.nan
    curve, reason = fit(table, shares, top)
    ahead = day if day is not None and day > last else None
    return Progress(
        table=table,
        exact_target=goal,
        by=day,
        ceiling=float(top),
        pace=_pace(table.iloc[first:], shares[first:]),
        required_pace=_required(table, shares, goal, ahead) if ahead else None,
        forecast=curve.at(ahead) if curve and ahead else None,
        expected=expected_date(curve, reason, table, shares, goal, top),
        builds=_steps(builds, table),
    )


def backtest(
    history: Iterable[Coverage] | pd.DataFrame,
    *,
    hidden: int = 3,
    ceiling: float = 1.0,
    accept_breaks: Iterable[date | str] = (),
) -> pd.DataFrame:
    """Hide the last dates of a history, and say what the forecast would have said of them.

    Parameters
    ----------
    history, ceiling, accept_breaks
        As in `track_progress`.
    hidden
        How many of the last dates to hide; three or more must be left.

    Returns
    -------
    pandas.DataFrame
        One row a hidden date: `as_of`, what was forecast (`low`, `central`, `high`), the `outcome`
        (all 0-1), the `error` of the central forecast in percentage points, and whether the outcome
        lies `within` low and high. Forecasts are missing where none could be made.

    Raises
    ------
    ArgumentError
        If `hidden` is not a whole number that leaves three dates, or as `track_progress`.

    Examples
    --------
    >>> import pandas as pd
    >>> import fibercov as fc
    >>> history = pd.DataFrame({"as_of": [f"{y}-10-01" for y in range(2010, 2018)]})
    >>> history["share"] = [0.44, 0.49, 0.53, 0.57, 0.61, 0.66, 0.71, 0.77]
    >>> fc.backtest(history, hidden=2)["error"].round(1).tolist()
    [-1.6, -4.0]
    """
    table = history_frame(history, accept_breaks=accept_breaks)
    if (
        isinstance(hidden, bool)
        or not isinstance(hidden, int)
        or not 0 < hidden <= len(table) - LEAST_POINTS
    ):
        raise ArgumentError(
            f"`hidden` must be a whole number from 1 that leaves {LEAST_POINTS} of the {len(table)} "
            f"dates, not {hidden!r}."
        )
    shares = exact_shares(table)
    known = table.iloc[:-hidden]
    curve, _ = fit(known, shares[:-hidden], ceiling_above(ceiling, shares[:-hidden]))
    rows = []
    for day, outcome in zip(table["as_of"][-hidden:], shares[-hidden:], strict=True):
        said = None if curve is None else curve.at(day)
        low, central, high = (
            (math.nan,) * 3 if said is None else (said.low, said.central, said.high)
        )
        row = {
            "as_of": day,
            "low": low,
            "central": central,
            "high": high,
            "outcome": float(outcome),
        }
        rows.append(
            row | {"error": 100 * (central - float(outcome)), "within": low <= outcome <= high}
        )
    return pd.DataFrame(rows)


def _pace(table: pd.DataFrame, shares: list[Fraction]) -> Pace | None:
    """The change to the last date from the one that lies at least a year before, by the year."""
    days = list(table["as_of"])
    earlier = [k for k, day in enumerate(days[:-1]) if (days[-1] - day).days >= 350]
    if len(days) < 2:
        return None
    start = earlier[-1] if earlier else 0
    years = _years(days[start], days[-1])
    homes = None
    if table["households"].notna().all():
        homes = float(table["homes_passed"].iloc[-1] - table["homes_passed"].iloc[start]) / years
    return Pace(float(100 * (shares[-1] - shares[start])) / years, homes)


def _years(first: date, last: date) -> float:
    """Years from date to date, as the calendar has them: from one 1 October to the next is one."""

    def anniversary(years: int) -> date:
        year = first.year + years
        return date(year, first.month, min(first.day, monthrange(year, first.month)[1]))

    whole = last.year - first.year
    whole -= anniversary(whole) > last
    start, end = anniversary(whole), anniversary(whole + 1)
    return whole + (last - start) / (end - start)


def _required(table: pd.DataFrame, shares: list[Fraction], target: Fraction, by: date) -> Pace:
    """What is missing to the target, over the years that are left."""
    years = _years(table["as_of"].iloc[-1], by)
    homes = None
    if table["households"].notna().all():
        passed, total = int(table["homes_passed"].iloc[-1]), int(table["households"].iloc[-1])
        homes = shortfall(passed, total, target) / years
    return Pace(float(100 * max(Fraction(0), target - shares[-1])) / years, homes)


def _steps(builds: object, table: pd.DataFrame) -> pd.DataFrame:
    """The last measurement, with the planned builds added to it one after the other."""
    columns = ["as_of", "homes_passed", "share"]
    if builds is None:
        return pd.DataFrame(columns=columns)
    if not isinstance(builds, pd.DataFrame) or not {"as_of", "homes_passed"} <= {*builds.columns}:
        raise ColumnError("`builds` must be a table with the columns as_of and homes_passed.")
    if table["households"].isna().any():
        raise ArgumentError(
            "`builds` are households: the history must have households, not shares alone."
        )
    last, total = table["as_of"].iloc[-1], int(table["households"].iloc[-1])
    added = pd.DataFrame(
        {
            "as_of": [checks.day(day, "builds") for day in builds["as_of"]],
            "homes_passed": checks.whole_households(
                builds["homes_passed"].reset_index(drop=True), "builds: homes_passed"
            ),
        }
    ).sort_values("as_of", ignore_index=True)
    if len(added) and added["as_of"].iloc[0] <= last:
        raise ArgumentError(
            f"`builds` has one of {added['as_of'].iloc[0]}, and the last measurement is of {last}: what was "
            "built by then is in it already."
        )
    passed = int(table["homes_passed"].iloc[-1]) + added["homes_passed"].cumsum()
    if len(added) and int(passed.iloc[-1]) > total:
        raise ArgumentError(
            f"`builds` add up to {int(passed.iloc[-1]):,} homes passed, more than the {total:,} households."
        )
    return pd.DataFrame({"as_of": added["as_of"], "homes_passed": passed, "share": passed / total})[
        columns
    ]


def _sentence(progress: Progress, language: str) -> str:
    table, target = progress.table, progress.exact_target
    goal = texts.target_percent(target, language)
    share = texts.percent(exact_shares(table)[-1], target, language)
    parts = [texts.say("now", language, share=share, as_of=str(table["as_of"].iloc[-1]))]
    if progress.pace is not None:
        parts.append(_pace_words(progress.pace, language))
    if progress.required_pace is not None and progress.expected.reason != "met":
        parts.append(
            texts.say(
                "required",
                language,
                points=texts.number(f"{progress.required_pace.points:.1f}", language),
                homes=_homes(progress.required_pace, language, up=True),
                target=goal,
                by=str(progress.by),
            )
        )
    said = ["; ".join(parts)]
    if progress.forecast is not None:
        low, central, high = (
            texts.estimate(value, language)
            for value in (progress.forecast.low, progress.forecast.central, progress.forecast.high)
        )
        low, high = low.removesuffix(" %"), high.removesuffix(" %")
        by = str(progress.by)
        said.append(texts.say("by_then", language, by=by, central=central, low=low, high=high))
    expected = progress.expected
    if expected.central is not None and expected.reason != "met":
        said.append(
            texts.say(
                "expected",
                language,
                target=goal,
                central=str(expected.central)[:7],
                earliest=str(expected.earliest)[:7],
                latest=str(expected.latest)[:7]
                if expected.latest
                else texts.say("never", language),
            )
        )
    else:
        ceiling = texts.target_percent(Fraction(str(progress.ceiling)), language)
        said.append(texts.say(f"reason_{expected.reason}", language, target=goal, ceiling=ceiling))
    return " ".join(texts.sentence(words) for words in said)


def _pace_words(pace: Pace, language: str) -> str:
    if round(pace.points, 1) == 0:
        return texts.say("flat", language) + _homes(pace, language)
    points = texts.number(f"{abs(pace.points):.1f}", language)
    key = "rising" if pace.points > 0 else "falling"
    return texts.say(key, language, points=points, homes=_homes(pace, language))


def _homes(pace: Pace, language: str, *, up: bool = False) -> str:
    """Households a year in brackets, with their sign where it is not that of the points."""
    if pace.households is None:
        return ""
    number = abs(math.ceil(pace.households) if up else round(pace.households))
    count = texts.households(number, language)
    if not up and number and pace.households * round(pace.points, 1) <= 0:
        count = ("+" if pace.households > 0 else "-") + count
    return texts.say("homes_a_year", language, households=count)
