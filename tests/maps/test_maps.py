"""What a map holds, and what it refuses; what the page does with it is in test_page.py."""

from __future__ import annotations

import codecs
import io
import json
import os
import re
import warnings
from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import Any

import branca.element
import folium
import geopandas as gpd
import numpy as np
import pytest
import shapely
from folium.plugins import MarkerCluster
from frames import E0, N0, cable, frame, points
from test_packing import numbers, streets, unpacked

import fibercov as fc
from fibercov import texts
from fibercov.maps.layers import _MOST_VERTICES
from fibercov.statuses import AREA_COLOURS, class_breaks

NETWORK = cable((0, 0), (1000, 0))


def small(**columns: Any) -> fc.Coverage:
    columns = {"households": [8, 4, 2, 1], "connected": [True, False, False, False], **columns}
    premises = points((100, 20), (200, 30), (300, 470), None, **columns)
    return fc.measure_coverage(
        premises, NETWORK, reach=50, planned=cable((0, 500), (999, 500)), as_of="2020-10-01"
    )


def two_areas(*names: str) -> gpd.GeoDataFrame:
    return frame([shapely.box(0, 0, 250, 500), shapely.box(250, 0, 1000, 500)], name=names)


def content(page: fc.CoverageMap) -> dict[str, Any]:
    """What the page's script gets."""
    source = page.get_root().render()
    found = re.search(r'<script type="application/json" id="fc-data">(.*?)</script>', source)
    assert found is not None
    data: dict[str, Any] = json.loads(found[1])
    return data


def places(packed: dict[str, Any]) -> list[tuple[float, float]]:
    """Easting and northing of packed coordinates, from the corner of the test frames."""
    lonlat = gpd.points_from_xy(
        np.multiply(numbers(packed["lon"]), 1e-5), np.multiply(numbers(packed["lat"]), 1e-5)
    )
    moved = gpd.GeoSeries(lonlat, crs=4326).to_crs(3006)
    return [(point.x - E0, point.y - N0) for point in moved]


# The page as a folium map -----------------------------------------------------------------------


def test_is_a_folium_map_that_takes_more_layers() -> None:
    page = fc.map_coverage(small())
    assert isinstance(page, folium.Map)
    folium.CircleMarker([61, 14], tooltip="mine").add_to(page)
    assert "mine" in page.get_root().render()


def test_the_page_asks_no_host_for_anything() -> None:
    page = fc.map_coverage(small(), areas=two_areas("A", "B"), network=NETWORK, target=0.9)
    source = page.get_root().render()
    assert not re.findall(r"""<(?:script|link|img|iframe)[^>]*\s(?:src|href)=""", source)
    styles = "".join(re.findall("<style>(.*?)</style>", source, re.DOTALL))
    assert "url(data:image/png" in styles
    assert not re.findall(r"url\((?!data:)", styles)
    assert "sourceMappingURL" not in source
    assert "default-src &#39;none&#39;" in source


def test_scripts_and_styles_are_the_same_in_any_encoding() -> None:
    page = fc.map_coverage(
        small(), areas=two_areas("Åsen", "Öster"), title="Täckning", language="sv"
    )
    source = page.get_root().render()
    own = re.findall(r"<(script|style)[^>]*>(.*?)</\1>", source, re.DOTALL)
    assert len(own) > 15
    assert [text for _, text in own if not text.isascii()] == []
    assert content(page)["areas"]["name"] == ["Åsen", "Öster"]


def test_other_maps_are_left_as_folium_makes_them() -> None:
    before = folium.Map().get_root().render().count("cdn.jsdelivr.net")
    fc.map_coverage(small())
    assert folium.Map().get_root().render().count("cdn.jsdelivr.net") == before > 0


def test_the_same_call_writes_the_same_page_and_so_does_saving_twice() -> None:
    def made() -> fc.CoverageMap:
        return fc.map_coverage(
            small(), areas=two_areas("A", "B"), network=NETWORK, target=0.9, tiles="OpenStreetMap"
        )

    once = made()
    assert once.get_root().render() == made().get_root().render() == once.get_root().render()


