"""Lines for Stratsys, a system in which Swedish municipalities follow up their plans."""

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
    r"""Write the share as lines to import into Stratsys, in one of the two forms in its manual.

    Without `column`, the manual import: organisation, period, measure and value, separated by tabs.
    With it, the integration file: date; organisation code; measure code; column code; value.

    Parameters
    ----------
    coverage
        A measurement.
    measure, organisation
        Their names in Stratsys; with `column`, their external codes. The organisation (the
        organisational unit) is for a single line for the whole.
    period
        Any date in the period; by default that of the coverage.
    column
        The external code of the measure's column.
    by
        For one line per area: what `summarize` takes, or what it returned for this coverage. The
        organisation is the area's name; with `column`, its code. There is no line for areas with
        nothing to count, or for what lies outside all areas.
    decimals, decimal
        The number of decimals of the percentage, 0 to 10, rounded half up, and the decimal sign.

    Returns
    -------
    list of str
        The lines, without a heading and without line breaks.

    Raises
    ------
    ArgumentError
        If not exactly one of `organisation` and `by` is given, there is no date, or a name is empty,
        contains the separator or a line break, or has spaces at its ends: Stratsys matches names
        exactly.
    ColumnError
        If areas lack codes that are needed, or names or codes repeat.

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
    """Return `value` if a Stratsys file can hold it as a name or code, else raise."""
    if not isinstance(value, str) or not value.strip():
        raise checks.refusal(argument, f"{of}must be a text that is not empty", value)
    if sign in value or len(value.splitlines()) > 1:
        no = f"{of}must have no {'semicolon' if sign == ';' else 'tab'} or line break"
        raise checks.refusal(argument, no, value, "Rename it.")
    if value != value.strip():
        problem = f"{of}must not have spaces at its ends: {value!r}."
        raise ArgumentError(argument, problem, "Remove them.", seen=repr(value))
    return value
