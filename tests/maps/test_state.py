"""Dates, two of them side by side, and the state in the page's address, in a real browser."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit

import pandas as pd
import pytest
from browsing import (
    HOSTILE,
    MAP,
    Open,
    changed,
    choose_date,
    hover,
    look,
    on_screen,
    pixels,
    plain,
    table_rows,
    whole_number,
)
from frames import points
from test_maps import NETWORK, at, small, two_areas

import fibercov as fc

pytestmark = pytest.mark.no_cover

BESIDE = "#fc-beside"


def state(page: Any) -> dict[str, str]:
    """What the page's address says."""
    return {key: said for key, (said,) in parse_qs(urlsplit(page.url).fragment).items()}


def reopen(page: Any, fragment: str | None = None) -> None:
    """Load the page anew, with another fragment if one is given."""
    if fragment is not None:
        url = page.url.split("#")[0]
        page.goto("about:blank")
        page.goto(f"{url}#{fragment}")
    else:
        page.reload()
    page.wait_for_selector("html[data-ready]", state="attached")


# Dates --------------------------------------------------------------------------------------------


def test_the_slider_goes_through_the_dates_to_the_plan(
    opened: Open, town: Path, years: list[fc.Coverage]
) -> None:
    page = opened(town)
    slider = page.get_by_role("slider", name="Datum")
    assert slider.input_value() == "4"  # opens on the measurement itself
    fills = "fibercov.view.polygons.map((p) => p.options.fillColor)"
    before, drawn = page.evaluate(fills), pixels(page)
    shown = []
    for step in range(6):
        slider.fill(str(step))
        shown.append(plain(page.locator("#fc-share").inner_text()))
    assert shown[:5] == [f"{100 * c.share:.1f} %".replace(".", ",") for c in years]
    plan = years[-1].reached + years[-1].counts["planned"]
    assert shown[5] == f"{100 * plan / years[-1].total:.1f} %".replace(".", ",")
    assert slider.get_attribute("aria-valuetext") == "Med planerat nät"
    headline = plain(page.locator("#fc-headline").inner_text())
    assert headline.startswith("Med planen: 3 245 av 3 401 hushåll")
    assert plain(page.locator("#fc-verdict").inner_text()) == "Målet 90 % skulle nås."
    planned = page.locator(".fc-panel .fc-row", has_text="Planerad").last
    assert plain(planned.inner_text()).endswith(" 0")
    assert changed(drawn, pixels(page))
    assert page.evaluate(fills) != before
    slider.press("ArrowLeft")
    assert slider.get_attribute("aria-valuetext") == "1 oktober 2020"
    assert page.evaluate(fills) == before
    # Below it, each date has its share.
    years_below = [plain(text) for text in page.locator("#fc-years li").all_inner_texts()]
    names = ["2016", "2017", "2018", "2019", "2020", "Planen"]
    assert years_below == [f"{name} {share}" for name, share in zip(names, shown, strict=True)]


def test_lines_of_another_date_are_faded(opened: Open, town: Path) -> None:
    page = opened(town)

    def opacities() -> list[float]:
        found = page.locator(".leaflet-fc-lines-pane .leaflet-layer").evaluate_all(
            "(layers) => layers.map((layer) => Number(getComputedStyle(layer).opacity))"
        )
        assert len(found) == 2  # the network and the planned network
        return list(map(float, found))

    assert min(opacities()) > 0.8
    choose_date(page, 1)
    assert max(opacities()) < 0.5
    for on in (False, True):  # and stay so
        page.locator("#fc-network").set_checked(on)
    page.evaluate("fibercov.map.setZoom(12, {animate: false})")
    assert max(opacities()) < 0.5
    for step in (5, 4):
        choose_date(page, step)
        assert min(opacities()) > 0.8


