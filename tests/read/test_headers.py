"""Tables as offices export them: titles above, names in two rows, notes below, older formats."""

from __future__ import annotations

import csv
import gzip
import zipfile
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import xlwt
from frames import E0, N0
from hypothesis import given
from hypothesis import strategies as st

import fibercov as fc
from fibercov.read import headers, tables

ROWS: list[list[Any]] = [
    [f"Björkgatan {n}", n % 3, f"{int(E0) + n},5", int(N0)] for n in range(1, 6)
]
NAMES: list[Any] = ["Adress", "Hushåll", "E", "N"]
TITLE: list[list[Any]] = [["Adressregister 2024"], [], ["Uttag:", "2024-10-01"]]
PAIR: list[list[Any]] = [
    ["Adress", "Antal", None, "Läge", None],
    [None, "hushåll", "företag", "E", "N"],
]
NOTES: list[list[Any]] = [[], ["Källa: kommunens register"], ["* utan fritidshus"]]


def book(file: Path, rows: list[list[Any]], merged: str = "") -> Path:
    """A workbook with these rows."""
    made = openpyxl.Workbook()
    sheet = made.active
    for row in rows:
        sheet.append(row)
    for cells in merged.split():
        sheet.merge_cells(cells)
    made.save(file)
    return file


def open_document(file: Path, rows: list[list[Any]]) -> None:
    """A spreadsheet of OpenDocument with these rows."""

    def cell(value: Any) -> str:
        if value is None:
            return "<table:table-cell/>"
        if isinstance(value, str):
            return f'<table:table-cell office:value-type="string"><text:p>{value}</text:p></table:table-cell>'
        return f'<table:table-cell office:value-type="float" office:value="{value}"/>'

    lines = (
        f"<table:table-row>{''.join(map(cell, row or [None]))}</table:table-row>" for row in rows
    )
    names = "".join(
        f' xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
        for name in ("office", "table", "text")
    )
    kind = "application/vnd.oasis.opendocument.spreadsheet"
    with zipfile.ZipFile(file, "w") as made:
        made.writestr("mimetype", kind)
        made.writestr(
            "META-INF/manifest.xml",
            '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"/>',
        )
        made.writestr(
            "content.xml",
            f'<?xml version="1.0" encoding="UTF-8"?><office:document-content{names}><office:body>'
            f'<office:spreadsheet><table:table table:name="Blad1">{"".join(lines)}</table:table>'
            "</office:spreadsheet></office:body></office:document-content>",
        )


def text(file: Path, rows: list[list[Any]], *, full: bool) -> Path:
    """A CSV with these rows, each with as many separators as the widest if `full`."""
    width = max(map(len, rows)) if full else 0
    filled = [[*row, *[None] * (width - len(row))] for row in rows]
    with file.open("w", encoding="utf-8", newline="") as opened:
        csv.writer(opened, delimiter=";").writerows(filled)
    return file


def read(file: Path, **options: Any) -> Any:
    return fc.read_premises(file, households="Hushåll", xy=("E", "N"), crs=3006, **options)


@pytest.mark.parametrize("header", [None, 4, (4,)])
@pytest.mark.parametrize("kind", ["xlsx", "full", "bare", "gz"])
def test_names_below_a_title_are_found_or_named(tmp_path: Path, kind: str, header: Any) -> None:
    rows = [*TITLE, NAMES, *ROWS, *NOTES]
    if kind == "xlsx":
        file = book(tmp_path / "a.xlsx", rows)
    else:
        file = text(tmp_path / "a.csv", rows, full=kind != "bare")
    if kind == "gz":
        packed = tmp_path / "b.csv.gz"
        packed.write_bytes(gzip.compress(file.read_bytes()))
        file = packed
    premises = read(file, header=header)
    assert premises.index.tolist() == [5, 6, 7, 8, 9]
    assert premises["households"].tolist() == [1, 2, 0, 1, 2]
    assert premises.geometry.x.tolist() == [E0 + n + 0.5 for n in range(1, 6)]
    said = premises.attrs["provenance"]
    assert said["header"] == [4]
    assert said["notes"] == {"11": "Källa: kommunens register", "12": "* utan fritidshus"}


@pytest.mark.parametrize("header", [None, (2, 3)])
def test_names_in_two_rows_are_joined(tmp_path: Path, header: Any) -> None:
    rows = [["Register"], *PAIR, *[[a, h, 2, e, n] for a, h, e, n in ROWS]]
    for file in (
        book(tmp_path / "a.xlsx", rows, "A2:A3 B2:C2 D2:E2"),
        text(tmp_path / "a.csv", rows, full=True),
    ):
        premises = fc.read_premises(
            file, households="antal hushåll", workplaces="Antal företag",
            xy=("Läge E", "Läge N"), crs=3006, header=header,
        )  # fmt: skip
        assert premises.index.tolist() == [4, 5, 6, 7, 8]
        assert premises["households"].sum() == 6
        assert premises["workplaces"].sum() == 10
        assert premises.attrs["provenance"]["header"] == [2, 3]


