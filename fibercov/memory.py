"""Making millions of objects without looking for garbage among them."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def many_objects() -> Iterator[None]:
    """Let Python's garbage collector rest while geometries are made.

    It would walk all that are there again and again, and find none that is garbage: most of the
    time that a million points take.
    """
    resting = not gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if not resting:
            gc.enable()
