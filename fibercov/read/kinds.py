"""What kind of vector file something is, by what stands in it.

GDAL asks its drivers in turn whether a file is theirs, and some of them follow what stands in it to
other files and to hosts. So the kind is found out before GDAL sees the file, and only the drivers of
that kind may read it.
"""

from __future__ import annotations

import re
from enum import StrEnum
from pathlib import Path
from xml.parsers import expat


class Kind(StrEnum):
    """The kinds of vector files that are read."""

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


# The drivers of GDAL that may read each; GeoParquet is not read by GDAL.
DRIVERS = {
    Kind.GEOPACKAGE: {"GPKG"}, Kind.SHAPEFILE: {"ESRI Shapefile"}, Kind.FILEGDB: {"OpenFileGDB"},
    Kind.TAB: {"MapInfo File"}, Kind.MIF: {"MapInfo File"}, Kind.GEOJSON: {"GeoJSON", "GeoJSONSeq"},
    Kind.KML: {"LIBKML", "KML"}, Kind.GML: {"GML"}, Kind.FLATGEOBUF: {"FlatGeobuf"},
}  # fmt: skip
# How each begins, in lower case, but for XML; and how others begin that people have.
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
# What makes other drivers of GDAL take a text for theirs, and a TAB for a view of other tables.
_POINTER = re.compile(
    rb"<\W*ogr|<\W*product_|<[^>]*capabilities|gdal_streamed_alg|^\s*create\s+view|isseamless\W+true",
    re.IGNORECASE | re.MULTILINE,
)
_POINTS_ELSEWHERE = "it points to other data instead of holding some. Name the file that has it."
AGAIN = "Copy it again, or export it anew."
WAY_OUT = "Save it as GeoPackage, Shapefile or a table in the program that it comes from, or QGIS."


def kind_of(file: Path) -> Kind:
    """The kind of the file, or of the folder that a FileGDB is.

    It raises a ValueError if it is none that the documentation names, or leads elsewhere.
    """
    if file.is_dir():
        return Kind.FILEGDB
    with file.open("rb") as opened:
        head = opened.read(1_000_000)  # GDAL's drivers look no farther
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
    if kind is Kind.FLATGEOBUF and head[11:12] != b"\0":  # longer than GDAL lets its head be
        raise ValueError(f"it is damaged. {AGAIN}")
    return kind


def _kind_of_xml(file: Path) -> Kind:
    """KML or GML, well-formed to its end."""
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
    return Kind.GML  # of an included schema, GDAL would ask the host


def _local(name: str) -> str:
    """The name of an XML element without its namespace's prefix."""
    return name.rpartition(":")[2]


def _elements(file: Path, most: int | None = None) -> list[tuple[str, dict[str, str]]]:
    """The first elements of an XML file, with attributes; an error unless all is well-formed."""
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
