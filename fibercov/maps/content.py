"""What a map shows, as plain data for the page's script: areas, squares, premises and networks."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyproj
import shapely
from numpy.typing import NDArray

from fibercov import checks, texts
from fibercov.areas import area_of, grid, spots, summarize, summary_of
from fibercov.coverage import STATUSES, Coverage
from fibercov.crs import check_places, declared_crs, to_lonlat
from fibercov.errors import ArgumentError
from fibercov.maps import packing
from fibercov.maps.packing import UNIT
from fibercov.maps.steps import MINIMUM, Step, area_rows, banner, masks, shares

SQUARE_M = 250
MOST_MARKS = 200_000  # premises that a map draws one by one unless told to
# Far enough apart for colour-blind readers, and 3:1 at the least against the page's ground.
STATUS_COLOURS = {
    "connected": "#08306b",
    "passed": "#2a9485",
    "planned": "#b24ad6",
    "unserved": "#a63c06",
}
AREA_COLOURS = ("#fef2cd", "#c3e4b6", "#7fc6b6", "#4296be", "#2a5a98")
EMPTY_COLOUR = "#e9ecef"
_ABSENT = len(STATUS_COLOURS)  # of a premises that a date does not have, or has without a position
_LEAST_DEGREES = (0.01, 0.005)
_MOST_VERTICES = {"areas": 200_000, "lines": 1_000_000}


@dataclass(frozen=True)
class Wanted:
    """What the caller of `map_coverage` asked for, checked."""

    areas: pd.DataFrame | None
    lines: dict[str, gpd.GeoDataFrame]
    target: Fraction | None
    steps: list[Step]
    marks: bool
    public: bool
    address: list[str]


def content_of(coverage: Coverage, wanted: Wanted) -> dict[str, Any]:
    """All that the page needs beside its words, as numbers and texts, for JSON."""
    target, steps = wanted.target, wanted.steps
    breaks = class_breaks(target)
    summaries = _summaries(coverage, wanted.areas, steps)
    polygons = None if summaries is None else _polygons(summaries[-1])
    box = _box(coverage, None if summaries is None else summaries[-1])
    hidden = _hidden(steps, summaries) if wanted.public else None
    return {
        "box": [[box[1], box[0]], [box[3], box[2]]],
        "steps": [
            banner(step, target, hidden=None if hidden is None else int(hidden[-1]))
            for step in steps
        ],
        "now": sum(not step.with_plan for step in steps) - 1,
        "target_percent": None if target is None else round(100 * float(target), 3),
        "classes": _classes(coverage, breaks, target),
        "colours": {"areas": AREA_COLOURS, "empty": EMPTY_COLOUR, "status": STATUS_COLOURS},
        "public": wanted.public,
        "areas": summaries and _areas(summaries, steps, breaks, target, hidden),
        "squares": _squares(steps, breaks, target, public=wanted.public),
        "premises": _premises(steps, polygons, wanted.address) if wanted.marks else None,
        "lines": {name: _lines(frame, name, box) for name, frame in wanted.lines.items()},
    }


def class_breaks(target: Fraction | None) -> list[Fraction]:
    """The lower bounds of the classes that areas are coloured by; the target is one of them.

    >>> [float(bound) for bound in class_breaks(Fraction(9, 10))]
    [0.0, 0.5, 0.75, 0.9, 0.97]
    """
    goal = Fraction(9, 10) if target is None else target
    below = [goal - Fraction(4, 10), goal - Fraction(15, 100)]
    above = [goal, goal + (1 - goal) * Fraction(7, 10)]
    return sorted({Fraction(0), *(bound for bound in (*below, *above) if 0 < bound <= 1)})


def _classes(
    coverage: Coverage, breaks: list[Fraction], target: Fraction | None
) -> dict[str, dict[str, Any]]:
    said: dict[str, dict[str, Any]] = {}
    for language in texts.LANGUAGES:
        reach = texts.within(coverage.reach, language)
        said[language] = {
            "title": texts.say("ramp", language, reach=reach),
            "labels": texts.classes(breaks, language),
            "squares": texts.say("squares", language, metres=str(SQUARE_M)),
        }
        if target is not None:
            shown = texts.target_percent(target, language)
            said[language]["target"] = texts.say("target_break", language, target=shown)
    return said


def _hidden(steps: list[Step], summaries: list[gpd.GeoDataFrame] | None) -> NDArray[np.int64]:
    """What of each area, and last of the whole, a map for publishing leaves out at every date.

    What one date masks, another must not show.
    """
    tables: Sequence[pd.DataFrame] = summaries or [
        summarize(step.coverage, by="status").drop(columns="name").sum().to_frame().T
        for step in steps
    ]
    return np.asarray(np.max([masks(table) for table in tables], axis=0))


def _summaries(
    coverage: Coverage, areas: pd.DataFrame | None, steps: list[Step]
) -> list[gpd.GeoDataFrame] | None:
    """For each step, its summary by area, with a last row for what lies outside."""
    if areas is None:
        return None
    now = summary_of(coverage, areas, "areas")
    if not isinstance(now, gpd.GeoDataFrame):
        raise ArgumentError(
            "`areas` must have polygons to be drawn: read_areas makes such a frame."
        )
    polygons = _polygons(now)
    return [
        now if step.coverage is coverage else summarize(step.coverage, by=polygons)
        for step in steps
    ]


def _polygons(summary: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """The areas themselves, without the row for what lies outside."""
    drawn = summary[summary.geometry.notna()]
    return drawn[[c for c in ("name", "code", str(summary.active_geometry_name)) if c in drawn]]


def _box(coverage: Coverage, summary: gpd.GeoDataFrame | None) -> tuple[float, ...]:
    """West, south, east and north of the premises and areas, in degrees."""
    places = [_lonlat(_placed(coverage))]
    if summary is not None:
        lived_in = summary.geometry[(summary["households"] > 0) & summary.geometry.notna()]
        places.append(shapely.get_coordinates(lived_in.to_crs(4326).to_numpy()))
    bounds = np.array([[xy.min(axis=0), xy.max(axis=0)] for xy in places if len(xy)])
    low, high = bounds[:, 0].min(axis=0), bounds[:, 1].max(axis=0)
    # Not too close: a street or a single premises shows with what is around it.
    middle, half = (low + high) / 2, np.maximum((high - low) / 2, _LEAST_DEGREES)
    corners = np.concatenate([middle - half, middle + half])
    return tuple(corners.round(6).tolist())


def _placed(coverage: Coverage) -> gpd.GeoDataFrame:
    """The premises that have a position."""
    return coverage.premises[coverage.drops_m.notna().to_numpy()]


def _lonlat(frame: gpd.GeoDataFrame) -> NDArray[np.float64]:
    """Longitude and latitude of each premises."""
    xy = shapely.get_coordinates(spots(frame.geometry.to_numpy()))
    return np.column_stack(to_lonlat(xy, declared_crs(frame, "premises")))


def _areas(
    summaries: list[gpd.GeoDataFrame],
    steps: list[Step],
    breaks: list[Fraction],
    target: Fraction | None,
    hidden: NDArray[np.int64] | None,
) -> dict[str, Any]:
    """The areas' shapes, names and figures; the last row is what lies outside them all."""
    now = summaries[-1]
    outside = bool(any(summary["premises"].iloc[-1] for summary in summaries))
    masked = np.zeros(len(now), dtype=np.int64) if hidden is None else hidden[:-1]
    shapes = now.geometry[now.geometry.notna()].to_crs(4326).to_numpy()
    inside = shapely.point_on_surface(shapes)
    middle = shapely.centroid(shapes)
    labels = np.where(shapely.contains(shapes, middle), middle, inside)
    return {
        "name": now["name"].iloc[: len(shapes)].tolist(),
        "outside": outside,
        "label": (shapely.get_coordinates(labels)[:, ::-1].round(5)).tolist(),
        "steps": [
            area_rows(step, summary, breaks, target, masked)
            for step, summary in zip(steps, summaries, strict=True)
        ],
        "shapes": _rings(shapes),
    }


