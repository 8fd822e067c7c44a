"""The rule that says which drop counts as within reach."""

from __future__ import annotations

from dataclasses import dataclass, field

from fibercov.checks import metres
from fibercov.errors import ArgumentError


@dataclass(frozen=True)
class Reach:
    """A definition of "within reach": the longest drop that counts, to what, and who says so.

    A premises is within reach when its drop, the straight line in metres on the ground to the
    nearest feature of the network, is at most `metres`.

    Parameters
    ----------
    metres
        The longest drop that counts, in metres, above 0.
    name
        What the definition is called; empty for one of your own.
    to
        What the drop is measured to, as readers are told: "fiber", "a fiber-connected building".
    source
        Where the definition comes from: a document, a decision, an address.

    Raises
    ------
    ArgumentError
        If `metres` is not a number above 0, or another field is not a text.

    Examples
    --------
    >>> print(Reach(50))
    within 50 m of fiber
    >>> print(Reach(30, name="Council decision 2018/41", to="a cabinet"))
    within 30 m of a cabinet (Council decision 2018/41)
    """

    metres: float
    name: str = field(default="", kw_only=True)
    to: str = field(default="fiber", kw_only=True)
    source: str = field(default="", kw_only=True)

    def __post_init__(self) -> None:
        object.__setattr__(self, "metres", metres(self.metres, "reach"))
        for argument in ("name", "to", "source"):
            value = getattr(self, argument)
            if not isinstance(value, str):
                raise ArgumentError(f"`{argument}` of a Reach must be a text, not {value!r}.")

    def __str__(self) -> str:
        named = f" ({self.name})" if self.name else ""
        return f"within {self.metres:,.10g} m of {self.to}{named}"


def as_reach(reach: float | Reach) -> Reach:
    """`reach` as a `Reach`: metres become a definition without a name."""
    return reach if isinstance(reach, Reach) else Reach(reach)
