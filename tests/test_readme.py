"""The README: its code runs, and prints what it says."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text("utf-8")


def test_the_scripts_run_and_print_what_stands_below_them(tmp_path: Path) -> None:
    blocks = re.findall(r"```python\n(.*?)```(?:\n+```text\n(.*?)```)?", README, flags=re.DOTALL)
    assert len(blocks) == README.count("```python")
    for code, printed in blocks:
        done = subprocess.run(
            [sys.executable, "-c", code], cwd=ROOT if "data/" in code else tmp_path,
            capture_output=True, text=True, check=False,
            env={"PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8", "PATH": ""},
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        assert done.stdout == printed


def test_the_pictures_and_links_into_the_project_are_there() -> None:
    for link in re.findall(r"\]\((?!https?:|#)([^)]+)\)", README):
        assert (ROOT / link).exists(), link


def test_there_are_exactly_two_lines_to_copy() -> None:
    lines = [line for line in README.splitlines() if line.startswith("python3 -m venv")]
    assert len(lines) == 2
    assert lines[0].endswith(".venv/bin/fibercov demo")
    assert lines[1].endswith(".venv/bin/python -m pytest")
