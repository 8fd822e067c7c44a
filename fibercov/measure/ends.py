"""What drops end at, or follow, or should not cross: networks, roads and barriers in the CRS of a measurement."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import geopandas as gpd
import numpy as np
import pandas as pd
import pyproj
import shapely
from numpy.typing import NDArray
from shapely.errors import GEOSException
from shapely.geometry.base import BaseGeometry

from fibercov import checks
from fibercov.errors import ArgumentError, GeometryError
from fibercov.geo.crs import check_places, to_crs
from fibercov.geo.nearest import NearestIndex
from fibercov.measure.columns import LIT, free
from fibercov.reach import Reach
from fibercov.wording import Blank, Call, Words

if TYPE_CHECKING:  # they bring the compiler with them
    from fibercov.geo.barriers import Barriers
    from fibercov.geo.roads import Legs, RoadGraph
    from fibercov.geo.segments import Segments

FREE_TO_M = 1_000.0  # drops that cross no barrier are looked for at least that far
LEAST_BESIDE = 0.5  # the least share of the network's metres beside a road that makes sense

Shapes = NDArray[np.object_]
Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Ends:
    """The features that a drop may end at, built once and asked several times."""

    index: NearestIndex
    shapes: Shapes
    labels: pd.api.extensions.ExtensionArray

    @classmethod
    def of(
        cls, features: gpd.GeoDataFrame, argument: str, crs: pyproj.CRS, threads: int | None
    ) -> Ends:
        """Check the features of a network, and index them."""
        frame = checks.geo_frame(features, argument)
        check_places(frame, argument)
        if not frame.index.is_monotonic_increasing:  # so that the order of rows changes nothing
            try:
                frame = frame.sort_index(kind="stable")
            except TypeError as error:
                raise ArgumentError(
                    argument,
                    f"has an index whose labels cannot be sorted ({error}).",
                    "Use .reset_index(drop=True).",
                ) from error
        shapes, there = shapes_of(frame, argument, crs)
        labels = frame.index[there].to_series().convert_dtypes().array
        return cls(NearestIndex(shapes, threads=threads), shapes, labels)


class Measured(NamedTuple):
    """Drops by column, the label of the feature that each straight one ends at, and the share beside roads."""

    columns: dict[str, NDArray[Any]]
    labels: pd.api.extensions.ExtensionArray
    beside: float


@dataclass(frozen=True, eq=False)
class Drops:
    """Premises whose drops are measured to one network after the other, in the same ways.

    Attributes
    ----------
    places
        The premises, taken apart once for all networks.
    reach
        The definition: straight, or along roads.
    roads, legs
        The roads, and each premises' way to them; None if nothing follows roads.
    barriers
        What straight lines should not cross, if anything.
    leg_crosses
        Which legs do.
    """

    places: Segments
    reach: Reach
    roads: RoadGraph | None
    legs: Legs | None
    barriers: Barriers | None
    leg_crosses: NDArray[np.bool_] | None

    @classmethod
    def of(
        cls, geometry: Shapes, reach: Reach, roads: RoadGraph | None, barriers: Barriers | None
    ) -> Drops:
        """Join premises to the roads, if they follow some."""
        from fibercov.geo.segments import Segments

        places = Segments.of_geometries(geometry)
        legs = crosses = None
        if roads is not None:
            legs = roads.legs(geometry)
            if barriers is not None:
                crosses = barriers.crossed(places, legs.begin, legs.entry)
        return cls(places, reach, roads, legs, barriers, crosses)

    @property
    def free_to_m(self) -> float | None:
        """How far drops that cross no barrier are looked for; None without barriers."""
        return None if self.barriers is None else max(FREE_TO_M, self.reach.metres)

    def to(self, ends: Ends, before: str = "") -> Measured:
        """Measure all drops to a network."""
        drop_m, which = ends.index.query(self.places)
        made: dict[str, NDArray[Any]] = {f"{before}drop_m": drop_m}
        free_m, beside = None, np.nan
        if self.barriers is not None and self.free_to_m is not None:
            free_m = self.barriers.free_drops(
                self.places, drop_m, ends.index, most_m=self.free_to_m
            )
            made[free(f"{before}drop_m")] = free_m
        if self.roads is not None and self.legs is not None and before != LIT:
            from fibercov.geo.roads import drops_along

            beside_m = self.reach.beside_m
            along = drops_along(self.legs, drop_m, ends.index, self.roads, beside_m=beside_m)
            made[f"{before}road_m"], beside = along.drop_m, along.beside
            if free_m is not None and self.leg_crosses is not None:
                # RULE: of a way along roads only the leg may cross a barrier, or the straight line
                # where that is the way: bridges are the way over.
                over_m = np.where(self.leg_crosses, np.inf, along.over_roads_m)
                direct = free_m <= np.fmax(self.legs.metres, beside_m)
                made[free(f"{before}road_m")] = np.where(direct, np.fmin(free_m, over_m), over_m)
        if not before:
            made |= {} if free_m is None else {"crosses": free_m > drop_m}
            made |= {} if self.legs is None else {"leg_m": self.legs.metres}
        return Measured(made, ends.labels.take(which, allow_fill=True), beside)


def buildings_only(frame: gpd.GeoDataFrame, argument: str, reach: Reach) -> None:
    """Raise unless a network can be the connected buildings, where no premises is connected."""
    checks.of_type(
        frame,
        (*checks.POINT_TYPES, *checks.POLYGON_TYPES),
        argument,
        f"No premises is connected, so `{argument}` must be the buildings that {reach} is "
        "measured to. Name the column that says which premises are connected, or give buildings.",
    )


def roads_of(
    roads: gpd.GeoDataFrame | None, reach: Reach, crs: pyproj.CRS, threads: int | None
) -> RoadGraph | None:
    """Check the roads, and join them; None if the definition measures straight."""
    if not reach.along:
        if roads is not None:
            raise ArgumentError(
                "roads", "are given, but the definition measures straight.",
                Words("To follow them, use {along}.", along=Call(reach=Blank(f"Reach({reach.metres:g}, along='roads')"))),
            )  # fmt: skip
        return None
    if roads is None:
        raise ArgumentError(
            "roads",
            f"are needed to measure what is {reach}.",
            Words("Read them with read_roads, and give {roads}."),
        )
    return road_graph(roads, crs, reach.join_m, threads)


def road_graph(
    roads: gpd.GeoDataFrame,
    crs: pyproj.CRS,
    join_m: float,
    threads: int | None = None,
    argument: str = "roads",
) -> RoadGraph:
    """Check roads, and join them where they share a vertex."""
    from fibercov.geo.roads import RoadGraph

    frame = checks.geo_frame(roads, argument)
    checks.of_type(frame, checks.LINE_TYPES, argument, checks.NO_ROAD)
    check_places(frame, argument)
    shapes, there = shapes_of(frame, argument, crs)
    level = None
    if "level" in frame.columns:  # RULE: as in OSM, a road without a level is on level 0
        values = frame["level"][there]
        level = values.map(checks.text_of).where(values.notna(), "0").to_numpy()
    return RoadGraph.of_lines(shapes, level, join_m, threads)


def barrier_frames(barriers: object) -> list[gpd.GeoDataFrame]:
    """List the barriers, which are one frame, or several."""
    if barriers is None or isinstance(barriers, gpd.GeoDataFrame):
        return [] if barriers is None else [barriers]
    return checks.several(barriers, "barriers", "must be a GeoDataFrame, or several")


def barriers_of(
    frames: Sequence[gpd.GeoDataFrame], crs: pyproj.CRS, threads: int | None
) -> Barriers | None:
    """Check the barriers, and index them; None if there are none."""
    from fibercov.geo.barriers import Barriers

    shapes = []
    for each in frames:
        frame = checks.geo_frame(each, "barriers")
        types = (*checks.LINE_TYPES, *checks.POLYGON_TYPES)
        checks.of_type(frame, types, "barriers", checks.NO_BARRIER)
        check_places(frame, "barriers")
        shapes.append(shapes_of(frame, "barriers", crs)[0])
    return Barriers(np.concatenate(shapes), threads=threads) if shapes else None


def warn_if_schematic(beside: float, beside_m: float) -> None:
    """Warn if so little of the network lies beside a road that drops along roads mean little."""
    if beside < LEAST_BESIDE:
        warnings.warn(
            f"Only {beside:.1%} of the network's metres lie within {beside_m:g} m of a road. Its cables are "
            "drawn schematically, or roads are missing: drops along roads mean little.",
            stacklevel=3,
        )


def shapes_of(
    frame: gpd.GeoDataFrame, argument: str, crs: pyproj.CRS
) -> tuple[Shapes, NDArray[np.bool_]]:
    """Return the usable shapes of a frame in a CRS, valid, and which rows they are."""
    there = checks.usable(frame, argument)
    return mended(to_crs(frame, crs, argument)[there], frame.index[there], argument), there


def mended(geometry: NDArray[np.object_], index: pd.Index, argument: str) -> NDArray[np.object_]:
    """Make invalid polygons valid, part by part; `check_data` reports them.

    RULE: what lies in two parts of a shape lies in the shape. Applied to the whole shape,
    `make_valid` would cut it out.
    """
    areal = np.isin(shapely.get_type_id(geometry), checks.AREAL)
    for row in np.flatnonzero(areal)[~shapely.is_valid(geometry[areal])]:
        try:
            geometry[row] = _valid(geometry[row])
        except GEOSException as error:
            raise GeometryError(
                argument,
                "has a polygon that cannot be made valid, in row "
                f"{checks.listed([index[row]])}: {error}.",
                "Correct it, or leave that row out.",
            ) from error
    return geometry


def _valid(shape: BaseGeometry) -> BaseGeometry:
    """Make each part of a shape valid."""
    parts = getattr(shape, "geoms", None)
    if parts is None:
        return shapely.make_valid(shape)
    return shapely.GeometryCollection([_valid(part) for part in parts])
