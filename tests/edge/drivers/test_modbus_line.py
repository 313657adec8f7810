import contextlib
import struct
import threading

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from contract.faults import RejectError, RetryError
from edge.drivers.modbus import ModbusLine, signed16, wide, words
from tests.edge.drivers.peers import Terminal, answering


def reply(request, pdu):
    return request[:4] + struct.pack(">H", len(pdu) + 1) + request[6:7] + pdu


def line_to(port):
    line = ModbusLine.tcp("north", "127.0.0.1", port, 1)
    line.open()
    return line


def test_registers_are_read():
    with answering(lambda request: reply(request, struct.pack(">BBHH", 4, 4, 0x0102, 0xFFFE))) as port:
        line = line_to(port)
        assert line.read_input(7, 2) == [0x0102, 0xFFFE]
        line.close()


@pytest.mark.parametrize(
    ("number", "code", "text"),
    [
        (2, "modbus-exception", "exception 02 (illegal data address)"),
        (4, "modbus-busy", "exception 04 (device failure); it is asked again"),
        (6, "modbus-busy", "exception 06 (device busy); it is asked again"),
        (99, "modbus-exception", "an exception Modbus does not define"),
    ],
)
def test_an_exception_names_place_request_and_reason(number, code, text):
    with answering(lambda request: reply(request, bytes([request[7] | 0x80, number]))) as port:
        line = line_to(port)
        for ask, request in (
            (lambda: line.read_input(7, 2), "north: reading 2 input registers at 7"),
            (lambda: line.write(3, [1]), "north: writing 1 holding registers at 3"),
        ):
            with pytest.raises(RejectError) as caught:
                ask()
            assert caught.value.code == code
            assert request in str(caught.value)
            assert text in str(caught.value)
        line.close()


def test_another_number_of_registers_than_asked_for_is_refused():
    with answering(lambda request: reply(request, struct.pack(">BBH", 4, 2, 5))) as port:
        line = line_to(port)
        with pytest.raises(RejectError, match="gave 1 registers at 7, 2 were asked for"):
            line.read_input(7, 2)
        line.close()


def test_a_server_that_hangs_up_is_a_lost_line():
    def leave(_):
        raise ConnectionResetError

    with answering(leave) as port:
        line = line_to(port)
        with pytest.raises(RetryError, match="north: Modbus line lost"):
            line.read_input(7, 2)
        line.close()


def test_nobody_there():
    with answering(lambda request: request) as port:
        pass
    with pytest.raises(RetryError, match="north: cannot be reached over Modbus"):
        line_to(port)


@settings(deadline=None, max_examples=40, suppress_health_check=[HealthCheck.too_slow])
@given(st.binary(min_size=1, max_size=40).map(lambda body: b"\x04" + body))
def test_no_answer_does_worse_than_a_named_fault(pdu):
    with answering(lambda request: reply(request, pdu)) as port:
        line = line_to(port)
        with contextlib.closing(line), contextlib.suppress(RejectError, RetryError):
            assert len(line.read_input(7, 2)) == 2


def crc16(data):
    """CRC of Modbus RTU, bit by bit as Modbus over Serial Line V1.02, 6.2.2, describes it."""
    crc = 0xFFFF
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ (0xA001 if crc & 1 else 0)
    return crc.to_bytes(2, "little")


@pytest.mark.parametrize("flipped", [None, 0, 27, 40, 71])
def test_an_rtu_answer_counts_only_with_its_crc(flipped):
    terminal = Terminal()
    line = ModbusLine.rtu("north", terminal.path, 115_200, "none", 1)
    line.open()

    def answer():
        while terminal.heard():
            good = bytes([1, 4, 4, 1, 2, 3, 4])
            good += crc16(good)
            place, bit = divmod(flipped or 0, 8)
            terminal.say(good if flipped is None else good[:place] + bytes([good[place] ^ 1 << bit]) + good[place + 1 :])

    device = threading.Thread(target=answer)
    device.start()
    try:
        if flipped is None:
            assert line.read_input(7, 2) == [0x0102, 0x0304]
        else:
            with pytest.raises(RetryError, match="north: Modbus line lost"):
                line.read_input(7, 2)
    finally:
        device.join(10)
        line.close()
        terminal.close()


@given(st.integers(0, 2**64 - 1))
def test_wide_registers_have_the_high_word_first(value):
    assert wide(words(value, 4)) == value
    assert words(value, 4) == list(struct.unpack(">4H", value.to_bytes(8, "big")))


@given(st.integers(-(2**31), 2**31 - 1))
def test_negative_values_are_twos_complement(value):
    assert struct.pack(">2H", *words(value, 2)) == struct.pack(">i", value)
    assert signed16(words(value % 0x8000 - 0x4000, 1)[0]) == value % 0x8000 - 0x4000
