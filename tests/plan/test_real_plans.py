"""Plans along real roads: law 13 and the bound, where nothing is as regular as in a test."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

import fibercov as fc
from fibercov.plan import search


@pytest.fixture(scope="module", autouse=True)
def quickly() -> Iterator[None]:
    """Search for a short time: the laws hold however long that is."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(search, "_ROUNDS", 1)
        patch.setattr(search, "_CASES", 2)
        patch.setattr(search, "_FACTORS", (1.0, 1.2, 0.85))
        yield


def check(premises: gpd.GeoDataFrame, network: gpd.GeoDataFrame, plan: fc.Plan) -> None:
    """Measure again with the builds as part of the network."""
    builds = plan.builds
    built = pd.concat([network[["geometry"]], builds[["geometry"]]], ignore_index=True)
    again = fc.measure_coverage(premises, built, reach=plan.coverage.reach)
    assert again.reached == builds["reached_after"].iloc[-1] == plan.after.reached
    assert again.share_range == plan.after.share_range
    assert plan.exact_target is not None
    assert again.reached >= plan.exact_target * again.total
    assert 0 < plan.cost_lower_bound <= plan.cost
    assert plan.optimality_gap < 0.25  # in a short search; it says something
    assert (builds["newly_reached"] > 0).all()
    each = builds["cost_per_newly_reached"].to_numpy()
    assert (np.diff(each) >= -1e-9 * each[1:]).all()
    there = [*network.geometry]
    for line in builds.geometry:
        assert shapely.distance(line, np.array(there)).min() < 1e-6
        there.append(line)


def test_munich_along_its_streets(shared: Path) -> None:
    """Addresses and streets from OpenStreetMap, and 20 synthetic cables a few metres beside streets."""
    file = shared / "roads" / "munich_osm.gpkg"
    roads = gpd.read_file(file, layer="roads").to_crs(25832)
    roads = roads[~roads["highway"].isin(["construction", "platform", "razed", "elevator"])]
    premises = gpd.read_file(file, layer="addresses").to_crs(25832)
    streets = roads[roads["highway"].isin(["residential", "secondary", "tertiary"])]
    cables = shapely.offset_curve(streets.sample(20, random_state=7).geometry.to_numpy(), 4.0)
    network = gpd.GeoDataFrame(geometry=cables[~shapely.is_empty(cables)], crs=25832)
    coverage = fc.measure_coverage(premises, network, reach=50)
    assert coverage.share < 0.6
    plan = fc.plan_builds(coverage, network, routes=roads, target=0.8, cost_per_m=250)
    assert len(plan.builds) > 1
    check(premises, network, plan)


def test_maine_along_its_roads(shared: Path) -> None:
    """2,000 synthetic places near the roads of two counties, and the published cables there."""
    roads = gpd.read_file(shared / "roads" / "maine_lincoln_waldo.gpkg").to_crs(26919)
    cables = gpd.read_file(shared / "westbrook" / "fiber.gpkg", layer="cables").to_crs(26919)
    cables = cables[cables.intersects(shapely.box(*roads.total_bounds))]
    rng = np.random.default_rng(1)
    length = roads.length.to_numpy()
    which = rng.choice(len(roads), 2_000, p=length / length.sum())
    at = rng.uniform(0, 1, len(which)) * length[which]
    spots = shapely.get_coordinates(
        shapely.line_interpolate_point(roads.geometry.to_numpy()[which], at)
    )
    spots += rng.normal(0, 30, spots.shape)
    premises = gpd.GeoDataFrame(
        {"households": rng.integers(1, 5, len(spots))}, geometry=shapely.points(spots), crs=26919
    )
    coverage = fc.measure_coverage(premises, cables, reach=100)
    assert coverage.share < 0.1
    plan = fc.plan_builds(coverage, cables, routes=roads, target=0.2, cost_per_m=40)
    check(premises, cables, plan)
