"""Why the share changed between two measurements, split into causes that sum exactly."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyproj
import shapely
from numpy.typing import NDArray

from fibercov import checks, texts
from fibercov.errors import ArgumentError, ColumnError
from fibercov.geo.crs import to_crs
from fibercov.measure.areas import rows_by, spots
from fibercov.measure.coverage import Coverage, measured
from fibercov.wording import COLUMN, Call, Words

CAUSES = (
    "definition",
    "removed_reached",
    "removed_not_reached",
    "placement",
    "newly_reached",
    "no_longer_reached",
    "counts",
    "new_reached",
    "new_not_reached",
)
# RULE: these count in the premises' area at the later date, all other causes in that at the earlier.
_CAUSES_OF_NEW = ("new_reached", "new_not_reached")
_MOVED_M = 0.5
_MOST_CAUSES = 2  # for the change and against it, in a sentence
_COLUMNS = ["cause", "reached", "total", "points"]
_Part = tuple[NDArray[np.bool_], NDArray[np.int64], NDArray[np.int64]]


@dataclass(frozen=True, eq=False, repr=False)
class Change:
    """The difference between two measurements, made by `explain_change`.

    Attributes
    ----------
    before, after
        The measurements.
    table
        One row a cause, in the order in which they are applied: `cause`, `reached` and `total` (their
        changes, in the unit of the measurements) and `points` (the change of the
        share, in percentage points). Each column sums to the whole change.
    exact_points
        The points of each cause as fractions that sum exactly.
    areas
        The same by area: `name` (and `code`, if the areas have codes), then the columns of `table`;
        empty if no areas were given.
    """

    before: Coverage
    after: Coverage
    table: pd.DataFrame
    exact_points: dict[str, Fraction]
    areas: pd.DataFrame

    @property
    def reached(self) -> int:
        """The change of what is reached, in the unit."""
        return self.after.reached - self.before.reached

    @property
    def points(self) -> float:
        """The change of the share, in percentage points."""
        return float(100 * (self.after.exact_share - self.before.exact_share))

    def sentence(self, language: str = "en") -> str:
        """Write the change and its main causes as a sentence."""
        return _sentence(self, texts.known(language))

    def __repr__(self) -> str:
        return self.sentence()

    def _repr_html_(self) -> str:
        return texts.notebook(repr(self), self.table.to_html(border=0, index=False))


def explain_change(
    before: Coverage,
    after: Coverage,
    *,
    by: gpd.GeoDataFrame | str | None = None,
) -> Change:
    """Split the change of the share into its causes.

    Premises are matched by their `id`. The causes are applied one after the other to the first
    measurement until it has become the second: the definition; premises that are gone; premises
    that moved (as far as the move explains the change), were placed or lost their position;
    premises that came within reach or no longer are; counts; and new premises. Each
    cause's part is what it changed at its turn, so the parts sum exactly.

    Parameters
    ----------
    before, after
        Two measurements whose premises have an `id` (`read_premises(..., id=COLUMN)`).
    by
        Areas, or a column of the premises, to split the change by. Premises that went from one area
        to another are gone in the first and new in the second.

    Returns
    -------
    Change
        The causes in the unit and in points, a sentence, and the same by area.

    Raises
    ------
    ArgumentError
        If the first measurement lacks the drops of the second's definition, only one of the two
        counts households, or the second is of an earlier date.
    ColumnError
        If premises have no `id`, an `id` is missing or repeats, or the two have none in common.

    Examples
    --------
    >>> import fibercov as fc
    >>> towns = [fc.load_demo(as_of=f"{year}-10-01") for year in (2018, 2019)]
    >>> years = [fc.measure_coverage(town.premises, town.network, reach=50) for town in towns]
    >>> change = fc.explain_change(*years)
    >>> change.reached, round(change.points, 1)
    (492, 14.1)
    """
    measured(before, "before")
    measured(after, "after")
    if before.unit != after.unit:
        raise ArgumentError(
            "before",
            f"and `after` must count alike: one counts {before.unit}, the other {after.unit}.",
            f"Count both in one unit: before.of({after.unit!r}).",
        )
    if before.as_of and after.as_of and before.as_of > after.as_of:
        raise ArgumentError(
            "before",
            f"is of {before.as_of}, and `after` of {after.as_of}: the earlier comes first.",
        )
    rows = _matched(before, after)
    whole = np.zeros(len(rows), dtype=np.int64)
    exact = _split(rows, whole, whole, 1)[0]
    table = pd.DataFrame(
        [(cause, *exact[cause][:2], float(exact[cause][2])) for cause in CAUSES], columns=_COLUMNS
    )
    points = {cause: exact[cause][2] for cause in CAUSES}
    areas = pd.DataFrame() if by is None else _by_area(before, after, rows, by)
    return Change(before, after, table, points, areas)


def _matched(before: Coverage, after: Coverage) -> pd.DataFrame:
    """Join the premises of both dates by id: counts, within reach or not, and place at each."""
    under = before if before.reach == after.reach else before.at(after.reach)
    first = _by_id(before, under, after.crs, "before")
    second = _by_id(after, after, after.crs, "after")
    if first.index.intersection(second.index).empty:
        raise ColumnError(
            "before",
            f"and `after` have no id in common: {checks.listed(first.index[:3])} and "
            f"{checks.listed(second.index[:3])}, say.",
            "Is one of them another column?",
        )
    joined = first.add_suffix("_before").join(second.add_suffix("_after"), how="outer")
    return pd.DataFrame(joined)


def _by_id(coverage: Coverage, then: Coverage, crs: pyproj.CRS, argument: str) -> pd.DataFrame:
    """Index the premises of one date by id; `then` is the measurement under the later definition."""
    premises = coverage.premises
    if "id" not in premises.columns:
        raise ColumnError(
            argument,
            ": the premises have no column 'id' to match them by.",
            Words("Say which it is with {named}.", named=Call("read_premises", id=COLUMN)),
        )
    checks.unique(premises["id"], argument)
    ids = premises["id"].map(checks.text_of)
    checks.unique(ids, f"{argument}: id")
    points = spots(to_crs(premises, crs, argument))
    placed = coverage.drops_m.notna().to_numpy()
    return pd.DataFrame(
        {
            "count": coverage.count_each,
            "reached": _reached(coverage),
            "redefined": _reached(then),
            "connected": premises["connected"].to_numpy(),
            # RULE: a move changes the straight drop by no more than itself; one along roads may jump.
            "drop_m": premises[then.drop_columns.straight(then.reach)].to_numpy(),
            "x": np.where(placed, shapely.get_x(points), np.nan),
            "y": np.where(placed, shapely.get_y(points), np.nan),
            "row": np.arange(len(premises)),
        },
        index=pd.Index(ids.to_numpy(dtype=object), name="id"),
    )


def _reached(coverage: Coverage) -> NDArray[np.bool_]:
    """Tell which premises are within reach."""
    return np.asarray(coverage.premises["status"].isin(("connected", "passed")))


def _split(
    rows: pd.DataFrame, area_before: NDArray[np.int64], area_after: NDArray[np.int64], areas: int
) -> list[dict[str, tuple[int, int, Fraction]]]:
    """Compute, for each area, each cause's change of what is reached, of the total and of the share."""

    def summed(
        which: NDArray[np.bool_], values: NDArray[np.int64], area: NDArray[np.int64]
    ) -> NDArray[np.int64]:
        total = np.zeros(areas, dtype=np.int64)
        np.add.at(total, area[which], values[which])
        return total

    was, then = rows["count_before"].notna().to_numpy(), _counts(rows, "before")
    passed = summed(was & _true(rows["reached_before"]), then, area_before)
    homes = summed(was, then, area_before)
    found: list[dict[str, tuple[int, int, Fraction]]] = [{} for _ in range(areas)]
    parts = _parts(rows, area_before == area_after)
    for cause in CAUSES:
        which, by_passed, by_homes = parts[cause]
        area = area_after if cause in _CAUSES_OF_NEW else area_before
        more_passed, more_homes = summed(which, by_passed, area), summed(which, by_homes, area)
        for k in range(areas):
            first = _share(int(passed[k]), int(homes[k]))
            changed = _share(int(passed[k] + more_passed[k]), int(homes[k] + more_homes[k]))
            found[k][cause] = (int(more_passed[k]), int(more_homes[k]), 100 * (changed - first))
        passed, homes = passed + more_passed, homes + more_homes
    return found


