"""A reader who adds, subtracts and solves: what can be worked out from all that is published together."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace
from itertools import combinations
from pathlib import Path
from typing import NamedTuple

import geopandas as gpd
import numpy as np
import scipy.sparse as sp
import shapely
from scipy.optimize import Bounds, LinearConstraint, milp

import fibercov as fc
from fibercov.measure import publishable as made
from fibercov.measure.rounding import (
    Level,
    Pieces,
    Statuses,
    is_small,
    narrowed,
    round_together,
    sums,
    untold,
)

from .base import CRS, E0, N0
from .judged import REFUSED, RIGHT, WrongResult, expect

_SECONDS = 30


class Target(NamedTuple):
    """A small count, rest or change that nobody may work out: layers with their signs."""

    level: str
    row: int
    signs: dict[int, int]


def targets(levels: dict[str, Level]) -> Iterator[Target]:
    """Every small count and rest of a part, and every small change between two layers."""
    for name, each in levels.items():
        rest = each.total - each.reached
        for row, layer in np.argwhere(is_small(each.reached) | is_small(rest)):
            yield Target(name, int(row), {int(layer): 1})
        for one, other in combinations(range(each.total.shape[1]), 2):
            change = np.abs(each.reached[:, other] - each.reached[:, one])
            for row in np.flatnonzero(is_small(change)):
                yield Target(name, int(row), {one: -1, other: 1})


def small_homes(pieces: Pieces) -> Iterator[Target]:
    """Every small count of premises that share their statuses."""
    if pieces.statuses is not None:
        for row, layer in np.argwhere(is_small(pieces.statuses.total)):
            yield Target("homes", int(row), {int(layer): 1})


def told_by_sums(pieces: Pieces, levels: dict[str, Level]) -> list[Target]:
    """The targets that adding and subtracting gives away, and would not without the figures."""
    known, given = narrowed(pieces, levels), narrowed(pieces, untold(pieces, levels))
    exact = {name: low == high for name, (low, high) in known.items()}
    if pieces.statuses is None:
        given = {name: (low, low + 1) for name, (low, _) in given.items()}
    before = {name: low == high for name, (low, high) in given.items()}
    return [
        target
        for target in (*targets(levels), *small_homes(pieces))
        if all(exact[target.level][target.row, layer] for layer in target.signs)
        and not all(before[target.level][target.row, layer] for layer in target.signs)
    ]


class Reader:
    """Everything published, as an integer program in what is reached in each piece and layer.

    With statuses, it is one in what is counted in each row of them: all of it is reached, or none.
    """

    def __init__(self, pieces: Pieces, levels: dict[str, Level]) -> None:
        self._pieces, self._levels, self._index = pieces, levels, pieces.index()
        n, layers = pieces.total.shape
        rows, least, most = [], [], []
        for name, each in levels.items():
            index = self._index[name]
            inside = np.flatnonzero(index >= 0)
            ones = np.ones(len(inside))
            members = sp.csr_matrix((ones, (index[inside], inside)), (len(each.total), n))
            for layer in range(layers):
                said = (each.least[:, layer] > 0) | (each.most[:, layer] < each.total[:, layer])
                rows.append(self._in_layers(members[said], {layer: 1}))
                least.append(each.least[said, layer])
                most.append(each.most[said, layer])
        for less, more in pieces.order:
            holds = np.flatnonzero(pieces.reached[:, less] <= pieces.reached[:, more])
            one = sp.csr_matrix(
                (np.ones(len(holds)), (np.arange(len(holds)), holds)), (len(holds), n)
            )
            rows.append(self._in_layers(one, {less: -1, more: 1}))
            least.append(np.zeros(len(holds)))
            most.append(np.full(len(holds), np.inf))
        self._published = sp.vstack(rows).tocsr(), np.concatenate(least), np.concatenate(most)
        # What is solved for, which piece each is of, and what is reached, made of it.
        self._real, self._piece = pieces.reached.T.ravel(), np.tile(np.arange(n), layers)
        self._highest = pieces.possible.T.ravel()
        self._reached = sp.identity(n * layers, format="csr")
        self._homes: sp.csr_matrix | None = None
        self._given: tuple[sp.csr_matrix, np.ndarray] | None = None
        if pieces.statuses is not None:
            self._see(pieces.statuses)

    def _see(self, told: Statuses) -> None:
        """Solve for what is counted in each row of statuses, which sums to what is known of each piece."""
        n, layers = self._pieces.total.shape
        rows = len(told.of)
        variable = np.arange(rows * layers).reshape(layers, rows).T
        for one, other in told.same:
            equal = told.there[:, one] & told.there[:, other]
            equal &= told.total[:, one] == told.total[:, other]
            variable[equal, other] = variable[equal, one]
        row, layer = np.nonzero(told.there)
        kept, column = np.unique(variable[row, layer], return_inverse=True)
        self._real = told.total.T.ravel()[kept]
        self._piece = told.of[kept % rows]
        self._highest = self._pieces.total[self._piece, kept // rows]
        at, reached = layer * n + told.of[row], told.reached[row, layer]
        ones, size = np.ones(len(at)), (n * layers, len(kept))
        self._reached = sp.csr_matrix((ones[reached], (at[reached], column[reached])), size)
        self._homes = sp.csr_matrix(
            (ones, (layer * rows + row, column)), (rows * layers, len(kept))
        )
        self._given = sp.csr_matrix((ones, (at, column)), size), self._pieces.total.T.ravel()

    def _in_layers(self, rows: sp.csr_matrix, signs: dict[int, int]) -> sp.csr_matrix:
        """Rows of one layer, put in the columns of all."""
        layers = self._pieces.total.shape[1]
        return sp.hstack([rows * signs.get(k, 0) for k in range(layers)]).tocsr()

    def finds(self, target: Target, home: int | None = None) -> bool | None:
        """Whether no other value fits, though one would if only statuses were known; None if time ran out."""
        found = self.knows(target, home)
        if found and self._given is not None:
            return not self.knows(target, home, figures=False)
        return found

    def knows(
        self, target: Target, home: int | None = None, *, figures: bool = True
    ) -> bool | None:
        """Whether no other value fits; None if time ran out. `home` is a piece with the reader's own home."""
        if target.level == "homes":
            told = self._pieces.statuses
            assert told is not None
            assert self._homes is not None
            inside = np.arange(len(told.of)) == target.row
            row = self._in_layers(sp.csr_matrix(inside.astype(float)), target.signs) @ self._homes
            near = np.arange(len(self._pieces.total)) == told.of[target.row]
        else:
            near = self._index[target.level] == target.row
            row = self._in_layers(sp.csr_matrix(near.astype(float)), target.signs) @ self._reached
        truth = round(float((row @ self._real)[0]))
        least, most = np.zeros(len(self._real)), self._highest.astype(float)
        if home is not None and self._given is not None:
            own = np.flatnonzero((self._piece == home) & (self._real > 0))[:1]
            least[own] = 1
        elif home is not None:
            own = self._piece == home
            reached = own & (self._real > 0)
            least[reached] = 1
            some = own & ~reached & (self._pieces.total.T.ravel() > 0)
            most[some] = np.minimum(most, self._pieces.total.T.ravel() - 1)[some]
        rules = []
        if figures:
            matrix, low, high = self._published
            rules.append(LinearConstraint(matrix @ self._reached, low, high))
        if self._given is not None:
            rules.append(LinearConstraint(self._given[0], self._given[1], self._given[1]))
        late = False
        # First with all but the neighbours as they are: another table that is found so is one.
        for index in self._pieces.parts.values():
            near = near | np.isin(index, index[near & (index >= 0)])
        near = near[self._piece]
        for few in (True, False):
            bounds = (
                Bounds(np.where(near, least, self._real), np.where(near, most, self._real))
                if few
                else Bounds(least, most)
            )
            for another in ((truth + 1, np.inf), (-np.inf, truth - 1)):
                found = milp(
                    np.zeros(row.shape[1]),
                    constraints=[*rules, LinearConstraint(row, *another)],
                    integrality=np.ones(row.shape[1]), bounds=bounds,
                    options={"time_limit": _SECONDS},
                )  # fmt: skip
                if found.status == 0:
                    return False
                late = late or (found.status != 2 and not few)
        return None if late else True


