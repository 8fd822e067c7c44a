"""Make the pictures that the README shows, from the synthetic municipality.

    pip install ".[test]"
    python docs/make_pictures.py

Needs Debian's chromium-headless-shell, and pdftoppm for the page on paper.
"""

from __future__ import annotations

import itertools
import subprocess
import tempfile
from collections.abc import Callable
from datetime import date
from pathlib import Path
from shutil import which
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
from PIL import Image
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
    ground = {
        "context": [demo.roads, demo.water, demo.places], "outline": demo.areas.dissolve(), "target": 0.9,
    }  # fmt: skip
    town = {"areas": demo.areas, "network": demo.network, "planned": demo.planned, **ground}
    fc.plot_progress(fc.track_progress(years, target=0.95, by="2022-10-01"))
    plt.savefig(HERE / "progress.png", dpi=150)
    drops_along_roads()
    page_for_the_report(demo)
    earlier = fc.load_demo(as_of="2018-10-01")
    before = fc.measure_coverage(earlier.premises, earlier.network, reach=50, as_of=earlier.as_of)
    plan = fc.plan_builds(
        before, earlier.network, routes=earlier.roads, target=0.9, cost_per_m=250, currency="SEK"
    )
    fc.plot_plan(plan)
    plt.savefig(HERE / "plan.png", dpi=150)
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as driver:
        english, swedish = Path(folder) / "english.html", Path(folder) / "swedish.html"
        title = "Fiber in Fiberdalen (synthetic)"
        fc.map_coverage(years[-1], **town, title=title).save(str(english))
        fc.map_coverage(
            years[-1], **town, history=years[:-1], language="sv",
            title="Fibertäckning i Fiberdalen (påhittad)",
        ).save(str(swedish))  # fmt: skip
        planned = Path(folder) / "planned.html"
        fc.map_coverage(
            plan.planned, areas=earlier.areas, network=earlier.network, planned=plan.builds,
            title=title, **ground,
        ).save(str(planned))  # fmt: skip
        browser = driver.chromium.launch(
            executable_path=which("chromium-headless-shell"), args=["--no-sandbox"]
        )
        shoot(browser, "map.png", english)
        shoot(browser, "plan-map.png", planned, builds)
        shoot(browser, "map-close.png", english, address)
        shoot(browser, "map-area.png", swedish, area)
        shoot(browser, "map-dates.png", swedish, dates)
        shoot(browser, "map-squares.png", swedish, squares)
        shoot(browser, "map-print.png", swedish)
        shoot(browser, "map-phone.png", swedish, options=PHONE)
        browser.close()


def page_for_the_report(demo: fc.Demo) -> None:
    """Draw the page for the annual report, of households."""
    *earlier, last = [coverage.of("households") for coverage in measured()]
    figure = fc.plot_report(
        last, areas=demo.areas, history=earlier, target=0.9, by="2022-10-01", network=demo.network,
        planned=demo.planned, title="Fiberdalen",
        note="Fiberdalen is a synthetic municipality. Nothing on this page is real.",
    )  # fmt: skip
    figure.savefig(HERE / "report.png", dpi=110)


def drops_along_roads() -> None:
    """Draw three premises, and the leg, the way along the road and the line of each."""
    ink, blue, orange, green = "#22303c", "#2a5a98", "#a63c06", "#2a9485"
    _, ax = plt.subplots(figsize=(7.2, 3.5), layout="constrained")
    beside = np.sqrt(25**2 - 6**2)  # how far along the road the cable's end is 25 m away
    start = 130 - beside
    for xs, ys in (((0, 300), (0, 0)), ((90, 90), (0, 110))):
        ax.plot(xs, ys, color="#c3cad2", linewidth=9, solid_capstyle="round", zorder=1)
    ax.plot((start, 290 + beside), (0, 0), color="#f0d48a", linewidth=9, zorder=2)
    ax.plot((130, 290), (6, 6), color=ink, linewidth=2.5, zorder=3)
    homes = {"A": (25, 28), "B": (275, -24), "C": (50, 85)}
    ways = {
        "A": ((25, 28), (25, 0), (start, 0), (130, 6)),
        "B": ((275, -24), (275, 0), (275, 0), (275, 6)),
        "C": ((50, 85), (90, 85), (90, 0), (start, 0), (130, 6)),
    }
    for name, (x, y) in homes.items():
        way = ways[name]
        legs, along, line = way[:2], way[1:-1], way[-2:]
        for part, colour in ((legs, orange), (along, blue), (line, green)):
            ax.plot(*zip(*part, strict=True), color=colour, linewidth=2, zorder=4)
        near = min(max(x, 130), 290)
        ax.plot((x, near), (y, 6), color="#5b6875", linewidth=1, linestyle=(0, (2, 3)), zorder=3)
        ax.plot(x, y, "s", color=ink, markersize=7, zorder=5)
        metres = sum(np.hypot(b[0] - a[0], b[1] - a[1]) for a, b in itertools.pairwise(way))
        straight = np.hypot(near - x, 6 - y)
        said = f"{name}: {metres:.0f} m along the road,\n{straight:.0f} m straight"
        left = x < 90
        ax.annotate(
            said, (x, y), (-9 if left else 9, 0), textcoords="offset points",
            ha="right" if left else "left", va="center", fontsize=9,
        )  # fmt: skip
    for text, at, colour in (
        ("cable", (262, 12), ink),
        ("leg", (29, 12), orange),
        ("along the road", (38, -10), blue),
        ("line", (107, -12), green),
        ("road at most 25 m from the cable", (132, -12), "#7a5c00"),
    ):
        ax.text(*at, text, color=colour, fontsize=9)
    ax.set(xlim=(-95, 385), ylim=(-40, 118), aspect="equal")
    ax.axis("off")
    plt.savefig(HERE / "roads.png", dpi=150)


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
    # Colours to the nearest of 65 levels look the same, and take less room.
    small = Image.open(HERE / picture).convert("RGB").point(lambda v: min(255, (v + 2) // 4 * 4))
    small.save(HERE / picture, optimize=True)


def area(page: Any) -> None:
    """Choose an area."""
    page.get_by_role("button", name="Norrtjärn").click()


def dates(page: Any) -> None:
    """Show two dates side by side."""
    page.locator("#fc-compare").select_option("1")


def address(page: Any) -> None:
    """Look an address up."""
    page.locator("#fc-query").fill("Storgatan 12")
    page.keyboard.press("Enter")
    page.evaluate("void fibercov.map.setZoom(16)")


def builds(page: Any) -> None:
    """Open the list of builds, and bring it into view."""
    page.locator("#fc-builds summary").click()
    page.locator("#fc-builds").evaluate("(list) => list.scrollIntoView()")
    page.mouse.move(0, 0)


def squares(page: Any) -> None:
    """Show squares, in the second year."""
    page.locator("#fc-squares").check()
    page.locator("#fc-date-range").fill("1")
    page.evaluate("void fibercov.map.setZoom(fibercov.map.getZoom() + 1)")


if __name__ == "__main__":
    main()
