"""Which rows and columns of a source to use."""

from __future__ import annotations

import ast
import keyword
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from fibercov import checks
from fibercov.errors import ArgumentError
from fibercov.numerals import numbers_in


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

    def of_frame(self, frame: pd.DataFrame) -> pd.DataFrame:
        """The columns to keep of a frame, and its geometry; an error if one is missing."""
        geometry = checks.geometry_name(frame)
        for column in self.asked:
            if column != geometry:
                checks.column_named(frame, column, "columns")
        kept = {*self.kept(frame.columns), geometry}
        return frame[[column for column in frame.columns if column in kept]]

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
    quoted: list[str] = re.findall(r"`([^`]+)`", where)  # names that are not Python's
    numbered = (f" _quoted_{k} " for k in range(len(quoted)))
    try:
        tree = ast.parse(re.sub(r"`[^`]+`", lambda _: next(numbered), where).strip(), mode="eval")
    except SyntaxError:
        return None
    nodes = list(ast.walk(tree))
    for node in nodes:
        if isinstance(node, ast.Name) and node.id.startswith("_quoted_"):
            node.id = quoted[int(node.id.removeprefix("_quoted_"))]
    return nodes


def filtered(
    frame: pd.DataFrame, where: str | None, counted: Iterable[str | None] = ()
) -> pd.DataFrame:
    """The rows for which the expression is true; the columns `counted` are numbers in it."""
    if where is None:
        return frame
    if not isinstance(where, str):
        raise ArgumentError(f"`where` must be an expression, a text, not {where!r}.")
    seen = _with_numbers(_with_aliases(frame, where), counted, where)
    _check_comparisons(seen, where)
    try:
        mask = seen.eval(where, engine="python", local_dict={}, global_dict={})
        if not pd.api.types.is_bool_dtype(np.asarray(mask)):
            raise TypeError("it is not true or false for each row")  # noqa: TRY301 - told as one
        kept: pd.DataFrame = frame[np.asarray(mask, dtype=bool)]
    except Exception as error:
        raise ArgumentError(
            f"`where` cannot be evaluated: {where!r} ({error}). Write a comparison as pandas reads it: "
            "typ != 'fritidshus', or `Antal hushåll` > 1 (backticks around a name with spaces), or "
            f"typ.str.startswith('fri'). The columns are: {checks.listed(frame.columns, most=30)}."
        ) from error
    if len(frame) and kept.empty:
        hold = [
            f"{name} holds {checks.listed(checks.distinct(frame[name]))}."
            for name in dict.fromkeys(_names(where))
            if name in frame.columns
        ]
        raise ArgumentError(
            " ".join([f"`where` leaves none of the {len(frame):,} rows: {where!r}.", *hold])
        )
    return kept


def _with_aliases(frame: pd.DataFrame, where: str) -> pd.DataFrame:
    """The frame, its columns also by the names in the expression that differ by case alone."""
    columns = [str(column) for column in frame.columns]
    aliases = {}
    for name in set(_names(where)) - set(columns):
        alike = [column for column in columns if column.casefold() == name.casefold()]
        if len(alike) == 1:
            aliases[name] = frame[alike[0]]
    return frame.assign(**aliases) if aliases else frame


def _with_numbers(frame: pd.DataFrame, counted: Iterable[str | None], where: str) -> pd.DataFrame:
    """The frame, numbers of households as numbers however a table writes them."""
    wanted = _folded(name for name in counted if name is not None)
    texts = [
        name
        for name in frame.columns
        if str(name).casefold() in wanted and not pd.api.types.is_numeric_dtype(frame[name])
    ]
    for name in set(texts) & set(_names(where)):
        checks.no_thousands(frame[name], "where")
    return frame.assign(**{name: numbers_in(frame[name]) for name in texts})


def _check_comparisons(frame: pd.DataFrame, where: str) -> None:
    """Raise if a column of texts is compared with what no text is: a number, or an empty cell."""
    nodes = _nodes(where) or []  # of the rest, pandas says itself what it does not take
    if any(isinstance(node, ast.BitAnd | ast.BitOr) for node in nodes):  # bind otherwise in pandas
        return
    for node in nodes:
        if isinstance(node, ast.Compare):
            sides = [node.left, *node.comparators]
            names = [side.id for side in sides if isinstance(side, ast.Name)]
            for name in (name for name in names if name in frame.columns):
                if pd.api.types.infer_dtype(frame[name], skipna=True) == "string":
                    for side in sides:
                        _check_constants(frame[name], side)


def _check_constants(column: pd.Series[Any], side: ast.expr) -> None:
    """Raise if the column of texts can never hold what it is compared with."""
    parts = side.elts if isinstance(side, ast.List | ast.Tuple) else [side]
    name = str(column.name)
    if not name.isidentifier() or keyword.iskeyword(name):
        name = f"`{name}`"
    for constant in (part.value for part in parts if isinstance(part, ast.Constant)):
        if constant == "" and not (column == "").any():
            raise ArgumentError(
                f"`where`: an empty cell of column {column.name!r} is missing, and not ''. Write "
                f"{name}.notna() for those that are not empty, {name}.isna() for those that are."
            )
        if isinstance(constant, int | float):
            raise ArgumentError(
                f"`where`: column {column.name!r} holds text, which is neither equal to {constant!r} "
                f"nor more or less. Write {name}.astype('float') to compare numbers, or "
                f"'{constant!r}' for the text."
            )
