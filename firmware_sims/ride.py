"""How a vehicle rides: tyre forces over an uneven road, by a linear model of bodies that bounce and pitch and axles that hop.

The generalised displacements are those of each body (bounce and pitch; a semi-trailer has pitch alone, its front end rides on the body
before it as on a massless pin) and of each axle. Left and right wheels are driven each by its own track with the same dynamics, so roll
is as fast as bounce. Equations M q'' + C q' + K q = forces are solved in their complex modes, each of which is a filter of first order;
inputs run straight between samples (first-order hold), for which the recursion is exact.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.signal import lfilter

from firmware_sims.chassis import GRAVITY_MS2, Chassis
from firmware_sims.road_profile import RoadProfile
from firmware_sims.trajectory import Trajectory

RATE_HZ = 500.0
"""Of the forces; thirty times the highest hop."""
APPROACH_M, APPROACH_S = 150.0, 7.0
"""A ride begins this far or this long before the array, whichever is less: the slowest bounce has forgotten its start then."""
FADE_S = 1.5
"""Over which the road rises from level, so that the start itself shakes nothing."""


@dataclass(frozen=True)
class Ride:
    """Tyre forces of a passage.

    Attributes
    ----------
    start_s
        Time of the first sample; 0 is when the first axle stands at position 0.
    relative
        float64 (2, axles, n): force over static load, less 1, at `RATE_HZ`, of left and right wheels.
    """

    start_s: float
    relative: NDArray[np.float64]

    def at(self, side: int, axle: int, time_s: NDArray[np.float64]) -> NDArray[np.float64]:
        """Give force over static load of one wheel at moments; never below 0, where a wheel leaves the road."""
        samples = (time_s - self.start_s) * RATE_HZ
        series = self.relative[side, axle]
        share: NDArray[np.float64] = np.maximum(0.0, 1.0 + np.interp(samples, np.arange(len(series)), series))
        return share


class RideModel:
    """The linear system of a chassis.

    Attributes
    ----------
    matrix
        float64 (2 d, 2 d): state is d displacements and their speeds.
    road_in, accel_in
        float64 (2 d, axles) and (2 d,): what road heights in m and the vehicle's acceleration in m/s² do to it.
    """

    def __init__(self, chassis: Chassis) -> None:
        rows, pitches, count = _coordinates(chassis)
        axles = len(chassis.axles)
        size = count + axles
        mass, spring, damper = (np.zeros((size, size)) for _ in range(3))
        moment = np.zeros(size)
        for body, row, pitch in zip(chassis.bodies, rows, pitches, strict=True):
            centre = _point(row, body.centre_m, size)
            turn = np.zeros(size)
            turn[pitch] = 1.0
            mass += body.mass_kg * np.outer(centre, centre) + body.inertia_kgm2 * np.outer(turn, turn)
            moment += body.mass_kg * body.height_m * turn
            for k in body.axles:
                axle = chassis.axles[k]
                stroke = _point(row, axle.place_m, size)
                stroke[count + k] -= 1.0
                spring += axle.spring_n_per_m * np.outer(stroke, stroke)
                damper += axle.damper_ns_per_m * np.outer(stroke, stroke)
                mass[count + k, count + k] += axle.unsprung_kg
                spring[count + k, count + k] += axle.tyre_n_per_m
        self.tyres = np.array([axle.tyre_n_per_m for axle in chassis.axles])
        self.static_n = np.array([axle.load_kg for axle in chassis.axles]) * GRAVITY_MS2
        tyre_in = np.zeros((size, axles))
        tyre_in[count:] = np.diag(self.tyres)
        zero = np.zeros((size, size))
        self.matrix = np.block([[zero, np.eye(size)], [-np.linalg.solve(mass, spring), -np.linalg.solve(mass, damper)]])
        self.road_in = np.vstack((np.zeros((size, axles)), np.linalg.solve(mass, tyre_in)))
        self.accel_in = np.concatenate((np.zeros(size), np.linalg.solve(mass, moment)))
        self._axle_states = slice(count, size)

    def modes(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Give natural frequencies in Hz, rising, and damping ratios of the modes that swing."""
        roots = np.linalg.eigvals(self.matrix)
        roots = roots[roots.imag > 1e-9]
        roots = roots[np.argsort(np.abs(roots))]
        return np.abs(roots) / (2 * np.pi), -roots.real / np.abs(roots)

    def relative_force(self, road_m: NDArray[np.float64], accel_ms2: NDArray[np.float64]) -> NDArray[np.float64]:
        """Give each axle's tyre force over its static load, less 1.

        Parameters
        ----------
        road_m
            float64 (tracks, axles, n), height under each axle, beginning at 0.
        accel_ms2
            float64 (n,).

        Returns
        -------
        float64 (tracks, axles, n), for an axle that has its track under both of its wheels.
        """
        roots, vectors = np.linalg.eig(self.matrix)
        drive = np.linalg.solve(vectors, np.column_stack((self.road_in, self.accel_in)).astype(np.complex128))
        seen = vectors[self._axle_states]
        height = np.zeros(road_m.shape)
        for mode in np.flatnonzero(roots.imag >= 0):
            step = roots[mode] / RATE_HZ
            full = (np.exp(step) - 1) / step
            late = (full - 1) / step
            wave = np.einsum("a,tan->tn", drive[mode, :-1], road_m) + drive[mode, -1] * accel_ms2
            swing = lfilter(np.array([late, full - late]) / RATE_HZ, [1.0, -np.exp(step)], wave, axis=-1)
            part = np.real(seen[:, mode][None, :, None] * swing[:, None, :])
            height += part * (2.0 if roots[mode].imag > 0 else 1.0)
        force: NDArray[np.float64] = (road_m - height) * (self.tyres / self.static_n)[None, :, None]
        return force


