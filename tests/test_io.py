"""Files, tables and frames in; checked frames out."""

from __future__ import annotations

import hashlib
import sqlite3
import struct
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from frames import CRS, E0, N0, cable, frame, points

import fibercov as fc

PLACES = [(0, 0), (40, 10), (80, 20)]


def addresses() -> gpd.GeoDataFrame:
    return points(
        *PLACES, nr=["0181", "0684", "2039"], hushall=[81, 1, 0], ansluten=["Ja", "nej", "ja"]
    )


def read(source: Any, **options: Any) -> gpd.GeoDataFrame:
    return fc.read_premises(source, households="Hushall", connected="ANSLUTEN", id="nr", **options)


def check(premises: gpd.GeoDataFrame) -> None:
    premises = premises.sort_values("id")  # FlatGeobuf stores rows in an order of its own
    assert premises["households"].tolist() == [81, 1, 0]
    assert premises["households"].dtype == np.int64
    assert premises["connected"].tolist() == [True, False, True]
    assert premises["id"].tolist() == ["0181", "0684", "2039"]
    np.testing.assert_allclose(
        shapely.get_coordinates(premises.to_crs(CRS).geometry), np.add(PLACES, [E0, N0]), atol=0.02
    )


@pytest.mark.parametrize("name", ["a.gpkg", "a.shp", "a.geojson", "a.fgb", "a.gml"])
def test_reads_vector_files(tmp_path: Path, name: str) -> None:
    made = addresses().to_crs(4326) if name.endswith("json") else addresses()
    made.to_file(tmp_path / name)
    check(read(tmp_path / name))


def test_reads_geoparquet(tmp_path: Path) -> None:
    addresses().to_parquet(tmp_path / "a.parquet")
    check(read(str(tmp_path / "a.parquet")))


def test_takes_a_frame_and_does_not_change_it() -> None:
    given = addresses()
    check(read(given))
    pd.testing.assert_frame_equal(given, addresses())


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
    premises = read(tmp_path / "a.csv", xy=("E", "N"), crs=3006)
    check(premises)
    assert premises["gata"].tolist()[0] == "Ån"
    assert premises["gata"].isna().tolist() == [False, True, False]


def test_reads_excel_with_codes_as_they_stand(tmp_path: Path) -> None:
    table = pd.DataFrame(addresses().drop(columns="geometry"))
    table["E"], table["N"] = [470_000.0, 470_040, 470_080], [6_740_000, 6_740_010, 6_740_020]
    table.to_excel(tmp_path / "a.xlsx", index=False)
    check(read(tmp_path / "a.xlsx", xy=("e", "n"), crs="EPSG:3006"))


def test_a_row_of_a_table_without_coordinates_is_unplaced() -> None:
    table = pd.DataFrame({"E": ["470000", None, "470000"], "N": ["6740000", "6740000", None]})
    premises = fc.read_premises(table, xy=("E", "N"), crs=3006)
    assert premises.geometry.isna().tolist() == [False, True, True]


def test_one_column_may_be_named_as_it_is_in_the_result() -> None:
    given = points((0, 0), (1, 1), HOUSEHOLDS=["3", "4"], Connected=["nej", "ja"], id=[7, 7])
    premises = fc.read_premises(given)
    assert premises["households"].tolist() == [3, 4]
    assert premises["connected"].tolist() == [False, True]
    assert premises["id"].tolist() == [7, 7]  # not asked for as the id: a column like any other


def test_a_column_that_has_another_ones_name_is_kept() -> None:
    premises = fc.read_premises(points((0, 0), id=[None], objektid=["x"]), id="objektid")
    assert premises["id"].tolist() == ["x"]
    assert premises["id_original"].tolist() == [None]


def test_without_columns_there_are_none() -> None:
    assert fc.read_premises(points((0, 0))).columns.tolist() == ["geometry"]


def test_a_crs_can_be_given_where_the_file_says_none(tmp_path: Path) -> None:
    cable((0, 0), (1, 1)).to_file(tmp_path / "n.shp")
    (tmp_path / "n.prj").unlink()
    with pytest.raises(fc.CRSError, match="`network` does not say which CRS"):
        fc.read_network(tmp_path / "n.shp")
    assert fc.read_network(tmp_path / "n.shp", crs=3006).crs.to_epsg() == 3006


