"""Several layers or files as one network."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import geopandas as gpd
import pytest
from frames import cable, points

import fibercov as fc

FEEDER, DISTRIBUTION = cable((0, 0), (300, 0)), cable((0, 500), (300, 500))
HOMES = points((100, 10), (100, 490), (100, 250))


def in_layers(file: Path) -> Path:
    FEEDER.to_file(file, layer="feeder")
    DISTRIBUTION.assign(typ="ny").to_file(file, layer="distribution")
    return file


def zipped(file: Path) -> Path:
    with zipfile.ZipFile(file, "w") as archive:
        for name, frame in (("feeder", FEEDER), ("distribution", DISTRIBUTION)):
            frame.to_file(file.parent / f"{name}.shp")
            for part in file.parent.glob(f"{name}.*"):
                archive.write(part, part.name)
    return file


def kml(file: Path) -> Path:
    def folder(name: str, frame: gpd.GeoDataFrame | None) -> str:
        if frame is None:
            return f"<Folder><name>{name}</name></Folder>"
        xy = " ".join(
            f"{x:.9f},{y:.9f}" for x, y in frame.to_crs(4326).get_coordinates().to_numpy()
        )
        line = f"<LineString><coordinates>{xy}</coordinates></LineString>"
        return f"<Folder><name>{name}</name><Placemark>{line}</Placemark></Folder>"

    folders = folder("feeder", FEEDER) + folder("tom", None) + folder("distribution", DISTRIBUTION)
    file.write_text(
        '<?xml version="1.0"?><kml xmlns="http://www.opengis.net/kml/2.2"><Document>'
        f"{folders}</Document></kml>"
    )
    return file


def reached(network: gpd.GeoDataFrame) -> int:
    return fc.measure_coverage(fc.read_premises(HOMES), network, reach=20).reached


@pytest.mark.parametrize(
    ("make", "name"), [(in_layers, "a.gpkg"), (zipped, "a.zip"), (kml, "a.kml")]
)
@pytest.mark.parametrize("layer", ["*", ["feeder", "distribution"]])
def test_layers_are_one_network(
    tmp_path: Path, make: Callable[[Path], Path], name: str, layer: str | list[str]
) -> None:
    file = make(tmp_path / name)
    network = fc.read_network(file, layer=layer)
    assert sorted(network["layer"]) == ["distribution", "feeder"]
    assert reached(network) == 2
    assert reached(fc.read_network(file, layer="feeder")) == 1
    only = fc.read_network(file, layer=layer, where="layer == 'feeder'")
    assert len(only) == 1
    said = network.attrs["provenance"]
    assert (said["layer"], said["rows"]) == (layer, 2)
    with pytest.raises(
        fc.FileError, match="has 2: '(feeder|distribution)', '(feeder|distribution)'"
    ):
        fc.read_network(file)


def test_files_of_several_operators_are_one_network(tmp_path: Path) -> None:
    FEEDER.to_file(tmp_path / "stadsnat.shp")
    DISTRIBUTION.assign(layer="x").to_file(tmp_path / "byalag.gpkg")
    files = [tmp_path / "stadsnat.shp", str(tmp_path / "byalag.gpkg")]
    network = fc.read_network(files)
    assert network["layer"].tolist() == ["stadsnat", "byalag"]
    assert network["layer_original"].dropna().tolist() == ["x"]
    assert reached(network) == 2
    said = network.attrs["provenance"]
    assert said["source"] == [str(file) for file in files]
    assert {part["name"] for part in said["files"]} >= {"stadsnat.shp", "byalag.gpkg"}


def test_one_layer_or_all_of_one_is_itself(tmp_path: Path) -> None:
    FEEDER.to_file(tmp_path / "a.gpkg", layer="feeder")
    assert len(fc.read_network(tmp_path / "a.gpkg", layer="*")) == 1
    assert len(fc.read_network(tmp_path / "a.gpkg", layer=["feeder"])) == 1


def test_layers_that_cannot_be_one_network_are_an_error(tmp_path: Path) -> None:
    FEEDER.to_file(tmp_path / "a.gpkg", layer="a")
    DISTRIBUTION.to_crs(3007).to_file(tmp_path / "a.gpkg", layer="b")
    with pytest.raises(fc.CRSError, match="different CRSs .*a: EPSG:3006, b: EPSG:3007"):
        fc.read_network(tmp_path / "a.gpkg", layer="*")
    with pytest.raises(fc.FileError, match="`layer` is 'c', but .* has 2"):
        fc.read_network(tmp_path / "a.gpkg", layer=["a", "c"])
    wrong: Any
    for wrong in ([], 3):
        with pytest.raises(fc.ArgumentError, match="`layer`"):
            fc.read_network(tmp_path / "a.gpkg", layer=wrong)
    with pytest.raises(fc.ArgumentError, match="files of the same name"):
        fc.read_network([tmp_path / "a.gpkg", tmp_path / "a.gpkg"])
