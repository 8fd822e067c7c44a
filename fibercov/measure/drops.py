"""Measure each premises' drop once, in true metres."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any, NamedTuple

import geopandas as gpd
import numpy as np
import pyproj
import shapely
from numpy.typing import NDArray

from fibercov import checks
from fibercov.errors import ArgumentError, ColumnError, CRSError
from fibercov.geo.crs import crs_name, declared_crs, to_crs, user_crs, working_crs
from fibercov.geo.zones import NEAR_M, cause, unknown
from fibercov.measure.columns import LIT, NAMES, PLANNED, DropColumns
from fibercov.measure.coverage import Coverage, counted
from fibercov.measure.ends import (
    Drops,
    Ends,
    Measured,
    barrier_frames,
    barriers_of,
    buildings_only,
    mended,
    roads_of,
    warn_if_schematic,
)
from fibercov.reach import Reach, as_reach
from fibercov.units import COUNTS, unit_of
from fibercov.wording import COLUMN, Blank, Call, Script, Words

if TYPE_CHECKING:  # it brings the compiler with it
    from fibercov.geo.roads import RoadGraph

_ADDED = ("status", "network_index", "crosses", "leg_m", "road_note", *NAMES)
NEAR_NETWORK_M, NEAR_FEW_M = 5_000.0, 20_000.0
_TOO_FAR_M, _FEW = 100_000.0, 100


def measure_coverage(
    premises: gpd.GeoDataFrame,
    network: gpd.GeoDataFrame | None = None,
    *,
    reach: float | str | Reach,
    unit: str | Sequence[str] | None = None,
    planned: gpd.GeoDataFrame | None = None,
    planned_date: str | None = None,
    roads: gpd.GeoDataFrame | None = None,
    barriers: gpd.GeoDataFrame | Sequence[gpd.GeoDataFrame] | None = None,
    as_of: date | str | None = None,
    position_error_m: float = 0,
    crs: Any = None,
    threads: int | None = None,
) -> Coverage:
    """Measure the share within reach of fiber: of households, inhabitants, workplaces or premises.

    A premises is within reach when it is connected, or when its drop is at most `reach`. The drop
    is the straight line in metres on the ground from the premises (a building polygon: from its
    edge) to the nearest feature of the network: 0 inside a service area. Along roads, if `reach` says so,
    it is the leg to the nearest road, the route along the roads and the line to the network. Heights do
    not count.
    The first measurement after installation takes a few seconds more, to compile.

    Parameters
    ----------
    premises
        Points or building polygons, as `read_premises` returns them, with columns of whole
        numbers from 0: `households`, `inhabitants`, `workplaces`, or none of them; and a column
        `connected` (true or false; without it, none is). Rows without geometry are unplaced: they stay in the
        denominator and are not within reach. A column `position_error_m` says how far each position
        may be off.
    network
        What a drop may start from: cables, access points, cabinets, lit buildings, service areas;
        any geometry, in any CRS. Rows without geometry are ignored. It may be left out if `reach` is
        measured to connected buildings, as `PTS_2015` is: the drop then ends at the nearest
        connected premises. If no premises is connected, a network of points and polygons is taken
        as those buildings.
    reach
        The longest drop that counts: metres above 0, a `Reach`, or the name of one, such as "PTS_2015".
    planned
        The network that is planned but not built, if any. Where drops end at connected premises, no
        premises is `planned`: a plan does not say who will be connected.
    planned_date
        The column of `planned` with the date on which each feature will be built, for
        `Coverage.with_plan(until=...)`: dates, or years, which end on 31 December. A feature
        without one is part of the plan, but not of what is planned until any date.
    roads
        Lines that drops follow, as `read_roads` returns them, if the definition measures along roads:
        joined where they share a vertex, and nowhere else. A column `level` (as OSM's layer) keeps
        bridges and what lies below apart.
    barriers
        What a straight drop should not cross, such as water, railways and motorways: lines or polygons, in
        one frame or several. Such a drop counts as any other, but not in the low of the range, where
        a passed premises counts only if some drop within reach crosses none. Along roads only the leg is
        checked, or the straight line where that is the drop: bridges are the way over. To touch one is
        not to cross it.
    unit
        What to count: "households", "inhabitants", "workplaces", several of these as a list, or
        "premises". By default households, if the premises have that column, or else the only count
        that they have; without any, each premises counts as one household.
    as_of
        The date that the data describes.
    position_error_m
        How far any position may be off, in metres, if no column of the premises says so.
    crs
        The CRS to measure in. By default that of the premises if one of its metres is within
        0.2 % of the ground where they are, else EPSG:3006 in Sweden, else the local UTM zone.
    threads
        How many threads to use, by default one for each processor that the process may use. The
        result does not depend on it.

    Returns
    -------
    Coverage
        The share, the counts, and each premises with its status and drop. A tie between features
        counts once and goes to the lowest label of the network's index.

    Raises
    ------
    ArgumentError
        If `reach` is not metres above 0, there is nothing to measure it to, `as_of` is not a date,
        `threads` is not a whole number from 1, `planned_date` is given without `planned`,
        `position_error_m` is negative or given twice, or `roads` are missing, or given with
        a straight definition.
    ColumnError
        If counts, `connected` or dates have values that cannot be right, there is nothing to
        count, or a row is the sum of the others.
    GeometryError
        If a frame is empty, has no geometry, or one of another kind than points or polygons (premises), lines
        (roads), or lines or polygons (barriers).
    CRSError
        If a CRS is missing, is contradicted by the coordinates, or cannot give metres; if fewer than
        1 % of the premises lie within 5 km of the network, or none within 5 km of the planned
        network. With fewer than 100 premises: if none lies within 100 km, or within 20 km where
        another CRS would bring them near.

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
    counted_in = unit_of(unit, getattr(premises, "columns", ()))
    planned = checks.planned_frame(planned)
    result = _checked(premises, position_error_m)
    measured_in, error = working_crs(result, None if crs is None else user_crs(crs))
    geometry = mended(to_crs(result, measured_in, "premises"), result.index, "premises")
    geometry[~checks.usable(result, "premises")] = None
    lit = result[result["connected"] & ~shapely.is_missing(geometry)]
    if network is None:
        _check_lit(lit, definition)
    elif planned is None and planned_date is not None:
        raise ArgumentError("planned_date", Words("needs the planned network: give {planned}."))
    in_the_way = barrier_frames(barriers)
    graph = roads_of(roads, definition, measured_in, threads)
    drops = Drops.of(geometry, definition, graph, barriers_of(in_the_way, measured_in, threads))
    result["status"] = "unplaced"  # until the drops are known; assigned here to be the first column

    def measure(features: gpd.GeoDataFrame, argument: str, before: str = "") -> Measured:
        """Measure to features, and add the columns."""
        made = drops.to(Ends.of(features, argument, measured_in, threads), before)
        if argument != "premises":
            _check_near(made.columns[f"{before}drop_m"], premises, features, argument)
        for name, values in made.columns.items():
            result[name] = values
        return made

    to_network = measure(lit, "premises") if network is None else measure(network, "network")
    result.insert(result.columns.get_loc("drop_m") + 1, "network_index", to_network.labels)
    if network is not None and len(lit):
        measure(lit, "premises", LIT)
    by_date: dict[date, dict[str, NDArray[np.float64]]] = {}
    if planned is not None:
        measure(planned, "planned", PLANNED)
        if planned_date is not None:
            by_date = _by_date(drops, planned, planned_date, measured_in, threads)
    columns = replace(
        _columns(network, planned, lit, definition),
        along=definition if definition.along else None,
        free_to_m=drops.free_to_m,
    )
    frames = {"premises": premises, "network": network, "planned": planned, "roads": roads}
    frames |= {f"barriers_{k}" if k else "barriers": each for k, each in enumerate(in_the_way)}
    told = _provenance(frames)
    if graph is not None:
        told["roads"] |= _on_roads(graph, to_network.beside)
        warn_if_schematic(to_network.beside, definition.beside_m)
    return Coverage(
        **counted(result, columns, definition, counted_in),
        planned_by_date=by_date,
        as_of=when,
        crs=measured_in,
        scale_error=error,
        connected_given="connected" in premises.columns,
        provenance=told,
    )


def _provenance(frames: dict[str, gpd.GeoDataFrame | None]) -> dict[str, dict[str, Any]]:
    """Collect each frame's provenance, its CRS and the number of its rows that were measured."""
    return {
        name: {
            **frame.attrs.get("provenance", {}),
            "rows_measured": len(frame),
            "crs": crs_name(declared_crs(frame, name)),
        }
        for name, frame in frames.items()
        if frame is not None
    }


def _checked(premises: gpd.GeoDataFrame, position_error_m: float) -> gpd.GeoDataFrame:
    """Check the premises, and copy them with a column `connected`."""
    frame = checks.premises_frame(premises)
    frame = checks.make_room(frame, _ADDED)
    for count in (count for count in COUNTS if count in frame.columns):
        frame[count] = checks.whole_counts(frame[count], count)
        checks.no_sum(frame, frame[count].to_numpy(), count)
    if "connected" not in frame.columns:
        frame["connected"] = False
    frame["connected"] = checks.yes_or_no(frame["connected"], "connected")
    everywhere = checks.reaches([position_error_m], "position_error_m")[0]
    if "position_error_m" in frame.columns:
        if everywhere:
            raise ArgumentError(
                "position_error_m",
                "is given twice: as an argument and as a column of the premises.",
            )
        frame["position_error_m"] = checks.lengths(frame["position_error_m"], "position_error_m")
    elif everywhere:
        frame["position_error_m"] = everywhere
    return frame


def _on_roads(graph: RoadGraph, beside: float) -> dict[str, Any]:
    """Say of roads what decides the drops along them."""
    parts_m = graph.islands_m
    return {
        "km": round(float(parts_m.sum()) / 1000, 3),
        "islands": len(parts_m) - 1,
        "km_on_islands": round(float(parts_m[1:].sum()) / 1000, 3),
        "network_beside": round(beside, 6),
    }


def _by_date(
    drops: Drops,
    planned: gpd.GeoDataFrame,
    column: str,
    crs: pyproj.CRS,
    threads: int | None,
) -> dict[date, dict[str, NDArray[np.float64]]]:
    """Measure the drops to what is planned until each date at which something will be built."""
    values = planned[checks.column_named(planned, column, "planned_date")]
    built = np.array([checks.day_or_year(value, "planned_date") for value in values], dtype=object)
    until: dict[date, dict[str, NDArray[np.float64]]] = {}
    before: dict[str, NDArray[np.float64]] = {}
    for day in sorted({day for day in built if day is not None}):
        found = drops.to(Ends.of(planned[built == day], "planned", crs, threads), PLANNED).columns
        before = {name: np.fmin(before.get(name, m), m) for name, m in found.items()}
        until[day] = before
    if not until:
        raise ColumnError(
            "planned_date", f"names the column {column!r}, which has no dates.", seen=repr(column)
        )
    return until


class Nearness(NamedTuple):
    """How many premises must be how near to a network for the two to belong together."""

    few: bool
    within_m: float
    needed: int

    @classmethod
    def of(cls, placed: int) -> Nearness:
        """Say it for so many premises with a position.

        RULE: 1 % of the premises must be within 5 km; of fewer than 100, one within 20 km.
        """
        few = placed < _FEW
        return cls(few, NEAR_FEW_M if few else NEAR_NETWORK_M, 1 if few else -(-placed // 100))

    def allows(self, nearest_m: float) -> bool:
        """Tell whether none need be so near: few premises may be up to 100 km from a network."""
        return self.few and nearest_m <= _TOO_FAR_M


def _check_near(
    drop_m: NDArray[np.float64],
    premises: gpd.GeoDataFrame,
    network: gpd.GeoDataFrame,
    argument: str,
) -> None:
    """Raise unless enough premises are near the network for the two to belong together.

    RULE: a plan may be far from most premises, but not from all.
    """
    placed_m = drop_m[~np.isnan(drop_m)]
    rule = Nearness.of(len(placed_m))
    near = int((placed_m <= rule.within_m).sum())
    needed = 1 if argument == "planned" else rule.needed
    if near >= needed:
        return
    both = {"premises": premises, argument: network}
    if argument == "planned":  # near its own premises, even if far from most
        both = {argument: network, "premises": premises}
    said = cause(both, within_m=NEAR_M)
    nearest_m = placed_m.min()
    if not said and rule.allows(nearest_m):  # RULE: not if another CRS brings them near
        return
    # Farther away, distances in the premises' CRS mean nothing and are not quoted.
    away = f"{nearest_m / 1000:.1f} km" if nearest_m <= _TOO_FAR_M else "more than 100 km"
    seen = f"{near:,}" if near else f"0 (the nearest is {away} away)"
    right = (
        "If both are right, the plan reaches nobody: leave it out."
        if argument == "planned"
        else Words(
            "If both are right, leave out the premises far from the network with {where}, or "
            "measure them together with others that are near."
        )
    )
    raise CRSError(
        argument,
        f"must be within {rule.within_m / 1000:g} km of at least {needed:,} of the {len(placed_m):,} "
        f"premises with a position, not of {seen}.",
        [*(said or unknown("premises", argument)), right],
        seen=seen,
    )


def _check_lit(lit: gpd.GeoDataFrame, reach: Reach) -> None:
    """Raise unless drops can be measured to connected premises instead of a network."""
    if reach.to != "connected":
        raise ArgumentError(
            "network",
            f"is needed to measure what is {reach}.",
            Words(
                "To measure to the connected premises instead, use {reach}{own}.",
                reach=Call(reach=Blank("PTS_2015")),
                own=Script(f" or Reach({reach.metres:g}, to='connected')"),
            ),
        )
    if lit.empty:
        raise ArgumentError(
            "network",
            f"is needed to measure what is {reach}: no premises with a position is connected.",
            Words("Name the column that says which are: {named}.", named=Call(connected=COLUMN)),
        )


def _columns(
    network: gpd.GeoDataFrame | None,
    planned: gpd.GeoDataFrame | None,
    lit: gpd.GeoDataFrame,
    reach: Reach,
) -> DropColumns:
    """Say which columns hold which drops; raise if the definition needs drops that are not there."""
    plan = None if planned is None else "planned_drop_m"
    if network is None:
        return DropColumns(network=None, connected="drop_m", planned=plan)
    if len(lit) or reach.to == "network":
        connected = "connected_drop_m" if len(lit) else None
        return DropColumns(
            "drop_m", connected, plan, reach.feature if reach.to == "network" else ""
        )
    # RULE: if no premises is connected, a network of points and polygons is the connected buildings.
    for argument, frame in (("network", network), ("planned", planned)):
        if frame is not None:
            buildings_only(frame, argument, reach)
    return DropColumns("drop_m", "drop_m", plan)
