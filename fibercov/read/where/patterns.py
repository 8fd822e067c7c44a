r"""Searches in text whose time is bounded, whatever the pattern.

Python's own regular expressions can take years on thirty letters: `(a+)+$`. RE2, which comes with
pyarrow, cannot. It reads some of what Python takes otherwise, and without a word: its `\w` has no å.
So only what both read alike is taken, and the classes are spelled out.
"""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

_MOST_CHARACTERS = 200
_MOST_COUNTED = 32
# Python's \w up to the end of Cyrillic: more than that makes RE2 slow.
_WORD = "0-9A-Za-z_" + "".join(f"\\x{{{k:x}}}" for k in range(0x80, 0x530) if chr(k).isalnum())
_SPACE = (
    r"\t-\r\x1c-\x20\x{85}\x{a0}\x{1680}\x{2000}-\x{200a}\x{2028}\x{2029}\x{202f}\x{205f}\x{3000}"
)
_CLASSES = {"w": _WORD, "d": "0-9", "s": _SPACE}
_ESCAPE = r"\\[wdstnrfv]|\\[!-/:-@\[-`{-~ ]"
_PART = re.compile(
    rf"""\[(?:{_ESCAPE}|[^\\\[\]])+\]            # one letter of several
    | {_ESCAPE} | \\[WDS]
    | (?<!\))\{{[0-9]+(?:,[0-9]*)?\}}     # so many times, but not of a group
    | \(\?: | \((?!\?)                    # a group
    | [^\\\[\]({{}}]                       # anything else that stands for itself, and . * + ? | ) ^ $
    """,
    re.VERBOSE | re.DOTALL,
)


def found(
    texts: pd.Series[Any], pattern: str, how: str, *, case: bool = True, regex: bool = True
) -> pd.Series[Any]:
    """Tell which texts have a pattern: anywhere, at the beginning (`match`) or as a whole."""
    if not isinstance(pattern, str):
        raise TypeError(f"a pattern is a text, not {pattern!r}")
    strings = pa.array(texts, type=pa.large_string(), from_pandas=True)
    if regex:
        ignored = pattern.startswith("(?i)")
        pattern = rf"(?:{_re2(pattern.removeprefix('(?i)'))})"
        if how != "contains":
            pattern = rf"\A{pattern}"
        if how == "fullmatch":
            pattern = rf"{pattern}\z"
        hits = pc.match_substring_regex(strings, pattern, ignore_case=ignored or not case)
    else:
        hits = pc.match_substring(strings, pattern, ignore_case=not case)
    return pd.Series(np.asarray(pc.fill_null(hits, False), dtype=bool), index=texts.index)


def _re2(pattern: str) -> str:
    """Translate a Python pattern for RE2; raise, naming it, on a part that is not allowed."""
    if len(pattern) > _MOST_CHARACTERS:
        raise ValueError(f"a pattern has more than {_MOST_CHARACTERS} characters")
    parts, position, counted = [], 0, 0
    while position < len(pattern):
        part = _PART.match(pattern, position)
        if part is None:
            raise ValueError(
                f"{pattern[position : position + 10]!r} in the pattern {pattern!r} is not taken; what is: "
                r". [abc] [^abc] \d \w \s \D \W \S * + ? {2} {2,4} (but of no group) | ( ) ^ $, "
                r"a backslash before any other sign, and (?i) before it all"
            )
        position = part.end()
        if part[0].startswith("{"):
            counted += max(map(int, re.findall("[0-9]+", part[0])))
        parts.append(_spelled_out(part[0]))
    if counted > _MOST_COUNTED:
        raise ValueError(f"the pattern {pattern!r} repeats more than {_MOST_COUNTED} times")
    return "".join(parts)


def _spelled_out(part: str) -> str:
    r"""Replace \w, \d and \s in a part of a pattern by the letters they stand for."""
    if part in (r"\W", r"\D", r"\S"):
        return f"[^{_CLASSES[part[1].lower()]}]"
    inside = re.sub(r"\\(.)", lambda e: _CLASSES.get(e[1], e[0]), part, flags=re.DOTALL)
    return f"[{inside}]" if part in (r"\w", r"\d", r"\s") else inside
