"""A weighed vehicle as matching sees it, and when a camera must have seen it."""

import math
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, NamedTuple

from contract.recordable import recordable
from contract.station import Camera
from contract.units import US_PER_S
from contract.vehicles import Body, Vehicle

SPEED_CHANGE_MAX: Final = 0.5
"""Largest share of its speed that a vehicle is believed to gain or lose between scale and camera; beyond it, speed is held constant."""

SLOWEST_M_S: Final = 0.3
"""Slower vehicles are matched as if they moved this fast; no camera's tolerance covers crawling."""

LARGE_LENGTH_M: Final = 6.0
LARGE_GROSS_KG: Final = 4_500.0
"""From this length, or this permitted mass, a Chinese vehicle is large (GA 802-2019, 4.1), which its plate's colour tells."""

SMALL_GROSS_KG: Final = 3_000.0
SMALL_WHEELBASE_M: Final = 3.3
"""A vehicle of two axles that is lighter and shorter than this is small; an empty lorry is light too, but not that short."""


class Size(StrEnum):
    """What the weighing tells of a vehicle's size in the sense of its plate."""

    LARGE = "large"
    SMALL = "small"
    UNKNOWN = "unknown"


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
    lane
        Lane in which it was weighed.
    playback
        How much faster than real time a simulated line runs; the vehicle's speed is that of the road, the clock that of the wall.
    size, articulated
        What its weights and axles say of the plates it can carry; `articulated` is None where it is not known.
    """

    key: str
    time_us: int
    speed_m_s: float
    speed_u_m_s: float = 0.0
    acceleration_m_s2: float = 0.0
    rear_m: float | None = None
    lane: int = 1
    playback: float = 1.0
    size: Size = Size.UNKNOWN
    articulated: bool | None = None

    def __post_init__(self) -> None:
        if not (math.isfinite(self.speed_m_s) and self.speed_m_s > 0):
            msg = f"speed_m_s of vehicle {self.key} must be above 0 and finite, not {self.speed_m_s}"
            raise ValueError(msg)

    @classmethod
    def of(cls, vehicle: Vehicle, key: str, time_us: int, playback: float) -> "Passage":
        """Take from a weighed vehicle what matching needs; figures that no vehicle can have count as unknown."""
        vehicle = recordable(vehicle)
        body = vehicle.vehicle_class.body
        return cls(
            key=key,
            time_us=time_us,
            speed_m_s=max(vehicle.speed_m_s, SLOWEST_M_S),
            speed_u_m_s=vehicle.speed_u_m_s,
            acceleration_m_s2=vehicle.acceleration_m_s2,
            rear_m=vehicle.length_m,
            lane=vehicle.lane,
            playback=playback,
            size=size_of(vehicle),
            articulated=None if body is Body.UNKNOWN else body is Body.COMBINATION,
        )


def size_of(vehicle: Vehicle) -> Size:
    """Give the size that a weighed vehicle shows; unknown rather than guessed, for an empty lorry may weigh as little as a van."""
    wheelbase_m = vehicle.axles[-1].spacing_m
    if len(vehicle.axles) > 2 or vehicle.gross_kg - vehicle.gross_u_kg > LARGE_GROSS_KG:
        return Size.LARGE
    if vehicle.length_m is not None and vehicle.length_m > 1.1 * LARGE_LENGTH_M:
        return Size.LARGE
    if vehicle.gross_kg + vehicle.gross_u_kg < SMALL_GROSS_KG and wheelbase_m is not None and wheelbase_m < SMALL_WHEELBASE_M:
        return Size.SMALL
    return Size.UNKNOWN


class Seen(NamedTuple):
    """When a camera must see a vehicle.

    `time_us` (UTC), its standard uncertainty `u_us` from the speed's own, and `s_per_m`: by how much later on the wall's clock for each
    metre that the camera looks farther along.
    """

    time_us: float
    u_us: float
    s_per_m: float


def _travel_s(distance_m: float, speed_m_s: float, acceleration_m_s2: float) -> float:
    """Give the time to cover `distance_m` (negative: the time before), at constant acceleration as long as that is believable."""
    squared = speed_m_s**2 + 2 * acceleration_m_s2 * distance_m
    if abs(math.sqrt(max(squared, 0.0)) - speed_m_s) > SPEED_CHANGE_MAX * speed_m_s:
        return distance_m / speed_m_s
    return 2 * distance_m / (speed_m_s + math.sqrt(squared))


def seen_at(passage: Passage, camera: Camera) -> Seen:
    """Give when the vehicle stood where `camera` takes its picture, by the station file's measure of that place."""
    distance_m = camera.position_m
    if camera.facing == "rear" and passage.rear_m is not None:
        distance_m += passage.rear_m
    travel_s = _travel_s(distance_m, passage.speed_m_s, passage.acceleration_m_s2)
    share = passage.speed_u_m_s / 2 / passage.speed_m_s
    scale = US_PER_S / passage.playback
    return Seen(passage.time_us + travel_s * scale, abs(travel_s) * share * scale, 1 / (passage.speed_m_s * passage.playback))
