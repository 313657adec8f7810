"""Ed25519 key pairs that a program of ours owns: the private half readable by its owner only, the public half beside it."""

from pathlib import Path

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

from central.evidence.key_files import made_once
from contract.faults import StopError


def own_key(folder: Path, name: str) -> Ed25519PrivateKey:
    """Give the key ``<name>.key.pem`` of that folder, made if there is none; the public half is beside it as ``<name>.pub.pem``.

    Raises
    ------
    StopError
        ``key-unreadable`` if what lies there is no Ed25519 private key.
    """
    path = folder / f"{name}.key.pem"
    try:
        key = load_pem_private_key(made_once(folder, path.name, _new_pem), password=None)
    except (OSError, ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise StopError("key-unreadable", str(path), f"is no readable private key: {error}") from error
    if not isinstance(key, Ed25519PrivateKey):
        raise StopError("key-unreadable", str(path), "is no Ed25519 key")
    public = public_path(folder, name)
    pem = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    if not public.exists() or public.read_bytes() != pem:
        public.write_bytes(pem)
    return key


def public_path(folder: Path, name: str) -> Path:
    """Give where the public half of an own key lies."""
    return folder / f"{name}.pub.pem"


def read_public_key(path: Path) -> Ed25519PublicKey:
    """Read another's public key, such as a station's, from a PEM file.

    Raises
    ------
    StopError
        ``key-unreadable`` if it is none.
    """
    try:
        key = load_pem_public_key(path.read_bytes())
    except (OSError, ValueError, UnsupportedAlgorithm) as error:
        raise StopError("key-unreadable", str(path), f"is no readable public key in PEM form: {error}") from error
    if not isinstance(key, Ed25519PublicKey):
        raise StopError("key-unreadable", str(path), "is no Ed25519 public key; the station's `keys` folder has the right one")
    return key


def _new_pem() -> bytes:
    return Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
