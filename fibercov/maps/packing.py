"""Pack the columns of a map's data as short texts: deltas of whole numbers, deflated.

The page's script unpacks them (`unpack.js`). A hundred thousand premises take less than a megabyte,
and the browser reads them in a few milliseconds.
"""

from __future__ import annotations

import base64
import zlib
from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

UNIT = 1e-5  # degrees; about a metre


def whole_numbers(values: NDArray[np.int64]) -> str:
    """Pack whole numbers as the differences between them, each in as few bytes as it needs.

    A difference d is written as 2d, or -2d - 1 if it is negative, in groups of seven bits, the
    lowest first; the eighth bit of a byte says that another follows.
    """
    step = np.diff(values, prepend=0)
    left = ((step << 1) ^ (step >> 63)).astype(np.uint64)
    size = np.ones(len(left), dtype=np.int64)
    for group in range(1, 10):
        size += left >= np.uint64(1) << np.uint64(7 * group)
    at = np.cumsum(size) - size
    packed = np.zeros(int(size.sum()), dtype=np.uint8)
    for group in range(int(size.max(initial=0))):
        here = size > group
        bits = left[here] & np.uint64(127) | np.where(size[here] > group + 1, 128, 0).astype("u8")
        packed[at[here] + group] = bits
        left >>= np.uint64(7)
    return small_numbers(packed)


def small_numbers(values: NDArray[np.integer]) -> str:
    """Pack whole numbers from 0 to 255."""
    return _text(values.astype(np.uint8).tobytes())


def words(values: Iterable[str]) -> str:
    """Pack texts, one a line; a line break in a text becomes a space."""
    return _text("\n".join(" ".join(value.split()) for value in values).encode())


def _text(content: bytes) -> str:
    """Deflate bytes and write them as text."""
    return base64.b64encode(zlib.compress(content, 6)).decode()


def along_a_curve(x: NDArray[np.int64], y: NDArray[np.int64]) -> NDArray[np.int64]:
    """Order places along a Morton curve, on which neighbours are mostly close together."""
    code = _spread_bits(x - x.min(initial=0)) | _spread_bits(y - y.min(initial=0)) << np.uint64(1)
    return np.argsort(code, kind="stable")


def _spread_bits(values: NDArray[np.int64]) -> NDArray[np.uint64]:
    """Spread each number's lower 32 bits, with a 0 between every two."""
    bits = values.astype(np.uint64)
    for shift, mask in (
        (16, 0x0000FFFF0000FFFF),
        (8, 0x00FF00FF00FF00FF),
        (4, 0x0F0F0F0F0F0F0F0F),
        (2, 0x3333333333333333),
        (1, 0x5555555555555555),
    ):
        bits = (bits | bits << np.uint64(shift)) & np.uint64(mask)
    return bits
