"""The share by reach, with the definitions that official bodies use."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import numpy as np

from fibercov import texts
from fibercov.coverage import Coverage, coverage_curve, measured
from fibercov.errors import ArgumentError
from fibercov.plots.axes import (
    BLUE,
    GREY,
    HOLLOW,
    Line,
    axes,
    label,
    number_axis,
    pixels,
    share_of,
    write_around,
)  # fmt: skip
from fibercov.reach import BNETZA, CONNECTED_BUILDING, FCC_DROP, PTS_2015, PTS_GRID, RTR

if TYPE_CHECKING:
    from matplotlib.axes import Axes

NAMED = {"PTS 2015": PTS_2015, "PTS 2014": PTS_GRID, "BNetzA": BNETZA, "RTR": RTR, "FCC": FCC_DROP}


def plot_curve(
    coverage: Coverage,
    *,
    reaches_m: Iterable[float] = range(0, 1001, 10),
    ax: Axes | None = None,
    language: str = "en",
) -> Axes:
    """Draw the share of households within reach against the reach.

    The definition of the measurement is marked with a dot, and the named ones with diamonds where
    the drops that they need are known: off the curve if they are measured to something else.

    Parameters
    ----------
    coverage
        A measurement.
    reaches_m
        The reaches in metres, as in `coverage_curve`.
    ax, language
        The axes to draw on, else new ones of 6.4 by 4 inches; `"en"` or `"sv"`.

    Returns
    -------
    matplotlib.axes.Axes
        The axes; their `figure` can be shown or saved.

    Raises
    ------
    ArgumentError
        If an argument is something else, or matplotlib is not installed.

    Examples
    --------
    >>> coverage = fc.measure_coverage(premises, network, reach=50)  # doctest: +SKIP
    >>> plot_curve(coverage).figure.savefig("curve.pdf")  # doctest: +SKIP
    """
    curve = coverage_curve(measured(coverage), reaches_m=reaches_m).sort_index()
    ax, one = axes(ax, language), coverage.one_household_each
    x, y = curve.index.to_numpy(dtype=np.float64), 100 * curve.to_numpy(dtype=np.float64)
    ax.plot(x, y, color=BLUE, linewidth=1.8)
    ax.set_xlim(x[0], max(x[-1], x[0] + 1))
    ax.set_ylim(0, 100)
    number_axis(ax.xaxis, language)
    number_axis(ax.yaxis, language, " %")
    marked = [each for each in _definitions(coverage) if x[0] <= each[1].reach.metres <= x[-1]]
    of = texts.base(coverage.households, language, one_each=one)
    share, between, day = coverage.exact_share, coverage.exact_range, coverage.as_of
    title = texts.headline(share, of, coverage.reach, between, day, None, language)
    note = _curve_note(coverage, marked, language)
    write_around(ax, title, share_of("premises" if one else "households", language), note)
    # From the farthest on, down in steps (up, where there is no room below): no line to a label
    # crosses another label.
    way = 1 if any(each.share < 0.35 for _, each in marked) else -1
    lines: list[Line] = [(x, y)]
    taken: list[Any] = []
    for name, each in sorted(marked, key=lambda item: -item[1].reach.metres):
        at, own = (each.reach.metres, 100 * each.share), each is coverage
        ax.plot(*at, "o" if own else "D", markersize=5 if own else 7, **HOLLOW)
        if own:
            ax.lines[-1].set(markerfacecolor=BLUE, zorder=6)
        said = texts.number(f"{at[0]:,.10g} m: ", language)
        said = f"{name}, {said}" if name else said
        said += texts.percent(each.exact_share, None, language)
        spots = [(at, 4, w * up, "left", "center") for w in (way, -way) for up in range(14, 300, 5)]
        note_ = label(ax, said, spots, pixels(ax, lines), taken, BLUE)
        note_.set_fontweight("bold" if own else "normal")
        arrow = {"arrowstyle": "-", "color": GREY, "linewidth": 0.7, "shrinkA": 0, "shrinkB": 2}
        end = (0, note_.xyann[1])
        ax.annotate("", at, end, textcoords="offset points", arrowprops=arrow)
        up = ax.transData.inverted().transform([(0, 0), (0, end[1] * ax.figure.dpi / 72)])
        lines.append((np.full(2, at[0]), np.array([at[1], at[1] + up[1, 1] - up[0, 1]])))
    return ax


def _definitions(coverage: Coverage) -> list[tuple[str, Coverage]]:
    """The measurement, and under each named definition for which the drops are known."""
    own = next((name for name, reach in NAMED.items() if reach == coverage.reach), "")
    found = [(own, coverage)]
    for name, reach in NAMED.items():
        try:
            found += [] if name == own else [(name, coverage.at(reach))]
        except ArgumentError:
            continue
    return found


def _curve_note(coverage: Coverage, marked: list[tuple[str, Coverage]], language: str) -> str:
    """What the axis is, what the marks are, and which of them are measured to something else."""
    own = coverage.reach.to
    keys = {"fiber": "reach_to", CONNECTED_BUILDING: "reach_to_building"}
    diamonds = any(each is not coverage for _, each in marked)
    notes = [texts.say("plot_diamonds", language)] if diamonds else []
    for to in sorted({each.reach.to for _, each in marked} - {own}):
        names = ", ".join(name for name, each in marked if each.reach.to == to)
        notes.append(texts.say("plot_to", language, names=names, to=texts.say(keys[to], language)))
    to = texts.say(keys[own], language) if own in keys else own
    return f"{texts.say('plot_longest', language, to=to)}\n{' '.join(notes)}"
