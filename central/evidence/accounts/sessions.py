"""Logging in and out, and the sessions in between."""

import secrets
from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from central.evidence.accounts.grants import roles_of
from central.evidence.accounts.passwords import password_matches
from central.evidence.accounts.roles import Login, Role
from central.evidence.database import Database
from central.evidence.models import Account, LoginSession
from contract.media import sha256_hex
from contract.units import US_PER_HOUR, US_PER_MINUTE

FAILURES_MAX: Final = 5
"""Wrong passwords or codes in a row before the account is locked for `LOCK_US` (OWASP ASVS 5.0, 6.3.1)."""
LOCK_US: Final = 15 * US_PER_MINUTE
SESSION_IDLE_US: Final = 30 * US_PER_MINUTE
"""A session ends after this long without a request (OWASP ASVS 5.0, 7.3.1)."""
SESSION_US: Final = 12 * US_PER_HOUR
"""A session ends after this long whatever happens: a working day (OWASP ASVS 5.0, 7.3.2)."""
SECOND_US: Final = 5 * US_PER_MINUTE
"""How long the second factor may follow the first."""
TOKEN_BYTES: Final = 32


@dataclass(frozen=True, slots=True)
class NewSession:
    """A session just begun; `token` goes into the cookie and is kept nowhere. With `second_due` it is nobody's before the second factor."""

    token: str
    login: Login
    second_due: bool = False
    second_given: bool = False


@dataclass(frozen=True, slots=True)
class SessionView:
    """A session of one's own as the list shows it; `key` names it and opens nothing."""

    key: str
    created_us: int
    last_seen_us: int
    address: str
    second_us: int | None


def log_in(database: Database, name: str, password: str, now_us: int, address: str = "") -> NewSession | None:
    """Begin a session by password; None if name or password is wrong or the account is locked or disabled.

    These are not told apart to the asker, and take the same time: a hash is computed for an unknown name as well. It is computed
    outside the write transaction, which would make every other writer wait for it.
    """
    with database.read() as session:
        stored = session.scalar(select(Account.password_hash).where(Account.name == name))
    right = password_matches(stored, password)
    if stored is None:
        return None
    with database.write() as session:
        row = session.scalars(select(Account).where(Account.name == name)).first()
        if row is None or not is_open(row, now_us):
            return None
        if not right or row.password_hash != stored:
            count_failure(row, now_us)
            return None
        return begin(session, row, now_us, address)


def login_of(session: Session, token: str, now_us: int, second_factor_roles: Collection[Role] = ()) -> Login | None:
    """Give who a cookie's token belongs to; None if the session is unknown, unfinished or over. Reads only: see `touch`.

    Of the roles in `second_factor_roles` it has those only in which the second factor was given.
    """
    return login_and_due(session, token, now_us, second_factor_roles)[0]


def login_and_due(session: Session, token: str, now_us: int, second_factor_roles: Collection[Role] = ()) -> tuple[Login | None, bool]:
    """Give who a cookie's token belongs to, as `login_of`, and whether `touch` is due; once a minute spares a write per request."""
    found = _found(session, token)
    if found is None:
        return None, False
    row, account = found
    over = now_us >= row.created_us + SESSION_US or now_us >= row.last_seen_us + SESSION_IDLE_US
    if over or row.second_due or account.disabled_us is not None:
        return None, False
    withhold = frozenset() if row.second_us is not None else frozenset(second_factor_roles)
    return _login(session, account, row.csrf_token, withhold), now_us >= row.last_seen_us + US_PER_MINUTE


def began_by(session: Session, token: str) -> int | None:
    """Give the number of the reset by whose link a session began, None if it began otherwise."""
    return session.scalar(select(LoginSession.reset_id).where(LoginSession.token_sha256 == sha256_hex(token.encode())))


def unfinished_account(session: Session, token: str, now_us: int) -> Account | None:
    """Give the account of a session that waits for its second factor, None if it is none such or waited too long."""
    found = _found(session, token)
    if found is None:
        return None
    row, account = found
    waits = row.second_due and now_us < row.created_us + SECOND_US and is_open(account, now_us)
    return account if waits else None


def touch(session: Session, token: str, now_us: int) -> None:
    """Note that a session was used, which puts off its end."""
    session.execute(update(LoginSession).where(LoginSession.token_sha256 == sha256_hex(token.encode())).values(last_seen_us=now_us))


def log_out(session: Session, token: str) -> None:
    """End a session."""
    session.execute(delete(LoginSession).where(LoginSession.token_sha256 == sha256_hex(token.encode())))


def sessions_of(session: Session, account_id: int, now_us: int) -> tuple[SessionView, ...]:
    """Give an account's sessions that are not over, the latest first."""
    query = select(LoginSession).where(
        LoginSession.account_id == account_id,
        LoginSession.second_due.is_(False),
        LoginSession.created_us > now_us - SESSION_US,
        LoginSession.last_seen_us > now_us - SESSION_IDLE_US,
    )
    rows = session.scalars(query.order_by(LoginSession.created_us.desc()))
    return tuple(SessionView(row.token_sha256, row.created_us, row.last_seen_us, row.address, row.second_us) for row in rows)


def csrf_matches(login: Login, given: str) -> bool:
    """Whether a form sent the session's CSRF token back; compared in constant time."""
    return secrets.compare_digest(login.csrf_token.encode(), given.encode())


def is_open(account: Account, now_us: int) -> bool:
    """Whether an account is neither disabled nor locked."""
    return account.disabled_us is None and now_us >= account.locked_until_us


def count_failure(account: Account, now_us: int) -> None:
    """Count a wrong password or code, and lock the account after too many."""
    account.failures += 1
    if account.failures >= FAILURES_MAX:
        account.failures, account.locked_until_us = 0, now_us + LOCK_US


def begin(
    session: Session, account: Account, now_us: int, address: str = "", *, second_given: bool = False, reset_id: int | None = None
) -> NewSession:
    """Begin a session of an account whose first factor was right; where it has a second one, that is due next unless it was given.

    Only a whole login forgets earlier failures: else a right password would buy ever new guesses at the code.
    """
    session.execute(delete(LoginSession).where(LoginSession.created_us < now_us - SESSION_US))
    due = account.totp_since_us is not None and not second_given
    if not due:
        account.failures = 0
    token, csrf_token = secrets.token_urlsafe(TOKEN_BYTES), secrets.token_urlsafe(TOKEN_BYTES)
    session.add(
        LoginSession(
            token_sha256=sha256_hex(token.encode()),
            account_id=account.id,
            csrf_token=csrf_token,
            created_us=now_us,
            last_seen_us=now_us,
            address=address[:60],
            second_due=due,
            second_us=now_us if second_given else None,
            reset_id=reset_id,
        )
    )
    return NewSession(token, _login(session, account, csrf_token), due, second_given)


def _found(session: Session, token: str) -> tuple[LoginSession, Account] | None:
    query = select(LoginSession, Account).join(Account, Account.id == LoginSession.account_id)
    found = session.execute(query.where(LoginSession.token_sha256 == sha256_hex(token.encode()))).first()
    return None if found is None else (found[0], found[1])


def _login(session: Session, account: Account, csrf_token: str, withhold: frozenset[Role] = frozenset()) -> Login:
    roles, reach = roles_of(session, account.id)
    return Login(account.id, account.name, account.person, roles - withhold, csrf_token, reach, roles & withhold)
