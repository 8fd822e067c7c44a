"""A chart of progress: the history, the forecast with its range, and planned builds."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from fibercov import checks, texts
from fibercov.follow.forecast import CALIBRATED, HORIZON, YEAR
from fibercov.follow.history import reach_in
from fibercov.follow.progress import Progress, forecast_words, sentences_of
from fibercov.plots.axes import (
    BLUE,
    GREY,
    HOLLOW,
    PLAN,
    SMALL,
    Line,
    Spot,
    axes,
    number_axis,
    part_of,
    pixels,
    place_label,
    share_of,
    write_around,
)  # fmt: skip

if TYPE_CHECKING:
    from matplotlib.axes import Axes

PALE, PALER = "#c3d2e4", "#e2e9f2"
Label = tuple[
    str, list[Spot], str, bool
]  # its words, places for it, its colour, whether it may be left out
_MOST_LABELS = 9  # measurements that are labelled one by one
# Offsets of a label in points to the right and up, and its alignment; the best first.
_AROUND = [
    (right, way * up, side, "bottom" if way > 0 else "top")
    for up in (5, 12, 20, 32, 48, 70)
    for way in (1, -1)
    for right, side in ((0, "center"), (-5, "right"), (5, "left"))
]


def plot_progress(progress: Progress, *, ax: Axes | None = None, language: str = "en") -> Axes:
    """Draw the history, the target, and the forecast with its range.

    The forecast starts at the last measurement. It ends at `by`, or at the date on which the target is
    expected, and at most five years ahead. The darker range is to hold four of five outcomes, the
    lighter one 19 of 20.

    Parameters
    ----------
    progress
        What `track_progress` gives.
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
    >>> import pandas as pd
    >>> import fibercov as fc
    >>> history = pd.DataFrame({"as_of": ["2017-10-01", "2018-10-01", "2019-10-01"]})
    >>> history["share"] = [0.75, 0.805, 0.862]
    >>> ax = fc.plot_progress(fc.track_progress(history, target=0.90, by="2020-10-01"))
    >>> ax.get_title(loc="left")
    '86.2 % on 2019-10-01; rising 5.7 points a year'
    """
    checks.made_by(progress, Progress, "progress", "track_progress")
    ax, table = axes(ax, language), progress.table
    lines, labels = _progress_lines(ax, progress, language)
    x, y = (np.concatenate([line[k] for line in lines]) for k in (0, 1))
    _date_axis(ax, x, table["as_of"].iloc[-1])
    pad = max(1.0, 0.12 * float(np.ptp(y)))
    ax.set_ylim(max(0.0, y.min() - pad), y.max() + pad)
    ax.spines.left.set_bounds(ax.get_ylim()[0], min(100.0, y.max() + pad))  # above: words
    number_axis(ax.yaxis, language, " %")
    parts = sentences_of(progress, language)
    notes = [_definition(table, language), parts["expected"]]
    note = " ".join(texts.sentence(words) for words in notes if words)
    if ax.collections:
        series, first, last, _ = CALIBRATED
        years = f"{first}{texts.LANGUAGES[language].dash}{last}"
        note += f" {texts.say('plot_shaded', language, series=str(series), years=years)}"
    of = _common(table, "unit")
    title = [parts[key] for key in ("now", "pace", "required") if key in parts]
    write_around(ax, "; ".join(title[:2]), share_of(of, language), note)
    taken: list[Any] = []
    for words, spots, colour, optional in [*labels, *_line_labels(ax, progress, language)]:
        place_label(ax, words, spots, pixels(ax, lines), taken, colour, optional=optional)
    return ax


def numbers_of(days: Iterable[date]) -> NDArray[np.float64]:
    """Convert days to matplotlib's numbers."""
    return np.asarray(part_of("dates").date2num(list(days)), dtype=float)


