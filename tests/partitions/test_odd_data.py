"""What a file may hold that no village has: one process and many parts find the same, or say what is wrong."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyproj
import pytest
import shapely
from nation import COUNTED, CRS, MIDDLE, by_id, nation, rows_of, same_bits, save

import fibercov as fc
from fibercov.partitions import run
from fibercov.partitions.dataset import Dataset, boxes_in

Frames = tuple[gpd.GeoDataFrame, gpd.GeoDataFrame]


@pytest.fixture(autouse=True)
def small_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run, "ROWS_OF_PART", 1)
    monkeypatch.setattr(run, "ROWS_OF_PIECE", 1)


@pytest.fixture(scope="module")
def frames() -> Frames:
    return nation(homes=300, villages=6)


def measured(frames: Frames, folder: Path, **other: Any) -> fc.CoverageTotals:
    """Write the frames anew, and measure into the same folder of results as before."""
    for name, frame, rows in zip(("p", "n"), frames, (50, 7), strict=True):
        shutil.rmtree(folder / name, ignore_errors=True)
        save(frame, folder / name, rows)
    return fc.measure_partitions(
        folder / "p", folder / "n", folder / "r", **{"reach": 50, **COUNTED, **other}
    )


def alone(frames: Frames, **other: Any) -> fc.Coverage:
    premises, network = frames
    return fc.measure_coverage(
        fc.read_premises(premises, **COUNTED), fc.read_network(network, **other), reach=50
    )


def some(frame: gpd.GeoDataFrame, rows: slice, shape: Any) -> gpd.GeoDataFrame:
    """Put a shape in place of those of some rows."""
    shapes = np.array(frame.geometry, dtype=object)
    shapes[rows] = shape
    return frame.set_geometry(gpd.GeoSeries(shapes, frame.index, crs=frame.crs))


@pytest.mark.parametrize(
    "shape", [shapely.Point(), shapely.Polygon(), shapely.Point(np.nan, np.nan), None]
)
def test_premises_without_a_usable_shape_are_unplaced(
    shape: Any, frames: Frames, tmp_path: Path
) -> None:
    odd = some(frames[0], slice(0, 200, 3), shape), frames[1]
    totals = measured(odd, tmp_path)
    one = alone(odd)
    assert totals.premises_by_status == one.premises_by_status
    assert totals.premises_by_status["unplaced"] >= 67
    assert same_bits(rows_of(tmp_path / "r"), by_id(one.premises))


@pytest.mark.parametrize("which", [0, 1])
def test_a_coordinate_that_is_not_finite_hides_no_other_row(
    which: int, frames: Frames, tmp_path: Path
) -> None:
    odd = [*frames]
    odd[which] = some(frames[which], slice(20, 21), shapely.Point(np.inf, 6.6e6))
    with pytest.raises(
        fc.GeometryError, match=r"has coordinates that are not finite numbers in row 20\."
    ):
        measured((odd[0], odd[1]), tmp_path)


@pytest.mark.parametrize("name", ["drop_m", "status", "network_index", "geom"])
def test_the_geometry_may_have_any_name(name: str, frames: Frames, tmp_path: Path) -> None:
    measured((frames[0].rename_geometry(name), frames[1]), tmp_path)
    assert same_bits(rows_of(tmp_path / "r"), by_id(alone(frames).premises))


def test_columns_that_do_not_exist_are_an_error(frames: Frames, tmp_path: Path) -> None:
    with pytest.raises(fc.ColumnError, match="`columns` names the column 'nope'"):
        measured(frames, tmp_path, columns=["typ", "nope"])
    measured(frames, tmp_path, columns=["TYP", "geometry"])
    assert "typ" in rows_of(tmp_path / "r")


def test_ids_that_are_lists_are_an_error(frames: Frames, tmp_path: Path) -> None:
    listed = frames[0].assign(nr=[[row] for row in range(300)])
    with pytest.raises(fc.ColumnError, match="`id` must be text or numbers, not list<"):
        measured((listed, frames[1]), tmp_path)


def test_a_file_that_is_named_twice_is_an_error(frames: Frames, tmp_path: Path) -> None:
    folder = save(frames[0], tmp_path / "p", 100, 2)
    with pytest.raises(fc.FileError, match=r"0001\.parquet' is named more than once"):
        Dataset.of([folder, folder / "0001.parquet"], "premises", 1)


def test_files_may_be_called_geoparquet_or_have_no_rows(frames: Frames, tmp_path: Path) -> None:
    save(frames[0], tmp_path / "p", 100, 3)
    expected = Dataset.of(tmp_path / "p", "premises", 1)
    (tmp_path / "p/0000.parquet").rename(tmp_path / "p/0000.geoparquet")
    (tmp_path / "p/0001.parquet").rename(tmp_path / "p/0001.PARQUET")
    for name in ("a.parquet", "0.parquet"):
        frames[0][:0].to_parquet(tmp_path / "p" / name, index=False, write_covering_bbox=True)
    found = Dataset.of(tmp_path / "p", "premises", 1)
    assert [(piece.first, piece.rows, piece.box) for piece in found.pieces] == [
        (piece.first, piece.rows, piece.box) for piece in expected.pieces
    ]


def _swapped(network: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    return network.rename(columns={"status": "other", "other": "status"})


def _in_ed50(network: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    return network.set_crs(23033, allow_override=True)


@pytest.mark.parametrize("change", [_swapped, _in_ed50])
def test_a_network_whose_footer_alone_has_changed_is_measured_again(
    change: Callable[[gpd.GeoDataFrame], gpd.GeoDataFrame], frames: Frames, tmp_path: Path
) -> None:
    premises, network = frames
    network = network.assign(other=[*network["status"][::-1]]).to_crs(32633)
    built = "status == 'byggd'"
    first = measured((premises, network), tmp_path, network_where=built)
    before = rows_of(tmp_path / "r")
    changed = premises, change(network)
    totals = measured(changed, tmp_path, network_where=built)
    one = alone(changed, where=built)
    assert not same_bits(rows_of(tmp_path / "r"), before)
    assert same_bits(rows_of(tmp_path / "r"), by_id(one.premises))
    assert totals.exact_share == one.exact_share
    assert first.total == totals.total


@pytest.mark.parametrize("spoil", [Path.unlink, lambda file: file.write_bytes(b"no layer")])
@pytest.mark.parametrize("name", ["areas.csv", "areas.gpkg", "coverage.html"])
def test_a_file_that_is_gone_is_written_again(
    name: str, spoil: Callable[[Path], object], frames: Frames, tmp_path: Path
) -> None:
    x, y = MIDDLE
    areas = gpd.GeoDataFrame(
        {"name": ["West"]}, geometry=[shapely.box(x - 1e5, y - 1e5, x, y + 1e5)], crs=CRS
    )
    totals = measured(frames, tmp_path, by=areas)
    file = tmp_path / "r/internal" / name
    content = file.read_bytes()
    if name != "areas.gpkg" and spoil is not Path.unlink:
        return  # tables and pages may be edited
    spoil(file)
    if name == "areas.gpkg":
        with pytest.raises(fc.FileError, match="Measure again: what is done is kept"):
            fc.read_totals(tmp_path / "r")
    measured(frames, tmp_path, by=areas)
    assert file.read_bytes() == content or name == "areas.gpkg"
    opened = fc.read_totals(tmp_path / "r").by_area
    assert opened is not None
    assert totals.by_area is not None
    pd.testing.assert_frame_equal(opened, totals.by_area)


def test_a_box_that_a_crs_reaches_in_part_is_everywhere() -> None:
    lonlat, utm = pyproj.CRS.from_epsg(4326), pyproj.CRS.from_epsg(32633)
    boxes = np.array(
        [[-180.0, -80, 180, 80], [10.0, 50, 11, 51], [-179.0, 1, -175, 3], [np.nan] * 4]
    )
    whole, near, beyond, none = boxes_in(boxes, lonlat, utm)
    assert (whole == [-1e9, -1e9, 1e9, 1e9]).all()
    assert np.isfinite(near).all()
    assert abs(near).max() < 1e7
    assert np.isnan(none).all()
    assert np.isnan(beyond).all() or abs(beyond).min() > 1e6
    pacific = pyproj.CRS.from_epsg(3832)
    sides = pyproj.Transformer.from_crs(lonlat, pacific, always_xy=True).transform(
        [179, -179], [-17, -16]
    )
    box = np.array([[sides[0][0], sides[1][0], sides[0][1], sides[1][1]]])
    assert (boxes_in(box, pacific, lonlat)[0] == [-1e9, -1e9, 1e9, 1e9]).all()
