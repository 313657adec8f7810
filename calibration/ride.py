"""How a road makes a vehicle's tyre forces deviate: the linear answer of its chassis to each wave of the profile.

The displacements q of bodies and axles obey M q'' + C q' + K q = k·z, with z the road's height under each axle and k the tyres. At a
speed v a wave of n cycles per metre is a frequency n·v, and each axle meets it behind the first by its distance: one profile drives all.
The equations are solved in their complex modes (K. A. Foss, Journal of Applied Mechanics 25, 1958), for all supposed chassis at once.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from calibration.chassis import Chassis

WAVE_STEP_PER_M: Final = 0.02
WAVES_PER_M: Final = WAVE_STEP_PER_M * np.arange(1, 61)
"""Waves of the road: 50 m, as far back as a body remembers, down to 0.83 m, where footprints begin to swallow them."""

ROUGHNESS_M3, ROUGHNESS_AT_PER_M = 6e-6, 0.1
"""Displacement spectrum of a very good road, G(n) = G(n0)·(n/n0)⁻² (ISO 8608:2016): unit of the coefficients below."""

FOOTPRINT_M: Final = 0.16
"""Length over which a tyre evens the road out, twice: as a tyre, and as its contact rises and falls."""

UNIT_M: Final = (
    np.sqrt(ROUGHNESS_M3 * (WAVES_PER_M / ROUGHNESS_AT_PER_M) ** -2.0 * WAVE_STEP_PER_M) * np.sinc(WAVES_PER_M * FOOTPRINT_M) ** 2
)
"""Standard deviation of the cosine and of the sine part of each wave on that road, as tyres feel it, m."""

COEFFICIENTS: Final = 2 * WAVES_PER_M.size


def answers(chassis: Chassis, speed_m_s: float) -> NDArray[np.complex128]:
    """Give the tyre force over the static one per metre of each wave, complex (draws, axles, waves), as the axle stands at its crest."""
    draws, size, _ = chassis.mass.shape
    first = chassis.first_axle
    inverse = np.linalg.inv(chassis.mass)
    matrix = np.zeros((draws, 2 * size, 2 * size))
    matrix[:, :size, size:] = np.eye(size)
    matrix[:, size:, :size] = -inverse @ chassis.spring
    matrix[:, size:, size:] = -inverse @ chassis.damping
    roots, modes = np.linalg.eig(matrix)
    road_in = np.zeros((draws, 2 * size, chassis.load_kg.size))
    road_in[:, size:] = inverse[:, :, first:] * chassis.tyre_n_per_m[:, None, :]
    drive = np.linalg.solve(modes, road_in.astype(np.complex128))
    lag = np.exp(-2j * np.pi * WAVES_PER_M[:, None] * chassis.behind_m)  # (waves, axles): phase under each axle, the first at place 0
    swing = (lag @ drive.transpose(0, 2, 1)) / (2j * np.pi * speed_m_s * WAVES_PER_M[:, None] - roots[:, None, :])
    height = swing @ modes[:, first:size].transpose(0, 2, 1)
    force = (lag - height) * (chassis.tyre_n_per_m / chassis.static_n)[:, None, :] / lag
    return np.asarray(force.transpose(0, 2, 1))


def at_places(answer: NDArray[np.complex128], places_m: NDArray[np.float64]) -> NDArray[np.float64]:
    """Give the deviations at places of the road by the profile's coefficients: (draws, axles, places, `COEFFICIENTS`)."""
    wave = answer[..., None, :] * (np.exp(2j * np.pi * places_m[:, None] * WAVES_PER_M) * UNIT_M)
    return np.concatenate((wave.real, wave.imag), axis=-1)
