"""The colours of the page: told apart whatever one sees, on white, on black and under names."""

from __future__ import annotations

import itertools
import math
import re
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from browsing import Open
from numpy.typing import NDArray

from fibercov.statuses import (
    AREA_COLOURS,
    AREA_COLOURS_ON_BLACK,
    ON_BLACK,
    ONE_HUE,
    ONE_HUE_ON_BLACK,
    STATUS_COLOURS,
    class_breaks,
    class_colours,
)

# How protanopes, deuteranopes and tritanopes see linear RGB: Machado, Oliveira and Fernandes 2009.
SIGHTS = {
    "protan": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
    "deutan": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]],
    "tritan": [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]],
    "normal": np.eye(3).tolist(),
}  # fmt: skip
GREY = np.array([0.2126, 0.7152, 0.0722])
PAGE = Path(__file__).parents[2] / "fibercov" / "maps" / "page.css"
Vector = NDArray[np.float64]


def linear(colour: str) -> Vector:
    parts = np.array([int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)])
    return np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)


def lab(colour: str, sight: str = "normal") -> Vector:
    """The colour in CIE L*a*b* (D65), as it is seen."""
    seen = np.clip(np.array(SIGHTS[sight]) @ linear(colour), 0, 1)
    to_xyz = [[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]]
    x, y, z = np.array(to_xyz) @ seen / [0.9505, 1, 1.089]
    fx, fy, fz = (v ** (1 / 3) if v > 0.008856 else 7.787 * v + 16 / 116 for v in (x, y, z))
    return np.array([116 * fy - 16, 500 * (fx - fy), 200 * (fy - fz)])


def apart(one: str, other: str, sight: str) -> float:
    """How far apart two colours are seen: CIEDE2000."""
    (l1, a1, b1), (l2, a2, b2) = lab(one, sight), lab(other, sight)
    mean = (math.hypot(a1, b1) + math.hypot(a2, b2)) / 2
    g = 0.5 * (1 - math.sqrt(mean**7 / (mean**7 + 25**7)))
    a1, a2 = a1 * (1 + g), a2 * (1 + g)
    c1, c2 = math.hypot(a1, b1), math.hypot(a2, b2)
    h1, h2 = (math.degrees(math.atan2(b, a)) % 360 for a, b in ((a1, b1), (a2, b2)))
    turn = (h2 - h1 + 180) % 360 - 180 if c1 * c2 else 0.0
    dl, dc = l2 - l1, c2 - c1
    dh = 2 * math.sqrt(c1 * c2) * math.sin(math.radians(turn / 2))
    light, chroma = (l1 + l2) / 2, (c1 + c2) / 2
    hue = (h1 + turn / 2) % 360 if c1 * c2 else h1 + h2
    t = (
        1
        - 0.17 * math.cos(math.radians(hue - 30))
        + 0.24 * math.cos(math.radians(2 * hue))
        + 0.32 * math.cos(math.radians(3 * hue + 6))
        - 0.20 * math.cos(math.radians(4 * hue - 63))
    )
    sl = 1 + 0.015 * (light - 50) ** 2 / math.sqrt(20 + (light - 50) ** 2)
    sc, sh = 1 + 0.045 * chroma, 1 + 0.015 * chroma * t
    spin = math.radians(60 * math.exp(-(((hue - 275) / 25) ** 2)))
    rt = -2 * math.sqrt(chroma**7 / (chroma**7 + 25**7)) * math.sin(spin)
    dl, dc, dh = dl / sl, dc / sc, dh / sh
    return math.sqrt(dl**2 + dc**2 + dh**2 + rt * dc * dh)


def contrast(one: str, other: str) -> float:
    """The contrast of WCAG between two colours."""
    low, high = sorted(float(GREY @ linear(colour)) for colour in (one, other))
    return (high + 0.05) / (low + 0.05)


def property_of(name: str, *, dark: bool = False) -> str:
    """A colour of the style sheet, where colours are forced and dark or else."""
    light, _, forced = PAGE.read_text("utf-8").partition(
        "(forced-colors: active) and (prefers-color-scheme: dark)"
    )
    found = re.search(rf"--{name}: (#\w+);", forced if dark else light)
    assert found is not None
    colour = found[1]
    return colour if len(colour) == 7 else "#" + "".join(2 * digit for digit in colour[1:])


def test_the_distance_between_colours_is_that_of_the_standard() -> None:
    # From the figures that Sharma, Wu and Dalal (2005) publish with the formula, in L*a*b*.
    grey, white, black = "#777777", "#ffffff", "#000000"
    assert apart(grey, grey, "normal") == 0
    assert apart(white, black, "normal") == pytest.approx(100, abs=0.1)
    assert apart("#ff0000", "#00ff00", "normal") == pytest.approx(86.6, abs=0.3)


