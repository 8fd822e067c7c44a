"""Who lives and works in the homes."""

from __future__ import annotations

import geopandas as gpd
import numpy as np

from fibercov.demo.place import PEOPLE, SEED, WORKPLACES, Array
from fibercov.demo.streets import in_town


def count_people(homes: gpd.GeoDataFrame, main: Array) -> gpd.GeoDataFrame:
    """Draw the inhabitants of each household and the workplaces of each premises, and add them up.

    Workplaces are a few everywhere, and many around the middle of the town.
    """
    inhabitants_rng, workplaces_rng = (np.random.default_rng([SEED, k]) for k in (1, 2))
    households = homes["households"].to_numpy()
    up_to = np.array([np.cumsum(PEOPLE[kind])[:-1] for kind in homes["kind"]])
    drawn = inhabitants_rng.random(households.sum())
    people = 1 + (drawn[:, None] >= np.repeat(up_to, households, axis=0)).sum(axis=1)
    first = np.cumsum(households) - households
    far = np.hypot(*(homes[["x", "y"]].to_numpy() - in_town(main, np.zeros((1, 2)))).T)
    shops = np.where(homes["kind"] == "flats", 5.0, 1.0) * np.exp(-((far / 300.0) ** 2))
    workplaces = workplaces_rng.poisson(homes["kind"].map(WORKPLACES) + shops)
    return homes.assign(inhabitants=np.add.reduceat(people, first), workplaces=workplaces)
