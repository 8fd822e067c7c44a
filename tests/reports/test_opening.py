"""A measurement that was written to a folder, opened again without measuring."""

from __future__ import annotations

import json
import shutil
import sqlite3
import tempfile
from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
import shapely
from frames import cable, frame, points
from hypothesis import given, settings
from hypothesis import strategies as st

import fibercov as fc
from fibercov.reports import exports, results


def written_and_opened(coverage: fc.Coverage, **given_: object) -> fc.Coverage:
    """What comes back from a folder, measured nowhere."""
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        patch.setattr(results, "measure_coverage", lambda *_, **__: 1 / 0)
        fc.write_results(folder, coverage, **given_)  # type: ignore[arg-type]
        return fc.read_results(folder)


def check_same(found: fc.Coverage, truly: fc.Coverage) -> None:
    """Everything that a measurement says is the same."""
    assert repr(found) == repr(truly)
    assert found.method() == truly.method()
    assert found.table.equals(truly.table)
    for name in (
        "reach", "as_of", "crs", "scale_error", "unit", "one_household_each", "connected_given",
        "plan_counts", "drop_columns", "share", "share_range", "reached", "exact_range",
    ):  # fmt: skip
        assert getattr(found, name) == getattr(truly, name), name
    assert json.dumps(found.provenance) == json.dumps(truly.provenance, default=str)
    kept = truly.premises.reset_index(drop=True)
    pd.testing.assert_frame_equal(
        pd.DataFrame(found.premises.drop(columns="geometry")),
        pd.DataFrame(kept.drop(columns="geometry")),
        check_dtype=False,
        check_exact=True,
    )
    assert shapely.equals_exact(found.premises.geometry, kept.geometry).tolist() == [
        each is not None for each in kept.geometry
    ]
    assert found.planned_by_date.keys() == truly.planned_by_date.keys()
    for day, drops in truly.planned_by_date.items():
        for name, metres in drops.items():
            assert found.planned_by_date[day][name].tolist() == pytest.approx(
                metres.tolist(), abs=0, nan_ok=True
            )


places = st.none() | st.tuples(st.integers(0, 300), st.integers(0, 300))


@settings(max_examples=6, deadline=None)
@given(
    st.lists(st.tuples(places, st.integers(0, 9), st.booleans()), min_size=2, max_size=6),
    st.sampled_from([20.0, 50.0, 250.5]),
    st.sets(st.sampled_from(["plan", "error", "connected"])),
)
def test_what_is_written_is_what_is_opened(
    rows: list[tuple[tuple[int, int] | None, int, bool]],
    reach: float,
    given_too: set[str],
) -> None:
    where, homes, lit = zip(*rows, strict=True)
    columns: dict[str, object] = {
        "households": [1 + homes[0], *homes[1:]],
        "area": list("abcdef"[: len(rows)]),
    }
    columns |= {"connected": list(lit)} if "connected" in given_too else {}
    premises = points((3, 3), *where[1:], **columns)
    plan = frame([shapely.Point(200, 200), shapely.Point(20, 200)], year=[2021, 2022])
    coverage = fc.measure_coverage(
        premises, cable((0, 0), (100, 0)), reach=reach, as_of="2020-10-01",
        planned=plan if "plan" in given_too else None, planned_date="year" if "plan" in given_too else None,
        position_error_m=7 if "error" in given_too else 0,
    )  # fmt: skip
    check_same(written_and_opened(coverage), coverage)


def test_the_demo_is_opened_as_it_was_measured_and_can_be_drawn(
    tmp_path: Path, demo: fc.Demo
) -> None:
    planned = demo.planned.assign(year=2021)
    for reach in (fc.PTS_2015, fc.Reach(100, feature="a cabinet", name="Beslut 7")):
        coverage = fc.measure_coverage(
            demo.premises, demo.network, reach=reach, unit=["inhabitants", "workplaces"],
            planned=planned, planned_date="year", as_of=demo.as_of,
        )  # fmt: skip
        found = written_and_opened(
            coverage, network=demo.network, planned=planned, areas=demo.areas
        )
        check_same(found, coverage)
        assert fc.summarize(found, by=demo.areas).equals(fc.summarize(coverage, by=demo.areas))
        assert found.at(50).of("households").counts.equals(coverage.at(50).of("households").counts)
        if coverage.plan_counts:
            assert found.with_plan(until="2021-12-31").reached == (
                coverage.with_plan(until="2021-12-31").reached
            )
        for name, each in (("found", found), ("truly", coverage)):
            fc.map_coverage(each, areas=demo.areas).save(tmp_path / name)
        assert (tmp_path / "found").read_bytes() == (tmp_path / "truly").read_bytes()


def test_drops_along_roads_and_around_barriers_are_opened_infinite_ones_too(demo: fc.Demo) -> None:
    roads = fc.read_roads(demo.roads, credit="Fiberdalen")
    coverage = fc.measure_coverage(
        demo.premises, demo.network, reach=fc.Reach(200, along="roads"), roads=roads,
        barriers=demo.water, planned=demo.planned, as_of=demo.as_of,
    )  # fmt: skip
    assert (coverage.premises["free_drop_m"] == float("inf")).any()
    check_same(written_and_opened(coverage, network=demo.network, roads=roads), coverage)


