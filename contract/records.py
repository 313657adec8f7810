"""The signed record: one per vehicle, integers with units only, JSON after RFC 8785.

A record is never edited. What arrives late (a plate, a picture) is a `SupplementRecord` that names the record it belongs to.

Version 2 signs digests in the place of texts that name a person (`contract.disclosures`); version 1 signed the texts, and is read for ever.
Fields that begin with `signed_` hold what is signed; the properties of the plain name give the text, None where it is deleted or withheld.
"""

from collections.abc import Iterator, Sequence
from enum import StrEnum
from typing import Annotated, Final, Literal, Self

from pydantic import ConfigDict, Field, TypeAdapter, ValidationError, model_validator

from contract.axles import CrossingFlag
from contract.canonical import CanonicalModel, canonical_part, parse_canonical
from contract.disclosures import Digest, Disclosed, Disclosure, Text, check_disclosed, reveal
from contract.faults import RejectError
from contract.media import MediaRef, Sha256
from contract.names import Name
from contract.plates import PlateColour, names_trailer
from contract.vehicles import Body, VehicleFlag
from contract.verdicts import Kilograms, Verdict

VERSION: Final = 2
"""What stations write."""
RECORD_MAX_BYTES: Final = 256 * 1024
"""Largest record, as an envelope with its disclosures, that central takes; a 16-axle transport over 8 rows needs about 60 kB."""
PLATE_MAX: Final = 16
"""Most characters of a plate, as `contract.plates.PlateText` bounds it."""

Counter = Annotated[int, Field(ge=0, lt=2**53)]
TimeUs = Annotated[int, Field(gt=0, lt=2**53)]
"""Microseconds since 1970-01-01T00:00:00 UTC."""
Ppm = Annotated[int, Field(ge=0, le=1_000_000)]
Millimetres = Annotated[int, Field(ge=-1_000_000, le=1_000_000)]


