"""Make shapes of what a table says: two columns of coordinates, or one of pairs, WKT or WKB."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyproj
import shapely
from numpy.typing import NDArray

from fibercov import checks
from fibercov.errors import ColumnError, CRSError
from fibercov.garbage import without_garbage_collection
from fibercov.geo.crs import user_crs
from fibercov.wording import Words

_WKT = re.compile(r"\s*(?:SRID=(\d+);)?\s*[A-Z ]+(?:\(.*\)|EMPTY)\s*", re.IGNORECASE | re.DOTALL)
_WKB = re.compile(r"\s*0[01][0-9A-Fa-f]{16,}\s*")
_BINARY = (bytes, bytearray)
_NO_CRS = Words("must say which CRS the coordinates in {xy} are in, say 'EPSG:3006'.")


def coordinate_columns(xy: object) -> list[str]:
    """List the columns that `xy` names: none, one or two."""
    if xy is None or isinstance(xy, str):
        return [] if xy is None else [xy]
    must = "must name two columns, easting and northing, or one that has both"
    names = checks.several(xy, "xy", must)
    if len(names) not in (1, 2):
        raise checks.refusal("xy", must, xy)
    return names


def with_shapes(frame: pd.DataFrame, xy: Sequence[str], crs: pyproj.CRS | None) -> gpd.GeoDataFrame:
    """Make shapes from one or two columns of a table; None where either is empty.

    RULE: two columns are easting and northing. One column has shapes as WKT or as WKB, in bytes or in
    hexadecimal, either with an SRID or not; or pairs: latitude and longitude in degrees, else easting and northing.
    """
    columns = [frame[checks.column_named(frame, name, "xy")] for name in xy]
    with without_garbage_collection():
        if len(columns) == 2:
            shapes = _points(columns[0], columns[1], crs)
        else:
            shapes, crs = _of_one(columns[0], crs)
    table = checks.make_room(pd.DataFrame(frame), ["geometry"])
    return gpd.GeoDataFrame(table, geometry=shapes, crs=crs)


def _points(
    east: pd.Series[Any], north: pd.Series[Any], crs: pyproj.CRS | None
) -> NDArray[np.object_]:
    """Make points; None where a coordinate is missing."""
    if crs is None:
        raise CRSError("crs", _NO_CRS)
    numbers = checks.sure_numbers if crs.is_projected else checks.as_numbers
    x, y = (numbers(column, "xy") for column in (east, north))
    points = np.asarray(shapely.points(x, y))
    points[pd.isna(x) | pd.isna(y)] = None
    return points


def _of_one(
    values: pd.Series[Any], crs: pyproj.CRS | None
) -> tuple[NDArray[np.object_], pyproj.CRS | None]:
    """Make shapes of one column, by what its first value is; return them with their CRS."""
    if values.map(type).isin(_BINARY).any():  # a database's geometry, through Arrow
        values = values.map(lambda value: value.hex() if isinstance(value, _BINARY) else value)
    texts = values.astype("string").str.strip()
    texts = texts.mask((texts == "").fillna(False))
    there = texts.notna()
    first = str(texts[there].iloc[0]) if there.any() else ""
    if not (_WKT.fullmatch(first) or _WKB.fullmatch(first)):
        return _of_pairs(texts, crs), crs
    srid = texts.str.extract(r"^SRID=(\d+);\s*", flags=re.IGNORECASE)[0]
    bare = texts.str.replace(r"^SRID=\d+;\s*", "", regex=True, case=False)
    read = shapely.from_wkb if _WKB.fullmatch(first) else shapely.from_wkt
    given = bare.astype(object).where(there, None).to_numpy()
    shapes = np.asarray(read(given, on_invalid="ignore"))
    _check(
        values,
        shapely.is_missing(shapes) & there.to_numpy(),
        "a shape as WKT or WKB",
    )
    ids = {*srid.dropna().astype(int), *shapely.get_srid(shapes[there]).tolist()} - {0}
    if not ids and crs is None:
        raise CRSError("crs", _NO_CRS)
    if len(ids) > 1:
        raise ColumnError("xy", f": column {values.name!r} mixes the CRSs {sorted(ids)}.")
    declared = user_crs(f"EPSG:{ids.pop()}") if ids else None
    return shapely.set_srid(shapes, 0), declared or crs


def _of_pairs(texts: pd.Series[Any], crs: pyproj.CRS | None) -> NDArray[np.object_]:
    """Make points of pairs: parted by a semicolon, a tab, or a comma that stands in no number; else by a space."""
    if crs is None:
        raise CRSError("crs", _NO_CRS)
    bare = texts.str.replace(r"^[(\[]|[)\]]$", "", regex=True).str.strip()
    pairs = bare.str.extract(r"^(.*?\S)(?:\s*[;\t]\s*|,\s+|\s+)(\S.*)$")
    tight = bare.str.extract(r"^([^,]*),([^,]*)$")  # 59.33,18.06
    pairs = pairs.where(pairs.notna(), tight)
    _check(
        texts,
        (pairs[0].isna() & texts.notna()).to_numpy(),
        "two coordinates, such as '59.33, 18.06'",
    )
    pairs = pairs.rename(columns=lambda _: texts.name)
    first, second = pairs.iloc[:, 0], pairs.iloc[:, 1]
    return _points(second, first, crs) if crs.is_geographic else _points(first, second, crs)


def _check(values: pd.Series[Any], wrong: NDArray[np.bool_], must: str) -> None:
    """Raise if any value is not what it must be."""
    if wrong.any():
        seen = checks.listed(checks.distinct(values[wrong]))
        raise ColumnError(
            "xy",
            f"must be {must}, but column {values.name!r} holds {seen} ({checks.rows_named(values.index, wrong)}).",
            seen=seen,
        )
