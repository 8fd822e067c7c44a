"""The map: a page that opens anywhere and says what was measured."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable, Iterator
from fractions import Fraction
from pathlib import Path
from shutil import which
from typing import Any

import folium
import geopandas as gpd
import pytest
import shapely
from frames import cable, frame, points

import fibercov as fc
from fibercov.maps import AREA_COLOURS, STATUS_COLOURS, class_breaks

NETWORK = cable((0, 0), (1000, 0))
HOSTILE = (
    """<img src=x onerror="window.hit=1">'"`${window.hit=2}</script><script>window.hit=3</script>"""
)


def small(**columns: Any) -> fc.Coverage:
    columns = {"households": [8, 4, 2, 1], "connected": [True, False, False, False], **columns}
    premises = points((100, 20), (200, 30), (300, 470), None, **columns)
    return fc.measure_coverage(premises, NETWORK, reach=50, planned=cable((0, 500), (999, 500)))


def two_areas(*names: str) -> gpd.GeoDataFrame:
    return frame([shapely.box(0, 0, 250, 500), shapely.box(250, 0, 1000, 500)], name=names)


def test_is_a_folium_map_that_takes_more_layers() -> None:
    page = fc.map_coverage(small())
    assert isinstance(page, folium.Map)
    folium.CircleMarker([61, 14], tooltip="mine").add_to(page)
    assert "mine" in page.get_root().render()


def test_the_page_asks_no_host_for_anything() -> None:
    page = fc.map_coverage(small(), areas=two_areas("A", "B"), network=NETWORK, target=0.9)
    source = page.get_root().render()
    assert not re.findall(r"""(?:src|href)=["']?(?:https?:)?//""", source)
    assert not re.findall(r"url\((?!data:)", source)


def test_other_maps_are_left_as_folium_makes_them() -> None:
    before = folium.Map().get_root().render().count("cdn.jsdelivr.net")
    fc.map_coverage(small())
    assert folium.Map().get_root().render().count("cdn.jsdelivr.net") == before > 0


def test_building_polygons_are_drawn_as_marks() -> None:
    building = frame([shapely.box(0, 10, 20, 30)])
    coverage = fc.measure_coverage(building, NETWORK, reach=50)
    assert '"Point"' in fc.map_coverage(coverage).get_root().render()


@pytest.mark.parametrize(
    ("target", "breaks"),
    [(0.9, [0, 0.5, 0.75, 0.9, 0.97]), (1, [0, 0.6, 0.85, 1]), (0.2, [0, 0.05, 0.2, 0.76])],
)
def test_the_target_is_a_break_between_the_colours(target: float, breaks: list[float]) -> None:
    assert [float(b) for b in class_breaks(Fraction(str(target)))] == breaks
    assert len(breaks) <= len(AREA_COLOURS)


def test_areas_without_polygons_cannot_be_drawn() -> None:
    coverage = small(place=list("aabb"))
    with pytest.raises(fc.ArgumentError, match="`areas` must have polygons"):
        fc.map_coverage(coverage, areas=fc.summarize(coverage, by="place"))


def test_a_network_that_cannot_be_right_is_an_error() -> None:
    with pytest.raises(fc.GeometryError, match="`network` is empty"):
        fc.map_coverage(small(), network=NETWORK.iloc[:0])


# In a real browser -----------------------------------------------------------------------------

ARGUMENTS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync",
    "--disable-background-networking", "--disable-component-update", "--hide-scrollbars",
]  # fmt: skip
Open = Callable[[folium.Map], Any]


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


def outside(url: str) -> list[str]:
    """The address, if it is not in the page itself."""
    return [] if url.startswith(("file:", "data:")) else [url]


@pytest.fixture
def opened(browser: Any, tmp_path: Path) -> Iterator[Open]:
    """Opens a map without a network; fails on any message, error or request."""
    context = browser.new_context(viewport={"width": 1280, "height": 800}, offline=True)
    page = context.new_page()
    heard: list[str] = []
    page.on("console", lambda message: heard.append(message.text))
    page.on("pageerror", lambda error: heard.append(str(error)))
    page.on("request", lambda asked: heard.extend(outside(asked.url)))

    def open_map(made: folium.Map) -> Any:
        made.save(tmp_path / "map.html")
        page.goto((tmp_path / "map.html").as_uri())
        page.wait_for_selector(".leaflet-control-layers")
        return page

    yield open_map
    context.close()
    assert heard == []


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
    banner = page.locator(".fc-banner").inner_text()
    assert "80.0 % of 15 households within 50 m of fiber (80.0-86.7)" in banner
    assert "Target 90 % is not met, 2 households to go." in banner
    assert "With the planned network built: 93.3 %." in banner
    assert "1 household without a usable position" in banner
    rows = page.locator(".leaflet-control-layers-overlays label").all_inner_texts()
    assert [" ".join(row.split()) for row in rows] == [
        "Areas by share",
        "Planned network",
        "Network",
        "Connected 8 households",
        "Passed 4 households",
        "Planned 2 households",
    ]
    assert page.locator(".fc-legend").inner_text().split()[-7:] == [
        "0–50", "50–75", "75–90", "90–97", "97–100", "no", "households",
    ]  # fmt: skip


