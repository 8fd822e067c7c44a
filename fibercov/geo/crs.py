"""True metres: where coordinates lie on earth, and a CRS to measure in.

Distances are measured in a CRS whose scale, where the premises are, is within 0.2 % of the ground.
PROJ computes the scale at those places; it is not assumed from the CRS's unit. Web Mercator is in
metres, but at 59.3 degrees north one of its metres is 0.51 m on the ground.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import geopandas as gpd
import numpy as np
import pyproj
import pyproj.exceptions
import shapely
from numpy.typing import NDArray

from fibercov.checks import rows_named
from fibercov.errors import CRSError
from fibercov.garbage import without_garbage_collection
from fibercov.wording import CRS, Call, Script, Sentence, Words

MAX_SCALE_ERROR = 0.002
_SWEREF99_TM = pyproj.CRS.from_epsg(3006)
WGS84 = pyproj.CRS.from_epsg(4326)
# RULE: a CRS is used a little outside its area; data farther out is in another CRS. A CRS made for a
# strip (a UTM zone, RT90 2.5 gon V) may be used for a whole nation.
_MARGIN_DEGREES = 3.0
_STRIP_DEGREES, _STRIP_MARGIN_DEGREES, _STRIP_SCALE_ERROR = 10.0, 14.0, 0.0075
_SWAPPED = "Swapped (y, x) they would fit: were"
_SAY_WHICH = Words(
    "Say which CRS they are really in{reading}: {crs}.",
    reading=Script(" when reading"),
    crs=Call(crs=CRS, override_crs=True),
)


class TooWideError(CRSError):
    """No one CRS has true metres at all the places."""


def crs_name(crs: pyproj.CRS) -> str:
    """Name a CRS as briefly as possible: by its code, 'EPSG:3006', or by its full name.

    >>> crs_name(pyproj.CRS.from_epsg(3006))
    'EPSG:3006'
    """
    authority = crs.to_authority()
    if authority:
        return ":".join(authority)
    return crs.name if crs.name != "unnamed" else "a CRS without a name"


def user_crs(value: Any, argument: str = "crs") -> pyproj.CRS:
    """Return an EPSG number, a text or a CRS as a CRS."""
    try:
        return pyproj.CRS.from_user_input(value)
    except pyproj.exceptions.CRSError as error:
        raise CRSError(
            argument, f"must be a CRS such as 'EPSG:3006', not {value!r}.", seen=repr(value)
        ) from error


def declared_crs(frame: gpd.GeoDataFrame, argument: str) -> pyproj.CRS:
    """Return the CRS that `frame` declares; raise if it has none, or a geocentric one."""
    if frame.crs is None:
        minx, miny, maxx, maxy = frame.total_bounds
        raise CRSError(
            argument,
            f"does not say which CRS its coordinates are in (x {minx:,.10g} to {maxx:,.10g}, y "
            f"{miny:,.10g} to {maxy:,.10g}).",
            Words(
                "Say it with {crs}{reading}: Swedish data is mostly in EPSG:3006 (SWEREF 99 TM), "
                "longitude and latitude are EPSG:4326.",
                reading=Script(" when reading, or .set_crs(...) on the frame"),
            ),
        )
    crs = pyproj.CRS.from_user_input(frame.crs)
    if crs.is_geocentric:
        raise CRSError(
            argument,
            f"is in {crs_name(crs)} ({crs.name}), metres from the middle of the earth, in which x "
            "and y alone are no place.",
            "Bring it to EPSG:4326 first.",
        )
    return crs


def check_places(frame: gpd.GeoDataFrame, argument: str) -> NDArray[np.float64]:
    """Return each row's bounds; raise if coordinates cannot be right in the declared CRS."""
    crs = declared_crs(frame, argument)
    boxes = shapely.bounds(frame.geometry.to_numpy())
    west, south = np.nanmin(boxes[:, 0]), np.nanmin(boxes[:, 1])
    east, north = np.nanmax(boxes[:, 2]), np.nanmax(boxes[:, 3])
    corners = np.array([(west, south), (west, north), (east, south), (east, north)])
    if not _misplaced(corners, crs).any():
        return boxes
    wrong = np.zeros(len(frame), dtype=bool)
    for corner in (boxes[:, :2], boxes[:, 2:]):
        there = ~np.isnan(corner).any(axis=1)
        wrong[there] |= _misplaced(corner[there], crs)
    if wrong.any():
        x, y = boxes[wrong][0, :2]
        raise CRSError(
            argument,
            f"has coordinates that cannot be in {crs_name(crs)} ({crs.name}), in "
            f"{int(wrong.sum()):,} of {len(frame):,} rows ({rows_named(frame.index, wrong)}): the "
            f"first is at x {x:,.10g}, y {y:,.10g}.",
            _likely_cause(boxes[wrong][:, :2], crs),
        )
    return boxes


