"""Which of the reads that came after a vehicle's record names the vehicle."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from contract.records import PlateEntry

PLATE_MAX: Final = 16


@dataclass(frozen=True, slots=True)
class LatePlate:
    """A plate as lists show it, and how sure it is."""

    text: str
    certainty_ppm: int


def surest_plate(plates: Iterable[PlateEntry]) -> LatePlate | None:
    """Give the surest read whose text is held and is not a trailer's, None if there is none; equal ones go by their order."""
    readable = (LatePlate(text[:PLATE_MAX], plate.certainty_ppm) for plate in plates if (text := plate.text) and not plate.is_trailer)
    return max(readable, key=lambda plate: plate.certainty_ppm, default=None)
