"""The areas beside the map, in a real browser: the table, the file that it saves, and an area on its own."""

from __future__ import annotations

import csv
import io
from decimal import Decimal
from pathlib import Path
from typing import Any

import geopandas as gpd
import pytest
import shapely
from browsing import (
    HOSTILE,
    PHONE,
    Open,
    choose_date,
    half_up,
    hover,
    look,
    on_screen,
    plain,
    show,
    table_rows,
)
from frames import frame, points
from test_maps import NETWORK, small, two_areas

import fibercov as fc

pytestmark = pytest.mark.no_cover


def swedish(number: Any) -> str:
    return f"{number:,}".replace(",", " ").replace(".", ",")


def percent(reached: Any, total: Any) -> str:
    return swedish(half_up(100 * Decimal(int(reached)) / Decimal(int(total)))) + " %"


def test_what_the_page_says_of_areas_equals_the_summary_worst_first(
    opened: Open, town: Path, years: list[fc.Coverage], demo: fc.Demo
) -> None:
    page = opened(town)
    for step, coverage in enumerate(years):
        choose_date(page, step)
        check = fc.check_target(coverage, target=0.9, by=demo.areas)
        assert check.areas is not None
        areas = check.areas.iloc[:-2]
        rows = table_rows(page)
        assert rows[0][:2] == ["Totalt", swedish(coverage.total)]
        assert rows[0][2] == percent(coverage.reached, coverage.total)
        assert rows[0][3] == (swedish(check.shortfall) if check.shortfall else "nått")
        assert rows[-1] == ["(utan läge)", str(coverage.counts["unplaced"]), "0,0 %", "–"]
        expected = {
            (
                str(area["name"]),
                swedish(area["total"]),
                percent(area["reached"], area["total"]),
                "nått" if area["verdict"] == "met" else swedish(area["shortfall"]),
            )
            for area in areas.to_dict("records")
        }
        assert {tuple(row) for row in rows[1:-1]} == expected
        worst = areas.sort_values(["shortfall", "share"], ascending=[False, True], kind="stable")
        assert [row[0] for row in rows[1:-1]] == worst["name"].tolist()


def test_the_table_sorts_by_keyboard_and_leads_to_an_area(opened: Open, town: Path) -> None:
    page = opened(town)
    page.get_by_role("button", name="Område", exact=True).focus()
    page.keyboard.press("Enter")
    names = [row[0] for row in table_rows(page)]
    assert (names[0], names[-1]) == ("Totalt", "(utan läge)")
    assert names[1] == "Björkhult"
    assert names[-2] == "Älvsta"  # as Swedish sorts, after z
    head = page.locator("#fc-heads th").first
    assert head.get_attribute("aria-sort") == "ascending"
    assert page.evaluate("document.activeElement.textContent").startswith("Område")
    page.keyboard.press("Enter")
    assert head.get_attribute("aria-sort") == "descending"
    assert [row[0] for row in table_rows(page)][1] == "Älvsta"
    before = page.evaluate("fibercov.map.getZoom()")
    page.get_by_role("button", name="Björkhult").focus()
    page.keyboard.press("Enter")
    assert page.locator("#fc-area h2").inner_text() == "Björkhult"
    assert "0,0 % av 125 hushåll" in plain(page.locator("#fc-live").inner_text())
    assert page.evaluate("document.activeElement.textContent") == "‹ Alla områden"
    assert page.evaluate("fibercov.map.getZoom()") > before
    page.keyboard.press("Enter")
    assert page.locator("#fc-table").is_visible()
    assert not page.locator("#fc-area").is_visible()


def outlined(page: Any) -> list[str]:
    """The names of the areas whose edges are drawn over the others."""
    found: list[str] = page.evaluate(
        "fibercov.data.areas.name.filter((_, k) => {"
        " const ring = fibercov.view.ring.getBounds();"
        " return ring.isValid() && ring.equals(fibercov.view.polygons[k].getBounds()); })"
    )
    return found


