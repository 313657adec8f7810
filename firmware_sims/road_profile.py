"""The longitudinal profile of a site's road, one per wheel track: what makes trucks bounce, alike for every vehicle.

The displacement spectrum is that of ISO 8608:2016, G(n) = G(n0) · (n/n0)^-2 with n0 = 0.1 cycles/m, between two wavelengths. Left and right
track share what is long and differ in what is short: their coherence falls with wavenumber.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from zlib import crc32

import numpy as np
from numpy.typing import NDArray


class Grade(StrEnum):
    """How even the road is."""

    GOOD = "good"
    FAIR = "fair"
    POOR = "poor"


ROUGHNESS_M3 = {Grade.GOOD: 6e-6, Grade.FAIR: 24e-6, Grade.POOR: 54e-6}
"""G(n0): a new motorway, the middle of class A (up to 32e-6) and of class B (up to 128e-6, ISO 8608 table C.1). Trucks press on them with
a standard deviation of 4, 8 and 12 % of static load at 65 km/h."""
REFERENCE_PER_M = 0.1
"""n0, cycles per metre."""
LONGEST_M, SHORTEST_M = 50.0, 0.25
"""Band of wavelengths; longer ones lift a vehicle as a whole, shorter ones the footprint swallows."""
COHERENT_PER_M = 0.3
"""Wavenumber at which half of the tracks' power is common: wavelengths of about the track's own width differ."""
STEP_M = 0.02
BEFORE_M, AFTER_M = 230.0, 60.0
"""Reach before position 0 (150 m of approach for the last axle of the longest vehicle) and after it."""
PERIOD_SAMPLES = 2**15
"""The synthesis repeats after 655 m, of which less than half is used: no part of it occurs twice."""


@dataclass(frozen=True)
class RoadProfile:
    """A profile on a grid.

    Attributes
    ----------
    height_m
        float64 (2, n): left and right track, every `STEP_M` from `BEFORE_M` before position 0.
    """

    height_m: NDArray[np.float64]

    def smoothed(self, footprint_m: float) -> RoadProfile:
        """Give the profile as a tyre feels it: weighted by the parabola of its pressure over the footprint."""
        half = max(1, round(footprint_m / 2 / STEP_M))
        along = np.arange(-half, half + 1) * STEP_M
        weight = np.maximum(0.0, 1 - (2 * along / footprint_m) ** 2)
        weight /= weight.sum()
        padded = np.pad(self.height_m, ((0, 0), (half, half)), mode="edge")
        return RoadProfile(np.stack([np.convolve(track, weight, mode="valid") for track in padded]))

    def at(self, place_m: NDArray[np.float64]) -> NDArray[np.float64]:
        """Give the heights of both tracks at positions, float64 (2, *place_m.shape); beyond its ends it goes on level."""
        grid = np.clip((place_m + BEFORE_M) / STEP_M, 0, self.height_m.shape[1] - 1.001)
        low = grid.astype(np.int64)
        part = grid - low
        heights: NDArray[np.float64] = self.height_m[:, low] * (1 - part) + self.height_m[:, low + 1] * part
        return heights


def draw_profile(station: str, grade: Grade) -> RoadProfile:
    """Draw the profile of a station: the same for every run, and of one shape for all grades."""
    rng = np.random.default_rng([crc32(station.encode()), crc32(b"road")])
    per_m = np.fft.rfftfreq(PERIOD_SAMPLES, STEP_M)
    band = (per_m >= 1 / LONGEST_M) & (per_m <= 1 / SHORTEST_M)
    spectrum = np.zeros_like(per_m)
    spectrum[band] = ROUGHNESS_M3[grade] * (per_m[band] / REFERENCE_PER_M) ** -2.0
    common = 1 / (1 + (per_m / COHERENT_PER_M) ** 2)
    both, left, right = (_synthesise(spectrum * share, rng) for share in (common, 1 - common, 1 - common))
    used = round((BEFORE_M + AFTER_M) / STEP_M)
    return RoadProfile(np.stack([both + left, both + right])[:, :used])


def _synthesise(spectrum: NDArray[np.float64], rng: np.random.Generator) -> NDArray[np.float64]:
    """Draw a Gaussian series of `PERIOD_SAMPLES` with this one-sided spectrum, m² per cycle/m."""
    bins_per_m = 1 / (PERIOD_SAMPLES * STEP_M)
    deviation = np.sqrt(spectrum * bins_per_m) * PERIOD_SAMPLES / 2
    lines = deviation * (rng.standard_normal(len(spectrum)) + 1j * rng.standard_normal(len(spectrum)))
    series: NDArray[np.float64] = np.fft.irfft(lines, PERIOD_SAMPLES)
    return series
