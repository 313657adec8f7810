"""Legal holds from the command line: placed, listed and lifted by whoever gives the name, which the journal keeps."""

import datetime as dt
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from typing import Final

from sqlalchemy.orm import Session

from central.clock import now_us
from central.evidence import holds
from central.evidence.database import Database
from central.evidence.journal import Actor
from contract.faults import StopError
from contract.units import US_PER_S

PERSON_MAX: Final = 60
SEQ_DIGITS_MAX: Final = 15


@contextmanager
def _journalled(database: Database, by: str) -> Iterator[tuple[Session, Actor]]:
    """Give a writing session, and the actor that the journal names for what a person does by a command on this machine."""
    name = by.strip()
    if not 1 <= len(name) <= PERSON_MAX:
        raise StopError("no-person", "--by", f"has {len(name)} characters; name yourself in 1 to {PERSON_MAX}")
    with database.write() as session:
        yield session, Actor(name, "wim-central", "local")


def place_hold(database: Database, vehicle: str | None, plate: str | None, reason: str, by: str) -> int:
    """Place a legal hold on a vehicle, given as ``STATION/NUMBER``, or on a plate, and give its number.

    Raises
    ------
    StopError
        ``bad-hold`` if not exactly one of the two is given, or the vehicle is not of that form.
    RejectError
        As `central.evidence.holds.hold_vehicle` and `hold_plate`.
    """
    if (vehicle is None) == (plate is None):
        raise StopError("bad-hold", "hold", "needs either --vehicle STATION/NUMBER or --plate PLATE")
    with _journalled(database, by) as (session, actor):
        if plate is not None:
            return holds.hold_plate(session, actor, plate, reason, now_us())
        station, _, seq = (vehicle or "").partition("/")
        if not seq.isdecimal() or len(seq) > SEQ_DIGITS_MAX:
            raise StopError("bad-hold", f"--vehicle {vehicle!r}", "is not STATION/NUMBER, such as G104-K12/27")
        return holds.hold_vehicle(session, actor, station, int(seq), reason=reason, now_us=now_us())


def lift_hold(database: Database, number: int, reason: str, by: str) -> None:
    """Lift a legal hold."""
    with _journalled(database, by) as (session, actor):
        holds.lift_hold(session, actor, number, reason, now_us())


def hold_lines(database: Database, *, as_json: bool) -> Iterator[str]:
    """Give a line per legal hold, those in force first; a plate is shown in full, for whoever must know what is kept."""
    with database.read() as session:
        found = holds.holds(session)
    for hold in found:
        if as_json:
            yield json.dumps(asdict(hold), ensure_ascii=False)
            continue
        what = hold.plate or ("a plate" if hold.station is None else f"{hold.station}/{hold.seq}")
        since = f"since {_day(hold.placed_us)} by {hold.placed_by}: {hold.reason}"
        until = "" if hold.lifted_us is None else f"; lifted {_day(hold.lifted_us)} by {hold.lifted_by}: {hold.lifted_reason}"
        yield f"{hold.id} {what} {since}{until}"


def _day(time_us: int) -> str:
    return dt.datetime.fromtimestamp(time_us / US_PER_S, dt.UTC).strftime("%Y-%m-%d")
