"""Round all that one publication says together, so that no small count or change can be worked out.

Each count of what is reached is rounded by itself to the nearest multiple of 5: 0-2 reads 0, 3-7 reads 5,
and so on, in every area, square, date, definition and unit, in every year. "All" is a cell of at least
3 counts, too. What is left out depends on how much there is to count, never on what is reached. Wider areas
are the sum of their rounded areas, corrected in steps of 5. Then a joint check adds and subtracts over all
of it, as a reader would, and hides the squares of areas where that gives a small count away.

A reader is taken to know the method, how much there is to count in every area, square and piece of both,
that unplaced premises are not reached, and where a network was not removed. Practice that it follows: rounding
to a fixed base with a limit on what is shown, as in the Office for National Statistics' 10-5 rule.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from fibercov.errors import ArgumentError

BASE = 5  # RULE: never another: only multiples nest, and a figure once published stays
LEAST = 20  # the least total with which an area or a square is shown
_NARROW = 3  # the fewest counts that a cell may stand for
_ROUNDS = 40

Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Statuses:
    """What readers know who see the status of every premises: a row for those of one piece that share theirs.

    Attributes
    ----------
    of
        The piece of each row. Readers know how much there is to count in a piece, not in its rows: a
        premises may have nothing to count.
    there, reached
        In which layers a row has premises, and in which they are reached: all of them, or none.
    total
        What is counted in each row and layer: not to be published.
    same
        Pairs of layers that count the same things, so that readers may take a row's count not to change
        where it does not.
    """

    of: Ints
    there: Flags
    reached: Flags
    total: Ints
    same: list[tuple[int, int]]


@dataclass(frozen=True, eq=False)
class Pieces:
    """What areas and squares cut out of each other: a row a piece, a column a layer.

    Attributes
    ----------
    parts
        The areas of each set and the squares: for each, the index of every piece's one, or -1.
    wider
        The index of each area of the first set in the wider areas, and of these in wider ones.
    total, reached
        What is counted, and what of it is reached.
    possible
        How much could be reached, as readers know: all, but nothing of what is unplaced.
    order
        Pairs of layers of which the first never has more: earlier and later, shorter and longer
        reach, without and with the plan.
    rows
        How many areas a set has, if the last may hold nothing.
    statuses
        What readers know if every premises' status is published, too.
    """

    parts: dict[str, Ints]
    wider: dict[str, Ints]
    total: Ints
    reached: Ints
    possible: Ints
    order: list[tuple[int, int]]
    rows: dict[str, int] = field(default_factory=dict)
    statuses: Statuses | None = None

    def index(self) -> dict[str, Ints]:
        """Index the pieces by every level, from the first set's areas to the whole."""
        found = dict(self.parts)
        of = next(iter(self.parts.values()))
        for name, above in self.wider.items():
            of = found[name] = above[of]
        return found | {"whole": np.zeros(len(of), dtype=np.int64)}


class Level(NamedTuple):
    """The areas of a set, wider areas, the whole or squares as they are published."""

    total: Ints
    reached: Ints  # exact: not to be published
    shown: Flags
    rounded: Ints
    least: Ints  # the counts that a figure may stand for
    most: Ints


class _Cells(NamedTuple):
    """The multiple of the base nearest to each count, what it is shown as, and which counts share it."""

    multiple: Ints
    shown: Ints
    least: Ints
    most: Ints


def round_together(pieces: Pieces) -> dict[str, Level]:
    """Round every level; those of `pieces.parts`, the wider ones, and `whole`.

    Raises
    ------
    ArgumentError
        If small counts can be worked out even without the squares.
    """
    levels = {name: _level(pieces, name) for name in pieces.parts}
    first = next(iter(levels.values()))
    of = np.arange(len(first.total))
    for name, above in {**pieces.wider, "whole": np.zeros(0, dtype=np.int64)}.items():
        of = above[of] if name in pieces.wider else np.zeros(len(first.total), dtype=np.int64)
        levels[name] = _sum_of(first, of)
    given = _given(pieces, levels)
    while (weak := _weak(pieces, levels, given)).any():
        near = _squares_near(pieces, levels, weak)
        if pieces.statuses is not None and not any(map(len, near.values())):
            near = _areas_of(pieces, levels, weak, given)
        if not any(map(len, near.values())):
            raise ArgumentError(
                "areas",
                "cannot be published together: small counts could be worked out from their figures.",
                "Merge the smallest areas, or publish fewer sets of areas, definitions or units at once."
                if pieces.statuses is None
                else "Publish fewer dates or definitions, merge areas, or leave the premises out.",
            )
        for name, gone in near.items():
            hidden = levels[name]
            possible = sums(pieces.possible, pieces.index()[name], len(hidden.total))
            hidden.shown[gone] = False
            hidden.least[gone], hidden.most[gone] = 0, possible[gone]
    return levels


