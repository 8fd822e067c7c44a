"""What is in a file, whatever its kind."""

from __future__ import annotations

import hashlib
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

from fibercov import checks, tables
from fibercov.errors import ArgumentError, FibercovError, FileError
from fibercov.memory import without_garbage_collection

_CSV = {".csv", ".tsv", ".txt"}
_EXCEL = {".xlsx", ".xlsm"}
_OTHER_SHEETS = {".xls", ".xlsb", ".ods", ".numbers"}
# Files that are one with others of the same name.
_PARTS = {
    ".shp": (".shp", ".shx", ".dbf", ".prj", ".cpg"),
    ".tab": (".tab", ".dat", ".map", ".id"),
    ".mif": (".mif", ".mid"),
}
_PARQUET = {".parquet", ".geoparquet"}
# What Arrow gives as objects, as GDAL's plain reader gives it: yes and no with gaps, and dates.
_AS_IT_IS_OTHERWISE_READ = {"boolean": "float64", "date": "datetime64[ms]"}


Pick = Callable[[Iterable[str]], list[str] | None]


def read_path(
    source: str | Path, argument: str, layer: str | None, pick: Pick | None = None
) -> pd.DataFrame:
    """What the file holds: a GeoDataFrame, or a table in which every value is text.

    Of a vector file, only the columns that `pick` takes of all that there are; None for all.
    """
    if not isinstance(source, (str, Path)):
        raise ArgumentError(
            f"`{argument}` must be a file's path or a frame, not {type(source).__name__}."
        )
    path = Path(source)
    try:
        _check_file(path, argument)
        with without_garbage_collection():
            return _load(path, argument, layer, pick)
    except FibercovError:
        raise
    except Exception as error:  # the libraries below raise anything on a damaged file
        reason = " ".join(str(error).split())[:600] or type(error).__name__
        raise FileError(f"`{argument}`: {str(path)!r} cannot be read: {reason}") from error


def fingerprints(source: str | Path) -> list[dict[str, str | int]]:
    """The name, size and SHA-256 of each file that the source is made of."""
    path = Path(source)
    parts = [path]
    if path.is_dir():
        parts = sorted(part for part in path.rglob("*") if part.is_file())
    elif ends := _PARTS.get(path.suffix.lower()):
        beside = (part for part in path.parent.iterdir() if part.stem == path.stem)
        parts = sorted(part for part in beside if part.suffix.lower() in ends)
    found: list[dict[str, str | int]] = []
    for part in parts:
        with part.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        name = part.relative_to(path.parent).as_posix()
        found.append({"name": name, "bytes": part.stat().st_size, "sha256": digest})
    return found


def _check_file(path: Path, argument: str) -> None:
    """Raise unless the path leads to a file with something in it, and all of it."""
    if not path.exists():
        raise FileError(f"`{argument}`: there is no file {str(path)!r}.")
    if path.is_dir():  # a FileGDB is one; GDAL also reads a folder of shapefiles
        return
    size = path.stat().st_size
    if size == 0:
        raise FileError(f"`{argument}`: {str(path)!r} cannot be read: it is empty.")
    if path.suffix.lower() == ".shp":  # GDAL gives the lost shapes of a short one as missing ones
        with path.open("rb") as file:
            says = 2 * int.from_bytes(file.read(28)[24:], "big")
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


def _load(path: Path, argument: str, layer: str | None, pick: Pick | None) -> pd.DataFrame:
    kind = path.suffix.lower()
    frame: pd.DataFrame
    if kind in _CSV:
        frame = tables.read_text(path)
    elif kind in _EXCEL:
        frame = tables.read_workbook(path, lambda names: _one_of(names, path, argument, layer))
    elif kind in _OTHER_SHEETS:
        raise FileError(
            f"`{argument}`: {str(path)!r} cannot be read: of spreadsheets, .xlsx and .xlsm can. Save "
            "it as .xlsx, or as CSV."
        )
    elif kind in _PARQUET:
        frame = gpd.read_parquet(path, columns=None if pick is None else _of_parquet(path, pick))
    else:
        layer = _layer(path, argument, layer)
        columns = None if pick is None else pick(pyogrio.read_info(path, layer=layer)["fields"])
        frame = _read_vector(path, layer, columns)
    return frame


def _read_vector(path: Path, layer: str, columns: list[str] | None) -> gpd.GeoDataFrame:
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
    return _one_of(spatial or [str(name) for name, _ in layers], path, argument, layer)


def _one_of(names: list[str], path: Path, argument: str, wanted: str | None) -> str:
    """The layer that was asked for, or the only one there is."""
    if wanted is None and len(names) == 1:
        return names[0]
    if wanted in names:
        return str(wanted)
    has = f"{str(path)!r} has {len(names)}: {checks.listed(names, most=30)}"
    if wanted is None:
        raise FileError(f"`layer` of the {argument} must be named, for {has}.")
    raise FileError(f"`layer` of the {argument} is {wanted!r}, but {has}.")
