"""Put fibercov and its peers through the same inputs, and print what each took and found.

    pip install ".[bench]"
    python benchmarks/run.py                        # all of it: about half an hour
    python benchmarks/run.py municipality --runs 1  # the smallest, in seconds

Each tool has a process of its own, one at a time: so that peak memory is its own, inputs included.
Times are the median of the runs, after one on a thousandth of the premises that compiles and loads
what there is to. PostGIS takes part if the environment's POSTGIS names a server
("postgresql://user@host/database"); a tool that is not installed is left out, and said to be.
The shares that the tools get must agree, or this ends with an error.
"""

from __future__ import annotations

import argparse
import importlib.metadata
import importlib.util
import json
import os
import platform
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import workloads

HERE = Path(__file__).parent
SHARED_BORDER = 1e-4  # premises on a border of areas, and circles that are polygons: shares differ


@dataclass(frozen=True)
class Result:
    """What a tool took for a workload."""

    seconds: float
    peak_mb: float
    share: float


def main() -> None:
    """Run the workloads that are asked for, and print a table each."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("workloads", nargs="*", default=[*workloads.WORKLOADS])
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--folder", type=Path, default=HERE / "made")
    parser.add_argument("--worker", nargs=2, metavar=("KIND", "TOOL"))
    asked = parser.parse_args()
    for name in asked.workloads:
        if name not in workloads.WORKLOADS:
            parser.error(f"no workload {name!r}: there are {', '.join(workloads.WORKLOADS)}")
    if asked.worker:
        kind, tool = asked.worker
        work(kind, tool, workloads.make(asked.workloads[0], asked.folder), asked.runs)
        return
    print(f"{machine()}\n")
    first_calls()
    own = {}
    for name in asked.workloads:
        files = workloads.make(name, asked.folder)
        size = workloads.WORKLOADS[name]
        print(f"{name}: {size.premises:,} premises, {size.cables:,} cables\n", flush=True)
        alone = name == "nation"  # its peers would take hours
        own[name] = table("drops", ["fibercov"] if alone else tools_here(), name, asked)
        if size.areas:
            print(f"The same by area: {size.areas} of {size.area_vertices:,} vertices\n")
            table("areas", ["fibercov summarize", "geopandas sjoin"], name, asked)
        whole(name, files)
    if {"region", "nation"} <= own.keys():
        each = {n: own[n].seconds / workloads.WORKLOADS[n].premises for n in ("region", "nation")}
        print(f"Time per premises, nation / region: {each['nation'] / each['region']:.2f}")


def table(kind: str, tools: list[str], name: str, asked: argparse.Namespace) -> Result:
    """Run the tools in turn, print a table, and raise if they disagree; the first one's result."""
    print("| tool | seconds | times as long | peak memory | share |\n|---|---:|---:|---:|---:|")
    results: list[Result] = []
    for tool in tools:
        command = [sys.executable, __file__, name, "--runs", str(asked.runs)]
        command += ["--folder", str(asked.folder), "--worker", kind, tool]
        done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
        result = Result(**json.loads(done.stdout.splitlines()[-1]))
        results.append(result)
        print(
            f"| {tool} | {result.seconds:.3g} | {result.seconds / results[0].seconds:.3g} | "
            f"{result.peak_mb / 1000:.1f} GB | {result.share:.4%} |",
            flush=True,
        )
    print(flush=True)
    for result in results:
        if abs(result.share - results[0].share) > SHARED_BORDER:
            raise SystemExit(f"The shares differ: {results}.")
    return results[0]


def work(kind: str, tool: str, files: Path, runs: int) -> None:
    """In a process of its own: time one tool, and print what it took as JSON."""
    import tools  # noqa: PLC0415 - imports fibercov, which the parent need not

    premises = gpd.read_parquet(files / "premises.parquet")
    other = gpd.read_parquet(files / f"{'network' if kind == 'drops' else 'areas'}.parquet")
    prepare = (tools.DROPS if kind == "drops" else tools.AREAS)[tool]
    prepare(premises.iloc[:: 1000 if len(premises) > 10_000 else 10], other)()
    timed = prepare(premises, other)
    seconds = []
    for _ in range(runs):
        start = time.perf_counter()
        found = timed()
        seconds.append(time.perf_counter() - start)
    peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000
    share = found / len(premises)
    print(json.dumps({"seconds": statistics.median(seconds), "peak_mb": peak_mb, "share": share}))


