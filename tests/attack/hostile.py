"""Files that are meant to read other files, to ask hosts, or never to end."""

from __future__ import annotations

import random
import sqlite3
import threading
import zipfile
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import openpyxl

import fibercov as fc

from .base import CRS, E0, N0, homes
from .judged import RIGHT, Trace
from .payloads import FEATURE, HEAVY, SECRET, TEXTS, VIEWS, filled
from .watching import untouched, watched

_ENDS = (
    "gpkg", "geojson", "json", "kml", "gml", "tab", "mif", "fgb", "shp", "gdb", "zip", "vrt", "xml", "parquet",
    "csv", "xlsx", "",
)  # fmt: skip


class _Host(BaseHTTPRequestHandler):
    """Hears what it is asked for, and has none of it."""

    asked: list[str] = []  # noqa: RUF012 - of the process

    def handle_one_request(self) -> None:
        self.asked.append(str(self.rfile.readline(200)))
        self.wfile.write(b"HTTP/1.0 404 Not Found\r\n\r\n")
        self.close_connection = True


@cache
def _url() -> str:
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Host)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return f"http://127.0.0.1:{server.server_port}"


def _text(rng: random.Random, folder: Path, url: str) -> Path:
    """One of the texts under any name, in an archive, or in the place of a part of a sound file."""
    text = filled(rng.choice(TEXTS), folder, url) if rng.random() < 0.85 else rng.choice(HEAVY)()
    end = rng.choice(_ENDS)
    path = folder / f"a.{end}".removesuffix(".")
    sound = {"shp": "ESRI Shapefile", "tab": "MapInfo File"}.get(end)
    if sound and rng.random() < 0.5:
        homes().to_file(path, driver=sound)
        path.with_suffix(rng.choice([".prj", ".cpg", ".tab", ".dbf"])).write_text(text, "utf-8")
    elif end == "zip":
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr(f"a.{rng.choice(_ENDS)}", text)
    elif end == "gdb":
        path.mkdir()
        (path / rng.choice(["gdb", "a.vrt", "a00000001.gdbtable"])).write_text(text, "utf-8")
    else:
        path.write_text(text, "utf-8")
    return path


def _gpkg(rng: random.Random, folder: Path, url: str) -> Path:
    """A GeoPackage with a view, or a virtual table, or a CRS that is a host's."""
    homes().to_file(path := folder / "a.gpkg", layer="premises")
    made = rng.choice([*(f"CREATE VIEW hostile AS {view}" for view in VIEWS), "TABLE", "CRS"])
    with sqlite3.connect(path) as file:
        if made == "CRS":
            file.execute(f"UPDATE gpkg_spatial_ref_sys SET definition = '{url}'")
            return path
        if made == "TABLE":
            made = "CREATE VIRTUAL TABLE hostile USING VirtualOGR('@FILE')"
        file.execute("PRAGMA writable_schema = ON")
        row = ("table" if "TABLE" in made else "view", filled(made, folder, url))
        file.execute("INSERT INTO sqlite_master VALUES (?, 'hostile', 'hostile', 0, ?)", row)
        file.execute("DELETE FROM gpkg_ogr_contents")
        file.execute("UPDATE gpkg_contents SET table_name = 'hostile', identifier = 'h'")
        file.execute("UPDATE gpkg_geometry_columns SET table_name = 'hostile'")
    return path


def _cell(rng: random.Random, folder: Path, _: str) -> Path:
    """A workbook with one cell far away, which a reader may fill up to."""
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    for row in (["E", "N"], [E0, N0]):
        sheet.append(row)
    sheet[rng.choice(["XFD1048576", "A1048576", "XFD1", "XFD2", "ZZ90000"])] = "x"
    book.save(path := folder / "a.xlsx")
    return path


def _bomb(rng: random.Random, folder: Path, _: str) -> Path:
    """An archive or a workbook of a few megabytes that holds 1.5 gigabytes of nothing."""
    path = folder / rng.choice(["a.zip", "a.xlsx"])
    inner, parts = "a.geojson", (f'{{"type":"FeatureCollection","features":[{FEATURE}', "]}")
    if path.suffix == ".xlsx":
        openpyxl.Workbook().save(path)
        inner, parts = "xl/worksheets/sheet1.xml", ("<worksheet>", "</worksheet>")
    with (
        zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED, compresslevel=1) as archive,
        archive.open(inner, "w", force_zip64=True) as file,
    ):
        file.write(parts[0].encode())
        for _n in range(1_500):
            file.write(b" " * 1_000_000)
        file.write(parts[1].encode())
    return path


def hostile_file(rng: random.Random, folder: Path) -> str:
    """Read a hostile file: nothing else is read, no host is asked, nothing is written."""
    url = f"{_url()}/{rng.random()}"  # another each time: that one is not there is remembered
    make = _bomb if rng.random() < 0.01 else rng.choice([_text, _text, _text, _text, _gpkg, _cell])
    path = make(rng, folder, url)
    _Host.asked.clear()
    named: dict[str, Any] = {"xy": ("E", "N"), "crs": CRS} if make is _cell else {}
    read: Any = fc.read_premises if named else rng.choice([fc.read_premises, fc.read_network])
    try:
        with watched(), untouched(folder):
            text = read(path, **named).to_csv()
    finally:
        if _Host.asked:
            raise Trace(f"{path.name} asked for {_Host.asked[:3]}")
    if SECRET in text or "root:" in text:
        raise Trace(f"{path.name} had another file read")
    return RIGHT
