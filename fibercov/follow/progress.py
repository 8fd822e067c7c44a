"""Progress towards a target: pace, forecast and expected date, from the share at several dates."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

import geopandas as gpd
import pandas as pd

from fibercov import checks, texts
from fibercov.checks import exact_target
from fibercov.errors import ArgumentError, ColumnError
from fibercov.follow.by_area import histories_by
from fibercov.follow.forecast import (
    LEAST_POINTS,
    ExpectedDate,
    Forecast,
    Path,
    ceiling_above,
    expected_date,
    fit,
    yearly,
)
from fibercov.follow.history import exact_shares, history_frame, row_day, since_break
from fibercov.follow.pace import Pace, recent_pace, required_pace
from fibercov.measure.coverage import CoverageTotals

_FIRST_SENTENCE = ("now", "pace", "required")  # the parts that it joins


@dataclass(frozen=True, eq=False, repr=False)
class Progress:
    """The progress of a share towards a target, made by `track_progress`.

    Attributes
    ----------
    table
        The history by date: `as_of`, `total`, `reached`, `share` (0-1), `points` (the change
        from the date before, in percentage points), and the other columns of the history.
    exact_target
        The target as the exact fraction that was meant.
    exact_ceiling
        The ceiling of the forecast, the most that the share can be, as a fraction.
    exact_shares
        The share at each date of the table, as fractions.
    by
        The date by which to reach the target, or None.
    pace
        The recent pace: from the latest date at least a year (350 days) back to the last date.
    required_pace
        The pace that reaches the target on `by`; None without `by`, or if that date has passed.
    path
        How the share goes on, that forecasts are read from. None if the history is too short or
        the share fell.
    forecast
        The forecast share at `by`; None if that date has passed or is more than five years ahead, or
        there is no `path`.
    expected
        The date on which the target is expected: earliest, central and latest.
    builds
        The planned builds as steps: `as_of`, `reached` (cumulative), `share`; empty
        if none were given.
    areas
        The progress of each area, if asked for: `name`, `code` if there are codes, `as_of`, `total`,
        `reached` and `share` (0-1) at the area's last date, `points_a_year` (the recent pace),
        `required_points_a_year`, the `expected` date with its `earliest` and `latest`, and the
        `reason` why there is none or why the date cannot be told.
    """

    table: pd.DataFrame
    exact_target: Fraction
    exact_ceiling: Fraction
    exact_shares: tuple[Fraction, ...]
    by: date | None
    pace: Pace | None
    required_pace: Pace | None
    path: Path | None
    forecast: Forecast | None
    expected: ExpectedDate
    builds: pd.DataFrame
    areas: pd.DataFrame

    @property
    def target(self) -> float:
        """The target, 0-1."""
        return float(self.exact_target)

    @property
    def unit(self) -> str:
        """What the last row counts; empty if the history does not say it."""
        return str(self.table["unit"].iloc[-1]) if "unit" in self.table.columns else ""

    @property
    def ceiling(self) -> float:
        """The most that the share can be, 0-1."""
        return float(self.exact_ceiling)

    def sentence(self, language: str = "en") -> str:
        """Write the pace, the required pace and the forecast as sentences."""
        parts = sentences_of(self, texts.known(language))
        first = "; ".join(parts.pop(key) for key in _FIRST_SENTENCE if key in parts)
        return " ".join(texts.sentence(words) for words in (first, *parts.values()))

    def __repr__(self) -> str:
        return self.sentence()

    def _repr_html_(self) -> str:
        return texts.notebook(repr(self), self.table.to_html(border=0, index=False))


def track_progress(
    history: Iterable[CoverageTotals] | pd.DataFrame,
    *,
    target: float | Decimal | Fraction = 0.90,
    by: date | str | None = None,
    ceiling: float | Decimal | Fraction = 1.0,
    builds: pd.DataFrame | None = None,
    accept_breaks: Iterable[date | str] = (),
    by_area: gpd.GeoDataFrame | pd.DataFrame | str | None = None,
) -> Progress:
    """Compare the share at several dates with a target, and forecast when it is reached.

    The required pace is arithmetic: what is missing, divided by the time that is left. The forecast
    is separate. It carries on the pace of the last three years, moved half way to what is usual in
    published series, and slows as less is left below the ceiling. Its ranges were set so that they held
    the outcomes of 858 published series, forecast the same way: at least 19 of 20, and four of five. A
    new kind of change can fall outside. Nothing is said of more than five years ahead. If the share is lower
    than about a year before, there is no forecast, and if it stands still, no date.

    Parameters
    ----------
    history
        Measurements, or a table with `as_of` and either `total` and `reached` or `share`
        (0-1), such as a published series. A table may also have `definition` and `unit`.
    target
        The share to reach, 0-1.
    by
        The date by which to reach it.
    ceiling
        The most that the share can be, above every share in the history. In Sweden, series of
        connected households have levelled out near 0.85, and series of homes passed near 0.99.
    builds
        Planned builds: a table with `as_of` and `newly_reached`, what each adds to the last
        measurement. The forecast's central path is never below them; its low stays, as plans are late.
    accept_breaks
        Dates from which the history has another definition or unit, and that you accept. Pace and
        forecast are those since the last of them.
    by_area
        To see which areas make it in time: areas, or a column of the premises, to count the
        measurements by; or a table of the areas' own histories, with `name` and the columns of a
        history. What lies in no area is left out.

    Returns
    -------
    Progress
        The table, the recent and the required pace, the forecast and the expected date.

    Raises
    ------
    ArgumentError
        If the history is empty, mixes definitions or units, or repeats a date; if the target
        or the ceiling is not a share, or the ceiling does not lie above the history.
    ColumnError
        If a table lacks columns, or its numbers cannot be right.

    Examples
    --------
    >>> import pandas as pd
    >>> import fibercov as fc
    >>> history = pd.DataFrame({"as_of": [f"{year}-10-01" for year in (2017, 2018, 2019)]})
    >>> history["share"] = [0.75, 0.805, 0.862]
    >>> progress = fc.track_progress(history, target=0.90, by="2020-10-01")
    >>> pace, required, expected = progress.pace, progress.required_pace, progress.expected
    >>> round(pace.points, 1), round(required.points, 1), expected.central.year
    (5.7, 3.8, 2021)
    """
    goal = exact_target(target)
    if isinstance(history, Iterator):
        history = [*history]
    table = history_frame(history, accept_breaks=accept_breaks)
    shares = exact_shares(table)
    top = ceiling_above(ceiling, shares)
    table["points"] = [math.nan, *(float(100 * (b - a)) for a, b in itertools.pairwise(shares))]
    day = checks.day(by, "by")
    last = table["as_of"].iloc[-1]
    first = since_break(table)
    if first:
        table.loc[first, "points"] = math.nan
    path, reason = fit(table.iloc[first:], shares[first:], top)
    pace = recent_pace(table.iloc[first:], shares[first:])
    steps = _steps(builds, table)
    if path is not None and len(steps):
        path = replace(path, builds=tuple(zip(steps["as_of"], steps["share"], strict=True)))
    ahead = day if day is not None and day > last else None
    return Progress(
        table=table,
        exact_target=goal,
        exact_ceiling=top,
        exact_shares=tuple(shares),
        by=day,
        pace=pace,
        required_pace=required_pace(table, shares, goal, ahead) if ahead else None,
        path=path,
        forecast=path.at(ahead) if path and ahead else None,
        expected=expected_date(path, reason, last, shares[-1], goal, top),
        builds=steps,
        areas=pd.DataFrame()
        if by_area is None
        else _by_area(histories_by(history, by_area), goal, day, top, [*accept_breaks]),
    )


def _by_area(
    histories: Iterable[tuple[dict[str, Any], pd.DataFrame]],
    target: Fraction,
    by: date | None,
    ceiling: Fraction,
    accept_breaks: list[date | str],
) -> pd.DataFrame:
    """Track the progress of each area, in one row each."""
    rows = []
    for called, of_area in histories:
        most = max(exact_shares(history_frame(of_area, accept_breaks=accept_breaks)))
        progress = track_progress(
            of_area,
            target=target,
            by=by,
            # RULE: a ceiling that an area is above already is not that area's.
            ceiling=ceiling if most < ceiling else 1,
            accept_breaks=accept_breaks,
        )
        last, required = progress.table.iloc[-1], progress.required_pace
        expected, parts = progress.expected, sentences_of(progress, "en")
        rows.append(
            called
            | {key: last[key] for key in ("as_of", "total", "reached", "share")}
            | {
                "points_a_year": progress.pace.points if progress.pace else math.nan,
                "required_points_a_year": required.points if required else math.nan,
                "expected": expected.central,
                "earliest": expected.earliest,
                "latest": expected.latest,
                "reason": parts["expected"] if expected.reason else "",
            }
        )
    return pd.DataFrame(rows)


def backtest(
    history: Iterable[CoverageTotals] | pd.DataFrame,
    *,
    hidden: int = 3,
    ceiling: float | Decimal | Fraction = 1.0,
    accept_breaks: Iterable[date | str] = (),
) -> pd.DataFrame:
    """Hide the last dates of a history, and compare them with what the forecast would have said.

    There is no forecast where `track_progress` would have made none.

    Parameters
    ----------
    history, ceiling, accept_breaks
        As in `track_progress`.
    hidden
        How many of the last dates to hide; at least three must be left.

    Returns
    -------
    pandas.DataFrame
        One row a hidden date: `as_of`, the forecast (`low`, `central`, `high`), the `outcome` (all
        0-1), the `error` of the central forecast in percentage points, and whether the outcome lies
        `within` low and high. Forecasts are missing where none could be made.

    Raises
    ------
    ArgumentError
        If `hidden` is not a whole number that leaves three dates, and as `track_progress`.

    Examples
    --------
    >>> import pandas as pd
    >>> import fibercov as fc
    >>> history = pd.DataFrame({"as_of": [f"{y}-10-01" for y in range(2010, 2018)]})
    >>> history["share"] = [0.44, 0.49, 0.53, 0.57, 0.61, 0.66, 0.71, 0.77]
    >>> fc.backtest(history, hidden=2)["error"].round(1).tolist()
    [-0.5, -2.6]
    """
    table = history_frame(history, accept_breaks=accept_breaks)
    table = table.iloc[since_break(table) :].reset_index(drop=True)
    if len(yearly(table["as_of"].tolist())) <= LEAST_POINTS:
        raise ArgumentError(
            "history",
            f"has {len(table)} dates: a backtest hides one at least, and leaves {LEAST_POINTS}, a year apart.",
        )
    hidden = checks.whole_number(hidden, "hidden", 1, len(table) - LEAST_POINTS)
    shares = exact_shares(table)
    path, _ = fit(table.iloc[:-hidden], shares[:-hidden], ceiling_above(ceiling, shares[:-hidden]))
    rows = []
    for day, outcome in zip(table["as_of"][-hidden:], shares[-hidden:], strict=True):
        said = None if path is None else path.at(day)
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


def _steps(builds: object, table: pd.DataFrame) -> pd.DataFrame:
    """Add the planned builds to the last measurement, one after the other."""
    columns = ["as_of", "reached", "share"]
    if builds is None:
        return pd.DataFrame(columns=columns)
    if not isinstance(builds, pd.DataFrame) or not {"as_of", "newly_reached"} <= {*builds.columns}:
        raise ColumnError("builds", "must be a table with the columns as_of and newly_reached.")
    if table["total"].isna().any():
        raise ArgumentError("builds", "are counts: the history must have counts, not shares alone.")
    last, total = table["as_of"].iloc[-1], int(table["total"].iloc[-1])
    added = pd.DataFrame(
        {
            "as_of": [row_day(day, "builds") for day in builds["as_of"]],
            "newly_reached": checks.whole_counts(
                builds["newly_reached"].reset_index(drop=True), "builds", "newly reached"
            ),
        }
    ).sort_values("as_of", ignore_index=True)
    if len(added) and added["as_of"].iloc[0] <= last:
        raise ArgumentError(
            "builds",
            f"has one of {added['as_of'].iloc[0]}, and the last measurement is of {last}: what was "
            "built by then is in it already.",
        )
    passed = int(table["reached"].iloc[-1]) + added["newly_reached"].cumsum()
    if len(added) and int(passed.iloc[-1]) > total:
        raise ArgumentError(
            "builds",
            f"add up to {int(passed.iloc[-1]):,} reached, more than the total of {total:,}.",
        )
    return pd.DataFrame({"as_of": added["as_of"], "reached": passed, "share": passed / total})[
        columns
    ]


def sentences_of(progress: Progress, language: str) -> dict[str, str]:
    """Write the sentences' parts: `now`; and `pace`, `required`, `forecast`, `expected` if they exist."""
    goal = texts.target_percent(progress.exact_target, language)
    share = texts.percent(progress.exact_shares[-1], progress.exact_target, language)
    as_of, by = str(progress.table["as_of"].iloc[-1]), str(progress.by)
    parts = {"now": texts.say("now", language, share=share, as_of=as_of)}
    if progress.pace is not None:
        parts["pace"] = _pace_words(progress.pace, progress.unit, language)
    required = progress.required_pace
    if required is not None and progress.expected.reason != "met":
        points, homes = (
            _points(required, language),
            _count(required, progress.unit, language, up=True),
        )
        parts["required"] = texts.say(
            "required", language, points=points, homes=homes, target=goal, by=by
        )
    ahead = progress.by is not None and progress.by > progress.table["as_of"].iloc[-1]
    if progress.path is not None and progress.forecast is None and ahead:
        parts["forecast"] = texts.say("by_too_far", language, by=by)
    if progress.forecast is not None:
        low, central, high = forecast_words(progress.forecast, language)
        parts["forecast"] = texts.say(
            "by_then", language, by=by, central=f"{central} %", low=low, high=high
        )
    return parts | {"expected": _expected_words(progress, goal, language)}


