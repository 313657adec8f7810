"""Toledo continuous output: 18 bytes with three status bytes, weight, tare and checksum."""

import re
from typing import Final

from calibration.scales.reading import Condition, Reading, reading_of
from calibration.scales.stream import FixedFrameParser

STX: Final = 0x02
SEVEN_BITS: Final = 0x7F
NUMBERS: Final = re.compile(rb"( *[0-9]+)( *[0-9]+)\r")
INCREMENTS: Final = {1: 1, 2: 2, 3: 5}
"""Status byte A, bits 3 and 4: by how many last digits the display counts."""

FIXED_A_MASK, FIXED_A = 0x60, 0x20
"""Status byte A, bits 5 and 6, in every maker's table; those of B and C differ between makers and are not checked."""

NET, NEGATIVE, OUT_OF_RANGE, MOTION, KILOGRAM, POWER_UP = (1 << bit for bit in (0, 1, 2, 3, 4, 6))
"""Bits of status byte B."""

OTHER_UNIT: Final = 0x07
"""Status byte C, bits 0 to 2: another unit than the one of byte B."""


class ToledoParser(FixedFrameParser):
    """Reads the 18-byte frames.

    ::

        0     1     2     3     4 … 9      10 … 15   16    17
        02  | SWA | SWB | SWC | weight 6 | tare 6  | 0D  | sum of all 18 bytes ≡ 0 mod 128

    Bit 7 is parity and stripped. Exponent of the last digit: 2 − (SWA & 7). Damage it expects: all of a serial line's; the sum sees neither
    the order of bytes nor flips that cancel, so that readings are also compared with their neighbours (`plausibility`).
    """

    start = STX
    size = 18

    def _find(self, buffer: bytearray, at: int) -> int:
        found = [place for place in (buffer.find(STX, at), buffer.find(STX | 0x80, at)) if place >= 0]
        return min(found, default=-1)

    def _decode(self, frame: bytes) -> Reading | str:
        plain = bytes(byte & SEVEN_BITS for byte in frame)
        if sum(plain) % 128:
            return "bad-checksum"
        status_a, status_b, status_c = plain[1:4]
        numbers = NUMBERS.fullmatch(plain[4:17])
        if numbers is None or len(numbers[1]) != 6 or status_a & FIXED_A_MASK != FIXED_A:
            return "bad-frame"
        digits = int(numbers[1])
        return reading_of(
            -digits if status_b & NEGATIVE else digits,
            (status_a & 7) - 2,
            self._unit(status_b, status_c),
            frame,
            condition=self._condition(status_b),
            increment=INCREMENTS.get(status_a >> 3 & 3),
            stable=not status_b & MOTION,
            net=bool(status_b & NET),
            note="power just came on, the scale has not been zeroed since" if status_b & POWER_UP else "",
        )

    def _unit(self, status_b: int, status_c: int) -> str:
        if status_c & OTHER_UNIT:
            return f"status C {status_c & OTHER_UNIT}"
        return "kg" if status_b & KILOGRAM else "lb"

    def _condition(self, status_b: int) -> Condition:
        if status_b & POWER_UP:
            return Condition.ERROR
        if status_b & OUT_OF_RANGE:
            return Condition.UNDERLOAD if status_b & NEGATIVE else Condition.OVERLOAD
        return Condition.LOAD
