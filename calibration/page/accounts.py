"""Who may use the page: accounts, logins, and the key with which each person signs.

Of every secret only a hash is kept: argon2id for passwords, SHA-256 for session tokens. A signing key is encrypted under its owner's
password (AES-256-GCM, key by argon2id), so that nobody else can sign, not even who owns the disk.
"""

from __future__ import annotations

import secrets
import sqlite3
import time
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Final

from argon2 import PasswordHasher, Type
from argon2.exceptions import VerificationError
from argon2.low_level import hash_secret_raw
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from calibration.sessions.storage import Storage
from calibration.told import told
from contract.faults import RejectError
from contract.media import sha256_hex
from contract.signatures import public_key_text
from contract.units import US_PER_HOUR, US_PER_MINUTE

FAILURES_MAX: Final = 5
"""Wrong passwords in a row before the account is locked for `LOCK_US` (OWASP ASVS 5.0, 6.3.1)."""
LOCK_US: Final = 15 * US_PER_MINUTE
SESSION_IDLE_US: Final = 90 * US_PER_MINUTE
"""A login ends after this long without a request: a truck's round, lunch, and a screen that was locked meanwhile."""
SESSION_US: Final = 12 * US_PER_HOUR
"""A login ends after this long whatever happens: a working day (OWASP ASVS 5.0, 7.3.2)."""
TOKEN_BYTES: Final = 32
PASSWORD_MIN: Final = 12
PASSWORD_MAX: Final = 200
SALT_BYTES, NONCE_BYTES, KEY_BYTES = 16, 12, 32
_HASHER: Final = PasswordHasher()
"""argon2id with the library's defaults, those of RFC 9106, 4 (low memory): 64 MiB, 3 passes, 4 lanes."""

SCHEMA: Final = (
    """CREATE TABLE account (
        name TEXT PRIMARY KEY,
        role TEXT NOT NULL CHECK (role IN ('technician', 'approver')),
        password_hash TEXT NOT NULL,
        sealed_key BLOB NOT NULL,
        public_key TEXT NOT NULL,
        failures INTEGER NOT NULL DEFAULT 0,
        locked_until_us INTEGER NOT NULL DEFAULT 0,
        barred INTEGER NOT NULL DEFAULT 0
    ) STRICT""",
    """CREATE TABLE login (
        token_sha256 TEXT PRIMARY KEY,
        name TEXT NOT NULL REFERENCES account (name),
        csrf_token TEXT NOT NULL,
        created_us INTEGER NOT NULL,
        seen_us INTEGER NOT NULL
    ) STRICT""",
)


class Role(StrEnum):
    """What an account may do: conduct sessions and propose, or approve what somebody else has proposed."""

    TECHNICIAN = "technician"
    APPROVER = "approver"


@dataclass(frozen=True, slots=True)
class Login:
    """Who is logged in, and the CSRF token that every form must send back."""

    name: str
    role: Role
    csrf_token: str


@dataclass(frozen=True, slots=True)
class Account:
    """An account as a list shows it."""

    name: str
    role: Role
    public_key: str
    barred: bool


