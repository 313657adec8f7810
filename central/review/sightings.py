"""One plate seen twice: whether both passages can have been of one vehicle. Arrays of figures in, differences out; no I/O, no clock.

Nothing here says which of the two is the plate's own vehicle. Whatever is in doubt is taken for the same vehicle: a difference is one that
measurement can not explain.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate, product
from typing import Final

from central.review.gates import Reason, Why
from central.review.places import CLOCK_U_US, Place, distance_m, least_speed_km_h
from contract.plates import PlateColour
from contract.records import ClockState, PlateEntry, VehicleRecord
from contract.units import PPM, US_PER_S
from contract.vehicles import Body, VehicleFlag

SPACING_U_MM: Final = 100
"""What two measured distances of axles may differ by, beside the uncertainty of the speeds: 3 % of 3.5 m (COST 323, class B+(7))."""
DRAWING_AXLES: Final = 4
"""A lorry without its trailer has at most so many axles …"""
DRAWING_MM: Final = 9_000
"""… and the last of them at most so far behind its first (12 m are allowed in length, GB 1589-2016)."""
LIFTED_AXLES: Final = 2
"""How many axles of one lorry may be lifted at one passage and down at the other."""
UNSURE: Final = frozenset(
    {
        *(VehicleFlag.INCOMPLETE, VehicleFlag.AXLE_COUNT_UNSURE, VehicleFlag.UNCLASSIFIED, VehicleFlag.NO_LOOP, VehicleFlag.TAILGATING),
        *(VehicleFlag.STOPPED, VehicleFlag.REVERSING, VehicleFlag.WRONG_WAY, VehicleFlag.ACCELERATING, VehicleFlag.BRAKING),
        *(VehicleFlag.SIGNAL_GAP, VehicleFlag.CHANNEL_FAULT, VehicleFlag.TWO_WHEELS),
    }
)
"""Flags with which the distances of the axles prove nothing."""
ALIKE: Final = frozenset({PlateColour.GREEN, PlateColour.YELLOW, PlateColour.YELLOW_GREEN})
"""Grounds that a camera may take for each other; a yellow-green one is half of each."""


@dataclass(frozen=True, slots=True)
class Sighting:
    """One passage of a plate.

    `axles_mm` are the places of the axles behind the first one, None where they were not measured surely; `axles_u` is their relative
    expanded uncertainty (k = 2), which is that of the speed. `colours` are those that cameras gave for the plate.
    """

    station: str
    seq: int
    time_us: int
    clock_u_us: int
    place: Place | None
    axles_mm: tuple[int, ...] | None
    axles_u: float
    rigid: bool
    colours: frozenset[PlateColour]

    @property
    def name(self) -> str:
        """What the passage is called: station and number."""
        return f"{self.station}/{self.seq}"


def sighting_of(record: VehicleRecord, plate: str, late: Sequence[PlateEntry], place: Place | None) -> Sighting | None:
    """Give a passage as it is held against others of its plate; None where its time means nothing, so that nothing could be held.

    `late` are reads that supplements brought.
    """
    if record.clock.state is not ClockState.SYNCHRONISED or record.clock.playback_ppm != PPM:
        return None
    spacings = [axle.spacing_mm for axle in record.axles[1:]]
    sure = record.speed_mm_s > 0 and all(spacings) and not any(entry.flag in UNSURE for entry in record.flags)
    reads = [read for read in (*record.plates, *late) if read.text == plate and read.colour is not PlateColour.UNKNOWN]
    return Sighting(
        station=record.station,
        seq=record.seq,
        time_us=record.time_us,
        clock_u_us=CLOCK_U_US if record.clock.u_us is None else record.clock.u_us,
        place=place,
        axles_mm=tuple(accumulate(spacing or 0 for spacing in spacings)) if sure else None,
        axles_u=record.speed_u_mm_s / record.speed_mm_s if record.speed_mm_s else 0.0,
        rigid=record.body is Body.RIGID,
        colours=frozenset(read.colour for read in reads),
    )


def differences(own: Sighting, other: Sighting, fastest_km_h: float) -> tuple[Reason, ...]:
    """Give why two passages can not have been of one vehicle, none where they can. Seen from the other side, it is the same."""
    found = (_too_fast(own, other, fastest_km_h), _other_axles(own, other), _other_colour(own, other))
    return tuple(reason for reason in found if reason is not None)


def can_be_driven(own: Sighting, other: Sighting, fastest_km_h: float) -> bool:
    """Whether one vehicle can have passed both stations, as far as their places are known."""
    return _too_fast(own, other, fastest_km_h) is None


def _too_fast(own: Sighting, other: Sighting, fastest_km_h: float) -> Reason | None:
    if own.place is None or other.place is None:
        return None
    apart_m, elapsed_us = distance_m(own.place, other.place), abs(own.time_us - other.time_us)
    speed = least_speed_km_h(apart_m, elapsed_us, own.clock_u_us + other.clock_u_us)
    if speed <= fastest_km_h:
        return None
    figures = {
        "distance_m": round(apart_m),
        "elapsed_s": round(elapsed_us / US_PER_S),
        "speed_km_h": int(speed),
        "most_km_h": round(fastest_km_h),
    }
    return Reason(why=Why.TOO_FAST, figures={"passage": other.name, **figures})


def _other_axles(own: Sighting, other: Sighting) -> Reason | None:
    """Find what no lifted axle and no other trailer explains.

    Of one lorry the first axle and a driven one are always down, so some axle of the drawing lorry stands equally far behind the first at
    both passages; and of a lorry that draws nothing, only the axles that lift may lack their like.
    """
    if not own.axles_mm or not other.axles_mm:
        return None

    def alike(here: int, there: int) -> bool:
        return abs(here - there) <= SPACING_U_MM + here * own.axles_u + there * other.axles_u

    drawing = product(_drawing(own.axles_mm), _drawing(other.axles_mm))
    common = any(alike(here, there) for here, there in drawing)
    lonely = sum(not any(alike(here, there) for there in other.axles_mm) for here in own.axles_mm)
    lonely += sum(not any(alike(here, there) for here in own.axles_mm) for there in other.axles_mm)
    if common and not (own.rigid and other.rigid and lonely > LIFTED_AXLES):
        return None
    return Reason(why=Why.OTHER_AXLES, figures={"passage": other.name, "own_m": _metres(own.axles_mm), "other_m": _metres(other.axles_mm)})


def _other_colour(own: Sighting, other: Sighting) -> Reason | None:
    """Blue and yellow plates may bear the same characters: with the colour they name two vehicles."""
    if not own.colours or not other.colours or own.colours & other.colours or (own.colours & ALIKE and other.colours & ALIKE):
        return None
    figures = {"own_colour": _least(own.colours), "other_colour": _least(other.colours)}
    return Reason(why=Why.OTHER_COLOUR, figures={"passage": other.name, **figures})


def _drawing(axles_mm: tuple[int, ...]) -> tuple[int, ...]:
    """Give the axles that may be the drawing lorry's own, at least the second axle."""
    return axles_mm[:1] + tuple(place for place in axles_mm[1 : DRAWING_AXLES - 1] if place <= DRAWING_MM)


def _metres(axles_mm: tuple[int, ...]) -> str:
    return ", ".join(f"{place / 1_000:.2f}" for place in axles_mm)


def _least(colours: frozenset[PlateColour]) -> str:
    return min(colour.value for colour in colours)
