"""What the ground of a map is made of: the kind, the name and the rank of each feature."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from fibercov import checks
from fibercov.errors import ColumnError
from fibercov.geo.crs import check_places
from fibercov.read.selection import named, standard
from fibercov.wording import Script, Words

LOWEST_RANK = 4  # of a road: paths and tracks
_DRAWN = (*checks.LINE_TYPES, *checks.POLYGON_TYPES)
KINDS = {
    "roads": checks.LINE_TYPES,
    "railways": checks.LINE_TYPES,
    "water": _DRAWN,
    "coast": _DRAWN,
    "places": checks.POINT_TYPES,
}
_BY_DIMENSION = np.array(["places", "roads", "water"], dtype=object)
_FITTING = (
    "Roads and railways are lines, water and coasts are lines or polygons, and places are points."
)
# The columns that Lantmäteriet, OpenStreetMap and others have: of names, and of words for a kind.
_NAMES = ("name", "namn", "karttext", "textstrang")
_SORTS = ("kind", "typ", "objekttyp", "highway", "place", "fclass", "textkategori")
_TEXT_SIZE = "textstorleksklass"  # Lantmäteriet's, the largest for the most important
_WORDS = (
    "main motorway trunk primary motorväg motortrafikled mötesfri_väg city town tätort",
    "secondary tertiary lane landsväg landsväg_liten village",
    "street residential unclassified living_street småväg district suburb hamlet",
    "service track path footway cycleway pedestrian steps bridleway corridor locality",
)
_RANKS = {
    word.replace("_", " "): float(rank)
    for rank, words in enumerate(_WORDS, start=1)
    for word in words.split()
}
_USUAL_RANK = 2.0


def context_frames(context: object) -> list[gpd.GeoDataFrame]:
    """List the frames of a map's context, each checked: one frame, or several."""
    if context is None:
        return []
    one = isinstance(context, gpd.GeoDataFrame)
    must = "must be a GeoDataFrame, or several"
    frames = [context] if one else checks.several(context, "context", must)
    return [context_frame(each) for each in frames]


def context_frame(
    frame: object, kind: str | None = None, name: str | None = None, rank: str | None = None
) -> gpd.GeoDataFrame:
    """Return the features with their `kind`, `name` and `rank`; raise if they cannot be drawn.

    RULE: a feature is of the kind that is given, else of the one that its column `kind` names, else
    a point is a place, a line a road, and a polygon water.
    """
    given = checks.geo_frame(frame, "context").rename(columns=str)
    check_places(given, "context")
    given = given[checks.usable(given, "context")]
    kinds = _BY_DIMENSION[shapely.get_dimensions(given.geometry.to_numpy())]
    if kind is not None:
        kinds[:] = kind
    elif "kind" in given.columns:
        told = given["kind"].astype("string").isin([*KINDS]).to_numpy(dtype=bool)
        kinds[told] = given["kind"].to_numpy()[told]
    for each, types in KINDS.items():
        checks.of_type(given[kinds == each], types, "context", _FITTING)
    columns = {"kind": kinds, "name": _names(given, name), "rank": _ranks(given, rank)}
    if (kinds == "places").any() and name is None and _first(given, _NAMES) is None:
        raise ColumnError(
            "context",
            "has points, but no column 'name' with the names of these places.",
            Words(
                "Rename the column that has them to name{reading}. Its columns are: {there}.",
                reading=Script(", or read the data with read_context(..., name=COLUMN)"),
                there=checks.listed(given.columns, most=30),
            ),
        )
    made = gpd.GeoDataFrame(columns, geometry=given.geometry.to_numpy(), crs=given.crs)
    made.attrs = dict(given.attrs)
    return made


def _first(frame: pd.DataFrame, roles: tuple[str, ...]) -> str | None:
    """Find the first of several columns that the frame has."""
    return next((found for role in roles if (found := standard(frame, role))), None)


def _names(frame: gpd.GeoDataFrame, column: str | None) -> NDArray[np.object_]:
    """Return the name of each feature; empty if it has none."""
    column = named(frame, {"name": column}).get("name") or _first(frame, _NAMES)
    names = np.full(len(frame), "", dtype=object)
    if column is not None:
        names[:] = frame[column].astype("string").fillna("").str.strip()
    return names


def _ranks(frame: gpd.GeoDataFrame, column: str | None) -> NDArray[np.float64]:
    """Return the rank of each feature, 1 for the most important; an empty one is the last."""
    column = named(frame, {"rank": column}).get("rank") or standard(frame, "rank")
    size, sort = standard(frame, _TEXT_SIZE), _first(frame, _SORTS)
    ranks = np.full(len(frame), _USUAL_RANK)
    if column is not None:
        ranks[:] = checks.sure_numbers(frame[column], "rank")
    elif size is not None:
        ranks[:] = -checks.sure_numbers(frame[size], "rank")
    elif sort is not None:
        words = frame[sort].astype("string").str.strip().str.casefold()
        ranks[:] = words.map(_RANKS).fillna(_USUAL_RANK)
    ranks[np.isnan(ranks)] = np.inf
    return ranks
