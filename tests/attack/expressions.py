"""Expressions for `where`, sound, mangled and hostile: the right rows or an error, and no code runs."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import geopandas as gpd
import shapely

import fibercov as fc

from .base import CRS, E0, N0
from .judged import REFUSED, RIGHT, WrongResult, expect
from .watching import watched

Row = dict[str, Any]
Rule = Callable[[Row], bool]

_KINDS = ("villa", "småhus", "lokal", None)
_HOSTILE = (
    "typ.pipe.__globals__['sys'].modules['os'].system('touch pwned')",
    "@__import__('os').system('touch pwned') == 0", "__import__('os').system('touch pwned') == 0",
    "n.to_csv('pwned') == 0", "n.to_pickle('pwned') is None", "typ.to_json('pwned') == 1",
    "n.values.tofile('pwned') == 1", "n.plot() == 1", "n.map(print) == 1", "n.apply(exit)", "n.agg(open)",
    "n.apply('to_csv', args=('pwned',)) == 1", "n.agg('to_pickle', 'pwned')", "n.pipe(eval, 'exit()')",
    "eval('exit()')", "exec('exit()')", "open('pwned', 'w') == 1", "(lambda: exit())()", "[exit() for _ in n]",
    "n.__class__.__mro__[1].__subclasses__() == 1", "n.__reduce__() == 1", "n.index.__class__ == 1", "n.attrs == 1",
    "().__class__.__bases__[0].__subclasses__()", "f'{n.__class__}' == typ", "'{0.__class__}'.format(n) == typ",
    "typ.str.__init__.__globals__ == 1", "typ.str._parent == typ", "n._mgr == 1", "n.eval('exit()')", "n.query('1')",
    "9**9**9 > n", "n ** 10**9 > 0", "n << 10**10 > 0", "2 << 10**11 > n", "'a' * 10**11 == typ", "typ * 10**10 == 'a'",
    "10**10**10 == 10**10**10", "[0] * 10**11 == n", "n.isin(range(10**12))", "n.isin([0] * 10**11)", "-" * 20_000 + "n > 0",
    "typ.str.contains('(l+)+$')", "typ.str.contains('(.*)*(.*)*x')", "typ.str.contains('(')", "typ.str.repeat(10**11) == 'a'",
    "typ.str.pad(10**11) == 'a'", "typ.str.ljust(10**11) == 'a'", "typ.str.zfill(10**11) == 'a'", "typ.str.center(10**11) == 1",
    "(" * 5_000 + "n" + ")" * 5_000 + " > 0", "n > 0" + " and n > 0" * 5_000, "n" + ".abs()" * 3_000 + " > 0", "not " * 9_000 + "n > 0",
    "n[::-1] > 1", "n.sort_values() > 1", "n.shift() > 1", "n.iloc[::-1] > 1", "n.sample(frac=1) > 1", "n.cumsum() > 4",
    "n.values[::-1] > 1", "n.mean() > 1", "n > n.mean()", "n.rank() > 2", "index > 1", "n.duplicated()", "n.diff() > 0",
    "[True, False] * 4", "[True] * 8", "True", "1 == 1", "n", "typ", "n > 0, n > 1", "n = 1", "n := 1", "x = n > 1", "n > 1; n > 2",
    "", " ", "#", "n > 1 # typ", "n >", "`n` > 1", "`n > 1", "@n > 1", "n > @n", "n if n > 1 else n", "n > 1\nn > 2", "n is n",
    "n > None", "n == 'x'", "typ > 1", "typ == ''", "geometry == 1", "geometry.area > 0", "n.isna().any()", "n in n", "typ in 'villa'",
    "n / 0 > 1", "n % 0 == 0", "n // 0 > 1", "0 / 0 == n", "n == nan", "n == inf", "pi > n", "sin(n) > 0", "1e400 > n", "n > 10**400",
)  # fmt: skip
_TOKENS = (
    "n", "typ", "m", "`n`", "'villa'", "'", '"', "1", "0", "-1", "2.5", "None", "True", "==", "!=", "<", ">=", "and", "or", "not",
    "&", "|", "~", "in", "not in", "(", ")", "[", "]", ",", ".str", ".isna()", ".notna()", ".isin([1, 2])", ".astype('float')", "+",
    "**", "%", "//", "@", "lambda:", "if", "else", "for", "is", ":", ":=", "\n", "\0", "é", "\\", "{", "}", ";", "=", "__class__", "[::-1]",
)  # fmt: skip
_COMPARED: dict[str, Callable[[Any, Any], bool]] = {
    "==": lambda a, b: a == b, "!=": lambda a, b: a != b, "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b, ">": lambda a, b: a > b, ">=": lambda a, b: a >= b,
}  # fmt: skip


def _rows(rng: random.Random) -> list[Row]:
    return [
        {
            "k": k,
            "n": rng.randint(-2, 9),
            "m": rng.choice([None, 0.5, 2.0, 7.25]),
            "typ": rng.choice(_KINDS),
            "by": rng.choice(("Älvdalen", "Rot", "Åsen Norra", "100")),
        }
        for k in range(rng.randint(4, 12))
    ]


def _sound(rng: random.Random, depth: int = 0) -> tuple[str, Rule]:
    """An expression of what docs/inputs.md names, and the same as a rule for one row."""
    if depth < 3 and rng.random() < 0.5:
        (a, first), (b, second) = _sound(rng, depth + 1), _sound(rng, depth + 1)
        return rng.choice([
            (f"({a}) and ({b})", lambda row: first(row) and second(row)),
            (f"({a}) & ({b})", lambda row: first(row) and second(row)),
            (f"({a}) or ({b})", lambda row: first(row) or second(row)),
            (f"({a}) | ({b})", lambda row: first(row) or second(row)),
            (f"not ({a})", lambda row: not first(row)), (f"~({a})", lambda row: not first(row)),
        ])  # fmt: skip
    return rng.choice((_of_numbers, _of_numbers, _of_texts))(rng)


def _of_numbers(rng: random.Random) -> tuple[str, Rule]:
    name, op = rng.choice("nm"), rng.choice(list(_COMPARED))
    c, d = rng.randint(-2, 8), rng.randint(1, 3)
    ways: list[tuple[str, Callable[[Any], Any]]] = [
        (name, lambda x: x), (f"{name} * {d} - 1", lambda x: x * d - 1), (f"{name} % {d}", lambda x: x % d),
        (f"-{name} + {c}", lambda x: -x + c), (f"({name} + {d}) / 2", lambda x: (x + d) / 2),
    ]  # fmt: skip
    text, value = rng.choice(ways)

    def rule(row: Row) -> bool:
        return op == "!=" if row[name] is None else _COMPARED[op](value(row[name]), c)

    return rng.choice([
        (f"{text} {op} {c}", rule), (f"{c - 3} < {name} <= {c}", lambda row: row[name] is not None and c - 3 < row[name] <= c),
        (f"{name}.isna()", lambda row: row[name] is None), (f"{name}.notna()", lambda row: row[name] is not None),
        (f"{name}.isin([{c}, {d}])", lambda row: row[name] in {c, d}), (f"{name} in [{c}, {d}]", lambda row: row[name] in {c, d}),
    ])  # fmt: skip


def _of_texts(rng: random.Random) -> tuple[str, Rule]:
    kind, part = rng.choice([k for k in _KINDS if k]), rng.choice(["Å", "Norra", "o", "100"])
    return rng.choice([
        (f"typ == '{kind}'", lambda row: row["typ"] == kind), (f"typ != '{kind}'", lambda row: row["typ"] != kind),
        (f"typ in ['{kind}', 'x']", lambda row: row["typ"] == kind), (f"typ not in ['{kind}']", lambda row: row["typ"] != kind),
        ("typ.isna()", lambda row: row["typ"] is None), (f"`by`.str.startswith('{part}')", lambda row: row["by"].startswith(part)),
        (f"by.str.contains('{part}')", lambda row: part in row["by"]), (f'BY.str.endswith("{part}")', lambda row: row["by"].endswith(part)),
        (f"typ.isin(['{kind}'])", lambda row: row["typ"] == kind),
    ])  # fmt: skip


def _mangled(rng: random.Random) -> str:
    """A sound expression with other tokens in it, or nothing but tokens."""
    tokens = _sound(rng)[0].split(" ") if rng.random() < 0.7 else []
    for _ in range(rng.randint(1, 4) if tokens else rng.randint(1, 12)):
        at = rng.randint(0, len(tokens))
        tokens[at : at + rng.randint(0, 1)] = [rng.choice(_TOKENS)]
    return rng.choice(["", " "]).join(tokens)


def expression(rng: random.Random, _: Path) -> str:
    """Read the rows for which an expression holds."""
    rows, way = _rows(rng), rng.random()
    if way < 0.4:
        text, rule = _sound(rng)
        wanted = [row["k"] for row in rows if rule(row)]
        try:
            found = _read(rows, text)
        except fc.FibercovError as error:
            if wanted:
                raise WrongResult(f"{text!r} is refused: {error}") from error
            return REFUSED
        expect(found == wanted, f"{text!r} gives {found}, not {wanted}, of {rows}")
        return RIGHT
    text = rng.choice(_HOSTILE) if way < 0.7 else _mangled(rng)
    found = _read(rows, text)
    again = _read(rows[::-1], text)
    expect(found == again[::-1], f"{text[:200]!r} gives {found}, and {again} of the same, reversed")
    return RIGHT


def _read(rows: list[Row], where: str) -> list[int]:
    """The numbers of the rows that are read; nothing may be run, written or asked meanwhile."""
    frame = gpd.GeoDataFrame(
        rows,
        index=[row["k"] for row in rows],
        geometry=[shapely.Point(E0, N0 + row["k"]) for row in rows],
        crs=CRS,
    )
    with watched():
        found: list[int] = fc.read_premises(frame, where=where)["k"].tolist()
    return found
