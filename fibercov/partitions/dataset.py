"""GeoParquet files as pieces that can be read one by one: where each lies, and what is in it.

A piece is one or more row groups of a file. Its box comes from the file's footer: the statistics of its
covering column, or else the box that the file gives for all its rows. Nothing else is read to find out
which pieces lie near a place.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any
from urllib.parse import unquote

import geopandas as gpd
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pyproj
import shapely
from numpy.typing import NDArray

from fibercov import checks
from fibercov.errors import CRSError, FibercovError, FileError
from fibercov.partitions.places import Place

_ENDS = ("xmin", "ymin", "xmax", "ymax")
_POINT = np.dtype([("order", "u1"), ("kind", "<u4"), ("x", "<f8"), ("y", "<f8")])  # as WKB
_SUFFIXES = (".parquet", ".geoparquet")
_EVERYWHERE = (-1e9, -1e9, 1e9, 1e9)  # in metres or degrees: far beyond what any CRS has
_NO_VALUE = "__HIVE_DEFAULT_PARTITION__"
_AGAIN = (
    "Write it with geopandas: frame.to_parquet(..., row_group_size=100_000, "
    "write_covering_bbox=True)."
)


@dataclass(frozen=True)
class Piece:
    """Consecutive row groups of a file.

    Attributes
    ----------
    file
        The number of the file in its dataset.
    groups
        The first row group, and the one after the last.
    first, rows
        The number of its first row in the dataset, and how many it has.
    box
        The least and the largest x and y: xmin, ymin, xmax, ymax; NaN if it has no geometry.
    """

    file: int
    groups: tuple[int, int]
    first: int
    rows: int
    box: tuple[float, float, float, float]


@dataclass(frozen=True)
class File:
    """A file of a dataset: where it is, and the columns that its folders' names give it."""

    place: str
    path: str
    hive: Mapping[str, str | None]


