"""A damaged file gives all of its rows, or an error: never fewer without a word."""

from __future__ import annotations

import shutil
import sqlite3
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from frames import frame, points
from test_files import edited

import fibercov as fc
from fibercov.read import whole
from fibercov.read.files import read_path

ROWS = 60
DRIVERS = {"geojsonl": "GeoJSONSeq", "geojsons": "GeoJSONSeq", "mif": "MapInfo File"}
OPTIONS: dict[str, dict[str, Any]] = {"geojsons": {"RS": "YES"}, "fgb": {"SPATIAL_INDEX": "NO"}}
DEGREES = {"geojson", "geojsonl", "geojsons"}
KML = (
    '<?xml version="1.0"?><kml xmlns="http://www.opengis.net/kml/2.2"><Document>'
    + "".join(
        f"<Placemark><name>{n}</name><Point><coordinates>14.{n:02},60.8</coordinates></Point></Placemark>"
        for n in range(ROWS)
    )
    + "</Document></kml>"
)


def places() -> gpd.GeoDataFrame:
    """Rows of which each may be lost: half have no geometry of their own."""
    where = [(5.0 * n, 3.0 * n) if n % 5 else None for n in range(ROWS)]
    return points(*where, nr=[f"{n:04d}" for n in range(ROWS)], n=list(range(ROWS)))


def written(folder: Path, kind: str) -> Path:
    """The places in a file of this kind."""
    path = folder / f"a.{kind}"
    if kind == "kml":
        path.write_text(KML, "utf-8")
    elif kind == "parquet":
        places().to_parquet(path)
    else:
        made = places().to_crs(4326) if kind in DEGREES else places()
        made.to_file(path, driver=DRIVERS.get(kind), **OPTIONS.get(kind, {}))
    return path


def read(path: Path) -> pd.DataFrame:
    return read_path(path, "network", None)


