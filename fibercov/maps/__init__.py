"""An interactive page with the share, its areas, the network and every premises."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import folium
import geopandas as gpd
import pandas as pd

from fibercov import checks, texts
from fibercov.errors import ArgumentError
from fibercov.follow.dates import steps_of
from fibercov.follow.figures import Figures, exact_figures, public_figures
from fibercov.geo.crs import check_places
from fibercov.maps.content import MOST_MARKS, Wanted, content_of
from fibercov.maps.layers import outline_of
from fibercov.maps.page import CoverageMap
from fibercov.measure.addresses import address_columns
from fibercov.measure.coverage import Coverage, CoverageTotals, totalled
from fibercov.measure.publishable import Publication, publishable
from fibercov.read.context import context_frames
from fibercov.wording import Words

__all__ = ["CoverageMap", "map_coverage"]


def map_coverage(
    coverage: CoverageTotals | Publication,
    *,
    areas: pd.DataFrame | None = None,
    network: gpd.GeoDataFrame | None = None,
    planned: gpd.GeoDataFrame | None = None,
    context: gpd.GeoDataFrame | Sequence[gpd.GeoDataFrame] | None = None,
    target: float | Decimal | Fraction | None = None,
    history: Iterable[Coverage] = (),
    language: str = "en",
    title: str | None = None,
    premises: str = "auto",
    address: str | Sequence[str] | None = None,
    publish: str | None = None,
    outline: gpd.GeoDataFrame | None = None,
    report_url: str | None = None,
    tiles: str | folium.map.Layer | None = None,
) -> CoverageMap:
    """Draw the coverage on an interactive page that opens without a network.

    A banner has the share with its definition, date and range, and a bar with the target; how it was
    measured can be unfolded below. The map has the areas coloured by share, with a break at the
    target; squares of 250 m; the network; and the premises by status. It never shows the count
    of a premises. The areas are also a table, names can be searched, and the page can be printed,
    and read in English and Swedish.

    Parameters
    ----------
    coverage
        A measurement. Of totals without premises, the areas alone are drawn. Or what `publishable` returns,
        under one definition and in one unit, which has its own areas and dates.
    areas
        Reporting areas from `read_areas`, or their summary from `summarize`.
    network, planned
        The networks to draw. Parts far from the premises and areas are left out, and vertices are
        rounded to about a metre. If `planned` is the `builds` of a plan, each has its number on the map
        and a row in a list, with its cost, its trench, what it newly reaches and the share after it;
        `planned.attrs["currency"]`, such as "SEK", names the currency.
    context
        The ground below the figures, in greys: a frame, or several, of roads, railways, water,
        coasts and named places. `read_context` says what it takes from each; it needs not have made them.
        Names that would overlap are left out, and small roads until the reader zooms in. The credit
        line of each frame stands on the map. A map to publish may have it.
    target
        The share to reach, 0-1.
    history
        Earlier measurements under the same definition, for a slider of dates. If any premises
        are planned, the last step is the current date with the planned network built. Premises at two
        dates are the same if they have the same place and address.
    language
        The language in which the page opens: `"en"` or `"sv"`. The reader can switch.
    title
        The page's heading; by default "Fiber coverage" in the reader's language.
    premises
        How to draw premises: `"marks"`, one by one; `"squares"`, not at all, only the squares; or
        `"auto"`, marks for up to 200,000 premises.
    address
        The columns of the premises that make up an address, to show and to search. The default is
        the column `address` or `adress`, if there is one.
    publish
        `"areas"` for a page that may be published: it is made of what `publishable` returns for the
        measurements and areas, and of nothing else. Then there are no premises, and no network.
        `"addresses"` for one that also has the address, status and area of every premises, without squares,
        drops or network: read in the documentation what to weigh before you publish it.
    outline
        Polygons whose outer edge is drawn, such as the municipality's.
    report_url
        An address, `https:` or `mailto:`, for the link "Something wrong?" on the card of a premises;
        `{address}` in it becomes what was looked up.
    tiles
        A background map: a name that folium knows, or a folium layer with the attribution that the
        map's owner requires, such as `folium.TileLayer(address, attr=owner)`. The page then loads it
        from that host, and works without it if the host does not answer. By default the page loads
        nothing from anywhere.

    Returns
    -------
    CoverageMap
        A `folium.Map`: add layers to it, show it in a notebook, or `.save("coverage.html")` it.

    Raises
    ------
    ArgumentError
        If `target` is not a share from 0 to 1, `areas` is the summary of another measurement,
        `planned` has the builds
        of another measurement, `history` mixes definitions or repeats dates, or another argument has no allowed value.
    FibercovError
        If `areas`, `network`, `planned` or `context` cannot be right, as in `summarize` and `measure_coverage`.

    Examples
    --------
    >>> import fibercov as fc
    >>> demo = fc.load_demo()
    >>> coverage = fc.measure_coverage(demo.premises, demo.network, reach=50)
    >>> page = fc.map_coverage(coverage, areas=demo.areas, network=demo.network, target=0.90)
    >>> page.save("coverage.html")  # doctest: +SKIP
    """
    texts.known(language)
    _one_of("premises", premises, ("auto", "marks", "squares"))
    _one_of("publish", publish, (None, "areas", "addresses"))
    if not isinstance(title, str | None):
        raise checks.refusal("title", "must be a text", title)
    if report_url is not None and not re.match("(https?|mailto):", str(report_url)):
        raise checks.refusal("report_url", "must begin with https:, http: or mailto:", report_url)
    goal = None if target is None else checks.exact_target(target)
    around = None if outline is None else outline_of(_lines(outline, "outline"))
    ground = context_frames(context)
    planned = checks.planned_frame(planned)
    lines = {"network": network, "planned": planned}
    drawn = {name: _lines(frame, name) for name, frame in lines.items() if frame is not None}
    if publish or isinstance(coverage, Publication):
        every = publish == "addresses"
        if publish is None and isinstance(coverage, Publication):
            every = coverage.premises is not None
        exact = {**drawn, **({"premises": 1} if premises == "marks" and not every else {})}
        if address and publish != "addresses":
            exact["address"] = 1
        figures = _public(coverage, areas, history, exact, premises=every, address=address)
        marks, columns = figures.premises is not None and premises != "squares", list[str]()
    else:
        figures, marks, columns = _exact(coverage, areas, history, premises, address)
    wanted = Wanted(drawn, ground, goal, marks, columns, around, report_url)
    return CoverageMap(
        content_of(figures, wanted), title=title, language=language, tiles=_background(tiles)
    )


def _public(
    coverage: CoverageTotals | Publication,
    areas: pd.DataFrame | None,
    history: Iterable[Coverage],
    exact: Iterable[str],
    *,
    premises: bool,
    address: str | Sequence[str] | None,
) -> Figures:
    """Take the figures of a publication; raise if something exact is asked for beside them."""
    for argument in exact:
        raise ArgumentError(
            argument,
            "cannot be drawn on a map that is published: it would give away what the figures do not.",
            "Leave it out.",
        )
    if isinstance(coverage, Publication):
        if areas is not None or [*history]:
            raise ArgumentError(
                "coverage", "is a publication, and has its own areas and dates.",
                Words("Leave out {areas} and {history}."),
            )  # fmt: skip
        publication = coverage if premises else replace(coverage, premises=None)
        if premises and coverage.premises is None:
            must = "cannot be 'addresses' for a publication without premises"
            raise ArgumentError("publish", f"{must}: make it by publishable(..., premises=True).")
    else:
        by = areas
        if isinstance(areas, gpd.GeoDataFrame) and "reached" in areas.columns:
            by = areas[areas.geometry.notna()]  # a summary: its figures are exact
        publication = publishable(
            [*history, checks.made_by(coverage, Coverage, "coverage", "measure_coverage")],
            areas=by,
            premises=premises,
            address=address,
        )
    _ = publication.unit, publication.reach  # one of each
    return public_figures(publication)


def _exact(
    coverage: CoverageTotals,
    areas: pd.DataFrame | None,
    history: Iterable[Coverage],
    premises: str,
    address: str | Sequence[str] | None,
) -> tuple[Figures, bool, list[str]]:
    """Count the measurements; tell whether to draw premises, and the columns of their addresses."""
    has_premises = isinstance(totalled(coverage), Coverage)
    if not has_premises and (areas is None or premises == "marks" or history):
        raise ArgumentError(
            "coverage",
            "has totals without premises.",
            Words("Give {areas}, a summary, and neither {history} nor `premises` as marks."),
        )
    number = sum(coverage.premises_by_status.values())
    marks = premises == "marks" or (premises == "auto" and number <= MOST_MARKS)
    columns = address_columns(coverage.premises, address) if isinstance(coverage, Coverage) else []
    figures = exact_figures(coverage, steps_of(coverage, history), areas)
    return figures, marks and has_premises, columns


def _one_of(argument: str, value: object, allowed: Iterable[object]) -> None:
    """Raise unless an argument has one of the allowed values."""
    if value not in [*allowed]:  # a list, as a value may not be hashable
        names = " or ".join(repr(name) for name in allowed)
        raise checks.refusal(argument, f"must be {names}", value)


def _lines(frame: gpd.GeoDataFrame, argument: str) -> gpd.GeoDataFrame:
    """Return the network to draw; raise if it cannot be right."""
    lines = checks.geo_frame(frame, argument)
    check_places(lines, argument)
    return lines


def _background(tiles: object) -> folium.map.Layer | None:
    """Make the background map, as a folium layer."""
    if tiles is None or isinstance(tiles, folium.map.Layer):
        return tiles
    try:
        return folium.TileLayer(tiles)
    except (ValueError, AttributeError, TypeError) as error:
        raise checks.refusal(
            "tiles",
            "must be a name that folium knows, or a layer with the attribution that the map's "
            "owner asks for, folium.TileLayer(ADDRESS, attr=OWNER)",
            tiles,
        ) from error
