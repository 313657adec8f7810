"""Tables of stations and of what they sent: records, media, what was refused and what was deleted.

`Record` holds what was signed and is never edited; `Vehicle` is a projection of it for lists and may be rebuilt from `Record` at any time.
"""

from enum import StrEnum

from sqlalchemy import Float, ForeignKey, Index, Integer, LargeBinary, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from central.evidence.models.base import BIG, NAME, SHA256, Base


class ChainState(StrEnum):
    """Whether a stored record's predecessor is here."""

    LINKED = "linked"
    PENDING = "pending"


class Station(Base):
    """An enrolled station."""

    __tablename__ = "station"

    id: Mapped[str] = mapped_column(NAME, primary_key=True)
    name: Mapped[str] = mapped_column(String(200))
    enrolled_us: Mapped[int] = mapped_column(BIG)


class StationKey(Base):
    """An Ed25519 public key that signs for one station; `key_id` is the SHA-256 of its 32 raw bytes, so no two stations share a key."""

    __tablename__ = "station_key"

    key_id: Mapped[str] = mapped_column(SHA256, primary_key=True)
    station: Mapped[str] = mapped_column(NAME, ForeignKey("station.id"), index=True)
    public_key: Mapped[bytes] = mapped_column(LargeBinary(32))
    valid_from_us: Mapped[int] = mapped_column(BIG)
    valid_until_us: Mapped[int | None] = mapped_column(BIG)


class StationStatus(Base):
    """The last status a station has sent; unsigned, for display only."""

    __tablename__ = "station_status"

    station: Mapped[str] = mapped_column(NAME, ForeignKey("station.id"), primary_key=True)
    received_us: Mapped[int] = mapped_column(BIG)
    status: Mapped[bytes] = mapped_column(LargeBinary)


class Record(Base):
    """One signed record, vehicle or supplement. `id` grows in the order of commits and is the cursor of live lists."""

    __tablename__ = "record"
    __table_args__ = (Index("uq_record_station_seq", "station", "seq", unique=True), {"sqlite_autoincrement": True})

    id: Mapped[int] = mapped_column(BIG, primary_key=True, autoincrement=True)
    station: Mapped[str] = mapped_column(NAME, ForeignKey("station.id"))
    seq: Mapped[int] = mapped_column(BIG)
    sha256: Mapped[str] = mapped_column(SHA256)
    prev_sha256: Mapped[str] = mapped_column(SHA256)
    type: Mapped[str] = mapped_column(String(20))
    time_us: Mapped[int] = mapped_column(BIG)
    received_us: Mapped[int] = mapped_column(BIG)
    key_id: Mapped[str] = mapped_column(SHA256, ForeignKey("station_key.key_id"))
    chain: Mapped[str] = mapped_column(String(10))
    mark: Mapped[str | None] = mapped_column(Text)
    """A fault that leaves the record evidence but must be seen with it, ``code: text``; e.g. ``verdict-differs``."""
    payload: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
    envelope: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
    """As JSON, without the disclosures that came in it (`HeldText`)."""


class Vehicle(Base):
    """What lists show of a vehicle record; the plate may come from a later supplement."""

    __tablename__ = "vehicle"
    __table_args__ = (
        Index("ix_vehicle_time_us_record_id", "time_us", "record_id"),
        Index("ix_vehicle_station_time_us_record_id", "station", "time_us", "record_id"),
        Index("ix_vehicle_outcome_time_us_record_id", "outcome", "time_us", "record_id"),
        Index("ix_vehicle_plate_station", "plate", "station"),
        Index("ix_vehicle_swept_us_outcome_record_id", "swept_us", "outcome", "record_id"),
    )

    record_id: Mapped[int] = mapped_column(BIG, ForeignKey("record.id"), primary_key=True, autoincrement=False)
    station: Mapped[str] = mapped_column(NAME)
    seq: Mapped[int] = mapped_column(BIG)
    lane: Mapped[int] = mapped_column(Integer)
    time_us: Mapped[int] = mapped_column(BIG)
    plate: Mapped[str | None] = mapped_column(String(16))
    plate_certainty_ppm: Mapped[int] = mapped_column(Integer)
    axles: Mapped[int] = mapped_column(Integer)
    vehicle_class: Mapped[str] = mapped_column(Text)
    speed_mm_s: Mapped[int] = mapped_column(Integer)
    gross_kg: Mapped[int] = mapped_column(Integer)
    gross_u_kg: Mapped[int] = mapped_column(Integer)
    limit_kg: Mapped[int | None] = mapped_column(Integer)
    over_kg: Mapped[int] = mapped_column(Integer)
    outcome: Mapped[str] = mapped_column(String(20))
    enforceable: Mapped[bool]
    playback: Mapped[bool]
    """The line ran faster than real time: a demonstration, never enforced."""
    swept_us: Mapped[int | None] = mapped_column(BIG)
    """When its media and plate were deleted on schedule; a late supplement brings the plate back no more."""


