"""What the process has seen: per camera its messages, clock and silence, and every fault counted, logged once and shown."""

import threading
from collections import Counter, deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import structlog

from contract.faults import Fault, Reaction
from contract.plates import PlateRead

SHOWN: Final = 20
"""Latest faults shown; all are counted and logged."""

FAULT_KINDS_MAX: Final = 500
"""Distinct (fault, place) pairs that are counted apart; further places are counted by the fault's code alone."""

CLOCK_SEEN: Final = 31
"""Latest fresh events by which a camera's clock is judged: the least delay among them is that of the road and the line, nearly nothing."""

ZONE_US: Final = 15 * 60 * 1_000_000
"""Time zones are whole quarters of an hour apart."""

ZONES_MAX: Final = 4 * 14
"""Farthest time zone, in quarters of an hour."""

ZONE_SLACK_US: Final = 90 * 1_000_000
"""A clock that is off by a time zone is off by little else, and always by the same: events that are late have all been late otherwise."""

Clock = Callable[[], int]
"""Gives UTC in µs."""


@dataclass(slots=True)
class _Camera:
    silent_us: int | None = None
    counts: Counter[str] = field(default_factory=Counter)
    last_event_us: int | None = None
    last_arrival_us: int | None = None
    waited_since_us: int = 0
    silent: bool = False
    delays_us: deque[int] = field(default_factory=lambda: deque(maxlen=CLOCK_SEEN))
    zone_said: bool = False

    def clock_behind_us(self) -> int | None:
        """Give arrival less the camera's time, the least of the latest: how much its clock is behind ours, at most; negative is ahead."""
        return min(self.delays_us) if self.delays_us else None


class Health:
    """Counts, for `GET /health`; safe to use from several threads.

    Parameters
    ----------
    now_us
        The clock by which arrivals and faults are dated.
    silent_s
        Cameras that have to send something at least so often, by name.
    """

    def __init__(self, now_us: Clock, silent_s: Mapping[str, float | None] | None = None) -> None:
        self._now_us = now_us
        self._lock = threading.Lock()
        self._cameras: dict[str, _Camera] = {
            name: _Camera(None if seconds is None else int(seconds * 1e6), waited_since_us=now_us())
            for name, seconds in (silent_s or {}).items()
        }
        self._faults: Counter[tuple[str, str]] = Counter()
        self._latest: deque[dict[str, Any]] = deque(maxlen=SHOWN)
        self._log = structlog.get_logger("plates")

    def knows(self, camera: str) -> bool:
        """Say whether that camera is of the settings or has sent anything yet."""
        return camera in self._cameras

    @property
    def cameras(self) -> int:
        """Number of cameras known."""
        return len(self._cameras)

    def count(self, camera: str, what: str, read: PlateRead | None = None) -> None:
        """Count one message of a camera: what became of it, and the read it held."""
        now_us = self._now_us()
        with self._lock:
            entry = self._cameras.setdefault(camera, _Camera())
            entry.counts[what] += 1
            entry.last_arrival_us = now_us
            back, entry.silent = entry.silent, False
            zone = self._note_event(entry, read, now_us) if read is not None else None
        if back:
            self._log.info("camera-back", where=camera)
        if zone is not None:
            what = f"its clock is {zone} h from ours: its time zone is set wrongly, in the camera or in zone of the settings"
            self.fault(Fault(code="camera-time-zone", where=camera, what=what, reaction=Reaction.RETRY))

    @staticmethod
    def _note_event(entry: _Camera, read: PlateRead, now_us: int) -> str | None:
        """Note an event's time; give hours by which the clock is off where that is first seen to be a time zone."""
        entry.last_event_us = read.time_us
        if read.retransmitted:
            return None
        entry.delays_us.append(now_us - read.time_us)
        behind_us = min(entry.delays_us)
        zones = round(behind_us / ZONE_US)
        steady = len(entry.delays_us) >= 3 and max(entry.delays_us) - behind_us <= ZONE_SLACK_US
        wrong = steady and 2 <= abs(zones) <= ZONES_MAX and abs(behind_us - zones * ZONE_US) <= ZONE_SLACK_US
        said, entry.zone_said = entry.zone_said, wrong
        return f"{-zones / 4:+g}" if wrong and not said else None

    def look_for_silence(self) -> None:
        """Tell each camera that has been silent for too long, once until it is heard again."""
        now_us = self._now_us()
        silent = []
        with self._lock:
            for name, entry in self._cameras.items():
                heard_us = entry.last_arrival_us or entry.waited_since_us
                if entry.silent_us is not None and not entry.silent and now_us - heard_us > entry.silent_us:
                    entry.silent = True
                    silent.append((name, (now_us - heard_us) / 1e6))
        for name, seconds in silent:
            what = f"has sent neither event nor keep-alive for {seconds:.0f} s; check its power, its line, and the address it pushes to"
            self.fault(Fault(code="camera-silent", where=name, what=what, reaction=Reaction.RETRY))

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
                    name: {
                        "last_event_us": c.last_event_us,
                        "last_arrival_us": c.last_arrival_us,
                        "clock_behind_us": c.clock_behind_us(),
                        "silent": c.silent,
                        "counts": dict(c.counts),
                    }
                    for name, c in sorted(self._cameras.items())
                },
                "faults": [{"code": code, "where": where, "count": n} for (code, where), n in sorted(self._faults.items())],
                "latest_faults": list(self._latest),
            }
