"""Which of the reads that came after a vehicle's record names the vehicle."""

from collections.abc import Iterable

from contract.records import PlateEntry


def surest_plate(plates: Iterable[PlateEntry]) -> PlateEntry | None:
    """Give the surest read with a text that is not a trailer's, None if there is none; equal ones go by their order."""
    readable = [plate for plate in plates if plate.text and not plate.is_trailer]
    return max(readable, key=lambda plate: plate.certainty_ppm, default=None)
