"""Tables of the people who log in."""

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from central.evidence.models.base import BIG, SHA256, Base


class Account(Base):
    """A login of a person. Without a password only a one-time link opens it; two accounts of one human being have the same `person`."""

    __tablename__ = "account"
    __table_args__ = (
        CheckConstraint("role IN ('reviewer', 'legal', 'approver', 'technician', 'auditor', 'administrator')", name="role"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(BIG, primary_key=True, autoincrement=True)
    name: Mapped[str] = mapped_column(String(60), unique=True)
    person: Mapped[str] = mapped_column(String(60), index=True)
    role: Mapped[str] = mapped_column(String(20))
    password_hash: Mapped[str | None] = mapped_column(Text)
    created_us: Mapped[int] = mapped_column(BIG)
    failures: Mapped[int] = mapped_column(Integer)
    locked_until_us: Mapped[int] = mapped_column(BIG)


class LoginSession(Base):
    """A logged-in browser; the cookie's token is kept as its SHA-256 only."""

    __tablename__ = "login_session"

    token_sha256: Mapped[str] = mapped_column(SHA256, primary_key=True)
    account_id: Mapped[int] = mapped_column(BIG, index=True)
    csrf_token: Mapped[str] = mapped_column(String(64))
    created_us: Mapped[int] = mapped_column(BIG)
    last_seen_us: Mapped[int] = mapped_column(BIG)

    __table_args__ = (ForeignKeyConstraint(["account_id"], ["account.id"]),)


class LoginToken(Base):
    """A one-time login link, kept as its SHA-256 only; `used_us` is set by the one login it is good for."""

    __tablename__ = "login_token"

    token_sha256: Mapped[str] = mapped_column(SHA256, primary_key=True)
    account_id: Mapped[int] = mapped_column(BIG, ForeignKey("account.id"))
    expires_us: Mapped[int] = mapped_column(BIG)
    used_us: Mapped[int | None] = mapped_column(BIG)
