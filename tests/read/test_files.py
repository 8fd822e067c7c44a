"""What is in a file, whatever its kind and whoever wrote it."""

from __future__ import annotations

import os
import pathlib
import shutil
import sqlite3
import struct
import warnings
import zipfile
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from frames import (
    CRS,
    E0,
    N0,
    addresses,
    cable,
    check_addresses,
    frame,
    points,
    read_addresses,
)

import fibercov as fc


def edited(path: Path, *statements: tuple[str, tuple[Any, ...]]) -> None:
    """Change a GeoPackage of the layer `a` as another program might have written it."""
    with sqlite3.connect(path) as database:
        for statement, values in statements:
            database.execute(statement, values)
    database.close()


@pytest.mark.parametrize("name", ["a.gpkg", "a.shp", "a.geojson", "a.fgb", "a.gml"])
def test_reads_vector_files(tmp_path: Path, name: str) -> None:
    made = addresses().to_crs(4326) if name.endswith("json") else addresses()
    made.to_file(tmp_path / name)
    check_addresses(read_addresses(tmp_path / name))


def test_reads_geoparquet(tmp_path: Path) -> None:
    addresses().to_parquet(tmp_path / "a.parquet")
    check_addresses(read_addresses(str(tmp_path / "a.parquet")))


@pytest.mark.parametrize(
    ("encoding", "text"),
    [
        ("utf-8-sig", """nr;hushall;ansluten;E;N;gata
0181; 81 ;ja;470000,0;6740000;Ån
0684;1;nej;470040;6740010,00;
2039;0;JA;470080;6740020;Byn"""),
        ("cp1252", """nr\thushall\tansluten\tE\tN\tgata
0181\t81\t1\t470 000\t6 740 000\tÅn
0684\t1\t0\t470 040\t6 740 010\t
2039\t0\t1\t470 080\t6 740 020\tByn
"""),
        ("utf-8", """nr,hushall,ansluten,E,N,gata
0181,81,true,470000.0,6740000,Ån
0684,1,false,470040,6740010,
2039,0,true,470080,6740020,Byn
"""),
    ],
)  # fmt: skip
def test_reads_text_tables_as_swedish_and_english_programs_write_them(
    tmp_path: Path, encoding: str, text: str
) -> None:
    (tmp_path / "a.csv").write_bytes(text.encode(encoding))
    premises = read_addresses(tmp_path / "a.csv", xy=("E", "N"), crs=3006)
    check_addresses(premises)
    assert premises["gata"].tolist()[0] == "Ån"
    assert premises["gata"].isna().tolist() == [False, True, False]


def test_reads_excel_with_codes_as_they_stand(tmp_path: Path) -> None:
    table = pd.DataFrame(addresses().drop(columns="geometry"))
    table["E"], table["N"] = [470_000.0, 470_040, 470_080], [6_740_000, 6_740_010, 6_740_020]
    table.to_excel(tmp_path / "a.xlsx", index=False)
    check_addresses(read_addresses(tmp_path / "a.xlsx", xy=("e", "n"), crs="EPSG:3006"))


def test_a_layer_must_be_named_where_there_are_several_and_must_exist(tmp_path: Path) -> None:
    path = tmp_path / "n.gpkg"
    for layer in ("cables", "ducts"):
        cable((0, 0), (1, 1)).to_file(path, layer=layer)
    assert len(fc.read_network(path, layer="ducts")) == 1
    with pytest.raises(
        fc.FileError,
        match="`layer` must be named, for .*'cables', 'ducts'. Name several .* or '\\*'",
    ):
        fc.read_network(path)
    assert len(fc.read_network(path, layer="*")) == 2
    with pytest.raises(fc.FileError, match=r"`layer` must be named, for .*'cables', 'ducts'\.$"):
        fc.read_roads(path)
    with pytest.raises(fc.FileError, match="is 'kablar', but .*n.gpkg' has 2: 'cables', 'ducts'"):
        fc.read_network(path, layer="kablar")


def test_a_missing_file_is_an_error() -> None:
    with pytest.raises(fc.FileError) as error:
        fc.read_network("nowhere/fiber.gpkg")
    assert str(error.value) == "`network`: there is no file 'nowhere/fiber.gpkg'."


