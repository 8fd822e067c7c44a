"""The content of a map as plain data for the page's script, without what must not be published."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from fibercov import texts
from fibercov.errors import ArgumentError
from fibercov.geo.crs import WGS84, to_crs
from fibercov.maps import layers
from fibercov.maps.packing import UNIT
from fibercov.maps.steps import Step, area_rows, banner, has_small_range, masks, measurements
from fibercov.measure.areas import area_of, summarize, summary_of
from fibercov.measure.coverage import Coverage, CoverageTotals
from fibercov.measure.protect import with_one_rest
from fibercov.statuses import AREA_COLOURS, AREA_EDGE, DRAWN, LINE_COLOURS, STATUS_COLOURS

MOST_MARKS = 200_000  # premises that a map draws one by one, unless told otherwise
EMPTY_COLOUR = "#eef0f2"
MASKED_COLOUR = "#c3cad2"
_LEAST_DEGREES = (0.01, 0.005)


@dataclass(frozen=True)
class Wanted:
    """The checked arguments of `map_coverage`."""

    areas: pd.DataFrame | None
    lines: dict[str, gpd.GeoDataFrame]
    target: Fraction | None
    steps: list[Step]
    marks: bool
    public: bool
    address: list[str]


def content_of(coverage: CoverageTotals, wanted: Wanted) -> dict[str, Any]:
    """Collect all that the page needs, except its words, as numbers and texts for JSON."""
    target, steps = wanted.target, wanted.steps
    breaks = class_breaks(target)
    summaries = _summaries(coverage, wanted.areas, steps, public=wanted.public)
    polygons = None if summaries is None else _polygons(summaries[-1])
    cells = layers.cells_of(steps) if measurements(steps) else None
    box = _box(cells, None if summaries is None else summaries[-1])
    hidden = _hidden(steps, summaries) if wanted.public else None
    secret = None
    if hidden is not None:
        secret = [_in_hidden(each, polygons, hidden) for each in measurements(steps)]
    return {
        "unit": UNIT,
        "counts": coverage.unit,
        "box": [[box[1], box[0]], [box[3], box[2]]],
        "steps": _banners(steps, summaries, target, hidden),
        "now": _dates(steps) - 1,
        "target_percent": None if target is None else round(100 * float(target), 3),
        "statuses": DRAWN,  # a premises' status is its index here
        "classes": _classes(coverage, breaks, target),
        "colours": {
            "areas": AREA_COLOURS,
            "empty": EMPTY_COLOUR,
            "masked": MASKED_COLOUR,
            "edge": AREA_EDGE,
            "lines": LINE_COLOURS,
            "status": STATUS_COLOURS,
        },
        "public": wanted.public,
        "areas": summaries and _areas(summaries, breaks, target, hidden),
        "squares": None
        if cells is None
        else layers.squares_of(cells, steps, breaks, target, secret),
        "premises": layers.premises_of(steps, polygons, wanted.address) if wanted.marks else None,
        "lines": {name: layers.lines_of(frame, name, box) for name, frame in wanted.lines.items()},
    }


def _banners(
    steps: list[Step],
    summaries: list[gpd.GeoDataFrame] | None,
    target: Fraction | None,
    hidden: NDArray[np.int64] | None,
) -> list[dict[str, Any]]:
    """Make the banner of each date; on a map for publishing, none that tells a small count."""
    if hidden is None:
        return [banner(step, target, hidden=False, with_range=True) for step in steps]
    outside = (
        [None] * len(steps) if summaries is None else [int(t["total"].iloc[-1]) for t in summaries]
    )
    small = any(has_small_range(step, of) for step, of in zip(steps, outside, strict=True))
    return [banner(step, target, hidden=bool(hidden[-1]), with_range=not small) for step in steps]


def _in_hidden(
    coverage: Coverage, polygons: gpd.GeoDataFrame | None, hidden: NDArray[np.int64]
) -> NDArray[np.bool_]:
    """Tell which premises are in an area whose share is masked, or in none if that row is."""
    if polygons is None:
        return np.zeros(len(coverage.premises), dtype=bool)
    rows = hidden[:-1] > 0
    # -1, in no area, is the last row.
    return np.asarray(rows[area_of(coverage, polygons, "areas")])


def _box(cells: gpd.GeoDataFrame | None, summary: gpd.GeoDataFrame | None) -> tuple[float, ...]:
    """Return west, south, east and north, in degrees, of the squares with premises and the areas."""
    frames = [] if cells is None else [cells]
    if summary is not None:
        frames.append(summary[(summary["total"] > 0) & summary.geometry.notna()])
    shapes = (to_crs(frame, WGS84, "areas") for frame in frames if len(frame))
    bounds = np.array([shapely.total_bounds(shape) for shape in shapes])
    low, high = bounds[:, :2].min(axis=0), bounds[:, 2:].max(axis=0)
    # RULE: not too close, so that a street or a single premises has its surroundings.
    middle, half = (low + high) / 2, np.maximum((high - low) / 2, _LEAST_DEGREES)
    corners = np.concatenate([middle - half, middle + half])
    return tuple(corners.round(6).tolist())


def class_breaks(target: Fraction | None) -> list[Fraction]:
    """Choose the lower bounds of the classes that areas are coloured by; the target is one.

    >>> [float(bound) for bound in class_breaks(Fraction(9, 10))]
    [0.0, 0.5, 0.75, 0.9, 0.97]
    """
    goal = Fraction(9, 10) if target is None else target
    below = [goal - Fraction(4, 10), goal - Fraction(15, 100)]
    above = [goal, goal + (1 - goal) * Fraction(7, 10)]
    return sorted({Fraction(0), *(bound for bound in (*below, *above) if 0 < bound <= 1)})


def _classes(
    coverage: CoverageTotals, breaks: list[Fraction], target: Fraction | None
) -> dict[str, dict[str, Any]]:
    """Write the legend of the classes in each language."""
    said: dict[str, dict[str, Any]] = {}
    for language in texts.LANGUAGES:
        reach = texts.within(coverage.reach, language)
        said[language] = {
            "title": texts.say(
                "ramp", language, reach=reach, **texts.in_unit(coverage.unit, language)
            ),
            "labels": texts.classes(breaks, language),
            "squares": texts.say("squares", language, metres=str(layers.SQUARE_M)),
        }
        if target is not None:
            shown = texts.target_percent(target, language)
            said[language]["target"] = texts.say("target_break", language, target=shown)
    return said


def _hidden(steps: list[Step], summaries: list[gpd.GeoDataFrame] | None) -> NDArray[np.int64]:
    """Tell what a map for publishing leaves out of each area, and last of the whole, at every date.

    RULE: what is masked at one date is masked at all.
    """
    # RULE: the plan has the small counts of its measurement.
    tables: Sequence[pd.DataFrame] = (summaries or [])[: _dates(steps)] or [
        summarize(each, by="status").drop(columns=["name", "unit"]).sum().to_frame().T
        for each in measurements(steps)
    ]
    return np.asarray(np.max([masks(table) for table in tables], axis=0))


def _dates(steps: list[Step]) -> int:
    """Count the dates that were measured."""
    return len(steps) - steps[-1].with_plan


def _summaries(
    coverage: CoverageTotals, areas: pd.DataFrame | None, steps: list[Step], *, public: bool
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
    polygons, outside = _polygons(now), str(now["name"].iloc[-2])
    rest = None if outside == texts.OUTSIDE else outside
    tables = [
        now if step.coverage is coverage else summary_of(step.coverage, polygons, "areas", rest)
        for step in steps
    ]
    return [with_one_rest(table) for table in tables] if public else tables


def _polygons(summary: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return the areas alone, without the rows for premises in none."""
    drawn = summary[summary.geometry.notna()]
    return drawn[[c for c in ("name", "code", str(summary.active_geometry_name)) if c in drawn]]


def _areas(
    summaries: list[gpd.GeoDataFrame],
    breaks: list[Fraction],
    target: Fraction | None,
    hidden: NDArray[np.int64] | None,
) -> dict[str, Any]:
    """Pack the areas' shapes, names and figures; the last rows are for premises in none."""
    now = summaries[-1]
    masked = np.zeros(len(now), dtype=np.int64) if hidden is None else hidden[:-1]
    shapes = to_crs(now[now.geometry.notna()], WGS84, "areas")
    inside = shapely.point_on_surface(shapes)
    middle = shapely.centroid(shapes)
    labels = np.where(shapely.contains(shapes, middle), middle, inside)
    return {
        "name": now["name"].iloc[: len(shapes)].tolist(),
        "more": [
            {language: texts.area(name, language) for language in texts.LANGUAGES}
            if any(summary["premises"].iloc[row] for summary in summaries)
            else None
            for row, name in enumerate(now["name"])
        ][len(shapes) :],
        "label": (shapely.get_coordinates(labels)[:, ::-1].round(5)).tolist(),
        "steps": [area_rows(summary, breaks, target, masked) for summary in summaries],
        "shapes": layers.rings_of(shapes),
    }