def test_a_crs_that_differs_from_the_files_is_an_error() -> None:
    with pytest.raises(fc.CRSError, match="`crs` is EPSG:3021, but the source says .* EPSG:3006"):
        fc.read_premises(addresses(), crs=3021)


def test_a_layer_must_be_named_where_there_are_several_and_must_exist(tmp_path: Path) -> None:
    path = tmp_path / "n.gpkg"
    for layer in ("cables", "ducts"):
        cable((0, 0), (1, 1)).to_file(path, layer=layer)
    assert len(fc.read_network(path, layer="ducts")) == 1
    with pytest.raises(
        fc.FileError, match="`layer` of the network must be named.*'cables', 'ducts'"
    ):
        fc.read_network(path)
    with pytest.raises(fc.FileError, match="is 'kablar', but .*n.gpkg' has 2: 'cables', 'ducts'"):
        fc.read_network(path, layer="kablar")


def test_areas_have_a_name_and_a_code(tmp_path: Path) -> None:
    frame([shapely.box(0, 0, 9, 9)], KOMMUN=["Älvdalen"], kommunkod=["2039"], share=[1.0]).to_file(
        tmp_path / "a.gpkg"
    )
    areas = fc.read_areas(tmp_path / "a.gpkg", name="kommun", code="Kommunkod")
    assert areas.drop(columns="geometry").to_dict("records") == [
        {"name": "Älvdalen", "code": "2039"}
    ]
    named_otherwise = fc.read_areas(tmp_path / "a.gpkg", name="kommun").rename_geometry("yta")
    assert fc.read_areas(named_otherwise, name="name").active_geometry_name == "geometry"
    assert fc.read_areas(tmp_path / "a.gpkg", name="kommun").columns.tolist() == [
        "name",
        "geometry",
    ]


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


def test_a_table_needs_its_coordinates_named() -> None:
    table = pd.DataFrame({"E": [1], "N": [2]})
    with pytest.raises(
        fc.GeometryError, match=r"xy=\(EASTING, NORTHING\), crs=\. Its columns are: 'E', 'N'"
    ):
        fc.read_premises(table)
    with pytest.raises(fc.ArgumentError, match="`xy` must name two columns"):
        fc.read_premises(table, xy=("E",), crs=3006)
    with pytest.raises(fc.ArgumentError, match="`xy` must name two columns"):
        fc.read_premises(table, xy="EN", crs=3006)
    with pytest.raises(fc.CRSError, match="`crs` must say which CRS"):
        fc.read_premises(table, xy=("E", "N"))
    with pytest.raises(fc.ColumnError, match="`xy` names the column 'X'"):
        fc.read_premises(table, xy=("X", "N"), crs=3006)


def test_a_table_with_a_column_called_geometry_keeps_it() -> None:
    table = pd.DataFrame({"E": [E0], "N": [N0], "geometry": ["POINT (1 2)"]})
    premises = fc.read_premises(table, xy=("E", "N"), crs=3006)
    assert premises["geometry_original"].tolist() == ["POINT (1 2)"]
    assert premises.geometry.x.tolist() == [E0]


def test_one_column_cannot_be_two_things() -> None:
    with pytest.raises(fc.ArgumentError, match="One column cannot be two things: 'nr', 'nr'"):
        fc.read_premises(addresses(), households="nr", id="nr")


def test_repeated_ids_are_an_error() -> None:
    with pytest.raises(fc.ColumnError, match="`id` must be different in every row"):
        fc.read_premises(points((0, 0), (1, 1), nr=["a", "a"]), id="nr")


def test_something_else_than_a_path_or_a_frame_is_an_error() -> None:
    with pytest.raises(fc.ArgumentError, match="must be a file's path or a frame, not int"):
        fc.read_premises(7)  # type: ignore[arg-type]  # what is tested


