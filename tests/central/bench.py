"""A central on the test bench: real database, real blobs, real receiver; the clock is set by hand, the broker is absent."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from central.config import Settings
from central.context import Central
from central.evidence.blobs import BlobStore
from central.evidence.database import Database
from central.evidence.derived import DerivedFolder
from central.evidence.quarantine import QuarantineItem, quarantined
from central.evidence.stations import enrol
from central.evidence.vehicle_detail import VehicleDetail, vehicle
from central.evidence.vehicle_filter import VehicleFilter
from central.evidence.vehicle_list import VehicleSummary, find_vehicles
from central.ingest.receive import Outgoing, Receiver
from central.ingest.verify import Message
from central.migrations.run import migrate
from contract.receipts import Receipt
from contract.signatures import PayloadType, key_id, open_envelope, parse_envelope
from contract.topics import receipts_topic
from tests.signing_station import T0_US, SigningStation


@dataclass
class Clock:
    """Central's clock."""

    now_us: int = T0_US + 1_000_000

    def __call__(self) -> int:
        return self.now_us


@dataclass
class Bench:
    """Central and one enrolled station."""

    central: Central
    clock: Clock
    receipt_key: Ed25519PrivateKey
    receiver: Receiver
    station: SigningStation = field(default_factory=SigningStation)

    def enrol(self, station: SigningStation) -> None:
        with self.central.database.write() as session:
            enrol(session, station.id, f"Station {station.id}", station.key.public_key(), now_us=self.clock())

    def send(self, *envelopes: bytes, topic: str | None = None) -> list[Receipt]:
        """Deliver messages as one batch, and give the receipts, their signatures verified."""
        messages = [Message(topic or self.station.topic, envelope) for envelope in envelopes]
        return [self.opened(outgoing) for outgoing in self.receiver.receive(messages)]

    def opened(self, outgoing: Outgoing) -> Receipt:
        public = self.receipt_key.public_key()
        envelope = parse_envelope(outgoing.data, outgoing.topic)
        receipt = Receipt.model_validate_json(open_envelope(envelope, PayloadType.RECEIPT, {key_id(public): public}, outgoing.topic))
        assert outgoing.topic == receipts_topic(receipt.station)
        return receipt

    def vehicles(self) -> tuple[VehicleSummary, ...]:
        with self.central.database.read() as session:
            return find_vehicles(session, VehicleFilter(), limit=500).rows

    def vehicle(self, seq: int) -> VehicleDetail:
        with self.central.database.read() as session:
            found = vehicle(session, self.station.id, seq)
        assert found is not None
        return found

    def quarantine(self) -> tuple[QuarantineItem, ...]:
        with self.central.database.read() as session:
            return quarantined(session)

    def fault_count(self, code: str) -> float:
        return self.central.metrics.registry.get_sample_value("wim_central_faults_total", {"code": code}) or 0.0


@contextmanager
def open_bench(folder: Path, database_url: str, unsigned_mb: int = 64) -> Iterator[Bench]:
    """Set a central up, with one station enrolled."""
    settings = Settings(data=folder, database_url=database_url, unsigned_quarantine_mb_per_day=unsigned_mb)
    database = Database(settings.url)
    clock, key = Clock(), Ed25519PrivateKey.generate()
    try:
        migrate(database)
        central = Central(settings, database, BlobStore(settings.blob_folder), clock, DerivedFolder(settings.derived_folder))
        bench = Bench(central, clock, key, Receiver(central, key))
        bench.enrol(bench.station)
        yield bench
    finally:
        database.close()
