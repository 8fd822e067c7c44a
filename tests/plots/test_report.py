"""The page for the annual report: what it says is published, can be read, and is the same every time."""

from __future__ import annotations

import io
import itertools
import re
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any

import geopandas as gpd
import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest
import shapely
from matplotlib.colors import to_hex, to_rgb
from pypdf import PdfReader
from running import ROOT, command

import fibercov as fc
from fibercov import texts
from fibercov.statuses import class_breaks, class_colours

LANGUAGES = ("en", "sv")
Draw = Callable[..., Any]


def cut(areas: gpd.GeoDataFrame, number: int) -> gpd.GeoDataFrame:
    """The municipality in so many areas around points on a spiral from its middle."""
    outline = shapely.union_all(areas.geometry.to_numpy(), grid_size=0.01)
    west, south, east, north = outline.bounds
    turn = np.arange(number) * 2.4
    out = np.sqrt((np.arange(number) + 0.5) / number) / 3.3
    x = (west + east) / 2 + (east - west) * out * np.cos(turn)
    y = (south + north) / 2 + (north - south) * out * np.sin(turn)
    seeds = shapely.multipoints(np.column_stack([x, y]))
    cells = shapely.get_parts(shapely.voronoi_polygons(seeds, extend_to=outline, ordered=True))
    shapes = shapely.intersection(cells, outline, grid_size=0.01)
    names = [f"Område {k + 1:03d}" for k in range(number)]
    return gpd.GeoDataFrame({"name": names}, geometry=shapes, crs=areas.crs)


@pytest.fixture(scope="module")
def draw(years: list[fc.Coverage], demo: fc.Demo) -> Draw:
    """Draw the page of the demo, with what is given in its place."""
    known: dict[str, Any] = {
        "areas": demo.areas, "history": years[:-1], "by": "2022-10-01", "network": demo.network,
        "planned": demo.planned, "title": "Fiberdalen", "note": "Påhittat: $1 & <2>.",
    }  # fmt: skip

    def drawn(coverage: Any = years[-1], **given: Any) -> Any:
        return fc.plot_report(coverage, **(known | given))

    return drawn


@pytest.fixture(scope="module")
def case(draw: Draw, demo: fc.Demo) -> Draw:
    """Draw the page of one of the CASES in a language, once for all tests that only read it."""

    @cache
    def drawn(name: str, language: str) -> Any:
        given = dict(CASES[name])
        if isinstance(given.get("areas"), int):
            given["areas"] = cut(demo.areas, given["areas"])
        return draw(**given, language=language)

    return drawn


@pytest.fixture(scope="module")
def page(case: Draw) -> Any:
    """The page of the demo, as it is drawn without anything else."""
    return case("met", "en")


@pytest.fixture(scope="module")
def again(draw: Draw) -> Any:
    """The same page, drawn once more."""
    return draw()


@pytest.fixture(scope="module")
def made(page: Any) -> bytes:
    """The PDF of the page."""
    return saved(page, "pdf")


def tuples(table: pd.DataFrame) -> list[Any]:
    return [*table.itertuples()]


def saved(figure: Any, kind: str) -> bytes:
    file = io.BytesIO()
    figure.savefig(file, format=kind)
    return file.getvalue()


def printed(figure: Any) -> str:
    """All words of the page, as a reader of the PDF finds them."""
    return words(saved(figure, "pdf"))


def words(made: bytes) -> str:
    """All words of a PDF, with single spaces."""
    return " ".join(PdfReader(io.BytesIO(made)).pages[0].extract_text().split())


def drawn_words(figure: Any) -> str:
    """All words that are drawn, in one text: for embedding its fonts takes longer than the page."""
    return " ".join(" ".join(text.get_text() for text in written(figure)).split())


def written(figure: Any) -> list[Any]:
    """Every text that is seen, without halos."""
    figure.draw_without_rendering()
    found = []
    for ax in figure.axes:
        ticks = [*ax.get_xticklabels(), *ax.get_yticklabels()] if ax.axison else []
        found += [t for t in (*ax.texts, *ticks) if t.get_text().strip() and t.get_gid() != "halo"]
    return found


