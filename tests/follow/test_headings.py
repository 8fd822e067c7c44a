"""Series that others wrote, as histories."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import openpyxl
import pytest
from running import command as run

import fibercov as fc


def workbook(file: Path, *rows: list[object], sheets: int = 1) -> Path:
    book = openpyxl.Workbook()
    for k in range(sheets):
        sheet = book.active if k == 0 else book.create_sheet()
        for row in rows:
            sheet.append(row)
    book.save(file)
    return file


def test_progress_continues_a_workbook_that_somebody_else_keeps(tmp_path: Path) -> None:
    rows = [[datetime(2017 + k, 10, 1), 1000, 600 + 100 * k, "x"] for k in range(3)]  # noqa: DTZ001
    workbook(tmp_path / "serie.xlsx", ["Datum", "Antal hushåll", "Hushåll med fiber", "Not"], *rows)
    done = run("progress", "serie.xlsx", "--target", "95%", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "80.0 % on 2019-10-01; rising 10.0 points (100 households) a year" in done.stdout


@pytest.mark.parametrize(
    ("heading", "shares"),
    [
        ("Andel (%)", ["61,5", "70,25"]),
        ("Andel hushåll med fiber", ["61,5 %", "70,25 %"]),
        ("share", ["0.615", "0,7025"]),
        ("Täckning i procent", ["0,615", "0,7025"]),  # as Excel stores percent
    ],
)
def test_a_share_may_be_in_percent(tmp_path: Path, heading: str, shares: list[str]) -> None:
    lines = [f"2019-10-01;{shares[0]}", f"2020-10-01;{shares[1]}"]
    (tmp_path / "a.csv").write_text("\n".join([f"Datum;{heading}", *lines, ""]), "utf-8")
    tracked = fc.track_progress(fc.read_history(tmp_path / "a.csv"), target=0.9)
    assert tracked.table["share"].tolist() == [0.615, 0.7025]


def test_what_may_be_either_is_an_error_that_names_the_columns(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(
        "Datum;Andel hushåll;Andel invånare\n2019-10-01;0,5;0,6\n", "utf-8"
    )
    with pytest.raises(
        fc.ColumnError,
        match="`history`: which column is the share: 'Andel hushåll', 'Andel invånare'. Delete the others",
    ):
        fc.read_history(tmp_path / "a.csv")


def test_a_workbook_with_several_sheets_or_to_add_to_is_an_error(
    tmp_path: Path, demo_coverage: fc.Coverage
) -> None:
    file = workbook(tmp_path / "a.xlsx", ["Datum", "Andel"], ["2019-10-01", 0.5], sheets=2)
    with pytest.raises(
        fc.FileError, match="it has several sheets: 'Sheet', 'Sheet1'. Save the one"
    ):
        fc.read_history(file)
    with pytest.raises(
        fc.FileError, match="is a workbook, and measurements are added to CSV files"
    ):
        fc.append_history(file, demo_coverage)
    (tmp_path / "b.xlsx").write_bytes(b"no workbook")
    with pytest.raises(fc.FileError, match="cannot be read: it is no workbook as .xlsx is"):
        fc.read_history(tmp_path / "b.xlsx")
