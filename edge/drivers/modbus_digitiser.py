"""Driver of the digitiser behind Modbus TCP or RTU (docs/protocols/modbus-digitiser.md)."""

import threading
from collections import deque
from collections.abc import Callable, Collection
from typing import Final

import numpy as np

from contract.faults import Fault, Reaction, RejectError, RetryError
from contract.station import ModbusDigitiser
from contract.units import US_PER_S
from edge.clock import Clock, SystemClock, instant
from edge.drivers.base import (
    COUNTER_END,
    LINK_LOST_S,
    SYNC_FIRST,
    SYNC_FIRST_PERIOD_S,
    SYNC_PERIOD_S,
    DeviceEvent,
    DeviceStatus,
    Driver,
    Heartbeat,
    LineFault,
    Report,
    ResendRefused,
    Samples,
    TimeMark,
    Zeroed,
)
from edge.drivers.modbus import ModbusLine, signed16, wide, words
from edge.time_base import Mark

IDENTITY_AT, IDENTITY_COUNT = 0, 32
NAMES_AT, NAME_REGISTERS, CHANNELS_MAX = 40, 6, 16
BLOCK_AT, BLOCK_REGISTERS, BLOCK_HEAD = 1000, 125, 6
BLOCKS: Final = 32
SYNC_COUNTER_AT: Final = 28
ACKNOWLEDGE_AT: Final = 10
MAP_VERSION: Final = 1
START, ZERO, TIME_SYNC, REWIND = 1, 3, 4, 5
STATE_PERIOD_S: Final = 1.0
"""Between two looks at heartbeat and counter."""
KNOWN_BITS: Final = 0x3F


