"""Printing on the console: results on the standard output, progress and errors on the other."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from fibercov import texts

out, err = Console(highlight=False), Console(stderr=True, highlight=False)


@contextmanager
def step(words: str) -> Iterator[Callable[[float], None]]:
    """Show that a step is in progress, and then how long it took; yield what shows the share that is done."""
    start = time.perf_counter()
    with err.status(Text(words)) as status:
        yield lambda share: status.update(Text(f"{words}: {share:.0%}"))
    err.print(Text(f"{words}: {time.perf_counter() - start:.1f} s", style="dim"), soft_wrap=True)


@contextmanager
def silent(*consoles: Console) -> Iterator[None]:
    """Print nothing on these consoles during the block."""
    before = [each.quiet for each in consoles]
    for each in consoles:
        each.quiet = True
    try:
        yield
    finally:
        for each, quiet in zip(consoles, before, strict=True):
            each.quiet = quiet


def hush(*, out_too: bool, err_too: bool) -> None:
    """Print nothing on the standard output, or on the other, until the command ends."""
    out.quiet, err.quiet = out_too, err_too


def say(*lines: Table | str) -> None:
    """Print lines and tables."""
    for line in lines:
        out.print(Text(line) if isinstance(line, str) else line, soft_wrap=isinstance(line, str))


def table(kind: str, unit: str, language: str) -> Table:
    """Make an empty table of a kind, with its headings."""
    first, *numbers = texts.headings(kind, unit, language)
    made = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    made.add_column(first, overflow="fold")
    for column in numbers:
        made.add_column(column, justify="right")
    return made
