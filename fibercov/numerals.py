"""Numbers in text, read by one grammar everywhere.

A number has an optional sign; digits, or groups of exactly three with one kind of space between
them; and optional decimals after a point or a comma. It has no exponent: a spreadsheet that writes
one has left digits out.
"""

from __future__ import annotations

import math
import numbers
import re
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

_SPACES = " \u00a0\u202f\u2009"  # each may separate thousands
_MINUS = "\u2212"  # the minus sign proper, not a hyphen
_GROUPS = "|".join(f"[1-9][0-9]{{0,2}}(?:{space}[0-9]{{3}})+" for space in _SPACES)
_NUMBER = f"[+{_MINUS}-]?(?:(?:[0-9]+|{_GROUPS})(?:[.,][0-9]+)?|[.,][0-9]+)"
_EITHER = f"[+{_MINUS}-]?[1-9][0-9]{{0,2}}[.,][0-9]{{3}}"
_NOT_PLAIN = f"[+,{_MINUS}{_SPACES}]"
_PLAIN = str.maketrans({",": ".", _MINUS: "-", **dict.fromkeys(_SPACES, "")})
THOUSANDS, AS_NUMBERS = "which may mean thousands or decimals.", "Write 1000, or 1.0."


def real(value: object) -> float | None:
    """Return `value` as a finite float; None if it is not a number or not finite."""
    if isinstance(value, bool | np.bool_) or not isinstance(value, numbers.Real | Decimal):
        return None
    try:
        number = float(value)
    except (OverflowError, ValueError):
        return None
    return number if math.isfinite(number) else None


def number_in(text: str) -> Decimal | None:
    """Parse a text as an exact number; None if it is not one.

    >>> [number_in(text) for text in ("1 072", " \u22120,50", "12 34", "1e3")]
    [Decimal('1072'), Decimal('-0.50'), None, None]
    """
    text = text.strip()
    return Decimal(text.translate(_PLAIN)) if re.fullmatch(_NUMBER, text) else None


def numbers_in(values: pd.Series[Any]) -> NDArray[np.float64]:
    """Convert texts, and numbers among them, to floats; NaN for anything else."""
    texts = _texts(values)
    plain = texts
    if pc.any(pc.match_substring_regex(texts, _NOT_PLAIN)).as_py():  # replacing takes longer
        plain = pc.replace_substring_regex(plain, f"[+{_SPACES}]", "")
        plain = pc.replace_substring(pc.replace_substring(plain, ",", "."), _MINUS, "-")
    fits = pc.match_substring_regex(texts, f"^(?:{_NUMBER})$")
    found = pc.cast(pc.if_else(fits, plain, None), pa.float64()).to_numpy(zero_copy_only=False)
    parsed = np.array(found, dtype=np.float64)
    no_text = texts.is_null().to_numpy(zero_copy_only=False)
    parsed[no_text] = [math.nan if (n := real(v)) is None else n for v in values[no_text]]
    return parsed


def may_be_thousands(values: pd.Series[Any]) -> NDArray[np.bool_]:
    """Tell which texts, such as 1,000 or 1.000, may mean a thousand as well as one.

    >>> may_be_thousands(pd.Series(["1,000", "1.000", "0,500", "1000,000", 1.125])).tolist()
    [True, True, False, False, False]
    """
    found = pc.fill_null(pc.match_substring_regex(_texts(values), f"^(?:{_EITHER})$"), False)
    return np.asarray(found.to_numpy(zero_copy_only=False))


def _texts(values: pd.Series[Any]) -> Any:
    """Strip the texts among the values; null for anything else."""
    if pd.api.types.is_numeric_dtype(values):
        return pa.nulls(len(values), pa.large_string())
    if isinstance(values.dtype, pd.StringDtype):
        texts = pa.array(values, from_pandas=True)
    else:
        texts = pa.array(
            [v if isinstance(v, str) else None for v in values.to_numpy(dtype=object)],
            pa.large_string(),
        )
    return pc.utf8_trim_whitespace(texts)
