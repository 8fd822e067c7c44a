"""Definitions of "within reach": yours, and those of official bodies.

No official definition says everything that a computation must decide, and some are known from
secondary sources alone. Each says what is not verified.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

import pandas as pd

from fibercov.checks import metres, reaches, refusal
from fibercov.errors import ArgumentError
from fibercov.numerals import AS_NUMBERS, THOUSANDS, may_be_thousands, number_in

BESIDE_M = 25.0
ALONG = ("along", "beside_m", "join_m")  # the fields that only a definition along roads has
_FEATURES = {"network": "fiber", "connected": "a fiber-connected building"}


@dataclass(frozen=True)
class Reach:
    """A definition of "within reach": the longest drop that counts, what it is measured to, the source.

    A premises is within reach when its drop, the straight line in metres on the ground to the
    nearest feature of the network, is at most `metres`. Along roads, the drop is the leg to the nearest
    road, the route along the roads and the line to the network.

    Parameters
    ----------
    metres
        The longest drop that counts, in metres, above 0.
    name
        The definition's name; empty for one of your own.
    to
        What the drop is measured to: `"network"`, or `"connected"` for the nearest connected
        premises.
    feature
        What the drop ends at, as readers are told, such as "a cabinet"; without it, "fiber" or "a
        fiber-connected building".
    source
        Where the definition comes from: a document, a decision, an address.
    along
        `"roads"` if the drop follows roads; without it, it is straight.
    beside_m
        Along roads: how far the network may be from a road and still count as lying along it; by
        default 25 m.
    join_m
        Along roads: up to how far from another road a loose road end is joined to it; by default
        0, not at all.

    Raises
    ------
    ArgumentError
        If `metres` is not a number above 0, `to` is neither of its values, or another field is not
        a text; if the drop along roads is measured to connected premises, or `metres` is below twice
        `beside_m`: drops of up to `beside_m` are straight lines.

    Examples
    --------
    >>> print(Reach(50))
    within 50 m of fiber
    >>> print(Reach(30, name="Council decision 2018/41", feature="a cabinet"))
    within 30 m of a cabinet (Council decision 2018/41)
    >>> print(Reach(200, along="roads"))
    within 200 m of fiber, measured along roads with 25 m side tolerance
    """

    metres: float
    name: str = field(default="", kw_only=True)
    to: str = field(default="network", kw_only=True)
    feature: str = field(default="", kw_only=True)
    source: str = field(default="", kw_only=True)
    along: str = field(default="", kw_only=True)
    beside_m: float = field(default=BESIDE_M, kw_only=True)
    join_m: float = field(default=0.0, kw_only=True)

    def __post_init__(self) -> None:
        object.__setattr__(self, "metres", metres(self.metres, "reach"))
        for argument in ("name", "to", "feature", "source"):
            value = getattr(self, argument)
            if not isinstance(value, str):
                raise refusal(argument, "of a Reach must be a text", value)
        if self.to not in _FEATURES:
            raise refusal(
                "to",
                "of a Reach must be 'network' or 'connected'",
                self.to,
                f"Say what the drop ends at with feature={self.to!r}.",
            )
        if self.along not in {"", "roads"}:
            raise refusal("along", "of a Reach must be 'roads' or left out", self.along)
        object.__setattr__(self, "beside_m", metres(self.beside_m, "beside_m"))
        object.__setattr__(self, "join_m", float(reaches([self.join_m], "join_m")[0]))
        if not self.along:
            if (self.beside_m, self.join_m) != (BESIDE_M, 0):
                raise ArgumentError("beside_m", "and join_m of a Reach need along='roads'.")
        elif self.to != "network":
            raise ArgumentError(
                "along", "of a Reach cannot be 'roads' where drops end at connected premises."
            )
        elif self.metres < 2 * self.beside_m:
            raise refusal(
                "reach",
                f"along roads must be at least twice beside_m ({2 * self.beside_m:g} m), because drops of "
                "up to beside_m are straight lines",
                self.metres,
            )

    def __str__(self) -> str:
        named = f" ({self.name})" if self.name else ""
        along = ""
        if self.along:
            joined = f" and road ends joined within {self.join_m:g} m" if self.join_m else ""
            along = f", measured along roads with {self.beside_m:g} m side tolerance{joined}"
        return f"within {self.metres:,.10g} m of {feature_of(self.to, self.feature)}{along}{named}"


def feature_of(to: str, feature: str) -> str:
    """Name what a drop ends at, in the words of the definition or else in our own."""
    return feature or _FEATURES[to]


def reach_columns(reach: Reach) -> dict[str, float | str]:
    """Return what defines a reach, as columns of one value each."""
    made: dict[str, float | str] = {
        "reach_m": reach.metres,
        "reach_to": reach.to,
        "reach_feature": reach.feature,
        "reach_name": reach.name,
    }
    if reach.along:
        made |= {f"reach_{name}": getattr(reach, name) for name in ALONG}
    return made


def as_reach(reach: float | str | Reach) -> Reach:
    """Return `reach` as a `Reach`: metres, as a number or a text, or the name of a definition."""
    if isinstance(reach, Reach):
        return reach
    if not isinstance(reach, str):
        return Reach(reach)
    if reach.upper() in DEFINITIONS:
        return DEFINITIONS[reach.upper()]
    number = number_in(reach)
    if number is None:
        names = ", ".join(DEFINITIONS)
        raise refusal("reach", f"must be metres above 0, or one of {names}", reach)
    if may_be_thousands(pd.Series([reach])).any():
        raise ArgumentError("reach", f"is {reach!r}, {THOUSANDS}", AS_NUMBERS, seen=repr(reach))
    return Reach(float(number))


PTS_2015 = Reach(
    50,
    name="PTS 2015",
    to="connected",
    source="PTS bredbandskartläggning from 2015, as reported by Vetlandaposten, Datormagazin and "
    "Länsstyrelsen Dalarna",
)
"""Sweden from 2015: a household within 50 m of a fiber-connected building is *i absoluta närheten*.

