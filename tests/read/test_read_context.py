"""Reading the ground of a map."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import pytest
import shapely
from frames import frame, points

import fibercov as fc

ROAD = shapely.LineString([(0, 0), (900, 0)])
POND = shapely.box(0, 0, 90, 90)


def test_every_feature_has_a_kind_a_name_and_a_rank() -> None:
    mixed = frame([ROAD, POND, shapely.Point(0, 0), None], NAMN=[None, " Tjärnen ", "Byn", "x"])
    read = fc.read_context(mixed, credit="© Kommunen")
    assert [*read.columns] == ["kind", "name", "rank", "geometry"]
    assert read["kind"].tolist() == ["roads", "water", "places"]
    assert read["name"].tolist() == ["", "Tjärnen", "Byn"]
    assert read["rank"].tolist() == [2, 2, 2]
    assert read.attrs["provenance"]["credit"] == "© Kommunen"
    assert read.crs == mixed.crs
    again = fc.read_context(read)
    assert again.drop(columns="geometry").equals(read.drop(columns="geometry"))


@pytest.mark.parametrize(
    ("columns", "ranks"),
    [
        ({"rank": [3, None, 1]}, [3, float("inf"), 1]),
        ({"highway": ["motorway", "residential", "footway"]}, [1, 3, 4]),
        ({"objekttyp": ["Landsväg liten", "Småväg", "Mötesfri väg"]}, [2, 3, 1]),
        ({"typ": ["lane", None, "something"]}, [2, 2, 2]),
        ({"textstorleksklass": ["1", "10", None]}, [-1, -10, float("inf")]),
        ({"kind": ["main", "street", "path"], "rank": [4, 4, 4]}, [4, 4, 4]),
    ],
)
def test_the_rank_is_a_number_or_follows_from_words_that_sources_use(
    columns: dict[str, list[object]], ranks: list[float]
) -> None:
    assert fc.read_context(frame([ROAD] * 3, **columns))["rank"].tolist() == ranks


def test_columns_can_be_named_and_rows_chosen() -> None:
    towns = points((0, 0), (9, 9), (20, 20), ort=["A", "B", "C"], folk=[3, 1, 2])
    read = fc.read_context(towns, name="ort", rank="folk", where="folk < 3")
    assert read[["name", "rank"]].to_numpy().tolist() == [["B", 1], ["C", 2]]
    with pytest.raises(fc.ColumnError, match="`name` names the column 'by', which the data does"):
        fc.read_context(towns, name="by")
    with pytest.raises(fc.ArgumentError, match="`where`"):
        fc.read_context(towns, name="ort", where="nowhere > 3")


def test_the_name_of_the_layer_or_the_file_tells_the_kind(tmp_path: Path) -> None:
    for layer in ("railways", "annat"):
        frame([ROAD]).to_file(tmp_path / "map.gpkg", layer=layer)
    frame([ROAD]).to_file(tmp_path / "Coast.gpkg")
    kinds = {
        layer: fc.read_context(tmp_path / "map.gpkg", layer=layer)["kind"].item()
        for layer in ("railways", "annat")
    }
    assert kinds == {"railways": "railways", "annat": "roads"}
    assert fc.read_context(tmp_path / "Coast.gpkg")["kind"].item() == "coast"
    assert fc.read_context(tmp_path / "Coast.gpkg", kind="water")["kind"].item() == "water"
    with pytest.raises(fc.FileError, match="`layer` must be named"):
        fc.read_context(tmp_path / "map.gpkg")


@pytest.mark.parametrize(
    ("given", "options", "error", "said"),
    [
        (
            frame([ROAD]),
            {"kind": "forest"},
            fc.ArgumentError,
            "`kind` must be 'roads' or 'railways' or 'water' or 'coast' or 'places', not 'forest'.",
        ),
        (
            frame([POND]),
            {"kind": "places"},
            fc.GeometryError,
            "`context` must be Point or MultiPoint geometries.*places are points.",
        ),
        (
            points((0, 0), ort=["A"]),
            {},
            fc.ColumnError,
            r"read the data with read_context\(..., name=COLUMN\). Its columns are: 'ort', 'geometry'.",
        ),
        (frame([ROAD]), {"credit": 3}, fc.ArgumentError, "`credit` must be a text, not 3."),
        (
            frame([shapely.GeometryCollection([ROAD, POND])]),
            {},
            fc.GeometryError,
            "GeometryCollection",
        ),
    ],
)
def test_what_is_no_ground_is_refused(
    given: gpd.GeoDataFrame, options: dict[str, object], error: type[Exception], said: str
) -> None:
    with pytest.raises(error, match=said):
        fc.read_context(given, **options)  # type: ignore[arg-type]


def test_lists_numbers_and_twins_in_columns_do_no_harm() -> None:
    odd = frame([ROAD], kind=[["a", "b"]])
    odd[7] = 1
    assert fc.read_context(odd)["kind"].tolist() == ["roads"]
