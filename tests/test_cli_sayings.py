"""`fibercov minutes`, `kolada` and `stratsys`, as a user runs them."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from running import command as run

import fibercov as fc


def test_rows_and_sentences_come_from_a_folder(
    tmp_path: Path, write: Callable[..., list[Path]], demo: fc.Demo, demo_coverage: fc.Coverage
) -> None:
    write(tmp_path / "r", target=0.95)
    said = run("minutes", "r", cwd=tmp_path)
    check = fc.check_target(demo_coverage, target=0.95)
    assert said.stdout == fc.minutes(demo_coverage, check, language="en") + "\n", said.stderr
    said = run(
        "minutes", "r", "--target", "80%", "--unit", "inhabitants", "--language", "en", cwd=tmp_path
    )
    assert "inhabitants were connected to fiber" in said.stdout
    assert "80 % is met" in said.stdout
    lines = run(
        "stratsys",
        "r",
        "--by-area",
        "--measure",
        "Andel",
        "--decimals",
        2,
        "--out",
        "s.txt",
        cwd=tmp_path,
    )
    assert "Written: s.txt in ." in lines.stdout, lines.stderr
    wanted = fc.stratsys_rows(demo_coverage, measure="Andel", by=demo.areas, decimals=2)
    assert (tmp_path / "s.txt").read_text("utf-8").splitlines() == wanted
    rows = run(
        "kolada", "r", "--kpi", "N07918", "--municipality", "0180", "--period", 2021, cwd=tmp_path
    )
    assert json.loads(rows.stdout)[0]["period"] == 2021
    assert "N07918 (" in rows.stderr
    assert "counts cable TV (DOCSIS) too" in rows.stderr


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        (["minutes", "none"], "`RESULTS`: 'none' is not a folder of results"),
        (["minutes", "r", "--until", "2021-01-01"], "`--until` needs the dates of the planned network"),
        (["kolada", "r", "--kpi", "5", "--municipality", "0180"], "`--kpi` must be N or U and five digits"),
        (["kolada", "r", "--kpi", "U00001"], "`--municipality`"),
        (["stratsys", "r", "--measure", "a"], "`--organisation`"),
        (["stratsys", "r", "--measure", "a", "--by-area"], "`--by-area`: 'r' has no areas. Measure with `--areas` or `--by`."),
    ],
)  # fmt: skip
def test_what_they_cannot_say_is_an_error(
    tmp_path: Path,
    write: Callable[..., list[Path]],
    demo_coverage: fc.Coverage,
    asked: list[str],
    message: str,
) -> None:
    write(tmp_path / "r", demo_coverage)
    done = run(*asked, cwd=tmp_path)
    assert done.returncode == 1
    assert message in done.stderr


def test_the_values_of_a_column_are_areas_too(
    tmp_path: Path, write: Callable[..., list[Path]], demo_coverage: fc.Coverage
) -> None:
    write(tmp_path / "r", demo_coverage, areas="KIND")
    lines = run("stratsys", "r", "--by-area", "--measure", "Andel", cwd=tmp_path)
    assert lines.stdout.splitlines() == fc.stratsys_rows(demo_coverage, measure="Andel", by="kind")


@pytest.mark.parametrize(
    ("asked", "swedish", "english"),
    [
        (["minutes", "{}"], "Målet om 90 % är nått.", "The target of 90 % is met."),
        (["kolada", "{}", "--kpi", "U00001", "--municipality", "0180", "--out", "k.json"], "Skrivet: k.json", "Written: k.json"),
        (["stratsys", "{}", "--measure", "a", "--organisation", "b", "--out", "s.txt"], "Skrivet: s.txt", "Written: s.txt"),
        (["publish", "{}"], "hushåll inom 50 m från fiber", "households within 50 m of fiber"),
        (["report", "{}", "--out", "r.svg"], "Skrivet: r.svg", "Written: r.svg"),
        (["compare", "e", "{}"], "oförändrad", "unchanged"),
    ],
)  # fmt: skip
def test_commands_go_on_in_the_language_of_the_results(
    tmp_path: Path,
    write: Callable[..., list[Path]],
    asked: list[str],
    swedish: str,
    english: str,
) -> None:
    write(tmp_path / "e")
    write(tmp_path / "s", language="sv")
    for results, chosen, expected in (
        ("s", [], swedish),
        ("e", [], english),
        ("s", ["--language", "en"], english),
    ):
        done = run(*(word.format(results) for word in asked), *chosen, cwd=tmp_path)
        assert done.returncode == 0, done.stderr
        assert expected in done.stdout
    done = run(*(word.format("e") for word in asked), "--language", "no", cwd=tmp_path)
    assert "`--language` must be 'en' or 'sv', not 'no'" in done.stderr


def test_results_of_before_their_language_was_kept_are_in_english(
    tmp_path: Path, write: Callable[..., list[Path]]
) -> None:
    write(tmp_path / "r", language="sv")
    file = tmp_path / "r" / "summary.json"
    said = json.loads(file.read_text("utf-8"))
    del said["language"]
    file.write_text(json.dumps(said), "utf-8")
    assert "The target of 90 % is met." in run("minutes", "r", cwd=tmp_path).stdout
    file.write_text(json.dumps(said | {"language": 5}), "utf-8")
    done = run("minutes", "r", cwd=tmp_path)
    assert "`RESULTS`: 'r' is not a folder of results (`language` must be" in done.stderr
