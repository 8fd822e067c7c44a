"""What every worker is told: one file beside the results, so that a task is its name and a number."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from functools import lru_cache
from typing import Any

import geopandas as gpd
import pyproj
import shapely

from fibercov.measure.coverage import LitEnds
from fibercov.partitions.dataset import Dataset, File, Piece
from fibercov.partitions.places import Place
from fibercov.reach import Reach
from fibercov.version import __version__

PARTS = "internal/premises"  # the folder, in the results, of the measured premises


@dataclass(frozen=True)
class Roles:
    """What the columns of the premises are, as `read_premises` is told it.

    Attributes
    ----------
    found
        The column of each role that has one; that of `connected` may be an expression.
    ids
        The columns that together are the id.
    where
        Which rows to use.
    connected_by
        The columns that the expression for `connected` compares; None if it is a column.
    empty_is_zero
        Whether an empty count means none.
    used
        All the columns that are needed to measure and to count.
    kept
        The columns that the results keep.
    """

    found: Mapping[str, str]
    ids: Sequence[str]
    where: str | None
    connected_by: Sequence[str] | None
    empty_is_zero: bool
    used: Sequence[str]
    kept: Sequence[str]


@dataclass(frozen=True, eq=False)
class Job:
    """A measurement of many parts.

    Attributes
    ----------
    premises, network
        The data; without a network, drops end at connected premises.
    roles, network_where
        What the columns are, and which features of the network to use.
    reach, unit
        As in a `Coverage`.
    by
        Areas, or a column of the premises.
    reaches_m
        The reaches to count, too.
    crs
        The CRS to measure in; None for each premises' own UTM zone.
    halo_m
        How far around a part the network is read before it is known how long its drops are.
    lit
        What the connected premises make unsure, if drops end at them; None also if there are none.
    network_digests
        The digest of each piece that drops may end at.
    threads
        How many threads a worker uses; None for one a processor.
    """

    premises: Dataset
    network: Dataset | None
    roles: Roles
    network_where: str | None
    reach: Reach
    unit: str
    by: gpd.GeoDataFrame | str | None
    reaches_m: Sequence[float]
    crs: str | None
    halo_m: float
    threads: int | None
    lit: LitEnds | None = None
    network_digests: Sequence[str] = ()

    @property
    def ends(self) -> Dataset:
        """The pieces that drops may end at."""
        return self.premises if self.network is None else self.network

    def key(self, number: int, digest: str) -> str:
        """Digest all that a part depends on but the network: its content, the options, the version."""
        file = self.premises.files[self.premises.pieces[number].file]
        piece = self.premises.pieces[number]
        by = _written(self.by)
        of = [
            __version__, digest, file.path, piece.groups, asdict(self.roles), self.network_where,
            asdict(self.reach), self.unit, by, list(self.reaches_m), self.crs,
            self.network is None, self.lit,
        ]  # fmt: skip
        return hashlib.sha256(repr(of).encode()).hexdigest()[:16]

    def save(self, place: Place) -> str:
        """Write it where the workers find it; return its name."""
        said = {
            **{
                name: None if (data := getattr(self, name)) is None else asdict(data)
                for name in ("premises", "network", "roles", "reach", "lit")
            },
            "network_where": self.network_where,
            "unit": self.unit,
            "by": _written(self.by),
            "reaches_m": list(self.reaches_m),
            "crs": self.crs,
            "halo_m": self.halo_m,
            "threads": self.threads,
            "network_digests": list(self.network_digests),
        }
        # RULE: how the work is shared out changes no result, and so not the name.
        of = json.dumps({**said, "halo_m": 0, "threads": 0}).encode()
        name = f"internal/.job-{hashlib.sha256(of).hexdigest()[:16]}.json"
        place.write(name, json.dumps(said).encode())
        return name


def parts_there(place: Place) -> list[str]:
    """Name the parts that earlier runs have left."""
    below = Place(place.path(PARTS)) if not place.remote else place
    return [
        path.rpartition("/")[2]
        for path in below.files(".parquet")
        if path.rpartition("/")[0].endswith(PARTS)
    ]


@lru_cache(maxsize=2)
def job_of(address: str, name: str) -> Job:
    """Read what a driver saved; once in each process."""
    said = json.loads(Place(address).read(name))
    data = {key: _dataset(said.pop(key)) for key in ("premises", "network")}
    lit = said.pop("lit")
    return Job(
        premises=data["premises"],  # type: ignore[arg-type]  # there always are premises
        network=data["network"],
        roles=Roles(**said.pop("roles")),
        reach=Reach(**said.pop("reach")),
        by=_read(said.pop("by")),
        lit=None if lit is None else LitEnds(**lit),
        **said,
    )


def _dataset(said: dict[str, Any] | None) -> Dataset | None:
    """Make a dataset of what was saved of it."""
    if said is None:
        return None
    made = Dataset(**said)
    pieces = [Piece(**{**each, "groups": tuple(each["groups"])}) for each in said["pieces"]]
    return replace(made, files=[File(**each) for each in said["files"]], pieces=pieces)


def _written(by: gpd.GeoDataFrame | str | None) -> Any:
    """Write areas as JSON can hold them."""
    if not isinstance(by, gpd.GeoDataFrame):
        return by
    columns = [column for column in ("name", "code") if column in by.columns]
    return {
        **{column: by[column].astype("string").tolist() for column in columns},
        "shapes": [shape.hex() for shape in shapely.to_wkb(by.geometry.to_numpy())],
        "crs": pyproj.CRS.from_user_input(by.crs).to_wkt(),
    }


def _read(said: Any) -> gpd.GeoDataFrame | str | None:
    """Make areas of what was written of them."""
    if not isinstance(said, dict):
        return said
    shapes = shapely.from_wkb([bytes.fromhex(shape) for shape in said.pop("shapes")])
    crs = said.pop("crs")
    return gpd.GeoDataFrame(said, geometry=shapes, crs=crs)