def test_rows_that_are_not_to_count_are_left_out_and_recorded(tmp_path: Path) -> None:
    given = points((0, 0), (1, 1), (2, 2), typ=["bostad", "fritidshus", "bostad"], nr=[1, 2, 3])
    given.to_file(tmp_path / "a.gpkg", layer="adresser")
    premises = fc.read_premises(tmp_path / "a.gpkg", where="typ != 'fritidshus'")
    assert premises["nr"].tolist() == [1, 3]
    assert premises.index.tolist() == [0, 2]
    coverage = fc.measure_coverage(premises, fc.read_network(given, where="nr == 1"), reach=50)
    file = (tmp_path / "a.gpkg").read_bytes()
    assert coverage.provenance["premises"] == {
        "source": str(tmp_path / "a.gpkg"), "layer": None, "rows": 3, "columns": {},
        "files": [
            {"name": "a.gpkg", "bytes": len(file), "sha256": hashlib.sha256(file).hexdigest()}
        ],
        "where": "typ != 'fritidshus'", "rows_used": 2, "rows_measured": 2, "crs": "EPSG:3006",
    }  # fmt: skip
    assert coverage.provenance["network"]["rows_used"] == 1


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


@pytest.mark.parametrize("where", ["typ !=", "sort == 1", "typ", "typ.str.len() > 5 +", "@x == 1"])
def test_an_expression_that_cannot_be_evaluated_is_an_error(where: str) -> None:
    with pytest.raises(
        fc.ArgumentError, match="`where` cannot be evaluated: .*The columns are: 'typ'"
    ):
        fc.read_premises(points((0, 0), typ=["a"]), where=where)


def test_an_expression_that_leaves_nothing_is_an_error() -> None:
    with pytest.raises(fc.ArgumentError, match="`where` leaves none of the 1 rows: \"typ == 'b'\""):
        fc.read_premises(points((0, 0), typ=["a"]), where="typ == 'b'")


def test_position_errors_are_metres_or_lantmateriets_words() -> None:
    given = points((0, 0), (1, 1), (2, 2), lage=["12,5", "Byggnad ", "ungefärligt lägesbestämd"])
    premises = fc.read_premises(given, position_error_m="LAGE")
    assert premises["position_error_m"].tolist() == [
        12.5, fc.POSITION_ERROR_M["byggnad"], fc.POSITION_ERROR_M["ungefärligt lägesbestämd"],
    ]  # fmt: skip
    with pytest.raises(fc.ColumnError, match="holds 'gissat' .*stand for metres are: 'ingång'"):
        fc.read_premises(points((0, 0), lage=["gissat"]), position_error_m="lage")
    with pytest.raises(fc.ColumnError, match=r"holds -1.0 \(row 0\).* are: 'ingång'"):
        fc.read_premises(points((0, 0), lage=[-1.0]), position_error_m="lage")


def test_a_workbook_with_several_sheets_needs_one_named(tmp_path: Path) -> None:
    with pd.ExcelWriter(tmp_path / "a.xlsx") as book:
        for sheet in ("2019", "2020"):
            table = pd.DataFrame({"E": [470_000], "N": [6_740_000], "nr": [sheet]})
            table.to_excel(book, sheet_name=sheet, index=False)
    with pytest.raises(fc.FileError, match="`layer` of the premises must be named.*'2019', '2020'"):
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


def test_a_column_of_exactly_the_standard_name_comes_before_one_like_it() -> None:
    premises = fc.read_premises(points((0, 0), Households=[99], households=[1]))
    assert premises["households"].tolist() == [1]
    with pytest.raises(fc.ColumnError, match="`households` names the column 'households'"):
        fc.read_premises(points((0, 0), Households=[99], HOUSEHOLDS=[1]))


def test_roles_are_found_in_the_source_s_own_columns() -> None:
    given = points((0, 0), (1, 1), households=["a", "b"], n=[3, 4])
    premises = fc.read_premises(given, households="n", id="households")
    assert premises["households"].tolist() == [3, 4]
    assert premises["id"].tolist() == ["a", "b"]
    areas = frame([shapely.box(0, 0, 9, 9)], name=["0901"], code=["Byn"])
    swapped = fc.read_areas(areas, name="code", code="name")
    assert swapped.drop(columns="geometry").to_dict("records") == [{"name": "Byn", "code": "0901"}]


