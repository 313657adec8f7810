"""Certificates come from the ledger to the lane between vehicles, survive kills, and nothing that is refused changes anything."""

import os
import signal
import sqlite3
from contextlib import closing
from datetime import timedelta

import numpy as np
import pytest

from calibration.certificate import InForce, Ledger
from contract.station import SensorKind, SerialDigitiser
from contract.units import US_PER_S
from edge.certificates import LOOK_S, CertificateDesk
from edge.drivers.base import DeviceStatus, Report, Samples, TimeMark
from edge.lane import LaneRun
from edge.matching.matcher import Matcher
from edge.outbox import Outbox
from edge.time_base import Mark
from tests.calibration.certificate.office import KEYS, NOW, VERIFIED, Office, station
from tests.calibration.flat import flat_calibration
from tests.edge.axles.road import Passing, counts_of, lane_of
from tests.edge.hand_clock import HandClock

LANE = lane_of(SensorKind.PLATE)
DEVICE = SerialDigitiser(driver="serial-digitiser", name="daq", lane=1, port="/dev/null")
STATION = station().model_copy(update={"lane": (LANE,), "device": (DEVICE,)})
TRUCK = Passing(1.0, 12.0, (5000.0, 10_000.0), (4.8,))
EVERY_S = 4.0
"""A truck every four seconds."""


class Roadside:
    """One lane with its desk, its outbox and its ledger; may be started anew."""

    def __init__(self, folder, in_force=None):
        self.office = Office(folder, STATION)
        self.clock = HandClock(utc_us=round(NOW.timestamp() * US_PER_S))
        self.folder = folder
        self.in_force = in_force
        self.notes = []
        self.ready = []
        self.counts = counts_of(
            LANE, [Passing(1.0 + EVERY_S * n, *list(vars(TRUCK).values())[1:]) for n in range(6)], 24.0, np.random.default_rng(5)
        )
        self.at = 0
        self.start()

    def start(self, serial="A1"):
        self.outbox = Outbox(self.folder / "outbox", 64)
        self.desk = CertificateDesk(Ledger(self.office.path, STATION), STATION, self.outbox, self.clock, self.notes.append)
        self.lane = LaneRun(
            DEVICE, STATION, self.in_force, self.outbox.checkpoint("daq"), self.desk.switches("daq"), matcher=Matcher(STATION.camera)
        )
        self.report(serial)

    def report(self, serial="A1"):
        self.lane.take(Report("daq", f"{serial},fw1", LANE.channels, LANE.rate_hz, self.at, 0, 60_000), self.clock.monotonic_s())
        self.lane.take(TimeMark("daq", Mark(self.at, self.clock.monotonic_s(), self.clock.utc_us(), 0.001, 500)), self.clock.monotonic_s())

    def restart(self, **more):
        self.outbox.close()
        self.start(**more)

    def look(self):
        self.clock.now_s += 20 * LOOK_S  # the office signs once a second
        self.office.now = NOW + timedelta(microseconds=self.clock.utc_us() - round(NOW.timestamp() * US_PER_S))
        self.desk.turn({"daq": self.lane})

    def drive(self, until_s):
        """Let the signal come up to a time of the road, and look at the ledger as the main loop does."""
        stop = round(until_s * LANE.rate_hz)
        samples = Samples("daq", self.at, self.counts[:, self.at : stop], DeviceStatus(0), False)
        self.lane.take(samples, self.clock.monotonic_s())
        self.at = stop
        self.look()
        self.ready += self.lane.ready(float("inf"))

    @property
    def numbers(self):
        """By which certificate each vehicle was weighed, None for a file."""
        return [one.in_force and one.in_force.certificate and one.in_force.certificate.number for one in self.ready]

    @property
    def codes(self):
        return [note.code for note in self.notes]


@pytest.fixture
def road(tmp_path):
    roadside = Roadside(tmp_path, InForce.by_file(flat_calibration(LANE)))
    yield roadside
    roadside.outbox.close()


