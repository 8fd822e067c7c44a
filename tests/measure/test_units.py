"""What is counted: the units, one at a time, several together and side by side."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
import shapely
from frames import cable, frame, points

import fibercov as fc

NETWORK = cable((0, 0), (1000, 0))
COUNTS = {"households": [1, 10, 0, 2], "inhabitants": [2, 21, 0, 4], "workplaces": [0, 1, 3, 0]}


def premises(*kept: str, **columns: Any) -> Any:
    """Four premises: 10 and 20 m from the cable, 90 m from it, and one without a position."""
    counts = {name: COUNTS[name] for name in kept or COUNTS}
    return points((0, 10), (100, 20), (200, 90), None, **counts, **columns)


@pytest.mark.parametrize(
    ("unit", "total", "reached", "said"),
    [
        (None, 13, 11, "84.6 % of 13 households within 50 m of fiber (84.6-100.0)"),
        ("inhabitants", 27, 23, "85.2 % of 27 inhabitants within 50 m of fiber (85.2-100.0)"),
        ("workplaces", 4, 1, "25.0 % of 4 workplaces within 50 m of fiber"),
        (
            ("workplaces", "households"), 17, 12,
            "70.6 % of 17 households and workplaces within 50 m of fiber (70.6-82.4)",
        ),
        (["households"], 13, 11, "84.6 % of 13 households within 50 m of fiber (84.6-100.0)"),
        ("premises", 4, 2, "50.0 % of 4 premises within 50 m of fiber (50.0-75.0)"),
    ],
)  # fmt: skip
def test_a_share_is_of_the_unit(unit: Any, total: int, reached: int, said: str) -> None:
    coverage = fc.measure_coverage(premises(), NETWORK, reach=50, unit=unit)
    assert (coverage.total, coverage.reached) == (total, reached)
    assert repr(coverage) == said
    assert coverage.table["total"].sum() == total
    assert set(coverage.table["unit"]) == {coverage.unit}


def test_without_a_unit_the_only_count_is_taken_and_then_premises() -> None:
    only = fc.measure_coverage(premises("inhabitants"), NETWORK, reach=50)
    assert only.unit == "inhabitants"
    none = fc.measure_coverage(points((0, 10), (0, 90)), NETWORK, reach=50)
    assert (none.unit, none.total) == ("premises", 2)
    assert repr(none) == "50.0 % of 2 premises (one household each) within 50 m of fiber"
    with pytest.raises(
        fc.ArgumentError,
        match="^`unit` must say what to count, for the premises have 'inhabitants', 'workplaces'.$",
    ):
        fc.measure_coverage(premises("inhabitants", "workplaces"), NETWORK, reach=50)


@pytest.mark.parametrize(
    ("unit", "message"),
    [
        ("persons", "`unit` must be one of 'premises', 'households', 'inhabitants', 'workplaces', or several"),
        ((), "`unit` must be one of"),
        (5, "`unit` must be one of .*, not 5"),
        (("households", "households"), "`unit` must be one of"),
        (("premises", "households"), "`unit` must be one of"),
        ("workplaces", "`unit` needs the workplaces of each premises, and there is no column .* workplaces=COLUMN"),
    ],
)  # fmt: skip
def test_what_is_no_unit_is_an_error(unit: Any, message: str) -> None:
    with pytest.raises(fc.ArgumentError, match=message):
        fc.measure_coverage(premises("households"), NETWORK, reach=50, unit=unit)
    coverage = fc.measure_coverage(premises("households"), NETWORK, reach=50)
    with pytest.raises(fc.ArgumentError, match=message):
        coverage.of(unit)


def test_a_unit_that_nobody_has_is_an_error() -> None:
    nobody = premises("households").assign(workplaces=0)
    with pytest.raises(fc.ColumnError, match="`workplaces` sums to 0"):
        fc.measure_coverage(nobody, NETWORK, reach=50, unit="workplaces")


def test_every_count_is_checked_whatever_the_unit() -> None:
    for column in COUNTS:
        for wrong in (-1, 0.5, None):
            spoilt = premises().assign(**{column: [1, 2, 3, wrong]})
            with pytest.raises(fc.ColumnError, match=f"`{column}` must be whole numbers"):
                fc.measure_coverage(spoilt, NETWORK, reach=50, unit="premises")


def test_units_side_by_side() -> None:
    coverage = fc.measure_coverage(premises(), NETWORK, reach=50, unit="inhabitants")
    table = fc.compare_units(coverage)
    assert table["unit"].tolist() == ["inhabitants", "households", "workplaces"]
    assert table["total"].tolist() == [27, 13, 4]
    assert table["reached"].tolist() == [23, 11, 1]
    assert table["share"].tolist() == [23 / 27, 11 / 13, 1 / 4]
    assert table["share_low"].tolist() == [23 / 27, 11 / 13, 1 / 4]
    assert table["share_high"].tolist() == [1, 1, 1 / 4]
    both = fc.compare_units(coverage.of(("households", "workplaces")))
    assert both["unit"].tolist() == [
        "households+workplaces", "households", "inhabitants", "workplaces",
    ]  # fmt: skip
    uncounted = fc.measure_coverage(points((0, 10)), NETWORK, reach=50)
    assert fc.compare_units(uncounted)["unit"].tolist() == ["premises"]
    nobody = fc.measure_coverage(premises().assign(workplaces=0), NETWORK, reach=50)
    assert "workplaces" not in fc.compare_units(nobody)["unit"].tolist()


def test_units_and_definitions_side_by_side_in_each_area() -> None:
    areas = frame(
        [shapely.box(-5, 0, 50, 99), shapely.box(50, 0, 300, 99)], name=["W", "E"], code=["1", "2"]
    )
    coverage = fc.measure_coverage(premises(), NETWORK, reach=50)
    units = fc.compare_units(coverage, by=areas)
    assert units["name"].tolist()[:6] == ["W"] * 3 + ["E"] * 3
    assert units["code"].tolist()[:6] == ["1"] * 3 + ["2"] * 3
    assert units["unit"].tolist()[:3] == ["households", "inhabitants", "workplaces"]
    reaches = fc.compare_reaches(coverage, reaches=[15, 50, 100], by=areas)
    assert reaches["metres"].tolist()[:3] == [15, 50, 100]
    east = reaches[reaches["name"] == "E"]
    assert east["reached"].tolist() == [0, 10, 10]
    assert east["share"].tolist() == [0, 1, 1]
    for table, whole in ((units, fc.compare_units(coverage)), (reaches, None)):
        sums = table.groupby(["unit"] if whole is not None else ["metres"])[
            ["total", "reached"]
        ].sum()
        for label, row in sums.iterrows():
            there = coverage.of(str(label)) if whole is not None else coverage.at(float(str(label)))
            assert (row["total"], row["reached"]) == (there.total, there.reached)
    assert np.isnan(units.loc[units["name"] == "(outside all areas)", "share"]).all()


def test_the_total_is_held_against_the_one_expected() -> None:
    coverage = fc.measure_coverage(premises(), NETWORK, reach=50, unit="inhabitants")

    def row(expected: int) -> pd.Series[Any]:
        table = fc.check_data(coverage, expected_total=expected).set_index("problem")
        found = table.loc["other_total"]
        assert isinstance(found, pd.Series)
        return found

    assert row(27)[["rows", "total", "points"]].tolist() == [0, 0, 0]
    # 3 are missing: at worst none of them is reached. 2 are too many: at worst both are.
    assert row(30)[["rows", "total"]].tolist() == [4, -3]
    assert row(30)["points"] == pytest.approx(100 * (23 / 30 - 23 / 27))
    assert row(25)[["rows", "total"]].tolist() == [4, 2]
    assert row(25)["points"] == pytest.approx(100 * (21 / 25 - 23 / 27))
    assert row(30)["meaning"].startswith("too few (-) or too many inhabitants")
    assert "other_total" not in fc.check_data(coverage)["problem"].tolist()
    for wrong in (0, -5, 2.5, "x", True):
        with pytest.raises(fc.ArgumentError, match="`expected_total` must be"):
            fc.check_data(coverage, expected_total=wrong)  # type: ignore[arg-type]  # what is tested


def test_a_plan_counts_from_its_dates() -> None:
    plan = frame(
        [shapely.LineString([(0, y), (400, y)]) for y in (180, 280, 380, 480)],
        built=[2021, "2022-06-30", None, "2020"],
    )
    ends = ["2021-12-31", "2022-06-30", None, "2020-12-31"]
    homes = points(*[(0, y) for y in (0, 150, 250, 350, 450)], households=[5, 1, 1, 1, 1])
    coverage = fc.measure_coverage(homes, NETWORK, reach=50, planned=plan, planned_date="built")
    assert coverage.counts["planned"] == 4
    for until, reached in (
        ("2020-12-30", 5), ("2020-12-31", 6), ("2021-12-30", 6), ("2022-01-01", 7), ("2022-06-30", 8),
        ("2099-01-01", 8),
    ):  # fmt: skip
        then = coverage.with_plan(until=until)
        built = [day is not None and day <= until for day in ends]
        there = fc.measure_coverage(homes, pd.concat([NETWORK, plan[built]]), reach=50)
        assert then.reached == reached == there.reached
        assert then.drops_m.tolist() == pytest.approx(there.drops_m.tolist())
        check = fc.check_target(coverage, target=0.9, until=until)
        assert check.planned is not None
        assert check.planned.reached == reached
    assert repr(fc.check_target(coverage, target=0.6, until="2022-01-01")) == (
        "55.6 % within 50 m of fiber: the 60 % target is not met, 1 household to go; with what is "
        "planned until 2022-01-01: 77.8 %, the 60 % target would be met"
    )
    assert coverage.with_plan().reached == 9
    assert coverage.at(100).with_plan(until="2022-01-01").reached == 8  # 350 m is 70 m from 280
    assert coverage.of("premises").with_plan(until="2022-01-01").reached == 3


def test_dates_of_a_plan_that_cannot_be_are_errors() -> None:
    homes, plan = points((0, 10)), cable((0, 100), (10, 100))
    with pytest.raises(
        fc.ArgumentError, match=r"`planned_date` needs the planned network: give `?planned"
    ):
        fc.measure_coverage(homes, NETWORK, reach=50, planned_date="built")
    for built, message in (
        ("soon", "`planned_date` must be a date such as 2019-10-01, not 'soon'"),
        (None, "`planned_date` names the column 'built', which has no dates"),
    ):
        with pytest.raises(fc.FibercovError, match=message):
            fc.measure_coverage(
                homes, NETWORK, reach=50, planned=plan.assign(built=built), planned_date="built"
            )
    with pytest.raises(
        fc.ColumnError, match="`planned_date` names the column 'year', which the data"
    ):
        fc.measure_coverage(homes, NETWORK, reach=50, planned=plan, planned_date="year")
    undated = fc.measure_coverage(homes, NETWORK, reach=50, planned=plan)
    with pytest.raises(fc.ArgumentError, match="`until` needs the dates of the planned network"):
        fc.check_target(undated, until="2020-01-01")
