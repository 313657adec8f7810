"""A zip file in one form only, so that the same members give the same bytes, and no byte of it can be changed unseen.

Members lie one after the other in order of their names, stored, dated 1980-01-01, without comments, extra fields or gaps::

    for each member    50 4b 03 04 …  local header (30 bytes), name, content
    for each member    50 4b 01 02 …  central directory header (46 bytes), name
    at the end         50 4b 05 06 …  end of central directory (22 bytes)

Any program opens it. The reader takes no other form: what the three headers say must be what this module would write of the members that
it finds. So nothing can be compressed (a bomb), named twice, hidden between members, or named beyond the folder it is unpacked into.

Source: PKWARE, APPNOTE.TXT 6.3.10, sections 4.3.7, 4.3.12 and 4.3.16.
"""

import re
import struct
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import BinaryIO, Final

from contract.faults import RejectError

MEMBERS_MAX: Final = 5_000
NAME_MAX: Final = 200
ARCHIVE_MAX_BYTES: Final = 2**31 - 1
"""Beyond it some programs want the 64-bit form; the media of a case take some 50 MB."""
CHUNK_BYTES: Final = 1 << 20

_NAME: Final = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9_.-]*(/[A-Za-z0-9_-][A-Za-z0-9_.-]*)*")
"""Letters, digits and ``_ . -``; no part begins with a dot, none is empty."""
_LOCAL: Final = struct.Struct("<4s5H3I2H")
_CENTRAL: Final = struct.Struct("<4s6H3I5H2I")
_END: Final = struct.Struct("<4s4H2IH")
_VERSION: Final = 10
"""Stored files need version 1.0 of the format; made by the same, on a system without attributes."""
_DATE: Final = 0x0021
"""1980-01-01, the first day that the format knows."""


@dataclass(frozen=True, slots=True)
class Member:
    """A member: its name, CRC-32 and size, and where its content begins in the archive."""

    name: str
    crc: int
    size: int
    offset: int


def is_member_name(name: str) -> bool:
    """Whether a member may be called that."""
    return len(name) <= NAME_MAX and _NAME.fullmatch(name) is not None


class ArchiveWriter:
    """Writes an archive piece by piece; it neither seeks nor holds a content.

    Parameters
    ----------
    members
        (name, CRC-32, size) of all members, in any order.

    Raises
    ------
    ValueError
        If a name is impossible or given twice, or there are too many or too large members; a program error.
    """

    def __init__(self, members: Sequence[tuple[str, int, int]]) -> None:
        self._members = sorted(members)
        names = [name for name, _, _ in self._members]
        if len(set(names)) != len(names) or len(names) > MEMBERS_MAX or not all(map(is_member_name, names)):
            msg = f"{len(names)} members, at most {MEMBERS_MAX}, each with a name of its own in letters, digits and '_.-/': {names[:5]}"
            raise ValueError(msg)
        self.size: int = _END.size + sum(_LOCAL.size + _CENTRAL.size + 2 * len(name) + size for name, _, size in self._members)
        if self.size > ARCHIVE_MAX_BYTES:
            msg = f"the archive would have {self.size} bytes; at most {ARCHIVE_MAX_BYTES} are possible"
            raise ValueError(msg)

    @property
    def names(self) -> list[str]:
        """The members' names in the order in which their contents are written."""
        return [name for name, _, _ in self._members]

    def head(self, index: int) -> bytes:
        """Give what stands before the content of a member."""
        name, crc, size = self._members[index]
        return _local(name, crc, size)

    def tail(self) -> bytes:
        """Give what stands after the last content."""
        return _tail(self._members)


