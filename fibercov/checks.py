"""Check inputs: arguments, columns and geometries are right, or a clear error is raised.

Nothing here repairs or drops anything. `geo/crs.py` checks coordinates and metres.
"""

from __future__ import annotations

import numbers
from collections.abc import Iterable, Sequence
from contextlib import suppress
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any, TypeVar

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from fibercov.errors import ArgumentError, ColumnError, GeometryError
from fibercov.numerals import AS_NUMBERS, THOUSANDS, may_be_thousands, numbers_in, real
from fibercov.wording import COLUMN, Call, Sentence, Words

POINT_TYPES = ("Point", "MultiPoint")
POLYGON_TYPES = ("Polygon", "MultiPolygon")
LINE_TYPES = ("LineString", "MultiLineString")
NO_ROAD = "Roads are lines: leave out the rest."
NO_BARRIER = "Barriers are lines or polygons: leave out the rest."
AREAL = (3, 6, 7)  # shapely's type ids of polygons, multipolygons and collections

LEAST_ROWS = 20  # this many premises do not add up to one row's households by chance
_MOST_DECIMALS = 30  # of a target: exact arithmetic on many more takes hours
LEAVE_OUT = Words("Delete it, or leave it out with {where}.")
_YES = {"1", "1.0", "true", "t", "yes", "y", "ja", "j", "sant"}
_NO = {"0", "0.0", "false", "f", "no", "n", "nej", "falskt"}


_FIRST_YEAR, _LAST_YEAR = 1900, 2999

Made = TypeVar("Made")
_READ = {
    "premises",
    "network",
    "areas",
    "context",
}  # arguments with a reader, read_premises and so on
# What to do about areas whose names or codes repeat.
OTHER_AREA: dict[str, Sentence] = {
    "name": Words(
        "Name the column that has their codes too, {code}, or merge those rows.",
        code=Call("read_areas", code=COLUMN),
    ),
    "code": "Merge those rows, or name another column of codes.",
}


def listed(values: Iterable[object], most: int = 5) -> str:
    """List the first `most` values as text, and say how many more there are.

    >>> listed(["a", "b", "c"], most=2)
    "'a', 'b' and 1 more"
    """
    texts = [repr(value.item() if isinstance(value, np.generic) else value) for value in values]
    shown = ", ".join(texts[:most])
    return shown if len(texts) <= most else f"{shown} and {len(texts) - most} more"


def distinct(values: Iterable[object]) -> list[object]:
    """Keep the first of the values that print alike, in order; they need not be hashable."""
    return list({repr(value): value for value in values}.values())


def text_of(value: object) -> str:
    """Write a value as text that is the same whatever type the value has in a table.

    >>> [text_of(value) for value in (1, 1.0, "1", 1.5, datetime(2020, 10, 1))]
    ['1', '1', '1', '1.5', '2020-10-01']
    """
    if isinstance(value, datetime) and not pd.isna(value):
        return value.isoformat(" ").removesuffix(" 00:00:00")
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


def metres(value: object, argument: str, must: str = "must be metres above 0") -> float:
    """Return `value` as a length in metres, or whatever it must be, above 0."""
    number = real(value)
    if number is None or number <= 0:
        raise refusal(argument, must, value)
    return number


def reaches(values: object, argument: str) -> NDArray[np.float64]:
    """Return `values` as lengths in metres: at least one, each 0 or more."""
    made = several(values, argument, "must be a list of metres")
    for value in made:
        if (number := real(value)) is None or number < 0:
            raise refusal(argument, "must be metres, 0 or more", value)
    if not made:
        raise refusal(argument, "must be a list of metres", made)
    return np.array(made, dtype=np.float64)


def whole_number(value: object, argument: str, least: int, most: int | None = None) -> int:
    """Return `value` as a whole number from `least` to `most`."""
    if not isinstance(value, numbers.Integral) or isinstance(value, bool):
        number = None
    else:
        number = int(value)
    if number is None or number < least or (most is not None and number > most):
        to = "" if most is None else f" to {most}"
        raise refusal(argument, f"must be a whole number from {least}{to}", value)
    return number


def made_by(value: object, kind: type[Made], argument: str, maker: str) -> Made:
    """Return `value` if it has the type that fibercov's function `maker` returns."""
    if not isinstance(value, kind):
        raise refusal(argument, f"must be what {maker} returns", type(value))
    return value


