"""Central's own key pair, which signs receipts and bundles; stations and verifiers are given the public half."""

from pathlib import Path
from typing import Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from central.evidence.keys import own_key

NAME: Final = "receipt"
PUBLIC_NAME: Final = f"{NAME}.pub.pem"


def receipt_key(folder: Path) -> Ed25519PrivateKey:
    """Give the key of that folder, made if there is none.

    Raises
    ------
    StopError
        ``key-unreadable`` if what lies there is no Ed25519 private key.
    """
    return own_key(folder, NAME)
