"""How fast central answers and takes records with a year of traffic in it: a table for SQLite and one for PostgreSQL.

Run it with ``python -m bench.central_scale [--records N] [--cases N] [--keep FOLDER] [--no-postgresql]`` from the project's root. The
traffic is loaded through ingest itself, every overload's case is opened, screened and worked on by the review's own code, PostgreSQL gets
the very same rows by COPY, and `wim-central run` serves them as a process of its own. A million records take some 8 GB in the temporary
folder, which is removed; with ``--keep`` what was loaded stays, and the next run of the same numbers begins with measuring.
"""

from __future__ import annotations

import base64
import itertools
import json
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import asdict, dataclass, replace
from functools import cache
from pathlib import Path
from typing import Annotated, Final

import httpx
import numpy as np
import structlog
import typer
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from rich.console import Console
from rich.table import Table
from sqlalchemy import func, select

from bench.central_copy import copy_database
from bench.central_fleet import Plan, envelopes, station_key
from bench.central_load import Loaded, enrol_stations, load, opened
from bench.central_office import WORKED_DAYS, work_on_cases
from central.evidence.accounts import Role, add_account, make_login_link_token
from central.evidence.aggregates.rebuild import check_station, station_ids
from central.evidence.database import Database
from central.evidence.models import Case, Record, Vehicle
from central.ingest.subscriber import BATCH_MESSAGES
from central.ingest.verify import Message
from central.review.screening.run import screen_all
from contract.disclosures import parse_record_envelope
from contract.signatures import PayloadType, key_id, pre_authentication_encoding
from contract.topics import records_topic
from contract.units import US_PER_DAY
from demo.ports import free_ports
from tests.postgres import new_database, running_postgres

READY_S: Final = 180
INGESTED: Final = 4_000
"""Further records by which the rate of ingest is measured, with every wheel's crossings in them."""
REPEATS: Final = 3

_CONSOLE: Final = Console()


@dataclass(frozen=True)
class Question:
    """A page or operation, and how its address is drawn anew each time."""

    name: str
    address: Callable[[], str]


