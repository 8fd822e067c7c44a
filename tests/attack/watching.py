"""What a process does beside computing: programs, connections, and files it writes."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

from .judged import Trace

_ACTS = (
    "os.system",
    "os.exec",
    "os.posix_spawn",
    "os.fork",
    "subprocess.Popen",
    "socket.connect",
    "socket.getaddrinfo",
)
WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT
_seen: list[list[str]] = []


@contextmanager
def watched() -> Iterator[list[str]]:
    """A list of what is done within the block."""
    _listen()
    _seen.append([])
    try:
        yield _seen[-1]
    finally:
        _seen.pop()


@cache
def _listen() -> None:
    """Listen to the interpreter, for good: a hook cannot be taken away."""
    sys.addaudithook(_hear)


def _hear(event: str, arguments: tuple[Any, ...]) -> None:
    if not _seen:
        return
    writes = event == "open" and arguments[2] & WRITING and "__pycache__" not in str(arguments[0])
    if writes or event in _ACTS:
        _seen[-1].append(f"{event} {arguments[0]}")


@contextmanager
def untouched(folder: Path) -> Iterator[None]:
    """Raise if there are other files in the folder afterwards."""
    before = {*folder.rglob("*")}
    yield
    if changed := sorted({*folder.rglob("*")} ^ before):
        raise Trace(f"{changed[0].name} was not there before, or is not after")
