"""The small documents that a bundle holds beside records, media and proofs, each in RFC 8785 form."""

from typing import Annotated, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from contract.canonical import parse_canonical
from contract.faults import RejectError
from contract.media import Sha256
from contract.names import Name
from contract.records import TimeUs
from contract.signatures import PublicKeyText

Text = Annotated[str, Field(max_length=1_000)]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class StationKey(_Part):
    """A public key that signs for the station, in force in [valid_from_us, valid_until_us)."""

    key_id: Sha256
    public_key: PublicKeyText
    valid_from_us: Annotated[int, Field(ge=0, lt=2**53)]
    valid_until_us: TimeUs | None = None

    def covers(self, time_us: int) -> bool:
        """Whether it is in force at a moment."""
        return self.valid_from_us <= time_us and (self.valid_until_us is None or time_us < self.valid_until_us)


class StationKeys(_Part):
    """The keys that central has enrolled for a station."""

    station: Name
    name: Text
    enrolled_us: Annotated[int, Field(ge=0, lt=2**53)]
    keys: Annotated[tuple[StationKey, ...], Field(min_length=1, max_length=1_000)]


class Publication(_Part):
    """That a station was made known to the public, in force in [from_us, until_us); coordinates in millionths of a degree, WGS 84."""

    station: Name
    road: Text
    stake: Text
    office: Text
    institute: Text
    place: Text
    from_us: Annotated[int, Field(ge=0, lt=2**53)]
    until_us: TimeUs | None = None
    latitude_udeg: int | None = None
    longitude_udeg: int | None = None
    certificate: Text | None = None
    verified_from_us: int | None = None
    verified_until_us: int | None = None
    """The scale's verification certificate, good in [verified_from_us, verified_until_us); it counts where the record names none."""
    entered_us: Annotated[int, Field(ge=0, lt=2**53)] | None = None
    """When central was told of it, which may be later than `from_us`."""

    def covers(self, time_us: int) -> bool:
        """Whether it is in force at a moment."""
        return self.from_us <= time_us and (self.until_us is None or time_us < self.until_us)

    def was_known(self, time_us: int) -> bool:
        """Whether central had been told of it by a moment; where the bundle does not say, that is not held against it."""
        return self.entered_us is None or self.entered_us <= time_us

    def verifies(self, time_us: int) -> bool:
        """Whether it names a certificate of the scale that covers a moment."""
        first, end = self.verified_from_us, self.verified_until_us
        return self.certificate is not None and first is not None and end is not None and first <= time_us < end


class Consistency(_Part):
    """That the log of `old_size` leaves is the beginning of that of `size`: hashes in hexadecimal (RFC 9162, 2.1.4)."""

    old_size: Annotated[int, Field(ge=0, lt=2**53)]
    size: Annotated[int, Field(ge=0, lt=2**53)]
    hashes: Annotated[tuple[Sha256, ...], Field(max_length=200)]


class Event(_Part):
    """A step of a case; `fields` are what it was given, `figures` what was found by it."""

    case: Annotated[str, Field(max_length=100)]
    version: Annotated[int, Field(ge=1, lt=2**53)]
    time_us: TimeUs
    person: Text
    account: Text
    address: Text
    action: Text
    from_state: Text
    to_state: Text
    fields: dict[str, object] = {}
    figures: dict[str, int | str] = {}


class Act(_Part):
    """An entry of the journal."""

    time_us: TimeUs
    person: Text
    account: Text
    address: Text
    verb: Text
    subject: Text
    detail: dict[str, str | int | bool | None] = {}


Kind = TypeVar("Kind", bound=BaseModel)


def parse_content(kind: type[Kind], data: bytes, source: str) -> Kind:
    """Read one of these documents.

    Raises
    ------
    RejectError
        ``not-canonical``, or ``bad-content`` if it is no such document.
    """
    parse_canonical(data, source)
    try:
        return kind.model_validate_json(data)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        what = f"is no {kind.__name__}: {'.'.join(map(str, first['loc']))}: {first['msg']}"
        raise RejectError("bad-content", source, what) from error
