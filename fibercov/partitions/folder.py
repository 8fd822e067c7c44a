"""The folder of results of a measurement in parts: the parts, the files beside them, and the summary that names all."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import geopandas as gpd
import pandas as pd

from fibercov import checks, writing
from fibercov.errors import FileError
from fibercov.measure.coverage import CoverageTotals
from fibercov.partitions.job import PARTS
from fibercov.partitions.places import Place
from fibercov.reports.totals import write_totals

_LOCK = "internal/.parts"


@contextmanager
def writing_alone(place: Place) -> Iterator[None]:
    """Keep other runs out of the folder, where the file system has locks, and clean up after killed ones."""
    with ExitStack() as stack:
        try:
            if not place.remote:
                lock = Path(place.address) / _LOCK
                lock.parent.mkdir(parents=True, exist_ok=True)
                stack.enter_context(writing.alone(lock))
                place.left_by_killed(PARTS)
        except OSError as error:
            seen = repr(place.shown)
            raise FileError(
                "folder", f": cannot write to {seen}: {checks.reason(error)}.", seen=seen
            ) from error
        yield


def parts_there(place: Place) -> list[str]:
    """Name the parts that earlier runs have left."""
    below = Place(place.path(PARTS)) if not place.remote else place
    return [
        path.rpartition("/")[2]
        for path in below.files(".parquet")
        if path.rpartition("/")[0].endswith(PARTS)
    ]


def finish(
    place: Place,
    totals: CoverageTotals,
    problems: pd.DataFrame,
    parts: Sequence[str],
    *,
    job_name: str,
    areas: gpd.GeoDataFrame | str | None,
    target: float | Decimal | Fraction,
    title: str | None,
    language: str,
) -> None:
    """Write the files beside the parts, the summary last, and then remove parts that it does not name."""
    told = {"areas": areas, "target": target, "title": title, "language": language}
    if place.remote:
        with tempfile.TemporaryDirectory() as made:
            for name in write_totals(Path(made), totals, problems, parts, **told):  # type: ignore[arg-type]
                place.write(name, (Path(made) / name).read_bytes())
    else:
        write_totals(Path(place.address), totals, problems, parts, **told)  # type: ignore[arg-type]
    gone = {*parts_there(place)} - {*parts}
    place.remove([job_name, *(f"{PARTS}/{name}" for name in gone)])
