"""A serial line as the drivers use it: pyserial with its three kinds of failure made one."""

import select
import termios
from typing import Final

import serial

from contract.faults import RetryError

READ_MAX_BYTES: Final = 65_536
"""Most bytes taken in one read: half a second of 10 channels at 4 kHz."""

WRITE_TIMEOUT_S: Final = 2.0
"""A command is at most 30 bytes; a line that does not take it for this long is not there."""

_FAILURES: Final = (serial.SerialException, OSError, termios.error, TypeError, ValueError)
"""What pyserial and select raise when a line hangs up: SerialException on read and write, OSError from `in_waiting`, termios.error (no
OSError) from the terminal calls, TypeError and ValueError from a descriptor that has just been closed, or a rate the port cannot do."""


class SerialLine:
    """An exclusively opened serial port; whatever fails becomes a `RetryError` with the code ``line-lost``."""

    def __init__(self, name: str, port: str, baud: int) -> None:
        self._name = name
        self._port_name = port
        self._baud = baud
        self._port: serial.Serial | None = None

    def open(self) -> None:
        """Open the port for this process alone: 8 data bits, no parity, 1 stop bit, no flow control.

        Raises
        ------
        RetryError
            If it is not there, held by another program, or cannot do the rate.
        """
        self.close()
        try:
            self._port = serial.Serial(self._port_name, self._baud, timeout=0, write_timeout=WRITE_TIMEOUT_S, exclusive=True)
        except _FAILURES as error:
            what = f"{self._port_name} cannot be opened ({error}); check the cable, the name and that no other program holds it"
            raise RetryError("line-lost", self._name, what) from error

    def close(self) -> None:
        """Close the port, whatever state it is in."""
        if self._port is None:
            return
        port, self._port = self._port, None
        try:
            port.close()
        except _FAILURES:
            # The line is gone already: there is nothing left to give back.
            return

    def read(self, timeout_s: float) -> bytes:
        """Give what has arrived, waiting at most `timeout_s` for the first byte; empty if nothing came.

        Raises
        ------
        RetryError
            If the line hung up.
        """
        port = self._opened()
        try:
            # select instead of pyserial's own timeout: changing that reprograms the port.
            ready, _, _ = select.select([port.fileno()], [], [], timeout_s)
            return bytes(port.read(min(max(1, port.in_waiting), READ_MAX_BYTES))) if ready else b""
        except _FAILURES as error:
            raise self._lost(error) from error

    def write(self, data: bytes) -> None:
        """Send all of `data`.

        Raises
        ------
        RetryError
            If the line hung up or does not take it.
        """
        port = self._opened()
        try:
            port.write(data)
        except _FAILURES as error:
            raise self._lost(error) from error

    def _opened(self) -> serial.Serial:
        if self._port is None:
            raise RetryError("line-lost", self._name, f"{self._port_name} is not open; open it first")
        return self._port

    def _lost(self, error: Exception) -> RetryError:
        return RetryError("line-lost", self._name, f"{self._port_name} hung up ({error}); it is opened again")
