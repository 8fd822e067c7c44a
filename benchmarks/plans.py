"""Hold `plan_builds` against rules of thumb on the same candidate graph, and print what each costs.

    pip install ".[bench]"
    python benchmarks/plans.py                        # all cases whose data is on this machine
    python benchmarks/plans.py --cases demo-90 demo-85 --repeat 3
    python benchmarks/plans.py --county               # 150,000 premises: seconds and memory, no rules

Every rule sees the ways, costs and premises that the plan was searched among, and counts the target too:

- nearest first: the trench is extended by the cheapest way to what is not yet reached, until the target is counted;
- areas by cost a household: areas are priced one by one, each built whole from the network, and then built in
  that order, from the trench as it is then; the last one only as far as the target;
- spanning tree: the trench of "nearest first" to everything, from which the leaves that cost most for what
  they alone reach are taken away, as long as the target stays counted;
- greedy density: again and again the path is built that newly reaches most for its cost; what is beyond the
  target is worth nothing.

No plan may cost more than a rule of thumb: then this exits with an error. Seconds are those of `plan_builds`, the
best of some runs after what is compiled was compiled; memory is the peak of the process before any rule ran.
Each case has a process of its own. Real data is read from ../shared/data/roads, or the folder that is named, and none
of it is shipped.
"""

from __future__ import annotations

import argparse
import copy
import json
import math
import resource
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from heapq import heapify, heappop, heappush
from itertools import pairwise
from pathlib import Path

import geopandas as gpd
import numpy as np
import roads as made_roads
import shapely
import workloads
from numpy.typing import NDArray

import fibercov as fc
from fibercov.measure.target import shortfall
from fibercov.plan.routes import Routes

DATA = Path(__file__).resolve().parents[2] / "shared" / "data" / "roads"
MUNICH, MAINE = "munich_osm.gpkg", "maine_lincoln_waldo.gpkg"
COST_PER_M, GRID_M, MARK = 250.0, 1_000.0, "planned and compared:"
HOUSEHOLDS = [1, 1, 1, 1, 1, 2, 6, 12]
COUNTY = workloads.Workload(150_000, 12_000, 106_000)
COUNTY_PLACES = 200_000

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
# The candidate graph, how many must be counted, and the area of each group of premises; to the ways that are built.
Rule = Callable[[Routes, float, Ints], set[int]]


@dataclass(frozen=True, eq=False)
class Case:
    """What is planned. Without areas, a square grid of 1 km stands in for them."""

    coverage: fc.Coverage
    network: gpd.GeoDataFrame
    roads: gpd.GeoDataFrame
    target: float
    areas: gpd.GeoDataFrame | None = None

    def plan(self, progress: Callable[[float], None] | None = None) -> fc.Plan:
        """Plan to the target."""
        return fc.plan_builds(
            self.coverage,
            self.network,
            routes=self.roads,
            target=self.target,
            cost_per_m=COST_PER_M,
            progress=progress,
        )


