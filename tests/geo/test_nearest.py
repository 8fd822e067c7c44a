"""Distances to the nearest of many features: exact for every geometry there is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
import shapely
from frames import E0, N0
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from fibercov.errors import ArgumentError
from fibercov.geo.nearest import NearestIndex
from fibercov.geo.segments import Segments

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
# The hulls of strewn points are polygons at any angle; two of them made one may be two parts.
hulls = st.lists(xy, min_size=5, max_size=12).map(
    lambda vertices: shapely.convex_hull(shapely.MultiPoint(vertices))
)
shapes = st.one_of(boxes, rings, hulls.filter(lambda h: h.area > 0))
parts = st.lists(shapes, min_size=1, max_size=3).map(shapely.union_all)
in_3d = st.lists(st.tuples(*[coordinates] * 3), min_size=2, max_size=4).map(shapely.LineString)
multis = st.one_of(
    st.lists(points, min_size=1, max_size=4).map(shapely.MultiPoint),
    st.lists(lines, min_size=1, max_size=3).map(shapely.MultiLineString),
    st.lists(st.one_of(points, lines, boxes), min_size=1, max_size=3).map(
        shapely.GeometryCollection
    ),
)
features = st.one_of(points, lines, shapes, parts, in_3d, multis)


ORIGIN = np.array([E0, N0])


def array(geometries: Sequence[BaseGeometry | None]) -> NDArray[np.object_]:
    made = np.empty(len(geometries), dtype=object)
    made[:] = geometries
    return made


def nearest(
    geometries: NDArray[np.object_], features: NDArray[np.object_], **options: Any
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    return NearestIndex(features, **options).query(geometries)


def locate(points: NDArray[np.object_], polygons: NDArray[np.object_], *, near: float) -> Any:
    return NearestIndex(polygons).locate(points, near=near)


def places(xy: NDArray[np.float64]) -> NDArray[np.object_]:
    return np.asarray(shapely.points(xy))


def polylines(xy: NDArray[np.float64]) -> NDArray[np.object_]:
    return np.asarray(shapely.linestrings(xy))


def assert_equals_brute_force(
    geometries: NDArray[np.object_], network: NDArray[np.object_]
) -> None:
    """Against `shapely.distance` to every feature; the feature found is as near as any."""
    distance, which = nearest(geometries, network)
    every = shapely.distance(geometries[:, None], network[None, :])
    np.testing.assert_allclose(distance, every.min(axis=1), atol=1e-6, rtol=0)
    np.testing.assert_allclose(every[range(len(every)), which], every.min(axis=1), atol=1e-6)


@given(
    st.lists(st.one_of(points, shapes, parts), min_size=1),
    st.lists(features, min_size=1, max_size=12),
)
def test_equals_shapely_distance_and_takes_the_first_of_ties(
    geometries: list[BaseGeometry], network: list[BaseGeometry]
) -> None:
    distance, which = nearest(array(geometries), array(network))
    every = shapely.distance(array(geometries)[:, None], array(network)[None, :])
    np.testing.assert_allclose(distance, every.min(axis=1), atol=1e-6, rtol=0)
    first = (every <= every.min(axis=1)[:, None] + 1e-9).argmax(axis=1)
    np.testing.assert_array_equal(which, first)


@given(st.integers(0, 2**32 - 1), st.sampled_from([1.0, 100.0, 10_000.0, 700_000.0]))
def test_equals_shapely_distance_far_from_the_origin(seed: int, extent: float) -> None:
    rng = np.random.default_rng(seed)

    def strewn(*shape: int) -> NDArray[np.float64]:
        return np.asarray(ORIGIN + extent * rng.normal(size=(*shape, 2)))

    round_ = shapely.buffer(places(strewn(30)), extent * rng.random(30) / 5, quad_segs=3)
    mixed = np.concatenate([polylines(strewn(90, 3)), round_, places(strewn(30))])
    assert_equals_brute_force(np.concatenate([places(strewn(60)), round_]), rng.permutation(mixed))


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
        (shapely.GeometryCollection([shapely.MultiPoint([(0, 7), (6, 0)])]), 6),
        # Polygons of a collection may overlap; here both hold the origin.
        (shapely.GeometryCollection([shapely.box(-9, -9, 9, 9), shapely.box(-5, -5, 30, 30)]), 0),
        (shapely.GeometryCollection([shapely.box(-9, -9, 9, 9)] * 2), 0),
        (
            shapely.GeometryCollection([shapely.box(-9, -9, 9, 9) - shapely.box(-4, -4, 4, 4)] * 2),
            4,
        ),
    ],
)
def test_a_point_at_the_origin(feature: BaseGeometry, expected: float) -> None:
    distance, which = nearest(array([shapely.Point(0, 0)]), array([feature]))
    assert distance[0] == pytest.approx(expected, abs=1e-9)
    assert which[0] == 0


BUILDING = shapely.box(0, 0, 10, 10) - shapely.box(4, 4, 6, 6)


@pytest.mark.parametrize(
    ("feature", "expected"),
    [
        (shapely.Point(13, 14), 5),
        (shapely.Point(1, 1), 0),  # inside
        (shapely.Point(5, 5), 1),  # in the courtyard
        (shapely.LineString([(-5, 5), (-2, 5)]), 2),
        (shapely.LineString([(1, 1), (2, 2)]), 0),  # a cable that ends inside
        (shapely.LineString([(-5, 5), (15, 5)]), 0),  # and one that runs through
        (shapely.LineString([(10, -3), (10, 13)]), 0),  # along the wall
        (shapely.LineString([(-3, -3), (-1, -1)]), np.sqrt(2)),  # in line with a diagonal
        (shapely.box(-20, -20, 20, 20), 0),  # in a service area
        (shapely.box(-20, -20, 20, 20) - shapely.box(-2, -2, 12, 12), 2),  # in a hole of one
        (shapely.box(4.5, 4.5, 5.5, 5.5), 0.5),  # around one
    ],
)
def test_a_building_is_measured_from_its_edge(feature: BaseGeometry, expected: float) -> None:
    distance, _ = nearest(array([BUILDING]), array([feature]))
    assert distance[0] == pytest.approx(expected, abs=1e-9)
    assert shapely.distance(BUILDING, feature) == pytest.approx(expected, abs=1e-9)


def test_what_is_left_of_a_broken_building_is_measured_too() -> None:
    bow = shapely.Polygon([(0, 0), (10, 10), (10, 0), (0, 10), (0, 0), (-5, 0), (0, 0)])
    mended = shapely.make_valid(bow)
    assert mended.geom_type == "GeometryCollection"  # two triangles, and a line
    network = places(np.array([[-6.0, 0], [-5, 3], [2, 5], [5, 2], [5, 9]]))
    for feature in network:
        distance, _ = nearest(array([mended]), array([feature]))
        assert distance[0] == pytest.approx(shapely.distance(mended, feature), abs=1e-9)


def test_missing_and_empty_geometries_have_no_distance_and_are_never_nearest() -> None:
    nowhere = shapely.Point(np.nan, np.nan)
    geometries = array([None, shapely.Point(), shapely.Point(1, 0), shapely.Polygon(), nowhere])
    empty = [None, shapely.LineString(), shapely.Point(0, 0), shapely.GeometryCollection()]
    distance, which = nearest(geometries, array(empty))
    np.testing.assert_array_equal(distance, [np.nan, np.nan, 1, np.nan, np.nan])
    np.testing.assert_array_equal(which, [-1, -1, 2, -1, -1])
    for nothing in ([], [None], [shapely.MultiPolygon()]):
        distance, which = nearest(geometries, array(nothing))
        assert np.isnan(distance).all()
        assert (which == -1).all()
    assert len(nearest(array([]), array(empty))[0]) == 0
    which, times, close = locate(array([None, shapely.Point()]), array([BUILDING]), near=1)
    assert (which.tolist(), times.tolist(), close.tolist()) == ([-1, -1], [0, 0], [False, False])


def test_a_single_segment_across_the_country_far_from_the_origin() -> None:
    ends = np.array([[270_000.0, 6_150_000.0], [900_000.0, 7_650_000.0]])
    middle = ends.mean(axis=0)
    across = np.array([-(ends[1] - ends[0])[1], (ends[1] - ends[0])[0]])
    away = middle + across / np.hypot(*across) * 49.999
    # Among many short ones, all of whose boxes its own covers.
    strewn = np.random.default_rng(1).uniform(ends[0], ends[1], (400, 2))
    short = polylines(np.stack([strewn, strewn + 20], axis=1))
    network = np.concatenate([short, array([shapely.LineString(ends)])])
    distance, which = nearest(array([shapely.Point(away)]), network)
    assert distance[0] == pytest.approx(49.999, abs=1e-6)
    assert which[0] == 400
    assert_equals_brute_force(places(strewn[:100] + 100), network)


def test_all_premises_outside_the_box_of_the_network() -> None:
    rng = np.random.default_rng(2)
    network = polylines(ORIGIN + rng.uniform(0, 3000, (500, 4, 2)))
    far = ORIGIN - 90_000 + rng.uniform(0, 5000, (300, 2))
    assert_equals_brute_force(places(far), network)


def test_segments_in_one_line_coincident_and_of_length_zero() -> None:
    x = np.random.default_rng(3).integers(0, 60, (400, 2)) * 0.1  # tenths do not sum exactly
    along = np.stack([x, 2 * x], axis=-1) + ORIGIN
    network = polylines(along)
    beside = np.stack([x[:, 0], 2 * x[:, 0] + 0.3], axis=-1) + ORIGIN
    assert_equals_brute_force(places(beside), np.concatenate([network, network]))
    assert_equals_brute_force(network[:50], network[200:])
    assert_equals_brute_force(shapely.buffer(network[:50], 0.05), network[200:])


@pytest.mark.compiled
def test_a_million_premises_on_one_spot_with_a_million_equal_features() -> None:
    here = places(np.full((1_000_000, 2), [E0, N0]))
    there = places(np.full((1_000_000, 2), [E0 + 3, N0 + 4]))
    distance, which = nearest(here, there)
    assert set(distance) == {5.0}
    assert set(which) == {0}


def test_a_cable_drawn_twice_counts_once_whichever_way_it_was_drawn() -> None:
    rng = np.random.default_rng(4)
    line = ORIGIN + np.cumsum(rng.normal(0, 30, (40, 2)), axis=0)
    premises = places(ORIGIN + rng.normal(0, 100, (2000, 2)))
    once, _ = nearest(premises, array([shapely.LineString(line)]))
    both = array([shapely.LineString(line), shapely.LineString(line[::-1])])
    for network in (both, both[::-1]):
        distance, which = nearest(premises, network)
        np.testing.assert_array_equal(distance, once)
        assert (which == 0).all()


def test_lines_that_share_their_nearest_vertex_are_a_tie() -> None:
    hub = np.array([E0 + 0.1, N0 + 0.7])
    ends = np.array([(-70.1, 900.3), (0, 900.3), (3.7, 88.8), (211.9, 900.3)])
    spokes = array([shapely.LineString([hub, hub + end]) for end in ends])
    below = places(hub + np.random.default_rng(5).uniform((-9, -90), (9, -80), (500, 2)))
    assert (nearest(below, spokes)[1] == 0).all()
    assert (nearest(below, spokes[::-1])[1] == 0).all()


def strewn(seed: int) -> tuple[NDArray[np.object_], NDArray[np.object_]]:
    """30,000 premises, some of them buildings, and a network with doubled and areal features."""
    rng = np.random.default_rng(seed)
    lines = ORIGIN + rng.uniform(0, 9000, (2000, 1, 2)) + rng.normal(0, 90, (2000, 5, 2))
    areas = shapely.buffer(places(ORIGIN + rng.uniform(0, 9000, (300, 2))), 70)
    network = np.concatenate([polylines(lines), areas, polylines(lines[:500])])
    premises = places(ORIGIN + rng.uniform(-500, 9500, (30_000, 2)))
    premises[::9] = shapely.buffer(premises[::9], 12, cap_style="square")
    return premises, rng.permutation(network)


@pytest.mark.compiled
def test_the_result_does_not_depend_on_the_number_of_threads() -> None:
    premises, network = strewn(6)
    one = nearest(premises, network, threads=1)
    for threads in (2, 3, 16, None):
        for alone, together in zip(one, nearest(premises, network, threads=threads), strict=True):
            np.testing.assert_array_equal(alone, together)


@pytest.mark.compiled
def test_the_result_does_not_depend_on_the_order_of_the_rows() -> None:
    premises, network = strewn(7)
    order = np.random.default_rng(8).permutation(len(premises))
    distance, which = nearest(premises, network)
    again, same = nearest(premises[order], network)
    np.testing.assert_array_equal(again, distance[order])
    np.testing.assert_array_equal(same, which[order])
    backward, _ = nearest(premises, network[::-1])
    np.testing.assert_array_equal(backward, distance)


@pytest.mark.compiled
def test_equals_an_index_of_shapely_on_many() -> None:
    premises, network = strewn(9)
    distance, which = nearest(premises, network)
    (row, _), apart = shapely.STRtree(network).query_nearest(premises, return_distance=True)
    np.testing.assert_allclose(distance[row], apart, atol=1e-6, rtol=0)
    own = shapely.distance(premises, network[which])
    np.testing.assert_allclose(own, distance, atol=1e-6, rtol=0)


@given(
    st.lists(points, min_size=1),
    st.lists(st.one_of(shapes, parts), min_size=1, max_size=12),
    st.sampled_from([0.01, 0.6, 2.0]),
)
def test_locating_points_in_polygons(
    spots: list[BaseGeometry], polygons: list[BaseGeometry], near: float
) -> None:
    which, times, close = locate(array(spots), array(polygons), near=near)
    edges = shapely.distance(array(spots)[:, None], shapely.boundary(array(polygons))[None, :])
    np.testing.assert_array_equal(close, (edges <= near).any(axis=1))
    holds = shapely.contains_properly(array(polygons)[None, :], array(spots)[:, None])
    sure = (edges > 0).all(axis=1)  # of a point on an edge it may be either
    np.testing.assert_array_equal(times[sure], holds.sum(axis=1)[sure])
    first = np.where(holds.any(axis=1), holds.argmax(axis=1), -1)
    np.testing.assert_array_equal(which[sure], first[sure])


def test_locating_points_in_a_polygon_of_many_vertices_and_holes() -> None:
    rng = np.random.default_rng(10)
    turn = np.linspace(0, 2 * np.pi, 5000, endpoint=False)
    ragged = (900 + 80 * rng.random(5000))[:, None] * np.stack([np.cos(turn), np.sin(turn)], 1)
    holes = shapely.buffer(places(rng.uniform(-500, 500, (300, 2))), 9, quad_segs=16)
    polygon = shapely.Polygon(ragged) - shapely.union_all(holes)
    shapely.prepare(polygon)
    spots = places(rng.uniform(-1000, 1000, (3_000, 2)))
    which, times, close = locate(spots, array([None, polygon, shapely.Polygon()]), near=0.5)
    inside = shapely.contains(polygon, spots)
    np.testing.assert_array_equal(which, np.where(inside, 1, -1))
    np.testing.assert_array_equal(times, inside)
    np.testing.assert_array_equal(close, shapely.distance(polygon.boundary, spots) <= 0.5)


@pytest.mark.parametrize("hole", [shapely.Polygon(), shapely.box(-0.5, -0.5, -0.4, -0.4)])
def test_locating_in_a_hundred_polygons_that_all_hold_the_point(hole: BaseGeometry) -> None:
    rings = shapely.buffer(places(np.zeros((100, 2))), np.arange(100, 0, -1)) - hole
    which, times, close = locate(array([shapely.Point(0.2, 0.2), None]), rings, near=0.1)
    assert (which.tolist(), times.tolist(), close.tolist()) == ([0, -1], [100, 0], [False, False])


@pytest.mark.parametrize("threads", [0, -1, 1.5, "2"])
def test_a_number_of_threads_that_is_none_is_an_error(threads: Any) -> None:
    spots = array([shapely.Point(0, 0)])
    with pytest.raises(
        ArgumentError, match=f"`threads` must be a whole number from 1, not {threads!r}"
    ):
        nearest(spots, spots, threads=threads)


@pytest.mark.compiled
def test_one_far_away_changes_nothing_for_the_others() -> None:
    rng = np.random.default_rng(11)
    network = places(ORIGIN + rng.uniform(0, 10_000, (50_000, 2)))
    premises = places(ORIGIN + rng.uniform(0, 10_000, (50_000, 2)))
    far = np.append(network, places(np.array([[1e12, 1e12]])))
    for alone, with_one in zip(nearest(premises, network), nearest(premises, far), strict=True):
        np.testing.assert_array_equal(alone, with_one)


def test_an_index_that_is_asked_many_times_answers_as_a_new_one() -> None:
    rng = np.random.default_rng(11)
    lines = [shapely.LineString(ends) for ends in rng.uniform(0, 500, (60, 2, 2))]
    network = array([*lines, BUILDING])
    index = NearestIndex(network)
    for _ in range(3):
        spots = places(rng.uniform(0, 500, (200, 2)))
        answers = [*index.query(spots), *index.locate(spots, near=1)]
        anew = [*nearest(spots, network), *locate(spots, network, near=1)]
        assert all((one == other).all() for one, other in zip(answers, anew, strict=True))


def test_segments_that_are_asked_about_many_times_have_the_answers_of_new_ones() -> None:
    rng = np.random.default_rng(12)
    spots = np.append(places(rng.uniform(0, 500, (200, 2))), [None, BUILDING])
    several = Segments.of_geometries(spots)
    for _ in range(3):
        network = array([shapely.LineString(ends) for ends in rng.uniform(0, 500, (60, 2, 2))])
        for threads in (1, 2):
            answers = NearestIndex(network, threads=threads).query(several)
            for one, other in zip(answers, nearest(spots, network), strict=True):
                np.testing.assert_array_equal(one, other)
