"""Read points and lines from PostGIS with fibercov and with geopandas, and print what each costs.

    pip install ".[bench]"
    POSTGIS=postgresql://user@host/database python benchmarks/databases.py     # a million points, 132,000 lines
    POSTGIS=... python benchmarks/databases.py --points 50000 --lines 5000 --repeat 1

Makes two tables in the database, fibercov_points and fibercov_lines, and drops them at the end: addresses with a number
of households, an exact number, a text, a truth and a date, and cables of some eight vertices. fibercov checks what it reads, as always;
`geopandas.read_postgis` does not. Each reads each table in a process of its own, the median of some runs; seconds
are those of the reading process alone, memory its peak. All must read the same rows and coordinates: if not, this
exits with an error.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any

import geopandas as gpd
import shapely

import fibercov as fc

URL = os.environ.get("POSTGIS", "")
_POINTS = """
CREATE TABLE fibercov_points AS
SELECT n AS id, (1 + n % 5)::int AS households, (n % 7)::numeric(10,0) AS workplaces,
    'Storgatan ' || n AS address, n % 2 = 0 AS connected, DATE '2020-01-01' + (n % 1000)::int AS built,
    ST_SetSRID(ST_MakePoint(400000 + n * 7919 % 200000, 6600000 + n * 104729 % 200000), 3006) AS geom
FROM generate_series(1, {rows}::bigint) AS n
"""
_LINES = """
CREATE TABLE fibercov_lines AS
SELECT n AS id, 'built' AS status, ST_SetSRID(ST_MakeLine(ARRAY(
    SELECT ST_MakePoint(400000 + n * 7919 % 200000 + 10 * v, 6600000 + n * 104729 % 200000 + v % 3)
    FROM generate_series(1, 4 + n % 9) AS v)), 3006) AS geom
FROM generate_series(1, {rows}::bigint) AS n
"""
Read = Callable[[str], gpd.GeoDataFrame]


def fibercov(table: str) -> gpd.GeoDataFrame:
    """Read with fibercov, which also checks."""
    read = fc.read_premises if table == "fibercov_points" else fc.read_network
    made: gpd.GeoDataFrame = read(URL, sql=f"SELECT * FROM {table}")  # noqa: S608 - our own
    return made


def over_adbc(table: str) -> gpd.GeoDataFrame:
    """Read with geopandas, through the same driver."""
    from adbc_driver_postgresql import dbapi  # noqa: PLC0415 - not for the others

    with dbapi.connect(URL) as connection:
        return gpd.read_postgis(f"SELECT * FROM {table}", connection)  # noqa: S608 - our own


def over_sqlalchemy(table: str) -> gpd.GeoDataFrame:
    """Read with geopandas as its manual says."""
    import sqlalchemy  # noqa: PLC0415 - not for the others

    engine = sqlalchemy.create_engine(URL.replace("postgresql", "postgresql+psycopg", 1))
    return gpd.read_postgis(f"SELECT * FROM {table}", engine)  # noqa: S608 - our own


READERS: dict[str, Read] = {
    "fibercov, checked": fibercov,
    "geopandas, ADBC": over_adbc,
    "geopandas, SQLAlchemy and psycopg": over_sqlalchemy,
}


def read_once(reader: str, table: str) -> dict[str, Any]:
    """Read a table in this process; tell what it took, and what came."""
    READERS[reader]("(SELECT * FROM fibercov_lines LIMIT 9) AS a")  # imports and first connections
    processor, wall = time.process_time(), time.perf_counter()
    frame = READERS[reader](table)
    took = {"processor": time.process_time() - processor, "wall": time.perf_counter() - wall}
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    xy = shapely.get_coordinates(frame.geometry)
    return {
        **took,
        "gigabytes": peak,
        "rows": len(frame),
        "sum": xy.sum(),
        "crs": frame.crs.to_epsg(),
    }


def main() -> None:
    """Make the tables, read them with each, print, and drop them."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--points", type=int, default=1_000_000)
    parser.add_argument("--lines", type=int, default=132_000)
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--read", nargs=2, metavar=("READER", "TABLE"), help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if not URL:
        parser.error("POSTGIS in the environment names no server")
    if asked.read:
        print(json.dumps(read_once(*asked.read)))
        return
    made = {"fibercov_points": (_POINTS, asked.points), "fibercov_lines": (_LINES, asked.lines)}
    for table, (statement, rows) in made.items():
        _run(f"DROP TABLE IF EXISTS {table}", statement.format(rows=rows), f"ANALYZE {table}")
    try:
        for table, (_, rows) in made.items():
            _compare(table, rows, asked.repeat)
    finally:
        for table in made:
            _run(f"DROP TABLE {table}")


def _run(*statements: str) -> None:
    """Run statements in the database."""
    from adbc_driver_postgresql import dbapi  # noqa: PLC0415 - not for the others

    with dbapi.connect(URL) as connection, connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
        connection.commit()


def _compare(table: str, rows: int, repeat: int) -> None:
    """Read a table with each reader, and print its row."""
    print(f"\n| {table.removeprefix('fibercov_')}: {rows:,} | processor, s | s | memory |")
    print("|---|---:|---:|---:|")
    came, first = set(), 0.0
    for reader in READERS:
        found = []
        for _ in range(repeat):
            command = [sys.executable, __file__, "--read", reader, table]
            found.append(
                json.loads(subprocess.run(command, check=True, capture_output=True).stdout)
            )
        came |= {(each["rows"], each["sum"], each["crs"]) for each in found}
        processor, wall = (statistics.median(e[k] for e in found) for k in ("processor", "wall"))
        first = first or processor
        memory = max(each["gigabytes"] for each in found)
        print(
            f"| {reader} | {processor:.2f} ({processor / first:.1f}) | {wall:.2f} | {memory:.1f} GB |"
        )
    if len(came) > 1:
        sys.exit(f"They do not read the same: {came}.")


if __name__ == "__main__":
    main()
