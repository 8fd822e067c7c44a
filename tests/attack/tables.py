"""Text tables and workbooks with one thing wrong: no other row is lost, or read as something else."""

from __future__ import annotations

import csv
import random
from collections import Counter
from datetime import date
from io import StringIO
from pathlib import Path
from typing import Any, NamedTuple

import geopandas as gpd
import openpyxl

import fibercov as fc

from .base import CRS, E0, KINDS, N0
from .judged import RIGHT, UNDETECTABLE, WrongResult, expect

Rows = list[list[str]]
_FEW = 20  # rows of a table in which one may have as many households as all others
_NAMES = ["nr", "typ", "gata", "hushall", "E", "N"]
_ODD = '\0\r\v\f\x1a\x1c\x85\u2028\ufeff\u200b\'\\\t#""""""'
_CELLS = (
    None, "", " ", True, 0, 1, -1, 0.1, 1e300, 470_005.25, "#N/A", "#REF!", "=1+1", "=A1", "1 000", "1,000", "x" * 40_000,
    date(2020, 10, 1), "2020-10-01", "a\nb", 'a"b', "_x0041_", "'5", "00", "1e2",
)  # fmt: skip


def _sound(rng: random.Random) -> Rows:
    """Addresses; some have separators, quotation marks or line breaks in them."""
    streets = [
        "Ågatan {}",
        "Ågatan {}",
        "Storgatan {}, 1 tr",
        "c/o A; B|{}\tD",
        'Villa "Ro" {}',
        "Byn {}\n780 00 Åsen",
    ]
    some = rng.choice([streets[:1], streets])
    return [
        [f"0{k:03}", rng.choice(KINDS), rng.choice(some).format(k), str(k % 9 + 1), str(E0 + k), str(N0 + 2 * k)]
        for k in range(rng.randint(3, 30))
    ]  # fmt: skip


def _judged(premises: gpd.GeoDataFrame, rows: Rows, touched: set[int], added: int) -> str:
    """Whether every row that was not touched is there as it was, and no row is lost."""
    there = [k for k, name in enumerate(["id", *_NAMES[1:3], "households"]) if name in premises]
    columns = [premises[["id", *_NAMES[1:3], "households"][k]].astype(str) for k in there]
    places = [None if place is None else (place.x, place.y) for place in premises.geometry]
    found = Counter(zip(*columns, places, strict=True))
    missing = 0
    for number, row in enumerate(rows):
        wanted = (*(row[k] for k in there), (float(row[4]), float(row[5])))
        expect(number in touched or found[wanted] == 1, f"{wanted} is not among {found}")
        missing += not found[wanted]
    expect(len(rows) <= len(premises) <= len(rows) + added, f"{len(premises)} of {len(rows)} rows")
    return UNDETECTABLE if missing else RIGHT


class _Made(NamedTuple):
    """The lines of a table, the header first, in which something was changed."""

    lines: list[str]
    touched: set[int]  # the rows that may be read as something else
    added: int = 0  # how many rows more there may be


def _stray(rng: random.Random, lines: list[str], at: int, sep: str) -> _Made:
    """A quote, or a character that some readers take for a line's end, in one line or in two."""
    odd = rng.choice(_ODD)
    to = rng.choice([at, rng.randrange(at, len(lines))])
    for k in {at, to}:
        starts = [0, *(n + 1 for n, letter in enumerate(lines[k]) if letter == sep), len(lines[k])]
        place = rng.choice([rng.choice(starts), rng.randint(0, len(lines[k]))])
        lines[k] = lines[k][:place] + odd + lines[k][place:]
    return _Made(lines, {at - 1, to - 1}, added=2)


def _ragged(rng: random.Random, lines: list[str], at: int, sep: str) -> _Made:
    """A separator too many, one too few, or another one, in one line or in all."""
    fields = lines[at].split(sep)
    place = rng.randrange(len(fields))
    more = [*fields[:place], rng.choice(["", "x"]), *fields[place:]]
    fewer = [*fields[:place], "".join(fields[place : place + 2]), *fields[place + 2 :]]
    other = rng.choice(";,\t| ")
    lines[at] = rng.choice(
        [sep.join(more), sep.join(fewer), other.join(fields), lines[at] + sep * 3]
    )
    if rng.random() < 0.2:  # at the end of all, as Excel has it
        lines = [line + sep * 2 for line in lines]
    return _Made(lines, {at - 1})


