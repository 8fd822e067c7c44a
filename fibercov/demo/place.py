"""The geography of Fiberdalen and the plan for its fiber, as tables. All of it is invented."""

from __future__ import annotations

from typing import NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

Array: TypeAlias = NDArray[np.float64]


class Road(NamedTuple):
    """A road outside the town; from the year `built`, a cable follows its first part, `cabled`."""

    name: str
    km: list[tuple[float, float]]
    built: int
    cabled: float = 1.0


class Village(NamedTuple):
    """A village at a share of a road's length, with an area of about `radius_m`."""

    name: str
    road: str
    at: float
    length_m: float
    side_streets: int
    built: int
    radius_m: float


class Street(NamedTuple):
    """A street or road with homes; from the year `built`, cables follow its first part, `cabled`."""

    name: str
    line: Array
    built: int
    homes: str = "house"
    cabled: float = 1.0
    new: bool = False


class Place(NamedTuple):
    """The centre that an area is drawn around."""

    name: str
    xy: Array
    radius_m: float


SEED = 2126
CRS = "EPSG:3006"
SOUTH_WEST = (457_000.0, 6_730_000.0)  # the tables below are in km east and north of this corner
FIRST_YEAR = 2016
NEVER = 9999  # the year of anything outside the plan
REACH_M = 50.0  # homes farther than this from a cable are never connected
UNPLACED = 8
COLUMNS = ["x", "y", "foot_x", "foot_y", "along", "side", "since", "spur_in"]  # of a home
GAPS_M = {"flats": 40.0, "house": 19.0, "farm": 60.0}  # between homes of the same kind
FARM_SPACING_M = 450.0
SPURS = 0.5  # the share of drives along a cabled road that have a cable
# Shares of the households with 1, 2, ... inhabitants, and workplaces a premises outside the center.
PEOPLE = {
    "flats": (0.52, 0.30, 0.10, 0.055, 0.02, 0.005),
    "house": (0.24, 0.41, 0.14, 0.15, 0.05, 0.01),
    "farm": (0.28, 0.42, 0.12, 0.12, 0.05, 0.01),
}
WORKPLACES = {"flats": 0.3, "house": 0.05, "farm": 0.2}
# Share of the passed homes connected within 0, 1, 2, ... years; the rest never order.
TAKE_UP = (0.40, 0.62, 0.74, 0.81, 0.85)

# fmt: off
OUTLINE = [
    (0.2, 13.4), (0.5, 17.9), (4.3, 18.8), (7.0, 17.2), (10.6, 19.2), (16.6, 20.0), (21.3, 18.8),
    (22.6, 15.4), (21.8, 11.9), (25.6, 8.9), (26.1, 2.4), (22.6, 1.5), (18.2, 0.3), (13.6, 1.5),
    (9.8, 4.4), (5.2, 5.6), (2.8, 9.4),
]
MAIN_ROAD = Road("Dalvägen", [
    (0.3, 15.7), (2.6, 15.3), (4.6, 13.6), (7.0, 12.7), (9.6, 12.0), (12.4, 10.6), (15.2, 10.1),
    (17.6, 8.6), (19.3, 6.3), (21.8, 5.3), (24.0, 5.0), (25.9, 3.8),
], NEVER)
SIDE_ROAD = Road("Norra Dalvägen", [
    (12.9, 10.6), (13.2, 11.8), (14.6, 13.0), (14.9, 14.6), (16.4, 15.9), (17.0, 17.4),
    (19.2, 18.2),
], NEVER)
MINOR_ROADS = [
    Road("Tallåsen", [(3.3, 14.9), (3.9, 16.2), (3.2, 17.0), (3.6, 18.0)], 2020, 0.5),
    Road("Svartbäcken", [(5.6, 13.2), (4.6, 11.6), (5.0, 10.2), (4.2, 8.6)], NEVER),
    Road("Finnåsen", [(7.6, 12.5), (8.2, 14.2), (7.6, 15.4), (9.0, 16.8)], 2021, 0.8),
    Road("Getryggen", [(9.4, 12.1), (8.2, 10.4), (8.6, 8.8), (7.2, 7.2)], 2019, 0.6),
    Road("Lillsjön", [(8.5, 9.4), (9.8, 8.4), (10.4, 7.0), (13.0, 5.4)], NEVER),
    Road("Myråsen", [(9.7, 12.0), (10.4, 13.6), (11.9, 14.8), (11.2, 17.4)], 2018, 0.5),
    Road("Rävmossen", [(13.8, 10.3), (12.9, 8.6), (13.4, 7.0), (12.9, 4.4)], 2019, 0.6),
    Road("Kolbotten", [(13.2, 7.2), (14.8, 6.2), (15.0, 4.2), (16.4, 2.6)], 2022, 0.6),
    Road("Höglunda", [(14.7, 13.6), (16.4, 13.2), (18.0, 14.0), (20.4, 13.6)], 2021, 0.6),
    Road("Orrliden", [(16.4, 9.5), (18.0, 10.8), (20.0, 10.6), (21.6, 10.0)], 2020, 0.7),
    Road("Västanå", [(18.6, 7.2), (17.0, 6.2), (17.2, 4.4), (18.8, 2.6)], 2022, 0.5),
    Road("Tjäderberg", [(20.6, 5.7), (21.8, 7.4), (23.6, 7.6), (24.4, 8.6)], 2020, 0.6),
    Road("Hästmyran", [(22.6, 5.1), (22.0, 3.6), (22.9, 2.4)], NEVER),
    Road("Sörsidan", [(3.0, 15.2), (3.1, 13.9), (5.2, 12.2), (7.2, 11.3), (8.6, 12.3)], 2020, 0.4),
    Road("Bergslåtten", [(16.6, 16.2), (15.0, 17.2), (14.6, 18.6)], NEVER),
]
VILLAGES = [
    Village("Granhed", "Dalvägen", 0.085, 620, 4, 2019, 2100),
    Village("Kvarnbo", "Dalvägen", 0.255, 820, 6, 2017, 2200),
    Village("Älvsta", "Dalvägen", 0.570, 760, 6, 2018, 2050),
    Village("Lövåker", "Dalvägen", 0.710, 700, 5, 2019, 2000),
    Village("Stenmo", "Dalvägen", 0.880, 520, 3, 2020, 2000),
    Village("Norrtjärn", "Norra Dalvägen", 0.420, 560, 4, 2020, 1800),
    Village("Björkhult", "Norra Dalvägen", 0.860, 640, 5, 2021, 2000),
]
# Trunk cables: road, from and to (shares of its length), the year built.
TRUNKS = [
    ("Dalvägen", 0.385, 0.440, 2014), ("Dalvägen", 0.235, 0.385, 2016),
    ("Dalvägen", 0.440, 0.590, 2016), ("Dalvägen", 0.590, 0.730, 2018),
    ("Dalvägen", 0.065, 0.235, 2019), ("Dalvägen", 0.730, 0.900, 2020),
    ("Norra Dalvägen", 0.0, 0.460, 2019), ("Norra Dalvägen", 0.460, 0.900, 2021),
]

