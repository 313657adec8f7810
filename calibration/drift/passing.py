"""A vehicle as drift sees it: what each sensor read of it in all, and of its steering axle if it is a tractor with a semi-trailer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from calibration.drift.regressors import KINDS, STEERING_REFERENCE_KG, of_tractor, of_vehicle
from calibration.drift.subjects import Sight
from calibration.drift.sums import Sums
from calibration.steering import semi_trailer

Array = NDArray[np.float64]

CONTRAST_CLIP: Final = 0.12
"""A comparison further off than this (log) is taken as this: six times what one vehicle scatters, so that one bent path or missed wheel
decides nothing, while a sensor that has lost a tenth still shows."""

BALANCE_CLIP: Final = 0.3
"""The same for the balance of the sides, which scatters by 5 % from vehicle to vehicle."""

STEERING_CLIP: Final = 0.25
"""The same for a steering axle about the reference load; kinds differ by some per cent, vehicles of one kind by 4 %."""

HEAVIER: Final = 0.9
"""Exponent of the load in how much a vehicle's readings count: springs stay what they are when cargo comes (docs/weighing.md, q)."""

WEIGHT_KG: Final = 30_000.0
WEIGHT_SPAN: Final = (0.1, 2.0)
"""Gross weight of a vehicle that counts once, and between which bounds others count."""

NO_KIND: Final = -1


@dataclass(frozen=True)
class Passings:
    """Vehicles that every sensor weighed, as arrays over vehicles.

    Attributes
    ----------
    sensor_kg
        (n, S) loads of all axles by sensor, with gains.
    steering_kg
        (n, S) the same of the first axle alone.
    kind
        (n,) which of `KINDS` the vehicle is, `NO_KIND` for any other.
    speed_kmh, pavement_c
        (n,) each; temperature NaN where nobody measured it.
    """

    sensor_kg: Array
    steering_kg: Array
    kind: NDArray[np.int64]
    speed_kmh: Array
    pavement_c: Array

    def __getitem__(self, index: NDArray[np.int64]) -> Passings:
        return Passings(self.sensor_kg[index], self.steering_kg[index], self.kind[index], self.speed_kmh[index], self.pavement_c[index])


def passing_of(sight: Sight, nominal_kg: Array, behind_m: Array, speed_kmh: float, pavement_c: float) -> Passings | None:
    """Give one vehicle, None where a sensor did not weigh one of its axles; `nominal_kg` is (axles, S), `behind_m` (axles,)."""
    loads = nominal_kg * sight.gain
    if loads.size == 0 or not np.isfinite(loads).all() or loads.min() <= 0 or not speed_kmh > 0:
        return None
    pattern = semi_trailer(behind_m, float(loads[0].sum()) / sight.rows, float(loads.sum()) / sight.rows)
    kind = KINDS.index(pattern) if pattern in KINDS else NO_KIND
    return Passings(loads.sum(axis=0)[None], loads[:1], np.array([kind]), np.array([speed_kmh]), np.array([pavement_c]))


def joined(passings: list[Passings]) -> Passings:
    """Put vehicles together."""
    return Passings(
        np.concatenate([one.sensor_kg for one in passings]),
        np.concatenate([one.steering_kg for one in passings]),
        np.concatenate([one.kind for one in passings]),
        np.concatenate([one.speed_kmh for one in passings]),
        np.concatenate([one.pavement_c for one in passings]),
    )


def compared(sight: Sight, seen: Passings) -> Sums:
    """Give the sums of what the sensors say against one another."""
    said = np.log(seen.sensor_kg) @ sight.contrast.T
    clip = np.full(len(sight.contrast), CONTRAST_CLIP)
    if sight.two_sided:
        clip[-1] = BALANCE_CLIP
    gross_kg = _gross_kg(sight, seen)
    weight = np.clip(gross_kg / WEIGHT_KG, *WEIGHT_SPAN) ** HEAVIER
    return Sums.of(of_vehicle(seen.speed_kmh, gross_kg, seen.pavement_c), np.clip(said, -clip, clip), weight)


def against_steering(sight: Sight, seen: Passings) -> Sums:
    """Give the sums of what the steering axles of tractors read, (…, 1)."""
    some = seen[np.flatnonzero(seen.kind != NO_KIND)]
    said = np.log(some.steering_kg.sum(axis=1) / sight.rows / STEERING_REFERENCE_KG)[:, None]
    depends = of_tractor(some.kind, _gross_kg(sight, some), some.speed_kmh, some.pavement_c)
    return Sums.of(depends, np.clip(said, -STEERING_CLIP, STEERING_CLIP), np.ones(len(said)))


def _gross_kg(sight: Sight, seen: Passings) -> Array:
    return np.asarray(seen.sensor_kg.sum(axis=1) / sight.rows)
