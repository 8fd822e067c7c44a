"""What is in a file, whatever its kind."""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Sequence
from io import StringIO
from pathlib import Path

import pandas as pd

from fibercov import checks
from fibercov.errors import ArgumentError, FibercovError, FileError
from fibercov.memory import without_garbage_collection
from fibercov.vectors import Pick, one_of, read_vectors

_CSV = {".csv", ".tsv", ".txt"}
_EXCEL = {".xlsx", ".xlsm"}
# Files that are one with others of the same name.
_PARTS = {
    ".shp": (".shp", ".shx", ".dbf", ".prj", ".cpg"),
    ".tab": (".tab", ".dat", ".map", ".id"),
    ".mif": (".mif", ".mid"),
}


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
        reason = " ".join(str(error).split())[:200] or type(error).__name__
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
    """Raise unless the path leads to a file with something in it."""
    if not path.exists():
        raise FileError(f"`{argument}`: there is no file {str(path)!r}.")
    if path.is_dir():  # a FileGDB is one; GDAL also reads a folder of shapefiles
        return
    if path.stat().st_size == 0:
        raise FileError(f"`{argument}`: {str(path)!r} cannot be read: it is empty.")


def _load(path: Path, argument: str, layer: str | None, pick: Pick | None) -> pd.DataFrame:
    kind = path.suffix.lower()
    frame: pd.DataFrame
    if kind in _CSV:
        frame = _read_csv(path)
    elif kind in _EXCEL:
        frame = _read_excel(path, _sheet(path, argument, layer))
    else:
        frame = read_vectors(path, argument, layer, pick)
    return frame


def _read_csv(path: Path) -> pd.DataFrame:
    """A text table, every value as text: codes keep their zeros, numbers are judged later."""
    text, above = _decoded(path.read_bytes()), 0
    if text[:4].lower() == "sep=":  # a line by which Excel is told the separator
        text, above = text.partition("\n")[2], 1
    most = csv.field_size_limit(max(len(text), 1))  # a polygon may be longer than Python expects
    try:
        rows = csv.reader(StringIO(text, newline=""), delimiter=_separator(text))
        return _table(list(rows), above)
    finally:
        csv.field_size_limit(most)


def _separator(text: str) -> str:
    """The one by which the first two rows have the most fields, the second no more than the first."""
    fields: dict[str, tuple[int, int]] = {}
    for separator in ";\t,|":
        rows = csv.reader(StringIO(text, newline=""), delimiter=separator)
        first, second = len(next(rows, [])), len(next(rows, []))
        fields[separator] = (first, second)
    fitting = [s for s, (first, second) in fields.items() if 1 < second <= first + 1]
    if not fitting and max(second for _, second in fields.values()) > 1:
        raise ValueError(_title([text.partition("\n")[0]]))
    return max(fitting or fields, key=lambda separator: fields[separator][0])


def _decoded(raw: bytes) -> str:
    if raw[:2] in {b"\xff\xfe", b"\xfe\xff"}:
        return raw.decode("utf-16")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        return raw.decode("cp1252")


def _read_excel(path: Path, sheet: str) -> pd.DataFrame:
    """A sheet, every value as text."""
    cells = pd.read_excel(
        path, sheet_name=sheet, header=None, dtype=str, keep_default_na=False, na_values=[""]
    )
    return _table(cells.astype(object).where(cells.notna(), "").to_numpy().tolist(), 0)


def _table(rows: list[list[str]], above: int) -> pd.DataFrame:
    """The rows below the first, which has the names, labelled as a spreadsheet numbers them.

    Rows and columns with nothing in them are none.
    """
    names, below = (rows[0], rows[1:]) if rows else ([], [])
    for number, row in enumerate(below, start=above + 2):
        if any(row[len(names) :]):
            raise ValueError(
                f"row {number} has more fields than the header has names. Is what separates the "
                "fields also in numbers? Or is there a title above the names? Delete the rows above."
            )
    number_of = {k + above + 2: row for k, row in enumerate(below) if any(row)}
    filled = [(row + [""] * len(names))[: len(names)] for row in number_of.values()]
    table = pd.DataFrame(filled, columns=range(len(names)), index=list(number_of), dtype=str)
    table = table.mask(table == "")
    holds = [bool(table[k].notna().any()) for k in range(len(names))]
    named = [bool(name.strip()) for name in names]
    # A first column without a name is what pandas writes of an index.
    if not any(named) or any(h and not n for h, n in list(zip(holds, named, strict=True))[1:]):
        raise ValueError(_title(names))
    kept = [k for k in range(len(names)) if holds[k] or named[k]]
    called = [names[k] if named[k] else "Unnamed: 0" for k in kept]
    _check_names(called)
    return table[kept].set_axis(called, axis=1)


def _title(names: Sequence[str]) -> str:
    first = " ".join(name.strip() for name in names if name.strip())
    looks = f"looks like a title ({first[:60]!r})" if first else "is empty"
    return (
        f"its first row {looks}, for there are columns below it without a name. Delete the rows above "
        "the one with the columns' names."
    )


def _check_names(names: Sequence[str]) -> None:
    """Raise if two columns have one name."""
    stripped = [name.strip() for name in names]
    twice = sorted({name for name in stripped if stripped.count(name) > 1})
    if twice:
        raise ValueError(f"several columns are called {checks.listed(twice)}. Rename them.")


def _sheet(path: Path, argument: str, sheet: str | None) -> str:
    with pd.ExcelFile(path) as book:
        return one_of([str(name) for name in book.sheet_names], path, argument, sheet)
