"""`fibercov report`: the page for the annual report, from folders of results."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

import fibercov as fc
from fibercov import checks, texts, writing
from fibercov.cli import console
from fibercov.cli.results import Language, asked_of
from fibercov.cli.typed import TARGET, target_of
from fibercov.errors import FibercovError, FileError
from fibercov.options import called
from fibercov.reports.results import read_run, record_in

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_KINDS = ("pdf", "svg", "png")


# fmt: off
def report(
    results: Annotated[list[Path], typer.Argument(help="Folders that `fibercov measure` wrote, one for each date. The page is about the last one, and by its areas.")],
    out: Annotated[Path, typer.Option(metavar="FILE", help="The page: a name that ends in .pdf, .svg or .png.")] = Path("report.pdf"),
    target: Annotated[str | None, typer.Option(help=TARGET, show_default="that of the last RESULTS")] = None,
    by: Annotated[str | None, typer.Option(metavar="DATE", help="The date to reach the target by, where the forecast ends.")] = None,
    title: Annotated[str, typer.Option(help="The name of the place, at the top.", show_default="none")] = "",
    note: Annotated[str, typer.Option(help="A sentence at the foot.", show_default="none")] = "",
    network: Annotated[bool, typer.Option("--network", help="Draw the networks too, roughly. Ask whoever is responsible for their security.")] = False,
    language: Language = None,
) -> None:
    """Draw the page for the annual report: one sheet of A4, of rounded figures, for every household."""
    # fmt: on
    with called(folder="RESULTS"):
        folders = sorted(results, key=lambda folder: str(record_in(folder)[0].as_of))
    asked = asked_of(folders[-1], language)
    goal = target_of(str(asked.target) if target is None else target)
    kind = out.suffix.removeprefix(".").lower()
    if kind not in _KINDS:
        with called(out="--out"):
            raise checks.refusal("out", "must end in .pdf, .svg or .png", str(out))
    with console.step("Reading the results"), called(folder="RESULTS"):
        earlier = [fc.read_results(folder) for folder in folders[:-1]]
        last, data = read_run(folders[-1], data=("network", "planned", "areas"))
    by_area = asked.column if data["areas"] is None else data["areas"]
    lines = {name: data[name] for name in ("network", "planned")} if network else {}
    with console.step("Rounding and drawing"), called(history="RESULTS", coverage="RESULTS", coverages="RESULTS"):
        figure = fc.plot_report(
            last, areas=by_area, history=[each.at(last.reach).of(last.unit) for each in earlier],
            target=goal, by=by, title=title, note=note, language=asked.language, **lines,
        )  # fmt: skip
    _write(figure, out, kind)
    console.say(texts.say("written", asked.language, files=out.name, folder=str(out.parent)))


def _write(figure: Figure, out: Path, kind: str) -> None:
    """Write the page in place of an earlier one, or not at all."""
    try:
        with writing.replacing(out) as new:
            figure.savefig(new, format=kind)
    except FibercovError:
        raise
    except OSError as error:
        with called(out="--out"):
            raise FileError(
                "out", f": cannot write {str(out)!r}: {checks.reason(error)}.", seen=repr(str(out))
            ) from error