class Trench:
    """A trench that grows from the network, and the cheapest way from it to each node."""

    def __init__(self, routes: Routes) -> None:
        ways, covers = routes.ways, routes.covers
        self.begin, self.to, self.edge = ways.begin.tolist(), ways.to.tolist(), ways.edge.tolist()
        self.cost, self.counts = ways.cost.tolist(), covers.counts.tolist()
        first, group = covers.node_begin.tolist(), covers.group.tolist()
        self.groups = [group[a:b] for a, b in pairwise(first)]
        self.source = routes.nodes - 1
        self.near = [math.inf] * routes.nodes
        self.before, self.over = [self.source] * routes.nodes, [-1] * routes.nodes
        self.chosen: set[int] = set()
        self.covered: set[int] = set()
        self.counted = 0.0
        self._spread([self.source])

    def copy(self) -> Trench:
        """Return one that can grow by itself."""
        other = copy.copy(self)
        other.near, other.before, other.over = self.near[:], self.before[:], self.over[:]
        other.chosen, other.covered = set(self.chosen), set(self.covered)
        return other

    def extend(self, node: int) -> set[int]:
        """Build the cheapest way to a node; return the nodes that the trench is nearer to than before."""
        path = []
        while self.near[node] > 0:
            path.append(node)
            self.chosen.add(self.over[node])
            node = self.before[node]
        return self._spread(path)

    def _spread(self, starts: list[int]) -> set[int]:
        """Make nodes part of the trench, and find what is now nearer."""
        near, heap, nearer = self.near, [(0.0, v) for v in starts], set(starts)
        for v in starts:
            near[v] = 0.0
            new = set(self.groups[v]) - self.covered
            self.covered |= new
            self.counted += sum(self.counts[g] for g in new)
        while heap:
            here, v = heappop(heap)
            if here > near[v]:
                continue
            for k in range(self.begin[v], self.begin[v + 1]):
                u = self.to[k]
                there = here + self.cost[self.edge[k]]
                if there < near[u] - 1e-9:
                    near[u], self.before[u], self.over[u] = there, v, self.edge[k]
                    nearer.add(u)
                    heappush(heap, (there, u))
        return nearer

    def reach(self, groups: set[int], nodes: Iterable[int], wanted: float) -> None:
        """Extend to the nearest of some groups, which are covered from `nodes`, until `wanted` are counted."""
        heap = [(self.near[v], v) for v in nodes]
        heapify(heap)
        while heap and self.counted < wanted:
            here, v = heappop(heap)
            if here == math.inf:
                return
            if here > self.near[v] or groups.isdisjoint(self.groups[v]):
                continue
            if self.covered.issuperset(groups.intersection(self.groups[v])):
                continue
            for u in self.extend(v):
                if self.groups[u]:
                    heappush(heap, (self.near[u], u))

    def spent(self) -> float:
        """Return what the trench costs."""
        return math.fsum(self.cost[way] for way in self.chosen)


def nearest_first(routes: Routes, wanted: float, _: Ints) -> set[int]:
    """Extend the trench to what is nearest."""
    return _to_nearest(routes, wanted).chosen


def _to_nearest(routes: Routes, wanted: float) -> Trench:
    trench = Trench(routes)
    trench.reach(set(range(len(trench.counts))), np.unique(routes.covers.node).tolist(), wanted)
    return trench


def areas_by_cost(routes: Routes, wanted: float, area: Ints) -> set[int]:
    """Build whole areas, those first that cost least a household on their own."""
    trench, covers = Trench(routes), routes.covers
    of_pair = np.repeat(area, np.diff(covers.begin))
    order = np.argsort(of_pair, kind="stable")
    names, first = np.unique(of_pair[order], return_index=True)
    parts: list[tuple[float, int, tuple[set[int], list[int]]]] = []
    for name, nodes in zip(names, np.split(covers.node[order], first[1:]), strict=True):
        part = set(np.flatnonzero(area == name).tolist()), np.unique(nodes).tolist()
        alone = trench.copy()
        alone.reach(*part, math.inf)
        parts.append((alone.spent() / alone.counted, len(parts), part))
    for _, _, part in sorted(parts):
        trench.reach(*part, wanted)
    return trench.chosen


