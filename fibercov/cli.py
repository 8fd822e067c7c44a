"""The command line: a thin shell over the public functions."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from fractions import Fraction
from io import TextIOWrapper
from pathlib import Path
from typing import Annotated

import geopandas as gpd
import pandas as pd
import typer
from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

import fibercov as fc
from fibercov import checks, texts
from fibercov.checks import day, exact_target
from fibercov.errors import ArgumentError, FibercovError
from fibercov.follow.history import append_snapshot, check_history, read_history
from fibercov.garbage import without_garbage_collection
from fibercov.geo.crs import crs_name
from fibercov.maps.content import MOST_MARKS
from fibercov.measure.problems import MISPLACED
from fibercov.numerals import AS_NUMBERS, THOUSANDS, may_be_thousands, number_in
from fibercov.options import called, in_options
from fibercov.reach import DEFINITIONS
from fibercov.reports.results import read_results, write_results
from fibercov.wording import Words

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="The share of households within reach of fiber: measured, mapped, checked against a target.",
)
_REACH = f"Longest drop that counts: metres, or {', '.join(DEFINITIONS)}."
_LANGUAGE = (
    f"The language of what is said, and that the map opens in: {' or '.join(texts.LANGUAGES)}."
)
_PUBLIC = "Make the map for publishing: no premises, no network, no small counts. The other files keep them."
_CRS_OPTIONS = {"premises_crs": "--crs", "network_crs": "--network-crs", "areas_crs": "--areas-crs"}
_FILTERS = {"premises": "--where", "network": "--network-where", "planned": "--planned-where"}
_out, _err = Console(highlight=False), Console(stderr=True, highlight=False)


def main() -> None:
    """Run the command line: for a wrong input, one line that says what is wrong, and exit code 1."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):  # a letter that a console lacks must not end the run
            stream.reconfigure(errors="replace")
    try:
        with without_garbage_collection():  # a run is short, and makes much that it keeps
            app()
    except FibercovError as error:
        _err.print(Text(f"Error: {in_options(error)}"), soft_wrap=True)
        sys.exit(1)


def _version(wanted: bool) -> None:
    if wanted:
        _out.print(fc.__version__)
        raise typer.Exit


@app.callback()
def _common(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version.")
    ] = False,
) -> None:
    pass


@app.command()
def demo(
    out: Annotated[Path, typer.Option(help="The folder to write to.")] = Path("fibercov-demo"),
    reach: Annotated[str, typer.Option(help=_REACH)] = "50",
    target: Annotated[str, typer.Option(help="The share to reach: 0.9 or 90%.")] = "0.9",
    language: Annotated[str, typer.Option(help=_LANGUAGE)] = "en",
    public: Annotated[bool, typer.Option("--public", help=_PUBLIC)] = False,
) -> None:
    """Measure a synthetic municipality, and write its map, tables and data."""
    definition, goal, _ = _definition(reach), _target(target), texts.known(language)
    with _step("Making a synthetic municipality"):
        made = fc.load_demo()
    _report(
        lambda: fc.measure_coverage(
            made.premises, made.network, reach=definition, planned=made.planned, as_of=made.as_of
        ),
        made.network, made.planned, made.areas, target=goal, out=out,
        title="Fiberdalen (synthetic)", language=language, public=public,
    )  # fmt: skip


