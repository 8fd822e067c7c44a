"""Fixtures that several test files share."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from shutil import which
from typing import Any

import folium
import pytest
import servers
from browsing import ARGUMENTS, Open
from hypothesis import HealthCheck, settings

import fibercov as fc

# Machines are shared: how long one example takes says nothing about the code.
settings.register_profile(
    "default", max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.register_profile("ci", settings.get_profile("default"), derandomize=True)
settings.register_profile("nightly", settings.get_profile("default"), max_examples=2000)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "default"))

SHARED = Path(__file__).parents[2] / "shared" / "data"


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder with real data, which is not part of the project."""
    if not SHARED.is_dir():
        pytest.skip("real data (../shared/data) is not on this machine")
    return SHARED


@pytest.fixture(scope="session")
def demo() -> fc.Demo:
    return fc.load_demo()


@pytest.fixture(scope="session")
def demo_coverage(demo: fc.Demo) -> fc.Coverage:
    return fc.measure_coverage(
        demo.premises, demo.network, reach=50, planned=demo.planned, as_of=demo.as_of
    )


@pytest.fixture(scope="session")
def database() -> Iterator[servers.Database]:
    """A database with PostGIS, of these tests alone."""
    with servers.database() as started:
        yield started


@pytest.fixture(scope="session")
def s3() -> Iterator[servers.S3]:
    """A server that speaks S3, with a bucket."""
    with servers.s3() as started:
        yield started


@pytest.fixture
def web(tmp_path: Path) -> Iterator[servers.Web]:
    """A web server with the files of the test's folder."""
    with servers.web(tmp_path) as started:
        yield started


@pytest.fixture
def write(demo: fc.Demo, demo_coverage: fc.Coverage) -> Callable[..., list[Path]]:
    """Writes the demo's results to a folder, or those of what it is given in its place."""

    def run(folder: Path, coverage: fc.Coverage | None = None, **other: Any) -> list[Path]:
        given: dict[str, Any] = {"network": demo.network, "title": "Fiberdalen"}
        if coverage is None:
            given |= {"planned": demo.planned, "areas": demo.areas}
        return fc.write_results(folder, coverage or demo_coverage, **(given | other)).files

    return run


@pytest.fixture(scope="session")
def years() -> list[fc.Coverage]:
    """The synthetic municipality, 2016 to 2020."""
    found = []
    for year in range(2016, 2021):
        made = fc.load_demo(as_of=date(year, 10, 1))
        found.append(
            fc.measure_coverage(
                made.premises, made.network, reach=50, planned=made.planned, as_of=made.as_of
            )
        )
    return found


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    # The first is the same engine without windows, and opens a page for a third of the work.
    names = ("chromium-headless-shell", "chromium", "google-chrome")
    chromium = next(filter(None, map(which, names)), None)
    if chromium is None:
        pytest.skip("no Chromium on this machine: install Debian's chromium-headless-shell")
    with playwright.sync_playwright() as driver:
        started = driver.chromium.launch(executable_path=chromium, args=ARGUMENTS)
        yield started
        started.close()


@pytest.fixture
def opened(browser: Any, tmp_path: Path) -> Iterator[Open]:
    """Opens a map without a network; fails on any message, error or request that is not expected."""
    contexts, heard = [], []

    def open_map(
        made: folium.Map | Path, expected: str = "", fragment: str = "", **options: Any
    ) -> Any:
        file = tmp_path / "map.html" if isinstance(made, folium.Map) else made
        if isinstance(made, folium.Map):
            made.save(str(file))
        context = browser.new_context(**{
            "viewport": {"width": 1280, "height": 800}, "offline": True, "reduced_motion": "reduce",
            **options,
        })  # fmt: skip
        context.set_default_timeout(8000)
        contexts.append(context)
        page = context.new_page()

        def hear(text: str) -> None:
            if not expected or not re.search(expected, text):
                heard.append(text)

        def ask(url: str) -> None:
            if not url.startswith(("data:", "about:", file.as_uri())):
                hear(url)

        page.on("console", lambda message: hear(message.text))
        page.on("pageerror", lambda error: hear(str(error)))
        page.on("request", lambda asked: ask(asked.url))
        page.goto(f"{file.as_uri()}#{fragment}" if fragment else file.as_uri())
        page.wait_for_selector("html[data-ready]", state="attached")
        return page

    yield open_map
    for context in contexts:
        context.close()
    assert heard == []


@pytest.fixture(scope="session")
def town(years: list[fc.Coverage], demo: fc.Demo, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file with all that a map can have: the synthetic municipality, in Swedish."""
    file = tmp_path_factory.mktemp("town") / "town.html"
    fc.map_coverage(
        years[-1], areas=demo.areas, network=demo.network, planned=demo.planned, target=0.9,
        history=years[:-1], language="sv", title="Fibertäckning i Fiberdalen",
    ).save(str(file))  # fmt: skip
    return file
