"""`fibercov compare`: say why the share changed."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

import fibercov as fc
from fibercov import texts
from fibercov.cli import console
from fibercov.cli.results import Language, asked_of
from fibercov.cli.typed import columns_of
from fibercov.options import called


# fmt: off
def compare(
    before: Annotated[Path, typer.Argument(help="The folder that `fibercov measure` wrote for the earlier date.")],
    after: Annotated[Path, typer.Argument(help="The folder for the later date.")],
    id_: Annotated[str | None, typer.Option("--id", metavar="COLUMN,...", help="The columns that identify premises, at both dates.", show_default="what `measure --id` named")] = None,
    language: Language = None,
) -> None:
    """Say why the share changed between two measurements."""
    asked = asked_of(after, language, "after")
    with called(folder="before"):
        first = fc.read_results(before, id=columns_of(id_))
    with called(folder="after"):
        second = fc.read_results(after, id=columns_of(id_))
    change = fc.explain_change(first, second)
    shown = console.table("causes", change.after.unit, asked.language)
    for cause, passed, homes, points in change.table.to_numpy():
        if passed or homes or points:
            numbers = (f"{passed:+,}", f"{homes:+,}", f"{points:+.2f}")
            shown.add_row(
                texts.cause(str(cause), change.after.unit, asked.language), *(texts.number(n, asked.language) for n in numbers)
            )
    console.say(shown, change.sentence(asked.language))
