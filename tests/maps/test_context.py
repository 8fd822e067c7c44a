"""The ground of a map: roads, water and names, from Python and as the page draws them."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from browsing import HOSTILE, Open, changed, look, on_screen, pixels, show
from frames import frame, points
from PIL import Image
from test_maps import content, small, two_areas

import fibercov as fc
from fibercov.maps import context as ground
from fibercov.maps import map_coverage

LAKE = shapely.Polygon(
    [(0, -600), (900, -600), (900, -100), (0, -100)],
    holes=[[(400, -400), (500, -400), (500, -300), (400, -300)]],
)
STREET = shapely.LineString([(0, 200), (900, 200)])


def water(**columns: Any) -> gpd.GeoDataFrame:
    return frame([LAKE], name=["Storsjön"], **columns)


def drawn(*frames: gpd.GeoDataFrame) -> dict[str, Any]:
    """What a map has of these frames."""
    said = content(map_coverage(small(), context=[*frames]))["context"]
    assert isinstance(said, dict)
    return said


def names(page: Any) -> list[str]:
    found: list[str] = page.locator(".fc-place, .fc-water").all_inner_texts()
    return found


# From Python --------------------------------------------------------------------------------------


def test_geometry_tells_what_a_feature_is_and_a_column_or_the_reader_can_say_otherwise() -> None:
    roads = frame([STREET, STREET], kind=["street", "main"])
    mixed = frame(
        [STREET, LAKE, shapely.Point(0, 0)],
        kind=["railways", "coast", "town"],
        namn=["", None, "Byn"],
    )
    stream = fc.read_context(frame([STREET]), kind="water")
    assert [*drawn(roads)["layers"]] == ["roads1", "roads3"]
    assert [*drawn(mixed)["layers"]] == ["coast1", "railways1"]
    assert [*drawn(stream, water())["layers"]] == ["coast1", "water1"]
    assert content(map_coverage(small()))["context"] is None
    assert drawn(points((1, 1), name=["Byn"]))["layers"] == {}


def test_one_frame_is_as_good_as_a_list_and_the_same_call_writes_the_same_page(
    demo: fc.Demo, demo_coverage: fc.Coverage
) -> None:
    frames = [demo.roads, demo.water, demo.places]
    pages = [map_coverage(demo_coverage, context=frames) for _ in range(2)]
    assert pages[0].get_root().render() == pages[1].get_root().render()
    assert content(map_coverage(small(), context=water())) == content(
        map_coverage(small(), context=[water()])
    )


def test_what_is_far_away_is_left_out_and_the_rest_is_cut() -> None:
    far = frame([shapely.LineString([(90_000, 0), (91_000, 0)])])
    long = frame([shapely.LineString([(-90_000, 200), (90_000, 200)])])
    assert drawn(far)["layers"] == {}
    assert [*drawn(far, long)["layers"]] == ["roads2"]


def test_a_polygon_that_crosses_itself_is_drawn_as_it_is() -> None:
    bow = shapely.Polygon([(0, 0), (200, 200), (200, 0), (0, 200)])
    assert [*drawn(frame([bow], name=["X"]))["layers"]] == ["water1"]


def test_lines_that_meet_are_joined_so_that_a_long_road_shows_sooner_than_its_pieces() -> None:
    pieces = [shapely.LineString([(x, 0), (x + 10, 0)]) for x in range(0, 500, 10)]
    same = ground._lines(np.array(pieces))
    assert [line.length for line in same] == [500]


def test_a_page_carries_no_more_than_it_can_and_the_longest_first(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    loose = [shapely.LineString([(x, 0), (x, x)]) for x in range(1, 900)]
    whole = drawn(frame(loose))["layers"]["roads2"]["sizes"]
    monkeypatch.setattr(ground, "_MOST_VERTICES", 200)
    some = drawn(frame(loose))["layers"]["roads2"]["sizes"]
    assert len(some) < len(whole)


def test_the_roads_of_two_counties_take_less_than_200_kb(shared: Path) -> None:
    roads = fc.read_context(shared / "roads" / "maine_lincoln_waldo.gpkg", name="street")
    west, south, east, north = roads.total_bounds
    packed = ground.context_of([roads], (west, south, east, north))
    assert packed is not None
    sizes = [len(part) for path in packed["layers"].values() for part in path.values()]
    assert 50_000 < sum(sizes) < 200_000


def test_each_credit_line_is_named_once() -> None:
    owed = [fc.read_context(water(), credit=said) for said in ("© A", "© B", "© A", "")]
    assert drawn(*owed)["credits"] == ["© A", "© B"]


def test_a_map_to_publish_may_have_its_ground(demo: fc.Demo, demo_coverage: fc.Coverage) -> None:
    made = map_coverage(demo_coverage, areas=demo.areas, publish="areas", context=demo.roads)
    assert content(made)["context"]["layers"]
    assert content(made)["lines"] == {}


@pytest.mark.parametrize(
    ("wrong", "error", "said"),
    [
        (
            "roads.gpkg",
            fc.ArgumentError,
            "`context` must be a GeoDataFrame, or several, not 'roads",
        ),
        (7, fc.ArgumentError, "`context` must be a GeoDataFrame, or several, not 7."),
        (
            [pd.DataFrame()],
            fc.ArgumentError,
            r"`context` must be a GeoDataFrame \(read_context makes one from a file\), not pandas.DataFrame.",
        ),
        (
            points((0, 0)),
            fc.ColumnError,
            "`context` has points, but no column 'name' with the names",
        ),
        (
            frame([shapely.Point(0, 0)], kind=["roads"]),
            fc.GeometryError,
            "`context` must be LineString or MultiLineString geometries.*'Point'.*Roads and railways",
        ),
        (frame([None]), fc.GeometryError, "`context` has no geometry"),
        (frame([STREET]).set_crs(4326, allow_override=True), fc.CRSError, "`context` has coord"),
        (frame([STREET], rank=["x"]), fc.ColumnError, "`rank` must be numbers, but column 'rank'"),
    ],
)
def test_what_cannot_be_ground_is_refused(wrong: Any, error: Any, said: str) -> None:
    with pytest.raises(error, match=said):
        map_coverage(small(), context=wrong)


# As the page draws it -----------------------------------------------------------------------------


def test_water_is_filled_but_for_its_islands_and_streets_appear_as_the_reader_zooms_in(
    opened: Open,
) -> None:
    page = opened(map_coverage(small(), context=[water(), frame([STREET])]))

    def colour(east: float, north: float) -> tuple[int, ...]:
        shot = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
        x, y = on_screen(page, east, north)
        found = shot.getpixel((round(x), round(y)))
        assert isinstance(found, tuple)
        return found

    look(page, 300, -200, 15)
    assert colour(200, -300) == (0xD5, 0xDD, 0xE5)
    assert colour(450, -350) == (0xF5, 0xF7, 0xFA)  # the page's own ground, on the island
    look(page, 700, 200, 16)
    assert colour(700, 200) == (255, 255, 255)
    look(page, 700, 200, 12)
    page.wait_for_timeout(200)
    assert colour(700, 200) != (255, 255, 255)


def test_the_ground_is_switched_off_and_on_with_its_names(opened: Open) -> None:
    page = opened(map_coverage(small(), areas=two_areas("A", "B"), context=water()))
    look(page, 300, -200, 15)
    row = page.get_by_label("Roads, water and place names")
    before = pixels(page)
    assert names(page) == ["Storsjön"]
    row.uncheck()
    assert names(page) == []
    assert changed(before, pixels(page))
    row.check()
    assert not changed(before, pixels(page))
    page.get_by_role("button", name="Svenska").click()
    assert page.get_by_label("Vägar, vatten och ortnamn").is_checked()


def test_names_do_not_overlap_and_the_most_important_stay(opened: Open) -> None:
    places = [(100 * k, 50 * k) for k in range(10)]
    crowd = points(*places, name=[f"Ort {k}" for k in range(10)], rank=[*range(9, 0, -1), None])
    page = opened(map_coverage(small(), context=crowd))
    look(page, 450, 225, 15)
    boxes = [label.bounding_box() for label in page.locator(".fc-place").all()]
    assert 1 < len(boxes) < 10
    assert "Ort 8" in names(page)
    assert "Ort 9" not in names(page)  # without a rank it is the last
    for k, one in enumerate(boxes):
        for other in boxes[:k]:
            assert (
                one["x"] + one["width"] <= other["x"]
                or other["x"] + other["width"] <= one["x"]
                or one["y"] + one["height"] <= other["y"]
                or other["y"] + other["height"] <= one["y"]
            )


def test_the_name_of_an_area_is_not_written_twice(opened: Open) -> None:
    places = points((250, 400), (750, 480), name=["Väster", "Byn"])
    page = opened(map_coverage(small(), areas=two_areas("Väster", "Öster"), context=places))
    look(page, 500, 250, 15)
    assert names(page) == ["Byn"]
    assert page.locator(".fc-name", has_text="Väster").count() == 1


def test_a_lake_has_its_name_only_where_there_is_room(opened: Open) -> None:
    page = opened(map_coverage(small(), context=water()))
    look(page, 300, -200, 11)
    assert names(page) == []
    look(page, 300, -200, 15)
    assert page.locator(".fc-water").evaluate("(e) => getComputedStyle(e).fontStyle") == "italic"


def test_hostile_names_and_credits_are_shown_not_run(opened: Open) -> None:
    places = fc.read_context(points((300, 200), name=[HOSTILE[:40]]), credit=HOSTILE)
    page = opened(map_coverage(small(), context=places))
    look(page, 300, 200, 15)
    assert names(page) == [HOSTILE[:40]]
    assert HOSTILE in page.locator(".leaflet-control-attribution").inner_text()
    assert page.evaluate("window.hit") is None
    assert page.locator("img[src=x]").count() == 0


def test_the_demo_stands_on_its_own_ground(
    opened: Open, demo: fc.Demo, demo_coverage: fc.Coverage
) -> None:
    made = map_coverage(
        demo_coverage, areas=demo.areas, context=[demo.roads, demo.water, demo.places]
    )
    page = opened(made)
    assert "Fiberdalen" in names(page)
    lon, lat = demo.water.to_crs(4326).geometry.iloc[1].centroid.coords[0]
    show(page, lat, lon, 13)
    assert "Norrsjön" in names(page)
