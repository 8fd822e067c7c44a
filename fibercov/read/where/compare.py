"""Compare a column with another column or with constants, row by row."""

from __future__ import annotations

import ast
import operator
import re
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pandas as pd

from fibercov.checks import shown
from fibercov.errors import ArgumentError
from fibercov.read.where.values import (
    DATES,
    NOTHING,
    NUMBERS,
    TEXT,
    TRUTHS,
    Constant,
    Values,
    bools,
    written,
)

ORDERS: dict[type[ast.cmpop], Callable[[Any, Any], Any]] = {
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
}
# Which kinds may be compared with which: True is also the number 1, as in pandas.
_ALIKE = {TEXT: TEXT, NUMBERS: NUMBERS, TRUTHS: NUMBERS, DATES: DATES}
_DATE = re.compile(r"\d{4}(-\d\d(-\d\d([T ]\d\d:\d\d(:\d\d(\.\d{1,9})?)?)?)?)?", re.ASCII)


def equal(of: Values, to: Values | Sequence[Constant]) -> pd.Series[Any]:
    """Tell in which rows the values equal those of another column, or one of the constants."""
    if NOTHING in (of.kind, getattr(to, "kind", None)):
        return of.like(False)
    if isinstance(to, Values):
        _check_alike(of, to)
        return bools(of.rows == to.rows)
    constants = [fitting(of, constant) for constant in to]
    return bools(of.rows == constants[0] if len(constants) == 1 else of.rows.isin(constants))


def unseen(of: Values, sought: Sequence[Constant], equals: pd.Series[Any]) -> list[Constant]:
    """List the constants sought that are in no row."""
    if not equals.any():
        return list(sought)
    there = set(pd.Index(of.rows[equals].unique()))
    return [constant for constant in sought if fitting(of, constant) not in there]


def ordered(of: Values, order: type[ast.cmpop], to: Values | Constant) -> pd.Series[Any]:
    """Tell in which rows the values are less, or more, than another column's or a constant."""
    if NOTHING in (of.kind, getattr(to, "kind", None)):
        return of.like(False)
    if isinstance(to, Values):
        _check_alike(of, to)
        return bools(ORDERS[order](of.rows, to.rows))
    return bools(ORDERS[order](of.rows, fitting(of, to)))


def fitting(of: Values, constant: Constant) -> Any:
    """Convert a constant to the values' type; raise if it can never compare with them."""
    text = isinstance(constant, str)
    if constant == "" and isinstance(of.node, ast.Name) and not (of.rows == "").any():
        name = written(of.node)
        raise ArgumentError(
            "where",
            f": an empty cell of {of.said} is missing, and not ''.",
            f"Write {name}.notna() for those that are not empty, {name}.isna() for those that are.",
        )
    if of.kind == DATES and text and _DATE.fullmatch(str(constant)):
        return pd.Timestamp(str(constant), tz=of.rows.dt.tz)
    if _ALIKE.get(of.kind) == (TEXT if text else NUMBERS):
        return np.float32(constant) if of.rows.dtype == np.float32 else constant
    name = written(of.node)
    way_out = {
        TEXT: f"{name}.astype('float') to compare numbers, or '{constant!r}' for the text",
        NUMBERS: f"a number without quotes, or {name}.astype('str') to compare text",
        TRUTHS: f"{name} == True",
        DATES: f"a date such as '2020-10-01', or {name}.dt.year to compare years",
    }.get(of.kind, f"{name}.astype('str') to compare text")
    raise ArgumentError(
        "where",
        f": {of.said} holds {of.kind}, which cannot be compared with {shown(constant)}.",
        f"Write {way_out}.",
    )


def _check_alike(of: Values, to: Values) -> None:
    """Raise if the two columns are of kinds that can never be equal."""
    if _ALIKE.get(of.kind) is None or _ALIKE[of.kind] != _ALIKE.get(to.kind):
        raise ArgumentError(
            "where",
            f": {of.said} holds {of.kind}, which cannot be compared with {to.said}, which holds "
            f"{to.kind}.",
            "Write .astype('float') or .astype('str') after one of them.",
        )
