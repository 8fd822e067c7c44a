"""All words and number formats that readers of results see, in English and Swedish.

Each language has a file of words; this module makes numbers and sentences from them. Tables that
functions return are in English in every language: the names of the last rows
of summaries, and the problems
that `check_data` lists. `area` and `problem` translate them.
"""

from __future__ import annotations

import html
import itertools
import math
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import Any

from fibercov import checks
from fibercov.reach import DEFINITIONS, Reach
from fibercov.texts.en import ENGLISH
from fibercov.texts.sv import SWEDISH

LANGUAGES = {language.code: language for language in (ENGLISH, SWEDISH)}
OUTSIDE, NO_VALUE, UNPLACED, TOTAL = (
    ENGLISH.word(key) for key in ("outside", "no_value", "no_position", "total")
)
ALL_OPERATORS = "(all operators)"
IN_NO_AREA = (OUTSIDE, NO_VALUE, UNPLACED)
PROBLEM = {
    key.removeprefix("problem_"): said
    for key, said in ENGLISH.words.items()
    if key.startswith("problem_")
}
NONE = "\N{EN DASH}"
_MOST_DECIMALS = 12
_TABLES = {
    "statuses": ("status", "homes", "share"),
    "areas": ("area", "homes", "within", "shortfall", "verdict"),
    "problems": ("problem", "rows", "homes", "without_them"),
    "history": ("date", "homes", "within", "share", "points"),
    "builds": ("build_number", "cost", "trench", "newly_reached", "share_after"),
    "causes": ("cause", "within", "homes", "points"),
}


def say(key: str, language: str = "en", **values: str) -> str:
    """Return the words of a key in a language, with the values in their places.

    >>> say("bar_plan", "sv", value="93,3 %")
    'Med planen: 93,3 %'
    """
    return LANGUAGES[language].word(key).format(**values)


def number(text: str, language: str = "en") -> str:
    r"""Write a number that has commas between thousands and a decimal point as the language does.

    >>> number("1,234.5", "sv")
    '1\xa0234,5'
    """
    return LANGUAGES[language].number(text)


def count(number_: int, language: str = "en") -> str:
    r"""Write a whole number with its thousands separated.

    >>> count(41237), count(41237, "sv")
    ('41,237', '41\xa0237')
    """
    return number(f"{number_:,}", language)


def counted(thing: str, number_: int, language: str = "en") -> str:
    """Write a number with the thing counted, in the singular or the plural.

    >>> counted("households", 1), counted("households", 1072)
    ('1 household', '1,072 households')
    """
    form = LANGUAGES[language].plural(number_)
    return say(f"{thing}_{form}", language, count=count(number_, language))


def nouns(unit: str, language: str = "en", form: str = "") -> str:
    """Name what a unit counts, in the plural; with `form` "plot", as in "share of the ...".

    >>> nouns("inhabitants", "sv"), nouns("households+workplaces"), nouns("inhabitants", "sv", "plot")
    ('invånare', 'households and workplaces', 'invånarna')
    """
    if not unit:  # a history need not say it
        return say("uncounted", language)
    words = LANGUAGES[language].words  # a unit of your own is not translated
    names = [words.get(f"{form or 'unit'}_{each}", each) for each in unit.split("+")]
    return say("and", language).join(names)


def amount(number_: int, unit: str, language: str = "en") -> str:
    """Write a number with what it counts.

    >>> amount(1, "inhabitants"), amount(1072, "inhabitants"), amount(9, "households+workplaces", "sv")
    ('1 inhabitant', '1,072 inhabitants', '9 hushåll och arbetsställen')
    """
    if not unit:
        return count(number_, language)
    if f"{unit}_other" not in LANGUAGES[language].words:
        return f"{count(number_, language)} {nouns(unit, language)}"
    return counted(unit, number_, language)


def money(
    amount_: float, currency: str = "", language: str = "en", *, at_least: bool = False
) -> str:
    r"""Write a cost, in millions from one million; rounded down if it is what something costs at least.

    >>> money(4_762_321), money(14_397.2, "kr", "sv")
    ('4.76\xa0million', '14\xa0397\xa0kr')
    """
    million = amount_ >= 999_999.5
    amount_ /= 1e4 if million else 1
    whole = math.floor(amount_) if at_least else round(amount_)
    said = count(whole, language)
    if million:
        said = say("millions", language, number=number(f"{whole / 100:,.2f}", language))
    return f"{said}\N{NO-BREAK SPACE}{currency}" if currency else said


