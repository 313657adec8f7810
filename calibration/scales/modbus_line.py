"""The one place of the calibration that knows pymodbus (pinned to 3.16.1); its failures become ours."""

import logging
from typing import Final, Literal

from pymodbus import FramerType, ModbusException
from pymodbus.client import ModbusSerialClient, ModbusTcpClient

from calibration.told import told
from contract.faults import RejectError, RetryError

TIMEOUT_S: Final = 1.0
"""A scale answers within milliseconds; one that needs longer is taken for silent."""

RETRIES: Final = 1
"""A request is sent twice before the line counts as lost; only reads are sent."""

UNIT_MAX: Final = 247
"""Highest unit id (Modbus over Serial Line V1.02, 2.2)."""

# What it would log is raised here.
logging.getLogger("pymodbus.logging").setLevel(logging.CRITICAL)


class ModbusLine:
    """One Modbus unit; reads only, so that nothing here can change a scale."""

    def __init__(self, client: ModbusTcpClient | ModbusSerialClient, where: str, unit: int) -> None:
        self.where = where
        self._client = client
        self._unit = unit

    @classmethod
    def tcp(cls, host: str, port: int, unit: int) -> "ModbusLine":
        """Make a line over TCP."""
        return cls(ModbusTcpClient(host, port=port, timeout=TIMEOUT_S, retries=RETRIES), f"{host}:{port} unit {unit}", unit)

    @classmethod
    def rtu(cls, port: str, baud: int, unit: int) -> "ModbusLine":
        """Make a line over a serial port: 8 data bits, no parity, 1 stop bit."""
        client = ModbusSerialClient(port, framer=FramerType.RTU, baudrate=baud, parity="N", timeout=TIMEOUT_S, retries=RETRIES)
        return cls(client, f"{port} unit {unit}", unit)

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
            raise RetryError("line-lost", self.where, told("cannot be reached over Modbus; check address, port, unit id and power"))

    def close(self) -> None:
        """Disconnect, whatever state the line is in."""
        try:
            self._client.close()  # type: ignore[no-untyped-call]
        except (ModbusException, OSError):
            # The line is gone already: there is nothing left to give back.
            return

    def read(self, function: Literal["holding", "input"], address: int, count: int) -> tuple[int, ...]:
        """Read `count` registers by function 03 or 04.

        Raises
        ------
        RetryError
            If the line is lost or the unit silent.
        RejectError
            If the scale refuses, or gives another number of registers.
        """
        read = self._client.read_holding_registers if function == "holding" else self._client.read_input_registers
        try:
            reply = read(address, count=count, device_id=self._unit)
        except (ModbusException, OSError) as error:
            raise self._lost(error) from error
        if reply.isError():
            what = told(
                "refused to give %(count)s registers at %(address)s (exception %(exception_code)s); check the protocol and the unit id",
                count=count,
                address=address,
                exception_code=reply.exception_code,
            )
            raise RejectError("scale-refused", self.where, what)
        if len(reply.registers) != count:
            what = told(
                "gave %(n)s registers at %(address)s, %(count)s were asked for; nothing is taken from them",
                n=len(reply.registers),
                address=address,
                count=count,
            )
            raise RejectError("scale-length", self.where, what)
        return tuple(reply.registers)

    def _lost(self, error: Exception) -> RetryError:
        return RetryError(
            "line-lost", self.where, told("gave no answer over Modbus (%(error)s); check address, unit id, cable and power", error=error)
        )
