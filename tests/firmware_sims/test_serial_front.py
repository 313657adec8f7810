import os
import struct

import numpy as np
import pytest

from tests.firmware_sims import wire
from tests.firmware_sims.rig import CHANNELS, RATE_HZ, SERIAL_NUMBER, signal

RESENT, TIME_SYNCED, AFTER_RESET, RING_OVERFLOW = 8, 32, 16, 4


def sample_frames(data):
    return [wire.samples(payload) for kind, payload in wire.frames(data)[0] if kind == wire.SAMPLES]


def assert_true(frames):
    for counter, _, counts in frames:
        assert np.array_equal(counts, signal(counter, counter + len(counts)))


def counters(frames):
    return [counter + k for counter, _, counts in frames for k in range(len(counts))]


def test_a_host_that_opens_the_line_is_told_who_the_device_is(bench):
    bench.advance(0.5)
    bench.connect()
    kind, payload = wire.frames(bench.run(0.02))[0][0]
    assert kind == wire.REPORT
    said = wire.report(payload)
    assert said["names"] == list(CHANNELS)
    assert (said["serial"], said["firmware"], said["rate_mhz"]) == (SERIAL_NUMBER, (1, 2, 3), RATE_HZ * 1000)
    assert said["ring"] >= 120 * RATE_HZ
    assert said["oldest"] == 0


def test_nothing_but_heartbeats_before_start(bench):
    bench.connect()
    kinds = [kind for kind, _ in wire.frames(bench.run(3.5))[0]]
    assert kinds.count(wire.HEARTBEAT) == 4
    assert wire.SAMPLES not in kinds


def test_samples_follow_each_other_and_are_true(bench):
    bench.start()
    data = bench.run(2.0)
    frames = sample_frames(data)
    assert wire.frames(data)[1] == 0
    assert_true(frames)
    assert counters(frames) == list(range(counters(frames)[0], counters(frames)[-1] + 1))
    assert len(counters(frames)) > 1.9 * RATE_HZ


def test_start_names_the_first_sample_and_stop_the_first_not_sent(bench):
    bench.connect()
    bench.run(0.5)
    _, started = bench.ask(wire.START, sequence=5)
    assert started[:4] == bytes((wire.START, 0, 5, 0))
    first = struct.unpack_from("<Q", started, 4)[0]
    frames = sample_frames(bench.run(0.5))
    assert first <= frames[0][0] < first + 100
    os.write(bench.host, wire.command(wire.STOP, sequence=6))
    data = bench.run(0.5)
    answer = next(payload for kind, payload in wire.frames(data)[0] if kind == wire.ACK)
    frames += sample_frames(data)
    assert struct.unpack_from("<Q", answer, 4)[0] == counters(frames)[-1] + 1


def test_a_second_start_changes_nothing(bench):
    bench.start()
    before = sample_frames(bench.run(0.5))
    os.write(bench.host, wire.command(wire.START, sequence=2))
    after = sample_frames(bench.run(0.5))
    seen = counters(before + after)
    assert seen == list(range(seen[0], seen[-1] + 1))


def test_time_sync_is_answered_with_the_counter_at_reception(bench):
    bench.start()
    before = bench.digitiser.ring.next
    kind, payload = bench.ask(wire.TIME_SYNC, struct.pack("<q", 1_700_000_000_000_000), sequence=9)
    assert kind == wire.ACK
    counter, echoed = struct.unpack_from("<Qq", payload, 4)
    assert echoed == 1_700_000_000_000_000
    assert before <= counter <= before + 20
    assert sample_frames(bench.run(0.1))[0][1] & TIME_SYNCED


def test_after_reset_is_told_for_ten_seconds(bench):
    bench.start()
    assert sample_frames(bench.run(0.1))[0][1] & AFTER_RESET
    late = sample_frames(bench.run(11))
    assert not late[-1][1] & AFTER_RESET


