"""What the serial digitiser's frames say (docs/protocols/serial-digitiser.md): payloads to events. No I/O and no clock."""

import struct
from dataclasses import dataclass
from typing import Final

from contract.faults import RejectError
from edge.drivers.base import COUNTER_END, DeviceStatus, Heartbeat, Report, Samples
from edge.drivers.counts import unpack_i24

REPORT_HEAD: Final = struct.Struct("<BBBBIIIQQ")
SAMPLES_HEAD: Final = struct.Struct("<QHBBH")
HEARTBEAT_BODY: Final = struct.Struct("<QHHhH")
ANSWER_HEAD: Final = struct.Struct("<BBH")
U64: Final = struct.Struct("<Q")
I64: Final = struct.Struct("<q")
NAME_BYTES: Final = 12
CHANNELS_MAX: Final = 32
KNOWN_BITS: Final = 0x3F
"""Status bits that version 1 defines; a receiver ignores the others."""


def decode_report(device: str, payload: bytes) -> Report:
    """Read a REPORT.

    Raises
    ------
    RejectError
        If its length or values contradict each other.
    """
    if len(payload) < REPORT_HEAD.size:
        raise _contradiction(device, f"a report of {len(payload)} bytes")
    major, minor, patch, channels, serial_number, rate_mhz, ring, counter, oldest = REPORT_HEAD.unpack_from(payload)
    if len(payload) != REPORT_HEAD.size + NAME_BYTES * channels or not 1 <= channels <= CHANNELS_MAX:
        raise _contradiction(device, f"a report of {len(payload)} bytes for {channels} channels")
    if rate_mhz == 0 or oldest > counter or counter >= COUNTER_END:
        raise _contradiction(device, f"a report of {rate_mhz} mHz, counter {counter}, oldest {oldest}")
    names = [payload[at : at + NAME_BYTES].rstrip(b"\0") for at in range(REPORT_HEAD.size, len(payload), NAME_BYTES)]
    return Report(
        device=device,
        identity=f"{serial_number:08x}, firmware {major}.{minor}.{patch}",
        channels=tuple(name.decode("ascii", "replace") for name in names),
        rate_hz=rate_mhz / 1000,
        counter=counter,
        oldest=oldest,
        ring_samples=ring,
    )


def decode_samples(device: str, payload: bytes, channels: int) -> Samples:
    """Read SAMPLES of a device that reported `channels` channels.

    Raises
    ------
    RejectError
        If the frame claims another number of channels, or its length does not fit.
    """
    if len(payload) < SAMPLES_HEAD.size:
        raise _contradiction(device, f"samples of {len(payload)} bytes")
    counter, status, claimed, _, samples = SAMPLES_HEAD.unpack_from(payload)
    if claimed != channels or samples == 0 or counter >= COUNTER_END:
        raise _contradiction(device, f"{samples} samples of {claimed} channels at {counter}, the device reported {channels} channels")
    counts = unpack_i24(payload[SAMPLES_HEAD.size :], samples, claimed, "little", device)
    bits = DeviceStatus(status & KNOWN_BITS)
    return Samples(device=device, counter=counter, counts=counts, status=bits, resent=DeviceStatus.RESENT in bits)


def decode_heartbeat(device: str, payload: bytes) -> Heartbeat:
    """Read a HEARTBEAT.

    Raises
    ------
    RejectError
        If its length does not fit.
    """
    if len(payload) != HEARTBEAT_BODY.size:
        raise _contradiction(device, f"a heartbeat of {len(payload)} bytes")
    counter, status, supply_mv, tenths_c, _ = HEARTBEAT_BODY.unpack(payload)
    return Heartbeat(device, counter, DeviceStatus(status & KNOWN_BITS), supply_mv / 1000, tenths_c / 10)


@dataclass(frozen=True, slots=True)
class Answer:
    """An ACK (`error` 0) or NAK: what it answers, and the u64 and i64 that follow (0 where none does)."""

    command: int
    error: int
    sequence: int
    value: int
    echo_us: int


def decode_answer(device: str, payload: bytes) -> Answer:
    """Read an ACK or NAK.

    Raises
    ------
    RejectError
        If it is too short to hold command and sequence.
    """
    if len(payload) < ANSWER_HEAD.size:
        raise _contradiction(device, f"an answer of {len(payload)} bytes")
    command, error, sequence = ANSWER_HEAD.unpack_from(payload)
    rest = payload[ANSWER_HEAD.size :].ljust(U64.size + I64.size, b"\0")
    return Answer(command, error, sequence, U64.unpack_from(rest)[0], I64.unpack_from(rest, U64.size)[0])


def _contradiction(device: str, what: str) -> RejectError:
    return RejectError("frame-contradicts-itself", device, f"{what}, with a good CRC; the frame is left out")
