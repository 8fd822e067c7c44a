"""Pictures: what is drawn is what was measured, and every word on them can be read."""

from __future__ import annotations

import importlib
import itertools
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction
from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest
from frames import cable, points
from matplotlib import colors
from matplotlib import pyplot as plt
from matplotlib.text import Text

import fibercov as fc
from fibercov import texts
from fibercov.follow.change import CAUSES, Change, explain_change
from fibercov.follow.progress import Progress, track_progress
from fibercov.plots import axes as axes_
from fibercov.plots import plot_change, plot_curve, plot_progress
from fibercov.reach import DEFINITIONS

mpl.use("Agg")
LANGUAGES = ("en", "sv")


@pytest.fixture(autouse=True)
def _closed() -> Iterator[None]:
    yield
    plt.close("all")


@pytest.fixture(scope="module")
def progress(years: list[fc.Coverage]) -> Progress:
    return track_progress(years, target=0.95, by="2023-10-01")


@pytest.fixture(scope="module")
def change(years: list[fc.Coverage]) -> Change:
    return explain_change(years[1], years[2])


def day(number: float) -> date:
    return date(1970, 1, 1) + timedelta(number)


def shares(*values: float, **columns: Any) -> pd.DataFrame:
    days = [f"{2010 + k}-10-01" for k in range(len(values))]
    return pd.DataFrame({"as_of": days, "share": values, **columns})


def words(ax: Any) -> list[Text]:
    """Every text that is seen: in, at and around the axes."""
    ax.figure.draw_without_rendering()
    ticks = []
    for axis, (low, high) in ((ax.xaxis, sorted(ax.get_xlim())), (ax.yaxis, sorted(ax.get_ylim()))):
        ticks += [t.label1 for t in axis.get_major_ticks() if low <= t.get_loc() <= high]
    around = [ax.xaxis.label, ax.yaxis.label, *ax.findobj(lambda a: a is ax._left_title)]
    return [text for text in (*ax.texts, *around, *ticks) if text.get_text()]


def read(ax: Any) -> str:
    return "\n".join(text.get_text() for text in words(ax)).replace("\xa0", " ")


def assert_legible(ax: Any) -> None:
    """Words are of 8 points or more, within the picture, and none is on another."""
    found = words(ax)
    seen = [(text.get_text(), Text.get_window_extent(text)) for text in found]
    assert min(float(text.get_fontsize()) for text in found) >= 8
    page = ax.figure.bbox.padded(1)
    for said, box in seen:
        assert page.contains(*box.p0), said
        assert page.contains(*box.p1), said
    for (one, box), (other, another) in itertools.combinations(seen, 2):
        assert not box.overlaps(another), f"{one!r} is on {other!r}"


HISTORIES: dict[str, dict[str, Any]] = {
    "demo": {"target": 0.95, "by": "2023-10-01"},
    "builds": {"target": 0.95, "by": "2023-10-01", "builds": [60, 45]},
    "without a date": {"target": 0.95},
    "met": {"target": 0.9, "by": "2021-10-01"},
    "everyone": {"target": 1, "by": "2022-10-01"},
}


@pytest.mark.no_cover
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", HISTORIES)
def test_progress_of_the_demo_can_be_read(
    years: list[fc.Coverage], name: str, language: str
) -> None:
    given = HISTORIES[name]
    if "builds" in given:
        days = ["2021-06-01", "2022-03-01"]
        given = given | {"builds": pd.DataFrame({"as_of": days, "newly_reached": given["builds"]})}
    assert_legible(plot_progress(track_progress(years, **given), language=language))


@pytest.mark.no_cover
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    "values",
    [(0.5,), (0.5, 0.6), (0.83, 0.82, 0.81, 0.79), (0.44, 0.49, 0.53, 0.57, 0.61, 0.66, 0.71, 0.77),
     tuple(np.linspace(0.1, 0.8, 25).round(3)), (0.1, 0.9, 0.2), (0.0, 0.1, 0.2), (0.7, 0.7, 0.7)],
)  # fmt: skip
def test_progress_of_any_history_can_be_read(values: tuple[float, ...], language: str) -> None:
    for by in ("2020-10-01", "2012-01-01", None):
        ax = plot_progress(track_progress(shares(*values), target=0.9, by=by), language=language)
        assert_legible(ax)