def test_a_layer_that_needs_more_says_which_host_the_page_will_ask() -> None:
    page = fc.map_coverage(small())
    MarkerCluster([[61, 14]]).add_to(page)  # type: ignore[no-untyped-call]  # as folium has it
    with pytest.warns(UserWarning, match=r"the page will ask https://cdnjs\.cloudflare\.com"):
        source = page.get_root().render()
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', source)
    assert policy is not None
    assert "https://cdnjs.cloudflare.com" in policy[1]


def test_a_group_without_a_name_has_no_row_in_the_legend() -> None:
    page = fc.map_coverage(small())
    folium.FeatureGroup().add_to(page)
    folium.FeatureGroup("Masts").add_to(page)
    (given,) = re.findall(r"fibercov\.start\((.*?)\);", page.get_root().render())
    layers, _ = json.loads(f"[{given}]")
    assert [layer["name"] for layer in layers] == ["Masts"]


def test_a_style_that_lies_beside_the_page_is_of_its_own_host() -> None:
    figure: Any = fc.map_coverage(small()).get_root()
    figure.header.add_child(branca.element.CssLink("beside.css"))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        source = figure.render()
    assert 'href="beside.css"' in source
    assert "style-src &#39;unsafe-inline&#39; &#39;self&#39;;" in source


def test_a_background_that_lies_beside_the_page_is_of_its_own_host() -> None:
    tiles = folium.TileLayer("tiles/{z}/{x}/{y}.png", attr="Ours")
    source = fc.map_coverage(small(), tiles=tiles).get_root().render()
    assert "img-src data: &#39;self&#39;;" in source


def test_a_page_is_written_to_a_stream_that_may_stay_open() -> None:
    stream = io.BytesIO()
    page = fc.map_coverage(small())
    page.save(stream, close_file=False)
    assert stream.getvalue().startswith(codecs.BOM_UTF8 + b"<!doctype html>")
    page.save(stream)
    assert stream.closed


