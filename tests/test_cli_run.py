"""`fibercov run`, as a user runs it; docs/how-to/yearly.md is run as a whole, too."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from frames import cable, frame, points
from running import command as run
from running import contents
from shapely import box

import fibercov as fc


@pytest.fixture
def job(tmp_path: Path) -> Path:
    points((0, 10), (50, 90), hh=[3, 1], bef=[2, 2], adress=["A", "B"], nr=[1, 2]).to_file(
        tmp_path / "a.gpkg"
    )
    cable((0, 0), (100, 0)).to_file(tmp_path / "n.gpkg")
    frame([box(0, 0, 99, 99)], namn=["Byn"]).to_file(tmp_path / "o.gpkg")
    return tmp_path / "job.toml"


SOUND = """premises = "a.gpkg"
network = "n.gpkg"
households = "hh"
inhabitants = "bef"
address = ["adress", "nr"]
as-of = 2020-10-01
"""


def test_every_combination_is_a_folder_and_paths_start_from_the_file(job: Path) -> None:
    sets = '[[area_sets]]\nfolder = "byar"\nareas = "o.gpkg"\narea_name = "namn"\n[[area_sets]]\nfolder = "tal"\nby = "nr"\n'
    job.write_text(
        SOUND + f'unit = ["households", "inhabitants"]\nreach = [50, 200]\nout = "r"\n{sets}'
    )
    (job.parent / "elsewhere").mkdir()
    done = run("run", "../job.toml", cwd=job.parent / "elsewhere")
    assert done.returncode == 0, done.stderr
    folders = sorted(path.parent.name for path in (job.parent / "r").glob("*/summary.json"))
    units, reaches = ("households", "inhabitants"), ("200-m", "50-m")
    assert folders == sorted(
        f"{s}-{u}-{r}" for s in ("byar", "tal") for u in units for r in reaches
    )
    said = json.loads((job.parent / "r/byar-inhabitants-50-m/summary.json").read_text("utf-8"))
    assert (said["unit"], said["reach"]["metres"], said["share"]) == ("inhabitants", 50, 0.5)
    assert said["as_of"] == "2020-10-01"


def test_one_measurement_is_written_to_out_itself_and_all_are_before_it_fails(job: Path) -> None:
    job.write_text(SOUND + 'reach = 50\nout = "r"\nquiet = true\nfail_unless_met = true\n')
    done = run("run", "job.toml", cwd=job.parent)
    assert done == (3, "", "")
    assert (job.parent / "r/summary.json").exists()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("reach = 50\narea-nam = 'x'\n", "`area-nam` is no option of `fibercov measure`. Is it area_name?"),
        ("", "is missing in 'job.toml'."),
        ("reach = 50\nquiet = 'yes'\n", "`quiet` must be true or false, not 'yes'."),
        ("reach = 50\nxy = [true]\n", "must be a text, a number or a date, not True."),
        ("reach = [50, 50.0]\n", "would write '50-m' twice."),
        ("reach = 50\n[[area_sets]]\nby = 'nr'\n", "`area_sets` need a key 'folder' each"),
        ("reach = 50\narea_sets = 5\n", "`area_sets` must be tables"),
        ("reach = 50\nas_of = 2020-10-01\n", "`as_of` is given twice, with - and with _."),
        ("reach = 50\nby = 'nr'\n[[area_sets]]\nfolder = 'a'\nby = 'nr'\n", "`area_sets` and by above them exclude"),
        ("reach = \n", "`JOB`: 'job.toml' cannot be read: Invalid value"),
    ],
)  # fmt: skip
def test_a_file_that_cannot_be_right_is_an_error(job: Path, text: str, message: str) -> None:
    job.write_text(SOUND + text)
    done = run("run", "job.toml", cwd=job.parent)
    assert done.returncode == 1
    assert message in done.stderr.replace("--as-of", "as_of").replace("--by", "by")
    assert not (job.parent / "fibercov-results").exists()


ALONG = "along = 'roads'\nroads = 'n.gpkg'\n"


@pytest.mark.parametrize(
    ("more", "reaches", "units", "times"),
    [
        ("", ["50", "200", "PTS_2015"], ["households", "premises"], 1),
        ("", ["PTS_2015", "50"], ["households", "inhabitants"], 2),
        (ALONG, ["200", "60"], ["households", "inhabitants"], 1),
        ("barriers = 'o.gpkg'\n", ["50", "200"], ["households"], 1),
        ("barriers = 'o.gpkg'\n", ["50", "2000"], ["households", "inhabitants"], 2),
    ],
)
def test_drops_are_measured_once_and_the_files_are_those_of_each_measurement_alone(
    job: Path, monkeypatch: pytest.MonkeyPatch, more: str, reaches: list[str], units: list[str], times: int
) -> None:  # fmt: skip
    points((0, 10), (50, 90), (9, 70), hh=[3, 1, 1], bef=[2, 2, 1], ja=[1, 0, 0]).to_file(
        job.parent / "a.gpkg"
    )
    measured: list[Any] = []
    once = fc.measure_coverage

    def counted(*frames: Any, **options: Any) -> fc.Coverage:
        measured.append(options["reach"])
        return once(*frames, **options)

    monkeypatch.setattr(fc, "measure_coverage", counted)
    own = SOUND.replace('address = ["adress", "nr"]\n', 'connected = "ja"\n') + more
    job.write_text(own + f"unit = {units}\nreach = {reaches}\nout = 'r'\n")
    done = run("run", "job.toml", cwd=job.parent)
    assert done.returncode == 0, done.stderr
    assert len(measured) == times
    for unit in units:
        for reach in reaches:
            job.write_text(own + f"unit = '{unit}'\nreach = '{reach}'\nout = 'alone'\n")
            assert run("run", "job.toml", cwd=job.parent).returncode == 0
            slug = "pts-2015" if reach == "PTS_2015" else f"{reach}-m"
            name = "-".join([unit] * (len(units) > 1) + [slug])
            assert contents(job.parent / "r" / name) == contents(job.parent / "alone")