def _misplaced(xy: NDArray[np.float64], crs: pyproj.CRS) -> NDArray[np.bool_]:
    """Tell which coordinates lie nowhere on earth, or far outside the CRS's area of use."""
    if crs.is_geographic and bool((np.abs(xy) <= [180.0, 90.0]).all()):
        lon, lat = xy.T
    else:
        lon, lat = to_lonlat(xy, crs)
    nowhere = ~(np.isfinite(lon) & np.isfinite(lat) & (np.abs(lat) <= 90))
    if crs.is_geographic:
        nowhere |= (np.abs(xy[:, 0]) > 180) | (np.abs(xy[:, 1]) > 90)
    area = crs.area_of_use
    with np.errstate(invalid="ignore"):
        outside = ~_near(area, lon, lat, _MARGIN_DEGREES)
        # RULE: a CRS made for a strip serves as far as its metre is nearly right; one without an
        # area of use is judged by its metre alone.
        doubtful = ~nowhere & crs.is_projected
        if area is not None:
            strip = (area.east - area.west) % 360 < _STRIP_DEGREES
            doubtful &= outside & strip & _near(area, lon, lat, _STRIP_MARGIN_DEGREES)
    outside[doubtful] = _scale_errors(crs, lon[doubtful], lat[doubtful]) > _STRIP_SCALE_ERROR
    if area is None and crs.is_projected:
        outside |= (np.abs(xy) <= [180, 90]).all(axis=1)  # degrees, not metres
    return np.asarray(nowhere | outside)


def _near(
    area: Any,
    lon: NDArray[np.float64],
    lat: NDArray[np.float64],
    margin: float,
) -> NDArray[np.bool_]:
    """Tell which places lie within a margin of an area; all if there is no area."""
    if area is None:
        return np.ones(len(lon), dtype=bool)
    half = (area.east - area.west) % 360 / 2 or 180.0
    near = np.abs((lon - (area.west + half) + 180) % 360 - 180) <= half + margin
    near &= (lat >= area.south - _MARGIN_DEGREES) & (lat <= area.north + _MARGIN_DEGREES)
    return np.asarray(near)


def _likely_cause(xy: NDArray[np.float64], crs: pyproj.CRS) -> list[Sentence]:
    """Say what would put the coordinates right, if something simple would."""
    if crs.is_geographic and bool((np.abs(xy) > 360).any()):
        return ["They look like metres, declared as degrees.", _SAY_WHICH]
    if crs.is_projected and bool((np.abs(xy) <= [180, 90]).all()) and bool(xy.any()):
        return ["They look like degrees, declared as metres.", _SAY_WHICH]
    if not _misplaced(xy[:, ::-1], crs).any():
        return [f"{_SWAPPED} northing and easting given in the wrong order?"]
    return [
        _SAY_WHICH,
        "Or correct them; where a position is not known, set the geometry to None.",
        "If they are right after all, bring them to EPSG:4326 first.",
    ]


@lru_cache(maxsize=128)
def to_wgs84(crs: pyproj.CRS) -> pyproj.Transformer:
    """Make the transformer to longitude and latitude; raise if the CRS has no place on earth."""
    try:
        return pyproj.Transformer.from_crs(crs, WGS84, always_xy=True)
    except pyproj.exceptions.ProjError as error:
        raise CRSError(
            None,
            f"The CRS {crs_name(crs)} does not say where on earth its coordinates are.",
            _SAY_WHICH,
        ) from error


