"""The command line's options for the arguments of functions, for messages."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from fibercov.errors import FibercovError

OPTIONS = {
    name: f"--{name.replace('_', '-')}"
    for name in (
        "address", "along", "areas", "areas_sql", "as_of", "barriers", "barriers_credit", "budget", "by", "ceiling", "connected", "context", "context_credit", "cost_per_m",
        "cost_per_premises", "counts", "counts_header", "counts_layer", "crs", "decimal", "decimals", "definition", "detour", "expected_total", "header", "history", "households", "id",
        "inhabitants", "kpi", "language", "measure", "municipality", "network_sql", "on", "organisation", "outline", "override_crs", "period", "plan", "planned", "planned_date",
        "planned_sql", "publish", "reach", "report_url", "rest", "roads", "roads_as_of", "roads_credit", "roads_level", "roads_sql", "roads_where", "routes", "sql", "sum_repeated",
        "target", "unit", "until", "where", "within", "workers",
        "workplaces", "xy",
    )
} | {
    "folder": "--out",
    "accept_breaks": "--accept-break",
    "empty_counts_are_zero": "--empty-is-zero",
    "position_error_m": "--position-error",
    "beside_m": "--beside",
    "join_m": "--join",
    "level_column": "--roads-level",
    "credit": "--roads-credit",
    "read_roads.crs": "--roads-crs",
    "read_barriers.crs": "--roads-crs",
    "read_network.crs": "--network-crs",
    "read_network.xy": "--network-xy",
    "read_areas.xy": "--areas-xy",
    "read_context.crs": "--areas-crs",
    "read_outline.crs": "--areas-crs",
    "read_areas.crs": "--areas-crs",
    "read_areas.name": "--area-name",
    "read_areas.code": "--area-code",
}  # fmt: skip


@contextmanager
def called(**names: str) -> Iterator[None]:
    """Name arguments by these options in the errors of this block."""
    try:
        yield
    except FibercovError as error:
        error.calling(names)
        raise


def in_options(error: FibercovError) -> str:
    """Write an error's message with options instead of arguments, in its way out too.

    Other words stay as they are: a user's own words may look the same.

    >>> from fibercov.errors import ArgumentError
    >>> in_options(ArgumentError("where", "leaves none of the 3 rows: '`id` > 5'."))
    "`--where` leaves none of the 3 rows: '`id` > 5'."
    """
    return error.worded(OPTIONS)
