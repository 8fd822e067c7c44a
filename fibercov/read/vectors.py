"""What is in a vector file."""

from __future__ import annotations

import json
import re
import shutil
import warnings
import zipfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import geopandas as gpd
import pandas as pd
import pyarrow as pa
import pyarrow.parquet
import pyogrio
from pyogrio.errors import DataSourceError
from shapely.errors import GEOSException

from fibercov import checks
from fibercov.errors import FileError
from fibercov.read import whole
from fibercov.read.kinds import AGAIN, DRIVERS, Kind, kind_of

# Of the files in a folder or an archive, those that are one each; the second where there is none.
_MAIN = (
    {".gpkg", ".shp", ".tab", ".mif", ".geojson", ".geojsonl", ".geojsons", ".kml", ".gml",
     ".fgb", ".parquet", ".geoparquet"},
    {".json", ".ndjson"},
)  # fmt: skip
# What Arrow gives as objects, as GDAL's plain reader gives it: yes and no with gaps, and dates.
_AS_IT_IS_OTHERWISE_READ = {"boolean": "float64", "date": "datetime64[ms]"}
# What GDAL only warns of where it leaves out a geometry, or a part of a number.
_LOSS = re.compile("N(ULL|ONE) geometry|parsed incompletely")
_READ_TO_OPEN = {Kind.GEOJSON, Kind.KML, Kind.GML}  # of which GDAL reads all to say anything

# Beyond both, an archive is taken for one that was made to fill the disk.
_MOST_UNPACKED, _MOST_TIMES_PACKED = 2_000_000_000, 200

Pick = Callable[[Iterable[str]], list[str] | None]


def read_vectors(
    path: Path, argument: str, layer: str | None, pick: Pick | None
) -> gpd.GeoDataFrame:
    """A layer of the file, with the columns that `pick` takes of all that there are; None for all.

    A ValueError if it is of no kind that is read, or is not all that the file says it holds.
    """
    with _file_of(path, argument, layer) as (file, wanted), _minding_gdal():
        kind = kind_of(file)
        if kind is Kind.GEOPARQUET:
            return _read_parquet(file, pick)
        with _untouched(kind, file) as file_:
            source, holds = whole.source_of(kind, file_)
            names = _layers(kind, file_, source, wanted)
            chosen = None if names is None else one_of(names, path, argument, wanted)
            if kind is Kind.GEOPACKAGE and chosen is not None:
                holds = whole.geopackage(file_, chosen)
            return _read_layer(kind, source, chosen, pick, holds)


@contextmanager
def _untouched(kind: Kind, file: Path) -> Iterator[Path]:
    """The file; of a GML a copy, for GDAL writes what it finds out beside it, and believes it later."""
    if kind is not Kind.GML:
        yield file
        return
    with TemporaryDirectory(prefix="fibercov-") as room:
        for part in (file, *file.parent.glob("*.xsd")):
            shutil.copyfile(part, Path(room, part.name))
        yield Path(room, file.name)


@contextmanager
def _file_of(path: Path, argument: str, layer: str | None) -> Iterator[tuple[Path, str | None]]:
    """The file, or the one in a folder or a zip archive, and the layer that is wanted of it."""
    if path.is_dir():
        yield _in_folder(path, path, argument, layer)
        return
    with path.open("rb") as opened:
        is_archive = opened.read(4) == b"PK\3\4"
    if not is_archive:
        yield path, layer
        return
    with TemporaryDirectory(prefix="fibercov-") as room, zipfile.ZipFile(path) as archive:
        folder = Path(room, path.stem)
        unpacked = sum(part.file_size for part in archive.infolist())
        if unpacked > max(_MOST_UNPACKED, _MOST_TIMES_PACKED * path.stat().st_size):
            raise ValueError(
                f"it would be {unpacked / 1e9:,.0f} GB unpacked. If that is right, unpack it and name "
                "the file in it."
            )
        archive.extractall(folder)  # checks the sum of each file
        yield _in_folder(folder, path, argument, layer)


def _in_folder(
    folder: Path, path: Path, argument: str, layer: str | None
) -> tuple[Path, str | None]:
    """The one vector file in the folder, or the one that is called as the layer is."""
    if _is_filegdb(folder):
        return folder, layer
    inside = [p for p in sorted(folder.iterdir()) if not p.name.startswith((".", "__MACOSX"))]
    for endings in _MAIN:
        files = [part for part in inside if part.suffix.lower() in endings or _is_filegdb(part)]
        if len(files) == 1:
            return files[0], layer
        if files:
            names = [part.stem for part in files]
            if len(set(names)) < len(names):
                names = [part.name for part in files]
            return files[names.index(one_of(names, path, argument, layer))], None
    if len(inside) == 1 and inside[0].is_dir():
        return _in_folder(inside[0], path, argument, layer)
    what, way_out = ("a folder", "") if path.is_dir() else ("an archive", "Unpack it. ")
    raise FileError(
        f"`{argument}`: {str(path)!r} is {what} without layers. {way_out}Name a file in it."
    )


