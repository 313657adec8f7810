"""What every driver must do, against the simulators, which share no code with it."""

import threading
import time
from itertools import pairwise

import numpy as np
import pytest
from numpy.typing import NDArray

from contract.faults import RejectError, RetryError
from edge.drivers.base import (
    LINK_LOST_S,
    DeviceStatus,
    Heartbeat,
    LineFault,
    LoopTransition,
    Report,
    ResendRefused,
    Samples,
    SiteState,
    TimeMark,
    Zeroed,
)
from edge.samples.assemble import Assembler
from edge.time_base import TimeBase
from tests.conformance.simulators import CHANNELS, RATE_HZ, Listener, bench_station, open_files

DIGITISERS = ("serial-digitiser", "modbus-tcp-digitiser", "modbus-rtu-digitiser")
ALL = (*DIGITISERS, "modbus-site")
REOPEN_S = 5.0
"""The longest that a line may stay closed once it is there again."""

pytestmark = pytest.mark.timeout(120)


@pytest.fixture
def listening(simulators, kind):
    with simulators.driver(kind) as driver:
        driver.start()
        yield Listener(driver)


def whole(runs):
    """Join runs of samples by counter; every sample must be there, and the same wherever it came twice."""
    first, stop = min(run.counter for run in runs), max(run.stop for run in runs)
    counts = np.zeros((runs[0].counts.shape[0], stop - first), dtype=np.int32)
    seen = np.zeros(stop - first, dtype=bool)
    for run in runs:
        place = slice(run.counter - first, run.stop - first)
        np.testing.assert_array_equal(counts[:, place][:, seen[place]], run.counts[:, seen[place]])
        counts[:, place] = run.counts
        seen[place] = True
    assert seen.all()
    return first, counts


@pytest.mark.parametrize("kind", DIGITISERS)
def test_a_digitiser_says_who_it_is_before_anything_else(listening):
    listening.until(lambda: listening.samples() > 0)
    report = next(event for event in listening.events if isinstance(event, Report | Samples))
    assert isinstance(report, Report)
    assert (report.channels, report.rate_hz) == (CHANNELS, RATE_HZ)
    assert report.oldest <= report.counter
    assert report.ring_samples >= 120 * RATE_HZ
    assert "firmware" in report.identity


@pytest.mark.parametrize("kind", DIGITISERS)
def test_live_samples_follow_each_other(listening):
    listening.until(lambda: listening.samples() > 4_000)
    runs = listening.live()
    assert all(before.stop == after.counter for before, after in pairwise(runs))
    assert all(run.counts.shape[0] == len(CHANNELS) for run in runs)
    assert not listening.codes


@pytest.mark.parametrize("kind", DIGITISERS)
def test_heartbeats_and_time_marks_come_by_themselves(listening, simulators, kind):
    listening.until(lambda: len(listening.of(TimeMark)) >= 4 and len(listening.of(Heartbeat)) >= 2)
    beat = listening.of(Heartbeat)[-1]
    assert (18 < beat.supply_v < 30, -40 < beat.housing_c < 85) == (True, True)
    base = TimeBase(kind, RATE_HZ, simulators.speedup)
    assert [fault for event in listening.of(TimeMark) for fault in base.add(event.mark)] == []
    assert abs(base.monotonic_s(listening.of(TimeMark)[-1].mark.counter) - time.monotonic()) < 5
    assert all(abs(event.mark.utc_us / 1e6 - time.time()) < 60 for event in listening.of(TimeMark))


@pytest.mark.parametrize("kind", DIGITISERS)
def test_samples_asked_for_again_are_the_same_samples(listening):
    listening.until(lambda: listening.samples() > 1_500)
    first = listening.live()[0].counter
    listening.driver.request_resend(first + 100, 500)
    listening.until(lambda: any(run.resent and run.stop >= first + 600 for run in listening.of(Samples)))
    resent = [run for run in listening.of(Samples) if run.resent]
    assert resent[0].counter <= first + 100
    whole(listening.of(Samples))


@pytest.mark.parametrize("kind", DIGITISERS)
def test_samples_the_device_has_forgotten_are_refused_with_what_is_left(listening, simulators):
    simulators.ask("fault reset")
    listening.until(lambda: listening.samples() > 500)
    listening.driver.request_resend(0, 100)
    listening.until(lambda: any(run.resent or run.counter <= 0 for run in listening.of(Samples)) or bool(listening.of(ResendRefused)))
    for refused in listening.of(ResendRefused):
        assert refused.oldest > refused.first


