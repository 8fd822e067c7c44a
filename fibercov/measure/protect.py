"""Tables for publishing, with no small count in them and none that subtraction would reveal."""

from __future__ import annotations

from collections.abc import Sequence

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from fibercov import checks, texts
from fibercov.errors import ArgumentError
from fibercov.statuses import STATUSES

_BREAKDOWN = (
    *STATUSES, "reached", "reached_low", "reached_high", "share", "connected_share",
    "shortfall", "met", "verdict",
)  # fmt: skip
_TOTALS = ("premises", "total")
MINIMUM = 5  # the smallest count that is published
_SUMS = (*_TOTALS, *STATUSES, "reached", "reached_low", "reached_high")


def suppress(
    summary: pd.DataFrame, *, minimum: int = 5, within: Sequence[str] = ()
) -> pd.DataFrame:
    """Mask small counts in a summary by area, and any other counts that would reveal them.

    A row is shown in full, or its breakdown by status (with all shares) is masked, or all of it is.
    The breakdown is masked if a status has 1 to `minimum` - 1 households; the whole row is masked if
    its total is that small. Because totals are published too, subtraction would reveal a row that is
    masked alone: another is masked with it, the smallest that suffices, as near in the hierarchy as
    possible. Zeros are not secret.

    Masked counts cannot be computed from what is shown: for every small count there is another table
    of whole households that shows the same numbers. They may still be narrowed down (to below
    `minimum`, say), and tables of several dates or definitions together may reveal them.

    Parameters
    ----------
    summary
        The result of `summarize`, or `areas` of a `TargetCheck`.
    minimum
        The smallest number of households to show, 2 or more. Statistics Sweden's household tables
        mask counts below 5.
    within
        Columns of `summary` with the wider areas that each area lies in, the smallest first:
        municipality, county. Their totals are published too, and reveal no small count either.

    Returns
    -------
    pandas.DataFrame
        The rows of `summary`, then a row for each value of each column in `within`, then one for the
        whole. `level` tells them apart (`"area"`, the column, or `"total"`), and `masked` says what
        is masked (`""`, `"breakdown"` or `"all"`). Masked numbers are missing. A GeoDataFrame stays
        one.

    Raises
    ------
    ArgumentError
        If `minimum` is not a whole number from 2, or `summary` is not a summary.
    ColumnError
        If one of `within` is not a column, or an area lies in two wider areas of one level.

    Examples
    --------
    >>> import fibercov as fc
    >>> demo = fc.load_demo()
    >>> coverage = fc.measure_coverage(demo.premises, demo.network, reach=50)
    >>> table = fc.suppress(fc.summarize(coverage, by=demo.areas))
    >>> table["masked"].value_counts().to_dict()
    {'': 13, 'breakdown': 2}
    """
    checks.whole_number(minimum, "minimum", 2)
    needed = {*_TOTALS, *STATUSES, "reached", "share", "connected_share"}
    if not isinstance(summary, pd.DataFrame) or not needed <= set(summary.columns):
        raise ArgumentError("summary", "must be what summarize(...) returns.")
    if summary[[*_TOTALS, *STATUSES]].isna().any(axis=None):
        raise ArgumentError("summary", "is masked already: some of its counts are missing.")
    names = checks.several(within, "within", "must be a list of columns")
    columns = [checks.column_named(summary, column, "within") for column in names]
    levels = _levels(summary, columns)
    tree = _Tree(summary, levels)
    for node in range(len(tree.parent)):
        tree.protect(node, minimum)
    return _table(summary, levels, ["area", *columns, "total"], tree.mask)


def published(summary: pd.DataFrame) -> pd.DataFrame:
    """Mask a summary for a publication that gives homes passed, but no breakdown by status.

    Such a publication gives the households within reach, and those that the planned network would
    add. RULE: the map for publishing and the table beside it mask the same rows, so that neither
    shows what the other masks.
    """
    told = pd.DataFrame(summary).assign(
        connected=0,
        passed=summary["reached"],
        unserved=summary["unserved"] + summary["unplaced"],
        unplaced=0,
    )
    return suppress(told, minimum=MINIMUM)


def with_one_rest(summary: pd.DataFrame) -> pd.DataFrame:
    """Add the last row of a summary, for the unplaced, to the row before it, which then has no target."""
    rest = summary.iloc[-2:]
    sums = [column for column in _SUMS if column in summary.columns]
    one = rest.iloc[:1].assign(name=texts.OUTSIDE_OR_UNPLACED, **rest[sums].sum())
    some = one["total"].where(one["total"] > 0)
    one["share"] = one["reached"] / some
    known = not summary["connected_share"].isna().all()
    one["connected_share"] = one["connected"] / some if known else np.nan
    for column in {"shortfall", "met", "verdict"} & set(one.columns):
        one[column] = pd.Series([None], index=one.index, dtype=one[column].dtype)
    return pd.concat([summary.iloc[:-2], one], ignore_index=True)


def _levels(summary: pd.DataFrame, columns: list[str]) -> list[NDArray[np.str_]]:
    """Label each area at each level of the hierarchy, from the areas to the whole."""
    wider = [
        summary[column].astype("string").fillna(texts.OUTSIDE).to_numpy(dtype=str)
        for column in columns
    ]
    for column, below, above in zip(columns[1:], wider, wider[1:], strict=False):
        pairs = pd.DataFrame({"below": below, "above": above}).drop_duplicates()
        checks.unique(pairs["below"].rename(f"within {column}"), "within")
    areas = np.arange(len(summary)).astype(str)
    return [areas, *wider, np.full(len(summary), texts.TOTAL)]


