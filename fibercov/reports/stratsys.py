"""Lines for Stratsys, a system in which municipalities follow up their plans."""

from __future__ import annotations

from datetime import date

import pandas as pd

from fibercov import checks
from fibercov.errors import ArgumentError
from fibercov.measure.coverage import CoverageTotals, totalled
from fibercov.reports.shares import dated, in_percent, shares_of


def stratsys_rows(
    coverage: CoverageTotals,
    *,
    measure: str,
    organisation: str | None = None,
    period: date | str | None = None,
    column: str | None = None,
    by: pd.DataFrame | str | None = None,
    decimals: int = 1,
    decimal: str = ",",
) -> list[str]:
    r"""Write the share as lines that Stratsys imports, in either form that its manual documents.

    Without `column`, the manual import: organisation, period, measure, value, with tabs between them.
    With it, the integration file: date; organisation code; measure code; column code; value.

    Parameters
    ----------
    coverage
        A measurement.
    measure, organisation
        Their names in Stratsys; with `column`, their external codes. The organisation (the
        organisational unit) is for one line of the whole.
    period
        Any date in the period; by default the coverage's.
    column
        The external code of the measure's column.
    by
        For one line an area: what `summarize` takes, or what it gave for this coverage. The
        organisation is the area's name; with `column`, its code. Areas without households have
        none; nor has what lies outside them all, the unplaced among it.
    decimals, decimal
        How many decimals the share in percent has, rounded half up (0 to 10), and their sign.

    Returns
    -------
    list of str
        Lines without a heading, and without line feeds.

    Raises
    ------
    ArgumentError
        If not exactly one of `organisation` and `by` is given, there is no date, or a name is empty, holds what
        separates columns or lines, or has spaces at its ends: Stratsys matches names exactly.
    ColumnError
        If areas have no codes where these are needed, or names or codes repeat.

    Examples
    --------
    >>> import fibercov as fc
    >>> demo = fc.load_demo()
    >>> coverage = fc.measure_coverage(demo.premises, demo.network, reach=50, as_of=demo.as_of)
    >>> fc.stratsys_rows(coverage, organisation="Fiberdalen", measure="Andel med fiber")
    ['Fiberdalen\t2020-10-01\tAndel med fiber\t90,7']
    """
    totalled(coverage)
    checks.whole_number(decimals, "decimals", 0, 10)
    if not isinstance(decimal, str) or decimal not in {",", "."}:
        raise checks.refusal("decimal", "must be ',' or '.'", decimal)
    day = (checks.day(period, "period") or dated(coverage)).isoformat()
    sign, key = ("\t", "name") if column is None else (";", "code")
    what = ("organisation", "") if by is None else ("by", f": a {key} ")
    named = [_name(measure, sign, "measure")]
    named += [] if column is None else [_name(column, sign, "column")]
    lines = []
    for label, share in shares_of(coverage, "organisation", organisation, by, key):
        of = _name(label, sign, *what)
        value = f"{in_percent(share, decimals):f}".replace(".", decimal)
        first = [of, day] if column is None else [day, of]
        lines.append(sign.join([*first, *named, value]))
    return lines


def _name(value: object, sign: str, argument: str, of: str = "") -> str:
    """Take a name or code that can stand in a Stratsys file, where it must match exactly."""
    if not isinstance(value, str) or not value.strip():
        raise checks.refusal(argument, f"{of}must be a text that is not empty", value)
    if sign in value or len(value.splitlines()) > 1:
        no = f"{of}must have no {'semicolon' if sign == ';' else 'tab'} or line break"
        raise checks.refusal(argument, no, value, "Rename it.")
    if value != value.strip():
        problem = f"{of}must not have spaces at its ends: {value!r}."
        raise ArgumentError(argument, problem, "Leave them out.", seen=repr(value))
    return value
