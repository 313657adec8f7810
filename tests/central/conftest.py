"""A central over each kind of database, without broker or web server: what most tests of it need."""

import itertools
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from tests.central.bench import Bench, open_bench
from tests.postgres import new_database, running_postgres

_NUMBER = itertools.count(1)


@pytest.fixture(scope="session")
def postgres_cluster() -> Iterator[str]:
    with running_postgres() as url:
        yield url


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.system("postgres"))])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'central.db'}"
    return new_database(request.getfixturevalue("postgres_cluster"), f"wim_{next(_NUMBER)}")


@pytest.fixture
def bench(database_url: str, tmp_path: Path) -> Iterator[Bench]:
    """Give a central on either database with one enrolled station."""
    with open_bench(tmp_path, database_url) as bench:
        yield bench


@pytest.fixture
def sqlite_bench(tmp_path: Path) -> Iterator[Bench]:
    """Give a central on SQLite with one enrolled station."""
    with open_bench(tmp_path, f"sqlite:///{tmp_path / 'central.db'}") as bench:
        yield bench


@pytest.fixture(scope="session")
def other_key() -> Ed25519PrivateKey:
    return Ed25519PrivateKey.generate()
