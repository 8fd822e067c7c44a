"""Split a text without quotation marks into fields, all at once."""

from __future__ import annotations

import re

import pandas as pd
import pyarrow as pa
import pyarrow.csv

_WIDEST = 100  # columns; in a wider table, rows that are next to empty are told


def has_plain_lines(text: str) -> bool:
    """Tell whether each row of a text is a line of it: no quotation marks, no carriage returns alone."""
    return '"' not in text and text.count("\r") == text.count("\r\n")


def first_lines(text: str, most: int) -> str:
    """Return the first lines of a text."""
    found = re.match(rf"(?:[^\n]*\n){{0,{most - 1}}}[^\n]*", text)
    return "" if found is None else found.group()


def fields_below(text: str, separator: str, width: int) -> pd.DataFrame | None:
    """Split the lines below the first into so many texts each; None if a line has more or fewer."""
    if not 1 < width <= _WIDEST:
        return None
    names = [str(k) for k in range(width)]
    try:
        table = pyarrow.csv.read_csv(
            pa.BufferReader(text.encode()),
            read_options=pyarrow.csv.ReadOptions(skip_rows=1, column_names=names),
            parse_options=pyarrow.csv.ParseOptions(
                delimiter=separator, quote_char=False, ignore_empty_lines=False
            ),
            convert_options=pyarrow.csv.ConvertOptions(
                column_types=dict.fromkeys(names, pa.string()), strings_can_be_null=False
            ),
        )
    except pa.ArrowInvalid:  # also if a line is very long
        return None
    frame: pd.DataFrame = table.to_pandas().set_axis(range(width), axis=1)
    return frame
