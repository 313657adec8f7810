"""The digitiser's registers (docs/protocols/modbus-digitiser.md), over the core the serial front shares."""

from __future__ import annotations

import struct
from enum import IntEnum

from firmware_sims.digitiser import SUPPLY_MV, TEMPERATURE_DECI_C, CommandRefusedError, Digitiser, Refusal
from firmware_sims.modbus_pdu import ILLEGAL_ADDRESS, ILLEGAL_VALUE, ModbusRefusalError
from firmware_sims.register_map import check_whole, read_area
from firmware_sims.status_bits import RESENT, RING_OVERFLOW

MAP_VERSION = 1
HEAD = struct.Struct(">HHHIIHHIHHhHHQQQQqHH")
NAMES_AT = 40
NAME_SLOTS = 16
NAME_BYTES = 12
BLOCKS_AT = 1000
BLOCK_REGISTERS = 125
BLOCK_COUNT = 32
BLOCK_HEAD = struct.Struct(">QHH")
BLOCK_COUNTS_BYTES = 238
HOLDING = struct.Struct(">HHIiQQ")
FIELDS = ((0, 1), (1, 1), (2, 2), (4, 2), (6, 4), (10, 4))
"""Holding registers: command, sequence, mask, amount, argument, acknowledge."""
ACKNOWLEDGE_AT = 10


class Command(IntEnum):
    """Values of the command register."""

    START = 1
    STOP = 2
    ZERO = 3
    TIME_SYNC = 4
    REWIND = 5


class ModbusDigitiser:
    """One Modbus front of the digitiser, with its own start state and read pointer."""

    def __init__(self, digitiser: Digitiser) -> None:
        if len(digitiser.identity.channels) > NAME_SLOTS:
            raise ValueError(f"{len(digitiser.identity.channels)} channels; the register map holds {NAME_SLOTS}")
        self._digitiser = digitiser
        self._channels = len(digitiser.identity.channels)
        self._per_block = BLOCK_COUNTS_BYTES // (3 * self._channels)
        self._holding = bytearray(HOLDING.size)
        self._start_anew()

    def _start_anew(self) -> None:
        self._epoch = self._digitiser.epoch
        self._running = False
        self._pointer = self._end = self._digitiser.ring.next
        self._acknowledged = self._pointer
        self._overflow = False
        self._sequence = self._result = 0

    def read_input(self, address: int, count: int) -> bytes:
        """Give input registers."""
        self._follow()
        if address < NAMES_AT:
            return read_area(self._head(), 0, address, count)
        if address < BLOCKS_AT:
            return read_area(self._names(), NAMES_AT, address, count)
        block = (address - BLOCKS_AT) // BLOCK_REGISTERS
        block_at = BLOCKS_AT + block * BLOCK_REGISTERS
        if block >= BLOCK_COUNT:
            raise ModbusRefusalError(ILLEGAL_ADDRESS)
        return read_area(self._block(block), block_at, address, count)

    def read_holding(self, address: int, count: int) -> bytes:
        """Give holding registers as last written."""
        return read_area(self._holding, 0, address, count)

    def write_holding(self, address: int, data: bytes) -> None:
        """Write whole fields; acknowledge where its field is written, carry out a command where register 0 is."""
        self._follow()
        count = len(data) // 2
        check_whole(FIELDS, address, count)
        self._holding[2 * address : 2 * address + len(data)] = data
        command, sequence, mask, amount, argument, acknowledge = HOLDING.unpack(self._holding)
        try:
            if address + count > ACKNOWLEDGE_AT:
                self._acknowledge(acknowledge)
            if address == 0:
                self._sequence = sequence
                self._carry_out(command, sequence, mask, amount, argument)
                self._result = 0
        except CommandRefusedError as refused:
            self._result = refused.refusal
            raise ModbusRefusalError(ILLEGAL_VALUE) from refused

    def _follow(self) -> None:
        """Follow the ring: a restart of the device, and samples overwritten before they were acknowledged."""
        if self._epoch != self._digitiser.epoch:
            self._start_anew()
        ring = self._digitiser.ring
        if self._running:
            self._end = ring.next
        if self._pointer < ring.oldest:
            self._overflow = self._overflow or self._pointer < self._end
            self._pointer = ring.oldest
            self._end = max(self._end, self._pointer)

    def _acknowledge(self, counter: int) -> None:
        if counter > self._end:
            raise CommandRefusedError(Refusal.NOT_YET)
        if counter > self._pointer:
            self._pointer = counter
            self._acknowledged = max(self._acknowledged, counter)
        self._overflow = False

    def _carry_out(self, command: int, sequence: int, mask: int, amount: int, argument: int) -> None:
        digitiser = self._digitiser
        match command:
            case Command.START if not self._running:
                self._running = True
                self._pointer = self._end = digitiser.ring.next
                digitiser.note_start()
            case Command.START:
                pass
            case Command.STOP:
                self._running = False
            case Command.ZERO:
                digitiser.zero(sequence, mask, amount)
            case Command.TIME_SYNC:
                digitiser.time_sync(struct.unpack(">q", struct.pack(">Q", argument))[0])
            case Command.REWIND:
                self._rewind(argument)
            case _:
                raise CommandRefusedError(Refusal.UNKNOWN_COMMAND)

    def _rewind(self, counter: int) -> None:
        if counter < self._digitiser.ring.oldest:
            raise CommandRefusedError(Refusal.GONE)
        if counter > self._end:
            raise CommandRefusedError(Refusal.NOT_YET)
        self._acknowledged = max(self._acknowledged, self._pointer)
        self._pointer = counter

    def _head(self) -> bytes:
        digitiser, ring = self._digitiser, self._digitiser.ring
        major, minor, patch = digitiser.identity.firmware
        return HEAD.pack(
            MAP_VERSION,
            major << 8 | minor,
            patch,
            digitiser.identity.serial_number,
            digitiser.identity.rate_mhz,
            self._channels,
            self._per_block,
            ring.length,
            digitiser.device_status(),
            SUPPLY_MV,
            TEMPERATURE_DECI_C,
            self._running,
            digitiser.uptime_s() & 0xFFFF,
            ring.next,
            ring.oldest,
            self._pointer,
            digitiser.synced_counter,
            digitiser.synced_host_us,
            self._sequence,
            self._result,
        )

    def _names(self) -> bytes:
        names = b"".join(name.encode("ascii").ljust(NAME_BYTES, b"\0") for name in self._digitiser.identity.channels)
        return names.ljust(NAME_SLOTS * NAME_BYTES, b"\0")

    def _block(self, index: int) -> bytes:
        start = self._pointer + index * self._per_block
        stop = max(start, min(start + self._per_block, self._end))
        status, counts = 0, b""
        if start < self._end:
            packed, status = self._digitiser.ring.read(start, stop)
            counts = packed.reshape(-1, 3)[:, ::-1].tobytes()
            status |= self._digitiser.device_status()
            status |= RESENT if start < self._acknowledged else 0
        status |= RING_OVERFLOW if self._overflow and index == 0 else 0
        return BLOCK_HEAD.pack(start, stop - start, status) + counts.ljust(BLOCK_COUNTS_BYTES, b"\0")
