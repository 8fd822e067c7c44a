"""Measure many parts by any executor, and put them together: `measure_partitions`."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import BrokenExecutor, Executor, Future, as_completed
from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any, TypeVar
from uuid import uuid4

import geopandas as gpd
import numpy as np
import pyproj
import shapely

from fibercov import checks, texts
from fibercov.errors import ArgumentError, FileError, GeometryError
from fibercov.geo.crs import TooWideError, user_crs, working_crs
from fibercov.measure.areas import in_no_area
from fibercov.measure.coverage import CoverageTotals
from fibercov.measure.problems import Sums
from fibercov.partitions.across import (
    IDS_AT_ONCE,
    check_ids,
    check_parts,
    lit_ends,
    repeated_ids,
    same_places,
    survey_part,
)
from fibercov.partitions.dataset import Dataset
from fibercov.partitions.drops import features_in
from fibercov.partitions.folder import Run, writing_alone
from fibercov.partitions.job import Job
from fibercov.partitions.part import Record, measure_part
from fibercov.partitions.places import Place
from fibercov.partitions.reading import roles_of
from fibercov.partitions.totals import problems_of, totals_of
from fibercov.reach import Reach, as_reach
from fibercov.read.frames import id_names
from fibercov.units import unit_of
from fibercov.wording import Words

HALO_M = 1_000.0
ZONE_ERROR = 0.001  # of a metre in a UTM zone, up to its edge at the equator
ROWS_OF_PART, ROWS_OF_PIECE = 100_000, 10_000
_FEW_BOXES, _OVERLAP = 4, 3.0  # boxes that cover their union so many times are not sorted by place
_SORT = (
    "Sort them once: with GDAL, `ogr2ogr sorted.parquet premises.parquet -lco SORT_BY_BBOX=YES -lco "
    "ROW_GROUP_SIZE=100000`; or with geopandas, frame.loc[frame.hilbert_distance().sort_values().index]"
    ".to_parquet('sorted.parquet', row_group_size=100_000, write_covering_bbox=True)."
)
Source = str | Path | Sequence[str | Path]
T = TypeVar("T")


def measure_partitions(
    premises: Source,
    network: Source | None,
    folder: str | Path,
    *,
    reach: float | str | Reach,
    unit: str | Sequence[str] | None = None,
    by: gpd.GeoDataFrame | str | None = None,
    rest: str | None = None,
    reaches_m: Iterable[float] = (),
    households: str | None = None,
    inhabitants: str | None = None,
    workplaces: str | None = None,
    empty_counts_are_zero: bool = False,
    connected: str | None = None,
    id: str | Sequence[str] | None = None,  # noqa: A002 - as in read_premises
    position_error_m: str | None = None,
    where: str | None = None,
    columns: Sequence[str] | None = None,
    network_where: str | None = None,
    as_of: date | str | None = None,
    crs: Any = None,
    target: float | Decimal | Fraction = 0.90,
    title: str | None = None,
    language: str = "en",
    executor: Executor | None = None,
    progress: Callable[[int, int, Fraction], object] | None = None,
) -> CoverageTotals:
    """Measure data that one machine does not hold, part by part, and write the results to a folder.

    It is the measurement of `measure_coverage`, for millions of premises in GeoParquet: straight drops, exact
    however long they are. Each part is measured by itself, and reads of the network only what lies near it.
    Memory is that of one part for each worker. Sort both by place first, else every part reads all of the
    network.

    A part that is done stays done: the same call after an error or a killed run measures only what is
    missing. So it does when data has changed: a part is measured again if its premises have changed, or the
    network near them.

    Parameters
    ----------
    premises, network
        GeoParquet: a folder, a file, or a list of them; of any depth, also with columns in the folders' names,
        as in `kommun=0180/`. A folder may be in an object store: `s3://bucket/folder`. Without a network (None),
        drops end at the nearest connected premises, as `PTS_2015` says.
    folder
        The folder to write to, which all workers see. It holds what `write_results` writes, but the
        premises as many files, `internal/premises/`, and neither networks nor a list of the unserved.
    reach, unit, as_of, crs
        As in `measure_coverage`. Where no CRS serves all premises, each is measured in its own UTM zone.
    by, rest
        As in `summarize`; a column is one of the source.
    reaches_m
        Other reaches to count, for `coverage_curve`.
    households, inhabitants, workplaces, empty_counts_are_zero, connected, id, position_error_m, where, columns
        As in `read_premises`.
    network_where
        Which features of the network to use, as `where` of `read_network`.
    target, title, language
        As in `write_results`.
    executor
        Who measures: any `concurrent.futures.Executor`, such as a `ProcessPoolExecutor` or, of Dask,
        `client.get_executor(pure=False)`. Without one, the parts are measured one after the other. The
        result does not depend on it.
    progress
        Called after each part with the number of parts that are done, that of all, and the share so far.

    Returns
    -------
    CoverageTotals
        The share, the range, the counts by status, those of `reaches_m`, and `by_area`. `read_totals` opens
        it again.

    Raises
    ------
    ArgumentError
        If the definition is along roads: that needs all roads in one place. If `reach` needs a network that is
        not given, or none that is.
    FileError
        If there are no files, one is no GeoParquet or has other columns, or the folder holds something else.
    FibercovError
        As `read_premises`, `measure_coverage` and `summarize`, with rows counted from 0 over all files.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> import fibercov as fc
    >>> demo = fc.load_demo()
    >>> with tempfile.TemporaryDirectory() as name:
    ...     here = Path(name)
    ...     demo.premises.to_parquet(here / "premises.parquet")
    ...     demo.network.to_parquet(here / "network.parquet")
    ...     totals = fc.measure_partitions(
    ...         here / "premises.parquet", here / "network.parquet", here / "results", reach=50
    ...     )
    >>> totals.reached, totals.total
    (3086, 3401)
    """
    definition, when, ids = as_reach(reach), checks.day(as_of, "as_of"), id_names(id)
    if definition.along:
        raise ArgumentError(
            "reach",
            "along roads needs all roads in one place: partitions are measured straight.",
            "Measure on one machine, with measure_coverage.",
        )
    goal, place = checks.exact_target(target), Place.of(folder, "folder")
    texts.known(language)
    data = Dataset.of(premises, "premises", ROWS_OF_PART)
    ends = None if network is None else Dataset.of(network, "network", ROWS_OF_PIECE)
    roles = roles_of(
        data,
        wanted={
            "households": households, "inhabitants": inhabitants, "workplaces": workplaces,
            "connected": connected, "position_error_m": position_error_m,
        },
        ids=ids, where=where, by=by if isinstance(by, str) else None, columns=columns,
        empty_is_zero=empty_counts_are_zero,
    )  # fmt: skip
    if not data.pieces:
        raise GeometryError("premises", "is empty: it has no rows.")
    areas = by if by is None or isinstance(by, str) else checks.area_frame(by, "by")
    measured_in, error = _common_crs(data, None if crs is None else user_crs(crs))
    job = Job(
        premises=data,
        network=ends,
        roles=roles,
        network_where=network_where,
        reach=definition,
        unit=unit_of(unit, roles.found),
        by=areas,
        reaches_m=[
            float(each) for each in (checks.reaches(reaches_m, "reaches_m") if [*reaches_m] else [])
        ],
        crs=None if measured_in is None else measured_in.to_wkt(),
        halo_m=HALO_M,
        threads=None if executor is None else 1,
    )
    _say_if_unsorted(data, job.ends)
    with writing_alone(place):
        job = _with_ends(job, place, executor)
        name, this_run = job.save(place), uuid4().hex
        tasks = [(place.address, name, k, this_run) for k in range(len(data.pieces))]
        parts = _measured(tasks, executor, progress)
        check_parts(parts, where, network_where)
        _check_areas(job, parts)
        totals = totals_of(job, parts, crs=measured_in, scale_error=error, rest=rest, as_of=when)
        told = {"areas": areas, "target": goal, "title": title, "language": language}
        run = Run(name, [part["file"] for part in parts], repr([rest, when, goal, title, language]))
        if not run.is_done(place):
            across = _across(job, place, parts, executor)
            run.finish(place, totals, problems_of(totals, parts, across), **told)  # type: ignore[arg-type]
        run.clean_up(place)
    return totals


def _common_crs(data: Dataset, wanted: pyproj.CRS | None) -> tuple[pyproj.CRS | None, float]:
    """Find a CRS whose metres are right at every corner of every piece, with its error; None if there is none."""
    boxes = data.boxes[np.isfinite(data.boxes).all(axis=1)]
    if not len(boxes):
        raise GeometryError("premises", f"has no geometry in any of its {data.rows:,} rows.")
    x0, y0, x1, y1 = boxes.T
    corners = shapely.points(np.r_[np.c_[x0, y0], np.c_[x0, y1], np.c_[x1, y0], np.c_[x1, y1]])
    frame = gpd.GeoDataFrame(geometry=corners, crs=data.crs)
    try:
        return working_crs(frame, wanted)
    except TooWideError:
        return None, ZONE_ERROR


def _with_ends(job: Job, place: Place, executor: Executor | None) -> Job:
    """Find out what drops end at, and digest it."""
    if job.reach.to == "connected":
        job = _with_lit(job, place, executor)
    elif job.network is None:
        raise ArgumentError("network", f"is needed to measure what is {job.reach}.")
    if job.network is None:
        return job
    digests = [job.network.digest(k) for k in range(len(job.network.pieces))]
    return replace(job, network_digests=digests)


def _with_lit(job: Job, place: Place, executor: Executor | None) -> Job:
    """Find the connected premises, at which drops end.

    RULE: if none with a position is connected, a network of points and polygons is the connected buildings.
    """
    name = job.save(place)
    found = _each(
        survey_part, [(place.address, name, k) for k in range(len(job.premises.pieces))], executor
    )
    surveyed = [found[k] for k in sorted(found)]
    place.remove([name])
    placed = any(errors for _, errors, _ in surveyed)
    if job.network is None and not placed:
        raise ArgumentError(
            "network",
            f"is needed to measure what is {job.reach}: no premises with a position is connected.",
            Words("Name the column that says which are: {connected}."),
        )
    if job.network is not None and placed:
        raise ArgumentError(
            "network",
            f"must be left out to measure in parts what is {job.reach}: drops end at the premises that are connected.",
            "Every figure is the same without it.",
        )
    digests = [digest for digest, _, _ in surveyed]
    return replace(job, lit=lit_ends(surveyed), network_digests=digests)


def _measured(
    tasks: Sequence[tuple[Any, ...]],
    executor: Executor | None,
    progress: Callable[[int, int, Fraction], object] | None,
) -> list[Record]:
    """Measure all parts; tell after each how far it is."""
    reached = total = 0

    def told(done: int, part: Record) -> None:
        nonlocal reached, total
        reached += sum(part["counts"][:2])
        total += sum(part["counts"])
        if progress is not None:
            progress(done, len(tasks), Fraction(reached, total or 1))

    found = _each(measure_part, tasks, executor, told)
    return [found[k] for k in sorted(found)]


def _across(
    job: Job, place: Place, parts: Sequence[Record], executor: Executor | None
) -> dict[str, Sums]:
    """Look for ids that repeat, and count the premises that share a place, over all parts."""
    files = [part["file"] for part in parts]
    if "id" in job.roles.found or job.roles.ids:
        buckets = -(-job.premises.rows // IDS_AT_ONCE)
        found = _each(
            repeated_ids, [(place.address, files, k, buckets) for k in range(buckets)], executor
        )
        check_ids([one for each in found.values() for one in each])
    boxes = np.array([part["box"] for part in parts])
    west, south, east, north = boxes.T
    tasks = []
    for k, (x0, y0, x1, y1) in enumerate(boxes):
        # RULE: only a part whose box meets this one's can have a premises at the same place.
        meets = (west <= x1) & (east >= x0) & (south <= y1) & (north >= y0)
        before = [files[other] for other in np.flatnonzero(meets[:k])]
        tasks.append((place.address, files[k], before, job.unit))
    same = _each(same_places, tasks, executor).values()
    return {"same_place": Sums(*map(int, np.sum([*same], axis=0)))}


def _each(
    task: Callable[..., T],
    arguments: Sequence[tuple[Any, ...]],
    executor: Executor | None,
    told: Callable[[int, T], object] = lambda _done, _made: None,
) -> dict[int, T]:
    """Run a task for each tuple of arguments, and return what each made by its number."""
    made: dict[int, T] = {}
    for number, each in _answers(task, arguments, executor):
        made[number] = each
        told(len(made), each)
    return made


def _answers(
    task: Callable[..., T], arguments: Sequence[tuple[Any, ...]], executor: Executor | None
) -> Iterator[tuple[int, T]]:
    """Yield what each task made, as they are done; cancel the others if one fails."""
    if executor is None:
        for number, given in enumerate(arguments):
            yield number, task(*given)
        return
    futures: dict[Future[T], int] = {}
    try:
        for number, given in enumerate(arguments):
            futures[executor.submit(task, *given)] = number
        for future in as_completed(futures):
            yield futures[future], future.result()
    except BrokenExecutor as error:
        raise FileError(
            "executor",
            f"has lost a worker ({checks.reason(error)}): it was killed, perhaps for lack of memory.",
            "Run it again: what is done is kept. With fewer workers, each has more memory.",
        ) from error
    finally:
        for future in futures:
            future.cancel()


def _say_if_unsorted(premises: Dataset, network: Dataset) -> None:
    """Warn if the boxes of the pieces cover one another, so that each part reads most of the network."""
    for data in [premises] if network is premises else [premises, network]:
        boxes = data.boxes[np.isfinite(data.boxes).all(axis=1)]
        if len(boxes) < _FEW_BOXES:
            continue
        shapes = shapely.box(*boxes.T)
        times = np.sum(shapely.area(shapes)) / (shapely.union_all(shapes).area or 1.0)
        if times > _OVERLAP:
            warnings.warn(
                f"`{data.argument}` is not sorted by place ({checks.listed(data.source)}): its {len(boxes):,} pieces cover the "
                f"same ground {times:.0f} times, so that each part reads most of the network. {_SORT}",
                stacklevel=3,
            )


def _check_areas(job: Job, parts: Sequence[Record]) -> None:
    """Raise if no premises lies in any of the areas."""
    if isinstance(job.by, gpd.GeoDataFrame) and all(
        row[0] < 0 for part in parts for row in part["areas"]
    ):
        frame = features_in(job.premises, 0, None)[0]
        used = sum(sum(part["premises"]) for part in parts)
        raise in_no_area(used, frame, job.by, "by")