@pytest.mark.parametrize("kind", DIGITISERS)
def test_a_zero_moves_later_samples_only(listening):
    with pytest.raises(RejectError, match="has no channel"):
        listening.driver.zero(("nowhere",), 1)

    def converted_since(counter: int) -> list[Samples]:
        # Whole runs only: a long one may begin before the counter and end after it.
        return [run for run in listening.live() if run.counter >= counter]

    def mean_since(counter: int) -> NDArray[np.float64]:
        listening.until(lambda: sum(run.counts.shape[1] for run in converted_since(counter)) > 400)
        return whole(converted_since(counter))[1].mean(axis=1)

    # A device's queue may still hold samples from before this test, when another offset held; none after a mark taken now.
    listening.until(lambda: bool(listening.of(TimeMark)))
    before = mean_since(listening.of(TimeMark)[0].mark.counter)
    listening.driver.zero(("R0L", "R1R"), 50_000)
    listening.until(lambda: bool(listening.of(Zeroed)))
    (zeroed,) = listening.of(Zeroed)
    assert (set(zeroed.channels), zeroed.amount_counts) == ({"R0L", "R1R"}, 50_000)
    np.testing.assert_allclose(before - mean_since(zeroed.counter), [50_000, 0, 0, 50_000, 0, 0], atol=500)
    listening.driver.zero(("R0L", "R1R"), -50_000)
    listening.until(lambda: len(listening.of(Zeroed)) == 2)


@pytest.mark.parametrize("kind", DIGITISERS)
def test_a_device_that_restarts_reports_and_is_started_again(listening, simulators):
    # Far enough that the counter is smaller after the restart even if that is seen a second later.
    listening.until(lambda: listening.samples() > 0 and listening.live()[-1].stop > 6_000)
    newest, before = listening.live()[-1].stop, len(listening.events)
    simulators.ask("fault reset")

    def reports() -> list[Report]:
        # Only what came after the command: the reports of the opening have small counters too.
        return [event for event in listening.events[before:] if isinstance(event, Report) and event.counter < newest]

    listening.until(lambda: bool(reports()))
    # The first one: an answer to IDENTIFY may follow it when samples flow already.
    again = reports()[0]
    at = listening.events.index(again, before)
    listening.until(lambda: any(isinstance(event, Samples) and event.counts.shape[1] for event in listening.events[at:]))
    begins = next(event for event in listening.events[at:] if isinstance(event, Samples))
    assert again.counter <= begins.counter < again.counter + 10 * RATE_HZ
    assert DeviceStatus.AFTER_RESET in begins.status


@pytest.mark.parametrize("kind", DIGITISERS)
def test_a_fault_of_the_converter_is_marked(listening, simulators):
    listening.until(lambda: listening.samples() > 100)
    simulators.ask("fault adc_fault for_s=1")
    listening.until(lambda: any(run.faulty for run in listening.of(Samples)))


@pytest.mark.parametrize("kind", ALL)
def test_what_hangs_up_is_an_error_and_is_open_again_in_time(simulators, kind):
    driver = simulators.driver(kind)
    listener = Listener(driver)
    try:
        driver.open()
        driver.start()
        listener.until(lambda: bool(listener.of(Samples) or listener.of(SiteState)))
        simulators.stop()
        with pytest.raises(RetryError) as caught:
            listener.until(lambda: False, LINK_LOST_S + 5)
        assert caught.value.where == kind
        assert caught.value.code in {"line-lost", "link-lost"}
        simulators.start()
        listener.events.clear()
        assert listener.reopen(REOPEN_S) < REOPEN_S
        listener.until(lambda: bool(listener.of(Samples) or listener.of(SiteState)))
    finally:
        driver.close()
        if simulators.process is None:
            simulators.start()


@pytest.mark.parametrize("kind", ALL)
def test_close_gives_back_everything(simulators, kind):
    def use():
        with simulators.driver(kind) as driver:
            driver.start()
            listener = Listener(driver)
            listener.until(lambda: bool(listener.of(Samples) or listener.of(SiteState)))
        driver.close()

    use()
    files, threads = open_files(), threading.active_count()
    for _ in range(3):
        use()
    assert (open_files(), threading.active_count()) == (files, threads)


