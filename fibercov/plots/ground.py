"""A map for print: areas by share with a break at the target, the network, and the plan."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
import shapely
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection, PathCollection
from matplotlib.colors import to_rgb
from matplotlib.patches import PathPatch, Rectangle
from matplotlib.path import Path
from matplotlib.patheffects import Stroke
from matplotlib.transforms import Affine2D
from numpy.typing import NDArray

from fibercov import texts
from fibercov.geo.crs import to_crs
from fibercov.measure.publishable import SQUARE_M
from fibercov.plots.labels import Label, Room, place_labels
from fibercov.plots.sheet import INK, MM, MUTED, SANS, width
from fibercov.plots.told import Told, share_of
from fibercov.statuses import STATUS_COLOURS

DASHES = (0, (3.2, 1.6))
STRIP = 15.5  # mm at the foot of the map for its legend
HATCH, FAINT = "//////", "#a9b3bd"  # of areas that are not shown
PALE = "#dde1e6"  # squares that are not shown
_CLASS = 10.8  # mm, how wide a class is in the legend
_MANY = 20  # areas, from which on labels are smaller
_PLAN = STATUS_COLOURS["planned"]
_SPACING = 1.18
_FINE = 0.05  # mm: borders finer than this are not seen


class Frame:
    """The axes as paper: metres a mm, and the lower left corner of the map above its legend."""

    def __init__(self, ax: Axes, shapes: NDArray[Any]) -> None:
        box = ax.get_window_extent()
        dpi = ax.figure.dpi
        wide, high = (float(side) * 25.4 / dpi for side in (box.width, box.height))
        west, south, east, north = shapely.total_bounds(shapes)
        self.scale = max(
            (east - west) / (wide - 2), (north - south) / max(5.0, high - STRIP - 2), 1e-6
        )
        self.size = wide, high - STRIP
        middle = np.array([west + east, south + north]) / 2
        self.corner = middle - np.array(self.size) * self.scale / 2
        foot = self.corner - [0, STRIP * self.scale]
        ends = foot + np.array([wide, high]) * self.scale
        ax.set(xlim=(foot[0], ends[0]), ylim=(foot[1], ends[1]))
        ax.set_axis_off()
        self.mm = Affine2D().scale(self.scale).translate(*foot) + ax.transData

    def inside(self, lines: list[NDArray[np.float64]]) -> list[NDArray[np.float64]]:
        """Cut lines at the frame of the map: what lies outside is not in the file."""
        ends = self.on_map(self.size)
        whole = np.array([shapely.linestrings(each) for each in lines], dtype=object)
        cut: Any = shapely.clip_by_rect(whole, *self.corner, *ends)
        return [shapely.get_coordinates(part) for part in shapely.get_parts(cut)]

    def on_paper(self, shapes: NDArray[Any]) -> NDArray[Any]:
        """Bring geometries to mm from the map's lower left corner."""
        return np.asarray(shapely.transform(shapes, lambda xy: (xy - self.corner) / self.scale))

    def on_map(self, xy: Any) -> NDArray[np.float64]:
        """Bring mm from the map's lower left corner to metres."""
        metres: NDArray[np.float64] = self.corner + self.scale * np.asarray(xy, dtype=float)
        return metres


def draw_map(
    ax: Axes,
    told: Told,
    lines: dict[str, list[NDArray[np.float64]]],
    language: str,
    *,
    numbers: dict[str, int] | None = None,
    shares: bool = False,
) -> bool:
    """Draw it all on the axes, which become those of the CRS; return whether the areas are numbered."""
    table = told.drawn
    assert table is not None  # noqa: S101 - the caller has something to draw
    shapes = to_crs(table, told.crs, "areas")
    said = [share_of(row) for _, row in table.iterrows()]
    colours = [told.colour(share) for share in said]
    outline = None if told.squares else shapely.union_all(shapes, grid_size=1.0)
    frame = Frame(ax, shapes)
    shapes = shapely.simplify(shapes, _FINE * frame.scale)
    lines = {name: frame.inside(part) for name, part in lines.items()}
    _draw_shapes(ax, shapes, outline, colours, [share is None for share in said])
    _draw_lines(ax, lines)
    keys = [
        key for key, name in (("network", "network"), ("planned_network", "planned")) if lines[name]
    ]
    keys += ["masked"] if None in said else []
    _draw_legend(ax, frame, told, keys, language)
    if outline is None:
        return False
    size = 8.0 if shares or len(table) <= _MANY else 7.0
    ways = [
        _ways(str(name), told.percent(share, language) if shares else "")
        for name, share in zip(table["name"], said, strict=True)
    ]
    in_table = None if numbers is None else [str(numbers.get(name, "")) for name in table["name"]]
    drawn = np.array([shapely.linestrings(line) for part in lines.values() for line in part])
    (edge,), paper = frame.on_paper(np.array([outline])), frame.on_paper(shapes)
    room = Room(*frame.size, frame.on_paper(drawn), edge)
    labels = place_labels(paper, ways, lambda words: _extent(words, size), room, in_table)
    for label in labels:
        under = np.flatnonzero(shapely.contains_xy(paper, label.x, label.y))
        _write(ax, frame, label, size, colours[under[0]] if len(under) else "#ffffff")
    return any(label.number for label in labels)


