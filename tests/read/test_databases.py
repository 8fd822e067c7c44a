"""Rows of a query: from PostGIS on a server of these tests, and from DuckDB."""

from __future__ import annotations

import json
import sys
import traceback
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import quote

import duckdb
import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
import shapely
from adbc_driver_postgresql import dbapi
from geopandas.testing import assert_geodataframe_equal
from hypothesis import given
from hypothesis import strategies as st
from running import command, contents
from servers import PASSWORD, Database

import fibercov as fc
from fibercov.read.addresses import is_address, shown

POINT = "ST_SetSRID(ST_MakePoint(470000 + n, 6740000), 3006) AS geom"
ROWS = "FROM generate_series(1, 4) AS n"
CLOSED = "postgresql://fiber:hemligt@127.0.0.1:1/gis"


@pytest.fixture(scope="module")
def gis(database: Database, demo: fc.Demo) -> Database:
    """The database with the synthetic municipality in it."""
    for name in ("premises", "network", "areas", "roads", "water"):
        database.load(getattr(demo, name), name)
    return database


def select(database: Database, columns: str, **options: Any) -> gpd.GeoDataFrame:
    sql = f"SELECT n, {columns}, {POINT} {ROWS}"
    return fc.read_premises(database.url, sql=sql, **options)


def test_what_is_read_from_a_database_is_what_was_written_to_it(
    gis: Database, demo: fc.Demo
) -> None:
    premises = fc.read_premises(gis.url, sql="SELECT * FROM premises")
    assert_geodataframe_equal(premises, fc.read_premises(demo.premises))
    network = fc.read_network(gis.url, sql="SELECT * FROM network")
    assert_geodataframe_equal(network, fc.read_network(demo.network))
    areas = fc.read_areas(gis.url, sql="SELECT * FROM areas", name="name", code="code")
    assert_geodataframe_equal(areas, fc.read_areas(demo.areas, name="name", code="code"))
    roads = fc.read_roads(gis.url, sql="SELECT * FROM roads")
    assert_geodataframe_equal(roads, fc.read_roads(demo.roads))
    barriers = fc.read_barriers(gis.url, sql="SELECT * FROM water")
    assert_geodataframe_equal(barriers, fc.read_barriers(demo.water))
    water = fc.read_context(gis.url, sql="SELECT * FROM water")
    assert_geodataframe_equal(water, fc.read_context(demo.water))


def test_the_provenance_has_the_query_and_the_database_without_its_password(gis: Database) -> None:
    sql = "SELECT * FROM premises -- all of them\nWHERE inhabitants > 20;\n"
    said = fc.read_premises(gis.url, sql=sql).attrs["provenance"]
    assert said["source"] == f"postgresql://***@127.0.0.1:{gis.port}/gis"
    assert said["sql"] == sql
    assert said["rows"] == said["rows_used"] > 0
    assert "files" not in said


def test_where_and_columns_select_from_the_rows_of_a_query(gis: Database) -> None:
    premises = fc.read_premises(
        gis.url, sql="SELECT * FROM premises", where="households > 3", columns=["id"]
    )
    assert (premises["households"] > 3).all()
    assert premises.attrs["provenance"]["rows"] > len(premises) > 0
    assert {"id", "households"} < {*premises.columns}


