"""A plan's builds on the map: their numbers, their list, and the way to each."""

from __future__ import annotations

import io
import re
from typing import Any

import geopandas as gpd
import pytest
import shapely
from browsing import PHONE, Open, changed, hover, look, on_screen, pixels, plain
from frames import frame, points
from pypdf import PdfReader
from test_maps import NETWORK, content, two_areas

import fibercov as fc

pytestmark = pytest.mark.no_cover

FIGURES = {
    "build": [1, 2, 3],
    "trench_m": [640.4, 1240.0, 80.0],
    "cost": [160_100.2, 1_310_000.0, 20_000.0],
    "newly_reached": [4, 3, 1],
    "reached_after": [1004, 1007, 1008],
    "share_after": [1004 / 1100, 1007 / 1100, 1008 / 1100],
}
ENGLISH = [
    ["1", "160,100", "640 m", "4", "91.3 %"],
    ["2", "1,310,000", "1.2 km", "3", "91.5 %"],
    ["3", "20,000", "80 m", "1", "91.6 %"],
]


def measured() -> fc.Coverage:
    """1,000 of 1,100 households within reach, by builds 1 to 3 then 4, 3 and 1 more."""
    places = points(
        (100, 20), (300, 470), (300, 1470), (800, 1470), (900, 9000),
        households=[1000, 4, 3, 1, 92], address=[f"Byn {k}" for k in range(5)],
    )  # fmt: skip
    return fc.measure_coverage(places, NETWORK, reach=50, as_of="2020-10-01")


def builds(currency: str = "SEK", **columns: Any) -> gpd.GeoDataFrame:
    """Three builds; the second has two branches."""
    branches = [[(200, 1500), (400, 1500)], [(300, 1500), (300, 1600)]]
    lines = [
        shapely.LineString([(100, 500), (500, 500)]),
        shapely.MultiLineString(branches),
        shapely.LineString([(700, 1500), (900, 1500)]),
    ]
    made = frame(lines, **(FIGURES | columns))
    made.attrs["currency"] = currency
    return made


def listed(page: Any) -> list[list[str]]:
    rows = page.locator("#fc-build-rows tr").all()
    return [[plain(cell) for cell in row.locator("td").all_inner_texts()] for row in rows]


def numbers_on_map(page: Any) -> list[str]:
    return sorted(page.locator(".leaflet-fc-labels-pane .fc-build").all_inner_texts())


def test_the_list_has_the_builds_in_both_languages_with_what_they_are_not(opened: Open) -> None:
    page = opened(fc.map_coverage(measured(), planned=builds()))
    section = page.locator("#fc-builds")
    assert section.locator("summary").inner_text() == "What to build next"
    assert not page.locator("#fc-build-rows").is_visible()
    section.locator("summary").click()
    heads = [plain(text) for text in page.locator("#fc-build-heads th").all_inner_texts()]
    assert heads == ["No.", "Cost (SEK)", "Trench", "Households newly reached", "Share after"]
    assert listed(page) == ENGLISH
    for words in (
        "costs are those that were given",
        "not a design",
        "Connecting each building",
        "water",
    ):
        assert words in section.inner_text()
    page.locator(".fc-language[lang=sv]").click()
    assert section.locator("summary").inner_text() == "Förslag till utbyggnad"
    heads = [plain(text) for text in page.locator("#fc-build-heads th").all_inner_texts()]
    assert heads == ["Nr", "Kostnad (SEK)", "Schakt", "Tillkommande hushåll", "Andel därefter"]
    assert listed(page)[1] == ["2", "1 310 000", "1,2 km", "3", "91,5 %"]
    for words in ("priser som har angetts", "ingen projektering", "Anslutningen", "vatten"):
        assert words in section.inner_text()
    unnamed = opened(fc.map_coverage(measured(), planned=builds("")))
    assert unnamed.locator("#fc-build-heads th").nth(1).text_content() == "Cost"


def test_each_build_has_its_number_on_its_line_and_a_card(opened: Open) -> None:
    page = opened(fc.map_coverage(measured(), areas=two_areas("A", "B"), planned=builds()))
    look(page, 500, 1000, 14.5)
    assert numbers_on_map(page) == ["1", "2", "3"]
    label = page.locator(".leaflet-fc-labels-pane .fc-build").first.bounding_box()
    x, y = on_screen(page, 300, 500)
    assert label["x"] + label["width"] / 2 == pytest.approx(x, abs=2)
    assert label["y"] + label["height"] / 2 == pytest.approx(y, abs=2)
    card = "Build 1 Cost 160,100 SEK Trench 640 m Households newly reached 4 Share after 91.3 %"
    assert hover(page, 300, 500) == card
    page.mouse.click(x, y)
    assert plain(page.locator(".leaflet-popup-content").inner_text()) == card
    assert page.locator("#fc-build-rows tr[aria-current=true]").count() == 1
    page.locator("#fc-planned").uncheck()
    assert numbers_on_map(page) == []


def test_of_numbers_that_would_overlap_the_lower_is_written_until_the_reader_zooms_in(
    opened: Open,
) -> None:
    page = opened(fc.map_coverage(measured(), planned=builds()))
    look(page, 500, 1000, 9)
    assert numbers_on_map(page) == ["1"]
    look(page, 500, 1000, 14.5)
    assert numbers_on_map(page) == ["1", "2", "3"]