def edges(rng: random.Random, _: Path) -> str:
    """A tiny table where everything is at an edge: a few areas in wider ones, a few squares, three layers."""
    return _nothing_is_found(edge_table(rng.randrange(2**32)))


def statuses(rng: random.Random, _: Path) -> str:
    """Such a table of which every premises' status is published, without squares."""
    return _nothing_is_found(status_table(rng.randrange(2**32)))


def _nothing_is_found(pieces: Pieces) -> str:
    """Solve for every small count."""
    try:
        levels = round_together(pieces)
    except fc.ArgumentError:
        return REFUSED
    check_figures(levels)
    reader = Reader(pieces, levels)
    for target in (*targets(levels), *small_homes(pieces)):
        if reader.finds(target):
            raise WrongResult(f"{target} can be worked out")
    return RIGHT


def edge_table(seed: int) -> Pieces:
    """Two to four areas in one or two wider ones, two to five squares, three layers that only grow."""
    rng = np.random.default_rng(seed)
    areas, squares = int(rng.integers(2, 5)), int(rng.integers(2, 6))
    area, square = (
        g.ravel() for g in np.meshgrid(np.arange(areas), np.arange(squares), indexing="ij")
    )
    some = rng.random(len(area)) < 0.6
    some[np.unique(area, return_index=True)[1]] = True
    area, square = area[some], np.unique(square[some], return_inverse=True)[1]
    first = rng.integers(6, 30, len(area))[:, None]
    total = np.repeat(first, 3, axis=1) + np.cumsum(rng.random((len(area), 3)) < 0.2, axis=1)
    more = rng.integers(0, 5, (len(area), 3)) * (rng.random((len(area), 3)) < 0.5)
    reached = np.cumsum(more, axis=1) + rng.choice([0, 0, 30], len(area))[:, None]
    reached = np.minimum(reached, total)
    wider = np.unique(rng.integers(0, 2, areas), return_inverse=True)[1]
    parts = {"areas0": area.astype(np.int64), "square": square.astype(np.int64)}
    return Pieces(parts, {"part": wider.astype(np.int64)}, total, reached, total, [(0, 1), (1, 2)])