def assert_legible(figure: Any) -> None:
    """No two words touch, and none leaves the sheet."""
    seen = []
    for text in written(figure):
        mm = np.array(text.get_window_extent().extents) * 25.4 / figure.dpi
        seen.append((text.get_text(), shapely.box(*(mm + np.array([0, 0.4, 0, -0.2])))))
    wide, high = figure.get_size_inches() * 25.4
    sheet = shapely.box(5, 3, wide - 5, high - 5)
    for said, box in seen:
        assert sheet.contains(box), said
    for (one, a), (other, b) in itertools.combinations(seen, 2):
        assert a.intersection(b).area < 0.05, f"{one!r} is on {other!r}"


CASES: dict[str, dict[str, Any]] = {
    "met": {},
    "not met": {"target": 0.95},
    "about": {"target": 0.907},
    "all": {"target": 1},
    "3 areas": {"areas": 3},
    "15 areas": {"areas": 15},
    "40 areas": {"areas": 40},
    "60 areas": {"areas": 60},
    "one date": {"history": []},
    "no areas": {"areas": None},
    "bare": {
        "areas": None, "history": [], "network": None, "planned": None, "title": "", "note": "",
    },
}  # fmt: skip


@pytest.mark.parametrize(
    ("name", "language"), [(next(iter(CASES)), "en"), *((name, "sv") for name in CASES)]
)  # the longer words are Swedish
def test_every_word_can_be_read(case: Draw, name: str, language: str) -> None:
    figure = case(name, language)
    assert_legible(figure)
    assert tuple(figure.get_size_inches() * 25.4) == pytest.approx((210, 297))


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_figures_are_those_of_the_publication_and_no_others(
    case: Draw, years: list[fc.Coverage], demo: fc.Demo, language: str
) -> None:
    public = fc.publishable(years, areas=demo.areas)
    whole = public.history[-1]
    figure = case("not met", language)  # with this target
    said = printed(figure)
    assert sorted(said.replace(" ", "")) == sorted(drawn_words(figure).replace(" ", ""))
    goal = Fraction(95, 100)
    check = fc.check_target(whole, target=0.95)
    for count in (whole.total, whole.reached, whole.counts["planned"], check.shortfall):
        assert texts.count(int(count), language).replace("\xa0", " ") in said
    assert texts.percent(whole.exact_share, goal, language).split(" ")[0] in said
    now = public.areas.query("level == 'area' and as_of == as_of.max() and not with_plan")
    now, shown = now[now.geometry.notna()], set()
    for row in tuples(now):
        share = texts.percent(Fraction(int(row.reached), int(row.total)), goal, language)
        wanted = goal * int(row.total)
        missing = max(0, -(-wanted.numerator // wanted.denominator) - int(row.reached))
        last = texts.count(missing, language) if missing else "(.+)"
        if row.reached_low < wanted <= row.reached_high:  # as far as the rounding tells
            last = texts.verdict_word("about", language)
        of = texts.count(int(row.total), language).replace("\xa0", " ")
        assert re.search(f"{row.name} ?{of} ?{share} ?{last}", said), row.name
        shown.add(share)
    for row in tuples(fc.summarize(years[-1], by=demo.areas)):
        if row.total and row.reached % 5:
            share = texts.percent(Fraction(int(row.reached), int(row.total)), goal, language)
            assert share in shown or share not in said, row.name


@pytest.mark.parametrize("number", [3, 15, 40])
def test_every_area_has_one_row(case: Draw, demo: fc.Demo, number: int) -> None:
    figure = case(f"{number} areas", "sv")
    table = [text.get_text() for text in figure.axes[0].texts]
    assert [table.count(name) for name in cut(demo.areas, number)["name"]] == [1] * number


def test_of_many_areas_those_in_the_middle_are_summed() -> None:
    rng = np.random.default_rng(1)
    xy = np.stack(np.meshgrid(np.arange(10), np.arange(6)), -1).reshape(-1, 2) * 1000.0
    corner = np.array([500_000.0, 6_600_000.0])
    shapes = shapely.box(*(xy + corner).T, *(xy + corner + 1000).T)
    names = [f"Ruta {k:02d}" for k in range(60)]
    areas = gpd.GeoDataFrame({"name": names}, geometry=shapes, crs=3006)
    spots = np.repeat(xy + corner + 500, 2, axis=0) + np.tile([[0, 0], [0, 300]], (60, 1))
    homes = rng.integers(20, 90, 120)
    premises = gpd.GeoDataFrame(
        {"households": homes}, geometry=shapely.points(spots), crs=3006
    )  # fmt: skip
    lines = shapely.linestrings(np.stack([spots[::4], spots[::4] + 10], 1))
    network = gpd.GeoDataFrame(geometry=lines, crs=3006)
    coverage = fc.measure_coverage(premises, network, reach=50)
    figure = fc.plot_report(coverage, areas=areas, target=0.5)
    said = [text.get_text() for text in figure.axes[0].texts]
    assert sum(name in said for name in names) == 39
    assert "21 areas in between" in said
    rows = fc.publishable(coverage, areas=areas, squares=False).areas.query("level == 'area'")
    rows = rows[rows.geometry.notna()].assign(order=lambda r: r["reached"] / r["total"])
    rows = rows.sort_values(["order", "total"], ascending=False, kind="stable")
    at = said.index("21 areas in between")
    assert said[at + 1] == f"{int(rows['total'].iloc[20:41].sum()):,}"
    assert_legible(figure)


def test_areas_and_their_keys_have_their_class_colours(
    page: Any, years: list[fc.Coverage], demo: fc.Demo
) -> None:
    public = fc.publishable(years, areas=demo.areas)
    breaks = class_breaks(Fraction(9, 10))
    colours = class_colours(breaks, Fraction(9, 10))
    rows = public.areas.query("level == 'area' and as_of == as_of.max() and not with_plan")
    rows = rows[rows.geometry.notna()]
    wanted = [
        colours[sum(Fraction(int(r.reached), int(r.total)) >= b for b in breaks) - 1]
        for r in tuples(rows)
    ]
    drawn = [patch for patch in page.axes[1].patches if patch.get_gid() == "area"]
    assert [to_hex(patch.get_facecolor()) for patch in drawn] == wanted
    greys = [float(np.dot(to_rgb(colour), [0.299, 0.587, 0.114])) for colour in colours]
    assert greys == sorted(greys, reverse=True)  # darker is more, in black and white too


def test_the_pdf_is_small_has_its_fonts_and_no_bitmap(made: bytes) -> None:
    assert len(made) < 250_000
    sheet: Any = PdfReader(io.BytesIO(made)).pages[0]
    fonts = sheet["/Resources"]["/Font"]
    for name in fonts:
        below = (
            fonts[name]["/DescendantFonts"][0] if "/DescendantFonts" in fonts[name] else fonts[name]
        )
        assert "/FontFile2" in below["/FontDescriptor"], name
    objects = sheet["/Resources"].get("/XObject", {})
    assert all(objects[name].get("/Subtype") != "/Image" for name in objects)
    assert b"CreationDate" not in made


@pytest.mark.no_cover
@pytest.mark.parametrize("kind", ["pdf", "svg", "png"])
def test_the_same_page_is_the_same_bytes(page: Any, again: Any, made: bytes, kind: str) -> None:
    first = made if kind == "pdf" else saved(page, kind)
    assert first == saved(page, kind)
    assert first == saved(again, kind)


def test_what_is_given_may_be_a_publication(
    draw: Draw, page: Any, years: list[fc.Coverage], demo: fc.Demo
) -> None:
    public = fc.publishable(years, areas=demo.areas)
    assert drawn_words(draw(public, areas=None, history=())) == drawn_words(page)
    for given in ({"areas": demo.areas, "history": ()}, {"areas": None}):
        with pytest.raises(fc.ArgumentError, match="is a publication, and has its own areas"):
            draw(public, **given)


def test_lines_are_drawn_on_a_grid_that_nobody_can_measure_with(
    draw: Draw, years: list[fc.Coverage]
) -> None:
    for coverage, grid_m in ((years[-1], 250), (years[-1].at(400), 800)):
        figure = draw(coverage, history=())
        lines = [line for each in figure.axes[1].collections for line in each.get_paths()]
        xy = np.concatenate([np.asarray(line.vertices) for line in lines])
        assert len(xy) > 10
        assert not (xy % grid_m).any()
    assert "drawn roughly" in drawn_words(figure)
    assert "drawn roughly" not in drawn_words(draw(network=None, planned=None))


def test_those_for_whom_it_means_something_are_all(draw: Draw, page: Any) -> None:
    said = drawn_words(page)
    assert "3,085" in said
    assert re.search("Planned ?160", said)
    assert re.search("Not planned ?156", said)
    demo = fc.load_demo()
    plain = fc.measure_coverage(demo.premises, demo.network, reach=50)
    said = drawn_words(draw(plain, history=()))
    assert re.search("Out of reach ?316", said)
    assert "Planned" not in said.replace("Planned network", "")


def test_other_units_definitions_and_undated_measurements_say_so(
    draw: Draw, years: list[fc.Coverage]
) -> None:
    figure = draw(years[-1].of("inhabitants"), history=[y.of("inhabitants") for y in years[:-1]])
    assert "of the inhabitants" in drawn_words(figure)
    figure = draw(replace(years[-1], as_of=None).at(fc.PTS_2015), history=())
    said = drawn_words(figure)
    assert "of the households are within 50 m of a fiber-connected building" in said
    assert_legible(figure)


def test_areas_of_a_column_are_a_table_and_the_map_has_squares(
    draw: Draw, years: list[fc.Coverage]
) -> None:
    premises = years[-1].premises
    assert isinstance(premises, pd.DataFrame)
    side = np.where(premises.geometry.x.fillna(0) > 500_000, "Öster", "Väster")
    coverage = replace(years[-1], premises=premises.assign(side=side))
    figure = draw(coverage, areas="side", history=())
    assert "Väster" in drawn_words(figure)
    assert_legible(figure)


def test_arguments_that_cannot_be_are_named(draw: Draw, years: list[fc.Coverage]) -> None:
    anything: Any = 7
    for given, match in (
        ({"coverage": anything}, "`coverage` must be what measure_coverage returns"),
        ({"target": 2}, "`target`"),
        ({"language": "de"}, "`language` must be 'en' or 'sv', not 'de'."),
        ({"title": 7}, "`title` must be a text, not 7."),
        ({"note": None}, "`note` must be a text, not None."),
        ({"by": "soon"}, "`by`"),
        ({"history": [years[0].at(100)]}, "`history` mixes definitions"),
        ({"history": [years[-1].at(50), years[0]]}, "all different"),
    ):
        with pytest.raises(fc.ArgumentError, match=match):
            draw(**given)
    with pytest.raises(fc.FibercovError, match="`network` must be a GeoDataFrame"):
        draw(network=7)


def test_drawing_leaves_pyplot_and_its_settings_alone(draw: Draw) -> None:
    before = dict(mpl.rcParams)
    saved(draw(), "svg")
    assert dict(mpl.rcParams) == before


def test_without_pyplot_the_page_is_drawn() -> None:
    code = (
        "import sys, fibercov as fc; d = fc.load_demo()\n"
        "c = fc.measure_coverage(d.premises, d.network, reach=50)\n"
        "fc.plot_report(c, areas=d.areas); print('matplotlib.pyplot' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT
    )
    assert done.stdout == "False\n"


def test_the_command_draws_the_page_of_folders(
    years: list[fc.Coverage], demo: fc.Demo, tmp_path: Path
) -> None:
    for coverage in years[-3:]:
        folder = tmp_path / str(coverage.as_of)
        fc.write_results(folder, coverage, network=demo.network, areas=demo.areas)
    folders = sorted(path.name for path in tmp_path.iterdir())
    asked = ["report", *folders, "--title", "Fiberdalen", "--language", "sv", "--by", "2021-10-01"]
    done = command(*asked, "--out", "rapport.pdf", "--network", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    said = PdfReader(tmp_path / "rapport.pdf").pages[0].extract_text()
    assert "Fiberdalen" in said
    assert "Utvecklingen 2018–2020" in said
    first = (tmp_path / "rapport.pdf").read_bytes()
    command(*asked, "--out", "rapport.pdf", "--network", cwd=tmp_path)
    assert (tmp_path / "rapport.pdf").read_bytes() == first
    fc.write_results(tmp_path / folders[0], years[-3], areas="KIND", target=0.97)
    done = command("report", folders[0], "--out", "typer.pdf", cwd=tmp_path)
    said = PdfReader(tmp_path / "typer.pdf").pages[0].extract_text()
    assert "97 %" in said.replace("\xa0", " ")
    assert set(demo.premises["kind"]) - set(said.split()) == set()
    done = command("report", folders[0], "--out", "rapport.docx", cwd=tmp_path)
    assert done.returncode == 1
    assert "`--out` must end in .pdf, .svg or .png, not 'rapport.docx'." in done.stderr
    done = command("report", "nowhere", cwd=tmp_path)
    assert done.returncode == 1
    assert "RESULTS" in done.stderr
