"""Driver of the high-speed digitiser on a serial line (docs/protocols/serial-digitiser.md)."""

import struct
from collections import deque
from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

from contract.faults import Fault, Reaction, RejectError, RetryError
from contract.station import SerialDigitiser
from contract.units import US_PER_S
from edge.clock import Clock, Instant, SystemClock, instant
from edge.drivers.base import (
    LINK_LOST_S,
    SYNC_FIRST,
    SYNC_FIRST_PERIOD_S,
    SYNC_PERIOD_S,
    DeviceEvent,
    Driver,
    LineFault,
    ResendRefused,
    TimeMark,
    Zeroed,
)
from edge.drivers.framing import Frame, FrameParser, encode
from edge.drivers.payloads import decode_answer, decode_heartbeat, decode_report, decode_samples
from edge.drivers.transport import SerialLine
from edge.time_base import Mark

IDENTIFY, START, TIME_SYNC, ZERO, RESEND = 0x81, 0x82, 0x84, 0x85, 0x86

ANSWER_S: Final = 1.0
"""A command is answered within 1 s, or sent again with the same sequence (protocol page, "Host to device")."""

TRIES: Final = 5
"""After so many unanswered tries the line is taken for lost."""

IN_FLIGHT: Final = 4
"""Resend jobs that a device takes at once (NAK 5 beyond)."""


@dataclass(slots=True)
class _Command:
    """A command on its way: what it asks, and when it was last sent."""

    kind: int
    arguments: bytes = b""
    first: int = 0
    count: int = 0
    zeroed: tuple[tuple[str, ...], int] | None = None
    tries: int = 0
    sent: Instant | None = None


