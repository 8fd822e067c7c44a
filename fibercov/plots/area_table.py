"""The table of areas on a page: in one column with bars, or in two without."""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import pandas as pd
from matplotlib.patches import Rectangle

from fibercov import texts
from fibercov.plots.ground import FAINT, HATCH
from fibercov.plots.sheet import GUTTER, INK, LEFT, MUTED, RIGHT, Page, fitted, width
from fibercov.plots.told import Told, share_of

MOST, _SINGLE = 40, 15  # rows that the table has room for; that it has in one column
_AROUND = 25.0  # mm for the heading and the last lines
_ABOUT_NONE = "\u2248 0"  # missing to the target, as near as the rounding tells
_BAR, _BAR_FROM = 56.0, 48.0  # mm, of a bar in one column


@dataclass(frozen=True)
class AreaRow:
    """A row: a number of 0 for several areas summed, no share for what is not shown or not there."""

    number: int
    name: str
    total: int | None
    share: Fraction | None
    left: int | None
    verdict: str

    @property
    def hidden(self) -> bool:
        """Whether the row's figures are not shown."""
        return self.total is None


def rows_of(told: Told, language: str) -> list[AreaRow]:
    """Sort the areas by share, so that the target cuts the table in two, and number them.

    RULE: of more than 40, the best 20 and the last 19 have rows; those between them are summed in one, and
    those that are not shown have none.
    """
    assert told.areas is not None  # noqa: S101 - the caller has areas
    found = [_row(row) for _, row in told.areas.iterrows()]
    found.sort(
        key=lambda row: (row.hidden, row.share is None, -(row.share or 0), -(row.total or 0))
    )
    if len(found) > MOST:
        found = [row for row in found if not row.hidden]
    rows = [
        AreaRow(k, row.name, row.total, row.share, row.left, row.verdict)
        for k, row in enumerate(found, 1)
    ]
    if len(rows) <= MOST:
        return rows
    half = MOST // 2
    return [*rows[:half], _between(rows[half : 1 - half], language), *rows[1 - half :]]


def left_out(told: Told) -> int:
    """Count the areas that are not shown and have no row for it."""
    if told.areas is None or len(told.areas) <= MOST:
        return 0
    return int((~told.areas["shown"].astype(bool)).sum())


def _row(row: Any) -> AreaRow:
    """Take a row's figures, if it has them."""
    name = str(row["name"])
    if not row["shown"]:
        return AreaRow(0, name, None, None, None, "")
    left = None if pd.isna(row["shortfall"]) else int(row["shortfall"])
    return AreaRow(0, name, int(row["total"]), share_of(row), left, row["verdict"] or "")


def _between(rows: list[AreaRow], language: str) -> AreaRow:
    """Sum the rows in the middle."""
    total = sum(row.total or 0 for row in rows)
    reached = int(sum((row.share or 0) * (row.total or 0) for row in rows))
    share = Fraction(reached, total) if total else None
    name = texts.say("sheet_between", language, count=texts.count(len(rows), language))
    left = sum(row.left or 0 for row in rows)
    verdict = "not met" if left else "met"
    return AreaRow(0, name, total, share, left, verdict)


def pitch_of(rows: list[AreaRow]) -> float:
    """Choose the mm from line to line: closer in two columns, wider where there are few."""
    return 6.4 if len(rows) <= 6 else 4.4 if len(rows) <= _SINGLE else 3.75


def height_of(rows: list[AreaRow]) -> float:
    """Measure the table with its heading and its last lines, in mm."""
    return (len(rows) if len(rows) <= _SINGLE else math.ceil(len(rows) / 2)) * pitch_of(
        rows
    ) + _AROUND


def draw_table(
    page: Page, top: float, rows: list[AreaRow], told: Told, language: str, *, numbered: bool
) -> None:
    """Draw the areas with their total, share and what is left, and the whole below."""
    unit = texts.in_unit(told.whole.unit, language)
    page.rule(top)
    page.write(LEFT, top + 6, texts.say("sheet_areas", language), 13, weight="bold")
    said = texts.say("sheet_left_means", language, **unit)
    if few := left_out(told):
        said = f"{texts.say('sheet_few', language, count=str(few), **unit)}. {said}"
    page.write(RIGHT, top + 6, said, 9, ha="right", color=MUTED)
    cut = len(rows) if len(rows) <= _SINGLE else math.ceil(len(rows) / 2)
    parts = [rows[:cut], rows[cut:]] if cut < len(rows) else [rows]
    room, pitch = (RIGHT - LEFT - GUTTER * (len(parts) - 1)) / len(parts), pitch_of(rows)
    for k, part in enumerate(parts):
        x = LEFT + k * (room + GUTTER)
        _heads(page, (x, top + 12, room), told, language)
        for n, row in enumerate(part, 1):
            y = top + 13 + n * pitch - (pitch - 4.4) / 3
            _line(page, (x, y, room), pitch, row, told, language, numbered=numbered)
            if len(parts) == 1:
                _bar(page, x + _BAR_FROM, y, row, told)
        if len(parts) == 1:
            _goal(page, x + _BAR_FROM, top + 13, len(part) * pitch, told, language)
    _whole(page, top + 13 + len(parts[0]) * pitch + 1.6, told, language)


