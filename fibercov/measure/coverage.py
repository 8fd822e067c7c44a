"""What was measured, and every figure that follows from it without measuring again."""

from __future__ import annotations

import html
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from fractions import Fraction
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyproj
from numpy.typing import NDArray

from fibercov import checks, texts
from fibercov.errors import ArgumentError, ColumnError
from fibercov.geo.crs import crs_name
from fibercov.measure.columns import OWN, PLANNED, DropColumns
from fibercov.reach import Reach, as_reach
from fibercov.statuses import STATUSES
from fibercov.units import COUNTS, PREMISES, count_each, unit_of
from fibercov.wording import COLUMN, Call, Words

_WITHIN = ("connected", "passed")


@dataclass(frozen=True, eq=False, repr=False, kw_only=True)
class CoverageTotals:
    """The share within reach of fiber, with every figure that needs no premises.

    A `Coverage` is one too. `check_target`, `minutes`, the rows for follow-up systems, histories and
    maps of areas take either.

    Attributes
    ----------
    reach
        The definition of within reach.
    as_of
        The date that the data describes; None if not given.
    crs
        The CRS in which the drops were measured.
    scale_error
        The largest error of the CRS's metre on the ground where the premises are (0.0004 is 0.04 %).
    unit
        What is counted: "households", "inhabitants", "workplaces", several of these with a plus sign
        between them, or "premises".
    one_household_each
        Whether each premises was counted as one household because no counts were given.
    connected_given
        Whether the data says which premises are connected; if not, none counts as connected.
    plan_counts
        Whether a drop to the planned network counts under the definition; None without a plan.
    provenance
        Where each input came from, as its reader recorded it: source, layer, rows, `where`, CRS.
    premises_by_status, counts_by_status
        The number of premises, and the count in the unit, with each status.
    reached_range
        The lowest and the highest count of what is reached that the data allows.
    reached_by_m
        What is within reaches other than the definition's, where there are no premises to count.
    by_area
        The counts by area, as `summarize` returns them, where there are no premises to count.
    own_zones
        Whether each premises was measured in its own UTM zone, as no one CRS serves all.
    rounded
        Whether the counts are rounded for publishing, and `reached_range` is what they may stand for.
    """

    reach: Reach
    as_of: date | None
    crs: pyproj.CRS
    scale_error: float
    unit: str
    one_household_each: bool
    connected_given: bool
    plan_counts: bool | None
    provenance: Mapping[str, Mapping[str, Any]]
    premises_by_status: Mapping[str, int]
    counts_by_status: Mapping[str, int]
    reached_range: tuple[int, int]
    reached_by_m: Mapping[float, int] = field(default_factory=dict)
    by_area: pd.DataFrame | None = None
    own_zones: bool = False
    rounded: bool = False

    @property
    def counts(self) -> pd.Series[int]:
        """The count by status, in the order of the statuses; they sum to `total`."""
        return pd.Series(self.counts_by_status, dtype=np.int64, name="total")

    @property
    def total(self) -> int:
        """All that is counted, in the unit: the denominator of every share."""
        return sum(self.counts_by_status.values())

    @property
    def reached(self) -> int:
        """What is connected or passed; in households, the regulators' homes passed."""
        return sum(self.counts_by_status[status] for status in _WITHIN)

    @property
    def exact_share(self) -> Fraction:
        """Reached / total, as a fraction."""
        return Fraction(self.reached, self.total)

    @property
    def exact_range(self) -> tuple[Fraction, Fraction]:
        """`share_range` as fractions."""
        low, high = self.reached_range
        return Fraction(low, self.total), Fraction(high, self.total)

    @property
    def share(self) -> float:
        """Reached / total, 0-1."""
        return float(self.exact_share)

    @property
    def connected_share(self) -> float:
        """Connected / total, 0-1; NaN if the data does not say who is."""
        connected = Fraction(self.counts_by_status["connected"], self.total)
        return float(connected) if self.connected_given else float("nan")

    @property
    def share_range(self) -> tuple[float, float]:
        """The lowest and the highest share that the data allows, 0-1.

        The lowest counts only premises that are surely within reach: connected, or with a drop of at
        most the reach less the position error; with barriers, with such a drop that crosses none. The
        highest counts all that possibly are, including the unplaced and, along roads, those from which
        no way leads if their straight drop is within reach. The network is taken as drawn; where drops end at connected premises, the error
        of those counts too, and an unplaced one may be near any premises.
        """
        low, high = self.exact_range
        return float(low), float(high)

    @property
    def table(self) -> pd.DataFrame:
        """One row per status: `premises`, `total` and `share`, and the `unit` of the last two."""
        return pd.DataFrame(
            {
                "premises": pd.Series(self.premises_by_status, dtype=np.int64),
                "total": self.counts,
                "share": self.counts / self.total,
                "unit": self.unit,
            },
            index=pd.Index(STATUSES, name="status"),
        )

    def reached_within(self, reaches_m: NDArray[np.float64]) -> NDArray[np.int64]:
        """Count what is within each of several reaches, in metres.

        Raises
        ------
        ArgumentError
            If one of the reaches was not counted.
        """
        counted = {**self.reached_by_m, self.reach.metres: self.reached}
        missing = [f"{reach:g}" for reach in reaches_m if reach not in counted]
        if missing:
            raise ArgumentError(
                "reaches_m",
                f"must be among the reaches that were counted ({checks.listed(sorted(counted))}), not "
                f"{missing[0]}.",
                "To count others, measure again.",
                seen=missing[0],
            )
        return np.array([counted[reach] for reach in reaches_m], dtype=np.int64)

    def headline(self, target: Fraction | None = None, language: str = "en") -> str:
        """Write the share with its definition, range and date, in one line.

        Parameters
        ----------
        target
            A target that the line will be read beside: the share is never rounded up to it.
        language
            `"en"` or `"sv"`.
        """
        of = texts.base(self.total, self.unit, language, one_each=self.one_household_each)
        between = (self.exact_share,) * 2 if self.rounded else self.exact_range
        return texts.headline(
            self.exact_share, of, self.reach, between, self.as_of, target, language
        )

    def method(self, language: str = "en") -> list[str]:
        """Say how the share was measured: the source of the definition, the CRS with its error, and the roads.

        Parameters
        ----------
        language
            `"en"` or `"sv"`.
        """
        said = [texts.source(self.reach, language)] if self.reach.source else []
        where = crs_name(self.crs)
        if self.own_zones:
            where = texts.say("own_zone", language)
        said.append(texts.measured_in(where, self.scale_error, language))
        if self.reach.along and "roads" in self.provenance:
            said += texts.on_roads(self.provenance["roads"], language)
        said += self.across_barriers(language)
        keys = {"roads": "credit_of_roads", "barriers": "credit_of_barriers"}
        for name, key in keys.items():
            owed = [
                each["credit"]
                for frame, each in self.provenance.items()
                if frame.startswith(name) and each.get("credit")
            ]
            if owed and (name != "roads" or self.reach.along):
                names = "; ".join(dict.fromkeys(owed))
                said.append(texts.say(key, language, credit=names))
        return said

    def across_barriers(self, language: str = "en") -> list[str]:
        """Say what the low of the range leaves out if there are barriers."""
        if "barriers" not in self.provenance or self.rounded:
            return []
        key = "only_from_the_road" if self.reach.along else "only_across"
        return [texts.say(key, language, **texts.in_unit(self.unit, language))]

    def __repr__(self) -> str:
        return self.headline()

    def _repr_html_(self) -> str:
        table = self.table.to_html(
            formatters={"share": "{:.1%}".format, "total": "{:,}".format}, border=0
        )
        said = html.escape(" ".join(self.method()))
        return f"{texts.notebook(repr(self), table)}<p>{said}</p>"


