"""Driver of the digitiser behind Modbus TCP or RTU (docs/protocols/modbus-digitiser.md)."""

from collections import deque
from collections.abc import Callable, Collection
from typing import Final

from contract.faults import Fault, Reaction, RejectError, RetryError
from contract.station import ModbusDigitiser
from contract.units import US_PER_S
from edge.clock import Clock, SystemClock, instant
from edge.drivers.base import (
    LINK_LOST_S,
    DeviceEvent,
    Driver,
    LineFault,
    ResendRefused,
    Samples,
    SyncPlan,
    TimeMark,
    Zeroed,
    channel_mask,
)
from edge.drivers.digitiser_map import (
    ACKNOWLEDGE_AT,
    BLOCK_AT,
    BLOCK_REGISTERS,
    BLOCKS,
    COMMAND_AT,
    COUNTER_AT,
    NAME_REGISTERS,
    NAMES_AT,
    OLDEST_AND_POINTER_COUNT,
    OLDEST_AT,
    REWIND,
    START,
    STATE_AT,
    STATE_COUNT,
    SYNC_AT,
    SYNC_COUNT,
    TIME_SYNC,
    ZERO,
    channels_in,
    decode_block,
    decode_report,
    decode_state,
    joined,
    samples_per_block,
)
from edge.drivers.modbus import ModbusLine, wide, words
from edge.time_base import Mark

STATE_PERIOD_S: Final = 1.0
"""Between two looks at heartbeat and counter."""

POLL_S: Final = 0.02
"""Pause once the device has nothing more to give: blocks fill meanwhile, so that each request brings more."""

TROUBLE_S: Final = 0.1
"""Pause after an exception (protocol page: wait 100 ms, ask again)."""

BEHIND: Final = 0.25
"""Share of the device's ring that may wait unread before the driver says that it is falling behind."""

Job = Callable[[], list[DeviceEvent]]


