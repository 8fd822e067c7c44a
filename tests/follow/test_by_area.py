"""Which areas make it in time: the progress of each area."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
import shapely
from frames import cable, frame, points

import fibercov as fc

NETWORK = cable((0, 0), (1000, 0))
AREAS = frame(
    [shapely.box(-5, 0, 150, 99), shapely.box(150, 0, 450, 99), shapely.box(900, 0, 950, 99)],
    name=["Grows", "Stands", "Empty"], code=["1", "2", "3"],
)  # fmt: skip


def at(year: int, within: int) -> fc.Coverage:
    """So many of 10 households in one area are within reach, 3 of 10 in another, and 1 in none."""
    premises = points(
        (0, 10), (100, 90), (200, 10), (300, 90), (800, 10), None,
        households=[within, 10 - within, 3, 7, 1, 2], town=["A", "A", "B", "B", None, None],
    )  # fmt: skip
    return fc.measure_coverage(premises, NETWORK, reach=50, as_of=f"{year}-10-01")


YEARS = [at(2017, 4), at(2018, 5), at(2019, 7)]


@pytest.mark.parametrize("by", [AREAS, "town"])
def test_each_area_has_the_progress_of_its_own_history(by: Any) -> None:
    areas = fc.track_progress(YEARS, target=0.9, by="2021-10-01", by_area=by).areas
    names = ["Grows", "Stands"] if by is AREAS else ["A", "B"]
    assert areas["name"].tolist() == names  # neither an empty area, nor what lies in none
    assert ("code" in areas.columns) == (by is AREAS)
    assert areas["total"].tolist() == [10, 10]
    assert areas["reached"].tolist() == [7, 3]
    assert areas["share"].tolist() == [0.7, 0.3]
    assert areas["points_a_year"].tolist() == pytest.approx([20, 0])
    assert areas["required_points_a_year"].tolist() == pytest.approx([10, 30])
    alone = fc.track_progress(
        pd.DataFrame(
            {
                "as_of": ["2017-10-01", "2018-10-01", "2019-10-01"],
                "total": 10,
                "reached": [4, 5, 7],
                "unit": "households",
            }
        ),
        target=0.9,
        by="2021-10-01",
    )
    first = areas.iloc[0]
    assert [first[key] for key in ("earliest", "expected", "latest")] == [
        alone.expected.earliest, alone.expected.central, alone.expected.latest,
    ]  # fmt: skip
    assert areas["expected"].iloc[1] is None
    assert areas["reason"].iloc[1]
    assert fc.track_progress(YEARS).areas.empty


def test_areas_can_have_histories_of_their_own() -> None:
    table = pd.concat(
        pd.DataFrame(fc.summarize(each, by=AREAS)[["name", "total", "reached"]]).assign(
            as_of=str(each.as_of)
        )
        for each in YEARS
    )
    whole = pd.DataFrame({"as_of": ["2018-10-01", "2019-10-01"], "share": [0.5, 0.6]})
    table = table[table["total"] > 0]
    areas = fc.track_progress(whole, by_area=table).areas
    assert areas["name"].tolist() == ["Grows", "Stands"]
    assert areas["share"].tolist() == [0.7, 0.3]
    shares = table.assign(share=table["reached"] / table["total"])[["name", "as_of", "share"]]
    assert fc.track_progress(whole, by_area=shares).areas["share"].tolist() == [0.7, 0.3]


def test_an_area_above_the_ceiling_has_none() -> None:
    grown = [at(2017, 4), at(2018, 5), at(2019, 9)]
    areas = fc.track_progress(grown, target=0.95, ceiling=0.8, by_area="town").areas
    assert areas["share"].tolist() == [0.9, 0.3]
    assert np.isnan(areas["required_points_a_year"]).all()  # without a date there is none


@pytest.mark.parametrize(
    ("history", "by_area", "message"),
    [
        (YEARS, 5, "`by_area` must be areas, a column of the premises, or a table"),
        (YEARS, pd.DataFrame({"as_of": []}), "`by_area` must be areas, a column of the premises, or a"),
        (YEARS, "village", "`by` names the column 'village', which the data does not have"),
        (
            pd.DataFrame({"as_of": ["2018-10-01"], "share": [0.5]}), AREAS,
            "`by_area` areas need a history of measurements",
        ),
    ],
)  # fmt: skip
def test_what_is_no_history_by_area_is_an_error(history: Any, by_area: Any, message: str) -> None:
    with pytest.raises(fc.FibercovError, match=message):
        fc.track_progress(history, by_area=by_area)
    with pytest.raises(fc.FibercovError, match=message):
        fc.track_progress(history, by_area=by_area)


def test_a_generator_of_measurements_is_read_once() -> None:
    areas = fc.track_progress((each for each in YEARS), by_area="town").areas
    assert areas["name"].tolist() == ["A", "B"]
