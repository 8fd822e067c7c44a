"""Replace files: all of them, or none.

`replacing` is for one file, which takes its place in one step. `replacing_all` and `move_in` are for
several in one folder, or in folders in it. They are written aside, in a folder beside them, and the old ones
are kept there until the last new one is in its place. Between the first and the last a journal is there,
which says that the old ones hold. Wherever a run ends, by an error, by kill -9 or with the power:

1. Each file is whole, either the old one or the new one.
2. Everything that `read_whole` reads is of one run, either the old one or the new one.
3. The next run puts the old files back if there is a journal, and removes what was left behind.

Windows does not replace a file that a program has open; the old files are put back then, too. While
one run writes, others wait, and give up after some seconds. The operating system holds the lock and
releases it when a process dies, so a killed run blocks nobody. On a file system without locks, one
of two simultaneous runs may fail.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, TypeVar

if TYPE_CHECKING:
    import pandas as pd

if sys.platform == "win32":
    import msvcrt
else:
    import fcntl

Made = TypeVar("Made")
ASIDE, _LOCK = ".fibercov-writing", ".fibercov-lock"  # names that nobody uses for anything else
_JOURNAL, _NEW, _OLD = "moving.json", "new", "old"
_WAIT_S, _AGAIN_S = 10.0, 0.02
# Where a spreadsheet, in any country's settings, may begin a cell and take it for a formula.
_SIGNS = "[=+\\-@\uff1d\uff0b\uff0d\uff20]"
_FORMULA = re.compile(rf"(^|[,;\t\r\n])(?=\s*{_SIGNS})")
_NUMBER = re.compile(r"[+-]\d[\d\s.,]*")


def content(file: Path, most: int) -> bytes:
    """Read a file; raise OSError if it is not a regular file or is longer than `most` bytes."""
    _check(file)
    with file.open("rb") as opened:
        found = opened.read(most + 1)
    if len(found) > most:
        raise OSError(f"it is longer than {most:,} bytes")
    return found


def _check(file: Path) -> None:
    """Raise if the name is taken by anything but a file: reading a pipe or a device may never end."""
    if os.path.lexists(file) and not file.is_file():
        raise OSError("it is no file")


def cells(table: pd.DataFrame) -> pd.DataFrame:
    """Prepare a table for a CSV file: put an apostrophe before texts that would run as formulas."""
    made: pd.DataFrame = table.rename(columns=cell).apply(
        lambda column: column if column.dtype.kind in "biufM" else _cells(column)
    )
    return made


def _cells(column: pd.Series[Any]) -> pd.Series[Any]:
    """Prepare the values of a column, looking closely at those alone that have such a sign in them."""
    with_sign = column.astype("string").str.contains(_SIGNS).fillna(False).to_numpy(dtype=bool)
    made = column.astype(object)
    made[with_sign] = made[with_sign].map(cell)
    return made


def cell(value: Any) -> Any:
    """Prepare one value for a CSV file, as `cells` does.

    >>> [cell(value) for value in ("=1+1", "A;@B", "-", "-12,5", "Malmö - Lund", 1.5)]
    ["'=1+1", "A;'@B", "'-", '-12,5', 'Malmö - Lund', 1.5]
    """
    if not isinstance(value, str) or _NUMBER.fullmatch(value):
        return value
    return _FORMULA.sub(r"\1'", value)


@contextmanager
def replacing(file: Path) -> Iterator[Path]:
    """Yield a path to write to; replace `file` by it when the block ends without an error.

    No other run replaces the file meanwhile: what the block reads of it is what it replaces.
    """
    with alone(file) as old, _emptied(old.with_name(f".{old.name}{ASIDE}")) as aside:
        _check(old)
        new = aside / old.name
        yield new
        _settle(new, old)
        with _not_open(old):
            new.replace(old)
        _sync(old.parent)


@contextmanager
def alone(file: Path) -> Iterator[Path]:
    """Lock a file against other writers and yield its path, with links resolved.

    Raise if another run holds the lock for more than some seconds.
    """
    file = Path(os.path.realpath(file))
    with _locked(file.with_name(f".{file.name}{_LOCK}")):
        yield file


@contextmanager
def replacing_all(folder: Path) -> Iterator[Path]:
    """Yield a folder to write files to, for `move_in`, after repairing what a killed run left."""
    with _locked(folder / _LOCK):
        _put_back(folder)
        with _emptied(folder / ASIDE) as new:
            yield new


def move_in(folder: Path, names: Sequence[str], gone: Sequence[str]) -> None:
    """Move the new files called `names` into place, and remove those called `gone`.

    A name may have one folder in it, which is made where it is missing; a folder that loses its last
    file is removed. If one cannot be moved, all old files are put back.
    """
    new, old = folder / ASIDE / _NEW, folder / ASIDE / _OLD
    old.mkdir()
    kept = [name for name in (*names, *gone) if os.path.lexists(folder / name)]
    for name in kept:
        (old / name).parent.mkdir(exist_ok=True)
        _keep(folder / name, old / name)
    for name in names:
        _settle(new / name, folder / name)
    needed = _folders(names)
    made = [inner for inner in needed if not os.path.lexists(folder / inner)]
    journal = new / _JOURNAL
    journal.write_text(json.dumps({"names": names, "kept": kept, "made": made}), "utf-8")
    written = (new / inner for inner in needed)
    for path in (journal, *written, new, *(old / inner for inner in _folders(kept)), old, folder):
        _sync(path)
    journal.replace(folder / ASIDE / _JOURNAL)  # from here on, the next run puts the old files back
    try:
        _sync(folder / ASIDE)
        for name in gone:
            with _not_open(folder / name):
                (folder / name).unlink(missing_ok=True)
        _remove_empty(folder, [inner for inner in _folders(gone) if inner not in needed])
        for inner in needed:
            (folder / inner).mkdir(exist_ok=True)
        for name in names:
            with _not_open(folder / name):
                (new / name).replace(folder / name)
        for path in (*(folder / inner for inner in needed), folder):
            _sync(path)
        (folder / ASIDE / _JOURNAL).unlink()  # from here on, the new files are the valid ones
        _sync(folder / ASIDE)
    except BaseException:  # an interrupt, too
        _put_back(folder)
        raise


def _folders(names: Iterable[str]) -> list[str]:
    """Name the folders that files of these names lie in, each once."""
    return sorted({name.rpartition("/")[0] for name in names} - {""})


def _remove_empty(folder: Path, inner: Iterable[str]) -> None:
    """Remove the folders in it that hold nothing."""
    for name in inner:
        with suppress(OSError):  # somebody else's files are in it
            (folder / name).rmdir()


def read_whole(folder: Path, last: str, read: Callable[[Path], Made]) -> Made:
    """Call `read` with the folder where all files are of one run.

    `last` is the file that is moved last. While files are being moved, the old ones are read.
    """
    end = time.monotonic() + _WAIT_S
    while True:
        before = _version(folder, last)
        try:
            made = read(before[0])
        except Exception:  # a file that moves while it is read may raise anything
            if _version(folder, last) == before or time.monotonic() > end:
                raise
        else:
            if _version(folder, last) == before:
                return made
            if time.monotonic() > end:
                raise BlockingIOError("another run writes it again and again")


def _version(folder: Path, last: str) -> tuple[Path, tuple[int, ...]]:
    """Find the folder of the valid files, and a stamp that changes when they are replaced."""
    moving = os.path.exists(folder / ASIDE / _JOURNAL)  # noqa: PTH110 - Path.exists raises where it lacks permission
    where = folder / ASIDE / _OLD if moving else folder
    try:
        found = (where / last).stat()
    except OSError:
        return where, ()
    return where, (found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns)


def _put_back(folder: Path) -> None:
    """Put the old files back if there is a journal: a run ended before all new ones were moved."""
    aside = folder / ASIDE
    journal = aside / _JOURNAL
    if not journal.exists():
        return
    said = json.loads(journal.read_text("utf-8"))
    names, kept = said["names"], said["kept"]
    for inner in _folders(kept):
        (folder / inner).mkdir(exist_ok=True)
    for name in {*names, *kept}:
        # RULE: a file not yet moved is left alone; on Windows it may be the one that is open.
        if ((aside / _NEW / name) if name in names else (folder / name)).exists():
            continue
        if name not in kept:
            (folder / name).unlink(missing_ok=True)
            continue
        back = aside / "back"  # a copy: readers use the old files until the end
        back.unlink(missing_ok=True)
        _keep(aside / _OLD / name, back)
        back.replace(folder / name)
    _remove_empty(folder, said["made"])
    for path in (*(folder / inner for inner in _folders(kept)), folder):
        _sync(path)
    journal.unlink()


@contextmanager
def _not_open(file: Path) -> Iterator[None]:
    """Explain why a file cannot be replaced or removed: on Windows, a program may have it open."""
    try:
        yield
    except PermissionError as error:
        why = error.strerror or error
        raise PermissionError(
            f"{file.name!r} cannot be replaced ({why}). If a program such as Excel has it open, close it there"
        ) from error


def _keep(file: Path, old: Path) -> None:
    """Link a file to a second name; copy it where the file system has no hard links."""
    try:
        os.link(file, old)
    except OSError:
        shutil.copy2(file, old, follow_symlinks=False)
        _sync(old)


def _settle(new: Path, old: Path) -> None:
    """Flush a file to the disk and give it the permissions of the file that it replaces."""
    _sync(new)
    if old.exists():
        shutil.copymode(old, new)


def _sync(path: Path) -> None:
    """Flush a file's content, or a folder's list of names, to the disk."""
    if path.is_dir() and sys.platform == "win32":
        return  # Windows cannot sync a folder
    with suppress(OSError):  # some file systems cannot either
        opened = os.open(path, os.O_RDONLY if path.is_dir() else os.O_RDWR)
        try:
            os.fsync(opened)
        finally:
            os.close(opened)


@contextmanager
def _emptied(aside: Path) -> Iterator[Path]:
    """Yield a new folder, private to this user, inside `aside`; remove `aside` afterwards."""
    if aside.exists():  # left by a killed run
        shutil.rmtree(aside)
    aside.mkdir()
    try:
        (aside / _NEW).mkdir(mode=0o700)
        yield aside / _NEW
    finally:
        if not (aside / _JOURNAL).exists():  # the journal needs it
            shutil.rmtree(aside, ignore_errors=True)  # the next run removes what stays


@contextmanager
def _locked(lock: Path) -> Iterator[None]:
    """Hold a lock during the block, waiting some seconds for it."""
    held = _taken(lock)
    try:
        yield
    finally:
        if sys.platform == "win32":  # Windows removes no open file, nor one that others wait for
            held.close()
        with suppress(OSError):
            lock.unlink()
        held.close()


def _taken(lock: Path) -> BinaryIO:
    """Open and lock the lock file; try again if another run has removed it meanwhile."""
    end = time.monotonic() + _WAIT_S
    while time.monotonic() < end:
        try:
            held = lock.open("ab")
        except PermissionError:
            if sys.platform != "win32":  # on Windows, another run may just be removing it
                raise
            time.sleep(_AGAIN_S)
            continue
        with suppress(BlockingIOError, FileNotFoundError):
            _lock(held)
            if os.path.samestat(os.fstat(held.fileno()), lock.stat()):
                return held
        held.close()
        time.sleep(_AGAIN_S)
    raise BlockingIOError("another run is writing there. Wait until it has ended")


def _lock(file: BinaryIO) -> None:
    """Lock a file; raise BlockingIOError if another process holds it."""
    try:
        if sys.platform == "win32":
            file.seek(0)
            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        else:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except (BlockingIOError, PermissionError):
        raise BlockingIOError from None
    except OSError:  # a file system without locks
        return
