"""The definition of within reach."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
import pytest

import fibercov as fc
from fibercov.reach import DEFINITIONS, as_reach


def test_metres_become_a_definition_without_a_name() -> None:
    assert as_reach(50) == fc.Reach(50)
    assert as_reach(np.float64(50)) == fc.Reach(50)


def test_a_definition_stays_as_it_is() -> None:
    reach = fc.Reach(20, name="Homes passed", source="Decision 2018/41")
    assert as_reach(reach) is reach


def test_reads_as_a_definition() -> None:
    assert str(fc.Reach(1000)) == "within 1,000 m of fiber"
    assert (
        str(fc.Reach(152.4, name="Drop", feature="a cable")) == "within 152.4 m of a cable (Drop)"
    )


def test_every_named_definition_is_public_under_its_name() -> None:
    for name, reach in DEFINITIONS.items():
        assert getattr(fc, name) is reach
    public = {name for name in fc.__all__ if isinstance(getattr(fc, name), fc.Reach)}
    assert public == {*DEFINITIONS}


def test_is_frozen_and_compares_by_value() -> None:
    assert fc.Reach(50) == fc.Reach(50.0)
    assert len({fc.Reach(50), fc.Reach(50), fc.Reach(51)}) == 2
    with pytest.raises(dataclasses.FrozenInstanceError):
        fc.Reach(50).metres = 60  # type: ignore[misc]  # what is tested


@pytest.mark.parametrize("metres", [0, -50, float("nan"), float("inf")])
def test_must_be_metres_above_0(metres: float) -> None:
    with pytest.raises(fc.ArgumentError) as error:
        fc.Reach(metres)
    assert str(error.value) == f"`reach` must be metres above 0, not {metres}."


@pytest.mark.parametrize("metres", ["50", None, True, [50]])
def test_must_be_a_number(metres: Any) -> None:
    with pytest.raises(fc.ArgumentError, match="`reach` must be metres above 0, not"):
        fc.Reach(metres)


@pytest.mark.parametrize("field", ["name", "to", "feature", "source"])
def test_its_words_must_be_text(field: str) -> None:
    with pytest.raises(fc.ArgumentError, match=f"`{field}` of a Reach must be a text, not 7"):
        fc.Reach(50, **{field: 7})  # type: ignore[arg-type]  # what is tested


def test_what_it_is_measured_to_is_one_of_two() -> None:
    with pytest.raises(fc.ArgumentError) as error:
        fc.Reach(50, to="a cabinet")
    assert str(error.value) == (
        "`to` of a Reach must be 'network' or 'connected', not 'a cabinet'. Say what the drop ends at "
        "with feature='a cabinet'."
    )
