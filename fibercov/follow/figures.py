"""What is known at each date: exact figures, or those of a publication and no others."""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import pandas as pd

from fibercov.errors import ArgumentError
from fibercov.follow.dates import Step, measurements
from fibercov.measure.areas import count_by_square, rest_last, rest_of, summary_of
from fibercov.measure.coverage import Coverage, CoverageTotals
from fibercov.measure.publishable import SQUARE_M, Publication


@dataclass(frozen=True)
class Figures:
    """What is known at each date, by area and by square.

    Attributes
    ----------
    steps
        The dates, and the plan last.
    summaries
        The counts by area at each, with the last rows for what lies in none; None without areas.
    cells, squares
        The squares that hold premises at any date, and their counts at each; None without squares. Where
        there are premises in their place, these are the cells.
    premises
        The premises that a publication has at each date; None if it has none, or figures are exact.
    """

    steps: list[Step]
    summaries: list[gpd.GeoDataFrame] | None
    cells: gpd.GeoDataFrame | None
    squares: list[pd.DataFrame] | None
    premises: list[gpd.GeoDataFrame] | None = None


def exact_figures(
    coverage: CoverageTotals, steps: list[Step], areas: pd.DataFrame | None
) -> Figures:
    """Count each measurement by area and by square."""
    summaries = _summaries(coverage, areas, steps)
    if not measurements(steps):
        return Figures(steps, summaries, None, None)
    measured = [step.coverage for step in steps if isinstance(step.coverage, Coverage)]
    return Figures(steps, summaries, *count_by_square(measured, SQUARE_M))


def public_figures(publication: Publication) -> Figures:
    """Take the figures of a publication under its one definition, in its one unit."""
    told, areas, plans = publication.measurements, publication.areas, publication.with_plan
    # RULE: the plan is a step of its own only after earlier dates.
    numbers = [k for k, plan in enumerate(plans) if not plan or len(publication.history) > 1]
    steps = [Step(told[k], with_plan=plans[k]) for k in numbers]
    first = areas[(areas["set"] == 0) & (areas["level"] == "area")]
    summaries = None
    if first.geometry.notna().any():
        summaries = [_of(first, k) for k in numbers]
    if publication.squares is None:
        premises = publication.premises
        marks = None if premises is None else [_of(premises, k) for k in numbers if not plans[k]]
        return Figures(steps, summaries, premises, None, marks)
    squares = [_of(publication.squares, k) for k in numbers]
    return Figures(steps, summaries, squares[0][["name", "geometry"]], list(squares))


def _of(table: gpd.GeoDataFrame, number: int) -> gpd.GeoDataFrame:
    """Return the rows of one measurement."""
    return table[table["measurement"] == number].reset_index(drop=True)


def _summaries(
    coverage: CoverageTotals, areas: pd.DataFrame | None, steps: list[Step]
) -> list[gpd.GeoDataFrame] | None:
    """Summarize each step by area, with the last rows for premises in none."""
    if areas is None:
        return None
    now = rest_last(summary_of(coverage, areas, "areas"), "areas")
    if not isinstance(now, gpd.GeoDataFrame):
        raise ArgumentError(
            "areas", "must have polygons to be drawn: read_areas makes such a frame."
        )
    polygons, rest = polygons_of(now), rest_of(now)
    return [
        now if step.coverage is coverage else summary_of(step.coverage, polygons, "areas", rest)
        for step in steps
    ]


def polygons_of(summary: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return the areas alone, without the rows for premises in none."""
    drawn = summary[summary.geometry.notna()]
    return drawn[[c for c in ("name", "code", str(summary.active_geometry_name)) if c in drawn]]
