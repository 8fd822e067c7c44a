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
from fibercov.follow.banner import banner
from fibercov.follow.dates import Step
from fibercov.follow.figures import Figures, polygons_of
from fibercov.geo.crs import WGS84, to_crs, to_lonlat
from fibercov.maps import layers
from fibercov.maps.context import context_of
from fibercov.measure.coverage import CoverageTotals
from fibercov.measure.publishable import SQUARE_M
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


def content_of(figures: Figures, wanted: Wanted) -> dict[str, Any]:
    """Collect all that the page needs, except its words, as numbers and texts for JSON."""
    target, steps, summaries = wanted.target, figures.steps, figures.summaries
    now = steps[_dates(steps) - 1].coverage
    breaks = class_breaks(target)
    polygons = None if summaries is None else polygons_of(summaries[-1])
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
    places = [(shapely.get_coordinates(frame.geometry), frame.crs) for frame in frames]
    degrees = np.concatenate([np.column_stack(to_lonlat(*place)) for place in places])
    low, high = degrees.min(axis=0), degrees.max(axis=0)
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