def test_messages_name_the_source_s_own_column() -> None:
    with pytest.raises(
        fc.ColumnError, match="`households` must be numbers, but column 'hus' holds 'x'"
    ):
        fc.read_premises(points((0, 0), hus=["x"]), households="hus")


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


def test_a_crs_without_a_place_on_earth_is_an_error() -> None:
    local = points((0, 0)).set_crs('LOCAL_CS["somewhere",UNIT["metre",1]]', allow_override=True)
    with pytest.raises(fc.CRSError, match="does not say where on earth its coordinates are"):
        fc.read_premises(local)


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
            "more fields than the header",
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
    "where",
    ["typ != 2", "typ not in [1, 2]", "2 < typ", "nr == 1 and typ == 2", "`typ` > 1 and `nr` == 1"],
)
def test_a_text_is_not_compared_with_a_number(where: str) -> None:
    given = points((0, 0), (1, 1), typ=["1", "2"], nr=[1, 2])
    with pytest.raises(
        fc.ArgumentError, match=r"'typ' holds text, .* Write typ\.astype\('float'\)"
    ):
        fc.read_premises(given, where=where)
    assert len(fc.read_premises(given, where="typ != '2' and nr < 5")) == 1
    assert len(fc.read_premises(given, where="typ.str.len() == 1")) == 2
    assert len(fc.read_premises(given, where="typ.astype('float') > 1")) == 1


def test_a_name_with_spaces_stands_in_backticks() -> None:
    given = points((0, 0), (1, 1), **{"Antal hushåll": ["1", "2"], "nr": [1, 2]})
    with pytest.raises(fc.ArgumentError, match=r"backticks around a name with spaces"):
        fc.read_premises(given, where="Antal hushåll > 1")
    with pytest.raises(fc.ArgumentError, match=r"Write `Antal hushåll`\.astype\('float'\)"):
        fc.read_premises(given, where="`Antal hushåll` > 1 and `nr` > 0")
    kept = fc.read_premises(given, where="`Antal hushåll`.astype('float') > 1", columns=["nr"])
    assert kept["nr"].tolist() == [2]