def _parts(rows: pd.DataFrame, same_area: NDArray[np.bool_]) -> dict[str, _Part]:
    """Return, for each cause, its premises and their changes of what is reached and of the total."""
    was, now = (rows[f"count_{date}"].notna().to_numpy() for date in ("before", "after"))
    both = was & now & same_area
    gone, new = was & ~both, now & ~both
    before, after = _counts(rows, "before"), _counts(rows, "after")
    first, second, last = (
        _true(rows[column]) for column in ("reached_before", "redefined_before", "reached_after")
    )
    moved, none = _moved(rows), np.zeros_like(before)
    stays = both & ~moved
    return {
        "definition": (was, before * (second.astype(int) - first), none),
        "removed_reached": (gone & second, -before, -before),
        "removed_not_reached": (gone & ~second, none, -before),
        "placement": (both & moved, before * (last.astype(int) - second), none),
        "newly_reached": (stays & last & ~second, before, none),
        "no_longer_reached": (stays & ~last & second, -before, none),
        "counts": (both, (after - before) * last, after - before),
        "new_reached": (new & last, after, after),
        "new_not_reached": (new & ~last, none, after),
    }


def _counts(rows: pd.DataFrame, date: str) -> NDArray[np.int64]:
    """Return the counts at a date; 0 for premises that do not exist then."""
    return rows[f"count_{date}"].fillna(0).to_numpy(dtype=np.int64)


