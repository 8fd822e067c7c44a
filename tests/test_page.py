"""The map in a real browser, without a network: what a reader sees, hears, presses and prints."""

from __future__ import annotations

import html
import io
import json
import re
from collections.abc import Callable, Iterator
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from shutil import which
from typing import Any

import folium
import geopandas as gpd
import numpy as np
import pytest
import shapely
from frames import cable, frame, points
from PIL import Image, ImageChops
from pypdf import PdfReader
from test_maps import NETWORK, small, two_areas

import fibercov as fc
from fibercov import texts
from fibercov.colours import AREA_COLOURS, STATUS_COLOURS
from fibercov.maps import packing

HOSTILE = (
    """<img src=x onerror="window.hit=1">'"`${window.hit=2}</script><script>window.hit=3</script>"""
)
ARGUMENTS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync",
    "--disable-background-networking", "--disable-component-update", "--hide-scrollbars",
]  # fmt: skip
AXE = Path(__file__).parents[1] / "node_modules" / "axe-core" / "axe.min.js"
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
MAP = ".folium-map"
Open = Callable[..., Any]


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    chromium = which("chromium") or which("google-chrome")
    if chromium is None:
        pytest.skip("no Chromium on this machine: install Debian's package chromium")
    with playwright.sync_playwright() as driver:
        started = driver.chromium.launch(executable_path=chromium, args=ARGUMENTS)
        yield started
        started.close()


@pytest.fixture
def opened(browser: Any, tmp_path: Path) -> Iterator[Open]:
    """Opens a map without a network; fails on any message, error or request that is not expected."""
    contexts, heard = [], []

    def open_map(made: folium.Map | Path, expected: str = "", **options: Any) -> Any:
        file = tmp_path / "map.html" if isinstance(made, folium.Map) else made
        if isinstance(made, folium.Map):
            made.save(str(file))
        context = browser.new_context(**{
            "viewport": {"width": 1280, "height": 800}, "offline": True, "reduced_motion": "reduce",
            **options,
        })  # fmt: skip
        context.set_default_timeout(8000)
        contexts.append(context)
        page = context.new_page()

        def hear(text: str) -> None:
            if not expected or not re.search(expected, text):
                heard.append(text)

        def ask(url: str) -> None:
            if not url.startswith(("data:", "about:", file.as_uri())):
                hear(url)

        page.on("console", lambda message: hear(message.text))
        page.on("pageerror", lambda error: hear(str(error)))
        page.on("request", lambda asked: ask(asked.url))
        page.goto(file.as_uri())
        page.wait_for_selector("html[data-ready]", state="attached")
        return page

    yield open_map
    for context in contexts:
        context.close()
    assert heard == []


