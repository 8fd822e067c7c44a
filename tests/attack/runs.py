"""Runs of `fibercov measure` that are killed at any step, or write where another one does."""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
import traceback
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

import fibercov as fc
from fibercov import cli

from .base import FRAMES, made_once
from .damage import flipped
from .judged import REFUSED, RIGHT, expect
from .watching import WRITING

_ON_FILES = (
    "os.rename",
    "os.remove",
    "os.rmdir",
    "os.mkdir",
    "os.link",
    "os.truncate",
    "fcntl.flock",
)
_STEPS = 130  # of a run, and some more


def _apart(job: Callable[[], object], before: Callable[[], object] = lambda: None) -> int:
    """What the job, done in a copy of this process, ends with: 0, 1 after a FibercovError, or a signal."""
    return _ended(_begun(job, before))


def _ended(child: int) -> int:
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def _begun(job: Callable[[], object], before: Callable[[], object] = lambda: None) -> int:
    """A copy of this process that does the job."""
    child = os.fork()
    if child == 0:
        code = 70
        try:
            before()
            job()
            code = 0
        except SystemExit as end:
            code = int(end.code or 0)
        except fc.FibercovError:
            code = 1
        except BaseException:  # noqa: BLE001 - told by its code
            traceback.print_exc()
        finally:
            os._exit(code)
    return child


def _arguments(*options: object, out: Path = Path("out")) -> list[str]:
    """Those of a command that measures the data in the current folder."""
    columns = ["--households", "hushall", "--connected", "ansluten", "--id", "nr"]
    given = ["premises.gpkg", "network.gpkg", *columns, "--out", out, *options]
    return ["measure", *map(str, given)]


def _measure(folder: Path, *options: object) -> Callable[[], None]:
    """The command, in that folder."""

    def run() -> None:
        os.chdir(folder)
        sys.argv = ["fibercov", *_arguments(*options)]
        cli.main()

    return run


_DATED = ("--history", "history.csv", "--as-of")
_FIRST = (
    *_DATED,
    "2019-10-01",
    "--reach",
    20,
    "--areas",
    "areas.gpkg",
    "--area-name",
    "namn",
    "--publish",
    "areas",
)
_SECOND = (*_DATED, "2020-10-01", "--reach", 30, "--planned", "network.gpkg")


def measured(folder: Path) -> None:
    """Write the sound data, and the results of one run."""
    for name, make in FRAMES.items():
        make().to_file(folder / f"{name}.gpkg")
    expect(_apart(_measure(folder, *_FIRST)) == 0, "the first run failed")


def _measured_twice(folder: Path, once: Path) -> None:
    """The same, and another run over them."""
    shutil.copytree(once, folder, dirs_exist_ok=True)
    expect(_apart(_measure(folder, *_SECOND)) == 0, "the second run failed")


def figures_of(coverage: fc.Coverage) -> tuple[object, ...]:
    """What one measurement can be told from another by."""
    return coverage.share, coverage.as_of, str(coverage.reach), *coverage.counts


def _read(folder: Path) -> tuple[object, ...] | None:
    """The figures in a folder of results; None if it is none."""
    try:
        return figures_of(fc.read_results(folder))
    except fc.FileError:
        return None


