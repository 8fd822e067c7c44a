"""Measure along roads beside tools that route between nodes, and print what each took and how far off it is.

    pip install ".[bench]" networkx scipy pandana osmnx
    python benchmarks/roads.py                 # a municipality and a region
    python benchmarks/roads.py municipality

The roads join the premises of `workloads` and strewn places to their neighbours (Gabriel's graph), so that they are
dense in towns; cables follow them, 8 m beside. The tools with nodes snap each premises to the
nearest node, and start from the nodes nearest to the cables' vertices, which is how they are used; a premises
whose distance differs by more than 10 m from the exact one is wrong. Each tool has a process of its own. A tool that
is not installed is left out, and said to be.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any

import geopandas as gpd
import numpy as np
import shapely
import workloads
from numpy.typing import NDArray

import fibercov as fc

# Premises, places where roads meet, cables.
SIZES = {"municipality": (10_000, 17_000, 1_500), "region": (300_000, 560_000, 50_000)}
BESIDE_M, REACH_M, WRONG_M, TOO_LONG_S = 25.0, 200.0, 10.0, 1_200
MARK = "took and found:"  # as some tools print, too
Frames = tuple[gpd.GeoDataFrame, gpd.GeoDataFrame, gpd.GeoDataFrame]


def make(name: str) -> Frames:
    """Make premises, cables and roads, the same each time."""
    return drawn(SIZES[name], workloads.WORKLOADS[name])


def drawn(numbers: tuple[int, int, int], size: workloads.Workload) -> Frames:
    """Draw as many premises, places where roads meet, and cables, on the ground of a workload."""
    number, places, cables = numbers
    rng = np.random.default_rng([workloads.SEED, number])
    towns = workloads._towns(rng, size)  # noqa: SLF001 - the same towns
    node = np.round(workloads._places(rng, places, size, towns), 2)  # noqa: SLF001 - as above
    mesh = shapely.delaunay_triangles(shapely.multipoints(node), only_edges=True)
    edge = shapely.get_coordinates(shapely.get_parts(mesh)).reshape(-1, 2, 2)
    # Gabriel's graph: no place is nearer to the middle of an edge than its ends.
    middle, half = edge.mean(axis=1), np.hypot(*(edge[:, 1] - edge[:, 0]).T) / 2
    away = shapely.STRtree(np.asarray(shapely.points(node))).query_nearest(
        shapely.points(middle), return_distance=True, all_matches=False
    )[1]
    edge = edge[away >= half - 1e-6]
    spot, of = np.unique(edge.reshape(-1, 2), axis=0, return_inverse=True)
    of = of.reshape(-1, 2)
    begin, to = _neighbours(of, len(spot))
    at = rng.integers(len(spot), size=cables)
    walk = [at]
    for _ in range(14):
        degree = begin[walk[-1] + 1] - begin[walk[-1]]
        walk.append(to[begin[walk[-1]] + rng.integers(0, degree)])
    lines = spot[np.stack(walk, axis=1)] + rng.uniform(-8, 8, (cables, 1, 2))
    premises = shapely.points(workloads._places(rng, number, size, towns))  # noqa: SLF001 - as above
    made = (premises, shapely.linestrings(lines), shapely.linestrings(edge))
    one, two, three = (gpd.GeoDataFrame(geometry=shapes, crs=workloads.CRS) for shapes in made)
    return one, two, three


def _neighbours(edge: NDArray[Any], nodes: int) -> tuple[NDArray[Any], NDArray[Any]]:
    """List the neighbours of each node: where its list begins, and all lists."""
    a, b = np.r_[edge, edge[:, ::-1]].T
    return np.r_[0, np.cumsum(np.bincount(a, minlength=nodes))], b[np.argsort(a, kind="stable")]


def fibercov(premises: gpd.GeoDataFrame, network: gpd.GeoDataFrame, roads: gpd.GeoDataFrame) -> Any:
    """Run `measure_coverage`: whole cables, legs, exact."""
    reach = fc.Reach(REACH_M, along="roads", beside_m=BESIDE_M)
    found = fc.measure_coverage(premises, network, reach=reach, roads=roads)
    return found.premises["road_m"].to_numpy()


def _graph(premises: Any, network: Any, roads: Any) -> tuple[Any, ...]:
    """Make nodes and edges; find the node of each premises and those of the cables' vertices."""
    edge = shapely.get_coordinates(roads.geometry).reshape(-1, 2, 2)
    node, of = np.unique(edge.reshape(-1, 2), axis=0, return_inverse=True)
    tree = shapely.STRtree(np.asarray(shapely.points(node)))
    start = tree.nearest(shapely.points(shapely.get_coordinates(network.geometry)))
    return (
        node,
        of.reshape(-1, 2),
        roads.length.to_numpy(),
        tree.nearest(premises.geometry),
        np.unique(start),
    )


def scipy_on_nodes(premises: Any, network: Any, roads: Any) -> Any:
    """Run scipy's `dijkstra(min_only=True)` between nodes."""
    from scipy.sparse import coo_matrix  # noqa: PLC0415 - may not be installed
    from scipy.sparse.csgraph import dijkstra  # noqa: PLC0415 - as above

    node, of, metres, home, start = _graph(premises, network, roads)
    graph = coo_matrix((metres, of.T), (len(node), len(node))).tocsr()
    return dijkstra(graph, directed=False, indices=start, min_only=True)[home]


