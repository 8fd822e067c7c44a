"""What the eye reads off the map is what was counted: pixels and words against exact counts."""

from __future__ import annotations

import io
import random
from fractions import Fraction
from typing import Any

import geopandas as gpd
import numpy as np
import pytest
import shapely
from browsing import MAP, Open, plain, show
from numpy.typing import NDArray
from PIL import Image
from test_maps import small

import fibercov as fc
from fibercov import texts
from fibercov.statuses import class_breaks

pytestmark = pytest.mark.no_cover

SQUARES_ALONE = """
  body * { visibility: hidden; }
  .leaflet-fc-squares-pane *, .leaflet-fc-lines-pane * { visibility: visible; }
"""
EARTH_M = 40075016.7
BLOCK, LEAST = 4, 3.5  # pixels
TOWN = np.array([540_000, 6_600_000])
CORNER = TOWN - [150_000, 300_000]


@pytest.fixture(scope="module")
def country() -> fc.Coverage:
    """A town without gaps in a sparse country, with shares that vary from place to place."""
    rng = np.random.default_rng(58)
    far = rng.integers(0, [1200, 2400], (9000, 2)) * 250 + CORNER
    near = np.stack(np.meshgrid(*[np.arange(-20, 20) * 250] * 2), -1).reshape(-1, 2) + TOWN
    corner = np.unique(np.concatenate([far, near]), axis=0)
    east, north = (corner - CORNER).T / 1000
    height = np.sin(east / 17) + np.cos(north / 23) + np.sin(east / 1.3) * np.cos(north / 1.7)
    low, high = np.quantile(height, [0.58, 0.66])
    reached = np.select([height < low, height < high], [rng.integers(0, 3, len(corner)), 16], 20)
    counts = np.column_stack([reached, 20 - reached]).ravel()
    place = np.repeat(corner + 125, 2, axis=0) + np.tile([[0, 0], [60, 0]], (len(corner), 1))
    frame = gpd.GeoDataFrame(
        {"households": counts}, geometry=gpd.points_from_xy(*place.T), crs=3006
    )
    network = fc.read_network(frame.iloc[::2])
    premises = fc.read_premises(frame[counts > 0], households="households")
    return fc.measure_coverage(premises, network, reach=10)


def counted(coverage: fc.Coverage) -> tuple[NDArray[Any], NDArray[Any], NDArray[Any]]:
    """The squares: their middles in degrees, and what is reached and counted in each."""
    table = fc.summarize(coverage, by=fc.square_grid(coverage)).iloc[:-2]
    middle = table.geometry.centroid.to_crs(4326).get_coordinates().to_numpy()
    return middle, table["reached"].to_numpy(), table["total"].to_numpy()


def shares_drawn(coverage: fc.Coverage, page: Any) -> NDArray[np.float64]:
    """The share of each class among the squares, or blocks of them, that the page has in view."""
    zoom = page.evaluate("fibercov.map.getZoom()")
    bounds = page.evaluate(
        "(() => { const { min, max } = fibercov.map.getPixelBounds();"
        " return [min.x, min.y, max.x, max.y]; })()"
    )
    (lon, lat), reached, total = (np.asarray(of).T for of in counted(coverage))
    world = 256 * 2.0**zoom
    x = (lon + 180) / 360 * world
    y = (0.5 - np.arcsinh(np.tan(np.radians(lat))) / (2 * np.pi)) * world
    if 250 / (EARTH_M * np.cos(np.radians(lat.max()))) * world < LEAST:
        blocks = np.floor(np.column_stack([x, y]) / BLOCK).astype(int)
        blocks, of = np.unique(blocks, axis=0, return_inverse=True)
        reached, total = (np.bincount(of.ravel(), weights=n) for n in (reached, total))
        x, y = (blocks.T + 0.5) * BLOCK
    here = (x > bounds[0]) & (x < bounds[2]) & (y > bounds[1]) & (y < bounds[3])
    share = [
        Fraction(int(part), int(of)) for part, of in zip(reached[here], total[here], strict=True)
    ]
    breaks = class_breaks(Fraction(9, 10))
    classes = [sum(each >= bound for bound in breaks) - 1 for each in share]
    return np.bincount(classes, minlength=len(breaks)) / len(classes)


def pixels_of_classes(page: Any) -> NDArray[np.int64]:
    """How many pixels have the colour of each class."""
    where = page.locator(MAP).bounding_box()
    page.add_style_tag(content=SQUARES_ALONE)
    page.wait_for_timeout(200)
    shot = Image.open(io.BytesIO(page.screenshot(clip=where))).convert("RGB")
    seen = np.asarray(shot).astype(int)
    colours = page.evaluate("fibercov.fills().slice(0, fibercov.data.breaks.length)")
    wanted = [[int(colour[i : i + 2], 16) for i in (1, 3, 5)] for colour in colours]
    return np.array([(np.abs(seen - one).max(axis=2) <= 2).sum() for one in wanted])


