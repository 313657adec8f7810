"""The table of re-weighings: when a kept capture was weighed again, by whom, by which software, and what differed."""

from sqlalchemy import ForeignKey, Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from central.evidence.models.base import BIG, NAME, SHA256, Base


class Reweighing(Base):
    """One of them; `result` is all of it as RFC 8785 JSON (`central.reweighing.result`), whose hash stands in the act of the journal."""

    __tablename__ = "reweighing"
    __table_args__ = (Index("ix_reweighing_station_seq", "station", "seq"), {"sqlite_autoincrement": True})

    id: Mapped[int] = mapped_column(BIG, primary_key=True, autoincrement=True)
    station: Mapped[str] = mapped_column(NAME, ForeignKey("station.id"))
    seq: Mapped[int] = mapped_column(BIG)
    record_sha256: Mapped[str] = mapped_column(SHA256)
    time_us: Mapped[int] = mapped_column(BIG)
    person: Mapped[str] = mapped_column(String(60))
    outcome: Mapped[str] = mapped_column(String(20))
    """``equal``, ``differs``, ``other-software``, or ``refused``: it could not be weighed again."""
    software_sha256: Mapped[str | None] = mapped_column(SHA256)
    """The legally relevant software that weighed again."""
    result: Mapped[bytes] = mapped_column(LargeBinary)
