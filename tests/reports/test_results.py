"""The folder of files that a run leaves behind: all of them, or none."""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import pyogrio
import pytest
from frames import cable, points

import fibercov as fc
from fibercov import writing
from fibercov.reports import results


@pytest.fixture
def check(demo: fc.Demo, demo_coverage: fc.Coverage) -> fc.TargetCheck:
    return fc.check_target(demo_coverage, target=0.9, by=demo.areas)


@pytest.fixture
def write(
    demo: fc.Demo, demo_coverage: fc.Coverage, check: fc.TargetCheck
) -> Callable[..., list[Path]]:
    """Writes the demo's results to a folder, or those of what it is given in its place."""

    def run(folder: Path, coverage: fc.Coverage | None = None, **other: Any) -> list[Path]:
        if coverage is None:
            given = {"check": check, "planned": demo.planned, "areas": demo.areas}
        else:
            given = {"check": fc.check_target(coverage), "planned": None, "areas": None}
        of = coverage or demo_coverage
        given |= {
            "network": demo.network,
            "problems": fc.check_data(of, network=demo.network, areas=given["areas"]),
            "page": fc.map_coverage(
                of, areas=None if coverage else check.areas, title="Fiberdalen"
            ),
        }
        return results.write_results(folder, of, **(given | other))

    return run


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_writes_the_map_the_tables_and_the_data(
    tmp_path: Path, write: Callable[..., list[Path]]
) -> None:
    files = write(tmp_path / "new" / "out")
    assert sorted(path.name for path in files) == [
        "areas.csv", "areas.gpkg", "coverage.html", "network.gpkg", "planned.gpkg",
        "premises.gpkg", "summary.json",
    ]  # fmt: skip
    assert sorted((tmp_path / "new" / "out").iterdir()) == sorted(files)


def test_what_is_written_is_what_was_measured(
    tmp_path: Path, write: Callable[..., list[Path]], demo: fc.Demo, demo_coverage: fc.Coverage
) -> None:
    write(tmp_path)
    again = fc.measure_coverage(
        fc.read_premises(tmp_path / "premises.gpkg", id="id"),
        fc.read_network(tmp_path / "network.gpkg"),
        reach=50,
        planned=fc.read_network(tmp_path / "planned.gpkg"),
        as_of=demo.as_of,
    )
    assert repr(again) == repr(demo_coverage)
    assert again.counts.equals(demo_coverage.counts)
    written = gpd.read_file(tmp_path / "premises.gpkg").groupby("area")["households"].sum()
    summed = fc.summarize(demo_coverage, by=demo.areas).set_index("name")["households"]
    assert written.to_dict() == summed.iloc[:-1].to_dict()
    cables = gpd.read_file(tmp_path / "network.gpkg").set_index("network_index")
    first = gpd.read_file(tmp_path / "premises.gpkg").iloc[0]
    cable = cables.loc[first["network_index"], "geometry"]
    assert cable.distance(first.geometry) == pytest.approx(first["drop_m"], abs=1e-6)
    assert again.premises["status_original"].tolist() == again.premises["status"].tolist()
    table = pd.read_csv(tmp_path / "areas.csv", dtype={"code": str})
    assert table["households"].sum() == demo_coverage.households
    assert table["name"].iloc[-1] == "(outside all areas, or unplaced)"
    for exported in (table, gpd.read_file(tmp_path / "premises.gpkg")):
        assert set(exported["reach_m"]) == {50}
        assert set(exported["as_of"].astype(str).str[:10]) == {"2020-10-01"}
    assert table.iloc[-1][["shortfall", "met", "verdict"]].isna().all()  # held against no target
    kinds = gpd.read_file(tmp_path / "areas.gpkg").dtypes
    assert (kinds["shortfall"].kind, kinds["met"].kind) == ("i", "b")
    areas = fc.read_areas(tmp_path / "areas.gpkg", name="name", code="code")
    assert fc.summarize(again, by=areas)["homes_passed"].tolist() == table["homes_passed"].tolist()