def test_a_row_outlines_its_area_and_an_area_marks_its_row(opened: Open) -> None:
    page = opened(fc.map_coverage(small(), areas=two_areas("West", "East"), target=0.9))
    look(page, 400, 250, 14)
    marked = page.locator("#fc-rows .fc-hot")
    assert outlined(page) == []
    page.locator("#fc-rows tr", has_text="East").hover()
    assert outlined(page) == ["East"]
    page.locator("#fc-rows tr", has_text="West").hover()
    assert outlined(page) == ["West"]
    page.mouse.move(*on_screen(page, 600, 250))
    page.wait_for_timeout(100)
    assert outlined(page) == ["East"]
    assert marked.locator("th").all_inner_texts() == ["East"]
    page.mouse.move(*on_screen(page, 600, -900))
    page.wait_for_timeout(100)
    assert outlined(page) == []
    assert marked.count() == 0


def test_an_area_has_its_sentence_its_counts_its_dates_and_the_plans_part(
    opened: Open, town: Path, years: list[fc.Coverage], demo: fc.Demo
) -> None:
    page = opened(town)
    name = "Norra skogsbygden"
    page.get_by_role("button", name=name).click()
    panel = page.locator("#fc-area")
    every = [*years, years[-1].with_plan()]
    tables = [fc.summarize(coverage, by=demo.areas).set_index("name") for coverage in every]
    shares = [percent(t.loc[name, "reached"], t.loc[name, "total"]) for t in tables]
    said = [f"{2016 + k}: {share}" for k, share in enumerate(shares[:-1])]
    for step in (1, 4):
        choose_date(page, step)
        area = tables[step].loc[name]
        lead = plain(panel.locator(".fc-lead").inner_text())
        assert lead == f"{shares[step]} av {area['total']} hushåll finns inom 50 m från fiber."
        rows = [plain(text).split() for text in panel.locator(".fc-row").all_inner_texts()]
        assert [int(row[-1]) for row in rows] == [
            area[status] for status in ("connected", "passed", "planned", "unserved")
        ]
        flex = panel.locator(".fc-stack i").evaluate_all(
            "(all) => all.map((i) => i.style.flexGrow)"
        )
        assert [int(part) for part in flex] == [int(row[-1]) for row in rows]
        chart = plain(panel.get_by_role("img").get_attribute("aria-label"))
        assert chart == ", ".join([*said, f"Planen: {shares[-1]}"])
    # 67 households, of which 14 are within reach: 90 % is 61, and the plan brings 11.
    text = plain(panel.inner_text())
    assert "Mål: inte nått, 47 hushåll kvar" in text
    assert tables[4].loc[name, "planned"] == 11
    assert f"ytterligare 11 hushåll inom räckhåll: totalt {percent(25, 67)}." in text
    choose_date(page, 5)
    assert "ytterligare" not in plain(panel.inner_text())
    # Points of the line are as high as the shares, on a scale whose ends are labelled.
    heights = panel.locator("svg circle").evaluate_all(
        "(all) => all.map((c) => c.cy.baseVal.value)"
    )
    exact = [c["share"][c["name"] == name].item() for c in (t.reset_index() for t in tables)]
    rise = (heights[0] - heights[-1]) / (exact[-1] - exact[0])
    assert [heights[0] - rise * (share - exact[0]) for share in exact] == pytest.approx(heights)


def test_a_click_on_the_map_chooses_an_area_and_fades_the_others(opened: Open) -> None:
    page = opened(fc.map_coverage(small(), areas=two_areas("West", "East"), target=0.9))
    look(page, 400, 250, 14)
    before = page.evaluate("fibercov.view.polygons.map((p) => p.options.fillOpacity)")
    assert before[0] == before[1]
    page.mouse.click(*on_screen(page, 600, 250))
    assert page.locator("#fc-area h2").inner_text() == "East"
    assert outlined(page) == ["East"]
    west, east = page.evaluate("fibercov.view.polygons.map((p) => p.options.fillOpacity)")
    assert west < 0.5 * east
    assert east == before[1]
    page.mouse.click(*on_screen(page, 100, 250))
    assert page.locator("#fc-area h2").inner_text() == "West"
    page.get_by_role("button", name="All areas").click()
    assert page.locator("#fc-rows tr").count() == 4  # all, two areas, unplaced
    assert page.evaluate("fibercov.view.polygons.map((p) => p.options.fillOpacity)") == before


