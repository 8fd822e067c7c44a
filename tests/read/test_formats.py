"""The same premises in every format and every CRS give the same result."""

from __future__ import annotations

import itertools
import warnings
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pyproj
import pytest
import shapely
from frames import CRS, E0, N0, addresses, check_addresses, read_addresses
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import fibercov as fc

REACH_M = 50.0
FORMATS = {
    "gpkg": None, "shp": None, "geojson": 4326, "fgb": None, "gdb": None, "tab": None,
    "gml": None, "parquet": None, "csv": None, "xlsx": None,
}  # fmt: skip
# Degrees, Web Mercator, RT90, the SWEREF 99 zones nearby, UTM, ETRS89, with heights.
SYSTEMS = [3006, 4326, 4619, 3857, 3021, 3007, 3008, 3009, 3012, 3013, 32633, 4258, 25833, 5845]
ZONES = {
    3007: 12.0, 3008: 13.5, 3009: 15.0, 3010: 16.5, 3011: 18.0, 3012: 14.25,
    3013: 15.75, 3014: 17.25, 3015: 18.75, 3016: 20.25, 3017: 21.75, 3018: 23.25,
}  # fmt: skip
number = itertools.count()

metres = st.integers(-900, 900).map(float)
rows = st.lists(
    st.tuples(st.one_of(st.none(), st.tuples(metres, metres)), st.integers(0, 99), st.booleans()),
    min_size=2, max_size=8,
).filter(lambda made: any(p for p, _, _ in made) and sum(h for _, h, _ in made) > 0)  # fmt: skip
networks = st.lists(
    st.lists(st.tuples(metres, metres), min_size=2, max_size=4, unique=True), min_size=1, max_size=3
)
Rows = list[tuple[tuple[float, float] | None, int, bool]]


def as_premises(made: Rows) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(
        {
            "nr": [f"0{n}" for n in range(len(made))],
            "hushall": [households for _, households, _ in made],
            "ansluten": ["ja" if connected else "nej" for _, _, connected in made],
        },
        geometry=[None if p is None else shapely.Point(p[0] + E0, p[1] + N0) for p, _, _ in made],
        crs=CRS,
    )


def as_network(lines: list[list[tuple[float, float]]]) -> gpd.GeoDataFrame:
    shapes = [shapely.LineString(np.add(line, (E0, N0))) for line in lines]
    return gpd.GeoDataFrame(geometry=shapes, crs=CRS)


def write(frame: gpd.GeoDataFrame, path: Path) -> None:
    kind = path.suffix[1:]
    if kind in {"csv", "xlsx"}:
        table = pd.DataFrame(frame.drop(columns="geometry"))
        table["E"], table["N"] = frame.geometry.x, frame.geometry.y
        if kind == "xlsx":
            table.to_excel(path, index=False)
        else:
            table.to_csv(path, index=False, sep=";", decimal=",", encoding="cp1252")
    elif kind == "parquet":
        frame.to_parquet(path)
    else:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # FileGDB stores whole numbers as floats, and says so
            crs = FORMATS[kind]
            options = {"SPATIAL_INDEX": "NO"} if kind == "fgb" else {}  # its index takes no None
            options |= {"driver": "OpenFileGDB"} if kind == "gdb" else {}
            (frame if crs is None else frame.to_crs(crs)).to_file(path, **options)


def read(path: Path) -> gpd.GeoDataFrame:
    table = path.suffix in {".csv", ".xlsx"}
    premises = fc.read_premises(
        path, households="hushall", connected="ansluten", id="nr",
        xy=("E", "N") if table else None,
        crs=CRS if table else None,
    )  # fmt: skip
    return premises.sort_values("id", ignore_index=True)  # some formats keep no order


