"""What rows for follow-up systems have in common: the shares, their labels and date, exact percent."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction

import geopandas as gpd
import pandas as pd

from fibercov import checks, texts
from fibercov.errors import ArgumentError, ColumnError
from fibercov.measure.areas import summary_of
from fibercov.measure.coverage import CoverageTotals
from fibercov.wording import COLUMN, Call, Words


def in_percent(share: Fraction, decimals: int) -> Decimal:
    """Convert a share to percent, rounded half up in exact arithmetic."""
    return Decimal(int(share * 100 * 10**decimals + Fraction(1, 2))).scaleb(-decimals)


def shares_of(
    coverage: CoverageTotals, argument: str, whole: object, by: pd.DataFrame | str | None, key: str
) -> list[tuple[object, Fraction]]:
    """Return the label and the share of the whole, or of each area with a total above 0."""
    if (whole is None) == (by is None):
        raise ArgumentError(
            argument, Words("(for the whole) or {by} (for each area) must be given, not both.")
        )
    if by is None:
        return [(whole, coverage.exact_share)]
    summary = summary_of(coverage, by, "by")
    areas = summary[~summary["name"].isin(texts.IN_NO_AREA)]
    if isinstance(areas, gpd.GeoDataFrame):
        # RULE: what lies in none of them is no area, though it may have a name.
        areas = areas[areas.geometry.notna()]
    if key not in areas.columns:
        raise ColumnError(
            "by",
            Words("needs a column 'code': {made} makes it.", made=Call("read_areas", code=COLUMN)),
            "If the names of a summary are codes: summary.assign(code=summary['name']).",
        )
    checks.unique(areas[key], "by")
    some = areas[areas["total"] > 0]
    if some.empty:
        raise ArgumentError("by", "has no area with anything counted in it.")
    rows = zip(some[key], some["reached"], some["total"], strict=True)
    return [(label, Fraction(int(passed), int(of))) for label, passed, of in rows]


def dated(coverage: CoverageTotals) -> date:
    """Return the date of a measurement; raise if it has none."""
    if coverage.as_of is None:
        way_out = Words("Give it, or measure with {as_of}.")
        raise ArgumentError("period", "is needed: the coverage has no date.", way_out)
    return coverage.as_of
