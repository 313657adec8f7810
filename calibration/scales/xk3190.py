"""Yaohua XK3190, continuous output (docs/calibration.md; frames verified on the wire)."""

import re
from functools import reduce
from operator import xor
from typing import Final

from calibration.scales.reading import Reading, reading_of
from calibration.scales.stream import FixedFrameParser

STX: Final = 0x02
FRAME: Final = re.compile(rb"\x02([+-])([0-9]{6})([0-9])([0-9A-F]{2})\x03")
DECIMALS_MAX: Final = 4
"""The display has no more places behind the point; a larger digit is damage."""


class XK3190Parser(FixedFrameParser):
    """Reads the 12-byte frames.

    ::

        0     1      2 … 7      8          9 10           11
        02  | sign | 6 digits | decimals | XOR as 2 hex | 03
                                           of bytes 1 … 8

    Damage it expects: all of a serial line's. The XOR does not see the order of the digits, nor two equal flips, so that readings are
    also compared with their neighbours (`plausibility`). The frame tells neither rest nor tare nor unit: `unit` is what the scale's
    plate says.
    """

    start = STX
    size = 12

    def __init__(self, unit: str = "kg") -> None:
        super().__init__()
        self._unit = unit

    def _decode(self, frame: bytes) -> Reading | str:
        match = FRAME.fullmatch(frame)
        if match is None or int(match[3]) > DECIMALS_MAX:
            return "bad-frame"
        if reduce(xor, frame[1:9]) != int(match[4], 16):
            return "bad-checksum"
        return reading_of(int(match[1] + match[2]), int(match[3]), self._unit, frame)