def status_table(seed: int, *, squares: bool = False) -> Pieces:
    """Such a table of which readers know every status: premises of which most are reached, or none."""
    rng = np.random.default_rng(seed)
    cut = edge_table(seed)
    n = len(cut.total)
    of = np.repeat(np.arange(n), rng.integers(2, 5, n))
    homes = rng.choice([0, 1, 2, 3, 4, 25, 40], len(of), p=[0.05, 0.1, 0.1, 0.2, 0.2, 0.15, 0.2])
    born = rng.choice(3, len(of), p=[0.6, 0.2, 0.2])
    since = rng.choice(4, len(of), p=[0.6, 0.05, 0.05, 0.3])  # when it is first reached
    born[np.unique(of, return_index=True)[1]] = 0
    there = np.arange(3) >= born[:, None]
    reached = there & (np.arange(3) >= since[:, None])
    grown = homes[:, None] + np.cumsum(rng.random((len(of), 3)) < 0.01, axis=1)
    total = np.where(there, grown, 0)
    kinds, kind = np.unique(np.column_stack([of, there, reached]), axis=0, return_inverse=True)
    kind = kind.reshape(-1)
    same = [(0, 1), (0, 2), (1, 2)]
    told = Statuses(
        kinds[:, 0], kinds[:, 1:4] > 0, kinds[:, 4:] > 0, sums(total, kind, len(kinds)), same
    )
    every, inside = sums(total, of, n), sums(total * reached, of, n)
    parts = cut.parts if squares else {"areas0": cut.parts["areas0"]}
    return replace(cut, parts=parts, total=every, possible=every, reached=inside, statuses=told)


def publications(rng: random.Random, _: Path) -> str:
    """The demo at several dates, under several definitions, in any unit: nothing small is told."""
    return _nothing_is_told(*a_publication(rng), rng)


def addresses(rng: random.Random, _: Path) -> str:
    """The demo, with the status of every premises: likewise."""
    return _nothing_is_told(*a_publication(rng, seen=True), rng)


def county(rng: random.Random, _: Path) -> str:
    """A made-up county of 180 areas at five dates, under two definitions, with a plan: likewise."""
    return _nothing_is_told(*a_county(rng.randrange(2**32)), rng)


def _nothing_is_told(pieces: Pieces, levels: dict[str, Level], rng: random.Random) -> str:
    """Add, subtract and solve."""
    check_figures(levels)
    told = told_by_sums(pieces, levels)
    expect(not told, f"{len(told)} can be worked out by sums: {told[:3]}")
    reader, every = Reader(pieces, levels), [*targets(levels), *small_homes(pieces)]
    own = rng.random() < 0.5
    for target in rng.sample(every, min(12, len(every))):
        if target.level == "homes":
            expect(not reader.finds(target), f"{target} can be worked out")
            continue
        inside = np.flatnonzero(pieces.index()[target.level] == target.row)
        # Who is all there is to count there knows it without us.
        more = levels[target.level].total[target.row, [*target.signs]].min() > 1
        home = rng.choice(inside.tolist()) if own and more else None
        if reader.finds(target, home):
            raise WrongResult(f"{target} can be worked out; home {home}")
    return RIGHT


