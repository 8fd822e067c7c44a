"""Measure one part of the premises: what a worker does."""

from __future__ import annotations

import json
from functools import lru_cache
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pyproj
import shapely
from numpy.typing import NDArray

from fibercov import checks
from fibercov.garbage import without_garbage_collection
from fibercov.geo.crs import in_units, to_crs
from fibercov.measure.areas import BORDER_M, FIGURES, by_value, count_rows, locate
from fibercov.measure.columns import DropColumns
from fibercov.measure.coverage import Coverage, tallied
from fibercov.measure.drops import NEAR_FEW_M, NEAR_NETWORK_M
from fibercov.measure.ends import mended
from fibercov.measure.problems import each_on_its_own, sums_of
from fibercov.partitions.dataset import box_of, boxes_in
from fibercov.partitions.drops import Drops, Ends, by_crs, ends_of, reach_of_part
from fibercov.partitions.job import PARTS, Job, job_of, parts_there
from fibercov.partitions.places import Place
from fibercov.partitions.reading import Told, premises_in, with_columns
from fibercov.units import COUNTS

_LARGEST = 3  # rows that may be a sum: a subtotal, a total, a grand total
RECORD = b"fibercov"  # what a part's file says of itself, beside `geo`
Record = dict[str, Any]


@without_garbage_collection()
def measure_part(address: str, name: str, number: int, run: str) -> Record:
    """Measure a part and write it, unless one of the files that are there is of the same data; return its figures.

    `run` is different each time, so that a worker lists the files that are there once a run.

    The file has its figures in its footer: it is there, whole and with them, or it is not.
    """
    place, job = Place(address), job_of(address, name)
    digest = job.premises.digest(number)
    key, ends = job.key(number, digest), ends_of(job)
    for file in _there(address, run):
        if file.startswith(f"part-{key}-"):
            done = _done(place, file)
            if (
                done is not None
                and done["key"] == key
                and done["network"] == _network(job, ends, number, done)
            ):
                return {**done, "file": file, "digest": digest}
    table = job.premises.read(number, {*job.roles.used, *job.roles.kept})
    premises, told = premises_in(job, number, table)
    coverage, zones = _measured(job, ends, premises)
    drop_m = coverage.premises["drop_m"]
    made: Record = {
        "key": key,
        "zones": zones,
        "most_m": float(drop_m.max(skipna=True)) if drop_m.notna().any() else 0.0,
        **_figures(job, coverage, told),
    }
    if not np.isfinite(made["most_m"]):
        made["most_m"] = None  # no end was found: any may be the first
    made["network"] = _network(job, ends, number, made)
    added = ["status", "drop_m", "network_index"]
    if isinstance(job.by, gpd.GeoDataFrame):
        added.append("area")
    rows = with_columns(job, number, table, coverage.premises, added)
    file = f"part-{key}-{made['network']}.parquet"
    place.write(f"{PARTS}/{file}", _content(rows, made))
    return {**made, "file": file, "digest": digest}


@lru_cache(maxsize=2)
def _there(address: str, _run: str) -> list[str]:
    """List the parts that are there; once a run in each process."""
    return parts_there(Place(address))


def _network(job: Job, ends: Ends, number: int, done: Record) -> str:
    """Digest what the drops of a part may end at."""
    box = np.array(job.premises.pieces[number].box)
    most_m = np.inf if done["most_m"] is None else done["most_m"]
    own = pyproj.CRS.from_wkt(job.premises.crs)
    return reach_of_part(ends, box, own, done["zones"], most_m)


def _done(place: Place, file: str) -> Record | None:
    """Read the figures in a part's file; None if it cannot be read."""
    try:
        with place.open(place.path(f"{PARTS}/{file}")) as opened:
            told = dict(json.loads(pq.read_metadata(opened).metadata[RECORD]))
            return told if "key" in told else None
    except (OSError, pa.ArrowException, KeyError, TypeError, ValueError):
        return None


def _content(rows: pa.Table, record: Record) -> pa.Buffer:
    """Write the rows and the figures as one Parquet file."""
    told = {**rows.schema.metadata, RECORD: json.dumps(record).encode()}
    buffer = pa.BufferOutputStream()
    pq.write_table(rows.replace_schema_metadata(told), buffer, compression="zstd")
    return buffer.getvalue()


def _measured(job: Job, ends: Ends, premises: gpd.GeoDataFrame) -> tuple[Coverage, list[str]]:
    """Measure the drops of premises, and count them; and list the CRSs that they were measured in."""
    own = pyproj.CRS.from_wkt(job.premises.crs)
    drop_m, label = np.full(len(premises), np.nan), np.full(len(premises), -1)
    usable = checks.usable(premises, "premises")
    where = np.array(premises.geometry.to_numpy())
    where[~usable] = None
    zones = []
    for crs, mine in by_crs(where, own, job.crs):
        part = premises[mine]
        shapes = mended(to_crs(part, crs, "premises"), part.index, "premises")
        shapes[~usable[mine]] = None
        drops = Drops(shapes, ends, crs, job.threads)
        drops.measure(job.halo_m)
        drop_m[mine] = np.where(usable[mine], drops.metres, np.nan)
        label[mine] = drops.label
        zones.append(crs.to_wkt())
    index = pd.arrays.IntegerArray(label.astype(np.int64), label < 0)
    given = "connected" in premises
    result = premises.assign(
        connected=premises["connected"] if given else False,
        status="unplaced", drop_m=drop_m, network_index=index,
    )  # fmt: skip
    to_lit = job.reach.to == "connected"
    columns = DropColumns(
        network=None if job.network is None else "drop_m",
        connected="drop_m" if to_lit else None,
        planned=None,
        feature="" if to_lit else job.reach.feature,
    )
    made = tallied(result, columns, job.reach, job.unit, job.lit)
    coverage = Coverage(
        **made, as_of=None, crs=own, scale_error=0.0, connected_given=given, provenance={}
    )
    return coverage, zones


