"""The Modbus digitiser's register map (docs/protocols/modbus-digitiser.md): registers to events. No I/O and no clock."""

import struct
from typing import Final

import numpy as np

from contract.faults import RejectError
from edge.drivers.base import COUNTER_END, DeviceStatus, Heartbeat, Report, Samples
from edge.drivers.counts import COUNT_BYTES, unpack_i24
from edge.drivers.modbus import signed16, wide

STATE_AT, STATE_COUNT = 0, 32
COUNTER_AT, OLDEST_AT, OLDEST_AND_POINTER_COUNT = 16, 20, 8
SYNC_AT, SYNC_COUNT = 28, 8
NAMES_AT, NAME_REGISTERS = 40, 6
BLOCK_AT, BLOCK_REGISTERS, BLOCK_HEAD, BLOCKS = 1000, 125, 6, 32
COMMAND_AT, ACKNOWLEDGE_AT = 0, 10

START, ZERO, TIME_SYNC, REWIND = 1, 3, 4, 5
"""Values of the command register."""

MAP_VERSION: Final = 1
CHANNELS_MAX: Final = 16
BLOCK_BYTES: Final = 238
"""Bytes of counts in a block: 119 registers."""

KNOWN_BITS: Final = 0x3F
"""Status bits that version 1 defines."""


def samples_per_block(channels: int) -> int:
    """Give B, the samples that a full block holds."""
    return BLOCK_BYTES // (COUNT_BYTES * channels)


def decode_state(device: str, registers: list[int]) -> tuple[Heartbeat, int, bool]:
    """Read registers 0–31: the state as a heartbeat, the heartbeat register (it must move every second), and whether the device is started.

    Raises
    ------
    RejectError
        If they are of another map, or contradict each other.
    """
    counter, oldest = wide(registers[16:20]), wide(registers[20:24])
    if registers[0] != MAP_VERSION or oldest > counter or counter >= COUNTER_END:
        raise _damaged(device, f"map version {registers[0]}, counter {counter}, oldest {oldest}; version {MAP_VERSION} is wanted")
    status = DeviceStatus(registers[11] & KNOWN_BITS)
    return Heartbeat(device, counter, status, registers[12] / 1000, signed16(registers[13]) / 10), registers[15], bool(registers[14])


def channels_in(device: str, registers: list[int]) -> int:
    """Give the number of channels, once block size and rate agree with it.

    Raises
    ------
    RejectError
        If they do not.
    """
    channels, per_block, rate_mhz = registers[7], registers[8], wide(registers[5:7])
    if not 1 <= channels <= CHANNELS_MAX or rate_mhz == 0 or per_block != samples_per_block(channels):
        raise _damaged(device, f"{channels} channels, {per_block} samples a block, {rate_mhz} mHz")
    return channels


def decode_report(device: str, registers: list[int], names: list[int]) -> Report:
    """Read registers 0–31 and those of the channel names."""
    text = struct.pack(f">{len(names)}H", *names)
    width = 2 * NAME_REGISTERS
    return Report(
        device=device,
        identity=f"{wide(registers[3:5]):08x}, firmware {registers[1] >> 8}.{registers[1] & 0xFF}.{registers[2]}",
        channels=tuple(text[at : at + width].rstrip(b"\0").decode("ascii", "replace") for at in range(0, len(text), width)),
        rate_hz=wide(registers[5:7]) / 1000,
        counter=wide(registers[16:20]),
        oldest=wide(registers[20:24]),
        ring_samples=wide(registers[9:11]),
    )


def decode_block(device: str, registers: list[int], channels: int, expected: int | None) -> Samples | None:
    """Read one block of a device with `channels` channels; None if it is empty.

    Parameters
    ----------
    expected
        Counter the block must begin with, None if it is the first of a reading. RTU has no number in an answer, so the answer to an earlier
        question can pass for this one; its counter tells.

    Raises
    ------
    RejectError
        If the block cannot be what was asked for.
    """
    first, count, bits = wide(registers[0:4]), registers[4], registers[5]
    used = COUNT_BYTES * count * channels
    if used > BLOCK_BYTES or first >= COUNTER_END or (expected is not None and first != expected):
        raise _damaged(device, f"a block of {count} samples of {channels} channels at {first}, where {expected} was to come")
    packed = struct.pack(f">{BLOCK_REGISTERS - BLOCK_HEAD}H", *registers[BLOCK_HEAD:])
    if any(packed[used:]):
        raise _damaged(device, f"a block of {count} samples with bytes behind them that are not 0")
    if not count:
        return None
    status = DeviceStatus(bits & KNOWN_BITS)
    counts = unpack_i24(packed[:used], count, channels, "big", device)
    return Samples(device, first, counts, status, resent=DeviceStatus.RESENT in status)


def joined(blocks: list[Samples]) -> list[Samples]:
    """Join neighbouring blocks of the same status, which follow each other without a hole, to longer runs."""
    runs: list[list[Samples]] = []
    for block in blocks:
        if runs and runs[-1][-1].status == block.status:
            runs[-1].append(block)
        else:
            runs.append([block])
    return [
        Samples(run[0].device, run[0].counter, np.concatenate([block.counts for block in run], axis=1), run[0].status, run[0].resent)
        for run in runs
    ]


def _damaged(device: str, what: str) -> RejectError:
    return RejectError("modbus-implausible", device, f"an answer says: {what}; nothing is taken from it, it is asked for again")
