"""Check an installed fibercov after `fibercov demo`: the folder that it wrote, and the README."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import sysconfig
from pathlib import Path

import fibercov as fc

PROJECT = Path(__file__).parents[1]
SCRIPT = re.compile(r"^```python\n(.*?)^```\n+^```text\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def main() -> None:
    """Exit with what is wrong, if anything is."""
    packages = Path(sysconfig.get_path("purelib"))
    if packages not in Path(fc.__file__).parents:
        sys.exit(f"fibercov is imported from {fc.__file__}, not from {packages}.")
    made = Path("fibercov-demo")
    named = set(json.loads((made / "summary.json").read_text("utf-8"))["files"])
    there = {file.relative_to(made).as_posix() for file in made.rglob("*") if file.is_file()}
    if named != there:
        sys.exit(f"summary.json names {sorted(named)}, and {made} has {sorted(there)}.")
    script = SCRIPT.search((PROJECT / "README.md").read_text("utf-8"))
    if script is None:
        sys.exit("README.md has no script with what it prints below it.")
    printed = subprocess.run(
        [sys.executable, "-W", "error", "-c", script[1]],
        cwd=PROJECT, capture_output=True, text=True, encoding="utf-8", check=False,
    )  # fmt: skip
    if (printed.stdout, printed.stderr) != (script[2], ""):
        sys.exit(f"README.md's script prints:\n{printed.stdout}{printed.stderr}")


if __name__ == "__main__":
    main()
