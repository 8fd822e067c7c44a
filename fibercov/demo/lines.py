"""Lines as arrays of x and y: walk along them, bend them and cut them."""

from __future__ import annotations

import numpy as np
import shapely
from numpy.typing import NDArray

from fibercov.demo.place import SOUTH_WEST, Array


def from_km(km: list[tuple[float, float]]) -> Array:
    """Convert a table's kilometres to coordinates."""
    return np.asarray(km) * 1000.0 + SOUTH_WEST


def along_line(line: Array) -> Array:
    """Measure how far along a line each of its vertices is."""
    return np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(line, axis=0).T))])


def walk(line: Array, along: Array, spread_m: float = 8.0) -> tuple[Array, Array]:
    """Find the points at lengths along a line, and the unit vectors to its left there."""
    at = along_line(line)

    def point(s: Array) -> Array:
        return np.column_stack([np.interp(s, at, line[:, 0]), np.interp(s, at, line[:, 1])])

    ahead = point(along + spread_m) - point(along - spread_m)
    left = np.column_stack([-ahead[:, 1], ahead[:, 0]])
    return point(along), left / np.hypot(*left.T)[:, None]


def resample(line: Array, step_m: float) -> Array:
    """Put vertices at even steps along a line."""
    length = along_line(line)[-1]
    return walk(line, np.linspace(0.0, length, max(2, round(length / step_m) + 1)))[0]


def smooth(line: Array, rounds: int = 4) -> Array:
    """Round the corners of a line (Chaikin's corner cutting); its ends stay."""
    for _ in range(rounds):
        near, far = 0.75 * line[:-1] + 0.25 * line[1:], 0.25 * line[:-1] + 0.75 * line[1:]
        inner = np.stack([near, far], axis=1).reshape(-1, 2)
        line = np.vstack([line[:1], inner[1:-1], line[-1:]])
    return line


def meander(line: Array, rng: np.random.Generator, sway_m: float, wave_m: float) -> Array:
    """Let a line wind; its ends stay."""
    line = resample(line, 25.0)
    along = along_line(line)
    sway = np.zeros_like(along)
    for part in (1.0, 0.57, 0.31):
        sway += part * sway_m * np.sin(2 * np.pi * along / (wave_m * part) + rng.uniform(0, 6.3))
    xy, left = walk(line, along, 40.0)
    from_end = np.minimum(along, along[-1] - along)
    bend: Array = left * (sway * np.minimum(1.0, from_end / 300.0))[:, None]
    return xy + bend


def as_points(xy: Array) -> NDArray[np.object_]:
    """Make points of coordinates."""
    return np.array(shapely.points(xy), dtype=object)


def beside_road(road: Array, s: Array, t: Array) -> Array:
    """Convert s along a road and t across it (left is positive) to coordinates."""
    xy, left = walk(road, s, 200.0)
    return xy + left * t[:, None]
