"""Histories, Kolada's answers and folders of results with something wrong in them."""

from __future__ import annotations

import json
import random
import shutil
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import fibercov as fc
from fibercov.follow.history import history_frame

from .base import made_once
from .damage import flipped
from .judged import REFUSED, RIGHT, UNDETECTABLE, WrongResult, expect
from .runs import figures_of, measured
from .tables import written


def history(rng: random.Random, folder: Path) -> str:
    """Read a history in which one line is wrong: no other is lost, or read as something else."""
    rows = [
        [f"{2010 + k}-10-01", str(1000 + k), str(500 + 7 * k), repr((500 + 7 * k) / (1000 + k)), "within 50 m of fiber", "households"]
        for k in range(rng.randint(2, 12))
    ]  # fmt: skip
    names = ["as_of", "total", "reached", "share", "definition", "unit"]
    made = written(rng, [names, *rows], rng.choice(",;"), sums=False)
    (folder / "history.csv").write_bytes(made.raw)
    table = history_frame(fc.read_history(folder / "history.csv"))
    found = [(str(row.as_of), row.share) for row in table.itertuples()]
    there = [(row[0], float(row[3])) in found for row in rows]
    for k, row in enumerate(rows):
        expect(there[k] or k in made.touched, f"{row} is not among {found}")
    expect(len(rows) <= len(found) <= len(rows) + made.added, f"{len(found)} of {len(rows)} rows")
    return RIGHT if all(there) else UNDETECTABLE


def kolada(rng: random.Random, folder: Path) -> str:
    """Read an answer of Kolada in which something is wrong."""
    values: list[Any] = [
        {"kpi": "N07900", "municipality": "2039", "period": 2015 + k, "values": [
            {"gender": "T", "count": 1, "status": "", "value": rng.randrange(1000) / 10, "isdeleted": False}
        ]}
        for k in range(rng.randint(1, 6))
    ]  # fmt: skip
    answer = {"values": values, "count": len(values), "next_url": None}
    changes = rng.randint(0, 2)
    for _ in range(changes):
        _spoil(rng, answer)
    text = json.dumps(answer)
    if rng.random() < 0.3:
        at, changes = rng.randrange(len(text)), 1
        odd = rng.choice(["", '"', "[" * 50_000, "e9", "NaN", "\0", ",", "1" * 5_000])
        text = text[:at] + odd + text[at + rng.randrange(2) :]
    (folder / "answer.json").write_text(text, "utf-8")
    try:
        table = fc.read_kolada(rng.choice([folder / "answer.json", text]))
    except fc.FibercovError as error:
        if not changes:
            raise WrongResult(f"sound, but: {error}") from error
        return REFUSED
    found = {str(row.as_of): row.share for row in table.itertuples()}
    expected = _expected(text)
    expect(found == expected, f"{found} are truly {expected}")
    return RIGHT


def _spoil(rng: random.Random, answer: Any) -> None:
    """Change, remove, rename or repeat something, at any depth."""
    inner = [answer]
    for each in inner:
        parts = each.values() if isinstance(each, dict) else each
        inner += [part for part in parts if isinstance(part, dict | list) and part]
    chosen = rng.choice(inner)
    key = rng.choice(list(chosen)) if isinstance(chosen, dict) else rng.randrange(len(chosen))
    value: Any = rng.choice([
        None, True, "", "86.5", 86.5, -1, 101, 1e400, 2**70, [], {}, [[]], "T", "K", "2015", 2015, "N07900", "x" * 70,
    ])  # fmt: skip
    way = rng.random()
    if way < 0.6:
        chosen[key] = value
    elif way < 0.8:
        del chosen[key]
    elif isinstance(chosen, dict):
        chosen[rng.choice(["gender", "next_page", "isdeleted", "Value", "period"])] = value
    else:
        chosen.append(chosen[key])


def _expected(text: str) -> dict[str, float] | None:
    """The shares that an answer holds, by date; None if it cannot be right."""
    try:
        answer = json.loads(text, parse_float=Decimal)
        rows = answer["values"] if isinstance(answer, dict) else answer
        right = len({(row["kpi"], str(row["municipality"])) for row in rows}) == 1
        right &= not isinstance(answer, dict) or not (
            answer.get("next_url") or answer.get("next_page")
        )
        found: dict[str, float] = {}
        for row in rows:
            day = str(date(int(str(row["period"])), 10, 1))
            for each in row["values"]:
                deleted, share = each.get("isdeleted") or row.get("isdeleted"), each.get("value")
                if each.get("gender") == "T" and share is not None and not deleted:
                    right &= isinstance(share, int | Decimal) and not isinstance(share, bool)
                    right &= 0 <= share <= 100 and day not in found
                    found[day] = float(Decimal(share) / 100)
    except Exception:  # noqa: BLE001 - whatever is wrong with it
        return None
    return found if right else None


def results(rng: random.Random, folder: Path) -> str:
    """Read a folder of results of which one file is damaged."""
    sound = made_once(folder, "results", measured)
    shutil.copytree(sound, folder / "read")
    file = (
        folder
        / "read"
        / "out"
        / rng.choice(["summary.json", "internal/premises.gpkg", "internal/network.gpkg"])
    )
    raw, cut = file.read_bytes(), rng.random() < 0.4
    file.write_bytes(raw[: rng.randrange(len(raw))] if cut else flipped(rng, raw))
    found, truly = fc.read_results(folder / "read" / "out"), fc.read_results(sound / "out")
    if figures_of(found) == figures_of(truly):
        return RIGHT
    expect(not cut, f"{file.name} was cut: {found}, truly {truly}")
    expect(len(found.premises) == len(truly.premises), f"{len(found.premises)} premises: {found}")
    lost = found.counts["unplaced"]
    expect(lost == 0, f"{lost} households are unplaced in {found}")
    return UNDETECTABLE