def test_columns_come_as_from_a_file(database: Database) -> None:
    premises = select(
        database,
        "n::numeric(10,0) AS whole, 1.25::numeric AS exact, nullif(n, 2)::smallint AS some, n % 2 = 0 AS odd,"
        " 'Å' AS text, 'z'::char(3) AS padded, DATE '2020-10-01' AS day, now() AS moment, '{\"a\": 1}'::json AS json,"
        " 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'::uuid AS uuid, ARRAY[1, 2] AS list, TIME '12:00' AS time,"
        " INTERVAL '1 day' AS span, 1.5::money AS money, inet '10.0.0.1' AS host, NULL AS empty, 1.5::real AS single,"
        " 12345678901234567::numeric AS long, CASE WHEN n > 1 THEN n::numeric END AS gaps",
        households="whole",
        connected="odd",
        id="n",
    )
    first = premises.iloc[0]
    assert premises["households"].tolist() == [1, 2, 3, 4]
    assert premises["households"].dtype == premises["long"].dtype == np.int64
    assert premises["connected"].tolist() == [False, True, False, True]
    assert premises["exact"].tolist() == [1.25] * 4
    assert premises["some"].isna().tolist() == [False, True, False, False]
    assert first["long"] == 12345678901234567
    assert first["day"] == pd.Timestamp("2020-10-01")
    assert premises["gaps"].iloc[1:].tolist() == [2, 3, 4]
    texts = {
        "text": "Å", "padded": "z  ", "json": '{"a": 1}', "uuid": "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11",
        "list": "{1,2}", "time": "12:00:00", "span": "1 day", "host": "10.0.0.1/32",
    }  # fmt: skip
    assert {name: first[name] for name in texts} == texts
    assert (first["money"], first["single"]) == (1.5, 1.5)
    assert premises["empty"].isna().all()


def test_exact_numbers_that_are_no_counts_are_an_error(database: Database) -> None:
    with pytest.raises(fc.ColumnError, match=r"'exact' is not a whole number .* \(1.5\)"):
        select(database, "1.5::numeric(10,3) AS exact", households="exact")


@pytest.mark.parametrize(
    ("geometry", "crs"),
    [
        ("ST_SetSRID(ST_MakePoint(470000, 6740000), 3006)", 3006),
        ("ST_SetSRID(ST_MakePoint(14.4, 60.8), 4326)::geography", 4326),
        ("ST_SetSRID(ST_MakePoint(470000, 6740000, 12, 1), 3006)", 3006),
    ],
)
def test_the_crs_is_that_of_the_srid(database: Database, geometry: str, crs: int) -> None:
    premises = fc.read_premises(database.url, sql=f"SELECT {geometry} AS place")
    assert premises.crs == crs
    assert premises.active_geometry_name == "place"


def test_geometries_without_an_srid_need_a_crs(database: Database) -> None:
    sql = f"SELECT ST_MakePoint(470000, 6740000) AS geom {ROWS}"
    with pytest.raises(fc.CRSError, match="does not say which CRS .* Say it with `crs`"):
        fc.read_network(database.url, sql=sql)
    assert fc.read_network(database.url, sql=sql, crs=3006).crs == 3006
    with pytest.raises(fc.CRSError, match="`crs` is EPSG:3007, but the source says .* EPSG:3006"):
        select(database, "1 AS one", crs=3007)


def test_a_table_with_coordinates_is_read_with_xy(database: Database) -> None:
    sql = f"SELECT 470000.5 AS e, 6740000::numeric AS n {ROWS}"
    premises = fc.read_premises(database.url, sql=sql, xy=("e", "n"), crs=3006)
    assert premises.geometry.iloc[0] == shapely.Point(470000.5, 6740000)
    with pytest.raises(fc.GeometryError, match="has no geometry. If columns hold .* are: 'e', 'n'"):
        fc.read_premises(database.url, sql=sql)


def test_premises_without_geometry_are_unplaced(database: Database) -> None:
    sql = f"SELECT n, CASE WHEN n > 1 THEN {POINT.removesuffix(' AS geom')} END AS geom {ROWS}"
    premises = fc.read_premises(database.url, sql=sql)
    assert premises.geometry.isna().tolist() == [True, False, False, False]
    assert premises.crs == 3006


