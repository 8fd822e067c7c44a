"""The command line: a thin shell over the public functions, one file a command."""

from __future__ import annotations

import sys
from io import TextIOWrapper
from typing import Annotated

import typer
from rich.text import Text

import fibercov as fc
from fibercov.cli import (
    compare,
    console,
    demo,
    measure,
    plan,
    progress,
    publish,
    run,
    sayings,
    sheet,
)
from fibercov.errors import FibercovError
from fibercov.garbage import without_garbage_collection
from fibercov.options import in_options

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="The share within reach of fiber: measured, mapped, checked against a target.",
)
for command in (
    demo.demo,
    measure.measure,
    run.run,
    progress.progress,
    plan.plan,
    compare.compare,
    publish.publish,
    sayings.minutes,
    sayings.kolada,
    sayings.stratsys,
    sheet.report,
):
    app.command()(command)


def main() -> None:
    """Run the command line; on an input error, print it as one line and exit with code 1."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):  # a character that it lacks must not end the run
            stream.reconfigure(errors="replace")
    try:
        with without_garbage_collection():  # a run is short, and keeps most of what it makes
            app()
    except FibercovError as error:
        console.hush(out_too=False, err_too=False)
        console.err.print(Text(f"Error: {in_options(error)}"), soft_wrap=True)
        sys.exit(1)


def _version(wanted: bool) -> None:
    """Print the version and exit."""
    if wanted:
        console.out.print(fc.__version__)
        raise typer.Exit


@app.callback()
def _common(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version.")
    ] = False,
) -> None:
    pass