def test_the_lines_are_the_history_the_target_the_forecast_and_the_plan(
    years: list[fc.Coverage],
) -> None:
    builds = pd.DataFrame({"as_of": ["2021-06-01", "2022-03-01"], "newly_reached": [60, 45]})
    progress = track_progress(years, target=0.95, by="2023-10-01", builds=builds)
    ax = plot_progress(progress)
    by_colour = {
        (line.get_color(), line.get_linestyle()): line
        for line in ax.lines
        if len(np.asarray(line.get_xdata())) > 1
    }
    history = by_colour[axes_.BLUE, "-"]
    assert [day(float(x)) for x in np.asarray(history.get_xdata())] == progress.table[
        "as_of"
    ].tolist()
    assert np.asarray(history.get_ydata()).tolist() == (100 * progress.table["share"]).tolist()
    assert set(np.asarray(by_colour[axes_.GREY, "-"].get_ydata())) == {95.0}
    forecast = progress.forecast
    assert forecast is not None
    ahead = np.asarray(by_colour[axes_.BLUE, "--"].get_xydata())
    assert (day(ahead[0, 0]), day(ahead[-1, 0])) == (years[-1].as_of, forecast.at)
    assert ahead[-1, 1] == pytest.approx(100 * forecast.central)
    band = np.asarray(ax.collections[0].get_paths()[0].vertices, dtype=float)
    at_by = band[band[:, 0] == ahead[-1, 0]][:, 1]
    assert (at_by.min(), at_by.max()) == pytest.approx((100 * forecast.low, 100 * forecast.high))
    steps = np.asarray(by_colour[axes_.PLAN, "--"].get_ydata())
    assert steps[[0, 2, 4]].tolist() == [100 * years[-1].share, *(100 * progress.builds["share"])]


def test_progress_says_what_it_shows_in_both_languages(progress: Progress) -> None:
    said = read(plot_progress(progress))
    for part in (
        "90.7 % on 2020-10-01; rising 5.6 points (191 households) a year", "Share of households",
        "Target 95 %", "by 2023-10-01", "47.6 %", "Forecast 96.9 %\n(93.1–>99.9 %)", "2022-06",
        "Within 50 m of fiber. 95 % is expected by 2022-06;", "80 %", "2016-10", "858 published", "(2010-2024)",
    ):  # fmt: skip
        assert part in said
    said = read(plot_progress(progress, language="sv"))
    for part in (
        "90,7 % den 2020-10-01; ökar med 5,6 procentenheter (191 hushåll) per år", "Andel av hushållen",
        "Mål 95 %", "senast 2023-10-01", "47,6 %", "Prognos 96,9 %\n(93,1–>99,9 %)",
        "Inom 50 m från fiber. 95 % väntas till 2022-06;", "80 %",
    ):  # fmt: skip
        assert part in said


def test_progress_says_why_there_is_no_forecast_and_names_only_what_all_rows_share() -> None:
    ax = plot_progress(track_progress(shares(0.5, 0.6), by="2020-10-01"))
    assert ax.get_xlabel() == "No forecast: it takes at least three dates, about a year apart."
    assert ax.get_ylabel() == "Share"
    assert not ax.collections
    table = shares(0.5, 0.6, definition="100 Mbit/s", unit="workplaces")
    ax = plot_progress(track_progress(table))
    assert ax.get_xlabel().startswith("100 Mbit/s. No forecast")
    assert ax.get_ylabel() == "Share of workplaces"
    table["definition"] = ["one", "other"]
    ax = plot_progress(track_progress(table, accept_breaks=["2011-10-01"]))
    assert ax.get_xlabel().startswith("No forecast")


def test_the_published_series_is_drawn_to_its_date_and_never_more_than_five_years(
    shared: Path,
) -> None:
    table = pd.read_csv(shared / "published" / "pts_national_series.csv").query("year <= 2017")
    values = table["mbit100_hh_and_workplaces_pct"] / 100
    for by, end in (("2020-10-01", "2020-10"), ("2030-10-01", "2022-10")):
        progress = track_progress(shares(*values), target=0.95, by=by)
        for language, forecast in (("en", "Forecast 86.9 %"), ("sv", "Prognos 86,9 %")):
            ax = plot_progress(progress, language=language)
            assert_legible(ax)
            assert (forecast in read(ax)) == (end == "2020-10")
            dotted = [line for line in ax.lines if line.get_linestyle() == "--"]
            ends = [float(np.asarray(line.get_xdata())[-1]) for line in dotted]
            assert day(max(ends)).isoformat()[:7] == end


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_curve_is_the_coverage_curve_with_the_definitions_on_it(
    years: list[fc.Coverage], language: str
) -> None:
    for coverage in (years[0], years[-1].at(fc.PTS_2015), years[0].at(fc.BNETZA), years[0].at(1)):
        ax = plot_curve(coverage, language=language)
        assert_legible(ax)
        drawn = ax.lines[0]
        curve = fc.coverage_curve(coverage, reaches_m=range(0, 1001, 10))
        assert np.asarray(drawn.get_xdata()).tolist() == curve.index.tolist()
        assert np.asarray(drawn.get_ydata()).tolist() == (100 * curve).tolist()
        marks = {tuple(np.asarray(line.get_xydata())[0]) for line in ax.lines[1:]}
        under = [coverage, *(coverage.at(reach) for reach in DEFINITIONS.values())]
        assert marks == {(each.reach.metres, 100 * each.share) for each in under}