def shown(value: object) -> str:
    """Quote `value` for a message: numbers plain, types with their library, else its repr, cut if long.

    >>> shown(pd.DataFrame), shown(int), shown("int")
    ('pandas.DataFrame', 'int', "'int'")
    """
    if isinstance(value, type):
        library = value.__module__.partition(".")[0]
        return value.__name__ if library == "builtins" else f"{library}.{value.__name__}"
    plain = isinstance(value, numbers.Number | date)
    return cut(str(value) if plain else repr(value).replace("\n", " "), 60)


def cut(text: str, most: int) -> str:
    """Cut a text to `most` letters, the last three of them dots."""
    return text if len(text) <= most else f"{text[: most - 3]}..."


def reason(error: BaseException) -> str:
    """Write another library's error in one line, cut if long; its type if it has no message."""
    return cut(" ".join(str(error).split()), 600) or type(error).__name__


def refusal(argument: str, must: str, value: object, way_out: str = "") -> ArgumentError:
    """Make the error that says what an argument must be and what was given instead.

    >>> raise refusal("reach", "must be metres above 0", -3)
    Traceback (most recent call last):
    fibercov.errors.ArgumentError: `reach` must be metres above 0, not -3.
    """
    seen = shown(value)
    return ArgumentError(argument, f"{must}, not {seen}.", way_out, seen=seen)


def several(values: object, argument: str, must: str) -> list[Any]:
    """Return `values` as a list; raise if it is a text, or cannot be iterated."""
    if isinstance(values, str) or not isinstance(values, Iterable):
        raise refusal(argument, must, values)
    return list(values)


def path(value: object, argument: str) -> Path:
    """Return `value` as a path; raise if it is not one."""
    if not isinstance(value, str | Path):
        raise refusal(argument, "must be a path", value)
    return Path(value)


def exact_target(value: object, argument: str = "target") -> Fraction:
    """Return `value` as the exact fraction that was meant: 0.9 is nine tenths, not a float near it."""
    number = real(value)
    if number is None or not 0 <= number <= 1:
        hint = ""
        if number is not None and 2 <= number <= 100:
            hint = f"For {shown(value)} percent, write {number / 100:g}."
        raise refusal(argument, "must be a share from 0 to 1", value, hint)
    if isinstance(value, Decimal) and int(value.as_tuple().exponent) < -_MOST_DECIMALS:
        raise refusal(argument, f"must have at most {_MOST_DECIMALS} decimals", value)
    # A float prints as the shortest decimal that reads back as that float.
    return value if isinstance(value, Fraction) else Fraction(str(value))


def day(value: object, argument: str) -> date | None:
    """Return a date, a timestamp or text such as 2019-10-01 as a date; None stays None."""
    if value is None:
        return None
    found = None
    if isinstance(value, str):
        with suppress(ValueError):
            found = date.fromisoformat(value)
    elif isinstance(value, datetime):  # so is a pandas Timestamp; NaT is no date
        found = None if pd.isna(value) else value.date()
    elif isinstance(value, date):
        found = value
    if found is None:
        raise refusal(argument, "must be a date such as 2019-10-01", value)
    if not _FIRST_YEAR <= found.year <= _LAST_YEAR:  # many tables write 9999-12-31 for never
        raise refusal(argument, f"must be a date from {_FIRST_YEAR} to {_LAST_YEAR}", found)
    return found


def day_or_year(value: object, argument: str) -> date | None:
    """Return a date as a date, and a year as its last day; None if the value is missing."""
    if value is pd.NaT or value is pd.NA or value != value:  # noqa: PLR0124 - NaN is not itself
        return None
    year = str(value).strip().removesuffix(".0")
    if year.isascii() and year.isdigit() and len(year) == 4:
        return day(f"{year}-12-31", argument)
    return day(value, argument)


def column_named(frame: pd.DataFrame, name: object, argument: str) -> str:
    """Find the column of `frame` called `name`, ignoring case if just one then matches."""
    columns = [str(column) for column in frame.columns if column != geometry_name(frame)]
    if name in columns:
        return str(name)
    alike = [column for column in columns if column.casefold() == str(name).casefold()]
    if len(alike) == 1:
        return alike[0]
    raise ColumnError(
        argument,
        f"names the column {name!r}, which the data does not have.",
        f"Its columns are: {listed(columns, most=30) or 'none'}.",
        seen=repr(name),
    )


def geometry_name(frame: pd.DataFrame) -> str | None:
    """Return the name of the active geometry column, None if `frame` has none."""
    if isinstance(frame, gpd.GeoDataFrame):
        return None if frame.active_geometry_name is None else str(frame.active_geometry_name)
    return None


