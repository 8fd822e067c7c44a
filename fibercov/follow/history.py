"""Histories: the share at several dates, checked before use."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from fibercov import checks, writing
from fibercov.errors import ArgumentError, ColumnError, FileError
from fibercov.follow.headings import known_columns
from fibercov.measure.coverage import CoverageTotals, totalled
from fibercov.reach import Reach, reach_columns
from fibercov.read.tables import parse_text, read_workbook
from fibercov.wording import Call, Words

DEFINED_BY = ("definition", "unit")
_WORKBOOKS = {".xlsx", ".xlsm"}
_SHARES = ("share", "share_low", "share_high")
_MOST_BYTES = 50_000_000  # of a file that is read
# What a table of households calls its counts, as the regulators do.
_IN_HOUSEHOLDS = {"households": "total", "homes_passed": "reached"}
_REACH = ("reach_m", "reach_to", "reach_feature", "reach_name")
_ROADS = ("reach_along", "reach_beside_m", "reach_join_m")
_FORMAT = "2"  # of the histories that this version writes
_COLUMNS = ("as_of", "total", "reached", *_SHARES, *DEFINED_BY, *_REACH, "format")


def history_frame(
    history: object, argument: str = "history", *, accept_breaks: Iterable[object] = ()
) -> pd.DataFrame:
    """Check a history, and return it by date: `as_of`, `share`, and counts where they are known.

    Raises
    ------
    ArgumentError
        If it is not a history, dates are missing or repeat, or definitions or units change
        at a date that is not an accepted break.
    ColumnError
        If a table lacks columns, or has counts or shares that cannot be right.
    """
    if isinstance(history, pd.DataFrame):
        table = _from_table(history, argument)
    else:
        table = _from_coverages(history, argument)
    if table.empty:
        raise ArgumentError(argument, "is empty.")
    twice = table["as_of"].duplicated(keep=False)
    if twice.any():
        days = checks.listed(sorted({str(day) for day in table.loc[twice, "as_of"]}))
        raise ArgumentError(
            argument,
            f"has several rows for one date: {days}.",
            "Keep one row per date: those of one definition and one unit.",
        )
    table = table.sort_values("as_of", ignore_index=True)
    _check_breaks(table, argument, accept_breaks)
    return table


def exact_shares(table: pd.DataFrame) -> list[Fraction]:
    """Return the share at each date as a fraction: of the counts, or else the share as written."""
    rows = zip(table["reached"], table["total"], table["share"], strict=True)
    return [
        Fraction(repr(float(share))) if pd.isna(total) else Fraction(int(reached), int(total))
        for reached, total, share in rows
    ]


def read_history(history: str | Path) -> pd.DataFrame:
    """Read a history for `track_progress` from a CSV or Excel file, written by `append_history` or your own.

    Parameters
    ----------
    history
        A table with `as_of` and `total`, `reached` (or `share`, 0-1). A series that others wrote may have
        Swedish or English headings in their place, such as Datum and Andel (%) or Antal hushåll and Hushåll
        med fiber. The separator and the decimal sign are detected, and "NA" is a missing value.

    Returns
    -------
    pandas.DataFrame
        The table as text, row by row; `track_progress` reads the numbers.

    Raises
    ------
    FileError
        If the file is missing, is not a table, or is a workbook with several sheets.
    ColumnError
        If two columns may be the date, the share or the same count.

    Examples
    --------
    >>> import tempfile
    >>> import fibercov as fc
    >>> demo = fc.load_demo()
    >>> coverage = fc.measure_coverage(demo.premises, demo.network, reach=50, as_of=demo.as_of)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     _ = fc.append_history(f"{folder}/history.csv", coverage)
    ...     table = fc.read_history(f"{folder}/history.csv")
    >>> table[["as_of", "reached"]].to_dict("records")
    [{'as_of': '2020-10-01', 'reached': '3086'}]
    """
    file = checks.path(history, "history")
    table = _as_text(file).mask(lambda cells: cells == "NA")
    table = table[table.notna().any(axis=1)].reset_index(drop=True)
    table = known_columns(table, "history")
    if "as_of" in table.columns:
        table["as_of"] = _days(table["as_of"])
    return table


def reach_in(table: pd.DataFrame) -> Reach | None:
    """Return the definition of all rows of a history; None if it differs or is not given in columns."""
    if not {*_REACH} <= {*table.columns}:
        return None
    there = [column for column in (*_REACH, *_ROADS) if column in table.columns]
    rows = table[there].fillna("").drop_duplicates()
    if len(rows) != 1 or rows["reach_m"].iloc[0] == "":
        return None
    metres = checks.lengths(rows["reach_m"], "history: reach_m")[0]
    to, feature, name = (str(rows[column].iloc[0]) for column in _REACH[1:])
    if "reach_along" not in there or not rows["reach_along"].iloc[0]:
        return Reach(float(metres), to=to, feature=feature, name=name)
    beside, join = (checks.lengths(rows[column], f"history: {column}")[0] for column in _ROADS[1:])
    return Reach(
        float(metres), to=to, feature=feature, name=name,
        along=str(rows["reach_along"].iloc[0]), beside_m=float(beside), join_m=float(join),
    )  # fmt: skip


def _as_text(file: Path) -> pd.DataFrame:
    """Read every cell as the text in the file."""
    try:
        if file.suffix.casefold() in _WORKBOOKS:
            writing.content(file, _MOST_BYTES)
            return read_workbook(file, _only_sheet)
        return parse_text(writing.content(file, _MOST_BYTES))
    except (OSError, ValueError, KeyError, BadZipFile) as error:
        seen = repr(str(file))
        raise FileError(
            "history", f": {seen} cannot be read: {checks.reason(error)}", seen=seen
        ) from error


def _only_sheet(names: list[str]) -> str:
    """Name the only sheet of a workbook; raise if there are several."""
    if len(names) > 1:
        raise ValueError(
            f"it has several sheets: {checks.listed(names)}. Save the one with the series as a file of its own."
        )
    return names[0]


def _days(as_of: pd.Series[Any]) -> pd.Series[Any]:
    """Return days as written, without the midnight that Excel adds."""
    return as_of.str.replace(r"[ T]00:00(:00)?$", "", regex=True)


def check_history(file: Path) -> None:
    """Raise unless measurements can be added to the file.

    Raises
    ------
    FileError
        If its folder is missing or cannot be written to, the file is no history with a unit, or
        another run is writing it.
    """
    with _writable(file):
        _own_history(file)
        with writing.alone(file):
            pass


@contextmanager
def _writable(file: Path) -> Iterator[None]:
    """Turn errors about a history's file into a `FileError`."""
    if not file.parent.is_dir():
        seen = repr(str(file.parent))
        raise FileError("history", f": there is no folder {seen}.", "Create it first.", seen=seen)
    try:
        yield
    except FileError:
        raise
    except OSError as error:
        seen = repr(str(file))
        raise FileError("history", f": cannot write {seen}: {error}.", seen=seen) from error


