"""Columns as texts: what the page's script unpacks them to is tested with the page."""

from __future__ import annotations

import base64
import zlib

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from fibercov.maps import packing


def unpacked(packed: str) -> bytes:
    return zlib.decompress(base64.b64decode(packed))


def numbers(packed: str) -> list[int]:
    """Seven bits a byte, the lowest first, odd numbers negative, each the step from the last."""
    values, left, shift = [0], 0, 0
    for byte in unpacked(packed):
        left |= (byte & 127) << shift
        shift += 7
        if byte < 128:
            values.append(values[-1] + (-(left + 1) // 2 if left % 2 else left // 2))
            left = shift = 0
    return values[1:]


@given(hnp.arrays(np.int64, st.integers(0, 50), elements=st.integers(-(2**31), 2**31 - 1)))
def test_whole_numbers_come_back(values: np.typing.NDArray[np.int64]) -> None:
    assert numbers(packing.whole_numbers(values)) == values.tolist()


def test_small_numbers_are_bytes_and_words_are_lines() -> None:
    assert unpacked(packing.small_numbers(np.array([0, 7, 255]))) == bytes([0, 7, 255])
    assert unpacked(packing.words(["Åkergatan 1", "two\nlines\r", ""])).decode() == (
        "Åkergatan 1\ntwo lines\n"
    )


def test_neighbours_in_the_order_are_mostly_neighbours_on_the_ground() -> None:
    rng = np.random.default_rng(0)
    x, y = rng.integers(-1000, 1000, (2, 5000))
    order = packing.along_a_curve(x, y)
    assert sorted(order.tolist()) == list(range(5000))
    jumps = np.hypot(np.diff(x[order]), np.diff(y[order]))
    assert np.median(jumps) < np.median(np.hypot(np.diff(x), np.diff(y))) / 20
