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


def test_search_finds_addresses_and_areas_by_keyboard(opened: Open, town: Path) -> None:
    page = opened(town)
    field = page.get_by_role("combobox", name="Sök adress eller område")
    field.fill("ALVST")  # Älvsta: case and accents do not matter
    assert field.get_attribute("aria-expanded") == "true"
    field.press("ArrowDown")
    assert field.get_attribute("aria-activedescendant") == "fc-found-0"
    field.press("Enter")
    assert plain(page.locator(".leaflet-popup-content").inner_text()).startswith("Älvsta")
    field.fill("storgatan 1")
    assert page.locator("#fc-found li").count() > 1
    assert page.locator("#fc-found li").first.inner_text().split()[:2] == ["Storgatan", "1"]
    field.press("Escape")
    assert not page.locator("#fc-found").is_visible()
    field.fill("storgatan 12")
    page.locator("#fc-found li").first.click()
    said = plain(page.locator(".leaflet-popup-content").inner_text())
    assert re.match(r"Storgatan 12\w* Status .* Avstånd till fiber [\d,]+ m Område", said)
    assert page.evaluate("fibercov.map.getZoom()") == 17
    field.fill("finns inte")
    assert page.locator("#fc-live").inner_text() == "Inga träffar"
    assert page.locator("#fc-none").is_visible()


def test_the_table_sorts_and_jumps_by_keyboard(opened: Open, town: Path) -> None:
    page = opened(town)
    page.locator("#fc-table-open").focus()
    page.keyboard.press("Enter")
    missing = [row[3] for row in table_rows(page)[:-1]]
    assert table_rows(page)[-1][3:] == ["–", "–"]  # outside all areas there is no target
    assert missing[0] == "113"
    assert [int(n) for n in missing] == sorted(map(int, missing), reverse=True)
    page.get_by_role("button", name="Område", exact=True).focus()
    page.keyboard.press("Enter")
    names = [row[0] for row in table_rows(page)]
    assert names[0].startswith("(")
    assert names[1] == "Björkhult"
    assert names[-1] == "Älvsta"  # as Swedish sorts, after z
    head = page.locator("#fc-heads th").first
    assert head.get_attribute("aria-sort") == "ascending"
    assert page.evaluate("document.activeElement.textContent").startswith("Område")
    page.get_by_role("button", name="Björkhult").focus()
    page.keyboard.press("Enter")
    assert not page.locator("#fc-dialog").is_visible()
    said = plain(page.locator(".leaflet-popup-content").inner_text())
    assert said == ("Björkhult Inom räckhåll 0,0 % Hushåll 125 Kvar till målet 113 Mål inte nått")


def test_the_slider_goes_through_the_dates_to_the_plan(
    opened: Open, town: Path, years: list[fc.Coverage]
) -> None:
    page = opened(town)
    slider = page.get_by_role("slider", name="Datum")
    assert slider.input_value() == "4"  # opens on the measurement itself
    before = pixels(page)
    shown = []
    for step in range(6):
        slider.fill(str(step))
        shown.append(plain(page.locator("#fc-share").inner_text()))
    assert shown[:5] == [f"{100 * c.share:.1f} %".replace(".", ",") for c in years]
    plan = years[-1].reached + years[-1].counts["planned"]
    assert shown[5] == f"{100 * plan / years[-1].total:.1f} %".replace(".", ",")
    assert slider.get_attribute("aria-valuetext") == "Med planerat nät"
    headline = plain(page.locator("#fc-headline").inner_text())
    assert headline.startswith("Med det planerade nätet utbyggt: 95,4 % av 3 401 hushåll")
    assert headline.endswith("(plan per 2020-10-01)")
    assert plain(page.locator("#fc-verdict").inner_text()) == "Målet 90 % skulle nås."
    assert plain(page.locator(".fc-row", has_text="Planerad").first.inner_text()).endswith(" 0")
    assert changed(before, pixels(page))
    slider.press("ArrowLeft")
    assert slider.get_attribute("aria-valuetext") == "2020-10-01"
    assert not changed(before, pixels(page))


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


def test_prints_on_one_page_with_banner_map_legend_and_table(opened: Open, town: Path) -> None:
    page = opened(town)
    paper = PdfReader(io.BytesIO(page.pdf(prefer_css_page_size=True, print_background=True)))
    assert len(paper.pages) == 1
    width, height = paper.pages[0].mediabox.width, paper.pages[0].mediabox.height
    assert (round(width), round(height)) == (842, 595)  # A4, on its side
    said = plain(paper.pages[0].extract_text())
    for words in (
        "Fibertäckning i Fiberdalen", "90,7 %", "Målet 90 % är nått", "Planerat nät", "90–<97",
        "Utom räckhåll", "Björkhult", "Kvar till målet", "113", "Avstånden är mätta i EPSG:3006",
    ):  # fmt: skip
        assert words in said
    assert "Skriv ut" not in said
    picture = Image.open(io.BytesIO(page.screenshot()))  # and the screen is as it was
    assert picture.size == (1280, 800)
    assert page.locator("#fc-print").is_visible()
    assert not page.locator("#fc-method").is_visible()


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


@pytest.mark.parametrize("size", [(844, 390), (640, 400), (1024, 600), (1920, 1080)])
def test_the_map_has_room_in_any_window(opened: Open, town: Path, size: tuple[int, int]) -> None:
    page = opened(town, viewport={"width": size[0], "height": size[1]})
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    seen = page.evaluate(
        "fibercov.map.getBounds().pad(-0.05).contains(L.latLngBounds(fibercov.data.box))"
    )
    assert seen
    assert page.evaluate("fibercov.map.getZoom()") >= 8.5


def test_what_a_date_does_not_have_says_so(opened: Open) -> None:
    def at(year: int, *addresses: str) -> fc.Coverage:
        here = points(*[(100 * k, 20) for k in range(len(addresses))], address=addresses)
        return fc.measure_coverage(here, NETWORK, reach=50, as_of=f"{year}-10-01")

    page = opened(fc.map_coverage(at(2020, "Kept 1"), history=[at(2019, "Kept 1", "Gone 1")]))
    page.locator("#fc-query").fill("gone")
    page.keyboard.press("Enter")
    said = page.locator(".leaflet-popup-content").inner_text()
    assert plain(said) == "Gone 1 Status not on the map at this date"
