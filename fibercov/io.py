"""Files, tables and frames in; checked frames out."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow as pa
import pyogrio
import pyogrio.errors
import shapely
from numpy.typing import NDArray

from fibercov import checks
from fibercov.crs import check_places, declared_crs, label, user_crs
from fibercov.errors import ArgumentError, ColumnError, CRSError, FileError, GeometryError

_CSV = {".csv", ".tsv", ".txt"}
_EXCEL = {".xlsx", ".xlsm"}
_PARQUET = {".parquet", ".geoparquet"}

Source = str | Path | pd.DataFrame

# Lantmateriet's words for how an address point was placed, and how far off it may then be. The
# words are theirs; the metres are fibercov's own guess, rounded up: no source gives any.
POSITION_ERROR_M = {
    "ingång": 5.0,
    "byggnad": 15.0,
    "infart": 50.0,
    "tomtplats": 50.0,
    "övrigt läge": 100.0,
    "ungefärligt lägesbestämd": 250.0,
}


def read_premises(
    source: Source,
    *,
    households: str | None = None,
    connected: str | None = None,
    id: str | None = None,  # noqa: A002 - the word that users have for it
    position_error_m: str | None = None,
    where: str | None = None,
    layer: str | None = None,
    xy: Sequence[str] | None = None,
    crs: Any = None,
) -> gpd.GeoDataFrame:
    """Read premises: points or building polygons, each with its number of households.

    Parameters
    ----------
    source
        A vector file (GeoPackage, Shapefile, GeoJSON, GeoParquet and others), a table with
        coordinates (CSV, Excel), or a frame.
    households
        The column with the number of households. By default the column `households` if there is
        one, else each premises is one household, and the result says so.
    connected
        The column that says whether fiber ends in the building: true/false, 1/0, yes/no, ja/nej.
        By default the column `connected` if there is one, else none is.
    id
        A column whose value is different in every row.
    position_error_m
        A column that says how far each position may be off: in metres, or in Lantmateriet's words
        ("byggnad", "ungefärligt lägesbestämd"), which stand for the metres of `POSITION_ERROR_M`.
    where
        Which rows to read, as an expression that `pandas.DataFrame.query` takes, with the source's
        own column names: `"typ != 'fritidshus'"`. What it left out is kept in the provenance.
    layer
        The layer (of a workbook: the sheet), if the file has several.
    xy
        The columns with easting and northing (or longitude and latitude), in that order, if the
        source is a table. Rows without both are unplaced.
    crs
        The CRS of the coordinates, if the source does not say it.

    Returns
    -------
    geopandas.GeoDataFrame
        All rows (that `where` leaves) and columns of the source; the named columns are called
        `households` (int64), `connected` (bool), `id` and `position_error_m`, and one that already
        had such a name is kept as `<name>_original`. Column names are matched whatever their case.

    Raises
    ------
    FileError
        If the file is missing, cannot be read, has no such layer, or has several and none is named.
    ColumnError
        If a column is missing, or its values cannot be right.
    GeometryError
        If there are no rows, or no geometry.
    CRSError
        If the CRS is missing, or contradicted by the coordinates.

    Examples
    --------
    >>> table = pd.DataFrame({"hushall": [" 81 ", "1"], "E": ["1", "2"], "N": ["3", "4"]})
    >>> table["E"] = ["448451,5", "448460"]; table["N"] = ["6788562", "6788570"]
    >>> premises = read_premises(table, households="hushall", xy=("E", "N"), crs="EPSG:3006")
    >>> premises["households"].tolist()
    [81, 1]
    """
    frame = checks.premises_frame(_read(source, "premises", layer, where, xy, crs))
    frame = _named(
        frame,
        {
            "households": households or _standard(frame, "households"),
            "connected": connected or _standard(frame, "connected"),
            "id": id,
            "position_error_m": position_error_m,
        },
    )
    if "households" in frame.columns:
        frame["households"] = checks.whole_households(frame["households"], "households")
    if "connected" in frame.columns:
        frame["connected"] = checks.yes_or_no(frame["connected"], "connected")
    if id is not None:
        checks.unique(frame["id"], "id")
    if position_error_m is not None:
        frame["position_error_m"] = _errors_m(frame["position_error_m"])
    return frame


def read_network(
    source: Source, *, where: str | None = None, layer: str | None = None, crs: Any = None
) -> gpd.GeoDataFrame:
    """Read a network: what a drop may start from, such as cables or service areas.

    Parameters
    ----------
    source
        A vector file or a GeoDataFrame, with geometries of any kind.
    where
        Which rows to read, as for `read_premises`.
    layer
        The layer, if the file has several.
    crs
        The CRS of the coordinates, if the source does not say it.

    Returns
    -------
    geopandas.GeoDataFrame
        All rows (that `where` leaves) and columns of the source.

    Raises
    ------
    FileError, GeometryError, CRSError
        As `read_premises`.

    Examples
    --------
    >>> import fibercov as fc
    >>> network = fc.read_network(fc.load_demo().network)
    >>> set(network.geom_type)
    {'LineString'}
    """
    return _read(source, "network", layer, where, None, crs)


def read_areas(
    source: Source,
    *,
    name: str,
    code: str | None = None,
    layer: str | None = None,
    crs: Any = None,
) -> gpd.GeoDataFrame:
    """Read reporting areas: polygons with a name.

    Parameters
    ----------
    source
        A vector file or a GeoDataFrame of polygons.
    name
        The column with the areas' names. Without `code`, each must be different.
    code
        The column with the areas' codes, each different, such as a municipality's 2039.
    layer
        The layer, if the file has several.
    crs
        The CRS of the coordinates, if the source does not say it.

    Returns
    -------
    geopandas.GeoDataFrame
        All rows of the source, with columns `name`, `code` if it was named, and `geometry`.

    Raises
    ------
    FileError, ColumnError, GeometryError, CRSError
        As `read_premises`; also if an area is not a valid polygon, or a name or code repeats.

    Examples
    --------
    >>> import fibercov as fc
    >>> areas = fc.read_areas(fc.load_demo().areas, name="name", code="code")
    >>> areas["code"].is_unique
    True
    """
    frame = _named(_read(source, "areas", layer, None, None, crs), {"name": name, "code": code})
    labels = ["name"] if code is None else ["name", "code"]
    return checks.area_frame(frame[[*labels, frame.active_geometry_name]], "areas")


def _standard(frame: gpd.GeoDataFrame, role: str) -> str | None:
    """The column that has the role's standard name, in any case, if there is one."""
    return next((str(c) for c in frame.columns if str(c).casefold() == role), None)


