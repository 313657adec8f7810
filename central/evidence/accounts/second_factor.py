"""The second factor: time-based one-time passwords (RFC 6238: SHA-1, 6 digits, 30 s), and recovery codes for a lost device.

A code is taken one step early or late, for clocks that differ (RFC 6238, 6), and none twice.
"""

import base64
import secrets
from typing import Final

from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP
from sqlalchemy import delete, func, select, update
from sqlalchemy.engine import CursorResult
from sqlalchemy.orm import Session

from central.evidence.accounts.directory import note_account
from central.evidence.accounts.sessions import NewSession, began_by, begin, count_failure, log_out, unfinished_account
from central.evidence.journal import Actor
from central.evidence.models import Account, LoginSession, RecoveryCode
from central.evidence.vault import Vault
from contract.faults import RejectError
from contract.media import sha256_hex
from contract.units import US_PER_S

STEP_S: Final = 30
STEPS_APART_MAX: Final = 1
DIGITS: Final = 6
SECRET_BYTES: Final = 20
"""160 bits, as RFC 4226, 4 R6 recommends."""
ISSUER: Final = "Weighline"
RECOVERY_CODES: Final = 10
_RECOVERY_BYTES: Final = 10
"""80 random bits, which nobody guesses, so a fast hash of them is enough."""


def begin_enrolment(session: Session, vault: Vault, account_id: int, now_us: int) -> str:
    """Give the base32 secret that the owner's device is to learn, the same one until he has proved that it did.

    Raises
    ------
    RejectError
        ``second-factor-set`` if the account has one.
    """
    row = session.get_one(Account, account_id)
    if row.totp_since_us is not None:
        raise RejectError("second-factor-set", f"account {row.name!r}", "has a second factor; remove it first")
    if row.totp_sealed is None:
        row.totp_sealed = vault.seal(base64.b32encode(secrets.token_bytes(SECRET_BYTES)).decode(), now_us)
    return vault.unseal(row.totp_sealed, f"second factor of account {account_id}")


def provisioning_uri(secret: str, account: str) -> str:
    """Give what an authenticator reads from the QR code (Key Uri Format)."""
    return _totp(secret).get_provisioning_uri(account, ISSUER)


def finish_enrolment(
    session: Session, vault: Vault, actor: Actor, account_id: int, code: str, *, token: str, now_us: int
) -> tuple[str, ...]:
    """Set the second factor once the device shows a right code, which counts for this session; give the recovery codes.

    Raises
    ------
    RejectError
        ``wrong-code``, ``second-factor-set``.
    """
    begin_enrolment(session, vault, account_id, now_us)
    row = session.get_one(Account, account_id)
    if not _takes(row, vault, code, now_us):
        raise RejectError("wrong-code", "code", "is not what the device shows now; check its clock and give the next one")
    row.totp_since_us = now_us
    session.execute(update(LoginSession).where(LoginSession.token_sha256 == sha256_hex(token.encode())).values(second_us=now_us))
    note_account(session, actor, account_id, "second-factor-set", now_us)
    return _new_recovery_codes(session, account_id)


def renew_recovery_codes(
    session: Session, vault: Vault, actor: Actor, account_id: int, code: str, *, now_us: int
) -> tuple[str, ...] | None:
    """Give ten new recovery codes in place of the old ones, to who shows a right code; None, and a failure counted, to others."""
    row = session.get_one(Account, account_id)
    if not _proves(row, vault, code, now_us):
        return None
    note_account(session, actor, account_id, "recovery-codes-renewed", now_us)
    return _new_recovery_codes(session, account_id)


def remove_second_factor(session: Session, vault: Vault, actor: Actor, account_id: int, code: str, *, now_us: int) -> bool:
    """Take the second factor off again, for who shows a right code; False, and a failure counted, for others."""
    row = session.get_one(Account, account_id)
    if not _proves(row, vault, code, now_us):
        return False
    row.totp_sealed, row.totp_since_us = None, None
    session.execute(delete(RecoveryCode).where(RecoveryCode.account_id == account_id))
    session.execute(update(LoginSession).where(LoginSession.account_id == account_id).values(second_us=None))
    note_account(session, actor, account_id, "second-factor-removed", now_us)
    return True


def give_second_factor(session: Session, vault: Vault, token: str, code: str, *, now_us: int, address: str = "") -> NewSession | None:
    """Finish a login by the device's code or a recovery code, with a new token; None if it is wrong, which counts as a failure."""
    account = unfinished_account(session, token, now_us)
    if account is None:
        return None
    if not (_takes(account, vault, code, now_us) or _uses_recovery_code(session, account.id, code, now_us)):
        count_failure(account, now_us)
        return None
    reset_id = began_by(session, token)
    log_out(session, token)
    return begin(session, account, now_us, address, second_given=True, reset_id=reset_id)


def recovery_codes_left(session: Session, account_id: int) -> int:
    """Give how many recovery codes have not been used."""
    query = select(func.count()).select_from(RecoveryCode)
    return session.scalar(query.where(RecoveryCode.account_id == account_id, RecoveryCode.used_us.is_(None))) or 0


def _proves(account: Account, vault: Vault, code: str, now_us: int) -> bool:
    if account.totp_since_us is not None and now_us >= account.locked_until_us and _takes(account, vault, code, now_us):
        return True
    count_failure(account, now_us)
    return False


def _takes(account: Account, vault: Vault, code: str, now_us: int) -> bool:
    """Whether a code is that of a step near now and after the last one used; the step is then used."""
    given = code.replace(" ", "")
    if account.totp_sealed is None or len(given) != DIGITS or not (given.isascii() and given.isdecimal()):
        return False
    totp = _totp(vault.unseal(account.totp_sealed, f"second factor of account {account.id}"))
    now_step = now_us // US_PER_S // STEP_S
    for step in range(now_step - STEPS_APART_MAX, now_step + STEPS_APART_MAX + 1):
        if step > account.totp_step and secrets.compare_digest(totp.generate(step * STEP_S), given.encode()):
            account.totp_step = step
            return True
    return False


def _uses_recovery_code(session: Session, account_id: int, code: str, now_us: int) -> bool:
    claim = session.execute(
        update(RecoveryCode)
        .where(RecoveryCode.code_sha256 == _recovery_hash(account_id, code), RecoveryCode.used_us.is_(None))
        .values(used_us=now_us)
    )
    return isinstance(claim, CursorResult) and claim.rowcount == 1


def _new_recovery_codes(session: Session, account_id: int) -> tuple[str, ...]:
    session.execute(delete(RecoveryCode).where(RecoveryCode.account_id == account_id))
    codes = []
    for _ in range(RECOVERY_CODES):
        text = base64.b32encode(secrets.token_bytes(_RECOVERY_BYTES)).decode()
        codes.append("-".join(text[start : start + 4] for start in range(0, len(text), 4)))
    session.add_all(RecoveryCode(code_sha256=_recovery_hash(account_id, code), account_id=account_id) for code in codes)
    return tuple(codes)


def _recovery_hash(account_id: int, code: str) -> str:
    plain = code.strip().upper().replace("-", "").replace(" ", "")
    return sha256_hex(f"{account_id}:{plain}".encode())


def _totp(secret: str) -> TOTP:
    return TOTP(base64.b32decode(secret), DIGITS, SHA1(), STEP_S)  # noqa: S303 - what authenticators speak; HMAC needs no collision resistance
