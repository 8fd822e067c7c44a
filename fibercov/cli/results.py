"""The folders of results that commands go on from, and the language they go on in."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from fibercov import texts
from fibercov.cli.typed import LANGUAGE
from fibercov.options import called
from fibercov.reports.results import asked_in
from fibercov.reports.summary import Asked

Language = Annotated[str | None, typer.Option(help=LANGUAGE, show_default="that of the results")]


def asked_of(results: Path, language: str | None, name: str = "RESULTS") -> Asked:
    """Read what the run that wrote results was asked for; its language only if none is asked for now."""
    if language is not None:
        texts.known(language)
    with called(folder=name):
        asked = asked_in(results)
    return asked if language is None else asked._replace(language=language)
