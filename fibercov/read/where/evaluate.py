"""Evaluate an expression for each row of a table."""

from __future__ import annotations

import ast
import inspect
import operator
from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import reduce
from typing import Any

import numpy as np
import pandas as pd

from fibercov import checks
from fibercov.numerals import numbers_in
from fibercov.read.where.compare import ORDERS, equal, ordered, unseen
from fibercov.read.where.methods import DATE_PARTS, METHODS, TEXT_METHODS, Made, date_part, numbers
from fibercov.read.where.values import (
    NOTHING,
    NUMBERS,
    TRUTHS,
    Constant,
    Values,
    bools,
    column_name,
    of_column,
    some,
    written,
)

_ARITHMETIC: dict[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv,
    ast.Mod: operator.mod,
    ast.Pow: operator.pow,
}
_TURNED: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.Gt,
    ast.LtE: ast.GtE,
    ast.Gt: ast.Lt,
    ast.GtE: ast.LtE,
}
_LOOKS_FOR = {"startswith", "endswith", "contains", "match", "fullmatch"}
_TAKEN = (
    "What is: columns, constants and lists of them, comparisons, in, and, or, not, + - * / // % **, "
    f".isin(), {', '.join(f'.{name}()' for name in METHODS)}; of text .str[0], .str[:4], "
    f"{', '.join(f'.str.{name}()' for name in TEXT_METHODS)}; of dates "
    f"{', '.join(f'.dt.{name}' for name in DATE_PARTS)}"
)


