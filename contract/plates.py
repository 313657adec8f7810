"""One reading of one plate: what the plate reader hands to the station, and what matching hands to the record."""

from enum import StrEnum
from typing import Annotated, Final, Literal

from pydantic import BaseModel, ConfigDict, Field

from contract.media import Sha256
from contract.station import Name


class PlateColour(StrEnum):
    """Colour of the plate's ground, which in China tells the kind of vehicle."""

    BLUE = "blue"
    YELLOW = "yellow"
    GREEN = "green"
    YELLOW_GREEN = "yellow-green"
    WHITE = "white"
    BLACK = "black"
    UNKNOWN = "unknown"


class PlateRead(BaseModel):
    """One event of one camera, as the plate reader understood it.

    `event_id` is the camera's own id, by which resends are recognised; `time_us` is the camera's clock, UTC, uncorrected; `text` is empty
    where the camera saw a vehicle without a readable plate; `confidence` from 0 to 1.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    camera: Name
    event_id: Annotated[str, Field(min_length=1, max_length=80)]
    time_us: Annotated[int, Field(gt=0, lt=2**53)]
    text: Annotated[str, Field(max_length=16)]
    confidence: Annotated[float, Field(ge=0, le=1)]
    colour: PlateColour = PlateColour.UNKNOWN
    direction: Literal["approaching", "leaving", "unknown"] = "unknown"
    camera_lane: int | None = None
    plate_picture: Sha256 | None = None
    scene_picture: Sha256 | None = None
    retransmitted: bool = False


TRAILER_MARK: Final = "挂"
"""Last character of a Chinese trailer's plate (GA 36-2018)."""


def names_trailer(text: str, facing: Literal["front", "rear"]) -> bool:
    """Whether a plate is that of a trailer, which stands on the vehicle's rear beside the tractor's plate on its front."""
    return facing == "rear" and text.endswith(TRAILER_MARK)
