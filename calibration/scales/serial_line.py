"""A serial line to a scale: pyserial with its kinds of failure made one."""

import select
import termios
from typing import Final

import serial

from calibration.told import told
from contract.faults import RetryError

READ_MAX_BYTES: Final = 4096
"""Most bytes taken in one read: four seconds of 9600 baud."""

WRITE_TIMEOUT_S: Final = 2.0
"""A question is below 60 bytes; a line that does not take it for this long is not there."""

_FAILURES: Final = (serial.SerialException, OSError, termios.error, TypeError, ValueError)
"""What pyserial and select raise when a line hangs up, or is closed under them, or cannot do a rate (termios.error is no OSError)."""


class SerialLine:
    """One serial port, held by this process alone: 8 data bits, no parity, 1 stop bit; what fails becomes a `RetryError` ``line-lost``."""

    def __init__(self, port: str, baud: int) -> None:
        self.where = port
        self._baud = baud
        self._port: serial.Serial | None = None

    def open(self) -> None:
        """Open the port.

        Raises
        ------
        RetryError
            If it is not there, is held by another program or cannot do the rate.
        """
        self.close()
        try:
            self._port = serial.Serial(self.where, self._baud, timeout=0, write_timeout=WRITE_TIMEOUT_S, exclusive=True)
        except _FAILURES as error:
            what = told(
                "cannot be opened (%(error)s); check cable and name, prefer /dev/serial/by-id, and that no other program holds it",
                error=error,
            )
            raise RetryError("line-lost", self.where, what) from error

    def close(self) -> None:
        """Close the port, whatever state it is in."""
        port, self._port = self._port, None
        if port is not None:
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
            raise RetryError("line-lost", self.where, told("is not open; open it first"))
        return self._port

    def _lost(self, error: Exception) -> RetryError:
        return RetryError("line-lost", self.where, told("hung up (%(error)s); check cable and power, then read again", error=error))
