"""Metres are metres: whatever CRS the data is in."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import numpy as np
import pyproj
import pytest
import shapely
from frames import CRS, cable, frame, moved, points
from shapely.geometry.base import BaseGeometry

import fibercov as fc
from fibercov.geo.crs import MAX_SCALE_ERROR, scale_error

NETWORK = cable((0, 0), (1000, 0))
LADDER = points(*((500.0, 10.0 * step) for step in range(1, 100)))


@pytest.mark.parametrize("crs", [4326, 4619, 3857, 3021, 3010, 3007, 3012, 5845, 32633, 25833])
def test_drops_are_within_0_2_percent_of_the_ground_in_every_crs(crs: int) -> None:
    coverage = fc.measure_coverage(LADDER.to_crs(crs), NETWORK.to_crs(4326), reach=500)
    measured = coverage.premises["drop_m"].to_numpy()
    foot = points((500, 0)).to_crs(4326).geometry.iloc[0]  # the cable's nearest point to all
    here = LADDER.to_crs(4326).geometry
    ground = [pyproj.Geod(ellps="GRS80").inv(p.x, p.y, foot.x, foot.y)[2] for p in here]
    np.testing.assert_allclose(measured, ground, rtol=0.002)
    assert coverage.scale_error <= MAX_SCALE_ERROR


@pytest.mark.parametrize(
    ("declared", "expected"),
    [(4326, 3006), (3857, 3006), (3021, 3021), (3010, 3010), (32633, 32633)],
)
def test_measures_where_the_data_is_if_its_metres_are_right_else_in_sweref99_tm(
    declared: int, expected: int
) -> None:
    coverage = fc.measure_coverage(LADDER.to_crs(declared), NETWORK, reach=50)
    assert coverage.crs == pyproj.CRS.from_epsg(expected)


@pytest.mark.parametrize(
    ("place", "zone"),
    [
        ((-70.35, 43.68), 32619),
        ((11.57, 48.14), 32632),
        ((151.2, -33.9), 32756),
        ((179.9, -17), 32760),
    ],
)
def test_measures_in_the_local_utm_zone_outside_sweden(
    place: tuple[float, float], zone: int
) -> None:
    premises = gpd.GeoDataFrame(geometry=[shapely.Point(place)], crs=4326)
    assert fc.measure_coverage(premises, premises, reach=50).crs == pyproj.CRS.from_epsg(zone)


def test_us_feet_are_measured_as_metres() -> None:
    feet = gpd.GeoDataFrame(geometry=[shapely.Point(2_700_000, 240_000)], crs=2272)
    cable_ = gpd.GeoDataFrame(
        geometry=[shapely.LineString([(2_699_000, 240_100), (2_701_000, 240_100)])], crs=2272
    )
    coverage = fc.measure_coverage(feet, cable_, reach=50)
    assert coverage.premises["drop_m"].item() == pytest.approx(30.48, rel=0.002)


def test_the_caller_can_set_the_crs() -> None:
    coverage = fc.measure_coverage(LADDER, NETWORK, reach=50, crs="EPSG:3010")
    assert coverage.crs == pyproj.CRS.from_epsg(3010)


@pytest.mark.parametrize(
    ("crs", "message"),
    [
        (3857, r"`crs` must give metres .* EPSG:3857 \(.*Mercator\) is off by 1\d\d\.\d %"),
        (4326, r"EPSG:4326 .* is off by no fixed amount"),
        ("metres", "`crs` must be a CRS such as 'EPSG:3006', not 'metres'"),
    ],
)
def test_a_crs_that_cannot_give_metres_is_an_error(crs: Any, message: str) -> None:
    with pytest.raises(fc.CRSError, match=message):
        fc.measure_coverage(LADDER, NETWORK, reach=50, crs=crs)


@pytest.mark.parametrize("argument", ["premises", "network", "planned"])
def test_a_missing_crs_is_an_error_that_shows_the_coordinates(argument: str) -> None:
    given: dict[str, Any] = {"premises": LADDER, "network": NETWORK, "planned": NETWORK}
    given[argument] = given[argument].set_crs(None, allow_override=True)
    with pytest.raises(fc.CRSError, match=rf"`{argument}` does not say .* y 6,740,0"):
        fc.measure_coverage(**given, reach=50)


@pytest.mark.parametrize(
    ("made", "message"),
    [
        (lambda: LADDER.set_crs(4326, allow_override=True), "look like metres, declared as degrees"),
        (lambda: LADDER.to_crs(4326).set_crs(3006, allow_override=True), "look like degrees, declared as"),
        (
            lambda: LADDER.set_geometry(gpd.points_from_xy(LADDER.geometry.y, LADDER.geometry.x)).set_crs(3006),
            r"Swapped \(y, x\) they would fit",
        ),
        (lambda: LADDER.to_crs(3021).set_crs(3006, allow_override=True), r"cannot be in EPSG:3006.* Say which CRS they are really in when reading: crs=CRS, override_crs=True\. Or correct"),
        (lambda: points((0, 0), (-470_000, -6_740_000)), r"in 1 of 2 rows \(row 1\).* at x 0, y 0"),
    ],
)  # fmt: skip
def test_coordinates_that_cannot_be_in_their_crs_are_an_error_with_the_likely_cause(
    made: Any, message: str
) -> None:
    with pytest.raises(fc.CRSError, match=message):
        fc.measure_coverage(made(), NETWORK, reach=50)


def test_an_extent_too_wide_for_one_crs_is_an_error() -> None:
    wide = gpd.GeoDataFrame(geometry=gpd.points_from_xy([-120, -70], [40, 40]), crs=4326)
    with pytest.raises(
        fc.CRSError, match=r"from -120\.0 to -70\.0 degrees east.*Measure them in parts"
    ):
        fc.measure_coverage(wide, wide, reach=50)


def test_the_whole_of_sweden_fits_in_sweref99_tm(shared: Any) -> None:
    areas = gpd.read_file(shared / "sweden" / "kommuner.gpkg")
    premises = areas.set_geometry(areas.representative_point()).to_crs(4326)
    coverage = fc.measure_coverage(premises, areas, reach=50)
    assert coverage.crs == pyproj.CRS.from_epsg(3006)
    assert coverage.scale_error < MAX_SCALE_ERROR


def test_a_network_far_away_from_the_premises_is_an_error() -> None:
    there = gpd.GeoDataFrame(geometry=[shapely.Point(-75, 0)], crs=4326)
    with pytest.raises(
        fc.CRSError,
        match="`network` cannot be brought to EPSG:3006.*Were latitude and longitude given in the wrong order",
    ):
        fc.measure_coverage(LADDER, there, reach=50)


def test_scale_error_is_none_to_speak_of_on_the_central_meridian_of_a_local_zone() -> None:
    crs = pyproj.CRS.from_epsg(3010)
    assert scale_error(crs, np.array([16.5]), np.array([61.0])) < 1e-6


@pytest.mark.parametrize(
    ("crs", "place"),
    [
        (25833, (5.3, 60.4)),  # Bergen, in the UTM zone that Norway uses for all of it
        (25833, (30.0, 69.7)),  # Kirkenes
        (25832, (14.9, 55.1)),  # Bornholm
        (3021, (24.1, 65.8)),  # Haparanda, in RT90 2.5 gon V
        (32632, (18.2, 40.4)),  # Lecce
    ],
)
def test_a_nation_in_the_crs_of_one_strip_of_it_is_no_mistake(
    crs: int, place: tuple[float, float]
) -> None:
    premises = gpd.GeoDataFrame(geometry=[shapely.Point(place)], crs=4326).to_crs(crs)
    coverage = fc.measure_coverage(premises, premises, reach=50)
    assert coverage.scale_error <= MAX_SCALE_ERROR


def test_the_order_of_rows_does_not_change_the_scale_error() -> None:
    rng = np.random.default_rng(1)
    wide = gpd.GeoDataFrame(
        geometry=gpd.points_from_xy(rng.uniform(10.5, 19, 500), rng.uniform(56, 68, 500)), crs=4326
    )
    errors = {
        fc.measure_coverage(wide.sample(frac=1, random_state=n), wide, reach=50).scale_error
        for n in range(4)
    }
    assert len(errors) == 1
    lon, lat = wide.geometry.x.to_numpy(), wide.geometry.y.to_numpy()
    assert scale_error(pyproj.CRS.from_epsg(3006), lon, lat) <= errors.pop() <= MAX_SCALE_ERROR


def test_premises_across_180_degrees_are_measured_in_a_zone_there() -> None:
    fiji = gpd.GeoDataFrame(geometry=gpd.points_from_xy([179.9, -179.9], [-17, -17]), crs=4326)
    coverage = fc.measure_coverage(fiji, fiji.iloc[:1], reach=50)
    assert coverage.crs.to_epsg() in {32701, 32760}
    ground = pyproj.Geod(ellps="WGS84").inv(179.9, -17, -179.9, -17)[2]
    assert coverage.premises["drop_m"][1] == pytest.approx(ground, rel=0.002)


@pytest.mark.parametrize(
    ("made", "message"),
    [
        (lambda: LADDER.to_crs(4326), "look like degrees, declared as metres"),
        (
            lambda: LADDER.set_geometry(gpd.points_from_xy(LADDER.geometry.y, LADDER.geometry.x)),
            r"Swapped \(y, x\) they would fit",
        ),
    ],
)
def test_a_crs_that_does_not_say_where_it_is_for_is_judged_by_its_metre(
    made: Any, message: str, tmp_path: Any
) -> None:
    """As every MapInfo TAB file has one."""
    NETWORK.assign(nr=1).to_file(tmp_path / "n.tab")
    nameless = fc.read_network(tmp_path / "n.tab").crs
    assert nameless.area_of_use is None
    coverage = fc.measure_coverage(LADDER.set_crs(nameless, allow_override=True), NETWORK, reach=50)
    assert "without a name" in coverage._repr_html_()
    with pytest.raises(fc.CRSError, match=message):
        fc.measure_coverage(made().set_crs(nameless, allow_override=True), NETWORK, reach=50)


def test_rt90_declared_as_a_utm_zone_is_an_error() -> None:
    rt90 = gpd.GeoDataFrame(geometry=[shapely.Point(1_450_000, 6_600_000)], crs=25833)
    with pytest.raises(fc.CRSError, match="cannot be in EPSG:25833"):
        fc.measure_coverage(rt90, rt90, reach=50)


def test_a_corner_of_the_extent_with_no_premises_in_it_may_lie_where_the_crs_is_not_for() -> None:
    two = gpd.GeoDataFrame(geometry=gpd.points_from_xy([9, 15], [55.5, 69]), crs=4326)
    far = two.to_crs(3006)  # the north-west corner is at 5 degrees east
    measured = fc.measure_coverage(far, far, reach=50)
    assert measured.crs == "EPSG:3006"
    assert measured.share == 1


def with_heights(shape: BaseGeometry, *heights: float) -> BaseGeometry:
    """The shape, in degrees, its vertices at these heights, over and over."""
    return at_heights(gpd.GeoSeries([moved(shape)], crs=CRS).to_crs(4326).iloc[0], *heights)


def at_heights(flat: BaseGeometry, *heights: float) -> BaseGeometry:
    xy = shapely.get_coordinates(flat)
    xyz = np.column_stack([xy, np.resize(heights, len(xy))])
    raised: BaseGeometry = shapely.set_coordinates(shapely.force_3d(flat), xyz)
    return raised


@pytest.mark.parametrize("heights", [(np.nan,), (3, np.nan), (np.inf, 3)])
@pytest.mark.parametrize(
    ("shape", "drop_m"),
    [
        (shapely.LineString([(-10, 0), (0, 0), (10, 10)]), 0),
        (shapely.box(-1, -1, 1, 1), 0),
        (shapely.Point(3, 4), 5),
        (shapely.MultiPoint([(0, 12), (9, 12)]), 12),
        (shapely.GeometryCollection([shapely.Point(6, 8), shapely.box(20, 0, 21, 1)]), 10),
    ],
)
def test_heights_that_are_no_numbers_move_nothing(
    heights: tuple[float, ...], shape: BaseGeometry, drop_m: float
) -> None:
    network = gpd.GeoDataFrame(geometry=[with_heights(shape, *heights)], crs=4326)
    here = gpd.GeoDataFrame(geometry=[with_heights(shapely.Point(0, 0), *heights)], crs=4326)
    coverage = fc.measure_coverage(here, network, reach=50)
    assert coverage.premises["drop_m"].item() == pytest.approx(drop_m, abs=0.01)


def test_heights_that_are_no_numbers_move_nothing_on_maps_and_in_areas() -> None:
    flat, area = cable((-10, 0), (10, 10)), frame([shapely.box(-9, -9, 9, 9)], name=["a"])
    coverage = fc.measure_coverage(points((0, 0)), flat, reach=50)
    high, high_area, high_degrees = (
        f.set_geometry([at_heights(shape, 3, np.nan) for shape in f.geometry], crs=f.crs)
        for f in (flat, area, area.to_crs(4326))
    )
    drawn = [
        fc.map_coverage(coverage, network=lines, areas=areas).get_root().render()
        for lines, areas in ((flat, area), (high, high_area))
    ]
    assert drawn[0] == drawn[1]
    summary = fc.summarize(coverage, by=high_degrees)
    assert summary["premises"].tolist() == [1, 0, 0]


def test_a_geocentric_crs_is_an_error() -> None:
    place = gpd.GeoDataFrame(geometry=[shapely.Point(3_021_470, 778_530, 5_544_194)], crs=4978)
    with pytest.raises(fc.CRSError) as error:
        fc.measure_coverage(points((0, 0)), place, reach=50)
    assert str(error.value) == (
        "`network` is in EPSG:4978 (WGS 84), metres from the middle of the earth, in which x and y "
        "alone are no place. Bring it to EPSG:4326 first."
    )
