"""What `where=` takes: what pandas makes of it, nothing that does harm, and nothing without end."""

from __future__ import annotations

import json
import re
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from frames import cable, points
from hypothesis import given
from hypothesis import strategies as st
from running import command

import fibercov as fc
from fibercov.read.selection import filtered

TABLE = pd.DataFrame(
    {
        "typ": ["villa", "fritidshus", None, "", "Villa", "småhus 2", "a.b", None],
        "n": [3, 1, 0, -2, 10, 7, 1, 2],
        "x": [1.5, np.nan, 0.0, -3.0, 2.0, np.nan, 1e9, 0.1],
        "ja": [True, False, True, True, False, False, True, False],
        "byggd": pd.DatetimeIndex(["2017-01-01", pd.NaT, "2018-06-30", *["2020-10-01"] * 5]),
        "Antal hushåll": [1, 2, 3, 4, 0, 0, 1, 1],
    },
    index=[9, 3, 5, 3, 1, 0, 2, 7],  # as after sorting, and one label twice
)


def kept(where: str, table: pd.DataFrame = TABLE) -> list[int]:
    """The places of the rows that are left."""
    try:
        return filtered(table.assign(row=range(len(table))), where)[0]["row"].tolist()
    except fc.ArgumentError as error:
        if "leaves none" in str(error):
            return []
        raise


def refusal(where: str, table: pd.DataFrame = TABLE) -> str:
    """What the error says."""
    with pytest.raises(fc.FibercovError) as caught:
        filtered(table, where)
    return str(caught.value)


