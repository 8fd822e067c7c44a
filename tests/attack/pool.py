"""Cases in processes of their own, with limits, so that crashes, hangs and memory are counted."""

from __future__ import annotations

import csv
import gc
import multiprocessing
import os
import random
import resource
import shutil
import signal
import sys
import threading
import traceback
import warnings
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from multiprocessing.connection import Connection
from pathlib import Path
from typing import NamedTuple

import fibercov as fc

from .judged import ELSE, FINDINGS, REFUSED, WRONG, Attack, WrongResult

CPU_S, WALL_S = 20, 180  # of one case; the second is for those that wait for something
RESIDENT_KB = 1_500_000  # of a process, of which the libraries have some 400 MB
ADDRESSES = 16 << 30
_CASES = 2_000  # of one process: what libraries leak is not the fault of a case
_SPAWN = multiprocessing.get_context("spawn")  # no threads, locks or open files of this process


class Case(NamedTuple):
    """An input: the attack that makes it, and its seed."""

    kind: str
    seed: int


class Outcome(NamedTuple):
    """What a case came to, and why."""

    came_to: str
    why: str = ""


def run(
    attacks: Mapping[str, Attack], cases: Sequence[Case], work: Path, found: Path, processes: int
) -> Iterator[tuple[Case, Outcome]]:
    """What each case came to, in their order; what is a finding is also kept in the folder `found`."""
    own, workers = threading.local(), list[_Worker]()

    def outcome(case: Case) -> tuple[Case, Outcome]:
        if not hasattr(own, "worker"):
            own.worker = _Worker(attacks, work / str(threading.get_ident()))
            workers.append(own.worker)
        came = own.worker.run(case)
        if came.came_to in FINDINGS:
            _keep(case, came, own.worker.folder, found)
        return case, came

    threads = ThreadPoolExecutor(processes)
    try:
        yield from threads.map(outcome, cases)
    finally:
        threads.shutdown(cancel_futures=True)
        for worker in workers:
            worker.stop()


def _keep(case: Case, came: Outcome, folder: Path, found: Path) -> None:
    """Keep the input, what it came to, and how to make it again."""
    kept = found / f"{case.kind}-{case.seed}"
    shutil.rmtree(kept, ignore_errors=True)
    shutil.copytree(folder, kept, symlinks=True, ignore_dangling_symlinks=True)
    again = f"python -m tests.attack --only {case.kind} --seed {case.seed} --minutes 0"
    (kept / "finding.txt").write_text(f"{came.came_to}: {came.why}\n\n{again}\n", "utf-8")


class _Worker:
    """A process that runs one case at a time; another takes its place if it ends or is too slow."""

    def __init__(self, attacks: Mapping[str, Attack], folder: Path) -> None:
        self.folder, self._attacks, self._done = folder / "case", attacks, 0
        folder.mkdir(parents=True)

    def run(self, case: Case) -> Outcome:
        if self._done % _CASES == 0:
            self._start()
        self._done += 1
        self._pipe.send(case)
        why = f"took more than {WALL_S} s"
        try:
            if self._pipe.poll(WALL_S):
                came, too_large = self._pipe.recv()
                if too_large:  # for the next case
                    self._done = 0
                return Outcome(*came)
        except (EOFError, ConnectionResetError):
            self._process.join()
            code = -(self._process.exitcode or 0)
            name = signal.Signals(code).name if code > 0 else f"exit code {-code}"
            log = self.folder.with_name("log.txt").read_text("utf-8", "replace")
            why = f"the process ended with {name}: {log[-2000:]}"
        self._done = 0
        return Outcome(ELSE, why)

    def _start(self) -> None:
        self.stop()
        self._pipe, theirs = _SPAWN.Pipe()
        self._process = _SPAWN.Process(target=_serve, args=(theirs, self._attacks, self.folder))
        self._process.start()
        theirs.close()

    def stop(self) -> None:
        if hasattr(self, "_process"):
            self._process.kill()
            self._process.join()
            self._pipe.close()


def _serve(pipe: Connection, attacks: Mapping[str, Attack], folder: Path) -> None:
    """Run each case that is sent, and say what it came to."""
    log = os.open(folder.with_name("log.txt"), os.O_CREAT | os.O_WRONLY | os.O_APPEND)
    for stream in (sys.stdout, sys.stderr):  # what libraries say before they crash
        os.dup2(log, stream.fileno())
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_AS, (ADDRESSES, ADDRESSES))
    warnings.simplefilter("ignore")
    demo = fc.load_demo()
    fc.measure_coverage(demo.premises, demo.network, reach=50)  # compiles, if nothing is kept
    with suppress(EOFError):
        while True:
            case = pipe.recv()
            os.ftruncate(log, 0)
            used = resource.getrusage(resource.RUSAGE_SELF)
            most = int(used.ru_utime + used.ru_stime) + CPU_S
            resource.setrlimit(resource.RLIMIT_CPU, (most, resource.RLIM_INFINITY))
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir()
            os.chdir(folder)
            came = attempt(attacks[case.kind], case, folder)
            peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
            if too_large := peak > RESIDENT_KB:
                came = Outcome(ELSE, f"{peak / 1e6:.1f} GB of memory: {came}")
            pipe.send((came, too_large))


def attempt(attack: Attack, case: Case, folder: Path) -> Outcome:
    """What one case comes to in this process."""
    before = _state()
    try:
        came = Outcome(attack(random.Random(f"{case.kind} {case.seed}"), folder))
    except fc.FibercovError as error:
        came = Outcome(REFUSED, str(error))
    except WrongResult as error:
        came = Outcome(WRONG, str(error))
    except BaseException:  # noqa: BLE001 - what is looked for
        came = Outcome(ELSE, traceback.format_exc())
    if (after := _state()) != before:
        return Outcome(ELSE, f"left {after} where there was {before}: {came}")
    return came


def _state() -> tuple[object, ...]:
    """What a reader must leave as it was."""
    return csv.field_size_limit(), gc.isenabled(), Path.cwd()
