"""How the package hangs together: imports, names, words."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest
from running import ROOT

import fibercov as fc

PACKAGE = Path(fc.__file__).parent
# Each module may import those in the lines above its own, and only those.
LAYERS = [
    ["wording"],
    ["errors", "version", "garbage", "statuses", "numerals", "writing"],
    ["checks"],
    ["geo"],
    ["reach", "demo", "options"],
    ["read", "texts"],
    ["measure"],
    ["follow"],
    ["plots", "maps"],
    ["reports"],
    ["cli"],
]
LEVEL = {name: level for level, names in enumerate(LAYERS) for name in names}


def imported(path: Path) -> set[str]:
    """The modules of the package that a file imports; '' is the package itself."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "fibercov":
            inner = str(node.module).partition(".")[2]
            found |= {inner} if inner else {alias.name for alias in node.names}
        elif isinstance(node, ast.Import):
            found |= {
                a.name.partition(".")[2] for a in node.names if a.name.split(".")[0] == "fibercov"
            }
    return found


@pytest.mark.parametrize(
    "name",
    [
        *sorted(path.stem for path in PACKAGE.glob("[!_]*.py")),
        *sorted(path.parent.name for path in PACKAGE.glob("*/__init__.py")),
    ],
)
def test_imports_point_one_way(name: str) -> None:
    folder = PACKAGE / name
    files = [*folder.rglob("*.py")] if folder.is_dir() else [PACKAGE / f"{name}.py"]
    for other in {o.partition(".")[0] for file in files for o in imported(file)} - {name}:
        if name == "cli" and other in {"", *fc.__all__}:
            continue  # the shell stands outside and uses the package as its users do
        assert LEVEL[other] < LEVEL[name], f"{name} imports {other}"


def test_importing_does_nothing_and_leaves_the_heavy_libraries_out() -> None:
    code = (
        "import sys, fibercov; "
        "print([m for m in ('numba', 'folium', 'scipy', 'typer', 'matplotlib') if m in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=PACKAGE.parent
    )
    assert (done.stdout, done.stderr) == ("[]\n", "")


def test_exported_names_are_there_and_all_there_is() -> None:
    assert len(set(fc.__all__)) == len(fc.__all__)
    for name in sorted({*fc.__all__} - {"__version__"}):
        assert hasattr(fc, name)
    with pytest.raises(AttributeError, match="no attribute 'share'"):
        _ = fc.share


def test_every_error_can_be_caught_as_one() -> None:
    for name in fc.__all__:
        if name.endswith("Error"):
            assert issubclass(getattr(fc, name), fc.FibercovError)


def test_the_type_marker_and_the_page_parts_come_with_the_package() -> None:
    assert (PACKAGE / "py.typed").exists()
    assert (PACKAGE / "maps" / "page.css").exists()


def test_every_public_name_says_what_it_takes_gives_and_raises() -> None:
    for name in sorted({*fc.__all__} - {"__version__"}):
        thing = getattr(fc, name)
        if isinstance(thing, (str, Mapping, fc.Reach)):
            continue
        doc = thing.__doc__ or ""
        assert doc, name
        if not isinstance(thing, type):
            for section in ("Parameters", "Returns", "Raises", "Examples"):
                assert f"{section}\n" in doc, f"{name} has no {section}"


def test_the_version_is_the_same_wherever_it_stands() -> None:
    assert f"\nversion: {fc.__version__}\n" in (ROOT / "CITATION.cff").read_text("utf-8")
    versions = re.findall(r"^## (\S+)", (ROOT / "CHANGELOG.md").read_text("utf-8"), re.MULTILINE)
    assert versions[0] == fc.__version__
