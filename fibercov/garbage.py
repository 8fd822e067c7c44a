"""Making millions of objects in a reasonable time."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def without_garbage_collection() -> Iterator[None]:
    """Let Python's garbage collector rest, in all of the process, while geometries are made.

    It would walk all that are there again and again, and find none that is garbage: most of the
    time that a million points take. Where several threads do this at once it may begin again too
    early: that costs time, and nothing else.
    """
    resting = not gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if not resting:
            gc.enable()