def test_the_curve_says_what_it_shows_in_both_languages(years: list[fc.Coverage]) -> None:
    said = read(plot_curve(years[-1]))
    for part in (
        "90.7 % of 3,401 households within 50 m of fiber", "\n50 m: 90.7 %", "50 m (RTR): 90.7 %",
        "50 m (PTS 2015): 89.4 %", "152.4 m (FCC drop): 92.0 %", "1,000",
        "20 m (BNetzA homes passed): 88.7 %", "354 m (PTS grid, to 2014): 92.5 %",
        "Longest drop that counts (m), to fiber",
        "PTS 2015: to a fiber-connected building.",
    ):  # fmt: skip
        assert part in said
    said = read(plot_curve(years[-1], language="sv"))
    for part in (
        "90,7 % av 3 401 hushåll inom 50 m från fiber", "152,4 m (FCC drop): 92,0 %", "1 000",
        "Längsta avstånd som räknas (m), till fiber", "PTS 2015: till en fiberansluten byggnad.",
    ):  # fmt: skip
        assert part in said


def test_definitions_off_the_axis_or_without_drops_are_left_out(years: list[fc.Coverage]) -> None:
    said = read(plot_curve(years[-1], reaches_m=[100, 60, 200]))
    assert "FCC" in said
    assert not any(name in said for name in ("RTR", "BNetzA", "PTS", "50 m: 90"))
    demo = fc.load_demo()
    unknown = demo.premises.assign(connected=False)
    coverage = fc.measure_coverage(unknown, demo.network, reach=50)
    assert "PTS 2015" not in read(plot_curve(coverage))
    assert_legible(plot_curve(coverage, reaches_m=[50]))


def every_cause(change: Change) -> Change:
    """The change with points for every cause, of both signs, which sum to it."""
    parts = [Fraction(n, 100) for n in (-80, -130, 70, -20, 900, -110, 4, 110)]
    whole = 100 * (change.after.exact_share - change.before.exact_share)
    points = dict(zip(change.exact_points, [*parts, whole - sum(parts)], strict=True))
    return Change(change.before, change.after, change.table, points, change.areas)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_waterfall_has_a_bar_a_cause_and_ends_where_the_share_is(
    years: list[fc.Coverage], change: Change, language: str
) -> None:
    other = explain_change(years[0], years[-1].at(fc.PTS_2015))
    back, none = (
        explain_change(replace(years[2], as_of=None), years[1]),
        explain_change(years[0], years[0]),
    )
    for each in (change, other, back, none, every_cause(change)):
        ax = plot_change(each, language=language)
        assert_legible(ax)
        points = [float(part) for part in each.exact_points.values() if part]
        bars: list[Any] = [bar for bar in ax.patches if colors.to_rgba(bar.get_facecolor())[3] > 0]
        assert [bar.get_width() for bar in bars] == pytest.approx(points)
        looks = [(colors.to_hex(bar.get_facecolor()), bool(bar.get_hatch())) for bar in bars]
        assert looks == [(axes_.RUST, True) if p < 0 else (axes_.TEAL, False) for p in points]
        level = 100 * each.before.share
        for bar in bars:
            assert bar.get_x() == pytest.approx(level)
            level += bar.get_width()
        assert level == pytest.approx(100 * each.after.share)
        ends = [float(np.asarray(line.get_xdata())[0]) for line in ax.lines]
        assert ends == pytest.approx([100 * each.before.share, 100 * each.after.share])


def test_the_waterfall_says_what_it_shows_in_both_languages(change: Change) -> None:
    said = read(plot_change(change))
    for part in (
        "The share rose 10.5 points, from 60.6 % to 71.0 %\n", "+10.4", "+0.2", "−0.1", "60.6 %",
        "Before\n2017-10-01", "After\n2018-10-01", "Came within reach", "New households,\nwithin reach",
        "Share of households within 50 m of fiber (the axis does not start at 0)",
    ):  # fmt: skip
        assert part in said
    assert "Households gone" not in said
    said = read(plot_change(every_cause(change), language="sv"))
    for part in (
        "Andelen ökade med 10,5 procentenheter, från 60,6 % till 71,0 %\n", "+9,0", "−1,3", "+0,04",
        "Före\n2017-10-01", "Försvunna hushåll,\nutom räckhåll", "Ändrade lägen", "71,0 %",
        "Andel av hushållen inom 50 m från fiber (axeln börjar inte vid 0)",
    ):  # fmt: skip
        assert part in said


