"""Put the figures of the parts together: integers that add up, so that nothing depends on how they were cut."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import date
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyproj

from fibercov.geo.crs import WGS84, crs_name
from fibercov.measure.areas import FIGURES, labels_of, with_rest, with_shares
from fibercov.measure.coverage import CoverageTotals, nothing_in
from fibercov.measure.problems import Sums, row_of, table_of
from fibercov.partitions.across import unmatched
from fibercov.partitions.dataset import Dataset
from fibercov.partitions.job import Job
from fibercov.partitions.part import Record
from fibercov.statuses import STATUSES
from fibercov.units import COUNTS, PREMISES


def totals_of(
    job: Job,
    parts: Sequence[Record],
    *,
    crs: pyproj.CRS | None,
    scale_error: float,
    rest: str | None,
    as_of: date | None,
) -> CoverageTotals:
    """Add up the parts.

    Raises
    ------
    ColumnError
        If there is nothing to take a share of.
    """
    premises, counts, ends = (
        np.sum([part[name] for part in parts], axis=0).astype(int).tolist()
        for name in ("premises", "counts", "range")
    )
    if not sum(counts):
        raise nothing_in(job.unit)
    within = np.sum([part["within"] for part in parts], axis=0).astype(int).tolist()
    connected_given = "connected" in job.roles.found
    by_area = None
    if job.by is not None:
        by_area = _by_area(job, parts, rest, connected_given=connected_given)
    return CoverageTotals(
        reach=job.reach,
        as_of=as_of,
        crs=WGS84 if crs is None else crs,
        scale_error=scale_error,
        unit=job.unit,
        one_household_each=job.unit == PREMISES and COUNTS[0] not in job.roles.found,
        connected_given=connected_given,
        plan_counts=None,
        provenance=_provenance(job, parts),
        premises_by_status=dict(zip(STATUSES, premises, strict=True)),
        counts_by_status=dict(zip(STATUSES, counts, strict=True)),
        reached_range=(ends[0], ends[1]),
        reached_by_m=dict(zip(job.reaches_m, within, strict=True)) if job.reaches_m else {},
        by_area=by_area,
        own_zones=crs is None,
    )


def _by_area(
    job: Job, parts: Sequence[Record], rest: str | None, *, connected_given: bool
) -> pd.DataFrame:
    """Add up the rows of each area, in the order that `summarize` has them."""
    rows = [row for part in parts for row in part["areas"]]
    if isinstance(job.by, str):
        pairs = {name: value for value, name in (row[0] for row in rows if row[0] not in (-1, -2))}
        which, _ = pd.factorize(pd.Series([*pairs.values()]).convert_dtypes(), sort=True)
        order = [name for _, name in sorted(zip(which, pairs, strict=True))]
        number = {name: k for k, name in enumerate(order)}
        at = [row[0] if row[0] in (-1, -2) else number[row[0][1]] for row in rows]
        labels = pd.DataFrame({"name": order}, dtype=object)
    else:
        assert job.by is not None  # noqa: S101 - it is asked for only if there are areas
        labels, at = labels_of(job.by), [row[0] for row in rows]
    named = with_rest(labels, rest, of_column=isinstance(job.by, str))
    last = len(labels)
    positions = [last - 1 - k if k < 0 else k for k in at]
    counts = np.zeros((len(named), len(FIGURES)), dtype=np.int64)
    np.add.at(
        counts,
        positions,
        np.array([row[1:] for row in rows], dtype=np.int64).reshape(-1, len(FIGURES)),
    )
    figures = pd.DataFrame(counts, columns=[*FIGURES])
    figures = with_shares(figures, job.unit, connected_given=connected_given)
    table: pd.DataFrame = pd.concat([named, figures], axis=1)
    if isinstance(job.by, str):
        return table
    shapes = np.append(job.by.geometry.to_numpy(), np.array([None, None]))
    summary: pd.DataFrame = gpd.GeoDataFrame(table, geometry=shapes, crs=job.by.crs)
    return summary


def problems_of(
    totals: CoverageTotals, parts: Sequence[Record], across: dict[str, Sums]
) -> pd.DataFrame:
    """Make the table of problems: those that `check_data` finds without the neighbors of a part, and `across`."""
    found: dict[str, Sums] = {}
    names = dict.fromkeys(name for part in parts for name in part["problems"])
    for name in names:
        sums = [part["problems"].get(name, [0, 0, 0]) for part in parts]
        found[name] = Sums(*map(int, np.sum(sums, axis=0)))
    rows = [row_of(name, sums, totals) for name, sums in {**found, **across}.items()]
    return table_of(rows, totals, {})


def _provenance(job: Job, parts: Sequence[Record]) -> dict[str, dict[str, Any]]:
    """Record where the data comes from: its files with a digest of all, rows, `where`, CRS."""
    digests = [part["digest"] for part in parts]
    told = {
        "premises": {
            **_files(job.premises, digests),
            "rows": sum(part["rows"] for part in parts),
            "where": job.roles.where,
            "rows_used": sum(sum(part["premises"]) for part in parts),
            "columns": dict(job.roles.found)
            | ({"id": list(job.roles.ids)} if job.roles.ids else {}),
        }
    }
    missed = unmatched(parts, "where")
    if missed:
        told["premises"]["unmatched"] = missed
    if job.roles.empty_is_zero:
        empty = [part["empty"] for part in parts]
        told["premises"]["empty_counts"] = {
            unit: sum(each.get(unit, 0) for each in empty) for unit in empty[0]
        }
    told["premises"]["rows_measured"] = told["premises"]["rows_used"]
    if job.network is not None:
        told["network"] = {
            **_files(job.network, job.network_digests),
            "rows": job.network.rows,
            "where": job.network_where,
            "rows_measured": job.network.rows,
        }
    return told


def _files(data: Dataset, digests: Sequence[str]) -> dict[str, Any]:
    """Describe the files of a dataset."""
    every = hashlib.sha256("\n".join(sorted(digests)).encode()).hexdigest()
    return {
        "source": list(data.source),
        "files": len(data.files),
        "pieces": len(data.pieces),
        "sha256": every,
        "crs": crs_name(pyproj.CRS.from_wkt(data.crs)),
    }
