"""Which rows and columns of a source are used."""

from __future__ import annotations

import hashlib
from functools import partial
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import pytest
import shapely
from frames import E0, N0, addresses, frame, points

import fibercov as fc


def read(source: Any, **options: Any) -> gpd.GeoDataFrame:
    return fc.read_premises(source, households="Hushall", connected="ANSLUTEN", id="nr", **options)


WIDE = {"typ": ["villa", "villa", "lada"], "Anm": ["a", "b", "c"], "agare": ["x", "y", "z"]}


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


@pytest.mark.parametrize("where", ["typ !=", "sort == 1", "typ", "typ.str.len() > 5 +", "@x == 1"])
def test_an_expression_that_cannot_be_evaluated_is_an_error(where: str) -> None:
    with pytest.raises(fc.ArgumentError, match=r"`where` cannot be evaluated: .* \(.*\)\. Write a"):
        fc.read_premises(points((0, 0), typ=["a"]), where=where)


def test_an_expression_that_leaves_nothing_is_an_error() -> None:
    with pytest.raises(fc.ArgumentError, match="`where` leaves none of the 1 rows: \"typ == 'b'\""):
        fc.read_premises(points((0, 0), typ=["a"]), where="typ == 'b'")


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


def test_an_expression_over_a_column_that_is_not_kept_by_name_lists_all(tmp_path: Path) -> None:
    path = tmp_path / "a.gpkg"
    addresses().assign(**WIDE).to_file(path)
    with pytest.raises(
        fc.ArgumentError, match=r"no column 'type'\).* columns are: .*'typ', 'Anm', 'agare'"
    ):
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


@pytest.mark.parametrize(
    ("where", "kept"),
    [
        ("byggd.dt.year >= 2018", [2]),
        ("typ != 'fritidshus' & n > 1", [2, 3]),
        ("typ.str[0] == 'f'", [1]),
        ("(typ == 'villa') == (n > 1)", [1, 2]),
        ("sort == 1", [1]),
        ("ja == True", [1]),
        ("typ == '' or n == 2", [2, 3]),  # this column does have an empty text
        ("typ != ''", [1, 2]),
        ("TYP == 'villa' and `N` == 2", [2]),
    ],
)
def test_what_pandas_evaluates_is_taken(where: str, kept: list[int]) -> None:
    given = points(
        (0, 0), (1, 1), (2, 2), n=[1, 2, 3], typ=["fritidshus", "villa", ""], ja=[True, False, None],
        byggd=pd.to_datetime(["2017-01-01", "2018-01-01", "2016-01-01"]), sort=pd.Categorical([1, 2, None]),
    )  # fmt: skip
    assert fc.read_premises(given, where=where)["n"].tolist() == kept


def test_where_nothing_is_left_it_says_what_the_columns_hold() -> None:
    given = points((0, 0), (1, 1), STATUS=["I drift", "Planerad"])
    with pytest.raises(fc.ArgumentError, match="STATUS holds 'I drift', 'Planerad'"):
        fc.read_network(given, where="STATUS == 'i drift'")


def test_numbers_of_households_are_numbers_in_an_expression(tmp_path: Path) -> None:
    table = f"E;N;Antal hushåll\n{E0};{N0};1\xa0030\n{E0};{N0};1\n{E0};{N0};\n"
    (tmp_path / "a.csv").write_text(table, "utf-8")
    kept = fc.read_premises(
        tmp_path / "a.csv", xy=("E", "N"), crs=3006, households="antal hushåll",
        where="`Antal hushåll` > 1",
    )  # fmt: skip
    assert kept["households"].tolist() == [1030]
    (tmp_path / "a.csv").write_text(table.replace("1\xa0030", "1,030"), "utf-8")
    with pytest.raises(
        fc.ColumnError, match=r"`where`: .* holds '1,030' \(row 2\), which may mean"
    ):
        fc.read_premises(
            tmp_path / "a.csv", xy=("E", "N"), crs=3006, households="antal hushåll",
            where="`Antal hushåll` > 1",
        )  # fmt: skip


def test_a_name_that_python_has_for_itself_stands_in_backticks() -> None:
    given = points((0, 0), (1, 1), **{"class": ["1", "2"]})
    with pytest.raises(fc.ArgumentError, match=r"Write `class`\.astype\('float'\)"):
        fc.read_premises(given, where="`class` > 1")


def test_connected_may_be_an_expression() -> None:
    homes = points((0, 0), (1, 0), (2, 0), teknik=["Fiber", "Koax", None], hushall=[1, 2, 3])
    read = partial(fc.read_premises, homes, households="hushall")
    assert read(connected="teknik == 'Fiber'")["connected"].tolist() == [True, False, False]
    assert read(connected="hushall > 1")["connected"].tolist() == [False, True, True]
    kept = read(connected="TEKNIK.isin(['Fiber', 'Koax'])", columns=[])
    assert kept["connected"].tolist() == [True, True, False]
    assert "teknik" in kept.columns  # what says so is kept
    said = kept.attrs["provenance"]["columns"]
    assert said["connected"] == "TEKNIK.isin(['Fiber', 'Koax'])"
    with pytest.raises(fc.ArgumentError, match="`connected` looks for 'fibre' in .*, which no row"):
        read(connected="teknik == 'fibre'")
    with pytest.raises(fc.FibercovError, match="`connected`.*'technology'"):
        read(connected="technology == 'Fiber'")
    with pytest.raises(fc.ColumnError, match="`connected` names the column 'ansluten\\?'"):
        read(connected="ansluten?")


def test_a_column_with_the_very_name_is_the_column() -> None:
    homes = points((0, 0), (1, 0), a=[1, 1], **{"a == 1": ["nej", "ja"]})
    assert fc.read_premises(homes, connected="a == 1")["connected"].tolist() == [False, True]
