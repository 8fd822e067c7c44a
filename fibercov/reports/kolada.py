"""Kolada, the database of Swedish municipalities' key figures: rows for it, and its answers as histories."""

from __future__ import annotations

import json
import numbers
import re
import warnings
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pandas as pd

from fibercov import checks, texts
from fibercov.errors import ArgumentError, FileError
from fibercov.measure.coverage import CoverageTotals, totalled
from fibercov.reports.shares import dated, in_percent, shares_of

_GIGABIT = "Hushåll med tillgång till eller möjlighet att ansluta till bredband om minst 1 Gbit/s"
KOLADA_KPIS: Mapping[str, str] = MappingProxyType(
    {
        "N07900": "Tillgång till fast bredband om minst 100 Mbit/s, andel (%)",
        "N07918": f"{_GIGABIT}, andel (%)",
        "N07919": f"{_GIGABIT}, tätbebyggt, andel (%)",
        "N07920": f"{_GIGABIT}, glesbebyggt, andel (%)",
    }
)
"""Kolada's indicators that may be mistaken for fiber's: they also count cable TV (DOCSIS)."""
_UNITS = dict.fromkeys(("N07918", "N07919", "N07920"), "households")  # as their titles say


def kolada_rows(
    coverage: CoverageTotals,
    *,
    kpi: str,
    municipality: str | None = None,
    period: int | None = None,
    by: pd.DataFrame | str | None = None,
) -> list[dict[str, Any]]:
    """Write the share as objects for Kolada, the database of Swedish municipalities' key figures.

    They have the form of Kolada's data interface, as described in the README of Hypergene/kolada. For
    one of `KOLADA_KPIS` a UserWarning says that the official figure also counts cable TV (DOCSIS), and
    another if it counts something else than this coverage: N07918, N07919 and N07920 count households.

    Parameters
    ----------
    coverage
        A measurement.
    kpi
        The indicator's id: the letter N or U and five digits.
    municipality
        For a single object for the whole: its code, four digits as text, such as `"0180"`.
    period
        The year; by default that of the coverage's date.
    by
        For one object per area: areas with codes, or a summary of this coverage with a column `code`.
        There is none for areas with a total of 0, or for what lies outside all areas.

    Returns
    -------
    list of dict
        `kpi`, `municipality`, `period` and `values`: a single value, for all genders (`"T"`), the
        share in percent rounded half up to 8 decimals.

    Raises
    ------
    ArgumentError
        If `kpi`, `period` or a code cannot be right, or not exactly one of `municipality` and `by` is
        given.
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
    year = _year_of(dated(coverage).year if period is None else period, "period")
    what = ("municipality", "") if by is None else ("by", ": a code ")
    rows = [
        (_municipality_code(code, *what), float(in_percent(share, 8)))
        for code, share in shares_of(coverage, "municipality", municipality, by, "code")
    ]
    if kpi in KOLADA_KPIS:
        warnings.warn(
            f"{kpi} ({KOLADA_KPIS[kpi]}) counts cable TV (DOCSIS) too: do not compare a share of "
            "fiber alone with the official figure.",
            stacklevel=2,
        )
    unit = _UNITS.get(kpi, coverage.unit)
    if unit != coverage.unit:
        warnings.warn(
            f"{kpi} counts {unit}, but this is a share of {texts.nouns(coverage.unit)}: count the same with "
            f"coverage.of({unit!r}).",
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


def read_kolada(
    answer: object,
    *,
    kpi: str | None = None,
    municipality: str | None = None,
    day: tuple[int, int] = (10, 1),
) -> pd.DataFrame:
    """Read an answer from Kolada's data interface, version 3, as a history for `track_progress`.

    Its form is described in the README of Hypergene/kolada, and the changes of version 3 in the NEWS
    of rKolada. Kolada's values for groups of municipalities are unweighted means, not shares of
    households.

    Parameters
    ----------
    answer
        The whole answer or the list in its `values`, loaded or as JSON text; or the path of a JSON
        file.
    kpi, municipality
        Which one to read, if the answer holds several.
    day
        The month and day that each year's value describes; PTS surveys the situation on 1 October.

    Returns
    -------
    pandas.DataFrame
        By date: `as_of`, `share` (0-1, exactly the value / 100), `definition` (the kpi). Years whose
        value (for all genders) is missing or deleted are left out; a UserWarning names them.

    Raises
    ------
    ArgumentError
        If it is not such an answer, has a next page, has several kpis or municipalities and none is
        named, has several values for a year or none at all, or a value is not a percentage from 0 to
        100.
    FileError
        If a file cannot be read.

    Examples
    --------
    >>> import fibercov as fc
    >>> value = {"gender": "T", "count": 1, "status": "", "value": 86.5, "isdeleted": False}
    >>> row = {"kpi": "N07900", "municipality": "2039", "period": 2020, "values": [value]}
    >>> fc.read_kolada({"values": [row], "count": 1, "next_url": None})
            as_of  share definition
    0  2020-10-01  0.865     N07900
    """
    try:
        date(2001, *day)  # RULE: not a leap year, so every year has the day
    except (TypeError, ValueError):
        raise checks.refusal("day", "must be a month and day such as (10, 1)", day) from None
    if municipality is not None:
        _municipality_code(municipality, "municipality")
    objects = _select(_select(_objects(answer), "kpi", kpi), "municipality", municipality)
    years = [_year_of(each["period"], "answer", ": a period ") for each in objects]
    rows = [
        (date(year, *day), _share(value["value"], year), str(each["kpi"]))
        for year, each in zip(years, objects, strict=True)
        for value in each["values"]
        if value.get("gender") == "T" and value.get("value") is not None
        if not (each.get("isdeleted") or value.get("isdeleted"))
    ]
    table = pd.DataFrame(sorted(rows), columns=["as_of", "share", "definition"])
    known = [as_of.year for as_of in table["as_of"]]
    missing = checks.listed(sorted({*years} - {*known}), most=len(years))
    if not known:
        raise ArgumentError("answer", f"has no value: those for {missing} are missing or deleted.")
    if table["as_of"].duplicated().any():
        twice = checks.listed(sorted({year for year in known if known.count(year) > 1}))
        raise ArgumentError("answer", f"has several values for {twice}.", "Keep one per year.")
    if missing:
        warnings.warn(f"Kolada has no value for {missing}: left out.", stacklevel=2)
    return table


def _objects(answer: object) -> list[Mapping[str, Any]]:
    """Return the objects of an answer; raise unless it is complete and has their form."""
    loaded = _parse_json(answer) if isinstance(answer, str | Path) else answer
    if isinstance(loaded, Mapping):
        more = loaded.get("next_url") or loaded.get("next_page")
        if more:
            raise ArgumentError(
                "answer",
                f"is incomplete: its next page is {checks.shown(more)}.",
                "Fetch all pages, and give the list of all their values.",
            )
        loaded = loaded.get("values")
    if not isinstance(loaded, list) or not loaded or not all(map(_is_object, loaded)):
        raise checks.refusal(
            "answer",
            "must hold what Kolada's data interface returns: objects with kpi, municipality, period "
            "and values",
            answer,
        )
    return loaded


def _is_object(each: object) -> bool:
    """Tell whether this has the form of one of Kolada's objects."""
    keys = {"kpi", "municipality", "period", "values"}
    return (
        isinstance(each, Mapping)
        and each.keys() >= keys
        and all(isinstance(each[key], str | int) for key in ("kpi", "municipality"))
        and isinstance(each["values"], list)
        and all(isinstance(value, Mapping) for value in each["values"])
    )


