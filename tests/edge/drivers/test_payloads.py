import contextlib
import struct

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract.faults import RejectError
from edge.drivers.base import DeviceStatus
from edge.drivers.counts import unpack_i24
from edge.drivers.digitiser_map import BLOCK_REGISTERS, channels_in, decode_block, decode_report, decode_state, joined, samples_per_block
from edge.drivers.framing import FrameParser
from edge.drivers.payloads import decode_answer, decode_heartbeat, decode_samples
from edge.drivers.payloads import decode_report as decode_serial_report
from tests.edge.drivers import vectors


def payload(data):
    (frame,) = FrameParser().push(data)
    return frame.payload


def test_samples_of_the_page():
    samples = decode_samples("d", payload(vectors.SAMPLES), 3)
    assert samples.counter == 1_000_000
    assert samples.stop == 1_000_002
    assert samples.counts.tolist() == [[0, 8388607], [-1, -8388608], [256, -2]]
    assert samples.status == DeviceStatus.SATURATED | DeviceStatus.RESENT | DeviceStatus.TIME_SYNCED
    assert samples.resent
    assert not samples.faulty


def test_heartbeat_of_the_page():
    heartbeat = decode_heartbeat("d", payload(vectors.HEARTBEAT))
    assert (heartbeat.counter, heartbeat.supply_v, heartbeat.housing_c) == (4000, 23.95, 31.2)
    assert heartbeat.status == DeviceStatus.AFTER_RESET


def test_report_of_the_page():
    report = decode_serial_report("d", payload(vectors.REPORT))
    assert report.channels == ("R0L", "loopA")
    assert (report.rate_hz, report.ring_samples, report.counter, report.oldest) == (4000.0, 480_000, 4000, 0)
    assert report.identity == "57494d01, firmware 1.2.3"


def test_refusal_of_the_page():
    answer = decode_answer("d", payload(vectors.GONE))
    assert (answer.command, answer.error, answer.sequence, answer.value) == (0x86, 3, 0x0102, 999_200)


@pytest.mark.parametrize(
    "decode", [decode_serial_report, decode_heartbeat, decode_answer, lambda name, data: decode_samples(name, data, 3)]
)
@given(data=st.binary(max_size=120))
def test_no_payload_does_worse_than_a_named_refusal(decode, data):
    with contextlib.suppress(RejectError):
        decode("north", data)


@pytest.mark.parametrize(
    ("offset", "value", "message"),
    [(10, 4, "4 channels"), (12, 3, "need 27"), (12, 0, "0 samples"), (7, 0x80, "the device reported 3")],
)
def test_samples_that_contradict_themselves(offset, value, message):
    data = bytearray(payload(vectors.SAMPLES))
    data[offset] = value
    with pytest.raises(RejectError, match=message):
        decode_samples("d", bytes(data), 3)


counts = st.integers(1, 12).flatmap(lambda n: st.lists(st.lists(st.integers(-(2**23), 2**23 - 1), min_size=n, max_size=n), min_size=1))


@pytest.mark.parametrize("order", ["little", "big"])
@given(rows=counts)
def test_unpacking_24_bits(order, rows):
    packed = b"".join((count & 0xFFFFFF).to_bytes(3, order) for row in rows for count in row)
    unpacked = unpack_i24(packed, len(rows), len(rows[0]), order, "d")
    assert unpacked.dtype == np.int32
    assert unpacked.T.tolist() == rows


def block(first, rows, status=0, tail=b""):
    packed = b"".join((count & 0xFFFFFF).to_bytes(3, "big") for row in rows for count in row) + tail
    return list(struct.unpack(f">{BLOCK_REGISTERS}H", struct.pack(">QHH", first, len(rows), status) + packed.ljust(238, b"\0")))


def test_block_of_the_page():
    registers = block(77, [[1], [-2]])
    assert registers[6:9] == [0x0000, 0x01FF, 0xFFFE]
    samples = decode_block("d", registers, 1, None)
    assert (samples.counter, samples.counts.tolist()) == (77, [[1, -2]])


def test_an_empty_block_is_no_samples():
    assert decode_block("d", block(77, []), 4, 77) is None


@pytest.mark.parametrize(
    ("registers", "expected"),
    [
        (block(77, [[1, 2]]), 78),
        (block(2**63, [[1, 2]]), None),
        ([*block(77, [])[:4], 40, *block(77, [])[5:]], None),
        (block(77, [[1, 2]], tail=b"\1"), None),
    ],
)
def test_a_block_that_cannot_be_is_refused(registers, expected):
    with pytest.raises(RejectError, match="nothing is taken from it"):
        decode_block("d", registers, 2, expected)


def test_neighbouring_blocks_are_joined_unless_their_status_differs():
    blocks = [decode_block("d", block(10 * k, [[k]] * 10, status), 1, None) for k, status in enumerate([0, 0, 2, 0])]
    runs = joined(blocks)
    assert [(run.counter, run.counts.shape[1], run.faulty) for run in runs] == [(0, 20, False), (20, 10, True), (30, 10, False)]


def state(**changed):
    registers = [1, 0x0102, 3, 0x5749, 0x4D01, 0x003D, 0x0900, 2, samples_per_block(2), 7, 0x5300, 16, 23950, 312, 1, 9]
    registers += [0, 0, 0, 4000, 0, 0, 0, 100, 0, 0, 0, 200, *([0] * 4)]
    for index, value in changed.items():
        registers[int(index[1:])] = value
    return registers


def test_state_and_report_of_the_register_map():
    heartbeat, beat, running = decode_state("d", state())
    assert (heartbeat.counter, heartbeat.supply_v, heartbeat.housing_c, beat, running) == (4000, 23.95, 31.2, 9, True)
    names = [0x5230, 0x4C00, 0, 0, 0, 0, 0x6C6F, 0x6F70, 0x4100, 0, 0, 0]
    report = decode_report("d", state(), names)
    assert (report.identity, report.channels) == ("57494d01, firmware 1.2.3", ("R0L", "loopA"))
    assert (report.rate_hz, report.counter, report.oldest, report.ring_samples) == (4000.0, 4000, 100, 480_000)


@pytest.mark.parametrize("changed", [{"r0": 2}, {"r16": 0x8000}, {"r20": 1}])
def test_a_state_that_cannot_be_is_refused(changed):
    with pytest.raises(RejectError, match="version 1 is wanted"):
        decode_state("d", state(**changed))


@given(st.lists(st.integers(0, 0xFFFF), min_size=BLOCK_REGISTERS, max_size=BLOCK_REGISTERS), st.integers(1, 16))
def test_no_registers_do_worse_than_a_named_refusal(registers, channels):
    with contextlib.suppress(RejectError):
        decode_block("d", registers, channels, None)
    with contextlib.suppress(RejectError):
        decode_state("d", registers)
    with contextlib.suppress(RejectError):
        decode_report("d", registers, registers[: 6 * channels_in("d", registers)])
