"""Take what other libraries hold: frames, series, lists of shapes, and Arrow streams."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Protocol, TypeAlias

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow as pa
import shapely
from numpy.typing import NDArray

from fibercov import checks
from fibercov.errors import ArgumentError


class ArrowStream(Protocol):
    """What other libraries' frames and relations give: the columns as an Arrow stream."""

    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object:
        """Export the stream."""


Source: TypeAlias = (
    str | Path | pd.DataFrame | gpd.GeoSeries | Sequence[Any] | NDArray[Any] | ArrowStream
)


def frame_of(source: object, argument: str) -> pd.DataFrame | None:
    """Return a source as a frame; None if it is a path. Raise if it is neither.

    A frame is itself. A GeoSeries, and a list or an array of shapely geometries, has a row for each. What
    gives an Arrow stream (polars, DuckDB, pyarrow, SedonaDB, pyogrio) has its geometry and CRS if they are
    GeoArrow's.
    """
    if isinstance(source, pd.DataFrame):
        return source
    if isinstance(source, str | Path):
        return None
    if isinstance(source, gpd.GeoSeries):
        return _frame(source)
    if hasattr(source, "__arrow_c_stream__"):
        return _of_arrow(source, argument)
    if isinstance(source, list | tuple | np.ndarray):
        shapes = np.empty(len(source), dtype=object)
        shapes[:] = source
        if len(shapes) and (shapely.is_geometry(shapes) | shapely.is_missing(shapes)).all():
            return _frame(shapes)
    must = "must be a file's path, a frame, a list of shapely geometries or an Arrow stream"
    raise checks.refusal(argument, must, type(source))


def _frame(shapes: Any) -> pd.DataFrame:
    """Make a frame of shapes alone."""
    frame: pd.DataFrame = gpd.GeoDataFrame(geometry=shapes)
    return frame


def _of_arrow(source: Any, argument: str) -> pd.DataFrame:
    """Read an Arrow stream to its end."""
    try:
        table = pa.table(source)
        names = [field.metadata or {} for field in table.schema]
        extensions = {name.get(b"ARROW:extension:name", b"").decode() for name in names} | {
            getattr(field.type, "extension_name", "") for field in table.schema
        }
        if any(name.startswith(("geoarrow.", "ogc.wkb")) for name in extensions):
            frame: pd.DataFrame = gpd.GeoDataFrame.from_arrow(table)
        else:
            frame = table.to_pandas()
    except Exception as error:  # Arrow raises anything on a stream that breaks off
        raise ArgumentError(argument, f"cannot be read as Arrow: {checks.reason(error)}") from error
    return frame
