"""Central's counters, in a registry of their own so that two centrals in one process do not mix."""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest


class Metrics:
    """What is counted; `faults` by code is also what the status page shows."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.messages = Counter("wim_central_messages", "Record messages by what became of them", ["outcome"], registry=self.registry)
        self.faults = Counter("wim_central_faults", "Faults by code", ["code"], registry=self.registry)
        self.blobs = Counter("wim_central_blobs", "Blob uploads by HTTP status", ["status"], registry=self.registry)
        self.connected = Gauge("wim_central_broker_connected", "1 while the broker is connected", registry=self.registry)
        self.waiting = Gauge("wim_central_ingest_waiting", "Messages received and not yet stored", registry=self.registry)
        self.batch_s = Histogram("wim_central_ingest_batch_seconds", "Time from a batch to its durable commit", registry=self.registry)

    def text(self) -> bytes:
        """Give all of it in the Prometheus text format."""
        return generate_latest(self.registry)
