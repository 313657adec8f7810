"""Passwords: what is allowed, and their argon2id hashes."""

import secrets
from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import VerificationError

from contract.faults import RejectError

PASSWORD_MIN: Final = 12
PASSWORD_MAX: Final = 200
_HASHER: Final = PasswordHasher()
"""argon2id with the library's defaults, those of RFC 9106, 4 (low memory): 64 MiB, 3 passes, 4 lanes."""


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


def password_matches(stored: str | None, password: str) -> bool:
    """Whether a password is the one of that hash; without a hash it takes as long and is False."""
    if stored is None:
        _HASHER.hash(secrets.token_hex(8))
        return False
    if len(password) > PASSWORD_MAX:
        return False
    try:
        return _HASHER.verify(stored, password)
    except VerificationError:
        return False