# fmt: off
@app.command()
def measure(
    premises: Annotated[Path, typer.Argument(help="Addresses or buildings: points, polygons, or a table with coordinates.")],
    network: Annotated[Path | None, typer.Argument(help="What is built of cables, access points, service areas: any geometry. Not needed if REACH is measured to connected premises.", show_default=False)] = None,
    reach: Annotated[str, typer.Option(help=_REACH)] = ...,  # type: ignore[assignment]  # required
    households: Annotated[str | None, typer.Option(metavar="COLUMN", help="Households at each premises.", show_default="one each")] = None,
    connected: Annotated[str | None, typer.Option(metavar="COLUMN", help="Whether fiber ends in the building.")] = None,
    position_error: Annotated[str | None, typer.Option(metavar="COLUMN", help="How far each position may be off: metres, or Lantmäteriet's words.")] = None,
    where: Annotated[str | None, typer.Option(metavar="EXPRESSION", help="Which premises to use: \"typ != 'fritidshus'\", \"N.notna()\"; a name with spaces in backticks. What else it takes is on the documentation's page on `where`.")] = None,
    network_where: Annotated[str | None, typer.Option(metavar="EXPRESSION", help="Which features of NETWORK to use, such as \"status == 'built'\".")] = None,
    id_: Annotated[str | None, typer.Option("--id", metavar="COLUMN,...", help="What tells each premises apart, for `fibercov compare`.", show_default="id, if there is one")] = None,
    planned: Annotated[Path | None, typer.Option(metavar="FILE", help="The network that is planned, not built; may be the file of NETWORK.")] = None,
    planned_where: Annotated[str | None, typer.Option(metavar="EXPRESSION", help="Which of its features to use.")] = None,
    areas: Annotated[Path | None, typer.Option(metavar="FILE", help="Polygons to report by.")] = None,
    area_name: Annotated[str | None, typer.Option(metavar="COLUMN", help="The column with the areas' names.")] = None,
    area_code: Annotated[str | None, typer.Option(metavar="COLUMN", help="The column with their codes, if names repeat.")] = None,
    target: Annotated[str, typer.Option(help="The share to reach: 0.9 or 90%.")] = "0.9",
    as_of: Annotated[str | None, typer.Option(metavar="DATE", help="The date that the data describes.")] = None,
    out: Annotated[Path, typer.Option(metavar="DIR", help="The folder to write to.")] = Path("fibercov-results"),
    title: Annotated[str | None, typer.Option(help="The map's heading.", show_default="Fiber coverage")] = None,
    language: Annotated[str, typer.Option(help=_LANGUAGE)] = "en",
    address: Annotated[str | None, typer.Option(metavar="COLUMN,...", help="The columns that make up an address, to be searched on the map.", show_default="address or adress")] = None,
    public: Annotated[bool, typer.Option("--public", help=_PUBLIC)] = False,
    history: Annotated[Path | None, typer.Option(metavar="FILE", help="A CSV file to add the share to, for `fibercov progress`.")] = None,
    premises_layer: Annotated[str | None, typer.Option(help="Layer (or sheet) of PREMISES, if it has several.")] = None,
    network_layer: Annotated[str | None, typer.Option(help="Layer of NETWORK.")] = None,
    planned_layer: Annotated[str | None, typer.Option(help="Layer of the planned network.")] = None,
    areas_layer: Annotated[str | None, typer.Option(help="Layer of the areas.")] = None,
    xy: Annotated[str | None, typer.Option(metavar="E,N", help="Coordinate columns, easting first, if PREMISES is a table.")] = None,
    crs: Annotated[str | None, typer.Option(help="CRS of PREMISES, if the file does not say it, such as EPSG:3006.")] = None,
    network_crs: Annotated[str | None, typer.Option(help="CRS of NETWORK and of the planned network, likewise.")] = None,
    areas_crs: Annotated[str | None, typer.Option(help="CRS of the areas, likewise.")] = None,
    override_crs: Annotated[bool, typer.Option("--override-crs", help="Take the CRSs that are given in place of those that the files say, for the files are wrong.")] = False,
) -> None:
    """Measure your own files, and write the map, tables and data."""
    # fmt: on
    definition, goal, _ = _definition(reach), _target(target), texts.known(language)
    if day(as_of, "as_of") is None and history is not None:
        raise ArgumentError("history", Words("needs the date that the data describes: give {as_of}."))
    if history is not None:
        check_history(history)
    if (areas is None) != (area_name is None):
        raise ArgumentError("areas", "and `--area-name` go together: a file, and its column of names.")
    if override_crs and not (crs or network_crs or areas_crs):
        raise ArgumentError("override_crs", "needs `--crs`, `--network-crs` or `--areas-crs`.")
    with _step(f"Reading {premises.name}"), called(layer="--premises-layer"):
        homes = fc.read_premises(
            premises, households=households, connected=connected,
            id=_columns(id_), position_error_m=position_error,
            where=where, layer=premises_layer, xy=_columns(xy), crs=crs,
            override_crs=override_crs and crs is not None,
        )  # fmt: skip
    for column in _columns(address) or []:
        checks.column_named(homes, column, "address")
    built = plan = polygons = None
    with _step("Reading the network, the plan and the areas"):
        if network is not None:
            with called(where="--network-where", layer="--network-layer", crs="--network-crs"):
                built = fc.read_network(
                    network, where=network_where, layer=network_layer, crs=network_crs,
                    override_crs=override_crs and network_crs is not None,
                )  # fmt: skip
        if planned is not None:
            names = {"where": "--planned-where", "layer": "--planned-layer", "network": "--planned"}
            with called(**names, crs="--network-crs"):
                plan = fc.read_network(
                    planned, where=planned_where, layer=planned_layer, crs=network_crs,
                    override_crs=override_crs and network_crs is not None,
                )  # fmt: skip
        if areas is not None and area_name is not None:
            names = {"name": "--area-name", "code": "--area-code", "layer": "--areas-layer"}
            with called(**names, crs="--areas-crs", areas="--areas"):
                polygons = fc.read_areas(
                    areas, name=area_name, code=area_code, layer=areas_layer, crs=areas_crs,
                    override_crs=override_crs and areas_crs is not None,
                )  # fmt: skip
    _report(
        lambda: fc.measure_coverage(homes, built, reach=definition, planned=plan, as_of=as_of),
        built, plan, polygons, target=goal, out=out, title=title, language=language,
        address=_columns(address), public=public, history=history,
        keep=[file for file in (premises, network, planned, areas) if file],
    )  # fmt: skip


