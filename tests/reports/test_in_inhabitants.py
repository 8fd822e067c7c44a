"""A run that counts inhabitants speaks of nothing else, in any of its outputs."""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterator
from pathlib import Path

import matplotlib.pyplot as plt
import pandas as pd
import pytest
from matplotlib.text import Text
from running import command as run

import fibercov as fc

OTHER = re.compile("household|hushåll|premises \\(one", re.IGNORECASE)


@pytest.fixture(scope="module")
def years() -> list[fc.Coverage]:
    """The demo at three dates, with inhabitants alone."""
    found = []
    for year in (2018, 2019, 2020):
        town = fc.load_demo(as_of=f"{year}-10-01")
        premises = town.premises.drop(columns=["households", "workplaces"])
        found.append(
            fc.measure_coverage(
                premises, town.network, planned=town.planned, reach=50, as_of=town.as_of
            )
        )
    return found


def spoken(years: list[fc.Coverage], language: str) -> Iterator[str]:
    """Everything that fibercov says of these measurements in a language."""
    last, areas = years[-1], fc.load_demo().areas
    check = fc.check_target(last, target=0.95, by=areas)
    change = fc.explain_change(*years[:2], by=areas)
    progress = fc.track_progress(years, target=0.95, by="2022-10-01", by_area=areas)
    yield fc.minutes(last, check, language=language)
    yield last.headline(language=language)
    yield change.sentence(language)
    yield progress.sentence(language)
    for shown in (last, check, change, progress):
        yield repr(shown) + shown._repr_html_()
    tables = [
        last.table, check.areas, change.table, change.areas, progress.table, progress.areas,
        fc.check_data(last, areas=areas, expected_total=7000), fc.compare_units(last, by=areas),
        fc.compare_reaches(last, reaches=[20, fc.PTS_2015]),
    ]  # fmt: skip
    for table in tables:
        yield pd.DataFrame(table.drop(columns="geometry", errors="ignore")).to_csv()
    yield str(fc.kolada_rows(last, kpi="U00001", by=areas))
    yield str(fc.stratsys_rows(last, measure="Fiber", organisation="Kommunen"))
    for ax in (
        fc.plot_progress(progress, language=language),
        fc.plot_change(change, language=language),
        fc.plot_curve(last, language=language),
    ):
        figure = ax.get_figure(root=True)
        assert figure is not None
        found = figure.findobj(lambda part: isinstance(part, Text))
        yield " ".join(part.get_text() for part in found if isinstance(part, Text))
        plt.close(figure)


@pytest.mark.parametrize("language", ["en", "sv"])
def test_what_a_script_is_told(years: list[fc.Coverage], language: str) -> None:
    with warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always")
        said = [*spoken(years, language)]
    noun = {"en": "inhabitants", "sv": "invånare"}[language]
    assert [each for each in [*said, *(str(w.message) for w in warned)] if OTHER.search(each)] == []
    for sentence in said[:2]:
        assert f"7,158 {noun}" in sentence.replace("\xa0", ",")


@pytest.mark.parametrize("language", ["en", "sv"])
def test_what_the_command_line_says_and_writes(
    tmp_path: Path, years: list[fc.Coverage], language: str
) -> None:
    town = fc.load_demo()
    town.areas.to_file(tmp_path / "areas.gpkg")
    for coverage in years[-2:]:
        year = str(coverage.as_of)[:4]
        kept = coverage.premises[["id", "inhabitants", "connected", "geometry"]]
        kept.rename(columns={"inhabitants": "antal"}).to_file(tmp_path / f"{year}.gpkg")
        network = fc.load_demo(as_of=str(coverage.as_of)).network
        network.to_file(tmp_path / f"net{year}.gpkg")
        done = run(
            "measure", f"{year}.gpkg", f"net{year}.gpkg", "--reach", 50, "--inhabitants", "antal",
            "--connected", "connected", "--areas", "areas.gpkg", "--area-name", "name", "--publish", "areas",
            "--as-of", coverage.as_of, "--history", "history.csv", "--out", f"r{year}",
            "--expected-total", 7000, "--language", language, cwd=tmp_path,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        assert not OTHER.search(done.stdout + done.stderr)
    for asked in (("progress", "history.csv"), ("compare", "r2019", "r2020")):
        done = run(*asked, "--language", language, cwd=tmp_path)
        assert done.returncode == 0, done.stderr
        assert not OTHER.search(done.stdout + done.stderr)
    texts = [file for kind in ("html", "csv", "json") for file in tmp_path.rglob(f"*.{kind}")]
    texts += [*tmp_path.rglob("README.txt"), *tmp_path.rglob("*.geojson")]
    assert (
        len(texts) == 19
    )  # of each run 2 maps, 3 tables, the summary, 2 GeoJSON and README; and the history
    for file in texts:
        found = OTHER.search(file.read_text("utf-8-sig"))
        assert not found, (file, found)


def test_the_minutes_of_the_demo_read_as_an_officer_would_write_them(
    years: list[fc.Coverage],
) -> None:
    said = fc.minutes(years[-1], fc.check_target(years[-1], target=0.95), language="sv")
    assert said.replace("\xa0", " ").startswith(
        "Den 1 oktober 2020 var 90,2 % av 7 158 invånare anslutna till fiber eller fanns inom 50 m från "
    )
    assert "Målet om 95 % är inte nått; 346 invånare återstår." in said.replace("\xa0", " ")