@dataclass(frozen=True, eq=False, repr=False, kw_only=True)
class Coverage(CoverageTotals):
    """The share within reach of fiber, with every premises behind it.

    Made by `measure_coverage`. Every premises has exactly one status: `connected` (fiber ends in
    the building, as the data says), `passed` (not connected, but its drop is within reach),
    `planned` (neither, but within reach of the planned network), `unserved` (none of these), or
    `unplaced` (no usable position, whatever else the data says). Counts are in the `unit`.

    Attributes
    ----------
    premises
        The premises as given, with the same rows, index and CRS, and the columns
        `connected`, `status`, `drop_m` (metres to the nearest feature of the
        network; NaN if unplaced), `network_index` (that feature's label in the network's index)
        and, where they could be measured, `connected_drop_m` (to the nearest connected premises) and
        `planned_drop_m`. Without a network, `drop_m` is to the nearest connected premises, and
        `network_index` is its label. With roads: `road_m` (the drop along roads, infinite where no way
        leads to the network), `planned_road_m`, and `leg_m` (to the nearest road). With barriers:
        `crosses` (whether the straight drop crosses one), and before the name of each drop, `free_` for the
        shortest that crosses none; infinite if there is none within 1,000 m or the reach, whichever is more.
    drop_columns
        Which column holds the drops to what.
    count_each
        What each premises has of the unit.
    surely_reached
        Which premises are surely within reach: connected, or with a drop of at most the reach less
        the position error.
    possibly_reached
        Which premises are possibly within reach: connected, unplaced, or with a drop of at most the
        reach plus the position error.
    """

    premises: gpd.GeoDataFrame
    drop_columns: DropColumns
    count_each: NDArray[np.int64]
    surely_reached: NDArray[np.bool_]
    possibly_reached: NDArray[np.bool_]
    # The drops to what is planned until each date, in order; empty if the plan has no dates.
    planned_by_date: Mapping[date, Mapping[str, NDArray[np.float64]]] = field(default_factory=dict)
    # The area of each premises, by a hash of the areas: see `areas.area_of`.
    located: dict[bytes, NDArray[np.int64]] = field(default_factory=dict)

    @property
    def drops_m(self) -> pd.Series[float]:
        """Each premises' drop in metres to what the definition measures to; NaN if unplaced."""
        drops: pd.Series[float] = self.premises[self.drop_columns.of(self.reach)]
        return drops

    def reached_within(self, reaches_m: NDArray[np.float64]) -> NDArray[np.int64]:
        """Count what is within each of several reaches, in metres."""
        placed = self.drops_m.notna()
        needs_m = self.drops_m.where(~self.premises["connected"], 0.0)[placed].to_numpy()
        each = self.count_each[placed.to_numpy()]
        order = np.argsort(needs_m, kind="stable")
        reached = np.concatenate([[0], np.cumsum(each[order])])
        if self.reach.along and (reaches_m < 2 * self.reach.beside_m).any():
            raise checks.refusal(
                "reaches_m",
                f"along roads must be at least twice beside_m, {2 * self.reach.beside_m:g} m",
                float(reaches_m.min()),
            )
        within: NDArray[np.int64] = reached[
            np.searchsorted(needs_m[order], reaches_m, side="right")
        ]
        return within

    def at(self, reach: float | str | Reach) -> Coverage:
        """Apply another definition to the same drops, without measuring again.

        Parameters
        ----------
        reach
            Metres above 0, to whatever this definition measures to; a `Reach`; or the name of one.

        Returns
        -------
        Coverage
            Equal to measuring the same data with this `reach`.

        Raises
        ------
        ArgumentError
            If `reach` is not metres above 0, or needs drops that were not measured.

        Examples
        --------
        >>> import fibercov as fc
        >>> demo = fc.load_demo()
        >>> coverage = fc.measure_coverage(demo.premises, demo.network, reach=50)
        >>> coverage.at(1000).share > coverage.share
        True
        """
        own = self.reach
        if isinstance(reach, str):
            given = as_reach(reach)
            reach = given if given.name else given.metres
        if not isinstance(reach, Reach):
            reach = replace(own, metres=reach, name="", source="")
        columns = self.drop_columns
        if reach.along:
            columns.of(reach)  # or the error says what was not measured
            columns = replace(columns, along=reach)
        return replace(self, **counted(self.premises, columns, reach, self.unit))

    def of(self, unit: str | Sequence[str]) -> Coverage:
        """Count the same drops in another unit, without measuring again.

        Parameters
        ----------
        unit
            "households", "inhabitants", "workplaces", several of these, or "premises".

        Returns
        -------
        Coverage
            Equal to measuring the same data with this `unit`.

        Raises
        ------
        ArgumentError
            If it is no unit, or the premises have no such count.
        ColumnError
            If it sums to 0.

        Examples
        --------
        >>> import fibercov as fc
        >>> demo = fc.load_demo()
        >>> coverage = fc.measure_coverage(demo.premises, demo.network, reach=50)
        >>> coverage.of("premises").total == len(demo.premises)
        True
        """
        asked = unit_of(unit, self.premises.columns)
        return replace(self, **counted(self.premises, self.drop_columns, self.reach, asked))

    def with_plan(self, *, until: date | str | None = None) -> Coverage:
        """Take the planned network as built, without measuring again.

        Each drop is then to the nearest feature of either network. Where the definition measures to
        connected premises, as `PTS_2015` does, the plan makes no drop shorter: it does not say who
        will be connected.

        Parameters
        ----------
        until
            A date: take as built only what will be by then, as the plan's own dates say.

        Returns
        -------
        Coverage
            Equal to measuring with the planned network added to `network`, and without `planned`,
            except that `network_index` is missing where the planned network is nearer, as it has an
            index of its own, and that `as_of` and `provenance` are still those of the data.

        Raises
        ------
        ArgumentError
            If there is no planned network, or `until` is given and it has no dates.

        Examples
        --------
        >>> import fibercov as fc
        >>> demo = fc.load_demo()
        >>> coverage = fc.measure_coverage(demo.premises, demo.network, reach=50, planned=demo.planned)
        >>> int(coverage.with_plan().reached - coverage.reached)
        159
        """
        columns = self.drop_columns
        dated = None if until is None else self._planned_until(until)
        if columns.planned is None:
            raise ArgumentError(
                "coverage",
                "was measured without a planned network.",
                Words("Measure it with {planned}."),
            )
        premises = self.premises.drop(columns=[f"{PLANNED}{name}" for name in OWN], errors="ignore")
        if columns.network is not None:
            for name in (name for name in OWN if f"{PLANNED}{name}" in self.premises.columns):
                planned_m = self.premises[f"{PLANNED}{name}"] if dated is None else dated[name]
                nearer = planned_m < premises[name]
                premises[name] = premises[name].mask(nearer, planned_m)
                if name == columns.network:
                    premises["network_index"] = premises["network_index"].mask(nearer)
            if columns.free_to_m is not None:
                premises["crosses"] = premises["free_drop_m"] > premises["drop_m"]
        without = replace(columns, planned=None)
        return replace(
            self, **counted(premises, without, self.reach, self.unit), planned_by_date={}
        )

    def _planned_until(self, until: date | str) -> dict[str, pd.Series[float]]:
        """Return the drops to what is planned until a date; infinite if that is nothing."""
        day = checks.day(until, "until")
        if not self.planned_by_date:
            raise ArgumentError(
                "until",
                "needs the dates of the planned network.",
                Words("Measure it with {dated}.", dated=Call(planned_date=COLUMN)),
            )
        built = [
            drops
            for date_, drops in self.planned_by_date.items()
            if day is not None and date_ <= day
        ]
        nothing = np.where(self.drops_m.isna(), np.nan, np.inf)
        last = built[-1] if built else {f"{PLANNED}{name}": nothing for name in OWN}
        index = self.premises.index
        return {name.removeprefix(PLANNED): pd.Series(m, index) for name, m in last.items()}


