"""Print the lowest versions that pyproject.toml allows, one `name==version` a line.

What builds it is among them; with extras as arguments, so is what these need. With --verify, prints nothing, and fails unless exactly
those versions are installed: what pip was asked for is not always what is there in the end.
"""

from __future__ import annotations

import argparse
import sys
import tomllib
from importlib import metadata
from pathlib import Path
from typing import Any

from packaging.requirements import Requirement
from packaging.version import Version

PROJECT = Path(__file__).parents[1] / "pyproject.toml"


def lowest(project: dict[str, Any], extras: set[str]) -> dict[str, str]:
    """List the lowest version of each package that the project and the named extras need."""
    lists = [project["dependencies"], *(project["optional-dependencies"][e] for e in extras)]
    found: dict[str, str] = {}
    for needed in (Requirement(line) for lines in lists for line in lines):
        bounds = [bound.version for bound in needed.specifier if bound.operator == ">="]
        if needed.name == project["name"]:
            found |= lowest(project, needed.extras)
        elif len(bounds) == 1:
            found[needed.name] = bounds[0]
        else:
            sys.exit(f"{str(needed)!r} in pyproject.toml does not say one lowest version.")
    return found


def main() -> None:
    """Print, or verify."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("extras", nargs="*")
    parser.add_argument("--verify", action="store_true")
    asked = parser.parse_args()
    file = tomllib.loads(PROJECT.read_text("utf-8"))
    project = file["project"]
    project["dependencies"] += file["build-system"]["requires"]
    wanted = lowest(project, {*asked.extras})
    if not asked.verify:
        print(*(f"{name}=={version}" for name, version in sorted(wanted.items())), sep="\n")
        return
    here = {name: metadata.version(name) for name in wanted}
    other = [f"{n} {here[n]}, not {v}" for n, v in wanted.items() if Version(here[n]) != Version(v)]
    if other:
        sys.exit(f"Installed: {'; '.join(other)}.")


if __name__ == "__main__":
    main()
