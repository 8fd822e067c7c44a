"""Numbers in text: those of the grammar are read as what they say, all others are an error."""

from __future__ import annotations

import random
from fractions import Fraction
from pathlib import Path

import geopandas as gpd
import pandas as pd

import fibercov as fc

from .base import CRS, E0, N0
from .judged import REFUSED, RIGHT, WrongResult, expect

_SPACES = " \u00a0\u202f\u2009"
_PADS = f"{_SPACES}\t"
_SIGNS = "+-\u2212"
_DIGITS = "0123456789"
_OTHERS = f"{_DIGITS}{_SPACES}{_SIGNS}.,eE_'’xX%()/:½²١１Ⅷ\u200b\t\"krnaif"
_NASTY = (
    "", " ", "-", "..", "...", "nan", "NaN", "inf", "-inf", "Infinity", "None", "NA", "true", "1e2", "1E+2",
    "345E001", "3 4", "12 34", "1 0 0 0", "1,000", "1.000", "1,000,000", "1 000,000", "1.000,5", "1,000.5",
    "0x10", "1_000", "１２", "٣", "½", "2²", "--1", "+-1", "1-", "(5)", "5 st", "ca 5", "<5", "1-4", "1'000",
    "0001 000", "00", "-0", "\u22120", "+5", "1.", ".5", ",5", "1,5", "1.5", "1..5", "1,,5", "1 ,5", "1, 5",
    "81,0", "81.00", "9" * 400, "0," + "0" * 400 + "1", "1000000001", "\ufeff5", "5\u200b", "1d2", "1j",
)  # fmt: skip


def value_of(text: str) -> Fraction | None:
    """The number that a text is by the grammar of docs/inputs.md, None if it is none.

    A sign or none; digits, or groups of three (the first of up to three, and not 0) set apart by one
    kind of space; decimals or none.
    """
    text = text.strip(_PADS)
    negative = text[:1] in ("-", "\u2212")
    if text[:1] and text[:1] in _SIGNS:
        text = text[1:]
    whole, mark, decimals = text.replace(",", ".").partition(".")
    kinds = {letter for letter in whole if letter in _SPACES} or {" "}
    first, *groups = whole.split(kinds.pop())
    if groups and (first[:1] == "0" or not 1 <= len(first) <= 3 or {*map(len, groups)} != {3}):
        return None
    digits = first + "".join(groups)
    if not digits + decimals or (mark and not decimals) or set(digits + decimals) - set(_DIGITS):
        return None
    number = Fraction(int(digits + decimals), 10 ** len(decimals))
    return -number if negative else number


def _two_ways(text: str) -> bool:
    """Whether a number may have thousands or decimals, as 1,000 may."""
    first, _, decimals = text.strip(_PADS).lstrip(_SIGNS).replace(",", ".").partition(".")
    return 1 <= len(first) <= 3 and first[0] != "0" and len(decimals) == 3


def number_in_text(rng: random.Random, folder: Path) -> str:
    """Read one text as a count, as metres or as a coordinate, from a table of any kind."""
    role = rng.choice(("households", "position_error_m", "E"))
    text = _mutated(rng, "470012,5" if role == "E" else "") if rng.random() < 0.9 else _sound(rng)
    number = None if _two_ways(text) else value_of(text)
    try:
        row = _read(rng, folder, {role: text}).iloc[1]
    except fc.FibercovError as error:
        if number is not None and _fits(role, number):
            raise WrongResult(f"{role} {text!r} is an error: {error}") from error
        return REFUSED
    place = row["geometry"]
    if role == "E" and not text.strip():
        expect(place is None, f"{role} {text!r} is {place}")
    else:
        found = place.x if role == "E" else row[role]
        expect(number is not None and found == float(number), f"{role} {text!r} is {found!r}")
    return RIGHT


def _fits(role: str, number: Fraction) -> bool:
    """Whether a number is one that may stand in the column."""
    return {
        "households": 0 <= number <= 10**9 and float(number).is_integer(),
        "position_error_m": 0 <= number < 10**300,
        "E": abs(number - E0) < 50_000,
    }[role]


def _sound(rng: random.Random) -> str:
    """A number as the grammar has it."""
    whole = f"{rng.randrange(10 ** rng.randint(1, 8)):,}".replace(",", rng.choice(["", *_SPACES]))
    decimals = rng.choice(".,") + str(rng.randrange(10_000)) if rng.random() < 0.3 else ""
    pad, sign = rng.choice(["", "", *_SPACES]), rng.choice(["", "", *_SIGNS])
    return f"{pad}{sign}{whole}{decimals}{pad}"


def _mutated(rng: random.Random, text: str) -> str:
    """A text that is nearly a number."""
    made = list(text or (rng.choice(_NASTY) if rng.random() < 0.3 else _sound(rng)))
    for _ in range(rng.choice((0, 1, 1, 2, 3))):
        at = rng.randint(0, len(made))
        made[at : at + rng.randint(0, 1)] = rng.choice(
            ["", rng.choice(_OTHERS), rng.choice(_SPACES)]
        )
    return "".join(made)


def _read(rng: random.Random, folder: Path, changed: dict[str, str]) -> gpd.GeoDataFrame:
    """Premises of three rows, the second of them changed."""
    rows = [
        {
            "nr": f"0{k}",
            "households": str(k + 1),
            "position_error_m": "15",
            "E": str(E0 + k),
            "N": str(N0),
        }
        for k in range(3)
    ]
    rows[1] |= changed
    table = pd.DataFrame(rows, dtype=rng.choice(["object", "str"]))
    path, carrier = folder / "a.csv", rng.choice(("csv", "csv", "frame", "frame", "xlsx"))
    if carrier == "csv":
        table.to_csv(path, index=False, sep=rng.choice(";\t"))
    elif carrier == "xlsx":
        table.to_excel(path := path.with_suffix(".xlsx"), index=False)
    return fc.read_premises(
        table if carrier == "frame" else path,
        households="households", position_error_m="position_error_m", id="nr", xy=("E", "N"), crs=CRS,
    )  # fmt: skip
