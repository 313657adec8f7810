"""Payloads of the frames a digitiser sends (docs/protocols/serial-digitiser.md), little endian."""

from __future__ import annotations

import struct

import numpy as np
from numpy.typing import NDArray

from firmware_sims.digitiser import SUPPLY_MV, TEMPERATURE_DECI_C, Digitiser, Refusal
from firmware_sims.serial_frame import PAYLOAD_MAX

SAMPLES_HEADER = struct.Struct("<QHBBH")
NAME_BYTES = 12
FRAME_S = 0.02
"""A frame covers about this much of nominal time."""
SAMPLES_MAX = 80


def samples_per_frame(rate_hz: float, channels: int) -> int:
    """How many samples a digitiser puts into one frame."""
    fit = (PAYLOAD_MAX - SAMPLES_HEADER.size) // (3 * channels)
    return max(1, min(SAMPLES_MAX, int(rate_hz * FRAME_S), fit))


def report(digitiser: Digitiser) -> bytes:
    """Make REPORT: who the device is and where its counter and ring stand."""
    identity, ring = digitiser.identity, digitiser.ring
    head = struct.pack(
        "<BBBBIIIQQ",
        *identity.firmware,
        len(identity.channels),
        identity.serial_number,
        identity.rate_mhz,
        ring.length,
        ring.next,
        ring.oldest,
    )
    return head + b"".join(name.encode("ascii").ljust(NAME_BYTES, b"\0") for name in identity.channels)


def samples(counter: int, status: int, channels: int, packed: NDArray[np.uint8]) -> bytes:
    """Make SAMPLES of packed counts uint8 (n, 3·channels) as the ring keeps them."""
    return SAMPLES_HEADER.pack(counter, status, channels, 0, len(packed)) + packed.tobytes()


def heartbeat(counter: int, status: int) -> bytes:
    """Make HEARTBEAT."""
    return struct.pack("<QHHhH", counter, status, SUPPLY_MV, TEMPERATURE_DECI_C, 0)


def ack(command: int, sequence: int, answer: bytes = b"") -> bytes:
    """Make ACK with the command's own answer."""
    return struct.pack("<BBH", command, 0, sequence) + answer


def nak(command: int, refusal: Refusal, sequence: int, detail: int) -> bytes:
    """Make NAK."""
    return struct.pack("<BBHQ", command, refusal, sequence, detail)