class Pruned:
    """A trench that leaves are taken from."""

    def __init__(self, trench: Trench) -> None:
        self.trench = trench
        nodes = [v for v, near in enumerate(trench.near) if near == 0]
        self.below: dict[int, set[int]] = {v: set() for v in nodes}
        self.times = Counter(g for v in nodes for g in trench.groups[v])
        for v in nodes:
            if v != trench.source:
                self.below[trench.before[v]].add(v)

    def is_leaf(self, node: int) -> bool:
        """Tell whether a node is there, and nothing hangs on it."""
        return node != self.trench.source and not self.below.get(node, {node})

    def twig(self, leaf: int) -> tuple[float, float, list[int]]:
        """Return what a leaf costs for what it alone reaches, that, and its nodes: up to those that are needed."""
        trench = self.trench
        lost = sum(trench.counts[g] for g in trench.groups[leaf] if self.times[g] == 1)
        path, gone, v = [leaf], Counter(trench.groups[leaf]), trench.before[leaf]
        while v != trench.source and len(self.below[v]) == 1:
            if any(self.times[g] == gone[g] + 1 for g in trench.groups[v]):
                break
            path.append(v)
            gone.update(trench.groups[v])
            v = trench.before[v]
        cost = sum(trench.cost[trench.over[v]] for v in path)
        return (cost / lost if lost else math.inf), lost, path

    def take(self, path: list[int], lost: float) -> int:
        """Take a twig away; return the node that it hung on, or the only leaf that is left there."""
        trench = self.trench
        top = trench.before[path[-1]]
        self.below[top].discard(path[-1])
        trench.counted -= lost
        for v in path:
            del self.below[v]
            self.times.subtract(trench.groups[v])
            trench.chosen.discard(trench.over[v])
        while len(self.below[top]) == 1 and top != trench.source:
            (top,) = self.below[top]
        return top


def spanning_tree(routes: Routes, wanted: float, _: Ints) -> set[int]:
    """Span everything, and take the leaves away that cost most for what they alone reach."""
    tree = Pruned(_to_nearest(routes, math.inf))
    heap = [(-tree.twig(v)[0], v) for v in tree.below if tree.is_leaf(v)]
    heapify(heap)
    while heap:
        said, leaf = heappop(heap)
        if not tree.is_leaf(leaf):
            continue
        each, lost, path = tree.twig(leaf)
        if each < -said - 1e-9:  # others were taken away that reached the same
            heappush(heap, (-each, leaf))
        elif tree.trench.counted - lost >= wanted:
            top = tree.take(path, lost)
            if tree.is_leaf(top):  # with what it may now take along
                heappush(heap, (-tree.twig(top)[0], top))
    return tree.trench.chosen


def greedy_density(routes: Routes, wanted: float, _: Ints) -> set[int]:
    """Build the path that newly reaches most for its cost, again and again.

    RULE: a path reaches those whose nearest node lies on it.
    """
    trench, covers = Trench(routes), routes.covers
    group, node = np.repeat(np.arange(len(covers.counts)), np.diff(covers.begin)), covers.node
    while trench.counted < wanted:
        left = np.ones(len(covers.counts), dtype=bool)
        left[list(trench.covered)] = False
        group, node = group[left[group]], node[left[group]]
        near, up = np.array(trench.near), np.array(trench.before)
        first = np.flatnonzero(np.diff(group, prepend=-1))
        least = np.minimum.reduceat(near[node], first)
        nearest = np.flatnonzero(near[node] == np.repeat(least, np.diff(first, append=len(node))))
        nearest = nearest[np.diff(group[nearest], prepend=-1) > 0]
        gain = np.bincount(node[nearest], covers.counts[group[nearest]], routes.nodes)
        up[near == 0] = trench.source
        while (up != trench.source).any():  # the gain along the whole path, twice as far each time
            gain, up = gain + gain[up], up[up]
        worth = np.minimum(gain, wanted - trench.counted)
        trench.extend(int(np.argmax(worth / np.where(near > 0, near, math.inf))))
    return trench.chosen


RULES: dict[str, Rule] = {
    "nearest first": nearest_first,
    "areas by cost a household": areas_by_cost,
    "spanning tree": spanning_tree,
    "greedy density": greedy_density,
}


def cost_of(routes: Routes, chosen: set[int], wanted: float) -> float:
    """Return what ways cost together; an error unless they hang on the network and count enough."""
    ways, covers = routes.ways, routes.covers
    used, found, rest = {routes.nodes - 1}, set[int](), [routes.nodes - 1]
    while rest:
        v = rest.pop()
        for k in range(ways.begin[v], ways.begin[v + 1]):
            way, u = int(ways.edge[k]), int(ways.to[k])
            if way in chosen:
                found.add(way)
                if u not in used:
                    used.add(u)
                    rest.append(u)
    if found != chosen:
        raise ValueError(f"{len(chosen - found)} ways do not hang on the network")
    near = np.zeros(routes.nodes, dtype=bool)
    near[list(used)] = True
    counted = covers.counts[np.logical_or.reduceat(near[covers.node], covers.begin[:-1])].sum()
    if counted < wanted:
        raise ValueError(f"{counted:,.0f} are counted, not {wanted:,.0f}")
    return math.fsum(ways.cost[list(chosen)])


