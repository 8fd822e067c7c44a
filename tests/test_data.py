"""The project's own data, and the examples that use it."""

from __future__ import annotations

import runpy
import subprocess
import sys
from pathlib import Path

import geopandas as gpd
import pyogrio
import pytest
from geopandas.testing import assert_geodataframe_equal

ROOT = Path(__file__).parents[1]
FONTS = "Matplotlib is building the font cache; this may take a moment.\n"  # the first time
EXAMPLES = sorted((ROOT / "examples").glob("*.py"))


def test_the_files_are_what_the_generator_makes(tmp_path: Path) -> None:
    runpy.run_path(str(ROOT / "data" / "make.py"))["make"](tmp_path)
    names = sorted(path.name for path in (ROOT / "data").glob("*.gpkg"))
    assert names == sorted(path.name for path in tmp_path.iterdir())
    for name in names:
        layers = pyogrio.list_layers(tmp_path / name)[:, 0].tolist()
        assert pyogrio.list_layers(ROOT / "data" / name)[:, 0].tolist() == layers
        for layer in layers:
            assert_geodataframe_equal(
                gpd.read_file(ROOT / "data" / name, layer=layer),
                gpd.read_file(tmp_path / name, layer=layer),
                check_less_precise=True,
            )


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.name)
def test_every_example_is_short_and_runs(path: Path, tmp_path: Path) -> None:
    assert len(path.read_text("utf-8").splitlines()) <= 45
    done = subprocess.run(
        [sys.executable, path], cwd=tmp_path, capture_output=True, text=True, check=False,
        env={"PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8", "PATH": ""},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert done.stderr.replace(FONTS, "") == ""
    expected = {
        "map.py": "coverage.html",
        "share.py": "within 50 m of fiber",
        "target.py": "is met",
    }
    assert expected[path.name] in done.stdout
    if path.name == "map.py":
        assert (tmp_path / "coverage.html").stat().st_size > 100_000
    if path.name == "target.py":
        pictures = {"progress.png", "change.png", "curve.png"}
        assert {file.name for file in tmp_path.iterdir()} == pictures
