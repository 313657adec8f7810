"""Each fault while the line runs: it is counted under its name where it happened, no program ends, and vehicles go on being recorded."""

import pytest

from demo import programs
from demo.closing import stored_in_central
from demo.comparison import compare
from demo.once import run_once

pytestmark = [pytest.mark.timeout(120), pytest.mark.xdist_group("line")]

DEVICE_FAULTS = {
    "garbled p=0.05": {"garbage-bytes", "bad-header"},
    "corrupt p=0.05": {"bad-crc", "bad-header"},
    "truncate p=0.05": {"bad-crc", "bad-header", "truncated-frame"},
    "half_frame": {"bad-crc", "bad-header", "truncated-frame"},
    "duplicate p=0.2": {"samples-repeated"},
    "drop p=0.05": {"samples-asked-again"},
    "hang_up": {"line-lost"},
    "stall for_s=7": {"link-lost", "no-answer"},
    "dead channel=R1L": {"channel-dead"},
    "stuck channel=R1R": {"channel-stuck"},
    "saturated channel=R2L": {"channel-saturated"},
    "spikes channel=R2R p=0.01": {"channel-spikes"},
    "modbus_exception target=site": {"modbus-busy", "modbus-exception"},
    "modbus_silence target=site": {"line-lost"},
    "modbus_exception target=site code=2": {"modbus-exception"},
    "temperature_fault": {"pavement-temperature"},
    "adc_fault": {"adc-fault"},
    "door": {"cabinet-door-open"},
    "mains": {"mains-lost"},
    "tamper": {"cabinet-tampered"},
}
"""Request to the simulators → codes of which at least one is counted by the edge."""

CAMERA_FAULTS = {
    "malformed_push": {"push-malformed", "push-truncated", "xml-malformed"},
    "garbled_push": {"push-malformed", "push-no-event", "push-truncated"},
    "oversize_push times=1": {"push-too-large"},
    "half_push times=1": {"push-cut"},
}
"""Request to the simulators → codes of which at least one is counted by the plate reader."""


def strike_and_see(line, request, program, codes):
    before = line.counts(program)
    restarts = line.supervisor.restarts()
    recorded = line.recorded()
    line.running.road.ask(f"fault {request}" if "for_s" in request or "times" in request else f"fault {request} for_s=0")
    try:
        line.wait_for(lambda: any(line.counts(program).get(code, 0) > before.get(code, 0) for code in codes), f"one of {sorted(codes)}")
    finally:
        line.running.road.ask("clear")
    line.wait_for(lambda: line.recorded() > recorded, "the next vehicle")
    assert line.supervisor.restarts() == restarts


@pytest.mark.parametrize("request_line", DEVICE_FAULTS)
def test_a_fault_of_a_device_is_counted_and_nothing_stops(line, request_line):
    strike_and_see(line, request_line, "edge", DEVICE_FAULTS[request_line])


@pytest.mark.parametrize("request_line", CAMERA_FAULTS)
def test_a_bad_push_is_counted_and_nothing_stops(line, request_line):
    strike_and_see(line, request_line, "plates", CAMERA_FAULTS[request_line])


def test_without_a_camera_vehicles_are_recorded_without_a_plate(line):
    known = set(line.running.page.records)
    line.running.road.ask("fault dead_camera for_s=0")
    try:
        line.wait_for(
            lambda: any(line.running.page.records[seq].record.plate is None for seq in line_new(line, known)), "a vehicle without plate"
        )
    finally:
        line.running.road.ask("clear")
    known = set(line.running.page.records)
    line.wait_for(lambda: any(line.running.page.records[seq].record.plate for seq in line_new(line, known)), "a vehicle with plate again")


def line_new(line, known):
    line.recorded()
    return set(line.running.page.records) - known


def test_a_camera_whose_clock_runs_ahead_is_named(line):
    strike_and_see(line, "clock_jump ms=60000 times=1", "edge", {"camera-clock-ahead"})
    line.running.road.ask("fault clock_jump ms=-60000 times=1")


def test_after_all_of_it_the_chain_is_unbroken_and_nothing_is_missing_or_doubled(line):
    driven = line.driven()
    line.wait_for(lambda: line.recorded() >= driven, f"all {driven} vehicles", within_s=60)
    truth = line.running.truth
    compared = compare(truth.vehicles[:driven], list(line.running.page.records.values()), truth.playback.rate_hz)
    assert [vehicle.number for vehicle in compared.missed] == []
    late = truth.vehicles[driven - 1].first_axle_sample
    assert [each.record.seq for each in compared.invented if each.record.first_axle_sample <= late] == []
    answer = run_once(programs.verify(line.running.line), line.running.watch.pause)
    stored = stored_in_central(answer, "demo")
    assert stored.chain == "unbroken"
    assert stored.verified == stored.records
    assert stored.quarantine == 0


def test_a_digitiser_that_restarts_is_told_and_weighing_goes_on(line):
    strike_and_see(line, "reset", "edge", {"device-restarted"})