def places_of(routes: Routes) -> Floats:
    """Return about where each group is: the middle of the nodes that cover it.

    RULE: the node is where all its ways, and no others, have an end.
    """
    ways, covers = routes.ways, routes.covers
    way = np.repeat(np.arange(len(ways.cost)), np.diff(routes.begin))
    spot = routes.places[routes.listed] @ np.array([1, 1j])
    _, code = np.unique(spot, return_inverse=True)
    code = code.reshape(-1, 2)
    end, times = np.unique(np.c_[np.tile(way, 2), code.T.ravel()], axis=0, return_counts=True)
    end = end[times == 1]  # what lies inside a way ends two of its stretches
    size = int(code.max()) + 1
    where = np.empty(size, dtype=complex)
    where[code] = spot
    pair = np.r_[ends_at(ways.tail, end, size), ends_at(_heads(routes), end, size)]
    pair, votes = np.unique(pair, return_counts=True)
    node, at = np.divmod(pair, size)
    every = np.bincount(end[:, 1], minlength=size)
    order = np.lexsort((votes, votes == every[at], node))  # the best comes last
    last = order[np.r_[node[order][1:] != node[order][:-1], True]]
    place = np.zeros(routes.nodes, dtype=complex)
    place[node[last]] = where[at[last]]
    middle = np.add.reduceat(place[covers.node], covers.begin[:-1]) / np.diff(covers.begin)
    return np.column_stack([middle.real, middle.imag])


def ends_at(node: NDArray[np.int32], end: Ints, size: int) -> Ints:
    """Make one number of a node of each way, and each end of that way."""
    return np.asarray(node[end[:, 0]].astype(np.int64) * size + end[:, 1])


def _heads(routes: Routes) -> NDArray[np.int32]:
    """Return the node that each way leads to from its tail."""
    ways = routes.ways
    head = np.empty_like(ways.tail)
    here = np.repeat(np.arange(routes.nodes), np.diff(ways.begin))
    out = here == ways.tail[ways.edge]
    head[ways.edge[out]] = ways.to[out]
    return head


def area_of(routes: Routes, case: Case) -> Ints:
    """Return the number of the area that each group is in, or is nearest to."""
    spots = places_of(routes)
    if case.areas is None:
        cell = np.floor(spots / GRID_M).astype(np.int64)
        return np.unique(cell, axis=0, return_inverse=True)[1].ravel()
    shapes = case.areas.to_crs(case.coverage.crs).geometry.to_numpy()
    return np.asarray(shapely.STRtree(shapes).nearest(shapely.points(spots)))


def compared(plan: fc.Plan, case: Case) -> dict[str, float]:
    """Return what each rule of thumb costs, as a multiple of the plan's cost."""
    routes = plan._search.routes  # noqa: SLF001 - the graph that the plan was searched in
    if plan.exact_target is None:
        raise ValueError("the plan has no target")
    wanted = float(shortfall(plan.reached_before, case.coverage.total, plan.exact_target))
    area = area_of(routes, case)
    return {
        name: cost_of(routes, rule(routes, wanted, area), wanted) / plan.cost
        for name, rule in RULES.items()
    }


def demo(target: float) -> Case:
    """Bring the synthetic municipality of 2018 to a target."""
    given = fc.load_demo(as_of="2018-10-01")
    coverage = fc.measure_coverage(given.premises, given.network, reach=50, as_of=given.as_of)
    return Case(coverage, given.network, given.roads, target, given.areas)


