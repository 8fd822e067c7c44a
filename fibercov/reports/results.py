"""The folder of files that a run leaves behind: all of them, or none.

`summary.json` at its root lists the files and gives the `format`. `internal/` has all exact figures: the map
with every premises and the network, and the data. `public/` is there only if asked for, and has what can be
published: the map without small counts, and without premises unless these were asked for, and its table.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyproj.exceptions

from fibercov import checks, texts, writing
from fibercov.errors import ArgumentError, FibercovError, FileError
from fibercov.geo.crs import to_crs
from fibercov.maps import map_coverage
from fibercov.measure.addresses import address_columns
from fibercov.measure.areas import area_of, rest_last, rest_of, summary_of
from fibercov.measure.columns import note_infinite
from fibercov.measure.coverage import Coverage
from fibercov.measure.drops import measure_coverage
from fibercov.measure.ends import barrier_frames
from fibercov.measure.problems import check_data
from fibercov.measure.publishable import Publication, publishable
from fibercov.measure.target import TargetCheck, check_target
from fibercov.reach import reach_columns
from fibercov.read.frames import read_network, read_premises
from fibercov.reports.exports import (
    data_file,
    in_fields_words,
    layer_names,
    write_csv,
    write_data,
    write_layer,
    written_on,
)
from fibercov.reports.opening import columns_by_date, open_coverage, record_of
from fibercov.reports.publication import files_of, is_public, write_files
from fibercov.reports.summary import (
    SUMMARY,
    Asked,
    RunRecord,
    check_format,
    load_summary,
    run_asked,
    run_record,
    summarize_run,
)
from fibercov.reports.unserved import UNSERVED, unserved_file, unserved_table, write_unserved
from fibercov.wording import Words

_MAP, _TABLE = "coverage.html", "areas.csv"
_NETWORKS = ("network", "planned", "roads", "barriers")
_DATA = {kind: (f"{kind}.gpkg", f"{kind}.parquet") for kind in ("premises", *_NETWORKS)}
_INTERNAL = (
    _MAP, *_DATA["premises"], *UNSERVED, *(file for kind in _NETWORKS for file in _DATA[kind]), _TABLE, "areas.gpkg",
)  # fmt: skip
_OWN_FILES = {SUMMARY, *(f"internal/{name}" for name in _INTERNAL)}


@dataclass(frozen=True, eq=False, repr=False)
class Results:
    """A folder of results, with the target check and the problems found, made by `write_results`.

    Attributes
    ----------
    folder
        The path of the folder.
    files
        The files that were written: `summary.json` last.
    check
        The share compared with the target, by area if areas were given.
    problems
        What is odd about the data, as `check_data` returns it.
    """

    folder: Path
    files: list[Path]
    check: TargetCheck
    problems: pd.DataFrame

    def __repr__(self) -> str:
        names = ", ".join(file.relative_to(self.folder).as_posix() for file in self.files)
        return f"Results in {str(self.folder)!r}: {names}"

    def _repr_html_(self) -> str:
        return texts.notebook(repr(self), self.check._repr_html_())


def write_results(
    folder: str | Path,
    coverage: Coverage,
    *,
    network: gpd.GeoDataFrame | None = None,
    planned: gpd.GeoDataFrame | None = None,
    roads: gpd.GeoDataFrame | None = None,
    barriers: gpd.GeoDataFrame | Sequence[gpd.GeoDataFrame] | None = None,
    areas: pd.DataFrame | str | None = None,
    rest: str | None = None,
    context: gpd.GeoDataFrame | Sequence[gpd.GeoDataFrame] | None = None,
    outline: gpd.GeoDataFrame | None = None,
    report_url: str | None = None,
    target: float | Decimal | Fraction = 0.90,
    until: date | str | None = None,
    expected_total: int | None = None,
    publish: str | None = None,
    licence: str = "",
    title: str | None = None,
    address: str | Sequence[str] | None = None,
    language: str = "en",
    keep: str | Path | Iterable[str | Path] = (),
) -> Results:
    """Check a measurement, and write its map, tables and data to a folder.

    This is everything that `fibercov measure` does with a measurement. `summary.json` has all figures
    and what defines them. In `internal/` are the map with every premises (`coverage.html`), the data
    (`premises.gpkg`, `network.gpkg`, `planned.gpkg`, `roads.gpkg`, `barriers.gpkg`), the areas (`areas.csv`, `areas.gpkg`) and the list of the premises that are unserved or
    planned (`unserved.xlsx`). Of data with more than 100,000 rows, the file is GeoParquet (`premises.parquet`),
    and a list of more is CSV (`unserved.csv`): a GeoPackage and a workbook of that size take long to write and to open. With
    `publish="areas"`, `public/` has what can be published: what `publishable` returns, as a map, as
    tables of the areas and squares, and what an officer signs (`README.txt`). With `publish="addresses"`,
    the map there also has the address and status of every premises, and there are no squares.

    Everything is written aside first, and moved in when it is complete: a run that fails leaves the
    folder as it was, and the next run cleans up after one that was killed. Files of an earlier run
    are replaced or removed, and no others are touched. The same run writes the same bytes.

    Parameters
    ----------
    folder
        The folder to write to; created if it does not exist.
    coverage
        A measurement.
    network, planned
        The networks that were measured to.
    roads, barriers
        The roads that drops follow, and what they should not cross, if they were measured so.
    areas
        Reporting areas as `read_areas` returns them, a column of the premises, or what `summarize`
        returned for either.
    rest
        A name for what lies in none of the areas, or has no value in the column, as in `summarize`.
    context
        The ground of the maps, as in `map_coverage`. Without it, the map that is not published has the
        roads that drops follow.
    outline, report_url
        As in `map_coverage`, for all maps.
    target
        The share to reach, 0-1.
    until
        The date to reach it by, as in `check_target`.
    expected_total
        What the total should be, as in `check_data`.
    publish
        `"areas"` or `"addresses"` to write `public/` too.
    licence
        The licence that is stated in the published files.
    title
        The heading of the maps; by default "Fiber coverage" in the reader's language.
    address
        As in `map_coverage`, and for `unserved.xlsx`; the map for publishing has addresses only with `publish="addresses"`.
    language
        The language that the maps open in, of `unserved.xlsx`, and of the spreadsheets that `areas.csv` is
        for: Swedish ones have decimal commas. Commands that take the folder go on in it.
    keep
        Files that must not be overwritten, such as those that were read.

    Returns
    -------
    Results
        The files that were written, the target check, and what is odd about the data.

    Raises
    ------
    FileError
        If the folder cannot be written to (on Windows, because a program has one of its files open,
        for example), or a file to keep, or one that is not from an earlier run, would be overwritten.
    ArgumentError
        If `rest` is given without areas, or is another name than that in a summary.
    FibercovError
        As in `check_data`, `check_target` and `map_coverage`.

    Examples
    --------
    >>> import tempfile
    >>> import fibercov as fc
    >>> demo = fc.load_demo()
    >>> coverage = fc.measure_coverage(demo.premises, demo.network, reach=50)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     made = fc.write_results(folder, coverage, network=demo.network, target=0.90)
    >>> made.check.met, [file.name for file in made.files]
    (True, ['coverage.html', 'premises.gpkg', 'unserved.xlsx', 'network.gpkg', 'summary.json'])
    """
    where = checks.path(folder, "folder")
    texts.known(language)
    summary = None
    if areas is not None:
        summary = rest_last(summary_of(coverage, areas, "areas", rest), "areas")
    named = None if summary is None else rest_of(summary)
    if rest not in {None, named}:
        raise ArgumentError(
            "rest",
            Words("needs {areas}, and no summary of them, which has named the rest already."),
        )
    check = check_target(coverage, target=target, by=summary, until=until)
    drawn = check.areas if isinstance(check.areas, gpd.GeoDataFrame) else None
    polygons = None if drawn is None else drawn[drawn.geometry.notna()]
    used = roads if coverage.reach.along else None
    if coverage.reach.along and roads is None:
        raise ArgumentError(
            "roads", "are part of the results: give those that the drops were measured along."
        )
    problems = check_data(
        coverage, network=network, areas=polygons, roads=used, expected_total=expected_total
    )
    public = None
    if publish is not None:
        if publish not in ("areas", "addresses"):
            raise checks.refusal("publish", "must be 'areas', 'addresses' or None", publish)
        public = publishable(
            coverage,
            areas=areas if isinstance(areas, str) else polygons,
            rest=named,
            premises=publish == "addresses",
            address=address,
        )
    data = {
        "premises": note_infinite(coverage.premises, texts.say("no_way", language)),
        "network": network,
        "planned": planned,
        "roads": used,
        "barriers": _one_frame(barriers, coverage),
    }
    listed = unserved_file(coverage)
    names = _names(data, check.areas, listed, public)
    kept = [keep] if isinstance(keep, str | Path) else keep
    with (
        replaced(where, names, _earlier, {Path(each).resolve() for each in kept}) as aside,
        ThreadPoolExecutor(1) as beside,  # as writing leaves most of Python's time to drawing
    ):
        area = None if polygons is None else _area_names(coverage, polygons)
        writes = beside.submit(
            _write_data, aside / "internal", coverage, check, area, data, language
        )
        page = map_coverage(
            coverage, areas=drawn, target=check.exact_target, title=title, language=language, outline=outline,
            report_url=report_url, network=network, planned=planned,
            context=used if context is None else context, address=address,
        )  # fmt: skip
        with (aside / "internal" / _MAP).open("wb") as file:
            page.save(file)
        if isinstance(areas, str):
            area = coverage.premises[checks.column_named(coverage.premises, areas, "areas")]
        if area is not None and named is not None:  # all that are listed have a position
            area = area.astype(object).where(area.notna(), named)
        missed = unserved_table(
            coverage, address_columns(coverage.premises, address), area, language
        )
        write_unserved(missed, aside / "internal" / listed, coverage.as_of, language)
        written = writes.result()  # first, as all threads share the date that GDAL gives to files
        if public is not None:
            write_files(
                aside / "public", public, context=context, outline=outline, report_url=report_url,
                target=check.exact_target, title=title, language=language, licence=licence,
            )  # fmt: skip
        figures = summarize_run(
            coverage, check, areas, problems, page.title, language, record_of(coverage, written), names,
        )  # fmt: skip
        write_summary(aside, figures)
    return Results(where, [where / name for name in names], check, problems)


def write_publication(
    folder: str | Path,
    publication: Publication,
    *,
    context: gpd.GeoDataFrame | Sequence[gpd.GeoDataFrame] | None = None,
    outline: gpd.GeoDataFrame | None = None,
    report_url: str | None = None,
    target: float | Decimal | Fraction = 0.90,
    title: str | None = None,
    language: str = "en",
    licence: str = "",
) -> list[Path]:
    """Write what may be published to `public/` in a folder of results, in place of what is there.

    It is made of the publication alone: a map for each unit and definition, the areas and squares as
    CSV, GeoPackage and GeoJSON (WGS 84), and what was done to protect people (`README.txt`), for the
    officer who signs it. `internal/` stays as it is.

    Parameters
    ----------
    folder
        A folder of results.
    publication
        What `publishable` returns.
    context
        The ground of the maps, as in `map_coverage`.
    outline, report_url
        As in `map_coverage`.
    target
        The share to reach, 0-1.
    title, language
        As in `write_results`.
    licence
        The licence that is stated in the files.

    Returns
    -------
    list of pathlib.Path
        The files that were written.

    Raises
    ------
    FileError
        If it is not a folder of results, or cannot be written to.

    Examples
    --------
    >>> import tempfile
    >>> import fibercov as fc
    >>> demo = fc.load_demo()
    >>> coverage = fc.measure_coverage(demo.premises, demo.network, reach=50)
    >>> public = fc.publishable([coverage, coverage.at(100)], areas=demo.areas)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     _ = fc.write_results(folder, coverage, network=demo.network)
    ...     files = fc.write_publication(folder, public)
    >>> [file.name for file in files][:3]
    ['coverage.html', 'coverage-households-100-m.html', 'areas.csv']
    """
    where, goal = checks.path(folder, "folder"), checks.exact_target(target)
    texts.known(language)
    checks.made_by(publication, Publication, "publication", "publishable")
    names = [f"public/{name}" for name in files_of(publication)]
    _, summary = record_in(where)
    staying = [name for name in summary["files"] if not name.startswith("public/")]
    summary["files"] = [*(name for name in staying if name != SUMMARY), *names, SUMMARY]
    with replaced(where, [*names, SUMMARY], run_files, set(), staying) as aside:
        write_files(
            aside / "public", publication, context=context, outline=outline, report_url=report_url,
            target=goal, title=title, language=language, licence=licence,
        )  # fmt: skip
        write_summary(aside, summary)
    return [where / name for name in names]


def read_results(folder: str | Path, *, id: str | Sequence[str] | None = None) -> Coverage:  # noqa: A002 - as in read_premises
    """Open the measurement in a folder of results, without measuring again.

    It is the one that `write_results` (or `fibercov measure`) was given: the same premises with their
    drops and statuses, definition, unit, date, plan and provenance. Its premises are numbered from 0. While
    another run writes to the folder, the old results are read. A folder of fibercov's first version has
    no record of the measurement; it is measured again from the data in `internal/`.

    Parameters
    ----------
    folder
        Where the results are.
    id
        The columns that identify premises, as in `read_premises`, if none were named when measuring.

    Returns
    -------
    Coverage
        The measurement.

    Raises
    ------
    FileError
        If it is not a folder of results, has a format that this version does not read, lacks a file, or
        its premises or figures have been changed.
    ColumnError
        If the column does not exist, or its values repeat.

    Examples
    --------
    >>> import tempfile
    >>> import fibercov as fc
    >>> demo = fc.load_demo()
    >>> coverage = fc.measure_coverage(demo.premises, demo.network, reach=50)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     made = fc.write_results(folder, coverage, network=demo.network)
    ...     fc.read_results(folder).share == coverage.share
    True
    """
    return read_run(folder, id=id, data=())[0]


def read_run(
    folder: str | Path,
    *,
    id: str | Sequence[str] | None = None,  # noqa: A002 - as in read_premises
    data: Sequence[str] = _NETWORKS,
) -> tuple[Coverage, dict[str, gpd.GeoDataFrame | None]]:
    """Open a measurement as `read_results` does; return networks, roads, barriers or areas of the folder, too."""
    where = checks.path(folder, "folder")
    return writing.read_whole(
        where,
        SUMMARY,
        lambda here: open_run(*record_in(here, where), here, where, id=id, data=data),
    )


def write_summary(folder: Path, summary: dict[str, Any]) -> None:
    """Write the summary of a folder of results."""
    text = json.dumps(summary, indent=2, ensure_ascii=False, allow_nan=False)
    (folder / SUMMARY).write_text(text + "\n", encoding="utf-8")


def record_in(where: Path, folder: Path | None = None) -> tuple[RunRecord, dict[str, Any]]:
    """Read how the results in `folder` were measured; its files are now in `where`."""
    folder = folder or where
    with _of_results(folder):
        summary = load_summary(where)
        check_format(summary, folder)
        return run_record(summary), summary


def asked_in(folder: Path) -> Asked:
    """Read what else the run was asked for that wrote the results in `folder`."""
    with _of_results(folder):
        return run_asked(record_in(folder)[1])


@contextmanager
def _of_results(folder: Path) -> Iterator[None]:
    """Turn what goes wrong with a summary that is missing or cannot be right into a `FileError`."""
    try:
        yield
    except FileError:
        raise
    except (OSError, ValueError, KeyError, TypeError, AttributeError, ArgumentError) as error:
        raise FileError(
            "folder",
            f": {str(folder)!r} is not a folder of results ({checks.reason(error)}).",
            "Make one with `fibercov measure` or write_results.",
            seen=repr(str(folder)),
        ) from error


def open_run(
    run: RunRecord,
    summary: dict[str, Any],
    where: Path,
    folder: Path,
    *,
    id: str | Sequence[str] | None = None,  # noqa: A002 - as in read_premises
    data: Sequence[str] = (),
) -> tuple[Coverage, dict[str, gpd.GeoDataFrame | None]]:
    """Open the measurement and the data of `folder`, whose summary was read and whose files are now in `where`."""
    lacks = [name for name in run.files if _is_data(name) and not (where / str(name)).is_file()]
    if lacks:
        raise FileError(
            "folder",
            f": {str(folder)!r} lacks {checks.listed(lacks)}, which its {SUMMARY} lists.",
            "Copy the whole folder, or measure again.",
            seen=repr(str(folder)),
        )
    record = summary.get("measured")
    if record and "parts" in record:
        raise FileError(
            "folder",
            f": {str(folder)!r} holds a measurement in {len(record['parts']):,} parts, which are not opened "
            "together.",
            "Open its totals with read_totals, and premises with geopandas from internal/premises.",
            seen=repr(str(folder)),
        )
    found = {kind: _layer_of(where, kind, run.files) for kind in data}
    file = _file_of("premises", run.files) or "internal/premises.gpkg"
    premises = read_premises(where / file, id=None if record else id)
    if not record:
        every = {kind: _layer_of(where, kind, run.files) for kind in _NETWORKS}
        again = measure_coverage(
            premises, every["network"], planned=every["planned"], roads=every["roads"],
            barriers=every["barriers"], reach=run.reach, unit=run.unit, as_of=run.as_of,
        )  # fmt: skip
        return replace(again, connected_given=run.connected_given), found
    with _unless_changed(folder, file):
        coverage, as_written = open_coverage(
            premises, record, summary, reach=run.reach, unit=run.unit, as_of=run.as_of
        )
        if not as_written:
            raise ValueError("the premises or the figures are others than those that were measured")
    if id is not None:
        coverage = replace(coverage, premises=read_premises(coverage.premises, id=id))
    network = found.get("network")
    if network is not None and "network_index" in network.columns:
        found["network"] = network.set_index("network_index")
    return coverage, found


def _is_data(name: object) -> bool:
    """Tell whether a file is part of what a measurement is read from."""
    return name in {f"internal/{file}" for files in _DATA.values() for file in files}


def _file_of(kind: str, files: list[str]) -> str | None:
    """Name the file of premises, a network, roads, barriers or areas; None if the folder has none."""
    names = (f"internal/{file}" for file in _DATA.get(kind, (f"{kind}.gpkg",)))
    return next((name for name in names if name in files), None)


def _layer_of(where: Path, kind: str, files: list[str]) -> gpd.GeoDataFrame | None:
    """Read a network, roads, barriers or areas; None if the folder has none."""
    name = _file_of(kind, files)
    if name is None:
        return None
    if kind == "areas":
        return gpd.read_file(where / name).filter(["name", "code", "geometry"])
    return read_network(where / name)


@contextmanager
def _unless_changed(folder: Path, file: str) -> Iterator[None]:
    """Turn what goes wrong with files that were changed into a `FileError`."""
    try:
        yield
    except (ValueError, KeyError, TypeError, AttributeError, pyproj.exceptions.CRSError) as error:
        raise FileError(
            "folder",
            f": {str(folder)!r} has been changed since it was written ({checks.reason(error)}).",
            f"Restore {file} and {SUMMARY}, or measure again.",
            seen=repr(str(folder)),
        ) from error


def _one_frame(barriers: object, coverage: Coverage) -> gpd.GeoDataFrame | None:
    """Put barriers into one frame, in the CRS of the measurement."""
    shapes = [to_crs(frame, coverage.crs, "barriers") for frame in barrier_frames(barriers)]
    return gpd.GeoDataFrame(geometry=np.concatenate(shapes), crs=coverage.crs) if shapes else None


def _names(
    data: dict[str, gpd.GeoDataFrame | None],
    areas: pd.DataFrame,
    listed: str,
    public: Publication | None,
) -> list[str]:
    """List the files of a run, the summary last, which makes the run complete."""
    there = {_MAP, listed, *(data_file(n, table) for n, table in data.items() if table is not None)}
    drawn = isinstance(areas, gpd.GeoDataFrame)
    there |= {"areas.gpkg"} if drawn else set()
    there |= {_TABLE} if len(areas) else set()
    names = [f"internal/{name}" for name in _INTERNAL if name in there]
    if public is not None:
        names += [f"public/{name}" for name in files_of(public)]
    return [*names, SUMMARY]


@contextmanager
def replaced(
    folder: Path,
    names: list[str],
    earlier_in: Callable[[Path], set[str]],
    kept: set[Path],
    staying: Iterable[str] = (),
) -> Iterator[Path]:
    """Provide a folder to write these files to, and then replace those of an earlier run with them."""
    made_here = False
    try:
        made_here = not folder.exists()
        folder.mkdir(parents=True, exist_ok=True)
        with writing.replacing_all(folder) as aside:
            earlier = earlier_in(folder)
            _check_free(folder, names, earlier, kept)
            for name in names:
                (aside / name).parent.mkdir(exist_ok=True)
            yield aside
            writing.move_in(folder, names, sorted(earlier - {*names, *staying}))
        made_here = False
    except FibercovError:
        raise
    except Exception as error:  # the libraries below may raise anything when they cannot write
        raise FileError(
            "folder",
            f": cannot write to {str(folder)!r}: {checks.reason(error)}.",
            seen=repr(str(folder)),
        ) from error
    finally:
        if made_here:
            with suppress(OSError):
                folder.rmdir()


def _check_free(folder: Path, names: list[str], earlier: set[str], kept: set[Path]) -> None:
    """Raise if an input, or a file that fibercov did not write, would be overwritten."""
    for name in {*names, *earlier}:
        path = folder / name
        if path.resolve() in kept:
            raise FileError(
                "folder",
                f": {str(path)!r} is an input of this run.",
                "Name another folder.",
                seen=repr(str(path)),
            )
        if path.exists() and name not in earlier:
            raise FileError(
                "folder",
                f": {str(path)!r} already exists, and is not from an earlier run.",
                "Name another folder.",
                seen=repr(str(path)),
            )


def _definition(coverage: Coverage) -> dict[str, Any]:
    """Return what defines the figures of a table, as columns of one value each."""
    return {
        **reach_columns(coverage.reach),
        "reach_source": coverage.reach.source,
        "as_of": coverage.as_of.isoformat() if coverage.as_of else None,
    }


def _area_names(coverage: Coverage, polygons: gpd.GeoDataFrame) -> pd.Series[Any]:
    """Name the area that each premises is in; None where it is in none."""
    which = area_of(coverage, polygons)
    return pd.Series(np.where(which < 0, None, polygons["name"].to_numpy()[which]))


def _write_data(
    folder: Path,
    coverage: Coverage,
    check: TargetCheck,
    area: pd.Series[Any] | None,
    data: dict[str, gpd.GeoDataFrame | None],
    language: str,
) -> dict[str, str]:
    """Write the premises with the names of their areas, the networks and the areas, with all exact figures.

    Return what the premises' columns are called in the file.
    """
    definition = _definition(coverage)
    added: dict[str, dict[str, Any]] = {"premises": {**definition, **columns_by_date(coverage)}}
    if area is not None:
        added["premises"]["area"] = area.to_numpy()
    network = data["network"]
    if network is not None:  # the labels in the premises' column of the same name
        added["network"] = {"network_index": network.index}
    names: dict[str, str] = {}
    with written_on(coverage.as_of):
        if not check.areas.empty:
            areas = in_fields_words(check.areas).assign(**definition)
            if isinstance(areas, gpd.GeoDataFrame):
                write_layer(areas[areas.geometry.notna()], folder, "areas")
                areas = pd.DataFrame(areas.drop(columns=str(areas.active_geometry_name)))
            write_csv(areas, folder / _TABLE, language)
        for name, table in data.items():
            if table is not None:
                columns = added.get(name, {})
                made = checks.make_room(table, columns)
                whole = made.assign(**columns)
                write_data(whole, folder, name)
                if name == "premises":
                    in_file = layer_names(whole)
                    pairs = zip(table.columns, made.columns, strict=True)
                    names = {str(own): in_file[new] for own, new in pairs if new in in_file}
                    names |= {column: in_file[column] for column in columns}
    return names


def _earlier(folder: Path) -> set[str]:
    """Read which files an earlier run of `write_results` wrote here; raise if it was one in parts."""
    files = run_files(folder)
    if files and "parts" in (load_summary(folder).get("measured") or {}):
        raise FileError(
            "folder",
            f": {str(folder)!r} holds a measurement in parts.",
            "Name another folder.",
            seen=repr(str(folder)),
        )
    return files


def run_files(folder: Path) -> set[str]:
    """Read from the summary which files an earlier run of fibercov wrote here."""
    try:
        written = load_summary(folder)
    except (OSError, ValueError):
        return set()
    check_format(written, folder)
    files = written.get("files") if "fibercov" in written else None
    return {name for name in map(str, files) if _is_own(name)} if isinstance(files, list) else set()


def _is_own(name: str) -> bool:
    """Tell whether fibercov may have written a file of this name."""
    folder, _, rest = name.rpartition("/")
    return name in _OWN_FILES or (folder == "public" and is_public(rest))
