"""The map in Debian's Firefox, without a network: a few visits that show that nothing hangs on Chromium."""

from __future__ import annotations

import io
import json
import re
import subprocess
import unicodedata
from base64 import b64decode
from collections.abc import Iterator
from pathlib import Path
from shutil import which
from typing import Any, Protocol

import folium
import numpy as np
import pytest
from browsing import MAP, plain
from PIL import Image
from pypdf import PdfReader
from test_maps import small

import fibercov as fc
from fibercov.statuses import AREA_COLOURS, STATUS_COLOURS

pytestmark = pytest.mark.no_cover

HERE = Path(__file__).parents[1]
PHONE = (390, 844)
SHARE = "document.getElementById('fc-share').textContent"
CARD = "document.querySelector('.fc-card').innerText"
Step = tuple[Any, ...]


class Visit(Protocol):
    """Opens a page, takes steps, and tells what each gave; fails on any message, error or request."""

    def __call__(self, page: Path, *steps: Step, size: tuple[int, int] = ...) -> list[Any]: ...


@pytest.fixture(scope="module")
def visit() -> Iterator[Visit]:
    firefox, node = which("firefox-esr") or which("firefox"), which("node")
    if firefox is None:
        pytest.skip("no Firefox on this machine: install Debian's package firefox-esr")
    if node is None or not (HERE.parent / "node_modules" / "puppeteer-core").is_dir():
        pytest.skip("node or puppeteer-core is not installed: npm install")
    driver = subprocess.Popen(
        [node, HERE / "firefox.mjs", firefox], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )  # fmt: skip
    assert driver.stdin
    assert driver.stdout
    asks, answers = driver.stdin, driver.stdout

    def visit_page(page: Path, *steps: Step, size: tuple[int, int] = (1280, 800)) -> list[Any]:
        where = {"url": page.as_uri(), "width": size[0], "height": size[1]}
        asks.write(json.dumps({**where, "steps": steps}) + "\n")
        asks.flush()
        answer = json.loads(answers.readline() or '{"error": "the driver has stopped"}')
        assert answer["error"] is None, answer["error"]
        if answer["heard"]:
            pytest.fail("\n".join(dict.fromkeys(answer["heard"])))
        return list(answer["values"])

    yield visit_page
    asks.close()
    try:
        assert driver.wait(60) == 0
    finally:
        driver.kill()
        answers.close()


def ask(code: str) -> Step:
    return ("evaluate", code)


SHOT = ("screenshot", {"encoding": "base64"})


def share(coverage: fc.Coverage, language: str) -> str:
    said = f"{100 * coverage.share:.1f} %"
    return said.replace(".", ",") if language == "sv" else said


def colours(shot: str) -> dict[str, int]:
    """How many pixels of a picture have each colour."""
    picture = Image.open(io.BytesIO(b64decode(shot))).convert("RGB")
    found, counts = np.unique(np.asarray(picture) @ (1 << 16, 1 << 8, 1), return_counts=True)
    return {f"#{colour:06x}": int(n) for colour, n in zip(found, counts, strict=True)}


def test_what_goes_wrong_is_heard(visit: Visit, tmp_path: Path) -> None:
    tiles = folium.TileLayer("https://tiles.invalid/{z}/{x}/{y}.png", attr="Invalid")
    fc.map_coverage(small(), tiles=tiles).save(str(tmp_path / "map.html"))
    throw = ask("void setTimeout(() => { throw new Error('thrown'); })")
    say = ask("console.warn('said'), new Promise((done) => setTimeout(done, 100))")
    with pytest.raises(pytest.fail.Exception) as raised:
        visit(tmp_path / "map.html", throw, say)
    for wrong in ("https://tiles.invalid/", "Error: thrown", "said"):
        assert wrong in str(raised.value)


def test_opens_with_the_share_in_one_language_and_the_other(
    visit: Visit, town: Path, years: list[fc.Coverage]
) -> None:
    language = ask("document.documentElement.lang")
    told = visit(town, language, ask(SHARE), ("click", "header [lang=en]"), language, ask(SHARE))
    told = [told[0], plain(told[1]), told[3], plain(told[4])]
    assert told == ["sv", share(years[-1], "sv"), "en", share(years[-1], "en")]