def test_the_summary_has_the_figures_and_all_that_defines_them(
    tmp_path: Path, write: Callable[..., list[Path]], demo_coverage: fc.Coverage
) -> None:
    files = write(tmp_path)
    summary = json.loads((tmp_path / "summary.json").read_text("utf-8"))
    assert summary["share"] == demo_coverage.share
    assert summary["homes_passed"] / summary["households"] == demo_coverage.share
    assert sum(summary["households_by_status"].values()) == summary["households"]
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
            "households": 8,
            "points": pytest.approx(100 * (3086 / 3393 - 3086 / 3401)),
        }
    ]
    assert sorted(summary["files"]) == sorted(path.name for path in files)


def test_a_run_that_fails_leaves_the_folder_as_it_was(
    tmp_path: Path, write: Callable[..., list[Path]], monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path)
    before = contents(tmp_path)

    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(results, "summary", full)
    with pytest.raises(fc.FileError, match="`out`: cannot write to .* No space left"):
        write(tmp_path)
    assert contents(tmp_path) == before


def test_files_of_an_earlier_run_are_removed_and_others_stay(
    tmp_path: Path, write: Callable[..., list[Path]], demo_coverage: fc.Coverage
) -> None:
    write(tmp_path)
    (tmp_path / "notes.txt").write_text("mine")
    write(tmp_path, demo_coverage)
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "coverage.html", "network.gpkg", "notes.txt", "premises.gpkg", "summary.json",
    ]  # fmt: skip


@pytest.mark.parametrize(
    "text",
    ["not json", "[]", '{"files": ["notes.txt"]}', '{"fibercov": "0", "files": null}'],
)
def test_files_that_are_not_an_earlier_runs_are_never_touched(
    tmp_path: Path, write: Callable[..., list[Path]], text: str
) -> None:
    (tmp_path / "summary.json").write_text(text)
    (tmp_path / "notes.txt").write_text("mine")
    before = contents(tmp_path)
    with pytest.raises(
        fc.FileError, match=r"summary\.json' is there already, and is not an earlier"
    ):
        write(tmp_path)
    assert contents(tmp_path) == before


def test_a_summary_can_only_name_files_that_fibercov_writes(
    tmp_path: Path, write: Callable[..., list[Path]]
) -> None:
    files = ["notes.txt", "../other.txt", "", "..", 7, "summary.json"]
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "summary.json").write_text(json.dumps({"fibercov": "0", "files": files}))
    for name in ("out/notes.txt", "other.txt"):
        (tmp_path / name).write_text("mine")
    write(tmp_path / "out")
    assert (tmp_path / "out" / "notes.txt").read_text() == "mine"
    assert (tmp_path / "other.txt").read_text() == "mine"


def test_a_file_that_cannot_be_replaced_leaves_all_as_they_were(
    tmp_path: Path, write: Callable[..., list[Path]], monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path)
    before = contents(tmp_path)
    move = Path.replace

    def locked(self: Path, target: Path) -> Path:
        if target == tmp_path / "areas.csv":
            raise PermissionError(13, "open in another program")
        return move(self, target)

    monkeypatch.setattr(Path, "replace", locked)
    said = r"`out`: .* 'areas\.csv' cannot be replaced \(open .*\)\. If a program such as Excel"
    with pytest.raises(fc.FileError, match=said):
        write(tmp_path)
    assert contents(tmp_path) == before