def pixels(page: Any) -> bytes:
    page.wait_for_timeout(300)
    shot: bytes = page.locator(".folium-map").screenshot()
    return shot


def test_every_layer_switches_what_is_drawn_off_and_on(opened: Open) -> None:
    page = opened(fc.map_coverage(small(), areas=two_areas("A", "B"), network=NETWORK))
    boxes = page.locator(".leaflet-control-layers-overlays input")
    assert boxes.count() == 5
    for number in range(boxes.count()):
        before = pixels(page)
        boxes.nth(number).uncheck()
        assert pixels(page) != before
        boxes.nth(number).check()
    # Areas that come back stay behind the premises: their tooltips still show.
    boxes.first.uncheck()
    boxes.first.check()
    assert "Passed" in hover(page, 200, 30)


def hover(page: Any, east: float, north: float) -> str:
    """The tooltip at a place of the test frames."""
    lon, lat = points((east, north)).to_crs(4326).get_coordinates().to_numpy()[0]
    name = page.locator(".folium-map").get_attribute("id")
    at = page.evaluate(
        "([name, lat, lon]) => { const p = window[name].latLngToContainerPoint([lat, lon]);"
        " const r = document.getElementById(name).getBoundingClientRect();"
        " return [p.x + r.x, p.y + r.y]; }",
        [name, lat, lon],
    )
    page.mouse.move(0, 0)
    page.mouse.move(at[0] + 1, at[1])
    page.mouse.move(*at)
    page.wait_for_timeout(200)
    tip = page.locator(".leaflet-tooltip")
    return str(tip.inner_text()) if tip.count() else ""


def test_tooltips_say_what_a_premises_and_an_area_have(opened: Open) -> None:
    page = opened(fc.map_coverage(small(), areas=two_areas("Väster", "Öster"), target=0.9))
    premises = hover(page, 200, 30)
    assert "Passed" in premises
    assert "30.0 m" in premises
    assert "household" not in premises.lower()  # never at a premises
    area = hover(page, 60, 400)
    assert re.split(r"\s{1,}", area.strip())[:2] == ["Area", "Väster"]
    assert "100.0 %" in area


def test_what_the_page_says_of_areas_equals_the_summary(opened: Open, demo: fc.Demo) -> None:
    coverage = fc.measure_coverage(demo.premises, demo.network, reach=50)
    made = fc.map_coverage(coverage, areas=demo.areas, target=0.9)
    page = opened(made)
    layer = next(c for c in made._children.values() if isinstance(c, folium.GeoJson))
    shown = page.evaluate(
        f"JSON.stringify({layer.get_name()}.toGeoJSON().features.map(f => f.properties))"
    )
    table = fc.check_target(coverage, target=0.9, by=demo.areas).areas
    assert [
        (row["Area"], row["Households"], row["Households to go"]) for row in json.loads(shown)
    ] == [
        (name, f"{households:,}", f"{shortfall:,}")
        for name, households, shortfall in zip(
            table["name"][:-1], table["households"][:-1], table["shortfall"][:-1], strict=True
        )
    ]


def test_hostile_words_are_shown_not_run(opened: Open) -> None:
    coverage = fc.measure_coverage(
        points((100, 20), (200, 30), address=[HOSTILE] * 2),
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
    assert "<img src=x" in hover(page, 60, 400)
    assert "{{ 7 * 7 }} {# x #} {% y" in hover(page, 900, 400)
    assert "{{ 7 * 7 }}" in page.locator("h1").inner_text()
    assert page.title() == HOSTILE + "{{ 7 * 7 }}"
    assert page.evaluate("window.hit") is None


def test_words_from_the_data_are_never_run_as_a_template(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "getenv", lambda *_: pytest.fail("code in an area's name was run"))
    name = "{{ lipsum.__globals__.os.getenv('HOME') }}"
    page = fc.map_coverage(small(), areas=two_areas(name, "B"), title=name)
    assert "lipsum" in page.get_root().render()


def test_a_street_or_one_premises_shows_with_what_is_around_it(opened: Open) -> None:
    one = fc.measure_coverage(points((100, 20)), NETWORK, reach=50)
    page = opened(fc.map_coverage(one, network=NETWORK))
    assert "20.0 m" in hover(page, 100, 20)
    assert lines(page)


def lines(page: Any) -> list[str]:
    """The names of the page's layers that hold lines."""
    names = page.evaluate(
        "Object.keys(window).filter(k => k.startsWith('geo_json') && window[k].toGeoJSON &&"
        " window[k].toGeoJSON().features.some(f => f.geometry.type == 'LineString'))"
    )
    return list(names)


def test_fits_a_telephone(browser: Any, tmp_path: Path) -> None:
    fc.map_coverage(small(), areas=two_areas("A", "B"), target=0.9).save(tmp_path / "map.html")
    page = browser.new_page(viewport={"width": 390, "height": 844})
    page.goto((tmp_path / "map.html").as_uri())
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.close()


def test_status_colours_stand_out_from_the_page() -> None:
    def luminance(colour: str) -> float:
        parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
        red, green, blue = (
            p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts
        )
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    for colour in STATUS_COLOURS.values():
        assert (luminance("#f6f7f8") + 0.05) / (luminance(colour) + 0.05) >= 3  # WCAG 1.4.11
