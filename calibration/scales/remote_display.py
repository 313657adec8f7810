"""Remote display output of Keli and Yaohua indicators: the digits in reverse order between equals signs."""

from typing import Final

from calibration.scales.reading import reading_of
from calibration.scales.stream import Step, StreamParser

MARK: Final = ord("=")
DIGITS: Final = 8


class RemoteDisplayParser(StreamParser):
    """Reads the frames.

    ::

        =  d0 d1 d2 d3 d4 d5 d6 d7  =       last digit first, padded with zeros: 200 is =00200000=

    Frames may share their mark. There is no checksum, no word on rest, tare, point or unit: `decimals` and `unit` are what the scale's
    plate says, and readings are compared with their neighbours (`plausibility`). A sign or a point between the marks is damage: how they
    are sent differs between makers and is not documented.
    """

    def __init__(self, unit: str = "kg", decimals: int = 0) -> None:
        super().__init__()
        self._unit = unit
        self._decimals = decimals

    def _step(self, buffer: bytearray, at: int) -> Step | None:
        begins = buffer.find(MARK, at)
        if begins != at:
            return Step((len(buffer) if begins < 0 else begins) - at, damage="garbage-bytes")
        ends = buffer.find(MARK, at + 1)
        if ends < 0:
            return None if len(buffer) - at <= DIGITS + 1 else Step(DIGITS + 2, damage="overlong-frame")
        return self._between(bytes(buffer[at + 1 : ends]))

    def _between(self, held: bytes) -> Step:
        """Judge what stands between two marks; the closing one is not taken away, it may open the next frame."""
        if len(held) > DIGITS:
            return Step(DIGITS + 2, damage="overlong-frame")
        if len(held) < DIGITS:
            return Step(len(held) + 1, damage="truncated-frame" if held else "")
        if not held.isdigit():
            return Step(DIGITS + 1, damage="bad-frame")
        return Step(DIGITS + 1, reading_of(int(held[::-1]), self._decimals, self._unit, b"=" + held + b"="))
