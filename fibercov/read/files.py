"""Read a file of any kind, vector or table."""

from __future__ import annotations

import gzip
import hashlib
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any, TypeAlias, TypeGuard

import pandas as pd

from fibercov import checks
from fibercov.errors import ArgumentError, CRSError, FibercovError, FileError
from fibercov.garbage import without_garbage_collection
from fibercov.read import tables
from fibercov.read.addresses import is_address, shown, stem_of
from fibercov.read.databases import Query
from fibercov.read.headers import rows_given
from fibercov.read.objects import Source, frame_of
from fibercov.read.remote import on_disk
from fibercov.read.selection import Columns
from fibercov.read.vectors import ALL, Pick, SeveralLayers, one_of, read_vectors

_CSV = {".csv", ".tsv", ".txt"}
_SHEETS = {".xlsx", ".xlsm", ".xlsb", ".xls", ".ods"}
_MOST_UNPACKED, _MOST_TIMES_PACKED = 2_000_000_000, 50
# Files that belong together with others of the same name.
_PARTS = {
    ".shp": (".shp", ".shx", ".dbf", ".prj", ".cpg"),
    ".tab": (".tab", ".dat", ".map", ".id"),
    ".mif": (".mif", ".mid"),
}


Readable: TypeAlias = Source | Query


def read_source(
    source: Readable,
    argument: str,
    layer: str | None,
    keep: Columns | None,
    header: int | Sequence[int] | None = None,
) -> pd.DataFrame:
    """Read a file as `read_path` does, run a query, or take a frame as `frame_of` does.

    The names of columns are text.
    """
    with on_disk(source, argument) as (here, version):
        return _copied(source, here, version, _read(here, argument, layer, keep, header))


def read_together(
    source: Readable,
    argument: str,
    layer: str | Sequence[str] | None,
    keep: Columns | None,
    header: int | Sequence[int] | None = None,
) -> pd.DataFrame:
    """Read a source as `read_source` does, or several layers or files of it as one frame.

    The column `layer` then says which of them each row is from.
    """
    if not _are_files(source):
        with on_disk(source, argument) as (here, version):
            return _copied(source, here, version, _read_layers(here, argument, layer, keep, header))
    files = {stem_of(path): path for path in source}
    if len(files) < len(source):
        raise ArgumentError(argument, "has files of the same name: rename one.")
    parts = {
        name: read_together(path, argument, layer, keep, header) for name, path in files.items()
    }
    whole = _one_below_another(parts, argument)
    told = [origin(path, parts[name])["files"] for name, path in files.items()]
    whole.attrs["provenance"] = {
        "source": [shown(path) for path in source],
        "files": [file for of_one in told for file in of_one],
    }
    return whole


def _read_layers(
    source: Readable,
    argument: str,
    layer: str | Sequence[str] | None,
    keep: Columns | None,
    header: int | Sequence[int] | None,
) -> pd.DataFrame:
    """Read one layer, or several as one frame."""
    if layer is None:
        try:
            return _read(source, argument, None, keep, header)
        except FileError as error:
            if error.argument != "layer" or argument != "network":
                raise
            raise error.adding("Name several to read them as one, or '*' for all.") from error
    if isinstance(layer, str) and layer != ALL:
        return _read(source, argument, layer, keep, header)
    try:
        if layer == ALL:
            return _read(source, argument, ALL, keep, header)
        names = checks.several(layer, "layer", "must be a layer's name, several, or '*'")
    except SeveralLayers as several:
        names = several.names
    parts = {name: _read(source, argument, name, keep, header) for name in names}
    return _one_below_another(parts, argument)


def _read(
    source: Readable,
    argument: str,
    layer: str | None,
    keep: Columns | None,
    header: int | Sequence[int] | None,
) -> pd.DataFrame:
    """Read a file on this machine, a query or a frame."""
    rows = rows_given(header)
    if isinstance(source, Query):
        if layer is not None or rows is not None:
            given = "header" if layer is None else "layer"
            raise ArgumentError(given, "is for files: in a database, the query selects.")
        with without_garbage_collection():
            return source.rows(argument)
    whole = frame_of(source, argument)
    if whole is None:
        whole = read_path(source, argument, layer, None if keep is None else keep.pick, rows)
    elif rows is not None:
        raise ArgumentError("header", "is for tables in files: a frame has names already.")
    return whole.rename(columns=str)


def _copied(source: Readable, here: Path, version: str | None, whole: pd.DataFrame) -> pd.DataFrame:
    """Record what a copy from a host is a copy of; a file of this machine is its own record."""
    if version is not None:
        (told,) = fingerprints(here)
        if version:
            told = {"name": told["name"], "bytes": told["bytes"], "etag": version}
        said = whole.attrs.get("provenance", {})
        whole.attrs["provenance"] = {"source": shown(source), "files": [told], **said}
    return whole


