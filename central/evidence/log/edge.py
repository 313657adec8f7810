"""The check that costs little: at every start and before every signature.

It sees the right edge of the tree, the last checkpoints, what this central remembers outside the database, how much is stored, and one
part of the leaves, another each time; `audit` sees everything.
"""

from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from central.evidence.log import leaves, tree
from central.evidence.log.memory import Memory
from central.evidence.log.objects import compared, counts, lost, unlogged
from central.evidence.log.tiles import TILE, Frontier, kept_nodes
from central.evidence.log.vouching import Trusted, open_stored
from central.evidence.models import LogCheckpoint, LogLeaf, LogNode
from contract.faults import RejectError, StopError
from contract.log.checkpoints import Checkpoint
from contract.log.tree import leaf_hash

CHECKPOINTS: Final = 8
"""Last checkpoints that are verified and recomputed: some 40 hashes each."""
PART_TILES: Final = 8
"""Tiles of leaves that are held against records and acts at a time: 2048, some tenths of a second."""


def check_edge(session: Session, trusted: Trusted, memory: Memory) -> list[str]:
    """Check what the next signature would vouch for; give what does not fit, each as ``name: text``.

    `memory` was recalled before the session read anything.
    """
    failures = [*_count_failures(session), *_checkpoint_failures(session, trusted)]
    if memory.failure is not None:
        failures.append(memory.failure)
    last = memory.checkpoint
    if last is not None and last.origin == trusted.log.origin:
        name = f"checkpoint of {last.size} leaves, remembered beside the key"
        failures += continuation_failures(session, last, name) or _unlisted_failures(session, last, name)
    return failures


def check_part(session: Session, part: int) -> list[str]:
    """Hold one part of the leaves against records, acts and kept hashes; parts are counted from 0 and begin again after the last."""
    size = leaves.size(session)
    span = PART_TILES * TILE
    first = part % max(-(-size // span), 1) * span
    return part_failures(session, first, min(first + span, size))


def check_tail(session: Session) -> list[str]:
    """As `check_part`, for the last leaves."""
    size = leaves.size(session)
    return part_failures(session, max(size - 1, 0) // TILE * TILE, size)


def part_failures(session: Session, first: int, last: int) -> list[str]:
    """Hold leaves [first, last), which begin with a tile, against what they are about and against the kept hashes."""
    failures: list[str] = []
    nodes = select(LogNode.node_index, LogNode.hash).where(LogNode.level == 1, LogNode.node_index.between(first // TILE, last // TILE))
    kept = dict(session.execute(nodes).all())
    frontier, expected = Frontier(), first
    for one in compared(session, first, last):
        if one.index != expected:
            return [*failures, f"leaf {expected}: is missing from the log"]
        failures += one.failures
        expected += 1
        for node in frontier.add(leaf_hash(one.data)):
            if node.level == 1 and kept.get(first // TILE + node.index) != node.hash:
                start = first + node.index * TILE
                failures.append(f"leaves {start} to {start + TILE - 1}: their hash is not the one that was kept: one of them was changed")
    return failures if expected == last else [*failures, f"leaf {expected}: is missing from the log"]


def continuation_failures(session: Session, earlier: Checkpoint, name: str) -> list[str]:
    """Check that the stored tree continues an earlier checkpoint; `name` says whose."""
    size = leaves.size(session)
    if earlier.size > size:
        return [
            f"{name}: {earlier.size} leaves were signed and only {size} are stored: the log was cut short or put back to an older state"
        ]
    try:
        if tree.root(session, earlier.size) != earlier.root:
            return [f"{name}: the first {earlier.size} leaves are not those that were signed: the log was changed or forked"]
    except RejectError as error:
        return [f"{error.where}: {error.what}"]
    return []


def broken(failures: list[str]) -> StopError:
    """Give the error that ends it, ``log-broken``; it names the first object that does not fit."""
    name, _, what = failures[0].partition(": ")
    more = f"; and {len(failures) - 1} more" if len(failures) > 1 else ""
    return StopError("log-broken", name, f"{what}{more}. Run `wim-central log check`; docs/log.md says what to do")


def raise_on(failures: list[str]) -> None:
    """End it where anything does not fit.

    Raises
    ------
    StopError
        ``log-broken``.
    """
    if failures:
        raise broken(failures)


def _count_failures(session: Session) -> list[str]:
    found = counts(session)
    failures = []
    if found.leaves != found.size:
        failures.append(f"leaf {_first_missing(session, found.size)}: is missing from the log, {found.size - found.leaves} are in all")
    if found.nodes != kept_nodes(found.size):
        failures.append(f"kept hashes: are {found.nodes}, a log of {found.size} leaves has {kept_nodes(found.size)}")
    if found.leaves != found.records + found.acts:
        stored = f"{found.records} records and {found.acts} acts"
        failures += lost(session) + unlogged(session) or [
            f"log: has {found.leaves} leaves for {stored}: something was deleted; `wim-central log check` names it"
        ]
    return failures


def _first_missing(session: Session, size: int) -> int:
    """Give the first leaf that is not there, by halving."""
    first, last = 0, size
    while last - first > 1:
        middle = (first + last) // 2
        count = session.scalar(select(func.count()).select_from(LogLeaf).where(LogLeaf.leaf_index >= first, LogLeaf.leaf_index < middle))
        first, last = (first, middle) if count != middle - first else (middle, last)
    return first


def _unlisted_failures(session: Session, last: Checkpoint, name: str) -> list[str]:
    notes = session.scalars(select(LogCheckpoint.note).where(LogCheckpoint.size == last.size))
    return (
        []
        if any(isinstance(note, bytes) and note.startswith(last.text.encode()) for note in notes)
        else [f"{name}: is no longer among those that are stored"]
    )


def _checkpoint_failures(session: Session, trusted: Trusted) -> list[str]:
    failures: list[str] = []
    for row in session.scalars(select(LogCheckpoint).order_by(LogCheckpoint.id.desc()).limit(CHECKPOINTS)).all():
        opened = open_stored(row, trusted)
        failures += opened.failures
        if opened.checkpoint is not None:
            failures += continuation_failures(session, opened.checkpoint, f"checkpoint {row.id}")
    return failures
