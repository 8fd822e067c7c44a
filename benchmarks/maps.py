"""Measure how large a map is, how long it takes to write and to draw, and how smoothly it moves.

    pip install ".[bench]"
    python benchmarks/maps.py            # two towns, a region and a nation: some minutes
    python benchmarks/maps.py town
    python benchmarks/maps.py --against ../other    # each zoom in the dense town, page against page

The dense town is the town with 40,000 premises and 8,000 cables more in a square kilometre of it.
Needs Debian's chromium-headless-shell. Written: `map_coverage` and `save`, the best of three. Drawn: from the start
of loading the file, from disk, to the second frame after the page says that all is there. Zoomed: in
steps from the whole to the streets in its middle, and each from when it is asked for to the second
frame after it; the slowest. Moved: the map is dragged to and fro at two zooms; 95 of 100 frames took
at most so long. Beside them, what folium's own GeoJson layers take, one for each status, one each for
areas and cables: not drawn, as that page asks six hosts for its scripts.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from shutil import which
from typing import Any

import folium
import geopandas as gpd
import numpy as np
import pandas as pd
import run
import workloads

import fibercov as fc

REACH_M = 200.0
TOWN = workloads.Workload(100_000, 2_000, 60_000, areas=300, area_vertices=32)
SQUARE = workloads.Workload(40_000, 8_000, 1_000, vertices=(2, 5), rural=1.0)
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"]
ARGUMENTS += ["--disable-background-networking", "--disable-component-update", "--disable-sync"]
COUNT_FRAMES = """() => {
  window.gaps = []; let last = performance.now();
  const frame = (now) => { gaps.push(now - last); last = now; requestAnimationFrame(frame); };
  requestAnimationFrame(frame);
}"""
ZOOM = """(zoom) => new Promise((done) => {
  const { map, data } = fibercov, middle = L.latLngBounds(data.box).getCenter();
  const from = performance.now(), end = () => done(performance.now() - from);
  map.once("moveend", () => requestAnimationFrame(() => requestAnimationFrame(end)));
  map.setView(middle, zoom, { animate: false });
})"""
SLOW_FRAME = "gaps.sort((a, b) => a - b)[Math.floor(0.95 * gaps.length)]"


def main() -> None:
    """Draw the workloads that are asked for, and print a row each."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("workloads", nargs="*", default=["town", "dense town", "region", "nation"])
    parser.add_argument("--folder", type=Path, default=Path(__file__).parent / "made")
    parser.add_argument("--against", type=Path, help="another checkout of this project")
    parser.add_argument("--runs", type=int, default=5, help="of each page, in turns")
    parser.add_argument("--write", type=Path, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    workloads.WORKLOADS |= {"town": TOWN, "square": SQUARE}
    asked.folder.mkdir(exist_ok=True)
    if asked.write or asked.against:
        here = asked.write or asked.folder / "this.html"
        _, coverage, options = maps_of("dense town", asked.folder)[0]
        fc.map_coverage(coverage, **options).save(str(here))
        if asked.against:
            compare(here, asked.against, asked.folder, asked.runs)
        return
    print(f"{run.machine()}\n")
    print(
        "| map | MB | written, s | drawn, s | zoomed, ms | moved, ms a frame | folium: MB | written, s |"
    )
    print("|---|---:|---:|---:|---:|---:|---:|---:|", flush=True)
    for name in asked.workloads:
        for label, coverage, options in maps_of(name, asked.folder):
            print(row(label, coverage, options), flush=True)


def maps_of(name: str, folder: Path) -> list[tuple[str, fc.Coverage, dict[str, Any]]]:
    """List the maps of one workload: their names, and what they are made from."""
    files = workloads.make(name.removeprefix("dense "), folder)
    frame = gpd.read_parquet(files / "premises.parquet")
    cables = gpd.read_parquet(files / "network.parquet")
    if name == "dense town":
        square = workloads.make("square", folder)
        frame = with_square(frame, square / "premises.parquet")
        cables = with_square(cables, square / "network.parquet")
    street = (frame.geometry.x // 300 * 31 + frame.geometry.y // 300 * 17).astype(int) % 900
    frame["address"] = "Street " + street.astype(str) + " " + (frame["id"] % 60 + 1).astype(str)
    premises = fc.read_premises(frame, households="households")
    network = fc.read_network(cables)
    areas = fc.read_areas(files / "areas.parquet", name="name")
    coverage = fc.measure_coverage(premises, network, reach=REACH_M, as_of="2020-10-01")
    options = {"areas": areas, "network": network, "target": 0.9}
    if name == "nation":
        options.pop("network")
        return [("nation, areas and squares", coverage, options)]
    public = {"areas": areas, "target": 0.9, "publish": "areas"}
    return [
        (f"{name}, premises", coverage, {**options, "premises": "marks"}),
        (f"{name}, for publishing", coverage, public),
    ]


def with_square(frame: gpd.GeoDataFrame, square: Path) -> gpd.GeoDataFrame:
    """Add the premises or cables of the square kilometre to the town's, in its middle."""
    more = gpd.read_parquet(square)
    middle = (TOWN.side_m - SQUARE.side_m) / 2
    return pd.concat([frame, more.set_geometry(more.translate(middle, middle))], ignore_index=True)


def row(label: str, coverage: fc.Coverage, options: dict[str, Any]) -> str:
    """Print one row of the table."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "map.html"
        times = []
        for _ in range(3):
            start = time.perf_counter()
            fc.map_coverage(coverage, **options).save(str(file))
            times.append(time.perf_counter() - start)
        cells = [label, f"{file.stat().st_size / 1e6:.2f}", f"{min(times):.2f}", *in_browser(file)]
        peer = ["", ""]
        if options.get("premises") == "marks":
            start = time.perf_counter()
            with_folium(coverage, options).save(str(file))
            peer = [f"{file.stat().st_size / 1e6:.1f}", f"{time.perf_counter() - start:.1f}"]
    return f"| {' | '.join([*cells, *peer])} |"


def in_browser(file: Path) -> tuple[str, str, str]:
    """Measure seconds until the map is drawn, milliseconds a zoom (medians of three) and a frame."""
    from playwright.sync_api import sync_playwright  # noqa: PLC0415 - for those who have it

    with sync_playwright() as driver:
        browser = driver.chromium.launch(
            executable_path=which("chromium-headless-shell"), args=ARGUMENTS
        )
        drawn, zoomed, moved = [], [], []
        for _ in range(3):
            page = browser.new_page(viewport={"width": 1280, "height": 800})
            page.goto(file.as_uri())
            page.wait_for_selector("html[data-ready]", state="attached", timeout=120_000)
            drawn.append(float(page.evaluate("document.documentElement.dataset.ready")) / 1000)
            for zoom in (0, 3):
                page.evaluate(f"void fibercov.map.setZoom(fibercov.map.getZoom() + {zoom})")
                page.wait_for_timeout(1000)
                moved.append(drag(page))
            zoomed.append(max(zoom_in(page)))
            page.close()
        browser.close()
    medians = f"{statistics.median(drawn):.2f}", f"{statistics.median(zoomed):.0f}"
    return *medians, f"{max(moved):.0f}"


def compare(here: Path, checkout: Path, folder: Path, runs: int) -> None:
    """Print how long each zoom in the dense town takes, and how many times as long in another checkout."""
    from playwright.sync_api import sync_playwright  # noqa: PLC0415 - for those who have it

    there = folder / "other.html"
    subprocess.run(
        [sys.executable, __file__, "--folder", str(folder), "--write", str(there)],
        env={**os.environ, "PYTHONPATH": str(checkout.resolve())},
        check=True,
    )
    times: dict[Path, list[list[float]]] = {here: [], there: []}
    with sync_playwright() as driver:
        browser = driver.chromium.launch(
            executable_path=which("chromium-headless-shell"), args=ARGUMENTS
        )
        for _ in range(runs):
            for file, of in times.items():
                page = browser.new_page(viewport={"width": 1280, "height": 800})
                page.goto(file.resolve().as_uri())
                page.wait_for_selector("html[data-ready]", state="attached", timeout=120_000)
                of.append(zoom_in(page))
                page.close()
        browser.close()
    print("| zooms before the closest | best, ms | median, ms | ratio of best | of medians |")
    print("|---|---:|---:|---:|---:|")
    each = [np.array(of)[:, ::-1].T for of in times.values()]
    for number, (new, old) in enumerate(zip(*each, strict=False)):
        best, median = new.min(), np.median(new)
        ratios = f"{old.min() / best:.1f} | {np.median(old) / median:.1f}"
        print(f"| {number} | {best:.0f} | {median:.0f} | {ratios} |")


def zoom_in(page: Any) -> list[float]:
    """Measure milliseconds until each zoom is on the screen, from the whole to the streets."""
    first = int(page.evaluate("Math.ceil(fibercov.map.getZoom())"))
    times = []
    for zoom in range(first, 19):
        times.append(float(page.evaluate(ZOOM, zoom)))
        page.wait_for_timeout(300)  # what may come after it
    return times


def drag(page: Any) -> float:
    """Measure milliseconds between frames, 95 of 100, while a hand drags the map to and fro."""
    page.mouse.move(500, 450)
    page.mouse.down()
    page.evaluate(COUNT_FRAMES)
    for step in range(120):
        across, down = 300 * np.sin(step / 12), 180 * np.sin(step / 17)
        page.mouse.move(500 + across, 450 + down)
    slow = float(page.evaluate(SLOW_FRAME))
    page.mouse.up()
    return slow


def with_folium(coverage: fc.Coverage, options: dict[str, Any]) -> folium.Map:
    """Draw the same layers with folium alone, in the fast way: one style each."""
    page = folium.Map(tiles=None, prefer_canvas=True)
    frame = coverage.premises[["geometry", "status"]].assign(drop_m=coverage.drops_m.round(1))
    for status, rows in frame.to_crs(4326).groupby("status"):
        folium.GeoJson(
            pd.DataFrame(rows).pipe(gpd.GeoDataFrame), name=str(status),
            marker=folium.CircleMarker(radius=3), tooltip=folium.GeoJsonTooltip(["status", "drop_m"]),
        ).add_to(page)  # fmt: skip
    summary = fc.summarize(coverage, by=options["areas"]).iloc[:-2].fillna({"share": 0})
    shown: Any = summary[["name", "total", "share", "geometry"]]
    folium.GeoJson(shown.to_crs(4326), tooltip=folium.GeoJsonTooltip(["name", "share"])).add_to(
        page
    )
    folium.GeoJson(options["network"].geometry.to_crs(4326)).add_to(page)
    return page


if __name__ == "__main__":
    main()
