"""Everything that one publication may say: rounded together, by area, square, date, definition and unit."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations, pairwise
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from fibercov import checks, texts
from fibercov.errors import ArgumentError
from fibercov.geo.crs import national_crs, to_crs
from fibercov.measure.addresses import address_columns, places_of, points_of, same_premises
from fibercov.measure.areas import cells_named, cells_of, rows_by
from fibercov.measure.coverage import Coverage, CoverageTotals, measured
from fibercov.measure.rounding import (
    BASE,
    LEAST,
    Flags,
    Ints,
    Level,
    Pieces,
    Statuses,
    round_together,
    sums,
)
from fibercov.reach import Reach, as_reach
from fibercov.units import COUNTS, PREMISES, unit_of

SQUARE_M = 250
_TOLD = ("km", "km_on_islands", "network_beside", "as_of", "credit")  # of roads and barriers
_COUNTS = ["total", "reached", "possible"]


@dataclass(frozen=True, eq=False, repr=False)
class Publication:
    """What may be published of measurements, made by `publishable`: no exact figure of a part is in it.

    Attributes
    ----------
    measurements
        The whole at each date, under each definition, in each unit, and where there is a plan with it
        built: rounded totals, which `check_target`, `minutes`, histories and rows for follow-up systems
        take.
    areas
        A row for each area and measurement: `set` (0 for the first set of areas), `level` ("area", or a
        column of `within`), `name`, `code` if there are codes, `measurement` (its number), `as_of`, `unit`,
        `with_plan`, `total`, `reached` (rounded), `reached_low` and `reached_high` (the counts that it may stand
        for), `share` (reached / total, 0-1), `shown` and the geometry. What is not shown is missing.
    squares
        The same for the squares of 250 m of the national grid, if they were asked for.
    premises
        If they were asked for, a row for each premises with a position and each measurement: `premises` (its
        number, the same at all dates), `measurement`, `as_of`, `with_plan`, `address`, `status`, `area` (the
        number of its area in the first set, from 0; -1 if it is in none) and the geometry, to about a metre.
    """

    measurements: tuple[CoverageTotals, ...]
    areas: gpd.GeoDataFrame
    squares: gpd.GeoDataFrame | None
    premises: gpd.GeoDataFrame | None = None

    @property
    def history(self) -> list[CoverageTotals]:
        """The measurements without those that take the planned network as built, for `track_progress`."""
        both = zip(self.measurements, self.with_plan, strict=True)
        return [each for each, plan in both if not plan]

    @property
    def with_plan(self) -> list[bool]:
        """Which measurements take the planned network as built."""
        return [bool(plan) for plan in self.areas.groupby("measurement")["with_plan"].first()]

    @property
    def unit(self) -> str:
        """What is counted; raise if it is not the same in all measurements."""
        return str(self._one("unit", {each.unit for each in self.measurements}))

    @property
    def reach(self) -> Reach:
        """The definition; raise if there are several."""
        found = self._one("reach", {each.reach for each in self.measurements})
        assert isinstance(found, Reach)  # noqa: S101 - it is one of the set
        return found

    def _one(self, name: str, found: set[Any]) -> object:
        if len(found) > 1:
            choose = "of(unit)" if name == "unit" else "at(reach)"
            raise ArgumentError(
                "publication",
                f"has several: {checks.listed(sorted(map(str, found)))}.",
                f"Choose one: publication.{choose}.",
            )
        return found.pop()

    def of(self, unit: str | Sequence[str]) -> Publication:
        """Keep what is counted in a unit."""
        wanted = unit_of(unit, COUNTS)
        return self._kept([each.unit == wanted for each in self.measurements], "unit", wanted)

    def at(self, reach: float | str | Reach) -> Publication:
        """Keep what was measured under a definition."""
        wanted = as_reach(reach)
        kept = [each.reach == wanted for each in self.measurements]
        return self._kept(kept, "reach", str(wanted))

    def _kept(self, kept: list[bool], argument: str, wanted: str) -> Publication:
        """Keep some of the measurements; their figures stay as they are."""
        if not any(kept):
            told = {str(getattr(each, argument)) for each in self.measurements}
            raise checks.refusal(argument, f"must be one of {checks.listed(sorted(told))}", wanted)
        number = np.cumsum(kept) - 1
        tables: list[Any] = []
        for table in (self.areas, self.squares, self.premises):
            if table is None:
                tables.append(None)
                continue
            some = table[np.array(kept)[table["measurement"]]]
            tables.append(some.assign(measurement=number[some["measurement"]]))
        return Publication(
            tuple(each for each, stays in zip(self.measurements, kept, strict=True) if stays),
            *tables,
        )

    def __repr__(self) -> str:
        hidden = int((~self.areas["shown"]).sum())
        rows = self.areas[self.areas["level"] == "area"]
        areas = rows.loc[~rows["name"].isin(texts.IN_NO_AREA), ["set", "name"]].drop_duplicates()
        counts = ((len(self.measurements), "measurement"), (len(areas), "area"))
        of = " of ".join(f"{n} {what}{'s' * (n != 1)}" for n, what in counts if n)
        return f"{of}, rounded to the nearest {BASE}; {hidden} of {len(self.areas)} rows not shown; {self.measurements[-1]}"

    def _repr_html_(self) -> str:
        table = pd.DataFrame(self.areas.drop(columns="geometry"))
        return texts.notebook(repr(self), table.to_html(border=0, max_rows=20))


def publishable(
    coverages: CoverageTotals | Iterable[CoverageTotals],
    *,
    areas: gpd.GeoDataFrame | str | Sequence[gpd.GeoDataFrame | str] | None = None,
    within: Sequence[str] = (),
    squares: bool = True,
    rest: str | None = None,
    premises: bool = False,
    address: str | Sequence[str] | None = None,
) -> Publication:
    """Round all that one publication says together, so that it gives nobody away.

    Every count of what is reached is rounded to the nearest five before anything is computed from it,
    in the same way for every area, square, date, definition and unit: a figure stands for at least
    three possible counts. Areas and squares with a total below 20 are not shown, whatever is reached there.
    Then a check adds and subtracts over all of it, as a reader would, and hides squares where that
    would give a count or change of 1 to 4 away. Nothing is random and nothing is kept: the same count
    gives the same figure in every year, so a new date, set of areas or definition changes no figure
    that was published before.

    With `premises`, readers see the status of each. So a reader who adds and subtracts is taken to know it,
    and with how much there is to count in each area also where none or all of that is reached, and what does
    not change. There are no squares then, and where the figures would narrow any other count or change
    down to one, the areas it lies in are not shown, at no date.

    Publish from what this returns alone. What it does not protect against: somebody who has the cables,
    several people who put together what they know of their homes, and exact figures published elsewhere.
    Units are checked one by one.

    Parameters
    ----------
    coverages
        A measurement, or several: at other dates, `at` other definitions, `of` other units. Totals without
        premises are published by the areas that they were counted in, and without squares.
    areas
        Polygons or a column of the premises, or a list of them: several sets. The whole is the corrected
        sum of the first set.
    within
        Columns of the first set that say in which wider areas each of its areas is, from small to large.
    squares
        Whether to publish the squares of 250 m, too; they never are with `premises`.
    rest
        As in `summarize`, for the first set.
    premises
        Whether to publish the address and the status of every premises. The documentation says what a
        data protection officer should weigh first.
    address
        The columns that make up an address, as in `map_coverage`.

    Returns
    -------
    Publication
        The rounded figures, and the premises if they were asked for.

    Raises
    ------
    ArgumentError
        If two measurements are of the same date, definition and unit, the whole is below 20, small
        counts can be worked out whatever is hidden, or premises that count one each are to be published.
    FibercovError
        As in `summarize`.

    Examples
    --------
    >>> import fibercov as fc
    >>> demo = fc.load_demo()
    >>> coverage = fc.measure_coverage(demo.premises, demo.network, reach=50, as_of=demo.as_of)
    >>> public = fc.publishable(coverage, areas=demo.areas)
    >>> public.measurements[0].reached, coverage.reached
    (3085, 3086)
    >>> public.areas[["name", "total", "reached"]].tail(3).to_numpy().tolist()
    [['(outside all areas)', 0, 0], ['(unplaced)', <NA>, <NA>], ['Total', 3401, 3085]]
    """
    made = _layers(coverages)
    sets = [areas] if areas is None or isinstance(areas, str | gpd.GeoDataFrame) else [*areas]
    if isinstance(made[-1].coverage, Coverage):
        labelled = [
            _labels(made, each, rest if number == 0 else None) for number, each in enumerate(sets)
        ]
    else:
        asked = {"areas": areas is not None, "rest": rest, "within": within, "premises": premises}
        for argument in (name for name, given in asked.items() if given):
            raise ArgumentError(
                argument, "cannot be given for totals, which have areas and no premises."
            )
        squares = False
        labels, polygons = _areas_of_totals(made)
        sets, labelled = [polygons], [(labels, [])]
    places = _places(made, address) if premises else None
    pieces, cells, wider = _cut(
        made, labelled, sets[0], within, places, squares=squares and not premises
    )
    levels = round_together(pieces)
    whole = levels["whole"]
    if (whole.total < LEAST).any():
        raise ArgumentError(
            "coverages",
            f"cannot be published: of {texts.nouns(made[0].coverage.unit)} there must be at least {LEAST} in all.",
        )
    crs = next((by.crs for by in sets if isinstance(by, gpd.GeoDataFrame)), made[-1].coverage.crs)
    told = [_totals(each, whole, number, made) for number, each in enumerate(made)]
    parts = [
        _table(
            levels[f"areas{number}"], labels, _shapes(by, len(labels)), made, _crs(by, crs),
            set=number, level="area",
        )
        for number, ((labels, _), by) in enumerate(zip(labelled, sets, strict=True))
        if by is not None  # then the whole is all there is
    ]  # fmt: skip
    for name, labels in wider.items():
        parts.append(
            _table(levels[name], labels, _shapes(None, len(labels)), made, crs, set=0, level=name)
        )
    whole_row = pd.DataFrame({"name": [texts.TOTAL]})
    parts.append(_table(whole, whole_row, _shapes(None, 1), made, crs, set=0, level="whole"))
    return Publication(
        tuple(told),
        pd.concat([part.to_crs(crs) for part in parts], ignore_index=True),
        None
        if cells is None
        else _table(levels["square"], cells[["name"]], cells.geometry.to_numpy(), made, cells.crs),
        None if places is None else _premises(made, places, labelled[0]),
    )


def _crs(by: object, otherwise: Any) -> Any:
    """Return the CRS of a set of areas."""
    return by.crs if isinstance(by, gpd.GeoDataFrame) else otherwise


@dataclass(frozen=True)
class _Layer:
    """A measurement, or the plan of one built."""

    coverage: CoverageTotals
    plan_of: int | None = None

    @property
    def measured(self) -> Coverage:
        """The measurement with its premises."""
        return measured(self.coverage, "coverages")


def _layers(coverages: object) -> list[_Layer]:
    """Order each unit and definition by date, and add the plan of the last."""
    must = "must be what measure_coverage returns, or a list of that"
    given = (
        [coverages]
        if isinstance(coverages, CoverageTotals)
        else checks.several(coverages, "coverages", must)
    )
    if not given:
        raise checks.refusal("coverages", must, given)
    for each in given:
        checks.made_by(each, CoverageTotals, "coverages", "measure_coverage")
    if len({isinstance(each, Coverage) for each in given}) > 1:
        raise ArgumentError("coverages", "must all have premises, or all be totals.")
    keys = [
        (each.unit, each.reach.metres, str(each.reach), str(each.as_of or "")) for each in given
    ]
    twice = checks.listed(sorted({" ".join(map(str, k)) for k in keys if keys.count(k) > 1}))
    if twice:
        raise ArgumentError(
            "coverages", f"has several measurements of one date, definition and unit: {twice}."
        )
    units, definitions = ([*dict.fromkeys(key[k] for key in keys)] for k in (0, 2))
    order = sorted(
        range(len(given)),
        key=lambda n: (units.index(keys[n][0]), definitions.index(keys[n][2]), keys[n][3]),
    )
    layers: list[_Layer] = []
    for this, following in pairwise([*order, None]):
        assert this is not None  # noqa: S101 - only the last is
        layers.append(_Layer(given[this]))
        last = following is None or keys[following][:3] != keys[this][:3]
        whole = given[this]
        if last and isinstance(whole, Coverage) and whole.counts["planned"]:
            layers.append(_Layer(whole.with_plan(), plan_of=len(layers) - 1))
    return layers


def _labels(
    layers: list[_Layer], by: gpd.GeoDataFrame | str | None, rest: str | None
) -> tuple[pd.DataFrame, list[Ints]]:
    """Label the rows of a set of areas, and find that of each premises of each layer."""
    coverages = [layer.measured for layer in layers]
    if by is not None:
        return rows_by(coverages, by, "areas", rest)
    labels = pd.DataFrame({"name": [texts.TOTAL]})
    return labels, [np.zeros(len(each.premises), dtype=np.int64) for each in coverages]


def _cut(
    layers: list[_Layer],
    labelled: list[tuple[pd.DataFrame, list[Ints]]],
    by: gpd.GeoDataFrame | str | None,
    within: Sequence[str],
    places: pd.DataFrame | None,
    *,
    squares: bool,
) -> tuple[Pieces, gpd.GeoDataFrame | None, dict[str, pd.DataFrame]]:
    """Cut the measurements into pieces; and give the squares, and the names of the wider areas."""
    crs = national_crs(layers[-1].coverage.crs)
    frames, rows_of = [], []
    for number, layer in enumerate(layers):
        if not isinstance(layer.coverage, Coverage):
            frames.append(_counts_of_totals(layer.coverage))
            continue
        coverage = layer.coverage
        each = coverage.count_each
        placed = _placed(coverage)
        within_reach = coverage.premises["status"].isin(("connected", "passed")).to_numpy()
        frame = pd.DataFrame({f"areas{k}": rows[number] for k, (_, rows) in enumerate(labelled)})
        column, row = np.full(len(frame), -1), np.full(len(frame), -1)
        if squares:
            column[placed], row[placed] = cells_of(
                to_crs(coverage.premises[placed], crs, "premises"), SQUARE_M
            )
        frame = frame.assign(
            placed=placed, column=column, row=row,
            total=each, reached=each * within_reach, possible=each * placed,
        )  # fmt: skip
        keys = [name for name in frame.columns if name not in _COUNTS]
        frames.append(frame.groupby(keys)[_COUNTS].sum())
        if places is not None:
            numbers = np.full(len(frame), -1)  # what has no position is on no map
            numbers[placed] = places.loc[places["step"] == number, "premises"]
            rows_of.append(frame.assign(premises=numbers, inside=within_reach & placed))
    both = pd.concat(frames, axis=1, keys=range(len(frames))).fillna(0).astype(np.int64)
    total, reached, possible = (both.xs(name, axis=1, level=1).to_numpy() for name in _COUNTS)
    index = both.index.to_frame(index=False)
    parts = {f"areas{k}": index[f"areas{k}"].to_numpy() for k in range(len(labelled))}
    cells = None
    if squares:
        spot = index[["column", "row"]].where(index["placed"], -1)
        there = spot[index["placed"].to_numpy()].drop_duplicates(ignore_index=True)
        cells = cells_named(there["column"].to_numpy(), there["row"].to_numpy(), SQUARE_M, crs)
        number_of = pd.Series(range(len(there)), index=pd.MultiIndex.from_frame(there))
        at = number_of.reindex(pd.MultiIndex.from_frame(spot)).fillna(-1)
        parts["square"] = np.where(index["placed"], at, -1).astype(np.int64)
    wider, named = _wider(labelled[0][0], by, within)
    rows = {f"areas{k}": len(labels) for k, (labels, _) in enumerate(labelled)}
    statuses = None
    if places is not None:
        statuses = _statuses(rows_of, pd.MultiIndex.from_frame(index), layers)
    pieces = Pieces(parts, wider, total, reached, possible, _order(layers), rows, statuses)
    return pieces, cells, named


def _areas_of_totals(layers: list[_Layer]) -> tuple[pd.DataFrame, gpd.GeoDataFrame | str | None]:
    """Return the names of the areas that totals were counted in, and their polygons if they have some."""
    tables = [layer.coverage.by_area for layer in layers]
    if any(table is None for table in tables):
        return pd.DataFrame({"name": [texts.TOTAL]}), None
    last = pd.DataFrame(tables[-1])
    labels = last[[name for name in ("name", "code") if name in last.columns]]
    if any(not table["name"].equals(last["name"]) for table in tables if table is not None):
        raise ArgumentError(
            "coverages", "must be counted in the same areas.", "Publish them one by one."
        )
    if isinstance(tables[-1], gpd.GeoDataFrame):
        return labels, tables[-1][tables[-1].geometry.notna()]
    return labels, "name"


def _counts_of_totals(coverage: CoverageTotals) -> pd.DataFrame:
    """Count totals as `_cut` counts premises: in each area, with a position and without."""
    table = coverage.by_area
    if table is None:
        counts, low = coverage.counts, [coverage.reached]
        table = pd.DataFrame(
            {"total": [coverage.total], "unplaced": [counts["unplaced"]], "reached": low}
        )
    unplaced = table["unplaced"].to_numpy(dtype=np.int64)
    total, reached = (table[name].to_numpy(dtype=np.int64) for name in ("total", "reached"))
    both = pd.DataFrame(
        {
            "areas0": np.tile(np.arange(len(table)), 2),
            "placed": np.repeat([True, False], len(table)),
            "column": -1,
            "row": -1,
            "total": np.r_[total - unplaced, unplaced],
            "reached": np.r_[reached, 0 * reached],
            "possible": np.r_[total - unplaced, 0 * unplaced],
        }
    )
    return both.groupby(["areas0", "placed", "column", "row"])[_COUNTS].sum()


def _placed(coverage: Coverage) -> Flags:
    """Tell which premises have a position."""
    return coverage.drops_m.notna().to_numpy(dtype=bool)


def _places(layers: list[_Layer], address: object) -> pd.DataFrame:
    """List the premises with a position, step by step, and number them; raise if they count one each."""
    for coverage in (layer.measured for layer in layers):
        if coverage.one_household_each or coverage.unit == PREMISES:
            raise ArgumentError(
                "premises",
                "cannot be published with counts of one at each: every exact count could be read off their statuses.",
                "Count households or inhabitants, or publish areas and squares alone.",
            )
    columns = address_columns(layers[-1].measured.premises, address)
    every = [places_of(layer.measured, columns).assign(step=k) for k, layer in enumerate(layers)]
    rows = pd.concat(every, ignore_index=True)
    return rows.assign(premises=same_premises(rows))


def _statuses(rows: list[pd.DataFrame], pieces: pd.MultiIndex, layers: list[_Layer]) -> Statuses:
    """Group the premises of each piece by where they are and are reached, layer by layer."""
    every = pd.concat(
        [
            pd.DataFrame(
                {
                    "piece": pieces.get_indexer(pd.MultiIndex.from_frame(each[[*pieces.names]])),
                    "premises": each["premises"].to_numpy(),
                    "layer": number,
                    "inside": each["inside"].to_numpy(),
                    "total": each["total"].to_numpy(),
                }
            )
            for number, each in enumerate(rows)
        ]
    )
    row, one = pd.factorize(pd.MultiIndex.from_frame(every[["piece", "premises"]]))
    shape, at = (len(one), len(layers)), (row, every["layer"].to_numpy())
    state, total = np.zeros(shape, dtype=np.int64), np.zeros(shape, dtype=np.int64)
    state[at] = 1 + every["inside"]
    np.add.at(total, at, every["total"])
    alike = np.column_stack([one.get_level_values(0), state])
    kinds, kind = np.unique(alike, axis=0, return_inverse=True)
    units = [layer.coverage.unit for layer in layers]
    return Statuses(
        of=kinds[:, 0],
        there=kinds[:, 1:] > 0,
        reached=kinds[:, 1:] == 2,
        total=sums(total, kind.reshape(-1), len(kinds)),
        same=[(a, b) for a, b in combinations(range(len(layers)), 2) if units[a] == units[b]],
    )


def _premises(
    layers: list[_Layer], places: pd.DataFrame, first: tuple[pd.DataFrame, list[Ints]]
) -> gpd.GeoDataFrame:
    """Make the rows of the premises with their statuses, measurement by measurement."""
    labels, rows = first
    parts = []
    for number, layer in enumerate(layers):
        coverage, here = layer.measured, places[places["step"] == number]
        placed = _placed(coverage)
        area = rows[number][placed]
        parts.append(
            points_of(
                here,
                premises=here["premises"].to_numpy(),
                measurement=number,
                as_of=coverage.as_of,
                with_plan=layer.plan_of is not None,
                address=here["address"].to_numpy(),
                status=coverage.premises["status"].to_numpy(dtype=str)[placed],
                area=np.where(area < len(labels) - 2, area, -1),
            )
        )
    return pd.concat(parts, ignore_index=True)


def _wider(
    labels: pd.DataFrame, by: gpd.GeoDataFrame | str | None, within: Sequence[str]
) -> tuple[dict[str, Ints], dict[str, pd.DataFrame]]:
    """Find the wider area of each area, level by level; what lies in no area is in none."""
    index: dict[str, Ints] = {}
    named: dict[str, pd.DataFrame] = {}
    below = np.arange(len(labels))
    for column in checks.several(within, "within", "must be a list of columns"):
        if not isinstance(by, gpd.GeoDataFrame):
            raise ArgumentError("within", "needs areas that are polygons, with those columns.")
        values = (
            by[checks.column_named(by, column, "within")].astype("string").fillna(texts.OUTSIDE)
        )
        of_area = np.append(values.to_numpy(dtype=str), [texts.OUTSIDE, texts.OUTSIDE])
        names, which = np.unique(of_area, return_inverse=True)
        pairs = pd.DataFrame({"below": below, "above": which}).drop_duplicates()
        if pairs["below"].duplicated().any():
            raise ArgumentError("within", f": areas of one level lie in several of {column!r}.")
        index[str(column)] = pairs.sort_values("below")["above"].to_numpy()
        named[str(column)] = pd.DataFrame({"name": names})
        below = which
    return index, named


def _order(layers: list[_Layer]) -> list[tuple[int, int]]:
    """Pair the layers of which the first never has more, as far as readers may think."""
    pairs = []
    for a, one in enumerate(layers):
        for b, other in enumerate(layers):
            first, second = one.coverage, other.coverage
            if first.unit != second.unit or a == b:
                continue
            if other.plan_of == a:
                pairs.append((a, b))
            if one.plan_of is not None or other.plan_of is not None:
                continue
            earlier = first.reach == second.reach and str(first.as_of) < str(second.as_of)
            shorter = (
                first.as_of == second.as_of
                and first.reach.to == second.reach.to
                and first.reach.metres < second.reach.metres
            )
            if earlier or shorter:
                pairs.append((a, b))
    return pairs


def _totals(layer: _Layer, whole: Level, number: int, layers: list[_Layer]) -> CoverageTotals:
    """Make the whole of a layer from its rounded count, and that of its plan."""
    total, reached = int(whole.total[0, number]), int(whole.rounded[0, number])
    plan = next((k for k, each in enumerate(layers) if each.plan_of == number), None)
    planned = 0 if plan is None else max(0, int(whole.rounded[0, plan]) - reached)
    coverage = layer.coverage
    counts = {"connected": 0, "passed": reached, "planned": planned}
    counts |= {"unserved": total - reached - planned, "unplaced": 0}
    return CoverageTotals(
        reach=coverage.reach,
        as_of=coverage.as_of,
        crs=coverage.crs,
        scale_error=coverage.scale_error,
        unit=coverage.unit,
        one_household_each=coverage.one_household_each,
        connected_given=False,
        plan_counts=coverage.plan_counts,
        provenance={
            name: {key: each[key] for key in _TOLD if key in each}
            for name, each in coverage.provenance.items()
            if name.startswith(("roads", "barriers"))
        },
        premises_by_status=dict.fromkeys(counts, 0),
        counts_by_status=counts,
        reached_range=(int(whole.least[0, number]), int(whole.most[0, number])),
        own_zones=coverage.own_zones,
        rounded=True,
    )


def _shapes(by: object, rows: int) -> np.ndarray[Any, Any]:
    """Give the polygons of a set of areas, and none to the rows for what lies in no area."""
    shapes = np.full(rows, None, dtype=object)
    if isinstance(by, gpd.GeoDataFrame):
        shapes[: len(by)] = by.geometry.to_numpy()
    return shapes


def _table(
    figures: Level,
    labels: pd.DataFrame,
    shapes: np.ndarray[Any, Any],
    layers: list[_Layer],
    crs: Any = None,
    **same: Any,
) -> gpd.GeoDataFrame:
    """Make the rows of a level, measurement by measurement, without what is not shown."""
    parts = []
    for number, layer in enumerate(layers):
        shown = figures.shown[:, number]
        counts = {
            name: pd.array(values[:, number], dtype="Int64")
            for name, values in (
                ("total", figures.total),
                ("reached", figures.rounded),
                ("reached_low", figures.least),
                ("reached_high", figures.most),
            )
        }
        part = labels.reset_index(drop=True).assign(
            **same,
            measurement=number,
            as_of=layer.coverage.as_of,
            unit=layer.coverage.unit,
            with_plan=layer.plan_of is not None,
            **counts,
        )
        part.loc[~shown, [*counts]] = pd.NA
        some = part["total"].where(part["total"] > 0)
        part["share"] = (part["reached"] / some).astype("Float64")
        part["shown"] = shown
        parts.append(gpd.GeoDataFrame(part, geometry=shapes, crs=crs))
    return pd.concat(parts, ignore_index=True)