@app.command()
def progress(
    history: Annotated[Path, typer.Argument(help="A CSV file with as_of and households, homes_passed (or share, 0-1), as `measure --history` writes it.")],
    target: Annotated[str, typer.Option(help="The share to reach: 0.9 or 90%.")] = "0.9",
    by: Annotated[str | None, typer.Option(metavar="DATE", help="The date to reach it by.")] = None,
    ceiling: Annotated[str, typer.Option(help="The most that the share can be: 1 or 100%.")] = "1",
    definition: Annotated[str | None, typer.Option(metavar="TEXT", help="Only rows whose definition holds this.")] = None,
    accept_break: Annotated[list[str] | None, typer.Option(metavar="DATE", help="From when another definition holds, and is accepted; can be repeated.")] = None,
    language: Annotated[str, typer.Option(help=_LANGUAGE)] = "en",
) -> None:
    """Hold a history against a target: pace, required pace, forecast and expected date."""
    goal, table = _target(target), read_history(history)
    texts.known(language)
    if definition is not None:
        if "definition" not in table.columns:
            raise ArgumentError("definition", f": {str(history)!r} has no column of that name.")
        same = table["definition"] == definition
        some = table["definition"].str.contains(definition, regex=False, na=False)
        table = table[same if same.any() else some]
    tracked = fc.track_progress(
        table, target=goal, by=by, ceiling=_target(ceiling, "ceiling"), accept_breaks=accept_break or []
    )
    shown = _table("history", language)
    rows = tracked.table.to_dict("records")
    for row, share in zip(rows, tracked.exact_shares, strict=True):
        counts = [row["households"], row["homes_passed"]]
        shown.add_row(
            str(row["as_of"]),
            *(texts.NONE if pd.isna(n) else texts.count(int(n), language) for n in counts),
            texts.percent(share, goal, language),
            texts.NONE if pd.isna(row["points"]) else texts.number(f"{row['points']:+.1f}", language),
        )
    _say(shown, tracked.sentence(language))


