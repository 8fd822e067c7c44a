"""The README: its code runs, and prints what it says."""

from __future__ import annotations

import re
from pathlib import Path

from running import ROOT, run_page

import fibercov as fc

README = (ROOT / "README.md").read_text("utf-8")


def test_each_script_runs_alone_and_prints_what_stands_below_it(tmp_path: Path) -> None:
    run_page(ROOT / "README.md", tmp_path, apart=True)


def test_the_pictures_and_links_into_the_project_are_there() -> None:
    for link in re.findall(r"\]\((?!https?:|#)([^)]+)\)", README):
        # The package may be installed, and then is not beside the README.
        assert any((folder / link).exists() for folder in (ROOT, Path(fc.__file__).parents[1])), (
            link
        )


def test_there_are_exactly_two_lines_to_copy() -> None:
    lines = [line for line in README.splitlines() if line.startswith("python3 -m venv")]
    assert len(lines) == 2
    assert lines[0].endswith(".venv/bin/fibercov demo")
    assert lines[1].endswith(".venv/bin/python -m pytest")
