"""Steps 4 to 7: what the station has signed, with which key, and its place in the station's chain."""

from collections.abc import Iterator

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from contract.bundle.contents import Publication, StationKey, StationKeys, parse_content
from contract.bundle.manifest import FileEntry, Role
from contract.chain import GENESIS_SHA256
from contract.disclosures import parse_record_envelope
from contract.faults import RejectError
from contract.log.leaves import RecordLeaf, parse_leaf
from contract.media import sha256_hex
from contract.records import RECORD_MAX_BYTES, SupplementRecord, VehicleRecord, parse_record
from contract.signatures import PayloadType, key_id, open_envelope
from verifier.bundle import Bundle, Signed
from verifier.findings import Finding, note
from verifier.trust import Trust, ed25519_of


def check_records(bundle: Bundle, trust: Trust) -> Iterator[Finding | int]:
    """Open every envelope; the records that are sound are what later steps go by."""
    keys = {key_id(key): key for key in trust.stations} or _enrolled(bundle)
    if not trust.stations:
        what = (
            "come from the bundle itself; compare them with those that the station or its office has published, or pin one by --station-key"
        )
        yield note("key-not-pinned", "the station's keys", what)
    for entry in bundle.manifest.of(Role.RECORD, Role.SUPPLEMENT):
        yield 1
        try:
            signed = _open(bundle, entry, keys)
        except RejectError as error:
            yield Finding.of(error)
            continue
        if entry.role is Role.SUPPLEMENT:
            bundle.supplements.append(signed)
        elif bundle.vehicle is not None:
            yield Finding("bundle-twice", entry.name, "is a second vehicle's record; a bundle is of one vehicle")
        else:
            bundle.vehicle = signed
    bundle.supplements.sort(key=lambda one: one.record.seq)
    if bundle.vehicle is None:
        yield Finding(
            "no-record", f"record {bundle.manifest.station}/{bundle.manifest.seq}", "is not in the bundle in a form that can be believed"
        )
        return
    own, manifest = bundle.vehicle, bundle.manifest
    if (own.record.station, own.record.seq, own.sha256) != (manifest.station, manifest.seq, manifest.record_sha256):
        what = f"is {own.record.station}/{own.record.seq} {own.sha256[:16]}, the manifest is of {manifest.station}/{manifest.seq}"
        yield Finding("another-record", own.entry.name, f"{what} {manifest.record_sha256[:16]}")


def _enrolled(bundle: Bundle) -> dict[str, Ed25519PublicKey]:
    return {one.key_id: ed25519_of(one.public_key) for one in _station_keys(bundle).keys}


def _station_keys(bundle: Bundle) -> StationKeys:
    entry = bundle.only(Role.STATION_KEYS)
    if entry is None:
        raise RejectError("bundle-missing", Role.STATION_KEYS.value, "are not in the bundle; pin the station's key by --station-key")
    keys = parse_content(StationKeys, bundle.read(entry), entry.name)
    for one in keys.keys:
        if key_id(ed25519_of(one.public_key)) != one.key_id:
            raise RejectError("bad-content", entry.name, f"lists a key as {one.key_id[:16]} that is another one")
    return keys


def _open(bundle: Bundle, entry: FileEntry, keys: dict[str, Ed25519PublicKey]) -> Signed:
    envelope = parse_record_envelope(bundle.read(entry, RECORD_MAX_BYTES), entry.name)
    payload = open_envelope(envelope, PayloadType.RECORD, keys, entry.name)
    record = parse_record(payload, entry.name)
    if isinstance(record, VehicleRecord) is not (entry.role is Role.RECORD):
        raise RejectError("wrong-type", entry.name, f"is listed as {entry.role.value} and was signed as {record.type}")
    signer = next(signature.keyid for signature in envelope.signatures if signature.keyid in keys)
    return Signed(entry, payload, signer, record)


