"""The dates that a map can show, and what is said of each: the share against the target, in words."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from fibercov import texts
from fibercov.coverage import Coverage
from fibercov.crs import label
from fibercov.errors import ArgumentError
from fibercov.publish import suppress
from fibercov.target import shortfall, verdict_of

MINIMUM = 5  # the smallest count on a map for publishing


@dataclass(frozen=True)
class Step:
    """A measurement on the map, or the current one with the planned network taken as built."""

    coverage: Coverage
    with_plan: bool = False

    def counts(self, table: pd.DataFrame) -> tuple[NDArray[np.int64], ...]:
        """Homes passed by area, and the lowest and highest number that the data allows."""
        passed, low, high, planned = (
            table[column].to_numpy(dtype=np.int64)
            for column in ("homes_passed", "homes_passed_low", "homes_passed_high", "planned")
        )
        if self.with_plan:
            return passed + planned, passed + planned, passed + planned
        return passed, low, high


def steps_of(coverage: Coverage, history: Iterable[Coverage]) -> list[Step]:
    """The measurements by date, the plan last if there is a history to lead up to it."""
    if isinstance(history, Coverage) or not isinstance(history, Iterable):
        raise ArgumentError("`history` must be a list of what measure_coverage gives.")
    earlier = [each for each in history if each is not coverage]
    for each in earlier:
        if not isinstance(each, Coverage):
            raise ArgumentError(
                f"`history` must hold what measure_coverage gives, not {type(each).__name__}."
            )
        if each.reach != coverage.reach:
            raise ArgumentError(
                f"`history` mixes definitions: {str(each.reach)!r} and {str(coverage.reach)!r}. "
                "Bring them under one: [past.at(coverage.reach) for past in history]."
            )
    dates = [each.as_of for each in (*earlier, coverage)]
    if earlier and (None in dates or len(set(dates)) < len(dates)):
        said = ", ".join("none" if day is None else day.isoformat() for day in dates)
        raise ArgumentError(
            f"`history` and `coverage` need an `as_of` each, all different: {said}."
        )
    if any(each.as_of > coverage.as_of for each in earlier):  # type: ignore[operator]  # not None
        raise ArgumentError(
            f"`history` must be earlier than `coverage`, which is of {coverage.as_of}. "
            "Draw the map of the last measurement."
        )
    steps = [Step(each) for each in sorted(earlier, key=lambda each: str(each.as_of))]
    steps.append(Step(coverage))
    if earlier and coverage.counts["planned"]:
        steps.append(Step(coverage, with_plan=True))
    return steps


def masks(summary: pd.DataFrame) -> NDArray[np.int64]:
    """What of each area, and last of the whole, must not be published: 1 the share, 2 all of it.

    The map says how many households are within reach, and how many would be with the planned
    network; the rest it does not tell apart.
    """
    told = pd.DataFrame(summary).assign(
        connected=0,
        passed=summary["homes_passed"],
        unserved=summary["unserved"] + summary["unplaced"],
        unplaced=0,
    )
    masked = suppress(told, minimum=MINIMUM)["masked"]
    return np.array([{"": 0, "breakdown": 1, "all": 2}[much] for much in masked])


def area_rows(
    step: Step, summary: pd.DataFrame, breaks: list[Fraction], target: Fraction | None,
    masked: NDArray[np.int64],
) -> dict[str, list[Any]]:  # fmt: skip
    """What the page shows of each area; None where that is masked, or nothing."""
    passed, low, high = step.counts(summary)
    homes = summary["households"].to_numpy(dtype=np.int64)
    pairs, which = shares(passed, homes, breaks, target)
    rows: dict[str, list[Any]] = {
        "homes": [int(n) if hidden < 2 else None for n, hidden in zip(homes, masked, strict=True)],
        "share": [], "class": [], "shortfall": [], "verdict": [],
    }  # fmt: skip
    for number, (pair, hidden) in enumerate(zip(which, masked, strict=True)):
        text, colour = (None, None) if hidden else pairs[pair]
        known = text is not None and target is not None
        rows["share"].append(text)
        rows["class"].append(colour)
        counts = (int(low[number]), int(high[number]), int(homes[number]))
        rows["shortfall"].append(
            shortfall(int(passed[number]), counts[2], target) if known and target else None
        )
        rows["verdict"].append(verdict_of(*counts, target) if known and target else None)
    return rows


def shares(
    passed: NDArray[np.int64],
    homes: NDArray[np.int64],
    breaks: list[Fraction],
    target: Fraction | None,
) -> tuple[list[tuple[str | None, int | None]], NDArray[np.int64]]:
    """The different shares, each with its digits in percent and its class; and each area's of them."""
    both = np.column_stack([passed, homes])
    different, which = np.unique(both, axis=0, return_inverse=True)
    pairs: list[tuple[str | None, int | None]] = []
    for part, whole in different.tolist():
        if whole == 0:
            pairs.append((None, None))
            continue
        share = Fraction(part, whole)
        text = texts.percent(share, target).removesuffix(" %")
        pairs.append((text, sum(share >= bound for bound in breaks) - 1))
    return pairs, which.reshape(-1).astype(np.int64)


