"""Tables of what names a person and is deleted one day, and of what keeps it from that."""

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from central.evidence.models.base import BIG, NAME, Base


class HeldText(Base):
    """A text that a record signs as a digest, with its salt (`contract.disclosures`); a row that is gone is a text that was deleted."""

    __tablename__ = "disclosure"

    record_id: Mapped[int] = mapped_column(BIG, ForeignKey("record.id"), primary_key=True, autoincrement=False)
    position: Mapped[int] = mapped_column(BIG, primary_key=True, autoincrement=False)
    """Its place among the record's own, so that an envelope is given as it came."""
    salt: Mapped[str] = mapped_column(String(32))
    text: Mapped[str] = mapped_column(Text)


class LegalHold(Base):
    """An order not to delete what belongs to one vehicle, or to every vehicle of a plate; of a hold that is lifted the plate goes."""

    __tablename__ = "legal_hold"
    __table_args__ = (
        Index("ix_legal_hold_station_seq", "station", "seq"),
        Index("ix_legal_hold_plate", "plate"),
        CheckConstraint("(station IS NULL) = (seq IS NULL)", name="vehicle"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(BIG, primary_key=True, autoincrement=True)
    station: Mapped[str | None] = mapped_column(NAME, ForeignKey("station.id"))
    seq: Mapped[int | None] = mapped_column(BIG)
    plate: Mapped[str | None] = mapped_column(String(16))
    reason: Mapped[str] = mapped_column(Text)
    placed_by: Mapped[str] = mapped_column(String(60))
    placed_us: Mapped[int] = mapped_column(BIG)
    lifted_by: Mapped[str | None] = mapped_column(String(60))
    lifted_us: Mapped[int | None] = mapped_column(BIG)
    lifted_reason: Mapped[str | None] = mapped_column(Text)