def _true(values: pd.Series[Any]) -> NDArray[np.bool_]:
    """Tell where values are true; missing ones are not."""
    return np.asarray(values.eq(other=True))


def _share(passed: int, homes: int) -> Fraction:
    """Compute the share; 0 where nothing is counted, so that the causes still sum."""
    return Fraction(passed, homes) if homes else Fraction(0)


def _moved(rows: pd.DataFrame) -> NDArray[np.bool_]:
    """Tell which premises changed because their position did, or exists at one date only.

    RULE: a move changes a drop by at most its own length; if the drop changed more, the network did it.
    """
    there = [rows[f"x_{date}"].notna().to_numpy() for date in ("before", "after")]
    far = np.hypot(rows["x_after"] - rows["x_before"], rows["y_after"] - rows["y_before"])
    by_move = (rows["drop_m_after"] - rows["drop_m_before"]).abs() <= far + _MOVED_M
    same = rows["connected_before"] == rows["connected_after"]
    return np.asarray((there[0] != there[1]) | ((far > _MOVED_M) & by_move & same))


def _by_area(
    before: Coverage, after: Coverage, rows: pd.DataFrame, by: gpd.GeoDataFrame | str
) -> pd.DataFrame:
    """Split the change in each area."""
    called, of = rows_by([before, after], by, "by")
    area = []
    for which, column in zip(of, ("row_before", "row_after"), strict=True):
        there = rows[column].notna().to_numpy()
        found = np.zeros(len(rows), dtype=np.int64)
        found[there] = which[rows[column][there].to_numpy(dtype=np.int64)]
        area.append(found)
    split = _split(rows, area[0], area[1], len(called))
    changed = pd.DataFrame(
        [
            (cause, *of_cause[:2], float(of_cause[2]))
            for causes in split
            for cause, of_cause in causes.items()
        ],
        columns=_COLUMNS,
    )
    repeated = called.loc[called.index.repeat(len(CAUSES))].reset_index(drop=True)
    return pd.concat([repeated, changed], axis=1)


def headline(change: Change, language: str) -> str:
    """Say whether the share rose or fell, by how much, and from which share to which."""
    before, after = change.before.exact_share, change.after.exact_share
    points = 100 * (after - before)
    key = "change_same" if points == 0 else "change_rose" if points > 0 else "change_fell"
    shown = texts.percent_pair(before, after, language)
    return texts.say(
        key,
        language,
        points=texts.signed(abs(points), language).lstrip("+"),
        before=shown[0],
        after=shown[1],
    )


def _sentence(change: Change, language: str) -> str:
    """Write the change and its largest causes; those against it come first."""
    points = change.after.exact_share - change.before.exact_share
    largest = sorted(change.exact_points.items(), key=lambda item: -abs(item[1]))
    for_it, against = (
        [(cause, part) for cause, part in largest if part * sign > 0][:_MOST_CAUSES]
        for sign in ((1, -1) if points >= 0 else (-1, 1))
    )
    named = {"although": against, "because": for_it} if points else {"while": for_it + against}
    said = [
        texts.say(link, language, causes=_causes(change, causes, language))
        for link, causes in named.items()
        if causes
    ]
    return f"{headline(change, language)}{''.join(said)}."


def _causes(change: Change, causes: list[tuple[str, Fraction]], language: str) -> str:
    """List causes in words, each with its points."""
    counts = {
        cause: (int(passed), int(homes))
        for cause, passed, homes in change.table[["cause", "reached", "total"]].to_numpy()
    }
    parts = []
    for cause, part in causes:
        passed, homes = counts[cause]
        words = texts.say(
            f"cause_{cause}",
            language,
            amount=texts.amount(max(abs(passed), abs(homes)), change.after.unit, language),
            **texts.in_unit(change.after.unit, language),
            signed=texts.number(f"{homes if cause == 'counts' else passed:+,}", language),
        )
        parts.append(f"{words} ({texts.signed(part, language)})")
    if len(parts) == 1:
        return parts[0]
    return ", ".join(parts[:-1]) + texts.say("and", language) + parts[-1]
