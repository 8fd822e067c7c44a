"""A measurement in a folder of results: what is written of it, and how it is opened without measuring again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import date
from hashlib import sha256
from typing import Any, NamedTuple

import geopandas as gpd
import numpy as np
import pandas as pd
import pyproj
import shapely
from numpy.typing import NDArray

from fibercov.measure.columns import NAMES, DropColumns
from fibercov.measure.coverage import Coverage, counted
from fibercov.reach import ALONG, Reach
from fibercov.units import COUNTS

_JUDGED_BY = (*NAMES, *COUNTS, "connected", "position_error_m")


class Opened(NamedTuple):
    """A measurement from a folder, and whether its data is as it was written."""

    coverage: Coverage
    as_written: bool


def columns_by_date(coverage: Coverage) -> dict[str, NDArray[np.float64]]:
    """Name the drops to what is planned until each date as columns of a file, without infinite ones."""
    return {
        _dated(name, day): np.where(np.isinf(drops), np.nan, drops)
        for day, by_name in coverage.planned_by_date.items()
        for name, drops in by_name.items()
    }


def record_of(coverage: Coverage, written: Mapping[str, str]) -> dict[str, Any]:
    """Write down what the premises' file does not say; `written` are its names for their columns."""
    columns = asdict(coverage.drop_columns)
    along = coverage.drop_columns.along
    columns["along"] = None if along is None else reach_fields(along)
    return {
        "crs": coverage.crs.to_wkt(),
        "columns": {name: written[name] for name in _named(coverage.premises)},
        "drops": columns,
        "planned_until": {
            day.isoformat(): {name: written[_dated(name, day)] for name in by_name}
            for day, by_name in coverage.planned_by_date.items()
        },
        "sha256": _digest(coverage),
    }


def open_coverage(
    file: gpd.GeoDataFrame,
    record: Mapping[str, Any],
    summary: Mapping[str, Any],
    *,
    reach: Reach,
    unit: str,
    as_of: date | None,
) -> Opened:
    """Open a measurement from the premises' file, what `record_of` wrote, and the rest of the summary."""
    there = {name: file[written] for name, written in record["columns"].items()}
    premises = gpd.GeoDataFrame(there, geometry=file.geometry.array, crs=file.crs)
    unplaced = premises["drop_m"].isna().to_numpy()
    for name in (name for name in NAMES if name in premises.columns):
        premises[name] = _with_infinite(premises[name], unplaced)
    if "network_index" in premises.columns:  # labels, some of which are missing
        premises["network_index"] = premises["network_index"].convert_dtypes()
    columns = dict(record["drops"])
    if columns["along"] is not None:
        columns["along"] = Reach(**columns["along"])
    by_date = {
        date.fromisoformat(day): {
            name: _with_infinite(file[written], unplaced) for name, written in by_name.items()
        }
        for day, by_name in record["planned_until"].items()
    }
    coverage = Coverage(
        **counted(premises, DropColumns(**columns), reach, unit),
        planned_by_date=by_date,
        as_of=as_of,
        crs=pyproj.CRS.from_wkt(record["crs"]),
        scale_error=float(summary["scale_error"]),
        connected_given=summary["connected_share"] is not None,
        provenance={name: told for name, told in summary["inputs"].items() if name != "areas"},
    )
    same = dict(coverage.counts_by_status) == summary["counts_by_status"]
    return Opened(coverage, same and _digest(coverage) == record["sha256"])


def reach_fields(reach: Reach) -> dict[str, Any]:
    """Return what a definition is made of, ready for JSON; what is of roads only if it follows them."""
    fields = asdict(reach).items()
    return {name: value for name, value in fields if reach.along or name not in ALONG}


def _named(premises: gpd.GeoDataFrame) -> list[str]:
    """List the columns of the premises but the geometry."""
    return [str(name) for name in premises.columns if name != premises.active_geometry_name]


def _dated(name: str, day: date) -> str:
    """Name the column of the drops to what is planned until a date."""
    return f"{name}_{day:%Y_%m_%d}"


def _with_infinite(column: pd.Series[Any], unplaced: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Return drops from a file, where an infinite one is empty though its premises is placed."""
    drops = column.to_numpy(dtype=np.float64, na_value=np.nan)
    return np.where(np.isnan(drops) & ~unplaced, np.inf, drops)


def _digest(coverage: Coverage) -> str:
    """Compute the sha256 of what the figures rest on: places, drops, counts and who is connected.

    RULE: not of the file's bytes, which change when a GIS only opens it.
    """
    premises = coverage.premises
    shapes = premises.geometry.to_numpy()
    made = sha256(shapely.get_num_coordinates(shapes).astype("<i8").tobytes())
    made.update(shapely.get_coordinates(shapes).astype("<f8").tobytes())
    values = [premises[name] for name in _JUDGED_BY if name in premises.columns]
    values += [
        pd.Series(m) for by_name in coverage.planned_by_date.values() for m in by_name.values()
    ]
    for column in values:
        numbers = column.to_numpy(dtype="<f8", na_value=np.nan)
        made.update(np.where(np.isnan(numbers), -1.0, numbers + 0.0).tobytes())
    return made.hexdigest()
