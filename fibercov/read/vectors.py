"""Read vector files."""

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

# The main files in a folder or an archive; the second set where there is none of the first.
_MAIN = (
    {".gpkg", ".shp", ".tab", ".mif", ".geojson", ".geojsonl", ".geojsons", ".kml", ".gml",
     ".fgb", ".parquet", ".geoparquet"},
    {".json", ".ndjson"},
)  # fmt: skip
# Arrow returns booleans with gaps and dates as objects: these are the types without Arrow.
_TYPE_WITHOUT_ARROW = {"boolean": "float64", "date": "datetime64[ms]"}
# GDAL's warnings where it drops a geometry, or a part of a number.
_LOSS = re.compile("N(ULL|ONE) geometry|parsed incompletely")
_READ_TO_OPEN = {Kind.GEOJSON, Kind.KML, Kind.GML}  # to open these, GDAL reads the whole file

# An archive beyond both limits is a bomb, made to fill the disk or the memory.
_MOST_UNPACKED, _MOST_TIMES_PACKED = 500_000_000, 200

ALL = "*"  # the name for all layers
Pick = Callable[[Iterable[str]], list[str] | None]


def read_vectors(
    path: Path, argument: str, layer: str | None, pick: Pick | None
) -> gpd.GeoDataFrame:
    """Read a layer of a file, with the columns that `pick` chooses; all if it is None.

    Raises ValueError if the kind is unknown, or less comes out than the file declares.
    """
    with _file_of(path, argument, layer) as (file, wanted), _raising_on_loss():
        kind = kind_of(file)
        if kind is Kind.GEOPARQUET:
            return _read_parquet(file, pick)
        with _copied_if_gml(kind, file) as file_:
            source, holds = whole.source_of(kind, file_)
            names = _layers(kind, file_, source, wanted)
            chosen = None if names is None else one_of(names, path, wanted)
            if kind is Kind.GEOPACKAGE and chosen is not None:
                holds = whole.geopackage(file_, chosen)
            return _read_layer(kind, source, chosen, pick, holds)


@contextmanager
def _copied_if_gml(kind: Kind, file: Path) -> Iterator[Path]:
    """Yield the file, or a copy of a GML: GDAL writes a schema beside a GML and trusts it later."""
    if kind is not Kind.GML:
        yield file
        return
    with TemporaryDirectory(prefix="fibercov-") as room:
        for part in (file, *file.parent.glob("*.xsd")):
            shutil.copyfile(part, Path(room, part.name))
        yield Path(room, file.name)


@contextmanager
def _file_of(path: Path, argument: str, layer: str | None) -> Iterator[tuple[Path, str | None]]:
    """Yield the file, unpacked from a folder or zip archive, and the layer to read from it."""
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
                f"it would be {unpacked / 1e9:,.1f} GB unpacked. If that is right, unpack it and name "
                "the file in it."
            )
        archive.extractall(folder)  # verifies each file's checksum
        yield _in_folder(folder, path, argument, layer)


def _in_folder(
    folder: Path, path: Path, argument: str, layer: str | None
) -> tuple[Path, str | None]:
    """Find the only vector file in a folder, or the one named like the layer."""
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
            return files[names.index(one_of(names, path, layer))], None
    if len(inside) == 1 and inside[0].is_dir():
        return _in_folder(inside[0], path, argument, layer)
    what, way_out = ("a folder", "") if path.is_dir() else ("an archive", "Unpack it. ")
    raise FileError(
        argument,
        f": {str(path)!r} is {what} without layers.",
        f"{way_out}Name a file in it.",
        seen=repr(str(path)),
    )


def _is_filegdb(path: Path) -> bool:
    """Tell whether a path is the folder of a FileGDB."""
    return path.suffix.lower() == ".gdb" and any(path.glob("*.gdbtable"))