def _ends(x: float, room: float) -> tuple[float, float, float]:
    """Place the right ends of the three columns of numbers."""
    wide = room > 90
    return x + room - (47 if wide else 36), x + room - (30 if wide else 22), x + room


def _heads(page: Page, at: tuple[float, float, float], told: Told, language: str) -> None:
    """Write the headings, on a rule."""
    x, y, room = at
    page.write(x + 4.5, y, texts.say("area", language), 8.5, color=MUTED)
    unit = texts.in_unit(told.whole.unit, language)["Units"]
    heads = (unit, texts.say("share", language), texts.say("sheet_left", language))
    for end, words in zip(_ends(x, room), heads, strict=True):
        page.write(end, y, fitted(words, 8.5, 18), 8.5, ha="right", color=MUTED)
    page.rule(y + 1.2, x, x + room)


def _line(
    page: Page, at: tuple[float, float, float], pitch: float, row: AreaRow, told: Told,
    language: str, *, numbered: bool,
) -> None:  # fmt: skip
    """Write one area."""
    x, y, room = at
    size = min(10.5, pitch * 2.35)
    if row.number:
        how: dict[str, Any] = {"fc": told.colour(row.share), "ec": MUTED, "lw": 0.4}
        how |= {"hatch": HATCH, "ec": FAINT} if row.share is None else {}
        page.ax.add_patch(Rectangle((x, y - 2.4), 2.6, 2.6, **how))
    ends = _ends(x, room)
    beside = ends[0] - 13 - x if room < 90 else _BAR_FROM - 2
    name = fitted(row.name, size, beside - 4.5 - (6 if numbered else 0))
    if numbered and row.number:
        page.write(x + 8.3, y, str(row.number), size, ha="right", color=MUTED)
    page.write(x + (9.8 if numbered else 4.5), y, name, size)
    if row.total is None:
        page.write(x + room, y, texts.say("masked", language), size, ha="right", color=MUTED)
        return
    left = _left(row.left, row.verdict, language)
    if row.verdict == "about" and room < 90:  # where there is no room for the words
        left = _ABOUT_NONE
    weight = "bold" if row.left and row.verdict != "about" else "normal"
    said = (texts.count(row.total, language), told.percent(row.share, language), left)
    for end, words, heavy in zip(ends, said, ("normal", "normal", weight), strict=True):
        page.write(end, y, words, size, ha="right", weight=heavy)


def _left(left: int | None, verdict: str, language: str) -> str:
    """Write how many are missing to the target, or that none are.

    RULE: where the rounding leaves open whether the target is met, no number is missing to it.
    """
    if left and verdict != "about":
        return texts.count(left, language)
    return texts.verdict_word(verdict, language) if verdict else texts.NONE


def _bar(page: Page, x: float, y: float, row: AreaRow, told: Told) -> None:
    """Draw a share as a bar."""
    page.ax.add_patch(Rectangle((x, y - 2.4), _BAR, 2.6, fc="#eef0f3"))
    if row.share is not None:
        wide, colour = _BAR * float(row.share), told.colour(row.share)
        page.ax.add_patch(Rectangle((x, y - 2.4), wide, 2.6, fc=colour, ec=MUTED, lw=0.4))


def _goal(page: Page, x: float, y: float, high: float, told: Told, language: str) -> None:
    """Draw the target through all bars."""
    assert told.target is not None  # noqa: S101 - a page has a target
    at = x + _BAR * float(told.target)
    page.ax.plot([at, at], [y + 0.2, y + high + 1.6], color=INK, lw=1.0)
    shown = texts.target_percent(told.target, language)
    words = texts.say("plot_target", language, target=shown)
    page.write(at, y - 1, words, 8.5, ha="center")


def _whole(page: Page, y: float, told: Told, language: str) -> None:
    """Write the whole, and what of it is in no area."""
    whole = told.whole
    check = told.check
    page.rule(y, color=INK, lw=0.6)
    name = texts.say("total", language)
    page.write(LEFT, y + 4.4, name, 10.5, weight="bold")
    if told.outside:
        amount = texts.count(told.outside, language)
        words = texts.say("sheet_outside", language, amount=amount)
        page.write(LEFT + width(name, 10.5, weight="bold") + 1.5, y + 4.4, words, 10.5)
    said = (
        texts.count(whole.total, language),
        told.percent(whole.exact_share, language),
        _left(check.shortfall, check.verdict, language),
    )
    for x, words in zip(_ends(LEFT, RIGHT - LEFT), said, strict=True):
        page.write(x, y + 4.4, words, 10.5, weight="bold", ha="right")
