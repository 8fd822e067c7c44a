"""The page on paper: what a browser prints of it."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pytest
import shapely
from browsing import Open, plain
from frames import frame, points
from pypdf import PdfReader
from test_maps import NETWORK

import fibercov as fc

pytestmark = pytest.mark.no_cover

CONTROLS = (
    "Skriv ut",
    "English",
    "Hämta som CSV",
    "Sök adress",
    "Min plats",
    "Jämför",
    "Zooma in för",
)


def printed(page: Any) -> list[str]:
    """The texts of the pages that are printed."""
    paper = PdfReader(io.BytesIO(page.pdf(prefer_css_page_size=True, print_background=True)))
    for sheet in paper.pages:
        assert (round(sheet.mediabox.width), round(sheet.mediabox.height)) == (595, 842)  # A4
    return [plain(sheet.extract_text()) for sheet in paper.pages]


def test_prints_banner_map_legend_and_table_without_a_control(
    opened: Open, town: Path, demo: fc.Demo
) -> None:
    page = opened(town)
    before = page.locator(".folium-map").bounding_box()
    first, *others = printed(page)
    for words in (
        "Fibertäckning i Fiberdalen", "90,7 %", "Målet 90 % är nått", "3 086 av 3 401",
        "Med planen: 95,4 %", "Avstånden är mätta i EPSG:3006",  # all folds are open
        "Norra skogsbygden 20,9 %",  # a name on the map
        "Områden efter andel: hushåll inom 50 m från fiber", "90–<97 %", "857", "8 utan läge",
    ):  # fmt: skip
        assert words in first
    whole = " ".join([first, *others])
    for words in (*demo.areas["name"], "Kvar till målet", "113", "Planerat nät", "Utom räckhåll"):
        assert words in whole
    for words in CONTROLS:
        assert words not in whole
    # And the screen is as it was.
    page.wait_for_timeout(100)
    assert page.locator("#fc-print").is_visible()
    assert not page.locator("#fc-method").is_visible()
    assert page.locator(".folium-map").bounding_box() == before


def test_an_open_card_and_a_chosen_area_print(opened: Open, town: Path) -> None:
    page = opened(town)
    page.locator("#fc-query").fill("storgatan 12")
    page.keyboard.press("Enter")
    page.wait_for_selector(".leaflet-popup-content")
    first, *_ = printed(page)
    assert "Storgatan 12" in first
    assert "Fiber är indragen i byggnaden." in first
    page.get_by_role("button", name="Granhed").click()
    whole = " ".join(printed(page))
    for words in (
        "Granhed",
        "91,9 % av 124 hushåll",
        "Hushåll efter status",
        "Andel över tid",
    ):
        assert words in whole
    for words in (*CONTROLS, "Alla områden"):
        assert words not in whole


def many_areas() -> Any:
    """Sixty areas with a household each, of which every second is within reach."""
    areas = frame(
        [shapely.box(100 * k, -400, 100 * k + 100, 400) for k in range(60)],
        name=[f"Area number {k}" for k in range(60)],
    )
    homes = points(*[(100 * k + 50, 20 if k % 2 else 300) for k in range(60)])
    return fc.map_coverage(
        fc.measure_coverage(homes, NETWORK.assign(geometry=NETWORK.scale(20, 1)), reach=50),
        areas=areas, target=0.9, title="Sixty areas",
    )  # fmt: skip


@pytest.mark.parametrize("size", [(1280, 800), (390, 844)], ids=["desktop", "phone"])
def test_all_rows_of_a_long_table_print_on_as_many_pages_as_they_need(
    opened: Open, size: tuple[int, int]
) -> None:
    page = opened(many_areas(), viewport={"width": size[0], "height": size[1]})
    sheets = printed(page)
    assert len(sheets) > 1
    for words in ("Sixty areas", "The 90 % target is not met", "0–<50 %", "97–100 %"):
        assert words in sheets[0]
    rows = [f"Area number {k} 1 {'100.0 % met' if k % 2 else '0.0 % 1'}" for k in range(60)]
    whole = " ".join(sheets)
    assert [row for row in rows if row not in whole] == []
    assert all(sheet for sheet in sheets)  # none is empty


def test_the_printed_map_is_the_one_on_the_screen_made_to_fit(opened: Open) -> None:
    page = opened(many_areas())
    page.locator("#fc-csv").focus()
    size, centre = page.evaluate("[fibercov.map.getSize(), fibercov.map.getCenter()]")
    page.evaluate("() => void dispatchEvent(new Event('beforeprint'))")
    page.emulate_media(media="print")
    page.wait_for_timeout(100)
    box = page.locator(".fc-map").bounding_box()
    assert box["width"] <= 718  # A4 without its margins, in pixels
    assert box["height"] <= 500
    assert box["width"] / box["height"] == pytest.approx(size["x"] / size["y"], rel=0.02)
    assert page.evaluate("[fibercov.map.getSize(), fibercov.map.getCenter()]") == [size, centre]
    outlines = page.locator("body *").evaluate_all(
        "(all) => all.filter((e) => e.matches(':focus-visible') &&"
        " getComputedStyle(e).outlineStyle !== 'none' && getComputedStyle(e).display !== 'none').length"
    )
    assert outlines == 0
    page.emulate_media(media="screen")
    page.evaluate("() => void dispatchEvent(new Event('afterprint'))")
    assert page.locator(".fc-map").get_attribute("style") in {None, ""}