def each(unit: str, language: str = "en") -> str:
    """Say that a cost is for one of a unit.

    >>> each("households"), each("inhabitants", "sv"), each("households+workplaces")
    ('per household', 'per invånare', 'each')
    """
    words = LANGUAGES[language].words
    return words.get(f"each_{unit}", words["each_"])


def in_unit(unit: str, language: str = "en") -> dict[str, str]:
    """Give the values of the places {units} and {Units} in words."""
    named = nouns(unit, language)
    return {"units": named, "Units": f"{named[:1].upper()}{named[1:]}"}


def date_in_words(day: date, language: str = "en") -> str:
    """Write a date as it is said.

    >>> date_in_words(date(2020, 10, 1)), date_in_words(date(2020, 10, 1), "sv")
    ('1 October 2020', '1 oktober 2020')
    """
    month = say("minutes_months", language).split()[day.month - 1]
    return f"{day.day} {month} {day.year}"


def page_words(unit: str, language: str = "en") -> dict[str, str]:
    """Return the words of the map's page, with the unit in its places."""
    named = in_unit(unit, language)
    counts = LANGUAGES[language].words
    words = dict(LANGUAGES[language].page)
    for form in ("one", "other"):  # of a unit of your own, the number and its name
        words[form] = counts.get(f"{unit}_{form}", f"{{count}} {named['units']}")
    for place, noun in named.items():
        words = {key: said.replace(f"{{{place}}}", noun) for key, said in words.items()}
    return words


def digits(share: Fraction, decimals: int = 1) -> str:
    """Write a share in percent, rounded half up, without the sign.

    >>> digits(Fraction(8745, 10000))
    '87.5'
    """
    exact = Decimal(share.numerator * 100) / Decimal(share.denominator)
    return f"{exact.quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_UP):f}"


def percent(share: Fraction, against: Fraction | None = None, language: str = "en") -> str:
    """Write a share in percent with one decimal, or with more where one would mislead.

    A share of 89.96 % does not meet a target of 90 %, so it must not read "90.0 %"; and 99.97 % is
    not all.

    >>> percent(Fraction(874, 1000)), percent(Fraction(9997, 10000))
    ('87.4 %', '99.97 %')
    >>> percent(Fraction(8996, 10000), against=Fraction(9, 10), language="sv")
    '89,96 %'
    """
    goal = Fraction(1) if against is None else against
    decimals = 1
    for decimals in range(1, _MOST_DECIMALS):
        read = Fraction(digits(share, decimals)) / 100
        same_verdict = (read >= goal) == (share >= goal)
        if same_verdict and (read == 0) == (share == 0) and (read == 1) == (share == 1):
            break
    return number(f"{digits(share, decimals)} %", language)


def percent_pair(before: Fraction, after: Fraction, language: str = "en") -> tuple[str, str]:
    """Write two shares in percent with as many decimals as tell them apart.

    >>> percent_pair(Fraction(9052, 10000), Fraction(9048, 10000))
    ('90.52 %', '90.48 %')
    >>> percent_pair(Fraction(1, 2), Fraction(9997, 10000), "sv")
    ('50,0 %', '99,97 %')
    """
    said = percent(before, None, language), percent(after, None, language)
    for decimals in range(1, _MOST_DECIMALS):
        if said[0] != said[1] or before == after:
            break
        said = (
            number(f"{digits(before, decimals)} %", language),
            number(f"{digits(after, decimals)} %", language),
        )
    return said


def bounds(
    between: tuple[Fraction, Fraction], against: Fraction | None, language: str = "en"
) -> tuple[str, str] | None:
    """Write the lowest and the highest share in percent; None if both read the same.

    >>> bounds((Fraction(869, 1000), Fraction(88, 100)), None, "sv")
    ('86,9 %', '88,0 %')
    >>> bounds((Fraction(85101, 100_000), Fraction(85102, 100_000)), None)
    """
    low, high = (percent(bound, against, language) for bound in between)
    return None if low == high else (low, high)