def test_zero_moves_the_offset_once_however_often_it_is_repeated(bench):
    bench.start()
    payload = struct.pack("<HIi", 0, 0b010, 500)
    first = struct.unpack_from("<Q", bench.ask(wire.ZERO, payload, sequence=3)[1], 4)[0]
    again = struct.unpack_from("<Q", bench.ask(wire.ZERO, payload, sequence=3)[1], 4)[0]
    assert first == again
    counter, _, counts = sample_frames(bench.run(0.2))[-1]
    assert np.array_equal(signal(counter, counter + len(counts)) - counts, np.tile([0, 500, 0], (len(counts), 1)))
    bench.ask(wire.ZERO, payload, sequence=4)
    counter, _, counts = sample_frames(bench.run(0.2))[-1]
    assert (signal(counter, counter + len(counts)) - counts)[0, 1] == 1000


def test_resend_gives_the_whole_range_marked(bench):
    bench.start()
    bench.run(1.0)
    os.write(bench.host, wire.command(wire.RESEND, struct.pack("<QI", 100, 333), sequence=8))
    frames = [frame for frame in sample_frames(bench.run(0.2)) if frame[1] & RESENT]
    assert counters(frames) == list(range(100, 433))
    assert_true(frames)


def nak(bench, kind, payload=b""):
    answer, content = bench.ask(kind, payload, sequence=12)
    assert answer == wire.NAK
    command, error, sequence, detail = struct.unpack("<BBHQ", content)
    assert (command, sequence) == (kind, 12)
    return error, detail


def test_resend_of_what_is_gone_names_the_oldest(bench):
    bench.start()
    for _ in range(130):
        bench.advance(1.0)
    error, oldest = nak(bench, wire.RESEND, struct.pack("<QI", 0, 10))
    assert error == 3
    assert 0 < oldest <= bench.digitiser.ring.oldest


def test_resend_of_what_is_not_yet_names_the_newest(bench):
    bench.start()
    error, newest = nak(bench, wire.RESEND, struct.pack("<QI", bench.digitiser.ring.next, 1000))
    assert error == 4
    assert newest <= bench.digitiser.ring.next


@pytest.mark.parametrize(
    ("kind", "payload", "error"),
    [
        (0x99, b"", 1),
        (wire.SAMPLES, b"", 1),
        (wire.START, b"more", 2),
        (wire.TIME_SYNC, b"", 2),
        (wire.ZERO, struct.pack("<HIi", 0, 0, 1), 2),
        (wire.ZERO, struct.pack("<HIi", 0, 0b1000, 1), 2),
        (wire.RESEND, struct.pack("<QI", 0, 0), 2),
    ],
)
def test_what_it_cannot_do_it_refuses(bench, kind, payload, error):
    bench.start()
    assert nak(bench, kind, payload)[0] == error


def test_a_fifth_waiting_resend_is_refused(bench):
    bench.start()
    bench.run(1.0)
    os.write(bench.host, b"".join(wire.command(wire.RESEND, struct.pack("<QI", 0, 900), sequence=k) for k in range(5)))
    found, _ = wire.frames(bench.run(0.01))
    assert [kind for kind, _ in found if kind in (wire.ACK, wire.NAK)] == [wire.ACK] * 4 + [wire.NAK]


def test_another_devices_commands_are_not_answered(bench):
    bench.start()
    os.write(bench.host, wire.command(wire.IDENTIFY, device=SERIAL_NUMBER + 1))
    assert wire.ACK not in [kind for kind, _ in wire.frames(bench.run(0.1))[0]]
    assert bench.ask(wire.IDENTIFY, device=SERIAL_NUMBER)[0] == wire.ACK


def test_when_nobody_reads_conversion_goes_on_and_what_was_missed_can_be_had(bench):
    bench.start()
    bench.run(0.5)
    bench.disconnect()
    for _ in range(300):
        bench.advance(0.01)
        bench.front.tick()
    bench.connect()
    frames = sample_frames(bench.run(0.5))
    live = [frame for frame in frames if frame[0] > 3000]
    assert live[0][1] & RING_OVERFLOW
    assert not live[1][1] & RING_OVERFLOW
    os.write(bench.host, wire.command(wire.RESEND, struct.pack("<QI", 600, 2000)))
    resent = [frame for frame in sample_frames(bench.run(0.5)) if frame[1] & RESENT]
    assert counters(resent) == list(range(600, 2600))
    assert_true(resent)


