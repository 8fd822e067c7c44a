"""Plans along real roads: law 13 and the bound, where nothing is as regular as in a test."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from real import along, maine, munich, streets
from searching import quickly

import fibercov as fc

pytestmark = pytest.mark.no_cover

limited = quickly(_ROUNDS=1, _CASES=2, _FACTORS=(1.0, 1.2, 0.85))


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
    premises, roads = munich(shared)
    beside = streets(roads).sample(20, random_state=7).geometry.to_numpy()
    cables = shapely.offset_curve(beside, 4.0)
    network = gpd.GeoDataFrame(geometry=cables[~shapely.is_empty(cables)], crs=25832)
    coverage = fc.measure_coverage(premises, network, reach=50)
    assert coverage.share < 0.6
    plan = fc.plan_builds(coverage, network, routes=roads, target=0.8, cost_per_m=250)
    assert len(plan.builds) > 1
    check(premises, network, plan)


def test_maine_along_its_roads(shared: Path) -> None:
    """2,000 synthetic places near the roads of two counties, and the published cables there."""
    roads, cables = maine(shared)
    rng = np.random.default_rng(1)
    spots = along(roads, 2_000, rng)
    spots += rng.normal(0, 30, spots.shape)
    premises = gpd.GeoDataFrame(
        {"households": rng.integers(1, 5, len(spots))}, geometry=shapely.points(spots), crs=26919
    )
    coverage = fc.measure_coverage(premises, cables, reach=100)
    assert coverage.share < 0.1
    plan = fc.plan_builds(coverage, cables, routes=roads, target=0.2, cost_per_m=40)
    check(premises, cables, plan)
