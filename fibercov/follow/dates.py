"""The dates that a map shows: earlier measurements, the last one, and the plan."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fibercov import checks
from fibercov.errors import ArgumentError
from fibercov.measure.coverage import Coverage, CoverageTotals
from fibercov.wording import Words


@dataclass(frozen=True)
class Step:
    """A measurement, or the last one with the planned network built."""

    coverage: CoverageTotals
    with_plan: bool = False


def steps_of(coverage: CoverageTotals, history: Iterable[Coverage]) -> list[Step]:
    """List the measurements by date, and the plan last if there is a history before it."""
    must = "must be a list of what measure_coverage returns"
    earlier = [e for e in checks.several(history, "history", must) if e is not coverage]
    for each in earlier:
        if not isinstance(each, Coverage):
            raise checks.refusal("history", "must hold what measure_coverage returns", type(each))
        if each.reach != coverage.reach:
            raise ArgumentError(
                "history",
                f"mixes definitions: {str(each.reach)!r} and {str(coverage.reach)!r}.",
                "Use one throughout: [past.at(coverage.reach) for past in history].",
            )
    dates = [each.as_of for each in (*earlier, coverage)]
    if earlier and (None in dates or len(set(dates)) < len(dates)):
        said = ", ".join("none" if day is None else day.isoformat() for day in dates)
        raise ArgumentError(
            "history",
            Words("and `coverage` need an {as_of} each, all different: {days}.", days=said),
        )
    if any(each.as_of > coverage.as_of for each in earlier):
        raise ArgumentError(
            "history",
            f"must be earlier than `coverage`, which is of {coverage.as_of}.",
            "Draw the last measurement.",
        )
    steps = [Step(each) for each in sorted(earlier, key=lambda each: str(each.as_of))]
    steps.append(Step(coverage))
    if earlier and isinstance(coverage, Coverage) and coverage.counts["planned"]:
        steps.append(Step(coverage.with_plan(), with_plan=True))
    return steps


def measurements(steps: list[Step]) -> list[Coverage]:
    """List what was measured, date by date; totals without premises are left out."""
    return [
        step.coverage
        for step in steps
        if isinstance(step.coverage, Coverage) and not step.with_plan
    ]


def planned_years(coverage: Coverage) -> NDArray[np.int64]:
    """Find the year in which each planned premises will come within reach; 0 where none is known."""
    years = np.zeros(len(coverage.premises), dtype=np.int64)
    planned = (coverage.premises["status"] == "planned").to_numpy()
    for day in sorted(coverage.planned_by_date, reverse=True):
        then = coverage.with_plan(until=day).premises["status"]
        years[planned & (then == "passed").to_numpy()] = day.year
    return years
