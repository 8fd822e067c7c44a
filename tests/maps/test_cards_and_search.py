"""What a resident does on the page, in a real browser: looks up an address, and reads its card."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from browsing import Open, choose_date, hover, look, on_screen, plain
from frames import cable, frame, points
from shapely import LineString
from test_maps import NETWORK, small, two_areas

import fibercov as fc

pytestmark = pytest.mark.no_cover

CARD = ".leaflet-popup-content"


def look_up(page: Any, text: str) -> str:
    """What the card of the first hit says."""
    page.locator("#fc-query").fill(text)
    page.keyboard.press("Enter")
    return plain(page.locator(CARD).inner_text())


# Search -------------------------------------------------------------------------------------------


def test_search_finds_addresses_and_areas_by_keyboard(opened: Open, town: Path) -> None:
    page = opened(town)
    field = page.get_by_role("combobox", name="Sök adress eller område")
    field.fill("ALVST")  # Älvsta: case and accents do not matter
    assert field.get_attribute("aria-expanded") == "true"
    field.press("ArrowDown")
    assert field.get_attribute("aria-activedescendant") == "fc-found-0"
    field.press("Enter")
    assert page.locator("#fc-area h2").inner_text() == "Älvsta"
    field.fill("storgatan 1")
    assert page.locator("#fc-found li").count() > 1
    assert page.locator("#fc-found li").first.inner_text().split()[:2] == ["Storgatan", "1"]
    field.press("Escape")
    assert not page.locator("#fc-found").is_visible()
    field.fill("storgatan 12")
    page.locator("#fc-found li").first.click()
    said = plain(page.locator(CARD).inner_text())
    assert re.match(r"Storgatan 12\w* Fiber .*\. \w+ [\d,]+ %", said)
    assert page.evaluate("fibercov.map.getZoom()") == 17
    field.fill("finns inte")
    assert page.locator("#fc-live").inner_text() == "Inga träffar"
    assert page.locator("#fc-none").is_visible()


STREETS = [
    "Almgatan 2", "Almgatan 2", "Almgatan 2", "Almgatan 12", "Almgatan 20 B", "Norra Almgatan 2",
    "10 Main Street", "110 Main Street", "10 Mainland Road", "Österängs väg 7",
    *(f"Backen {k}" for k in range(1, 215)),
]  # fmt: skip


@pytest.fixture
def searched(opened: Open) -> Any:
    """A page with the addresses above."""
    places = [(10 * (k % 50), 10 * (k // 50)) for k in range(len(STREETS))]
    coverage = fc.measure_coverage(points(*places, address=STREETS), NETWORK, reach=50)
    return opened(fc.map_coverage(coverage, areas=two_areas("Almby", "Backen västra")))


def hits(page: Any, text: str) -> list[str]:
    page.locator("#fc-query").fill(text)
    return [
        plain(option.evaluate("(option) => option.firstChild.textContent"))
        for option in page.locator("#fc-found li").all()
    ]


def test_search_takes_words_in_any_order_and_numbers_at_word_starts(searched: Any) -> None:
    on_almgatan = ["Almgatan 2", "Almgatan 20 B", "Norra Almgatan 2"]
    for text in ("almgatan 2", "Almgatan  2", "almgatan2", "  ALMGATAN,2 "):
        assert hits(searched, text) == on_almgatan, text  # and no 12; each once
    assert set(hits(searched, "2 almgatan")) == set(on_almgatan)
    assert hits(searched, "norra 2 alm") == ["Norra Almgatan 2"]
    assert hits(searched, "alm 2 norra") == ["Norra Almgatan 2"]
    for text in ("10 main", "main street 10", "Street 10 Main"):
        assert "10 Main Street" in hits(searched, text), text
        assert "110 Main Street" not in hits(searched, text), text
    assert hits(searched, "street main 10") == ["10 Main Street"]
    assert hits(searched, "osterangs vag 7") == ["Österängs väg 7"]
    assert hits(searched, "b 20 alm") == ["Almgatan 20 B"]
    assert hits(searched, "almgatan 3") == []
    for text in ("", " ", "a", "-", "2"):  # too little to look for
        assert hits(searched, text) == []
        assert not searched.locator("#fc-none").is_visible()
    for text in ("(", "[a-z]+", "\\", "*"):  # no pattern
        assert hits(searched, text) == []


def test_search_says_how_many_there_are_and_areas_come_first(searched: Any) -> None:
    found = hits(searched, "backen")
    assert found == ["Backen västra", *(f"Backen {k}" for k in range(1, 8))]
    assert plain(searched.locator("#fc-none").inner_text()) == "8 of 215"  # with the area
    assert plain(searched.locator("#fc-live").inner_text()) == "8 of 215"
    hits(searched, "almgatan 2")
    assert plain(searched.locator("#fc-none").inner_text()) == "3 of 3"
    # A word of one number is one of many: 1, 10 to 19, 100 to 199.
    hits(searched, "backen 1")
    assert plain(searched.locator("#fc-none").inner_text()) == "8 of 111"
    assert searched.locator("#fc-found small").first.inner_text() == "Almby"


# Cards --------------------------------------------------------------------------------------------

ADDRESSES = ["Vägen 1", "Vägen 2", "Vägen 3", "Vägen 4"]


def in_four_ways(day: str, **options: Any) -> fc.Coverage:
    """A connected premises, one within reach, one planned and one with nothing."""
    premises = points(
        (100, 20), (200, 30), (300, 470), (300, 250),
        address=ADDRESSES, connected=[True, False, False, False],
    )  # fmt: skip
    planned = cable((0, 500), (999, 500)).assign(ready=date(2027, 6, 30))
    return fc.measure_coverage(premises, NETWORK, reach=50, planned=planned, as_of=day, **options)


def test_a_card_gives_a_verdict_in_a_sentence_and_the_areas_share(opened: Open) -> None:
    coverage = in_four_ways("2020-10-01", planned_date="ready")
    page = opened(fc.map_coverage(coverage, areas=two_areas("Väster", "Öster"), target=0.9))
    expected = {
        "Vägen 1": "Fiber ends in the building. Väster 100.0 %",
        "Vägen 2": "Fiber is 30 m away, but the building is not connected yet. Väster 100.0 %",
        "Vägen 3": "Fiber is planned for 2027. Distance to fiber 470 m Öster 0.0 %",
        "Vägen 4": "No fiber within reach, and none planned. Distance to fiber 250 m Öster 0.0 %",
    }
    for address, said in expected.items():
        assert look_up(page, address) == f"{address} {said} Date 1 October 2020"
        assert page.locator(f"{CARD} .fc-says svg").count() == 1  # the mark of its status
    page.locator(".fc-language[lang=sv]").click()
    for address, said in (
        ("Vägen 1", "Fiber är indragen i byggnaden."),
        ("Vägen 2", "Fiber finns 30 m bort, men byggnaden är inte ansluten än."),
        ("Vägen 3", "Fiber planeras till 2027."),
        ("Vägen 4", "Ingen fiber inom räckhåll och ingen planerad."),
    ):
        assert f"{address} {said}" in look_up(page, address)


def test_without_a_date_the_plan_has_no_year_and_at_another_date_no_distance(opened: Open) -> None:
    page = opened(fc.map_coverage(in_four_ways("2020-10-01"), history=[in_four_ways("2019-10-01")]))
    assert look_up(page, "Vägen 3").startswith("Vägen 3 Fiber is planned. Distance to fiber")
    choose_date(page, 0)
    assert look_up(page, "Vägen 3") == "Vägen 3 Fiber is planned. Date 1 October 2019"
    assert look_up(page, "Vägen 2") == (
        "Vägen 2 Fiber is within reach, but the building is not connected yet. Date 1 October 2019"
    )
    choose_date(page, 2)  # with the plan built
    assert look_up(page, "Vägen 3") == "Vägen 3 Fiber is planned. Date With the plan"


def test_a_card_leads_to_where_errors_are_reported(opened: Open) -> None:
    address = "Åsen 1 & 2?#<b>"
    coverage = small(address=[address, "b", "c", "d"])
    page = opened(fc.map_coverage(coverage, report_url="https://example.com/?about={address}"))
    assert "Something wrong?" in look_up(page, "åsen 1")
    link = page.locator(f"{CARD} a")
    assert link.get_attribute("href") == f"https://example.com/?about={quote(address, safe='')}"
    assert "noopener" in link.get_attribute("rel")
    assert link.get_attribute("target") == "_blank"
    mail = fc.map_coverage(coverage, report_url="mailto:fiber@example.com?subject={address}")
    page = opened(mail)
    look_up(page, "åsen 1")
    assert page.locator(f"{CARD} a").get_attribute("href").startswith("mailto:fiber@")
    page = opened(fc.map_coverage(coverage))
    assert "Something wrong?" not in look_up(page, "åsen 1")


def test_tooltips_say_what_premises_areas_and_squares_have(opened: Open) -> None:
    coverage = small(address=["Byvägen 1", "Byvägen 2", "Åsen 3", "Okänd 4"])
    page = opened(fc.map_coverage(coverage, areas=two_areas("Väster", "Öster"), target=0.9))
    look(page, 200, 250)
    premises = hover(page, 200, 30)
    assert premises.startswith(
        "Byvägen 2 Fiber is 30 m away, but the building is not connected yet."
    )
    assert "ousehold" not in premises  # never at a premises
    assert "Distance to fiber 470 m" in hover(page, 300, 470)  # packed without decimals from 100 m
    area = hover(page, 100, 150)
    assert area == "Väster 100.0 % of 12 households are within 50 m of fiber."
    page.locator("#fc-squares").check()
    assert hover(page, 120, 120) == "Square Within reach 100.0 % Households 12"


def test_a_click_opens_what_the_tooltip_says_and_escape_closes_it(opened: Open) -> None:
    page = opened(fc.map_coverage(small(), areas=two_areas("Väster", "Öster")))
    look(page, 200, 100)
    page.mouse.click(*on_screen(page, 200, 30))
    assert "30 m" in plain(page.locator(CARD).inner_text())
    assert page.locator(".leaflet-popup-close-button").get_attribute("aria-label") == "Close"
    page.keyboard.press("Escape")
    page.wait_for_selector(".leaflet-popup", state="detached")


def test_a_card_has_the_straight_drop_and_that_along_roads(opened: Open) -> None:
    roads = frame([LineString(xy) for xy in ([(0, 0), (900, 0)], [(0, 300), (900, 300)])])
    coverage = fc.measure_coverage(
        points((300, 40), (400, 30), (300, 280)), cable((0, -9), (350, -9)),
        reach=fc.Reach(100, along="roads"), roads=roads,
        barriers=frame([LineString([(200, 20), (320, 20)])]),
    )  # fmt: skip
    page = opened(fc.map_coverage(coverage, context=roads))
    look(page, 300, 150)
    beyond = hover(page, 300, 40)
    assert (
        "Fiber is within reach, but the building is not connected yet." in beyond
    )  # the straight line is not the way
    assert "Distance to fiber 49 m, across a barrier Along roads 49 m" in beyond
    # 30 m to the road, 50 m back to the cable less 23.3 m, and 25 m; never rounded up.
    near = hover(page, 400, 30)
    assert "Fiber is 81 m away" in near
    assert "Distance to fiber 63 m Along roads 81 m" in near
    assert "Along roads no way along the roads" in hover(page, 300, 280)
    rows = page.locator("#fc-panel").inner_text()
    assert "Roads, water and place names" in rows
    assert "Network" not in rows
