"""The proofs of a record, checked anew each time its page is opened: nothing stored about them is believed."""

from dataclasses import dataclass

from central.evidence.stations import EnrolledKey
from central.evidence.vehicle_detail import Signed
from contract.disclosures import parse_record_envelope
from contract.faults import RejectError
from contract.media import sha256_hex
from contract.records import SupplementRecord, VehicleRecord, parse_record
from contract.signatures import PayloadType, open_envelope


@dataclass(frozen=True, slots=True)
class Proof:
    """What was checked of one signed record; `fault` is the first thing that failed, None when all held."""

    fault: RejectError | None

    @property
    def holds(self) -> bool:
        """Whether everything held."""
        return self.fault is None


def prove(record: VehicleRecord | SupplementRecord, signed: Signed, keys: dict[str, EnrolledKey]) -> Proof:
    """Verify a stored record again.

    1. The envelope is a DSSE envelope, signed by a key that is enrolled for the station.
    2. That key was valid at the record's time.
    3. The signed payload is, byte for byte, what central stored beside it.
    4. Its SHA-256 is the one under which it is listed and chained.
    5. Each text that is held fits a digest of it.
    """
    source = f"{record.station} seq {record.seq}"
    try:
        envelope = parse_record_envelope(signed.bare_envelope, source)
        payload = open_envelope(envelope, PayloadType.RECORD, {identity: enrolled.key for identity, enrolled in keys.items()}, source)
        signers = [keys[signature.keyid] for signature in envelope.signatures if signature.keyid in keys]
        if not all(signer.covers(record.time_us) for signer in signers):
            raise RejectError("key-not-valid", source, "was signed by a key that was not valid at the record's time")
        if payload != signed.payload:
            raise RejectError("payload-differs", source, "the stored record is not the one that was signed")
        if sha256_hex(payload) != signed.sha256:
            raise RejectError("hash-differs", source, f"has SHA-256 {sha256_hex(payload)[:16]}, but is listed as {signed.sha256[:16]}")
        parse_record(payload, source, signed.disclosures)
    except RejectError as error:
        return Proof(error)
    return Proof(None)
