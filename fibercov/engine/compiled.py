"""How the loops are compiled, and what they all know."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, cast

import numba as nb
import numpy as np
from numpy.typing import NDArray

F = TypeVar("F", bound=Callable[..., Any])
Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Shorts = NDArray[np.int32]
Keys = NDArray[np.uint64]
Bools = NDArray[np.bool_]
Index = int | np.signedinteger[Any]

NODE = 8  # children of a node
DEEP = 128  # more than a search has before it at any time: 7 nodes a level, and 11 levels in 2^32
LOW = np.uint64(0xFFFFFFFF)  # the bits of a key that hold the number of what it is the key of


def compiled(function: F) -> F:
    """`function` as machine code, kept for the next process where there is a place to keep it."""
    options: dict[str, Any] = {"nogil": True, "error_model": "numpy"}
    try:
        made = nb.njit(cache=True, **options)(function)
    except RuntimeError:  # nowhere to write: compiled anew in each process
        made = nb.njit(**options)(function)
    return cast(F, made)


def part(function: F) -> F:
    """`function`, to be compiled into those that call it."""
    return cast(F, nb.njit(error_model="numpy")(function))