@pytest.mark.parametrize("kind", ALL)
def test_a_driver_that_was_never_open_can_be_closed(simulators, kind):
    driver = simulators.driver(kind)
    driver.close()
    driver.close()


@pytest.mark.parametrize("kind", ["serial-digitiser", "modbus-rtu-digitiser"])
def test_a_serial_line_belongs_to_one_program(simulators, kind):
    with simulators.driver(kind), pytest.raises(RetryError, match="no other program"):
        simulators.driver(kind).open()


@pytest.mark.parametrize("kind", ALL)
def test_read_returns_in_time_when_nothing_is_said(simulators, kind):
    with simulators.driver(kind) as driver:
        Listener(driver).until(lambda: True)
        for _ in range(10):
            began = time.monotonic()
            driver.read(0.05)
            assert time.monotonic() - began < 1.5


@pytest.mark.parametrize(
    "fault",
    [
        "drop p=0.05",
        "corrupt p=0.05 bits=3",
        "duplicate p=0.2",
        "truncate p=0.05",
        "garbled p=0.1",
        "half_frame times=2 pause_s=0.2",
        "hang_up",
    ],
)
@pytest.mark.parametrize("kind", ["serial-digitiser"])
def test_nothing_is_lost_on_a_line_that_loses(listening, simulators, fault):
    """Assembled through the damage, and asked for again when all is over: the same samples, no gap."""
    assembler = Assembler("bench", bench_station().lane[0])
    blocks, taken = [], 0

    def assembled(stop):
        nonlocal taken
        for event in listening.events[taken:]:
            if isinstance(event, Report):
                assembler.describe(event.channels, event.rate_hz)
            elif isinstance(event, Samples):
                blocks.extend(assembler.push(event.counter, event.counts, faulty=event.faulty))
                for wanted in assembler.wanted():
                    listening.driver.request_resend(wanted.first, wanted.stop - wanted.first)
        taken = len(listening.events)
        return assembler.position >= stop

    listening.until(lambda: assembled(1) and listening.samples() > 200)
    simulators.ask(f"fault {fault} for_s=2")
    try:
        listening.until(lambda: assembled(blocks[0].start + 6_000))
    except RetryError:
        assert fault == "hang_up"
        listening.reopen(REOPEN_S)
        listening.until(lambda: assembled(blocks[0].start + 6_000))
    simulators.ask("clear")
    listening.until(lambda: assembled(blocks[0].start + 8_000))
    assert [gap for block in blocks for gap in block.gaps] == []
    assert all(before.stop == after.start for before, after in pairwise(blocks))
    listening.driver.request_resend(blocks[0].start, 8_000)
    count = len(listening.events)
    listening.until(
        lambda: sum(run.counts.shape[1] for run in listening.events[count:] if isinstance(run, Samples) and run.resent) >= 8_000
    )
    first, counts = whole([run for run in listening.events[count:] if isinstance(run, Samples) and run.resent])
    ours = np.concatenate([block.counts for block in blocks], axis=1)[:, :8_000]
    np.testing.assert_array_equal(ours, counts[:, blocks[0].start - first :][:, :8_000])


MAY_LOOK_LIKE = {"corrupt": {"bad-header", "truncated-frame", "garbage-bytes"}, "truncate": {"bad-header"}, "garbled": {"bad-header"}}
"""A bit may be flipped, a frame cut, or a sync word appear by chance, within the header; then it looks like what it made of the frame."""


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        ("corrupt times=1", "bad-crc"),
        ("garbled times=1", "garbage-bytes"),
        ("half_frame", "truncated-frame"),
        ("truncate times=1", "truncated-frame"),
    ],
)
@pytest.mark.parametrize("kind", ["serial-digitiser"])
def test_damage_on_the_line_is_one_named_fault(listening, simulators, fault, code):
    listening.until(lambda: listening.samples() > 200)
    # Whoever opens a line may come in the middle of a frame; what is left of that is no matter here.
    listening.events.clear()
    simulators.ask(f"fault {fault}")
    listening.until(lambda: bool(listening.codes))
    (event,) = listening.of(LineFault)
    assert event.fault.where == "serial-digitiser"
    assert event.fault.code in {code} | MAY_LOOK_LIKE.get(fault.split()[0], set())


