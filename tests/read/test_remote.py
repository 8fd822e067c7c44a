"""Files on hosts: over HTTP and from S3, by servers of these tests."""

from __future__ import annotations

import base64
import json
import traceback
import zipfile
from hashlib import sha256
from pathlib import Path
from urllib.parse import quote

import pytest
from frames import addresses, cable, check_addresses, points, read_addresses
from running import command, contents
from servers import S3, SECRET, Web

import fibercov as fc


@pytest.mark.parametrize("name", ["a.parquet", "å b.parquet", "a.gpkg", "a.geojson", "a.fgb"])
def test_files_are_read_over_http(tmp_path: Path, web: Web, name: str) -> None:
    made = addresses().to_crs(4326) if name.endswith("json") else addresses()
    if name.endswith("parquet"):
        made.to_parquet(tmp_path / name)
    else:
        made.to_file(tmp_path / name)
    premises = read_addresses(f"{web.url}/{quote(name)}?version=2.0")
    check_addresses(premises)
    said = premises.attrs["provenance"]
    assert said["source"] == f"{web.url}/{quote(name)}?***"
    size = (tmp_path / name).stat().st_size
    assert said["files"] == [{"name": name, "bytes": size, "etag": "v1"}]


def test_an_address_need_not_be_encoded(tmp_path: Path, web: Web) -> None:
    addresses().to_parquet(tmp_path / "å b.parquet")
    check_addresses(read_addresses(f"{web.url}/å b.parquet"))
    check_addresses(read_addresses(Path(f"{web.url}/å b.parquet")))  # which has one slash less


def test_a_file_without_an_etag_is_known_by_its_digest(tmp_path: Path, web: Web) -> None:
    web.etag = None
    addresses().to_parquet(tmp_path / "a.parquet")
    said = fc.read_premises(f"{web.url}/a.parquet").attrs["provenance"]
    digest = sha256((tmp_path / "a.parquet").read_bytes()).hexdigest()
    assert [file["sha256"] for file in said["files"]] == [digest]


def test_tables_and_archives_are_read_over_http_too(tmp_path: Path, web: Web) -> None:
    (tmp_path / "a.csv").write_text("Adresser\n\nid;E;N\na;470000;6740000\nb;470010;6740000\n")
    (tmp_path / "b.csv").write_text("id;households\na;3\nb;4\n")
    premises = fc.read_premises(
        f"{web.url}/a.csv", xy=("E", "N"), crs=3006, counts=f"{web.url}/b.csv?key=1", on="id"
    )
    assert premises["households"].tolist() == [3, 4]
    said = premises.attrs["provenance"]
    assert (said["source"], said["header"]) == (f"{web.url}/a.csv", [3])
    assert said["counts"]["source"] == f"{web.url}/b.csv?***"
    cable((0, 0), (9, 0)).to_file(tmp_path / "a.shp")
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        for part in tmp_path.glob("a.[sdpc][hbr][pfxjg]"):
            archive.write(part, part.name)
    assert len(fc.read_network(f"{web.url}/a.zip")) == 1


def test_layers_are_read_from_one_copy(tmp_path: Path, web: Web) -> None:
    cable((0, 0), (9, 0)).to_file(tmp_path / "a.gpkg", layer="built")
    cable((0, 9), (9, 9)).to_file(tmp_path / "a.gpkg", layer="new")
    network = fc.read_network(f"{web.url}/a.gpkg", layer="*")
    assert network["layer"].tolist() == ["built", "new"]
    assert network.attrs["provenance"]["files"][0]["etag"] == "v1"
    assert [path for path, _ in web.asked] == ["/a.gpkg"]
    said = rf"^`layer` must be named, for '{web.url}/a.gpkg\?\*\*\*' has 2: 'built', 'new'\. Name several to read them as one, or '\*' for all\.$"
    with pytest.raises(fc.FileError, match=said):
        fc.read_network(f"{web.url}/a.gpkg?token=4711")


