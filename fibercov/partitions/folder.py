"""The folder of results of a measurement in parts: the parts, the files beside them, and the summary that names all."""

from __future__ import annotations

import hashlib
import json
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import geopandas as gpd
import pandas as pd

from fibercov import checks, writing
from fibercov.errors import FileError
from fibercov.measure.coverage import CoverageTotals
from fibercov.partitions.job import PARTS, parts_there
from fibercov.partitions.places import Place
from fibercov.reports.summary import SUMMARY
from fibercov.reports.totals import read_totals, write_totals

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


@dataclass(frozen=True)
class Run:
    """A run whose parts are all done: its job, the files of its parts, and how it tells the results."""

    job: str
    parts: Sequence[str]
    told: str

    @property
    def key(self) -> str:
        """Digest all that the results depend on."""
        return hashlib.sha256(repr([self.job, *self.parts, self.told]).encode()).hexdigest()

    def is_done(self, place: Place) -> bool:
        """Tell whether the results in the folder are of this run, and all there."""
        try:
            said = json.loads(place.read(SUMMARY))
            if not place.remote:
                read_totals(place.address)
            return bool(said["measured"]["run"] == self.key) and place.has(said["files"])
        except (OSError, ValueError, KeyError, TypeError):
            return False

    def finish(
        self,
        place: Place,
        totals: CoverageTotals,
        problems: pd.DataFrame,
        *,
        areas: gpd.GeoDataFrame | str | None,
        target: float | Decimal | Fraction,
        title: str | None,
        language: str,
    ) -> None:
        """Write the files beside the parts, and last the summary."""
        with tempfile.TemporaryDirectory() as made:
            folder = Path(made) if place.remote else Path(place.address)
            names = write_totals(
                folder, totals, problems, self.parts, self.key,
                areas=areas, target=target, title=title, language=language,
            )  # fmt: skip
            for name in names if place.remote else ():
                place.write(name, (folder / name).read_bytes())

    def clean_up(self, place: Place) -> None:
        """Remove what only the workers needed, and the parts of earlier runs."""
        gone = {*parts_there(place)} - {*self.parts}
        place.remove([self.job, *(f"{PARTS}/{name}" for name in gone)])