def test_lines_of_too_many_vertices_are_simplified_until_they_fit(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def vertices() -> int:
        drawn = content(fc.map_coverage(small(), network=winding))["lines"]["network"]
        return sum(numbers(drawn["sizes"]))

    winding = cable(*((10.0 * step, 6.0 * (step % 2)) for step in range(100)))
    assert vertices() == 100
    monkeypatch.setitem(_MOST_VERTICES, "lines", 20)
    assert vertices() <= 20


# What is drawn ----------------------------------------------------------------------------------


def test_premises_are_where_they_are_with_their_status_and_drop() -> None:
    drawn = content(fc.map_coverage(small()))["premises"]
    status = list(unpacked(drawn["status0"]))
    found = dict(zip(status, zip(places(drawn), numbers(drawn["drop"]), strict=True), strict=True))
    expected = {0: ((100, 20), 20), 1: ((200, 30), 30), 2: ((300, 470), 470)}
    assert sorted(found) == sorted(expected)  # the unplaced one is not on the map
    for kind, (place, drop) in expected.items():
        assert found[kind][0] == pytest.approx(place, abs=0.8)
        assert found[kind][1] == drop


def test_a_drop_is_never_rounded_over_the_reach() -> None:
    near = points((0, 49.97), (100, 50.02), (200, 149.6), (300, 150.4))
    for reach, drops in ((50, [49, 51, 150, 151]), (150, [49, 50, 149, 151])):
        coverage = fc.measure_coverage(near, NETWORK, reach=reach)
        drawn = content(fc.map_coverage(coverage))["premises"]
        assert sorted(numbers(drawn["drop"])) == drops


def test_building_polygons_are_drawn_as_marks() -> None:
    building = frame([shapely.box(0, 10, 20, 30)])
    drawn = content(fc.map_coverage(fc.measure_coverage(building, NETWORK, reach=50)))
    assert places(drawn["premises"]) == [pytest.approx((10, 20), abs=0.8)]


def test_households_are_nowhere_beside_a_premises() -> None:
    (step,) = (drawn := content(fc.map_coverage(small())))["steps"]
    assert {"households", "homes", "total", "reached", "counts"}.isdisjoint(drawn["premises"])
    counts = {"connected": 8, "passed": 4, "planned": 2, "unserved": 0, "unplaced": 1}
    assert step["counts"] == counts


def test_addresses_are_taken_from_the_columns_that_are_named() -> None:
    street, number = ["Åkerg."] * 4, [1, 2, None, 4]
    coverage = small(street=street, number=number)
    assert "address" not in content(fc.map_coverage(coverage))["premises"]
    for columns, addresses in (
        (["street", "number"], ["Åkerg.", "Åkerg. 1.0", "Åkerg. 2.0"]),
        (["number", "street"], ["1.0 Åkerg.", "2.0 Åkerg.", "Åkerg."]),
    ):
        drawn = content(fc.map_coverage(coverage, address=columns))["premises"]
        assert sorted(streets(drawn["address"])) == addresses
    assert "address" in content(fc.map_coverage(small(Adress=street)))["premises"]
    with pytest.raises(fc.ColumnError, match="`address`"):
        fc.map_coverage(coverage, address="gata")


def test_squares_have_the_figures_of_summarize() -> None:
    coverage = small()
    drawn = content(fc.map_coverage(coverage, target=0.9))["squares"]
    table = fc.summarize(coverage, by=fc.square_grid(coverage)).iloc[:-2]
    found = zip(numbers(drawn["total0"]), numbers(drawn["reached0"]), strict=True)
    assert sorted(found) == sorted(map(tuple, table[["total", "reached"]].to_numpy().tolist()))
    assert sorted(table["total"]) == [2, 12]


def test_networks_of_any_kind_are_drawn_and_what_is_far_is_left_off() -> None:
    network = frame(
        [
            shapely.LineString([(0, 0), (500, 0.2), (1000, 0)]),  # straight to half a metre
            shapely.box(0, 0, 100, 100),
            shapely.Point(50, 50),
            shapely.GeometryCollection([shapely.MultiPoint([(1, 1), (9, 9)])]),
            shapely.LineString([(0, 400_000), (10, 400_000)]),
            None,
        ]
    )
    drawn = content(fc.map_coverage(small(), network=network))["lines"]["network"]
    assert sorted(numbers(drawn["sizes"])) == [1, 1, 1, 2, 5]
    assert max(north for _, north in places(drawn)) < 200


def test_areas_share_their_borders_however_many_corners_they_have(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    wave = [(500 + 20 * np.sin(y / 15), y) for y in np.linspace(0, 1000, 400)]
    left = shapely.Polygon([(0, 0), *wave, (0, 1000)])
    right = shapely.Polygon([(1000, 0), *wave, (1000, 1000)])
    areas = frame([left, right], name=["left", "right"])
    monkeypatch.setitem(_MOST_VERTICES, "areas", 300)
    shapes = content(fc.map_coverage(small(), areas=areas))["areas"]["shapes"]
    sizes = numbers(shapes["sizes"])
    assert sum(sizes) <= 300
    corners = list(zip(numbers(shapes["lat"]), numbers(shapes["lon"]), strict=True))
    one, other = set(corners[: sizes[0]]), set(corners[sizes[0] :])
    assert len(one & other) > 100
    assert len(one ^ other) == 4  # the corners that they do not share


def test_a_polygon_of_several_parts_keeps_its_holes() -> None:
    hole = shapely.box(400, 400, 600, 600).exterior.coords
    holed = shapely.Polygon(shapely.box(0, 0, 900, 900).exterior.coords, [hole])
    areas = frame([shapely.MultiPolygon([holed, shapely.box(950, 0, 999, 50)])], name=["A"])
    shapes = content(fc.map_coverage(small(), areas=areas))["areas"]["shapes"]
    assert numbers(shapes["rings"]) == [3]
    assert numbers(shapes["sizes"]) == [5, 5, 5]


@pytest.mark.parametrize(
    ("target", "breaks"),
    [(0.9, [0, 0.5, 0.75, 0.9, 0.97]), (1, [0, 0.6, 0.85, 1]), (0.2, [0, 0.05, 0.2, 0.76])],
)
def test_the_target_is_a_break_between_the_colours(target: float, breaks: list[float]) -> None:
    assert [float(b) for b in class_breaks(Fraction(str(target)))] == breaks
    assert len(breaks) <= len(AREA_COLOURS)


def test_marks_become_squares_where_there_are_too_many(monkeypatch: pytest.MonkeyPatch) -> None:
    for most, drawn in ((3, False), (4, True)):
        monkeypatch.setattr("fibercov.maps.MOST_MARKS", most)
        for wanted, marks in (("auto", drawn), ("marks", True), ("squares", False)):
            premises = content(fc.map_coverage(small(), premises=wanted))["premises"]
            assert (premises is not None and len(numbers(premises["lat"])) == 3) == marks


# Dates ------------------------------------------------------------------------------------------


def at(year: int, *connected: bool, **columns: Any) -> fc.Coverage:
    premises = points((100, 80), (200, 80), (200, 80), (300, 470), connected=connected, **columns)
    return fc.measure_coverage(
        premises, NETWORK, reach=50, planned=cable((0, 500), (999, 500)), as_of=f"{year}-10-01"
    )


def test_dates_come_in_order_with_the_plan_last() -> None:
    now = at(2020, True, True, False, False)
    past = [at(2018, False, False, False, False), at(2016, False, False, False, False), now]
    drawn = content(fc.map_coverage(now, history=past, target=0.9))
    assert [(step["date"][:4], step["plan"]) for step in drawn["steps"]] == [
        ("2016", False), ("2018", False), ("2020", False), ("2020", True),
    ]  # fmt: skip
    assert drawn["now"] == 2
    assert [step["en"]["share"] for step in drawn["steps"]] == [
        "0.0 %",
        "0.0 %",
        "50.0 %",
        "75.0 %",
    ]


def test_what_is_said_of_the_plan_takes_position_errors_into_account() -> None:
    def drawn(*planned_drops_m: float) -> dict[str, Any]:
        """What the map says of a plan: of 10 households 5 are within reach, the others are so near."""
        places = [(0, 10)] * 5 + [(100, 1000 - drop_m) for drop_m in planned_drops_m]
        premises = points(*places, position_error_m=[0.0] * 5 + [10.0] * 5)
        now, then = (
            fc.measure_coverage(
                premises, NETWORK, reach=50, planned=cable((0, 1000), (999, 1000)), as_of=day
            )
            for day in ("2020-10-01", "2019-10-01")
        )
        area = frame([shapely.box(-10, -10, 999, 999)], name=["A"])
        page = content(fc.map_coverage(now, areas=area, history=[then], target=0.9))
        said, rows = page["steps"][-1], page["areas"]["steps"][-1]
        assert said["plan"]
        return {
            **said["en"],
            "area": rows["verdict"][0],
            "bar": said["reached_percent"] + said["planned_percent"],
        }

    maybe_not = drawn(45, 45, 45, 45, 45)
    assert maybe_not["share"] == "100.0 %"
    assert any("50.0" in note and "100.0" in note for note in maybe_not["notes"])
    assert maybe_not["goal"].startswith("It is uncertain whether the 90 % target would be met")
    assert (maybe_not["area"], maybe_not["bar"]) == ("uncertain", 100)
    maybe = drawn(40, 55, 55, 55, 55)
    assert maybe["share"] == "60.0 %"
    assert any("60.0" in note and "100.0" in note for note in maybe["notes"])
    assert maybe["goal"].startswith("It is uncertain whether the 90 % target would be met")
    assert (maybe["area"], maybe["bar"]) == ("uncertain", 60)
    sure = drawn(40, 40, 40, 40, 40)
    assert not any("100.0 %" in note for note in sure["notes"])
    assert (sure["goal"], sure["area"]) == ("The 90 % target would be met.", "met")


def test_where_drops_end_at_connected_premises_the_map_says_that_the_plan_does_not_count() -> None:
    premises = points((0, 0), (0, 40), connected=[True, False])
    coverage = fc.measure_coverage(
        premises, NETWORK, reach=fc.PTS_2015, planned=cable((0, 9), (9, 9))
    )
    for language, words in (
        ("en", "The planned network is not counted"),
        ("sv", "Det planerade nätet räknas inte"),
    ):
        notes = content(fc.map_coverage(coverage, target=0.9))["steps"][0][language]["notes"]
        assert sum(note.startswith(words) for note in notes) == 1
        notes = content(fc.map_coverage(coverage.at(fc.Reach(50))))["steps"][0][language]["notes"]
        assert not any(note.startswith(words) for note in notes)


def test_a_premises_is_the_same_at_two_dates_by_place_and_address() -> None:
    then = at(2019, False, True, False, False, address=["a", "b", "c", "d"])
    now = at(2020, True, True, False, False, address=["a", "c", "b", "e"])
    drawn = content(fc.map_coverage(now, history=[then]))["premises"]
    addresses = streets(drawn["address"])
    steps = [np.frombuffer(unpacked(drawn[f"status{k}"]), dtype=np.uint8) for k in range(3)]
    status = np.cumsum(steps, axis=0) % 5
    assert {name: tuple(status[:, k]) for k, name in enumerate(addresses)} == {
        "a": (3, 0, 0),
        "b": (0, 3, 3),
        "c": (3, 0, 0),
        "d": (2, 4, 4),  # another address is another premises
        "e": (4, 2, 1),  # planned, and with the plan within reach
    }


@pytest.mark.parametrize(
    ("history", "message"),
    [
        ([at(2019, False, False, False, False).at(100)], "mixes definitions"),
        ([at(2020, False, False, False, False)], "all different: 2020-10-01, 2020-10-01"),
        ([at(2021, False, False, False, False)], "must be earlier than `coverage`"),
        (["2019"], "`history` must hold what measure_coverage returns, not str"),
        (at(2019, False, False, False, False), "`history` must be a list"),
    ],
)
def test_a_history_that_cannot_be_shown_is_an_error(history: Any, message: str) -> None:
    with pytest.raises(fc.ArgumentError, match=message):
        fc.map_coverage(at(2020, True, True, False, False), history=history)


# Publishing -------------------------------------------------------------------------------------


def test_a_map_for_publishing_is_worked_out_from_rounded_counts_alone(demo: fc.Demo) -> None:
    years = [at_demo(year) for year in (2019, 2020)]
    public = fc.publishable(years, areas=demo.areas)
    made = fc.map_coverage(
        years[-1], history=years[:1], areas=demo.areas, target=0.9, publish="areas"
    )
    assert content(made) == content(fc.map_coverage(public, target=0.9))
    source = made.get_root().render()
    assert not [a for a in demo.premises["address"] if a in source]
    drawn, goal = content(made), Fraction(9, 10)
    assert (drawn["premises"], drawn["lines"], drawn["rounded"]) == (None, {}, True)
    for step in range(3):  # two dates, and the plan
        told = public.areas[public.areas["measurement"] == step]
        whole = told[told["level"] == "whole"].iloc[0]
        share = Fraction(int(whole["reached"]), int(whole["total"]))
        bar = drawn["steps"][step]
        built = bar["planned_percent"] if bar["plan"] else 0  # drawn as planned
        assert bar["reached_percent"] + built == pytest.approx(100 * float(share), abs=0.001)
        assert drawn["steps"][step]["en"]["share"] == texts.percent(share, goal)
        rows = {key: iter(values) for key, values in drawn["areas"]["steps"][step].items()}
        for area in told[told["level"] == "area"].to_dict("records"):
            said = {key: next(values) for key, values in rows.items()}
            if not area["shown"]:
                assert set(said.values()) == {None}
                continue
            total, reached = int(area["total"]), int(area["reached"])
            assert (said["total"], said["reached"]) == (total, reached)
            if not total or area["name"].startswith("("):
                continue
            assert said["shortfall"] == max(0, -(-goal * total // 1) - reached)
            low, high = area["reached_low"] >= goal * total, area["reached_high"] >= goal * total
            assert said["verdict"] == ("met" if low else "about" if high else "not met")
        squares = drawn["squares"]
        assert public.squares is not None
        table = public.squares[public.squares["measurement"] == step]
        expected = sorted(
            (int(total), int(reached)) if shown else (-1, 0)
            for total, reached, shown in zip(
                table["total"].fillna(0), table["reached"].fillna(0), table["shown"], strict=True
            )
        )
        drawn_squares = (numbers(squares[f"{key}{step}"]) for key in ("total", "reached"))
        assert sorted(zip(*drawn_squares, strict=True)) == expected


def at_demo(year: int) -> fc.Coverage:
    """The demo at a date."""
    town = fc.load_demo(as_of=f"{year}-10-01")
    return fc.measure_coverage(
        town.premises, town.network, planned=town.planned, reach=50, as_of=town.as_of
    )


def test_nothing_exact_stands_beside_what_is_published(demo: fc.Demo) -> None:
    coverage = at_demo(2020)
    public = fc.publishable(coverage, areas=demo.areas)
    for each, arguments, message in (
        (coverage, {"publish": "areas", "network": demo.network}, "`network` cannot be drawn on a map that is"),
        (coverage, {"publish": "areas", "premises": "marks"}, "`premises` cannot be drawn on a map that is"),
        (coverage, {"publish": "areas", "address": "address"}, "`address` cannot be drawn on a map"),
        (public, {"planned": demo.planned}, "`planned` cannot be drawn on a map that is published"),
        (public, {"areas": demo.areas}, "`coverage` is a publication, and has its own areas and dates"),
        (public, {"history": [at_demo(2019)]}, "`coverage` is a publication, and has its own"),
        (fc.publishable([coverage, coverage.at(60)]), {}, "`publication` has several"),
        (coverage, {"publish": "all"}, "`publish` must be None or 'areas' or 'addresses', not 'all'"),
        (coverage, {"publish": "addresses", "network": demo.network}, "`network` cannot be drawn on a map that is"),
        (public, {"publish": "addresses"}, "`publish` cannot be 'addresses' for a publication without premises"),
    ):  # fmt: skip
        with pytest.raises(fc.ArgumentError, match=message):
            fc.map_coverage(each, **arguments)
    summary = fc.summarize(coverage, by=demo.areas)
    by_summary = content(fc.map_coverage(coverage, areas=summary, publish="areas"))
    assert by_summary == content(fc.map_coverage(public))
    alone = content(fc.map_coverage(coverage, publish="areas"))
    assert alone["areas"] is None
    without = fc.publishable(coverage, areas=demo.areas, squares=False)
    assert content(fc.map_coverage(without))["squares"] is None


def test_the_banner_leaves_technical_notes_to_how_it_was_measured() -> None:
    premises = points((0, 0), (0, 40), None, connected=[True, False, False])
    coverage = fc.measure_coverage(premises, NETWORK, reach=fc.Reach(50, source="Decision 41"))
    (step,) = content(fc.map_coverage(coverage))["steps"]
    for language, words in (
        ("en", ["Definition: Decision 41.", "Distances are measured in EPSG:3006"]),
        ("sv", ["Definition: Decision 41.", "Avstånden är mätta i EPSG:3006"]),
    ):
        said = step[language]
        for note, word in zip(said["notes"][-2:], words, strict=True):
            assert note.startswith(word)
        assert len(said["notes"]) == 5  # before them what counts, the range, and the unplaced
        for part in ("share", "goal", "headline"):
            assert "EPSG" not in said[part]
            assert "41" not in said[part]


def test_a_map_with_addresses_has_their_statuses_and_nothing_else_of_them(demo: fc.Demo) -> None:
    years = [at_demo(year) for year in (2019, 2020)]
    public = fc.publishable(years, areas=demo.areas, premises=True)
    made = fc.map_coverage(
        years[-1], history=years[:1], areas=demo.areas, target=0.9, publish="addresses"
    )
    drawn = content(made)
    assert drawn == content(fc.map_coverage(public, target=0.9))
    assert drawn["areas"] == content(fc.map_coverage(years[-1], history=years[:1], areas=demo.areas, target=0.9, publish="areas"))["areas"]  # fmt: skip
    assert (drawn["squares"], drawn["lines"], drawn["rounded"]) == (None, {}, True)
    of = drawn["premises"]
    exact = content(fc.map_coverage(years[-1], history=years[:1], areas=demo.areas))["premises"]
    same = {"lat", "lon", "from_zoom", "area", "address", "status0", "status1", "status2"}
    assert {*of} == same
    assert {name: of[name] for name in same} == {name: exact[name] for name in same}
    assert [step["counts"] for step in drawn["steps"]] == [None] * 3
    # Without areas, and as squares, the page still opens.
    assert content(fc.map_coverage(years[-1], publish="addresses"))["areas"] is None
    assert content(fc.map_coverage(public, premises="squares"))["premises"] is None
    assert content(fc.map_coverage(public, publish="areas"))["premises"] is None


def test_a_whole_too_small_to_publish_is_an_error() -> None:
    with pytest.raises(fc.ArgumentError, match="there must be at least 20 in all"):
        fc.map_coverage(small(), target=0.9, publish="areas")


def test_where_a_map_for_publishing_opens_tells_no_place() -> None:
    coverage = fc.measure_coverage(points((123.45, 20), households=[50]), NETWORK, reach=50)
    drawn = content(fc.map_coverage(coverage, publish="areas"))
    lonlat = gpd.GeoSeries([shapely.box(E0, N0, E0 + 250, N0 + 250)], crs=3006).to_crs(4326)
    (south, west), (north, east) = drawn["box"]
    west_, south_, east_, north_ = lonlat.total_bounds
    assert [west + east, south + north] == pytest.approx([west_ + east_, south_ + north_], abs=1e-5)


# What is refused --------------------------------------------------------------------------------


def test_a_summary_may_be_sorted() -> None:
    coverage = small()
    areas = two_areas("A", "B")
    plain = content(fc.map_coverage(coverage, areas=areas, target=0.9))["areas"]
    table = gpd.GeoDataFrame(fc.summarize(coverage, by=areas).sort_values("share"))
    drawn = content(fc.map_coverage(coverage, areas=table, target=0.9))["areas"]
    assert drawn["name"] == ["B", "A"] == plain["name"][::-1]
    assert drawn["label"] == plain["label"][::-1]
    reached = plain["steps"][0]["reached"]
    assert drawn["steps"][0]["reached"] == [reached[1], reached[0], *reached[2:]]
    with pytest.raises(fc.ArgumentError, match="`areas`.* 3 of its rows have no polygon"):
        fc.map_coverage(
            coverage,
            areas=table.set_geometry(gpd.GeoSeries([None, *table.geometry[1:]], crs=table.crs)),
        )


def test_premises_whose_labels_repeat_are_drawn() -> None:
    premises = points((100, 20), (200, 30), None, address=list("abc"))
    coverage = fc.measure_coverage(premises, NETWORK, reach=50)
    for labels in ([1, 1, 2], [True, False, True]):
        premises.index = labels
        again = fc.measure_coverage(premises, NETWORK, reach=50)
        assert content(fc.map_coverage(again)) == content(fc.map_coverage(coverage))


def test_dates_may_be_measured_in_other_systems_and_lack_addresses() -> None:
    now = at(2020, True, True, False, False, address=list("abcd"))
    then = at(2019, True, True, False, False).premises.to_crs(32633)
    past = fc.measure_coverage(
        then[["connected", "geometry"]], NETWORK, reach=50, as_of="2019-10-01"
    )
    assert past.crs != now.crs
    drawn = content(fc.map_coverage(now, history=[past]))
    assert len(numbers(drawn["squares"]["lat"])) == 2
    assert set(streets(drawn["premises"]["address"])) >= set("abcd")


def test_a_page_that_cannot_be_written_leaves_the_one_that_was_there(tmp_path: Path) -> None:
    file = tmp_path / "coverage.html"
    page = fc.map_coverage(small())
    page.save(file)
    before = file.read_bytes()
    MarkerCluster([[61, 14]]).add_to(page)  # type: ignore[no-untyped-call]  # as folium has it
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with pytest.raises(UserWarning, match="asks? https://|will ask"):
            page.save(file)
    assert file.read_bytes() == before
    assert [path.name for path in tmp_path.iterdir()] == ["coverage.html"]
    with pytest.raises(
        fc.FileError, match="`outfile`: cannot write '.*none/map.html': No such file"
    ):
        fc.map_coverage(small()).save(tmp_path / "none" / "map.html")
    with (tmp_path / "other.html").open("wb") as other:
        fc.map_coverage(small()).save(other)
    assert (tmp_path / "other.html").read_bytes() == before


def test_a_map_in_another_figure_is_an_error() -> None:
    figure = branca.element.Figure()
    figure.add_child(fc.map_coverage(small()))
    with pytest.raises(fc.ArgumentError, match="A coverage map is a page of its own"):
        figure.render()


def test_areas_without_polygons_cannot_be_drawn() -> None:
    coverage = small(place=list("aabb"))
    with pytest.raises(fc.ArgumentError, match="`areas` must have polygons"):
        fc.map_coverage(coverage, areas=fc.summarize(coverage, by="place"))


@pytest.mark.parametrize(
    ("areas", "message"),
    [
        ([1], "`areas` must be"),
        (two_areas("A", "B").drop(columns="name"), "`areas` needs a column 'name'"),
        (two_areas("A", "A"), "`areas`"),
        (two_areas("A", "B").assign(geometry=[shapely.box(E0, N0, E0 + 999, N0 + 999)] * 2), "`areas`: areas overlap"),
        (two_areas("A", "B").translate(9999).to_frame("geometry").assign(name=["A", "B"]), "`areas`: none"),
    ],
)  # fmt: skip
def test_areas_that_cannot_be_right_are_an_error(areas: Any, message: str) -> None:
    with pytest.raises(fc.FibercovError, match=message):
        fc.map_coverage(small(), areas=areas)


def test_a_network_that_cannot_be_right_is_an_error() -> None:
    with pytest.raises(fc.GeometryError, match="`network` is empty"):
        fc.map_coverage(small(), network=NETWORK.iloc[:0])
    with pytest.raises(fc.GeometryError, match="`outline` must be Polygon or MultiPolygon"):
        fc.map_coverage(small(), outline=NETWORK)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"language": "no"}, "`language` must be 'en' or 'sv', not 'no'"),
        ({"premises": "dots"}, "`premises` must be 'auto' or 'marks' or 'squares', not 'dots'"),
        ({"language": ["en"]}, "`language` must be"),
        ({"publish": "no"}, "`publish` must be None or 'areas' or 'addresses', not 'no'"),
        ({"title": b"x"}, "`title` must be a text, not b'x'"),
        ({"address": 5}, "`address` must be a column, or a list of columns, not 5"),
        (
            {"report_url": "javascript:alert(1)"},
            "`report_url` must begin with https:, http: or mailto:, not 'javascript:alert",
        ),
        ({"report_url": " javascript:alert(1)"}, "`report_url` must begin with https:"),
        ({"report_url": 5}, "`report_url` must begin with https:, http: or mailto:, not 5"),
        ({"tiles": 5}, "`tiles` must be a name that folium knows, or a layer"),
        ({"tiles": "https://tiles.example/{z}/{x}/{y}.png"}, "`tiles` .* attr=OWNER"),
    ],
)
def test_an_argument_that_is_none_of_its_values_is_an_error(
    arguments: dict[str, Any], message: str
) -> None:
    with pytest.raises(fc.ArgumentError, match=message):
        fc.map_coverage(small(), **arguments)


