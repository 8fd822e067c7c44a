"""Servers that the tests start on this machine: a database, a web server, and one that speaks S3."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import quote

import geopandas as gpd
import pytest

# Everything in it has a meaning in an address, or in a pattern.
PASSWORD = "h4%/@:?#&=+ \\å.*"  # noqa: S105 - of a database that is gone when the tests end
KEY, SECRET, BUCKET = "AKIATESTING", "hem/ligt+4711", "fiber"
_WAIT_S = 60


class Database(NamedTuple):
    """A database with PostGIS, which one comes into by a password."""

    port: int

    @property
    def url(self) -> str:
        return f"postgresql://fiber:{quote(PASSWORD, safe='')}@127.0.0.1:{self.port}/gis"

    @property
    def environment(self) -> dict[str, str]:
        """What makes any host of that name this one."""
        return {"PGHOSTADDR": "127.0.0.1", "PGPORT": str(self.port), "PGPASSWORD": PASSWORD}

    def run(self, statement: str) -> None:
        """Run a statement, and commit."""
        with _driver().connect(self.url) as connection, connection.cursor() as cursor:
            cursor.execute(statement)
            connection.commit()

    def load(self, frame: gpd.GeoDataFrame, table: str) -> None:
        """Write a frame to a table."""
        import sqlalchemy  # noqa: PLC0415 - as above

        engine = sqlalchemy.create_engine(self.url.replace("postgresql", "postgresql+psycopg", 1))
        frame.to_postgis(table, engine, if_exists="replace", index=False)
        engine.dispose()


@contextmanager
def database() -> Iterator[Database]:
    """Make a cluster of PostgreSQL in a folder of its own, and start it on the loopback."""
    found = [Path("/usr/lib/postgresql"), *sorted(Path("/usr/lib/postgresql").glob("*/bin"))]
    initdb = shutil.which("initdb") or shutil.which("initdb", path=str(found[-1]))
    if initdb is None:
        pytest.skip(
            "no PostgreSQL with PostGIS on this machine: install Debian's postgresql-postgis"
        )
    # It does not run as root, and does not reach into pytest's folders.
    user: Mapping[str, Any] = {"user": "postgres"} if os.geteuid() == 0 else {}
    room = Path(tempfile.mkdtemp(prefix="fibercov-postgres-"))
    try:
        secret = room / "password"
        secret.write_text(PASSWORD, "utf-8")
        if user:
            for path in (room, secret):
                shutil.chown(path, "postgres")
        data = room / "data"
        made: list[str | Path] = [
            initdb,
            "-D",
            data,
            "-U",
            "fiber",
            "--auth=scram-sha-256",
            f"--pwfile={secret}",
        ]
        quick = ["--encoding=UTF8", "--locale=C.UTF-8", "--no-sync"]
        subprocess.run([*made, *quick], check=True, stdout=subprocess.DEVNULL, cwd=room, **user)
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        options = {
            "listen_addresses": "127.0.0.1", "port": port, "unix_socket_directories": room, "fsync": "off",
        }  # fmt: skip
        settings = [part for name, value in options.items() for part in ("-c", f"{name}={value}")]
        with (room / "log").open("wb") as log:
            server = subprocess.Popen(
                [Path(initdb).with_name("postgres"), "-D", data, *settings],
                stdout=log, stderr=log, cwd=room, **user,
            )  # fmt: skip
        try:
            _create(port, server)
            yield Database(port)
        finally:
            server.send_signal(signal.SIGINT)  # without waiting for connections that are open
            server.wait(_WAIT_S)
    finally:
        shutil.rmtree(room)


def _driver() -> Any:
    """Import what connects to the database; these imports take long, and few tests need them."""
    from adbc_driver_postgresql import dbapi  # noqa: PLC0415 - as it says

    return dbapi


def _create(port: int, server: subprocess.Popen[bytes]) -> None:
    """Create the database once the server answers."""
    first = f"postgresql://fiber:{quote(PASSWORD, safe='')}@127.0.0.1:{port}/postgres"
    until, driver = time.monotonic() + _WAIT_S, _driver()
    while True:
        try:
            with (
                driver.connect(first, autocommit=True) as connection,
                connection.cursor() as cursor,
            ):
                cursor.execute("CREATE DATABASE gis")
            break
        except driver.OperationalError:
            if server.poll() is not None or time.monotonic() > until:
                raise
            time.sleep(0.1)
    made = Database(port)
    try:
        made.run("CREATE EXTENSION postgis")
    except driver.Error as error:
        pytest.skip(f"no PostGIS on this machine: install Debian's postgresql-postgis ({error})")


class Web(ThreadingHTTPServer):
    """A server of the files in a folder, as the test wants them: with a login, an ETag, a redirection."""

    folder: Path
    etag: str | None = '"v1"'
    login: str | None = None
    announced: int | None = None
    moved: dict[str, str]
    asked: list[tuple[str, str | None]]

    @property
    def port(self) -> int:
        return self.server_address[1]

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"


class _Answer(SimpleHTTPRequestHandler):
    server: Web

    def do_GET(self) -> None:
        login = self.headers["Authorization"]
        self.server.asked.append((self.path, login))
        path = self.path.partition("?")[0]
        if path in self.server.moved:
            self.send_response(302)
            self.send_header("Location", self.server.moved[path])
            self.end_headers()
        elif self.server.login is not None and login != self.server.login:
            self.send_error(401)
        else:
            super().do_GET()

    def send_header(self, keyword: str, value: str) -> None:
        if keyword == "Content-Length" and self.server.announced is not None:
            value = str(self.server.announced)
        super().send_header(keyword, value)

    def end_headers(self) -> None:
        if self.server.etag is not None:
            self.send_header("ETag", self.server.etag)
        super().end_headers()

    def log_message(self, *_: object) -> None:
        """Keep quiet."""


@contextmanager
def web(folder: Path) -> Iterator[Web]:
    """Serve a folder over HTTP."""
    with Web(("127.0.0.1", 0), partial(_Answer, directory=str(folder))) as server:
        server.moved, server.asked = {}, []
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        yield server
        server.shutdown()
        thread.join()


class S3(NamedTuple):
    """A server that speaks S3, with one bucket, and all that it takes to read from it."""

    port: int

    @property
    def client(self) -> Any:
        import boto3  # noqa: PLC0415 - as above

        return boto3.client(
            "s3", endpoint_url=f"http://127.0.0.1:{self.port}", region_name="us-east-1",
            aws_access_key_id=KEY, aws_secret_access_key=SECRET,
        )  # fmt: skip

    @property
    def environment(self) -> dict[str, str]:
        """What makes S3 this server."""
        return {
            "AWS_ENDPOINT_URL": f"http://127.0.0.1:{self.port}",
            "AWS_ACCESS_KEY_ID": KEY, "AWS_SECRET_ACCESS_KEY": SECRET, "AWS_DEFAULT_REGION": "us-east-1",
        }  # fmt: skip

    def put(self, key: str, held: bytes) -> str:
        """Put a file into the bucket; return its ETag."""
        put = self.client.put_object(Bucket=BUCKET, Key=key, Body=held)
        return str(put["ETag"].strip('"'))

    def address(self, key: str) -> str:
        """The address of a file, with login and server."""
        server = f"region=us-east-1&scheme=http&endpoint_override=127.0.0.1:{self.port}"
        return f"s3://{KEY}:{quote(SECRET, safe='')}@{BUCKET}/{quote(key)}?{server}"


@contextmanager
def s3() -> Iterator[S3]:
    """Start a server that speaks S3, on the loopback."""
    from moto.server import ThreadedMotoServer  # noqa: PLC0415 - as above

    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    made = S3(server.get_host_and_port()[1])
    made.client.create_bucket(Bucket=BUCKET)
    yield made
    server.stop()