def _are_files(source: Any) -> TypeGuard[Sequence[str | Path]]:
    """Tell whether a source is a list of files."""
    listed = isinstance(source, list | tuple) and len(source) > 0
    return listed and all(isinstance(each, str | Path) for each in source)


def _one_below_another(parts: dict[str, pd.DataFrame], argument: str) -> pd.DataFrame:
    """Join frames, with the name of each in the column `layer`; raise if their CRSs differ."""
    if not parts:
        raise ArgumentError("layer", "names none.")
    crs = {name: getattr(part, "crs", None) for name, part in parts.items()}
    first = next(iter(crs.values()))
    if any(other != first for other in crs.values()):
        said = ", ".join(f"{name}: {other}" for name, other in crs.items())
        raise CRSError(argument, f"has layers in different CRSs ({said}).", "Read each on its own.")
    named = [checks.make_room(part, ["layer"]).assign(layer=name) for name, part in parts.items()]
    together: pd.DataFrame = pd.concat(named, ignore_index=True)
    return together


def read_path(
    source: Any,
    argument: str,
    layer: str | None,
    pick: Pick | None = None,
    header: tuple[int, ...] | None = None,
) -> pd.DataFrame:
    """Read a file as a GeoDataFrame, or as a table in which every value is text.

    Of a vector file, only the columns that `pick` chooses are read; all if it is None.
    """
    if not isinstance(source, (str, Path)):
        raise checks.refusal(argument, "must be a file's path or a frame", type(source))
    path = Path(source)
    try:
        _check_file(path, argument)
        with without_garbage_collection():
            return _load(path, argument, layer, pick, header)
    except (FibercovError, SeveralLayers):
        raise
    except Exception as error:  # on a damaged file, the libraries raise anything
        seen = repr(str(path))
        raise FileError(
            argument, f": {seen} cannot be read: {checks.reason(error)}", seen=seen
        ) from error


def origin(source: Readable, whole: pd.DataFrame) -> dict[str, Any]:
    """Record where a frame comes from: its files with sizes and hashes, if there are files."""
    said = whole.attrs.get("provenance")
    if isinstance(source, Query):
        return source.origin
    if said is not None and (_are_files(source) or is_address(source)):
        return {**said}
    if not isinstance(source, str | Path):
        return {"source": said or "a frame"}
    return {"source": str(source), "files": fingerprints(source), **(said or {})}


def fingerprints(source: str | Path) -> list[dict[str, str | int]]:
    """Return the name, size and SHA-256 of each file of the source."""
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
    """Raise unless the path is a file that is not empty, or a folder."""
    seen = repr(shown(path))
    if not path.exists():
        if re.match(r"[a-z]\w+:/|/vsi", path.as_posix()):
            problem = f"must be a file on this machine, or one at https:// or s3://, not {seen}."
            raise FileError(argument, problem, "Download it first.", seen=seen)
        raise FileError(argument, f": there is no file {seen}.", seen=seen)
    if path.is_dir():  # a FileGDB, or a folder of shapefiles
        return
    if not path.is_file():
        problem = f": {seen} is a pipe or a device."
        raise FileError(argument, problem, "Save it as a file.", seen=seen)
    if path.stat().st_size == 0:
        raise FileError(argument, f": {seen} cannot be read: it is empty.", seen=seen)


def _load(
    path: Path,
    argument: str,
    layer: str | None,
    pick: Pick | None,
    header: tuple[int, ...] | None,
) -> pd.DataFrame:
    """Read a file with the reader for its kind."""
    kind = path.suffix.lower()
    if kind == ".gz" and Path(path.stem).suffix.lower() in _CSV:
        return tables.parse_text(_unpacked(path), header)
    if kind in _CSV:
        return tables.parse_text(path.read_bytes(), header)
    if kind in _SHEETS:
        return tables.read_workbook(path, lambda names: one_of(names, path, layer), header)
    if kind == ".numbers":
        raise ValueError(
            "of spreadsheets, .xlsx, .xlsm, .xlsb, .xls and .ods can. Save it as .xlsx."
        )
    if header is not None:
        raise ArgumentError("header", f"is for tables: {str(path)!r} is a file of layers.")
    frame: pd.DataFrame = read_vectors(path, argument, layer, pick)
    return frame


def _unpacked(path: Path) -> bytes:
    """Unpack a text that is packed with gzip; raise if it would fill the memory."""
    most = max(_MOST_UNPACKED, _MOST_TIMES_PACKED * path.stat().st_size)
    with gzip.open(path) as packed:
        text = packed.read(most + 1)
    if len(text) > most:
        raise ValueError(f"it is more than {most / 1e9:,.1f} GB unpacked. Unpack it.")
    return text