def rows_named(index: pd.Index, wrong: NDArray[np.bool_]) -> str:
    """Name the rows where `wrong` is true by their labels: 'row 3', 'rows 3, 5 and 7 more'."""
    labels = list(index[wrong])
    return f"row {listed(labels)}" if len(labels) == 1 else f"rows {listed(labels)}"


def as_numbers(values: pd.Series[Any], argument: str) -> NDArray[np.float64]:
    """Convert a column to floats, reading text as Swedish and English tables write numbers."""
    if pd.api.types.is_bool_dtype(values):
        raise ColumnError(argument, f"must be numbers, but column {values.name!r} is true/false.")
    if pd.api.types.is_numeric_dtype(values):
        return values.to_numpy(dtype=np.float64, na_value=np.nan)
    parsed = numbers_in(values)
    wrong = np.isnan(parsed) & values.notna().to_numpy()
    if wrong.any():
        seen = listed(distinct(values[wrong]))
        raise ColumnError(
            argument,
            f"must be numbers, but column {values.name!r} holds {seen} "
            f"({rows_named(values.index, wrong)}).",
            "Correct them, with all digits (1234.5, 1 234,5), or leave those rows out.",
            seen=seen,
        )
    return parsed


def sure_numbers(values: pd.Series[Any], argument: str) -> NDArray[np.float64]:
    """Convert a column as `as_numbers` does; raise where a text may be thousands or decimals."""
    parsed = as_numbers(values, argument)
    no_thousands(values, argument)
    return parsed


def no_thousands(values: pd.Series[Any], argument: str) -> None:
    """Raise if a text such as 1,000 or 1.000 may be either thousands or decimals."""
    either = may_be_thousands(values)
    if either.any():
        seen = listed(distinct(values[either]))
        raise ColumnError(
            argument,
            f": column {values.name!r} holds {seen} ({rows_named(values.index, either)}), {THOUSANDS}",
            AS_NUMBERS,
            seen=seen,
        )


def lengths(
    values: pd.Series[Any], argument: str, must: str = "must be metres"
) -> NDArray[np.float64]:
    """Convert a column to metres, or whatever it must be, each 0 or more and none missing."""
    metres_ = sure_numbers(values, argument)
    wrong = ~(np.isfinite(metres_) & (metres_ >= 0))
    if wrong.any():
        raise ColumnError(
            argument,
            f"{must}, 0 or more, but column {values.name!r} {_holds(values[wrong])} "
            f"({rows_named(values.index, wrong)}).",
        )
    return metres_


def whole_counts(
    values: pd.Series[Any], argument: str, unit: str = "", if_empty: Sentence = ""
) -> NDArray[np.int64]:
    """Convert a column to whole numbers of a unit, each 0 or more and none missing.

    The unit is called as the argument unless it is given. `if_empty` is another way out for empty cells.
    """
    counts = sure_numbers(values, argument)
    for wrong, problem in (
        (np.isnan(counts), "is empty"),
        (counts < 0, "is negative"),
        (counts != np.floor(counts), "is not a whole number"),
        (counts > 1e9, "is larger than any building"),
    ):
        if wrong.any():
            seen = "" if np.isnan(counts[wrong]).all() else f" ({listed(distinct(values[wrong]))})"
            raise ColumnError(
                argument,
                f"must be whole numbers of {unit or argument} from 0, but column {values.name!r} {problem} "
                f"in {rows_named(values.index, wrong)}{seen}.",
                [
                    "Correct them, or leave those rows out.",
                    if_empty if problem == "is empty" else "",
                ],
            )
    return counts.astype(np.int64)


def no_sum(
    premises: gpd.GeoDataFrame,
    counts: NDArray[np.int64],
    argument: str,
    way_out: Sentence = LEAVE_OUT,
) -> None:
    """Raise if a row without a position is the sum of the others.

    A row is a sum if it has as high a count as all other rows together, or, where the table also has
    subtotals, as all rows with a position together. Coordinates that are 0 or sums themselves are no
    position. With fewer than 20 rows with a count above 0 it may be chance, and nothing is raised.
    """
    total = counts.sum()
    # RULE: besides the rows themselves there are at most subtotals, totals and a grand total.
    if 4 * counts.max() < total:
        return
    geometry = premises.geometry.to_numpy()
    x, y = np.full((2, len(geometry)), np.nan)
    some = ~(shapely.is_missing(geometry) | shapely.is_empty(geometry))
    x[some], y[some] = shapely.get_x(geometry[some]), shapely.get_y(geometry[some])
    with np.errstate(over="ignore", invalid="ignore"):
        summed = np.isclose(2 * x, np.nansum(x)) & np.isclose(2 * y, np.nansum(y))
    placed = usable(premises, "premises") & ~summed & ~((x == 0) & (y == 0))
    sums = (counts == total - counts) | (counts == counts[placed].sum())
    wrong = sums & ~placed & (counts > 0)
    if wrong.any() and np.count_nonzero(counts[placed]) >= LEAST_ROWS:
        raise ColumnError(
            argument,
            f"holds a sum: {rows_named(premises.index, wrong)} has no position of its own, and "
            f"{counts[wrong][0]:,} {argument}, as many as the other rows together.",
            way_out,
        )


