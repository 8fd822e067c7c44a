"""The content of a map as plain data for the page's script, without what must not be published."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from fibercov import texts
from fibercov.errors import ArgumentError
from fibercov.follow.banner import banner
from fibercov.follow.dates import Step, measurements
from fibercov.geo.crs import WGS84, to_crs
from fibercov.maps import layers
from fibercov.maps.context import context_of
from fibercov.measure.areas import rest_of, summary_of
from fibercov.measure.coverage import CoverageTotals
from fibercov.measure.publishable import SQUARE_M, Publication
from fibercov.measure.target import held_against
from fibercov.offline.packing import UNIT
from fibercov.statuses import DRAWN, class_breaks

MOST_MARKS = 200_000  # premises that a map draws one by one, unless told otherwise
_MOST_OUTSIDE = Fraction(1, 50)  # of the total, that areas alone may leave out of sight
_LEAST_DEGREES = (0.01, 0.005)


_OF_AREAS = ("total", "reached", "connected", "planned", "unserved", "shortfall", "verdict")


@dataclass(frozen=True)
class Wanted:
    """The checked arguments of `map_coverage`."""

    lines: dict[str, gpd.GeoDataFrame]
    context: list[gpd.GeoDataFrame]
    target: Fraction | None
    marks: bool
    address: list[str]
    outline: dict[str, Any] | None = None
    report_url: str | None = None


@dataclass(frozen=True)
class Figures:
    """What a map shows of each date: exact figures, or those of a publication and no others.

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
    cells = layers.cells_of(steps)
    squares = [summary_of(step.coverage, cells, "by").iloc[:-2] for step in steps]
    return Figures(steps, summaries, cells, squares)


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


def content_of(figures: Figures, wanted: Wanted) -> dict[str, Any]:
    """Collect all that the page needs, except its words, as numbers and texts for JSON."""
    target, steps, summaries = wanted.target, figures.steps, figures.summaries
    now = steps[_dates(steps) - 1].coverage
    breaks = class_breaks(target)
    polygons = None if summaries is None else _polygons(summaries[-1])
    box = _box(figures.cells, None if summaries is None else summaries[-1])
    return {
        "unit": UNIT,
        "counts": now.unit,
        "box": [[box[1], box[0]], [box[3], box[2]]],
        "steps": [banner(step, now, target) for step in steps],
        "now": _dates(steps) - 1,
        "target_percent": None if target is None else round(100 * float(target), 3),
        "target": None if target is None else _pair(target),
        "breaks": [_pair(bound) for bound in breaks],
        "statuses": DRAWN,  # a premises' status is its index here
        "classes": _classes(now, breaks, target),
        "rounded": now.rounded,
        "report_url": wanted.report_url,
        "outline": wanted.outline,
        "areas": summaries and _areas(summaries, target),
        "squares": None
        if figures.cells is None or figures.squares is None
        else layers.squares_of(figures.cells, figures.squares),
        "premises": layers.premises_of(steps, polygons, wanted.address, figures.premises)
        if wanted.marks
        else None,
        "lines": {name: layers.lines_of(frame, name, box) for name, frame in wanted.lines.items()},
        "context": context_of(wanted.context, box),
        "builds": layers.builds_of(wanted.lines.get("planned"), now, target),
    }


def _box(cells: gpd.GeoDataFrame | None, summary: gpd.GeoDataFrame | None) -> tuple[float, ...]:
    """Return west, south, east and north, in degrees, of the squares with premises and the areas."""
    frames = [] if cells is None else [cells]
    if summary is not None:
        frames.append(summary[(summary["total"].fillna(1) > 0) & summary.geometry.notna()])
    shapes = (to_crs(frame, WGS84, "areas") for frame in frames if len(frame))
    bounds = np.array([shapely.total_bounds(shape) for shape in shapes])
    low, high = bounds[:, :2].min(axis=0), bounds[:, 2:].max(axis=0)
    # RULE: not too close, so that a street or a single premises has its surroundings.
    middle, half = (low + high) / 2, np.maximum((high - low) / 2, _LEAST_DEGREES)
    corners = np.concatenate([middle - half, middle + half])
    return tuple(corners.round(6).tolist())


def _pair(share: Fraction) -> list[int]:
    """Write a fraction as whole numbers that the page's script multiplies exactly."""
    return [*share.limit_denominator(10**6).as_integer_ratio()]


