"""Put fibercov and its peers through the same inputs, and print what each took and found.

    pip install ".[bench]"
    python benchmarks/run.py                        # all of it: most of an hour
    python benchmarks/run.py municipality --runs 1  # the smallest: a minute

On Linux or macOS. Each tool has a process of its own, one at a time, so that peak memory is its own,
the inputs included. Times are medians of the runs, after one on a part of the premises that compiles
and loads what there is to. PostGIS takes part if POSTGIS in the environment names a server
("postgresql://user@host/database"); its peak memory is not here but there. All tools must find the
same number of premises, or this ends with an error; but circles that are polygons may find fewer.
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
from pathlib import Path

import geopandas as gpd
import workloads

HERE = Path(__file__).parent
NEEDS = {"SedonaDB": "sedonadb", "PostGIS": "psycopg"}
TOO_LONG = {"nation"}  # for the peers: hours
GIGABYTE = 1e9 if sys.platform == "darwin" else 1e6  # as ru_maxrss counts: in bytes, in kilobytes
CIRCLES_LOSE = 0.001  # of the premises, at most


def main() -> None:
    """Run the workloads that are asked for, and print a table each."""
    asked = arguments()
    if asked.worker:
        work(asked.worker[0], asked.worker[1], Path(asked.folder), asked.runs)
        return
    print(f"{machine()}\n\n{first_distance(asked.runs)}\n")
    left_out = absent()
    for tool, why in left_out.items():
        print(f"{tool} takes no part: {why}\n")
    own: dict[str, float] = {}
    failed: list[str] = []
    for name in asked.workloads:
        size, files = workloads.WORKLOADS[name], workloads.make(name, asked.folder)
        print(f"{name}: {size.premises:,} premises, {size.cables:,} cables\n", flush=True)
        tools = [tool for tool in drops() if tool not in left_out]
        if name in TOO_LONG:
            tools = [tool for tool in tools if tool.startswith("fibercov")]
        results = table("drops", tools, files, asked.runs, failed)
        own[name] = results.get("fibercov", {}).get("seconds", float("nan")) / size.premises
        if size.areas:
            print(f"By area: {size.areas} polygons of {size.area_vertices:,} vertices each\n")
            table("areas", ["fibercov summarize", "geopandas sjoin"], files, asked.runs, failed)
        whole(files)
        if name == "municipality":
            command_line(files, asked.runs)
    if {"region", "nation"} <= own.keys():
        print(f"Time per premises, nation / region: {own['nation'] / own['region']:.2f}")
    if failed:
        sys.exit("\n".join(failed))


def arguments() -> argparse.Namespace:
    """Parse and check the arguments before any work is done."""
    names = ", ".join(workloads.WORKLOADS)
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("workloads", nargs="*", help=f"which of: {names} (default: all)")
    parser.add_argument("--runs", type=int, default=3, help="how many runs a tool has (default: 3)")
    parser.add_argument("--folder", type=Path, default=HERE / "made", help="where inputs are made")
    parser.add_argument("--worker", nargs=2, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    asked.workloads = asked.workloads or [*workloads.WORKLOADS]
    for name in asked.workloads:
        if name not in workloads.WORKLOADS:
            parser.error(f"there is no workload {name!r}, but: {names}")
    if asked.runs < 1:
        parser.error(f"--runs must be 1 or more, not {asked.runs}")
    try:
        asked.folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        parser.error(f"--folder cannot be made: {error}")
    return asked


def table(
    kind: str, tools: list[str], files: Path, runs: int, failed: list[str]
) -> dict[str, dict[str, float]]:
    """Run the tools in turn and print a table; note in `failed` who fails, or finds another number."""
    what = "within 200 m" if kind == "drops" else "in an area"
    print(f"| tool | loads, s | answers, s | times as long | peak memory | premises {what} |")
    print("|---|---:|---:|---:|---:|---:|")
    results: dict[str, dict[str, float]] = {}
    for tool in tools:
        command = [sys.executable, __file__, "--runs", str(runs), "--folder", str(files)]
        done = subprocess.run(
            [*command, "--worker", kind, tool], check=False, capture_output=True, text=True
        )
        if done.returncode:
            said = (done.stderr.strip().splitlines() or ["killed"])[-1]
            failed.append(f"{files.name}: {tool} failed: {said}")
            print(f"| {tool} | failed |", flush=True)
            continue
        result = results[tool] = json.loads(done.stdout.splitlines()[-1])
        first = next(iter(results.values()))
        print(
            f"| {tool} | {result['load']:.2g} | {result['seconds']:.3g} | "
            f"{result['seconds'] / first['seconds']:.3g} | "
            f"{result['peak_gb']:.1f} GB | {result['found']:,} |",
            flush=True,
        )
        missed = first["found"] - result["found"]
        if (
            missed
            if tool != "buffer and join"
            else not 0 <= missed <= CIRCLES_LOSE * first["found"]
        ):
            failed.append(f"{files.name}: {tool} finds {missed:,} premises less")
    print(flush=True)
    return results


def work(kind: str, tool: str, files: Path, runs: int) -> None:
    """In a process of its own: time one tool, and print what it took as JSON."""
    import tools  # noqa: PLC0415 - the parent imports nothing that it measures

    premises = gpd.read_parquet(files / "premises.parquet")
    other = gpd.read_parquet(files / f"{'network' if kind == 'drops' else 'areas'}.parquet")
    prepare = (tools.DROPS if kind == "drops" else tools.AREAS)[tool]
    prepare(premises.iloc[:1000], other.copy())()
    start = time.perf_counter()
    timed = prepare(premises, other)
    load, seconds = time.perf_counter() - start, []
    for _ in range(runs):
        start = time.perf_counter()
        found = timed()
        seconds.append(time.perf_counter() - start)
    peak_gb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / GIGABYTE
    own = load if tool in {"PostGIS", "SedonaDB"} else 0.0
    result = {"load": own, "seconds": statistics.median(seconds), "peak_gb": peak_gb}
    print(json.dumps({**result, "found": found}))


def whole(files: Path) -> None:
    """Time a process that reads, measures and summarizes, including the start of Python."""
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
    done = subprocess.run(
        [sys.executable, "-c", code], check=True, capture_output=True, text=True, cwd=files
    )
    seconds = time.perf_counter() - start
    print(f"A process that reads, measures and summarizes: {seconds:.1f} s, ", end="")
    print(f"{int(done.stdout) / GIGABYTE:.1f} GB\n", flush=True)


def command_line(files: Path, runs: int) -> None:
    """Time `fibercov measure`, from GeoPackages to the map."""
    for name in ("premises", "network", "areas"):
        gpd.read_parquet(files / f"{name}.parquet").to_file(files / f"{name}.gpkg")
    command = [sys.executable, "-c", "from fibercov.cli import main; main()", "measure"]
    command += ["premises.gpkg", "network.gpkg", "--areas", "areas.gpkg", "--area-name", "name"]
    seconds = []
    for _ in range(runs):
        with tempfile.TemporaryDirectory() as out:
            start = time.perf_counter()
            subprocess.run(
                [*command, "--reach", "200", "--out", out],
                check=True,
                cwd=files,
                capture_output=True,
            )
            seconds.append(time.perf_counter() - start)
    print(f"`fibercov measure`, from files to the map: {statistics.median(seconds):.1f} s\n")


def first_distance(runs: int) -> str:
    """Time the first distance of a process: the first ever compiles, later ones load the result."""
    code = """
