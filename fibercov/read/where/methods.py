"""The methods and attributes of a column: `.isin(...)`, `.str.startswith(...)`, `.dt.year`.

Each returns values and their kind. None can blow up little text until it fills the memory.
"""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd

from fibercov import checks
from fibercov.read.where import patterns
from fibercov.read.where.compare import ordered
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

Made = tuple["pd.Series[Any]", str]
Method = Callable[..., Made]
DATE_PARTS = ("year", "quarter", "month", "day", "hour", "minute", "dayofweek", "dayofyear")
_MOST_ZEROS = 100
_MOST_DECIMALS = 15
_EXACT = 2**53  # up to here, floats hold every whole number
_BETWEEN: dict[str, tuple[type[ast.cmpop], type[ast.cmpop]]] = {
    "both": (ast.GtE, ast.LtE),
    "left": (ast.GtE, ast.Lt),
    "right": (ast.Gt, ast.LtE),
    "neither": (ast.Gt, ast.Lt),
}


def numbers(of: Values) -> pd.Series[Any]:
    """Convert values to floats."""
    if of.kind == NOTHING:
        return of.like(np.nan)
    if of.kind != NUMBERS:
        way_out = f": write {written(of.node)}.astype('float')" if of.kind == TEXT else ""
        raise ValueError(f"{of.said} holds {of.kind}, and no numbers{way_out}")
    floats = of.rows.to_numpy(dtype=np.float64, na_value=np.nan)
    if pd.api.types.is_integer_dtype(of.rows) and np.nanmax(np.abs(floats)) > _EXACT:
        raise ValueError(f"{of.said} holds numbers that are too large to compute with")
    return of.like(floats)


def texts(of: Values) -> pd.Series[Any]:
    """Return values that must be text."""
    if of.kind not in {TEXT, NOTHING}:
        raise ValueError(f"{of.said} holds {of.kind}: write {written(of.node)}.astype('str')")
    return of.rows if of.kind == TEXT else of.rows.astype("string")


def date_part(of: Values, part: str) -> Made:
    """Return the year, or another part, of dates."""
    if of.kind not in {DATES, NOTHING}:
        raise ValueError(f"{of.said} holds {of.kind}, and .dt is for dates")
    return (getattr(of.rows.dt, part) if of.kind == DATES else of.like(np.nan)), NUMBERS


def _isna(of: Values) -> Made:
    return of.rows.isna(), TRUTHS


def _notna(of: Values) -> Made:
    return of.rows.notna(), TRUTHS


def _between(of: Values, left: Constant, right: Constant, inclusive: str = "both") -> Made:
    least, most = _BETWEEN[inclusive]
    return ordered(of, least, left) & ordered(of, most, right), TRUTHS


def _abs(of: Values) -> Made:
    return numbers(of).abs(), NUMBERS


def _round(of: Values, decimals: int = 0) -> Made:
    return numbers(of).round(_whole(decimals, _MOST_DECIMALS)), NUMBERS


def _astype(of: Values, dtype: str) -> Made:
    """Convert values to text, or to numbers as tables write them."""
    if dtype in {"str", "string"}:
        return of.rows.astype("string"), TEXT
    kind = str(dtype).casefold().removesuffix("64").removesuffix("32")
    if kind not in {"float", "int"}:
        raise ValueError(f"astype takes 'float', 'int' or 'str', not {checks.shown(dtype)}")
    if of.kind == TEXT:
        floats = of.like(checks.as_numbers(of.rows, "where"))
    elif of.kind == TRUTHS:
        floats = of.like(of.rows.to_numpy(dtype=np.float64, na_value=np.nan))
    else:
        floats = numbers(of)
    return (floats if kind == "float" else of.like(np.trunc(floats))), NUMBERS


def _changed(name: str) -> Method:
    """Make a method that maps each text to a text, as pandas does."""
    return lambda of, *given, **named: (getattr(texts(of).str, name)(*given, **named), TEXT)


def _tested(name: str) -> Method:
    """Make a method that tests each text, as pandas does."""
    return lambda of: (bools(getattr(texts(of).str, name)()), TRUTHS)


def _starts(name: str) -> Method:
    """Make `startswith` or `endswith`."""

    def method(of: Values, pat: str | list[str], *, na: bool = False) -> Made:
        ends = tuple(pat) if isinstance(pat, list) else pat
        return bools(getattr(texts(of).str, name)(ends), missing=bool(na)), TRUTHS

    return method


def _search(how: str, **regex: bool) -> Method:
    """Make `match`, `fullmatch` or `contains`; only the last takes `regex=`."""

    def method(
        of: Values,
        pat: str,
        case: bool = True,  # noqa: FBT001, FBT002 - as pandas has it
        *,
        na: bool = False,
        **given: bool,
    ) -> Made:
        if given.keys() - regex.keys():
            raise TypeError(f"{how} takes no {', '.join(given)}=")
        found = patterns.found(texts(of), pat, how, case=case, **(regex | given))
        return found | (of.rows.isna() & na), TRUTHS

    return method


def _len(of: Values) -> Made:
    return texts(of).str.len(), NUMBERS


def _zfill(of: Values, width: int) -> Made:
    return texts(of).str.zfill(_whole(width, _MOST_ZEROS)), TEXT


def _replace(of: Values, pat: str, repl: str) -> Made:
    if not isinstance(pat, str) or not isinstance(repl, str) or not pat or len(repl) > len(pat):
        raise ValueError(
            "replace takes a text, and one that is no longer to put in its place, not "
            f"{checks.shown(pat)} and {checks.shown(repl)}"
        )
    return texts(of).str.replace(pat, repl, regex=False), TEXT


def _whole(value: object, most: int) -> int:
    """Return a whole number from 0 to `most`, so that it does no harm."""
    if not isinstance(value, int) or not 0 <= value <= most:
        raise ValueError(f"{checks.shown(value)} is not a whole number from 0 to {most}")
    return value


METHODS: dict[str, Method] = {
    "isna": _isna,
    "isnull": _isna,
    "notna": _notna,
    "notnull": _notna,
    "between": _between,
    "abs": _abs,
    "round": _round,
    "astype": _astype,
}
TEXT_METHODS: dict[str, Method] = {
    "len": _len,
    "zfill": _zfill,
    "replace": _replace,
    **{name: _starts(name) for name in ("startswith", "endswith")},
    "contains": _search("contains", regex=True),
    "match": _search("match"),
    "fullmatch": _search("fullmatch"),
    **{
        name: _changed(name)
        for name in (
            "lower", "upper", "casefold", "title", "capitalize", "strip", "lstrip", "rstrip",
            "removeprefix", "removesuffix", "slice", "get",
        )
    },
    **{
        name: _tested(name)
        for name in (
            "isalpha", "isalnum", "isdigit", "isdecimal", "isnumeric", "isspace", "islower",
            "isupper", "istitle",
        )
    },
}  # fmt: skip