@dataclass(frozen=True, eq=False)
class Dataset:
    """Files with the same columns and CRS, in pieces.

    Attributes
    ----------
    argument
        What they are: premises or network.
    source
        The files or folders that were named.
    files, pieces
        The files, and the pieces, in order.
    columns
        The names of the columns, with those of the folders' names, without the covering of the boxes.
    geometry
        The name of the geometry column.
    crs
        Its CRS, as text.
    """

    argument: str
    source: Sequence[str]
    files: Sequence[File]
    pieces: Sequence[Piece]
    columns: Sequence[str]
    geometry: str
    crs: str

    @classmethod
    def of(cls, source: object, argument: str, most_rows: int) -> Dataset:
        """Read the footers of all files of a source, and put row groups together up to a number of rows.

        Raises
        ------
        FileError
            If there are no files, one is no GeoParquet, or has other columns than the first.
        CRSError
            If a file has another CRS than the first, or none.
        """
        given = list(source) if isinstance(source, list | tuple) else [source]
        places = [Place.of(each, argument) for each in given]
        found = [(place, path) for place in places for path in place.files(*_SUFFIXES)]
        if not found:
            seen = checks.listed([place.shown for place in places])
            raise FileError(argument, f": there is no *.parquet file in {seen!r}.", seen=seen)
        twice = [path for path, times in Counter(path for _, path in found).items() if times > 1]
        if twice:
            seen = checks.listed(sorted(twice))
            raise FileError(
                argument,
                f": {seen} is named more than once.",
                "Name it once; a folder stands for all the files in it.",
                seen=seen,
            )
        whole: Dataset | None = None
        schema = None
        for place, path in found:
            with _reading(path, argument), place.open(path) as opened:
                parquet = pq.ParquetFile(opened)
                own = cls._of_file(parquet, File(place.address, path, _hive(place, path)), argument)
                if whole is None:
                    shown = [each.shown for each in places]
                    whole = replace(own, source=shown, files=[])
                    schema = parquet.schema_arrow
                _check_same(whole, own, schema, parquet.schema_arrow, path)
                whole = whole.added(own, parquet, most_rows)
        assert whole is not None  # noqa: S101 - there is a file
        return whole

    @classmethod
    def _of_file(cls, parquet: pq.ParquetFile, file: File, argument: str) -> Dataset:
        """Describe a file, without its pieces."""
        geometry, said = _geometry(parquet)
        if "crs" in said and said["crs"] is None:
            raise CRSError(
                argument,
                f": {file.path!r} does not say which CRS its coordinates are in.",
                "Write it again with its CRS: frame.set_crs(...).to_parquet(...).",
                seen=repr(file.path),
            )
        crs = pyproj.CRS.from_user_input(said.get("crs", "OGC:CRS84")).to_wkt()
        covering = _covering(said)[0].partition(".")[0] if "covering" in said else None
        names = [name for name in parquet.schema_arrow.names if name != covering]
        twice = [name for name in file.hive if name in names]
        if twice:
            raise ValueError(f"its folder and its columns both have {checks.listed(twice)}")
        return cls(argument, [], [file], [], [*names, *file.hive], geometry, crs)

    def added(self, own: Dataset, parquet: pq.ParquetFile, most_rows: int) -> Dataset:
        """Add a file, and its row groups as pieces."""
        last = self.pieces[-1] if self.pieces else None
        first, number = (last.first + last.rows if last else 0), len(self.files)
        footer, boxes = parquet.metadata, _boxes(parquet, own, first)
        made: list[Piece] = []
        for group in range(footer.num_row_groups):
            rows, box = footer.row_group(group).num_rows, boxes[group]
            before = made[-1] if made else None
            if before is not None and before.rows + rows <= most_rows:
                both = np.array([before.box, box])
                low, high = np.fmin(*both)[:2], np.fmax(*both)[2:]
                joined = (float(low[0]), float(low[1]), float(high[0]), float(high[1]))
                made[-1] = Piece(
                    number, (before.groups[0], group + 1), before.first, before.rows + rows, joined
                )
            elif rows:
                made.append(Piece(number, (group, group + 1), first, rows, box))
            first += rows
        return replace(self, files=[*self.files, own.files[0]], pieces=[*self.pieces, *made])

    @property
    def rows(self) -> int:
        """How many rows there are."""
        return sum(piece.rows for piece in self.pieces)

    @cached_property
    def boxes(self) -> NDArray[np.float64]:
        """The box of each piece."""
        return np.array([piece.box for piece in self.pieces]).reshape(-1, 4)

    def boxes_in(self, crs: pyproj.CRS) -> NDArray[np.float64]:
        """Return a box around each piece in a CRS, as `boxes_in` does."""
        return boxes_in(self.boxes, pyproj.CRS.from_wkt(self.crs), crs)

    def read(self, number: int, columns: Iterable[str] | None = None) -> pa.Table:
        """Read the rows of a piece: all columns, or some. The geometry is always among them."""
        piece = self.pieces[number]
        file = self.files[piece.file]
        own = [name for name in self.columns if name not in file.hive]
        wanted = {*self.columns} if columns is None else {*columns, self.geometry}
        with _reading(file.path, self.argument), Place(file.place).open(file.path) as opened:
            # RULE: pyarrow's own threads would be more than the executor gave.
            table = pq.ParquetFile(opened).read_row_groups(
                [*range(*piece.groups)],
                columns=[name for name in own if name in wanted],
                use_threads=False,
            )
        for name, value in file.hive.items():
            if name in wanted:
                table = table.append_column(name, pa.array([value] * len(table), pa.string()))
        return table

    def shapes(self, table: pa.Table) -> NDArray[np.object_]:
        """Return the geometries of rows that were read."""
        return shapes_in(table.column(self.geometry))

    def digest(self, number: int) -> str:
        """Compute the SHA-256 of a piece: of its bytes in a folder; in an object store of the file's stamp.

        RULE: the CRS and the columns' names and types are in the file's footer, and no part of a piece's bytes.
        """
        piece = self.pieces[number]
        file = self.files[piece.file]
        place = Place(file.place)
        of = [sorted(file.hive.items()), self.crs, self.geometry]
        made = hashlib.sha256(repr(of).encode())
        if place.remote:
            made.update(repr([file.path, place.stamp(file.path), piece.groups]).encode())
            return made.hexdigest()
        with place.open(file.path) as opened:
            parquet = pq.ParquetFile(opened)
            made.update(parquet.schema_arrow.remove_metadata().to_string().encode())
            footer = parquet.metadata
            spans = [_span(footer.row_group(group)) for group in range(*piece.groups)]
        for content in place.bytes_of(file.path, spans):
            made.update(content)
        return made.hexdigest()


