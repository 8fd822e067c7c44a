"""Put files in the place of others: all of them, or none.

`replacing` is for one file, which takes its place in one step. `replacing_all` and `move_in` are for
several in one folder, or in folders in it. They are written aside, in a folder beside them, and the old ones
are kept there until the last new one is in its place. Between the first and the last a journal is there,
which says that the old ones hold. Wherever a run ends, by an error, by kill -9 or with the power:

1. Each file is whole, either the old one or the new one.
2. All that `read_whole` reads is of one run, either the old one or the new one.
3. The next run puts the old ones back if the journal is there, and removes what was left aside.

Windows replaces no file that a program has open: then the old ones are put back, too. While one run writes,
others wait, and after some seconds are refused. The lock is the operating system's, which takes it from a
process that is gone: what such a one leaves blocks nobody. Where a file system knows no locks, one of two runs
at once may fail.
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
ASIDE, _LOCK = ".fibercov-writing", ".fibercov-lock"  # names that nobody has given to anything else
_JOURNAL, _NEW, _OLD = "moving.json", "new", "old"
_WAIT_S, _AGAIN_S = 10.0, 0.02
# Where a cell of a spreadsheet may begin, in the country of the file or another, and a formula with it.
_FORMULA = re.compile(r"(^|[,;\t\r\n])(?=\s*[=+\-@\uff1d\uff0b\uff0d\uff20])")
_NUMBER = re.compile(r"[+-]\d[\d\s.,]*")


def content(file: Path, most: int) -> bytes:
    """What is in a file, if it is one and no longer than so many bytes; else an OSError."""
    _check(file)
    with file.open("rb") as opened:
        found = opened.read(most + 1)
    if len(found) > most:
        raise OSError(f"it is longer than {most:,} bytes")
    return found


def _check(file: Path) -> None:
    """Raise if there is something of that name that is no file: a pipe or a device may never end."""
    if os.path.lexists(file) and not file.is_file():
        raise OSError("it is no file")


def cells(table: pd.DataFrame) -> pd.DataFrame:
    """A table for a CSV file: texts that a spreadsheet would take for formulas begin with an apostrophe."""
    made: pd.DataFrame = table.rename(columns=cell).apply(
        lambda column: column if column.dtype.kind in "biufM" else column.map(cell)
    )
    return made


def cell(value: Any) -> Any:
    """A value of such a table.

    >>> [cell(value) for value in ("=1+1", "A;@B", "-", "-12,5", "Malmö - Lund", 1.5)]
    ["'=1+1", "A;'@B", "'-", '-12,5', 'Malmö - Lund', 1.5]
    """
    if not isinstance(value, str) or _NUMBER.fullmatch(value):
        return value
    return _FORMULA.sub(r"\1'", value)


@contextmanager
def replacing(file: Path) -> Iterator[Path]:
    """Give a path to write to, and move that file in when the block has ended well.

    No other run replaces the file meanwhile, so that what the block reads of it is what it replaces.
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
    """Keep others from writing a file, and give it; of a link, what it leads to.

    Raise if another does for longer than some seconds.
    """
    file = Path(os.path.realpath(file))
    with _locked(file.with_name(f".{file.name}{_LOCK}")):
        yield file


@contextmanager
def replacing_all(folder: Path) -> Iterator[Path]:
    """Give a folder to write files to, which `move_in` then moves in; first, mend what a killed run left."""
    with _locked(folder / _LOCK):
        _put_back(folder)
        with _emptied(folder / ASIDE) as new:
            yield new


