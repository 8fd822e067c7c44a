"""Whether the target is met, and how many households are missing, in exact arithmetic."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from fibercov import texts
from fibercov.checks import exact_target
from fibercov.measure.areas import summary_of
from fibercov.measure.coverage import CoverageTotals, totalled
from fibercov.reach import Reach


@dataclass(frozen=True, eq=False, repr=False)
class TargetCheck:
    """A share compared with a target, made by `check_target`.

    Attributes
    ----------
    reach
        The definition of within reach.
    exact_target
        The target as the exact fraction that was meant (9/10, not the float nearest 0.9).
    households, homes_passed
        The denominator and the numerator of the share.
    homes_passed_low, homes_passed_high
        The lowest and the highest number of homes passed that the data allows.
    areas
        The summary by area with `met`, `verdict` and `shortfall`; empty if no areas were given.
    """

    reach: Reach
    exact_target: Fraction
    households: int
    homes_passed: int
    homes_passed_low: int
    homes_passed_high: int
    areas: pd.DataFrame

    @property
    def target(self) -> float:
        """The target, 0-1."""
        return float(self.exact_target)

    @property
    def share(self) -> float:
        """Homes passed / all households, 0-1."""
        return self.homes_passed / self.households

    @property
    def met(self) -> bool:
        """Whether the share is at or above the target; `verdict` also takes the range into account."""
        return self.homes_passed >= self.exact_target * self.households

    @property
    def shortfall(self) -> int:
        """The households still missing to meet the target: 0 exactly when it is met."""
        return shortfall(self.homes_passed, self.households, self.exact_target)

    @property
    def verdict(self) -> str:
        """`met` if the whole range of the share meets the target, `not met` if none does, else `uncertain`."""
        return verdict_of(
            self.homes_passed_low, self.homes_passed_high, self.households, self.exact_target
        )

    @property
    def goal(self) -> str:
        """The verdict and the shortfall in words."""
        return texts.goal(self.verdict, self.exact_target, self.shortfall)

    def __repr__(self) -> str:
        share, low, high = (
            Fraction(number, self.households)
            for number in (self.homes_passed, self.homes_passed_low, self.homes_passed_high)
        )
        return texts.verdict(share, self.exact_target, (low, high), self.reach, self.goal)

    def _repr_html_(self) -> str:
        kinds = self.areas.dtypes.astype(str)
        shown = pd.DataFrame(self.areas[kinds.index[kinds != "geometry"]]).to_html(border=0)
        return texts.notebook(repr(self), shown if len(self.areas) else "")


def check_target(
    coverage: CoverageTotals,
    *,
    target: float | Decimal | Fraction = 0.90,
    by: pd.DataFrame | str | None = None,
) -> TargetCheck:
    """Compare the share of households within reach with a target.

    The arithmetic uses whole households and exact fractions. In floats `ceil(0.55 * 100)` is 56, one
    household too many.

    Parameters
    ----------
    coverage
        A measurement.
    target
        The share to reach, 0-1, read as written: 0.9 is nine tenths.
    by
        Areas, or a column of the premises, to compare with the target one by one: what `summarize`
        takes, or what it returned for this coverage.

    Returns
    -------
    TargetCheck
        Whether the target is met, and the shortfall in households, for the whole and by area.
        An area without households has no `met` and no `verdict`: they are missing. The row for what
        lies outside all areas (of a column: has no value) is not an area and has no target: its
        `shortfall` is missing too. An area's verdict is about the households known to be in it:
        unplaced ones, which polygons leave in that last row, may be in any area.

    Raises
    ------
    ArgumentError
        If `target` is not a share from 0 to 1, or `by` is the summary of another measurement.

    Examples
    --------
    >>> import fibercov as fc
    >>> demo = fc.load_demo()
    >>> coverage = fc.measure_coverage(demo.premises, demo.network, reach=50)
    >>> fc.check_target(coverage, target=0.90).met
    True
    """
    exact = exact_target(target)
    low, high = totalled(coverage).homes_passed_range
    return TargetCheck(
        reach=coverage.reach,
        exact_target=exact,
        households=coverage.households,
        homes_passed=coverage.homes_passed,
        homes_passed_low=low,
        homes_passed_high=high,
        areas=pd.DataFrame() if by is None else held_against(summary_of(coverage, by, "by"), exact),
    )


def held_against(summary: pd.DataFrame, target: Fraction) -> pd.DataFrame:
    """Add each area's `shortfall`, `met` and `verdict` to the summary.

    RULE: the row for what lies in no area has no target, so all three are missing there. `met` and
    `verdict` are also missing in areas without households.
    """
    columns = ["homes_passed", "homes_passed_low", "homes_passed_high", "households"]
    rows = [tuple(map(int, row)) for row in summary[columns].to_numpy()]
    outside = _in_no_area(summary)
    missing = [shortfall(passed, total, target) for passed, _, _, total in rows]
    met = [passed >= target * total for passed, _, _, total in rows]
    verdict = [verdict_of(low, high, total, target) for _, low, high, total in rows]
    held = ~outside & (summary["households"] > 0).to_numpy()
    return summary.assign(
        shortfall=pd.Series(missing, index=summary.index, dtype="Int64").mask(outside),
        met=pd.Series(met, index=summary.index, dtype="boolean").where(held),
        verdict=pd.Series(verdict, index=summary.index, dtype=object).where(held, None),
    )


def _in_no_area(summary: pd.DataFrame) -> NDArray[np.bool_]:
    """Find the row for what lies outside all areas, or has no value in the column."""
    if isinstance(summary, gpd.GeoDataFrame):
        return np.asarray(summary.geometry.isna())
    return np.asarray(summary["name"].isin([texts.OUTSIDE, texts.NO_VALUE]))


def shortfall(homes_passed: int, households: int, target: Fraction) -> int:
    """Count the households missing to meet the target, in exact arithmetic.

    >>> shortfall(55, 100, Fraction(55, 100)), shortfall(55, 101, Fraction(55, 100))
    (0, 1)
    """
    wanted = target * households
    return max(0, -(-wanted.numerator // wanted.denominator) - homes_passed)


def verdict_of(low: int, high: int, households: int, target: Fraction) -> str:
    """Give the verdict on the lowest and highest number of homes passed that the data allows."""
    wanted = target * households
    if low >= wanted:
        return "met"
    return "uncertain" if high >= wanted else "not met"
