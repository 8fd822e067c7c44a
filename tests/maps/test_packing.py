"""Columns as texts: what the page's script unpacks them to is tested with the page."""

from __future__ import annotations

import base64
import zlib
from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
from browsing import HOSTILE, Open
from frames import points
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

import fibercov as fc
from fibercov.offline import packing

ADDRESSES = [
    "", "7", "007", "Åkergatan 12 A", "Åkergatan 12-14", "Åkergatan 9", "12 Main St", "12 Main St Unit 5",
    "9 Main St", "Route 66 1", "two\tlines\n12\r1", "Storgatan ١٢", "Storgatan ¹2", "Byn 0", "Byn 10",
    "Byn 999999999", "Byn 9999999999", "Byn 1", "x1000000000y2", HOSTILE, "a\u2028b 3", "  5  ", "12",
]  # fmt: skip


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


def streets(packed: dict[str, str]) -> list[str]:
    """The addresses that the page's script makes of what is packed."""
    heads, tails = (unpacked(packed[name]).decode().split("\n") for name in ("before", "after"))
    head, tail, steps = (numbers(packed[name]) for name in ("befores", "afters", "steps"))
    last: dict[int, int] = {}
    found = []
    for k, street in enumerate(tail if len(heads) < len(tails) else head):
        last[street] = last.get(street, 0) + steps[k] - (steps[k - 1] if k else 0)
        found.append(heads[head[k]] + str(last[street] or "") + tails[tail[k]])
    return found


@given(st.lists(st.one_of(st.sampled_from(ADDRESSES), st.text(max_size=12)), min_size=1))
def test_addresses_come_back_with_single_spaces(values: list[str]) -> None:
    assert streets(packing.addresses(values)) == [" ".join(value.split()) for value in values]


def test_the_page_unpacks_addresses(opened: Open) -> None:
    page = opened(fc.map_coverage(fc.measure_coverage(points((0, 0)), points((0, 9)), reach=50)))
    for values in (ADDRESSES, ADDRESSES[::-1], [f"{k} Main St" for k in range(99)], [""]):
        found = page.evaluate("(p) => fibercov.addresses(p)", packing.addresses(values))
        assert found == [" ".join(value.split()) for value in values]


@pytest.mark.parametrize(
    ("file", "layer", "columns"),
    [
        ("westbrook/addresses.gpkg", None, ["street", "housenumber"]),
        ("westbrook/addresses.gpkg", None, ["housenumber", "street", "unit"]),
        ("roads/munich_osm.gpkg", "addresses", ["street", "housenumber"]),
    ],
)
def test_streets_take_two_fifths_less_than_texts(
    shared: Path, file: str, layer: str | None, columns: list[str]
) -> None:
    frame = gpd.read_file(shared / file, layer=layer).to_crs(4326)
    middle = frame.geometry.representative_point()
    order = packing.along_a_curve(*np.round([middle.x, middle.y] / np.array(1e-5)).astype(np.int64))
    values = frame[columns].fillna("").astype(str).agg(" ".join, axis=1).iloc[order].tolist()
    packed = packing.addresses(values)
    assert sum(map(len, packed.values())) < 0.6 * len(packing.words(values))
    assert streets(packed) == [" ".join(value.split()) for value in values]