def beside(streets: gpd.GeoDataFrame, number: int, crs: int) -> gpd.GeoDataFrame:
    """Lay cables beside some streets, 2 to 8 m to one side."""
    rng = np.random.default_rng(7)
    some = streets.sample(number, random_state=7).geometry
    cables = [shapely.offset_curve(s, rng.choice([-1, 1]) * rng.uniform(2, 8)) for s in some]
    return gpd.GeoDataFrame(geometry=[cable for cable in cables if not cable.is_empty], crs=crs)


def munich(file: Path, reach_m: float) -> Case:
    """Take streets and addresses of a part of Munich, and cables beside 350 of the streets."""
    roads = gpd.read_file(file, layer="roads").to_crs(25832)
    roads = roads[~roads["highway"].isin(["construction", "platform", "razed", "elevator"])]
    streets = roads[roads["highway"].isin(["residential", "secondary", "tertiary"])]
    premises = gpd.read_file(file, layer="addresses").to_crs(25832)[["geometry"]]
    premises["households"] = np.random.default_rng(3).choice([1, 1, 1, 4, 8, 12], len(premises))
    network = beside(streets, 350, 25832)
    coverage = fc.measure_coverage(premises, network, reach=reach_m)
    return Case(coverage, network, roads[["geometry"]], 0.9)


