"""All of the municipality, for every year."""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

import geopandas as gpd
import numpy as np

from fibercov.demo.homes import make_premises, put_homes
from fibercov.demo.land import draw_water, join_roads, name_places
from fibercov.demo.layout import divide_areas, lay_cables
from fibercov.demo.people import count_people
from fibercov.demo.place import MAIN_ROAD, MINOR_ROADS, SEED, SIDE_ROAD, STEMS, Street
from fibercov.demo.streets import draw_roads, draw_town, draw_villages, find_places


class Municipality(NamedTuple):
    """The homes and cables of all years, and what stays the same."""

    homes: gpd.GeoDataFrame
    cables: gpd.GeoDataFrame
    areas: gpd.GeoDataFrame
    roads: gpd.GeoDataFrame
    water: gpd.GeoDataFrame
    places: gpd.GeoDataFrame


@cache
def make_municipality() -> Municipality:
    """Generate the municipality, once; the frames are shared, so whoever changes them copies them."""
    rng = np.random.default_rng(SEED)
    roads = draw_roads(rng)
    main = roads[MAIN_ROAD.name]
    places = find_places(roads)
    names = [stem + end for end in ("gatan", "vägen", "stigen") for stem in rng.permutation(STEMS)]
    streets = draw_town(main, places, names, rng) + draw_villages(roads, names, rng)
    farms = [
        Street(road.name, roads[road.name], road.built, "farm", road.cabled)
        for road in (MAIN_ROAD, SIDE_ROAD, *MINOR_ROADS)
    ]
    homes = put_homes(streets, farms, main, rng)
    cables = lay_cables(streets + farms, roads, homes)
    areas = divide_areas(places, main, homes[["x", "y"]].to_numpy(), rng)
    return Municipality(
        # RULE: what is drawn from `rng` stays as it is; anything new has a stream of its own.
        homes=count_people(make_premises(homes, cables, rng), main),
        cables=cables,
        areas=areas,
        roads=join_roads(roads, streets),
        water=draw_water(main, areas),
        places=name_places(places, main),
    )
