"""The benchmarks make the same inputs each time, and refuse what they cannot run; .ci/run runs them."""

from __future__ import annotations

import importlib
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

pytestmark = pytest.mark.no_cover

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


@pytest.fixture
def plans(monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.syspath_prepend(RUN.parent)
    return importlib.import_module("plans")


def test_no_plan_is_dearer_than_a_rule_of_thumb(plans: Any) -> None:
    case = plans.demo(0.75)
    times = plans.compared(case.plan(), case)
    assert [*times] == [*plans.RULES]
    assert plans.dearer(times) == []


def test_a_rule_of_thumb_must_hang_on_the_network_and_count_enough(plans: Any) -> None:
    case = plans.demo(0.72)
    routes = case.plan()._search.routes
    chosen = plans.nearest_first(routes, 10.0, np.zeros(len(routes.covers.counts), np.int64))
    assert plans.cost_of(routes, chosen, 10.0) == pytest.approx(sum(routes.ways.cost[[*chosen]]))
    with pytest.raises(ValueError, match="are counted, not 1,000"):
        plans.cost_of(routes, chosen, 1_000.0)
    at_source = routes.ways.edge[routes.ways.begin[-2] :]  # the last node is the network
    loose = min(set(range(len(routes.ways.cost))) - set(at_source.tolist()))
    with pytest.raises(ValueError, match="1 ways do not hang on the network"):
        plans.cost_of(routes, {loose}, 0.0)


def test_a_rule_of_thumb_that_is_cheaper_is_an_error(
    plans: Any, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    times = dict.fromkeys(plans.RULES, 1.0) | {"greedy density": 0.9}
    said = f"{plans.MARK} {json.dumps([['71.0%'] * 8, times])}"
    done = subprocess.CompletedProcess([], 0, said, "")
    monkeypatch.setattr(plans.subprocess, "run", lambda *_, **__: done)
    monkeypatch.setattr(sys, "argv", ["plans.py", "--cases", "demo-90"])
    with pytest.raises(SystemExit, match="demo-90: greedy density is cheaper than the plan"):
        plans.main()
    assert "| demo-90 | 1.000 | 1.000 | 1.000 | 0.900 |" in capsys.readouterr().out


def test_a_case_that_fails_is_an_error(plans: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    done = subprocess.CompletedProcess([], 1, "", "Traceback\nValueError: why")
    monkeypatch.setattr(plans.subprocess, "run", lambda *_, **__: done)
    assert plans.compare(["demo-90"], 1, RUN.parent) == ["demo-90: ValueError: why"]


def test_a_case_without_its_data_is_left_out(
    plans: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert plans.compare(["maine"], 1, tmp_path) == []
    assert "| maine | there is no maine_lincoln_waldo.gpkg on this machine |" in (
        capsys.readouterr().out
    )
