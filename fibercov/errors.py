"""What can go wrong, as a tree.

::

    FibercovError
    ├── FileError        a file or layer that is missing, or cannot be read or written
    ├── ColumnError      a column that is missing, or values in it that cannot be right
    ├── GeometryError    geometries that are missing, of a kind that cannot be measured, or overlapping
    ├── CRSError         a CRS that is missing, that the coordinates contradict, or that cannot give metres
    └── ArgumentError    an argument outside what it can be

Every message names the argument, the value that was seen and the way out.
Catch `FibercovError` to catch them all.
"""


class FibercovError(Exception):
    """Something that fibercov was given cannot be right; the message says what to do."""


class FileError(FibercovError):
    """A file or layer is missing, or cannot be read or written."""


class ColumnError(FibercovError):
    """A column is missing, or values in it cannot be right."""


class GeometryError(FibercovError):
    """Geometries are missing, of a kind that cannot be measured, or overlapping."""


class CRSError(FibercovError):
    """A CRS is missing, is contradicted by the coordinates, or cannot give metres."""


class ArgumentError(FibercovError):
    """An argument is outside what it can be."""
