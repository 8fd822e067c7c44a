"""The homes along streets and roads: where they are, since when, and which are connected."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from fibercov.demo.lines import along_line, as_points, walk
from fibercov.demo.place import (
    COLUMNS,
    CRS,
    FARM_SPACING_M,
    FLATS,
    GAPS_M,
    NEVER,
    REACH_M,
    SPURS,
    TAKE_UP,
    UNPLACED,
    Array,
    Street,
)
from fibercov.demo.streets import draw_river, in_town


def put_homes(
    streets: list[Street], farms: list[Street], main: Array, rng: np.random.Generator
) -> pd.DataFrame:
    """Put homes along the streets and roads, clear of each other, of the roads and of the river."""
    rows = [_plots(street, rng) for street in streets] + [_farms(road, rng) for road in farms]
    homes = pd.DataFrame(np.vstack(rows), columns=COLUMNS)
    homes = homes.astype({"since": np.int64, "spur_in": np.int64})
    counts = [len(block) for block in rows]
    homes["street"] = np.repeat([street.name for street in streets + farms], counts)
    homes["kind"] = np.repeat([street.homes for street in streets + farms], counts)
    xy = homes[["x", "y"]].to_numpy()
    central = np.zeros(len(homes), dtype=bool)
    for s, t, radius_m in FLATS:
        central |= np.hypot(*(xy - in_town(main, np.array([[s, t]], float))).T) < radius_m
    central &= (homes["kind"] == "house") & (rng.random(len(homes)) < 0.85)
    homes.loc[central, "kind"] = "flats"
    homes = homes[_is_clear(homes, streets, farms, draw_river(main))]
    # RULE: where homes are too close, flats stay rather than houses, and houses rather than farms.
    homes = homes.sort_values("kind", key=lambda kind: kind.map(list(GAPS_M).index), kind="stable")
    gap_m = np.array(homes["kind"].map(GAPS_M), dtype=np.float64)
    homes = homes[_is_spaced(homes[["x", "y"]].to_numpy(), gap_m)]
    homes["address"] = _addresses(homes)
    homes["households"] = _households(homes["kind"], rng)
    # Homes built during the demo's years come last, so that they get the last ids.
    return homes.sort_values(["since", "street", "side", "along"], ignore_index=True)


def _plots(street: Street, rng: np.random.Generator) -> Array:
    """Put a home on most plots along both sides of a street."""
    length = along_line(street.line)[-1]
    along = 2 + np.cumsum(rng.uniform(21, 35, (2, int(length / 21))), axis=1)
    used = (along < length - 8) & (rng.random(along.shape) < 0.90)
    setback = rng.uniform(12, 16, (2, 1)) + rng.normal(0, 0.8, along.shape)
    side = np.array([[-1], [1]]) * np.ones_like(along)
    new = rng.random(used.sum()) < (1.0 if street.new else 0.004)
    since = np.where(new, rng.integers(2017, 2020, used.sum()), 0)
    never = np.full(len(since), NEVER)
    return _beside(street, along[used], side[used], setback[used], since, never)


def _farms(road: Street, rng: np.random.Generator) -> Array:
    """Put farms along a road, in clusters here and there, at the end of drives."""
    length = along_line(road.line)[-1]
    steps = rng.gamma(0.55, FARM_SPACING_M / 0.55, int(3 * length / FARM_SPACING_M))
    along = 80 + np.cumsum(steps)
    along = along[along < length]
    drive = 30 + 270 * rng.beta(0.75, 2.4, len(along))
    side = rng.choice([-1.0, 1.0], len(along))
    has_spur = (along < road.cabled * length) & (rng.random(len(along)) < SPURS)
    spur_in = np.where(has_spur, road.built, NEVER)
    return _beside(road, along, side, drive, np.zeros(len(along)), spur_in)


def _beside(
    street: Street, along: Array, side: Array, setback: Array, since: Array, spur_in: Array
) -> Array:
    """Make the rows of homes beside a street: at lengths along it, on a side, set back from it."""
    foot, left = walk(street.line, along)
    xy = (foot + left * (side * setback)[:, None]).round(1)
    return np.column_stack([xy, foot, along, side, since, spur_in])


def _is_clear(
    homes: pd.DataFrame, streets: list[Street], roads: list[Street], river: Array
) -> NDArray[np.bool_]:
    """Tell which homes stand clear of the roads and have no river at or before the door."""
    points = as_points(homes[["x", "y"]].to_numpy())
    drives = shapely.linestrings(homes[["foot_x", "foot_y", "x", "y"]].to_numpy().reshape(-1, 2, 2))
    street_gap_m = np.where(homes["kind"] == "farm", 150.0, 10.5)
    clear = np.ones(len(homes), dtype=bool)
    for shapes, lines, gap_m in (
        (points, [street.line for street in streets], street_gap_m),
        (points, [road.line for road in roads], 10.5),
        (drives, [river], 30.0),
    ):
        tree = shapely.STRtree(shapely.simplify([shapely.LineString(line) for line in lines], 0.5))
        near, _ = tree.query(shapes, predicate="dwithin", distance=gap_m)
        clear[near] = False
    return clear


def _is_spaced(xy: Array, gap_m: Array) -> NDArray[np.bool_]:
    """Tell which points keep their distance from those before them; a pair's gap is their average."""
    points = as_points(xy)
    pairs = shapely.STRtree(points).query(points, predicate="dwithin", distance=gap_m.max())
    later, earlier = pairs
    far = np.hypot(*(xy[later] - xy[earlier]).T)
    crowded = (earlier < later) & (far < (gap_m[later] + gap_m[earlier]) / 2)
    keep = np.ones(len(xy), dtype=bool)
    for a, b in sorted(pairs[:, crowded].T.tolist()):
        keep[a] &= not keep[b]
    return keep


