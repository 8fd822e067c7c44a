"""The history of each area."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import geopandas as gpd
import pandas as pd

from fibercov import texts
from fibercov.errors import ArgumentError, ColumnError
from fibercov.follow.history import snapshot
from fibercov.measure.areas import summarize
from fibercov.measure.coverage import Coverage

_LABELS = ("name", "code")


def histories_by(history: object, by_area: object) -> Iterator[tuple[dict[str, Any], pd.DataFrame]]:
    """Give each area's labels and its history, a table with one row a date.

    `by_area` is areas or a column to count measurements by, or the histories themselves: a table with
    `name` and what a history has.

    Raises
    ------
    ArgumentError
        If areas are given, but not measurements to count by them.
    ColumnError
        If a table has no names.
    """
    table = by_area
    if isinstance(by_area, str | gpd.GeoDataFrame):
        table = _counted(history, by_area)
    if not isinstance(table, pd.DataFrame) or "name" not in table.columns:
        raise ColumnError(
            "by_area",
            "must be areas, a column of the premises, or a table with the columns name, as_of, total and "
            "reached (or share).",
        )
    labels = [column for column in _LABELS if column in table.columns]
    table = table[~table["name"].isin([*texts.IN_NO_AREA, texts.TOTAL])]
    for _, rows in table.groupby(labels, sort=False, dropna=False):
        called = {column: rows[column].iloc[0] for column in labels}
        yield called, rows.drop(columns=labels).reset_index(drop=True)


def _counted(history: object, by: gpd.GeoDataFrame | str) -> pd.DataFrame:
    """Count each measurement by area; an area has no row at a date when it had nothing to count."""
    rows = []
    measurements = [*history] if isinstance(history, Iterable) else []
    for each in measurements:
        if isinstance(history, pd.DataFrame) or not isinstance(each, Coverage):
            raise ArgumentError(
                "by_area",
                "areas need a history of measurements, to count them by.",
                "Of a table, give the histories of the areas: a table with the columns name, as_of, "
                "total and reached.",
            )
        known = snapshot(each)
        kept = {key: known[key] for key in known if not key.startswith("share")}
        summary = pd.DataFrame(summarize(each, by=by))
        columns = [column for column in (*_LABELS, "total", "reached") if column in summary.columns]
        some = summary.loc[summary["total"] > 0, columns]
        rows.append(some.assign(**{k: v for k, v in kept.items() if k not in columns}))
    return pd.concat(rows, ignore_index=True)
