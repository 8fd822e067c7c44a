"""Measure premises in parts, by several executors, and print what each took and what limits it.

    pip install ".[scale,bench]" dask-geopandas duckdb
    python benchmarks/scale.py                              # a million premises, 125,000 cables
    python benchmarks/scale.py --premises 10_000_000 --folder /data/scale

The land is tiles of 250,000 premises and 31,250 cables, 60 km wide, each with towns of its own: EPSG:3006 as far as
its metres are right, and the same once more in degrees over several UTM zones, where each premises is measured in
its own (`--zones`). Prints for each executor: processor time for each premises, of the workers and of the driver; the largest
memory of a worker and of the driver; the processor time of the second half of the parts against that of the first, which tells
whether more premises make each one dearer; and then what it takes to run it again with nothing to do, and with one cable
moved. Loading Python's modules and the engine, once in each process, is not in it. Beside it, up to a million premises, what other tools take to count the premises within 50 m of a cable in the same
files; what is not installed is left out, and said to be. The last line is all of it as JSON.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future, ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

TILE, CABLES, SIDE_M, ACROSS = 250_000, 31_250, 60_000.0, 8
REACH_M, WORKERS, MOST_BESIDE = 50, 2, 1_000_000
ROWS, PIECE = 100_000, 10_000
ORIGIN = (300_000.0, 6_200_000.0)
MARK = "took and found:"


def make(folder: Path, premises: int) -> None:
    """Write the tiles, sorted by place, unless they are there."""
    done = folder / "made.json"
    if done.exists() and json.loads(done.read_text("utf-8")) == premises:
        return
    shutil.rmtree(folder, ignore_errors=True)
    for name in ("premises", "network", "premises_ll", "network_ll"):
        (folder / name).mkdir(parents=True)
    tiles = -(-premises // TILE)
    for number in range(tiles):
        _tile(folder, number, min(TILE, premises - number * TILE))
    done.write_text(json.dumps(premises), encoding="utf-8")


def _tile(folder: Path, number: int, premises: int) -> None:
    """Write one tile."""
    rng = np.random.default_rng([1, number])
    corner = np.array(ORIGIN) + SIDE_M * np.array([number % ACROSS, number // ACROSS])
    towns = corner + rng.uniform(3_000, SIDE_M - 3_000, (40, 2))
    size = rng.pareto(1.2, 40) + 0.1

    def places(rows: int) -> NDArray[np.float64]:
        town = rng.choice(40, rows, p=size / size.sum())
        at = towns[town] + rng.normal(0, 1, (rows, 2)) * (
            300 + 2_500 * np.sqrt(size[town] / size.sum())[:, None]
        )
        strewn = rng.random(rows) < 0.12
        at[strewn] = corner + rng.uniform(0, SIDE_M, (int(strewn.sum()), 2))
        return np.asarray(at)

    columns = {
        "id": np.arange(premises) + number * TILE,
        "households": rng.poisson(1.4, premises),
        "connected": rng.random(premises) < 0.3,
        "area": [f"{number:03}-{part}" for part in rng.integers(0, 4, premises)],
    }
    homes = gpd.GeoDataFrame(columns, geometry=shapely.points(places(premises)), crs=3006)
    cables = CABLES * premises // TILE
    of = np.repeat(np.arange(cables), rng.integers(2, 20, cables))
    first = np.flatnonzero(np.diff(of, prepend=-1))
    steps = np.cumsum(rng.normal(0, 45, (len(of), 2)), axis=0)
    vertices = places(cables)[of] + steps - steps[first][of]
    lines = gpd.GeoDataFrame(
        {"cable": np.arange(cables) + number * CABLES},
        geometry=shapely.linestrings(vertices, indices=of), crs=3006,
    )  # fmt: skip
    for name, frame, rows in (("premises", homes, ROWS), ("network", lines, PIECE)):
        by_place = frame.iloc[frame.hilbert_distance().argsort()]
        _write(by_place, folder / name / f"{number:04}.parquet", rows)
        _write(by_place.to_crs(4326), folder / f"{name}_ll" / f"{number:04}.parquet", rows)


def _write(frame: gpd.GeoDataFrame, file: Path, rows: int) -> None:
    """Write one file as the how-to says."""
    frame.to_parquet(file, index=False, row_group_size=rows, write_covering_bbox=True)


def timed(task: Callable[..., Any], *given: Any) -> tuple[Any, dict[str, float]]:
    """Run a task in a worker, and tell what it took there."""
    start = time.process_time()
    made = task(*given)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3
    return made, {"processor": time.process_time() - start, "megabytes": peak, "pid": os.getpid()}


def ready() -> None:
    """Load the engine, which a process does once, however much it measures."""
    import fibercov as fc  # noqa: PLC0415 - the other tools' processes need none of it

    point = gpd.GeoDataFrame(geometry=shapely.points([[5e5, 6.6e6]]), crs=3006)
    fc.measure_coverage(point, point, reach=REACH_M)
    getattr(fc, "measure_partitions")  # noqa: B009 - loads it
    time.sleep(0.2)  # so that each worker takes one


class Timed(Executor):
    """An executor that notes what each task takes where it is done; without one within, here."""

    def __init__(self, within: Any) -> None:
        """Hand tasks on to `within`."""
        self.within, self.took = within, list[tuple[str, int, dict[str, float]]]()

    def submit(self, task: Callable[..., Any], /, *given: Any, **_named: Any) -> Future[Any]:
        """Hand a task on, and return its future."""
        outer: Future[Any] = Future()
        outer.set_running_or_notify_cancel()
        number = len(self.took)
        self.took.append((task.__name__, number, {}))

        def done(inner: Any) -> None:
            try:
                made, took = inner.result()
            except BaseException as error:  # noqa: BLE001 - it belongs to who asks for the result
                outer.set_exception(error)
            else:
                self.took[number][2].update(took)
                outer.set_result(made)

        if self.within is None:
            alone: Future[Any] = Future()
            alone.set_result(timed(task, *given))
            done(alone)
        else:
            self.within.submit(timed, task, *given).add_done_callback(done)
        return outer


@contextmanager
def _executor(name: str) -> Iterator[Any]:
    """Start an executor by its name."""
    if name == "serial":
        yield None
    elif name == "processes":
        with ProcessPoolExecutor(WORKERS, mp_context=get_context("spawn")) as pool:
            yield pool
    else:
        from distributed import Client, LocalCluster  # noqa: PLC0415 - may not be installed

        with (
            LocalCluster(  # type: ignore[no-untyped-call]
                n_workers=WORKERS, threads_per_worker=1, dashboard_address=":0"
            ) as cluster,
            Client(cluster) as client,  # type: ignore[no-untyped-call]
            client.get_executor(pure=False, retries=3) as executor,
        ):
            yield executor


def measure(folder: Path, network: str, results: Path, executor: str, data: str) -> dict[str, Any]:
    """Measure once, and tell what it took."""
    import fibercov as fc  # noqa: PLC0415 - the other tools' processes need none of it

    with _executor(executor) as within:
        measured = fc.measure_partitions  # is loaded here
        if within is not None:
            for future in [within.submit(ready) for _ in range(4 * WORKERS)]:
                future.result()
        else:
            ready()
        noted = Timed(within)
        start, mine = time.perf_counter(), time.process_time()
        totals = measured(
            folder / data, folder / network, results, reach=REACH_M, by="area", reaches_m=(20, 500), executor=noted,
        )  # fmt: skip
        wall, driver = time.perf_counter() - start, time.process_time() - mine
    took = [(name, each) for name, _, each in noted.took]
    parts = [each["processor"] for name, each in took if name == "measure_part"]
    workers = sum(each["processor"] for _, each in took)
    half = len(parts) // 2
    rows = sum(totals.premises_by_status.values())
    alone = executor == "serial"
    driver -= workers if alone else 0
    return {
        "executor": executor,
        "premises": rows,
        "parts": len(parts),
        "wall_s": wall,
        "us_a_premises": (workers + driver) / rows * 1e6,
        "driver_us_a_premises": driver / rows * 1e6,
        "worker_mb": max(each["megabytes"] for _, each in took),
        "driver_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3,
        "second_half": sum(parts[half : 2 * half]) / sum(parts[:half])
        if half
        else None,  # of a first run,
        "share": str(totals.exact_share),
        "within": int(totals.reached_by_m[500.0]),
    }


def one_cable_moved(folder: Path) -> None:
    """Write the network once more, with one cable of the first file 30 m off."""
    shutil.rmtree(folder / "moved", ignore_errors=True)
    shutil.copytree(folder / "network", folder / "moved")
    file = min((folder / "moved").iterdir())
    frame = gpd.read_parquet(file)
    at = len(frame) // 2
    shapes = frame.geometry.to_numpy().copy()
    shapes[at] = shapely.transform(shapes[at], lambda xy: xy + 30)
    _write(frame.set_geometry(gpd.GeoSeries(shapes, crs=frame.crs)), file, PIECE)


def duckdb(folder: Path) -> int:
    """Count with DuckDB's spatial extension."""
    import duckdb as db  # noqa: PLC0415 - may not be installed

    connection = db.connect()
    connection.execute("LOAD spatial")
    rows = connection.execute(
        f"SELECT count(*) FROM '{folder}/premises/*.parquet' p SEMI JOIN '{folder}/network/*.parquet' n "  # noqa: S608 - our own
        f"ON ST_DWithin(p.geometry, n.geometry, {REACH_M})"
    ).fetchall()
    return int(rows[0][0])