def _own_history(file: Path) -> pd.DataFrame:
    """Read a history that measurements are added to, as text; empty if the file does not exist."""
    if file.suffix.casefold() in _WORKBOOKS:
        raise FileError(
            "history",
            f": {str(file)!r} is a workbook, and measurements are added to CSV files.",
            "Save it as CSV, or name another file; `fibercov progress` reads both.",
            seen=repr(str(file)),
        )
    if not os.path.lexists(file):
        return pd.DataFrame(columns=list(_COLUMNS), dtype=str)
    columns = {*_as_text(file).columns}
    if not {"as_of", "unit"} <= columns or not (
        {"total", "reached"} <= columns or "share" in columns
    ):
        raise FileError(
            "history",
            f": {str(file)!r} must have the columns as_of, unit, and total, reached (or share, 0-1), "
            f"to add a measurement to it, not {checks.listed(sorted(columns), most=30)}.",
            "If it is a series, say what it counts, such as inhabitants, in a column called unit; else "
            "name another file.",
            seen=repr(str(file)),
        )
    table = _as_text(file)
    table = table.assign(**{column: "" for column in _COLUMNS if column not in table.columns})
    other = set(table["format"].dropna()) - {_FORMAT, ""}
    if other:
        raise FileError(
            "history",
            f": {str(file)!r} has the format {checks.listed(sorted(other))}, but this version of "
            f"fibercov writes {_FORMAT}.",
            "Name another file, or use the version that wrote it.",
        )
    return table


