"""Sound files of every format, cut short at a random place or with bits and bytes changed."""

from __future__ import annotations

import random
import shutil
import warnings
import zipfile
from functools import cache
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import shapely

import fibercov as fc

from .base import CRS, FRAMES, made_once
from .judged import RIGHT, UNDETECTABLE, expect
from .watching import untouched

Rows = list[tuple[str, ...]]

# How each format is written: by which of GDAL's drivers, and what the file is called.
_DRIVERS = {
    "gpkg": "GPKG", "shp": "ESRI Shapefile", "gdb": "OpenFileGDB", "tab": "MapInfo File",
    "mif": "MapInfo File", "geojson": "GeoJSON", "geojsonl": "GeoJSONSeq", "kml": "KML", "gml": "GML",
    "fgb": "FlatGeobuf",
}  # fmt: skip
_DEGREES = {"geojson", "geojsonl", "kml"}
_ZIPPED = ("gpkg", "shp", "gdb", "geojson", "fgb")
_TABLES = ("csv", "tsv", "txt", "xlsx")
FORMATS = (*_DRIVERS, *(f"{kind}.zip" for kind in _ZIPPED), "folder", "parquet", *_TABLES)
_TEXTS = {"csv", "tsv", "txt"}
_OPEN = {*_TEXTS, "mif"}  # cut short, their last number is another, and nothing tells


def damaged_file(rng: random.Random, folder: Path) -> str:
    """Read one damaged file: the rows of the sound one, or an error."""
    kind, role = rng.choice(FORMATS), rng.choice(list(FRAMES))
    if kind in _TABLES:
        role = "premises"
    sound = made_once(folder, f"{kind}-{role}", lambda made: _write(made, kind, role))
    path = Path(shutil.copytree(sound, folder / "read")) / _called(kind, role)
    files = sorted(file for file in (folder / "read").rglob("*") if file.is_file())
    file = rng.choices(files, [file.stat().st_size ** 0.5 for file in files])[0]
    raw = file.read_bytes()
    cut = raw[: rng.randrange(len(raw))] if rng.random() < 0.4 else None
    file.write_bytes(flipped(rng, raw) if cut is None else cut)
    with untouched(folder / "read"):
        found = _rows(_read(path, role))
    rows = _sound_rows(sound / _called(kind, role), role)
    whole = len(rows) if cut is None else _whole_rows(kind, cut, len(rows))
    if cut is not None and kind in _TEXTS and found[:-1] == rows[: whole - 1]:
        return UNDETECTABLE  # the last row may be short
    return judged(found, rows[:whole], file.name, strict=cut is not None and kind not in _OPEN)


def _whole_rows(kind: str, cut: bytes, rows: int) -> int:
    """How many rows there are in what is left of a file that says nowhere how many it had."""
    if kind in _TEXTS:
        return max(len(cut.split(b"\n")) - 1 - cut.endswith(b"\n"), 0)
    if kind == "geojsonl" and cut.rstrip().endswith((b"}}", b"} }")):
        return len(cut.rstrip().split(b"\n"))
    return rows


def judged(found: Rows, sound: Rows, at: str, *, strict: bool) -> str:
    """Whether the rows are those of the sound file; if not, whether all are there, with a geometry.

    Where it is strict, other values are wrong too: what is missing could have been noticed.
    """
    if found == sound:
        return RIGHT
    lost = sum(row[-1] == "None" for row in found)
    expect(len(found) == len(sound), f"{at}: {len(found)} of {len(sound)} rows")
    # In a FileGDB, a bit of a row says that it has no geometry: no reader can tell that it is damaged.
    expect(lost == 0 or at.endswith(".gdbtable"), f"{at}: {lost} rows without their geometry")
    differing = [(row, other) for row, other in zip(found, sound, strict=True) if row != other]
    expect(not strict, f"{at}: {len(differing)} rows differ, the first: {differing[:1]}")
    return UNDETECTABLE


def flipped(rng: random.Random, raw: bytes) -> bytes:
    """The bytes with one bit, or a few bytes, or a block changed, mostly where there is something."""
    made = bytearray(raw)
    filled = [k for k, byte in enumerate(raw) if byte]
    places = filled if filled and rng.random() < 0.8 else range(len(raw))
    way = rng.random()
    for _ in range(1 if way < 0.6 else rng.randint(1, 8)):
        at = rng.choice(places)
        if way < 0.9:
            made[at] = made[at] ^ 1 << rng.randrange(8) if way < 0.6 else rng.randrange(256)
        else:
            made[at : at + 512] = bytes(len(made[at : at + 512]))
    return bytes(made)


def _called(kind: str, role: str) -> str:
    """The name of the file, or folder, that is read."""
    if kind == "folder":
        return role
    return f"{role}.zip" if kind.endswith(".zip") else f"{role}.{kind}"


def _write(folder: Path, kind: str, role: str) -> None:
    """Write the sound file of a format."""
    frame, path = FRAMES[role](), folder / _called(kind, role)
    if kind.endswith(".zip"):
        inner = folder / "inner"
        inner.mkdir()
        _write(inner, kind.removesuffix(".zip"), role)
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            for file in sorted(file for file in inner.rglob("*") if file.is_file()):
                archive.write(file, file.relative_to(inner).as_posix())
        shutil.rmtree(inner)
    elif kind == "folder":
        path.mkdir()
        _write(path, "shp", role)
    elif kind == "parquet":
        frame.to_parquet(path)
    elif kind in _TABLES:
        table = pd.DataFrame(frame.drop(columns="geometry"))
        table["E"], table["N"] = frame.geometry.x, frame.geometry.y
        if kind == "xlsx":
            table.to_excel(path, index=False)
        else:
            table.to_csv(path, index=False, sep=";", decimal=",", encoding="utf-8-sig")
    else:
        pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": "2020-10-01T00:00:00Z"})
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # FileGDB stores whole numbers as floats, and says so
            drawn = frame.to_crs(4326) if kind in _DEGREES else frame
            drawn.to_file(path, driver=_DRIVERS[kind])
        pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": None})


def _read(path: Path, role: str) -> gpd.GeoDataFrame:
    if role == "premises":
        table: dict[str, Any] = {"xy": ("E", "N"), "crs": CRS}
        table = table if path.suffix[1:] in _TABLES else {}
        return fc.read_premises(path, households="hushall", connected="ansluten", id="nr", **table)
    if role == "network":
        return fc.read_network(path)
    return fc.read_areas(path, name="namn", code="kod")


def _rows(frame: gpd.GeoDataFrame) -> Rows:
    """Each row as texts, the last of them its geometry, None if it has no place."""
    shapes = frame.geometry.to_numpy()
    nowhere = np.isnan(shapely.bounds(shapes)).all(axis=1)
    values = frame.drop(columns=frame.active_geometry_name).astype(str)
    drawn = np.where(nowhere, "None", shapely.to_wkb(shapes, hex=True))
    crs = str(frame.crs)
    return [(crs, *row, str(shape)) for row, shape in zip(values.itertuples(), drawn, strict=True)]


@cache
def _sound_rows(path: Path, role: str) -> Rows:
    return _rows(_read(path, role))
