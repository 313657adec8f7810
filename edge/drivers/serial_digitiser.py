"""Driver of the high-speed digitiser on a serial line (docs/protocols/serial-digitiser.md)."""

import struct
from collections.abc import Collection
from enum import IntEnum
from typing import Final

from contract.faults import Fault, Reaction, RejectError, RetryError
from contract.station import SerialDigitiser
from contract.units import US_PER_S
from edge.clock import Clock, Instant, SystemClock, instant
from edge.drivers.base import (
    LINK_LOST_S,
    DeviceEvent,
    Driver,
    LineFault,
    ResendRefused,
    SyncPlan,
    TimeMark,
    Zeroed,
    channel_mask,
)
from edge.drivers.framing import DAMAGE, Frame, FrameParser
from edge.drivers.payloads import Answer, decode_answer, decode_heartbeat, decode_report, decode_samples
from edge.drivers.serial_commands import IDENTIFY, NAMES, RESEND, START, TIME_SYNC, ZERO, Command, CommandLine
from edge.drivers.transport import SerialLine
from edge.time_base import Mark


class FrameType(IntEnum):
    """Frames from the device."""

    REPORT = 0x01
    SAMPLES = 0x02
    HEARTBEAT = 0x03
    ACK = 0x04
    NAK = 0x05


GONE, BUSY = 3, 5
"""NAK errors that a resend may meet and that have an answer: never again, and later."""

SILENCE_S: Final = 0.5
"""A frame that pauses for this long within has been cut: a device writes it in one go, and 4110 bytes at 115 200 Bd take 0.36 s."""

NO_SAMPLES_S: Final = 3.0
"""A started device that sends heartbeats but no samples for this long has forgotten that it was started."""