def test_it_is_the_same_whether_written_as_geopackage_or_geoparquet(
    demo: fc.Demo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    roads = fc.read_roads(demo.roads)
    homes = demo.premises.assign(
        number=pd.array([None, *range(1, len(demo.premises))], dtype="Int64"), Drop_m="own"
    )
    data = {
        "network": demo.network,
        "roads": roads,
        "barriers": demo.water,
        "planned": demo.planned,
    }
    coverage = fc.measure_coverage(
        homes, reach=fc.Reach(200, along="roads"), planned_date="stage", as_of=demo.as_of, **data
    )
    opened = []
    for ending, most in (("gpkg", 100_000), ("parquet", 1), ("gpkg", 100_000)):
        monkeypatch.setattr(exports, "_MOST_ROWS", most)
        made = fc.write_results(tmp_path, coverage, **data)
        files = {f"{kind}.{ending}" for kind in ("premises", *data)}
        inside = {file.name for file in (tmp_path / "internal").iterdir()}
        assert files == {name for name in inside if "gpkg" in name or "parquet" in name}
        assert inside | {"summary.json"} == {file.name for file in made.files}
        opened.append(results.read_run(tmp_path))
        check_same(opened[-1][0], coverage)
    for kind in data:
        one, other = (frames[kind] for _, frames in opened[:2])
        assert one is not None
        assert other is not None
        assert shapely.equals_exact(one.geometry, other.geometry).all()
        pd.testing.assert_frame_equal(
            pd.DataFrame(one.drop(columns="geometry")),
            pd.DataFrame(other.drop(columns="geometry")),
            check_dtype=False,
        )


def test_geoparquet_that_was_changed_is_an_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exports, "_MOST_ROWS", 1)
    homes = points((0, 10), (50, 90))
    fc.write_results(tmp_path, fc.measure_coverage(homes, cable((0, 0), (9, 0)), reach=50))
    file = tmp_path / "internal" / "premises.parquet"
    gpd.read_parquet(file).assign(drop_m=[10.0, 91.0]).to_parquet(file)
    with pytest.raises(fc.FileError, match=r"changed .* Restore internal/premises\.parquet and"):
        fc.read_results(tmp_path)
    file.unlink()
    with pytest.raises(fc.FileError, match=r"lacks 'internal/premises\.parquet'"):
        fc.read_results(tmp_path)


def test_another_id_is_named_when_opening(tmp_path: Path) -> None:
    homes = points((0, 10), (50, 90), nr=[7, 8])
    fc.write_results(tmp_path, fc.measure_coverage(homes, cable((0, 0), (9, 0)), reach=50))
    assert fc.read_results(tmp_path, id="nr").premises["id"].tolist() == [7, 8]
    with pytest.raises(fc.ColumnError, match="names the column 'no'"):
        fc.read_results(tmp_path, id="no")


def test_a_folder_that_was_changed_or_lacks_a_file_is_an_error(
    tmp_path: Path, write: Callable[..., list[Path]]
) -> None:
    write(tmp_path / "sound")

    def broken(change: Callable[[Path], object]) -> str:
        shutil.rmtree(tmp_path / "r", ignore_errors=True)
        shutil.copytree(tmp_path / "sound", tmp_path / "r")
        change(tmp_path / "r")
        with pytest.raises(fc.FileError) as caught:
            fc.read_results(tmp_path / "r")
        return str(caught.value)

    def edited(folder: Path) -> None:
        file = folder / "internal" / "premises.gpkg"
        homes = gpd.read_file(file)
        homes.loc[homes["status"].eq("unserved").idxmax(), "drop_m"] += 1
        homes.to_file(file, layer="premises")

    def told_otherwise(folder: Path) -> None:
        said = json.loads((folder / "summary.json").read_text("utf-8"))
        said["reach"]["metres"] = 75
        (folder / "summary.json").write_text(json.dumps(said), "utf-8")

    def without_a_record(folder: Path) -> None:
        said = json.loads((folder / "summary.json").read_text("utf-8"))
        said["measured"] = {"crs": 5}
        (folder / "summary.json").write_text(json.dumps(said), "utf-8")

    changed = "has been changed since it was written"
    assert changed in broken(edited)
    assert changed in broken(told_otherwise)
    assert changed in broken(without_a_record)
    lacks = broken(lambda folder: (folder / "internal" / "premises.gpkg").unlink())
    assert "lacks 'internal/premises.gpkg', which its summary.json lists. Copy the whole" in lacks


def test_a_gis_that_only_opens_the_premises_changes_nothing(
    tmp_path: Path, write: Callable[..., list[Path]], demo_coverage: fc.Coverage
) -> None:
    write(tmp_path)
    file = tmp_path / "internal" / "premises.gpkg"
    before = file.read_bytes()
    with sqlite3.connect(file) as opened:  # as QGIS does
        opened.execute("PRAGMA journal_mode = wal")
    with sqlite3.connect(file) as opened:
        opened.execute("PRAGMA journal_mode = delete")
        opened.execute("VACUUM")
    assert file.read_bytes() != before
    assert fc.read_results(tmp_path).counts.equals(demo_coverage.counts)