def test_the_waterfall_of_a_small_change_has_two_ends_that_read_apart() -> None:
    def shared_by(within: int) -> fc.Coverage:
        premises = points((0, 0), (0, 900), id=["a", "b"], households=[within, 100_000 - within])
        return fc.measure_coverage(premises, cable((0, 0), (10, 0)), reach=50)

    ax = plot_change(explain_change(shared_by(90_520), shared_by(90_480)))
    assert "from 90.52 % to 90.48 %" in read(ax)
    assert [text.get_text() for text in ax.texts] == ["−0.04", "90.52 %", "90.48 %"]


def test_two_definitions_are_both_said(years: list[fc.Coverage]) -> None:
    ax = plot_change(explain_change(years[0], years[0].at(100)))
    assert "within 50 m of fiber; after: within 100 m of fiber" in ax.get_xlabel()


def test_the_axes_that_are_given_are_drawn_on_and_given_back(
    years: list[fc.Coverage], progress: Progress, change: Change
) -> None:
    figure, rows = plt.subplots(3, figsize=(6.4, 12), layout="constrained")
    drawn: list[Any] = [
        plot_progress(progress, ax=rows[0]),
        plot_curve(years[-1], ax=rows[1]),
        plot_change(change, ax=rows[2]),
    ]
    assert drawn == list(rows)
    assert plt.get_fignums() == [figure.number]
    for ax in drawn:
        assert_legible(ax)


def test_every_cause_has_words() -> None:
    for language in LANGUAGES:
        assert len({texts.cause(cause, "households", language) for cause in CAUSES}) == len(CAUSES)


def test_arguments_that_cannot_be_are_named(
    years: list[fc.Coverage], progress: Progress, change: Change
) -> None:
    anything: Any = 7
    with pytest.raises(
        fc.ArgumentError, match="`progress` must be what track_progress returns, not"
    ):
        plot_progress(anything)
    with pytest.raises(fc.ArgumentError, match="`coverage` must be what measure_coverage returns"):
        plot_curve(anything)
    with pytest.raises(
        fc.ArgumentError, match="`change` must be what explain_change returns, not int."
    ):
        plot_change(anything)
    with pytest.raises(fc.ArgumentError, match="`reaches_m`"):
        plot_curve(years[0], reaches_m=[-1])
    calls: list[tuple[Any, Any]] = [
        (plot_progress, progress),
        (plot_curve, years[0]),
        (plot_change, change),
    ]
    for draw, what in calls:
        with pytest.raises(fc.ArgumentError, match="`language` must be 'en' or 'sv', not 'de'."):
            draw(what, language="de")
        with pytest.raises(fc.ArgumentError, match="`ax` must be matplotlib axes or None, not int"):
            draw(what, ax=7)


def test_without_matplotlib_the_error_says_what_to_install(
    progress: Progress, monkeypatch: pytest.MonkeyPatch
) -> None:
    def missing(name: str) -> None:
        raise ImportError(name)

    monkeypatch.setattr(importlib, "import_module", missing)
    with pytest.raises(fc.MissingExtraError, match=r"pip install 'fibercov\[plot\]'"):
        plot_progress(progress)


def test_importing_the_module_does_not_import_matplotlib() -> None:
    code = "import sys, fibercov.plots; print('matplotlib' in sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        cwd=Path(fc.__file__).parents[1],
    )
    assert done.stdout == "False\n"


def test_a_label_that_may_be_left_out_is_where_all_its_places_are_taken() -> None:
    _, ax = plt.subplots()
    ax.set(xlim=(0, 1), ylim=(0, 1))
    nothing, taken = np.empty((0, 2)), list[Any]()
    spots = [((0.5, 0.5), 0, 0, "center", "center")]
    kept = axes_.place_label(ax, "first", spots, nothing, taken, "black", optional=True)
    assert kept.get_text() == "first"
    assert axes_.place_label(ax, "second", spots, nothing, taken, "black", optional=True) is None
    assert [text.get_text() for text in ax.texts] == ["first"]
    assert len(taken) == 1


def test_shares_of_counted_households_say_so() -> None:
    counted = shares(0.5, 0.6).drop(columns="share")
    table = counted.assign(total=1000, unit="households", reached=[500, 600])
    assert plot_progress(track_progress(table)).get_ylabel() == "Share of households"