def append_history(history: str | Path, coverage: CoverageTotals) -> bool:
    """Add a measurement to a history, replacing an earlier one of the same date, definition and unit.

    The file may be a published series, if it has a column `unit`. It is replaced in one step: a run
    that fails leaves it as it was.

    Parameters
    ----------
    history
        The history, a CSV file; created if it does not exist.
    coverage
        A measurement with a date.

    Returns
    -------
    bool
        Whether a measurement of the same date, definition and unit was replaced.

    Raises
    ------
    ArgumentError
        If the measurement has no date.
    FileError
        If the file is no history, does not say its unit, or cannot be written.

    Examples
    --------
    >>> import tempfile
    >>> import fibercov as fc
    >>> demo = fc.load_demo()
    >>> coverage = fc.measure_coverage(demo.premises, demo.network, reach=50, as_of=demo.as_of)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     [fc.append_history(f"{folder}/history.csv", coverage) for _ in range(2)]
    [False, True]
    """
    file = checks.path(history, "history")
    if totalled(coverage).as_of is None:
        raise ArgumentError("history", Words("needs the date of the measurement: give {as_of}."))
    figures = snapshot(coverage) | {"format": _FORMAT}
    row = {key: writing.cell(str(value)) for key, value in figures.items()}
    with _writable(file), writing.replacing(file) as new:
        table = _own_history(file)
        for column in (name for name in _SHARES if name in table.columns):
            # RULE: decimal commas are those of Swedish Excel, never thousands.
            table[column] = table[column].str.replace(",", ".")
        same = _days(table["as_of"]) == row["as_of"]
        for column in DEFINED_BY:
            same &= table[column] == row[column]
        if same.any():  # RULE: columns that the user added stay
            table.loc[same, list(row)] = list(row.values())
        else:
            table = pd.concat([table, pd.DataFrame([row])]).fillna("")
        table = writing.cells(table.sort_values(["as_of", *DEFINED_BY]))
        with new.open("w", encoding="utf-8", newline="") as written:
            table.to_csv(written, index=False)
    return bool(same.any())


def _from_coverages(history: object, argument: str) -> pd.DataFrame:
    """Make the table of a history from measurements."""
    must = (
        "must be a list of what measure_coverage returns, or a table with the columns as_of and "
        "total, reached (or share)"
    )
    rows = []
    for each in checks.several(history, argument, must):
        if not isinstance(each, CoverageTotals):
            raise checks.refusal(argument, "must hold what measure_coverage returns", type(each))
        if each.as_of is None:
            raise ArgumentError(
                argument,
                f"holds a measurement without a date: {each}.",
                Words("Measure it with {as_of}."),
            )
        rows.append(snapshot(each))
    return pd.DataFrame(rows)


def snapshot(coverage: CoverageTotals) -> dict[str, Any]:
    """Make the row of a history for a measurement."""
    low, high = coverage.exact_range
    return {
        "as_of": coverage.as_of,
        "total": coverage.total,
        "reached": coverage.reached,
        "share": coverage.share,
        "share_low": float(low),
        "share_high": float(high),
        "definition": str(coverage.reach),
        "unit": coverage.unit,
        **reach_columns(coverage.reach),
    }