def yes_or_no(values: pd.Series[Any], argument: str) -> NDArray[np.bool_]:
    """Convert booleans, 1 and 0, yes and no, or ja and nej to booleans; none may be missing."""
    if values.dtype == np.bool_:
        return values.to_numpy()
    text = values.astype("string").str.strip().str.lower()
    yes = text.isin(_YES).to_numpy(dtype=bool)
    wrong = ~(yes | text.isin(_NO).to_numpy(dtype=bool))
    if wrong.any():
        raise ColumnError(
            argument,
            "must be true or false (or 1/0, yes/no, ja/nej) in every row, but column "
            f"{values.name!r} {_holds(values[wrong])} ({rows_named(values.index, wrong)}).",
            "Correct them; if empty means no, write no there.",
        )
    return yes


def _holds(values: pd.Series[Any]) -> str:
    """Say of values that they are empty, or hold what the first few are."""
    there = distinct(values.dropna())
    return f"holds {listed(there)}" if there else "is empty"


def unique(
    values: pd.Series[Any],
    argument: str,
    way_out: Sentence = "Remove or merge those rows, or name another column.",
) -> None:
    """Raise if a value of the column is missing or repeats."""
    missing = values.isna().to_numpy()
    if missing.any():
        raise ColumnError(
            argument,
            f"must have a value in every row, but column {values.name!r} is empty in "
            f"{rows_named(values.index, missing)}.",
            "Fill it, or name another column.",
        )
    # RULE: values that are neither text nor number, such as lists, are compared as text.
    keys = values.map(repr) if pd.api.types.is_object_dtype(values) else values
    twice = distinct(values[keys.duplicated()])
    if twice:
        raise ColumnError(
            argument,
            f"must be different in every row, but column {values.name!r} repeats {len(twice):,} of "
            f"its values: {listed(twice)}.",
            way_out,
            seen=listed(twice),
        )


def no_twins(frame: pd.DataFrame, argument: str) -> None:
    """Raise if columns have the same name."""
    twice = frame.columns[frame.columns.duplicated()]
    if len(twice):
        raise ColumnError(argument, f"has several columns called {listed(twice)}.", "Rename them.")


def geo_frame(frame: object, argument: str) -> gpd.GeoDataFrame:
    """Raise unless `frame` is a GeoDataFrame with rows and at least one usable geometry."""
    if not isinstance(frame, gpd.GeoDataFrame):
        made = f" (read_{argument} makes one from a file)" if argument in _READ else ""
        raise refusal(argument, f"must be a GeoDataFrame{made}", type(frame))
    no_twins(frame, argument)
    if len(frame) == 0:
        raise GeometryError(argument, "is empty: it has no rows.")
    if geometry_name(frame) is None or not usable(frame, argument).any():
        raise GeometryError(
            argument,
            f"has no geometry in any of its {len(frame):,} rows.",
            "Name a layer that has geometry, or give coordinates.",
        )
    return frame


def planned_frame(planned: Any) -> Any:
    """Return the planned network; None if it is a plan without builds, as when the target is met."""
    built = isinstance(planned, gpd.GeoDataFrame) and "newly_reached" in planned.columns
    return None if built and planned.empty else planned


def premises_frame(frame: object) -> gpd.GeoDataFrame:
    """Raise unless `frame` holds points or building polygons, one place a premises."""
    premises = geo_frame(frame, "premises")
    geometry = premises.geometry.to_numpy()
    kinds = shapely.get_type_id(geometry)
    if (kinds == shapely.GeometryType.POINT).all():
        return premises
    types = (*POINT_TYPES, *POLYGON_TYPES)
    of_type(premises, types, "premises", "Were `premises` and `network` swapped?")
    several = kinds == shapely.GeometryType.MULTIPOINT
    several[several] = shapely.get_num_geometries(geometry[several]) > 1
    if several.any():
        raise GeometryError(
            "premises",
            f"must be in one place each, but {int(several.sum()):,} have several points "
            f"({rows_named(premises.index, several)}).",
            "Give each point a row of its own: .explode().",
        )
    return premises


