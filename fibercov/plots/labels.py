"""Labels on a map that touch neither each other nor a border, and cover little of the network.

RULE 1: a name stands inside its area, where it covers the least; areas with the least choice come first. It may
reach a millimetre across the border.
RULE 2: a name without room there stands beside its area, with a leader that crosses nothing written.
RULE 3: where too many have no room, all areas have their number in the table instead of a name; also where
some name finds no place beside its area and more numbers find one. Without a table, the largest areas without
room have names beside them, and no others.

Places are tried on a grid and sorted stably, so the same map always has the same labels.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

_STEP, _CELL = 0.6, 0.4  # between the places that are tried, and of the squares that lines fill, mm
_FURTHEST, _MOST_LEADERS = 30.0, 11  # of a leader, mm; more names outside are a tangle
_ACROSS = 1.3  # mm that words may reach across a border
_TRIED = 1500  # places for a name beside its area that are looked at closely
Size = Callable[[str], tuple[float, float]]
Fits = list[tuple[str, NDArray[np.float64]]]  # words, and the middles of boxes that take them


@dataclass(frozen=True)
class Label:
    """What is written where: the middle of its words, and where its leader starts and ends, if it has one."""

    row: int
    words: str
    x: float
    y: float
    leader: tuple[float, float, float, float] | None = None
    number: bool = False


@dataclass
class Room:
    """The frame with what is taken in it, in mm from its lower left corner."""

    wide: float
    high: float
    lines: NDArray[Any]
    outline: Any
    boxes: list[Any] = field(default_factory=list)
    leaders: list[Any] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Sum up the squares that lines fill, so that any box is judged at once."""
        along = [np.arange(0, end + _CELL / 2, _CELL / 2) for end in shapely.length(self.lines)]
        points = shapely.line_interpolate_point(
            np.repeat(self.lines, [len(each) for each in along]), np.concatenate([*along, []])
        )
        xy = shapely.get_coordinates(points)
        shape = int(self.wide / _CELL) + 2, int(self.high / _CELL) + 2
        bounds = [(0, n * _CELL) for n in shape]
        filled = np.histogram2d(xy[:, 0], xy[:, 1], bins=shape, range=bounds)[0] > 0
        self.sums = np.pad(filled.cumsum(0).cumsum(1), ((1, 0), (1, 0)))

    def grid(
        self, size: tuple[float, float], bounds: Any, step: float = _STEP
    ) -> NDArray[np.float64]:
        """List the middles of all boxes of a size that lie in the bounds and on the sheet."""
        half = np.array(size) / 2
        west, south = np.maximum(bounds[:2], 0.3) + half
        east, north = np.minimum(bounds[2:], [self.wide - 0.3, self.high - 0.3]) - half
        x, y = np.arange(west, east, step), np.arange(south, north, step)
        return np.column_stack([part.ravel() for part in np.meshgrid(x, y)])

    def free(self, xy: NDArray[np.float64], size: tuple[float, float]) -> NDArray[np.float64]:
        """Keep the middles of boxes of a size that touch nothing written, with a little air around them."""
        half = np.array(size) / 2 + 0.4
        for west, south, east, north in shapely.bounds(self.boxes).reshape(-1, 4):
            low, high = xy - half <= [east, north], xy + half >= [west, south]
            xy = xy[~(low & high).all(axis=1)]
        if not self.leaders:
            return xy
        return xy[~_meet(shapely.union_all(self.leaders), _boxes(xy, size, 0.4))]

    def covered(self, xy: NDArray[np.float64], size: tuple[float, float]) -> NDArray[np.float64]:
        """Measure how many mm of lines the boxes would cover, about."""
        most = np.array(self.sums.shape) - 1
        (x0, y0), (x1, y1) = (
            np.clip((xy + sign * np.array(size) / 2) / _CELL, 0, most).astype(int).T
            for sign in (-1, 1)
        )
        s = self.sums
        mm: NDArray[np.float64] = _CELL * (s[x1, y1] - s[x0, y1] - s[x1, y0] + s[x0, y0])
        return mm

    def take(self, label: Label, size: Size) -> Label:
        """Take the room of a label."""
        self.boxes.append(_boxes(np.array([[label.x, label.y]]), size(label.words))[0])
        if label.leader:
            ends = np.array(label.leader).reshape(2, 2)
            self.leaders.append(shapely.buffer(shapely.linestrings(ends), 0.5))
        return label


def place_labels(
    shapes: NDArray[Any],
    names: list[list[str]],
    size: Size,
    room: Room,
    numbers: list[str] | None = None,
) -> list[Label]:
    """Place a label for every shape: `names` has the ways to write each name, the best first."""
    placed: list[Label] = []
    fits = [_inside(s, ways, size, room) for s, ways in zip(shapes, names, strict=True)]
    choices = [sum(len(room.free(xy, size(words))) for words, xy in each) for each in fits]
    left: list[int] = []
    for row in map(int, np.argsort(choices, kind="stable")):
        best = _best(shapes[row], fits[row], size, room)
        if best is None:
            wider = shapes[row].buffer(_ACROSS)
            best = _best(wider, _inside(wider, names[row], size, room), size, room)
        if best is None:
            left.append(row)
        else:
            placed.append(room.take(Label(row, *best), size))
    if len(left) > _MOST_LEADERS:
        if numbers is not None:
            return _numbered(shapes, numbers, size, room)
        left = sorted(left, key=lambda r: -shapely.area(shapes[r]))[:_MOST_LEADERS]
    small, borders = shapely.union_all(shapes[left]), shapely.union_all(shapely.boundary(shapes))
    for row in sorted(left, key=lambda r: -shapely.get_y(_middle(shapes[r]))):
        around = _Around(shapes[row], small, borders)
        label = _beside(row, around, names[row][0], size, room)
        placed += [] if label is None else [room.take(label, size)]
    if len(placed) < len(shapes) and numbers is not None:
        numbered = _numbered(shapes, numbers, size, room)
        placed = max(placed, numbered, key=len)
    return placed


