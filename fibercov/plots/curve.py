"""A chart of the share by reach, with the definitions of official bodies."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import numpy as np

from fibercov import texts
from fibercov.errors import ArgumentError
from fibercov.measure.compare import coverage_curve
from fibercov.measure.coverage import Coverage, measured
from fibercov.plots.axes import (
    BLUE,
    GREY,
    HOLLOW,
    Line,
    axes,
    number_axis,
    pixels,
    place_label,
    share_of,
    write_around,
)  # fmt: skip
from fibercov.reach import DEFINITIONS

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def plot_curve(
    coverage: Coverage,
    *,
    reaches_m: Iterable[float] | None = None,
    ax: Axes | None = None,
    language: str = "en",
) -> Axes:
    """Draw the share within reach against the reach.

    A dot marks the measurement's own definition. Diamonds mark the official definitions for which the
    drops are known; one that is measured to something else lies off the curve.

    Parameters
    ----------
    coverage
        A measurement.
    reaches_m
        The reaches in metres, as in `coverage_curve`; by default every 10 m up to 1,000 m, along roads from
        twice `beside_m`.
    ax, language
        The axes to draw on, else new ones of 6.4 by 4 inches; `"en"` or `"sv"`.

    Returns
    -------
    matplotlib.axes.Axes
        The axes; their `figure` can be shown or saved.

    Raises
    ------
    ArgumentError
        If an argument is something else.
    MissingExtraError
        If matplotlib is not installed.

    Examples
    --------
    >>> import fibercov as fc
    >>> demo = fc.load_demo()
    >>> coverage = fc.measure_coverage(demo.premises, demo.network, reach=50)
    >>> ax = fc.plot_curve(coverage)
    >>> ax.get_title(loc="left")
    '90.7 % of 3,401 households within 50 m of fiber (90.7-91.0)'
    """
    if reaches_m is None:
        along = measured(coverage).reach.along
        least = 2 * coverage.reach.beside_m if along else 0.0
        reaches_m = np.union1d(least, np.arange(np.ceil(least / 10) * 10, 1001, 10))
    curve = coverage_curve(measured(coverage), reaches_m=reaches_m).sort_index()
    ax = axes(ax, language)
    x, y = curve.index.to_numpy(dtype=np.float64), 100 * curve.to_numpy(dtype=np.float64)
    ax.plot(x, y, color=BLUE, linewidth=1.8)
    ax.set_xlim(x[0], max(x[-1], x[0] + 1))
    ax.set_ylim(0, 100)
    number_axis(ax.xaxis, language)
    number_axis(ax.yaxis, language, " %")
    marked = [each for each in _definitions(coverage) if x[0] <= each.reach.metres <= x[-1]]
    of = texts.base(coverage.total, coverage.unit, language, one_each=coverage.one_household_each)
    share, between, day = coverage.exact_share, coverage.exact_range, coverage.as_of
    title = texts.headline(share, of, coverage.reach, between, day, None, language)
    note = _curve_note(coverage, marked, language)
    write_around(ax, title, share_of(coverage.unit, language), note)
    _mark(ax, coverage, marked, (x, y), language)
    return ax


def _definitions(coverage: Coverage) -> list[Coverage]:
    """List the measurement under its own definition and under each official one with known drops."""
    found = [coverage]
    for reach in DEFINITIONS.values():
        try:
            found += [] if reach == coverage.reach else [coverage.at(reach)]
        except ArgumentError:
            continue
    return found


def _mark(ax: Axes, coverage: Coverage, marked: list[Coverage], curve: Line, language: str) -> None:
    """Mark and label each definition, in steps from the farthest one.

    The steps go down, or up where there is no room below, so that no line crosses a label.
    """
    way = 1 if any(each.share < 0.35 for each in marked) else -1
    lines: list[Line] = [curve]
    taken: list[Any] = []
    for each in sorted(marked, key=lambda item: -item.reach.metres):
        at, own = (each.reach.metres, 100 * each.share), each is coverage
        ax.plot(*at, "o" if own else "D", markersize=5 if own else 7, **HOLLOW)
        if own:
            ax.lines[-1].set(markerfacecolor=BLUE, zorder=6)
        spots = [(at, 4, w * up, "left", "center") for w in (way, -way) for up in range(14, 300, 5)]
        note = place_label(ax, _named(each, language), spots, pixels(ax, lines), taken, BLUE)
        note.set_fontweight("bold" if own else "normal")
        arrow = {"arrowstyle": "-", "color": GREY, "linewidth": 0.7, "shrinkA": 0, "shrinkB": 2}
        end = (0, note.xyann[1])
        ax.annotate("", at, end, textcoords="offset points", arrowprops=arrow)
        up = ax.transData.inverted().transform([(0, 0), (0, end[1] * ax.figure.dpi / 72)])
        lines.append((np.full(2, at[0]), np.array([at[1], at[1] + up[1, 1] - up[0, 1]])))


def _named(coverage: Coverage, language: str) -> str:
    """Write a definition's reach, its name and the share."""
    reach, share = coverage.reach, texts.percent(coverage.exact_share, None, language)
    name = f" ({reach.name})" if reach in DEFINITIONS.values() else ""
    return f"{texts.number(f'{reach.metres:,.10g}', language)} m{name}: {share}"


def _curve_note(coverage: Coverage, marked: list[Coverage], language: str) -> str:
    """Explain the axis and the marks, and name marks that are measured to something else."""
    own = texts.ends_at(coverage.reach, language)
    diamonds = any(each is not coverage for each in marked)
    notes = [texts.say("plot_diamonds", language)] if diamonds else []
    ends = {each.reach.name: texts.ends_at(each.reach, language) for each in marked}
    for to in sorted({*ends.values()} - {own}):
        names = ", ".join(name for name, end in ends.items() if end == to)
        notes.append(texts.say("plot_to", language, names=names, to=to))
    axis = texts.say("plot_longest", language, to=own)
    return f"{axis}\n{' '.join(notes)}"
