"""What a bundle is put together from: small documents in memory, and blobs that stay in their folder until they are written."""

import hashlib
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from contract.bundle.archive import CHUNK_BYTES
from contract.bundle.manifest import FileEntry, Role
from contract.faults import RejectError


@dataclass(frozen=True)
class Part:
    """One member; `content` are its bytes, or the file that holds them and the hash that these must have."""

    name: str
    role: Role
    content: bytes | Path
    sha256: str | None = None

    @property
    def size(self) -> int:
        """Bytes, 0 for a file that is not there."""
        if isinstance(self.content, bytes):
            return len(self.content)
        return self.content.stat().st_size if self.content.is_file() else 0

    def chunks(self) -> Iterator[bytes]:
        """Give the content piece by piece."""
        if isinstance(self.content, bytes):
            yield self.content
            return
        with self.content.open("rb") as stream:
            while chunk := stream.read(CHUNK_BYTES):
                yield chunk

    def measured(self) -> "Measured":
        """Give the part with size, CRC-32 and SHA-256, reading all of it.

        Raises
        ------
        RejectError
            ``blob-hash`` if a file is not what it is named by, ``blob-missing`` if it is not there.
        """
        digest, crc, size = hashlib.sha256(), 0, 0
        try:
            for chunk in self.chunks():
                digest.update(chunk)
                crc, size = zlib.crc32(chunk, crc), size + len(chunk)
        except OSError as error:
            raise RejectError(
                "blob-missing", self.name, f"cannot be read ({error.strerror}); restore it, or look at wim-central verify"
            ) from error
        if self.sha256 is not None and digest.hexdigest() != self.sha256:
            what = f"has SHA-256 {digest.hexdigest()[:16]}, named by {self.sha256[:16]}: it was changed here; restore it from a copy"
            raise RejectError("blob-hash", self.name, what)
        return Measured(self, crc, FileEntry(name=self.name, role=self.role, size=size, sha256=digest.hexdigest()))


@dataclass(frozen=True)
class Measured:
    """A part as manifest and archive list it."""

    part: Part
    crc: int
    entry: FileEntry
