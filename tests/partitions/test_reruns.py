"""A run that is killed, or run again, measures only what is missing or has changed."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import pytest
import shapely
from nation import COUNTED, by_id, nation, rows_of, same_bits, save
from running import ROOT

import fibercov as fc
from fibercov.partitions import part, reading, run


@pytest.fixture
def data(tmp_path: Path) -> tuple[Path, Path]:
    premises, network = nation(homes=900, villages=9)
    return save(premises, tmp_path / "premises", 100), save(network, tmp_path / "network", 10)


@pytest.fixture(autouse=True)
def small_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run, "ROWS_OF_PART", 1)
    monkeypatch.setattr(run, "ROWS_OF_PIECE", 1)


@pytest.fixture
def done(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The numbers of the parts that were measured, and not found done."""
    rows: list[int] = []
    before = reading.premises_in

    def noted(job: Any, number: int, table: Any = None) -> Any:
        if table is not None:
            rows.append(number)
        return before(job, number, table)

    monkeypatch.setattr(part, "premises_in", noted)
    return rows


def measured(data: tuple[Path, Path], folder: Path, **other: Any) -> fc.CoverageTotals:
    return fc.measure_partitions(*data, folder, **({"reach": 50, **COUNTED} | other))


def test_what_is_done_is_not_done_again(
    data: tuple[Path, Path], done: list[int], tmp_path: Path
) -> None:
    first = measured(data, tmp_path / "r")
    assert done == list(range(9))
    files = {file: file.stat().st_mtime_ns for file in (tmp_path / "r").rglob("*.*")}
    done.clear()
    again = measured(data, tmp_path / "r")
    assert done == []
    assert again.exact_share == first.exact_share
    assert {file: file.stat().st_mtime_ns for file in (tmp_path / "r").rglob("*.*")} == files
    gone = sorted((tmp_path / "r/internal/premises").iterdir())[4]
    gone.unlink()
    assert measured(data, tmp_path / "r").exact_share == first.exact_share
    assert len(done) == 1
    gone.write_bytes(sorted((tmp_path / "r/internal/premises").iterdir())[5].read_bytes())
    done.clear()
    assert measured(data, tmp_path / "r").exact_share == first.exact_share
    assert len(done) == 1
    gone.write_bytes(gone.read_bytes()[:-9])  # damaged
    done.clear()
    assert measured(data, tmp_path / "r").exact_share == first.exact_share
    assert len(done) == 1


@pytest.mark.parametrize(
    "other", [{"reach": 60}, {"households": None, "unit": "premises"}, {"reaches_m": (5,)}]
)
def test_other_options_measure_all_again(
    other: dict[str, Any], data: tuple[Path, Path], done: list[int], tmp_path: Path
) -> None:
    measured(data, tmp_path / "r")
    done.clear()
    measured(data, tmp_path / "r", **other)
    assert done == list(range(9))
    assert len(list((tmp_path / "r/internal/premises").iterdir())) == 9  # those of before are gone


def test_one_changed_cable_measures_its_neighborhood_again(
    data: tuple[Path, Path], done: list[int], tmp_path: Path
) -> None:
    measured(data, tmp_path / "r")
    before = rows_of(tmp_path / "r")
    network = fc.read_network(data[1] / "0000.parquet")
    at = 40
    moved = shapely.transform(network.geometry.iloc[at], lambda xy: xy + 30)
    network = network.assign(geometry=[*network.geometry[:at], moved, *network.geometry[at + 1 :]])
    shutil.rmtree(data[1])
    save(network, data[1], 10)
    done.clear()
    totals = measured(data, tmp_path / "r")
    assert 0 < len(done) < 9
    alone = _alone(data)
    rows = rows_of(tmp_path / "r")
    assert same_bits(rows, alone)
    assert not same_bits(rows, before)
    assert totals.reached == int(alone.loc[_within(alone), "households"].sum())


