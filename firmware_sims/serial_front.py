"""The digitiser's serial front: its own pace, its own state, over one pseudo-terminal."""

from __future__ import annotations

from collections.abc import Callable

import structlog

from firmware_sims import serial_payload
from firmware_sims.digitiser import Digitiser
from firmware_sims.faults import FaultBoard
from firmware_sims.line_faults import LineFaults
from firmware_sims.pseudo_terminal import PseudoTerminal
from firmware_sims.serial_commands import SerialCommands, Stream
from firmware_sims.serial_frame import FrameReader, FrameType, encode
from firmware_sims.status_bits import RESENT, RING_OVERFLOW

log = structlog.get_logger()

HEARTBEAT_S = 1.0
BACKLOG_S = 2.0
"""Samples not taken by the line for this long (wall clock) are passed over; they can be had by RESEND."""
TX_BYTES = 16_384
"""Frames are made ahead of the line up to this much, beside what the kernel holds."""
ANSWERS_BYTES = 65_536
"""A host that asks without reading gets no more answers than this."""


class SerialFront:
    """Streams the digitiser's samples and answers commands.

    Parameters
    ----------
    digitiser
        The shared core.
    port
        The line, opened by this front.
    faults
        The board; line faults act here.
    wall_s
        Wall clock in seconds.
    speedup
        Simulated seconds per wall-clock second, to size the backlog.
    """

    def __init__(
        self,
        digitiser: Digitiser,
        port: PseudoTerminal,
        faults: FaultBoard,
        wall_s: Callable[[], float],
        speedup: float = 1.0,
    ) -> None:
        self.stats = {"frames": 0, "opened": 0, "hang_ups": 0, "passed_over": 0, "commands": 0}
        self._digitiser = digitiser
        self._port = port
        self._faults = faults
        self._line = LineFaults(faults)
        self._wall_s = wall_s
        self._reader = FrameReader()
        self._stream = Stream()
        self._commands = SerialCommands(digitiser, self._stream)
        self._tx = bytearray()
        self._epoch = digitiser.epoch
        self._overflow = False
        rate_hz = digitiser.identity.rate_mhz / 1000
        self._per_frame = serial_payload.samples_per_frame(rate_hz, len(digitiser.identity.channels))
        self._backlog = int(BACKLOG_S * rate_hz * max(1.0, speedup))
        self._next_heartbeat_s = wall_s()
        self._silent_until_s = 0.0
        self._reopen_at_s: float | None = None
        port.open()

    def tick(self) -> None:
        """Do what is due; called every few milliseconds."""
        if not self._is_line_there():
            self._pass_over()
            return
        data = self._port.read()
        if stalls := self._faults.active("stall"):
            for fault in stalls:
                self._faults.count(fault)
            return
        for frame in self._reader.feed(data):
            if frame.device in (0, self._digitiser.identity.serial_number):
                self.stats["commands"] += 1
                for answer in self._commands.answers(frame):
                    self._send(*answer)
        if self._wall_s() >= self._silent_until_s:
            self._produce()
        del self._tx[: self._port.write(self._tx)]

    @property
    def running(self) -> bool:
        """Whether the host has started the stream."""
        return self._stream.running

    def close(self) -> None:
        """Hang up for good and remove the link."""
        self._port.close()

    def _send(self, frame_type: FrameType, payload: bytes) -> None:
        """Put a frame on its way, through the line's faults."""
        if len(self._tx) > ANSWERS_BYTES or not self._port.is_open:
            return
        frame = encode(frame_type, self._digitiser.identity.serial_number, payload)
        self.stats["frames"] += 1
        if fault := self._faults.strikes("hang_up"):
            self._hang_up(fault.number("pause_s"))
            return
        if frame_type == FrameType.SAMPLES and (fault := self._faults.strikes("half_frame")):
            self._tx += frame[: len(frame) // 2]
            self._silent_until_s = self._wall_s() + fault.number("pause_s")
            return
        self._tx += self._line.damage(frame)

    def _send_report(self) -> None:
        """Say who the device is."""
        self._send(FrameType.REPORT, serial_payload.report(self._digitiser))

    def _is_line_there(self) -> bool:
        """Reopen after a hang-up when due, and greet a host that has just opened the line."""
        if self._reopen_at_s is not None and self._wall_s() >= self._reopen_at_s:
            self._reopen_at_s = None
            self._port.open()
        if self._port.watch():
            self.stats["opened"] += 1
            self._reader = FrameReader()
            self._tx.clear()
            self._send_report()
        if self._epoch != self._digitiser.epoch:
            self._epoch = self._digitiser.epoch
            self._stream.running = False
            self._stream.resends.clear()
            self._send_report()
        return self._port.connected

    def _pass_over(self) -> None:
        """Let samples go by that nobody listens to."""
        self._tx.clear()
        self._stream.resends.clear()
        self._skip_to_now()

    def _skip_to_now(self) -> None:
        newest = self._digitiser.ring.next
        if self._stream.running and newest > self._stream.position:
            self._overflow = True
            self.stats["passed_over"] += newest - self._stream.position
        self._stream.position = newest

    def _produce(self) -> None:
        """Make the frames that are due, as far as the line takes them: heartbeat, live samples, resent ones."""
        ring = self._digitiser.ring
        if self._wall_s() >= self._next_heartbeat_s:
            self._next_heartbeat_s = self._wall_s() + HEARTBEAT_S
            status = self._digitiser.device_status() | (RING_OVERFLOW if self._overflow else 0)
            self._send(FrameType.HEARTBEAT, serial_payload.heartbeat(ring.next, status))
        if self._stream.running and ring.next - self._stream.position > self._backlog:
            self._skip_to_now()
        while self._stream.running and self._has_room() and ring.next - self._stream.position >= self._per_frame:
            overflow = RING_OVERFLOW if self._overflow else 0
            self._overflow = False
            stop = self._stream.position + self._per_frame
            self._send_samples(self._stream.position, stop, overflow)
            self._stream.position = stop
        while self._stream.resends and self._has_room():
            first, stop = self._stream.resends.popleft()
            until = min(stop, first + self._per_frame)
            if first >= ring.oldest:
                self._send_samples(first, until, RESENT)
            if until < stop:
                self._stream.resends.appendleft((until, stop))

    def _has_room(self) -> bool:
        return len(self._tx) < TX_BYTES and self._wall_s() >= self._silent_until_s and self._port.is_open

    def _send_samples(self, start: int, stop: int, extra_status: int) -> None:
        packed, status = self._digitiser.ring.read(start, stop)
        status |= self._digitiser.device_status() | extra_status
        channels = len(self._digitiser.identity.channels)
        self._send(FrameType.SAMPLES, serial_payload.samples(start, status, channels, packed))

    def _hang_up(self, pause_s: float) -> None:
        self.stats["hang_ups"] += 1
        self._tx.clear()
        self._port.close()
        self._reopen_at_s = self._wall_s() + pause_s
        log.info("line hung up", link=str(self._port.link), pause_s=pause_s)
