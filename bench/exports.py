"""Exports of the vehicle list: rows a second and memory, at a quarter of the rows and at all of them, in each format.

    python -m bench.exports [--rows 200000]

The rows are one signed vehicle in many places of the chain: an export does the same whatever they weigh. Memory is what the process that
makes the file needs at most beyond what it needed before.
"""

import multiprocessing
import resource
import time
from datetime import UTC
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated

import typer
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import insert

from central.config import ExportSettings, Settings, TmgStation
from central.context import Central
from central.evidence.accounts import Login, Role, add_account
from central.evidence.blobs import BlobStore
from central.evidence.database import Database
from central.evidence.derived import DerivedFolder
from central.evidence.journal import Actor
from central.evidence.models import Record, Vehicle
from central.evidence.stations import enrol
from central.evidence.vehicle_filter import VehicleFilter
from central.exports import jobs
from central.exports.jobs import Format
from central.exports.worker import ExportMaker
from central.migrations.run import migrate
from contract.canonical import canonical_bytes
from contract.media import sha256_hex
from tests.signing_station import T0_US, SigningStation

BATCH = 5_000
NOW_US = T0_US + 10**12


def load(database: Database, rows: int) -> int:
    """Fill a database, and give the account that will ask."""
    station = SigningStation()
    record = station.vehicle()
    payload = canonical_bytes(record)
    with database.write() as session:
        key = enrol(session, station.id, "bench", Ed25519PrivateKey.generate().public_key(), now_us=NOW_US)
        account = add_account(session, "bench", Role.AUDITOR, None, NOW_US)
    common = {"station": station.id, "type": "vehicle", "prev_sha256": "0" * 64, "received_us": NOW_US, "key_id": key, "chain": "linked"}
    summary = {
        "station": station.id,
        "lane": 1,
        "plate": "京A12345",
        "plate_certainty_ppm": 990_000,
        "axles": len(record.axles),
        "vehicle_class": record.vehicle_class,
        "speed_mm_s": 20_000,
        "gross_kg": record.gross_kg,
        "gross_u_kg": record.gross_u_kg,
        "limit_kg": 43_000,
        "over_kg": 0,
        "outcome": "within-limits",
        "enforceable": False,
        "playback": False,
    }
    for start in range(1, rows + 1, BATCH):
        numbers = range(start, min(start + BATCH, rows + 1))
        with database.write() as session:
            own = [{"id": n, "seq": n, "time_us": T0_US + n, "sha256": sha256_hex(str(n).encode())} for n in numbers]
            session.execute(insert(Record), [common | row | {"payload": payload, "envelope": payload} for row in own])
            session.execute(insert(Vehicle), [summary | {"record_id": n, "seq": n, "time_us": T0_US + n} for n in numbers])
    return account


def export(folder: Path, account: int, wanted: Format, rows: int, answers: "multiprocessing.Queue[tuple[float, float, int]]") -> None:
    """Make one file in a process of its own."""
    tmg = {SigningStation().id: TmgStation(state="00", station="1", direction=1)}
    settings = Settings(data=folder, exports=ExportSettings(tmg=tmg))
    central = Central(settings, Database(settings.url), BlobStore(folder / "blobs"), lambda: NOW_US, DerivedFolder(folder / "derived"))
    login, actor = Login(account, "bench", "bench", frozenset({Role.AUDITOR}), ""), Actor("bench", "bench", "local")
    with central.database.write() as session:
        narrowed = VehicleFilter(until_us=T0_US + rows + 1)
        number = jobs.ask(session, login, actor, wanted, narrowed, masked=True, now_us=NOW_US)
    before, began = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.perf_counter()
    ExportMaker(central, UTC).make_next()
    seconds, after = time.perf_counter() - began, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with central.database.read() as session:
        job = jobs.job_of(session, number, account)
    if job is None or job.rows_done != rows:
        raise SystemExit(f"the export of {rows} rows ended as {job}")
    answers.put((seconds, (after - before) / 1024, job.size))
    central.database.close()


def main(rows: Annotated[int, typer.Option(help="Vehicles in the database.")] = 200_000) -> None:
    """Print one table."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        database = Database(f"sqlite:///{folder / 'central.db'}")
        migrate(database)
        account = load(database, rows)
        database.close()
        spawning = multiprocessing.get_context("spawn")
        print(f"{'format':10}{'rows':>10}{'rows/s':>10}{'MB more':>10}{'MB file':>10}")
        for wanted in Format:
            for count in (rows // 4, rows):
                answers: multiprocessing.Queue[tuple[float, float, int]] = spawning.Queue()
                process = spawning.Process(target=export, args=(folder, account, wanted, count, answers))
                process.start()
                seconds, memory, size = answers.get()
                process.join()
                print(f"{wanted:10}{count:>10}{count / seconds:>10.0f}{memory:>10.0f}{size / 1e6:>10.1f}")


if __name__ == "__main__":
    typer.run(main)
