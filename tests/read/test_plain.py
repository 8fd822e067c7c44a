"""Text files that are split at once are the same tables as those that are split row by row."""

from __future__ import annotations

from typing import Any
from unittest import mock

import pandas as pd
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from fibercov.read import plain, tables

_CELLS = st.sampled_from(
    ["", "", "1", "17", "0", " ", "a", "å ä", "Summa", "s:a", "1,5", "null", "NaN", '"', '"a"', "\x85",
     "\u2028", "\ufeff", "\x0b", "\x1a", "\\", "#", "'", "\r", "\r\n", "\n", "2020-01-01", "true", "\U0001f600"]
)  # fmt: skip
_PLAIN = _CELLS.filter(lambda cell: not set('"\r\n') & set(cell))


@st.composite
def _texts(draw: st.DrawFn) -> str:
    """Write tables that are mostly plain: rows of as many cells, and some that are not."""
    separator, end = draw(st.sampled_from(";,\t|")), draw(st.sampled_from(["\n", "\r\n", "\r"]))
    width = draw(st.integers(1, 4))
    cells = draw(st.sampled_from([_PLAIN, _CELLS]))
    rows = draw(st.lists(st.lists(cells, min_size=width, max_size=width), max_size=6))
    odd = draw(st.lists(st.lists(cells, max_size=5), max_size=1))
    names = [
        draw(st.sampled_from(["id", "namn", "x", "", " ", "Antal"])) + str(k) for k in range(width)
    ]
    names[-1] = draw(st.sampled_from([names[-1], ""]))
    above = draw(st.sampled_from(["", "", "", f"sep={separator}{end}", f"En rubrik{end}"]))
    return above + end.join(map(separator.join, [names, *rows, *odd])) + draw(
        st.sampled_from(["", end, end + end])
    )  # fmt: skip


def _outcome(raw: bytes, header: tuple[int, ...] | None, *, at_once: bool) -> Any:
    """Parse a text; return the table, or the error's words."""
    try:
        if at_once:
            return tables.parse_text(raw, header)
        with mock.patch.object(plain, "has_plain_lines", return_value=False):
            return tables.parse_text(raw, header)
    except ValueError as error:
        return str(error)


@given(text=_texts(), header=st.sampled_from([None, None, (1,), (2,), (1, 2)]))
@example(text="a;b\n1;2\nSumma;3", header=None)
@example(text="a;b\n1;2\n3;4\nSumma;6\n", header=None)
@example(text='a;b;c;d\n1;2;3;4\n;;;\n"x\n', header=None)
@example(text="a;\n1;2\n", header=None)
@example(text="a;b\n\n1;2\n", header=None)
@example(text=" ; \n1;2\n", header=None)
@settings(max_examples=200)
def test_both_ways_to_split_a_text_agree(text: str, header: tuple[int, ...] | None) -> None:
    raw = text.encode()
    at_once, by_row = (_outcome(raw, header, at_once=each) for each in (True, False))
    if isinstance(by_row, str):
        assert at_once == by_row
    else:
        pd.testing.assert_frame_equal(at_once, by_row)
        assert at_once.attrs == by_row.attrs


@pytest.fixture
def _at_once_or_not_at_all(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a text that would be split row by row fail."""

    def fail(*_: object) -> None:
        raise RuntimeError("row by row")

    monkeypatch.setattr(tables, "_rows", fail)


@pytest.mark.usefixtures("_at_once_or_not_at_all")
@pytest.mark.parametrize("text", ["id;x\n1;2\n;3\n", "id;x\r\n1;2\r\n3;4", "sep=;\nid;x\n1;2\n"])
def test_a_plain_text_is_split_at_once(text: str) -> None:
    assert [*tables.parse_text(text.encode())] == ["id", "x"]


@pytest.mark.usefixtures("_at_once_or_not_at_all")
@pytest.mark.parametrize(
    "text",
    [
        'id;x\n"1";2\n',
        "id;x\r1;2\r",
        "id;x\n1;2;\n",
        "id;x\n1;2\n\n",
        "id;x\n1;2\n;\n",
        "id;x\n",
        "id\n1\n",
        "Rubrik;\nid;x\n1;2\n",
        # Where most cells are empty, the rows say so.
        ";".join(f"c{k}" for k in range(101)) + "\n" + ";" * 100 + "1\n",
    ],
)
def test_another_text_is_split_row_by_row(text: str) -> None:
    with pytest.raises(RuntimeError, match="row by row"):
        tables.parse_text(text.encode())


def test_a_long_line_is_read() -> None:
    shape = "POLYGON((" + ",".join(f"{k} {k}" for k in range(300_000)) + "))"
    (row,) = tables.parse_text(f"id;shape\n1;{shape}\n".encode())["shape"]
    assert row == shape
