"""The latest vehicles with all that a calibration needs of them: nominal loads, crossings, the record that was made, and the raw signal.

A bounded memory for the loopback door. The main loop adds, the door's threads read; the lock is held for the copy of a list, no longer.
What is remembered is also handed to a file (`pass_store`), and taken from it when the program starts again.
"""

from __future__ import annotations

import threading
import uuid
from collections import deque
from typing import Any, Final

from contract.chain import Link
from edge.lane import Ready
from edge.lines import crossings_of, vehicle_line
from edge.outbox import Blob
from edge.pass_store import KeptPass, PassStore

PASSES_KEPT: Final = 200
"""Vehicles to look back on: ten minutes of dense traffic."""

CAPTURES_MAX_BYTES: Final = 64 * 1024 * 1024
"""Raw signal kept with them at most; a truck over ten channels at 4 kHz takes some 0.3 MB."""


class PassBook:
    """Remembers the latest recorded vehicles.

    Attributes
    ----------
    stream
        Name of this run of the program; numbers of passes count from 1 in each, with those that an earlier run has left.
    """

    def __init__(self, store: PassStore | None = None) -> None:
        self._store = store
        self.stream = uuid.uuid4().hex[:12]
        self._lock = threading.Lock()
        self._passes: deque[dict[str, Any]] = deque(maxlen=PASSES_KEPT)
        self._captures: deque[tuple[int, bytes]] = deque()
        self._bytes = 0
        self._next = 1
        for kept in store.take_kept() if store else ():
            self._remember(kept)

    def add(self, ready: Ready, link: Link, capture: Blob) -> None:
        """Remember a vehicle that was recorded."""
        certificate = None if ready.in_force is None else ready.in_force.certificate
        one = {
            "seq": link.seq,
            "record_sha256": link.sha256,
            "capture_sha256": capture.sha256,
            "device": ready.device,
            "epoch": ready.checkpoint.epoch,
            "time_us": ready.time_us,
            "clock": ready.clock.state.value,
            "pavement_c": ready.pavement_c,
            "calibration": None if ready.in_force is None else ready.in_force.identity.model_dump(),
            "certificate": None if certificate is None else certificate.number,
            **vehicle_line(ready.vehicle),
            **crossings_of(ready.vehicle),
        }
        kept = KeptPass(one, capture.data)
        self._remember(kept)
        if self._store:
            self._store.put(kept)

    def close(self) -> None:
        """Let what waits be written."""
        if self._store:
            self._store.close()

    def _remember(self, kept: KeptPass) -> None:
        with self._lock:
            self._passes.append({"number": self._next, **kept.line})
            self._captures.append((self._next, kept.capture))
            self._bytes += len(kept.capture)
            while self._bytes > CAPTURES_MAX_BYTES or len(self._captures) > PASSES_KEPT:
                self._bytes -= len(self._captures.popleft()[1])
            self._next += 1

    def since(self, number: int) -> dict[str, Any]:
        """Give the passes after `number`, oldest first, as JSON."""
        with self._lock:
            passes, following = list(self._passes), self._next
        return {"stream": self.stream, "next": following, "passes": [one for one in passes if one["number"] > number]}

    def capture(self, number: int) -> bytes | None:
        """Give the raw signal of a pass (HDF5), None where it is no longer kept."""
        with self._lock:
            return next((data for of, data in self._captures if of == number), None)
