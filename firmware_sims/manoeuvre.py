"""What a driver does on the array: keeps on, changes speed, stops, crawls, drives beside the middle or in curves, follows closely."""

from __future__ import annotations

import math
import random
from dataclasses import dataclass
from enum import StrEnum

from firmware_sims.trajectory import Trajectory


class Behaviour(StrEnum):
    """Ways to pass."""

    STEADY = "steady"
    ACCELERATING = "accelerating"
    BRAKING = "braking"
    OFF_LEFT = "off-left"
    OFF_RIGHT = "off-right"
    STRADDLING = "straddling"
    STOP = "stop"
    CRAWL = "crawl"
    S_PATH = "s-path"
    TAILGATING = "tailgating"


ACCEL_MS2 = {Behaviour.ACCELERATING: (0.4, 1.2), Behaviour.BRAKING: (0.5, 2.0)}
SPEED_LOSS = 0.35
"""Squared speed that is won or lost over the array, at most, over the mean squared: nobody comes to rest who was not to."""
LEAD_S = (0.2, 2.5)
"""From the beginning of the change of speed to the first axle at position 0."""
BRAKE_TO_STOP_MS2, START_MS2, STANDING_S = (0.7, 1.8), (0.4, 1.0), (2.0, 12.0)
CRAWL_KMH = (2.0, 7.0)
OFFSET_M = {Behaviour.OFF_LEFT: (-1.0, -0.8), Behaviour.OFF_RIGHT: (0.8, 1.0), Behaviour.STRADDLING: (1.3, 1.75)}
"""From the lane's middle; half a track and a tyre fit within 0.6 m."""
SWAY_M, SWAY_LENGTH_M, SWAY_MOST_MS2 = (0.3, 0.6), (20.0, 45.0), 1.5
FOLLOWING_M = (4.0, 9.0)
"""From the leader's rear to the follower's front."""


@dataclass(frozen=True)
class Manoeuvre:
    """What was done.

    Attributes
    ----------
    behaviour
        Its name.
    enters_ms, start_m, stretches
        Speed before the array, where the first axle is when the first stretch begins, and the stretches of constant acceleration (s, m/s²).
    sway_m, sway_length_m, sway_phase
        Amplitude, wavelength and phase at position 0 of a path that swings about its middle; 0 m where it does not.
    """

    behaviour: Behaviour
    enters_ms: float
    start_m: float = 0.0
    stretches: tuple[tuple[float, float], ...] = ()
    sway_m: float = 0.0
    sway_length_m: float = 30.0
    sway_phase: float = 0.0

    @property
    def trajectory(self) -> Trajectory:
        """Where the first axle is at each moment."""
        return Trajectory(self.enters_ms, self.start_m, self.stretches)


def draw_manoeuvre(behaviour: Behaviour, speed_ms: float, array_m: float, clear_m: float, rng: random.Random) -> Manoeuvre:
    """Draw how one vehicle behaves as it is told to.

    Parameters
    ----------
    behaviour
        What it does.
    speed_ms
        Its mean speed over the array; a vehicle that stops drives at it before and after, one that crawls ignores it.
    array_m, clear_m
        Place of the first axle when the last one is on the last row, and when the whole vehicle has left.
    rng
        Where chance comes from.
    """
    if behaviour in ACCEL_MS2:
        return _change_of_speed(behaviour, speed_ms, array_m, clear_m, rng)
    if behaviour is Behaviour.STOP:
        brake, start = rng.uniform(*BRAKE_TO_STOP_MS2), rng.uniform(*START_MS2)
        stands_m = rng.uniform(0.5, max(1.0, array_m - 0.5))
        stretches = ((speed_ms / brake, -brake), (rng.uniform(*STANDING_S), 0.0), (speed_ms / start, start))
        return Manoeuvre(behaviour, speed_ms, stands_m - speed_ms**2 / (2 * brake), stretches)
    if behaviour is Behaviour.CRAWL:
        return Manoeuvre(behaviour, rng.uniform(*CRAWL_KMH) / 3.6)
    if behaviour is Behaviour.S_PATH:
        length_m = rng.uniform(*SWAY_LENGTH_M)
        most_m = SWAY_MOST_MS2 / (speed_ms * 2 * math.pi / length_m) ** 2
        return Manoeuvre(
            behaviour,
            speed_ms,
            sway_m=min(rng.uniform(*SWAY_M), most_m),
            sway_length_m=length_m,
            sway_phase=rng.uniform(0, 2 * math.pi),
        )
    return Manoeuvre(behaviour, speed_ms)


def draw_offset_m(behaviour: Behaviour, rng: random.Random) -> float:
    """Draw how far right of the lane's middle a vehicle drives."""
    if behaviour not in OFFSET_M:
        return rng.gauss(0, 0.1)
    offset_m = rng.uniform(*OFFSET_M[behaviour])
    return -offset_m if behaviour is Behaviour.STRADDLING and rng.random() < 0.5 else offset_m


def _change_of_speed(behaviour: Behaviour, speed_ms: float, array_m: float, clear_m: float, rng: random.Random) -> Manoeuvre:
    size = min(rng.uniform(*ACCEL_MS2[behaviour]), SPEED_LOSS * speed_ms**2 / (2 * clear_m))
    accel = size if behaviour is Behaviour.ACCELERATING else -size
    first_ms = speed_ms - accel * array_m / speed_ms / 2
    lead_s = rng.uniform(*LEAD_S)
    if accel > 0:
        lead_s = min(lead_s, 0.5 * first_ms / accel)
    on_s = 2 * clear_m / (first_ms + math.sqrt(first_ms**2 + 2 * accel * clear_m))
    start_m = -(first_ms - accel * lead_s / 2) * lead_s
    return Manoeuvre(behaviour, first_ms - accel * lead_s, start_m, ((lead_s + on_s, accel),))
