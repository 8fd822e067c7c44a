"""Tell the kind of a vector file by its content.

GDAL lets its drivers probe a file in turn, and some follow its content to other files and to hosts.
So the kind is determined before GDAL sees the file, and only the drivers of that kind may read it.
"""

from __future__ import annotations

import re
from enum import StrEnum
from pathlib import Path
from xml.parsers import expat


class Kind(StrEnum):
    """The kinds of vector files that fibercov reads."""

    GEOPACKAGE = "GeoPackage"
    SHAPEFILE = "Shapefile"
    FILEGDB = "FileGDB"
    TAB = "MapInfo TAB"
    MIF = "MapInfo MIF"
    GEOJSON = "GeoJSON"
    KML = "KML"
    GML = "GML"
    FLATGEOBUF = "FlatGeobuf"
    GEOPARQUET = "GeoParquet"


# The GDAL drivers that may read each kind; GDAL does not read GeoParquet.
DRIVERS = {
    Kind.GEOPACKAGE: {"GPKG"}, Kind.SHAPEFILE: {"ESRI Shapefile"}, Kind.FILEGDB: {"OpenFileGDB"},
    Kind.TAB: {"MapInfo File"}, Kind.MIF: {"MapInfo File"}, Kind.GEOJSON: {"GeoJSON", "GeoJSONSeq"},
    Kind.KML: {"LIBKML", "KML"}, Kind.GML: {"GML"}, Kind.FLATGEOBUF: {"FlatGeobuf"},
}  # fmt: skip
# How the files of each kind begin, in lower case, except XML; and those of other known kinds.
_STARTS = {
    b"sqlite format 3\0": Kind.GEOPACKAGE, b"\0\0\x27\x0a": Kind.SHAPEFILE, b"fgb": Kind.FLATGEOBUF,
    b"!table": Kind.TAB, b"version ": Kind.MIF, b"{": Kind.GEOJSON, b"par1": Kind.GEOPARQUET,
}  # fmt: skip
_OTHERS = {
    b"ac10": "a DWG drawing",
    b"%pdf": "a PDF",
    b"\x89png": "a picture",
    b"\xff\xd8\xff": "a picture",
    b"ii*\0": "a raster picture",
    b"mm\0*": "a raster picture",
    b"\0\1\0\0standard": "an Access database",
    b"\x1f\x8b": "an archive. Unpack it",
    b"7z\xbc\xaf": "an archive. Unpack it",
    b"rar!": "an archive. Unpack it",
    b"<!doctype html": "a web page. Look at what it says, and download the file again",
    b"<html": "a web page. Look at what it says, and download the file again",
    b"version https://git-lfs": "what Git LFS keeps in place of the file. Fetch it: git lfs pull",
}
_DXF = re.compile(rb"\s*0\s+section", re.IGNORECASE)
# Content by which other GDAL drivers would claim a text, or read a TAB as a view of other tables.
_POINTER = re.compile(
    rb"<\W*ogr|<\W*product_|<[^>]*capabilities|gdal_streamed_alg|^\s*create\s+view|isseamless\W+true",
    re.IGNORECASE | re.MULTILINE,
)
_POINTS_ELSEWHERE = "it points to other data instead of holding some. Name the file that has it."
AGAIN = "Copy it again, or export it anew."
DUCKDB = (".duckdb", ".ddb")
WAY_OUT = "Save it as GeoPackage, Shapefile or a table in the program that it comes from, or QGIS."


def kind_of(file: Path) -> Kind:
    """Tell the kind of a file, or of a FileGDB's folder.

    Raises ValueError if the documentation does not name the kind, or the file leads elsewhere.
    """
    if file.is_dir():
        return Kind.FILEGDB
    with file.open("rb") as opened:
        head = opened.read(1_000_000)  # GDAL's drivers probe no further
    if head[8:12] == b"DUCK":
        raise ValueError(f"it is a DuckDB database. {of_duckdb(file)}")
    start = head.removeprefix(b"\xef\xbb\xbf").lstrip(b" \t\r\n\x1e").lower()
    other = next((what for magic, what in _OTHERS.items() if start.startswith(magic)), None)
    if _DXF.match(head):
        other = "a DXF drawing"
    if other is not None:
        raise ValueError(f"it is {other}. {'' if '. ' in other else WAY_OUT}".rstrip())
    if start.startswith(b"<"):
        return _kind_of_xml(file)
    kind = next((kind for magic, kind in _STARTS.items() if start.startswith(magic)), None)
    if kind is None:
        raise ValueError(f"it is of no kind that is read here. {WAY_OUT}")
    if kind in {Kind.TAB, Kind.MIF} and _POINTER.search(head):
        raise ValueError(_POINTS_ELSEWHERE)
    if kind is Kind.FLATGEOBUF and head[11:12] != b"\0":  # a longer header than GDAL allows
        raise ValueError(f"it is damaged. {AGAIN}")
    return kind


def of_duckdb(file: str | Path) -> str:
    """Say how the rows of a DuckDB database are read."""
    opened = f"duckdb.connect({str(file)!r}, read_only=True)"
    return f"In a script, give a query's result in its place: {opened}.sql('SELECT ...')."


def _kind_of_xml(file: Path) -> Kind:
    """Tell KML from GML; raise unless the file is well-formed to its end."""
    root, attributes = _elements(file, most=1)[0]
    if _local(root) == "kml":
        return Kind.KML
    if not any("opengis.net/gml" in value for value in attributes.values()):
        raise ValueError(f"it is XML with the root <{root}>, neither KML nor GML. {WAY_OUT}")
    if root.endswith("Capabilities"):
        raise ValueError(_POINTS_ELSEWHERE)
    named = (name for key, value in attributes.items() if "chema" in key for name in value.split())
    for schema in {file.with_suffix(".xsd"), *(file.parent / name for name in named)}:
        if schema.is_file() and any(_local(name) == "include" for name, _ in _elements(schema)):
            raise ValueError(f"its schema {schema.name} includes others. Take it away.")
    return Kind.GML  # GDAL would fetch an included schema from its host


def _local(name: str) -> str:
    """Return the name of an XML element without its namespace prefix."""
    return name.rpartition(":")[2]


def _elements(file: Path, most: int | None = None) -> list[tuple[str, dict[str, str]]]:
    """List the first elements of an XML file with attributes; raise unless it is well-formed."""
    found: list[tuple[str, dict[str, str]]] = []
    parser = expat.ParserCreate()

    def take(name: str, attributes: dict[str, str]) -> None:
        found.append((name, attributes))
        if len(found) == most:
            parser.StartElementHandler = None

    def refuse(*_: object) -> None:
        raise ValueError(
            "it has a document type, which may point elsewhere. Delete <!DOCTYPE ...>."
        )

    parser.StartElementHandler = take
    parser.StartDoctypeDeclHandler = refuse
    try:
        with file.open("rb") as opened:
            parser.ParseFile(opened)
    except expat.ExpatError as error:
        raise ValueError(f"its XML is damaged or breaks off ({error}). {AGAIN}") from error
    return found
