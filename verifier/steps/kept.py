"""Steps 8 to 10: media, parameters and certificate are those that the signed record names."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, Final

from contract.bundle.contents import Publication, parse_content
from contract.bundle.manifest import Role
from contract.canonical import parse_canonical
from contract.faults import RejectError, StopError
from contract.media import MediaRole, sha256_hex
from contract.records import CertificateEntry
from contract.signatures import PayloadType, key_id, open_envelope, parse_envelope, public_key_of
from contract.station import Signatory, Station, parse_station
from contract.units import US_PER_S
from verifier.bundle import Bundle
from verifier.findings import Finding, note

SEALED_PARTS: Final = frozenset({"proposal", "approval", "parameters"})


def check_media(bundle: Bundle) -> Iterator[Finding | int]:
    """Check that each medium that a record names is here, and that nothing else is; hashes were compared with the manifest before."""
    held = {entry.sha256: entry for entry in bundle.manifest.of(Role.MEDIA)}
    told = {one.sha256: one for one in bundle.manifest.missing}
    named: set[str] = set()
    for one in bundle.records:
        for ref in one.record.media:
            yield 1
            named.add(ref.sha256)
            entry, thing = held.get(ref.sha256), f"{ref.role.value} {ref.sha256[:16]} of record {one.record.seq}"
            if entry is not None and entry.size != ref.size:
                yield Finding("media-differ", entry.name, f"has {entry.size} bytes, the signed record says {ref.size}")
            elif entry is None and ref.sha256 in told:
                deleted = told[ref.sha256].deleted_us is not None
                yield note("media-deleted" if deleted else "media-absent", thing, "is not in the bundle, and central says so")
            elif entry is None:
                yield Finding("media-missing", thing, "is signed for and not in the bundle, and nobody says why; ask for it")
    for sha256 in held.keys() - named:
        yield Finding("media-differ", held[sha256].name, "is named by none of the signed records: another picture or capture")
    if bundle.vehicle is not None and not any(ref.role is MediaRole.CAPTURE for ref in bundle.vehicle.record.media):
        yield note("no-capture", bundle.vehicle.entry.name, "names no capture: the weighing cannot be repeated")


def check_parameters(bundle: Bundle) -> Iterator[Finding | int]:
    """Check that station file and calibration are those whose digests the record holds."""
    _, record = bundle.whole
    calibration = None if record.calibration is None else record.calibration.sha256
    wanted = ((Role.STATION_FILE, record.parameters_sha256), (Role.CALIBRATION, calibration))
    for role, sha256 in wanted:
        entry = bundle.only(role)
        if entry is None and sha256 is not None:
            yield note("parameters-absent", role.value, f"with SHA-256 {sha256[:16]} is not in the bundle: the station has not sent it")
        elif entry is not None:
            yield 1
            if entry.sha256 != sha256:
                yield Finding(
                    "parameters-differ", entry.name, f"has SHA-256 {entry.sha256[:16]}, the signed record names {str(sha256)[:16]}"
                )


def check_certificate(bundle: Bundle) -> Iterator[Finding | int]:
    """Check who put the calibration into force, and that the scale's verification covers the moment of passage."""
    _, record = bundle.whole
    certificate = record.certificate
    if certificate is None:
        published = [parse_content(Publication, data, entry.name) for entry, data in bundle.each(Role.PUBLICATION)]
        yield len(published)
        verifying = [one for one in published if one.station == record.station and one.verifies(record.time_us)]
        if verifying and not any(one.was_known(record.time_us) for one in verifying):
            what = "was told to central only after the vehicle had passed; ask the institute when it was issued"
            yield note("entered-afterwards", f"certificate {verifying[0].certificate}", what)
        if not verifying:
            what = "names no certificate, and no publication of the station one that covers the day: the scale's verification is not proven"
            yield note("no-certificate", f"record {record.seq}", what)
        return
    if not certificate.verified_at(record.time_us):
        moment = datetime.fromtimestamp(record.time_us / US_PER_S, UTC).isoformat(timespec="seconds")
        what = f"does not cover {moment}: the scale's verification had not begun, was over, or there was none"
        yield (Finding if record.verdict.enforceable else note)("verification-not-in-force", f"certificate {certificate.number}", what)
    entry, station_file = bundle.only(Role.CERTIFICATE), bundle.only(Role.STATION_FILE)
    if entry is None or station_file is None:
        what = "is named by the record; its signed entries, or the station file with the signatories' keys, are not in the bundle"
        yield note("certificate-absent", f"certificate {certificate.number}", what)
        return
    yield 1
    if entry.sha256 != certificate.sealed_sha256:
        yield Finding("certificate-differs", entry.name, "is not the one that the signed record names")
    try:
        station = parse_station(bundle.read(station_file).decode(errors="replace"), station_file.name)
    except StopError as error:
        raise RejectError(error.code, error.where, error.what) from error
    yield from certificate_findings(bundle.read(entry), station, certificate, entry.name)


def certificate_findings(data: bytes, station: Station, certificate: CertificateEntry, source: str) -> Iterator[Finding]:
    """Check the proposal and the approval: two persons of the station file, each allowed to, over these very parameters."""
    try:
        sealed = json.loads(data)
    except ValueError as error:
        raise RejectError("certificate-differs", source, f"is no JSON: {error}") from error
    if not isinstance(sealed, dict) or sealed.keys() != SEALED_PARTS or not all(isinstance(part, str) for part in sealed.values()):
        raise RejectError("certificate-differs", source, "is no proposal with its approval and the parameters")
    proposal, proposer, proposed = _entry(sealed["proposal"], station, source)
    approval, approver, approved = _entry(sealed["approval"], station, source)
    calibration = proposal.get("calibration")
    proposed_sha256 = calibration.get("sha256") if isinstance(calibration, dict) else None
    wanted = {
        "the approval is not the one that the record names": sha256_hex(approved) == certificate.sha256,
        "the approval approves another proposal": approval.get("proposal_sha256") == sha256_hex(proposed),
        "the parameters are not those that were proposed": proposed_sha256 == sha256_hex(sealed["parameters"].encode()),
        "the entries are not a proposal and its approval": (proposal.get("kind"), approval.get("kind")) == ("proposal", "approval"),
        "the entries are of another station": proposal.get("station") == approval.get("station") == station.station.id,
        "the number is another": approval.get("number") == certificate.number,
        f"{proposer.name} may not propose": "propose" in proposer.may and _present(proposer, proposal),
        f"{approver.name} may not approve": "approve" in approver.may and _present(approver, approval),
        f"{proposer.name} both proposed and approved it": proposer.person != approver.person,
    }
    for what, holds in wanted.items():
        if not holds:
            yield Finding("certificate-differs", source, what)


def _entry(envelope: str, station: Station, source: str) -> tuple[dict[str, Any], Signatory, bytes]:
    keys = {key_id(public_key_of(one.key)): one for one in station.signatory}
    parsed = parse_envelope(envelope.encode(), source)
    payload = open_envelope(parsed, PayloadType.CERTIFICATE, {name: public_key_of(one.key) for name, one in keys.items()}, source)
    signer = next(one.keyid for one in parsed.signatures if one.keyid in keys)
    return parse_canonical(payload, source), keys[signer], payload


def _present(person: Signatory, entry: dict[str, Any]) -> bool:
    time_us = entry.get("time_us")
    if not isinstance(time_us, int) or not 0 < time_us < 2**53:
        return False
    return person.until is None or datetime.fromtimestamp(time_us / US_PER_S, UTC).date() <= person.until
