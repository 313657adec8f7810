"""A batch of messages into the database in one durable commit, and what is to be said to the stations afterwards."""

from collections.abc import Sequence
from dataclasses import dataclass

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from central.context import Central
from central.evidence.quarantine import Refused, keep
from central.evidence.stations import keys_of_all
from central.ingest.store import Batch
from central.ingest.verify import Checked, Message, named_stations, refused, verify
from contract.canonical import canonical_bytes
from contract.faults import RejectError
from contract.receipts import Receipt, ReceiptOutcome
from contract.signatures import PayloadType, seal
from contract.topics import receipts_topic

_BYTES_PER_MB = 1_000_000


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A signed receipt and its topic."""

    topic: str
    data: bytes


@dataclass(frozen=True, slots=True)
class _Done:
    """What became of one message: the count it goes under, the receipt if the station is owed one, the fault if there was one."""

    outcome: str
    receipt: Receipt | None = None
    fault: RejectError | None = None


class Receiver:
    """Verifies and stores record messages.

    Parameters
    ----------
    central
        Database, clock and counters.
    key
        Signs receipts.
    """

    def __init__(self, central: Central, key: Ed25519PrivateKey) -> None:
        self._central = central
        self._key = key

    def receive(self, messages: Sequence[Message]) -> list[Outgoing]:
        """Store a batch, durably, and give the receipts that may be sent because of it.

        A message that the database itself refuses spoils its batch once: the batch is then taken message by message, and that one is
        quarantined.

        Raises
        ------
        RetryError
            ``database-away``: nothing of the batch counts as received; try it again.
        """
        now_us = self._central.now_us()
        verified = self._verify(messages, now_us)
        try:
            done = self._commit(verified, now_us)
        except SQLAlchemyError:
            done = [self._commit_alone(one, now_us) for one in verified]
        for one in done:
            self._central.metrics.messages.labels(one.outcome).inc()
            if one.fault is not None:
                self._central.count(one.fault)
        return [self._sealed(one.receipt) for one in done if one.receipt is not None]

    def _verify(self, messages: Sequence[Message], now_us: int) -> list[Checked | Refused]:
        with self._central.database.read() as session:
            keys = keys_of_all(session, named_stations(messages))
        return [verify(message, keys.__getitem__, now_us) for message in messages]

    def _commit(self, verified: Sequence[Checked | Refused], now_us: int) -> list[_Done]:
        with self._central.metrics.batch_s.time(), self._central.database.write() as session:
            batch = Batch(session, [one for one in verified if isinstance(one, Checked)], now_us)
            done = [self._one(session, batch, one, now_us) for one in verified]
            batch.write()
            return done

    def _commit_alone(self, one: Checked | Refused, now_us: int) -> _Done:
        try:
            return self._commit([one], now_us)[0]
        except SQLAlchemyError as error:
            if isinstance(one, Refused):
                raise  # the quarantine itself does not take it: a bug, and going on would drop a message
            message = one.authentic.message
            fault = RejectError("not-storable", message.topic, f"the database does not take it: {type(error).__name__}")
            return self._commit([refused(message, fault, one.authentic)], now_us)[0]

    def _one(self, session: Session, batch: Batch, one: Checked | Refused, now_us: int) -> _Done:
        if isinstance(one, Refused):
            return self._refuse(session, one, now_us)
        try:
            is_new = batch.take(one)
        except RejectError as fault:
            return self._refuse(session, refused(one.authentic.message, fault, one.authentic), now_us)
        receipt = Receipt(
            station=one.entry.station, seq=one.entry.seq, sha256=one.link.sha256, outcome=ReceiptOutcome.STORED, time_us=now_us
        )
        return _Done("stored" if is_new else "duplicate", receipt, _marked(one) if is_new else None)

    def _refuse(self, session: Session, refusal: Refused, now_us: int) -> _Done:
        bound = self._central.settings.unsigned_quarantine_mb_per_day * _BYTES_PER_MB
        kept = keep(session, refusal, now_us=now_us, unsigned_max_bytes_per_day=bound)
        if refusal.station is None or refusal.seq is None or refusal.payload_sha256 is None:
            return _Done("quarantined" if kept else "counted", fault=refusal.fault)
        receipt = Receipt(
            station=refusal.station,
            seq=refusal.seq,
            sha256=refusal.payload_sha256,
            outcome=ReceiptOutcome.QUARANTINED,
            reason=f"{refusal.fault.code}: {refusal.fault.what}"[:2000],
            time_us=now_us,
        )
        return _Done("quarantined", receipt, refusal.fault)

    def _sealed(self, receipt: Receipt) -> Outgoing:
        return Outgoing(receipts_topic(receipt.station), seal(canonical_bytes(receipt), PayloadType.RECEIPT, self._key))


def _marked(one: Checked) -> RejectError | None:
    if one.mark is None:
        return None
    code, _, what = one.mark.partition(": ")
    return RejectError(code, f"{one.entry.station}/{one.entry.seq}", what)
