"""Damaged streams: the same readings however they are cut, none that was not sent, nothing kept beyond one frame."""

import random
from collections import Counter
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from calibration.scales.mt_sics import MtSicsParser
from calibration.scales.plausibility import STEP_KG, Plausibility
from calibration.scales.remote_display import RemoteDisplayParser
from calibration.scales.rinstrum import RinstrumParser
from calibration.scales.toledo import ToledoParser
from calibration.scales.xk3190 import XK3190Parser
from firmware_sims.scales import mt_sics, remote_display, rinstrum, toledo, xk3190
from firmware_sims.scales.fault_names import FaultName
from firmware_sims.scales.line_damage import LineDamage
from firmware_sims.scales.platform import Shown

HELD_MAX = 64


def display(value):
    return Shown(value, 0, 20, 0, "kg", moving=False, over=False, under=False)


def rinstrum_pair(value, *, crc):
    return b"".join(
        rinstrum.framed(f"8111{register}:{content & 0xFFFFFFFF:08X}".encode(), crc=crc)
        for register, content in ((rinstrum.STATUS, 0), (rinstrum.GROSS, value))
    )


PROTOCOLS = {
    "xk3190": (XK3190Parser, lambda value: xk3190.encode(value, 0)),
    "toledo": (ToledoParser, lambda value: toledo.frame(display(value))),
    "mt-sics": (MtSicsParser, lambda value: mt_sics.weight_line(value, 0, "kg", stable=True)),
    "remote-display": (RemoteDisplayParser, remote_display.encode),
    "rinstrum": (RinstrumParser, lambda value: rinstrum_pair(value, crc=False)),
    "rinstrum-crc": (lambda: RinstrumParser(crc=True), lambda value: rinstrum_pair(value, crc=True)),
}
every_protocol = pytest.mark.parametrize("name", PROTOCOLS)


def whole(name, data):
    parser = PROTOCOLS[name][0]()
    return parser.push(data), parser.take_damage()


@every_protocol
@settings(max_examples=300)
@given(
    pieces=st.lists(
        st.one_of(st.integers(0, 4999).map(lambda n: 20 * n), st.binary(max_size=30), st.sampled_from([b"\x02", b"=", b"\r\n", b"\x01"]))
    ),
    cuts=st.lists(st.integers(0, 400), max_size=20),
    flips=st.lists(st.tuples(st.integers(0, 10_000), st.integers(0, 7)), max_size=4),
)
def test_any_cutting_gives_the_same(name, pieces, cuts, flips):
    make = PROTOCOLS[name][1]
    stream = bytearray(b"".join(make(piece) if isinstance(piece, int) else piece for piece in pieces))
    for place, bit in flips:
        if stream:
            stream[place % len(stream)] ^= 1 << bit
    parser, readings, damage = PROTOCOLS[name][0](), [], Counter()
    edges = sorted({0, len(stream), *(cut for cut in cuts if cut < len(stream))})
    for start, stop in pairwise(edges):
        readings += parser.push(bytes(stream[start:stop]))
        damage += parser.take_damage()
        assert parser.held_bytes <= HELD_MAX
    assert (readings, damage) == whole(name, bytes(stream))


@every_protocol
def test_whole_frames_are_all_read(name):
    make = PROTOCOLS[name][1]
    values = [0, 20, 38_200, 99_980]
    readings, damage = whole(name, b"".join(make(value) for value in values))
    assert [reading.load_kg for reading in readings] == values
    assert not damage


@every_protocol
def test_ten_thousand_streams_of_garbage_give_no_reading(name):
    rng = random.Random(4)
    parser = PROTOCOLS[name][0]()
    for _ in range(10_000):
        assert parser.push(rng.randbytes(rng.randrange(1, 60))) == []
        assert parser.held_bytes <= HELD_MAX
    assert parser.take_damage()


def damaged_among_sound(name):
    """Give the readings of 10 000 frames with one flipped bit, each followed by a sound one of the same load."""
    parser, make = PROTOCOLS[name][0](), PROTOCOLS[name][1]
    damage = LineDamage(frozenset({FaultName.CORRUPT}), 1.0, random.Random(7))
    return [reading for _ in range(10_000) for reading in parser.push(damage.frame(make(38_200)) + make(38_200))]


@pytest.mark.parametrize("name", ["xk3190", "toledo", "rinstrum-crc"])
def test_a_checksum_lets_no_single_flip_through_and_sound_frames_are_found_again(name):
    readings = damaged_among_sound(name)
    assert {reading.load_kg for reading in readings} == {38_200}
    assert len(readings) > 8_000


@pytest.mark.parametrize("name", ["mt-sics", "rinstrum", "remote-display"])
def test_without_a_checksum_the_neighbours_drop_what_is_far_off(name):
    readings = damaged_among_sound(name)
    assert any(reading.load_kg is not None and abs(reading.load_kg - 38_200) > STEP_KG for reading in readings)
    left = Plausibility().sift(readings)
    assert all(abs(reading.load_kg - 38_200) <= STEP_KG for reading in left if reading.load_kg is not None)
    assert sum(reading.load_kg == 38_200 for reading in left) > 8_000
