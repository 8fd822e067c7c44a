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
from fibercov.errors import ArgumentError, FibercovError
from fibercov.read.arrow import frame_of_table


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
    gives an Arrow stream (polars, DuckDB, pyarrow, SedonaDB, pyogrio, ADBC) has its geometry and CRS if they
    are GeoArrow's or PostGIS's.
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
        return frame_of_table(pa.table(source), argument)
    except FibercovError:
        raise
    except Exception as error:  # Arrow raises anything on a stream that breaks off
        raise ArgumentError(argument, f"cannot be read as Arrow: {checks.reason(error)}") from error
