"""The same drops side by side: under other definitions, and counted in other units."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import geopandas as gpd
import pandas as pd

from fibercov import checks
from fibercov.measure.areas import summarize
from fibercov.measure.coverage import Coverage, CoverageTotals, measured, totalled
from fibercov.reach import Reach
from fibercov.units import COUNTS


def coverage_curve(coverage: CoverageTotals, *, reaches_m: Iterable[float]) -> pd.Series[float]:
    """Compute the share within reach for many reaches at once.

    Parameters
    ----------
    coverage
        A measurement; its own reach has no effect.
    reaches_m
        Reaches in metres, 0 or more; 0 counts connected premises and those inside service areas. Along
        roads they begin at twice `beside_m`.

    Returns
    -------
    pandas.Series
        `share` (0-1) by `reach_m`, in the order given; each is the share of `coverage.at`.

    Raises
    ------
    ArgumentError
        If `reaches_m` is empty, or holds a number that is not 0 or more metres, or, along roads, is
        less than twice `beside_m`.

    Examples
    --------
    >>> import fibercov as fc
    >>> demo = fc.load_demo()
    >>> coverage = fc.measure_coverage(demo.premises, demo.network, reach=50)
    >>> bool(fc.coverage_curve(coverage, reaches_m=[50, 100]).loc[50] == coverage.share)
    True
    """
    reaches = checks.reaches(reaches_m, "reaches_m")
    within = totalled(coverage).reached_within(reaches)
    return pd.Series(within / coverage.total, index=pd.Index(reaches, name="reach_m"), name="share")


def compare_reaches(
    coverage: Coverage,
    *,
    reaches: Iterable[float | Reach],
    by: gpd.GeoDataFrame | str | None = None,
) -> pd.DataFrame:
    """Compute the share within reach under several definitions, side by side.

    Parameters
    ----------
    coverage
        A measurement.
    reaches
        The definitions: metres, to whatever the coverage's own definition measures to, or `Reach`
        objects such as `PTS_2015`.
    by
        Areas, or a column of the premises, to compare in each: as in `summarize`.

    Returns
    -------
    pandas.DataFrame
        One row per definition, in the order given (with `by`: of each area): `reach` (in words),
        `metres`, `to`, `source`; with `by` then `name`, and `code` if the areas have codes; `total`
        and `reached` in the `unit`, `share`, `share_low` and `share_high` (0-1; NaN where the total is
        0).

    Raises
    ------
    ArgumentError
        If `reaches` is empty, or one of them needs drops that were not measured.
    FibercovError
        As in `summarize`.

    Examples
    --------
    >>> import fibercov as fc
    >>> demo = fc.load_demo()
    >>> coverage = fc.measure_coverage(demo.premises, demo.network, reach=50)
    >>> table = fc.compare_reaches(coverage, reaches=[fc.BNETZA, 50, fc.PTS_2015, fc.FCC_DROP])
    >>> table["share"].round(3).tolist()
    [0.887, 0.907, 0.894, 0.92]
    """
    named = checks.several(reaches, "reaches", "must be a list of definitions")
    if not named:
        raise checks.refusal("reaches", "must name at least one definition", named)
    under = [measured(coverage).at(reach) for reach in named]
    definitions = [
        {
            "reach": str(each.reach),
            "metres": each.reach.metres,
            "to": each.reach.to,
            "source": each.reach.source,
        }
        for each in under
    ]
    return side_by_side(under, definitions, by)


def compare_units(
    coverage: CoverageTotals, *, by: gpd.GeoDataFrame | str | None = None
) -> pd.DataFrame:
    """Compute the share within reach of all that the premises count, side by side.

    Official series count different things: in Sweden inhabitants to 2014 and from 2021, households
    from 2015, and for 100 Mbit/s households and workplaces. The shares differ by 1 to 3 points.

    Parameters
    ----------
    coverage
        A measurement.
    by
        Areas, or a column of the premises, to compare in each: as in `summarize`.

    Returns
    -------
    pandas.DataFrame
        One row per unit (with `by`: of each area, after its `name` and `code`): that of the coverage
        first, then the other counts that the premises have and that are not 0 throughout. Columns: `unit`,
        `total`, `reached`, `share`, `share_low` and `share_high` (0-1; NaN where the total is 0).

    Raises
    ------
    FibercovError
        As in `summarize`.

    Examples
    --------
    >>> import fibercov as fc
    >>> demo = fc.load_demo()
    >>> coverage = fc.measure_coverage(demo.premises, demo.network, reach=50)
    >>> fc.compare_units(coverage)["unit"].tolist()
    ['households', 'inhabitants', 'workplaces']
    """
    if by is None and not isinstance(totalled(coverage), Coverage):
        return _figures(coverage, None)  # totals are of one unit
    whole = measured(coverage)
    premises = whole.premises
    counts = [count for count in COUNTS if count in premises.columns and premises[count].any()]
    each = [whole, *(whole.of(count) for count in counts if count != whole.unit)]
    return side_by_side(each, [{}] * len(each), by)


def side_by_side(
    coverages: Sequence[Coverage], told: Sequence[dict[str, Any]], by: gpd.GeoDataFrame | str | None
) -> pd.DataFrame:
    """Make a table of the figures of each measurement, area by area, after what is told of it."""
    figures = [_figures(each, by) for each in coverages]
    tables = [
        pd.concat([pd.DataFrame(of, index=table.index), table], axis=1)
        for of, table in zip(told, figures, strict=True)
    ]
    return pd.concat(tables).sort_index(kind="stable").reset_index(drop=True)


def _figures(coverage: CoverageTotals, by: gpd.GeoDataFrame | str | None) -> pd.DataFrame:
    """Make the row of a measurement, or its rows by area."""
    low, high = coverage.reached_range
    counts = pd.DataFrame(
        {
            "total": [coverage.total],
            "reached": [coverage.reached],
            "reached_low": [low],
            "reached_high": [high],
        }
    )
    labels = pd.DataFrame(index=counts.index)
    if by is not None:
        counts = summarize(measured(coverage), by=by)
        labels = pd.DataFrame(counts[[name for name in ("name", "code") if name in counts.columns]])
    some = counts["total"].where(counts["total"] > 0)
    return labels.assign(
        unit=coverage.unit,
        total=counts["total"],
        reached=counts["reached"],
        share=counts["reached"] / some,
        share_low=counts["reached_low"] / some,
        share_high=counts["reached_high"] / some,
    )
