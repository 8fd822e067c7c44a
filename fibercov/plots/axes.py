"""Axes for print: sizes, ticks in each language's numbers, and labels that find room."""

from __future__ import annotations

import importlib
import itertools
import textwrap
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from fibercov import checks, texts
from fibercov.errors import MissingExtraError
from fibercov.statuses import AREA_EDGE, STATUS_COLOURS

if TYPE_CHECKING:
    from matplotlib.axes import Axes

BLUE, TEAL, PLAN, RUST = (
    STATUS_COLOURS[status] for status in ("connected", "passed", "planned", "unserved")
)
GREY = AREA_EDGE
_SIZE_IN, SMALL, LARGE = (6.4, 4.0), 8.0, 9.5  # inches, points, points
HOLLOW: dict[str, Any] = {"color": BLUE, "markerfacecolor": "white", "clip_on": False, "zorder": 5}
Line = tuple[NDArray[Any], NDArray[Any]]
Spot = tuple[tuple[float, float], float, float, str, str]


def part_of(name: str) -> Any:
    """Import a part of matplotlib when it is needed."""
    try:
        return importlib.import_module(f"matplotlib.{name}")
    except ImportError as error:
        raise MissingExtraError(
            None,
            "Pictures need matplotlib, which is not installed:",
            "pip install 'fibercov[plot]'",
        ) from error


def axes(ax: Axes | None, language: str, rows: int = 0) -> Axes:
    """Make the axes to draw on, or clear the caller's of clutter."""
    texts.known(language)
    pyplot = part_of("pyplot")
    if ax is None:
        size = (_SIZE_IN[0], max(_SIZE_IN[1], 0.42 * rows))
        ax = pyplot.subplots(figsize=size, layout="constrained")[1]
    if not hasattr(ax, "annotate"):
        raise checks.refusal("ax", "must be matplotlib axes or None", type(ax))
    ax.spines[["top", "right"]].set_visible(False)
    ax.grid(visible=False)
    ax.tick_params(labelsize=SMALL)
    return ax


def write_around(ax: Axes, title: str, up: str, note: str) -> None:
    """Write the words around the axes, wrapped to their width, and lay everything out."""
    ax.set_ylabel(up, fontsize=SMALL, parse_math=False)
    ax.figure.canvas.figure.draw_without_rendering()
    width = 72 * ax.bbox.width / ax.figure.dpi / 0.56
    lines = [textwrap.fill(line, max(20, int(width / SMALL))) for line in note.splitlines()]
    ax.set_xlabel("\n".join(lines), fontsize=SMALL, loc="left", parse_math=False)
    ax.set_title(
        textwrap.fill(title, max(20, int(width / LARGE))),
        fontsize=LARGE,
        loc="left",
        parse_math=False,
    )
    ax.figure.canvas.figure.draw_without_rendering()


def number_axis(axis: Any, language: str, unit: str = "") -> None:
    """Write ticks as the language writes numbers; none beyond the possible shares."""

    def said(value: float, _: object = None) -> str:
        shown = texts.number(f"{round(value, 6) + 0:,.10g}{unit}", language)
        return shown if not unit or 0 <= round(value, 6) <= 100 else ""

    axis.set_major_locator(part_of("ticker").MaxNLocator(8, steps=[1, 2, 5, 10]))
    axis.set_major_formatter(said)


def share_of(of: str, language: str) -> str:
    """Label an axis by what the share is a share of."""
    if not of:
        return texts.say("share", language)
    return texts.say("plot_share_of", language, of=texts.nouns(of, language, "plot"))


def pixels(ax: Axes, lines: Sequence[Line]) -> NDArray[np.float64]:
    """List places along the lines, three pixels apart."""
    places = [np.empty((0, 2))]
    for x, y in lines:
        corners = ax.transData.transform(np.column_stack([x, y]))
        for start, end in itertools.pairwise(corners):
            steps = np.linspace(0, 1, 2 + int(np.hypot(*(end - start)) / 3))[:, None]
            places.append(start + steps * (end - start))
    return np.vstack(places)


def _box_at(ax: Axes, spot: Spot, width: float, height: float) -> Any:
    """Compute where a label of this size in pixels stands at a spot."""
    at, right, up, side, va = spot
    x, y = ax.transData.transform(at) + np.array([right, up]) * ax.figure.dpi / 72
    x -= width * {"left": 0, "center": 0.5, "right": 1}[side]
    y -= height * {"bottom": 0, "center": 0.5, "top": 1}[va]
    return part_of("transforms").Bbox.from_bounds(x, y, width, height)


def place_label(
    ax: Axes,
    said: str,
    spots: Sequence[Spot],
    lines: NDArray[np.float64],
    taken: list[Any],
    colour: str,
    *,
    optional: bool = False,
) -> Any:
    """Write a label at the spot freest of labels and lines; leave it out if `optional` and none is free."""
    note: Any = ax.annotate(said, (0, 0), (0, 0), textcoords="offset points", color=colour)
    note.set(fontsize=SMALL, zorder=6, annotation_clip=False)
    inside, found = ax.bbox.padded(4), []
    written = note.get_window_extent()
    for k, (at, right, up, side, va) in enumerate(spots):
        box = _box_at(ax, (at, right, up, side, va), written.width, written.height).padded(1)
        out = not (inside.contains(*box.p0) and inside.contains(*box.p1))
        on = int(((lines > box.p0) & (lines < box.p1)).all(axis=1).sum())
        found.append((1000 * sum(box.overlaps(b) for b in taken) + 500 * out + on, k, box))
    cost, k, box = min(found, key=lambda each: each[0] + 0.3 * each[1])
    if optional and cost:
        note.remove()
        return None
    at, right, up, side, va = spots[k]
    note.xy, note.xyann = at, (right, up)
    note.set(ha=side, va=va)
    taken.append(box)
    return note
