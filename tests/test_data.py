"""The project's own data, and the examples that use it."""

from __future__ import annotations

import runpy
from pathlib import Path

import geopandas as gpd
import pyogrio
import pytest
from geopandas.testing import assert_geodataframe_equal
from running import ROOT, script

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
def test_every_example_is_short_and_leaves_something_to_look_at(path: Path, tmp_path: Path) -> None:
    code = path.read_text("utf-8")
    assert len(code.splitlines()) <= 45
    printed = script(code, {"__name__": "__main__", "__file__": str(path)}, cwd=tmp_path)
    written = {file.name: file.stat().st_size for file in tmp_path.iterdir()}
    expected = {
        "map.py": ("Open coverage.html", {"coverage.html"}),
        "share.py": ("within 50 m of fiber", {"curve.png"}),
        "target.py": ("is met", {"progress.png", "change.png"}),
    }
    words, files = expected[path.name]
    assert words in printed
    assert set(written) == files
    assert all(size > 10_000 for size in written.values())
