"""The folder of files that a run leaves behind: all of them, or none."""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import pytest
import shapely
from running import contents

import fibercov as fc
from fibercov import writing
from fibercov.reports import results
from fibercov.texts.sv import SWEDISH


def names(folder: Path) -> list[str]:
    return sorted(contents(folder))


def test_writes_the_map_the_tables_and_the_data(
    tmp_path: Path, write: Callable[..., list[Path]]
) -> None:
    files = write(tmp_path / "new" / "out")
    assert names(tmp_path / "new" / "out") == [
        "internal/areas.csv", "internal/areas.gpkg", "internal/coverage.html", "internal/network.gpkg",
        "internal/planned.gpkg", "internal/premises.gpkg", "internal/unserved.xlsx", "summary.json",
    ]  # fmt: skip
    assert sorted(files) == sorted(path for path in (tmp_path / "new").rglob("*") if path.is_file())


def test_gives_what_was_found_on_the_way(
    tmp_path: Path, demo: fc.Demo, demo_coverage: fc.Coverage
) -> None:
    made = fc.write_results(
        str(tmp_path / "out"), demo_coverage, network=demo.network, areas=demo.areas, target=0.95
    )
    assert repr(made).startswith(f"Results in {str(tmp_path / 'out')!r}: internal/coverage.html, ")
    assert repr(made).endswith(", summary.json")
    assert repr(made) in made._repr_html_().replace("&#x27;", "'")
    assert repr(made.check) == repr(fc.check_target(demo_coverage, target=0.95, by=demo.areas))
    assert made.check.areas["shortfall"].sum() > 0
    odd = made.problems[made.problems["rows"] > 0]
    assert odd["problem"].tolist() == ["unplaced"]


def test_what_can_be_published_is_in_a_folder_of_its_own(
    tmp_path: Path, write: Callable[..., list[Path]], demo_coverage: fc.Coverage
) -> None:
    write(tmp_path, publish="areas", licence="CC0 1.0")
    whole = [name for name in names(tmp_path) if not name.startswith("public/")]
    tables = [
        f"{name}.{kind}" for name in ("areas", "squares") for kind in ("csv", "geojson", "gpkg")
    ]
    assert names(tmp_path / "public") == sorted(["README.txt", "coverage.html", *tables])
    public, internal = (
        (tmp_path / name / "coverage.html").read_text("utf-8") for name in ("public", "internal")
    )
    assert '"premises":null,"lines":{}' in public
    assert '"lines":{"network"' in internal
    said = (tmp_path / "public" / "README.txt").read_text("utf-8")
    assert said.startswith("Every number of households within reach is rounded to the nearest five")
    assert "Licence: CC0 1.0." in said
    write(tmp_path)
    assert names(tmp_path) == whole
    assert not (tmp_path / "public").exists()
    fc.write_results(
        tmp_path, demo_coverage, publish="areas"
    )  # without areas there are but squares
    assert names(tmp_path / "public") == sorted(
        ["README.txt", "areas.csv", "coverage.html", *tables[3:]]
    )
    with pytest.raises(
        fc.ArgumentError, match="`publish` must be 'areas', 'addresses' or None, not 'all'"
    ):
        write(tmp_path, publish="all")


def test_addresses_are_published_if_asked_for(
    tmp_path: Path, write: Callable[..., list[Path]]
) -> None:
    write(tmp_path, publish="addresses")
    tables = [f"areas.{kind}" for kind in ("csv", "geojson", "gpkg")]
    assert names(tmp_path / "public") == sorted(["README.txt", "coverage.html", *tables])
    told, known = (
        json.loads(
            (tmp_path / folder / "coverage.html")
            .read_text("utf-8-sig")
            .partition('id="fc-data">')[2]
            .partition("</script>")[0]
        )["premises"]
        for folder in ("public", "internal")
    )
    assert "address" in told
    assert "drop" in known
    assert "drop" not in told
    said = (tmp_path / "public" / "README.txt").read_text("utf-8")
    assert "The map also shows every address with its status at each date" in said