def in_brackets(
    between: tuple[Fraction, Fraction], against: Fraction | None, language: str = "en"
) -> str:
    """Write the lowest and the highest share in brackets, after a space; nothing if both read the same.

    >>> in_brackets((Fraction(869, 1000), Fraction(88, 100)), None)
    ' (86.9-88.0)'
    """
    ends = bounds(between, against, language)
    dash = LANGUAGES[language].dash
    return "" if ends is None else f" ({dash.join(end.removesuffix(' %') for end in ends)})"


def estimate(share: float, language: str = "en") -> str:
    """Write an estimated share in percent with one decimal; never as all or nothing.

    >>> estimate(0.846), estimate(0.99996), estimate(0.0000001, "sv")
    ('84.6 %', '>99.9 %', '<0,1 %')
    """
    percent_ = 100 * share
    shown = f"{percent_:.1f}"
    if percent_ < 0.1 or percent_ > 99.9:
        shown = "<0.1" if percent_ < 0.1 else ">99.9"
    return number(f"{shown} %", language)


def signed(points: Fraction | float, language: str = "en") -> str:
    """Write percentage points with their sign and as many decimals as tell them from 0.

    >>> signed(Fraction(126, 10)), signed(Fraction(-4, 1000), "sv")
    ('+12.6', '\N{MINUS SIGN}0,004')
    """
    shown = next(s for k in range(1, 13) if float(s := f"{float(points):+.{k}f}") or k == 12)
    return number(shown, language)


def known(language: str) -> str:
    """Return `language` if there are words in it; raise otherwise."""
    if language not in [*LANGUAGES]:
        names = " or ".join(repr(name) for name in LANGUAGES)
        raise checks.refusal("language", f"must be {names}", language)
    return language


def target_percent(target: Fraction, language: str = "en") -> str:
    """Write a target in percent with all its decimals.

    >>> target_percent(Fraction(9, 10)), target_percent(Fraction(999, 1000), "sv")
    ('90 %', '99,9 %')
    """
    return number(f"{float(target * 100):.10g} %", language)


def base(number_: int, unit: str, language: str = "en", *, one_each: bool) -> str:
    """Write what the share is a share of.

    >>> base(41237, "households", one_each=False)
    '41,237 households'
    >>> base(6707, "premises", one_each=True)
    '6,707 premises (one household each)'
    """
    if one_each:
        return say("one_each", language, count=count(number_, language))
    return amount(number_, unit, language)


def ends_at(reach: Reach, language: str = "en") -> str:
    """Name what the drops of a definition end at, in its own words if it has some, and what they follow.

    >>> ends_at(Reach(50), "sv"), ends_at(Reach(50, feature="a cabinet"), "sv")
    ('fiber', 'a cabinet')
    """
    to = reach.feature or say(f"reach_to_{reach.to}", language)
    if not reach.along:
        return to
    key = "along_joined" if reach.join_m else "along"
    beside, join = (number(f"{metres:g}", language) for metres in (reach.beside_m, reach.join_m))
    return say(key, language, to=to, beside=beside, join=join)


def within(reach: Reach, language: str = "en") -> str:
    r"""Write a definition of "within reach".

    >>> within(Reach(50)), within(Reach(1000, feature="a cabinet", name="Decision 41"), "sv")
    ('within 50 m of fiber', 'inom 1\xa0000 m från a cabinet (Decision 41)')
    """
    return say(
        "reach",
        language,
        metres=number(f"{reach.metres:,.10g}", language),
        to=ends_at(reach, language),
        name=f" ({definition_name(reach, language)})" if reach.name else "",
    )


def headline(
    share: Fraction,
    of: str,
    reach: Reach,
    between: tuple[Fraction, Fraction],
    as_of: date | None,
    against: Fraction | None,
    language: str = "en",
) -> str:
    """Write the share with its definition, its range and its date on one line."""
    return say(
        "headline",
        language,
        share=percent(share, against, language),
        of=of,
        reach=within(reach, language),
        between=in_brackets(between, against, language),
        as_of=f", {as_of.isoformat()}" if as_of else "",
    )


def measured_in(crs: str, scale_error: float, language: str = "en") -> str:
    """Say which CRS the distances were measured in, and how exactly.

    >>> measured_in("EPSG:3006", 0.0004)
    'Distances are measured in EPSG:3006, within 0.04 % of those on the ground.'
    """
    return say("measured_in", language, crs=crs, error=number(f"{100 * scale_error:.2g}", language))


