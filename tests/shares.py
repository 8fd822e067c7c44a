"""Measurements of a given share, and areas to count them by, for tests."""

from __future__ import annotations

from typing import Any

import shapely
from frames import cable, frame, points

import fibercov as fc

NETWORK = cable((0, 0), (10, 0))


def coverage(
    passed: int, unserved: int, unplaced: int = 0, *, as_of: str | None = "2020-10-01"
) -> fc.Coverage:
    """So many households within reach, so many not, and so many without a position."""
    premises = points(
        (0, 0), (0, 900), None,
        households=[passed, unserved, unplaced], place=["near", "far", "nowhere"],
    )  # fmt: skip
    return fc.measure_coverage(premises, NETWORK, reach=50, as_of=as_of)


def areas(*codes: Any, **columns: Any) -> Any:
    """Squares of 1 km from the south up, the first around the network, the second around (0, 900)."""
    boxes = [shapely.box(-500, -500 + 1000 * i, 500, 500 + 1000 * i) for i in range(len(codes))]
    columns = {"name": [f"Area {i}" for i in range(len(codes))], "code": codes} | columns
    return frame(boxes, **columns)
