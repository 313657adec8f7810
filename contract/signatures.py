"""DSSE envelopes signed with Ed25519 (https://github.com/secure-systems-lab/dsse, protocol v1.0.2; RFC 8032).

Sealing and opening hold no keys and do no I/O; who owns a key passes it.
"""

import base64
import binascii
from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated, TypeVar

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from contract.faults import RejectError
from contract.media import sha256_hex

PublicKeyText = Annotated[str, Field(pattern=r"^[A-Za-z0-9+/]{43}=$")]
"""An Ed25519 public key as one word: base64 of its 32 bytes."""


class PayloadType(StrEnum):
    """What an envelope holds; a signature over one type is no signature over another."""

    RECORD = "application/vnd.weighline.record+json"
    RECEIPT = "application/vnd.weighline.receipt+json"
    BLOB_CLAIM = "application/vnd.weighline.blob-claim+json"
    CALIBRATION = "application/vnd.weighline.calibration+json"
    CERTIFICATE = "application/vnd.weighline.calibration-certificate+json"
    BUNDLE = "application/vnd.weighline.bundle+json"


class Signature(BaseModel):
    """One signature; `keyid` is the SHA-256 of the raw 32-byte public key."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    keyid: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
    sig: Annotated[str, Field(max_length=120)]


class Envelope(BaseModel):
    """A DSSE envelope in its JSON form."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    payload: str
    payloadType: str  # noqa: N815 - the name is DSSE's
    signatures: Annotated[tuple[Signature, ...], Field(min_length=1, max_length=4)]


EnvelopeType = TypeVar("EnvelopeType", bound=Envelope)


def key_id(key: Ed25519PublicKey) -> str:
    """Give the key's id: SHA-256 of its 32 raw bytes."""
    return sha256_hex(key.public_bytes_raw())


def public_key_text(key: Ed25519PublicKey) -> str:
    """Give a public key as one word, the base64 of its 32 raw bytes, for configuration files."""
    return base64.b64encode(key.public_bytes_raw()).decode()


def public_key_of(text: str) -> Ed25519PublicKey:
    """Read a public key from one word.

    Raises
    ------
    ValueError
        If it is not the base64 of 32 bytes.
    """
    return Ed25519PublicKey.from_public_bytes(base64.b64decode(text, validate=True))


def pre_authentication_encoding(payload_type: str, payload: bytes) -> bytes:
    """Give the bytes that DSSE signs: ``DSSEv1 len(type) type len(payload) payload``."""
    kind = payload_type.encode()
    return b"DSSEv1 %d %b %d %b" % (len(kind), kind, len(payload), payload)


def sign(payload: bytes, payload_type: PayloadType, key: Ed25519PrivateKey) -> Envelope:
    """Sign `payload` and give the envelope."""
    signature = key.sign(pre_authentication_encoding(payload_type, payload))
    return Envelope(
        payload=base64.b64encode(payload).decode(),
        payloadType=payload_type,
        signatures=(Signature(keyid=key_id(key.public_key()), sig=base64.b64encode(signature).decode()),),
    )


def seal(payload: bytes, payload_type: PayloadType, key: Ed25519PrivateKey) -> bytes:
    """Sign `payload` and give the envelope's JSON bytes."""
    return sign(payload, payload_type, key).model_dump_json().encode()


def spelled_out(envelope: Envelope) -> bytes:
    """Give the one way to write an envelope: base64 has bits that carry nothing, and JSON has blanks, which no signature covers.

    Raises
    ------
    ValueError
        If payload or a signature is no base64.
    """
    signatures = tuple(one.model_copy(update={"sig": _respelled(one.sig)}) for one in envelope.signatures)
    return envelope.model_copy(update={"payload": _respelled(envelope.payload), "signatures": signatures}).model_dump_json().encode()


def _respelled(text: str) -> str:
    return base64.b64encode(base64.b64decode(text, validate=True)).decode()


def parse_envelope(data: bytes, source: str) -> Envelope:
    """Read an envelope's JSON bytes.

    Raises
    ------
    RejectError
        If they are no DSSE envelope.
    """
    return parse_as(Envelope, data, source)


def parse_as(kind: type[EnvelopeType], data: bytes, source: str) -> EnvelopeType:
    """Read an envelope of a kind that carries more than DSSE's members; as `parse_envelope`."""
    try:
        return kind.model_validate_json(data)
    except ValidationError as error:
        raise RejectError("not-an-envelope", source, f"is no DSSE envelope: {error.errors(include_url=False)[0]['msg']}") from error


def payload_of(envelope: Envelope, source: str) -> bytes:
    """Give the payload, NOT verified.

    Raises
    ------
    RejectError
        If it is not base64.
    """
    try:
        return base64.b64decode(envelope.payload, validate=True)
    except binascii.Error as error:
        raise RejectError("not-an-envelope", source, f"payload is not base64: {error}") from error


def open_envelope(envelope: Envelope, payload_type: PayloadType, keys: Mapping[str, Ed25519PublicKey], source: str) -> bytes:
    """Verify an envelope and give its payload.

    Parameters
    ----------
    envelope
        As parsed.
    payload_type
        The only type that is accepted here.
    keys
        Trusted keys by key id.
    source
        Where it came from, for the error.

    Raises
    ------
    RejectError
        If the type is another (``wrong-payload-type``), no signature is by a trusted key (``unknown-key``), or a signature by a trusted key
        does not fit the payload (``bad-signature``).
    """
    if envelope.payloadType != payload_type:
        raise RejectError("wrong-payload-type", source, f"holds {envelope.payloadType!r}, wanted {payload_type.value!r}")
    payload = payload_of(envelope, source)
    signed = [signature for signature in envelope.signatures if signature.keyid in keys]
    if not signed:
        given = ", ".join(signature.keyid[:16] for signature in envelope.signatures)
        raise RejectError("unknown-key", source, f"is signed by {given}, which is not enrolled")
    encoding = pre_authentication_encoding(payload_type, payload)
    for signature in signed:
        try:
            keys[signature.keyid].verify(base64.b64decode(signature.sig, validate=True), encoding)
        except (InvalidSignature, binascii.Error) as error:
            raise RejectError("bad-signature", source, f"the signature by key {signature.keyid[:16]} does not fit the payload") from error
    return payload
