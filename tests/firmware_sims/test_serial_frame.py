import itertools
import re
import struct
import zlib
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmware_sims import serial_payload
from firmware_sims.digitiser import Refusal
from firmware_sims.serial_frame import FrameReader, FrameType, encode
from tests.firmware_sims import wire

PAGE = Path(__file__).parents[2] / "docs" / "protocols" / "serial-digitiser.md"
DEVICE = 0x57494D01


def page_vectors():
    text = PAGE.read_text(encoding="utf-8").partition("## Test vectors")[2]
    return [bytes.fromhex(block.replace("\n", " ")) for block in re.findall(r"(?:^    [0-9a-f ]+\n)+", text, re.MULTILINE)]


def expected_frames():
    counts = np.array([[0, -1, 256], [8388607, -8388608, -2]], "<i4")
    packed = counts.view(np.uint8).reshape(2, 3, 4)[:, :, :3].reshape(2, 9)
    report = struct.pack("<BBBBIIIQQ", 1, 2, 3, 2, DEVICE, 4_000_000, 480_000, 4000, 0)
    report += b"R0L".ljust(12, b"\0") + b"loopA".ljust(12, b"\0")
    return [
        (FrameType.HEARTBEAT, serial_payload.heartbeat(4000, 0x10)),
        (FrameType.SAMPLES, serial_payload.samples(1_000_000, 0x29, 3, packed)),
        (FrameType.RESEND, struct.pack("<HQI", 0x0102, 999_000, 500)),
        (FrameType.NAK, serial_payload.nak(0x86, Refusal.GONE, 0x0102, 999_200)),
        (FrameType.REPORT, report),
    ]


def test_the_pages_vectors_are_what_the_simulator_sends():
    assert page_vectors() == [encode(kind, DEVICE, payload) for kind, payload in expected_frames()]


def test_the_pages_crc_vector_holds():
    assert zlib.crc32(b"123456789") == 0xCBF43926
    assert "0xCBF43926" in PAGE.read_text(encoding="utf-8")


def test_the_pages_vectors_are_read_back():
    frames = FrameReader().feed(b"".join(page_vectors()))
    assert [(frame.type, frame.payload) for frame in frames] == expected_frames()
    assert {frame.device for frame in frames} == {DEVICE}


@given(payload=st.binary(max_size=4096), kind=st.integers(0, 255), device=st.integers(0, 2**32 - 1))
def test_an_independent_decoder_reads_every_frame(payload, kind, device):
    assert wire.frames(encode(kind, device, payload)) == ([(kind, payload)], 0)


@given(
    payloads=st.lists(st.binary(max_size=60), min_size=1, max_size=5),
    noise=st.lists(st.binary(max_size=40), min_size=6, max_size=6),
    cuts=st.lists(st.integers(0, 600), max_size=8),
)
def test_frames_are_found_between_noise_whatever_the_split(payloads, noise, cuts):
    stream = noise[0].replace(b"\xa5", b"\x00")
    for payload, between in zip(payloads, noise[1:], strict=False):
        stream += encode(FrameType.SAMPLES, 1, payload) + between.replace(b"\xa5", b"\x00")
    reader, found = FrameReader(), []
    edges = [0, *sorted(min(cut, len(stream)) for cut in cuts), len(stream)]
    for low, high in itertools.pairwise(edges):
        found += reader.feed(stream[low:high])
    assert [frame.payload for frame in found] == payloads


@given(payload=st.binary(max_size=60), at=st.integers(0, 10_000), bit=st.integers(0, 7))
def test_a_flipped_bit_costs_its_frame_and_no_other(payload, at, bit):
    first, second = encode(2, 1, payload), encode(3, 1, b"after")
    damaged = bytearray(first)
    damaged[at % len(first)] ^= 1 << bit
    found = FrameReader().feed(bytes(damaged) + second + bytes(4200))
    assert [frame.payload for frame in found] == [b"after"]


@pytest.mark.parametrize("rate_hz", [1000.0, 2000.0, 4000.0, 20_000.0])
@pytest.mark.parametrize("channels", [1, 10, 32])
def test_a_frame_of_samples_fits_its_bounds(rate_hz, channels):
    count = serial_payload.samples_per_frame(rate_hz, channels)
    assert 1 <= count <= 80
    assert 14 + 3 * channels * count <= 4096