def shapes_in(column: pa.ChunkedArray) -> NDArray[np.object_]:
    """Return the geometries of a column of WKB, those of points without GEOS' reader, which is slow."""
    made = np.full(len(column), None, dtype=object)
    there = column.is_valid().to_numpy()
    xy = points_in(column)
    if xy is not None:
        made[there] = shapely.points(xy)
        return made
    return np.asarray(shapely.from_wkb(column.to_numpy(zero_copy_only=False)), dtype=object)


def points_in(column: pa.ChunkedArray) -> NDArray[np.float64] | None:
    """Return the x and y of a column of WKB, without missing ones; None if any is no point in the plane."""
    values = column.drop_null().combine_chunks()
    if isinstance(values, pa.ChunkedArray):
        values = pa.concat_arrays(values.chunks) if values.num_chunks else pa.array([], column.type)
    wide = np.int64 if pa.types.is_large_binary(values.type) else np.int32
    if not (pa.types.is_binary(values.type) or wide is np.int64) or not len(values):
        return None
    _, offsets, content = values.buffers()
    at = np.frombuffer(offsets, wide)[values.offset : values.offset + len(values) + 1]
    if (np.diff(at) != _POINT.itemsize).any():
        return None
    rows = np.frombuffer(content, _POINT, count=len(values), offset=int(at[0]))
    if (rows["order"] != 1).any() or (rows["kind"] != 1).any():
        return None
    xy = np.column_stack([rows["x"], rows["y"]])
    return xy if np.isfinite(xy).all() else None


def box_of(shapes: NDArray[np.object_]) -> NDArray[np.float64]:
    """Return the box of geometries; NaN if there are none."""
    return np.asarray(shapely.total_bounds(shapes)) if len(shapes) else np.full(4, np.nan)


def boxes_in(boxes: NDArray[np.float64], own: pyproj.CRS, crs: pyproj.CRS) -> NDArray[np.float64]:
    """Return a box around each box in another CRS; NaN where that does not reach.

    RULE 1: a box in another CRS has bent sides: it is made a metre and a thousandth of its size wider.
    RULE 2: one that the CRS reaches in part, or that goes round its seam, is everywhere.
    """
    if own == crs:
        return boxes
    to = pyproj.Transformer.from_crs(own, crs, always_xy=True)
    moved = np.array(
        [
            to.transform_bounds(x0, y0, x1, y1, densify_pts=21, errcheck=False)
            for x0, y0, x1, y1 in boxes
        ]
    ).reshape(-1, 4)
    wider = 1 + (moved[:, 2:] - moved[:, :2]).max(axis=1, initial=0, keepdims=True) / 1000
    moved += np.hstack([-wider, -wider, wider, wider])
    reached = np.isfinite(moved).all(axis=1)
    size = boxes[:, 2:] - boxes[:, :2]
    wide = (size > (1.0 if own.is_geographic else 100_000.0)).any(axis=1)
    for number in np.flatnonzero(np.isfinite(boxes).all(axis=1) & (wide | ~reached)):
        x0, y0, x1, y1 = boxes[number]
        x, y = np.linspace(x0, x1, 21), np.linspace(y0, y1, 21)
        there = np.isfinite(to.transform(np.tile(x, 21), np.repeat(y, 21))).all(axis=0)
        reached[number] = there.any()
        if not there.all():
            moved[number] = _EVERYWHERE
    moved[moved[:, 0] > moved[:, 2]] = _EVERYWHERE
    return np.where(reached[:, None], moved, np.nan)


@contextmanager
def _reading(path: str, argument: str) -> Iterator[None]:
    """Turn what goes wrong with a file into a `FileError`."""
    try:
        yield
    except FibercovError:
        raise
    except Exception as error:  # on a damaged file, pyarrow raises anything
        seen = repr(path)
        raise FileError(
            argument, f": {seen} cannot be read: {checks.reason(error)}.", _AGAIN, seen=seen
        ) from error


