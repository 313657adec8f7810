"""What is named, and what is not taken for drift."""

import numpy as np
import pytest

from calibration.drift.change import RAMP
from calibration.drift.judge import LEAST, judge
from contract.topics import DriftKind
from tests.calibration.drift.traffic import Traffic, ramp, share_of, sight_with, step

SIGHT = sight_with(3)


def alarms(sight, days):
    return [(str(one.subject.kind), one.subject.name) for one in judge(sight, days).alarms]


@pytest.mark.parametrize(
    ("kind", "name", "size"),
    [
        ("row", "2", 0.02),
        ("row", "3", -0.02),
        ("sensor", "R1L", 0.02),
        ("sensor", "R2R", -0.02),
        ("side", "left", 0.03),
        ("all", "all", -0.03),
    ],
)
def test_a_step_is_named_with_its_size_and_its_day(kind, name, size):
    drift = step(share_of(SIGHT, kind, name), since=25, size=size)
    judgement = judge(SIGHT, Traffic(SIGHT, 3, per_day=1_000, drift=drift).days(0, 30))
    (alarm,) = judgement.alarms
    assert (str(alarm.subject.kind), alarm.subject.name) == (kind, name)
    assert alarm.change.now == pytest.approx(size, abs=4 * alarm.change.now_u)
    assert abs(alarm.change.since - 25) <= 1
    course = judgement.courses[judgement.findings.index(alarm)]
    assert course[26:].mean() - course[:25].mean() == pytest.approx(size, abs=0.006)


def test_a_slow_drift_is_named_with_its_rate():
    drift = ramp(share_of(SIGHT, "row", "1"), since=20, per_week=0.01)
    (alarm,) = judge(SIGHT, Traffic(SIGHT, 8, drift=drift).days(0, 30)).alarms
    assert (alarm.subject.kind, alarm.subject.name, alarm.change.course) == (DriftKind.ROW, "1", RAMP)
    rate, rate_u = alarm.per_week
    assert rate == pytest.approx(0.01, abs=4 * rate_u + 0.001)
    assert alarm.change.since_span[0] - 1 <= 20 <= alarm.change.since_span[1] + 1


def test_two_changes_are_told_apart():
    one, other = share_of(SIGHT, "row", "1"), share_of(SIGHT, "sensor", "R2R")
    both = lambda days: step(one, since=15, size=0.02)(days) + step(other, since=25, size=-0.03)(days)  # noqa: E731
    assert sorted(alarms(SIGHT, Traffic(SIGHT, 5, drift=both).days(0, 32))) == [("row", "1"), ("sensor", "R2R")]


def test_a_year_of_seasons_and_days_is_no_drift():
    per_k = np.array([2.0, -1.5, -2.0, 1.0, 0.5, -2.5]) * 1e-4 - 3e-4
    days = Traffic(SIGHT, 21, per_day=300, per_k=per_k).days(0, 365)
    for upto in range(10, 366, 15):
        assert alarms(SIGHT, days[:upto]) == [], f"day {upto}"


def test_a_season_is_not_told_from_a_small_drift_where_nobody_knows_the_temperature():
    per_k = np.array([2.0, 2.0, -1.0, -1.0, 0.0, 0.0]) * 1e-4
    days = Traffic(SIGHT, 22, per_day=500, per_k=per_k, knows_temperature=False).days(60, 120)
    judgement = judge(SIGHT, days)
    assert not judgement.temperature_known
    assert judgement.alarms == ()
    large = step(share_of(SIGHT, "row", "2"), since=100, size=0.03)
    assert ("row", "2") in alarms(SIGHT, Traffic(SIGHT, 23, drift=large, knows_temperature=False).days(60, 120))


def test_a_change_too_small_to_count_is_seen_and_is_no_alarm():
    drift = step(share_of(SIGHT, "row", "2"), since=30, size=0.6 * LEAST[DriftKind.ROW])
    judgement = judge(SIGHT, Traffic(SIGHT, 6, drift=drift).days(0, 90))
    row = next(one for one in judgement.findings if (one.subject.kind, one.subject.name) == (DriftKind.ROW, "2"))
    assert row.change.sure > 0.9
    assert judgement.alarms == ()


@pytest.mark.parametrize(("rows", "sides"), [(2, 1), (1, 2), (1, 1), (8, 2)])
def test_every_layout_is_judged(rows, sides):
    sight = sight_with(rows, sides=sides)
    judgement = judge(sight, Traffic(sight, 9, per_day=200).days(0, 20))
    assert len(judgement.findings) == len(sight.subjects)
    assert judgement.alarms == ()
    assert judgement.courses.shape == (len(sight.subjects), 20)


def test_a_station_without_tractors_or_with_a_single_day_is_judged():
    traffic = Traffic(SIGHT, 10, per_day=100)
    assert judge(SIGHT, traffic.days(0, 1)).alarms == ()
    assert judge(SIGHT, []).findings == ()
