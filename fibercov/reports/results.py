"""The folder of files that a run leaves behind: all of them, or none."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict, replace
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow as pa
import pyogrio

from fibercov import checks, texts, writing
from fibercov.errors import FibercovError, FileError
from fibercov.geo.crs import crs_name
from fibercov.maps import CoverageMap
from fibercov.measure.areas import area_of
from fibercov.measure.coverage import Coverage
from fibercov.measure.drops import measure_coverage
from fibercov.measure.target import TargetCheck
from fibercov.reach import Reach
from fibercov.read.frames import read_network, read_premises
from fibercov.version import __version__

SUMMARY = "summary.json"
_LONGEST = 50_000_000  # bytes of a summary that is read
_HELD = (  # by a GeoPackage
    pa.types.is_boolean, pa.types.is_integer, pa.types.is_floating,
    pa.types.is_string, pa.types.is_large_string, pa.types.is_binary,
    pa.types.is_date, pa.types.is_timestamp,
)  # fmt: skip
_OURS = {
    "coverage.html", "premises.gpkg", "network.gpkg", "planned.gpkg", "areas.csv", "areas.gpkg", SUMMARY,
}  # fmt: skip


def write_results(
    folder: Path,
    coverage: Coverage,
    check: TargetCheck,
    *,
    page: CoverageMap,
    network: gpd.GeoDataFrame | None,
    planned: gpd.GeoDataFrame | None,
    areas: gpd.GeoDataFrame | None,
    problems: pd.DataFrame,
    language: str = "en",
    keep: Iterable[Path] = (),
) -> list[Path]:
    """Write the map, the tables and the data of one measurement.

    Everything is written aside first and moved in when all of it is there: a run that fails leaves
    the folder as it was, and what a run that was killed leaves is put right by the next. Files of an
    earlier run are replaced or removed, and no others touched. The same run writes the same bytes.

    Parameters
    ----------
    folder
        Where to; made if it is not there.
    coverage, check
        The measurement, and the target it was held against, with the areas if there are any.
    page
        The map of the measurement.
    network, planned
        The networks that were measured to.
    areas
        The areas as they were read, for what the summary says of the inputs.
    problems
        What is odd about the data, for the summary.
    language
        The language whose spreadsheets areas.csv is for: Swedish ones have decimal commas.
    keep
        Files that must not be written over: the run's own input.

    Returns
    -------
    list of pathlib.Path
        The files that were written.

    Raises
    ------
    FileError
        If the folder cannot be written to, as where a program has a file of it open on Windows, or a
        file that is not an earlier run's, or is to be kept, would be written over.
    """
    tables = {"premises": coverage.premises, "network": network, "planned": planned}
    names = ["coverage.html", *(f"{n}.gpkg" for n, t in tables.items() if t is not None)]
    names += [] if check.areas.empty else ["areas.csv", "areas.gpkg"]
    names.append(SUMMARY)  # the last to be moved in: with it the run is complete
    made_here = not folder.exists()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with writing.replacing_all(folder) as aside:
            earlier = _earlier(folder)
            _check_free(folder, names, earlier, {path.resolve() for path in keep})
            with (aside / "coverage.html").open("wb") as file:
                page.save(file)
            with _written_on(coverage.as_of):
                _write_tables(aside, coverage, check, tables, language)
            figures = summary(coverage, check, areas, problems, page.title, names)
            (aside / SUMMARY).write_text(
                json.dumps(figures, indent=2, ensure_ascii=False, allow_nan=False) + "\n",
                encoding="utf-8",
            )
            writing.move_in(folder, names, sorted(earlier - set(names)))
        made_here = False
    except FibercovError:
        raise
    except Exception as error:  # the libraries below raise anything on what they cannot write
        seen = repr(str(folder))
        raise FileError(
            "out", f": cannot write to {seen}: {checks.reason(error)}.", seen=seen
        ) from error
    finally:
        if made_here:
            with suppress(OSError):
                folder.rmdir()
    return [folder / name for name in names]


def read_results(folder: Path, *, id: str | Sequence[str] | None = None) -> Coverage:  # noqa: A002 - as in read_premises
    """The measurement that a folder of results holds, measured again from the data in it.

    Parameters
    ----------
    folder
        Where it is.
    id
        What tells premises apart, as in `read_premises`, if nothing was named when they were measured.

    Raises
    ------
    FileError
        If it is not such a folder.
    """
    said, premises, (network, planned) = writing.read_whole(
        folder, SUMMARY, lambda where: _frames(where, folder, id)
    )
    coverage = measure_coverage(
        premises, network, planned=planned, reach=said.reach, as_of=said.as_of
    )
    return replace(coverage, one_household_each=said.one_each, connected_given=said.connected_given)


class _Said(NamedTuple):
    """How the results in a folder were measured."""

    reach: Reach
    as_of: date | None
    files: list[str]
    one_each: bool
    connected_given: bool


def _frames(
    where: Path,
    folder: Path,
    id: str | Sequence[str] | None,  # noqa: A002 - as in read_premises
) -> tuple[_Said, gpd.GeoDataFrame, list[gpd.GeoDataFrame | None]]:
    """What a folder of results, whose files lie there, says and holds: the premises, and the networks."""
    try:
        said = _as_said(_summary(where))
    except (OSError, ValueError, KeyError, TypeError) as error:
        seen = repr(str(folder))
        raise FileError(
            "folder",
            f": {seen} is no folder of results ({checks.reason(error)}).",
            "`fibercov measure` writes one.",
            seen=seen,
        ) from error
    networks = [
        read_network(where / name) if name in said.files else None
        for name in ("network.gpkg", "planned.gpkg")
    ]
    return said, read_premises(where / "premises.gpkg", id=id), networks


def _as_said(summary: dict[str, Any]) -> _Said:
    """What a summary says of how was measured, if it can be right."""
    for key, kind in (("files", list), ("one_household_each", bool)):
        if not isinstance(summary[key], kind):
            raise TypeError(f"`{key}` must be {kind.__name__}, not {checks.shown(summary[key])}")
    return _Said(
        reach=Reach(**summary["reach"]),
        as_of=checks.day(summary["as_of"], "as_of"),
        files=summary["files"],
        one_each=summary["one_household_each"],
        connected_given=summary["connected_share"] is not None,
    )


def _check_free(folder: Path, names: list[str], earlier: set[str], kept: set[Path]) -> None:
    """Raise if a file would be written over that is an input, or is not fibercov's own."""
    for path in (folder / name for name in {*names, *earlier}):
        seen, another = repr(str(path)), "Name another folder."
        if path.resolve() in kept:
            raise FileError("out", f": {seen} is an input of this run.", another, seen=seen)
        if path.exists() and path.name not in earlier:
            problem = f": {seen} is there already, and is not an earlier run's."
            raise FileError("out", problem, another, seen=seen)


