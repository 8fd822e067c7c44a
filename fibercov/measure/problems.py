"""What is odd about the data, and what it does to the share."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from fibercov import checks, texts
from fibercov.geo.crs import to_crs
from fibercov.geo.nearest import NearestIndex
from fibercov.geo.zones import NEAR_M, likely
from fibercov.measure.areas import BORDER_M, area_of, spots
from fibercov.measure.coverage import Coverage, CoverageTotals, LitEnds, measured
from fibercov.measure.drops import NEAR_NETWORK_M
from fibercov.measure.ends import LEAST_BESIDE, road_graph, roads_of

ISOLATED_M = 10_000.0
# Problems of data in the wrong place, which may make every share wrong.
MISPLACED = (
    "far_group", "far_from_areas", "premises_crs", "network_crs", "areas_crs", "schematic",
)  # fmt: skip
FAR_FROM_ROADS_M, _NEAR_END_M = 100.0, 2.0
_IN_ORDER = (
    "unplaced", "connected_unplaced", "connected_far", "unsure_position", "near_unplaced", "no_count",
    "same_place", "isolated", "broken_polygon",
)  # fmt: skip
_LEAST_GROUP = 0.01  # the least share of the premises that makes a group


def check_data(
    coverage: Coverage,
    *,
    network: gpd.GeoDataFrame | None = None,
    areas: gpd.GeoDataFrame | None = None,
    roads: gpd.GeoDataFrame | None = None,
    expected_total: int | None = None,
) -> pd.DataFrame:
    """Report what may be wrong with the data, and how much of the share depends on it.

    Nothing is dropped or repaired. Data that cannot be measured at all is an error, as in
    `measure_coverage`.

    Parameters
    ----------
    coverage
        A measurement.
    network
        The network that was measured to, to check its features too.
    areas
        Reporting areas, to find premises outside them all.
    roads
        The roads that the drops follow, to check them too: loose ends near another road, crossings
        without a shared vertex.
    expected_total
        What the total should be in the unit of the coverage, such as the official population.

    Returns
    -------
    pandas.DataFrame
        One row per kind of problem, found or not: `problem` (a key), `meaning` (in words), `rows`
        (premises, features of the network, areas, or places on roads), `total` of those premises, in the `unit`, and `points`:
        by how many percentage points the share would change without those rows (for connected
        premises far from the network, and those across a barrier: if they did not count as reached).
        `points` is missing if
        nothing would be left. For a total that is not the `expected_total`, `total` is the difference
        (negative: too few), and `points` how much lower the share would be at worst: if those
        missing are out of reach, or those too many are within. `crs` is the CRS in which misplaced data would be in the right
        place, if there is one nearby ("(y, x)": with its axes swapped); else it is empty.

    Raises
    ------
    FibercovError
        If `coverage` is not a measurement, or the network or the areas cannot be right, as in
        `measure_coverage` and `summarize`.

    Examples
    --------
    >>> import fibercov as fc
    >>> demo = fc.load_demo()
    >>> coverage = fc.measure_coverage(demo.premises, demo.network, reach=50)
    >>> table = fc.check_data(coverage, network=demo.network, areas=demo.areas)
    >>> table.loc[table["rows"] > 0, ["problem", "rows", "total"]].to_dict("records")
    [{'problem': 'unplaced', 'rows': 8, 'total': 8}]
    """
    measured(coverage)
    if network is not None:
        network = checks.geo_frame(network, "network")
    found = _premises_problems(coverage, network, areas)
    to_meet = _to_meet(coverage, network, areas, found)
    crs = _other_crs(coverage.premises, found, to_meet)
    placed = coverage.drops_m.notna().to_numpy()
    found["premises_crs"] = placed & ("premises_crs" in crs)
    rows = [row_of(problem, sums_of(coverage, wrong), coverage) for problem, wrong in found.items()]
    if network is not None:
        rows.append(("network_crs", len(network) * ("network_crs" in crs), 0, 0.0))
        rows += [(problem, n, 0, 0.0) for problem, n in _network_problems(network).items()]
    rows += [(problem, n, 0, 0.0) for problem, n in _road_problems(coverage, roads).items()]
    if areas is not None:
        rows.append(("areas_crs", len(areas) * ("areas_crs" in crs), 0, 0.0))
    if expected_total is not None:
        rows.append(_against_expected(coverage, expected_total))
    return table_of(rows, coverage, crs)


class Sums(NamedTuple):
    """Of the premises that have a problem: how many they are, what they have of the unit, and what is reached."""

    rows: int
    total: int
    reached: int


Row = tuple[str, int, int, float]


def sums_of(coverage: Coverage, wrong: NDArray[np.bool_]) -> Sums:
    """Add up the premises that have a problem."""
    if not wrong.any():
        return Sums(0, 0, 0)
    within = coverage.premises["status"].isin(("connected", "passed")).to_numpy()
    each = coverage.count_each[wrong]
    return Sums(int(wrong.sum()), int(each.sum()), int(each[within[wrong]].sum()))


def row_of(problem: str, wrong: Sums, coverage: CoverageTotals) -> Row:
    """Make the row of a problem: how the share would change without those premises, or if they were not reached."""
    total, reached = coverage.total, coverage.reached - wrong.reached
    if problem not in {"connected_far", "crosses", "only_across"}:
        total -= wrong.total
    share = reached / total if total else np.nan
    return problem, wrong.rows, wrong.total, float(100 * (share - coverage.share))


def table_of(rows: list[Row], coverage: CoverageTotals, crs: dict[str, str]) -> pd.DataFrame:
    """Make the table of all problems."""
    table = pd.DataFrame(rows, columns=["problem", "rows", "total", "points"])
    table.insert(1, "meaning", [texts.problem(key, coverage.unit) for key in table["problem"]])
    table["unit"] = coverage.unit
    table["crs"] = [crs.get(problem, "") for problem in table["problem"]]
    return table


def _against_expected(coverage: Coverage, expected: int) -> tuple[str, int, int, float]:
    """Make the row that holds the total against the one expected."""
    expected = checks.whole_number(expected, "expected_total", 1)
    difference = coverage.total - expected
    worst = max(0, coverage.reached - max(0, difference)) / expected
    points = 100 * (worst - coverage.share) if difference else 0.0
    return "other_total", len(coverage.premises) * bool(difference), difference, points


def each_on_its_own(
    coverage: Coverage, geometry: NDArray[np.object_], lit: LitEnds | None
) -> dict[str, NDArray[np.bool_]]:
    """Find the premises that have each problem that the others have no part in."""
    premises = coverage.premises
    placed = coverage.drops_m.notna().to_numpy()
    connected = premises["connected"].to_numpy()
    unsure = placed & coverage.possibly_reached & ~coverage.surely_reached
    # RULE: if a connected premises is unplaced, the drops of others may end at it, and that is why
    # they are unsure, not the error of their own positions.
    lost_end = coverage.reach.to == "connected" and lit is not None and lit.lost
    on_the_way = _on_the_way(coverage)
    for other in ("no_way", "only_across"):  # as unsure, but not for its position
        unsure &= ~on_the_way.get(other, np.zeros_like(unsure))
    return {
        "unplaced": ~placed,
        "connected_unplaced": ~placed & connected,
        "connected_far": connected & (premises["drop_m"] > coverage.reach.metres).to_numpy(),
        "unsure_position": unsure & (not lost_end),
        "near_unplaced": unsure & lost_end,
        "no_count": coverage.count_each == 0,
        "broken_polygon": placed & ~shapely.is_valid(geometry),
        **on_the_way,
    }


def _premises_problems(
    coverage: Coverage, network: gpd.GeoDataFrame | None, areas: gpd.GeoDataFrame | None
) -> dict[str, NDArray[np.bool_]]:
    """Find the premises that have each problem."""
    premises = coverage.premises
    geometry = to_crs(premises, coverage.crs, "premises")
    placed = coverage.drops_m.notna().to_numpy()
    isolated = _isolated(geometry, placed)
    found = each_on_its_own(coverage, geometry, LitEnds.of(premises))
    found |= {"same_place": placed & _repeated(geometry), "isolated": isolated}
    found = {name: found[name] for name in (*_IN_ORDER, *found) if name in found}
    if network is not None:
        found["far_group"] = _group(premises["drop_m"].to_numpy(), placed & ~isolated)
    if areas is not None:
        judged = checks.area_frame(areas, "areas")
        outside = placed & (area_of(coverage, judged, "areas") < 0)
        away_m = np.zeros(len(premises))
        if outside.any():
            index = NearestIndex(to_crs(judged, coverage.crs, "areas"))
            away_m[outside], _ = index.query(geometry[outside])
        found["outside_areas"] = outside
        found["far_from_areas"] = _group(away_m, placed & ~isolated)
    return found


def _repeated(geometry: NDArray[np.object_]) -> NDArray[np.bool_]:
    """Tell which shapes are the same as an earlier one."""
    keys: NDArray[Any] = shapely.get_x(geometry) + 1j * shapely.get_y(geometry)
    others = np.isnan(keys)  # what is no point
    repeated = np.array(pd.Series(keys).duplicated())
    repeated[others] = pd.Series(shapely.to_wkb(geometry[others])).duplicated()
    return repeated


def _on_the_way(coverage: Coverage) -> dict[str, NDArray[np.bool_]]:
    """Find the premises that are far from roads, have no way along them, or are across a barrier."""
    premises, columns, reach = coverage.premises, coverage.drop_columns, coverage.reach
    passed = (premises["status"] == "passed").to_numpy()
    found: dict[str, NDArray[np.bool_]] = {}
    if reach.along:
        found["far_from_roads"] = (premises["leg_m"] > FAR_FROM_ROADS_M).to_numpy()
        found["no_way"] = np.isinf(coverage.drops_m.to_numpy())
    free = columns.free_of(reach)
    if free is not None:
        if columns.of(reach) == "drop_m":
            found["crosses"] = passed & premises["crosses"].to_numpy()
        found["only_across"] = passed & (premises[free] > reach.metres).to_numpy()
    return found


def _road_problems(coverage: Coverage, roads: gpd.GeoDataFrame | None) -> dict[str, int]:
    """Count what is odd about the roads, and the network's features if too few lie beside them."""
    found: dict[str, int] = {}
    if coverage.reach.along:
        odd = coverage.provenance["roads"]["network_beside"] < LEAST_BESIDE
        found["schematic"] = odd * coverage.provenance["network"]["rows_measured"]
    if roads is not None:
        graph = roads_of(roads, coverage.reach, coverage.crs, None)
        assert graph is not None  # noqa: S101 - it raises if the definition has no use for roads
        near = road_graph(roads, coverage.crs, _NEAR_END_M).ties[1]
        found["loose_ends"] = int((near > coverage.reach.join_m).sum())
        found["crossings"] = graph.crossings()
    return found


