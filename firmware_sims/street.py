"""Where every vehicle of a run is at each moment, for cameras that look at the road all the time."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from firmware_sims.passage import manoeuvre_of
from firmware_sims.plates import draw_trailer_plate
from firmware_sims.scenery.body import FRONT_OVERHANG_M, shape_of
from firmware_sims.scenery.painter import Passing, Plate
from firmware_sims.vehicle import Vehicle

IN_SIGHT_M = (-140.0, 90.0)
"""Where along travel anything of a vehicle may be seen at all."""
IN_SIGHT_S = 60.0
"""No vehicle that moves is in sight longer before or after it stands at position 0."""


class Street:
    """The vehicles of a source, once playback has begun.

    Parameters
    ----------
    now_s
        Simulated seconds.
    rate_hz
        Samples per simulated second.
    """

    def __init__(self, now_s: Callable[[], float], rate_hz: float) -> None:
        self._now_s = now_s
        self._rate_hz = rate_hz
        self._zero_s: list[tuple[float, Vehicle]] = []

    def begin(self, origin: int, vehicles: Sequence[Vehicle]) -> None:
        """Say at which sample playback began; vehicles count from there."""
        self._zero_s = [((origin + vehicle.first_axle_sample) / self._rate_hz, vehicle) for vehicle in vehicles]

    def passing(self) -> list[Passing]:
        """Give what is on the road now."""
        now_s = self._now_s()
        found = []
        for zero_s, vehicle in self._zero_s:
            since_s = now_s - zero_s
            if abs(since_s) > IN_SIGHT_S:
                continue
            axle_m = float(manoeuvre_of(vehicle).trajectory.place_m(np.array([since_s]))[0])
            if IN_SIGHT_M[0] < axle_m < IN_SIGHT_M[1] + vehicle.length_m:
                found.append(_at(vehicle, axle_m))
        return found


def _at(vehicle: Vehicle, axle_m: float) -> Passing:
    shape = shape_of(vehicle.kind, vehicle.length_m, vehicle.spacings_m, vehicle.plate)
    rear = draw_trailer_plate(vehicle.plate) if shape.articulated else vehicle.plate
    return Passing(
        shape=shape,
        front_m=axle_m + min(FRONT_OVERHANG_M, shape.axles_m[0]),
        middle_m=vehicle.y_centre_m,
        front_plate=Plate(vehicle.plate, vehicle.plate_color),
        rear_plate=Plate(rear, vehicle.plate_color),
        speed_ms=vehicle.speed_kmh / 3.6,
    )