class Accounts:
    """The accounts of a station's page.

    Parameters
    ----------
    path
        The SQLite file; made if it is not there.
    now_us
        UTC in µs; tests bring their own.
    """

    def __init__(self, path: Path, now_us: Callable[[], int] = lambda: time.time_ns() // 1_000) -> None:
        self._storage = Storage(path, SCHEMA)
        self._now_us = now_us

    def close(self) -> None:
        """Close the file."""
        self._storage.close()

    def add(self, name: str, role: Role, password: str, key: Ed25519PrivateKey | None = None) -> str:
        """Add an account with a signing key of its own; give the public key as a station file writes it.

        Raises
        ------
        RejectError
            ``account-name``, ``account-exists`` or ``weak-password``.
        """
        if not (1 <= len(name) <= 60 and name == name.strip() and name.isprintable()):
            raise RejectError(
                "account-name",
                told("account %(name)s", name=f"{name[:60]!r}"),
                told("needs 1 to 60 printable characters without blanks at the ends"),
            )
        hashed, secret = _hashed(password), key or Ed25519PrivateKey.generate()
        public = public_key_text(secret.public_key())
        fields = (name, role.value, hashed, _sealed(secret, password), public)
        with self._storage.transaction() as connection:
            if connection.execute("SELECT 1 FROM account WHERE name = ?", (name,)).fetchone():
                raise RejectError(
                    "account-exists",
                    told("account %(name)s", name=name),
                    told("exists already; choose another name, or `account password` for it"),
                )
            connection.execute("INSERT INTO account (name, role, password_hash, sealed_key, public_key) VALUES (?, ?, ?, ?, ?)", fields)
        return public

    def change_password(self, name: str, old: str, new: str) -> None:
        """Give an account another password and end its logins; its key stays.

        Raises
        ------
        RejectError
            ``password-wrong`` or ``weak-password``.
        """
        key, hashed = self.unlock(name, old), _hashed(new)
        with self._storage.transaction() as connection:
            connection.execute("UPDATE account SET password_hash = ?, sealed_key = ? WHERE name = ?", (hashed, _sealed(key, new), name))
            connection.execute("DELETE FROM login WHERE name = ?", (name,))

    def bar(self, name: str, *, barred: bool) -> None:
        """Shut an account out and end its logins, or let it in again.

        Raises
        ------
        RejectError
            ``account-unknown``.
        """
        with self._storage.transaction() as connection:
            if (
                connection.execute(
                    "UPDATE account SET barred = ?, failures = 0, locked_until_us = 0 WHERE name = ?", (barred, name)
                ).rowcount
                != 1
            ):
                raise RejectError("account-unknown", told("account %(name)s", name=name), told("is not there; see `account list`"))
            connection.execute("DELETE FROM login WHERE name = ?", (name,))

    def every(self) -> list[Account]:
        """Give all accounts by name."""
        with self._storage.transaction() as connection:
            rows = connection.execute("SELECT name, role, public_key, barred FROM account ORDER BY name").fetchall()
        return [Account(name, Role(role), public, bool(barred)) for name, role, public, barred in rows]

    def log_in(self, name: str, password: str) -> str | None:
        """Begin a login and give its token; None if name or password is wrong, or the account is locked or barred.

        These are not told apart to the asker, and take the same time: a hash is computed for an unknown name as well.
        """
        if not self._verified(name, password):
            return None
        token, csrf, now_us = secrets.token_urlsafe(TOKEN_BYTES), secrets.token_urlsafe(TOKEN_BYTES), self._now_us()
        with self._storage.transaction() as connection:
            connection.execute("DELETE FROM login WHERE created_us < ?", (now_us - SESSION_US,))
            connection.execute("INSERT INTO login VALUES (?, ?, ?, ?, ?)", (sha256_hex(token.encode()), name, csrf, now_us, now_us))
        return token

    def login_of(self, token: str) -> Login | None:
        """Give whose login a token is, and put off its end; None if it is unknown or over."""
        now_us, hashed = self._now_us(), sha256_hex(token.encode())
        query = (
            "SELECT name, role, csrf_token, created_us, seen_us FROM login JOIN account USING (name) WHERE token_sha256 = ? AND NOT barred"
        )
        with self._storage.transaction() as connection:
            row = connection.execute(query, (hashed,)).fetchone()
            if row is None or now_us >= row[3] + SESSION_US or now_us >= row[4] + SESSION_IDLE_US:
                return None
            if now_us >= row[4] + US_PER_MINUTE:
                connection.execute("UPDATE login SET seen_us = ? WHERE token_sha256 = ?", (now_us, hashed))
        return Login(row[0], Role(row[1]), row[2])

    def log_out(self, token: str) -> None:
        """End a login."""
        with self._storage.transaction() as connection:
            connection.execute("DELETE FROM login WHERE token_sha256 = ?", (sha256_hex(token.encode()),))

    def unlock(self, name: str, password: str) -> Ed25519PrivateKey:
        """Give a person's signing key; the password proves again, at the moment of signing, that it is this person.

        Raises
        ------
        RejectError
            ``password-wrong``; tries are counted as at the login.
        """
        wrong = RejectError(
            "password-wrong", told("account %(name)s", name=name), told("does not open with that password, or is locked for some minutes")
        )
        if not self._verified(name, password):
            raise wrong
        with self._storage.transaction() as connection:
            (sealed,) = connection.execute("SELECT sealed_key FROM account WHERE name = ?", (name,)).fetchone()
        try:
            return _opened(sealed, password)
        except InvalidTag:
            raise wrong from None

    def _verified(self, name: str, password: str) -> bool:
        """Check a password, count failures, and lock; the hash is computed outside the transaction, which would make others wait."""
        with self._storage.transaction() as connection:
            row = connection.execute("SELECT password_hash FROM account WHERE name = ?", (name,)).fetchone()
        right = _verifies(row[0] if row else _HASHER.hash(secrets.token_hex(8)), password)
        if row is None:
            return False
        with self._storage.transaction() as connection:
            return self._count(connection, name, right=right)

    def _count(self, connection: sqlite3.Connection, name: str, *, right: bool) -> bool:
        now_us = self._now_us()
        failures, locked_until_us, barred = connection.execute(
            "SELECT failures, locked_until_us, barred FROM account WHERE name = ?", (name,)
        ).fetchone()
        if barred or now_us < locked_until_us <= now_us + LOCK_US:
            return False
        failures = 0 if right else failures + 1
        locked = failures >= FAILURES_MAX
        values = (0 if locked else failures, now_us + LOCK_US if locked else 0, name)
        connection.execute("UPDATE account SET failures = ?, locked_until_us = ? WHERE name = ?", values)
        return right


def _hashed(password: str) -> str:
    if not PASSWORD_MIN <= len(password) <= PASSWORD_MAX:
        raise RejectError(
            "weak-password",
            told("password"),
            told(
                "has %(n)s characters; use %(password_min)s to %(password_max)s",
                n=len(password),
                password_min=PASSWORD_MIN,
                password_max=PASSWORD_MAX,
            ),
        )
    return _HASHER.hash(password)


def _verifies(stored: str, password: str) -> bool:
    if len(password) > PASSWORD_MAX:
        return False
    try:
        return _HASHER.verify(stored, password)
    except VerificationError:
        return False


def _wrapping_key(password: str, salt: bytes) -> bytes:
    return hash_secret_raw(
        password.encode(), salt, _HASHER.time_cost, _HASHER.memory_cost, _HASHER.parallelism, hash_len=KEY_BYTES, type=Type.ID
    )


def _sealed(key: Ed25519PrivateKey, password: str) -> bytes:
    salt, nonce = secrets.token_bytes(SALT_BYTES), secrets.token_bytes(NONCE_BYTES)
    return salt + nonce + AESGCM(_wrapping_key(password, salt)).encrypt(nonce, key.private_bytes_raw(), None)


def _opened(sealed: bytes, password: str) -> Ed25519PrivateKey:
    salt, nonce, secret = sealed[:SALT_BYTES], sealed[SALT_BYTES : SALT_BYTES + NONCE_BYTES], sealed[SALT_BYTES + NONCE_BYTES :]
    return Ed25519PrivateKey.from_private_bytes(AESGCM(_wrapping_key(password, salt)).decrypt(nonce, secret, None))