def drive(chassis: Chassis, profile: RoadProfile, trajectory: Trajectory, end_m: float) -> Ride:
    """Drive a vehicle along a profile until its first axle is at `end_m`.

    Parameters
    ----------
    chassis
        The vehicle.
    profile
        As its tyres feel it (`RoadProfile.smoothed`).
    trajectory
        Where its first axle is when.
    end_m
        Place of the first axle at which the ride may end.
    """
    start_s = max(trajectory.time_at(-APPROACH_M), -APPROACH_S)
    time_s = np.arange(start_s, trajectory.time_at(end_m) + 1 / RATE_HZ, 1 / RATE_HZ)
    first_m = trajectory.place_m(time_s)
    behind_m = np.array([axle.place_m for axle in chassis.axles])
    road_m = profile.at(first_m[None, :] + behind_m[:, None])
    road_m *= np.sin(np.pi / 2 * np.minimum(1.0, (time_s - start_s) / FADE_S)) ** 2
    return Ride(start_s, RideModel(chassis).relative_force(road_m, trajectory.accel_ms2(time_s)))


def _coordinates(chassis: Chassis) -> tuple[list[dict[int, tuple[float, float]]], list[int], int]:
    """Give each body its coordinates.

    Returns
    -------
    rows, pitches, count
        Per body how its point at place x moves, as {coordinate: (constant, slope in x)}; the number of its own pitch;
        how many coordinates all bodies have.
    """
    rows: list[dict[int, tuple[float, float]]] = []
    pitches: list[int] = []
    count = 0
    for body in chassis.bodies:
        if body.pin_m is None:
            rows.append({count: (1.0, 0.0), count + 1: (-body.centre_m, 1.0)})
            pitches.append(count + 1)
            count += 2
        else:
            before = {c: (constant + slope * body.pin_m, 0.0) for c, (constant, slope) in rows[-1].items()}
            rows.append({**before, count: (-body.pin_m, 1.0)})
            pitches.append(count)
            count += 1
    return rows, pitches, count


def _point(row: dict[int, tuple[float, float]], place_m: float, size: int) -> NDArray[np.float64]:
    """Give how a body's point at a place follows the coordinates."""
    point = np.zeros(size)
    for coordinate, (constant, slope) in row.items():
        point[coordinate] = constant + slope * place_m
    return point
