"""What the sensors of a lane give as one vehicle drives over them.

A tyre's pressure is a parabola over its footprint; a sensor feels the part of it that stands on its active area, so the area under a
strip's signal is load times width over speed, and a plate longer than the footprint shows a flat top. How hard the tyre presses is told
by the ride.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from firmware_sims.chassis import GRAVITY_MS2
from firmware_sims.layout import Sensor
from firmware_sims.passage import Passage
from firmware_sims.site import Site

TYRE_WIDTH_M = {False: 0.30, True: 0.60}
"""Across the lane, single and dual."""
LOOP_COUNTS = {"car": 4050.0, "van": 4050.0}
LOOP_COUNTS_TRUCK = 2870.0
"""A high floor detunes a loop less than a car's."""


def pressure_share(behind_m: NDArray[np.float64], footprint_m: float) -> NDArray[np.float64]:
    """Part of a wheel's load that stands behind a line `behind_m` ahead of the wheel's middle, 0 … 1.

    The integral of the parabola 1.5/L·(1 − (2u/L)²) over the footprint L.
    """
    scaled = np.clip(2 * behind_m / footprint_m, -1, 1)
    share: NDArray[np.float64] = (2 + 3 * scaled - scaled**3) / 4
    return share


def vehicle_signal(site: Site, passage: Passage, begins: int, stop: int) -> NDArray[np.float64]:
    """Signal of one vehicle, without the sensors' zeros.

    Parameters
    ----------
    site, passage
        Who drives over what.
    begins, stop
        First sample of the recording and the one after the last.

    Returns
    -------
    float64 (stop - begins, channels), counts.
    """
    layout = site.layout
    origin = passage.vehicle.first_axle_sample
    time_s = (np.arange(begins, stop) - origin) / layout.rate_hz
    signal = np.zeros((len(time_s), len(layout.sensors)))
    first_m = passage.trajectory.place_m(time_s)
    for column, (sensor, response) in enumerate(zip(layout.sensors, site.responses, strict=True)):
        if sensor.kind == "loop":
            signal[:, column] = _loop(sensor, passage, first_m)
            continue
        for axle, behind_m in enumerate(passage.axles_behind_m):
            middle_m = float(sensor.position_m + behind_m)
            reach_m = (sensor.width_m + passage.footprint_m) / 2
            edges_s = [passage.trajectory.time_at(middle_m - reach_m), passage.trajectory.time_at(middle_m + reach_m)]
            low, high = np.searchsorted(time_s, edges_s)
            on = slice(int(low), int(high))
            signal[on, column] += _axle(site, column, passage, axle, time_s=time_s[on], ahead_m=first_m[on] - middle_m)
        if response is not None and sensor.kind == "plate":
            signal[:, column] = response.ring(signal[:, column], layout.rate_hz)
    return signal


def _axle(
    site: Site, column: int, passage: Passage, axle: int, *, time_s: NDArray[np.float64], ahead_m: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Give the counts from both wheels of one axle that stands `ahead_m` ahead of a sensor's middle."""
    sensor, response = site.layout.sensors[column], site.responses[column]
    half_m = sensor.width_m / 2
    share = pressure_share(half_m - ahead_m, passage.footprint_m) - pressure_share(-half_m - ahead_m, passage.footprint_m)
    width_m = TYRE_WIDTH_M[passage.vehicle.dual[axle]]
    newton = np.zeros_like(time_s)
    for side in (0, 1):
        middle_m = passage.wheel_y_m(side, sensor.position_m)
        low_m = max(middle_m - width_m / 2, sensor.lateral_m[0])
        high_m = min(middle_m + width_m / 2, sensor.lateral_m[1])
        if low_m >= high_m:
            continue
        part = (high_m - low_m) / width_m
        if response is not None:
            part *= float(response.sensitivity(sensor, np.array((low_m + high_m) / 2), site.pavement_c))
        newton += part * GRAVITY_MS2 * passage.wheel_kg(side, axle, time_s)
    return newton * share / sensor.newton_per_count


def _loop(sensor: Sensor, passage: Passage, first_m: NDArray[np.float64]) -> NDArray[np.float64]:
    """Covered part of the loop, with soft edges, times the vehicle's effect on it."""
    vehicle = passage.vehicle
    front_m = first_m + passage.front_overhang_m
    rear_m = front_m - vehicle.length_m
    covered_m = np.minimum(front_m, sensor.position_m + sensor.width_m / 2)
    covered_m -= np.maximum(rear_m, sensor.position_m - sensor.width_m / 2)
    share = np.clip(covered_m / sensor.width_m, 0, 1)
    counts: NDArray[np.float64] = LOOP_COUNTS.get(vehicle.kind, LOOP_COUNTS_TRUCK) * np.sin(np.pi / 2 * share) ** 2
    return counts