def _geometry(parquet: pq.ParquetFile) -> tuple[str, dict[str, Any]]:
    """Name the geometry column of a file, and return what it says of it."""
    told = parquet.schema_arrow.metadata or {}
    if b"geo" not in told:
        raise ValueError("it is Parquet without geometry, not GeoParquet")
    geo = json.loads(told[b"geo"])
    name = geo["primary_column"]
    said = geo["columns"][name]
    if said["encoding"] != "WKB":
        raise ValueError(f"its geometry is encoded as {said['encoding']}, not as WKB")
    return name, said


def _hive(place: Place, path: str) -> dict[str, str | None]:
    """Read columns from the names of folders, such as kommun=0180."""
    inside = path.removeprefix(place.path("").rstrip("/")).split("/")[:-1]
    pairs = [part.partition("=") for part in inside if "=" in part]
    return {name: None if value == _NO_VALUE else unquote(value) for name, _, value in pairs}


def _check_same(
    whole: Dataset, own: Dataset, schema: pa.Schema, other: pa.Schema, path: str
) -> None:
    """Raise unless a file has the columns and the CRS of the first."""
    if pyproj.CRS.from_wkt(own.crs) != pyproj.CRS.from_wkt(whole.crs):
        raise CRSError(
            whole.argument,
            f": {path!r} is in another CRS than the files before it.",
            "Bring them all to one.",
            seen=repr(path),
        )
    differ = [
        name
        for name in dict.fromkeys([*whole.columns, *own.columns])
        if (name in whole.columns) != (name in own.columns)
        or (name in schema.names and schema.field(name).type != other.field(name).type)
    ]
    if differ or own.geometry != whole.geometry:
        raise ValueError(
            f"it has not the columns of the files before it: {checks.listed(differ or [own.geometry])} "
            "is missing, or is of another type"
        )


def _covering(said: Mapping[str, Any]) -> list[str]:
    """Name the columns that hold the box of each row."""
    return [".".join(said["covering"]["bbox"][end]) for end in _ENDS]


def _boxes(
    parquet: pq.ParquetFile, own: Dataset, first: int
) -> list[tuple[float, float, float, float]]:
    """Find the box of each row group of a file, whose first row has that number.

    RULE: where the footer tells none that is finite, the shapes are read.
    """
    footer = parquet.metadata
    _, said = _geometry(parquet)
    names = _covering(said) if "covering" in said else []
    found: list[tuple[float, float, float, float]] = []
    for number in range(footer.num_row_groups):
        group = footer.row_group(number)
        told: tuple[float, ...] = ()
        at = {group.column(k).path_in_schema: k for k in range(group.num_columns)}
        stats: list[Any] = [group.column(at[n]).statistics if n in at else None for n in names]
        if names and all(each is not None and each.has_min_max for each in stats):
            west, south, east, north = stats
            told = _below(west.min), _below(south.min), -_below(-east.max), -_below(-north.max)
        elif "bbox" in said:
            box = said["bbox"]  # with heights it has six numbers
            told = box[0], box[1], box[len(box) // 2], box[len(box) // 2 + 1]
        if not told or not np.isfinite(told).all():
            rows = parquet.read_row_group(number, columns=[own.geometry], use_threads=False)
            shapes = own.shapes(rows)
            index = np.arange(first, first + len(shapes))
            frame = gpd.GeoDataFrame(geometry=shapes, index=index, crs=own.crs)
            told = tuple(box_of(shapes[checks.usable(frame, own.argument)]).tolist())
        x0, y0, x1, y1 = told
        # RULE: a box in degrees that ends west of where it begins goes over 180 degrees.
        found.append((-180.0, y0, 180.0, y1) if x0 > x1 else (x0, y0, x1, y1))
        first += group.num_rows
    return found


def _below(value: float) -> float:
    """Return a number that is not above the one that was rounded to this, if it was to 32 bits."""
    return float(np.nextafter(np.float32(value), -np.inf)) if np.float32(value) == value else value


def _span(group: Any) -> tuple[int, int]:
    """Find where a row group's bytes begin, and how many there are."""
    columns = [group.column(k) for k in range(group.num_columns)]
    begins = [
        min(each.data_page_offset, each.dictionary_page_offset or each.data_page_offset)
        for each in columns
    ]
    ends = [begin + each.total_compressed_size for begin, each in zip(begins, columns, strict=True)]
    return min(begins), max(ends) - min(begins)
