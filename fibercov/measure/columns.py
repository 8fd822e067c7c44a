"""The one place that knows which column of the premises holds which drop."""

from __future__ import annotations

from dataclasses import dataclass

from fibercov.errors import ArgumentError
from fibercov.reach import Reach, feature_of


@dataclass(frozen=True)
class DropColumns:
    """The columns with a measurement's drops, by what the drops were measured to.

    Attributes
    ----------
    network, connected, planned
        The column with the drops to the network, to the nearest connected premises, and to the
        planned network; None if there was none to measure to. Where a network of buildings stands
        in for connected premises, the first two are the same column.
    feature
        What the network's features are, in the words of the definition it was measured under; empty
        if the definition has no words for them.
    """

    network: str | None
    connected: str | None
    planned: str | None
    feature: str = ""

    def of(self, reach: Reach) -> str:
        """Name the column with the drops that the definition asks for.

        Raises
        ------
        ArgumentError
            If there is no such column.
        """
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

    def plan_under(self, reach: Reach) -> str | None:
        """Name the column with the drops to the planned network; None if the plan does not count.

        RULE: where drops end at connected premises, a plan makes no drop shorter, because it does not
        say who will be connected.
        """
        return self.planned if self.network and self.of(reach) == self.network else None
