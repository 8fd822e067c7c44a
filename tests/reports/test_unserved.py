"""The list of premises that are not within reach."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pytest
from frames import cable, frame, points
from shapely import box

import fibercov as fc
from fibercov.reports import exports


def written(folder: Path, **options: Any) -> openpyxl.Workbook:
    premises = points(
        (0, 10), (0, 90), (10, 90), (20, 90.26), (0, 400), None, households=[9, 2, 0, 3, 1, 7],
        address=["Intill 1", "Ågatan 10", "Ågatan 2", "=1+1", "http://b.se", "Okänd 1"],
        by=["Byn", "Byn", "Byn", "Ån", None, "Byn"],
    )  # fmt: skip
    plan = frame(
        points((0, 400), (0, 390)).geometry.translate(-470_000, -6_740_000), year=[2022, 2021]
    )
    coverage = fc.measure_coverage(
        premises,
        cable((0, 0), (100, 0)),
        reach=50,
        planned=plan,
        planned_date="year",
        as_of="2020-10-01",
    )
    fc.write_results(folder, coverage, **{"areas": "by", "language": "sv"} | options)
    return openpyxl.load_workbook(folder / "internal" / "unserved.xlsx")


def test_lists_those_out_of_reach_by_area_and_address_in_the_language(tmp_path: Path) -> None:
    book = written(tmp_path)
    (sheet,) = book.worksheets
    assert list(sheet.values) == [
        ("Adress", "Område", "Avstånd till fiber (m)", "Planerad", "Hushåll"),
        ("Ågatan 2", "Byn", 90, None, 0),
        ("Ågatan 10", "Byn", 90, None, 2),
        ("=1+1", "Ån", 90.3, None, 3),
        ("http://b.se", None, 400, 2021, 1),
    ]
    kinds = {cell.coordinate: cell.data_type for row in sheet.iter_rows(min_row=2) for cell in row}
    assert kinds["A4"] == "s"  # a text, not a formula
    assert kinds["C4"] == kinds["D5"] == kinds["E2"] == "n"
    assert not any(cell.hyperlink for row in sheet.iter_rows() for cell in row)
    assert (sheet.title, sheet.freeze_panes, sheet.auto_filter.ref) == (
        "Utom räckhåll",
        "A2",
        "A1:E5",
    )
    assert sheet.column_dimensions["A"].width > len("http://b.se")


def test_the_rest_has_its_name(tmp_path: Path) -> None:
    areas = frame([box(-5, 0, 5, 100)], namn=["Torget"])
    for options, wanted in (
        ({"rest": "Glesbygd"}, ["Byn", "Byn", "Glesbygd", "Ån"]),
        ({"areas": fc.read_areas(areas, name="namn")}, ["Torget", None, None, None]),
        (
            {"areas": fc.read_areas(areas, name="namn"), "rest": "Övrigt"},
            ["Torget", "Övrigt", "Övrigt", "Övrigt"],
        ),
    ):
        (sheet,) = written(tmp_path, **options).worksheets
        assert [cell.value for cell in sheet["B"]][1:] == wanted
    said = json.loads((tmp_path / "summary.json").read_text("utf-8"))["inputs"]["areas"]
    assert said["rows_used"] == 1
    for options in ({"areas": None}, {"areas": "by"}):
        coverage = fc.read_results(tmp_path)
        given = options["areas"] and fc.summarize(coverage, by="by", rest="Glesbygd")
        with pytest.raises(fc.ArgumentError, match="`rest` needs `areas`, and no summary of them"):
            fc.write_results(tmp_path / "no", coverage, areas=given, rest="Övrigt")


def test_a_heading_that_wraps_has_room_and_all_columns_are_on_one_page(tmp_path: Path) -> None:
    (sheet,) = written(tmp_path).worksheets
    assert sheet.row_dimensions[1].height == 30  # "Avstånd till fiber (m)"
    assert (sheet.page_setup.fitToHeight, sheet.print_title_rows) == (0, "$1:$1")


def test_the_same_run_writes_the_same_list(tmp_path: Path) -> None:
    both = [tmp_path / name / "internal" / "unserved.xlsx" for name in ("one", "other")]
    for file in both:
        written(file.parents[1])
    assert both[0].read_bytes() == both[1].read_bytes()


def test_a_long_list_is_csv_for_the_spreadsheets_of_the_language(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written(tmp_path)
    monkeypatch.setattr(exports, "_MOST_ROWS", 3)
    with pytest.raises(FileNotFoundError, match=r"unserved\.xlsx"):  # not beside the CSV either
        written(tmp_path)
    assert (tmp_path / "internal" / "unserved.csv").read_text("utf-8-sig").splitlines() == [
        "Adress;Område;Avstånd till fiber (m);Planerad;Hushåll",
        "Ågatan 2;Byn;90,0;;0",
        "Ågatan 10;Byn;90,0;;2",
        "'=1+1;Ån;90,3;;3",
        "http://b.se;;400,0;2021;1",
    ]


def test_where_all_are_reached_the_list_has_its_headings_alone(tmp_path: Path) -> None:
    coverage = fc.measure_coverage(points((0, 10)), cable((0, 0), (9, 0)), reach=50)
    fc.write_results(tmp_path, coverage)
    table = pd.read_excel(tmp_path / "internal" / "unserved.xlsx", engine="openpyxl")
    assert list(table.columns) == ["Distance to fiber (m)", "Planned"]
    assert table.empty
