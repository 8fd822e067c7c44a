"""Find the names of a table's columns: in the first row, below a title, or in two rows with merged cells."""

from __future__ import annotations

import re
from collections.abc import Sequence

from fibercov import checks

MOST_ABOVE = 30  # rows among which the header is looked for
_LONGEST_NAME = 80
# Words have a letter, and no bracket before a digit as WKT has.
_TEXT = re.compile(r"(?=.*[^\W\d_])(?!.*\([ ]*[-\d]).*", re.DOTALL)


def rows_given(header: object) -> tuple[int, ...] | None:
    """Check the row, or two rows that follow each other, as a spreadsheet numbers them."""
    if header is None:
        return None
    rows = [header] if isinstance(header, int) else header
    listed = [*rows] if isinstance(rows, list | tuple) else []
    numbers = all(isinstance(row, int) and not isinstance(row, bool) and row > 0 for row in listed)
    if not numbers or not (len(listed) == 1 or (len(listed) == 2 and listed[1] == listed[0] + 1)):
        must = "must be the number of a row, as the spreadsheet shows it, or of two that follow each other"
        raise checks.refusal("header", must, header)
    return tuple(listed)


def found(head: Sequence[Sequence[str]]) -> tuple[int, ...]:
    """Tell which of the first rows hold the names, from 0; the first if no others surely do.

    RULE: names stand above all that is filled below them. If the first row does not, it is the first
    that does, or else two rows together, where a name spans several columns. Each of their cells reads
    as a name, and the rows above are a title: filled in no more than half as many columns, or, where
    there are several, in no more than two.
    """
    filled = [{k for k, cell in enumerate(row) if cell.strip()} for row in head]
    below: list[set[int]] = [set()]
    for cells in reversed(filled[1:]):
        below.insert(0, below[0] | cells)
    if not head or below[0] <= filled[0] | {0}:
        return (0,)
    single, double = (
        [(k,) for k in range(1, len(head) - 1)],
        [(k, k + 1) for k in range(len(head) - 2)],
    )
    for rows in (*single, *double):
        names = set().union(*(filled[row] for row in rows))
        above = max((len(cells) for cells in filled[: rows[0]]), default=0)
        apart = 2 * above <= len(names) or (above <= 2 and rows[0] > 1)
        under = below[rows[-1]]
        over = under and under <= names and len(names) > max(above, 1)
        if apart and over and all(_is_header(head[row]) for row in rows):
            return rows
    return (0,)


def _is_header(row: Sequence[str]) -> bool:
    """Tell whether a row has names in it, and nothing else."""
    names = [cell for cell in row if cell.strip()]
    return bool(names) and all(len(name) <= _LONGEST_NAME and is_text(name) for name in names)


def is_text(cell: str) -> bool:
    """Tell whether a cell has words, and not a number, a date or a position."""
    return _TEXT.fullmatch(cell.strip()) is not None


def names_in(rows: Sequence[Sequence[str]]) -> list[str]:
    """Name each column by one row, or by two: what spans several columns, then what stands below it.

    >>> names_in([["Fastighet", "Antal", ""], ["", "hushåll", "företag"]])
    ['Fastighet', 'Antal hushåll', 'Antal företag']
    """
    if len(rows) == 1:
        return [*rows[0]]
    above, below = rows
    width = max(len(above), len(below))
    above, below = ([*row, *[""] * (width - len(row))] for row in rows)
    names, spanning = [], ""
    for name, under in zip(above, below, strict=True):
        if name.strip():
            spanning = name.strip() if under.strip() else ""
        names.append(" ".join(part for part in (spanning or name.strip(), under.strip()) if part))
        if not under.strip() and not name.strip():
            spanning = ""
    return names