@pytest.mark.parametrize("kind", ["serial-digitiser"])
def test_a_silent_line_is_lost_after_five_seconds(listening, simulators):
    listening.until(lambda: listening.samples() > 200)
    simulators.ask("fault stall for_s=8")
    began = time.monotonic()
    with pytest.raises(RetryError) as caught:
        listening.until(lambda: False, LINK_LOST_S + 3)
    assert caught.value.fault().code == "link-lost"
    assert time.monotonic() - began > LINK_LOST_S - 1


@pytest.mark.parametrize(("code", "named"), [(2, "modbus-exception"), (4, "modbus-busy"), (6, "modbus-busy")])
@pytest.mark.parametrize("kind", ["modbus-tcp-digitiser", "modbus-rtu-digitiser"])
def test_a_modbus_exception_is_a_fault_and_costs_no_sample(listening, simulators, code, named):
    listening.until(lambda: listening.samples() > 200)
    simulators.ask(f"fault modbus_exception code={code} times=3")
    listening.until(lambda: named in listening.codes)
    seen = listening.samples()
    listening.until(lambda: listening.samples() > seen + 1_000)
    whole(listening.of(Samples))


@pytest.mark.parametrize("kind", ["modbus-tcp-digitiser"])
def test_a_device_in_trouble_when_it_is_started_is_started_when_it_recovers(simulators, kind):
    with simulators.driver(kind) as driver:
        simulators.ask("fault modbus_exception code=6 times=6")
        driver.start()
        listener = Listener(driver)
        listener.until(lambda: listener.samples() > 100)
        assert "modbus-busy" in listener.codes


@pytest.mark.parametrize("kind", ["modbus-tcp-digitiser", "modbus-rtu-digitiser", "modbus-site"])
def test_a_silent_modbus_device_is_a_lost_line(listening, simulators, kind):
    listening.until(lambda: bool(listening.of(Samples) or listening.of(SiteState)))
    simulators.ask(f"fault modbus_silence target={'site' if kind == 'modbus-site' else 'digitiser'} for_s=10")
    with pytest.raises(RetryError, match=kind):
        listening.until(lambda: False, LINK_LOST_S + 3)


@pytest.mark.parametrize("kind", ["modbus-site"])
def test_the_site_tells_temperature_and_cabinet(listening, simulators):
    listening.until(lambda: bool(listening.of(SiteState)))
    state = listening.of(SiteState)[-1]
    assert -60 < state.pavement_c < 90
    assert state.pavement_reason == ""
    simulators.ask("fault temperature_fault for_s=5")
    listening.until(lambda: listening.of(SiteState)[-1].pavement_c is None)
    assert "sensor" in listening.of(SiteState)[-1].pavement_reason
    assert "pavement-temperature" in listening.codes


@pytest.mark.parametrize("kind", ["modbus-site"])
def test_a_site_has_no_command_of_a_digitiser(listening):
    for command in (listening.driver.time_sync, lambda: listening.driver.request_resend(0, 1), lambda: listening.driver.zero(("a",), 1)):
        with pytest.raises(RejectError, match="only digitisers"):
            command()


@pytest.mark.parametrize("kind", ["modbus-site"])
def test_loop_transitions_alternate_and_lie_on_the_hosts_clock(simulators, kind):
    simulators.stop()
    simulators.start(start_delay_s=0.5)
    try:
        with simulators.driver(kind) as driver:
            listener = Listener(driver)
            listener.until(lambda: len(listener.of(LoopTransition)) >= 4, 60)
            now_s = time.monotonic()
        for loop in {transition.loop for transition in listener.of(LoopTransition)}:
            states = [transition.occupied for transition in listener.of(LoopTransition) if transition.loop == loop]
            assert states == [index % 2 == 0 for index in range(len(states))]
        times = [(transition.device_ms, transition.monotonic_s) for transition in listener.of(LoopTransition)]
        assert times == sorted(times)
        assert all(now_s - 60 < monotonic_s < now_s for _, monotonic_s in times)
    finally:
        simulators.stop()
        simulators.start()
