"""The documentation: its blocks run and print what they say, and nothing is left out of it."""

from __future__ import annotations

import re
import sys
from io import BytesIO
from pathlib import Path

import geopandas as gpd
import pytest
from running import ROOT, command, run_page

import fibercov as fc

DOCS = ROOT / "docs"
PAGES = sorted(page.relative_to(DOCS).as_posix() for page in DOCS.rglob("*.md"))


@pytest.mark.no_cover
@pytest.mark.parametrize("page", PAGES)
def test_a_pages_blocks_run_and_print_what_stands_below_them(
    page: str, tmp_path: Path, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    if page == "how-to/database.md":  # its hosts are servers of these tests
        database, s3 = (request.getfixturevalue(name) for name in ("database", "s3"))
        s3.put("addresses.parquet", _parquet(ROOT / "data" / "addresses.gpkg"))
        for name, value in {**database.environment, **s3.environment}.items():
            monkeypatch.setenv(name, value)
    run_page(DOCS / page, tmp_path)


def _parquet(file: Path) -> bytes:
    """Write a vector file as GeoParquet."""
    made = BytesIO()
    gpd.read_file(file).to_parquet(made)
    return made.getvalue()


def test_the_site_leads_to_every_page_once() -> None:
    nav = (ROOT / "mkdocs.yml").read_text("utf-8").partition("\nnav:\n")[2]
    assert sorted(re.findall(r"^ +- (?:.+: )?(\S+\.md)$", nav, re.MULTILINE)) == PAGES


def test_the_reference_has_every_public_name_once() -> None:
    found = [
        name
        for page in (DOCS / "reference").glob("*.md")
        for name in re.findall(r"^::: fibercov\.(\w+)$", page.read_text("utf-8"), re.MULTILINE)
    ]
    assert sorted(found) == sorted(fc.__all__)


def test_a_page_that_loads_from_another_host_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "path", [str(DOCS), *sys.path])
    from no_network import loaded  # noqa: PLC0415 - a hook of the site, and no part of the package

    assert loaded('<script src="https://a.se/b.js">') == ["https://a.se/b.js"]
    assert loaded("<link rel=stylesheet href=//a.se/b.css>") == ["//a.se/b.css"]
    assert not loaded('<a href="https://a.se">a</a> <img src="map.png"> <script src="../b.js">')


def test_the_reference_has_every_command_with_all_its_options(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sys, "path", [str(DOCS), *sys.path])
    import command_line  # noqa: PLC0415 - a hook of the site, and no part of the package

    page = (DOCS / "reference/command-line.md").read_text("utf-8")
    made = command_line.on_page_markdown(page)
    assert "<!--" not in made
    told = {part.split("\n")[0]: part for part in made.split("\n## fibercov ")[1:]}
    helped = command("--help", cwd=ROOT).stdout
    assert sorted(told) == sorted(
        re.findall(
            r"^\W+(measure|run|demo|progress|plan|compare|publish|report|minutes|kolada|stratsys) ",
            helped,
            re.MULTILINE,
        )
    )
    for name, section in told.items():
        options = re.findall(
            r"^│ \*? *(--[a-z-]+)", command(name, "--help", cwd=ROOT).stdout, re.MULTILINE
        )
        assert set(re.findall(r"^\| `(--[a-z-]+)", section, re.MULTILINE)) == {*options} - {
            "--help"
        }
