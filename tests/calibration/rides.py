"""Traffic over a rough road that repeats, at crossing level: simulated vehicles ride, each strip gives what its wheel presses with."""

import random
from dataclasses import dataclass

import numpy as np

from calibration.fit import ReferenceRun
from calibration.history import Passage
from firmware_sims import fleet
from firmware_sims.calibration_session import draw_session
from firmware_sims.layout import Layout
from firmware_sims.layout import Sensor as SimulatedSensor
from firmware_sims.passage import prepare
from firmware_sims.road_profile import Grade, draw_profile
from tests.edge.axles.road import lane_of

FLOW = fleet.Flow(heavy_kmh=(30.0, 90.0), light_kmh=(30.0, 90.0))
REFERENCE_KMH = (35.0, 60.0, 85.0)


@dataclass(frozen=True)
class Weighed:
    """A vehicle and what each row read of each axle of it: (axles, rows) kg."""

    passage: Passage
    true_kg: np.ndarray
    table: np.ndarray


@dataclass(frozen=True)
class Site:
    """A lane of strips on a road of its own; its sensors have gains of their own."""

    kind: str
    rows_m: tuple[float, ...]
    name: str = "rides"
    gains: tuple[float, ...] = ()

    @property
    def lane(self):
        return lane_of(self.kind, rows=self.rows_m)

    @property
    def layout(self) -> Layout:
        lane = self.lane
        sensors = tuple(
            SimulatedSensor(one.channel, one.kind.value, one.position_m, one.width_m, one.lateral_m, one.newton_per_count or 1.0)
            for one in lane.sensor
        )
        return Layout(self.name, lane.id, lane.width_m, lane.rate_hz, sensors)

    def traffic(self, count: int, seed: int) -> list[Weighed]:
        rng = random.Random(seed)
        vehicles = fleet.draw_fleet(self.layout, count, rng, f"{seed}", FLOW)
        return [
            self._weighed(vehicle, random.Random(f"{seed}/{number}"), rng.uniform(5.0, 45.0)) for number, vehicle in enumerate(vehicles)
        ]

    def runs(self, seed: int) -> list[ReferenceRun]:
        drawn, _ = draw_session(self.layout, random.Random(seed), REFERENCE_KMH, 2)
        found = []
        for number, vehicle in enumerate(drawn):
            one = self._weighed(vehicle, random.Random(f"{seed}/{vehicle.truck}"), 20.0)
            nominal = {sensor.name: tuple(map(float, one.passage.nominal_kg[:, k])) for k, sensor in enumerate(self.lane.weighing_sensors)}
            found.append(ReferenceRun(number, vehicle.truck, vehicle.axle_kg, nominal, one.passage.speed_kmh, vehicle.spacings_m))
        return found

    def _weighed(self, vehicle, rng, pavement_c) -> Weighed:
        ridden = prepare(vehicle, draw_profile(self.name, Grade.FAIR), max(self.rows_m) + 1.0, rng)
        behind_m = np.concatenate(([0.0], np.cumsum(vehicle.spacings_m)))
        wheels = np.array(
            [
                [
                    float(ridden.wheel_kg(side, k, np.array([(row_m + behind) * 3.6 / vehicle.speed_kmh]))[0])
                    for row_m in self.rows_m
                    for side in (0, 1)
                ]
                for k, behind in enumerate(behind_m)
            ]
        )
        nominal = wheels * np.array(self.gains or np.ones(wheels.shape[1]))
        table = wheels[:, 0::2] + wheels[:, 1::2]
        return Weighed(Passage(0.0, vehicle.speed_kmh, pavement_c, behind_m, nominal), np.array(vehicle.axle_kg), table)
