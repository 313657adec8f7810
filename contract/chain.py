"""The station's hash chain: each record names the SHA-256 of the canonical bytes of the one before it."""

from dataclasses import dataclass
from typing import Final, Protocol

from contract.faults import RejectError
from contract.media import sha256_hex
from contract.records import SupplementRecord, VehicleRecord

GENESIS_SHA256: Final = "0" * 64
"""What the first record of a station names as its predecessor."""


@dataclass(frozen=True, slots=True)
class Link:
    """A record's place in the chain: its number and the SHA-256 of its canonical bytes."""

    seq: int
    sha256: str


GENESIS: Final = Link(0, GENESIS_SHA256)


def link_of(record: VehicleRecord | SupplementRecord, payload: bytes) -> Link:
    """Give the link that the next record must name; `payload` are the record's signed bytes."""
    return Link(record.seq, sha256_hex(payload))


class Chained(Protocol):
    """What names its predecessor: a record, or what a program keeps of one."""

    @property
    def seq(self) -> int:
        """Its number."""
        ...

    @property
    def prev_sha256(self) -> str:
        """SHA-256 of the canonical bytes of the record before it."""
        ...


def check_link(before: Link, record: Chained, source: str) -> None:
    """Check that `record` follows `before`.

    Raises
    ------
    RejectError
        ``chain-gap`` if a number is missing between them, ``chain-break`` if it names another predecessor.
    """
    if record.seq != before.seq + 1:
        raise RejectError("chain-gap", source, f"seq {record.seq} does not follow seq {before.seq}")
    if record.prev_sha256 != before.sha256:
        raise RejectError(
            "chain-break",
            source,
            f"seq {record.seq} names {record.prev_sha256[:16]} as its predecessor, seq {before.seq} is {before.sha256[:16]}",
        )
