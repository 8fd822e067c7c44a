"""The figures of a plan's builds, and whether they are those of a measurement."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
import pandas as pd

from fibercov import checks, texts
from fibercov.errors import ArgumentError
from fibercov.measure.coverage import CoverageTotals

_OF_BUILDS = {"build", "trench_m", "cost", "newly_reached", "reached_after", "share_after"}


def has_builds(planned: pd.DataFrame) -> bool:
    """Tell whether a planned network has the figures of a plan's builds."""
    return _OF_BUILDS.issubset(planned.columns)


def figures_of(
    planned: pd.DataFrame, now: CoverageTotals, target: Fraction | None
) -> dict[str, Any]:
    """List number, cost, trench, what is newly reached and the share after it, of each build.

    Raises if the builds do not newly reach, one after another, what they say of this measurement.
    """
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
    trench_m, cost = (checks.lengths(planned[key], "planned") for key in ("trench_m", "cost"))
    shares = (texts.percent(Fraction(int(number), now.total), target) for number in after)
    return {
        "number": planned["build"].tolist(),
        "cost": np.round(cost).astype(np.int64).tolist(),
        "currency": str(planned.attrs.get("currency", "")),
        "trench_m": np.round(trench_m).astype(np.int64).tolist(),
        "reached": planned["newly_reached"].tolist(),
        "share": [share.removesuffix(" %") for share in shares],
    }
