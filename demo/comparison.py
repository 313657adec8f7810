"""What drove against what was recorded, vehicle by vehicle.

A vehicle and a record belong together where their first axles stood at position 0 within `SAME_S` of each other on the digitiser's counter;
where the counter began anew, by an equal plate that occurs once on both sides. A record that says itself that it saw only part of a
vehicle belongs to the one whose axles passed at its time: the first may be what it did not see.
"""

from collections import Counter
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from contract.records import VehicleRecord
from contract.units import KMH_PER_M_S
from contract.vehicles import VehicleFlag
from contract.verdicts import Bar, Outcome
from demo.truth import DrivenVehicle

SAME_S: Final = 0.25
"""Bound on the difference of first axle times, s of the road's own clock: no two vehicles of one lane are that close."""

WEIGHING_BARS: Final = frozenset(
    {Bar.SPEED, Bar.ACCELERATION, Bar.STOPPED, Bar.OFF_SENSORS, Bar.SIGNAL, Bar.ROWS, Bar.INCOMPLETE, Bar.CLASS}
)
"""Bars by which a record itself says that its weight is not to be relied on."""


PARTLY_SEEN: Final = frozenset({VehicleFlag.AXLE_COUNT_UNSURE, VehicleFlag.INCOMPLETE, VehicleFlag.SIGNAL_GAP, VehicleFlag.CHANNEL_FAULT})
"""Flags by which a record says that it may not have seen the first axle."""


class Agreement(StrEnum):
    """How a record's word on overload compares with the truth."""

    RIGHT = "right"
    CLOSE = "too close to call"
    """An overload that was not called one, and lies within guard band and uncertainty of the limit: the decision rule's own price.
    The other way round there is no such thing: a vehicle within its limit is never called overloaded."""
    MARKED = "marked unreliable"
    """Wrong, but the record says itself that the weighing is not to be relied on."""
    WRONG = "wrong"


class PlateMatch(StrEnum):
    """What the record says of the plate."""

    RIGHT = "right"
    WRONG = "wrong"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Recorded:
    """A record as central gave it, and when central had stored it."""

    record: VehicleRecord
    received_us: int


@dataclass(frozen=True, slots=True)
class Pair:
    """One vehicle and its record."""

    driven: DrivenVehicle
    recorded: Recorded

    @property
    def gross_error(self) -> float:
        """Relative error of the gross weight, signed."""
        return self.recorded.record.gross_kg / self.driven.gvw_kg - 1

    @property
    def agreement(self) -> Agreement:
        """How the record's word on overload compares with the truth."""
        record, driven = self.recorded.record, self.driven
        if (record.verdict.outcome is Outcome.OVERLOAD) is driven.overloaded:
            return Agreement.RIGHT
        guard_kg = record.verdict.gross.guard_kg if record.verdict.gross else 0
        if driven.overloaded and driven.gvw_kg - driven.limit_kg <= guard_kg + record.gross_u_kg:
            return Agreement.CLOSE
        if any(gate.bar in WEIGHING_BARS for gate in record.verdict.barred_by):
            return Agreement.MARKED
        return Agreement.WRONG

    @property
    def plate(self) -> PlateMatch:
        """Whether the vehicle got its own plate."""
        if self.recorded.record.plate is None:
            return PlateMatch.NONE
        return PlateMatch.RIGHT if self.recorded.record.plate == self.driven.plate else PlateMatch.WRONG


@dataclass(frozen=True, slots=True)
class Comparison:
    """Pairs, vehicles without a record, and records without a vehicle."""

    pairs: tuple[Pair, ...]
    missed: tuple[DrivenVehicle, ...]
    invented: tuple[Recorded, ...]


def compare(driven: list[DrivenVehicle], recorded: list[Recorded], rate_hz: float) -> Comparison:
    """Pair vehicles with records one to one; a second record of the same vehicle is an invented one."""
    tolerance = SAME_S * rate_hz
    free = list(recorded)
    pairs: list[Pair] = []
    unpaired: list[DrivenVehicle] = []
    for vehicle in driven:
        nearest = min(free, key=lambda each: _apart(vehicle, each), default=None)
        if nearest is not None and _apart(vehicle, nearest) <= tolerance:
            free.remove(nearest)
            pairs.append(Pair(vehicle, nearest))
        else:
            unpaired.append(vehicle)
    later = _pairs_by_plate(unpaired, free)
    paired = {pair.driven.number for pair in later}
    later += _pairs_partly_seen([vehicle for vehicle in unpaired if vehicle.number not in paired], free, later, rate_hz)
    pairs += later
    found = {pair.driven.number for pair in later}
    taken = {pair.recorded.record.seq for pair in later}
    return Comparison(
        tuple(sorted(pairs, key=lambda pair: pair.driven.number)),
        tuple(vehicle for vehicle in unpaired if vehicle.number not in found),
        tuple(each for each in free if each.record.seq not in taken),
    )


def _apart(vehicle: DrivenVehicle, each: Recorded) -> int:
    return abs(each.record.first_axle_sample - vehicle.first_axle_sample)


def _pairs_by_plate(driven: list[DrivenVehicle], recorded: list[Recorded]) -> list[Pair]:
    there = Counter(vehicle.plate for vehicle in driven)
    here = Counter(each.record.plate for each in recorded)
    by_plate = {each.record.plate: each for each in recorded}
    return [Pair(vehicle, by_plate[vehicle.plate]) for vehicle in driven if there[vehicle.plate] == 1 and here[vehicle.plate] == 1]


def _pairs_partly_seen(driven: list[DrivenVehicle], recorded: list[Recorded], taken: list[Pair], rate_hz: float) -> list[Pair]:
    gone = {pair.recorded.record.seq for pair in taken}
    pairs: list[Pair] = []
    for vehicle in driven:
        stay = sum(vehicle.spacings_m) / (vehicle.speed_kmh / KMH_PER_M_S) * rate_hz
        passing = range(vehicle.first_axle_sample, round(vehicle.first_axle_sample + stay + SAME_S * rate_hz))
        for each in recorded:
            partly = any(entry.flag in PARTLY_SEEN for entry in each.record.flags)
            if partly and each.record.seq not in gone and each.record.first_axle_sample in passing:
                gone.add(each.record.seq)
                pairs.append(Pair(vehicle, each))
                break
    return pairs
