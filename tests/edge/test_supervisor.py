"""What the edge does when it cannot start, and what it tells the service manager."""

import pytest

from contract.faults import EXIT_REJECTED, EXIT_RESTART, StopError
from edge.exit_code import exit_code_of


@pytest.mark.parametrize("code", ["disk-full", "disk-failing", "outbox-in-use", "outbox-unopenable", "thread-ended"])
def test_what_a_fresh_start_may_cure_asks_for_one(code):
    assert exit_code_of(StopError(code, "outbox", "is in trouble")) == EXIT_RESTART


@pytest.mark.parametrize("code", ["channel-missing", "rate-differs", "key-permissions", "calibration-sensors", "outbox-newer"])
def test_what_only_a_person_can_mend_stays_down(code):
    assert exit_code_of(StopError(code, "station.toml", "is wrong")) == EXIT_REJECTED
