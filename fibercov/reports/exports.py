"""Tables as files: GeoPackages with one layer, GeoParquet for what is large, and CSV files for the spreadsheets of a language.

RULE: data with more than `_MOST_ROWS` rows is GeoParquet, which takes a fraction of the time and of the
disk; smaller data is a GeoPackage, which every GIS opens.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import pyarrow as pa
import pyogrio

from fibercov import texts, writing

_MOST_ROWS = 100_000  # of a GeoPackage, and of a list for Excel
_GEOPACKAGE_TYPES = (
    pa.types.is_boolean, pa.types.is_integer, pa.types.is_floating,
    pa.types.is_string, pa.types.is_large_string, pa.types.is_binary,
    pa.types.is_date, pa.types.is_timestamp,
)  # fmt: skip


@contextmanager
def written_on(day: date | None) -> Iterator[None]:
    """Date GeoPackages to the day that the data describes, so that the same run writes the same bytes."""
    option = "OGR_CURRENT_DATE"
    before = pyogrio.get_gdal_config_option(option)
    pyogrio.set_gdal_config_options({option: f"{day or date(1970, 1, 1)}T00:00:00.000Z"})
    try:
        yield
    finally:
        pyogrio.set_gdal_config_options({option: before})


def in_fields_words(table: pd.DataFrame) -> pd.DataFrame:
    """Call what is reached the homes passed, as the regulators do, if households are counted."""
    if not (table["unit"] == "households").all():
        return table
    homes = {c: c.replace("reached", "homes_passed") for c in map(str, table.columns)}
    return table.rename(columns=homes)


def write_csv(table: pd.DataFrame, file: Path, language: str) -> None:
    """Write a table as CSV, in a language's words and with the signs of its spreadsheets."""
    write_worded(_worded(table, language), file, language)


def write_worded(table: pd.DataFrame, file: Path, language: str) -> None:
    """Write a table that is in a language's words as CSV, with the signs of its spreadsheets."""
    spreadsheet = texts.LANGUAGES[language]
    writing.cells(table).to_csv(
        file,
        index=False,
        encoding="utf-8-sig",  # Excel reads a file as UTF-8 only if it begins with a byte order mark
        sep=spreadsheet.separator,
        decimal=spreadsheet.decimal,
    )


def _worded(table: pd.DataFrame, language: str) -> pd.DataFrame:
    """Write the headings, and what is coded in a table, in a language; numbers stay numbers."""
    made = table.copy()
    for name in map(str, table.columns):
        if made[name].dtype.kind not in "iufM":
            made[name] = [texts.cell(value, name, language) for value in made[name].astype(object)]
    return made.rename(columns=lambda name: texts.column(str(name), language))


def layer_names(table: gpd.GeoDataFrame) -> dict[Any, str]:
    """Name the columns of a table as a GeoPackage can hold them."""
    columns: dict[Any, str] = {}
    taken = {"geometry", "fid"}  # RULE: these names are the file's own, in any case
    for column in (column for column in table.columns if column != table.active_geometry_name):
        columns[column] = str(column)
        while columns[column].casefold() in taken:
            columns[column] += "_"
        taken.add(columns[column].casefold())
    return columns


def is_large(rows: int) -> bool:
    """Tell whether so many rows are too many for a GeoPackage, or for a list in Excel."""
    return rows > _MOST_ROWS


def data_file(name: str, table: pd.DataFrame) -> str:
    """Name the file of data: a GeoPackage, or GeoParquet if it is large."""
    return f"{name}.{'parquet' if is_large(len(table)) else 'gpkg'}"


def write_data(table: gpd.GeoDataFrame, folder: Path, name: str) -> None:
    """Write data to the file that `data_file` names, whatever the names and types of the columns."""
    if not is_large(len(table)):
        write_layer(table, folder, name)
        return
    file = folder / data_file(name, table)
    _as_layer(table).to_parquet(file, index=False, compression="zstd", write_page_checksum=True)


def write_layer(table: gpd.GeoDataFrame, folder: Path, name: str) -> None:
    """Write a GeoPackage with one layer, whatever the names and types of the columns."""
    _as_layer(table).to_file(
        folder / f"{name}.gpkg",
        layer=name,
        engine="pyogrio",
        use_arrow=True,
        GEOMETRY_NAME="geometry",
        index=False,
    )


def _as_layer(table: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Name and convert the columns of a table as a file can hold them."""
    shapes = table.geometry
    values = pd.DataFrame(table.drop(columns=str(table.active_geometry_name)))
    values = values.rename(columns=layer_names(table)).apply(_writable)
    return gpd.GeoDataFrame(values, geometry=shapes.array, crs=table.crs)


def _writable(column: pd.Series[Any]) -> pd.Series[Any]:
    """Convert a column to text unless a GeoPackage can hold its type."""
    if isinstance(column.dtype, pd.CategoricalDtype | pd.SparseDtype):
        column = column.astype(object).infer_objects()
    if column.dtype.kind in "biufM" and not isinstance(column.dtype, gpd.array.GeometryDtype):
        return column
    try:
        kind = pa.array(column, from_pandas=True).type
    except (pa.ArrowException, OverflowError, TypeError, ValueError):  # such as mixed types
        kind = pa.null()
    if any(fits(kind) for fits in _GEOPACKAGE_TYPES):
        return column
    return column.map(str, na_action="ignore").astype("string")
