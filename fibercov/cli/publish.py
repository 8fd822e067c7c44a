"""`fibercov publish`: fill a folder of results with what may be published."""

from __future__ import annotations

from itertools import zip_longest
from pathlib import Path
from typing import Annotated

import geopandas as gpd
import typer

import fibercov as fc
from fibercov import checks, texts
from fibercov.cli import console
from fibercov.cli.ground import CONTEXT, CREDIT, OUTLINE, REPORT_URL, ground_of
from fibercov.cli.results import Language, asked_of
from fibercov.cli.typed import LICENCE, TARGET, columns_of, target_of
from fibercov.errors import ArgumentError, FileError
from fibercov.options import called
from fibercov.reach import as_reach
from fibercov.reports.results import read_run


# fmt: off
def publish(
    results: Annotated[list[Path], typer.Argument(help="Folders that `fibercov measure` wrote, one for each date. The last one gets the publication.")],
    areas: Annotated[list[Path] | None, typer.Option(metavar="FILE", help="Polygons to publish by; can be repeated. The whole is the corrected sum of the first.", show_default="those of the last results, with their --rest")] = None,
    area_name: Annotated[list[str] | None, typer.Option(metavar="COLUMN", help="The column with the names of the areas; once for each --areas.")] = None,
    area_code: Annotated[list[str] | None, typer.Option(metavar="COLUMN", help="The column with their codes, likewise.")] = None,
    within: Annotated[str | None, typer.Option(metavar="COLUMN,...", help="Columns of the first areas that say in which wider areas they are, from small to large.")] = None,
    reach: Annotated[list[str] | None, typer.Option(help="A definition to publish; can be repeated.", show_default="that of the last results")] = None,
    unit: Annotated[list[str] | None, typer.Option(metavar="UNIT,...", help="What to count; can be repeated.", show_default="that of the last results")] = None,
    squares: Annotated[bool, typer.Option("--squares/--no-squares", help="Publish squares of 250 m, too.")] = True,
    publish: Annotated[str, typer.Option("--publish", metavar="areas|addresses", help="`addresses`: the maps also show the address and status of every premises, and there are no squares.")] = "areas",
    address: Annotated[str | None, typer.Option(metavar="COLUMN,...", help="The columns that make up an address.", show_default="address or adress")] = None,
    context: Annotated[list[str] | None, typer.Option(metavar="FILE[:LAYER]", help=CONTEXT, show_default=False)] = None,
    context_credit: Annotated[str | None, typer.Option(metavar="TEXT", help=CREDIT)] = None,
    outline: Annotated[str | None, typer.Option(metavar="FILE[:LAYER]", help=OUTLINE)] = None,
    report_url: Annotated[str | None, typer.Option(metavar="URL", help=REPORT_URL)] = None,
    target: Annotated[str | None, typer.Option(help=TARGET, show_default="that of the last results")] = None,
    title: Annotated[str | None, typer.Option(help="The map's heading.", show_default="Fiber coverage")] = None,
    licence: Annotated[str, typer.Option(help=LICENCE, show_default="none")] = "",
    language: Language = None,
) -> None:
    """Round everything together, and write what may be published to `public/` in the last folder."""
    # fmt: on
    asked = asked_of(results[-1], language)
    goal = target_of(str(asked.target) if target is None else target)
    if asked.in_parts:
        raise FileError(
            "RESULTS", f": {str(results[-1])!r} holds a measurement in parts.",
            "Run `fibercov measure` with `--publish areas`, too: parts that are done are not measured again.",
            seen=repr(str(results[-1])),
        )  # fmt: skip
    if publish not in ("areas", "addresses"):
        raise checks.refusal("publish", "must be 'areas' or 'addresses'", publish)
    definitions = [as_reach(each) for each in reach or []]
    if len(areas or []) != len(area_name or []):
        raise ArgumentError("areas", "and `--area-name` go together: each file, and its column of names.")
    wider = columns_of(within) or []
    if wider and not areas:
        raise ArgumentError("within", "needs `--areas`, whose columns they are.")
    sets: list[gpd.GeoDataFrame] = []
    for file, name, code in zip_longest(areas or [], area_name or [], area_code or []):
        with called(name="--area-name", code="--area-code"):
            kept = wider if not sets else ()
            sets.append(fc.read_areas(file, name=name, code=code, columns=kept))
    ground = ground_of(context, outline, credit=context_credit, crs=None, override_crs=False)
    with console.step("Reading the results"), called(folder="RESULTS"):
        earlier = [fc.read_results(folder) for folder in results[:-1]]
        last, data = read_run(results[-1], data=("areas",))
    reported_by = asked.column if data["areas"] is None else data["areas"]
    units = [columns_of(each) or [] for each in unit or []] or [last.unit.split("+")]
    every = [
        coverage.at(definition).of(counted)
        for coverage in (*earlier, last)
        for definition in definitions or [last.reach]
        for counted in units
    ]
    with console.step("Rounding, checking and writing"), called(folder="RESULTS", coverages="RESULTS", premises="--publish addresses"):
        made = fc.publishable(
            every, areas=sets or reported_by, rest=None if sets else asked.rest, within=wider, squares=squares,
            premises=publish == "addresses", address=columns_of(address),
        )  # fmt: skip
        files = fc.write_publication(
            results[-1], made, context=ground.context, outline=ground.outline, report_url=report_url,
            target=goal, title=title, language=asked.language, licence=licence,
        )  # fmt: skip
    for each in made.history:
        console.say(each.headline(goal, asked.language))
    names = ", ".join(file.name for file in files)
    console.say(texts.say("written", asked.language, files=names, folder=str(files[0].parent)))
