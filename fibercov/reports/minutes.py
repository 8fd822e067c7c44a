"""The share in a paragraph for the minutes of a council meeting."""

from __future__ import annotations

from fibercov import checks, texts
from fibercov.errors import ArgumentError
from fibercov.measure.coverage import CoverageTotals, totalled
from fibercov.measure.target import TargetCheck


def minutes(coverage: CoverageTotals, check: TargetCheck, *, language: str = "sv") -> str:
    """Write the share and the verdict as a paragraph for the minutes of a council meeting.

    It has all that a share needs to be read on its own: date, range, denominator, definition,
    target, shortfall, drop-out, and what it leaves out. No number is rounded to contradict the verdict.

    Parameters
    ----------
    coverage
        A measurement; if it has no date, neither has the paragraph.
    check
        What `check_target` returned for it.
    language
        `"sv"` or `"en"`; a definition's name and source are not translated.

    Returns
    -------
    str
        One paragraph.

    Raises
    ------
    ArgumentError
        If `check` is of another measurement, or the language is unknown.

    Examples
    --------
    >>> import fibercov as fc
    >>> demo = fc.load_demo()
    >>> coverage = fc.measure_coverage(demo.premises, demo.network, reach=50, as_of=demo.as_of)
    >>> fc.minutes(coverage, fc.check_target(coverage, target=0.9), language="en")[:82]
    'On 1 October 2020, 90.7 % of 3,401 households were connected to fiber or within 50'
    """
    _check_of(totalled(coverage), check)
    texts.known(language)
    day, counts = coverage.as_of, coverage.counts
    ends = texts.bounds(coverage.exact_range, check.exact_target, language)
    ends = None if coverage.rounded else ends
    homes = {
        "shortfall": check.shortfall,
        "unplaced": counts["unplaced"],
        "planned": counts["planned"],
    }
    across = " ".join(coverage.across_barriers(language))
    values = {
        "day": day and day.day,
        "month": day and texts.say("minutes_months", language).split()[day.month - 1],
        "year": day and day.year,
        "of": texts.base(
            coverage.total, coverage.unit, language, one_each=coverage.one_household_each
        ),
        "reach": texts.within(coverage.reach, language),
        "source": coverage.reach.source.rstrip(". "),
        "across": across,
        "target": texts.target_percent(check.exact_target, language),
        "share": texts.percent(coverage.exact_share, check.exact_target, language),
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
        check.verdict
        + ("_to_go" if check.shortfall and check.verdict in {"uncertain", "about"} else ""): True,
        "no_position": counts["unplaced"],
        "not_built": counts["planned"],
        "excludes_along" if coverage.reach.along else "excludes": True,
    }
    said = {key: str(value) for key, value in values.items()}
    return " ".join(
        texts.say(f"minutes_{key}", language, **said) for key, needed in sentences.items() if needed
    )


def _check_of(coverage: CoverageTotals, given: object) -> None:
    """Raise unless the target check is of this coverage."""
    check = checks.made_by(given, TargetCheck, "check", "check_target")
    of = [f"{x.reached:,} of {x.total:,} {x.reach}" for x in (check, coverage)]
    if of[0] != of[1] or coverage.reach != check.reach:
        raise ArgumentError(
            "check",
            f"is of another measurement: {of[0]} instead of {of[1]}.",
            "Check this one: check_target(coverage, target=...).",
        )