@pytest.mark.parametrize(
    ("sql", "kind", "said"),
    [
        ("SELECT 1 AS a, 2 AS a", fc.ColumnError, "has several columns called 'a'"),
        (f"SELECT {POINT}, {POINT.replace('geom', 'other')} {ROWS}", fc.GeometryError,
         "`premises` has several columns with geometry: 'geom', 'other'. Select one of them."),
        (f"SELECT {POINT} {ROWS} UNION ALL SELECT ST_SetSRID(ST_MakePoint(14, 60), 4326)", fc.CRSError,
         r"has geometries with different SRIDs in 'geom': 3006, 4326. .* ST_Transform\(geom, 4326\)"),
        ("SELECT ST_SetSRID(ST_MakePoint(14, 60), 990001) AS geom", fc.CRSError,
         "the SRID 990001 in 'geom', which is no EPSG code"),
        (f"SELECT {POINT} {ROWS} WHERE n > 9", fc.GeometryError, "`premises` is empty: it has no rows"),
        ("SELECT NULL::geometry AS geom", fc.GeometryError, "no geometry in any of its 1 rows"),
        ("SELECT ST_GeomFromText('CIRCULARSTRING(0 0, 1 1, 2 0)', 3006) AS geom", fc.GeometryError,
         r"in 'geom' that cannot be read .* ST_CurveToLine\(geom\)"),
        ("SELECT ST_GeomFromText('TIN(((0 0, 0 1, 1 0, 0 0)))', 3006) AS geom", fc.GeometryError,
         "in 'geom' that cannot be read .* leave out surfaces"),
        ("SELEC 1", fc.ArgumentError, '`sql` cannot be run: syntax error at or near "1".$'),
        ("SELECT srd FROM spatial_ref_sys", fc.ArgumentError,
         '`sql` cannot be run: column "srd" does not exist HINT: .*srid'),
        ("SELECT * FROM nowhere", fc.ArgumentError, 'cannot be run: relation "nowhere" does not exist.$'),
        ("SELECT 1 / (srid - 2000) FROM spatial_ref_sys", fc.ArgumentError, "run: division by zero.$"),
        ("SELECT 1; SELECT 2", fc.ArgumentError, 'cannot be run: syntax error at or near ";".$'),
        (" ;; ", fc.ArgumentError, "`sql` must be a query, such as SELECT .*, not ' ;; '"),
        (7, fc.ArgumentError, "`sql` must be a query, .* not 7"),
    ],
)  # fmt: skip
def test_a_query_that_gives_no_premises_is_an_error(
    database: Database, sql: Any, kind: type[Exception], said: str
) -> None:
    with pytest.raises(kind, match=said):
        fc.read_premises(database.url, sql=sql)


@pytest.mark.parametrize(
    "sql",
    [
        "DELETE FROM kept RETURNING a",
        "WITH gone AS (DELETE FROM kept RETURNING a) SELECT * FROM gone",
        "SELECT empty_it()",
        "TRUNCATE kept",
        "SELECT 1) AS a; TRUNCATE kept; SELECT * FROM (SELECT 1",
        "SELECT 1; COMMIT; TRUNCATE kept",
    ],
)
def test_a_query_that_writes_is_an_error_and_writes_nothing(database: Database, sql: str) -> None:
    database.run("DROP TABLE IF EXISTS kept")
    database.run("CREATE TABLE kept AS SELECT 1 AS a")
    database.run(
        "CREATE OR REPLACE FUNCTION empty_it() RETURNS int LANGUAGE sql AS 'DELETE FROM kept RETURNING a'"
    )
    with pytest.raises(fc.ArgumentError, match="`sql` cannot be run"):
        fc.read_premises(database.url, sql=sql)
    with dbapi.connect(database.url) as connection, connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM kept")
        assert cursor.fetchone() == (1,)


