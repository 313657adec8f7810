"""Pages over SQLite for the tests of this folder."""

from collections.abc import Iterator

import pytest

from tests.central.bench import Bench
from tests.central.web.serving import Site, serving


@pytest.fixture
def site(sqlite_bench: Bench) -> Iterator[Site]:
    with serving(sqlite_bench) as site:
        yield site


@pytest.fixture
def officer(site: Site) -> Site:
    """Give the pages to somebody who is logged in."""
    site.log_in()
    return site
