"""Messages that name arguments as in a script, or as the command line's options.

Values from the user go into a message as they are and are never taken for names of arguments.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeAlias

Options = Mapping[str, str]  # by argument, or by function and argument: read_areas.crs


class Words:
    """Words with places in braces, for the values given by name or else for arguments of that name.

    >>> words = Words("Leave {crs} out of {file}, or give {both}.", file="`crs`.csv", both=Call(crs=3006, id=COLUMN))
    >>> print(words)
    Leave `crs` out of `crs`.csv, or give crs=3006, id=COLUMN.
    >>> words.worded({"crs": "--network-crs", "id": "--id"})
    'Leave `--network-crs` out of `crs`.csv, or give --network-crs 3006 --id COLUMN.'
    """

    def __init__(self, template: str, **given: object) -> None:
        self.template, self.given = template, given

    def __str__(self) -> str:
        return self.worded(None)

    def worded(self, options: Options | None) -> str:
        """Write the text with the names of options; with those of arguments if `options` is None."""
        given = {name: worded(value, options) for name, value in self.given.items()}
        return self.template.format_map(_Places(given, options or {}))


class _Places(dict[str, str]):
    """The values given, and for any other name the argument of that name."""

    def __init__(self, given: Mapping[str, str], options: Options) -> None:
        super().__init__(given)
        self.options = options

    def __missing__(self, name: str) -> str:
        return f"`{self.options.get(name, name)}`"


class Call:
    """Arguments with values as one types them, and the function that takes them if that matters."""

    def __init__(self, reader: str = "", /, **arguments: object) -> None:
        self.reader, self.arguments = reader, arguments

    def worded(self, options: Options | None) -> str:
        """Write the keywords of a call, or the options if there are any."""
        if options is None:
            typed = ", ".join(f"{name}={value!r}" for name, value in self.arguments.items())
            return f"{self.reader}(..., {typed})" if self.reader else typed
        said = []
        for name, value in self.arguments.items():
            said.append(options.get(f"{self.reader}.{name}", options.get(name, name)))
            if value is not True:
                said.append(
                    ",".join(map(str, value)) if isinstance(value, tuple | list) else str(value)
                )
        return " ".join(said)


class Script:
    """Words that make sense only in a script."""

    def __init__(self, text: str) -> None:
        self.text = text

    def worded(self, options: Options | None) -> str:
        """Write the words, or nothing if there are options."""
        return self.text if options is None else ""


class Blank(str):
    """A word in capitals, to replace with one of your own."""

    __slots__ = ()

    def __repr__(self) -> str:
        return str(self)


COLUMN, CRS = Blank("COLUMN"), Blank("CRS")
Sentence: TypeAlias = str | Words
Sentences: TypeAlias = Sentence | list[Sentence]


def worded(words: object, options: Options | None) -> str:
    """Write words with the names of options, a list joined by spaces; anything else as text."""
    if isinstance(words, list):
        return " ".join(filter(None, (worded(each, options) for each in words)))
    return words.worded(options) if isinstance(words, Words | Call | Script) else str(words)