def to_lonlat(
    xy: NDArray[np.float64], crs: pyproj.CRS
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Convert coordinates in any CRS to longitude and latitude in degrees."""
    lon, lat = to_wgs84(crs).transform(xy[:, 0], xy[:, 1])
    return np.asarray(lon), np.asarray(lat)


def from_lonlat(
    lon: NDArray[np.float64], lat: NDArray[np.float64], crs: pyproj.CRS
) -> NDArray[np.float64]:
    """Convert longitude and latitude in degrees to coordinates in any CRS."""
    return np.column_stack(to_wgs84(crs).transform(lon, lat, direction="INVERSE"))


def in_units(metres: float, crs: pyproj.CRS) -> float:
    """Convert metres to the CRS's unit; to degrees, as along a meridian."""
    if crs.is_geographic:
        return metres / 111_320
    return float(metres / crs.axis_info[0].unit_conversion_factor)


def working_crs(premises: gpd.GeoDataFrame, wanted: pyproj.CRS | None) -> tuple[pyproj.CRS, float]:
    """Choose the CRS to measure in, and compute its largest scale error where the premises are.

    The CRS is `wanted` if given, else the declared one if its scale is right, else SWEREF 99 TM
    (EPSG:3006) in Sweden, else the UTM zone of the middle of the premises.

    Parameters
    ----------
    premises
        Premises, at least one with a position.
    wanted
        The CRS that the caller asked for, or None.

    Returns
    -------
    tuple of pyproj.CRS and float
        The CRS, and a bound for the relative difference between one of its metres and a metre on
        the ground (0.0004 is 0.04 %).

    Raises
    ------
    CRSError
        If the coordinates cannot be in the declared CRS; if `wanted`, or every CRS tried, is off
        by more than 0.2 % somewhere.
    """
    xy = check_places(premises, "premises")[:, :2]
    declared = declared_crs(premises, "premises")
    if np.isnan(xy.sum()):
        xy = xy[~np.isnan(xy).any(axis=1)]
    if declared.is_geographic and np.ptp(xy[:, 0]) > 180:  # across 180 degrees
        xy[:, 0] %= 360
    lon, lat = to_lonlat(_spread(xy), declared)
    if wanted is not None:
        error = scale_error(wanted, lon, lat)
        if error > MAX_SCALE_ERROR:
            raise CRSError(
                "crs",
                "must give metres that are within 0.2 % of the ground where the premises are, but "
                f"{crs_name(wanted)} ({wanted.name}) is off by {_percent(error)}.",
                Words("Leave {crs} out, or name a local CRS in metres."),
            )
        return wanted, error
    tried = {}
    for crs in (declared, *_local(lon, lat)):
        error = scale_error(crs, lon, lat)
        if error <= MAX_SCALE_ERROR:
            return crs, error
        tried[crs_name(crs)] = error
    offs = ", ".join(f"{name} is off by {_percent(error)}" for name, error in tried.items())
    swapped = declared.is_geographic and any(
        scale_error(crs, lat, lon) <= MAX_SCALE_ERROR for crs in _local(lat, lon)
    )
    way_out = (
        f"{_SWAPPED} latitude and longitude given in the wrong order? If not, measure"
        if swapped
        else "Measure"
    )
    raise TooWideError(
        "premises",
        f"reach from {lon.min():.1f} to {lon.max():.1f} degrees east and from {lat.min():.1f} to "
        f"{lat.max():.1f} north, too wide for one CRS in which metres are within 0.2 % of the "
        f"ground ({offs}).",
        f"{way_out} them in parts, by municipality or region.",
    )


def national_crs(crs: pyproj.CRS) -> pyproj.CRS:
    """Return the CRS of the national grid: SWEREF 99 TM for a Swedish CRS, else the CRS itself."""
    return _SWEREF99_TM if crs.name.startswith(("SWEREF99", "RT90")) else crs


def scale_error(crs: pyproj.CRS, lon: NDArray[np.float64], lat: NDArray[np.float64]) -> float:
    """Compute the largest relative error of the CRS's metre at the places; infinite if not in metres."""
    if not crs.is_projected or any(a.unit_conversion_factor != 1 for a in crs.axis_info[:2]):
        return float("inf")
    return float(_scale_errors(crs, lon, lat).max())


def _scale_errors(
    crs: pyproj.CRS, lon: NDArray[np.float64], lat: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Compute the relative error of the CRS's scale at each place, whatever its unit; infinite if none."""
    if len(lon) == 0:
        return np.zeros(0)
    factors = pyproj.Proj(crs).get_factors(lon, lat, errcheck=False)
    scales = np.array([factors.tissot_semimajor, factors.tissot_semiminor])
    errors = np.abs(scales - 1).max(axis=0)
    return np.where(np.isfinite(errors), errors, np.inf)


def _local(lon: NDArray[np.float64], lat: NDArray[np.float64]) -> list[pyproj.CRS]:
    """List the CRSs for the places: SWEREF 99 TM if they lie in Sweden, and the UTM zone of their middle."""
    found = []
    sweden = _SWEREF99_TM.area_of_use
    if (
        sweden is not None
        and sweden.west <= lon.min() <= lon.max() <= sweden.east
        and sweden.south <= lat.min() <= lat.max() <= sweden.north
    ):
        found.append(_SWEREF99_TM)
    around = np.where(lon < 0, lon + 360, lon) if np.ptp(lon) > 180 else lon  # across 180 degrees
    zone = int((around.min() + around.max()) / 2 + 180) // 6 % 60 + 1
    found.append(pyproj.CRS.from_epsg((32600 if np.median(lat) >= 0 else 32700) + zone))
    return found


def _spread(xy: NDArray[np.float64], cells: int = 64) -> NDArray[np.float64]:
    """Return the corners of the grid cells that hold coordinates.

    The scale changes smoothly, so these few thousand corners bound it for millions of coordinates, in
    any order.
    """
    low = np.array([column.min() for column in xy.T])
    size = np.maximum([np.ptp(column) for column in xy.T], 1e-9) / cells
    column, row = (
        np.minimum(((xy[:, axis] - low[axis]) / size[axis]).astype(np.int16), cells - 1)
        for axis in (0, 1)
    )
    used = np.bincount(column * cells + row, minlength=cells**2).reshape(cells, cells) > 0
    # A corner belongs to the cell, or to the one before it in x, y or both.
    corner = np.pad(used, 1)
    corner = corner[1:, 1:] | corner[:-1, 1:] | corner[1:, :-1] | corner[:-1, :-1]
    return np.asarray(low + np.argwhere(corner) * size)


def _percent(error: float) -> str:
    """Write a scale error in percent."""
    return f"{error:.1%}".replace("%", " %") if np.isfinite(error) else "no fixed amount"


def to_crs(frame: gpd.GeoDataFrame, crs: pyproj.CRS, argument: str) -> NDArray[np.object_]:
    """Return a new array of `frame`'s geometries in `crs`, without heights."""
    flat = np.array(frame.geometry.to_numpy())
    high = shapely.has_z(flat)  # PROJ uses the height: a NaN there spoils x and y
    flat[high] = shapely.force_2d(flat[high])
    declared = declared_crs(frame, argument)
    if declared == crs:
        return flat
    with without_garbage_collection():
        moved = gpd.GeoSeries(flat, crs=declared).to_crs(crs).to_numpy()
    lost = np.asarray(np.isinf(shapely.bounds(moved)).any(axis=1))
    if lost.any():
        raise CRSError(
            argument,
            f"cannot be brought to {crs_name(crs)}, in which the premises are measured, in "
            f"{rows_named(frame.index, lost)}: it lies too far away.",
            "Were latitude and longitude given in the wrong order in one of the two? If not, "
            "leave those rows out.",
        )
    return np.asarray(moved)
