"""What kind of file something is, and that no file leads to another or to a host."""

from __future__ import annotations

import re
import sqlite3
import threading
import zipfile
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
import shapely
from frames import E0, N0, addresses

import fibercov as fc
from fibercov.read import kinds

POINT = f'{{"type":"Point","coordinates":[{E0},{N0}]}}'
CRS_3006 = '{"type":"name","properties":{"name":"urn:ogc:def:crs:EPSG::3006"}}'
VRT = (
    '<OGRVRTDataSource><OGRVRTLayer name="a"><SrcDataSource>/vsicurl/HOST/a.csv</SrcDataSource>'
    "</OGRVRTLayer></OGRVRTDataSource>"
)
WFS = (
    '<WFS_Capabilities xmlns="http://www.opengis.net/wfs" xmlns:gml="http://www.opengis.net/gml">'
    '<OperationsMetadata><Operation name="GetFeature"><DCP><HTTP><Get href="HOST/wfs"/></HTTP></DCP>'
    "</Operation></OperationsMetadata><FeatureTypeList><FeatureType><Name>a</Name></FeatureType>"
    "</FeatureTypeList></WFS_Capabilities>"
)
ALGORITHM = (
    '{"type":"gdal_streamed_alg","command_line":"gdal vector pipeline read /vsicurl/HOST/a"}'
)
SCHEMA = (
    '<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" targetNamespace="http://ogr.maptools.org/">'
    '<xs:include schemaLocation="HOST/more.xsd"/></xs:schema>'
)
FEATURE = f'{{"type":"Feature","properties":{{}},"geometry":{POINT}}}\n'
PLACEMARK = (
    "<Placemark><name>a</name><styleUrl>HOST/style#a</styleUrl>"
    "<Point><coordinates>14.4,60.8</coordinates></Point></Placemark>"
)
KML = '<kml xmlns="http://www.opengis.net/kml/2.2">INSIDE</kml>'


def geojson(crs: str = CRS_3006, key: str = "crs", geometry: str = POINT) -> str:
    feature = f'{{"type":"Feature","properties":{{"type":"link"}},"geometry":{geometry}}}'
    return f'{{"type":"FeatureCollection","{key}":{crs},"features":[{feature}]}}'


def gml(inside: str = "", root: str = "", srs: str = "urn:ogc:def:crs:EPSG::3006") -> str:
    return (
        '<ogr:FeatureCollection xmlns:ogr="http://ogr.maptools.org/" '
        'xmlns:xlink="http://www.w3.org/1999/xlink" xmlns:gml="http://www.opengis.net/gml/3.2" '
        f'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" {root}><ogr:featureMember><ogr:a '
        f'gml:id="a.1">{inside}<ogr:geometryProperty><gml:Point srsName="{srs}"><gml:pos>{N0} {E0}'
        "</gml:pos></gml:Point></ogr:geometryProperty></ogr:a></ogr:featureMember>"
        "</ogr:FeatureCollection>"
    )


@pytest.fixture(scope="module")
def host() -> Iterator[tuple[str, list[str]]]:
    """The address of a server on this machine, and what it has been asked for."""
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_response(404)
            self.end_headers()

        do_HEAD = do_GET  # noqa: N815 - the server's name for it

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = HTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}", asked
    server.shutdown()


LINK = '{"type":"link","properties":{"href":"HOST/crs"}}'
TEXT = VRT.replace('"', "'")
WITH_LINK = f',"crs":{LINK}}}'
XML, JSON, POINTS = (
    "it is XML with the root",
    "it is JSON, but not GeoJSON",
    "it points to other data",
)
CRS_LINK = "its `crs` is a link to elsewhere"
LEADING_ELSEWHERE = {
    **{f"vrt.{end}": (VRT, XML) for end in ("gpkg", "geojson", "kml", "gml", "fgb", "tab")},
    "in_a_table.tab": (f"!table\n!version 300\n{VRT}", POINTS),
    "in_a_table.mif": (f"Version 300\n{VRT}", POINTS),
    "view.tab": ('!table\nopen table "a"\ncreate view v as\nSelect n from a', POINTS),
    "seamless.tab": ('!table\nbegin_metadata\n"\\IsSeamless" = "TRUE"\nend_metadata', POINTS),
    "wfs.gml": (WFS, POINTS),
    "wfs.kml": ("<OGRWFSDataSource><URL>HOST/wfs</URL></OGRWFSDataSource>", XML),
    "algorithm.geojson": (ALGORITHM, JSON),
    "algorithm_too.geojson": (ALGORITHM.replace("}", f',"x":{geojson()}}}'), JSON),
    "link.geojson": (geojson(LINK), CRS_LINK),
    "escaped.geojson": (geojson(LINK.replace("link", r"l\u0069nk"), r"\u0063rs"), CRS_LINK),
    "capital.geojson": (geojson(LINK.replace("type", "Type").replace("link", "LINK")), CRS_LINK),
    "twice.geojson": (geojson(LINK.replace("{", '{"Type":"name",', 1)), CRS_LINK),
    "url.geojson": (geojson(LINK.replace("link", "url")), CRS_LINK),
    "shape.geojson": (geojson(geometry=POINT.replace("}", WITH_LINK)), CRS_LINK),
    "link.geojsonl": (FEATURE + FEATURE.replace(POINT, POINT.replace("}", WITH_LINK)), CRS_LINK),
    "entity.gml": (f'<!DOCTYPE a [<!ENTITY e SYSTEM "HOST/e">]>{gml("&e;")}', "a document type"),
    "schema.gml": (gml(root='xsi:schemaLocation="http://ogr.maptools.org/ other.xsd"'), "includes"),
    "beside.gml": (gml(), "its schema beside.xsd includes others"),
}  # fmt: skip


