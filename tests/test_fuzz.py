"""Whatever comes in, what comes out is a result or a FibercovError that says something."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import fibercov as fc

# Making broken shapes is what these tests are for; numpy warns of some while they are made.
pytestmark = pytest.mark.filterwarnings("ignore:invalid value encountered:RuntimeWarning")


def survives(run: Callable[[], fc.Coverage | gpd.GeoDataFrame | pd.DataFrame]) -> Any:
    """The result, or None after an error of ours with a message; any other error fails the test."""
    try:
        result = run()
    except fc.FibercovError as error:
        problem = str(error)
    else:
        problem = ""
    if problem:
        assert len(problem) > 20
        assert "`" in problem or "'" in problem
        return None
    if isinstance(result, fc.Coverage):
        assert result.counts.sum() == result.total > 0
        low, high = result.share_range
        assert 0 <= low <= result.share <= high <= 1
        assert repr(result)
    return result


numbers = st.one_of(
    st.integers(-(10**6), 10**7),
    st.floats(),
    st.sampled_from([0.0, -0.0, 1e308, np.inf, 470_000.5]),
)
texts = st.one_of(
    st.text(max_size=6),
    st.sampled_from([" 81 ", "1 072", "-", "..", "ja", "nej", "470000,5", "nan", ""]),
)
cells = st.one_of(
    st.none(), numbers, texts, st.booleans(), st.sampled_from([pd.NA, pd.NaT, b"x", [1]])
)
easting = st.one_of(st.floats(300_000, 800_000), cells)
northing = st.one_of(st.floats(6_200_000, 7_600_000), cells)
systems = st.sampled_from(
    [
        None,
        3006,
        "EPSG:3006",
        4326,
        3857,
        3021,
        2154,
        27700,
        32661,
        5845,
        4978,
        9707,
        "nonsense",
        "",
        -1,
    ]
)
reaches = st.one_of(st.sampled_from([50, fc.PTS_2015, fc.PTS_GRID, "50", None]), numbers)


@given(
    table=st.lists(st.tuples(easting, northing, cells, cells, cells), max_size=6),
    crs=systems,
    reach=reaches,
    network=st.booleans(),
)
def test_tables(table: list[tuple[Any, ...]], crs: Any, reach: Any, network: object) -> None:
    frame = pd.DataFrame(table, columns=["E", "N", "hushall", "ansluten", "fel"], dtype=object)
    cable = gpd.GeoDataFrame(geometry=[shapely.Point(470_000, 6_740_000)], crs=3006)
    premises = survives(
        lambda: fc.read_premises(
            frame, households="hushall", connected="ansluten", position_error_m="fel",
            xy=("E", "N"), crs=crs,
        )
    )  # fmt: skip
    if premises is None:  # the counts were wrong, as most are here: at least try the coordinates
        premises = survives(lambda: fc.read_premises(frame, xy=("E", "N"), crs=crs))
    if premises is not None:
        survives(lambda: fc.measure_coverage(premises, cable if network else None, reach=reach))


coordinate = st.one_of(
    st.integers(-10, 10).map(float), st.floats(-1e7, 1e7), st.sampled_from([np.nan, np.inf, 1e300])
)
pair = st.tuples(coordinate, coordinate)
triple = st.tuples(coordinate, coordinate, coordinate)


def or_none(make: Callable[..., Any]) -> Callable[..., Any]:
    """A maker of geometries that gives None where shapely itself refuses."""

    def made(argument: Any) -> Any:
        try:
            return make(argument)
        except (ValueError, shapely.errors.ShapelyError):
            return None

    return made


points = st.one_of(pair, triple).map(or_none(shapely.Point))
lines = st.lists(pair, min_size=2, max_size=5).map(or_none(shapely.LineString))
polygons = st.lists(pair, min_size=3, max_size=6).map(or_none(shapely.Polygon))  # mostly invalid
shapes = st.one_of(
    st.none(), points, lines, polygons,
    st.sampled_from([shapely.Point(), shapely.LineString(), shapely.Polygon(), shapely.MultiPoint()]),
    st.lists(points, max_size=3).map(or_none(shapely.MultiPoint)),
    st.lists(polygons, max_size=3).map(or_none(shapely.MultiPolygon)),
    st.lists(st.one_of(points, lines), max_size=3).map(or_none(shapely.GeometryCollection)),
)  # fmt: skip
systems_of_frames = st.sampled_from([None, 3006, 4326, 3857, 3021, 32633, 2272, 5845, 4978])
frames = st.tuples(st.lists(shapes, max_size=5), systems_of_frames).map(
    lambda made: gpd.GeoDataFrame(
        {"name": [str(n) for n in range(len(made[0]))]}, geometry=made[0], crs=made[1]
    )
)
local = st.tuples(st.floats(469_000, 471_000), st.floats(6_739_000, 6_741_000)).map(shapely.Point)
sound = st.lists(local, min_size=1, max_size=5).map(
    lambda made: gpd.GeoDataFrame(geometry=made, crs=3006)
)


@given(
    premises=st.one_of(sound, frames),
    network=st.one_of(sound, frames),
    planned=st.one_of(st.none(), frames),
)
def test_geometries(
    premises: gpd.GeoDataFrame, network: gpd.GeoDataFrame, planned: gpd.GeoDataFrame | None
) -> None:
    coverage = survives(
        lambda: fc.measure_coverage(
            premises, network, reach=50, planned=planned, position_error_m=5
        )
    )
    if coverage is not None:
        assert len(coverage.premises) == len(premises)
        survives(lambda: fc.check_data(coverage, network=network))
        survives(lambda: fc.map_coverage(coverage, network=network, target=0.9))


@given(premises=sound, areas=frames)
def test_areas(premises: gpd.GeoDataFrame, areas: gpd.GeoDataFrame) -> None:
    coverage = fc.measure_coverage(premises, premises, reach=50)
    table = survives(lambda: fc.summarize(coverage, by=areas))
    if table is not None:
        assert table["total"].sum() == coverage.total


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    content=st.one_of(
        st.binary(max_size=200),
        st.text(alphabet="EN;,\t\n\"'0159. -åÅx", max_size=80).map(str.encode),
    ),
    kind=st.sampled_from(
        ["csv", "txt", "tsv", "geojson", "gpkg", "shp", "parquet", "xlsx", "kml", "zip"]
    ),
)
def test_files(tmp_path: Path, content: bytes, kind: str) -> None:
    path = tmp_path / f"a.{kind}"
    path.write_bytes(content)
    survives(lambda: fc.read_premises(path, xy=("E", "N"), crs=3006))
    survives(lambda: fc.read_network(path))
