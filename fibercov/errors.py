"""What can go wrong, as a tree.

::

    FibercovError
    ├── FileError          a file or layer that is missing, or cannot be read or written; an OSError
    ├── ColumnError        a column that is missing, or values in it that cannot be right
    ├── GeometryError      geometries that are missing, of a kind that cannot be measured, or overlapping
    ├── CRSError           a CRS that is missing, that the coordinates contradict, or that cannot give metres
    ├── ArgumentError      an argument outside what it can be; a ValueError
    └── MissingExtraError  an extra of fibercov's that is not installed; an ImportError

Every message names the argument, the value that was seen and the way out, and the error carries them.
Catch `FibercovError` to catch them all.
"""

from __future__ import annotations

from typing import Any, Self

from fibercov.wording import Options, Sentence, Sentences, worded


class FibercovError(Exception):
    """Something that fibercov was given cannot be right; the message says what to do.

    Attributes
    ----------
    argument : str or None
        The argument that the message begins with; None if it begins with none.
    seen : str or None
        The value that was seen, as the message quotes it; None if it quotes no single one.
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
        """What to do; empty if that goes without saying."""
        return worded(self._way_out, None)

    def adding(self, way_out: Sentence) -> Self:
        """The error with another sentence in its way out."""
        told = [worded(self._way_out, None), way_out]
        return type(self)(self.argument, self._problem, told, seen=self.seen)

    def calling(self, names: Options) -> None:
        """Have arguments called so on the command line, unless they have such a name already."""
        self._called = {**names, **self._called}

    def worded(self, options: Options) -> str:
        """The message with options in the place of arguments."""
        return self._worded({**options, **self._called})

    def _worded(self, options: Options | None) -> str:
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
    """An argument is outside what it can be."""


class MissingExtraError(FibercovError, ImportError):
    """What was asked for needs an extra of fibercov's that is not installed."""
