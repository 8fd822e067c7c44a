"""Whether the target is met, and how much is missing, in exact arithmetic."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from fibercov import checks, texts
from fibercov.checks import exact_target
from fibercov.measure.areas import summary_of
from fibercov.measure.coverage import CoverageTotals, measured, totalled
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
    unit
        What is counted, as in `Coverage`.
    total, reached
        The denominator and the numerator of the share.
    reached_low, reached_high
        The lowest and the highest count that the data, or the rounding, allows.
    areas
        The summary by area with `met`, `verdict` and `shortfall`; empty if no areas were given.
    rounded
        Whether the counts are rounded for publishing.
    until, planned
        A date, and the same check with what is planned until then; None if no date was given.
    """

    reach: Reach
    exact_target: Fraction
    unit: str
    total: int
    reached: int
    reached_low: int
    reached_high: int
    areas: pd.DataFrame
    rounded: bool = False
    until: date | None = None
    planned: TargetCheck | None = None

    @property
    def target(self) -> float:
        """The target, 0-1."""
        return float(self.exact_target)

    @property
    def share(self) -> float:
        """Reached / total, 0-1."""
        return self.reached / self.total

    @property
    def met(self) -> bool:
        """Whether the share is at or above the target; `verdict` also takes the range into account."""
        return self.reached >= self.exact_target * self.total

    @property
    def shortfall(self) -> int:
        """What is still missing to meet the target, in the unit: 0 exactly when it is met."""
        return shortfall(self.reached, self.total, self.exact_target)

    @property
    def verdict(self) -> str:
        """`met` if the whole range of the share meets the target, `not met` if none does, else `uncertain`.

        Of rounded counts it is `about` where the counts that the figure stands for are on both sides.
        """
        return verdict_of(
            self.reached_low, self.reached_high, self.total, self.exact_target, rounded=self.rounded
        )

    @property
    def goal(self) -> str:
        """The verdict and the shortfall in words."""
        return texts.goal(self.verdict, self.exact_target, self.shortfall, self.unit)

    def __repr__(self) -> str:
        share, low, high = (
            Fraction(number, self.total)
            for number in (self.reached, self.reached_low, self.reached_high)
        )
        said = texts.verdict(share, self.exact_target, (low, high), self.reach, self.goal)
        return f"{said}; {self.until_then()}" if self.planned else said

    def until_then(self, language: str = "en") -> str:
        """Write what the share will be with what is planned until the date, and its verdict."""
        then = self.planned
        if then is None:
            return ""
        share = Fraction(then.reached, then.total)
        return texts.say(
            "until",
            language,
            until=str(self.until),
            share=texts.percent(share, self.exact_target, language),
            goal=texts.goal(
                then.verdict, self.exact_target, then.shortfall, self.unit, language, plan=True
            ),
        )

    def _repr_html_(self) -> str:
        kinds = self.areas.dtypes.astype(str)
        shown = pd.DataFrame(self.areas[kinds.index[kinds != "geometry"]]).to_html(border=0)
        return texts.notebook(repr(self), shown if len(self.areas) else "")


def check_target(
    coverage: CoverageTotals,
    *,
    target: float | Decimal | Fraction = 0.90,
    by: pd.DataFrame | str | None = None,
    until: date | str | None = None,
) -> TargetCheck:
    """Compare the share within reach with a target.

    The arithmetic uses whole counts and exact fractions. In floats `ceil(0.55 * 100)` is 56, one too
    many.

    Parameters
    ----------
    coverage
        A measurement.
    target
        The share to reach, 0-1, read as written: 0.9 is nine tenths.
    by
        Areas, or a column of the premises, to compare with the target one by one: what `summarize`
        takes, or what it returned for this coverage.
    until
        The date to reach the target by, to check it too with what is planned until then. The
        measurement needs the dates of the plan: `measure_coverage(planned_date=...)`.

    Returns
    -------
    TargetCheck
        Whether the target is met, and the shortfall in the unit, for the whole and by area.
        An area with nothing to count has no `met` and no `verdict`: they are missing. The row for what
        lies outside all areas (of a column: has no value) is not an area and has no target: its
        `shortfall` is missing too. An area's verdict is about what is known to be in it:
        unplaced ones, which polygons leave in that last row, may be in any area.

    Raises
    ------
    ArgumentError
        If `target` is not a share from 0 to 1, `by` is the summary of another measurement, or the
        plan has no dates to tell what is planned `until` one.

    Examples
    --------
    >>> import fibercov as fc
    >>> demo = fc.load_demo()
    >>> coverage = fc.measure_coverage(demo.premises, demo.network, reach=50)
    >>> fc.check_target(coverage, target=0.90).met
    True
    """
    exact = exact_target(target)
    low, high = totalled(coverage).reached_range
    planned = None
    if until is not None:
        planned = check_target(measured(coverage).with_plan(until=until), target=target)
    return TargetCheck(
        reach=coverage.reach,
        exact_target=exact,
        unit=coverage.unit,
        total=coverage.total,
        reached=coverage.reached,
        reached_low=low,
        reached_high=high,
        areas=pd.DataFrame() if by is None else held_against(summary_of(coverage, by, "by"), exact),
        rounded=coverage.rounded,
        until=checks.day(until, "until"),
        planned=planned,
    )


def held_against(summary: pd.DataFrame, target: Fraction) -> pd.DataFrame:
    """Add each area's `shortfall`, `met` and `verdict` to the summary, or to rows of a publication.

    RULE: the row for what lies in no area has no target, so all three are missing there, as they are
    where a publication shows nothing. `met` and `verdict` are also missing where there is nothing to count.
    """
    rounded = "shown" in summary.columns
    without = _in_no_area(summary) | (~summary["shown"].to_numpy() if rounded else False)
    columns = ["reached", "reached_low", "reached_high", "total"]
    rows = [tuple(map(int, row)) for row in summary[columns].fillna(0).to_numpy()]
    missing = [shortfall(passed, total, target) for passed, _, _, total in rows]
    met = [passed >= target * total for passed, _, _, total in rows]
    verdict = [
        verdict_of(low, high, total, target, rounded=rounded) for _, low, high, total in rows
    ]
    held = ~without & np.array([total > 0 for *_, total in rows], dtype=bool)
    return summary.assign(
        shortfall=pd.Series(missing, index=summary.index, dtype="Int64").mask(without),
        met=pd.Series(met, index=summary.index, dtype="boolean").where(held),
        verdict=pd.Series(verdict, index=summary.index, dtype=object).where(held, None),
    )


def _in_no_area(summary: pd.DataFrame) -> NDArray[np.bool_]:
    """Find the rows for what lies in no area, unless it was given a name as the rest."""
    return np.asarray(summary["name"].isin(texts.IN_NO_AREA))


def shortfall(reached: int, total: int, target: Fraction) -> int:
    """Count what is missing to meet the target, in exact arithmetic.

    >>> shortfall(55, 100, Fraction(55, 100)), shortfall(55, 101, Fraction(55, 100))
    (0, 1)
    """
    wanted = target * total
    return max(0, -(-wanted.numerator // wanted.denominator) - reached)


def verdict_of(low: int, high: int, total: int, target: Fraction, *, rounded: bool = False) -> str:
    """Give the verdict on the lowest and highest count that the data, or the rounding, allows."""
    wanted = target * total
    if low >= wanted:
        return "met"
    if high < wanted:
        return "not met"
    return "about" if rounded else "uncertain"
