"""Make frames of Arrow tables, whoever made them."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyproj
import shapely
from pyproj.exceptions import CRSError as UnknownCRS
from shapely.errors import GEOSException

from fibercov import checks
from fibercov.errors import CRSError, GeometryError

SHAPES = frozenset({"geometry", "geography"})


def postgres_type(field: pa.Field) -> str:
    """Name the type in PostgreSQL of a column that Arrow has no type for; empty for any other column."""
    return _told(field, "ADBC:postgresql:typname")


def _told(field: pa.Field, key: str) -> str:
    """Return what a column's metadata says; empty if it does not."""
    return str((field.metadata or {}).get(key.encode(), b"").decode())


def frame_of_table(table: pa.Table, argument: str) -> pd.DataFrame:
    """Make a frame, with its geometry and CRS if they are GeoArrow's or PostGIS's."""
    shapes = [field.name for field in table.schema if postgres_type(field) in SHAPES]
    if len(shapes) > 1:
        has = f"has several columns with geometry: {checks.listed(shapes)}."
        raise GeometryError(argument, has, "Select one of them.")
    extensions = {_told(field, "ARROW:extension:name") for field in table.schema} | {
        getattr(field.type, "extension_name", "") for field in table.schema
    }
    if any(name.startswith(("geoarrow.", "ogc.wkb")) for name in extensions):
        frame: pd.DataFrame = gpd.GeoDataFrame.from_arrow(table)
        return frame
    for at, field in enumerate(table.schema):
        if postgres_type(field) == "numeric":
            table = table.set_column(at, field.name, _numbers(_stored(table.column(at))))
    plain: pd.DataFrame = table.drop_columns(shapes).to_pandas(date_as_object=False)
    if not shapes:
        return plain
    (name,) = shapes
    plain[name] = _geometry(_stored(table.column(name)), name, argument)
    placed: pd.DataFrame = gpd.GeoDataFrame(plain, geometry=name)
    return placed


def _stored(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Return a column as it is stored, without the type that an extension gives it."""
    if not isinstance(column.type, pa.BaseExtensionType):
        return column
    chunks = [chunk.storage for chunk in column.chunks]
    return pa.chunked_array(chunks, column.type.storage_type)


def _numbers(texts: pa.ChunkedArray) -> pa.ChunkedArray:
    """Convert PostgreSQL's exact numbers, which come as texts: to whole numbers if they all are."""
    try:
        return pc.cast(texts, pa.int64())
    except pa.ArrowInvalid:
        return pc.cast(texts, pa.float64())


def _geometry(column: pa.ChunkedArray, name: str, argument: str) -> gpd.GeoSeries:
    """Parse PostGIS's geometries, each of which says its SRID."""
    try:
        shapes = shapely.from_wkb(column.to_numpy())
    except (GEOSException, NotImplementedError) as error:
        raise GeometryError(
            argument,
            f"has geometries in {name!r} that cannot be read ({checks.reason(error)}).",
            f"Select curves as lines, ST_CurveToLine({name}), and leave out surfaces.",
        ) from error
    srids = np.unique(shapely.get_srid(shapes[~shapely.is_missing(shapes)]))
    if len(srids) > 1:
        raise CRSError(
            argument,
            f"has geometries with different SRIDs in {name!r}: {checks.listed(srids)}.",
            f"Select them in one: ST_Transform({name}, {srids.max()}).",
        )
    return gpd.GeoSeries(shapes, crs=_crs(int(srids.max(initial=0)), name, argument))


def _crs(srid: int, name: str, argument: str) -> Any:
    """Return the CRS of an SRID, which is its EPSG code; None for 0, which is none."""
    try:
        return pyproj.CRS.from_epsg(srid) if srid else None
    except UnknownCRS:
        raise CRSError(
            argument,
            f"has geometries with the SRID {srid} in {name!r}, which is no EPSG code.",
            f"Select them with one: ST_Transform({name}, EPSG_CODE).",
        ) from None
