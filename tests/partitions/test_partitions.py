"""`measure_partitions` gives what one process gives, however the data is cut and whoever works."""

from __future__ import annotations

import json
import math
import shutil
import warnings
from concurrent.futures import Executor, ProcessPoolExecutor, ThreadPoolExecutor
from dataclasses import replace
from datetime import date
from fractions import Fraction
from multiprocessing import get_context
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from nation import COUNTED, CRS, MIDDLE, by_id, by_place, nation, rows_of, same_bits, save

import fibercov as fc
from fibercov.partitions import run

Totals = fc.CoverageTotals
AREAS = gpd.GeoDataFrame(
    {"name": ["West", "East"], "code": ["02", "01"]},
    geometry=[
        shapely.box(MIDDLE[0] - 1e5, MIDDLE[1] - 1e5, MIDDLE[0], MIDDLE[1] + 2e4),
        shapely.box(MIDDLE[0], MIDDLE[1] - 1e5, MIDDLE[0] + 1e5, MIDDLE[1] + 2e4),
    ],
    crs=CRS,
)


@pytest.fixture(autouse=True)
def small_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    """One piece for each row group, so that small data has many."""
    monkeypatch.setattr(run, "ROWS_OF_PART", 1)
    monkeypatch.setattr(run, "ROWS_OF_PIECE", 1)


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    folder = tmp_path_factory.mktemp("nation")
    premises, network = nation()
    return save(premises, folder / "premises", 100, 3), save(network, folder / "network", 20, 2)


@pytest.fixture(scope="module")
def one() -> fc.Coverage:
    """The same, in one process."""
    premises, network = nation()
    read = fc.read_premises(premises, **COUNTED)
    return fc.measure_coverage(read, fc.read_network(network), reach=50)


@pytest.fixture(scope="module")
def serial(
    data: tuple[Path, Path], tmp_path_factory: pytest.TempPathFactory
) -> tuple[Totals, Path]:
    folder = tmp_path_factory.mktemp("serial") / "results"
    return measured(data, folder, by=AREAS, reaches_m=(20, 100, 30_000)), folder


def measured(data: tuple[Path, Path], folder: Path, **other: Any) -> Totals:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(run, "ROWS_OF_PART", 1)
        patch.setattr(run, "ROWS_OF_PIECE", 1)
        return fc.measure_partitions(*data, folder, **({"reach": 50, **COUNTED} | other))


def test_the_same_bits_as_in_one_process(one: fc.Coverage, serial: tuple[Totals, Path]) -> None:
    totals, folder = serial
    rows, alone = rows_of(folder), by_id(one.premises)
    assert len(rows) == 1500
    assert same_bits(rows, alone)
    assert rows["drop_m"].max() > 5_000  # farther than any halo
    for name in ("counts_by_status", "premises_by_status", "reached_range", "unit", "crs"):
        assert getattr(totals, name) == getattr(one, name)
    assert totals.exact_share == one.exact_share
    assert totals.connected_given
    assert not totals.own_zones
    assert len(list((folder / "internal/premises").iterdir())) == 15


def test_the_curve_the_areas_and_the_problems_are_those_of_one_process(
    one: fc.Coverage, serial: tuple[Totals, Path]
) -> None:
    totals, folder = serial
    reaches = [20, 50, 100, 30_000]
    pd.testing.assert_series_equal(
        fc.coverage_curve(totals, reaches_m=reaches), fc.coverage_curve(one, reaches_m=reaches)
    )
    with pytest.raises(fc.ArgumentError, match=r"`reaches_m` must be among the reaches"):
        fc.coverage_curve(totals, reaches_m=[60])
    alone = fc.summarize(one, by=AREAS)
    assert alone["total"].gt(0).sum() >= 3
    assert totals.by_area is not None
    pd.testing.assert_frame_equal(totals.by_area, alone)
    problems = json.loads((folder / "summary.json").read_text("utf-8"))["problems"]
    found = {row["problem"]: row for row in problems}
    expected = fc.check_data(one, areas=AREAS)
    expected = expected[expected["rows"] > 0].set_index("problem")
    local = {*expected.index} - {"isolated", "far_group", "far_from_areas"}
    assert {*found} == local
    assert {"unplaced", "same_place", "unsure_position", "outside_areas"} <= local
    for name in local:
        row = expected.loc[name]
        assert [found[name][k] for k in ("rows", "total")] == [row["rows"], row["total"]], name
        assert math.isclose(found[name]["points"], row["points"], abs_tol=1e-9), name


