"""The statuses of premises in their order, and the colours of statuses and shares."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

STATUSES = ("connected", "passed", "planned", "unserved", "unplaced")
DRAWN = STATUSES[:-1]  # unplaced premises are on no map
# Distinct for colour-blind readers, with a contrast of at least 4:1 against every tint of the map.
STATUS_COLOURS = {
    "connected": "#0a3a6b",
    "passed": "#0f766e",
    "planned": "#8a35b0",
    "unserved": "#a33c04",
}
AREA_EDGE = "#4a5866"
# Darker is always more: sand below the target, blue from it on. White names and the network are read on the best.
AREA_COLOURS = ("#e8c588", "#cbac79", "#b0987f", "#4a93bf", "#2f77bc")
ONE_HUE = ("#a9d1e4", "#8abdda", "#69a7d2", "#4290c9", "#2f77bc")  # without a target
ON_BLACK = {
    "connected": "#dfd2ff",
    "passed": "#22ffbe",
    "planned": "#8974ff",
    "unserved": "#c78c07",
}
AREA_COLOURS_ON_BLACK = ("#5f4214", "#7c6238", "#96866f", "#58a5d8", "#a9d8ff")
ONE_HUE_ON_BLACK = ("#1d3f5c", "#2f6088", "#4886b8", "#74a8d6", "#a9d8ff")


def class_breaks(target: Fraction | None) -> list[Fraction]:
    """Choose the lower bounds of the classes that areas are coloured by; the target is one.

    >>> [float(bound) for bound in class_breaks(Fraction(9, 10))]
    [0.0, 0.5, 0.75, 0.9, 0.97]
    """
    goal = Fraction(9, 10) if target is None else target
    below = [goal - Fraction(4, 10), goal - Fraction(15, 100)]
    above = [goal, goal + (1 - goal) * Fraction(7, 10)]
    return sorted({Fraction(0), *(bound for bound in (*below, *above) if 0 < bound <= 1)})


def class_colours(
    breaks: Sequence[Fraction], target: Fraction | None, *, on_black: bool = False
) -> list[str]:
    """Choose the colour of each class: the hue turns at the target, and nowhere else.

    >>> class_colours([Fraction(0), Fraction(1, 2), Fraction(9, 10)], Fraction(9, 10))
    ['#e8c588', '#b0987f', '#2f77bc']
    """
    if target is None:
        return [*(ONE_HUE_ON_BLACK if on_black else ONE_HUE)][-len(breaks) :]
    colours = AREA_COLOURS_ON_BLACK if on_black else AREA_COLOURS
    below = sum(bound < target for bound in breaks)
    chosen = (*((), (0,), (0, 2), (0, 1, 2))[below], *(3, 4)[below - len(breaks) :])
    return [colours[number] for number in chosen]
