"""Rinstrum network protocol (rinCMD): registers asked for in ASCII, with or without CRC framing."""

import re
from binascii import crc_hqx
from typing import Final

from calibration.scales.reading import Condition, Reading, reading_of
from calibration.scales.stream import LineParser, Step

READ_HEX: Final = 0x11
STATUS: Final = 0x0021
GROSS: Final = 0x0026
RESPONSE, REPLY = 0x80, 0x20
ADDRESS: Final = 0x1F

OVERLOAD, UNDERLOAD, FAULT, MOTION, NET = 0x20000, 0x10000, 0x8000, 0x1000, 0x200
"""Bits of the status register."""

SOH, EOT = b"\x01", b"\x04"
CRC_START: Final = 0xFFFF
"""CRC-CCITT (polynomial 1021) over what stands between SOH and the CRC."""

MESSAGE: Final = re.compile(rb"([0-9A-F]{2})([0-9A-F]{2})([0-9A-F]{4}):([0-9A-F]{8})")
REFUSAL: Final = re.compile(rb"[CDEF][0-9A-F]{7}:[0-9A-F]{1,8}")
"""An answer with the flags 80 and 40: the data is an error's number."""


def requests(address: int, *, crc: bool) -> bytes:
    """Give the questions of one poll: status, then gross weight. `address` is 1 to 31."""
    asked = [f"{REPLY | address:02X}{READ_HEX:02X}{register:04X}:".encode("ascii") for register in (STATUS, GROSS)]
    return b"".join(SOH + text + f"{crc_hqx(text, CRC_START):04X}".encode("ascii") + EOT if crc else text + b"\r\n" for text in asked)


class RinstrumParser(LineParser):
    """Reads the answers to `requests`.

    ::

        AA CC RRRR : data8  CR LF               A 80 response, 40 error, 20 reply wanted, 1 to 1F address
        01  AA CC RRRR : data8  CRC4  04        CRC-CCITT over AA … data

    A reading is a status followed by a gross weight (32-bit two's complement, digits without point); a weight without a status of its own
    poll gives none. Without CRC framing nothing but the form shows damage, so that readings are also compared with their neighbours
    (`plausibility`). Point and unit are not told: `decimals` and `unit` are what the scale's plate says.
    """

    line_max = 40

    def __init__(self, address: int = 1, unit: str = "kg", decimals: int = 0, *, crc: bool = False) -> None:
        super().__init__()
        self._address = address
        self._unit = unit
        self._decimals = decimals
        self._crc = crc
        self._status: tuple[int, bytes] | None = None
        if crc:
            self.end = EOT

    def _decode(self, line: bytes) -> Step:
        if self._crc:
            opened = line.rfind(SOH)
            body, given, line = line[opened + 1 : -4], line[-4:], line[max(opened, 0) :]
            if opened < 0 or len(line) < 6:
                return Step(0, damage="bad-frame")
            if f"{crc_hqx(body, CRC_START):04X}".encode("ascii") != given:
                return Step(0, damage="bad-checksum")
        else:
            body = line
        return self._message(body, line)

    def _message(self, body: bytes, raw: bytes) -> Step:
        if REFUSAL.fullmatch(body):
            return Step(0, damage="device-error")
        match = MESSAGE.fullmatch(body)
        if match is None:
            return Step(0, damage="bad-frame")
        flags, command, register = (int(match[group], 16) for group in (1, 2, 3))
        if not flags & RESPONSE or flags & ADDRESS != self._address or command != READ_HEX or register not in {STATUS, GROSS}:
            return Step(0, damage="foreign-answer")
        value = int(match[4], 16)
        status, self._status = self._status, None
        if register == STATUS:
            self._status = (value, raw)
            return Step(0)
        if status is None:
            return Step(0, damage="foreign-answer")
        return Step(0, self._reading(status[0], value - (1 << 32) if value >> 31 else value, status[1] + self.end + raw))

    def _reading(self, status: int, digits: int, raw: bytes) -> Reading:
        condition = Condition.LOAD
        for bit, named in ((FAULT, Condition.ERROR), (UNDERLOAD, Condition.UNDERLOAD), (OVERLOAD, Condition.OVERLOAD)):
            if status & bit:
                condition = named
        return reading_of(digits, self._decimals, self._unit, raw, condition=condition, stable=not status & MOTION, net=bool(status & NET))
