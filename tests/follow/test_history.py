"""A history: what it may hold, and the file that measurements are added to."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from frames import cable, points

import fibercov as fc
from fibercov import writing
from fibercov.follow.history import (
    append_history,
    check_history,
    exact_shares,
    history_frame,
    reach_in,
    read_history,
)

NETWORK = cable((0, 0), (1000, 0))


def at(as_of: str | None, within: int = 3, reach: float = 50, **columns: Any) -> fc.Coverage:
    """A measurement of 4 premises of 2 households, so many of them within reach of 50 m."""
    columns = {"households": [2] * 4, **columns}
    places = [(100 * k, 20 if k < within else 90) for k in range(4)]
    return fc.measure_coverage(points(*places, **columns), NETWORK, reach=reach, as_of=as_of)


def table(**columns: Any) -> pd.DataFrame:
    days = [f"{2017 + k}-10-01" for k in range(len(next(iter(columns.values()))))]
    return pd.DataFrame({"as_of": days, **columns})


def test_measurements_become_a_table_by_date() -> None:
    found = history_frame([at("2019-10-01"), at("2018-10-01", 1)])
    assert found["as_of"].tolist() == [date(2018, 10, 1), date(2019, 10, 1)]
    assert found["total"].tolist() == [8, 8]
    assert found["reached"].tolist() == [2, 6]
    assert exact_shares(found) == [Fraction(1, 4), Fraction(3, 4)]
    assert found["definition"].tolist() == ["within 50 m of fiber"] * 2


@pytest.mark.parametrize(
    "as_of", [["2019-10-01", "2018-10-01"], [date(2019, 10, 1), pd.Timestamp("2018-10-01")]]
)
def test_tables_of_counts_or_shares_are_histories(as_of: list[Any]) -> None:
    counts = pd.DataFrame({"as_of": as_of, "total": ["1 000", 900], "reached": [834, 9]})
    assert exact_shares(history_frame(counts)) == [Fraction(1, 100), Fraction(417, 500)]
    shares = pd.DataFrame({"as_of": as_of, "share": ["0,834", 0.1]}, index=[7, 7])
    found = history_frame(shares)
    assert exact_shares(found) == [Fraction(1, 10), Fraction(417, 500)]
    assert found["total"].isna().all()


@pytest.mark.parametrize(
    ("history", "message"),
    [
        (5, "`history` must be a list of what measure_coverage returns, or a table"),
        ([1], "`history` must hold what measure_coverage returns, not int"),
        ([], "`history` is empty"),
        ([at(None)], "holds a measurement without a date"),
        ([at("2019-10-01"), at("2019-10-01")], "several rows for one date: '2019-10-01'"),
        ([at("2018-10-01"), at("2019-10-01", reach=60)], "mixes definitions: 'within 50 m of fiber' to"),
        (pd.DataFrame({"year": [2018]}), "needs the columns as_of and total, reached"),
        (pd.DataFrame({"as_of": [2018], "share": [0.5]}), "must be dates, not years .* '2018-10-01'"),
        (pd.DataFrame({"as_of": [None], "share": [0.5]}), "has a row without a date"),
        (pd.DataFrame({"as_of": ["1/10"], "share": [0.5]}), "`history` must be a date such as"),
        (pd.DataFrame({"as_of": [np.array(["2018-10-01"] * 2)], "share": [0.5]}), "must be a date such as"),
        (pd.DataFrame({"as_of": [np.array([])], "share": [0.5]}), "`history` must be a date such as"),
        (table(share=[0.5, 83.4]), "not from 0 to 1, on '2018-10-01': 83.4"),
        (table(share=[0.5, None]), "not from 0 to 1, on '2018-10-01'"),
        (table(total=[10, 10], reached=[1, 11]), "more reached than in total"),
        (table(total=[0], reached=[0]), "a total of 0, on '2017-10-01'"),
        (table(total=[10.5], reached=[1]), "whole numbers of total"),
    ],
)  # fmt: skip
def test_what_is_no_history_is_an_error(history: Any, message: str) -> None:
    with pytest.raises(fc.FibercovError, match=message):
        history_frame(history)


@pytest.mark.parametrize("column", ["definition", "unit"])
def test_a_break_is_an_error_until_it_is_accepted(column: str) -> None:
    mixed = table(share=[0.5, 0.6, 0.7], **{column: ["old", "old", "new"]})
    with pytest.raises(
        fc.ArgumentError, match=rf"mixes {column}s: 'old' to 2018-10-01, 'new' from"
    ):
        history_frame(mixed)
    with pytest.raises(fc.ArgumentError, match=r"accept_breaks=\['2019-10-01'\]"):
        history_frame(mixed, accept_breaks=["2018-10-01"])
    assert len(history_frame(mixed, accept_breaks=["2019-10-01"])) == 3
    with pytest.raises(fc.ArgumentError, match="`accept_breaks` must be a list of dates"):
        history_frame(mixed, accept_breaks="2019-10-01")


def test_counting_premises_for_households_is_a_break() -> None:
    premises = points((0, 20), (100, 90))
    one_each = fc.measure_coverage(premises, NETWORK, reach=50, as_of="2018-10-01")
    with pytest.raises(fc.ArgumentError, match="mixes units: 'premises' to 2018-10-01"):
        history_frame([one_each, at("2019-10-01")])


def test_measurements_are_added_to_a_file_once_for_each_date_and_definition(tmp_path: Path) -> None:
    file = tmp_path / "history.csv"
    assert not append_history(file, at("2019-10-01"))
    assert not append_history(file, at("2018-10-01", 1))
    assert not append_history(file, at("2019-10-01", reach=60))
    before = file.read_bytes()
    assert append_history(file, at("2019-10-01"))
    assert file.read_bytes() == before
    assert append_history(file, at("2019-10-01", 4))  # revised
    written = read_history(file)
    assert len(written) == 3
    mine = written[written["definition"] == "within 50 m of fiber"]
    assert exact_shares(history_frame(mine)) == [Fraction(1, 4), Fraction(1)]
    assert [path.name for path in tmp_path.iterdir()] == ["history.csv"]


def test_a_file_keeps_what_its_owner_wrote_in_it(tmp_path: Path) -> None:
    file = tmp_path / "history.csv"
    append_history(file, at("2018-10-01", 1))
    append_history(file, at("2019-10-01"))
    table = pd.read_csv(file, dtype=str).assign(note=["NA", "beslut §41"])
    table["as_of"] += " 00:00:00"
    table.to_csv(file, index=False, sep=";", encoding="utf-8-sig")
    assert append_history(file, at("2019-10-01", 4))
    written = file.read_text("utf-8")
    assert "beslut §41" in written
    assert "NA" in written
    assert exact_shares(history_frame(read_history(file))) == [Fraction(1, 4), Fraction(1)]


def test_counting_premises_is_another_snapshot(tmp_path: Path) -> None:
    file = tmp_path / "history.csv"
    append_history(file, at("2019-10-01"))
    premises = points((0, 20), (100, 90))
    one_each = fc.measure_coverage(premises, NETWORK, reach=50, as_of="2019-10-01")
    assert not append_history(file, one_each)
    assert read_history(file)["unit"].tolist() == ["households", "premises"]


def test_a_history_that_another_run_writes_for_long_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "history.csv"
    append_history(file, at("2018-10-01"))
    before = file.read_bytes()
    monkeypatch.setattr(writing, "_WAIT_S", 0.05)
    with writing.alone(file):
        for refused in (check_history, lambda file: append_history(file, at("2019-10-01"))):
            with pytest.raises(
                fc.FileError, match=r"cannot write .*: another run is writing there\."
            ):
                refused(file)
    assert file.read_bytes() == before
    check_history(file)
    assert [path.name for path in tmp_path.iterdir()] == ["history.csv"]


def test_measurements_that_are_added_at_once_are_all_added(tmp_path: Path) -> None:
    file, days = tmp_path / "history.csv", [f"2019-0{month}-01" for month in range(1, 7)]
    with ThreadPoolExecutor(6) as pool:  # each opens the lock anew, as processes do
        assert not any(pool.map(lambda day: append_history(file, at(day)), days))
    assert read_history(file)["as_of"].tolist() == days
    assert [path.name for path in tmp_path.iterdir()] == ["history.csv"]


@pytest.mark.parametrize("kind", ["folder", "pipe", "device", "loop", "long"])
def test_what_is_no_file_is_no_history(
    tmp_path: Path, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = Path("/dev/zero") if kind == "device" else tmp_path / "history.csv"
    if kind == "folder":
        file.mkdir()
    elif kind == "pipe":
        os.mkfifo(file)
    elif kind == "loop":
        file.symlink_to(file)
    elif kind == "long":
        monkeypatch.setattr("fibercov.follow.history._MOST_BYTES", 9)
        file.write_text("as_of,share\n")
    message = "it is longer than 9 bytes" if kind == "long" else "it is no file"
    message = rf"`history`: .* cannot be read: {message}"
    for refused in (read_history, check_history):
        with pytest.raises(fc.FileError, match=message):
            refused(file)
    if kind != "device":  # beside which not everyone may write
        with pytest.raises(fc.FileError, match=r"`history`: .*: it is (no file|longer than 9)"):
            append_history(file, at("2019-10-01"))


def test_what_spreadsheets_would_take_for_a_formula_is_written_as_text(tmp_path: Path) -> None:
    file = tmp_path / "history.csv"
    reach = fc.Reach(50, name="x;=1+1")
    measured = replace(at("2019-10-01"), reach=reach)
    append_history(file, measured)
    table = pd.read_csv(file, dtype=str).assign(**{"@note": "=2+2", "+-": "-5"})
    table.to_csv(file, index=False)
    assert append_history(file, measured)  # in the place of what it wrote
    append_history(file, at("2020-10-01"))
    written = pd.read_csv(file, dtype=str)
    assert written["definition"].tolist() == [
        "within 50 m of fiber (x;'=1+1)",
        "within 50 m of fiber",
    ]
    assert list(written.columns[-2:]) == ["'@note", "'+-"]
    assert written.iloc[0, -2:].tolist() == ["'=2+2", "-5"]


def test_blank_rows_and_days_with_a_time_are_read(tmp_path: Path) -> None:
    file = tmp_path / "history.csv"
    text = "as_of;share;ort\n2018-10-01 00:00:00;0,5;Åre\n;;\n"
    file.write_bytes(text.encode("cp1252"))
    assert history_frame(read_history(file))["as_of"].tolist() == [date(2018, 10, 1)]


def test_a_file_is_read_as_tables_are(tmp_path: Path) -> None:
    file = tmp_path / "history.csv"
    for raw, message in (
        (b'as_of;share;ort\n2018-10-01;0,5;"Avesta\n2019-10-01;0,6;Avesta\n', "row 2 has a quotation mark"),
        (b"as_of;share;ort\n2018-10-01;0,5;sm\x8chus\n", "Is it from a Mac"),
        (b"as_of;share\n2018-10-01;0,5;7\n", "row 2 has more fields"),
    ):  # fmt: skip
        file.write_bytes(raw)
        with pytest.raises(fc.FileError, match=f"`history`: .* cannot be read: .*{message}"):
            read_history(file)


def test_a_file_that_is_no_history_is_left_alone(tmp_path: Path) -> None:
    file = tmp_path / "notes.csv"
    file.write_text("a;b\n1;2\n")
    with pytest.raises(fc.FileError, match=r"must have the columns as_of, unit, and total"):
        append_history(file, at("2019-10-01"))
    assert file.read_text() == "a;b\n1;2\n"
    with pytest.raises(fc.FileError, match="`history`: .* cannot be read"):
        read_history(tmp_path / "none.csv")
    with pytest.raises(fc.FileError, match="`history`: there is no folder"):
        append_history(tmp_path / "no" / "folder.csv", at("2019-10-01"))
    with pytest.raises(fc.ArgumentError, match="`history` needs the date of the measurement"):
        append_history(file, at(None))


def test_a_file_from_excel_is_read(tmp_path: Path) -> None:
    file = tmp_path / "history.csv"
    file.write_text("as_of;share\r\n2018-10-01;0,5\r\n2019-10-01;0,625\r\n", encoding="utf-8-sig")
    assert exact_shares(history_frame(read_history(file))) == [Fraction(1, 2), Fraction(5, 8)]


@pytest.mark.parametrize(
    ("failure", "raised"), [(OSError("disk full"), fc.FileError), (KeyboardInterrupt(), None)]
)
def test_a_file_that_cannot_be_written_to_the_end_is_left_as_it_was(
    failure: BaseException,
    raised: type[Exception] | None,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    file = tmp_path / "history.csv"
    append_history(file, at("2018-10-01"))
    before = file.read_bytes()

    def broken(_: object, written: Any, **__: object) -> None:
        written.write("as_of")
        raise failure

    monkeypatch.setattr(pd.DataFrame, "to_csv", broken)
    message = "cannot write .*history.csv.*: disk full" if raised else None
    with pytest.raises(raised or KeyboardInterrupt, match=message):
        append_history(file, at("2019-10-01"))
    assert file.read_bytes() == before
    assert [path.name for path in tmp_path.iterdir()] == ["history.csv"]


def test_one_date_has_a_row_for_each_unit(tmp_path: Path) -> None:
    file = tmp_path / "history.csv"
    people = at("2019-10-01", inhabitants=[3, 1, 1, 1])
    for unit in ("households", "inhabitants", "inhabitants"):
        append_history(file, people.of(unit))
    append_history(file, at("2018-10-01", inhabitants=[3, 1, 1, 1]).of("inhabitants"))
    table = read_history(file)
    assert table["unit"].tolist() == ["inhabitants", "households", "inhabitants"]
    assert table["total"].tolist() == ["6", "8", "6"]
    with pytest.raises(
        fc.ArgumentError, match=r"several rows for one date: '2019-10-01'. .* one unit"
    ):
        fc.track_progress(table)
    assert fc.track_progress(table[table["unit"] == "inhabitants"]).unit == "inhabitants"


def test_mixed_units_are_an_error_that_names_the_rows() -> None:
    mixed = [at("2018-10-01"), at("2019-10-01", inhabitants=[3, 1, 1, 1]).of("inhabitants")]
    with pytest.raises(
        fc.ArgumentError,
        match="mixes units: 'households' to 2018-10-01, 'inhabitants' from 2019-10-01",
    ):
        fc.track_progress(mixed)


@pytest.mark.parametrize("columns", ["as_of;share;unit", "as_of;total;reached;unit;source"])
def test_a_published_series_is_continued_if_it_says_its_unit(tmp_path: Path, columns: str) -> None:
    file = tmp_path / "pts.csv"
    rows = {"share": "2018-10-01;0,52;households", "total": "2018-10-01;100;52;households;PTS"}
    row = rows["share" if "share" in columns else "total"]
    file.write_text(f"{columns}\n{row}\n", "utf-8")
    assert not append_history(file, at("2019-10-01"))
    assert append_history(file, at("2019-10-01"))
    tracked = fc.track_progress(read_history(file), accept_breaks=["2019-10-01"])
    assert tracked.table["share"].tolist() == [0.52, 0.75]
    assert tracked.unit == "households"
    file.write_text("as_of;share\n2018-10-01;0,52\n", "utf-8")
    with pytest.raises(
        fc.FileError, match=r"must have the columns as_of, unit, .* say what it counts"
    ):
        append_history(file, at("2019-10-01"))
    for text in ("unit;share\nhouseholds;0,5\n", "as_of;unit;total\n2018-10-01;households;5\n"):
        file.write_text(text, "utf-8")
        with pytest.raises(fc.FileError, match="must have the columns as_of, unit, and total"):
            append_history(file, at("2019-10-01"))


def test_the_regulators_words_are_read_as_counts_of_households() -> None:
    published = table(households=[10, 10], homes_passed=[5, 6])
    tracked = fc.track_progress(published)
    assert tracked.unit == "households"
    assert tracked.table["reached"].tolist() == [5, 6]


def test_a_history_along_roads_keeps_what_decides_the_figure(tmp_path: Path) -> None:
    premises, roads = points((0, 20), (100, 90)), cable((0, 0), (1000, 0))
    reach = fc.Reach(100, along="roads", beside_m=10, join_m=0.5)
    one, two = (
        fc.measure_coverage(premises, NETWORK, reach=reach, roads=roads, as_of=day)
        for day in ("2018-10-01", "2019-10-01")
    )
    file = tmp_path / "history.csv"
    fc.append_history(file, one)
    fc.append_history(file, two)
    table = fc.read_history(file)
    assert table["reach_along"].tolist() == ["roads"] * 2
    assert reach_in(table) == reach
    fc.append_history(file, one.at(fc.Reach(100)))
    assert reach_in(fc.read_history(file)) is None
    with pytest.raises(fc.ArgumentError, match="mixes definitions|several rows for one date"):
        history_frame(fc.read_history(file))
    with pytest.raises(fc.ArgumentError, match="mixes definitions"):
        history_frame([one.at(fc.Reach(100)), two])
    other = fc.measure_coverage(
        premises, NETWORK, reach=fc.Reach(100, along="roads"), roads=roads, as_of="2018-10-01"
    )
    with pytest.raises(fc.ArgumentError, match="mixes definitions"):
        history_frame([other, two])
