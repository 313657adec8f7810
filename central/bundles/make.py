"""Puts a bundle together and gives it piece by piece."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.metadata import version

from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from sqlalchemy import select
from sqlalchemy.orm import Session

from central.bundles.evidence import media_parts, parameter_parts, record_parts, rule_parts, station_parts
from central.bundles.history import document_parts, history_parts, reweighing_parts
from central.bundles.parts import Measured, Part
from central.bundles.proofs import key_parts, proof_parts
from central.checkpointing.keeper import Keeper
from central.context import Central
from central.evidence.journal import Actor, Detail, Verb, note
from central.evidence.models import Notice
from central.evidence.receipt_key import receipt_key
from central.evidence.subject import Subject
from contract.bundle.archive import ArchiveWriter
from contract.bundle.manifest import MANIFEST_NAME, Manifest, Missing, Role, seal_manifest
from contract.media import sha256_hex

Progress = Callable[[int, int], None]
"""Told how many bytes are done, and how many there are: once while they are gathered and measured, once while they are written."""


@dataclass(frozen=True)
class Made:
    """A bundle, ready to be written; the same content gives the same bytes."""

    subject: Subject
    manifest: Manifest
    parts: tuple[Measured, ...]

    @property
    def file_name(self) -> str:
        """Name for whoever saves it."""
        return f"{self.subject.station}-{self.subject.seq}.bundle.zip"

    @property
    def size(self) -> int:
        """Bytes of the file."""
        return self._writer.size

    @property
    def _writer(self) -> ArchiveWriter:
        return ArchiveWriter([(one.entry.name, one.crc, one.entry.size) for one in self.parts])

    def chunks(self, progress: Progress = lambda _done, _of: None) -> Iterator[bytes]:
        """Give the file piece by piece; a medium that changed since it was measured no longer fits its CRC-32, which every reader finds."""
        writer, done = self._writer, 0
        by_name = {one.entry.name: one for one in self.parts}
        for index, name in enumerate(writer.names):
            yield writer.head(index)
            for chunk in by_name[name].part.chunks():
                done += len(chunk)
                progress(done, writer.size)
                yield chunk
        yield writer.tail()
        progress(writer.size, writer.size)


def make_bundle(central: Central, find: Callable[[Session], Subject], actor: Actor, progress: Progress = lambda _done, _of: None) -> Made:
    """Make the bundle of what `find` gives, and note in the journal who took it out.

    The log is signed first, if it has grown, so that all of it is under a checkpoint; the note itself is of a later moment and not in it.

    Raises
    ------
    RejectError
        What `find` raises; ``blob-hash`` and ``blob-missing`` if a medium is not what it was; ``not-in-log``.
    """
    keeper = Keeper(central.database, central.settings, now_us=central.now_us, count=central.count)
    try:
        keeper.keep()
        with central.database.read() as session:
            subject = find(session)
            parts, missing = _collect(session, central, subject, keeper)
            notice = session.scalar(select(Notice.number).where(Notice.case_id == subject.case_id))
    finally:
        keeper.close()
    made = _sealed(central, subject, notice, _measured(parts, progress), missing)
    with central.database.write() as session:
        detail: Detail = {
            "kind": "bundle",
            "record_sha256": made.manifest.record_sha256,
            "members": len(parts) + 1,
        }
        note(session, actor, Verb.EXPORTED, subject.path, now_us=central.now_us(), detail=detail)
    return made


def _collect(session: Session, central: Central, subject: Subject, keeper: Keeper) -> tuple[list[Part], list[Missing]]:
    media, missing = media_parts(subject, central.blobs)
    history, acts = history_parts(session, subject)
    public = receipt_key(central.settings.key_folder).public_key()
    parts = [
        *record_parts(subject),
        *media,
        *parameter_parts(session, subject, central.blobs),
        *rule_parts(subject),
        *station_parts(session, subject),
        *history,
        *document_parts(session, subject, central.blobs),
        *reweighing_parts(session, subject),
        *proof_parts(session, subject, acts),
        *key_parts(keeper.trusted, public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)),
    ]
    return parts, missing


def _measured(parts: list[Part], progress: Progress) -> list[Measured]:
    found, done, whole = [], 0, sum(one.size for one in parts)
    for one in parts:
        found.append(one.measured())
        done += found[-1].entry.size
        progress(done, whole)
    return found


def _sealed(central: Central, subject: Subject, notice: str | None, parts: list[Measured], missing: list[Missing]) -> Made:
    manifest = Manifest(
        station=subject.station,
        seq=subject.seq,
        record_sha256=sha256_hex(subject.vehicle.signed.payload),
        case=subject.case_id,
        notice=notice,
        made_us=central.now_us(),
        made_by=f"weighline {version('weighline')}",
        files=tuple(sorted((one.entry for one in parts), key=lambda entry: entry.name)),
        missing=tuple(missing),
    )
    sealed = seal_manifest(manifest, receipt_key(central.settings.key_folder))
    return Made(subject, manifest, (*parts, Part(MANIFEST_NAME, Role.CENTRAL_KEY, sealed).measured()))
