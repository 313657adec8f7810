"""The table of exports that people asked for."""

from sqlalchemy import Boolean, CheckConstraint, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from central.evidence.models.base import BIG, SHA256, Base


class ExportJob(Base):
    """One export of the vehicle list: asked for, made in the background, fetched by whoever asked, and deleted on schedule.

    `filter` is what the list was narrowed to, as JSON; `through_id` the last record that was stored when it was asked for, so that the file
    holds what the list held then. The row stays when the file is gone.
    """

    __tablename__ = "export_job"
    __table_args__ = (
        CheckConstraint("state IN ('waiting', 'running', 'done', 'failed', 'deleted')", name="state"),
        Index("ix_export_job_state_id", "state", "id"),
        Index("ix_export_job_account_id_id", "account_id", "id"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(BIG, primary_key=True, autoincrement=True)
    account_id: Mapped[int] = mapped_column(BIG, ForeignKey("account.id"))
    person: Mapped[str] = mapped_column(String(60))
    account: Mapped[str] = mapped_column(String(60))
    address: Mapped[str] = mapped_column(String(60))
    format: Mapped[str] = mapped_column(String(20))
    filter: Mapped[str] = mapped_column(Text)
    masked: Mapped[bool] = mapped_column(Boolean)
    """Whether plates are masked, as whoever asked sees them in the list."""
    through_id: Mapped[int] = mapped_column(BIG)
    state: Mapped[str] = mapped_column(String(20))
    asked_us: Mapped[int] = mapped_column(BIG)
    beat_us: Mapped[int] = mapped_column(BIG)
    """When its maker last told of progress."""
    rows_total: Mapped[int] = mapped_column(BIG)
    rows_done: Mapped[int] = mapped_column(BIG)
    finished_us: Mapped[int | None] = mapped_column(BIG)
    delete_us: Mapped[int | None] = mapped_column(BIG)
    size: Mapped[int] = mapped_column(BIG)
    sha256: Mapped[str | None] = mapped_column(SHA256)
    fault: Mapped[str | None] = mapped_column(Text)
