"""Series that others wrote: which column is the date, and which the share or the counts."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import Any

import pandas as pd

from fibercov import checks
from fibercov.errors import ColumnError

_DATES = {"as_of", "date", "day", "datum", "dag", "mätdatum", "mätdag", "per", "år", "year"}
_SHARES = {"share", "coverage", "andel", "täckning", "täckningsgrad", "procent", "percent"}
_PERCENT = ("%", "procent", "percent")
_REACHED = (
    "reached", "within reach", "homes passed", "homes_passed", "with fiber", "with fibre",
    "inom räckhåll", "med fiber", "nådda", "passerade",
)  # fmt: skip
_TOTALS = {"total", "totalt", "antal", "number", "all", "alla", "summa"}
_UNITS = {
    "households": ("households", "hushåll", "homes"),
    "inhabitants": ("inhabitants", "invånare", "folkmängd", "population"),
    "workplaces": ("workplaces", "arbetsställen"),
}
_NAMED = {"unit": {"unit", "enhet"}, "definition": {"definition"}}


def known_columns(table: pd.DataFrame, argument: str) -> pd.DataFrame:
    """Rename the columns of a series in Swedish or English to those of a history.

    A table that has a history's own columns stays as it is. A share in percent becomes one from 0 to 1.

    Raises
    ------
    ColumnError
        If two columns may be the date, the share or the same count.
    """
    columns = [str(column) for column in table.columns]
    if "as_of" in columns and ({"total", "reached"} <= {*columns} or "share" in columns):
        return table
    roles: dict[str, list[str]] = {}
    for column in columns:
        roles.setdefault(_role(column), []).append(column)
    if "total" not in roles and len(roles.get("reached", [])) == 1 and "share" not in roles:
        roles.pop("reached")  # a count without its total is no share
    found: dict[str, str] = {}
    for role in ("as_of", "share", "reached", "total", *_NAMED):
        fitting = roles.get(role, [])
        if role in fitting:
            fitting = [role]
        if len(fitting) > 1:
            raise ColumnError(
                argument,
                f": which column is the {_SAID[role]}: {checks.listed(fitting)}?",
                f"Delete the others, or call the right one {role}.",
                seen=checks.listed(fitting),
            )
        found |= dict.fromkeys(fitting, role)
    made = table.rename(columns=found)
    for column, role in found.items():
        if role == "share":
            made["share"] = _shares(
                made["share"], in_percent=any(p in column.casefold() for p in _PERCENT)
            )
    units = {unit for column in found for unit in _units_in(column)}
    if "unit" not in made.columns and len(units) == 1:
        made["unit"] = units.pop()
    return made


_SAID = {
    "as_of": "date", "share": "share", "reached": "count within reach", "total": "total",
    "unit": "unit", "definition": "definition",
}  # fmt: skip


def _role(column: str) -> str:
    """Tell what a column is by its heading; empty if by none."""
    said = column.casefold().strip()
    words = said.replace("(", " ").replace(")", " ").replace(",", " ").split() or [""]
    total = {words[0], words[-1]} & _TOTALS or (len(words) == 1 and _units_in(said))
    # RULE: a share may name what it is of, and what is within reach may name the whole.
    fits = {
        **{role: said in names for role, names in _NAMED.items()},
        "as_of": words[0] in _DATES,
        "share": words[0] in _SHARES or any(sign in said for sign in _PERCENT),
        "reached": any(name in said for name in _REACHED),
        "total": bool(total),
    }
    return next((role for role, fitting in fits.items() if fitting), "")


def _units_in(column: str) -> list[str]:
    """List the units that a heading names."""
    said = column.casefold()
    return [unit for unit, names in _UNITS.items() if any(name in said for name in names)]


def _shares(column: pd.Series[Any], *, in_percent: bool) -> pd.Series[Any]:
    """Write shares in percent as shares from 0 to 1; other texts stay.

    RULE: under a heading in percent, a workbook may still hold 0.874 as 87.4 % is stored: if no number
    is above 1, they are shares.
    """
    texts = column.tolist()
    numbers = [_decimal(text) if isinstance(text, str) else None for text in texts]
    above = any(number is not None and number > 1 for number in numbers)
    made = [
        f"{number / 100:f}"
        if number is not None and ("%" in text or (in_percent and above))
        else text
        for text, number in zip(texts, numbers, strict=True)
    ]
    return pd.Series(made, index=column.index, dtype=column.dtype, name=column.name)


def _decimal(text: str) -> Decimal | None:
    """Parse a number with a point or a comma, with or without a percent sign."""
    plain = "".join(text.replace("%", "").split()).replace(",", ".")
    try:
        return Decimal(plain)
    except InvalidOperation:
        return None
