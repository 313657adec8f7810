"""A device's end of a serial line, made of a pseudo-terminal behind a symbolic link.

The link's path stays while hosts come and go. Nothing here ever blocks: what the line does not take stays with the
caller, and what is written while nobody has the line open is lost, as on a wire.
"""

from __future__ import annotations

import contextlib
import errno
import os
import select
import termios
import tty
from pathlib import Path

READ_MAX = 65_536


class PseudoTerminal:
    """One pseudo-terminal at a time, reachable at `link`."""

    def __init__(self, link: Path) -> None:
        self.link = link
        self._master = -1
        self._slave_name = ""
        self._poll = select.poll()
        self.connected = False

    @property
    def is_open(self) -> bool:
        """Whether the line exists at all."""
        return self._master >= 0

    def open(self) -> None:
        """Make the pseudo-terminal and point the link to it."""
        self._master, slave = os.openpty()
        tty.setraw(slave)
        self._slave_name = os.ttyname(slave)
        os.close(slave)
        os.set_blocking(self._master, False)
        self._poll.register(self._master, select.POLLIN)
        self.connected = False
        self.link.parent.mkdir(parents=True, exist_ok=True)
        fresh = self.link.with_name(f"{self.link.name}.{os.getpid()}")
        fresh.symlink_to(self._slave_name)
        fresh.replace(self.link)

    def close(self) -> None:
        """Hang up and remove the link; harmless if not open."""
        if not self.is_open:
            return
        self._poll.unregister(self._master)
        os.close(self._master)
        self._master = -1
        self.connected = False
        if self.link.is_symlink() and os.readlink(self.link) == self._slave_name:
            self.link.unlink()

    def watch(self) -> bool:
        """Look whether a host has the line open; true when one has just opened it."""
        before = self.connected
        self.connected = self.is_open and not any(events & select.POLLHUP for _, events in self._poll.poll(0))
        if before and not self.connected:
            self._flush()
        return self.connected and not before

    def read(self) -> bytes:
        """Give what the host has sent since, perhaps nothing."""
        if not self.connected:
            return b""
        try:
            return os.read(self._master, READ_MAX)
        except BlockingIOError:
            return b""
        except OSError as error:
            if error.errno == errno.EIO:  # the host closed the line between `watch` and here
                return b""
            raise

    def write(self, data: bytes | bytearray) -> int:
        """Give the line as much as it takes; how many bytes that was."""
        if not self.connected or not data:
            return 0
        try:
            return os.write(self._master, data)
        except BlockingIOError:
            return 0

    def _flush(self) -> None:
        """Throw away what the last host left unread, so that the next one does not get stale bytes."""
        with contextlib.suppress(OSError):
            slave = os.open(self._slave_name, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)
            try:
                termios.tcflush(slave, termios.TCIOFLUSH)
            finally:
                os.close(slave)