@pytest.mark.parametrize("by", ["mouse", "keyboard"])
def test_a_row_leads_to_its_build_and_shows_it(opened: Open, by: str) -> None:
    page = opened(fc.map_coverage(measured(), planned=builds()))
    page.locator("#fc-builds summary").click()
    row = page.locator("#fc-build-rows tr").nth(2)
    if by == "keyboard":
        page.get_by_role("button", name="Build 3").focus()
        page.keyboard.press("Enter")
        assert page.evaluate("document.activeElement.textContent") == "3"
    else:
        row.locator("td").nth(2).click()
    assert page.evaluate("fibercov.map.getZoom()") > 15
    for place in ((700, 1500), (900, 1500)):  # all of it, beside the panel
        x, y = on_screen(page, *place)
        assert 0 < x < page.locator("#fc-panel").bounding_box()["x"]
        assert 0 < y < 800
    assert plain(page.locator(".leaflet-popup-content").inner_text()).startswith("Build 3 Cost")
    assert page.locator("#fc-build-rows tr[aria-current=true]").inner_text() == row.inner_text()
    assert page.locator(".fc-chosen").inner_text() == "3"
    shown = pixels(page)
    page.locator(".leaflet-popup-close-button").click()
    assert page.locator("#fc-build-rows tr[aria-current=true], .fc-chosen").count() == 0
    assert changed(shown, pixels(page))


def test_a_long_list_prints_whole_on_as_many_pages_as_it_needs(opened: Open) -> None:
    far = frame(
        [shapely.LineString([(50 * k, 500), (50 * k + 20, 500)]) for k in range(60)],
        build=range(1, 61), trench_m=20.0, cost=5000.0, newly_reached=1,
        reached_after=range(1001, 1061), share_after=[n / 1100 for n in range(1001, 1061)],
    )  # fmt: skip
    page = opened(fc.map_coverage(measured(), areas=two_areas("A", "B"), planned=far))
    assert not page.locator("#fc-build-rows").is_visible()
    paper = PdfReader(io.BytesIO(page.pdf(prefer_css_page_size=True, print_background=True)))
    lines = [plain(line) for sheet in paper.pages for line in sheet.extract_text().splitlines()]
    assert len(paper.pages) > 1
    for number in range(1, 61):
        assert any(re.match(rf"{number} 5,000 20 m 1 ", line) for line in lines), number
    said = " ".join(lines)
    assert "What to build next" in said
    assert "not a design" in said


def test_a_telephone_shows_the_list_and_then_the_build(opened: Open) -> None:
    page = opened(fc.map_coverage(measured(), planned=builds()), **PHONE)
    page.locator("#fc-builds summary").tap()
    page.locator("#fc-build-rows tr").nth(1).tap()
    assert page.locator(".leaflet-popup-content h2").inner_text() == "Build 2"
    box = page.locator(".leaflet-popup-content").bounding_box()
    assert 0 <= box["y"] <= 844 - box["height"]  # the page has gone to the map
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_a_planned_network_without_the_figures_of_builds_is_drawn_without_a_list(
    opened: Open,
) -> None:
    plain_network = builds().drop(columns="cost")
    assert content(fc.map_coverage(measured(), planned=plain_network))["builds"] is None
    assert content(fc.map_coverage(measured(), network=NETWORK))["builds"] is None
    page = opened(fc.map_coverage(measured(), planned=plain_network))
    assert page.locator("#fc-builds").count() == 0
    assert numbers_on_map(page) == []
    assert page.locator("#fc-planned").is_checked()


@pytest.mark.parametrize(
    ("wrong", "coverage"),
    [
        (builds(), measured().of("premises")),
        (builds(), measured().at(1000)),
        (builds().iloc[::-1], measured()),
        (builds(newly_reached=[4, 3, 2]), measured()),
    ],
    ids=["unit", "reach", "order", "sum"],
)
def test_builds_of_another_measurement_are_an_error(
    wrong: gpd.GeoDataFrame, coverage: fc.Coverage
) -> None:
    with pytest.raises(fc.ArgumentError, match="`planned` has the builds of another measurement"):
        fc.map_coverage(coverage, planned=wrong)
    assert content(fc.map_coverage(coverage, planned=wrong[["geometry"]]))["builds"] is None


def test_a_build_that_was_planned_is_still_one_when_the_plan_is_measured() -> None:
    with_plan = fc.measure_coverage(
        measured().premises[["households", "geometry"]], NETWORK, reach=50, planned=builds()
    )
    drawn = content(fc.map_coverage(with_plan, planned=builds(), target=0.9154))["builds"]
    assert drawn["share"] == [
        "91.3",
        "91.55",
        "91.6",
    ]  # 91.545... % meets the target: 91.5 % would not


def test_a_currency_is_text_and_never_markup(opened: Open) -> None:
    page = opened(fc.map_coverage(measured(), planned=builds("<b>kr</b>")))
    page.locator("#fc-builds summary").click()
    assert page.locator("#fc-build-heads th").nth(1).inner_text() == "Cost (<b>kr</b>)"


def test_a_published_map_takes_no_builds() -> None:
    with pytest.raises(fc.ArgumentError, match="`planned` cannot be drawn on a map that is"):
        fc.map_coverage(measured(), areas=two_areas("A", "B"), planned=builds(), publish="areas")


def test_a_build_without_a_place_has_no_row() -> None:
    lines = builds().geometry.tolist()
    drawn = content(
        fc.map_coverage(measured(), planned=builds().set_geometry([*lines[:2], None], crs=3006))
    )
    assert drawn["builds"]["number"] == [1, 2]