@contextmanager
def _written_on(day: date | None) -> Iterator[None]:
    """Have GeoPackages say that they were written on the day that the data describes, not when they were.

    So that the same run writes the same bytes.
    """
    option = "OGR_CURRENT_DATE"
    before = pyogrio.get_gdal_config_option(option)
    pyogrio.set_gdal_config_options({option: f"{day or date(1970, 1, 1)}T00:00:00.000Z"})
    try:
        yield
    finally:
        pyogrio.set_gdal_config_options({option: before})


def _write_tables(
    folder: Path,
    coverage: Coverage,
    check: TargetCheck,
    tables: dict[str, gpd.GeoDataFrame | None],
    language: str,
) -> None:
    network = tables["network"]
    definition = {
        "reach_name": coverage.reach.name,
        "reach_m": coverage.reach.metres,
        "reach_to": coverage.reach.to,
        "reach_source": coverage.reach.source,
        "as_of": coverage.as_of.isoformat() if coverage.as_of else None,
    }
    added: dict[str, dict[str, Any]] = {"premises": dict(definition)}
    if not check.areas.empty:
        areas = gpd.GeoDataFrame(check.areas).assign(**definition)
        drawn = areas[areas.geometry.notna()]
        which = area_of(coverage, drawn)
        added["premises"]["area"] = np.where(which < 0, None, drawn["name"].to_numpy()[which])
        # Excel takes a file for UTF-8 only if it begins with a byte order mark.
        spreadsheet = texts.LANGUAGES[language]
        writing.cells(pd.DataFrame(areas.drop(columns="geometry"))).to_csv(
            folder / "areas.csv",
            index=False,
            encoding="utf-8-sig",
            sep=spreadsheet.separator,
            decimal=spreadsheet.decimal,
        )
        _write_layer(drawn, folder, "areas")
    if network is not None:  # what the premises' column of that name points at
        added["network"] = {"network_index": network.index}
    for name, table in tables.items():
        if table is not None:
            columns = added.get(name, {})
            _write_layer(checks.make_room(table, columns).assign(**columns), folder, name)


