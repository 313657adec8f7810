"""The truth of a run as JSON lines (docs/protocols/simulator-control.md)."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TextIO

from firmware_sims.errors import SimulationError
from firmware_sims.vehicle import Vehicle


class TruthLog:
    """Writes events as they happen; with no path it only counts."""

    def __init__(self, path: Path | None) -> None:
        self.vehicles = 0
        self._file: TextIO | None = None
        if path is not None:
            try:
                path.parent.mkdir(parents=True, exist_ok=True)
                self._file = path.open("w", encoding="utf-8")
            except OSError as error:
                raise SimulationError(f"{path}: cannot be written ({error.strerror}); give another --truth") from error

    def playback(self, counter_offset: int, rate_hz: float, speedup: float, utc: datetime, source: str) -> None:
        """Note that playback has begun: sample i of the recording has device counter ``counter_offset + i``."""
        self._write(
            event="playback",
            counter_offset=counter_offset,
            rate_hz=rate_hz,
            speedup=speedup,
            utc=_iso(utc),
            source=source,
        )

    def reset(self, counter_offset: int) -> None:
        """Note that the digitiser has restarted: later counters have this offset."""
        self._write(event="reset", counter_offset=counter_offset)

    def vehicle(self, vehicle: Vehicle, counter: int, first_axle: datetime) -> None:
        """Note that a vehicle has passed; `counter` and `first_axle` are of its first axle at position 0."""
        self.vehicles += 1
        entry = vehicle.truth()
        entry["capture_sample"] = entry["first_axle_sample"]
        entry["first_axle_sample"] = counter
        micros = round(first_axle.timestamp() * 1e6)
        self._write(event="vehicle", number=self.vehicles, **entry, first_axle_utc=_iso(first_axle), first_axle_utc_us=micros)

    def complete(self) -> None:
        """Note that the last vehicle has passed."""
        self._write(event="complete", vehicles=self.vehicles)

    def close(self) -> None:
        """Close the file."""
        if self._file is not None:
            self._file.close()

    def _write(self, **entry: Any) -> None:  # noqa: ANN401 - a JSON object
        if self._file is not None:
            self._file.write(json.dumps(entry, ensure_ascii=False) + "\n")
            self._file.flush()


def _iso(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="microseconds")
