"""The page for the annual report: what stands where on a sheet of A4.

It is built from the bottom up. The notes, what it means for the reader, and the table are measured first; the map and
the curve get what is left, so that a page of 3 areas and one of 60 are both full.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
from matplotlib.patches import Circle, Rectangle
from numpy.typing import NDArray

from fibercov import texts
from fibercov.follow.forecast import CALIBRATED
from fibercov.follow.progress import Progress
from fibercov.geo.crs import to_crs
from fibercov.plots.area_table import AreaRow, draw_table, height_of, rows_of
from fibercov.plots.ground import STRIP, draw_map
from fibercov.plots.sheet import (
    GUTTER,
    INK,
    LEADING,
    LEFT,
    MM,
    MUTED,
    RIGHT,
    SANS,
    Page,
    Sheet,
    balanced,
    tied,
    width,
    wrap,
)
from fibercov.plots.told import Told
from fibercov.plots.trend import draw_trend
from fibercov.statuses import STATUS_COLOURS
from fibercov.version import __version__

_WIDE, _HIGH = 210.0, 297.0
_TOP, _FOOT = 48.5, 285.0  # mm, where the map may begin, and the last line
_MAP, _ASIDE = 116.0, 141.0  # mm, how wide the map is, and where the column beside it begins
_HEADLINE, _NUMBER = 26.0, 76.0  # points at the most
_NOTE, _BODY = 8.5, 10.0  # points
_BAND, _MIDDLE = (
    50.0,
    92.0,
)  # mm, how high number and curve are above a wide map, and where the curve begins
_SLACK = 1.2  # mm, by which hinted type on a screen may be wider than on paper


@dataclass(frozen=True)
class Wanted:
    """What the page is made of beside its figures."""

    lines: dict[str, list[NDArray[np.float64]]]
    progress: Progress | None
    title: str
    note: str
    language: str


def draw_page(told: Told, wanted: Wanted) -> Sheet:
    """Draw the page; what is below is measured first, and the map gets the room that is left."""
    language = wanted.language
    headline = _headline(told, language)
    page = Page(_WIDE, _HIGH, f"{wanted.title}: {headline}" if wanted.title else headline)
    _draw_heading(page, told, wanted, headline)
    y = _draw_notes(page, told, wanted)
    y = _draw_meaning(page, y, told, language)
    rows = [] if told.areas is None else rows_of(told, language)
    y -= height_of(rows) if rows else 0
    if rows and told.drawn is not None:
        _draw_beside(page, y, rows, told, wanted)
        return page.figure
    # Without a map or a table, the number and the curve stand side by side above what there is.
    high = _BAND if told.drawn is not None else min(y - _TOP - 12, 1.6 * _BAND)
    _draw_number(page, LEFT, _TOP, told, language)
    _draw_trend(page, (_MIDDLE, _TOP + 7), (RIGHT, _TOP + high), told, wanted)
    if rows:
        draw_table(page, y, rows, told, language, numbered=False)
    elif told.drawn is not None:
        top = _TOP + high + 6
        draw_map(page.axes(LEFT, top, RIGHT - LEFT, y - top - 5), told, wanted.lines, language)
    return page.figure


def _draw_beside(page: Page, y: float, rows: list[AreaRow], told: Told, wanted: Wanted) -> None:
    """Draw the map with the number and the curve beside it, above the table, which begins at y."""
    room = y - _TOP - 4
    high = min(room, _map_height(told))
    spare = (room - high) / 3  # above the map, above the table and below it
    top, y = _TOP + spare, y - spare
    numbers = {row.name: row.number for row in rows}
    ax = page.axes(LEFT, top, _MAP, high)
    numbered = draw_map(ax, told, wanted.lines, wanted.language, numbers=numbers)
    draw_table(page, y, rows, told, wanted.language, numbered=numbered)
    below = _draw_number(page, _ASIDE, top, told, wanted.language)
    _draw_trend(page, (_ASIDE, below + 7), (RIGHT, top + high - 4.5), told, wanted)


def _map_height(told: Told) -> float:
    """Measure how high a map as wide as its column would be, with its legend, in mm."""
    assert told.drawn is not None  # noqa: S101 - the caller has something to draw
    shapes = told.drawn.set_geometry(to_crs(told.drawn, told.crs, "areas"), crs=told.crs)
    west, south, east, north = shapes.total_bounds
    return max(75.0, float(_MAP * (north - south) / max(east - west, 1e-6)) + STRIP)


def _headline(told: Told, language: str) -> str:
    """Write date, share, definition and verdict, with no number that belies it."""
    whole, check = told.whole, told.check
    said = {
        "share": told.percent(whole.exact_share, language),
        "units": texts.nouns(whole.unit, language, "plot"),
        "reach": texts.within(whole.reach, language),
    }
    key = "sheet_headline_undated"
    if whole.as_of is not None:
        key = "sheet_headline"
        said["date"] = texts.date_in_words(whole.as_of, language)
    goal = texts.goal(check.verdict, check.exact_target, check.shortfall, whole.unit, language)
    return tied(f"{texts.say(key, language, **said)} {texts.sentence(goal)}")


def _draw_heading(page: Page, told: Told, wanted: Wanted, headline: str) -> None:
    """Write the name of the place, and the sentence that says it all."""
    day, x = told.whole.as_of, LEFT
    if wanted.title:
        page.write(x, 17, wanted.title, 9, SANS, weight="bold")
        x += width(wanted.title, 9, SANS, "bold") + 3
    kicker = texts.say("sheet_kicker", wanted.language, year=str(day.year) if day else "")
    page.write(x, 17, kicker.rstrip(), 9, SANS, color=MUTED)
    page.rule(20.5, color=INK, lw=0.9)
    room = RIGHT - LEFT - 2 * _SLACK  # large type is wider yet
    sizes = np.arange(_HEADLINE, 9.5, -0.5)
    size = float(next((s for s in sizes if len(wrap(headline, s, room)) <= 2), sizes[-1]))
    for k, part in enumerate(balanced(headline, size, room)):
        page.write(LEFT - 0.5, 22.2 + 0.36 * size + 0.425 * size * k, part, size)


def _draw_number(page: Page, x: float, y: float, told: Told, language: str) -> float:
    """Draw the share, as large as its column, and what it is a share of; return where they end."""
    whole = told.whole
    share = told.percent(whole.exact_share, language).removesuffix(" %")
    size = min(_NUMBER, _NUMBER * 41 / width(share, _NUMBER))
    page.write(x - 1, y + 22.5, share, size)
    page.write(x + width(share, size) + 0.5, y + 22.5, "%", size / 2, color=MUTED)
    of = texts.base(whole.total, whole.unit, language, one_each=whole.one_household_each)
    reach = texts.within(whole.reach, language)
    y += 31.0
    for part in balanced(tied(texts.say("sheet_of", language, of=of, reach=reach)), 10.5, 51):
        page.write(x, y, part, 10.5, color=MUTED)
        y += 4.6
    return y


def _draw_trend(
    page: Page,
    start: tuple[float, float],
    end: tuple[float, float],
    told: Told,
    wanted: Wanted,
) -> None:
    """Draw the curve between two corners, or of one date a bar."""
    progress, (left, top), (right, bottom) = wanted.progress, start, end
    if progress is None:
        _draw_bar(page, (left, top + 6), right - left, told, wanted.language)
        return
    first, last = (str(progress.table["as_of"].iloc[k].year) for k in (0, -1))
    said = texts.say("sheet_trend", wanted.language, first=first, last=last)
    page.write(left, top, said, 12, weight="bold")
    ax = page.axes(left + 9, top + 4, right - left - 12, bottom - top - 4)
    draw_trend(ax, progress, wanted.language)


def _draw_bar(
    page: Page, corner: tuple[float, float], room: float, told: Told, language: str
) -> None:
    """Draw what is within reach, planned and neither as one bar, with the target on it."""
    whole, check = told.whole, told.check
    planned, (left, y), high = int(whole.counts["planned"]), corner, 6.0
    done, ahead = (room * n / whole.total for n in (whole.reached, planned))
    plan: dict[str, Any] = {"fc": "white", "ec": STATUS_COLOURS["planned"], "hatch": "//////"}
    page.ax.add_patch(Rectangle((left, y), room, high, fc="#eef0f3", ec=MUTED, lw=0.5))
    page.ax.add_patch(
        Rectangle((left, y), done, high, fc=told.colour(whole.exact_share), ec=MUTED, lw=0.5)
    )
    if planned:
        page.ax.add_patch(Rectangle((left + done, y), ahead, high, lw=0.5, **plan))
    at = left + room * check.target
    page.ax.plot([at, at], [y - 1.4, y + high + 1.4], color=INK, lw=1.6, solid_capstyle="butt")
    shown = texts.target_percent(check.exact_target, language)
    words = texts.say("plot_target", language, target=shown)
    half = width(words, 8, SANS, "bold") / 2
    middle = min(max(at, left + half), left + room - half)
    page.write(middle, y - 2.6, words, 8, SANS, ha="center", weight="bold")
    if planned:
        built = told.percent(Fraction(whole.reached + planned, whole.total), language)
        said = texts.say("bar_plan", language, value=built)
        page.write(left + room, y + high + 5, said, 8, SANS, ha="right", color=MUTED)


def _meanings(told: Told, language: str) -> list[tuple[str, str, int, str]]:
    """List what a reader may be: a name, what it means, how many are, and the mark; they sum to all."""
    whole = told.whole
    reach = texts.within(whole.reach, language)
    planned = int(whole.counts["planned"])
    rest = whole.total - whole.reached - planned
    found = [
        (texts.say("passed", language), texts.say("sheet_within", language, reach=reach), whole.reached, "passed"),
    ]  # fmt: skip
    if whole.plan_counts:
        meant = texts.say("sheet_planned", language, reach=reach)
        found.append((texts.say("planned", language), meant, planned, "planned"))
    key = "sheet_without" if whole.plan_counts else "sheet_out"
    meant = texts.say(f"{key}_means", language)
    found.append((texts.say(key, language), meant, rest, "unserved"))
    return found


def _draw_meaning(page: Page, bottom: float, told: Told, language: str) -> float:
    """Draw what it means for the reader in columns above the bottom, which leave nobody out; return their top."""
    found = _meanings(told, language)
    room = (RIGHT - LEFT - GUTTER * (len(found) - 1)) / len(found)
    lines = max(len(wrap(tied(meant), _BODY, room - _SLACK)) for _, meant, *_ in found)
    y = bottom - 5.5 - lines * _BODY * MM * LEADING
    page.rule(y - 12.5)
    page.write(LEFT, y - 6.5, texts.say("sheet_me", language), 13, weight="bold")
    counted = texts.say("sheet_counts", language, **texts.in_unit(told.whole.unit, language))
    page.write(RIGHT, y - 6.5, counted, 9, ha="right", color=MUTED)
    for k, (name, meant, count, status) in enumerate(found):
        x = LEFT + k * (room + GUTTER)
        full = status == "passed"
        edge = STATUS_COLOURS["planned"] if status == "planned" else INK
        dash: Any = (0, (1.6, 1.1)) if status == "planned" else "-"
        fill = INK if full else "white"
        page.ax.add_patch(Circle((x + 1.6, y - 1.2), 1.4, fc=fill, ec=edge, lw=1.3, ls=dash))
        page.write(x + 4.8, y, name, 11.5, weight="bold")
        page.write(x + room, y, texts.count(count, language), 11.5, ha="right")
        page.block(x, y + 5, tied(meant), _BODY, room - _SLACK)
    return y - 12.5


def _draw_notes(page: Page, told: Told, wanted: Wanted) -> float:
    """Write the definition and how it was measured in two columns at the bottom; return their top."""
    room = (RIGHT - LEFT - GUTTER) / 2
    sides = _notes(told, wanted)
    pitch = _NOTE * MM * LEADING
    lines = max(len(wrap(side, _NOTE, room - _SLACK)) for side in sides)
    y = _FOOT - 6 - lines * pitch
    for side, x in zip(sides, (LEFT, RIGHT - room), strict=True):
        page.block(x, y + 4, side, _NOTE, room - _SLACK, color=MUTED)
    page.rule(y - 1.5)
    made = f"fibercov {__version__}"
    page.write(LEFT, _FOOT, wanted.note, 9, weight="bold")
    page.write(RIGHT, _FOOT, made, _NOTE, ha="right", color=MUTED)
    return y - 1.5


def _notes(told: Told, wanted: Wanted) -> tuple[str, str]:
    """Write the definition, and how it was measured."""
    whole, language = told.whole, wanted.language
    unit = texts.in_unit(whole.unit, language)
    of = texts.base(whole.total, whole.unit, language, one_each=whole.one_household_each)
    straight = "" if whole.reach.along else texts.say("straight", language)
    reach = texts.within(whole.reach, language)
    definition = [
        texts.say("counts_if", language, reach=reach, straight=straight),
        texts.say("sheet_definition", language, of=of),
    ]
    if whole.plan_counts is False:
        definition.append(texts.say("plan_not_counted", language))
    definition.append(texts.say("sheet_excludes", language))
    measured = [*whole.method(language), texts.say("rounded", language)]
    if told.areas is not None and not told.areas["shown"].all():
        measured.append(texts.say("sheet_hidden", language, **unit))
    if any(wanted.lines.values()):
        measured.append(texts.say("sheet_roughly", language))
    progress = wanted.progress
    if progress is not None and progress.forecast is not None:
        series, first, last, _ = CALIBRATED
        years = f"{first}{texts.LANGUAGES[language].dash}{last}"
        measured.append(texts.say("sheet_shaded", language, series=str(series), years=years))
    return tied(" ".join(definition)), tied(" ".join(measured))
