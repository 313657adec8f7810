"""What the sensors of a lane give as one vehicle drives over them: a simple vehicle model.

Each wheel presses with its static load, modulated by a body bounce common to the vehicle's axles and by a hop of each
axle (D. Cebon, Handbook of Vehicle-Road Interaction, 1999: bounce 1.5-4 Hz, hop 8-15 Hz). A tyre's pressure is a
parabola over its footprint; a sensor feels the part of it that stands on its active area, so the area under a strip's
signal is load times width over speed, and a plate longer than the footprint shows a flat top.
"""

from __future__ import annotations

import random
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.signal import butter, sosfilt

from firmware_sims.layout import Layout, Sensor
from firmware_sims.vehicle import Vehicle

GRAVITY_MS2 = 9.80665
TRACK_M = 1.85
"""Between the middles of left and right wheels."""
TYRE_WIDTH_M = {False: 0.30, True: 0.60}
"""Across the lane, single and dual."""
PLATE_RESPONSE_HZ = 80.0
"""Above this a weighing plate and its cells no longer follow."""
LOOP_COUNTS = {"car": 4050.0, "van": 4050.0}
LOOP_COUNTS_TRUCK = 2870.0
"""A high floor detunes a loop less than a car's."""


@dataclass(frozen=True)
class Motion:
    """Random part of a passage: bounce and hop, relative to static load; phases in rad; footprint in m."""

    bounce: float
    bounce_hz: float
    bounce_phase: tuple[float, ...]
    hop: float
    hop_hz: tuple[float, ...]
    hop_phase: tuple[float, ...]
    footprint_m: float
    front_overhang_m: float


def draw_motion(vehicle: Vehicle, rng: random.Random) -> Motion:
    """Draw how a vehicle bounces on a fair road: 3 to 6 % body, 1 to 3 % hop, of static load."""
    axles = len(vehicle.axle_kg)
    common = rng.uniform(0, 2 * np.pi)
    return Motion(
        bounce=rng.uniform(0.03, 0.06),
        bounce_hz=rng.uniform(1.6, 3.4),
        bounce_phase=tuple(common + rng.uniform(-0.5, 0.5) for _ in range(axles)),
        hop=rng.uniform(0.01, 0.03),
        hop_hz=tuple(rng.uniform(9, 14) for _ in range(axles)),
        hop_phase=tuple(rng.uniform(0, 2 * np.pi) for _ in range(axles)),
        footprint_m=rng.uniform(0.20, 0.26),
        front_overhang_m=rng.uniform(1.2, 1.5),
    )


def pressure_share(behind_m: NDArray[np.float64], footprint_m: float) -> NDArray[np.float64]:
    """Part of a wheel's load that stands behind a line `behind_m` ahead of the wheel's middle, 0 … 1.

    The integral of the parabola 1.5/L·(1 − (2u/L)²) over the footprint L.
    """
    scaled = np.clip(2 * behind_m / footprint_m, -1, 1)
    share: NDArray[np.float64] = (2 + 3 * scaled - scaled**3) / 4
    return share


def vehicle_signal(
    layout: Layout, vehicle: Vehicle, motion: Motion, gains: NDArray[np.float64], samples: NDArray[np.int64]
) -> NDArray[np.float64]:
    """Signal of one vehicle.

    Parameters
    ----------
    layout, vehicle, motion
        Lane, vehicle, and how it bounces.
    gains
        float64 (channels,), true sensitivity over nominal.
    samples
        int64 (n,), successive samples of the recording.

    Returns
    -------
    float64 (n, channels), counts.
    """
    time_s = (samples - vehicle.first_axle_sample) / layout.rate_hz
    first_m = vehicle.speed_kmh / 3.6 * time_s + vehicle.accel_ms2 / 2 * time_s**2
    signal = np.zeros((len(samples), len(layout.sensors)))
    for column, sensor in enumerate(layout.sensors):
        if sensor.kind == "loop":
            signal[:, column] = _loop(sensor, vehicle, motion, first_m)
        else:
            signal[:, column] = gains[column] * _wheels(sensor, vehicle, motion, time_s, first_m)
            if sensor.kind == "plate" and layout.rate_hz > 4 * PLATE_RESPONSE_HZ:
                sections = butter(2, PLATE_RESPONSE_HZ, fs=layout.rate_hz, output="sos")
                signal[:, column] = sosfilt(sections, signal[:, column])
    return signal


def _wheels(
    sensor: Sensor, vehicle: Vehicle, motion: Motion, time_s: NDArray[np.float64], first_m: NDArray[np.float64]
) -> NDArray[np.float64]:
    counts = np.zeros_like(time_s)
    behind_first_m = 0.0
    for axle, load_kg in enumerate(vehicle.axle_kg):
        behind_first_m += vehicle.spacings_m[axle - 1] if axle else 0.0
        static_kg = _load_on(sensor, vehicle, axle, load_kg)
        if static_kg == 0:
            continue
        dynamic = 1 + motion.bounce * np.sin(2 * np.pi * motion.bounce_hz * time_s + motion.bounce_phase[axle])
        dynamic += motion.hop * np.sin(2 * np.pi * motion.hop_hz[axle] * time_s + motion.hop_phase[axle])
        ahead_m = first_m - behind_first_m - sensor.position_m
        half_m = sensor.width_m / 2
        share = pressure_share(half_m - ahead_m, motion.footprint_m) - pressure_share(-half_m - ahead_m, motion.footprint_m)
        counts += static_kg * GRAVITY_MS2 / sensor.newton_per_count * dynamic * share
    return counts


def _load_on(sensor: Sensor, vehicle: Vehicle, axle: int, load_kg: float) -> float:
    """Give the static load of an axle's wheels that run on the sensor's lateral range."""
    on_kg = 0.0
    width_m = TYRE_WIDTH_M[vehicle.dual[axle]]
    left_kg = vehicle.left_kg[axle]
    for side, wheel_kg in ((-1, left_kg), (1, load_kg - left_kg)):
        middle_m = vehicle.y_centre_m + side * TRACK_M / 2
        low_m = max(middle_m - width_m / 2, sensor.lateral_m[0])
        high_m = min(middle_m + width_m / 2, sensor.lateral_m[1])
        on_kg += wheel_kg * max(0.0, high_m - low_m) / width_m
    return on_kg


def _loop(sensor: Sensor, vehicle: Vehicle, motion: Motion, first_m: NDArray[np.float64]) -> NDArray[np.float64]:
    """Covered part of the loop, with soft edges, times the vehicle's effect on it."""
    front_m = first_m + motion.front_overhang_m
    rear_m = front_m - vehicle.length_m
    covered_m = np.minimum(front_m, sensor.position_m + sensor.width_m / 2)
    covered_m -= np.maximum(rear_m, sensor.position_m - sensor.width_m / 2)
    share = np.clip(covered_m / sensor.width_m, 0, 1)
    counts: NDArray[np.float64] = LOOP_COUNTS.get(vehicle.kind, LOOP_COUNTS_TRUCK) * np.sin(np.pi / 2 * share) ** 2
    return counts