def test_an_open_card_follows_the_date_and_the_language(opened: Open) -> None:
    address = {"address": list("abcd")}
    then = at(2019, False, False, False, False, **address)
    now = at(2020, True, True, False, False, **address)
    page = opened(fc.map_coverage(now, history=[then]))
    look(page, 100, 80, 17)
    page.mouse.click(*on_screen(page, 100, 80))
    card = page.locator(".leaflet-popup-content")

    def said() -> str:
        return plain(card.locator(".fc-says").inner_text())

    assert said() == "Fiber ends in the building."
    choose_date(page, 0)  # 80 m from the cable, and not connected
    assert said() == "No fiber within reach, and none planned."
    assert "1 October 2019" in plain(card.inner_text())
    page.locator(".fc-language[lang=sv]").click()
    assert said() == "Ingen fiber inom räckhåll och ingen planerad."
    choose_date(page, 1)
    assert said() == "Fiber är indragen i byggnaden."
    assert page.locator(".leaflet-popup").count() == 1


def test_two_dates_lie_side_by_side_and_move_together(
    opened: Open, town: Path, years: list[fc.Coverage], demo: fc.Demo
) -> None:
    page = opened(town)
    chips = page.locator(".fc-chip:visible")
    before = page.locator(MAP).bounding_box()
    assert chips.count() == 0
    page.locator("#fc-compare").select_option("0")
    here, there = page.locator(MAP).bounding_box(), page.locator(BESIDE).bounding_box()
    assert here["width"] == pytest.approx(there["width"], abs=2)
    assert here["y"] == there["y"]
    shares = [f"{100 * years[k].share:.1f}".replace(".", ",") for k in (0, 4)]
    rise = f"{100 * (years[4].share - years[0].share):.1f}".replace(".", ",")
    said = sorted(plain(text) for text in chips.all_inner_texts())
    assert said == [
        f"2016: {shares[0]} %", f"2020: {shares[1]} % (+{rise} procentenheter)"
    ]  # fmt: skip
    assert page.locator(f"{BESIDE} .fc-chip").inner_text().startswith("2016")
    # The legend counts both.
    assert page.locator(".fc-legend h2").inner_text().endswith(" (2020, 2016)")
    told = page.locator(".fc-classes small").all_inner_texts()
    table = fc.summarize(years[0], by=demo.areas).iloc[:-2]
    classes = pd.cut(table["share"], [0, 0.5, 0.75, 0.9, 0.97, 1.01], right=False)
    counts = table.groupby(classes, observed=False)["total"].sum()
    assert [whole_number(text) for text in told] == counts.tolist()
    for moved in ("fibercov.map", "fibercov.other.map"):
        page.evaluate(f"{moved}.setView([60.7, 14.1], 11.5, {{animate: false}})")
        page.evaluate(f"{moved}.panBy([40, 25], {{animate: false}})")
        views = page.evaluate(
            "[fibercov.map, fibercov.other.map].map((m) => [m.getZoom(), m.getCenter().lat, m.getCenter().lng])"
        )
        assert views[0] == pytest.approx(views[1], abs=1e-4)
        assert views[0][0] == 11.5
    # Each is filled by its own date, both by what is switched on and chosen.
    fills = page.evaluate(
        "[fibercov.view, fibercov.other].map((v) => v.polygons.map((p) => p.options.fillColor))"
    )
    assert fills[0] != fills[1]
    choose_date(page, 0)
    assert [text[:4] for text in chips.all_inner_texts()] == ["2016", "2016"]
    fills = page.evaluate(
        "[fibercov.view, fibercov.other].map((v) => v.polygons.map((p) => p.options.fillColor))"
    )
    assert fills[0] == fills[1]
    page.locator("#fc-network").uncheck()
    for one in (MAP, BESIDE):
        assert page.locator(f"{one} .leaflet-fc-lines-pane .leaflet-layer").count() == 1
    page.locator("#fc-compare").select_option("3")
    assert page.locator(f"{BESIDE} .leaflet-map-pane").count() == 1
    assert page.locator(f"{BESIDE} .fc-chip").inner_text().startswith("2019")
    page.locator("#fc-compare").select_option("")
    assert page.locator(f"{BESIDE} .leaflet-map-pane").count() == 0
    assert not page.locator(BESIDE).is_visible()
    assert chips.count() == 0
    assert page.locator(MAP).bounding_box() == before


