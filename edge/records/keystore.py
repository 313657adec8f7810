"""The station's signing key: an Ed25519 private key in a file that nobody but the service's own account may read."""

import os
import stat
from pathlib import Path
from typing import Final

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
    load_pem_public_key,
)

from contract.faults import StopError

KEY_MODE: Final = 0o600
KEY_MAX_BYTES: Final = 4_096
"""An Ed25519 PEM has about 120 bytes."""


def create_key(path: Path) -> Ed25519PrivateKey:
    """Make a new key and write it durably; an existing file is never overwritten.

    Raises
    ------
    StopError
        If the file exists or cannot be written.
    """
    key = Ed25519PrivateKey.generate()
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, KEY_MODE)
        with os.fdopen(descriptor, "wb") as file:
            file.write(pem)
            file.flush()
            os.fsync(file.fileno())
        _sync_folder(path.parent)
    except FileExistsError as error:
        what = "exists already; a station keeps one key, move the old one away if it must be replaced"
        raise StopError("key-exists", str(path), what) from error
    except OSError as error:
        raise StopError("key-unwritable", str(path), f"cannot be written: {error.strerror}") from error
    return key


def load_key(path: Path) -> Ed25519PrivateKey:
    """Read the station's key.

    Raises
    ------
    StopError
        If it cannot be read, others may read it, or it is no unencrypted Ed25519 private key in PEM.
    """
    try:
        with path.open("rb") as file:
            status = os.fstat(file.fileno())
            _check_private(path, status)
            pem = file.read(KEY_MAX_BYTES)
    except OSError as error:
        what = f"cannot be read: {error.strerror}; make one with wim-edge keygen, or give its path"
        raise StopError("key-unreadable", str(path), what) from error
    try:
        key = load_pem_private_key(pem, password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise StopError("key-invalid", str(path), f"is no unencrypted private key in PEM: {error}") from error
    if not isinstance(key, Ed25519PrivateKey):
        raise StopError("key-invalid", str(path), f"is a {type(key).__name__}; records are signed with Ed25519 only")
    return key


def load_public_key(path: Path) -> Ed25519PublicKey:
    """Read a public key (PEM), such as the one by which central signs receipts.

    Raises
    ------
    StopError
        If it cannot be read or is no Ed25519 public key.
    """
    try:
        with path.open("rb") as file:
            pem = file.read(KEY_MAX_BYTES)
    except OSError as error:
        raise StopError("key-unreadable", str(path), f"cannot be read: {error.strerror}") from error
    try:
        key = load_pem_public_key(pem)
    except (ValueError, UnsupportedAlgorithm) as error:
        raise StopError("key-invalid", str(path), f"is no public key in PEM: {error}") from error
    if not isinstance(key, Ed25519PublicKey):
        raise StopError("key-invalid", str(path), f"is a {type(key).__name__}; Ed25519 is wanted")
    return key


def public_pem(key: Ed25519PrivateKey) -> bytes:
    """Give the public key as PEM, to be enrolled at central."""
    return key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


def _check_private(path: Path, status: os.stat_result) -> None:
    mode = stat.S_IMODE(status.st_mode)
    if mode & ~KEY_MODE:
        what = (
            f"has permissions {mode:04o}, so others may read the station's key; allowed is 0600: chmod 600, and think of making a new key"
        )
        raise StopError("key-permissions", str(path), what)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