def _draw_shapes(
    ax: Axes, shapes: NDArray[Any], outline: Any, colours: list[str], hidden: list[bool]
) -> None:
    """Draw the shapes by class, those that are not shown hatched, and the outline of them all."""
    if outline is None:  # squares are many, and have no borders to speak of
        paths = [_path(shape) for shape in shapes]
        faces = [PALE if out else colour for colour, out in zip(colours, hidden, strict=True)]
        squares = PathCollection(paths, facecolors=faces, linewidths=0)
        squares.set_transform(ax.transData)
        ax.add_collection(squares, autolim=False)
        return
    for shape, colour, out in zip(shapes, colours, hidden, strict=True):
        path = _path(shape)
        look: dict[str, Any] = {"hatch": HATCH, "ec": FAINT} if out else {}
        ax.add_patch(PathPatch(path, **({"fc": colour, "lw": 0, "gid": "area"} | look)))
        ax.add_patch(PathPatch(path, fc="none", ec=MUTED, lw=0.45, zorder=1.5))
    whole = PathPatch(_path(outline), fc="none", ec=INK, lw=0.9, zorder=2, joinstyle="round")
    ax.add_patch(whole)


def _draw_lines(ax: Axes, lines: dict[str, list[NDArray[np.float64]]]) -> None:
    """Draw the network thin and the plan dashed, on a pale casing that parts it from dark areas."""
    built: dict[str, Any] = {"colors": INK, "linewidths": 0.55, "capstyle": "round"}
    ahead: dict[str, Any] = {"colors": _PLAN, "linewidths": 1.0, "linestyles": [DASHES]}
    casing = LineCollection(lines["planned"], colors="white", linewidths=2.0, zorder=3)
    ax.add_collection(casing, autolim=False)
    for name, how in (("network", built), ("planned", ahead)):
        ax.add_collection(LineCollection(lines[name], zorder=3, **how), autolim=False)


def _ways(name: str, share: str) -> list[str]:
    """List the ways to write a name, the best first: in one line, or broken at a space."""
    ways, spaces = [name], [k for k, sign in enumerate(name) if sign == " "]
    if spaces and len(name) > 9:
        at = min(spaces, key=lambda k: abs(k - len(name) / 2))
        ways.append(f"{name[:at]}\n{name[at + 1 :]}")
    shown = share.replace(" ", "\N{NO-BREAK SPACE}")
    return [f"{way}\n{shown}" if shown else way for way in ways]


def _extent(words: str, size: float) -> tuple[float, float]:
    """Measure words in lines, in mm."""
    lines = words.split("\n")
    wide = max(width(line, size, SANS) for line in lines)
    return wide + 0.8, size * MM * _SPACING * len(lines) + 0.4


def _path(shape: Any) -> Path:
    """Make one path of a polygon with its holes."""
    rings = shapely.get_rings(shapely.get_parts(shape))
    return Path.make_compound_path(
        *(Path(shapely.get_coordinates(ring), closed=True) for ring in rings)
    )


def _light(colour: str) -> float:
    """Measure the relative luminance of a colour."""
    rgb = np.array(to_rgb(colour))
    linear = np.where(rgb > 0.04045, ((rgb + 0.055) / 1.055) ** 2.4, rgb / 12.92)
    return float(linear @ [0.2126, 0.7152, 0.0722])


def _ink_on(ground: str) -> str:
    """Choose ink or white, whichever reads better on a colour."""
    light, ink = _light(ground) + 0.05, _light(INK) + 0.05
    return INK if light / ink >= 1.05 / light else "#ffffff"


