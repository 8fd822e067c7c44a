"""The files of a dataset: which there are, how they are cut, and what is wrong with them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import shapely
from nation import COUNTED, nation, rows_of, save

import fibercov as fc
from fibercov.partitions.dataset import Dataset, points_in, shapes_in


@pytest.fixture(scope="module")
def frames() -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame]:
    return nation(homes=300, villages=6)


def test_folders_with_values_in_their_names_are_columns(
    frames: tuple[gpd.GeoDataFrame, gpd.GeoDataFrame], tmp_path: Path
) -> None:
    premises, network = frames
    for kommun, rows in premises.groupby("kommun"):
        name = str(kommun).replace("K0", "__HIVE_DEFAULT_PARTITION__").replace("K1", "01%20%C3%85")
        save(rows.drop(columns="kommun"), tmp_path / "p" / f"kommun={name}", 100)
    cables = save(network, tmp_path / "n", 20)
    totals = fc.measure_partitions(
        tmp_path / "p", cables, tmp_path / "r", reach=50, by="kommun", **COUNTED
    )
    assert totals.by_area is not None
    assert totals.by_area["name"].tolist()[:4] == ["01 Å", "K2", "K3", "K4"]
    counts = premises.groupby("kommun")["hushall"].sum()
    found = totals.by_area.set_index("name")["total"]
    assert found["K2"] == counts["K2"]
    assert found["01 Å"] == counts["K1"]
    assert found.iloc[-2:].sum() == counts["K0"]
    assert set(rows_of(tmp_path / "r")["kommun"].dropna()) == {"01 Å", "K2", "K3", "K4"}


def test_files_without_boxes_of_their_rows_are_read_by_the_box_of_the_file_or_of_what_is_in_it(
    frames: tuple[gpd.GeoDataFrame, gpd.GeoDataFrame], tmp_path: Path
) -> None:
    premises, network = frames
    (tmp_path / "p").mkdir()
    premises.to_parquet(tmp_path / "p" / "a.parquet", row_group_size=100)
    cut = Dataset.of(tmp_path / "p", "premises", 1)
    assert [piece.rows for piece in cut.pieces] == [100, 100, 100]
    assert (cut.boxes == np.array(premises.total_bounds)).all()
    table = pq.read_table(tmp_path / "p" / "a.parquet")
    geo = json.loads(table.schema.metadata[b"geo"])
    del geo["columns"]["geometry"]["bbox"]
    table = table.replace_schema_metadata({"geo": json.dumps(geo)})
    pq.write_table(table, tmp_path / "p" / "a.parquet", row_group_size=150)
    cut = Dataset.of(tmp_path / "p", "premises", 1)
    halves = [premises.iloc[:150].total_bounds, premises.iloc[150:].total_bounds]
    assert np.array_equal(cut.boxes, halves)
    totals = fc.measure_partitions(
        tmp_path / "p", save(network, tmp_path / "n", 20), tmp_path / "r", reach=50, **COUNTED
    )
    assert totals.total == premises["hushall"].sum()


def test_small_row_groups_are_put_together(
    frames: tuple[gpd.GeoDataFrame, gpd.GeoDataFrame], tmp_path: Path
) -> None:
    save(frames[0], tmp_path / "p", 10, 2)
    cut = Dataset.of(tmp_path / "p", "premises", 40)
    assert [piece.rows for piece in cut.pieces] == [40, 40, 40, 30] * 2
    assert [piece.first for piece in cut.pieces] == [0, 40, 80, 120, 150, 190, 230, 270]
    for number, piece in enumerate(cut.pieces):
        rows = frames[0].iloc[piece.first : piece.first + piece.rows]
        assert (cut.boxes[number, :2] <= rows.total_bounds[:2]).all()
        assert (cut.boxes[number, 2:] >= rows.total_bounds[2:]).all()
        assert cut.read(number).column("nr").to_pylist() == rows["nr"].tolist()


def test_a_list_of_files_is_read_in_its_order(
    frames: tuple[gpd.GeoDataFrame, gpd.GeoDataFrame], tmp_path: Path
) -> None:
    save(frames[0], tmp_path / "p", 100, 3)
    given = [tmp_path / "p" / f"000{k}.parquet" for k in (2, 0)]
    cut = Dataset.of(given, "premises", 1000)
    assert [Path(file.path).name for file in cut.files] == ["0002.parquet", "0000.parquet"]
    assert cut.rows == 200


def _without_geo(frame: gpd.GeoDataFrame, file: Path) -> None:
    pd.DataFrame(frame.drop(columns="geometry")).to_parquet(file)


def _native(frame: gpd.GeoDataFrame, file: Path) -> None:
    points = frame[frame.geom_type == "Point"]
    points.to_parquet(file, geometry_encoding="geoarrow")


def _without_crs(frame: gpd.GeoDataFrame, file: Path) -> None:
    frame.set_crs(None, allow_override=True).to_parquet(file)


def _other_crs(frame: gpd.GeoDataFrame, file: Path) -> None:
    frame.to_crs(3010).to_parquet(file)


def _other_columns(frame: gpd.GeoDataFrame, file: Path) -> None:
    frame.drop(columns="typ").to_parquet(file)


def _other_types(frame: gpd.GeoDataFrame, file: Path) -> None:
    frame.assign(hushall=frame["hushall"].astype(str)).to_parquet(file)


def _damaged(_frame: gpd.GeoDataFrame, file: Path) -> None:
    file.write_bytes(b"PAR1 and no more")


@pytest.mark.parametrize(
    ("write", "said"),
    [
        (
            _without_geo,
            r"z\.parquet' cannot be read: it is Parquet without geometry, not GeoParquet",
        ),
        (_native, "its geometry is encoded as point, not as WKB"),
        (_without_crs, r"z\.parquet' does not say which CRS its coordinates are in"),
        (_other_crs, r"z\.parquet' is in another CRS than the files before it"),
        (_other_columns, "has not the columns of the files before it: 'typ' is missing"),
        (_other_types, "'hushall' is missing, or is of another type"),
        (_damaged, r"z\.parquet' cannot be read"),
    ],
)
def test_a_file_that_is_unlike_the_others_is_an_error(
    write: Any, said: str, frames: tuple[gpd.GeoDataFrame, gpd.GeoDataFrame], tmp_path: Path
) -> None:
    save(frames[0], tmp_path / "p", 100)
    write(frames[0], tmp_path / "p" / "z.parquet")
    with pytest.raises(fc.FibercovError, match=said):
        fc.measure_partitions(tmp_path / "p", tmp_path / "p", tmp_path / "r", reach=50)
    assert not (tmp_path / "r").exists()


def test_no_files_are_an_error(tmp_path: Path) -> None:
    (tmp_path / "p").mkdir()
    (tmp_path / "p" / ".hidden.parquet").write_bytes(b"")
    with pytest.raises(fc.FileError, match=r"`premises`: there is no \*\.parquet file in .*/p"):
        fc.measure_partitions(tmp_path / "p", tmp_path / "p", tmp_path / "r", reach=50)
    with pytest.raises(fc.FileError, match=r"there is no \*\.parquet file"):
        fc.measure_partitions(tmp_path / "none", tmp_path / "p", tmp_path / "r", reach=50)


@pytest.mark.parametrize("kind", [pa.binary(), pa.large_binary()])
def test_points_are_read_as_by_shapely(kind: pa.DataType) -> None:
    rng = np.random.default_rng(1)
    points = np.array([None] * 51, dtype=object)
    points[:50] = shapely.points(rng.normal(6e5, 1e5, (50, 2)))
    wkb = pa.chunked_array([pa.array(shapely.to_wkb(points), kind)] * 2)
    column = wkb[7:80]
    expected = shapely.from_wkb(column.to_numpy())
    assert [shape is None for shape in shapes_in(column)] == [shape is None for shape in expected]
    assert shapely.equals_exact(shapes_in(column), expected)[expected != None].all()  # noqa: E711
    found = points_in(column)
    assert found is not None
    assert (found == shapely.get_coordinates(expected)).all()


@pytest.mark.parametrize(
    "other",
    [
        shapely.Point(1, 2, 3),
        shapely.Point(),
        shapely.Point(1, 2).buffer(1),
        shapely.LineString([[0, 0], [1, 1]]),
    ],
)
def test_what_is_not_all_points_in_the_plane_is_read_by_shapely(other: Any) -> None:
    shapes = np.array([shapely.Point(1, 2), None, other], dtype=object)
    for order in (0, 1):
        column = pa.chunked_array([shapely.to_wkb(shapes, byte_order=order)], pa.binary())
        assert points_in(column) is None
        assert shapes_in(column)[2].equals_exact(other, 0) or (
            shapes_in(column)[2].is_empty and other.is_empty
        )
    big = pa.chunked_array([shapely.to_wkb(shapes[:2], byte_order=0)], pa.binary())
    assert points_in(big) is None
    assert shapes_in(big)[0] == shapes[0]
    none = pa.chunked_array([pa.array([None, None], pa.binary())])
    assert points_in(none) is None
    assert shapes_in(none).tolist() == [None, None]
