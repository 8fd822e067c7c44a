"""Pack the columns of a map's data as short texts: deltas of whole numbers, deflated.

The page's script unpacks them (`unpack.js`). A hundred thousand premises take less than a megabyte,
and the browser reads them in a few milliseconds.
"""

from __future__ import annotations

import base64
import zlib
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

UNIT = 1e-5  # degrees; about a metre
# What stands before the first number, the number, and what stands after it; or what is left without one.
_NUMBERED = (
    r"^(?P<before>[^0-9]*)(?:(?P<number>[1-9][0-9]{0,8})(?P<after>(?:[^0-9].*)?)|(?P<rest>.*))$"
)


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
    return _text(packed.tobytes(), zlib.Z_FILTERED)


def unpacking_script() -> str:
    """Return the script with which a page unpacks all this."""
    return Path(__file__).with_name("unpack.js").read_text("utf-8")


def small_numbers(values: NDArray[np.integer]) -> str:
    """Pack whole numbers from 0 to 255."""
    return _text(values.astype(np.uint8).tobytes())


def words(values: Iterable[str]) -> str:
    """Pack texts, one a line; a line break in a text becomes a space."""
    return _text("\n".join(_single_spaced(values)).encode())


def _single_spaced(values: Iterable[str]) -> list[str]:
    """Write texts with single spaces, and none at their ends."""
    return [" ".join(value.split()) for value in values]


def addresses(values: Iterable[str]) -> dict[str, str]:
    """Pack addresses as their numbers, and what stands before and after: a street's name is packed once.

    A number is the step from the last one in the same street, which is what stands before it, or
    after it, if more addresses differ in that. Texts without a number have 0.
    """
    parts = pc.extract_regex(pa.array(_single_spaced(values), pa.string()), _NUMBERED)
    before, digits, after, rest = parts.flatten()
    befores, heads = _encoded(before)
    afters, tails = _encoded(pc.binary_join_element_wise(after, rest, ""))
    numbers = pd.Series(pc.cast(pc.binary_join_element_wise("0", digits, ""), pa.int64()))
    street = afters if len(heads) < len(tails) else befores
    step = numbers - numbers.groupby(street).shift(fill_value=0)
    return {
        "before": _text("\n".join(heads).encode()),
        "after": _text("\n".join(tails).encode()),
        "befores": whole_numbers(befores),
        "afters": whole_numbers(afters),
        "steps": whole_numbers(step.to_numpy(dtype=np.int64).cumsum()),
    }


def _encoded(values: Any) -> tuple[NDArray[np.int64], list[str]]:
    """Give texts numbers in the order of their first appearance; return the numbers, and the different texts."""
    coded = values.dictionary_encode()
    return coded.indices.to_numpy().astype(np.int64), coded.dictionary.to_pylist()


def _text(content: bytes, strategy: int = zlib.Z_DEFAULT_STRATEGY) -> str:
    """Deflate bytes and write them as text."""
    deflate = zlib.compressobj(6, strategy=strategy)
    return base64.b64encode(deflate.compress(content) + deflate.flush()).decode()


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