def _contents(folder: Path) -> dict[str, bytes]:
    """What is in each file, and where there are folders."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() if path.is_file() else b""
        for path in folder.rglob("*")
    }


def _dying(rng: random.Random) -> tuple[str, Callable[[], None]]:
    """When to kill this process, and how to have it done: before a step on files, or after some time."""
    step, after_s = rng.randint(1, _STEPS), rng.uniform(0.05, 1.5)
    left = iter(range(step - 1, -1, -1))

    def hear(event: str, arguments: tuple[Any, ...]) -> None:
        here = event in _ON_FILES or (event == "open" and arguments[2] & WRITING)
        if here and "__pycache__" not in str(arguments[0]) and next(left) == 0:
            os.kill(os.getpid(), signal.SIGKILL)

    def listen() -> None:
        sys.addaudithook(hear)

    def wait() -> None:
        signal.setitimer(signal.ITIMER_REAL, after_s)

    return rng.choice([(f"at step {step}", listen)] * 4 + [(f"after {after_s} s", wait)])


def killed(rng: random.Random, folder: Path) -> str:
    """Kill a run over an earlier one: the old or the new is there, and the next is as if none had been."""
    once = made_once(folder, "results", measured)
    twice = made_once(folder, "results-twice", lambda made: _measured_twice(made, once))
    here = Path(shutil.copytree(once, folder / "here"))
    if first := rng.random() < 0.2:
        shutil.rmtree(here / "out")
    old, new = _contents(here), _contents(twice)
    for _ in range(rng.choice([1, 1, 1, 2])):
        when, die = _dying(rng)
        code = _apart(_measure(here, *_SECOND), die)
        expect(code in {0, -signal.SIGKILL, -signal.SIGALRM}, f"{when}: the run ended with {code}")
        for name, content in _contents(here).items():
            if name in old or name in new:
                expect(content in {old.get(name), new.get(name)}, f"{when}: {name} is neither")
        lost = {*old} & {*new} - {*_contents(here)}
        expect(not lost, f"{when}: {lost} is not there")
        found = _read(here / "out")
        either = [None if first else _read(once / "out"), _read(twice / "out")]
        expect(found in either, f"{when}: {found} is read, not one of {either}")
    expect(_apart(_measure(here, *_SECOND)) == 0, f"{when}: the next run failed")
    after = _contents(here)
    other = {name for name in {*after, *new} if after.get(name) != new.get(name)}
    expect(not other, f"{when}: {other} after the next run are not as if none had been killed")
    return RIGHT


def appended(rng: random.Random, folder: Path) -> str:
    """Have two processes append to one history at once, each several times."""
    coverage = fc.read_results(made_once(folder, "results", measured) / "out")
    count = rng.randint(1, 5)

    def append(month: int) -> None:
        for year in range(2010, 2010 + count):
            fc.append_history(folder / "history.csv", replace(coverage, as_of=date(year, month, 1)))

    children = [_begun(partial(append, month)) for month in (1, 2)]
    codes = [_ended(child) for child in children]
    expect(set(codes) <= {0, 1}, f"the processes ended with {codes}")
    days = fc.read_history(folder / "history.csv")["as_of"].tolist()
    for month, code in enumerate(codes, 1):
        mine = [day for day in days if day[5:7] == f"{month:02}"]
        there = [f"{year}-{month:02}-01" for year in range(2010, 2010 + count)]
        expect(mine == there[: len(mine)], f"{days} after {codes}")
        expect(code == 1 or mine == there, f"of {there} there are {mine}")
    return REFUSED if any(codes) else RIGHT


def cached(rng: random.Random, folder: Path) -> str:
    """Measure in a new process, with a cache of compiled code that is damaged or cannot be written to."""
    data = made_once(folder, "results", measured)
    kept = made_once(folder, "cache", lambda made: _measure_anew(data, made, made / "out"))
    here = Path(shutil.copytree(kept, folder / "cache"))
    files = sorted(file for file in here.rglob("*") if file.is_file() and "out" not in file.parts)
    for file in rng.sample(files, min(3, len(files))):
        raw = file.read_bytes()
        damaged = [b"", raw[: len(raw) // 2], rng.randbytes(99), flipped(rng, raw)]
        file.write_bytes(rng.choice(damaged))
    if rng.random() < 0.2:
        shutil.rmtree(here)
        here.write_text("no folder", "utf-8")
    _measure_anew(data, here, folder / "out")
    found, truly = fc.read_results(folder / "out"), fc.read_results(kept / "out")
    expect(figures_of(found) == figures_of(truly), f"{found}, truly {truly}")
    return RIGHT


def _measure_anew(data: Path, cache: Path, out: Path) -> None:
    """Measure in a process that has compiled nothing yet."""
    command = [sys.executable, "-c", "from fibercov.cli import main; main()"]
    path = {"NUMBA_CACHE_DIR": str(cache), "PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run(
        [*command, *_arguments("--reach", 20, out=out)],
        cwd=data, env=os.environ | path, capture_output=True, text=True, check=False,
    )  # fmt: skip
    expect(done.returncode == 0, f"{done.returncode}: {done.stderr[-1000:]}")
