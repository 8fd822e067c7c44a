"""A waterfall chart of the causes of a change."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

from fibercov import checks, texts
from fibercov.follow.change import CAUSES, Change, headline
from fibercov.plots.axes import (
    BLUE,
    GREY,
    RUST,
    SMALL,
    TEAL,
    axes,
    number_axis,
    share_of,
    write_around,
)  # fmt: skip

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def plot_change(change: Change, *, ax: Axes | None = None, language: str = "en") -> Axes:
    """Draw the causes of a change of the share, one bar a cause.

    The waterfall runs from the top down, so that there is room to name the causes. Bars of causes that
    raised the share go right; of those that lowered it, left and hatched. Causes of no points are left
    out.

    Parameters
    ----------
    change
        What `explain_change` gives.
    ax, language
        The axes to draw on, else new ones, 6.4 inches wide; `"en"` or `"sv"`.

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
    >>> towns = [fc.load_demo(as_of=f"{year}-10-01") for year in (2017, 2018)]
    >>> years = [fc.measure_coverage(town.premises, town.network, reach=50) for town in towns]
    >>> ax = fc.plot_change(fc.explain_change(*years))
    >>> ax.get_title(loc="left")
    'The share rose 10.5 points, from 60.6 % to 71.0 %'
    """
    checks.made_by(change, Change, "change", "explain_change")
    causes = [cause for cause in CAUSES if change.exact_points[cause]]
    parts = [change.exact_points[cause] for cause in causes]
    ax, last = axes(ax, language, len(causes) + 2), len(causes) + 1
    start = 100 * change.before.exact_share
    levels = [float(start + sum(parts[:k])) for k in range(last)]
    _draw_causes(ax, parts, levels, language)
    _draw_ends(ax, change, last, language)
    pad = 0.2 * (max(levels) - min(levels)) or 1.0
    ax.set_xlim(min(levels) - pad, max(levels) + pad)
    ax.set_ylim(last + 0.5, -0.5)
    names = [
        texts.cause(cause, change.after.unit, language).replace(", ", ",\n") for cause in causes
    ]
    ends = [
        f"{texts.say(key, language)}\n{each.as_of or ''}".rstrip()
        for key, each in (("plot_before", change.before), ("plot_after", change.after))
    ]
    ax.set_yticks(range(last + 1), [ends[0], *names, ends[1]], fontsize=SMALL)
    ax.tick_params(axis="y", length=0)
    number_axis(ax.xaxis, language, " %")
    zoomed = f" ({texts.say('plot_zoomed', language)})" if min(levels) > pad else ""
    write_around(ax, headline(change, language), "", f"{_share_of(change, language)}{zoomed}")
    return ax


def _draw_causes(ax: Axes, parts: list[Fraction], levels: list[float], language: str) -> None:
    """Draw a bar a cause from the level before it, its points at its end, and lines between."""
    last = len(levels)
    for row, (part, level) in enumerate(zip(parts, levels, strict=False), 1):
        look: dict[str, Any] = {"color": TEAL}
        if part < 0:
            look = {"facecolor": RUST, "edgecolor": "white", "hatch": "////"}
        place = row, float(part), min(0.62, 0.12 * last), level
        ax.barh(*place, linewidth=0, zorder=3, **look)
        ax.barh(*place, facecolor="none", edgecolor=RUST if part < 0 else TEAL, zorder=3)
        points = texts.signed(part, language).replace("-", "\N{MINUS SIGN}")
        _beside(ax, points, (levels[row], row), 5 if part > 0 else -5)
    ax.vlines(levels, range(last), range(1, last + 1), color=GREY, linewidth=0.8, zorder=2)


def _draw_ends(ax: Axes, change: Change, last: int, language: str) -> None:
    """Draw the share before and after, with its figure."""
    ends = change.before, change.after
    shown = texts.percent_pair(ends[0].exact_share, ends[1].exact_share, language)
    for row, each, share in zip((0, last), ends, shown, strict=True):
        ax.plot(100 * each.share, row, "o", color=BLUE, markersize=7, zorder=4)
        _beside(ax, share, (100 * each.share, row), 8)
        ax.texts[-1].set_fontweight("bold")


def _share_of(change: Change, language: str) -> str:
    """Say what the share is of and within which reach, and the later reach if it differs."""
    reaches = [texts.within(each.reach, language) for each in (change.before, change.after)]
    after = texts.say("plot_after", language).lower()
    then = "" if reaches[0] == reaches[1] else f"; {after}: {reaches[1]}"
    of = share_of(change.after.unit, language)
    return f"{of} {reaches[0]}{then}"


def _beside(ax: Axes, said: str, at: tuple[float, float], right: float) -> None:
    """Write a label beside a place, on the side that `right` points to."""
    side, place = "left" if right > 0 else "right", (right, 0.0)
    ax.annotate(said, at, place, textcoords="offset points", ha=side, va="center", fontsize=9)
