"""Totals without premises serve wherever no premises are needed, and say the same."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

import numpy as np
import pandas as pd
import pytest

import fibercov as fc


@pytest.fixture(scope="module")
def totals(demo_coverage: fc.Coverage) -> fc.CoverageTotals:
    of = {each.name: getattr(demo_coverage, each.name) for each in fields(fc.CoverageTotals)}
    return fc.CoverageTotals(**of | {"reached_by_m": {20.0: 7}})


def test_they_say_what_the_measurement_says(
    totals: fc.CoverageTotals, demo_coverage: fc.Coverage
) -> None:
    for name in ("share", "share_range", "reached", "total", "connected_share", "unit"):
        assert getattr(totals, name) == getattr(demo_coverage, name)
    assert (
        totals.counts.to_dict()
        == demo_coverage.premises.groupby("status")["households"]
        .sum()
        .reindex(totals.counts.index, fill_value=0)
        .to_dict()
    )
    pd.testing.assert_frame_equal(totals.table, demo_coverage.table)
    assert repr(totals) == repr(demo_coverage)


def test_a_target_rows_the_minutes_and_a_history_take_them(
    totals: fc.CoverageTotals, demo: fc.Demo, demo_coverage: fc.Coverage
) -> None:
    summary = fc.summarize(demo_coverage, by=demo.areas)
    both: list[list[Any]] = []
    for coverage in (totals, demo_coverage):
        check = fc.check_target(coverage, target=0.9, by=summary)
        rows = fc.kolada_rows(coverage, kpi="U00001", municipality="0180")
        tracked = fc.track_progress([coverage], target=0.9)
        both.append([repr(check), fc.minutes(coverage, check), rows, repr(tracked)])
        both[-1].append(check.areas["verdict"].tolist())
    assert both[0] == both[1]


def test_a_curve_has_the_reaches_that_were_counted(totals: fc.CoverageTotals) -> None:
    curve = fc.coverage_curve(totals, reaches_m=[20, 50])
    assert np.array_equal(curve, [7 / totals.total, totals.share])
    with pytest.raises(
        fc.ArgumentError, match=r"the reaches that were counted \(20.0, 50.0\), not 60"
    ):
        fc.coverage_curve(totals, reaches_m=[60])


def test_a_map_of_areas_is_drawn_of_them(
    totals: fc.CoverageTotals, demo: fc.Demo, demo_coverage: fc.Coverage
) -> None:
    summary = fc.summarize(demo_coverage, by=demo.areas)
    of, whole = (
        fc.map_coverage(each, areas=summary, target=0.9).get_root().content  # type: ignore[attr-defined]  # fibercov's own
        for each in (totals, demo_coverage)
    )
    assert (of["squares"], of["premises"]) == (None, None)
    for key in ("areas", "classes", "now", "steps"):
        assert of[key] == whole[key]
    with pytest.raises(fc.ArgumentError, match="`coverage` must be what measure_coverage returns"):
        fc.map_coverage(totals, areas=summary, publish="areas")
    with pytest.raises(
        fc.ArgumentError, match="`coverage` has totals without premises. Give `areas`"
    ):
        fc.map_coverage(totals)


def test_what_needs_premises_says_so(totals: fc.CoverageTotals, demo: fc.Demo) -> None:
    with pytest.raises(fc.ArgumentError, match="`by` must be a summary by area: totals have no"):
        fc.check_target(totals, by=demo.areas)
    with pytest.raises(fc.ArgumentError, match="`coverage` must be what measure_coverage returns"):
        fc.summarize(totals, by=demo.areas)  # type: ignore[arg-type]  # what is tested


def test_premises_are_put_into_areas_once(
    demo: fc.Demo, demo_coverage: fc.Coverage, monkeypatch: pytest.MonkeyPatch
) -> None:
    coverage = demo_coverage.at(demo_coverage.reach)
    coverage.located.clear()
    summary = fc.summarize(coverage, by=demo.areas)
    monkeypatch.setattr("fibercov.measure.areas.locate", None)  # whoever calls it again, fails
    fc.check_data(coverage, network=demo.network, areas=demo.areas)
    assert fc.check_target(coverage, by=demo.areas).areas["total"].equals(summary["total"])
    fc.check_target(coverage.at(100), by=demo.areas)
    with pytest.raises(TypeError):
        fc.summarize(coverage, by=demo.areas.assign(name=demo.areas["name"] + " "))
