"""The ground below a map's figures, packed: water, coasts, railways, roads and the names of places."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from fibercov.geo.crs import WGS84, to_crs
from fibercov.geo.lines import thinned, vertices
from fibercov.maps import layers
from fibercov.offline import packing
from fibercov.offline.packing import UNIT
from fibercov.read.context import LOWEST_RANK

_MOST_VERTICES = 60_000
_MOST_NAMES = 2_000


def context_of(frames: list[gpd.GeoDataFrame], box: tuple[float, ...]) -> dict[str, Any] | None:
    """Pack the nearby part of the frames that `context_frames` returned; None if there are none."""
    if not frames:
        return None
    owed = [frame.attrs.get("provenance", {}).get("credit") for frame in frames]
    ground = pd.concat([pd.DataFrame(frame.drop(columns="geometry")) for frame in frames])
    shapes = np.concatenate([to_crs(frame, WGS84, "context") for frame in frames])
    ground["shape"] = shapely.clip_by_rect(shapes, *layers.around(box))
    ground = ground[~shapely.is_empty(ground["shape"])].copy()
    size = shapely.get_dimensions(ground["shape"])
    # RULE: only polygons of water are filled; streams are lines like a coast.
    ground.loc[(ground["kind"] == "water") & (size < 2), "kind"] = "coast"
    rank = ground["rank"].clip(1, LOWEST_RANK).round().where(ground["kind"] == "roads", 1)
    ground["layer"] = ground["kind"] + rank.astype(int).astype(str)
    return {
        "credits": [str(credit) for credit in dict.fromkeys(owed) if credit],
        "layers": _layers(ground[size > 0]),
        "names": _names(ground[(ground["name"] != "") & ((size == 0) | (ground["kind"] == "water"))]),
    }  # fmt: skip


def _layers(ground: pd.DataFrame) -> dict[str, Any]:
    """Pack the lines and rings of each layer, no more of them than a page can carry."""
    groups = ground.groupby(["layer", "name"])["shape"]
    lines = groups.agg(lambda shapes: _lines(shapes.to_numpy())).explode()
    if lines.empty:
        return {}
    xy, size = thinned(*vertices(lines.to_numpy()), UNIT, _MOST_VERTICES)
    thin = np.asarray(shapely.linestrings(xy, indices=np.repeat(np.arange(len(size)), size)))
    # RULE: what is still too much is left out, the shortest lines first.
    longest = np.argsort(-shapely.length(thin), kind="stable")
    kept = longest[np.cumsum(shapely.get_num_coordinates(thin[longest])) <= _MOST_VERTICES]
    of = lines.index.get_level_values("layer").to_numpy()
    return {
        name: layers.packed(*vertices(thin[kept[of[kept] == name]])) for name in np.unique(of[kept])
    }


def _lines(shapes: NDArray[np.object_]) -> list[Any]:
    """Join the lines that meet, and take the rings of polygons, holes the other way round."""
    parts = shapely.get_parts(shapely.get_parts(shapes))
    areal = shapely.get_dimensions(parts) == 2
    joined = shapely.line_merge(shapely.multilinestrings(parts[~areal]))
    return [*shapely.get_parts(joined), *shapely.get_rings(shapely.normalize(parts[areal]))]


def _names(ground: pd.DataFrame) -> dict[str, Any]:
    """Pack the names of places by rank, then those of lakes by their mean width in degrees, 0 for a place."""
    shapes = ground["shape"].to_numpy()
    _, south, _, north = shapely.bounds(shapes).T
    width = shapely.area(shapes) / np.maximum(north - south, UNIT)
    order = np.lexsort([ground["rank"].to_numpy(), -width, width > 0])[:_MOST_NAMES]
    at = shapely.get_coordinates(shapely.point_on_surface(shapes[order]))
    columns = {"lat": at[:, 1], "lon": at[:, 0], "room": width[order]}
    steps = {key: np.round(values / UNIT).astype(np.int64) for key, values in columns.items()}
    packed = {key: packing.whole_numbers(values) for key, values in steps.items()}
    return {"text": packing.words(ground["name"].iloc[order]), **packed}
