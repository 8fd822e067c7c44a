"""The share as others ask for it: a paragraph for the minutes, and rows for follow-up systems."""

from __future__ import annotations

import numbers
import re
import warnings
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from fractions import Fraction
from types import MappingProxyType
from typing import Any

import pandas as pd

from fibercov import checks, texts
from fibercov.errors import ArgumentError, ColumnError
from fibercov.measure.areas import summary_of
from fibercov.measure.coverage import CoverageTotals, totalled
from fibercov.measure.target import TargetCheck
from fibercov.wording import COLUMN, Call, Words

_GIGABIT = "Hushåll med tillgång till eller möjlighet att ansluta till bredband om minst 1 Gbit/s"
KOLADA_KPIS: Mapping[str, str] = MappingProxyType(
    {
        "N07900": "Tillgång till fast bredband om minst 100 Mbit/s, andel (%)",
        "N07918": f"{_GIGABIT}, andel (%)",
        "N07919": f"{_GIGABIT}, tätbebyggt, andel (%)",
        "N07920": f"{_GIGABIT}, glesbebyggt, andel (%)",
    }
)
"""Kolada's indicators that can be taken for fiber's: they count cable TV (DOCSIS) too."""
_OUTSIDE = (texts.OUTSIDE, texts.NO_VALUE)


