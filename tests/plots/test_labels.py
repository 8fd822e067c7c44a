"""Names beside areas that have no room for them, and numbers in their place."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from shapely import box
from shapely.geometry.base import BaseGeometry

from fibercov.plots.labels import Label, Room, place_labels


def size(words: str) -> tuple[float, float]:
    """How wide and high words are, in mm."""
    return 1.6 * len(words), 3.0


def labels(shapes: list[BaseGeometry], *, numbers: bool) -> list[Label]:
    """The labels of areas on a sheet of 120 by 100 mm; each name is 22.4 mm wide."""
    names = [[f"Område nummer{n:2}"] for n in range(len(shapes))]
    known = [str(n + 1) for n in range(len(shapes))] if numbers else None
    whole = shapely.union_all(shapes)
    room = Room(120, 100, np.array([], dtype=object), whole)
    return place_labels(np.array(shapes), names, size, room, known)


def taken(label: Label) -> shapely.Polygon:
    """The box of a label's words."""
    wide, high = size(label.words)
    return box(label.x - wide / 2, label.y - high / 2, label.x + wide / 2, label.y + high / 2)


def test_of_many_areas_that_are_too_narrow_the_largest_have_their_names_beside_them() -> None:
    heights = [5, 9, 4.5, 8, 7, 3.6, 7.5, 6, 6.5, 8.5, 5.5, 9.5, 4, 4.8]
    tops = np.cumsum(heights)
    strip: list[BaseGeometry] = [
        box(58, top - high, 62, top) for top, high in zip(tops, heights, strict=True)
    ]
    named = labels(strip, numbers=False)
    assert {label.row for label in named} == {*np.argsort(heights)[-11:].tolist()}
    assert all(label.leader for label in named)
    boxes = [taken(label) for label in named]
    assert shapely.union_all(boxes).area == pytest.approx(sum(each.area for each in boxes))
    numbered = labels(strip, numbers=True)
    assert {label.words for label in numbered} == {str(n + 1) for n in range(len(strip))}


def test_where_a_name_finds_no_place_beside_its_area_all_have_numbers() -> None:
    town: list[BaseGeometry] = [box(58 + 1.6 * i, 48 + 1.6 * j, 59.6 + 1.6 * i, 49.6 + 1.6 * j) for i in range(3) for j in range(3)]  # fmt: skip
    country = box(20, 10, 100, 90).difference(shapely.union_all(town))
    named = labels([country, *town], numbers=False)
    assert 1 < len(named) < 10
    numbered = labels([country, *town], numbers=True)
    assert len(numbered) > len(named)
    assert all(label.number for label in numbered)