def forecast_words(forecast: Forecast, language: str) -> tuple[str, str, str]:
    """Write low, central and high in percent, without the sign."""
    low, central, high = (
        texts.estimate(share, language).removesuffix(" %")
        for share in (forecast.low, forecast.central, forecast.high)
    )
    return low, central, high


def _expected_words(progress: Progress, goal: str, language: str) -> str:
    """Say when the target is expected, or why no date can be given."""
    expected = progress.expected
    if expected.central is None or expected.reason == "met":
        return texts.say(
            f"reason_{expected.reason}",
            language,
            target=goal,
            ceiling=texts.target_percent(progress.exact_ceiling, language),
            since=_a_year_before(progress.table),
        )
    return texts.say(
        "expected" if expected.latest else "expected_open",
        language,
        target=goal,
        central=str(expected.central)[:7],
        earliest=str(expected.earliest)[:7],
        latest=str(expected.latest)[:7],
    )


def _a_year_before(table: pd.DataFrame) -> str:
    """Return the date about a year before the last one; empty if there is none."""
    days = table["as_of"].tolist()
    kept = yearly(days)
    return str(days[kept[1]]) if len(kept) > 1 else ""


def _pace_words(pace: Pace, unit: str, language: str) -> str:
    """Write the recent pace."""
    if pace.points == 0:
        return texts.say("flat", language) + _count(pace, unit, language)
    key = "rising" if pace.points > 0 else "falling"
    points, homes = _points(pace, language), _count(pace, unit, language)
    return texts.say(key, language, points=points, homes=homes)


def _points(pace: Pace, language: str) -> str:
    """Write the points of a pace without a sign."""
    return texts.signed(abs(pace.points), language).lstrip("+")


def _count(pace: Pace, unit: str, language: str, *, up: bool = False) -> str:
    """Write the count a year in brackets, with their sign if it differs from that of the points."""
    if pace.reached is None:
        return ""
    number = abs(math.ceil(pace.reached) if up else round(pace.reached))
    count = texts.amount(number, unit, language)
    if not up and number and pace.reached * pace.points <= 0:
        count = ("+" if pace.reached > 0 else texts.LANGUAGES[language].minus) + count
    return texts.say("homes_a_year", language, amount=count)
