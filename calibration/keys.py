"""The key by which a calibration that was learnt from traffic is signed, and the envelope it is signed into."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, load_pem_private_key

from calibration.model import Calibration, load_calibration
from calibration.told import told
from contract.faults import RejectError, StopError
from contract.signatures import PayloadType, key_id, open_envelope, parse_envelope, payload_of, seal

KEY_MODE = 0o600


def create_key(path: Path) -> Ed25519PrivateKey:
    """Make a key and write it, readable by its owner alone.

    Raises
    ------
    RejectError
        If the file exists or cannot be written.
    """
    key = Ed25519PrivateKey.generate()
    try:
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, KEY_MODE), "wb") as file:
            file.write(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    except OSError as error:
        raise RejectError(
            "key-unwritable", str(path), told("cannot be made: %(strerror)s; give a path that is free", strerror=error.strerror)
        ) from error
    return key


def load_key(path: Path) -> Ed25519PrivateKey:
    """Read a key.

    Raises
    ------
    RejectError
        If it cannot be read or is no unencrypted Ed25519 private key in PEM.
    """
    try:
        key = load_pem_private_key(path.read_bytes(), password=None)
    except OSError as error:
        raise RejectError(
            "key-unreadable", str(path), told("cannot be read: %(strerror)s; make one with wim-calibration key", strerror=error.strerror)
        ) from error
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise RejectError("key-invalid", str(path), told("is no unencrypted private key in PEM: %(error)s", error=error)) from error
    if not isinstance(key, Ed25519PrivateKey):
        raise RejectError("key-invalid", str(path), told("is a %(kind)s; Ed25519 is wanted", kind=type(key).__name__))
    return key


def sign(calibration: Calibration, key: Ed25519PrivateKey) -> str:
    """Give the signed file of a calibration."""
    return seal(calibration.dump().encode(), PayloadType.CALIBRATION, key).decode() + "\n"


def look_into(text: str, source: str) -> tuple[Calibration, tuple[str, ...]]:
    """Give a calibration file's content WITHOUT verifying it, and the ids of the keys that are said to have signed it.

    Raises
    ------
    StopError
        If it is no calibration.
    """
    if not _is_signed(text):
        return load_calibration(text, source), ()
    try:
        envelope = parse_envelope(text.encode(), source)
        payload = payload_of(envelope, source)
    except RejectError as error:
        raise StopError(error.code, source, error.what) from error
    return load_calibration(payload.decode(errors="replace"), source), tuple(signature.keyid for signature in envelope.signatures)


def _is_signed(text: str) -> bool:
    return '"payloadType"' in text


def read_calibration(text: str, trusted: Sequence[Ed25519PublicKey], source: str) -> Calibration:
    """Read a calibration file, signed or not.

    What was fitted to reference vehicles may be unsigned; what traffic has taught moves a scale without a reference vehicle and must be
    signed by a key that the station trusts.

    Raises
    ------
    StopError
        If it is no calibration, or was learnt from traffic and is not signed by one of `trusted`.
    """
    if not _is_signed(text):
        calibration = load_calibration(text, source)
        if calibration.site is not None:
            what = told("was learnt from traffic and is not signed; sign it with wim-calibration learn --key")
            raise StopError("calibration-unsigned", source, what)
        return calibration
    keys = {key_id(key): key for key in trusted}
    try:
        payload = open_envelope(parse_envelope(text.encode(), source), PayloadType.CALIBRATION, keys, source)
    except RejectError as error:
        what = told("%(what)s; the station file names trusted keys in gates.calibration_keys", what=error.what)
        raise StopError(error.code, source, what) from error
    return load_calibration(payload.decode(), source)
