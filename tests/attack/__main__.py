"""Run the attacks, and print what they came to."""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console
from rich.table import Table

from .judged import FINDINGS, OUTCOMES
from .kinds import ATTACKS, CASES
from .pool import Case, run

FOUND = Path("attack-findings")
_SHOWN = 10  # findings of each kind; all are kept


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the attacks; 1 if there is a wrong result, or anything else than a result or an error."""
    parser = argparse.ArgumentParser(prog="python -m tests.attack", description=__doc__)
    parser.add_argument(
        "--minutes", type=float, default=60, help="about how long; 0: one case each"
    )
    parser.add_argument("--seed", type=int, default=0, help="that of the first case of each kind")
    parser.add_argument("--only", choices=ATTACKS, metavar="KIND", help=", ".join(ATTACKS))
    asked = parser.parse_args(arguments)
    cases = [
        Case(kind, asked.seed + number)
        for kind in ([asked.only] if asked.only else ATTACKS)
        for number in range(max(1, round(CASES[kind] * asked.minutes / 60)))
    ]
    counts = Counter[tuple[str, str]]()
    console = Console(width=120, highlight=False)
    with tempfile.TemporaryDirectory() as work:
        for case, came in run(ATTACKS, cases, Path(work), FOUND, len(os.sched_getaffinity(0))):
            counts[case.kind, came.came_to] += 1
            if came.came_to in FINDINGS and counts[case.kind, came.came_to] <= _SHOWN:
                last = came.why.strip().rpartition("\n")[2]
                console.print(
                    f"{case.kind} {case.seed}: {came.came_to}: {last[:300]}", markup=False
                )
    console.print(_table(counts))
    return int(any(counts[kind, finding] for kind in ATTACKS for finding in FINDINGS))


def _table(counts: Counter[tuple[str, str]]) -> Table:
    table = Table("attack", "inputs", *OUTCOMES)
    for kind in [kind for kind in ATTACKS if any(kind == of for of, _ in counts)]:
        each = [counts[kind, outcome] for outcome in OUTCOMES]
        table.add_row(kind, f"{sum(each):,}", *(f"{count:,}" for count in each))
    each = [sum(n for (_, of), n in counts.items() if of == outcome) for outcome in OUTCOMES]
    table.add_row("all", f"{sum(each):,}", *(f"{count:,}" for count in each))
    return table


if __name__ == "__main__":
    sys.exit(main())
