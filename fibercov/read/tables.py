"""Read text files and workbooks as tables of text, so that codes keep their zeros."""

from __future__ import annotations

import csv
import itertools
import re
import threading
import zipfile
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from decimal import Decimal
from io import StringIO
from pathlib import Path
from typing import Any

import numpy as np
import openpyxl
import pandas as pd
from python_calamine import CalamineError, CalamineWorkbook, SheetTypeEnum

from fibercov import checks
from fibercov.numerals import numbers_in
from fibercov.read import headers, plain

_SUMS = {"summa", "summor", "s:a", "totalt", "total", "totalsumma", "sum", "sums", "grand total"}
_LEAST_ROWS = 3  # in a table with a sum
_LEAST_NAMES = 3  # of columns, in a table below which a text alone in its row is a note
_MOST_ROWS, _MOST_COLUMNS = 1_048_576, 16_384  # of a sheet in Excel
_MOST_UNPACKED = 100_000_000  # bytes of a workbook's part; more only if it is packed as sheets are
_LINE_BREAK = r"\r\n|\r|\n"
_LONGEST_FIELD = threading.Lock()  # guards csv's limit, which is global
_ASCII, _LETTERS = bytes(range(0x80)), bytes(range(0xC0, 0x100))  # letters in cp1252
# A letter, a dash or the byte order mark in UTF-8: bytes that never follow each other in cp1252.
_IN_UTF8 = re.compile(rb"[\xc2\xc3][\x80-\xbf]|\xe2[\x80-\x82][\x80-\xbf]|\xef\xbb\xbf")
_UNDEFINED = re.compile(rb"[\x81\x8d\x8f\x90\x9d]")  # in cp1252
# Odd in cp1252: undefined bytes; a rare letter (such as Œ) next to another; a sign that begins no word
# (such as €) before a letter; and any sign between two letters but an apostrophe, a dash or a space.
_ODD = re.compile(
    rb"[\x80-\x91\x93-\x95\x98-\x9f\xa1-\xac\xae-\xb3\xb5\xb6\xb8-\xbf](?:(?<=[\x81\x8d\x8f\x90\x9d])"
    rb"|(?<=[\x80\x83\x85-\x8a\x8c\x8e\x98-\x9c\x9e\x9f])(?=[A-Za-z])"
    rb"|(?<=[A-Za-z][\x83\x8a\x8c\x8e\x9a\x9c\x9e\x9f])|(?<=[A-Za-z].)(?=[A-Za-z]))"
)


def parse_text(raw: bytes, header: tuple[int, ...] | None = None) -> pd.DataFrame:
    """Parse a text file as a table; its provenance names the encoding, and what was found around it.

    The names of its columns are in the rows `header`, as a spreadsheet numbers them; found if it is None.
    """
    text, encoding = _decoded(raw)
    above = 0
    if text[:4].lower() == "sep=":  # a line that names the separator for Excel
        text, above = text.partition("\n")[2], 1
    with _LONGEST_FIELD:
        longest = csv.field_size_limit(max(len(text), 1))  # a polygon may exceed the default
        try:
            table = _plain_table(text, above, header)
            if table is None:
                table = _table(_rows(text, above), above, header)
        finally:
            csv.field_size_limit(longest)
    table.attrs["provenance"] = {"encoding": encoding, **table.attrs["provenance"]}
    return table


def read_workbook(
    path: Path, choose: Callable[[list[str]], str], header: tuple[int, ...] | None = None
) -> pd.DataFrame:
    """Read the sheet that `choose` picks from the names of all, with its names in the rows `header`."""
    if path.suffix.lower() not in {".xlsx", ".xlsm"}:
        return _table(_cells(_older(path, choose)), 0, header)
    _check_packing(path)
    # openpyxl, as it reads row by row: a cell far outside the table would fill the memory.
    book = openpyxl.load_workbook(path, read_only=True, data_only=True, keep_links=False)
    try:
        sheet = book[choose([str(sheet.title) for sheet in book.worksheets])]
        sheet.reset_dimensions()  # a sheet may declare a wrong size
        return _table(_cells(sheet.iter_rows(values_only=True)), 0, header)
    finally:
        book.close()


def _older(path: Path, choose: Callable[[list[str]], str]) -> Iterator[tuple[object, ...]]:
    """Yield the rows of a sheet of Excel's older formats, or of OpenDocument's."""
    if zipfile.is_zipfile(path):
        _check_packing(path)
    try:
        book = CalamineWorkbook.from_path(str(path))
    except CalamineError as error:
        raise ValueError(
            f"it is no workbook ({error}). Has it a password? Save it as .xlsx."
        ) from error
    sheets = [each.name for each in book.sheets_metadata if each.typ == SheetTypeEnum.WorkSheet]
    for row in book.get_sheet_by_name(choose(sheets)).to_python(skip_empty_area=False):
        yield tuple(None if cell == "" else cell for cell in row)


