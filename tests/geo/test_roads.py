"""The drop along roads: by hand, by laws, and against a graph in which every place is a node."""

from __future__ import annotations

import itertools
from collections import defaultdict
from typing import Any

import networkx as nx
import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from towns import cut, town

from fibercov.geo.nearest import NearestIndex
from fibercov.geo.roads import Along, RoadGraph, drops_along

Shapes = NDArray[np.object_]


def lines(*each: Any) -> Shapes:
    return np.array([shapely.LineString(xy) for xy in each], dtype=object)


def along(premises: Shapes, network: Shapes, roads: Shapes, beside_m: float, **made: Any) -> Along:
    graph, index = RoadGraph.of_lines(roads, **made), NearestIndex(network)
    straight_m, _ = index.query(premises)
    return drops_along(graph.legs(premises), straight_m, index, graph, beside_m=beside_m)


# By hand ----------------------------------------------------------------------------------------

CABLE = lines([(100, 6), (300, 6)])
ROAD = lines([(0, 0), (300, 0)])
HOMES = np.array(
    [shapely.Point(xy) for xy in [(40, -20), (200, -20), (200, 50), (40, 3)]], dtype=object
)


@pytest.mark.parametrize(
    ("beside_m", "expected"),
    [
        # To where the road is 25 m from the cable's end, and from there to it.
        (25, [45 + 60 - np.sqrt(625 - 36), 26, 44, 28 + 60 - np.sqrt(625 - 36)]),
        (6, [20 + 60 + 6, 26, 44, 3 + 60 + 6]),
        (1e4, [np.hypot(60, 26), 26, 44, np.hypot(60, 3)]),  # beside everything: straight lines
    ],
)
def test_a_cable_beside_a_road(beside_m: float, expected: list[float]) -> None:
    found = along(HOMES, CABLE, ROAD, beside_m)
    assert found.drop_m == pytest.approx(expected)
    legs = RoadGraph.of_lines(ROAD).legs(HOMES)
    assert legs.metres == pytest.approx([20, 20, 50, 3])


@pytest.mark.parametrize(
    ("road", "made", "expected"),
    [
        ([(0, 0), (100, 0)], {}, np.inf),  # they cross, and share no vertex: a bridge
        ([(0, 0), (50, 0), (100, 0)], {}, 1 + 40 + 50),
        ([(0, 0), (50, 0), (100, 0)], {"level": np.array([0, 1])}, np.inf),
        ([(0, 0), (50, 0), (100, 0)], {"level": np.array([1, 1])}, 1 + 40 + 50),
    ],
)
def test_roads_that_cross_are_joined_where_they_share_a_vertex(
    road: Any, made: dict[str, Any], expected: float
) -> None:
    other = [(50, -50), (50, 0), (50, 50)]
    at, home = np.array([shapely.Point(50, 50)]), np.array([shapely.Point(10, 1)])
    found = along(home, at, lines(road, other), 5, **made)
    assert found.drop_m[0] == pytest.approx(expected)


def test_loose_ends_are_tied_if_they_are_near_enough() -> None:
    roads = lines([(0, 0), (100, 0)], [(50, 0.3), (50, 50)])
    at, home = np.array([shapely.Point(50, 50)]), np.array([shapely.Point(10, 1)])
    assert np.isinf(along(home, at, roads, 5).drop_m[0])
    assert along(home, at, roads, 5, join_m=0.5).drop_m[0] == pytest.approx(1 + 40 + 0.3 + 49.7)


def test_premises_without_a_place_have_no_drop() -> None:
    homes = np.array([None, shapely.Point(), shapely.box(30, -30, 50, -20)], dtype=object)
    found = along(homes, CABLE, ROAD, 6)
    assert np.isnan(found.drop_m[:2]).all()
    assert found.drop_m[2] == pytest.approx(20 + 50 + 6)  # from the building's corner


# Any town ---------------------------------------------------------------------------------------


