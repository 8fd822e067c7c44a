"""The command line, as a user runs it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from hashlib import sha256
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import pytest
import shapely
from frames import cable, frame, points
from running import command as run
from running import contents

import fibercov as fc


def run_alone(*arguments: object, cwd: Path) -> subprocess.CompletedProcess[str]:
    """What the command does in a process of its own, as a user starts it."""
    return subprocess.run(
        [sys.executable, "-m", "fibercov", *map(str, arguments)],
        cwd=cwd, capture_output=True, text=True, encoding="utf-8", check=False, timeout=120,
        env={**os.environ, "PYTHONPATH": str(Path(fc.__file__).parents[1]), "COLUMNS": "100",
             "PYTHONIOENCODING": "utf-8"},
    )  # fmt: skip


@pytest.fixture(scope="module")
def small_files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of small files; no test changes it."""
    folder = tmp_path_factory.mktemp("small")
    points(
        (0, 10), (50, 90), (90, 20), None, hushall=[80, 10, 5, 5], ansluten=["ja", "nej", "nej", "nej"]
    ).to_file(folder / "addresses.gpkg")  # fmt: skip
    cable((0, 0), (100, 0)).to_file(folder / "fiber.gpkg")
    cable((0, 100), (100, 100)).to_file(folder / "plan.gpkg")
    frame([shapely.box(0, 0, 60, 99), shapely.box(60, 0, 99, 99)], NAMN=["Byn [i]", "Ån"]).to_file(
        folder / "areas.gpkg"
    )
    return folder


@pytest.fixture
def files(small_files: Path, tmp_path: Path) -> Path:
    """A copy of the folder."""
    return Path(shutil.copytree(small_files, tmp_path, dirs_exist_ok=True))


