"""Modbus RTU on a pseudo-terminal: unit, request, CRC-16 low byte first.

A pseudo-terminal keeps no silence between bytes, so a request's end is known by its function's length; bytes that begin
no request with a matching CRC are skipped one by one.
"""

from __future__ import annotations

from firmware_sims.modbus_pdu import WRITE_MULTIPLE
from firmware_sims.modbus_service import ModbusService
from firmware_sims.pseudo_terminal import PseudoTerminal

FIXED_BYTES = 8
"""Request of functions 03, 04, 06: unit, function, two words, CRC."""
MULTIPLE_BYTES = 9
"""Request of function 16 without its data."""
REQUEST_MAX = 256


def _table_entry(byte: int) -> int:
    for _ in range(8):
        byte = byte >> 1 ^ (0xA001 if byte & 1 else 0)
    return byte


CRC_TABLE = tuple(_table_entry(byte) for byte in range(256))


def crc16(data: bytes | bytearray) -> int:
    """CRC-16 of Modbus: polynomial 0x8005 reflected, initial value 0xFFFF."""
    crc = 0xFFFF
    for byte in data:
        crc = crc >> 8 ^ CRC_TABLE[(crc ^ byte) & 0xFF]
    return crc


class ModbusRtuServer:
    """Serves one device on one line."""

    def __init__(self, service: ModbusService, port: PseudoTerminal) -> None:
        self.service = service
        self.skipped_bytes = 0
        self._port = port
        self._buffer = bytearray()
        self._tx = bytearray()
        port.open()

    def tick(self) -> bool:
        """Answer what has come; called every few milliseconds. True where there was something."""
        before = self.service.stats["requests"]
        if self._port.watch() or not self._port.connected:
            self._buffer.clear()
            self._tx.clear()
        self._buffer += self._port.read()
        while (size := self._request_size()) is not None:
            unit, pdu = self._buffer[0], bytes(self._buffer[1 : size - 2])
            del self._buffer[:size]
            reply = self.service.answer(unit, pdu)
            if reply is not None:
                framed = bytes((unit,)) + reply
                self._tx += framed + crc16(framed).to_bytes(2, "little")
        del self._tx[: self._port.write(self._tx)]
        return self.service.stats["requests"] > before

    def close(self) -> None:
        """Hang up and remove the link."""
        self._port.close()

    def _request_size(self) -> int | None:
        """Bytes of the request at the buffer's head, once it is complete; skips what is none."""
        while len(self._buffer) >= FIXED_BYTES:
            size = FIXED_BYTES
            if self._buffer[1] == WRITE_MULTIPLE:
                size = MULTIPLE_BYTES + self._buffer[6]
            if size <= REQUEST_MAX:
                if len(self._buffer) < size:
                    return None
                if crc16(self._buffer[: size - 2]) == int.from_bytes(self._buffer[size - 2 : size], "little"):
                    return size
            self.skipped_bytes += 1
            del self._buffer[:1]
        return None