class Evaluation:
    """The evaluation of one expression over the rows of a table.

    `unmatched` lists what it looked for and found in no row.
    """

    def __init__(self, frame: pd.DataFrame, counted: Iterable[str | None] = ()) -> None:
        self._frame = frame
        self._names = [str(column) for column in frame.columns]
        self._counted = {name.casefold() for name in counted if name is not None}
        self._columns: dict[str, Values] = {}
        self.unmatched: list[dict[str, Any]] = []

    @property
    def held(self) -> str:
        """Text that says what the named columns hold."""
        named = (replace(of, rows=self._rows(name)) for name, of in self._columns.items())
        return " ".join(f"{written(of.node)} holds {of.held or 'nothing'}." for of in named)

    def truth(self, node: ast.expr) -> pd.Series[Any]:
        """Evaluate an expression as true or false for each row; missing values are false."""
        of = self._value(node)
        if not isinstance(of, Values) or of.kind not in {TRUTHS, NOTHING}:
            raise ValueError(f"{written(node)} is not true or false for each row")
        return bools(of.rows) if of.kind == TRUTHS else of.like(False)

    def _value(self, node: ast.expr) -> Any:  # noqa: PLR0911 - one for each part of the grammar
        """Evaluate a part of an expression as `Values`, a constant or a list of constants."""
        match node:
            case ast.Constant(value=bool() | int() | float() | str() as constant):
                return constant
            case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=int() | float() as number)):
                return -number
            case ast.List(elts=parts) | ast.Tuple(elts=parts):
                return [self._constant(part) for part in parts]
            case ast.Name():
                return self._column(node)
            case ast.UnaryOp(op=ast.USub(), operand=part):
                return self._computed(operator.neg, [part], node)
            case ast.BinOp(left=left, op=op, right=right) if type(op) in _ARITHMETIC:
                return self._computed(_ARITHMETIC[type(op)], [left, right], node)
            case _:
                return Values(*self._made(node), node)

    def _made(self, node: ast.expr) -> Made:  # noqa: PLR0911 - one for each part of the grammar
        """Evaluate a comparison, a logical operator or a method; return the values and their kind."""
        match node:
            case ast.UnaryOp(op=ast.Not() | ast.Invert(), operand=part):
                return ~self.truth(part), TRUTHS
            case ast.BoolOp(op=op, values=parts):
                joined = operator.and_ if isinstance(op, ast.And) else operator.or_
                return reduce(joined, map(self.truth, parts)), TRUTHS
            case ast.Compare(left=left, comparators=rights):
                values = [self._value(part) for part in (left, *rights)]
                pairs = zip(values, node.ops, values[1:], strict=False)  # 1 < n < 3 is two
                return reduce(operator.and_, (self._pair(*pair, node) for pair in pairs)), TRUTHS
            case ast.Call(
                func=ast.Attribute(value=ast.Attribute(value=part, attr="str"), attr=name)
            ) if name in TEXT_METHODS:
                return self._called(name, part, node)
            case ast.Call(func=ast.Attribute(value=part, attr=name)) if name in METHODS:
                return self._called(name, part, node)
            case ast.Call(func=ast.Attribute(value=part, attr="isin"), args=[items], keywords=[]):
                return self._pair(self._value(part), ast.In(), self._value(items), node), TRUTHS
            case ast.Subscript(value=ast.Attribute(value=part, attr="str"), slice=cut):
                return self._cut(part, cut)
            case ast.Attribute(value=ast.Attribute(value=part, attr="dt"), attr=name) if (
                name in DATE_PARTS
            ):
                return date_part(self._values(part), name)
        raise ValueError(f"{written(_culprit(node))} is not taken. {_TAKEN}")

    def _values(self, node: ast.expr) -> Values:
        """Evaluate a part that must have a value for each row."""
        of = self._value(node)
        if not isinstance(of, Values):
            raise ValueError(f"{written(node)} is no column")  # noqa: TRY004 - told as one
        return of

    def _constant(self, node: ast.expr) -> Constant:
        """Evaluate a part that must be a constant."""
        constant: Constant | list[Constant] | Values = self._value(node)
        if isinstance(constant, Values | list):
            raise ValueError(f"{written(node)} is no constant")  # noqa: TRY004 - told as one
        return constant

    def _column(self, node: ast.Name) -> Values:
        """Look up a column by name; a column of counts is numbers, even where the table has text."""
        name = column_name(node)
        if name not in self._columns:
            rows = self._rows(name)
            if name.casefold() in self._counted and not pd.api.types.is_numeric_dtype(rows):
                checks.no_thousands(rows, "where")
                rows = pd.Series(numbers_in(rows), index=rows.index)
            self._columns[name] = of_column(rows, node)
        return self._columns[name]

    def _rows(self, name: str) -> pd.Series[Any]:
        """Find the rows of a column by name, ignoring case if just one then matches."""
        there = [k for k, column in enumerate(self._names) if column == name] or [
            k for k, column in enumerate(self._names) if column.casefold() == name.casefold()
        ]
        if len(there) > 1:
            raise ValueError(f"{name!r} is the name of several columns")
        if there:
            return self._frame.iloc[:, there[0]]
        if name != "index":
            raise ValueError(f"there is no column {name!r}")
        return self._frame.index.to_series()

    def _computed(
        self, operation: Callable[..., Any], parts: list[ast.expr], node: ast.expr
    ) -> Values | float:
        """Do arithmetic with floats, which cannot grow without bound."""
        operands = []
        for part in parts:
            value = self._value(part)
            if isinstance(value, str | bool | list):
                raise ValueError(f"{written(part)} is no number")  # noqa: TRY004 - told as one
            operands.append(numbers(value) if isinstance(value, Values) else np.float64(value))
        made = operation(*operands)
        return Values(made, NUMBERS, node) if isinstance(made, pd.Series) else float(made)

    def _pair(self, left: Any, sign: ast.cmpop, right: Any, node: ast.expr) -> pd.Series[Any]:
        """Tell in which rows a comparison of two parts holds."""
        kind = type(sign)
        if not isinstance(left, Values):
            left, right, kind = right, left, _TURNED.get(kind, kind)
        if not isinstance(left, Values) or kind in {ast.Is, ast.IsNot}:
            raise ValueError(f"{written(node)} does not compare a column. {_TAKEN}")
        listed = isinstance(right, list)
        if kind in ORDERS and not listed:
            return ordered(left, kind, right)
        if kind in ORDERS or (kind in {ast.In, ast.NotIn} and not listed):
            raise ValueError(f"{written(node)}: a list such as ['a', 'b'] goes with `in`")
        to = right if listed or isinstance(right, Values) else [right]
        equals = equal(left, to)
        if not isinstance(to, Values):
            self._note(node, left, unseen(left, to, equals))
        return equals if kind in {ast.Eq, ast.In} else ~equals

    def _called(self, name: str, part: ast.expr, node: ast.Call) -> Made:
        """Call a method with constant arguments; return its values and their kind."""
        of = self._values(part)
        method = (TEXT_METHODS if name in TEXT_METHODS else METHODS)[name]
        given = [self._argument(argument) for argument in node.args]
        named = {str(word.arg): self._argument(word.value) for word in node.keywords}
        bound = inspect.signature(method).bind(of, *given, **named)
        made, kind = method(*bound.args, **bound.kwargs)
        if name in _LOOKS_FOR and not made.any():
            sought = bound.args[1]
            self._note(node, of, sought if isinstance(sought, list) else [sought])
        return made, kind

    def _argument(self, node: ast.expr) -> Constant | list[Constant]:
        """Evaluate a constant or a list of constants."""
        return self._value(node) if isinstance(node, ast.List | ast.Tuple) else self._constant(node)

    def _cut(self, part: ast.expr, cut: ast.expr) -> Made:
        """Take one letter of each text, or a slice of letters."""
        if isinstance(cut, ast.Slice):
            ends = (cut.lower, cut.upper, cut.step)
            places = [None if end is None else self._constant(end) for end in ends]
            return TEXT_METHODS["slice"](self._values(part), *places)
        return TEXT_METHODS["get"](self._values(part), self._constant(cut))

    def _note(self, node: ast.expr, of: Values, sought: list[Constant]) -> None:
        """Note values that are in no row: they may be mistyped, or misread."""
        if sought and len(self._frame):
            self.unmatched.append(
                {
                    "comparison": written(node),
                    "sought": some(sought),
                    "of": written(of.node),
                    "holds": of.held,
                }
            )


def _culprit(node: ast.expr) -> ast.expr:
    """Find the innermost part of an expression that is not allowed."""
    known = {"str", "dt", "isin", *METHODS, *TEXT_METHODS, *DATE_PARTS}
    found = part = node
    while isinstance(part, ast.Call | ast.Attribute | ast.Subscript):
        if isinstance(part, ast.Attribute) and part.attr not in known:
            found = part
        part = part.func if isinstance(part, ast.Call) else part.value
    return found