def banner(step: Step, target: Fraction | None, *, hidden: int | None) -> dict[str, Any]:
    """What is said of a date: in numbers for the bar, and in the words of each language.

    On a page for publishing, `hidden` says what of the whole is masked; else it is None.
    """
    said: dict[str, Any] = {"date": str(step.coverage.as_of or ""), "plan": step.with_plan}
    coverage = step.coverage
    planned = int(coverage.counts["planned"])
    passed = coverage.homes_passed + (planned if step.with_plan else 0)
    if not hidden:  # None, or nothing
        said["passed_percent"] = round(100 * passed / coverage.households, 3)
        said["planned_percent"] = round(
            0 if step.with_plan else 100 * planned / coverage.households, 3
        )
    for language in texts.LANGUAGES:
        said[language] = _words(step, passed, target, language, hidden=hidden)
    return said


def _words(
    step: Step, passed: int, target: Fraction | None, language: str, *, hidden: int | None
) -> dict[str, Any]:
    coverage = step.coverage
    share = Fraction(passed, coverage.households)
    notes = _notes(coverage, language, least=1 if hidden is None else MINIMUM)
    if hidden:
        return {
            "share": "",
            "goal": "",
            "headline": texts.say("no_share", language),
            "notes": notes,
        }
    low, high = (share, share) if step.with_plan else coverage.exact_range
    goal = ""
    if target is not None:
        least, most = int(low * coverage.households), int(high * coverage.households)
        verdict = verdict_of(least, most, coverage.households, target)
        missing = shortfall(passed, coverage.households, target)
        goal = texts.sentence(texts.goal(verdict, target, missing, language))
    of = texts.base(coverage.households, language, one_each=coverage.one_household_each)
    headline = texts.headline(
        share, of, coverage.reach, (low, high), coverage.as_of, target, language
    )
    planned = int(coverage.counts["planned"])
    if planned and not step.with_plan:
        plan = Fraction(passed + planned, coverage.households)
        notes.insert(
            0, texts.say("with_plan", language, share=texts.percent(plan, target, language))
        )
    return {
        "share": texts.percent(share, target, language),
        "goal": goal,
        "headline": headline,
        "notes": notes,
    }


def _notes(coverage: Coverage, language: str, *, least: int) -> list[str]:
    """What a reader must know beside the share."""
    notes = []
    unplaced = int(coverage.counts["unplaced"])
    if unplaced >= least:
        count = texts.households(unplaced, language)
        notes.append(texts.say("not_on_map", language, households=count))
    if coverage.reach.source:
        notes.append(texts.source(coverage.reach, language))
    return [*notes, texts.measured_in(label(coverage.crs), coverage.scale_error, language)]