def maine(file: Path) -> Case:
    """Strew premises along the roads of two counties, and lay cables beside a quarter of the roads."""
    roads = gpd.read_file(file).to_crs(26919)[["geometry"]]
    rng = np.random.default_rng(1)
    length = roads.length.to_numpy()
    which = rng.choice(len(roads), 20_000, p=length / length.sum())
    at = rng.uniform(0, 1, len(which)) * length[which]
    line = roads.geometry.to_numpy()[which]
    spots = shapely.get_coordinates(shapely.line_interpolate_point(line, at))
    turn, away = rng.uniform(0, 2 * np.pi, len(which)), rng.gamma(2, 20, len(which))
    spots += np.c_[np.cos(turn), np.sin(turn)] * away[:, None]
    households = rng.choice(HOUSEHOLDS, len(which))
    premises = gpd.GeoDataFrame(
        {"households": households}, geometry=shapely.points(spots), crs=26919
    )
    network = beside(roads, len(roads) // 4, 26919)
    return _further(premises, network, roads, reach_m=100)


def municipality() -> Case:
    """Keep 900 of the 1,500 cables of the municipality of `roads`."""
    premises, cables, roads = made_roads.make("municipality")
    rng = np.random.default_rng(5)
    network = cables.iloc[rng.choice(len(cables), 900, replace=False)].reset_index(drop=True)
    premises["households"] = rng.choice(HOUSEHOLDS, len(premises))
    return _further(premises, network, roads, reach_m=50)


def county() -> Case:
    """Make half a region as `roads` makes it, with about 400,000 roads."""
    premises, network, roads = made_roads.drawn(
        (COUNTY.premises, COUNTY_PLACES, COUNTY.cables), COUNTY
    )
    premises["households"] = np.random.default_rng(5).choice(HOUSEHOLDS, len(premises))
    return _further(premises, network, roads, reach_m=50)


def _further(
    premises: gpd.GeoDataFrame,
    network: gpd.GeoDataFrame,
    roads: gpd.GeoDataFrame,
    *,
    reach_m: float,
) -> Case:
    """Aim 25 points higher than what is reached, at most at 90 %."""
    coverage = fc.measure_coverage(premises, network, reach=reach_m)
    return Case(coverage, network, roads, min(0.9, round(coverage.share + 0.25, 3)))


# How each is made, of the file of real data that it needs, or of none.
CASES: dict[str, tuple[Callable[[Path], Case], str]] = {
    "demo-90": (lambda _: demo(0.90), ""),
    "demo-85": (lambda _: demo(0.85), ""),
    "munich-20": (lambda file: munich(file, 20), MUNICH),
    "munich-50": (lambda file: munich(file, 50), MUNICH),
    "maine": (maine, MAINE),
    "municipality": (lambda _: municipality(), ""),
}


def facts(case: Case, plan: fc.Plan, seconds: float) -> list[str]:
    """Say what was planned, and what it took."""
    return [
        f"{plan.coverage.share:.1%}",
        f"{case.target:.1%}",
        f"{len(plan.builds)}",
        f"{plan.trench_m / 1000:,.1f}",
        f"{plan.cost / 1e6:,.3f} M",
        f"{plan.optimality_gap:.1%}",
        f"{seconds:.1f}",
        f"{resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6:.2f} GB",
    ]


FACTS = (
    "| case | share | target | builds | km | cost | gap | s | peak memory |\n|---|" + "---:|" * 8
)


def work(name: str, repeat: int, data: Path) -> None:
    """Plan one case, compare it, and print both."""
    demo(0.73).plan()  # compiles
    make, file = CASES[name]
    case = make(data / file)
    took = []
    for _ in range(repeat):
        start = time.perf_counter()
        plan = case.plan()
        took.append(time.perf_counter() - start)
    print(MARK, json.dumps([facts(case, plan, min(took)), compared(plan, case)]))


def dearer(times: dict[str, float]) -> list[str]:
    """Name the rules of thumb that are cheaper than the plan."""
    return [rule for rule, multiple in times.items() if multiple < 1 - 1e-9]


def compare(names: list[str], repeat: int, data: Path) -> list[str]:
    """Run cases and print a table of their plans, and one of the rules; return what is wrong."""
    wrong, rows = [], []
    print(f"{FACTS}", flush=True)
    for name in names:
        file = data / CASES[name][1]
        if CASES[name][1] and not file.exists():
            print(f"| {name} | there is no {file.name} on this machine |", flush=True)
            continue
        told = ["--worker", name, "--repeat", str(repeat), "--data", str(data)]
        command = [sys.executable, __file__, *told]
        done = subprocess.run(command, check=False, capture_output=True, text=True)
        if done.returncode:
            said = (done.stderr.strip().splitlines() or ["killed"])[-1]
            wrong.append(f"{name}: {said}")
            print(f"| {name} | {said} |", flush=True)
            continue
        about, times = json.loads(done.stdout.rpartition(MARK)[2])
        print(f"| {name} | {' | '.join(about)} |", flush=True)
        rows.append(f"| {name} | {' | '.join(f'{times[rule]:.3f}' for rule in RULES)} |")
        wrong += [f"{name}: {rule} is cheaper than the plan" for rule in dearer(times)]
    print("\nCost, as a multiple of the plan's:\n")
    print(f"| case | {' | '.join(RULES)} |\n|---|{'---:|' * len(RULES)}")
    print("\n".join(rows), flush=True)
    return wrong


def run_county() -> None:
    """Plan the county once, and print how it goes."""
    demo(0.73).plan()  # compiles
    start = time.perf_counter()

    def say(what: str) -> None:
        print(f"{time.perf_counter() - start:7.1f} s  {what}", flush=True)

    case = county()
    say(f"made and measured: {len(case.coverage.premises):,} premises, {len(case.roads):,} roads")
    begun = time.perf_counter()
    plan = case.plan(lambda done: say(f"{done:.0%} of the search"))
    print(f"\n{FACTS}")
    print(f"| county | {' | '.join(facts(case, plan, time.perf_counter() - begun))} |")


def main() -> None:
    """Compare the cases, or plan the county."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--cases", nargs="+", choices=CASES, default=[*CASES], metavar="CASE")
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--data", type=Path, default=DATA, help="the folder of the real data")
    parser.add_argument("--county", action="store_true")
    parser.add_argument("--worker", choices=CASES, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.repeat < 1:
        parser.error(f"--repeat must be 1 or more, not {asked.repeat}")
    if asked.worker:
        work(asked.worker, asked.repeat, asked.data)
    elif asked.county:
        run_county()
    elif wrong := compare(asked.cases, asked.repeat, asked.data):
        sys.exit("\n".join(wrong))


if __name__ == "__main__":
    main()
