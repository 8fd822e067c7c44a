"""Data and results in an object store, here a server that speaks S3."""

from __future__ import annotations

import json
from pathlib import Path

import geopandas as gpd
import pytest
import servers
from nation import COUNTED, nation, rows_of, same_bits, save

import fibercov as fc
from fibercov.partitions import run
from fibercov.partitions.places import Place


@pytest.fixture
def store(s3: servers.S3, monkeypatch: pytest.MonkeyPatch) -> servers.S3:
    for name, value in s3.environment.items():
        monkeypatch.setenv(name, value)
    return s3


def address(store: servers.S3, key: str) -> str:
    return f"s3://{servers.BUCKET}/{key}?scheme=http&endpoint_override=127.0.0.1:{store.port}"


def test_data_and_results_may_lie_in_an_object_store(
    store: servers.S3, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run, "ROWS_OF_PART", 1)
    monkeypatch.setattr(run, "ROWS_OF_PIECE", 1)
    premises, network = nation(homes=300, villages=5)
    local = save(premises, tmp_path / "p", 100, 2), save(network, tmp_path / "n", 20)
    for kind, folder in zip(("p", "n"), local, strict=True):
        for file in sorted(folder.iterdir()):
            store.put(f"{kind}/{file.name}", file.read_bytes())
    alone = fc.measure_partitions(*local, tmp_path / "r", reach=50, by="kommun", **COUNTED)
    data = address(store, "p"), address(store, "n")
    totals = fc.measure_partitions(*data, address(store, "r"), reach=50, by="kommun", **COUNTED)
    assert totals.exact_share == alone.exact_share
    said = json.loads(Place(address(store, "r")).read("summary.json"))
    assert said["files"] == ["internal/areas.csv", "summary.json"]
    assert said["inputs"]["premises"]["source"] == [f"s3://{servers.BUCKET}/p?***"]
    listed = store.client.list_objects_v2(Bucket=servers.BUCKET, Prefix="r/")["Contents"]
    keys = {each["Key"] for each in listed if not each["Key"].endswith("/")}  # pyarrow's folders
    parts = {f"r/internal/premises/{name}" for name in said["measured"]["parts"]}
    assert len(parts) == 4
    assert keys == {*parts, "r/internal/areas.csv", "r/summary.json"}
    before = {key: _changed(store, key) for key in keys}
    assert (
        fc.measure_partitions(*data, address(store, "r"), reach=50, by="kommun", **COUNTED).share
        == totals.share
    )
    assert {key: _changed(store, key) for key in keys} == before
    gone, stays, *_ = sorted(parts)
    store.client.delete_object(Bucket=servers.BUCKET, Key=gone)
    fc.measure_partitions(*data, address(store, "r"), reach=50, by="kommun", **COUNTED)
    assert _changed(store, gone)
    assert _changed(store, stays) == before[stays]
    assert same_bits(_rows(store, sorted(parts), tmp_path / "s3"), rows_of(tmp_path / "r"))


def _changed(store: servers.S3, key: str) -> object:
    return store.client.head_object(Bucket=servers.BUCKET, Key=key)["LastModified"]


def _rows(store: servers.S3, keys: list[str], folder: Path) -> gpd.GeoDataFrame:
    (folder / "internal/premises").mkdir(parents=True)
    for key in keys:
        held = store.client.get_object(Bucket=servers.BUCKET, Key=key)["Body"].read()
        (folder / "internal/premises" / key.rpartition("/")[2]).write_bytes(held)
    return rows_of(folder)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("s3://anna:secret@bucket/p", r"`premises` must hold no login, .*: 's3://\*\*\*@bucket/p'"),
        (
            "s3://bucket/p?X-Amz-Signature=secret",
            r"must hold no login, .*: 's3://bucket/p\?\*\*\*'",
        ),
        (
            "https://anna:secret@host/p",
            r"must be a folder, or one in an object store.*not 'https://\*\*\*@host/p'",
        ),
    ],
)
def test_an_address_with_a_login_is_an_error(given: str, said: str, tmp_path: Path) -> None:
    with pytest.raises(fc.ArgumentError, match=said) as caught:
        fc.measure_partitions(given, given, tmp_path / "r", reach=50)
    assert "secret" not in str(caught.value)
    assert not (tmp_path / "r").exists()