class Supplement(Base):
    """Which vehicle record a supplement belongs to; that record may arrive later."""

    __tablename__ = "supplement"
    __table_args__ = (
        Index("ix_supplement_station_of_seq", "station", "of_seq"),
        Index("ix_supplement_swept_us_record_id", "swept_us", "record_id"),
    )

    record_id: Mapped[int] = mapped_column(BIG, ForeignKey("record.id"), primary_key=True, autoincrement=False)
    station: Mapped[str] = mapped_column(NAME)
    of_seq: Mapped[int] = mapped_column(BIG)
    of_sha256: Mapped[str] = mapped_column(SHA256)
    swept_us: Mapped[int | None] = mapped_column(BIG)
    """When its media and texts were deleted on schedule."""


class Media(Base):
    """A picture or capture that a record vouches for, whether its bytes are here or not."""

    __tablename__ = "media"

    record_id: Mapped[int] = mapped_column(BIG, ForeignKey("record.id"), primary_key=True, autoincrement=False)
    position: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    role: Mapped[str] = mapped_column(String(20))
    sha256: Mapped[str] = mapped_column(SHA256, index=True)
    media_type: Mapped[str] = mapped_column(String(60))
    size: Mapped[int] = mapped_column(BIG)


class Blob(Base):
    """Bytes in the blob folder, entered only after they are durable there; `station` is the one that first sent them."""

    __tablename__ = "blob"

    sha256: Mapped[str] = mapped_column(SHA256, primary_key=True)
    size: Mapped[int] = mapped_column(BIG)
    station: Mapped[str] = mapped_column(NAME, ForeignKey("station.id"))
    received_us: Mapped[int] = mapped_column(BIG)


class Deletion(Base):
    """A blob that was deleted on schedule, `after_days` days after it came: what vouches for it stays true, and it is not taken again."""

    __tablename__ = "deletion"

    sha256: Mapped[str] = mapped_column(SHA256, primary_key=True)
    size: Mapped[int] = mapped_column(BIG)
    deleted_us: Mapped[int] = mapped_column(BIG)
    after_days: Mapped[float] = mapped_column(Float)


class Quarantine(Base):
    """A message that was refused, with the reason. `authentic` means that the topic's station had signed it.

    `data` holds at most the bytes a record may have; `size` and `sha256` are those of the whole message. A resend of the same message
    counts in `times`. The bytes may name a person and are deleted on schedule; that they were refused, and why, stays.
    """

    __tablename__ = "quarantine"
    __table_args__ = (
        Index("uq_quarantine_sha256_topic", "sha256", "topic", unique=True),
        Index("ix_quarantine_deleted_us_last_received_us", "deleted_us", "last_received_us"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(BIG, primary_key=True, autoincrement=True)
    sha256: Mapped[str] = mapped_column(SHA256)
    topic: Mapped[str] = mapped_column(Text)
    size: Mapped[int] = mapped_column(BIG)
    data: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
    code: Mapped[str] = mapped_column(String(60))
    what: Mapped[str] = mapped_column(Text)
    authentic: Mapped[bool]
    station: Mapped[str | None] = mapped_column(NAME)
    seq: Mapped[int | None] = mapped_column(BIG)
    received_us: Mapped[int] = mapped_column(BIG)
    last_received_us: Mapped[int] = mapped_column(BIG)
    times: Mapped[int] = mapped_column(Integer)
    deleted_us: Mapped[int | None] = mapped_column(BIG)


class QuarantineDay(Base):
    """How many bytes of unauthenticated messages a day has kept, and how many it only counted beyond the bound; `day` counts from 1970."""

    __tablename__ = "quarantine_day"

    day: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    kept_bytes: Mapped[int] = mapped_column(BIG)
    counted_messages: Mapped[int] = mapped_column(BIG)
    counted_bytes: Mapped[int] = mapped_column(BIG)