def _inserted(rng: random.Random, lines: list[str], at: int, sep: str) -> _Made:
    """A line that is no row: empty, a note, a title, units, the header again, a separator's name."""
    between = ["", sep * 5, " ", f"{sep} {sep}", "# a note", "Källa: kommunen", lines[0], "-" * 40]
    above = ["Adresser 2020-10-01", f"Adresser{sep * 5}", "sep=;", f"sep={sep}", ""]
    below = [f"(id){sep}(typ){sep}{sep}(antal){sep}(m){sep}(m)", sep.join("ABCDEF")]
    place, line = rng.choice([
        (at, rng.choice(between)), (0, rng.choice(above)), (1, rng.choice(below)), (len(lines), "\x1a"),
    ])  # fmt: skip
    return _Made([*lines[:place], line, *lines[place:]], set(), added=1)


def _sum_row(rng: random.Random, lines: list[str], at: int, sep: str) -> _Made:
    """A sum of all counts, without a place, at either end or after some rows of nothing."""
    total = str(sum(int(row[3]) for row in csv.reader(lines[1:], delimiter=sep)))
    word = rng.choice(["Summa", "Totalt", "SUMMA:", "S:a", "Total", "99"])
    row = sep.join(
        rng.choice([[word, "", "", total, "", ""], [word, "x", "", f"{total}.0", "", ""]])
    )
    place = rng.choice([1, at + 1, len(lines)])
    # Of few rows, it may be so by chance.
    few = int(len(lines) - 1 < _FEW)
    return _Made([*lines[:place], *[""] * rng.randrange(3), row, *lines[place:]], set(), added=few)


def _merged_header(rng: random.Random, lines: list[str], at: int, sep: str) -> _Made:
    """A header in which cells were merged, or called the same, or left out."""
    names = lines[0].split(sep)
    place = at % len(names)
    names[place] = rng.choice(["", " ", '""', names[place - 1], "typ ", "\u00a0"])
    names = names[:-1] if rng.random() < 0.3 else names
    return _Made([sep.join(names), *lines[1:]], set())


_CHANGES = (_stray, _stray, _ragged, _inserted, _merged_header)
_CODECS = {"utf-8": b"", "utf-8 ": b"\xef\xbb\xbf", "cp1252": b"", "utf-16-le": b"\xff\xfe"}


class Written(NamedTuple):
    """A text table in which something was changed; the rest as in `_Made`."""

    raw: bytes
    touched: set[int]
    added: int


def written(rng: random.Random, rows: Rows, sep: str, *, sums: bool) -> Written:
    """The rows as a text table, the first of them the header, with one thing wrong; or a sum row."""
    codec, end = rng.choice(list(_CODECS)), rng.choice(["\n", "\r\n"])
    lines = lines_of(rows, sep, quoted=rng.random() < 0.3)
    at = rng.randrange(len(lines))
    made = _Made(lines, {at - 1})
    change = rng.choice([None, None, *_CHANGES, *([_sum_row] if sums else [])])
    if change is not None:
        made = change(rng, lines, at, sep)
    raw = [f"{line}{end}".encode(codec.strip(), "replace") for line in made.lines]
    if change is None:
        raw[at] = _recoded(rng, lines[at], raw[at], codec)
    return Written(_CODECS[codec] + b"".join(raw), made.touched, made.added)


def lines_of(rows: Rows, sep: str, *, quoted: bool) -> list[str]:
    """Each row as Python's csv writes it."""
    made = []
    for row in rows:
        line = StringIO()
        writer = csv.writer(
            line, delimiter=sep, quoting=csv.QUOTE_ALL if quoted else csv.QUOTE_MINIMAL
        )
        writer.writerow(row)
        made.append(line.getvalue().removesuffix("\r\n"))
    return made


