"""The summary of a folder of results: its figures, what defines them, and its format."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd

from fibercov import checks, texts, writing
from fibercov.errors import FileError
from fibercov.geo.crs import crs_name
from fibercov.measure.areas import rest_of
from fibercov.measure.compare import compare_units
from fibercov.measure.coverage import CoverageTotals
from fibercov.measure.target import TargetCheck
from fibercov.reach import Reach
from fibercov.reports.opening import reach_fields
from fibercov.version import __version__

FORMAT = 2  # of the folder: which files it has, and what is in them
SUMMARY = "summary.json"
_MOST_BYTES = 50_000_000  # of a summary that is read


class RunRecord(NamedTuple):
    """How the results in a folder were measured."""

    reach: Reach
    as_of: date | None
    files: list[str]
    unit: str
    connected_given: bool


class Asked(NamedTuple):
    """What else a run was asked for, which commands that take its results go on with.

    `column` is that of the premises to report by; None if these were polygons, or none. `rest` is the
    name for what lies in no area, if there is one. `in_parts` is whether there are totals alone.
    """

    target: float
    column: str | None
    rest: str | None
    language: str
    in_parts: bool


def summarize_run(
    coverage: CoverageTotals,
    check: TargetCheck,
    areas: pd.DataFrame | str | None,
    problems: pd.DataFrame,
    title: str,
    language: str,
    measured: dict[str, Any],
    files: list[str],
) -> dict[str, Any]:
    """Collect the figures of a measurement and all that defines them, ready for JSON.

    RULE: it does not say when or where it was made, so that the same run writes the same bytes.
    """
    low, high = coverage.share_range
    inputs = dict(coverage.provenance)
    if areas is not None:
        if isinstance(areas, str):
            source = {"column": areas}
        else:
            source = areas.attrs.get("provenance", {"rows_used": len(areas)})
        rest = rest_of(check.areas)
        inputs["areas"] = source if rest is None else {**source, "rest": rest}
    return {
        "format": FORMAT,
        "title": title,
        "language": language,
        "fibercov": __version__,
        "as_of": coverage.as_of.isoformat() if coverage.as_of else None,
        "reach": reach_fields(coverage.reach),
        "crs": crs_name(coverage.crs),
        "scale_error": coverage.scale_error,
        "premises": sum(coverage.premises_by_status.values()),
        "unit": coverage.unit,
        "total": coverage.total,
        "counts_by_status": {str(k): int(v) for k, v in coverage.counts.items()},
        "reached": coverage.reached,
        "share": coverage.share,
        "share_range": [low, high],
        "connected_share": coverage.connected_share if coverage.connected_given else None,
        "units": compare_units(coverage).astype(object).to_dict("records"),
        "target": check.target,
        "verdict": check.verdict,
        "met": check.met,
        "shortfall": check.shortfall,
        "until": None
        if check.planned is None
        else {
            "date": str(check.until),
            "reached": check.planned.reached,
            "share": check.planned.share,
            "verdict": check.planned.verdict,
            "shortfall": check.planned.shortfall,
        },
        "problems": [
            {key: None if pd.isna(value) else value for key, value in row.items() if value != ""}
            for row in problems[problems["rows"] > 0].to_dict("records")
        ],
        "inputs": inputs,
        "measured": measured,
        "files": files,
    }


_MAIN = (
    "title", "as_of", "reach", "unit", "total", "reached", "share", "share_range", "counts_by_status", "units",
    "target", "verdict", "met", "shortfall", "until", "problems", "files",
)  # fmt: skip


def main_figures(folder: Path) -> dict[str, Any]:
    """Read from the summary in a folder what a program asks for first."""
    said = load_summary(folder)
    return {"folder": str(folder), **{key: said[key] for key in _MAIN}}


def load_summary(folder: Path) -> dict[str, Any]:
    """Read the summary in a folder."""
    try:
        said = json.loads(writing.content(folder / SUMMARY, _MOST_BYTES))
    except RecursionError as error:
        raise ValueError("it is nested too deeply") from error
    if not isinstance(said, dict):
        raise ValueError(f"it must be an object, not {checks.shown(said)}")  # noqa: TRY004 - as above
    return said


def check_format(said: dict[str, Any], folder: Path) -> None:
    """Raise if fibercov wrote the folder, but in the format of another version."""
    if "fibercov" not in said or said.get("format") == FORMAT:
        return
    found, use = "none", "Measure"
    if "format" in said:
        found = checks.shown(said["format"])
        use = f"Use fibercov {str(said['fibercov'])[:30]}, or measure"
    raise FileError(
        "folder",
        f": {str(folder)!r} has results of format {found}, but fibercov {__version__} reads and "
        f"replaces only format {FORMAT}.",
        f"{use} again into another folder.",
        seen=repr(str(folder)),
    )


def run_record(summary: dict[str, Any]) -> RunRecord:
    """Read from a summary how the results were measured; raise if it cannot be right."""
    for key, kind in (("files", list), ("unit", str)):
        if not isinstance(summary[key], kind):
            raise TypeError(f"`{key}` must be {kind.__name__}, not {checks.shown(summary[key])}")
    return RunRecord(
        reach=Reach(**summary["reach"]),
        as_of=checks.day(summary["as_of"], "as_of"),
        files=summary["files"],
        unit=summary["unit"],
        connected_given=summary["connected_share"] is not None,
    )


def run_asked(summary: dict[str, Any]) -> Asked:
    """Read from a summary what else the run was asked for; raise if it cannot be right."""
    areas = summary["inputs"].get("areas", {})
    return Asked(
        target=float(summary["target"]),
        column=areas.get("column"),
        rest=areas.get("rest"),
        language=texts.known(summary.get("language", "en")),
        in_parts="parts" in (summary.get("measured") or {}),
    )
