"""Make the tables of the command line's arguments and options when the site is built.

A hook of mkdocs: in a page, a line `<!-- fibercov NAME -->` becomes the table of that command.
"""

from __future__ import annotations

import re
from typing import Any

import typer

from fibercov.cli import app

_MARK = re.compile(r"^<!-- fibercov (\w+) -->$", re.MULTILINE)


def on_page_markdown(markdown: str, **_: Any) -> str:
    """Replace the marks in a page by their tables."""
    return _MARK.sub(lambda mark: table(mark[1]), markdown)


def table(command: str) -> str:
    """Say what a command does, and list its arguments and options in a table."""
    found: Any = typer.main.get_command(app)
    known = found.commands[command]
    rows = [_row(parameter) for parameter in known.params if parameter.name != "help"]
    return "\n".join([known.help, "", "| | what it is | default |", "|---|---|---|", *rows])


def _row(parameter: Any) -> str:
    """Make the row of an argument or option."""
    option = parameter.opts[0].startswith("-")
    name = parameter.opts[0] if option else parameter.metavar or parameter.name.upper()
    if option and not parameter.is_flag:
        name = f"{name} {parameter.metavar or parameter.name.strip('_').upper()}"
    shown = parameter.show_default
    default = ""
    if parameter.required:
        default = "required"
    elif isinstance(shown, str):
        default = shown
    elif shown and not parameter.is_flag and parameter.default not in {None, ()}:
        default = f"`{parameter.default}`"
    cells = (f"`{name}`", parameter.help, default)
    return f"| {' | '.join(str(cell).replace('|', chr(92) + '|') for cell in cells)} |"
