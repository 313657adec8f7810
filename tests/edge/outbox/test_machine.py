"""Any order of appends, receipts true and false, uploads, crashes and restarts: the outbox agrees with a model that fits on this page."""

import shutil
import tempfile
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, initialize, invariant, rule

from contract.chain import GENESIS, Link
from contract.faults import RetryError
from contract.receipts import ReceiptOutcome
from edge.outbox import Outbox, ReadKey
from tests.edge.outbox.queueing import OTHER, maker, picture, point, read, receipt

EVENTS = st.sampled_from([f"e-{n}" for n in range(6)])


class OutboxMachine(RuleBasedStateMachine):
    links = Bundle("links")

    @initialize()
    def begin(self):
        self.root = Path(tempfile.mkdtemp())
        self.lives = 0
        self.us = 1
        self.outbox = self.opened()
        self.head = GENESIS
        self.waiting: dict[int, str] = {}
        self.refused: dict[int, str] = {}
        self.point = None
        self.unused: list[str] = []
        self.seen: set[str] = set()
        self.blobs: dict[str, str] = {}
        self.blob_of: dict[str, int] = {}

    def opened(self):
        return Outbox(self.root / str(self.lives), 8, lambda: self.us)

    def teardown(self):
        if hasattr(self, "outbox"):
            self.outbox.close()
            shutil.rmtree(self.root)

    @rule(target=links, text=st.text(max_size=3), pictures=st.sets(st.sampled_from("abc"), max_size=2), used=st.sets(EVENTS, max_size=2))
    def append(self, text, pictures, used):
        blobs = [picture(name) for name in sorted(pictures)]
        point_now = point(self.head.seq + 10)
        link = self.outbox.append(maker(text), blobs, point_now, [ReadKey("cam", event) for event in used])
        assert link.seq == self.head.seq + 1
        self.head, self.point = link, point_now
        self.waiting[link.seq] = link.sha256
        self.unused = [event for event in self.unused if event not in used]
        for blob in blobs:
            self.blobs.setdefault(blob.sha256, "waiting")
            self.blob_of[blob.sha256] = link.seq
        return link

    @rule()
    def append_what_cannot_be_stored(self):
        with pytest.raises(RetryError, match="at most 4000000 are kept"):
            self.outbox.append(maker(), [picture("x" * 5_000_000)], point(99))

    @rule(link=links, outcome=st.sampled_from(ReceiptOutcome))
    def receipt(self, link, outcome):
        self.outbox.settle([receipt(link, outcome)])
        if outcome is ReceiptOutcome.STORED:
            self.waiting.pop(link.seq, None)
            self.refused.pop(link.seq, None)
        elif link.seq in self.waiting:
            self.refused[link.seq] = self.waiting.pop(link.seq)

    @rule(link=links, outcome=st.sampled_from(ReceiptOutcome), ahead=st.booleans())
    def false_receipt(self, link, outcome, ahead):
        false = receipt(Link(self.head.seq + 1, link.sha256), outcome) if ahead else receipt(link, outcome, sha256=OTHER)
        settlement = self.outbox.settle([false])
        assert (settlement.stored, settlement.refused) == (0, 0)

    @rule(event=EVENTS)
    def keep_read(self, event):
        assert self.outbox.keep_read(read(event)) == (event not in self.seen)
        if event not in self.seen:
            self.unused.append(event)
        self.seen.add(event)

    @rule(refuse=st.booleans())
    def upload(self, refuse):
        for blob in self.outbox.waiting_blobs(1):
            if refuse:
                self.outbox.blob_refused(blob.sha256, "no")
            else:
                self.outbox.blob_uploaded(blob.sha256)
            self.blobs[blob.sha256] = "refused" if refuse else "uploaded"

    @rule()
    def prune(self):
        kept = self.waiting.keys() | self.refused.keys()
        gone = [name for name, state in self.blobs.items() if state == "uploaded" and self.blob_of[name] not in kept]
        assert self.outbox.prune(0) == len(gone)
        for name in gone:
            del self.blobs[name]

    @rule()
    def restart(self):
        self.outbox.close()
        self.outbox = self.opened()

    @rule()
    def crash(self):
        """What is on the disk now is all that is left; nothing is closed or written back."""
        before = self.root / str(self.lives)
        self.lives += 1
        shutil.copytree(before, self.root / str(self.lives))
        self.outbox.close()
        self.outbox = self.opened()

    @rule(link=consumes(links))
    def forget(self, link):
        """Let Hypothesis draw from the newer records more often."""

    @invariant()
    def agrees(self):
        if not hasattr(self, "outbox"):
            return
        self.us += 1
        assert self.outbox.head() == self.head
        assert {row.seq: row.sha256 for row in self.outbox.waiting(1_000)} == self.waiting
        assert [row.seq for row in self.outbox.waiting(1_000)] == sorted(self.waiting)
        assert self.outbox.checkpoint("digitiser") == self.point
        assert [one.event_id for one in self.outbox.unused_reads()] == self.unused
        counts = self.outbox.counts()
        assert (counts.waiting_records, counts.refused_records) == (len(self.waiting), len(self.refused))
        waiting_blobs = self.outbox.waiting_blobs(1_000)
        assert {blob.sha256 for blob in waiting_blobs} == {name for name, state in self.blobs.items() if state == "waiting"}
        assert all(blob.path.is_file() for blob in waiting_blobs)


OutboxMachine.TestCase.settings = settings(deadline=None, max_examples=25, stateful_step_count=30)
TestOutbox = OutboxMachine.TestCase
