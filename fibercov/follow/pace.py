"""How fast a share grows, and how fast it must grow: arithmetic on dates and counts."""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

import pandas as pd

from fibercov.measure.target import shortfall


@dataclass(frozen=True)
class Pace:
    """How fast a share grows.

    Attributes
    ----------
    points
        Percentage points a year; negative if the share falls.
    reached
        What is newly reached a year, in the unit; None if the history has only shares.
    since
        The date that it counts from, up to the last measurement or, for a required pace, up to `by`.
    """

    points: float
    reached: float | None
    since: date


def recent_pace(table: pd.DataFrame, shares: list[Fraction]) -> Pace | None:
    """Compute the yearly change to the last date from the latest date at least a year before."""
    days = list(table["as_of"])
    earlier = [k for k, day in enumerate(days[:-1]) if (days[-1] - day).days >= 350]
    if len(days) < 2:
        return None
    start = earlier[-1] if earlier else 0
    years = _years(days[start], days[-1])
    homes = None
    if table["total"].notna().all():
        homes = float(table["reached"].iloc[-1] - table["reached"].iloc[start]) / years
    return Pace(float(100 * (shares[-1] - shares[start])) / years, homes, days[start])


def _years(first: date, last: date) -> float:
    """Count years by the calendar: from one 1 October to the next is one year."""

    def anniversary(years: int) -> date:
        year = first.year + years
        return date(year, first.month, min(first.day, monthrange(year, first.month)[1]))

    whole = last.year - first.year
    whole -= anniversary(whole) > last
    start, end = anniversary(whole), anniversary(whole + 1)
    return whole + (last - start) / (end - start)


def required_pace(table: pd.DataFrame, shares: list[Fraction], target: Fraction, by: date) -> Pace:
    """Divide what is missing to the target by the years that are left."""
    last = table["as_of"].iloc[-1]
    years = _years(last, by)
    homes = None
    if table["total"].notna().all():
        passed, total = int(table["reached"].iloc[-1]), int(table["total"].iloc[-1])
        homes = shortfall(passed, total, target) / years
    return Pace(float(100 * max(Fraction(0), target - shares[-1])) / years, homes, last)
