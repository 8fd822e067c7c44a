"""What is odd about the data, and what it does to the share."""

from __future__ import annotations

from datetime import date

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from fibercov import checks, texts
from fibercov.areas import area_of, spots
from fibercov.coverage import Coverage
from fibercov.crs import to_crs
from fibercov.measure import measure_coverage
from fibercov.reach import CONNECTED_BUILDING, Reach

ISOLATED_M = 10_000.0


def check_data(
    premises: gpd.GeoDataFrame,
    network: gpd.GeoDataFrame | None = None,
    *,
    reach: float | Reach,
    areas: gpd.GeoDataFrame | None = None,
    as_of: date | str | None = None,
    position_error_m: float = 0,
) -> pd.DataFrame:
    """Report what may be wrong with the data, and how much of the share hangs on it.

    Nothing is dropped or repaired. What cannot be measured at all is an error instead, as in
    `measure_coverage`.

    Parameters
    ----------
    premises, network, reach, as_of, position_error_m
        As in `measure_coverage`.
    areas
        Reporting areas, if premises outside them all are to be found.

    Returns
    -------
    pandas.DataFrame
        One row a kind of problem, found or not: `problem` (a key), `meaning` (in words), `rows`
        (premises, or features of the network), `households` of those premises, and `points`: by how
        many percentage points the share would change without those rows (of the connected that are
        far from the network: if they were not taken for connected). Missing where no household
        would be left.

    Raises
    ------
    FibercovError
        As `measure_coverage` and `summarize`.

    Examples
    --------
    >>> import fibercov as fc
    >>> demo = fc.load_demo()
    >>> table = fc.check_data(demo.premises, demo.network, reach=50, areas=demo.areas)
    >>> table.loc[table["rows"] > 0, ["problem", "rows", "households"]].to_dict("records")
    [{'problem': 'unplaced', 'rows': 8, 'households': 8}]
    """
    coverage = measure_coverage(
        premises, network, reach=reach, as_of=as_of, position_error_m=position_error_m
    )
    return problems_of(coverage, network, areas)


def problems_of(
    coverage: Coverage, network: gpd.GeoDataFrame | None, areas: gpd.GeoDataFrame | None
) -> pd.DataFrame:
    """What `check_data` gives, of a measurement that is there already."""
    households = coverage.premises["households"].to_numpy()
    within = coverage.premises["status"].isin(("connected", "passed")).to_numpy()

    def points(kept: NDArray[np.bool_], reached: NDArray[np.bool_]) -> float:
        total = households[kept].sum()
        share = households[kept & reached].sum() / total if total else np.nan
        return float(100 * (share - coverage.share))

    rows = []
    for problem, wrong in _of_premises(coverage, areas).items():
        kept, reached = ~wrong, within
        if problem == "connected_far":
            kept, reached = np.ones_like(wrong), within & ~wrong
        rows.append(
            (problem, int(wrong.sum()), int(households[wrong].sum()), points(kept, reached))
        )
    if network is not None:
        rows += [(problem, number, 0, 0.0) for problem, number in _of_network(network).items()]
    table = pd.DataFrame(rows, columns=["problem", "rows", "households", "points"])
    table.insert(1, "meaning", table["problem"].map(texts.PROBLEM))
    return table


def _of_premises(
    coverage: Coverage, areas: gpd.GeoDataFrame | None
) -> dict[str, NDArray[np.bool_]]:
    """For each problem, which premises have it."""
    premises = coverage.premises
    geometry = to_crs(premises, coverage.crs, "premises")
    placed = coverage.drops_m.notna().to_numpy()
    connected = premises["connected"].to_numpy()
    surely, possibly = coverage.possible
    unsure = placed & possibly & ~surely
    # The end of their drop may be anywhere: then that is why, and not a position of their own.
    lost_end = coverage.reach.to == CONNECTED_BUILDING and bool((connected & ~placed).any())
    found = {
        "unplaced": ~placed,
        "connected_unplaced": ~placed & connected,
        "connected_far": connected & (premises["drop_m"] > coverage.reach.metres).to_numpy(),
        "unsure_position": unsure & (not lost_end),
        "near_unplaced": unsure & lost_end,
        "no_households": (premises["households"] == 0).to_numpy(),
        "same_place": placed
        & pd.Series(shapely.to_wkb(shapely.force_2d(geometry))).duplicated().to_numpy(),
        "isolated": _isolated(geometry, placed),
        "broken_polygon": placed & ~shapely.is_valid(geometry),
    }
    if areas is not None:
        judged = checks.area_frame(areas, "areas")
        found["outside_areas"] = placed & (area_of(premises, judged, "areas") < 0)
    return found


def _isolated(geometry: NDArray[np.object_], placed: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Premises that are alone: farther than `ISOLATED_M` from the next place with premises."""
    here = np.flatnonzero(placed)
    spot = pd.DataFrame(shapely.get_coordinates(spots(geometry[here])))
    # Within a square whose diagonal is that long, none is alone but who has it for himself.
    squares = spot.groupby([spot[axis] // (ISOLATED_M / 2**0.5) for axis in (0, 1)], sort=False)
    one_spot = (squares.transform("min") == squares.transform("max")).all(axis=1)
    perhaps = here[one_spot.to_numpy()]
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


def _of_network(network: gpd.GeoDataFrame) -> dict[str, int]:
    """For each problem, how many features of the network have it."""
    geometry = network.geometry.to_numpy()
    there = checks.usable(network, "network")
    shapes = pd.Series(shapely.to_wkb(shapely.normalize(geometry[there])))
    polygons = geometry[np.isin(shapely.get_type_id(geometry), checks.AREAL)]
    return {
        "network_twice": int(shapes.duplicated().sum()),
        "network_nowhere": int((~there).sum()),
        "network_broken_polygon": int((~shapely.is_valid(polygons)).sum()),
    }
