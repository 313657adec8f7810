"""Rinstrum rinCMD: registers read in hexadecimal, framed by CR LF or by SOH, CRC and EOT."""

from __future__ import annotations

import re

from firmware_sims.scales.platform import Shown

READ_HEX = "11"
STATUS, GROSS, NET = "0021", "0026", "0027"
REQUEST = re.compile(rb"\x01([0-9A-F]{8}:)([0-9A-F]{4})\x04|([0-9A-F]{8}:)\r\n")
UNKNOWN = "0000A000"
"""Error: not implemented."""


def crc_ccitt(data: bytes) -> int:
    """CRC-CCITT, polynomial 1021, start FFFF, most significant bit first."""
    crc = 0xFFFF
    for byte in data:
        crc ^= byte << 8
        for _ in range(8):
            crc = (crc << 1 ^ (0x1021 if crc & 0x8000 else 0)) & 0xFFFF
    return crc


def framed(message: bytes, *, crc: bool) -> bytes:
    """Give a message as it goes over the line."""
    return b"\x01" + message + b"%04X" % crc_ccitt(message) + b"\x04" if crc else message + b"\r\n"


def status_word(shown: Shown) -> int:
    """Give the status register."""
    bits = ((shown.over, 0x20000), (shown.under, 0x10000), (shown.moving, 0x1000), (shown.net, 0x200))
    return sum(bit for holds, bit in bits if holds)


class Rinstrum:
    """One instrument of a line; broadcasts are answered too."""

    def __init__(self, address: int = 1, *, refuses: bool = False) -> None:
        self._address = address
        self._refuses = refuses
        self._held = b""

    def answer(self, data: bytes, shown: Shown) -> list[bytes]:
        """Give the answers to the requests that `data` completes, each in the framing of its request."""
        self._held += data
        answers, used = [], 0
        for match in REQUEST.finditer(self._held):
            used = match.end()
            crc = match[1] is not None
            message = match[1] or match[3]
            if not crc or int(match[2], 16) == crc_ccitt(message):
                answers += [framed(text, crc=crc) for text in self._one(message.decode("ascii"), shown)]
        self._held = self._held[used:][-64:]
        return answers

    def _one(self, message: str, shown: Shown) -> list[bytes]:
        flags, command, register = int(message[:2], 16), message[2:4], message[4:8]
        if flags & 0x80 or flags & 0x1F not in {0, self._address} or not flags & 0x20:
            return []
        values = {STATUS: status_word(shown), GROSS: shown.value + shown.tare, NET: shown.value}
        if self._refuses or command != READ_HEX or register not in values:
            return [f"{0xC0 | self._address:02X}{command}{register}:{UNKNOWN}".encode("ascii")]
        return [f"{0x80 | self._address:02X}{command}{register}:{values[register] & 0xFFFFFFFF:08X}".encode("ascii")]