# The address --------------------------------------------------------------------------------------


def test_a_reload_and_the_way_back_keep_the_area_the_date_the_language_and_the_view(
    opened: Open, town: Path
) -> None:
    page = opened(town)
    page.get_by_role("button", name="Granhed").click()
    choose_date(page, 2)
    page.locator(".fc-language[lang=en]").click()
    page.evaluate("fibercov.map.setView([60.71, 14.12], 12, {animate: false})")
    assert state(page) == {
        "area": "Granhed", "date": "2018-10-01", "lang": "en", "view": "12/60.7100/14.1200",
    }  # fmt: skip

    def seen() -> list[Any]:
        view = page.evaluate(
            "[fibercov.map.getZoom(), fibercov.map.getCenter().lat, fibercov.map.getCenter().lng]"
        )
        return [
            page.locator("#fc-area h2").inner_text(),
            page.locator("#fc-date-shown").inner_text(),
            page.evaluate("document.documentElement.lang"),
            *(round(number, 3) for number in view),
        ]

    expected = ["Granhed", "1 October 2018", "en", 12, 60.71, 14.12]
    assert seen() == expected
    reopen(page)
    assert seen() == expected
    reopen(page, urlsplit(page.url).fragment)  # a mailed link
    assert seen() == expected
    page.get_by_role("button", name="All areas").click()
    page.get_by_role("button", name="Stenmo").click()
    assert page.locator("#fc-area h2").inner_text() == "Stenmo"
    page.go_back()
    page.wait_for_function("() => document.querySelector('#fc-area h2')?.textContent !== 'Stenmo'")
    assert page.locator("#fc-date-shown").inner_text() == "1 October 2018"
    assert page.evaluate("document.documentElement.lang") == "en"


def test_a_link_within_the_page_keeps_the_date_and_the_area(opened: Open, town: Path) -> None:
    page = opened(town)
    page.get_by_role("button", name="Granhed").click()
    choose_date(page, 2)
    for link in (".fc-skip", ".fc-down a"):
        page.locator(link).evaluate("(link) => link.click()")
        page.wait_for_timeout(100)
        assert page.locator("#fc-area h2").inner_text() == "Granhed"
        assert page.locator("#fc-date-range").input_value() == "2"
        assert (state(page)["area"], state(page)["date"]) == ("Granhed", "2018-10-01")


def test_what_was_looked_up_is_never_in_the_address(opened: Open, town: Path) -> None:
    page = opened(town)
    page.locator("#fc-query").fill("storgatan 12")
    page.keyboard.press("Enter")
    page.wait_for_selector(".leaflet-popup-content")
    page.locator(".fc-language[lang=en]").click()
    choose_date(page, 1)
    assert set(state(page)) == {"date", "lang", "view"}
    assert "storgatan" not in page.url.lower()
    reopen(page)
    assert page.locator(".leaflet-popup").count() == 0


@pytest.mark.parametrize(
    "fragment",
    [
        "lang=toString&area=__proto__&date=constructor&view=NaN/x/y",
        "lang=constructor&view=1e99/1e99/1e99",
        "view=-5/-999/99999&date=%ff%fe&area=%",
        "&&&==&view=//&lang=&area=&date=",
        f"area={quote(HOSTILE)}&lang={quote(HOSTILE)}&date={quote(HOSTILE)}&view={quote(HOSTILE)}",
        "a" * 20_000,
    ],
    ids=["names of objects", "far too large", "broken", "empty", "markup", "long"],
)
def test_an_address_that_means_nothing_does_nothing_bad(
    opened: Open, town: Path, fragment: str
) -> None:
    page = opened(town, fragment=fragment)
    assert page.evaluate("document.documentElement.lang") == "sv"
    assert page.locator("#fc-date-shown").inner_text() == "1 oktober 2020"
    assert not page.locator("#fc-area").is_visible()
    assert len(table_rows(page)) == 15
    assert page.evaluate("window.hit") is None
    assert page.locator(".fc-message").count() == 0
    look(page, 0, 0, 12)
    assert page.evaluate("fibercov.map.getZoom()") == 12
    page.locator(".fc-language[lang=en]").click()
    assert page.locator("#fc-table-title").inner_text() == "Areas"


