"""Traffic of the simulators' own, made vehicle by vehicle as it is read."""

from __future__ import annotations

import random
from collections import deque
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from firmware_sims.fleet import draw_fleet
from firmware_sims.layout import Layout
from firmware_sims.source import IdleLevel
from firmware_sims.tyre_signal import draw_motion, vehicle_signal
from firmware_sims.vehicle import Vehicle

GAIN_DEVIATION = 0.02
"""Uniformity of sensors as delivered (docs: strips within 2 %)."""
OFFSET_COUNTS = 1500.0
NOISE_COUNTS = 50.0
LOOP_NOISE_COUNTS = 20.0
BEFORE_M = 8.0
"""How far before position 0 a first axle is when its vehicle's signal begins."""
TAIL_S = 1.0


class OwnTraffic:
    """Drawn vehicles as a `Source`.

    Gains and offsets of the sensors belong to the site: they depend on the station's id alone, so that a calibration
    and later traffic of one site fit each other whatever the seeds.
    """

    def __init__(self, layout: Layout, vehicles: tuple[Vehicle, ...], seed: int, pavement_c: float = 25.0) -> None:
        self.layout = layout
        self.name = f"own traffic, seed {seed}"
        self.pavement_c = pavement_c
        self.vehicles = vehicles
        last = vehicles[-1].passed_sample if vehicles else 0
        self.length = last + int(TAIL_S * layout.rate_hz)
        site = np.random.default_rng(crc32(layout.station.encode()))
        self._gains = 1 + GAIN_DEVIATION * site.standard_normal(len(layout.sensors))
        loops = np.array([sensor.kind == "loop" for sensor in layout.sensors])
        offsets = np.where(loops, 0.0, OFFSET_COUNTS * site.uniform(-1, 1, len(layout.sensors)))
        level = IdleLevel(mean=offsets, deviation=np.where(loops, LOOP_NOISE_COUNTS, NOISE_COUNTS))
        self.idle_before = self.idle_after = level
        self._noise = np.random.default_rng(seed)
        self._seed = seed
        self._waiting = deque(vehicles)
        self._present: deque[tuple[int, NDArray[np.float64]]] = deque()

    @classmethod
    def draw(cls, layout: Layout, count: int, seed: int) -> OwnTraffic:
        """Draw `count` vehicles and their traffic."""
        rng = random.Random(seed)  # noqa: S311 - traffic, not a secret
        return cls(layout, draw_fleet(layout, count, rng, f"{layout.station}/{seed}"), seed)

    def read(self, start: int, stop: int) -> NDArray[np.int32]:
        """Give samples start … stop−1 as int32 (samples, channels)."""
        self._arrive(stop)
        block = self.idle_before.draw(stop - start, self._noise).astype(np.float64)
        for begins, signal in self._present:
            low, high = max(start, begins), min(stop, begins + len(signal))
            if low < high:
                block[low - start : high - start] += signal[low - begins : high - begins]
        while self._present and self._present[0][0] + len(self._present[0][1]) <= stop:
            self._present.popleft()
        return np.rint(block).astype(np.int32)

    def _arrive(self, stop: int) -> None:
        """Make the signals of vehicles that come near before `stop`."""
        while self._waiting:
            vehicle = self._waiting[0]
            before_s = BEFORE_M / (vehicle.speed_kmh / 3.6)
            begins = max(0, vehicle.first_axle_sample - int(before_s * self.layout.rate_hz))
            if begins >= stop:
                return
            self._waiting.popleft()
            rng = random.Random(f"{self._seed}/{vehicle.first_axle_sample}")  # noqa: S311 - a bounce's phase
            samples = np.arange(begins, vehicle.passed_sample, dtype=np.int64)
            signal = vehicle_signal(self.layout, vehicle, draw_motion(vehicle, rng), self._gains, samples)
            self._present.append((begins, signal))
