"""What is published gives nobody away, whatever is put beside it (law 15)."""

from __future__ import annotations

import random
from dataclasses import replace
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from attack.publications import (
    Reader,
    Target,
    check_figures,
    edge_table,
    figure,
    small_homes,
    status_table,
    targets,
    told_by_sums,
)
from frames import cable, points
from hypothesis import example, given, settings
from hypothesis import strategies as st

import fibercov as fc
from fibercov.measure.rounding import Level, Pieces, Statuses, round_together

NETWORK = cable((0, 0), (10_000, 0))


def one_level(reached: int, total: int) -> Level:
    """An area as it is published by itself."""
    one = np.array([[total]]), np.array([[reached]]), np.array([[total]])
    return round_together(Pieces({"areas0": np.zeros(1, dtype=np.int64)}, {}, *one, []))["areas0"]


def test_a_figure_is_that_of_the_rule_and_stands_for_all_counts_that_have_it() -> None:
    for total in (20, 21, 22, 23, 24, 25, 26, 27, 61):
        shown: dict[int, list[tuple[int, int, int]]] = {}
        for count in range(total + 1):
            level = one_level(count, total)
            assert level.rounded[0, 0] == figure(count, total)
            shown.setdefault(int(level.rounded[0, 0]), []).append(
                (count, int(level.least[0, 0]), int(level.most[0, 0]))
            )
        for counts in shown.values():
            assert len(counts) >= 3
            assert {(low, high) for _, low, high in counts} == {(counts[0][0], counts[-1][0])}


@given(st.integers(20, 3000), st.data())
def test_a_higher_count_of_the_same_total_never_has_a_lower_figure(total: int, data: Any) -> None:
    one, other = sorted(data.draw(st.tuples(*[st.integers(0, total)] * 2)))
    low, high = (int(one_level(count, total).rounded[0, 0]) for count in (one, other))
    assert low <= high
    assert abs(low - one) <= 6