class ModbusDigitiserDriver(Driver):
    """Speaks with one digitiser through its register map; `clock` is injected for tests."""

    def __init__(self, device: ModbusDigitiser, clock: Clock | None = None) -> None:
        super().__init__(device.name)
        if device.driver == "modbus-tcp-digitiser":
            self._line = ModbusLine.tcp(device.name, device.host, device.tcp_port, device.unit)
        else:
            self._line = ModbusLine.rtu(device.name, device.port or "", device.baud, device.parity, device.unit)
        self._clock = clock or SystemClock()
        self._jobs: deque[Job] = deque()
        self._sequence = 0
        self._forget()

    def _forget(self) -> None:
        self._jobs.clear()
        self._channels: tuple[str, ...] = ()
        self._ring_samples = 0
        self._counter = 0
        self._heartbeat: int | None = None
        self._beat_s = self._next_state_s = self._clock.monotonic_s()
        self._sync = SyncPlan(self._beat_s)
        self._started = False
        self._caught_up = False
        self._failure: RetryError | None = None

    def open(self) -> None:
        """Connect; the report is the first event."""
        self._forget()
        self._line.open()

    def close(self) -> None:
        """Disconnect; the device goes on converting into its ring."""
        self._line.close()

    def start(self) -> None:
        """Let the device send."""
        self._jobs.append(self._start)

    def time_sync(self) -> None:
        """Take a time mark now."""
        self._jobs.append(self._mark)

    def request_resend(self, first: int, count: int) -> None:
        """Set the read pointer back; everything from `first` on comes again."""
        self._jobs.append(lambda: self._rewind(first, count))

    def zero(self, channels: Collection[str], amount_counts: int) -> None:
        """Move the offset of some channels."""
        mask, named = channel_mask(self.name, channels, self._channels, amount_counts), tuple(channels)
        self._jobs.append(lambda: self._zero(mask, named, amount_counts))

    def read(self, timeout_s: float) -> list[DeviceEvent]:
        """Carry out what waits and read the blocks that have filled."""
        if self._failure is not None:
            raise self._failure
        if self._clock.monotonic_s() - self._beat_s > LINK_LOST_S:
            raise RetryError("link-lost", self.name, f"its heartbeat has stood still for {LINK_LOST_S:.0f} s; the line is opened again")
        events: list[DeviceEvent] = []
        pause_s = 0.0
        try:
            self._turn(events)
            pause_s = POLL_S if self._caught_up else 0.0
        except RejectError as error:
            events.append(LineFault(self.name, error.fault()))
            pause_s = TROUBLE_S
        except RetryError as error:
            if not events:
                raise
            # What the device said before the line went is given first; the next call says that it went.
            self._failure = error
        self._clock.sleep(min(timeout_s, pause_s))
        return events

    def _turn(self, events: list[DeviceEvent]) -> None:
        """Do one round; what a device said before it refused something stands in `events`."""
        now_s = self._clock.monotonic_s()
        if now_s >= self._next_state_s:
            self._look(events)
            self._next_state_s = now_s + STATE_PERIOD_S
        if self._sync.due(now_s):
            self.time_sync()
        while self._jobs:
            self._do(self._jobs[0], events)
        self._caught_up = True
        if self._started and self._channels:
            self._read_blocks(events)

    def _do(self, job: Job, events: list[DeviceEvent]) -> None:
        """Carry out the first job in line; it stays there while the device is in trouble or its answer is damaged."""
        try:
            events += job()
        except RejectError as error:
            if error.code != "modbus-exception":
                raise
            events.append(LineFault(self.name, error.fault()))
        self._jobs.popleft()
        self._sequence = (self._sequence + 1) & 0xFFFF

    def _look(self, events: list[DeviceEvent]) -> None:
        """Read state and heartbeat: a report at first and after a restart, a heartbeat otherwise."""
        registers = self._line.read_input(STATE_AT, STATE_COUNT)
        state, heartbeat, running = decode_state(self.name, registers)
        if heartbeat != self._heartbeat:
            self._heartbeat, self._beat_s = heartbeat, self._clock.monotonic_s()
        restarted = state.counter < self._counter or (self._started and not running)
        if restarted or not self._channels:
            names = self._line.read_input(NAMES_AT, NAME_REGISTERS * channels_in(self.name, registers))
            report = decode_report(self.name, registers, names)
            if self._started:
                # It counts from the beginning again, or stands still though it was started: it has restarted.
                self.start()
            self._channels, self._ring_samples = report.channels, report.ring_samples
            events.append(report)
        else:
            events.append(state)
            self._falls_behind(events, state.counter - wide(registers[24:28]))
        self._counter = state.counter

    def _falls_behind(self, events: list[DeviceEvent], waiting: int) -> None:
        if self._started and waiting > BEHIND * self._ring_samples:
            what = f"{waiting} samples wait in the device, its ring holds {self._ring_samples}; this line is too slow for rate and channels"
            events.append(self._fault("falling-behind", what))

    def _read_blocks(self, events: list[DeviceEvent]) -> None:
        """Read blocks until one is not full, then acknowledge once: a lost reply loses nothing."""
        per_block = samples_per_block(len(self._channels))
        read: list[Samples] = []
        try:
            while len(read) < BLOCKS:
                registers = self._line.read_input(BLOCK_AT + BLOCK_REGISTERS * len(read), BLOCK_REGISTERS)
                expected = read[0].counter + per_block * len(read) if read else None
                samples = decode_block(self.name, registers, len(self._channels), expected)
                if samples is None:
                    break
                read.append(samples)
                if samples.counts.shape[1] < per_block:
                    break
            self._caught_up = len(read) < BLOCKS
        finally:
            events += joined(read)
        if read:
            self._line.write(ACKNOWLEDGE_AT, words(read[-1].stop, 4))

    def _command(self, command: int, mask: int = 0, amount: int = 0, argument: int = 0) -> None:
        """Write a command; one written again after a lost answer keeps its sequence, so that a ZERO is not carried out twice."""
        self._line.write(COMMAND_AT, [command, self._sequence, *words(mask, 2), *words(amount, 2), *words(argument, 4)])

    def _start(self) -> list[DeviceEvent]:
        self._command(START)
        self._started = True
        return []

    def _mark(self) -> list[DeviceEvent]:
        sent = instant(self._clock)
        self._command(TIME_SYNC, argument=sent.utc_us)
        round_trip_s = self._clock.monotonic_s() - sent.monotonic_s
        registers = self._line.read_input(SYNC_AT, SYNC_COUNT)
        if wide(registers[4:]) != sent.utc_us:
            return []
        half_s = round_trip_s / 2
        mark = Mark(
            counter=wide(registers[:4]),
            monotonic_s=sent.monotonic_s + half_s,
            utc_us=sent.utc_us + round(half_s * US_PER_S),
            round_trip_s=round_trip_s,
            host_error_us=sent.host_error_us,
        )
        return [TimeMark(self.name, mark)]

    def _rewind(self, first: int, count: int) -> list[DeviceEvent]:
        registers = self._line.read_input(OLDEST_AT, OLDEST_AND_POINTER_COUNT)
        oldest, pointer = wide(registers[:4]), wide(registers[4:])
        # What stands at the read pointer or behind it comes anyway; going forward would pass over what is still to be read.
        if max(first, oldest) < pointer:
            self._command(REWIND, argument=max(first, oldest))
        return [ResendRefused(self.name, first, count, oldest)] if first < oldest else []

    def _zero(self, mask: int, channels: tuple[str, ...], amount_counts: int) -> list[DeviceEvent]:
        self._command(ZERO, mask, amount_counts)
        return [Zeroed(self.name, wide(self._line.read_input(COUNTER_AT, 4)), channels, amount_counts)]

    def _fault(self, code: str, what: str) -> LineFault:
        return LineFault(self.name, Fault(code=code, where=self.name, what=what, reaction=Reaction.REJECT))
