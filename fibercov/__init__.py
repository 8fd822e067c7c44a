"""The share of households within reach of fiber: measured, mapped, checked against a target.

Read premises and a network, measure each premises' drop to the network once, and get from it the
share with its definition, date and range; the counts by area; the verdict on a target; and a map.

    import fibercov as fc

    premises = fc.read_premises("addresses.gpkg", households="hushall", connected="ansluten")
    network = fc.read_network("fiber.gpkg", layer="cables")
    coverage = fc.measure_coverage(premises, network, reach=50)
    print(coverage, fc.check_target(coverage, target=0.90))
    fc.map_coverage(coverage, network=network, target=0.90).save("coverage.html")

What is public is what `fibercov.__all__` names. Everything else may move.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from fibercov.demo import Demo, load_demo
from fibercov.errors import (
    ArgumentError,
    ColumnError,
    CRSError,
    FibercovError,
    FileError,
    GeometryError,
    MissingExtraError,
)
from fibercov.follow.change import Change, explain_change
from fibercov.follow.forecast import ExpectedDate, Forecast
from fibercov.follow.history import append_history, read_history
from fibercov.follow.pace import Pace
from fibercov.follow.progress import Progress, backtest, track_progress
from fibercov.measure.areas import square_grid, summarize
from fibercov.measure.compare import compare_reaches, compare_units, coverage_curve
from fibercov.measure.coverage import Coverage, CoverageTotals
from fibercov.measure.drops import measure_coverage
from fibercov.measure.operators import compare_operators
from fibercov.measure.problems import check_data
from fibercov.measure.publishable import Publication, publishable
from fibercov.measure.target import TargetCheck, check_target
from fibercov.plan.builds import Plan, plan_builds
from fibercov.plots import (
    plot_change,
    plot_curve,
    plot_map,
    plot_plan,
    plot_progress,
    plot_report,
)
from fibercov.reach import BNETZA, FCC_DROP, PTS_2015, PTS_GRID, RTR, Reach
from fibercov.read.frames import (
    POSITION_ERROR_M,
    read_areas,
    read_barriers,
    read_context,
    read_network,
    read_premises,
    read_roads,
)
from fibercov.reports.kolada import KOLADA_KPIS, kolada_rows, read_kolada
from fibercov.reports.minutes import minutes
from fibercov.reports.stratsys import stratsys_rows
from fibercov.version import __version__

if TYPE_CHECKING:
    from fibercov.maps import CoverageMap, map_coverage
    from fibercov.partitions.run import measure_partitions
    from fibercov.reports.plans import write_plan
    from fibercov.reports.results import Results, read_results, write_publication, write_results
    from fibercov.reports.totals import read_totals

__all__ = [
    "BNETZA",
    "FCC_DROP",
    "KOLADA_KPIS",
    "POSITION_ERROR_M",
    "PTS_2015",
    "PTS_GRID",
    "RTR",
    "ArgumentError",
    "CRSError",
    "Change",
    "ColumnError",
    "Coverage",
    "CoverageMap",
    "CoverageTotals",
    "Demo",
    "ExpectedDate",
    "FibercovError",
    "FileError",
    "Forecast",
    "GeometryError",
    "MissingExtraError",
    "Pace",
    "Plan",
    "Progress",
    "Publication",
    "Reach",
    "Results",
    "TargetCheck",
    "__version__",
    "append_history",
    "backtest",
    "check_data",
    "check_target",
    "compare_operators",
    "compare_reaches",
    "compare_units",
    "coverage_curve",
    "explain_change",
    "kolada_rows",
    "load_demo",
    "map_coverage",
    "measure_coverage",
    "measure_partitions",
    "minutes",
    "plan_builds",
    "plot_change",
    "plot_curve",
    "plot_map",
    "plot_plan",
    "plot_progress",
    "plot_report",
    "publishable",
    "read_areas",
    "read_barriers",
    "read_context",
    "read_history",
    "read_kolada",
    "read_network",
    "read_premises",
    "read_results",
    "read_roads",
    "read_totals",
    "square_grid",
    "stratsys_rows",
    "summarize",
    "track_progress",
    "write_plan",
    "write_publication",
    "write_results",
]
# What draws maps or measures in parts is imported only when it is asked for.
_DRAWING = {
    "CoverageMap": "maps",
    "map_coverage": "maps",
    "Results": "reports.results",
    "measure_partitions": "partitions.run",
    "read_results": "reports.results",
    "read_totals": "reports.totals",
    "write_plan": "reports.plans",
    "write_publication": "reports.results",
    "write_results": "reports.results",
}


def __dir__() -> list[str]:
    return __all__


def __getattr__(name: str) -> Any:
    """Import what draws maps."""
    if name in _DRAWING:
        return getattr(import_module(f"fibercov.{_DRAWING[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
