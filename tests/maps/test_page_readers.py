"""The map in a real browser: what a reader presses, hears, prints and holds in the hand."""

from __future__ import annotations

import io
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from browsing import (
    AXE,
    MAP,
    PHONE,
    Open,
    changed,
    pixels,
    plain,
    table_rows,
)
from frames import points
from PIL import Image
from pypdf import PdfReader
from test_maps import NETWORK, small

import fibercov as fc
from fibercov import texts


def test_the_language_can_be_switched_and_nothing_stays_behind(opened: Open, town: Path) -> None:
    page = opened(town)
    assert page.evaluate("document.documentElement.lang") == "sv"
    banner = plain(page.locator(".fc-banner").inner_text())
    assert "90,7 % av 3 401 hushåll inom 50 m från fiber (90,7–91,0), 2020-10-01" in banner
    page.locator("#fc-language").click()
    assert page.evaluate("document.documentElement.lang") == "en"
    page.locator("#fc-table-open").click()
    said = page.evaluate("document.body.innerText") + page.locator("#fc-query").get_attribute(
        "placeholder"
    )
    said = said.replace("Fibertäckning i Fiberdalen", "")
    swedish = {
        word for key, word in texts.LANGUAGES["sv"].page.items()
        if word != texts.LANGUAGES["en"].word(key) and "{" not in word
    }  # fmt: skip
    assert not [word for word in swedish if re.search(rf"\b{re.escape(word)}\b", said)]
    assert "3,401 households" in plain(said)


