"""The station's durable queue: what stands between a weighed vehicle and central's signed word that it keeps the record."""

from edge.outbox.rows import Applied, Blob, BlobRow, Checkpoint, ClipSpan, Counts, LedgerHead, ReadKey, Settlement, Waiting
from edge.outbox.store import MakeRecord, Outbox

__all__ = [
    "Applied",
    "Blob",
    "BlobRow",
    "Checkpoint",
    "ClipSpan",
    "Counts",
    "LedgerHead",
    "MakeRecord",
    "Outbox",
    "ReadKey",
    "Settlement",
    "Waiting",
]