def on_roads(told: Mapping[str, Any], language: str = "en") -> list[str]:
    """Say which roads were measured along, and whether that makes sense, as the provenance of roads tells it.

    >>> on_roads({"km": 12.5, "km_on_islands": 0.0, "network_beside": 1.0})[0]
    'Measured along 12.5 km of roads; 100.0 % of the network lies beside a road.'
    """
    km, apart = (number(f"{told[key]:,.1f}", language) for key in ("km", "km_on_islands"))
    beside = Fraction(told["network_beside"]).limit_denominator(10**6)
    apart = say("apart", language, apart=apart) if told["km_on_islands"] else ""
    dated = say("dated", language, day=told["as_of"]) if "as_of" in told else ""
    shown = percent(beside, None, language)
    said = [say("on_roads", language, km=km, dated=dated, apart=apart, beside=shown)]
    return said + [say("schematic", language)] * (beside < Fraction(1, 2))


def goal(
    verdict: str,
    target: Fraction,
    shortfall: int,
    unit: str,
    language: str = "en",
    *,
    plan: bool = False,
) -> str:
    """Say whether the target is met, or would be with a plan, and how much is left.

    >>> goal("not met", Fraction(9, 10), 1072, "households")
    'the 90 % target is not met, 1,072 households to go'
    """
    words = say(
        f"plan_{verdict}" if plan else verdict, language, target=target_percent(target, language)
    )
    if not shortfall:
        return words
    key = {"uncertain": "to_go_uncertain", "about": "to_go_about"}.get(verdict, "to_go")
    return say(key, language, goal=words, amount=amount(shortfall, unit, language))


def verdict(
    share: Fraction,
    target: Fraction,
    between: tuple[Fraction, Fraction],
    reach: Reach,
    goal: str,
) -> str:
    """Compare the share, with its definition and range, with the target on one line."""
    ends = bounds(between, target)
    range_ = "" if ends is None else f" ({' to '.join(ends)})"
    return f"{percent(share, target)} {reach}{range_}: {goal}"


def points(difference: float, language: str = "en") -> str:
    """Write a difference between shares in percentage points.

    >>> points(0.2139), points(-1.5, "sv"), points(0.0), points(0.000166784054)
    ('+0.21 points', '\N{MINUS SIGN}1,50 procentenheter', 'unchanged', 'less than 0.01 points')
    """
    if math.isnan(difference):  # nothing would be left
        return NONE
    if not difference:
        return say("same_share", language)
    shown = f"{difference:+.2f}"
    if not float(shown):
        return say("small_difference", language, points=number("0.01", language))
    return say("difference", language, points=number(shown, language))


def headings(table: str, unit: str, language: str = "en") -> list[str]:
    """List the headings of a table: `statuses`, `areas`, `problems`, `history`, `causes` or `builds`.

    >>> headings("areas", "households", "sv")
    ['Område', 'Hushåll', 'Inom räckhåll', 'Kvar till målet', 'Mål']
    """
    return [say(key, language, **in_unit(unit, language)) for key in _TABLES[table]]


def status(key: str, language: str = "en") -> str:
    """Name a status and say what it means.

    >>> status("unserved"), status("passed", "sv")
    ('Out of reach (neither connected, within reach nor planned)', 'Inom räckhåll (men inte ansluten)')
    """
    return f"{say(key, language)} ({say(f'{key}_means', language)})"


def area(name: str, language: str = "en") -> str:
    """Name an area, or translate a summary's row for premises outside all areas.

    >>> area("Byn", "sv"), area(NO_VALUE, "sv")
    ('Byn', '(utan värde)')
    """
    keys = {
        OUTSIDE: "outside",
        NO_VALUE: "no_value",
        UNPLACED: "no_position",
        TOTAL: "total",
    }
    return say(keys[name], language) if name in keys else name


def column(name: str, language: str = "en") -> str:
    """Write the heading of a column in a CSV file; one that is not fibercov's own stays as it is.

    >>> column("share_low"), column("share_low", "sv"), column("kod_2", "sv")
    ('share_low', 'lägsta andel', 'kod_2')
    """
    return LANGUAGES[language].words.get("column_" + name, name)


