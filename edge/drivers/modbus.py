"""The one place that knows pymodbus (pinned to 3.16.1): reads and writes registers, and turns its failures into ours."""

from typing import Final

from pymodbus import FramerType, ModbusException
from pymodbus.client import ModbusSerialClient, ModbusTcpClient

from contract.faults import RejectError, RetryError

TIMEOUT_S: Final = 1.0
READ_MAX: Final = 125
"""Registers in one read (Modbus Application Protocol V1.1b3, 6.4)."""


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
        return cls(name, ModbusTcpClient(host, port=port, timeout=TIMEOUT_S, retries=1, name=name), unit)

    @classmethod
    def rtu(cls, name: str, port: str, baud: int, unit: int) -> "ModbusLine":
        """Make a line over a serial port, 8 data bits, no parity."""
        client = ModbusSerialClient(port, framer=FramerType.RTU, baudrate=baud, parity="N", timeout=TIMEOUT_S, retries=1, name=name)
        return cls(name, client, unit)

    def open(self) -> None:
        """Connect.

        Raises
        ------
        RetryError
            If nobody answers there.
        """
        self.close()
        try:
            connected = self._client.connect()
        except (ModbusException, OSError) as error:
            raise self._lost(error) from error
        if not connected:
            raise RetryError("line-lost", self._name, "cannot be reached over Modbus; check address, port and power")

    def close(self) -> None:
        """Disconnect, whatever state the line is in."""
        try:
            self._client.close()  # type: ignore[no-untyped-call]  # pymodbus leaves it untyped
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
            If the device answers with an exception, or with another number of registers.
        """
        try:
            reply = self._client.read_input_registers(address, count=count, device_id=self._unit)
        except (ModbusException, OSError) as error:
            raise self._lost(error) from error
        if reply.isError():
            raise RejectError("modbus-exception", self._name, f"reading {count} registers at {address} was answered by {reply}")
        if len(reply.registers) != count:
            what = f"gave {len(reply.registers)} registers at {address}, {count} were asked for; they are left out"
            raise RejectError("modbus-length", self._name, what)
        return list(reply.registers)

    def write(self, address: int, values: list[int]) -> None:
        """Write holding registers (function 16).

        Raises
        ------
        RetryError
            If the line is lost.
        RejectError
            If the device refuses.
        """
        try:
            reply = self._client.write_registers(address, values, device_id=self._unit)
        except (ModbusException, OSError) as error:
            raise self._lost(error) from error
        if reply.isError():
            raise RejectError("modbus-exception", self._name, f"writing {len(values)} registers at {address} was answered by {reply}")

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
