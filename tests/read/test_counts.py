"""Counts of households, inhabitants and workplaces, in columns or in a table of their own."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from frames import E0, N0, cable, points
from hypothesis import given
from hypothesis import strategies as st

import fibercov as fc
from fibercov.options import in_options

UNITS = ["households", "inhabitants", "workplaces"]


def homes(*keys: Any, **columns: Any) -> gpd.GeoDataFrame:
    """Premises along a line, with these keys."""
    return points(*[(k, 0) for k in range(len(keys))], nr=list(keys), **columns)


def table(keys: list[Any], **columns: Any) -> pd.DataFrame:
    """A table of counts by key."""
    return pd.DataFrame({"nr": pd.Series(keys, dtype=object), **columns})


def counted(source: Any, counts: Any, on: Any = "nr", **options: Any) -> gpd.GeoDataFrame:
    return fc.read_premises(source, counts=counts, on=on, **options)


def said(premises: gpd.GeoDataFrame) -> dict[str, Any]:
    found: dict[str, Any] = premises.attrs["provenance"]["counts"]
    return found


def test_each_unit_has_its_column_named_or_of_its_own_name() -> None:
    given_ = homes("a", "b", hus=["2", "0"], Folk=[" 1 072", "3"], WORKPLACES=[0, 1])
    premises = fc.read_premises(given_, households="hus", inhabitants="folk", columns=[])
    assert premises[UNITS].to_dict("list") == {
        "households": [2, 0], "inhabitants": [1072, 3], "workplaces": [0, 1],
    }  # fmt: skip
    assert (premises[UNITS].dtypes == np.int64).all()
    assert premises.attrs["provenance"]["columns"] == {
        "households": "hus", "inhabitants": "Folk", "workplaces": "WORKPLACES",
    }  # fmt: skip
    assert set(premises.columns) == {*UNITS, "geometry"}


@pytest.mark.parametrize("unit", UNITS)
def test_a_count_that_cannot_be_right_is_an_error_in_its_unit(unit: str) -> None:
    named: dict[str, Any] = {unit: "n"}
    for wrong, problem in (("-1", "is negative"), ("1,5", "is not a whole number")):
        message = (
            rf"`{unit}` must be whole numbers of {unit} from 0, but column 'n' {problem} in row 1"
        )
        with pytest.raises(fc.ColumnError, match=message):
            fc.read_premises(homes("a", "b", n=["1", wrong]), **named)
    given_ = points(*[(n, 0) for n in range(30)], None, **{unit: [*range(30), 435]})
    with pytest.raises(
        fc.ColumnError, match=f"`{unit}` holds a sum: row 30 .* 435 {unit}, as many"
    ):
        fc.read_premises(given_)


def test_a_count_is_a_number_in_where(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(f"E;N;Folk;workplaces\n{E0};{N0};9;1\n{E0};{N0};10;0\n")
    options: dict[str, Any] = {"inhabitants": "folk", "xy": ("E", "N"), "crs": 3006}
    premises = fc.read_premises(tmp_path / "a.csv", where="Folk > 9 and workplaces < 1", **options)
    assert premises["inhabitants"].tolist() == [10]


def test_an_empty_count_is_an_error_unless_empty_means_none() -> None:
    given_ = homes("a", "b", "c", folk=["4", None, None], workplaces=[np.nan, 1, 2])
    with pytest.raises(fc.ColumnError, match="column 'folk' is empty in rows 1, 2") as error:
        fc.read_premises(given_, inhabitants="folk")
    assert str(error.value).endswith(
        "If empty means none, add read_premises(..., empty_counts_are_zero=True)."
    )
    assert in_options(error.value).endswith("If empty means none, add --empty-is-zero.")
    premises = fc.read_premises(given_, inhabitants="folk", empty_counts_are_zero=True)
    assert premises["inhabitants"].tolist() == [4, 0, 0]
    assert premises["workplaces"].tolist() == [0, 1, 2]
    assert premises.attrs["provenance"]["empty_counts"] == {"inhabitants": 2, "workplaces": 1}
    counts = table(["a", "b"], inhabitants=[None, "2"])
    assert counted(homes("a"), counts, empty_counts_are_zero=True)["inhabitants"].tolist() == [0, 2]
    made = counted(homes("a"), counts, empty_counts_are_zero=True)
    assert said(made)["empty_counts"] == {"inhabitants": 1}
    with pytest.raises(fc.ColumnError, match="-1 "):
        fc.read_premises(homes("a", n=["-1 "]), households="n", empty_counts_are_zero=True)


@pytest.mark.parametrize("kind", ["csv", "xlsx", "gpkg", "frame"])
def test_counts_come_from_a_table_of_any_kind(tmp_path: Path, kind: str) -> None:
    counts: Any = pd.DataFrame({"ADR": ["0181", "0684"], "folk": ["2", "3"], "x": ["", "y"]})
    path = tmp_path / f"c.{kind}"
    if kind == "csv":
        counts.to_csv(path, index=False)
    elif kind == "xlsx":
        counts.to_excel(path, index=False)
    elif kind == "gpkg":
        points((0, 0), (1, 1), **counts.to_dict("list")).to_file(path)
    premises = counted(
        homes("0684", "0181", "181"), counts if kind == "frame" else path, ("NR", "adr"), inhabitants="Folk"
    )  # fmt: skip
    assert premises["inhabitants"].tolist() == [3, 2, 0]
    assert set(premises.columns) == {"nr", "inhabitants", "geometry"}
    found = said(premises)
    assert (found["on"], found["rows"], found["columns"]) == (
        ["NR", "ADR"], 2, {"inhabitants": "folk"},
    )  # fmt: skip
    assert found["source"] == ("a frame" if kind == "frame" else str(path))
    assert (kind == "frame") or found["files"][0]["bytes"] == path.stat().st_size


def test_a_workbook_of_several_sheets_needs_one_named(tmp_path: Path) -> None:
    with pd.ExcelWriter(tmp_path / "c.xlsx") as book:
        table(["a"], households=[3]).to_excel(book, sheet_name="hus", index=False)
        table(["a"], households=[9]).to_excel(book, sheet_name="2018", index=False)
    with pytest.raises(
        fc.FileError, match="`counts_layer` must be named, .* 'hus', '2018'"
    ) as error:
        counted(homes("a"), tmp_path / "c.xlsx")
    assert in_options(error.value).startswith("`--counts-layer` must be named")
    premises = counted(homes("a"), tmp_path / "c.xlsx", counts_layer="hus")
    assert premises["households"].tolist() == [3]
    with pytest.raises(fc.FileError, match="`counts`: there is no file 'nowhere.csv'"):
        counted(homes("a"), "nowhere.csv")


@pytest.mark.parametrize(
    "keys",
    [[1, 2], [1.0, 2.0], ["1", "2"], [" 1", "2 "], [1, "2"], pd.array([1, 2], dtype="Int64")],
)
@pytest.mark.parametrize("others", [[2, 1], [2.0, 1.0], ["2", "1 "]])
def test_keys_are_the_same_whatever_type_they_have(keys: Any, others: Any) -> None:
    premises = counted(homes(*keys), pd.DataFrame({"nr": others, "households": [20, 10]}))
    assert premises["households"].tolist() == [10, 20]
    assert premises["nr"].tolist() == ["1", "2"]


def test_a_zero_in_front_makes_another_key() -> None:
    premises = counted(homes("0181", "181"), table(["0181", 181], households=[3, 4]))
    assert premises["households"].tolist() == [3, 4]


def test_a_column_of_the_premises_that_a_count_replaces_is_kept() -> None:
    given_ = homes("a", Inhabitants=["?"], households=["5"])
    premises = counted(given_, table(["a", "b"], folk=[3, 4]), inhabitants="folk")
    assert premises["inhabitants"].tolist() == [3, 4]
    assert premises["Inhabitants_original"].iloc[0] == "?"
    assert premises["households"].tolist() == [5, 0]  # the premises' own, as the table has none


def test_premises_without_counts_have_none_and_counts_without_premises_are_unplaced() -> None:
    given_ = homes(
        "a", "b", None, ansluten=["ja", "nej", "ja"], lage=[5, 5, 5], golv=[True, False, True]
    )
    premises = counted(
        given_, table(["x", "a", "y"], households=[7, 2, 1], inhabitants=[9, 3, 0]),
        connected="ansluten", position_error_m="lage",
    )  # fmt: skip
    assert premises.index.tolist() == [0, 1, 2, 3, 4]
    assert premises["nr"].fillna("-").tolist() == ["a", "b", "-", "x", "y"]
    assert premises["households"].tolist() == [2, 0, 0, 7, 1]
    assert premises["inhabitants"].tolist() == [3, 0, 0, 9, 0]
    assert premises["connected"].tolist() == [True, False, True, False, False]
    assert premises["position_error_m"].tolist() == [5, 5, 5, 0, 0]
    assert premises["golv"].isna().tolist() == [False, False, False, True, True]
    assert premises.geometry.isna().tolist() == [False, False, False, True, True]
    assert premises.crs == given_.crs
    assert said(premises)["premises_without_counts"] == 2
    assert said(premises)["counts_without_premises"] == {
        "rows": 2, "households": 8, "inhabitants": 9,
    }  # fmt: skip


def test_the_id_of_counts_without_premises_is_their_key() -> None:
    given_ = homes("a", "b", objekt=[17, 18], ort=["s", "t"])
    counts = table(["x", None, "a", " "], households=[1, 2, 3, 4])
    for id_, own in (
        ("nr", ["a", "b"]),
        ("objekt", ["17", "18"]),
        (["nr", "ort"], ["a, s", "b, t"]),
    ):
        premises = counted(given_, counts, id=id_)
        assert premises["id"].tolist() == [*own, "x", "no nr"]
        assert premises["households"].tolist() == [3, 0, 1, 6]
    with pytest.raises(fc.ColumnError, match="`id` must be different .* repeats 1 .*: 'x'"):
        counted(homes("a", objekt=["x"]), table(["a", "x"], households=[1, 2]), id="objekt")


def test_a_row_of_counts_without_a_key_counts_without_an_id_too() -> None:
    premises = counted(homes("a"), table(["a", None, ""], households=[3, 1, 1]))
    assert premises["households"].tolist() == [3, 2]
    assert premises["nr"].isna().tolist() == [False, True]
    assert said(premises)["counts_without_premises"] == {"rows": 1, "households": 2}


def test_labels_follow_the_last_one_of_the_source(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(f"nr;E;N\na;{E0};{N0}\nb;{E0};{N0}\n")
    counts = table(["a", "x", "y"], households=[1, 1, 1])
    premises = counted(tmp_path / "a.csv", counts, xy=("E", "N"), crs=3006, where="nr == 'a'")
    assert premises.index.tolist() == [2, 4, 5]
    text = counted(homes("a", "b").set_index(pd.Index(["q", "ö"], name="i")), counts)
    assert text.index.is_unique
    assert text.index.is_monotonic_increasing
    assert (text.index[:2].tolist(), text.index.name) == (["q", "ö"], "i")
    dates = homes("a").set_index(pd.DatetimeIndex(["2020-10-01"]))
    with pytest.raises(
        fc.ArgumentError, match=r"`premises` must have an index of .* not datetime64"
    ):
        counted(dates, counts)
    assert len(counted(dates, counts.head(1))) == 1
    for other in (pd.MultiIndex.from_tuples([(1, "a")]), pd.Index([(1,), "a"])[:1]):
        with pytest.raises(
            fc.ArgumentError, match="`premises` must have an index of whole numbers"
        ):
            counted(homes("a").set_index(other), counts)


def test_counts_of_premises_that_are_left_out_are_left_out() -> None:
    given_ = homes("a", "b", "b", typ=["hem", "fritid", "hem"])
    counts = table(["a", "b", "x"], households=[1, 2, 4])
    premises = counted(given_, counts, where="typ == 'hem'")
    assert premises["households"].tolist() == [1, 2, 4]
    premises = counted(given_.head(2), counts, where="typ == 'hem'", columns=[])
    assert premises["households"].tolist() == [1, 4]
    assert set(premises.columns) == {"nr", "typ", "households", "geometry"}
    assert said(premises)["counts_left_out"] == {"rows": 1, "households": 2}


def test_keys_that_repeat_are_an_error_or_added_up() -> None:
    counts = table(["a", "b", "a", None, None], households=[1, 2, 4, 8, 16])
    with pytest.raises(
        fc.ColumnError,
        match=r"`on` must be different in every row of `counts`, but column 'nr' repeats 'a' \(rows 0, 2\)",
    ) as error:
        counted(homes("a", "b"), counts)
    assert error.value.way_out.endswith("as where a row is a household, add sum_repeated=True.")
    assert in_options(error.value).endswith("add --sum-repeated.")
    assert "of `--counts`, but" in in_options(error.value)
    premises = counted(homes("a", "b"), counts, sum_repeated=True)
    assert premises["households"].tolist() == [5, 2, 24]
    assert said(premises)["summed"] == 1
    with pytest.raises(
        fc.ColumnError, match=r"row of the premises, .* repeats 'a' \(rows 0, 1\)\. Mer"
    ):
        counted(homes("a", "a", "b"), counts, sum_repeated=True)


def test_keys_none_of_which_match_are_an_error_that_shows_them() -> None:
    with pytest.raises(fc.ColumnError) as error:
        counted(homes("0181", "0684", "2039"), table([181, 684, 2039.5], households=[1, 1, 1]))
    assert str(error.value) == (
        "`on` matches no row: the premises have '0181', '0684', and `counts` has '181', '684'. If one "
        "of them has lost leading zeros, read it as text; else name another column, or one of each: "
        "on=(OF_PREMISES, OF_COUNTS)."
    )
    assert in_options(error.value).endswith("--on OF_PREMISES,OF_COUNTS.")
    with pytest.raises(fc.ColumnError, match="and `counts` has no keys"):
        counted(homes("a"), table([None], households=[1]))


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"counts": "c.csv"}, r"`counts` needs the column that it shares .*: on=COLUMN\.$"),
        ({"on": "nr"}, r"`on` needs a table of counts. Give counts=FILE\.$"),
        ({"sum_repeated": True}, "`sum_repeated` needs a table of counts"),
        ({"counts_layer": "x"}, "`counts_layer` needs a table of counts"),
        ({"counts": table(["a"], n=[1]), "on": "nr"}, r"`counts` has no .* Name one or more: households=COLUMN, .*'nr', 'n'\.$"),
        ({"counts": table(["a"], n=[1]), "on": "id", "households": "n"}, r"`on` names the column 'id', .*'nr', 'n'\. That is the table in `counts`"),
        ({"counts": table(["a"], n=[1]), "on": ("x", "nr"), "households": "n"}, r"`on` names the column 'x', .*: 'nr'\.$"),
        ({"counts": table(["a"], n=[1]), "on": "nr", "households": "h"}, r"`households` names .*'nr', 'n'\. That is"),
        ({"counts": table(["a"], n=[1]), "on": "nr", "households": "nr"}, "One column cannot be two things"),
        ({"counts": table(["a"], n=[1]), "on": ["nr"]}, r"`on` must name a column, or one of the .*, not \['nr'\]"),
        ({"counts": table(["a"], n=[1]), "on": 5}, "`on` must name a column, .* not 5"),
        ({"counts": pd.DataFrame([["a", 1, 2]], columns=["nr", "n", "n"]), "on": "nr"}, r"`counts` has several columns called 'n'"),
        ({"counts": 5, "on": "nr"}, "or an Arrow stream, not int"),
    ],
)  # fmt: skip
def test_arguments_that_do_not_go_together_are_errors(
    options: dict[str, Any], message: str
) -> None:
    with pytest.raises(fc.FibercovError, match=message):
        fc.read_premises(homes("a"), **options)


def test_a_sum_below_the_counts_is_an_error_that_names_its_row(tmp_path: Path) -> None:
    keys = [f"k{n}" for n in range(20)]
    for last in ("Alla byar", None):
        rows = table([*keys, "x", last], households=[*[1] * 20, 3, 23])
        rows.to_csv(tmp_path / "c.csv", index=False)
        with pytest.raises(
            fc.ColumnError, match="`households` holds a sum: row 23 .* 23 h"
        ) as error:
            counted(homes(*keys), tmp_path / "c.csv")
        assert in_options(error.value).endswith("Delete it from `--counts`.")
    table([*keys, "x", "Summa"], households=[*[1] * 20, 3, 23]).to_csv(
        tmp_path / "c.csv", index=False
    )
    premises = counted(homes(*keys), tmp_path / "c.csv")
    assert premises["households"].sum() == 23
    assert premises.attrs["provenance"]["counts"]["sum"] == {"23": "Summa"}


def test_premises_with_counts_of_a_table_can_be_measured_and_written(tmp_path: Path) -> None:
    premises = counted(
        homes("a", "b", ansluten=[True, False]), table(["a", "x"], households=[6, 2]),
        connected="ansluten", id="nr",
    )  # fmt: skip
    coverage = fc.measure_coverage(premises, cable((0, 0), (0, 9)), reach=0.5)
    assert coverage.premises["status"].tolist() == ["connected", "unserved", "unplaced"]
    assert coverage.share == 6 / 8
    told = json.loads(json.dumps(coverage.provenance["premises"]["counts"]))
    assert told["counts_without_premises"] == {"rows": 1, "households": 2}
    premises.to_file(tmp_path / "a.gpkg")
    again = fc.read_premises(tmp_path / "a.gpkg", id="id")
    assert again[["id", "households", "connected"]].to_numpy().tolist() == [
        ["a", 6, True], ["b", 0, False], ["x", 2, False],
    ]  # fmt: skip


KEY = st.one_of(st.none(), st.integers(0, 8), st.sampled_from(["0", "1", " 2", "03", "x", ""]))


@given(
    keys=st.lists(st.integers(0, 8), unique=True, min_size=1),
    rows=st.lists(st.tuples(KEY, st.integers(0, 9), st.integers(0, 9)), min_size=1),
)
def test_no_count_disappears_whatever_keys_match(keys: list[int], rows: list[Any]) -> None:
    rows = [*rows, (keys[0], 1, 1)]  # at least one key matches
    names, households, inhabitants = (list(column) for column in zip(*rows, strict=True))
    counts = table(names, households=households, inhabitants=inhabitants)
    premises = counted(homes(*keys), counts, sum_repeated=True, id="nr")
    for unit in ("households", "inhabitants"):
        assert premises[unit].sum() == counts[unit].sum()
    for number, key in enumerate(keys):
        own = sum(n for name, n, _ in rows if str(name).strip() == str(key))
        assert premises["households"].iloc[number] == own
    assert premises.index.is_unique
    assert premises["id"].is_unique
