"""The one place that knows which column of the premises holds which drop.

`drop_m` is the straight drop, `road_m` that along roads; `free_drop_m` and `free_road_m` are the least that
cross no barrier. Before them stands `connected_` or `planned_` where they end at the nearest connected
premises, or at the planned network.
"""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from fibercov.errors import ArgumentError
from fibercov.reach import Reach, feature_of
from fibercov.wording import Words

OWN = ("drop_m", "road_m", "free_drop_m", "free_road_m")
LIT, PLANNED = "connected_", "planned_"
NAMES = (*OWN, *(f"{LIT}{name}" for name in OWN), *(f"{PLANNED}{name}" for name in OWN))


def free(column: str) -> str:
    """Name the column with the drops of this kind that cross no barrier.

    >>> free("drop_m"), free("connected_drop_m")
    ('free_drop_m', 'connected_free_drop_m')
    """
    return column.replace("drop_m", "free_drop_m").replace("road_m", "free_road_m")


@dataclass(frozen=True)
class DropColumns:
    """The columns with a measurement's drops, by what the drops were measured to.

    Attributes
    ----------
    network, connected, planned
        The column with the straight drops to the network, to the nearest connected premises, and to the
        planned network; None if there was none to measure to. Where a network of buildings stands
        in for connected premises, the first two are the same column.
    feature
        What the network's features are, in the words of the definition it was measured under; empty
        if the definition has no words for them.
    along
        The definition along roads that drops were measured under; None if they were not.
    free_to_m
        How far drops that cross no barrier were looked for; None without barriers.
    """

    network: str | None
    connected: str | None
    planned: str | None
    feature: str = ""
    along: Reach | None = None
    free_to_m: float | None = None

    def of(self, reach: Reach) -> str:
        """Name the column with the drops that the definition asks for.

        Raises
        ------
        ArgumentError
            If there is no such column.
        """
        straight = self.straight(reach)
        if not reach.along:
            return straight
        if self.along is None:
            raise ArgumentError(
                "reach",
                f"{str(reach)!r} needs drops along roads, and none were measured.",
                Words("Measure again with {roads}."),
                seen=repr(str(reach)),
            )
        if (reach.beside_m, reach.join_m) != (self.along.beside_m, self.along.join_m):
            raise ArgumentError(
                "reach",
                f"{str(reach)!r} needs drops along roads with another beside_m or join_m than the "
                f"{self.along.beside_m:g} and {self.along.join_m:g} m that they were measured with.",
                "Measure again.",
                seen=repr(str(reach)),
            )
        return "road_m"

    def straight(self, reach: Reach) -> str:
        """Name the column with the straight drops to what the definition measures to; raise if there is none."""
        column = self.connected if reach.to == "connected" else self.network
        # RULE: a network not said to be anything else is fiber, and not, say, cabinets.
        if reach.to == "network" and reach.feature not in {"", self.feature}:
            column = None
        if column is None:
            wanted = (
                "connected premises" if reach.to == "connected" else reach.feature or "a network"
            )
            seen = feature_of("connected" if self.network is None else "network", self.feature)
            raise ArgumentError(
                "reach",
                f"{str(reach)!r} needs drops to {wanted}, but these were measured to {seen}.",
                f"Measure again, with data that has {wanted}.",
                seen=repr(str(reach)),
            )
        return column

    def free_of(self, reach: Reach) -> str | None:
        """Name the column with the drops that cross no barrier; None without barriers.

        Raises
        ------
        ArgumentError
            If such drops were not looked for as far as the definition's.
        """
        if self.free_to_m is None:
            return None
        if reach.metres > self.free_to_m:
            raise ArgumentError(
                "reach",
                f"{str(reach)!r} is farther than drops that cross no barrier were looked for, "
                f"{self.free_to_m:g} m.",
                "Measure again with it.",
                seen=repr(str(reach)),
            )
        return free(self.of(reach))

    def plan_under(self, reach: Reach) -> str | None:
        """Name the column with the drops to the planned network; None if the plan does not count.

        RULE: where drops end at connected premises, a plan makes no drop shorter, because it does not
        say who will be connected.
        """
        if self.planned is None or self.network is None or self.straight(reach) != self.network:
            return None
        return f"{PLANNED}{self.of(reach)}"


def note_infinite(premises: pd.DataFrame, note: str) -> pd.DataFrame:
    """Leave infinite drops empty for a file, and say in a column beside that no way leads along the roads."""
    there = [name for name in NAMES if name in premises.columns]
    without = premises.get("road_m", pd.Series(0.0, index=premises.index)) == float("inf")
    told = premises.assign(
        **{name: premises[name].replace(float("inf"), float("nan")) for name in there}
    )
    return (
        told.assign(road_note=without.map({True: note, False: None})) if "road_m" in there else told
    )
