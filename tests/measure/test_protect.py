"""What is published gives no small count away."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import linprog

import fibercov as fc

STATUSES = ["connected", "passed", "planned", "unserved", "unplaced"]
SHOWN = ["total", *STATUSES, "reached"]


def summary(*rows: list[int], **columns: list[str]) -> pd.DataFrame:
    """What summarize gives for areas with these households by status."""
    table = pd.DataFrame(rows, columns=STATUSES)
    table.insert(0, "name", [f"Area {n}" for n in range(len(rows))])
    table.insert(1, "total", table[STATUSES].sum(axis=1))
    table.insert(1, "premises", table["total"])
    table["reached"] = table["connected"] + table["passed"]
    table["share"] = table["reached"] / table["total"].where(table["total"] > 0)
    table["connected_share"] = table["connected"] / table["total"].where(table["total"] > 0)
    return table.assign(**columns)


def test_a_small_count_masks_the_breakdown_of_its_row_and_of_another() -> None:
    table = fc.suppress(summary([50, 10, 0, 3, 0], [900, 80, 0, 20, 0], [60, 9, 0, 20, 0]))
    assert table["masked"].tolist() == ["breakdown", "", "breakdown", ""]
    assert table["level"].tolist() == ["area", "area", "area", "total"]
    assert table["total"].tolist() == [63, 1000, 89, 1152]
    for column in (*STATUSES, "reached", "share", "connected_share"):
        assert table[column].isna().tolist() == [True, False, True, False]


def test_an_area_with_few_households_is_masked_whole() -> None:
    table = fc.suppress(summary([3, 0, 0, 0, 0], [90, 0, 0, 0, 0], [60, 0, 0, 0, 0]))
    assert table["masked"].tolist() == ["all", "", "all", ""]
    assert table["total"].isna().tolist() == [True, False, True, False]
    assert table["premises"].isna().tolist() == [True, False, True, False]


def test_zeros_and_large_counts_are_shown() -> None:
    table = fc.suppress(summary([5, 0, 0, 0, 0], [0, 0, 0, 0, 0]))
    assert table["masked"].tolist() == ["", "", ""]
    assert table["connected"].tolist() == [5, 0, 5]


def test_unplaced_households_outside_all_areas_cannot_stand_in_for_others() -> None:
    """All know that polygons hold no unplaced: that row would give the masked count away."""
    table = fc.suppress(summary([50, 0, 0, 3, 0], [900, 0, 0, 90, 0], [0, 0, 0, 0, 8]))
    assert table["masked"].tolist() == ["breakdown", "breakdown", "", ""]
    table = fc.suppress(summary([50, 0, 0, 30, 0], [900, 0, 0, 90, 0], [0, 0, 0, 0, 3]))
    assert table["masked"].tolist() == ["", "", "all", "all"]


def test_totals_of_what_is_not_known_are_not_known() -> None:
    made = summary([50, 10, 0, 30, 0], [50, 10, 0, 30, 0]).assign(connected_share=float("nan"))
    assert fc.suppress(made)["connected_share"].isna().all()


def test_with_no_other_area_to_mask_the_total_is_masked_too() -> None:
    table = fc.suppress(summary([50, 0, 0, 3, 0], [0, 0, 0, 0, 0]))
    assert table["masked"].tolist() == ["breakdown", "", "breakdown"]


def test_the_other_area_is_taken_from_the_same_municipality_if_there_is_one() -> None:
    rows = [[50, 0, 0, 3, 0], [900, 0, 0, 90, 0], [70, 0, 0, 10, 0]]
    table = fc.suppress(summary(*rows, kommun=["A", "A", "B"]), within=["kommun"])
    assert table["level"].tolist() == ["area", "area", "area", "kommun", "kommun", "total"]
    assert table["name"].tolist()[3:] == ["A", "B", "Total"]
    assert table["masked"].tolist() == ["breakdown", "breakdown", "", "", "", ""]
    table = fc.suppress(summary(*rows, kommun=["A", "B", "B"]), within=["kommun"])
    assert table["masked"].tolist() == ["breakdown", "", "breakdown", "breakdown", "breakdown", ""]


def test_a_summary_with_polygons_keeps_them(demo: fc.Demo, demo_coverage: fc.Coverage) -> None:
    made = fc.summarize(demo_coverage, by=demo.areas)
    before = made.copy()
    table = fc.suppress(made, minimum=10)
    assert isinstance(table, gpd.GeoDataFrame)
    assert table.geometry.notna().sum() == len(demo.areas)
    pd.testing.assert_frame_equal(made, before)
    checked = fc.suppress(fc.check_target(demo_coverage, by=demo.areas).areas)
    hidden = (checked["masked"] != "").to_numpy()
    assert checked.loc[hidden, ["met", "verdict", "shortfall"]].isna().to_numpy().all()


@pytest.mark.parametrize("minimum", [1, 0, 2.5, True, "5"])
def test_the_minimum_must_be_a_whole_number_from_2(minimum: Any) -> None:
    with pytest.raises(fc.ArgumentError, match="`minimum` must be a whole number from 2, not"):
        fc.suppress(summary([1, 2, 3, 4, 5]), minimum=minimum)


def test_other_tables_are_errors() -> None:
    with pytest.raises(fc.ArgumentError, match="`summary` must be what summarize"):
        fc.suppress(pd.DataFrame({"a": [1]}))
    with pytest.raises(fc.ArgumentError, match="`summary` is masked already"):
        fc.suppress(fc.suppress(summary([50, 10, 0, 3, 0], [60, 9, 0, 20, 0])))
    for bad in ("kommun", None):
        with pytest.raises(fc.ArgumentError, match="`within` must be a list of columns, not"):
            fc.suppress(summary([1, 2, 3, 4, 5]), within=bad)  # type: ignore[arg-type]  # tested
    with pytest.raises(fc.ColumnError, match="`within` names the column 'lan'"):
        fc.suppress(summary([1, 2, 3, 4, 5]), within=["lan"])
    nested = summary([9] * 5, [9] * 5, kommun=["A", "A"], lan=["x", "y"])
    with pytest.raises(fc.ColumnError, match="`within` must be different in every row.*'A'"):
        fc.suppress(nested, within=["kommun", "lan"])


# The attack ------------------------------------------------------------------------------------

counts = st.one_of(st.just(0), st.integers(1, 4), st.integers(5, 60))
tables = st.lists(
    st.tuples(st.lists(counts, min_size=5, max_size=5), st.sampled_from("ABC")),
    min_size=1, max_size=8,
)  # fmt: skip
COUNTY = {"A": "north", "B": "north", "C": "south"}


def possible(
    table: pd.DataFrame, members: list[list[int]], row: int, column: str, unplaced: np.ndarray
) -> tuple[float, float]:
    """The lowest and the highest value of a cell that the published table allows.

    The reader knows which areas make up each row, that counts are 0 or more, and every shown number.
    """
    areas = sum(len(m) == 1 for m in members[: (table["level"] == "area").sum()])
    parts = {
        "total": STATUSES, "reached": ["connected", "passed"], **{s: [s] for s in STATUSES},
    }  # fmt: skip

    def weights(row: int, column: str) -> np.ndarray:
        cell = np.zeros((areas, len(STATUSES)))
        for area in members[row]:
            for status in parts[column]:
                cell[area, STATUSES.index(status)] = 1
        return cell.ravel()

    shown = [
        (weights(r, c), float(table[c].iloc[r]))
        for r in range(len(table)) for c in SHOWN if pd.notna(table[c].iloc[r])
    ]  # fmt: skip
    if (unplaced > 0).sum() <= 1:  # what all know of polygons: the unplaced are in no area
        for area in np.flatnonzero(unplaced == 0):
            cell = np.zeros((areas, len(STATUSES)))
            cell[area, STATUSES.index("unplaced")] = 1
            shown.append((cell.ravel(), 0.0))
    objective = weights(row, column)
    known = (
        {"A_eq": np.array([w for w, _ in shown]), "b_eq": [v for _, v in shown]} if shown else {}
    )
    ends = []
    for sign in (1, -1):
        found = linprog(sign * objective, **known, bounds=(0, None))
        ends.append(np.inf if found.status == 3 else sign * found.fun)
    return ends[0], ends[1]


@given(tables, st.integers(2, 12))
def test_no_small_count_can_be_had_back_from_the_published_numbers(
    made: list[tuple[list[int], str]], minimum: int
) -> None:
    kommun = [k for _, k in made]
    whole = summary(*(row for row, _ in made), kommun=kommun, lan=[COUNTY[k] for k in kommun])
    table = fc.suppress(whole, minimum=minimum, within=["kommun", "lan"])
    groups = {"kommun": whole["kommun"], "lan": whole["lan"]}
    members = [[n] for n in range(len(whole))]
    for level, name in zip(table["level"][len(whole) :], table["name"][len(whole) :], strict=True):
        lies_in = groups.get(level)
        members.append([n for n in range(len(whole)) if lies_in is None or lies_in[n] == name])
    for row, areas in enumerate(members):
        true = whole.loc[areas, SHOWN].sum()
        for column in ("total", *STATUSES):
            if 0 < true[column] < minimum:
                assert pd.isna(table[column].iloc[row])
                low, high = possible(table, members, row, column, whole["unplaced"].to_numpy())
                assert high - low >= 1 - 1e-6, (row, column, low, high)
            elif pd.notna(table[column].iloc[row]):
                assert table[column].iloc[row] == true[column]
