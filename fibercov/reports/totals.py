"""The folder of results of a measurement whose premises are many files: written, and opened as totals."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyproj

from fibercov import checks, writing
from fibercov.errors import FileError
from fibercov.maps import map_coverage
from fibercov.measure.areas import FIGURES, with_shares
from fibercov.measure.coverage import CoverageTotals
from fibercov.measure.target import check_target
from fibercov.reports.exports import in_fields_words, write_csv, write_layer, written_on
from fibercov.reports.results import open_run, record_in, replaced, run_files, write_summary
from fibercov.reports.summary import SUMMARY, summarize_run

_MAP, _TABLE, _LAYER = "internal/coverage.html", "internal/areas.csv", "internal/areas.gpkg"


def write_totals(
    folder: Path,
    totals: CoverageTotals,
    problems: pd.DataFrame,
    parts: Sequence[str],
    run: str,
    *,
    areas: gpd.GeoDataFrame | str | None,
    target: float | Decimal | Fraction,
    title: str | None,
    language: str,
) -> list[str]:
    """Write the map and the tables of areas, and last the summary, which names the parts."""
    by_area = totals.by_area
    check = check_target(totals, target=target, by=by_area)
    drawn = by_area is not None and isinstance(by_area, gpd.GeoDataFrame)
    names = [_MAP, _TABLE, _LAYER] if drawn else [_TABLE] if by_area is not None else []
    with replaced(folder, [*names, SUMMARY], run_files, set()) as aside:
        if by_area is not None:
            table = in_fields_words(check.areas)
            write_csv(
                pd.DataFrame(table.drop(columns="geometry", errors="ignore")),
                aside / _TABLE,
                language,
            )
        page_title = title or ""
        if drawn:
            page = map_coverage(
                totals, areas=check.areas, target=check.exact_target, title=title, language=language
            )
            with (aside / _MAP).open("wb") as file:
                page.save(file)
            page_title = page.title
            with written_on(totals.as_of):
                write_layer(table[table.geometry.notna()], aside / "internal", "areas")
        summary = summarize_run(
            totals,
            check,
            areas,
            problems,
            page_title,
            language,
            _record(totals, parts, run),
            [*names, SUMMARY],
        )
        write_summary(aside, summary)
    return [*names, SUMMARY]


def _record(totals: CoverageTotals, parts: Sequence[str], run: str) -> dict[str, Any]:
    """Write down what the rest of the summary does not say."""
    by_area = totals.by_area
    rows = None
    if by_area is not None:
        labels = [name for name in ("name", "code") if name in by_area.columns]
        table = pd.DataFrame(by_area[[*labels, *FIGURES]]).astype(object)
        rows = table.where(table.notna(), None).to_dict("list")
    return {
        "parts": list(parts),
        "run": run,
        "crs": totals.crs.to_wkt(),
        "own_zones": totals.own_zones,
        "one_household_each": totals.one_household_each,
        "premises_by_status": dict(totals.premises_by_status),
        "reached_range": list(totals.reached_range),
        "reached_by_m": [[float(reach), int(n)] for reach, n in totals.reached_by_m.items()],
        "by_area": rows,
    }


def read_totals(folder: str | Path) -> CoverageTotals:
    """Open the totals in a folder of results, made by `measure_partitions` or `write_results`.

    Parameters
    ----------
    folder
        Where the results are.

    Returns
    -------
    CoverageTotals
        Those that `measure_partitions` returned; or, of other results, what `read_results` returns.

    Raises
    ------
    FileError
        As in `read_results`.

    Examples
    --------
    >>> import tempfile
    >>> import fibercov as fc
    >>> demo = fc.load_demo()
    >>> coverage = fc.measure_coverage(demo.premises, demo.network, reach=50)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     made = fc.write_results(folder, coverage, network=demo.network)
    ...     fc.read_totals(folder).reached
    3086
    """
    where = checks.path(folder, "folder")
    return writing.read_whole(where, SUMMARY, lambda here: _opened(here, where))


def _opened(where: Path, folder: Path) -> CoverageTotals:
    """Open the totals of `folder`, whose files are now in `where`."""
    run, summary = record_in(where, folder)
    said = summary.get("measured") or {}
    if "parts" not in said:
        return open_run(run, summary, where, folder)[0]
    try:
        by_area = None
        if said["by_area"] is not None:
            rows = pd.DataFrame(said["by_area"], dtype=object)
            counts = rows[[*FIGURES]].astype(np.int64)
            labels = rows.drop(columns=[*FIGURES])
            table = with_shares(counts, run.unit, connected_given=run.connected_given)
            by_area = pd.concat([labels, table], axis=1)
            if _LAYER in run.files:
                layer = gpd.read_file(where / _LAYER)
                shapes = [*layer.geometry, None, None]
                by_area = gpd.GeoDataFrame(by_area, geometry=shapes, crs=layer.crs)
        low, high = said["reached_range"]
        return CoverageTotals(
            reach=run.reach,
            as_of=run.as_of,
            crs=pyproj.CRS.from_wkt(said["crs"]),
            scale_error=float(summary["scale_error"]),
            unit=run.unit,
            one_household_each=said["one_household_each"],
            connected_given=run.connected_given,
            plan_counts=None,
            provenance={name: told for name, told in summary["inputs"].items() if name != "areas"},
            premises_by_status=said["premises_by_status"],
            counts_by_status=summary["counts_by_status"],
            reached_range=(low, high),
            reached_by_m={float(reach): int(n) for reach, n in said["reached_by_m"]},
            by_area=by_area,
            own_zones=said["own_zones"],
        )
    except (KeyError, TypeError, ValueError, OSError, RuntimeError) as error:  # of GDAL: the last
        raise FileError(
            "folder",
            f": {str(folder)!r} has been changed since it was written ({checks.reason(error)}).",
            "Measure again: what is done is kept.",
            seen=repr(str(folder)),
        ) from error
