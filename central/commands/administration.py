"""What the commands beside the service do, on the same database and while the service runs."""

import getpass
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

from pydantic import TypeAdapter, ValidationError
from sqlalchemy import select

from central.checkpointing.trust import trusted_by
from central.clock import now_us
from central.config import Settings
from central.evidence import accounts, quarantine, stations
from central.evidence.accounts.resets import ask_login_link
from central.evidence.audit import Audit, audit
from central.evidence.blobs import BlobStore
from central.evidence.database import Database
from central.evidence.derived import DerivedFolder
from central.evidence.journal import Actor, Detail, Verb, note
from central.evidence.keys import read_public_key
from central.evidence.log.audit import LogAudit, audit_log
from central.evidence.log.memory import recall
from central.evidence.models import Record
from central.evidence.standing import STATION_DIGEST, station_standing
from central.housekeeping import delete_due
from central.migrations.run import migrate
from contract.faults import StopError
from contract.names import Name
from contract.units import US_PER_MINUTE

PAGE_ROWS: Final = 500
_NAME: Final[TypeAdapter[str]] = TypeAdapter(Name)


def parse_listen(text: str) -> dict[str, Any]:
    """Read ``HOST:PORT``.

    Raises
    ------
    StopError
        ``bad-address`` if it is not that.
    """
    host, separator, port = text.rpartition(":")
    if not (separator and host and port.isdecimal()):
        raise StopError("bad-address", "--listen", f"{text!r} is not HOST:PORT, such as 127.0.0.1:8000")
    return {"host": host.strip("[]"), "port": int(port)}


@contextmanager
def opened(settings: Settings) -> Iterator[Database]:
    """Open the database, brought to this version's tables."""
    settings.data.mkdir(parents=True, exist_ok=True)
    database = Database(settings.url)
    try:
        migrate(database)
        yield database
    finally:
        database.close()


def command_actor() -> Actor:
    """Give who types a command: the system's user."""
    try:
        name = getpass.getuser()
    except (OSError, KeyError):
        name = f"uid {os.getuid()}"
    return Actor(name[:60], name[:60], "command line")


def noted(database: Database, verb: Verb, subject: str, detail: Detail | None = None) -> None:
    """Note in the journal what a command is about to do or to show."""
    with database.write() as session:
        note(session, command_actor(), verb, subject, now_us=now_us(), detail=detail)


def enrol_station(database: Database, station: str, name: str, public_key: Path) -> str:
    """Enrol a station and give its key's id.

    Raises
    ------
    StopError
        ``bad-station-name``, ``key-unreadable`` or ``key-taken``.
    """
    try:
        _NAME.validate_python(station)
    except ValidationError as error:
        what = "is no station id; use 1 to 40 letters, digits, '.', '_' and '-'"
        raise StopError("bad-station-name", f"station {station[:60]!r}", what) from error
    key = read_public_key(public_key)
    with database.write() as session:
        key_id = stations.enrol(session, station, name, key, now_us=now_us())
        detail: Detail = {"what": "enrolled", "key": key_id, STATION_DIGEST: station_standing(session, station)}
        note(session, command_actor(), Verb.DID, f"station/{station}", now_us=now_us(), detail=detail)
    return key_id


def login_token(database: Database, name: str, create_as: accounts.Role | None, lasts_min: int) -> str:
    """Give a one-time token for an account, added first if there is none and a role is given.

    Raises
    ------
    StopError
        ``no-account`` if there is none and none is to be added.
    """
    now = now_us()
    with database.write() as session:
        identity = accounts.account_id(session, name)
        if identity is None:
            if create_as is None:
                raise StopError("no-account", f"account {name!r}", "does not exist; add it with `wim-central user add`, or give --create")
            identity = accounts.add_account(session, name, create_as, None, now, actor=command_actor(), alone=True)
        lasts_us = lasts_min * US_PER_MINUTE
        token, _ = ask_login_link(session, command_actor(), identity, now, alone=True, lasts_us=lasts_us)
        return token