@contextmanager
def served(data: Path, url: str) -> Iterator[httpx.Client]:
    """Run ``wim-central run`` over a database, and give a client that is logged in as a reviewer."""
    web, broker = free_ports(2)
    command = [sys.executable, "-m", "central", "run", "--data", str(data), "--database-url", url]
    process = subprocess.Popen(
        [*command, "--listen", f"127.0.0.1:{web}", "--broker-port", str(broker)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        with httpx.Client(base_url=f"http://127.0.0.1:{web}", timeout=120) as client:
            _wait(client, process)
            client.post("/login/once", data={"token": _token(url)})
            yield client
    finally:
        process.terminate()
        process.wait(30)


def _wait(client: httpx.Client, process: subprocess.Popen[bytes]) -> None:
    deadline_s = time.monotonic() + READY_S
    while time.monotonic() < deadline_s:
        try:
            if client.get("/health").status_code == 200:
                return
        except httpx.TransportError:
            if process.poll() is not None:
                break
        time.sleep(0.2)
    msg = "wim-central did not begin to serve"
    raise RuntimeError(msg)


def _token(url: str) -> str:
    database = Database(url)
    try:
        now_us = time.time_ns() // 1_000
        with database.write() as session:
            account = add_account(session, f"bench-{now_us}", Role.REVIEWER, None, now_us)
            return make_login_link_token(session, account, now_us, 600_000_000)
    finally:
        database.close()


def questions(database: Database, plan: Plan) -> list[Question]:
    """Give what is asked, with addresses drawn from what is stored."""
    rng = np.random.default_rng([plan.seed, 50_000])
    with database.read() as session:
        last = session.scalar(select(func.max(Record.id))) or 0
        ids = rng.integers(1, last + 1, 400).tolist()
        found = session.execute(
            select(Vehicle.station, Vehicle.seq, Vehicle.plate, Vehicle.time_us).where(Vehicle.record_id.in_(ids))
        ).all()
        cases = list(session.scalars(select(Case.id).order_by(Case.id).limit(20_000)))
    plates = [plate for _, _, plate, _ in found if plate]

    def drawn(make: Callable[[int], str]) -> Callable[[], str]:
        return lambda: make(int(rng.integers(0, 2**31)))

    def vehicle(index: int) -> str:
        station, seq, _, _ = found[index % len(found)]
        return f"/vehicles/{station}/{seq}"

    asked = [
        Question("list, newest", lambda: "/vehicles"),
        Question("list, from any time", drawn(lambda n: f"/vehicles?before={found[n % len(found)].time_us}-{last}")),
        Question(
            "list, one station's overloads", drawn(lambda n: f"/vehicles?verdict=enforceable&station={plan.station_ids[n % plan.stations]}")
        ),
        Question("search, whole plate", drawn(lambda n: f"/vehicles?plate={plates[n % len(plates)]}")),
        Question("search, part of a plate", drawn(lambda n: f"/vehicles?plate={plates[n % len(plates)][2:6]}")),
        Question("search, plate that is nowhere", lambda: "/vehicles?plate=ZZZZZ"),
        Question("one vehicle", drawn(vehicle)),
        Question("stations", lambda: "/stations"),
        Question("analysis, page", lambda: "/analysis"),
        Question("analysis, charts", lambda: "/analysis/charts.json"),
    ]
    if cases:
        asked += [
            Question("work list", lambda: "/cases"),
            Question("one case", drawn(lambda n: f"/cases/{cases[n % len(cases)]}")),
        ]
    return asked


def measure(client: httpx.Client, asked: list[Question], requests: int) -> list[tuple[str, float, float]]:
    """Give name, median and 95th percentile in ms of each question."""
    results = []
    for question in asked:
        taken = []
        for index in range(requests + 2):
            address = question.address()
            began = time.perf_counter()
            answer = client.get(address, headers={"Accept": "text/html"})
            if answer.status_code != 200:
                msg = f"{address}: {answer.status_code} {answer.text[:200]}"
                raise RuntimeError(msg)
            if index >= 2:
                taken.append(1e3 * (time.perf_counter() - began))
        results.append((question.name, float(np.percentile(taken, 50)), float(np.percentile(taken, 95))))
    return results


@dataclass(frozen=True)
class Rates:
    """Records a second through ingest, and signatures a second alone; by the clock, and by this process's own processor time."""

    ingest: float
    ingest_cpu: float
    alone: float
    alone_cpu: float


def ingest_rates(loaded: Loaded, plan: Plan) -> Rates:
    """Take further records, and verify the signatures of the same messages alone, in turns: the best of each."""
    further = replace(plan, seed=time.time_ns(), records=INGESTED, cases=INGESTED // 50, crossings=True, road=_unused_road(loaded))
    enrol_stations(loaded.central.database, further)
    streams = [envelopes(further, number) for number in range(further.stations)]
    messages = [
        Message(records_topic(further.station_ids[number]), envelope)
        for chunk in itertools.zip_longest(*streams)
        for number, envelope in enumerate(chunk)
        if envelope is not None
    ]
    signed = [_signed(message, further) for message in messages]
    part = len(messages) // REPEATS
    ingested, alone = [], []
    for turn in range(REPEATS):
        own = messages[turn * part : (turn + 1) * part]
        alone.append(_timed(len(signed), lambda: [key.verify(signature, encoding) for key, signature, encoding in signed]))
        batches = [own[start : start + BATCH_MESSAGES] for start in range(0, len(own), BATCH_MESSAGES)]
        ingested.append(_timed(len(own), lambda batches=batches: [loaded.receiver.receive(batch) for batch in batches]))
    wall, cpu = (max(one[place] for one in ingested) for place in (0, 1))
    return Rates(wall, cpu, max(one[0] for one in alone), max(one[1] for one in alone))


def _unused_road(loaded: Loaded) -> str:
    """Give a letter for the roads of further stations, which no earlier run has taken."""
    with loaded.central.database.read() as session:
        taken = {station[0] for station in station_ids(session)}
    return next(letter for letter in "HJKLMNPQRSTUVWXYZ" if letter not in taken)


def _timed(count: int, do: Callable[[], object]) -> tuple[float, float]:
    began, began_cpu = time.perf_counter(), time.process_time()
    do()
    return count / (time.perf_counter() - began), count / (time.process_time() - began_cpu)


def _signed(message: Message, plan: Plan) -> tuple[Ed25519PublicKey, bytes, bytes]:
    """Give key, signature and signed bytes of a message."""
    envelope = parse_record_envelope(message.data, message.topic)
    signature = base64.b64decode(envelope.signatures[0].sig)
    encoding = pre_authentication_encoding(PayloadType.RECORD, base64.b64decode(envelope.payload))
    return _keys(plan)[envelope.signatures[0].keyid], signature, encoding


@cache
def _keys(plan: Plan) -> dict[str, Ed25519PublicKey]:
    public = [station_key(plan, number).public_key() for number in range(plan.stations)]
    return {key_id(key): key for key in public}


def check_sums(database: Database, stations: int) -> int:
    """Compare the sums of some stations with those of their records, and give how many differ."""
    with database.snapshot() as session:
        return sum(len(check_station(session, station)) for station in station_ids(session)[:stations])


def report(name: str, database: Database, results: list[tuple[str, float, float]], rates: Rates) -> None:
    """Print the tables of one database."""
    with database.read() as session:
        records = session.scalar(select(func.count()).select_from(Record))
        cases = session.scalar(select(func.count()).select_from(Case))
    table = Table("page", "p50, ms", "p95, ms", title=f"{name}: {records:,} records, {cases:,} cases")
    for question, p50, p95 in results:
        table.add_row(question, f"{p50:.0f}", f"{p95:.0f}")
    _CONSOLE.print(table)
    speed = Table("", "records/s", "Ed25519 alone, /s", "ratio", title=f"{name}: ingest with verification")
    speed.add_row("by the clock", f"{rates.ingest:.0f}", f"{rates.alone:.0f}", f"{rates.ingest / rates.alone:.3f}")
    speed.add_row(
        "processor time of central", f"{rates.ingest_cpu:.0f}", f"{rates.alone_cpu:.0f}", f"{rates.ingest_cpu / rates.alone_cpu:.3f}"
    )
    _CONSOLE.print(speed)


def main(
    *,
    records: Annotated[int, typer.Option(min=1_000, help="Vehicles to load.")] = 1_000_000,
    cases: Annotated[int | None, typer.Option(min=0, help="How many of them are overloads.  [default: one in fifty]")] = None,
    stations: Annotated[int, typer.Option(min=1, max=200, help="Stations over which they pass.")] = 20,
    requests: Annotated[int, typer.Option(min=5, help="Requests of each kind.")] = 60,
    keep: Annotated[
        Path | None, typer.Option(help="Folder in which what is loaded stays, for some days.  [default: a temporary one]")
    ] = None,
    seed: Annotated[int, typer.Option(help="Of the traffic.")] = 1,
    postgresql: Annotated[bool, typer.Option(help="Copy it to PostgreSQL too, and measure there.")] = True,
) -> None:
    """Load a year of traffic, and measure."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(50))
    now_us = time.time_ns() // 1_000
    plan = Plan(seed, stations, records, records // 50 if cases is None else cases, now_us - WORKED_DAYS * US_PER_DAY)
    with tempfile.TemporaryDirectory(prefix="wim-scale-") if keep is None else nullcontext(keep) as name:
        place = Path(name)
        plan = _kept(place / "plan.json", plan)
        with opened(place, plan) as loaded:
            _fill(loaded, plan, place / "filled")
            _measure_one("SQLite", loaded, plan, requests)
            if not postgresql:
                return
            with running_postgres() as cluster:
                url = new_database(cluster, "scale")
                copy_database(loaded.central.database, url)
                # A log of its own, which grows from here: the key remembers how far it has signed.
                shutil.copytree(place / "keys", place / "postgresql" / "keys", dirs_exist_ok=True)
                with opened(place / "postgresql", plan, url) as copied:
                    _measure_one("PostgreSQL", copied, plan, requests)


def _kept(path: Path, plan: Plan) -> Plan:
    """Give the plan that a folder was begun with, or begin it with this one; they differ in nothing but the time."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(asdict(plan)))
    found = Plan(**json.loads(path.read_text()))
    if replace(found, until_us=plan.until_us) != plan:
        msg = f"{path.parent} holds {found}, not {plan}; give another folder"
        raise typer.BadParameter(msg)
    return found


def _fill(loaded: Loaded, plan: Plan, done: Path) -> None:
    """Load the traffic and work on its cases, unless that was done."""
    if done.exists():
        return
    began = time.monotonic()
    load(loaded, plan)
    _CONSOLE.print(f"loaded {loaded.records:,} records at {loaded.records / (time.monotonic() - began):,.0f} a second, all steps")
    began = time.monotonic()
    made = screen_all(loaded.central)
    _CONSOLE.print(f"opened and screened {made:,} cases in {time.monotonic() - began:,.0f} s")
    began = time.monotonic()
    acts = work_on_cases(loaded.central, plan.until_us, plan.seed)
    _CONSOLE.print(f"took {acts:,} acts on them in {time.monotonic() - began:,.0f} s")
    done.touch()


def _measure_one(name: str, loaded: Loaded, plan: Plan, requests: int) -> None:
    database = loaded.central.database
    differing = check_sums(database, 2)
    if differing:
        msg = f"{name}: {differing} sums are not those of the records"
        raise RuntimeError(msg)
    with served(loaded.central.settings.data, loaded.central.settings.url) as client:
        results = measure(client, questions(database, plan), requests)
    report(name, database, results, ingest_rates(loaded, plan))


if __name__ == "__main__":
    typer.run(main)
