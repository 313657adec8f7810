import struct

import numpy as np
import pytest

from firmware_sims.modbus_pdu import ModbusRefusalError, answer
from firmware_sims.site_device import SiteDevice


@pytest.fixture
def site(core):
    return SiteDevice(
        loop_columns=(0, 1),
        rate_hz=1000.0,
        pavement_c=-3.5,
        clock_s=core.clock.now_s,
        faults=core.faults,
        serial_number=9,
    )


def pulses(site, count, first=0):
    """Let `count` vehicles cover loop 1 for 10 ms each, loop 2 five later."""
    for k in range(count):
        block = np.zeros((40, 2), np.int32)
        block[5:15, 0] = 3000
        block[10:20, 1] = 3000
        site.feed(block, first + 40 * k)


def head(site):
    return struct.unpack(">HHIQhHHHHHHI", site.read_input(0, 17))


def window(site):
    (count,) = struct.unpack(">H", site.read_input(100, 1))
    data = site.read_input(101, 120)
    return [struct.unpack_from(">IQHH", data, 16 * k) for k in range(count)]


def test_transitions_are_stamped_numbered_and_in_order(site):
    pulses(site, 2, first=1000)
    assert window(site) == [
        (1, 1005, 1, 1),
        (2, 1010, 2, 1),
        (3, 1015, 1, 0),
        (4, 1020, 2, 0),
        (5, 1045, 1, 1),
        (6, 1050, 2, 1),
        (7, 1055, 1, 0),
        (8, 1060, 2, 0),
    ]


def test_reading_changes_nothing_and_acknowledging_does(site):
    pulses(site, 10)
    assert window(site) == window(site)
    assert len(window(site)) == 15
    site.write_holding(0, struct.pack(">I", 12))
    assert window(site)[0][0] == 13
    site.write_holding(0, struct.pack(">I", 12))
    assert head(site)[9] == 28


def test_a_full_fifo_loses_the_oldest_and_counts(site):
    pulses(site, 300)
    assert head(site)[9:12] == (1024, 1024, 176)
    assert window(site)[0][0] == 177


def test_what_was_never_given_out_is_not_acknowledged(site):
    pulses(site, 1)
    with pytest.raises(ModbusRefusalError) as refused:
        site.write_holding(0, struct.pack(">I", 5))
    assert refused.value.code == 3
    assert len(window(site)) == 4


def test_clock_temperature_and_state(core, site):
    core.hand.seconds += 12.345
    version, firmware, serial, clock_ms, temperature, cabinet, supply, loops, occupied, *_ = head(site)
    assert (version, firmware, serial, loops, occupied) == (1, 0x0100, 9, 2, 0)
    assert clock_ms == pytest.approx(12345, abs=1)
    assert temperature == -35
    assert cabinet == 0b01010  # mains and, in the cold, the heater
    assert supply > 20_000
    site.feed(np.array([[3000, 0]], np.int32), 0)
    assert head(site)[8] == 0b01


@pytest.mark.parametrize(("fault", "bits"), [("door", 0b01011), ("mains", 0b01100), ("tamper", 0b11010)])
def test_cabinet_faults(core, site, fault, bits):
    core.faults.add(fault, {})
    assert head(site)[5] == bits


def test_tamper_is_latched_until_cleared(core, site):
    core.faults.add("tamper", {"times": "1"})
    head(site)
    core.faults.clear()
    assert head(site)[5] & 0b10000
    site.write_holding(2, struct.pack(">H", 1))
    assert not head(site)[5] & 0b10000


def test_a_broken_thermometer_gives_no_temperature(core, site):
    core.faults.add("temperature_fault", {})
    assert site.read_input(8, 1) == b"\x80\x00"


@pytest.mark.parametrize(
    ("request_hex", "reply_hex"),
    [
        ("0400000001", "04020001"),
        ("0400110001", "8402"),
        ("0400000000", "8403"),
        ("04000000", "8403"),
        ("0600020001", "0600020001"),
        ("0600020007", "8603"),
        ("06000a0001", "8602"),
        ("1000000002 04 00000000", "1000000002"),
        ("1000000001 02 0000", "9002"),
        ("1000000002 04 0000", "9003"),
        ("0300000003", "030600000000 0000"),
        ("2b0e0100", "ab01"),
    ],
)
def test_requests_by_the_byte(site, request_hex, reply_hex):
    assert answer(bytes.fromhex(request_hex), site) == bytes.fromhex(reply_hex)
