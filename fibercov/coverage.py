"""Measure each premises' drop once; keep it; let every figure follow from it."""

from __future__ import annotations

import html
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction
from functools import cached_property
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyproj
from numpy.typing import NDArray

from fibercov import checks, texts
from fibercov.crs import check_places, to_crs, user_crs, working_crs
from fibercov.errors import ArgumentError, ColumnError
from fibercov.nearest import nearest
from fibercov.reach import Reach, as_reach

STATUSES = ("connected", "passed", "planned", "unserved", "unplaced")
_WRITTEN = ("status", "drop_m", "network_index", "planned_drop_m")


@dataclass(frozen=True, eq=False, repr=False)
class Coverage:
    """What share of the households is within reach of fiber, and every premises behind it.

    Made by `measure_coverage`. Every premises has exactly one status: `connected` (fiber ends in
    the building, as the data says), `passed` (not connected, but its drop is within reach),
    `planned` (neither, but within reach of the planned network), `unserved` (none of these), or
    `unplaced` (no usable position, whatever else the data says of it). Counts are households.

    Attributes
    ----------
    premises
        The premises as they were given, same rows, same index, same CRS, with the columns
        `households`, `connected`, `status`, `drop_m` (metres to the nearest feature of the
        network; NaN if unplaced), `network_index` (that feature's label in the network's index)
        and, if a planned network was given, `planned_drop_m`.
    reach
        The definition of within reach.
    as_of
        The date that the data describes, or None if it was not said.
    crs
        The CRS in which the drops were measured.
    scale_error
        The largest error of its metre against the ground, over the premises (0.0004 is 0.04 %).
    one_household_each
        Whether each premises was counted as one household because no counts were given.
    """

    premises: gpd.GeoDataFrame
    reach: Reach
    as_of: date | None
    crs: pyproj.CRS
    scale_error: float
    one_household_each: bool

    @cached_property
    def counts(self) -> pd.Series[int]:
        """Households by status, in the order of the statuses; they sum to `households`."""
        counts = self.premises.groupby("status")["households"].sum()
        counted: pd.Series[int] = counts.reindex(STATUSES, fill_value=0).astype(np.int64)
        return counted

    @property
    def households(self) -> int:
        """All households: the denominator of every share."""
        return int(self.counts.sum())

    @property
    def homes_passed(self) -> int:
        """Households connected or passed, as the regulators count homes passed."""
        return int(self.counts["connected"] + self.counts["passed"])

    @property
    def exact_share(self) -> Fraction:
        """Homes passed / all households, as a fraction."""
        return Fraction(self.homes_passed, self.households)

    @property
    def exact_range(self) -> tuple[Fraction, Fraction]:
        """`share_range` as fractions."""
        high = self.homes_passed + int(self.counts["unplaced"])
        return self.exact_share, Fraction(high, self.households)

    @property
    def share(self) -> float:
        """Homes passed / all households, 0-1."""
        return float(self.exact_share)

    @property
    def connected_share(self) -> float:
        """Households connected / all households, 0-1."""
        return float(Fraction(int(self.counts["connected"]), self.households))

    @property
    def share_range(self) -> tuple[float, float]:
        """The lowest and the highest share that the data allows, 0-1.

        Unplaced households are out of reach in the low and within reach in the high.
        """
        low, high = self.exact_range
        return float(low), float(high)

    @property
    def table(self) -> pd.DataFrame:
        """One row a status: `premises`, `households` and `share` of all households."""
        rows = self.premises["status"].value_counts().reindex(STATUSES, fill_value=0)
        return pd.DataFrame(
            {
                "premises": rows.astype(np.int64),
                "households": self.counts,
                "share": self.counts / self.households,
            },
            index=pd.Index(STATUSES, name="status"),
        )

    def at(self, reach: float | Reach) -> Coverage:
        """The same drops under another definition, without measuring again.

        Parameters
        ----------
        reach
            Metres above 0, or a `Reach`.

        Returns
        -------
        Coverage
            Equal to measuring the same data with this `reach`.

        Examples
        --------
        >>> import fibercov as fc
        >>> demo = fc.load_demo()
        >>> coverage = fc.measure_coverage(demo.premises, demo.network, reach=50)
        >>> coverage.at(1000).share > coverage.share
        True
        """
        definition = as_reach(reach)
        return replace(self, reach=definition, premises=_with_status(self.premises, definition))

    def __repr__(self) -> str:
        of = texts.base(self.households, one_each=self.one_household_each)
        return texts.headline(self.exact_share, of, self.reach, self.exact_range, self.as_of)

    def _repr_html_(self) -> str:
        table = self.table.to_html(
            formatters={"share": "{:.1%}".format, "households": "{:,}".format}, border=0
        )
        return f"<p><strong>{html.escape(repr(self))}</strong></p>{table}"


