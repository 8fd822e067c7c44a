"""The benchmarks run, and all tools in them get the same share; how fast, no test asks."""

from __future__ import annotations

import importlib.util
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

RUN = Path(__file__).parents[1] / "benchmarks" / "run.py"


def run(*arguments: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(RUN), *map(str, arguments)]
    paths = [str(RUN.parents[1]), os.environ.get("PYTHONPATH", "")]
    return subprocess.run(
        command,
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, paths))},
    )


def test_all_tools_agree_on_a_municipality(tmp_path: Path) -> None:
    done = run("municipality", "--runs", 1, "--folder", tmp_path)
    assert done.returncode == 0, done.stderr
    shares = dict(re.findall(r"^\| ([^|]+) \| .* \| ([\d.]+)% \|$", done.stdout, re.MULTILINE))
    installed = {"SedonaDB"} if importlib.util.find_spec("sedonadb") else set()
    drops = {"fibercov", "geopandas sjoin_nearest", "shapely STRtree", "buffer and join"}
    assert set(shares) >= drops | installed | {"fibercov summarize", "geopandas sjoin"}
    assert len({shares[tool] for tool in drops - {"buffer and join"} | installed}) == 1
    assert float(shares["buffer and join"]) == pytest.approx(float(shares["fibercov"]), abs=0.01)
    assert shares["fibercov summarize"] == shares["geopandas sjoin"] == "100.0000"


def test_the_same_seed_makes_the_same_files(tmp_path: Path) -> None:
    for name in ("a", "b"):
        code = (
            f"import sys; sys.path.insert(0, {str(RUN.parent)!r}); import workloads, pathlib; "
            f"workloads.make('municipality', pathlib.Path({str(tmp_path / name)!r}))"
        )
        subprocess.run([sys.executable, "-c", code], check=True)
    for path in (tmp_path / "a").rglob("*.parquet"):
        assert path.read_bytes() == (tmp_path / "b" / path.relative_to(tmp_path / "a")).read_bytes()


def test_an_unknown_workload_is_an_error(tmp_path: Path) -> None:
    done = run("galaxy", "--folder", tmp_path)
    assert done.returncode == 2
    assert "galaxy" in done.stderr
    assert "region" in done.stderr