def _rings(shapes: NDArray[np.object_]) -> dict[str, Any]:
    """Polygons as rings of whole steps of latitude and longitude, the same on both sides of a border."""
    parts, part_of = shapely.get_parts(shapes, return_index=True)
    rings, ring_of = shapely.get_rings(parts, return_index=True)
    xy, vertex_of = shapely.get_coordinates(rings, return_index=True)
    unit = UNIT
    while True:
        steps = np.round(xy / unit).astype(np.int64)
        moved = np.ones(len(steps), dtype=bool)
        moved[1:] = (np.diff(steps, axis=0) != 0).any(axis=1) | (np.diff(vertex_of) != 0)
        if moved.sum() <= _MOST_VERTICES["areas"]:
            break
        unit *= 2
    size = np.bincount(vertex_of[moved], minlength=len(rings))
    kept = size >= 3  # what is smaller than a step cannot be seen
    moved[moved] = kept[vertex_of[moved]]
    return {
        "unit": unit,
        "rings": packing.whole_numbers(
            np.bincount(part_of[ring_of[kept]], minlength=len(shapes)).astype(np.int64)
        ),
        **_path(steps[moved], size[kept]),
    }


def _path(steps: NDArray[np.int64], size: NDArray[np.int64]) -> dict[str, str]:
    return {
        "sizes": packing.whole_numbers(size.astype(np.int64)),
        "lat": packing.whole_numbers(steps[:, 1]),
        "lon": packing.whole_numbers(steps[:, 0]),
    }


