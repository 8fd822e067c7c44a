"""The folder of a plan: its map, its builds as a layer and as a table, its picture and a paragraph."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import geopandas as gpd
import pandas as pd

from fibercov import checks, texts, writing
from fibercov.errors import ArgumentError, FileError
from fibercov.maps import map_coverage
from fibercov.measure.coverage import CoverageTotals
from fibercov.plan.builds import Plan
from fibercov.plots.axes import part_of
from fibercov.plots.plan import plot_plan
from fibercov.reports.exports import write_csv, write_layer, written_on
from fibercov.reports.minutes import minutes, of_plan
from fibercov.reports.results import replaced
from fibercov.version import __version__

_MEASURED = "{reached} of {total} {unit} {definition}, {as_of}"
_SUMMARY, _MOST_BYTES = "plan.json", 1_000_000
FILES = ("plan.html", "builds.gpkg", "builds.csv", "plan.png", "minutes.txt", _SUMMARY)


def write_plan(
    folder: str | Path,
    plan: Plan,
    *,
    network: gpd.GeoDataFrame | None = None,
    areas: gpd.GeoDataFrame | None = None,
    title: str | None = None,
    language: str = "en",
) -> list[Path]:
    """Write the map, the layer, the table, the picture and the paragraph of a plan to a folder.

    The folder is for internal use: the map (`plan.html`) shows every premises, and a build may reach a
    single household. `builds.gpkg` and `builds.csv` have the builds in their order, `plan.png` the share
    against the cost, `minutes.txt` a paragraph, and `plan.json` the figures. All are written, or none;
    those of an earlier plan are replaced.

    Parameters
    ----------
    folder
        The folder to write to; created if it does not exist.
    plan
        What `plan_builds` gives, with builds.
    network, areas
        What else to draw: the network, and reporting areas.
    title
        The map's heading.
    language
        `"en"` or `"sv"`.

    Returns
    -------
    list of pathlib.Path
        The files that were written.

    Raises
    ------
    ArgumentError
        If the plan has no builds, or an argument has no allowed value.
    FileError
        If the folder cannot be written to, or has files of the same names that are not from an earlier plan.
    MissingExtraError
        If matplotlib is not installed.

    Examples
    --------
    >>> import tempfile
    >>> import fibercov as fc
    >>> demo = fc.load_demo(as_of="2018-10-01")
    >>> coverage = fc.measure_coverage(demo.premises, demo.network, reach=50)
    >>> plan = fc.plan_builds(coverage, demo.network, routes=demo.roads, target=0.75, cost_per_m=250)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     [file.name for file in fc.write_plan(folder, plan, network=demo.network)]
    ['plan.html', 'builds.gpkg', 'builds.csv', 'plan.png', 'minutes.txt', 'plan.json']
    """
    where = checks.path(folder, "folder")
    checks.made_by(plan, Plan, "plan", "plan_builds")
    if plan.builds.empty:
        raise checks.refusal("plan", "must have builds", plan)
    goal = plan.after.exact_share if plan.exact_target is None else plan.exact_target
    page = map_coverage(
        plan.planned, network=network, planned=plan.builds, areas=areas, target=goal,
        title=title, language=language,
    )  # fmt: skip
    pyplot = part_of("pyplot")
    drawn = plot_plan(plan, language=language).figure.canvas.figure
    with replaced(where, [*FILES], _earlier, set()) as aside:
        with (aside / FILES[0]).open("wb") as file:
            page.save(file)
        with written_on(plan.coverage.as_of):
            write_layer(plan.builds, aside, "builds")
        write_csv(pd.DataFrame(plan.builds.drop(columns="geometry")), aside / FILES[2], language)
        drawn.savefig(aside / FILES[3], dpi=150, metadata={"Software": None})
        said = minutes(plan.coverage, plan=plan, language=language)
        (aside / FILES[4]).write_text(said + "\n", encoding="utf-8")
        text = json.dumps(_figures(plan), indent=2, ensure_ascii=False, allow_nan=False)
        (aside / _SUMMARY).write_text(text + "\n", encoding="utf-8")
    pyplot.close(drawn)
    return [where / name for name in FILES]


def _figures(plan: Plan) -> dict[str, Any]:
    """Collect the figures of a plan, ready for JSON."""
    after = plan.after
    return {
        "fibercov": __version__,
        **_of(plan.coverage),
        "reached_before": plan.reached_before,
        "reached_after": after.reached,
        "share": plan.coverage.share,
        "share_after": after.share,
        "share_range_after": list(after.share_range),
        "target": None if plan.exact_target is None else float(plan.exact_target),
        "budget": plan.budget,
        "builds": len(plan.builds),
        "trench_m": plan.trench_m,
        "cost": plan.cost,
        "cost_lower_bound": plan.cost_lower_bound,
        "optimality_gap": plan.optimality_gap if plan.cost_lower_bound else None,
        "out_of_range": plan.out_of_range,
        "currency": plan.currency or None,
        "minutes": {language: of_plan(plan, language) for language in texts.LANGUAGES},
        "files": [*FILES],
    }


class PlanFigures(NamedTuple):
    """What the figures in the folder of a plan say for the minutes: its target, and its sentences by language."""

    target: float | None
    minutes: Mapping[str, str]


def read_figures(folder: Path, coverage: CoverageTotals) -> PlanFigures:
    """Read from the folder of a plan what the minutes need; raise unless it is a plan from this measurement.

    RULE: it is from this one if definition, unit, date, total and what is within reach are the same.
    """
    try:
        said = json.loads(writing.content(folder / _SUMMARY, _MOST_BYTES))
        of = {key: said[key] for key in _of(coverage)}
        told = PlanFigures(
            said["target"], {each: said["minutes"][each] for each in texts.LANGUAGES}
        )
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise FileError(
            "plan",
            f": {str(folder)!r} is not a folder of a plan ({checks.reason(error)}).",
            "Make one with `fibercov plan` or write_plan.",
            seen=repr(str(folder)),
        ) from error
    if of != _of(coverage):
        seen, right = (_MEASURED.format_map(each) for each in (of, _of(coverage)))
        raise ArgumentError(
            "plan",
            f"is of another measurement: {seen} instead of {right}.",
            "Plan from this one.",
            seen=seen,
        )
    return told


def _of(coverage: CoverageTotals) -> dict[str, Any]:
    """Name the measurement that a plan starts from."""
    return {
        "as_of": coverage.as_of.isoformat() if coverage.as_of else None,
        "definition": str(coverage.reach),
        "unit": coverage.unit,
        "total": coverage.total,
        "reached": coverage.reached,
    }


def _earlier(folder: Path) -> set[str]:
    """List the files of an earlier plan in a folder."""
    try:
        said = json.loads((folder / _SUMMARY).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return set()
    return {*FILES} if isinstance(said, dict) and "fibercov" in said else set()
