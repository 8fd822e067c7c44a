"""The folder of files that a run leaves behind: all of them, or none."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
from pyogrio.errors import DataLayerError, DataSourceError, FeatureError, FieldError

from fibercov.coverage import Coverage
from fibercov.crs import label
from fibercov.errors import FileError
from fibercov.maps import map_coverage
from fibercov.target import TargetCheck
from fibercov.version import __version__

SUMMARY = "summary.json"
_CANNOT_WRITE = (OSError, DataSourceError, DataLayerError, FieldError, FeatureError)


def write_results(
    folder: Path,
    coverage: Coverage,
    check: TargetCheck,
    *,
    network: gpd.GeoDataFrame | None,
    planned: gpd.GeoDataFrame | None,
    problems: pd.DataFrame,
    title: str,
    keep: Iterable[Path] = (),
) -> list[Path]:
    """Write the map, the tables and the data of one measurement.

    Everything is written aside first and moved in when all of it is there: a run that fails leaves
    what was in the folder. Files of an earlier run that this one does not write are removed.

    Parameters
    ----------
    folder
        Where to; made if it is not there.
    coverage, check
        The measurement, and the target it was held against, with the areas if there are any.
    network, planned
        The networks that were measured to.
    problems
        What is odd about the data, for the summary.
    title
        The heading of the map.
    keep
        Files that must not be written over: the run's own input.

    Returns
    -------
    list of pathlib.Path
        The files that were written.

    Raises
    ------
    FileError
        If the folder cannot be written to, or a file to keep would be written over.
    """
    tables = {"premises": coverage.premises, "network": network, "planned": planned}
    names = ["coverage.html", SUMMARY, *(f"{n}.gpkg" for n, t in tables.items() if t is not None)]
    names += [] if check.areas.empty else ["areas.csv", "areas.gpkg"]
    kept = {path.resolve() for path in keep}
    for name in names:
        if (folder / name).resolve() in kept:
            raise FileError(f"`out`: {str(folder / name)!r} is an input of this run. Name another.")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        earlier = _earlier(folder)
        with tempfile.TemporaryDirectory(dir=folder, prefix=".writing-") as aside:
            _write(Path(aside), coverage, check, tables, title)
            text = json.dumps(
                summary(coverage, check, problems, title, names), indent=2, ensure_ascii=False
            )
            (Path(aside) / SUMMARY).write_text(text + "\n", encoding="utf-8")
            for name in names:
                (Path(aside) / name).replace(folder / name)
        for name in earlier - set(names):
            if (folder / name).resolve() not in kept:
                (folder / name).unlink(missing_ok=True)
    except _CANNOT_WRITE as error:
        raise FileError(f"`out`: cannot write to {str(folder)!r}: {error}") from error
    return [folder / name for name in names]


def _write(
    folder: Path,
    coverage: Coverage,
    check: TargetCheck,
    tables: dict[str, gpd.GeoDataFrame | None],
    title: str,
) -> None:
    page = map_coverage(
        coverage,
        areas=None if check.areas.empty else check.areas,
        network=tables["network"],
        planned=tables["planned"],
        target=check.exact_target,
        title=title,
    )
    page.save(str(folder / "coverage.html"))
    definition = {
        "reach_name": coverage.reach.name,
        "reach_m": coverage.reach.metres,
        "reach_to": coverage.reach.to,
        "reach_source": coverage.reach.source,
        "as_of": coverage.as_of.isoformat() if coverage.as_of else None,
    }
    for name, table in tables.items():
        if table is not None:
            carried = table.assign(**definition) if name == "premises" else table
            _write_layer(carried, folder, name)
    if not check.areas.empty:
        areas = gpd.GeoDataFrame(check.areas).assign(**definition)
        # Excel takes a file for UTF-8 only if it begins with a byte order mark.
        pd.DataFrame(areas.drop(columns="geometry")).to_csv(
            folder / "areas.csv", index=False, encoding="utf-8-sig"
        )
        _write_layer(areas[areas.geometry.notna()], folder, "areas")


def _write_layer(table: gpd.GeoDataFrame, folder: Path, name: str) -> None:
    """Write a GeoPackage of one layer, whose row numbers stay clear of a column called fid."""
    number = "fid_" if any(str(c).casefold() == "fid" for c in table.columns) else "fid"
    table.to_file(folder / f"{name}.gpkg", layer=name, engine="pyogrio", FID=number)


def summary(
    coverage: Coverage, check: TargetCheck, problems: pd.DataFrame, title: str, files: list[str]
) -> dict[str, Any]:
    """The figures of a measurement, with all that defines them, ready for JSON."""
    low, high = coverage.share_range
    return {
        "title": title,
        "fibercov": __version__,
        "as_of": coverage.as_of.isoformat() if coverage.as_of else None,
        "reach": asdict(coverage.reach),
        "crs": label(coverage.crs),
        "scale_error": coverage.scale_error,
        "one_household_each": coverage.one_household_each,
        "premises": len(coverage.premises),
        "households": coverage.households,
        "households_by_status": {str(k): int(v) for k, v in coverage.counts.items()},
        "homes_passed": coverage.homes_passed,
        "share": coverage.share,
        "share_range": [low, high],
        "connected_share": coverage.connected_share,
        "target": check.target,
        "verdict": check.verdict,
        "met": check.met,
        "shortfall": check.shortfall,
        "problems": problems[problems["rows"] > 0].to_dict("records"),
        "inputs": coverage.provenance,
        "files": files,
    }


def _earlier(folder: Path) -> set[str]:
    """The files that an earlier run of fibercov says it wrote here."""
    try:
        files = json.loads((folder / SUMMARY).read_text("utf-8"))["files"]
    except (OSError, ValueError, KeyError, TypeError):
        return set()
    return {name for name in files if isinstance(name, str) and Path(name).name == name}