def _write(ax: Axes, frame: Frame, label: Label, size: float, ground: str) -> None:
    """Write a label on a halo of its ground; the halo is another text, so that the label stays text."""
    x, y = frame.on_map((label.x, label.y))
    how: dict[str, Any] = {"fontsize": size, "fontfamily": SANS, "ha": "center", "va": "center"}
    how |= {"linespacing": _SPACING, "parse_math": False, "clip_on": False}
    if label.leader:
        ends = frame.on_map(np.array(label.leader).reshape(2, 2))
        for colour, thick in (("white", 2.0), (MUTED, 0.7)):  # a casing parts it from the network
            ax.plot(*ends.T, color=colour, lw=thick, zorder=4, solid_capstyle="butt")
        ax.plot(*ends[0], "o", color="white", mec=MUTED, mew=0.7, markersize=3, zorder=5)
    halo = Stroke(linewidth=2.2, foreground=ground, joinstyle="round")
    ax.text(x, y, label.words, color=ground, zorder=4, gid="halo", path_effects=[halo], **how)
    ax.text(x, y, label.words, color=_ink_on(ground), zorder=6, **how)


def _draw_legend(ax: Axes, frame: Frame, told: Told, keys: list[str], language: str) -> None:
    """Draw the classes as one scale with the target on it, the keys, and the scale bar, along the foot."""
    how: dict[str, Any] = {
        "transform": frame.mm, "fontsize": 7.5, "fontfamily": SANS, "color": INK,
        "parse_math": False, "clip_on": False,
    }  # fmt: skip
    title = texts.say("squares" if told.squares else "areas", language, metres=str(SQUARE_M))
    of = texts.nouns(told.whole.unit, language)
    ax.text(0.2, 12, f"{title}: {of} {texts.within(told.whole.reach, language)}", **how)
    for n, colour in enumerate(told.colours):
        corner = (0.2 + n * _CLASS, 3.8)
        ax.add_patch(
            Rectangle(corner, _CLASS, 3.2, transform=frame.mm, fc=colour, ec=MUTED, lw=0.5)
        )
    for n, words in enumerate(_bounds(told, language)):
        ax.text(0.2 + n * _CLASS, 0.6, words, ha="center" if n else "left", **how)
    if told.target is not None:
        x = 0.2 + told.breaks.index(told.target) * _CLASS
        goal: dict[str, Any] = {
            "color": INK,
            "lw": 1.8,
            "transform": frame.mm,
            "solid_capstyle": "butt",
        }
        ax.plot([x, x], [3.0, 7.8], **goal)
        shown = texts.target_percent(told.target, language)
        words = texts.say("plot_target", language, target=shown)
        side = "center" if x > _CLASS else "left"
        ax.text(x, 8.4, words, ha=side, fontweight="bold", **how)
    _draw_keys(ax, frame, told, keys, how, language)
    _draw_scale(ax, frame, how)


def _draw_keys(
    ax: Axes, frame: Frame, told: Told, keys: list[str], how: dict[str, Any], language: str
) -> None:
    """Draw what the lines are, and what is not shown."""
    start = 0.2 + len(told.colours) * _CLASS + 6.5
    looks = {"network": (INK, "-", 0.8), "planned_network": (_PLAN, DASHES, 1.2)}
    for n, key in enumerate(keys):
        y = 9.4 - 4.0 * n
        if key in looks:
            colour, style, thick = looks[key]
            ax.plot(
                [start, start + 7], [y, y], color=colour, ls=style, lw=thick, transform=frame.mm
            )
        else:
            look: dict[str, Any] = {"fc": PALE, "lw": 0}
            look = look if told.squares else {"fc": "white", "hatch": HATCH, "lw": 0.5}
            key_ = Rectangle((start, y - 1.3), 7, 2.6, transform=frame.mm, ec=FAINT, **look)
            ax.add_patch(key_)
        ax.text(start + 8.5, y - 0.9, texts.say(key, language), **how)


def _bounds(told: Told, language: str) -> list[str]:
    """Write the bounds of the classes; that of the target stands above them."""
    bounds = [*told.breaks, Fraction(1)]
    if bounds[-2] == 1:  # the last class is all, and has no width
        bounds.pop()
    shown = [texts.number(f"{float(100 * bound):.4g}", language) for bound in bounds]
    shown[-1] += " %"
    return [
        "" if bound == told.target else words for bound, words in zip(bounds, shown, strict=True)
    ]


def _draw_scale(ax: Axes, frame: Frame, how: dict[str, Any]) -> None:
    """Draw the longest round length of at most 18 mm, at the right of the foot."""
    steps = [digit * 10**power for power in range(7) for digit in (1, 2, 5)]
    metres = max(step for step in steps if step == 1 or step <= 18 * frame.scale)
    right = frame.size[0] - 1
    left = right - metres / frame.scale
    tick = [5.4, 4.2, 4.2, 5.4]
    ax.plot([left, left, right, right], tick, color=INK, lw=0.9, transform=frame.mm)
    words = f"{metres // 1000} km" if metres >= 1000 else f"{metres} m"
    ax.text((left + right) / 2, 0.6, words, ha="center", **how)
