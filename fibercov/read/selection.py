"""Which rows and columns of a source to use."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from fibercov import checks
from fibercov.errors import ArgumentError, FibercovError
from fibercov.read.where.evaluate import Evaluation
from fibercov.read.where.parse import HINT, column_names, parsed


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
        names = _folded(column_names(where))  # an expression that cannot be parsed is told first
        if asked is None:
            return None
        asked = checks.several(asked, "columns", "must be a list of column names")
        needed = _folded((*asked, *(name for name in named if name is not None)))
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


def filtered(
    frame: pd.DataFrame, where: str | None, counted: Iterable[str | None] = ()
) -> tuple[pd.DataFrame, list[dict[str, str]]]:
    """The rows for which the expression is true, and what it looked for that no row has.

    The columns `counted` are numbers in it.
    """
    if where is None:
        return frame, []
    tree = parsed(where)
    evaluation = Evaluation(frame, counted)
    try:
        with np.errstate(all="ignore"):
            kept: pd.DataFrame = frame[evaluation.truth(tree).to_numpy()]
    except FibercovError:
        raise
    except Exception as error:  # what pandas and pyarrow say of values that do not go together
        raise ArgumentError(
            "where",
            f"cannot be evaluated: {checks.shown(where)} ({checks.reason(error)}).",
            f"{HINT} The columns are: {checks.listed(frame.columns, most=30)}.",
        ) from error
    if len(frame) and kept.empty:
        raise ArgumentError(
            "where",
            f"leaves none of the {len(frame):,} rows: {checks.shown(where)}.",
            evaluation.held,
        )
    return kept, evaluation.unmatched