@dataclass(frozen=True)
class LitEnds:
    """What the connected premises, at which drops may end, make unsure.

    Attributes
    ----------
    error_m
        The largest position error of any that has a position.
    lost
        Whether any has none: then each premises may be near it.
    """

    error_m: float
    lost: bool

    @classmethod
    def of(cls, premises: gpd.GeoDataFrame) -> LitEnds | None:
        """Find it of measured premises; None if none is connected."""
        connected, placed = premises["connected"], premises["drop_m"].notna()
        if not connected.any():
            return None
        error_m = _errors_m(premises)[placed & connected].to_numpy()
        return cls(float(np.max(error_m, initial=0)), bool((connected & ~placed).any()))


def counted(
    premises: gpd.GeoDataFrame, columns: DropColumns, reach: Reach, unit: str
) -> dict[str, Any]:
    """Count measured premises under a definition, in a unit, and return the fields that depend on both.

    Raises
    ------
    ColumnError
        If there is nothing to take a share of.
    """
    made = tallied(premises, columns, reach, unit, LitEnds.of(premises))
    if not made["count_each"].any():
        raise nothing_in(unit)
    return made


def nothing_in(unit: str) -> ColumnError:
    """Say that there is nothing to take a share of."""
    return ColumnError(unit, "sums to 0 over all premises: there is nothing to take a share of.")


