"""`fibercov progress`: compare a history with a target."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import pandas as pd
import typer

import fibercov as fc
from fibercov import texts
from fibercov.cli import console
from fibercov.cli.typed import LANGUAGE, TARGET, target_of
from fibercov.errors import ArgumentError
from fibercov.options import called


# fmt: off
def progress(
    history: Annotated[Path, typer.Argument(help="A CSV or Excel file with as_of and total, reached (or share, 0-1), as `measure --history` writes it; or with your own headings, such as Datum and Andel (%).")],
    target: Annotated[str, typer.Option(help=TARGET)] = "0.9",
    by: Annotated[str | None, typer.Option(metavar="DATE", help="The date to reach the target by.")] = None,
    ceiling: Annotated[str, typer.Option(help="The most that the share can be: 1 or 100%.")] = "1",
    definition: Annotated[str | None, typer.Option(metavar="TEXT", help="Use only rows whose definition contains this.")] = None,
    unit: Annotated[str | None, typer.Option(metavar="UNIT", help="Use only rows that count this.")] = None,
    accept_break: Annotated[list[str] | None, typer.Option(metavar="DATE", help="A date from which another definition applies, and is accepted; can be repeated.")] = None,
    language: Annotated[str, typer.Option(help=LANGUAGE)] = "en",
) -> None:
    """Compare a history with a target: pace, required pace, forecast and expected date."""
    goal, _ = target_of(target), texts.known(language)
    with called(history="HISTORY"):
        table = fc.read_history(history)
    for name in [name for name, asked in (("unit", unit), ("definition", definition)) if asked is not None]:
        if name not in table.columns:
            raise ArgumentError(name, f": {str(history)!r} has no column of that name.")
    if unit is not None:
        table = table[table["unit"] == unit]
    if definition is not None:
        same = table["definition"] == definition
        some = table["definition"].str.contains(definition, regex=False, na=False)
        table = table[same if same.any() else some]
    with called(history="HISTORY"):
        tracked = fc.track_progress(
            table, target=goal, by=by, ceiling=target_of(ceiling, "ceiling"), accept_breaks=accept_break or []
        )
    shown = console.table("history", tracked.unit, language)
    rows = tracked.table.to_dict("records")
    for row, share in zip(rows, tracked.exact_shares, strict=True):
        counts = [row["total"], row["reached"]]
        shown.add_row(
            str(row["as_of"]),
            *(texts.NONE if pd.isna(n) else texts.count(int(n), language) for n in counts),
            texts.percent(share, goal, language),
            texts.NONE if pd.isna(row["points"]) else texts.number(f"{row['points']:+.1f}", language),
        )
    console.say(shown, tracked.sentence(language))