def _classes(
    coverage: CoverageTotals, breaks: list[Fraction], target: Fraction | None
) -> dict[str, dict[str, Any]]:
    """Write the legend of the classes in each language."""
    said: dict[str, dict[str, Any]] = {}
    for language in texts.LANGUAGES:
        reach = texts.within(coverage.reach, language)
        named = texts.in_unit(coverage.unit, language)
        goal = "" if target is None else texts.target_percent(target, language)
        said[language] = {
            "title": texts.say("ramp", language, reach=reach, **named),
            "within": reach,
            "labels": texts.classes(breaks, language),
            "squares": texts.say("squares", language, metres=str(SQUARE_M)),
            "target": goal and texts.say("plot_target", language, target=goal),
        }
    return said


def _dates(steps: list[Step]) -> int:
    """Count the dates that were measured."""
    return len(steps) - steps[-1].with_plan


def _summaries(
    coverage: CoverageTotals, areas: pd.DataFrame | None, steps: list[Step]
) -> list[gpd.GeoDataFrame] | None:
    """Summarize each step by area, with the last rows for premises in none."""
    if areas is None:
        return None
    now = summary_of(coverage, areas, "areas")
    if not isinstance(now, gpd.GeoDataFrame):
        raise ArgumentError(
            "areas", "must have polygons to be drawn: read_areas makes such a frame."
        )
    nowhere = now.geometry.isna().to_numpy()
    unplaced = (now["name"] == texts.UNPLACED).to_numpy()
    if nowhere.sum() != 2 or (nowhere & unplaced).sum() != 1:
        raise ArgumentError(
            "areas",
            "must be polygons, or a summary with its two rows for what lies in none of them; "
            f"{int(nowhere.sum())} of its rows have no polygon.",
        )
    now = now.iloc[
        np.argsort(nowhere + 1 * unplaced, kind="stable")
    ]  # these come last, in any order
    polygons, rest = _polygons(now), rest_of(now)
    return [
        now if step.coverage is coverage else summary_of(step.coverage, polygons, "areas", rest)
        for step in steps
    ]


def _outside(summary: pd.DataFrame) -> Fraction:
    """Return the share of the total that lies outside all areas."""
    total = summary["total"].fillna(0).astype(int)
    outside = total[summary["name"] == texts.OUTSIDE].sum()
    return Fraction(int(outside), max(1, int(total.sum())))


def _has_some(summary: pd.DataFrame, row: int) -> bool:
    """Tell whether there are premises in a row, or may be, if it is not shown."""
    if "premises" in summary.columns:
        return bool(summary["premises"].iloc[row])
    return not summary["shown"].iloc[row] or bool(summary["total"].iloc[row])


def _polygons(summary: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return the areas alone, without the rows for premises in none."""
    drawn = summary[summary.geometry.notna()]
    return drawn[[c for c in ("name", "code", str(summary.active_geometry_name)) if c in drawn]]


def _area_rows(summary: pd.DataFrame, target: Fraction | None) -> dict[str, list[Any]]:
    """List what is counted in each area, and its verdict; None where it is not shown or there is none."""
    if target is not None:
        summary = held_against(summary, target)
    shown = {name: summary[name].astype(object) for name in _OF_AREAS if name in summary.columns}
    return {name: values.where(values.notna(), None).tolist() for name, values in shown.items()}


def _areas(summaries: list[gpd.GeoDataFrame], target: Fraction | None) -> dict[str, Any]:
    """Pack the areas' shapes, names and figures; the last rows are for premises in none."""
    now = summaries[-1]
    shapes = to_crs(now[now.geometry.notna()], WGS84, "areas")
    inside = shapely.point_on_surface(shapes)
    middle = shapely.centroid(shapes)
    labels = np.where(shapely.contains(shapes, middle), middle, inside)
    return {
        "name": now["name"].iloc[: len(shapes)].tolist(),
        "more": [
            {language: texts.area(name, language) for language in texts.LANGUAGES}
            if any(_has_some(summary, row) for summary in summaries)
            else None
            for row, name in enumerate(now["name"])
        ][len(shapes) :],
        "rest": _outside(now) > _MOST_OUTSIDE,
        "label": (shapely.get_coordinates(labels)[:, ::-1].round(5)).tolist(),
        "steps": [_area_rows(summary, target) for summary in summaries],
        "shapes": layers.rings_of(shapes),
    }
