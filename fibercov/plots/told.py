"""What a sheet tells of a measurement: its exact figures, or those of a publication and no others."""

from __future__ import annotations

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
from fibercov.geo.crs import to_crs
from fibercov.measure.areas import summary_of
from fibercov.measure.coverage import Coverage, CoverageTotals
from fibercov.measure.publishable import SQUARE_M, Publication
from fibercov.measure.target import TargetCheck, check_target, held_against
from fibercov.statuses import class_breaks, class_colours

UNKNOWN = "#ffffff"


@dataclass(frozen=True, eq=False)
class Told:
    """What a sheet tells.

    Attributes
    ----------
    whole
        The whole at the last date.
    history
        The whole at each date, the last one included.
    areas
        A row for each area that is one: `name`, `total`, `reached`, `shown` and, with a target, `shortfall` and
        `verdict`; with polygons a GeoDataFrame. None without areas.
    outside
        What is counted in no area, as far as it is shown.
    drawn
        What the map has: the areas, or else the squares; None if there are neither.
    squares
        Whether these are squares.
    target
        The target, if there is one.
    """

    whole: CoverageTotals
    history: list[CoverageTotals]
    areas: pd.DataFrame | None
    outside: int
    drawn: gpd.GeoDataFrame | None
    squares: bool
    target: Fraction | None

    @property
    def crs(self) -> pyproj.CRS:
        """The CRS that the map is drawn in."""
        return self.whole.crs

    @property
    def check(self) -> TargetCheck:
        """The whole compared with the target; raise without one."""
        assert self.target is not None  # noqa: S101 - asked for by what has a target
        return check_target(self.whole, target=self.target)

    @property
    def breaks(self) -> list[Fraction]:
        """The lower bounds of the classes."""
        return class_breaks(self.target)

    @property
    def colours(self) -> list[str]:
        """The colour of each class."""
        return class_colours(self.breaks, self.target)

    def colour(self, share: Fraction | None) -> str:
        """Return the colour of a share's class; white if it is not known."""
        if share is None:
            return UNKNOWN
        return self.colours[sum(share >= bound for bound in self.breaks) - 1]

    def percent(self, share: Fraction | None, language: str) -> str:
        """Write a share; a dash if it is not known."""
        return texts.NONE if share is None else texts.percent(share, self.target, language)


def share_of(row: Any) -> Fraction | None:
    """Return a row's share as a fraction; None if it is not shown, or there is nothing to count."""
    if not row["shown"] or not row["total"]:
        return None
    return Fraction(int(row["reached"]), int(row["total"]))


def exactly(coverage: Coverage, areas: pd.DataFrame, target: Fraction | None) -> Told:
    """Tell the exact figures of a measurement by area."""
    rows = summary_of(coverage, areas, "areas").assign(shown=True)
    return _told([coverage], rows, None, target)


def publicly(publication: Publication, target: Fraction | None) -> Told:
    """Tell what a publication says, under its one definition and in its one unit."""
    _ = publication.unit, publication.reach  # one of each, or it raises
    last = max(k for k, plan in enumerate(publication.with_plan) if not plan)
    table = publication.areas
    rows = table[(table["set"] == 0) & (table["level"] == "area") & (table["measurement"] == last)]
    squares = publication.squares
    if squares is not None:
        squares = squares[squares["measurement"] == last]
    return _told(publication.history, rows if len(rows) else None, squares, target)


def _told(
    history: list[Any],
    rows: pd.DataFrame | None,
    squares: gpd.GeoDataFrame | None,
    target: Fraction | None,
) -> Told:
    """Part the areas from what lies in none, and choose what to draw."""
    areas, outside = None, 0
    if rows is not None:
        rows = rows.reset_index(drop=True)
        nowhere = rows["name"].isin(texts.IN_NO_AREA)
        outside = int(rows.loc[nowhere & rows["shown"], "total"].sum())
        areas = rows if target is None else held_against(rows, target)
        areas = areas[~nowhere].reset_index(drop=True)
    drawn = None
    if isinstance(areas, gpd.GeoDataFrame) and areas.geometry.notna().any():
        drawn = areas[areas.geometry.notna()].reset_index(drop=True)
    by_square = drawn is None and squares is not None and len(squares) > 0
    if by_square and squares is not None:
        drawn = squares.reset_index(drop=True)
    return Told(history[-1], history, areas, outside, drawn, by_square, target)


def lines_of(
    frame: gpd.GeoDataFrame | None, argument: str, crs: pyproj.CRS, grid_m: float
) -> list[NDArray[np.float64]]:
    """Return a network's lines, joined end to end so that dashes run on; on a grid, if it has a size.

    RULE: who has the cables can measure on their own. So beside public figures they are only drawn roughly.
    """
    if frame is None:
        return []
    parts = shapely.get_parts(to_crs(checks.geo_frame(frame, argument), crs, argument))
    parts = shapely.get_parts(parts[~shapely.is_missing(parts)])
    polygons = shapely.get_type_id(parts) == shapely.GeometryType.POLYGON
    parts = np.concatenate([parts[~polygons], shapely.get_rings(parts[polygons])])
    parts = parts[np.isin(shapely.get_type_id(parts), (1, 2))]
    if grid_m:
        parts = shapely.get_parts(shapely.set_precision(parts, grid_m, mode="pointwise"))
        parts = shapely.get_parts(shapely.union_all(parts[shapely.length(parts) > 0]))
    if not len(parts):
        return []
    lines = np.array([shapely.linestrings(shapely.get_coordinates(part)) for part in parts])
    joined = shapely.get_parts(shapely.line_merge(shapely.multilinestrings(lines)))
    joined = shapely.simplify(joined, grid_m)  # or slanting lines on the grid are stairs
    return [shapely.get_coordinates(line) for line in joined if not line.is_empty]


def grid_of(whole: CoverageTotals) -> float:
    """Choose the grid that lines are drawn on beside public figures, in metres; 0 beside exact ones."""
    return max(float(SQUARE_M), 2 * whole.reach.metres) if whole.rounded else 0.0