def test_a_missing_name_is_no_title(tmp_path: Path) -> None:
    for rows in ([[*NAMES[:3]], *ROWS], [["Adress", None, "E", "N"], *ROWS]):
        with pytest.raises(fc.FileError, match="row 2 has more fields than row 1 has names"):
            read(text(tmp_path / "a.csv", rows, full=True))


def test_a_header_that_cannot_be_is_an_error(tmp_path: Path) -> None:
    file = text(tmp_path / "a.csv", [NAMES, *ROWS], full=True)
    for wrong in (0, -1, "4", (4, 6), (5, 4), (1, 2, 3), (), True, 1.0):
        with pytest.raises(fc.ArgumentError, match="`header` must be the number of a row"):
            read(file, header=wrong)
    with pytest.raises(fc.FileError, match="it has no row 99 for the header"):
        read(file, header=99)
    with pytest.raises(fc.ArgumentError, match="`header` is for tables"):
        fc.read_premises(fc.load_demo().premises, header=1)
    fc.load_demo().network.to_file(tmp_path / "n.gpkg")
    with pytest.raises(fc.ArgumentError, match="`header` is for tables"):
        fc.read_network(tmp_path / "n.gpkg", header=2)


def test_a_table_of_counts_has_a_header_of_its_own(tmp_path: Path) -> None:
    counts = book(
        tmp_path / "a.xlsx", [*TITLE, ["nyckel", "hushåll", "år"], ["a", 3, 2024], ["b", 4, 2024]]
    )
    for header in (None, 4):
        premises = fc.read_premises(
            fc.load_demo().premises.iloc[:2][["geometry"]].assign(nyckel=["a", "b"]),
            counts=counts, on="nyckel", households="hushåll", counts_header=header,
        )  # fmt: skip
        assert premises["households"].tolist() == [3, 4]
    with pytest.raises(fc.ArgumentError, match="`counts_header` must be"):
        fc.read_premises(
            fc.load_demo().premises, counts=counts, on="id", households="hushåll", counts_header=0
        )


def test_what_stands_below_without_a_gap_or_with_figures_is_no_note(tmp_path: Path) -> None:
    for rows in ([*ROWS, ["Källa: registret"]], [*ROWS, [], ["Summa", 7]]):
        premises = read(
            text(tmp_path / "a.csv", [NAMES, *rows], full=True), empty_counts_are_zero=True
        )
        assert len(premises) == 6
        assert "notes" not in premises.attrs["provenance"]


@pytest.mark.parametrize("kind", ["xls", "ods"])
def test_older_workbooks_are_read_as_newer_ones(tmp_path: Path, kind: str) -> None:
    rows = [*TITLE, NAMES, *ROWS, *NOTES]
    file = book(tmp_path / "a.xlsx", rows)
    if kind == "ods":
        open_document(tmp_path / "a.ods", rows)
    else:
        older = xlwt.Workbook()
        sheet = older.add_sheet("Blad1")
        for number, row in enumerate(rows):
            for column, cell in enumerate(row):
                sheet.write(number, column, cell)
        older.save(str(tmp_path / "a.xls"))
    ours, theirs = read(file), read(tmp_path / f"a.{kind}")
    assert theirs.equals(ours)
    assert theirs.attrs["provenance"]["notes"] == ours.attrs["provenance"]["notes"]


WORD = st.text("abcåäö ", min_size=1, max_size=8).map(lambda word: f"x{word}".strip())


@given(names=st.lists(WORD, min_size=2, max_size=6, unique=True), title=st.lists(WORD, max_size=1))
def test_a_first_row_that_names_all_is_the_header(names: list[str], title: list[str]) -> None:
    data = [[str(n) for n, _ in enumerate(names)]] * 3
    assert headers.found([names, *data]) == (0,)
    assert headers.found([names, names, *data]) == (0,)
    assert headers.found([title, names, *data]) == (1,)


def test_two_rows_name_what_lies_under_both() -> None:
    table = tables.parse_text(b"A;B;;C\n;x;y;\n1;2;3;4\n")
    assert table.columns.tolist() == ["A", "B x", "B y", "C"]
    assert table.iloc[0].tolist() == ["1", "2", "3", "4"]


@pytest.mark.parametrize("label", ["Summa", "TOTALT:", "sum "])
def test_a_sum_that_says_so_and_adds_up_is_left_out(tmp_path: Path, label: str) -> None:
    total = sum(row[1] for row in ROWS)
    for file in (
        book(tmp_path / "a.xlsx", [NAMES, *ROWS, [label, total], [], ["Källa: registret"]]),
        text(tmp_path / "a.csv", [NAMES, *ROWS, [label, total]], full=True),
    ):
        premises = read(file)
        assert premises["households"].tolist() == [1, 2, 0, 1, 2]
        assert premises.attrs["provenance"]["sum"] == {"7": label.strip()}


@pytest.mark.parametrize(
    "last", [["Summa", 7], ["Summagatan", 6], ["Summa", None], ["Summa", "sex"]]
)
def test_a_row_that_does_not_add_up_or_say_so_counts(tmp_path: Path, last: list[Any]) -> None:
    file = text(tmp_path / "a.csv", [NAMES, *ROWS, last], full=True)
    assert len(tables.parse_text(file.read_bytes())) == 6