def _named(frame: gpd.GeoDataFrame, wanted: dict[str, str | None]) -> gpd.GeoDataFrame:
    """The frame with the wanted columns under their standard names."""
    columns = [column for column in wanted.values() if column is not None]
    if len(set(columns)) < len(columns):
        raise ArgumentError(f"One column cannot be two things: {checks.listed(columns)}.")
    for role, column in wanted.items():
        found = None if column is None else checks.column_named(frame, column, role)
        if found not in (None, role):
            frame = checks.make_room(frame, [role], but=found).rename(columns={found: role})
    return frame


def _read(
    source: Source,
    argument: str,
    layer: str | None,
    where: str | None,
    xy: Sequence[str] | None,
    crs: Any,
) -> gpd.GeoDataFrame:
    """A frame with checked geometry and CRS."""
    frame = source if isinstance(source, pd.DataFrame) else _read_path(source, argument, layer)
    rows = len(frame)
    frame = _filtered(frame, where)
    given = None if crs is None else user_crs(crs)
    if xy is not None:
        frame = _with_points(frame, xy, given, argument)
    elif not isinstance(frame, gpd.GeoDataFrame):
        raise GeometryError(
            f"`{argument}` has no geometry. If columns hold its coordinates, name them: "
            f"xy=(EASTING, NORTHING). Its columns are: {checks.listed(frame.columns, most=30)}."
        )
    elif given is not None and frame.crs is None:
        frame = frame.set_crs(given)
    elif given is not None and frame.crs != given:
        raise CRSError(
            f"`crs` is {label(given)}, but the source says that its coordinates are in "
            f"{label(declared_crs(frame, argument))}. Leave `crs` out."
        )
    checks.geo_frame(frame, argument)
    check_places(frame, argument)
    frame = frame.copy()
    frame.attrs["provenance"] = {
        "source": "a frame" if isinstance(source, pd.DataFrame) else str(source),
        "layer": layer,
        "rows": rows,
        "where": where,
        "rows_used": len(frame),
        "crs": label(declared_crs(frame, argument)),
    }
    return frame


def _filtered(frame: pd.DataFrame, where: str | None) -> pd.DataFrame:
    """The rows for which the expression is true."""
    if where is None:
        return frame
    try:
        mask = frame.eval(where, engine="python", local_dict={}, global_dict={})
        if not pd.api.types.is_bool_dtype(mask):
            raise TypeError("it is not true or false for each row")  # noqa: TRY301 - told as one
        kept: pd.DataFrame = frame[np.asarray(mask, dtype=bool)]
    except Exception as error:
        raise ArgumentError(
            f"`where` cannot be evaluated: {where!r} ({error}). Write a comparison of columns, such "
            f"as \"typ != 'fritidshus'\". The columns are: {checks.listed(frame.columns, most=30)}."
        ) from error
    if len(frame) and kept.empty:
        raise ArgumentError(f"`where` leaves none of the {len(frame):,} rows: {where!r}.")
    return kept


