"""Select the rows and columns of a source."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from fibercov import checks
from fibercov.errors import ArgumentError, FibercovError
from fibercov.read.where.evaluate import Evaluation
from fibercov.read.where.parse import HINT, column_names, parsed


@dataclass(frozen=True)
class Columns:
    """The columns of a source to keep."""

    asked: Sequence[str]
    needed: frozenset[str]  # these three are casefolded
    filtered_by: frozenset[str]
    wanted: frozenset[str]

    @classmethod
    def of(
        cls, asked: object, named: Iterable[str | None], where: str | None, *also: str
    ) -> Columns | None:
        """Collect the columns asked for and named, and those of `where` and `also` if they exist.

        None if none are asked for: all columns are kept.
        """
        names = _folded(column_names(where))  # first of all, raise if `where` cannot be parsed
        if asked is None:
            return None
        asked = checks.several(asked, "columns", "must be a list of column names")
        needed = _folded((*asked, *(name for name in named if name is not None)))
        return cls(asked, needed, names, needed | names | _folded(also))

    def pick(self, there: Iterable[str]) -> list[str] | None:
        """List the columns to read; None for all if one is missing, so that the error can list them."""
        there = list(there)
        missing = (self.needed | self.filtered_by) - _folded(there)
        return None if missing else self.kept(there)

    def of_frame(self, frame: pd.DataFrame) -> pd.DataFrame:
        """Keep the chosen columns of a frame, and its geometry; raise if one is missing."""
        geometry = checks.geometry_name(frame)
        for column in self.asked:
            if column != geometry:
                checks.column_named(frame, column, "columns")
        kept = {*self.kept(frame.columns), geometry}
        return frame[[column for column in frame.columns if column in kept]]

    def kept(self, there: Iterable[str]) -> list[str]:
        """List the columns to keep; all if one that was named is missing."""
        there = list(there)
        missing = self.needed - _folded(there)
        return [name for name in there if missing or name.casefold() in self.wanted]


def standard(frame: pd.DataFrame, role: str) -> str | None:
    """Find the column with the role's standard name, in any case; None if there is none."""
    alike = [column for column in frame.columns if column.casefold() == role]
    if role in alike or not alike:
        return role if alike else None
    return checks.column_named(frame, role, role)  # raises if there are several


def named(frame: pd.DataFrame, wanted: Mapping[str, str | None]) -> dict[str, str]:
    """Find the column of each role that has one."""
    found = {
        role: checks.column_named(frame, column, role)
        for role, column in wanted.items()
        if column is not None
    }
    if len(set(found.values())) < len(found):
        raise ArgumentError(
            None, f"One column cannot be two things: {checks.listed(found.values())}."
        )
    return found


def _folded(names: Iterable[object]) -> frozenset[str]:
    """Casefold names."""
    return frozenset(str(name).casefold() for name in names)


def expression_in(text: str | None) -> list[str] | None:
    """List the columns that an expression compares; None if the text is the name of a column instead."""
    try:
        names = column_names(text)
    except FibercovError:
        return None
    return None if not names or names == [text] else names


def with_truth(
    frame: gpd.GeoDataFrame, expression: str, argument: str, counted: Iterable[str | None] = ()
) -> gpd.GeoDataFrame:
    """Add a column with the expression's name that says for which rows it is true.

    What it looked for and found in no row is an error: a word that is written otherwise makes no row true.
    """
    truth, evaluation = truth_of(frame, expression, argument, counted)
    for sought in evaluation.unmatched:
        raise in_vain(argument, sought)
    told: gpd.GeoDataFrame = frame.assign(**{expression: truth})
    told.attrs = frame.attrs
    return told


def in_vain(argument: str, sought: Mapping[str, str]) -> ArgumentError:
    """Say that an expression looks for what no row has."""
    return ArgumentError(
        argument,
        f"looks for {sought['sought']} in {sought['comparison']}, which no row has.",
        f"{sought['of']} holds {sought['holds'] or 'nothing'}.",
    )


def filtered(
    frame: pd.DataFrame, where: str | None, counted: Iterable[str | None] = ()
) -> tuple[pd.DataFrame, list[dict[str, str]]]:
    """Return the rows for which the expression is true, and what it looked for and found in no row.

    In the expression, the columns `counted` are numbers.
    """
    if where is None:
        return frame, []
    truth, evaluation = truth_of(frame, where, "where", counted)
    kept: pd.DataFrame = frame[truth]
    if len(frame) and kept.empty:
        raise ArgumentError(
            "where",
            f"leaves none of the {len(frame):,} rows: {checks.shown(where)}.",
            evaluation.held,
        )
    return kept, evaluation.unmatched


def truth_of(
    frame: pd.DataFrame, expression: str, argument: str, counted: Iterable[str | None]
) -> tuple[NDArray[np.bool_], Evaluation]:
    """Tell for which rows an expression is true."""
    tree = parsed(expression)
    evaluation = Evaluation(frame, counted)
    try:
        with np.errstate(all="ignore"):
            return evaluation.truth(tree).to_numpy(), evaluation
    except FibercovError as error:
        raise (error.about(argument) if argument != "where" else error) from None
    except Exception as error:  # pandas and pyarrow raise anything on values that do not fit
        raise ArgumentError(
            argument,
            f"cannot be evaluated: {checks.shown(expression)} ({checks.reason(error)}).",
            f"{HINT} The columns are: {checks.listed(frame.columns, most=30)}.",
        ) from error
