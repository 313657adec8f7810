"""Tables of the people who log in, of what they may do where, and of the tokens of other systems."""

from sqlalchemy import Boolean, CheckConstraint, ForeignKey, Index, Integer, LargeBinary, String, Text, false
from sqlalchemy.orm import Mapped, mapped_column

from central.evidence.models.base import BIG, NAME, SHA256, Base

PERSON = String(60)
ROLE = String(20)


class Account(Base):
    """A login of a person. Without a password only a one-time link or the provider opens it; two accounts of one human being have the
    same `person`.
    """

    __tablename__ = "account"
    __table_args__ = ({"sqlite_autoincrement": True},)

    id: Mapped[int] = mapped_column(BIG, primary_key=True, autoincrement=True)
    name: Mapped[str] = mapped_column(String(60), unique=True)
    person: Mapped[str] = mapped_column(PERSON, index=True)
    password_hash: Mapped[str | None] = mapped_column(Text)
    created_us: Mapped[int] = mapped_column(BIG)
    failures: Mapped[int] = mapped_column(Integer)
    locked_until_us: Mapped[int] = mapped_column(BIG)
    disabled_us: Mapped[int | None] = mapped_column(BIG)
    totp_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    """The second factor's secret, sealed with the key of the keys folder."""
    totp_since_us: Mapped[int | None] = mapped_column(BIG)
    """When its owner proved that his device shows the right codes; before that the secret only waits."""
    totp_step: Mapped[int] = mapped_column(BIG, server_default="0")
    """The last time step a code was used of; no code of it or before is taken again (RFC 6238, 5.2)."""
    provider_subject: Mapped[str | None] = mapped_column(String(300), unique=True)
    """``<issuer> <sub>`` of the OpenID provider's user whose account this is."""


class StationGroup(Base):
    """Stations over which roles are given together, such as those of one road section."""

    __tablename__ = "station_group"
    __table_args__ = ({"sqlite_autoincrement": True},)

    id: Mapped[int] = mapped_column(BIG, primary_key=True, autoincrement=True)
    name: Mapped[str] = mapped_column(String(60), unique=True)


class StationGroupMember(Base):
    """That a station is of a group; a station may be of several."""

    __tablename__ = "station_group_member"

    group_id: Mapped[int] = mapped_column(BIG, ForeignKey("station_group.id"), primary_key=True, autoincrement=False)
    station: Mapped[str] = mapped_column(NAME, ForeignKey("station.id"), primary_key=True)


