"""A vehicle as the truth knows it, and the gross limits the simulators judge by."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from firmware_sims.manoeuvre import Manoeuvre

GROSS_LIMIT_KG = {
    "car": 18_000,
    "van": 18_000,
    "bus2": 18_000,
    "rigid2": 18_000,
    "rigid3": 25_000,
    "rigid3s": 25_000,
    "rigid4": 31_000,
    "semi3": 27_000,
    "semi4": 36_000,
    "semi5": 43_000,
    "semi5t": 43_000,
    "truck_trl": 43_000,
    "semi6": 49_000,
    "long8": 49_000,
}
"""Chinese gross limits by kind (Rules on over-limit transport vehicles, art. 3, by number of axles; combinations of six
and more axles with two drive axles). A table of the simulators' own, kept apart from the product's rule packs."""

HEAVY_KINDS = frozenset(GROSS_LIMIT_KG) - {"car", "van"}
"""Kinds that carry yellow plates."""


@dataclass(frozen=True)
class Vehicle:
    """What is true of one vehicle's passage.

    Attributes
    ----------
    kind
        One of `GROSS_LIMIT_KG`.
    gvw_kg, axle_kg, left_kg
        Static gross weight, axle loads, and the left wheels' share of each.
    dual
        Per axle, whether it has dual tyres.
    spacings_m, length_m
        Distances between successive axles; overall length.
    speed_kmh, accel_ms2
        Mean speed over the array and acceleration.
    y_centre_m
        Lateral centre, from the lane's left edge.
    stop
        Whether it stopped on the array.
    first_axle_sample
        Sample of the recording at which the first axle stood at position 0.
    passed_sample
        Sample of the recording at which the vehicle had left the array for good.
    plate, plate_color
        Its plate as read correctly; ``blue``, ``yellow`` or ``green``.
    truck
        Name of the reference truck in a calibration session, empty in traffic.
    manoeuvre
        What its driver did; None where a capture does not say.
    """

    kind: str
    gvw_kg: float
    axle_kg: tuple[float, ...]
    left_kg: tuple[float, ...]
    dual: tuple[bool, ...]
    spacings_m: tuple[float, ...]
    length_m: float
    speed_kmh: float
    accel_ms2: float
    y_centre_m: float
    stop: bool
    first_axle_sample: int
    passed_sample: int
    plate: str
    plate_color: str
    truck: str = ""
    manoeuvre: Manoeuvre | None = None

    @property
    def limit_kg(self) -> int:
        """Gross limit of its kind."""
        return GROSS_LIMIT_KG[self.kind]

    @property
    def overloaded(self) -> bool:
        """Whether its static gross weight is above the limit."""
        return self.gvw_kg > self.limit_kg

    def truth(self) -> dict[str, Any]:
        """Give the entry of a ``*.truth.json`` file: rounded to 0.1 g and 0.1 mm, inner fields left out."""
        entry = asdict(self)
        del entry["passed_sample"]
        if not self.truck:
            del entry["truck"]
        if self.manoeuvre is None:
            del entry["manoeuvre"]
        for key, value in entry.items():
            if isinstance(value, float):
                entry[key] = round(value, 4)
            elif isinstance(value, tuple) and value and isinstance(value[0], float):
                entry[key] = [round(item, 4) for item in value]
        return {**entry, "limit_kg": self.limit_kg, "overloaded": self.overloaded}
