"""The map for print: areas in their colours, names that can be read, and the same bytes every time."""

from __future__ import annotations

import io
from fractions import Fraction
from typing import Any

import geopandas as gpd
import numpy as np
import pytest
import shapely
from matplotlib.colors import to_hex
from matplotlib.figure import Figure
from test_report import assert_legible, cut, saved, tuples, written

import fibercov as fc
from fibercov import texts
from fibercov.statuses import class_breaks, class_colours


@pytest.mark.no_cover
@pytest.mark.parametrize("language", ["en", "sv"])
@pytest.mark.parametrize("target", [None, 0.9, 1, 0])
def test_the_map_can_be_read(
    demo: fc.Demo, demo_coverage: fc.Coverage, target: Any, language: str
) -> None:
    ax: Any = fc.plot_map(
        demo_coverage, areas=demo.areas, network=demo.network, planned=demo.planned,
        target=target, language=language,
    )  # fmt: skip
    assert_legible(ax.figure)
    said = "\n".join(text.get_text() for text in written(ax.figure)).replace("\n", " ")
    for row in tuples(fc.summarize(demo_coverage, by=demo.areas)):
        if row.total and row.name in {*demo.areas["name"]}:
            goal = None if target is None else Fraction(target).limit_denominator(100)
            share = texts.percent(Fraction(int(row.reached), int(row.total)), goal, language)
            assert f"{row.name} {share}".replace(" ", "") in said.replace("\xa0", "").replace(
                " ", ""
            )
    if target is not None:
        shown = texts.target_percent(Fraction(target).limit_denominator(100), language)
        assert texts.say("plot_target", language, target=shown) in said


def test_areas_are_drawn_in_their_class_colours_in_metres(
    demo: fc.Demo, demo_coverage: fc.Coverage
) -> None:
    ax: Any = fc.plot_map(demo_coverage, areas=demo.areas, target=0.9)
    breaks = class_breaks(Fraction(9, 10))
    colours = class_colours(breaks, Fraction(9, 10))
    rows = fc.summarize(demo_coverage, by=demo.areas).iloc[:-2]
    wanted = [
        colours[sum(Fraction(int(r.reached), int(r.total)) >= b for b in breaks) - 1]
        for r in tuples(rows)
    ]
    drawn = [patch for patch in ax.patches if patch.get_gid() == "area"]
    assert [to_hex(patch.get_facecolor()) for patch in drawn] == wanted
    west, south, east, north = demo.areas.to_crs(demo_coverage.crs).total_bounds
    assert ax.get_xlim()[0] < west < east < ax.get_xlim()[1]
    assert ax.get_ylim()[0] < south < north < ax.get_ylim()[1]
    box = ax.get_window_extent()
    across, up = np.ptp(ax.get_xlim()), np.ptp(ax.get_ylim())
    assert across / box.width == pytest.approx(up / box.height)  # a metre is as long either way


def test_axes_that_are_given_are_drawn_on_and_given_back(
    demo: fc.Demo, demo_coverage: fc.Coverage
) -> None:
    mine: Any = Figure(figsize=(5, 5)).add_axes((0.0, 0.0, 1.0, 1.0))
    drawn: Any = fc.plot_map(demo_coverage, areas=demo.areas, ax=mine)
    assert drawn is mine
    file = io.BytesIO()
    drawn.figure.savefig(file, format="svg")
    assert file.getvalue()


def test_names_without_room_among_many_are_left_out(
    demo: fc.Demo, demo_coverage: fc.Coverage
) -> None:
    areas = cut(demo.areas, 200)
    ax: Any = fc.plot_map(demo_coverage, areas=areas)
    assert_legible(ax.figure)
    said = {text.get_text().split("\n")[0] for text in written(ax.figure)}
    assert len(said & {*areas["name"]}) < 200