def a_publication(rng: random.Random, *, seen: bool = False) -> tuple[Pieces, dict[str, Level]]:
    """Measurements of the demo, or of a made-up county, rounded together; and the pieces they were cut into."""
    years = sorted(rng.sample(range(2016, 2021), rng.randint(1, 5)))
    towns = [fc.load_demo(as_of=f"{year}-10-01") for year in years]
    unit = rng.choice(["households", "inhabitants", "workplaces"])
    coverages = [
        fc.measure_coverage(
            t.premises, t.network, planned=t.planned, reach=50, unit=unit, as_of=t.as_of
        )
        for t in towns
    ]
    every = [*coverages, *(c.at(rng.choice([20, 60, 100])) for c in coverages[:1])]
    areas = towns[-1].areas
    wider = np.arange(len(areas)) // rng.choice([4, 7])
    areas = areas.assign(part=[f"part {k}" for k in wider])
    layers = made._layers(every)
    sets = (
        [areas]
        if rng.random() < 0.5
        else [
            areas,
            areas.dissolve("part")
            .reset_index()[["part", "geometry"]]
            .rename(columns={"part": "name"}),
        ]
    )
    labelled = [made._labels(layers, each, None) for each in sets]
    pieces, _, _ = made._cut(
        layers, labelled, areas, ["part"],
        made._places(layers, None) if seen else None, squares=not seen,
    )  # fmt: skip
    return pieces, round_together(pieces)


def a_county(seed: int, *, seen: bool = False) -> tuple[Pieces, dict[str, Level]]:
    """6,000 premises in villages, cables that come year by year, and areas of about as many premises each."""
    rng = np.random.default_rng(seed)
    village = rng.uniform(0, 30_000, (60, 2))
    of = rng.integers(0, len(village), 6_000)
    xy = village[of] + rng.normal(0, 400, (len(of), 2)) + (E0, N0)
    homes = np.where(rng.random(len(of)) < 0.1, rng.integers(4, 30, len(of)), 1)
    born = rng.choice(5, len(of), p=[0.96, 0.01, 0.01, 0.01, 0.01])
    premises = gpd.GeoDataFrame({"households": homes}, geometry=shapely.points(xy), crs=CRS)
    start = village[rng.integers(0, len(village), 900)] + rng.normal(0, 350, (900, 2)) + (E0, N0)
    cables = gpd.GeoDataFrame(
        {"year": rng.integers(0, 7, 900)},
        geometry=shapely.linestrings(
            np.stack([start, start + rng.normal(0, 150, (900, 2))], axis=1)
        ),
        crs=CRS,
    )
    years = [
        fc.measure_coverage(
            premises[born <= year],
            cables[cables["year"] <= year],
            planned=cables[cables["year"] > year],
            reach=50,
            as_of=f"{2016 + year}-10-01",
        )
        for year in range(5)
    ]
    box = shapely.box(*shapely.total_bounds(premises.geometry)).buffer(9, join_style="mitre")
    some = shapely.MultiPoint(xy[rng.choice(len(xy), 180, replace=False)])
    tiles = shapely.get_parts(shapely.voronoi_polygons(some, extend_to=box))
    areas = gpd.GeoDataFrame(
        {"name": [f"A{k:03}" for k in range(len(tiles))], "part": [f"P{k // 12}" for k in range(len(tiles))]},
        geometry=shapely.intersection(tiles, box), crs=CRS,
    )  # fmt: skip
    layers = made._layers([*years, *(year.at(60) for year in years)])
    labelled = [made._labels(layers, areas, None)]
    pieces, _, _ = made._cut(
        layers, labelled, areas, ["part"],
        made._places(layers, None) if seen else None, squares=not seen,
    )  # fmt: skip
    return pieces, round_together(pieces)


def check_figures(levels: dict[str, Level]) -> None:
    """Each figure is near the truth, and stands for at least three counts; none of a small total is shown."""
    for name, each in levels.items():
        off = np.abs(each.rounded - each.reached)
        inner, some = each.most < each.total, each.shown & (each.total > 0)
        if name.startswith("areas") or name == "square":
            expect(off[each.shown & inner].max(initial=0) <= 2, f"{name}: {off.max()} off")
            expect(off[each.shown].max(initial=0) <= 6, f"{name}: {off.max()} off")
        fits = (each.least <= each.reached) & (each.reached <= each.most)
        expect(bool(fits.all()), f"{name}: a count outside of what its figure stands for")
        counts = (each.most - each.least)[some].min(initial=2) + 1
        expect(counts >= 3, f"{name}: a figure that stands for {counts}")
        expect(each.total[some].min(initial=20) >= 20, f"{name}: a small total is shown")


def figure(count: int, total: int) -> int:
    """The figure of a count, by the rule as the documentation states it."""
    cells = [(0, 2)]
    while cells[-1][1] < total:
        low = cells[-1][1] + 1
        cells.append((low, low + 4))
    if len(cells) > 1 and total - cells[-1][0] + 1 < 3:
        low, _ = cells.pop(-2) if len(cells) > 1 else (0, 0)
        cells[-1] = (low, cells[-1][1])
    for low, high in cells:
        if low <= count <= high:
            if high >= total and low > 0:
                return total
            return 0 if low == 0 else low + 2
    raise AssertionError(count)