def _errors_m(values: pd.Series[Any]) -> NDArray[np.float64]:
    """The column as metres; Lantmateriet's words as the metres that they stand for."""
    words = values.astype("string").str.strip().str.casefold()
    metres = values.astype(object).mask(words.isin(POSITION_ERROR_M), words.map(POSITION_ERROR_M))
    try:
        return checks.lengths(metres, "position_error_m")
    except ColumnError as error:
        known = checks.listed(POSITION_ERROR_M, most=30)
        raise ColumnError(f"{error} The words that stand for metres are: {known}.") from error


def _read_path(source: str | Path, argument: str, layer: str | None) -> pd.DataFrame:
    if not isinstance(source, (str, Path)):
        raise ArgumentError(
            f"`{argument}` must be a file's path or a frame, not {type(source).__name__}."
        )
    path = Path(source)
    if not path.exists():
        raise FileError(f"`{argument}`: there is no file {str(path)!r}.")
    kind = path.suffix.lower()
    try:
        if kind in _CSV:
            frame = _read_csv(path)
        elif kind in _EXCEL:
            frame = pd.read_excel(path, sheet_name=_sheet(path, argument, layer), dtype=str)
        elif kind in _PARQUET:
            frame = gpd.read_parquet(path)
        else:
            frame = gpd.read_file(path, layer=_layer(path, argument, layer), engine="pyogrio")
    except (pyogrio.errors.DataSourceError, pa.ArrowException, OSError, ValueError) as error:
        reason = " ".join(str(error).split()) or type(error).__name__
        raise FileError(f"`{argument}`: {str(path)!r} cannot be read: {reason}") from error
    return frame


def _read_csv(path: Path) -> pd.DataFrame:
    """A text table, every value as text: codes keep their zeros, numbers are judged later."""
    raw = path.read_bytes()
    try:
        text = raw.decode("utf-8-sig")
        encoding = "utf-8-sig"
    except UnicodeDecodeError:
        encoding = "cp1252"
        text = raw.decode(encoding)
    header = text.partition("\n")[0]
    separator = max(";\t,|", key=header.count)
    return pd.read_csv(
        path, sep=separator, dtype=str, encoding=encoding, keep_default_na=False, na_values=[""]
    )


def _sheet(path: Path, argument: str, sheet: str | None) -> str:
    with pd.ExcelFile(path) as book:
        return _one_of([str(name) for name in book.sheet_names], path, argument, sheet)


def _layer(path: Path, argument: str, layer: str | None) -> str:
    layers = pyogrio.list_layers(path)
    spatial = [str(name) for name, kind in layers if kind is not None]
    return _one_of(spatial or [str(name) for name, _ in layers], path, argument, layer)


def _one_of(names: list[str], path: Path, argument: str, wanted: str | None) -> str:
    """The layer that was asked for, or the only one there is."""
    if wanted is None and len(names) == 1:
        return names[0]
    if wanted in names:
        return str(wanted)
    has = f"{str(path)!r} has {len(names)}: {checks.listed(names, most=30)}"
    if wanted is None:
        raise FileError(f"`layer` of the {argument} must be named, for {has}.")
    raise FileError(f"`layer` of the {argument} is {wanted!r}, but {has}.")


def _with_points(
    frame: pd.DataFrame, xy: Sequence[str], crs: Any, argument: str
) -> gpd.GeoDataFrame:
    """The table with points made of two of its columns; None where one of them is empty."""
    if isinstance(xy, str) or len(xy) != 2:
        raise ArgumentError(f"`xy` must name two columns, easting and northing, not {xy!r}.")
    if crs is None:
        raise CRSError("`crs` must say which CRS the coordinates in `xy` are in, say 'EPSG:3006'.")
    x, y = (checks.numbers(frame[checks.column_named(frame, c, "xy")], "xy") for c in xy)
    points = np.asarray(shapely.points(x, y))
    points[pd.isna(x) | pd.isna(y)] = None
    if "geometry" in frame.columns:
        raise ColumnError(f"`{argument}` has a column 'geometry' besides `xy`. Leave one out.")
    return gpd.GeoDataFrame(frame, geometry=points, crs=crs)
