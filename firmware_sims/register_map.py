"""A device's register space, held as bytes: contiguous areas, and writes that must not tear wide values."""

from __future__ import annotations

from firmware_sims.modbus_pdu import ILLEGAL_ADDRESS, ModbusRefusalError


def read_area(area: bytes | bytearray, area_address: int, address: int, count: int) -> bytes:
    """Give `count` registers of an area that begins at `area_address`.

    Raises
    ------
    ModbusRefusalError
        Illegal address, where the range leaves the area.
    """
    low = (address - area_address) * 2
    if low < 0 or low + 2 * count > len(area):
        raise ModbusRefusalError(ILLEGAL_ADDRESS)
    return bytes(area[low : low + 2 * count])


def check_whole(fields: tuple[tuple[int, int], ...], address: int, count: int) -> None:
    """Check that a write covers whole fields only, each given as (address, registers), lying side by side.

    Raises
    ------
    ModbusRefusalError
        Illegal address, where the write leaves the fields or covers a part of one.
    """
    stop = address + count
    covered = sum(size for start, size in fields if address <= start and start + size <= stop)
    if covered != count:
        raise ModbusRefusalError(ILLEGAL_ADDRESS)
