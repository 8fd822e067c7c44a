"""Lines to draw: which are nearby, and how their vertices are thinned."""

from __future__ import annotations

import numpy as np
import pyproj
import shapely
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from fibercov.geo.crs import from_lonlat
from fibercov.geo.lines import nearby, thinned, vertices

SEEDS = st.integers(0, 2**32 - 1)


def wandering(seed: int, sizes: tuple[int, ...] = (1, 2, 3, 40, 200)) -> NDArray[np.object_]:
    """A point and lines, about a metre from one vertex to the next, and a circle of a hundred."""
    rng = np.random.default_rng(seed)
    around = shapely.Point(0, 0).buffer(100).exterior
    lines = [rng.normal(size=(n, 2)).cumsum(axis=0) for n in sizes]
    return np.array([*map(as_shape, lines), around], dtype=object)


def as_shape(xy: NDArray[np.float64]) -> shapely.Geometry:
    return shapely.Point(xy[0]) if len(xy) == 1 else shapely.LineString(xy)


def thin(lines: NDArray[np.object_], step: float, most: int) -> NDArray[np.object_]:
    xy, size = thinned(*vertices(lines), step, most)
    return np.array([*map(as_shape, np.split(xy, np.cumsum(size)[:-1]))], dtype=object)


@given(SEEDS, st.floats(0.1, 20))
def test_thinned_lines_stay_within_a_step(seed: int, step: float) -> None:
    lines = wandering(seed)
    kept = thin(lines, step, 10_000)
    assert (shapely.hausdorff_distance(kept, lines) <= step + 1e-9).all()


@given(SEEDS, st.floats(0.1, 20))
def test_lines_are_thinned_as_geos_thins_them(seed: int, step: float) -> None:
    lines = wandering(seed)[:-1]
    same = shapely.simplify(lines, step, preserve_topology=False)
    assert shapely.equals_exact(thin(lines, step, 10_000), same).all()


@given(SEEDS, st.integers(20, 300))
def test_ends_stay_and_closed_lines_stay_closed_however_few_vertices_are_wanted(
    seed: int, most: int
) -> None:
    lines = wandering(seed)
    kept = thin(lines, 0.1, most)
    for end in (0, -1):
        ends = shapely.get_point(lines[1:], end)
        assert (shapely.get_point(kept[1:], end) == ends).all()
    assert kept[0] == lines[0]
    assert kept[-1].is_ring
    assert shapely.get_num_coordinates(kept).sum() <= most


@given(SEEDS, st.permutations(range(6)), st.integers(20, 300))
def test_the_order_of_lines_changes_none_of_them(seed: int, order: list[int], most: int) -> None:
    lines = wandering(seed)
    assert list(thin(lines[order], 0.1, most)) == list(thin(lines, 0.1, most)[order])


def test_what_cannot_be_thinned_further_stays() -> None:
    flat = np.array([shapely.LineString([(0, 0), (0.5, 0), (9, 0)]), shapely.Point(1, 1)])
    assert list(thin(flat, 1.0, 1)) == [shapely.LineString([(0, 0), (9, 0)]), shapely.Point(1, 1)]
    xy, size = thinned(np.empty((0, 2)), np.empty(0, dtype=np.int64), 1.0, 1)
    assert xy.shape == (0, 2)
    assert size.size == 0


def test_lines_that_reach_into_the_box_are_nearby() -> None:
    degrees = np.array(
        [(10, 58), (20, 62), (14, 59), (14, 59.1), (18, 59), (18, 59.1)], dtype=float
    )
    size = np.array([2, 2, 2])
    crs = pyproj.CRS("EPSG:3006")
    near = nearby(
        from_lonlat(degrees[:, 0], degrees[:, 1], crs), size, crs, (13.0, 58.5, 15.0, 59.5)
    )
    assert near.tolist() == [True, True, False]
