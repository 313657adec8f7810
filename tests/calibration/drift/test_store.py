"""Days on disk: what was put comes back after a restart, the oldest go, what is damaged is told and left out."""

import os
import signal
import sqlite3
import subprocess
import sys

import pytest

from calibration.drift.store import KEPT_DAYS, DayStore, read_days
from calibration.drift.sums import Day
from contract.faults import RejectError, RetryError
from tests.calibration.drift.traffic import Traffic, sight_with

SIGHT = sight_with(2)


def empty(number):
    return Day.none(number, len(SIGHT.contrast), len(SIGHT.sensors))


def test_days_come_back_after_a_restart_by_lane_and_calibration(tmp_path):
    path = tmp_path / "drift.sqlite"
    days = Traffic(SIGHT, 1, per_day=20).days(5, 8)
    store = DayStore(path)
    for day in days:
        store.put(1, "first", day)
    store.put(1, "second", empty(8))
    store.put(2, "first", empty(5))
    store.put(1, "first", days[0] + days[0])
    store.close()
    again = DayStore(path)
    found, damaged = again.days(1, "first")
    again.close()
    assert damaged == []
    assert [day.number for day in found] == [5, 6, 7]
    assert found[0].compared.number == 40
    assert read_days(path, 1, None)[1] == "second"
    assert [day.number for day in read_days(path, 1, "first")[0]] == [5, 6, 7]


def test_the_oldest_days_of_a_lane_are_forgotten(tmp_path):
    store = DayStore(tmp_path / "drift.sqlite")
    body = empty(0)
    for number in range(KEPT_DAYS + 5):
        store.put(1, "first" if number < 10 else "second", Day(number, body.compared, body.steering, body.zero))
    kept = [day.number for name in ("first", "second") for day in store.days(1, name)[0]]
    store.close()
    assert kept == list(range(5, KEPT_DAYS + 5))


def test_a_damaged_day_is_left_out_and_told(tmp_path):
    path = tmp_path / "drift.sqlite"
    store = DayStore(path)
    for number in (1, 2, 3):
        store.put(1, "c", empty(number))
    store.close()
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE day SET body = x'00' WHERE number = 2")
    connection.close()
    again = DayStore(path)
    found, damaged = again.days(1, "c")
    again.close()
    assert [day.number for day in found] == [1, 3]
    assert [error.code for error in damaged] == ["drift-day-damaged"]


@pytest.mark.parametrize("content", [b"", b"SQLite format 3\x00 but not really", b"time_s,speed\n"])
def test_a_file_that_is_none_is_refused(tmp_path, content):
    path = tmp_path / "drift.sqlite"
    path.write_bytes(content)
    with pytest.raises(RejectError, match=r"drift\.sqlite"):
        read_days(path, 1, None)


def test_a_path_that_cannot_be_written_is_to_be_tried_again(tmp_path):
    with pytest.raises(RetryError, match="in memory only"):
        DayStore(tmp_path / "missing" / "drift.sqlite")


KILLED = """
import sys
from pathlib import Path
from calibration.drift.store import DayStore
from calibration.drift.sums import Day
store = DayStore(Path(sys.argv[1]))
for number in range(10_000):
    store.put(1, "c", Day.none(number, 3, 4))
    print(number, flush=True)
"""


def test_what_was_put_survives_a_kill(tmp_path):
    path = tmp_path / "drift.sqlite"
    child = subprocess.Popen([sys.executable, "-c", KILLED, str(path)], stdout=subprocess.PIPE, text=True)
    said = [int(child.stdout.readline()) for _ in range(7)]
    os.kill(child.pid, signal.SIGKILL)
    said += [int(line) for line in child.stdout.read().split()]
    child.wait()
    child.stdout.close()
    found, _ = read_days(path, 1, "c")
    assert [day.number for day in found][: len(said)] == said
    assert len(found) <= len(said) + 1