def first_calls() -> None:
    """Time the first distance of a process: the very first compiles, and the next ones load that."""
    code = """
import time, shapely, geopandas, fibercov
from fibercov.nearest import nearest
start = time.perf_counter()
nearest(shapely.points([[0, 0]]), shapely.linestrings([[[3, 4], [3, 5]]]))
print(time.perf_counter() - start)
"""
    command = [sys.executable, "-c", code]
    with tempfile.TemporaryDirectory() as cache:
        seconds = []
        for _ in range(4):
            done = subprocess.run(
                command,
                check=True,
                stdout=subprocess.PIPE,
                text=True,
                env={**os.environ, "NUMBA_CACHE_DIR": cache},
            )
            seconds.append(float(done.stdout))
    print(f"The first distance: {seconds[0]:.1f} s ever, ", end="")
    print(f"{statistics.median(seconds[1:]):.2f} s in a later process\n", flush=True)


def whole(name: str, files: Path) -> None:
    """Time whole processes, from files to a summary; of the smallest, to a folder with a map too."""
    areas = f"s = fc.summarize(c, by=fc.read_areas({str(files / 'areas.parquet')!r}, name='name'))"
    code = f"""
import resource, fibercov as fc
p = fc.read_premises({str(files / "premises.parquet")!r}, households="households")
n = fc.read_network({str(files / "network.parquet")!r})
c = fc.measure_coverage(p, n, reach=200)
{areas if (files / "areas.parquet").exists() else ""}
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""
    start = time.perf_counter()
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    seconds = time.perf_counter() - start
    print(f"One process that reads, measures and summarizes: {seconds:.1f} s, ", end="")
    print(f"{int(done.stdout) / 1e6:.1f} GB\n", flush=True)
    if name == "municipality":
        command_line(files)


def command_line(files: Path) -> None:
    """Time `fibercov measure`, from GeoPackages to the map."""
    for name in ("premises", "network", "areas"):
        frame = gpd.read_parquet(files / f"{name}.parquet")
        frame.to_file(files / f"{name}.gpkg", engine="pyogrio")
    code = "from fibercov.cli import main; main()"
    with tempfile.TemporaryDirectory() as out:
        command = [sys.executable, "-c", code, "measure", "premises.gpkg", "network.gpkg"]
        command += ["--areas", "areas.gpkg", "--area-name", "name", "--reach", "200", "--out", out]
        start = time.perf_counter()
        subprocess.run(command, check=True, cwd=files, capture_output=True)
    seconds = time.perf_counter() - start
    print(f"`fibercov measure`, from files to the map: {seconds:.1f} s\n", flush=True)


def tools_here() -> list[str]:
    """The tools that are installed."""
    here = ["fibercov", "geopandas sjoin_nearest", "shapely STRtree", "buffer and join"]
    if importlib.util.find_spec("sedonadb"):
        here.append("SedonaDB")
    else:
        print("SedonaDB is not installed.\n")
    if os.environ.get("POSTGIS") and importlib.util.find_spec("psycopg"):
        here.append("PostGIS")
    else:
        print("PostGIS takes no part: no POSTGIS in the environment, or no psycopg.\n")
    return here


def machine() -> str:
    """What this runs on."""
    model = platform.processor() or platform.machine()
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists():
        names = [x for x in cpuinfo.read_text("utf-8").splitlines() if x.startswith("model name")]
        model = names[0].partition(":")[2].strip() if names else model
    versions = [f"{n} {importlib.metadata.version(n)}" for n in ("geopandas", "shapely", "numba")]
    return (
        f"{model}, {os.cpu_count()} processors, Python {platform.python_version()}, "
        + ", ".join(versions)
    )


if __name__ == "__main__":
    main()
