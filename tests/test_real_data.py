"""Real files, against shares that were measured independently."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import shapely

import fibercov as fc


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
