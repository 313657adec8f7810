"""A serial line as the drivers use it: pyserial with its three kinds of failure made one."""

import termios
from typing import Final

import serial

from contract.faults import RetryError

READ_MAX_BYTES: Final = 65_536
"""Most bytes taken in one read: half a second of 10 channels at 4 kHz."""


class SerialLine:
    """An exclusively opened serial port.

    pyserial raises SerialException on read and write, OSError from `in_waiting` and termios.error (which is no OSError) from `flush` when
    the line hangs up; all of them become `RetryError` with the code ``line-lost``.
    """

    def __init__(self, name: str, port: str, baud: int) -> None:
        self._name = name
        self._port_name = port
        self._baud = baud
        self._port: serial.Serial | None = None

    def open(self) -> None:
        """Open the port for this process alone, with empty buffers."""
        self.close()
        try:
            self._port = serial.Serial(self._port_name, self._baud, timeout=0, write_timeout=2, exclusive=True)
        except (serial.SerialException, OSError, termios.error) as error:
            what = f"{self._port_name} cannot be opened ({error}); check the cable, the name and that no other program holds it"
            raise RetryError("line-lost", self._name, what) from error

    def close(self) -> None:
        """Close the port, whatever state it is in."""
        if self._port is None:
            return
        port, self._port = self._port, None
        try:
            port.close()
        except (serial.SerialException, OSError, termios.error):
            # The line is gone already: there is nothing left to give back.
            return

    def read(self, timeout_s: float) -> bytes:
        """Give what has arrived, waiting at most `timeout_s` for the first byte."""
        port = self._opened()
        try:
            waiting = port.in_waiting
            if waiting == 0:
                port.timeout = timeout_s
                first = bytes(port.read(1))
                port.timeout = 0
                return first + bytes(port.read(min(port.in_waiting, READ_MAX_BYTES))) if first else b""
            return bytes(port.read(min(waiting, READ_MAX_BYTES)))
        except (serial.SerialException, OSError, termios.error, TypeError) as error:
            # TypeError: pyserial reads from a descriptor that another call has just closed.
            raise self._lost(error) from error

    def write(self, data: bytes) -> None:
        """Send all of `data`."""
        try:
            self._opened().write(data)
        except (serial.SerialException, OSError, termios.error) as error:
            raise self._lost(error) from error

    def _opened(self) -> serial.Serial:
        if self._port is None:
            raise RetryError("line-lost", self._name, f"{self._port_name} is not open; open it first")
        return self._port

    def _lost(self, error: Exception) -> RetryError:
        return RetryError("line-lost", self._name, f"{self._port_name} hung up ({error}); it is opened again")
