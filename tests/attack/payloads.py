"""What a file may hold to have another file read, a host asked, or a reader never end."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

from .base import CRS, E0, N0

SECRET = "nobody may read this"  # noqa: S105 - what stands in the file @FILE
_POINT = f'{{"type":"Point","coordinates":[{E0},{N0}]}}'
FEATURE = f'{{"type":"Feature","properties":{{"nr":1}},"geometry":{_POINT}}}'
_COLUMNS = '<GeometryField encoding="PointFromColumns" x="E" y="N"/>'
_NAMESPACES = " ".join(
    f'xmlns:{name}="http://www.{place}"'
    for name, place in {
        "ogr": "ogr.maptools.org/",
        "gml": "opengis.net/gml",
        "xlink": "w3.org/1999/xlink",
        "xsi": "w3.org/2001/XMLSchema-instance",
    }.items()
).replace("www.ogr", "ogr")
_ENTITY = '<!DOCTYPE a [<!ENTITY s SYSTEM "@FILE">]>'
_LAUGHS = "".join(f'<!ENTITY l{k} "{f"&l{k - 1};" * 10}">' for k in range(1, 12))
_MARK = "<Point><coordinates>14.5,60.8</coordinates></Point></Placemark></Document></kml>"
_KML = '<kml xmlns="http://www.opengis.net/kml/2.2"><Document>'
_TAB = "!table\n!version 300\nDefinition Table\n"


def _vrt(source: str, more: str = _COLUMNS) -> str:
    return (
        '<OGRVRTDataSource><OGRVRTLayer name="secret">'
        f"<SrcDataSource>{source}</SrcDataSource><GeometryType>wkbPoint</GeometryType>"
        f"<LayerSRS>{CRS}</LayerSRS>{more}</OGRVRTLayer></OGRVRTDataSource>"
    )


def _geojson(crs: str, more: str = "") -> str:
    return f'{{"type":"FeatureCollection",{more}"crs":{crs},"features":[{FEATURE}]}}'


def _gml(attributes: str = "", srs: str = CRS, member: str = "") -> str:
    return (
        f"<ogr:FeatureCollection {_NAMESPACES} {attributes}><gml:featureMember>"
        f'<ogr:a fid="a.0"><ogr:geometryProperty><gml:Point srsName="{srs}"><gml:coordinates>'
        f"{E0},{N0}</gml:coordinates></gml:Point></ogr:geometryProperty><ogr:nr>1</ogr:nr>{member}"
        "</ogr:a></gml:featureMember></ogr:FeatureCollection>"
    )


def _gdalg(source: str) -> str:
    command = f"gdal vector pipeline ! read {source} ! write a --of stream"
    return json.dumps({"type": "gdal_streamed_alg", "command_line": command})


def _oapif() -> str:
    links = [{"rel": rel, "href": "@URL"} for rel in ("data", "self", "items", "next")]
    return json.dumps({"links": links, "collections": [{"id": "a", "links": links}]})


def _esri() -> str:
    feature = {"geometry": {"x": E0, "y": N0}, "attributes": {"nr": 1}}
    crs = {"geometryType": "esriGeometryPoint", "spatialReference": {"wkt": "@URL"}}
    return json.dumps(crs | {"exceededTransferLimit": True, "features": [feature]})


TEXTS = (  # @URL is that of a host, @FILE that of a file beside, with SECRET in it
    _vrt("@FILE"), _vrt("CSV:/etc/passwd", ""), _vrt("@FILE", "<SrcSQL>SELECT * FROM secret</SrcSQL>"),
    _vrt("/vsicurl/@URL.csv"), _vrt("/vsicurl_streaming/@URL.csv"), _vrt("@URL.geojson"), _vrt("a.vrt"),
    _vrt("@FILE").replace('<OGRVRTLayer name="secret">', '<OGRVRTUnionLayer name="u"><OGRVRTLayer name="secret">')
    .replace("</OGRVRTLayer>", "</OGRVRTLayer></OGRVRTUnionLayer>"),
    "<OGRWFSDataSource><URL>@URL</URL></OGRWFSDataSource>", "<OGRCSWDataSource><URL>@URL</URL></OGRCSWDataSource>",
    '<wfs:WFS_Capabilities xmlns:wfs="http://www.opengis.net/wfs" version="1.1.0"><Get href="@URL"/></wfs:WFS_Capabilities>',
    _gdalg("@FILE"), _gdalg("@URL"),
    _geojson('{"type":"link","properties":{"href":"@URL","type":"proj4"}}'),
    _geojson('{"type":"name","properties":{"name":"@URL"}}'), _geojson('{"type":"name","properties":{"name":"@FILE"}}'),
    _geojson("null", '"numberMatched":9,"links":[{"rel":"next","href":"@URL"}],'), _oapif(),
    '{"tilejson":"2.2.0","tiles":["@URL/{z}/{x}/{y}.pbf"],"vector_layers":[{"id":"a"}]}',
    _esri(),
    _gml('xsi:schemaLocation="http://ogr.maptools.org/ @URL.xsd"'), _gml(srs="@URL"), _gml(srs="@FILE"),
    _gml(member='<ogr:other xlink:href="@URL#a"/>'), _ENTITY + _gml(member="<ogr:said>&s;</ogr:said>"),
    f'<!DOCTYPE a [<!ENTITY l0 "ha">{_LAUGHS}]>{_gml(member="<ogr:said>&l11;</ogr:said>")}',
    f"{_KML}<NetworkLink><Link><href>@URL</href></Link></NetworkLink><Placemark><styleUrl>@URL#a</styleUrl>{_MARK}",
    f"{_ENTITY}{_KML}<Placemark><name>&s;</name>{_MARK}",
    f'{_TAB}  File "@FILE"\n  Type NATIVE Charset "Neutral"\n  Fields 1\n    a Char(9);\n',
    f'{_TAB}  File "@FILE"\n  Type "TABULAR"\n', f"{_TAB}  Type SEAMLESS\n  Description @FILE\n",
)  # fmt: skip

HEAVY: tuple[Callable[[], str], ...] = (
    lambda: "[" * 200_000,
    lambda: f'{{"type":"FeatureCollection","features":{"[" * 100_000}{"]" * 100_000}}}',
    lambda: FEATURE.replace(
        _POINT, '{"type":"GeometryCollection","geometries":[' * 3_000 + _POINT + "]}" * 3_000
    ),
    lambda: "<a>" * 200_000,
    lambda: ";".join(f"c{k}" for k in range(200_000)) + "\n1;2\n",
    lambda: "E;N\n" + "1" * 40_000_000 + ";2\n",
    lambda: "E;N\n" + '"' * 4_000_001 + "\n",
)

VIEWS = (  # of a GeoPackage with a table `premises`
    "WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c) SELECT x AS fid, NULL AS geom FROM c",
    "WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c) SELECT count(*) AS fid, NULL AS geom FROM c",
    "SELECT 1 AS fid, zeroblob(900000000) AS geom UNION ALL SELECT 2, zeroblob(900000000)",
    "SELECT a.fid AS fid, a.geom AS geom FROM premises a, premises b, premises c, premises d, premises e",
    "SELECT * FROM hostile",
    "SELECT 1 AS fid, ogr_geocode('x', 'geometry', 'QUERY_TEMPLATE=@URL?q=%s') AS geom",
    "SELECT 1 AS fid, load_extension('secret') AS geom",
    "SELECT 1 AS fid, readfile('@FILE') AS geom",
)


def filled(text: str, folder: Path, url: str) -> str:
    """The text with a host's URL and the path of a file beside in their places."""
    secret = folder / "secret.csv"
    secret.write_text(f"nr,E,N,said\n1,{E0},{N0},{SECRET}\n", "utf-8")
    return text.replace("@URL", url).replace("@FILE", str(secret))