def test_words_from_the_data_are_never_run_as_a_template(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "getenv", lambda *_: pytest.fail("code in an area's name was run"))
    name = "{{ lipsum.__globals__.os.getenv('HOME') }}"
    page = fc.map_coverage(small(address=[name] * 4), areas=two_areas(name, "B"), title=name)
    assert "lipsum" in page.get_root().render()


def test_dates_of_a_history_may_be_given_in_any_order() -> None:
    now = at(2020, True, True, False, False)
    assert now.as_of == date(2020, 10, 1)
    one, two = at(2018, True, False, False, False), at(2019, True, True, False, False)
    assert content(fc.map_coverage(now, history=[one, two])) == content(
        fc.map_coverage(now, history=iter([two, one]))
    )


def test_a_map_along_roads_has_both_drops_and_what_is_on_no_way() -> None:
    roads = frame([shapely.LineString(xy) for xy in ([(0, 0), (1000, 0)], [(0, 450), (900, 450)])])
    coverage = fc.measure_coverage(
        points((300, 40), (800, 30), (300, 440)),
        cable((0, -9), (500, -9)),
        reach=fc.Reach(100, along="roads"),
        roads=roads,
        barriers=frame([shapely.LineString([(200, 20), (400, 20)])]),
    )
    drawn = content(fc.map_coverage(coverage, context=roads))
    premises = drawn["premises"]
    found = zip(
        *(numbers(premises[name]) for name in ("drop", "along", "crosses")),
        strict=True,
    )
    # Straight: 49, 302.5 and 449 m. Along: at once, 30 + 300 - 23.3 + 25 m, and not at all.
    assert sorted(found) == [(49, 49, 1), (303, 332, 0), (449, -1, 1)]
    assert [*drawn["context"]["layers"]] == ["roads2"]
    said = "Measured along 1.9 km of roads (0.9 km of them not connected to the largest connected part)"
    assert any(said in note for note in drawn["steps"][0]["en"]["notes"])
    straight = content(fc.map_coverage(coverage.at(fc.Reach(100))))["premises"]
    assert "along" not in straight