def measure_coverage(
    premises: gpd.GeoDataFrame,
    network: gpd.GeoDataFrame,
    *,
    reach: float | Reach,
    planned: gpd.GeoDataFrame | None = None,
    as_of: date | str | None = None,
    crs: Any = None,
) -> Coverage:
    """Measure the share of households within reach of fiber.

    A premises is within reach when it is connected, or when its drop is at most `reach`. The drop
    is the straight line in metres on the ground from the premises (a building polygon: from its
    edge) to the nearest feature of the network: 0 inside a service area. Heights do not count.

    Parameters
    ----------
    premises
        Points or building polygons, as `read_premises` gives them: a column `households` (whole
        numbers from 0; without it, each premises is one household) and a column `connected` (true
        or false; without it, none is). Rows without geometry are unplaced: they stay in the
        denominator and are not within reach.
    network
        What a drop may start from: cables, access points, cabinets, lit buildings, service areas;
        any geometry, in any CRS. Rows without geometry are never the nearest.
    reach
        The longest drop that counts: metres above 0, or a `Reach`.
    planned
        The network that is planned but not built, if any.
    as_of
        The date that the data describes.
    crs
        The CRS to measure in. By default that of the premises if one of its metres is within
        0.2 % of the ground where they are, else EPSG:3006 in Sweden, else the local UTM zone.

    Returns
    -------
    Coverage
        The share, the counts, and each premises with its status and drop. A tie between features
        counts once and goes to the lowest label of the network's index.

    Raises
    ------
    ArgumentError
        If `reach` is not metres above 0, or `as_of` is not a date.
    ColumnError
        If `households` or `connected` hold values that cannot be right, or sum to no household.
    GeometryError
        If a frame is empty, has no geometry, or the premises are neither points nor polygons.
    CRSError
        If a CRS is missing, is contradicted by the coordinates, or cannot give metres.

    Examples
    --------
    >>> import fibercov as fc
    >>> demo = fc.load_demo()
    >>> coverage = fc.measure_coverage(demo.premises, demo.network, reach=50, as_of=demo.as_of)
    >>> 0.9 < coverage.share < 0.92
    True
    """
    definition = as_reach(reach)
    when = checks.day(as_of, "as_of")
    result = _checked(premises)
    measured_in, error = working_crs(result, None if crs is None else user_crs(crs))
    geometry = to_crs(result, measured_in, "premises")
    geometry[~checks.usable(result, "premises")] = None
    result["status"] = "unplaced"  # until the drops are known; here, so that it stands first
    result["drop_m"], result["network_index"] = _drops(geometry, network, "network", measured_in)
    if planned is not None:
        result["planned_drop_m"], _ = _drops(geometry, planned, "planned", measured_in)
    return Coverage(
        premises=_with_status(result, definition),
        reach=definition,
        as_of=when,
        crs=measured_in,
        scale_error=error,
        one_household_each="households" not in premises.columns,
    )


