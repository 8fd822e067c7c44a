"""The roads, the river, the streets and the centres of the areas, made from the tables."""

from __future__ import annotations

import numpy as np
import shapely
from numpy.typing import NDArray

from fibercov.demo.lines import along_line, beside_road, from_km, meander, resample, smooth, walk
from fibercov.demo.place import (
    DISTRICTS,
    GREENS,
    MAIN_ROAD,
    MINOR_ROADS,
    NEW_STREETS,
    SIDE_ROAD,
    SOUTH_WEST,
    TOWN_AT,
    TOWN_OVALS,
    TOWN_ROWS,
    VILLAGES,
    Array,
    Place,
    Street,
    Village,
)


def draw_roads(rng: np.random.Generator) -> dict[str, Array]:
    """Draw the roads; each starts on one drawn before it, and some end on one."""
    roads = {MAIN_ROAD.name: meander(smooth(from_km(MAIN_ROAD.km)), rng, 22.0, 2600.0)}
    for road in (SIDE_ROAD, *MINOR_ROADS):
        line = from_km(road.km)
        drawn = np.vstack(list(roads.values()))
        for end, snap_m in ((0, np.inf), (-1, 300.0)):
            far = np.hypot(*(drawn - line[end]).T)
            line[end] = drawn[far.argmin()] if far.min() < snap_m else line[end]
        sway_m, wave_m = (22.0, 2600.0) if road is SIDE_ROAD else (34.0, 1100.0)
        roads[road.name] = meander(smooth(line), rng, sway_m, wave_m)
    return roads


def draw_river(main: Array) -> Array:
    """Draw the river south of the main road: close to it in the town, farther off elsewhere."""
    s = np.arange(0.0, along_line(main)[-1], 20.0)
    from_town = s - TOWN_AT * along_line(main)[-1]
    t = -195 - 300 * np.sin(from_town / 2500) ** 2 + 30 * np.sin(s / 140) + 25 * np.sin(s / 310)
    return beside_road(main, s, t)


def in_town(main: Array, st: Array) -> Array:
    """Convert the town's own s and t to coordinates."""
    s, t = st.T
    return beside_road(main, TOWN_AT * along_line(main)[-1] + s, t)


def find_places(roads: dict[str, Array]) -> list[Place]:
    """Place the town's districts and the villages."""
    centres = in_town(roads[MAIN_ROAD.name], np.array([row[1:3] for row in DISTRICTS], float))
    places = [Place(row[0], xy, row[3]) for row, xy in zip(DISTRICTS, centres, strict=True)]
    for village in VILLAGES:
        road = roads[village.road]
        centre = walk(road, np.array([village.at * along_line(road)[-1]]))[0][0]
        places.append(Place(village.name, centre, village.radius_m))
    return places


def area_of(xy: Array, places: list[Place], main: Array) -> NDArray[np.intp]:
    """Find the area of each point by number: the nearest place, or the countryside on its side."""
    x, y = (xy - SOUTH_WEST).T
    sway = 1 + 0.13 * np.sin(x / 640 + y / 1500) + 0.13 * np.sin(y / 560 - x / 1700)
    centres = np.array([place.xy for place in places])
    far = np.hypot(*(xy[:, None, :] - centres[None, :, :]).transpose(2, 0, 1))
    far = far / np.array([place.radius_m for place in places]) * sway[:, None]
    south = y < np.interp(x, *(main - SOUTH_WEST).T)
    area: NDArray[np.intp] = np.where(far.min(axis=1) < 1, far.argmin(axis=1), len(places) + south)
    return area


