"""Find out without GDAL what a vector file declares to hold.

GDAL reads what it can of a damaged file and keeps silent about the rest.
"""

from __future__ import annotations

import codecs
import itertools
import json
import re
import sqlite3
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fibercov.read.kinds import AGAIN, WAY_OUT, Kind

_SIMPLE = ("Point", "LineString", "Polygon", "MultiPoint", "MultiLineString", "MultiPolygon")
_SPACES = set(" \t\r\n\x1e")
_SHAPE, _FEATURE, _EMPTY, _OTHER = "shape", "feature", "feature without geometry", "other"
_MIF_DATA = re.compile(rb"^\s*data\s*$", re.IGNORECASE | re.MULTILINE)
_MIF_NO_COLUMNS = re.compile(rb"^\s*columns\s+0\b", re.IGNORECASE | re.MULTILINE)
_MIF_SHAPE = re.compile(
    rb"^[ \t]*(point|line|pline|region|arc|text|rect|roundrect|ellipse|multipoint|collection|none)\b",
    re.IGNORECASE | re.MULTILINE,
)
_MOST_STEPS = 100  # millions of SQLite instructions; a view takes 13 to 40 for a million rows
_LONGEST = 100_000_000  # bytes of a value in SQLite
_MAP_COUNTS = 0x13C  # where a .map says how many points, lines, regions and texts it has


@dataclass(frozen=True)
class Holds:
    """How many rows a file declares and, where known, how many of these have no geometry."""

    rows: int
    without: int | None = None


def source_of(kind: Kind, file: Path) -> tuple[str, Holds | None]:
    """Return the source to give to GDAL, and what it holds; None where only GDAL can tell."""
    if kind is Kind.GEOJSON:
        driver, holds = _geojson(file)
        return f"{driver}:{file}", holds  # so that no other GDAL driver sees it
    known = {Kind.SHAPEFILE: _shapefile, Kind.TAB: _tab, Kind.MIF: _mif}
    return str(file), known[kind](file) if kind in known else None


def _geojson(file: Path) -> tuple[str, Holds]:
    """Choose GDAL's driver for a GeoJSON document or sequence, and tell what the file holds."""
    try:
        text = file.read_text("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ValueError(
            f"its text is not UTF-8, as that of GeoJSON is ({error.reason})."
        ) from error
    lowered = text.lower()
    linked = any(word in lowered for word in ('"link"', '"url"', "\\u00"))
    decoder = json.JSONDecoder(object_hook=_judged_for_links if linked else _judged)
    found: list[Any] = []
    at = _spaces(text, 0)
    try:
        while at < len(text):
            record, at = decoder.raw_decode(text, at)
            found.append(_FEATURE if record is _SHAPE else record)
            at = _spaces(text, at)
    except json.JSONDecodeError as error:
        raise ValueError(f"its JSON is damaged or breaks off ({error}). {AGAIN}") from error
    if found[0] is _OTHER:
        raise ValueError(f"it is JSON, but not GeoJSON. {WAY_OUT}")
    driver = "GeoJSONSeq" if len(found) > 1 or text.startswith("\x1e") else "GeoJSON"
    return driver, found[0] if isinstance(found[0], Holds) else _held(found)


def _spaces(text: str, at: int) -> int:
    """Skip spaces, and the separators between the records of a sequence; return where they end."""
    while text[at : at + 1] in _SPACES:
        at += 1
    return at


def _judged(record: dict[str, Any]) -> object:
    """Reduce a GeoJSON object to what it is, or to how many rows it holds."""
    kind = record.get("type")
    if kind in _SIMPLE and isinstance(record.get("coordinates"), list):
        return _SHAPE if record["coordinates"] else None
    if kind == "Feature":
        geometry = record.get("geometry", _OTHER)
        return _EMPTY if geometry is None else _FEATURE if geometry is _SHAPE else _OTHER
    if kind == "FeatureCollection" and isinstance(record.get("features"), list):
        return _held(record["features"])
    if kind == "GeometryCollection" and isinstance(record.get("geometries"), list):
        parts = record["geometries"]
        shapes = all(part is _SHAPE or part is None for part in parts)
        return (_SHAPE if parts else None) if shapes else _OTHER
    return _OTHER


def _judged_for_links(record: dict[str, Any]) -> object:
    """Reduce an object as `_judged` does; raise if it is a CRS that GDAL would fetch."""
    types = {str(value).lower() for key, value in record.items() if key.lower() == "type"}
    if types & {"link", "url"} and any(key.lower() == "properties" for key in record):
        raise ValueError("its `crs` is a link to elsewhere. Name the CRS in its place.")
    return _judged(record)


def _held(features: list[Any]) -> Holds:
    """Count a list of features; raise if one cannot be read."""
    without = features.count(_EMPTY)
    if without + features.count(_FEATURE) < len(features):
        wrong = next(n for n, what in enumerate(features, 1) if what not in (_EMPTY, _FEATURE))
        raise ValueError(
            f"feature {wrong:,} is none, or has no geometry that can be read. Correct it; one "
            'without a position has "geometry": null.'
        )
    return Holds(len(features), without)


