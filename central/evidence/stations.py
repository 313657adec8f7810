"""Stations: enrolment of their keys, and how each stands now."""

from collections.abc import Collection
from dataclasses import dataclass

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from sqlalchemy import select
from sqlalchemy.orm import Session

from central.evidence.models import Station, StationKey, StationStatus, StationTally
from contract import topics
from contract.faults import StopError
from contract.signatures import key_id


@dataclass(frozen=True, slots=True)
class EnrolledKey:
    """A public key that signs for one station, and the record times [valid_from_us, valid_until_us) for which it may."""

    station: str
    key_id: str
    key: Ed25519PublicKey
    valid_from_us: int
    valid_until_us: int | None

    def covers(self, time_us: int) -> bool:
        """Whether the key may sign for that moment."""
        return self.valid_from_us <= time_us and (self.valid_until_us is None or time_us < self.valid_until_us)


@dataclass(frozen=True, slots=True)
class StationView:
    """A station as lists show it; `status` and `status_received_us` are None before the first status."""

    id: str
    name: str
    enrolled_us: int
    records: int
    last_seq: int
    last_record_us: int | None
    status: topics.StationStatus | None
    status_received_us: int | None


def enrol(session: Session, station: str, name: str, key: Ed25519PublicKey, *, now_us: int, valid_from_us: int = 0) -> str:
    """Enrol a station, or a further key of it, and give the key's id. Enrolling the same key again changes only the name.

    Raises
    ------
    StopError
        ``key-taken`` if the key signs for another station.
    """
    row = session.get(Station, station)
    if row is None:
        session.add(Station(id=station, name=name, enrolled_us=now_us))
        session.flush()
    else:
        row.name = name
    identity = key_id(key)
    known = session.get(StationKey, identity)
    if known is not None and known.station != station:
        raise StopError("key-taken", f"key {identity[:16]}", f"signs for station {known.station}; each station needs a key of its own")
    if known is None:
        session.add(StationKey(key_id=identity, station=station, public_key=key.public_bytes_raw(), valid_from_us=valid_from_us))
    return identity


def keys_of(session: Session, station: str) -> dict[str, EnrolledKey]:
    """Give the keys that sign for a station, by key id; empty if it is not enrolled."""
    rows = session.scalars(select(StationKey).where(StationKey.station == station))
    return {row.key_id: _enrolled(row) for row in rows}


def keys_of_all(session: Session, stations: Collection[str]) -> dict[str, dict[str, EnrolledKey]]:
    """Give the keys that sign for each of some stations, by key id; a station that is not enrolled has none."""
    found: dict[str, dict[str, EnrolledKey]] = {station: {} for station in stations}
    for row in session.scalars(select(StationKey).where(StationKey.station.in_(stations))):
        found[row.station][row.key_id] = _enrolled(row)
    return found


def store_status(session: Session, status: topics.StationStatus, data: bytes, now_us: int) -> bool:
    """Keep a station's last status; False if the station is not enrolled."""
    if session.get(Station, status.station) is None:
        return False
    session.merge(StationStatus(station=status.station, received_us=now_us, status=data))
    return True


def stations(
    session: Session, *, within: frozenset[str] | None = None, after: str = "", limit: int | None = None
) -> tuple[StationView, ...]:
    """Give enrolled stations with their counts and last status, by id: those of `within`, None for all, that follow `after`."""
    query = (
        select(Station, StationStatus, StationTally)
        .outerjoin(StationStatus, StationStatus.station == Station.id)
        .outerjoin(StationTally, StationTally.station == Station.id)
        .where(Station.id > after)
        .order_by(Station.id)
        .limit(limit)
    )
    if within is not None:
        query = query.where(Station.id.in_(within))
    return tuple(
        StationView(
            id=row.id,
            name=row.name,
            enrolled_us=row.enrolled_us,
            records=tally.records if tally else 0,
            last_seq=tally.last_seq if tally else 0,
            last_record_us=tally.last_record_us if tally else None,
            status=topics.StationStatus.model_validate_json(status.status) if status else None,
            status_received_us=status.received_us if status else None,
        )
        for row, status, tally in session.execute(query)
    )


def _enrolled(row: StationKey) -> EnrolledKey:
    return EnrolledKey(row.station, row.key_id, Ed25519PublicKey.from_public_bytes(row.public_key), row.valid_from_us, row.valid_until_us)