def draw_town(
    main: Array, places: list[Place], names: list[str], rng: np.random.Generator
) -> list[Street]:
    """Draw the town's grid, rows along the valley and uneven columns across, and its new homes."""
    columns = np.cumsum(rng.uniform(90, 185, 16)) - 1130
    s, t = np.meshgrid(columns, np.array(TOWN_ROWS, dtype=float), indexing="ij")
    jitter = rng.normal(0, 5, (2, *s.shape)) * (t != 0)
    s, t = s + jitter[0], t + jitter[1]
    streets = []
    grid = _grid_lines(s.T, t.T, rng, keep=0.94) + _grid_lines(s, t, rng, keep=0.7)
    tree = shapely.STRtree([shapely.LineString(line) for line in grid])
    meets = np.bincount(tree.query(tree.geometries, predicate="dwithin", distance=3.0)[0])
    for line in (line for line, count in zip(grid, meets, strict=True) if count > 1):
        street = in_town(main, _warp(line))
        if (line[:, 1] == 0).all():
            streets.append(Street("Storgatan", street, 2014))
            continue
        district = area_of(street[len(street) // 2][None, :], places, main)[0]
        years = DISTRICTS[min(int(district), len(DISTRICTS) - 1)][4]
        streets.append(Street(names.pop(0), street, int(rng.choice(years))))
    for name, points in NEW_STREETS:
        bend = resample(smooth(np.array(points, dtype=float), 3), 15.0)
        streets.append(Street(name, in_town(main, bend), 2017, new=True))
    return streets


def _warp(line: Array) -> Array:
    """Bend the town's grid along its slopes; the main road (t = 0) stays."""
    s, t = line.T
    slope = 0.09 * np.sin(s / 330) + 0.07 * np.sin(s / 170 + 1) * np.clip(t / 600, 0, 1)
    return np.column_stack([s + 24 * np.sin(t / 210) + 0.12 * t, t * (1 + slope)])


def _grid_lines(s: Array, t: Array, rng: np.random.Generator, *, keep: float) -> list[Array]:
    """Join the nodes of each grid line where the town is, leaving out some of the blocks."""
    s_mid, t_mid = (s[:, 1:] + s[:, :-1]) / 2, (t[:, 1:] + t[:, :-1]) / 2

    def inside(ovals: tuple[tuple[int, int, int, int], ...]) -> NDArray[np.bool_]:
        near = [((s_mid - a) / c) ** 2 + ((t_mid - b) / d) ** 2 for a, b, c, d in ovals]
        return np.array(np.min(near, axis=0) < 1)

    town = inside(TOWN_OVALS) & ~inside(GREENS)
    town &= (rng.random(town.shape) < keep) | (t_mid == 0)
    river = (t_mid < -60) & (t_mid > -300)
    bridge = (np.arange(len(s)) % 4 == 1)[:, None] & (np.abs(s_mid) < 600)
    lines = []
    for k, joined in enumerate(np.where(river, bridge, town)):
        ends = np.flatnonzero(np.diff(np.concatenate([[0], joined, [0]]))).reshape(-1, 2)
        for first, last in ends:
            nodes = np.column_stack([s[k, first : last + 1], t[k, first : last + 1]])
            lines.append(resample(nodes, 15.0))
    return lines


def draw_villages(
    roads: dict[str, Array], names: list[str], rng: np.random.Generator
) -> list[Street]:
    """Draw each village: its stretch of the road and the streets beside it."""
    streets = []
    for village in VILLAGES:
        road, half = roads[village.road], village.length_m / 2
        bends = [np.array([[-half, 0.0], [half, 0.0]]), *_side_streets(village, rng)]
        for k, bend in enumerate(bends):
            s, t = resample(smooth(bend, 3), 12.0).T
            line = beside_road(road, village.at * along_line(road)[-1] + s, t)
            late = k > 0 and rng.random() < 0.06
            built = max(village.built + 1, 2021) if late else village.built
            through = village.name + ("vägen" if village.name[-1] in "ao" else "svägen")
            streets.append(Street(names.pop(0) if k else through, line, built))
    return streets


def _side_streets(village: Village, rng: np.random.Generator) -> list[Array]:
    """Draw a village's side streets, and one behind the houses, in s and t of its road."""
    half, n = village.length_m / 2, village.side_streets
    starts = np.linspace(-0.8, 0.8, n) * half + rng.uniform(-25, 25, n)
    left = np.arange(n) % 3 != 1
    bends = []
    for start, is_left in zip(starts, left, strict=True):
        # The river is on the right of the main road: streets on that side stay short.
        deep = rng.uniform(150, 330) if is_left else -rng.uniform(90, 140)
        at = start + rng.normal(0, 25)
        hook = rng.choice([-1, 0, 1]) * rng.uniform(60, 120)
        bend = [[start, 0.0], [at, deep * 0.55], [at, deep], [at + hook, deep * 1.05]]
        bends.append(np.array(bend))
    behind = starts[left]
    return [*bends, np.array([[behind.min(), 92.0], [0.0, 105.0], [behind.max(), 88.0]])]
