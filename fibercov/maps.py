"""The share, its areas, the network and every premises on one interactive page."""

from __future__ import annotations

import base64
import html
import json
import re
from bisect import bisect_right
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any, cast

import branca.element
import folium
import geopandas as gpd
import jinja2
import numpy as np
import pandas as pd
import shapely
from branca.element import Element, MacroElement
from numpy.typing import NDArray
from xstatic.pkg import leaflet

from fibercov import checks, texts
from fibercov.areas import summary_of
from fibercov.coverage import Coverage, measured
from fibercov.crs import check_places, label
from fibercov.errors import ArgumentError
from fibercov.target import TargetCheck, check_target, shortfall

_LEAST_DEGREES = (0.01, 0.005)
_TEMPLATES = Path(__file__).parent / "templates"
# Far enough apart for colour-blind readers (CIE76 34 at the least), 3.4:1 on the page's ground.
STATUS_COLOURS = {
    "connected": "#08306b",
    "passed": "#2a9485",
    "planned": "#b24ad6",
    "unserved": "#a63c06",
}
AREA_COLOURS = ("#fdf1cf", "#cfe9c6", "#93d1c6", "#5faed3", "#3a76b4")
EMPTY_COLOUR = "#e9ecef"
_NETWORK_STYLE: dict[str, dict[str, Any]] = {
    "network": {"color": "#333f4d", "weight": 1.5},
    "planned": {"color": "#b24ad6", "weight": 2, "dashArray": "6 4"},
}


class CoverageMap(folium.Map):
    """A `folium.Map` that carries Leaflet in the page, so that it opens without a network."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        data = Path(leaflet.BASE_DIR)
        style = (data / "leaflet.css").read_text("utf-8")
        style = re.sub(
            r"url\((images/[\w.-]+)\)",
            lambda found: f"url({_data_uri((data / found[1]).read_bytes(), 'image/png')})",
            style,
        )
        self.default_js = [
            ("leaflet", _data_uri((data / "leaflet.js").read_bytes(), "text/javascript"))
        ]
        self.default_css = [("leaflet_css", _data_uri(style.encode(), "text/css"))]


class _Raw(Element):
    """A text on the page, taken as it is: branca's own Element would run it as a template."""

    _template = jinja2.Template("{{ this.text }}")

    def __init__(self, text: str) -> None:
        super().__init__()
        self.text = text


class _Behaviour(MacroElement):
    """The call of the page's own script, with the layers that it works on."""

    _template = jinja2.Template(
        "{% macro script(this, kwargs) %}"
        "fibercovPage({{ this._parent.get_name() }}, "
        "{{ this.areas.get_name() if this.areas else 'null' }}, "
        "[{% for layer in this.marks %}{{ layer.get_name() }}, {% endfor %}]);"
        "{% endmacro %}"
    )

    def __init__(self, areas: folium.GeoJson | None, marks: list[folium.GeoJson]) -> None:
        super().__init__()  # type: ignore[no-untyped-call]  # branca annotates in part
        self.areas, self.marks = areas, marks


def map_coverage(
    coverage: Coverage,
    *,
    areas: pd.DataFrame | None = None,
    network: gpd.GeoDataFrame | None = None,
    planned: gpd.GeoDataFrame | None = None,
    target: float | Decimal | Fraction | None = None,
    title: str = "Fiber coverage",
) -> CoverageMap:
    """Draw the coverage on an interactive page that opens without a network.

    The page has the share, its definition, date and range in a banner, with the verdict if a
    target is given; areas coloured by share, with a break at the target; the network; and the
    premises by status. Households are never shown at a premises. Layers can be switched.

    Parameters
    ----------
    coverage
        A measurement.
    areas
        Reporting areas, as `read_areas` gives them, or what `summarize` made of them.
    network, planned
        The networks to draw; what lies far from the premises and areas is left off the page.
    target
        The share to reach, 0-1.
    title
        The page's heading.

    Returns
    -------
    CoverageMap
        A `folium.Map`: add layers to it, show it in a notebook, or `.save("coverage.html")`.

    Raises
    ------
    ArgumentError
        If `target` is not a share from 0 to 1, or `areas` is another measurement's summary.
    FibercovError
        If `areas`, `network` or `planned` cannot be right, as `summarize` and `measure_coverage`.

    Examples
    --------
    >>> import fibercov as fc
    >>> demo = fc.load_demo()
    >>> coverage = fc.measure_coverage(demo.premises, demo.network, reach=50)
    >>> page = fc.map_coverage(coverage, areas=demo.areas, network=demo.network, target=0.90)
    >>> page.save("coverage.html")  # doctest: +SKIP
    """
    measured(coverage)
    check = None if target is None else check_target(coverage, target=target)
    summary = None if areas is None else _summary(coverage, areas)
    page = CoverageMap(tiles=None, prefer_canvas=True, control_scale=True, zoom_snap=0.25)
    west, south, east, north = box = _box(coverage, summary)
    page.fit_bounds([[south, west], [north, east]], padding=(24, 24))
    drawn = None if summary is None else _area_layer(summary, check)
    marks = [
        _premises_layer(coverage, status)
        for status in STATUS_COLOURS
        if coverage.table.loc[status, "premises"]
    ]
    lines = [
        _network_layer(features, argument, box)
        for argument, features in (("planned", planned), ("network", network))
        if features is not None
    ]
    for layer in [*([] if drawn is None else [drawn]), *lines, *marks]:
        layer.add_to(page)
    page.add_child(_Behaviour(drawn, marks))
    folium.LayerControl(collapsed=False).add_to(page)
    root = cast("branca.element.Figure", page.get_root())
    root.title = _safe(title)
    root.header.add_child(_Raw(f"<style>{_template('page.css')}</style>"))
    root.header.add_child(_Raw(f"<script>{_template('page.js')}</script>"))
    root.html.add_child(_Raw(_overlay(coverage, check, summary, title)))
    return page


