"""What the API answers. Times are UTC in µs, loads in kg, as in the records."""

from dataclasses import asdict
from typing import Any, Literal, Self

from pydantic import BaseModel, ConfigDict

from central.api.examples import HEALTH, QUARANTINE, STATIONS, VEHICLES, vehicle_example
from central.evidence.masking import PlateSight
from central.evidence.models import ChainState
from central.evidence.quarantine import QuarantineItem
from central.evidence.vehicle_detail import MediaItem, Signed, VehicleDetail
from central.evidence.vehicle_list import VehicleSummary
from contract.media import MediaRef, Sha256
from contract.records import SupplementRecord, VehicleRecord
from contract.topics import StationStatus
from contract.verdicts import Outcome


class _Answer(BaseModel):
    model_config = ConfigDict(frozen=True, from_attributes=True)


def _example(value: dict[str, Any]) -> ConfigDict:
    return ConfigDict(json_schema_extra={"examples": [value]})


class VehicleLine(_Answer):
    """One vehicle as the list shows it."""

    station: str
    seq: int
    lane: int
    time_us: int
    received_us: int
    plate: str | None
    plate_masked: bool
    plate_certainty_ppm: int
    axles: int
    vehicle_class: str
    speed_mm_s: int
    gross_kg: int
    gross_u_kg: int
    limit_kg: int | None
    over_kg: int
    outcome: Outcome
    enforceable: bool
    playback: bool
    chain: ChainState
    mark: str | None

    @classmethod
    def of(cls, row: VehicleSummary, sight: PlateSight) -> Self:
        """Take a line of the list over, its plate masked where the caller sees it so."""
        plate = None if row.plate is None else sight.shown(row.plate, row.station)
        return cls.model_validate({**asdict(row), "plate": plate, "plate_masked": plate != row.plate})


class VehicleList(_Answer):
    """A page of vehicles, newest passage first; `next` is the `before` of the next page, None on the last."""

    model_config = _example(VEHICLES)

    vehicles: tuple[VehicleLine, ...]
    next: str | None


class SignedBytes(_Answer):
    """A record as it was signed; `envelope` is the DSSE envelope, payload and signatures verbatim, with the texts that are still held.

    `texts` gives those by the digest that stands in the record; a digest without one is a text that was deleted.
    """

    sha256: Sha256
    key_id: str
    received_us: int
    chain: ChainState
    envelope: str
    texts: dict[Sha256, str]

    @classmethod
    def of(cls, signed: Signed) -> Self:
        """Take signed bytes over."""
        return cls(
            sha256=signed.sha256,
            key_id=signed.key_id,
            received_us=signed.received_us,
            chain=signed.chain,
            envelope=signed.envelope.decode(),
            texts={disclosure.sha256: disclosure.text for disclosure in signed.disclosures},
        )


class MediaState(_Answer):
    """A picture or capture that record `seq` vouches for, and whether its bytes are here."""

    seq: int
    ref: MediaRef
    present: bool

    @classmethod
    def of(cls, item: MediaItem) -> Self:
        """Take an item over."""
        return cls.model_validate(item)


class SupplementAnswer(_Answer):
    """A record that arrived after the vehicle's and belongs to it."""

    record: SupplementRecord
    signed: SignedBytes


class VehicleAnswer(_Answer):
    """One vehicle with all that belongs to it."""

    model_config = _example(vehicle_example())

    summary: VehicleLine
    record: VehicleRecord
    signed: SignedBytes
    supplements: tuple[SupplementAnswer, ...]
    media: tuple[MediaState, ...]

    @classmethod
    def of(cls, detail: VehicleDetail) -> Self:
        """Take a vehicle over."""
        return cls(
            summary=VehicleLine.of(detail.summary, PlateSight(None)),
            record=detail.record,
            signed=SignedBytes.of(detail.signed),
            supplements=tuple(SupplementAnswer(record=item.record, signed=SignedBytes.of(item.signed)) for item in detail.supplements),
            media=tuple(MediaState.of(item) for item in detail.media),
        )


class StationAnswer(_Answer):
    """An enrolled station and its last status; the status is unsigned and for display only."""

    id: str
    name: str
    enrolled_us: int
    records: int
    last_seq: int
    last_record_us: int | None
    status: StationStatus | None
    status_received_us: int | None


class StationList(_Answer):
    """A page of stations, by id; `next` is the `after` of the next page, None on the last."""

    model_config = _example(STATIONS)

    stations: tuple[StationAnswer, ...]
    next: str | None


class QuarantineLine(_Answer):
    """A refused message; `authentic` says that the topic's station had signed it, `times` how often it came.

    `deleted_us` is when its bytes were deleted on schedule.
    """

    id: int
    topic: str
    station: str | None
    seq: int | None
    code: str
    what: str
    authentic: bool
    sha256: Sha256
    size: int
    received_us: int
    last_received_us: int
    times: int
    deleted_us: int | None

    @classmethod
    def of(cls, item: QuarantineItem) -> Self:
        """Take an item over."""
        return cls.model_validate(item)


class QuarantineList(_Answer):
    """Refused messages, newest first; the counted ones were beyond the bound on what nobody had signed."""

    model_config = _example(QUARANTINE)

    messages: tuple[QuarantineLine, ...]
    next: int | None
    counted_messages: int
    counted_bytes: int


class Health(_Answer):
    """Whether central can receive: `degraded` while the broker is away, `failing` while the database is."""

    model_config = _example(HEALTH)

    status: Literal["ok", "degraded", "failing"]
    broker: Literal["connected", "away"]
    database: Literal["ok", "away"]
