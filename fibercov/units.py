"""What is counted: households, inhabitants, workplaces, several of them together, or premises.

A unit is a text in results and files: the name of a count, or several with a plus sign between them, in
this order: "households+workplaces". Premises count one each.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from fibercov import checks
from fibercov.errors import ArgumentError
from fibercov.wording import COLUMN, Call, Words

COUNTS = ("households", "inhabitants", "workplaces")
PREMISES = "premises"


def unit_of(unit: object, columns: Iterable[object]) -> str:
    """Take a unit as it was asked for, of premises with these columns.

    Without one: households if they are counted, or else the only count there is, or else premises.

    Raises
    ------
    ArgumentError
        If it is no unit, the premises lack a count that it needs, or there are several counts to choose
        from, and none of them is households.
    """
    there = [count for count in COUNTS if count in [*columns]]
    if unit is None:
        if len(there) > 1 and there[0] != COUNTS[0]:
            raise ArgumentError(
                "unit", f"must say what to count, for the premises have {checks.listed(there)}."
            )
        return there[0] if there else PREMISES
    names = [PREMISES, *COUNTS]
    parts = unit.split("+") if isinstance(unit, str) else unit
    asked = [str(part) for part in parts] if isinstance(parts, Sequence) else []
    several = len(asked) > 1 and (PREMISES in asked or len({*asked}) < len(asked))
    if not asked or several or not {*asked} <= {*names}:
        must = f"must be one of {checks.listed(names)}, or several of the last three together"
        raise checks.refusal("unit", must, unit)
    missing = [count for count in asked if count != PREMISES and count not in there]
    if missing:
        raise ArgumentError(
            "unit",
            f"needs the {missing[0]} of each premises, and there is no column of that name.",
            Words(
                "Name the column when reading: {read}.",
                read=Call("read_premises", **{missing[0]: COLUMN}),
            ),
        )
    return "+".join(count for count in names if count in asked)


def count_each(premises: pd.DataFrame, unit: str) -> NDArray[np.int64]:
    """Count what each premises has of a unit."""
    if unit == PREMISES:
        return np.ones(len(premises), dtype=np.int64)
    return premises[unit.split("+")].sum(axis=1).to_numpy(dtype=np.int64)
