"""Roots and proofs of the stored tree; each reads a handful of tiles, whatever its size."""

from collections.abc import Iterable, Sequence

from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from central.evidence.log.tiles import TILE, prove_consistency, prove_inclusion, root_of
from central.evidence.models import LogLeaf, LogNode
from contract.faults import RejectError
from contract.log.tree import ConsistencyProof, InclusionProof, leaf_hash


class StoredTiles:
    """The tiles as they are stored, each read once."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._read: dict[tuple[int, int], Sequence[bytes]] = {}

    def __call__(self, level: int, number: int) -> Sequence[bytes]:
        """Give the hashes of a tile."""
        if (level, number) not in self._read:
            self._read[level, number] = self._leaves(number) if level == 0 else self._nodes(level, number)
        return self._read[level, number]

    def _leaves(self, number: int) -> Sequence[bytes]:
        within = LogLeaf.leaf_index.between(number * TILE, number * TILE + TILE - 1)
        query = select(LogLeaf.leaf_index, LogLeaf.leaf).where(within).order_by(LogLeaf.leaf_index)
        return [leaf_hash(data) for data in _unbroken(self._session.execute(query), number * TILE, "leaf")]

    def _nodes(self, level: int, number: int) -> Sequence[bytes]:
        within = LogNode.node_index.between(number * TILE, number * TILE + TILE - 1)
        query = select(LogNode.node_index, LogNode.hash).where(LogNode.level == level, within).order_by(LogNode.node_index)
        return _unbroken(self._session.execute(query), number * TILE, f"hash of level {level}")


def _unbroken(rows: Iterable[Row[int, bytes]], first: int, what: str) -> list[bytes]:
    """Give the rows' bytes, if none is missing between them."""
    found: list[bytes] = []
    for number, data in rows:
        if number != first + len(found):
            raise RejectError("log-incomplete", f"{what} {first + len(found)}", "is missing from the log")
        if not isinstance(data, bytes):
            raise RejectError("log-incomplete", f"{what} {number}", "is not stored as bytes")
        found.append(data)
    return found


def root(session: Session, size: int) -> bytes:
    """Give the root of the tree of the first `size` leaves.

    Raises
    ------
    RejectError
        ``log-incomplete`` if stored hashes are missing.
    """
    return root_of(StoredTiles(session), size)


def inclusion_proof(session: Session, index: int, size: int) -> InclusionProof:
    """Give the proof that leaf `index` is among the first `size` leaves.

    Raises
    ------
    RejectError
        ``no-such-leaf`` if it is not, ``log-incomplete`` if stored hashes are missing.
    """
    if not 0 <= index < size:
        raise RejectError("no-such-leaf", f"leaf {index}", f"lies outside a tree of {size} leaves")
    return prove_inclusion(StoredTiles(session), index, size)


def consistency_proof(session: Session, old_size: int, size: int) -> ConsistencyProof:
    """Give the proof that the first `old_size` leaves are the beginning of the first `size`.

    Raises
    ------
    RejectError
        ``no-such-leaf`` if there are not so many, ``log-incomplete`` if stored hashes are missing.
    """
    if not 0 <= old_size <= size:
        raise RejectError("no-such-leaf", f"size {old_size}", f"is none that a tree of {size} leaves has had")
    return prove_consistency(StoredTiles(session), old_size, size)
