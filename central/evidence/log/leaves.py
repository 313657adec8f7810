"""Entering leaves, in the transaction of what they are about, and finding them again. Leaves are numbered in the order of commits."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from central.evidence.log.tiles import TILE, Node, complete_root
from central.evidence.log.tree import StoredTiles
from central.evidence.models import LogLeaf, LogNode, Record
from contract.log.leaves import ActLeaf, RecordLeaf, leaf_bytes
from contract.media import sha256_hex

_SIZE: Final = "log size"
_ENTER, _KEEP = insert(LogLeaf), insert(LogNode)
RECORD: Final = "record"
ACT: Final = "act"


@dataclass(frozen=True, slots=True)
class LoggedLeaf:
    """A leaf and its number; `data` are the bytes that are hashed."""

    index: int
    data: bytes


def log_records(session: Session, rows: Sequence[tuple[int, RecordLeaf]]) -> None:
    """Enter stored records, each with the id of its row, in their order."""
    append_all(session, [(leaf, object_id) for object_id, leaf in rows])


def log_act(session: Session, act_id: int, entry: bytes, now_us: int) -> int:
    """Enter an act by the bytes of its entry, and give its leaf's number."""
    return append(session, ActLeaf(id=act_id, sha256=sha256_hex(entry), logged_us=now_us), act_id)


def append(session: Session, leaf: RecordLeaf | ActLeaf, object_id: int) -> int:
    """Add a leaf within a writing transaction, and give its number."""
    return append_all(session, [(leaf, object_id)])


def append_all(session: Session, leaves: Sequence[tuple[RecordLeaf | ActLeaf, int]]) -> int:
    """Add leaves within a writing transaction, each with the id of what it is about, and give the number of the first.

    Writers are serialised (`central.evidence.database`), so that the size is read once in a transaction and is then this writer's to count.
    A subtree is computed as soon as its last leaf is in, from what is stored.
    """
    first: int = session.info[_SIZE] if _SIZE in session.info else size(session)
    connection = session.connection()
    rows = [
        {"leaf_index": first + offset, "kind": leaf.kind, "object_id": object_id, "leaf": leaf_bytes(leaf)}
        for offset, (leaf, object_id) in enumerate(leaves)
    ]
    start = 0
    while start < len(rows):
        stop = min(start + TILE - (first + start) % TILE, len(rows))
        connection.execute(_ENTER, rows[start:stop])
        for node in _completed(session, first + stop):
            connection.execute(_KEEP, {"level": node.level, "node_index": node.index, "hash": node.hash})
        start = stop
    session.info[_SIZE] = first + len(rows)
    return first


def size(session: Session) -> int:
    """Give how many leaves the log has."""
    last = session.scalar(select(func.max(LogLeaf.leaf_index)))
    return 0 if last is None else last + 1


def leaf(session: Session, index: int) -> LoggedLeaf | None:
    """Give the leaf of that number, None if there is none."""
    found = session.scalar(select(LogLeaf.leaf).where(LogLeaf.leaf_index == index))
    return None if found is None else LoggedLeaf(index, found)


def leaf_of_record(session: Session, station: str, seq: int) -> LoggedLeaf | None:
    """Give the leaf of a station's record, None if there is no such record."""
    record = select(Record.id).where(Record.station == station, Record.seq == seq).scalar_subquery()
    return _leaf_of(session, RECORD, session.scalar(select(record)))


def leaf_of_act(session: Session, act_id: int) -> LoggedLeaf | None:
    """Give the leaf of an act by its number, None if there is no such act."""
    return _leaf_of(session, ACT, act_id)


def _leaf_of(session: Session, kind: str, object_id: int | None) -> LoggedLeaf | None:
    query = select(LogLeaf.leaf_index, LogLeaf.leaf).where(LogLeaf.kind == kind, LogLeaf.object_id == object_id)
    found = session.execute(query).first()
    return None if found is None else LoggedLeaf(found.leaf_index, found.leaf)


def _completed(session: Session, leaves: int) -> list[Node]:
    """Give the subtrees that the last of so many leaves completes."""
    nodes: list[Node] = []
    tiles, level, count = StoredTiles(session), 0, leaves
    while count and count % TILE == 0:
        below = list(tiles(level, count // TILE - 1))
        if nodes:
            below.append(nodes[-1].hash)
        level, count = level + 1, count // TILE
        nodes.append(Node(level, count - 1, complete_root(below)))
    return nodes
