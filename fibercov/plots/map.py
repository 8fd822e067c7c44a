"""A map for print, of areas by share."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING

import geopandas as gpd

from fibercov import checks, texts
from fibercov.measure.coverage import Coverage, measured
from fibercov.measure.publishable import Publication
from fibercov.plots.axes import part_of
from fibercov.plots.told import Told, exactly, grid_of, lines_of, publicly

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_WIDE, _HIGH = 200.0, 135.0  # of the sheet, mm


def plot_map(
    coverage: Coverage | Publication,
    *,
    areas: gpd.GeoDataFrame | None = None,
    network: gpd.GeoDataFrame | None = None,
    planned: gpd.GeoDataFrame | None = None,
    target: float | Decimal | Fraction | None = None,
    ax: Axes | None = None,
    language: str = "en",
) -> Axes:
    """Draw a map of the areas by share, for print.

    Areas have the colors of the interactive map, which break at the target and are darker the higher the
    share. Each has its name and share, inside it or beside it with a leader; of more than eleven that
    have no room inside, the largest eleven. The legend is one scale with the target on it.

    Parameters
    ----------
    coverage
        A measurement; the map then has its exact figures. Or what `publishable` returns, under one
        definition and in one unit, which has its own areas, or squares without them: then the map has its
        rounded figures at the last date, and may be published.
    areas
        Reporting areas from `read_areas`; with a publication, none.
    network, planned
        The networks to draw. Beside a publication, lines follow a grid of 250 m, or twice the reach if
        that is more, so that nobody can measure with them.
    target
        The share to reach, 0-1.
    ax, language
        The axes to draw on, else a sheet of 200 by 135 mm with a headline; `"en"` or `"sv"`.

    Returns
    -------
    matplotlib.axes.Axes
        The axes, in metres of the measurement's CRS, so that more can be drawn on them. If they were
        not given, `ax.figure.savefig("map.pdf")` (or `.svg`, `.png`) writes the same bytes every time.

    Raises
    ------
    ArgumentError
        If `coverage` is something else, `target` is not a share from 0 to 1, or there are no areas.
    FibercovError
        If `areas`, `network` or `planned` cannot be right, as in `summarize` and `measure_coverage`.
    MissingExtraError
        If matplotlib is not installed.

    Examples
    --------
    >>> import fibercov as fc
    >>> demo = fc.load_demo()
    >>> coverage = fc.measure_coverage(demo.premises, demo.network, reach=50)
    >>> ax = fc.plot_map(coverage, areas=demo.areas, network=demo.network, target=0.90)
    >>> ax.figure.savefig("map.pdf")  # doctest: +SKIP
    """
    texts.known(language)
    goal = None if target is None else checks.exact_target(target)
    if isinstance(coverage, Publication):
        if areas is not None:
            raise checks.refusal(
                "areas", "must be left out: a publication has its own", type(areas)
            )
        told = publicly(coverage, goal)
    else:
        told = exactly(measured(coverage), checks.area_frame(areas, "areas"), goal)
    if told.drawn is None:
        raise checks.refusal("coverage", "must have areas or squares to be drawn", type(coverage))
    grid_m = grid_of(told.whole)
    lines = {
        "network": lines_of(network, "network", told.crs, grid_m),
        "planned": lines_of(checks.planned_frame(planned), "planned", told.crs, grid_m),
    }
    part_of("figure")  # or the error says what to install
    from fibercov.plots.ground import draw_map

    if ax is None:
        ax = _sheet(told, language)
    elif not hasattr(ax, "annotate"):
        raise checks.refusal("ax", "must be matplotlib axes or None", type(ax))
    draw_map(ax, told, lines, language, shares=True)
    return ax


def _sheet(told: Told, language: str) -> Axes:
    """Make a sheet with its headline, and the axes for the map on it."""
    from fibercov.plots.sheet import INK, Page, balanced, tied

    headline = told.whole.headline(told.target, language)
    page, margin = Page(_WIDE, _HIGH, headline), 8.0
    room, y = _WIDE - 2 * margin, 11.0
    for line in balanced(tied(headline), 13, room):
        page.write(margin, y, line, 13, weight="bold")
        y += 5.8
    page.rule(y - 2.6, margin, margin + room, color=INK, lw=0.8)
    return page.axes(margin, y, room, _HIGH - y - 4)
