"""The page for the annual report, which goes to every household."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING

import geopandas as gpd

from fibercov import checks, texts
from fibercov.errors import ArgumentError
from fibercov.follow.dates import measurements, steps_of
from fibercov.follow.progress import Progress, track_progress
from fibercov.measure.coverage import Coverage, measured
from fibercov.measure.publishable import Publication, publishable
from fibercov.plots.axes import part_of
from fibercov.plots.told import Told, grid_of, lines_of, publicly
from fibercov.wording import Words

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def plot_report(
    coverage: Coverage | Publication,
    *,
    areas: gpd.GeoDataFrame | str | None = None,
    history: Iterable[Coverage] = (),
    target: float | Decimal | Fraction = 0.90,
    by: date | str | None = None,
    network: gpd.GeoDataFrame | None = None,
    planned: gpd.GeoDataFrame | None = None,
    title: str = "",
    note: str = "",
    language: str = "en",
) -> Figure:
    """Draw the page for the annual report: one sheet of A4 that a household finds in its letter box.

    It has a headline with the verdict on the target, the share as a big number, the map, the curve to the
    target with the forecast, the areas from the highest share to the lowest, what it means for the reader,
    and the definition. Nothing on it is in color alone: it can be printed in black and white.

    The page gives nobody away. Every figure on it is from what `publishable` returns for the measurements
    and areas, and no exact figure is: counts are rounded to the nearest five, and areas with a total below 20
    are not shown. If you publish more from the same data, make one publication of it all, and give that. The
    figures are then its own.

    Up to 15 areas have a row each with a bar; up to 40 stand in two columns. Of more, the best 20 and the
    last 19 have rows, and those between them are summed in one. Without areas, the map has squares of 250 m.

    Parameters
    ----------
    coverage
        A measurement, or what `publishable` returns, under one definition and in one unit, which has its own
        areas and dates.
    areas
        Reporting areas from `read_areas`, or a column of the premises, which cannot be drawn.
    history
        Earlier measurements under the same definition, for the curve.
    target
        The share to reach, 0-1.
    by
        The date to reach it by, where the forecast ends; without it, the forecast ends where the target is
        expected.
    network, planned
        The networks to draw. Lines follow a grid of 250 m, or twice the reach if that is more, so that nobody
        can measure with them. Whether they may be shown at all, ask whoever is responsible for the
        network's security.
    title
        The name of the place, at the top.
    note
        A sentence at the foot, such as who publishes the page.
    language
        `"en"` or `"sv"`.

    Returns
    -------
    matplotlib.figure.Figure
        The page, 210 by 297 mm. `figure.savefig("report.pdf")` (or `.svg`, `.png`) writes it with its fonts
        and without a date: the same page gives the same bytes.

    Raises
    ------
    ArgumentError
        If `coverage` is something else, `target` is not a share from 0 to 1, `history` mixes definitions or
        repeats dates, or a publication is given areas or a history.
    FibercovError
        As in `publishable` and `track_progress`, or if `network` or `planned` cannot be right.
    MissingExtraError
        If matplotlib is not installed.

    Examples
    --------
    >>> import fibercov as fc
    >>> demo = fc.load_demo()
    >>> coverage = fc.measure_coverage(demo.premises, demo.network, reach=50, as_of=demo.as_of)
    >>> figure = fc.plot_report(coverage, areas=demo.areas, target=0.90, title="Fiberdalen")
    >>> figure.savefig("report.pdf")  # doctest: +SKIP
    """
    texts.known(language)
    goal = checks.exact_target(target)
    for argument, value in (("title", title), ("note", note)):
        if not isinstance(value, str):
            raise checks.refusal(argument, "must be a text", value)
    told = publicly(_publication(coverage, areas, history), goal)
    grid_m = grid_of(told.whole)
    lines = {
        "network": lines_of(network, "network", told.crs, grid_m),
        "planned": lines_of(checks.planned_frame(planned), "planned", told.crs, grid_m),
    }
    progress = _progress(told, goal, by)
    part_of("figure")  # or the error says what to install
    from fibercov.plots.page import Wanted, draw_page

    return draw_page(told, Wanted(lines, progress, title, note, language))


def _publication(
    coverage: Coverage | Publication,
    areas: gpd.GeoDataFrame | str | None,
    history: Iterable[Coverage],
) -> Publication:
    """Make the publication of the measurements, unless it is given."""
    if not isinstance(coverage, Publication):
        steps = steps_of(measured(coverage), history)
        # RULE: squares are rounded with the rest only if the page has them.
        squares = not isinstance(areas, gpd.GeoDataFrame)
        return publishable(measurements(steps), areas=areas, squares=squares)
    if areas is not None or [*history]:
        raise ArgumentError(
            "coverage", "is a publication, and has its own areas and dates.",
            Words("Leave out {areas} and {history}."),
        )  # fmt: skip
    return coverage


def _progress(told: Told, target: Fraction, by: date | str | None) -> Progress | None:
    """Track the progress of the rounded shares, if there is more than one date."""
    checks.day(by, "by")
    if len(told.history) < 2:
        return None
    return track_progress(told.history, target=target, by=by)