def tallied(
    premises: gpd.GeoDataFrame, columns: DropColumns, reach: Reach, unit: str, lit: LitEnds | None
) -> dict[str, Any]:
    """Count as `counted` does some of the premises, of which all the connected ones are known."""
    status = _status(premises, columns, reach)
    surely, possibly = _bounds(premises, columns, reach, lit)
    each = count_each(premises, unit)
    which = pd.Categorical(status, categories=STATUSES).codes
    rows = np.bincount(which, minlength=len(STATUSES))
    # Floats sum whole numbers exactly up to 2^53, and no nation has as many.
    sums = np.bincount(which, weights=each, minlength=len(STATUSES))
    plan_counts = None if columns.planned is None else columns.plan_under(reach) is not None
    return {
        "premises": premises.assign(status=status),
        "drop_columns": columns,
        "reach": reach,
        "unit": unit,
        "one_household_each": unit == PREMISES and COUNTS[0] not in premises.columns,
        "plan_counts": plan_counts,
        "premises_by_status": dict(zip(STATUSES, map(int, rows), strict=True)),
        "counts_by_status": dict(zip(STATUSES, map(int, sums), strict=True)),
        "reached_range": (int(each[surely].sum()), int(each[possibly].sum())),
        "count_each": each,
        "surely_reached": surely,
        "possibly_reached": possibly,
    }


