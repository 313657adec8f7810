"""Signatures of the Standard Webhooks specification 1.0.0: HMAC-SHA256 over ``id.timestamp.body``, so that none of them can be changed."""

import base64
import hashlib
import hmac
import secrets
from typing import Final

SECRET_PREFIX: Final = "whsec_"  # noqa: S105 - what the specification lets every secret begin with
SECRET_BYTES: Final = 32
"""The specification asks for 24 to 64 random bytes."""


def new_secret() -> str:
    """Make a secret, as the receiver is told it."""
    return SECRET_PREFIX + base64.b64encode(secrets.token_bytes(SECRET_BYTES)).decode()


def signed_headers(secret: str, identity: str, time_s: int, body: bytes) -> dict[str, str]:
    """Give the three headers of a delivery.

    Parameters
    ----------
    secret
        As `new_secret` gave it.
    identity
        The event's; the same at each try, so that a receiver takes a repeated one once.
    time_s
        Of this try, UTC in s; a receiver refuses what is older than some minutes.
    body
        The bytes as sent.
    """
    key = base64.b64decode(secret.removeprefix(SECRET_PREFIX))
    digest = hmac.new(key, f"{identity}.{time_s}.".encode() + body, hashlib.sha256).digest()
    return {"webhook-id": identity, "webhook-timestamp": str(time_s), "webhook-signature": f"v1,{base64.b64encode(digest).decode()}"}
