"""The map in a real browser, without a network: what it draws and says."""

from __future__ import annotations

import io
from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import shapely
from browsing import (
    Open,
    changed,
    hover,
    look,
    on_screen,
    pixels,
)
from frames import E0, N0, cable, frame, points
from PIL import Image
from test_maps import NETWORK, small, two_areas

import fibercov as fc
from fibercov.offline import packing
from fibercov.statuses import ONE_HUE, STATUS_COLOURS

pytestmark = pytest.mark.no_cover


def test_squares_and_premises_on_the_page_sum_to_the_coverage(
    opened: Open, town: Path, years: list[fc.Coverage]
) -> None:
    page = opened(town)
    homes = page.evaluate("fibercov.unpacked.squares.total.map((of) => of.reduce((a, b) => a + b))")
    # Unplaced households are in no square.
    assert homes[:-1] == [c.total - int(c.counts["unplaced"]) for c in years]
    status = page.evaluate(
        "fibercov.unpacked.premises.status.map((of) => [0, 1, 2, 3].map((k) => of.filter((s) => s === k).length))"
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
    rows = page.locator(".fc-panel .fc-row input")
    assert rows.count() == 7
    for number in range(rows.count()):
        row = rows.nth(number)
        look(page, 300, 250, 16 if "marks" in row.get_attribute("id") else 13)
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
    ring = (0x0F, 0x76, 0x6E)
    across = [shot.getpixel((round(x) + k, round(y))) for k in range(-9, 10)]
    assert across.count(ring) >= 2  # its two sides
    assert across[across.index(ring) : 19 - across[::-1].index(ring)].count((255, 255, 255)) >= 2


def test_a_mark_is_whole_where_tiles_meet_and_the_worst_is_drawn_last(opened: Open) -> None:
    across, down = (k / 2**18 for k in (142_000, 75_000))  # the corner of a tile, from 0 to 1
    lat = np.degrees(np.arctan(np.sinh(np.pi * (1 - 2 * down))))
    corner = gpd.GeoSeries.from_xy([360 * across - 180], [lat], crs=4326).to_crs(3006).iloc[0]
    east, north = corner.x - E0, corner.y - N0
    premises = points((east, north), (east + 2, north), connected=[False, True])
    coverage = fc.measure_coverage(premises, points((east, north + 900)), reach=50)
    page = opened(fc.map_coverage(coverage))
    look(page, east, north, 18)  # where a metre, to which places are rounded, is 3 pixels
    x, y = on_screen(page, east, north)
    shot = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
    unserved = (0xA3, 0x3C, 0x04)
    for across, down in ((0, 0), (-1, 0), (1, 0), (0, -1), (0, 1)):
        assert shot.getpixel((round(x) + across, round(y) + down)) == unserved


def test_no_path_holds_more_shapes_than_a_browser_draws_fast(opened: Open) -> None:
    places = [(10 * (k % 25), 10 * (k // 25)) for k in range(300)]
    network = frame([shapely.LineString([(x, y), (x + 5, y + 5)]) for x, y in places])
    coverage = fc.measure_coverage(points(*places), network, reach=50)
    page = opened(fc.map_coverage(coverage, network=network))
    page.evaluate(
        "() => { const path = Path2D.prototype, { moveTo } = path; window.most = 0;"
        " path.moveTo = function (x, y) { this.shapes = (this.shapes ?? 0) + 1;"
        " most = Math.max(most, this.shapes); moveTo.call(this, x, y); }; }"
    )
    look(page, 125, 60, 16)
    assert 100 < page.evaluate("window.most") <= 200


def test_lines_let_what_lies_below_show_through_from_afar(opened: Open) -> None:
    page = opened(fc.map_coverage(small(), network=NETWORK))
    look(page, 200, 30, 10)
    lines = page.locator(".leaflet-fc-lines-pane .leaflet-layer")
    assert float(lines.evaluate("(layer) => getComputedStyle(layer).opacity")) < 0.9


def test_the_order_of_the_colours_says_nothing_of_the_statuses(
    opened: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    turned = dict(reversed(STATUS_COLOURS.items()))
    monkeypatch.setattr("fibercov.maps.page.STATUS_COLOURS", turned)
    page = opened(fc.map_coverage(small()))
    look(page, 200, 100)
    assert hover(page, 200, 30).startswith(
        "Premises Fiber is 30 m away, but the building is not connected yet."
    )


def test_squares_lie_where_the_national_grid_has_them(opened: Open, demo: fc.Demo) -> None:
    far_north = demo.premises.iloc[:3].set_geometry(
        gpd.points_from_xy([900_130] * 3, [7_500_130, 7_500_400, 7_501_000], crs=3006)
    )
    cable_there = frame([shapely.LineString([(430_000, 760_000), (430_000, 762_000)])])
    for premises, network in ((demo.premises.iloc[:60], demo.network), (far_north, cable_there)):
        coverage = fc.measure_coverage(premises, network, reach=50)
        page = opened(fc.map_coverage(coverage))
        squares = fc.square_grid(coverage).geometry
        drawn = set()
        for square in squares:
            # Ten metres inside each corner; the page rounds a square's middle to a metre.
            corners = gpd.points_from_xy(*np.array(square.buffer(-10).exterior.coords[:4]).T)
            lonlat = gpd.GeoSeries([*corners, square.centroid], crs=squares.crs).to_crs(4326)
            hits = page.evaluate(
                "(places) => places.map(([lng, lat]) =>"
                " JSON.stringify(fibercov.view.layers.squares.at({lng, lat}, 14)))",
                [[p.x, p.y] for p in lonlat],
            )
            assert len(set(hits)) == 1
            assert '"merged":false' in hits[0]
            drawn |= set(hits)
        assert drawn


def test_squares_far_apart_can_be_seen_from_afar(opened: Open) -> None:
    far = fc.measure_coverage(points((100, 20), (90_000, 120_000)), NETWORK, reach=50)
    page = opened(fc.map_coverage(far, premises="squares"))
    assert page.evaluate("fibercov.map.getZoom()") < 9
    shot = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
    for place, colour in (((100, 20), ONE_HUE[-1]), ((90_000, 120_000), ONE_HUE[0])):
        x, y = (round(at) for at in on_screen(page, *place))
        around = shot.crop((x - 3, y - 3, x + 4, y + 4)).tobytes()
        seen = np.frombuffer(around, dtype=np.uint8).reshape(-1, 3).astype(int)
        wanted = np.array([int(colour[i : i + 2], 16) for i in (1, 3, 5)])
        assert (np.abs(seen - wanted).max(axis=1) < 12).sum() >= 2


def test_a_street_or_one_premises_shows_with_what_is_around_it(opened: Open) -> None:
    one = fc.measure_coverage(points((100, 20)), NETWORK, reach=50)
    page = opened(fc.map_coverage(one, network=NETWORK))
    assert "20 m" in hover(page, 100, 20)
    page.locator("#fc-network").uncheck()