def test_a_query_is_for_a_database_and_a_database_needs_one(demo: fc.Demo) -> None:
    with pytest.raises(fc.ArgumentError, match=r"`sql` is for a database: postgresql://HOST/"):
        fc.read_premises("a.gpkg", sql="SELECT 1")
    with pytest.raises(fc.ArgumentError, match="`sql` is for a database"):
        fc.read_network(demo.network, sql="SELECT 1")
    said = (
        r"`roads` is a database, 'postgresql://\*\*\*@127.0.0.1:1/gis'. Say .*: sql='SELECT ...'."
    )
    with pytest.raises(fc.ArgumentError, match=said):
        fc.read_roads(CLOSED)
    for option in ({"layer": "a"}, {"header": 2}):
        with pytest.raises(fc.ArgumentError, match=f"`{next(iter(option))}` is for files"):
            fc.read_network(CLOSED, sql="SELECT 1", **option)
    said = r"`counts` cannot be a database here: 'postgresql://\*\*\*@.*'. Join .* in `sql`."
    with pytest.raises(fc.ArgumentError, match=said):
        fc.read_premises(demo.premises, counts=CLOSED, on="id")
    with pytest.raises(fc.ArgumentError, match="`network` cannot be a database here"):
        fc.read_network([CLOSED, CLOSED.replace("gis", "other")])


def test_a_missing_driver_is_an_error_that_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "adbc_driver_postgresql.dbapi", None)
    with pytest.raises(fc.MissingExtraError, match=r"pip install 'fibercov\[postgis\]'"):
        fc.read_premises(CLOSED, sql="SELECT 1")


SECRET = "hemligt4711"  # noqa: S105 - nobody's


@pytest.mark.parametrize(
    "source",
    [
        f"postgresql://fiber:{SECRET}@127.0.0.1:1/gis",
        f"postgres://fiber:{SECRET}@127.0.0.1:1/gis?sslmode=disable",
        f"postgresql://127.0.0.1:1/gis?user=fiber&password={SECRET}",
        f"postgresql://127.0.0.1:1/gis?user=fiber&pass%77ord={SECRET}",
        f"postgresql://127.0.0.1:1/gis?user=fiber&pasword={SECRET}",
        f"postgresql://127.0.0.1:1/gis?sslmode={SECRET}",
        f"postgresql://fiber:a/{SECRET}@127.0.0.1:1/gis",
        f"postgresql://fiber:12/{SECRET}@127.0.0.1:1/gis",
        f"postgresql://fiber:a?{SECRET}@127.0.0.1:1/gis",
        f"postgresql://fiber:a@{SECRET}@127.0.0.1:1/gis",
        f"postgresql://fiber:%zz{SECRET}@127.0.0.1:1/gis",
        f"postgresql://fiber:{SECRET}@[::1/gis",
        f"postgresql://fiber:{SECRET}@127.0.0.1:port/gis",
        f"mysql://fiber:{SECRET}@127.0.0.1:1/gis",
        Path(f"postgresql://fiber:{SECRET}@127.0.0.1:1/gis"),
        Path(f"mysql://fiber:{SECRET}@127.0.0.1:1/gis"),
    ],
)
def test_no_password_comes_into_an_error(source: str | Path) -> None:
    sql = None if "mysql" in str(source) else "SELECT 1"
    with pytest.raises(fc.FibercovError) as caught:
        fc.read_network(source, sql=sql)
    told = "".join(traceback.format_exception(caught.value))
    assert SECRET not in told + repr(caught.value.seen) + caught.value.way_out
    assert caught.value.__context__ is None


def test_a_wrong_password_or_host_is_an_error_that_says_so(database: Database) -> None:
    wrong = f"postgresql://fiber:{SECRET}@127.0.0.1:{database.port}/gis"
    said = (
        "`premises`: '.*' does not answer: .* password authentication failed for user \"fiber\".$"
    )
    with pytest.raises(fc.FileError, match=said):
        fc.read_premises(wrong, sql="SELECT 1")
    with pytest.raises(fc.FileError, match="does not answer: .* Connection refused"):
        fc.read_premises(CLOSED, sql="SELECT 1")
    other = f"{database.url}?connect_timeout=10".replace("/gis?", "/nowhere?")
    with pytest.raises(fc.FileError, match='does not answer: .* database "nowhere" does not exist'):
        fc.read_premises(other, sql="SELECT 1")


