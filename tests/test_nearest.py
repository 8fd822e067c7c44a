"""Distances to the nearest of many features: exact for every geometry there is."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from shapely.geometry.base import BaseGeometry

from fibercov.nearest import nearest

# Whole and half metres meet, touch and overlap often, as surveyed data does.
coordinates = st.integers(-40, 40).map(lambda half: half / 2)
xy = st.tuples(coordinates, coordinates)
points = st.builds(shapely.Point, xy)
lines = st.lists(xy, min_size=2, max_size=5).map(shapely.LineString)  # some of length zero
boxes = st.tuples(xy, st.integers(1, 9), st.integers(1, 9)).map(
    lambda b: shapely.box(*b[0], b[0][0] + b[1], b[0][1] + b[2])
)
rings = boxes.filter(lambda b: b.bounds[2] - b.bounds[0] > 2 and b.bounds[3] - b.bounds[1] > 2).map(
    lambda b: b.difference(b.buffer(-0.5, join_style="mitre"))
)
in_3d = st.lists(st.tuples(*[coordinates] * 3), min_size=2, max_size=4).map(shapely.LineString)
multis = st.one_of(
    st.lists(points, min_size=1, max_size=4).map(shapely.MultiPoint),
    st.lists(lines, min_size=1, max_size=3).map(shapely.MultiLineString),
    st.lists(st.one_of(points, lines, boxes), min_size=1, max_size=3).map(
        shapely.GeometryCollection
    ),
)
features = st.one_of(points, lines, boxes, rings, in_3d, multis)


def array(geometries: Sequence[BaseGeometry | None]) -> np.ndarray:
    return np.array(geometries, dtype=object)


@given(st.lists(st.one_of(points, boxes), min_size=1), st.lists(features, min_size=1, max_size=12))
def test_equals_shapely_distance_to_every_feature(
    geometries: list[BaseGeometry], network: list[BaseGeometry]
) -> None:
    distance, which = nearest(array(geometries), array(network))
    every = shapely.distance(array(geometries)[:, None], array(network)[None, :])
    np.testing.assert_allclose(distance, every.min(axis=1), atol=1e-6, rtol=0)
    np.testing.assert_array_equal(which, every.argmin(axis=1))  # argmin takes the first of ties


@pytest.mark.parametrize(
    ("feature", "expected"),
    [
        (shapely.Point(3, 4), 5),
        (shapely.LineString([(3, -9), (3, 9)]), 3),
        (shapely.LineString([(3, 4), (3, 4)]), 5),
        (shapely.LineString([(3, 4, 100), (30, 40, 100)]), 5),
        (shapely.box(-1, -1, 1, 1), 0),
        (shapely.box(-5, -5, 5, 5) - shapely.box(-4, -4, 4, 4), 4),
        (shapely.MultiPoint([(0, 7), (6, 0)]), 6),
        (shapely.GeometryCollection([shapely.Point(9, 0), shapely.box(2, -1, 3, 1)]), 2),
    ],
)
def test_a_point_at_the_origin(feature: BaseGeometry, expected: float) -> None:
    distance, which = nearest(array([shapely.Point(0, 0)]), array([feature]))
    assert distance[0] == pytest.approx(expected, abs=1e-9)
    assert which[0] == 0


def test_a_building_is_measured_from_its_edge() -> None:
    distance, _ = nearest(array([shapely.box(0, 0, 10, 10)]), array([shapely.Point(13, 14)]))
    assert distance[0] == 5


def test_missing_and_empty_geometries_have_no_distance_and_are_never_nearest() -> None:
    geometries = array([None, shapely.Point(), shapely.Point(1, 0)])
    distance, which = nearest(geometries, array([None, shapely.LineString(), shapely.Point(0, 0)]))
    np.testing.assert_array_equal(distance, [np.nan, np.nan, 1])
    np.testing.assert_array_equal(which, [-1, -1, 2])


def test_a_single_segment_across_the_country_far_from_the_origin() -> None:
    ends = np.array([[270_000.0, 6_150_000.0], [900_000.0, 7_650_000.0]])
    middle = ends.mean(axis=0)
    across = np.array([-(ends[1] - ends[0])[1], (ends[1] - ends[0])[0]])
    away = middle + across / np.hypot(*across) * 49.999
    distance, _ = nearest(array([shapely.Point(away)]), array([shapely.LineString(ends)]))
    assert distance[0] == pytest.approx(49.999, abs=1e-6)


def test_a_thousand_premises_on_one_spot_with_a_thousand_equal_features() -> None:
    distance, which = nearest(
        array([shapely.Point(0, 0)] * 1000), array([shapely.Point(3, 4)] * 1000)
    )
    assert set(distance) == {5.0}
    assert set(which) == {0}
