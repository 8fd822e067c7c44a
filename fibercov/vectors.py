"""What is in a vector file."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pyarrow.parquet
import pyogrio
from pyogrio.errors import DataSourceError
from shapely.errors import GEOSException

from fibercov import checks
from fibercov.errors import FileError

_PARQUET = {".parquet", ".geoparquet"}
# What Arrow gives as objects, as GDAL's plain reader gives it: yes and no with gaps, and dates.
_AS_IT_IS_OTHERWISE_READ = {"boolean": "float64", "date": "datetime64[ms]"}

Pick = Callable[[Iterable[str]], list[str] | None]


def read_vectors(
    path: Path, argument: str, layer: str | None, pick: Pick | None
) -> gpd.GeoDataFrame:
    """A layer of the file, with the columns that `pick` takes of all that there are; None for all."""
    if path.suffix.lower() in _PARQUET:
        return gpd.read_parquet(path, columns=None if pick is None else _of_parquet(path, pick))
    if path.suffix.lower() == ".shp":
        _check_shapefile(path, argument)
    layer = _layer(path, argument, layer)
    columns = None if pick is None else pick(pyogrio.read_info(path, layer=layer)["fields"])
    return _read_layer(path, layer, columns)


def _check_shapefile(path: Path, argument: str) -> None:
    """Raise unless a shapefile is whole: GDAL gives the lost shapes of a short one as missing."""
    with path.open("rb") as file:
        says = 2 * int.from_bytes(file.read(28)[24:], "big")
    size = path.stat().st_size
    if size < max(says, 100):
        raise FileError(
            f"`{argument}`: {str(path)!r} cannot be read: it is cut short, to {size:,} of "
            f"{says:,} bytes. Copy it again."
        )
    if not any(path.with_suffix(end).exists() for end in (".dbf", ".DBF")):
        raise FileError(
            f"`{argument}`: {str(path)!r} cannot be read: its .dbf, with the columns, is not "
            "beside it. Copy all the files of the shapefile."
        )


def _read_layer(path: Path, layer: str, columns: list[str] | None) -> gpd.GeoDataFrame:
    """A layer of a vector file; a GeoPackage's through Arrow, with the same result."""
    read = partial(gpd.read_file, path, layer=layer, columns=columns, engine="pyogrio")
    if path.suffix.lower() != ".gpkg":  # of a FlatGeobuf with missing geometries, GDAL crashes
        return read()
    try:
        frame = read(use_arrow=True)
    except (NotImplementedError, GEOSException):  # curves, which the other way makes lines of
        return read()
    for column in [c for c in frame.columns if pd.api.types.is_object_dtype(frame[c])]:
        kind = pd.api.types.infer_dtype(frame[column], skipna=True)
        if kind in _AS_IT_IS_OTHERWISE_READ:
            frame[column] = frame[column].astype(_AS_IT_IS_OTHERWISE_READ[kind])
    return frame


def _of_parquet(path: Path, pick: Pick) -> list[str] | None:
    """The columns to read of a GeoParquet file, its geometry among them; None for all."""
    schema = pyarrow.parquet.read_schema(path)
    if b"geo" not in (schema.metadata or {}):
        return None
    geometry = json.loads(schema.metadata[b"geo"])["primary_column"]
    columns = pick(name for name in schema.names if name != geometry)
    return None if columns is None else [*columns, geometry]


def _layer(path: Path, argument: str, layer: str | None) -> str:
    try:
        layers = pyogrio.list_layers(path)
    except DataSourceError as error:
        if path.is_dir():
            raise FileError(
                f"`{argument}`: {str(path)!r} is a folder without layers. Name a file in it."
            ) from error
        raise
    spatial = [str(name) for name, kind in layers if kind is not None]
    return one_of(spatial or [str(name) for name, _ in layers], path, argument, layer)


def one_of(names: list[str], path: Path, argument: str, wanted: str | None) -> str:
    """The layer that was asked for, or the only one there is."""
    if wanted is None and len(names) == 1:
        return names[0]
    if wanted in names:
        return str(wanted)
    has = f"{str(path)!r} has {len(names)}: {checks.listed(names, most=30)}"
    if wanted is None:
        raise FileError(f"`layer` of the {argument} must be named, for {has}.")
    raise FileError(f"`layer` of the {argument} is {wanted!r}, but {has}.")
