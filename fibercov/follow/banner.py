"""What is said of a date: the share, the target and how it was measured, in words, and a bar."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from fibercov import texts
from fibercov.follow.dates import Step
from fibercov.measure.coverage import CoverageTotals
from fibercov.measure.target import TargetCheck, check_target
from fibercov.statuses import STATUSES


def banner(step: Step, now: CoverageTotals, target: Fraction | None) -> dict[str, Any]:
    """Make the banner of a date: numbers for the bar, and words in each language."""
    coverage = step.coverage
    check = None if target is None else check_target(coverage, target=target)
    # RULE: what is planned is drawn as planned, also where it is taken as built.
    built = now if step.with_plan else coverage
    planned = coverage.reached - built.reached + int(coverage.counts["planned"])
    return {
        "date": str(coverage.as_of or ""),
        "plan": step.with_plan,
        "total": coverage.total,
        "reached": coverage.reached,
        "reached_percent": round(100 * built.reached / coverage.total, 3),
        "planned_percent": round(100 * planned / coverage.total, 3),
        "counts": None
        if coverage.rounded
        else {status: int(coverage.counts[status]) for status in STATUSES},
        "shortfall": check and check.shortfall,
        "verdict": check and check.verdict,
        **{language: _words(step, check, planned, language) for language in texts.LANGUAGES},
    }


def _words(step: Step, check: TargetCheck | None, planned: int, language: str) -> dict[str, Any]:
    """Write the banner's words in a language."""
    coverage = step.coverage
    target = None if check is None else check.exact_target
    key, as_of = ("plan_banner", "plan_dated") if step.with_plan else ("banner", "banner_dated")
    goal = ""
    if check is not None:
        goal = texts.goal(
            check.verdict, check.exact_target, check.shortfall, coverage.unit, language,
            plan=step.with_plan,
        )  # fmt: skip
    dated = coverage.as_of and texts.date_in_words(coverage.as_of, language)
    said = texts.say(
        key,
        language,
        reached=texts.count(coverage.reached, language),
        of=texts.base(
            coverage.total, coverage.unit, language, one_each=coverage.one_household_each
        ),
        reach=texts.within(coverage.reach, language),
    )
    return {
        "share": texts.percent(coverage.exact_share, target, language),
        "goal": texts.sentence(goal),
        "headline": f"{said} {texts.say(as_of, language, date=dated)}" if dated else said,
        "date": dated or "",
        "key": _key(coverage, target, planned, language),
        "notes": _notes(coverage, target, language),
    }


def _key(
    coverage: CoverageTotals, target: Fraction | None, planned: int, language: str
) -> list[tuple[str, str]]:
    """Name the parts of the bar, if some are planned."""
    if not planned:
        return []
    built = coverage.reached + int(coverage.counts["planned"])
    values = {
        "done": "",
        "plan": texts.percent(Fraction(built, coverage.total), target, language),
        "rest": texts.amount(coverage.total - built, coverage.unit, language),
    }
    return [(kind, texts.say(f"bar_{kind}", language, value=said)) for kind, said in values.items()]


def _notes(coverage: CoverageTotals, target: Fraction | None, language: str) -> list[str]:
    """Write how it was measured, and what the share takes in."""
    straight = "" if coverage.reach.along else texts.say("straight", language)
    reach = texts.within(coverage.reach, language)
    notes = [texts.say("counts_if", language, reach=reach, straight=straight)]
    unplaced = int(coverage.counts["unplaced"])
    ends = texts.bounds(coverage.exact_range, target, language)
    if coverage.rounded:
        notes.append(texts.say("rounded", language))
    elif ends:
        low, high = ends
        notes.append(texts.say("minutes_between_ways", language, low=low, high=high))
    if unplaced:
        count = texts.amount(unplaced, coverage.unit, language)
        notes.append(texts.say("not_on_map", language, amount=count))
    if coverage.plan_counts is False:
        notes.append(texts.say("plan_not_counted", language))
    return [*notes, *coverage.method(language)]