class SerialDigitiserDriver(Driver):
    """Speaks with one digitiser; `clock` is injected for tests."""

    def __init__(self, device: SerialDigitiser, clock: Clock | None = None) -> None:
        super().__init__(device.name)
        self._line = SerialLine(device.name, device.port, device.baud)
        self._clock = clock or SystemClock()
        self._forget()

    def _forget(self) -> None:
        self._parser = FrameParser()
        self._commands = CommandLine(self.name)
        self._device: int | None = None
        self._channels: tuple[str, ...] = ()
        self._ring_samples = 0
        self._counter = 0
        self._started = False
        self._bytes_s = self._heard_s = self._samples_s = self._clock.monotonic_s()
        self._sync = SyncPlan(self._heard_s)

    def open(self) -> None:
        """Open the line and ask the device who it is; its report is the first event."""
        self._forget()
        self._line.open()
        self._commands.put(Command(IDENTIFY))

    def close(self) -> None:
        """Close the line; the device goes on converting into its ring."""
        self._line.close()

    def start(self) -> None:
        """Let the device send."""
        self._started = True
        self._samples_s = self._clock.monotonic_s()
        self._commands.put(Command(START))

    def time_sync(self) -> None:
        """Take a time mark now."""
        self._commands.put(Command(TIME_SYNC))

    def request_resend(self, first: int, count: int) -> None:
        """Ask for a range again."""
        # A range longer than the ring would be refused as such; what does not fit into the ring is gone, and its end is asked for.
        within = min(count, self._ring_samples) if self._ring_samples else count
        self._commands.put(Command(RESEND, struct.pack("<QI", first + count - within, within), first, count))

    def zero(self, channels: Collection[str], amount_counts: int) -> None:
        """Move the offset of some channels."""
        mask = channel_mask(self.name, channels, self._channels, amount_counts)
        arguments = struct.pack("<HIi", 0, mask, amount_counts)
        self._commands.put(Command(ZERO, arguments, zeroed=(tuple(channels), amount_counts)))

    def read(self, timeout_s: float) -> list[DeviceEvent]:
        """Send what is due, take what has come."""
        self._send_due()
        events: list[DeviceEvent] = []
        for frame in self._arrived(timeout_s):
            try:
                events += self._events(frame)
            except RejectError as error:
                events.append(LineFault(self.name, error.fault()))
        events += [self._fault(kind, DAMAGE[kind].format(times=times)) for kind, times in self._parser.take_damage().items()]
        if not events and self._clock.monotonic_s() - self._heard_s > LINK_LOST_S:
            raise RetryError("link-lost", self.name, f"no valid frame for {LINK_LOST_S:.0f} s; the line is closed and opened again")
        return events

    def _send_due(self) -> None:
        now = instant(self._clock)
        if self._sync.due(now.monotonic_s):
            self.time_sync()
        for frame in self._commands.due(now):
            self._line.write(frame)

    def _arrived(self, timeout_s: float) -> list[Frame]:
        data = self._line.read(timeout_s)
        now_s = self._clock.monotonic_s()
        if data:
            self._bytes_s = now_s
            return self._parser.push(data)
        return self._parser.silence() if now_s - self._bytes_s > SILENCE_S else []

    def _events(self, frame: Frame) -> list[DeviceEvent]:
        if self._device is not None and frame.device != self._device:
            what = f"a frame of device {frame.device:08x} came on the line of {self._device:08x}; it is ignored, two devices share a line"
            return [self._fault("foreign-device", what)]
        self._heard_s = self._clock.monotonic_s()
        match frame.type:
            case FrameType.REPORT:
                return self._report(frame)
            case FrameType.SAMPLES:
                return self._samples(frame)
            case FrameType.HEARTBEAT:
                return self._heartbeat(frame)
            case FrameType.ACK | FrameType.NAK:
                return self._answer(decode_answer(self.name, frame.payload))
            case _:
                return [self._fault("unknown-frame-type", f"frame type {frame.type:#04x} is not of protocol version 1; it is ignored")]

    def _report(self, frame: Frame) -> list[DeviceEvent]:
        report = decode_report(self.name, frame.payload)
        if self._channels and self._started:
            # Whoever reports again may have restarted and stand still; a START to one that runs changes nothing.
            self._commands.put(Command(START))
        self._device, self._channels, self._counter = frame.device, report.channels, report.counter
        self._ring_samples = report.ring_samples
        return [report]

    def _samples(self, frame: Frame) -> list[DeviceEvent]:
        self._samples_s = self._heard_s
        if not self._channels:
            # Before the report the channels have no names; such samples wait in the device's ring and are asked for again.
            return []
        return [decode_samples(self.name, frame.payload, len(self._channels))]

    def _heartbeat(self, frame: Frame) -> list[DeviceEvent]:
        heartbeat = decode_heartbeat(self.name, frame.payload)
        events: list[DeviceEvent] = [heartbeat]
        if heartbeat.counter < self._counter:
            self._commands.put(Command(IDENTIFY))
        elif self._started and self._heard_s - self._samples_s > NO_SAMPLES_S:
            self._samples_s = self._heard_s
            self._commands.put(Command(IDENTIFY))
            what = f"heartbeats come but no samples for {NO_SAMPLES_S:.0f} s; the device is asked who it is and started again"
            events.append(self._fault("samples-missing", what))
        self._counter = heartbeat.counter
        return events

    def _answer(self, answer: Answer) -> list[DeviceEvent]:
        command = self._commands.answered(answer.command, answer.sequence)
        if command is None:
            return []
        if answer.error:
            return self._refused(command, answer)
        if command.kind == TIME_SYNC and command.sent is not None and answer.echo_us == command.sent.utc_us:
            return [TimeMark(self.name, self._mark(answer.value, command.sent))]
        if command.kind == ZERO and command.zeroed is not None:
            return [Zeroed(self.name, answer.value, *command.zeroed)]
        return []

    def _refused(self, command: Command, answer: Answer) -> list[DeviceEvent]:
        if command.kind == RESEND and answer.error == BUSY:
            self._commands.put_off(command, instant(self._clock))
            return []
        what = f"command {NAMES[command.kind]} was refused with error {answer.error}, detail {answer.value}"
        events: list[DeviceEvent] = [self._fault("command-refused", what)]
        if command.kind == RESEND and answer.error == GONE:
            events.append(ResendRefused(self.name, command.first, command.count, answer.value))
        return events

    def _mark(self, counter: int, sent: Instant) -> Mark:
        round_trip_s = self._clock.monotonic_s() - sent.monotonic_s
        half_s = round_trip_s / 2
        return Mark(counter, sent.monotonic_s + half_s, sent.utc_us + round(half_s * US_PER_S), round_trip_s, sent.host_error_us)

    def _fault(self, code: str, what: str) -> LineFault:
        return LineFault(self.name, Fault(code=code, where=self.name, what=what, reaction=Reaction.REJECT))