@pytest.mark.parametrize("name", LEADING_ELSEWHERE)
def test_a_file_that_leads_elsewhere_is_an_error_and_asks_no_host(
    tmp_path: Path, name: str, host: tuple[str, list[str]]
) -> None:
    address, asked = host
    content, message = LEADING_ELSEWHERE[name]
    for schema in ("beside.xsd", "other.xsd"):
        (tmp_path / schema).write_text(SCHEMA.replace("HOST", address), "utf-8")
    path = tmp_path / name
    path.write_text(content.replace("HOST", address), "utf-8")
    with zipfile.ZipFile(tmp_path / "in.zip", "w") as archive:
        for part in (path, tmp_path / "beside.xsd", tmp_path / "other.xsd"):
            archive.write(part, part.name)
    asked.clear()
    for source in (path, tmp_path / "in.zip"):
        with pytest.raises(fc.FileError, match=f"cannot be read: {re.escape(message)}|{message}"):
            fc.read_network(source)
    assert asked == []


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("text.geojson", geojson().replace('"features"', f'"note":"{TEXT}","features"')),
        ("link.geojson", geojson(geometry=POINT, crs=CRS_3006)),  # of a property `type`: "link"
        ("srs.gml", gml().replace("</ogr:a>", '<ogr:n xlink:href="HOST/n"/></ogr:a>')),
        ("links.kml", KML.replace("INSIDE", f"<Document>{PLACEMARK}</Document>")),
    ],
)
def test_what_a_file_says_of_hosts_is_only_text(
    tmp_path: Path, name: str, content: str, host: tuple[str, list[str]]
) -> None:
    address, asked = host
    (tmp_path / name).write_text(content.replace("HOST", address), "utf-8")
    asked.clear()
    assert len(fc.read_network(tmp_path / name)) == 1
    assert asked == []


def test_the_kind_is_told_by_what_stands_in_a_file_not_by_its_name(tmp_path: Path) -> None:
    (tmp_path / "a.gpkg").write_text(geojson(), "utf-8")
    network = fc.read_network(tmp_path / "a.gpkg")
    assert network.geometry.tolist() == [shapely.Point(E0, N0)]


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a.dwg", b"AC1032\0\0\0", "it is a DWG drawing. Save it as GeoPackage"),
        ("a.dxf", b"  0\r\nSECTION\r\n  2\r\nENTITIES", "it is a DXF drawing. Save it as"),
        ("a.pdf", b"%PDF-1.7", "it is a PDF. Save it as GeoPackage, Shapefile or a table in the "),
        ("a.tif", b"II*\0\x08", "it is a raster picture. Save it as"),
        ("a.geojson.gz", b"\x1f\x8b\x08", "it is an archive. Unpack it."),
        ("a.geojson", b"\n<!DOCTYPE html><p>404", "it is a web page. Look at what it says, and "),
        ("a.gpkg", b"version https://git-lfs.github.com/spec/v1\n", "Fetch it: git lfs pull."),
        ("a.gpx", b'<?xml version="1.0"?><gpx/>', "it is XML with the root <gpx>, neither KML nor"),
        ("a.ndjson", b'{"n":1}\n{"n":2}\n', "it is JSON, but not GeoJSON. Save it as"),
        ("a.json", b'{"type":"Topology","objects":{}}', "it is JSON, but not GeoJSON. Save it as"),
        ("a.fgb", b"fgb\3fgb\1<OGR", "it is damaged. Copy it again, or export it anew."),
        ("a.xyz", b"1 2 3", "it is of no kind that is read here. Save it as"),
    ],
)
def test_a_kind_that_is_not_read_is_named_with_a_way_out(
    tmp_path: Path, name: str, content: bytes, message: str
) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(fc.FileError, match=re.escape(message)):
        fc.read_network(tmp_path / name)


def test_an_sqlite_database_that_is_no_geopackage_is_an_error(tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "a.gpkg") as database:
        database.execute("CREATE TABLE a (n, geom)")
    database.close()
    with pytest.raises(fc.FileError, match="it is an SQLite database, but no GeoPackage"):
        fc.read_network(tmp_path / "a.gpkg")


@pytest.mark.parametrize("source", ["ftp://example.org/a.gpkg", "/vsicurl/https://example.org/a"])
def test_a_source_that_is_neither_here_nor_at_an_address_is_an_error(source: str) -> None:
    must = (
        "`network` must be a file on this machine, or one at https:// or s3://, not '.*'. Download"
    )
    with pytest.raises(fc.FileError, match=must):
        fc.read_network(source)


def test_what_gdal_takes_for_another_kind_is_an_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    addresses().to_file(tmp_path / "a.fgb")
    monkeypatch.setitem(kinds.DRIVERS, kinds.Kind.FLATGEOBUF, {"another"})
    with pytest.raises(fc.FileError, match="GDAL takes it for FlatGeobuf, not for FlatGeobuf"):
        fc.read_network(tmp_path / "a.fgb")