def test_areas_and_premises_are_drawn_in_their_colours(
    visit: Visit, town: Path, demo: fc.Demo, years: list[fc.Coverage]
) -> None:
    found = fc.check_target(years[-1], target=0.9, by=demo.areas).areas
    shares = (found["reached"] / found["total"].replace(0, np.nan)).iloc[: len(demo.areas)]
    classes = set(np.digitize(shares.dropna(), (0.5, 0.75, 0.9, 0.97)))
    near = ask(
        "new Promise((done) => { fibercov.map.setView(fibercov.map.getCenter(), 13, {animate: false});"
        " setTimeout(done, 300); })"
    )
    hide = ask(f"void (document.querySelector('{MAP}').style.visibility = 'hidden')")
    seen = [colours(shot) for shot in visit(town, SHOT, near, SHOT, hide, SHOT) if shot]
    legend = seen.pop()  # and the banner: what is seen without the map
    afar, close = ({hue: n - legend.get(hue, 0) for hue, n in shot.items()} for shot in seen)
    assert len(classes) > 1
    for colour in (AREA_COLOURS[k] for k in classes):
        assert afar.get(colour, 0) > 1000, colour
    for colour in (STATUS_COLOURS["connected"], STATUS_COLOURS["unserved"]):
        assert close.get(colour, 0) > 100, colour


def test_search_finds_an_address_and_opens_its_card(visit: Visit, town: Path) -> None:
    said = visit(
        town, ("type", "#fc-query", "storgatan 12"), ("waitForSelector", "#fc-found li"),
        ("keyboard.press", "Enter"), ("waitForSelector", ".fc-card"), ask(CARD), ask("fibercov.map.getZoom()"),
    )  # fmt: skip
    assert re.match(r"Storgatan 12\w* Fiber .*\. \w+ [\d,]+ %", plain(said[4]))
    assert said[5] >= 16


def test_fits_a_telephone(visit: Visit, town: Path) -> None:
    box = f"document.querySelector('{MAP}').getBoundingClientRect().toJSON()"
    fits = ask("document.documentElement.scrollWidth <= innerWidth")
    told = visit(
        town, fits, ask(box), ("type", "#fc-query", "alvst"), ("waitForSelector", "#fc-found li"),
        ("click", "#fc-found li"), ("waitForSelector", ".fc-card"), ask(CARD), fits, size=PHONE,
    )  # fmt: skip
    assert told[0]
    assert told[1]["width"] > 300
    assert min(told[1]["bottom"], 844) - told[1]["top"] > 300
    assert plain(told[6]).startswith("Älvsta")
    assert told[7]


def test_a_map_for_publishing_works(
    visit: Visit, demo: fc.Demo, years: list[fc.Coverage], tmp_path: Path
) -> None:
    made = fc.map_coverage(years[-1], areas=demo.areas, target=0.9, publish="areas")
    made.save(str(tmp_path / "public.html"))
    said = visit(
        tmp_path / "public.html", ask(SHARE), SHOT, ("type", "#fc-query", "alvsta"),
        ("waitForSelector", "#fc-found li"), ("keyboard.press", "Enter"),
        ("waitForSelector", "#fc-area h2"), ask("document.querySelector('#fc-area h2').innerText"),
    )  # fmt: skip
    assert re.search(r"\d %", plain(said[0]))
    assert sum(colours(said[1]).get(colour, 0) for colour in AREA_COLOURS) > 10_000
    assert plain(said[6]).startswith("Älvsta")


# On paper -----------------------------------------------------------------------------------------

# As Firefox's own dialog begins: upright, and with margins. Without a format, puppeteer takes inches
# for centimetres.
PAPER = ("pdf", {
    "format": "A4", "printBackground": True, "margin": dict.fromkeys(("top", "right", "bottom", "left"), "0.5in"),
})  # fmt: skip


@pytest.fixture(scope="module")
def paper(visit: Visit, town: Path) -> PdfReader:
    told = visit(town, PAPER, ask("document.getElementById('fc-query').offsetWidth > 0"))
    assert told[1]  # the screen is as it was
    return PdfReader(io.BytesIO(b64decode(told[0])))


def words(page: Any) -> str:
    return plain(unicodedata.normalize("NFKC", page.extract_text()))


def test_prints_banner_and_map_upright(paper: PdfReader) -> None:
    box = paper.pages[0].mediabox
    assert (round(box.width), round(box.height)) in {(595, 842), (596, 842)}
    said = words(paper.pages[0])
    for each in ("Fibertäckning i Fiberdalen", "90,7 %", "Målet 90 % är nått", "90–<97", "Granhed"):
        assert each in said
    assert "Skriv ut" not in said
    assert len(paper.pages[0].images) > 2  # the network is drawn on canvases


def test_prints_all_rows_of_the_table(paper: PdfReader, demo: fc.Demo) -> None:
    said = " ".join(words(page) for page in paper.pages)
    table = said[said.rindex("Kvar till målet") :]  # behind the names on the map
    assert [name for name in (*demo.areas["name"], "113") if name not in table] == []


def test_prints_the_map_whole(paper: PdfReader) -> None:
    first, *others = (words(page) for page in paper.pages)
    assert "3 km" in first  # the scale, in the lower left corner
    assert not [said for said in others if "3 km" in said]
