"""An opened bundle: its manifest, and what the steps read of it."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from contract.bundle.archive import ArchiveReader
from contract.bundle.manifest import FileEntry, Manifest, Role
from contract.faults import RejectError
from contract.limits import RulePack
from contract.log.checkpoints import Checkpoint
from contract.log.notes import Note
from contract.media import sha256_hex
from contract.records import SupplementRecord, VehicleRecord

SMALL_MAX_BYTES: Final = 4 * 1024 * 1024
"""Largest member that is read as a whole: a station file, a calibration. Media are hashed piece by piece."""


@dataclass(frozen=True, slots=True)
class Signed:
    """A record whose signature fits: the member that holds it, its signed bytes, the key, and what it says."""

    entry: FileEntry
    payload: bytes
    key_id: str
    record: VehicleRecord | SupplementRecord

    @property
    def sha256(self) -> str:
        """What chain and log name it by."""
        return sha256_hex(self.payload)


@dataclass(frozen=True, slots=True)
class Proven:
    """A checkpoint that the log has signed, and the note that bears it; `stem` is the proof's name without its ending."""

    stem: str
    checkpoint: Checkpoint
    note: Note


@dataclass
class Bundle:
    """What is known of a bundle; each step adds what the later ones need.

    Attributes
    ----------
    vehicle, supplements
        The records, None and empty until their signatures are checked.
    pack
        The rules, once their digest is checked.
    proven
        Checkpoints by the leaf that their proofs are of: ``record 12``, ``act 5``.
    """

    archive: ArchiveReader
    manifest: Manifest
    vehicle: Signed | None = None
    supplements: list[Signed] = field(default_factory=list)
    pack: RulePack | None = None
    proven: dict[str, Proven] = field(default_factory=dict)

    @property
    def records(self) -> list[Signed]:
        """The vehicle's record and its supplements, as far as their signatures fit."""
        return [*([self.vehicle] if self.vehicle else []), *self.supplements]

    @property
    def whole(self) -> tuple[Signed, VehicleRecord]:
        """The vehicle's record.

        Raises
        ------
        RejectError
            ``no-record`` if it could not be read; the step that needs it cannot be done.
        """
        if self.vehicle is None or not isinstance(self.vehicle.record, VehicleRecord):
            raise RejectError("no-record", f"record {self.manifest.station}/{self.manifest.seq}", "could not be read, see above")
        return self.vehicle, self.vehicle.record

    def read(self, entry: FileEntry, most: int = SMALL_MAX_BYTES) -> bytes:
        """Give a small member's bytes."""
        return self.archive.read(entry.name, most)

    def only(self, role: Role) -> FileEntry | None:
        """Give the member of a role that a bundle has once at most.

        Raises
        ------
        RejectError
            ``bundle-twice`` if there are several.
        """
        found = self.manifest.of(role)
        if len(found) > 1:
            raise RejectError("bundle-twice", found[1].name, f"is a second {role.value}; a bundle has one")
        return found[0] if found else None

    def each(self, *roles: Role) -> Iterator[tuple[FileEntry, bytes]]:
        """Give the small members of some roles with their bytes, in order of names."""
        for entry in self.manifest.of(*roles):
            yield entry, self.read(entry)
