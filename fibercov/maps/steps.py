"""The dates that a map can show, and the banner of each: the share and the target, in words."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from fibercov import checks, texts
from fibercov.errors import ArgumentError
from fibercov.geo.crs import crs_name
from fibercov.measure.coverage import Coverage, CoverageTotals
from fibercov.measure.protect import MINIMUM, published
from fibercov.measure.target import check_target, held_against
from fibercov.wording import Words


@dataclass(frozen=True)
class Step:
    """A measurement on the map, or the current one with the planned network built."""

    coverage: CoverageTotals
    with_plan: bool = False


def steps_of(coverage: CoverageTotals, history: Iterable[Coverage]) -> list[Step]:
    """List the measurements by date, and the plan last if there is a history before it."""
    must = "must be a list of what measure_coverage returns"
    earlier = [e for e in checks.several(history, "history", must) if e is not coverage]
    for each in earlier:
        if not isinstance(each, Coverage):
            raise checks.refusal("history", "must hold what measure_coverage returns", type(each))
        if each.reach != coverage.reach:
            raise ArgumentError(
                "history",
                f"mixes definitions: {str(each.reach)!r} and {str(coverage.reach)!r}.",
                "Use one throughout: [past.at(coverage.reach) for past in history].",
            )
    dates = [each.as_of for each in (*earlier, coverage)]
    if earlier and (None in dates or len(set(dates)) < len(dates)):
        said = ", ".join("none" if day is None else day.isoformat() for day in dates)
        raise ArgumentError(
            "history",
            Words("and `coverage` need an {as_of} each, all different: {days}.", days=said),
        )
    if any(each.as_of > coverage.as_of for each in earlier):
        raise ArgumentError(
            "history",
            f"must be earlier than `coverage`, which is of {coverage.as_of}.",
            "Draw the map of the last measurement.",
        )
    steps = [Step(each) for each in sorted(earlier, key=lambda each: str(each.as_of))]
    steps.append(Step(coverage))
    if earlier and isinstance(coverage, Coverage) and coverage.counts["planned"]:
        steps.append(Step(coverage.with_plan(), with_plan=True))
    return steps


def measurements(steps: list[Step]) -> list[Coverage]:
    """List what was measured, date by date; totals without premises are left out."""
    return [
        step.coverage
        for step in steps
        if isinstance(step.coverage, Coverage) and not step.with_plan
    ]


def masks(summary: pd.DataFrame) -> NDArray[np.int64]:
    """Tell what must not be published of each area, and last of the whole: 1 the share, 2 all."""
    masked = published(summary)["masked"]
    return np.array([{"": 0, "breakdown": 1, "all": 2}[much] for much in masked])


def has_small_range(step: Step, outside: int | None) -> bool:
    """Tell whether the range and the unplaced, with the rest, would reveal a small count of the whole.

    `outside` is the number of households outside all areas, if there is a row for them.
    """
    coverage = step.coverage
    low, high = coverage.reached_range
    passed, unplaced = coverage.reached, int(coverage.counts["unplaced"])
    counts = [unplaced, int(coverage.counts["unserved"]), passed - low, high - passed]
    counts.append(abs(high - passed - unplaced))
    if outside is not None:
        counts.append(outside - unplaced)
    return any(0 < count < MINIMUM for count in counts)


def area_rows(
    summary: pd.DataFrame,
    breaks: list[Fraction],
    target: Fraction | None,
    masked: NDArray[np.int64],
) -> dict[str, list[Any]]:
    """Collect what the page shows of each area; None where it is masked or there is nothing."""
    to_go: list[int | None] = [None] * len(summary)
    verdicts = to_go.copy()
    if target is not None:
        held = held_against(summary, target)
        to_go = [None if pd.isna(missing) else int(missing) for missing in held["shortfall"]]
        verdicts = held["verdict"].tolist()
    homes = summary["total"].to_numpy(dtype=np.int64)
    passed = summary["reached"].to_numpy(dtype=np.int64)
    pairs, which = shares(passed, homes, breaks, target)
    rows: dict[str, list[Any]] = {
        key: [] for key in ("homes", "share", "class", "shortfall", "verdict")
    }
    for pair, hidden, count, missing, verdict in zip(
        which, masked, homes, to_go, verdicts, strict=True
    ):
        text, colour = (None, None) if hidden else pairs[pair]
        told = (None, None) if text is None else (missing, verdict)
        shown = (int(count) if hidden < 2 else None, text, colour, *told)
        for key, value in zip(rows, shown, strict=True):
            rows[key].append(value)
    return rows


def shares(
    passed: NDArray[np.int64],
    homes: NDArray[np.int64],
    breaks: list[Fraction],
    target: Fraction | None,
) -> tuple[list[tuple[str | None, int | None]], NDArray[np.int64]]:
    """List the distinct shares, with their digits in percent and class, and the index of each area's."""
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


