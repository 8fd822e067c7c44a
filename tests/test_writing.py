"""Files put in the place of others: whenever a run ends, the old ones or the new ones are there."""

from __future__ import annotations

import os
import shutil
import signal
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fibercov import writing

OLD = {
    "areas.csv": "old areas", "map.html": "old map", "in/drops.csv": "old drops", "out/map.html": "old map",
    "summary.json": "old summary",
}  # fmt: skip
NEW = {
    "map.html": "new map", "in/drops.csv": "new drops", "plan/plan.gpkg": "new plan",
    "summary.json": "new summary",
}  # fmt: skip
GONE = ["areas.csv", "out/map.html"]


def contents(folder: Path) -> dict[str, str]:
    """All that is in a folder, hidden files too, and folders that hold nothing."""
    return {
        path.relative_to(folder).as_posix(): path.read_text() if path.is_file() else "a folder"
        for path in folder.rglob("*")
        if path.is_file() or not any(path.iterdir())
    }


def put(folder: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(text)


def write(folder: Path) -> None:
    with writing.replacing_all(folder) as aside:
        put(aside, NEW)
        writing.move_in(folder, [*NEW], GONE)


def seen(folder: Path) -> dict[str, str]:
    """What a reader makes of the folder that goes by what the summary says."""

    def read(where: Path) -> dict[str, str]:
        names = OLD if (where / "summary.json").read_text() == "old summary" else NEW
        return {name: (where / name).read_text() for name in names}

    return writing.read_whole(folder, "summary.json", read)


STEPS = {"os.chmod", "os.link", "os.mkdir", "os.remove", "os.rename", "os.rmdir", "shutil.copyfile"}


class Steps:
    """What a run leaves if it is killed before any of its steps: before what changes the disk."""

    def __init__(self) -> None:
        self.do: Callable[[str], object] | None = None
        sys.addaudithook(self.hear)  # which stays

    def hear(self, event: str, args: tuple[Any, ...]) -> None:
        if self.do and (
            event in STEPS or (event == "open" and args[2] & (os.O_WRONLY | os.O_RDWR))
        ):
            do, self.do = self.do, None  # what is done here is no step
            do(event)
            self.do = do

    @contextmanager
    def before_each(self, do: Callable[[str], object]) -> Iterator[None]:
        self.do = do
        try:
            yield
        finally:
            self.do = None

    def of(self, folder: Path, run: Callable[[], object]) -> list[tuple[str, Path]]:
        """Each step, and a copy of the folder as it was before it."""
        found: list[tuple[str, Path]] = []

        def keep(event: str) -> None:
            copy = folder.with_name(f"{folder.name}, step {len(found)}")
            shutil.copytree(folder, copy, symlinks=True)
            found.append((event, copy))

        with self.before_each(keep):
            run()
        return found


@pytest.fixture(scope="module")
def steps() -> Steps:
    return Steps()


@pytest.fixture(autouse=True)
def _no_waiting_for_the_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "fsync", lambda _: None)