def move_in(folder: Path, names: Sequence[str], gone: Sequence[str]) -> None:
    """Put the files of these names, written aside, in the place of the old ones, and remove others.

    A name may have one folder in it, which is made where it is missing; a folder that loses its last
    file is removed. If one cannot be moved, the old ones are put back.
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
    journal.replace(folder / ASIDE / _JOURNAL)  # from here on the next run puts the old ones back
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
        (folder / ASIDE / _JOURNAL).unlink()  # from here on the new ones hold
        _sync(folder / ASIDE)
    except BaseException:  # also when the run is stopped by hand
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
    """Read files of a folder that are all of one run: `read` is given where they are.

    `last` is the file that is moved in last. While files are moved in, the old ones are read.
    """
    end = time.monotonic() + _WAIT_S
    while True:
        before = _version(folder, last)
        try:
            made = read(before[0])
        except Exception:  # what is moved away under a reader may be any error
            if _version(folder, last) == before or time.monotonic() > end:
                raise
        else:
            if _version(folder, last) == before:
                return made
            if time.monotonic() > end:
                raise BlockingIOError("another run writes it again and again")


def _version(folder: Path, last: str) -> tuple[Path, tuple[int, ...]]:
    """Where the files that hold are, and what changes when others take their place."""
    moving = os.path.exists(folder / ASIDE / _JOURNAL)  # noqa: PTH110 - Path.exists raises where it may not look
    where = folder / ASIDE / _OLD if moving else folder
    try:
        found = (where / last).stat()
    except OSError:
        return where, ()
    return where, (found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns)


def _put_back(folder: Path) -> None:
    """Put the old files back where the journal is there: a run ended before all were moved in."""
    aside = folder / ASIDE
    journal = aside / _JOURNAL
    if not journal.exists():
        return
    said = json.loads(journal.read_text("utf-8"))
    names, kept = said["names"], said["kept"]
    for inner in _folders(kept):
        (folder / inner).mkdir(exist_ok=True)
    for name in {*names, *kept}:
        # What was not moved yet is left alone: on Windows it may be the one that cannot be replaced.
        if ((aside / _NEW / name) if name in names else (folder / name)).exists():
            continue
        if name not in kept:
            (folder / name).unlink(missing_ok=True)
            continue
        back = aside / "back"  # not the old one itself: readers read all of these until the end
        back.unlink(missing_ok=True)
        _keep(aside / _OLD / name, back)
        back.replace(folder / name)
    _remove_empty(folder, said["made"])
    for path in (*(folder / inner for inner in _folders(kept)), folder):
        _sync(path)
    journal.unlink()


@contextmanager
def _not_open(file: Path) -> Iterator[None]:
    """Say what may be why a file cannot be replaced or removed: on Windows, none can that is open."""
    try:
        yield
    except PermissionError as error:
        why = error.strerror or error
        raise PermissionError(
            f"{file.name!r} cannot be replaced ({why}). If a program such as Excel has it open, close it there"
        ) from error


def _keep(file: Path, old: Path) -> None:
    """Keep a file under a second name, or where the file system knows none, as a copy."""
    try:
        os.link(file, old)
    except OSError:
        shutil.copy2(file, old, follow_symlinks=False)
        _sync(old)


def _settle(new: Path, old: Path) -> None:
    """Bring a file to the disk, and let it be read by those who may read the one that it replaces."""
    _sync(new)
    if old.exists():
        shutil.copymode(old, new)


def _sync(path: Path) -> None:
    """Have what is in a file, or which names are in a folder, on the disk before going on."""
    if path.is_dir() and sys.platform == "win32":
        return  # which has no such thing
    with suppress(OSError):  # nor have some file systems
        opened = os.open(path, os.O_RDONLY if path.is_dir() else os.O_RDWR)
        try:
            os.fsync(opened)
        finally:
            os.close(opened)


@contextmanager
def _emptied(aside: Path) -> Iterator[Path]:
    """Make a folder that nobody else may look into, in one that is removed with all that it holds."""
    if aside.exists():  # of a run that was killed
        shutil.rmtree(aside)
    aside.mkdir()
    try:
        (aside / _NEW).mkdir(mode=0o700)
        yield aside / _NEW
    finally:
        if not (aside / _JOURNAL).exists():  # else it is needed
            shutil.rmtree(aside, ignore_errors=True)  # what cannot be removed, the next run removes


@contextmanager
def _locked(lock: Path) -> Iterator[None]:
    """Hold a lock, waiting some seconds for it."""
    held = _taken(lock)
    try:
        yield
    finally:
        if (
            sys.platform == "win32"
        ):  # where no open file can be removed, nor one that others wait for
            held.close()
        with suppress(OSError):
            lock.unlink()
        held.close()


def _taken(lock: Path) -> BinaryIO:
    """Open a file that is locked by us alone, and still is the one of that name."""
    end = time.monotonic() + _WAIT_S
    while time.monotonic() < end:
        try:
            held = lock.open("ab")
        except PermissionError:
            if sys.platform != "win32":  # where it may be that another is just removing it
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
    """Lock a file, or raise BlockingIOError if it is locked."""
    try:
        if sys.platform == "win32":
            file.seek(0)
            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        else:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except (BlockingIOError, PermissionError):
        raise BlockingIOError from None
    except OSError:  # no locks on this file system
        return
