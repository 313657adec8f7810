"""What every camera's message comes down to, whatever it speaks."""

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

from pydantic import ValidationError

from contract.faults import RejectError
from contract.media import sha256_hex
from contract.plates import CameraReading, PlateColour, PlateRead
from plate_reader.cameras.pictures import check_jpeg
from plate_reader.cameras.words import Direction
from plate_reader.syntax import IMPLAUSIBLE_FACTOR, normalise, plausible

CONFIDENCE_UNKNOWN: Final = 0.5
"""Confidence of a plate for which the camera states none: an even bet, which no gate passes."""

EVENTS_MAX: Final = 16
"""Vehicles in one message: a scene shows a few."""


class Kind(StrEnum):
    """What a message was, as it is counted."""

    READ = "read"
    KEEP_ALIVE = "keep-alive"
    OTHER = "ignored"


@dataclass(frozen=True, slots=True)
class CameraEvent:
    """One plate read and the pictures it names by their SHA-256, each a JPEG as the camera sent it.

    `vehicle` is the camera's own name for the vehicle where it tells the same one several times; with `only_if_untold`, the event only
    counts where none of that vehicle came before.
    """

    read: PlateRead
    pictures: tuple[bytes, ...]
    vehicle: str = ""
    only_if_untold: bool = False


@dataclass(frozen=True, slots=True)
class Pushed:
    """What one message holds: its kind, and its events where it has any."""

    kind: Kind
    events: tuple[CameraEvent, ...] = ()


@dataclass(frozen=True, slots=True)
class Seen:
    """What a parser has found of one vehicle, in the camera's own words; `confidence` 0 to 1, None where the camera states none.

    `text` None is a source that only takes pictures; an empty one is a camera that found no plate.
    """

    event_id: str
    time_us: int
    text: str | None
    confidence: float | None = None
    colour: PlateColour = PlateColour.UNKNOWN
    direction: Direction = "unknown"
    lane: int | None = None
    plate: bytes | None = None
    scene: bytes | None = None
    retransmitted: bool = False

    def with_pictures(self, plate: bytes | None, scene: bytes | None) -> "Seen":
        """Give the same with these pictures."""
        return replace(self, plate=plate, scene=scene)


def make_event(seen: Seen, camera: str) -> CameraEvent:
    """Turn what was found into a read and its pictures.

    The camera's confidence is halved where the grammar knows no such plate, and 0 where it read none.

    Raises
    ------
    RejectError
        If a picture is none, or a value is beyond what a read can carry.
    """
    for picture, name in ((seen.plate, "plate picture"), (seen.scene, "scene")):
        if picture is not None:
            check_jpeg(picture, f"{camera} {name}")
    text = normalise(seen.text or "")
    stated = CONFIDENCE_UNKNOWN if seen.confidence is None else seen.confidence
    confidence = 0.0 if not text else stated if plausible(text) else stated * IMPLAUSIBLE_FACTOR
    try:
        read = PlateRead(
            camera=camera,
            event_id=seen.event_id,
            time_us=seen.time_us,
            text=text,
            confidence=confidence,
            colour=seen.colour,
            direction=seen.direction,
            camera_lane=seen.lane,
            plate_picture=None if seen.plate is None else sha256_hex(seen.plate),
            scene_picture=None if seen.scene is None else sha256_hex(seen.scene),
            retransmitted=seen.retransmitted,
            camera_reading=None if seen.text is None else CameraReading(text=text, confidence=confidence),
        )
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        raise RejectError("event-value", camera, f"{first['loc'][0]} = {str(first['input'])[:100]!r}: {first['msg']}") from error
    return CameraEvent(read, tuple(picture for picture in (seen.plate, seen.scene) if picture is not None))