def record_lines(database: Database, *, as_json: bool) -> Iterator[str]:
    """Give a line per stored record."""
    noted(database, Verb.SAW, "list/records")
    query = select(Record).order_by(Record.station, Record.seq).execution_options(yield_per=PAGE_ROWS)
    with database.snapshot() as session:
        for row in session.scalars(query):
            values = {
                "station": row.station,
                "seq": row.seq,
                "type": row.type,
                "time_us": row.time_us,
                "received_us": row.received_us,
                "sha256": row.sha256,
                "chain": row.chain,
                "mark": row.mark,
            }
            yield (
                json.dumps(values)
                if as_json
                else f"{row.station}/{row.seq} {row.type} {row.sha256[:16]} {row.chain} {row.mark or ''}".rstrip()
            )


def verify_lines(database: Database, settings: Settings, *, as_json: bool) -> tuple[bool, list[str]]:
    """Verify all that is stored; give whether it is sound, and the lines to print."""
    noted(database, Verb.DID, "evidence/verify")
    trusted = trusted_by(settings)
    memory = recall(settings.key_folder, trusted.log)
    with database.snapshot() as session:
        found = audit(session, BlobStore(settings.blob_folder))
        log = audit_log(session, trusted, memory)
    lines = [json.dumps(found.as_json() | {"log": log.as_json()})] if as_json else [*_audit_lines(found), *log_lines(log)]
    return not (found.failures or log.failures), lines


def deletion_lines(database: Database, settings: Settings, *, as_json: bool) -> list[str]:
    """Delete now what is due by the schedule; give the lines to print."""
    noted(database, Verb.DID, "evidence/prune", {"after_days": f"{settings.retention.not_overloaded_days:g}"})
    deleted = delete_due(database, BlobStore(settings.blob_folder), DerivedFolder(settings.derived_folder), now_us(), settings)
    if as_json:
        return [json.dumps({**asdict(deleted), "after_days": settings.retention.not_overloaded_days})]
    of_vehicles = f"{deleted.plates} plates and {deleted.media} media of {deleted.vehicles} vehicles and {deleted.supplements} supplements"
    others = f"{deleted.messages} refused messages, {deleted.exports} files of exports and {deleted.strays} that cut-off writing had left"
    return [f"deleted {of_vehicles} that were due, {deleted.texts} texts, {others}; {deleted.size} bytes of files and messages"]


def quarantine_lines(database: Database, *, as_json: bool) -> Iterator[str]:
    """Give a line per refused message that is kept, newest first."""
    before: int | None = None
    noted(database, Verb.SAW, "list/quarantine")
    with database.read() as session:
        while items := quarantine.quarantined(session, before, PAGE_ROWS):
            for item in items:
                yield json.dumps(asdict(item)) if as_json else f"{item.id} {item.topic} {item.code}: {item.what} (came {item.times} times)"
            before = items[-1].id


def log_lines(found: LogAudit) -> list[str]:
    """Give an audit of the log as lines for people."""
    head = f"log: {found.leaves} leaves of {found.records} records and {found.acts} acts, {found.checkpoints} checkpoints"
    vouched = f"{found.cosignatures} cosignatures, {found.timestamps} time stamps"
    return [f"{head}, {vouched}", *(f"remark {one}" for one in found.remarks), *(f"FAILED {one}" for one in found.failures)]


def _audit_lines(found: Audit) -> list[str]:
    lines = [
        f"{station}: {result.verified} of {result.records} records verified, {result.vehicles} vehicles, {result.overloads} overloads, "
        f"chain {result.chain}, {result.blobs_missing} blobs not here; deleted on schedule: {result.blobs_deleted} blobs, "
        f"{result.texts_deleted} texts"
        for station, result in found.stations.items()
    ]
    said = [*(f"remark {one}" for one in found.remarks), *(f"FAILED {failure}" for failure in found.failures)]
    return [*lines, f"quarantine: {found.quarantine}", *said]
