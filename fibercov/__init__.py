"""The share of households within reach of fiber: measured, mapped, checked against a target.

Read premises and a network, measure each premises' drop to the network once, and get from it the
share with its definition, date and range; the counts by area; the verdict on a target; and a map.

    import fibercov as fc

    premises = fc.read_premises("addresses.gpkg", households="hushall", connected="ansluten")
    network = fc.read_network("fiber.gpkg", layer="cables")
    coverage = fc.measure_coverage(premises, network, reach=50)
    print(coverage, fc.check_target(coverage, target=0.90))
    fc.map_coverage(coverage, network=network, target=0.90).save("coverage.html")
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fibercov.areas import summarize
from fibercov.coverage import Coverage, coverage_curve, measure_coverage
from fibercov.demo import Demo, load_demo
from fibercov.errors import (
    ArgumentError,
    ColumnError,
    CRSError,
    FibercovError,
    FileError,
    GeometryError,
)
from fibercov.io import read_areas, read_network, read_premises
from fibercov.reach import Reach
from fibercov.target import TargetCheck, check_target
from fibercov.version import __version__

if TYPE_CHECKING:
    from fibercov.maps import CoverageMap, map_coverage

__all__ = [
    "ArgumentError",
    "CRSError",
    "ColumnError",
    "Coverage",
    "CoverageMap",
    "Demo",
    "FibercovError",
    "FileError",
    "GeometryError",
    "Reach",
    "TargetCheck",
    "__version__",
    "check_target",
    "coverage_curve",
    "load_demo",
    "map_coverage",
    "measure_coverage",
    "read_areas",
    "read_network",
    "read_premises",
    "summarize",
]


def __getattr__(name: str) -> Any:
    """Import the map, and folium with it, only when it is asked for."""
    if name in {"CoverageMap", "map_coverage"}:
        from fibercov import maps

        return getattr(maps, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