def _lines(frame: gpd.GeoDataFrame, argument: str, box: tuple[float, ...]) -> dict[str, Any]:
    """What lies near of a network, as lines (a polygon's edge, a point by itself)."""
    west, south, east, north = box
    shapes = frame.geometry.to_crs(4326).to_numpy()
    around = shapely.box(2 * west - east, 2 * south - north, 2 * east - west, 2 * north - south)
    near = shapely.get_parts(shapely.get_parts(shapes[shapely.intersects(shapes, around)]))
    polygons = shapely.get_type_id(near) == shapely.GeometryType.POLYGON
    near = np.concatenate([near[~polygons], shapely.get_rings(near[polygons])])
    near = near[~shapely.is_empty(near)]
    tolerance = UNIT
    parts = shapely.simplify(near, tolerance)
    while len(shapely.get_coordinates(parts)) > _MOST_VERTICES["lines"] and tolerance < 0.01:
        tolerance *= 2
        parts = shapely.simplify(near, tolerance)
    corner = np.round(shapely.bounds(parts)[:, :2] / UNIT).astype(np.int64)
    parts = parts[packing.along_a_curve(corner[:, 0], corner[:, 1])]
    xy, line = shapely.get_coordinates(parts, return_index=True)
    return {"name": argument, **_path(np.round(xy / UNIT).astype(np.int64), np.bincount(line))}


def _squares(
    steps: list[Step], breaks: list[Fraction], target: Fraction | None, *, public: bool
) -> dict[str, Any]:
    """Squares of the national grid, with the households in each and the share within reach.

    For publishing, a square has its class alone, and not even that where a count would be small.
    """
    every = pd.concat([grid(step.coverage, cell_m=SQUARE_M) for step in steps])
    cells = every.drop_duplicates("name", ignore_index=True)
    tables = [summarize(step.coverage, by=cells).iloc[:-1] for step in steps]
    used = np.any([table["premises"].to_numpy() > 0 for table in tables], axis=0)
    cells, tables = cells[used], [table[used] for table in tables]
    middle = shapely.get_coordinates(shapely.centroid(cells.geometry.to_numpy()))
    lon, lat = to_lonlat(middle, cells.crs)
    north, east = (np.round(degrees / UNIT).astype(np.int64) for degrees in (lat, lon))
    order = packing.along_a_curve(east, north)
    turn = pyproj.Proj(cells.crs).get_factors(lon, lat).meridian_convergence
    shown: dict[str, Any] = {
        "side_m": SQUARE_M,
        "lat": packing.whole_numbers(north[order]),
        "lon": packing.whole_numbers(east[order]),
        # How far the grid is turned from north here, in hundredths of a degree.
        "turn": packing.whole_numbers(np.round(100 * np.asarray(turn)).astype(np.int64)[order]),
    }
    hidden = np.any([_too_small(table) for table in tables], axis=0)
    passed = np.concatenate([step.counts(t)[0] for step, t in zip(steps, tables, strict=True)])
    homes = np.concatenate([t["households"].to_numpy(dtype=np.int64) for t in tables])
    pairs, which = shares(passed, homes, breaks, target)
    colours = np.array([len(breaks) if k is None else k for _, k in pairs])[which]
    number = len(cells)
    for step in range(len(steps)):
        rows = slice(step * number, (step + 1) * number)
        colour = np.where(hidden, len(breaks) + 1, colours[rows]) if public else colours[rows]
        shown[f"class{step}"] = packing.small_numbers(colour[order])
        if not public:
            shown[f"homes{step}"] = packing.whole_numbers(homes[rows][order])
            shown[f"share{step}"] = packing.whole_numbers(which[rows][order])
    if not public:
        shown["shares"] = [text for text, _ in pairs]
    return shown


