"""The signed record: one per vehicle, integers with units only, JSON after RFC 8785.

A record is never edited. What arrives late (a plate, a picture) is a `SupplementRecord` that names the record it belongs to.
"""

from enum import StrEnum
from typing import Annotated, Final, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError, model_validator

from contract.axles import CrossingFlag
from contract.canonical import parse_canonical
from contract.faults import RejectError
from contract.media import MediaRef, Sha256
from contract.plates import PlateColour, names_trailer
from contract.station import Name
from contract.vehicles import Body, VehicleFlag
from contract.verdicts import Kilograms, Verdict

VERSION: Final = 1
RECORD_MAX_BYTES: Final = 256 * 1024
"""Largest record, as an envelope, that central takes; a 16-axle transport over 8 rows needs about 60 kB."""

Counter = Annotated[int, Field(ge=0, lt=2**53)]
TimeUs = Annotated[int, Field(gt=0, lt=2**53)]
"""Microseconds since 1970-01-01T00:00:00 UTC."""
Ppm = Annotated[int, Field(ge=0, le=1_000_000)]
Millimetres = Annotated[int, Field(ge=-1_000_000, le=1_000_000)]


class _Part(BaseModel):
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
    playback_ppm: Annotated[int, Field(gt=0)] = 1_000_000


class AxleEntry(_Part):
    """One axle: load with expanded uncertainty (k = 2), wheels, spacing to the axle before, group from 1 at the front."""

    load_kg: Kilograms
    u_kg: Kilograms
    left_kg: Kilograms | None = None
    right_kg: Kilograms | None = None
    spacing_mm: Annotated[int, Field(gt=0, le=100_000)] | None = None
    group: Annotated[int, Field(ge=1, le=30)]
    dual_tyres: bool | None = None


class CrossingEntry(_Part):
    """Where in the capture a wheel was found: device counters [start, stop); `axle` counts from 1, 0 for a loop's presence."""

    sensor: Name
    axle: Annotated[int, Field(ge=0, le=30)]
    start: Counter
    stop: Counter
    flags: tuple[CrossingFlag, ...] = ()


class FlagEntry(_Part):
    """A behaviour or quality flag with its figure in thousandths of its unit."""

    flag: VehicleFlag
    figure_milli: Annotated[int, Field(gt=-(2**53), lt=2**53)]


class PlateReadingEntry(_Part):
    """What one reader made of the same picture: the camera itself, or the station's own recogniser."""

    by: Literal["camera", "station"]
    text: str
    confidence_ppm: Ppm
    alternatives: tuple[str, ...] = ()


class PlateEntry(_Part):
    """One plate read that was matched to this vehicle, with how sure and why.

    `text` and `confidence_ppm` are what the `readings` amount to together; records of before there were two readers have none.
    """

    camera: Name
    event_id: str
    time_us: TimeUs
    text: str
    confidence_ppm: Ppm
    colour: PlateColour
    facing: Literal["front", "rear"]
    certainty_ppm: Ppm
    residual_us: Annotated[int, Field(gt=-(2**53), lt=2**53)]
    reasons: tuple[str, ...] = ()
    readings: Annotated[tuple[PlateReadingEntry, ...], Field(max_length=2)] = ()

    @property
    def is_trailer(self) -> bool:
        """Whether it is the plate of a trailer, not of the vehicle that draws it."""
        return names_trailer(self.text, self.facing)


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
    version: Literal[1] = VERSION
    station: Name
    seq: Annotated[int, Field(ge=1, lt=2**53)]
    prev_sha256: Sha256


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
    plate: Annotated[str, Field(min_length=1, max_length=16)] | None = None
    plate_certainty_ppm: Ppm = 0
    plates: tuple[PlateEntry, ...] = ()
    media: tuple[MediaRef, ...] = ()
    pavement_c_milli: Annotated[int, Field(ge=-100_000, le=150_000)] | None = None
    verdict: Verdict
    rules: Identity
    software: Software
    parameters_sha256: Sha256
    calibration: Identity | None = None
    certificate: CertificateEntry | None = None

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
    plates: tuple[PlateEntry, ...] = ()
    media: tuple[MediaRef, ...] = ()

    @model_validator(mode="after")
    def _later(self) -> Self:
        if self.of_seq >= self.seq:
            msg = f"a supplement names an earlier record, not seq {self.of_seq} from seq {self.seq}"
            raise ValueError(msg)
        return self


Record = Annotated[VehicleRecord | SupplementRecord, Field(discriminator="type")]
RECORD: Final[TypeAdapter[VehicleRecord | SupplementRecord]] = TypeAdapter(Record)


def parse_record(payload: bytes, source: str) -> VehicleRecord | SupplementRecord:
    """Read a record from its canonical bytes.

    Raises
    ------
    RejectError
        If they are not canonical, or no record of a known type and version.
    """
    parse_canonical(payload, source)
    try:
        return RECORD.validate_json(payload, strict=False)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = ".".join(str(part) for part in first["loc"])
        raise RejectError("not-a-record", source, f"{where}: {first['msg']}") from error
