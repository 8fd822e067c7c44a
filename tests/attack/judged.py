"""What an attack can come to."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path

RIGHT = "right"
REFUSED = "FibercovError"
UNDETECTABLE = "undetectable"  # another value where no reader can tell that it is one
WRONG = "wrong result"
ELSE = "anything else"  # another error, a crash, a hang, too much memory, a trace that is left
FINDINGS = (WRONG, ELSE)
OUTCOMES = (RIGHT, REFUSED, UNDETECTABLE, *FINDINGS)

# Makes an input in a folder that is its own, and says RIGHT or UNDETECTABLE, or raises.
Attack = Callable[[random.Random, Path], str]


class WrongResult(Exception):  # noqa: N818 - what is raised is a finding
    """A result that is not that of the input."""


class Trace(Exception):  # noqa: N818 - as WrongResult
    """Something that no input may bring about: a file written, a host asked, a file left over."""


def expect(holds: bool, *said: object) -> None:  # noqa: FBT001 - it reads as assert does
    """Raise unless the result is right."""
    if not holds:
        raise WrongResult(*said)
