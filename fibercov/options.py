"""What the arguments of functions are called on the command line, for what messages say of them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from fibercov.errors import FibercovError

_NAMES = {
    name: f"--{name.replace('_', '-')}"
    for name in (
        "address", "areas", "as_of", "ceiling", "connected", "crs", "history", "households", "id",
        "language", "planned", "reach", "target", "where", "xy",
    )
} | {"folder": "--out", "position_error_m": "--position-error"}  # fmt: skip
# Ways out that are written for scripts.
_WAYS = {
    r"xy=\(EASTING, NORTHING\), crs=\.": "--xy EASTING,NORTHING --crs CRS.",
    r"coordinates in `xy`": "coordinates in `--xy`",
    r"`crs=` when reading, or \.set_crs\(\.\.\.\) on the frame": "`{crs}`",
    r"leave it out with `where`": "leave it out with `--where`",
    r"Leave `crs` out": "Leave `{crs}` out",
    r"Say which CRS they are really in when reading: crs=CRS, override_crs=True\.": "Say which CRS they are really in: {crs} CRS --override-crs.",
    r"When reading, crs=CRS, override_crs=True sets another\.": "With --override-crs, --crs, --network-crs and --areas-crs set another.",
    r"add override_crs=True\.": "add `--override-crs`.",
    r"read_premises\(\.\.\., crs='(.*?)', override_crs=True\)": r"--crs \1 --override-crs",
    r"read_(network|areas)\(\.\.\., crs='(.*?)', override_crs=True\)": r"--\1-crs \2 --override-crs",
    r"leave out with where= the premises": "leave out with --where the premises",
    r"reach=PTS_2015 or Reach\(.*?\)": "--reach PTS_2015",
    r"connected=\.": "--connected COLUMN.",
    r"read_areas\(\.\.\., code=COLUMN\)": "--area-code COLUMN",
    r"read_premises\(\.\.\., id=COLUMN\)": "--id COLUMN",
    r"accept_breaks=\['([^']*)'\]": r"--accept-break \1",
}


@contextmanager
def called(**names: str) -> Iterator[None]:
    """Errors in this block call the arguments what these options are called."""
    try:
        yield
    except FibercovError as error:
        raise type(error)(as_options(str(error), names)) from error


def as_options(message: str, names: Mapping[str, str] = _NAMES) -> str:
    """The message with the option in place of the argument that it begins with, and in its ways out.

    Other words are left as they are: a user's own may look the same.

    >>> as_options("`crs` must say which CRS the coordinates in `xy` are in.")
    '`--crs` must say which CRS the coordinates in `--xy` are in.'
    >>> as_options("`where` leaves none of the 3 rows: '`id` > 5'.", {"where": "--network-where"})
    "`--network-where` leaves none of the 3 rows: '`id` > 5'."
    """
    message = re.sub(r"^`layer` of the \w+", f"`{names.get('layer', '`layer`')}`", message)
    message = re.sub(r"^`(\w+)`", lambda found: f"`{names.get(found[1], found[1])}`", message)
    for pattern, option in _WAYS.items():
        message = re.sub(pattern, option.replace("{crs}", names.get("crs", "--crs")), message)
    return message
