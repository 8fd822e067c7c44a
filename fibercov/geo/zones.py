"""Find the CRS that two frames that do not meet may really be in: another zone, or swapped axes."""

from __future__ import annotations

from collections.abc import Mapping

import geopandas as gpd
import numpy as np
import pyproj
import pyproj.exceptions
import shapely
from numpy.typing import NDArray

from fibercov import checks
from fibercov.errors import CRSError
from fibercov.geo.crs import crs_name, declared_crs, from_lonlat, in_units, to_lonlat, to_wgs84
from fibercov.wording import CRS, Call, Sentence, Words

NEAR_M = 1_000.0  # in the right CRS, many premises are as near as this to the network
SWAPPED = "(y, x)"
_SWEDISH = range(3006, 3025)  # SWEREF 99 TM, its local zones, and the zones of RT90
_NEXT = 11  # the zones of a system have consecutive EPSG codes: the next code is the next zone
_SAMPLE = 500


def likely(
    frames: Mapping[str, gpd.GeoDataFrame], *, within_m: float, least: float
) -> dict[str, str]:
    """Find, for each of two frames by name, the CRS that brings most of the first to the second.

    The coordinates of a sample of the first frame, then those of the second, are read as if they were
    in each nearby CRS, and with swapped axes. A CRS is likely if it brings at least the share `least`
    of the sample within `within_m` metres of the second frame.
    """
    (one, first), (other, second) = frames.items()
    crs, its = declared_crs(first, one), declared_crs(second, other)
    xy = _sample(first)
    lon, lat = to_lonlat(xy, crs)
    tree = shapely.STRtree(second.geometry.to_numpy()[checks.usable(second, other)])
    limit = in_units(within_m, its)

    def share(moved: NDArray[np.float64]) -> float:
        there = shapely.points(moved[np.isfinite(moved).all(axis=1)])
        return len(tree.query_nearest(there, max_distance=limit, all_matches=False)[0]) / len(xy)

    tried = {
        (one, SWAPPED): share(from_lonlat(*to_lonlat(xy[:, ::-1], crs), its)),
        (other, SWAPPED): share(from_lonlat(lon, lat, its)[:, ::-1]),
    }
    for zone in _nearby(crs, lon):
        tried[one, crs_name(zone)] = share(from_lonlat(*to_lonlat(xy, zone), its))
    for zone in _nearby(its, lon):
        tried[other, crs_name(zone)] = share(from_lonlat(lon, lat, zone))
    found: dict[str, str] = {}
    for whose, read in sorted(tried, key=lambda key: -tried[key]):
        if tried[whose, read] >= least:
            found.setdefault(whose, read)
    return found


def cause(
    frames: Mapping[str, gpd.GeoDataFrame], *, within_m: float, least: float = 0.25
) -> list[Sentence]:
    """Say in a sentence or two what would bring two frames together, and how; "" if nothing would."""
    said: list[Sentence] = []
    for whose, read in likely(frames, within_m=within_m, least=least).items():
        declared = declared_crs(frames[whose], whose)
        called = {"planned": "planned network", "by": "areas"}.get(whose, whose)
        called = f"Or the {called}" if said else f"The {called}"
        if read == SWAPPED:
            axes = "latitude and longitude" if declared.is_geographic else "northing and easting"
            said.append(f"{called} would fit swapped (y, x): were {axes} given in the wrong order?")
        else:
            said.append(
                Words(
                    "{called} would fit in {crs}, in place of {declared}: {reading}.",
                    called=called,
                    crs=read,
                    declared=crs_name(declared),
                    reading=_reading(whose, read),
                )
            )
    return said


def unknown(one: str, other: str) -> list[Sentence]:
    """Say what to do if two frames do not meet and no other CRS brings them together."""
    return [
        Words(
            "Is the CRS of one of them wrong? Set another when reading: {one}, or {other}.",
            one=_reading(one, CRS),
            other=_reading(other, CRS),
        )
    ]


def _reading(whose: str, crs: str) -> Call:
    """Write the call that reads a frame in another CRS than its source declares."""
    reader = {"planned": "read_network", "by": "read_areas"}.get(whose, f"read_{whose}")
    return Call(reader, crs=crs, override_crs=True)


def _sample(frame: gpd.GeoDataFrame) -> NDArray[np.float64]:
    """Sample the coordinates of some rows, the same ones in any order."""
    xy = shapely.bounds(frame.geometry.to_numpy())[:, :2]
    xy = xy[~np.isnan(xy).any(axis=1)]
    every = np.linspace(0, len(xy) - 1, min(len(xy), _SAMPLE)).astype(int)
    return np.asarray(xy[np.lexsort(xy.T)[every]])


def _nearby(crs: pyproj.CRS, lon: NDArray[np.float64]) -> list[pyproj.CRS]:
    """List the CRSs that data in metres may really be in, other than its declared one."""
    if not crs.is_projected:
        return []
    code, zone = crs.to_epsg() or 0, int(np.median(lon) + 180) // 6
    next_to = sorted(range(code - _NEXT, code + _NEXT + 1), key=lambda each: abs(each - code))
    utm = [base + (zone + step) % 60 + 1 for base in (32600, 32700) for step in (0, -1, 1)]
    found = {}
    for each in (*_SWEDISH, *next_to, *utm):
        try:
            found[each] = pyproj.CRS.from_epsg(each)
            to_wgs84(found[each])
        except (pyproj.exceptions.CRSError, CRSError):  # no such code, or no place on earth
            found.pop(each, None)
    return [near for near in found.values() if near.is_projected and near != crs]
