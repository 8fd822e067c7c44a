"""Why the share changed: the parts, in households and points, sum exactly (law 8)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction
from typing import Any

import geopandas as gpd
import pandas as pd
import pytest
import shapely
from frames import cable, frame, points
from hypothesis import assume, given
from hypothesis import strategies as st

import fibercov as fc
from fibercov.follow.change import CAUSES

NETWORK = cable((0, 0), (1000, 0))


def measured(
    rows: Mapping[str, tuple[float | None, int]], reach: float = 50, as_of: str = "2019-10-01"
) -> fc.Coverage:
    """Premises by id: how far from the cable (None: unplaced), and their households."""
    places = [
        None if north is None else (100 * (ord(name[0]) - 96), north)
        for name, (north, _) in rows.items()
    ]
    premises = points(*places, id=list(rows), households=[n for _, n in rows.values()])
    return fc.measure_coverage(premises, NETWORK, reach=reach, as_of=as_of)


BEFORE = {"a": (10.0, 4), "b": (90.0, 3), "c": (20.0, 2), "d": (None, 1), "e": (30.0, 5)}


def parts(change: fc.Change) -> dict[str, tuple[Any, ...]]:
    return {
        row["cause"]: (row["reached"], row["total"], row["points"])
        for row in change.table.to_dict("records")
        if row["reached"] or row["total"] or row["points"]
    }


def test_each_cause_has_its_households_and_points() -> None:
    far = cable((0, 0), (250, 0))  # no longer reaches c and e; but is extended to b
    built = gpd.GeoDataFrame(
        pd.concat([far, cable((200, 60), (201, 60))], ignore_index=True), crs=NETWORK.crs
    )
    after = points(
        (100, 10), (200, 90), (300, 20), (400, 10), (600, 10), (700, 900),
        id=list("abcdfg"), households=[6, 3, 2, 1, 7, 8],
    )  # fmt: skip
    coverage = fc.measure_coverage(after, built, reach=60, as_of="2020-10-01")
    change = fc.explain_change(measured(BEFORE), coverage)
    # Of 15 households a, c and e (11) were within reach; e (5) is gone; b (3) came within reach;
    # c (2: 54 m away now) stays so under 60 m; a has 2 more; f (7) and g (8) are new and not.
    assert parts(change) == {
        "removed_reached": (
            -5,
            -5,
            pytest.approx(float(100 * (Fraction(6, 10) - Fraction(11, 15)))),
        ),
        "newly_reached": (3, 0, pytest.approx(30.0)),
        "counts": (
            2,
            2,
            pytest.approx(float(100 * (Fraction(11, 12) - Fraction(9, 10)))),
        ),
        "new_not_reached": (
            0,
            15,
            pytest.approx(float(100 * (Fraction(11, 27) - Fraction(11, 12)))),
        ),
    }
    assert change.reached == coverage.reached - 11 == 0


@pytest.mark.parametrize(
    ("after", "reach", "expected"),
    [
        (BEFORE, 100, {"definition": (3, 0)}),
        ({**BEFORE, "b": (40.0, 3)}, 50, {"placement": (3, 0)}),
        ({**BEFORE, "d": (10.0, 1)}, 50, {"placement": (1, 0)}),
        ({**BEFORE, "a": (None, 4)}, 50, {"placement": (-4, 0)}),
        ({**BEFORE, "a": (10.2, 4)}, 50, {}),  # half a metre is no other place
        ({**BEFORE, "c": (20.0, 9)}, 50, {"counts": (7, 7)}),
        ({**BEFORE, "b": (90.0, 9)}, 50, {"counts": (0, 6)}),
        ({**BEFORE, "f": (10.0, 6)}, 50, {"new_reached": (6, 6)}),
        ({**BEFORE, "f": (None, 6)}, 50, {"new_not_reached": (0, 6)}),
        ({k: BEFORE[k] for k in "acde"}, 50, {"removed_not_reached": (0, -3)}),
        ({k: BEFORE[k] for k in "bcde"}, 50, {"removed_reached": (-4, -4)}),
    ],
)
def test_one_cause_alone(after: Any, reach: float, expected: dict[str, tuple[int, int]]) -> None:
    change = fc.explain_change(measured(BEFORE), measured(after, reach, "2020-10-01"))
    found = {cause: part[:2] for cause, part in parts(change).items()}
    assert found == expected
    whole = change.after.share - change.before.share
    assert change.table["points"].sum() == pytest.approx(100 * whole)


def test_a_network_that_is_gone_is_no_longer_reached() -> None:
    before = measured(BEFORE)
    after = fc.measure_coverage(
        before.premises[["id", "households", "geometry"]], cable((0, 0), (150, 0)), reach=50
    )
    assert parts(fc.explain_change(before, after)).keys() == {"no_longer_reached"}


def test_the_same_has_no_cause() -> None:
    one = measured(BEFORE)
    change = fc.explain_change(one, one)
    assert parts(change) == {}
    assert change.table["cause"].tolist() == list(CAUSES)
    assert change.sentence() == "The share is unchanged at 73.3 %."
    assert change.sentence("sv") == "Andelen är oförändrad, 73,3 %."


rows = st.dictionaries(
    st.sampled_from("abcdefgh"),
    st.tuples(st.sampled_from([None, 10.0, 40.0, 70.0, 200.0]), st.integers(0, 9)),
    min_size=1,
).filter(lambda found: any(n for _, n in found.values()) and any(p for p, _ in found.values()))


@given(rows, rows, st.sampled_from([50, 80]), st.sampled_from([50, 80]))
def test_the_parts_sum_exactly(then: Any, now: Any, reach: float, reach_now: float) -> None:
    assume({*then} & {*now})
    before, after = measured(then, reach), measured(now, reach_now, "2020-10-01")
    areas = frame(
        [shapely.box(0, -500, 450, 500), shapely.box(450, -500, 2000, 500)], name=list("WE")
    )
    change = fc.explain_change(before, after, by=areas)
    assert sum(change.exact_points.values()) == 100 * (after.exact_share - before.exact_share)
    assert change.table["reached"].sum() == after.reached - before.reached
    assert change.table["total"].sum() == after.total - before.total
    back = fc.explain_change(replace(after, as_of=None), before)
    assert sum(back.exact_points.values()) == -sum(change.exact_points.values())
    told = {coverage: fc.summarize(coverage, by=areas) for coverage in (before, after)}
    for number, name in enumerate(told[before]["name"]):
        part = change.areas[change.areas["name"] == name]
        for column, count in (("reached", "reached"), ("total", "total")):
            difference = told[after][count].iloc[number] - told[before][count].iloc[number]
            assert part[column].sum() == difference
    assert change.sentence("sv")


def test_by_area_a_premises_that_moved_is_gone_in_one_and_new_in_the_other() -> None:
    premises = points((100, 10), (300, 10), id=["a", "b"], households=[2, 3], town=["X", "X"])
    before = fc.measure_coverage(premises, NETWORK, reach=50, as_of="2019-10-01")
    after = fc.measure_coverage(premises.assign(town=["X", "Y"]), NETWORK, reach=50)
    areas = fc.explain_change(before, after, by="town").areas
    some = areas[(areas["total"] != 0)].drop(columns="points").to_numpy().tolist()
    assert some == [["X", "removed_reached", -3, -3], ["Y", "new_reached", 3, 3]]
    assert parts(fc.explain_change(before, after)) == {}


@pytest.mark.parametrize(
    "later", [[1.0, 2.0, 10.0, 11.0, None], ["1", "2", "10", "11", None], [1, 2, 10, 11, None]]
)
def test_areas_of_a_column_are_those_of_summarize_whatever_its_type(later: list[Any]) -> None:
    premises = points(*[(100 * k, 10) for k in range(5)], id=list("abcde"), households=2)

    def measured_with(districts: list[Any]) -> fc.Coverage:
        districts_ = pd.Series(districts)
        return fc.measure_coverage(premises.assign(district=districts_), NETWORK, reach=50)

    before = measured_with([1, 2, 10, 11, 11])
    after = measured_with(later)
    names = fc.explain_change(before, after, by="district").areas["name"].drop_duplicates().tolist()
    assert names == fc.summarize(before, by="district")["name"].tolist()
    assert names == ["1", "2", "10", "11", "(no value)", "(unplaced)"]
    areas = fc.explain_change(before, after, by="district").areas
    some = areas[areas["total"] != 0].drop(columns="points").to_numpy().tolist()
    assert some == [["11", "removed_reached", -2, -2], ["(no value)", "new_reached", 2, 2]]


def test_a_column_that_cannot_be_counted_by_is_an_error() -> None:
    premises = points((100, 10), id=["a"], households=[2], tags=[["x"]])
    one = fc.measure_coverage(premises, NETWORK, reach=50)
    with pytest.raises(fc.ColumnError, match="`by`: column 'tags' cannot be counted by"):
        fc.explain_change(one, one, by="tags")


def test_the_sentence_says_what_worked_against_the_change_first() -> None:
    after = {**BEFORE, "b": (45.0, 3), "f": (900.0, 1150)}
    before = measured({**BEFORE, "b": (45.4, 3)}, reach=45.2)
    change = fc.explain_change(before, measured(after, reach=45.2, as_of="2020-10-01"))
    said = change.sentence()
    assert said == (
        "The share fell 72.1 points, from 73.3 % to 1.2 %, despite 3 households newly within reach "
        "(+20.0), because of 1,150 households added out of reach (-92.1)."
    )
    assert change.sentence("sv").replace("\xa0", " ") == (
        "Andelen minskade med 72,1 procentenheter, från 73,3 % till 1,2 %, trots 3 hushåll som kommit inom "
        "räckhåll (+20,0), till följd av 1 150 hushåll utom räckhåll som tillkommit (−92,1)."
    )


def test_a_small_change_is_not_from_a_share_to_the_same() -> None:
    before = measured({"a": (10.0, 90_480), "b": (10.0, 40), "c": (900.0, 9_480)})
    after = measured({"a": (10.0, 90_480), "b": (900.0, 40), "c": (900.0, 9_480)})
    change = fc.explain_change(before, after)
    assert change.sentence().startswith(
        "The share fell 0.04 points, from 90.52 % to 90.48 %, because of changed positions "
    )
    assert change.sentence("sv").startswith(
        "Andelen minskade med 0,04 procentenheter, från 90,52 % till 90,48 %, till följd av ändrade lägen "
    )


def test_premises_need_ids_to_be_matched() -> None:
    one = measured(BEFORE)
    without = fc.measure_coverage(one.premises[["households", "geometry"]], NETWORK, reach=50)
    with pytest.raises(fc.ColumnError, match="`after`: the premises have no column 'id'"):
        fc.explain_change(one, without)
    twice = fc.measure_coverage(
        one.premises[["households", "geometry"]].assign(id="x"), NETWORK, reach=50
    )
    with pytest.raises(
        fc.ColumnError, match="`before` must be different in every row, but column 'id'"
    ):
        fc.explain_change(twice, one)
    with pytest.raises(fc.ArgumentError, match="`after` must be what measure_coverage returns"):
        fc.explain_change(one, None)  # type: ignore[arg-type]  # what is tested


def test_a_network_that_came_is_not_put_down_to_a_move_of_half_a_metre() -> None:
    then = measured({"a": (400.0, 2), "b": (10.0, 1)})
    moved = then.premises[["id", "households", "geometry"]].to_crs(3006)
    moved["geometry"] = moved.geometry.translate(0, 0.6)
    built = gpd.GeoDataFrame(
        pd.concat([NETWORK, cable((0, 390), (900, 390))], ignore_index=True), crs=NETWORK.crs
    )
    change = fc.explain_change(then, fc.measure_coverage(moved, built, reach=50))
    assert parts(change).keys() == {"newly_reached"}


def test_changed_positions_and_counts_say_which_way() -> None:
    there = {"a": (10.0, 3), "b": (400.0, 2), "c": (20.0, 5)}
    moved = {**there, "a": (300.0, 3), "b": (30.0, 2)}
    said = fc.explain_change(measured(there), measured(moved)).sentence()
    assert "because of changed positions (-1 households within reach) (-10.0)" in said
    fewer = {**there, "c": (20.0, 1)}
    assert (
        "(-4 households in all)" in fc.explain_change(measured(there), measured(fewer)).sentence()
    )


def test_ids_match_whatever_type_they_came_as() -> None:
    def numbered(*ids: Any) -> fc.Coverage:
        premises = points(*[(100 * k, 10) for k in range(len(ids))])
        premises["id"] = pd.Series(ids)
        return fc.measure_coverage(premises.assign(households=2), NETWORK, reach=50)

    for ids in ((1.0, 2.0), ("1", "2"), (1, "2")):
        assert parts(fc.explain_change(numbered(1, 2), numbered(*ids))) == {}
    with pytest.raises(fc.ColumnError, match="id"):
        fc.explain_change(numbered(1, "1"), numbered(1, 2))
    with pytest.raises(fc.ColumnError, match="have no id in common: '1', '2' and '7', '8', say"):
        fc.explain_change(numbered(1, 2), numbered(7, 8))


def test_households_and_premises_cannot_be_compared() -> None:
    one = measured(BEFORE)
    uncounted = fc.measure_coverage(one.premises[["id", "geometry"]], NETWORK, reach=50)
    with pytest.raises(fc.ArgumentError, match="must count alike"):
        fc.explain_change(one, uncounted)


def test_another_definition_must_be_known_for_the_first() -> None:
    one = measured(BEFORE)
    lit = one.premises[["id", "households", "geometry"]].assign(connected=[True] + [False] * 4)
    after = fc.measure_coverage(lit, reach=fc.PTS_2015, as_of="2020-10-01")
    with pytest.raises(fc.ArgumentError, match="needs drops to"):
        fc.explain_change(one, after)


def test_shows_in_points_and_in_a_notebook() -> None:
    after = measured(BEFORE | {"b": (20.0, 3)}, as_of="2020-10-01")
    change = fc.explain_change(measured(BEFORE), after)
    assert change.reached == 3
    assert change.points == pytest.approx(100 * 3 / 15)
    shown = change._repr_html_()
    assert repr(change) in shown
    assert shown.count("<tr") == 1 + len(change.table)


def test_the_earlier_comes_first() -> None:
    before, after = measured(BEFORE), measured(BEFORE, as_of="2020-10-01")
    with pytest.raises(
        fc.ArgumentError, match="`before` is of 2020-10-01, and `after` of 2019-10-01"
    ):
        fc.explain_change(after, before)


def test_areas_of_one_name_are_told_apart_by_their_codes() -> None:
    areas = frame(
        [shapely.box(0, -500, 250, 500), shapely.box(250, -500, 900, 500)],
        name=["Berg", "Berg"], code=["1", "2"],
    )  # fmt: skip
    later = {**BEFORE, "b": (10.0, 3)}
    changed = fc.explain_change(
        measured(BEFORE), measured(later, as_of="2020-10-01"), by=areas
    ).areas
    came = changed[changed["cause"] == "placement"]  # b moved nearer
    assert dict(zip(came["code"].fillna(""), came["reached"], strict=True)) == {
        "1": 3, "2": 0, "": 0,
    }  # fmt: skip
    assert changed["name"].drop_duplicates().tolist() == [
        "Berg",
        "(outside all areas)",
        "(unplaced)",
    ]


def test_a_column_that_is_written_otherwise_at_the_other_date_has_the_same_areas() -> None:
    before, after = (
        points((100, 10), (200, 10), (300, 10), id=list("abc"), zone=zone)
        for zone in ([1.0, 2.5, None], ["1", "2.5", "3"])
    )
    years = [fc.measure_coverage(each, NETWORK, reach=50) for each in (before, after)]
    changed = fc.explain_change(*years, by="zone").areas
    some = changed[(changed["reached"] != 0) | (changed["total"] != 0)]
    assert list(zip(some["name"], some["cause"], some["total"], strict=True)) == [
        ("3", "new_reached", 1), ("(no value)", "removed_reached", -1),
    ]  # fmt: skip
