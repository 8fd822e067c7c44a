"""Premises as a reader of a map sees them: place and address, the same at every date."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import shapely
from numpy.typing import NDArray

from fibercov import checks
from fibercov.geo.crs import WGS84, declared_crs, to_lonlat
from fibercov.measure.areas import spots
from fibercov.measure.coverage import Coverage
from fibercov.offline.packing import UNIT

_ADDRESS = {"address", "adress"}


def address_columns(premises: pd.DataFrame, address: object) -> list[str]:
    """List the columns that make up an address: those that are named, or else the one that is called so."""
    if address is None:
        return [str(column) for column in premises.columns if str(column).casefold() in _ADDRESS][
            :1
        ]
    must = "must be a column, or a list of columns"
    names = [address] if isinstance(address, str) else checks.several(address, "address", must)
    return [checks.column_named(premises, name, "address") for name in names]


def places_of(coverage: Coverage, address: Sequence[str]) -> pd.DataFrame:
    """List where the premises with a position are, in whole steps of `UNIT`, and their addresses."""
    premises = coverage.premises[coverage.drops_m.notna().to_numpy()]
    xy = shapely.get_coordinates(spots(premises.geometry.to_numpy()))
    lon, lat = to_lonlat(xy, declared_crs(premises, "premises"))
    parts = [
        pa.array(premises[column].astype("string").fillna(""), pa.string(), from_pandas=True)
        for column in address
        if column in premises.columns
    ]
    said = pc.binary_join_element_wise(*parts, " ") if parts else pa.repeat("", len(premises))
    return pd.DataFrame(
        {
            "north": np.round(lat / UNIT).astype(np.int64),
            "east": np.round(lon / UNIT).astype(np.int64),
            "address": pc.utf8_trim_whitespace(said).to_numpy(zero_copy_only=False),
        }
    )


def same_premises(rows: pd.DataFrame) -> NDArray[np.int64]:
    """Tell which rows of several steps are the same premises, by its number.

    RULE: the same place and address at two dates is the same premises; several there match in order. So
    each row of a single step is its own.
    """
    step = rows["step"].to_numpy()
    if (step == step[:1]).all():
        return np.arange(len(rows))
    place = ["north", "east", "address"]
    nth = rows.groupby([*place, "step"], sort=False).cumcount()
    numbers = rows.assign(nth=nth).groupby([*place, "nth"], sort=False).ngroup()
    return np.asarray(numbers, dtype=np.int64)


def points_of(rows: pd.DataFrame, **columns: Any) -> gpd.GeoDataFrame:
    """Draw the places of rows as points, with columns beside."""
    degrees = (rows[["east", "north"]].to_numpy() * UNIT).round(5)
    return gpd.GeoDataFrame(pd.DataFrame(columns), geometry=shapely.points(degrees), crs=WGS84)
