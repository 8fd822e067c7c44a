"""A value for each row, and the kind of the values."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from fibercov import checks

Constant = str | int | float | bool
TEXT, NUMBERS, TRUTHS, DATES, NOTHING = "text", "numbers", "true or false", "dates", "nothing"
_MOST_SHOWN = 5
_KINDS = {
    "string": TEXT,
    "integer": NUMBERS,
    "floating": NUMBERS,
    "mixed-integer-float": NUMBERS,
    "decimal": NUMBERS,
    "boolean": TRUTHS,
    "datetime64": DATES,
    "datetime": DATES,
    "date": DATES,
}


@dataclass(frozen=True, eq=False)
class Values:
    """A column, or values computed from columns: one for each row, all of one kind."""

    rows: pd.Series[Any]
    kind: str
    node: ast.expr  # the part of the expression that has these values

    @property
    def said(self) -> str:
        """What messages call the kind."""
        if isinstance(self.node, ast.Name):
            return f"column {column_name(self.node)!r}"
        return written(self.node)

    @property
    def held(self) -> str:
        """The first few distinct values, as messages show them; empty if all are missing."""
        rows = self.rows.dropna()
        if self.kind == DATES:
            rows = rows.astype("string")
        known = self.kind in _KINDS.values()  # others may not be hashable: compare their texts
        return some(rows.unique()[: _MOST_SHOWN + 1].tolist() if known else checks.distinct(rows))

    def like(self, rows: Any) -> pd.Series[Any]:
        """Make new values for the same rows."""
        return pd.Series(rows, index=self.rows.index)


def of_column(rows: pd.Series[Any], node: ast.expr) -> Values:
    """Make values of a column, and find out their kind."""
    if isinstance(rows.dtype, pd.CategoricalDtype) and not rows.cat.ordered:
        rows = pd.Series(np.asarray(rows), index=rows.index)
    if not rows.notna().any():
        return Values(rows, NOTHING, node)
    ordered = isinstance(rows.dtype, pd.CategoricalDtype)
    inferred = pd.api.types.infer_dtype(rows.cat.categories if ordered else rows, skipna=True)
    kind = _KINDS.get(inferred, "values of several kinds")
    if kind == DATES and rows.dtype == object:
        rows = pd.to_datetime(rows)
    return Values(rows, kind, node)


def some(values: Sequence[object]) -> str:
    """List the first few values for a message, and say whether there are more."""
    shown = ", ".join(map(checks.shown, values[:_MOST_SHOWN]))
    return f"{shown}, \N{HORIZONTAL ELLIPSIS}" if len(values) > _MOST_SHOWN else shown


def bools(rows: pd.Series[Any], *, missing: bool = False) -> pd.Series[Any]:
    """Convert values to booleans, with `missing` where a row has none."""
    values = rows.to_numpy(dtype=bool, na_value=missing)
    return pd.Series(values, index=rows.index)


def column_name(node: ast.Name) -> str:
    """Return the column that a name means, without its backticks."""
    return node.id[1:-1].replace("``", "`") if node.id.startswith("`") else node.id


def written(node: ast.expr) -> str:
    """Quote a part of an expression for a message, cut if long."""
    return checks.cut(ast.unparse(node), 60)
