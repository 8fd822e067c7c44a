"""Read a file of any kind, vector or table."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path
from typing import Any

import pandas as pd

from fibercov import checks
from fibercov.errors import FibercovError, FileError
from fibercov.garbage import without_garbage_collection
from fibercov.read import tables
from fibercov.read.selection import Columns
from fibercov.read.vectors import Pick, one_of, read_vectors

Source = str | Path | pd.DataFrame

_CSV = {".csv", ".tsv", ".txt"}
_EXCEL = {".xlsx", ".xlsm"}
_OTHER_SHEETS = {".xls", ".xlsb", ".ods", ".numbers"}
# Files that belong together with others of the same name.
_PARTS = {
    ".shp": (".shp", ".shx", ".dbf", ".prj", ".cpg"),
    ".tab": (".tab", ".dat", ".map", ".id"),
    ".mif": (".mif", ".mid"),
}


def read_source(
    source: Source, argument: str, layer: str | None, keep: Columns | None
) -> pd.DataFrame:
    """Read a file as `read_path` does, or take a frame; with text for column names."""
    pick = None if keep is None else keep.pick
    whole = source if isinstance(source, pd.DataFrame) else read_path(source, argument, layer, pick)
    return whole.rename(columns=str)


def read_path(
    source: str | Path, argument: str, layer: str | None, pick: Pick | None = None
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
            return _load(path, argument, layer, pick)
    except FibercovError:
        raise
    except Exception as error:  # on a damaged file, the libraries raise anything
        seen = repr(str(path))
        raise FileError(
            argument, f": {seen} cannot be read: {checks.reason(error)}", seen=seen
        ) from error


def origin(source: Source, whole: pd.DataFrame) -> dict[str, Any]:
    """Record where a frame comes from: its files with sizes and hashes, if there are files."""
    said = whole.attrs.get("provenance")
    if isinstance(source, pd.DataFrame):
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
    seen = repr(str(path))
    if not path.exists():
        if re.match(r"[a-z]\w+:/|/vsi", path.as_posix()):
            problem = f"must be a file on this machine, not {seen}."
            raise FileError(argument, problem, "Download it first.", seen=seen)
        raise FileError(argument, f": there is no file {seen}.", seen=seen)
    if path.is_dir():  # a FileGDB, or a folder of shapefiles
        return
    if not path.is_file():
        problem = f": {seen} is a pipe or a device."
        raise FileError(argument, problem, "Save it as a file.", seen=seen)
    if path.stat().st_size == 0:
        raise FileError(argument, f": {seen} cannot be read: it is empty.", seen=seen)


def _load(path: Path, argument: str, layer: str | None, pick: Pick | None) -> pd.DataFrame:
    """Read a file with the reader for its kind."""
    kind = path.suffix.lower()
    frame: pd.DataFrame
    if kind in _CSV:
        frame = tables.parse_text(path.read_bytes())
    elif kind in _EXCEL:
        frame = tables.read_workbook(path, lambda names: one_of(names, path, layer))
    elif kind in _OTHER_SHEETS:
        raise FileError(
            argument,
            f": {str(path)!r} cannot be read: of spreadsheets, .xlsx and .xlsm can.",
            "Save it as .xlsx, or as CSV.",
            seen=repr(str(path)),
        )
    else:
        frame = read_vectors(path, argument, layer, pick)
    return frame
