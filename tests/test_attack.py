"""The attacks of `python -m tests.attack` run, and their first cases find nothing."""

from __future__ import annotations

import csv
import os
import random
from pathlib import Path

import pytest
from attack import __main__ as command
from attack.judged import ELSE, REFUSED, RIGHT, WRONG, expect
from attack.kinds import ATTACKS, CASES
from attack.pool import Case, Outcome, attempt, run

import fibercov as fc

SLOW = {"cached", "county"}  # compiles all anew; solves large systems


def crash(_: random.Random, folder: Path) -> str:
    (folder / "input.txt").write_text("what it crashed of")
    os.abort()


def test_the_first_case_of_each_attack_finds_nothing_and_a_crash_is_a_finding(
    tmp_path: Path,
) -> None:
    kinds = [*(kind for kind in ATTACKS if kind not in SLOW), "crash"]
    cases = [Case(kind, 0) for kind in kinds]
    came = dict(
        run(ATTACKS | {"crash": crash}, cases, tmp_path / "work", tmp_path / "found", processes=1)
    )
    crashed = came.pop(Case("crash", 0))
    assert crashed.came_to == ELSE
    assert "SIGABRT" in crashed.why
    assert [kept.name for kept in (tmp_path / "found").iterdir()] == ["crash-0"]
    assert (tmp_path / "found" / "crash-0" / "input.txt").read_text() == "what it crashed of"
    assert {case.kind: why for case, (kind, why) in came.items() if kind in {WRONG, ELSE}} == {}
    assert len(came) == len(kinds) - 1


def test_what_a_case_comes_to_is_told_apart(tmp_path: Path) -> None:
    def right(_: random.Random, __: Path) -> str:
        return RIGHT

    def wrong(_: random.Random, __: Path) -> str:
        expect(1 + 1 == 3, "3 of 2 rows")
        return RIGHT

    def refused(_: random.Random, __: Path) -> str:
        raise fc.ColumnError("households", "must be whole numbers.")

    def failing(_: random.Random, __: Path) -> str:
        raise SystemExit

    def leaving(_: random.Random, __: Path) -> str:
        csv.field_size_limit(csv.field_size_limit() + 1)
        return RIGHT

    before = csv.field_size_limit()
    attacks = (right, wrong, refused, failing, leaving)
    came = [attempt(attack, Case("any", 0), tmp_path).came_to for attack in attacks]
    csv.field_size_limit(before)
    assert came == [RIGHT, WRONG, REFUSED, ELSE, ELSE]


def test_the_same_seed_makes_the_same_input(tmp_path: Path) -> None:
    made = []
    for name in ("a", "b", "c"):
        (tmp_path / name).mkdir()
        seed = 1 if name == "c" else 0
        attempt(ATTACKS["texts"], Case("texts", seed), tmp_path / name)
        made.append((tmp_path / name / "a.csv").read_bytes())
    assert made[0] == made[1] != made[2]


def test_all_attacks_together_are_a_hundred_thousand_inputs() -> None:
    assert {*ATTACKS} == {*CASES}
    assert sum(CASES.values()) >= 100_000


def test_the_command_counts_what_the_cases_come_to_and_fails_for_a_finding(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    came = [
        Outcome(RIGHT),
        Outcome(REFUSED, "`where`"),
        Outcome(RIGHT),
        Outcome(WRONG, "1 of 2 rows"),
    ]
    for findings, shown in ((0, came[:3]), (1, came)):
        told = [(Case("texts", 7 + number), outcome) for number, outcome in enumerate(shown)]
        monkeypatch.setattr(command, "run", lambda *_, told=told: iter(told))
        assert command.main(["--only", "texts", "--seed", "7"]) == findings
        said = capsys.readouterr().out
        assert ("texts 10: wrong result: 1 of 2 rows" in said) == bool(findings)
        [row] = [line.split() for line in said.splitlines() if line.startswith("│ texts")]
        assert row[1::2] == ["texts", str(3 + findings), "2", "1", "0", str(findings), "0"]
