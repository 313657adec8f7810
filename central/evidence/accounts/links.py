"""One-time login links: what a link asks of who opens it, and the login by it."""

import base64
import secrets
from enum import StrEnum
from typing import Final

from sqlalchemy import select, update
from sqlalchemy.engine import CursorResult
from sqlalchemy.orm import Session

from central.evidence.accounts.sessions import TOKEN_BYTES, NewSession, begin, is_open
from central.evidence.models import Account, AccountReset, LoginToken
from contract.media import sha256_hex
from contract.units import US_PER_HOUR

LINK_US: Final = US_PER_HOUR
"""How long a link is good for once it may be used."""
CODE_TRIES_MAX: Final = 5
"""Wrong codes before a link is dead."""
_CODE_BYTES: Final = 5
"""40 random bits: eight characters, of which `CODE_TRIES_MAX` may be guessed."""


class LinkState(StrEnum):
    """What a login link asks of who opens it."""

    GONE = "gone"
    WAITS = "waits"
    """For a second administrator."""
    CODE = "code"
    """That he who opens it has the code, too."""
    READY = "ready"


def make_login_link_token(session: Session, account: int, now_us: int, lasts_us: int, *, reset_id: int | None = None) -> str:
    """Make a token that logs `account` in once, until it expires, under the conditions of its reset."""
    token = secrets.token_urlsafe(TOKEN_BYTES)
    row = LoginToken(token_sha256=sha256_hex(token.encode()), account_id=account, expires_us=now_us + lasts_us, reset_id=reset_id)
    session.add(row)
    return token


def give_code(session: Session, reset: AccountReset, now_us: int) -> str:
    """Let a reset's link be used by who has the code that is given, and kept as a hash only."""
    code = base64.b32encode(secrets.token_bytes(_CODE_BYTES)).decode()
    reset.code_sha256 = _code_hash(reset.id, code)
    session.execute(update(LoginToken).where(LoginToken.reset_id == reset.id).values(expires_us=now_us + LINK_US))
    return f"{code[:4]}-{code[4:]}"


def end_link(session: Session, reset_id: int, now_us: int) -> None:
    """End the link of a reset, if it has one."""
    session.execute(update(LoginToken).where(LoginToken.reset_id == reset_id).values(expires_us=now_us))


def link_state(session: Session, token: str, now_us: int) -> LinkState:
    """Give how a link stands, without using it."""
    row, reset = _found(session, token)
    if row is None or row.used_us is not None or now_us >= row.expires_us:
        return LinkState.GONE
    if reset is None:
        return LinkState.READY
    if reset.in_force_us is None:
        return LinkState.WAITS
    return LinkState.READY if reset.code_sha256 is None else LinkState.CODE


def log_in_by_link(session: Session, token: str, now_us: int, address: str = "", *, code: str = "") -> NewSession | None:
    """Begin a session by a one-time token, and the code where it needs one; None if it is unknown, used, expired or not proved.

    Of any number of simultaneous tries one succeeds. The fifth wrong code ends the link.
    """
    _, reset = _found(session, token)
    state = link_state(session, token, now_us)
    proved = state is LinkState.READY or (state is LinkState.CODE and reset is not None and _proves(session, reset, code, now_us))
    if not proved:
        return None
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
    if not is_open(row, now_us):
        return None
    if reset is not None:
        reset.used_us = now_us
    return begin(session, row, now_us, address, reset_id=None if reset is None else reset.id)


def _proves(session: Session, reset: AccountReset, code: str, now_us: int) -> bool:
    if secrets.compare_digest(reset.code_sha256 or "", _code_hash(reset.id, code)):
        return True
    reset.failures += 1
    if reset.failures >= CODE_TRIES_MAX:
        end_link(session, reset.id, now_us)
    return False


def _code_hash(reset_id: int, code: str) -> str:
    """Hash a code as it was meant; 40 bits behind five tries need no slow hash."""
    plain = code.strip().upper().replace("-", "").replace(" ", "")
    return sha256_hex(f"{reset_id}:{plain}".encode())


def _found(session: Session, token: str) -> tuple[LoginToken | None, AccountReset | None]:
    query = select(LoginToken, AccountReset).outerjoin(AccountReset, AccountReset.id == LoginToken.reset_id)
    found = session.execute(query.where(LoginToken.token_sha256 == sha256_hex(token.encode()))).first()
    return (None, None) if found is None else (found[0], found[1])