def test_a_summary_in_any_order_is_published(
    tmp_path: Path, demo: fc.Demo, demo_coverage: fc.Coverage
) -> None:
    summary = fc.summarize(demo_coverage, by=demo.areas)
    for name, areas in (("as-made", summary), ("sorted", summary.sort_values("share"))):
        fc.write_results(tmp_path / name, demo_coverage, areas=areas, publish="areas")
    made, ordered = (
        set((tmp_path / name / "public" / "areas.csv").read_text("utf-8-sig").splitlines())
        for name in ("as-made", "sorted")
    )
    assert made == ordered


def test_published_tables_are_the_publication_and_say_what_they_are(
    tmp_path: Path, demo: fc.Demo, demo_coverage: fc.Coverage
) -> None:
    fc.write_results(
        tmp_path, demo_coverage, areas=demo.areas, publish="areas", language="sv", target=0.93,
        licence="CC0 1.0",
    )  # fmt: skip
    public = fc.publishable(demo_coverage, areas=demo.areas)
    table = pd.read_csv(
        tmp_path / "public" / "areas.csv", sep=";", decimal=",", encoding="utf-8-sig",
        dtype={"kod": str},
    )  # fmt: skip
    assert {"namn", "enhet", "andel", "måluppfyllelse"} <= {*table.columns}
    assert set(table["enhet"]) == {"hushåll"}
    assert {"nått", "inte nått"} <= set(table["måluppfyllelse"].dropna())
    assert "(utan läge)" in set(table["namn"])
    # Under the names that a GeoPackage has, it is the same table.
    own = {
        key.removeprefix("column_"): said
        for key, said in SWEDISH.words.items()
        if key.startswith("column_")
    }
    table = table.rename(columns={said: name for name, said in own.items()})
    table["with_plan"] = table["with_plan"] == "ja"
    table["unit"] = "households"
    table["verdict"] = table["verdict"].replace(
        {"nått": "met", "inte nått": "not met", "kring målet": "about"}
    )
    table["name"] = table["name"].replace(
        {
            "(utan läge)": "(unplaced)",
            "(utanför alla områden)": "(outside all areas)",
            "Totalt": "Total",
        }
    )
    table["level"] = table["level"].replace({"totalt": "whole", "område": "area"})
    drawn = gpd.read_file(tmp_path / "public" / "areas.geojson")
    assert drawn.crs == "EPSG:4326"
    assert drawn.geometry.notna().all()
    assert len(gpd.read_file(tmp_path / "public" / "areas.gpkg")) == len(drawn) == 13 * 2
    for told in (table, drawn):
        assert set(told["unit"]) == {"households"}
        assert set(told["licence"]) == {"CC0 1.0"}
        assert set(told["as_of"].astype(str).str[:10]) == {"2020-10-01"}
        assert set(told["reach_m"]) == {50}
        assert told["method"].str.contains("femtal").all()
    assert table["name"].tolist() == public.areas["name"].tolist()
    for column, name in (("total", "total"), ("homes_passed", "reached"), ("share", "share")):
        assert table[column].fillna(-1).tolist() == pytest.approx(
            public.areas[name].astype(float).fillna(-1).tolist()
        )
    whole = table[(table["level"] == "whole") & ~table["with_plan"]].iloc[0]
    # 93 % of 3,401 households are 3,163.
    assert (whole["homes_passed"], whole["shortfall"], whole["verdict"]) == (3085, 78, "not met")
    assert (
        table.loc[table["name"] == "(unplaced)", ["total", "verdict", "shortfall"]]
        .isna()
        .all(axis=None)
    )
    squares = pd.read_csv(
        tmp_path / "public" / "squares.csv", sep=";", decimal=",", encoding="utf-8-sig"
    )
    assert (squares["totalt"].dropna() >= 20).all()
    assert "connected" not in table.columns