def _recoded(rng: random.Random, line: str, raw: bytes, codec: str) -> bytes:
    """One line with another byte in it, or in another encoding than the rest."""
    if rng.random() < 0.3 and codec != "utf-16-le":
        return f"{line}\n".encode(rng.choice(["utf-8", "cp1252", "mac-roman"]), "replace")
    at = rng.randrange(len(raw) - 4)
    return raw[:at] + bytes([rng.randrange(256)]) + raw[at + 1 :]


def _read(path: Path) -> gpd.GeoDataFrame:
    return fc.read_premises(path, households="hushall", id="nr", xy=("E", "N"), crs=CRS)


def text_table(rng: random.Random, folder: Path) -> str:
    """Read a text table in which one thing is wrong."""
    rows, sep, path = _sound(rng), rng.choice(";;,\t|"), folder / "a.csv"
    made = written(rng, [_NAMES, *rows], sep, sums=True)
    path.write_bytes(made.raw)
    return _judged(_read(path), rows, made.touched, made.added)


def sound_table(rng: random.Random, folder: Path) -> str:
    """Read a text table in which nothing is wrong."""
    rows, sep, path = _sound(rng), rng.choice(";;,\t|"), folder / "a.csv"
    lines = lines_of([_NAMES, *rows], sep, quoted=rng.random() < 0.3)
    if rng.random() < 0.2:
        lines = [line + sep * 2 for line in lines]  # as Excel has it where it once had more columns
    for _ in range(rng.choice([0, 0, 1, 3])):
        lines.insert(rng.randint(1, len(lines)), rng.choice(["", sep * 5]))
    if rng.random() < 0.1:
        lines.insert(0, f"sep={sep}")
    text = rng.choice(["\n", "\r\n"]).join([*lines, ""])
    path.write_text(text, rng.choice(["utf-8", "utf-8-sig", "cp1252", "utf-16"]), newline="")
    try:
        return _judged(_read(path), rows, set(), 0)
    except fc.FibercovError as error:
        raise WrongResult(f"sound, but: {error}") from error


def workbook(rng: random.Random, folder: Path) -> str:
    """Read a workbook in which one thing is wrong."""
    rows = _sound(rng)
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    typed = [[*row[:3], int(row[3]), float(row[4]), float(row[5])] for row in rows]
    for row in [_NAMES, *(typed if rng.random() < 0.7 else rows)]:
        sheet.append(row)
    touched, added = _spoilt(rng, sheet, rows)
    book.save(path := folder / "a.xlsx")
    return _judged(_read(path), rows, touched, added)


def _spoilt(rng: random.Random, sheet: Any, rows: Rows) -> tuple[set[int], int]:
    """The rows of the sheet that may be read as something else, and how many more there may be."""
    at, column = rng.randrange(len(rows)), rng.randint(1, 6)
    way = rng.choice(["cell", "cell", "merged", "inserted", "header", "far", "sum"])
    if way == "cell":
        sheet.cell(at + 2, column).value = rng.choice(_CELLS)
    elif way == "merged":  # down or across, in the header or below it
        down, last = rng.random() < 0.5, at + 1 + rng.randint(0, 2)
        sheet.merge_cells(
            start_row=at + 1, end_row=last if down else at + 1,
            start_column=1 if down else column, end_column=column if down else 7,
        )  # fmt: skip
        return set(range(at - 1, last)), 0
    elif way == "inserted":
        sheet.insert_rows(place := rng.randint(1, len(rows) + 2), rng.randint(1, 3))
        sheet.cell(place, column).value = rng.choice([None, None, "en rad", " ", 7])
        return set(), 1
    elif way == "header":
        sheet.cell(1, column).value = rng.choice([None, "", "nr", 2019, "hushall ", "a\nb"])
    elif way == "far":
        sheet.cell(rng.choice([1, at + 2, 500]), rng.choice([8, 60])).value = rng.choice(["x", 1])
        return {at}, 1
    else:
        sheet.append([None] * rng.randrange(2))
        sheet.append(["Summa", None, None, sum(int(row[3]) for row in rows)])
        return set(), int(len(rows) < _FEW)
    return {at}, 0
