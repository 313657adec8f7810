"""An office whose cases can be printed, with its pages' templates."""

import pytest

from central.evidence.aggregates.calendar import CHINA_STANDARD_TIME
from central.web.pages import Pages, make_pages
from tests.central.bench import Bench
from tests.central.review.office import Office


@pytest.fixture(scope="session")
def pages() -> Pages:
    return make_pages(CHINA_STANDARD_TIME)


@pytest.fixture
def office(sqlite_bench: Bench) -> Office:
    made = Office(sqlite_bench)
    made.publish(office="Highway bureau 公路局")
    return made
