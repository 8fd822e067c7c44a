"""The share, its areas, the network and every premises on one interactive page."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from fractions import Fraction

import folium
import geopandas as gpd
import pandas as pd

from fibercov import checks, texts
from fibercov.errors import ArgumentError
from fibercov.geo.crs import check_places
from fibercov.maps.content import MOST_MARKS, Wanted, content_of
from fibercov.maps.page import CoverageMap
from fibercov.maps.steps import steps_of
from fibercov.measure.coverage import Coverage, CoverageTotals, totalled

__all__ = ["CoverageMap", "map_coverage"]
_ADDRESS = {"address", "adress"}


def map_coverage(
    coverage: CoverageTotals,
    *,
    areas: pd.DataFrame | None = None,
    network: gpd.GeoDataFrame | None = None,
    planned: gpd.GeoDataFrame | None = None,
    target: float | Decimal | Fraction | None = None,
    history: Iterable[Coverage] = (),
    language: str = "en",
    title: str | None = None,
    premises: str = "auto",
    address: str | Sequence[str] | None = None,
    public: bool = False,
    tiles: str | folium.map.Layer | None = None,
) -> CoverageMap:
    """Draw the coverage on an interactive page that opens without a network.

    A banner has the share with its definition, date and range, and the bar to the target. The map
    has the areas coloured by share, with a break at the target; squares of 250 m; the network; and
    the premises by status. Households are never shown at a premises. The areas are also a table,
    names can be searched, and the page can be printed and read in English and Swedish.

    Parameters
    ----------
    coverage
        A measurement. Of totals without premises, the areas alone are drawn.
    areas
        Reporting areas, as `read_areas` gives them, or what `summarize` made of them.
    network, planned
        The networks to draw; what lies far from the premises and areas is left off the page, and
        corners are rounded by a metre.
    target
        The share to reach, 0-1.
    history
        Earlier measurements under the same definition, for a slider of dates. If households are
        planned, the last date is the current one with the planned network taken as built. A
        premises is the same at two dates if it has the same place and address.
    language
        The language that the page opens in: `"en"` or `"sv"`. The reader can switch.
    title
        The page's heading; without one, "Fiber coverage" in the reader's language.
    premises
        How premises are drawn: `"marks"`, one by one; `"squares"`, not at all; or `"auto"`: marks
        for up to 200,000 of them.
    address
        The columns of the premises that make up an address, to be shown and searched. Without it,
        a column that is called `address` or `adress`, if there is one.
    public
        Whether the page is for publishing: no premises, and nothing of them, is in the file, and of
        areas and squares with 1 to 4 households within reach, planned or without, the share is left
        out, and what would reveal it (see `suppress`). Squares have no counts at all. The range and
        the unplaced are left out where they would tell a small count.
    tiles
        A background map: a name that folium knows, or a layer of folium's with the attribution that
        the map's owner asks for, such as `folium.TileLayer(address, attr=owner)`. The page then asks
        that host, and works without it if it does not answer; else it asks none.

    Returns
    -------
    CoverageMap
        A `folium.Map`: add layers to it, show it in a notebook, or `.save("coverage.html")`.

    Raises
    ------
    ArgumentError
        If `target` is not a share from 0 to 1, `areas` is another measurement's summary, `history`
        mixes definitions or dates, or another argument is none of its values.
    FibercovError
        If `areas`, `network` or `planned` cannot be right, as `summarize` and `measure_coverage`.

    Examples
    --------
    >>> import fibercov as fc
    >>> demo = fc.load_demo()
    >>> coverage = fc.measure_coverage(demo.premises, demo.network, reach=50)
    >>> page = fc.map_coverage(coverage, areas=demo.areas, network=demo.network, target=0.90)
    >>> page.save("coverage.html")  # doctest: +SKIP
    """
    has_premises = isinstance(totalled(coverage), Coverage)
    texts.known(language)
    if not has_premises and (areas is None or premises == "marks" or history):
        raise ArgumentError(
            "`coverage` has totals without premises: give `areas`, a summary, and neither `history` nor "
            "`premises` as marks."
        )
    _one_of("premises", premises, ("auto", "marks", "squares"))
    _one_of("public", public, (False, True))
    if not isinstance(title, str | None):
        raise ArgumentError(f"`title` must be a text, not {title!r}.")
    if public and premises == "marks":
        raise ArgumentError(
            "`public` leaves all premises out, but `premises` asks for 'marks'. Drop one of them."
        )
    lines = {"network": network, "planned": planned}
    number = sum(coverage.premises_by_status.values())
    marks = premises == "marks" or (premises == "auto" and number <= MOST_MARKS)
    wanted = Wanted(
        areas=areas,
        lines={name: _lines(frame, name) for name, frame in lines.items() if frame is not None},
        target=None if target is None else checks.exact_target(target),
        steps=steps_of(coverage, history),
        marks=marks and has_premises and not public,
        public=public,
        address=_address_columns(coverage.premises, address)
        if isinstance(coverage, Coverage)
        else [],
    )
    return CoverageMap(
        content_of(coverage, wanted), title=title, language=language, tiles=_background(tiles)
    )


def _one_of(argument: str, value: object, allowed: Iterable[object]) -> None:
    if value not in [*allowed]:  # a list: some values have no hash
        names = " or ".join(repr(name) for name in allowed)
        raise ArgumentError(f"`{argument}` must be {names}, not {value!r}.")


def _lines(frame: gpd.GeoDataFrame, argument: str) -> gpd.GeoDataFrame:
    """The network to be drawn, if it can be right."""
    lines = checks.geo_frame(frame, argument)
    check_places(lines, argument)
    return lines


def _address_columns(premises: pd.DataFrame, address: object) -> list[str]:
    if address is None:
        return [str(column) for column in premises.columns if str(column).casefold() in _ADDRESS][
            :1
        ]
    names = [address] if isinstance(address, str) else address
    if not isinstance(names, Sequence):
        raise ArgumentError(f"`address` must be a column, or a list of columns, not {address!r}.")
    return [checks.column_named(premises, name, "address") for name in names]


def _background(tiles: object) -> folium.map.Layer | None:
    """The background map as a layer of folium's."""
    if tiles is None or isinstance(tiles, folium.map.Layer):
        return tiles
    try:
        return folium.TileLayer(tiles)
    except (ValueError, AttributeError, TypeError) as error:
        raise ArgumentError(
            f"`tiles` must be a name that folium knows, or a layer with the attribution that the map's "
            f"owner asks for, folium.TileLayer(ADDRESS, attr=OWNER), not {tiles!r}."
        ) from error