def test_on_a_telephone_an_area_says_its_share_on_the_map(opened: Open, town: Path) -> None:
    page = opened(town, **PHONE)
    page.get_by_role("button", name="Granhed").tap()
    page.wait_for_timeout(200)
    assert page.locator("#fc-main").evaluate("(map) => map.getBoundingClientRect().bottom > 300")
    tip = plain(page.locator(".leaflet-popup-content").inner_text())
    assert tip == f"Granhed {percent(114, 124)} av 124 hushåll finns inom 50 m från fiber."
    assert page.locator("#fc-area h2").inner_text() == "Granhed"


def saved(page: Any) -> tuple[str, str]:
    """The name and the text of the file that the table saves."""
    with page.expect_download() as download:
        page.locator("#fc-csv").click()
    file = download.value
    return file.suggested_filename, Path(file.path()).read_bytes().decode("utf-8")


@pytest.mark.parametrize("language", ["sv", "en"])
def test_the_table_is_saved_as_the_languages_spreadsheets_read_it(
    opened: Open, years: list[fc.Coverage], demo: fc.Demo, language: str
) -> None:
    names = demo.areas["name"].tolist()
    names[:4] = ["=1+1", '@A "quoted"; one, two', "-2", HOSTILE]
    areas = demo.areas.assign(name=names)
    made = fc.map_coverage(
        years[-1], areas=areas, target=0.9, history=years[3:4], title="Fiberdalen", language="en"
    )
    page = opened(made)
    if language == "sv":
        page.locator(".fc-language[lang=sv]").click()
    file, text = saved(page)
    assert file == "Fiberdalen 2020-10-01.csv"
    assert text.startswith("\ufeff")
    assert text.endswith("\r\n")
    reader = csv.reader(
        io.StringIO(text.removeprefix("\ufeff"), newline=""),
        delimiter=";" if language == "sv" else ",",
        strict=True,
    )
    head, whole, *rows = reader
    assert (
        head
        == {
            "sv": ["Område", "Hushåll", "Inom räckhåll", "Kvar till målet"],
            "en": ["Area", "Households", "Within reach", "Households to go"],
        }[language]
    )
    mark = "," if language == "sv" else "."
    assert whole[1:] == ["3401", f"90{mark}7", "0"]
    table = fc.check_target(years[-1], target=0.9, by=areas).areas
    expected = {}
    for area in table.to_dict("records")[:-2]:
        # What a spreadsheet would take for a formula is text.
        name = ("'" if area["name"][0] in "=@-+" else "") + area["name"]
        share = str(half_up(100 * area["reached"] / Decimal(area["total"]))).replace(".", mark)
        expected[name] = [str(area["total"]), share, str(area["shortfall"])]
    assert {row[0]: row[1:] for row in rows[:-1]} == expected
    assert rows[-1][1:] == ["8", f"0{mark}0", ""]
    assert [row[0] for row in rows] == [
        ("'" if row[0][0] in "=@-+" else "") + row[0] for row in table_rows(page)[1:]
    ]
    choose_date(page, 0)
    file, text = saved(page)
    assert file == "Fiberdalen 2019-10-01.csv"
    assert str(years[3].total) in text.splitlines()[1]


def test_every_target_and_hardly_visible_areas_are_drawn(opened: Open) -> None:
    sliver = frame(
        [shapely.box(0, 0, 999, 500), shapely.box(-1.3, 0.1, -1.25, 0.15)], name=["A", "tiny"]
    )
    for target in (0, 1):
        page = opened(fc.map_coverage(small(), areas=sliver, target=target))
        assert page.locator("#fc-rows tr").count() == 4  # the whole and the unplaced, too
        row = next(row for row in table_rows(page) if row[0] == "tiny")
        assert row == ["tiny", "0", "–", "–"]
        page.get_by_role("button", name="tiny").click()
        assert plain(page.locator("#fc-area .fc-lead").inner_text()) == "No households."