def _decoded(raw: bytes) -> tuple[str, str]:
    """Decode a text, and name its encoding; raise if any part of it would come out wrong."""
    if raw[:4] in {b"\xff\xfe\0\0", b"\0\0\xfe\xff"}:
        raise ValueError("it is in UTF-32. Save it as UTF-8.")
    encoding = "UTF-16" if raw[:2] in {b"\xff\xfe", b"\xfe\xff"} else "UTF-8"
    try:
        text = raw.decode(encoding).removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        if encoding == "UTF-16":
            raise ValueError("it begins as UTF-16, but is not. Save it as UTF-8.") from error
        _check_cp1252(raw, error.start)
        text, encoding = raw.decode("cp1252"), "cp1252"
    if "\0" in text:
        raise ValueError(
            f"line {_line(text, text.index(chr(0)))} has a NUL character: is it damaged, or in UTF-16 "
            "without a byte order mark? Save it as UTF-8."
        )
    return text, encoding


def _check_cp1252(raw: bytes, wrong: int) -> None:
    """Raise unless a file that is not UTF-8 at the byte `wrong` is in cp1252, as Windows writes it.

    RULE 1: if parts of it are UTF-8, it is neither. RULE 2: if it has more oddities for cp1252 than
    letters beyond a to z, it is in another encoding, such as that of a Mac or of DOS.
    """
    plain = raw.decode("latin-1")
    # Neighbors in the file are neighbors among its bytes beyond ASCII, which are quicker to search.
    if _IN_UTF8.search(raw.translate(None, _ASCII)) and (right := _IN_UTF8.search(raw)):
        raise ValueError(
            f"it is UTF-8 in line {_line(plain, right.start())}, but not in line "
            f"{_line(plain, wrong)}. Save all of it as UTF-8."
        )
    odd = [found.start() for found in _ODD.finditer(raw)]
    undefined = _UNDEFINED.search(raw)
    if undefined or len(odd) > len(raw) - len(raw.translate(None, _LETTERS)):
        at = undefined.start() if undefined else odd[0]
        word = re.split(rb"[\s;,|]", raw[max(at - 20, 0) : at])[-1]
        word += re.split(rb"[\s;,|]", raw[at : at + 20])[0]
        raise ValueError(
            f"it is not UTF-8, and in the cp1252 of Windows line {_line(plain, at)} would have "
            f"{word.decode('cp1252', 'replace')!r}. Is it from a Mac? Save it as UTF-8."
        )


def _line(text: str, at: int) -> int:
    """Return the line number of a place in the text."""
    return 1 + len(re.findall(_LINE_BREAK, text[:at]))


def _rows(text: str, above: int) -> list[list[str]]:
    """Split a text into rows; raise where an open quotation mark swallows rows."""
    lines = StringIO(text, newline="")
    separator = _separator(lines)
    lines.seek(0)
    reader = csv.reader(lines, delimiter=separator, strict=True)
    rows: list[list[str]] = []
    try:
        rows.extend(reader)
    except csv.Error as error:
        raise ValueError(
            f'row {above + len(rows) + 1} has a quotation mark (") that opens a field, and none where '
            "the field ends. Remove it; or, if it belongs to the text, double it and put the field in "
            "quotation marks."
        ) from error
    if reader.line_num > len(rows):
        _check_line_breaks(rows, separator, above)
    return rows


def _check_line_breaks(rows: list[list[str]], separator: str, above: int) -> None:
    """Raise if a quoted field spans lines that each have as many fields as a row."""
    lines_of = [re.split(_LINE_BREAK, separator.join(row)) for row in rows]
    widths = {len(row) for row, lines in zip(rows, lines_of, strict=True) if len(lines) == 1} - {1}
    for number, lines in enumerate(lines_of, start=above + 1):
        found = [line.count(separator) + 1 for line in lines if line.strip()]
        if len(found) > 1 and widths.issuperset(found):
            raise ValueError(
                f"row {number} has a field in quotation marks over {len(found)} lines, each of which "
                "has as many fields as rows have. Remove the quotation mark that was left open, or the "
                "line breaks in the field."
            )


