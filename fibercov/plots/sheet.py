"""A sheet of paper measured in millimetres: words that know how wide they are, rules and axes."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.textpath import text_to_path

INK, MUTED, RULE = "#16202b", "#4a5866", "#ccd3da"
SERIF, SANS = "STIXGeneral", "DejaVu Sans"  # both come with matplotlib, and have å, ä and ö
LEFT, RIGHT, GUTTER = 17.0, 193.0, 8.0  # of an A4 page, mm
MM = 25.4 / 72  # a point in mm
LEADING = 1.25  # from line to line, in sizes of the type
# RULE: fonts as fonts, so that words can be searched; no dates and no random names, so that bytes repeat.
_SAVED: Any = {"pdf.fonttype": 42, "svg.fonttype": "path", "svg.hashsalt": "fibercov"}
_UNDATED: dict[str, dict[str, str | None]] = {
    "pdf": {"CreationDate": None, "Producer": None, "Creator": None},
    "svg": {"Date": None, "Creator": None},
    "png": {"Software": None},
}
_PNG_DPI = 150


class Sheet(Figure):
    """A figure that is saved with its fonts and without a date: the same sheet gives the same bytes."""

    title = ""

    def savefig(self, fname: Any, **kwargs: Any) -> None:
        """Save as matplotlib does, by the ending of the name; PNG at 150 dpi unless told otherwise."""
        kind = str(kwargs.get("format") or Path(str(fname)).suffix.removeprefix(".")).lower()
        told = _UNDATED.get(kind, {}) | ({"Title": self.title} if kind in _UNDATED else {})
        kwargs["metadata"] = told | (kwargs.get("metadata") or {})
        kwargs.setdefault("dpi", _PNG_DPI if kind == "png" else 72)
        with mpl.rc_context(_SAVED):
            super().savefig(fname, **kwargs)


class Page:
    """A sheet measured in mm from its upper left corner."""

    def __init__(self, wide: float, high: float, title: str = "") -> None:
        self.wide, self.high = wide, high
        self.figure = Sheet(figsize=(wide / 25.4, high / 25.4), dpi=100, facecolor="white")
        self.figure.title = title
        self.ax = self.axes(0, 0, wide, high)
        self.ax.set(xlim=(0, wide), ylim=(high, 0))
        self.ax.set_axis_off()

    def axes(self, x: float, y: float, wide: float, high: float) -> Axes:
        """Make axes with their upper left corner at x, y."""
        box = (x / self.wide, 1 - (y + high) / self.high, wide / self.wide, high / self.high)
        return self.figure.add_axes(box)

    def write(
        self, x: float, y: float, words: str, size: float, font: str = SERIF, **how: Any
    ) -> None:
        """Write one line of words on the baseline y."""
        style: dict[str, Any] = {"color": INK, "va": "baseline", "parse_math": False} | how
        self.ax.text(x, y, words, fontsize=size, fontfamily=font, **style)

    def block(self, x: float, y: float, words: str, size: float, room: float, **how: Any) -> float:
        """Write words in lines from the baseline y on; return the baseline after the last."""
        for line in wrap(words, size, room, weight=how.get("weight", "normal")):
            self.write(x, y, line, size, **how)
            y += size * MM * LEADING
        return y

    def rule(self, y: float, left: float = LEFT, right: float = RIGHT, **how: Any) -> None:
        """Draw a line across."""
        style: dict[str, Any] = {"color": RULE, "lw": 0.6, "clip_on": False} | how
        self.ax.plot([left, right], [y, y], **style)


@lru_cache(maxsize=4096)
def width(words: str, size: float, font: str = SERIF, weight: str = "normal") -> float:
    """Measure how wide words are, in mm, without a figure to draw them on."""
    prop = FontProperties(family=font, weight=weight, size=size)
    return float(text_to_path.get_text_width_height_descent(words, prop, ismath=False)[0]) * MM


def wrap(
    words: str, size: float, room: float, font: str = SERIF, weight: str = "normal"
) -> list[str]:
    """Break words into lines that fit the room; a no-break space holds together."""
    lines = [""]
    for word in words.split(" "):
        longer = f"{lines[-1]} {word}".strip()
        fits = not lines[-1] or width(longer, size, font, weight) <= room
        lines[-1:] = [longer] if fits else [lines[-1], word]
    return lines


def balanced(words: str, size: float, room: float, font: str = SERIF) -> list[str]:
    """Break words into as few lines as `wrap` needs, as even as they can be."""
    lines = wrap(words, size, room, font)
    while room > 20 and len(even := wrap(words, size, room - 2, font)) == len(lines):
        lines, room = even, room - 2
    return lines


def tied(words: str) -> str:
    """Hold numbers together with their units.

    >>> tied("90 % within 50 m of fiber").count(chr(160))
    2
    """
    for unit in ("%", "m ", "km "):
        words = words.replace(f" {unit}", f"\N{NO-BREAK SPACE}{unit}")
    return words


def fitted(words: str, size: float, room: float) -> str:
    """Cut words that are wider than the room, with an ellipsis."""
    if width(words, size) <= room:
        return words
    while words and width(f"{words}\N{HORIZONTAL ELLIPSIS}", size) > room:
        words = words[:-1].rstrip()
    return f"{words}\N{HORIZONTAL ELLIPSIS}"
