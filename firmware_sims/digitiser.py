"""The digitiser's core, shared by its serial and Modbus fronts: conversion, counter, ring, commands."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

import numpy as np
import structlog
from numpy.typing import NDArray

from firmware_sims.clock import SimulatedClock
from firmware_sims.converter import Converter
from firmware_sims.faults import FaultBoard
from firmware_sims.ring import Ring
from firmware_sims.status_bits import AFTER_RESET, TIME_SYNCED

log = structlog.get_logger()

RING_S = 120.0
"""Wall-clock seconds the ring holds."""
AFTER_RESET_S = 10.0
TIME_SYNCED_S = 600.0
SUPPLY_MV = 23_950
TEMPERATURE_DECI_C = 312


class Refusal(IntEnum):
    """Why a command is refused: the error of a NAK."""

    UNKNOWN_COMMAND = 1
    BAD_ARGUMENT = 2
    GONE = 3
    NOT_YET = 4
    BUSY = 5


class CommandRefusedError(Exception):
    """A command the digitiser does not carry out; `detail` as in the NAK frame."""

    def __init__(self, refusal: Refusal, detail: int = 0) -> None:
        super().__init__(f"{refusal.name} {detail}")
        self.refusal = refusal
        self.detail = detail


@dataclass(frozen=True)
class Identity:
    """What the device says of itself: serial number, firmware (major, minor, patch), channels, rate in mHz."""

    serial_number: int
    firmware: tuple[int, int, int]
    channels: tuple[str, ...]
    rate_mhz: int


class Digitiser:
    """Converts the road's signal and keeps it; fronts read from it at their own pace.

    Attributes
    ----------
    epoch
        Counts power-ups: a front that sees it change starts anew.
    ever_started
        Whether any front has ever been told to START.
    """

    def __init__(self, identity: Identity, clock: SimulatedClock, faults: FaultBoard) -> None:
        self.identity = identity
        self.epoch = 0
        self.ever_started = False
        self._clock = clock
        self._converter = Converter(identity.channels, identity.rate_mhz / 1000, faults)
        ring_length = int(RING_S * identity.rate_mhz / 1000 * max(1.0, clock.speedup))
        self.ring = Ring(ring_length, len(identity.channels))
        self._powered_s = clock.wall_s()
        self._last_zero: tuple[int, int, int] | None = None
        self._zero_counter = 0
        self.synced_counter = 0
        self.synced_host_us = 0
        self._synced_s: float | None = None

    def convert(self, block: NDArray[np.int32]) -> None:
        """Convert the next samples of the road, int32 (n, channels)."""
        self.ring.append(*self._converter.convert(block))

    def power_up(self) -> None:
        """Restart: counter from 0, ring empty, every front stopped."""
        self.ring.clear()
        self.epoch += 1
        self._powered_s = self._clock.wall_s()
        self._synced_s = None
        self._last_zero = None
        log.info("digitiser powered up", serial_number=self.identity.serial_number, epoch=self.epoch)

    def device_status(self) -> int:
        """Give the status bits that hold for the device as a whole."""
        now_s = self._clock.wall_s()
        status = AFTER_RESET if now_s - self._powered_s < AFTER_RESET_S else 0
        if self._synced_s is not None and now_s - self._synced_s < TIME_SYNCED_S:
            status |= TIME_SYNCED
        return status

    def uptime_s(self) -> int:
        """Give whole wall-clock seconds since power-up."""
        return int(self._clock.wall_s() - self._powered_s)

    def note_start(self) -> None:
        """Note that a host has said START."""
        self.ever_started = True

    def time_sync(self, host_us: int) -> int:
        """Take the host's UTC in µs; give the counter next after reception."""
        self.synced_counter = self.ring.next
        self.synced_host_us = host_us
        self._synced_s = self._clock.wall_s()
        return self.synced_counter

    def zero(self, sequence: int, mask: int, amount: int) -> int:
        """Move the offset of the masked channels; give the counter from which it acts. A repetition is not redone."""
        count = len(self.identity.channels)
        if mask == 0 or mask >> count:
            raise CommandRefusedError(Refusal.BAD_ARGUMENT)
        if self._last_zero != (sequence, mask, amount):
            self._converter.zero([column for column in range(count) if mask >> column & 1], amount)
            self._last_zero = (sequence, mask, amount)
            self._zero_counter = self.ring.next
            log.info("offset moved", mask=mask, amount_counts=amount, from_counter=self._zero_counter)
        return self._zero_counter

    def check_range(self, first: int, count: int) -> None:
        """Check that a range asked for again is all in the ring.

        Raises
        ------
        CommandRefusedError
            If it is empty, longer than the ring, begins before its oldest or ends after its newest sample.
        """
        if not 1 <= count <= self.ring.length:
            raise CommandRefusedError(Refusal.BAD_ARGUMENT)
        if first < self.ring.oldest:
            raise CommandRefusedError(Refusal.GONE, self.ring.oldest)
        if first + count > self.ring.next:
            raise CommandRefusedError(Refusal.NOT_YET, self.ring.next)