def coverage_curve(coverage: Coverage, *, reaches_m: Iterable[float]) -> pd.Series[float]:
    """Compute the share of households within reach for many reaches at once.

    Parameters
    ----------
    coverage
        A measurement; its own reach does not matter.
    reaches_m
        Reaches in metres, 0 or more; 0 counts the connected and what lies in a service area.

    Returns
    -------
    pandas.Series
        `share` (0-1) by `reach_m`, in the order given: at each, what `coverage.at` would say.

    Raises
    ------
    ArgumentError
        If `reaches_m` is empty, or holds a number that is not 0 or more metres.

    Examples
    --------
    >>> import fibercov as fc
    >>> demo = fc.load_demo()
    >>> coverage = fc.measure_coverage(demo.premises, demo.network, reach=50)
    >>> fc.coverage_curve(coverage, reaches_m=[50, 100]).loc[50] == coverage.share
    np.True_
    """
    reaches = np.asarray(list(reaches_m), dtype=np.float64)
    wrong = ~(np.isfinite(reaches) & (reaches >= 0))
    if len(reaches) == 0 or wrong.any():
        seen = f"{reaches[wrong][0]:g}" if wrong.any() else "an empty list"
        raise ArgumentError(f"`reaches_m` must be metres, 0 or more, not {seen}.")
    premises = coverage.premises
    placed = premises["drop_m"].notna()
    needs_m = premises["drop_m"].where(~premises["connected"], 0.0)[placed].to_numpy()
    households = premises["households"][placed].to_numpy()
    order = np.argsort(needs_m, kind="stable")
    reached = np.concatenate([[0], np.cumsum(households[order])])
    within = reached[np.searchsorted(needs_m[order], reaches, side="right")]
    return pd.Series(
        within / coverage.households, index=pd.Index(reaches, name="reach_m"), name="share"
    )


def _checked(premises: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """A copy of the premises, judged, with columns `households` and `connected`."""
    frame = checks.geo_frame(premises, "premises")
    checks.of_type(
        frame,
        (*checks.POINT_TYPES, *checks.POLYGON_TYPES),
        "premises",
        "Were `premises` and `network` swapped?",
    )
    missing = [name for name in ("households", "connected") if name not in frame.columns]
    frame = checks.make_room(frame, (*_WRITTEN, *missing))
    frame = frame.assign(**{name: {"households": 1, "connected": False}[name] for name in missing})
    frame["households"] = checks.whole_households(frame["households"], "households")
    frame["connected"] = checks.yes_or_no(frame["connected"], "connected")
    if frame["households"].sum() == 0:
        raise ColumnError(
            "`households` sums to 0 over all premises: there is nothing to take a share of."
        )
    return frame


def _drops(
    geometry: NDArray[np.object_], features: gpd.GeoDataFrame, argument: str, crs: pyproj.CRS
) -> tuple[NDArray[np.float64], pd.api.extensions.ExtensionArray]:
    """Each geometry's drop in metres, and the index label of the feature that it ends at."""
    frame = checks.geo_frame(features, argument)
    check_places(frame, argument)
    if not frame.index.is_monotonic_increasing:  # so that the order of rows changes nothing
        try:
            frame = frame.sort_index(kind="stable")
        except TypeError as error:
            raise ArgumentError(
                f"`{argument}` has an index whose labels cannot be put in order ({error}). "
                "Use .reset_index(drop=True)."
            ) from error
    there = checks.usable(frame, argument)
    drop_m, which = nearest(geometry, to_crs(frame, crs, argument)[there])
    labels = frame.index[there].to_series().convert_dtypes().array
    return drop_m, labels.take(which, allow_fill=True)


def _with_status(premises: gpd.GeoDataFrame, reach: Reach) -> gpd.GeoDataFrame:
    """The premises with the status that `reach` gives them."""
    drop_m = premises["drop_m"]
    near_plan = (
        premises["planned_drop_m"] <= reach.metres
        if "planned_drop_m" in premises.columns
        else False
    )
    status = np.select(
        [drop_m.isna(), premises["connected"], drop_m <= reach.metres, near_plan],
        ["unplaced", "connected", "passed", "planned"],
        "unserved",
    )
    return premises.assign(status=status)
