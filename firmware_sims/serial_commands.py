"""Commands of the host to the serial digitiser, and their answers."""

import struct
from collections import deque
from dataclasses import dataclass, field
from typing import Final

from firmware_sims.digitiser import CommandRefusedError, Digitiser, Refusal
from firmware_sims.serial_frame import Frame, FrameType
from firmware_sims.serial_payload import ack, nak, report

LAYOUTS: Final = {
    FrameType.IDENTIFY: struct.Struct("<H"),
    FrameType.START: struct.Struct("<H"),
    FrameType.STOP: struct.Struct("<H"),
    FrameType.TIME_SYNC: struct.Struct("<Hq"),
    FrameType.ZERO: struct.Struct("<HHIi"),
    FrameType.RESEND: struct.Struct("<HQI"),
}
"""Payload of each command; all begin with the sequence."""
RESENDS_WAITING_MAX: Final = 4


@dataclass
class Stream:
    """What the front streams, as the host has commanded: `position` is the next live sample, `resends` are ranges [first, stop)."""

    running: bool = False
    position: int = 0
    resends: deque[tuple[int, int]] = field(default_factory=deque)


class SerialCommands:
    """Carries out commands on a digitiser and its stream."""

    def __init__(self, digitiser: Digitiser, stream: Stream) -> None:
        self._digitiser = digitiser
        self._stream = stream

    def answers(self, frame: Frame) -> list[tuple[FrameType, bytes]]:
        """Carry out one command; give ACK or NAK, and the report that was asked for."""
        sequence = struct.unpack_from("<H", frame.payload)[0] if len(frame.payload) >= 2 else 0
        try:
            if frame.type not in LAYOUTS:
                raise CommandRefusedError(Refusal.UNKNOWN_COMMAND)
            command = FrameType(frame.type)
            if len(frame.payload) != LAYOUTS[command].size:
                raise CommandRefusedError(Refusal.BAD_ARGUMENT)
            answer = self._carry_out(command, LAYOUTS[command].unpack(frame.payload))
        except CommandRefusedError as refused:
            return [(FrameType.NAK, nak(frame.type, refused.refusal, sequence, refused.detail))]
        acknowledged = [(FrameType.ACK, ack(command, sequence, answer))]
        return [*acknowledged, (FrameType.REPORT, report(self._digitiser))] if command == FrameType.IDENTIFY else acknowledged

    def _carry_out(self, command: FrameType, arguments: tuple[int, ...]) -> bytes:
        stream, digitiser = self._stream, self._digitiser
        match command:
            case FrameType.START:
                if not stream.running:
                    stream.running = True
                    stream.position = digitiser.ring.next
                    digitiser.note_start()
                return struct.pack("<Q", stream.position)
            case FrameType.STOP:
                stream.running = False
                return struct.pack("<Q", stream.position)
            case FrameType.TIME_SYNC:
                return struct.pack("<Qq", digitiser.time_sync(arguments[1]), arguments[1])
            case FrameType.ZERO:
                sequence, _, mask, amount = arguments
                return struct.pack("<Q", digitiser.zero(sequence, mask, amount))
            case FrameType.RESEND:
                _, first, count = arguments
                digitiser.check_range(first, count)
                if len(stream.resends) >= RESENDS_WAITING_MAX:
                    raise CommandRefusedError(Refusal.BUSY)
                stream.resends.append((first, first + count))
                return struct.pack("<QI", first, count)
            case _:
                return b""