def _numbered(shapes: NDArray[Any], numbers: list[str], size: Size, room: Room) -> list[Label]:
    """Place numbers alone, on an empty map: inside, else across the border, else with a leader."""
    room.boxes.clear()
    room.leaders.clear()
    placed = []

    def tight(words: str) -> tuple[float, float]:
        wide, high = size(words)  # figures have no descenders
        return wide - 0.4, 0.72 * high

    borders = shapely.union_all(shapely.boundary(shapes))
    for row in map(int, np.argsort(-shapely.area(shapes), kind="stable")):
        if not numbers[row]:
            continue
        wider = (shapes[row].buffer(by) for by in (0, _ACROSS))
        ways = (
            _best(each, _inside(each, [numbers[row]], tight, room), tight, room) for each in wider
        )
        best = next((way for way in ways if way is not None), None)
        if best is not None:
            label: Label | None = Label(row, *best, number=True)
        else:
            around = _Around(shapes[row], shapes[row], borders, crossing=3)
            label = _beside(row, around, numbers[row], tight, room, number=True)
        placed += [] if label is None else [room.take(label, tight)]
    return placed


def _boxes(
    xy: NDArray[np.float64], size: tuple[float, float], pad: float = 0.0
) -> NDArray[np.object_]:
    """Make rectangles of a size about their middles."""
    x, y, half, up = xy[:, 0], xy[:, 1], size[0] / 2 + pad, size[1] / 2 + pad
    return np.asarray(shapely.box(x - half, y - up, x + half, y + up))


def _meet(shape: Any, many: NDArray[np.object_]) -> NDArray[np.bool_]:
    """Tell which of many shapes meet one."""
    shapely.prepare(shape)
    return np.asarray(shapely.intersects(shape, many))


def _middle(shape: Any) -> Any:
    """Return the centroid, or a point that is surely inside."""
    center = shapely.centroid(shape)
    return center if shapely.contains(shape, center) else shapely.point_on_surface(shape)


def _inside(shape: Any, ways: list[str], size: Size, room: Room) -> Fits:
    """List where each of the ways to write a name fits into the shape, whatever else is written there."""
    inner, fits = shape.buffer(-0.3), []
    shapely.prepare(inner)
    for words in ways:
        xy = room.grid(size(words), shape.bounds)
        xy = xy[shapely.contains_xy(inner, xy)]  # a box that is inside has its middle inside
        fits.append((words, xy[shapely.contains(inner, _boxes(xy, size(words)))]))
    return fits


def _best(shape: Any, fits: Fits, size: Size, room: Room) -> tuple[str, float, float] | None:
    """Find the best place that is free; None if none is."""
    home = shapely.get_coordinates(_middle(shape))[0]
    found = []
    for penalty, (words, places) in enumerate(fits):
        xy = room.free(places, size(words))
        if len(xy):
            away = np.hypot(*(xy - home).T)
            cost = 2 * room.covered(xy, size(words)) + 0.3 * away + 2 * penalty
            best = int(np.argmin(cost))
            found.append((float(cost[best]), words, float(xy[best, 0]), float(xy[best, 1])))
    return min(found)[1:] if found else None


@dataclass(frozen=True)
class _Around:
    """A shape, all that have no room for their names as one, the borders, and what crossing one costs."""

    shape: Any
    small: Any
    borders: Any
    crossing: float = 14.0


def _beside(
    row: int, around: _Around, words: str, size: Size, room: Room, *, number: bool = False
) -> Label | None:
    """Find a place outside with a leader: near, in the open, across nothing that is written; None if there is none."""
    home = shapely.get_coordinates(_middle(around.shape))[0]
    reach = _FURTHEST + size(words)[0]
    bounds = np.concatenate([home - reach, home + reach])
    xy = room.free(room.grid(size(words), bounds, 2 * _STEP), size(words))
    if not len(xy):
        return None
    out = np.maximum(0, np.abs(xy - home) - np.array(size(words)) / 2)
    # RULE: names stand away from the middle of all that are small, so that leaders fan out.
    away, way = xy - home, home - shapely.get_coordinates(shapely.centroid(around.small))[0]
    turned = 1 - (away @ way) / np.maximum(1e-9, np.hypot(*away.T) * np.hypot(*way))
    cost = np.hypot(*out.T) + 1.5 * room.covered(xy, size(words)) + 8 * turned
    near = np.argsort(cost, kind="stable")[:_TRIED]  # what follows is slow
    xy, cost = xy[near], cost[near]
    boxes = _boxes(xy, size(words))
    cost += 2 * _meet(room.outline, boxes)
    cost += around.crossing * _meet(around.borders, boxes)
    lines = shapely.shortest_line(shapely.points(home), boxes)
    others = shapely.difference(around.small, around.shape)
    over = _meet(others, lines)
    cost[over] += 3 * shapely.length(shapely.intersection(lines[over], others))
    bad = _meet(shapely.union_all([*room.boxes, *room.leaders]), lines)
    bad |= _meet(shapely.union(around.small, around.shape).buffer(0.8), boxes)
    cost = np.where(bad, np.inf, cost)
    best = int(np.argmin(cost))
    if np.isinf(cost[best]):
        return None
    x0, y0, x1, y1 = map(float, shapely.get_coordinates(lines[best]).ravel())
    return Label(row, words, float(xy[best, 0]), float(xy[best, 1]), (x0, y0, x1, y1), number)
