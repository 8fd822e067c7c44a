"""The list of premises that are not within reach: an Excel workbook, or CSV if it is long."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from textwrap import wrap
from typing import Any

import numpy as np
import pandas as pd
import xlsxwriter
from numpy.typing import NDArray

from fibercov import texts
from fibercov.follow.dates import planned_years
from fibercov.measure.coverage import Coverage
from fibercov.reports.exports import is_large, write_worded
from fibercov.units import COUNTS

UNSERVED = ("unserved.xlsx", "unserved.csv")
_MOST_LETTERS = 32_767  # of a cell
_WIDEST, _SAMPLE = 60, 1_000  # letters of a column, and how many rows its width is judged by
_A4, _LINE = 9, 15  # Excel's number for the paper; the height of a line, points
_DIGITS = re.compile(r"(\d+)")


def unserved_file(coverage: Coverage) -> str:
    """Name the file of the list: a workbook, or CSV if it is large."""
    return UNSERVED[is_large(int(_listed(coverage).sum()))]


def _listed(coverage: Coverage) -> NDArray[np.bool_]:
    """Tell which premises are on the list."""
    listed: NDArray[np.bool_] = coverage.premises["status"].isin(("unserved", "planned")).to_numpy()
    return listed


def unserved_table(
    coverage: Coverage, address: Sequence[str], area: pd.Series[Any] | None, language: str
) -> pd.DataFrame:
    """List the premises that are unserved or planned, by area and address, under the headings of a language."""
    which = _listed(coverage)
    premises = coverage.premises[which]
    drops = coverage.drops_m[which].to_numpy()
    planned, years = (premises["status"] == "planned").to_numpy(), planned_years(coverage)[which]
    named = [_texts(premises[column]) for column in address]
    columns: dict[str, Any] = {}
    if named:
        columns["list_address"] = [" ".join(filter(None, row)) for row in zip(*named, strict=True)]
    if area is not None:
        columns["area"] = [texts.area(name, language) for name in _texts(area[which])]
    no_way = texts.say("no_way", language)
    columns["list_drop"] = [no_way if np.isinf(drop) else round(drop, 1) for drop in drops.tolist()]
    columns["planned"] = [
        (int(year) or texts.say("list_yes", language)) if soon else ""
        for soon, year in zip(planned, years, strict=True)
    ]
    to = texts.ends_at(coverage.reach, language)
    table = pd.DataFrame(columns).rename(columns=lambda key: texts.say(key, language, to=to))
    for unit in (unit for unit in COUNTS if unit in premises.columns):
        table[texts.in_unit(unit, language)["Units"]] = premises[unit].to_numpy()
    keys = [_places(columns[key]) for key in ("list_address", "area") if key in columns]
    return table.iloc[np.lexsort(keys)].reset_index(drop=True) if keys else table


def write_unserved(table: pd.DataFrame, file: Path, as_of: date | None, language: str) -> None:
    """Write the list: a workbook with filters and a heading that stays, or CSV, as the file's name says.

    RULE: texts are written as texts, so that none is taken for a formula or a link; and the workbook is
    dated to the day that the data describes, so that the same run writes the same bytes.
    """
    if file.suffix == ".csv":
        write_worded(table, file, language)
        return
    day = as_of or date(1980, 1, 1)
    with xlsxwriter.Workbook(str(file), {"constant_memory": True}) as book:
        book.set_properties({"created": datetime(day.year, day.month, day.day, tzinfo=UTC)})
        heading = book.add_format({"bold": True, "text_wrap": True, "valign": "top"})
        whole, plain = (book.add_format({"num_format": number}) for number in ("#,##0", "0"))
        year = texts.say("planned", language)
        formats = [plain if name == year else whole for name in table.columns]
        sheet = book.add_worksheet(texts.say("unserved", language))
        # RULE: in print, all columns on one page, below the heading.
        sheet.set_paper(_A4)
        sheet.fit_to_pages(1, 0)
        sheet.repeat_rows(0)
        sheet.freeze_panes(1, 0)
        sheet.autofilter(0, 0, len(table), len(table.columns) - 1)
        widths = [_width(name, table[name]) for name in table.columns]
        # Not every program that opens it makes room for a heading that wraps.
        lines = max(
            len(wrap(name, int(wide))) for name, wide in zip(table.columns, widths, strict=True)
        )
        sheet.set_row(0, lines * _LINE)
        for column, (name, wide) in enumerate(zip(table.columns, widths, strict=True)):
            sheet.set_column(column, column, wide)
            sheet.write_string(0, column, name, heading)
        rows = zip(*(table[name].tolist() for name in table.columns), strict=True)
        for number, row in enumerate(rows, start=1):
            for column, value in enumerate(row):
                if isinstance(value, str):
                    if value:
                        sheet.write_string(number, column, value[:_MOST_LETTERS])
                else:
                    sheet.write_number(number, column, value, formats[column])


def _texts(values: pd.Series[Any]) -> pd.Series[Any]:
    """Write the values of an address or of areas; nothing where one is missing."""
    return values.astype("string").str.strip().fillna("").astype(object)


def _places(values: Sequence[str]) -> NDArray[np.int64]:
    """Give each text its place in natural order; the same place to those that sort alike."""
    which, names = pd.factorize(np.array(values, dtype=object))
    keys = [_natural(name) for name in names]
    place = {key: number for number, key in enumerate(sorted({*keys}))}
    return np.array([place[key] for key in keys], dtype=np.int64)[which]


def _natural(text: str) -> tuple[tuple[int, int, str], ...]:
    """Make the key that sorts 2 before 10, and what has no text last.

    >>> sorted(["Storgatan 10", "", "Storgatan 2 B", "Storgatan 2"], key=_natural)
    ['Storgatan 2', 'Storgatan 2 B', 'Storgatan 10', '']
    """
    if not text:
        return ((2, 0, ""),)
    parts = _DIGITS.split(text.casefold())
    return tuple((0, int(part), "") if part.isdecimal() else (1, 0, part) for part in parts if part)


def _width(name: str, column: pd.Series[Any]) -> float:
    """Choose the width of a column: that of its longest text among the first rows, and of its heading's words."""
    longest = max((len(str(value)) for value in column.head(_SAMPLE)), default=0)
    words = max(map(len, name.split()), default=0)
    return min(max(longest, words + 3, 8) + 2, _WIDEST)