def _group(away_m: NDArray[np.float64], among: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Find the premises that are a group of their own, far away.

    RULE: a group begins beyond the first gap in distance wider than `ISOLATED_M`. It is then at least
    that far from all other premises: two premises are never nearer to each other than their
    distances differ.
    """
    farther = np.sort(away_m[among])
    gaps = np.diff(farther, prepend=0.0) > ISOLATED_M
    if not gaps.any():
        return np.zeros(len(away_m), dtype=bool)
    group = among & (away_m >= farther[gaps.argmax()])
    return group if group.sum() >= _LEAST_GROUP * among.sum() else np.zeros_like(group)


class _ToMeet(NamedTuple):
    """What premises must be near, and the least share of them that must be for a CRS to be believed."""

    argument: str
    frame: gpd.GeoDataFrame
    within_m: float
    group: str  # the problem of premises that are far from it
    least: float | None  # None where the declared CRS is believed
    least_of_group: float


def _to_meet(
    coverage: Coverage,
    network: gpd.GeoDataFrame | None,
    areas: gpd.GeoDataFrame | None,
    found: dict[str, NDArray[np.bool_]],
) -> Iterator[_ToMeet]:
    """Yield the network and the areas, if given."""
    drop_m = coverage.premises["drop_m"].dropna()
    if network is not None:
        # RULE 1: believe the declared CRS if most premises are within 5 km of the network, and
        # another one only if it brings three times as many near it.
        far = (drop_m <= NEAR_NETWORK_M).mean() < 0.5
        least = max(0.25, 3 * (drop_m <= NEAR_M).mean()) if far else None
        yield _ToMeet("network", network, NEAR_M, "far_group", least, 0.25)
    if areas is not None:
        # RULE 2: believe the declared CRS if nearly all premises are in an area, and another one
        # only if it leaves at most a third as many outside.
        outside = found["outside_areas"].sum() / len(drop_m)
        least = 1 - outside / 3 if outside > 0.02 else None
        yield _ToMeet("areas", areas, BORDER_M, "far_from_areas", least, 0.9)


def _other_crs(
    premises: gpd.GeoDataFrame, found: dict[str, NDArray[np.bool_]], to_meet: Iterable[_ToMeet]
) -> dict[str, str]:
    """Find, by problem, the CRS in which misplaced data would be in the right place, if there is one."""
    crs: dict[str, str] = {}
    misfits: list[dict[str, str]] = []
    for each in to_meet:
        both, within_m = {"premises": premises, each.argument: each.frame}, each.within_m
        least, group = each.least, found[each.group]
        misfits.append({} if least is None else likely(both, within_m=within_m, least=least))
        if group.any():
            both["premises"] = premises[group]
            read = likely(both, within_m=within_m, least=each.least_of_group)
            crs[each.group] = read.get("premises", "")
    # RULE 3: if the premises miss only one of network and areas, that one is misplaced; if they miss
    # both, the premises are. With one of the two given, either may be.
    for misfit in misfits:
        for whose, zone in misfit.items():
            if len(misfits) == 1 or all(misfits) == (whose == "premises"):
                crs[f"{whose}_crs"] = zone
    return crs


def _isolated(geometry: NDArray[np.object_], placed: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Find premises that are farther than `ISOLATED_M` from any other place with premises."""
    here = np.flatnonzero(placed)
    xy = shapely.get_coordinates(spots(geometry[here]))
    # RULE: two places in one square with a diagonal of `ISOLATED_M` are not isolated. Only those that
    # are alone in their square need a search.
    column, row = np.floor(xy / (ISOLATED_M / 2**0.5)).T
    square, _ = pd.factorize(column + 1j * row)
    _, first = np.unique(square, return_index=True)
    shared = np.zeros(len(first), dtype=bool)
    shared[square[(xy != xy[first[square]]).any(axis=1)]] = True
    perhaps = here[~shared[square]]
    isolated = np.zeros(len(geometry), dtype=bool)
    if len(perhaps) == 0 or len(here) == 1:
        return isolated
    _, one, same = np.unique(
        shapely.to_wkb(shapely.force_2d(geometry[perhaps])), return_index=True, return_inverse=True
    )
    near, _ = shapely.STRtree(geometry[here]).query_nearest(
        geometry[perhaps[one]], max_distance=ISOLATED_M, exclusive=True, all_matches=False
    )
    alone = np.ones(len(one), dtype=bool)
    alone[near] = False
    isolated[perhaps] = alone[same]
    return isolated


def _network_problems(network: gpd.GeoDataFrame) -> dict[str, int]:
    """Count the features of the network that have each problem."""
    geometry = network.geometry.to_numpy()
    there = checks.usable(network, "network")
    alike = pd.DataFrame(shapely.bounds(geometry)).duplicated(keep=False).to_numpy() & there
    shapes = pd.Series(
        shapely.to_wkb(shapely.normalize(geometry[alike]))
    )  # the same has the same bounds
    polygons = geometry[np.isin(shapely.get_type_id(geometry), checks.AREAL)]
    return {
        "network_twice": int(shapes.duplicated().sum()),
        "network_nowhere": int((~there).sum()),
        "network_broken_polygon": int((~shapely.is_valid(polygons)).sum()),
    }
