"""What each sensor of a site makes of a load: its own gain, lateral curve, temperature response, ringing, and its zero.

All belong to the site: they depend on the station's id alone, so that a calibration and later traffic fit each other whatever the seeds.
"""

from __future__ import annotations

from dataclasses import dataclass
from zlib import crc32

import numpy as np
from numpy.typing import NDArray
from scipy.signal import cont2discrete, lfilter

from firmware_sims.layout import Layout, Sensor

GAIN_DEVIATION = 0.02
"""Uniformity of sensors as delivered: strips within 2 %."""
CURVE = 0.01
"""Largest deviation of the response along a sensor, across the lane."""
PER_K = {"strip": (-0.0002, 0.0004), "plate": (0.0, 0.0001)}
"""Temperature coefficient, mean and deviation over sensors: quartz has -0.02 %/K, other strips up to 0.1 %/K either way."""
PER_K_MOST = 0.001
REFERENCE_C = 20.0
RING_HZ, RING_DAMPING = (40.0, 90.0), (0.03, 0.08)
"""A weighing plate on its cells, empty."""
OFFSET_COUNTS = 2000.0
NOISE_COUNTS, LOOP_NOISE_COUNTS = 50.0, 20.0
DRIFT_COUNTS, DRIFT_PERIOD_S = (50.0, 300.0), (90.0, 400.0)
HUM_COUNTS, HUM_HZ = (15.0, 35.0), 50.0


@dataclass(frozen=True)
class SensorResponse:
    """One weighing sensor's own ways; see the constants above for units and ranges."""

    gain: float
    curve: float
    curve_phase: float
    per_k: float
    ring_hz: float
    ring_damping: float
    offset_counts: float
    drift_counts: float
    drift_period_s: float
    drift_phase: float
    hum_counts: float
    hum_phase: float

    def sensitivity(self, sensor: Sensor, y_m: NDArray[np.float64], pavement_c: float) -> NDArray[np.float64]:
        """Give true over nominal sensitivity for a load `y_m` from the lane's left edge at a pavement temperature."""
        low_m, high_m = sensor.lateral_m
        along = np.pi * (y_m - low_m) / (high_m - low_m)
        factor: NDArray[np.float64] = 1 + self.curve * np.sin(along * 1.5 + self.curve_phase)
        return self.gain * (1 + self.per_k * (pavement_c - REFERENCE_C)) * factor

    def ring(self, counts: NDArray[np.float64], rate_hz: float) -> NDArray[np.float64]:
        """Let a plate follow a load as a lightly damped mass on its springs does, float64 (n,)."""
        omega = 2 * np.pi * self.ring_hz
        plate = (np.array([omega**2]), np.array([1.0, 2 * self.ring_damping * omega, omega**2]))
        top, bottom, _ = cont2discrete(plate, 1 / rate_hz, method="foh")
        rung: NDArray[np.float64] = lfilter(np.ravel(top), bottom, counts)
        return rung

    def zero_counts(self, samples: NDArray[np.int64], rate_hz: float) -> NDArray[np.float64]:
        """Give offset, slow drift and mains hum at samples of the recording."""
        time_s = samples / rate_hz
        drift = self.drift_counts * np.sin(2 * np.pi * time_s / self.drift_period_s + self.drift_phase)
        hum = self.hum_counts * np.sin(2 * np.pi * HUM_HZ * time_s + self.hum_phase)
        zero: NDArray[np.float64] = self.offset_counts + drift + hum
        return zero


def draw_responses(layout: Layout) -> tuple[SensorResponse | None, ...]:
    """Draw each channel's response from the station's id; None for loops and axle sensors, which do not weigh."""
    rng = np.random.default_rng([crc32(layout.station.encode()), crc32(b"sensors")])
    return tuple(_draw(sensor, rng) if sensor.kind in PER_K else None for sensor in layout.sensors)


def _draw(sensor: Sensor, rng: np.random.Generator) -> SensorResponse:
    mean, deviation = PER_K[sensor.kind]

    def phase() -> float:
        return float(rng.uniform(0, 2 * np.pi))

    return SensorResponse(
        gain=1 + GAIN_DEVIATION * float(rng.standard_normal()),
        curve=CURVE * float(rng.uniform(0.3, 1.0)),
        curve_phase=phase(),
        per_k=float(np.clip(rng.normal(mean, deviation), -PER_K_MOST, PER_K_MOST)),
        ring_hz=float(rng.uniform(*RING_HZ)),
        ring_damping=float(rng.uniform(*RING_DAMPING)),
        offset_counts=OFFSET_COUNTS * float(rng.uniform(-1, 1)),
        drift_counts=float(rng.uniform(*DRIFT_COUNTS)),
        drift_period_s=float(rng.uniform(*DRIFT_PERIOD_S)),
        drift_phase=phase(),
        hum_counts=float(rng.uniform(*HUM_COUNTS)),
        hum_phase=phase(),
    )
