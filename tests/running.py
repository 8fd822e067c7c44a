"""Running what users run: the command line, scripts, and the blocks of code in the documentation."""

from __future__ import annotations

import contextlib
import io
import re
import shlex
import sys
import warnings
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import typer
from rich.console import Console

from fibercov import cli
from fibercov.cli import console

ROOT = Path(__file__).parents[1]
_parser = cache(typer.main.get_command)  # of all options, which takes longer than many a command
_BLOCK = re.compile(r'^```(\w+)(?: title="([^"]+)")?\n(.*?)^```$', re.MULTILINE | re.DOTALL)


def contents(folder: Path) -> dict[str, bytes]:
    """What is in each file of a folder, and of the folders in it."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


class Done(NamedTuple):
    returncode: int
    stdout: str
    stderr: str


def command(*arguments: object, cwd: Path) -> Done:
    """What the command does, in this process: starting one takes longer than most commands."""
    out, err, code = io.StringIO(), io.StringIO(), 0
    with (
        pytest.MonkeyPatch.context() as patch,
        contextlib.redirect_stdout(out),
        contextlib.redirect_stderr(err),
        warnings.catch_warnings(),
    ):
        _warn_as_errors()
        patch.chdir(cwd)
        patch.setattr(typer.main, "get_command", _parser)
        patch.setattr(sys, "argv", ["fibercov", *map(str, arguments)])
        patch.setattr(console, "out", Console(highlight=False, width=100))
        patch.setattr(console, "err", Console(stderr=True, highlight=False, width=100))
        try:
            cli.main()
        except SystemExit as end:
            code = int(end.code or 0)
    return Done(code, out.getvalue(), err.getvalue())


def _warn_as_errors() -> None:
    """Raise at each warning that a user would see."""
    warnings.simplefilter("error")
    warnings.simplefilter("ignore", DeprecationWarning)


def script(code: str, names: dict[str, Any], *, cwd: Path) -> str:
    """What the code prints; a warning that a user would see is an error."""
    out = io.StringIO()
    with (
        pytest.MonkeyPatch.context() as patch,
        contextlib.redirect_stdout(out),
        warnings.catch_warnings(),
    ):
        patch.chdir(cwd)
        _warn_as_errors()
        exec(compile(code, "<block>", "exec"), names)  # noqa: S102 - the project's own
    return out.getvalue()


def run_page(page: Path, folder: Path, *, apart: bool = False) -> None:
    """Run a page's blocks in their order, as a reader would, and compare what they print.

    `csv` and `json` blocks with a title are files; `python` blocks are one script (`apart`: each is
    one of its own); `bash` blocks are commands; a `text` block is what the one before it prints.
    """
    if not (folder / "data").exists():
        (folder / "data").symlink_to(ROOT / "data")
    names: dict[str, Any] = {"__name__": "__main__"}
    printed = ""
    for kind, title, body in _blocks(page):
        if kind == "text":
            assert printed.rstrip() == body.rstrip(), page.name
        elif kind == "python":
            names = {"__name__": "__main__"} if apart else names
            printed = script(body, names, cwd=folder)
        elif kind == "bash":
            printed = "".join(_commands(body, folder))
        else:
            assert title, f"{page.name}: a {kind} block is a file, and has its name as title"
            (folder / title).write_text(body, encoding="utf-8")


def _blocks(page: Path) -> list[tuple[str, str, str]]:
    text = page.read_text("utf-8")
    blocks = _BLOCK.findall(text)
    plain = text.count("\n```\n") - len(
        blocks
    )  # fences that are not the end of a block with a kind
    assert plain % 2 == 0, f"{page.name}: a fence is left open"
    return [(kind, title, body) for kind, title, body in blocks]


def _commands(body: str, folder: Path) -> Iterator[str]:
    for line in body.replace("\\\n", " ").splitlines():
        program, *arguments = shlex.split(line, comments=True)
        assert program.endswith("fibercov"), line
        done = command(*arguments, cwd=folder)
        assert done.returncode == 0, done.stderr
        yield done.stdout
