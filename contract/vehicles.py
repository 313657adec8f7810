"""One weighed vehicle: what the grouping and weighing hand to matching, deciding and recording."""

from dataclasses import dataclass, field
from enum import StrEnum

from contract.axles import Crossing


class VehicleFlag(StrEnum):
    """Behaviour and quality of a passage, each with its figure in `Vehicle.flags`."""

    ACCELERATING = "accelerating"
    BRAKING = "braking"
    STOPPED = "stopped-on-array"
    TOO_SLOW = "too-slow"
    TOO_FAST = "too-fast"
    OFF_LEFT = "off-sensors-left"
    OFF_RIGHT = "off-sensors-right"
    STRADDLING = "straddling"
    S_PATH = "s-path"
    REVERSING = "reversing"
    WRONG_WAY = "wrong-way"
    TAILGATING = "tailgating"
    UNBALANCED = "unbalanced-load"
    SIGNAL_GAP = "signal-gap"
    SATURATED = "saturated"
    CHANNEL_FAULT = "channel-fault"
    NOISY = "noisy-channel"
    SPIKE = "spike"
    AXLE_MISSING = "axle-missing-on-row"
    ROWS_DISAGREE = "rows-disagree"
    FEWER_ROWS = "fewer-rows"
    INCOMPLETE = "incomplete"
    NO_LOOP = "no-loop"
    AXLE_COUNT_UNSURE = "axle-count-unsure"
    TWO_WHEELS = "two-wheels-on-one-plate"
    UNCALIBRATED = "uncalibrated"
    OUTSIDE_CALIBRATION = "outside-calibration"
    OUTSIDE_TEMPERATURE = "outside-calibrated-temperature"
    OUTSIDE_LOAD = "outside-calibrated-load"
    UNCLASSIFIED = "unclassified"


class Body(StrEnum):
    """What the legal limits ask: one body or a combination of two and more."""

    RIGID = "rigid"
    COMBINATION = "combination"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Axle:
    """One axle of a vehicle.

    Loads are conventional masses in kg; `u_kg` is the expanded uncertainty (k = 2, GUM); `left_kg` and `right_kg` are None where only one
    side was weighed; `spacing_m` is the distance to the axle before and None for the first; `group` numbers the axle groups from 1 at the
    front; `dual_tyres` is None where the sensors cannot tell; `wheel_u_kg` is the expanded uncertainty of the heavier side's load.
    """

    load_kg: float
    u_kg: float
    left_kg: float | None
    right_kg: float | None
    spacing_m: float | None
    group: int
    dual_tyres: bool | None = None
    wheel_u_kg: float | None = None


@dataclass(frozen=True, slots=True)
class VehicleClass:
    """What a vehicle is.

    Attributes
    ----------
    code
        Axles per group from the front, e.g. ``"1+2+3"``.
    body, confidence
        One body or a combination, and how sure that is, 0 to 1.
    drive_axles, drive_group
        How many axles are driven, and which axle group holds them; None where the configuration does not tell.
    fhwa, fhwa_confidence
        Class 1 to 13 by the LTPP rule; None where no class fits or more than one may.
    eu, eu_confidence
        Configuration as the European tables name it, e.g. ``"2S3"``; None likewise.
    candidates
        Classes that could not be told apart, each with its scheme: ``"FHWA 3"``, ``"EU 2S2"``.
    """

    code: str
    body: Body
    confidence: float
    drive_axles: int | None = None
    drive_group: int | None = None
    fhwa: int | None = None
    fhwa_confidence: float = 0.0
    eu: str | None = None
    eu_confidence: float = 0.0
    candidates: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Vehicle:
    """One vehicle as weighed, in SI units on the device's time base.

    Attributes
    ----------
    lane
        Lane id.
    first_axle_sample
        Device counter, with fraction, at which the first axle stood at position 0.
    start, stop
        Device counters between which every crossing of the vehicle lies.
    axles
        In order of passage, at least one.
    gross_kg, gross_u_kg
        Gross weight and its expanded uncertainty, k = 2.
    speed_m_s, speed_u_m_s
        Mean speed over the array and its expanded uncertainty.
    acceleration_m_s2
        Mean acceleration over the array, negative when braking.
    length_m
        Overall length from the loops, None where they do not give it.
    lateral_m
        Centre of the vehicle from the lane's left edge, None where the sensors do not give it.
    vehicle_class
        Axle configuration.
    flags
        Behaviour and quality flags, each with its figure in the unit its name implies (m/s² for accelerating, share for rows-disagree).
    crossings
        Per axle the crossings that gave it; the loops' crossings are in `loops`.
    nominal_kg
        Per sensor the load of each axle with nominal constants (before calibration), None where that sensor did not weigh the axle.
    group_u_kg
        Per axle group from the front, the expanded uncertainty of its load; axles of a group share part of their errors.
    """

    lane: int
    first_axle_sample: float
    start: int
    stop: int
    axles: tuple[Axle, ...]
    gross_kg: float
    gross_u_kg: float
    speed_m_s: float
    speed_u_m_s: float
    acceleration_m_s2: float
    length_m: float | None
    lateral_m: float | None
    vehicle_class: VehicleClass
    flags: dict[VehicleFlag, float] = field(default_factory=dict)
    crossings: tuple[tuple[Crossing, ...], ...] = ()
    loops: tuple[Crossing, ...] = ()
    nominal_kg: dict[str, tuple[float | None, ...]] = field(default_factory=dict)
    group_u_kg: tuple[float, ...] = ()
