"""What the process has seen: per camera its last event and counts, and every fault counted, logged once and shown."""

import threading
from collections import Counter, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final

import structlog

from contract.faults import Fault
from contract.plates import PlateRead

SHOWN: Final = 20
"""Latest faults shown; all are counted and logged."""

FAULT_KINDS_MAX: Final = 500
"""Distinct (fault, place) pairs that are counted apart; further places are counted by the fault's code alone."""

Clock = Callable[[], int]
"""Gives UTC in µs."""


@dataclass(slots=True)
class _Camera:
    counts: Counter[str] = field(default_factory=Counter)
    last_event_us: int | None = None
    last_arrival_us: int | None = None


class Health:
    """Counts, for `GET /health`; safe to use from several threads.

    Parameters
    ----------
    now_us
        The clock by which arrivals and faults are dated.
    """

    def __init__(self, now_us: Clock) -> None:
        self._now_us = now_us
        self._lock = threading.Lock()
        self._cameras: dict[str, _Camera] = {}
        self._faults: Counter[tuple[str, str]] = Counter()
        self._latest: deque[dict[str, Any]] = deque(maxlen=SHOWN)
        self._log = structlog.get_logger("plates")

    def knows(self, camera: str) -> bool:
        """Say whether that camera has sent anything yet."""
        return camera in self._cameras

    @property
    def cameras(self) -> int:
        """Number of cameras that have sent something."""
        return len(self._cameras)

    def count(self, camera: str, what: str, read: PlateRead | None = None) -> None:
        """Count one push of a camera: what became of it, and the read it held."""
        with self._lock:
            entry = self._cameras.setdefault(camera, _Camera())
            entry.counts[what] += 1
            entry.last_arrival_us = self._now_us()
            if read is not None:
                entry.last_event_us = read.time_us

    def fault(self, fault: Fault) -> None:
        """Count and log one fault."""
        with self._lock:
            key = (fault.code, fault.where)
            self._faults[key if key in self._faults or len(self._faults) < FAULT_KINDS_MAX else (fault.code, "elsewhere")] += 1
            self._latest.append({"time_us": self._now_us(), **fault.model_dump(mode="json")})
        self._log.warning(fault.code, where=fault.where, what=fault.what, reaction=str(fault.reaction))

    def snapshot(self) -> dict[str, Any]:
        """Give cameras, counted and latest faults, as plain data."""
        with self._lock:
            return {
                "time_us": self._now_us(),
                "cameras": {
                    name: {"last_event_us": c.last_event_us, "last_arrival_us": c.last_arrival_us, "counts": dict(c.counts)}
                    for name, c in sorted(self._cameras.items())
                },
                "faults": [{"code": code, "where": where, "count": n} for (code, where), n in sorted(self._faults.items())],
                "latest_faults": list(self._latest),
            }