# Where areas do not cover the premises -------------------------------------------------------------


def scattered(**columns: Any) -> fc.Coverage:
    """Half of the households in a town, half in the woods around it."""
    return fc.measure_coverage(
        points((100, 20), (200, 30), (3000, 2500), (-3000, -2500), **columns), NETWORK, reach=50
    )


def test_where_areas_leave_out_premises_squares_are_on_below_them(opened: Open) -> None:
    town = two_areas("Town", "Elsewhere").iloc[:1]
    page = opened(fc.map_coverage(scattered(), areas=town, target=0.9))
    assert page.locator("#fc-squares").is_checked()
    assert page.locator("#fc-areas").is_checked()
    order = page.evaluate(
        "['squares', 'areas'].map((name) => Number(fibercov.map.getPane(`fc-${name}`).style.zIndex))"
    )
    assert order[0] < order[1]
    # And the areas are filled, not only outlined as where squares lie over them.
    assert page.evaluate("fibercov.view.polygons[0].options.fillOpacity") == 1
    lon, lat = points((100, 20)).to_crs(4326).get_coordinates().to_numpy()[0]
    show(page, lat, lon, 12.5)
    assert hover(page, 100, 300).startswith("Town")
    lon, lat = points((3000, 2500)).to_crs(4326).get_coordinates().to_numpy()[0]
    show(page, lat, lon, 12.5)
    assert hover(page, 3120, 2620).startswith("Square")
    covered = opened(fc.map_coverage(small(), areas=two_areas("A", "B"), target=0.9))
    assert not covered.locator("#fc-squares").is_checked()


def test_an_outline_is_drawn_around_what_it_holds(opened: Open) -> None:
    halves = frame([shapely.box(-4000, -4000, 0, 4000), shapely.box(0, -4000, 4000, 4000)])
    page = opened(fc.map_coverage(scattered(), outline=halves, target=0.9))
    edges = page.evaluate(
        "(() => { const found = []; fibercov.map.eachLayer((layer) => {"
        " if (layer.getLatLngs && layer.options.pane === 'fc-borders' && layer !== fibercov.view.ring)"
        " found.push(layer.getLatLngs()[0].map(({lng, lat}) => [lng, lat])); });"
        " return found; })()"
    )
    assert len(edges) == 2  # a soft band, and a line in it
    outer = shapely.union_all(halves.geometry)
    for edge in edges:
        shape = gpd.GeoSeries([shapely.Polygon(edge)], crs=4326).to_crs(3006)
        assert shape.iloc[0].symmetric_difference(outer).area < 0.001 * outer.area


@pytest.mark.parametrize(
    "options",
    [
        *({"viewport": {"width": x, "height": y}}
          for x, y in ((1280, 800), (844, 390), (640, 400), (1024, 600), (390, 844))),
        *[PHONE] * 4,  # whose window gets its size now before the page's script, now after it
    ],
)  # fmt: skip
def test_the_first_view_fills_the_window(opened: Open, town: Path, options: dict[str, Any]) -> None:
    page = opened(town, **options)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    left, top, right, bottom, width, height = page.evaluate(
        "(() => { const [south, north] = fibercov.data.box, map = fibercov.map;"
        " const a = map.latLngToContainerPoint([north[0], south[1]]);"
        " const b = map.latLngToContainerPoint([south[0], north[1]]);"
        " const s = map.getSize(); return [a.x, a.y, b.x, b.y, s.x, s.y]; })()"
    )
    margins = [left, width - right], [top, height - bottom]
    assert min(*margins[0], *margins[1]) >= 0  # all of it is seen
    search = page.locator("#fc-query").bounding_box()
    assert search is not None
    below = 48 if search["width"] > 0.6 * width else 0
    assert (
        abs(left - (width - right)) <= 2
    )  # in the middle, below a search that is as wide as the map
    assert abs(top - below - (height - bottom)) <= 2
    # A quarter of a zoom is 19 % of the size: so much may be left, beside the padding.
    assert min(sum(margins[0]) - 0.19 * width, sum(margins[1]) - below - 0.19 * height) <= 40
    assert height > 200