def joined(*parts: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.tuples(*parts).map(" ".join)


# Expressions that pandas takes, of each kind, with constants that meet what the table holds.
SIGNS = st.sampled_from(["==", "!=", "<", "<=", ">", ">="])
NUMBERS = st.recursive(
    st.sampled_from(["n", "x", "`Antal hushåll`", "n.abs()", "x.round(1)", "2", "0.5", "-3", "10"]),
    lambda part: st.one_of(
        st.builds("({} {} {})".format, part, st.sampled_from(["+", "-", "*"]), part),
        # Not by columns: -0 is 0 in whole numbers alone, and so what is divided by it another infinity.
        st.builds("({} {} -3)".format, part, st.sampled_from(["/", "//", "%"])),
        part.map(lambda made: f"-{made}"),
        part.map(lambda made: f"({made}) ** 2"),
    ),
    max_leaves=3,
)
TEXTS = st.sampled_from(["typ", "typ.str.lower()", "typ.str.slice(0, 1)", "typ.str.strip('a')"])
WORDS = st.sampled_from(["'villa'", "'v'", "''", "'a.b'", "'småhus 2'", "'none'", '"it\'s & so"'])
TESTS = st.one_of(
    joined(st.just("n +"), NUMBERS, SIGNS, NUMBERS),
    joined(NUMBERS, SIGNS, st.just("n"), SIGNS, NUMBERS),
    joined(TEXTS, SIGNS, WORDS),
    joined(WORDS, SIGNS, TEXTS),
    st.builds(
        "{} {} [{}]".format,
        TEXTS,
        st.sampled_from(["in", "not in", "==", "!="]),
        st.lists(WORDS, min_size=1, max_size=3).map(", ".join),
    ),
    st.builds(
        "{}.str.{}({}, na=False)".format,
        TEXTS,
        st.sampled_from(["startswith", "endswith", "contains", "match", "fullmatch"]),
        st.sampled_from(["'^v'", "'a.b'", r"r'\w\d?$'", "'i|å'", r"r'[^\d]{2,4} \d'", "'hus'"]),
    ),
    st.builds("byggd {} '{}'".format, st.sampled_from(["<", ">="]), st.sampled_from(["2018-06-30", "2017"])),
    st.sampled_from([
        "ja", "ja == True", "typ.isna()", "x.notna()", "n in [1, 2, 10]", "n.isin([1.0, 3])", "n not in (7, -2)",
        "n.between(0, 3)", "x.between(0, 2, inclusive='left')", "byggd.dt.year == 2018", "byggd.isnull()",
        "typ.str.len() > 3", "n.astype('str') == '10'", "n.astype('float') / 2 == 1.5", "index < 4",
    ]),
)  # fmt: skip
VALID = st.recursive(
    TESTS,
    lambda part: st.one_of(
        joined(part, st.sampled_from(["and", "or", "&", "|"]), part),
        part.map(lambda made: f"not {made}"),
        part.map(lambda made: f"~({made})"),
    ),
    max_leaves=5,
)


@given(VALID)
def test_what_pandas_takes_means_what_pandas_says(where: str) -> None:
    table = TABLE.assign(row=range(len(TABLE)))
    assert kept(where) == table.query(where, engine="python")["row"].tolist()


OTHERS: dict[str, Any] = {
    "lists": [[1]] * 8, "mixed": [1, "a", None, 2.5, b"x", True, (1,), {}], "none": None, "nan": np.nan,
    "decimal": [Decimal("1.5")] * 8, "day": [date(2020, 1, 1)] * 7 + [None], "huge": 2**62,
    "whole": pd.array([1, None] * 4, "Int64"), "text": pd.array(["a", None] * 4, "string"),
    "maybe": pd.array([True, None] * 4, "boolean"), "kind": pd.Categorical(list("abcdabcd")),
    "size": pd.Categorical(list("abcdabcd"), list("dcba"), ordered=True), "gap": [True, None] * 4,
    "zone": pd.DatetimeIndex(["2020-01-01"] * 8, tz="Europe/Stockholm"), "span": pd.to_timedelta(range(8)),
}  # fmt: skip
MANY = TABLE.assign(**OTHERS)
SOUP = st.recursive(
    st.sampled_from([
        *(name for name in MANY.columns if " " not in name), "index", "foo", "`Antal hushåll`", "'a'", "''", "1", "-1",
        "2.5", "9**9**9", "1e999", "0xffffffffffffffffff", "1j", "None", "True", "[1, 2]", "['a']", "[]", "'2020-01-01'",
        "'(a+)+$'", r"r'\w'", "'\\ud800'", "b'x'", "f'{n}'", "...", "10**9",
    ]),
    lambda part: st.one_of(
        joined(part, st.sampled_from(["==", "!=", "<", "in", "is", "and", "&", "|", "^", "+", "*", "**", "<<", "@", ":=", ",", "if", "."]), part),
        joined(st.sampled_from(["not", "~", "-", "lambda:", "(", "["]), part),
        st.builds("({})".format, part),
        st.builds("{}.{}({}, {})".format, part, st.sampled_from([
            "isin", "between", "astype", "round", "pipe", "map", "str.contains", "str.zfill", "str.replace", "str.slice",
            "str.repeat", "str.startswith", "str.strip", "str.get",
        ]), part, st.one_of(part, st.sampled_from(["na=True", "case=False", "*n", "**{}", ""]))),
        st.builds("{}.{}".format, part, st.sampled_from(["abs()", "dt.year", "str.len()", "isna()", "str", "values"])),
        st.builds("{}[{}]".format, part, part),
    ),
    max_leaves=5,
)  # fmt: skip
TYPED = st.text(alphabet="nty`'\"&|()[]{}. =<>!~-+*/%@#\\\n,:0129åé\x00\ud800", max_size=20)


@given(st.one_of(SOUP, TYPED, st.builds("{}{}".format, VALID, TYPED)))
def test_whatever_is_typed_gives_rows_or_an_error_of_one_line(where: str) -> None:
    try:
        unmatched, said = filtered(MANY, where, ["n", "typ"])[1], "`where` is taken"
    except fc.FibercovError as error:
        unmatched, said = [], str(error)
    assert re.match(r"`where` |`where`: ", said)
    assert "\n" not in said
    assert json.dumps(unmatched).encode()


@pytest.mark.parametrize(
    ("where", "part"),
    [
        ("typ.pipe.__globals__['sys'].modules['os'].system('touch made')", "typ.pipe"),
        ("typ.to_csv('made')", "typ.to_csv"),
        ("typ.values.tofile('made') == 1", "typ.values"),
        ("__import__('os').system('touch made') == 0", "__import__('os').system"),
        ("open('made', 'w') == 1", "open('made', 'w')"),
        ("typ.str.cat.__func__ == 1", "typ.str.cat"),
        ("[open(a, 'w') for a in ['made']] == n", "[open(a, 'w') for a in ['made']]"),
        ("(lambda: open('made', 'w'))() == n", "(lambda: open('made', 'w'))()"),
        ("f'{n}' == typ", "f'{n}'"),
        ("(made := n) > 1", "(made := n)"),
        ("typ.str.repeat(10 ** 9) == ''", "typ.str.repeat"),
        ("n[::-1] > 1", "n[::-1]"),  # would take each row for another
        ("typ.str == 'a'", "typ.str"),
        ("n ^ 1 == 2", "n ^ 1"),
        ("sqrt(n) > 1", "sqrt(n)"),
        ("n == None", "None"),
        ("byggd.dt.date == '2018-06-30'", "byggd.dt.date"),
    ],
)
def test_what_is_not_listed_is_refused_by_name_and_does_not_run(
    where: str, part: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert re.search(
        rf"\({re.escape(part)}.* is not taken\. What is: columns, .*\.isin\(\)", refusal(where)
    )
    assert not (tmp_path / "made").exists()


def test_what_has_no_bound_is_refused() -> None:
    for where, said in {
        "'a' * 10 ** 9 == typ": "'a' is no number",
        "typ.str.zfill(10 ** 9) == ''": "1000000000.0 is not a whole number from 0 to 100",
        "typ.str.replace('a', 'aaa') == ''": "no longer to put in its place, not 'a' and 'aaa'",
        "n.round(400) == 1": "400 is not a whole number from 0 to 15",
        f"n == {2**63}": "a number beyond 2 \\*\\* 63",
        f"n == 0x{'f' * 90_000}": "a number beyond 2 \\*\\* 63",
        "(" * 50_000 + "n": "too many nested parentheses",
        "-" * 50_000 + "n": "nested too deep",
        "n" + " + n" * 20_000 + " > 1": "nested too deep",
        "not " * 200 + "ja": "more than 100 levels",
        "n > 1 or " * 2000 + "n > 1": "more than 2,000 columns and operations",
        "typ.str.match('a') or " * 21 + "ja": "more than 10 searches",
        "n > 1" + " " * 100_000: "more than 100,000 characters",
        f"typ.str.match('{'a' * 201}')": "more than 200 characters",
        "typ.str.match('(.{0,100}.{0,100}){0,10}$')": "'{0,10}\\$' in the pattern .* is not taken",
        "typ.str.match('.{0,40}a.{0,40}b')": "repeats more than 32 times",
    }.items():  # fmt: skip
        assert re.search(said, refusal(where)), said


def test_numbers_cannot_grow_and_no_pattern_takes_forever() -> None:
    assert kept("9**9**9 > n") == [0, 1, 2, 3, 4, 5, 6, 7]
    table = pd.DataFrame({"typ": ["a" * 5_000 + "b", "a" * 5_000]})
    assert kept("typ.str.contains('(a+)+$')", table) == [1]
    assert kept("typ.str.fullmatch('(a|a)*')", table) == [1]


PATTERNS = st.lists(
    st.one_of(
        st.sampled_from(
            [
                r"\w",
                r"\d",
                r"\s",
                r"\W",
                r"\D",
                r"\S",
                r".",
                r"^",
                r"$",
                r"(",
                r"(?:",
                r")",
                r"|",
                r"*",
                r"+",
                r"?",
                r"*?",
                r"{2}",
                r"{1,3}",
                r"{2,}",
                r"\.",
                r"\-",
                r"[aå]",
                r"[^aå]",
                r"[\w-]",
                r"[^\s.]",
                r"[a-z]",
            ]
        ),
        st.sampled_from([*"aåÅbZ1²ж_-., \u00a0\u2009"]),
    ),
    max_size=6,
).map("".join)


@given(
    st.lists(st.text("aåÅbZ1²жЖ_-. \u00a0\u2009\t", max_size=6), min_size=1, max_size=4),
    PATTERNS,
    st.sampled_from(["contains", "match", "fullmatch"]),
    st.booleans(),
)
def test_a_pattern_means_what_python_says(
    texts: list[str], pattern: str, how: str, case: object
) -> None:
    try:
        made = re.compile(pattern, re.NOFLAG if case else re.IGNORECASE)
    except re.error:
        return
    where = f"typ.str.{how}({pattern!r}, case={case})"
    find = {"contains": made.search, "match": made.match, "fullmatch": made.fullmatch}[how]
    try:
        found = kept(where, pd.DataFrame({"typ": texts}))
    except fc.ArgumentError as error:
        said = str(error)
        assert "is not taken" in said or "Invalid regular expression" in said
    else:
        assert found == [k for k, text in enumerate(texts) if find(text)]


@pytest.mark.parametrize("dtype", ["object", "string", "category"])
def test_an_empty_cell_equals_nothing_whatever_holds_it(dtype: Any) -> None:
    table = pd.DataFrame({"typ": pd.Series(["a", "b", None], dtype=dtype)})
    assert kept("typ == 'a'", table) == kept("typ < 'b'", table) == [0]
    assert kept("typ != 'a'", table) == kept("typ not in ['a', 'c']", table) == [1, 2]
    assert kept("not typ == 'a'", table) == kept("not typ.str.startswith('a')", table) == [1, 2]
    assert kept("typ.str.match('a', na=True) or typ.str.endswith('a', na=True)", table) == [0, 2]
    assert kept("typ.isna() or typ.isnull()", table) == [2]
    assert kept("typ.notna() and typ.notnull()", table) == [0, 1]


@pytest.mark.parametrize("dtype", ["float64", "Int64", "object"])
def test_an_empty_number_is_neither_more_nor_less(dtype: Any) -> None:
    table = pd.DataFrame({"n": pd.Series([1, 2, None], dtype=dtype)})
    assert kept("n >= 1", table) == kept("n + 1 > 0", table) == [0, 1]
    assert kept("n != 1", table) == kept("not n == 1", table) == [1, 2]
    assert kept("n.astype('int') // 2 == 1", table) == [1]


def test_a_column_without_any_value_equals_nothing() -> None:
    table = pd.DataFrame({"typ": [None, None], "n": [1, 2]})
    assert kept("typ == 'a' or typ > 3 or typ.str.lower() == 'a' or typ * 2 == n", table) == []
    assert kept("typ != 'a' and typ != n and typ.isna() and not typ.dt.year > 1", table) == [0, 1]
    assert kept("typ", table) == []


def test_numbers_of_few_digits_equal_what_is_written() -> None:
    table = pd.DataFrame(
        {"x": np.array([0.1, 0.2], dtype="float32")}
    )  # as shapefiles may hold them
    assert kept("x == 0.1", table) == kept("x in [0.1, 3]", table) == kept("x < 0.2", table) == [0]


def test_dates_are_compared_with_text_the_year_first() -> None:
    when = pd.DatetimeIndex(["2017-12-31 23:30", "2018-01-01", pd.NaT])
    for column in (
        when,
        when.tz_localize("Europe/Stockholm"),
        [date(2017, 12, 31), date(2018, 1, 1), None],
    ):
        table = pd.DataFrame({"byggd": column})
        assert kept("byggd == '2018-01-01'", table) == kept("byggd in ['2018']", table) == [1]
        assert kept("byggd < '2018-01-01'", table) == kept("byggd.dt.year == 2017", table) == [0]
        assert kept("byggd != '2018-01-01 00:00'", table) == [0, 2]
    assert "byggd.dt.year to compare years" in refusal("byggd > 2018")
    assert "Write a date such as '2020-10-01'" in refusal("byggd > '01/02/2020'")


def test_what_can_never_be_equal_is_an_error_that_names_the_way_out() -> None:
    for where, said in {
        "n == '1'": "column 'n' holds numbers, .*'1'. Write a number without quotes, or n.astype('str')",
        "ja == 'ja'": "column 'ja' holds true or false, .* Write ja == True",
        "n != ''": "empty cell of column 'n' is missing.* Write n.notna()",
        "`Antal hushåll` != ''": "Write `Antal hushåll`.notna()",
        "typ == n": "column 'typ' holds text, which .* column 'n', which holds numbers. Write .astype('float')",
        "typ.str.lower() > 1": "typ.str.lower() holds text, .* Write typ.str.lower().astype('float')",
        "mixed == 1": "column 'mixed' holds values of several kinds, .* Write mixed.astype('str')",
        "lists == 'a'": "column 'lists' holds values of several kinds, .* Write lists.astype('str')",
        "typ * 2 == 4": "column 'typ' holds text, and no numbers: write typ.astype('float')",
        "n.str.lower() == 'a'": "column 'n' holds numbers: write n.astype('str')",
        "n.dt.year == 2018": "column 'n' holds numbers, and .dt is for dates",
        "typ.astype('float') > 1": "`where` must be numbers, but column 'typ' holds 'villa'",
        "typ.astype('bool')": "astype takes 'float', 'int' or 'str', not 'bool'",
        "typ in 'villa'": "a list such as ['a', 'b'] goes with `in`",
        "n < [1]": "a list such as ['a', 'b'] goes with `in`",
        "n in [n]": "n is no constant",
        "1 < 2": "1 < 2 does not compare a column",
        "typ is 'a'": "does not compare a column",
        "'a'.str.len() > 1": "'a' is no column",
        "n + True > 1": "True is no number",
        "typ.str.contains(5)": "a pattern is a text, not 5",
        "typ.str.match('a', regex=False)": "match takes no regex=",
        "typ.isna(1)": "too many positional arguments",
        "huge + 1 > 2": "numbers that are too large",
        "n == @x": "it sees no variables of a script",
    }.items():  # fmt: skip
        pattern = re.escape(said).replace(r"\.\*", ".*")
        assert re.search(pattern, refusal(where, MANY)), where


def test_a_column_is_found_in_any_case_if_that_leaves_one() -> None:
    table = pd.DataFrame([[1, 2, 3, 4, 5]], columns=["A", "a", "Br", "c", "c"])
    assert kept("A == 1 and a == 2 and br == 3 and BR == 3", table) == [0]
    assert "'c' is the name of several columns" in refusal("c == 4", table)
    assert kept("`x``y` == 1", pd.DataFrame({"x`y": [0, 1]})) == [1]
    assert kept("index == 3") == [1, 3]
    assert kept("typ.str[:5] == 'villa' or typ.str[-1] == 'b' or typ.str[0] == 'V'") == [0, 4, 6]


def test_an_expression_that_cannot_be_parsed_is_told_before_the_file_is_read() -> None:
    with pytest.raises(fc.ArgumentError, match=r"`where` cannot be evaluated: 'typ =' \(invalid"):
        fc.read_premises("there is no such file.gpkg", where="typ =")


@pytest.mark.parametrize(
    ("where", "sought", "of", "holds"),
    [
        ("typ != 'fritidhus'", "'fritidhus'", "typ", "'villa', 'fritidshus', '', 'Villa', 'småhus 2', …"),
        ("typ in ['villa', 'hus', 'x']", "'hus', 'x'", "typ", None),
        ("not typ.isin(['hus'])", "'hus'", "typ", None),
        ("typ.str.lower() != 'Villa'", "'Villa'", "typ.str.lower()", None),
        ("not typ.str.startswith('Frit')", "'Frit'", "typ", None),
        ("not typ.str.endswith(('X', 'Y'))", "'X', 'Y'", "typ", None),
        ("not typ.str.contains('hus$')", None, None, None),
        ("not typ.str.contains('HUS')", "'HUS'", "typ", None),
        ("`Antal hushåll` != 9", "9", "`Antal hushåll`", "1, 2, 3, 4, 0"),
        ("byggd != '2019-01-01'", "'2019-01-01'", "byggd", "'2017-01-01', '2018-06-30', '2020-10-01'"),
        ("typ != 'villa' and n > 100 or n < 100", None, None, None),
        ("typ in ['villa', 'fritidshus'] or n in [1, 2.0]", None, None, None),
    ],
)  # fmt: skip
def test_what_is_looked_for_and_no_row_has_is_kept(
    where: str, sought: str | None, of: str | None, holds: str | None
) -> None:
    found = filtered(TABLE, where)[1]
    assert [one["sought"] for one in found] == ([] if sought is None else [sought])
    for one in found:
        assert one["comparison"] in where
        assert one["of"] == of
        assert holds in {None, one["holds"]}


def test_the_command_line_says_what_no_row_has_in_each_language(tmp_path: Path) -> None:
    homes = points((0, 0), (9, 9), (20, 0), typ=["smahus", "villa", None], N=[None, None, None])
    homes.to_file(tmp_path / "a.gpkg")
    cable((0, 0), (9, 0)).assign(status="Byggd").to_file(tmp_path / "n.gpkg")
    asked = [
        "measure", "a.gpkg", "n.gpkg", "--reach", 50, "--where", "typ != 'småhus' and not N == 'x'",
        "--network-where", "status != 'planerad'",
    ]  # fmt: skip
    english = command(*asked, cwd=tmp_path).stdout.splitlines()
    assert (
        "--where: no row matches 'småhus' in typ != 'småhus'. typ holds 'smahus', 'villa'."
        in english
    )
    assert "--where: no row matches 'x' in N == 'x'. N holds nothing." in english
    assert (
        "--network-where: no row matches 'planerad' in status != 'planerad'. status holds 'Byggd'."
        in english
    )
    summary: Any = json.loads((tmp_path / "fibercov-results/summary.json").read_text("utf-8"))
    assert summary["inputs"]["network"]["unmatched"] == [
        {"comparison": "status != 'planerad'", "sought": "'planerad'", "of": "status", "holds": "'Byggd'"}
    ]  # fmt: skip
    swedish = command(*asked, "--language", "sv", cwd=tmp_path).stdout.splitlines()
    assert "--where: ingen rad matchar 'x' i N == 'x'. N innehåller ingenting." in swedish