def _parse_json(answer: str | Path) -> object:
    """Parse JSON text, or a JSON file, with decimals kept exactly."""
    text = str(answer).removeprefix("\ufeff")
    try:
        if isinstance(answer, Path) or not text.lstrip().startswith(("{", "[")):
            text = Path(answer).read_text("utf-8-sig")
        return json.loads(text, parse_float=Decimal)
    except json.JSONDecodeError as error:
        raise ArgumentError("answer", f"is not JSON: {error}.", "Save it unchanged.") from error
    except RecursionError as error:
        raise ArgumentError(
            "answer", "is not an answer from Kolada: it is nested too deeply."
        ) from error
    except (OSError, ValueError) as error:
        raise FileError("answer", f"is neither JSON nor a readable file: {error}.") from error


def _select(rows: list[Mapping[str, Any]], key: str, wanted: str | None) -> list[Mapping[str, Any]]:
    """Select the objects of the kpi or municipality that is named, or of the only one there is."""
    found = sorted({str(each[key]) for each in rows})
    seen = checks.listed(found)
    if wanted is None and len(found) > 1:
        raise ArgumentError("answer", f"has more than one {key}: {seen}.", f"Name one: `{key}`.")
    if wanted not in {None, *found}:
        raise checks.refusal(key, f"must be one of those in `answer`, {seen}", wanted)
    return [each for each in rows if wanted in {None, str(each[key])}]


def _share(value: object, year: int) -> float:
    """Convert a percentage to a share; raise if it is not from 0 to 100."""
    if isinstance(value, int | float | Decimal) and not isinstance(value, bool):
        exact = Decimal(str(value))  # a float prints as the shortest decimal that reads back as it
        if exact.is_finite() and 0 <= exact <= 100:
            return float(exact.scaleb(-2))
    seen = checks.shown(value)
    raise ArgumentError(
        "answer", f"must hold percentages from 0 to 100, not {seen} (for {year}).", seen=seen
    )


def _year_of(value: Any, argument: str, of: str = "") -> int:
    """Return `value` as a year; raise if it cannot be one."""
    whole = isinstance(value, numbers.Integral) and not isinstance(value, bool)
    if not whole or not 1900 <= value <= 2100:
        raise checks.refusal(argument, f"{of}must be a year such as 2020", value)
    return int(value)


def _municipality_code(value: object, argument: str, of: str = "") -> str:
    """Return `value` if it can be a municipality's code, else raise."""
    if isinstance(value, str) and re.fullmatch("[0-9]{4}", value):
        return value
    short = re.fullmatch("[0-9]{1,4}", str(value))
    hint = f"With its leading zeros: '{value:0>4}'." if short else ""
    raise checks.refusal(argument, f"{of}must be four digits as text, such as '0180'", value, hint)