@pytest.mark.parametrize("name", ["a.gpkg", "a.shp", "a.geojson", "a.parquet", "a.xlsx", "a.zip"])
@pytest.mark.parametrize("content", [b"", b"not what it says it is"])
def test_a_file_that_cannot_be_read_is_an_error(tmp_path: Path, name: str, content: bytes) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(fc.FileError, match=f"`premises`: '.*{name}' cannot be read: ."):
        fc.read_premises(tmp_path / name)


@pytest.mark.parametrize("content", ["", "E;N\n"])
def test_an_empty_table_is_an_error(tmp_path: Path, content: str) -> None:
    (tmp_path / "a.csv").write_text(content)
    with pytest.raises(fc.FibercovError, match="cannot be read|has no rows"):
        fc.read_premises(tmp_path / "a.csv", xy=("E", "N"), crs=3006)


def test_a_file_without_rows_is_an_error(tmp_path: Path) -> None:
    addresses().iloc[:0].to_file(tmp_path / "a.gpkg")
    with pytest.raises(fc.GeometryError, match="`premises` is empty: it has no rows"):
        fc.read_premises(tmp_path / "a.gpkg")


def test_something_else_than_a_path_or_a_frame_is_an_error() -> None:
    wrong: Any
    for wrong, named in ((7, "int"), ([1, 2], "list"), (pathlib.PurePath, "type")):
        with pytest.raises(fc.ArgumentError, match=f"Arrow stream, not {named}\\."):
            fc.read_premises(wrong)


def test_the_provenance_names_every_file_of_a_shapefile_and_the_columns(tmp_path: Path) -> None:
    points((0, 0), (1, 1), hushall=[1, 2], nr=[1, 2]).to_file(tmp_path / "a.shp")
    (tmp_path / "a.txt").write_text("of something else")
    premises = fc.read_premises(tmp_path / "a.shp", households="HUSHALL", id="nr")
    made = premises.attrs["provenance"]
    assert [file["name"] for file in made["files"]] == [
        "a.cpg", "a.dbf", "a.prj", "a.shp", "a.shx",
    ]  # fmt: skip
    assert made["columns"] == {"households": "hushall", "id": "nr"}
    (tmp_path / "folder.gdb").mkdir()
    points((0, 0)).to_file(tmp_path / "b.gdb", driver="OpenFileGDB")
    names = [
        file["name"] for file in fc.read_network(tmp_path / "b.gdb").attrs["provenance"]["files"]
    ]
    assert names == sorted(names)
    assert all(name.startswith("b.gdb/") for name in names)


def test_a_workbook_with_several_sheets_needs_one_named(tmp_path: Path) -> None:
    with pd.ExcelWriter(tmp_path / "a.xlsx") as book:
        for sheet in ("2019", "2020"):
            table = pd.DataFrame({"E": [470_000], "N": [6_740_000], "nr": [sheet]})
            table.to_excel(book, sheet_name=sheet, index=False)
    with pytest.raises(fc.FileError, match="`layer` must be named, for .*'2019', '2020'"):
        fc.read_premises(tmp_path / "a.xlsx", xy=("E", "N"), crs=3006)
    premises = fc.read_premises(tmp_path / "a.xlsx", layer="2020", xy=("E", "N"), crs=3006)
    assert premises["nr"].tolist() == ["2020"]


def test_headers_that_are_numbers_are_columns_like_others(tmp_path: Path) -> None:
    pd.DataFrame({"E": [E0], "N": [N0], 2019: [5], 7: ["ja"]}).to_excel(
        tmp_path / "a.xlsx", index=False
    )
    premises = fc.read_premises(
        tmp_path / "a.xlsx", households="2019", connected="7", xy=("E", "N"), crs=3006
    )
    assert premises["households"].tolist() == [5]
    assert premises["connected"].tolist() == [True]


def test_a_shapefile_that_is_cut_short_is_an_error(tmp_path: Path) -> None:
    points(*((n, n) for n in range(50))).to_file(tmp_path / "a.shp")
    whole = (tmp_path / "a.shp").read_bytes()
    (tmp_path / "a.shp").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(
        fc.FileError, match=r"it is cut short, to 750 of 1,500 bytes\. Copy it again"
    ):
        fc.read_premises(tmp_path / "a.shp")