def usable(frame: gpd.GeoDataFrame, argument: str) -> NDArray[np.bool_]:
    """Tell which rows have a position: a geometry that is neither missing nor empty.

    A point with a NaN coordinate counts as missing. Any other coordinate that is not finite is an
    error.
    """
    geometry = frame.geometry.to_numpy()
    points = (shapely.get_type_id(geometry) == shapely.GeometryType.POINT).all()
    # One sum finds any coordinate that is not finite.
    with np.errstate(over="ignore"):
        if points and np.isfinite(shapely.bounds(geometry).sum()):
            return np.ones(len(geometry), dtype=np.bool_)
        there: NDArray[np.bool_] = ~(shapely.is_missing(geometry) | shapely.is_empty(geometry))
        if np.isfinite(shapely.get_coordinates(geometry).sum()):
            return there
    xy, row = shapely.get_coordinates(geometry[there], return_index=True)
    finite = np.isfinite(xy).all(axis=1)
    counts = np.bincount(row, minlength=int(there.sum()))
    bad = np.bincount(row[~finite], minlength=len(counts))
    none = np.bincount(row[np.isnan(xy).any(axis=1)], minlength=len(counts))
    nowhere = (none == counts) & np.isin(frame.geom_type[there], POINT_TYPES)
    wrong = there.copy()
    wrong[there] = (bad > 0) & ~nowhere
    if wrong.any():
        raise GeometryError(
            argument,
            f"has coordinates that are not finite numbers in {rows_named(frame.index, wrong)}.",
            "Correct them, or set those geometries to None.",
        )
    there[there] = ~nowhere
    return there


def of_type(
    frame: gpd.GeoDataFrame, types: Sequence[str], argument: str, hint: Sentence = ""
) -> None:
    """Raise unless every geometry that is not missing is of one of `types`."""
    fitting = [shapely.GeometryType.MISSING, *(shapely.GeometryType[t.upper()] for t in types)]
    wrong = ~np.isin(shapely.get_type_id(frame.geometry.to_numpy()), fitting)
    if wrong.any():
        kinds = listed(sorted(set(frame.geom_type[wrong])))
        raise GeometryError(
            argument,
            f"must be {' or '.join(types)} geometries, but there are {int(wrong.sum()):,} of type "
            f"{kinds} ({rows_named(frame.index, wrong)}).",
            hint,
            seen=kinds,
        )


def make_room(
    frame: gpd.GeoDataFrame, names: Iterable[str], *, but: str | None = None
) -> gpd.GeoDataFrame:
    """Copy `frame`, renaming columns called like `names`, in any case, to `<name>_original`.

    The column `but` keeps its name. Case is ignored because a GeoPackage cannot hold both `Status`
    and `status`.
    """
    wanted = {name.casefold() for name in names}
    columns = {str(column).casefold() for column in frame.columns}
    for column in list(frame.columns):
        if column != but and str(column).casefold() in wanted:
            kept = f"{column}_original"
            while kept.casefold() in columns:
                kept += "_"
            columns.add(kept.casefold())
            if column == geometry_name(frame):
                frame = frame.rename_geometry(kept)
            else:
                frame = frame.rename(columns={column: kept})
    return frame.copy()


def area_frame(frame: object, argument: str) -> gpd.GeoDataFrame:
    """Raise unless `frame` holds valid polygons with a `name`, each named or coded once."""
    areas = geo_frame(frame, argument)
    of_type(areas, POLYGON_TYPES, argument, "Areas are polygons.")
    if "name" not in areas.columns:
        raise ColumnError(
            argument,
            Words("needs a column 'name': {made} makes it.", made=Call("read_areas", name=COLUMN)),
            f"Its columns are: {listed(areas.columns, most=30)}.",
        )
    key = "code" if "code" in areas.columns else "name"
    unique(areas[key], argument, OTHER_AREA[key])
    geometry = areas.geometry.to_numpy()
    for wrong, problem in (
        (~usable(areas, argument), "no geometry"),
        (~shapely.is_valid(geometry), "an invalid polygon (one that crosses itself, for example)"),
    ):
        if wrong.any():
            raise GeometryError(
                argument,
                f"has {problem} in {rows_named(areas.index, wrong)}.",
                "Leave those rows out, or repair them: areas.make_valid() shows the result.",
            )
    return areas