def test_counts_come_from_another_table(tmp_path: Path) -> None:
    points((0, 10), (0, 90), nr=["0181", "0182"]).to_file(tmp_path / "addresses.gpkg")
    cable((0, 0), (100, 0)).to_file(tmp_path / "fiber.gpkg")
    (tmp_path / "register.csv").write_text("Nr;hushall\n0181;2\n0181;1\n0182;\n0999;4\n", "utf-8")
    asked = ["measure", "addresses.gpkg", "fiber.gpkg", "--reach", 50, "--households", "hushall"]
    asked += ["--counts", "register.csv", "--on", "nr", "--sum-repeated"]
    no = run(*asked, cwd=tmp_path)
    assert no.returncode == 1
    assert "If empty means none, add --empty-is-zero." in no.stderr
    done = run(*asked, "--empty-is-zero", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert (
        "42.9 % of 7 households within 50 m of fiber (42.9-100.0)" in done.stdout
    )  # 3 of 3 + 0 + 4


def test_measures_files_and_writes_a_folder(files: Path) -> None:
    done = run(
        "measure", "addresses.gpkg", "fiber.gpkg", "--reach", 50, "--households", "hushall",
        "--connected", "ansluten", "--planned", "plan.gpkg", "--areas", "areas.gpkg",
        "--area-name", "namn", "--target", 0.85, "--as-of", "2019-10-01", "--out", "out",
        cwd=files,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "85.0 % of 100 households within 50 m of fiber (85.0-90.0), 2019-10-01" in done.stdout
    assert "The 85 % target is met." in done.stdout
    rows = [line.split() for line in done.stdout.splitlines()]
    assert ["Byn", "[i]", "90", "88.9", "%", "0", "met"] in rows
    assert ["Ån", "5", "100.0", "%", "0", "met"] in rows
    assert ["(unplaced)", "5", "0.0", "%", "–", "–"] in rows
    assert "Reading addresses.gpkg" in done.stderr
    summary = json.loads((files / "out" / "summary.json").read_text("utf-8"))
    assert summary["share"] == 0.85
    there = (path for path in (files / "out").rglob("*") if path.is_file())
    assert sorted(files / "out" / name for name in summary["files"]) == sorted(there)
    assert (
        "Written: coverage.html, premises.gpkg, unserved.xlsx, network.gpkg, planned.gpkg, areas.csv, areas.gpkg in out/internal"
        in (done.stdout)
    )
    assert "Written: summary.json in out\n" in done.stdout


def test_every_count_is_told_and_one_is_held_against_the_target(tmp_path: Path) -> None:
    points(
        (0, 10), (50, 90), (90, 20), None, hh=[8, 1, 1, 0], bef=[10, 4, 0, 2], arb=[0, 0, 3, 1],
        ort=["Byn", None, "Byn", None],
    ).to_file(tmp_path / "addresses.gpkg")  # fmt: skip
    cable((0, 0), (100, 0)).to_file(tmp_path / "fiber.gpkg")
    cable((0, 100), (100, 100)).assign(ar=2021).to_file(tmp_path / "plan.gpkg")
    asked = ["measure", "addresses.gpkg", "fiber.gpkg", "--reach", 50, "--inhabitants", "bef"]
    asked += ["--workplaces", "arb"]
    no = run(*asked, cwd=tmp_path)
    assert no.returncode == 1
    assert (
        "`--unit` must say what to count, for the premises have 'inhabitants', 'workplaces'."
        in no.stderr
    )
    asked += ["--households", "hh", "--unit", "inhabitants", "--by", "ort", "--rest", "Glesbygd"]
    asked += ["--planned", "plan.gpkg", "--planned-date", "ar", "--until", "2021-12-31"]
    asked += ["--expected-total", "1 000", "--as-of", "2020-10-01", "--history", "history.csv"]
    done = run(*asked, "--out", "out", "--language", "sv", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    said = done.stdout.replace("\xa0", " ")
    assert "62,5 % av 16 invånare inom 50 m från fiber (62,5–75,0), 2020-10-01" in said
    assert "Målet 90 % är inte nått, 5 invånare återstår." in said
    assert (
        "Med det som ska vara byggt senast 2021-12-31: 87,5 %, det är osäkert om målet 90 % skulle nås; med den uppmätta andelen återstår 1 invånare."
        in said
    )
    assert "Räknat på annat sätt: 90,0 % av 10 hushåll; 75,0 % av 4 arbetsställen." in said
    rows = [line.split() for line in said.splitlines()]
    assert ["Byn", "10", "100,0", "%", "0", "nått"] in rows
    assert ["Glesbygd", "4", "0,0", "%", "4", "inte", "nått"] in rows
    assert ["(utan", "läge)", "2", "0,0", "%", "–", "–"] in rows
    assert any(row[:2] == ["för", "få"] for row in rows)
    assert "−984" in said
    table = pd.read_csv(tmp_path / "out/internal/areas.csv", sep=";", decimal=",")
    assert table["namn"].tolist() == ["Byn", "Glesbygd", "(utan läge)"]
    assert set(table["enhet"]) == {"invånare"}
    assert table["måluppfyllelse"].fillna("").tolist() == ["nått", "inte nått", ""]
    assert table["målet nått"].fillna("").tolist() == ["ja", "nej", ""]
    summary = json.loads((tmp_path / "out/summary.json").read_text("utf-8"))
    assert [unit["unit"] for unit in summary["units"]] == [
        "inhabitants",
        "households",
        "workplaces",
    ]
    assert summary["until"] == {
        "date": "2021-12-31", "reached": 14, "share": 0.875, "verdict": "uncertain", "shortfall": 1,
    }  # fmt: skip
    both = run(*asked[:-4], "--unit", "households, workplaces", cwd=tmp_path)
    assert "85.7 % of 14 households and workplaces" in both.stdout
    for unit in ("households", "inhabitants"):
        again = run(*asked, "--unit", unit, "--out", "out", cwd=tmp_path)
        assert again.returncode == 0, again.stderr
    mixed = run("progress", "history.csv", cwd=tmp_path)
    assert "several rows for one date: '2020-10-01'" in mixed.stderr
    one = run("progress", "history.csv", "--unit", "households", cwd=tmp_path)
    assert one.returncode == 0, one.stderr
    assert "90.0 % on 2020-10-01" in one.stdout


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--by", "hushall", "--areas", "areas.gpkg", "--area-name", "NAMN"], "`--by` and `--areas` exclude each other"),
        (["--rest", "Glesbygd"], "`--rest` needs `--areas` or `--by`."),
        (["--planned-date", "ar"], "`--planned-date` needs `--planned`."),
        (["--expected-total", "many"], "`--expected-total` must be a whole number above 0, not 'many'."),
        (["--expected-total", "1.5"], "`--expected-total` must be a whole number above 0, not '1.5'."),
        (["--until", "2021-10-01"], "`--until` needs the dates of the planned network. Measure it with --planned-date COLUMN."),
        (["--unit", "persons"], "`--unit` must be one of 'premises'"),
        (["--unit", "inhabitants"], "Name the column when reading: --inhabitants COLUMN."),
        (["--by", "village"], "`--by` names the column 'village'"),
        (["--by", "ansluten", "--rest", "nej"], "`--rest` must be a name that no area has, not 'nej'."),
    ],
)  # fmt: skip
def test_what_cannot_be_counted_or_reported_by_is_an_error(
    files: Path, options: list[str], message: str
) -> None:
    done = run(
        "measure", "addresses.gpkg", "fiber.gpkg", "--reach", 50, "--households", "hushall", *options,
        cwd=files,
    )  # fmt: skip
    assert done.returncode == 1
    assert message in done.stderr
    assert not (files / "fibercov-results").exists()


def test_a_job_that_runs_by_itself_is_quiet_and_tells_by_its_exit_code(files: Path) -> None:
    asked = ["measure", "addresses.gpkg", "fiber.gpkg", "--reach", 50, "--households", "hushall"]
    asked += ["--connected", "ansluten", "--fail-unless-met"]
    met = run(*asked, "--quiet", "--target", "80%", cwd=files)
    assert met == (0, "", "")
    for target, verdict in (("0.9", "uncertain"), ("0.95", "not met")):
        done = run(*asked, "--json", "--target", target, cwd=files)
        assert done.returncode == 3
        assert done.stdout.count("\n") == 1
        said = json.loads(done.stdout)
        assert (said["folder"], said["verdict"], said["share"]) == (
            "fibercov-results",
            verdict,
            0.85,
        )
        assert "Measuring" in done.stderr
    summary = json.loads((files / "fibercov-results/summary.json").read_text("utf-8"))
    assert summary["target"] == 0.95  # what failed the job is written
    assert run(*asked[:-1], "--quiet", "--target", "95%", cwd=files) == (0, "", "")
    wrong = run(*asked, "--quiet", "--json", "--target", "2", cwd=files)
    assert (wrong.returncode, wrong.stdout) == (1, "")
    assert wrong.stderr.startswith("Error: `--target` must be")
    assert "within 50 m of fiber" in run(*asked[:-1], cwd=files).stdout


def test_measures_to_connected_premises_without_a_network(files: Path) -> None:
    done = run(
        "measure", "addresses.gpkg", "--reach", "pts_2015", "--connected", "ansluten",
        "--households", "hushall", "--where", "hushall != 10", "--planned", "plan.gpkg", cwd=files,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith(
        "88.9 % of 90 households within 50 m of a fiber-connected building (PTS 2015) (88.9-94.4)"
    )
    assert "The planned network is not counted: it does not say" in done.stdout
    assert "within reach of the planned network" not in done.stdout
    assert "Definition: PTS bredbandskartläggning from 2015" in done.stdout
    assert "premises without a usable position" in done.stdout
    summary = json.loads((files / "fibercov-results" / "summary.json").read_text("utf-8"))
    assert summary["reach"]["name"] == "PTS 2015"
    assert summary["inputs"]["premises"]["where"] == "hushall != 10"


def test_measures_a_table_with_coordinates(files: Path) -> None:
    (files / "a.csv").write_text("E;N;hushall\n470000,0;6740010,0;3\n470000;6740099;1\n")
    done = run(
        "measure", "a.csv", "fiber.gpkg", "--reach", 50, "--xy", "E,N", "--crs", "EPSG:3006",
        "--households", "HUSHALL", cwd=files,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "75.0 % of 4 households" in done.stdout
    assert (files / "fibercov-results" / "internal" / "coverage.html").exists()


def test_takes_built_and_planned_features_from_one_file(files: Path) -> None:
    both = frame(
        [shapely.LineString([(0, 0), (100, 0)]), shapely.LineString([(0, 100), (100, 100)])],
        status=["I drift", "Planerad"],
    )
    both.to_file(files / "all.gpkg")
    done = run(
        "measure", "addresses.gpkg", "all.gpkg", "--reach", 50, "--households", "hushall",
        "--network-where", "status == 'I drift'", "--planned", "all.gpkg",
        "--planned-where", "status == 'Planerad'", "--target", "90%", cwd=files,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "85.0 % of 100 households" in done.stdout
    assert "It is uncertain whether the 90 % target is met" in done.stdout
    summary = json.loads((files / "fibercov-results" / "summary.json").read_text("utf-8"))
    assert summary["counts_by_status"]["planned"] == 10
    assert summary["inputs"]["planned"]["where"] == "status == 'Planerad'"


def test_the_same_run_writes_the_same_and_says_what_it_was_made_of(files: Path) -> None:
    command = (
        "measure", "addresses.gpkg", "fiber.gpkg", "--reach", 50, "--households", "hushall",
        "--areas", "areas.gpkg", "--area-name", "NAMN", "--language", "sv", "--as-of", "2020-10-01",
    )  # fmt: skip
    folder = files / "fibercov-results"
    made = []
    for _ in range(2):
        assert run(*command, cwd=files).returncode == 0
        made.append(contents(folder))
    assert made[0] == made[1]
    inputs = json.loads((folder / "summary.json").read_text("utf-8"))["inputs"]
    for role, name in (("premises", "addresses"), ("network", "fiber"), ("areas", "areas")):
        content = (files / f"{name}.gpkg").read_bytes()
        assert inputs[role]["source"] == f"{name}.gpkg"
        assert inputs[role]["files"] == [
            {"name": f"{name}.gpkg", "bytes": len(content), "sha256": sha256(content).hexdigest()}
        ]
    assert inputs["premises"]["columns"] == {"households": "hushall"}
    table = pd.read_csv(
        folder / "internal" / "areas.csv", sep=";", decimal=",", encoding="utf-8-sig"
    )
    assert table["andel"].round(4).fillna(-1).tolist() == [0.8889, 1.0, -1, 0.0]


def test_a_script_with_public_names_writes_the_same(
    files: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    done = run(
        "measure", "addresses.gpkg", "fiber.gpkg", "--reach", 50, "--households", "hushall",
        "--connected", "ansluten", "--planned", "plan.gpkg", "--areas", "areas.gpkg", "--area-name",
        "NAMN", "--target", 0.85, "--as-of", "2019-10-01", "--publish", "areas", "--language", "sv",
        "--history", "command.csv", "--out", "command", cwd=files,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    monkeypatch.chdir(files)
    premises = fc.read_premises("addresses.gpkg", households="hushall", connected="ansluten")
    given: dict[str, Any] = {
        name: fc.read_network(f"{file}.gpkg")
        for name, file in (("network", "fiber"), ("planned", "plan"))
    }
    coverage = fc.measure_coverage(premises, reach=50, as_of="2019-10-01", **given)
    areas = fc.read_areas("areas.gpkg", name="NAMN")
    made = fc.write_results(
        "script", coverage, areas=areas, target=0.85, publish="areas", language="sv", **given
    )
    fc.append_history("script.csv", coverage)
    assert contents(files / "script") == contents(files / "command")
    assert len(made.files) == 16
    assert (files / "script.csv").read_bytes() == (files / "command.csv").read_bytes()
    assert fc.read_history("script.csv")["reached"].tolist() == ["85"]


def test_the_demo_measures_a_synthetic_municipality(tmp_path: Path) -> None:
    done = run_alone("demo", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "The 90 % target is met." in done.stdout
    assert (tmp_path / "fibercov-demo" / "summary.json").exists()
    assert {path.name for path in (tmp_path / "fibercov-demo" / "internal").iterdir()} == {
        "coverage.html", "areas.csv", "premises.gpkg", "unserved.xlsx", "network.gpkg", "planned.gpkg", "areas.gpkg",
    }  # fmt: skip
    page = (tmp_path / "fibercov-demo/internal/coverage.html").read_text("utf-8-sig")
    assert '"outline":{' in page
    again = run(
        "measure", "fibercov-demo/internal/premises.gpkg", "fibercov-demo/internal/network.gpkg", "--reach", 50,
        "--planned", "fibercov-demo/internal/planned.gpkg", "--areas", "fibercov-demo/internal/areas.gpkg",
        "--area-name", "name", "--as-of", "2020-10-01", "--unit", "inhabitants", cwd=tmp_path,
    )  # fmt: skip
    assert again.returncode == 0, again.stderr
    assert again.stdout.splitlines()[:-2] == done.stdout.splitlines()[:-2]


def test_makes_a_map_for_publishing_in_swedish(tmp_path: Path) -> None:
    data = Path(__file__).parents[1] / "data"
    command = (
        "measure", data / "addresses.gpkg", data / "fiber.gpkg", "--network-layer", "cables",
        "--reach", 50, "--households", "hushall", "--areas", data / "areas.gpkg",
        "--area-name", "omrade", "--language", "sv",
    )  # fmt: skip
    done = run(*command, "--publish", "areas", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert (
        "Skrivet: coverage.html, areas.csv, areas.gpkg, areas.geojson, squares.csv, " in done.stdout
    )
    assert (
        "fibercov-results/public kan publiceras. fibercov-results/internal och summary.json får inte publiceras: "
        "där finns alla adresser och alla antal."
    ) in done.stdout
    results = tmp_path / "fibercov-results"
    page = (results / "public" / "coverage.html").read_text("utf-8")
    assert '<html lang="sv">' in page
    assert '"premises":null,"lines":{}' in page
    done = run(*command, "--publish", "addresses", "--address", "adress", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "Skrivet: coverage.html, areas.csv, areas.gpkg, areas.geojson, README.txt" in done.stdout
    page = (results / "public" / "coverage.html").read_text("utf-8")
    assert '"address":{' in page
    assert '"lines":{}' in page
    done = run(*command, "--address", "adress, typ", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert not (results / "public").exists()
    page = (results / "internal" / "coverage.html").read_text("utf-8")
    assert '"lines":{"network"' in page
    done = run(*command, "--address", "gata", cwd=tmp_path)
    assert "`--address` names the column 'gata', which the data does not have" in done.stderr


@pytest.fixture(scope="module")
def years(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the results of two years, and their history."""
    folder = tmp_path_factory.mktemp("years")
    for year in (2018, 2019):
        made = fc.load_demo(as_of=f"{year}-10-01")
        made.premises.rename(columns={"id": "nr"}).to_file(folder / f"a{year}.gpkg")
        made.network.to_file(folder / f"n{year}.gpkg")
        done = run(
            "measure", f"a{year}.gpkg", f"n{year}.gpkg", "--reach", 50, "--id", "nr",
            "--households", "households", "--as-of", f"{year}-10-01", "--out", f"r{year}",
            "--history", "history.csv", cwd=folder,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        assert "The share was added in history.csv." in done.stdout
    return folder


def test_holds_a_history_against_a_target(years: Path) -> None:
    done = run("progress", "history.csv", "--by", "2020-10-01", cwd=years)
    assert done.returncode == 0, done.stderr
    assert "85.1 % on 2019-10-01; rising 14.1 points (492 households) a year" in done.stdout
    assert "No forecast: it takes at least three dates" in done.stdout
    swedish = run("progress", "history.csv", "--language", "sv", cwd=years)
    assert "Ingen prognos: det krävs minst tre datum" in swedish.stdout
    (years / "mixed.csv").write_text(
        "as_of;share;definition\n2017-10-01;0,5;old\n2018-10-01;0,6;new\n2019-10-01;0,7;new\n"
    )
    (years / "plain.csv").write_text("as_of;share\n2017-10-01;0,5\n2018-10-01;0,6\n")
    mixed = run("progress", "mixed.csv", cwd=years)
    assert mixed.returncode == 1
    assert "`HISTORY` mixes definitions" in mixed.stderr
    assert "accept the break: --accept-break 2018-10-01." in mixed.stderr
    assert run("progress", "mixed.csv", "--accept-break", "2018-10-01", cwd=years).returncode == 0
    some = run("progress", "mixed.csv", "--definition", "new", cwd=years)
    assert "2017-10-01" not in some.stdout
    none = run("progress", "plain.csv", "--definition", "new", cwd=years)
    assert none.returncode == 1
    assert "`--definition`: 'plain.csv' has no column of that name." in none.stderr


def test_says_why_the_share_changed(years: Path) -> None:
    done = run("compare", "r2018", "r2019", cwd=years)
    assert done.returncode == 0, done.stderr
    assert "The share rose 14.1 points, from 71.0 % to 85.1 %, because " in done.stdout
    assert "+475" in done.stdout
    swedish = run("compare", "r2018", "r2019", "--language", "sv", cwd=years)
    assert "Andelen ökade med 14,1 procentenheter" in swedish.stdout
    other = run("compare", "r2018", "r2019", "--id", "id", cwd=years)
    assert other.stdout == done.stdout
    wrong = run("compare", "r2018", "r2019", "--id", "fastighet", cwd=years)
    assert "`--id` names the column 'fastighet', which the data does not have." in wrong.stderr
    no = run("compare", "r2018", "nowhere", cwd=years)
    assert no.returncode == 1
    assert "`after`: 'nowhere' is not a folder of results" in no.stderr


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["none.gpkg", "fiber.gpkg", "--reach", 50], "`premises`: there is no file 'none.gpkg'."),
        (["bad.gpkg", "fiber.gpkg", "--reach", 50], "`premises`: 'bad.gpkg' cannot be read: "),
        (["addresses.gpkg", "fiber.gpkg", "--reach", 0], "`--reach` must be metres above 0, not 0.0."),
        (["addresses.gpkg", "fiber.gpkg", "--reach", "near"], "or one of PTS_2015, PTS_GRID, BNETZA"),
        (["addresses.gpkg", "--reach", 50], "To measure to the connected premises instead, use --reach PTS_2015."),
        (["addresses.gpkg", "fiber.gpkg", "--reach", "nan"], "or one of PTS_2015, PTS_GRID, BNETZA"),
        (["addresses.gpkg", "fiber.gpkg", "--reach", 50, "--target", 90], "For 90 percent, write 0.9."),
        (["addresses.gpkg", "fiber.gpkg", "--reach", "1,000"], "`--reach` is '1,000', which may mean thousands"),
        (["addresses.gpkg", "fiber.gpkg", "--reach", "5e1"], "must be metres above 0, or one of"),
        (["addresses.gpkg", "fiber.gpkg", "--reach", 50, "--target", "9e-1"], "`--target` must be a share"),
        (["addresses.gpkg", "fiber.gpkg", "--reach", 50, "--target", "all"], "`--target` must be a share"),
        ([".", "fiber.gpkg", "--reach", 50], "must be named, for '.' has 5: 'addresses', 'areas', 'bad', 'fiber', 'plan'."),
        (["x" * 300, "fiber.gpkg", "--reach", 50], "cannot be read: [Errno 36] File name too long"),
        (["addresses.gpkg", "fiber.gpkg", "--reach", 50, "--history", "h.csv"], "give `--as-of`."),
        (["addresses.gpkg", "fiber.gpkg", "--reach", 50, "--history", "/dev/full", "--as-of", "2020-10-01"],
         "`--history`: '/dev/full' cannot be read: it is no file"),
        (["addresses.gpkg", "fiber.gpkg", "--reach", 50, "--as-of", "1/10"], "`--as-of` must be a date"),
        (["addresses.gpkg", "fiber.gpkg", "--reach", 50, "--households", "hh"], "Its columns are: 'hushall'"),
        (["addresses.gpkg", "fiber.gpkg", "--reach", 50, "--areas", "areas.gpkg"], "go together"),
        (["addresses.gpkg", "fiber.gpkg", "--reach", 50, "--network-layer", "x"], "`--network-layer` is 'x', but"),
        (["fiber.gpkg", "addresses.gpkg", "--reach", 50], "Were `premises` and `network` swapped?"),
        (["addresses.gpkg", "fiber.gpkg", "--reach", 50, "--planned", "plan.gpkg", "--out", "."],
         "cannot write"),
    ],
)  # fmt: skip
def test_a_wrong_input_is_one_line_and_writes_nothing(
    files: Path, arguments: list[object], message: str
) -> None:
    (files / "bad.gpkg").write_text("not a GeoPackage")
    (files / "fibercov-results").write_text("a file where the folder would be")
    before = {path.name: path.stat().st_mtime_ns for path in files.iterdir()}
    if "--out" in arguments:
        (files / "internal").mkdir()
        (files / "internal" / "network.gpkg").symlink_to(
            "../fiber.gpkg"
        )  # an output's name, an input's file
        before["internal"] = (files / "internal").stat().st_mtime_ns
        message = "`--out`: 'internal/network.gpkg' is an input of this run"
    done = run("measure", *arguments, cwd=files)
    assert done.returncode == 1
    lines = done.stderr.splitlines()
    assert sum(line.startswith("Error: ") for line in lines) == 1
    assert lines[-1].startswith("Error: ")
    assert message in lines[-1]
    assert {path.name: path.stat().st_mtime_ns for path in files.iterdir()} == before


def test_usage_mistakes_are_told_without_a_traceback(files: Path) -> None:
    for arguments in (["measure"], ["measure", "addresses.gpkg", "fiber.gpkg"], ["survey"]):
        assert run(*arguments, cwd=files).returncode == 2
    for arguments, code in ((["survey"], 2), (["measure", "none.gpkg", "--reach", "50"], 1)):
        done = run_alone(*arguments, cwd=files)
        assert done.returncode == code
        assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--network-where", "kind == 'x'"], "`--network-where` cannot be evaluated"),
        (
            ["--network-crs", "EPSG:3857"],
            "Leave `--network-crs` out; if the source is wrong, add `--override-crs`.",
        ),
        (["--planned", "plan.gpkg", "--planned-layer", "x"], "`--planned-layer` is 'x', but"),
        (["--planned", "nix.gpkg"], "`--planned`: there is no file 'nix.gpkg'."),
        (["--areas", "areas.gpkg", "--area-name", "x"], "`--area-name` names the column 'x'"),
        (["--where", "`id` > foo"], "`--where` cannot be evaluated: '`id` > foo'"),
        (["--address", "gata"], "`--address` names the column 'gata'"),
        (["--id", "hushall,ansluten,gata"], "`--id` names the column 'gata'"),
        (
            ["--override-crs"],
            "`--override-crs` needs `--crs`, `--network-crs`, `--roads-crs` or `--areas-crs`.",
        ),
        (
            ["--crs", "EPSG:4326", "--override-crs"],
            "declared as degrees. Say which CRS they are really in: --crs CRS --override-crs.",
        ),
        (
            ["--network-crs", "EPSG:4326", "--override-crs"],
            "really in: --network-crs CRS --override-crs.",
        ),
        (
            ["--areas", "same.gpkg", "--area-name", "NAMN"],
            "1 of its values: 'Byn'. Name the column that has their codes too, --area-code COLUMN, or",
        ),
    ],
)
def test_a_message_names_the_option_that_was_wrong(
    files: Path, options: list[str], message: str
) -> None:
    boxes = [shapely.box(0, 0, 60, 99), shapely.box(60, 0, 99, 99)]
    frame(boxes, NAMN=["Byn", "Byn"]).to_file(files / "same.gpkg")
    done = run("measure", "addresses.gpkg", "fiber.gpkg", "--reach", 50, *options, cwd=files)
    assert done.returncode == 1
    assert message in done.stderr
    assert "Measuring" not in done.stderr


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", ("The map shows squares instead of premises, as there are more than 3; addresses cannot be searched on it. In "
               "a script, map_coverage(..., premises='marks') draws every premises.")),
        ("sv", ("Kartan visar rutor i stället för enskilda adresser, eftersom adresserna är fler än 3. Därför går det inte att söka efter adresser på den. I ett skript "
               "ritar map_coverage(..., premises='marks') varje adress.")),
    ],
)  # fmt: skip
def test_says_that_a_map_of_many_premises_has_no_addresses(
    files: Path, monkeypatch: pytest.MonkeyPatch, language: str, said: str
) -> None:
    command = ("measure", "addresses.gpkg", "fiber.gpkg", "--reach", 50, "--language", language)
    assert said not in run(*command, cwd=files).stdout
    for module in ("fibercov.cli.report", "fibercov.maps"):
        monkeypatch.setattr(f"{module}.MOST_MARKS", 3)
    assert said in run(*command, cwd=files).stdout


def test_areas_of_one_name_are_told_apart_by_their_codes(files: Path) -> None:
    boxes = [shapely.box(0, 0, 60, 99), shapely.box(60, 0, 80, 99), shapely.box(80, 0, 99, 99)]
    frame(boxes, namn=["Byn", "Ån", "Byn"], kod=["0901", "0902", "0903"]).to_file(files / "a.gpkg")
    done = run(
        "measure", "addresses.gpkg", "fiber.gpkg", "--reach", 50, "--areas", "a.gpkg",
        "--area-name", "namn", "--area-code", "kod", cwd=files,
    )  # fmt: skip
    first = [line.split("  ")[0].strip() for line in done.stdout.splitlines()]
    assert {"Byn (0901)", "Byn (0903)"} <= {*first}
    assert "(0902)" not in done.stdout


def test_several_columns_together_can_tell_premises_apart(files: Path) -> None:
    for year in (2019, 2020):
        given = gpd.read_file(files / "addresses.gpkg")
        given.assign(gata=["Storgatan 1", "Storgatan 1", "Bygatan 2", "Bygatan 3"],
                     ort=["Ås", "Ed", "Ed", "Ed"]).to_file(files / "a.gpkg")  # fmt: skip
        done = run(
            "measure", "a.gpkg", "fiber.gpkg", "--reach", 50 + year % 2 * 50, "--households", "hushall",
            "--as-of", f"{year}-10-01", "--out", f"r{year}", cwd=files,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
    no = run("compare", "r2019", "r2020", "--id", "gata", cwd=files)
    assert "or several that together are different" in no.stderr
    done = run("compare", "r2019", "r2020", "--id", "gata,ort", cwd=files)
    assert "The share fell 10.0 points, from 95.0 % to 85.0 %, because of another definition" in (
        done.stdout
    )
    back = run("compare", "r2020", "r2019", "--id", "gata,ort", cwd=files)
    assert "the earlier comes first" in back.stderr


def test_shows_its_version_and_help(tmp_path: Path) -> None:
    assert run("--version", cwd=tmp_path).stdout == f"{fc.__version__}\n"
    assert "measure" in run("--help", cwd=tmp_path).stdout


def test_westbrook_within_50_and_200_m(shared: Path, tmp_path: Path) -> None:
    folder = shared / "westbrook"
    for reach, share in ((50, "3.1 %"), (200, "17.7 %")):
        done = run(
            "measure", folder / "addresses.gpkg", folder / "fiber.gpkg", "--network-layer", "cables",
            "--reach", reach, cwd=tmp_path,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        assert done.stdout.startswith(
            f"{share} of 6,707 premises (one household each) within {reach} m"
        )
    assert len(gpd.read_file(tmp_path / "fibercov-results" / "internal" / "premises.gpkg")) == 6707


def test_an_area_without_premises_has_no_row(files: Path) -> None:
    boxes = [shapely.box(0, 0, 99, 99), shapely.box(900, 900, 999, 999)]
    frame(boxes, NAMN=["Byn", "Ödeby"]).to_file(files / "two.gpkg")
    done = run(
        "measure", "addresses.gpkg", "fiber.gpkg", "--reach", 50, "--areas", "two.gpkg",
        "--area-name", "NAMN", cwd=files,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "Byn" in done.stdout
    assert "Ödeby" not in done.stdout


def test_publishes_several_dates_and_definitions(files: Path) -> None:
    for year in (2019, 2020):
        done = run(
            "measure", "addresses.gpkg", "fiber.gpkg", "--reach", 50, "--households", "hushall",
            "--as-of", f"{year}-10-01", "--out", f"r{year}", cwd=files,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
    asked = ["publish", "r2019", "r2020", "--areas", "areas.gpkg", "--area-name", "NAMN"]
    done = run(*asked, "--reach", 50, "--reach", 100, "--language", "sv", cwd=files)
    assert done.returncode == 0, done.stderr
    said = done.stdout.splitlines()
    assert said[0] == "85,0 % av 100 hushåll inom 50 m från fiber, 2019-10-01"
    assert (
        said[3] == "90,0 % av 100 hushåll inom 100 m från fiber, 2020-10-01"
    )  # truly 95: it stands for 88 to 100
    assert said[4].startswith("Skrivet: coverage.html, coverage-households-100-m.html, areas.csv, ")
    assert not (files / "r2019" / "public").exists()
    table = pd.read_csv(
        files / "r2020/public/areas.csv", sep=";", decimal=",", encoding="utf-8-sig"
    )
    assert table["datum"].drop_duplicates().tolist() == ["2019-10-01", "2020-10-01"]
    done = run(*asked, "--publish", "addresses", cwd=files)
    assert done.returncode == 0, done.stderr
    assert "Written: coverage.html, areas.csv, areas.gpkg, areas.geojson, README.txt" in done.stdout
    assert '"premises":{"from_zoom"' in (files / "r2020/public/coverage.html").read_text("utf-8")
    for options, message in (
        (["r2020", "r2020"], "`RESULTS` has several measurements of one date, definition and unit"),
        (["nowhere"], "`RESULTS`: 'nowhere' is not a folder of results"),
        (["r2020", "--areas", "areas.gpkg"], "`--areas` and `--area-name` go together"),
        (
            ["r2020", "--areas", "areas.gpkg", "--area-name", "no"],
            "`--area-name` names the column 'no'",
        ),
        (["r2020", "--unit", "inhabitants"], "`--unit` needs the inhabitants of each premises"),
        (["r2020", "--publish", "all"], "`--publish` must be 'areas' or 'addresses', not 'all'"),
        (
            ["r2020", "--publish", "addresses", "--address", "no"],
            "`--address` names the column 'no'",
        ),
        (
            ["r2020", "--within", "NAMN"],
            "`--within` needs `--areas`, whose columns they are.",
        ),
    ):
        done = run("publish", *options, cwd=files)
        assert done.returncode == 1
        assert message in done.stderr


def test_publishes_by_the_column_and_against_the_target_of_the_results(files: Path) -> None:
    done = run(
        "measure", "addresses.gpkg", "fiber.gpkg", "--reach", 50, "--households", "hushall",
        "--by", "ansluten", "--target", 0.85, "--publish", "areas", cwd=files,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    public = files / "fibercov-results" / "public"

    def told() -> tuple[bool, list[str]]:
        page = (public / "coverage.html").read_text("utf-8-sig")
        table = pd.read_csv(public / "areas.csv", encoding="utf-8-sig")
        return '"target_percent":85.0' in page, table["name"].tolist()

    by_measure = told()
    assert by_measure[0]
    assert {"ja", "nej"} < {*by_measure[1]}
    done = run("publish", "fibercov-results", cwd=files)
    assert done.returncode == 0, done.stderr
    assert told() == by_measure
    done = run(
        "publish", "fibercov-results", "--areas", "areas.gpkg", "--area-name", "NAMN",
        "--target", "90%", cwd=files,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    at_85, names = told()
    assert not at_85
    assert not {"ja", "nej"} & {*names}


@pytest.mark.parametrize(
    "by", [["--areas", "byn.gpkg", "--area-name", "NAMN", "--area-code", "KOD"], ["--by", "by"]]
)
def test_publishes_by_the_areas_of_the_results_with_their_rest(
    tmp_path: Path, by: list[str]
) -> None:
    points(
        (0, 10), (50, 90), (90, 20), None, hushall=[80, 13, 33, 5], by=["Byn", "Byn", None, None]
    ).to_file(tmp_path / "addresses.gpkg")  # fmt: skip
    cable((0, 0), (100, 0)).to_file(tmp_path / "fiber.gpkg")
    for name, east in (("byn", 60), ("all", 99)):
        town = frame([shapely.box(0, 0, east, 99)], NAMN=[name.title()], KOD=["01"])
        town.to_file(tmp_path / f"{name}.gpkg")
    done = run(
        "measure", "addresses.gpkg", "fiber.gpkg", "--reach", 50, "--households", "hushall", *by,
        "--rest", "Glesbygd", "--publish", "areas", "--as-of", "2020-10-01", cwd=tmp_path,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    public = tmp_path / "fibercov-results" / "public"
    in_one_go = contents(public)
    assert "Glesbygd" in in_one_go["areas.csv"].decode()
    shutil.rmtree(public)
    done = run("publish", "fibercov-results", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert contents(public) == in_one_go
    done = run(
        "publish", "fibercov-results", "--areas", "all.gpkg", "--area-name", "NAMN", cwd=tmp_path
    )
    assert done.returncode == 0, done.stderr
    names = pd.read_csv(public / "areas.csv", encoding="utf-8-sig")["name"].tolist()
    assert names == ["All", "(outside all areas)", "(unplaced)", "Total"]


def test_the_map_stands_on_its_context(files: Path) -> None:
    lines = [shapely.LineString([(0, 0), (100, 0)])]
    for layer in ("railways", "vägar"):
        frame(lines).to_file(files / "map.gpkg", layer=layer)
    points((50, 50), namn=["Byn"]).to_file(files / "orter.gpkg")
    points((50, 50), ort=["Byn"]).to_file(files / "nameless.gpkg")
    asked = ["measure", "addresses.gpkg", "fiber.gpkg", "--reach", 60]
    done = run(
        *asked, "--context", "map.gpkg:railways", "--context", "map.gpkg:vägar", "--context", "orter.gpkg",
        "--context-credit", "© Kommunen", cwd=files,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    page = (files / "fibercov-results" / "internal" / "coverage.html").read_text("utf-8-sig")
    assert '"credits":["\\u00a9 Kommunen"]' in page
    assert '"railways1":{' in page
    assert '"roads2":{' in page
    for wrong, said in {
        ("--context-credit", "x"): "`--context-credit` needs `--context`.",
        ("--context", "map.gpkg"): "`--context FILE:LAYER` must be named, for 'map.gpkg' has 2",
        ("--context", "none.gpkg"): "none.gpkg",
        ("--context", "nameless.gpkg"): (
            "`--context` has points, but no column 'name' with the names of these places. Rename the "
            "column that has them to name. Its columns are: 'ort', 'geometry'."
        ),
        ("--context", "orter.gpkg", "--areas-crs", "EPSG:3008"): "`--areas-crs` is EPSG:3008, but",
    }.items():
        no = run(*asked, *wrong, cwd=files)
        assert no.returncode == 1
        assert said in " ".join(no.stderr.split())


def test_the_map_has_an_outline_and_a_link_for_what_is_wrong(files: Path) -> None:
    frame([shapely.box(-9, -9, 109, 109)]).to_file(files / "map.gpkg", layer="kommun")
    cable((0, 0), (9, 9)).to_file(files / "map.gpkg", layer="lines")
    link = "https://example.com/?about={address}"
    asked = ["measure", "addresses.gpkg", "fiber.gpkg", "--reach", 60, "--households", "hushall"]
    done = run(
        *asked, "--outline", "map.gpkg:kommun", "--report-url", link, "--areas", "areas.gpkg", "--area-name", "NAMN",
        "--as-of", "2020-10-01", "--publish", "areas", cwd=files,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    folder = files / "fibercov-results"

    def drawn(which: str) -> tuple[bool, bool]:
        page = (folder / which / "coverage.html").read_text("utf-8-sig")
        return '"outline":{' in page, f'"report_url":"{link}"' in page

    assert drawn("internal") == drawn("public") == (True, True)
    for options, expected in (
        ([], (False, False)),
        (["--outline", "map.gpkg:kommun", "--report-url", link], (True, True)),
        (["--context", "plan.gpkg", "--context-credit", "Kommunen"], (False, False)),
    ):
        done = run("publish", "fibercov-results", *options, cwd=files)
        assert done.returncode == 0, done.stderr
        assert drawn("public") == expected
    assert '"credits":["Kommunen"]' in (folder / "public/coverage.html").read_text("utf-8-sig")
    for wrong, said in {
        ("--outline", "map.gpkg"): "`--outline FILE:LAYER` must be named, for 'map.gpkg' has 2",
        ("--outline", "none.gpkg"): "`--outline`",
        ("--outline", "map.gpkg:lines"): (
            "`--outline` must be Polygon or MultiPolygon geometries, but there are 1 of type 'LineString'"
        ),
        (
            "--outline",
            "map.gpkg:kommun",
            "--areas-crs",
            "EPSG:3008",
        ): "`--areas-crs` is EPSG:3008, but",
        ("--outline", "map.gpkg:kommun", "--out", "map.gpkg"): "`--out`",
        ("--report-url", "javascript:alert(1)"): (
            "`--report-url` must begin with https:, http: or mailto:, not 'javascript:alert(1)'"
        ),
    }.items():
        no = run(*asked, *wrong, cwd=files)
        assert no.returncode == 1
        assert said in " ".join(no.stderr.split())


def test_measures_along_roads_and_across_barriers(files: Path) -> None:
    lines = [[(0, 0), (100, 0)], [(90, 0), (90, 200)]]
    roads = frame(
        [shapely.LineString(xy) for xy in lines], kind=["street", "path"], layer=[0, None]
    )
    roads.to_file(files / "map.gpkg", layer="roads")
    river = frame([shapely.LineString([(70, 10), (99, 10)])])
    river.to_file(files / "map.gpkg", layer="water")
    asked = ["measure", "addresses.gpkg", "fiber.gpkg", "--reach", 60, "--households", "hushall"]
    asked += ["--along", "roads", "--beside", 10, "--join", "0,5"]
    asked += ["--roads", "map.gpkg", "--roads-layer", "roads", "--roads-level", "layer"]
    done = run(
        *asked, "--roads-where", "kind == 'street'", "--roads-credit", "Kommunen",
        "--barriers", "map.gpkg:water", "--barriers", "plan.gpkg", cwd=files,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert (
        "85.0 % of 100 households within 60 m of fiber, measured along roads with 10 m side tolerance and road ends "
        "joined within 0.5 m (80.0-90.0)"
    ) in " ".join(done.stdout.split())
    assert "Roads: Kommunen." in done.stdout
    assert (files / "fibercov-results" / "internal" / "barriers.gpkg").exists()
    for wrong, said in {
        ("--along", "roads"): "`--along` needs `--roads`.",
        ("--roads", "map.gpkg"): "`--roads` needs `--along roads`.",
        ("--roads-where", "a > 1"): "`--roads-where` needs `--roads`.",
        ("--beside", "5"): "`--beside` needs --along roads.",
        (
            *asked[7:],
            "--reach",
            "RTR",
        ): "cannot be used with RTR, which is measured straight. Give --reach METRES.",
        (*asked[7:], "--beside", "x"): "`--beside` must be metres, 0 or more, not 'x'.",
        ("--barriers", "map.gpkg"): "`--barriers FILE:LAYER` must be named, for 'map.gpkg' has 2",
        ("--barriers", "none.gpkg"): "none.gpkg",
    }.items():
        no = run(*asked[:7], *wrong, cwd=files)
        assert no.returncode == 1
        assert said in " ".join(no.stderr.split())
