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
    """Make all pictures."""
    years = measured()
    demo = fc.load_demo()
    town = {"areas": demo.areas, "network": demo.network, "planned": demo.planned, "target": 0.9}
    fc.plot_progress(fc.track_progress(years, target=0.95, by="2022-10-01"))
    plt.savefig(HERE / "progress.png", dpi=150)
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as driver:
        english, swedish = Path(folder) / "english.html", Path(folder) / "swedish.html"
        title = "Fiber in Fiberdalen (synthetic)"
        fc.map_coverage(years[-1], **town, title=title).save(str(english))
        fc.map_coverage(
            years[-1], **town, history=years[:-1], language="sv",
            title="Fibertäckning i Fiberdalen (påhittad)",
        ).save(str(swedish))  # fmt: skip
        browser = driver.chromium.launch(executable_path=which("chromium"), args=["--no-sandbox"])
        shoot(browser, "map.png", english)
        shoot(browser, "map-close.png", english, address)
        shoot(browser, "map-table.png", swedish, table)
        shoot(browser, "map-squares.png", swedish, squares)
        shoot(browser, "map-print.png", swedish)
        shoot(browser, "map-phone.png", swedish, options=PHONE)
        browser.close()


def measured() -> list[fc.Coverage]:
    """Measure the synthetic municipality, 2016 to 2020."""
    years = []
    for year in range(2016, 2021):
        made = fc.load_demo(as_of=date(year, 10, 1))
        years.append(
            fc.measure_coverage(
                made.premises,
                made.network,
                reach=50,
                unit="inhabitants",
                planned=made.planned,
                as_of=made.as_of,
            )
        )
    return years


def shoot(
    browser: Any,
    picture: str,
    file: Path,
    act: Callable[[Any], None] | None = None,
    *,
    options: dict[str, Any] = SCREEN,
) -> None:
    """Take a picture of a map after an action, or on paper if the picture is called print."""
    page = browser.new_page(**options, reduced_motion="reduce")
    page.goto(file.as_uri())
    page.wait_for_selector("html[data-ready]", state="attached")
    if act is not None:
        act(page)
    page.wait_for_timeout(500)
    if picture.endswith("print.png"):
        paper = file.with_suffix(".pdf")
        page.pdf(path=paper, prefer_css_page_size=True, print_background=True)
        stem = str(HERE / picture.removesuffix(".png"))
        drawn = [str(which("pdftoppm")), "-r", "96", "-png", "-singlefile", str(paper), stem]
        subprocess.run(drawn, check=True)
    else:
        page.screenshot(path=HERE / picture)
    page.close()


def table(page: Any) -> None:
    """Open the table."""
    page.locator("#fc-table-open").click()


def address(page: Any) -> None:
    """Look an address up."""
    page.locator("#fc-query").fill("Storgatan 12")
    page.keyboard.press("Enter")
    page.evaluate("void fibercov.map.setZoom(16)")


def squares(page: Any) -> None:
    """Show squares, in the second year."""
    page.locator("#fc-squares").check()
    page.locator("#fc-date-range").fill("1")
    page.evaluate("void fibercov.map.setZoom(fibercov.map.getZoom() + 1)")


if __name__ == "__main__":
    main()