@pytest.mark.parametrize(
    ("content", "encoding"),
    [
        ("sep=;\nE;N\n470000;6740000\n", "utf-8"),
        ("E;N\n470000;6740000\n", "utf-16"),
        ("E;N\n470000;6740000;\n", "utf-8"),
    ],
)
def test_text_tables_in_the_ways_that_excel_writes_them(
    tmp_path: Path, content: str, encoding: str
) -> None:
    (tmp_path / "a.csv").write_text(content, encoding=encoding)
    premises = fc.read_premises(tmp_path / "a.csv", xy=("E", "N"), crs=3006)
    assert shapely.get_coordinates(premises.geometry).tolist() == [[E0, N0]]


def test_a_geopackage_that_is_damaged_is_an_error(tmp_path: Path) -> None:
    addresses().to_file(tmp_path / "a.gpkg")
    whole = bytearray((tmp_path / "a.gpkg").read_bytes())
    whole[100:] = b"\0" * (len(whole) - 100)
    (tmp_path / "a.gpkg").write_bytes(whole)
    with pytest.raises(fc.FileError, match="`premises`: .*a.gpkg' cannot be read: "):
        fc.read_premises(tmp_path / "a.gpkg")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (
            "E,N,hushall\n470000,6740010,1,072\n470000,6740020,2,500\n",
            "row 2 has more fields .* below 'E', 'N', 'hushall'.* keep the separator out of numbers",
        ),
        ("E;N;hushall;hushall\n470000;6740010;1;99\n", "several columns are called 'hushall'"),
    ],
)
def test_a_table_whose_columns_are_not_sure_is_an_error(
    tmp_path: Path, content: str, message: str
) -> None:
    (tmp_path / "a.csv").write_text(content)
    with pytest.raises(fc.FileError, match=message):
        fc.read_premises(tmp_path / "a.csv", households="hushall", xy=("E", "N"), crs=3006)


def test_excel_keeps_every_value_as_text_and_needs_names_that_differ(tmp_path: Path) -> None:
    table = pd.DataFrame([[E0, N0, "NA"]], columns=["E", "N", "typ"])
    table.to_excel(tmp_path / "a.xlsx", index=False)
    assert fc.read_premises(tmp_path / "a.xlsx", xy=("E", "N"), crs=3006)["typ"].tolist() == ["NA"]
    table.set_axis(["E", "N", "E"], axis=1).to_excel(tmp_path / "b.xlsx", index=False)
    with pytest.raises(fc.FileError, match="several columns are called 'E'"):
        fc.read_premises(tmp_path / "b.xlsx", xy=("E", "N"), crs=3006)


@pytest.mark.parametrize(
    "above",
    ["Adresser 2023", "Adresser 2023;;", ";;", "", "sep=;\nAdresser 2023;;", "Adresser, Avesta 2019",
     "Adresser\n", "Adresser;2019;\n"],
)  # fmt: skip
def test_names_below_a_title_are_found(tmp_path: Path, above: str) -> None:
    (tmp_path / "a.csv").write_text(f"{above}\nE;N;nr\n{E0};{N0};1\n")
    premises = fc.read_premises(tmp_path / "a.csv", xy=("E", "N"), crs=3006)
    row = above.count("\n") + 2
    assert premises.index.tolist() == [row + 1]
    assert premises.attrs["provenance"]["header"] == [row]


def test_a_title_that_may_be_names_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(f"Adresser;2019;\nE;N;nr\n{E0};{N0};1\n")
    with pytest.raises(fc.FileError, match=r"row 2 has more fields than row 1 has names"):
        fc.read_premises(tmp_path / "a.csv", xy=("E", "N"), crs=3006)
    assert len(fc.read_premises(tmp_path / "a.csv", header=2, xy=("E", "N"), crs=3006)) == 1


