"""Pausing Python's garbage collector while millions of objects are made."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def without_garbage_collection() -> Iterator[None]:
    """Pause garbage collection, for the whole process, while geometries are made.

    Otherwise it would walk all objects again and again and find no garbage, which is most of the
    time that a million points take. If several threads do this at once, collection may resume too
    early: that costs time and nothing else.
    """
    resting = not gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if not resting:
            gc.enable()
