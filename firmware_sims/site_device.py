"""The site device's registers (docs/protocols/modbus-site.md): loop transitions, weather, cabinet."""

from __future__ import annotations

import struct
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from firmware_sims.faults import FaultBoard
from firmware_sims.loops import LoopDetector
from firmware_sims.modbus_pdu import ILLEGAL_VALUE, ModbusRefusalError
from firmware_sims.register_map import check_whole, read_area

MAP_VERSION = 1
FIRMWARE = (1, 0)
HEAD = struct.Struct(">HHIQHHHHHHHI")
WINDOW_AT = 100
WINDOW_SLOTS = 15
SLOT = struct.Struct(">IQHH")
FIFO_CAPACITY = 1024
HOLDING = struct.Struct(">IH")
FIELDS = ((0, 2), (2, 1))
"""Holding registers: acknowledge, command."""
COMMAND_AT = 2
CLEAR_TAMPER = 1
SENSOR_FAULT = 0x8000
SUPPLY_MAINS_MV = 24_100
SUPPLY_BATTERY_MV = 12_600
HEATER_BELOW_C = 5.0

DOOR, MAINS, BATTERY, HEATER, TAMPER = (1 << bit for bit in range(5))


@dataclass(frozen=True)
class Entry:
    """A transition as stamped by the device."""

    sequence: int
    time_ms: int
    loop: int
    occupied: bool


class SiteDevice:
    """Detects transitions in the road's signal and offers them with weather and cabinet.

    Parameters
    ----------
    loop_columns
        Columns of the loops in the road's blocks, in driving direction.
    rate_hz
        Samples per simulated second.
    pavement_c
        Pavement temperature.
    clock_s
        The device's clock: simulated seconds since its power-up.
    faults
        The board.
    serial_number
        Hardware serial number.
    """

    def __init__(
        self,
        *,
        loop_columns: tuple[int, ...],
        rate_hz: float,
        pavement_c: float,
        clock_s: Callable[[], float],
        faults: FaultBoard,
        serial_number: int,
    ) -> None:
        self._loops = len(loop_columns)
        self._detector = LoopDetector(loop_columns)
        self._rate_hz = rate_hz
        self._pavement_c = pavement_c
        self._clock_s = clock_s
        self._faults = faults
        self._serial_number = serial_number
        self._fifo: deque[Entry] = deque()
        self._sequence = 0
        self._lost = 0
        self._tamper = False
        self._holding = bytearray(HOLDING.size)

    def feed(self, block: NDArray[np.int32], first_sample: int) -> None:
        """Take the next samples of the road, int32 (n, channels), the first of them numbered since power-up."""
        for transition in self._detector.feed(block, first_sample):
            if len(self._fifo) == FIFO_CAPACITY:
                self._fifo.popleft()
                self._lost += 1
            self._sequence += 1
            time_ms = round(transition.sample * 1000 / self._rate_hz)
            self._fifo.append(Entry(self._sequence, time_ms, transition.loop, transition.occupied))

    def read_input(self, address: int, count: int) -> bytes:
        """Give input registers."""
        if address < WINDOW_AT:
            return read_area(self._head(), 0, address, count)
        return read_area(self._window(), WINDOW_AT, address, count)

    def read_holding(self, address: int, count: int) -> bytes:
        """Give holding registers as last written."""
        return read_area(self._holding, 0, address, count)

    def write_holding(self, address: int, data: bytes) -> None:
        """Acknowledge transitions, or carry out a command."""
        count = len(data) // 2
        check_whole(FIELDS, address, count)
        before = bytes(self._holding)
        self._holding[2 * address : 2 * address + len(data)] = data
        acknowledge, command = HOLDING.unpack(self._holding)
        writes_command = address + count > COMMAND_AT
        if (address == 0 and acknowledge > self._sequence) or (writes_command and command != CLEAR_TAMPER):
            self._holding[:] = before
            raise ModbusRefusalError(ILLEGAL_VALUE)
        if address == 0:
            while self._fifo and self._fifo[0].sequence <= acknowledge:
                self._fifo.popleft()
        if writes_command:
            self._tamper = False

    def _head(self) -> bytes:
        occupied = sum(1 << index for index, state in enumerate(self._detector.occupied) if state)
        return HEAD.pack(
            MAP_VERSION,
            FIRMWARE[0] << 8 | FIRMWARE[1],
            self._serial_number,
            int(self._clock_s() * 1000),
            self._temperature(),
            self._cabinet(),
            SUPPLY_BATTERY_MV if self._faults.active("mains") else SUPPLY_MAINS_MV,
            self._loops,
            occupied,
            len(self._fifo),
            FIFO_CAPACITY,
            self._lost,
        )

    def _temperature(self) -> int:
        if self._faults.strikes("temperature_fault"):
            return SENSOR_FAULT
        return round(self._pavement_c * 10) & 0xFFFF

    def _cabinet(self) -> int:
        if self._faults.strikes("tamper"):
            self._tamper = True
        on_battery = self._faults.strikes("mains") is not None
        bits = BATTERY if on_battery else MAINS
        bits |= DOOR if self._faults.strikes("door") else 0
        bits |= HEATER if self._pavement_c < HEATER_BELOW_C else 0
        return bits | (TAMPER if self._tamper else 0)

    def _window(self) -> bytes:
        entries = [self._fifo[index] for index in range(min(WINDOW_SLOTS, len(self._fifo)))]
        slots = b"".join(SLOT.pack(entry.sequence, entry.time_ms, entry.loop, entry.occupied) for entry in entries)
        return struct.pack(">H", len(entries)) + slots.ljust(WINDOW_SLOTS * SLOT.size, b"\0")
