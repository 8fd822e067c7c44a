"""Tables in text files and workbooks: nothing in them is lost, or read as something else, in silence."""

from __future__ import annotations

import csv
import re
import zipfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import geopandas as gpd
import openpyxl
import pytest
from frames import E0, N0

import fibercov as fc
from fibercov.read import tables


def read(path: Path, **options: Any) -> gpd.GeoDataFrame:
    return fc.read_premises(path, xy=("E", "N"), crs=3006, **options)


def lines_with(*changes: tuple[int, str, str]) -> str:
    """A table of 1,000 addresses, changed in the rows that a spreadsheet numbers so."""
    rows = ["adress;hushall;E;N;typ"]
    rows += [f"Askgatan {n};1;{E0 + n};{N0};småhus" for n in range(2, 1002)]
    for row, old, new in changes:
        assert old in rows[row - 1]
        rows[row - 1] = rows[row - 1].replace(old, new)
    return "\n".join(rows)


@pytest.mark.parametrize(
    "closing",
    [
        [],  # nowhere
        [(700, "småhus", 'småhus"')],  # 200 rows later, at the end of a field
        [(501, "småhus", 'småhus"')],  # in the next row
        [(700, "småhus", '"små; hus"')],  # where another field rightly begins with one
        [(500, "gatan", '"gatan')],  # in the field, with text after it
    ],
)
def test_a_quotation_mark_that_is_left_open_is_an_error_that_names_its_row(
    tmp_path: Path, closing: list[tuple[int, str, str]]
) -> None:
    text = lines_with((500, "Askgatan", '"Askgatan'), *closing)
    for above, row in (("", 500), ("sep=;\n", 501)):
        (tmp_path / "a.csv").write_text(above + text, "utf-8")
        with pytest.raises(fc.FileError, match=f"row {row} has a .*quotation mark"):
            read(tmp_path / "a.csv")


def test_line_breaks_and_separators_in_quotation_marks_are_read(tmp_path: Path) -> None:
    cells = {
        2: "Askgatan 2\n774 61 Avesta",
        3: "Lgh 1; 2; 3; 4; 5; 6\r\n7",  # more separators in a line than a row has
        4: "\n\n",
        5: 'den "röda"\nstugan; norr; om; ån',
    }
    quoted = {row: '"{}"'.format(cell.replace('"', '""')) for row, cell in cells.items()}
    changes = [(row, f"Askgatan {row}", cell) for row, cell in quoted.items()]
    (tmp_path / "a.csv").write_text(lines_with(*changes), "utf-8", newline="")
    premises = read(tmp_path / "a.csv")
    assert len(premises) == 1000
    assert premises["adress"].loc[[*cells]].to_dict() == cells


def test_long_cells_leave_the_limit_of_pythons_csv_as_it_was() -> None:
    files = [f"E;N;form\n{E0};{N0};{'x' * (200_000 + n)}\n".encode() for n in range(8)]
    before = csv.field_size_limit()
    with ThreadPoolExecutor(8) as pool:
        found = [len(table["form"].iloc[0]) for table in pool.map(tables.parse_text, files)]
    assert found == [200_000 + n for n in range(8)]
    assert csv.field_size_limit() == before


@pytest.mark.parametrize(
    ("encoding", "said"),
    [("utf-8", "UTF-8"), ("utf-8-sig", "UTF-8"), ("utf-16", "UTF-16"), ("cp1252", "cp1252")],
)
def test_the_provenance_says_what_a_table_is_encoded_in(
    tmp_path: Path, encoding: str, said: str
) -> None:
    text = f"E;N;typ\n{E0};{N0};småhus på 5\u2009% – Škoda, 'Åre’s’…\n".replace("\u2009", "\u00a0")
    (tmp_path / "a.csv").write_bytes(text.encode(encoding))
    premises = read(tmp_path / "a.csv", where="typ.str.startswith('småhus')")
    assert len(premises) == 1
    assert premises.attrs["provenance"]["encoding"] == said
    coverage = fc.measure_coverage(premises, premises, reach=50)
    assert coverage.provenance["premises"]["encoding"] == said


@pytest.mark.parametrize(
    ("raw", "message"),
    [
        ("små".encode() + b"\nsm\xe5", "it is UTF-8 in line 2, but not in line 3. Save all of it"),
        (b"sm\xe5\nsm\xe5\n" + "små".encode(), "it is UTF-8 in line 4, but not in line 2"),
        (b"\xef\xbb\xbfsm\xe5", "it is UTF-8 in line 2, but not in line 2"),
        (
            "en\nsmåhus".encode("mac-roman"),
            "in the cp1252 of Windows line 3 would have 'smŒhus'. Is",
        ),
        ("Åsa".encode("mac-roman"), "line 2 would have '�sa'. Is it from a Mac? Save it as UTF-8"),
        ("Älvdalen".encode("mac-roman"), "line 2 would have '€lvdalen'"),
        ("småhus".encode("cp850"), "line 2 would have 'sm†hus'"),
        ("Grønland".encode("mac-roman"), "line 2 would have 'Gr¿nland'"),
        ("små".encode("utf-16-le"), "line 2 has a NUL character"),
        (b"sm\0", "line 2 has a NUL character"),
    ],
)
def test_letters_that_would_come_out_wrong_are_an_error_that_names_the_line(
    tmp_path: Path, raw: bytes, message: str
) -> None:
    rows = [b"E;N;typ", *(f"{E0};{N0};".encode() + typ for typ in raw.split(b"\n"))]
    (tmp_path / "a.csv").write_bytes(b"\n".join(rows) + b"\n")
    with pytest.raises(fc.FileError, match=f"cannot be read: .*{re.escape(message)}"):
        read(tmp_path / "a.csv")


