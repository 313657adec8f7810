"""What a record can carry of a vehicle: whole kilograms, and figures within the record's bounds.

Deciding and recording both start from here, so that the load that was judged is the load that stands in the record.
"""

import math
from dataclasses import replace
from typing import Final

from contract.vehicles import Axle, Vehicle, VehicleFlag

GROSS_MAX_KG: Final = 1_000_000
"""Above every road vehicle; a gross weight beyond it is a fault of a sensor (`contract.verdicts.Kilograms`)."""
SPACING_MIN_M: Final = 0.001
SPACING_MAX_M: Final = 100.0
SPEED_MAX_M_S: Final = 100.0
ACCELERATION_MAX_M_S2: Final = 100.0
LENGTH_MAX_M: Final = 200.0
LATERAL_MAX_M: Final = 1_000.0
AXLES_MAX: Final = 30
"""Most axles of one vehicle in a record; the longest modular transports that drive at traffic speed have fewer."""


def whole_kg(load_kg: float) -> int:
    """Give a load as records carry it: kilograms, rounded half to even."""
    return round(load_kg)


def whole_u_kg(u_kg: float) -> int:
    """Give an uncertainty as records carry it: kilograms, rounded up, so that no interval is stated narrower than it is."""
    return math.ceil(u_kg)


def gross_kg(vehicle: Vehicle) -> int:
    """Give the gross weight as records carry it: the sum of the rounded axle loads, so that the record adds up."""
    return sum(whole_kg(axle.load_kg) for axle in vehicle.axles)


def drive_group(vehicle: Vehicle) -> int | None:
    """Give the group of the driven axles as records carry it: None where it is not known or none of the vehicle's axles is in it."""
    number = vehicle.vehicle_class.drive_group
    return number if number in {axle.group for axle in vehicle.axles} else None


def recordable(vehicle: Vehicle) -> Vehicle:
    """Bring figures that no record can carry to the bound, and flag the vehicle as incomplete, which bars it and its outcome.

    Such figures (a spacing of 0 where no motion was found, a load of a thousand tonnes, NaN) come from faults; the vehicle did pass and
    must be recorded. The figure of the flag is at least the number of values that were brought to a bound. A vehicle within all bounds is
    given back unchanged, so that applying this twice changes nothing.
    """
    bounds = _Bounds()
    axles = vehicle.axles[:AXLES_MAX]
    bounds.odd += len(vehicle.axles) - len(axles)
    share_kg = GROSS_MAX_KG // max(1, len(axles))
    fits = all(math.isfinite(axle.load_kg) for axle in axles) and sum(max(0.0, axle.load_kg) for axle in axles) < GROSS_MAX_KG - len(axles)
    bounded = replace(
        vehicle,
        axles=tuple(_axle(axle, bounds, GROSS_MAX_KG if fits else share_kg - 1, share_kg) for axle in axles),
        crossings=vehicle.crossings[:AXLES_MAX],
        gross_u_kg=bounds.take(vehicle.gross_u_kg, 0, GROSS_MAX_KG),
        # A record gives how fast; that it went backwards is the flag REVERSING with the signed figure.
        speed_m_s=bounds.take(abs(vehicle.speed_m_s), 0, SPEED_MAX_M_S),
        speed_u_m_s=bounds.take(vehicle.speed_u_m_s, 0, SPEED_MAX_M_S),
        acceleration_m_s2=bounds.take(vehicle.acceleration_m_s2, -ACCELERATION_MAX_M_S2, ACCELERATION_MAX_M_S2),
        length_m=bounds.take_known(vehicle.length_m, SPACING_MIN_M, LENGTH_MAX_M),
        lateral_m=bounds.take_known(vehicle.lateral_m, -LATERAL_MAX_M, LATERAL_MAX_M),
        first_axle_sample=bounds.take(vehicle.first_axle_sample, 0, 2**53 - 1),
        flags={flag: bounds.take(figure, -1e9, 1e9) for flag, figure in vehicle.flags.items()},
    )
    if not bounds.odd:
        return bounded
    figure = max(bounded.flags.get(VehicleFlag.INCOMPLETE, 0.0), float(bounds.odd))
    return replace(bounded, flags={**bounded.flags, VehicleFlag.INCOMPLETE: figure})


class _Bounds:
    """Counts the values that had to be brought to a bound."""

    def __init__(self) -> None:
        self.odd = 0

    def take(self, value: float, low: float, high: float) -> float:
        if math.isfinite(value) and low <= value <= high:
            return value
        self.odd += 1
        return min(max(value, low), high) if not math.isnan(value) else low

    def take_known(self, value: float | None, low: float, high: float) -> float | None:
        return None if value is None else self.take(value, low, high)


def _axle(axle: Axle, bounds: _Bounds, load_max_kg: int, u_max_kg: int) -> Axle:
    return replace(
        axle,
        load_kg=bounds.take(axle.load_kg, 0, load_max_kg),
        u_kg=bounds.take(axle.u_kg, 0, u_max_kg),
        left_kg=bounds.take_known(axle.left_kg, 0, GROSS_MAX_KG),
        right_kg=bounds.take_known(axle.right_kg, 0, GROSS_MAX_KG),
        spacing_m=bounds.take_known(axle.spacing_m, SPACING_MIN_M, SPACING_MAX_M),
    )
