"""Read the rows of a query from PostgreSQL, with the geometries of PostGIS."""

from __future__ import annotations

import importlib
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa

from fibercov import checks
from fibercov.errors import ArgumentError, FibercovError, FileError, MissingExtraError
from fibercov.read.addresses import DATABASES, Address, address_in
from fibercov.read.arrow import SHAPES, frame_of_table, postgres_type
from fibercov.read.kinds import DUCKDB, of_duckdb
from fibercov.read.objects import Source
from fibercov.wording import Blank, Call, Words

_QUERY = Blank("'SELECT ...'")
_PREFIX = re.compile(r"\A.*?(?:Failed to connect: |\b[^\W\d_]+:  )", re.DOTALL)  # up to ERROR:
_PLACE = re.compile(r"\n\w+ \d+: [^\n]*\n *\^")
_REST = re.compile(r"\n\s*Query was:.*|\s*\. SQLSTATE: .*", re.DOTALL)
_PLAIN = (
    pa.types.is_integer, pa.types.is_floating, pa.types.is_boolean, pa.types.is_string,
    pa.types.is_date, pa.types.is_timestamp, pa.types.is_binary,
)  # fmt: skip


@dataclass(frozen=True)
class Query:
    """The rows of a query to a database."""

    database: Address
    sql: str

    @property
    def origin(self) -> dict[str, str]:
        """Where the rows come from, for the provenance."""
        return {"source": str(self.database), "sql": self.sql}

    def rows(self, argument: str) -> pd.DataFrame:
        """Run the query in a transaction that can write nothing."""
        driver, failed = _driver(), ""
        try:
            connection = driver.connect(self.database.url)
        except driver.Error as error:
            failed = self._reason(error)
        if failed:  # here, so that the driver's error, and what it may say, does not come along
            seen = repr(self.database)
            raise FileError(argument, f": {seen} does not answer: {failed}", seen=seen)
        with connection, connection.cursor() as cursor:
            try:
                table = self._table(cursor, argument)
            except FibercovError:
                raise
            except Exception as error:  # noqa: BLE001 - the driver and Arrow raise anything
                failed = self._reason(error)
        if failed:
            raise ArgumentError("sql", f"cannot be run: {failed}")
        return frame_of_table(table, argument)

    def _table(self, cursor: Any, argument: str) -> pa.Table:
        """Fetch the rows, the columns of types that Arrow does not have as text.

        RULE: the query is a part of another, so that it can only select.
        """
        rows = f"({self.sql.strip().rstrip(';')}\n) AS rows"
        cursor.execute("SET TRANSACTION READ ONLY")
        fields = list(cursor.adbc_execute_schema(f"SELECT * FROM {rows}"))  # noqa: S608 - as below
        checks.no_twins(pd.DataFrame(columns=[field.name for field in fields]), argument)
        columns = ", ".join(map(_selected, fields)) or "*"
        cursor.execute(f"SELECT {columns} FROM {rows}")  # noqa: S608 - the user's own query
        return cursor.fetch_arrow_table()

    def _reason(self, error: Exception) -> str:
        """Take from the driver's message what PostgreSQL says."""
        text = _PLACE.sub("", _REST.sub("", _PREFIX.sub("", str(error), count=1)))
        return self.database.reason(text)


def _selected(field: pa.Field) -> str:
    """Select a column: as it is, or as text if it has a type that frames do not have."""
    name = '"{}"'.format(field.name.replace('"', '""'))
    if (field.metadata or {}).get(b"POSTGRESQL:type") == b"money":  # would come in cents
        return f"{name}::numeric AS {name}"
    other = postgres_type(field)
    if other in {*SHAPES, "numeric"} or (not other and any(of(field.type) for of in _PLAIN)):
        return name
    return f"{name}::text AS {name}"


def queried(source: Source, sql: str | None, argument: str) -> Source | Query:
    """Return the query, if the source is a database, or else the source; raise if only one is right."""
    database = address_in(source, DATABASES, argument)
    if database is None:
        if sql is None:
            return source
        file = source if isinstance(source, str | Path) else ""
        way_out = of_duckdb(file) if str(file).lower().endswith(DUCKDB) else ""
        raise ArgumentError("sql", "is for a database: postgresql://HOST/DATABASE.", way_out)
    if sql is None:
        seen = repr(database)
        rows = Words("Say which rows to read: {sql}.", sql=Call(sql=_QUERY))
        raise ArgumentError(argument, f"is a database, {seen}.", rows, seen=seen)
    if not isinstance(sql, str) or not sql.strip().strip(";"):
        raise checks.refusal("sql", "must be a query, such as SELECT * FROM addresses", sql)
    return Query(database, sql)


def _driver() -> Any:
    """Import the driver when it is needed."""
    try:
        return importlib.import_module("adbc_driver_postgresql.dbapi")
    except ImportError as error:
        raise MissingExtraError(
            None,
            "Reading from PostgreSQL needs adbc-driver-postgresql, which is not installed:",
            "pip install 'fibercov[postgis]'",
        ) from error
