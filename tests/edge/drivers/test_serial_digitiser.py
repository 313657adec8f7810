"""The driver's own decisions, with a device that says exactly what the test wants and a clock turned by hand."""

import struct

import pytest

from contract.faults import RejectError, RetryError
from contract.station import SerialDigitiser
from edge.drivers.base import LINK_LOST_S, Heartbeat, LineFault, Report, ResendRefused, Samples, TimeMark, Zeroed
from edge.drivers.framing import FrameParser, encode
from edge.drivers.serial_commands import ANSWER_S, BUSY_S, IDENTIFY, IN_FLIGHT, RESEND, START, TIME_SYNC, TRIES, ZERO
from edge.drivers.serial_digitiser import NO_SAMPLES_S, SILENCE_S, SerialDigitiserDriver
from tests.edge.drivers import vectors
from tests.edge.drivers.peers import Terminal
from tests.edge.hand_clock import HandClock

REPORT, SAMPLES, HEARTBEAT, ACK, NAK = 1, 2, 3, 4, 5


class Bench:
    """A driver, its clock, and the device at the other end of the line."""

    def __init__(self):
        self.terminal = Terminal()
        self.clock = HandClock()
        self.driver = SerialDigitiserDriver(
            SerialDigitiser(driver="serial-digitiser", name="north", lane=1, port=self.terminal.path), self.clock
        )
        self._parser = FrameParser()
        self.driver.open()

    def close(self):
        self.driver.close()
        self.terminal.close()

    def read(self):
        return self.driver.read(0.01)

    def asked(self):
        """Give what the driver has sent since: (type, sequence, arguments)."""
        frames = self._parser.push(self.terminal.heard())
        return [(frame.type, struct.unpack_from("<H", frame.payload)[0], frame.payload[2:]) for frame in frames]

    def asked_for(self, kind):
        return [(sequence, arguments) for asked, sequence, arguments in self.asked() if asked == kind]

    def say(self, kind, payload, device=vectors.DEVICE):
        return self.hear(encode(kind, payload, device))

    def hear(self, data):
        """Say something and read it; the kernel hands it over in its own time, and the driver returns as soon as it comes."""
        self.terminal.say(data)
        return self.driver.read(5)

    def heartbeat(self, counter):
        return self.say(HEARTBEAT, struct.pack("<QHHhH", counter, 0, 24_000, 250, 0))

    def report(self, counter=4_000, oldest=0):
        return self.say(
            REPORT, struct.pack("<BBBBIIIQQ", 1, 2, 3, 1, vectors.DEVICE, 4_000_000, 480_000, counter, oldest) + b"R0L".ljust(12, b"\0")
        )

    def samples(self, counter, status=0):
        return self.say(SAMPLES, struct.pack("<QHBBH", counter, status, 1, 0, 2) + bytes(6))

    def acknowledge(self, kind, sequence, answer=b""):
        return self.say(ACK, struct.pack("<BBH", kind, 0, sequence) + answer)

    def refuse(self, kind, sequence, error, detail=0):
        return self.say(NAK, struct.pack("<BBHQ", kind, error, sequence, detail))


@pytest.fixture
def bench():
    made = Bench()
    yield made
    made.close()


def codes(events):
    return [event.fault.code for event in events if isinstance(event, LineFault)]


def test_the_device_is_asked_who_it_is_and_what_time_it_has(bench):
    assert bench.read() == []
    assert [kind for kind, _, _ in bench.asked()] == [IDENTIFY, TIME_SYNC]
    (report,) = bench.report()
    assert isinstance(report, Report)


def test_samples_before_the_report_stay_in_the_device(bench):
    assert bench.samples(0) == []
    bench.report()
    (samples,) = bench.samples(2)
    assert isinstance(samples, Samples)


