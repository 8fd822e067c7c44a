"""What a plan is handed in as: the folder, the picture, the paragraph, the command line."""

from __future__ import annotations

import json
import shutil
from datetime import date
from pathlib import Path

import geopandas as gpd
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
import shapely
from frames import cable, frame, points
from running import command as run
from running import contents

import fibercov as fc

HOMES = [(50, 10), (300, 0), (50, 200)]
NETWORK = cable((0, 0), (100, 0))
ROADS = frame(
    [
        shapely.LineString([(0, 0), (50, 0), (100, 0), (400, 0)]),
        shapely.LineString([(50, 0), (50, 400)]),
    ]
)


@pytest.fixture(scope="module")
def plan() -> fc.Plan:
    premises = points(*HOMES, households=[10, 2, 9])
    coverage = fc.measure_coverage(premises, NETWORK, reach=20, as_of="2020-10-01")
    return fc.plan_builds(
        coverage, NETWORK, routes=ROADS, target=1.0, cost_per_m=10_000, currency="SEK"
    )


# The two builds are 180 m each, and cost 1.8 million: one reaches 9 households, the other 2.


def test_the_paragraph_says_what_the_builds_bring_and_what_they_are_not(plan: fc.Plan) -> None:
    said = fc.minutes(plan.coverage, plan=plan)
    assert said.endswith(
        "Målet om 100 % är inte nått; 11 hushåll återstår. Avstånden är mätta fågelvägen. Andelen säger "
        "inget om pris, hastighet eller när det går att ansluta sig. 2 utbyggnader längs de angivna sträckningarna, "
        "0,4 km schakt för 3,60\u00a0miljoner\u00a0SEK, skulle höja andelen till 100,0 %. Ytterligare 11 hushåll "
        "skulle då nås. Den sista utbyggnaden kostar 900\u00a0000\u00a0SEK per hushåll. Med dessa kostnader "
        "kan ingen plan längs samma sträckningar som når lika många kosta mindre än 3,60\u00a0miljoner\u00a0SEK. "
        "Kostnaderna följer av de priser som har angetts. Planen är ingen projektering: den tar inte hänsyn till "
        "kanalisation, splittrar, kapacitet, tillstånd eller markåtkomst. Anslutningen från schaktet till varje "
        "byggnad ingår bara om en kostnad per adress har angetts. Raka stycken utanför de angivna "
        "sträckningarna kan korsa vatten."
    )
    english = fc.minutes(plan.coverage, plan=plan, language="en")
    assert (
        "2 builds along the given routes, 0.4 km of trench for 3.60\u00a0million\u00a0SEK"
        in english
    )
    assert "no plan along the same routes that reaches as many can cost less than 3.60" in english


def test_the_paragraph_of_a_budget_has_no_target(plan: fc.Plan) -> None:
    cheap = fc.plan_builds(plan.coverage, NETWORK, routes=ROADS, budget=2e6, cost_per_m=10_000)
    assert "target" not in fc.minutes(cheap.coverage, plan=cheap, language="en")
    check = fc.check_target(cheap.coverage, target=0.9)
    said = fc.minutes(cheap.coverage, check, plan=cheap, language="en")
    assert (
        "1 build along the given routes, 0.2 km of trench for 1.80\u00a0million, would bring"
        in said
    )


def test_the_paragraph_is_of_one_measurement(plan: fc.Plan) -> None:
    with pytest.raises(fc.ArgumentError, match="`plan` is of another measurement: 10 of 21"):
        fc.minutes(plan.coverage.at(50), plan=plan)


def test_the_folder_has_the_map_the_layer_the_table_the_picture_and_the_figures(
    plan: fc.Plan, tmp_path: Path
) -> None:
    files = fc.write_plan(tmp_path / "plan", plan, network=NETWORK, language="sv")
    assert {file.name for file in files} == {*contents(tmp_path / "plan")}
    layer = gpd.read_file(tmp_path / "plan/builds.gpkg")
    assert layer["newly_reached"].tolist() == [9, 2]
    assert layer.geometry.length.tolist() == pytest.approx([180, 180])
    table = pd.read_csv(tmp_path / "plan/builds.csv", sep=";", decimal=",")
    assert table["ackumulerad kostnad"].tolist() == [1_800_000, 3_600_000]
    assert not {*table.columns} & {*plan.builds.columns}  # all have a Swedish heading
    figures = json.loads((tmp_path / "plan/plan.json").read_text("utf-8"))
    assert (figures["reached"], figures["reached_after"], figures["total"]) == (10, 21, 21)
    assert (figures["cost"], figures["currency"]) == (3_600_000, "SEK")
    page = (tmp_path / "plan/plan.html").read_text("utf-8")
    assert "Förslag till utbyggnad" in page
    assert (tmp_path / "plan/minutes.txt").read_text("utf-8").startswith("Den 1 oktober 2020")
    before = contents(tmp_path / "plan")
    fc.write_plan(tmp_path / "plan", plan, network=NETWORK, language="sv")
    assert contents(tmp_path / "plan") == before


