"""Which rows and columns of a source to use."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from fibercov import checks
from fibercov.errors import ArgumentError


@dataclass(frozen=True)
class Columns:
    """Which columns of a source to keep."""

    asked: Sequence[str]
    needed: frozenset[str]  # these two as they are compared, whatever their case
    wanted: frozenset[str]

    @classmethod
    def of(
        cls, asked: object, named: Iterable[str | None], where: str | None, *also: str
    ) -> Columns | None:
        """Those asked for and named, and, if they are there, those of `where` and `also`.

        None if none are asked for: then all are kept.
        """
        if asked is None:
            return None
        if isinstance(asked, str) or not isinstance(asked, Sequence):
            raise ArgumentError(f"`columns` must be a list of column names, not {asked!r}.")
        needed = {str(name).casefold() for name in (*asked, *named) if name is not None}
        # Words of the expression that are no column's name do no harm.
        words = re.findall(r"(?<=`)[^`]+(?=`)|[^\W\d]\w*", where or "")
        return cls(asked, frozenset(needed), frozenset(map(str.casefold, (*needed, *words, *also))))

    def pick(self, there: Iterable[str]) -> list[str] | None:
        """Those to read; None, for all, if one that is needed is missing: to say what there is."""
        there = list(there)
        if not self.needed <= {name.casefold() for name in there}:
            return None
        return [name for name in there if name.casefold() in self.wanted]


def filtered(frame: pd.DataFrame, where: str | None) -> pd.DataFrame:
    """The rows for which the expression is true."""
    if where is None:
        return frame
    _check_comparisons(frame, where)
    try:
        mask = frame.eval(where, engine="python", local_dict={}, global_dict={})
        if not pd.api.types.is_bool_dtype(np.asarray(mask)):
            raise TypeError("it is not true or false for each row")  # noqa: TRY301 - told as one
        kept: pd.DataFrame = frame[np.asarray(mask, dtype=bool)]
    except Exception as error:
        raise ArgumentError(
            f"`where` cannot be evaluated: {where!r} ({error}). Write a comparison of columns, such "
            f"as \"typ != 'fritidshus'\". The columns are: {checks.listed(frame.columns, most=30)}."
        ) from error
    if len(frame) and kept.empty:
        raise ArgumentError(f"`where` leaves none of the {len(frame):,} rows: {where!r}.")
    return kept


def _check_comparisons(frame: pd.DataFrame, where: str) -> None:
    """Raise if a column of texts is compared with a number: no text equals one, none differs."""
    try:
        nodes = list(ast.walk(ast.parse(where.strip(), mode="eval")))
    except SyntaxError:  # pandas takes more than Python does, and says itself what it does not take
        return
    for node in nodes:
        if isinstance(node, ast.Compare):
            parts = [part for side in (node.left, *node.comparators) for part in ast.walk(side)]
            names = [p.id for p in parts if isinstance(p, ast.Name) and p.id in frame.columns]
            numbers = [
                repr(p.value)
                for p in parts
                if isinstance(p, ast.Constant) and isinstance(p.value, int | float)
            ]
            texts = [name for name in names if not pd.api.types.is_numeric_dtype(frame[name])]
            if texts and numbers and not any(isinstance(p, ast.Call) for p in parts):
                raise ArgumentError(
                    f"`where`: column {texts[0]!r} holds text, so that {numbers[0]} must be written "
                    f"as text too: '{numbers[0]}'."
                )
