"""Each recorded site is weighed once per test session."""

from functools import cache
from pathlib import Path

import pytest

from bench.accuracy import Result, measure


@cache
def _measured(folder: Path) -> dict[str, Result]:
    return {result.capture: result for result in measure(folder)}


@pytest.fixture(scope="session")
def site(captures):
    """Give the results of a site by name, by capture."""
    return lambda name: _measured(captures / name)