def test_a_password_may_stand_in_the_query_of_the_address(database: Database) -> None:
    secret = quote(PASSWORD, safe="")
    url = f"postgresql://127.0.0.1:{database.port}/gis?user=fiber&password={secret}"
    premises = fc.read_premises(url, sql=f"SELECT {POINT} {ROWS}")
    source = premises.attrs["provenance"]["source"]
    assert source == f"postgresql://127.0.0.1:{database.port}/gis?***"


def test_a_password_may_come_from_the_environment(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in database.environment.items():
        monkeypatch.setenv(name, value)
    sql = f"SELECT {POINT} {ROWS}"
    premises = fc.read_premises("postgresql://fiber@gis.example.org/gis", sql=sql)
    assert len(premises) == 4


LETTERS = st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1, max_size=12)


@given(LETTERS, LETTERS)
def test_nothing_of_a_password_is_shown_however_it_is_written(first: str, second: str) -> None:
    for password in (quote(f"{first}SECRET{second}", safe=""), f"{first}SECRET{second}"):
        for scheme in ("postgresql", "https", "s3"):
            source = f"{scheme}://anna:{password}@host/file.parquet"
            assert is_address(source)
            assert "SECRET" not in shown(source)


@given(LETTERS)
def test_nothing_of_the_query_of_an_address_is_shown(value: str) -> None:
    source = f"https://host:8080/file.parquet?X-Amz-Signature={value}SECRET{value}"
    assert shown(source) in {"https://host:8080/file.parquet?***", "https://***"}


