"""A Dask cluster, with two real workers, one of which is killed."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from nation import COUNTED, nation, rows_of, same_bits, save

import fibercov as fc
from fibercov.partitions import run

distributed = pytest.importorskip("distributed", reason="Dask (the extra `dask`) is not installed")


@pytest.fixture(scope="module")
def client() -> Iterator[Any]:
    with (
        distributed.LocalCluster(
            n_workers=2, threads_per_worker=1, memory_limit="2GiB", dashboard_address=None
        ) as cluster,
        distributed.Client(cluster) as opened,
    ):
        yield opened


def test_a_cluster_that_loses_a_worker_finds_the_same_bits(
    client: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run, "ROWS_OF_PART", 1)
    monkeypatch.setattr(run, "ROWS_OF_PIECE", 1)
    premises, network = nation(homes=600, villages=8)
    data = save(premises, tmp_path / "p", 50), save(network, tmp_path / "n", 20)
    alone = fc.measure_partitions(*data, tmp_path / "alone", reach=50, **COUNTED)
    workers = sorted(client.run(os.getpid).values())
    killed: list[int] = []

    def told(done: int, _parts: int, _share: object) -> None:
        if done == 5 and not killed:
            killed.append(workers[0])
            os.kill(workers[0], signal.SIGKILL)

    with client.get_executor(pure=False, retries=3) as executor:
        totals = fc.measure_partitions(
            *data, tmp_path / "r", reach=50, executor=executor, progress=told, **COUNTED
        )
    assert len(killed) == 1
    client.wait_for_workers(2)
    assert killed[0] not in client.run(os.getpid).values()
    assert totals.exact_share == alone.exact_share
    assert same_bits(rows_of(tmp_path / "r"), rows_of(tmp_path / "alone"))
    names = [
        sorted(file.name for file in (tmp_path / of / "internal/premises").iterdir())
        for of in ("r", "alone")
    ]
    assert names[0] == names[1]
