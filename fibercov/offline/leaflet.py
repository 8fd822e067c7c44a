"""Leaflet's script and style, for a page that loads nothing."""

from __future__ import annotations

import json
from pathlib import Path

from xstatic.pkg import leaflet

from fibercov.offline.page import data_uri, script_text, style

_FILES = Path(leaflet.BASE_DIR)
_PINS = {
    "iconUrl": "marker-icon.png",
    "iconRetinaUrl": "marker-icon-2x.png",
    "shadowUrl": "marker-shadow.png",
}


def leaflet_style() -> str:
    """Return Leaflet's style sheet with its images."""
    return style(_FILES / "leaflet.css")


def leaflet_script(*, pins: bool) -> str:
    """Return Leaflet's script; with `pins`, including the images of its markers."""
    script = script_text((_FILES / "leaflet.js").read_text("utf-8"))
    if not pins:
        return script
    pictures = {name: data_uri(_FILES / "images" / file) for name, file in _PINS.items()}
    return (
        f"{script}\nL.Icon.Default.imagePath = ' ';"
        f"L.Icon.Default.mergeOptions({json.dumps(pictures)});"
        "L.Icon.Default.prototype._getIconUrl = function (name) { return this.options[name + 'Url'] };"
    )