def test_an_unanswered_command_is_repeated_with_its_sequence_and_then_the_line_is_lost(bench):
    bench.read()
    ((sequence, _),) = bench.asked_for(IDENTIFY)
    for _ in range(TRIES - 1):
        bench.clock.now_s += ANSWER_S + 0.01
        bench.heartbeat(1)
        assert bench.asked_for(IDENTIFY) == [(sequence, b"")]
    bench.clock.now_s += ANSWER_S + 0.01
    with pytest.raises(RetryError, match="north: command IDENTIFY was not answered in 5 tries") as caught:
        bench.read()
    assert caught.value.code == "no-answer"


def test_a_time_mark_is_the_middle_of_the_round_trip(bench):
    bench.read()
    ((sequence, arguments),) = bench.asked_for(TIME_SYNC)
    sent_s, sent_us = bench.clock.now_s, bench.clock.utc_us()
    assert struct.unpack("<q", arguments) == (sent_us,)
    bench.clock.now_s += 0.004
    (event,) = bench.acknowledge(TIME_SYNC, sequence, struct.pack("<Qq", 123, sent_us))
    assert isinstance(event, TimeMark)
    mark = event.mark
    assert (mark.counter, mark.utc_us, mark.host_error_us) == (123, sent_us + 2_000, 500)
    assert (mark.monotonic_s, mark.round_trip_s) == pytest.approx((sent_s + 0.002, 0.004))


def test_an_answer_to_an_earlier_try_is_no_time_mark(bench):
    bench.read()
    ((sequence, _),) = bench.asked_for(TIME_SYNC)
    early_us = bench.clock.utc_us()
    bench.clock.now_s += ANSWER_S + 0.01
    bench.read()
    assert bench.acknowledge(TIME_SYNC, sequence, struct.pack("<Qq", 123, early_us)) == []


def test_a_report_nobody_asked_for_means_start_again(bench):
    bench.driver.start()
    bench.report()
    bench.asked()
    bench.report(counter=10)
    bench.read()
    assert len(bench.asked_for(START)) == 1


def test_a_counter_that_goes_back_means_who_are_you(bench):
    bench.report(counter=4_000)
    bench.heartbeat(8_000)
    assert bench.asked_for(IDENTIFY)
    bench.heartbeat(100)
    bench.read()
    assert len(bench.asked_for(IDENTIFY)) == 1


def test_heartbeats_without_samples_mean_start_again(bench):
    bench.driver.start()
    bench.report()
    for kind, sequence, _ in bench.asked():
        bench.acknowledge(kind, sequence)
    said = []
    for step in range(1, 6):
        bench.clock.now_s += NO_SAMPLES_S / 4
        said += bench.heartbeat(4_000 + step)
    assert codes(said) == ["samples-missing"]
    bench.clock.now_s += ANSWER_S + 0.01
    bench.read()
    assert len(bench.asked_for(IDENTIFY)) == 1


def test_silence_of_five_seconds_is_a_lost_link(bench):
    bench.heartbeat(1)
    for kind, sequence, _ in bench.asked():
        bench.acknowledge(kind, sequence)
    bench.clock.now_s += LINK_LOST_S + 0.1
    with pytest.raises(RetryError, match="no valid frame for 5 s") as caught:
        bench.read()
    assert caught.value.code == "link-lost"


def test_frames_of_another_device_are_no_sign_of_life(bench):
    bench.report()
    for kind, sequence, _ in bench.asked():
        bench.acknowledge(kind, sequence)
    bench.clock.now_s += LINK_LOST_S + 0.1
    foreign = encode(HEARTBEAT, struct.pack("<QHHhH", 1, 0, 0, 0, 0), device=7)
    assert codes(bench.hear(foreign)) == ["foreign-device"]
    with pytest.raises(RetryError, match="no valid frame"):
        bench.read()


def test_a_frame_of_an_unknown_type_is_counted(bench):
    assert codes(bench.say(0x7F, b"")) == ["unknown-frame-type"]