def test_files_here_and_on_hosts_are_one_network(tmp_path: Path, web: Web) -> None:
    cable((0, 0), (9, 0)).to_parquet(tmp_path / "a.parquet")
    cable((0, 9), (9, 9)).to_parquet(tmp_path / "b.parquet")
    network = fc.read_network([f"{web.url}/a.parquet?key=1", tmp_path / "b.parquet"])
    assert network["layer"].tolist() == ["a", "b"]
    said = network.attrs["provenance"]
    assert said["source"] == [f"{web.url}/a.parquet?***", str(tmp_path / "b.parquet")]
    assert [{*file} for file in said["files"]] == [
        {"name", "bytes", "etag"},
        {"name", "bytes", "sha256"},
    ]


def test_the_ground_of_a_map_is_what_the_file_on_the_host_is_called(
    tmp_path: Path, web: Web
) -> None:
    cable((0, 0), (9, 0)).to_parquet(tmp_path / "railways.parquet")
    context = fc.read_context(f"{web.url}/railways.parquet?a=b.c")
    assert context["kind"].tolist() == ["railways"]


def test_a_login_is_for_the_host_alone_that_it_is_given_for(tmp_path: Path, web: Web) -> None:
    addresses().to_parquet(tmp_path / "a.parquet")
    login = "Basic " + base64.b64encode(f"anna:{SECRET}".encode()).decode()
    web.moved["/moved.parquet"] = f"http://localhost:{web.port}/a.parquet"
    host = web.url.replace("://", f"://anna:{quote(SECRET, safe='')}@")
    premises = read_addresses(f"{host}/moved.parquet")
    assert web.asked == [("/moved.parquet", login), ("/a.parquet", None)]
    source = premises.attrs["provenance"]["source"]
    assert source == f"http://***@127.0.0.1:{web.port}/moved.parquet"
    web.login = login
    check_addresses(read_addresses(f"{host}/a.parquet"))


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("nothing.parquet", "`premises`: '.*/nothing.parquet.*' cannot be fetched: .* 404: File not found.$"),
        ("empty.parquet", "'.*/empty.parquet.*' cannot be read: it is empty"),
        ("page.parquet", "'.*/page.parquet.*' cannot be read: it is a web page"),
        ("", "'http://[^/]*/.*' cannot be "),
    ],
)  # fmt: skip
def test_what_a_host_does_not_have_is_an_error(
    tmp_path: Path, web: Web, path: str, said: str
) -> None:
    (tmp_path / "empty.parquet").touch()
    (tmp_path / "page.parquet").write_text("<!DOCTYPE html><p>Log in</p>")
    with pytest.raises(fc.FileError, match=said) as caught:
        fc.read_premises(f"{web.url}/{path}?sig={SECRET}")
    told = "".join(traceback.format_exception(caught.value))
    assert SECRET not in told
    assert "/tmp/fibercov-" not in str(caught.value)  # noqa: S108 - where the copy is


def test_a_file_that_breaks_off_is_an_error(tmp_path: Path, web: Web) -> None:
    addresses().to_parquet(tmp_path / "a.parquet")
    web.announced = 2 * (tmp_path / "a.parquet").stat().st_size
    with pytest.raises(fc.FileError, match="cannot be fetched: it breaks off after [0-9,]+ of"):
        fc.read_premises(f"{web.url}/a.parquet")


