from collections.abc import Iterator

import pytest

from tests.conformance.simulators import Simulators, free_port


@pytest.fixture(scope="module")
def simulators(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Simulators]:
    """Give all devices, running; a test that ends them starts them again."""
    running = Simulators(tmp_path_factory.mktemp("sims"), 2.0, free_port(), free_port())
    running.start()
    yield running
    running.stop()


@pytest.fixture(autouse=True)
def _no_faults_left(simulators: Simulators) -> Iterator[None]:
    """End a test's faults with it."""
    yield
    simulators.ask("clear")
