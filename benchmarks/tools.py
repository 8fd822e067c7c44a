"""How each tool finds the premises within reach of a cable, and the area of each premises.

A tool is a function that takes a workload's frames, puts them where the tool wants them, and returns
what is timed: a function that returns how many premises are within reach. Building an index belongs
to what is timed where the tool builds it when it is asked; what a database does when it is loaded is
timed apart. Each is used as its manual says. fibercov and `sjoin_nearest` also give the distance and
the cable; the others are asked for no more than the number.
"""

from __future__ import annotations

import os
from collections.abc import Callable

import geopandas as gpd
import shapely

import fibercov as fc

REACH_M = 200.0
Timed = Callable[[], int]
Prepare = Callable[[gpd.GeoDataFrame, gpd.GeoDataFrame], Timed]


def fibercov(premises: gpd.GeoDataFrame, network: gpd.GeoDataFrame) -> Timed:
    """Run `read_premises` and `measure_coverage`: checked inputs, drops, and the feature of each."""

    def within() -> int:
        coverage = fc.measure_coverage(fc.read_premises(premises), network, reach=REACH_M)
        return int((coverage.premises["status"] == "passed").sum())

    return within


def one_processor(premises: gpd.GeoDataFrame, network: gpd.GeoDataFrame) -> Timed:
    """Run the same on one processor, as the other libraries use no more."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    return fibercov(premises, network)


def drops_alone(premises: gpd.GeoDataFrame, network: gpd.GeoDataFrame) -> Timed:
    """Measure the distances alone, as `measure_coverage` does, without checks."""
    from fibercov.geo.nearest import NearestIndex  # noqa: PLC0415 - no public function

    points, lines = premises.geometry.to_numpy(), network.geometry.to_numpy()

    def within() -> int:
        return int((NearestIndex(lines).query(points)[0] <= REACH_M).sum())

    return within


def sjoin_nearest(premises: gpd.GeoDataFrame, network: gpd.GeoDataFrame) -> Timed:
    """Run `geopandas.sjoin_nearest` with the reach as its limit; ties give a premises several rows."""

    def within() -> int:
        lines = network.copy()  # whose index has not been built
        return int(gpd.sjoin_nearest(premises, lines, max_distance=REACH_M).index.nunique())

    return within


def sjoin_dwithin(premises: gpd.GeoDataFrame, network: gpd.GeoDataFrame) -> Timed:
    """Run `geopandas.sjoin` with the predicate for a distance: a row for each pair within reach."""

    def within() -> int:
        lines = network.copy()
        pairs = gpd.sjoin(premises, lines, predicate="dwithin", distance=REACH_M)
        return int(pairs.index.nunique())

    return within


def strtree(premises: gpd.GeoDataFrame, network: gpd.GeoDataFrame) -> Timed:
    """Run `shapely.STRtree.query_nearest` over the lines."""
    points, lines = premises.geometry.to_numpy(), network.geometry.to_numpy()

    def within() -> int:
        tree = shapely.STRtree(lines)
        return len(tree.query_nearest(points, max_distance=REACH_M, all_matches=False)[0])

    return within


def buffer_and_join(premises: gpd.GeoDataFrame, network: gpd.GeoDataFrame) -> Timed:
    """Buffer the cables and find the premises in any buffer, whose circles are polygons."""

    def within() -> int:
        buffers = gpd.GeoDataFrame(geometry=network.buffer(REACH_M))
        return int(gpd.sjoin(premises, buffers, predicate="within").index.nunique())

    return within


def sedonadb(premises: gpd.GeoDataFrame, network: gpd.GeoDataFrame) -> Timed:
    """Run a distance join in SQL with SedonaDB.

    Pairs are made and premises counted: EXISTS in place of the join gives wrong numbers in 0.5.0.
    """
    import sedonadb as engine  # noqa: PLC0415 - not everybody has it

    database = engine.connect()
    for name, frame in (("premises", premises), ("network", network)):
        database.create_data_frame(frame).to_memtable().to_view(name)
    query = f"""
        SELECT count(DISTINCT p.id) AS n FROM premises p JOIN network n
        ON ST_DWithin(p.geometry, n.geometry, {REACH_M})
    """  # noqa: S608 - a number of ours

    def within() -> int:
        return int(database.sql(query).to_pandas()["n"].iloc[0])

    return within


def postgis(premises: gpd.GeoDataFrame, network: gpd.GeoDataFrame) -> Timed:
    """Run PostGIS at the address in POSTGIS, with as many parallel workers as it chooses."""
    import psycopg  # noqa: PLC0415 - not everybody has it

    connection = psycopg.connect(os.environ["POSTGIS"], autocommit=True)
    for name, frame in (("bench_premises", premises), ("bench_network", network)):
        connection.execute(f"DROP TABLE IF EXISTS {name}")
        connection.execute(f"CREATE UNLOGGED TABLE {name} (shape geometry)")
        with connection.cursor().copy(f"COPY {name} FROM STDIN") as rows:
            for shape in shapely.to_wkb(frame.geometry.to_numpy(), hex=True):
                rows.write_row([shape])
        connection.execute(f"CREATE INDEX ON {name} USING gist (shape)")
        connection.execute(f"VACUUM ANALYZE {name}")

    def within() -> int:
        found = connection.execute(
            "SELECT count(*) FROM bench_premises p WHERE EXISTS (SELECT 1 FROM bench_network n "
            "WHERE ST_DWithin(p.shape, n.shape, %s))",
            [REACH_M],
        ).fetchone()
        return int(found[0]) if found else 0

    return within


def by_area(premises: gpd.GeoDataFrame, areas: gpd.GeoDataFrame) -> Timed:
    """Run `fibercov.summarize` by polygons: count the premises that lie in one."""
    coverage = fc.measure_coverage(premises, areas, reach=REACH_M)  # of anything: it is not timed

    def inside() -> int:
        return int(fc.summarize(coverage, by=areas)["premises"].iloc[:-1].sum())

    return inside


def sjoin(premises: gpd.GeoDataFrame, areas: gpd.GeoDataFrame) -> Timed:
    """Run `geopandas.sjoin` of the premises within the areas."""

    def inside() -> int:
        return int(gpd.sjoin(premises, areas.copy(), predicate="within").index.nunique())

    return inside


DROPS: dict[str, Prepare] = {
    "fibercov": fibercov,
    "fibercov, one processor": one_processor,
    "fibercov, distances alone": drops_alone,
    "geopandas sjoin_nearest": sjoin_nearest,
    "geopandas sjoin dwithin": sjoin_dwithin,
    "shapely STRtree": strtree,
    "buffer and join": buffer_and_join,
    "SedonaDB": sedonadb,
    "PostGIS": postgis,
}
AREAS: dict[str, Prepare] = {"fibercov summarize": by_area, "geopandas sjoin": sjoin}
