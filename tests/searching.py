"""Searching plans for a short time, where what is tested holds however long that is."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from fibercov.plan import search


def quickly(**limits: object) -> Callable[..., Any]:
    """A fixture for a module, which needs no naming: the search has these limits in place of its own."""

    @pytest.fixture(scope="module", autouse=True)
    def limited() -> Iterator[None]:
        with pytest.MonkeyPatch.context() as patch:
            for name, value in limits.items():
                patch.setattr(search, name, value)
            yield

    return limited
