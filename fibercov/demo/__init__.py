"""A synthetic municipality to learn and test fibercov with; nothing in it is real.

"Fiberdalen" is drawn from a fixed seed: a valley with a river and a main road, a town, seven
villages, a lake, and farms along the minor roads. Its fiber is built in yearly stages, so that every
`as_of` is a believable snapshot of the same place.

`place.py` holds the geography and the build plan, as tables. The homes and cables of all years are
generated first and filtered by date last, so that no date depends on another.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import geopandas as gpd

from fibercov import checks
from fibercov.demo.municipality import make_municipality
from fibercov.demo.place import FIRST_YEAR

__all__ = ["Demo", "load_demo"]

PREMISES = [
    "id", "address", "kind", "households", "inhabitants", "workplaces", "connected", "geometry",
]  # fmt: skip


@dataclass(frozen=True, eq=False)
class Demo:
    """A synthetic municipality as it was on one day; nothing in it is real.

    Attributes
    ----------
    premises
        Points, or None for the few without a position, with `id`, `address`, `kind` ("flats",
        "house" or "farm"), `households`, `inhabitants`, `workplaces` and `connected`.
    network
        The cables built by then: lines with `kind` ("trunk" or "access") and the year `built`.
    planned
        The cables planned but not built by then: lines with `kind` and the year of their `stage`.
    areas
        Town districts, villages and countryside with `name` and `code`; they tile the municipality.
    roads
        Lines with `kind` ("main", "street" or "lane") and `name`, from each junction to the next:
        roads that meet share a vertex.
    water
        Polygons of a river and a lake with `kind` and `name`. No premises lies in them; roads and
        cables cross the river on bridges.
    places
        Points with `kind` ("town", "district" or "village") and `name`: the town, and the places
        that areas are named after.
    as_of
        The day.
    """

    premises: gpd.GeoDataFrame
    network: gpd.GeoDataFrame
    planned: gpd.GeoDataFrame
    areas: gpd.GeoDataFrame
    roads: gpd.GeoDataFrame
    water: gpd.GeoDataFrame
    places: gpd.GeoDataFrame
    as_of: date

    def __repr__(self) -> str:
        return (
            f"Fiberdalen (synthetic), {self.as_of:%Y-%m-%d}: {len(self.premises):,} premises, "
            f"{self.premises['households'].sum():,} households, {len(self.network):,} cables, "
            f"{len(self.areas)} areas"
        )


def load_demo(*, as_of: date | str = date(2020, 10, 1)) -> Demo:
    """Make the synthetic municipality Fiberdalen as it was on a day.

    The same day always gives the same frames, in EPSG:3006 (metres), and a premises has the same
    `id` and the same counts on every day. The homes, cables and connections of a year exist from
    1 October of that year; from 2022-10-01 everything planned is built. The share within 50 m of the
    network passes 90 % in 2020, of households and of inhabitants.

    Parameters
    ----------
    as_of
        The day, from 2016-10-01.

    Returns
    -------
    Demo
        New frames, yours to change.

    Raises
    ------
    ArgumentError
        If `as_of` is not a date, or is before 2016-10-01.

    Examples
    --------
    >>> load_demo(as_of=date(2020, 10, 1))
    Fiberdalen (synthetic), 2020-10-01: 2,041 premises, 3,401 households, 294 cables, 13 areas
    """
    day = checks.day(as_of, "as_of")
    if day is None:
        raise checks.refusal("as_of", "must be a date such as 2020-10-01", None)
    year = day.year if (day.month, day.day) >= (10, 1) else day.year - 1
    if year < FIRST_YEAR:
        raise checks.refusal(
            "as_of",
            f"must be a date from {FIRST_YEAR}-10-01, when the demo's first snapshot was taken",
            day,
        )
    whole = make_municipality()
    homes = whole.homes.assign(connected=whole.homes["connected_in"] <= year)
    built = whole.cables["built"] <= year
    return Demo(
        premises=homes.loc[homes["since"] <= year, PREMISES].reset_index(drop=True),
        network=whole.cables[built].reset_index(drop=True),
        planned=whole.cables[~built].reset_index(drop=True).rename(columns={"built": "stage"}),
        areas=whole.areas.copy(),
        roads=whole.roads.copy(),
        water=whole.water.copy(),
        places=whole.places.copy(),
        as_of=day,
    )
