"""What watches the lanes: the cameras that read plates, and the video that shows a passage."""

from functools import cached_property
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from contract.names import Name
from contract.station.table import Table


class Camera(Table):
    """A camera that reads plates; `position_m` is where it sees a vehicle's front (or rear), along travel from the lane's origin.

    `lane` is the lane it is aimed at, `also_lanes` are further ones that it sees whole. `lane_numbers` gives, for the camera's own number
    of a lane (``"1"``), the lane's id here; numbers that are not named say nothing.
    """

    name: Name
    lane: int
    also_lanes: Annotated[tuple[int, ...], Field(max_length=16)] = ()
    lane_numbers: Annotated[dict[str, int], Field(default_factory=dict, max_length=32)]
    position_m: Annotated[float, Field(ge=-200, le=200)]
    facing: Literal["front", "rear"] = "front"
    clock_offset_ms: Annotated[int, Field(ge=-3_600_000, le=3_600_000)] = 0
    tolerance_ms: Annotated[int, Field(ge=50, le=60_000)] = 1_200

    @model_validator(mode="after")
    def _lanes(self) -> Self:
        if len(set(self.lanes)) != len(self.lanes):
            msg = f"also_lanes {list(self.also_lanes)} names a lane twice; lane {self.lane} is seen anyway"
            raise ValueError(msg)
        unseen = sorted(set(self.lane_numbers.values()) - set(self.lanes))
        if unseen:
            msg = f"lane_numbers leads to lane {unseen[0]}, which the camera does not see; allowed are {list(self.lanes)}"
            raise ValueError(msg)
        return self

    @cached_property
    def lanes(self) -> tuple[int, ...]:
        """All lanes that the camera sees."""
        return self.lane, *self.also_lanes


class Video(Table):
    """Where the plate reader hands out video (`wim-plates --video`), and how long before and after a passage a clip lasts.

    Each lane's vehicle gets one overview picture, `overview_s` after its first axle stood at the lane's origin; an overloaded one a clip.
    """

    reader_url: Annotated[str, Field(pattern=r"^http://(127\.0\.0\.1|localhost|\[::1\]):[0-9]{1,5}$")]
    before_s: Annotated[float, Field(ge=0, le=30)] = 6.0
    after_s: Annotated[float, Field(ge=0, le=30)] = 6.0
    overview_s: Annotated[float, Field(ge=-10, le=10)] = 0.0

    @model_validator(mode="after")
    def _long_enough(self) -> Self:
        if self.before_s + self.after_s < 10:
            msg = f"before_s {self.before_s:g} and after_s {self.after_s:g} make a clip of less than the 10 s it must last"
            raise ValueError(msg)
        return self