def test_the_command_line_measures_what_is_in_a_database(
    gis: Database, demo: fc.Demo, tmp_path: Path
) -> None:
    out = tmp_path / "results"
    arguments = (
        gis.url, gis.url, "--sql", "SELECT * FROM premises", "--network-sql", "SELECT * FROM network",
        "--planned", gis.url, "--planned-sql", "SELECT * FROM network",
        "--areas", gis.url, "--areas-sql", "SELECT * FROM areas", "--area-name", "name", "--area-code", "code",
        "--along", "roads", "--roads", gis.url, "--roads-sql", "SELECT * FROM roads",
        "--reach", "50", "--as-of", "2020-10-01", "--out", str(out),
    )  # fmt: skip
    done = command("measure", *arguments, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    summary = json.loads((out / "summary.json").read_text("utf-8"))
    for name in ("premises", "network", "planned", "areas", "roads"):
        assert summary["inputs"][name]["source"] == f"postgresql://***@127.0.0.1:{gis.port}/gis"
        assert summary["inputs"][name]["sql"].startswith("SELECT * FROM")
    written = contents(out)
    assert len(written) > 4
    for secret in (PASSWORD, quote(PASSWORD, safe=""), quote(PASSWORD)):
        assert secret not in done.stdout + done.stderr
        assert not [name for name, held in written.items() if secret.encode() in held]
    expected = fc.measure_coverage(
        demo.premises, demo.network, reach=fc.Reach(50, along="roads"), roads=demo.roads, as_of="2020-10-01"
    )  # fmt: skip
    assert summary["share"] == pytest.approx(expected.share)


def test_the_command_line_names_the_options_of_a_query(tmp_path: Path, demo: fc.Demo) -> None:
    demo.premises.to_file(tmp_path / "a.gpkg")
    cases = {
        (CLOSED, "a.gpkg"): "Say which rows to read: --sql 'SELECT ...'.",
        ("a.gpkg", CLOSED): "Say which rows to read: --network-sql 'SELECT ...'.",
        ("a.gpkg", "a.gpkg", "--network-sql", "x"): "Error: `--network-sql` is for a database",
        ("a.gpkg", "--network-sql", "x"): "Error: `--network-sql` needs NETWORK.",
        ("a.gpkg", "a.gpkg", "--planned-sql", "x"): "Error: `--planned-sql` needs `--planned`.",
        ("a.gpkg", "a.gpkg", "--roads-sql", "x"): "Error: `--roads-sql` needs `--roads`.",
        ("a.gpkg", "a.gpkg", "--areas-sql", "x"): "Error: `--areas-sql` needs `--areas`.",
        ("a.gpkg", "a.gpkg", "--barriers", CLOSED): "is a database, and FILE[:LAYER] a file.",
    }
    for arguments, said in cases.items():
        done = command("measure", *arguments, "--reach", "50", cwd=tmp_path)
        assert done.returncode == 1
        assert said in done.stderr, done.stderr
        assert "hemligt" not in done.stderr


def test_a_file_of_options_may_have_addresses_and_queries(gis: Database, tmp_path: Path) -> None:
    (tmp_path / "job.toml").write_text(
        f'premises = "{gis.url}"\nnetwork = "{gis.url}"\nreach = 50\n'
        'sql = """\nSELECT *\nFROM premises\n"""\nnetwork_sql = "SELECT * FROM network"\n',
        "utf-8",
    )
    done = command("run", "job.toml", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    summary = json.loads((tmp_path / "fibercov-results" / "summary.json").read_text("utf-8"))
    assert summary["inputs"]["premises"]["sql"] == "SELECT *\nFROM premises\n"


def test_what_adbc_fetched_is_read_as_it_is(gis: Database, demo: fc.Demo) -> None:
    with dbapi.connect(gis.url) as connection, connection.cursor() as cursor:
        cursor.execute("SELECT * FROM premises")
        table = cursor.fetch_arrow_table()
    assert_geodataframe_equal(fc.read_premises(table), fc.read_premises(demo.premises))


def test_a_relation_of_duckdb_is_read_with_its_geometry_and_crs(
    demo: fc.Demo, tmp_path: Path
) -> None:
    demo.premises.to_parquet(tmp_path / "a.parquet")
    with duckdb.connect(tmp_path / "a.duckdb") as made:
        made.execute(f"CREATE TABLE premises AS SELECT * FROM '{tmp_path / 'a.parquet'}'")
    relation = duckdb.connect(tmp_path / "a.duckdb", read_only=True).sql("SELECT * FROM premises")
    premises = fc.read_premises(relation)
    assert premises.crs == 3006
    assert_geodataframe_equal(premises, fc.read_premises(demo.premises))


def test_a_relation_of_duckdb_without_a_crs_needs_one() -> None:
    with duckdb.connect() as memory:
        relation = memory.sql("SELECT 'POINT(470000 6740000)'::GEOMETRY AS geom")
        assert fc.read_premises(relation, crs=3006).crs == 3006
        with pytest.raises(fc.CRSError, match="does not say which CRS"):
            fc.read_premises(relation)


def test_the_path_of_a_duckdb_file_is_an_error_that_says_how_to_read_it(tmp_path: Path) -> None:
    file = tmp_path / "a.duckdb"
    duckdb.connect(file).close()
    said = r"it is a DuckDB database. .*duckdb.connect\('.*a.duckdb', read_only=True\).sql\('SELECT"
    with pytest.raises(fc.FileError, match=said):
        fc.read_network(file)
    with pytest.raises(fc.ArgumentError, match=r"`sql` is for a database: .*duckdb.connect\('"):
        fc.read_network(file, sql="SELECT 1")


def test_dates_in_arrow_are_dates_as_in_a_file() -> None:
    table = pa.table({"e": [470000.0], "n": [6740000.0], "day": [date(2020, 10, 1)]})
    premises = fc.read_premises(table, xy=("e", "n"), crs=3006)
    assert premises["day"].dtype == "datetime64[ms]"