def test_a_third_language_is_a_record_and_nothing_else(
    opened: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    english = texts.LANGUAGES["en"]
    words, page_words = (
        {key: shouted(word) for key, word in part.items()} for part in (english.words, english.page)
    )
    loud = replace(
        english, code="nb", name="Norsk", locale="nb-NO", decimal=",", thousands="\N{NO-BREAK SPACE}",
        dash="\N{EN DASH}", minus="\N{MINUS SIGN}", words=words, page=page_words,
    )  # fmt: skip
    monkeypatch.setitem(texts.LANGUAGES, "nb", loud)
    coverage = small()
    check = fc.check_target(coverage, target=0.9)
    assert re.match("[^a-z]*$", fc.minutes(coverage, check, language="nb").replace(" m ", ""))
    page = opened(fc.map_coverage(coverage, language="nb", target=0.9))
    choice = page.get_by_label("LANGUAGE")
    assert choice.locator("option").all_inner_texts() == ["English", "Svenska", "Norsk"]
    assert page.locator("h1").inner_text() == "FIBER COVERAGE"
    for language, title in (("sv", "Fibertäckning"), ("nb", "FIBER COVERAGE")):
        choice = page.locator("#fc-language")
        choice.select_option(language)
        assert page.locator("h1").inner_text() == title
        assert page.evaluate("document.documentElement.lang") == language
    assert "," in page.locator("#fc-share").inner_text()


def shouted(words: str) -> str:
    """The words in capitals, but for the names of what is put in."""
    return "".join(
        part if k % 2 else part.upper() for k, part in enumerate(re.split(r"(\{\w+\})", words))
    )


def test_a_page_without_a_title_has_one_in_either_language(opened: Open) -> None:
    page = opened(fc.map_coverage(small(), language="sv"))
    assert (page.title(), page.locator("h1").inner_text()) == ("Fibertäckning", "Fibertäckning")
    page.locator("#fc-language").click()
    assert (page.title(), page.locator("h1").inner_text()) == ("Fiber coverage", "Fiber coverage")


def test_zoom_and_pan_by_keyboard_and_focus_in_a_sensible_order(opened: Open, town: Path) -> None:
    page = opened(town)
    order = []
    for _ in range(12):
        page.keyboard.press("Tab")
        order.append(page.evaluate("document.activeElement.id || document.activeElement.className"))
    assert order[:7] == [
        "fc-skip", "fc-how-open", "fc-table-open", "fc-print", "fc-language", "fc-query", "map_fibercov",
    ]  # fmt: skip
    page.locator(MAP).focus()
    zoom = page.evaluate("fibercov.map.getZoom()")
    page.keyboard.press("+")
    page.keyboard.press("ArrowRight")
    page.wait_for_timeout(300)
    assert page.evaluate("fibercov.map.getZoom()") > zoom


@pytest.mark.parametrize("options", [{}, PHONE], ids=["desktop", "phone"])
def test_how_it_was_measured_unfolds_by_keyboard_in_either_language(
    opened: Open, town: Path, options: dict[str, Any]
) -> None:
    page = opened(town, **options)
    heading, method = page.locator("#fc-how summary"), page.locator("#fc-method")
    assert heading.inner_text() == "Så är det mätt"
    assert not method.is_visible()
    assert "EPSG" not in page.locator(".fc-banner").inner_text()
    heading.focus()
    page.keyboard.press("Enter")
    assert "Avstånden är mätta i EPSG:3006" in method.inner_text()
    page.locator("#fc-language").click()
    assert heading.inner_text() == "How it was measured"
    assert "Distances are measured in EPSG:3006" in method.inner_text()
    heading.focus()
    page.keyboard.press("Space")
    assert not method.is_visible()


# On paper and on a phone --------------------------------------------------------------------------


def test_fits_a_telephone_and_works_by_touch(opened: Open, town: Path) -> None:
    page = opened(town, **PHONE)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert not page.locator("#fc-panel-body").is_visible()
    page.locator("#fc-panel summary").tap()
    assert page.locator("#fc-areas").is_visible()
    page.locator("#fc-panel summary").tap()
    page.locator(MAP).tap()
    assert page.locator(".leaflet-popup-content").is_visible()
    page.locator("#fc-query").tap()
    page.locator("#fc-query").fill("storgatan 12")
    page.locator("#fc-found li").first.tap()
    page.wait_for_timeout(100)
    assert page.locator(".leaflet-popup-content h2").inner_text() == "Storgatan 12"
    small_targets = page.evaluate(
        "[...document.querySelectorAll('button, summary, .fc-row, input[type=search], .leaflet-bar a,"
        " .leaflet-popup-close-button')].filter((e) => e.offsetParent && Math.min("
        "e.getBoundingClientRect().width, e.getBoundingClientRect().height) < 24).map((e) => e.id)"
    )
    assert small_targets == []


def test_no_date_breaks_at_its_hyphens(opened: Open, town: Path) -> None:
    page = opened(town)
    page.locator("#fc-panel").evaluate("(panel) => { panel.open = true; }")
    dates = page.locator("#fc-headline .fc-whole, .fc-row .fc-whole")
    assert dates.all_inner_texts() == ["2020-10-01"] * 3
    for width in range(320, 520, 5):
        page.set_viewport_size({"width": width, "height": 800})
        lines = dates.evaluate_all("(all) => all.map((date) => date.getClientRects().length)")
        assert lines == [1, 1, 1]
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


@pytest.mark.skipif(not AXE.exists(), reason="axe-core is not installed: npm install")
@pytest.mark.parametrize("options", [{}, PHONE], ids=["desktop", "phone"])
def test_an_accessibility_checker_finds_nothing(
    opened: Open, town: Path, options: dict[str, Any]
) -> None:
    page = opened(town, bypass_csp=True, **options)
    page.add_script_tag(path=AXE)

    def violations() -> list[Any]:
        found = page.evaluate(
            "axe.run(document, {runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa',"
            " 'best-practice']})"
        )
        assert len(found["passes"]) > 10
        return [(v["id"], [n["html"][:100] for n in v["nodes"]]) for v in found["violations"]]

    assert violations() == []
    page.locator("#fc-query").fill("storgatan")
    page.locator("#fc-panel").evaluate("(panel) => { panel.open = true; }")
    assert violations() == []
    page.locator("#fc-found li").first.dispatch_event("click")
    page.wait_for_selector(".leaflet-popup-content")
    assert violations() == []
    page.locator("#fc-table-open").click()
    assert violations() == []


# What must not happen -----------------------------------------------------------------------------
