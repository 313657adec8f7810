"""An office over each kind of database."""

from pathlib import Path

import pytest

from tests.central.bench import Bench
from tests.central.review.office import Office


@pytest.fixture
def office(bench: Bench) -> Office:
    """Give an office on either database whose station is published."""
    made = Office(bench)
    made.publish()
    return made


@pytest.fixture
def sqlite_office(sqlite_bench: Bench, tmp_path: Path) -> Office:
    made = Office(sqlite_bench)
    made.publish()
    return made