def reference(  # noqa: C901 - it stands alone, so that it shares nothing with what it checks
    homes: Shapes, network: Shapes, roads: Shapes, beside_m: float
) -> NDArray[np.float64]:
    """A graph with every snapped home, every vertex, every end of a stretch and every cable point as a node."""
    whole = shapely.GeometryCollection([*network])

    def away(points: Any) -> Any:
        return shapely.distance(points, whole)

    pieces = [
        (tuple(np.round(a, 3)), tuple(np.round(b, 3)))
        for road in roads
        for a, b in zip(road.coords[:-1], road.coords[1:], strict=True)
    ]
    shapes = np.array([shapely.LineString(piece) for piece in pieces])
    inside: dict[int, list[tuple[float, Any]]] = defaultdict(list)
    graph, starts = nx.Graph(), dict[Any, float]()

    def start(node: Any, metres: float) -> None:
        starts[node] = min(metres, starts.get(node, np.inf))

    def snap(points: Shapes) -> tuple[Any, Any, Any]:
        every = shapely.distance(points[:, None], shapes[None, :])
        road = every.argmin(axis=1)
        return (
            road,
            every[np.arange(len(points)), road],
            shapely.line_locate_point(shapes[road], points),
        )

    on, leg, offset = snap(homes)
    for number, (road, at) in enumerate(zip(on, offset, strict=True)):
        inside[road].append((at, ("home", number)))
    for node in {end for piece in pieces for end in piece}:
        metres = float(away(shapely.Point(node)))
        if metres <= beside_m:
            start(node, metres)
    for number, shape in enumerate(shapes):
        at = np.linspace(0, shape.length, int(shape.length / 0.02) + 2)
        within = away(shapely.line_interpolate_point(shape, at)) <= beside_m
        for k in np.flatnonzero(within[:-1] != within[1:]):
            low, high = at[k], at[k + 1]
            for _ in range(50):
                middle = (low + high) / 2
                same = (away(shapely.line_interpolate_point(shape, middle)) <= beside_m) == within[
                    k
                ]
                low, high = (middle, high) if same else (low, middle)
            inside[number].append((low, ("end", number, k)))
            start(("end", number, k), beside_m)
    cables = [
        spot
        for feature in network
        for part in (feature.exterior if feature.geom_type == "Polygon" else feature,)
        for spot in _spots(part)
    ]
    road, metres, at = snap(np.array(cables))
    for k in np.flatnonzero(metres > beside_m):
        inside[road[k]].append((at[k], ("cable", k)))
        start(("cable", k), metres[k])
    for number, (a, b) in enumerate(pieces):
        chain = [
            (0.0, a),
            *sorted(inside[number], key=lambda each: each[0]),
            (shapes[number].length, b),
        ]
        for (one, u), (two, v) in itertools.pairwise(chain):
            length = min(
                max(two - one, 0.0), graph.get_edge_data(u, v, {"weight": np.inf})["weight"]
            )
            graph.add_edge(u, v, weight=length)
    for node, value in starts.items():
        graph.add_edge("network", node, weight=value)
    ways = (
        nx.single_source_dijkstra_path_length(graph, "network", weight="weight") if starts else {}
    )
    at_once = away(shapely.line_interpolate_point(shapes[on], offset))
    roundabout = np.array([ways.get(("home", k), np.inf) for k in range(len(homes))])
    found = leg + np.minimum(roundabout, np.where(at_once <= beside_m, at_once, np.inf))
    straight = away(homes)
    return np.asarray(np.where(straight <= np.maximum(leg, beside_m), straight, found))


def _spots(part: Any) -> list[Any]:
    """The vertices of a line, and points at most 10 m apart; a point itself."""
    if part.geom_type == "Point":
        return [part]
    return [shapely.Point(xy) for xy in shapely.segmentize(part, 10).coords]


def same(one: NDArray[np.float64], other: NDArray[np.float64], within: float = 1e-6) -> None:
    finite = np.isfinite(one)
    assert (finite == np.isfinite(other)).all()
    assert np.abs(one[finite] - other[finite]).max(initial=0) <= within


@pytest.mark.parametrize("beside_m", [3.0, 15.0])
@pytest.mark.parametrize("seed", range(6))
def test_drops_equal_those_of_a_graph_with_all_places_as_nodes(seed: int, beside_m: float) -> None:
    homes, network, roads = town(seed)
    snapped = shapely.set_precision(roads, 1e-3)
    found = along(homes, network, snapped, beside_m).drop_m
    same(found, reference(homes, network, snapped, beside_m), within=1e-6)
    assert np.isfinite(found).any()


@given(st.integers(0, 10_000))
def test_12_the_laws_of_drops_along_roads(seed: int) -> None:
    rng = np.random.default_rng(seed)
    homes, network, roads = town(seed)
    found = along(homes, network, roads, 12)
    straight = shapely.distance(homes, shapely.GeometryCollection([*network]))
    assert (found.drop_m >= straight - 1e-9).all()
    order, other = rng.permutation(len(roads)), rng.permutation(len(network))
    same(found.drop_m, along(homes, network[other], roads[order], 12).drop_m)
    same(found.drop_m, along(homes, shapely.reverse(network), shapely.reverse(roads), 12).drop_m)
    same(found.drop_m, along(homes, network, cut(roads), 12).drop_m)
    linear = shapely.get_type_id(network) == shapely.GeometryType.LINESTRING
    same(
        found.drop_m, along(homes, np.r_[cut(network[linear]), network[~linear]], roads, 12).drop_m
    )
    more = np.r_[network, [shapely.LineString(rng.uniform(0, 300, (2, 2)))]]
    assert (along(homes, more, roads, 12).drop_m <= found.drop_m + 1e-9).all()
    assert (along(homes, network, roads, 20).drop_m <= found.drop_m + 1e-9).all()
    there, cables, ways = (
        shapely.transform(each, lambda at: np.add(at, (5e5, 6.6e6)))
        for each in (homes, network, roads)
    )
    same(found.drop_m, along(there, cables, ways, 12).drop_m, within=1e-5)
    same(along(homes, network, roads, 1e4).drop_m, straight)
