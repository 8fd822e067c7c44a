"""The words and numbers that readers see."""

from __future__ import annotations

import re
from datetime import date
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fibercov import texts
from fibercov.reach import PTS_2015, Reach

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


def test_a_share_that_no_decimals_tell_from_its_target_still_ends() -> None:
    third = Fraction(1, 3)  # which however many threes are below
    assert texts.percent(third, third) == "33.33333333333 %"


def test_a_difference_with_nothing_left_is_none() -> None:
    assert texts.points(float("nan")) == texts.NONE


def test_the_languages_have_the_same_words_with_the_same_gaps() -> None:
    english = texts.LANGUAGES["en"]
    for words in texts.LANGUAGES.values():
        assert list(words) == list(english)
        for key, said in words.items():
            assert said
            assert set(re.findall(r"\{\w+\}", said)) == set(re.findall(r"\{\w+\}", english[key]))


def test_sentences_read_as_each_language_writes_them() -> None:
    nine_tenths, between = Fraction(9, 10), (Fraction(869, 1000), Fraction(88, 100))
    said = [
        texts.headline(
            Fraction(874, 1000), texts.base(41237, language, one_each=False), PTS_2015, between,
            date(2019, 10, 1), nine_tenths, language,
        )
        for language in ("en", "sv")
    ]  # fmt: skip
    assert said[0] == (
        "87.4 % of 41,237 households within 50 m of a fiber-connected building (PTS 2015) "
        "(86.9-88.0), 2019-10-01"
    )
    assert said[1].replace("\xa0", " ") == (
        "87,4 % av 41 237 hushåll inom 50 m från en fiberansluten byggnad (PTS 2015) "
        "(86,9–88,0), 2019-10-01"
    )
    assert texts.goal("not met", nine_tenths, 1072, "sv") == (
        "målet 90 % är inte nått, 1\xa0072 hushåll återstår"
    )
    assert texts.goal("met", nine_tenths, 0, "sv") == "målet 90 % är nått"
    assert str(Reach(50)) == texts.within(Reach(50))