def _summary(coverage: Coverage, areas: pd.DataFrame) -> gpd.GeoDataFrame:
    """The summary of the areas, without the row for what lies outside them."""
    summary = summary_of(coverage, areas, "areas")
    if not isinstance(summary, gpd.GeoDataFrame):
        raise ArgumentError(
            "`areas` must have polygons to be drawn: read_areas makes such a frame."
        )
    return summary[summary.geometry.notna()]


def _box(coverage: Coverage, summary: gpd.GeoDataFrame | None) -> tuple[float, ...]:
    """West, south, east and north of the premises and areas, in degrees."""
    frames = [coverage.premises.geometry]
    if summary is not None:
        frames.append(summary.geometry[summary["households"] > 0])
    bounds = np.array([frame.to_crs(4326).total_bounds for frame in frames if len(frame)])
    low, high = bounds[:, :2].min(axis=0), bounds[:, 2:].max(axis=0)
    # Not too close: a street or a single premises shows with what is around it.
    middle, half = (low + high) / 2, np.maximum((high - low) / 2, _LEAST_DEGREES)
    return (*(middle - half).tolist(), *(middle + half).tolist())


def _geojson(
    geometry: NDArray[np.object_], properties: pd.DataFrame | None = None
) -> dict[str, Any]:
    """GeoJSON of longitudes and latitudes to 0.1 m, with values that are safe as markup."""
    rounded = shapely.to_geojson(shapely.transform(geometry, lambda xy: np.round(xy, 6)))
    values: list[dict[Any, str]] = [{}] * len(geometry)
    if properties is not None:
        values = properties.map(_safe).to_dict("records")
    features = [
        {"type": "Feature", "id": str(number), "geometry": json.loads(shape), "properties": shown}
        for number, (shape, shown) in enumerate(zip(rounded, values, strict=True))
    ]
    return {"type": "FeatureCollection", "features": features}


def _safe(value: object) -> str:
    """A text that is no markup to the browser, and no template to branca, which runs the script."""
    return html.escape(str(value)).replace("{", "&#123;").replace("}", "&#125;")


def _tooltip(properties: pd.DataFrame) -> folium.GeoJsonTooltip:
    return folium.GeoJsonTooltip(list(properties.columns), [f"{c}" for c in properties.columns])


def _area_layer(summary: gpd.GeoDataFrame, check: TargetCheck | None) -> folium.GeoJson:
    shares = [
        None if total == 0 else Fraction(int(passed), int(total))
        for passed, total in zip(summary["homes_passed"], summary["households"], strict=True)
    ]
    target = None if check is None else check.exact_target
    breaks = class_breaks(target)
    colours = [_colour(share, breaks) for share in shares]
    shown = pd.DataFrame(
        {
            texts.AREA: summary["name"].to_numpy(),
            texts.WITHIN: [texts.NONE if s is None else texts.percent(s, target) for s in shares],
            texts.HOUSEHOLDS: [texts.count(n) for n in summary["households"]],
        }
    )
    if target is not None:
        shown[texts.SHORTFALL] = [
            texts.count(shortfall(int(passed), int(total), target))
            for passed, total in zip(summary["homes_passed"], summary["households"], strict=True)
        ]
    return folium.GeoJson(
        _geojson(summary.geometry.to_crs(4326).to_numpy(), shown),
        name=texts.AREA_LAYER,
        style_function=lambda feature: {
            "fillColor": colours[int(feature["id"])],
            "fillOpacity": 0.8,
            "color": "#5b6875",
            "weight": 1,
        },
        tooltip=_tooltip(shown),
    )


