"""Ctrl-C, SIGTERM and SIGHUP as an orderly end: a flag that every wait of the demo looks at."""

import signal
import threading
from types import FrameType, TracebackType
from typing import Any, Final, Self

from demo.errors import InterruptedDemo

SIGNALS: Final = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Stopping:
    """Context in which the signals that end a program only set a flag.

    No exception is ever raised at a random place: `pause` raises `InterruptedDemo`, nothing else does, so that stopping the children
    cannot be interrupted half-way. A second signal makes `impatient` true: then children are no longer given time.
    """

    def __init__(self) -> None:
        self._asked = threading.Event()
        self._count = 0
        self._previous: dict[signal.Signals, Any] = {}

    @property
    def asked(self) -> bool:
        """Whether somebody asked for the end."""
        return self._asked.is_set()

    @property
    def impatient(self) -> bool:
        """Whether somebody asked twice."""
        return self._count > 1

    def pause(self, seconds: float) -> None:
        """Wait.

        Raises
        ------
        InterruptedDemo
            As soon as somebody asks for the end.
        """
        if self._asked.wait(seconds):
            raise InterruptedDemo

    def __enter__(self) -> Self:
        for each in SIGNALS:
            self._previous[each] = signal.signal(each, self._on_signal)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        for each, handler in self._previous.items():
            signal.signal(each, handler)

    def _on_signal(self, _number: int, _frame: FrameType | None) -> None:
        self._count += 1
        self._asked.set()
