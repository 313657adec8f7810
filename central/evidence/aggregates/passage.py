"""What one vehicle's record counts in the sums. Pure: the record in, whole numbers out, so that their order never matters."""

from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Self

from central.evidence.aggregates.calendar import Moment
from central.evidence.models.aggregates import CLASS_MAX
from contract.records import VehicleRecord
from contract.units import PPM
from contract.verdicts import Bar, Outcome

REFERENCE_KG: Final = 10_000
"""Load of the standard axle: 100 kN, as in the Chinese pavement design (BZZ-100)."""
DAMAGE_LOAD_MAX_KG: Final = 100_000
"""Axle load beyond which damage counts as that of this one: no road axle carries it, and the sums stay within 64 bits."""
DEGREES_PERMILLE: Final = (50, 100, 300, 500, 1_000)
"""Upper ends, inclusive, of the bands of overload in thousandths of the limit; the last band is open."""


class PlateState(StrEnum):
    """How a passage was matched with a plate."""

    UNREAD = "unread"
    UNSURE = "unsure"
    READ = "read"


@dataclass(frozen=True, slots=True)
class Passage:
    """One vehicle as the sums count it.

    `degree` is the band of the limit that decided, None where it is no overload; `over_kg` is what an overload's gross weight was above its
    limit, 0 where only an axle was: freight adds up over vehicles, axle loads do not.
    """

    station: str
    at: Moment
    vehicle_class: str
    plate_state: PlateState
    assessed: bool
    inside_guard: bool
    overload: bool
    enforceable: bool
    degree: int | None
    over_kg: int
    damage_ppm: int

    @classmethod
    def of(cls, record: VehicleRecord, *, enforceable: bool) -> Self:
        """Take what counts from a signed record; `enforceable` is as central holds it, which may be stricter than the record."""
        verdict = record.verdict
        deciding = verdict.deciding
        overload = verdict.outcome is Outcome.OVERLOAD
        assessed = verdict.outcome is not Outcome.NOT_ASSESSABLE
        return cls(
            station=record.station,
            at=Moment.of(record.time_us),
            vehicle_class=record.vehicle_class[:CLASS_MAX],
            plate_state=plate_state(record),
            assessed=assessed,
            inside_guard=verdict.outcome is Outcome.INSIDE_GUARD_BAND,
            overload=overload,
            enforceable=enforceable,
            degree=degree(deciding.over_kg, deciding.limit_kg) if overload and deciding is not None else 0 if overload else None,
            over_kg=verdict.gross.over_kg if overload and verdict.gross is not None else 0,
            damage_ppm=damage_ppm(axle.load_kg for axle in record.axles) if assessed else 0,
        )


def plate_state(record: VehicleRecord) -> PlateState:
    """Tell how a record was matched when it was signed."""
    if not record.has_plate:
        return PlateState.UNREAD
    return PlateState.UNSURE if any(gate.bar is Bar.PLATE for gate in record.verdict.barred_by) else PlateState.READ


def degree(over_kg: int, limit_kg: int) -> int:
    """Give the band of an overload, counted from 0; a share on a band's upper end belongs to that band."""
    return bisect_left([bound * limit_kg for bound in DEGREES_PERMILLE], over_kg * 1_000)


def damage_ppm(loads_kg: Iterable[int]) -> int:
    """Give the wear of a vehicle's axles in millionths of a standard axle's, by the fourth power law (AASHO Road Test, 1962).

    Whole numbers throughout, rounded once for the vehicle, so that sums are the same in any order.
    """
    fourths = sum(min(load_kg, DAMAGE_LOAD_MAX_KG) ** 4 for load_kg in loads_kg)
    return (fourths * PPM + REFERENCE_KG**4 // 2) // REFERENCE_KG**4