def _is_filegdb(path: Path) -> bool:
    """Whether it is the folder that a FileGDB is."""
    return path.suffix.lower() == ".gdb" and any(path.glob("*.gdbtable"))


@contextmanager
def _minding_gdal() -> Iterator[None]:
    """What GDAL warns of stays a warning, or is an error if something is lost."""
    try:
        with warnings.catch_warnings(record=True) as heard:
            warnings.simplefilter("always")
            yield
    except DataSourceError as error:
        if "supported file format" not in str(error):
            raise
        raise ValueError(f"GDAL makes nothing of it. {AGAIN}") from error
    for warning in heard:
        if _LOSS.search(str(warning.message)):
            raise ValueError(f"{warning.message} Correct it.")
        warnings.warn_explicit(warning.message, warning.category, warning.filename, warning.lineno)


def _layers(kind: Kind, file: Path, source: str, wanted: str | None) -> list[str] | None:
    """The layers, those with a geometry or, if there are none, the others; None for the only one."""
    if kind is Kind.GEOPACKAGE:  # GDAL would run its views
        return whole.layers_of_geopackage(file)
    if kind is Kind.GEOJSON and wanted is None:
        return None
    layers = pyogrio.list_layers(source)
    spatial = [str(name) for name, shape in layers if shape is not None]
    return spatial or [str(name) for name, _ in layers]


def _read_layer(
    kind: Kind, source: str, layer: str | None, pick: Pick | None, holds: whole.Holds | None
) -> gpd.GeoDataFrame:
    """A layer as GDAL reads it; an error unless it is all that there is."""
    columns = None
    if pick is not None or kind not in _READ_TO_OPEN:
        info = pyogrio.read_info(source, layer=layer)
        if info["driver"] not in DRIVERS[kind]:
            raise ValueError(f"GDAL takes it for {info['driver']}, not for {kind}.")
        columns = None if pick is None else pick(info["fields"])
        holds = holds or whole.Holds(info["features"])
    frame = _read_frame(kind, source, layer, columns)
    if holds is None:
        return frame
    if len(frame) < holds.rows:
        raise ValueError(
            f"it is damaged: of {holds.rows:,} rows that it says it has, {len(frame):,} can be read. "
            f"{AGAIN}"
        )
    if holds.without is not None and isinstance(frame, gpd.GeoDataFrame):
        lost = int(frame.geometry.isna().sum()) - holds.without
        if lost > 0:
            raise ValueError(
                f"it is damaged: the geometry of {lost:,} of its rows cannot be read. {AGAIN}"
            )
    return frame


def _read_frame(
    kind: Kind, source: str, layer: str | None, columns: list[str] | None
) -> gpd.GeoDataFrame:
    """A layer as GDAL reads it; a GeoPackage's through Arrow, with the same result."""
    read = partial(gpd.read_file, source, layer=layer, columns=columns, engine="pyogrio")
    if kind is not Kind.GEOPACKAGE:  # of a FlatGeobuf with missing geometries, GDAL crashes
        return read()
    try:
        frame = read(use_arrow=True)
    except (NotImplementedError, GEOSException):  # curves, which the other way makes lines of
        return read()
    for column in [c for c in frame.columns if pd.api.types.is_string_dtype(frame[c])]:
        _check_text(frame[column])
    for column in [c for c in frame.columns if pd.api.types.is_object_dtype(frame[c])]:
        held = pd.api.types.infer_dtype(frame[column], skipna=True)
        if held in _AS_IT_IS_OTHERWISE_READ:
            frame[column] = frame[column].astype(_AS_IT_IS_OTHERWISE_READ[held])
    return frame


def _check_text(column: pd.Series[Any]) -> None:
    """Raise if a text is not UTF-8, which Arrow does not find out by itself."""
    held = getattr(column.array, "__arrow_array__", None)
    if held is not None:
        try:
            held().validate(full=True)
        except pa.ArrowInvalid as error:
            raise ValueError(
                f"it is damaged: the text of column {column.name!r} is not UTF-8. {AGAIN}"
            ) from error


def _read_parquet(file: Path, pick: Pick | None) -> gpd.GeoDataFrame:
    """A GeoParquet file; an error if a sum of it that it holds is not right."""
    columns = None if pick is None else _of_parquet(file, pick)
    return gpd.read_parquet(file, columns=columns, page_checksum_verification=True)


def _of_parquet(path: Path, pick: Pick) -> list[str] | None:
    """The columns to read of a GeoParquet file, its geometry among them; None for all."""
    schema = pyarrow.parquet.read_schema(path)
    if b"geo" not in (schema.metadata or {}):
        return None
    geometry = json.loads(schema.metadata[b"geo"])["primary_column"]
    columns = pick(name for name in schema.names if name != geometry)
    return None if columns is None else [*columns, geometry]


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
