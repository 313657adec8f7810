"""Commands of the host to the serial digitiser, and their answers."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

from firmware_sims.digitiser import CommandRefusedError, Refusal
from firmware_sims.serial_frame import Frame, FrameType
from firmware_sims.serial_payload import ack, nak

if TYPE_CHECKING:
    from firmware_sims.serial_front import SerialFront

LAYOUTS = {
    FrameType.IDENTIFY: struct.Struct("<H"),
    FrameType.START: struct.Struct("<H"),
    FrameType.STOP: struct.Struct("<H"),
    FrameType.TIME_SYNC: struct.Struct("<Hq"),
    FrameType.ZERO: struct.Struct("<HHIi"),
    FrameType.RESEND: struct.Struct("<HQI"),
}
"""Payload of each command; all begin with the sequence."""
RESENDS_WAITING_MAX = 4


class SerialCommands:
    """Carries out commands on a front and its digitiser."""

    def __init__(self, front: SerialFront) -> None:
        self._front = front

    def answer(self, frame: Frame) -> None:
        """Answer one command with ACK or NAK."""
        sequence = struct.unpack_from("<H", frame.payload)[0] if len(frame.payload) >= 2 else 0
        try:
            if frame.type not in LAYOUTS:
                raise CommandRefusedError(Refusal.UNKNOWN_COMMAND)
            command = FrameType(frame.type)
            if len(frame.payload) != LAYOUTS[command].size:
                raise CommandRefusedError(Refusal.BAD_ARGUMENT)
            answer = self._carry_out(command, LAYOUTS[command].unpack(frame.payload))
        except CommandRefusedError as refused:
            self._front.send(FrameType.NAK, nak(frame.type, refused.refusal, sequence, refused.detail))
            return
        self._front.send(FrameType.ACK, ack(command, sequence, answer))
        if command == FrameType.IDENTIFY:
            self._front.send_report()

    def _carry_out(self, command: FrameType, arguments: tuple[int, ...]) -> bytes:
        front, digitiser = self._front, self._front.digitiser
        match command:
            case FrameType.START:
                if not front.running:
                    front.running = True
                    front.position = digitiser.ring.next
                    digitiser.note_start()
                return struct.pack("<Q", front.position)
            case FrameType.STOP:
                front.running = False
                return struct.pack("<Q", front.position)
            case FrameType.TIME_SYNC:
                return struct.pack("<Qq", digitiser.time_sync(arguments[1]), arguments[1])
            case FrameType.ZERO:
                sequence, _, mask, amount = arguments
                return struct.pack("<Q", digitiser.zero(sequence, mask, amount))
            case FrameType.RESEND:
                _, first, count = arguments
                digitiser.check_range(first, count)
                if len(front.resends) >= RESENDS_WAITING_MAX:
                    raise CommandRefusedError(Refusal.BUSY)
                front.resends.append((first, first + count))
                return struct.pack("<QI", first, count)
            case _:
                return b""