@pytest.mark.parametrize(
    ("raw", "message"),
    [
        ("E;N\n1;2\n".encode("utf-32"), r"it is in UTF-32\. Save it as UTF-8"),
        ("E;N\n1;2\n".encode("utf-16")[:-1], r"begins as UTF-16, but is not\. Save it as UTF-8"),
        ("E;N\n1;\0\n".encode("utf-16"), "line 2 has a NUL character"),
    ],
)
def test_encodings_that_tables_are_not_in_are_errors(
    tmp_path: Path, raw: bytes, message: str
) -> None:
    (tmp_path / "a.csv").write_bytes(raw)
    with pytest.raises(fc.FileError, match=message):
        read(tmp_path / "a.csv")


def book(path: Path, *rows: list[Any], **cells: Any) -> Path:
    made = openpyxl.Workbook()
    for row in rows:
        made.active.append(row)
    for place, value in cells.items():
        made.active[place] = value
    made.save(path)
    return path


def test_cells_of_a_workbook_are_text_with_all_their_digits(tmp_path: Path) -> None:
    values = [448451.0, 0.1, 1e-5, 1e20, "0181", True, "#N/A", "NA", None]
    path = book(tmp_path / "a.xlsx", [f"c{n}" for n in range(9)], values)
    found = tables.read_workbook(path, lambda names: names[0])
    assert found.iloc[0].tolist()[:8] == [
        "448451", "0.1", "0.00001", "1" + "0" * 20, "0181", "True", "#N/A", "NA",
    ]  # fmt: skip
    assert found["c8"].isna().all()


def test_a_workbook_cannot_make_a_table_of_nothing_without_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = book(tmp_path / "a.xlsx", ["E", "N"], XFD1048576=1)
    with pytest.raises(fc.FileError, match="row 1048576 has more fields .*: '1' below 'E', 'N'"):
        read(path)
    path = book(tmp_path / "b.xlsx", ["E", "N"], *([[E0, N0]] * 700), XFD1="x")
    with pytest.raises(fc.FileError, match="its first row is 16,384 cells wide, and there is next"):
        read(path)
    path = book(tmp_path / "c.xlsx", ["E", "N"], [E0, N0])
    with zipfile.ZipFile(path) as packed:
        parts = {name: packed.read(name) for name in packed.namelist()}
    sheet = "xl/worksheets/sheet1.xml"
    parts[sheet] = re.sub(rb'<row r="2"', b'<row r="99999999999"', parts[sheet])
    with zipfile.ZipFile(path, "w") as packed:
        for name, content in parts.items():
            packed.writestr(name, content)
    with pytest.raises(fc.FileError, match="it has more than 1,048,576 rows"):
        read(path)
    monkeypatch.setattr(tables, "_MOST_UNPACKED", 1000)
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("xl/zeros.xml", b"0" * 1_000_000)
    with pytest.raises(fc.FileError, match=r"'xl/zeros.xml' in it unpacks from .* to 1,000,000"):
        read(path)


def test_a_text_table_cannot_have_columns_without_end(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(";".join(map(str, range(20_000))) + "\n" + "1;" * 19_999)
    with pytest.raises(fc.FileError, match="it has 20,000 columns: more than 16,384 are too many"):
        read(tmp_path / "a.csv")


def test_names_in_two_rows_are_read_as_one(tmp_path: Path) -> None:
    cells: list[list[Any]] = [
        ["Objekt", "Hushåll", "Läge", None],
        [None, None, "E", "N"],
        ["1", 2, E0, N0],
    ]
    text = "\n".join(";".join(str(cell or "") for cell in row) for row in cells)
    (tmp_path / "a.csv").write_text(text, "utf-8")
    for path in (tmp_path / "a.csv", book(tmp_path / "a.xlsx", *cells)):
        premises = fc.read_premises(
            path, households="Hushåll", xy=("Läge E", "Läge N"), crs=3006, id="Objekt"
        )
        assert premises["households"].tolist() == [2]
        assert premises.attrs["provenance"]["header"] == [1, 2]


@pytest.mark.parametrize("name", ["a.xls", "a.ods", "a.XLSB", "a.numbers"])
def test_what_is_no_spreadsheet_is_to_be_saved_as_one(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(b"\xd0\xcf\x11\xe0")
    with pytest.raises(fc.FileError, match=r"Save it as \.xlsx"):
        read(tmp_path / name)


def test_an_older_workbook_under_the_name_of_a_newer_is_told_as_such(tmp_path: Path) -> None:
    (tmp_path / "a.xlsx").write_bytes(b"\xd0\xcf\x11\xe0")
    with pytest.raises(fc.FileError, match=r"it is no workbook as \.xlsx is.* save it as \.xlsx"):
        read(tmp_path / "a.xlsx")