def test_a_frame_that_contradicts_itself_is_counted(bench):
    bench.report()
    assert codes(bench.say(SAMPLES, struct.pack("<QHBBH", 0, 0, 2, 0, 1) + bytes(6))) == ["frame-contradicts-itself"]


def test_a_frame_that_never_ends_is_given_up_when_the_line_is_silent(bench):
    assert bench.hear(vectors.SAMPLES[:20]) == []
    bench.clock.now_s += SILENCE_S + 0.01
    assert codes(bench.read()) == ["truncated-frame"]


def test_a_resend_that_comes_too_late_says_what_is_left(bench):
    bench.report(counter=9_000, oldest=500)
    bench.driver.request_resend(100, 1_000)
    bench.read()
    ((sequence, arguments),) = bench.asked_for(RESEND)
    assert struct.unpack("<QI", arguments) == (100, 1_000)
    events = bench.refuse(RESEND, sequence, 3, 500)
    assert codes(events) == ["command-refused"]
    assert events[-1] == ResendRefused("north", 100, 1_000, 500)


def test_a_resend_longer_than_the_ring_asks_for_its_end(bench):
    bench.report(counter=900_000, oldest=420_000)
    bench.driver.request_resend(0, 900_000)
    bench.read()
    ((sequence, arguments),) = bench.asked_for(RESEND)
    assert struct.unpack("<QI", arguments) == (420_000, 480_000)
    assert bench.refuse(RESEND, sequence, 3, 420_100)[-1] == ResendRefused("north", 0, 900_000, 420_100)


def test_a_busy_device_is_asked_again_later(bench):
    bench.report()
    bench.driver.request_resend(100, 50)
    bench.read()
    ((sequence, arguments),) = bench.asked_for(RESEND)
    assert bench.refuse(RESEND, sequence, 5) == []
    bench.read()
    assert bench.asked_for(RESEND) == []
    bench.clock.now_s += BUSY_S
    bench.read()
    ((again, same),) = bench.asked_for(RESEND)
    assert (again != sequence, same == arguments) == (True, True)


def test_no_more_resends_are_under_way_than_a_device_takes(bench):
    bench.report()
    for kind, sequence, _ in bench.asked():
        bench.acknowledge(kind, sequence)
    for first in range(6):
        bench.driver.request_resend(first, 1)
    bench.read()
    asked = bench.asked_for(RESEND)
    assert len(asked) == IN_FLIGHT
    bench.acknowledge(RESEND, asked[0][0])
    bench.read()
    assert len(bench.asked_for(RESEND)) == 1


def test_a_zero_is_said_with_its_counter(bench):
    with pytest.raises(RejectError, match="has no channel R0L; it has not reported any yet"):
        bench.driver.zero(("R0L",), 5)
    bench.report()
    with pytest.raises(RejectError, match=r"2147483648 counts do not fit 32 bits"):
        bench.driver.zero(("R0L",), 2**31)
    bench.driver.zero(("R0L",), -5)
    bench.read()
    ((sequence, arguments),) = bench.asked_for(ZERO)
    assert struct.unpack("<HIi", arguments) == (0, 1, -5)
    assert bench.acknowledge(ZERO, sequence, struct.pack("<Q", 77)) == [Zeroed("north", 77, ("R0L",), -5)]


def test_an_answer_twice_is_one_answer(bench):
    bench.report()
    bench.driver.zero(("R0L",), 5)
    bench.read()
    ((sequence, _),) = bench.asked_for(ZERO)
    assert len(bench.acknowledge(ZERO, sequence, bytes(8))) == 1
    assert bench.acknowledge(ZERO, sequence, bytes(8)) == []


def test_what_came_before_a_hang_up_is_given_first(bench):
    (event,) = bench.heartbeat(7)
    assert isinstance(event, Heartbeat)
    bench.terminal.hang_up()
    with pytest.raises(RetryError, match="hung up"):
        bench.read()
