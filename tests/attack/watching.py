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

_ACTS = {
    "os.system", "os.exec", "os.posix_spawn", "os.fork", "subprocess.Popen", "socket.connect", "socket.getaddrinfo",
}  # fmt: skip
WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT
_seen: list[list[tuple[str, str]]] = []


@contextmanager
def watched() -> Iterator[None]:
    """Raise if a program is run or a host asked within the block, or a file written and left."""
    _listen()
    _seen.append([])
    try:
        yield
    finally:
        seen = [(act, of) for act, of in _seen.pop() if act != "open" or Path(of).exists()]
        if seen:
            raise Trace(seen[:3])


@cache
def _listen() -> None:
    """Listen to the interpreter, for good: a hook cannot be taken away."""
    sys.addaudithook(_hear)


def _hear(event: str, arguments: tuple[Any, ...]) -> None:
    if not _seen:
        return
    writes = event == "open" and arguments[2] & WRITING and "__pycache__" not in str(arguments[0])
    if writes or event in _ACTS:
        _seen[-1].append((event, str(arguments[0])))


@contextmanager
def untouched(folder: Path) -> Iterator[None]:
    """Raise if there are other files in the folder after the block."""
    before = {*folder.rglob("*")}
    yield
    if changed := sorted({*folder.rglob("*")} ^ before):
        raise Trace(f"{changed[0].name} was not there before, or is not after")