def _shapefile(file: Path) -> Holds:
    """Tell what a shapefile holds; raise if a part of it is missing or shorter than declared."""
    dbf, shx = (_beside(file, end) for end in (".dbf", ".shx"))
    if dbf is None or shx is None:
        part = ".dbf, with the columns," if dbf is None else ".shx"
        raise ValueError(f"its {part} is not beside it. Copy all the files of the shapefile.")
    with file.open("rb") as opened:
        head = opened.read(100)
    _check_length(file, max(2 * int.from_bytes(head[24:28], "big"), 100))
    rows, deleted = _rows_of_table(dbf)
    _check_length(shx, 100 + 8 * rows)
    if (shapes := (shx.stat().st_size - 100) // 8) != rows:
        raise ValueError(f"its .shx has {shapes:,} shapes and its .dbf {rows:,} rows. {AGAIN}")
    at, size = np.fromfile(shx, ">i4", count=2 * rows, offset=100).reshape(-1, 2).T  # in two bytes
    there = size != 0  # RULE: a row of length 0 has no shape, if those that have one fill the .shp
    outside = (at < 50) | (2 * (at + size) > file.stat().st_size)
    filled = 100 + 2 * int((size[there].astype(np.int64) + 4).sum())
    if (outside & there).any() or (not there.all() and filled < file.stat().st_size):
        raise ValueError(f"its .shx is damaged. {AGAIN}")
    if not np.array_equal(_lengths_of_shapes(file, at[there]), size[there]):
        raise ValueError(f"its .shx is damaged, or its .shp. {AGAIN}")
    _check_encoding(dbf)
    least = 2 if head[32] in {1, 11, 21} else 22  # a point's type alone, or a line without parts
    return Holds(rows - deleted, int(np.count_nonzero(size <= least)))


def _lengths_of_shapes(file: Path, at: NDArray[np.int32]) -> NDArray[np.int32]:
    """Read what the shapes at these places in a .shp say of their lengths, as the .shx counts them."""
    content = np.memmap(file, "u1", "r")
    second = 2 * at.astype(np.int64)[:, None] + np.arange(4, 8)
    lengths: NDArray[np.int32] = content[second].reshape(-1).view(">i4").astype(np.int32)
    return lengths


def _check_encoding(dbf: Path) -> None:
    """Raise if the text of a .dbf is UTF-8, but what should say so does not: GDAL would garble it.

    RULE: text with letters beyond a to z that is UTF-8 throughout is UTF-8.
    """
    told = _beside(dbf, ".cpg")
    says = "" if told is None else told.read_text("ascii", "replace").strip()
    if re.fullmatch("utf-?8|65001", says, re.IGNORECASE):
        return
    decoder, beyond_ascii = codecs.getincrementaldecoder("utf-8")(), False
    with dbf.open("rb") as opened:
        opened.seek(int.from_bytes(opened.read(10)[8:], "little"))
        try:
            while part := opened.read(1 << 24):
                beyond_ascii |= not decoder.decode(part).isascii()
        except UnicodeDecodeError:
            return
    if beyond_ascii:
        said = f"its .cpg says {says!r}" if told else "it has no .cpg that says so"
        raise ValueError(f"its text is UTF-8, but {said}. Write UTF-8 into its .cpg.")


def _tab(file: Path) -> Holds | None:
    """Tell what a MapInfo table holds, if its rows are in a .dat and the places of shapes in an .id."""
    dat, places = (_beside(file, end) for end in (".dat", ".id"))
    if dat is None or places is None:
        return None
    rows, deleted = _rows_of_table(dat)
    _check_length(places, 4 * rows)
    without = int(np.count_nonzero(np.fromfile(places, "<i4") == 0))
    drawn = _beside(file, ".map")
    # RULE: as many rows have a place as the .map has shapes; of deleted rows, it may have more.
    if drawn is not None and not deleted:
        shapes = int(np.fromfile(drawn, "<i4", count=4, offset=_MAP_COUNTS).sum())
        if shapes > rows - without:
            raise ValueError(
                f"its .map has {shapes:,} shapes and its .id {rows - without:,} places. {AGAIN}"
            )
    return Holds(rows - deleted, without)


def _rows_of_table(file: Path) -> tuple[int, int]:
    """Count the rows of a dBASE file, and those of them that are marked as deleted."""
    with file.open("rb") as opened:
        head = opened.read(12)
    rows, start, width = (
        int.from_bytes(head[at:end], "little") for at, end in ((4, 8), (8, 10), (10, 12))
    )
    _check_length(file, start + rows * width)
    marks = np.memmap(file, "u1", "r")[start::width][:rows]
    return rows, int(np.count_nonzero(marks == ord("*")))


def _beside(file: Path, ending: str) -> Path | None:
    """Find the file of the same name with another ending, in either case; None if there is none."""
    for part in (file.with_suffix(ending), file.with_suffix(ending.upper())):
        if part.exists():
            return part
    return None


def _check_length(file: Path, says: int) -> None:
    """Raise if a file is shorter than it declares."""
    size = file.stat().st_size
    if size < says:
        which = "it" if file.suffix.lower() == ".shp" else f"its {file.suffix}"
        raise ValueError(f"{which} is cut short, to {size:,} of {says:,} bytes. {AGAIN}")


def _mif(file: Path) -> Holds:
    """Tell what a MapInfo interchange file holds; raise unless it has as many shapes as rows."""
    head, *body = _MIF_DATA.split(file.read_bytes(), maxsplit=1)
    if not body:
        raise ValueError(f"it breaks off before its shapes. {AGAIN}")
    shapes = [kind.lower() for kind in _MIF_SHAPE.findall(body[0])]
    held, mid = Holds(len(shapes), shapes.count(b"none")), _beside(file, ".mid")
    # RULE: shapes and rows are compared only if they can be counted: a collection's parts look like
    # shapes, and rows without columns are empty.
    if mid is None or b"collection" in shapes or _MIF_NO_COLUMNS.search(head):
        return held
    rows = len(mid.read_bytes().rstrip(b"\r\n\x1a").splitlines())
    if rows != held.rows:
        raise ValueError(f"its .mif has {held.rows:,} shapes and its .mid {rows:,} rows. {AGAIN}")
    return held


def layers_of_geopackage(file: Path) -> list[str]:
    """List the layers of a GeoPackage that have a geometry, or its other tables if none has."""
    with _database(file) as database:
        made = set(database.execute("SELECT type, lower(name) FROM sqlite_master"))
        if ("table", "gpkg_contents") not in made:
            raise ValueError(f"it is an SQLite database, but no GeoPackage. {WAY_OUT}")
        if any(kind == "view" and name.startswith("gpkg_") for kind, name in made):
            raise ValueError("its list of layers is a view, which may run on without end.")
        listed = database.execute("SELECT data_type, table_name FROM gpkg_contents").fetchall()
    spatial = [name for kind, name in listed if kind == "features"]
    return spatial or [name for kind, name in listed if kind == "attributes"]


def geopackage(file: Path, layer: str) -> Holds:
    """Tell what a layer of a GeoPackage holds; raise if it is damaged, or a view that runs on.

    A view that SQLite can run without GDAL's additions reaches no other file and no host.
    """
    name = _quoted(layer)
    with _database(file) as database:
        made = dict(database.execute("SELECT lower(name), type FROM sqlite_master"))
        is_view = made.get(layer.lower()) == "view"
        check = "PRAGMA quick_check" if is_view else f"PRAGMA quick_check({name})"
        (said,) = database.execute(check).fetchone()
        if said != "ok":
            raise ValueError(f"it is damaged ({said}). {AGAIN}")
        shape, says = "1", 0
        if "gpkg_geometry_columns" in made:
            query = (
                "SELECT column_name FROM gpkg_geometry_columns WHERE lower(table_name) = lower(?)"
            )
            shape = next((_quoted(column) for (column,) in database.execute(query, [layer])), shape)
        if "gpkg_ogr_contents" in made:  # GDAL's own count
            query = "SELECT feature_count FROM gpkg_ogr_contents WHERE lower(table_name) = lower(?)"
            says = next((count or 0 for (count,) in database.execute(query, [layer])), says)
        if not is_view:
            query = f"SELECT count(*), count({shape}) FROM {name}"  # noqa: S608 - quoted
            rows, shapes = database.execute(query).fetchone()
            return Holds(max(rows, says), rows - shapes)
        query = f"SELECT {shape} IS NULL, * FROM {name}"  # noqa: S608 - quoted
        try:  # whole rows, so that GDAL runs nothing that has not run here
            missing = Counter(row[0] for row in database.execute(query))
        except sqlite3.Error as error:
            raise ValueError(
                f"its view {layer!r} cannot be run by SQLite alone, or runs on ({error}). Save it as "
                "a table."
            ) from error
    return Holds(missing.total(), missing[1])


def _quoted(name: str) -> str:
    """Quote a name for SQL."""
    return '"' + name.replace('"', '""') + '"'


@contextmanager
def _database(file: Path) -> Iterator[sqlite3.Connection]:
    """Open a GeoPackage with SQLite, read only; interrupt a query that runs on without end."""
    beside = (file.with_name(file.name + end) for end in ("-wal", "-journal"))
    alone = "" if any(part.exists() for part in beside) else "&immutable=1"  # no lock, no new file
    database = sqlite3.connect(f"{file.resolve().as_uri()}?mode=ro{alone}", uri=True)
    steps = itertools.count()
    database.set_progress_handler(lambda: next(steps) > _MOST_STEPS, 1_000_000)
    database.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, _LONGEST)
    database.text_factory = lambda raw: raw.decode("utf-8", "replace")
    try:
        yield database
    finally:
        database.close()