@pytest.mark.parametrize("sight", SIGHTS)
def test_the_target_is_seen_at_once_and_every_class_is_told_apart_whatever_one_sees(
    sight: str,
) -> None:
    for ramp, below, least in ((AREA_COLOURS, 3, 6.5), (AREA_COLOURS_ON_BLACK, 3, 6.5)):
        steps = [apart(one, other, sight) for one, other in itertools.pairwise(ramp)]
        assert steps[below - 1] >= 30  # the target
        assert min(steps) >= least  # small steps below it are meant; 1 is just noticeable
        assert max(steps[: below - 1] + steps[below:]) < steps[below - 1] / 2
    for ramp in (ONE_HUE, ONE_HUE_ON_BLACK):  # without a target no step stands out
        steps = [apart(one, other, sight) for one, other in itertools.pairwise(ramp)]
        assert min(steps) >= 5
        assert max(steps) < 2.5 * min(steps)


def test_darker_is_always_more_and_on_black_lighter_is() -> None:
    for ramp, way in (
        (AREA_COLOURS, -1), (ONE_HUE, -1), (AREA_COLOURS_ON_BLACK, 1), (ONE_HUE_ON_BLACK, 1),
    ):  # fmt: skip
        lightness = [lab(colour)[0] for colour in ramp]
        assert all(way * (b - a) > 5 for a, b in itertools.pairwise(lightness))


@pytest.mark.parametrize("sight", SIGHTS)
def test_statuses_are_told_apart_whatever_one_sees(sight: str) -> None:
    for colours, least in ((STATUS_COLOURS, 11), (ON_BLACK, 11)):
        pairs = itertools.combinations(colours.values(), 2)
        assert min(apart(one, other, sight) for one, other in pairs) > least


def test_colours_stand_out_from_the_page_and_the_classes() -> None:
    page = property_of("page")
    assert contrast(AREA_COLOURS[0], page) >= 1.5  # the worst class is seen
    assert contrast(ONE_HUE[0], page) >= 1.5
    for colour in STATUS_COLOURS.values():
        assert contrast(colour, page) >= 3  # WCAG 1.4.11
    for colour in (*AREA_COLOURS, *ONE_HUE, page):
        assert contrast(property_of("network"), colour) >= 3
    black = property_of("page", dark=True)
    for colour in (*ON_BLACK.values(), property_of("network", dark=True)):
        assert contrast(colour, black) >= 3
    assert contrast(AREA_COLOURS_ON_BLACK[0], black) >= 1.5


@pytest.mark.parametrize("target", [None, 0.9, 0.5, 1, 0.2, 0])
def test_the_hue_turns_at_the_target_and_nowhere_else(target: float | None) -> None:
    goal = None if target is None else Fraction(str(target))
    breaks = class_breaks(goal)
    colours = class_colours(breaks, goal)
    assert len(colours) == len(set(colours)) == len(breaks)
    below = [bound < goal if goal is not None else False for bound in breaks]
    sand = [lab(colour)[2] > 0 for colour in colours]  # yellow rather than blue
    assert sand == below


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_names_are_read_on_every_class(opened: Open, town: Path, dark: bool) -> None:  # noqa: FBT001
    page = opened(town)
    ramps = (AREA_COLOURS_ON_BLACK, ONE_HUE_ON_BLACK) if dark else (AREA_COLOURS, ONE_HUE)
    for colour in itertools.chain(*ramps):
        ink = page.evaluate("(colour) => fibercov.inkOn(colour)", colour)
        ink = "#ffffff" if ink == "#fff" else ink
        assert contrast(ink, colour) >= 4.5, colour


def test_dark_forced_colours_have_a_map_of_their_own(opened: Open, town: Path) -> None:
    page = opened(town, forced_colors="active", color_scheme="dark")
    fills = page.evaluate("fibercov.view.polygons.map((p) => p.options.fillColor)")
    assert set(fills) <= {*AREA_COLOURS_ON_BLACK}
    assert len(set(fills)) == 3
    named: dict[str, Any] = page.evaluate(
        "Object.fromEntries(['network', 'plan', 'border', 'accent', 'page', 'c1']"
        ".map((name) => [name, fibercov.colour(name)]))"
    )
    full = {k: "#" + "".join(2 * d for d in v[1:]) if len(v) == 4 else v for k, v in named.items()}
    assert lab(full["page"])[0] < 5
    for name in ("network", "plan", "border", "accent"):
        assert contrast(full[name], full["page"]) >= 3, name
    assert contrast(full["network"], full["c1"]) >= 3
    # What is said of the classes has their colours, and not the system's.
    swatch = page.locator(".fc-classes i").first.evaluate(
        "(i) => getComputedStyle(i).backgroundColor"
    )
    assert [int(n) for n in re.findall(r"\d+", swatch)] == [
        int(AREA_COLOURS_ON_BLACK[0][at : at + 2], 16) for at in (1, 3, 5)
    ]