def test_a_name_is_no_mathematics_and_areas_may_have_holes_and_parts(
    demo: fc.Demo, demo_coverage: fc.Coverage
) -> None:
    areas = cut(demo.areas, 3)
    ring = areas.geometry.iloc[0]
    hole = shapely.buffer(shapely.point_on_surface(ring), 900)
    areas["name"] = ["$x^2$", "A & <b>", "Öarna"]
    areas.geometry = [
        shapely.difference(ring, hole),
        shapely.multipolygons(
            [areas.geometry.iloc[1], shapely.buffer(shapely.centroid(hole), 500)]
        ),
        areas.geometry.iloc[2],
    ]
    ax: Any = fc.plot_map(demo_coverage, areas=areas, target=0.9)
    said = "\n".join(text.get_text() for text in written(ax.figure))
    assert all(name in said for name in areas["name"])


def test_a_publication_is_drawn_with_its_own_figures(
    demo: fc.Demo, demo_coverage: fc.Coverage
) -> None:
    public = fc.publishable(demo_coverage, areas=demo.areas)
    ax: Any = fc.plot_map(public, network=demo.network, target=0.9)
    said = [text.get_text() for text in written(ax.figure)]
    assert "Stenmo\n89.1\xa0%" in said  # 90 of 101, where 91 are
    squares: Any = fc.plot_map(fc.publishable(demo_coverage), target=0.9)
    assert_legible(squares.figure)
    with pytest.raises(fc.ArgumentError, match="`areas` must be left out"):
        fc.plot_map(public, areas=demo.areas)
    with pytest.raises(fc.ArgumentError, match="`coverage` must have areas or squares to be drawn"):
        fc.plot_map(fc.publishable(demo_coverage, squares=False))


@pytest.fixture(scope="module")
def twice(demo: fc.Demo, demo_coverage: fc.Coverage) -> list[Any]:
    """The same map, drawn twice."""
    return [fc.plot_map(demo_coverage, areas=demo.areas, network=demo.network) for _ in range(2)]


@pytest.mark.no_cover
@pytest.mark.parametrize("kind", ["pdf", "svg", "png"])
def test_the_same_map_is_the_same_bytes(twice: list[Any], kind: str) -> None:
    one, other = (ax.figure for ax in twice)
    assert saved(one, kind) == saved(other, kind)


def test_a_network_of_points_has_no_lines_and_what_is_far_away_is_left_out(
    demo: fc.Demo, demo_coverage: fc.Coverage
) -> None:
    for shapes in (shapely.points([(500_000, 6_741_000)]), shapely.linestrings([[(0, 0), (9, 9)]])):
        network = gpd.GeoDataFrame(geometry=shapes, crs=3006)
        ax: Any = fc.plot_map(demo_coverage, areas=demo.areas, network=network)
        assert "Network" not in [text.get_text() for text in written(ax.figure)]
        assert not [path for each in ax.collections for path in each.get_paths()]


def test_arguments_that_cannot_be_are_named(demo: fc.Demo, demo_coverage: fc.Coverage) -> None:
    anything: Any = 7
    known: dict[str, Any] = {"areas": demo.areas}
    for given, match in (
        ({"coverage": anything}, "`coverage` must be what measure_coverage returns"),
        ({"areas": None}, "`areas` must be a GeoDataFrame"),
        ({"target": -1}, "`target`"),
        ({"language": "de"}, "`language` must be 'en' or 'sv', not 'de'."),
        ({"ax": 7}, "`ax` must be matplotlib axes or None, not int."),
        ({"network": 7}, "`network` must be a GeoDataFrame"),
        ({"planned": demo.network.iloc[:0]}, "`planned` is empty"),
    ):
        with pytest.raises(fc.FibercovError, match=match):
            fc.plot_map(**({"coverage": demo_coverage} | known | given))


def test_without_matplotlib_the_error_says_what_to_install(
    demo: fc.Demo, demo_coverage: fc.Coverage, monkeypatch: pytest.MonkeyPatch
) -> None:
    def missing(name: str) -> None:
        raise ImportError(name)

    monkeypatch.setattr("importlib.import_module", missing)
    for draw in (fc.plot_map, fc.plot_report):
        with pytest.raises(fc.MissingExtraError, match=r"pip install 'fibercov\[plot\]'"):
            draw(demo_coverage, areas=demo.areas)