def _squares_near(pieces: Pieces, levels: dict[str, Level], weak: Flags) -> dict[str, Ints]:
    """List the squares that are shown in the areas of weak pieces.

    RULE: not the weak square alone, which its absence would tell, but all of its areas.
    """
    if "square" not in pieces.parts:
        return {}
    area = next(iter(pieces.parts.values()))
    return {"square": _shown_in(pieces, levels, "square", np.isin(area, area[weak]))}


def _areas_of(
    pieces: Pieces, levels: dict[str, Level], weak: Flags, given: dict[str, Flags]
) -> dict[str, Ints]:
    """List the areas of weak pieces that are shown, or else the wider areas, or else the smallest area left.

    RULE: the smallest at once if the whole is weak; of areas that statuses do not tell all of, for hiding others changes nothing.
    """
    areas = [name for name in pieces.parts if name != "square"]
    for names in () if weak.all() else (areas, [*pieces.wider]):
        found = {name: _shown_in(pieces, levels, name, weak) for name in names}
        if any(map(len, found.values())):
            return found
    first = areas[0]
    left = _shown_in(pieces, levels, first, np.ones_like(weak))
    left = left[~given[first][left].all(axis=1)]
    return {first: left[np.argsort(levels[first].total[left, -1], kind="stable")][:1]}


def _shown_in(pieces: Pieces, levels: dict[str, Level], name: str, rows: Flags) -> Ints:
    """List the rows of a level that hold some of these pieces, and are shown at any date."""
    near = np.unique(pieces.index()[name][rows])
    near = near[near >= 0]
    each = levels[name]
    return np.asarray(near[(each.shown & (each.total > 0))[near].any(axis=1)])


def sums(values: Ints, index: Ints, size: int) -> Ints:
    """Sum rows by index; -1 is in none."""
    summed = np.zeros((size, values.shape[1]), dtype=np.int64)
    kept = np.flatnonzero(index >= 0)
    order = kept[np.argsort(index[kept], kind="stable")]
    if len(order):
        which, first = np.unique(index[order], return_index=True)
        summed[which] = np.add.reduceat(values[order], first, axis=0)
    return summed


def _cells(reached: Ints, total: Ints) -> _Cells:
    """Find the cell of each count.

    RULE: the last cell, with all in it, is one with that before if it has too few counts.
    """
    half = BASE // 2
    multiple = (reached + half) // BASE * BASE
    last = (total + half) // BASE * BASE
    last = np.where(total - last + half + 1 < _NARROW, last - BASE, last)
    multiple = np.minimum(multiple, np.maximum(last, 0))
    least = np.maximum(multiple - half, 0)
    most = np.where(multiple == last, total, np.minimum(multiple + half, total))
    all_of_it = (most == total) & (multiple > 0)
    return _Cells(multiple, np.where(all_of_it, total, multiple), least, most)


def _level(pieces: Pieces, name: str) -> Level:
    """Round each row by itself; it is shown if there is enough to count at that date, or nothing."""
    index = pieces.parts[name]
    size = max(int(index.max(initial=-1)) + 1, pieces.rows.get(name, 0))
    total, reached, possible = (
        sums(table, index, size) for table in (pieces.total, pieces.reached, pieces.possible)
    )
    shown = (total == 0) | (total >= LEAST)
    cells = _cells(reached, total)
    least, most = np.where(shown, cells.least, 0), np.where(shown, cells.most, possible)
    return Level(total, reached, shown, cells.shown, least, most)