def test_names_and_values_may_hold_separators_and_line_breaks_in_quotes(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(
        f'"Antal\nhushåll";"a,b,c,d";E;N\n3;"x;y\nz";{E0};{N0}\n', "utf-8"
    )
    premises = fc.read_premises(
        tmp_path / "a.csv", xy=("E", "N"), crs=3006, households="Antal\nhushåll"
    )
    assert premises["households"].tolist() == [3]
    assert premises["a,b,c,d"].tolist() == ["x;y\nz"]


def test_a_cell_may_be_long(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(f"E;N;form\n{E0};{N0};{'x' * 200_000}\n")
    assert (
        len(fc.read_premises(tmp_path / "a.csv", xy=("E", "N"), crs=3006)["form"].iloc[0])
        == 200_000
    )


def test_rows_and_columns_with_nothing_in_them_are_none(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(f"E;N;;\n\n{E0};{N0};;\n;;;\n{E0};{N0}\n")
    premises = fc.read_premises(tmp_path / "a.csv", xy=("E", "N"), crs=3006)
    assert premises.index.tolist() == [3, 5]
    assert [*premises.columns] == ["E", "N", "geometry"]


def test_rows_of_a_table_are_called_as_a_spreadsheet_numbers_them(tmp_path: Path) -> None:
    table = pd.DataFrame({"E": [E0, E0], "N": [N0, N0], "hushall": ["1", "okänt"]})
    table.to_excel(tmp_path / "a.xlsx", index=False)
    table.to_csv(tmp_path / "a.csv", index=False, sep=";")
    (tmp_path / "sep.csv").write_text("sep=;\n" + (tmp_path / "a.csv").read_text("utf-8"), "utf-8")
    for name, row in (("a.xlsx", 3), ("a.csv", 3), ("sep.csv", 4)):
        with pytest.raises(fc.ColumnError, match=rf"holds 'okänt' \(row {row}\)"):
            fc.read_premises(tmp_path / name, households="hushall", xy=("E", "N"), crs=3006)
    title = pd.DataFrame([["Adresser", None, None], *table.to_numpy().tolist()])
    title.to_excel(tmp_path / "b.xlsx", index=False, header=False)
    with pytest.raises(fc.FileError, match="row 2 has more fields .* below 'Adresser'"):
        fc.read_premises(tmp_path / "b.xlsx", xy=("E", "N"), crs=3006)


def test_a_shapefile_without_its_columns_is_an_error(tmp_path: Path) -> None:
    addresses().to_file(tmp_path / "a.shp")
    (tmp_path / "a.dbf").unlink()
    with pytest.raises(fc.FileError, match=r"its \.dbf, with the columns, is not beside it"):
        fc.read_premises(tmp_path / "a.shp")


def test_a_geopackage_is_read_as_gdals_plain_reader_does(tmp_path: Path) -> None:
    path = tmp_path / "a.gpkg"
    points((0, 0), None, (5, 5), whole=[1, 2, 3], word=["å", None, ""]).to_file(
        path, layer="a", SPATIAL_INDEX="NO"
    )
    kinds = {
        "yes": "BOOLEAN", "day": "DATE", "time": "DATETIME", "count": "INTEGER", "real": "DOUBLE",
        "bytes": "BLOB", "small": "SMALLINT",
    }  # fmt: skip
    values = (True, "2020-10-01", "2020-10-01T12:00:00Z", 7, 0.5, b"\xff\x00", 3)
    edited(path, *((f"ALTER TABLE a ADD COLUMN {n} {k}", ()) for n, k in kinds.items()))
    some = ", ".join(f"{name} = ?" for name in kinds)
    edited(path, (f"UPDATE a SET {some} WHERE fid < 3", values))
    plainly = gpd.read_file(path)
    premises = fc.read_premises(path)
    pd.testing.assert_frame_equal(pd.DataFrame(premises), pd.DataFrame(plainly))
    assert len(fc.read_premises(path, where="yes == True")) == 2
    assert len(fc.read_premises(path, where="day > '2020-01-01'")) == 2


def test_curves_in_a_geopackage_are_read_as_lines(tmp_path: Path) -> None:
    path = tmp_path / "a.gpkg"
    frame([shapely.LineString([(0, 0), (9, 0)])] * 2).to_file(path, layer="a", SPATIAL_INDEX="NO")
    arc = struct.pack("<BII6d", 1, 8, 3, E0, N0, E0 + 50, N0 + 50, E0 + 100, N0)  # CIRCULARSTRING
    with sqlite3.connect(path) as database:
        blob = database.execute("SELECT geom FROM a").fetchone()[0]
    edited(
        path,
        ("UPDATE a SET geom = ? WHERE fid = 1", (blob[:40] + arc,)),  # after the header and the box
        ("UPDATE gpkg_geometry_columns SET geometry_type_name = 'GEOMETRY'", ()),
    )
    with pytest.warns(RuntimeWarning, match="not consistent"):
        network = fc.read_network(path)
    assert network.length.iloc[0] == pytest.approx(50 * np.pi, rel=1e-3)


def test_a_parquet_file_without_places_is_an_error(tmp_path: Path) -> None:
    pd.DataFrame({"hushall": [1]}).to_parquet(tmp_path / "a.parquet")
    with pytest.raises(
        fc.FileError, match=r"`premises`: '.*a.parquet' cannot be read: Missing geo"
    ):
        fc.read_premises(tmp_path / "a.parquet", columns=["hushall"])


def test_reads_kml(tmp_path: Path) -> None:
    places = gpd.GeoSeries(addresses().geometry, crs=CRS).to_crs(4326)
    marks = "".join(
        f"<Placemark><name>{n}</name><Point><coordinates>{p.x},{p.y},0</coordinates></Point></Placemark>"
        for n, p in enumerate(places)
    )
    kml = f'<kml xmlns="http://www.opengis.net/kml/2.2"><Document>{marks}</Document></kml>'
    (tmp_path / "a.kml").write_text(kml, "utf-8")
    with zipfile.ZipFile(tmp_path / "a.kmz", "w") as archive:
        archive.write(tmp_path / "a.kml", "doc.kml")
    for name in ("a.kml", "a.kmz"):
        premises = fc.read_premises(tmp_path / name)
        assert premises["Name"].tolist() == ["0", "1", "2"]
        for place, expected in zip(
            premises.to_crs(CRS).geometry, addresses().geometry, strict=True
        ):
            assert shapely.distance(place, expected) < 0.01


@pytest.mark.parametrize("where", ["", "data/2019/"])
@pytest.mark.parametrize("name", ["a.shp", "a.gpkg", "a.gdb"])
def test_reads_the_file_in_an_archive_or_a_folder(tmp_path: Path, name: str, where: str) -> None:
    folder = tmp_path / "in" / where
    folder.mkdir(parents=True)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # FileGDB stores whole numbers as floats, and says so
        addresses().to_file(folder / name, driver="OpenFileGDB" if name == "a.gdb" else None)
    (folder / "README.txt").write_text("not a layer", "utf-8")
    shutil.make_archive(str(tmp_path / "in"), "zip", tmp_path / "in")
    for source in (tmp_path / "in", tmp_path / "in.zip"):
        check_addresses(read_addresses(source))


def test_the_files_in_an_archive_or_a_folder_are_its_layers(tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    for name in ("cables", "ducts"):
        cable((0, 0), (1, 1)).to_file(folder / f"{name}.shp")
    shutil.make_archive(str(folder), "zip", folder)
    for source in (folder, tmp_path / "in.zip"):
        assert len(fc.read_network(source, layer="ducts")) == 1
        with pytest.raises(
            fc.FileError, match="`layer` must be named, for .* 2: 'cables', 'ducts'"
        ):
            fc.read_network(source)


def test_files_of_one_name_in_a_folder_are_told_apart_by_their_endings(tmp_path: Path) -> None:
    cable((0, 0), (1, 1)).to_file(tmp_path / "a.gpkg")
    cable((0, 0), (1, 1)).to_file(tmp_path / "a.shp")
    with pytest.raises(fc.FileError, match="must be named.* 2: 'a.gpkg', 'a.shp'"):
        fc.read_network(tmp_path)
    assert len(fc.read_network(tmp_path, layer="a.shp")) == 1


def test_an_archive_without_a_vector_file_is_an_error(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("a.csv", "E;N")
    with pytest.raises(
        fc.FileError, match="is an archive without layers. Unpack it. Name a file in"
    ):
        fc.read_network(tmp_path / "a.zip")


def test_a_pipe_is_an_error(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "premises.csv")
    with pytest.raises(fc.FileError, match=r"is a pipe or a device\. Save it as a file"):
        fc.read_premises(tmp_path / "premises.csv")


def test_an_archive_that_was_made_to_fill_the_disk_is_an_error(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "big.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("lines.geojson", b" " * 1000)
    packed = (tmp_path / "big.zip").read_bytes()
    size = (1000).to_bytes(4, "little")  # in the file's header, and in the archive's directory
    (tmp_path / "big.zip").write_bytes(packed.replace(size, (4_000_000_000).to_bytes(4, "little")))
    with pytest.raises(
        fc.FileError, match=r"it would be 4\.\d GB unpacked\. If that is right, unpack"
    ):
        fc.read_network(tmp_path / "big.zip")
