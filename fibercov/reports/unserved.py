"""The list of premises that are not within reach, as an Excel workbook."""

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

from fibercov import texts
from fibercov.follow.dates import planned_years
from fibercov.measure.coverage import Coverage
from fibercov.units import COUNTS

UNSERVED = "unserved.xlsx"
_MOST_ROWS = 1_048_575  # of a sheet in Excel, below the headings
_MOST_LETTERS = 32_767  # of a cell
_WIDEST, _SAMPLE = 60, 1_000  # letters of a column, and how many rows its width is judged by
_A4, _LINE = 9, 15  # Excel's number for the paper; the height of a line, points
_DIGITS = re.compile(r"(\d+)")


def unserved_table(
    coverage: Coverage, address: Sequence[str], area: pd.Series[Any] | None, language: str
) -> pd.DataFrame:
    """List the premises that are unserved or planned, by area and address, under the headings of a language."""
    which = coverage.premises["status"].isin(("unserved", "planned")).to_numpy()
    premises = coverage.premises[which]
    drops = coverage.drops_m[which].to_numpy()
    planned, years = (premises["status"] == "planned").to_numpy(), planned_years(coverage)[which]
    named = [premises[column].map(_text) for column in address]
    columns: dict[str, Any] = {}
    if named:
        columns["list_address"] = [" ".join(filter(None, row)) for row in zip(*named, strict=True)]
    if area is not None:
        columns["area"] = [texts.area(_text(name), language) for name in area[which]]
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
    keys = [columns[key] for key in ("area", "list_address") if key in columns]
    order = sorted(range(len(table)), key=lambda row: [_natural(key[row]) for key in keys])
    return table.iloc[order].reset_index(drop=True)


def write_unserved(table: pd.DataFrame, file: Path, as_of: date | None, language: str) -> None:
    """Write the list, with filters and a heading that stays; on several sheets if one cannot hold it.

    RULE: texts are written as texts, so that none is taken for a formula or a link; and the workbook is
    dated to the day that the data describes, so that the same run writes the same bytes.
    """
    day = as_of or date(1980, 1, 1)
    with xlsxwriter.Workbook(str(file), {"constant_memory": True}) as book:
        book.set_properties({"created": datetime(day.year, day.month, day.day, tzinfo=UTC)})
        heading = book.add_format({"bold": True, "text_wrap": True, "valign": "top"})
        whole, plain = (
            book.add_format({"num_format": "#,##0"}),
            book.add_format({"num_format": "0"}),
        )
        year = texts.say("planned", language)
        formats = [plain if name == year else whole for name in table.columns]
        title = texts.say("unserved", language)
        for first in range(0, max(len(table), 1), _MOST_ROWS):
            part = table.iloc[first : first + _MOST_ROWS]
            sheet = book.add_worksheet(f"{title} {1 + first // _MOST_ROWS}" if first else title)
            # RULE: in print, all columns on one page, below the heading.
            sheet.set_paper(_A4)
            sheet.fit_to_pages(1, 0)
            sheet.repeat_rows(0)
            sheet.freeze_panes(1, 0)
            sheet.autofilter(0, 0, len(part), len(table.columns) - 1)
            widths = [_width(name, part[name]) for name in table.columns]
            # Not every program that opens it makes room for a heading that wraps.
            lines = max(
                len(wrap(name, int(wide))) for name, wide in zip(table.columns, widths, strict=True)
            )
            sheet.set_row(0, lines * _LINE)
            for column, (name, wide) in enumerate(zip(table.columns, widths, strict=True)):
                sheet.set_column(column, column, wide)
                sheet.write_string(0, column, name, heading)
            for number, row in enumerate(part.itertuples(index=False), start=1):
                for column, value in enumerate(row):
                    if isinstance(value, str):
                        if value:
                            sheet.write_string(number, column, value[:_MOST_LETTERS])
                    else:
                        sheet.write_number(number, column, value, formats[column])


def _text(value: Any) -> str:
    """Write a value of an address or an area; nothing if it is missing."""
    return "" if pd.isna(value) else str(value).strip()


def _natural(text: str) -> list[tuple[int, int, str]]:
    """Make the key that sorts 2 before 10, and what has no text last.

    >>> sorted(["Storgatan 10", "", "Storgatan 2 B", "Storgatan 2"], key=_natural)
    ['Storgatan 2', 'Storgatan 2 B', 'Storgatan 10', '']
    """
    if not text:
        return [(2, 0, "")]
    parts = _DIGITS.split(text.casefold())
    return [(0, int(part), "") if part.isdecimal() else (1, 0, part) for part in parts if part]


def _width(name: str, column: pd.Series[Any]) -> float:
    """Choose the width of a column: that of its longest text among the first rows, and of its heading's words."""
    longest = max((len(str(value)) for value in column.head(_SAMPLE)), default=0)
    words = max(map(len, name.split()), default=0)
    return min(max(longest, words + 3, 8) + 2, _WIDEST)