def _sum_of(areas: Level, of: Ints) -> Level:
    """Sum rounded areas, and correct the sum in steps of the base, but never to the last count.

    RULE: the outermost steps leave at least 4 counts possible.
    """
    size, half = int(of.max(initial=-1)) + 1, BASE // 2
    total, reached = sums(areas.total, of, size), sums(areas.reached, of, size)
    start = sums(_cells(areas.reached, areas.total).multiple * areas.shown, of, size)
    low, high = sums(areas.least, of, size) - start, sums(areas.most, of, size) - start
    up = (high - BASE + 2 + half) // BASE
    down = -((-low - BASE + 2 + half) // BASE)
    middle = ((low + high) // 2 + half) // BASE
    up, down = np.where(up < down, middle, up), np.where(up < down, middle, down)
    step = np.clip((reached - start + half) // BASE, down, up)
    about = start + step * BASE
    least = np.maximum(np.where(step == down, start + low, about - half), 0)
    most = np.minimum(np.where(step == up, start + high, about + half), total)
    rounded = np.where((most == total) & (about > 0), total, np.clip(about, 0, total))
    shown = (total == 0) | (total >= LEAST)
    least, most = np.where(shown, least, start + low), np.where(shown, most, start + high)
    return Level(total, reached, shown, rounded, least, most)


def narrowed(pieces: Pieces, levels: dict[str, Level]) -> dict[str, tuple[Ints, Ints]]:
    """Narrow each count down as far as adding and subtracting over all levels and layers can.

    The changes between layers are counts too, and add up as these do: they are the columns after those
    of the layers.
    """
    layers = pieces.total.shape[1]
    return {  # and of what is counted in the rows of statuses, if there are any, as `homes`
        name: (low[:, :layers], high[:, :layers])
        for name, (low, high) in _told(pieces, levels).items()
    }


def _told(pieces: Pieces, levels: dict[str, Level]) -> dict[str, tuple[Ints, Ints]]:
    """Narrow each count and change down; and what is counted in the rows of statuses, as `homes`."""
    truth = {name: each.reached for name, each in levels.items()} | {"piece": pieces.reached}
    pairs, nested = _steps(pieces.order), _nested(pieces)
    holds = {  # where it holds, a reader may take it for granted
        name: [of[:, less] <= of[:, more] for less, more in pieces.order]
        for name, of in truth.items()
    }
    known = _at_first(pieces, levels, truth, pairs)
    told, homes = pieces.statuses, dict[str, tuple[Ints, Ints]]()
    if told is not None:
        most_homes = np.where(told.there, pieces.total[told.of], 0)
        homes["homes"] = (np.zeros_like(most_homes), most_homes)
    for _ in range(_ROUNDS):
        before = _width(known | homes)
        if told is not None:
            _narrow_statuses(homes["homes"], known["piece"], pieces.total, told, pairs)
        for parts, whole, index in _links(pieces, levels):
            _narrow(known[parts], known[whole], index)
        for block in nested:
            _narrow_nested(known, block)
        for name, (low, high) in known.items():
            for (less, more), rows in zip(pieces.order, holds[name], strict=True):
                low[rows, more] = np.maximum(low[rows, more], low[rows, less])
                high[rows, less] = np.minimum(high[rows, less], high[rows, more])
            for change, (less, more) in enumerate(pairs, start=pieces.total.shape[1]):
                _narrow_change(low, high, less, more, change)
        if _width(known | homes) == before:
            break
    return known | homes


def _at_first(
    pieces: Pieces, levels: dict[str, Level], truth: dict[str, Ints], pairs: list[tuple[int, int]]
) -> dict[str, tuple[Ints, Ints]]:
    """Take what each figure stands for; and of a piece, all that is possible."""
    known = {name: (each.least, each.most) for name, each in levels.items()}
    known["piece"] = (np.zeros_like(pieces.total), pieces.possible)
    for name, (low, high) in known.items():
        of = truth[name]
        least = [np.where(of[:, a] <= of[:, b], 0, -high[:, a]) for a, b in pairs]
        most = [high[:, b] for _, b in pairs]
        known[name] = (np.column_stack([low, *least]), np.column_stack([high, *most]))
    return known


def _width(known: dict[str, tuple[Ints, Ints]]) -> int:
    """Add up how wide all ranges are."""
    return sum(int((high - low).sum()) for low, high in known.values())


def _narrow_statuses(
    homes: tuple[Ints, Ints],
    piece: tuple[Ints, Ints],
    total: Ints,
    told: Statuses,
    pairs: list[tuple[int, int]],
) -> None:
    """Narrow what is counted in the rows of statuses, and what is reached in their pieces, by each other."""
    (low, high), (least, most), layers = homes, piece, total.shape[1]
    for one, other in told.same:
        rows = told.there[:, one] & told.there[:, other]
        rows &= told.total[:, one] == told.total[:, other]
        low[rows, one] = low[rows, other] = np.maximum(low[rows, one], low[rows, other])
        high[rows, one] = high[rows, other] = np.minimum(high[rows, one], high[rows, other])
    # RULE: what is reached in a piece is all of some rows, the rest all of the others, and both are known together.
    for rows, times in _kinds_of(told):
        part = np.where(rows, low, 0), np.where(rows, high, 0)
        whole = _of_reached(least[:, :layers], most[:, :layers], total, times)
        _narrow(part, whole, told.of)
        low[rows], high[rows] = part[0][rows], part[1][rows]
        if times:
            least[:, :layers], most[:, :layers] = _of_reached(*whole, total, times)
    # RULE: each of them changes by rows whose status changes, or whose count does.
    for change, (a, b) in enumerate(pairs, start=layers):
        grown = total[:, [b]] - total[:, [a]]
        at = slice(change, change + 1)
        for rows, times in _kinds_of(told):
            before, after = rows[:, a], rows[:, b]
            stays = before & after & (told.total[:, a] == told.total[:, b])
            down = np.where(after, low[:, b], 0) - np.where(before, high[:, a], 0)
            up = np.where(after, high[:, b], 0) - np.where(before, low[:, a], 0)
            part = np.where(stays, 0, down)[:, None], np.where(stays, 0, up)[:, None]
            whole = _of_reached(least[:, at], most[:, at], grown, times)
            _narrow(part, whole, told.of)
            if times:
                least[:, at], most[:, at] = _of_reached(*whole, grown, times)
            new, gone = after & ~before, before & ~after
            low[new, b] = np.maximum(low[new, b], part[0][new, 0])
            high[new, b] = np.minimum(high[new, b], part[1][new, 0])
            low[gone, a] = np.maximum(low[gone, a], -part[1][gone, 0])
            high[gone, a] = np.minimum(high[gone, a], -part[0][gone, 0])


def _kinds_of(told: Statuses) -> list[tuple[Flags, int]]:
    """List which rows are reached, which are the rest, and which are there; and how often each counts what is reached."""
    return [(told.reached, 1), (told.there & ~told.reached, -1), (told.there, 0)]


def _of_reached(least: Ints, most: Ints, total: Ints, times: int) -> tuple[Ints, Ints]:
    """Turn the range of what is reached into that of the rest (and back), or of all there is."""
    if times:
        return (least.copy(), most.copy()) if times > 0 else (total - most, total - least)
    return total.copy(), total.copy()


class _Nested(NamedTuple):
    """Rows of one level that lie wholly inside rows of another, and the pieces beside them there."""

    inner: str
    outer: str
    rows: Ints  # of the inner level that lie inside
    beside: Ints  # the pieces in no such row
    of: Ints  # the outer row of each of these rows, and then of each of these pieces


def _nested(pieces: Pieces) -> list[_Nested]:
    """Find which squares, and areas of further sets, lie wholly inside which areas and wider areas."""
    found = []
    every = pieces.index()
    first = next(iter(pieces.parts))
    for inner, of in pieces.parts.items():
        for outer, index in every.items():
            if outer in {inner, "whole", "square"} or inner == first:
                continue
            size = int(of.max(initial=-1)) + 1
            low, high = np.full(size, np.iinfo(np.int64).max), np.full(size, -1)
            kept = of >= 0
            np.minimum.at(low, of[kept], index[kept])
            np.maximum.at(high, of[kept], index[kept])
            inside = (low == high) & (high >= 0)
            rows = np.flatnonzero(inside)
            beside = np.flatnonzero((~kept | ~inside[np.where(kept, of, 0)]) & (index >= 0))
            found.append(_Nested(inner, outer, rows, beside, np.append(low[rows], index[beside])))
    return found


def _narrow_nested(known: dict[str, tuple[Ints, Ints]], block: _Nested) -> None:
    """Narrow an outer level, and the rows and pieces that make it up, by each other."""
    rows, pieces = known[block.inner], known["piece"]
    both = (
        np.vstack([rows[0][block.rows], pieces[0][block.beside]]),
        np.vstack([rows[1][block.rows], pieces[1][block.beside]]),
    )
    _narrow(both, known[block.outer], block.of)
    for bound, told in zip((0, 1), both, strict=True):
        rows[bound][block.rows] = told[: len(block.rows)]
        pieces[bound][block.beside] = told[len(block.rows) :]


def _steps(order: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Keep the pairs with no layer between them."""
    every = {*order}
    middle = {each for pair in order for each in pair}
    return [
        (a, b) for a, b in order if not any((a, c) in every and (c, b) in every for c in middle)
    ]


def _narrow_change(low: Ints, high: Ints, less: int, more: int, change: int) -> None:
    """Narrow two layers and the change between them by each other."""
    np.maximum(low[:, change], low[:, more] - high[:, less], out=low[:, change])
    np.minimum(high[:, change], high[:, more] - low[:, less], out=high[:, change])
    np.maximum(low[:, more], low[:, less] + low[:, change], out=low[:, more])
    np.minimum(high[:, more], high[:, less] + high[:, change], out=high[:, more])
    np.maximum(low[:, less], low[:, more] - high[:, change], out=low[:, less])
    np.minimum(high[:, less], high[:, more] - low[:, change], out=high[:, less])


def _narrow(parts: tuple[Ints, Ints], whole: tuple[Ints, Ints], index: Ints) -> None:
    """Narrow parts and their sums by each other."""
    (low, high), (least, most) = parts, whole
    lows, highs = sums(low, index, len(least)), sums(high, index, len(least))
    np.maximum(least, lows, out=least)
    np.minimum(most, highs, out=most)
    inside = np.flatnonzero(index >= 0)
    at = index[inside]
    narrower = (
        np.maximum(low[inside], (least - highs)[at] + high[inside]),
        np.minimum(high[inside], (most - lows)[at] + low[inside]),
    )
    low[inside], high[inside] = narrower


def _links(pieces: Pieces, levels: dict[str, Level]) -> list[tuple[str, str, Ints]]:
    """List which level sums to which: parts, sums, and the index of each part."""
    found = [("piece", name, index) for name, index in pieces.parts.items()]
    below = first = next(iter(pieces.parts))
    for name, above in pieces.wider.items():
        found.append((below, name, above))
        below = name
    found += [
        (name, "whole", np.zeros(len(levels[name].total), dtype=np.int64))
        for name in pieces.parts
        if name != first  # the squares, too: what is in none is unplaced, and not reached
    ]
    return [*found, (below, "whole", np.zeros(len(levels[below].total), dtype=np.int64))]


def is_small(counts: Ints) -> Flags:
    """Tell which counts are 1 to 4."""
    return (counts > 0) & (counts < BASE)


def _weak(pieces: Pieces, levels: dict[str, Level], given: dict[str, Flags]) -> Flags:
    """Tell which pieces lie where a small count, rest or change is known, or with statuses any that is not given."""
    known, weak = _told(pieces, levels), np.zeros(len(pieces.total), dtype=bool)
    if pieces.statuses is not None:
        low, high = known["homes"]
        weak[pieces.statuses.of[((low == high) & ~given["homes"]).any(axis=1)]] = True
    layers = pieces.total.shape[1]
    for name, index in pieces.index().items():
        each, (low, high) = levels[name], known[name]
        exact = low == high
        if given:  # RULE: not small counts alone, or what is hidden would be known to be small
            if weak.any() and name not in pieces.parts:
                break  # RULE: an area before the wider areas and the whole that it lies in
            new = exact & ~given[name]
            if name == "whole":  # it is no part: its count may be known, if nothing small follows
                counts, changes = each.reached, low[:, layers:]
                some = is_small(counts) | is_small(each.total - counts)
                new &= np.hstack([some, is_small(np.abs(changes))])
            bad = new.any(axis=1)
        else:
            exact = exact[:, :layers]
            small = is_small(each.reached) | is_small(each.total - each.reached)
            bad = (exact & small).any(axis=1)
            for row in np.flatnonzero(exact.sum(axis=1) > 1):
                counts = np.unique(each.reached[row, exact[row]])
                bad[row] |= is_small(counts[:, None] - counts).any()
        weak |= (index >= 0) & bad[index]
    return weak


def _given(pieces: Pieces, levels: dict[str, Level]) -> dict[str, Flags]:
    """Tell which counts and changes follow from statuses, and from how much there is to count, alone."""
    if pieces.statuses is None:
        return {}
    told = _told(pieces, untold(pieces, levels))
    return {name: low == high for name, (low, high) in told.items()}


def untold(pieces: Pieces, levels: dict[str, Level]) -> dict[str, Level]:
    """Return the levels as if no figure of them were published."""
    index, nothing = pieces.index(), {}
    for name, each in levels.items():
        possible = sums(pieces.possible, index[name], len(each.total))
        nothing[name] = each._replace(least=np.zeros_like(possible), most=possible)
    return nothing
