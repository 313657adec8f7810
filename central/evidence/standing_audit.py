"""Cases and stations as they are stored, held against the digests in the acts that left them so (`central.evidence.standing`)."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from central.evidence.journal import detail_of
from central.evidence.models import Act, Case, Station, Vehicle
from central.evidence.standing import (
    CASE_DIGEST,
    STATION_DIGEST,
    case_digest,
    columns_of,
    rows_of_cases,
    station_standing,
    steps_of_cases,
)

BATCH: Final = 500
"""Cases whose rows are held in memory at once."""


@dataclass
class Standings:
    """What does not fit, each as ``object: what``, and what no act vouches for."""

    failures: list[str] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)


def standing_faults(session: Session) -> Standings:
    """Compute every digest anew; what was entered before acts held any is remarked upon."""
    found = Standings()
    steps, named = steps_of_cases(session), dict(_named_of_cases(session))
    query = select(Case, Vehicle.plate).outerjoin(Vehicle, Vehicle.record_id == Case.record_id).order_by(Case.id).limit(BATCH)
    after = 0
    while batch := session.execute(query.where(Case.id > after)).all():
        rows = rows_of_cases(session, [case.id for case, _ in batch])
        for case, plate in batch:
            _compare(found, f"case {case.id}", named.get(f"case/{case.id}"), case_digest(columns_of(case), rows[case.id], steps))
            if case.plate not in (None, plate):
                found.failures.append(f"case {case.id}: altered: shows another plate than its vehicle's")
        after = batch[-1][0].id
        session.expunge_all()
    for station in session.scalars(select(Station.id).order_by(Station.id)).all():
        _compare(found, f"station {station}", _named_of_station(session, station), station_standing(session, station))
    return found


def _compare(found: Standings, source: str, named: str | None, digest: str) -> None:
    if named is None:
        found.remarks.append(f"{source}: no act of the journal vouches for how it stands: it was entered before acts did")
    elif named != digest:
        found.failures.append(f"{source}: altered: does not stand as the last act upon it has left it")


def _named_of_cases(session: Session) -> Iterator[tuple[str, str]]:
    """Give the digest in each act upon a case, by the case's path, the last one of a case last: a step may be gone, its act is not."""
    query = select(Act.subject, Act.entry).where(Act.verb == "did", Act.subject.startswith("case/")).order_by(Act.id)
    for subject, entry in session.execute(query):
        if digest := detail_of(entry).get(CASE_DIGEST):
            yield subject, digest


def _named_of_station(session: Session, station: str) -> str | None:
    subject = f"station/{station}"
    query = select(Act.entry).where(or_(Act.subject == subject, Act.subject == f"{subject}/publication")).order_by(Act.id.desc())
    return next((digest for entry in session.scalars(query) if (digest := detail_of(entry).get(STATION_DIGEST))), None)
