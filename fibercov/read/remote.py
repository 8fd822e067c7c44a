"""Fetch files from hosts: over HTTP and from S3."""

from __future__ import annotations

import base64
import importlib
import shutil
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import quote, unquote

from fibercov.errors import ArgumentError, FibercovError, FileError
from fibercov.read.addresses import DATABASES, HOSTS, Address, address_in
from fibercov.wording import Words

_TIMEOUT_S, _AT_ONCE = 60, 1 << 20
_WRITTEN_SO = "%/:=&?~#+!$,;'@()*[]"  # what has a meaning in an address


@contextmanager
def on_disk(source: Any, argument: str) -> Iterator[tuple[Any, str | None]]:
    """Yield a source, and None; a file on a host as a copy, and the version that the host gives it.

    The version is empty if the host gives none. The copy is there as long as the block runs; errors in the
    block name the file by its address.
    """
    if (database := address_in(source, DATABASES, argument)) is not None:
        way_out = Words("Join its tables to the others in {sql}.")
        seen = repr(database)
        raise ArgumentError(argument, f"cannot be a database here: {seen}.", way_out, seen=seen)
    address = address_in(source, HOSTS, argument)
    if address is None:
        yield source, None
        return
    with TemporaryDirectory(prefix="fibercov-") as room:
        file = Path(room, address.file or "file")
        version = _fetched(address, file, argument)
        try:
            yield file, version
        except FibercovError as error:
            raise error.naming(str(file), str(address)) from None


def _fetched(address: Address, file: Path, argument: str) -> str:
    """Copy a file from its host; return its ETag."""
    try:
        etag = (_from_s3 if address.scheme == "s3" else _from_web)(address, file)
    except Exception as error:  # noqa: BLE001 - the libraries raise anything
        failed = address.reason(str(error) or type(error).__name__)
    else:
        return (etag or "").strip('"')
    # Here, so that the library's error, and what it may say, does not come along.
    seen = repr(address)
    raise FileError(argument, f": {seen} cannot be fetched: {failed}", seen=seen)


def _from_web(address: Address, file: Path) -> str | None:
    """Copy a file over HTTP; raise if less of it comes than is announced."""
    url = f"{address.scheme}://{address.host}{address.path}{address.query}"
    request = urllib.request.Request(quote(url, safe=_WRITTEN_SO))  # noqa: S310 - http or https
    if address.user:
        login = base64.b64encode(unquote(address.user).encode()).decode()
        request.add_unredirected_header("Authorization", f"Basic {login}")  # to this host alone
    with urllib.request.urlopen(request, timeout=_TIMEOUT_S) as answer, file.open("wb") as copy:  # noqa: S310
        shutil.copyfileobj(answer, copy, _AT_ONCE)
        size, announced = copy.tell(), answer.headers["Content-Length"]
        if announced is not None and size != int(announced):
            raise OSError(f"it breaks off after {size:,} of {int(announced):,} bytes")
        etag: str | None = answer.headers["ETag"]
    return etag


def _from_s3(address: Address, file: Path) -> str | None:
    """Copy a file from S3, or what speaks its language."""
    filesystem, path = importlib.import_module("pyarrow.fs").FileSystem.from_uri(address.url)
    with filesystem.open_input_stream(path, compression=None) as stream, file.open("wb") as copy:
        shutil.copyfileobj(stream, copy, _AT_ONCE)
        etag = stream.metadata().get(b"ETag") or stream.metadata().get("ETag", b"")
    return str(etag.decode())
