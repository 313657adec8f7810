"""Modbus requests and answers (functions 03, 04, 06, 16), big endian, without transport.

Written out by hand rather than served by the library the drivers use, so that one mistake cannot hide at both ends.
"""

from __future__ import annotations

import struct
from typing import Protocol

READ_HOLDING = 3
READ_INPUT = 4
WRITE_SINGLE = 6
WRITE_MULTIPLE = 16
ILLEGAL_FUNCTION = 1
ILLEGAL_ADDRESS = 2
ILLEGAL_VALUE = 3
READ_MAX = 125
WRITE_MAX = 123


class ModbusRefusalError(Exception):
    """A request refused with an exception code."""

    def __init__(self, code: int) -> None:
        super().__init__(f"exception {code}")
        self.code = code


class RegisterDevice(Protocol):
    """What stands behind the registers; registers travel as bytes, high byte first."""

    def read_input(self, address: int, count: int) -> bytes:
        """Give `count` input registers, all of one instant."""
        ...

    def read_holding(self, address: int, count: int) -> bytes:
        """Give `count` holding registers."""
        ...

    def write_holding(self, address: int, data: bytes) -> None:
        """Write holding registers and carry out what that commands."""
        ...


def answer(pdu: bytes, device: RegisterDevice) -> bytes:
    """Answer a request (function code and data) with a reply or an exception."""
    function = pdu[0] if pdu else 0
    try:
        return _answer(function, pdu, device)
    except ModbusRefusalError as refusal:
        return exception(function, refusal.code)


def exception(function: int, code: int) -> bytes:
    """Give an exception reply."""
    return bytes((function | 0x80, code))


def _answer(function: int, pdu: bytes, device: RegisterDevice) -> bytes:
    if function not in (READ_HOLDING, READ_INPUT, WRITE_SINGLE, WRITE_MULTIPLE):
        raise ModbusRefusalError(ILLEGAL_FUNCTION)
    if len(pdu) < 5:
        raise ModbusRefusalError(ILLEGAL_VALUE)
    address, count = struct.unpack_from(">HH", pdu, 1)
    if function == WRITE_SINGLE:
        device.write_holding(address, pdu[3:5])
        return pdu[:5]
    if function == WRITE_MULTIPLE:
        data = pdu[6:]
        if not (1 <= count <= WRITE_MAX and len(data) == 2 * count and pdu[5] == len(data)):
            raise ModbusRefusalError(ILLEGAL_VALUE)
        device.write_holding(address, data)
        return pdu[:5]
    if len(pdu) != 5 or not 1 <= count <= READ_MAX:
        raise ModbusRefusalError(ILLEGAL_VALUE)
    read = device.read_input if function == READ_INPUT else device.read_holding
    data = read(address, count)
    return bytes((function, len(data))) + data
