"""What the measurements of one job share: files are read once, and drops measured once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, ParamSpec, TypeVar

import typer

import fibercov as fc
from fibercov.errors import ArgumentError
from fibercov.measure.ends import FREE_TO_M

_P = ParamSpec("_P")
_T = TypeVar("_T")


@dataclass(eq=False)
class Kept:
    """What was read, by how it was read, and what was measured, by what it was measured from."""

    read: dict[str, Any] = field(default_factory=dict)
    measured: dict[tuple[object, ...], list[fc.Coverage]] = field(default_factory=dict)

    @classmethod
    def of(cls, job: typer.Context) -> Kept:
        """Return what the measurements of a job have kept so far."""
        kept: Kept = job.meta.setdefault(__name__, cls())
        return kept

    def once(self, read: Callable[_P, _T], /, *given: _P.args, **named: _P.kwargs) -> _T:
        """Return what a function reads, or has read with the same arguments before: texts, paths and such."""
        key = repr((read.__name__, given, named))
        if key not in self.read:
            self.read[key] = read(*given, **named)
        found: _T = self.read[key]
        return found

    def coverage(
        self,
        *data: object,
        reach: fc.Reach,
        unit: Sequence[str] | None,
        measure: Callable[[], fc.Coverage],
    ) -> fc.Coverage:
        """Measure, unless drops that serve were measured from the same data; it is kept, so that `id` is its name."""
        earlier = self.measured.setdefault(tuple(map(_same, data)), [])
        for made in earlier:
            if _would_measure_alike(made, reach):
                try:
                    found = made.at(reach)
                except ArgumentError:  # it needs drops that were not measured
                    continue
                return found if unit is None else found.of(unit)
        earlier.append(measure())
        return earlier[-1]


def _same(data: object) -> object:
    """Name data: a frame by which one it is, all else by what it says."""
    return data if isinstance(data, str | None) else id(data)


def _would_measure_alike(made: fc.Coverage, reach: fc.Reach) -> bool:
    """Tell whether measuring under a definition would make the very columns of a measurement.

    RULE: where drops end at connected premises, a network may stand in for these. Past barriers, they are looked for
    as far as the definition asks.
    """
    free_to_m = made.drop_columns.free_to_m
    return made.reach.to in {"network", reach.to} and free_to_m in {
        None,
        max(FREE_TO_M, reach.metres),
    }