def check_station(bundle: Bundle, trust: Trust) -> Iterator[Finding | int]:
    """Check that the signing key was in force, is the one that central had enrolled, and that the station was published."""
    _, record = bundle.whole
    enrolled = _station_keys(bundle)
    if enrolled.station != record.station:
        yield Finding("another-station", Role.STATION_KEYS.value, f"are of station {enrolled.station}, the record is of {record.station}")
    by_id: dict[str, StationKey] = {one.key_id: one for one in enrolled.keys}
    for one in bundle.records:
        yield 1
        key = by_id.get(one.key_id)
        if key is None:
            yield Finding(
                "unknown-key", one.entry.name, f"is signed by key {one.key_id[:16]}, which central has not enrolled for the station"
            )
        elif not key.covers(one.record.time_us):
            yield Finding("key-not-in-force", one.entry.name, f"is signed by key {one.key_id[:16]}, which was not in force then")
    published = [parse_content(Publication, data, entry.name) for entry, data in bundle.each(Role.PUBLICATION)]
    yield len(published)
    covering = [one for one in published if one.station == record.station and one.covers(record.time_us)]
    if covering and not any(one.was_known(record.time_us) for one in covering):
        what = "was told to central only after the vehicle had passed, with an earlier date; ask for the publication itself, and its date"
        yield note("entered-afterwards", f"publication of station {record.station}", what)
    if not covering:
        what = "is not proven to have been made known to the public when the vehicle passed; ask the office where it was published"
        yield note("not-published", f"station {record.station}", what)


def check_disclosures(bundle: Bundle) -> Iterator[Finding | int]:
    """Check that each disclosed text fits a digest that was signed; count what is withheld."""
    withheld = 0
    for index, one in enumerate(bundle.records):
        disclosures = parse_record_envelope(bundle.read(one.entry, RECORD_MAX_BYTES), one.entry.name).disclosures
        yield len(disclosures)
        try:
            record = parse_record(one.payload, one.entry.name, disclosures)
        except RejectError as error:
            yield Finding.of(error)
            continue
        withheld += record.withheld
        told = Signed(one.entry, one.payload, one.key_id, record)
        if one is bundle.vehicle:
            bundle.vehicle = told
        else:
            bundle.supplements[index - (bundle.vehicle is not None)] = told
    if withheld:
        what = "texts are signed as digests and not disclosed: deleted by the schedule, or withheld from you; signatures hold without them"
        yield note("texts-withheld", f"record {bundle.manifest.station}/{bundle.manifest.seq}", f"{withheld} {what}")


def check_chain(bundle: Bundle) -> Iterator[Finding | int]:
    """Check the links: to the record before, as the log holds it, and from each supplement to the vehicle's record."""
    own, record = bundle.whole
    links = {(record.station, one.record.seq): one.sha256 for one in bundle.records}
    for entry, data in bundle.each(Role.LEAF):
        leaf = parse_leaf(data, entry.name)
        if isinstance(leaf, RecordLeaf) and links.setdefault((leaf.station, leaf.seq), leaf.sha256) != leaf.sha256:
            yield Finding("chain-break", entry.name, f"names record {leaf.station}/{leaf.seq} by another hash than its signed bytes have")
    for one in bundle.records:
        yield 1
        if one.record.station != record.station:
            yield Finding("another-station", one.entry.name, f"is of station {one.record.station}, the vehicle's is of {record.station}")
        before = GENESIS_SHA256 if one.record.seq == 1 else links.get((one.record.station, one.record.seq - 1))
        if before is None:
            yield note(
                "predecessor-unknown", one.entry.name, f"names record {one.record.seq - 1} as its predecessor, which is not in the bundle"
            )
        elif before != one.record.prev_sha256:
            yield Finding("chain-break", one.entry.name, f"names {one.record.prev_sha256[:16]} as its predecessor, which is {before[:16]}")
        if isinstance(one.record, SupplementRecord) and (one.record.of_seq, one.record.of_sha256) != (record.seq, sha256_hex(own.payload)):
            yield Finding("another-record", one.entry.name, f"supplements record {one.record.of_seq}, not the vehicle's")
