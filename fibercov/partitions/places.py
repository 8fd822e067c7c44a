"""Where data and results lie: a folder that all workers see, or an object store."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from urllib.parse import parse_qs
from uuid import uuid4

import pyarrow as pa
import pyarrow.fs as pafs

from fibercov import checks
from fibercov.errors import ArgumentError, FileError
from fibercov.read.addresses import address_in, is_address, shown

_STORES = frozenset({"s3"})
_KNOWN = {"region", "scheme", "endpoint_override"}  # of a query: they hold no secret
_MOST = 1 << 24  # bytes that are read at once to compute a digest


@dataclass(frozen=True)
class Place:
    """A file or folder: of a file system that all workers see, or of an object store such as s3://bucket/folder.

    It is told to workers as its address, and each opens it by itself.
    """

    address: str

    @classmethod
    def of(cls, given: object, argument: str) -> Place:
        """Take a path or an address; raise if it is neither."""
        if not is_address(given):
            return cls(str(checks.path(given, argument).resolve()))
        address = address_in(given, _STORES, argument)
        if address is None:
            seen = repr(shown(given))
            raise ArgumentError(
                argument,
                f"must be a folder, or one in an object store, s3://BUCKET/FOLDER, not {seen}.",
                seen=seen,
            )
        if address.user or {*parse_qs(address.query.removeprefix("?"))} - _KNOWN:
            # RULE: workers, and a file for them, are told the address as it is.
            seen = repr(address)
            raise ArgumentError(
                argument,
                f"must hold no login, as workers on other machines are told it: {seen}.",
                "Give it to all workers by their environment: AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY.",
                seen=seen,
            )
        return cls(address.url)

    @property
    def remote(self) -> bool:
        """Whether it is in an object store."""
        return is_address(self.address)

    @cached_property
    def _opened(self) -> tuple[pafs.FileSystem, str]:
        if not self.remote:
            return pafs.LocalFileSystem(), self.address
        try:
            system, path = pafs.FileSystem.from_uri(self.address)
        except (pa.ArrowException, OSError, ValueError) as error:
            seen = repr(self.shown)
            raise FileError(
                None,
                f"{seen} cannot be opened: {checks.reason(error)}.",
                "Name a folder, or an address that pyarrow opens, such as s3://bucket/folder.",
                seen=seen,
            ) from error
        return system, path

    @property
    def shown(self) -> str:
        """The path or address as messages tell it."""
        return shown(self.address)

    def files(self, *ends: str) -> list[str]:
        """List the files below it whose names have one of these ends, in order; itself if it is one. Hidden ones do not count."""
        system, path = self._opened
        info = system.get_file_info(path)
        if info.type == pafs.FileType.File:
            return [path]
        inside = system.get_file_info(pafs.FileSelector(path, allow_not_found=True, recursive=True))
        names = [each.path for each in inside if each.type == pafs.FileType.File]
        here = len(path.rstrip("/")) + 1
        return sorted(
            name
            for name in names
            if name.lower().endswith(ends)
            and not any(part.startswith((".", "_")) for part in name[here:].split("/"))
        )

    def path(self, name: str) -> str:
        """Join a name to the address, as the file system calls it."""
        return f"{self._opened[1].rstrip('/')}/{name}"

    def open(self, path: str) -> pa.NativeFile:
        """Open a file by the path that `files` or `path` gave."""
        return self._opened[0].open_input_file(path)

    def stamp(self, path: str) -> list[int]:
        """Return the size of a file and when it was changed."""
        info = self._opened[0].get_file_info(path)
        return [info.size, info.mtime_ns or 0]

    def has(self, names: Iterable[str]) -> bool:
        """Tell whether all these files are in the folder."""
        found = self._opened[0].get_file_info([self.path(name) for name in names])
        return all(each.type == pafs.FileType.File for each in found)

    def read(self, name: str) -> bytes:
        """Read a file in the folder."""
        with self.open(self.path(name)) as file:
            return bytes(file.read())

    def write(self, name: str, content: bytes | memoryview) -> None:
        """Write a file in the folder in one step: a reader sees all of it or nothing.

        RULE: an object store shows an object when it is complete. In a folder it is written aside and moved.
        """
        if self.remote:
            with self._opened[0].open_output_stream(self.path(name)) as stream:
                stream.write(content)
            return
        file = Path(self.address) / name
        file.parent.mkdir(parents=True, exist_ok=True)
        aside = file.with_name(f".{file.name}.{uuid4().hex}.writing")
        try:
            with aside.open("wb") as opened:
                opened.write(content)
                opened.flush()
                os.fsync(opened.fileno())
            aside.replace(file)
        finally:
            aside.unlink(missing_ok=True)

    def remove(self, names: Iterable[str]) -> None:
        """Remove files in the folder."""
        for name in names:
            self._opened[0].delete_file(self.path(name))

    def left_by_killed(self, folder: str) -> None:
        """Remove what killed workers had written aside, in one of its folders."""
        if not self.remote:
            for left in (Path(self.address) / folder).glob(".*.writing"):
                left.unlink(missing_ok=True)

    def bytes_of(self, path: str, ranges: Sequence[tuple[int, int]]) -> Iterable[bytes]:
        """Read ranges of a file, each from an offset and of a length, in pieces."""
        with self.open(path) as file:
            for offset, length in ranges:
                file.seek(offset)
                left = length
                while left > 0:
                    got = file.read(min(left, _MOST))
                    if not got:
                        break
                    left -= len(got)
                    yield got