@pytest.fixture(params=["linked", "copied"])
def folder(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder, on a file system that knows second names of files, or on one that does not."""
    if request.param == "copied":

        def link(*_: object) -> None:
            raise PermissionError(1, "Operation not permitted")

        monkeypatch.setattr(os, "link", link)
    (tmp_path / "out").mkdir()
    return tmp_path / "out"


@pytest.mark.parametrize("before", [OLD, {}], ids=["again", "first"])
def test_wherever_a_run_ends_the_old_files_or_the_new_ones_hold_and_the_next_run_mends(
    folder: Path, steps: Steps, before: dict[str, str]
) -> None:
    put(folder, {**before, "notes.txt": "mine"})
    ends = steps.of(folder, lambda: write(folder))
    assert contents(folder) == {**NEW, "notes.txt": "mine"}
    assert {"open", "os.mkdir", "os.rename", "os.remove", "os.rmdir"} <= {step for step, _ in ends}
    assert len(ends) > 20
    outcomes = []
    for number, (step, end) in enumerate(ends):
        for name in {*OLD, *NEW}:  # who opens one of them has all of one
            here = (end / name).read_text() if (end / name).exists() else None
            assert here in (before.get(name), NEW.get(name)), (number, step)
        try:
            found = seen(end)
            assert found in (before, NEW), (number, step)
            outcomes.append("new" if found == NEW else "old")
        except FileNotFoundError:
            assert not before, (number, step)
            outcomes.append("old")
        write(end)
        assert contents(end) == {**NEW, "notes.txt": "mine"}, (number, step)
    assert outcomes == sorted(outcomes, reverse=True)  # from one moment on it is the new ones
    assert {*outcomes} == {"old", "new"}


def test_wherever_a_run_that_mends_ends_the_next_one_mends(folder: Path, steps: Steps) -> None:
    put(folder, OLD)
    ends = steps.of(folder, lambda: write(folder))
    half = [end for _, end in ends if seen(end) == OLD][-1]
    assert contents(half)["map.html"] == "new map"

    def mend(folder: Path) -> None:
        with writing.replacing_all(folder):
            pass

    ends = steps.of(half, lambda: mend(half))
    assert contents(half) == OLD
    assert len(ends) > 10
    for number, (step, end) in enumerate(ends):
        assert seen(end) == OLD, (number, step)
        mend(end)
        assert contents(end) == OLD, (number, step)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")
def test_a_process_that_is_killed_holds_up_no_other(folder: Path, steps: Steps) -> None:
    put(folder, OLD)
    child = os.fork()
    if not child:
        moved = iter(range(3))

        def kill(step: str) -> None:
            if step == "os.rename" and next(moved, None) is None:
                os.kill(os.getpid(), signal.SIGKILL)

        with steps.before_each(kill):
            write(folder)
        os._exit(0)
    assert os.WIFSIGNALED(os.waitpid(child, 0)[1])
    assert contents(folder)["map.html"] == "new map"
    assert seen(folder) == OLD
    write(folder)
    assert contents(folder) == NEW


def test_a_folder_with_files_of_others_stays(folder: Path) -> None:
    put(folder, {**OLD, "out/notes.txt": "mine", "plan/notes.txt": "mine"})
    (folder / "empty").mkdir()
    write(folder)
    assert contents(folder) == {
        **NEW, "out/notes.txt": "mine", "plan/notes.txt": "mine", "empty": "a folder",
    }  # fmt: skip


@pytest.mark.parametrize("name", [*NEW, *GONE])
def test_a_file_that_cannot_be_replaced_leaves_all_as_they_were(
    folder: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(folder, OLD)

    def locked(do: Callable[..., object]) -> Callable[..., object]:
        def fails(
            path: Path, *more: Path, **options: bool
        ) -> object:  # as Windows has it, of what a program has open
            if folder / name in {path, *more}:
                raise PermissionError(13, "open in another program")
            return do(path, *more, **options)

        return fails

    for step in ("replace", "unlink"):
        monkeypatch.setattr(Path, step, locked(getattr(Path, step)))
    with pytest.raises(PermissionError, match="open in another program"):
        write(folder)
    assert contents(folder) == OLD


def test_a_run_that_is_stopped_by_hand_leaves_all_as_they_were(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(folder, OLD)
    replace = Path.replace

    def stopped(self: Path, target: Path) -> Path:
        moved = replace(self, target)
        if target.name == "plan.gpkg":
            raise KeyboardInterrupt
        return moved

    monkeypatch.setattr(Path, "replace", stopped)
    with pytest.raises(KeyboardInterrupt):
        write(folder)
    assert contents(folder) == OLD


def test_a_file_where_a_folder_would_be_leaves_all_as_they_were(folder: Path) -> None:
    put(folder, {**OLD, "plan": "a file"})
    with pytest.raises(FileExistsError):
        write(folder)
    assert contents(folder) == {**OLD, "plan": "a file"}


def test_old_files_that_cannot_be_put_back_at_once_are_kept_for_the_next_run(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(folder, OLD)
    replace = Path.replace

    def broken(self: Path, target: Path) -> Path:
        if target == folder / "summary.json" or self.name == "back":
            raise OSError(5, "Input/output error")
        return replace(self, target)

    with monkeypatch.context() as patched:
        patched.setattr(Path, "replace", broken)
        with pytest.raises(OSError, match="Input/output error"):
            write(folder)
    assert contents(folder)["map.html"] == "new map"
    assert seen(folder) == OLD
    with writing.replacing_all(folder):
        pass
    assert contents(folder) == OLD


def test_files_aside_can_be_read_by_no_more_people_than_those_that_they_replace(
    tmp_path: Path,
) -> None:
    put(tmp_path, OLD)
    for name in OLD:
        (tmp_path / name).chmod(0o640)
    with writing.replacing_all(tmp_path) as aside:
        assert stat.S_IMODE(aside.stat().st_mode) == 0o700
        put(aside, NEW)
        writing.move_in(tmp_path, [*NEW], GONE)
    modes = {name: stat.S_IMODE((tmp_path / name).stat().st_mode) for name in contents(tmp_path)}
    fresh = modes.pop("plan/plan.gpkg")
    assert set(modes.values()) == {0o640}
    with writing.replacing(tmp_path / "map.html") as new:
        assert stat.S_IMODE(new.parent.stat().st_mode) == 0o700
        new.write_text("newer")
        assert stat.S_IMODE(new.stat().st_mode) == fresh  # what is usual here
    assert stat.S_IMODE((tmp_path / "map.html").stat().st_mode) == 0o640


def test_what_changes_under_a_reader_is_read_again(folder: Path) -> None:
    put(folder, OLD)
    reads = []

    def read(where: Path) -> list[str]:
        first = (where / "map.html").read_text()
        reads.append(first)
        if len(reads) == 1:
            write(folder)
        return [first, (where / "summary.json").read_text()]

    assert writing.read_whole(folder, "summary.json", read) == ["new map", "new summary"]
    assert reads == ["old map", "new map"]


def test_what_is_moved_away_under_a_reader_is_looked_for_again(folder: Path) -> None:
    put(folder, OLD)

    def read(where: Path) -> str:
        if (where / "summary.json").read_text() == "new summary":
            return "new"
        write(folder)
        return (where / "areas.csv").read_text()

    assert writing.read_whole(folder, "summary.json", read) == "new"


def test_a_reader_of_what_never_rests_gives_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(tmp_path, OLD)
    monkeypatch.setattr(writing, "_WAIT_S", 0.0)

    def read(where: Path) -> None:
        put(where, {"summary.json": "longer every time" + (where / "summary.json").read_text()})

    with pytest.raises(BlockingIOError, match="another run writes it again and again"):
        writing.read_whole(tmp_path, "summary.json", read)


def test_wherever_the_writing_of_one_file_ends_it_is_the_old_or_the_new_one(
    folder: Path, steps: Steps
) -> None:
    put(folder, {"history.csv": "old"})

    def one(folder: Path) -> None:
        with writing.replacing(folder / "history.csv") as new:
            new.write_text("new")

    found = []
    for number, (step, end) in enumerate(steps.of(folder, lambda: one(folder))):
        found.append((end / "history.csv").read_text())
        one(end)
        assert contents(end) == {"history.csv": "new"}, (number, step)
    assert found == sorted(found, reverse=True)
    assert {*found} == {"old", "new"}


ADD = """
import sys, importlib.util
from pathlib import Path
spec = importlib.util.spec_from_file_location("writing", sys.argv[1])  # alone, which is quick
writing = importlib.util.module_from_spec(spec)
spec.loader.exec_module(writing)
file = Path(sys.argv[2])
for _ in range(10):
    with writing.replacing(file) as new:
        new.write_text(str(int(file.read_text()) + 1))
"""


def test_processes_that_write_at_once_wait_for_one_another(tmp_path: Path) -> None:
    file = tmp_path / "number"
    file.write_text("0")
    command = [sys.executable, "-c", ADD, writing.__file__, str(file)]
    started = [subprocess.Popen(command) for _ in range(3)]
    assert [process.wait() for process in started] == [0] * 3
    assert contents(tmp_path) == {"number": "30"}


def test_who_waits_too_long_is_refused_and_nothing_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(tmp_path, OLD)
    monkeypatch.setattr(writing, "_WAIT_S", 0.05)
    with writing.replacing_all(tmp_path):
        before = contents(tmp_path)
        with pytest.raises(BlockingIOError, match="another run is writing there"):
            write(tmp_path)
        assert contents(tmp_path) == before
    assert contents(tmp_path) == OLD


def test_what_was_locked_by_a_process_that_is_gone_is_free(tmp_path: Path) -> None:
    (tmp_path / ".number.fibercov-lock").touch()
    (tmp_path / ".number.fibercov-writing").mkdir()
    (tmp_path / ".number.fibercov-writing" / "number").write_text("secret")
    with writing.replacing(tmp_path / "number") as new:
        new.write_text("1")
    assert contents(tmp_path) == {"number": "1"}


def test_where_the_file_system_knows_no_locks_files_are_written_without(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fcntl = pytest.importorskip("fcntl")

    def flock(*_: object) -> None:
        raise OSError(38, "Function not implemented")

    monkeypatch.setattr(fcntl, "flock", flock)
    write(tmp_path)
    assert contents(tmp_path) == NEW


def test_a_link_stays_and_what_it_leads_to_is_replaced(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    put(tmp_path / "real", {"file": "old"})
    (tmp_path / "link").symlink_to(tmp_path / "real" / "file")
    with writing.replacing(tmp_path / "link") as new:
        new.write_text("new")
    assert (tmp_path / "link").is_symlink()
    assert contents(tmp_path / "real") == {"file": "new"}


def test_only_files_are_read_and_no_longer_ones_than_wanted(tmp_path: Path) -> None:
    put(tmp_path, {"file": "12345"})
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "loop").symlink_to("loop")
    assert writing.content(tmp_path / "file", 5) == b"12345"
    with pytest.raises(OSError, match="it is longer than 4 bytes"):
        writing.content(tmp_path / "file", 4)
    for name in ("pipe", "loop", "."):
        with pytest.raises(OSError, match="it is no file"):
            writing.content(tmp_path / name, 5)
    with pytest.raises(FileNotFoundError):
        writing.content(tmp_path / "none", 5)


def test_what_is_no_file_is_never_replaced(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(OSError, match="it is no file"), writing.replacing(tmp_path / "pipe"):
        raise AssertionError
    assert [path.name for path in tmp_path.iterdir()] == ["pipe"]


@given(
    st.lists(
        st.one_of(st.none(), st.integers(), st.text(), st.text("=+-@\uff1d\uff0d;,\u00a0 1a\n")),
        min_size=1,
    )
)
def test_a_column_is_prepared_value_by_value(values: list[object]) -> None:
    column = pd.Series(values, dtype=object)
    made = writing.cells(pd.DataFrame({"a": column}))["a"]
    assert made.tolist() == [writing.cell(value) for value in column]
