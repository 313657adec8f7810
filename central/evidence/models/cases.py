"""Tables of cases: one overloaded vehicle on its way from arrival to publication, and what was done to it.

`CaseEvent` holds what happened and is never edited nor deleted, which the database itself enforces; `Case` is how the case stands.
"""

from sqlalchemy import Boolean, CheckConstraint, ForeignKey, Index, Integer, LargeBinary, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from central.evidence.models.base import BIG, NAME, SHA256, Base

PERSON = String(60)


class Case(Base):
    """One overloaded vehicle. `version` grows by one with each act, so that two who act at once do not overwrite each other."""

    __tablename__ = "case_file"
    __table_args__ = (
        Index("uq_case_file_record_id", "record_id", unique=True),
        Index("uq_case_file_station_seq", "station", "seq", unique=True),
        Index("ix_case_file_state_due_us_id", "state", "due_us", "id"),
        Index("ix_case_file_time_us_id", "time_us", "id"),
        Index("ix_case_file_outcome_state_time_us_station", "outcome", "state", "time_us", "station"),
        Index("ix_case_file_plate_time_us", "plate", "time_us"),
        Index("ix_case_file_trip", "trip"),
        Index("ix_case_file_screening_wanted_screening_done", "screening_wanted", "screening_done"),
        CheckConstraint("outcome IN ('penalty', 'warning', 'no-action')", name="outcome"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(BIG, primary_key=True, autoincrement=True)
    record_id: Mapped[int] = mapped_column(BIG, ForeignKey("record.id"))
    station: Mapped[str] = mapped_column(NAME, ForeignKey("station.id"))
    seq: Mapped[int] = mapped_column(BIG)
    time_us: Mapped[int] = mapped_column(BIG)
    """When the vehicle passed."""
    plate: Mapped[str | None] = mapped_column(String(16))
    """As the vehicle's was last screened; kept while the case lives."""
    over_kg: Mapped[int] = mapped_column(Integer)
    over_ppm: Mapped[int] = mapped_column(Integer)
    """Degree of overload: kilograms over for each million allowed."""
    state: Mapped[str] = mapped_column(String(20))
    version: Mapped[int] = mapped_column(Integer)
    opened_us: Mapped[int] = mapped_column(BIG)
    entered_us: Mapped[int] = mapped_column(BIG)
    """When the case came into its state."""
    due_us: Mapped[int | None] = mapped_column(BIG)
    """Before which moment the next step is due, None where none is."""
    gates: Mapped[bytes] = mapped_column(LargeBinary)
    """The checklist of the last screening as RFC 8785 JSON (`central.review.gates.Checklist`)."""
    cleared: Mapped[bool]
    """No gate fell at the last screening."""
    screened_us: Mapped[int | None] = mapped_column(BIG)
    screening_wanted: Mapped[int] = mapped_column(Integer)
    """Grows with each thing that asks for a screening; one is due while `screening_done` is less."""
    screening_done: Mapped[int] = mapped_column(Integer)
    trip: Mapped[int | None] = mapped_column(BIG)
    """Id of the first case of the trip, where several stations weighed the vehicle on one."""
    major: Mapped[bool]
    outcome: Mapped[str | None] = mapped_column(String(20))
    amount_cents: Mapped[int | None] = mapped_column(BIG)
    discussion_event: Mapped[int | None] = mapped_column(BIG)
    """The event that records the collective discussion of the review that stands."""
    hearing_event: Mapped[int | None] = mapped_column(BIG)
    """The event that last said something of the hearing before the decision: offered, held or waived."""
    hearing_until_us: Mapped[int | None] = mapped_column(BIG)
    """Before which moment the party may ask for the hearing that was offered; 0 once it was held or waived."""
    ruling: Mapped[str | None] = mapped_column(String(20))
    """What became of the objection."""
    decided_us: Mapped[int | None] = mapped_column(BIG)
    notified_us: Mapped[int | None] = mapped_column(BIG)
    closed_us: Mapped[int | None] = mapped_column(BIG)
    home_informed_us: Mapped[int | None] = mapped_column(BIG)
    published_us: Mapped[int | None] = mapped_column(BIG)


class CaseEvent(Base):
    """One thing that happened to a case; `entry` is all of it as RFC 8785 JSON, whose SHA-256 stands in the act of the journal.

    The database refuses to change or delete a row.
    """

    __tablename__ = "case_event"
    __table_args__ = (Index("uq_case_event_case_id_version", "case_id", "version", unique=True), {"sqlite_autoincrement": True})

    id: Mapped[int] = mapped_column(BIG, primary_key=True, autoincrement=True)
    case_id: Mapped[int] = mapped_column(BIG, ForeignKey("case_file.id"))
    version: Mapped[int] = mapped_column(Integer)
    """The case's version after it."""
    time_us: Mapped[int] = mapped_column(BIG)
    person: Mapped[str] = mapped_column(PERSON)
    account: Mapped[str] = mapped_column(PERSON)
    address: Mapped[str] = mapped_column(String(60))
    action: Mapped[str] = mapped_column(String(40))
    from_state: Mapped[str] = mapped_column(String(20))
    to_state: Mapped[str] = mapped_column(String(20))
    entry: Mapped[bytes] = mapped_column(LargeBinary)
    entry_sha256: Mapped[str] = mapped_column(SHA256)
    act_id: Mapped[int] = mapped_column(BIG, ForeignKey("act.id"))


class CasePart(Base):
    """Which part a person has taken in a case: whoever took one can never take another (four eyes over the whole case)."""

    __tablename__ = "case_part"
    __table_args__ = (Index("ix_case_part_person_case_id", "person", "case_id"),)

    case_id: Mapped[int] = mapped_column(BIG, ForeignKey("case_file.id"), primary_key=True, autoincrement=False)
    person: Mapped[str] = mapped_column(PERSON, primary_key=True)
    part: Mapped[str] = mapped_column(String(20), primary_key=True)


class CaseExemption(Base):
    """A reason, found by a person on papers or vehicle, for which the limit does not hold or is higher; lifted, never deleted."""

    __tablename__ = "case_exemption"
    __table_args__ = (Index("ix_case_exemption_case_id", "case_id"), {"sqlite_autoincrement": True})

    id: Mapped[int] = mapped_column(BIG, primary_key=True, autoincrement=True)
    case_id: Mapped[int] = mapped_column(BIG, ForeignKey("case_file.id"))
    exemption: Mapped[str] = mapped_column(String(60))
    """Its id in the rule pack of the record."""
    evidence: Mapped[str] = mapped_column(Text)
    permit_number: Mapped[str | None] = mapped_column(String(100))
    permit_from: Mapped[str | None] = mapped_column(String(10))
    permit_until: Mapped[str | None] = mapped_column(String(10))
    """First and last day of a permit, as ``2026-09-21``."""
    registered_kg: Mapped[int | None] = mapped_column(Integer)
    found_by: Mapped[str] = mapped_column(PERSON)
    found_us: Mapped[int] = mapped_column(BIG)
    lifted_by: Mapped[str | None] = mapped_column(PERSON)
    lifted_us: Mapped[int | None] = mapped_column(BIG)


class CaseObjection(Base):
    """What the party states against a notice, from the public page or by letter."""

    __tablename__ = "case_objection"
    __table_args__ = (Index("ix_case_objection_case_id", "case_id"), {"sqlite_autoincrement": True})

    id: Mapped[int] = mapped_column(BIG, primary_key=True, autoincrement=True)
    case_id: Mapped[int] = mapped_column(BIG, ForeignKey("case_file.id"))
    channel: Mapped[str] = mapped_column(String(10))
    text: Mapped[str] = mapped_column(Text)
    contact: Mapped[str] = mapped_column(String(200))
    received_us: Mapped[int] = mapped_column(BIG)
    late: Mapped[bool] = mapped_column(Boolean)
    """It came after the term that the notice gave."""


class Notice(Base):
    """The number of a case's notice: station, year of the decision, serial from 1 without gaps. A case keeps its number for ever."""

    __tablename__ = "notice"
    __table_args__ = (Index("uq_notice_case_id", "case_id", unique=True), Index("uq_notice_number", "number", unique=True))

    station: Mapped[str] = mapped_column(NAME, ForeignKey("station.id"), primary_key=True)
    year: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    serial: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    number: Mapped[str] = mapped_column(String(60))
    case_id: Mapped[int] = mapped_column(BIG, ForeignKey("case_file.id"))
    issued_us: Mapped[int] = mapped_column(BIG)


class StationPublication(Base):
    """That a station was made known to the public; a penalty rests on no other (Administrative Penalty Law, art. 41)."""

    __tablename__ = "station_publication"
    __table_args__ = (Index("ix_station_publication_station_from_us", "station", "from_us"), {"sqlite_autoincrement": True})

    id: Mapped[int] = mapped_column(BIG, primary_key=True, autoincrement=True)
    station: Mapped[str] = mapped_column(NAME, ForeignKey("station.id"))
    road: Mapped[str] = mapped_column(String(100))
    stake: Mapped[str] = mapped_column(String(60))
    office: Mapped[str] = mapped_column(String(200))
    """The office that handles its cases."""
    institute: Mapped[str] = mapped_column(String(200))
    """Who verifies its scale."""
    place: Mapped[str] = mapped_column(String(400))
    """Where it was published: a gazette, an address."""
    latitude_udeg: Mapped[int | None] = mapped_column(Integer)
    longitude_udeg: Mapped[int | None] = mapped_column(Integer)
    """WGS 84, millionths of a degree."""
    certificate: Mapped[str | None] = mapped_column(String(100))
    """Number of the scale's verification certificate, for stations whose records name none."""
    verified_from_us: Mapped[int | None] = mapped_column(BIG)
    verified_until_us: Mapped[int | None] = mapped_column(BIG)
    from_us: Mapped[int] = mapped_column(BIG)
    until_us: Mapped[int | None] = mapped_column(BIG)
    entered_us: Mapped[int] = mapped_column(BIG)


class ScreeningCursor(Base):
    """Up to which record cases have been opened and screenings asked for; one row."""

    __tablename__ = "screening_cursor"

    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    record_id: Mapped[int] = mapped_column(BIG)