def damages(path: Path) -> Iterator[str]:
    """Cut each part of the file short at places, and flip single bits of it, one at a time."""
    folder = path if path.is_dir() else path.parent
    parts = [part for part in folder.iterdir() if part.suffix not in {".cpg", ".prj"}]
    parts = sorted(parts, key=lambda part: -part.stat().st_size)[:3]
    for part in parts:
        sound = part.read_bytes()
        for at in np.linspace(0, len(sound) - 1, 24 // len(parts)).astype(int):
            if b"\n" in sound[at - 1 : at + 1]:  # between two lines, a file may well end
                continue
            part.write_bytes(sound[:at])
            yield f"{part.name} cut at {at}"
            part.write_bytes(sound[:at] + bytes([sound[at] ^ 4]) + sound[at + 1 :])
            yield f"{part.name} with a bit flipped at {at}"
        part.write_bytes(sound)


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
@pytest.mark.parametrize(
    "kind",
    ["gpkg", "shp", "geojson", "geojsonl", "geojsons", "fgb", "gdb", "tab", "mif", "kml", "gml",
     "parquet"],
)  # fmt: skip
def test_a_damaged_file_gives_all_its_rows_and_shapes_or_an_error(
    tmp_path: Path, kind: str
) -> None:
    path = written(tmp_path, kind)
    sound, errors = read(path), 0
    assert len(sound) == ROWS
    for damage in damages(path):
        try:
            network = read(path)
        except fc.FileError:
            errors += 1
        else:
            assert len(network) == ROWS, damage
            assert network.geometry.isna().sum() == sound.geometry.isna().sum(), damage
    assert errors > 0


@pytest.mark.parametrize("ending", [".shp", ".shx", ".dbf"])
@pytest.mark.parametrize("inside", ["zip", "folder"])
def test_a_shapefile_cut_short_in_a_folder_or_an_archive_is_an_error(
    tmp_path: Path, ending: str, inside: str
) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    part = written(folder, "shp").with_suffix(ending)
    sound = part.read_bytes()
    part.write_bytes(sound[: len(sound) // 2])
    shutil.make_archive(str(tmp_path / "in"), "zip", folder)
    which = "it" if ending == ".shp" else f"its {ending}"
    with pytest.raises(fc.FileError, match=f"cannot be read: {which} is cut short, to .* bytes"):
        read(folder if inside == "folder" else tmp_path / "in.zip")


def test_a_flipped_bit_in_an_archive_is_an_error(tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    written(folder, "shp")
    shutil.make_archive(str(tmp_path / "in"), "zip", folder)
    sound = (tmp_path / "in.zip").read_bytes()
    middle = len(sound) // 2
    (tmp_path / "in.zip").write_bytes(
        sound[:middle] + bytes([sound[middle] ^ 1]) + sound[middle + 1 :]
    )
    with pytest.raises(fc.FileError, match="cannot be read: "):
        read(tmp_path / "in.zip")


def test_one_flipped_bit_by_which_a_geopackage_loses_rows_is_an_error(tmp_path: Path) -> None:
    path = with_view(tmp_path, "SELECT * FROM a")
    with sqlite3.connect(path) as database:
        (size,) = database.execute("PRAGMA page_size").fetchone()
        (page,) = database.execute("SELECT rootpage FROM sqlite_master WHERE name = 'a'").fetchone()
    database.close()
    raw = bytearray(path.read_bytes())
    count = (page - 1) * size + 4  # the low byte of how many rows the page has
    assert raw[count] == 20
    raw[count] ^= 4
    path.write_bytes(raw)
    for layer in ("a", "v"):
        with pytest.raises(fc.FileError, match="cannot be read: it is damaged .*Copy it again, or"):
            fc.read_network(path, layer=layer)


def test_a_geopackage_with_fewer_rows_than_it_says_is_an_error(tmp_path: Path) -> None:
    points((0, 0), (1, 1)).to_file(tmp_path / "a.gpkg", layer="a", SPATIAL_INDEX="NO")
    edited(tmp_path / "a.gpkg", ("UPDATE gpkg_ogr_contents SET feature_count = 3", ()))
    with pytest.raises(
        fc.FileError, match="damaged: of 3 rows that it says it has, 2 can be read. Copy it again"
    ):
        fc.read_network(tmp_path / "a.gpkg")


def test_a_geometry_that_a_geopackage_has_and_gdal_cannot_read_is_an_error(tmp_path: Path) -> None:
    points((0, 0), (1, 1)).to_file(tmp_path / "a.gpkg", layer="a", SPATIAL_INDEX="NO")
    edited(tmp_path / "a.gpkg", ("UPDATE a SET geom = x'00' WHERE fid = 2", ()))
    with pytest.raises(fc.FileError, match="the geometry of 1 of its rows cannot be read"):
        fc.read_network(tmp_path / "a.gpkg")


def test_what_is_not_yet_in_a_geopackage_itself_but_in_its_log_is_read(tmp_path: Path) -> None:
    path = tmp_path / "a.gpkg"
    points((0, 0), (1, 1)).to_file(path, layer="a", SPATIAL_INDEX="NO")
    database = sqlite3.connect(path)
    database.execute("PRAGMA journal_mode = WAL")
    database.execute("INSERT INTO a (geom) SELECT geom FROM a WHERE fid = 1")
    database.commit()
    assert len(fc.read_network(path)) == 3
    database.close()


RECURSIVE = "WITH RECURSIVE r (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM r)"


@pytest.mark.parametrize(
    ("view", "message"),
    [
        (f"{RECURSIVE} SELECT n AS fid, geom FROM r, a", "or runs on .interrupted"),
        (f"SELECT a.*, ({RECURSIVE} SELECT count(*) FROM r) FROM a", "or runs on .interrupted"),
        (f"SELECT a.* FROM a, {', '.join(f'a a{n}' for n in range(9))}", "or runs on .interrupted"),
        ("SELECT fid, geom, ST_MinX(geom) FROM a", "by SQLite alone.*no such function"),
    ],
)
def test_a_view_that_runs_on_or_needs_more_than_sqlite_is_an_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, view: str, message: str
) -> None:
    monkeypatch.setattr(whole, "_MOST_STEPS", 1)
    path = with_view(tmp_path, view)
    with pytest.raises(fc.FileError, match=f"its view 'v' cannot be run .*{message}.*as a table"):
        fc.read_network(path, layer="v")
    assert len(fc.read_network(path, layer="a")) == 20  # the view is not even looked at


@pytest.mark.parametrize("name", ["gpkg_contents", "gpkg_ogr_contents"])
def test_a_list_of_layers_that_is_a_view_is_an_error(tmp_path: Path, name: str) -> None:
    path = tmp_path / "a.gpkg"
    points((0, 0)).to_file(path, layer="a")
    edited(
        path,
        (f"ALTER TABLE {name} RENAME TO moved", ()),
        (f"CREATE VIEW {name} AS SELECT * FROM moved", ()),
    )
    with pytest.raises(fc.FileError, match="its list of layers is a view|but no GeoPackage"):
        fc.read_network(path)


def test_a_view_of_a_table_is_a_layer_like_others(tmp_path: Path) -> None:
    path = with_view(tmp_path, "SELECT * FROM a WHERE fid > 5")
    assert len(fc.read_network(path, layer="v")) == 15
    with pytest.raises(fc.FileError, match="`layer` must be named, for .*'a', 'v'"):
        fc.read_network(path)


def with_view(folder: Path, view: str) -> Path:
    """A GeoPackage of a layer `a` with 20 rows, and a view of it, `v`."""
    path = folder / "a.gpkg"
    points(*[(n, n) for n in range(20)]).to_file(path, layer="a", SPATIAL_INDEX="NO")
    of_a = "FROM gpkg_contents WHERE table_name = 'a'"
    edited(
        path,
        (f"CREATE VIEW v AS {view}", ()),
        (f"INSERT INTO gpkg_geometry_columns SELECT 'v', 'geom', 'POINT', srs_id, 0, 0 {of_a}", ()),
        (
            f"INSERT INTO gpkg_contents (table_name, data_type, srs_id) SELECT 'v', 'features', srs_id {of_a}",
            (),
        ),
    )
    return path


HERE = '{"type":"Point","coordinates":[14.4,60.8]}'


def feature(geometry: str) -> str:
    return f'{{"type":"Feature","properties":{{"n":1}},"geometry":{geometry}}}'


@pytest.mark.parametrize(
    "second",
    [
        feature(HERE.replace("Point", "Pount")),
        feature(HERE.replace("coordinates", "coordinatez")),
        feature(HERE).replace("Feature", "Future"),
        feature(HERE).replace("geometry", "geometri"),
        feature("{}"),
        feature('{"type":"GeometryCollection","geometries":[{"type":"Point"}]}'),
    ],
)
@pytest.mark.parametrize("between", [",", "\n"])
def test_a_feature_that_cannot_be_read_is_an_error_that_names_it(
    tmp_path: Path, second: str, between: str
) -> None:
    path = tmp_path / "a.geojson"
    both = f"{feature(HERE)}{between}{second}"
    collection = f'{{"type":"FeatureCollection","features":[{both}]}}'
    path.write_text(collection if between == "," else both, "utf-8")
    with pytest.raises(
        fc.FileError, match="feature 2 is none, or has no geometry that can be read"
    ):
        fc.read_network(path)


@pytest.mark.parametrize(
    ("text", "rows", "without"),
    [
        (f"{feature(HERE)}\n\n{feature('null')}\n", 2, 1),
        (f"\x1e{feature(HERE)}\n", 1, 0),
        (f'{{"type":"FeatureCollection","features":[{feature(HERE)},{feature("null")}]}}', 2, 1),
        (f'\ufeff{{"features":[{feature(HERE)}],"type":"FeatureCollection"}}\n', 1, 0),
        (feature(HERE), 1, 0),
        (HERE, 1, 0),
        (feature(f'{{"type":"GeometryCollection","geometries":[{HERE},{HERE}]}}'), 1, 0),
        (feature(HERE).replace("1", '{"type":"Feature","geometry":0}', 1), 1, 0),
    ],
)
def test_geojson_as_it_may_be(tmp_path: Path, text: str, rows: int, without: int) -> None:
    (tmp_path / "a.geojson").write_text(text, "utf-8")
    network = fc.read_network(tmp_path / "a.geojson")
    assert (len(network), int(network.geometry.isna().sum())) == (rows, without)


@pytest.mark.parametrize(("kind", "table"), [("shp", ".dbf"), ("tab", ".dat")])
def test_rows_that_are_deleted_or_without_a_shape_are_no_damage(
    tmp_path: Path, kind: str, table: str
) -> None:
    path = tmp_path / f"a.{kind}"
    frame([shapely.box(0, 0, 1, 1), None, shapely.box(2, 2, 3, 3)], n=[1, 2, 3]).to_file(path)
    raw = bytearray(path.with_suffix(table).read_bytes())
    start, width = struct.unpack("<HH", raw[8:12])
    raw[start + 2 * width] = ord("*")
    path.with_suffix(table).write_bytes(raw)
    if kind == "tab":  # whose .id says where in the .map each shape is
        path.with_suffix(".id").write_bytes(path.with_suffix(".id").read_bytes()[:8] + bytes(4))
    network = fc.read_network(path)
    assert network["n"].tolist() == [1, 2]
    assert network.geometry.isna().tolist() == [False, True]


def test_a_shapefile_whose_parts_do_not_belong_together_is_an_error(tmp_path: Path) -> None:
    points((0, 0), (1, 1), (2, 2)).to_file(tmp_path / "a.shp")
    points((0, 0), (1, 1)).to_file(tmp_path / "b.shp")
    shutil.copy(tmp_path / "b.dbf", tmp_path / "a.dbf")
    with pytest.raises(fc.FileError, match=r"its \.shx has 3 shapes and its \.dbf 2 rows"):
        fc.read_network(tmp_path / "a.shp")
    shutil.copy(tmp_path / "b.shx", tmp_path / "a.shx")
    (tmp_path / "b.shx").unlink()
    with pytest.raises(fc.FileError, match=r"its \.shx is not beside it"):
        fc.read_network(tmp_path / "b.shp")


def test_a_mif_whose_parts_do_not_belong_together_is_an_error(tmp_path: Path) -> None:
    path = written(tmp_path, "mif")
    lines = path.with_suffix(".mid").read_text("utf-8").splitlines(keepends=True)
    path.with_suffix(".mid").write_text("".join(lines[:-1]), "utf-8")
    with pytest.raises(fc.FileError, match=r"its \.mif has 60 shapes and its \.mid 59 rows"):
        read(path)
    path.write_bytes(path.read_bytes()[:100])
    with pytest.raises(fc.FileError, match=r"it breaks off before its shapes\. Copy it again"):
        read(path)


def test_geojson_that_is_not_utf_8_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "a.geojson").write_text(feature(HERE).replace("n", "å"), "cp1252")
    with pytest.raises(fc.FileError, match="its text is not UTF-8, as that of GeoJSON is"):
        fc.read_network(tmp_path / "a.geojson")


def test_a_number_that_gdal_reads_in_part_is_an_error(tmp_path: Path) -> None:
    points((0, 0), n=[3.14]).to_file(tmp_path / "a.shp")
    raw = (tmp_path / "a.dbf").read_bytes()
    (tmp_path / "a.dbf").write_bytes(raw.replace(b"3.14", b"3,14"))
    with pytest.raises(fc.FileError, match=r"Value '3,14.*' of field a.n parsed incompletely"):
        fc.read_network(tmp_path / "a.shp")


def test_the_sums_in_a_geoparquet_are_checked(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    places().to_parquet(path, compression=None, write_page_checksum=True)
    path.write_bytes(path.read_bytes().replace(b"0042", b"0043"))
    with pytest.raises(fc.FileError, match="CRC"):
        fc.read_network(path)


def lettered(folder: Path, kind: str) -> Path:
    """Places with a name beyond a to z in a file of this kind."""
    made = places().assign(nr="Åsen")
    made.to_file(folder / f"a.{kind}", driver=DRIVERS.get(kind))
    return folder / f"a.{kind}"


@pytest.mark.parametrize(
    ("says", "seen"), [("UT", "says 'UT'"), ("", "says ''"), (None, "no .cpg")]
)
def test_a_shapefile_in_utf_8_that_does_not_say_so_is_an_error(
    tmp_path: Path, says: str | None, seen: str
) -> None:
    path = lettered(tmp_path, "shp")
    assert read(path)["nr"].unique().tolist() == ["Åsen"]
    path.with_suffix(".cpg").unlink()
    if says is not None:
        path.with_suffix(".cpg").write_text(says)
    with pytest.raises(fc.FileError, match=f"its text is UTF-8, but .*{seen}.*Write UTF-8 into"):
        read(path)


def test_a_shapefile_in_latin_1_is_read_as_it_says(tmp_path: Path) -> None:
    places().assign(nr="Åsen").to_file(tmp_path / "a.shp", encoding="ISO-8859-1")
    assert read(tmp_path / "a.shp")["nr"].unique().tolist() == ["Åsen"]


@pytest.mark.parametrize(
    ("ending", "at"), [(".shx", 100 + 8 * 7), (".shx", 100 + 8 * 7 + 4), (".id", 4 * 7)]
)
def test_an_index_that_no_longer_leads_to_the_shapes_is_an_error(
    tmp_path: Path, ending: str, at: int
) -> None:
    path = written(tmp_path, "tab" if ending == ".id" else "shp")
    index = path.with_suffix(ending)
    sound = index.read_bytes()
    index.write_bytes(sound[:at] + bytes(4) + sound[at + 4 :])
    with pytest.raises(
        fc.FileError, match=r"its \.(shx is damaged|map has \d+ shapes and its \.id)"
    ):
        read(path)


@pytest.mark.parametrize("kind", ["gpkg", "parquet"])
def test_text_that_is_not_utf_8_is_an_error(tmp_path: Path, kind: str) -> None:
    path = tmp_path / f"a.{kind}"
    if kind == "parquet":
        places().to_parquet(path, compression=None)
    else:
        places().to_file(path)
    path.write_bytes(path.read_bytes().replace(b"0007", b"0\xc3\xff7"))
    with pytest.raises(fc.FileError, match="the text of column 'nr' is not UTF-8|can't decode"):
        read(path)
