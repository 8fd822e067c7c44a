"""What the tests of the page do in a browser: go to places, point, and look."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any

from frames import points
from PIL import Image, ImageChops

HOSTILE = (
    """<img src=x onerror="window.hit=1">'"`${window.hit=2}</script><script>window.hit=3</script>"""
)
ARGUMENTS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync",
    "--disable-background-networking", "--disable-component-update", "--hide-scrollbars",
    # Else the address bar's popups, which nobody sees, are two more pages for each page.
    "--disable-features=WebUIOmniboxPopup,WebUIOmniboxAimPopup,WebUIOmniboxFullPopup",
]  # fmt: skip
AXE = Path(__file__).parents[1] / "node_modules" / "axe-core" / "axe.min.js"
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
MAP = ".folium-map"
Open = Callable[..., Any]


def show(page: Any, lat: float, lon: float, zoom: float) -> None:
    page.evaluate(
        "([lat, lon, zoom]) => void fibercov.map.setView([lat, lon], zoom, {animate: false})",
        [lat, lon, zoom],
    )
    page.wait_for_timeout(200)


def look(page: Any, east: float, north: float, zoom: float = 16) -> None:
    """Go to a place of the test frames."""
    lon, lat = points((east, north)).to_crs(4326).get_coordinates().to_numpy()[0]
    show(page, lat, lon, zoom)


def pixels(page: Any) -> Image.Image:
    page.evaluate("document.activeElement.blur()")  # the ring around it lies over the map
    page.mouse.move(0, 0)
    page.wait_for_timeout(150)
    return Image.open(io.BytesIO(page.locator(MAP).screenshot())).convert("RGB")


def changed(before: Image.Image, after: Image.Image) -> bool:
    """Whether more than the smoothing of edges, which a browser does now so, now so, differs."""
    difference = ImageChops.difference(before, after).convert("L")
    return difference.point(lambda value: 255 if value > 24 else 0).getbbox() is not None


def hover(page: Any, east: float, north: float) -> str:
    """The tooltip at a place of the test frames."""
    x, y = on_screen(page, east, north)
    page.mouse.move(0, 0)
    page.mouse.move(x + 1, y)
    page.mouse.move(x, y)
    page.wait_for_timeout(100)
    tip = page.locator(".leaflet-tooltip")
    return plain(tip.inner_text()) if tip.count() else ""


def on_screen(page: Any, east: float, north: float) -> tuple[float, float]:
    lon, lat = points((east, north)).to_crs(4326).get_coordinates().to_numpy()[0]
    at = page.evaluate(
        "([lat, lon]) => { const p = fibercov.map.latLngToContainerPoint([lat, lon]);"
        " const r = fibercov.map.getContainer().getBoundingClientRect();"
        " return [p.x + r.x, p.y + r.y]; }",
        [lat, lon],
    )
    return float(at[0]), float(at[1])


def plain(text: str) -> str:
    """A text with single spaces of the ordinary kind."""
    return " ".join(text.split())


def half_up(number: Decimal) -> Decimal:
    return number.quantize(Decimal("0.1"), rounding=ROUND_HALF_UP)


def table_rows(page: Any) -> list[list[str]]:
    return [
        [plain(cell) for cell in row.locator("th, td").all_inner_texts()]
        for row in page.locator("#fc-rows tr").all()
    ]


def choose_date(page: Any, step: int) -> None:
    page.locator("#fc-date-range").fill(str(step))


def whole_number(text: str) -> int:
    """The number that a text of the page begins with, without its spaces and commas."""
    found = re.match(r"[\d\s,]+", text)
    assert found is not None
    return int("".join(found[0].replace(",", " ").split()))


def legend(page: Any) -> tuple[list[int], list[str]]:
    """The counts of the classes, and what is said below them."""
    classes = page.locator(".fc-classes li:nth-child(n + 2)").all_inner_texts()
    below = page.locator(".fc-legend .fc-key > span").all_inner_texts()
    return [whole_number(text.split("%")[1]) for text in classes], [plain(text) for text in below]
