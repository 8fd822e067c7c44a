"""Counts of households, inhabitants and workplaces, in columns or in a table of their own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from fibercov import checks
from fibercov.errors import ArgumentError, ColumnError, FileError
from fibercov.read.files import origin, read_source
from fibercov.read.objects import Source
from fibercov.read.selection import Columns, named, standard
from fibercov.units import COUNTS
from fibercov.wording import COLUMN, Blank, Call, Sentence, Words

_IF_EMPTY = Words(
    "If empty means none, add {zero}.", zero=Call("read_premises", empty_counts_are_zero=True)
)
_ADD_UP = Words(
    "If they are to be added up, as where a row is a household, add {summed}.",
    summed=Call(sum_repeated=True),
)
_NAME_ONE = Words(
    "Name one or more: {households}, {inhabitants}, {workplaces}.",
    **{unit: Call(**{unit: COLUMN}) for unit in COUNTS},
)
_OTHER_KEY = Words(
    "If one of them has lost leading zeros, read it as text; else name another column, or one of each: "
    "{on}.",
    on=Call(on=(Blank("OF_PREMISES"), Blank("OF_COUNTS"))),
)


def counts_in(
    frame: pd.DataFrame, found: Mapping[str, str], *, empty_is_zero: bool
) -> tuple[dict[str, NDArray[np.int64]], dict[str, int]]:
    """Convert the column of each unit, and tell how many cells were empty; raise if they may not be."""
    counts, empty = {}, {}
    for unit in (unit for unit in COUNTS if unit in found):
        column = frame[found[unit]]
        there = column.notna().to_numpy() | (not empty_is_zero)
        counts[unit] = np.zeros(len(column), dtype=np.int64)
        counts[unit][there] = checks.whole_counts(column[there], unit, if_empty=_IF_EMPTY)
        empty[unit] = int((~there).sum())
    return counts, empty


def keys_in(values: pd.Series[Any]) -> pd.Series[Any]:
    """Write keys as `checks.text_of` does, without spaces at their ends; missing where empty.

    >>> keys_in(pd.Series([1.0, "0181 ", " ", None], dtype=object)).tolist()
    ['1', '0181', <NA>, <NA>]
    """
    if pd.api.types.is_float_dtype(values) and (values.dropna() % 1 == 0).all():
        values = values.astype("Int64")
    plain = pd.api.types.is_integer_dtype(values) or isinstance(values.dtype, pd.StringDtype)
    if not plain and pd.api.types.infer_dtype(values, skipna=True) != "string":
        values = values.astype(object).map(checks.text_of, na_action="ignore")
    keys = values.astype("string").str.strip()
    return keys.mask((keys == "").fillna(False))


@dataclass(frozen=True, eq=False)
class Counts:
    """Counts from a table of their own, checked.

    `by_key` has a row for each key and `rows` the label of the first row of each; `keyless` are the
    rows without a key.
    """

    on: str  # the column of the premises
    by_key: pd.DataFrame
    rows: pd.Index
    keyless: pd.DataFrame
    said: dict[str, Any]  # for the provenance

    @property
    def units(self) -> list[str]:
        """The units that the table counts."""
        return list(self.by_key.columns)

    def join(
        self, premises: gpd.GeoDataFrame, column: str, keys: pd.Series[Any], every: pd.Series[Any]
    ) -> gpd.GeoDataFrame:
        """Add the counts to checked premises by their keys, which `column` then holds as text.

        RULE 1: premises without counts have 0. RULE 2: counts without premises are premises without a
        position, at the end. RULE 3: counts of premises that `where` left out are left out too: their
        keys are among `every`, those of all rows of the source.
        """
        _check_repeats(keys, "the premises", "Merge those rows, or name another column.")
        (_, known), (position, used) = self._found(every), self._found(keys)
        if not known.any():
            raise self._no_match(every)
        at = premises.columns.get_loc(column)
        joined = checks.make_room(premises, self.units)
        for unit in self.units:
            joined[unit] = np.where(position < 0, 0, self.by_key[unit].to_numpy()[position])
        self._check_sums(joined, ~known)
        column = joined.columns[at]
        joined[column] = keys
        said = joined.attrs["provenance"]
        if "id" in said["columns"]:
            joined["id"] = keys_in(joined["id"])
        added = self._added(joined, column, ~known)
        left_out = known & ~used
        joined = _below(joined, added, every.index)
        joined.attrs["provenance"] = {
            **said,
            "counts": {
                **self.said,
                "premises_without_counts": int((position < 0).sum()),
                "counts_without_premises": _sums(added[self.units]),
                **({"counts_left_out": _sums(self.by_key[left_out])} if left_out.any() else {}),
            },
        }
        return joined

    def _found(self, keys: pd.Series[Any]) -> tuple[NDArray[np.int32], NDArray[np.bool_]]:
        """Find the position of each key, -1 if it has no counts, and tell which counts were found."""
        known = pa.array(self.by_key.index, pa.large_string())
        at = pc.index_in(pa.array(keys, pa.large_string()), value_set=known)
        position = pc.fill_null(at, -1).to_numpy(zero_copy_only=False)
        found = np.zeros(len(self.by_key), dtype=np.bool_)
        found[position[position >= 0]] = True
        return position, found

    def _no_match(self, every: pd.Series[Any]) -> ColumnError:
        """Make the error that none of the keys match."""
        here, there = (list(keys[:2]) for keys in (every.dropna(), self.by_key.index))
        return ColumnError(
            "on",
            Words(
                "matches no row: the premises have {here}, and {counts} has {there}.",
                here=checks.listed(here) or "no keys",
                there=checks.listed(there) or "no keys",
            ),
            _OTHER_KEY,
        )

    def _check_sums(self, joined: gpd.GeoDataFrame, alone: NDArray[np.bool_]) -> None:
        """Raise if a row of the counts without premises is the sum of the others."""
        index = joined.index.append([self.rows[alone], self.keyless.index])
        places = np.full(len(index), None)
        places[: len(joined)] = joined.geometry.to_numpy()
        frame = gpd.GeoDataFrame(geometry=places, index=index, crs=joined.crs)
        for unit in self.units:
            counts = [each[unit].to_numpy() for each in (joined, self.by_key[alone], self.keyless)]
            checks.no_sum(frame, np.concatenate(counts), unit, Words("Delete it from {counts}."))

    def _added(
        self, joined: gpd.GeoDataFrame, column: str, alone: NDArray[np.bool_]
    ) -> pd.DataFrame:
        """Make rows of the counts that have no premises; those without a key become one row."""
        added = self.by_key[alone].copy()
        keys = [*added.index]
        if len(self.keyless):
            added = pd.concat([added, self.keyless.sum().to_frame().T])
            keys.append(None)
        added[column] = pd.array(keys, dtype="string")
        if "id" in joined.attrs["provenance"]["columns"]:
            added["id"] = added[column].fillna(f"no {self.on}")
        # RULE: fiber ends in no building here, and what the table does not count is 0.
        fixed = {"connected": False, "position_error_m": 0.0, **dict.fromkeys(COUNTS, 0)}
        for name in joined.columns.intersection([*fixed]).difference(self.units):
            added[name] = fixed[name]
        return added


def read_counts(
    source: Source | None,
    on: object,
    wanted: Mapping[str, str | None],
    *,
    layer: str | None,
    header: int | Sequence[int] | None,
    sum_repeated: bool,
    empty_is_zero: bool,
) -> Counts | None:
    """Read and check a table of counts; None if there is none."""
    if source is None:
        _check_unused(on=on, sum_repeated=sum_repeated, counts_layer=layer, counts_header=header)
        return None
    own, key = _pair(on)
    keep = Columns.of([], (key, *wanted.values()), None, *wanted)
    try:
        whole = read_source(source, "counts", layer, keep, header)
    except (ArgumentError, FileError) as error:
        own_name = error.argument in {"layer", "header"}
        raise (error.about(f"counts_{error.argument}") if own_name else error) from None
    checks.no_twins(whole, "counts")
    try:
        roles = {u: standard(whole, u) if name is None else name for u, name in wanted.items()}
        found = named(whole, {**roles, "on": key})
    except ColumnError as error:
        raise error.adding(Words("That is the table in {counts}.")) from error
    keys = keys_in(whole[found.pop("on")])
    if not found:
        there = f"Its columns are: {checks.listed(whole.columns, most=30)}."
        raise ColumnError("counts", "has no column of counts that is named.", [_NAME_ONE, there])
    counts, empty = counts_in(whole, found, empty_is_zero=empty_is_zero)
    if not sum_repeated:
        _check_repeats(keys, Words("{counts}"), _ADD_UP)
    said = {
        **origin(source, whole),
        "layer": layer,
        "on": own if own == keys.name else [own, keys.name],
        "rows": len(whole),
        "columns": found,
        **({"empty_counts": empty} if empty_is_zero else {}),
    }
    return _by_key(own, keys, pd.DataFrame(counts, index=whole.index), said)


def _by_key(own: str, keys: pd.Series[Any], table: pd.DataFrame, said: dict[str, Any]) -> Counts:
    """Add up the rows of each key."""
    keyless, first = keys.isna().to_numpy(), ~keys.duplicated().to_numpy()
    by_key = table.groupby(keys.astype(object).to_numpy(), sort=False).sum()
    said["summed"] = len(table) - len(by_key) - int(keyless.sum())
    return Counts(own, by_key, table.index[first & ~keyless], table[keyless], said)


def _check_unused(**given: object) -> None:
    """Raise if an argument is given that only a table of counts needs."""
    for argument, value in given.items():
        if value:
            way_out = Words("Give {counts}.", counts=Call(counts=Blank("FILE")))
            raise ArgumentError(argument, "needs a table of counts.", way_out)


def _pair(on: object) -> tuple[str, str]:
    """Return `on` as two names: of the premises and of the counts."""
    if on is None:
        raise ArgumentError(
            "counts",
            Words("needs the column that it shares with the premises: {on}.", on=Call(on=COLUMN)),
        )
    names = [on, on] if isinstance(on, str) else on
    must = "must name a column, or one of the premises and one of the counts"
    names = checks.several(names, "on", must)
    if len(names) != 2:
        raise checks.refusal("on", must, on)
    return str(names[0]), str(names[1])


def _check_repeats(keys: pd.Series[Any], of: Sentence, way_out: Sentence) -> None:
    """Raise if keys repeat; empty ones do not."""
    twice = (keys.duplicated(keep=False) & keys.notna()).to_numpy()
    if twice.any():
        raise ColumnError(
            "on",
            Words(
                "must be different in every row of {of}, but column {column} repeats {keys} ({rows}).",
                of=of,
                column=repr(keys.name),
                keys=checks.listed(keys[twice].unique()),
                rows=checks.rows_named(keys.index, twice),
            ),
            way_out,
        )


def _sums(counts: pd.DataFrame) -> dict[str, int]:
    """Tell how many rows there are, and the sum of each column."""
    return {"rows": len(counts), **{str(unit): int(n) for unit, n in counts.sum().items()}}


def _below(premises: gpd.GeoDataFrame, added: pd.DataFrame, index: pd.Index) -> gpd.GeoDataFrame:
    """Put rows below the premises, labelled after the last one of `index`; other columns are empty."""
    if added.empty:
        return premises
    added.index = _labels_after(index, len(added))
    # Truths with gaps are floats, as in a file with gaps.
    truths = premises.select_dtypes(bool).columns.difference(added.columns)
    return pd.concat([premises.astype(dict.fromkeys(truths, float)), added])


def _labels_after(index: pd.Index, rows: int) -> pd.Index:
    """Make labels that follow the last one in order."""
    kind = pd.api.types.infer_dtype(index)
    if kind == "integer":
        first = index.max() + 1
        return pd.RangeIndex(first, first + rows, name=index.name)
    if kind == "string":
        last = index.max()
        return pd.Index([f"{last} +{number:07}" for number in range(rows)], name=index.name)
    raise ArgumentError(
        "premises",
        f"must have an index of whole numbers or texts, so that rows can be added, not {kind}.",
        "Give it another: .reset_index().",
        seen=kind,
    )