def test_a_column_of_the_premises_is_counted_by(
    one: fc.Coverage, data: tuple[Path, Path], tmp_path: Path
) -> None:
    totals = measured(data, tmp_path / "r", by="kommun")
    assert totals.by_area is not None
    pd.testing.assert_frame_equal(totals.by_area, fc.summarize(one, by="kommun"))
    named = measured(data, tmp_path / "r2", by="kommun", rest="Rural")
    assert named.by_area is not None
    assert named.by_area["name"].iloc[-2] == "Rural"


@pytest.mark.parametrize("pool", ["processes", "threads"])
def test_whoever_works_finds_the_same_bits(
    pool: str, serial: tuple[Totals, Path], data: tuple[Path, Path], tmp_path: Path
) -> None:
    executor: Executor = ThreadPoolExecutor(2)
    if pool == "processes":
        executor = ProcessPoolExecutor(2, mp_context=get_context("spawn"))
    with executor:
        totals = measured(
            data, tmp_path / "r", by=AREAS, reaches_m=(20, 100, 30_000), executor=executor
        )
    assert [file.name for file in sorted((tmp_path / "r/internal/premises").iterdir())] == [
        file.name for file in sorted((serial[1] / "internal/premises").iterdir())
    ]
    for name in sorted(file.name for file in (serial[1] / "internal/premises").iterdir()):
        ours, theirs = (
            (of / "internal/premises" / name).read_bytes() for of in (tmp_path / "r", serial[1])
        )
        assert ours == theirs
    assert totals.exact_share == serial[0].exact_share
    assert (tmp_path / "r/summary.json").read_bytes() == (serial[1] / "summary.json").read_bytes()


@settings(max_examples=8)
@given(st.integers(0, 10**6), st.integers(30, 700), st.integers(5, 90), st.integers(1, 4))
def test_however_it_is_cut_and_ordered_the_bits_are_the_same(
    seed: int, rows: int, pieces: int, files: int
) -> None:
    premises, network = nation(seed=3, homes=400, villages=5)
    rng = np.random.default_rng(seed)
    if seed % 2:
        premises = premises.iloc[rng.permutation(len(premises))].reset_index(drop=True)
    read = fc.read_premises(premises, **COUNTED)
    alone = fc.measure_coverage(read, fc.read_network(network), reach=50)
    with (
        pytest.MonkeyPatch.context() as patch,
        TemporaryDirectory() as name,
        warnings.catch_warnings(),
    ):
        warnings.simplefilter("ignore")  # that it is not sorted
        folder = Path(name)
        patch.setattr(run, "HALO_M", float(rng.choice([0.0, 10.0, 1000.0])))
        data = save(premises, folder / "p", rows, files), save(network, folder / "n", pieces, files)
        totals = measured(data, folder / "r")
        found = rows_of(folder / "r")
    assert same_bits(found, by_id(alone.premises))
    assert totals.exact_share == alone.exact_share


@pytest.mark.parametrize("wide_deg", [14.0, 40.0])
def test_where_no_crs_serves_each_premises_is_in_its_own_zone(
    wide_deg: float, tmp_path: Path
) -> None:
    rng = np.random.default_rng(5)
    homes = 400
    middles = np.c_[np.linspace(-wide_deg / 2, wide_deg / 2, 9) - 93, rng.uniform(35, 45, 9)]
    at = middles[rng.integers(9, size=homes)]
    premises = by_place(
        gpd.GeoDataFrame(
            {"id": np.arange(homes), "households": 1},
            geometry=shapely.points(at + rng.normal(0, 0.01, (homes, 2))),
            crs="EPSG:4326",
        )
    )
    starts = np.repeat(middles[:7], 8, axis=0) + rng.normal(0, 0.01, (56, 2))
    ends = starts + rng.normal(0, 0.002, (56, 2))
    network = by_place(
        gpd.GeoDataFrame(
            geometry=shapely.linestrings(np.stack([starts, ends], axis=1)), crs="EPSG:4326"
        )
    )
    data = save(premises, tmp_path / "p", 37), save(network, tmp_path / "n", 5)
    totals = fc.measure_partitions(*data, tmp_path / "r", reach=500, id="id")
    assert totals.own_zones
    assert totals.method() == [
        "Distances are measured in the UTM zone of each premises, within 0.1 % of those on the ground."
    ]
    rows = rows_of(tmp_path / "r")
    zone = np.floor((rows.geometry.x + 180) / 6).astype(int)
    assert zone.nunique() >= 2
    shapes = network.geometry
    for number, mine in rows.groupby(32601 + zone):
        there = shapely.STRtree(shapes.to_crs(number).to_numpy())
        (_, nearest), metres = there.query_nearest(
            mine.to_crs(number).geometry.to_numpy(), return_distance=True, all_matches=False
        )
        np.testing.assert_allclose(mine["drop_m"], metres, atol=1e-6)
        assert mine["network_index"].tolist() == nearest.tolist()
    finer = save(premises, tmp_path / "p2", 19, 3), save(network, tmp_path / "n2", 3)
    again = fc.measure_partitions(*finer, tmp_path / "r2", reach=500, id="id")
    assert same_bits(rows_of(tmp_path / "r2"), rows)
    assert again.exact_share == totals.exact_share


