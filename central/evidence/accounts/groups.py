"""Station groups: which stations a role given over a group reaches."""

from dataclasses import dataclass

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from central.evidence.journal import Actor, Detail, Verb, note
from central.evidence.models import Account, AccountGrant, Station, StationGroup, StationGroupMember
from contract.faults import RejectError


@dataclass(frozen=True, slots=True)
class Group:
    """A station group and its stations, by id."""

    id: int
    name: str
    stations: tuple[str, ...]


def groups(session: Session) -> tuple[Group, ...]:
    """Give every station group, by name."""
    members: dict[int, list[str]] = {}
    for row in session.scalars(select(StationGroupMember).order_by(StationGroupMember.station)):
        members.setdefault(row.group_id, []).append(row.station)
    rows = session.scalars(select(StationGroup).order_by(StationGroup.name))
    return tuple(Group(row.id, row.name, tuple(members.get(row.id, ()))) for row in rows)


def group_stations(session: Session, group_id: int) -> frozenset[str]:
    """Give the stations of a group."""
    return frozenset(session.scalars(select(StationGroupMember.station).where(StationGroupMember.group_id == group_id)))


def group_id_of(session: Session, name: str) -> int:
    """Give the number of the group of that name.

    Raises
    ------
    RejectError
        ``no-group``, with the names there are.
    """
    found = session.scalar(select(StationGroup.id).where(StationGroup.name == name))
    if found is None:
        known = ", ".join(group.name for group in groups(session)) or "none yet"
        raise RejectError("no-group", f"station group {name[:60]!r}", f"does not exist; there are: {known}")
    return found


def set_group(session: Session, actor: Actor, name: str, stations: frozenset[str], now_us: int) -> int:
    """Add a group, or give it other stations; give its number.

    Raises
    ------
    RejectError
        ``bad-group-name``, ``no-station``, or ``second-person-needed`` where the actor's own person has a role over the group.
    """
    if not (1 <= len(name) <= 60 and name == name.strip() and name.isprintable()):
        raise RejectError("bad-group-name", f"station group {name[:60]!r}", "needs 1 to 60 printable characters without blanks at the ends")
    unknown = sorted(stations - set(session.scalars(select(Station.id).where(Station.id.in_(stations)))))
    if unknown:
        raise RejectError("no-station", f"station {unknown[0][:60]!r}", "is not enrolled; give ids of enrolled stations")
    row = session.scalars(select(StationGroup).where(StationGroup.name == name)).first()
    if row is None:
        row = StationGroup(name=name)
        session.add(row)
        session.flush()
    elif _is_held_by(session, row.id, actor.person):
        raise RejectError("second-person-needed", f"station group {name!r}", "gives you a role yourself: another administrator changes it")
    session.execute(delete(StationGroupMember).where(StationGroupMember.group_id == row.id))
    session.add_all(StationGroupMember(group_id=row.id, station=station) for station in sorted(stations))
    detail: Detail = {"what": "stations", "stations": " ".join(sorted(stations))[:1_000]}
    note(session, actor, Verb.CHANGED, f"station-group/{row.id}", now_us=now_us, detail=detail)
    return row.id


def _is_held_by(session: Session, group_id: int, person: str) -> bool:
    query = select(AccountGrant.id).join(Account, Account.id == AccountGrant.account_id)
    return session.scalars(query.where(AccountGrant.group_id == group_id, Account.person == person).limit(1)).first() is not None
