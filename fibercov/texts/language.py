"""A language: how it writes numbers, counts and tables, and all its words."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Language:
    """A language for results: all that is particular to it is in this record.

    Attributes
    ----------
    code
        Its BCP 47 code, such as "sv", for `language=`.
    name
        Its name in the language itself.
    locale
        The locale that a browser uses to write and sort.
    decimal, thousands
        The separators in numbers.
    dash
        The sign between the bounds of a range.
    minus
        The sign before a negative number.
    separator
        The separator of fields in a CSV file for spreadsheets in this language.
    plural
        A function that names the plural form for a number, such as `"one"` or `"other"`. The words of
        a count have a key for each form, such as `"household_one"`.
    words
        The words of results, by key.
    page
        The words of the map's page; some are used elsewhere, too.
    """

    code: str
    name: str
    locale: str
    decimal: str
    thousands: str
    dash: str
    minus: str
    separator: str
    plural: Callable[[int], str] = field(repr=False)
    words: Mapping[str, str] = field(repr=False)
    page: Mapping[str, str] = field(repr=False)

    def word(self, key: str) -> str:
        """Return the words of a key, from `words` or `page`."""
        return self.words[key] if key in self.words else self.page[key]

    def number(self, text: str) -> str:
        """Write a number that has commas between thousands and a decimal point in this language."""
        signs = {ord(","): self.thousands, ord("."): self.decimal, ord("-"): self.minus}
        return text.translate(signs)


def one_or_other(number: int) -> str:
    """Name the plural form for a number in English, Swedish and languages like them."""
    return "one" if number == 1 else "other"