def test_the_totals_are_opened_and_told_like_any_other(
    serial: tuple[Totals, Path], tmp_path: Path
) -> None:
    totals, folder = serial
    opened = fc.read_totals(folder)
    assert opened.headline() == totals.headline()
    for name in ("reach", "counts_by_status", "reached_range", "reached_by_m", "crs", "unit"):
        assert getattr(opened, name) == getattr(totals, name)
    assert opened.by_area is not None
    assert totals.by_area is not None
    pd.testing.assert_frame_equal(
        opened.by_area.drop(columns="geometry"), totals.by_area.drop(columns="geometry")
    )
    check = fc.check_target(opened, target=0.5, by=opened.by_area)
    assert check.areas["verdict"].notna().sum() == 2
    assert texts_of(opened) in fc.minutes(opened, check, language="en")
    page = fc.map_coverage(opened, areas=opened.by_area)
    page.save(tmp_path / "map.html")
    assert "West" in (tmp_path / "map.html").read_text("utf-8")
    with pytest.raises(fc.FileError, match="holds a measurement in 15 parts"):
        fc.read_results(folder)


def texts_of(totals: Totals) -> str:
    return f"{totals.share:.1%}".replace("%", " %")


def test_totals_are_published_as_the_premises_would_be(
    one: fc.Coverage, serial: tuple[Totals, Path], data: tuple[Path, Path], tmp_path: Path
) -> None:
    public = fc.publishable(serial[0])
    expected = fc.publishable(one, areas=AREAS, squares=False)
    pd.testing.assert_frame_equal(public.areas, expected.areas)
    assert public.squares is None
    assert public.measurements[0].headline() == expected.measurements[0].headline()
    by_column = measured(data, tmp_path / "r", by="kommun")
    pd.testing.assert_frame_equal(
        fc.publishable(by_column).areas, fc.publishable(one, areas="kommun", squares=False).areas
    )
    whole = measured(data, tmp_path / "q")
    assert fc.publishable(whole).areas["name"].tolist() == ["Total"]
    with pytest.raises(fc.ArgumentError, match="`areas` cannot be given for totals"):
        fc.publishable(whole, areas=AREAS)
    with pytest.raises(fc.ArgumentError, match="must all have premises, or all be totals"):
        fc.publishable([whole, one])
    with pytest.raises(fc.ArgumentError, match="must be counted in the same areas"):
        fc.publishable([serial[0], replace(by_column, as_of=date(2020, 1, 1))])


def test_a_history_of_totals_is_followed(serial: tuple[Totals, Path], tmp_path: Path) -> None:
    earlier = replace(serial[0], as_of=date(2019, 10, 1))
    now = replace(serial[0], as_of=date(2020, 10, 1))
    for each in (earlier, now):
        fc.append_history(tmp_path / "history.csv", each)
    followed = fc.track_progress([earlier, now], target=0.9, by=date(2025, 1, 1))
    assert followed.table["reached"].tolist() == [now.reached] * 2
    rows = fc.kolada_rows(now, kpi="N00941", municipality="2039")
    assert rows


def test_other_results_are_opened_as_totals_too(
    demo_coverage: fc.Coverage, write: Any, tmp_path: Path
) -> None:
    write(tmp_path)
    assert fc.read_totals(tmp_path).reached == demo_coverage.reached


def test_results_of_one_kind_do_not_overwrite_those_of_the_other(
    serial: tuple[Totals, Path], data: tuple[Path, Path], demo_coverage: fc.Coverage, tmp_path: Path
) -> None:
    folder = tmp_path / "r"
    shutil.copytree(serial[1], folder)
    with pytest.raises(fc.FileError, match="holds a measurement in parts"):
        fc.write_results(folder, demo_coverage)
    assert fc.read_totals(folder).share == serial[0].share
    fc.write_results(tmp_path / "q", demo_coverage)
    measured(data, tmp_path / "q")
    assert fc.read_totals(tmp_path / "q").share == serial[0].share
    assert not (tmp_path / "q/internal/premises.gpkg").exists()


def test_progress_is_told_after_each_part(data: tuple[Path, Path], tmp_path: Path) -> None:
    told: list[tuple[int, int, Fraction]] = []
    totals = measured(data, tmp_path / "r", progress=lambda *each: told.append(each))
    assert [done for done, _, _ in told] == list(range(1, 16))
    assert {parts for _, parts, _ in told} == {15}
    assert told[-1][2] == totals.exact_share
