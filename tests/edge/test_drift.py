"""The station's own watch over drift: recorded vehicles and zeros in, days kept, alarms out; nothing it meets stops the weighing."""

from dataclasses import replace

import numpy as np
import pytest

from calibration.drift.store import read_days
from calibration.model import SensorGain
from contract.captures import CaptureReader
from contract.records import Clock, ClockState
from contract.station import parse_station
from contract.topics import DriftKind
from contract.units import US_PER_DAY
from contract.vehicles import VehicleFlag
from edge.drift import JUDGE_EVERY_S, SAVE_EVERY_S, ZERO_AGAIN_S, ZERO_EVERY_S, DriftWatch
from edge.lane import Ready
from edge.matching.match import Match
from edge.outbox.rows import Checkpoint
from edge.pipeline import LanePipeline
from tests.calibration.flat import flat_calibration

TODAY = 20_000
SOME = 80
"""Days since 1970 of the present, and seconds of recorded signal."""


@pytest.fixture(scope="module")
def recorded(captures):
    """Give a station, its vehicles as weighed from the recording, and the zeros after it."""
    folder = captures / "strips4"
    station = parse_station((folder / "station.toml").read_text(), "station.toml")
    lane = station.lane[0]
    with (folder / "traffic.h5").open("rb") as stream:
        block = next(CaptureReader(stream, "traffic.h5").blocks(lane.channels, round(SOME * lane.rate_hz)))
    pipeline = LanePipeline(lane, flat_calibration(lane, station=station.station.id), 20.0)
    assert pipeline.zero() is None
    weighings = [*pipeline.push(block), *pipeline.finish()]
    levels, _ = pipeline.zero()
    zeros = {sensor.name: float(level) for sensor, level in zip(station.lane[0].sensor, levels, strict=True)}
    return station, fitted(station, weighings), weighings, zeros


def fitted(station, weighings):
    """Give a calibration with which all sensors read alike."""
    read = [{name: sum(loads) for name, loads in one.vehicle.nominal_kg.items()} for one in weighings if not one.vehicle.flags]
    gains = {name: float(np.median([np.mean(list(one.values())) / one[name] for one in read])) for name in read[0]}
    sensors = {name: SensorGain(gain=gain, relative_u=0.005) for name, gain in gains.items()}
    return flat_calibration(station.lane[0], station=station.station.id, sensors=sensors)


def ready(weighing, day, *, state=ClockState.SYNCHRONISED, pavement_c=20.0):
    return Ready(
        key="1-1",
        lane=1,
        device="d",
        weighing=weighing,
        time_us=day * US_PER_DAY + 1,
        clock=Clock(state=state, u_us=1_000),
        match=Match(key="1-1", matched=(), text="", certainty=0.0, trailer_text="", trailer_certainty=0.0, reasons=()),
        pavement_c=pavement_c,
        checkpoint=Checkpoint("d", 1, 0, 0),
        in_force=None,
    )


class Bench:
    """A watch on a clock turned by hand."""

    def __init__(self, recorded, path, *, calibrated=True):
        self.station, calibration, self.weighings, self.zeros = recorded
        self.sound = [one for one in self.weighings if not one.vehicle.flags]
        self.path = path
        self.noted = []
        self.now_s = 0.0
        self.day = TODAY
        self.calibration = calibration if calibrated else None
        self.watch = DriftWatch(self.station, lambda _: self.calibration, path, self.noted.append)

    def turn(self, seconds=0.0):
        self.now_s += seconds
        self.watch.turn(self.now_s, self.day * US_PER_DAY, lambda _: (self.zeros, 20.0))

    @property
    def health(self):
        return self.watch.health()["1"]

    @property
    def codes(self):
        return [fault.code for fault in self.noted]


@pytest.fixture
def bench(recorded, tmp_path):
    made = Bench(recorded, tmp_path / "drift.sqlite")
    yield made
    made.watch.close()


def scaled(weighing, name, factor, rng):
    """Give a vehicle as other sensors would have read it: scattered, one of them too much."""
    loads = {
        sensor: tuple(
            None if load is None else load * np.exp(rng.normal(0.0, 0.01)) * (factor if sensor == name else 1.0) for load in values
        )
        for sensor, values in weighing.vehicle.nominal_kg.items()
    }
    return replace(weighing, vehicle=replace(weighing.vehicle, nominal_kg=loads))


def test_sound_vehicles_count_and_flagged_ones_do_not(bench):
    flagged = replace(bench.sound[0], vehicle=replace(bench.sound[0].vehicle, flags={VehicleFlag.SPIKE: 1.0}))
    for weighing in (*bench.sound, flagged):
        bench.watch.take(ready(weighing, TODAY))
    assert len(bench.sound) >= 3
    assert (bench.health["vehicles"], bench.health["left_out"], bench.health["days"]) == (len(bench.sound), 1, 1)


