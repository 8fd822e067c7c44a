"""Tables as files: GeoPackages and CSV files."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import pandas as pd

import fibercov as fc


def test_what_spreadsheets_would_take_for_a_formula_is_written_as_text(
    tmp_path: Path, write: Callable[..., list[Path]], demo: fc.Demo, demo_coverage: fc.Coverage
) -> None:
    odd = ["=HYPERLINK(0)", "+46", "-", "@SUM(A1)", "Norr,=1", "Väst - öst"]
    places = demo.areas.assign(name=[*odd, *demo.areas["name"].iloc[len(odd) :]])
    write(tmp_path, areas=places)
    table = pd.read_csv(tmp_path / "internal" / "areas.csv", dtype={"code": str})
    assert table["name"].iloc[:6].tolist() == [
        "'=HYPERLINK(0)", "+46", "'-", "'@SUM(A1)", "Norr,'=1", "Väst - öst",
    ]  # fmt: skip
    assert table["total"].sum() == demo_coverage.total
    drawn = gpd.read_file(tmp_path / "internal" / "areas.gpkg")  # no spreadsheet
    assert drawn["name"].iloc[:6].tolist() == odd


def test_columns_that_a_geopackage_finds_hard_are_written(
    tmp_path: Path, write: Callable[..., list[Path]], demo: fc.Demo
) -> None:
    count = len(demo.premises)
    premises = demo.premises.assign(
        fid=7, Status="gällande", list_=[[1]] * count, geom="x", as_of="1999", Namn=1, namn=2,
        reach_m=pd.Timedelta(1, "D"), other=demo.premises.geometry, wave=1j,
        none=None, kinds=pd.Categorical(["villa"] * count), mixed=["a", 1] + [None] * (count - 2),
        yes=[True, None] * (count // 2) + [False] * (count % 2), month=pd.Period("2020-10"),
        some=pd.array([1, None] * (count // 2) + [2] * (count % 2), dtype="Int64"),
        large=pd.array([2**70] * count, dtype=object), bytes=b"\xff\x00", code=[b"\xff", "a"] * (count // 2) + ["a"] * (count % 2),
        rank=pd.Categorical([1, 2] * (count // 2) + [None] * (count % 2)),
        thin=pd.arrays.SparseArray([1] * count), when=[pd.Timestamp("2020-10-01"), pd.Timestamp("2020-10-01").date()] * (count // 2) + [None] * (count % 2),
        day=pd.Timestamp("2020-10-01"), numbers=pd.array([0.5] * count, dtype="Float32"),
    )  # fmt: skip
    premises.columns = [2019 if column == "kind" else column for column in premises.columns]
    premises.index.name = "id"
    coverage = fc.measure_coverage(premises, demo.network, reach=50)
    write(tmp_path, coverage)
    written = gpd.read_file(tmp_path / "internal" / "premises.gpkg")
    assert len(written) == count
    assert set(written["as_of_original"]) == {"1999"}
    assert set(written["fid_"]) == {7}
    assert {"Namn", "namn_", "geom", "2019", "Status_original"} <= set(written.columns)
    assert written["mixed"].iloc[:2].tolist() == ["a", "1"]
    assert written["none"].isna().all()
    assert written["yes"].iloc[0]
    assert written["yes"].isna().sum() == count // 2
    assert written["some"].sum() == count // 2 + 2 * (count % 2)
    assert set(written["kinds"]) == {"villa"}
    assert set(written["day"]) == {pd.Timestamp("2020-10-01")}
    assert set(written["large"]) == {str(2**70)}
    assert set(written["bytes"]) == {b"\xff\x00"}
    assert set(written["code"]) == {b"\xff", b"a"}
    assert written["rank"].sum() == 3 * (count // 2)
    assert set(written["thin"]) == {1}
    assert written["when"].notna().sum() == 2 * (count // 2)