def test_a_publication_of_several_dates_definitions_and_units_fills_the_folder(
    tmp_path: Path, demo: fc.Demo, demo_coverage: fc.Coverage
) -> None:
    fc.write_results(tmp_path / "r", demo_coverage, network=demo.network, areas=demo.areas)
    kept = contents(tmp_path / "r" / "internal")
    public = fc.publishable(
        [demo_coverage, demo_coverage.at(100), demo_coverage.at(fc.PTS_2015).of("inhabitants")],
        areas=demo.areas,
    )
    files = fc.write_publication(tmp_path / "r", public, title="Fiber", language="sv")
    assert [file.name for file in files if file.suffix == ".html"] == [
        "coverage.html", "coverage-households-100-m.html", "coverage-inhabitants-pts-2015.html",
    ]  # fmt: skip
    assert contents(tmp_path / "r" / "internal") == kept
    summary = json.loads((tmp_path / "r" / "summary.json").read_text("utf-8"))
    there = (path for path in (tmp_path / "r").rglob("*") if path.is_file())
    assert sorted(tmp_path / "r" / name for name in summary["files"]) == sorted(there)
    assert fc.read_results(tmp_path / "r").share == demo_coverage.share
    said = (tmp_path / "r" / "public" / "README.txt").read_text("utf-8")
    assert said.startswith("Varje antal hushåll och invånare inom räckhåll avrundas")
    again = fc.write_publication(tmp_path / "r", public.of("households").at(50))
    assert [file.name for file in again if file.suffix == ".html"] == ["coverage.html"]
    assert not (tmp_path / "r" / "public" / "coverage-households-100-m.html").exists()
    for folder, given, message in (
        (tmp_path, public, "is not a folder of results"),
        (tmp_path / "r", 5, "`publication` must be what publishable returns"),
    ):
        with pytest.raises(fc.FibercovError, match=message):
            fc.write_publication(folder, given)  # type: ignore[arg-type]  # what is tested


def test_what_is_written_is_what_was_measured(
    tmp_path: Path, write: Callable[..., list[Path]], demo: fc.Demo, demo_coverage: fc.Coverage
) -> None:
    write(tmp_path)
    again = fc.measure_coverage(
        fc.read_premises(tmp_path / "internal" / "premises.gpkg", id="id"),
        fc.read_network(tmp_path / "internal" / "network.gpkg"),
        reach=50,
        planned=fc.read_network(tmp_path / "internal" / "planned.gpkg"),
        as_of=demo.as_of,
    )
    assert repr(again) == repr(demo_coverage)
    assert again.counts.equals(demo_coverage.counts)
    written = (
        gpd.read_file(tmp_path / "internal" / "premises.gpkg").groupby("area")["households"].sum()
    )
    summed = fc.summarize(demo_coverage, by=demo.areas).set_index("name")["total"]
    assert written.to_dict() == summed.iloc[:-2].to_dict()
    cables = gpd.read_file(tmp_path / "internal" / "network.gpkg").set_index("network_index")
    first = gpd.read_file(tmp_path / "internal" / "premises.gpkg").iloc[0]
    cable = cables.loc[first["network_index"], "geometry"]
    assert cable.distance(first.geometry) == pytest.approx(first["drop_m"], abs=1e-6)
    assert again.premises["status_original"].tolist() == again.premises["status"].tolist()
    table = pd.read_csv(tmp_path / "internal" / "areas.csv", dtype={"code": str})
    assert table["total"].sum() == demo_coverage.total
    assert table["name"].tolist()[-2:] == ["(outside all areas)", "(unplaced)"]
    for exported in (table, gpd.read_file(tmp_path / "internal" / "premises.gpkg")):
        assert set(exported["reach_m"]) == {50}
        assert set(exported["as_of"].astype(str).str[:10]) == {"2020-10-01"}
    assert table.iloc[-1][["shortfall", "met", "verdict"]].isna().all()  # held against no target
    kinds = gpd.read_file(tmp_path / "internal" / "areas.gpkg").dtypes
    assert (kinds["shortfall"].kind, kinds["met"].kind) == ("i", "b")
    places = fc.read_areas(tmp_path / "internal" / "areas.gpkg", name="name", code="code")
    assert fc.summarize(again, by=places)["reached"].tolist() == table["homes_passed"].tolist()