class ArchiveReader:
    """Reads an archive of exactly this form from a seekable stream; what it holds in memory is bounded.

    Raises
    ------
    RejectError
        ``bundle-form`` with what is otherwise.
    """

    def __init__(self, stream: BinaryIO, source: str) -> None:
        self._stream, self._source = stream, source
        size = stream.seek(0, 2)
        if not _END.size <= size <= ARCHIVE_MAX_BYTES:
            raise self._otherwise(f"has {size} bytes; a bundle has {_END.size} to {ARCHIVE_MAX_BYTES}")
        self.members: dict[str, Member] = {member.name: member for member in self._walk()}
        listed = [(member.name, member.crc, member.size) for member in self.members.values()]
        tail = _tail(listed)
        stream.seek(size - len(tail) if size >= len(tail) else 0)
        begins = max((member.offset + member.size for member in self.members.values()), default=0)
        if begins + len(tail) != size or stream.read(len(tail)) != tail:
            raise self._otherwise("has a directory that is not that of its members, or bytes that belong to none")

    def _walk(self) -> Iterator[Member]:
        """Give the members as their own headers stand, in order; ends where the directory begins."""
        at, before = 0, ""
        for number in range(MEMBERS_MAX + 1):
            self._stream.seek(at)
            head = self._stream.read(_LOCAL.size)
            if head[:4] != b"PK\x03\x04":
                return
            if number == MEMBERS_MAX:
                break
            member = self._member(head, at)
            if member.name <= before:
                raise self._otherwise(f"has member {member.name!r} after {before!r}; each stands once, in order of names")
            yield member
            at, before = member.offset + member.size, member.name
        raise self._otherwise(f"has more than {MEMBERS_MAX} members")

    def _member(self, head: bytes, at: int) -> Member:
        if len(head) < _LOCAL.size:
            raise self._otherwise("is cut off")
        _, _, _, _, _, _, crc, _, size, length, _ = _LOCAL.unpack(head)
        name = self._stream.read(length).decode("ascii", "replace") if length <= NAME_MAX else ""
        if not is_member_name(name):
            raise self._otherwise(f"has a member at byte {at} whose name is impossible: {name[:60]!r}")
        if head + name.encode() != _local(name, crc, size):
            raise self._otherwise(f"has a header of {name!r} that is not of the one form: stored, 1980-01-01, nothing added")
        return Member(name, crc, size, at + _LOCAL.size + length)

    def chunks(self, name: str) -> Iterator[bytes]:
        """Give the content of a member bit by bit.

        Raises
        ------
        RejectError
            ``bundle-form`` if it is cut off, or its CRC-32 is another.
        """
        member = self.members[name]
        crc, at, end = 0, member.offset, member.offset + member.size
        while at < end:
            self._stream.seek(at)
            chunk = self._stream.read(min(CHUNK_BYTES, end - at))
            if not chunk:
                raise self._otherwise(f"is cut off within {name!r}")
            crc, at = zlib.crc32(chunk, crc), at + len(chunk)
            yield chunk
        if crc != member.crc:
            raise self._otherwise(f"has a member {name!r} whose content does not fit its CRC-32")

    def read(self, name: str, most: int) -> bytes:
        """Give the content of a small member.

        Raises
        ------
        RejectError
            ``bundle-missing`` if there is none of that name, ``bundle-large`` if it has more than `most` bytes, else as `chunks`.
        """
        if name not in self.members:
            raise RejectError("bundle-missing", f"{self._source}: {name}", "is not in the bundle")
        if self.members[name].size > most:
            what = f"has {self.members[name].size} bytes; at most {most} are read of this kind"
            raise RejectError("bundle-large", f"{self._source}: {name}", what)
        return b"".join(self.chunks(name))

    def _otherwise(self, what: str) -> RejectError:
        return RejectError("bundle-form", self._source, f"is no bundle in its one form: it {what}")


def _local(name: str, crc: int, size: int) -> bytes:
    return _LOCAL.pack(b"PK\x03\x04", _VERSION, 0, 0, 0, _DATE, crc, size, size, len(name), 0) + name.encode()


def _tail(members: Sequence[tuple[str, int, int]]) -> bytes:
    """Give directory and end for members in order of their names."""
    parts, offset = [], 0
    for name, crc, size in members:
        fixed = (_VERSION, _VERSION, 0, 0, 0, _DATE, crc, size, size, len(name), 0, 0, 0, 0, 0, offset)
        parts.append(_CENTRAL.pack(b"PK\x01\x02", *fixed) + name.encode())
        offset += _LOCAL.size + len(name) + size
    directory = b"".join(parts)
    return directory + _END.pack(b"PK\x05\x06", 0, 0, len(members), len(members), len(directory), offset, 0)
