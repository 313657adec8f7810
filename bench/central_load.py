"""Loads the traffic of `bench.central_fleet` into a central through its own ingest, every numbered step of it, as fast as that goes."""

from __future__ import annotations

import itertools
import multiprocessing as mp
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing.queues import Queue
from pathlib import Path
from typing import Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from rich.progress import Progress

from bench.central_fleet import Plan, envelopes, pictures, station_key
from central.config import Settings
from central.context import Central
from central.evidence.blobs import BlobStore
from central.evidence.database import Database
from central.evidence.derived import DerivedFolder
from central.evidence.models import Blob
from central.evidence.publications import Publication, publication_at, publish_station
from central.evidence.stations import enrol
from central.ingest.receive import Receiver
from central.ingest.subscriber import BATCH_MESSAGES
from central.ingest.verify import Message
from central.migrations.run import migrate
from contract.media import sha256_hex
from contract.topics import records_topic
from contract.units import US_PER_HOUR

CHUNK: Final = 20
"""Envelopes of one station in a row: a batch holds those of many stations, as when all of them are live."""
ROUNDS_AHEAD: Final = 40
"""Rounds over a worker's stations that wait for the loader."""

Chunk = tuple[int, list[bytes]]


@dataclass
class Loaded:
    """A central with a receiver, and what was sent to it."""

    central: Central
    receiver: Receiver
    records: int = 0


@contextmanager
def opened(folder: Path, plan: Plan, database_url: str | None = None) -> Iterator[Loaded]:
    """Open a central of which every station of the plan is enrolled and published, and which has the pictures."""
    folder.mkdir(parents=True, exist_ok=True)
    settings = Settings(data=folder, database_url=database_url)
    database = Database(settings.url)
    try:
        migrate(database)
        central = Central(
            settings, database, BlobStore(settings.blob_folder), lambda: plan.until_us, DerivedFolder(settings.derived_folder)
        )
        enrol_stations(database, plan)
        _store_pictures(central, plan)
        yield Loaded(central, Receiver(central, Ed25519PrivateKey.generate()))
    finally:
        database.close()


def enrol_stations(database: Database, plan: Plan) -> None:
    """Enrol and publish every station of a plan; those that are published already stay as they are."""
    begins_us = plan.until_us - (plan.days + 1) * 24 * US_PER_HOUR
    with database.write() as session:
        for number, station in enumerate(plan.station_ids):
            enrol(session, station, f"Station {number + 1}", station_key(plan, number).public_key(), now_us=begins_us)
            if publication_at(session, station, plan.until_us) is None:
                publish_station(session, _publication(station, number, begins_us), begins_us)


def _publication(station: str, number: int, begins_us: int) -> Publication:
    """Publish a station from the plan's first day on, with a verified scale."""
    road, stake = station.split("-")
    return Publication(
        station=station,
        road=road,
        stake=stake,
        office="Highway bureau",
        institute="Institute of metrology",
        place=f"Gazette {number + 1}",
        from_us=begins_us,
        latitude_udeg=27_000_000 + 120_000 * number,
        longitude_udeg=112_000_000 + 90_000 * number,
        certificate=f"JJG907-{number + 1}",
        verified_from_us=begins_us,
        verified_until_us=begins_us + 2 * 366 * 24 * US_PER_HOUR,
    )


def _store_pictures(central: Central, plan: Plan) -> None:
    for data in itertools.chain.from_iterable(pictures()):
        identity = sha256_hex(data)
        if central.blobs.has(identity):
            continue
        with central.blobs.begin(identity, len(data)) as upload:
            upload.write(data)
            upload.finish()
    with central.database.write() as session:
        for data in itertools.chain.from_iterable(pictures()):
            session.merge(Blob(sha256=sha256_hex(data), size=len(data), station=plan.station_ids[0], received_us=plan.until_us))


def load(loaded: Loaded, plan: Plan) -> None:
    """Send all of it, and fail if a single record is refused."""
    with Progress(transient=True) as bar:
        task = bar.add_task("loading", total=plan.records)
        for batch in _batched(messages(plan)):
            receipts = loaded.receiver.receive(batch)
            loaded.records += len(receipts)
            bar.update(task, completed=loaded.records)
    stored = loaded.central.metrics.registry.get_sample_value("wim_central_messages_total", {"outcome": "stored"})
    if stored != loaded.records:
        msg = f"{loaded.records} records were sent, {stored} are stored"
        raise RuntimeError(msg)


def messages(plan: Plan) -> Iterator[Message]:
    """Give the plan's messages, made by processes beside this one; the same order within each station, any order between them."""
    context = mp.get_context("spawn")
    workers = max(1, min(plan.stations, (os.cpu_count() or 2) - 1))
    queue: Queue[list[Chunk] | None] = context.Queue(ROUNDS_AHEAD)
    processes = [context.Process(target=_make, args=(plan, range(worker, plan.stations, workers), queue)) for worker in range(workers)]
    for process in processes:
        process.start()
    topics = [records_topic(station) for station in plan.station_ids]
    try:
        running = workers
        while running:
            chunks = queue.get()
            if chunks is None:
                running -= 1
                continue
            for number, found in chunks:
                yield from (Message(topics[number], envelope) for envelope in found)
    finally:
        for process in processes:
            process.terminate()
            process.join()


def _make(plan: Plan, numbers: range, queue: Queue[list[Chunk] | None]) -> None:
    """Make the envelopes of some stations in rounds, a chunk of each; None says that there are no more."""
    streams = {number: envelopes(plan, number) for number in numbers}
    while streams:
        chunks = [(number, list(itertools.islice(stream, CHUNK))) for number, stream in streams.items()]
        streams = {number: streams[number] for number, found in chunks if len(found) == CHUNK}
        queue.put([chunk for chunk in chunks if chunk[1]])
    queue.put(None)


def _batched(stream: Iterator[Message]) -> Iterator[list[Message]]:
    while batch := list(itertools.islice(stream, BATCH_MESSAGES)):
        yield batch