def test_a_certificate_is_taken_between_vehicles_and_named_by_the_next(road):
    road.drive(3.0)
    road.office.certify(1.1, verification=VERIFIED)
    road.look()
    road.drive(7.0)
    assert road.numbers == [None, 1]
    first, second = (one.vehicle.gross_kg for one in road.ready)
    assert second == pytest.approx(1.1 * first, rel=0.005)
    assert road.ready[1].in_force.certificate.verified_at(road.ready[1].time_us)
    assert road.codes == []


def test_a_vehicle_that_is_on_the_array_is_weighed_by_what_it_met(road):
    road.drive(5.1)
    road.office.certify(1.1)
    road.look()
    road.drive(11.0)
    assert [round(one.vehicle.first_axle_sample / LANE.rate_hz) for one in road.ready] == [1, 5, 9]
    assert road.numbers == [None, None, 1]


def test_a_certificate_waits_for_its_moment(road):
    road.office.certify(1.1, effective_from=NOW + timedelta(seconds=60))
    road.drive(3.0)
    assert road.numbers == [None]
    road.clock.now_s += 60
    road.look()
    road.drive(7.0)
    assert road.numbers == [None, 1]


def test_a_clock_that_nobody_vouches_for_brings_nothing_forward(road):
    road.clock.error_us = None
    road.office.certify(1.1)
    road.office.certify(1.2, effective_from=NOW + timedelta(days=300))
    road.clock.now_s += 400 * 86_400
    road.look()
    road.drive(3.0)
    assert road.numbers == [1]


def test_a_clock_that_goes_back_takes_nothing_back(road):
    road.office.certify(1.1)
    road.clock.now_s += 3_600
    road.office.now = NOW + timedelta(hours=1)
    road.office.certify(1.2)
    road.look()
    road.clock.offset_us -= 1_800 * US_PER_S
    road.look()
    road.drive(3.0)
    assert road.numbers == [2]


def test_after_a_restart_each_vehicle_is_weighed_by_what_was_in_force_when_it_passed(road):
    road.drive(3.0)
    road.office.certify(1.1)
    road.look()
    road.drive(7.0)
    assert road.numbers == [None, 1]
    road.ready.clear()
    road.restart()
    road.at = 0  # the device sends everything again
    road.drive(11.0)
    assert road.numbers == [None, 1, 1]


def test_after_a_restart_of_the_device_the_last_certificate_holds_from_its_first_sample(road):
    road.drive(3.0)
    road.office.certify(1.1)
    road.look()
    road.ready.clear()
    road.at = 0
    road.report(serial="A2")
    road.drive(3.0)
    assert road.numbers == [1]
    road.restart(serial="A3")
    assert road.lane.in_force.certificate.number == 1


BROKEN = {
    "an entry edited by hand": lambda road: road.office.by_hand("UPDATE entry SET envelope = zeroblob(10) WHERE counter = 3"),
    "the first entry edited by hand": lambda road: road.office.by_hand("UPDATE entry SET envelope = zeroblob(10) WHERE counter = 1"),
    "the newest entries removed": lambda road: road.office.by_hand("DELETE FROM entry WHERE counter > 2"),
    "garbage": lambda road: road.office.path.write_bytes(b"garbage" * 999),
    "the file is gone": lambda road: [path.unlink() for path in road.folder.glob("ledger.sqlite*")],
}


@pytest.mark.parametrize("damage", BROKEN)
@pytest.mark.parametrize("restarted", [False, True])
def test_with_a_broken_ledger_the_scale_goes_on_with_the_last_good_certificate(road, damage, restarted):
    road.office.certify(1.1)
    road.office.certify(1.2)
    road.look()
    BROKEN[damage](road)
    if restarted:
        road.restart()
    road.look()
    road.drive(3.0)
    assert road.numbers == [2]
    assert set(road.codes) <= {"ledger-broken", "ledger-cut"}
    assert road.codes
    assert str(road.office.path) in road.desk.state()["fault"]


