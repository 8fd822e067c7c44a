"""`fibercov measure --workers`, and what follows from its folder."""

from __future__ import annotations

import json
from pathlib import Path

import geopandas as gpd
import pytest
from nation import nation, save
from running import command
from test_partitions import AREAS

import fibercov as fc

OPTIONS = (
    "--reach", "50", "--households", "hushall", "--connected", "ansluten", "--position-error", "fel", "--id", "nr",
)  # fmt: skip


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str, str]:
    """A folder of results, and what was printed on both outputs."""
    folder = tmp_path_factory.mktemp("parts")
    premises, network = nation(homes=600)
    save(premises, folder / "p", 200, 2)
    save(network, folder / "n", 50)
    AREAS.to_file(folder / "areas.gpkg")
    done = command(
        "measure", folder / "p", folder / "n", *OPTIONS, "--areas", folder / "areas.gpkg", "--area-name", "name",
        "--area-code", "code", "--as-of", "2020-10-01", "--target", "40%", "--workers", "2", "--publish", "areas",
        "--history", folder / "history.csv", "--out", folder / "r", cwd=folder,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return folder, done.stdout, done.stderr


def test_the_share_is_printed_as_of_any_measurement(results: tuple[Path, str, str]) -> None:
    folder, said, _ = results
    totals = fc.read_totals(folder / "r")
    assert f"{totals.headline()}\n" in said
    assert "West" in said
    assert "and the parts in internal/premises: 2" in said.replace("\n", " ")
    assert fc.read_history(folder / "history.csv")["reached"].tolist() == [str(totals.reached)]


def test_the_map_of_areas_and_the_public_folder_are_there(results: tuple[Path, str, str]) -> None:
    folder = results[0] / "r"
    names = {file.relative_to(folder).as_posix() for file in folder.rglob("*.*") if file.is_file()}
    listed = {*json.loads((folder / "summary.json").read_text("utf-8"))["files"]}
    assert {"internal/coverage.html", "public/coverage.html", "public/areas.geojson"} <= listed
    assert {name for name in names if "premises/part-" not in name} == listed
    public = gpd.read_file(folder / "public/areas.geojson")
    assert (public["homes_passed"].dropna() % 5 == 0).all()


def test_minutes_and_rows_follow_from_the_folder(results: tuple[Path, str, str]) -> None:
    folder = results[0] / "r"
    totals = fc.read_totals(folder)
    said = command("minutes", folder, "--language", "en", cwd=folder)
    check = fc.check_target(totals, target=0.4)
    assert said.stdout == fc.minutes(totals, check, language="en") + "\n"
    rows = command("stratsys", folder, "--measure", "Fiber", "--by-area", cwd=folder)
    assert rows.returncode == 0, rows.stderr
    assert "West" in rows.stdout
    assert "East" in rows.stdout
    other = command("minutes", folder, "--unit", "premises", cwd=folder)
    assert "`--unit` must be households, as a measurement in parts counts one." in other.stderr
    report = command("report", folder, "--out", folder.parent / "report.pdf", cwd=folder)
    assert "holds a measurement in 2 parts" in report.stderr
    publish = command("publish", folder, cwd=folder)
    assert "Run `fibercov measure` with `--publish areas`, too" in publish.stderr


def test_a_program_reads_the_main_figures(results: tuple[Path, str, str]) -> None:
    folder = results[0]
    done = command(
        "measure", folder / "p", folder / "n", *OPTIONS, "--workers", "1", "--json", "--fail-unless-met",
        "--out", folder / "r2", cwd=folder,
    )  # fmt: skip
    assert done.returncode == 3
    assert json.loads(done.stdout)["total"] == fc.read_totals(folder / "r").total


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (
            ("--planned", "x"),
            "`--planned` is not for measurements in parts. Leave it out, or leave out `--workers`.",
        ),
        (("--xy", "E,N"), "`--xy` is not for measurements in parts."),
        (("--publish", "addresses"), "`--publish` can only be areas for measurements in parts"),
        (("--id", "typ"), "`--id` must be different in every row"),
        (("--by", "missing"), "`--by` names the column 'missing', which the data does not have."),
    ],
)
def test_what_is_not_for_parts_is_an_error(
    options: tuple[str, ...], said: str, results: tuple[Path, str, str], tmp_path: Path
) -> None:
    folder = results[0]
    done = command(
        "measure", folder / "p", folder / "n", *OPTIONS, "--workers", "1", *options, "--out", tmp_path / "r", cwd=tmp_path)  # fmt: skip
    assert done.returncode == 1
    assert said in done.stderr.replace("\n", " ")
    assert not (tmp_path / "r/summary.json").exists()
