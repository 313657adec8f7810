"""What weighing again has given, as it is kept for ever and shown."""

from enum import StrEnum
from typing import Annotated, Any, Final

from pydantic import BaseModel, ConfigDict, Field

from contract.media import Sha256
from contract.records import Software, TimeUs

DIFFERENCES_MAX: Final = 500


class Outcome(StrEnum):
    """How it ended."""

    EQUAL = "equal"
    """The same in every figure, to the kilogram, by the same software."""
    DIFFERS = "differs"
    """By the same software, and something differs: capture, parameters or record are not what they were."""
    OTHER_SOFTWARE = "other-software"
    """The record was made by another version: a comparison of two programs, no repetition."""
    REFUSED = "refused"
    """It could not be weighed again: a document is missing, or is not the one that the record names."""


class Difference(BaseModel):
    """A field of the record by its path, as signed and as weighed again."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    field: Annotated[str, Field(max_length=200)]
    signed: Any
    again: Any


class Result(BaseModel):
    """All of it. `gross_kg` and `axles_kg` are as weighed again, None where that was not possible."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    station: str
    seq: int
    record_sha256: Sha256
    time_us: TimeUs
    outcome: Outcome
    made_by: Software
    weighed_by: Software | None = None
    signed_gross_kg: int
    signed_axles_kg: tuple[int, ...]
    gross_kg: int | None = None
    axles_kg: tuple[int, ...] = ()
    differences: Annotated[tuple[Difference, ...], Field(max_length=DIFFERENCES_MAX)] = ()
    code: str | None = None
    what: str | None = None
    """Why it was refused."""
