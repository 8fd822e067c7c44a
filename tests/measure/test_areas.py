"""Households by area."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from frames import cable, frame, points
from shapely.affinity import rotate

import fibercov as fc
from fibercov.measure.areas import count_by_square

NETWORK = cable((0, 0), (200, 0))


def areas(*boxes: tuple[float, float, float, float], **columns: Any) -> gpd.GeoDataFrame:
    columns = columns or {"name": [f"Area {n}" for n in range(len(boxes))]}
    return frame([shapely.box(*box) for box in boxes], **columns)


@pytest.fixture
def coverage() -> fc.Coverage:
    premises = points(
        (50, 10),
        (50, 90),
        (150, 10),
        (100, 10),
        (500, 500),
        None,
        households=[1, 2, 4, 8, 16, 32],
        connected=[True] + [False] * 5,
        place=["Byn", "Byn", "Ån", "Ån", None, "Byn"],
    )
    return fc.measure_coverage(premises, NETWORK, reach=50)


def test_counts_by_polygon_with_a_row_for_what_lies_outside(coverage: fc.Coverage) -> None:
    table = fc.summarize(coverage, by=areas((0, 0, 100, 100), (100, 0, 200, 100)))
    assert isinstance(table, gpd.GeoDataFrame)
    assert table["name"].tolist() == ["Area 0", "Area 1", "(outside all areas)", "(unplaced)"]
    assert table["premises"].tolist() == [3, 1, 1, 1]
    assert table["total"].tolist() == [11, 4, 16, 32]
    assert table["connected"].tolist() == [1, 0, 0, 0]
    assert table["passed"].tolist() == [8, 4, 0, 0]
    assert table["unserved"].tolist() == [2, 0, 16, 0]
    assert table["unplaced"].tolist() == [0, 0, 0, 32]
    assert table["reached"].tolist() == [9, 4, 0, 0]
    assert table["share"].tolist() == [9 / 11, 1, 0, 0]
    assert table["connected_share"].tolist() == [1 / 11, 0, 0, 0]
    assert table["unit"].tolist() == ["households"] * 4
    assert table.geometry.isna().tolist() == [False, False, True, True]


def test_a_premises_on_a_shared_border_is_in_the_area_that_comes_first_by_name_or_code(
    coverage: fc.Coverage,
) -> None:
    boxes = (0, 0, 100, 100), (100, 0, 200, 100)
    by_name = fc.summarize(coverage, by=areas(*boxes, name=["B", "A"]))
    assert by_name["premises"].tolist() == [2, 2, 1, 1]
    by_code = fc.summarize(coverage, by=areas(*boxes, name=["B", "A"], code=["0101", "0102"]))
    assert by_code["premises"].tolist() == [3, 1, 1, 1]
    assert by_code["code"].tolist()[:2] == ["0101", "0102"]
    assert by_code["code"].isna().tolist() == [False, False, True, True]


def test_counts_by_column_with_a_row_for_what_has_no_value(coverage: fc.Coverage) -> None:
    table = fc.summarize(coverage, by="place")
    assert table["name"].tolist() == ["Byn", "Ån", "(no value)", "(unplaced)"]
    assert table["total"].tolist() == [35, 12, 16, 0]
    assert table["unplaced"].tolist() == [32, 0, 0, 0]  # a column knows the area of unplaced ones


def test_what_has_no_value_can_be_an_area_and_the_unplaced_stay_apart() -> None:
    premises = points(
        (10, 10), (20, 200), None, (30, 10), households=[1, 2, 4, 8], town=["A", None, None, "A"]
    )
    coverage = fc.measure_coverage(premises, NETWORK, reach=50)
    table = fc.summarize(coverage, by="town", rest="Rural")
    assert table["name"].tolist() == ["A", "Rural", "(unplaced)"]
    assert table["total"].tolist() == [9, 2, 4]
    held = fc.check_target(coverage, by=table).areas
    assert held["verdict"].tolist() == ["met", "not met", None]
    polygons = areas((0, 0, 100, 100))
    assert (
        fc.summarize(coverage, by=polygons, rest="Rural")["name"].tolist()[1:]
        == table["name"].tolist()[1:]
    )
    for rest in ("A", "", 5):
        with pytest.raises(fc.ArgumentError, match="`rest` must be a name that no area has, not "):
            fc.summarize(coverage, by="town", rest=rest)  # type: ignore[arg-type]  # what is tested


def test_whole_numbers_in_a_column_stay_whole() -> None:
    premises = points((0, 0), (1, 1), kommun=[2039, np.nan])
    coverage = fc.measure_coverage(premises, NETWORK, reach=50)
    assert fc.summarize(coverage, by="kommun")["name"].tolist() == [
        "2039",
        "(no value)",
        "(unplaced)",
    ]


def test_a_number_and_its_text_are_one_value() -> None:
    mixed = pd.Series([10, "10", 9, None], dtype=object)
    premises = points((0, 0), (1, 1), (2, 2), (3, 3), kommun=mixed)
    table = fc.summarize(fc.measure_coverage(premises, NETWORK, reach=50), by="kommun")
    assert table["name"].tolist() == ["9", "10", "(no value)", "(unplaced)"]
    assert table["premises"].tolist() == [1, 2, 1, 0]


def test_an_area_without_households_has_no_share(coverage: fc.Coverage) -> None:
    table = fc.summarize(coverage, by=areas((1000, 1000, 1100, 1100), (0, 0, 60, 60)))
    assert table["total"].tolist()[:2] == [0, 1]
    assert np.isnan(table["share"].tolist()[0])


def test_areas_that_hold_no_premises_at_all_are_an_error(coverage: fc.Coverage) -> None:
    with pytest.raises(
        fc.GeometryError, match="`by`: none of the 6 premises lies in any of the 1 areas"
    ):
        fc.summarize(coverage, by=areas((1000, 1000, 1100, 1100)))


@pytest.mark.parametrize("degrees", [False, True])
def test_premises_on_borders_that_run_aslant_are_in_exactly_one_area(degrees: object) -> None:
    """Along a border where one area meets two, as seldom fits to the last bit."""
    rng = np.random.default_rng(1)
    for angle in rng.uniform(0, 360, 30):
        tiles = [
            shapely.box(0, 0, 100, 200),
            shapely.box(100, 0, 200, 77),
            shapely.box(100, 77, 200, 200),
        ]
        turned = shapely.GeometryCollection(tiles)
        places = [shapely.Point(100, y) for y in rng.uniform(0, 200, 20)]
        both = [rotate(g, angle, origin=(100, 100)) for g in (*turned.geoms, *places)]
        here = frame(both[:3], name=["A", "B", "C"])
        here = here.to_crs(4326) if degrees else here
        measured = fc.measure_coverage(frame(both[3:]), NETWORK, reach=50)
        assert fc.summarize(measured, by=here)["premises"].tolist() == [20, 0, 0, 0, 0]


def test_a_premises_inside_one_area_and_on_the_border_of_another_is_in_the_first() -> None:
    premises = points((60, 50), (150, 50))
    measured = fc.measure_coverage(premises, NETWORK, reach=50)
    table = fc.summarize(measured, by=areas((0, 0, 60.05, 100), (50, 0, 200, 100)))
    assert table["premises"].tolist() == [0, 2, 0, 0]


def test_a_building_is_where_its_representative_point_is() -> None:
    building = frame([shapely.box(90, 0, 120, 10)])
    coverage = fc.measure_coverage(building, NETWORK, reach=50)
    table = fc.summarize(coverage, by=areas((0, 0, 100, 100), (100, 0, 200, 100)))
    assert table["premises"].tolist() == [0, 1, 0, 0]


def test_areas_in_another_crs_give_the_same_counts(coverage: fc.Coverage) -> None:
    here = areas((0, 0, 99, 100), (101, 0, 200, 100))
    there = fc.summarize(coverage, by=here.to_crs(4326))
    pd.testing.assert_frame_equal(
        pd.DataFrame(there.drop(columns="geometry")),
        pd.DataFrame(fc.summarize(coverage, by=here).drop(columns="geometry")),
    )


def test_overlapping_areas_are_an_error_that_says_how_many_premises(coverage: fc.Coverage) -> None:
    with pytest.raises(fc.GeometryError) as error:
        fc.summarize(coverage, by=areas((0, 0, 120, 100), (40, 0, 200, 100)))
    assert "3 premises (rows 0, 1, 3) lie inside more than one of 'Area 0', 'Area 1'" in str(
        error.value
    )


def test_areas_that_overlap_where_no_premises_is_are_no_error(coverage: fc.Coverage) -> None:
    table = fc.summarize(coverage, by=areas((0, 0, 100, 100), (60, 20, 200, 80)))
    assert table["premises"].sum() == 6


@pytest.mark.parametrize(
    ("by", "kind", "message"),
    [
        ("plats", fc.ColumnError, "`by` names the column 'plats'.*'place'"),
        (NETWORK, fc.GeometryError, "`by` must be Polygon or MultiPolygon geometries"),
        (areas((0, 0, 1, 1), title=["a"]), fc.ColumnError, "`by` needs a column 'name'"),
        (areas((0, 0, 1, 1), (1, 0, 2, 1), name=["a", "a"]), fc.ColumnError, "repeats 1 .*'a'"),
        (areas((0, 0, 1, 1), name=[None]), fc.ColumnError, "'name' is empty in row 0"),
        (
            frame([shapely.Polygon([(0, 0), (1, 1), (1, 0), (0, 1)])], name=["a"]),
            fc.GeometryError,
            "`by` has an invalid polygon .* in row 0",
        ),
        (frame([shapely.box(0, 0, 1, 1), None], name=["a", "b"]), fc.GeometryError, "no geometry in row 1"),
        (7, fc.ArgumentError, "`by` must be a GeoDataFrame, not int"),
    ],
)  # fmt: skip
def test_areas_that_cannot_be_right_are_errors(
    coverage: fc.Coverage, by: Any, kind: type[Exception], message: str
) -> None:
    with pytest.raises(kind, match=message):
        fc.summarize(coverage, by=by)


def test_a_column_that_cannot_be_counted_by_is_an_error() -> None:
    measured = fc.measure_coverage(points((0, 0), lists=[[1]]), NETWORK, reach=50)
    with pytest.raises(fc.ColumnError, match="`by`: column 'lists' cannot be counted by"):
        fc.summarize(measured, by="lists")


def test_a_grid_has_the_squares_that_hold_premises_and_no_others() -> None:
    coverage = fc.measure_coverage(
        points((10, 10), (240, 10), (-10, 10), (510, 760), None), NETWORK, reach=50
    )
    squares = fc.square_grid(coverage)
    assert squares["name"].tolist() == [
        "250mN6740000E469750", "250mN6740000E470000", "250mN6740750E470500",
    ]  # fmt: skip
    assert squares.crs == "EPSG:3006"
    assert squares.total_bounds.tolist() == [469_750, 6_740_000, 470_750, 6_741_000]
    table = fc.summarize(coverage, by=squares)
    assert table["premises"].tolist() == [1, 2, 1, 0, 1]
    assert table["total"].sum() == coverage.total
    assert len(fc.square_grid(coverage, cell_m=5000)) == 2


@pytest.mark.parametrize(
    ("crs", "grid_crs"), [(3011, 3006), (3021, 3006), (4326, 3006), (3857, 3006), (3006, 3006)]
)
def test_the_grid_is_the_national_one_whatever_the_data_is_in(crs: int, grid_crs: int) -> None:
    premises = points((10, 10), (900, 10)).to_crs(crs)
    coverage = fc.measure_coverage(premises, cable((0, 0), (9, 0)), reach=50)
    squares = fc.square_grid(coverage)
    assert squares.crs.to_epsg() == grid_crs
    # RT 90 is brought to SWEREF 99 to a metre or so.
    assert squares["name"].tolist() == ["250mN6740000E470000", "250mN6740000E470750"]


def test_outside_sweden_the_grid_is_of_the_crs_measured_in() -> None:
    there = points((10, 10)).set_crs("EPSG:26919", allow_override=True)
    network = cable((0, 0), (9, 0)).set_crs("EPSG:26919", allow_override=True)
    squares = fc.square_grid(fc.measure_coverage(there, network, reach=50))
    assert squares.crs.to_epsg() == 26919


def test_squares_too_many_to_be_numbered_are_an_error() -> None:
    coverage = fc.measure_coverage(points((10, 10), (10, 10.02)), NETWORK, reach=50)
    assert fc.square_grid(coverage, cell_m=0.01)["name"].is_unique
    with pytest.raises(fc.ArgumentError, match="`cell_m` must be at least 0.01 here, not 0.001"):
        fc.square_grid(coverage, cell_m=0.001)


def test_a_cell_must_have_a_size() -> None:
    with pytest.raises(fc.ArgumentError, match="`cell_m` must be metres above 0, not 0"):
        fc.square_grid(fc.measure_coverage(points((10, 10)), NETWORK, reach=50), cell_m=0)


def test_squares_count_what_a_summary_by_them_does(demo: fc.Demo) -> None:
    place = demo.premises.to_crs(3006).get_coordinates().reindex(demo.premises.index) % 250
    # RULE: a summary by polygons gives what is near a border to the first of them, a square never.
    homes = demo.premises[~((place < 0.2) | (place > 249.8)).any(axis=1)]
    earlier = fc.measure_coverage(homes[:900], demo.network, reach=50)
    coverage = fc.measure_coverage(homes, demo.network, reach=100)
    cells, tables = count_by_square([earlier, coverage], 250)
    grid = fc.square_grid(coverage)
    assert shapely.equals_exact(cells.geometry, grid.geometry).all()
    for each, table in zip((earlier, coverage), tables, strict=True):
        columns = ["premises", "total", "reached", "reached_low", "reached_high", "unserved"]
        by = fc.summarize(each, by=grid)
        pd.testing.assert_frame_equal(table[columns], by[columns].iloc[:-2])


def test_a_premises_on_the_corner_of_squares_is_in_the_one_to_the_north_and_east() -> None:
    homes = points((0, 0), (-1, -1), (-1, 0), None, households=[1, 2, 4, 8])
    cells, (table,) = count_by_square([fc.measure_coverage(homes, NETWORK, reach=50)], 250)
    corners = cells.bounds[["minx", "miny"]].sub([470_000, 6_740_000])
    assert dict(zip(corners.itertuples(index=False, name=None), table["total"], strict=True)) == {
        (-250, -250): 2, (-250, 0): 4, (0, 0): 1,
    }  # fmt: skip