def minutes(coverage: CoverageTotals, check: TargetCheck, *, language: str = "sv") -> str:
    """Put the share and the verdict in a paragraph for the minutes of a council meeting.

    It has what a share needs to stand alone: date, range, denominator, definition, target,
    shortfall, drop-out, what it leaves out. No number is rounded so that it belies the verdict.

    Parameters
    ----------
    coverage
        A measurement; without a date, the paragraph has none.
    check
        What `check_target` gave for it.
    language
        `"sv"` or `"en"`; a definition's name and source stay as they were given.

    Returns
    -------
    str
        One paragraph.

    Raises
    ------
    ArgumentError
        If `check` is of another measurement, or there is no such language.

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
    homes = {
        "shortfall": check.shortfall,
        "unplaced": counts["unplaced"],
        "planned": counts["planned"],
    }
    values = {
        "day": day and day.day,
        "month": day and texts.say("minutes_months", language).split()[day.month - 1],
        "year": day and day.year,
        "of": texts.base(coverage.households, language, one_each=coverage.one_household_each),
        "reach": texts.within(coverage.reach, language),
        "source": coverage.reach.source.rstrip(". "),
        "target": texts.target_percent(check.exact_target, language),
        "share": texts.percent(coverage.exact_share, check.exact_target, language),
        **dict(zip(("low", "high"), ends or (), strict=False)),
        **{key: texts.households(int(number), language) for key, number in homes.items()},
    }
    sentences = {
        ("dated" if day else "undated") + ("_connected" if coverage.connected_given else ""): True,
        "between": ends is not None,
        "source": values["source"],
        check.verdict
        + ("_to_go" if check.shortfall and check.verdict == "uncertain" else ""): True,
        "no_position": counts["unplaced"],
        "not_built": counts["planned"],
        "excludes": True,
    }
    said = {key: str(value) for key, value in values.items()}
    return " ".join(
        texts.say(f"minutes_{key}", language, **said) for key, needed in sentences.items() if needed
    )


def _check_of(coverage: CoverageTotals, given: object) -> None:
    """Raise unless the check is of this coverage."""
    check = checks.made_by(given, TargetCheck, "check", "check_target")
    of = [f"{x.homes_passed:,} of {x.households:,} {x.reach}" for x in (check, coverage)]
    if of[0] != of[1] or coverage.reach != check.reach:
        raise ArgumentError(
            "check",
            f"is of another measurement: {of[0]} instead of {of[1]}.",
            "Check this one: check_target(coverage, target=...).",
        )


def kolada_rows(
    coverage: CoverageTotals,
    *,
    kpi: str,
    municipality: str | None = None,
    period: int | None = None,
    by: pd.DataFrame | str | None = None,
) -> list[dict[str, Any]]:
    """Write the share as objects of Kolada, the database of Swedish municipalities' key figures.

    The shape is that of Kolada's data interface, as the README of Hypergene/kolada gives it. For one of
    `KOLADA_KPIS` a UserWarning says that the official figure counts cable TV (DOCSIS) too.

    Parameters
    ----------
    coverage
        A measurement.
    kpi
        The indicator's id: a letter N or U and five digits.
    municipality
        For one object of the whole: the code, four digits as text, such as `"0180"`.
    period
        The year; by default that of the coverage's date.
    by
        For one object an area: areas with codes, or a summary of this coverage with a column `code`.
        Areas without households have none; nor has what lies outside them all, the unplaced among it.

    Returns
    -------
    list of dict
        `kpi`, `municipality`, `period` and `values`: one, of all genders (`"T"`), the share in percent,
        rounded half up to 8 decimals.

    Raises
    ------
    ArgumentError
        If `kpi`, `period` or a code cannot be, or not exactly one of `municipality` and `by` is given.
    ColumnError
        If areas have no codes, or codes repeat.

    Examples
    --------
    >>> import fibercov as fc
    >>> demo = fc.load_demo()
    >>> coverage = fc.measure_coverage(demo.premises, demo.network, reach=50, as_of=demo.as_of)
    >>> fc.kolada_rows(coverage, kpi="U00001", municipality="0180")[0]["values"]
    [{'count': 1, 'gender': 'T', 'status': '', 'value': 90.73801823}]
    """
    totalled(coverage)
    if not isinstance(kpi, str) or not re.fullmatch("[NU][0-9]{5}", kpi):
        raise checks.refusal("kpi", "must be N or U and five digits, such as 'N07918'", kpi)
    year = year_of(_dated(coverage).year if period is None else period, "period")
    what = ("municipality", "") if by is None else ("by", ": a code ")
    rows = [
        (municipality_code(code, *what), float(_in_percent(share, 8)))
        for code, share in _shares(coverage, "municipality", municipality, by, "code")
    ]
    if kpi in KOLADA_KPIS:
        warnings.warn(
            f"{kpi} ({KOLADA_KPIS[kpi]}) counts cable TV (DOCSIS) too: a share of fiber alone must not "
            "be compared with the official figure.",
            stacklevel=2,
        )
    return [
        {
            "kpi": kpi,
            "municipality": code,
            "period": year,
            "values": [{"count": 1, "gender": "T", "status": "", "value": value}],
        }
        for code, value in rows
    ]


def stratsys_rows(
    coverage: CoverageTotals,
    *,
    measure: str,
    unit: str | None = None,
    period: date | str | None = None,
    column: str | None = None,
    by: pd.DataFrame | str | None = None,
    decimals: int = 1,
    decimal: str = ",",
) -> str:
    r"""Write the share as lines that Stratsys imports, in either form that its manual documents.

    Without `column`, the manual import: unit, period, measure, value, with tabs between them. With
    it, the integration file: date; unit code; measure code; column code; value.

    Parameters
    ----------
    coverage
        A measurement.
    measure, unit
        Their names in Stratsys; with `column`, their external codes. The unit is for one line of the whole.
    period
        Any date in the period; by default the coverage's.
    column
        The external code of the measure's column.
    by
        For one line an area: what `summarize` takes, or what it gave for this coverage. The unit is the
        area's name; with `column`, its code. Areas without households have none; nor has what lies
        outside them all, the unplaced among it.
    decimals, decimal
        How many decimals the share in percent has, rounded half up (0 to 10), and their sign.

    Returns
    -------
    str
        Lines without a heading, each with a line feed at its end.

    Raises
    ------
    ArgumentError
        If not exactly one of `unit` and `by` is given, there is no date, or a name is empty, holds what
        separates columns or lines, or has spaces at its ends: Stratsys matches names exactly.
    ColumnError
        If areas have no codes where these are needed, or names or codes repeat.

    Examples
    --------
    >>> import fibercov as fc
    >>> demo = fc.load_demo()
    >>> coverage = fc.measure_coverage(demo.premises, demo.network, reach=50, as_of=demo.as_of)
    >>> fc.stratsys_rows(coverage, unit="Fiberdalen", measure="Andel med fiber")
    'Fiberdalen\t2020-10-01\tAndel med fiber\t90,7\n'
    """
    totalled(coverage)
    checks.whole_number(decimals, "decimals", 0, 10)
    if not isinstance(decimal, str) or decimal not in {",", "."}:
        raise checks.refusal("decimal", "must be ',' or '.'", decimal)
    day = (checks.day(period, "period") or _dated(coverage)).isoformat()
    sign, key = ("\t", "name") if column is None else (";", "code")
    what = ("unit", "") if by is None else ("by", f": a {key} ")
    named = [_name(measure, sign, "measure")]
    named += [] if column is None else [_name(column, sign, "column")]
    lines = []
    for label, share in _shares(coverage, "unit", unit, by, key):
        of = _name(label, sign, *what)
        value = f"{_in_percent(share, decimals):f}".replace(".", decimal)
        lines.append([*([of, day] if column is None else [day, of]), *named, value])
    return "".join(f"{sign.join(line)}\n" for line in lines)


def _in_percent(share: Fraction, decimals: int) -> Decimal:
    """A share in percent, rounded half up in whole numbers, where no float can tip the half."""
    return Decimal(int(share * 100 * 10**decimals + Fraction(1, 2))).scaleb(-decimals)


def _shares(
    coverage: CoverageTotals, argument: str, whole: object, by: pd.DataFrame | str | None, key: str
) -> list[tuple[object, Fraction]]:
    """The label and the share of the whole, or of each area that has households."""
    if (whole is None) == (by is None):
        raise ArgumentError(
            argument, "(for the whole) or `by` (for each area) must be given, not both."
        )
    if by is None:
        return [(whole, coverage.exact_share)]
    summary = summary_of(coverage, by, "by")
    areas = summary[~summary["name"].isin(_OUTSIDE)]
    if key not in areas.columns:
        raise ColumnError(
            "by",
            Words("needs a column 'code': {made} makes it.", made=Call("read_areas", code=COLUMN)),
            "If the names of a summary are codes: summary.assign(code=summary['name']).",
        )
    checks.unique(areas[key], "by")
    some = areas[areas["households"] > 0]
    if some.empty:
        raise ArgumentError("by", "has no area with households in it.")
    rows = zip(some[key], some["homes_passed"], some["households"], strict=True)
    return [(label, Fraction(int(passed), int(of))) for label, passed, of in rows]


def _dated(coverage: CoverageTotals) -> date:
    if coverage.as_of is None:
        way_out = Words("Give it, or measure with {as_of}.")
        raise ArgumentError("period", "is needed: the coverage has no date.", way_out)
    return coverage.as_of


def year_of(value: Any, argument: str, of: str = "") -> int:
    """A year, if it can be one."""
    whole = isinstance(value, numbers.Integral) and not isinstance(value, bool)
    if not whole or not 1900 <= value <= 2100:
        raise checks.refusal(argument, f"{of}must be a year such as 2020", value)
    return int(value)


def municipality_code(value: object, argument: str, of: str = "") -> str:
    """A municipality's code, if it can be one."""
    if isinstance(value, str) and re.fullmatch("[0-9]{4}", value):
        return value
    short = re.fullmatch("[0-9]{1,4}", str(value))
    hint = f"With its leading zeros: '{value:0>4}'." if short else ""
    raise checks.refusal(argument, f"{of}must be four digits as text, such as '0180'", value, hint)


def _name(value: object, sign: str, argument: str, of: str = "") -> str:
    """A name or code that can stand in a Stratsys file, where it must match exactly."""
    if not isinstance(value, str) or not value.strip():
        raise checks.refusal(argument, f"{of}must be a text that is not empty", value)
    if sign in value or len(value.splitlines()) > 1:
        no = f"{of}must have no {'semicolon' if sign == ';' else 'tab'} or line break"
        raise checks.refusal(argument, no, value, "Rename it.")
    if value != value.strip():
        problem = f"{of}must not have spaces at its ends: {value!r}."
        raise ArgumentError(argument, problem, "Leave them out.", seen=repr(value))
    return value
