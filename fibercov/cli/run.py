"""`fibercov run`: a year's measurements, as a file says."""

from __future__ import annotations

import difflib
import inspect
import re
import tomllib
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Annotated, Any, get_type_hints

import typer

from fibercov import checks
from fibercov.cli import console
from fibercov.cli.measure import NOT_MET, measure
from fibercov.errors import ArgumentError, FileError
from fibercov.reach import as_reach
from fibercov.read.addresses import is_address

_NAMED = {"id_": "id", "as_json": "json"}
_EACH = ("unit", "reach")  # a list of these is one run for each
_LISTS = ("barriers", "context")  # options that can be repeated
_FILES = ("premises", "network", "counts", "planned", "roads", "areas")
_LAYERED = ("barriers", "context", "outline")  # FILE or FILE:LAYER
_SETS, _FOLDER = "area_sets", "folder"
_OF_A_SET = ("areas", "areas_sql", "area_name", "area_code", "areas_layer", "by", "rest")
_JOB = "job"  # where measurements keep what they share
_OPTIONS = {
    _NAMED.get(name, name): name for name in inspect.signature(measure).parameters if name != _JOB
}


# fmt: off
def run(
    shared: typer.Context,
    job: Annotated[Path, typer.Argument(help="A TOML file with the options of `fibercov measure` by their names. A list of units, reaches or [[area_sets]] is one measurement for each, in a folder of its own.")],
) -> None:
    """Measure as a file says, so that the next year is the same work."""
    # fmt: on
    runs = list(_runs(_loaded(job), job.parent))
    not_met = False
    for options in runs:
        if len(runs) > 1:
            console.say(f"{options['out']}:")
        try:
            measure(shared, **options)
        except typer.Exit as end:  # the others are measured all the same
            if end.exit_code != NOT_MET:
                raise
            not_met = True
    if not_met:
        raise typer.Exit(NOT_MET)


def _loaded(job: Path) -> dict[str, Any]:
    """Read the file, and check the names of its keys."""
    try:
        said = tomllib.loads(job.read_text("utf-8-sig"))
    except (OSError, ValueError) as error:
        raise FileError("JOB", f": {str(job)!r} cannot be read: {checks.reason(error)}.", seen=repr(str(job))) from error
    options = _by_name(said, [*_OPTIONS, _SETS])
    sets = options.get(_SETS, [])
    if not isinstance(sets, list) or not all(isinstance(each, dict) for each in sets):
        raise ArgumentError(_SETS, "must be tables, each below a line [[area_sets]].")
    options[_SETS] = [_by_name(each, [_FOLDER, *_OF_A_SET]) for each in sets]
    for each in options[_SETS]:
        if not isinstance(each.get(_FOLDER), str):
            raise ArgumentError(_SETS, "need a key 'folder' each: the name of the folder for it.")
    twice = [name for name in _OF_A_SET if sets and name in options]
    if twice:
        raise ArgumentError(_SETS, f"and {twice[0]} above them exclude each other.", "Move it into the sets.")
    for name in ("premises", "reach"):
        if name not in options:
            raise ArgumentError(name, f"is missing in {str(job)!r}.")
    return options


def _by_name(said: Mapping[str, Any], known: list[str]) -> dict[str, Any]:
    """Return values by the names of options, which may have - or _; raise at a name that is none."""
    found: dict[str, Any] = {}
    for key, value in said.items():
        name = key.replace("-", "_")
        if name not in known:
            near = difflib.get_close_matches(name, known, 1, 0)
            raise ArgumentError(key, "is no option of `fibercov measure`.", f"Is it {near[0]}?", seen=repr(key))
        if name in found:
            raise ArgumentError(key, "is given twice, with - and with _.")
        found[name] = value
    return found


def _runs(job: dict[str, Any], folder: Path) -> Iterator[dict[str, Any]]:
    """Yield the arguments of each measurement, every folder once."""
    each = {name: job[name] if isinstance(job.get(name), list) else [job.get(name)] for name in _EACH}
    out, folders = folder / str(job.get("out", "fibercov-results")), set()
    for of_set in job[_SETS] or [{}]:
        for unit in each["unit"]:
            for reach in each["reach"]:
                parts = [of_set.get(_FOLDER, "")]
                parts += [str(unit)] if len(each["unit"]) > 1 else []
                parts += [_slug(reach)] if len(each["reach"]) > 1 else []
                name = "-".join(filter(None, (re.sub(r"[^\w.]+", "-", part).strip("-.") for part in parts)))
                if name in folders:
                    raise ArgumentError(_SETS if of_set else "reach", f"would write {name!r} twice.")
                folders.add(name)
                values = {**job, **of_set, "unit": unit, "reach": reach, "out": out / name}
                yield _arguments({key: v for key, v in values.items() if key not in {_SETS, _FOLDER}}, folder)


def _slug(reach: object) -> str:
    """Name a definition in the name of a folder."""
    definition = as_reach(str(reach))
    return (definition.name or f"{definition.metres:g}-m").casefold()


def _arguments(values: dict[str, Any], folder: Path) -> dict[str, Any]:
    """Make the arguments of `measure`, with paths from the folder of the file."""
    kinds = get_type_hints(measure)
    made = {name: each.default for name, each in inspect.signature(measure).parameters.items() if each.default is not each.empty}
    for key, value in values.items():
        name = _OPTIONS[key]
        if value is None:
            continue
        if kinds[name] is bool:
            if not isinstance(value, bool):
                raise checks.refusal(key, "must be true or false", value)
            made[name] = value
        elif key == "out":
            made[name] = value
        elif kinds[name] == Path | None:
            made[name] = folder / _text(key, value)
        elif key in _FILES:
            made[name] = _from(folder, _text(key, value))
        elif key in _LISTS:
            texts = value if isinstance(value, list) else [value]
            made[name] = [_from(folder, _text(key, each)) for each in texts]
        else:
            parts = value if isinstance(value, list) else [value]
            text = ",".join(_text(key, each) for each in parts)
            made[name] = _from(folder, text) if key in _LAYERED else text
    return made


def _from(folder: Path, source: str) -> str:
    """Return a path from the folder of the file, or an address as it is."""
    return source if is_address(source) else str(folder / source)


def _text(key: str, value: object) -> str:
    """Write a value as one types it on the command line."""
    if isinstance(value, bool) or not isinstance(value, str | int | float | date):
        raise checks.refusal(key, "must be a text, a number or a date", value)
    return str(value)
