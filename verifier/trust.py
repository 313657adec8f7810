"""Whose keys count: those that the caller pins, else those that the bundle brings, which then prove only that it agrees with itself."""

import base64
import binascii
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key
from cryptography.x509 import Certificate

from contract.faults import RejectError
from contract.log.notes import KeyKind, VerifierKey
from contract.log.timestamps import read_authority

KEY_FILE_MAX_BYTES: Final = 65_536


@dataclass(frozen=True)
class Trust:
    """Pinned keys; empty where nothing was pinned."""

    stations: tuple[Ed25519PublicKey, ...] = ()
    central: tuple[Ed25519PublicKey, ...] = ()
    log: VerifierKey | None = None
    witnesses: tuple[VerifierKey, ...] = ()
    authority: tuple[Certificate, ...] = ()


def read_trust(
    stations: Iterable[str] = (),
    central: Iterable[str] = (),
    log: str | None = None,
    witnesses: Iterable[str] = (),
    authority: Path | None = None,
) -> Trust:
    """Read keys as given on the command line: each a PEM file, a file that holds the key as one word, or the word itself.

    Raises
    ------
    RejectError
        If one is no such key; the text says what is allowed.
    """
    return Trust(
        tuple(read_ed25519(text, "--station-key") for text in stations),
        tuple(read_ed25519(text, "--central-key") for text in central),
        None if log is None else read_verifier_key(log, KeyKind.ED25519, "--log-key"),
        tuple(read_verifier_key(text, KeyKind.COSIGNATURE, "--witness-key") for text in witnesses),
        () if authority is None else read_authority(_file(authority), str(authority)),
    )


def read_ed25519(text: str, option: str) -> Ed25519PublicKey:
    """Read an Ed25519 public key from a PEM file, or the base64 of its 32 bytes."""
    return read_ed25519_in(_given(text), option)


def read_ed25519_in(data: bytes, source: str) -> Ed25519PublicKey:
    """Read one from bytes, which never name a file.

    Raises
    ------
    RejectError
        ``bad-key``.
    """
    try:
        key = load_pem_public_key(data) if data.startswith(b"-----") else ed25519_of(data.decode("ascii").strip())
    except (ValueError, UnsupportedAlgorithm) as error:
        what = f"{data[:60]!r} is no Ed25519 public key: give a PEM file, or the base64 of its 32 bytes"
        raise RejectError("bad-key", source, what) from error
    if not isinstance(key, Ed25519PublicKey):
        raise RejectError("bad-key", source, f"{data[:60]!r} is a key of another kind; Ed25519 is wanted")
    return key


def ed25519_of(word: str) -> Ed25519PublicKey:
    """Read a key from the base64 of its 32 bytes; ValueError if it is none."""
    try:
        return Ed25519PublicKey.from_public_bytes(base64.b64decode(word, validate=True))
    except binascii.Error as error:
        raise ValueError(word) from error


def read_verifier_key(text: str, kind: KeyKind, option: str) -> VerifierKey:
    """Read the key of a log or a witness: ``<name>+<id>+<base64>``, or a file that holds it."""
    return read_verifier_key_in(_given(text), kind, option)


def read_verifier_key_in(data: bytes, kind: KeyKind, source: str) -> VerifierKey:
    """Read one from bytes, which never name a file.

    Raises
    ------
    RejectError
        ``bad-verifier-key``, ``bad-key-name``, or ``bad-key`` if it is of another kind.
    """
    key = VerifierKey.parse(data.decode(errors="replace"), source)
    if key.kind is not kind:
        other = "log" if kind is KeyKind.COSIGNATURE else "witness"
        raise RejectError("bad-key", source, f"{key.name} is the key of a {other}, not what is wanted here")
    return key


def _given(text: str) -> bytes:
    path = Path(text)
    try:
        return _file(path) if path.is_file() else text.encode()
    except OSError:  # a word too long to be a path
        return text.encode()


def _file(path: Path) -> bytes:
    try:
        with path.open("rb") as stream:
            return stream.read(KEY_FILE_MAX_BYTES)
    except OSError as error:
        raise RejectError("bad-key", str(path), f"cannot be read: {error.strerror}") from error