def _too_small(table: pd.DataFrame) -> NDArray[np.bool_]:
    """Where the households within reach, planned or neither are few, but not none."""
    homes, passed, planned = (
        table[column].to_numpy() for column in ("households", "homes_passed", "planned")
    )
    counts = np.array([passed, planned, homes - passed - planned, homes])
    return np.asarray(((counts > 0) & (counts < MINIMUM)).any(axis=0))


def _premises(
    steps: list[Step], areas: gpd.GeoDataFrame | None, address: list[str]
) -> dict[str, Any]:
    """Every premises that has a position, at any date: where, its status, drop, area and address."""
    measured = [step for step in steps if not step.with_plan]
    rows = pd.concat(
        [_rows(step.coverage, areas, address) for step in measured], keys=range(len(measured))
    )
    rows["step"] = rows.index.get_level_values(0)
    # The same place and address at two dates is the same premises; several there, in their order.
    place = ["north", "east", "address"]
    rows["nth"] = rows.groupby([*place, "step"], sort=False).cumcount()
    rows["one"] = rows.groupby([*place, "nth"], sort=False).ngroup()
    last = rows.drop_duplicates("one", keep="last").sort_values("one")
    status = np.full((len(last), len(steps)), _ABSENT)
    status[rows["one"], rows["step"]] = rows["status"]
    if steps[-1].with_plan:
        status[:, -1] = status[:, -2]
        status[status[:, -1] == STATUSES.index("planned"), -1] = STATUSES.index("passed")
    north, east = (last[axis].to_numpy() for axis in ("north", "east"))
    order = packing.along_a_curve(east, north)
    change = np.diff(status, axis=1, prepend=0) % (_ABSENT + 1)
    shown: dict[str, Any] = {
        "count": len(last),
        "from_zoom": _zoom_where_apart(north * UNIT, east * UNIT),
        "lat": packing.whole_numbers(north[order]),
        "lon": packing.whole_numbers(east[order]),
        "drop": packing.whole_numbers(last["drop"].to_numpy()[order]),
        "counts": [
            {name: int(step.coverage.counts[name]) for name in STATUS_COLOURS} for step in steps
        ],
    }
    for step in range(len(steps)):
        shown[f"status{step}"] = packing.small_numbers(change[order, step])
    if areas is not None:
        shown["area"] = packing.whole_numbers(last["area"].to_numpy()[order])
    if address:
        shown["address"] = packing.words(last["address"].to_numpy()[order])
    return shown


def _rows(coverage: Coverage, areas: gpd.GeoDataFrame | None, address: list[str]) -> pd.DataFrame:
    """The premises of one measurement that have a position."""
    premises = _placed(coverage)
    steps = np.round(_lonlat(premises) / UNIT).astype(np.int64)
    status = pd.Categorical(premises["status"], categories=STATUSES).codes.astype(np.int64)
    said = pd.Series("", index=premises.index, dtype=object)
    for column in address:
        values = checks.column_named(premises, column, "address")
        said = said.str.cat(premises[values].astype("string").fillna("").astype(object), sep=" ")
    return pd.DataFrame(
        {
            "north": steps[:, 1],
            "east": steps[:, 0],
            "status": status,
            "drop": _drops(coverage.drops_m[premises.index].to_numpy(), status),
            "area": 0 if areas is None else area_of(premises, areas),
            "address": said.str.strip(),
        }
    )


def _drops(drop_m: NDArray[np.float64], status: NDArray[np.int64]) -> NDArray[np.int64]:
    """Drops in tenths of a metre up to 100 m, in metres beyond; never rounded over the reach."""
    near = drop_m < 100
    exact = np.where(near, drop_m * 10, drop_m + 900)
    down = status <= STATUSES.index("passed")
    return np.where(down, np.floor(exact + 1e-6), np.ceil(exact - 1e-6)).astype(np.int64)


def _zoom_where_apart(lat: NDArray[np.float64], lon: NDArray[np.float64]) -> int:
    """The first zoom at which half of the marks have 4 x 4 pixels of the screen to themselves."""
    x = (lon + 180) / 360
    y = 0.5 - np.arcsinh(np.tan(np.radians(lat))) / (2 * math.pi)
    for zoom in range(8, 17):
        spots_ = np.floor(np.column_stack([x, y]) * 64 * 2**zoom).astype(np.int64)
        if len(np.unique(spots_[:, 0] << 32 | spots_[:, 1])) >= len(x) / 2:
            return zoom
    return 17


def check_lines(frame: gpd.GeoDataFrame, argument: str) -> gpd.GeoDataFrame:
    """The network to be drawn, if it can be right."""
    lines = checks.geo_frame(frame, argument)
    check_places(lines, argument)
    return lines
