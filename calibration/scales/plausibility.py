"""A reading is compared with its neighbours, because the checksums of these protocols see little."""

from decimal import Decimal
from typing import Final

from calibration.scales.reading import Reading

STEP_KG: Final = Decimal(500)
"""A vehicle that drives on moves the display by more than this from frame to frame, but not there and back again within one frame."""


class Plausibility:
    """Drops the reading that stands alone: one further than `step_kg` from the one before it and from the one after it, to the same side.

    Two digits changed over leave an XOR as it was, two equal flips do too; such a frame is the only one of its kind. A load that moves
    goes on moving, or stays where it went. A reading is given one reading late where it is far from the last one, and at once otherwise.

    Readings without a load pass: they say that there is none.
    """

    def __init__(self, step_kg: Decimal = STEP_KG) -> None:
        self._step_kg = step_kg
        self._last_kg: Decimal | None = None
        self._doubted: Reading | None = None
        self._dropped = 0

    def sift(self, readings: list[Reading]) -> list[Reading]:
        """Give the readings of `readings` and before that are plausible by now, in order."""
        return [sound for reading in readings for sound in self._next(reading)]

    def take_dropped(self) -> int:
        """Give, once, how many readings were dropped."""
        dropped, self._dropped = self._dropped, 0
        return dropped

    def _next(self, reading: Reading) -> list[Reading]:
        held, self._doubted = self._doubted, None
        if held is not None and self._stands_alone(held, reading):
            held = None
            self._dropped += 1
        given = [] if held is None else [held]
        if held is not None:
            self._last_kg = held.load_kg
        if reading.load_kg is None:
            self._last_kg = None
            return [*given, reading]
        if self._last_kg is not None and abs(reading.load_kg - self._last_kg) > self._step_kg:
            self._doubted = reading
            return given
        self._last_kg = reading.load_kg
        return [*given, reading]

    def _stands_alone(self, held: Reading, following: Reading) -> bool:
        if self._last_kg is None or held.load_kg is None or following.load_kg is None:
            return False
        before_kg, after_kg = held.load_kg - self._last_kg, held.load_kg - following.load_kg
        return abs(before_kg) > self._step_kg and abs(after_kg) > self._step_kg and (before_kg > 0) is (after_kg > 0)
