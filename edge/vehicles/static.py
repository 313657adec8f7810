"""From what each row read of each axle to static loads: by the site's learnt road where the vehicle rode over it, else by how vehicles
usually deviate there.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from calibration.disturbance import Disturbance, Meetings, bodies
from calibration.model import Calibration
from calibration.road import Road
from calibration.static_load import StaticLoads, estimate, estimate_on_road
from contract.units import KMH_PER_M_S
from edge.vehicles.motion import Motion

UNCALIBRATED_ROW_U: Final = 0.05
"""Relative standard uncertainty of one row against the others with nominal constants."""

UNCALIBRATED: Final = Disturbance().scaled(1.5)
"""Deviations assumed without calibration: a fair site (see the site grades in the domain notes)."""

STEADY: Final = 0.08
"""Greatest change of speed over the rows, relative, at which a vehicle still meets each wave of the road at one frequency."""


@dataclass(frozen=True)
class Readings:
    """What each row read of each axle, (axles, rows).

    Attributes
    ----------
    load_kg
        NaN where the row did not weigh the axle.
    signal_u
        Relative standard uncertainty by the signals.
    time_s
        When the axle stood on the row, in s by the device's counter.
    """

    load_kg: NDArray[np.float64]
    signal_u: NDArray[np.float64]
    time_s: NDArray[np.float64]

    @classmethod
    def none(cls, axles: int, rows: int) -> Readings:
        """Give a table still empty."""
        return cls(np.full((axles, rows), np.nan), np.zeros((axles, rows)), np.full((axles, rows), np.nan))

    @property
    def seen(self) -> NDArray[np.bool_]:
        """(axles, rows) whether the row weighed the axle."""
        return ~np.isnan(self.load_kg)


def road_ridden(readings: Readings, motion: Motion | None, calibration: Calibration | None) -> Road | None:
    """Give the site's learnt road if this vehicle rode over it as it must to be told by it: whole, forward, at one speed that taught it."""
    if calibration is None or calibration.site is None or motion is None or motion.stopped or not readings.seen.any(axis=1).all():
        return None
    road = calibration.site.road
    first_s, last_s = np.nanmin(readings.time_s), np.nanmax(readings.time_s)
    change_m_s = abs(motion.acceleration_m_s2) * float(last_s - first_s)
    steady = change_m_s <= STEADY * motion.speed_m_s  # who drives backwards never is
    return road if steady and road.covers(motion.speed_m_s * KMH_PER_M_S) else None


def static_loads(
    readings: Readings, motion: Motion | None, calibration: Calibration | None, road: Road | None
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Give the loads of all axles, kg, and the covariance of their errors by dynamics and rows, kg²; zeros where no row weighed an axle."""
    weighed = np.flatnonzero(readings.seen.any(axis=1))
    axles = readings.load_kg.shape[0]
    load_kg, covariance = np.zeros(axles), np.zeros((axles, axles))
    if weighed.size:
        found = (
            _on_road(readings, motion, road) if road is not None and motion is not None else _usual(readings, weighed, motion, calibration)
        )
        load_kg[weighed] = found.load_kg
        covariance[np.ix_(weighed, weighed)] = found.covariance
    return load_kg, covariance


def _on_road(readings: Readings, motion: Motion, road: Road) -> StaticLoads:
    axle, row = np.nonzero(readings.seen)
    behind_m, speed_kmh = motion.behind_m, motion.speed_m_s * KMH_PER_M_S
    return estimate_on_road(
        readings.load_kg[axle, row],
        axle,
        row,
        lambda load_kg: road.expected(behind_m, load_kg, speed_kmh),
        readings.signal_u[axle, row],
        between=road.between,
    )


def _usual(readings: Readings, weighed: NDArray[np.int64], motion: Motion | None, calibration: Calibration | None) -> StaticLoads:
    """Give the loads by how vehicles usually deviate at this site."""
    axle, row = np.nonzero(readings.seen[weighed])
    at = (weighed[axle], row)
    behind_m = motion.behind_m if motion else np.zeros(readings.load_kg.shape[0])
    met = Meetings(axle, row, bodies(np.diff(behind_m))[weighed][axle], readings.time_s[at], np.ones(axle.size))
    speed_kmh = abs(motion.speed_m_s) * KMH_PER_M_S if motion else 0.0
    speed = calibration.speed if calibration else None
    return estimate(
        readings.load_kg[at],
        met,
        calibration.disturbance if calibration else UNCALIBRATED,
        errors=lambda shares: speed.errors(speed_kmh / shares) if speed else np.zeros((shares.size, readings.load_kg.shape[1])),
        row_u=speed.uncertainty(speed_kmh)[1] if speed else UNCALIBRATED_ROW_U,
        reading_u=readings.signal_u[at],
    )
