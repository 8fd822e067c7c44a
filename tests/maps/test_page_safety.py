"""The map in a real browser: strange words, strange layers, and what is not there."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import folium
import pytest
from browsing import (
    HOSTILE,
    Open,
    hover,
    look,
    plain,
    table_rows,
)
from folium.plugins import Fullscreen
from frames import points
from test_maps import NETWORK, small, two_areas

import fibercov as fc

pytestmark = pytest.mark.no_cover


def test_hostile_words_are_shown_not_run(opened: Open) -> None:
    coverage = fc.measure_coverage(
        points((100, 20), (200, 30), address=[HOSTILE] * 2, status=[HOSTILE] * 2),
        NETWORK,
        reach=fc.Reach(50, name=HOSTILE, feature=HOSTILE, source=HOSTILE),
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
    assert HOSTILE in page.locator("#fc-headline").inner_text()
    page.locator("#fc-how summary").click()
    assert HOSTILE in page.locator("#fc-method").inner_text()
    assert HOSTILE in {row[0] for row in table_rows(page)}
    look(page, 200, 100)
    assert hover(page, 200, 30).startswith("<img src=x")
    assert hover(page, 100, 150).startswith("<img src=x")
    assert hover(page, 400, 100).startswith("{{ 7 * 7 }} {# x #} {% y")
    page.locator("#fc-query").fill("<img")
    assert page.locator("#fc-found li").count() == 2  # equal addresses once
    page.keyboard.press("Enter")
    assert page.locator("#fc-area h2").inner_text() == HOSTILE  # the areas come first
    page.locator("#fc-query").fill("<img onerror")
    page.locator("#fc-found li").last.click()
    assert "<img src=x" in page.locator(".leaflet-popup-content").inner_text()
    page.locator(".fc-language[lang=sv]").click()
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
    made = fc.map_coverage(coverage, areas=demo.areas, target=0.9, publish="areas")
    page = opened(made)
    assert page.locator("#fc-connected-marks").count() == 0
    assert page.locator("#fc-query").get_attribute("placeholder") == "Find an area"
    assert "not shown, as the numbers are small" in page.locator(".fc-legend").inner_text()
    page.locator("#fc-how summary").click()
    assert "Counts are rounded to the nearest five" in page.locator("#fc-method").inner_text()
    whole, *table = table_rows(page)
    assert int(whole[1].replace(",", "")) == coverage.total
    rows = {row[0]: row[1:] for row in table}
    public = fc.publishable(coverage, areas=demo.areas).areas
    told = public[(public["level"] == "area") & (public["measurement"] == 0)].set_index("name")
    assert len(rows) == 14  # the areas, and the unplaced
    assert rows["(unplaced)"] == ["not shown"] * 3
    homes = {name: int(row[0].replace(",", "")) for name, row in rows.items() if name[0] != "("}
    assert homes == told["total"].iloc[:13].to_dict()


def test_a_published_map_with_addresses_finds_one_and_says_its_status_alone(
    opened: Open, demo: fc.Demo
) -> None:
    coverage = fc.measure_coverage(
        demo.premises, demo.network, reach=50, planned=demo.planned, as_of=demo.as_of
    )
    page = opened(fc.map_coverage(coverage, areas=demo.areas, target=0.9, publish="addresses"))
    assert page.locator("#fc-connected-marks").count() == 1
    assert page.locator("label:has(#fc-connected-marks) .fc-number").count() == 0
    address = str(demo.premises["address"].iloc[0])
    page.locator("#fc-query").fill(address)
    page.locator("#fc-query").press("Enter")
    card = page.locator(".leaflet-popup-content")
    assert address in card.inner_text()
    area, dated = card.locator("dt").all_inner_texts()
    assert (area in set(demo.areas["name"]), dated) == (True, "Date")


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
    assert "30 m" in hover(page, 200, 30)  # the rest works


def test_the_readers_own_layers_stand_beside_ours(opened: Open) -> None:
    made = fc.map_coverage(small(), areas=two_areas("A", "B"))
    lon, lat = points((150, 200)).to_crs(4326).get_coordinates().to_numpy()[0]
    group = folium.FeatureGroup(name="Byggen <b>2021</b>")
    folium.CircleMarker([lat, lon], radius=12, fill=True, tooltip="A site").add_to(group)
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
    row = page.get_by_label("Byggen <b>2021</b>").first
    row.uncheck()
    assert page.locator(".leaflet-marker-icon").count() == 0
    assert page.get_by_label("Delområden").first.is_checked()
    assert "30 m" in hover(page, 200, 30)  # and ours still answers


def test_the_page_opens_where_its_author_has_it_open(opened: Open) -> None:
    made = fc.map_coverage(small(), areas=two_areas("A", "B"))
    made.fit_bounds([[55, 11], [69, 24]])
    assert opened(made).evaluate("fibercov.map.getZoom()") < 6


def test_pins_of_the_readers_own_layers_show_and_no_script_in_their_words_runs(
    opened: Open,
) -> None:
    made = fc.map_coverage(small())
    pins = points((150, 200)).to_crs(4326)
    folium.GeoJson(pins.geometry).add_to(made)  # draws pins without saying so in the script
    lon, lat = pins.get_coordinates().to_numpy()[0]
    hostile = "null \x00 </script><script>window.hit=1</script>"
    folium.CircleMarker([lat, lon + 0.003], radius=12, fill=True, tooltip=hostile).add_to(made)
    page = opened(made)
    pin = page.locator(".leaflet-marker-icon")
    assert pin.evaluate("(picture) => picture.complete && picture.naturalWidth > 0")
    assert page.evaluate("window.hit") is None


def test_a_layer_that_fails_is_named_and_takes_no_other_with_it(opened: Open) -> None:
    made = fc.map_coverage(small())
    lon, lat = points((150, 200)).to_crs(4326).get_coordinates().to_numpy()[0]
    folium.CircleMarker([lat, lon], tooltip="a `tick").add_to(made)  # which ends folium's own text
    Fullscreen().add_to(made)  # type: ignore[no-untyped-call]  # as folium has it
    group = folium.FeatureGroup("Nålar")
    folium.Marker([lat, lon], icon=folium.Icon(color="red")).add_to(group)
    group.add_to(made)
    folium.FeatureGroup("Master").add_to(made)
    with pytest.warns(UserWarning, match="do without those layers if there is no network"):
        page = opened(made, expected="https:|DISCONNECTED|argument list|fullscreen|'icon'")
    alert = page.get_by_role("alert")
    failed = "CircleMarker, Fullscreen, Nålar"
    said = f"Could not be drawn in full: {failed}. The rest of the map works. Close"
    assert plain(alert.inner_text()) == said
    assert page.get_by_label("Master").is_checked()
    assert page.get_by_label("Nålar").count() == 0
    look(page, 200, 100)
    assert "30 m" in hover(page, 200, 30)
    page.locator(".fc-language[lang=sv]").click()
    said = f"Kunde inte ritas fullt ut: {failed}. Resten av kartan fungerar. Stäng"
    assert plain(alert.inner_text()) == said
    alert.get_by_role("button").click()
    assert alert.inner_text() == ""


@pytest.fixture
def served(tmp_path: Path) -> Iterator[str]:
    """The address of a server that says of each page that it is in ISO 8859-1."""

    class Handler(SimpleHTTPRequestHandler):
        def guess_type(self, _: Any) -> str:
            """Say the same of every file."""
            return "text/html; charset=iso-8859-1"

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Handler, directory=tmp_path)) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.mark.parametrize("name", ["map.html", "notebook.html"])
def test_a_server_that_names_another_encoding_spoils_nothing(
    browser: Any, served: str, tmp_path: Path, name: str
) -> None:
    made = fc.map_coverage(small(), title="Täckning", language="sv")
    folium.FeatureGroup("Älvar").add_to(made)
    made.save(tmp_path / "map.html")
    (tmp_path / "notebook.html").write_text(made._repr_html_(), encoding="utf-8")
    page = browser.new_page()
    page.goto(f"{served}/{name}")
    shown = page if name == "map.html" else page.frame_locator("iframe")
    shown.locator("html[data-ready]").wait_for(state="attached", timeout=8000)
    assert shown.locator("h1").inner_text() == "Täckning"
    assert shown.locator("#fc-print").inner_text() == "Skriv ut"
    assert "12 av 15 hushåll" in plain(shown.locator("#fc-headline").inner_text())
    assert shown.get_by_label("Älvar").is_checked()
    page.close()


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
    assert "90,7 %" in page.locator("#fc-share").inner_text()
    assert "3 086 av 3 401 hushåll" in plain(page.locator("#fc-headline").inner_text())
    assert "Målet 90 % är nått." in page.locator("#fc-verdict").inner_text()
    assert html.unescape("Kartan kräver JavaScript.") in page.locator("body").inner_text()
    context.close()


def test_the_data_is_json_that_cannot_end_its_element(town: Path) -> None:
    source = town.read_text("utf-8")
    data = source.split('id="fc-data">')[1].split("</script>")[0]
    assert not re.search(r"[<>&\u2028\u2029]", data)
    assert json.loads(data)["language"] == "sv"