def test_a_run_that_fails_leaves_the_folder_as_it_was(
    tmp_path: Path, write: Callable[..., list[Path]], monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path)
    before = contents(tmp_path)

    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(results, "summarize_run", full)
    with pytest.raises(fc.FileError, match="`folder`: cannot write to .* No space left"):
        write(tmp_path)
    assert contents(tmp_path) == before


def test_files_of_an_earlier_run_are_removed_and_others_stay(
    tmp_path: Path, write: Callable[..., list[Path]], demo_coverage: fc.Coverage
) -> None:
    write(tmp_path)
    (tmp_path / "notes.txt").write_text("mine")
    write(tmp_path, demo_coverage)
    assert names(tmp_path) == [
        "internal/coverage.html", "internal/network.gpkg", "internal/premises.gpkg", "internal/unserved.xlsx", "notes.txt", "summary.json",
    ]  # fmt: skip


@pytest.mark.parametrize(
    "text",
    ["not json", "[]", '{"files": ["notes.txt"]}', '{"fibercov": "0", "format": 2, "files": null}'],
)
def test_files_that_are_not_an_earlier_runs_are_never_touched(
    tmp_path: Path, write: Callable[..., list[Path]], text: str
) -> None:
    (tmp_path / "summary.json").write_text(text)
    (tmp_path / "notes.txt").write_text("mine")
    before = contents(tmp_path)
    with pytest.raises(
        fc.FileError, match=r"summary\.json' already exists, and is not from an earlier"
    ):
        write(tmp_path)
    assert contents(tmp_path) == before


def test_a_summary_can_only_name_files_that_fibercov_writes(
    tmp_path: Path, write: Callable[..., list[Path]]
) -> None:
    files = ["notes.txt", "../other.txt", "internal/../../other.txt", "", "..", 7, "summary.json"]
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "summary.json").write_text(
        json.dumps({"fibercov": "0", "format": 2, "files": files})
    )
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
        if target == tmp_path / "internal" / "areas.csv":
            raise PermissionError(13, "open in another program")
        return move(self, target)

    monkeypatch.setattr(Path, "replace", locked)
    said = r"`folder`: .* 'areas\.csv' cannot be replaced \(open .*\)\. If a program such as Excel"
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
        tmp_path / "internal" / "areas.csv"
    ).exists()  # of the new run, all but the summary is in its place
    assert repr(fc.read_results(tmp_path)) == repr(demo_coverage)
    write(tmp_path, demo_coverage.at(75))
    assert repr(fc.read_results(tmp_path)) == repr(demo_coverage.at(75))
    assert names(tmp_path) == [
        "internal/coverage.html", "internal/network.gpkg", "internal/premises.gpkg", "internal/unserved.xlsx", "summary.json",
    ]  # fmt: skip


def test_the_same_run_writes_the_same_bytes(
    tmp_path: Path, write: Callable[..., list[Path]], demo_coverage: fc.Coverage
) -> None:
    before = pyogrio.get_gdal_config_option("OGR_CURRENT_DATE")
    for name in ("one", "other"):
        write(tmp_path / name)
    assert contents(tmp_path / "one") == contents(tmp_path / "other")
    write(tmp_path / "undated", replace(demo_coverage, as_of=None))
    for name, day in (("one", "2020-10-01"), ("undated", "1970-01-01")):
        with sqlite3.connect(tmp_path / name / "internal" / "premises.gpkg") as file:
            written = file.execute("SELECT last_change FROM gpkg_contents").fetchall()
        assert written == [(f"{day}T00:00:00.000Z",)]
    assert pyogrio.get_gdal_config_option("OGR_CURRENT_DATE") == before


