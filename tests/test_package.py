"""How the package hangs together: imports, names, words."""

from __future__ import annotations

import ast
import graphlib
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from running import ROOT

import fibercov as fc

PACKAGE = Path(fc.__file__).parent
# Each module may import those in the lines above its own, and only those.
LAYERS = [
    ["wording"],
    ["errors", "version", "garbage", "offline", "statuses", "numerals", "writing"],
    ["checks"],
    ["geo"],
    ["reach", "units", "demo", "options"],
    ["read", "texts"],
    ["measure"],
    ["follow", "plan"],
    ["plots", "maps"],
    ["reports"],
    ["partitions"],
    ["cli"],
]
LEVEL = {name: level for level, names in enumerate(LAYERS) for name in names}


MODULES = {
    ".".join(path.relative_to(PACKAGE.parent).with_suffix("").parts).removesuffix(".__init__"): path
    for path in PACKAGE.rglob("*.py")
}


def imports(node: ast.AST, *, at_once: bool) -> Iterator[ast.Import | ast.ImportFrom]:
    """List the imports in a module; `at_once`, only those that run when it is imported."""
    for child in ast.iter_child_nodes(node):
        later = isinstance(child, ast.FunctionDef) or (
            isinstance(child, ast.If) and ast.unparse(child.test).endswith("TYPE_CHECKING")
        )
        if isinstance(child, ast.Import | ast.ImportFrom):
            yield child
        elif not (at_once and later):
            yield from imports(child, at_once=at_once)


def imported(path: Path, *, at_once: bool = False) -> set[str]:
    """List the modules of the package that a file imports, by their full names."""
    found = set()
    for node in imports(ast.parse(path.read_text("utf-8")), at_once=at_once):
        if isinstance(node, ast.ImportFrom):
            names = {f"{node.module}.{alias.name}" for alias in node.names}
            found |= {name if name in MODULES else str(node.module) for name in names}
        else:
            found |= {alias.name for alias in node.names}
    return found & {*MODULES}


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
    found = {other for file in files for other in imported(file)}
    for other in {module.partition(".")[2].partition(".")[0] for module in found} - {name}:
        if name == "cli" and not other:
            continue  # the shell stands outside and uses the package as its users do
        assert LEVEL[other] < LEVEL[name], f"{name} imports {other}"


def test_no_modules_import_each_other_in_a_circle() -> None:
    graph = {module: imported(path, at_once=True) for module, path in MODULES.items()}
    assert {"fibercov.checks", "fibercov.geo.crs"} <= graph["fibercov.measure.drops"]
    graphlib.TopologicalSorter(graph).prepare()  # or an error that names the circle


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
