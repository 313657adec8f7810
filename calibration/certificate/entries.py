"""What is signed into the ledger: proposals, approvals and rejections, integers with units only, JSON after RFC 8785."""

from datetime import UTC, date, datetime, time, timedelta, timezone
from typing import Annotated, Final, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError, model_validator

from calibration.told import told
from contract.canonical import parse_canonical
from contract.faults import RejectError
from contract.media import Sha256
from contract.names import Name
from contract.records import Identity, TimeUs, VerificationEntry
from contract.units import US_PER_S

Number = Annotated[int, Field(ge=1, lt=2**53)]
Line = Annotated[str, Field(min_length=1, max_length=200, pattern=r"^\S(.*\S)?$")]
"""One line of text without blanks around it."""

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


def to_us(moment: datetime) -> int:
    """Give an aware moment in microseconds of UTC since 1970, exactly."""
    return (moment - _EPOCH) // timedelta(microseconds=1)


def from_us(time_us: int) -> datetime:
    """Give the moment in UTC of microseconds since 1970."""
    return _EPOCH + timedelta(microseconds=time_us)


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class VerificationCertificate(_Part):
    """What the institute certified of the scale: certificate, institute, first and last day on which it holds, accuracy classes.

    Days are those at `utc_offset_h`, the institute's place.
    """

    number: Annotated[str, Field(min_length=1, max_length=100)]
    institute: Line
    valid_from: date
    valid_until: date
    classes: Annotated[tuple[Annotated[str, Field(min_length=1, max_length=80)], ...], Field(min_length=1, max_length=8)]
    utc_offset_h: Annotated[int, Field(ge=-12, le=14)] = 8

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.valid_from > self.valid_until:
            msg = told("valid_from %(begin)s is after valid_until %(end)s", begin=self.valid_from, end=self.valid_until)
            raise ValueError(msg)
        return self

    @property
    def begins(self) -> datetime:
        """The moment from which it holds."""
        return self._midnight(self.valid_from)

    @property
    def ends(self) -> datetime:
        """The first moment at which it no longer holds."""
        return self._midnight(self.valid_until + timedelta(days=1))

    def covers(self, moment: datetime) -> bool:
        """Whether it holds at a moment."""
        return self.begins <= moment < self.ends

    def entry(self) -> VerificationEntry:
        """Give what a record carries of it."""
        return VerificationEntry(number=self.number, institute=self.institute, from_us=to_us(self.begins), until_us=to_us(self.ends))

    def _midnight(self, day: date) -> datetime:
        return datetime.combine(day, time(), timezone(timedelta(hours=self.utc_offset_h)))


class Replaced(_Part):
    """The newest certificate of the lane when a proposal was made, and what it puts into force."""

    number: Number
    calibration: Identity


class _Entry(_Part):
    version: Literal[1] = 1
    station: Name
    counter: Number
    prev_sha256: Sha256
    by: Annotated[str, Field(min_length=1, max_length=80)]
    time_us: TimeUs

    @property
    def time(self) -> datetime:
        """When it was signed, by the station's clock."""
        return from_us(self.time_us)


class Proposal(_Entry):
    """A calibration that somebody wants in force.

    Attributes
    ----------
    calibration
        Id and SHA-256 of the parameters, whose text the ledger holds.
    replaces
        What it is to take the place of, None for the lane's first one.
    repeats
        Number of the certificate whose parameters it names again: a roll-back, or the same calibration with a new verification.
    effective_from_us
        Earliest moment wished for; None: as soon as it is approved.
    """

    kind: Literal["proposal"] = "proposal"
    lane: Annotated[int, Field(ge=1, le=99)]
    calibration: Identity
    replaces: Replaced | None
    repeats: Number | None = None
    effective_from_us: TimeUs | None = None
    reason: Annotated[str, Field(min_length=1, max_length=1_000)]
    verification: VerificationCertificate | None = None


class Approval(_Entry):
    """What makes a proposal certificate number `number`, in force from a moment that is never before it was signed."""

    kind: Literal["approval"] = "approval"
    number: Number
    proposal_counter: Number
    proposal_sha256: Sha256
    effective_from_us: TimeUs


class Rejection(_Entry):
    """What settles a proposal without a certificate."""

    kind: Literal["rejection"] = "rejection"
    proposal_counter: Number
    proposal_sha256: Sha256
    reason: Annotated[str, Field(min_length=1, max_length=1_000)]


Entry = Proposal | Approval | Rejection
_ENTRY: Final[TypeAdapter[Entry]] = TypeAdapter(Annotated[Entry, Field(discriminator="kind")])


def parse_entry(payload: bytes, source: str) -> Entry:
    """Read an entry from its canonical bytes.

    Raises
    ------
    RejectError
        If they are not canonical, or no entry of a known kind and version.
    """
    parse_canonical(payload, source)
    try:
        return _ENTRY.validate_json(payload)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = ".".join(str(part) for part in first["loc"]) or "entry"
        raise RejectError("not-an-entry", source, f"{where}: {first['msg']}") from error


LATEST_US: Final = 253_402_300_799 * US_PER_S
"""The end of the year 9999, the last moment that can be shown."""
