"""Tables of what the public may do: who has opened his own case, what brakes guessing, and the documents that were issued."""

from sqlalchemy import ForeignKey, Index, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from central.evidence.models.base import BIG, SHA256, Base


class QueryVisit(Base):
    """One's own case, opened by notice number and plate; the cookie's token is kept as its SHA-256 only."""

    __tablename__ = "query_visit"

    token_sha256: Mapped[str] = mapped_column(SHA256, primary_key=True)
    case_id: Mapped[int] = mapped_column(BIG, ForeignKey("case_file.id"))
    csrf_token: Mapped[str] = mapped_column(String(64))
    opened_us: Mapped[int] = mapped_column(BIG, index=True)


class QueryBrake(Base):
    """Wrong pairs of notice number and plate, counted by address and by number; `key` is a SHA-256, for an address is nobody's to read."""

    __tablename__ = "query_brake"

    key: Mapped[str] = mapped_column(SHA256, primary_key=True)
    failures: Mapped[int] = mapped_column(Integer)
    braked_until_us: Mapped[int] = mapped_column(BIG)
    last_us: Mapped[int] = mapped_column(BIG, index=True)


class IssuedDocument(Base):
    """A document of a case as it was issued: the blob of that hash, never made anew. `basis` is the case's event that it rests on."""

    __tablename__ = "issued_document"
    __table_args__ = (
        Index("uq_issued_document_case_id_kind_language_basis", "case_id", "kind", "language", "basis", unique=True),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(BIG, primary_key=True, autoincrement=True)
    case_id: Mapped[int] = mapped_column(BIG, ForeignKey("case_file.id"))
    kind: Mapped[str] = mapped_column(String(20))
    language: Mapped[str] = mapped_column(String(10))
    basis: Mapped[int] = mapped_column(BIG)
    sha256: Mapped[str] = mapped_column(SHA256)
    size: Mapped[int] = mapped_column(BIG)
    issued_us: Mapped[int] = mapped_column(BIG)
    person: Mapped[str] = mapped_column(String(60))