def test_a_new_calibration_begins_its_days_anew_and_the_old_ones_are_kept(bench):
    old = bench.calibration
    bench.watch.take(ready(bench.sound[0], TODAY))
    bench.calibration = old.model_copy(update={"id": "another"})
    bench.turn(1.0)
    assert (bench.health["vehicles"], bench.health["days"]) == (0, 1)  # the zeros of the moment
    bench.calibration = old
    bench.turn(1.0)
    assert bench.health["vehicles"] == 1


def test_a_vehicle_whose_day_is_not_sure_does_not_count(bench):
    bench.watch.take(ready(bench.sound[0], TODAY, state=ClockState.UNSYNCHRONISED))
    assert (bench.health["days"], bench.health["without_sure_day"]) == (0, 1)
    bench.watch.turn(0.0, None, lambda _: (bench.zeros, 20.0))
    assert bench.health["days"] == 0
    assert len(bench.health["zero_kg"]) == 8


def test_zeros_are_looked_at_as_soon_as_they_are_known(bench):
    bench.watch.turn(0.0, TODAY * US_PER_DAY, lambda _: (None, 20.0))
    assert bench.health["zero_kg"] == {}
    bench.watch.turn(ZERO_AGAIN_S, TODAY * US_PER_DAY, lambda _: (bench.zeros, 20.0))
    assert len(bench.health["zero_kg"]) == 8


def test_the_zeros_of_the_recording_are_told_in_kilograms(bench):
    bench.turn()
    assert set(bench.health["zero_kg"]) == {sensor.name for sensor in bench.station.lane[0].weighing_sensors}
    counts = bench.zeros["R1L"]
    assert bench.health["zero_kg"]["R1L"] == pytest.approx(counts * 0.5 / 9.80665, abs=0.06)
    for _ in range(10):
        bench.turn(ZERO_EVERY_S)
    bench.turn(SAVE_EVERY_S)
    days, _ = read_days(bench.path, 1, None)
    assert days[0].zero.number == 12


def test_days_are_kept_over_a_restart_and_a_new_calibration_begins_anew(bench, recorded):
    for weighing in bench.sound:
        bench.watch.take(ready(weighing, TODAY))
    bench.watch.close()
    again = Bench(recorded, bench.path)
    assert again.health["vehicles"] == len(bench.sound)
    again.watch.close()
    station, calibration, *rest = recorded
    other = Bench((station, calibration.model_copy(update={"id": "c2"}), *rest), bench.path)
    assert other.health["vehicles"] == 0
    other.watch.close()


def test_a_sensor_that_drifts_is_told_once_in_faults_and_status_until_it_is_calibrated(bench):
    rng = np.random.default_rng(1)
    for number in range(30):
        for weighing in bench.sound * 8:
            factor = 1.05 if number >= 20 else 1.0
            bench.watch.take(ready(scaled(weighing, "R2L", factor, rng), TODAY + number))
        bench.day = TODAY + number
        bench.turn(JUDGE_EVERY_S)
    alarms = [fault for fault in bench.noted if fault.code == "drift-sensor"]
    assert [fault.where for fault in alarms] == ["lane 1 sensor R2L"]
    assert "calibrate again" in alarms[0].what
    (notice,) = bench.watch.notices
    assert (notice.kind, notice.name, notice.lane) == (DriftKind.SENSOR, "R2L", 1)
    assert notice.change_ppm == pytest.approx(49_000, abs=6_000)
    assert bench.health["alarms"][0].startswith("sensor R2L reads +")


def test_a_day_in_the_future_is_not_the_last_word(bench):
    bench.watch.take(ready(bench.sound[0], TODAY + 30_000))
    bench.watch.take(ready(bench.sound[0], TODAY))
    bench.turn()
    assert bench.noted == []
    assert bench.health["days"] == 2


def test_a_disk_that_refuses_is_a_fault_and_the_days_stay_in_memory(recorded, tmp_path):
    bench = Bench(recorded, tmp_path / "missing" / "drift.sqlite")
    bench.watch.take(ready(bench.sound[0], TODAY))
    bench.turn()
    assert set(bench.codes) == {"drift-store-failing"}
    assert bench.health["vehicles"] == 1
    bench.path.parent.mkdir()
    bench.turn(SAVE_EVERY_S)
    bench.watch.close()
    assert read_days(bench.path, 1, None)[0][0].compared.number == 1


def test_a_damaged_file_of_days_is_a_fault_and_nothing_more(recorded, tmp_path):
    path = tmp_path / "drift.sqlite"
    path.write_bytes(b"SQLite format 3\x00" + b"\xff" * 4_000)
    bench = Bench(recorded, path)
    bench.watch.take(ready(bench.sound[0], TODAY))
    bench.turn()
    bench.watch.close()
    assert set(bench.codes) == {"drift-store-failing"}


def test_a_lane_without_calibration_is_not_watched(recorded, tmp_path):
    bench = Bench(recorded, tmp_path / "drift.sqlite", calibrated=False)
    bench.watch.take(ready(bench.weighings[0], TODAY))
    bench.turn()
    bench.watch.close()
    assert bench.watch.health() == {}
    assert not bench.path.exists()
