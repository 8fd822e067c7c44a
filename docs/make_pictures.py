"""Make the pictures that the README shows, from the synthetic municipality.

    pip install ".[test]"
    python docs/make_pictures.py

Needs Debian's chromium, and pdftoppm for the page on paper.
"""

from __future__ import annotations

import subprocess
import tempfile
from collections.abc import Callable
from datetime import date
from pathlib import Path
from shutil import which
from typing import Any

import matplotlib.pyplot as plt
from playwright.sync_api import sync_playwright

import fibercov as fc

HERE = Path(__file__).parent
SCREEN = {"viewport": {"width": 1280, "height": 800}}
PHONE = {
    "viewport": {"width": 390, "height": 780}, "device_scale_factor": 2, "is_mobile": True,
    "has_touch": True,
}  # fmt: skip


def main() -> None:
    """Make them all."""
    years = []
    for year in range(2016, 2021):
        made = fc.load_demo(as_of=date(year, 10, 1))
        years.append(
            fc.measure_coverage(
                made.premises, made.network, reach=50, planned=made.planned, as_of=made.as_of
            )
        )
    town = {"areas": made.areas, "network": made.network, "planned": made.planned, "target": 0.9}
    maps = {
        "english": fc.map_coverage(years[-1], **town, title="Fiber in Fiberdalen (synthetic)"),
        "swedish": fc.map_coverage(
            years[-1], **town, history=years[:-1], language="sv",
            title="Fibertäckning i Fiberdalen (påhittad)",
        ),
    }  # fmt: skip
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=which("chromium"), args=["--no-sandbox"])

        def shoot(
            picture: str, name: str, act: Callable[[Any], None], options: dict[str, Any] = SCREEN
        ) -> None:
            file = Path(folder) / f"{name}.html"
            if not file.exists():
                maps[name].save(str(file))
            page = browser.new_page(**options, reduced_motion="reduce")
            page.goto(file.as_uri())
            page.wait_for_selector("html[data-ready]", state="attached")
            act(page)
            page.wait_for_timeout(500)
            if picture.endswith("print.png"):
                paper = Path(folder) / "print.pdf"
                page.pdf(path=paper, prefer_css_page_size=True, print_background=True)
                stem = str(HERE / picture.removesuffix(".png"))
                command = [
                    str(which("pdftoppm")),
                    "-r",
                    "96",
                    "-png",
                    "-singlefile",
                    str(paper),
                    stem,
                ]
                subprocess.run(command, check=True)
            else:
                page.screenshot(path=HERE / picture)
            page.close()

        tracked = fc.track_progress(years, target=0.95, by="2022-10-01")
        fc.plot_progress(tracked)
        plt.savefig(HERE / "progress.png", dpi=150)
        shoot("map.png", "english", as_it_opens)
        shoot("map-close.png", "english", address)
        shoot("map-table.png", "swedish", lambda page: page.locator("#fc-table-open").click())
        shoot("map-squares.png", "swedish", squares)
        shoot("map-print.png", "swedish", as_it_opens)
        shoot("map-phone.png", "swedish", as_it_opens, PHONE)
        browser.close()


def as_it_opens(page: Any) -> None:
    """Nothing is done."""
    del page


def address(page: Any) -> None:
    """Look an address up."""
    page.locator("#fc-query").fill("Storgatan 12")
    page.keyboard.press("Enter")
    page.evaluate("void fibercov.map.setZoom(16)")


def squares(page: Any) -> None:
    """Squares, in the second year."""
    page.locator("#fc-squares").check()
    page.locator("#fc-date-range").fill("1")
    page.evaluate("void fibercov.map.setZoom(fibercov.map.getZoom() + 1)")


if __name__ == "__main__":
    main()
