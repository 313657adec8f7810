"""Traffic of the simulators' own, made vehicle by vehicle as it is read."""

from __future__ import annotations

import random
from collections import deque

import numpy as np
from numpy.typing import NDArray

from firmware_sims.fleet import ORDINARY, Flow, draw_fleet
from firmware_sims.layout import Layout
from firmware_sims.passage import manoeuvre_of, prepare
from firmware_sims.road_profile import Grade
from firmware_sims.sensor_response import LOOP_NOISE_COUNTS, NOISE_COUNTS
from firmware_sims.site import draw_site
from firmware_sims.source import IdleLevel
from firmware_sims.tyre_signal import vehicle_signal
from firmware_sims.vehicle import Vehicle

BEFORE_M = 8.0
"""How far before position 0 a first axle is when its vehicle's signal begins."""
TAIL_S = 1.0
PAVEMENT_C = 25.0


class OwnTraffic:
    """Drawn vehicles as a `Source`.

    Road and sensors belong to the site: they depend on the station's id alone, so that a calibration and later traffic fit each other
    whatever the seeds. A reference truck keeps its springs and tyres from run to run.

    Parameters
    ----------
    layout
        The lane.
    vehicles
        In order of passage.
    seed
        Decides noise and the vehicles' springs and tyres.
    pavement_c
        Pavement temperature.
    grade
        How even the road is.
    """

    def __init__(
        self, layout: Layout, vehicles: tuple[Vehicle, ...], seed: int, pavement_c: float = PAVEMENT_C, grade: Grade = Grade.FAIR
    ) -> None:
        self.layout = layout
        self.name = f"own traffic, seed {seed}"
        self.pavement_c = pavement_c
        self.vehicles = vehicles
        last = max((vehicle.passed_sample for vehicle in vehicles), default=0)
        self.length = last + int(TAIL_S * layout.rate_hz)
        self._site = draw_site(layout, grade, pavement_c)
        self._deviation = np.array([LOOP_NOISE_COUNTS if sensor.kind == "loop" else NOISE_COUNTS for sensor in layout.sensors])
        self.idle_before = IdleLevel(mean=self._zeros(0, 1)[0], deviation=self._deviation)
        self.idle_after = IdleLevel(mean=self._zeros(self.length, self.length + 1)[0], deviation=self._deviation)
        self._noise = np.random.default_rng(seed)
        self._seed = seed
        self._waiting = deque(vehicles)
        self._present: list[tuple[int, NDArray[np.float64]]] = []

    @classmethod
    def draw(
        cls, layout: Layout, count: int, seed: int, *, grade: Grade = Grade.FAIR, flow: Flow = ORDINARY, pavement_c: float = PAVEMENT_C
    ) -> OwnTraffic:
        """Draw `count` vehicles and their traffic."""
        rng = random.Random(seed)  # noqa: S311 - traffic, not a secret
        return cls(layout, draw_fleet(layout, count, rng, f"{layout.station}/{seed}", flow), seed, pavement_c, grade)

    def read(self, start: int, stop: int) -> NDArray[np.int32]:
        """Give samples start … stop−1 as int32 (samples, channels)."""
        self._arrive(stop)
        noise = self._noise.standard_normal((stop - start, len(self._deviation)), dtype=np.float32)
        block = noise * self._deviation + self._zeros(start, stop)
        for begins, signal in self._present:
            low, high = max(start, begins), min(stop, begins + len(signal))
            if low < high:
                block[low - start : high - start] += signal[low - begins : high - begins]
        self._present = [(begins, signal) for begins, signal in self._present if begins + len(signal) > stop]
        counts: NDArray[np.int32] = np.rint(block).astype(np.int32)
        return counts

    def _zeros(self, start: int, stop: int) -> NDArray[np.float64]:
        samples = np.arange(start, stop)
        zeros = np.zeros((len(samples), len(self._site.responses)))
        for column, response in enumerate(self._site.responses):
            if response is not None:
                zeros[:, column] = response.zero_counts(samples, self.layout.rate_hz)
        return zeros

    def _arrive(self, stop: int) -> None:
        """Make the signals of vehicles that come near before `stop`."""
        while self._waiting:
            vehicle = self._waiting[0]
            begins = self._begins(vehicle)
            if begins >= stop:
                return
            self._waiting.popleft()
            rng = random.Random(f"{self._seed}/{vehicle.truck or vehicle.first_axle_sample}")  # noqa: S311 - a vehicle's springs
            passage = prepare(vehicle, self._site.profile, self.layout.end_m, rng)
            signal = vehicle_signal(self._site, passage, begins, vehicle.passed_sample)
            self._present.append((begins, signal))

    def _begins(self, vehicle: Vehicle) -> int:
        before_s = -manoeuvre_of(vehicle).trajectory.time_at(-BEFORE_M)
        return max(0, vehicle.first_axle_sample - int(before_s * self.layout.rate_hz))