@app.command()
def compare(
    before: Annotated[Path, typer.Argument(help="The folder that `fibercov measure` wrote for one date.")],
    after: Annotated[Path, typer.Argument(help="That of a later one.")],
    id_: Annotated[str | None, typer.Option("--id", metavar="COLUMN,...", help="What tells each premises apart, at both dates.", show_default="what `measure --id` named")] = None,
    language: Annotated[str, typer.Option(help=_LANGUAGE)] = "en",
) -> None:
    """Say why the share changed between two measurements."""
    texts.known(language)
    change = fc.explain_change(
        read_results(before, id=_columns(id_)), read_results(after, id=_columns(id_))
    )
    shown = _table("causes", language)
    for cause, passed, homes, points in change.table.to_numpy():
        if passed or homes or points:
            numbers = (f"{passed:+,}", f"{homes:+,}", f"{points:+.2f}")
            shown.add_row(
                texts.cause(str(cause), language), *(texts.number(n, language) for n in numbers)
            )
    _say(shown, change.sentence(language))


def _definition(reach: str) -> fc.Reach:
    """Metres, or the name of a definition."""
    if reach.upper() in DEFINITIONS:
        return DEFINITIONS[reach.upper()]
    number = number_in(reach)
    if number is None:
        names = ", ".join(DEFINITIONS)
        raise checks.refusal("reach", f"must be metres above 0, or one of {names}", reach)
    if may_be_thousands(pd.Series([reach])).any():
        raise ArgumentError("reach", f"is {reach!r}, {THOUSANDS}", AS_NUMBERS, seen=repr(reach))
    return fc.Reach(float(number))


def _target(text: str, argument: str = "target") -> Fraction:
    """A share as it was typed, with a point or a comma, or in percent with its sign."""
    number = number_in(text.strip().removesuffix("%"))
    if number is None:
        raise checks.refusal(argument, "must be a share from 0 to 1", text)
    return exact_target(number / 100 if "%" in text else number, argument)


def _columns(text: str | None) -> list[str] | None:
    """Columns as they were typed, with commas between them."""
    return None if text is None else [column.strip() for column in text.split(",")]


def _report(
    measured: Callable[[], fc.Coverage],
    network: gpd.GeoDataFrame | None,
    planned: gpd.GeoDataFrame | None,
    areas: gpd.GeoDataFrame | None,
    *,
    target: Fraction,
    out: Path,
    title: str | None,
    language: str,
    public: bool,
    address: list[str] | None = None,
    history: Path | None = None,
    keep: Iterable[Path] = (),
) -> None:
    """Measure, print the verdict, and write the results."""
    with _step("Measuring"):
        coverage = measured()
    with _step("Checking the data, the areas and the target"):
        problems = fc.check_data(coverage, network=network, areas=areas)
        check = fc.check_target(coverage, target=target, by=areas)
    with _step("Drawing the map and writing the files"):
        page = fc.map_coverage(
            coverage, areas=None if check.areas.empty else check.areas, target=target,
            network=None if public else network, planned=None if public else planned,
            title=title, language=language, address=address, public=public,
        )  # fmt: skip
        files = write_results(
            out, coverage, check,
            page=page, network=network, planned=planned, areas=areas, problems=problems,
            language=language, keep=keep,
        )  # fmt: skip
        again = history is not None and append_snapshot(history, coverage)
    _show(coverage, check, problems, language)
    if len(coverage.premises) > MOST_MARKS and not public:
        _say(texts.say("many", language, most=texts.count(MOST_MARKS, language)))
    if history is not None:
        _say(texts.say("added_again" if again else "added", language, file=str(history)))
    if public:
        _say(texts.say("public", language, map="coverage.html"))
    names = ", ".join(file.name for file in files)
    _say(texts.say("written", language, files=names, folder=str(out)))


