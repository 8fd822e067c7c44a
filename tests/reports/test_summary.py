"""The summary of a folder of results, and its format."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import pytest
from frames import cable, points
from running import contents

import fibercov as fc
from fibercov.reports import summary


def test_the_summary_has_the_figures_and_all_that_defines_them(
    tmp_path: Path, write: Callable[..., list[Path]], demo_coverage: fc.Coverage
) -> None:
    files = write(tmp_path)
    summary = json.loads((tmp_path / "summary.json").read_text("utf-8"))
    assert summary["share"] == demo_coverage.share
    assert summary["reached"] / summary["total"] == demo_coverage.share
    assert sum(summary["counts_by_status"].values()) == summary["total"]
    assert summary["reach"] == {
        "metres": 50,
        "name": "",
        "to": "network",
        "feature": "",
        "source": "",
    }
    assert (summary["as_of"], summary["crs"]) == ("2020-10-01", "EPSG:3006")
    assert (summary["target"], summary["verdict"], summary["shortfall"]) == (0.9, "met", 0)
    assert summary["problems"] == [
        {
            "problem": "unplaced",
            "meaning": "premises without a usable position",
            "rows": 8,
            "unit": "households",
            "total": 8,
            "points": pytest.approx(100 * (3086 / 3393 - 3086 / 3401)),
        }
    ]
    assert summary["format"] == 2
    assert [tmp_path / name for name in summary["files"]] == files


def test_a_folder_whose_summary_is_no_summary_is_an_error(
    tmp_path: Path, write: Callable[..., list[Path]], monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path)
    texts = {
        "[" * 200_000: "it is nested too deeply",
        '"a text"': "it must be an object, not 'a text'",
        "{" + "7" * 5000 + "}": "Expecting property name",
        '{"reach": ' + "7" * 5000 + "}": "Exceeds the limit",
        "{}": "'files'",
    }
    for change, message in (
        ({"reach": {"metres": -5}}, "`reach` must be metres above 0"),
        ({"reach": 5}, "must be a mapping"),
        ({"as_of": 5}, "`as_of` must be a date"),
        ({"files": 5}, "`files` must be list, not 5"),
        ({"unit": 5}, "`unit` must be str, not 5"),
    ):
        said = json.loads((tmp_path / "summary.json").read_text("utf-8")) | change
        texts[json.dumps(said)] = message
    for text, message in texts.items():
        (tmp_path / "summary.json").write_text(text)
        with pytest.raises(fc.FileError, match=f"is not a folder of results .*{message}"):
            fc.read_results(tmp_path)
    (tmp_path / "summary.json").unlink()
    os.mkfifo(tmp_path / "summary.json")
    with pytest.raises(fc.FileError, match=r"is not a folder of results .it is no file"):
        fc.read_results(tmp_path)
    with pytest.raises(fc.FileError, match="already exists, and is not from an earlier run"):
        write(tmp_path)
    (tmp_path / "summary.json").unlink()
    (tmp_path / "summary.json").write_text(" " * 10)
    monkeypatch.setattr(summary, "_MOST_BYTES", 9)
    with pytest.raises(fc.FileError, match="it is longer than 9 bytes"):
        fc.read_results(tmp_path)


FORMAT_2 = {
    "summary.json": """{
  "format": 2,
  "title": "Fiber coverage",
  "fibercov": "0.1.0",
  "as_of": "2020-10-01",
  "reach": {"metres": 50.0, "name": "Decision 41", "to": "network", "feature": "", "source": "The council, 2019-04-01"},
  "crs": "EPSG:3006",
  "unit": "households",
  "connected_share": 0.2,
  "files": ["internal/coverage.html", "internal/premises.gpkg", "internal/network.gpkg", "summary.json"]
}""",
    "internal/premises.gpkg": """{"type": "FeatureCollection",
 "crs": {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::3006"}}, "features": [
  {"type": "Feature", "properties": {"id": "a", "households": 2, "connected": true},
   "geometry": {"type": "Point", "coordinates": [470000, 6740010]}},
  {"type": "Feature", "properties": {"id": "b", "households": 3, "connected": false},
   "geometry": {"type": "Point", "coordinates": [470000, 6740040]}},
  {"type": "Feature", "properties": {"id": "c", "households": 5, "connected": false},
   "geometry": {"type": "Point", "coordinates": [470000, 6740060]}}]}""",
    "internal/network.gpkg": """{"type": "FeatureCollection",
 "crs": {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::3006"}}, "features": [
  {"type": "Feature", "properties": {"network_index": 7},
   "geometry": {"type": "LineString", "coordinates": [[470000, 6740000], [470100, 6740000]]}}]}""",
}


def keep_folder(folder: Path, **change: object) -> None:
    """A folder as fibercov 0.1.0 leaves it."""
    (folder / "internal").mkdir()
    said = json.loads(FORMAT_2["summary.json"])
    (folder / "summary.json").write_text(json.dumps(said | change), encoding="utf-8")
    for name in ("internal/premises.gpkg", "internal/network.gpkg"):
        frame = gpd.read_file(FORMAT_2[name], engine="pyogrio")
        frame.to_file(folder / name, layer=Path(name).stem)


def test_a_folder_of_format_2_opens(tmp_path: Path) -> None:
    keep_folder(tmp_path)
    found = fc.read_results(tmp_path)
    assert repr(found) == (
        "50.0 % of 10 households within 50 m of fiber (Decision 41), 2020-10-01"
    )  # 2 connected and 3 passed
    assert found.premises["drop_m"].tolist() == pytest.approx([10, 40, 60], abs=1e-6)
    assert found.reach.source == "The council, 2019-04-01"


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            {"format": 3, "fibercov": "0.9.0"},
            r"has results of format 3, but fibercov \S+ reads and replaces only format 2. Use fibercov 0.9.0, or measure again into another folder.$",
        ),
        (
            {"format": "2"},
            "has results of format '2', but .* Use fibercov 0.1.0, or measure again into another",
        ),
    ],
)
def test_a_folder_of_another_format_is_neither_read_nor_replaced(
    tmp_path: Path, write: Callable[..., list[Path]], change: dict[str, object], message: str
) -> None:
    keep_folder(tmp_path, **change)
    before = contents(tmp_path)
    for refused in (fc.read_results, write):
        with pytest.raises(fc.FileError, match=f"^`folder`: {str(tmp_path)!r} {message}"):
            refused(tmp_path)
    assert contents(tmp_path) == before


def test_a_folder_from_before_there_was_a_format_is_neither_read_nor_replaced(
    tmp_path: Path, write: Callable[..., list[Path]]
) -> None:
    flat = {"fibercov": "0.1.0", "files": ["premises.gpkg", "summary.json"]}
    (tmp_path / "summary.json").write_text(json.dumps(flat))
    for refused in (fc.read_results, write):
        with pytest.raises(
            fc.FileError, match="of format none, but .* Measure again into another folder.$"
        ):
            refused(tmp_path)
    assert [*contents(tmp_path)] == ["summary.json"]


def test_a_summary_is_json_even_where_nobody_would_be_left(
    tmp_path: Path, write: Callable[..., list[Path]]
) -> None:
    coverage = fc.measure_coverage(
        points((0, 45)), cable((0, 0), (9, 0)), reach=50, position_error_m=9
    )
    write(tmp_path, coverage)
    assert json.loads((tmp_path / "summary.json").read_text())["problems"][0]["points"] is None