RIVER, RIVER_M = "Fiberälven", (16.0, 36.0)  # how wide, from west to east
LAKE = "Norrsjön"
SHORE = [
    (12.55, 13.95), (12.85, 14.45), (13.45, 14.55), (13.75, 15.0), (14.25, 15.1), (14.45, 14.65),
    (14.3, 14.15), (13.95, 13.85), (13.65, 13.4), (13.0, 13.35),
]

# The town is drawn in its own metres: s along the main road, t across it, north positive.
TOWN, TOWN_AT = "Fiberdalen", 0.412
TOWN_ROWS = (-505, -425, -345, 0, 78, 150, 236, 312, 402, 484, 580, 668)
TOWN_OVALS = ((-10, 270, 900, 440), (160, -400, 560, 150))  # centre s and t, half axes
GREENS = ((300, 345, 95, 70), (-330, 215, 80, 60), (-60, -440, 70, 60))  # school, church, meadow
FLATS = ((-200, 80, 240), (170, 100, 260), (-520, 420, 170))  # s, t, radius: centre and estate
NEW_STREETS = [
    ("Lingonvägen", [(880, 0), (905, 110), (960, 190), (1075, 215), (1150, 150), (1120, 60),
                     (1085, 0)]),
    ("Blåbärsvägen", [(960, 190), (935, 270), (985, 345), (1080, 370)]),
    ("Hallonvägen", [(1075, 215), (1130, 290), (1220, 310)]),
]
# Districts: name, s, t, radius, the years in which their streets get cables.
DISTRICTS = [
    ("Centrum", -20, 90, 560, (2014, 2015, 2016)),
    ("Solbacken", -350, 640, 850, (2015, 2016, 2017)),
    ("Björkängen", 830, 420, 900, (2016, 2018, 2019)),
    ("Söderstrand", 160, -480, 800, (2018, 2018, 2019)),
]
RURAL = ("Norra skogsbygden", "Södra skogsbygden")
STEMS = [  # of street names
    "Björk", "Ek", "Tall", "Gran", "Lönn", "Alm", "Ask", "Rönn", "Hassel", "Syren", "Lärk",
    "Trast", "Svan", "Sparv", "Kvarn", "Smed", "Skol", "Kyrk", "Bäck", "Sol", "Ängs", "Back",
    "Hag", "Lund", "Sten", "Äppel", "Körsbärs", "Plommon", "Päron", "Häst", "Humle", "Säv", "Vass",
    "Vide", "Älg", "Har", "Räv", "Uggle", "Falk", "Ljung", "Moss", "Timmer", "Såg", "Hammar",
    "Slägg", "Linne", "Väv", "Skogs", "Åker", "Havre", "Råg", "Korn",
]
# fmt: on
