"""Premises as a reader of a map sees them: the same at every date."""

from __future__ import annotations

import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from fibercov.measure.addresses import same_premises

_STEP = st.lists(
    st.tuples(st.integers(0, 1), st.integers(0, 1), st.sampled_from(["", "A 1"])), max_size=6
)


@given(st.lists(_STEP, min_size=1, max_size=3).filter(any))
def test_the_same_place_and_address_in_the_same_turn_is_the_same_premises(
    steps: list[list[tuple[int, int, str]]],
) -> None:
    rows = pd.DataFrame(
        [(*each, step) for step, rows in enumerate(steps) for each in rows],
        columns=["north", "east", "address", "step"],
    )
    keys = [(*each, rows[:turn].count(each)) for rows in steps for turn, each in enumerate(rows)]
    numbers = {key: number for number, key in enumerate(dict.fromkeys(keys))}
    assert same_premises(rows).tolist() == [numbers[key] for key in keys]
