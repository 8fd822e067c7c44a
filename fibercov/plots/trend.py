"""A small chart of progress for a page: the history, the target, and the forecast with its range."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.axes import Axes

from fibercov import texts
from fibercov.follow.progress import Progress, forecast_words
from fibercov.plots.axes import BLUE, HOLLOW, Spot, pixels, place_label
from fibercov.plots.progress import PALE, PALER, ahead_of, around, numbers_of
from fibercov.plots.sheet import INK, MUTED, RULE, SANS

_SMALL, _CLEAR = 7.5, 4.0  # points; pixels between words and lines


def draw_trend(ax: Axes, progress: Progress, language: str) -> None:
    """Draw the history up to the target, and the forecast with its ranges, on axes of any size."""
    table, goal = progress.table, 100 * progress.target
    x, y = numbers_of(table["as_of"]), 100 * table["share"].to_numpy(dtype=float)
    days, (low, central, high, low_80, high_80) = ahead_of(progress)
    if len(days):
        ax.fill_between(days, low, high, color=PALER, linewidth=0, zorder=0.8)
        ax.fill_between(days, low_80, high_80, color=PALE, linewidth=0, zorder=1)
        ax.plot(days, central, color=BLUE, linewidth=1.4, linestyle=(0, (1, 1)), zorder=3)
    ax.axhline(goal, color=INK, linewidth=0.9, zorder=2)
    ax.plot(x, y, color=BLUE, lw=1.8, marker="o", markersize=4, clip_on=False, zorder=4)
    every = np.concatenate([y, low, [goal]])
    floor = max(0.0, 10 * np.floor(every.min() / 10 - 0.4))
    span = max(float(x[-1]), *days[-1:], float(x[0]) + 1) - x[0]
    ax.set_xlim(x[0] - 0.06 * span, x[0] + 1.06 * span)
    ax.set_ylim(floor, 104 if goal > 80 else min(104.0, max(every.max(), *high) + 12))
    _draw_axes(ax, progress, floor)
    _write_labels(ax, progress, (x, y), (days, central, low, high), language)


def _draw_axes(ax: Axes, progress: Progress, floor: float) -> None:
    """Draw quiet axes: years below, percent at the side, hairlines across."""
    first = progress.table["as_of"].iloc[0]
    left, right = ax.get_xlim()
    years = range(first.year, first.year + 2 + int((right - left) / 365.25))
    ticks = [(float(numbers_of([first])[0]) + 365.25 * (year - first.year), year) for year in years]
    ticks = [(at, year) for at, year in ticks if at <= right]
    every = -(-len(ticks) // 5)
    shown = [str(year) if n % every == 0 else "" for n, (_, year) in enumerate(ticks)]
    ax.set_xticks([at for at, _ in ticks], shown)
    step = 20 if 100 - floor > 45 else 10
    ax.set_yticks(np.arange(step * np.ceil(floor / step), 101, step))
    ax.yaxis.set_major_formatter(lambda value, _: f"{value:.0f} %")
    ax.spines[["top", "right", "left"]].set_visible(False)
    ax.spines["bottom"].set(color=MUTED, linewidth=0.6)
    ax.grid(axis="y", color=RULE, linewidth=0.5, zorder=0)
    ax.set_axisbelow(True)
    style: dict[str, Any] = {"color": MUTED, "labelcolor": MUTED, "labelsize": _SMALL}
    ax.tick_params(length=2, width=0.5, labelfontfamily=SANS, **style)
    ax.tick_params(axis="y", length=0, pad=1)


def _write_labels(ax: Axes, progress: Progress, history: Any, ahead: Any, language: str) -> None:
    """Label the last and the first share, the forecast and the target, where there is room."""
    (x, y), (days, central, low, high), target = history, ahead, progress.exact_target
    edges = [(days, line) for line in (central, low, high)] if len(days) else []
    line = np.array(ax.get_xlim()), np.full(2, 100 * progress.target)
    drawn = pixels(ax, [(x, y), *edges, line])
    around_line = _CLEAR * np.array([(0, 0), (1, 0), (-1, 0), (0, 1), (0, -1)])
    drawn = (drawn[:, None] + around_line).reshape(-1, 2)
    shown = [texts.percent(share, target, language) for share in progress.exact_shares]
    labels: list[tuple[str, list[Spot], str, bool]] = [
        (shown[-1], around(x[-1], y[-1]), BLUE, False)
    ]
    goal = texts.say("plot_target", language, target=texts.target_percent(target, language))
    sides = ((line[0][0], 2.0, "left"), (line[0][1], -2.0, "right"))
    spots: list[Spot] = [
        ((float(at), 100 * progress.target), off, up, side, va)
        for up, va in ((2.0, "bottom"), (-3.0, "top"))
        for at, off, side in sides
    ]
    labels.append((goal, spots, INK, False))
    if progress.forecast is not None:
        least, mid, most = forecast_words(progress.forecast, language)
        year, at = str(progress.forecast.at.year), (float(days[-1]), float(central[-1]))
        ax.plot(*at, "o", markersize=4.5, **HOLLOW)
        words = texts.say(
            "sheet_forecast", language, year=year, share=f"{mid} %", low=least, high=most
        )
        labels.append((words, [*around(*at), *around(at[0], float(low[-1]))], MUTED, False))
    if len(x) > 1:
        labels.append((shown[0], around(x[0], y[0]), BLUE, True))
    taken: list[Any] = []
    for words, places, colour, optional in labels:
        note = place_label(ax, words, places, drawn, taken, colour, optional=optional)
        if note is not None:
            note.set(fontfamily=SANS, parse_math=False)