@pytest.mark.parametrize("folder", [None, 5, ["out"]])
def test_a_folder_is_a_path(write: Callable[..., list[Path]], folder: Any) -> None:
    for refused in (fc.read_results, write):
        with pytest.raises(fc.ArgumentError, match="^`folder` must be a path, not "):
            refused(folder)


def test_a_first_run_that_fails_leaves_no_folder(
    tmp_path: Path, write: Callable[..., list[Path]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(results, "summarize_run", lambda *_: 1 / 0)
    with pytest.raises(fc.FileError, match="division by zero"):
        write(tmp_path / "out")
    assert list(tmp_path.iterdir()) == []


def test_an_input_is_never_written_over(tmp_path: Path, write: Callable[..., list[Path]]) -> None:
    write(tmp_path)
    before = contents(tmp_path)
    network = tmp_path / "internal" / "network.gpkg"
    for keep in ([network], str(network)):
        with pytest.raises(fc.FileError, match=r"network\.gpkg' is an input of this run"):
            write(tmp_path, keep=keep)
    assert contents(tmp_path) == before


def test_a_folder_that_is_a_file_is_an_error(
    tmp_path: Path, write: Callable[..., list[Path]]
) -> None:
    (tmp_path / "out").write_text("a file")
    for name in ("out", "x" * 300):
        with pytest.raises(fc.FileError, match="`folder`: cannot write to"):
            write(tmp_path / name)


def test_the_tables_have_the_definition_with_its_own_words(tmp_path: Path, demo: fc.Demo) -> None:
    reach = fc.Reach(30, name="Beslut 7", feature="a cabinet")
    coverage = fc.measure_coverage(demo.premises, demo.network, reach=reach)
    fc.write_results(tmp_path, coverage, areas=demo.areas, publish="areas")
    for folder in ("internal", "public"):
        table = pd.read_csv(tmp_path / folder / "areas.csv")
        columns = ["reach_m", "reach_to", "reach_feature", "reach_name"]
        assert table[columns].drop_duplicates().to_numpy().tolist() == [
            [30, "network", "a cabinet", "Beslut 7"]
        ]


def test_results_along_roads_are_measured_again_from_the_folder(
    tmp_path: Path, demo: fc.Demo
) -> None:
    reach = fc.Reach(200, along="roads", beside_m=20, join_m=0.5)
    island = gpd.GeoDataFrame(
        {"kind": ["lane"], "name": ["Ön"]},
        geometry=[shapely.LineString([(460_000, 6_730_000), (460_500, 6_730_000)])],
        crs=3006,
    )
    roads = fc.read_roads(pd.concat([demo.roads, island]), as_of="2020-01-01", credit="Fiberdalen")
    far = (
        demo.premises.iloc[[0]]
        .assign(id="far", households=3)
        .set_geometry([shapely.Point(460_100, 6_730_010)], crs=3006)
    )
    premises = pd.concat([demo.premises, far], ignore_index=True)
    coverage = fc.measure_coverage(
        premises, demo.network, reach=reach, planned=demo.planned, roads=roads,
        barriers=[demo.water.iloc[[0]], demo.water.iloc[[1]]], as_of=demo.as_of,
    )  # fmt: skip
    given = {
        "network": demo.network,
        "planned": demo.planned,
        "roads": roads,
        "barriers": demo.water,
    }
    fc.write_results(tmp_path, coverage, **given, language="sv")
    again = fc.read_results(tmp_path)
    assert (again.reach, again.reached, again.reached_range) == (
        reach, coverage.reached, coverage.reached_range,
    )  # fmt: skip
    written = pyogrio.read_dataframe(tmp_path / "internal" / "premises.gpkg")
    lost = written.set_index("id").loc["far"]
    assert lost["road_note"] == "ingen vägförbindelse till nätet"
    assert pd.isna(lost["road_m"])
    assert written["road_note"].notna().sum() == 1
    for column in written.select_dtypes("float"):
        assert not np.isinf(written[column]).any(), column
    summary = (tmp_path / "summary.json").read_text("utf-8")
    assert "Infinity" not in summary
    said = json.loads(summary)
    assert said["inputs"]["roads"]["credit"] == "Fiberdalen"
    assert said["inputs"]["roads"]["islands"] == 1
    assert said["inputs"]["roads"]["as_of"] == "2020-01-01"
    assert "km väg per den 2020-01-01 (varav 0,5 km" in coverage.method("sv")[1]
    assert "Fiberdalen" in (tmp_path / "internal" / "coverage.html").read_text("utf-8-sig")
    with pytest.raises(fc.ArgumentError, match="`roads` are part of the results"):
        fc.write_results(tmp_path, coverage, network=demo.network)
    # Under a straight definition, the roads are no part of it.
    fc.write_results(tmp_path, coverage.at(fc.Reach(100)), **given)
    assert fc.read_results(tmp_path).reached == coverage.at(fc.Reach(100)).reached
    assert "internal/roads.gpkg" not in names(tmp_path)


def test_the_ground_of_the_maps_is_what_is_given_else_the_roads_of_the_run(
    tmp_path: Path, demo: fc.Demo
) -> None:
    roads = fc.read_roads(demo.roads, credit="Väghållaren")
    coverage = fc.measure_coverage(
        demo.premises, demo.network, reach=fc.Reach(200, along="roads"), roads=roads
    )
    given = {"network": demo.network, "roads": roads, "areas": demo.areas, "publish": "areas"}
    pages = ("internal/coverage.html", "public/coverage.html")

    def credits_of(**more: object) -> list[list[str]]:
        fc.write_results(tmp_path, coverage, **given, **more)  # type: ignore[arg-type]
        texts = [(tmp_path / page).read_text("utf-8-sig") for page in pages]
        found = [re.search(r'"credits":(\[[^]]*\])', text) for text in texts]
        return [json.loads(each[1]) if each else ["no ground"] for each in found]

    # RULE: roads that only the run needs are not published.
    assert credits_of() == [["Väghållaren"], ["no ground"]]
    water = fc.read_context(demo.water, credit="Sjömätaren")
    assert credits_of(context=water) == [["Sjömätaren"], ["Sjömätaren"]]
    public = fc.publishable(coverage, areas=demo.areas)
    fc.write_publication(tmp_path, public, context=[water])
    assert '"Sj\\u00f6m' in (tmp_path / pages[1]).read_text("utf-8-sig")


def test_every_map_has_the_outline_and_the_link_that_are_given(
    tmp_path: Path, demo: fc.Demo, demo_coverage: fc.Coverage
) -> None:
    more = {"outline": demo.areas.dissolve(), "report_url": "mailto:fiber@example.com"}

    def there() -> list[str]:
        texts = {page.parent.name: page.read_text("utf-8-sig") for page in tmp_path.rglob("*.html")}
        parts = ('"outline":{', '"report_url":"mailto:fiber@example.com"')
        return sorted(name for name, text in texts.items() if all(part in text for part in parts))

    given = {"network": demo.network, "areas": demo.areas, "publish": "areas"}
    fc.write_results(tmp_path, demo_coverage, **given)
    assert there() == []
    fc.write_results(tmp_path, demo_coverage, **given, **more)
    assert there() == ["internal", "public"]
    public = fc.publishable(demo_coverage, areas=demo.areas, premises=True)
    fc.write_publication(tmp_path, public)
    assert there() == ["internal"]
    fc.write_publication(tmp_path, public, **more)
    assert there() == ["internal", "public"]
    with pytest.raises(fc.ArgumentError, match="`report_url` must begin with"):
        fc.write_results(tmp_path, demo_coverage, report_url="ftp://a")
