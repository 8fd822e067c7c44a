"""The nearest drop that crosses no barrier: by hand, and against a cable cut into very short pieces."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from fibercov.geo.barriers import Barriers
from fibercov.geo.nearest import NearestIndex

Shapes = NDArray[np.object_]
CABLE = np.array([shapely.LineString([(-100, 30), (100, 30)])])


def free(homes: Any, network: Shapes, barriers: Any, most_m: float = 1_000) -> NDArray[np.float64]:
    index, places = NearestIndex(network), np.array(homes, dtype=object)
    drop_m, _ = index.query(places)
    walls = Barriers(np.array(barriers, dtype=object))
    return walls.free_drops(places, drop_m, index, most_m=most_m)


HOME = shapely.Point(0, 0)
WALL = shapely.LineString([(-10, 20), (10, 20)])  # hides the cable from -15 to 15


@pytest.mark.parametrize(
    ("home", "barrier", "expected"),
    [
        (HOME, WALL, np.hypot(15, 30)),
        (HOME, shapely.LineString([(-10, 20), (4, 20)]), np.hypot(6, 30)),
        (HOME, shapely.box(-10, 20, 10, 25), np.hypot(15, 30)),
        (HOME, shapely.LineString([(5, -20), (5, 29)]), 30),  # beside the drop
        (HOME, shapely.LineString([(-10, 35), (10, 35)]), 30),  # beyond the cable
        (HOME, shapely.LineString([(-10, 30), (10, 30)]), 30),  # the cable lies on the bank
        (HOME, shapely.LineString([(-10, 0), (10, 0)]), 30),  # the premises does
        (HOME, shapely.LineString([(0, 10), (0, 20)]), 30),  # the drop runs along it
        (HOME, shapely.box(-5, -5, 5, 5).exterior, np.inf),  # all around
        (HOME, shapely.box(-5, -5, 5, 5), np.inf),  # in the water
        (HOME, shapely.box(-500, -5, 500, 35), np.inf),  # with the cable
        (shapely.Point(0, 30), shapely.box(-5, 25, 5, 35), 0),  # at the cable: no line to cross
        # From the corner (2, 2), past (10, 20): 8 m aside for 18 m on.
        (shapely.box(-2, -2, 2, 2), WALL, np.hypot(8 * 28 / 18, 28)),
        (None, WALL, np.nan),
    ],
)
def test_the_nearest_drop_that_crosses_no_barrier(home: Any, barrier: Any, expected: Any) -> None:
    assert free([home], CABLE, [barrier]) == pytest.approx([expected], nan_ok=True)


def test_a_cable_is_seen_through_the_gap_between_two_barriers() -> None:
    walls = [shapely.LineString([(-90, 10), (2, 10)]), shapely.LineString([(3, 10), (90, 10)])]
    assert free([HOME], CABLE, walls) == pytest.approx([np.hypot(6, 30)])
    closed = [*walls, shapely.LineString([(2, 10), (3, 10)])]
    assert free([HOME], CABLE, closed) == pytest.approx([np.inf])


def test_another_cable_counts_and_nothing_beyond_the_limit() -> None:
    cables = np.r_[CABLE, [shapely.LineString([(-60, -50), (60, -50)])]]
    wall = shapely.LineString([(-99, 20), (99, 20)])
    assert free([HOME], cables, [wall]) == pytest.approx([50])
    assert free([HOME], cables, [wall], most_m=49).tolist() == [np.inf]
    assert free([shapely.Point(0, 25)], cables, [wall]).tolist() == [5]


def test_lines_that_cross_a_barrier() -> None:
    homes = np.array([HOME, shapely.Point(0, 5), None, shapely.Point(50, 0)], dtype=object)
    begin = np.array([[0, 0], [0, 5], [np.nan, np.nan], [50, 0]])
    end = np.array([[0, 30.0], [0, 20], [np.nan, np.nan], [50, 30]])
    assert Barriers(np.array([WALL])).crossed(homes, begin, end).tolist() == [
        True,
        False,
        False,
        False,
    ]


@given(st.integers(0, 100_000))
def test_drops_are_those_to_places_that_are_seen_and_nothing_nearer_is(seed: int) -> None:
    rng = np.random.default_rng(seed)
    homes = np.asarray(shapely.points(rng.uniform(0, 100, (8, 2))))
    network = np.array([shapely.LineString(rng.uniform(0, 100, (4, 2))) for _ in range(2)])
    lake = shapely.Point(rng.uniform(0, 100, 2)).buffer(9, quad_segs=2)
    walls = [*(shapely.LineString(rng.uniform(0, 100, (3, 2))) for _ in range(3)), lake]
    found = free(homes, network, walls)
    spots = np.concatenate([shapely.get_coordinates(shapely.segmentize(n, 0.25)) for n in network])
    for home, metres in zip(shapely.get_coordinates(homes), found, strict=True):
        seen = spots[~hidden(home, spots, walls)]
        assert metres <= np.hypot(*(seen - home).T).min(initial=np.inf) + 1e-6
        if np.isfinite(metres):
            at = at_distance(home, network, metres)
            assert not hidden(home, at, walls).all()


def hidden(home: Any, spots: Any, walls: list[Any]) -> NDArray[np.bool_]:
    """Whether the line from home to each place meets a wall between its ends."""
    ahead = spots - home
    lines = np.asarray(
        shapely.linestrings(np.stack([home + 1e-7 * ahead, spots - 1e-7 * ahead], axis=1))
    )
    return np.asarray(shapely.intersects(lines[:, None], np.array(walls)[None, :]).any(axis=1))


def at_distance(home: Any, network: Shapes, metres: float) -> NDArray[np.float64]:
    """The places of a network that far from home, and those up to a centimetre on either side.

    To touch a barrier is to be within a micrometre of it, which at a shallow angle is some along the cable.
    """
    found = []
    for cable in network:
        xy = shapely.get_coordinates(cable)
        for a, b in itertools.pairwise(xy):
            length = np.hypot(*(b - a))
            ahead = (b - a) / length
            middle = (home - a) @ ahead
            away = np.hypot(*(a + middle * ahead - home))
            half = np.sqrt(max(metres**2 - away**2, 0))
            for at in (middle - half, middle + half):
                for near in (at - 1e-2, at - 1e-3, at, at + 1e-3, at + 1e-2):
                    spot = a + np.clip(near, 0, length) * ahead
                    if abs(np.hypot(*(spot - home)) - metres) < 2e-2:
                        found.append(spot)
    return np.array(found).reshape(-1, 2)
