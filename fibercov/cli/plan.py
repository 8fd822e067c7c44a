"""`fibercov plan`: what to build next."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

import fibercov as fc
from fibercov import texts
from fibercov.cli import console, tables
from fibercov.cli.results import Language, asked_of
from fibercov.cli.typed import layer_of, metres_of, target_of
from fibercov.numerals import number_in
from fibercov.options import called
from fibercov.plan.builds import DETOUR
from fibercov.plots.axes import part_of
from fibercov.reports.results import read_run


# fmt: off
def plan(
    results: Annotated[Path, typer.Argument(help="A folder that `fibercov measure` wrote.")],
    routes: Annotated[str, typer.Option(metavar="FILE[:LAYER]", help="Lines along which a trench may be dug, such as roads.")],
    cost_per_m: Annotated[str, typer.Option(metavar="COST", help="What a metre of trench costs: a number, or a column of the routes.")],
    target: Annotated[str | None, typer.Option(help="The share to reach, in the unit of RESULTS: 0.9 or 90%. Give this or --budget.", show_default=False)] = None,
    budget: Annotated[str | None, typer.Option(metavar="COST", help="What the builds may cost together, in place of a target.", show_default=False)] = None,
    cost_per_premises: Annotated[str, typer.Option(metavar="COST", help="What each newly reached premises adds to the cost: a number, or a column of the premises.")] = "0",
    detour: Annotated[str, typer.Option(metavar="FACTOR", help="How many times as much a metre costs where no route runs as on the dearest route that it joins.")] = f"{DETOUR}",
    planned: Annotated[str | None, typer.Option(metavar="FILE[:LAYER]", help="A network that is already decided: taken as built, at no cost. Give it again even if `measure` had it.")] = None,
    where: Annotated[str | None, typer.Option(metavar="EXPRESSION", help="Which routes to use, such as \"kategori != 'motorväg'\".")] = None,
    crs: Annotated[str | None, typer.Option(help="CRS of the routes and of the planned network, such as EPSG:3006, if the file does not say.")] = None,
    currency: Annotated[str, typer.Option(help="The currency of the costs, such as SEK or kr.", show_default="none")] = "",
    out: Annotated[Path, typer.Option(metavar="DIR", help="The folder to write to.")] = Path("fibercov-plan"),
    title: Annotated[str | None, typer.Option(help="The map's heading.", show_default="Fiber coverage")] = None,
    language: Language = None,
) -> None:
    """Plan what to build next, to a target or for a budget, and say how far from the cheapest the plan can be."""
    # fmt: on
    asked = asked_of(results, language)
    goal = None if target is None else target_of(target)
    most = None if budget is None else metres_of(budget, "budget")
    times = metres_of(detour, "detour")
    part_of("pyplot")  # or an error, before anything is searched
    with console.step("Reading"), called(folder="RESULTS"):
        coverage, data = read_run(results, data=("network", "areas"))
    each_m = _cost(cost_per_m)
    with console.step("Reading the routes"):
        file, layer = layer_of(routes)
        names = {"layer": "--routes FILE:LAYER", "roads": "--routes", "where": "--where"}
        with called(**names, crs="--crs", columns="--cost-per-m"):
            kept = [each_m] if isinstance(each_m, str) else []
            lines = fc.read_roads(file, layer=layer, where=where, crs=crs, columns=kept)
        decided = None
        if planned is not None:
            file, layer = layer_of(planned)
            with called(layer="--planned FILE:LAYER", network="--planned", crs="--crs"):
                decided = fc.read_network(file, layer=layer, crs=crs)
    with console.step("Planning") as done, called(coverage="RESULTS", network="RESULTS"):
        made = fc.plan_builds(
            coverage, data["network"], routes=lines, target=goal, budget=most,
            cost_per_m=each_m, cost_per_premises=_cost(cost_per_premises), detour=times,
            planned=decided, currency=currency, progress=done,
        )  # fmt: skip
    console.say(made.sentence(asked.language))
    if made.builds.empty:
        return
    console.say(tables.builds(made, asked.language), texts.say("builds_mean", asked.language))
    with console.step("Drawing the map and writing the files"):
        files = fc.write_plan(
            out, made, network=data["network"], areas=data["areas"], title=title, language=asked.language
        )
    written = ", ".join(each.name for each in files)
    console.say(texts.say("written", asked.language, files=written, folder=str(out)))


def _cost(text: str) -> float | str:
    """Take a number, or else the name of a column."""
    number = number_in(text)
    return text if number is None else float(number)