class SerialDigitiserDriver(Driver):
    """Speaks with one digitiser; `clock` is injected for tests."""

    def __init__(self, device: SerialDigitiser, clock: Clock | None = None) -> None:
        super().__init__(device.name)
        self._line = SerialLine(device.name, device.port, device.baud)
        self._clock = clock or SystemClock()
        self._sequence = 0
        self._waiting: deque[_Command] = deque()
        self._forget()

    def _forget(self) -> None:
        self._parser = FrameParser()
        self._waiting.clear()
        self._sent: dict[int, _Command] = {}
        self._device: int | None = None
        self._channels: tuple[str, ...] = ()
        self._started = False
        self._heard_s = self._next_sync_s = self._clock.monotonic_s()
        self._syncs = 0

    def open(self) -> None:
        """Open the line and ask the device who it is; its report is the first event."""
        self._forget()
        self._line.open()
        self._waiting.append(_Command(IDENTIFY))

    def close(self) -> None:
        """Close the line; the device goes on converting into its ring."""
        self._line.close()

    def start(self) -> None:
        """Let the device send."""
        self._started = True
        self._waiting.append(_Command(START))

    def time_sync(self) -> None:
        """Take a time mark now."""
        self._waiting.append(_Command(TIME_SYNC))

    def request_resend(self, first: int, count: int) -> None:
        """Ask for a range again."""
        self._waiting.append(_Command(RESEND, struct.pack("<QI", first, count), first, count))

    def zero(self, channels: Collection[str], amount_counts: int) -> None:
        """Move the offset of some channels."""
        unknown = sorted(set(channels) - set(self._channels))
        if unknown or not channels:
            raise RejectError("zero-channel", self.name, f"has no channel {', '.join(unknown) or '(none named)'}; it has {self._channels}")
        if not -(2**31) <= amount_counts < 2**31:
            raise RejectError("zero-amount", self.name, f"{amount_counts} counts do not fit 32 bits; a zero moves by less than 2³¹")
        mask = sum(1 << self._channels.index(channel) for channel in channels)
        self._waiting.append(_Command(ZERO, struct.pack("<HIi", 0, mask, amount_counts), zeroed=(tuple(channels), amount_counts)))

    def read(self, timeout_s: float) -> list[DeviceEvent]:
        """Send what waits, take what has come."""
        self._send_due()
        frames = self._parser.push(self._line.read(timeout_s))
        events: list[DeviceEvent] = [self._damage(kind, times) for kind, times in self._parser.take_damage().items()]
        for frame in frames:
            self._heard_s = self._clock.monotonic_s()
            try:
                events += self._events(frame)
            except RejectError as error:
                events.append(LineFault(self.name, error.fault()))
        if self._clock.monotonic_s() - self._heard_s > LINK_LOST_S and not events:
            raise RetryError("link-lost", self.name, f"no valid frame for {LINK_LOST_S:.0f} s; the line is closed and opened again")
        return events

    def _send_due(self) -> None:
        now_s = self._clock.monotonic_s()
        if now_s >= self._next_sync_s:
            self._syncs += 1
            self._next_sync_s = now_s + (SYNC_FIRST_PERIOD_S if self._syncs < SYNC_FIRST else SYNC_PERIOD_S)
            self.time_sync()
        for sequence, command in list(self._sent.items()):
            if command.sent is not None and now_s - command.sent.monotonic_s > ANSWER_S:
                self._transmit(sequence, command)
        while self._waiting and len(self._sent) < IN_FLIGHT:
            self._sequence = (self._sequence + 1) & 0xFFFF
            self._sent[self._sequence] = self._waiting.popleft()
            self._transmit(self._sequence, self._sent[self._sequence])

    def _transmit(self, sequence: int, command: _Command) -> None:
        if command.tries >= TRIES:
            what = f"command {command.kind:#04x} was not answered in {TRIES} tries; the line is closed and opened again"
            raise RetryError("no-answer", self.name, what)
        command.tries += 1
        command.sent = instant(self._clock)
        # A repeated TIME_SYNC carries the time of its own sending, or its round trip would be a lie.
        arguments = struct.pack("<q", command.sent.utc_us) if command.kind == TIME_SYNC else command.arguments
        self._line.write(encode(command.kind, struct.pack("<H", sequence) + arguments))

    def _events(self, frame: Frame) -> list[DeviceEvent]:
        if self._device is not None and frame.device != self._device:
            what = f"a frame of device {frame.device:08x} came on the line of {self._device:08x}; it is ignored, two devices share a line"
            return [self._fault("foreign-device", what)]
        match frame.type:
            case 0x01:
                return self._report(frame)
            case 0x02:
                # Before its report the channels have no names: such samples wait in the device's ring and are asked for again.
                return [decode_samples(self.name, frame.payload, len(self._channels))] if self._channels else []
            case 0x03:
                return [decode_heartbeat(self.name, frame.payload)]
            case 0x04 | 0x05:
                return self._answer(frame.payload)
            case _:
                return [self._fault("unknown-frame-type", f"frame type {frame.type:#04x} is not of protocol version 1; it is ignored")]

    def _report(self, frame: Frame) -> list[DeviceEvent]:
        report = decode_report(self.name, frame.payload)
        restarted = bool(self._channels) and self._started
        self._device, self._channels = frame.device, report.channels
        if restarted:
            # A report nobody asked for: the device has restarted and stands still until it is started again.
            self._waiting.append(_Command(START))
        return [report]

    def _answer(self, payload: bytes) -> list[DeviceEvent]:
        kind, error, sequence, value = decode_answer(self.name, payload)
        command = self._sent.get(sequence)
        if command is None or command.kind != kind:
            return []
        del self._sent[sequence]
        if kind == RESEND and error:
            return [ResendRefused(self.name, command.first, command.count, value)]
        if error:
            return [self._fault("command-refused", f"command {kind:#04x} was refused with error {error}, detail {value}")]
        if kind == TIME_SYNC and command.sent is not None:
            return [TimeMark(self.name, self._mark(value, command.sent))]
        if kind == ZERO and command.zeroed is not None:
            return [Zeroed(self.name, value, *command.zeroed)]
        return []

    def _mark(self, counter: int, sent: Instant) -> Mark:
        round_trip_s = self._clock.monotonic_s() - sent.monotonic_s
        half_s = round_trip_s / 2
        return Mark(counter, sent.monotonic_s + half_s, sent.utc_us + round(half_s * US_PER_S), round_trip_s, sent.host_error_us)

    def _damage(self, kind: str, times: int) -> LineFault:
        what = {
            "bad-crc": f"{times} frames failed their CRC; nothing is taken from them, their samples are asked for again",
            "bad-header": f"{times} frames had an impossible header; nothing is taken from them",
            "garbage-bytes": f"{times} bytes stood between frames; they are skipped",
        }[kind]
        return self._fault(kind, what)

    def _fault(self, code: str, what: str) -> LineFault:
        return LineFault(self.name, Fault(code=code, where=self.name, what=what, reaction=Reaction.REJECT))