def networkx_on_nodes(premises: Any, network: Any, roads: Any) -> Any:
    """Run networkx's `multi_source_dijkstra_path_length` between nodes."""
    import networkx as nx  # noqa: PLC0415 - may not be installed

    _, of, metres, home, start = _graph(premises, network, roads)
    graph = nx.Graph()
    graph.add_weighted_edges_from(zip(*of.T.tolist(), metres.tolist(), strict=True))
    ways = nx.multi_source_dijkstra_path_length(graph, set(start.tolist()))
    return np.array([ways.get(each, np.inf) for each in home.tolist()])


def osmnx_edges(premises: Any, network: Any, roads: Any) -> Any:
    """Snap with osmnx's `nearest_edges`, and go on to the nearer end with networkx."""
    import networkx as nx  # noqa: PLC0415 - may not be installed
    import osmnx  # noqa: PLC0415 - as above

    node, of, metres, _, start = _graph(premises, network, roads)
    graph = nx.MultiDiGraph(crs=workloads.CRS)
    graph.add_nodes_from((k, {"x": x, "y": y}) for k, (x, y) in enumerate(node.tolist()))
    for (a, b), length in zip(of.tolist(), metres.tolist(), strict=True):
        graph.add_edge(a, b, length=length)
        graph.add_edge(b, a, length=length)
    xy = shapely.get_coordinates(premises.geometry)
    edges, leg = osmnx.distance.nearest_edges(graph, *xy.T, return_dist=True)
    ways = nx.multi_source_dijkstra_path_length(graph, set(start.tolist()), weight="length")
    return leg + np.array([min(ways.get(a, np.inf), ways.get(b, np.inf)) for a, b, _ in edges])


def pandana_on_nodes(premises: Any, network: Any, roads: Any) -> Any:
    """Run pandana's nearest point of interest, with the cables' vertices as points."""
    import pandana  # noqa: PLC0415 - may not be installed
    import pandas as pd  # noqa: PLC0415 - with it

    node, of, metres, home, _ = _graph(premises, network, roads)
    graph = pandana.Network(
        *map(pd.Series, node.T), *map(pd.Series, of.T), pd.DataFrame({"m": metres})
    )
    x, y = map(pd.Series, shapely.get_coordinates(network.geometry).T)
    graph.set_pois("cables", 5_000, 1, x, y)
    return graph.nearest_pois(5_000, "cables", 1).iloc[home, 0].to_numpy()


TOOLS: dict[str, Callable[..., Any]] = {
    "fibercov": fibercov,
    "scipy, between nodes": scipy_on_nodes,
    "networkx, between nodes": networkx_on_nodes,
    "osmnx's nearest edges, networkx": osmnx_edges,
    "pandana": pandana_on_nodes,
}


def work(name: str, tool: str) -> None:
    """Run one tool, and print what it took and found."""
    frames = make(name)
    first = gpd.GeoDataFrame(geometry=frames[0].geometry[:500], crs=workloads.CRS)
    TOOLS[tool](first, *(each[:500].copy() for each in frames[1:]))  # what it loads and compiles
    start, wall = time.process_time(), time.perf_counter()
    found = TOOLS[tool](*frames)
    took = time.process_time() - start, time.perf_counter() - wall
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    truth = found if tool == "fibercov" else fibercov(*frames)
    far = np.abs(np.where(truth == found, 0, truth - found))
    print(
        MARK,
        json.dumps([*took, peak, int((found <= REACH_M).sum()), float((far > WRONG_M).mean())]),
    )


def main() -> None:
    """Run all tools, and print a table for each size."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sizes", nargs="*", default=[*SIZES])
    parser.add_argument("--worker", nargs=2, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.worker:
        work(*asked.worker)
        return
    for name in asked.sizes:
        roads = len(make(name)[2])
        print(
            f"\n{name}: {SIZES[name][0]:,} premises, {roads:,} roads, {SIZES[name][2]:,} cables\n"
        )
        print("| tool | CPU, s | s | peak memory | within 200 m | off by more than 10 m |")
        print("|---|---:|---:|---:|---:|---:|")
        for tool in TOOLS:
            command = [sys.executable, __file__, "--worker", name, tool]
            try:
                done = subprocess.run(
                    command, check=False, capture_output=True, text=True, timeout=TOO_LONG_S
                )
            except subprocess.TimeoutExpired:
                print(f"| {tool} | stopped after {TOO_LONG_S:,} s |", flush=True)
                continue
            if done.returncode:
                print(
                    f"| {tool} | {(done.stderr.strip().splitlines() or ['killed'])[-1]} |",
                    flush=True,
                )
                continue
            cpu, wall, peak, within, wrong = json.loads(
                done.stdout.rpartition(MARK)[2].splitlines()[0]
            )
            print(
                f"| {tool} | {cpu:.3g} | {wall:.3g} | {peak:.1f} GB | {within:,} | {wrong:.0%} |",
                flush=True,
            )


if __name__ == "__main__":
    main()