def made_up(areas: int, squares: int, seed: int) -> Pieces:
    """Areas and squares that cut each other, at three dates: most of it at the edge of what may be told."""
    rng = np.random.default_rng(seed)
    square = np.repeat(np.arange(squares), 2)
    area = np.minimum((square * areas) // squares + np.tile([0, 1], squares), areas - 1)
    first = rng.integers(2, 30, len(area))[:, None]
    total = np.repeat(first, 3, axis=1) + np.cumsum(rng.random((len(area), 3)) < 0.1, axis=1)
    more = rng.integers(0, 6, (len(area), 3)) * (rng.random((len(area), 3)) < 0.4)
    reached = np.minimum(
        np.cumsum(more, axis=1) + rng.choice([0, 0, 40], len(area))[:, None], total
    )
    wider = np.arange(areas) // 7
    parts = {"areas0": area.astype(np.int64), "square": square.astype(np.int64)}
    return Pieces(parts, {"part": wider.astype(np.int64)}, total, reached, total, [(0, 1), (1, 2)])


def test_20_areas_60_squares_and_3_dates_give_no_small_count_or_change_away() -> None:
    pieces = made_up(20, 60, seed=1)
    levels = round_together(pieces)
    check_figures(levels)
    assert told_by_sums(pieces, levels) == []
    every = [*targets(levels)]
    assert len(every) > 100
    reader = Reader(pieces, levels)
    for target in random.Random(1).sample(every, 40):
        assert reader.finds(target) is False


def test_the_same_reader_finds_what_is_not_protected() -> None:
    pieces = made_up(5, 12, seed=2)
    exact = {
        name: level._replace(rounded=level.reached, least=level.reached, most=level.reached)
        for name, level in round_together(pieces).items()
    }
    told = told_by_sums(pieces, exact)
    assert len(told) == len([*targets(exact)]) > 10
    assert all(Reader(pieces, exact).knows(target) for target in told[:5])


def test_tables_at_the_edge_give_nothing_away() -> None:
    for seed in range(8):
        pieces = edge_table(seed)
        levels = round_together(pieces)
        check_figures(levels)
        reader = Reader(pieces, levels)
        assert not any(reader.knows(target) for target in targets(levels))


@given(st.integers(0, 2**32 - 1))
@example(19)  # in these two, counts are told unless the check knows the statuses
@example(33)
@settings(max_examples=5, deadline=None)
def test_with_every_status_known_the_figures_give_nothing_away(seed: int) -> None:
    pieces = status_table(seed)
    try:
        levels = round_together(pieces)
    except fc.ArgumentError:
        return
    check_figures(levels)
    reader = Reader(pieces, levels)
    assert not any(reader.finds(each) for each in (*targets(levels), *small_homes(pieces)))


def test_figures_that_are_safe_by_themselves_are_not_where_every_status_is_known() -> None:
    """3 of 100 are unserved, at one premises; a household more, within reach, and it would be told."""
    area = np.arange(4)
    total = np.array([[100, 101], [60, 60], [80, 80], [90, 90]])
    reached = np.array([[97, 98], [30, 30], [40, 40], [50, 50]])
    of = np.array([0, 0, 0, 1, 1, 2, 2, 3, 3])
    there = np.array([[1, 1], [1, 1], [0, 1], *[[1, 1]] * 6]) > 0
    inside = there & (np.array([1, 0, 1, 1, 0, 1, 0, 1, 0]) > 0)[:, None]
    homes = np.array([[97, 97], [3, 3], [0, 1], *[[n, n] for n in (30, 30, 40, 40, 50, 40)]])
    statuses = Statuses(of, there, inside, homes, [(0, 1)])
    plain = Pieces({"areas0": area}, {}, total, reached, total, [(0, 1)])
    seen = replace(plain, statuses=statuses)
    levels = round_together(plain)
    assert levels["areas0"].shown.all()
    rest = Target("areas0", 0, {0: 1})
    assert Reader(plain, levels).finds(rest) is False
    assert Reader(seen, levels).finds(rest) is True
    assert rest in told_by_sums(seen, levels)
    kept = round_together(seen)
    assert kept["areas0"].shown.all(axis=1).tolist() == [False, True, True, True]
    assert Reader(seen, kept).finds(rest) is False


# The publication of measurements ----------------------------------------------------------------


@pytest.fixture(scope="module")
def years() -> list[fc.Coverage]:
    towns = [fc.load_demo(as_of=f"{year}-10-01") for year in (2018, 2019, 2020)]
    return [
        fc.measure_coverage(t.premises, t.network, planned=t.planned, reach=50, as_of=t.as_of)
        for t in towns
    ]


def figures(public: fc.Publication) -> pd.DataFrame:
    """What is shown of the areas, by all that says which figure it is."""
    of = [str(each.reach) for each in public.measurements]
    table = pd.DataFrame(public.areas.drop(columns="geometry")).assign(
        reach=[of[k] for k in public.areas["measurement"]]
    )
    keys = ["set", "level", "name", "as_of", "unit", "with_plan", "reach"]
    return table.set_index(keys)[["total", "reached", "shown"]].sort_index()


def test_the_demo_is_published_near_the_truth(demo: fc.Demo, years: list[fc.Coverage]) -> None:
    public = fc.publishable(years, areas=demo.areas)
    assert [each.as_of for each in public.measurements] == [
        *[year.as_of for year in years], years[-1].as_of,
    ]  # fmt: skip
    for told, year in zip(public.measurements, [*years, years[-1].with_plan()], strict=True):
        assert told.total == year.total
        assert abs(told.share - year.share) <= 0.001
        assert told.rounded
        assert told.reached_range[0] <= year.reached <= told.reached_range[1]
    assert public.measurements[-2].counts["planned"] > 0
    summary = fc.summarize(years[1], by=demo.areas).set_index("name")
    shown = public.areas[(public.areas["measurement"] == 1) & (public.areas["level"] == "area")]
    for row in shown.to_dict("records"):
        exact = summary.loc[row["name"]]
        assert row["shown"] == (exact["total"] >= 20 or exact["total"] == 0)
        if row["shown"]:
            assert row["total"] == exact["total"]
            assert abs(row["reached"] - exact["reached"]) <= 6
            assert row["reached_low"] <= exact["reached"] <= row["reached_high"]
        else:
            assert pd.isna([row["total"], row["reached"], row["share"]]).all()
    assert public.squares is not None
    assert (public.squares.dropna(subset="total")["total"] >= 20).all()


def test_premises_are_published_with_their_status_at_every_date(
    demo: fc.Demo, years: list[fc.Coverage]
) -> None:
    public = fc.publishable(years, areas=demo.areas, premises=True)
    areas = fc.publishable(years, areas=demo.areas, squares=False)
    pd.testing.assert_frame_equal(figures(public), figures(areas))  # nothing need be hidden
    assert public.squares is None
    assert areas.premises is None
    told = public.premises
    assert told is not None
    assert [*told.columns] == [
        "premises", "measurement", "as_of", "with_plan", "address", "status", "area", "geometry",
    ]  # fmt: skip
    for number, year in enumerate([*years, years[-1].with_plan()]):
        placed = year.premises[year.premises.geometry.notna()]
        each = told[told["measurement"] == number]
        assert each["address"].tolist() == placed["address"].tolist()
        assert each["status"].tolist() == placed["status"].tolist()
    # The same house is the same premises at all dates.
    assert len(told.drop_duplicates(["premises", "address"])) == told["premises"].nunique()
    assert told["premises"].nunique() == told.drop_duplicates(["address", "geometry"]).shape[0]
    kept = fc.publishable([years[0], years[0].at(100)], premises=True).at(100).premises
    assert kept is not None
    assert kept["measurement"].unique().tolist() == [0, 1]


def test_a_new_date_set_or_definition_changes_no_figure(
    demo: fc.Demo, years: list[fc.Coverage]
) -> None:
    halves = demo.areas.assign(name=["E"] * 6 + ["W"] * 7).dissolve("name").reset_index()
    before = figures(fc.publishable(years[:2], areas=demo.areas))
    before = before[before.index.get_level_values("with_plan") == False]  # noqa: E712 - an index
    for public in (
        fc.publishable(years, areas=demo.areas),
        fc.publishable([*years[:2], *(year.at(100) for year in years[:2])], areas=demo.areas),
        fc.publishable(years[:2], areas=[demo.areas, halves[["name", "geometry"]]]),
        fc.publishable([*years[:2], *(year.of("inhabitants") for year in years)], areas=demo.areas),
        fc.publishable(years[:2], areas=demo.areas, squares=False),
    ):
        pd.testing.assert_frame_equal(figures(public).loc[before.index], before)


def test_wider_areas_and_the_rest_have_rows(demo: fc.Demo, years: list[fc.Coverage]) -> None:
    areas = demo.areas.assign(part=["town"] * 4 + ["country"] * 9, all="Fiberdalen")
    public = fc.publishable(years[0], areas=areas, within=["part", "all"], rest="Elsewhere")
    assert public.areas["level"].drop_duplicates().tolist() == ["area", "part", "all", "whole"]
    first = public.areas[public.areas["measurement"] == 0]
    part = first[first["level"] == "part"].set_index("name")
    assert (
        part.loc["town", "total"] == fc.summarize(years[0], by=demo.areas)["total"].iloc[:4].sum()
    )
    assert "Elsewhere" in public.areas["name"].tolist()
    by_kind = fc.publishable(years[0], areas="kind").areas
    assert by_kind["name"].tolist()[:3] == ["farm", "flats", "house"]
    assert by_kind.geometry.isna().all()


def test_one_unit_and_one_definition_can_be_taken(years: list[fc.Coverage]) -> None:
    every = [each for year in years[:2] for each in (year, year.at(100), year.of("inhabitants"))]
    public = fc.publishable(every)
    assert len(public.measurements) == 6 + 3  # and what is planned at the last date of each
    with pytest.raises(
        fc.ArgumentError, match=r"has several: .*Choose one: publication.of\(unit\)"
    ):
        _ = public.unit
    homes = public.of("households")
    with pytest.raises(fc.ArgumentError, match=r"Choose one: publication.at\(reach\)"):
        _ = homes.reach
    one = homes.at(100)
    assert (one.unit, one.reach) == ("households", fc.Reach(100))
    assert [each.as_of for each in one.measurements] == [y.as_of for y in (*years[:2], years[1])]
    assert one.areas["measurement"].drop_duplicates().tolist() == [0, 1, 2]
    assert one.history == [*one.measurements[:2]]
    tracked = fc.track_progress(one.history, target=0.95)
    assert tracked.table["reached"].tolist() == [each.reached for each in one.history]
    with pytest.raises(fc.ArgumentError, match="`reach` must be one of"):
        public.at(3)
    with pytest.raises(fc.ArgumentError, match="`unit` must be one of"):
        public.of("workplaces")
    assert repr(public).startswith("9 measurements, rounded to the nearest 5; 0 of 9 rows")
    one_date = fc.publishable(years[0], areas="kind", squares=False)
    kinds = years[0].premises["kind"].nunique()
    assert f"{len(one_date.measurements)} measurements of {kinds} areas, rounded" in repr(one_date)
    assert "<table" in public._repr_html_()


def test_a_verdict_that_the_rounding_leaves_open_is_about_the_target() -> None:
    premises = points(*[(10 * k, 10 if k < 45 else 90) for k in range(50)])
    coverage = fc.measure_coverage(
        premises.assign(households=1), NETWORK, reach=50, as_of="2020-10-01"
    )
    (told,) = fc.publishable(coverage, squares=False).measurements
    assert (told.reached, told.reached_range) == (45, (43, 47))
    check = fc.check_target(told, target=0.9)
    assert (check.verdict, check.shortfall) == ("about", 0)
    assert "the share is about the 90 % target" in repr(check)
    assert "The share is about the target of 90 %. Counts" not in fc.minutes(
        told, check, language="en"
    )
    said = fc.minutes(told, fc.check_target(told, target=0.91), language="en")
    assert "Counts are rounded to the nearest five. " in said
    assert "The share is about the target of 91 %; rounded, 1 household to go." in said
    assert fc.check_target(told, target=0.95).verdict == "not met"
    assert fc.check_target(told, target=0.86).verdict == "met"
    assert repr(told) == "90.0 % of 50 households within 50 m of fiber, 2020-10-01"


def test_what_cannot_be_published_is_an_error(demo: fc.Demo, years: list[fc.Coverage]) -> None:
    few = fc.measure_coverage(points((0, 10), (0, 90)).assign(households=9), NETWORK, reach=50)
    areas: gpd.GeoDataFrame = demo.areas.assign(part="a")
    crossed = areas.assign(part=list("ab") * 6 + ["a"], county=list("xy") * 6 + ["y"])
    for given_, options, message in (
        ([], {}, "`coverages` must be what measure_coverage returns, or a list of that"),
        ([5], {}, "`coverages` must be what measure_coverage returns"),
        ([years[0], years[0]], {}, "`coverages` has several measurements of one date, definition and unit"),
        (few, {}, "`coverages` cannot be published: of households there must be at least 20 in all"),
        (years[0], {"areas": areas, "within": ["nowhere"]}, "`within` names the column 'nowhere'"),
        (years[0], {"areas": "kind", "within": ["part"]}, "`within` needs areas that are polygons"),
        (years[0], {"areas": crossed, "within": ["part", "county"]}, "lie in several of 'county'"),
        (few.of("premises"), {"premises": True}, "`premises` cannot be published with counts of one at each"),
        (years[0], {"premises": True, "address": "nowhere"}, "`address` names the column 'nowhere'"),
    ):  # fmt: skip
        with pytest.raises(fc.FibercovError, match=message):
            fc.publishable(given_, **options)  # type: ignore[arg-type]  # what is tested


def test_squares_go_where_they_would_give_something_away() -> None:
    pieces = edge_table(15)
    levels = round_together(pieces)
    square = levels["square"]
    gone = ~square.shown & (square.total >= 20)
    assert gone.any()
    reader = Reader(pieces, levels)
    assert not any(reader.knows(target) for target in targets(levels))
    # What is left out of the squares cannot be left out of a second set of areas.
    area, other = pieces.parts.values()
    with pytest.raises(
        fc.ArgumentError, match="`areas` cannot be published together: .* Merge the smallest"
    ):
        round_together(replace(pieces, parts={"areas0": area, "areas1": other}))