def test_a_host_that_does_not_read_never_blocks_the_device(bench):
    bench.start()
    for _ in range(2000):
        bench.advance(0.01)
        bench.front.tick()
    assert bench.front.stats["passed_over"] > 10 * RATE_HZ
    assert_true(sample_frames(bench.receive() + bench.run(0.5)))


def test_drop_loses_frames_and_nothing_else(bench):
    bench.start()
    bench.faults.add("drop", {"p": "0.3"})
    data = bench.run(4.0)
    frames = sample_frames(data)
    assert wire.frames(data)[1] == 0
    assert_true(frames)
    missing = len(range(frames[0][0], counters(frames)[-1] + 1)) - len(counters(frames))
    assert missing > 0
    assert bench.faults.counts["drop"] > 20


@pytest.mark.parametrize(("fault", "arguments"), [("corrupt", {"bits": "3"}), ("truncate", {}), ("garbled", {})])
def test_damage_leaves_stray_bytes_and_only_true_frames(bench, fault, arguments):
    bench.start()
    bench.faults.add(fault, {"p": "0.5", **arguments})
    data = bench.run(4.0)
    assert wire.frames(data)[1] > 0
    assert_true(sample_frames(data))
    assert bench.faults.counts[fault] > 20


def test_garbled_bytes_lie_between_whole_frames(bench):
    bench.start()
    bench.faults.add("garbled", {})
    seen = counters(sample_frames(bench.run(2.0)))
    assert seen == list(range(seen[0], seen[-1] + 1))


def test_duplicate_sends_the_same_frame_twice(bench):
    bench.start()
    bench.faults.add("duplicate", {"times": "1"})
    seen = [frame[0] for frame in sample_frames(bench.run(1.0))]
    assert len(seen) == len(set(seen)) + 1


def test_half_frame_pauses_and_then_goes_on(bench):
    bench.start()
    bench.run(0.1)
    bench.faults.add("half_frame", {"pause_s": "0.5"})
    assert not sample_frames(bench.run(0.5))
    data = bench.run(0.5)
    frames = sample_frames(data)
    assert_true(frames)
    assert bench.faults.counts == {"half_frame": 1}


def test_stall_is_silent_and_deaf_and_the_rest_is_in_the_ring(bench):
    bench.start()
    bench.run(0.1)
    bench.faults.add("stall", {"for_s": "3"})
    os.write(bench.host, wire.command(wire.IDENTIFY))
    assert bench.run(2.9) == b""
    frames = sample_frames(bench.run(1.0))
    assert_true(frames)
    assert frames[0][1] & RING_OVERFLOW
    assert bench.ask(wire.RESEND, struct.pack("<QI", 200, 2500))[0] == wire.ACK


def test_hang_up_ends_the_line_and_opens_another_behind_the_same_link(bench):
    bench.start()
    bench.run(0.1)
    before = bench.link.readlink()
    bench.faults.add("hang_up", {"pause_s": "0.5"})
    for _ in range(10):
        bench.advance(0.01)
        bench.front.tick()
    assert not bench.link.is_symlink()
    with pytest.raises(OSError, match="Input/output"):
        os.write(bench.host, b"x")
    bench.disconnect()
    for _ in range(60):
        bench.advance(0.01)
        bench.front.tick()
    assert bench.link.is_symlink()
    bench.connect()
    data = bench.run(0.5)
    assert wire.frames(data)[0][0][0] == wire.REPORT
    assert_true(sample_frames(data))
    assert sample_frames(data)
    assert str(before).startswith("/dev/pts/")


def test_a_restart_counts_from_zero_and_says_so(bench):
    bench.start()
    bench.run(1.0)
    bench.digitiser.power_up()
    data = bench.run(0.05)
    found, _ = wire.frames(data)
    said = wire.report(next(payload for kind, payload in found if kind == wire.REPORT))
    assert said["oldest"] == 0
    assert wire.SAMPLES not in [kind for kind, _ in found]


def test_closing_removes_the_link(bench):
    bench.front.close()
    assert not bench.link.is_symlink()