def _addresses(homes: pd.DataFrame) -> pd.Series[str]:
    """Give the homes along each street their numbers, odd on its left and even on its right."""
    order = homes.sort_values("along").groupby(["street", "side"]).cumcount().loc[homes.index]
    number = 2 * order + np.where(homes["side"] > 0, 1, 2)
    return homes["street"] + " " + number.astype(str)


def _households(kind: pd.Series[str], rng: np.random.Generator) -> NDArray[np.int64]:
    """Draw the number of households in each home."""
    flats = np.clip(rng.gamma(4.0, 3.8, len(kind)), 6, 30).astype(np.int64)
    small = np.where((kind == "house") & (rng.random(len(kind)) < 0.03), 2, 1)
    return np.where(kind == "flats", flats, small)


def make_premises(
    homes: pd.DataFrame, cables: gpd.GeoDataFrame, rng: np.random.Generator
) -> gpd.GeoDataFrame:
    """Decide when each home is connected, if ever, and which homes have no position."""
    points = as_points(homes[["x", "y"]].to_numpy())
    established = np.flatnonzero((homes["since"] == 0) & (homes["kind"] != "flats"))
    points[rng.choice(established, UNPLACED, replace=False)] = None
    passed_in = np.full(len(homes), NEVER)
    home, cable = cables.sindex.query(points, predicate="dwithin", distance=REACH_M)
    np.minimum.at(passed_in, home, cables["built"].to_numpy()[cable])
    passed_in = np.maximum(passed_in, homes["since"])
    # The owner of a block of flats decides for all its households, and says yes more often.
    reluctance = rng.random(len(homes)) * np.where(homes["kind"] == "flats", 0.93, 1.0)
    wait = np.searchsorted(TAKE_UP, reluctance)
    connected_in = np.where(wait < len(TAKE_UP), passed_in + wait, NEVER)
    ids = [f"FD-{number:05d}" for number in range(1, len(homes) + 1)]
    return gpd.GeoDataFrame(
        homes.assign(id=ids, connected_in=connected_in), geometry=points, crs=CRS
    )
