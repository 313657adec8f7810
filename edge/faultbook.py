"""Counts every fault of this process and writes one log line for each, so that none is silent and none floods the log."""

import threading
from collections import Counter
from typing import Final

import structlog

from contract.faults import Fault

LOGGED_PER_CODE_AND_PLACE: Final = 20
"""After so many lines about one fault at one place only every hundredth is written; the counter goes on."""

THINNED: Final = 100

_log = structlog.get_logger("edge")


class FaultBook:
    """The faults of one process since its start; safe to use from every thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._by_code: Counter[str] = Counter()
        self._by_place: Counter[tuple[str, str]] = Counter()
        self._last: dict[str, Fault] = {}

    def note(self, fault: Fault) -> None:
        """Count a fault and, unless it repeats too often, log it."""
        with self._lock:
            self._by_code[fault.code] += 1
            self._by_place[fault.code, fault.where] += 1
            times = self._by_place[fault.code, fault.where]
            self._last[fault.code] = fault
        if times <= LOGGED_PER_CODE_AND_PLACE or times % THINNED == 0:
            _log.warning(fault.code, where=fault.where, what=fault.what, reaction=fault.reaction.value, times=times)

    def counts(self) -> dict[str, int]:
        """Give how often each code was noted."""
        with self._lock:
            return dict(sorted(self._by_code.items()))

    def latest(self) -> dict[str, str]:
        """Give the last text of each code."""
        with self._lock:
            return {code: f"{fault.where}: {fault.what}" for code, fault in sorted(self._last.items())}
