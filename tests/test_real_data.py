"""Real files, against shares that were measured independently."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import real
import shapely

import fibercov as fc

pytestmark = pytest.mark.no_cover


@pytest.fixture(scope="module")
def westbrook(shared: Path) -> fc.Coverage:
    return fc.measure_coverage(
        fc.read_premises(shared / "westbrook" / "addresses.gpkg", id="address_id"),
        fc.read_network(shared / "westbrook" / "fiber.gpkg", layer="cables"),
        reach=50,
    )


def test_westbrook_has_the_published_shares(westbrook: fc.Coverage) -> None:
    """Shares measured by others, given to a tenth of a point.

    Theirs at 100 m is 8.4. One address decides: it is 99.992 m from a cable in UTM zone 19, whose
    metre is 0.025 % long there, and 100.017 m in the state plane (EPSG:2802): 8.454 or 8.439 %.
    """
    curve = fc.coverage_curve(westbrook, reaches_m=[50, 100, 200, 500, 1000]) * 100
    np.testing.assert_allclose(curve, [3.1, 8.4, 17.7, 37.3, 57.8], atol=0.06)


def test_westbrook_equals_brute_force_in_the_utm_zone(westbrook: fc.Coverage, shared: Path) -> None:
    """Every address to every cable with shapely.distance, in EPSG:26919, to 0.01 of a point."""
    places = (
        gpd.read_file(shared / "westbrook" / "addresses.gpkg").to_crs(26919).geometry.to_numpy()
    )
    cables = gpd.read_file(shared / "westbrook" / "fiber.gpkg", layer="cables").to_crs(26919)
    near = shapely.MultiLineString(cables.geometry.tolist())
    shapely.prepare(near)
    drops = shapely.distance(places, near)
    for reach in (50, 100, 200, 500, 1000):
        assert abs(westbrook.at(reach).share - np.mean(drops <= reach)) <= 1e-4
    np.testing.assert_allclose(westbrook.premises["drop_m"], drops, atol=1e-3)


def test_lit_buildings_lie_along_the_cables(shared: Path) -> None:
    coverage = fc.measure_coverage(
        fc.read_premises(shared / "westbrook" / "fiber.gpkg", layer="lit_buildings"),
        fc.read_network(shared / "westbrook" / "fiber.gpkg", layer="cables"),
        reach=50,
    )
    assert coverage.at(25).share * 100 == pytest.approx(71.8, abs=0.05)
    assert coverage.share * 100 == pytest.approx(99.98, abs=0.005)


def test_every_bus_stop_of_dalarna_is_in_its_true_municipality(shared: Path) -> None:
    stops = fc.read_premises(shared / "sweden" / "dalarna_stops.gpkg", id="stop_id")
    areas = fc.read_areas(shared / "sweden" / "kommuner.gpkg", name="kommun", code="kommunkod")
    coverage = fc.measure_coverage(stops, stops, reach=50)
    by_polygon = fc.summarize(coverage, by=areas).set_index("code")["premises"]
    by_column = fc.summarize(coverage, by="kommunkod").set_index("name")["premises"]
    assert by_polygon.sum() == by_column.sum() == len(stops) == 5201
    assert set(by_polygon[by_polygon > 0].index) == set(by_column[by_column > 0].index)
    # Three stops have another municipality's code than the polygon they stand in, near its border.
    by_polygon = by_polygon[by_polygon.index.notna()]
    assert (by_polygon.reindex(by_column.index).fillna(0) - by_column).abs().sum() == 2 * 3
    inside = stops.sjoin(areas[["code", "geometry"]], predicate="within")
    wrong = inside[inside["code"] != inside["kommunkod"]]
    borders = shapely.boundary(areas.geometry.to_numpy())
    assert len(wrong) == 3
    assert all(shapely.distance(stop, borders).min() < 50 for stop in wrong.geometry)


def test_munich_buildings_are_measured_from_their_edge(shared: Path) -> None:
    path = shared / "roads" / "munich_osm.gpkg"
    buildings = fc.read_premises(path, layer="buildings")
    roads = fc.read_network(path, layer="roads")
    coverage = fc.measure_coverage(buildings, roads, reach=20)
    sample = buildings.to_crs(coverage.crs).geometry.iloc[::60]
    lines = roads.to_crs(coverage.crs).geometry
    for row, building in sample.items():
        assert coverage.premises.loc[row, "drop_m"] == pytest.approx(
            lines.distance(building).min(), abs=1e-6
        )


@pytest.fixture(scope="module")
def munich(shared: Path) -> dict[str, gpd.GeoDataFrame]:
    """A part of Munich: its addresses and roads, and 40 synthetic cables, 2 to 8 m beside streets."""
    premises, roads = real.munich(shared)
    rng = np.random.default_rng(7)
    cables = [
        shapely.offset_curve(street, rng.choice([-1, 1]) * rng.uniform(2, 8))
        for street in real.streets(roads).sample(40, random_state=7).geometry
    ]
    return {
        "premises": premises,
        "network": gpd.GeoDataFrame(geometry=[c for c in cables if not c.is_empty], crs=25832),
        "roads": roads,
    }


def test_munich_along_its_roads(munich: dict[str, gpd.GeoDataFrame]) -> None:
    """Counts from a sketch, which networkx with every place as a node confirmed."""
    coverage = fc.measure_coverage(
        munich["premises"],
        munich["network"],
        reach=fc.Reach(50, along="roads"),
        roads=munich["roads"],
    )
    reached = [coverage.at(reach).reached for reach in (50, 100, 200, 500)]
    assert reached == [430, 917, 1_966, 3_223]
    assert np.isinf(coverage.premises["road_m"]).sum() == 8
    straight = [coverage.at(fc.Reach(reach)).reached for reach in (50, 100, 200, 500)]
    assert straight == [598, 1_375, 2_590, 3_262]
    rows = fc.check_data(coverage, roads=munich["roads"]).set_index("problem")["rows"]
    assert rows[["far_from_roads", "no_way", "loose_ends"]].tolist() == [1, 8, 92]


def test_munich_across_every_second_secondary_road(munich: dict[str, gpd.GeoDataFrame]) -> None:
    """Counts from a sketch of its own, with the same answer by other code."""
    roads = munich["roads"]
    barriers = roads[roads["highway"] == "secondary"].iloc[::2]
    coverage = fc.measure_coverage(
        munich["premises"], munich["network"], reach=100, barriers=barriers
    )
    assert coverage.premises["crosses"].sum() == 319
    for reach, counts in ((100, (1_375, 1_292, 1_324)), (200, (2_590, 2_346, 2_506))):
        under = coverage.at(reach)
        crosses = under.premises["crosses"] & (under.premises["status"] == "passed")
        assert (under.reached, under.reached - crosses.sum(), under.reached_range[0]) == counts


def test_maine_along_its_roads(shared: Path) -> None:
    """20,000 synthetic places near the roads of two counties, and published cables, of which few follow them."""
    roads, cables = real.maine(shared)
    rng = np.random.default_rng(1)
    spots = real.along(roads, 20_000, rng)
    turn, away = rng.uniform(0, 2 * np.pi, 20_000), rng.gamma(2, 20, 20_000)
    spots = spots + np.c_[np.cos(turn), np.sin(turn)] * away[:, None]
    premises = gpd.GeoDataFrame(geometry=shapely.points(spots), crs=26919)
    with pytest.warns(UserWarning, match="Only 4.0% of the network's metres lie within 25 m"):
        coverage = fc.measure_coverage(
            premises, cables, reach=fc.Reach(100, along="roads"), roads=roads
        )
    assert [coverage.at(reach).reached for reach in (100, 200, 500)] == [229, 434, 908]
    assert np.isinf(coverage.premises["road_m"]).sum() == 787
