"""One reading of one plate: what the plate reader hands to the station, and what matching hands to the record."""

from enum import StrEnum
from typing import Annotated, Final, Literal

from pydantic import BaseModel, ConfigDict, Field

from contract.media import Sha256
from contract.names import Name


class PlateColour(StrEnum):
    """Colour of the plate's ground, which in China tells the kind of vehicle."""

    BLUE = "blue"
    YELLOW = "yellow"
    GREEN = "green"
    YELLOW_GREEN = "yellow-green"
    WHITE = "white"
    BLACK = "black"
    UNKNOWN = "unknown"


PlateText = Annotated[str, Field(max_length=16)]
"""What a plate says, in one spelling; empty where none was read."""

Confidence = Annotated[float, Field(ge=0, le=1)]
"""Probability that a text is right, as its reader states it."""

ALTERNATIVES_MAX: Final = 5


class Alternative(BaseModel):
    """Another text that the same picture could say, less surely."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    text: PlateText
    confidence: Confidence


class OwnReading(BaseModel):
    """What our own recogniser makes of the event's picture, whatever the camera said.

    `kind` is the kind of plate by its grammar, a word of the recogniser's such as ``new-energy-small``; empty where it is not known.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    text: PlateText
    confidence: Confidence
    colour: PlateColour = PlateColour.UNKNOWN
    kind: Annotated[str, Field(pattern=r"^[a-z0-9-]{0,40}$")] = ""
    alternatives: Annotated[tuple[Alternative, ...], Field(max_length=ALTERNATIVES_MAX)] = ()


class CameraReading(BaseModel):
    """What the camera itself said, before our own reading raised a doubt about it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    text: PlateText
    confidence: Confidence


class PlateRead(BaseModel):
    """One event of one camera, as the plate reader understood it.

    `event_id` is the camera's own id, by which resends are recognised; `time_us` is the camera's clock, UTC, uncorrected; `text` is empty
    where nobody found a readable plate; `confidence` from 0 to 1. `text` and `confidence` are what the readings amount to together; each of
    them stands beside as it was: `camera_reading` is None where the source gives pictures only (or the read is of before there were two),
    `own_reading` is None where our own recogniser did not read.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    camera: Name
    event_id: Annotated[str, Field(min_length=1, max_length=80)]
    time_us: Annotated[int, Field(gt=0, lt=2**53)]
    text: PlateText
    confidence: Confidence
    colour: PlateColour = PlateColour.UNKNOWN
    direction: Literal["approaching", "leaving", "unknown"] = "unknown"
    camera_lane: int | None = None
    plate_picture: Sha256 | None = None
    scene_picture: Sha256 | None = None
    retransmitted: bool = False
    camera_reading: CameraReading | None = None
    own_reading: OwnReading | None = None


TRAILER_MARK: Final = "挂"
"""Last character of a Chinese trailer's plate (GA 36-2018)."""


def names_trailer(text: str, facing: Literal["front", "rear"]) -> bool:
    """Whether a plate is that of a trailer, which stands on the vehicle's rear beside the tractor's plate on its front."""
    return facing == "rear" and text.endswith(TRAILER_MARK)
