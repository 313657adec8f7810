"""Somebody with the database and, in some stories, the log's key: makes a log that is consistent in itself."""

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from central.evidence.log import tree
from central.evidence.log.checkpoints import LogKey
from central.evidence.log.tiles import Frontier
from central.evidence.models import LogCheckpoint, LogLeaf, LogNode
from contract.log.checkpoints import Checkpoint
from contract.log.leaves import leaf_bytes, parse_leaf
from contract.log.tree import leaf_hash


def rebuild(session: Session) -> None:
    """Number the leaves that are left anew and make the kept hashes anew."""
    rows = session.execute(select(LogLeaf.leaf_index, LogLeaf.leaf).order_by(LogLeaf.leaf_index)).all()
    session.execute(delete(LogNode))
    frontier = Frontier()
    for index, data in rows:
        if index != frontier.size:
            session.execute(update(LogLeaf).where(LogLeaf.leaf_index == index).values(leaf_index=frontier.size))
        for node in frontier.add(leaf_hash(data)):
            session.add(LogNode(level=node.level, node_index=node.index, hash=node.hash))
    session.flush()


def change_leaf(session: Session, index: int, **changes: object) -> None:
    """Write a leaf anew."""
    leaf = parse_leaf(session.scalars(select(LogLeaf.leaf).where(LogLeaf.leaf_index == index)).one(), "test")
    session.execute(update(LogLeaf).where(LogLeaf.leaf_index == index).values(leaf=leaf_bytes(leaf.model_copy(update=changes))))


def resign(session: Session, key: LogKey, size: int) -> str:
    """Sign every checkpoint anew over the tree as it is now, and give the last note; those that are too large get `size`."""
    note = ""
    for row in session.scalars(select(LogCheckpoint).order_by(LogCheckpoint.id)):
        row.size = min(row.size, size)
        note = str(Checkpoint(key.origin, row.size, tree.root(session, row.size)).signed(key.private))
        row.note = note.encode()
    session.flush()
    return note
