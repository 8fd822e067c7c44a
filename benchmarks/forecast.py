"""Hold the forecast of `track_progress` against published series, and against simpler ones.

    pip install ".[bench]"
    python benchmarks/forecast.py                 # reads ../shared/data/series/series.csv
    python benchmarks/forecast.py SERIES.csv      # columns series, date, share

Every pair is an origin (three dates a year apart or more, a share of 5 to 98.5 %, not falling) and a later date of
the same series, at most five years on. Printed for each horizon, with every panel (a publisher's series: the part
of the name before the colon) counted the same: the mean absolute error in points, what share of the outcomes lay in
the 80 % and in the 95 % range, and the interval score of the latter (its width, and 40 times what lies outside;
lower is better). The project ships none of the series.
"""

from __future__ import annotations

import argparse
import math
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats

import fibercov as fc
from fibercov.follow.forecast import HORIZON, YEAR

HERE = Path(__file__).resolve().parents[1]
SERIES = HERE.parent / "shared" / "data" / "series" / "series.csv"
_LEVELS = np.array([0.025, 0.1, 0.5, 0.9, 0.975])
_MOST_DATES = 15
Floats = NDArray[np.float64]
# Years from the first date, shares, and years ahead, to low, low of 80 %, central, and the highs.
Method = Callable[[Floats, Floats, float], Floats]


class Outcome(NamedTuple):
    """A forecast and what came."""

    method: str
    panel: str
    years: int
    error: float
    in_80: bool
    in_95: bool
    score: float


def _scaled(middle: float, error: float, freedom: int) -> Floats:
    return np.asarray(middle + error * stats.t.ppf(_LEVELS, freedom), dtype=np.float64)


def _line(t: Floats, y: Floats, ahead: float) -> Floats:
    """Ordinary least squares, with its prediction interval."""
    x = np.c_[np.ones(len(t)), t]
    inverse = np.linalg.inv(x.T @ x)
    at = np.array([1, t[-1] + ahead])
    fitted = inverse @ (x.T @ y)
    left = ((y - x @ fitted) ** 2).sum() / (len(t) - 2)
    error = math.sqrt(left * (1 + at @ inverse @ at) + 1e-12)
    return _scaled(float(at @ fitted), error, len(t) - 2)


def last_increment(t: Floats, share: Floats, ahead: float) -> Floats:
    """Carry on the last year's pace."""
    pace = np.diff(share) / np.diff(t)
    error = pace.std(ddof=1) * math.sqrt(ahead + ahead**2) + 1e-6
    return np.clip(_scaled(share[-1] + pace[-1] * ahead, error, len(pace) - 1), 0, 1)


def straight_line(t: Floats, share: Floats, ahead: float) -> Floats:
    """Carry on the line through all dates."""
    return np.clip(_line(t, share, ahead), 0, 1)


def first_edition(t: Floats, share: Floats, ahead: float) -> Floats:
    """Carry on the logistic curve that fibercov fitted at first."""
    inside = np.clip(share, 1e-3, 1 - 1e-3)
    odds = _line(t, np.log(inside / (1 - inside)), ahead)
    return np.asarray(1 / (1 + np.exp(-np.clip(odds, -50, 50))), dtype=np.float64)


METHODS: dict[str, Method] = {
    "last increment": last_increment,
    "straight line": straight_line,
    "first edition": first_edition,
}


def outcomes(series: pd.DataFrame) -> list[Outcome]:
    """Forecast each series from each origin, and compare with each later date."""
    found = []
    for name, table in series.groupby("series", sort=False):
        dates = table.sort_values("as_of").reset_index(drop=True)
        panel = str(name).partition(":")[0]
        panel = panel if panel.startswith(("bce", "fr", "uk")) else panel.partition("_")[0]
        for origin in range(2, len(dates) - 1):
            known = dates.iloc[max(0, origin + 1 - _MOST_DATES) : origin + 1]
            share = known["share"].to_numpy()
            if not 0.05 <= share[-1] <= 0.985:
                continue
            path = fc.track_progress(known[["as_of", "share"]], target=1).path
            if path is None:
                continue
            t = np.array([(day - known["as_of"].iloc[0]).days / YEAR for day in known["as_of"]])
            for later, came in dates.iloc[origin + 1 :][["as_of", "share"]].to_numpy():
                ahead = (later - path.last).days / YEAR
                said = path.at(later)
                if said is None:
                    continue
                own = np.array([said.low, said.low_80, said.central, said.high_80, said.high])
                told = {"fibercov": own} | {
                    method: of(t, share, ahead) for method, of in METHODS.items()
                }
                found += [
                    _outcome(method, panel, ahead, bounds, came) for method, bounds in told.items()
                ]
    return found


def _outcome(method: str, panel: str, ahead: float, bounds: Floats, came: float) -> Outcome:
    low, low_80, central, high_80, high = bounds
    outside = max(low - came, 0) + max(came - high, 0)
    return Outcome(
        method,
        panel,
        max(1, round(ahead)),
        100 * abs(central - came),
        bool(low_80 - 5e-4 <= came <= high_80 + 5e-4),
        bool(low - 5e-4 <= came <= high + 5e-4),
        100 * (high - low + 40 * outside),
    )


def report(table: pd.DataFrame) -> None:
    """Print how each method did: in all, by horizon, and that of fibercov by panel and horizon."""
    figures = ["error", "in_80", "in_95", "score"]

    def line(label: str, some: pd.DataFrame) -> str:
        error, in_80, in_95, score = some.groupby("panel")[figures].mean().mean()
        return f"{label:<28} {len(some):>6} {error:>7.1f} {100 * in_80:>6.0f} {100 * in_95:>6.0f} {score:>7.0f}"

    print(f"{'':<28} {'pairs':>6} {'error':>7} {'in 80':>6} {'in 95':>6} {'score':>7}")
    for method, of in table.groupby("method", sort=False):
        print(line(str(method), of))
    for years in sorted(table["years"].unique()):
        for method, of in table[table["years"] == years].groupby("method", sort=False):
            print(line(f"{years} years on: {method}", of))
    own = table[table["method"] == "fibercov"]
    for (panel, years), of in own.groupby(["panel", "years"]):
        print(line(f"{panel}, {years} years on", of))


def main() -> None:
    """Read the series and print the record."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("series", nargs="?", type=Path, default=SERIES)
    file = parser.parse_args().series
    if not file.exists():
        parser.error(
            f"there is no file {str(file)!r}: name one with the columns series, date, share"
        )
    series = pd.read_csv(file)
    series["as_of"] = pd.to_datetime(series["date"]).dt.date
    table = pd.DataFrame(outcomes(series))
    used = series["as_of"].map(lambda day: day.year)
    print(
        f"{series['series'].nunique()} series, {used.min()}-{used.max()}, {len(table) // 4} pairs, at most {HORIZON:g} years on"
    )
    report(table)


if __name__ == "__main__":
    main()
