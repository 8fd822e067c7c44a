"""The whole municipality in all years."""

from __future__ import annotations

import geopandas as gpd
import numpy as np

from fibercov.demo.homes import make_premises, put_homes
from fibercov.demo.layout import divide_areas, lay_cables
from fibercov.demo.place import MAIN_ROAD, MINOR_ROADS, SEED, SIDE_ROAD, STEMS, Street
from fibercov.demo.streets import draw_roads, draw_town, draw_villages, find_places


def make_municipality() -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame, gpd.GeoDataFrame]:
    """Generate the homes, cables and areas of all years."""
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
    return make_premises(homes, cables, rng), cables, areas