def test_a_cable_far_from_all_others_is_seen(
    data: tuple[Path, Path], done: list[int], tmp_path: Path
) -> None:
    measured(data, tmp_path / "r")
    rows = rows_of(tmp_path / "r")
    lonely = rows.geometry.iloc[int(rows["drop_m"].argmax())].centroid
    assert rows["drop_m"].max() > 5_000
    more = gpd.GeoDataFrame({"status": ["byggd"]}, geometry=[lonely.buffer(5)], crs=rows.crs)
    both = data[0], data[1].with_name("both")
    save(fc.read_network(data[1] / "0000.parquet"), both[1], 10)
    more.to_parquet(both[1] / "0001.parquet", write_covering_bbox=True)
    done.clear()
    measured(both, tmp_path / "r")
    assert 0 < len(done) < 9
    alone = fc.measure_coverage(
        fc.read_premises(data[0] / "0000.parquet", **COUNTED),
        fc.read_network(
            pd.concat(
                [gpd.read_parquet(both[1] / f"000{k}.parquet") for k in (0, 1)], ignore_index=True
            )
        ),
        reach=50,
    )
    assert same_bits(rows_of(tmp_path / "r"), by_id(alone.premises))
    last = len(gpd.read_parquet(both[1]))
    assert alone.premises["network_index"].max() == last - 1


SCRIPT = """
import sys, time
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
import fibercov as fc
from fibercov.partitions import run
run.ROWS_OF_PART = run.ROWS_OF_PIECE = 1
def told(done, of, share):
    print(done, flush=True)
    if slow:
        time.sleep(0.5)
if __name__ == "__main__":
    premises, network, folder, slow = sys.argv[1:4] + [sys.argv[4] == "slow"]
    counted = dict(households="hushall", connected="ansluten", position_error_m="fel", id="nr")
    print(fc.measure_partitions(premises, network, folder, reach=50, progress=told, **counted).reached)
"""


def test_a_killed_driver_loses_nothing_that_is_done(
    data: tuple[Path, Path], done: list[int], tmp_path: Path
) -> None:
    """kill -9 after three parts: the next run measures the others, and finds the same."""
    script = tmp_path / "driver.py"
    script.write_text(SCRIPT, encoding="utf-8")
    command = [sys.executable, str(script), *map(str, data), str(tmp_path / "r"), "slow"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as driver:
        assert driver.stdout is not None
        for line in driver.stdout:
            if line.strip() == "3":
                driver.send_signal(signal.SIGKILL)
                break
    assert not (tmp_path / "r/summary.json").exists()
    left = tmp_path / "r/internal/premises/.part-1.parquet.2.writing"
    left.write_bytes(b"half")
    totals = measured(data, tmp_path / "r")
    assert 5 <= len(done) <= 6
    assert not left.exists()
    assert same_bits(rows_of(tmp_path / "r"), _alone(data))
    assert totals.exact_share == measured(data, tmp_path / "fresh").exact_share


def test_a_killed_worker_is_said_and_loses_nothing_that_is_done(
    data: tuple[Path, Path], tmp_path: Path
) -> None:
    killed: list[int] = []
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as executor:

        def told(finished: int, _of: int, _share: object) -> None:
            if finished == 2:
                (worker,) = executor._processes
                killed.append(worker)
                os.kill(worker, signal.SIGKILL)

        with pytest.raises(
            fc.FileError, match=r"`executor` has lost a worker .* what is done is kept"
        ):
            measured(data, tmp_path / "r", executor=executor, progress=told)
    assert len(killed) == 1
    assert len([*(tmp_path / "r/internal/premises").glob("part-*")]) >= 2
    measured(data, tmp_path / "r")
    assert same_bits(rows_of(tmp_path / "r"), _alone(data))


def test_a_failed_part_leaves_the_old_results(
    data: tuple[Path, Path], done: list[int], tmp_path: Path
) -> None:
    first = measured(data, tmp_path / "r")
    premises = gpd.read_parquet(data[0] / "0000.parquet")
    premises.loc[850, "hushall"] = -1
    shutil.rmtree(data[0])
    save(premises, data[0], 100)
    with pytest.raises(fc.ColumnError, match=r"is negative in row 850 \(-1\)"):
        measured(data, tmp_path / "r")
    assert fc.read_totals(tmp_path / "r").exact_share == first.exact_share
    assert done


def _alone(data: tuple[Path, Path]) -> gpd.GeoDataFrame:
    coverage = fc.measure_coverage(
        fc.read_premises(data[0] / "0000.parquet", **COUNTED),
        fc.read_network(data[1] / "0000.parquet"),
        reach=50,
    )
    return by_id(coverage.premises)


def _within(premises: gpd.GeoDataFrame) -> Any:
    return premises["status"].isin(["connected", "passed"])
