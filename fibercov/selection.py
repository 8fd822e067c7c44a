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
    needed: frozenset[str]  # these three as they are compared, whatever their case
    filtered_by: frozenset[str]
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
        needed = _folded((*asked, *(name for name in named if name is not None)))
        names = _folded(_names(where))
        return cls(asked, needed, names, needed | names | _folded(also))

    def pick(self, there: Iterable[str]) -> list[str] | None:
        """Those to read; None, for all, if one is missing: the error will say which there are."""
        there = list(there)
        missing = (self.needed | self.filtered_by) - _folded(there)
        return None if missing else self.kept(there)

    def kept(self, there: Iterable[str]) -> list[str]:
        """Those to keep; likewise all, if one that was named is missing."""
        there = list(there)
        missing = self.needed - _folded(there)
        return [name for name in there if missing or name.casefold() in self.wanted]


def _folded(names: Iterable[object]) -> frozenset[str]:
    return frozenset(str(name).casefold() for name in names)


def _names(where: object) -> list[str]:
    """The names in an expression; of one that only pandas can parse, all its words."""
    nodes = _nodes(str(where or "0"))
    if nodes is None:
        return re.findall(r"(?<=`)[^`]+(?=`)|[^\W\d]\w*", str(where))
    return [node.id for node in nodes if isinstance(node, ast.Name)]


def _nodes(where: str) -> list[ast.AST] | None:
    """The parts of an expression; None if Python cannot parse it: pandas takes more."""
    try:
        return list(ast.walk(ast.parse(where.strip(), mode="eval")))
    except SyntaxError:
        return None


def filtered(frame: pd.DataFrame, where: str | None) -> pd.DataFrame:
    """The rows for which the expression is true."""
    if where is None:
        return frame
    if not isinstance(where, str):
        raise ArgumentError(f"`where` must be an expression, a text, not {where!r}.")
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
    for node in _nodes(where) or []:  # of the rest, pandas says itself what it does not take
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
