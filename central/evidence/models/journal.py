"""The table of what people did."""

from sqlalchemy import Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from central.evidence.models.base import BIG, Base


class Act(Base):
    """One thing that one person, or one program, did; never edited and never deleted.

    `entry` is the act as RFC 8785 bytes, from which the other columns are copied for searching; nothing in it is a plate or a secret.
    """

    __tablename__ = "act"
    __table_args__ = (
        Index("ix_act_subject_id", "subject", "id"),
        Index("ix_act_person_id", "person", "id"),
        Index("ix_act_verb_id", "verb", "id"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(BIG, primary_key=True, autoincrement=True)
    time_us: Mapped[int] = mapped_column(BIG)
    person: Mapped[str] = mapped_column(String(60))
    account: Mapped[str] = mapped_column(String(60))
    verb: Mapped[str] = mapped_column(String(20))
    subject: Mapped[str] = mapped_column(String(120).with_variant(String(120, collation="C"), "postgresql"))
    """Ordered by its bytes in every database, so that the index finds all below a path."""
    entry: Mapped[bytes] = mapped_column(LargeBinary)
