"""Traffic played from a capture, bit for bit."""

from __future__ import annotations

from bisect import bisect_left
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from firmware_sims.capture_file import Capture, read_capture, read_truth, truth_path
from firmware_sims.errors import SimulationError
from firmware_sims.layout import Layout
from firmware_sims.loops import LoopDetector
from firmware_sims.plates import PlateDraw
from firmware_sims.source import IdleLevel
from firmware_sims.vehicle import GROSS_LIMIT_KG, Vehicle

QUIET_S = 0.5
"""How much of a capture's beginning or end is taken as its noise on an empty road."""
SETTLE_S = 0.25
"""After the last loop is free again, before a vehicle counts as passed."""
TAIL_S = 1.0
"""Quiet road played after the last vehicle wanted."""
APPROACH_M = 8.0
"""Where there is no loop before the array: a vehicle this far before position 0 is not yet seen."""
BEFORE_LOOP_S = 0.3
"""A loop sees a slow vehicle this long before it counts it as present."""


class CapturePlayback:
    """A capture and its truth as a `Source`.

    Parameters
    ----------
    path
        The capture; its truth lies beside it.
    layout
        The lane it was taken on.
    vehicles
        Stop after this many vehicles; 0 plays the whole capture.

    Raises
    ------
    SimulationError
        If capture and lane do not fit each other, or the capture holds fewer vehicles than wanted.
    """

    def __init__(self, path: Path, layout: Layout, vehicles: int = 0) -> None:
        capture = read_capture(path)
        _check_fit(path, capture, layout)
        self.layout = layout
        self.name = path.name
        self.pavement_c = capture.pavement_c
        self._counts = np.ascontiguousarray(capture.counts.T)
        first_loop, last_loop = layout.loop_columns[:1], layout.loop_columns[-1:]
        self._arrivals = self._transitions(first_loop, occupied=True)
        every = self._vehicles(path, left=self._transitions(last_loop, occupied=False))
        if vehicles > len(every):
            raise SimulationError(f"{path}: {vehicles} vehicles wanted, it holds {len(every)}; give at most that")
        self.vehicles = every[:vehicles] if vehicles else every
        self.length = self._end(every)
        quiet = max(1, int(QUIET_S * layout.rate_hz))
        self.idle_before = _level(self._counts[:quiet])
        self.idle_after = _level(self._counts[max(0, self.length - quiet) : self.length])

    def read(self, start: int, stop: int) -> NDArray[np.int32]:
        """Give samples start … stop−1 as int32 (samples, channels)."""
        return self._counts[start:stop]

    def _vehicles(self, path: Path, left: list[int]) -> tuple[Vehicle, ...]:
        truth_file = truth_path(path)
        entries = sorted(read_truth(truth_file), key=lambda entry: int(entry["first_axle_sample"]))
        firsts = [int(entry["first_axle_sample"]) for entry in entries]
        nexts = [*firsts[1:], len(self._counts)]
        plates = PlateDraw(f"{self.layout.station}/{path.name}")
        vehicles = []
        for number, (entry, following) in enumerate(zip(entries, nexts, strict=True), start=1):
            if entry["kind"] not in GROSS_LIMIT_KG:
                raise SimulationError(f"{truth_file}: kind {entry['kind']!r}; known are {', '.join(GROSS_LIMIT_KG)}")
            passed = self._passed(entry, following, left)
            plate, color = plates.draw(entry["kind"], f"{number}/{entry['first_axle_sample']}")
            vehicles.append(_vehicle(entry, passed, plate, color))
        return tuple(vehicles)

    def _transitions(self, columns: tuple[int, ...], occupied: bool) -> list[int]:
        """Give the samples at which a loop became occupied or free."""
        found = LoopDetector(columns).feed(self._counts, 0)
        return [transition.sample for transition in found if transition.occupied is occupied]

    def _passed(self, entry: dict[str, Any], following: int, left: list[int]) -> int:
        """When the vehicle had left: by the last loop (it may have stopped), else by its speed."""
        first = int(entry["first_axle_sample"])
        settle = int(SETTLE_S * self.layout.rate_hz)
        before_next = bisect_left(left, following) - 1
        if before_next >= 0 and left[before_next] > first:
            return min(left[before_next] + settle, len(self._counts))
        distance_m = self.layout.end_m + float(entry["length_m"])
        seconds = distance_m / (float(entry["speed_kmh"]) / 3.6)
        return min(first + int(seconds * self.layout.rate_hz) + settle, len(self._counts))

    def _end(self, every: tuple[Vehicle, ...]) -> int:
        """Where playback ends: a quiet second after the last vehicle wanted, before the next one comes near."""
        wanted = len(self.vehicles)
        if wanted == len(every):
            return len(self._counts)
        last, following = self.vehicles[-1], every[wanted]
        tail = last.passed_sample + int(TAIL_S * self.layout.rate_hz)
        return max(last.passed_sample, min(tail, self._arrival(following)))

    def _arrival(self, vehicle: Vehicle) -> int:
        """When the array begins to see a vehicle: by the first loop, else by its speed."""
        before = bisect_left(self._arrivals, vehicle.first_axle_sample) - 1
        if before >= 0:
            return self._arrivals[before] - int(BEFORE_LOOP_S * self.layout.rate_hz)
        approach_s = APPROACH_M / (vehicle.speed_kmh / 3.6)
        return vehicle.first_axle_sample - int(approach_s * self.layout.rate_hz)


def _vehicle(entry: dict[str, Any], passed: int, plate: str, color: str) -> Vehicle:
    return Vehicle(
        kind=str(entry["kind"]),
        gvw_kg=float(entry["gvw_kg"]),
        axle_kg=tuple(float(load) for load in entry["axle_kg"]),
        left_kg=tuple(float(load) for load in entry["left_kg"]),
        dual=tuple(bool(dual) for dual in entry["dual"]),
        spacings_m=tuple(float(spacing) for spacing in entry["spacings_m"]),
        length_m=float(entry["length_m"]),
        speed_kmh=float(entry["speed_kmh"]),
        accel_ms2=float(entry["accel_ms2"]),
        y_centre_m=float(entry["y_centre_m"]),
        stop=bool(entry["stop"]),
        first_axle_sample=int(entry["first_axle_sample"]),
        passed_sample=passed,
        plate=plate,
        plate_color=color,
        truck=str(entry.get("truck", "")),
    )


def _check_fit(path: Path, capture: Capture, layout: Layout) -> None:
    if capture.channels != layout.channels:
        raise SimulationError(
            f"{path}: channels {list(capture.channels)}, the station file's lane has {list(layout.channels)}; "
            "give the station file the capture was taken with"
        )
    if capture.rate_hz != layout.rate_hz:
        raise SimulationError(f"{path}: {capture.rate_hz} Hz, the station file's lane has {layout.rate_hz} Hz")


def _level(quiet: NDArray[np.int32]) -> IdleLevel:
    return IdleLevel(mean=quiet.mean(axis=0), deviation=quiet.std(axis=0))
