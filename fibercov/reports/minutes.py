"""The share in a paragraph for the minutes of a council meeting."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fibercov import checks, texts
from fibercov.errors import ArgumentError
from fibercov.measure.coverage import CoverageTotals, totalled
from fibercov.measure.target import TargetCheck, check_target
from fibercov.plan.builds import Plan


def minutes(
    coverage: CoverageTotals,
    check: TargetCheck | None = None,
    *,
    plan: Plan | None = None,
    language: str = "sv",
) -> str:
    """Write the share and the verdict as a paragraph for the minutes of a council meeting.

    It has all that a share needs to be read on its own: date, range, denominator, definition,
    target, shortfall, drop-out, and what it leaves out. No number is rounded to contradict the verdict.

    Parameters
    ----------
    coverage
        A measurement; if it has no date, neither has the paragraph.
    check
        What `check_target` returned for it. With a plan it may be left out: the verdict is then that of the
        plan's target, if it has one.
    plan
        What `plan_builds` returned for it: what it would bring, what it costs, and what it is not.
    language
        `"sv"` or `"en"`; the name and source of a definition of your own are not translated.

    Returns
    -------
    str
        One paragraph.

    Raises
    ------
    ArgumentError
        If `check` or `plan` is of another measurement, there is neither, or the language is unknown.

    Examples
    --------
    >>> import fibercov as fc
    >>> demo = fc.load_demo()
    >>> coverage = fc.measure_coverage(demo.premises, demo.network, reach=50, as_of=demo.as_of)
    >>> fc.minutes(coverage, fc.check_target(coverage, target=0.9), language="en")[:82]
    'On 1 October 2020, 90.7 % of 3,401 households were connected to fiber or within 50'
    """
    totalled(coverage)
    if plan is not None:
        checks.made_by(plan, Plan, "plan", "plan_builds")
        _same(coverage, plan.coverage, "plan", "Plan from this one: plan_builds(coverage, ...).")
        if check is None and plan.exact_target is not None:
            check = check_target(plan.coverage, target=plan.exact_target)
    if check is not None or plan is None:
        check = checks.made_by(check, TargetCheck, "check", "check_target")
        _same(coverage, check, "check", "Check this one: check_target(coverage, target=...).")
    goal = None if check is None else check.exact_target
    texts.known(language)
    day, counts = coverage.as_of, coverage.counts
    ends = texts.bounds(coverage.exact_range, goal, language)
    ends = None if coverage.rounded else ends
    homes = {
        "shortfall": check.shortfall if check else 0,
        "unplaced": counts["unplaced"],
        "planned": counts["planned"],
    }
    across = " ".join(coverage.across_barriers(language))
    values: dict[str, Any] = {
        "day": day and day.day,
        "month": day and texts.say("minutes_months", language).split()[day.month - 1],
        "year": day and day.year,
        "of": texts.base(
            coverage.total, coverage.unit, language, one_each=coverage.one_household_each
        ),
        "reach": texts.within(coverage.reach, language),
        "source": texts.definition_source(coverage.reach, language).rstrip(". "),
        "across": across,
        "target": texts.target_percent(goal, language) if goal else "",
        "share": texts.percent(coverage.exact_share, goal, language),
        **dict(zip(("low", "high"), ends or (), strict=False)),
        **{
            key: texts.amount(int(number), coverage.unit, language) for key, number in homes.items()
        },
    }
    sentences = {
        ("dated" if day else "undated") + ("_connected" if coverage.connected_given else ""): True,
        "between_ways" if coverage.reach.along or across else "between": ends is not None,
        "across": across,
        "rounded": coverage.rounded,
        "source": values["source"],
        _verdict(check): check is not None,
        "no_position": counts["unplaced"],
        "not_built": counts["planned"],
        "excludes_along" if coverage.reach.along else "excludes": True,
    }
    written = _written(sentences, values, language)
    return f"{written} {of_plan(plan, language)}".rstrip() if plan is not None else written


def of_plan(plan: Plan, language: str) -> str:
    """Write what a plan would bring, what it costs, and what it is not; nothing of one without builds."""
    if plan.builds.empty:
        return ""
    sentences = {
        "plan_decided": plan.reached_before != plan.coverage.reached,
        "plan" if len(plan.builds) > 1 else "plan_one": True,
        "plan_bound": True,
    }
    mean = texts.say("builds_mean", language)
    return f"{_written(sentences, plan.words(language), language)} {mean}"


def _written(sentences: Mapping[str, object], values: Mapping[str, object], language: str) -> str:
    """Write those of the sentences that are needed."""
    said = {key: str(value) for key, value in values.items()}
    return " ".join(
        texts.say(f"minutes_{key}", language, **said) for key, needed in sentences.items() if needed
    )


def _verdict(check: TargetCheck | None) -> str:
    """Name the sentence with the verdict."""
    if check is None:
        return ""
    to_go = check.shortfall and check.verdict in {"uncertain", "about"}
    return check.verdict + ("_to_go" if to_go else "")


def _same(
    coverage: CoverageTotals, other: CoverageTotals | TargetCheck, argument: str, way_out: str
) -> None:
    """Raise unless something is of this coverage."""
    of = [f"{x.reached:,} of {x.total:,} {x.reach}" for x in (other, coverage)]
    if of[0] != of[1] or coverage.reach != other.reach:
        raise ArgumentError(
            argument, f"is of another measurement: {of[0]} instead of {of[1]}.", way_out
        )