def _write_layer(table: gpd.GeoDataFrame, folder: Path, name: str) -> None:
    """Write a GeoPackage of one layer, whatever the columns are called and hold."""
    geometry = table.active_geometry_name
    columns: dict[Any, str] = {}
    taken = {"geometry", "fid"}  # the names that the file needs itself; it knows no case
    for column in (column for column in table.columns if column != geometry):
        columns[column] = str(column)
        while columns[column].casefold() in taken:
            columns[column] += "_"
        taken.add(columns[column].casefold())
    shapes = table.geometry
    values = pd.DataFrame(table.drop(columns=geometry)).rename(columns=columns)
    values = values.apply(_writable)
    gpd.GeoDataFrame(values, geometry=shapes.array, crs=table.crs).to_file(
        folder / f"{name}.gpkg",
        layer=name,
        engine="pyogrio",
        use_arrow=True,
        GEOMETRY_NAME="geometry",
        index=False,
    )


def _writable(column: pd.Series[Any]) -> pd.Series[Any]:
    """The column as it is, or what no GeoPackage holds, as text."""
    if isinstance(column.dtype, pd.CategoricalDtype | pd.SparseDtype):
        column = column.astype(object).infer_objects()
    if column.dtype.kind in "biufM" and not isinstance(column.dtype, gpd.array.GeometryDtype):
        return column
    try:
        kind = pa.array(column, from_pandas=True).type
    except (pa.ArrowException, OverflowError, TypeError, ValueError):  # of several kinds, say
        kind = pa.null()
    if any(fits(kind) for fits in _HELD):
        return column
    return column.map(str, na_action="ignore").astype("string")


def summary(
    coverage: Coverage,
    check: TargetCheck,
    areas: gpd.GeoDataFrame | None,
    problems: pd.DataFrame,
    title: str,
    files: list[str],
) -> dict[str, Any]:
    """The figures of a measurement, with all that defines them, ready for JSON.

    It says nothing of when or where it was made, so that the same run writes the same.
    """
    low, high = coverage.share_range
    inputs = dict(coverage.provenance)
    if areas is not None:
        inputs["areas"] = areas.attrs.get("provenance", {"rows_used": len(areas)})
    return {
        "title": title,
        "fibercov": __version__,
        "as_of": coverage.as_of.isoformat() if coverage.as_of else None,
        "reach": asdict(coverage.reach),
        "crs": crs_name(coverage.crs),
        "scale_error": coverage.scale_error,
        "one_household_each": coverage.one_household_each,
        "premises": len(coverage.premises),
        "households": coverage.households,
        "households_by_status": {str(k): int(v) for k, v in coverage.counts.items()},
        "homes_passed": coverage.homes_passed,
        "share": coverage.share,
        "share_range": [low, high],
        "connected_share": coverage.connected_share if coverage.connected_given else None,
        "target": check.target,
        "verdict": check.verdict,
        "met": check.met,
        "shortfall": check.shortfall,
        "problems": [
            {key: None if pd.isna(value) else value for key, value in row.items() if value != ""}
            for row in problems[problems["rows"] > 0].to_dict("records")
        ],
        "inputs": inputs,
        "files": files,
    }


def _summary(folder: Path) -> dict[str, Any]:
    """What the summary in a folder says."""
    try:
        said = json.loads(writing.content(folder / SUMMARY, _LONGEST))
    except RecursionError as error:
        raise ValueError("it is nested too deep") from error
    if not isinstance(said, dict):
        raise ValueError(f"it must be an object, not {checks.shown(said)}")  # noqa: TRY004 - as above
    return said


def _earlier(folder: Path) -> set[str]:
    """The files that an earlier run of fibercov says it wrote here."""
    try:
        written = _summary(folder)
    except (OSError, ValueError):
        return set()
    files = written.get("files") if "fibercov" in written else None
    return _OURS & {str(name) for name in files} if isinstance(files, list) else set()
