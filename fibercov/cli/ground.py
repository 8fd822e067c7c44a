"""What commands read for a map alone: its context, and the outline of the whole."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import geopandas as gpd

from fibercov.cli.typed import layer_of
from fibercov.errors import ArgumentError
from fibercov.options import called
from fibercov.read.frames import outline_in, read_context

CONTEXT = "The ground of the map: roads, railways, water, coast or places with names. What it is follows from the name of the layer or file if that is one of these five words, else from its geometry. Repeat the option for several files."
CREDIT = "The credit line that the owner of the context requires, such as © Lantmäteriet."
OUTLINE = "Polygons whose outer edge is drawn on the map, such as the municipality."
REPORT_URL = "Where the link 'Something wrong?' at an address on the map leads: a web page or mailto:. {address} in it becomes that address."


class Ground(NamedTuple):
    """The context, the outline, and the files that they were read from."""

    context: list[gpd.GeoDataFrame]
    outline: gpd.GeoDataFrame | None
    files: list[str]


def ground_of(
    context: Sequence[str] | None,
    outline: str | None,
    *,
    credit: str | None,
    crs: str | None,
    override_crs: bool,
) -> Ground:
    """Read the context and the outline, each typed as FILE or FILE:LAYER."""
    if credit is not None and not context:
        raise ArgumentError("context_credit", "needs `--context`.")
    override = override_crs and crs is not None
    below = [layer_of(text) for text in context or ()]
    with called(layer="--context FILE:LAYER", crs="--areas-crs"):
        frames = [
            read_context(file, layer=layer, credit=credit or "", crs=crs, override_crs=override)
            for file, layer in below
        ]
    files, edge = [file for file, _ in below], None
    if outline is not None:
        file, layer = layer_of(outline)
        with called(layer="--outline FILE:LAYER", crs="--areas-crs"):
            edge = outline_in(file, layer=layer, crs=crs, override_crs=override)
        files.append(file)
    return Ground(frames, edge, files)