def test_a_target_that_rounding_leaves_open_lacks_no_number(
    opened: Open, demo: fc.Demo, demo_coverage: fc.Coverage
) -> None:
    # 91 of the 101 households of Stenmo, rounded to 90: between 88 and 92, around the 91 that are needed.
    page = opened(fc.map_coverage(demo_coverage, areas=demo.areas, target=0.9, publish="areas"))
    rows = {row[0]: row[1:] for row in table_rows(page)}
    assert rows["Stenmo"] == ["101", percent(90, 101).replace(",", "."), "about the target"]
    page.get_by_role("button", name="Stenmo").click()
    said = page.locator("#fc-area").inner_text()
    assert "Target: about the target" in said
    assert "missing" not in said


# Names on the map ---------------------------------------------------------------------------------


def areas_on_screen(page: Any) -> list[Any]:
    """The areas as polygons in pixels of the window, valid, with a pixel for what is drawn simplified."""
    found = page.evaluate(
        "(() => { const r = fibercov.map.getContainer().getBoundingClientRect();"
        " return fibercov.unpacked.areas.map((rings) => rings.map((ring) => ring.map((place) => {"
        " const p = fibercov.map.latLngToContainerPoint(place); return [p.x + r.x, p.y + r.y]; }))); })()"
    )
    shapes = []
    for every in found:
        shape: Any = shapely.Polygon()
        for ring in every:
            shape = shape.symmetric_difference(shapely.make_valid(shapely.Polygon(ring)))
        shapes.append(shape.buffer(1))
    return shapes


def names_on_screen(page: Any) -> list[tuple[str, Any]]:
    """The names of areas on the map, and the boxes of their letters in pixels of the window."""
    found = page.evaluate(
        "[...document.querySelectorAll('.folium-map .fc-name')].map((name) => {"
        " const range = document.createRange(); range.selectNodeContents(name);"
        " const all = [...range.getClientRects()];"
        " return [name.classList.contains('fc-area') ? name.firstChild.textContent : '',"
        " Math.min(...all.map((r) => r.left)), Math.min(...all.map((r) => r.top)),"
        " Math.max(...all.map((r) => r.right)), Math.max(...all.map((r) => r.bottom))]; })"
    )
    return [(name.strip().replace("\n", " "), shapely.box(*box)) for name, *box in found]


def test_names_stay_inside_their_areas_apart_from_each_other_at_every_zoom(
    opened: Open, town: Path, demo: fc.Demo
) -> None:
    page = opened(town)
    names = demo.areas["name"].tolist()
    lat, lng = page.evaluate("[fibercov.map.getCenter().lat, fibercov.map.getCenter().lng]")
    written = set()
    for zoom in (9, 10, 10.75, 11.5, 12.25, 13, 15):
        show(page, lat, lng, zoom)
        shapes = dict(zip(names, areas_on_screen(page), strict=True))
        labels = names_on_screen(page)
        written |= {name for name, _ in labels}
        for number, (name, box) in enumerate(labels):
            assert shapes[name].covers(box), (name, zoom)
            assert not any(box.intersects(other) for _, other in labels[:number]), (name, zoom)
    assert len(written) > 8


def test_the_name_of_an_area_larger_than_the_window_stays_in_the_window(opened: Open) -> None:
    page = opened(fc.map_coverage(small(), areas=two_areas("Western", "Eastern"), target=0.9))
    look(page, 400, 250, 15)
    assert {name for name, _ in names_on_screen(page)} == {"Western", "Eastern"}
    box = page.locator(".folium-map").bounding_box()
    window = shapely.box(box["x"], box["y"], box["x"] + box["width"], box["y"] + box["height"])
    for east, north in ((500, 40), (960, 460), (700, 250)):  # far from the middle of the area
        look(page, east, north, 18.5)
        ((name, letters),) = names_on_screen(page)
        assert name == "Eastern"
        assert window.covers(letters)
    page.evaluate("fibercov.map.panBy([0, 120], {animate: false})")
    ((name, letters),) = names_on_screen(page)
    assert window.covers(letters)
    assert name == "Eastern"
