"""The benchmarks make the same inputs each time, and refuse what they cannot run; .ci/run runs them."""

from __future__ import annotations

import os
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


def test_the_same_seed_makes_the_same_files(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        code = (
            f"import sys; sys.path.insert(0, {str(RUN.parent)!r}); import workloads, pathlib; "
            f"workloads.make('municipality', pathlib.Path({str(tmp_path / name)!r}))"
        )
        subprocess.run([sys.executable, "-c", code], check=True)
    made = [*(tmp_path / "a").rglob("*.parquet")]
    assert len(made) == 3
    for path in made:
        assert path.read_bytes() == (tmp_path / "b" / path.relative_to(tmp_path / "a")).read_bytes()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["galaxy"], "there is no workload 'galaxy', but: municipality, region"),
        (["region", "--runs", "0"], "--runs must be 1 or more, not 0"),
        (["region", "--folder", str(RUN / "made")], "--folder cannot be made"),
    ],
)
def test_what_cannot_be_run_is_an_error_at_once(arguments: list[str], said: str) -> None:
    done = run(*arguments)
    assert done.returncode == 2
    assert said in done.stderr
    assert done.stdout == ""
