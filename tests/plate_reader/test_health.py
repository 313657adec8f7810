"""What is said of a camera: its silence, its clock, its time zone; each once, and nothing that is not so."""

import pytest

from contract.plates import PlateRead
from plate_reader.health import Health

NOW_US = 1_772_438_405_123_000
MINUTE_US, HOUR_US = 60_000_000, 3_600_000_000


class Clock:
    now_us = NOW_US

    def __call__(self):
        return self.now_us


def told(delays_us, retransmitted=False):
    """Let events come that are late by these; give health and the codes of its faults."""
    clock = Clock()
    health = Health(clock)
    for number, delay_us in enumerate(delays_us):
        clock.now_us += MINUTE_US
        time_us = clock.now_us - delay_us
        read = PlateRead(camera="front", event_id=str(number), time_us=time_us, text="", confidence=0, retransmitted=retransmitted)
        health.count("front", "read", read)
    state = health.snapshot()
    return state["cameras"]["front"], [fault["code"] for fault in state["faults"]]


@pytest.mark.parametrize("hours", [-14, -8, -1, 0.5, 5.75, 8])
def test_a_clock_that_is_off_by_a_time_zone_is_said_once(hours):
    camera, faults = told([int(-hours * HOUR_US) + 300_000 * n for n in range(6)])
    assert faults == ["camera-time-zone"]
    assert camera["clock_behind_us"] == int(-hours * HOUR_US)


@pytest.mark.parametrize(
    "delays_us",
    [
        [300_000] * 6,
        [-40_000_000] * 6,
        [HOUR_US] * 2,
        [15 * HOUR_US] * 6,
        [HOUR_US + 5 * MINUTE_US] * 6,
        [8 * HOUR_US - 10 * MINUTE_US * n for n in range(6)],
        [300_000, *[8 * HOUR_US] * 5],
    ],
    ids=["in time", "fast", "too few", "farther than any zone", "no zone", "a backlog", "one in time"],
)
def test_what_is_no_time_zone_is_not_said_to_be_one(delays_us):
    assert told(delays_us)[1] == []


def test_resends_say_nothing_of_the_clock():
    camera, faults = told([8 * HOUR_US] * 6, retransmitted=True)
    assert (camera["clock_behind_us"], faults) == (None, [])


def test_silence_is_said_once_and_again_after_it_was_broken():
    clock = Clock()
    health = Health(clock, {"front": 60.0, "rear": None})
    for minutes, expected in ((0.9, 0), (1.1, 1), (5, 1)):
        clock.now_us = NOW_US + int(minutes * MINUTE_US)
        health.look_for_silence()
        assert sum(fault["count"] for fault in health.snapshot()["faults"]) == expected
    assert health.snapshot()["cameras"]["front"]["silent"]
    health.count("front", "keep-alive")
    assert not health.snapshot()["cameras"]["front"]["silent"]
    clock.now_us += 2 * MINUTE_US
    health.look_for_silence()
    (fault,) = health.snapshot()["faults"]
    assert (fault["code"], fault["where"], fault["count"]) == ("camera-silent", "front", 2)