def banner(
    step: Step, target: Fraction | None, *, hidden: bool, with_range: bool
) -> dict[str, Any]:
    """Make the banner of a date: numbers for the bar, and words in each language.

    With `hidden` the share is left out; without `with_range`, its range and the unplaced are.
    """
    coverage = step.coverage
    said: dict[str, Any] = {"date": str(coverage.as_of or ""), "plan": step.with_plan}
    if not hidden:
        planned = int(coverage.counts["planned"])
        said["passed_percent"] = round(100 * coverage.reached / coverage.total, 3)
        said["planned_percent"] = round(100 * planned / coverage.total, 3)
    for language in texts.LANGUAGES:
        if hidden:
            words = {"share": "", "goal": "", "headline": texts.say("no_share", language)}
            said[language] = {**words, "notes": _plan_note(coverage, language)}
        else:
            said[language] = _words(step, target, language, with_range=with_range)
        said[language]["method"] = _method(coverage, language)
    return said


def _words(
    step: Step, target: Fraction | None, language: str, *, with_range: bool
) -> dict[str, Any]:
    """Write the banner's words in a language."""
    coverage = step.coverage
    share = coverage.exact_share
    between = coverage.exact_range if with_range else (share, share)
    goal = ""
    if target is not None:
        check = check_target(coverage, target=target)
        words = texts.goal(
            check.verdict, target, check.shortfall, coverage.unit, language, plan=step.with_plan
        )
        goal = texts.sentence(words)
    of = texts.base(coverage.total, coverage.unit, language, one_each=coverage.one_household_each)
    as_of = None if step.with_plan else coverage.as_of
    headline = texts.headline(share, of, coverage.reach, between, as_of, target, language)
    if step.with_plan:
        headline = texts.say(
            "plan_headline", language, headline=headline, as_of=str(coverage.as_of)
        )
    notes = _plan_note(coverage, language)
    unplaced = int(coverage.counts["unplaced"])
    if with_range and unplaced:
        count = texts.amount(unplaced, coverage.unit, language)
        notes.insert(0, texts.say("not_on_map", language, amount=count))
    if texts.bounds(between, target, language):
        notes.insert(0, texts.say("range", language))
    planned = int(coverage.counts["planned"])
    if planned:
        with_plan = Fraction(coverage.reached + planned, coverage.total)
        plan = texts.percent(with_plan, target, language)
        notes.insert(0, texts.say("with_plan", language, share=plan))
    return {
        "share": texts.percent(share, target, language),
        "goal": goal,
        "headline": headline,
        "notes": notes,
    }


def _plan_note(coverage: CoverageTotals, language: str) -> list[str]:
    """Say that the planned network is not counted, if so."""
    return [texts.say("plan_not_counted", language)] if coverage.plan_counts is False else []


def _method(coverage: CoverageTotals, language: str) -> list[str]:
    """Say how the share was measured: the source of the definition, and the CRS with its error."""
    source = [texts.source(coverage.reach, language)] if coverage.reach.source else []
    return [*source, texts.measured_in(crs_name(coverage.crs), coverage.scale_error, language)]
