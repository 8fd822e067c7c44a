"""A forecast: the pace of a history, moved half way to the usual pace, with ranges taken from published outcomes.

The share s, below a ceiling c, is seen on the scale z = 2 artanh(sqrt(s / c)): a yearly step in z is worth most
points in the middle, and ever fewer as less is left. There the share goes on as a random walk with drift.
The numbers were set on published series, so that the ranges held what came: see `CALIBRATED`.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction

import pandas as pd

from fibercov import checks, texts
from fibercov.checks import exact_target

YEAR = 365.25  # days
LEAST_POINTS = 3
HORIZON = 5.0  # years: no outcome farther ahead was tested
# What the ranges were calibrated on: series, their first and last year, and pairs of a forecast and an outcome.
CALIBRATED = (858, 2010, 2024, 6534)
_APART = 350  # days between two dates, for them to count as two years
_OWN_YEARS = 3  # that the own pace is taken over
_USUAL, _USUAL_YEARS = (
    0.2,
    3.0,
)  # the pace of published series in z a year, and how many years it counts as
_STEP = 0.6  # a yearly step so far off the mean is counted in: what a short history cannot show
_REVISED = 0.02  # of the share: by how much measurements are revised
_STILL = 0.05  # an own pace in z a year below this is none
_Q80, _Q95 = (0.5, 1.2), (1.0, 2.1)  # down and up: what is built stays built


@dataclass(frozen=True, repr=False)
class Forecast:
    """The forecast share (0-1) at a date.

    Attributes
    ----------
    at
        The date.
    low, high
        The range that is to hold the share 19 times out of 20.
    central
        The middle of the forecast.
    low_80, high_80
        The range that is to hold it four times out of five.
    """

    at: date
    low: float
    central: float
    high: float
    low_80: float
    high_80: float

    def __repr__(self) -> str:
        central, low, high, low_80, high_80 = (
            texts.estimate(share).removesuffix(" %")
            for share in (self.central, self.low, self.high, self.low_80, self.high_80)
        )
        series, first, last, pairs = CALIBRATED
        return (
            f"{central} % on {self.at} ({low}-{high}; four times of five {low_80}-{high_80}), calibrated "
            f"on {pairs:,} outcomes of {series} published series, {first}-{last}"
        )


@dataclass(frozen=True)
class ExpectedDate:
    """The date on which a forecast reaches the target; None where no date can be given.

    Attributes
    ----------
    earliest, central, latest
        The dates on which the high, the central and the low forecast reach the target: four times of
        five it is reached between earliest and latest.
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
class Path:
    """How a share goes on from its last measurement.

    Attributes
    ----------
    last
        The date of the last measurement.
    top
        The ceiling.
    level
        The last share, on the scale.
    pace, own
        What is added a year on the scale: moved to the usual pace, and as measured.
    spread
        The standard deviation of a yearly step.
    years
        How many years the pace stands on, those of the usual pace counted in.
    builds
        Planned builds: the share that there is at least from each date on.
    """

    last: date
    top: float
    level: float
    pace: float
    own: float
    spread: float
    years: float
    builds: tuple[tuple[date, float], ...] = ()

    def at(self, day: date) -> Forecast | None:
        """Forecast the share on a day; None if it is not within five years after the last date."""
        ahead = (day - self.last).days / YEAR
        if not 0 < ahead <= HORIZON + 1 / YEAR:
            return None
        middle = self.level + self.pace * ahead
        walk = self.spread * math.sqrt(ahead + ahead**2 / self.years)
        path = self._share(middle)
        # RULE: what is planned lifts the middle, and the high if need be. The low stays: plans are late.
        built = [share for when, share in self.builds if when <= day]
        central = min(self.top, max([path, *built]))
        low, high, low_80, high_80 = (
            path + sign * math.hypot(self._share(middle + sign * q * walk) - path, q * _REVISED)
            for quantiles in (_Q95, _Q80)
            for sign, q in zip((-1, 1), quantiles, strict=True)
        )
        return Forecast(
            day,
            max(low, 0.0),
            central,
            min(max(high, central), self.top),
            max(low_80, 0.0),
            min(max(high_80, central), self.top),
        )

    def _share(self, level: float) -> float:
        return self.top * math.tanh(max(level, 0.0) / 2) ** 2


def fit(table: pd.DataFrame, shares: list[Fraction], top: Fraction) -> tuple[Path | None, str]:
    """Take the path from a history, or return the key of the reason why there is none.

    RULE: of several dates a year one counts, going back from the last; three must remain.
    """
    days = table["as_of"].tolist()
    kept = yearly(days)
    if len(kept) < LEAST_POINTS:
        return None, "too_few"
    if not 0 < shares[-1] < top:
        return None, "at_the_edge"
    if shares[-1] < shares[kept[1]]:
        return None, "falling"
    when = [(days[row] - days[-1]).days / YEAR for row in kept]
    level = [_scaled(shares[row] / top) for row in kept]
    steps = [(level[k] - level[k + 1]) / (when[k] - when[k + 1]) for k in range(len(kept) - 1)]
    long_ago = (k for k, ago in enumerate(when) if -ago >= _OWN_YEARS * _APART / YEAR)
    start = next(long_ago, len(kept) - 1)
    own_years = -when[start]
    own = (level[0] - level[start]) / own_years
    years = own_years + _USUAL_YEARS
    pace = (own * own_years + _USUAL * _USUAL_YEARS) / years
    mean = sum(steps) / len(steps)
    spread = math.sqrt((_STEP**2 + sum((step - mean) ** 2 for step in steps)) / len(steps))
    return Path(days[-1], float(top), level[0], pace, own, spread, years), ""


def yearly(days: list[date]) -> list[int]:
    """List the rows of dates that count as one a year, from the last one back."""
    kept = [len(days) - 1]
    for row in range(len(days) - 2, -1, -1):
        if (days[kept[-1]] - days[row]).days >= _APART:
            kept.append(row)
    return kept


def _scaled(part: Fraction) -> float:
    """Bring a share of the ceiling to the scale; the last half per mille is cut off."""
    root = math.sqrt(min(max(float(part), 0.0), 0.9995))
    return math.log((1 + root) / (1 - root))


def expected_date(
    path: Path | None,
    reason: str,
    last: date,
    share: Fraction,
    target: Fraction,
    top: Fraction,
) -> ExpectedDate:
    """Find the dates after the last one on which low, central and high reach the target."""
    if share >= target:
        return ExpectedDate(last, last, last, "met")
    if path is None:
        return ExpectedDate(None, None, None, reason)
    if target >= top:
        return ExpectedDate(None, None, None, "above_ceiling")
    built = any(share >= target for _, share in path.builds)
    if path.own < _STILL and not built:
        return ExpectedDate(None, None, None, "not_rising")
    found: dict[str, date | None] = dict.fromkeys(("high_80", "central", "low_80"))
    for ahead in range(1, int(HORIZON * YEAR) + 1):
        day = last + timedelta(days=ahead)
        said = path.at(day)
        for bound in [bound for bound, then in found.items() if then is None]:
            if said is not None and getattr(said, bound) >= target:
                found[bound] = day
    earliest, central, latest = found.values()
    if central is None:
        return ExpectedDate(earliest, None, None, "too_far")
    return ExpectedDate(earliest, central, latest, "" if latest else "no_latest")
