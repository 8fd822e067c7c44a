"""Exact drops to a network that is read piece by piece: however long they are, and in whatever CRS."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from functools import lru_cache

import geopandas as gpd
import numpy as np
import pyproj
import shapely
from numpy.typing import NDArray

from fibercov import checks
from fibercov.geo.crs import check_places, to_lonlat
from fibercov.geo.loops import TIE
from fibercov.geo.nearest import NearestIndex
from fibercov.measure.ends import buildings_only, shapes_of
from fibercov.partitions.dataset import Dataset, boxes_in
from fibercov.partitions.job import Job
from fibercov.partitions.reading import premises_in
from fibercov.read.selection import truth_of

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Shapes = NDArray[np.object_]
_MARGIN_M = 0.001  # more than two distances that count as equal differ


class Ends:
    """What drops may end at: features of the network, or connected premises; read by piece."""

    def __init__(self, job: Job) -> None:
        self._job = job
        self._boxes: dict[str, Floats] = {}

    @property
    def data(self) -> Dataset:
        """The pieces."""
        return self._job.ends

    def boxes(self, crs: pyproj.CRS) -> Floats:
        """Return the box of each piece in a CRS."""
        name = crs.to_wkt()
        if name not in self._boxes:
            self._boxes[name] = self.data.boxes_in(crs)
        return self._boxes[name]

    def read(self, pieces: Ints, crs: pyproj.CRS) -> tuple[Shapes, Ints]:
        """Read the shapes of some pieces in a CRS, and the number of each in the whole; in order."""
        shapes, labels = [], []
        for number in np.sort(pieces):
            frame = self._frame(int(number))
            if len(frame):
                made, there = shapes_of(frame, self.data.argument, crs)
                shapes.append(made)
                labels.append(frame.index.to_numpy()[there])
        if not shapes:
            return np.empty(0, dtype=object), np.empty(0, dtype=np.int64)
        return np.concatenate(shapes), np.concatenate(labels)

    def _frame(self, number: int) -> gpd.GeoDataFrame:
        """Read the features of a piece, or its connected premises."""
        if self._job.network is None:
            premises, _ = premises_in(self._job, number)
            return premises[premises["connected"]] if "connected" in premises else premises[:0]
        frame = features_in(self._job.network, number, self._job.network_where)[0]
        if checks.usable(frame, "network").any():
            check_places(frame, "network")
            if self._job.reach.to == "connected":
                buildings_only(frame, "network", self._job.reach)
        return frame

    def digest_within(self, crs: pyproj.CRS, box: Floats, metres: float) -> str:
        """Digest the pieces that lie within a distance of a box: where they are, and what is in them."""
        boxes = self.boxes(crs)
        near = np.isfinite(boxes).all(axis=1)
        if np.isfinite(metres) and np.isfinite(box).all():
            gap = np.maximum(boxes[:, :2] - box[2:], box[:2] - boxes[:, 2:]).clip(0)
            near &= np.hypot(*gap.T) <= metres + _MARGIN_M
        made = hashlib.sha256()
        for number in np.flatnonzero(near).tolist():
            piece = self.data.pieces[number]
            made.update(f"{piece.first} {self._job.network_digests[number]}\n".encode())
        return made.hexdigest()[:16]


@lru_cache(maxsize=2)
def ends_of(job: Job) -> Ends:
    """Return what drops may end at; once in each process."""
    return Ends(job)


def features_in(
    network: Dataset, number: int, where: str | None
) -> tuple[gpd.GeoDataFrame, list[dict[str, str]]]:
    """Read the features of a piece that `where` keeps; and what it looked for and found in none."""
    piece = network.pieces[number]
    columns = [name for name in network.columns if name != network.geometry]
    table = network.read(number, columns if where is not None else [])
    rows = table.drop_columns([network.geometry]).to_pandas()
    rows.index = np.arange(piece.first, piece.first + piece.rows)
    frame = gpd.GeoDataFrame(rows, geometry=network.shapes(table), crs=network.crs)
    if where is None:
        return frame, []
    truth, evaluation = truth_of(frame, where, "network_where", ())
    return frame[truth], evaluation.unmatched


class Drops:
    """Some geometries' drops to what is read piece by piece, until they are exact.

    Attributes
    ----------
    metres
        The drop of each geometry; infinite until something is found, or if there is nothing.
    label
        The number of the feature that it ends at; -1 if none.
    """

    def __init__(self, geometry: Shapes, ends: Ends, crs: pyproj.CRS, threads: int | None) -> None:
        self._geometry, self._ends, self._crs, self._threads = geometry, ends, crs, threads
        boxes = ends.boxes(crs)
        self._boxes: Shapes = np.asarray(shapely.box(*boxes.T), dtype=object)
        self._unread = np.asarray(np.isfinite(boxes).all(axis=1))
        self.metres = np.full(len(geometry), np.inf)
        self.label = np.full(len(geometry), -1)

    def measure(self, halo_m: float) -> None:
        """Read what lies near, then whatever may still be nearer.

        RULE: after all pieces whose boxes lie within `halo_m` of the geometries are read, drops up to
        that are the shortest. For the others, the nearest piece that is not read bounds the drop, and
        then every piece whose box is no farther than that is read.
        """
        there = np.flatnonzero(
            ~(shapely.is_missing(self._geometry) | shapely.is_empty(self._geometry))
        )
        if not len(there):
            return
        around = shapely.box(*shapely.total_bounds(self._geometry[there]))
        near = shapely.distance(self._boxes, around) <= halo_m + _MARGIN_M
        self._to(there, np.flatnonzero(self._unread & near))
        far = there[self.metres[there] > halo_m]
        while len(far) and self._unread.any():
            left = np.flatnonzero(self._unread)
            (row, piece), away = shapely.STRtree(self._boxes[left]).query_nearest(
                self._geometry[far], return_distance=True, all_matches=False
            )
            may_be = away <= self.metres[far[row]] + _MARGIN_M
            far = far[row[may_be]]
            if not len(far):
                break
            self._to(far, left[np.unique(piece[may_be])])
            left = np.flatnonzero(self._unread)
            known = np.isfinite(self.metres[far])
            within_m = np.where(known, self.metres[far], 0.0) + _MARGIN_M
            _, piece = shapely.STRtree(self._boxes[left]).query(
                self._geometry[far], predicate="dwithin", distance=within_m
            )
            self._to(far, left[np.unique(piece)])

    def _to(self, rows: Ints, pieces: Ints) -> None:
        """Measure some of the geometries to some pieces.

        RULE: as in one index of all features, distances are compared as multiples of TIE, the first
        feature with the least multiple wins, and the distance is the least, unrounded.
        """
        self._unread[pieces] = False
        if not len(pieces):
            return
        shapes, labels = self._ends.read(pieces, self._crs)
        if not len(shapes):
            return
        metres, which = NearestIndex(shapes, threads=self._threads).query(self._geometry[rows])
        found = which >= 0
        rows, metres, label = rows[found], metres[found], labels[which[found]]
        with np.errstate(invalid="ignore"):
            now, then = (np.floor(m / TIE + 0.5) for m in (metres, self.metres[rows]))
        wins = (now < then) | ((now == then) & (label < self.label[rows]))
        self.label[rows[wins]] = label[wins]
        self.metres[rows] = np.minimum(metres, self.metres[rows])


def by_crs(
    geometry: Shapes, own: pyproj.CRS, crs: str | None
) -> Iterator[tuple[pyproj.CRS, NDArray[np.bool_]]]:
    """Yield the CRSs to measure in, each with its premises.

    RULE: where no CRS serves all, a premises is measured in the UTM zone that its middle lies in, so
    that how the premises are cut into parts changes nothing.
    """
    if crs is not None:
        yield pyproj.CRS.from_wkt(crs), np.ones(len(geometry), dtype=bool)
        return
    there = ~(shapely.is_missing(geometry) | shapely.is_empty(geometry))
    lon, lat = to_lonlat(shapely.get_coordinates(shapely.centroid(geometry[there])), own)
    code = np.full(len(geometry), -1)
    code[there] = np.where(lat >= 0, 32600, 32700) + 1 + np.floor((lon + 180) / 6).astype(int) % 60
    for epsg in np.unique(code[there]):
        yield pyproj.CRS.from_epsg(int(epsg)), code == epsg


def reach_of_part(ends: Ends, box: Floats, own: pyproj.CRS, zones: list[str], metres: float) -> str:
    """Digest the pieces of the network that drops of up to so many metres may end at."""
    found = [
        ends.digest_within(crs, boxes_in(box[None], own, crs)[0], metres)
        for crs in map(pyproj.CRS.from_wkt, zones)
    ]
    return hashlib.sha256(" ".join(found).encode()).hexdigest()[:16]
