import pytest

from plate_reader.brake import PAIRS_MAX, WINDOW_S, WRONG_MAX, Brake


class Clock:
    now_s = 1_000.0

    def __call__(self):
        return self.now_s


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def brake(clock):
    return Brake(clock)


def test_the_pair_that_guesses_waits_and_nobody_else(brake):
    for tried in range(WRONG_MAX):
        assert brake.wait_s("front", "192.0.2.7") == 0, tried
        brake.wrong("front", "192.0.2.7")
    assert brake.wait_s("front", "192.0.2.7") == WINDOW_S
    assert brake.wait_s("front", "192.0.2.8") == 0
    assert brake.wait_s("rear", "192.0.2.7") == 0


def test_the_wait_ends_when_the_oldest_wrong_login_is_past(brake, clock):
    for _ in range(WRONG_MAX):
        brake.wrong("front", "192.0.2.7")
        clock.now_s += 1
    assert brake.wait_s("front", "192.0.2.7") == WINDOW_S - WRONG_MAX
    clock.now_s += WINDOW_S - WRONG_MAX
    assert brake.wait_s("front", "192.0.2.7") == 0
    brake.wrong("front", "192.0.2.7")
    assert brake.wait_s("front", "192.0.2.7") > 0


def test_many_addresses_do_not_fill_the_memory(brake):
    for number in range(PAIRS_MAX + 10):
        brake.wrong("front", str(number))
    assert len(brake._wrong) == PAIRS_MAX
    assert ("front", "0") not in brake._wrong
