"""The compiled loops: what is around them."""

from __future__ import annotations

import gc
import os
import shutil
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numba
import numpy as np
import pytest
import shapely

from fibercov.errors import ArgumentError
from fibercov.garbage import without_garbage_collection
from fibercov.geo import loops
from fibercov.geo.cache import say_once
from fibercov.geo.segments import Segments, in_slices, processors


def twice(x: int) -> int:
    return 2 * x


@pytest.fixture
def kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder that what is compiled is kept in; nothing was said yet."""
    monkeypatch.setattr(numba.config, "CACHE_DIR", str(tmp_path))
    say_once.cache_clear()
    return tmp_path


def hits(made: Any) -> int:
    """How much of what this function was compiled to came from the folder."""
    assert made(21) == 42
    return sum(made.stats.cache_hits.values())


DAMAGES: dict[str, Callable[[bytes], bytes]] = {
    "empty": lambda _: b"",
    "cut short": lambda content: content[: len(content) // 2],
    "without its end": lambda content: content[:-1],
    "garbage": lambda content: b"garbage" + content,
    "a flipped bit": lambda content: content[:-99] + bytes([content[-99] ^ 1]) + content[-98:],
}


@pytest.mark.compiled
def test_a_damaged_file_of_what_was_compiled_is_compiled_again(kept: Path) -> None:
    assert hits(loops.compiled(twice)) == 0
    assert hits(loops.compiled(twice)) == 1
    files = [path for path in kept.rglob("*") if path.is_file()]
    for damage in DAMAGES.values():
        for file in files:
            file.write_bytes(damage(file.read_bytes()))
        assert hits(loops.compiled(twice)) == 0
        assert hits(loops.compiled(twice)) == 1
    assert [path for path in kept.rglob("*") if path.is_file()] == files


@pytest.mark.compiled
def test_what_cannot_be_kept_is_compiled_in_each_process_and_that_is_said_once(kept: Path) -> None:
    made, again = loops.compiled(twice), loops.compiled(twice)
    shutil.rmtree(kept)  # which was there and could be written to, a moment ago
    kept.touch()
    with pytest.warns(
        UserWarning, match=r"\(Not a directory\), .* Set NUMBA_CACHE_DIR to a"
    ) as said:
        assert (hits(made), hits(again)) == (0, 0)
    assert len(said) == 1


def test_where_no_folder_can_be_written_to_that_is_said_once(
    kept: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def nowhere(_: object) -> None:
        raise RuntimeError("cannot cache function: no locator available")

    monkeypatch.setattr(loops, "Cache", nowhere)
    with pytest.warns(
        UserWarning, match=r"\(no folder can be written to\), .* NUMBA_CACHE_DIR"
    ) as said:
        assert loops.compiled(twice)(21) == loops.compiled(twice)(21) == 42
    assert len(said) == 1
    assert not [*kept.iterdir()]


def test_every_piece_of_work_is_done_once_by_any_number_of_threads() -> None:
    def count(by: int, lo: int, hi: int, done: Any) -> None:
        done[lo:hi] += by

    for threads in (1, 2, 5):
        for n in (0, 1, 8192, 8193, 50_000):
            done = np.zeros(n)
            in_slices(count, threads, n, (2,), (done,))
            assert (done == 2).all()


def test_what_fails_in_a_thread_fails_in_the_caller() -> None:
    def broken(lo: int, hi: int) -> None:
        raise ValueError(f"{lo} to {hi}")

    with pytest.raises(ValueError, match=r"^0 to 8192$"):
        in_slices(broken, 2, 20_000, (), ())


def test_work_that_has_not_begun_when_it_is_stopped_never_does() -> None:
    begun = []

    def stopped(lo: int, _: int) -> None:
        begun.append(lo)
        time.sleep(0.01)  # not all begin before the first is stopped
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        in_slices(stopped, 1 + 1, 8192 * 1000, (), ())
    assert len(begun) < 1000


def test_no_more_threads_than_processors() -> None:
    assert 1 <= processors() <= (os.cpu_count() or 1)


def test_where_the_system_does_not_say_which_processors_may_be_used_all_are(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delattr(os, "sched_getaffinity", raising=False)
    monkeypatch.setattr(os, "cpu_count", lambda: 7)
    assert processors() == 7


def test_geometries_are_taken_apart_in_their_order() -> None:
    geometries = np.array(
        [
            shapely.LineString([(0, 0), (1, 0), (2, 0)]),
            None,
            shapely.GeometryCollection(
                [shapely.box(0, 0, 1, 1), shapely.Point(), shapely.MultiPoint([(7, 7), (8, 8)])]
            ),
            shapely.Point(9, 9),
        ]
    )
    segments = Segments.of_geometries(geometries)
    assert segments.owner.tolist() == [0, 0, 2, 2, 2, 2, 2, 2, 3]
    assert segments.queries.start.tolist() == [0, 2, 8, 9]
    assert segments.by_geometry(np.array([1, 2, 3]), -1).tolist() == [1, -1, 2, 3]
    assert segments.edge.sum() == 4
    lengths = np.hypot(*(segments.xy[segments.second] - segments.xy[segments.first]).T)
    assert sorted(lengths) == [0, 0, 0, 1, 1, 1, 1, 1, 1]


def test_garbage_is_collected_again_afterwards() -> None:
    assert gc.isenabled()
    with without_garbage_collection():
        assert not gc.isenabled()
        with without_garbage_collection():
            pass
        assert not gc.isenabled()
    assert gc.isenabled()
    with pytest.raises(ZeroDivisionError), without_garbage_collection():
        1 / 0  # noqa: B018 - to fail
    assert gc.isenabled()


def test_more_vertices_than_can_be_numbered_are_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    many = np.broadcast_to(0.0, (2**31, 2))  # one number, seen as many
    monkeypatch.setattr(shapely, "get_coordinates", lambda _: many)
    with pytest.raises(
        ArgumentError, match=r"There are 2,147,483,648 vertices, .* Measure in parts"
    ):
        Segments.of_geometries(np.array([shapely.Point(0, 0)]))
