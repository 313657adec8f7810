"""Waiting for something of the line, while the supervisor keeps watching its programs."""

import time
from collections.abc import Callable
from typing import Final

import httpx

from demo.errors import DemoError
from demo.stopping import Stopping
from demo.supervisor import Supervisor

POLL_S: Final = 0.1
ANSWER_S: Final = 5.0
"""How long a program may take to answer a question about its health."""


class Watch:
    """Waits that can be interrupted and during which dead programs are restarted."""

    def __init__(self, stopping: Stopping, supervisor: Supervisor) -> None:
        self._stopping = stopping
        self._supervisor = supervisor

    def pause(self, seconds: float = POLL_S) -> None:
        """Wait a little.

        Raises
        ------
        InterruptedDemo
            If somebody asks for the end.
        DemoError
            If a program died that is not restarted.
        """
        self._stopping.pause(seconds)
        self._supervisor.watch()

    def until(self, check: Callable[[], bool], timeout_s: float, what: str) -> None:
        """Wait until `check` gives True.

        Raises
        ------
        DemoError
            If that takes longer than `timeout_s`; `what` says what was waited for.
        """
        deadline = time.monotonic() + timeout_s
        while not check():
            if time.monotonic() > deadline:
                raise DemoError(f"waited {timeout_s:g} s for {what}; the logs say why")
            self.pause()


def answer(url: str) -> httpx.Response | None:
    """Ask an address once; None where nothing answers, which is not unusual for a program that was just killed."""
    try:
        return httpx.get(url, timeout=ANSWER_S, trust_env=False)
    except httpx.TransportError:
        return None
