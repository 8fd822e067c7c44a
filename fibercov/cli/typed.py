"""Values typed on the command line: the help for their options, and how they are read."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import fibercov as fc
from fibercov import checks, texts
from fibercov.checks import exact_target
from fibercov.errors import ArgumentError, FileError
from fibercov.numerals import number_in
from fibercov.reach import BESIDE_M, DEFINITIONS
from fibercov.read.addresses import DATABASES, is_address, shown
from fibercov.wording import Blank, Call, Words

REACH = f"Longest drop that counts: metres, or {', '.join(DEFINITIONS)}."
LANGUAGE = f"The language of the output: {' or '.join(texts.LANGUAGES)}."
LICENCE = "The licence to state in what is published."
PUBLISH = "`areas`: write `public/` too, which can be published: a map and tables of rounded counts, and what an officer signs. `addresses`: the map there also shows the address and status of every premises."
TARGET = "The share to reach: 0.9 or 90%."


def along_of(reach: fc.Reach, along: str | None, beside: str | None, join: str | None) -> fc.Reach:
    """Make a definition follow roads."""
    if along is None:
        for argument, given in (("beside_m", beside), ("join_m", join)):
            if given is not None:
                raise ArgumentError(
                    argument, Words("needs {along}.", along=Call(along=Blank("roads")))
                )
        return reach
    if reach.name:
        raise ArgumentError(
            "along",
            f"cannot be used with {reach.name}, which is measured straight.",
            Words("Give {reach}.", reach=Call(reach=Blank("METRES"))),
        )
    beside_m = BESIDE_M if beside is None else metres_of(beside, "beside_m")
    join_m = 0.0 if join is None else metres_of(join, "join_m")
    return fc.Reach(reach.metres, along=along, beside_m=beside_m, join_m=join_m)


def metres_of(text: str, argument: str) -> float:
    """Parse metres, 0 or more."""
    number = number_in(text)
    if number is None or number < 0:
        raise checks.refusal(argument, "must be metres, 0 or more", text)
    return float(number)


def layer_of(text: str) -> tuple[str, str | None]:
    """Split FILE:LAYER; a path that exists, and an address, is a file."""
    if is_address(text, DATABASES):
        raise FileError(
            None,
            f"{shown(text)!r} is a database, and FILE[:LAYER] a file.",
            "Read it in a script: read_context, read_barriers and read_roads run a query.",
        )
    file, _, layer = text.rpartition(":")
    inside = is_address(text) and ("/" in layer or "?" in text)  # the : is one of the address's own
    whole = not file or inside or Path(text).exists()
    return (text, None) if whole else (file, layer)


def target_of(text: str, argument: str = "target") -> Fraction:
    """Parse a share, typed with a point or a comma, or in percent with its sign."""
    number = number_in(text.strip().removesuffix("%"))
    if number is None:
        raise checks.refusal(argument, "must be a share from 0 to 1", text)
    return exact_target(number / 100 if "%" in text else number, argument)


def whole_of(text: str, argument: str) -> int:
    """Parse a whole number above 0."""
    number = number_in(text)
    if number is None or number != int(number) or number < 1:
        raise checks.refusal(argument, "must be a whole number above 0", text)
    return int(number)


def layers_of(text: str | None) -> str | list[str] | None:
    """Take the name of a layer, or of several that commas part."""
    names = columns_of(text)
    return names[0] if names and len(names) == 1 else names


def rows_of(text: str | None) -> list[int] | None:
    """Parse the number of a row, or of two, as a spreadsheet numbers them."""
    return None if text is None else [whole_of(each, "header") for each in text.split(",")]


def columns_of(text: str | None) -> list[str] | None:
    """Split column names at commas."""
    return None if text is None else [column.strip() for column in text.split(",")]
