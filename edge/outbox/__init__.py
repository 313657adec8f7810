"""The station's durable queue: what stands between a weighed vehicle and central's signed word that it keeps the record."""

from edge.outbox.rows import Blob, BlobRow, Checkpoint, Counts, ReadKey, Settlement, Waiting
from edge.outbox.store import Outbox

__all__ = ["Blob", "BlobRow", "Checkpoint", "Counts", "Outbox", "ReadKey", "Settlement", "Waiting"]
