"""Time stamps over checkpoints by an authority that knows neither us nor the log (RFC 3161, with SHA-256)."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from cryptography.x509 import Certificate, load_pem_x509_certificates
from rfc3161_client import HashAlgorithm, TimestampRequestBuilder, VerificationError, VerifierBuilder, decode_timestamp_response

from contract.faults import RejectError
from contract.units import US_PER_S

QUERY_TYPE: Final = "application/timestamp-query"
REPLY_TYPE: Final = "application/timestamp-reply"
TOKEN_MAX_BYTES: Final = 65_536
"""Longest answer that is read: with a chain of four certificates it has some 8 kB."""
_SHA256: Final = "2.16.840.1.101.3.4.2.1"


@dataclass(frozen=True, slots=True)
class TimestampRequest:
    """What is sent to the authority, and the number that its answer must repeat."""

    data: bytes
    nonce: int


def timestamp_request(data: bytes) -> TimestampRequest:
    """Ask for a time stamp over `data`, which is sent as its SHA-256 only."""
    request = TimestampRequestBuilder().data(data).hash_algorithm(HashAlgorithm.SHA256).build()
    return TimestampRequest(request.as_bytes(), request.nonce or 0)


def read_authority(pem: bytes, source: str) -> tuple[Certificate, ...]:
    """Read the certificates that a time stamp authority is trusted by: its root first or alone, and any between.

    Raises
    ------
    RejectError
        ``bad-certificate``.
    """
    try:
        return tuple(load_pem_x509_certificates(pem))
    except ValueError as error:
        raise RejectError("bad-certificate", source, f"holds no certificates in PEM form: {error}") from error


def verify_timestamp(answer: bytes, data: bytes, authority: Sequence[Certificate], source: str, *, nonce: int | None = None) -> int:
    """Check an authority's answer (a TimeStampResp in DER) over `data`, and give the time it vouches for, UTC in µs.

    The authority's certificates need to have been valid at that time, not now.

    Raises
    ------
    RejectError
        ``bad-timestamp``, with what does not fit.
    """
    if len(answer) > TOKEN_MAX_BYTES:
        raise RejectError("bad-timestamp", source, f"has {len(answer)} bytes; at most {TOKEN_MAX_BYTES} are read")
    try:
        response = decode_timestamp_response(answer)
        verifier = VerifierBuilder(roots=list(authority), nonce=nonce).build()
        verifier.verify(response, hashlib.sha256(data).digest())
        imprint, time = response.tst_info.message_imprint, response.tst_info.gen_time
    except VerificationError as error:
        raise RejectError("bad-timestamp", source, f"is no time stamp of the authority over this: {error}") from error
    except Exception as error:  # on damaged bytes the library lets errors of several parsers through
        raise RejectError("bad-timestamp", source, f"is no time stamp answer: {error}") from error
    if imprint.hash_algorithm.dotted_string != _SHA256:
        raise RejectError("bad-timestamp", source, f"is over a hash of another kind ({imprint.hash_algorithm.dotted_string})")
    return round(time.timestamp() * US_PER_S)