class ModbusDigitiserDriver(Driver):
    """Speaks with one digitiser through its register map; `clock` is injected for tests."""

    def __init__(self, device: ModbusDigitiser, clock: Clock | None = None) -> None:
        super().__init__(device.name)
        if device.driver == "modbus-tcp-digitiser":
            self._line = ModbusLine.tcp(device.name, device.host, device.tcp_port, device.unit)
        else:
            self._line = ModbusLine.rtu(device.name, device.port or "", device.baud, device.unit)
        self._clock = clock or SystemClock()
        self._lock = threading.Lock()
        self._jobs: deque[Callable[[], list[DeviceEvent]]] = deque()
        self._sequence = 0
        self._forget()

    def _forget(self) -> None:
        with self._lock:
            self._jobs.clear()
        self._channels: tuple[str, ...] = ()
        self._per_block = 0
        self._counter = 0
        self._heartbeat: int | None = None
        self._beat_s = self._next_sync_s = self._clock.monotonic_s()
        self._next_state_s = 0.0
        self._syncs = 0
        self._started = False

    def open(self) -> None:
        """Connect; the report is the first event."""
        self._forget()
        self._line.open()

    def close(self) -> None:
        """Disconnect; the device goes on converting into its ring."""
        self._line.close()

    def start(self) -> None:
        """Let the device send."""
        self._started = True
        self._put(lambda: self._command(START))

    def time_sync(self) -> None:
        """Take a time mark now."""
        self._put(self._sync)

    def request_resend(self, first: int, count: int) -> None:
        """Set the read pointer back; everything from `first` on comes again."""
        self._put(lambda: self._rewind(first, count))

    def zero(self, channels: Collection[str], amount_counts: int) -> None:
        """Move the offset of some channels."""
        unknown = sorted(set(channels) - set(self._channels))
        if unknown or not channels:
            raise RejectError("zero-channel", self.name, f"has no channel {', '.join(unknown) or '(none named)'}; it has {self._channels}")
        if not -(2**31) <= amount_counts < 2**31:
            raise RejectError("zero-amount", self.name, f"{amount_counts} counts do not fit 32 bits; a zero moves by less than 2³¹")
        mask = sum(1 << self._channels.index(channel) for channel in channels)
        named = tuple(channels)
        self._put(lambda: self._zero(mask, named, amount_counts))

    def read(self, timeout_s: float) -> list[DeviceEvent]:
        """Carry out what waits and read the blocks that have filled."""
        try:
            events = self._turn()
        except RejectError as error:
            self._clock.sleep(0.1)
            return [LineFault(self.name, error.fault())]
        if not any(isinstance(event, Samples) for event in events):
            self._clock.sleep(min(timeout_s, 0.01))
        return events

    def _turn(self) -> list[DeviceEvent]:
        events: list[DeviceEvent] = []
        now_s = self._clock.monotonic_s()
        if now_s >= self._next_state_s:
            events += self._state()
            self._next_state_s = now_s + STATE_PERIOD_S
        if now_s >= self._next_sync_s:
            self._syncs += 1
            self._next_sync_s = now_s + (SYNC_FIRST_PERIOD_S if self._syncs < SYNC_FIRST else SYNC_PERIOD_S)
            self.time_sync()
        while (job := self._take()) is not None:
            events += job()
        return events + (self._blocks() if self._started else [])

    def _put(self, job: Callable[[], list[DeviceEvent]]) -> None:
        with self._lock:
            self._jobs.append(job)

    def _take(self) -> Callable[[], list[DeviceEvent]] | None:
        with self._lock:
            return self._jobs.popleft() if self._jobs else None

    def _state(self) -> list[DeviceEvent]:
        """Read identity and heartbeat: a report at first and after a restart, a heartbeat otherwise."""
        registers = self._line.read_input(IDENTITY_AT, IDENTITY_COUNT)
        counter = wide(registers[16:20])
        if registers[0] != MAP_VERSION or counter >= COUNTER_END:
            raise RejectError("register-map", self.name, f"map version {registers[0]}, counter {counter}; version {MAP_VERSION} is wanted")
        now_s = self._clock.monotonic_s()
        if registers[15] != self._heartbeat:
            self._heartbeat, self._beat_s = registers[15], now_s
        elif now_s - self._beat_s > LINK_LOST_S:
            raise RetryError("link-lost", self.name, f"its heartbeat has stood still for {LINK_LOST_S:.0f} s; the line is opened again")
        restarted = counter < self._counter
        self._counter = counter
        if restarted and self._started:
            self._command(START)
        if not self._channels or restarted:
            return [self._report(registers)]
        return [Heartbeat(self.name, counter, DeviceStatus(registers[11] & KNOWN_BITS), registers[12] / 1000, signed16(registers[13]) / 10)]

    def _report(self, registers: list[int]) -> Report:
        channels, self._per_block = registers[7], registers[8]
        rate_mhz = wide(registers[5:7])
        if not 1 <= channels <= CHANNELS_MAX or rate_mhz == 0 or self._per_block != 238 // (3 * channels):
            what = f"claims {channels} channels, {self._per_block} samples a block, {rate_mhz} mHz; that cannot be"
            raise RejectError("register-map", self.name, what)
        names = b"".join(register.to_bytes(2, "big") for register in self._line.read_input(NAMES_AT, NAME_REGISTERS * channels))
        self._channels = tuple(names[12 * k : 12 * k + 12].rstrip(b"\0").decode("ascii", "replace") for k in range(channels))
        return Report(
            device=self.name,
            identity=f"{wide(registers[3:5]):08x}, firmware {registers[1] >> 8}.{registers[1] & 0xFF}.{registers[2]}",
            channels=self._channels,
            rate_hz=rate_mhz / 1000,
            counter=wide(registers[16:20]),
            oldest=wide(registers[20:24]),
            ring_samples=wide(registers[9:11]),
        )

    def _blocks(self) -> list[DeviceEvent]:
        """Read blocks until one is not full, then acknowledge once: a lost reply loses nothing."""
        events: list[DeviceEvent] = []
        done = None
        for k in range(BLOCKS):
            samples = self._block(self._line.read_input(BLOCK_AT + BLOCK_REGISTERS * k, BLOCK_REGISTERS))
            if samples is None:
                break
            events.append(samples)
            done = samples.counter + samples.counts.shape[1]
            if samples.counts.shape[1] < self._per_block:
                break
        if done is not None:
            self._line.write(ACKNOWLEDGE_AT, words(done, 4))
        return events

    def _block(self, registers: list[int]) -> Samples | None:
        first, count, bits = wide(registers[0:4]), registers[4], DeviceStatus(registers[5] & KNOWN_BITS)
        if count > self._per_block or first >= COUNTER_END:
            raise RejectError("register-map", self.name, f"a block of {count} samples at {first}; at most {self._per_block} fit")
        if count == 0:
            return None
        packed = np.array(registers[BLOCK_HEAD:], dtype=">u2").view(np.uint8)[: 3 * count * len(self._channels)]
        big = np.zeros((count * len(self._channels), 4), dtype=np.uint8)
        big[:, :3] = packed.reshape(-1, 3)
        # The three bytes stand at the upper end of a big-endian int32; an arithmetic shift brings the sign along.
        counts = (big.view(">i4")[:, 0] >> 8).astype(np.int32).reshape(count, -1)
        return Samples(self.name, first, np.ascontiguousarray(counts.T), bits, resent=DeviceStatus.RESENT in bits)

    def _command(self, command: int, mask: int = 0, amount: int = 0, argument: int = 0) -> list[DeviceEvent]:
        self._sequence = (self._sequence + 1) & 0xFFFF
        self._line.write(0, [command, self._sequence, *words(mask, 2), *words(amount, 2), *words(argument, 4)])
        return []

    def _sync(self) -> list[DeviceEvent]:
        sent = instant(self._clock)
        self._command(TIME_SYNC, argument=sent.utc_us)
        round_trip_s = self._clock.monotonic_s() - sent.monotonic_s
        counter = wide(self._line.read_input(SYNC_COUNTER_AT, 4))
        half_s = round_trip_s / 2
        mark = Mark(counter, sent.monotonic_s + half_s, sent.utc_us + round(half_s * US_PER_S), round_trip_s, sent.host_error_us)
        return [TimeMark(self.name, mark)]

    def _rewind(self, first: int, count: int) -> list[DeviceEvent]:
        try:
            return self._command(REWIND, argument=first)
        except RejectError as error:
            oldest = wide(self._line.read_input(20, 4))
            fault = Fault(code="resend-refused", where=self.name, what=error.what, reaction=Reaction.REJECT)
            return [ResendRefused(self.name, first, count, oldest), LineFault(self.name, fault)]

    def _zero(self, mask: int, channels: tuple[str, ...], amount_counts: int) -> list[DeviceEvent]:
        self._command(ZERO, mask, amount_counts)
        return [Zeroed(self.name, wide(self._line.read_input(16, 4)), channels, amount_counts)]
