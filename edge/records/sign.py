"""Turns a record into the two byte strings that are kept: what is signed, and the envelope that travels."""

from dataclasses import dataclass

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from contract.canonical import canonical_bytes
from contract.disclosures import seal_record
from contract.faults import RejectError
from contract.records import RECORD_MAX_BYTES, SupplementRecord, VehicleRecord


@dataclass(frozen=True, slots=True)
class Sealed:
    """A record's canonical bytes, and the DSSE envelope (JSON) around them with the disclosures of its digests."""

    payload: bytes
    envelope: bytes


def sign_record(record: VehicleRecord | SupplementRecord, key: Ed25519PrivateKey) -> Sealed:
    """Sign a record with the station's key.

    Raises
    ------
    RejectError
        ``record-too-large``: central would refuse it, and a broker cut the connection on every attempt.
    """
    payload = canonical_bytes(record)
    envelope = seal_record(payload, record.disclosures, key)
    if len(envelope) > RECORD_MAX_BYTES:
        what = (
            f"has {len(envelope)} bytes as an envelope, at most {RECORD_MAX_BYTES} are taken; the lane has too many sensors for one record"
        )
        raise RejectError("record-too-large", f"record {record.seq} of {record.station}", what)
    return Sealed(payload, envelope)