def test_a_page_without_an_address_of_its_own_works(opened: Open, tmp_path: Path) -> None:
    made = fc.map_coverage(small(), areas=two_areas("A", "B"), target=0.9)
    outer = tmp_path / "notebook.html"
    outer.write_text(made._repr_html_(), encoding="utf-8")
    page = opened_frame(opened, outer)
    page.get_by_role("button", name="B", exact=True).click()
    assert page.locator("#fc-area h2").inner_text() == "B"
    page.locator(".fc-language[lang=sv]").click()
    assert page.locator("#fc-area .fc-link").inner_text() == "‹ Alla områden"


def opened_frame(opened: Open, outer: Path, **options: Any) -> Any:
    """The page in the only frame of another one, which says that it is ready when the frame is."""
    said = outer.read_text("utf-8")
    outer.write_text(f"<html data-ready><body style='margin:0'>{said}<div style='height:2000px'>")
    frame = opened(outer, **options).frames[-1]
    frame.wait_for_selector("html[data-ready]", state="attached")
    return frame


def test_in_a_frame_the_wheel_scrolls_the_page_around_it_until_ctrl_is_held(
    opened: Open, tmp_path: Path
) -> None:
    past = at(2019, True, False, False, False)
    made = fc.map_coverage(at(2020, True, True, False, False), history=[past], target=0.9)
    made.save(tmp_path / "inner.html")
    outer = tmp_path / "outer.html"
    outer.write_text("<iframe src='inner.html' width='1200' height='600'></iframe>")
    frame = opened_frame(opened, outer, expected="inner.html")
    page = frame.page
    for number, place in enumerate((MAP, BESIDE)):
        if place == BESIDE:
            frame.locator("#fc-compare").select_option("0")
            page.evaluate("scrollTo(0, 0)")
        box = frame.locator(place).bounding_box()
        page.mouse.move(box["x"] + box["width"] / 2, box["y"] + 150)
        zoom = frame.evaluate("fibercov.map.getZoom()")
        page.mouse.wheel(0, 200)
        page.wait_for_function("() => scrollY > 0")
        page.wait_for_timeout(300)
        assert frame.evaluate("fibercov.map.getZoom()") == zoom, number
        page.evaluate("scrollTo(0, 0)")
        page.keyboard.down("Control")
        page.mouse.wheel(0, -400)
        frame.wait_for_function("(zoom) => fibercov.map.getZoom() > zoom", arg=zoom)
        page.keyboard.up("Control")
        assert page.evaluate("scrollY") == 0


def test_alone_the_wheel_zooms(opened: Open) -> None:
    page = opened(fc.map_coverage(small(), network=NETWORK))
    zoom = page.evaluate("fibercov.map.getZoom()")
    page.mouse.move(500, 400)
    page.mouse.wheel(0, -400)
    page.wait_for_function("(zoom) => fibercov.map.getZoom() > zoom", arg=zoom)


def test_what_a_date_does_not_have_says_so(opened: Open) -> None:
    def then(year: int, *addresses: str) -> fc.Coverage:
        here = points(*[(100 * k, 20) for k in range(len(addresses))], address=addresses)
        return fc.measure_coverage(here, NETWORK, reach=50, as_of=f"{year}-10-01")

    page = opened(fc.map_coverage(then(2020, "Kept 1"), history=[then(2019, "Kept 1", "Gone 1")]))
    page.locator("#fc-query").fill("gone")
    page.keyboard.press("Enter")
    said = plain(page.locator(".leaflet-popup-content").inner_text())
    assert said == "Gone 1 Not on the map on this date. Date 1 October 2020"
    choose_date(page, 0)
    said = plain(page.locator(".leaflet-popup-content").inner_text())
    assert "not connected yet" in said
    assert "Distance to fiber" not in said  # which is known at the map's own date only
    assert hover(page, 100, 20).startswith("Gone 1 Fiber is within reach")
