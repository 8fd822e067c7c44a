"""The words and numbers that readers see."""

from __future__ import annotations

import re
from datetime import date
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import fibercov as fc
from fibercov import texts
from fibercov.reach import PTS_2015, Reach
from fibercov.statuses import STATUSES
from fibercov.texts import en, sv

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


@given(shares, shares)
def test_two_shares_that_differ_read_apart(before: Fraction, after: Fraction) -> None:
    said = texts.percent_pair(before, after)
    assert (said[0] == said[1]) == (before == after)
    if texts.percent(before) != texts.percent(after):
        assert said == (texts.percent(before), texts.percent(after))


@pytest.mark.parametrize("table", ["WORDS", "PAGE"])
def test_the_languages_have_the_same_words_with_the_same_gaps(table: str) -> None:
    english, swedish = getattr(en, table), getattr(sv, table)
    assert list(english) == list(swedish)
    for key, said in swedish.items():
        assert said
        assert english[key]
        assert gaps(said) == gaps(english[key])


def gaps(said: str) -> set[str]:
    """The places for values; where the unit is named, and with which letter, each language decides."""
    return {name for name in re.findall(r"\{(\w+)\}", said) if name.casefold() != "units"}


def sources(*kinds: str) -> str:
    """The package's sources, without the words themselves."""
    package = Path(texts.__file__).parents[1]
    files = [path for kind in kinds for path in sorted(package.rglob(f"*.{kind}"))]
    return "\n".join(path.read_text("utf-8") for path in files if path.parent.name != "texts") + (
        Path(texts.__file__).read_text("utf-8") if "py" in kinds else ""
    )


# Keys that are put together: what stands before and after the part that is named by itself.
PARTS = ("(.+)_(?:one|other)", "plan_(.+)", "reason_(.+)", "cause_(.+)", "label_(.+)", "problem_(.+)", "plot_(.+)",
         "verdict_(.+)", "(each_).+", "(.+)_means", "bar_(.+)", "says_(.+)", "reach_to_(.+)",
         "unit_(.+)", "(column_).+", "(value_).+", "(source_).+", "(name_).+", "minutes_(.+?)(?:_connected|_to_go)?")  # fmt: skip


def names_in(source: str) -> set[str]:
    """All that stands in quotes, or after `words.`, as keys do: looked for once, and not for each key."""
    quoted = re.findall(r"(?=([\"'`])([\w ]+)\1)", source)
    return {name for _, name in quoted} | {*re.findall(r"\bwords\.(\w+)", source)}


def is_named(key: str, names: set[str]) -> bool:
    """Whether the key is among the names, or the part of it that tells it from its like."""
    parts = [found[1] for each in PARTS if (found := re.fullmatch(each, key))]
    return not names.isdisjoint((key, *parts))


def test_every_word_is_used() -> None:
    names = names_in(sources("py", "js", "html"))
    assert all(re.fullmatch(r"[\w ]+", key) for key in (*en.WORDS, *en.PAGE))
    assert not [key for key in (*en.WORDS, *en.PAGE) if not is_named(key, names)]
    assert not is_named("of_homes", names)


def test_the_page_has_the_words_that_it_says_and_no_others() -> None:
    page, others = sources("js", "html"), {*en.WORDS}
    names = names_in(page)
    assert not {*en.PAGE} & others
    of_data = [*STATUSES, *(f"says_{status}" for status in (*STATUSES, "absent"))]
    of_data += [f"verdict_{verdict}" for verdict in ("met", "not met", "uncertain", "about")]
    assert not [key for key in en.PAGE if not is_named(key, names) and key not in of_data]
    asked = {*re.findall(r'fc\.say\(\s*"([^"]+)"', page)}
    asked |= {*re.findall(r'data-word="([^"]+)"', page), *re.findall(r"\bwords\.(\w+) ?}}", page)}
    assert len(asked) > 40
    assert asked <= {*en.PAGE}


def test_the_problems_of_the_data_have_words_in_both_languages(
    demo: fc.Demo, demo_coverage: fc.Coverage
) -> None:
    table = fc.check_data(
        demo_coverage, network=demo.network, areas=demo.areas, expected_total=3_400
    )
    along = fc.measure_coverage(
        demo.premises,
        demo.network,
        reach=fc.Reach(100, along="roads"),
        roads=demo.roads,
        barriers=demo.water,
    )
    across = fc.check_data(along, roads=demo.roads)
    assert {*table["problem"], *across["problem"], "crosses"} == {*texts.PROBLEM}
    assert table["meaning"].tolist() == [
        texts.problem(key, "households") for key in table["problem"]
    ]
    assert all(
        texts.problem(key, "households", "sv") != texts.problem(key, "households")
        for key in table["problem"]
    )


def test_the_command_lines_words_in_swedish() -> None:
    assert texts.headings("statuses", "households", "sv") == ["Status", "Hushåll", "Andel"]
    assert texts.headings("problems", "households", "sv")[2:] == ["Hushåll", "Andelen utan dem"]
    assert (
        texts.headings("history", "households", "sv")[-1]
        == texts.headings("causes", "households", "sv")[-1]
    )
    assert texts.area("Total", "sv") == "Totalt"
    assert texts.area(texts.OUTSIDE, "sv") == "(utanför alla områden)"
    assert texts.points(float("nan"), "sv") == texts.NONE
    assert texts.points(0, "sv") == "oförändrad"


def test_a_change_too_small_to_write_is_less_than_what_can_be_written() -> None:
    assert texts.points(0.000166784054) == texts.points(-0.0049) == "less than 0.01 points"
    assert texts.points(-1e-9, "sv") == "mindre än 0,01 procentenheter"
    assert texts.points(0.0051) == "+0.01 points"
    assert texts.signed(0.000166784054) == "+0.0002"


@pytest.mark.parametrize("language", texts.LANGUAGES)
def test_a_range_whose_ends_read_the_same_is_not_shown(language: str) -> None:
    narrow = Fraction(85_101, 100_000), Fraction(85_102, 100_000)
    said = texts.headline(narrow[0], "all", Reach(50), narrow, None, Fraction(9, 10), language)
    assert "(" not in said
    assert texts.bounds(narrow, Fraction(9, 10), language) is None
    # Where the target lies between them, they read apart.
    apart = texts.bounds((Fraction(89_999, 100_000), Fraction(9, 10)), Fraction(9, 10), "en")
    assert apart == ("89.999 %", "90.0 %")


def test_a_share_that_no_decimals_tell_from_its_target_still_ends() -> None:
    third = Fraction(1, 3)  # which however many threes are below
    assert texts.percent(third, third) == "33.33333333333 %"


def test_sentences_read_as_each_language_writes_them() -> None:
    nine_tenths, between = Fraction(9, 10), (Fraction(869, 1000), Fraction(88, 100))
    said = [
        texts.headline(
            Fraction(874, 1000), texts.base(41237, "households", language, one_each=False), PTS_2015, between,
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
    assert texts.goal("not met", nine_tenths, 1072, "households", "sv") == (
        "målet 90 % är inte nått, 1\xa0072 hushåll återstår"
    )
    assert texts.goal("met", nine_tenths, 0, "households", "sv") == "målet 90 % är nått"
    assert str(Reach(50)) == texts.within(Reach(50))
