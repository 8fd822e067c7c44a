"""The banner and the legend, in a real browser: the share, what it means, and how many are in each class."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from browsing import PHONE, Open, choose_date, legend, plain, whole_number
from frames import cable
from test_maps import NETWORK, small, two_areas

import fibercov as fc
from fibercov import texts
from fibercov.statuses import AREA_COLOURS, class_breaks

pytestmark = pytest.mark.no_cover


def test_opens_with_the_share_the_verdict_and_a_legend_with_counts(opened: Open) -> None:
    page = opened(
        fc.map_coverage(
            small(),
            areas=two_areas("Väster", "Öster"),
            network=NETWORK,
            planned=cable((0, 500), (999, 500)),
            target=0.9,
            title="Fiberdalen",
        )
    )
    assert page.title() == "Fiberdalen"
    assert page.evaluate("document.documentElement.lang") == "en"
    for part, said in (
        ("h1", "Fiberdalen"),
        ("#fc-share", "80.0 %"),
        ("#fc-verdict", "The 90 % target is not met, 2 households to go."),
        ("#fc-headline", "12 of 15 households are within 50 m of fiber. As of 1 October 2020."),
        ("#fc-key", "Within reach With the plan: 93.3 % Not planned: 1 household"),
    ):
        assert plain(page.locator(part).inner_text()) == said
    page.locator("#fc-how summary").click()
    folded = plain(page.locator("#fc-method").inner_text())
    assert "80.0 and 86.7 %" in folded.replace("80.0 %", "80.0")
    assert "1 household" in folded
    rows = page.locator(".fc-panel .fc-row").all_inner_texts()
    assert [" ".join(row.split()) for row in rows] == [
        "Areas by share", "250 m squares by share", "Network", "Planned network",
        "Connected 8", "Within reach 4", "Planned 2", "Unplaced 1",
    ]  # fmt: skip
    classes = [
        plain(text) for text in page.locator(".fc-classes li:nth-child(n + 2)").all_inner_texts()
    ]
    # 12 households at 100 % in the west, 2 at 0 % in the east.
    assert classes == ["0–<50 % 2", "50–<75 % 0", "75–<90 % 0", "90–<97 % 0", "97–100 % 12"]
    assert legend(page)[1] == ["1 unplaced"]


def width_in(page: Any, part: str, whole: str) -> tuple[float, float]:
    """Where a part begins and ends, from 0 to 1 of the whole."""
    box, around = page.locator(part).bounding_box(), page.locator(whole).bounding_box()
    left = (box["x"] - around["x"]) / around["width"]
    return left, left + box["width"] / around["width"]


def test_the_bar_is_as_long_as_the_share_with_the_plan_behind_it_and_the_tick_at_the_target(
    opened: Open, town: Path, years: list[fc.Coverage]
) -> None:
    page = opened(town)
    for step in (0, 4):
        choose_date(page, step)
        coverage = years[step]
        reached = coverage.reached / coverage.total
        with_plan = reached + coverage.counts["planned"] / coverage.total
        bar = page.locator("#fc-bar").get_attribute("aria-label")
        assert plain(page.locator("#fc-share").inner_text()) in plain(bar)
        for part, ends in ((".fc-done", (0, reached)), (".fc-plan", (reached, with_plan))):
            found = width_in(page, f"#fc-bar {part}", "#fc-bar")
            assert found == pytest.approx(ends, abs=0.004)
        for name in ("#fc-bar", ".fc-scale"):
            left, right = width_in(page, f"{name} .fc-tick", name)
            assert (left + right) / 2 == pytest.approx(0.9, abs=0.004)


@pytest.mark.parametrize(
    ("options", "most"),
    [({}, 120), ({**PHONE, "viewport": {"width": 390, "height": 844}}, 844 / 5)],
    ids=["desktop", "phone"],
)
def test_the_banner_is_low_and_says_the_share_once_and_largest(
    opened: Open, town: Path, options: dict[str, Any], most: float
) -> None:
    page = opened(town, **options)
    for language in ("sv", "en"):
        if language == "en":
            page.locator(".fc-language[lang=en]").click()
        assert page.locator(".fc-banner").bounding_box()["height"] <= most
        share = plain(page.locator("#fc-share").inner_text())
        assert share == texts.percent(Fraction(3086, 3401), Fraction(9, 10), language)
        said = plain(page.locator(".fc-said").inner_text())
        assert share not in said
        assert not page.locator("#fc-method").is_visible()
        sizes = page.locator(".fc-banner *").evaluate_all(
            "(all) => all.map((e) => [parseFloat(getComputedStyle(e).fontSize), e.id])"
        )
        assert max(sizes)[1] == "fc-share"
        assert sorted(size for size, _ in sizes)[-2] < 0.7 * max(sizes)[0]
        width = page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
        assert width[0] <= width[1]
        # At the start the map is seen, and where it is narrow takes most of what is left.
        assert page.locator(".fc-map").bounding_box()["height"] > 300


def test_the_scale_has_the_classes_in_their_true_widths_and_colours(
    opened: Open, town: Path
) -> None:
    page = opened(town)
    breaks = [*class_breaks(Fraction(9, 10)), Fraction(1)]
    parts = page.locator(".fc-scale i:not(.fc-tick)")
    assert parts.count() == len(breaks) - 1
    scale = page.locator(".fc-scale").bounding_box()
    for number in range(parts.count()):
        box = parts.nth(number).bounding_box()
        ends = [(x - scale["x"]) / scale["width"] for x in (box["x"], box["x"] + box["width"])]
        assert ends == pytest.approx([*map(float, breaks[number : number + 2])], abs=0.004)
        colour = parts.nth(number).evaluate("(part) => getComputedStyle(part).backgroundColor")
        wanted = [int(AREA_COLOURS[number][at : at + 2], 16) for at in (1, 3, 5)]
        assert colour == f"rgb({', '.join(map(str, wanted))})"
    assert plain(page.locator(".fc-scale .fc-target").inner_text()) == "Mål 90 %"


def test_the_counts_of_the_legend_sum_to_the_total_at_every_date(
    opened: Open, town: Path, years: list[fc.Coverage], demo: fc.Demo
) -> None:
    breaks = class_breaks(Fraction(9, 10))
    page = opened(town)
    every = [*years, years[-1].with_plan()]
    for step, coverage in enumerate(every):
        choose_date(page, step)
        counts, below = legend(page)
        expected = [0] * len(breaks)
        table = fc.summarize(coverage, by=demo.areas)
        for total, reached in table[["total", "reached"]].iloc[:-2].to_numpy().tolist():
            share = Fraction(reached, total)
            expected[sum(share >= bound for bound in breaks) - 1] += total
        assert counts == expected
        assert below == [f"{coverage.counts['unplaced']} utan läge"]
        assert sum(counts) + sum(map(whole_number, below)) == coverage.total
    # Without areas the squares are counted.
    page = opened(fc.map_coverage(years[-1], target=0.9))
    counts, below = legend(page)
    assert below == ["8 unplaced"]
    assert sum(counts) + 8 == years[-1].total


@pytest.mark.parametrize("by", ["areas", "squares"])
def test_the_counts_of_a_published_legend_sum_with_what_is_not_shown(
    opened: Open, years: list[fc.Coverage], demo: fc.Demo, by: str
) -> None:
    areas = demo.areas if by == "areas" else None
    public = fc.publishable([years[2], years[4]], areas=areas)
    page = opened(fc.map_coverage(public, target=0.9))
    for step in range(3):
        choose_date(page, step)
        counts, below = legend(page)
        (hidden,) = below
        assert hidden.endswith("not shown, as the numbers are small")
        told = public.areas[public.areas["measurement"] == step]
        whole = told.loc[told["level"] == "whole", "total"].item()
        assert sum(counts) + whole_number(hidden) == whole


def test_what_has_nothing_to_count_is_hatched_and_named_only_where_there_is_some(
    opened: Open, town: Path
) -> None:
    assert "inga hushåll" not in " ".join(legend(opened(town))[1])
    page = opened(fc.map_coverage(small(), areas=two_areas("A", "B").iloc[::-1], target=0.9))
    assert legend(page)[1] == ["1 unplaced"]
    empty = fc.map_coverage(small(households=[8, 4, 0, 1]), areas=two_areas("A", "B"), target=0.9)
    page = opened(empty)
    assert legend(page) == ([0, 0, 0, 0, 12], ["no households", "1 unplaced"])
    swatch = page.locator(".fc-legend .fc-key i").first
    assert "gradient" in swatch.evaluate("(i) => getComputedStyle(i).backgroundImage")
    filled = page.evaluate("fibercov.view.polygons.map((p) => p.options.fillColor)")
    assert isinstance(filled[0], str)
    assert filled[0] == AREA_COLOURS[-1]
    assert filled[1] not in AREA_COLOURS
