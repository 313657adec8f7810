"""One vehicle's passage made ready: where it is when, how it rides, and where its wheels run."""

from __future__ import annotations

import random
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from firmware_sims.chassis import GRAVITY_MS2, draw_chassis
from firmware_sims.manoeuvre import Behaviour, Manoeuvre
from firmware_sims.ride import Ride, drive
from firmware_sims.road_profile import RoadProfile
from firmware_sims.trajectory import Trajectory
from firmware_sims.vehicle import Vehicle

TRACK_M = 1.85
"""Between the middles of left and right wheels."""
FOOTPRINT_M = (0.20, 0.26)


@dataclass(frozen=True)
class Passage:
    """A vehicle and its motion; `height_m` is of its centre of gravity."""

    vehicle: Vehicle
    manoeuvre: Manoeuvre
    trajectory: Trajectory
    ride: Ride
    footprint_m: float
    front_overhang_m: float
    height_m: float

    @property
    def axles_behind_m(self) -> NDArray[np.float64]:
        """How far each axle is behind the first."""
        return np.concatenate(([0.0], np.cumsum(self.vehicle.spacings_m)))

    def wheel_kg(self, side: int, axle: int, time_s: NDArray[np.float64]) -> NDArray[np.float64]:
        """Give what a wheel presses with at moments; side 0 is left, 1 right."""
        left_kg = self.vehicle.left_kg[axle]
        static_kg = left_kg if side == 0 else self.vehicle.axle_kg[axle] - left_kg
        force = self.ride.at(side, axle, time_s)
        if self.manoeuvre.sway_m:
            first_m = self.trajectory.place_m(time_s)
            force = force + (1 if side == 0 else -1) * self._lean(first_m - self.axles_behind_m[axle])
        return static_kg * force

    def wheel_y_m(self, side: int, place_m: float) -> float:
        """Give how far from the lane's left edge the middle of a wheel runs at a place along the lane."""
        sway_m = self.manoeuvre.sway_m * np.sin(self._turn * place_m + self.manoeuvre.sway_phase)
        return float(self.vehicle.y_centre_m + sway_m + (side - 0.5) * TRACK_M)

    @property
    def _turn(self) -> float:
        return 2 * np.pi / self.manoeuvre.sway_length_m

    def _lean(self, place_m: NDArray[np.float64]) -> NDArray[np.float64]:
        """Give the part of a wheel's load that a curve shifts to the left: lateral acceleration times height over half the track."""
        curvature = -self.manoeuvre.sway_m * self._turn**2 * np.sin(self._turn * place_m + self.manoeuvre.sway_phase)
        lean: NDArray[np.float64] = self.manoeuvre.enters_ms**2 * curvature * self.height_m / (GRAVITY_MS2 * TRACK_M / 2)
        return lean


def manoeuvre_of(vehicle: Vehicle) -> Manoeuvre:
    """Give a vehicle's manoeuvre; one that has none of its own keeps its speed."""
    return vehicle.manoeuvre or Manoeuvre(Behaviour.STEADY, vehicle.speed_kmh / 3.6)


def prepare(vehicle: Vehicle, profile: RoadProfile, end_m: float, rng: random.Random) -> Passage:
    """Drive a vehicle over the road.

    Parameters
    ----------
    vehicle
        What is true of it.
    profile
        The site's road.
    end_m
        Where the last active area of the lane ends.
    rng
        Decides chassis, tyres and overhang.
    """
    manoeuvre = manoeuvre_of(vehicle)
    chassis = draw_chassis(vehicle, rng)
    footprint_m = rng.uniform(*FOOTPRINT_M)
    last_m = end_m + sum(vehicle.spacings_m) + footprint_m
    mass_kg = sum(body.mass_kg for body in chassis.bodies)
    return Passage(
        vehicle=vehicle,
        manoeuvre=manoeuvre,
        trajectory=manoeuvre.trajectory,
        ride=drive(chassis, profile.smoothed(footprint_m), manoeuvre.trajectory, last_m),
        footprint_m=footprint_m,
        front_overhang_m=rng.uniform(1.2, 1.5),
        height_m=sum(body.mass_kg * body.height_m for body in chassis.bodies) / mass_kg,
    )
