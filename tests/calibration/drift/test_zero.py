"""The zero of a channel: it may follow the temperature, it may not jump, wander off or stand still."""

import numpy as np
import pytest

from calibration.drift.regressors import of_zero
from calibration.drift.sums import Day, Sums
from calibration.drift.zero import zero_findings
from tests.calibration.drift.traffic import sight_with, temperature

SIGHT = sight_with(2)
CHANNELS = len(SIGHT.sensors)


def days_of(moved, *, days=30, seed=1, noise_kg=1.0):
    """Look at the zeros 480 times a day; `moved` (hours, channels) is added to what follows the temperature."""
    rng = np.random.default_rng(seed)
    found = []
    for number in range(days):
        when = number + np.arange(480) / 480
        pavement_c = temperature(when)
        day_kg = rng.normal(0.0, 3.0, CHANNELS)
        zero_kg = 120.0 + 2.0 * (pavement_c - 20.0)[:, None] + day_kg + rng.normal(0.0, noise_kg, (480, CHANNELS)) + moved(when)
        found.append(Day.none(number, len(SIGHT.contrast), CHANNELS))
        found[-1] = Day(number, found[-1].compared, found[-1].steering, Sums.of(of_zero(pavement_c), zero_kg, np.ones(480)))
    return found


def alarms(days):
    return [(str(one.subject.kind), one.subject.name) for one in zero_findings(SIGHT, days) if one.alarm]


def nothing(when):
    return np.zeros((when.size, CHANNELS))


def channel(number):
    return np.eye(CHANNELS)[number]


def test_a_zero_that_follows_the_temperature_is_sound():
    assert alarms(days_of(nothing, days=200)) == []


@pytest.mark.parametrize("kg", [120.0, -120.0])
def test_a_zero_that_jumps_and_stays_is_named(kg):
    found = zero_findings(SIGHT, days_of(lambda when: kg * (when >= 25.0)[:, None] * channel(2)))
    (alarm,) = [one for one in found if one.alarm]
    assert (alarm.subject.name, alarm.change.since) == (SIGHT.sensors[2], 25)
    assert alarm.change.now == pytest.approx(kg, abs=15.0)


def test_a_zero_that_wanders_off_is_named():
    assert alarms(days_of(lambda when: 10.0 * np.maximum(when - 15.0, 0.0)[:, None] * channel(1))) == [("zero", SIGHT.sensors[1])]


def test_a_zero_that_moves_little_is_none():
    assert alarms(days_of(lambda when: 20.0 * (when >= 20.0)[:, None] * channel(1))) == []


def test_a_zero_that_stands_still_is_named_with_its_first_day():
    days = days_of(nothing)
    for day in days[27:]:
        day.zero.wy[0] = 130.0 * day.zero.w
        day.zero.wyy[0, 0] = 130.0**2 * day.zero.w
    found = [one for one in zero_findings(SIGHT, days) if one.alarm]
    assert [(str(one.subject.kind), one.subject.name, one.change.since) for one in found] == [("zero-still", SIGHT.sensors[0], 27)]


def test_days_that_did_not_look_at_the_zero_say_nothing():
    assert zero_findings(SIGHT, [Day.none(number, len(SIGHT.contrast), CHANNELS) for number in range(10)]) == ()
