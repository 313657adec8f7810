"""What is stored around the records of one batch: looked up for all of them at once, and kept in step as they are stored."""

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import and_, select
from sqlalchemy.orm import Session

from central.evidence.models import Record
from central.evidence.places import Place, places_table
from central.ingest.verify import Checked, Neighbours
from contract.chain import Link
from contract.records import SupplementRecord


@dataclass(frozen=True, slots=True)
class _Stored:
    sha256: str
    prev_sha256: str
    type: str


class Surroundings:
    """Knows the records that a batch touches on, within the transaction that stores it."""

    def __init__(self, session: Session, batch: Iterable[Checked]) -> None:
        self._stored: dict[Place, _Stored] = {}
        if wanted := {place for checked in batch for place in _touched(checked)}:
            at = places_table(wanted)
            query = select(Record.station, Record.seq, Record.sha256, Record.prev_sha256, Record.type)
            found = session.execute(query.join(at, and_(Record.station == at.c.station, Record.seq == at.c.seq)))
            self._stored |= {(row.station, row.seq): _Stored(row.sha256, row.prev_sha256, row.type) for row in found}

    def of(self, checked: Checked) -> Neighbours:
        """Give what is stored around a record of the batch now."""
        station, seq = checked.record.station, checked.record.seq
        own, before, after = (self._stored.get((station, seq + offset)) for offset in (0, -1, 1))
        supplemented = None
        if isinstance(checked.record, SupplementRecord):
            named = self._stored.get((station, checked.record.of_seq))
            supplemented = None if named is None else (named.sha256, named.type)
        return Neighbours(
            own_sha256=None if own is None else own.sha256,
            before=None if before is None else Link(seq - 1, before.sha256),
            after_names=None if after is None else after.prev_sha256,
            supplemented=supplemented,
        )

    def add(self, checked: Checked) -> None:
        """Count a record of the batch as stored."""
        record = checked.record
        self._stored[record.station, record.seq] = _Stored(checked.link.sha256, record.prev_sha256, record.type)


def _touched(checked: Checked) -> Iterable[Place]:
    """Give station and number of a record, of those before and after it, and of the one that it supplements."""
    record = checked.record
    for seq in (record.seq - 1, record.seq, record.seq + 1):
        yield record.station, seq
    if isinstance(record, SupplementRecord):
        yield record.station, record.of_seq
