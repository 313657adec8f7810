"""How vehicles deviate from what a site's rows usually read, learnt with the likelihood by which they will be weighed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from calibration.disturbance import Disturbance, Meetings, bodies
from calibration.speed import SpeedFunction
from calibration.static_load import log_evidence
from contract.station import Lane
from contract.units import KMH_PER_M_S

PRIOR_SD_RUNS: Final = 0.15
"""Prior standard deviation of the logarithm of each parameter about the literature's: three reference trucks know the size of the site's
waves, but not how other vehicles answer to them."""

EXPONENT_AT: Final = 7
EXPONENT_SD: Final = 0.03
"""The load's exponent follows from springs that stay what they are (1) and stiffen a little; a site tells little more."""

ROUNDS: Final = 200
"""Steps of the search; the parameters are then known better than the vehicles tell them."""


@dataclass(frozen=True)
class Weighed:
    """One vehicle: (n,) readings in kg, corrected for gain, its meetings with the rows, and its speed."""

    reading_kg: NDArray[np.float64]
    met: Meetings
    speed_kmh: float


def weighed(lane: Lane, table: NDArray[np.float64], behind_m: NDArray[np.float64], speed_kmh: float) -> Weighed:
    """Give a vehicle that every row weighed at constant speed; `table` is (axles, rows) in kg, `behind_m` (axles,)."""
    places_m = np.array([np.mean([sensor.position_m for sensor in row]) for row in lane.weighing_rows])
    axle, row = (part.ravel() for part in np.indices(table.shape))
    time_s = (places_m[row] + behind_m[axle]) / speed_kmh * KMH_PER_M_S
    return Weighed(table.ravel(), Meetings(axle, row, bodies(np.diff(behind_m))[axle], time_s, np.ones(axle.size)), speed_kmh)


def learn_disturbance(sample: Sequence[Weighed], speed: SpeedFunction, usual: Disturbance, prior_sd: float) -> Disturbance:
    """Learn size and shape of the deviations.

    Parameters
    ----------
    sample
        Vehicles, their static loads unknown; only what rows say against one another counts (restricted likelihood).
    speed
        What the rows usually read.
    usual
        What was believed before; the prior is centred on it.
    prior_sd
        Standard deviation of the logarithms of the parameters about it.
    """
    if len(speed.rows) < 2:
        return usual
    start = _values_of(usual)
    widths = np.full(start.size, prior_sd)
    widths[EXPONENT_AT] = min(prior_sd, EXPONENT_SD)

    def cost(values: NDArray[np.float64]) -> float:
        tried = _disturbance_of(values, usual)
        seen = 0.0
        for vehicle in sample:

            def errors(shares: NDArray[np.float64], kmh: float = vehicle.speed_kmh) -> NDArray[np.float64]:
                return speed.errors(kmh / shares)

            seen += log_evidence(vehicle.reading_kg, vehicle.met, tried, errors=errors)
        return -seen + 0.5 * float((((values - start) / widths) ** 2).sum())

    steps = np.vstack((start, start + 0.4 * np.eye(start.size)))
    found = minimize(cost, start, method="Nelder-Mead", options={"maxiter": ROUNDS, "xatol": 0.02, "fatol": 0.5, "initial_simplex": steps})
    return _disturbance_of(found.x, usual)


def _values_of(usual: Disturbance) -> NDArray[np.float64]:
    logs = np.log([usual.body, usual.body_hz, usual.body_spread, usual.body_damping, usual.profile, usual.rest])
    return np.concatenate((logs, [usual.within_body, usual.load_exponent, np.log(usual.light)]))


def _disturbance_of(values: NDArray[np.float64], usual: Disturbance) -> Disturbance:
    """Give the deviations of these parameters; what rows cannot say against one another stays as it was."""
    body, body_hz, spread, damping, profile, rest = np.exp(values[:6])

    def within(value: float, low: float, high: float) -> float:
        return round(float(np.clip(value, low, high)), 6)

    return Disturbance(
        body=within(body, 0.002, 0.2),
        body_hz=within(body_hz, 1.5, 4.0),
        body_spread=within(spread, 0.03, 0.4),
        body_damping=within(damping, 0.02, 0.5),
        profile=within(profile, 0.001, 0.2),
        rest=within(rest, 0.002, 0.2),
        within_body=within(values[6], 0.0, 0.95),
        load_exponent=within(values[7], 0.0, 1.5),
        light=within(np.exp(values[8]), 0.1, 2.5),
        standing=usual.standing,
    )