def test_the_command_adds_a_plan_from_the_same_results_to_the_minutes(
    plan: fc.Plan, tmp_path: Path
) -> None:
    fc.write_results(tmp_path / "r", plan.coverage, network=NETWORK, target=0.3)
    fc.write_plan(tmp_path / "plan", plan, language="en")
    for language in ("sv", "en"):
        done = run(
            "minutes", "r", "--plan", "plan", "--language", language, "--out", "m.txt", cwd=tmp_path
        )
        assert done.returncode == 0, done.stderr
        said = (tmp_path / "m.txt").read_text("utf-8")
        assert said == fc.minutes(plan.coverage, plan=plan, language=language) + "\n"
    done = run("minutes", "r", "--plan", "plan", "--target", "40%", cwd=tmp_path)
    check = fc.check_target(plan.coverage, target=0.4)
    assert done.stdout == fc.minutes(plan.coverage, check, plan=plan, language="en") + "\n"
    fc.write_results(tmp_path / "r", plan.coverage.at(30), network=NETWORK)
    for folder, message in (
        ("plan", "`--plan` is of another measurement: 10 of 21 households within 20 m of fiber, 2020-10-01 instead of 10 of 21 households within 30 m of fiber, 2020-10-01. Plan from this one."),
        ("r", "`--plan`: 'r' is not a folder of a plan ("),
    ):  # fmt: skip
        done = run("minutes", "r", "--plan", folder, cwd=tmp_path)
        assert done.returncode == 1
        assert message in done.stderr


def test_a_plan_replaces_a_plan_and_nothing_else(plan: fc.Plan, tmp_path: Path) -> None:
    (tmp_path / "builds.csv").write_text("mine", encoding="utf-8")
    with pytest.raises(fc.FileError, match="already exists, and is not from an earlier run"):
        fc.write_plan(tmp_path, plan)
    assert contents(tmp_path) == {"builds.csv": b"mine"}


def test_a_plan_without_builds_is_not_drawn_or_written(plan: fc.Plan, tmp_path: Path) -> None:
    met = fc.plan_builds(plan.coverage, NETWORK, routes=ROADS, target=0.1, cost_per_m=1)
    with pytest.raises(fc.ArgumentError, match="`plan` must have builds"):
        fc.write_plan(tmp_path / "plan", met)
    with pytest.raises(fc.ArgumentError, match="`plan` must have builds"):
        fc.plot_plan(met)
    assert not (tmp_path / "plan").exists()


def test_a_plan_without_builds_is_a_network_that_adds_nothing(
    plan: fc.Plan, tmp_path: Path
) -> None:
    met = fc.plan_builds(plan.coverage, NETWORK, routes=ROADS, target=0.1, cost_per_m=1)
    homes = points(*HOMES, households=[10, 2, 9])
    again = fc.measure_coverage(homes, NETWORK, reach=20, planned=met.builds)
    assert again.reached == plan.coverage.reached
    assert again.plan_counts is None
    fc.map_coverage(again, planned=met.builds).save(tmp_path / "map.html")
    assert 'id="fc-builds"' not in (tmp_path / "map.html").read_text("utf-8")


def test_the_picture_is_a_staircase_with_the_target_and_the_numbers(plan: fc.Plan) -> None:
    ax = fc.plot_plan(plan, language="sv")
    stairs = next(line for line in ax.lines if line.get_drawstyle() == "steps-post")
    assert np.asarray(stairs.get_xdata()).tolist() == [0, 1_800_000, 3_600_000]
    assert np.asarray(stairs.get_ydata()) == pytest.approx([100 * 10 / 21, 100 * 19 / 21, 100])
    words = [text.get_text() for text in ax.texts]
    assert {"1", "2", "Mål 100 %"} <= {*words}
    assert ax.get_title(loc="left").startswith("2 utbyggnader, 0,4 km")
    assert ax.get_xticklabels()[-1].get_text().endswith("miljoner SEK")
    plt.close("all")