def _separator(lines: StringIO) -> str:
    """Choose the separator that splits the header into the most fields, and the next row into no more.

    RULE: below a title, it is the one that splits the most rows into equally many fields.
    """
    heads: dict[str, list[list[str]]] = {}
    for separator in ";\t,|":
        lines.seek(0)
        rows = csv.reader(lines, delimiter=separator)
        heads[separator] = [*itertools.islice(rows, headers.MOST_ABOVE)]
    first = {s: [len(row) for row in (*rows, [], [])][:2] for s, rows in heads.items()}
    fitting = [s for s, (names, below) in first.items() if 1 < below <= names + 1]
    if fitting:
        return max(fitting, key=lambda s: first[s][0])
    widths = {s: Counter(len(row) for row in rows if len(row) > 1) for s, rows in heads.items()}
    return max(heads, key=lambda s: (max(widths[s].values(), default=0), first[s][0]))


def _cells(rows: Iterable[tuple[object, ...]]) -> Iterator[list[str]]:
    """Yield the rows of a sheet as texts, each up to its last filled cell."""
    for number, row in enumerate(rows, start=1):
        if number > _MOST_ROWS:  # a sheet may number its rows without end
            raise ValueError(f"it has more than {_MOST_ROWS:,} rows. Save the sheet again.")
        texts = [_text(cell) for cell in row]
        while texts and not texts[-1]:
            texts.pop()
        yield texts


def _text(cell: Any) -> str:
    """Write a cell as text, a number with all its digits."""
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() else f"{Decimal(repr(cell)):f}"
    return "" if cell is None else str(cell)


def _check_packing(path: Path) -> None:
    """Raise unless the file is a workbook of a plausible size when unpacked."""
    if not zipfile.is_zipfile(path):
        raise ValueError(
            "it is no workbook as .xlsx is. Is it an older one, or has it a password? Open it, and save "
            "it as .xlsx."
        )
    with zipfile.ZipFile(path) as packed:
        for part in packed.infolist():
            if part.file_size > max(_MOST_UNPACKED, 100 * part.compress_size):
                raise ValueError(
                    f"{part.filename!r} in it unpacks from {part.compress_size:,} to "
                    f"{part.file_size:,} bytes, as no sheet does. Save the sheet as CSV."
                )


def _plain_table(text: str, above: int, header: tuple[int, ...] | None) -> pd.DataFrame | None:
    """Make the table that `_table` makes of a text's rows, all at once; None if the text is not plain.

    RULE: plain are names in the first line and nothing else but rows below, each of them a line with as many
    fields, and not all of them empty; and the last row is no sum.
    """
    if not plain.has_plain_lines(text):
        return None
    lines = StringIO(plain.first_lines(text, headers.MOST_ABOVE), newline="")
    separator = _separator(lines)
    lines.seek(0)
    head = [*csv.reader(lines, delimiter=separator)]
    names = head[0] if head else []
    if _header_at(head, above, header) != (0,):
        return None
    table = plain.fields_below(text, separator, len(names))
    if table is None or table.empty or not (table != "").any(axis=1).all():
        return None
    if any(_says_sum(cell) for cell in table.iloc[-1]):
        return None
    table.index = pd.Index(above + 2 + np.arange(len(table)))
    return _named(table, names, above + 1, {})


def _table(rows: Iterable[list[str]], above: int, header: tuple[int, ...] | None) -> pd.DataFrame:
    """Make a table of the rows below the header, labelled as a spreadsheet numbers them.

    Empty rows and columns are left out. The provenance tells of a header that is not in the first
    row, and of notes below the table.
    """
    below = iter(rows)
    most = headers.MOST_ABOVE if header is None else header[-1] - above + 1
    head = [*itertools.islice(below, most)]
    at = _header_at(head, above, header)
    if at[-1] >= max(len(head), 1) or at[0] < 0:
        raise ValueError(f"it has no row {above + at[-1] + 1} for the header.")
    names = headers.names_in([head[k] for k in at]) if head else []
    if len(names) > _MOST_COLUMNS:
        raise ValueError(
            f"it has {len(names):,} columns: more than {_MOST_COLUMNS:,} are too many."
        )
    start = above + at[-1] + 1  # the number of the header's last row
    filled = dict(_filled(itertools.chain(head[at[-1] + 1 :], below), names, start))
    said: dict[str, Any] = {} if at == (0,) else {"header": [above + k + 1 for k in at]}
    notes = _notes(filled, names)
    if notes:
        said["notes"] = {str(number): filled.pop(number)[k].strip() for number, k in notes.items()}
    label = _sum_label([*filled.values()])
    if label is not None:
        number, _ = filled.popitem()
        said["sum"] = {str(number): label}
    table = pd.DataFrame([*filled.values()], columns=range(len(names)), index=[*filled], dtype=str)
    return _named(table, names, start, said)


