"""Accounts, logins and sessions. Of every secret only a hash is kept: argon2id for passwords, SHA-256 for random tokens."""

import secrets
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import VerificationError
from sqlalchemy import delete, select, update
from sqlalchemy.engine import CursorResult
from sqlalchemy.orm import Session

from central.evidence.database import Database
from central.evidence.models import Account, LoginSession, LoginToken
from contract.faults import RejectError
from contract.media import sha256_hex
from contract.units import US_PER_S

US_PER_MINUTE: Final = 60 * US_PER_S
FAILURES_MAX: Final = 5
"""Wrong passwords in a row before the account is locked for `LOCK_US` (OWASP ASVS 5.0, 6.3.1)."""
LOCK_US: Final = 15 * US_PER_MINUTE
SESSION_IDLE_US: Final = 30 * US_PER_MINUTE
"""A session ends after this long without a request (OWASP ASVS 5.0, 7.3.1)."""
SESSION_US: Final = 12 * 60 * US_PER_MINUTE
"""A session ends after this long whatever happens: a working day (OWASP ASVS 5.0, 7.3.2)."""
TOKEN_BYTES: Final = 32
PASSWORD_MIN: Final = 12
PASSWORD_MAX: Final = 200
_HASHER: Final = PasswordHasher()
"""argon2id with the library's defaults, those of RFC 9106, 4 (low memory): 64 MiB, 3 passes, 4 lanes."""


class Role(StrEnum):
    """What an account may do."""

    REVIEWER = "reviewer"
    """Looks at each case that passed the gates, and proposes."""
    LEGAL = "legal"
    """Reviews in law what a reviewer has proposed."""
    APPROVER = "approver"
    """Decides."""
    TECHNICIAN = "technician"
    AUDITOR = "auditor"
    ADMINISTRATOR = "administrator"


@dataclass(frozen=True, slots=True)
class Login:
    """Who is logged in, and the CSRF token of that session, which every form must send back.

    `person` is the human being: where the law wants four eyes, persons are compared, not accounts.
    """

    account_id: int
    name: str
    person: str
    roles: frozenset[Role]
    csrf_token: str

    def may(self, role: Role, station: str | None = None) -> bool:
        """Whether the account holds a role, for a station where one is named."""
        return role in self.roles


@dataclass(frozen=True, slots=True)
class NewSession:
    """A session just begun; `token` goes into the cookie and is kept nowhere."""

    token: str
    login: Login


def add_account(session: Session, name: str, role: Role, password: str | None, now_us: int, *, person: str | None = None) -> int:
    """Add an account and give its id; without a password only a login link opens it.

    `person` is who the human being is, the account's name where it is not said.

    Raises
    ------
    RejectError
        ``account-exists``, ``bad-account-name``, or ``weak-password``, with what is allowed.
    """
    if not (1 <= len(name) <= 60 and name == name.strip() and name.isprintable()):
        raise RejectError("bad-account-name", f"account {name[:60]!r}", "needs 1 to 60 printable characters without blanks at the ends")
    if session.scalars(select(Account).where(Account.name == name)).first() is not None:
        raise RejectError("account-exists", f"account {name!r}", "exists already; choose another name")
    row = Account(
        name=name,
        person=person or name,
        role=role.value,
        password_hash=None if password is None else hash_password(password),
        created_us=now_us,
        failures=0,
        locked_until_us=0,
    )
    session.add(row)
    session.flush()
    return row.id


def hash_password(password: str) -> str:
    """Give a password's argon2id hash.

    Raises
    ------
    RejectError
        ``weak-password`` if it is shorter or longer than is allowed.
    """
    if not PASSWORD_MIN <= len(password) <= PASSWORD_MAX:
        raise RejectError("weak-password", "password", f"has {len(password)} characters; use {PASSWORD_MIN} to {PASSWORD_MAX}")
    return _HASHER.hash(password)


def account_id(session: Session, name: str) -> int | None:
    """Give the id of the account of that name, None if there is none."""
    return session.scalar(select(Account.id).where(Account.name == name))