def test_after_a_run_that_was_killed_the_old_results_are_read_and_the_next_run_mends(
    tmp_path: Path,
    write: Callable[..., list[Path]],
    demo_coverage: fc.Coverage,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    write(tmp_path)
    move = Path.replace

    def killed(self: Path, target: Path) -> Path:
        if target == tmp_path / "summary.json":
            raise SystemExit
        return move(self, target)

    with monkeypatch.context() as patched:
        patched.setattr(Path, "replace", killed)
        patched.setattr(writing, "_put_back", lambda _: None)  # a process that is gone does nothing
        with pytest.raises(SystemExit):
            write(tmp_path, demo_coverage.at(75))
    assert not (
        tmp_path / "areas.csv"
    ).exists()  # of the new run, all but the summary is in its place
    assert repr(results.read_results(tmp_path)) == repr(demo_coverage)
    write(tmp_path, demo_coverage.at(75))
    assert repr(results.read_results(tmp_path)) == repr(demo_coverage.at(75))
    assert {path.name for path in tmp_path.iterdir()} == {
        "coverage.html", "premises.gpkg", "network.gpkg", "summary.json",
    }  # fmt: skip


def test_the_same_run_writes_the_same_bytes(
    tmp_path: Path, write: Callable[..., list[Path]], demo_coverage: fc.Coverage
) -> None:
    before = pyogrio.get_gdal_config_option("OGR_CURRENT_DATE")
    for name in ("one", "other"):
        write(tmp_path / name)
    assert contents(tmp_path / "one") == contents(tmp_path / "other")
    write(tmp_path / "undated", replace(demo_coverage, as_of=None))
    for name, day in (("one", "2020-10-01"), ("undated", "1970-01-01")):
        with sqlite3.connect(tmp_path / name / "premises.gpkg") as file:
            written = file.execute("SELECT last_change FROM gpkg_contents").fetchall()
        assert written == [(f"{day}T00:00:00.000Z",)]
    assert pyogrio.get_gdal_config_option("OGR_CURRENT_DATE") == before


def test_what_spreadsheets_would_take_for_a_formula_is_written_as_text(
    tmp_path: Path, write: Callable[..., list[Path]], demo: fc.Demo, demo_coverage: fc.Coverage
) -> None:
    names = ["=HYPERLINK(0)", "+46", "-", "@SUM(A1)", "Norr,=1", "Väst - öst"]
    areas = demo.areas.assign(name=[*names, *demo.areas["name"].iloc[len(names) :]])
    check = fc.check_target(demo_coverage, by=areas)
    write(tmp_path, areas=areas, check=check)
    table = pd.read_csv(tmp_path / "areas.csv", dtype={"code": str})
    assert table["name"].iloc[:6].tolist() == [
        "'=HYPERLINK(0)", "+46", "'-", "'@SUM(A1)", "Norr,'=1", "Väst - öst",
    ]  # fmt: skip
    assert table["households"].sum() == demo_coverage.households
    drawn = gpd.read_file(tmp_path / "areas.gpkg")  # no spreadsheet
    assert drawn["name"].iloc[:6].tolist() == names


def test_a_folder_whose_summary_is_no_summary_is_an_error(
    tmp_path: Path, write: Callable[..., list[Path]], monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path)
    texts = {
        "[" * 200_000: "it is nested too deep",
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
        ({"one_household_each": "yes"}, "`one_household_each` must be bool, not 'yes'"),
    ):
        said = json.loads((tmp_path / "summary.json").read_text("utf-8")) | change
        texts[json.dumps(said)] = message
    for text, message in texts.items():
        (tmp_path / "summary.json").write_text(text)
        with pytest.raises(
            fc.FileError, match=f"is no folder of results .*{message}.*`fibercov measure`"
        ):
            results.read_results(tmp_path)
    (tmp_path / "summary.json").unlink()
    os.mkfifo(tmp_path / "summary.json")
    with pytest.raises(fc.FileError, match=r"is no folder of results .it is no file"):
        results.read_results(tmp_path)
    with pytest.raises(fc.FileError, match="is there already, and is not an earlier run's"):
        write(tmp_path)
    (tmp_path / "summary.json").unlink()
    (tmp_path / "summary.json").write_text(" " * 10)
    monkeypatch.setattr(results, "_LONGEST", 9)
    with pytest.raises(fc.FileError, match="it is longer than 9 bytes"):
        results.read_results(tmp_path)


def test_a_summary_is_json_even_where_nobody_would_be_left(
    tmp_path: Path, write: Callable[..., list[Path]]
) -> None:
    coverage = fc.measure_coverage(
        points((0, 45)), cable((0, 0), (9, 0)), reach=50, position_error_m=9
    )
    write(tmp_path, coverage)
    assert json.loads((tmp_path / "summary.json").read_text())["problems"][0]["points"] is None


def test_a_first_run_that_fails_leaves_no_folder(
    tmp_path: Path, write: Callable[..., list[Path]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(results, "summary", lambda *_: 1 / 0)
    with pytest.raises(fc.FileError, match="division by zero"):
        write(tmp_path / "out")
    assert list(tmp_path.iterdir()) == []


def test_an_input_is_never_written_over(tmp_path: Path, write: Callable[..., list[Path]]) -> None:
    write(tmp_path)
    before = contents(tmp_path)
    with pytest.raises(fc.FileError, match=r"network\.gpkg' is an input of this run"):
        write(tmp_path, keep=[tmp_path / "network.gpkg"])
    assert contents(tmp_path) == before


def test_a_folder_that_is_a_file_is_an_error(
    tmp_path: Path, write: Callable[..., list[Path]]
) -> None:
    (tmp_path / "out").write_text("a file")
    with pytest.raises(fc.FileError, match="`out`: cannot write to"):
        write(tmp_path / "out")


def test_columns_that_a_geopackage_finds_hard_are_written(
    tmp_path: Path, write: Callable[..., list[Path]], demo: fc.Demo
) -> None:
    count = len(demo.premises)
    premises = demo.premises.assign(
        fid=7, Status="gällande", list_=[[1]] * count, geom="x", as_of="1999", Namn=1, namn=2,
        reach_m=pd.Timedelta(1, "D"), other=demo.premises.geometry, wave=1j,
        none=None, kinds=pd.Categorical(["villa"] * count), mixed=["a", 1] + [None] * (count - 2),
        yes=[True, None] * (count // 2) + [False] * (count % 2), month=pd.Period("2020-10"),
        some=pd.array([1, None] * (count // 2) + [2] * (count % 2), dtype="Int64"),
        large=pd.array([2**70] * count, dtype=object), bytes=b"\xff\x00", code=[b"\xff", "a"] * (count // 2) + ["a"] * (count % 2),
        rank=pd.Categorical([1, 2] * (count // 2) + [None] * (count % 2)),
        thin=pd.arrays.SparseArray([1] * count), when=[pd.Timestamp("2020-10-01"), pd.Timestamp("2020-10-01").date()] * (count // 2) + [None] * (count % 2),
        day=pd.Timestamp("2020-10-01"), numbers=pd.array([0.5] * count, dtype="Float32"),
    )  # fmt: skip
    premises.columns = [2019 if column == "kind" else column for column in premises.columns]
    premises.index.name = "id"
    coverage = fc.measure_coverage(premises, demo.network, reach=50)
    write(tmp_path, coverage)
    written = gpd.read_file(tmp_path / "premises.gpkg")
    assert len(written) == count
    assert set(written["as_of_original"]) == {"1999"}
    assert set(written["fid_"]) == {7}
    assert {"Namn", "namn_", "geom", "2019", "Status_original"} <= set(written.columns)
    assert written["mixed"].iloc[:2].tolist() == ["a", "1"]
    assert written["none"].isna().all()
    assert written["yes"].iloc[0]
    assert written["yes"].isna().sum() == count // 2
    assert written["some"].sum() == count // 2 + 2 * (count % 2)
    assert set(written["kinds"]) == {"villa"}
    assert set(written["day"]) == {pd.Timestamp("2020-10-01")}
    assert set(written["large"]) == {str(2**70)}
    assert set(written["bytes"]) == {b"\xff\x00"}
    assert set(written["code"]) == {b"\xff", b"a"}
    assert written["rank"].sum() == 3 * (count // 2)
    assert set(written["thin"]) == {1}
    assert written["when"].notna().sum() == 2 * (count // 2)
