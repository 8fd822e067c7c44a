"""The map in a real browser: what a reader presses, hears, prints and holds in the hand."""

from __future__ import annotations

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
    plain,
)
from test_maps import small

import fibercov as fc
from fibercov import texts

pytestmark = pytest.mark.no_cover


def test_the_language_can_be_switched_and_nothing_stays_behind(opened: Open, town: Path) -> None:
    page = opened(town)
    assert page.evaluate("document.documentElement.lang") == "sv"
    banner = plain(page.locator(".fc-banner").inner_text())
    assert "3 086 av 3 401 hushåll finns inom 50 m från fiber. Gäller 1 oktober 2020." in banner
    page.locator(".fc-language[lang=en]").click()
    assert page.evaluate("document.documentElement.lang") == "en"
    page.locator("#fc-how summary").click()
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
    choice = page.locator(".fc-language:visible")
    assert choice.all_inner_texts() == ["English", "Svenska"]  # those that it is not in
    assert page.locator("h1").inner_text() == "FIBER COVERAGE"
    for language, title in (("sv", "Fibertäckning"), ("nb", "FIBER COVERAGE")):
        page.locator(f".fc-language[lang={language}]").click()
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
    page.locator(".fc-language[lang=en]").click()
    assert (page.title(), page.locator("h1").inner_text()) == ("Fiber coverage", "Fiber coverage")


def test_zoom_and_pan_by_keyboard_and_focus_in_a_sensible_order(opened: Open, town: Path) -> None:
    page = opened(town)
    order = []
    for _ in range(12):
        page.keyboard.press("Tab")
        order.append(page.evaluate("document.activeElement.id || document.activeElement.className"))
    assert order[:7] == [
        "fc-skip", "fc-how-open", "fc-print", "fc-language", "fc-query", "fc-locate", "map_fibercov",
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
    page.locator(".fc-language[lang=en]").click()
    assert heading.inner_text() == "How it was measured"
    assert "Distances are measured in EPSG:3006" in method.inner_text()
    heading.focus()
    page.keyboard.press("Space")
    assert not method.is_visible()


# In the hand --------------------------------------------------------------------------------------


def test_fits_a_telephone_and_works_by_touch(opened: Open, town: Path) -> None:
    page = opened(town, **PHONE)
    for language in ("sv", "en"):
        if language == "en":
            page.locator(".fc-language[lang=en]").tap()
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        rows = page.locator("#fc-rows tr").all()
        assert max(row.bounding_box()["x"] + row.bounding_box()["width"] for row in rows) <= 390
        small_targets = page.evaluate(
            "[...document.querySelectorAll('button, summary, select, label.fc-row, input[type=search],"
            " .leaflet-bar a')].filter((e) => e.offsetParent && Math.min("
            "e.getBoundingClientRect().width, e.getBoundingClientRect().height) < 24)"
            ".map((e) => e.outerHTML)"
        )
        assert small_targets == []
    assert not page.locator("#fc-panel").evaluate(
        "(e) => e.getBoundingClientRect().top < innerHeight"
    )
    page.locator(".fc-down a").tap()
    page.wait_for_function(
        "() => document.querySelector('#fc-dock').getBoundingClientRect().top < innerHeight / 4"
    )
    assert page.locator("#fc-areas").is_visible()
    page.locator(MAP).tap()
    assert page.locator(".leaflet-popup-content").is_visible()
    page.locator("#fc-query").tap()
    page.locator("#fc-query").fill("storgatan 12")
    page.locator("#fc-found li").first.tap()
    page.wait_for_timeout(100)
    assert page.locator(".leaflet-popup-content h2").inner_text() == "Storgatan 12"
    close = page.locator(".leaflet-popup-close-button").bounding_box()
    assert min(close["width"], close["height"]) >= 24


def test_nothing_sticks_out_of_a_narrow_window(opened: Open, town: Path) -> None:
    page = opened(town)
    for width in range(320, 520, 20):
        page.set_viewport_size({"width": width, "height": 800})
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), width


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
    page.get_by_role("button", name="Norra skogsbygden").click()
    page.locator("#fc-how summary").click()
    page.locator("#fc-compare").select_option("0")
    assert violations() == []
    page.locator(".fc-language[lang=en]").click()
    page.locator("#fc-compare").select_option("")
    page.locator("#fc-query").fill("storgatan")
    assert violations() == []
    page.locator("#fc-found li").first.dispatch_event("click")
    page.wait_for_selector(".leaflet-popup-content")
    page.get_by_role("button", name="All areas").click()
    assert violations() == []
