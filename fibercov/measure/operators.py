"""The share that each operator of a network has within reach."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import geopandas as gpd
import pandas as pd

from fibercov import checks, texts
from fibercov.errors import ArgumentError, ColumnError
from fibercov.measure.compare import side_by_side
from fibercov.measure.coverage import Coverage
from fibercov.measure.drops import measure_coverage
from fibercov.reach import Reach


def compare_operators(
    premises: gpd.GeoDataFrame,
    network: gpd.GeoDataFrame,
    *,
    operator: str,
    reach: float | str | Reach,
    connected_to: str | None = None,
    unit: str | Sequence[str] | None = None,
    by: gpd.GeoDataFrame | str | None = None,
) -> pd.DataFrame:
    """Measure to the network of each operator on its own, and to all of them together.

    Parameters
    ----------
    premises
        As in `measure_coverage`.
    network
        The features of all operators.
    operator
        The column of the network that names each feature's operator. `read_network` calls it `layer` where
        it has read several layers or files.
    reach
        As in `measure_coverage`.
    connected_to
        The column of the premises that names the operator whose fiber ends in the building; empty where
        none does. It is needed where premises are connected: a building that one operator connects is not
        within another's reach.
    unit
        What to count, as in `measure_coverage`.
    by
        Areas, or a column of the premises, to compare in each: as in `summarize`.

    Returns
    -------
    pandas.DataFrame
        One row per operator, by name, and a last one for all together (with `by`: of each area):
        `operator`; with `by` then `name`, and `code` if the areas have codes; `unit`, `total`, `reached`,
        `share`, `share_low` and `share_high` (0-1; NaN where the total is 0).

    Raises
    ------
    ArgumentError
        If premises are connected and `connected_to` is not given, or the definition is measured to
        connected buildings.
    ColumnError
        If a feature has no operator, or a building is connected to one without a network.
    FibercovError
        As in `measure_coverage` and `summarize`.

    Examples
    --------
    >>> import fibercov as fc
    >>> demo = fc.load_demo()
    >>> network = demo.network.assign(owner=["City", "Village"] * (len(demo.network) // 2))
    >>> homes = demo.premises.drop(columns="connected")
    >>> table = fc.compare_operators(homes, network, operator="owner", reach=50)
    >>> table["operator"].tolist()
    ['City', 'Village', '(all operators)']
    """
    checks.premises_frame(premises)
    owners = _owners(checks.geo_frame(network, "network"), operator)
    names = sorted(set(owners))
    theirs = _connected(premises, connected_to, names)
    measured = [
        _measured(
            premises,
            network[owners == name],
            None if theirs is None else (theirs == name).fillna(False),
            reach,
            unit,
        )
        for name in names
    ]
    every = _measured(premises, network, None if theirs is None else theirs.notna(), reach, unit)
    told = [{"operator": name} for name in (*names, texts.ALL_OPERATORS)]
    return side_by_side([*measured, every], told, by)


def _measured(
    premises: gpd.GeoDataFrame,
    network: gpd.GeoDataFrame,
    connected: pd.Series[Any] | None,
    reach: float | str | Reach,
    unit: str | Sequence[str] | None,
) -> Coverage:
    """Measure to one operator's network; raise if the definition needs none."""
    homes = (
        premises if connected is None else premises.assign(connected=connected.to_numpy(dtype=bool))
    )
    coverage = measure_coverage(homes, network, reach=reach, unit=unit)
    if coverage.reach.to != "network":
        raise ArgumentError("reach", f"must be measured to a network, and {coverage.reach} is not.")
    return coverage


def _names_in(values: pd.Series[Any]) -> pd.Series[Any]:
    """Return names as text without spaces at their ends; missing where empty."""
    names = values.astype("string").str.strip()
    return names.mask((names == "").fillna(False))


def _owners(network: gpd.GeoDataFrame, operator: str) -> pd.Series[Any]:
    """Name the operator of each feature; raise if one has none."""
    values = network[checks.column_named(network, operator, "operator")]
    owners = _names_in(values)
    none = owners.isna().to_numpy()
    if none.any():
        raise ColumnError(
            "operator",
            f"names no operator in column {values.name!r} of {checks.rows_named(network.index, none)}.",
            "Leave them out, or name one.",
        )
    return owners


def _connected(
    premises: gpd.GeoDataFrame, connected_to: str | None, names: list[str]
) -> pd.Series[Any] | None:
    """Name the operator that each premises is connected to; None if none is connected."""
    if connected_to is None:
        if (
            "connected" in premises.columns
            and checks.yes_or_no(premises["connected"], "premises").any()
        ):
            raise ArgumentError(
                "connected_to",
                "must name the column with the operator that each building is connected to, as some are "
                "connected: they would be within reach of every operator.",
                "Without such a column, leave out who is connected: premises.drop(columns='connected').",
            )
        return None
    values = premises[checks.column_named(premises, connected_to, "connected_to")]
    theirs = _names_in(values)
    unknown = sorted({*theirs.dropna()} - {*names})
    if unknown:
        raise ColumnError(
            "connected_to",
            f"names {checks.listed(unknown)}, which no feature of the network belongs to.",
            f"The operators are: {checks.listed(names, most=30)}.",
            seen=checks.listed(unknown),
        )
    return theirs
