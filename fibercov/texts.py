"""Every word and number format that readers of results see."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

from fibercov.reach import Reach

STATUS = {
    "connected": "Connected",
    "passed": "Passed",
    "planned": "Planned",
    "unserved": "Unserved",
    "unplaced": "Unplaced",
}
MEANING = {
    "connected": "fiber ends in the building",
    "passed": "not connected, within reach",
    "planned": "within reach of the planned network",
    "unserved": "none of these",
    "unplaced": "no usable position",
}
OUTSIDE = "(outside all areas, or unplaced)"
NO_VALUE = "(no value)"
TOTAL = "Total"
PROBLEM = {
    "unplaced": "premises without a usable position",
    "connected_unplaced": "connected premises without a usable position",
    "connected_far": "connected premises farther from the network than the reach",
    "unsure_position": "premises whose position is too unsure to tell whether they are within reach",
    "no_households": "premises with 0 households",
    "same_place": "premises on the same place as one before them",
    "isolated": "premises more than 10 km from any other place with premises",
    "broken_polygon": "building polygons that are not valid, measured as make_valid makes them",
    "outside_areas": "premises outside all areas",
    "network_twice": "features of the network that repeat one before them (they count once)",
    "network_nowhere": "features of the network without geometry (never the nearest)",
    "network_broken_polygon": "network polygons that are not valid, measured as make_valid makes them",
}
NONE = "\N{EN DASH}"

AREA_LAYER = "Areas by share"
LAYER = {"network": "Network", "planned": "Planned network"}
NO_HOUSEHOLDS = "no households"
AREA, HOUSEHOLDS, SHARE, WITHIN = "Area", "Households", "Share", "Within reach"
SHORTFALL, VERDICT, STATUS_TITLE = "Households to go", "Target", "Status"
PREMISES, DROP = "Premises", "Drop"
PROBLEM_TITLE, ROWS, WITHOUT_THEM = "About the data", "Rows", "Share without them"


def count(number: int) -> str:
    """A whole number with its thousands set apart.

    >>> count(41237)
    '41,237'
    """
    return f"{number:,}"


def households(number: int) -> str:
    """A number of households, in words.

    >>> households(1), households(1072)
    ('1 household', '1,072 households')
    """
    return f"{count(number)} household{'' if number == 1 else 's'}"


def digits(share: Fraction, decimals: int = 1) -> str:
    """A share in percent, rounded half up, without the sign.

    >>> digits(Fraction(8745, 10000))
    '87.5'
    """
    exact = Decimal(share.numerator * 100) / Decimal(share.denominator)
    return str(exact.quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_UP))


def percent(share: Fraction, against: Fraction | None = None) -> str:
    """A share in percent with one decimal; with more, where one would say what is not so.

    89.96 % of a target of 90 % is not met, so that it must not read "90.0 %", and 99.97 % is not
    all.

    >>> percent(Fraction(874, 1000)), percent(Fraction(9997, 10000))
    ('87.4 %', '99.97 %')
    >>> percent(Fraction(8996, 10000), against=Fraction(9, 10))
    '89.96 %'
    """
    goal = Fraction(1) if against is None else against
    decimals = 1
    for decimals in range(1, 12):
        read = Fraction(digits(share, decimals)) / 100
        same_verdict = (read >= goal) == (share >= goal)
        if same_verdict and (read == 0) == (share == 0) and (read == 1) == (share == 1):
            break
    return f"{digits(share, decimals)} %"


def target_percent(target: Fraction) -> str:
    """A target in percent, with as many decimals as it has.

    >>> target_percent(Fraction(9, 10)), target_percent(Fraction(999, 1000))
    ('90 %', '99.9 %')
    """
    return f"{float(target * 100):.10g} %"


def base(number: int, *, one_each: bool) -> str:
    """What the share is a share of.

    >>> base(41237, one_each=False)
    '41,237 households'
    >>> base(6707, one_each=True)
    '6,707 premises (one household each)'
    """
    return f"{count(number)} premises (one household each)" if one_each else households(number)


def headline(
    share: Fraction,
    of: str,
    reach: Reach,
    between: tuple[Fraction, Fraction],
    as_of: date | None,
    against: Fraction | None,
) -> str:
    """One line that carries the share, its definition, its range and its date."""
    text = f"{percent(share, against)} of {of} {reach}"
    if between[0] != between[1]:
        low, high = (percent(bound, against).removesuffix(" %") for bound in between)
        text += f" ({low}-{high})"
    return text + (f", {as_of.isoformat()}" if as_of else "")


def measured_in(crs: str, scale_error: float) -> str:
    """Which CRS the distances were measured in, and how well.

    >>> measured_in("EPSG:3006", 0.0004)
    'Measured in EPSG:3006, whose metre is within 0.04 % of the ground here.'
    """
    return f"Measured in {crs}, whose metre is within {100 * scale_error:.2g} % of the ground here."


def goal(verdict: str, target: Fraction, shortfall: int) -> str:
    """Whether the target is met, and what is left.

    >>> goal("not met", Fraction(9, 10), 1072)
    'target 90 % is not met, 1,072 households to go'
    """
    words = {
        "met": f"target {target_percent(target)} is met",
        "not met": f"target {target_percent(target)} is not met",
        "uncertain": f"whether target {target_percent(target)} is met is uncertain",
    }[verdict]
    return f"{words}, {households(shortfall)} to go" if shortfall else words


def verdict(
    share: Fraction,
    target: Fraction,
    between: tuple[Fraction, Fraction],
    reach: Reach,
    goal: str,
) -> str:
    """One line that holds the share, with its definition and range, against the target."""
    low, high = (percent(bound, target) for bound in between)
    range_ = f" ({low} to {high})" if low != high else ""
    return f"{percent(share, target)} {reach}{range_}: {goal}"


def metres(length: float) -> str:
    """A length as a reader of a map wants it.

    >>> metres(50.4), metres(312.3), metres(1234.5)
    ('50.4 m', '312 m', '1.2 km')
    """
    if length < 100:
        return f"{length:.1f} m"
    return f"{length:.0f} m" if length < 1000 else f"{length / 1000:,.1f} km"


def points(difference: float) -> str:
    """A difference of shares in percentage points.

    >>> points(0.2139), points(-1.5), points(0.0)
    ('+0.21 points', '-1.50 points', 'unchanged')
    """
    if difference != difference:  # noqa: PLR0124 - NaN: nothing would be left
        return NONE
    return f"{difference:+.2f} points" if difference else "unchanged"


def classes(breaks: Sequence[Fraction]) -> list[str]:
    """The classes between the breaks, and from the last break to 100, in percent.

    >>> classes([Fraction(0), Fraction(1, 2), Fraction(9, 10)])
    ['0\N{EN DASH}50', '50\N{EN DASH}90', '90\N{EN DASH}100']
    """
    bounds = [f"{float(100 * bound):.4g}" for bound in (*breaks, Fraction(1))]
    return [f"{low}\N{EN DASH}{high}" for low, high in itertools.pairwise(bounds)]


def with_plan(share: Fraction) -> str:
    """What the share becomes once the planned network is built."""
    return f"With the planned network built: {percent(share)}."


def not_on_map(unplaced: int) -> str:
    """How many households the map cannot show."""
    return f"{households(unplaced)} without a usable position, counted as not within reach."


def source(reach: Reach) -> str:
    """Where the definition comes from."""
    return f"Definition: {reach.source}."


def ramp(reach: Reach) -> str:
    """What the colours of the areas show.

    >>> ramp(Reach(50))
    'Households within 50 m of fiber, %'
    """
    return f"Households {reach}, %"


def sentence(words: str) -> str:
    """The words as a sentence.

    >>> sentence("target 90 % is met")
    'Target 90 % is met.'
    """
    return f"{words[:1].upper()}{words[1:]}."
