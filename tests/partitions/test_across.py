"""What only all parts together can tell: connected buildings, ids, sums, what no row has, and where they lie."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from nation import COUNTED, by_id, nation, rows_of, same_bits, save

import fibercov as fc
from fibercov.partitions import across, run


@pytest.fixture(autouse=True)
def small_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run, "ROWS_OF_PART", 1)
    monkeypatch.setattr(run, "ROWS_OF_PIECE", 1)


@pytest.fixture(scope="module")
def frames() -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame]:
    return nation(homes=600, villages=6)


def measured(
    premises: gpd.GeoDataFrame, network: gpd.GeoDataFrame | None, folder: Path, **other: Any
) -> fc.CoverageTotals:
    cables = None if network is None else save(network, folder / "n", 20)
    homes = save(premises, folder / "p", 60)
    return fc.measure_partitions(homes, cables, folder / "r", **({"reach": 50, **COUNTED} | other))


def alone(
    premises: gpd.GeoDataFrame, network: gpd.GeoDataFrame | None, reach: Any, **other: Any
) -> fc.Coverage:
    read = fc.read_premises(premises, **(COUNTED | other))
    return fc.measure_coverage(
        read, None if network is None else fc.read_network(network), reach=reach
    )


@pytest.mark.parametrize("unplaced", ["ja", "nej"])
def test_drops_end_at_connected_premises_in_other_parts(
    unplaced: str, frames: tuple[gpd.GeoDataFrame, gpd.GeoDataFrame], tmp_path: Path
) -> None:
    premises = frames[0].copy()
    # An unplaced connected premises may be near any.
    premises.loc[premises.geometry.isna(), "ansluten"] = unplaced
    totals = measured(premises, None, tmp_path, reach="PTS_2015", reaches_m=(10, 200))
    one = alone(premises, None, fc.PTS_2015)
    assert same_bits(rows_of(tmp_path / "r"), by_id(one.premises))
    assert totals.counts_by_status == one.counts_by_status
    assert totals.reached_range == one.reached_range
    assert (one.reached_range[1] == one.total) == (unplaced == "ja")
    np.testing.assert_array_equal(
        totals.reached_within(np.array([10.0, 200.0])), one.reached_within(np.array([10.0, 200.0]))
    )
    found = fc.check_data(one).set_index("problem")
    table = {row["problem"]: row["rows"] for row in _problems(tmp_path / "r")}
    for name in ("near_unplaced", "unsure_position", "connected_unplaced"):
        assert table.get(name, 0) == found.loc[name, "rows"]


def _problems(folder: Path) -> list[dict[str, Any]]:
    said: list[dict[str, Any]] = pd.read_json(folder / "summary.json", typ="series")["problems"]
    return said


def test_where_nobody_is_connected_a_network_of_buildings_stands_in(
    frames: tuple[gpd.GeoDataFrame, gpd.GeoDataFrame], tmp_path: Path
) -> None:
    premises, network = frames
    buildings = network[network.geom_type != "LineString"].reset_index(drop=True)
    nobody = premises.assign(ansluten="nej")
    totals = measured(nobody, buildings, tmp_path, reach=fc.PTS_2015)
    one = alone(nobody, buildings, fc.PTS_2015)
    assert same_bits(rows_of(tmp_path / "r"), by_id(one.premises))
    assert totals.exact_share == one.exact_share
    with pytest.raises(fc.ArgumentError, match="no premises with a position is connected"):
        measured(nobody, None, tmp_path / "b", reach=fc.PTS_2015)
    with pytest.raises(fc.GeometryError, match="must be the buildings that"):
        measured(nobody, network, tmp_path / "c", reach=fc.PTS_2015)


def test_so_it_does_where_no_connected_premises_has_a_position(
    frames: tuple[gpd.GeoDataFrame, gpd.GeoDataFrame], tmp_path: Path
) -> None:
    premises, network = frames
    buildings = network[network.geom_type != "LineString"].reset_index(drop=True)
    lost = premises.assign(ansluten=np.where(premises.geometry.isna(), "ja", "nej"))
    totals = measured(lost, buildings, tmp_path, reach=fc.PTS_2015)
    one = alone(lost, buildings, fc.PTS_2015)
    assert same_bits(rows_of(tmp_path / "r"), by_id(one.premises))
    assert totals.counts_by_status == one.counts_by_status
    assert totals.reached_range == one.reached_range


def test_a_network_beside_connected_premises_is_left_out_and_changes_no_figure(
    frames: tuple[gpd.GeoDataFrame, gpd.GeoDataFrame], tmp_path: Path
) -> None:
    with pytest.raises(
        fc.ArgumentError,
        match=r"`network` must be left out to measure in parts what is within 50 m of .* Every figure is the same",
    ):
        measured(*frames, tmp_path / "both", reach=fc.PTS_2015)
    totals = measured(
        frames[0], None, tmp_path / "out", reach=fc.PTS_2015, reaches_m=(10, 200), by="kommun"
    )
    one = alone(*frames, fc.PTS_2015)
    assert totals.counts_by_status == one.counts_by_status
    assert totals.reached_range == one.reached_range
    reaches_m = np.array([10.0, 200.0])
    np.testing.assert_array_equal(totals.reached_within(reaches_m), one.reached_within(reaches_m))
    assert totals.by_area is not None
    assert totals.by_area.equals(fc.summarize(one, by="kommun"))


@pytest.mark.parametrize("at_once", [20_000_000, 100])
def test_an_id_that_two_parts_have_is_an_error(
    at_once: int,
    frames: tuple[gpd.GeoDataFrame, gpd.GeoDataFrame],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(run, "IDS_AT_ONCE", at_once)
    premises, network = frames
    twice = premises.assign(nr=premises["nr"].replace({premises["nr"][3]: premises["nr"][500]}))
    said = (
        rf"`id` must be different in every row, but 1 of its values repeat: '{premises['nr'][500]}'"
    )
    with pytest.raises(fc.ColumnError, match=said):
        measured(twice, network, tmp_path)
    both = measured(twice, network, tmp_path / "b", id=["nr", "typ", "kommun", "hushall"])
    assert both.total == premises["hushall"].sum()


def test_a_row_that_is_the_sum_of_all_parts_is_an_error(
    frames: tuple[gpd.GeoDataFrame, gpd.GeoDataFrame], tmp_path: Path
) -> None:
    premises, network = frames
    total = premises["hushall"].sum()
    row = gpd.GeoDataFrame(
        {"nr": [1], "hushall": [total], "ansluten": "nej", "fel": 0.0, "kommun": "", "typ": ""},
        geometry=[None],
        crs=premises.crs,
    )
    summed = pd.concat([premises, row], ignore_index=True)
    with pytest.raises(fc.ColumnError) as caught:
        measured(summed, network, tmp_path)
    with pytest.raises(fc.ColumnError) as expected:
        alone(summed, network, 50)
    assert "`households` holds a sum: row 600 has no position of its own" in str(caught.value)
    assert str(caught.value).partition(", and")[0] == str(expected.value).partition(", and")[0]


def test_a_row_that_is_the_sum_of_its_own_part_alone_is_none(tmp_path: Path) -> None:
    premises, network = nation(homes=600, villages=6)
    first = premises.geometry.isna().sum() + 30
    premises.loc[0, "hushall"] = premises["hushall"][1:60].sum()
    assert first < 60
    totals = measured(premises, network, tmp_path)
    assert totals.total == premises["hushall"].sum()


def test_rows_are_chosen_as_in_one_process(
    frames: tuple[gpd.GeoDataFrame, gpd.GeoDataFrame], tmp_path: Path
) -> None:
    premises, network = frames
    where, built = "typ == 'hus' and kommun != 'K9'", "status == 'byggd'"
    totals = measured(premises, network, tmp_path, where=where, network_where=built)
    read = fc.read_premises(premises, where=where, **COUNTED)
    one = fc.measure_coverage(read, fc.read_network(network, where=built), reach=50)
    assert same_bits(rows_of(tmp_path / "r"), by_id(one.premises))
    assert totals.exact_share == one.exact_share
    told = totals.provenance["premises"]
    assert (told["rows"], told["rows_used"]) == (600, len(read))
    assert told["unmatched"] == read.attrs["provenance"]["unmatched"]
    with pytest.raises(
        fc.ArgumentError, match=r"`where` leaves none of the 600 rows: \"typ == 'x'\""
    ):
        measured(premises, network, tmp_path / "b", where="typ == 'x'")
    with pytest.raises(
        fc.GeometryError, match=r"`network` has no feature .* \"status == 'x'\" is true"
    ):
        measured(premises, network, tmp_path / "c", network_where="status == 'x'")


def test_who_is_connected_may_be_an_expression(
    frames: tuple[gpd.GeoDataFrame, gpd.GeoDataFrame], tmp_path: Path
) -> None:
    premises, network = frames
    totals = measured(premises, network, tmp_path, connected="ansluten == 'ja'")
    one = alone(premises, network, 50)
    assert totals.counts_by_status == one.counts_by_status
    assert {*rows_of(tmp_path / "r")["connected"]} == {True, False}
    with pytest.raises(fc.ArgumentError, match="`connected` looks for 'JA' in"):
        measured(premises, network, tmp_path / "b", connected="ansluten == 'JA'")


def test_a_network_far_from_all_parts_is_an_error(
    frames: tuple[gpd.GeoDataFrame, gpd.GeoDataFrame], tmp_path: Path
) -> None:
    premises, network = frames
    placed = premises.geometry.notna().sum()
    away = network.assign(geometry=network.translate(yoff=300_000))
    with pytest.raises(
        fc.CRSError,
        match=rf"must be within 5 km of at least 6 of the {placed} premises .* not of 0",
    ):
        measured(premises, away, tmp_path)


def test_areas_of_another_place_are_an_error(
    frames: tuple[gpd.GeoDataFrame, gpd.GeoDataFrame], tmp_path: Path
) -> None:
    premises, network = frames
    areas = gpd.GeoDataFrame({"name": ["A"]}, geometry=[shapely.box(0, 0, 1, 1)], crs=premises.crs)
    with pytest.raises(
        fc.GeometryError, match="`by`: none of the 600 premises lies in any of the 1 areas"
    ):
        measured(premises, network, tmp_path, by=areas)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"hushall": 0}, "`households` sums to 0 over all premises"),
        ({"geometry": None}, "`premises` has no geometry in any of its 600 rows"),
    ],
)
def test_nothing_to_measure_is_an_error(
    change: dict[str, Any],
    said: str,
    frames: tuple[gpd.GeoDataFrame, gpd.GeoDataFrame],
    tmp_path: Path,
) -> None:
    premises, network = frames
    with pytest.raises(fc.FibercovError, match=said):
        measured(premises.assign(**change), network, tmp_path)


def test_what_needs_one_machine_says_so(
    frames: tuple[gpd.GeoDataFrame, gpd.GeoDataFrame], tmp_path: Path
) -> None:
    with pytest.raises(fc.ArgumentError, match="`reach` along roads needs all roads in one place"):
        measured(*frames, tmp_path, reach=fc.Reach(200, along="roads"))
    with pytest.raises(
        fc.ArgumentError, match="`network` is needed to measure what is within 50 m of fiber"
    ):
        measured(frames[0], None, tmp_path / "b")
    totals = measured(*frames, tmp_path / "c")
    with pytest.raises(fc.ArgumentError, match="`coverage` must be what measure_coverage returns"):
        fc.plan_builds(totals, frames[1], target=0.9, cost_per_m=250, routes=frames[1])  # type: ignore[arg-type]


def test_two_places_that_are_one_are_counted_once_across_parts(
    frames: tuple[gpd.GeoDataFrame, gpd.GeoDataFrame], tmp_path: Path
) -> None:
    premises, network = frames
    mixed = premises.sample(frac=1, random_state=2).reset_index(drop=True)
    with pytest.warns(UserWarning, match="`premises` is not sorted by place"):
        measured(mixed, network, tmp_path)
    expected = fc.check_data(alone(mixed, network, 50)).set_index("problem").loc["same_place"]
    (found,) = [row for row in _problems(tmp_path / "r") if row["problem"] == "same_place"]
    assert [found[name] for name in ("rows", "total")] == [expected["rows"], expected["total"]]
    assert expected["rows"] > 3
    assert across.IDS_AT_ONCE == 20_000_000
