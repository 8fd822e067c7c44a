"""Addresses of databases and of files on hosts: what they are, and how they are told without secrets.

Messages, files and results have of an address only what `shown` makes of it: without user and password, and
without its query, where passwords, signatures and tokens stand.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from urllib.parse import unquote, unquote_plus

from fibercov import checks
from fibercov.errors import ArgumentError

DATABASES = frozenset({"postgresql", "postgres"})
HOSTS = frozenset({"https", "http", "s3"})

_HIDDEN = "***"
_ONE_SLASH = re.compile(r"(\w[\w+.-]+):/(?!/)")  # what `Path` makes of two
_ADDRESS = re.compile(r"(.*?\w[\w+.-]+)://(.*)", re.DOTALL)
_PARTS = re.compile(r"(?:([^@/?#]*)@)?([^@/?#]*)((?:/[^?#]*)?)((?:[?#].*)?)", re.DOTALL)
_ONE_HOST = r"(?:\[[\da-fA-F:.]+\]|[^:,\[\]\s]*)(?::\d+)?"
_SEVERAL_HOSTS = re.compile(f"{_ONE_HOST}(?:,{_ONE_HOST})*")
_BARE_PERCENT = re.compile("%(?![0-9a-fA-F]{2})")
_WAY_OUT = (
    "An address is like https://HOST/FILE, s3://BUCKET/FILE or postgresql://USER:PASSWORD@HOST:PORT/DATABASE. "
    "In a password write % as %25, @ as %40, / as %2F, ? as %3F and # as %23."
)


@dataclass(frozen=True)
class Address:
    """An address, whose text is what may be shown of it."""

    url: str
    scheme: str
    user: str
    host: str
    path: str
    query: str

    def __str__(self) -> str:
        user, query = _HIDDEN if self.user else "", _HIDDEN if self.query else ""
        return f"{self.scheme}://{user and f'{user}@'}{self.host}{self.path}{query and f'?{query}'}"

    def __repr__(self) -> str:
        return repr(str(self))

    @property
    def file(self) -> str:
        """The name of the file."""
        return PurePosixPath(unquote(self.path)).name

    def reason(self, text: str) -> str:
        """Write another library's error as the end of a sentence, without what is secret."""
        text = text.replace(self.url, str(self))
        parts = re.split("[?&#]", self.query)
        raw = {self.user, self.user.partition(":")[2], *(p.partition("=")[2] or p for p in parts)}
        secrets = {*raw, *map(unquote, raw), *map(unquote_plus, raw)} - {""}
        for secret in sorted(secrets, key=len, reverse=True):
            text = re.sub(rf"(?<!\w){re.escape(secret)}(?!\w)", _HIDDEN, text)
        told = checks.cut(" ".join(text.split()), 600).rstrip(".")
        return told if told.endswith("?") else f"{told}."


def local_files(sources: Iterable[str | Path | None]) -> list[Path]:
    """List those of the sources that are files on this machine."""
    return [Path(source) for source in sources if source is not None and not is_address(source)]


def is_address(source: object, schemes: frozenset[str] = DATABASES | HOSTS) -> bool:
    """Tell whether a source is an address that can be read: of a database, or of a file on a host.

    >>> [is_address(each) for each in ("https://host/a.parquet", "s3://bucket/a.gpkg", "C:/a.gpkg", "a.csv")]
    [True, True, False, False]
    """
    return isinstance(source, str | Path) and _split(source)[0].lower() in schemes


def address_in(source: object, schemes: frozenset[str], argument: str) -> Address | None:
    """Return the address, if it has one of these schemes; None for any other source.

    Raises ArgumentError if its parts cannot be told apart.
    """
    if not is_address(source, schemes):
        return None
    found = _parsed(source)
    if found is None:
        seen = repr(shown(source))
        raise ArgumentError(
            argument, f"is no address that can be read: {seen}.", _WAY_OUT, seen=seen
        )
    return found


def name_of(source: str | Path) -> str:
    """Return the name of a file, or what may be shown of an address."""
    return shown(source) if is_address(source) else Path(source).name


def stem_of(source: str | Path) -> str:
    """Return the name of a file, on a host or here, without its ending."""
    found = _parsed(source) if is_address(source) else None
    return Path(source if found is None else found.file).stem


def shown(source: object) -> str:
    """Write a path or an address as it may stand in messages and files.

    RULE: what may be part of a password is one. Of an address whose parts cannot be told apart, only the
    scheme is shown.

    >>> shown("postgresql://anna:secret@host/gis?sslmode=require")
    'postgresql://***@host/gis?***'
    >>> shown("https://host/a.parquet?X-Amz-Signature=4f5e"), shown("https://anna:1/2@host/a.parquet")
    ('https://host/a.parquet?***', 'https://***')
    """
    scheme, _ = _split(source)
    if not scheme:
        return str(source)
    return str(_parsed(source) or f"{scheme}://{_HIDDEN}")


def _split(source: object) -> tuple[str, str]:
    """Split an address at its slashes; the first part is empty if the source is none."""
    found = _ADDRESS.fullmatch(_ONE_SLASH.sub(r"\1://", str(source).strip(), count=1))
    return ("", "") if found is None else (found[1], found[2])


def _parsed(source: object) -> Address | None:
    """Parse an address; None if its parts cannot be told apart."""
    scheme, rest = _split(source)
    parts = _PARTS.fullmatch(rest)
    if parts is None:
        return None
    user, host, path, query = (part or "" for part in parts.groups())
    unsure = "@" in path + query and (user or ":" in host)  # it may be a password's
    if unsure or not _SEVERAL_HOSTS.fullmatch(host) or _BARE_PERCENT.search(user):
        return None
    scheme = scheme.lower()
    return Address(f"{scheme}://{rest}", scheme, user, host, path, query)
