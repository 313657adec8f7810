"""The check of everything: each leaf against its record or act, each kept hash, each checkpoint, cosignature and time stamp."""

from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from central.evidence.log import leaves
from central.evidence.log.edge import check_edge
from central.evidence.log.memory import Memory
from central.evidence.log.objects import Compared, compared, unlogged
from central.evidence.log.peers import peers
from central.evidence.log.tiles import Frontier, Node
from central.evidence.log.vouching import SKEW_US, Trusted, audit_vouched, open_stored
from central.evidence.models import LogCheckpoint, LogNode
from contract.log.checkpoints import Checkpoint
from contract.log.tree import leaf_hash
from contract.units import US_PER_S

Progress = Callable[[int, int], None]
"""Is told how much is done, of how much."""


@dataclass
class LogAudit:
    """What was found: `failures` name each thing that is not as it was, `remarks` what nothing vouches for."""

    leaves: int = 0
    records: int = 0
    acts: int = 0
    checkpoints: int = 0
    cosignatures: int = 0
    timestamps: int = 0
    failures: list[str] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        """Give it as plain values."""
        return asdict(self)


def audit_log(session: Session, trusted: Trusted, memory: Memory, progress: Progress = lambda done, total: None) -> LogAudit:
    """Recompute the whole log from its leaves and compare it with everything that is stored.

    `memory` was recalled before the session read anything.
    """
    found = LogAudit(leaves=leaves.size(session))
    walk = _Walk(session, trusted, found)
    expected = 0
    for one in compared(session, 0, found.leaves):
        if one.index != expected:
            missing = f"leaf {expected}" if one.index == expected + 1 else f"leaves {expected} to {one.index - 1}"
            found.failures.append(f"{missing}: missing from the log; what comes after cannot be recomputed")
            break
        walk.step(one)
        expected += 1
        if expected % 256 == 0:
            progress(expected, found.leaves)
    walk.end()
    found.failures += unlogged(session)
    vouched = audit_vouched(session, trusted)
    found.cosignatures, found.timestamps = vouched.cosignatures, vouched.timestamps
    found.failures += vouched.failures
    found.remarks += vouched.remarks
    found.failures += [failure for failure in check_edge(session, trusted, memory) if failure not in found.failures]
    for peer, state in peers(session).items():
        if state.objects:
            found.failures.append(f"{peer}: objects to this log: {state.what}")
    progress(found.leaves, found.leaves)
    return found


class _Walk:
    """The leaves in order, with the kept hashes and the checkpoints that they lead to."""

    def __init__(self, session: Session, trusted: Trusted, found: LogAudit) -> None:
        self._found = found
        self._frontier = Frontier()
        self._kept = _kept(session)
        self._signed = _signed(session, trusted, found)
        self._next = next(self._signed, None)
        self._sound = 0
        self._session = session
        self._nodes = 0
        self._logged_us = 0
        self._at_checkpoint()

    def step(self, one: Compared) -> None:
        """Take the next leaf."""
        self._found.failures += one.failures
        if one.leaf is not None:
            self._found.records += one.leaf.kind == "record"
            self._found.acts += one.leaf.kind == "act"
            self._follow_clock(one.index, one.leaf.logged_us)
        for node in self._frontier.add(leaf_hash(one.data)):
            self._compare(node)
        self._at_checkpoint()

    def end(self) -> None:
        """Say which checkpoints lie beyond the last leaf, and which kept hashes are of no leaves."""
        while self._next is not None:
            row, signed = self._next
            if signed.size > self._found.leaves:
                what = f"{signed.size} leaves were signed and only {self._found.leaves} are stored: cut short or put back to an older state"
                self._found.failures.append(f"checkpoint {row}: {what}")
            self._next = next(self._signed, None)
        kept = self._session.scalar(select(func.count()).select_from(LogNode)) or 0
        if kept > self._nodes and self._frontier.size == self._found.leaves:
            self._found.failures.append(f"kept hashes: {kept - self._nodes} are of no leaves that are stored")

    def _follow_clock(self, index: int, logged_us: int) -> None:
        """Remark on a clock that went back: leaves are entered one after the other, whatever times they bear."""
        back_us = self._logged_us - logged_us
        if back_us > SKEW_US:
            what = f"says that it was entered {back_us / US_PER_S / 60:.0f} minutes before the leaf before it: the clock was set back"
            self._found.remarks.append(f"leaf {index}: {what}")
        self._logged_us = logged_us

    def _compare(self, node: Node) -> None:
        self._nodes += 1
        kept = self._kept(node.level, node.index)
        if kept != node.hash:
            what = "is missing" if kept is None else "is not that of its leaves: one of them was changed"
            self._found.failures.append(f"kept hash of leaves {node.leaves.start} to {node.leaves.stop - 1}: {what}")

    def _at_checkpoint(self) -> None:
        while self._next is not None and self._next[1].size <= self._frontier.size:
            row, signed = self._next
            if signed.root == self._frontier.root:
                self._sound = signed.size
            else:
                what = f"the first {signed.size} leaves are not those that were signed; the first {self._sound} are"
                self._found.failures.append(f"checkpoint {row}: {what}")
            self._next = next(self._signed, None)


def _kept(session: Session) -> Callable[[int, int], bytes | None]:
    query = select(LogNode.hash)
    return lambda level, index: session.scalar(query.where(LogNode.level == level, LogNode.node_index == index))


def _signed(session: Session, trusted: Trusted, found: LogAudit) -> Iterator[tuple[int, Checkpoint]]:
    """Give the checkpoints that the log's key has signed, by size; what else is stored as one is a failure."""
    for row in _pages(session):
        found.checkpoints += 1
        opened = open_stored(row, trusted)
        found.failures += opened.failures
        if opened.checkpoint is not None and not opened.failures:
            yield row.id, opened.checkpoint


def _pages(session: Session) -> Iterator[LogCheckpoint]:
    """Give the checkpoints by size, some at a time."""
    size, number = -1, 0
    query = select(LogCheckpoint).order_by(LogCheckpoint.size, LogCheckpoint.id).limit(500)
    after = (LogCheckpoint.size > size) | ((LogCheckpoint.size == size) & (LogCheckpoint.id > number))
    while rows := session.scalars(query.where(after)).all():
        yield from rows
        size, number = rows[-1].size, rows[-1].id
        after = (LogCheckpoint.size > size) | ((LogCheckpoint.size == size) & (LogCheckpoint.id > number))
