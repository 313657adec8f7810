"""Commands to the serial digitiser: put in line, sent, repeated until answered (docs/protocols/serial-digitiser.md, "Host to device").

No I/O and no clock: the driver says what time it is and writes what it is given.
"""

import struct
from collections import deque
from dataclasses import dataclass
from typing import Final

from contract.faults import RetryError
from edge.clock import Instant
from edge.drivers.framing import encode

IDENTIFY, START, TIME_SYNC, ZERO, RESEND = 0x81, 0x82, 0x84, 0x85, 0x86

NAMES: Final = {IDENTIFY: "IDENTIFY", START: "START", TIME_SYNC: "TIME_SYNC", ZERO: "ZERO", RESEND: "RESEND"}

ANSWER_S: Final = 1.0
"""A command is answered within 1 s, or sent again with the same sequence."""

TRIES: Final = 5
"""After so many unanswered tries the line is taken for lost."""

IN_FLIGHT: Final = 4
"""Commands under way at once; as many resend jobs as a device takes (NAK 5 beyond)."""

BUSY_S: Final = 0.25
"""Pause after the device said that it has too many resend jobs."""


@dataclass(slots=True)
class Command:
    """A command on its way: what it asks, and when it was last sent.

    `first` and `count` belong to RESEND, `zeroed` (channels, amount) to ZERO; `not_before_s` holds a repetition back.
    """

    kind: int
    arguments: bytes = b""
    first: int = 0
    count: int = 0
    zeroed: tuple[tuple[str, ...], int] | None = None
    tries: int = 0
    sent: Instant | None = None
    not_before_s: float = 0.0

    @property
    def name(self) -> str:
        """Its name on the protocol page."""
        return NAMES[self.kind]


class CommandLine:
    """The commands of one opening of the line; `put` may be called from any thread, the rest from the one that reads."""

    def __init__(self, source: str) -> None:
        self._source = source
        self._waiting: deque[Command] = deque()
        self._sent: dict[int, Command] = {}
        self._sequence = 0

    def put(self, command: Command) -> None:
        """Put a command in line."""
        self._waiting.append(command)

    def due(self, now: Instant) -> list[bytes]:
        """Give the frames that must be sent now: unanswered commands again, then those whose turn it is.

        Raises
        ------
        RetryError
            If a command was never answered.
        """
        unanswered = [
            (sequence, command)
            for sequence, command in self._sent.items()
            if command.sent is not None and now.monotonic_s - command.sent.monotonic_s > ANSWER_S
        ]
        frames = []
        for sequence, command in unanswered:
            if command.kind == TIME_SYNC:
                # The next one asks anew; a late answer to this one would tell a wrong time.
                del self._sent[sequence]
            else:
                frames.append(self._transmit(sequence, command, now))
        while self._waiting and len(self._sent) < IN_FLIGHT and self._waiting[0].not_before_s <= now.monotonic_s:
            self._sequence = (self._sequence + 1) & 0xFFFF
            command = self._sent[self._sequence] = self._waiting.popleft()
            frames.append(self._transmit(self._sequence, command, now))
        return frames

    def answered(self, kind: int, sequence: int) -> Command | None:
        """Give the command that an answer belongs to, and take it off the list; None if nothing waits for it (an answer twice)."""
        command = self._sent.get(sequence)
        if command is None or command.kind != kind:
            return None
        return self._sent.pop(sequence)

    def put_off(self, command: Command, now: Instant) -> None:
        """Send a command again after a pause, before what was put in line later."""
        command.tries = 0
        command.not_before_s = now.monotonic_s + BUSY_S
        self._waiting.appendleft(command)

    def _transmit(self, sequence: int, command: Command, now: Instant) -> bytes:
        if command.tries >= TRIES:
            what = f"command {command.name} was not answered in {TRIES} tries; the line is closed and opened again"
            raise RetryError("no-answer", self._source, what)
        command.tries += 1
        command.sent = now
        arguments = struct.pack("<q", now.utc_us) if command.kind == TIME_SYNC else command.arguments
        return encode(command.kind, struct.pack("<H", sequence) + arguments)
