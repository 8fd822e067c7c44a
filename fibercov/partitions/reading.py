"""Read one part of the premises as `read_premises` reads them all.

What can only be judged of all premises together is left to `across`: unique ids, sums among the rows, what
`where` found in no row, and whether there is anything at all.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow as pa
import pyproj

from fibercov import checks
from fibercov.geo.crs import check_places
from fibercov.partitions.dataset import Dataset, box_of
from fibercov.partitions.job import Job, Roles
from fibercov.read.counts import counts_in
from fibercov.read.frames import one_id, position_errors_m, renamed
from fibercov.read.selection import Columns, expression_in, named, standard, truth_of
from fibercov.units import COUNTS


class Told(NamedTuple):
    """What a part has to say for the whole: rows before `where`, empty counts, and what found no row."""

    rows: int
    empty: dict[str, int]
    unmatched: dict[str, list[dict[str, str]]]


def roles_of(
    data: Dataset,
    *,
    wanted: dict[str, str | None],
    ids: Sequence[str],
    where: str | None,
    by: str | None,
    columns: Sequence[str] | None,
    empty_is_zero: bool,
) -> Roles:
    """Find the column of each role, as `read_premises` does."""
    names = [name for name in data.columns if name != data.geometry]
    there = pd.DataFrame(columns=names)
    connected = wanted["connected"]
    compared = None if connected in names else expression_in(connected)
    expression = {} if compared is None else {"connected": str(connected)}
    chosen = {
        role: standard(there, role) if name is None and role != "id" else name
        for role, name in {**wanted, "id": ids[0] if len(ids) == 1 else None}.items()
        if role not in expression
    }
    found = {**named(there, chosen), **expression}
    several = [checks.column_named(there, name, "id") for name in ids] if len(ids) > 1 else []
    compares = [checks.column_named(there, name, "connected") for name in compared or ()]
    if by is not None:
        by = checks.column_named(there, by, "by")
    filtered = Columns.of([], [], where)
    judged = [] if filtered is None else [n for n in names if n.casefold() in filtered.filtered_by]
    used = [*found.values(), *several, *compares, *judged, *([by] if by else [])]
    keep = Columns.of(columns, used, where)
    for name in keep.asked if keep is not None else ():
        if name != data.geometry:
            checks.column_named(there, name, "columns")
    return Roles(
        found=found,
        ids=several,
        where=where,
        connected_by=compared,
        empty_is_zero=empty_is_zero,
        used=[name for name in names if name in used],
        kept=names if keep is None else keep.kept(names),
    )


def premises_in(
    job: Job, number: int, table: pa.Table | None = None
) -> tuple[gpd.GeoDataFrame, Told]:
    """Read a part: its rows that `where` keeps, with checked columns named after their roles."""
    data, roles = job.premises, job.roles
    piece = data.pieces[number]
    if table is None:
        table = data.read(number, roles.used)
    rows = table.select([*roles.used]).to_pandas()
    rows.index = np.arange(piece.first, piece.first + piece.rows)
    crs = pyproj.CRS.from_wkt(data.crs)
    frame = gpd.GeoDataFrame(rows, geometry=data.shapes(table), crs=crs)
    counted = [roles.found.get(unit, unit) for unit in COUNTS]
    unmatched: dict[str, list[dict[str, str]]] = {}
    if roles.where is not None:
        truth, evaluation = truth_of(frame, roles.where, "where", counted)
        frame, unmatched["where"] = frame[truth], evaluation.unmatched
    found, values = dict(roles.found), dict[str, Any]()
    if roles.connected_by is not None:
        expression = found.pop("connected")
        truth, evaluation = truth_of(frame, expression, "connected", counted)
        values["connected"], unmatched["connected"] = truth, evaluation.unmatched
    if checks.usable(frame, "premises").any():
        checks.premises_frame(frame)
        check_places(frame, "premises")
    counts, empty = counts_in(frame, found, empty_is_zero=roles.empty_is_zero)
    values |= counts
    if "connected" in found:
        values["connected"] = checks.yes_or_no(frame[found["connected"]], "connected")
    if roles.ids:
        values["id"] = one_id(frame, roles.ids)
    if "position_error_m" in found:
        values["position_error_m"] = position_errors_m(frame[found["position_error_m"]])
    premises = renamed(frame, found, values)
    return premises, Told(len(rows), empty, unmatched)


def with_columns(
    job: Job, number: int, table: pa.Table, premises: gpd.GeoDataFrame, added: Iterable[str]
) -> pa.Table:
    """Return the rows of a part with all that is kept of them, and the columns `added` of the premises.

    RULE: what is kept is of the types of the file, whatever a part of it holds, so that all parts are alike.
    """
    data, found = job.premises, job.roles.found
    kept = list(job.roles.kept)
    rows = premises.index.to_numpy() - data.pieces[number].first
    chosen = table.select([*kept, data.geometry])
    if len(rows) < len(chosen):
        chosen = chosen.take(pa.array(rows))
    own = {role: column for role, column in found.items() if column in kept}
    judged = [name for name in (*COUNTS, "connected", "position_error_m") if name in premises]
    joined = [*judged, *(["id"] if job.roles.ids else [])]
    names = [*renamed(pd.DataFrame(columns=kept), own, dict.fromkeys(own)), data.geometry]
    room = checks.make_room(pd.DataFrame(columns=names), [*added, *{*joined} - {*own}])
    chosen = chosen.rename_columns([*room.columns])
    for name in (*joined, *added):
        values = pa.array(premises[name].to_numpy(), from_pandas=True)
        if name == "network_index":
            values = pa.array(premises[name].array, pa.int64(), from_pandas=True)
        elif premises[name].dtype == object or pd.api.types.is_string_dtype(premises[name]):
            values = pa.array(premises[name].array, pa.string(), from_pandas=True)
        at = chosen.schema.get_field_index(name)
        chosen = (
            chosen.append_column(name, values) if at < 0 else chosen.set_column(at, name, values)
        )
    return chosen.replace_schema_metadata({b"geo": _geo(premises, data, str(room.columns[-1]))})


def _geo(premises: gpd.GeoDataFrame, data: Dataset, name: str) -> bytes:
    """Write what GeoParquet says of a geometry column of that name."""
    crs = pyproj.CRS.from_wkt(data.crs)
    said: dict[str, Any] = {"encoding": "WKB", "geometry_types": [], "crs": crs.to_json_dict()}
    bounds = box_of(premises.geometry.to_numpy())
    if np.isfinite(bounds).all():
        said["bbox"] = bounds.tolist()
    geo = {"version": "1.1.0", "primary_column": name, "columns": {name: said}}
    return json.dumps(geo).encode()