def test_an_empty_cell_is_not_an_empty_text(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(f"E;N;nr\n{E0};{N0};1\n;;2\n")
    with pytest.raises(fc.ArgumentError, match=r"of column 'N' is missing, .* N\.notna\(\)"):
        fc.read_premises(tmp_path / "a.csv", xy=("E", "N"), crs=3006, where="N != ''")
    kept = fc.read_premises(tmp_path / "a.csv", xy=("E", "N"), crs=3006, where="N.notna()")
    assert kept["nr"].tolist() == ["1"]


@pytest.mark.parametrize(
    "above", ["Adresser 2023", "Adresser 2023;;", ";;", "", "sep=;\nAdresser 2023;;"]
)
def test_a_title_above_the_names_is_an_error(tmp_path: Path, above: str) -> None:
    (tmp_path / "a.csv").write_text(f"{above}\nE;N;nr\n{E0};{N0};1\n")
    with pytest.raises(
        fc.FileError, match=r"first row looks like a title .* Delete the rows above"
    ):
        fc.read_premises(tmp_path / "a.csv", xy=("E", "N"), crs=3006)


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
    with pytest.raises(fc.FileError, match="first row looks like a title"):
        fc.read_premises(tmp_path / "b.xlsx", xy=("E", "N"), crs=3006)


def test_a_shapefile_without_its_columns_is_an_error(tmp_path: Path) -> None:
    addresses().to_file(tmp_path / "a.shp")
    (tmp_path / "a.dbf").unlink()
    with pytest.raises(fc.FileError, match=r"its \.dbf, with the columns, is not beside it"):
        fc.read_premises(tmp_path / "a.shp")


def test_a_name_of_areas_and_coordinate_columns_must_be_what_they_are() -> None:
    with pytest.raises(fc.ArgumentError, match="`name` must name the column"):
        fc.read_areas(frame([shapely.box(0, 0, 1, 1)]), name=None)  # type: ignore[arg-type]  # tested
    with pytest.raises(fc.ArgumentError, match="`xy` must name two columns"):
        fc.read_premises(pd.DataFrame({"E": [1]}), xy=5, crs=3006)  # type: ignore[arg-type]  # tested


WIDE = {"typ": ["villa", "villa", "lada"], "Anm": ["a", "b", "c"], "agare": ["x", "y", "z"]}


@pytest.mark.parametrize("kind", ["gpkg", "parquet", "shp", "frame"])
def test_only_the_columns_that_are_wanted_are_read(tmp_path: Path, kind: str) -> None:
    wide = addresses().assign(**WIDE)
    source: Any = tmp_path / f"a.{kind}"
    if kind == "frame":
        source = wide
    elif kind == "parquet":
        wide.rename_geometry("shape").to_parquet(source)
    else:
        wide.to_file(source)
    premises = read(source, columns=["anm"], where="typ != 'lada'")
    assert premises["households"].tolist() == [81, 1]
    geometry = premises.active_geometry_name
    kept = ["Anm", "connected", "households", "id", "typ"]
    assert sorted(premises.columns.drop(geometry)) == kept
    network = fc.read_network(source, columns=[])
    assert [*network.columns] == [network.active_geometry_name]


def test_a_column_that_is_not_there_is_an_error_that_lists_all_that_are(tmp_path: Path) -> None:
    path = tmp_path / "a.gpkg"
    addresses().assign(**WIDE).to_file(path)
    all_there = r"'fastighet'.*'nr', 'hushall', 'ansluten', 'typ', 'Anm', 'agare'\.$"
    with pytest.raises(fc.ColumnError, match=f"`columns` names the column {all_there}"):
        read(path, columns=["Anm", "fastighet"])
    with pytest.raises(fc.ColumnError, match=f"`households` names the column {all_there}"):
        fc.read_premises(path, households="fastighet", columns=[])
    areas = tmp_path / "areas.gpkg"
    frame([shapely.box(0, 0, 9, 9)], namn=["A"], kod=["1"]).to_file(areas)
    with pytest.raises(fc.ColumnError, match=r"`name` names the column 'name'.*'namn', 'kod'\.$"):
        fc.read_areas(areas, name="name")
    for columns in ("Anm", 7):
        with pytest.raises(fc.ArgumentError, match=f"`columns` must be a list .* not {columns!r}"):
            fc.read_premises(path, columns=columns)  # type: ignore[arg-type]  # what is tested


def edited(path: Path, *statements: tuple[str, tuple[Any, ...]]) -> None:
    """Change a GeoPackage of the layer `a` as another program might have written it."""
    with sqlite3.connect(path) as database:
        for statement, values in statements:
            database.execute(statement, values)
    database.close()


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
    edited(path, (f"UPDATE a SET {some} WHERE fid < 3", values))  # noqa: S608 - the names are ours
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


def test_an_expression_over_a_column_that_is_not_kept_by_name_lists_all(tmp_path: Path) -> None:
    path = tmp_path / "a.gpkg"
    addresses().assign(**WIDE).to_file(path)
    with pytest.raises(fc.ArgumentError, match=r"'type' is not defined.*'typ', 'Anm', 'agare'"):
        fc.read_premises(path, columns=[], where="type != 'lada'")
    assert len(fc.read_premises(path, columns=[], where="`typ` != 'lada' and index < 1")) == 1
    with pytest.raises(fc.ArgumentError, match="`where` must be an expression, a text, not 5"):
        fc.read_premises(path, where=5)  # type: ignore[arg-type]  # what is tested


def test_a_column_that_the_measurement_uses_is_kept() -> None:
    source = addresses().assign(position_error_m=[1, 2, 3], Households=[4, 5, 6])
    premises = fc.read_premises(source, columns=["geometry"])
    assert premises["position_error_m"].tolist() == [1, 2, 3]
    assert premises["households"].tolist() == [4, 5, 6]
    assert "nr" not in premises


def test_a_parquet_file_without_places_is_an_error(tmp_path: Path) -> None:
    pd.DataFrame({"hushall": [1]}).to_parquet(tmp_path / "a.parquet")
    with pytest.raises(
        fc.FileError, match=r"`premises`: '.*a.parquet' cannot be read: Missing geo"
    ):
        fc.read_premises(tmp_path / "a.parquet", columns=["hushall"])