def _network_layer(
    features: gpd.GeoDataFrame, argument: str, box: tuple[float, ...]
) -> folium.GeoJson:
    frame = checks.geo_frame(features, argument)
    check_places(frame, argument)
    west, south, east, north = box
    shapes = frame.geometry.to_crs(4326).to_numpy()
    around = shapely.box(2 * west - east, 2 * south - north, 2 * east - west, 2 * north - south)
    near = shapes[shapely.intersects(shapes, around)]
    style = _NETWORK_STYLE[argument]
    return folium.GeoJson(
        _geojson(near),
        name=_legend_name(_line(style), texts.LAYER[argument]),
        style_function=lambda _: style,
        marker=folium.CircleMarker(radius=2),
        interactive=False,
    )


def _premises_layer(coverage: Coverage, status: str) -> folium.GeoJson:
    premises = coverage.premises[coverage.premises["status"] == status]
    points = shapely.point_on_surface(premises.geometry.to_crs(4326).to_numpy())
    shown = pd.DataFrame(
        {
            texts.PREMISES: texts.STATUS[status],
            texts.DROP: [
                texts.metres(drop_m)
                for drop_m in coverage.drops_m[coverage.premises["status"] == status]
            ],
        }
    )
    style = {
        "fill": True,
        "fillColor": STATUS_COLOURS[status],
        "fillOpacity": 1,
        "color": "#fff",
        "weight": 0.6,
    }
    return folium.GeoJson(
        _geojson(points, shown),
        name=_legend_name(
            f"<svg width='14' height='14'><circle cx='7' cy='7' r='5.5' "
            f"fill='{STATUS_COLOURS[status]}'/></svg>",
            texts.STATUS[status],
            texts.households(int(coverage.counts[status])),
        ),
        marker=folium.CircleMarker(radius=3.5),
        style_function=lambda _: style,
        tooltip=_tooltip(shown),
    )


def _line(style: dict[str, Any]) -> str:
    return (
        f"<svg width='22' height='10'><path d='M1 5H21' stroke='{style['color']}' "
        f"stroke-width='3' stroke-dasharray='{style.get('dashArray', '')}'/></svg>"
    )


def _legend_name(mark: str, label: str, count: str = "") -> str:
    """A layer's row in the layer control, which takes markup: only fibercov's own goes in."""
    return f"{mark}{label}<span class='fc-count'>{count}</span>"


def class_breaks(target: Fraction | None) -> list[Fraction]:
    """The lower bounds of the classes that areas are coloured by; the target is one of them.

    >>> [float(bound) for bound in class_breaks(Fraction(9, 10))]
    [0.0, 0.5, 0.75, 0.9, 0.97]
    """
    goal = Fraction(9, 10) if target is None else target
    below = [goal - Fraction(4, 10), goal - Fraction(15, 100)]
    above = [goal, goal + (1 - goal) * Fraction(7, 10)]
    return sorted({Fraction(0), *(bound for bound in (*below, *above) if 0 < bound <= 1)})


def _colour(share: Fraction | None, breaks: list[Fraction]) -> str:
    return EMPTY_COLOUR if share is None else AREA_COLOURS[bisect_right(breaks, share) - 1]


def _overlay(
    coverage: Coverage,
    check: TargetCheck | None,
    summary: gpd.GeoDataFrame | None,
    title: str,
) -> str:
    """The banner and the areas' legend, as markup."""
    target = None if check is None else check.exact_target
    breaks = class_breaks(target)
    template = jinja2.Environment(autoescape=True).from_string(_template("page.html"))
    planned = int(coverage.counts["planned"])
    return template.render(
        title=title,
        share=texts.percent(coverage.exact_share, target),
        headline=coverage.headline(target),
        goal=None if check is None else texts.sentence(check.goal),
        notes=_notes(coverage),
        passed_percent=round(100 * coverage.share, 3),
        planned_percent=round(100 * planned / coverage.households, 3),
        target_percent=None if target is None else round(100 * float(target), 3),
        ramp_title=texts.ramp(coverage.reach),
        classes=summary is not None
        and [
            *zip(AREA_COLOURS, texts.classes(breaks), strict=False),
            (EMPTY_COLOUR, texts.NO_HOUSEHOLDS),
        ],
    )


def _template(name: str) -> str:
    return (_TEMPLATES / name).read_text("utf-8")


def _data_uri(content: bytes, kind: str) -> str:
    return f"data:{kind};base64,{base64.b64encode(content).decode()}"


def _notes(coverage: Coverage) -> list[str]:
    """What a reader must know beside the share."""
    planned, unplaced = int(coverage.counts["planned"]), int(coverage.counts["unplaced"])
    notes = []
    if planned:
        share = Fraction(coverage.homes_passed + planned, coverage.households)
        notes.append(texts.with_plan(share))
    if unplaced:
        notes.append(texts.not_on_map(unplaced))
    if coverage.reach.source:
        notes.append(texts.source(coverage.reach))
    return [*notes, texts.measured_in(label(coverage.crs), coverage.scale_error)]