Measured from the connected premises themselves, so that no network is needed. Known from three
secondary sources, which agree. Not verified: whether PTS measures from edge to edge or from point
to point (here: from the geometry of the data). From 2020 PTS also counts what can be ordered for at
most 40,000 SEK and what it estimates, which no distance can tell.
"""

PTS_GRID = Reach(
    354,
    name="PTS grid, to 2014",
    source="Luleå kommun, programuppföljning: fiber within 354 m, the diagonal of a 250 m square",
)
"""Sweden to 2014: 250 m squares; fiber in the square is at most its diagonal, 354 m, away.

From a secondary source. Others say 250 m for the same years, and PTS counted by square, not by
distance: results come close to the published series but do not equal it.
"""

BNETZA = Reach(
    20,
    name="BNetzA homes passed",
    source="Bundesnetzagentur, Glasfaserausbau: infrastructure past the property, at most 20 m",
)
"""Germany: homes passed means that infrastructure runs past the property, at most 20 m from it.

From the body's own page. The 20 m are measured to the property: with addresses or buildings instead
of parcels, fewer homes are within reach.
"""

RTR = Reach(
    50,
    name="RTR",
    source="RTR, Orientierungshilfe zur Zentralen Informationsstelle: adjoining is at most 50 m",
)
"""Austria: served also if the line passes an adjoining property, which is at most 50 m away.

From the body's own page, which also requires capacity in the line; a distance cannot tell that.
"""

FCC_DROP = Reach(
    152.4,
    name="FCC drop",
    source="FCC Broadband Data Collection: at most 500 ft from the deployed line to the parcel",
)
"""USA: the drop from the deployed line to the parcel's boundary is at most 500 ft, 152.4 m.

From the body's own page. The FCC also limits the route from the optical line terminal (196,000 ft,
59.74 km), which is not checked here, and measures to the parcel: with addresses, fewer are within
reach.
"""

DEFINITIONS: Mapping[str, Reach] = MappingProxyType(
    {"PTS_2015": PTS_2015, "PTS_GRID": PTS_GRID, "BNETZA": BNETZA, "RTR": RTR, "FCC_DROP": FCC_DROP}
)
"""The official definitions, by their names here and on the command line."""
