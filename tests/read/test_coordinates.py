"""Coordinates as they come: WKT, WKB, pairs in one column; and frames of other libraries."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
import shapely
from frames import E0, N0, cable, points

import fibercov as fc

HOMES = points((0, 10), (100, 20), (200, 400))
CABLES = cable((0, 0), (300, 0))


def table(file: Path, **columns: Any) -> Path:
    pd.DataFrame(columns).to_csv(file, sep=";", index=False)
    return file


@pytest.mark.parametrize("srid", [None, 3006])
def test_a_frame_has_shapes_as_wkb_in_bytes(srid: int | None) -> None:
    shapes = HOMES.geometry.to_numpy() if srid is None else shapely.set_srid(HOMES.geometry, srid)
    written = [*shapely.to_wkb(shapes, include_srid=srid is not None), None]
    for frame in (pa.table({"läge": written}), pd.DataFrame({"läge": written})):
        premises = fc.read_premises(frame, xy="läge", crs=None if srid else 3006)
        assert premises.crs == 3006
        assert shapely.equals(premises.geometry.to_numpy()[:3], HOMES.geometry.to_numpy()).all()
        assert premises.geometry.iloc[3] is None
    with pytest.raises(fc.ColumnError, match=r"`xy` must be a shape as WKT or WKB, .*row 1"):
        fc.read_premises(pd.DataFrame({"läge": [written[0], b"x"]}), xy="läge", crs=3006)


@pytest.mark.parametrize("how", ["wkt", "ewkt", "wkb", "ewkb", "pair", "tight", "spaced"])
def test_one_column_has_the_coordinates(tmp_path: Path, how: str) -> None:
    shapes = HOMES.geometry.to_numpy()
    x, y = shapely.get_coordinates(shapes).T
    written = {
        "wkt": [shape.wkt for shape in shapes],
        "ewkt": [f"SRID=3006;{shape.wkt}" for shape in shapes],
        "wkb": [shape.wkb_hex for shape in shapes],
        "ewkb": [shapely.to_wkb(shapely.set_srid(s, 3006), hex=True, include_srid=True) for s in shapes],
        "pair": [f"({a}, {b})" for a, b in zip(x, y, strict=True)],
        "tight": [f"{a},{b}" for a, b in zip(x, y, strict=True)],
        "spaced": [f"{a} {b}".replace(".", ",") for a, b in zip(x, y, strict=True)],
    }[how]  # fmt: skip
    file = table(tmp_path / "a.csv", n=[1, 2, 3, 4], plats=[*written, None])
    crs = None if how.startswith("ew") else 3006
    premises = fc.read_premises(file, xy="plats", crs=crs)
    assert premises.crs == 3006
    assert shapely.equals(premises.geometry.to_numpy()[:3], shapes).all()
    assert premises.geometry.iloc[3] is None
    if how in {"wkt", "pair"}:
        with pytest.raises(fc.CRSError, match="`crs`"):
            fc.read_premises(file, xy="plats")


def test_pairs_of_degrees_are_latitude_and_longitude() -> None:
    lon, lat = HOMES.to_crs(4326).get_coordinates().to_numpy().T
    for form in ("{}, {}", "{},{}", "{};{}", "{} {}"):
        pairs = [form.format(a, b) for a, b in zip(lat, lon, strict=True)]
        premises = fc.read_premises(pd.DataFrame({"läge": pairs}), xy="läge", crs=4326)
        assert premises.to_crs(3006).distance(HOMES).max() < 0.001


def test_networks_and_areas_come_from_tables_too(tmp_path: Path) -> None:
    file = table(tmp_path / "n.csv", form=CABLES.geometry.to_wkt().tolist(), status=["byggd"])
    network = fc.read_network(file, xy="form", crs=3006, where="status == 'byggd'")
    assert network.geometry.iloc[0].equals(CABLES.geometry.iloc[0])
    file = table(tmp_path / "p.csv", e=[E0, E0 + 50], n=[N0, N0])
    assert len(fc.read_network(file, xy=("e", "n"), crs=3006)) == 2
    square = shapely.box(E0, N0, E0 + 500, N0 + 500)
    file = table(tmp_path / "a.csv", namn=["By"], yta=[square.wkt])
    areas = fc.read_areas(file, name="namn", xy="yta", crs=3006)
    assert areas.geometry.iloc[0].equals(square)


def test_what_is_no_position_is_an_error_that_names_its_row() -> None:
    for values, named in (
        (["POINT (1 2)", "POINT (1"], "a shape as WKT"),
        (["1, 2", "hemma"], "two coordinates"),
    ):
        with pytest.raises(fc.ColumnError, match=f"must be {named}.*(row 1|label 1|1)"):
            fc.read_premises(pd.DataFrame({"p": values}), xy="p", crs=3006)
    with pytest.raises(fc.ColumnError, match=r"mixes the CRSs \[3006, 3007\]"):
        fc.read_premises(
            pd.DataFrame({"p": ["SRID=3006;POINT (1 2)", "SRID=3007;POINT (1 2)"]}), xy="p"
        )
    with pytest.raises(fc.ArgumentError, match="`xy` must name two columns"):
        fc.read_premises(pd.DataFrame({"p": [1]}), xy=("a", "b", "c"), crs=3006)


def test_frames_of_every_kind_measure_the_same(tmp_path: Path) -> None:
    network = fc.read_network(CABLES)
    expected = fc.measure_coverage(fc.read_premises(HOMES), network, reach=50)
    HOMES.to_parquet(tmp_path / "a.parquet")
    shapes = HOMES.geometry
    for source, crs in (
        (HOMES, None),
        (shapes, None),
        (list(shapes), 3006),
        (tuple(shapes), 3006),
        (shapes.to_numpy(), 3006),
        (pa.table(HOMES.to_arrow()), None),
        (HOMES.to_arrow(), None),
        (str(tmp_path / "a.parquet"), None),
        (tmp_path / "a.parquet", None),
    ):
        found = fc.measure_coverage(fc.read_premises(source, crs=crs), network, reach="50")
        assert (found.reached, found.total) == (expected.reached, expected.total) == (2, 3)
        assert np.array_equal(found.drops_m, expected.drops_m)
    plain = pa.table({"e": [E0], "n": [N0]})
    assert len(fc.read_premises(plain, xy=("e", "n"), crs=3006)) == 1


def test_a_stream_that_breaks_off_is_an_error() -> None:
    class Broken:
        def __arrow_c_stream__(self, requested_schema: object = None) -> object:
            raise RuntimeError("no more")

    with pytest.raises(fc.ArgumentError, match="`premises` cannot be read as Arrow: no more"):
        fc.read_premises(Broken())


def test_reach_is_a_number_as_text_or_a_name() -> None:
    coverage = fc.measure_coverage(fc.read_premises(HOMES), CABLES, reach="15")
    assert coverage.reach == fc.Reach(15)
    assert coverage.at("20,5").reach.metres == 20.5
    assert coverage.at("fcc_drop").reach == fc.FCC_DROP
    for wrong in ("nära", "1,000", ""):
        with pytest.raises(fc.ArgumentError, match="`reach`"):
            fc.measure_coverage(HOMES, CABLES, reach=wrong)


def test_an_empty_list_is_no_data() -> None:
    with pytest.raises(fc.FibercovError, match="`premises`"):
        fc.read_premises([])
    with pytest.raises(fc.FibercovError, match="`network`"):
        fc.read_network(gpd.GeoSeries([], crs=3006))
