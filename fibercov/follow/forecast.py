"""A forecast: a logistic curve through a history, its range, and when it reaches a target."""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction

import numpy as np
import pandas as pd

from fibercov import checks
from fibercov.checks import exact_target

YEAR = 365.25  # days
LEAST_POINTS = 3
_FLAT = 1e-9  # of log-odds a year: less is rounding
LAST_YEAR = 2200  # no expected date is given beyond
# Student's t, two-sided 95 %, for 1, 2, 3 ... degrees of freedom; beyond, the normal curve's.
_T95 = (
    12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.160, 2.145,
    2.131, 2.120, 2.110, 2.101, 2.093, 2.086, 2.080, 2.074, 2.069, 2.064, 2.060, 2.056, 2.052, 2.048,
    2.045, 2.042,
)  # fmt: skip


@dataclass(frozen=True)
class Forecast:
    """The forecast share (0-1) at a date.

    Attributes
    ----------
    at
        The date.
    low, high
        The range in which a new measurement would lie 19 times out of 20.
    central
        The share on the curve.
    """

    at: date
    low: float
    central: float
    high: float


@dataclass(frozen=True)
class ExpectedDate:
    """The date on which a forecast reaches the target; None where no date can be given.

    Attributes
    ----------
    earliest, central, latest
        The dates on which the high, the central and the low forecast reach the target.
    reason
        `"met"` if the target is met, or why a date is missing: `"too_few"`, `"at_the_edge"`,
        `"falling"`, `"above_ceiling"`, `"not_rising"`, `"too_far"` or `"no_latest"`. Empty otherwise.
    """

    earliest: date | None
    central: date | None
    latest: date | None
    reason: str


def ceiling_above(ceiling: object, shares: list[Fraction]) -> Fraction:
    """Return the ceiling of the share as a fraction; raise unless it lies above all shares."""
    top = exact_target(ceiling, "ceiling")
    if top == 0 or (top < 1 and max(shares) >= top):
        raise checks.refusal(
            "ceiling",
            f"must lie above every share of the history ({float(max(shares)):.4g} at the most), "
            "and be 1 at the most",
            ceiling,
        )
    return top


@dataclass(frozen=True)
class Curve:
    """A logistic curve up to a ceiling, and the range of a new measurement around it."""

    since: date
    top: float
    level: float
    slope: float
    middle: float
    spread: float
    number: int
    error: float

    def bounds(self, years: float) -> tuple[float, float, float]:
        """Return low, central and high at times in years after the first date."""
        away = years - self.middle
        freedom = self.number - 2
        t = _T95[freedom - 1] if freedom <= len(_T95) else 1.96
        off = t * self.error * math.sqrt(1 + 1 / self.number + away**2 / self.spread)
        central = self.level + self.slope * away
        low, mid, high = (
            self.top / (1 + math.exp(-max(-700.0, min(700.0, value))))
            for value in (central - off, central, central + off)
        )
        return low, mid, high

    def at(self, day: date) -> Forecast:
        """Forecast the share on a day."""
        return Forecast(day, *self.bounds((day - self.since).days / YEAR))


def fit(table: pd.DataFrame, shares: list[Fraction], top: Fraction) -> tuple[Curve | None, str]:
    """Fit the curve to the history, or return the key of the reason why there is none."""
    if len(shares) < LEAST_POINTS:
        return None, "too_few"
    if min(shares) == 0 or max(shares) >= top:
        return None, "at_the_edge"
    since = table["as_of"].iloc[0]
    years = np.array([(day - since).days / YEAR for day in table["as_of"]])
    values = np.array([math.log(share / (top - share)) for share in shares])
    middle = float(years.mean())
    spread = float(((years - middle) ** 2).sum())
    slope = float(((years - middle) * values).sum() / spread)
    level = float(values.mean())
    left = values - level - slope * (years - middle)
    error = math.sqrt(float((left**2).sum()) / (len(values) - 2))
    curve = Curve(since, float(top), level, slope, middle, spread, len(values), error)
    return curve, ""


def expected_date(
    curve: Curve | None,
    reason: str,
    table: pd.DataFrame,
    shares: list[Fraction],
    target: Fraction,
    top: Fraction,
) -> ExpectedDate:
    """Find the dates after the last one on which low, central and high reach the target."""
    last = table["as_of"].iloc[-1]
    if shares[-1] >= target:
        return ExpectedDate(last, last, last, "met")
    if curve is None:
        return ExpectedDate(None, None, None, reason)
    if target >= top:
        return ExpectedDate(None, None, None, "above_ceiling")
    if curve.slope <= _FLAT:
        return ExpectedDate(None, None, None, "not_rising")
    latest, central, earliest = (
        _first_day(curve, bound, last, float(target)) for bound in range(3)
    )
    if central is None:
        return ExpectedDate(earliest, None, None, "too_far")
    return ExpectedDate(earliest, central, latest, "" if latest else "no_latest")


def _first_day(curve: Curve, bound: int, last: date, target: float) -> date | None:
    """Find the first day after `last` on which the bound reaches the target; None if not by 2200."""
    start, most = (last - curve.since).days, (date(LAST_YEAR, 1, 1) - last).days
    if most < 1:
        return None
    before = 1
    for month in itertools.chain(range(1, most, 30), [most]):  # a bound rises, or turns once
        if curve.bounds((start + month) / YEAR)[bound] >= target:
            days = range(before, month + 1)
            fits = (d for d in days if curve.bounds((start + d) / YEAR)[bound] >= target)
            return last + timedelta(days=next(fits))
        before = month
    return None