import time, shapely, geopandas, fibercov
from fibercov.geo.nearest import NearestIndex
start = time.perf_counter()
NearestIndex(shapely.linestrings([[[3, 4], [3, 5]]])).query(shapely.points([[0, 0]]))
print(time.perf_counter() - start)
"""
    seconds = []
    with tempfile.TemporaryDirectory() as cache:
        for _ in range(1 + runs):
            done = subprocess.run(
                [sys.executable, "-c", code],
                check=True,
                stdout=subprocess.PIPE,
                text=True,
                cwd=cache,
                env={**os.environ, "NUMBA_CACHE_DIR": cache},
            )
            seconds.append(float(done.stdout))
    later = statistics.median(seconds[1:])
    return f"The first distance: {seconds[0]:.1f} s ever, {later:.2f} s in a later process"


def drops() -> list[str]:
    """List the tools that find what is within reach."""
    import tools  # noqa: PLC0415 - as in `work`

    return [*tools.DROPS]


def absent() -> dict[str, str]:
    """List the tools that cannot take part, and what to do about it."""
    why = {
        tool: f'{module} is not installed: pip install ".[bench]"'
        for tool, module in NEEDS.items()
        if not importlib.util.find_spec(module)
    }
    if not os.environ.get("POSTGIS"):
        why["PostGIS"] = "POSTGIS in the environment names no server"
    return why


def machine() -> str:
    """Describe the machine."""
    model = platform.processor() or platform.machine()
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists():
        names = [x for x in cpuinfo.read_text("utf-8").splitlines() if x.startswith("model name")]
        model = names[0].partition(":")[2].strip() if names else model
    wanted = ("geopandas", "shapely", "numba", "sedonadb")
    there = [name for name in wanted if importlib.util.find_spec(name)]
    versions = [f"{name} {importlib.metadata.version(name)}" for name in there]
    system = f"{model}, {os.cpu_count()} processors, Python {platform.python_version()}"
    return ", ".join([system, *versions])


if __name__ == "__main__":
    main()
