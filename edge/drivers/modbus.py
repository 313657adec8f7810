"""The one place that knows pymodbus (pinned to 3.16.1): reads and writes registers, and turns its failures into ours."""

import logging
from typing import Final, Literal

from pymodbus import FramerType, ModbusException
from pymodbus.client import ModbusSerialClient, ModbusTcpClient
from pymodbus.pdu import ModbusPDU

from contract.faults import RejectError, RetryError

TIMEOUT_S: Final = 1.0
"""A device answers within milliseconds; one that needs longer than this is taken for silent."""

RETRIES: Final = 1
"""A request is sent twice before the line counts as lost; everything asked here may be carried out twice without harm."""

READ_MAX: Final = 125
"""Registers in one read (Modbus Application Protocol V1.1b3, 6.4)."""

BUSY: Final = frozenset({4, 6})
"""Exceptions of a device in trouble: the same request may succeed later (docs/protocols/modbus-digitiser.md)."""

EXCEPTIONS: Final = {
    1: "illegal function",
    2: "illegal data address",
    3: "illegal data value",
    4: "device failure",
    5: "acknowledge",
    6: "device busy",
    8: "memory parity error",
    10: "gateway path unavailable",
    11: "gateway target gave no answer",
}
"""Modbus Application Protocol V1.1b3, section 7."""

# What it would log is raised here and becomes a fault with name and place; a second line about it would only hide others.
logging.getLogger("pymodbus.logging").setLevel(logging.CRITICAL)


class ModbusLine:
    """One Modbus unit over TCP or a serial line.

    Reads are checked for length: of 10⁵ random RTU frames one decodes as valid, so who reads checks the values for sense as well.
    """

    def __init__(self, name: str, client: ModbusTcpClient | ModbusSerialClient, unit: int) -> None:
        self._name = name
        self._client = client
        self._unit = unit

    @classmethod
    def tcp(cls, name: str, host: str, port: int, unit: int) -> "ModbusLine":
        """Make a line over TCP."""
        return cls(name, ModbusTcpClient(host, port=port, timeout=TIMEOUT_S, retries=RETRIES, name=name), unit)

    @classmethod
    def rtu(cls, name: str, port: str, baud: int, parity: Literal["even", "odd", "none"], unit: int) -> "ModbusLine":
        """Make a line over a serial port: 8 data bits, 1 stop bit."""
        client = ModbusSerialClient(
            port, framer=FramerType.RTU, baudrate=baud, parity=parity[0].upper(), timeout=TIMEOUT_S, retries=RETRIES, name=name
        )
        return cls(name, client, unit)

    def open(self) -> None:
        """Connect.

        Raises
        ------
        RetryError
            If nobody is there.
        """
        self.close()
        try:
            connected = self._client.connect()
        except (ModbusException, OSError) as error:
            raise self._lost(error) from error
        if not connected:
            raise RetryError(
                "line-lost",
                self._name,
                "cannot be reached over Modbus; check address, port, parity and power, and that no other program holds it",
            )

    def close(self) -> None:
        """Disconnect, whatever state the line is in."""
        try:
            self._client.close()  # type: ignore[no-untyped-call]
        except (ModbusException, OSError):
            # The line is gone already: there is nothing left to give back.
            return

    def read_input(self, address: int, count: int) -> list[int]:
        """Read `count` input registers (function 04).

        Raises
        ------
        RetryError
            If the line is lost.
        RejectError
            If the device answers with an exception (``modbus-busy`` when asking again may help, else ``modbus-exception``), or with another
            number of registers (``modbus-length``).
        """
        try:
            reply = self._client.read_input_registers(address, count=count, device_id=self._unit)
        except (ModbusException, OSError) as error:
            raise self._lost(error) from error
        self._check(reply, f"reading {count} input registers at {address}")
        if len(reply.registers) != count:
            what = f"gave {len(reply.registers)} registers at {address}, {count} were asked for; nothing is taken from them"
            raise RejectError("modbus-length", self._name, what)
        return list(reply.registers)

    def write(self, address: int, values: list[int]) -> None:
        """Write holding registers (function 16).

        Raises
        ------
        RetryError
            If the line is lost.
        RejectError
            If the device answers with an exception, as for `read_input`.
        """
        try:
            reply = self._client.write_registers(address, values, device_id=self._unit)
        except (ModbusException, OSError) as error:
            raise self._lost(error) from error
        self._check(reply, f"writing {len(values)} holding registers at {address}")

    def _check(self, reply: ModbusPDU, request: str) -> None:
        if not reply.isError():
            return
        number = reply.exception_code
        name = EXCEPTIONS.get(number, "an exception Modbus does not define")
        if number in BUSY:
            raise RejectError("modbus-busy", self._name, f"{request} was answered by exception {number:02} ({name}); it is asked again")
        raise RejectError("modbus-exception", self._name, f"{request} was answered by exception {number:02} ({name})")

    def _lost(self, error: Exception) -> RetryError:
        return RetryError("line-lost", self._name, f"Modbus line lost ({error}); it is opened again")


def wide(registers: list[int]) -> int:
    """Join registers, high word first, to an unsigned integer."""
    value = 0
    for register in registers:
        value = value << 16 | register
    return value


def words(value: int, count: int) -> list[int]:
    """Split an integer into `count` registers, high word first; negative ones in two's complement."""
    return [value >> 16 * (count - 1 - index) & 0xFFFF for index in range(count)]


def signed16(register: int) -> int:
    """Give a register as a two's complement number."""
    return register - 0x10000 if register & 0x8000 else register