def _date_axis(ax: Axes, x: NDArray[np.float64], last: date) -> None:
    """Put ticks on the last measurement's day of the year, as most series have one a year."""
    pad = max(30.0, 0.06 * float(np.ptp(x)))
    ax.set_xlim(x.min() - pad, x.max() + pad)
    first, until = (day.date() for day in part_of("dates").num2date([x.min(), x.max()]))
    years = range(first.year - 1, until.year + 2)
    days = [date(year, last.month, min(last.day, 28)) for year in years]
    days = [d for d in days if first - timedelta(pad) <= d <= until + timedelta(pad)]
    if len(days) < 3 and until > first:
        days = [first + k * (until - first) / 4 for k in range(5)]
    days = days[:: -(-len(days) // 9)]
    form = "%Y-%m-%d" if first < until < first + timedelta(180) else "%Y-%m"
    ax.set_xticks(numbers_of(days), [day.strftime(form) for day in days], fontsize=SMALL)


def _common(table: pd.DataFrame, column: str) -> str:
    """Return the value that all rows have in a column; "" if they differ or there is none."""
    said = set(table[column].astype(str)) if column in table.columns else set()
    return said.pop() if len(said) == 1 else ""


def _definition(table: pd.DataFrame, language: str) -> str:
    """Return the definition of all rows, translated if the history has it in figures."""
    reach = reach_in(table)
    return _common(table, "definition") if reach is None else texts.within(reach, language)


def around(x: float, y: float) -> list[Spot]:
    """List the spots for a label around a place."""
    return [((x, y), *away) for away in _AROUND]


def _progress_lines(ax: Axes, progress: Progress, language: str) -> tuple[list[Line], list[Label]]:
    """Draw the lines; return them and their labels, the most needed first."""
    by, goal = progress.by, 100 * progress.target
    ax.xaxis_date()
    lines, labels = _draw_history(ax, progress, language)
    history, ahead = lines[0], ahead_of(progress)
    for more, their in (
        _draw_builds(ax, progress, history, ahead, language),
        _draw_forecast(ax, progress, ahead, language),
    ):
        lines += more
        labels += their
    if by is not None:
        ax.axvline(numbers_of([by])[0], color=GREY, linewidth=1, linestyle=":", zorder=2)
        lines.append((numbers_of([by, by]), np.array([history[1].min(), goal])))
    ax.axhline(goal, color=GREY, linewidth=1, zorder=2)
    every = np.concatenate([line[0] for line in lines])
    return [*lines, (np.array([every.min(), every.max()]), np.full(2, goal))], labels


def _draw_history(ax: Axes, progress: Progress, language: str) -> tuple[list[Line], list[Label]]:
    """Draw the measurements; the last one always gets a label."""
    table, target = progress.table, progress.exact_target
    x, y = numbers_of(table["as_of"]), 100 * table["share"].to_numpy(dtype=float)
    ax.plot(x, y, color=BLUE, linewidth=1.8, marker="o", markersize=5, zorder=4, clip_on=False)
    shown = [texts.percent(share, target, language) for share in progress.exact_shares]
    rest = range(len(x) - 1) if len(x) <= _MOST_LABELS else range(1)
    labels: list[Label] = [(shown[-1], around(x[-1], y[-1]), BLUE, False)]
    labels += [(shown[k], around(x[k], y[k]), BLUE, True) for k in rest]
    return [(x, y)], labels


def _draw_builds(
    ax: Axes, progress: Progress, history: Line, ahead: Line, language: str
) -> tuple[list[Line], list[Label]]:
    """Draw the planned builds as steps from the last measurement."""
    builds = progress.builds
    if builds.empty:
        return [], []
    dates = np.append(history[0][-1], numbers_of(builds["as_of"]))
    dates = np.append(dates, max([dates[-1] + 60, *ahead[0][-1:]]))
    share = np.append(history[1][-1], 100 * builds["share"].to_numpy(dtype=float))
    steps = np.repeat(dates, 2)[1:-1], np.repeat(share, 2)
    ax.plot(*steps, color=PLAN, linewidth=1.6, linestyle="--", zorder=3)
    homes = int(progress.table["total"].iloc[-1])
    last = Fraction(int(builds["reached"].iloc[-1]), homes)
    shown = texts.percent(last, progress.exact_target, language)
    below = [spot for spot in around((dates[-2] + dates[-1]) / 2, share[-1]) if spot[2] < 0]
    return [steps], [(f"{texts.say('plot_builds', language)} {shown}", below, PLAN, False)]


def _draw_forecast(
    ax: Axes, progress: Progress, ahead: Line, language: str
) -> tuple[list[Line], list[Label]]:
    """Draw the forecast with its range; mark the expected date and the forecast at `by`."""
    (days, (low, central, high, low_80, high_80)), labels = ahead, list[Label]()
    if not len(days):
        return [], []
    ax.fill_between(days, low, high, color=PALER, linewidth=0, zorder=0.8)
    ax.fill_between(days, low_80, high_80, color=PALE, linewidth=0, zorder=1)
    ax.plot(days, central, color=BLUE, linewidth=1.6, linestyle=(0, (1, 1)), zorder=3)
    expected, forecast, goal = progress.expected.central, progress.forecast, 100 * progress.target
    if expected is not None and days[0] < (then := float(numbers_of([expected])[0])) <= days[-1]:
        ax.plot(then, goal, "D", markersize=5, **HOLLOW)
        labels.append((str(expected)[:7], around(then, goal), BLUE, True))
    middle, words = len(days) // 2, texts.say("plot_forecast", language)
    at = float(days[middle]), float(central[middle])
    if forecast is not None:
        at = float(numbers_of([forecast.at])[0]), 100 * forecast.central
        ax.plot(*at, "o", markersize=6, **HOLLOW)
        least, mid, most = forecast_words(forecast, language)
        words += f" {mid} %\n({least}\N{EN DASH}{most} %)"
    labels.append((words, around(*at), BLUE, False))
    return [(days, bound) for bound in (low, central, high)], labels


def ahead_of(progress: Progress) -> Line:
    """Return the days from the last measurement on, and on them low, central, high, and both of the 80 %."""
    table, expected, path = progress.table, progress.expected.central, progress.path
    last = table["as_of"].iloc[-1]
    end = max(last, progress.by or last, expected or last)
    number = min((end - last).days, int(HORIZON * YEAR))
    if path is None or number == 0:
        return np.empty(0), np.empty((5, 0))
    share = float(table["share"].iloc[-1])
    days, bounds = [0], [[share] * 5]
    for ahead in np.unique([*range(1, number, max(1, number // 200)), number]):
        said = path.at(last + timedelta(days=int(ahead)))
        if said is not None:
            days.append(int(ahead))
            bounds.append([said.low, said.central, said.high, said.low_80, said.high_80])
    return numbers_of([last])[0] + np.array(days), 100 * np.array(bounds).T


def _line_labels(ax: Axes, progress: Progress, language: str) -> list[Label]:
    """Label the lines of the target and of `by`."""
    goal, by = 100 * progress.target, progress.by
    shown = texts.target_percent(progress.exact_target, language)
    words = texts.say("plot_target", language, target=shown)
    left, right = ax.get_xlim()
    sides = (left, 4, "left"), (right, -4, "right"), ((left + right) / 2, 0, "center")
    above: list[Spot] = [((x, goal), off, up, side, va) for x, off, side in sides for up, va in ((3, "bottom"), (-4, "top"))]  # fmt: skip
    labels: list[Label] = [(words, above, GREY, False)]
    if by is not None:
        x, heights = numbers_of([by])[0], np.linspace(*ax.get_ylim(), 15)[:-1]
        beside: list[Spot] = [((x, y), off, 3, side, "bottom") for y in heights for off, side in ((-4, "right"), (4, "left"))]  # fmt: skip
        labels.append((texts.say("plot_by", language, by=str(by)), beside, GREY, False))
    return labels
