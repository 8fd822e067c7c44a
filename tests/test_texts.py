"""The words and numbers that readers see."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fibercov import texts

shares = st.integers(1, 200_000).flatmap(
    lambda of: st.integers(0, of).map(lambda number: Fraction(number, of))
)


@given(shares, st.sampled_from([Fraction(9, 10), Fraction(1), Fraction(999, 1000), Fraction(0)]))
def test_a_share_never_reads_as_another_verdict_than_it_is(
    share: Fraction, target: Fraction
) -> None:
    read = Fraction(texts.percent(share, target).removesuffix(" %")) / 100
    assert (read >= target) == (share >= target)
    assert (read == 1) == (share == 1)
    assert (read == 0) == (share == 0)
    assert abs(read - share) <= Fraction(5, 10_000)


@pytest.mark.parametrize(
    ("share", "text"),
    [
        (Fraction(8996, 10_000), "89.96 %"),
        (Fraction(99_999, 100_000), "99.999 %"),
        (Fraction(1, 100_000), "0.001 %"),
        (Fraction(1), "100.0 %"),
        (Fraction(1, 3), "33.3 %"),
        (Fraction(8725, 10_000), "87.3 %"),
    ],
)
def test_shares_as_they_read(share: Fraction, text: str) -> None:
    assert texts.percent(share, Fraction(9, 10)) == text