def by_brute_force(made: Rows, network: gpd.GeoDataFrame) -> pd.DataFrame:
    """Status and drop of each premises, in the metres of EPSG:3006."""
    found = []
    for place, shape, connected in zip(
        (p for p, _, _ in made), as_premises(made).geometry, (c for _, _, c in made), strict=True
    ):
        drop_m = np.nan if place is None else network.distance(shape).min()
        passed = "passed" if drop_m <= REACH_M else "unserved"
        status = "unplaced" if place is None else "connected" if connected else passed
        found.append((status, drop_m))
    return pd.DataFrame(found, columns=["status", "drop_m"])


def check(coverage: fc.Coverage, expected: pd.DataFrame, accuracy: float) -> None:
    """The drops are as exact as metres are, and statuses differ only within 0.2 % of the reach."""
    measured = coverage.premises
    np.testing.assert_allclose(
        measured["drop_m"], expected["drop_m"], rtol=0.004, atol=accuracy
    )  # the metre of EPSG:3006 itself is off by 0.04 %, and that of the working CRS by 0.2 %
    far = (expected["drop_m"] - REACH_M).abs() > 0.004 * REACH_M + accuracy
    sure = (far | ~expected["status"].isin(("passed", "unserved"))).to_numpy()
    assert measured["status"][sure].tolist() == expected["status"][sure].tolist()


