"""The errors that fibercov raises, as a tree.

::

    FibercovError
    ├── FileError          a file or layer that is missing, or cannot be read or written; an OSError
    ├── ColumnError        a column that is missing, or values in it that cannot be right
    ├── GeometryError      geometries that are missing, of a kind that cannot be measured, or overlapping
    ├── CRSError           a CRS that is missing, that the coordinates contradict, or that cannot give metres
    ├── ArgumentError      an argument that has no allowed value; a ValueError
    └── MissingExtraError  a missing extra of fibercov; an ImportError

Every message names the argument, the value seen and the way out, and the error carries them.
Catch `FibercovError` to catch them all.
"""

from __future__ import annotations

from typing import Any, Self

from fibercov.wording import Options, Sentence, Sentences, worded


class FibercovError(Exception):
    """An input that cannot be right; the message says what to do.

    Attributes
    ----------
    argument : str or None
        The argument that the message begins with; None if it does not begin with one.
    seen : str or None
        The value seen, as the message quotes it; None if it quotes no single value.
    """

    def __init__(
        self,
        argument: str | None,
        problem: Sentence,
        way_out: Sentences = "",
        *,
        seen: str | None = None,
    ) -> None:
        self.argument, self.seen = argument, seen
        self._problem, self._way_out = problem, way_out
        self._called: Options = {}
        super().__init__(self._worded(None))

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (None, self.args[0]), self.__dict__

    @property
    def way_out(self) -> str:
        """What to do; empty if that is obvious."""
        return worded(self._way_out, None)

    def adding(self, way_out: Sentence) -> Self:
        """Copy the error, with another sentence in its way out."""
        told = [worded(self._way_out, None), way_out]
        return type(self)(self.argument, self._problem, told, seen=self.seen)

    def about(self, argument: str) -> Self:
        """Copy the error, for another argument."""
        return type(self)(argument, self._problem, self._way_out, seen=self.seen)

    def naming(self, file: str, name: str) -> Self:
        """Copy the error, with another name for a file in it."""
        said = [worded(each, None).replace(file, name) for each in (self._problem, self._way_out)]
        seen = None if self.seen is None else self.seen.replace(file, name)
        return type(self)(self.argument, *said, seen=seen)

    def calling(self, names: Options) -> None:
        """Give arguments their names on the command line, unless they have one already."""
        self._called = {**names, **self._called}

    def worded(self, options: Options) -> str:
        """Word the message with options instead of arguments."""
        return self._worded({**options, **self._called})

    def _worded(self, options: Options | None) -> str:
        """Word the message, naming arguments as such if `options` is None."""
        said = worded(self._problem, options)
        if self.argument is not None:
            name = (options or {}).get(self.argument, self.argument)
            said = f"`{name}`{'' if said.startswith(':') else ' '}{said}"
        return f"{said} {worded(self._way_out, options)}".rstrip()


class FileError(FibercovError, OSError):
    """A file or layer is missing, or cannot be read or written."""


class ColumnError(FibercovError):
    """A column is missing, or values in it cannot be right."""


class GeometryError(FibercovError):
    """Geometries are missing, of a kind that cannot be measured, or overlapping."""


class CRSError(FibercovError):
    """A CRS is missing, is contradicted by the coordinates, or cannot give metres."""


class ArgumentError(FibercovError, ValueError):
    """An argument has no allowed value."""


class MissingExtraError(FibercovError, ImportError):
    """A function needs an extra of fibercov that is not installed."""