def cell(value: Any, column_: str, language: str = "en") -> Any:
    """Write what a column of a CSV file holds: a unit, a verdict, yes or no; anything else as it is.

    >>> cell("not met", "verdict", "sv"), cell(True, "met", "sv"), cell("Byn", "name", "sv"), cell("met", "verdict")
    ('inte nått', 'ja', 'Byn', 'met')
    """
    if language == ENGLISH.code:
        return value
    if isinstance(value, bool):
        return say("value_yes" if value else "value_no", language)
    if not isinstance(value, str) or not value:
        return value
    if column_ == "name":
        return area(value, language)
    if column_ == "unit":
        return nouns(value, language)
    key = ("verdict_" if column_ == "verdict" else "value_") + value
    coded = column_ in {"verdict", "level", "reach_to", "reach_along"}
    return (
        LANGUAGES[language].words.get(key, LANGUAGES[language].page.get(key, value))
        if coded
        else value
    )


def verdict_word(key: str, language: str = "en") -> str:
    """Write a verdict in a table.

    >>> verdict_word("not met", "sv")
    'inte nått'
    """
    return say(f"verdict_{key}", language)


def problem(key: str, unit: str, language: str = "en", crs: str = "") -> str:
    """Describe a problem of the data, and the CRS that the data seems to be in.

    >>> problem("no_count", "inhabitants", "sv"), problem("far_from_areas", "", crs="EPSG:3011")[-40:]
    ('adresser med 0 invånare', 'outside all areas (would fit: EPSG:3011)')
    """
    said = say(f"problem_{key}", language, **(in_unit(unit, language) if unit else {}))
    return say("would_fit", language, problem=said, crs=crs) if crs else said


def cause(key: str, unit: str, language: str = "en") -> str:
    """Name a cause of a change in a table.

    >>> cause("removed_reached", "households"), cause("new_not_reached", "inhabitants", "sv")
    ('Households gone, within reach', 'Nya invånare, utom räckhåll')
    """
    return say(f"label_{key}", language, **in_unit(unit, language))


def classes(breaks: Sequence[Fraction], language: str = "en") -> list[str]:
    """Write the classes between the breaks, and from the last break to 100, in percent.

    >>> classes([Fraction(0), Fraction(1, 2), Fraction(9, 10)])
    ['0\N{EN DASH}<50', '50\N{EN DASH}<90', '90\N{EN DASH}100']
    >>> classes([Fraction(0), Fraction(17, 20), Fraction(1)])
    ['0\N{EN DASH}<85', '85\N{EN DASH}<100', '100']
    """
    bounds = [*breaks, Fraction(1)]
    shown: list[str] = []
    for figures in range(4, 17):  # as many digits as tell the bounds apart
        shown = [number(f"{float(100 * bound):.{figures}g}", language) for bound in bounds]
        if len(set(shown)) == len(set(bounds)):
            break
    labels = [f"{low}\N{EN DASH}<{high}" for low, high in itertools.pairwise(shown)]
    last = shown[-1] if bounds[-2] == 1 else f"{shown[-2]}\N{EN DASH}{shown[-1]}"
    return [*labels[:-1], last]


def source(reach: Reach, language: str = "en") -> str:
    """Say where a definition comes from."""
    return say("source", language, source=definition_source(reach, language))


def definition_name(reach: Reach, language: str = "en") -> str:
    """Name a definition: an official one in the language, one of your own as it is.

    >>> definition_name(DEFINITIONS["PTS_GRID"], "sv"), definition_name(Reach(30, name="Decision 41"), "sv")
    ('PTS rutor, till 2014', 'Decision 41')
    """
    key = _official(reach)
    return say("name_" + key, language) if key else reach.name


def definition_source(reach: Reach, language: str = "en") -> str:
    """Name the source of a definition, likewise.

    >>> definition_source(Reach(30, source="The council"), "sv")
    'The council'
    """
    key = _official(reach)
    return say("source_" + key, language) if key else reach.source


def _official(reach: Reach) -> str:
    """Find the key of the official definition that this is; empty if it is none."""
    return next((key for key, each in DEFINITIONS.items() if reach == each), "")


def notebook(line: str, table: str) -> str:
    """Make a notebook's view of a result: its line, escaped, and a table that is markup already."""
    return f"<p><strong>{html.escape(line)}</strong></p>{table}"


def sentence(words: str) -> str:
    """Make a sentence of words: a capital first, a full stop last.

    >>> sentence("the 90 % target is met")
    'The 90 % target is met.'
    """
    return f"{words[:1].upper()}{words[1:]}."