def test_dated_builds_go_into_the_forecast(plan: fc.Plan) -> None:
    history = pd.DataFrame(
        {"as_of": ["2018-10-01", "2019-10-01", "2020-10-01"], "total": 21, "reached": [6, 8, 10]}
    )
    builds = plan.builds.assign(as_of=["2021-06-01", "2022-06-01"])
    tracked = fc.track_progress(history, target=0.9, by="2021-12-31", builds=builds)
    assert tracked.builds["reached"].tolist() == [19, 21]
    assert tracked.expected.central == date(2021, 6, 1)


@pytest.fixture(scope="module")
def measured(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of results and what they were made of; no test changes it."""
    folder = tmp_path_factory.mktemp("measured")
    points(*HOMES, hushall=[10, 2, 9]).to_file(folder / "homes.gpkg")
    NETWORK.to_file(folder / "fiber.gpkg")
    ROADS.assign(kr=[10.0, 20.0]).to_file(folder / "map.gpkg", layer="roads")
    frame([shapely.box(-100, -100, 500, 500)], name=["Byn"]).to_file(folder / "areas.gpkg")
    given = (
        "measure",
        "homes.gpkg",
        "fiber.gpkg",
        "--reach",
        20,
        "--households",
        "hushall",
        "--areas",
        "areas.gpkg",
        "--area-name",
        "name",
        "--out",
        "results",
    )
    assert run(*given, cwd=folder).returncode == 0
    return folder


@pytest.fixture
def results(measured: Path, tmp_path: Path) -> Path:
    """A copy of the folder."""
    return Path(shutil.copytree(measured, tmp_path, dirs_exist_ok=True))


def test_the_command_plans_from_a_folder_of_results(results: Path) -> None:
    given = ("plan", "results", "--routes", "map.gpkg:roads", "--cost-per-m", "kr")
    done = run(
        *given,
        "--target",
        "90%",
        "--currency",
        "kr",
        "--language",
        "sv",
        "--out",
        "plan",
        cwd=results,
    )
    assert done.returncode == 0, done.stderr
    # The road that goes on costs half as much, but 2 households are not enough.
    assert done.stdout.startswith(
        "1 utbyggnad, 0,2 km schakt, 3\u00a0600\u00a0kr, höjer andelen hushåll från 47,6 % till 90,5 %"
    )
    assert gpd.read_file(results / "plan/builds.gpkg")["newly_reached"].tolist() == [9]
    assert "Byn" in (results / "plan/plan.html").read_text("utf-8")


def test_the_command_says_that_a_target_is_met_and_writes_nothing(results: Path) -> None:
    done = run(
        "plan",
        "results",
        "--routes",
        "map.gpkg",
        "--cost-per-m",
        10,
        "--target",
        0.4,
        "--out",
        "plan",
        cwd=results,
    )
    assert done.stdout == "47.6 %: no further build is needed for the 40 % target.\n"
    assert not (results / "plan").exists()


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (("--target", "100%", "--routes", "none.gpkg"), "`--routes`: there is no file"),
        (("--routes", "map.gpkg"), "`--target` is needed, or `--budget`."),
        (("--routes", "map.gpkg", "--target", 1, "--budget", 9), "`--budget` and `--target` exclude each other"),
        (("--routes", "map.gpkg", "--target", 1, "--cost-per-m", -5), "`--cost-per-m` must be a cost above 0, not -5"),
        (("--routes", "map.gpkg", "--target", 1, "--cost-per-m", "sek"), "`--cost-per-m` names the column 'sek'"),
        (("--routes", "map.gpkg", "--target", 1, "--detour", 0), "`--detour` must be a number above 0"),
    ],
)  # fmt: skip
def test_the_command_names_the_option_that_is_wrong(
    given: tuple[object, ...], said: str, results: Path
) -> None:
    cost = () if "--cost-per-m" in given else ("--cost-per-m", 10)
    done = run("plan", "results", *cost, *given, "--out", "plan", cwd=results)
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1].startswith(f"Error: {said}")
    assert not (results / "plan").exists()
