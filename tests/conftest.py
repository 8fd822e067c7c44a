"""Fixtures that several test files share."""

from __future__ import annotations

import os
from datetime import date
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

import fibercov as fc

# Machines are shared: how long one example takes says nothing about the code.
settings.register_profile(
    "default", max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.register_profile("nightly", settings.get_profile("default"), max_examples=2000)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "default"))

SHARED = Path(__file__).parents[2] / "shared" / "data"


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder with real data, which is not part of the project."""
    if not SHARED.is_dir():
        pytest.skip("real data (../shared/data) is not on this machine")
    return SHARED


@pytest.fixture(scope="session")
def demo() -> fc.Demo:
    return fc.load_demo()


@pytest.fixture(scope="session")
def demo_coverage(demo: fc.Demo) -> fc.Coverage:
    return fc.measure_coverage(
        demo.premises, demo.network, reach=50, planned=demo.planned, as_of=demo.as_of
    )


@pytest.fixture(scope="session")
def years() -> list[fc.Coverage]:
    """The synthetic municipality, 2016 to 2020."""
    found = []
    for year in range(2016, 2021):
        made = fc.load_demo(as_of=date(year, 10, 1))
        found.append(
            fc.measure_coverage(
                made.premises, made.network, reach=50, planned=made.planned, as_of=made.as_of
            )
        )
    return found
