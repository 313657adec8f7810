"""An office over each kind of database."""

import pytest

from tests.central.bench import Bench
from tests.central.review.office import Office


@pytest.fixture
def office(bench: Bench) -> Office:
    made = Office(bench)
    made.publish()
    return made
