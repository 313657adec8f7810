import pytest

from tests.firmware_sims.rig import Bench, Core


@pytest.fixture
def core():
    return Core()


@pytest.fixture
def bench(tmp_path):
    bench = Bench(tmp_path)
    yield bench
    bench.close()