def test_a_ledger_that_was_begun_anew_is_no_continuation(road):
    road.office.certify(1.1)
    road.look()
    for path in road.folder.glob("ledger.sqlite*"):
        path.unlink()
    road.office.certify(1.3)
    road.office.certify(1.4)
    road.look()
    assert road.codes == ["ledger-cut"]
    assert road.lane.in_force.certificate.number == 1


def test_a_mended_ledger_is_taken_again(road):
    road.office.certify(1.1)
    road.look()
    (envelope,) = sqlite3.connect(road.office.path).execute("SELECT envelope FROM entry WHERE counter = 2").fetchone()
    road.office.by_hand("UPDATE entry SET envelope = zeroblob(10) WHERE counter = 2")
    road.look()
    road.office.by_hand(("UPDATE entry SET envelope = ? WHERE counter = 2", (envelope,)))
    road.office.certify(1.2)
    road.look()
    assert road.lane.in_force.certificate.number == 2
    assert road.desk.state()["fault"] is None
    assert road.desk.state()["counter"] == 4


def test_what_the_lane_cannot_be_weighed_with_is_refused_and_told_once(road):
    fewer = STATION.model_copy(update={"lane": (lane_of(SensorKind.PLATE, rows=(0.0,)),)})
    other = Ledger(road.office.path, fewer, now=road.office.time)
    calibration = flat_calibration(fewer.lane[0])
    other.approve(other.propose(calibration, key=KEYS["wang"], reason="x").counter, key=KEYS["li"])
    road.look()
    road.look()
    assert road.codes == ["calibration-sensors"]
    road.drive(3.0)
    assert road.numbers == [None]


def test_a_kept_certificate_whose_signatory_was_taken_out_is_not_trusted(road):
    road.office.certify(1.1)
    road.look()
    gone = STATION.model_copy(update={"signatory": STATION.signatory[1:]})
    desk = CertificateDesk(Ledger(road.office.path, gone), gone, road.outbox, road.clock, road.notes.append)
    assert desk.switches("daq") == []
    assert road.codes == ["unknown-key"]


def applied_in_child(folder, step):
    """Apply a waiting certificate in a process of its own that is killed at one of its SQL statements; give how it ended."""
    child = os.fork()
    if child == 0:
        left = [step]

        def reap(_statement):
            left[0] -= 1
            if left[0] == 0:
                os.kill(os.getpid(), signal.SIGKILL)

        roadside = Roadside(folder, InForce.by_file(flat_calibration(LANE)))
        roadside.at = 3_000
        roadside.outbox._database._connection.set_trace_callback(reap)
        roadside.look()
        os._exit(0 if roadside.lane.in_force.certificate.number == 1 else 7)
    return os.waitpid(child, 0)[1]


def test_kill_at_every_step_of_applying_leaves_the_old_or_the_new_certificate(tmp_path):
    seen = []
    for step in range(1, 30):
        folder = tmp_path / str(step)
        folder.mkdir()
        Office(folder, STATION).certify(1.1)
        status = applied_in_child(folder, step)
        with closing(Outbox(folder / "outbox", 64)) as outbox:
            kept = outbox.applied("daq")
        seen.append(len(kept))
        if os.WIFEXITED(status):
            assert os.WEXITSTATUS(status) == 0
            break
        assert os.WTERMSIG(status) == signal.SIGKILL
        roadside = Roadside(folder, InForce.by_file(flat_calibration(LANE)))
        roadside.drive(3.0)
        roadside.drive(7.0)
        assert roadside.numbers[-1] == 1
        assert len(roadside.outbox.applied("daq")) == 1, "it is applied once, however often it was begun"
        roadside.outbox.close()
    assert seen == sorted(seen)
    assert set(seen) == {0, 1}