def _figures(job: Job, coverage: Coverage, told: Told) -> Record:
    """Collect the figures of a part that add up to those of the whole."""
    premises, each = coverage.premises, coverage.count_each
    drop_m = premises["drop_m"].to_numpy()
    placed = ~np.isnan(drop_m)
    needs_m = np.where(premises["connected"], 0.0, drop_m)[placed]
    low, high = coverage.reached_range
    geometry = premises.geometry.to_numpy()
    problems = {
        name: sums_of(coverage, wrong)
        for name, wrong in each_on_its_own(coverage, geometry, job.lit).items()
    }
    table, outside = _by_area(job, coverage)
    if outside is not None:
        problems["outside_areas"] = sums_of(coverage, outside)
    return {
        "rows": told.rows,
        "empty": told.empty,
        "unmatched": told.unmatched,
        "box": box_of(geometry).tolist(),
        "premises": [int(n) for n in coverage.premises_by_status.values()],
        "counts": [int(n) for n in coverage.counts_by_status.values()],
        "range": [low, high],
        "within": [int(each[placed][needs_m <= reach].sum()) for reach in job.reaches_m],
        "areas": table,
        "problems": {name: list(sums) for name, sums in problems.items() if sums.rows},
        "near": [int((drop_m[placed] <= metres).sum()) for metres in (NEAR_NETWORK_M, NEAR_FEW_M)],
        "nearest_m": float(drop_m[placed].min()) if np.isfinite(drop_m[placed]).any() else None,
        "sums": {unit: _sums(premises, placed, unit) for unit in COUNTS if unit in premises},
    }


def _sums(premises: gpd.GeoDataFrame, placed: NDArray[np.bool_], unit: str) -> list[Any]:
    """Collect what tells whether a row without a position is the sum of all others: `checks.no_sum`."""
    counts = premises[unit].to_numpy()
    geometry = premises.geometry.to_numpy()
    some = placed.copy()
    some[placed] = (shapely.get_x(geometry[placed]) != 0) | (shapely.get_y(geometry[placed]) != 0)
    nowhere = np.flatnonzero(~some & (counts > 0))
    largest = nowhere[np.argsort(-counts[nowhere], kind="stable")][:_LARGEST]
    return [
        int(counts.sum()),
        int(counts[some].sum()),
        int(np.count_nonzero(counts[some])),
        [[int(counts[row]), int(premises.index[row])] for row in largest],
    ]


def _by_area(job: Job, coverage: Coverage) -> tuple[list[list[Any]], NDArray[np.bool_] | None]:
    """Count a part by area: its number or value, and its counts; and tell which premises lie in none.

    RULE: what is in no area has the numbers -1 and, if it has no position, -2.
    """
    premises, placed = coverage.premises, coverage.drops_m.notna().to_numpy()
    outside = None
    if job.by is None:
        return [], None
    if isinstance(job.by, str):
        column = next((role for role, name in job.roles.found.items() if name == job.by), job.by)
        names, (which,) = by_value([premises], column, "by")
        first = pd.Series(which).drop_duplicates()
        values = premises[column].convert_dtypes().iloc[first[first >= 0].index]
        keys: list[Any] = [None] * len(names)
        for number, value in zip(first[first >= 0], values, strict=True):
            keys[number] = [_plain(value), names[number]]
    else:
        which = _area_of(job.by, premises)
        called = job.by["name"].astype(str).to_numpy()[which]
        premises["area"] = pd.Series(called, premises.index, dtype="string").mask(which < 0)
        keys, outside = list(range(len(job.by))), placed & (which < 0)
    row = np.where(which >= 0, which, len(keys) + ~placed)
    counts = count_rows(coverage, row, len(keys) + 2)[[*FIGURES]].to_numpy()
    every = [*keys, -1, -2]
    return [[every[k], *map(int, counts[k])] for k in np.flatnonzero(counts[:, 0])], outside


def _plain(value: Any) -> Any:
    """Return a value as JSON can hold it, sorting as before."""
    plain = value.item() if isinstance(value, np.generic) else value
    return plain if isinstance(plain, bool | int | float | str) else str(plain)


def _area_of(areas: gpd.GeoDataFrame, premises: gpd.GeoDataFrame) -> NDArray[np.int64]:
    """Find the number of each premises' area, or -1; look only at areas that the premises may be in."""
    crs = pyproj.CRS.from_user_input(areas.crs)
    shapes = premises.geometry.to_numpy()
    box = boxes_in(box_of(shapes)[None], pyproj.CRS(premises.crs), crs)[0]
    bounds, near = shapely.bounds(areas.geometry.to_numpy()), in_units(BORDER_M, crs)
    apart = (bounds[:, :2] > box[2:] + near) | (bounds[:, 2:] < box[:2] - near)
    perhaps = np.flatnonzero(~apart.any(axis=1))
    if not len(perhaps):
        return np.full(len(premises), -1)
    found = locate(premises, areas.iloc[perhaps], "by")
    return np.where(found >= 0, perhaps[found], -1)