@pytest.fixture(scope="module")
def town(years: list[fc.Coverage], demo: fc.Demo, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file with all that a map can have: the synthetic municipality, in Swedish."""
    file = tmp_path_factory.mktemp("town") / "town.html"
    fc.map_coverage(
        years[-1], areas=demo.areas, network=demo.network, planned=demo.planned, target=0.9,
        history=years[:-1], language="sv", title="Fibertäckning i Fiberdalen",
    ).save(str(file))  # fmt: skip
    return file


def show(page: Any, lat: float, lon: float, zoom: float) -> None:
    page.evaluate(
        "([lat, lon, zoom]) => void fibercov.map.setView([lat, lon], zoom, {animate: false})",
        [lat, lon, zoom],
    )
    page.wait_for_timeout(200)


def look(page: Any, east: float, north: float, zoom: float = 16) -> None:
    """Go to a place of the test frames."""
    lon, lat = points((east, north)).to_crs(4326).get_coordinates().to_numpy()[0]
    show(page, lat, lon, zoom)


def pixels(page: Any) -> Image.Image:
    page.evaluate("document.activeElement.blur()")  # the ring around it lies over the map
    page.mouse.move(0, 0)
    page.wait_for_timeout(150)
    return Image.open(io.BytesIO(page.locator(MAP).screenshot())).convert("RGB")


def changed(before: Image.Image, after: Image.Image) -> bool:
    """Whether more than the smoothing of edges, which a browser does now so, now so, differs."""
    difference = ImageChops.difference(before, after).convert("L")
    return difference.point(lambda value: 255 if value > 24 else 0).getbbox() is not None


def hover(page: Any, east: float, north: float) -> str:
    """The tooltip at a place of the test frames."""
    x, y = on_screen(page, east, north)
    page.mouse.move(0, 0)
    page.mouse.move(x + 1, y)
    page.mouse.move(x, y)
    page.wait_for_timeout(100)
    tip = page.locator(".leaflet-tooltip")
    return plain(tip.inner_text()) if tip.count() else ""


def on_screen(page: Any, east: float, north: float) -> tuple[float, float]:
    lon, lat = points((east, north)).to_crs(4326).get_coordinates().to_numpy()[0]
    at = page.evaluate(
        "([lat, lon]) => { const p = fibercov.map.latLngToContainerPoint([lat, lon]);"
        " const r = fibercov.map.getContainer().getBoundingClientRect();"
        " return [p.x + r.x, p.y + r.y]; }",
        [lat, lon],
    )
    return float(at[0]), float(at[1])


def plain(text: str) -> str:
    """A text with single spaces of the ordinary kind."""
    return " ".join(text.split())


def half_up(number: Decimal) -> Decimal:
    return number.quantize(Decimal("0.1"), rounding=ROUND_HALF_UP)


def table_rows(page: Any) -> list[list[str]]:
    return [
        [plain(cell) for cell in row.locator("th, td").all_inner_texts()]
        for row in page.locator("#fc-rows tr").all()
    ]


# What the page says -------------------------------------------------------------------------------


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
    banner = plain(page.locator(".fc-banner").inner_text())
    assert "80.0 % of 15 households within 50 m of fiber (80.0-86.7), 2020-10-01" in banner
    assert "Target 90 % is not met, 2 households to go." in banner
    assert "With the planned network built: 93.3 %." in banner
    assert "1 household without a usable position" in banner
    rows = page.locator(".fc-row").all_inner_texts()
    assert [" ".join(row.split()) for row in rows] == [
        "Areas by share", "250 m squares by share", "Network", "Planned network",
        "Connected fiber ends in the building 8", "Passed not connected, within reach 4",
        "Planned within reach of the planned network 2",
    ]  # fmt: skip
    assert page.locator(".fc-classes li").all_inner_texts() == [
        "0–<50", "50–<75", "75–<90", "90–<97", "97–100",
    ]  # fmt: skip
    passed, plan = page.locator(".fc-bar-passed"), page.locator(".fc-bar .fc-bar-plan")
    whole = page.locator(".fc-bar").bounding_box()["width"]
    assert passed.bounding_box()["width"] / whole == pytest.approx(0.8, abs=0.01)
    assert plan.bounding_box()["width"] / whole == pytest.approx(2 / 15, abs=0.01)


def test_what_the_page_says_of_areas_equals_the_summary(
    opened: Open, town: Path, years: list[fc.Coverage], demo: fc.Demo
) -> None:
    page = opened(town)
    for step, coverage in enumerate(years):
        page.locator("#fc-date-range").fill(str(step))
        page.locator("#fc-table-open").click()
        table = fc.check_target(coverage, target=0.9, by=demo.areas).areas
        expected = {
            (
                str(area["name"]),
                f"{area['households']:,}".replace(",", " "),
                f"{share}".replace(".", ",") + " %",
                f"{area['shortfall']:,}".replace(",", " "),
                {"met": "nått", "not met": "inte nått", "uncertain": "osäkert"}[area["verdict"]],
            )
            for area in table.iloc[:-1].to_dict("records")
            for share in [half_up(100 * area["homes_passed"] / Decimal(area["households"]))]
        }
        shown = {tuple(row) for row in table_rows(page) if not row[0].startswith("(")}
        assert shown == expected
        page.locator("#fc-dialog-close").click()


def test_squares_and_premises_on_the_page_sum_to_the_coverage(
    opened: Open, town: Path, years: list[fc.Coverage]
) -> None:
    page = opened(town)
    homes = page.evaluate("fibercov.view.squareHomes.map((of) => of.reduce((a, b) => a + b))")
    # Unplaced households are in no square.
    assert homes[:-1] == [c.households - int(c.counts["unplaced"]) for c in years]
    status = page.evaluate(
        "fibercov.view.status.map((of) => [0, 1, 2, 3].map((k) => of.filter((s) => s === k).length))"
    )
    for coverage, counted in zip(years, status[:-1], strict=True):
        assert counted == coverage.table["premises"].iloc[:4].tolist()
    with_plan = status[-1]
    assert with_plan[1] == status[-2][1] + status[-2][2]
    assert with_plan[2] == 0


def test_columns_come_out_of_the_page_as_they_went_in(opened: Open) -> None:
    page = opened(fc.map_coverage(small()))
    values = [0, 1, -1, 63, 64, -64, -65, 2**31 - 1, -(2**31), 5]
    packed = packing.whole_numbers(np.array(values))
    got = page.evaluate("async (p) => Array.from(await fibercov.wholeNumbers(p))", packed)
    assert got == values
    words = page.evaluate("(p) => fibercov.lines(p)", packing.words(["Å", "", "ö b"]))
    assert words == ["Å", "", "ö b"]


# What is drawn ------------------------------------------------------------------------------------


def test_every_layer_switches_what_is_drawn_off_and_on(opened: Open) -> None:
    page = opened(
        fc.map_coverage(
            small(), areas=two_areas("A", "B"), network=NETWORK, planned=cable((0, 500), (999, 500))
        )
    )
    look(page, 300, 250, 15)
    rows = page.locator(".fc-row input")
    assert rows.count() == 7
    for number in range(rows.count()):
        row = rows.nth(number)
        on = row.is_checked()
        before = pixels(page)
        row.set_checked(not on)
        after = pixels(page)
        assert changed(before, after), row.get_attribute("id")
        row.set_checked(on)
        assert not changed(before, pixels(page)), row.get_attribute("id")


def test_marks_wait_until_they_can_be_told_apart_from_what_lies_under_them(opened: Open) -> None:
    page = opened(fc.map_coverage(small(), areas=two_areas("A", "B")))
    assert page.locator("#fc-zoom-in").is_visible()
    look(page, 200, 30)
    assert not page.locator("#fc-zoom-in").is_visible()


def test_a_premises_has_its_shape_and_colour(opened: Open) -> None:
    page = opened(fc.map_coverage(small()))
    look(page, 200, 30, 18)
    x, y = on_screen(page, 200, 30)
    shot = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
    square = (0x2A, 0x94, 0x85)
    for across, down in ((0, 0), (4, 4), (-4, 4), (4, -4)):  # a circle would not reach the corners
        assert shot.getpixel((round(x) + across, round(y) + down)) == square
    assert shot.getpixel((round(x) + 12, round(y))) != square


def test_the_order_of_the_colours_says_nothing_of_the_statuses(
    opened: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    turned = dict(reversed(STATUS_COLOURS.items()))
    monkeypatch.setattr("fibercov.maps.content.STATUS_COLOURS", turned)
    page = opened(fc.map_coverage(small()))
    look(page, 200, 100)
    assert hover(page, 200, 30).startswith("Premises Status Passed")


def test_tooltips_say_what_premises_areas_and_squares_have(opened: Open) -> None:
    coverage = small(address=["Byvägen 1", "Byvägen 2", "Åsen 3", "Okänd 4"])
    page = opened(fc.map_coverage(coverage, areas=two_areas("Väster", "Öster"), target=0.9))
    look(page, 200, 100)
    premises = hover(page, 200, 30)
    assert premises == (
        "Byvägen 2 Status Passed (not connected, within reach) Drop 30.0 m Area Väster"
    )
    assert "ousehold" not in premises  # never at a premises
    assert "Drop 470 m" in hover(page, 300, 470)  # without decimals, as it is packed from 100 m on
    area = hover(page, 100, 150)
    assert area == "Väster Within reach 100.0 % Households 12 Households to go 0 Target met"
    page.locator("#fc-squares").check()
    assert hover(page, 120, 120) == "Square Within reach 100.0 % Households 12"


def test_a_click_opens_what_the_tooltip_says_and_escape_closes_it(opened: Open) -> None:
    page = opened(fc.map_coverage(small(), areas=two_areas("Väster", "Öster")))
    look(page, 200, 100)
    page.mouse.click(*on_screen(page, 200, 30))
    assert "30.0 m" in plain(page.locator(".leaflet-popup-content").inner_text())
    assert page.locator(".leaflet-popup-close-button").get_attribute("aria-label") == "Close"
    page.keyboard.press("Escape")
    page.wait_for_selector(".leaflet-popup", state="detached")


def test_squares_lie_where_the_national_grid_has_them(opened: Open, demo: fc.Demo) -> None:
    far_north = demo.premises.iloc[:3].set_geometry(
        gpd.points_from_xy([900_130] * 3, [7_500_130, 7_500_400, 7_501_000], crs=3006)
    )
    cable_there = frame([shapely.LineString([(430_000, 760_000), (430_000, 762_000)])])
    for premises, network in ((demo.premises.iloc[:60], demo.network), (far_north, cable_there)):
        coverage = fc.measure_coverage(premises, network, reach=50)
        page = opened(fc.map_coverage(coverage))
        squares = fc.grid(coverage).geometry
        drawn = set()
        for square in squares:
            # Ten metres inside each corner; the page rounds a square's middle to a metre.
            corners = gpd.points_from_xy(*np.array(square.buffer(-10).exterior.coords[:4]).T)
            lonlat = gpd.GeoSeries([*corners, square.centroid], crs=squares.crs).to_crs(4326)
            hits = page.evaluate(
                "(places) => places.map(([lng, lat]) => fibercov.view.squares.at({lng, lat}))",
                [[p.x, p.y] for p in lonlat],
            )
            assert len(set(hits)) == 1
            assert hits[0] >= 0
            drawn |= set(hits)
        assert len(drawn) == len(squares)


def test_squares_far_apart_can_be_seen_from_afar(opened: Open) -> None:
    far = fc.measure_coverage(points((100, 20), (90_000, 120_000)), NETWORK, reach=50)
    page = opened(fc.map_coverage(far, premises="squares"))
    assert page.evaluate("fibercov.map.getZoom()") < 9
    shot = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
    for place, colour in (((100, 20), AREA_COLOURS[-1]), ((90_000, 120_000), AREA_COLOURS[0])):
        x, y = (round(at) for at in on_screen(page, *place))
        around = shot.crop((x - 3, y - 3, x + 4, y + 4)).tobytes()
        seen = np.frombuffer(around, dtype=np.uint8).reshape(-1, 3).astype(int)
        wanted = np.array([int(colour[i : i + 2], 16) for i in (1, 3, 5)])
        assert (np.abs(seen - wanted).max(axis=1) < 12).sum() >= 2


def test_a_street_or_one_premises_shows_with_what_is_around_it(opened: Open) -> None:
    one = fc.measure_coverage(points((100, 20)), NETWORK, reach=50)
    page = opened(fc.map_coverage(one, network=NETWORK))
    assert "20.0 m" in hover(page, 100, 20)
    page.locator("#fc-network").uncheck()


# Search, table, dates, language -------------------------------------------------------------------


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
    assert said == ("Björkhult Inom räckhåll 0,0 % Hushåll 125 Kvar till målet 113 Målet inte nått")


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
    plan = years[-1].homes_passed + years[-1].counts["planned"]
    assert shown[5] == f"{100 * plan / years[-1].households:.1f} %".replace(".", ",")
    assert slider.get_attribute("aria-valuetext") == "Med planen"
    headline = plain(page.locator("#fc-headline").inner_text())
    assert headline.startswith("Med det planerade nätet byggt: 95,4 % av 3 401 hushåll")
    assert headline.endswith("(planen per 2020-10-01)")
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
        word for key, word in texts.LANGUAGES["sv"].items()
        if word != texts.LANGUAGES["en"][key] and key != "other_language" and "{" not in word
    }  # fmt: skip
    assert not [word for word in swedish if re.search(rf"\b{re.escape(word)}\b", said)]
    assert "3,401 households" in plain(said)


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
    assert order[:6] == [
        "fc-skip", "fc-table-open", "fc-print", "fc-language", "fc-query", "map_fibercov",
    ]  # fmt: skip
    page.locator(MAP).focus()
    zoom = page.evaluate("fibercov.map.getZoom()")
    page.keyboard.press("+")
    page.keyboard.press("ArrowRight")
    page.wait_for_timeout(300)
    assert page.evaluate("fibercov.map.getZoom()") > zoom


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
        "Utom räckhåll", "Björkhult", "Kvar till målet", "113",
    ):  # fmt: skip
        assert words in said
    assert "Skriv ut" not in said
    picture = Image.open(io.BytesIO(page.screenshot()))  # and the screen is as it was
    assert picture.size == (1280, 800)
    assert page.locator("#fc-print").is_visible()


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


def test_hostile_words_are_shown_not_run(opened: Open) -> None:
    coverage = fc.measure_coverage(
        points((100, 20), (200, 30), address=[HOSTILE] * 2, status=[HOSTILE] * 2),
        NETWORK,
        reach=fc.Reach(50, name=HOSTILE, to=HOSTILE, source=HOSTILE),
    )
    page = opened(
        fc.map_coverage(
            coverage,
            areas=two_areas(HOSTILE, "{{ 7 * 7 }} {# x #} {% y"),
            target=0.9,
            title=HOSTILE + "{{ 7 * 7 }}",
        )
    )
    assert page.title() == HOSTILE + "{{ 7 * 7 }}"
    assert "{{ 7 * 7 }}" in page.locator("h1").inner_text()
    assert HOSTILE in page.locator("#fc-notes").inner_text()
    look(page, 200, 100)
    assert hover(page, 200, 30).startswith("<img src=x")
    assert hover(page, 100, 150).startswith("<img src=x")
    assert hover(page, 400, 100).startswith("{{ 7 * 7 }} {# x #} {% y")
    page.locator("#fc-query").fill("<img")
    assert page.locator("#fc-found li").count() == 3
    page.keyboard.press("Enter")
    assert "<img src=x" in page.locator(".leaflet-popup-content").inner_text()
    page.locator("#fc-table-open").click()
    assert HOSTILE in {row[0] for row in table_rows(page)}
    page.keyboard.press("Escape")
    page.locator("#fc-language").click()
    assert page.evaluate("window.hit") is None
    assert page.locator("img[src=x]").count() == 0


def test_the_page_runs_no_script_but_its_own(opened: Open) -> None:
    page = opened(fc.map_coverage(small()), expected="Content Security Policy|ERR_FILE_NOT_FOUND")
    page.evaluate(
        "document.body.insertAdjacentHTML('beforeend', '<img src=data:, onerror=\"window.hit=1\">');"
        "const s = document.createElement('script'); s.textContent = 'window.hit=2'; document.body.append(s);"
    )
    page.wait_for_timeout(100)
    assert page.evaluate("window.hit") is None


def test_a_map_for_publishing_works_without_premises(opened: Open, demo: fc.Demo) -> None:
    coverage = fc.measure_coverage(demo.premises, demo.network, reach=50, planned=demo.planned)
    made = fc.map_coverage(coverage, areas=demo.areas, target=0.9, public=True)
    page = opened(made)
    assert page.locator("#fc-connected-marks").count() == 0
    assert page.locator("#fc-query").get_attribute("placeholder") == "Find an area"
    page.locator("#fc-squares").check()
    assert "not shown, to protect small numbers" in page.locator(".fc-panel").inner_text()
    page.locator("#fc-table-open").click()
    rows = {row[0]: row[1:] for row in table_rows(page)}
    told = fc.suppress(fc.summarize(coverage, by=demo.areas).assign(connected=0, unplaced=0))
    assert any("not shown" in row for row in rows.values())
    assert len(rows) == len(told) - 1  # the whole is in the banner


def test_a_background_that_does_not_come_is_taken_away_and_said_so(opened: Open) -> None:
    made = fc.map_coverage(
        small(),
        areas=two_areas("A", "B"),
        tiles=folium.TileLayer("https://tiles.invalid/{z}/{x}/{y}.png", attr="Invalid"),
    )
    page = opened(made, expected="tiles.invalid|ERR_INTERNET_DISCONNECTED")
    page.wait_for_selector(".fc-message")
    assert "could not be loaded" in page.locator(".fc-message").inner_text()
    row = page.get_by_label("Background map")
    assert not row.is_checked()
    look(page, 200, 100)
    assert "30.0 m" in hover(page, 200, 30)  # the rest works


def test_the_readers_own_layers_stand_beside_ours(opened: Open) -> None:
    made = fc.map_coverage(small(), areas=two_areas("A", "B"))
    lon, lat = points((150, 200)).to_crs(4326).get_coordinates().to_numpy()[0]
    group = folium.FeatureGroup(name="Byggen <b>2021</b>")
    folium.CircleMarker(
        [lat, lon], radius=12, fill=True, tooltip="A site", popup="Dug in May"
    ).add_to(group)
    folium.Marker([lat + 0.001, lon], tooltip="A pin").add_to(group)
    group.add_to(made)
    folium.GeoJson(
        two_areas("C", "D").iloc[1:].to_crs(4326), name="Delområden",
        tooltip=folium.GeoJsonTooltip(["name"]),
    ).add_to(made)  # fmt: skip
    folium.LayerControl().add_to(made)
    page = opened(made)
    look(page, 150, 200)
    assert hover(page, 150, 200) == "A site"
    assert page.locator(".leaflet-marker-icon").evaluate("(i) => i.complete && i.naturalWidth > 0")
    page.mouse.click(*on_screen(page, 150, 200))
    page.wait_for_timeout(100)
    assert page.locator(".leaflet-popup-content").inner_text() == "Dug in May"
    page.keyboard.press("Escape")
    row = page.get_by_label("Byggen <b>2021</b>").first
    row.uncheck()
    assert page.locator(".leaflet-marker-icon").count() == 0
    assert page.get_by_label("Delområden").first.is_checked()
    assert "30.0 m" in hover(page, 200, 30)  # and ours still answers


def test_pins_and_frames_of_the_readers_own_layers_show(opened: Open) -> None:
    made = fc.map_coverage(small())
    pins = points((150, 200)).to_crs(4326)
    folium.GeoJson(pins.geometry).add_to(made)  # draws pins without saying so in the script
    lon, lat = pins.get_coordinates().to_numpy()[0]
    frame_ = folium.IFrame("<b>in a frame</b>", width="120px", height="60px")
    folium.CircleMarker(
        [lat, lon + 0.003], radius=12, fill=True, popup=folium.Popup(frame_, show=True),
        tooltip="null \x00 </script><script>window.hit=1</script>",
    ).add_to(made)  # fmt: skip
    page = opened(made)
    pin = page.locator(".leaflet-marker-icon")
    assert pin.evaluate("(picture) => picture.complete && picture.naturalWidth > 0")
    inner = page.frame_locator(".leaflet-popup-content iframe").locator("b")
    assert inner.inner_text() == "in a frame"
    assert page.evaluate("window.hit") is None


@pytest.mark.parametrize("size", [(844, 390), (640, 400), (1024, 600), (1920, 1080)])
def test_the_map_has_room_in_any_window(opened: Open, town: Path, size: tuple[int, int]) -> None:
    page = opened(town, viewport={"width": size[0], "height": size[1]})
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    seen = page.evaluate(
        "fibercov.map.getBounds().pad(-0.05).contains(L.latLngBounds(fibercov.data.box))"
    )
    assert seen
    assert page.evaluate("fibercov.map.getZoom()") >= 8.5


def test_every_target_and_hardly_visible_areas_are_drawn(opened: Open) -> None:
    sliver = frame(
        [shapely.box(0, 0, 999, 500), shapely.box(-1.3, 0.1, -1.25, 0.15)], name=["A", "tiny"]
    )
    for target in (0, 1):
        page = opened(fc.map_coverage(small(), areas=sliver, target=target))
        page.locator("#fc-table-open").click()
        assert page.locator("#fc-rows tr").count() == 3
        page.get_by_role("button", name="tiny").click()
        assert plain(page.locator(".leaflet-popup-content").inner_text()) == "tiny Households 0"


def test_what_a_date_does_not_have_says_so(opened: Open) -> None:
    def at(year: int, *addresses: str) -> fc.Coverage:
        here = points(*[(100 * k, 20) for k in range(len(addresses))], address=addresses)
        return fc.measure_coverage(here, NETWORK, reach=50, as_of=f"{year}-10-01")

    page = opened(fc.map_coverage(at(2020, "Kept 1"), history=[at(2019, "Kept 1", "Gone 1")]))
    page.locator("#fc-query").fill("gone")
    page.keyboard.press("Enter")
    said = page.locator(".leaflet-popup-content").inner_text()
    assert plain(said) == "Gone 1 Status not on the map at this date"


def test_shows_in_a_notebook(browser: Any, tmp_path: Path) -> None:
    made = fc.map_coverage(small(), network=NETWORK)
    (tmp_path / "notebook.html").write_text(made._repr_html_(), encoding="utf-8")
    page = browser.new_page()
    page.goto((tmp_path / "notebook.html").as_uri())
    inner = page.frame_locator("iframe")
    inner.locator("html[data-ready]").wait_for(state="attached")
    assert "80.0 %" in plain(inner.locator("#fc-share").inner_text())
    page.close()


def test_an_old_browser_gets_the_share_and_an_explanation(browser: Any, tmp_path: Path) -> None:
    fc.map_coverage(small()).save(str(tmp_path / "map.html"))
    page = browser.new_page()
    page.add_init_script("delete window.DecompressionStream")
    page.goto((tmp_path / "map.html").as_uri())
    assert "needs a newer browser" in page.get_by_role("alert").inner_text()
    assert "80.0 %" in page.locator("#fc-share").inner_text()
    page.close()


def test_a_page_says_all_of_it_without_a_script(browser: Any, town: Path) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(town.as_uri())
    assert "90,7 %" in page.locator("#fc-headline").inner_text()
    assert "Målet 90 % är nått." in page.locator("#fc-verdict").inner_text()
    assert html.unescape("Kartan kräver JavaScript.") in page.locator("body").inner_text()
    context.close()


def test_the_data_is_json_that_cannot_end_its_element(town: Path) -> None:
    source = town.read_text("utf-8")
    data = source.split('id="fc-data">')[1].split("</script>")[0]
    assert not re.search(r"[<>&\u2028\u2029]", data)
    assert json.loads(data)["language"] == "sv"
