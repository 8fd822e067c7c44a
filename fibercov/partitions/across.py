"""What can only be judged of all parts together: before they are measured, or after."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import shapely
from numpy.typing import NDArray

from fibercov import checks
from fibercov.errors import ArgumentError, ColumnError, CRSError, GeometryError
from fibercov.garbage import without_garbage_collection
from fibercov.measure.coverage import LitEnds
from fibercov.measure.drops import Nearness
from fibercov.measure.problems import Sums
from fibercov.partitions.dataset import points_in, shapes_in
from fibercov.partitions.job import PARTS, job_of
from fibercov.partitions.part import Record
from fibercov.partitions.places import Place
from fibercov.partitions.reading import premises_in
from fibercov.read.frames import OTHER_ID
from fibercov.read.selection import in_vain
from fibercov.units import PREMISES, count_each

IDS_AT_ONCE = 20_000_000  # ids that are compared in one task
_HASHED_BY = ("0123456789123456", "6543219876543210")


@without_garbage_collection()
def survey_part(address: str, name: str, number: int) -> tuple[str, list[float], bool]:
    """Read of a part: its digest, the position errors of its connected premises, and whether one has no position."""
    job = job_of(address, name)
    premises, _ = premises_in(job, number)
    digest = job.premises.digest(number)
    if "connected" not in premises:
        return digest, [], False
    lit = premises["connected"].to_numpy()
    placed = checks.usable(premises, "premises")
    errors = premises.get("position_error_m", pd.Series(0.0, index=premises.index)).to_numpy()
    most = errors[lit & placed].max(initial=-1.0)
    return digest, [float(most)] if most >= 0 else [], bool((lit & ~placed).any())


def lit_ends(surveyed: Sequence[tuple[str, list[float], bool]]) -> LitEnds | None:
    """Put together what connected premises make unsure; None if none is connected."""
    errors = [error for _, found, _ in surveyed for error in found]
    lost = any(each for _, _, each in surveyed)
    return LitEnds(max(errors, default=0.0), lost) if errors or lost else None


@without_garbage_collection()
def same_places(address: str, file: str, before: Sequence[str], unit: str) -> Sums:
    """Count the premises of a part that have the place of one before them, in this part or those before it."""
    place, counts = Place(address), [] if unit == PREMISES else unit.split("+")
    table, keys = _places(place, file, counts)
    again = pd.Series(keys).duplicated().to_numpy()
    for other in before:
        again = again | pd.Series(keys).isin(_places(place, other, [])[1]).to_numpy()
    wrong = table.filter(pa.array(again)).to_pandas()
    each = count_each(wrong, unit)
    reached = wrong["status"].isin(("connected", "passed")).to_numpy()
    return Sums(len(wrong), int(each.sum()), int(each[reached].sum()))


def _places(
    place: Place, file: str, counts: Sequence[str]
) -> tuple[pa.Table, NDArray[np.complex128]]:
    """Read the premises of a part that have a position, and the place of each as one number."""
    with place.open(place.path(f"{PARTS}/{file}")) as opened:
        parquet = pq.ParquetFile(opened)
        name = json.loads(parquet.schema_arrow.metadata[b"geo"])["primary_column"]
        table = parquet.read(columns=[name, "status", *counts], use_threads=False)
    table = table.filter(pc.not_equal(table.column("status"), "unplaced"))
    column = table.column(name)
    xy = points_in(column)
    if xy is not None:
        return table.drop_columns([name]), xy.view(np.complex128).ravel()
    shapes = shapely.force_2d(shapes_in(column))
    keys = np.empty(len(shapes), dtype=np.complex128)
    points = shapely.get_type_id(shapes) == shapely.GeometryType.POINT
    keys[points] = shapely.get_coordinates(shapes[points]).view(np.complex128).ravel()
    others = np.asarray(shapely.to_wkb(shapes[~points]), dtype=object)
    one, two = (pd.util.hash_array(others, hash_key=key, categorize=False) for key in _HASHED_BY)
    keys[~points] = one / 2.0**64 + 1j * (two / 2.0**64)
    return table.drop_columns([name]), keys


def repeated_ids(address: str, files: Sequence[str], bucket: int, buckets: int) -> list[Any]:
    """List some of the ids that repeat, of those in a bucket; raise if one is missing."""
    place, found = Place(address), []
    for file in files:
        ids = _ids(place, file)
        keys = pd.util.hash_array(ids.to_numpy(dtype=object), categorize=False)
        found.append(keys[keys % np.uint64(buckets) == bucket])
    every = np.sort(np.concatenate(found))
    twice = np.unique(every[1:][every[1:] == every[:-1]])
    if not len(twice):
        return []
    seen: list[Any] = []
    for file in files:  # two different ids may have one key
        ids = _ids(place, file)
        keys = pd.util.hash_array(ids.to_numpy(dtype=object), categorize=False)
        seen += ids[np.isin(keys, twice)].tolist()
    values = pd.Series(seen, dtype=object)
    return values[values.duplicated()].drop_duplicates().tolist()


def _ids(place: Place, file: str) -> pd.Series[Any]:
    """Read the ids of a part as text."""
    with place.open(place.path(f"{PARTS}/{file}")) as opened:
        column = pq.ParquetFile(opened).read(columns=["id"], use_threads=False).column("id")
    if column.null_count:
        raise ColumnError(
            "id",
            "must have a value in every row, and some are empty.",
            "Fill them, or name another column.",
        )
    try:
        ids: pd.Series[Any] = column.cast("string").to_pandas()
    except pa.ArrowNotImplementedError as error:
        raise ColumnError(
            "id", f"must be text or numbers, not {column.type}.", OTHER_ID, seen=str(column.type)
        ) from error
    return ids


def check_ids(repeated: Sequence[Any]) -> None:
    """Raise if ids repeat."""
    if repeated:
        seen = checks.listed(repeated)
        raise ColumnError(
            "id",
            f"must be different in every row, but {len(repeated):,} of its values repeat: {seen}.",
            OTHER_ID,
            seen=seen,
        )


def check_parts(parts: Sequence[Record], where: str | None, network_where: str | None) -> None:
    """Raise if the parts together are nothing that can be measured."""
    rows = sum(part["rows"] for part in parts)
    used = sum(sum(part["premises"]) for part in parts)
    if not used:
        held = next((text for part in parts for text in _held(part)), "")
        raise ArgumentError(
            "where", f"leaves none of the {rows:,} rows: {checks.shown(where)}.", held
        )
    unplaced = sum(part["premises"][-1] for part in parts)
    if unplaced == used:
        raise GeometryError("premises", f"has no geometry in any of its {used:,} rows.")
    _check_expression(parts)
    _check_sums(parts)
    if all(part["nearest_m"] is None for part in parts):
        raise GeometryError(
            "network",
            "has no feature with a geometry"
            + (f" for which {network_where!r} is true." if network_where else "."),
        )
    _check_near(parts, used - unplaced)


def _held(part: Record) -> Iterator[str]:
    """Yield what columns hold that `where` compared in vain."""
    for each in part["unmatched"].get("where", ()):
        yield f"{each['of']} holds {each['holds'] or 'nothing'}."


def unmatched(parts: Sequence[Record], argument: str) -> list[dict[str, str]]:
    """List what an expression looked for and no part has."""
    told = [part["unmatched"].get(argument, []) for part in parts if part["rows"]]
    each = [{(one["sought"], one["comparison"]): one for one in some} for some in told]
    common = set.intersection(*(set(some) for some in each)) if each else set()
    return [each[0][key] for key in sorted(common)]


def _check_expression(parts: Sequence[Record]) -> None:
    """Raise if the expression for `connected` looks for what no row has."""
    for one in unmatched(parts, "connected"):
        raise in_vain("connected", one)


def _check_sums(parts: Sequence[Record]) -> None:
    """Raise if a row without a position is the sum of the others, as `checks.no_sum` does."""
    for unit in parts[0]["sums"]:
        told = [part["sums"][unit] for part in parts]
        total, placed, rows = (sum(each[k] for each in told) for k in range(3))
        for count, row in (pair for each in told for pair in each[3]):
            if (
                rows >= checks.LEAST_ROWS
                and 4 * count >= total
                and count in (total - count, placed)
            ):
                raise ColumnError(
                    unit,
                    f"holds a sum: row {row} has no position of its own, and {count:,} {unit}, as many as "
                    "the other rows together.",
                    checks.LEAVE_OUT,
                )


def _check_near(parts: Sequence[Record], placed: int) -> None:
    """Raise unless enough premises are near the network, as `measure_coverage` does."""
    rule = Nearness.of(placed)
    near = sum(part["near"][rule.few] for part in parts)
    nearest_m = min(part["nearest_m"] for part in parts if part["nearest_m"] is not None)
    if near < rule.needed and not rule.allows(nearest_m):
        raise CRSError(
            "network",
            f"must be within {rule.within_m / 1000:g} km of at least {rule.needed:,} of the {placed:,} premises "
            f"with a position, not of {near:,}.",
            "Is the CRS of one of them wrong? Correct it in its files.",
        )