@pytest.mark.parametrize("kind", FORMATS)
@settings(
    max_examples=settings().max_examples // 8,  # each writes and reads a file
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(made=rows, lines=networks)
def test_every_format(
    kind: str, tmp_path: Path, made: Rows, lines: list[list[tuple[float, float]]]
) -> None:
    path = tmp_path / f"a{next(number)}.{kind}"
    write(as_premises(made), path)
    premises = read(path)
    assert premises["households"].tolist() == [households for _, households, _ in made]
    assert premises["id"].tolist() == [f"0{n}" for n in range(len(made))]
    network = as_network(lines)
    coverage = fc.measure_coverage(premises, network, reach=REACH_M)
    accuracy = 0.03 if FORMATS[kind] else 1e-3  # GeoJSON rounds degrees
    check(coverage, by_brute_force(made, network), accuracy)


@given(made=rows, lines=networks, of=st.sampled_from(SYSTEMS), to=st.sampled_from(SYSTEMS))
def test_every_crs_and_two_at_once(
    made: Rows, lines: list[list[tuple[float, float]]], of: int, to: int
) -> None:
    network = as_network(lines)
    # A straight line in one CRS bends in another: with a vertex every 50 m it does not matter.
    drawn = network.set_geometry(network.segmentize(50)).to_crs(to)
    frame = as_premises(made).rename(columns={"ansluten": "connected", "hushall": "households"})
    coverage = fc.measure_coverage(frame.to_crs(of), drawn, reach=REACH_M)
    check(coverage, by_brute_force(made, network), 0.1)  # RT90 and ETRS89 meet within 0.05 m
    assert coverage.total == sum(households for _, households, _ in made)


@pytest.mark.parametrize(("zone", "meridian"), ZONES.items())
def test_every_local_zone_of_sweref_99(zone: int, meridian: float) -> None:
    """On its central meridian a zone's metre is the ground's, so that drops are exact there."""
    area = pyproj.CRS.from_epsg(zone).area_of_use
    assert area is not None
    middle = shapely.Point(meridian, (area.south + area.north) / 2)
    place = gpd.GeoSeries([middle], crs=4326).to_crs(zone)
    east, north = place.x.item(), place.y.item()
    premises = gpd.GeoDataFrame(
        geometry=[shapely.Point(east + 10 * step, north) for step in range(10)], crs=zone
    )
    network = gpd.GeoDataFrame(geometry=[shapely.Point(east, north)], crs=zone)
    coverage = fc.measure_coverage(premises, network.to_crs(4326), reach=45)
    assert coverage.crs.to_epsg() == zone
    np.testing.assert_allclose(coverage.premises["drop_m"], 10.0 * np.arange(10), atol=1e-3)
    again = fc.measure_coverage(premises.to_crs(4326), network.to_crs(3857), reach=45)
    assert again.crs.to_epsg() == 3006
    assert again.counts.equals(coverage.counts)


@pytest.mark.parametrize(("crs", "place"), [(4269, (-70.35, 43.68)), (2272, (-75.1, 40.0))])
def test_nad83_and_us_feet(crs: int, place: tuple[float, float]) -> None:
    here = gpd.GeoSeries([shapely.Point(place)], crs=4326).to_crs(32618 if crs == 2272 else 32619)
    east, north = here.x.item(), here.y.item()
    metric = gpd.GeoDataFrame(
        geometry=[shapely.Point(east + 3 * step, north) for step in range(1, 40)], crs=here.crs
    )
    network = gpd.GeoDataFrame(geometry=here, crs=here.crs)
    coverage = fc.measure_coverage(metric.to_crs(crs), network.to_crs(crs), reach=REACH_M)
    np.testing.assert_allclose(coverage.premises["drop_m"], 3.0 * np.arange(1, 40), rtol=0.002)
    assert coverage.reached == 16  # 48 m and less; 51 m is not within 0.2 % of the reach


def test_a_curve_is_measured_as_the_arc_that_it_is(tmp_path: Path) -> None:
    """A half circle of radius 10 m around (0, 0), as GML's Arc by three points."""
    points = f"{N0} {E0 - 10} {N0 + 10} {E0} {N0} {E0 + 10}"
    (tmp_path / "arc.gml").write_text(
        '<ogr:FeatureCollection xmlns:ogr="http://ogr.maptools.org/" '
        'xmlns:gml="http://www.opengis.net/gml/3.2" gml:id="a"><ogr:featureMember><ogr:cable '
        'gml:id="c"><ogr:geometryProperty><gml:Curve srsName="urn:ogc:def:crs:EPSG::3006" '
        f'gml:id="g"><gml:segments><gml:Arc><gml:posList>{points}</gml:posList></gml:Arc>'
        "</gml:segments></gml:Curve></ogr:geometryProperty></ogr:cable></ogr:featureMember>"
        "</ogr:FeatureCollection>",
        encoding="utf-8",
    )
    premises = gpd.GeoDataFrame(geometry=[shapely.Point(E0 + 30, N0 + 40)], crs=CRS)
    coverage = fc.measure_coverage(premises, fc.read_network(tmp_path / "arc.gml"), reach=50)
    assert coverage.premises["drop_m"].item() == pytest.approx(40, abs=0.02)


def test_heights_do_not_count(tmp_path: Path) -> None:
    network = gpd.GeoDataFrame(
        geometry=[shapely.LineString([(E0, N0, 900), (E0 + 9, N0, 990), (E0 + 9, N0, 990)])],
        crs=CRS,
    )
    network.to_file(tmp_path / "z.gpkg")
    premises = gpd.GeoDataFrame(geometry=[shapely.Point(E0 + 9, N0 + 7, -50)], crs=CRS)
    premises.to_file(tmp_path / "p.gpkg")
    coverage = fc.measure_coverage(
        fc.read_premises(tmp_path / "p.gpkg"), fc.read_network(tmp_path / "z.gpkg"), reach=50
    )
    assert coverage.premises["drop_m"].item() == 7


def test_measures_do_not_count() -> None:
    line = shapely.from_wkt(f"LINESTRING M ({E0} {N0} 0, {E0 + 9} {N0} 7000)")
    network = gpd.GeoDataFrame(geometry=[line], crs=CRS)
    premises = gpd.GeoDataFrame(geometry=[shapely.Point(E0 + 9, N0 + 7)], crs=CRS)
    assert fc.measure_coverage(premises, network, reach=50).premises["drop_m"].item() == 7


def test_nothing_is_written_beside_a_file_that_is_read(tmp_path: Path) -> None:
    addresses().to_file(tmp_path / "a.gml", driver="GML", engine="pyogrio")
    (tmp_path / "a.gfs").unlink(missing_ok=True)
    before = sorted(tmp_path.iterdir())
    check_addresses(read_addresses(tmp_path / "a.gml"))
    assert sorted(tmp_path.iterdir()) == before