def _from_table(table: pd.DataFrame, argument: str) -> pd.DataFrame:
    """Make the table of a history from a table, checking its columns."""
    columns = {str(column) for column in table.columns}
    renamed = {
        old: new for old, new in _IN_HOUSEHOLDS.items() if old in columns and new not in columns
    }
    if renamed:
        table = table.rename(columns=renamed)
        table = table if "unit" in columns else table.assign(unit="households")
        columns = {str(column) for column in table.columns}
    counted = {"total", "reached"} <= columns
    if "as_of" not in columns or not (counted or "share" in columns):
        raise ColumnError(
            argument,
            "needs the columns as_of and total, reached (or share, 0-1).",
            f"Its columns are: {checks.listed(table.columns, most=30)}.",
        )
    found = pd.DataFrame({"as_of": [row_day(value, argument) for value in table["as_of"]]})
    # RULE: the share is that of the counts; only in a row without them is it as written.
    empty = pd.Series(not counted, index=table.index)
    if counted and "share" in columns:
        empty = table[["total", "reached"]].isin([None, np.nan, ""]).all(axis=1)
    found = found.assign(total=np.nan, reached=np.nan, share=np.nan)
    for rows, figures_of in ((~empty, _counts_in), (empty, _shares_in)):
        if rows.any():
            for column, values in figures_of(table[rows], argument).items():
                found.loc[rows.to_numpy(), column] = values
    if not empty.any():
        found = found.astype({"total": "int64", "reached": "int64"})
    for column in (*DEFINED_BY, *_REACH, *_ROADS):
        if column in columns:
            found[column] = table[column].astype("string").fillna("").to_numpy(dtype=object)
    return found


def _counts_in(table: pd.DataFrame, argument: str) -> dict[str, NDArray[Any]]:
    """Return the counts of a table, and their share."""
    total, reached = (
        checks.whole_counts(table[column].reset_index(drop=True), argument, column)
        for column in ("total", "reached")
    )
    wrong = (reached > total) | (total == 0)
    if wrong.any():
        raise ColumnError(
            argument,
            "has more reached than in total, or a total of 0, on "
            f"{checks.listed(table.loc[wrong, 'as_of'].map(str))}.",
        )
    return {"total": total, "reached": reached, "share": reached / total}


def _shares_in(table: pd.DataFrame, argument: str) -> dict[str, NDArray[Any]]:
    """Return the shares of a table, as written."""
    shares = checks.as_numbers(table["share"].reset_index(drop=True), argument)
    wrong = ~((shares >= 0) & (shares <= 1))
    if wrong.any():
        raise ColumnError(
            argument,
            "has shares that are not from 0 to 1, on "
            f"{checks.listed(table.loc[wrong, 'as_of'].map(str))}: {checks.listed(shares[wrong])}.",
            "For 90 percent, write 0.9.",
        )
    return {"share": shares}


def row_day(value: Any, argument: str) -> date:
    """Return the date of a row of a table; raise if it is missing, or only a year."""
    if re.fullmatch(r"\d{4}", str(value)):
        raise ArgumentError(
            argument,
            f": as_of must be dates, not years such as {value!r}: say which day of the year, as in "
            f"'{value}-10-01'.",
            seen=repr(value),
        )
    missing = pd.api.types.is_scalar(value) and pd.isna(value)
    day = None if missing else checks.day(value, argument)
    if day is None:
        raise ArgumentError(argument, "has a row without a date.")
    return day


def since_break(table: pd.DataFrame) -> int:
    """Find the first row that the last one can be compared with."""
    first = 0
    for column in (name for name in DEFINED_BY if name in table.columns):
        values = table[column]
        first = max(first, int(np.flatnonzero((values != values.shift()).to_numpy())[-1]))
    return first


def _check_breaks(table: pd.DataFrame, argument: str, accepted: Iterable[object]) -> None:
    """Raise if the definition or the unit changes at a date that is not an accepted break."""
    given = checks.several(accepted, "accept_breaks", "must be a list of dates")
    days = {checks.day(value, "accept_breaks") for value in given}
    for column in (name for name in DEFINED_BY if name in table.columns):
        values = table[column]
        for row in np.flatnonzero((values != values.shift()).to_numpy())[1:]:
            day = table["as_of"][row]
            if day not in days:
                raise ArgumentError(
                    argument,
                    f"mixes {column}s: {values[row - 1]!r} to {table['as_of'][row - 1]}, "
                    f"{values[row]!r} from {day}.",
                    Words(
                        "Their shares cannot be compared. Use the same one throughout, or accept the "
                        "break: {accepted}.",
                        accepted=Call(accept_breaks=[str(day)]),
                    ),
                )
