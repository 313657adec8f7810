"""Ends the process when its main loop no longer turns, so that the service manager starts a fresh one."""

import os
import threading
import time
from collections.abc import Callable
from typing import Final

import structlog

from contract.faults import EXIT_RESTART

PATIENCE_S: Final = 30.0
"""How long one turn of the main loop may take: above the slowest fsync and the longest resend seen, far below a shift."""

_log = structlog.get_logger("edge.watchdog")


def end_process() -> None:
    """Leave at once: a process that hangs cannot be trusted to unwind."""
    os._exit(EXIT_RESTART)


class Watchdog:
    """A thread that calls `bite` when nobody has called `pat` for `patience_s` seconds."""

    def __init__(self, patience_s: float = PATIENCE_S, bite: Callable[[], None] = end_process) -> None:
        self._patience_s = patience_s
        self._bite = bite
        self._last = time.monotonic()
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="watchdog", daemon=True)

    def start(self) -> None:
        """Begin to watch."""
        self.pat()
        self._thread.start()

    def pat(self) -> None:
        """Say that the main loop turns."""
        self._last = time.monotonic()

    def stop(self) -> None:
        """End the watch."""
        self._stopped.set()
        self._thread.join(timeout=5)

    def _watch(self) -> None:
        while not self._stopped.wait(self._patience_s / 10):
            silent_s = time.monotonic() - self._last
            if silent_s > self._patience_s:
                _log.critical("watchdog", silent_s=round(silent_s, 1), patience_s=self._patience_s, what="the main loop hangs; leaving")
                self._bite()
                return