@pytest.mark.parametrize(
    "source",
    [
        f"http://anna:{SECRET}@127.0.0.1:1/a.parquet",
        f"http://anna:{quote(SECRET, safe='')}@127.0.0.1:1/a.parquet",
        f"http://127.0.0.1:1/a.parquet?X-Amz-Signature={SECRET}",
        f"http://127.0.0.1:port/a.parquet?X-Amz-Signature={SECRET}",
        f"http://127.0.0.1:1/a.parquet?{SECRET}",
        f"s3://KEY:{SECRET}@bucket/a.parquet",
        f"s3://bucket/a.parquet?{SECRET}=1",
        f"s3://bucket/a b.parquet?region={SECRET}",
        f"gs://KEY:{SECRET}@bucket/a.parquet",
        Path(f"gs://KEY:{SECRET}@bucket/a.parquet"),
    ],
)
def test_nothing_secret_comes_into_an_error(source: str | Path) -> None:
    with pytest.raises(fc.FibercovError) as caught:
        fc.read_network(source)
    told = "".join(traceback.format_exception(caught.value)) + repr(caught.value.seen)
    assert "ligt+4711" not in told
    assert quote("ligt+4711") not in told
    assert caught.value.__context__ is None


def test_files_are_read_from_s3(tmp_path: Path, s3: S3) -> None:
    addresses().to_parquet(tmp_path / "a.parquet")
    held = (tmp_path / "a.parquet").read_bytes()
    etag = s3.put("år 2020/a.parquet", held)
    premises = read_addresses(s3.address("år 2020/a.parquet"))
    check_addresses(premises)
    said = premises.attrs["provenance"]
    assert said["source"] == f"s3://***@fiber/{quote('år 2020')}/a.parquet?***"
    assert said["files"] == [{"name": "a.parquet", "bytes": len(held), "etag": etag}]


def test_credentials_for_s3_may_come_from_the_environment(
    tmp_path: Path, s3: S3, monkeypatch: pytest.MonkeyPatch
) -> None:
    points((0, 0)).to_file(tmp_path / "a.gpkg")
    held = (tmp_path / "a.gpkg").read_bytes()
    s3.put("a.gpkg", held)
    for name, value in s3.environment.items():
        monkeypatch.setenv(name, value)
    assert len(fc.read_premises("s3://fiber/a.gpkg")) == 1


@pytest.mark.parametrize("key", ["nothing.parquet", "a%20folder/nothing.parquet"])
def test_what_is_not_in_s3_is_an_error(s3: S3, key: str) -> None:
    said = (
        r"`network`: 's3://\*\*\*@fiber/.*nothing.parquet\?\*\*\*' cannot be fetched: .*not exist"
    )
    with pytest.raises(fc.FileError, match=said) as caught:
        fc.read_network(s3.address(key))
    assert quote(SECRET, safe="") not in "".join(traceback.format_exception(caught.value))


def test_the_command_line_reads_from_hosts(tmp_path: Path, web: Web, demo: fc.Demo) -> None:
    demo.premises.to_parquet(tmp_path / "homes.parquet")
    demo.network.to_file(tmp_path / "fiber.gpkg", layer="cables")
    demo.water.to_file(tmp_path / "ground.gpkg", layer="water")
    demo.roads.to_file(tmp_path / "ground.gpkg", layer="roads")
    signed = f"?X-Amz-Signature={SECRET}"
    (tmp_path / "away").mkdir()
    done = command(
        "measure", f"{web.url}/homes.parquet{signed}", f"{web.url}/fiber.gpkg{signed}", "--reach", "50",
        "--barriers", f"{web.url}/ground.gpkg:water", "--context", f"{web.url}/ground.gpkg:roads",
        cwd=tmp_path / "away",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    out = tmp_path / "away" / "fibercov-results"
    said = json.loads((out / "summary.json").read_text("utf-8"))["inputs"]
    assert said["premises"]["source"] == f"{web.url}/homes.parquet?***"
    assert said["network"]["files"][0]["etag"] == "v1"
    assert not [name for name, held in contents(out).items() if SECRET.encode() in held]
    done = command("measure", f"{web.url}/none.gpkg{signed}", "--reach", "50", cwd=tmp_path)
    assert done.returncode == 1
    assert done.stderr.startswith(f"Error: `premises`: '{web.url}/none.gpkg?***' cannot be fetched")
