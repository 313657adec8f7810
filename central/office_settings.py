"""What an office sets of screening, terms and major cases: the table ``[review]`` of the settings file."""

from datetime import timedelta, timezone
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from contract.limits.rows import Rounding

TermedState = Literal["screened", "reviewed", "legally-reviewed", "decided", "notified", "objected", "heard", "closed"]
"""States of a case that have a term (`central/review/workflow.toml`; a test holds the two together)."""


class ReviewSettings(BaseModel):
    """What screening asks of a case, when one is major, and the office's calendar."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    utc_offset_h: Annotated[int, Field(ge=-12, le=14)] = 8
    """Where a day begins and ends for terms, years and permits; in this zone pages and documents write every local time."""
    calendar: str = "cn"
    """Which calendar of public holidays counts the working days."""
    pictures_min: Annotated[int, Field(ge=1, le=20)] = 2
    """Least number of readable pictures that show which vehicle it was."""
    picture_kilopixels_min: Annotated[int, Field(ge=1, le=40_000)] = 300
    """Least size of such a picture, in thousands of pixels; 300 is 640 × 480, a bureau that asks for 2 megapixels states 2000."""
    plate_certainty_min: Annotated[float, Field(ge=0, le=1)] = 0.8
    major_amount: Annotated[int, Field(gt=0, le=1_000_000_000)] = 10_000
    """From this fine on, in units of the rules' currency, a case is major."""
    major_over_percent: Annotated[int, Field(gt=0, le=1_000)] = 100
    """From this degree of overload on a case is major, whatever the fine."""
    decide_within_days: Annotated[int, Field(ge=1, le=365)] = 90
    """Within so many days after a person took a case up it is decided (Administrative Penalty Law, art. 60); later nobody is burdened."""
    hearing_working_days: Annotated[int, Field(ge=1, le=60)] = 5
    """How long the party may ask for the hearing it was offered (Administrative Penalty Law, art. 64)."""
    hearing_notice_working_days: Annotated[int, Field(ge=1, le=60)] = 7
    """How long before a hearing the party is told when and where it is held (Administrative Penalty Law, art. 64)."""
    repeats_allowed: Annotated[int, Field(ge=0, le=100)] = 3
    """More overloads of one plate in a year than this are flagged (order 62 of 2016, art. 46)."""
    trip_hours: Annotated[float, Field(gt=0, le=72)] = 6.0
    """Within so many hours of each other two stations may have weighed the same trip."""
    trip_fastest_km_h: Annotated[float, Field(gt=0, le=300)] = 130.0
    """Faster than this, over the line of sight between two stations, it was not one vehicle: the law lets a lorry drive 100 km/h, nothing
    faster than 120 (Regulation on the Road Traffic Safety Law, art. 78), and no road is shorter than the line of sight."""
    plate_hours: Annotated[float, Field(gt=0, le=168)] = 24.0
    """Within so many hours before and after a passage, others of its plate are held against it."""
    reset_shown_days: Annotated[int, Field(ge=1, le=3_650)] = 30
    """For how many days after one person alone let an account in anew each act of it says so (docs/adr/0009)."""
    fine_rounding: Rounding | None = None
    """How a part of a step counts in a fine, where the office has settled it otherwise than the rule pack."""
    working_days: dict[TermedState, Annotated[int, Field(ge=1, le=250)]] = {}
    """The office's own terms by state, where they differ from those of the workflow."""

    @property
    def zone(self) -> timezone:
        """The office's zone: one without summer time, as its offset is fixed."""
        return timezone(timedelta(hours=self.utc_offset_h))
