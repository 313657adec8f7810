"""The Modbus registers of two transmitters: Laumas W100 and HBM WTX; reads only."""

from __future__ import annotations

import struct
from collections.abc import Callable

from firmware_sims.modbus_pdu import ILLEGAL_ADDRESS, ModbusRefusalError
from firmware_sims.register_map import read_area
from firmware_sims.scales.platform import Shown

UNIT_CODES = {"kg": 0, "g": 1, "t": 2, "lb": 3}
LIMIT_UNDER, LIMIT_OVER = 1, 2


def wtx_area(shown: Shown) -> bytes:
    """Give input words 0 to 15 of a WTX: net and gross as S32, status, then mode, point and unit."""
    limit = LIMIT_OVER if shown.over else LIMIT_UNDER if shown.under else 0
    status = limit << 2 | shown.moving << 4 | shown.net << 7
    form = shown.decimals << 4 | UNIT_CODES[shown.unit] << 7
    return struct.pack(">iiHH", shown.value, shown.value + shown.tare, status, form).ljust(32, b"\0")


def w100_area(shown: Shown) -> bytes:
    """Give registers 0 to 79 of a W100: weight at 7, tare at 72, high word first."""
    area = bytearray(160)
    struct.pack_into(">i", area, 14, shown.value)
    struct.pack_into(">i", area, 144, shown.tare)
    return bytes(area)


class ScaleRegisters:
    """What stands behind the registers; `damage` may change the bytes of an answer."""

    def __init__(self, area: Callable[[Shown], bytes], show: Callable[[], Shown], damage: Callable[[bytes], bytes]) -> None:
        self._area = area
        self._show = show
        self._damage = damage

    def read_input(self, address: int, count: int) -> bytes:
        """Give registers of one instant."""
        return self._damage(read_area(self._area(self._show()), 0, address, count))

    def read_holding(self, address: int, count: int) -> bytes:
        """Give the same registers by the other function, as these devices do."""
        return self.read_input(address, count)

    def write_holding(self, address: int, data: bytes) -> None:
        """Refuse: a reader has nothing to write."""
        raise ModbusRefusalError(ILLEGAL_ADDRESS)