class _Tree:
    """The rows of the table as a tree, each with its counts and how much of it is masked.

    Two areas with masked breakdowns can trade: a household in one changes from status c to d, and one
    in the other from d to c, so that no total of rows or columns changes. RULE: a count stays secret if
    such a trade would change it and every row that the trade changes is masked. Those are the rows
    from the two areas up to, but not including, the first row that both lie in.
    """

    def __init__(self, summary: pd.DataFrame, levels: list[NDArray[np.str_]]) -> None:
        counts = summary[list(STATUSES)].to_numpy(dtype=np.int64)
        self.areas = len(counts)
        rows, first = [], 0
        self.chain = np.empty((self.areas, len(levels)), dtype=np.int64)
        for level, labels in enumerate(levels):
            _, row = np.unique(labels, return_inverse=True) if level else (0, np.arange(self.areas))
            sums = np.zeros((int(row.max()) + 1, counts.shape[1]), dtype=np.int64)
            np.add.at(sums, row, counts)
            self.chain[:, level] = first + row
            first += len(sums)
            rows.append(sums)
        self.counts = np.vstack(rows)
        # RULE: if areas are polygons, all unplaced premises are in the row for outside. Readers know
        # that no other row has any, so they cannot be traded.
        self.tradable = np.array([s != "unplaced" for s in STATUSES]) | (
            (counts > 0).sum(axis=0) > 1
        )
        self.parent = np.full(len(self.counts), -1)
        for below, above in zip(self.chain.T, self.chain.T[1:], strict=False):
            self.parent[below] = above
        self.mask = np.zeros(len(self.counts), dtype=np.int64)  # 1: the breakdown, 2: the whole row

    def protect(self, node: int, minimum: int) -> None:
        """Mask the row if it has a small count, and whatever else keeps that count secret."""
        counts = self.counts[node]
        if 0 < counts.sum() < minimum:
            self._hide(node, int(counts.argmax()), 2)
        else:
            for status in np.flatnonzero((counts > 0) & (counts < minimum)):
                self._hide(node, int(status), 1)

    def _hide(self, node: int, status: int, much: int) -> None:
        """Mask the rows of a trade that changes this count; without a trade, an area and all above it."""
        inside = (self.chain == node).any(axis=1)
        own = np.flatnonzero(inside & (self.counts[: self.areas, status] > 0))
        one = int(own[np.lexsort((self.counts[own].sum(axis=1), -self.mask[own]))[0]])
        partners = np.flatnonzero(~inside & self._can_trade(status, much))
        if len(partners) == 0:
            self._mask(self.chain[one], much)
            return
        apart = (self.chain[partners] != self.chain[one]).sum(axis=1)
        size = self.counts[partners].sum(axis=1)
        masked = self.mask[partners] < much
        other = int(partners[np.lexsort((size, masked, apart))[0]])
        differ = self.chain[one] != self.chain[other]
        self._mask(self.chain[one][differ], much)
        self._mask(self.chain[other][differ], much)

    def _can_trade(self, status: int, much: int) -> NDArray[np.bool_]:
        """Tell which areas have a household of another status to trade, or of any if all is masked."""
        if not self.tradable[status]:
            return np.zeros(self.areas, dtype=bool)
        counts = self.counts[: self.areas] * self.tradable
        given = counts.sum(axis=1) if much == 2 else counts.sum(axis=1) - counts[:, status]
        able: NDArray[np.bool_] = given > 0
        return able

    def _mask(self, rows: NDArray[np.int64], much: int) -> None:
        """Mask these rows at least this much."""
        self.mask[rows] = np.maximum(self.mask[rows], much)


def _table(
    summary: pd.DataFrame, levels: list[NDArray[np.str_]], names: list[str], mask: NDArray[np.int64]
) -> pd.DataFrame:
    """Make the masked table of the summary and its totals, level by level."""
    parts = [pd.DataFrame(summary).assign(level=names[0])]
    sums = [column for column in _SUMS if column in summary.columns]
    for name, labels in zip(names[1:], levels[1:], strict=True):
        total = pd.DataFrame(summary)[sums].groupby(labels).sum().rename_axis("name").reset_index()
        some = total["total"].where(total["total"] > 0)
        total["share"] = total["reached"] / some
        known = not summary["connected_share"].isna().all()
        total["connected_share"] = total["connected"] / some if known else np.nan
        if "unit" in summary.columns:
            total["unit"] = summary["unit"].iloc[0]
        parts.append(total.assign(level=name))
    table = pd.concat(parts, ignore_index=True)
    for column in {*_TOTALS, *_BREAKDOWN} & set(table.columns):
        hidden = mask >= (2 if column in _TOTALS else 1)
        table[column] = table[column].convert_dtypes().mask(hidden)
    table["masked"] = np.array(["", "breakdown", "all"])[mask]
    if not isinstance(summary, gpd.GeoDataFrame):
        return table
    shapes = [*summary.geometry, *[None] * (len(table) - len(summary))]
    shown: pd.DataFrame = gpd.GeoDataFrame(
        table.drop(columns=str(summary.active_geometry_name)), geometry=shapes, crs=summary.crs
    )
    return shown
