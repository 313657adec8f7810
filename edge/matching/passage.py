"""A weighed vehicle as matching sees it, and when a camera must have seen it."""

import math
from dataclasses import dataclass
from typing import Final

from contract.station import Camera
from contract.units import US_PER_S

SPEED_CHANGE_MAX: Final = 0.5
"""Largest share of its speed that a vehicle is believed to gain or lose between scale and camera; beyond it, speed is held constant."""


@dataclass(frozen=True, slots=True)
class Passage:
    """One weighed vehicle.

    Attributes
    ----------
    key
        The caller's own name of the vehicle, unique among those remembered.
    time_us
        UTC at which the first axle stood at position 0 of the lane.
    speed_m_s, speed_u_m_s
        Mean speed over the array, above zero, and its expanded uncertainty (k = 2); 0 where unknown.
    acceleration_m_s2
        Mean acceleration, negative when braking.
    rear_m
        From the first axle to what a rear camera sees (the vehicle's end); None where rear cameras too are triggered by the first axle.
    """

    key: str
    time_us: int
    speed_m_s: float
    speed_u_m_s: float = 0.0
    acceleration_m_s2: float = 0.0
    rear_m: float | None = None

    def __post_init__(self) -> None:
        if not (math.isfinite(self.speed_m_s) and self.speed_m_s > 0):
            msg = f"speed_m_s of vehicle {self.key} must be above 0 and finite, not {self.speed_m_s}"
            raise ValueError(msg)


def _travel_s(distance_m: float, speed_m_s: float, acceleration_m_s2: float) -> float:
    """Give the time to cover `distance_m` (negative: the time before), at constant acceleration as long as that is believable."""
    squared = speed_m_s**2 + 2 * acceleration_m_s2 * distance_m
    if abs(math.sqrt(max(squared, 0.0)) - speed_m_s) > SPEED_CHANGE_MAX * speed_m_s:
        return distance_m / speed_m_s
    return 2 * distance_m / (speed_m_s + math.sqrt(squared))


def seen_at_us(passage: Passage, camera: Camera, playback: float) -> tuple[float, float]:
    """Give when the vehicle stood where `camera` takes its picture.

    Parameters
    ----------
    playback
        How much faster than real time a simulated line runs; the vehicle's speed is that of the road, the clock that of the wall.

    Returns
    -------
    tuple
        UTC in µs, and the standard uncertainty in µs that the speed's own uncertainty gives it.
    """
    distance_m = camera.position_m
    if camera.facing == "rear" and passage.rear_m is not None:
        distance_m += passage.rear_m
    travel_s = _travel_s(distance_m, passage.speed_m_s, passage.acceleration_m_s2)
    share = passage.speed_u_m_s / 2 / passage.speed_m_s
    scale = US_PER_S / playback
    return passage.time_us + travel_s * scale, abs(travel_s) * share * scale