def log_in(database: Database, name: str, password: str, now_us: int) -> NewSession | None:
    """Begin a session by password; None if name or password is wrong or the account is locked.

    The three are not told apart to the asker, and take the same time: a hash is computed for an unknown name as well. It is computed
    outside the write transaction, which would make every other writer wait for it.
    """
    with database.read() as session:
        stored = session.scalar(select(Account.password_hash).where(Account.name == name))
    right = _verifies(stored or _HASHER.hash(secrets.token_hex(8)), password)
    if stored is None:
        return None
    with database.write() as session:
        row = session.scalars(select(Account).where(Account.name == name)).first()
        if row is None or now_us < row.locked_until_us:
            return None
        if right:
            row.failures = 0
            return _begin(session, row, now_us)
        row.failures += 1
        if row.failures >= FAILURES_MAX:
            row.failures, row.locked_until_us = 0, now_us + LOCK_US
        return None


def make_login_link_token(session: Session, account: int, now_us: int, lasts_us: int) -> str:
    """Make a token that logs `account` in once, until it expires."""
    token = secrets.token_urlsafe(TOKEN_BYTES)
    session.add(LoginToken(token_sha256=sha256_hex(token.encode()), account_id=account, expires_us=now_us + lasts_us))
    return token


def log_in_by_link(session: Session, token: str, now_us: int) -> NewSession | None:
    """Begin a session by a one-time token; None if it is unknown, used or expired. Of any number of simultaneous tries one succeeds."""
    identity = sha256_hex(token.encode())
    claim = session.execute(
        update(LoginToken)
        .where(LoginToken.token_sha256 == identity, LoginToken.used_us.is_(None), LoginToken.expires_us > now_us)
        .values(used_us=now_us)
    )
    if not isinstance(claim, CursorResult) or claim.rowcount != 1:
        return None
    row = session.scalars(
        select(Account).join(LoginToken, LoginToken.account_id == Account.id).where(LoginToken.token_sha256 == identity)
    ).one()
    return _begin(session, row, now_us)


def login_of(session: Session, token: str, now_us: int) -> Login | None:
    """Give who a cookie's token belongs to; None if the session is unknown or over. Reads only: see `touch`."""
    query = select(LoginSession, Account).join(Account, Account.id == LoginSession.account_id)
    found = session.execute(query.where(LoginSession.token_sha256 == sha256_hex(token.encode()))).first()
    if found is None:
        return None
    row, account = found
    if now_us >= row.created_us + SESSION_US or now_us >= row.last_seen_us + SESSION_IDLE_US:
        return None
    return _login(account, row.csrf_token)


def needs_touch(session: Session, token: str, now_us: int) -> bool:
    """Whether a session was last seen so long ago that `touch` is due; once a minute spares a write per request."""
    seen_us = session.scalar(select(LoginSession.last_seen_us).where(LoginSession.token_sha256 == sha256_hex(token.encode())))
    return seen_us is not None and now_us >= seen_us + US_PER_MINUTE


def touch(session: Session, token: str, now_us: int) -> None:
    """Note that a session was used, which puts off its end."""
    session.execute(update(LoginSession).where(LoginSession.token_sha256 == sha256_hex(token.encode())).values(last_seen_us=now_us))


def log_out(session: Session, token: str) -> None:
    """End a session."""
    session.execute(delete(LoginSession).where(LoginSession.token_sha256 == sha256_hex(token.encode())))


def csrf_matches(login: Login, given: str) -> bool:
    """Whether a form sent the session's CSRF token back; compared in constant time."""
    return secrets.compare_digest(login.csrf_token.encode(), given.encode())


def _login(row: Account, csrf_token: str) -> Login:
    return Login(row.id, row.name, row.person, frozenset({Role(row.role)}), csrf_token)


def _begin(session: Session, row: Account, now_us: int) -> NewSession:
    session.execute(delete(LoginSession).where(LoginSession.created_us < now_us - SESSION_US))
    token, csrf_token = secrets.token_urlsafe(TOKEN_BYTES), secrets.token_urlsafe(TOKEN_BYTES)
    session.add(
        LoginSession(
            token_sha256=sha256_hex(token.encode()), account_id=row.id, csrf_token=csrf_token, created_us=now_us, last_seen_us=now_us
        )
    )
    return NewSession(token, _login(row, csrf_token))


def _verifies(stored: str, password: str) -> bool:
    if len(password) > PASSWORD_MAX:
        return False
    try:
        return _HASHER.verify(stored, password)
    except VerificationError:
        return False