def _status(premises: gpd.GeoDataFrame, columns: DropColumns, reach: Reach) -> pd.Index:
    """Give each premises its status under the definition."""
    drop_m, plan = premises[columns.of(reach)], columns.plan_under(reach)
    near_plan = False if plan is None else premises[plan] <= reach.metres
    number = np.select(
        [drop_m.isna(), premises["connected"], drop_m <= reach.metres, near_plan],
        [STATUSES.index(name) for name in ("unplaced", "connected", "passed", "planned")],
        STATUSES.index("unserved"),
    )
    return pd.Index(STATUSES).take(number)


def _errors_m(premises: gpd.GeoDataFrame) -> pd.Series[float]:
    """Return how far off each position may be."""
    errors_m: pd.Series[float] = premises.get(
        "position_error_m", pd.Series(0.0, index=premises.index)
    )
    return errors_m


def _bounds(
    premises: gpd.GeoDataFrame, columns: DropColumns, reach: Reach, lit: LitEnds | None
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Find which premises are surely, and which are possibly, connected or within reach."""
    drop_m = premises[columns.of(reach)]
    placed, connected = drop_m.notna(), premises["connected"]
    free = columns.free_of(reach)
    # RULE: a premises is surely within reach only over a drop that crosses no barrier.
    least_m = drop_m if free is None else premises[free]
    low_m = _errors_m(premises)
    high_m: pd.Series[float] | float = low_m
    if reach.to == "connected" and lit is not None:
        # RULE: the other end of the drop is a premises too, and has the largest error of any that is
        # connected; if one of those is unplaced, any premises may be near it.
        low_m = low_m + lit.error_m
        high_m = np.inf if lit.lost else low_m
    surely = placed & (connected | (least_m + low_m <= reach.metres))
    possibly = ~placed | connected | (drop_m - high_m <= reach.metres)
    if reach.along and columns.network is not None:
        # RULE: where no way leads, the roads may lack one; the straight drop is the shortest there can be.
        possibly |= np.isinf(drop_m) & (premises[columns.network] <= reach.metres)
    return surely.to_numpy(), possibly.to_numpy()


def measured(coverage: object, argument: str = "coverage") -> Coverage:
    """Return `coverage` if it is a measurement with its premises, else raise."""
    return checks.made_by(coverage, Coverage, argument, "measure_coverage")


def totalled(coverage: object, argument: str = "coverage") -> CoverageTotals:
    """Return `coverage` if it is a measurement, with or without its premises, else raise."""
    return checks.made_by(coverage, CoverageTotals, argument, "measure_coverage")