def _show(
    coverage: fc.Coverage, check: fc.TargetCheck, problems: pd.DataFrame, language: str
) -> None:
    """Print the share, the verdict, and the tables by status, by area and of what is odd."""
    odd = problems[problems["rows"] > 0]
    misplaced = odd["problem"].isin(MISPLACED)
    if misplaced.any():  # which may make all the rest wrong: it comes first
        odd = pd.concat([odd[misplaced], odd[~misplaced]])
        _out.print(_problem_table(odd, language))
    _out.print(Text(coverage.headline(check.exact_target, language), style="bold"))
    goal = texts.goal(check.verdict, check.exact_target, check.shortfall, language)
    colour = {"met": "green", "uncertain": "yellow", "not met": "red"}[check.verdict]
    _out.print(Text(texts.sentence(goal), style=colour))
    if coverage.reach.source:
        _out.print(Text(texts.source(coverage.reach, language)))
    _out.print(Text(texts.measured_in(crs_name(coverage.crs), coverage.scale_error, language)))
    for name, option in _FILTERS.items():
        for found in coverage.provenance.get(name, {}).get("unmatched", ()):
            held = found["holds"] or texts.say("nothing", language)
            _say(texts.say("unmatched", language, **{**found, "holds": held, "option": option}))
    _out.print(_status_table(coverage, language))
    if coverage.plan_counts is False:
        _say(texts.say("plan_not_counted", language))
    if not check.areas.empty:
        _out.print(_area_table(check, language))
    if len(odd) and not misplaced.any():
        _out.print(_problem_table(odd, language))


@contextmanager
def _step(words: str) -> Iterator[None]:
    """Show that a step is under way, and then how long it took."""
    start = time.perf_counter()
    with _err.status(Text(words)):
        yield
    _err.print(Text(f"{words}: {time.perf_counter() - start:.1f} s", style="dim"), soft_wrap=True)


def _say(*lines: Table | str) -> None:
    for line in lines:
        _out.print(Text(line) if isinstance(line, str) else line, soft_wrap=isinstance(line, str))


def _table(kind: str, language: str) -> Table:
    first, *numbers = texts.headings(kind, language)
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column(first, overflow="fold")
    for column in numbers:
        table.add_column(column, justify="right")
    return table


def _status_table(coverage: fc.Coverage, language: str) -> Table:
    table = _table("statuses", language)
    for status, households in coverage.counts.items():
        share = texts.percent(Fraction(int(households), coverage.households), None, language)
        unknown = {"connected": not coverage.connected_given, "planned": not coverage.plan_counts}
        if not unknown.get(str(status)):
            name = texts.status(str(status), language)
            table.add_row(Text(name), texts.count(int(households), language), share)
    return table


def _area_table(check: fc.TargetCheck, language: str) -> Table:
    table = _table("areas", language)
    repeated = check.areas["name"].duplicated(keep=False)
    for area, twice in zip(check.areas.to_dict("records"), repeated, strict=True):
        if area["premises"]:
            code = f" ({area['code']})" if twice else ""
            homes, shortfall, verdict = (area[c] for c in ("households", "shortfall", "verdict"))
            share = Fraction(int(area["homes_passed"]), homes or 1)
            table.add_row(
                Text(texts.area(str(area["name"]), language) + code),
                texts.count(homes, language),
                texts.percent(share, check.exact_target, language) if homes else texts.NONE,
                texts.NONE if pd.isna(shortfall) else texts.count(int(shortfall), language),
                texts.verdict_word(verdict, language) if verdict else texts.NONE,
            )
    return table


def _problem_table(problems: pd.DataFrame, language: str) -> Table:
    table = _table("problems", language)
    for row in problems.to_dict("records"):
        crs, option = str(row["crs"]), _CRS_OPTIONS.get(row["problem"])
        if option and crs.startswith("EPSG:"):
            crs = f"{option} {crs} --override-crs"
        table.add_row(
            Text(texts.problem(str(row["problem"]), language, crs)),
            texts.count(int(row["rows"]), language),
            texts.count(int(row["households"]), language),
            texts.points(float(row["points"]), language),
        )
    return table