@contextmanager
def _raising_on_loss() -> Iterator[None]:
    """Raise on a warning of GDAL's that it lost something; pass other warnings on."""
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
    """List the layers with a geometry, or the others if there are none; None for the only layer."""
    if kind is Kind.GEOPACKAGE:  # GDAL would run the views
        return whole.layers_of_geopackage(file)
    if kind is Kind.GEOJSON and wanted is None:
        return None
    layers = pyogrio.list_layers(source)
    spatial = [str(name) for name, shape in layers if shape is not None]
    if kind is Kind.KML and len(spatial) > 1:  # a folder of folders holds nothing itself
        held = [name for name in spatial if pyogrio.read_info(source, layer=name)["features"]]
        spatial = held or spatial
    return spatial or [str(name) for name, _ in layers]


def _read_layer(
    kind: Kind, source: str, layer: str | None, pick: Pick | None, holds: whole.Holds | None
) -> gpd.GeoDataFrame:
    """Read a layer with GDAL; raise unless all of it comes out."""
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
    """Read a layer with GDAL; that of a GeoPackage through Arrow, with the same result."""
    read = partial(gpd.read_file, source, layer=layer, columns=columns, engine="pyogrio")
    if kind is not Kind.GEOPACKAGE:  # Arrow crashes GDAL on missing geometries in a FlatGeobuf
        return read()
    try:
        frame = read(use_arrow=True)
    except (NotImplementedError, GEOSException):  # curves, which GDAL makes lines of without Arrow
        return read()
    _check_text(frame)
    for column in [c for c in frame.columns if pd.api.types.is_object_dtype(frame[c])]:
        held = pd.api.types.infer_dtype(frame[column], skipna=True)
        if held in _TYPE_WITHOUT_ARROW:
            frame[column] = frame[column].astype(_TYPE_WITHOUT_ARROW[held])
    return frame


def _check_text(frame: pd.DataFrame) -> None:
    """Raise if text that was read through Arrow is not UTF-8, which Arrow itself does not check."""
    for name in (name for name in frame.columns if pd.api.types.is_string_dtype(frame[name])):
        held = getattr(frame[name].array, "__arrow_array__", None)
        if held is not None:
            try:
                held().validate(full=True)
            except pa.ArrowInvalid as error:
                raise ValueError(
                    f"it is damaged: the text of column {name!r} is not UTF-8. {AGAIN}"
                ) from error


def _read_parquet(file: Path, pick: Pick | None) -> gpd.GeoDataFrame:
    """Read a GeoParquet file; raise if a checksum in it is wrong, or text is not UTF-8."""
    columns = None if pick is None else _of_parquet(file, pick)
    frame = gpd.read_parquet(file, columns=columns, page_checksum_verification=True)
    _check_text(frame)
    return frame


def _of_parquet(path: Path, pick: Pick) -> list[str] | None:
    """List the columns of a GeoParquet file to read, with the geometry; None for all."""
    schema = pyarrow.parquet.read_schema(path)
    if b"geo" not in (schema.metadata or {}):
        return None
    geometry = json.loads(schema.metadata[b"geo"])["primary_column"]
    columns = pick(name for name in schema.names if name != geometry)
    return None if columns is None else [*columns, geometry]


class SeveralLayers(Exception):  # noqa: N818 - it is no error
    """All layers were asked for, and there are several: these."""

    def __init__(self, names: list[str]) -> None:
        super().__init__(names)
        self.names = names


def one_of(names: list[str], path: Path, wanted: str | None) -> str:
    """Return the layer that was asked for, or the only one; raise `SeveralLayers` if all were."""
    if wanted in (None, ALL) and len(names) == 1:
        return names[0]
    if wanted == ALL and ALL not in names:
        raise SeveralLayers(names)
    if wanted in names:
        return str(wanted)
    has = f"{str(path)!r} has {len(names)}: {checks.listed(names, most=30)}"
    if wanted is None:
        raise FileError("layer", f"must be named, for {has}.")
    raise FileError("layer", f"is {wanted!r}, but {has}.", seen=repr(wanted))
