"""What a language is: how it writes numbers, counts and tables, and all its words."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Language:
    """A language that results can be read in; adding one touches its own file alone.

    Attributes
    ----------
    code
        Its BCP 47 code, such as "sv": what `language=` takes.
    name
        What its speakers call it.
    locale
        The locale by which a browser writes and sorts.
    decimal, thousands
        The signs in numbers.
    dash
        The sign between the ends of a range.
    minus
        The sign before a negative number.
    separator
        What separates the fields of a CSV file, for the spreadsheets of its speakers.
    plural
        The form that a number takes: `"one"` or `"other"`, or any name that the language has; the
        words of a count have a key for each, such as `"household_one"`.
    words
        The words of results, by key.
    page
        The words of the map's page, which are of use elsewhere too.
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
        """Return the words of a key, of results or of the page."""
        return self.words[key] if key in self.words else self.page[key]

    def number(self, text: str) -> str:
        """Write a number that has commas between thousands and a decimal point."""
        signs = {ord(","): self.thousands, ord("."): self.decimal, ord("-"): self.minus}
        return text.translate(signs)


def one_or_other(number: int) -> str:
    """Name the form of a count in English, Swedish and their like."""
    return "one" if number == 1 else "other"