@pytest.mark.parametrize("which", ["country", "demo_coverage"])
def test_each_class_has_its_share_of_the_pixels(
    which: str, opened: Open, request: pytest.FixtureRequest
) -> None:
    coverage = request.getfixturevalue(which)
    page = opened(fc.map_coverage(coverage, target=0.9, premises="squares"))
    middle = coverage.premises.to_crs(4326).geometry.iloc[0]
    lat, lon = (59.53, 15.7) if which == "country" else (middle.y, middle.x)
    for zoom in (6, 9, 12) if which == "country" else (9, 12, 13.25):
        show(page, lat, lon, zoom)
        drawn = pixels_of_classes(page)
        assert drawn.sum() > 100
        assert np.abs(drawn / drawn.sum() - shares_drawn(coverage, page)).max() < 0.05, zoom


@pytest.mark.parametrize("kind", ["points", "lines"])
def test_no_network_hides_the_answer(kind: str, country: fc.Coverage, opened: Open) -> None:
    rng = np.random.default_rng(3)
    spots = country.premises[country.premises["status"] == "passed"].get_coordinates().to_numpy()
    spots = np.repeat(spots, 8, axis=0) + rng.normal(size=(8 * len(spots), 2)) * 100
    network: Any = shapely.points(spots)
    if kind == "lines":
        ends = spots + rng.normal(size=spots.shape) * 300
        network = shapely.linestrings(np.stack([spots, ends], axis=1))
    made = fc.read_network(gpd.GeoDataFrame(geometry=network, crs=3006))
    page = opened(fc.map_coverage(country, network=made, target=0.9, premises="squares"))
    for zoom in (6, 9, 12):
        show(page, 59.53, 15.7, zoom)
        drawn = pixels_of_classes(page)
        page.evaluate("fibercov.toggle('network', false)")
        without = pixels_of_classes(page)
        page.evaluate("fibercov.toggle('network', true)")
        assert 0.5 < drawn.sum() / without.sum() < 1, zoom
        assert np.abs(drawn / drawn.sum() - shares_drawn(country, page)).max() < 0.1, zoom


def test_a_block_says_what_its_squares_count_together(country: fc.Coverage, opened: Open) -> None:
    page = opened(fc.map_coverage(country, target=0.9, premises="squares"))
    at = "([lat, lng, zoom]) => fibercov.view.layers.squares.at({ lat, lng }, zoom)"
    middle, reached, total = counted(country)
    (lon, lat), number = middle[700], int(total[700])
    assert page.evaluate(at, [lat, lon, 14]) == {
        "reached": int(reached[700]), "total": number, "merged": False,
    }  # fmt: skip
    assert page.evaluate(at, [59.53, 15.7, 9])["merged"]
    assert page.evaluate(at, [59.53, 15.7, 9])["total"] > number
    assert page.evaluate(at, [50, 15.7, 9]) is None
    assert page.evaluate(at, [50, 15.7, 14]) is None


def test_the_page_writes_shares_and_finds_classes_as_exact_fractions_do(opened: Open) -> None:
    page = opened(fc.map_coverage(small(), target=0.9))
    rng = random.Random(0)
    ask = (
        "([target, breaks, pairs]) => { Object.assign(fibercov.data, { target, breaks });"
        " return pairs.map(([a, b]) => [fibercov.share(a, b), fibercov.classOf(a, b)]); }"
    )
    for target in (
        None,
        Fraction(9, 10),
        Fraction(2, 3),
        Fraction(997, 1000),
        Fraction(1),
        Fraction(0),
    ):
        goal = Fraction(9, 10) if target is None else target
        totals = [rng.randint(1, 10 ** rng.randint(1, 7)) for _ in range(400)]
        pairs = [(rng.randint(0, total), total) for total in totals]
        pairs += [
            (min(total, max(0, round(goal * total) + rng.randint(-1, 1))), total)
            for total in totals
        ]
        breaks = class_breaks(target)
        said = page.evaluate(ask, [
            None if target is None else [*target.as_integer_ratio()],
            [[*bound.as_integer_ratio()] for bound in breaks],
            pairs,
        ])  # fmt: skip
        for (part, whole), (share, kind) in zip(pairs, said, strict=True):
            exact = Fraction(part, whole)
            assert plain(share) == texts.percent(exact, target), (part, whole, target)
            assert kind == sum(exact >= bound for bound in breaks) - 1, (part, whole, target)
