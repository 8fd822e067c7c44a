"""What the arguments of functions are called on the command line, for what messages say of them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from fibercov.errors import FibercovError

OPTIONS = {
    name: f"--{name.replace('_', '-')}"
    for name in (
        "address", "areas", "as_of", "ceiling", "connected", "crs", "definition", "history",
        "households", "id", "language", "override_crs", "planned", "reach", "target", "where",
        "xy",
    )
} | {
    "folder": "--out",
    "accept_breaks": "--accept-break",
    "position_error_m": "--position-error",
    "read_network.crs": "--network-crs",
    "read_areas.crs": "--areas-crs",
    "read_areas.name": "--area-name",
    "read_areas.code": "--area-code",
}  # fmt: skip


@contextmanager
def called(**names: str) -> Iterator[None]:
    """Errors in this block call the arguments what these options are called."""
    try:
        yield
    except FibercovError as error:
        error.calling(names)
        raise


def in_options(error: FibercovError) -> str:
    """The message of an error with options in the place of arguments, in its ways out too.

    Other words are left as they are: a user's own may look the same.

    >>> from fibercov.errors import ArgumentError
    >>> in_options(ArgumentError("where", "leaves none of the 3 rows: '`id` > 5'."))
    "`--where` leaves none of the 3 rows: '`id` > 5'."
    """
    return error.worded(OPTIONS)