def sedonadb(folder: Path) -> int:
    """Count with SedonaDB."""
    import sedonadb as engine  # noqa: PLC0415 - may not be installed

    session = engine.connect()
    for name in ("premises", "network"):
        session.read_parquet(str(folder / name / "*.parquet")).to_view(name)
    found = session.sql(
        "SELECT count(DISTINCT p.id) AS n FROM premises p JOIN network n "  # noqa: S608 - our own
        f"ON ST_DWithin(p.geometry, n.geometry, {REACH_M})"
    ).to_pandas()
    return int(found["n"].iloc[0])


def dask_geopandas(folder: Path) -> int:
    """Count with dask-geopandas: buffers, as it has no join by distance; circles are polygons."""
    import dask_geopandas as dg  # noqa: PLC0415 - may not be installed

    premises = dg.read_parquet(folder / "premises", columns=["id", "geometry"])
    network = dg.read_parquet(folder / "network", columns=["geometry"])
    near = network.set_geometry(network.geometry.buffer(REACH_M))
    joined = dg.sjoin(premises, near, predicate="within")
    return int(joined["id"].nunique().compute())


def fibercov_serial(folder: Path) -> int:
    """Count with fibercov, one part after the other; it also writes them."""
    import fibercov as fc  # noqa: PLC0415 - the other tools' processes need none of it

    fc.measure_partitions(folder / "premises", folder / "network", folder / "beside", reach=REACH_M)
    rows = pd.read_parquet(folder / "beside/internal/premises", columns=["drop_m"])
    return int((rows["drop_m"] <= REACH_M).sum())


