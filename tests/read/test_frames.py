"""Files, tables and frames in; checked frames out."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import shapely
from frames import (
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
from fibercov.options import in_options


def test_takes_a_frame_and_does_not_change_it() -> None:
    given = addresses()
    check_addresses(read_addresses(given))
    pd.testing.assert_frame_equal(given, addresses())


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
    with pytest.raises(
        fc.CRSError,
        match="`crs` is EPSG:3021, but the source says .* EPSG:3006. Leave `crs` out; if the source is "
        "wrong, add `override_crs=True`.",
    ):
        fc.read_premises(addresses(), crs=3021)


def test_a_crs_can_be_said_in_place_of_a_wrong_one_and_the_provenance_says_both(
    tmp_path: Path,
) -> None:
    box = frame([shapely.box(0, 0, 9, 9)], name=["a"])
    for name, data in (("a", points((0, 0))), ("n", cable((0, 0), (9, 0))), ("o", box)):
        data.to_crs(3012).set_crs(3008, allow_override=True).to_file(tmp_path / f"{name}.gpkg")
    given: dict[str, Any] = {"crs": "EPSG:3012", "override_crs": True}
    premises = fc.read_premises(tmp_path / "a.gpkg", **given)
    network = fc.read_network(tmp_path / "n.gpkg", **given)
    areas = fc.read_areas(tmp_path / "o.gpkg", name="name", **given)
    for made in (premises, network, areas):
        assert made.crs.to_epsg() == 3012
        assert made.to_crs(3006).total_bounds[0] == pytest.approx(E0, abs=0.01)
        said = made.attrs["provenance"]
        assert (said["crs"], said["crs_overridden"]) == ("EPSG:3012", "EPSG:3008")
    measured = fc.measure_coverage(premises, network, reach=50).provenance
    assert measured["premises"]["crs_overridden"] == "EPSG:3008"
    right = fc.read_premises(addresses(), crs=3006, override_crs=True)
    assert "crs_overridden" not in right.attrs["provenance"]


def test_what_a_wrong_crs_is_to_be_replaced_by_must_be_said() -> None:
    with pytest.raises(
        fc.ArgumentError, match="`override_crs` needs the CRS .* are really in: crs=CRS"
    ):
        fc.read_network(addresses(), override_crs=True)


def test_names_of_areas_that_repeat_are_an_error_that_asks_for_codes() -> None:
    two = frame([shapely.box(0, 0, 1, 1), shapely.box(2, 0, 3, 1)], n=["a", "a"], c=["1", "2"])
    way_out = (
        r"repeats 1 of its values: 'a'\. Name the column that has their codes too, "
        r"read_areas\(\.\.\., code=COLUMN\), or merge those rows\."
    )
    with pytest.raises(fc.ColumnError, match=rf"`name` must be different .* column 'n' {way_out}"):
        fc.read_areas(two, name="n")
    assert fc.read_areas(two, name="n", code="c")["name"].tolist() == ["a", "a"]
    coverage = fc.measure_coverage(points((0, 0)), cable((0, 0), (9, 0)), reach=5)
    with pytest.raises(fc.ColumnError, match=rf"`by` must be different .* column 'name' {way_out}"):
        fc.summarize(coverage, by=two.rename(columns={"n": "name"}))
    with pytest.raises(
        fc.ColumnError, match=r"`code` must be .* 'n' .*name another column of codes"
    ):
        fc.read_areas(two, name="c", code="n")


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


def test_a_table_needs_its_coordinates_named() -> None:
    table = pd.DataFrame({"E": [1], "N": [2]})
    with pytest.raises(
        fc.GeometryError, match=r"xy=\(EASTING, NORTHING\), crs=CRS\. Its columns are: 'E', 'N'"
    ):
        fc.read_premises(table)
    with pytest.raises(fc.ColumnError, match="`xy` must be two coordinates, such as"):
        fc.read_premises(table, xy=("E",), crs=3006)
    with pytest.raises(fc.ColumnError, match="`xy` names the column 'EN'"):
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


def test_several_columns_can_be_the_id_together() -> None:
    given = points(
        (0, 0), (1, 1), (2, 2), gata=["A 1", "A 1", "B 2"], ort=["x", "y", "y"], id=[7, 7, 7]
    )
    premises = fc.read_premises(given, id=["GATA", "ort"])
    assert premises["id"].tolist() == ["A 1, x", "A 1, y", "B 2, y"]
    assert premises["id_original"].tolist() == [7, 7, 7]
    assert premises.attrs["provenance"]["columns"] == {"id": ["GATA", "ort"]}
    assert fc.read_premises(given, id=["gata", "ort"], columns=[])["id"].iloc[0] == "A 1, x"
    wrong: Any
    for wrong in (5, []):
        with pytest.raises(fc.ArgumentError, match="`id` must name a column, or several, not"):
            fc.read_premises(given, id=wrong)


def test_repeated_ids_are_an_error() -> None:
    with pytest.raises(fc.ColumnError, match="`id` must be different in every row"):
        fc.read_premises(points((0, 0), (1, 1), nr=["a", "a"]), id="nr")


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


def test_a_crs_without_a_place_on_earth_is_an_error() -> None:
    local = points((0, 0)).set_crs('LOCAL_CS["somewhere",UNIT["metre",1]]', allow_override=True)
    with pytest.raises(fc.CRSError, match="does not say where on earth its coordinates are"):
        fc.read_premises(local)


def test_a_name_of_areas_and_coordinate_columns_must_be_what_they_are() -> None:
    with pytest.raises(fc.ArgumentError, match="`name` must name the column"):
        fc.read_areas(frame([shapely.box(0, 0, 1, 1)]), name=None)  # type: ignore[arg-type]  # tested
    with pytest.raises(fc.ArgumentError, match="`xy` must name two columns"):
        fc.read_premises(pd.DataFrame({"E": [1]}), xy=5, crs=3006)  # type: ignore[arg-type]  # tested


def with_sums(*sums: tuple[Any, Any, Any], ones: int = 20) -> pd.DataFrame:
    """Addresses of one household each, and below them the rows of sums: households, E and N."""
    rows = [(1, E0 + n, N0) for n in range(ones)]
    return pd.DataFrame([*rows, *sums], columns=["households", "E", "N"])


@pytest.mark.parametrize(
    ("table", "row"),
    [
        (with_sums((20, None, None)), 20),
        (with_sums((20, 0, 0)), 20),
        (with_sums((20, 20 * E0 + 190, 20 * N0)), 20),
        (with_sums((3, None, None), (23, None, None)), 21),  # one of them is really unplaced
        (with_sums((5, None, None), (15, None, None), (20, None, None)), 22),  # and sums of parts
    ],
)
def test_a_row_that_is_the_sum_of_the_others_is_an_error(
    tmp_path: Path, table: pd.DataFrame, row: int
) -> None:
    table.to_csv(tmp_path / "a.csv", index=False)
    for source, number in ((table, row), (tmp_path / "a.csv", row + 2)):
        with pytest.raises(
            fc.ColumnError, match=f"`households` holds a sum: row {number} has no pos"
        ):
            fc.read_premises(source, xy=("E", "N"), crs=3006)
    where = f"households < {table['households'].max()}"
    assert len(fc.read_premises(table, where=where, xy=("E", "N"), crs=3006)) == len(table) - 1


def test_a_sum_is_an_error_in_layers_and_frames_too(tmp_path: Path) -> None:
    places = [(n, 0) for n in range(30)]
    given = points(*places, None, households=[*range(30), 435])  # 0 + 1 + ... + 29
    given.to_file(tmp_path / "a.gpkg")
    message = "row 30 has no position of its own, and 435 households, as many as the other rows"
    for run in (
        lambda: fc.read_premises(tmp_path / "a.gpkg"),
        lambda: fc.measure_coverage(given, cable((0, 0), (1, 1)), reach=50),
    ):
        with pytest.raises(fc.ColumnError, match=message) as error:
            run()
        assert in_options(error.value).endswith("Delete it, or leave it out with `--where`.")


def test_as_many_households_as_the_others_may_be_chance_in_a_small_table() -> None:
    for table in (
        with_sums((19, None, None), ones=19),
        with_sums((21, None, None)),
        with_sums((20, E0, N0)),  # it has a position: a block
        with_sums(*[(0, None, None)] * 3),
        with_sums((1, None, None), ones=1),
    ):
        assert len(fc.read_premises(table, xy=("E", "N"), crs=3006)) == len(table)
