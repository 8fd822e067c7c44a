"""The figures of a plan's builds, and whether they are those of a measurement."""

from __future__ import annotations

import pandas as pd

from fibercov import texts
from fibercov.errors import ArgumentError
from fibercov.measure.coverage import CoverageTotals

_OF_BUILDS = {"build", "trench_m", "cost", "newly_reached", "reached_after", "share_after"}


def has_builds(planned: pd.DataFrame) -> bool:
    """Tell whether a planned network has the figures of a plan's builds."""
    return _OF_BUILDS.issubset(planned.columns)


def check_builds(planned: pd.DataFrame, now: CoverageTotals) -> None:
    """Raise unless the builds newly reach, one after another, what they say of this measurement."""
    after = planned["reached_after"]
    before = after - planned["newly_reached"].cumsum()  # with what was decided already, if anything
    same = (after - planned["share_after"] * now.total).abs() < 0.5
    if not (same & (before == before.iloc[0]) & (before >= now.reached)).all():
        raise ArgumentError(
            "planned",
            "has the builds of another measurement, or in another order: what they newly reach does "
            f"not add up from the {now.reached:,} {texts.nouns(now.unit)} that this one has within reach.",
            "Draw the one that they were planned from, or planned[['geometry']], without figures.",
        )