BESIDE: dict[str, Callable[[Path], int]] = {
    "fibercov, parts": fibercov_serial,
    "DuckDB spatial": duckdb,
    "SedonaDB": sedonadb,
    "dask-geopandas, buffers": dask_geopandas,
}


def beside(tool: str, folder: Path) -> None:
    """Run one tool, and print what it took and found."""
    start, mine = time.perf_counter(), time.process_time()
    found = BESIDE[tool](folder)
    took = time.process_time() - mine, time.perf_counter() - start
    print(
        MARK,
        json.dumps([*took, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3, found]),
    )


def _apart(*arguments: str) -> Any:
    """Run this script anew; return what it found, or the reason why not."""
    done = subprocess.run(
        [sys.executable, __file__, *arguments], check=False, capture_output=True, text=True
    )
    if done.returncode:
        return (done.stderr.strip().splitlines() or ["killed"])[-1]
    return json.loads(done.stdout.rpartition(MARK)[2])


def main() -> None:
    """Make the data, measure it by each executor, and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--premises", type=int, default=1_000_000)
    parser.add_argument("--folder", type=Path, default=Path("scale"), help="for data and results")
    parser.add_argument(
        "--executors", nargs="*", default=["serial", "processes", "dask"],
        choices=["serial", "processes", "dask"],
    )  # fmt: skip
    parser.add_argument("--zones", action="store_true", help="measure the same in degrees, too")
    parser.add_argument("--worker", nargs="+", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    folder = asked.folder.resolve()
    if asked.worker:
        job, *rest = asked.worker
        if job == "beside":
            beside(rest[0], folder)
        else:
            network, results, executor, data = rest
            print(MARK, json.dumps(measure(folder, network, folder / results, executor, data)))
        return
    make(folder, asked.premises)
    told: dict[str, Any] = {"premises": asked.premises, "runs": {}, "beside": {}}
    print(
        "| | processor, us a premises | of it the driver | s | worker, MB | driver, MB | 2nd half |"
    )
    print("|---|---:|---:|---:|---:|---:|---:|", flush=True)
    runs = [(name, "network", name, "premises") for name in asked.executors]
    if asked.zones:
        runs.append((asked.executors[-1], "network_ll", "zones", "premises_ll"))
    for executor, network, results, data in runs:
        shutil.rmtree(folder / results, ignore_errors=True)
        _run(folder, results, told, network, results, executor, data)
    last = asked.executors[-1]
    _run(folder, f"{last}, again", told, "network", last, last, "premises")
    one_cable_moved(folder)
    _run(folder, f"{last}, one cable moved", told, "moved", last, last, "premises")
    if asked.premises <= MOST_BESIDE:
        print("\n| premises within 50 m of a cable | processor, s | s | MB | found |")
        print("|---|---:|---:|---:|---:|", flush=True)
        for tool in BESIDE:
            shutil.rmtree(folder / "beside", ignore_errors=True)
            found = _apart("--folder", str(folder), "--worker", "beside", tool)
            told["beside"][tool] = found
            row = (
                f"left out: {found}"
                if isinstance(found, str)
                else f"{found[0]:.1f} | {found[1]:.1f} | {found[2]:,.0f} | {found[3]:,}"
            )
            print(f"| {tool} | {row} |", flush=True)
    counts = {found[3] for found in told["beside"].values() if not isinstance(found, str)}
    print(f"\n{json.dumps(told)}")
    if len(counts) > 1:
        sys.exit(f"They do not count the same: {counts}.")


def _run(folder: Path, title: str, told: dict[str, Any], *work: str) -> None:
    """Measure in a process of its own, and print its row."""
    found = _apart("--folder", str(folder), "--worker", "measure", *work)
    told["runs"][title] = found
    if isinstance(found, str):
        print(f"| {title} | left out: {found} |", flush=True)
        return
    half = "" if found["second_half"] is None else f"{found['second_half']:.2f}"
    print(
        f"| {title} | {found['us_a_premises']:.1f} | {found['driver_us_a_premises']:.2f} | {found['wall_s']:.1f} "
        f"| {found['worker_mb']:,.0f} | {found['driver_mb']:,.0f} | {half} |",
        flush=True,
    )


if __name__ == "__main__":
    main()