class _Part(CanonicalModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class ClockState(StrEnum):
    """Whether the station's UTC may be trusted."""

    SYNCHRONISED = "synchronised"
    UNSYNCHRONISED = "unsynchronised"
    STEPPED = "stepped"


class Clock(_Part):
    """State and uncertainty of the time stamps (None: unknown); `playback_ppm` is 1 000 000 for a line that runs in real time."""

    state: ClockState
    u_us: Annotated[int, Field(ge=0, lt=2**53)] | None = None
    playback_ppm: Annotated[int, Field(gt=0, lt=2**53)] = 1_000_000


@canonical_part
class AxleEntry:
    """One axle: load with expanded uncertainty (k = 2), wheels, spacing to the axle before, group from 1 at the front."""

    dual_tyres: bool | None = None
    group: Annotated[int, Field(ge=1, le=30)]
    left_kg: Kilograms | None = None
    load_kg: Kilograms
    right_kg: Kilograms | None = None
    spacing_mm: Annotated[int, Field(gt=0, le=100_000)] | None = None
    u_kg: Kilograms


@canonical_part
class CrossingEntry:
    """Where in the capture a wheel was found: device counters [start, stop); `axle` counts from 1, 0 for a loop's presence."""

    axle: Annotated[int, Field(ge=0, le=30)]
    flags: tuple[CrossingFlag, ...] = ()
    sensor: Name
    start: Counter
    stop: Counter


class FlagEntry(_Part):
    """A behaviour or quality flag with its figure in thousandths of its unit."""

    flag: VehicleFlag
    figure_milli: Annotated[int, Field(gt=-(2**53), lt=2**53)]


class PlateReadingEntry(_Part):
    """What one reader made of the same picture: the camera itself, or the station's own recogniser."""

    by: Literal["camera", "station"]
    signed_text: Text = Field(alias="text")
    confidence_ppm: Ppm
    signed_alternatives: tuple[Text, ...] = Field(default=(), alias="alternatives")

    @property
    def text(self) -> str | None:
        """What was read, empty where nothing was; None where it is withheld."""
        return reveal(self.signed_text)

    @property
    def alternatives(self) -> tuple[str, ...]:
        """What else the picture could say, less surely, as far as it is held."""
        return tuple(_held(self.signed_alternatives))

    @property
    def signed_texts(self) -> Iterator[Text]:
        """Every text, as it is signed."""
        yield self.signed_text
        yield from self.signed_alternatives


class PlateEntry(_Part):
    """One plate read that was matched to this vehicle, with how sure and why.

    `text` and `confidence_ppm` are what the `readings` amount to together; records of before there were two readers have none. The camera's
    own id of the event may hold the plate, and the reasons repeat it.
    """

    camera: Name
    signed_event_id: Text = Field(alias="event_id")
    time_us: TimeUs
    signed_text: Text = Field(alias="text")
    confidence_ppm: Ppm
    colour: PlateColour
    facing: Literal["front", "rear"]
    certainty_ppm: Ppm
    residual_us: Annotated[int, Field(gt=-(2**53), lt=2**53)]
    signed_reasons: tuple[Text, ...] = Field(default=(), alias="reasons")
    readings: Annotated[tuple[PlateReadingEntry, ...], Field(max_length=2)] = ()

    @property
    def text(self) -> str | None:
        """What the plate says, empty where nobody read one; None where it is withheld."""
        return reveal(self.signed_text)

    @property
    def event_id(self) -> str | None:
        """The camera's own id of the event, None where it is withheld."""
        return reveal(self.signed_event_id)

    @property
    def reasons(self) -> tuple[str, ...]:
        """Why it was matched, in sentences, as far as they are held."""
        return tuple(_held(self.signed_reasons))

    @property
    def is_trailer(self) -> bool:
        """Whether it is the plate of a trailer, not of the vehicle that draws it; of a text that is withheld nobody knows."""
        return names_trailer(self.text or "", self.facing)

    @property
    def names_vehicle(self) -> bool:
        """Whether a text is held, and is the vehicle's own plate."""
        return bool(self.text) and not self.is_trailer

    @property
    def signed_texts(self) -> Iterator[Text]:
        """Every text, as it is signed."""
        yield self.signed_event_id
        yield self.signed_text
        yield from self.signed_reasons
        for reading in self.readings:
            yield from reading.signed_texts


def _held(texts: Sequence[Text]) -> Iterator[str]:
    return (text for text in map(reveal, texts) if text is not None)


class Identity(_Part):
    """A named thing and the digest of its content."""

    id: str
    sha256: Sha256


class VerificationEntry(_Part):
    """The institute's verification of the scale: its certificate, and from which moment on and before which moment it holds."""

    number: Annotated[str, Field(min_length=1, max_length=100)]
    institute: Annotated[str, Field(min_length=1, max_length=200)]
    from_us: TimeUs
    until_us: TimeUs


class CertificateEntry(_Part):
    """By what the calibration was in force: number and digest of its certificate, and the ledger's counter, which never falls.

    `sealed_sha256` names its signed entries with the parameters (`SealedCertificate`), which the station sends as a blob; records of before
    have none.
    """

    number: Annotated[int, Field(ge=1, lt=2**53)]
    sha256: Sha256
    counter: Annotated[int, Field(ge=2, lt=2**53)]
    verification: VerificationEntry | None = None
    sealed_sha256: Sha256 | None = None

    def verified_at(self, time_us: int) -> bool:
        """Whether the scale's verification covers a moment."""
        verification = self.verification
        return verification is not None and verification.from_us <= time_us < verification.until_us


class Software(_Part):
    """The legally relevant software that made the record."""

    name: str
    version: str
    sha256: Sha256


class _Linked(_Part):
    version: Literal[1, 2] = VERSION
    station: Name
    seq: Annotated[int, Field(ge=1, lt=2**53)]
    prev_sha256: Sha256
    plates: tuple[PlateEntry, ...] = ()

    @property
    def signed_texts(self) -> Iterator[Text]:
        """Every text that names a person, as it is signed."""
        for read in self.plates:
            yield from read.signed_texts

    @property
    def disclosures(self) -> tuple[Disclosure, ...]:
        """Salt and text of each digest, as far as they are held, in the order of `signed_texts`."""
        return tuple(held for digest in self._digests if (held := digest.disclosure) is not None)

    @property
    def withheld(self) -> int:
        """How many texts are signed whose disclosure is not here: deleted, or never given."""
        return sum(digest.disclosure is None for digest in self._digests)

    @property
    def _digests(self) -> Iterator[Digest]:
        return (text for text in self.signed_texts if isinstance(text, Digest))

    @model_validator(mode="after")
    def _concealed(self) -> Self:
        """Refuse a text in plain where the version signs digests, a digest where it signs texts, and a digest that stands twice."""
        wanted = str if self.version == 1 else Digest
        if any(text and not isinstance(text, wanted) for text in self.signed_texts):
            msg = f"version {self.version} signs texts of plates {'in plain' if wanted is str else 'as digests'}"
            raise ValueError(msg)
        digests = [digest.sha256 for digest in self._digests]
        if len(set(digests)) != len(digests):
            msg = "a digest stands twice; each text has a salt of its own"
            raise ValueError(msg)
        return self


class VehicleRecord(_Linked):
    """One vehicle as weighed, matched and judged.

    `time_us` is the UTC at which the first axle stood at the lane's origin; `first_axle_sample` the device counter at that moment.
    `vehicle_class` is the axle pattern; `fhwa_class`, `eu_class`, `drive_axles` (how many are driven) and `drive_group` (the axle group
    that holds them) are None where they could not be told.
    """

    type: Literal["vehicle"] = "vehicle"
    lane: Annotated[int, Field(ge=1, le=99)]
    time_us: TimeUs
    clock: Clock
    first_axle_sample: Counter
    axles: Annotated[tuple[AxleEntry, ...], Field(min_length=1, max_length=30)]
    gross_kg: Kilograms
    gross_u_kg: Kilograms
    speed_mm_s: Annotated[int, Field(ge=0, le=100_000)]
    speed_u_mm_s: Annotated[int, Field(ge=0, le=100_000)]
    acceleration_mm_s2: Annotated[int, Field(ge=-100_000, le=100_000)]
    length_mm: Annotated[int, Field(gt=0, le=200_000)] | None = None
    lateral_mm: Millimetres | None = None
    vehicle_class: str
    body: Body
    class_confidence_ppm: Ppm
    fhwa_class: Annotated[int, Field(ge=1, le=13)] | None = None
    eu_class: Annotated[str, Field(min_length=1, max_length=20)] | None = None
    drive_axles: Annotated[int, Field(ge=1, le=30)] | None = None
    drive_group: Annotated[int, Field(ge=1, le=30)] | None = None
    flags: tuple[FlagEntry, ...] = ()
    crossings: tuple[CrossingEntry, ...] = ()
    signed_plate: Annotated[str, Field(min_length=1, max_length=PLATE_MAX)] | Digest | None = Field(default=None, alias="plate")
    plate_certainty_ppm: Ppm = 0
    media: tuple[MediaRef, ...] = ()
    pavement_c_milli: Annotated[int, Field(ge=-100_000, le=150_000)] | None = None
    verdict: Verdict
    rules: Identity
    software: Software
    parameters_sha256: Sha256
    calibration: Identity | None = None
    certificate: CertificateEntry | None = None

    @property
    def plate(self) -> str | None:
        """The vehicle's plate; None where none was matched, and where it is withheld (`plate_withheld`)."""
        return None if self.signed_plate is None else reveal(self.signed_plate)

    @property
    def has_plate(self) -> bool:
        """Whether a plate was matched and signed, whether its text is still held or not."""
        return self.signed_plate is not None

    @property
    def plate_withheld(self) -> bool:
        """Whether a plate was signed whose text is deleted or was never given."""
        return self.has_plate and self.plate is None

    @property
    def signed_texts(self) -> Iterator[Text]:
        """Every text that names a person, as it is signed."""
        if self.signed_plate is not None:
            yield self.signed_plate
        yield from super().signed_texts

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if self.axles[0].spacing_mm is not None or any(axle.spacing_mm is None for axle in self.axles[1:]):
            msg = "every axle but the first has a spacing to the axle before it"
            raise ValueError(msg)
        if abs(sum(axle.load_kg for axle in self.axles) - self.gross_kg) > len(self.axles):
            msg = f"axle loads add up to {sum(axle.load_kg for axle in self.axles)} kg, gross is {self.gross_kg} kg"
            raise ValueError(msg)
        if self.drive_group is not None and self.drive_group not in {axle.group for axle in self.axles}:
            msg = f"drive_group {self.drive_group} is none of the axle groups"
            raise ValueError(msg)
        if len(self.plate or "") > PLATE_MAX:
            msg = f"a plate has at most {PLATE_MAX} characters"
            raise ValueError(msg)
        if any(crossing.axle > len(self.axles) for crossing in self.crossings):
            msg = f"a crossing names an axle beyond the {len(self.axles)} of the vehicle"
            raise ValueError(msg)
        return self


class SupplementRecord(_Linked):
    """What arrived after a vehicle's record was signed."""

    type: Literal["supplement"] = "supplement"
    time_us: TimeUs
    of_seq: Annotated[int, Field(ge=1, lt=2**53)]
    of_sha256: Sha256
    media: tuple[MediaRef, ...] = ()

    @model_validator(mode="after")
    def _later(self) -> Self:
        if self.of_seq >= self.seq:
            msg = f"a supplement names an earlier record, not seq {self.of_seq} from seq {self.seq}"
            raise ValueError(msg)
        return self


Record = Annotated[VehicleRecord | SupplementRecord, Field(discriminator="type")]
RECORD: Final[TypeAdapter[VehicleRecord | SupplementRecord]] = TypeAdapter(Record)


def parse_record(payload: bytes, source: str, disclosures: Sequence[Disclosure] = ()) -> VehicleRecord | SupplementRecord:
    """Read a record from its canonical bytes, and fill in the texts that its digests stand for as far as they are disclosed.

    Parameters
    ----------
    payload
        The signed bytes.
    source
        Where they came from, for the error.
    disclosures
        What is held beside them, in any order; of what is missing the record says so (`withheld`).

    Raises
    ------
    DisclosureError
        ``disclosure-twice`` or ``disclosure-misfit``: a disclosure is not of this record.
    RejectError
        If the bytes are not canonical, or no record of a known type and version.
    """
    disclosed = Disclosed(disclosures)
    try:
        record = RECORD.validate_json(payload, strict=False, context=disclosed)
    except ValidationError as error:
        parse_canonical(payload, source)
        first = error.errors(include_url=False)[0]
        where = ".".join(str(part) for part in first["loc"])
        raise RejectError("not-a-record", source, f"{where}: {first['msg']}") from error
    if not record.writes(payload):
        parse_canonical(payload, source)
    check_disclosed(record.signed_texts, disclosed, source)
    return record