def _header_at(
    head: Sequence[Sequence[str]], above: int, header: tuple[int, ...] | None
) -> tuple[int, ...]:
    """Tell which of the first rows, from 0, are the rows `header`; found if it is None."""
    return headers.found(head) if header is None else tuple(row - above - 1 for row in header)


def _named(
    table: pd.DataFrame, names: Sequence[str], header: int, said: dict[str, Any]
) -> pd.DataFrame:
    """Name the columns of a table of texts by those in the row `header`, and leave out the empty ones."""
    whole = table.mask(table == "")
    holds = whole.notna().to_numpy()
    columns = range(len(names))
    named = [bool(name.strip()) for name in names]
    if not any(named):
        raise ValueError(
            "its first row is empty. Give the number of the row with the names of the columns as the header."
        )
    # RULE: only the first column may have no name, as pandas writes an index.
    for k in (k for k in columns[1:] if not named[k] and holds[:, k].any()):
        row = int(holds[:, k].argmax())
        raise ValueError(_unnamed(table.index[row], names, table.iloc[row].tolist(), header))
    kept = [k for k in columns if named[k] or holds[:, k].any()]
    called = [names[k] if named[k] else "Unnamed: 0" for k in kept]
    _check_names(called)
    whole = whole[kept].set_axis(called, axis=1)
    whole.attrs["provenance"] = said
    return whole


def _sum_label(rows: Sequence[Sequence[str]]) -> str | None:
    """Return what the last row is called if it is the sum of those above; None if it is not.

    RULE: a cell of it says so, and each of its numbers is the sum of its column.
    """
    if len(rows) < _LEAST_ROWS:
        return None
    label = next((cell for cell in rows[-1] if _says_sum(cell)), None)
    if label is None:
        return None
    columns = [k for k, cell in enumerate(rows[-1]) if cell.strip() and cell is not label]
    numbers = (numbers_in(pd.Series([row[k] for row in rows], dtype="string")) for k in columns)
    same = [np.isclose(2 * each[-1], np.nansum(each), rtol=1e-9) for each in numbers]
    return label.strip() if same and all(same) else None


def _says_sum(cell: str) -> bool:
    """Tell whether a cell says that its row is a sum."""
    return cell.strip(" :").casefold() in _SUMS


def _notes(filled: dict[int, list[str]], names: Sequence[str]) -> dict[int, int]:
    """Find the notes below a table: their rows, and the column of each.

    RULE: a note is a text alone in its row, and the notes are parted from the table by an empty row.
    """
    if sum(bool(name.strip()) for name in names) < _LEAST_NAMES:
        return {}
    found: dict[int, int] = {}
    last = None
    for number, row in reversed(filled.items()):
        cells = [k for k, cell in enumerate(row) if cell.strip()]
        if len(cells) > 1 or not headers.is_text(row[cells[0]] if cells else ""):
            last = number
            break
        found[number] = cells[0]
    parted = last is not None and found and min(found) > last + 1
    return dict(reversed(found.items())) if parted else {}


def _filled(
    rows: Iterable[list[str]], names: list[str], header: int
) -> Iterator[tuple[int, list[str]]]:
    """Yield the rows that are not empty, as wide as the header above them, with their numbers."""
    width, cells, filled = len(names), 0, 0
    for number, row in enumerate(rows, start=header + 1):
        given = len(row)
        here = given - row.count("")
        if not here:
            continue
        if given > width and any(row[width:]):
            raise ValueError(_unnamed(number, names, row, header))
        cells += width
        filled += here
        if cells > 10_000_000 + 100 * filled:
            raise ValueError(
                f"its first row is {width:,} cells wide, and there is next to nothing below most of "
                "them. Delete the columns that are not the table's."
            )
        yield number, row if given == width else (row + [""] * width)[:width]


def _unnamed(number: int, names: Sequence[str], row: Sequence[str], header: int) -> str:
    """Word the error of a row with a value in a column without a name."""
    first, seen = (
        checks.listed(cell.strip()[:30] for cell in cells if cell.strip()) or "nothing"
        for cells in (names, row)
    )
    return (
        f"row {number} has more fields than row {header} has names: {seen} below {first}. If the names "
        "stand in another row, or in two, give its number, or both, as the header; and keep the separator "
        "out of numbers."
    )


def _check_names(names: Sequence[str]) -> None:
    """Raise if two columns have the same name."""
    stripped = [name.strip() for name in names]
    twice = sorted({name for name in stripped if stripped.count(name) > 1})
    if twice:
        raise ValueError(f"several columns are called {checks.listed(twice)}. Rename them.")