class AccountGrant(Base):
    """That an account has a role, over a station group or, without one, over every station.

    A grant that needs a second administrator waits, without `confirmed_us`, for him.
    """

    __tablename__ = "account_grant"
    __table_args__ = (
        CheckConstraint("role IN ('reviewer', 'legal', 'approver', 'technician', 'auditor', 'administrator')", name="role"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(BIG, primary_key=True, autoincrement=True)
    account_id: Mapped[int] = mapped_column(BIG, ForeignKey("account.id"), index=True)
    role: Mapped[str] = mapped_column(ROLE)
    group_id: Mapped[int | None] = mapped_column(BIG, ForeignKey("station_group.id"))
    granted_by: Mapped[str] = mapped_column(PERSON)
    granted_us: Mapped[int] = mapped_column(BIG)
    confirmed_by: Mapped[str | None] = mapped_column(PERSON)
    confirmed_us: Mapped[int | None] = mapped_column(BIG)


class RecoveryCode(Base):
    """A one-time code that stands in for the second factor, kept as a hash only."""

    __tablename__ = "recovery_code"

    code_sha256: Mapped[str] = mapped_column(SHA256, primary_key=True)
    account_id: Mapped[int] = mapped_column(BIG, ForeignKey("account.id"), index=True)
    used_us: Mapped[int | None] = mapped_column(BIG)


class LoginSession(Base):
    """A logged-in browser; the cookie's token is kept as its SHA-256 only. With `second_due` it is not yet logged in."""

    __tablename__ = "login_session"

    token_sha256: Mapped[str] = mapped_column(SHA256, primary_key=True)
    account_id: Mapped[int] = mapped_column(BIG, ForeignKey("account.id"), index=True)
    csrf_token: Mapped[str] = mapped_column(String(64))
    created_us: Mapped[int] = mapped_column(BIG)
    last_seen_us: Mapped[int] = mapped_column(BIG)
    address: Mapped[str] = mapped_column(String(60), server_default="")
    second_due: Mapped[bool] = mapped_column(Boolean, server_default=false())
    second_us: Mapped[int | None] = mapped_column(BIG)
    """When the second factor was given in this session."""
    reset_id: Mapped[int | None] = mapped_column(BIG, ForeignKey("account_reset.id"))
    """Of the link by which it began."""


class AccountReset(Base):
    """That an account was, or is to be, let in anew: by a login link, without its second factor, or with a password set on the server.

    Without `in_force_us` it waits for a second administrator; in force without `confirmed_by` one person did it alone.
    """

    __tablename__ = "account_reset"
    __table_args__ = (CheckConstraint("kind IN ('link', 'second-factor', 'password')", name="kind"), {"sqlite_autoincrement": True})

    id: Mapped[int] = mapped_column(BIG, primary_key=True, autoincrement=True)
    account_id: Mapped[int] = mapped_column(BIG, ForeignKey("account.id"), index=True)
    kind: Mapped[str] = mapped_column(String(20))
    asked_by: Mapped[str] = mapped_column(PERSON)
    asked_us: Mapped[int] = mapped_column(BIG)
    confirmed_by: Mapped[str | None] = mapped_column(PERSON)
    in_force_us: Mapped[int | None] = mapped_column(BIG)
    withdrawn_us: Mapped[int | None] = mapped_column(BIG)
    code_sha256: Mapped[str | None] = mapped_column(SHA256)
    """Of the code that the second administrator has, where the first has the link."""
    failures: Mapped[int] = mapped_column(Integer)
    """Wrong codes."""
    used_us: Mapped[int | None] = mapped_column(BIG)
    told_us: Mapped[int | None] = mapped_column(BIG)
    """When the owner, logged in otherwise than by this link, said that he knows."""


class LoginToken(Base):
    """A one-time login link, kept as its SHA-256 only; `used_us` is set by the one login it is good for."""

    __tablename__ = "login_token"

    token_sha256: Mapped[str] = mapped_column(SHA256, primary_key=True)
    account_id: Mapped[int] = mapped_column(BIG, ForeignKey("account.id"))
    expires_us: Mapped[int] = mapped_column(BIG)
    used_us: Mapped[int | None] = mapped_column(BIG)
    reset_id: Mapped[int | None] = mapped_column(BIG, ForeignKey("account_reset.id"))


class ApiToken(Base):
    """A key of a program, kept as its SHA-256 only; `account_id` is the person whose it is, None where it is another system's."""

    __tablename__ = "api_token"
    __table_args__ = (Index("ix_api_token_account_id_id", "account_id", "id"), {"sqlite_autoincrement": True})

    id: Mapped[int] = mapped_column(BIG, primary_key=True, autoincrement=True)
    name: Mapped[str] = mapped_column(String(60))
    token_sha256: Mapped[str] = mapped_column(SHA256, unique=True)
    account_id: Mapped[int | None] = mapped_column(BIG, ForeignKey("account.id"))
    group_id: Mapped[int | None] = mapped_column(BIG, ForeignKey("station_group.id"))
    scopes: Mapped[str] = mapped_column(Text)
    """Separated by blanks."""
    created_by: Mapped[str] = mapped_column(PERSON)
    created_us: Mapped[int] = mapped_column(BIG)
    expires_us: Mapped[int] = mapped_column(BIG)
    revoked_us: Mapped[int | None] = mapped_column(BIG)
    last_used_us: Mapped[int | None] = mapped_column(BIG)
    last_used_address: Mapped[str] = mapped_column(String(60), server_default="")
