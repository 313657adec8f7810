"""Bundles of a real central: a case on its whole way, under a log with witness and time stamps; and vehicles of a real weighing."""

import io
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.x509 import load_pem_x509_certificates

from central.bundles.make import make_bundle
from central.evidence.journal import SERVICE
from central.evidence.receipt_key import receipt_key
from central.evidence.subject import subject_of
from contract.bundle.archive import ArchiveReader, ArchiveWriter
from contract.bundle.manifest import MANIFEST_NAME, FileEntry, Manifest, look_into_manifest, seal_manifest
from contract.disclosures import parse_record_envelope
from contract.media import MediaRole, sha256_hex
from contract.signatures import payload_of
from tests.central.log.conftest import Logged, open_logged
from tests.central.recorded import receive
from tests.central.review.office import Office, pictures
from tests.central.web.passages import ref, store_blob
from tests.central.web.passages import signal as raw_signal
from tests.recorded_station import recorded_station
from tests.time_stamp_authority import TimeStampAuthority
from verifier.trust import Trust

WAY = ("confirm", "pass-legal", "decide-penalty", "notify")


@dataclass(repr=False)
class Evidence:
    """A central with a case, what keys are known of it from elsewhere, and the bundle."""

    logged: Logged
    central_key: Ed25519PrivateKey
    stations: tuple[Ed25519PublicKey, ...]
    office: Office
    case_id: int
    data: bytes = b""
    more: dict[str, bytes] = field(default_factory=dict)

    @property
    def trust(self) -> Trust:
        trusted = self.logged.keeper.trusted
        return Trust(
            stations=self.stations,
            central=(self.central_key.public_key(),),
            log=trusted.log.verifier,
            witnesses=trusted.witnesses,
            authority=tuple(load_pem_x509_certificates(self.logged.authority.certificate.read_bytes())),
        )

    def bundle(self, subject: str) -> bytes:
        made = make_bundle(self.logged.bench.central, lambda session: subject_of(session, subject), SERVICE)
        data = b"".join(made.chunks())
        assert len(data) == made.size
        return data


@contextmanager
def open_evidence(folder: Path, authority: TimeStampAuthority, *, weighed: bool = False) -> Iterator[Evidence]:
    """Take a case from arrival to its notice and make its bundle; `weighed` adds a station that has recorded real traffic."""
    folder.mkdir(parents=True, exist_ok=True)
    with open_logged(folder, f"sqlite:///{folder / 'central.db'}", authority) as logged:
        bench = logged.bench
        bench.central.settings = logged.settings
        office = Office(bench)
        office.publish()
        first = office.overload()
        logged.keep()
        signal = raw_signal()
        made = pictures(3)
        media = (*(item for item, _ in made), ref(MediaRole.CAPTURE, signal, "application/x-hdf5"))
        record = office.overload(media=media, arrived=False)
        for data in (*(data for _, data in made), signal):
            store_blob(bench, data)
        logged.keep()
        office.screen()
        case_id = office.case(record)
        fallen = office.view(case_id).checklist.fallen
        assert fallen == (), fallen
        office.drive(case_id, *WAY)
        evidence = Evidence(logged, receipt_key(bench.central.settings.key_folder), (bench.station.key.public_key(),), office, case_id)
        assert first.seq == record.seq - 1
        if weighed:
            own = bench.station
            receive(bench, recorded_station(folder / "station", vehicles=2, certified=True))
            evidence.stations += (bench.station.key.public_key(),)
            evidence.more["weighed"] = evidence.bundle(f"{bench.station.id}/2")
            bench.station = own
        evidence.data = evidence.bundle(str(case_id))
        yield evidence


def members_of(data: bytes) -> dict[str, bytes]:
    """Give the members of a bundle by name."""
    reader = ArchiveReader(io.BytesIO(data), "bundle")
    return {name: b"".join(reader.chunks(name)) for name in reader.members}


def archive_of(members: dict[str, bytes]) -> bytes:
    """Give the archive of members."""
    writer = ArchiveWriter([(name, zlib.crc32(content), len(content)) for name, content in members.items()])
    return b"".join([*(writer.head(index) + members[name] for index, name in enumerate(writer.names)), writer.tail()])


def resealed(members: dict[str, bytes], key: Ed25519PrivateKey, change: Callable[[Manifest], Manifest] = lambda one: one) -> bytes:
    """Give the bundle of changed members as somebody with central's key would: every hash in the manifest fits."""
    manifest, _ = look_into_manifest(members[MANIFEST_NAME], "manifest")
    roles = {entry.name: entry.role for entry in manifest.files}
    files = tuple(
        FileEntry(name=name, role=roles[name.removesuffix(".added")], size=len(content), sha256=sha256_hex(content))
        for name, content in sorted(members.items())
        if name != MANIFEST_NAME
    )
    sealed = seal_manifest(change(manifest.model_copy(update={"files": files})), key)
    return archive_of({**members, MANIFEST_NAME: sealed})


def payload_in(envelope: bytes) -> bytes:
    """Give the signed bytes in a record's envelope."""
    return payload_of(parse_record_envelope(envelope, "x"), "x")
